// SPDX-License-Identifier: GPL-2.0-or-later
// The views by groups: a tab for each group, and beside them the views of the one that is shown. A dot
// says where the event has changed something.
import {attr, byId, fill, h} from "../lib/dom.js";
import {groupsIn, shows, VIEWS} from "../views.js";

/** @param {import("../screen.js").Context} ctx */
export function makeTabs(ctx) {
  const {store, actions} = ctx;
  /** The view of each group that was shown last. @type {Map<string, string>} */
  const last = new Map();

  /**
   * @param {string} id @param {string} text @param {boolean} selected @param {() => void} onclick
   */
  function tab(id, text, selected, onclick) {
    return h(
      "button",
      {
        type: "button",
        role: "tab",
        id,
        "aria-controls": "panels",
        "aria-selected": String(selected),
        onclick,
      },
      text,
      h("span", {class: "dot", hidden: true}),
    );
  }

  /** @param {string} label @param {HTMLElement[]} tabs */
  const list = (label, tabs) => h("div", {role: "tablist", "aria-label": label}, ...tabs);

  /**
   * Tabs are made anew with another view; who was on one by the keyboard stays on the one that is shown.
   * @param {() => void} make
   */
  function refocus(make) {
    const inside = byId("tabs").contains(document.activeElement);
    make();
    if (inside) [...byId("tabs").querySelectorAll('[aria-selected="true"]')].pop()?.focus();
  }

  /** @param {State} s @param {Moment} m */
  function draw(s, m) {
    const groups = groupsIn(s);
    const here = VIEWS.get(s.view)?.group;
    if (here) last.set(here, s.view);
    const views = groups.find((g) => g.id === here)?.views ?? [];
    const key = [s.view, s.lang, ...groups.flatMap((g) => [g.id, ...g.views.map((v) => v.id)])];
    const make = () => [
      list(
        ctx.t("views"),
        groups.map((g) =>
          tab(`group-${g.id}`, ctx.t(`group.${g.id}`), g.id === here, () =>
            actions.view(last.get(g.id) ?? g.views[0].id),
          ),
        ),
      ),
      views.length > 1
        ? list(
            ctx.t(`group.${here}`),
            views.map((v) =>
              tab(`tab-${v.id}`, ctx.t(`tab.${v.id}`), v.id === s.view, () => actions.view(v.id)),
            ),
          )
        : null,
      h(
        "label",
        {title: ctx.t("follow.hint")},
        h("input", {
          type: "checkbox",
          id: "follow",
          /** @param {FieldEvent} e */
          onchange: (e) => store.set({follow: e.target.checked}),
        }),
        ctx.t("follow"),
      ),
    ];
    refocus(() => fill(byId("tabs"), key.join(), make));
    for (const g of groups) {
      const some = g.views.some((v) => shows(v, m.touched));
      dot(`group-${g.id}`, some && g.id !== here);
    }
    for (const v of views) dot(`tab-${v.id}`, shows(v, m.touched) && v.id !== s.view);
    byId("follow").checked = s.follow;
  }

  /** @param {string} id @param {boolean} on */
  function dot(id, on) {
    const el = byId(id)?.querySelector(".dot");
    if (el) attr(el, "hidden", on ? null : "");
  }

  return {draw};
}
