// SPDX-License-Identifier: GPL-2.0-or-later
// Who gives a lecture sees its link, and who follows one whether they do.
import {byId, fill, h, hide} from "../lib/dom.js";

/** @param {import("../screen.js").Context} ctx */
export function makeLecture(ctx) {
  const {actions} = ctx;
  /** @param {string} key @param {string} id @param {() => void} onclick */
  const button = (key, id, onclick, primary = false) =>
    h("button", {type: "button", id, class: primary ? "primary" : null, onclick}, ctx.t(key));

  /** @param {Readonly<import("../live.js").Lecture>} l */
  const text = (l) =>
    l.over
      ? ctx.t(`live.${l.role}.${l.over}`)
      : ctx.t(`live.${l.role}${l.paused ? ".paused" : ""}`, {name: l.name});

  /** @param {Readonly<import("../live.js").Lecture>} l */
  function buttons(l) {
    if (l.role === "presenter")
      return [
        l.over === "lost"
          ? button("live.restart", "live-begin", actions.live.begin, true)
          : button("live.show", "live-show", () => actions.share()),
        button("live.end", "live-end", actions.live.end),
      ];
    if (l.over) return [];
    return [
      l.paused
        ? button("live.catchup", "live-catchup", actions.live.catchUp, true)
        : button("live.pause", "live-pause", actions.live.pause),
    ];
  }

  /** @param {import("../state.js").State} s */
  function draw(s) {
    const el = byId("lecture");
    hide(el, !s.lecture);
    if (!s.lecture) return;
    const l = s.lecture;
    fill(el, [l.role, l.name, l.paused, l.over, s.lang].join(), () => [
      h("span", {role: "status"}, text(l)),
      ...buttons(l),
    ]);
  }

  return {draw};
}
