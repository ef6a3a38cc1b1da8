// SPDX-License-Identifier: GPL-2.0-or-later
// The allocator at work: the zonelist that a request walks, who holds pages, the CPUs' page lists, the
// free lists. A block has the key of its first page wherever it is, so that a step carries it from one
// list to the other, there and back.
import {fit, int, num, textWidth, wrap} from "../lib/format.js";
import {entry} from "../lib/maps.js";
import {TINY, line, mark, rect, text} from "../lib/marks.js";
import {describe} from "../lib/view.js";

/** Room for a list's name, in sizes of the type. */
const LIST_NAME = 6.9;
/** A letter's width in these lines, in em. */
const LETTER = 0.5;

const tables = ["ledger", "pcp_pages", "pagesets", "freelists", "zonelists", "slab_pages"];

/** The owner of what an operation holds, as the ledger has it. */
const HELD = "alloc_pages";
const MAX_ORDER = 10;

/**
 * Events of one request that are looked back on: a zone is tried twice, and there are not many more
 * zones than this.
 */
const MAX_WALK = 400;
/** Blocks of a free list that are drawn, and lines that a CPU's list may take. */
const MAX_FREE = 12;
const MAX_LINES = 2;
/** This many sets of page lists are shown whatever they hold; beyond that, only those that hold something. */
const MAX_SETS = 16;
/** Wider than this, in sizes of the type, lists and free lists stand side by side. */
const TWO_COLUMNS = 36;
/** Heights in sizes of the type: a band's heading, a box without its lists, a list, the line that counts the rest. */
const HEIGHT = {band: 1.7, box: 1.7, list: 1.15, more: 1.3};

/** @typedef {{pfn: number, order: number, type: string, tip?: string}} Block */
/**
 * @typedef {{label: string, blocks: Block[], n: number, hot?: boolean}} List
 *   n: how many blocks; of what operations hold, how many pages
 */
/** @typedef {{title: string, aside: string, key: string, hot: boolean, v?: any, lists: List[]}} Box */
/**
 * A zone on the way of a request.
 * @typedef {{key: string, zone: string, node: number, state: string, hot: boolean, check: any}} Stop
 */

/** @param {string} type */
const short = (type) => type.replace(/^MIGRATE_/, "").toLowerCase();
/** @param {number} pfn */
const keyOf = (pfn) => `page:${pfn}`;

/* ---- the walk ---- */

/**
 * Events of the operation at work, the newest first; once all are done, those of the last one.
 * @param {any} what
 */
function operationOf({events, event}) {
  const over = event?.step === "ops" && event.kind === "leave";
  let i = events.indexOf(event) - Number(over);
  const op = events[i]?.text?.op;
  /** @type {any[]} */
  const out = [];
  if (op === undefined) return out;
  for (; i >= 0 && out.length < MAX_WALK && events[i].text?.op === op; i--) out.push(events[i]);
  return out;
}

/** @param {BootEvent} e */
const isCheck = (e) => e.kind === "zone" && e.why?.verdict;
/** @param {BootEvent} e */
const isTaken = (e) => e.kind === "buddy" && e.why?.zonelist && e.text?.gfp;
/** @param {BootEvent} e */
const isFailed = (e) => Boolean(e.text?.gfp && e.why?.reason && e.text.pfn === undefined);

/**
 * The zonelist of the request with what each zone said last. An operation that asks for nothing has the
 * zones of its node as they are, none of them asked, so that all below stays where it is. Null where no
 * operation is at work.
 * @returns {{op: number, line: number, asks: boolean, stops: Stop[], end: any, order: number}|null}
 * @param {ViewInput} input
 */
export function walkOf(input) {
  const all = operationOf(input);
  if (!all.length) return null;
  const asks = all.find((e) => e.why?.zonelist);
  const first = asks ?? all.find((e) => e.text.node !== undefined) ?? all[0];
  const {zonelist_node: node = first.text.node ?? 0, zonelist: list = "fallback"} = first.why ?? {};
  const last = new Map();
  // The newest answer of a zone counts; it was asked before with a higher mark.
  for (const e of all)
    if (isCheck(e) || isTaken(e)) {
      const k = `${e.text.node}/${e.text.zone}`;
      if (!last.has(k)) last.set(k, e);
    }
  const stops = (input.tables.zonelists ?? [])
    .filter((r) => r.node === node && r.list === list && r.zone)
    .map((r) => {
      const said = last.get(`${r.zone_node}/${r.zone}`);
      return {
        key: String(r.key),
        zone: r.zone,
        node: r.zone_node,
        state: !said ? "waits" : isTaken(said) ? "serves" : said.why.verdict,
        hot: said !== undefined && said === input.event,
        check: said?.why ?? null,
      };
    });
  const end = all.find((e) => isTaken(e) || isFailed(e)) ?? null;
  const {op, line: row} = first.text;
  return {op, line: row, asks: Boolean(asks), stops, end, order: (end ?? first).text.order};
}

/** The zonelist as it lights up, zone by zone. @param {any} draw @param {number} y */
function drawWalk(draw, y) {
  const {marks, input, width, fs} = draw;
  const walk = walkOf(input);
  if (!walk) return y;
  const {t, lang} = input;
  const says = (input.ops ?? "").split("\n")[walk.line - 1]?.trim() ?? "";
  const failed = walk.end && isFailed(walk.end);
  const title = t(failed ? "walk.failed" : walk.asks ? "walk.title" : "walk.other", {
    n: int(walk.op, lang),
    says,
  });
  marks.push(
    text("walk", `head${failed ? " badtext" : ""}`, 0, y + fs * 1.1, fit(title, width, fs, 0.64)),
  );
  y += fs * 1.5;
  const gap = fs * 0.7;
  const n = Math.max(1, Math.min(walk.stops.length, Math.floor(width / (fs * 12))));
  const w = Math.min(fs * 22, (width - gap * (n - 1)) / n);
  const h = fs * 4.5;
  walk.stops.forEach((stop, i) => {
    const x = (i % n) * (w + gap);
    drawStop(draw, stop, x, y + Math.floor(i / n) * (h + gap * 0.6), w, h);
  });
  return y + Math.ceil(walk.stops.length / n) * (h + gap * 0.6);
}

/**
 * A zone, what it has against what it must keep, and its answer.
 * @param {{marks: Mark[], input: ViewInput, fs: number}} what @param {any} stop @param {number} x
 * @param {number} y @param {number} w @param {number} h
 */
function drawStop({marks, input, fs}, stop, x, y, w, h) {
  const {t, lang} = input;
  const {key, zone, node, state, hot, check} = stop;
  const row = (input.tables.zones ?? []).find((z) => z.zone === zone && z.node === node);
  const at = row && [row.start_pfn * input.page, (row.start_pfn + row.spanned) * input.page];
  const reason = t(`walk.${state}`);
  marks.push(
    rect(`walk:${key}`, `stop ${state}${hot ? " changed" : ""}`, x, y, w, h - 2, {
      rx: 4,
      v: {zone: `${node}/${zone}`, state, ...numbersOf(check)},
      tip: `${zone}: ${reason}`,
      ...(hot && at ? {from: {addr: at, link: true}} : {}),
    }),
    text(`walk:${key}:n`, "boxname", x + fs * 0.5, y + fs * 1.1, `${zone} · ${node}`),
    text(
      `walk:${key}:s`,
      "tiny",
      x + fs * 0.5,
      y + h - fs * 0.55,
      fit(reason, w - fs * 0.8, fs * TINY, 0.58),
      {tip: reason},
    ),
  );
  if (check?.mark === undefined) return;
  gauge(marks, key, check, x + fs * 0.5, y + fs * 1.5, w - fs, fs);
  const keeps = check.reserve ? `${int(check.min, lang)} + ${int(check.reserve, lang)}` : null;
  const sum = t("walk.sum", {
    free: check.unusable
      ? `${int(check.free, lang)} − ${int(check.unusable, lang)}`
      : int(check.free, lang),
    than: state === "below_mark" ? "≤" : ">",
    keeps: keeps ?? int(check.min, lang),
    mark: check.mark,
  });
  marks.push(
    text(`walk:${key}:v`, "tiny", x + fs * 0.5, y + fs * 3.05, fit(sum, w - fs, fs * TINY, 0.6)),
  );
}

/** @param {any} check */
const numbersOf = (check) =>
  check?.mark === undefined
    ? {}
    : Object.fromEntries(["mark", "free", "unusable", "min", "reserve"].map((k) => [k, check[k]]));

/**
 * What is free, the part of it that is not for this request, and the line that the rest has to
 * pass.
 * @param {Mark[]} marks @param {string} key
 * @param {{free: any, unusable: any, min: any, reserve: any}} how @param {number} x
 * @param {number} y @param {number} w @param {number} fs
 */
function gauge(marks, key, {free, unusable, min, reserve}, x, y, w, fs) {
  const need = unusable + min + reserve;
  /** @param {number} pages */
  const px = (pages) => (w * Math.max(0, pages)) / Math.max(1, free, need * 1.25);
  const h = fs * 0.6;
  marks.push(
    rect(`walk:${key}:free`, "gauge free", x, y, px(free), h),
    rect(`walk:${key}:not`, "gauge not", x, y, px(Math.min(unusable, free)), h),
    line(`walk:${key}:need`, "watermark", x + px(need), y - 2, x + px(need), y + h + 2),
  );
}

/* ---- lists ---- */

/** @param {string} label @returns {List} */
const emptyList = (label) => ({label, blocks: [], n: 0});

/**
 * Blocks that operations hold, by the names that hold them.
 * @returns {List[]} @param {ViewInput} what
 */
function heldLists({tables: {ledger = []}, changed, page, t}) {
  /** @type {Map<string, List>} */
  const out = new Map();
  for (const r of ledger) {
    if (r.owner !== HELD) continue;
    const label = /^op \d+$/.test(r.detail) ? t("work.unnamed") : r.detail;
    const list = entry(out, label, () => emptyList(label));
    const pages = num(r.size) / page;
    const pfn = num(r.key) / page;
    list.n += pages;
    list.hot ||= Boolean(mark(changed, "ledger", r.key));
    for (let at = 0; at < pages && list.blocks.length < 200; ) {
      const order = largest(pfn + at, pages - at);
      list.blocks.push({pfn: pfn + at, order, type: "held"});
      at += 2 ** order;
    }
  }
  return [...out.values()];
}

/** The largest block that begins here, as blocks are aligned. @param {number} pfn @param {number} room pages */
function largest(pfn, room) {
  let order = 0;
  while (order < MAX_ORDER && pfn % 2 ** (order + 1) === 0 && 2 ** (order + 1) <= room) order++;
  return order;
}

/** The lists of each CPU. @returns {Box[]} @param {ViewInput} what */
function cpuBoxes({tables: t, changed, lang}) {
  /** @type {Map<string, Map<string, List>>} */
  const sets = new Map();
  for (const r of t.pcp_pages ?? []) {
    const set = `${r.node}/${r.zone}/${r.cpu}`;
    const lists = entry(sets, set, () => new Map());
    const label = `${r.order} ${short(r.type)}`;
    const list = entry(lists, label, () => emptyList(label));
    list.blocks.push({pfn: r.key, order: r.order, type: short(r.type)});
    list.n++;
    list.hot ||= Boolean(mark(changed, "pcp_pages", r.key));
  }
  return (t.pagesets ?? [])
    .filter((r, i) => i < MAX_SETS || r.count > 0)
    .map((r) => ({
      title: `CPU ${r.cpu} · ${r.zone} · ${r.node}`,
      aside: `${int(r.count, lang)} / ${int(r.high || r.high_min, lang)} · batch ${r.batch}`,
      key: `pagesets:${r.key}`,
      v: {count: r.count, high: r.high, batch: r.batch},
      hot: Boolean(mark(changed, "pagesets", r.key)),
      lists: [...(sets.get(String(r.key))?.values() ?? [])],
    }));
}

/** Slabs of the caches that are used, by who has them. @returns {Box[]} @param {ViewInput} what */
function slabBoxes({tables, changed, lang, t}) {
  /** @type {Map<string, Box & {free: number, objects: number}>} */
  const caches = new Map();
  for (const r of tables.slab_pages ?? []) {
    const box = entry(caches, r.cache, () => ({
      title: r.cache,
      aside: "",
      key: `slab_pages:${r.cache}`,
      hot: false,
      lists: [],
      free: 0,
      objects: 0,
    }));
    box.free += r.free + r.cached;
    box.objects += r.objects;
    box.aside = t("work.objects", {
      n: int(box.objects - box.free, lang),
      all: int(box.objects, lang),
    });
    box.hot ||= Boolean(mark(changed, "slab_pages", r.key));
    const label = t(`work.slab.${r.list.replace(" ", "_")}`, {cpu: r.cpu, node: r.node});
    const list =
      box.lists.find((l) => l.label === label) ??
      box.lists[box.lists.push({label, blocks: [], n: 0}) - 1];
    list.blocks.push({
      pfn: Number(r.key),
      order: r.order,
      type: r.free ? "reclaimable" : "held",
      tip: t("work.slab", {
        pfn: r.key,
        order: r.order,
        free: r.free,
        objects: r.objects,
        cached: r.cached,
      }),
    });
    list.n++;
  }
  return [...caches.values()];
}

/** @param {Row} r a row of the free lists @param {number} max */
function blocksOf(r, max) {
  const out = [];
  for (const [pfn, n, step] of r.runs ?? [])
    for (let i = 0; i < n && out.length < max; i++)
      out.push({pfn: pfn + i * step, order: r.order, type: short(r.type)});
  return out;
}

/** The free lists of each zone, order by order. @returns {Box[]} @param {ViewInput} what */
function freeBoxes({tables: t, changed, lang}) {
  /** @type {Map<string, Box & {pages: number}>} */
  const zones = new Map();
  for (const r of t.freelists ?? []) {
    const key = `${r.node}/${r.zone}`;
    const title = `${r.zone} · ${r.node}`;
    const box = entry(zones, key, () => ({title, aside: "", key, hot: false, lists: [], pages: 0}));
    box.pages += r.nr_free * 2 ** r.order;
    box.aside = int(box.pages, lang);
    box.hot ||= Boolean(mark(changed, "freelists", r.key));
    if (r.nr_free)
      box.lists.push({
        label: `${r.order} ${short(r.type)}`,
        blocks: blocksOf(r, MAX_FREE),
        n: r.nr_free,
        hot: Boolean(mark(changed, "freelists", r.key)),
      });
  }
  return [...zones.values()];
}

/** @param {number} order @param {number} fs */
const wide = (order, fs) => fs * (0.62 + order * 0.16);

/* ---- motion ---- */

/**
 * The first page of the larger block that a page would be part of.
 * @param {number} pfn @param {number} order
 */
const firstOf = (pfn, order) => pfn - (pfn % 2 ** order);

/**
 * The key of a drawn block that has this block in it, or undefined.
 * @param {any} m
 * @param {ReadonlyMap<string, any>} marks by key
 */
function around(m, marks) {
  const {pfn, order} = m.v ?? {};
  if (pfn === undefined) return undefined;
  for (let o = order + 1; o <= MAX_ORDER; o++) {
    const k = `r:${keyOf(firstOf(pfn, o))}`;
    if (k !== m.k && (marks.get(k)?.v?.order ?? -1) >= o) return k;
  }
  return undefined;
}

/**
 * The block that an event is about flies to its place on the map when it is taken, and comes from
 * there when it is freed.
 * @param {{event: BootEvent, page: number}} what @param {number} pfn @param {number} order
 */
function flightOf({event, page}, pfn, order) {
  if (event?.kind !== "buddy" || event.text?.pfn !== pfn || event.text.block_order !== undefined)
    return {};
  const addr = [pfn * page, (pfn + 2 ** order) * page];
  return {from: {addr, home: Boolean(event.text.gfp)}};
}

/**
 * What comes in a batch comes one after the other.
 * @returns {{span?: readonly [number, number]}} @param {{changed: ChangedRows|undefined}} what
 * @param {any} block @param {number} i @param {number} n
 */
function spanOf({changed}, block, i, n) {
  if (n < 2 || !changed?.pcp_pages?.has(String(block.pfn))) return {};
  const start = (0.45 * i) / n;
  return {span: [start, start + 0.55]};
}

/* ---- the drawing ---- */

/** @param {ViewInput} input @param {{width: number, fs: number, height?: number}} size */
export function layoutWork(input, size) {
  const all = layoutAll(input, size, Infinity);
  return size.height && all.height > size.height ? layoutAll(input, size, size.height) : all;
}

/** @param {ViewInput} input @param {{width: number, fs: number}} size @param {number} height that it keeps to */
function layoutAll(input, {width, fs}, height) {
  const low = height < Infinity;
  /** @type {import("../lib/marks.js").Mark[]} */
  const marks = [];
  const top = drawWalk({marks, input, width, fs}, 0);
  const two = width > TWO_COLUMNS * fs;
  const gap = two ? fs * 1.6 : 0;
  const w = two ? (width - gap) / 2 : width;
  const left = {marks, input, fs, x0: 0, width: w, lines: low ? 1 : MAX_LINES};
  const right = {...left, x0: two ? w + gap : 0, lines: 1};
  /** Lines that are left below y for boxes, where other @bands are to come. @param {number} y @param {number} bands */
  const room = (y, bands) => (height - y) / fs - bands * (HEIGHT.band + HEIGHT.box);
  const slabs = slabBoxes(input);
  let y = band(left, input.t("work.held"), top);
  const held = heldLists(input);
  const others = (slabs.length ? 1 : 0) + (two ? 1 : 2);
  y = lists(left, "held", first(held, Math.max(1, room(y, others) / HEIGHT.list)), y);
  if (!low) y += fs * 0.4;
  if (slabs.length) {
    y = band(left, input.t("work.slabs"), y);
    y = boxes(left, slabs, y, room(y, others - 1), 0.2);
  }
  y = band(left, input.t("work.cpus"), y);
  y = boxes(left, cpuBoxes(input), y, room(y, two ? 0 : 1), 0);
  let z = band(right, input.t("work.free"), two ? top : y + (low ? 0 : fs * 0.4));
  z = boxes(right, freeBoxes(input), z, room(z, 0), 0);
  const keys = new Map(marks.map((m) => [m.k, m]));
  return {
    marks,
    width,
    height: Math.min(height, Math.max(y, z) + fs),
    into: (/** @type {any} */ gone) => around(gone, keys),
    outOf: around,
  };
}

/**
 * At most n of these, in their order; those that this event touched take precedence.
 * @template {{hot?: boolean}} T @param {T[]} all @param {number} n @returns {T[]}
 */
function first(all, n) {
  if (all.length <= n) return all;
  const kept = new Set(
    [...all].sort((a, b) => Number(b.hot ?? 0) - Number(a.hot ?? 0)).slice(0, Math.floor(n)),
  );
  return all.filter((x) => kept.has(x));
}

/**
 * The boxes that fit into this many lines, with as many of their lists as fit: first what this event touched, then
 * what holds something. One or two boxes after these keep at least their titles.
 * @param {Box[]} all @param {number} lines @returns {Box[]}
 */
function folded(all, lines) {
  /** @param {Box} b */
  const need = (b) => HEIGHT.box + b.lists.length * HEIGHT.list;
  if (all.reduce((sum, b) => sum + need(b), 0) <= lines) return all;
  /** @param {Box} b */
  const rank = (b) => Number(b.hot) * 2 + Number(b.lists.length > 0);
  /** @type {Map<Box, Box>} */
  const kept = new Map();
  let left = lines - HEIGHT.more;
  const order = [...all].sort((a, b) => rank(b) - rank(a));
  for (const [i, b] of order.entries()) {
    const mine = left - HEIGHT.box * Math.min(2, order.length - 1 - i);
    if (left < HEIGHT.box) break;
    const n = Math.max(0, (mine - HEIGHT.box) / HEIGHT.list);
    const part = {...b, lists: first(b.lists, n)};
    kept.set(b, part);
    left -= need(part);
  }
  return all.flatMap((b) => kept.get(b) ?? []);
}

/** @param {any} draw @param {Box[]} all @param {number} y @param {number} lines @param {number} gap */
function boxes(draw, all, y, lines, gap) {
  const {marks, fs, x0, input} = draw;
  const shown = folded(all, lines);
  for (const b of shown) y = box(draw, b, y) + fs * gap;
  const count = (/** @type {Box[]} */ of) => of.reduce((n, b) => n + 1 + b.lists.length, 0);
  const rest = count(all) - count(shown);
  if (!rest) return y;
  const says = input.t("owners.more", {n: int(rest, input.lang)});
  marks.push(text(`more:${x0}:${all[0].key}`, "dim", x0 + fs * 0.4, y + fs, says));
  return y + fs * HEIGHT.more;
}

/**
 * @param {{marks: Mark[], x0: number, width: number, fs: number}} what @param {string} label
 * @param {number} y
 */
function band({marks, x0, width, fs}, label, y) {
  const lines = wrap(label, width, fs, 0.6);
  lines.forEach((part, i) =>
    marks.push(text(`band:${label}:${i}`, "head", x0, y + fs * (1.2 + 1.35 * i), part)),
  );
  return y + fs * (0.35 + 1.35 * lines.length);
}

/** @param {any} draw @param {Box} what @param {number} y */
function box(draw, {title, aside, key, hot, v, lists: all}, y) {
  const {marks, fs, x0, width} = draw;
  // Where both do not fit on one line, what it holds has the next one.
  const both = textWidth(title, fs, LETTER) + textWidth(aside, fs, LETTER) + fs * 1.4;
  const top = aside && both > width ? y + fs * 1.2 : y;
  marks.push(
    text(`${key}:title`, `dim${hot ? " changed" : ""}`, x0 + fs * 0.4, y + fs, title, {
      ref: key,
      tip: title,
    }),
    text(`${key}:aside`, "num", x0 + width - fs * 0.4, top + fs, aside, {
      a: "end",
      ...(v ? {v} : {}),
    }),
  );
  return lists(draw, key, all, top + fs * 1.4) + fs * 0.3;
}

/** @param {any} draw @param {string} key @param {any} all @param {number} y */
const lists = (draw, key, all, y) =>
  all.reduce((/** @type {number} */ at, /** @type {any} */ l) => list(draw, key, l, at), y);

/** One list, head first. @param {any} draw @param {string} key @param {List} what @param {number} y */
function list({marks, fs, x0, width, lines, input}, key, {label, blocks, n}, y) {
  const left = x0 + fs * (LIST_NAME + 0.5);
  const right = x0 + width - fs * 0.4 - textWidth(`+${int(n, input.lang)}`, fs * TINY);
  const step = fs * 1.15;
  marks.push(
    text(
      `${key}:${label}`,
      "tiny",
      left - fs * 0.4,
      y + fs * 0.8,
      fit(label, fs * LIST_NAME, fs * TINY, 0.56),
      {a: "end", v: n, tip: label},
    ),
  );
  let x = left;
  let shown = 0;
  let pages = 0;
  let row = 0;
  for (const [i, b] of blocks.entries()) {
    const w = wide(b.order, fs);
    if (x + w > right) {
      if (row + 1 === lines) break;
      row++;
      x = left;
    }
    const hot = ["pcp_pages", "slab_pages"].some((k) => input.changed?.[k]?.has(String(b.pfn)))
      ? " changed"
      : "";
    marks.push(
      rect(keyOf(b.pfn), `page ${b.type}${hot}`, x, y + row * step + 1, w - 2, fs * 0.85, {
        rx: 2,
        v: {pfn: b.pfn, order: b.order},
        tip: b.tip ?? input.t("work.block", {pfn: b.pfn, order: b.order, type: b.type}),
        ...flightOf(input, b.pfn, b.order),
        ...spanOf(input, b, i, blocks.length),
      }),
    );
    x += w;
    shown++;
    pages += 2 ** b.order;
  }
  const rest = key === "held" ? n - pages : n - shown;
  if (rest > 0)
    marks.push(
      text(
        `${key}:${label}:more`,
        "tiny",
        x + fs * 0.3,
        y + row * step + fs * 0.8,
        `+${int(rest, input.lang)}`,
      ),
    );
  return y + (row + 1) * step;
}

/** @param {(key: string) => string} t */
const legend = (t) =>
  ["unmovable", "movable", "reclaimable", "cma", "highatomic", "held"].map((type) => ({
    label: type === "held" ? t("work.held") : type,
    fill: `var(--pt-${type})`,
  }));

export const view = describe({
  id: "work",
  group: "allocators",
  tables,
  main: "pcp_pages",
  follows: ["pcp_pages"],
  rank: -1,
  legend,
  layout: layoutWork,
  folds: true,
  also: (input) => [input.event],
});
