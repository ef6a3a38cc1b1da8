// SPDX-License-Identifier: GPL-2.0-or-later
// The allocator at work: who holds pages, the CPUs' page lists, the free lists. A block has the key of its
// first page wherever it is, so that a step carries it from one list to the other.
import {fit, int, num} from "../lib/format.js";
import {mark, rect, text} from "../lib/marks.js";
import {describe} from "../lib/view.js";

const tables = ["ledger", "pcp_pages", "pagesets", "freelists"];

/** The owner of what an operation holds, as the ledger has it. */
const HELD = "alloc_pages";
const MAX_ORDER = 10;

/** @typedef {{pfn: number, order: number, type: string}} Block */
/** @typedef {{title: string, aside: string, key: string, hot: boolean, rows: {label: string, blocks: Block[], more: number}[]}} Box */

const short = (type) => type.replace(/^MIGRATE_/, "").toLowerCase();
const keyOf = (pfn) => `page:${pfn}`;

/** Blocks that operations hold, by the names that hold them. @returns {Map<string, Block[]>} */
function heldBlocks({ledger = []}, page) {
  const out = new Map();
  for (const r of ledger) {
    if (r.owner !== HELD) continue;
    const name = /^op \d+$/.test(r.detail) ? "" : r.detail;
    const pages = num(r.size) / page;
    const pfn = num(r.key) / page;
    for (let at = 0; at < pages; ) {
      const order = Math.min(MAX_ORDER, Math.floor(Math.log2(pages - at)));
      const list = out.get(name) ?? out.set(name, []).get(name);
      list.push({pfn: pfn + at, order, type: "held"});
      at += 2 ** order;
    }
  }
  return out;
}

/** The lists of each CPU that hold anything. @returns {Box[]} */
function cpuBoxes({tables: t, changed, lang}) {
  const lists = new Map();
  for (const r of t.pcp_pages ?? []) {
    const set = `${r.node}/${r.zone}/${r.cpu}`;
    const list = lists.get(set) ?? lists.set(set, new Map()).get(set);
    const name = `${r.order} ${short(r.type)}`;
    (list.get(name) ?? list.set(name, []).get(name)).push({
      pfn: r.key,
      order: r.order,
      type: short(r.type),
    });
  }
  return (t.pagesets ?? []).map((r) => ({
    title: `CPU ${r.cpu} · ${r.zone}${r.node ? ` · ${r.node}` : ""}`,
    aside: `${int(r.count, lang)} / ${int(r.high || r.high_min, lang)} · batch ${r.batch}`,
    key: `pagesets:${r.key}`,
    hot: Boolean(mark(changed, "pagesets", r.key)),
    rows: [...(lists.get(r.key) ?? [])].map(([label, blocks]) => ({label, blocks, more: 0})),
  }));
}

/** @param {any} r a row of the free lists @param {number} max */
function blocksOf(r, max) {
  const out = [];
  for (const [pfn, n, step] of r.runs ?? [])
    for (let i = 0; i < n && out.length < max; i++)
      out.push({pfn: pfn + i * step, order: r.order, type: short(r.type)});
  return out;
}

/** The free lists of each zone, order by order. @returns {Box[]} */
function freeBoxes({tables: t, changed, lang}, max) {
  const zones = new Map();
  for (const r of t.freelists ?? []) {
    const zone = `${r.node}/${r.zone}`;
    const box =
      zones.get(zone) ??
      zones
        .set(zone, {
          title: `${r.zone} · ${r.node}`,
          aside: "",
          key: zone,
          hot: false,
          rows: [],
          n: 0,
        })
        .get(zone);
    const blocks = blocksOf(r, max);
    box.n += r.nr_free * 2 ** r.order;
    box.aside = int(box.n, lang);
    box.hot ||= Boolean(mark(changed, "freelists", r.key));
    box.rows.push({label: `${r.order} ${short(r.type)}`, blocks, more: r.nr_free - blocks.length});
  }
  return [...zones.values()];
}

/** Blocks as they were before this event, to tell what one was cut from. */
function parents({was}) {
  const out = new Map();
  for (const r of was?.freelists?.values() ?? [])
    for (const b of blocksOf(r, 400)) out.set(b.pfn, b.order);
  return (/** @type {number} */ pfn) => {
    for (let o = 1; o <= MAX_ORDER; o++) {
      const first = pfn - (pfn % 2 ** o);
      if (first !== pfn && (out.get(first) ?? -1) >= o) return first;
    }
    return null;
  };
}

const wide = (order, fs) => fs * (0.62 + order * 0.16);

/** @param {any} input @param {{width: number, fs: number}} size */
export function layoutWork(input, {width, fs}) {
  /** @type {import("../lib/marks.js").Mark[]} */
  const marks = [];
  const room = Math.max(8, Math.floor((width - fs * 8) / (fs * 0.8)));
  const held = [...heldBlocks(input.tables, input.page)];
  const parent = parents(input);
  const draw = {marks, input, width, fs, room, parent};
  let y = 0;
  y = band(draw, input.t("work.held"), y);
  y = box(
    draw,
    {
      title: "",
      aside: "",
      key: "held",
      hot: false,
      rows: held.map(([label, blocks]) => ({
        label: label || input.t("work.unnamed"),
        blocks,
        more: 0,
      })),
    },
    y,
  );
  y = band(draw, input.t("work.cpus"), y + fs * 0.6);
  for (const b of cpuBoxes(input)) y = box(draw, b, y);
  y = band(draw, input.t("work.free"), y + fs * 0.6);
  for (const b of freeBoxes(input, room)) y = box(draw, b, y);
  const keys = new Set(marks.map((m) => m.k));
  return {
    marks,
    width,
    height: y + fs,
    /** A block that is no more went into the one that has its pages now. @param {any} gone */
    into: (gone) => {
      const pfn = gone.v?.pfn;
      for (let o = 1; pfn !== undefined && o <= MAX_ORDER; o++) {
        const k = `r:${keyOf(pfn - (pfn % 2 ** o))}`;
        if (k !== gone.k && keys.has(k)) return k;
      }
      return undefined;
    },
  };
}

function band({marks, width, fs}, label, y) {
  marks.push(text(`band:${label}`, "head", 0, y + fs * 1.2, fit(label, width, fs, 0.56)));
  return y + fs * 1.7;
}

function box(draw, {title, aside, key, hot, rows}, y) {
  const {marks, fs, width} = draw;
  if (title) {
    marks.push(
      text(`${key}:title`, `dim${hot ? " changed" : ""}`, fs * 0.4, y + fs, title, {
        ref: key,
        tip: title,
      }),
      text(`${key}:aside`, "num", width - fs * 0.4, y + fs, aside, {a: "end", v: aside}),
    );
    y += fs * 1.4;
  }
  for (const row of rows) y = list(draw, key, row, y);
  return y + fs * 0.3;
}

/** One list, head first. */
function list({marks, fs, width, room, parent, input}, key, {label, blocks, more}, y) {
  const left = fs * 7;
  marks.push(
    text(`${key}:${label}`, "tiny", left - fs * 0.5, y + fs * 0.8, fit(label, left, fs * 0.72), {
      a: "end",
    }),
  );
  let x = left;
  let shown = 0;
  for (const b of blocks.slice(0, room)) {
    const w = wide(b.order, fs);
    if (x + w > width - fs * 3) break;
    const from = parent(b.pfn);
    marks.push(
      rect(keyOf(b.pfn), `page ${b.type}`, x, y + 1, w - 2, fs * 0.85, {
        rx: 2,
        v: {pfn: b.pfn, order: b.order},
        tip: input.t("work.block", {pfn: b.pfn, order: b.order, type: b.type}),
        ...(from === null ? {} : {from: `r:${keyOf(from)}`}),
      }),
    );
    x += w;
    shown++;
  }
  const rest = blocks.length - shown + more;
  if (rest > 0)
    marks.push(
      text(`${key}:${label}:more`, "tiny", x + fs * 0.3, y + fs * 0.8, `+${int(rest, input.lang)}`),
    );
  return y + fs * 1.15;
}

export const view = describe({
  id: "work",
  group: "allocators",
  tables,
  main: "pcp_pages",
  follows: ["pcp_pages"],
  rank: -1,
  layout: layoutWork,
});
