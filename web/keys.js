// SPDX-License-Identifier: GPL-2.0-or-later
// The keyboard map: one list, which the help shows and the page obeys.

/**
 * @typedef {{keys: string[], id: string, plain: boolean}} Binding plain: a single character, which
 *   can be switched off
 */

/** @type {Binding[]} */
export const KEYS = [
  {keys: [" "], id: "play", plain: true},
  {keys: ["x"], id: "everyevent", plain: true},
  {keys: ["ArrowRight"], id: "forward", plain: false},
  {keys: ["ArrowLeft"], id: "back", plain: false},
  {keys: ["PageDown", "Shift+ArrowRight"], id: "stepforward", plain: false},
  {keys: ["PageUp", "Shift+ArrowLeft"], id: "stepback", plain: false},
  {keys: ["}", "Ctrl+ArrowRight"], id: "chapterforward", plain: false},
  {keys: ["{", "Ctrl+ArrowLeft"], id: "chapterback", plain: false},
  {keys: ["Home"], id: "first", plain: false},
  {keys: ["End"], id: "last", plain: false},
  {keys: ["Backspace"], id: "return", plain: false},
  {keys: ["[", "]"], id: "speed", plain: true},
  {keys: ["+", "=", "w"], id: "zoomin", plain: true},
  {keys: ["-", "s"], id: "zoomout", plain: true},
  {keys: ["0"], id: "zoomfit", plain: true},
  {keys: ["a"], id: "panleft", plain: true},
  {keys: ["d"], id: "panright", plain: true},
  {keys: ["f"], id: "zoomto", plain: true},
  {keys: ["m"], id: "fold", plain: true},
  {keys: [",", "."], id: "region", plain: true},
  {keys: ["o"], id: "firstowner", plain: true},
  {keys: ["p"], id: "problem", plain: true},
  {keys: ["1", "2", "3", "4", "5", "6", "7", "8", "9"], id: "view", plain: true},
  {keys: ["v", "Shift+V"], id: "nextview", plain: true},
  {keys: ["t"], id: "table", plain: true},
  {keys: ["l"], id: "lang", plain: true},
  {keys: ["Shift+F"], id: "present", plain: true},
  {keys: ["j"], id: "keepjump", plain: true},
  {keys: ["n", "Shift+N"], id: "nextjump", plain: true},
  {keys: ["q"], id: "quiz", plain: true},
  {keys: ["g"], id: "lecture", plain: true},
  {keys: ["c"], id: "console", plain: true},
  {keys: ["u"], id: "undo", plain: true},
  {keys: ["b"], id: "choose", plain: true},
  {keys: ["e"], id: "export", plain: true},
  {keys: ["/", "Ctrl+k"], id: "find", plain: false},
  {keys: ["?"], id: "help", plain: true},
  {keys: ["Escape"], id: "leave", plain: false},
];

/** @param {{key: string, shiftKey: boolean, ctrlKey: boolean, metaKey: boolean}} e */
export function nameOf(e) {
  const ctrl = e.ctrlKey || e.metaKey ? "Ctrl+" : "";
  const named = e.key.length > 1 || /[A-Z]/.test(e.key);
  return ctrl + (e.shiftKey && named ? "Shift+" : "") + e.key;
}

const ALL = new Map(
  KEYS.flatMap((b) => b.keys.map((k) => /** @type {[string, Binding]} */ ([k, b]))),
);

/**
 * @returns {Binding|undefined} what the key does; nothing when single keys are off and it is one
 * @param {KeyboardEvent} e @param {boolean} singleKeys
 */
export function bindingOf(e, singleKeys) {
  const b = ALL.get(nameOf(e));
  const single = e.key.length === 1 && !e.ctrlKey && !e.metaKey;
  return b && (singleKeys || !single) ? b : undefined;
}

/** Inputs in which nothing is typed. */
const UNTYPED = new Set(["range", "checkbox", "radio", "button"]);

/**
 * Whether the focus is where Tab has led it. `:focus-visible` does not tell: Chromium sets it on a button that was
 * clicked, as soon as a key goes down.
 * @param {EventTarget} root
 */
export function watchFocus(root) {
  let tabbed = false;
  root.addEventListener("pointerdown", () => (tabbed = false), {capture: true});
  root.addEventListener(
    "keydown",
    (e) => {
      if (/** @type {KeyboardEvent} */ (e).key === "Tab") tabbed = true;
    },
    {capture: true},
  );
  return () => tabbed;
}

/**
 * Who types keeps the keys. Everywhere else arrows, Space and the page keys mean time, so that no click
 * takes them away; a control that was reached with Tab is pressed by Space, as everywhere.
 * @param {any} el @param {string} key @param {boolean} tabbed Space belongs to the control that has the focus
 */
export function taken(el, key, tabbed) {
  const tag = el?.tagName ?? "";
  // A closed dialog keeps the focus until the next frame.
  if (el?.closest?.("dialog:not([open])")) return false;
  if (el?.isContentEditable || tag === "TEXTAREA") return true;
  if (tag === "SELECT") return /^(Arrow(Up|Down)|Enter)$|^.$/.test(key) && key !== " ";
  const pressed = key === " " && tabbed;
  if (tag === "INPUT") return !UNTYPED.has(el.type) || (el.type !== "range" && pressed);
  if (tag === "BUTTON" || tag === "SUMMARY" || tag === "A") return key === "Enter" || pressed;
  return false;
}
