// SPDX-License-Identifier: GPL-2.0-or-later
// The kernel's own words. Only the lines in sight are elements, so a long log costs nothing.
import {attr, h, write} from "../lib/dom.js";
import {renderList} from "../lib/list.js";
import {lineAt} from "../lib/time.js";
import {describe} from "../lib/view.js";
import {rowHeight, scrollFor, stateOf} from "../lib/lines.js";

/**
 * @param {HTMLElement} el
 * @param {{pos: number, text: string, count: number}[]} lines
 * @param {number} pos
 * @param {number} height of the pane
 * @param {{fs: number, flying: boolean, times: (n: number) => string, onpos: (pos: number) => void}} on
 */
export function renderLog(el, lines, pos, height, {fs, flying, times, onpos}) {
  const row = rowHeight(fs);
  const now = lineAt(lines, pos);
  renderList(el, {
    rows: lines,
    row,
    height,
    key: [pos, height, row, lines.length].join(),
    top: scrollFor(now, {height, row}),
    flying,
    make: () =>
      h(
        "div",
        {
          role: "option",
          onclick: (/** @type {any} */ e) => onpos(Number(e.currentTarget.dataset.pos)),
        },
        document.createTextNode(""),
        h("span", {class: "times"}),
      ),
    look: (line, i) => [i, stateOf(line, pos), line.pos, timesOf(line, times), line.text].join(),
    dress: (node, line, i) =>
      dress(node, line, i, i === now ? el : null, stateOf(line, pos), times),
  });
  el.onkeydown = (e) => {
    const by = {ArrowDown: 1, ArrowUp: -1}[e.key];
    if (!by) return;
    e.preventDefault();
    const to =
      by > 0
        ? lines.find((l) => l.pos > pos)
        : lines.findLast((l) => l.pos < (lines[now]?.pos ?? 0));
    if (to) onpos(to.pos);
  };
}

/** @param {{count: number}} line @param {(n: number) => string} times */
const timesOf = ({count}, times) => (count > 1 ? times(count) : "");

/**
 * @param {any} node @param {{pos: number, text: string, count: number}} line @param {number} i
 * @param {HTMLElement|null} el @param {string} state @param {(n: number) => string} times
 */
function dress(node, line, i, el, state, times) {
  attr(node, "class", `row ${state}`);
  attr(node, "data-pos", String(line.pos));
  attr(node, "id", `line-${i}`);
  attr(node, "aria-selected", String(state === "current"));
  if (el) attr(el, "aria-activedescendant", node.id);
  if (node.firstChild.data !== line.text) node.firstChild.data = line.text;
  write(node.lastChild, timesOf(line, times));
}

/** It is always there; a view of its own only where there is room for one. */
export const view = describe({
  id: "log",
  group: "whole",
  tables: [],
  when: (s) => s.present,
});
