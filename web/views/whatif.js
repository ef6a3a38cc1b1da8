// SPDX-License-Identifier: GPL-2.0-or-later
// What a changed input does to memory, on one line of addresses to scale: who has what, and where a request
// that failed might have lain, what is in its way, and the largest hole.
import {bytes, counted, fit, hex, num, textWidth, wrap} from "../lib/format.js";
import {firstOf} from "../lib/i18n.js";
import {line, rect, text} from "../lib/marks.js";
import {fillOf, ownerLabel} from "../lib/owners.js";
import {makeX} from "../lib/scale.js";
import {describe} from "../lib/view.js";

const tables = ["ledger", "memblock.memory", "zones", "counters"];

/** Owners that are named above their place. */
const NAMED = ["kernel-image", "dtb", "initrd", "cma", "crashkernel", "reserved-memory"];
/** A figure takes so much of a line, in sizes of the type. */
const MIN_FIGURE = 8.5;
/** Narrower than this is not seen. */
const SEEN_PX = 0.4;

/**
 * @typedef {{start: number, end: number, startBy: string, endBy: string, size: number, align:
 *   number, hole: [number, number]|null, fits: number, who: string, rule: string, says: string,
 *   obstacles: {owner: string, base: number, end: number}[]}} Request
 */

/** "dtb 0x48000000-0x480fffff, no RAM 0x..-0x.. and 7 smaller ones" @param {string} told */
export function obstaclesOf(told) {
  const out = [];
  for (const m of String(told ?? "").matchAll(/([^,]+?) (0x[0-9a-f]+)-(0x[0-9a-f]+)/g))
    out.push({
      owner: m[1].replace(/^ *(and )?/, "").trim(),
      base: num(m[2]),
      end: num(m[3]) + 1,
    });
  return out;
}

/**
 * The requests that found no place, from the facts of their problems.
 * @param {readonly any[]} problems
 * @returns {Request[]}
 */
export function requestsOf(problems) {
  return problems
    .filter((e) => e.why?.window_end)
    .map(({why, log}) => ({
      rule: why.rule,
      who: why.node ?? why.parameter ?? "",
      says: log?.[0] ?? "",
      start: num(why.window_start),
      end: num(why.window_end),
      startBy: why.start_by ?? "",
      endBy: why.end_by ?? "",
      size: num(why.size),
      align: num(why.align ?? 0),
      hole: why.hole_base ? [num(why.hole_base), num(why.hole_base) + num(why.hole_size)] : null,
      fits: num(why.fits ?? 0),
      obstacles: obstaclesOf(why.in_the_way),
    }));
}

/**
 * The figures that one looks at.
 * @param {any} tables @param {any} page @returns {Record<string, number>}
 */
export function figuresOf(tables, page) {
  /** @param {string} key */
  const counter = (key) =>
    (tables.counters ?? []).find((/** @type {Row} */ r) => r.key === key)?.value ?? 0;
  /** @param {string} owner */
  const owned = (owner) =>
    (tables.ledger ?? [])
      .filter((/** @type {Row} */ r) => r.ram && r.owner === owner)
      .reduce((/** @type {number} */ a, /** @type {Row} */ r) => a + num(r.size), 0);
  return {
    memtotal: counter("totalram_pages") * page,
    cma: counter("totalcma_pages") * page,
    crashkernel: owned("crashkernel"),
  };
}

/**
 * @param {ViewInput} input @param {{width: number, fs: number}} size
 * @returns {import("../lib/marks.js").Drawing}
 */
export function layoutWhatif(input, {width, fs}) {
  const ledger = (input.tables.ledger ?? []).filter((r) => r.ram);
  /** @type {import("../lib/marks.js").Mark[]} */
  const marks = [];
  if (!ledger.length) return {marks, width, height: 0};
  const x = makeX(input.fold, null, width);
  const d = {
    marks,
    input,
    width,
    fs,
    x: (/** @type {any} */ a) => Math.max(0, Math.min(width, x.x(a))),
  };
  const problems = input.problems ?? [];
  let y = figures(d, problems, 0);
  y = names(d, ledger, y);
  y = bar(d, ledger, y);
  const hi = Math.max(...ledger.map((r) => num(r.key) + num(r.size)));
  for (const request of requestsOf(problems).slice(0, 3))
    y = story({...d, ledger, hi, below: y}, request, y + fs * 1.4);
  return {marks, width, height: y + fs};
}

/**
 * Sums, and what has changed of them since the hand began.
 * @param {{marks: Mark[], input: ViewInput, width: number, fs: number}} what @param {any} problems
 * @param {number} y
 */
function figures({marks, input, width, fs}, problems, y) {
  const now = figuresOf(input.tables, input.page);
  const was = input.whatif?.figures ?? now;
  /** @type {[string, string, number][]} */
  const all = [
    ...Object.keys(now).map(
      (k) =>
        /** @type {[string, string, number]} */ ([k, bytes(now[k], input.lang), now[k] - was[k]]),
    ),
    ["problems", String(problems.length), 0],
  ];
  const across = width / all.length < fs * MIN_FIGURE ? 2 : all.length;
  const room = width / across;
  const top = y;
  all.forEach(([k, value, change], i) => {
    const at = (i % across) * room;
    const y = top + Math.floor(i / across) * fs * 4.6;
    marks.push(
      text(`fig:${k}`, "dim", at, y + fs, fit(input.t(`whatif.figure.${k}`), room, fs * 0.86)),
      text(
        `fig:${k}:v`,
        k === "problems" && problems.length ? "big bad" : "big",
        at,
        y + fs * 2.6,
        value,
        {
          v: now[k] ?? problems.length,
        },
      ),
    );
    if (change)
      marks.push(
        text(
          `fig:${k}:d`,
          "num",
          at,
          y + fs * 3.8,
          `${change > 0 ? "+" : "−"}${bytes(Math.abs(change), input.lang)}`,
          {v: change},
        ),
      );
  });
  return top + Math.ceil(all.length / across) * fs * 4.6;
}

/** The largest range of each owner that is named. @param {readonly Row[]} ledger */
const placesOf = (ledger) =>
  NAMED.flatMap((owner) => {
    const own = ledger.filter((r) => r.owner === owner);
    return own.length ? [own.reduce((a, b) => (num(b.size) > num(a.size) ? b : a))] : [];
  });

/**
 * Names above the bar, in as many lines as they need not to run into each other.
 * @param {{marks: Mark[], input: ViewInput, fs: number, width: number, x: (...args: any[]) => any}}
 *   what
 * @param {readonly Row[]} ledger @param {number} y
 */
function names({marks, input, fs, width, x}, ledger, y) {
  const lines = [0, 0, 0];
  const high = fs * 1.2;
  for (const r of placesOf(ledger)) {
    const from = x(num(r.key));
    const label = ownerLabel(input.t, r.owner);
    const w = textWidth(label, fs * 0.86) + fs * 0.5;
    const at = Math.min(from, Math.max(0, width - w));
    const i = lines.findIndex((end) => at >= end);
    if (i < 0) continue;
    lines[i] = at + w;
    const k = `name:${r.owner}`;
    marks.push(
      text(k, "dim", at, y + fs + i * high, label),
      line(k, "tick", from, y + fs * 1.2 + i * high, from, y + lines.length * high + fs * 0.4),
    );
  }
  return y + lines.length * high + fs * 0.4;
}

/**
 * All RAM, each owner in its colour.
 * @param {{marks: Mark[], input: ViewInput, fs: number, x: (...args: any[]) => any}} what
 * @param {readonly Row[]} ledger @param {number} y
 */
function bar({marks, input, fs, x}, ledger, y) {
  for (const r of ledger) {
    const [from, to] = [x(num(r.key)), x(num(r.key) + num(r.size))];
    const named = NAMED.includes(r.owner);
    if (to - from < SEEN_PX && !named) continue;
    marks.push(
      rect(`cell:${r.key}`, "zonebar", from, y, Math.max(named ? 3 : 0.5, to - from), fs * 2.2, {
        fill: fillOf(r.owner),
        ref: `ledger:${r.key}`,
        v: {owner: r.owner, base: num(r.key), size: num(r.size)},
        tip: `${ownerLabel(input.t, r.owner)} ${counted(r.detail)} ${hex(num(r.key))} ${bytes(num(r.size), input.lang)}`,
      }),
    );
  }
  return y + fs * 2.2;
}

/**
 * The window of a request on a line of its own: who is in it, its largest hole, what is in the way;
 * and the same in words.
 * @param {any} d @param {any} request @param {number} y
 */
function story(d, request, y) {
  const {marks, input, fs, width} = d;
  const k = `req:${request.rule}:${request.who}`;
  const end = Math.min(request.end, d.hi);
  /** @param {number} a */
  const x = (a) => Math.max(0, Math.min(1, (a - request.start) / (end - request.start))) * width;
  /**
   * @param {string} key @param {any} c @param {AddressRange} how @param {any} v @param {any} [more]
   */
  const box = (key, c, [a, b], v, more = {}) =>
    rect(`${k}:${key}`, c, x(a), y, Math.max(3, x(b) - x(a)), fs * 2.2, {v, ...more});
  marks.push(
    // From the line of all RAM to this one.
    line(`${k}:from`, "tick", d.x(request.start), d.below, 0, y),
    line(`${k}:to`, "tick", d.x(end), d.below, width, y),
    box("window", "outlinebox window", [request.start, end], {
      start: request.start,
      end: request.end,
    }),
  );
  for (const r of d.ledger) {
    /** @type {[number, number]} */
    const at = [num(r.key), num(r.key) + num(r.size)];
    if (at[1] <= request.start || at[0] >= end || x(at[1]) - x(at[0]) < SEEN_PX) continue;
    marks.push(
      box(`cell:${r.key}`, "zonebar", at, null, {fill: fillOf(r.owner), ref: `ledger:${r.key}`}),
    );
  }
  if (request.hole) {
    const size = bytes(request.hole[1] - request.hole[0], input.lang);
    const [a, b] = request.hole.map(x);
    marks.push(
      box("hole", "hole-found", request.hole, {
        base: request.hole[0],
        size: request.hole[1] - request.hole[0],
      }),
      text(`${k}:hole`, "cellsize", (a + b) / 2, y + fs * 1.5, fit(size, b - a, fs * 0.86), {
        a: "middle",
      }),
    );
  }
  for (const o of request.obstacles)
    marks.push(
      box(`way:${o.base}`, "in-the-way", [o.base, o.end], o, {tip: `${o.owner} ${hex(o.base)}`}),
    );
  marks.push(
    text(`${k}:start`, "ticklabel", 0, y + fs * 3.3, hex(request.start)),
    text(`${k}:end`, "ticklabel", width, y + fs * 3.3, hex(end), {a: "end"}),
  );
  y += fs * 5;
  for (const [i, s] of sentences(input, request).entries()) {
    for (const part of wrap(s, width, fs)) {
      marks.push(text(`${k}:s${i}:${y}`, i ? "" : "mono bad", 0, y, part));
      y += fs * 1.45;
    }
  }
  return y - fs * 0.6;
}

/**
 * What the kernel says, what was wanted, and why it could not be had.
 * @param {{t: Translate, lang: string}} what @param {Row} r
 */
function sentences({t, lang}, r) {
  const way = r.obstacles
    .map((/** @type {any} */ o) => `${ownerLabel(t, o.owner)} ${hex(o.base)}`)
    .join(", ");
  /** @param {string} what */
  const by = (what) => (what ? firstOf(t, [`whatif.by.${what}`], {}) || what : "");
  return [
    r.says,
    t("whatif.wanted", {
      size: bytes(r.size, lang),
      who: r.who,
      start: hex(r.start),
      end: hex(r.end),
      by: [by(r.startBy), by(r.endBy)].filter(Boolean).join(", "),
    }),
    r.hole
      ? t("whatif.hole", {
          size: bytes(r.hole[1] - r.hole[0], lang),
          base: hex(r.hole[0]),
          less: bytes(Math.max(0, r.size - r.fits), lang),
        })
      : t("whatif.nohole"),
    way ? t("whatif.way", {way}) : "",
  ].filter(Boolean);
}

export const view = describe({
  id: "whatif",
  group: "where",
  tables,
  main: "ledger",
  layout: layoutWhatif,
  also: (input) => [input.problems, input.whatif],
});
