// SPDX-License-Identifier: GPL-2.0-or-later
// The buddy allocator's free lists: orders across, migratetypes down; a cell's list in list order below.
import {bytes, fit, int} from "../lib/format.js";
import {comes, mark, rect, text} from "../lib/marks.js";
import {describe} from "../lib/view.js";

const tables = ["freelists"];

/** Rows exist from the first block on; the matrix has the lists that the kernel has. */
const MAX_ORDER = 10;
const TYPES = ["UNMOVABLE", "MOVABLE", "RECLAIMABLE", "HIGHATOMIC", "CMA", "ISOLATE"];
/** @param {number} n */
const upTo = (n) => Array.from({length: n + 1}, (_, i) => i);

/**
 * @param {readonly any[]} rows
 * @returns {{zone: string, orders: number[], types: string[], cells: Map<string, any>}[]}
 */
export function matrices(rows) {
  const out = new Map();
  for (const r of rows) {
    const zone = `${r.node}/${r.zone}`;
    if (!out.has(zone))
      out.set(zone, {zone, orders: new Set(), types: new Set(), cells: new Map()});
    const m = out.get(zone);
    const type = r.type.replace(/^MIGRATE_/, "");
    m.orders.add(r.order);
    m.types.add(type);
    m.cells.set(`${type}/${r.order}`, r);
  }
  return [...out.values()]
    .map((m) => ({
      ...m,
      orders: upTo(Math.max(MAX_ORDER, ...m.orders)),
      types: [...m.types].every((t) => TYPES.includes(t)) ? TYPES : [...m.types],
    }))
    .filter((m) => [...m.cells.values()].some((r) => r.nr_free > 0) || out.size === 1);
}

/** @param {ViewInput} input @param {{width: number, fs: number, sel?: string}} size */
export function layoutFreelists(input, {width, fs, sel}) {
  /** @type {import("../lib/marks.js").Mark[]} */
  const marks = [];
  let y = 0;
  for (const m of matrices(input.tables.freelists ?? []))
    y = matrix(marks, m, y, input, width, fs, sel);
  return {
    marks,
    width,
    height: y,
    chosen: marks.find((m) => m.k === `t:list:${String(sel).replace("freelists:", "")}`)?.y,
  };
}

/**
 * @param {Mark[]} marks @param {any} m @param {number} y @param {ViewInput} input
 * @param {number} width @param {number} fs @param {any} sel
 */
function matrix(marks, m, y, input, width, fs, sel) {
  const [node, zone] = m.zone.split("/");
  const left = fs * 7.5;
  const cw = Math.min(fs * 5.4, (width - left) / Math.max(1, m.orders.length));
  const ch = fs * 1.75;
  const pages = [...m.cells.values()].reduce((a, r) => a + r.nr_free * 2 ** r.order, 0);
  marks.push(text(`${m.zone}`, "head", 0, y + fs * 1.3, `${input.t("node")} ${node} · ${zone}`));
  marks.push(
    text(
      `${m.zone}:sum`,
      "dim",
      width,
      y + fs * 1.3,
      input.t("freelists.total", {
        n: int(pages, input.lang),
        size: bytes(pages * input.page, input.lang),
      }),
      {a: "end"},
    ),
  );
  y += fs * 1.8;
  for (const [i, o] of m.orders.entries())
    marks.push(
      text(
        `${m.zone}:o${o}`,
        "dim",
        left + cw * (i + 0.5),
        y + fs,
        `${o} · ${bytes(2 ** o * input.page, input.lang)}`.slice(
          0,
          cw > fs * 4.4 ? 99 : String(o).length,
        ),
        {a: "middle"},
      ),
    );
  y += fs * 1.4;
  for (const [j, type] of m.types.entries()) {
    marks.push(
      text(
        `${m.zone}:${type}`,
        "dim",
        left - fs * 0.6,
        y + ch * (j + 0.65),
        fit(type, left - fs, fs * 0.86),
        {a: "end"},
      ),
    );
    for (const [i, o] of m.orders.entries())
      cell(marks, m.cells.get(`${type}/${o}`), left + cw * i, y + ch * j, cw, ch, pages, input, fs);
  }
  y += ch * m.types.length + fs * 0.4;
  const chosen = [...m.cells.values()].find((r) => `freelists:${r.key}` === sel);
  return chosen ? list(marks, chosen, y, input, width, fs) : y + fs * 0.5;
}

/**
 * @param {Mark[]} marks @param {Row} r @param {number} x @param {number} y @param {number} w
 * @param {number} h @param {number} pages @param {ViewInput} input @param {number} fs
 */
function cell(marks, r, x, y, w, h, pages, input, fs) {
  if (!r)
    return void marks.push(
      text(`none:${x},${y}`, "dim", x + w / 2, y + h * 0.62, "·", {a: "middle"}),
    );
  const share = pages ? (r.nr_free * 2 ** r.order) / pages : 0;
  const k = `freelists:${r.key}`;
  const hot = mark(input.changed, "freelists", r.key);
  marks.push(
    rect(k, "cell" + hot, x + 1, y + 1, w - 3, h - 3, {
      rx: 2,
      ref: k,
      ...comes(input, "freelists", r, (was) => source(input, r, was)),
      v: r.nr_free,
      tip: `${r.zone} ${r.type} order ${r.order}: ${r.nr_free}`,
    }),
  );
  if (r.nr_free > 0)
    marks.push(
      rect(
        `${k}:fill`,
        "zonebar managed grow",
        x + 1,
        y + h - 5,
        (w - 3) * Math.max(0.04, Math.sqrt(share)),
        3,
      ),
    );
  marks.push(
    text(
      `${k}:n`,
      (r.nr_free ? "num" : "dim") + hot,
      x + w / 2,
      y + h * 0.62,
      r.nr_free ? int(r.nr_free, input.lang) : "·",
      {a: "middle"},
    ),
  );
}

/**
 * What a list has got: a block of another list that was split or joined, or else the memory itself.
 * @returns {import("../lib/marks.js").Source|undefined}
 * @param {ViewInput} input @param {Row} r @param {any} was
 */
function source(input, r, was) {
  if (r.nr_free <= (was?.nr_free ?? 0)) return undefined;
  const now = new Map((input.tables.freelists ?? []).map((x) => [String(x.key), x]));
  for (const [key, old] of input.was?.freelists ?? [])
    if (old.zone === r.zone && old.node === r.node && old.nr_free > (now.get(key)?.nr_free ?? 0))
      return {key: `r:freelists:${key}`};
  const known = new Set((was?.runs ?? []).map((/** @type {any} */ x) => x.join()));
  const [pfn, count, step] = (r.runs ?? []).find(
    (/** @type {any} */ x) => !known.has(x.join()),
  ) ?? [0, 0, 0];
  const [a, b] = [pfn, pfn + (count - 1) * step].sort((x, y) => x - y);
  return count ? {addr: [a * input.page, (b + 2 ** r.order) * input.page]} : undefined;
}

/**
 * Blocks of one list, head first: the order in which they will be handed out.
 * @param {Mark[]} marks @param {Row} r @param {number} y @param {ViewInput} input
 * @param {number} width @param {number} fs
 */
function list(marks, r, y, input, width, fs) {
  const blocks = [];
  for (const [pfn, count, step] of r.runs ?? [])
    for (let i = 0; i < count && blocks.length < 200; i++) blocks.push(pfn + i * step);
  const w = fs * 5.6;
  const columns = Math.max(1, Math.floor(width / w));
  marks.push(
    text(
      `list:${r.key}`,
      "head",
      0,
      y + fs * 1.2,
      input.t("freelists.list", {
        type: r.type.replace(/^MIGRATE_/, ""),
        order: r.order,
        n: int(r.nr_free, input.lang),
      }),
    ),
  );
  y += fs * 1.8;
  blocks
    .slice(0, columns * 8)
    .forEach((pfn, i) =>
      marks.push(
        text(
          `list:${r.key}:${i}`,
          "mono",
          (i % columns) * w,
          y + fs * (1 + 1.4 * Math.floor(i / columns)),
          `${i ? "→ " : "● "}${pfn}`,
        ),
      ),
    );
  return y + fs * (1.4 * Math.ceil(Math.min(blocks.length, columns * 8) / columns) + 1.2);
}

export const view = describe({
  id: "freelists",
  group: "allocators",
  concept: "buddy",
  tables,
  main: "freelists",
  filler: "memblock_free_all",
  follows: ["freelists"],
  rank: 5,
  layout: layoutFreelists,
});
