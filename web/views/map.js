// SPDX-License-Identifier: GPL-2.0-or-later
// The address map: what memblock knows, who owns what, and the zones, on one line of addresses.
// Marks go to a canvas, at most one a pixel column and lane; axis, labels and outlines are SVG.
import {bytes, fit, hex, num, textWidth} from "../lib/format.js";
import {entry} from "../lib/maps.js";
import {line, path, rect, text} from "../lib/marks.js";
import {draw} from "../lib/draw.js";
import {within} from "../lib/motion.js";
import {look, ownerLabel} from "../lib/owners.js";
import {makeX} from "../lib/scale.js";
import {describe} from "../lib/view.js";

export const tables = ["memblock.memory", "memblock.reserved", "ledger", "zones"];

/** @typedef {{key: string, base: number, end: number, look: string, hatch: number, label: string, ref: string}} Item */
/** @typedef {Item & {x: number, w: number, n: number, bytes: number, changed: boolean}} Cell */

/** Flags of a memblock region, "" for none. @param {Row} r */
export const flagsOf = (r) => (/^(none|0x0)?$/i.test(r.flags ?? "") ? "" : r.flags);

/** @param {string} table @param {string} tone */
const memblockItem = (table, tone) => (/** @type {Row} */ r) => ({
  key: String(r.key),
  base: num(r.key),
  end: num(r.key) + num(r.size),
  look: tone,
  hatch: flagsOf(r) ? 4 : 0,
  label: [r.nid >= 0 ? `node ${r.nid}` : "", flagsOf(r)].filter(Boolean).join(" "),
  ref: `${table}:${r.key}`,
});

/** @param {Row} r */
function ledgerItem(r) {
  const l = look(r.owner);
  return {
    key: String(r.key),
    base: num(r.key),
    end: num(r.key) + num(r.size),
    look: l.family,
    hatch: l.hatch,
    label: r.owner,
    ref: `ledger:${r.key}`,
  };
}

/** @param {number} page */
const zoneItem = (page) => (/** @type {Row} */ r) => ({
  key: String(r.key),
  base: r.start_pfn * page,
  end: (r.start_pfn + r.spanned) * page,
  look: "zone",
  hatch: r.index % 2 ? 1 : 0,
  label: `${r.zone} · node ${r.node}`,
  ref: `zones:${r.key}`,
});

/** @param {number} page */
const nodeItem = (page) => (/** @type {any} */ r) => ({
  key: String(r.key),
  base: r.start_pfn * page,
  end: (r.start_pfn + r.spanned) * page,
  look: "zone",
  hatch: r.key % 2 ? 1 : 0,
  label: `node ${r.key}`,
  ref: `nodes:${r.key}`,
});

/** Set bits of the bootmem bitmap: pages that are taken. @param {number} page */
const bitItem = (page) => (/** @type {Row} */ r) => ({
  key: String(r.key),
  base: Number(r.key) * page,
  end: r.end_pfn * page,
  look: "reserved",
  hatch: 5,
  label: "",
  ref: `bootmem:${r.key}`,
});

/**
 * Regions whose flags change how memory is used: NOMAP is not in the linear map, MIRROR is
 * preferred, HOTPLUG avoided.
 * @param {Row} r
 */
const flagItem = (r) => ({
  ...memblockItem(r.table, "aside")(r),
  key: `${r.table}:${r.key}`,
  hatch: /NOMAP/.test(r.flags) ? 4 : 1,
  label: flagsOf(r),
});

/** The lanes from top to bottom: share is of the height that is left for lanes. */
export const LANES = [
  {
    id: "memory",
    table: "memblock.memory",
    share: 2,
    item: () => memblockItem("memblock.memory", "memory"),
  },
  {
    id: "reserved",
    table: "memblock.reserved",
    share: 2,
    item: () => memblockItem("memblock.reserved", "reserved"),
  },
  {id: "owners", table: "ledger", share: 5, item: () => ledgerItem},
  {id: "zones", table: "zones", share: 2, item: zoneItem},
];

/**
 * Rows of a lane as cells; neighbours that share a pixel column become one, owned by the largest.
 * @param {Item[]} items sorted by base
 * @param {{x: (a: number) => number, width: number, addr?: (px: number) => number}} x
 * @param {Set<string>|undefined} changed @returns {Cell[]}
 */
export function layoutLane(items, x, changed) {
  /** @type {Cell[]} */
  const out = [];
  const {addr} = x;
  const dense = addr && items.length > DENSE;
  const first = addr && items.length > MANY ? firstBehind(items, addr(0)) : 0;
  for (let i = first; i < items.length; i++) {
    const item = items[i];
    const x0 = x.x(item.base);
    const x1 = x.x(item.end);
    if (x0 > x.width) break;
    if (x1 <= 0) continue;
    if (dense && x1 - x0 < 1 && x0 >= 0) {
      const next = firstFrom(items, addr(Math.floor(x0) + 1), i + 1);
      out.push(column(items, i, next, x0, changed));
      i = next - 1;
      continue;
    }
    const hot = Boolean(changed?.has(item.key));
    const last = out[out.length - 1];
    if (last && x1 - x0 < 1 && last.w <= 1 && Math.floor(x0) === Math.floor(last.x))
      join(last, item, hot);
    else
      out.push({
        ...item,
        x: Math.max(0, x0),
        w: Math.max(1, Math.min(x.width, x1) - Math.max(0, x0)),
        n: 1,
        bytes: item.end - item.base,
        changed: hot,
      });
  }
  return out;
}

/** So many items that not each can be looked at in every frame. */
const DENSE = 20000;

/**
 * Index of the first item that begins at or behind
 * @addr. @param {any} items @param {number} addr @param {number} from
 */
function firstFrom(items, addr, from) {
  let a = from;
  let b = items.length;
  while (a < b) {
    const m = (a + b) >> 1;
    if (items[m].base < addr) a = m + 1;
    else b = m;
  }
  return a;
}

/**
 * One pixel column of very many items: its owner is the largest of some of them.
 * @returns {Cell} @param {any} items @param {number} from @param {number} to @param {number} x
 * @param {any} changed
 */
function column(items, from, to, x, changed) {
  let best = items[from];
  let hot = false;
  const stride = Math.max(1, (to - from) >> 4);
  for (let i = from; i < to; i += stride) {
    if (items[i].end - items[i].base > best.end - best.base) best = items[i];
    hot ||= Boolean(changed?.has(items[i].key));
  }
  return {
    ...best,
    x,
    w: 1,
    n: to - from,
    bytes: items[to - 1].end - items[from].base,
    changed: hot,
  };
}

/** @param {any} cell @param {any} item @param {any} hot */
function join(cell, item, hot) {
  if (item.end - item.base > cell.bytes / cell.n)
    Object.assign(cell, {
      look: item.look,
      hatch: item.hatch,
      label: item.label,
      ref: item.ref,
      key: item.key,
    });
  cell.n++;
  cell.bytes += item.end - item.base;
  cell.changed ||= hot;
}

/** The owners of a run that is compared with. */
const OTHER = {id: "other", table: "ledger", share: 5, item: () => ledgerItem};
const NODES = {id: "nodes", table: "nodes", share: 1.4, item: nodeItem};
const FLAGS = {id: "flags", table: "flags", share: 1.2, item: () => flagItem};
const BITS = {id: "bootmem", table: "bootmem", share: 2, item: bitItem};

/** One empty table, so that it has one place in the cache. */
const NONE = /** @type {any[]} */ (Object.freeze(/** @type {any} */ ([])));

/** Lanes that only some runs have. @param {any} input */
function lanesFor(input) {
  const [memory, reserved, owner, zone] = LANES;
  return [
    memory,
    reserved,
    ...(input.flagged ? [FLAGS] : []),
    ...(input.bits ? [BITS] : []),
    owner,
    ...(input.other ? [OTHER] : []),
    ...((input.tables.nodes?.length ?? 0) > 1 ? [NODES] : []),
    zone,
  ];
}

/**
 * Rows of both arrays that have flags; made once for each state of the two.
 * @type {WeakMap<object, {of: object, rows: any[]}>}
 */
const flagged = new WeakMap();

function flagRows({"memblock.memory": memory = NONE, "memblock.reserved": reserved = NONE}) {
  const known = flagged.get(memory);
  if (known?.of === reserved) return known.rows;
  /** @param {string} table @param {readonly Row[]} rows */
  const of = (table, rows) => rows.filter(flagsOf).map((r) => ({...r, table}));
  const rows = [...of("memblock.memory", memory), ...of("memblock.reserved", reserved)];
  flagged.set(memory, {of: reserved, rows});
  return rows;
}

/**
 * Keys of rows that have changed; beside another run, of those that differ from it.
 * @param {any} lane @param {any} input
 */
const changedIn = (lane, input) =>
  (lane === OTHER ? input.otherChanged : (input.mine ?? input.changed))[lane.table];

/** What a lane shows. @param {any} lane @param {any} input */
const rowsFor = (lane, input) =>
  lane === FLAGS
    ? flagRows(input.tables)
    : ((lane === OTHER ? input.other : input.tables)[lane.table] ?? NONE);

/**
 * Items of rows, once for each state of a table: panning draws the same rows many times.
 * @type {WeakMap<object, Map<string, Item[]>>}
 */
const made = new WeakMap();

/**
 * Items of single rows, by lane: from one moment to the next most rows of a table are the same.
 * @type {WeakMap<Row, Map<string, Item>>}
 */
const madeOf = new WeakMap();

/** @param {any} lane @param {readonly Row[]} rows @param {number} page */
function itemsOf(lane, rows, page) {
  const known = entry(made, rows, () => new Map());
  return entry(known, lane.id, () => {
    const item = lane.item(page);
    const items = rows
      .map((r) =>
        entry(
          entry(madeOf, r, () => new Map()),
          lane.id,
          () => item(r),
        ),
      )
      .filter((r) => r.end > r.base);
    return inOrder(items) ? items : items.sort((a, b) => a.base - b.base);
  });
}

/** Tables of ranges come in their order. @param {Item[]} items */
const inOrder = (items) => items.every((r, i) => i === 0 || items[i - 1].base <= r.base);

/** Few items are simply gone through; many never overlap, for they are ranges of the ledger or of memblock. */
const MANY = 256;

/** Index of the first item that ends behind @addr. @param {any} items @param {number} addr */
function firstBehind(items, addr) {
  let a = 0;
  let b = items.length;
  while (a < b) {
    const m = (a + b) >> 1;
    if (items[m].end <= addr) a = m + 1;
    else b = m;
  }
  return a;
}

/** @param {number} height @param {number} fs */
export function laneBoxes(height, fs, all = LANES) {
  const top = Math.round(fs * 2.1);
  const foot = Math.round(fs * 3.1);
  const room = Math.max(60, height - top - foot - all.length * 6);
  const total = all.reduce((a, l) => a + l.share, 0);
  let y = top;
  const boxes = all.map((l) => {
    const h = Math.round((room * l.share) / total);
    const box = {id: l.id, y, h};
    y += h + 6;
    return box;
  });
  return {boxes, top, bottom: y - 6};
}

/**
 * @param {any} input
 * @param {import("../lib/scale.js").Fold} fold
 * @param {[number, number]|null} win
 * @param {{width: number, height: number, fs: number}} size
 */
export function layoutMap(input, fold, win, size) {
  const x = makeX(fold, win, size.width);
  const all = lanesFor(input);
  const {boxes, top, bottom} = laneBoxes(size.height, size.fs, all);
  const lanes = all.map((lane, i) => {
    const rows = itemsOf(lane, rowsFor(lane, input), input.page);
    return {
      ...boxes[i],
      table: lane.table,
      rows: rows.length,
      cells: layoutLane(rows, x, changedIn(lane, input)),
    };
  });
  return {x, lanes, top, bottom, width: size.width, height: size.height};
}

/* ---- axis ---- */

/** Candidate ticks, most important first. @param {Fold} fold @param {any} x */
function candidates(fold, x) {
  const inside = fold.segments.filter((s) => s.u1 >= x.u0 && s.u0 <= x.u1);
  const edges = inside.flatMap((s) => [s.base, s.end]);
  const banks = edges.filter((e, i) => i === 0 || i === edges.length - 1);
  const gaps = inside.filter((s) => !s.ram).flatMap((s) => [s.base, s.end]);
  const bySize = [...inside]
    .sort((p, q) => q.end - q.base - (p.end - p.base))
    .flatMap((s) => [s.base, s.end]);
  return [...banks, ...gaps, ...bySize, ...inside.flatMap((s) => inner(s, x))];
}

/**
 * Round addresses inside a wide segment, about one every hundred pixels.
 * @param {any} s @param {LineOfAddresses} x
 */
function inner(s, x) {
  const x0 = Math.max(0, x.x(s.base));
  const x1 = Math.min(x.width, x.x(s.end));
  if (x1 - x0 < 200) return [];
  const from = x.addr(x0);
  const to = x.addr(x1);
  const step = 2 ** Math.ceil(Math.log2(((to - from) * 110) / (x1 - x0)));
  const out = [];
  for (let a = Math.ceil(from / step) * step; a < to && out.length < 64; a += step) out.push(a);
  return out;
}

/**
 * Ticks whose labels do not touch.
 * @returns {{addr: number, x: number, at: number, label: string}[]} @param {Fold} fold
 * @param {LineOfAddresses} x @param {number} fs
 */
export function layoutTicks(fold, x, fs) {
  /** @type {{addr: number, x: number, at: number, half: number, label: string}[]} */
  const used = [];
  for (const addr of candidates(fold, x)) {
    const px = x.x(addr);
    if (px < -0.5 || px > x.width + 0.5) continue;
    const label = hex(Math.round(addr));
    const half = textWidth(label, fs) / 2 + 6;
    const at = Math.max(half, Math.min(x.width - half, px));
    if (used.every((u) => Math.abs(u.at - at) > u.half + half))
      used.push({addr, x: px, at, half, label});
  }
  return used.sort((a, b) => a.x - b.x);
}

/**
 * Axis, names, callout and outlines over the canvas.
 * @param {ReturnType<typeof import("./map.js").layoutMap>} map @param {Fold} fold
 * @param {{t: Translate, lang: string, focus: any, picked: any, sel: any, fs: number}} how
 */
export function layoutOverlay(map, fold, {t, lang, focus, picked, sel, fs}) {
  const small = fs * 0.86;
  const marks = [...axis(map, fold, small, lang), ...names(map, t, small, lang)];
  for (const [i, r] of picked.entries()) marks.push(...outline(map, "sel" + i, "picked", r));
  if (focus) marks.push(...callout(map, focus, t, lang, small));
  return {marks, width: map.width, height: map.height, sel};
}

/**
 * The axis that was made last for a line of addresses: it is the same at every moment.
 * @type {WeakMap<Fold, {of: string, marks: Mark[]}>}
 */
const axes = new WeakMap();

/**
 * @param {ReturnType<typeof import("./map.js").layoutMap>} map @param {Fold} fold
 * @param {number} fs @param {string} lang
 */
function axis(map, fold, fs, lang) {
  const of = [map.x.u0, map.x.u1, map.width, map.height, map.top, map.bottom, fs, lang].join();
  const known = axes.get(fold);
  if (known?.of === of) return known.marks;
  const marks = makeAxis(map, fold, fs, lang);
  axes.set(fold, {of, marks});
  return marks;
}

/**
 * @param {ReturnType<typeof import("./map.js").layoutMap>} map @param {Fold} fold
 * @param {number} fs @param {string} lang
 */
function makeAxis(map, fold, fs, lang) {
  const y = map.bottom + 4;
  const out = [line("axis", "axis", 0, y, map.width, y)];
  for (const k of layoutTicks(fold, map.x, fs)) {
    out.push(line("tick" + k.addr, "tick", k.x, y, k.x, y + 5));
    out.push(text("tick" + k.addr, "ticklabel", k.at, y + 6 + fs, k.label, {a: "middle"}));
  }
  for (const s of fold.segments) {
    const x0 = Math.max(0, map.x.x(s.base));
    const x1 = Math.min(map.width, map.x.x(s.end));
    if (x1 - x0 < 2 || s.u1 < map.x.u0 || s.u0 > map.x.u1) continue;
    if (!s.ram)
      out.push(
        rect("hole" + s.base, "hole", x0, map.top, x1 - x0, map.bottom - map.top, {
          fill: "url(#p-hole)",
        }),
      );
    if (s.folded && x1 - x0 > 16)
      out.push(path("fold" + s.base, "foldmark", zigzag((x0 + x1) / 2, y)));
    const label = bytes(s.end - s.base, lang);
    if (textWidth(label, fs) + 4 < x1 - x0 && y + 8 + 2.4 * fs <= map.height)
      out.push(
        text(
          "size" + s.base,
          s.ram ? "sizelabel" : "sizelabel gap",
          (x0 + x1) / 2,
          y + 8 + 2.1 * fs,
          label,
          {a: "middle"},
        ),
      );
  }
  return out;
}

/** @param {number} x @param {number} y */
const zigzag = (x, y) => `M${x - 6},${y + 3}l3,-6l3,6l3,-6`;

/**
 * Names on cells that are wide enough.
 * @param {ReturnType<typeof import("./map.js").layoutMap>} map @param {Translate} t
 * @param {number} fs @param {string} lang
 */
function names(map, t, fs, lang) {
  return map.lanes
    .filter((lane) => lane.h >= fs)
    .flatMap((lane) =>
      lane.cells.flatMap((c) => {
        if (c.w < fs * 1.2 || c.n > 1 || (lane.table === "ledger" && c.look === "free" && c.w < 60))
          return [];
        const label = c.label.replace(/\bnode (?=\d)/, `${t("node")} `);
        const name =
          lane.table === "ledger"
            ? ownerLabel(t, c.label)
            : ["zones", "nodes", "flags"].includes(lane.id)
              ? label
              : [bytes(c.bytes, lang), label].filter(Boolean).join(" · ");
        const two = lane.table === "ledger" && lane.h > fs * 3;
        const s =
          whole(name, c.w - 6, fs, lane.table === "ledger" ? 7 : 99) ||
          (lane.table.startsWith("memblock") ? whole(bytes(c.bytes, lang), c.w - 6, fs, 99) : "");
        const cy = lane.y + lane.h / 2 + fs * 0.36;
        if (!s && two && c.w > fs * 1.15)
          return upright(lane, c, whole(name, lane.h - 10, fs, 7), fs);
        const out = s
          ? [
              text(
                `${lane.id}:${c.key}`,
                `cellname on-${c.look}`,
                c.x + c.w / 2,
                two ? cy - fs * 0.65 : cy,
                s,
                {a: "middle"},
              ),
            ]
          : [];
        const size = whole(bytes(c.bytes, lang), c.w - 6, fs, 99);
        if (two && s && size)
          out.push(
            text(
              `${lane.id}:${c.key}:size`,
              `cellsize on-${c.look}`,
              c.x + c.w / 2,
              cy + fs * 0.65,
              size,
              {a: "middle"},
            ),
          );
        return out;
      }),
    );
}

/**
 * In a narrow cell the name runs upwards.
 * @param {any} lane @param {Row} c @param {any} s @param {number} fs
 */
function upright(lane, c, s, fs) {
  return s
    ? [
        text(
          `${lane.id}:${c.key}`,
          `cellname on-${c.look}`,
          c.x + c.w / 2 + fs * 0.36,
          lane.y + lane.h / 2,
          s,
          {a: "middle", up: true},
        ),
      ]
    : [];
}

/**
 * A name, without what stands in brackets where there is no room for that: "free (buddy)", "free". One that would lose
 * too much is left out: the legend and the pointer tell it.
 * @param {string} name @param {number} width @param {number} fs @param {number} least
 */
export function whole(name, width, fs, least) {
  const short = name.replace(/ ?[（(].*$/, "") || name;
  const s = textWidth(name, fs, 0.63) <= width ? name : short;
  const cut = fit(s, width, fs, 0.63);
  return cut === s || cut.length > least ? cut : "";
}

/**
 * @param {ReturnType<typeof import("./map.js").layoutMap>} map @param {string} k @param {any} c
 * @param {AddressRange} with_
 */
function outline(map, k, c, [a, b]) {
  const x0 = Math.max(-2, map.x.x(a));
  const x1 = Math.min(map.width + 2, map.x.x(b));
  if (x1 < 0 || x0 > map.width) return [];
  return [rect(k, c, x0 - 1, map.top - 1, Math.max(3, x1 - x0 + 2), map.bottom - map.top + 2)];
}

/**
 * What just happened, named at the top even when it is a hair's breadth on the map.
 * @param {ReturnType<typeof import("./map.js").layoutMap>} map @param {AddressRange} of
 * @param {Translate} t @param {string} lang @param {number} fs
 */
function callout(map, [a, b], t, lang, fs) {
  const x0 = map.x.x(a);
  const x1 = map.x.x(b);
  const label = `${hex(a)} + ${bytes(b - a, lang)}`;
  const w = textWidth(label, fs) + 14;
  const mid = Math.max(
    w / 2,
    Math.min(map.width - w / 2, (Math.max(0, x0) + Math.min(map.width, x1)) / 2),
  );
  const off = x1 < 0 ? "◀ " : x0 > map.width ? "▶ " : "";
  const out = off ? [] : outline(map, "focus", "focus", [a, b]);
  out.push(rect("flag", "flag", mid - w / 2, 1, w, fs * 1.6, {rx: 3}));
  out.push(text("flag", "flaglabel", mid, fs * 1.2, off + label, {a: "middle"}));
  if (!off)
    out.push(
      path(
        "pin",
        "pin",
        `M${mid},${fs * 1.6 + 1}L${(Math.max(0, x0) + Math.min(map.width, x1)) / 2},${map.top - 1}`,
      ),
    );
  return out;
}

/* ---- motion ---- */

/** @typedef {{x: number, y: number, w: number, h: number}} Box */
/** @typedef {{lane: string, cell: Cell, from: Box, to: Box, span: readonly [number, number], fade: number}} CellMove */

/** Cells that move; more at once are a blur. */
const MAX_CELLS = 300;
/** First a range comes down into its lane, then edges run together or apart. */
const SLIDE = /** @type {const} */ ([0, 0.7]);
const RUN = /** @type {const} */ ([0.35, 1]);
const GO = /** @type {const} */ ([0, 0.8]);

/** @param {any} lane @param {any} c */
const boxOf = (lane, c) => ({x: c.x, y: lane.y, w: c.w, h: lane.h});
/** @param {any} a @param {any} b */
const overlap = (a, b) => a.base < b.end && b.base < a.end;
/** @param {any} a @param {any} b */
const alike = (a, b) => a.look === b.look && a.hatch === b.hatch && a.label === b.label;

/**
 * Which cells move from one moment of the map to the next, in the same window: of a range that was there
 * the edges run; one that is new comes from what was asked for, a zone out of its node; one that is gone
 * falls out of memblock.
 * @param {ReturnType<typeof layoutMap>} old @param {ReturnType<typeof layoutMap>} now @returns {CellMove[]}
 */
export function planCells(old, now) {
  /** @type {CellMove[]} */
  const out = [];
  for (const lane of now.lanes) {
    const was = old.lanes.find((l) => l.id === lane.id);
    if (!was || was.y !== lane.y) continue;
    const before = new Map(was.cells.map((c) => [c.key, c]));
    const after = new Set(lane.cells.map((c) => c.key));
    const gone = was.cells.filter((c) => !after.has(c.key));
    for (const c of lane.cells) {
      const move = moveOf(c, lane, before, gone, now);
      if (move) out.push(move);
    }
    if (lane.table.startsWith("memblock."))
      for (const c of gone)
        if (!lane.cells.some((x) => overlap(x, c)))
          out.push({
            lane: lane.id,
            cell: c,
            from: boxOf(was, c),
            to: below(now, was, c),
            span: GO,
            fade: -1,
          });
    if (out.length > MAX_CELLS) return [];
  }
  return out;
}

/**
 * @returns {CellMove|null} @param {any} cell @param {any} lane @param {any} before
 * @param {any} gone @param {any} now
 */
function moveOf(cell, lane, before, gone, now) {
  const to = boxOf(lane, cell);
  const same = before.get(cell.key);
  if (same && same.x === cell.x && same.w === cell.w) return null;
  const of = {lane: lane.id, cell, to, fade: 0};
  if (same) return {...of, from: boxOf(lane, same), span: RUN};
  if (!cell.changed) return null;
  const part = gone.find((/** @type {any} */ c) => overlap(c, cell) && alike(c, cell));
  if (part) return {...of, from: boxOf(lane, part), span: RUN};
  return {...of, from: origin(lane, to, now), span: SLIDE};
}

/**
 * Zones are drawn out of their nodes, or out of memory where there is one node; what is asked for
 * hangs above the map.
 * @param {any} lane @param {any} to @param {any} now
 */
function origin(lane, to, now) {
  const source =
    lane.id === "zones" || lane.id === "nodes"
      ? (now.lanes.find((/** @type {any} */ l) => l.id === "nodes" && l !== lane) ?? now.lanes[0])
      : null;
  return source ? {...to, y: source.y, h: source.h} : {...to, y: 2, h: Math.min(to.h, now.top - 4)};
}

/** @param {ReturnType<typeof import("./map.js").layoutMap>} map @param {any} lane @param {any} c */
const below = (map, lane, c) => ({...boxOf(lane, c), y: map.bottom, h: lane.h * 0.6});

/* ---- drawing ---- */

/**
 * @param {CanvasRenderingContext2D} ctx @param {ReturnType<typeof layoutMap>} map
 * @param {{style: (look: string, hatch: number) => any, line: string, hot: string}} paint
 * @param {{old: ReturnType<typeof layoutMap>, moves: CellMove[], t: number}|null} step what moves,
 *   and how far it has come; null at rest
 * @returns {(Box & {lane: string, key: string})[]} what is under way, where it was painted
 */
export function paintMap(ctx, map, paint, step) {
  ctx.clearRect(0, 0, map.width, map.height);
  const moving = new Set(step?.moves.map((m) => `${m.lane}/${m.cell.key}`));
  for (const lane of map.lanes) {
    ctx.fillStyle = paint.style("lane", 0);
    ctx.fillRect(0, lane.y, map.width, lane.h);
    // Where a range comes down there is still what was there.
    if (step?.moves.some((m) => m.lane === lane.id))
      for (const c of step.old.lanes.find((l) => l.id === lane.id)?.cells ?? [])
        paintCell(ctx, boxOf(lane, c), c, paint, false);
    for (const c of lane.cells)
      if (!moving.has(`${lane.id}/${c.key}`)) paintCell(ctx, boxOf(lane, c), c, paint, c.changed);
  }
  return (step?.moves ?? []).map((m) => {
    const t = within(step?.t ?? 1, m.span);
    /** @param {keyof Box} k */
    const at = (k) => m.from[k] + (m.to[k] - m.from[k]) * t;
    const box = {x: at("x"), y: at("y"), w: at("w"), h: at("h")};
    ctx.globalAlpha = m.fade < 0 ? 1 - t : 1;
    paintCell(ctx, box, m.cell, paint, m.cell.changed && m.fade === 0);
    ctx.globalAlpha = 1;
    return {...box, lane: m.lane, key: m.cell.key};
  });
}

/** Height of the bar under a cell that has changed. */
const HOT = 4;

/**
 * @param {CanvasRenderingContext2D} ctx @param {Box} box @param {Cell} c @param {any} paint
 * @param {any} hot
 */
function paintCell(ctx, box, c, paint, hot) {
  const {x, y, w, h} = box;
  ctx.fillStyle = paint.style(c.look, c.hatch);
  ctx.fillRect(x, y, w, h);
  if (w > 3) {
    ctx.strokeStyle = paint.line;
    ctx.lineWidth = 1;
    ctx.strokeRect(x + 0.5, y + 0.5, w - 1, h - 1);
  }
  if (!hot) return;
  ctx.fillStyle = paint.hot;
  ctx.fillRect(x, y + h - HOT, Math.max(2, w), HOT);
}

/**
 * What is under a point.
 * @param {ReturnType<typeof import("./map.js").layoutMap>} map @param {number} px
 * @param {number} py
 */
export function hit(map, px, py) {
  const lane = map.lanes.find((l) => py >= l.y && py <= l.y + l.h);
  if (!lane) return null;
  let best = null;
  for (const c of lane.cells) {
    const d = px < c.x ? c.x - px : px > c.x + c.w ? px - c.x - c.w : 0;
    if (d <= 3 && (!best || d < best.d)) best = {d, cell: c};
    if (d === 0) break;
  }
  return best ? {lane: lane.id, cell: best.cell} : null;
}

/** @param {SVGSVGElement} svg @param {any} overlay @param {string} label @param {any} motion */
export function renderOverlay(svg, overlay, label, motion) {
  draw(svg, overlay, {label}, motion);
}

/** It is always there; a view of its own only where there is room for one. */
export const view = describe({
  id: "map",
  group: "whole",
  tables,
  when: (s) => s.present,
});
