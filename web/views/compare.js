// SPDX-License-Identifier: GPL-2.0-or-later
// What differs between two runs at the same moment.
import {h} from "../lib/dom.js";
import {memoryText} from "../lib/format.js";
import {historyTable} from "../lib/history.js";
import {describe} from "../lib/view.js";

const MAX = 400;

const show = (v) =>
  v === undefined ? "–" : Array.isArray(v) ? JSON.stringify(v).slice(0, 60) : String(v);

/** @param {any[]} diff @returns {{rows: {table: string, key: string, kind: string, text: string}[], more: number, counts: [string, number][]}} */
export function layoutCompare(diff) {
  /** @type {Map<string, number>} */
  const counts = new Map();
  for (const d of diff) counts.set(d.table, (counts.get(d.table) ?? 0) + 1);
  const rows = diff.slice(0, MAX).map((d) => ({
    table: d.table,
    key: d.key,
    kind: d.kind,
    text: d.fields.map(([k, a, b]) => `${k}: ${show(a)} → ${show(b)}`).join("; "),
  }));
  return {rows, more: Math.max(0, diff.length - MAX), counts: [...counts]};
}

/** @param {HTMLElement} el */
export function renderCompare(el, layout, {t, names, history = null}) {
  const kinds = {
    a: t("compare.only", {name: names[0]}),
    b: t("compare.only", {name: names[1]}),
    both: t("compare.differs"),
  };
  el.replaceChildren(
    ...(history
      ? [
          h("h3", {}, t("history.between", history.names)),
          historyTable(history.changes, t),
          h("h3", {}, t("compare.tables")),
        ]
      : []),
    h(
      "p",
      {},
      layout.rows.length
        ? layout.counts.map(([k, n]) => `${k} ${n}`).join(" · ")
        : t("compare.same"),
    ),
    h(
      "table",
      {class: "rows"},
      h(
        "thead",
        {},
        h(
          "tr",
          {},
          ...["compare.table", "field.key", "compare.what", "compare.values"].map((k) =>
            h("th", {scope: "col"}, t(k)),
          ),
        ),
      ),
      h(
        "tbody",
        {},
        ...layout.rows.map((r) =>
          h(
            "tr",
            {class: `diff-${r.kind}`},
            h("td", {}, r.table),
            h("td", {}, r.key),
            h("td", {}, kinds[r.kind]),
            h("td", {title: r.text}, r.text),
          ),
        ),
        layout.more ? h("tr", {}, h("td", {colspan: 4}, t("table.more", {n: layout.more}))) : null,
      ),
    ),
  );
}

/** A run in a few words. @param {any} run @param {(key: string) => string} t */
const nameOf = (run, t) =>
  [
    run.manifest.inputs?.board || t("choose.given"),
    run.manifest.kernel?.version,
    memoryText(run.manifest.inputs?.memory),
  ]
    .filter(Boolean)
    .join(" · ");

const cmdline = (run) => run.manifest.inputs?.cmdline ?? "";

/** What tells two runs apart: their names, or else their command lines. */
export function sides(a, b, t) {
  const tell = nameOf(a, t) === nameOf(b, t) ? cmdline : (run) => nameOf(run, t);
  return `A: ${tell(a)} · B: ${tell(b)}`;
}

/** What Linux changed from A's kernel to B's, once it is there. @param {import("../state.js").State} s */
function historyOf(s) {
  const [a, b] = [s.run, s.other].map((r) => r.manifest);
  return s.history?.key === `${b.inputs?.kernel} ${a.inputs?.kernel}`
    ? {changes: s.history.changes, names: {a: a.kernel?.version, b: b.kernel?.version}}
    : null;
}

export const view = describe({
  id: "compare",
  group: "where",
  tables: [],
  when: (s) => Boolean(s.other),
  words({s, beside, t, actions}) {
    if (!beside) return null;
    return {
      key: [beside.pos, s.pos, s.run.manifest.id, s.other.manifest.id, s.history?.key].join(),
      title: `A: ${nameOf(s.run, t)} · B: ${nameOf(s.other, t)}`,
      aside: `A: ${cmdline(s.run)} · B: ${cmdline(s.other)}`,
      buttons: [{label: t("compare.end"), run: actions.beside}],
      table: true,
      write: (el) =>
        renderCompare(el, beside.layout, {t, names: ["A", "B"], history: historyOf(s)}),
    };
  },
});
