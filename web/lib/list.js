// SPDX-License-Identifier: GPL-2.0-or-later
// A long list of which only the rows in sight are elements, and those are used again for other rows.
// They stand in the document in the order of the list, as somebody hears it who does not see it, one below
// the other between two fillers: a row that were placed by itself would be a layer of the picture.
import {afterDraw, h} from "./dom.js";

/**
 * What each list shows, and what it has been given.
 * top: which part of the list is in sight; at: how far the element is scrolled, which is the same at rest.
 * @typedef {{before: HTMLElement, after: HTMLElement, nodes: HTMLElement[], key: any, top: number,
 *   at: number, first: number, heights: string, row: number, what: any}} List
 * @type {WeakMap<Element, List>}
 */
const lists = new WeakMap();
/** What each row shows. @type {WeakMap<Element, string>} */
const looks = new WeakMap();

/** Rows beyond the edges that are there already when somebody scrolls. */
const SPARE = 3;

/** @param {HTMLElement} el @returns {List} */
function listOf(el) {
  const known = lists.get(el);
  if (known) return known;
  const [before, after] = [0, 1].map(() => h("div", {class: "pad", "aria-hidden": "true"}));
  const list = {
    before,
    after,
    nodes: [],
    key: undefined,
    top: 0,
    at: 0,
    first: 0,
    heights: "",
    row: 0,
    what: null,
  };
  lists.set(el, list);
  el.replaceChildren(before, after);
  const scrolled = () => {
    list.top = list.at = el.scrollTop;
    paint(list);
  };
  el.addEventListener("scroll", scrolled, {passive: true});
  return list;
}

/**
 * @param {HTMLElement} el @param {object} what
 * @param {readonly any[]} what.rows
 * @param {number} what.row height of one, in whole pixels
 * @param {number} what.height of what is in sight
 * @param {any} what.key when it changes, the list scrolls to @param {number} what.top
 * @param {boolean} [what.flying] lists fly past: what is in sight changes, but nothing scrolls before a rest,
 *   because a browser that is told to scroll lays out at once whatever has changed
 * @param {() => HTMLElement} what.make an element for a row
 * @param {(node: HTMLElement, row: any, index: number) => void} what.dress shows a row
 * @param {(row: any, index: number) => string} what.look changes when a row has to be dressed again
 */
export function renderList(el, what) {
  const list = listOf(el);
  if (list.row !== what.row) el.style.setProperty("--row", `${(list.row = what.row)}px`);
  list.what = what;
  if (list.key !== what.key) {
    list.key = what.key;
    list.top = Math.max(0, Math.min(what.top, what.rows.length * what.row - what.height));
  }
  if (!what.flying && list.at !== list.top) {
    list.at = list.top;
    afterDraw(() => () => (el.scrollTop = list.top));
  }
  paint(list);
}

/** @param {List} list */
function paint(list) {
  const {rows, row, height, make, dress, look} = list.what;
  const size = Math.min(rows.length, Math.ceil(height / row) + 2 * SPARE);
  while (list.nodes.length > size) list.nodes.pop()?.remove();
  while (list.nodes.length < size) {
    const node = make();
    list.nodes.push(node);
    list.after.before(node);
  }
  // Where the element stands is where the rows that are in sight are put.
  const shift = list.at - list.top;
  const first = Math.max(0, Math.min(Math.floor(list.top / row) - SPARE, rows.length - size));
  turn(list, first - list.first, size);
  list.first = first;
  fillers(list, first * row + shift, Math.max(0, (rows.length - first - size) * row - shift));
  for (let i = first; i < first + size; i++) {
    const node = list.nodes[i - first];
    const now = look(rows[i], i);
    if (looks.get(node) === now) continue;
    looks.set(node, now);
    dress(node, rows[i], i);
  }
}

/**
 * A few rows further: those that leave at one end come in at the other, and the others stay as they
 * are.
 * @param {List} list
 * @param {number} by
 * @param {number} size
 */
function turn({nodes, before, after}, by, size) {
  if (!by || Math.abs(by) > size / 2) return;
  if (by > 0) {
    const moved = nodes.splice(0, by);
    nodes.push(...moved);
    after.before(...moved);
  } else {
    const moved = nodes.splice(by);
    nodes.unshift(...moved);
    before.after(...moved);
  }
}

/** @param {List} list @param {number} above @param {number} below in pixels */
function fillers(list, above, below) {
  const heights = `${above}/${below}`;
  if (list.heights === heights) return;
  list.heights = heights;
  list.before.style.height = `${Math.max(0, above)}px`;
  list.before.style.marginTop = `${Math.min(0, above)}px`;
  list.after.style.height = `${below}px`;
}
