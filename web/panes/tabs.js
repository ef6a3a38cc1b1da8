// SPDX-License-Identifier: GPL-2.0-or-later
// The views as tabs, with a dot on those that the event has changed.
import {afterDraw, attr, byId, fill, h} from "../lib/dom.js";
import {PRESENTED, viewOf, VIEWS} from "../views.js";

/** @param {import("../screen.js").Context} ctx */
export function makeTabs(ctx) {
  const {store, actions} = ctx;
  let selected = "";

  function draw(s, m) {
    const touched = new Set([...m.touched].map(viewOf));
    const nav = byId("tabs");
    fill(nav, s.lang, () => [
      h(
        "div",
        {role: "tablist", "aria-label": ctx.t("views")},
        ...VIEWS.map((v) =>
          h(
            "button",
            {
              type: "button",
              role: "tab",
              id: `tab-${v}`,
              "aria-controls": "panels",
              onclick: () => actions.view(v),
            },
            ctx.t(`tab.${v}`),
            h("span", {class: "dot", hidden: true}),
          ),
        ),
      ),
      h(
        "label",
        {},
        h("input", {
          type: "checkbox",
          id: "follow",
          onchange: (e) => store.set({follow: e.target.checked}),
        }),
        ctx.t("follow"),
      ),
    ]);
    for (const v of PRESENTED) byId(`tab-${v}`).hidden = !s.present;
    byId("tab-compare").hidden = !s.other;
    byId("tab-bootmem").hidden = !s.run.bits;
    for (const v of VIEWS) {
      const b = byId(`tab-${v}`);
      const dot = !touched.has(v) || v === s.view;
      attr(b, "aria-selected", String(v === s.view));
      attr(b, "tabindex", v === s.view ? "0" : "-1");
      if (b.lastElementChild.hidden !== dot) b.lastElementChild.hidden = dot;
    }
    byId("follow").checked = s.follow;
    if (selected !== s.view)
      afterDraw(
        () => () => byId(`tab-${s.view}`).scrollIntoView({block: "nearest", inline: "nearest"}),
      );
    selected = s.view;
  }

  return {draw};
}
