// SPDX-License-Identifier: GPL-2.0-or-later
// A long list of which only the rows in sight are elements, and those are used again for other rows.
// They stand in the document in the order of the list, as somebody hears it who does not see it.
import {afterDraw, h} from "./dom.js";

/** What each list shows. @type {WeakMap<Element, any>} */
const lists = new WeakMap();
/** Where each row has been placed. @type {WeakMap<Element, number>} */
const tops = new WeakMap();

/** Rows beyond the edges that are there already when somebody scrolls. */
const SPARE = 3;

/**
 * @param {HTMLElement} el @param {object} what
 * @param {readonly any[]} what.rows @param {number} what.row height of one, in whole pixels @param {number} what.height of what is in sight
 * @param {any} what.key when it changes, the list scrolls to @param {number} what.top
 * @param {() => HTMLElement} what.make an element for a row @param {(node: HTMLElement, row: any, index: number) => void} what.dress shows a row
 */
export function renderList(el, what) {
  if (!lists.has(el))
    lists.set(el, {pad: h("div", {class: "pad"}), nodes: [], key: undefined, top: 0});
  const list = lists.get(el);
  if (!list.pad.isConnected) {
    el.replaceChildren(list.pad);
    el.addEventListener(
      "scroll",
      () => {
        list.top = el.scrollTop;
        paint(el, list);
      },
      {passive: true},
    );
  }
  const total = what.rows.length * what.row;
  if (list.total !== total) list.pad.style.height = `${(list.total = total)}px`;
  if (list.row !== what.row) el.style.setProperty("--row", `${(list.row = what.row)}px`);
  list.what = what;
  if (list.key !== what.key) {
    list.key = what.key;
    list.top = Math.max(0, Math.min(what.top, total - what.height));
    afterDraw(() => () => (el.scrollTop = list.top));
  }
  paint(el, list);
}

function paint(el, list) {
  const {rows, row, height, make, dress} = list.what;
  const size = Math.min(rows.length, Math.ceil(height / row) + 2 * SPARE);
  while (list.nodes.length > size) list.nodes.pop().remove();
  while (list.nodes.length < size) {
    const node = make();
    list.nodes.push(node);
    el.append(node);
  }
  const first = Math.max(0, Math.min(Math.floor(list.top / row) - SPARE, rows.length - size));
  for (let i = first; i < first + size; i++) {
    const node = list.nodes[i - first];
    place(node, i * row);
    dress(node, rows[i], i);
  }
}

function place(node, top) {
  if (tops.get(node) === top) return;
  tops.set(node, top);
  node.style.transform = `translateY(${top}px)`;
}
