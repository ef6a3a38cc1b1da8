// SPDX-License-Identifier: GPL-2.0-or-later
// A lecturer's own list of moments, in an order of their own, with notes; it travels in the link.
import {h} from "../lib/dom.js";
import {describe} from "../lib/view.js";

/** @typedef {{at: number, view: string, note: string}} Jump at: the number of an event */

/** @param {Jump} j @param {number} i */
function item(j, i, /** @type {import("../lib/view.js").Telling} */ {s, t, actions}) {
  const event = s.run.replay.events[s.run.times.posAt(j.at) - 1];
  /** @param {string} text @param {string} label @param {() => void} onclick */
  const button = (text, label, onclick) =>
    h("button", {type: "button", "aria-label": `${label}: ${i + 1}`, title: label, onclick}, text);
  const note = h("input", {
    type: "text",
    value: j.note,
    placeholder: t("jumps.note"),
    "aria-label": `${t("jumps.note")}: ${i + 1}`,
    onchange: () => actions.jumps.note(i, note.value),
  });
  return h(
    "li",
    {class: i === s.jump ? "current" : null},
    h(
      "button",
      {type: "button", class: "fn", onclick: () => actions.jumps.go(i)},
      `${i + 1}. #${j.at} ${event?.step ?? ""}`,
    ),
    note,
    button("↑", t("jumps.up"), () => actions.jumps.move(i, -1)),
    button("↓", t("jumps.down"), () => actions.jumps.move(i, 1)),
    button("✕", t("jumps.remove"), () => actions.jumps.remove(i)),
  );
}

export const view = describe({
  id: "jumps",
  group: "lesson",
  tables: [],
  words(told) {
    const {s, t, actions} = told;
    return {
      key: [JSON.stringify(s.jumps), s.jump, s.run.manifest.id].join(),
      title: t("view.jumps"),
      aside: t("jumps.hint"),
      buttons: [{label: t("key.keepjump"), run: actions.jumps.keep}],
      write: (el) =>
        el.replaceChildren(
          s.jumps.length
            ? h("ol", {class: "jumps"}, ...s.jumps.map((j, i) => item(j, i, told)))
            : h("p", {}, t("jumps.none")),
        ),
    };
  },
});
