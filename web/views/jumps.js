// SPDX-License-Identifier: GPL-2.0-or-later
// A lecturer's own list of moments, in an order of their own, with notes; it travels in the link.
import {afterDraw, h} from "../lib/dom.js";
import {describe} from "../lib/view.js";

/** @typedef {{at: number, view: string, note: string}} Jump at: the number of an event */

/**
 * The list is written anew: who is in it by the keyboard stays at the moment that they move.
 * @param {number} i @param {string} what of its controls
 */
const refocus = (i, what) =>
  requestAnimationFrame(() =>
    /** @type {HTMLElement|null} */ (
      document.querySelector(`.jumps > :nth-child(${i + 1}) > ${what}`)
    )?.focus(),
  );

/** @param {Jump} j @param {number} i */
function item(j, i, /** @type {import("../lib/view.js").Telling} */ {s, t, actions}) {
  /** @param {number} by */
  const move = (by) => {
    actions.jumps.move(i, by);
    const to = Math.max(0, Math.min(s.jumps.length - 1, i + by));
    refocus(to, `:nth-last-child(${by < 0 ? 3 : 2})`);
  };
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
    button("↑", t("jumps.up"), () => move(-1)),
    button("↓", t("jumps.down"), () => move(1)),
    button("✕", t("jumps.remove"), () => {
      actions.jumps.remove(i);
      refocus(Math.min(i, s.jumps.length - 2), ".fn");
    }),
  );
}

export const view = describe({
  id: "jumps",
  group: "lesson",
  tables: [],
  words(told) {
    const {s, t, actions} = told;
    return {
      // A note is written where it is typed.
      key: [...s.jumps.map((j) => j.at + j.view), s.jump, s.run.manifest.id].join(),
      title: t("view.jumps"),
      aside: t("jumps.hint"),
      buttons: [{label: t("key.keepjump"), run: actions.jumps.keep}],
      write(el) {
        afterDraw(() => {
          const now = el.querySelector(".current");
          return () => now?.scrollIntoView({block: "nearest"});
        });
        el.replaceChildren(
          s.jumps.length
            ? h("ol", {class: "jumps"}, ...s.jumps.map((j, i) => item(j, i, told)))
            : h("p", {}, t("jumps.none")),
        );
      },
      update(el) {
        for (const [i, note] of el.querySelectorAll("input").entries())
          if (note !== document.activeElement) note.value = s.jumps[i]?.note ?? "";
      },
    };
  },
});
