// SPDX-License-Identifier: GPL-2.0-or-later
// Two boots: owner by owner what grew, shrank and moved, as the daemon says, with arrows between the two
// maps; which rows differ at this moment; and what changed in Linux between their kernels.
import {findings, numbers, parting, reasons, sharedReasons} from "../lib/differs.js";
import {h, svg} from "../lib/dom.js";
import {bytes, int, memoryText, num} from "../lib/format.js";
import {historyTable} from "../lib/history.js";
import {entry} from "../lib/maps.js";
import {fillOf, ownerLabel} from "../lib/owners.js";
import {foldOf} from "../lib/scale.js";
import {describe} from "../lib/view.js";

const MAX = 400;

/** @param {number} v */
const show = (v) =>
  v === undefined ? "–" : Array.isArray(v) ? JSON.stringify(v).slice(0, 60) : String(v);

/**
 * @param {any[]} diff
 * @returns {{rows: {table: string, key: string, kind: string, text: string}[], more: number,
 *   counts: [string, number][]}}
 */
export function layoutCompare(diff) {
  /** @type {Map<string, number>} */
  const counts = new Map();
  for (const d of diff) counts.set(d.table, (counts.get(d.table) ?? 0) + 1);
  const rows = diff.slice(0, MAX).map((d) => ({
    table: d.table,
    key: d.key,
    kind: d.kind,
    text: d.fields
      .map((/** @type {[string, any, any]} */ [k, a, b]) => `${k}: ${show(a)} → ${show(b)}`)
      .join("; "),
  }));
  return {rows, more: Math.max(0, diff.length - MAX), counts: [...counts]};
}

/**
 * @typedef {{owner: string, before: number, after: number, change: number, moved: boolean,
 *   before_base: string, after_base: string}} Owner as GET /runs/{a}/diff/{b} has it, the largest
 *   change first
 */

/**
 * Owners that only moved, folded by how far: one cause moves them all.
 * @param {readonly Owner[]} owners
 * @returns {{by: number, owners: Owner[]}[]}
 */
export function folded(owners) {
  /** @type {Map<number, Owner[]>} */
  const out = new Map();
  for (const o of owners) {
    if (o.change || !o.moved) continue;
    const by = num(o.after_base) - num(o.before_base);
    entry(out, by, () => /** @type {Owner[]} */ ([])).push(o);
  }
  return [...out].map(([by, all]) => ({by, owners: all}));
}

/** @param {number} n @param {string} lang */
const signed = (n, lang) => `${n > 0 ? "+" : ""}${bytes(n, lang)}`;

/**
 * An owner that grew or shrank: both sizes to one scale, and where it is.
 * @param {any} o @param {number} most @param {any} diff @param {{t: Translate, lang: string}} with_
 */
function ownerItem(o, most, diff, {t, lang}) {
  /** @param {number} n @param {any} side */
  const bar = (n, side) => {
    const el = h("span", {class: `bar-${side}`});
    el.style.setProperty("width", `${(100 * n) / most}%`);
    return el;
  };
  const where =
    o.before_base === o.after_base || !o.before || !o.after
      ? ""
      : `${o.before_base} → ${o.after_base}`;
  return h(
    "li",
    {},
    h("b", {}, ownerLabel(t, o.owner)),
    h("span", {class: "bars"}, bar(o.before, "a"), bar(o.after, "b")),
    h("span", {class: "num"}, `${bytes(o.before, lang)} → ${bytes(o.after, lang)}`),
    h("strong", {class: o.change > 0 ? "grew" : "shrank"}, signed(o.change, lang)),
    h("code", {}, where),
    ...reasons(diff, o, t, lang),
  );
}

const MAP = {width: 1000, bar: 18, gap: 64};

/** What somebody owns when a boot has ended, which is what /diff speaks of. @param {Run} run */
const endOf = (run) => run.replay.at(run.replay.length).ledger;

/**
 * Both maps, one above the other, with an arrow for each owner that is elsewhere or of another
 * size.
 * @param {any} owners @param {any} left @param {any} right @param {Fold} fold
 * @param {{t: Translate}} arg4
 */
function arrows(owners, left, right, fold, {t}) {
  /** @param {any} addr */
  const x = (addr) => fold.to(num(addr)) * MAP.width;
  /** @param {readonly Row[]} rows @param {number} y */
  const strip = (rows, y) =>
    (rows ?? []).map((r) => {
      const from = x(r.key);
      const el = svg("rect", {
        x: from,
        y,
        width: Math.max(0.6, fold.to(num(r.key) + num(r.size)) * MAP.width - from),
        height: MAP.bar,
      });
      el.style.setProperty("fill", fillOf(r.owner));
      return el;
    });
  const low = MAP.bar + MAP.gap;
  const links = owners
    .filter((/** @type {any} */ o) => o.before && o.after)
    .map((/** @type {any} */ o) => {
      const [a, b] = [x(o.before_base), x(o.after_base)];
      const mid = MAP.bar + MAP.gap / 2;
      const el = svg("path", {
        d: `M${a},${MAP.bar}C${a},${mid} ${b},${mid} ${b},${low}`,
        class: `move ${o.change > 0 ? "grew" : o.change < 0 ? "shrank" : "moved"}`,
      });
      el.append(svg("title", {}, ownerLabel(t, o.owner)));
      return el;
    });
  const el = svg("svg", {
    viewBox: `0 0 ${MAP.width} ${low + MAP.bar}`,
    preserveAspectRatio: "none", // as wide as there is room, and as high as ever
    class: "arrows",
    role: "img",
    "aria-label": t("compare.arrows"),
  });
  el.append(...strip(left, 0), ...strip(right, low), ...links);
  return h(
    "figure",
    {class: "maps"},
    h("figcaption", {}, t("compare.maps")),
    h("span", {"aria-hidden": "true"}, "A"),
    el,
    h("span", {"aria-hidden": "true"}, "B"),
  );
}

/** What the daemon says of both boots. @param {any} diff @param {any} told */
function owned(diff, told) {
  const {s, t} = told;
  const grew = diff.owners.filter((/** @type {any} */ o) => o.change);
  const moved = folded(diff.owners);
  const most = Math.max(1, ...grew.flatMap((/** @type {any} */ o) => [o.before, o.after]));
  const says = {t, lang: s.lang};
  return [
    ...parting(diff, t),
    ...findings(diff, t),
    diff.owners.length
      ? arrows(diff.owners, endOf(s.run), endOf(s.other), foldOf(s), says)
      : h("p", {}, t("compare.nobody")),
    h(
      "ol",
      {class: "compared"},
      ...grew.map((/** @type {string} */ o) => ownerItem(o, most, diff, says)),
    ),
    ...sharedReasons(diff, t, s.lang),
    ...moved.map(({by, owners}) =>
      h(
        "details",
        {class: "moved"},
        h("summary", {}, t("compare.moved", {n: owners.length, by: signed(by, s.lang)})),
        h("p", {}, owners.map((o) => ownerLabel(t, o.owner)).join(", ")),
      ),
    ),
    ...numbers(diff, t, s.lang),
  ];
}

/** @param {HTMLElement} el @param {any} layout @param {{t: Translate, names: any}} how */
export function renderCompare(el, layout, {t, names}) {
  const kinds = {
    a: t("compare.only", {name: names[0]}),
    b: t("compare.only", {name: names[1]}),
    both: t("compare.differs"),
  };
  el.replaceChildren(
    h(
      "p",
      {},
      layout.rows.length
        ? layout.counts.map((/** @type {[string, number]} */ [k, n]) => `${k} ${n}`).join(" · ")
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
        ...layout.rows.map((/** @type {Row} */ r) =>
          h(
            "tr",
            {class: `diff-${r.kind}`},
            h("td", {}, r.table),
            h("td", {}, r.key),
            h("td", {}, kinds[/** @type {keyof typeof kinds} */ (r.kind)]),
            h("td", {title: r.text}, r.text),
          ),
        ),
        layout.more
          ? h("tr", {}, h("td", {colspan: 4}, t("table.more", {n: int(layout.more)})))
          : null,
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

/** @param {Run} run */
const cmdline = (run) => run.manifest.inputs?.cmdline ?? "";

/**
 * What tells two runs apart: their names, or else their command lines.
 * @param {any} a @param {any} b @param {Translate} t
 */
export function sides(a, b, t) {
  const tell = nameOf(a, t) === nameOf(b, t) ? cmdline : (/** @type {Run} */ run) => nameOf(run, t);
  return `A: ${tell(a)} · B: ${tell(b)}`;
}

/** What changed in Linux between the two kernels. @param {any} s @param {Translate} t */
const historyOf = (s, t) => {
  const history = historyBetween(s);
  return history
    ? [h("h3", {}, t("history.between", history.names)), historyTable(history.changes, t)]
    : [];
};

/** What Linux changed from A's kernel to B's, once it is there. @param {import("../state.js").State} s */
function historyBetween(s) {
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
  words(told) {
    const {s, beside, t, actions} = told;
    if (!beside) return null;
    const diff = told.diff();
    return {
      key: [
        beside.pos,
        s.pos,
        s.run.manifest.id,
        s.other.manifest.id,
        s.history?.key,
        s.history?.lang,
        Boolean(diff),
      ].join(),
      title: `A: ${nameOf(s.run, t)} · B: ${nameOf(s.other, t)}`,
      aside: `A: ${cmdline(s.run)} · B: ${cmdline(s.other)}`,
      buttons: [{label: t("compare.end"), run: actions.beside}],
      table: true,
      write(el) {
        const rows = h("div", {});
        renderCompare(rows, beside.layout, {t, names: ["A", "B"]});
        const body = h("details", {}, h("summary", {}, t("compare.rows")), rows);
        const owners = diff ? owned(diff, told) : [h("p", {}, t("compare.coming"))];
        el.replaceChildren(...owners, ...historyOf(s, t), body);
      },
    };
  },
});
