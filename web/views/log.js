// SPDX-License-Identifier: GPL-2.0-or-later
// The kernel's own words. Only the lines in sight are elements, so a long log costs nothing.
import {afterDraw, h} from "../lib/dom.js";
import {lineAt} from "../lib/time.js";

/**
 * @param {{pos: number, text: string, count: number}[]} lines
 * @param {{pos: number, top: number, height: number, row: number}} view
 */
export function layoutLog(lines, {pos, top, height, row}) {
  const now = lineAt(lines, pos);
  const first = Math.max(0, Math.floor(top / row) - 4);
  const last = Math.min(lines.length, Math.ceil((top + height) / row) + 4);
  const rows = lines.slice(first, last).map((l, i) => ({
    index: first + i,
    y: (first + i) * row,
    text: l.text,
    count: l.count,
    pos: l.pos,
    state: l.pos > pos ? "later" : l.pos === pos || (first + i === now && lines[now].pos === pos) ? "current" : "past",
  }));
  return {rows, now, total: lines.length * row};
}

/** Where to scroll: line @now is always at the same height, so the picture follows from the moment alone. */
export const scrollFor = (now, {height, row}) => Math.max(0, Math.round(now - (height * 0.6) / row)) * row;

/** Rows are whole pixels high, so that a thousand of them are where they are computed to be. */
export const rowHeight = (fs) => Math.round(fs * 1.38);

/**
 * @param {HTMLElement} el @param {any[]} lines @param {number} pos @param {number} height of the pane
 * @param {{fs: number, times: (n: number) => string, onpos: (pos: number) => void}} on
 */
export function renderLog(el, lines, pos, height, on) {
  const box = /** @type {any} */ (el);
  const row = rowHeight(on.fs);
  if (box.__lines !== lines || box.__row !== row) {
    Object.assign(box, {__lines: lines, __row: row, __pad: h("div", {class: "pad"}), __rows: new Map(), __total: undefined, __pos: undefined});
    el.style.setProperty("--row", `${row}px`);
    el.replaceChildren(box.__pad);
  }
  if (box.__pos !== pos || box.__height !== height) {
    Object.assign(box, {__pos: pos, __height: height});
    box.__top = Math.min(scrollFor(lineAt(lines, pos), {height, row}), Math.max(0, lines.length * row - height));
    afterDraw(() => () => (el.scrollTop = box.__top));
  }
  box.__again = () => paint(el, box, layoutLog(lines, {pos, top: box.__top, height, row}), on);
  box.__again();
  if (!box.__wired) {
    box.__wired = true;
    el.addEventListener("scroll", () => {
      box.__top = el.scrollTop;
      box.__again();
    }, {passive: true});
  }
}

function paint(el, box, view, on) {
  if (box.__total !== view.total) box.__pad.style.height = `${(box.__total = view.total)}px`;
  const keep = new Set(view.rows.map((r) => r.index));
  for (const [i, node] of box.__rows) if (!keep.has(i)) { node.remove(); box.__rows.delete(i); }
  for (const r of view.rows) {
    let node = box.__rows.get(r.index);
    if (!node) {
      node = h("div", {role: "option", onclick: () => on.onpos(r.pos)}, r.text, r.count > 1 ? h("span", {class: "times"}, on.times(r.count)) : null);
      node.style.top = `${r.y}px`;
      el.append(node);
      box.__rows.set(r.index, node);
    }
    const c = `row ${r.state}`;
    if (node.className !== c) node.className = c;
    node.setAttribute("aria-selected", String(r.state === "current"));
  }
}
