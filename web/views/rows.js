// SPDX-License-Identifier: GPL-2.0-or-later
// Any table of the state as rows and columns: the plain form of every view.
import {h} from "../lib/dom.js";

const MAX = 400;

/** @param {any} v */
const cell = (v) =>
  Array.isArray(v) ? v.map((x) => (Array.isArray(x) ? x.join("+") : x)).join(" ") : String(v ?? "");

/** @param {readonly any[]} rows @param {string[]} columns */
export function layoutRows(rows, columns, changed) {
  const names = columns.length ? columns : Object.keys(rows[0] ?? {});
  return {
    names,
    rows: rows.slice(0, MAX).map((r) => ({
      key: String(r.key),
      changed: Boolean(changed?.has(String(r.key))),
      cells: names.map((n) => cell(r[n])),
    })),
    more: Math.max(0, rows.length - MAX),
  };
}

/** @param {HTMLElement} el @param {{name: string, layout: ReturnType<typeof layoutRows>}[]} tables */
export function renderRows(el, tables, {none, more}) {
  el.replaceChildren(
    ...tables.map(({name, layout}) =>
      h(
        "table",
        {class: "rows"},
        h("caption", {}, `${name} · ${layout.rows.length + layout.more}`),
        h("thead", {}, h("tr", {}, ...layout.names.map((n) => h("th", {scope: "col"}, n)))),
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
          layout.rows.length ? null : h("tr", {}, h("td", {}, none)),
          layout.more ? h("tr", {}, h("td", {}, more(layout.more))) : null,
        ),
      ),
    ),
  );
}
