// SPDX-License-Identifier: GPL-2.0-or-later
// Page tables being built: a line per mapping, and in it a strip per level: the 512 entries of the
// table (or of the first and the last of many), with those that point to tables, map blocks or pages.
import {wordOf} from "../lib/i18n.js";
import {bytes, fit, fitFirst, hex, int, num, textWidth} from "../lib/format.js";
import {comes, mark, path, rect, text} from "../lib/marks.js";
import {describe} from "../lib/view.js";

const tables = ["pagetables"];

const LEVELS = ["PTE", "PMD", "PUD", "P4D", "PGD"];
/** Bytes of an entry: a table of one page holds as many as fit. */
const ENTRY = 8;

/** Pixels that one entry has at least, or nobody would see it. */
const MIN_SLOT = 3;

/** What an entry can be, and how that looks. */
const KINDS = [
  {id: "tables", fill: "url(#p-tables-0)"},
  {id: "blocks", fill: "url(#p-buffers-0)"},
  {id: "pages", fill: "url(#p-buddy-1)"},
];

/** @param {(key: string) => string} t */
const legend = (t) => KINDS.map((k) => ({label: t(`pagetables.${k.id}`), fill: k.fill}));

/**
 * "PUD 1, PMD 1, PTE 2": new table pages of a mapping by level.
 * @returns {[string, number][]} @param {Row} row
 */
export const parseLevels = (row) =>
  [...String(row.level).matchAll(/([A-Za-z]\w*)\s+(\d+)/g)].map(
    (m) => /** @type {[string, number]} */ ([m[1], Number(m[2])]),
  );

/**
 * Entries of one level of a mapping, in order.
 * @param {any} row @param {number} level @returns {{kind: number, first: number, n: number}[]}
 */
export function entriesAt(row, level) {
  const spans = KINDS.flatMap(({id}, kind) =>
    (row[id] ?? [])
      .filter((/** @type {Row} */ r) => r[0] === level)
      .map((/** @type {[any, any, number]} */ [, first, n]) => ({kind, first, n})),
  );
  return spans.sort((a, b) => a.first - b.first);
}

/**
 * Where those entries are in their tables: the first table that has any, and the last if that is another.
 * @param {{kind: number, first: number, n: number}[]} spans @param {number} per entries of a table
 * @returns {{table: number, parts: {kind: number, slot: number, n: number}[]}[]}
 */
export function strips(spans, per) {
  if (!spans.length) return [];
  const lo = Math.floor(spans[0].first / per);
  const end = Math.max(...spans.map((s) => s.first + s.n));
  const hi = Math.floor((end - 1) / per);
  return (lo === hi ? [lo] : [lo, hi]).map((table) => ({
    table,
    parts: spans.flatMap((s) => {
      const a = Math.max(s.first, table * per);
      const b = Math.min(s.first + s.n, (table + 1) * per);
      return a < b ? [{kind: s.kind, slot: a - table * per, n: b - a}] : [];
    }),
  }));
}

/** @param {ViewInput} input @param {{width: number, fs: number}} size */
export function layoutPagetables(input, {width, fs}) {
  const rows = input.tables.pagetables ?? [];
  /** @type {import("../lib/marks.js").Mark[]} */
  const marks = [];
  if (!rows.length) return {marks, width, height: 0};
  const o = {input, width, fs, per: input.page / ENTRY, wide: width > fs * 54};
  let y = key(marks, o);
  for (const root of [...new Set(rows.map((r) => r.root))])
    y = tree(
      marks,
      root,
      rows.filter((r) => r.root === root),
      y,
      o,
    );
  return {marks, width, height: y};
}

/** @param {Mark[]} marks @param {{input: ViewInput, fs: number, width: number}} of */
function key(marks, {input, fs, width}) {
  let x = 0;
  let y = 0;
  for (const {label, fill} of legend(input.t)) {
    const w = fs * 3.4 + textWidth(label, fs * 0.86);
    if (x && x + w > width) {
      x = 0;
      y += fs * 1.4;
    }
    marks.push(rect(`key:${label}`, "bit", x, y + fs * 0.4, fs * 1.6, fs * 0.9, {fill}));
    marks.push(text(`key:${label}`, "dim", x + fs * 2.1, y + fs * 1.2, label));
    x += w;
  }
  return y + fs * 2;
}

/**
 * @param {Mark[]} marks @param {Element} root @param {readonly Row[]} rows @param {number} y
 * @param {any} o
 */
function tree(marks, root, rows, y, o) {
  const {input, fs, width} = o;
  const total = rows.reduce((a, r) => a + r.count, 0);
  const levels = [4, 3, 2, 1, 0].filter((l) => rows.some((r) => entriesAt(r, l).length));
  const left = o.wide ? fs * 18 : 0;
  const step = (width - left) / Math.max(1, levels.length);
  const columns = levels.map((level, i) => ({level, x: left + i * step, w: step - fs * 1.1}));
  /** @param {string} name */
  const made = (name) =>
    rows.flatMap(parseLevels).reduce((a, [n, c]) => a + (n === name ? c : 0), 0);
  marks.push(text(`root:${root}`, "head", 0, y + fs * 1.3, root));
  marks.push(
    text(
      `root:${root}:n`,
      "dim",
      width,
      y + fs * 1.3,
      input.t("pagetables.total", {
        n: int(total, input.lang),
        size: bytes(total * input.page, input.lang),
      }),
      {a: "end"},
    ),
  );
  for (const c of columns) {
    const n = made(LEVELS[c.level]);
    marks.push(
      text(
        `${root}:${c.level}`,
        "dim",
        c.x,
        y + fs * 2.8,
        fit(
          n
            ? `${LEVELS[c.level]} · ${input.t("pagetables.new", {n: int(n, input.lang)})}`
            : LEVELS[c.level],
          c.w,
          fs * 0.86,
          0.56,
        ),
      ),
    );
  }
  y += fs * 3.2;
  for (const r of rows) y = mapping(marks, r, y, columns, o);
  return y + fs * 0.8;
}

/** @param {Mark[]} marks @param {Row} r @param {number} y @param {any} columns @param {any} o */
function mapping(marks, r, y, columns, o) {
  const {input, fs, width} = o;
  const k = `pagetables:${r.key}`;
  const hot = mark(input.changed, "pagetables", r.key);
  const top = y + (o.wide ? 0 : fs * 3.2);
  const high = Math.max(
    fs * (o.wide ? 3.9 : 1.5),
    ...columns.map((/** @type {any} */ c) => level(marks, k, r, c, top + fs * 0.45, o)),
  );
  const height = top - y + high + fs * 0.2;
  const size = bytes(num(r.size), input.lang);
  marks.unshift(
    rect(k, "outlinebox fillable" + hot, 0, y, width, height, {
      rx: 4,
      ref: k,
      v: {count: r.count, base: r.base, tables: r.tables, blocks: r.blocks, pages: r.pages},
      tip: `${r.root}: ${wordOf(input.t, r.maps)} ${r.va} → ${r.pa}, ${size}; ${made(r, input)}`,
    }),
  );
  names(marks, k, r, y, o);
  return y + height + fs * 0.5;
}

/**
 * What is mapped where, and the table pages that it took.
 * @param {Mark[]} marks @param {string} k @param {Row} r @param {number} y
 * @param {{input: ViewInput, fs: number, wide: number, width: number}} arg4
 */
function names(marks, k, r, y, {input, fs, wide, width}) {
  const room = (wide ? fs * 18 : width) - fs;
  const lines = [
    [
      "boxname",
      [wordOf(input.t, r.maps), num(r.size) ? bytes(num(r.size), input.lang) : ""]
        .filter(Boolean)
        .join(" · "),
      0.6,
    ],
    ["mono dim", num(r.pa) ? `${r.va} → ${r.pa}` : r.va, 0.6 * 0.86],
    ["dim", made(r, input), 0.56 * 0.86],
  ];
  const at = wide ? [0, 1, 2] : [0, 1, 1];
  const name = textWidth(String(lines[0][1]), fs, 0.62) + fs * 1.6;
  for (const [i, [c, s, em]] of lines.entries()) {
    const aside = !wide && i === 2;
    marks.push(
      text(
        `${k}:${i}`,
        c,
        aside ? width - fs * 0.6 : fs * 0.6,
        y + fs * (1.15 + 1.2 * (aside ? 0 : at[i])),
        aside ? fitFirst([s, ""], width - name, fs, em) : fit(s, room, fs, em),
        aside ? {a: "end"} : {},
      ),
    );
  }
}

/** @param {Row} r @param {{t: Translate, lang: string}} of */
const made = (r, {t, lang}) =>
  r.count
    ? t("pagetables.from", {n: int(r.count, lang), base: r.base, way: r.step < 0 ? "↓" : "↑"})
    : t("pagetables.none");

/**
 * The strips of one level and what they come to.
 * @returns {number} height @param {Mark[]} marks @param {string} k @param {Row} r @param {any} c
 * @param {number} y @param {any} o
 */
function level(marks, k, r, c, y, o) {
  const {input, fs} = o;
  const spans = entriesAt(r, c.level);
  const all = strips(spans, o.per);
  const h = fs * (all.length > 1 ? 0.62 : 1.1);
  const from = pageOf(r, LEVELS[c.level], input);
  all.forEach((s, i) =>
    strip(marks, `${k}:${c.level}.${i}`, s, c, y + i * (h + 3), h, o.per, from),
  );
  if (!spans.length) return 0;
  const base = y + all.length * (h + 3);
  const between = all.length > 1 ? all[1].table - all[0].table - 1 : 0;
  const sums = KINDS.map((kind, i) => ({
    id: kind.id,
    n: spans.reduce((a, s) => a + (s.kind === i ? s.n : 0), 0),
  })).filter((s) => s.n);
  const size = input.page * o.per ** c.level;
  const says = sums
    .map((s) =>
      input.t(`pagetables.n.${s.id}`, {n: int(s.n, input.lang), size: bytes(size, input.lang)}),
    )
    .join(" · ");
  marks.push(
    text(
      `${k}:${c.level}:n`,
      "dim",
      c.x,
      base + fs * 0.85,
      fit(says, c.w + fs * 0.6, fs * 0.86, 0.54),
      {v: sums.map((s) => s.n)},
    ),
  );
  const where =
    between > 0 ? input.t("pagetables.between", {n: int(between, input.lang)}) : slots(all[0]);
  marks.push(
    text(
      `${k}:${c.level}:s`,
      "mono dim",
      c.x,
      base + fs * 1.95,
      fit(where, c.w + fs * 0.6, fs * 0.86),
    ),
  );
  return all.length * (h + 3) + fs * 2.4;
}

/** "[8] [9–10]": indexes in the table, as far as they are few. @param {{parts: any}} what */
function slots({parts}) {
  const s = parts
    .slice(0, 4)
    .map((/** @type {any} */ p) => (p.n === 1 ? `[${p.slot}]` : `[${p.slot}–${p.slot + p.n - 1}]`))
    .join(" ");
  return parts.length > 4 ? `${s} …` : s;
}

/**
 * A page that was taken for a table goes to its level: pages are taken from the highest level down.
 * @param {Row} r @param {string} name @param {ViewInput} input
 */
function pageOf(r, name, input) {
  const before = parseLevels(r).findIndex(([n]) => n === name);
  if (before < 0) return {};
  const base = num(r.base) + before * r.step;
  return comes(input, "pagetables", r, () => ({addr: [base, base + input.page]}));
}

/**
 * A table of 512 entries; what is filled is seen even where it is one of them.
 * @param {any} marks @param {string} k @param {any} s @param {any} c @param {number} y
 * @param {number} h @param {any} per @param {any} from
 */
function strip(marks, k, s, c, y, h, per, from) {
  const tip = `${LEVELS[c.level]} #${hex(s.table)}`;
  marks.push(rect(k, "slots", c.x, y, c.w, h, {...from, tip}));
  for (const [i, kind] of KINDS.entries()) {
    const d = s.parts
      .filter((/** @type {any} */ p) => p.kind === i)
      .map(
        (/** @type {any} */ p) =>
          `M${c.x + (c.w * p.slot) / per},${y}h${Math.max(MIN_SLOT, (c.w * p.n) / per)}v${h}` +
          `h${-Math.max(MIN_SLOT, (c.w * p.n) / per)}z`,
      )
      .join("");
    if (d) marks.push(path(`${k}:${kind.id}`, "slot", d, {fill: kind.fill}));
  }
}

export const view = describe({
  id: "pagetables",
  group: "mapping",
  concept: "mm-struct",
  tables,
  main: "pagetables",
  follows: ["pagetables"],
  rank: 3,
  layout: layoutPagetables,
  legend,
});
