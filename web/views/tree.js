// SPDX-License-Identifier: GPL-2.0-or-later
// The calls of the boot in order, with the one that runs now; calls without effect on memory are grey.
import {afterDraw, h} from "../lib/dom.js";

/** @typedef {import("../lib/time.js").Step} Step */

/** @param {Step[]} steps @param {number} index @returns {Set<number>} the step and those that called it */
export function ancestors(steps, index) {
  const out = new Set();
  for (let i = index; i >= 0 && steps[i] && !out.has(i); i = steps[i].parent) out.add(i);
  return out;
}

/**
 * Rows that are open: children of the running call and of its callers; all at depth 0 and 1.
 * @param {Step[]} steps @param {number} current @param {number} seq
 */
export function layoutTree(steps, current, seq) {
  const open = ancestors(steps, current);
  return steps
    .filter((s) => s.depth <= 1 || open.has(s.parent))
    .map((s, i, all) => ({
      starts: s.executed && s.stage !== all[i - 1]?.stage,
      index: s.index,
      name: s.name,
      depth: s.depth,
      stage: s.stage,
      executed: s.executed,
      open: open.has(s.index),
      current: s.index === current,
      done: s.executed && s.last_seq <= seq && s.last_seq >= s.first_seq,
      note: s.note,
    }));
}

/** @param {HTMLElement} el @param {ReturnType<typeof layoutTree>} rows @param {(index: number) => void} onstep */
export function renderTree(el, rows, onstep) {
  const box = /** @type {any} */ (el);
  const shape = rows.map((r) => r.index).join();
  if (box.__shape !== shape) {
    box.__shape = shape;
    el.replaceChildren(h("ol", {}, ...rows.map((r) => item(r, onstep))));
  }
  const buttons = el.querySelectorAll("button");
  rows.forEach((r, i) => dress(buttons[i], r));
  const now = /** @type {HTMLElement|null} */ (el.querySelector(".current"));
  if (now && box.__now !== now.dataset.index) {
    box.__now = now.dataset.index;
    // Always at the same height: where it is on the screen follows from the moment alone.
    afterDraw(() => {
      const top = Math.round(now.offsetTop - el.offsetTop - el.clientHeight / 3);
      return () => (el.scrollTop = top);
    });
  }
}

function dress(b, r) {
  const c = [r.executed ? "yes" : "no", r.open && "open", r.done && "done", r.current && "current"].filter(Boolean).join(" ");
  if (b.className !== c) b.className = c;
  if (r.current) b.setAttribute("aria-current", "step");
  else b.removeAttribute("aria-current");
}

function item(r, onstep) {
  const name = h("span", {class: "fn"}, "\u00a0".repeat(Math.min(r.depth, 8) * 2) + r.name);
  const b = h("button", {type: "button", "data-index": r.index, title: r.note ? `${r.name}: ${r.note}` : r.name, onclick: () => onstep(r.index)}, h("span", {class: "rail"}), name, h("span", {class: "st"}, r.starts ? r.stage : ""));
  return h("li", {}, b);
}
