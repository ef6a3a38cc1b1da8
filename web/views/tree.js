// SPDX-License-Identifier: GPL-2.0-or-later
// The calls of the boot in order, with the one that runs now; calls without effect on memory are grey, and only they.
import {attr, h, write} from "../lib/dom.js";
import {renderList} from "../lib/list.js";
import {describe} from "../lib/view.js";

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

/** Rows are targets for a pointer too. @param {number} fs */
export const rowHeight = (fs) => Math.max(24, Math.round(fs * 1.75));

/** Where to scroll: the running call is always at the same height, so the picture follows from the moment alone. */
export const scrollFor = (
  /** @type {number} */ now,
  /** @type {{height: number, row: number}} */ {height, row},
) => Math.max(0, Math.round(now - height / row / 3)) * row;

/**
 * @param {HTMLElement} el @param {ReturnType<typeof layoutTree>} rows @param {number} height of what is in sight
 * @param {{fs: number, flying: boolean, selected: number, onstep: (index: number) => void, onenter:
 *   (index: number) => void}} on selected: a step, -1 for none
 */
export function renderTree(el, rows, height, {fs, flying, selected, onstep, onenter}) {
  const row = rowHeight(fs);
  const now = rows.findIndex((r) => r.current);
  const chosen = rows.findIndex((r) => r.index === selected);
  const focus = chosen < 0 ? now : chosen;
  renderList(el, {
    rows,
    row,
    height,
    key: `${now}/${rows.length}/${height}/${row}`,
    top: scrollFor(now, {height, row}),
    flying,
    make: () =>
      h(
        "div",
        {
          role: "treeitem",
          onclick: (/** @type {any} */ e) => onstep(Number(e.currentTarget.dataset.index)),
        },
        h("span", {class: "st"}),
        h("span", {class: "fn"}),
      ),
    look: (r, i) =>
      [r.index, classOf(r, i === focus), r.starts, r.stage, r.depth, r.name, r.note].join(),
    dress: (node, r, i) => dress(node, r, i === focus, el),
  });
  el.onkeydown = (e) => {
    const by = {ArrowDown: 1, ArrowUp: -1}[e.key];
    if (!by && e.key !== "Enter") return;
    e.preventDefault();
    const to = by ? rows[Math.max(0, Math.min(rows.length - 1, focus + by))] : rows[focus];
    if (by) onstep(to.index);
    else onenter(to.index);
  };
}

/** @param {ReturnType<typeof layoutTree>[number]} r @param {boolean} focused */
const classOf = (r, focused) =>
  [
    r.executed ? "yes" : "no",
    r.open && "open",
    r.done && "done",
    r.current && "current",
    focused && "focused",
  ]
    .filter(Boolean)
    .join(" ");

/**
 * @param {any} node @param {ReturnType<typeof layoutTree>[number]} r @param {boolean} focused
 * @param {HTMLElement} el
 */
function dress(node, r, focused, el) {
  attr(node, "class", classOf(r, focused));
  attr(node, "data-index", String(r.index));
  attr(node, "id", `step-${r.index}`);
  attr(node, "title", r.note ? `${r.name}: ${r.note}` : r.name);
  attr(node, "aria-level", String(r.depth + 1));
  attr(node, "aria-current", r.current ? "step" : null);
  attr(node, "aria-selected", String(focused));
  if (focused) attr(el, "aria-activedescendant", node.id);
  write(node.firstChild, r.starts ? r.stage : "");
  write(node.lastChild, "\u00a0".repeat(Math.min(r.depth, 8) * 2) + r.name);
}

/** It is always there; a view of its own only where there is room for one. */
export const view = describe({
  id: "tree",
  group: "whole",
  tables: [],
  when: (s) => s.present,
});
