// SPDX-License-Identifier: GPL-2.0-or-later
// Any table of the state as rows and columns: the plain form of every view. Rows are sorted by a column,
// filtered by what somebody types, summed up in MiB, and copied as CSV.
import {h} from "../lib/dom.js";
import {num} from "../lib/format.js";

const MAX = 400;
/** @typedef {(row: any, page: number) => number} Bytes what a column of a row comes to, page: bytes of a page frame */

/** @param {string} column @returns {Bytes} */
const bytesIn = (column) => (r) => num(r[column]);
/** @param {string} column @returns {Bytes} */
const pagesIn = (column) => (r, page) => r[column] * page;
/** @param {string} column @returns {Bytes} of blocks or slabs, each of the row's order */
const blocksIn = (column) => (r, page) => r[column] * 2 ** r.order * page;

/**
 * Columns whose sum means something, by table: the sizes of a slab cache's objects, say, come to nothing.
 * @type {Record<string, Record<string, Bytes>>}
 */
const SUMMED = {
  "memblock.memory": {size: bytesIn("size")},
  "memblock.reserved": {size: bytesIn("size")},
  ledger: {size: bytesIn("size")},
  hashes: {bytes: bytesIn("bytes")},
  sections: {memmap_bytes: bytesIn("memmap_bytes")},
  pagetables: {count: pagesIn("count")},
  vmas: {resident: pagesIn("resident")},
  zones: Object.fromEntries(
    ["spanned", "present", "managed", "cma", "free"].map((c) => [c, pagesIn(c)]),
  ),
  freelists: {nr_free: blocksIn("nr_free")},
  slabs: {slabs: blocksIn("slabs")},
};

/** @typedef {{column: string, down: boolean}} Order */
/** @typedef {{order: Map<string, Order>, filter: string}} Wish what somebody wants of the tables of a pane */

/** @param {any} v */
const cell = (v) =>
  Array.isArray(v) ? v.map((x) => (Array.isArray(x) ? x.join("+") : x)).join(" ") : String(v ?? "");

/** Numbers by value, addresses too; anything else as text. @param {any} a @param {any} b */
function compare(a, b) {
  const [x, y] = [Number(a), Number(b)];
  if (a !== "" && b !== "" && !Number.isNaN(x) && !Number.isNaN(y)) return x - y;
  return a < b ? -1 : a > b ? 1 : 0;
}

/**
 * @param {readonly any[]} rows @param {string[]} columns @param {Set<string>} [changed]
 * @param {{order?: Order, filter?: string, table?: string, page?: number}} [wish] page: bytes of a page frame
 */
export function layoutRows(
  rows,
  columns,
  changed,
  {order, filter = "", table = "", page = 4096} = {},
) {
  const names = columns.length ? columns : Object.keys(rows[0] ?? {});
  const wanted = filter.trim().toLowerCase();
  let all = rows.map((r) => ({
    key: String(r.key),
    changed: Boolean(changed?.has(String(r.key))),
    cells: names.map((n) => cell(r[n])),
    of: r,
  }));
  const there = all.length;
  if (wanted) all = all.filter((r) => r.cells.some((c) => c.toLowerCase().includes(wanted)));
  const by = order ? names.indexOf(order.column) : -1;
  if (by >= 0) all.sort((a, b) => compare(a.cells[by], b.cells[by]) * (order?.down ? -1 : 1));
  const totals = names.map((n) => {
    const bytes = SUMMED[table]?.[n];
    return bytes ? all.reduce((sum, r) => sum + bytes(r.of, page), 0) : null;
  });
  const more = Math.max(0, all.length - MAX);
  return {names, rows: all.slice(0, MAX), more, hidden: there - all.length, totals, all};
}

/** @param {string} s */
const quoted = (s) => (/[",\n]/.test(s) ? `"${s.replaceAll('"', '""')}"` : s);

/** All rows that a table shows, the ones beyond the screen too. @param {ReturnType<typeof layoutRows>} layout */
export const toCsv = ({names, all}) =>
  [names, ...all.map((r) => r.cells)].map((line) => line.map(quoted).join(",")).join("\r\n") +
  "\r\n";

/** What was wished of the tables of a pane. @type {WeakMap<Element, Wish>} */
const wishes = new WeakMap();
/** @param {Element} el @returns {Wish} */
export function wishOf(el) {
  const known = wishes.get(el);
  if (known) return known;
  const wish = {order: new Map(), filter: ""};
  wishes.set(el, wish);
  return wish;
}

/** @param {any} bytes */
const mib = (bytes) => `${(bytes / 2 ** 20).toLocaleString("en", {maximumFractionDigits: 3})} MiB`;

/**
 * @param {HTMLElement} el @param {{name: string, layout: ReturnType<typeof layoutRows>}[]} tables
 * @param {{none: string, more: (n: number) => string, t: (key: string) => string, again: () =>
 *   void}} how again: draw, because something else is wished
 */
export function renderRows(el, tables, {none, more, t, again}) {
  const wish = wishOf(el);
  const body = el.querySelector(".tables") ?? h("div", {class: "tables"});
  if (!body.parentElement) {
    const filter = h("input", {
      type: "search",
      placeholder: t("table.filter"),
      "aria-label": t("table.filter"),
      oninput: () => {
        wish.filter = filter.value;
        again();
      },
    });
    el.replaceChildren(h("p", {class: "wish"}, filter), body);
  }
  /** @param {string} name @param {any} column */
  const sortBy = (name, column) => {
    const old = wish.order.get(name);
    wish.order.set(name, {column, down: Boolean(old && old.column === column && !old.down)});
    again();
  };
  /** @param {string} name @param {any} n */
  const head = (name, n) => {
    const order = wish.order.get(name);
    const here = order?.column === n ? order : null;
    return h(
      "th",
      {scope: "col", "aria-sort": here && (here.down ? "descending" : "ascending")},
      h(
        "button",
        {type: "button", onclick: () => sortBy(name, n)},
        n,
        here && (here.down ? " ↓" : " ↑"),
      ),
    );
  };
  /** @param {any} layout */
  const copy = (layout) =>
    h(
      "button",
      {type: "button", onclick: () => navigator.clipboard?.writeText(toCsv(layout))},
      t("table.copy"),
    );
  body.replaceChildren(
    ...tables.map(({name, layout}) =>
      h(
        "table",
        {class: "rows"},
        h("caption", {}, `${name} · ${layout.all.length} `, copy(layout)),
        h("thead", {}, h("tr", {}, ...layout.names.map((n) => head(name, n)))),
        h(
          "tbody",
          {},
          ...layout.rows.map((r) =>
            h(
              "tr",
              {class: r.changed ? "changed" : null},
              ...r.cells.map((c) => h("td", {title: c.length > 40 ? c : null}, c)),
            ),
          ),
          layout.rows.length
            ? null
            : h("tr", {}, h("td", {}, layout.hidden ? t("table.unmatched") : none)),
          layout.more ? h("tr", {}, h("td", {}, more(layout.more))) : null,
        ),
        layout.totals.some((x) => x)
          ? h("tfoot", {}, h("tr", {}, ...layout.totals.map((x) => h("td", {}, x ? mib(x) : ""))))
          : null,
      ),
    ),
  );
}
