// SPDX-License-Identifier: GPL-2.0-or-later
// memblock's two arrays as the kernel holds them, so that merging, splitting and doubling are seen.
import {bytes, fit, fitFirst, hex, int, num} from "../lib/format.js";
import {comes, mark, rect, text} from "../lib/marks.js";
import {describe} from "../lib/view.js";

const tables = ["memblock.memory", "memblock.reserved", "counters"];

const ARRAYS = tables.slice(0, 2);

/** Sizes of the type that an array needs for index, base, end, size and flags. */
const COLUMNS = 32;
/** Of these the last, beside the size: room for "nid 0 RSV_KERN", whether or not a row has it yet. */
const FLAGS = 9;

/** @param {ViewInput} input @param {{width: number, fs: number}} size */
export function layoutMemblock(input, {width, fs}) {
  // Side by side where both have room for their columns, else one below the other.
  const beside = width >= fs * 2 * COLUMNS;
  const half = beside ? (width - fs * 1.5) / 2 : width;
  /** @type {import("../lib/marks.js").Mark[]} */
  const marks = [];
  if (ARRAYS.every((name) => !input.tables[name]?.length && !counter(input, `${name}.max`)))
    return {marks, width, height: 0};
  let y = 0;
  const heights = ARRAYS.map((name, i) => {
    const bottom = array(marks, name, input, beside ? i * (half + fs * 1.5) : 0, y, half, fs);
    if (!beside) y = bottom + fs * 0.6;
    return bottom;
  });
  return {
    marks,
    width,
    height: Math.max(...heights),
    into: (/** @type {Mark} */ m) => absorbedBy(m, input.tables),
  };
}

/** @param {Row} r */
const rangeOf = (r) => /** @type {[number, number]} */ ([num(r.key), num(r.key) + num(r.size)]);
/** @param {Row} a @param {Row} b */
const meet = (a, b) => num(a.key) < rangeOf(b)[1] && num(b.key) < rangeOf(a)[1];

/**
 * A row that has just gone runs into the one that has its addresses now.
 * @param {any} m @param {Tables} tables
 */
function absorbedBy(m, tables) {
  const [, name, key] = /^r:gone:(memblock\.\w+):(\w+)$/.exec(m.k) ?? [];
  const row = name && tables[name]?.find((r) => num(r.key) <= num(key) && num(key) < rangeOf(r)[1]);
  return row ? `r:${name}:${row.key}` : undefined;
}

/**
 * A new row opens out of the one that was split, or comes from the map; one that has grown gets its
 * piece from there.
 * @param {ViewInput} input @param {string} name @param {Row} r
 */
function cameFrom(input, name, r) {
  return comes(input, name, r, (was) => {
    const split = was ? null : [...(input.was?.[name]?.values() ?? [])].find((o) => meet(o, r));
    return split ? `r:${name}:${split.key}` : {addr: rangeOf(r)};
  });
}

/** @param {ViewInput} input @param {string} key */
const counter = (input, key) => input.tables.counters?.find((c) => c.key === key)?.value;

/**
 * @param {Mark[]} marks @param {string} name @param {ViewInput} input @param {number} x
 * @param {number} y @param {number} w @param {number} fs
 */
function array(marks, name, input, x, y, w, fs) {
  const rows = input.tables[name] ?? [];
  const sum = rows.reduce((a, r) => a + num(r.size), 0);
  const max = counter(input, `${name}.max`);
  marks.push(text(name, "head", x, y + fs * 1.3, name));
  const hot = mark(input.changed, "counters", `${name}.max`);
  if (max) gauge(marks, name, rows.length, max, x + fs * 12, y, w - fs * 12, hot, fs);
  marks.push(
    text(
      `${name}:sum`,
      "dim" + hot,
      x + w,
      y + fs * 1.3,
      `cnt ${int(rows.length, input.lang)}${max ? ` / max ${int(max, input.lang)}` : ""} · ${bytes(sum, input.lang)}`,
      {a: "end"},
    ),
  );
  const narrow = w < fs * COLUMNS;
  const at = [fs * 1.9, fs * 2.6, fs * 12, w - fs * (narrow ? 0.5 : FLAGS)];
  const y0 = y + fs * 2.9;
  for (const [i, label] of ["", "base", "end", "size"].entries())
    marks.push(text(`${name}:h${i}`, "dim", x + at[i], y0, label, {a: i === 3 ? "end" : "start"}));
  const gone = (input.removed?.[name] ?? []).map((r) => ({...r, gone: true}));
  const what = happened(input.event, name);
  const top = y0 + fs * (what ? 1.6 : 0.4);
  if (what)
    marks.push(
      text(
        `${name}:what`,
        "what",
        x,
        y0 + fs * 1.15,
        fit(input.t(`memblock.${what}`), w, fs, 0.58),
      ),
    );
  // A row that has just gone stands where it was, once.
  const all = gone.length
    ? [...rows.map((r, i) => ({...r, i})), ...gone].sort((a, b) => num(a.key) - num(b.key))
    : rows.map((r, i) => ({...r, i}));
  all.forEach((r, i) => row(marks, name, r, input, x, top + i * fs * 1.55, w, at, fs, narrow));
  return top + fs * (all.length * 1.55 + 0.6);
}

/**
 * What the event did to the array, as its splices show: regions became one, one became several, or
 * it grew.
 * @param {any} event @param {string} name
 */
export function happened(event, name) {
  if (event?.kind === "grow" && event.text?.array && name.endsWith(event.text.array))
    return "doubled";
  const splices = (event?.splices ?? []).filter((/** @type {any} */ s) => s.table === name);
  const del = splices.reduce(
    (/** @type {number} */ a, /** @type {any} */ s) => a + (s.del?.length ?? 0),
    0,
  );
  const ins = splices.reduce(
    (/** @type {number} */ a, /** @type {any} */ s) => a + (s.ins?.length ?? 0),
    0,
  );
  if (del > ins && ins > 0) return "merged";
  if (del > 0 && ins > del) return "split";
  if (del === 1 && ins === 1) {
    const [a, b] = [
      splices.find((/** @type {any} */ s) => s.del?.length).del[0],
      splices.find((/** @type {any} */ s) => s.ins?.length).ins[0],
    ];
    return num(b.size) > num(a.size) ? "grown" : num(b.size) < num(a.size) ? "shrunk" : "marked";
  }
  return !del && ins ? "inserted" : del && !ins ? "dropped" : "";
}

/**
 * How full the array is: it doubles when a region more would not fit.
 * @param {Mark[]} marks @param {string} name @param {any} cnt @param {any} max @param {number} x
 * @param {number} y @param {number} room @param {string} hot @param {number} fs
 */
function gauge(marks, name, cnt, max, x, y, room, hot, fs) {
  // A doubled array has twice the room.
  const w = Math.max(0, Math.min(fs * 2 * Math.log2(1 + max / 32), room - fs * 16));
  if (w < fs * 3) return;
  marks.push(
    rect(`${name}:room`, "slots" + hot, x, y + fs * 0.45, w, fs * 0.9, {
      v: max,
      tip: `cnt ${cnt} / max ${max}`,
    }),
  );
  marks.push(
    rect(
      `${name}:cnt`,
      "zonebar present grow",
      x,
      y + fs * 0.45,
      (w * Math.min(cnt, max)) / max,
      fs * 0.9,
      {v: cnt},
    ),
  );
}

/**
 * @param {Mark[]} marks @param {string} name @param {Row} r @param {ViewInput} input
 * @param {number} x @param {number} y @param {number} w @param {any} at @param {number} fs
 * @param {any} narrow
 */
function row(marks, name, r, input, x, y, w, at, fs, narrow) {
  const hot = r.gone ? " gone" : mark(input.changed, name, r.key);
  const k = `${r.gone ? "gone:" : ""}${name}:${r.key}`;
  const end = num(r.key) + num(r.size);
  const flags = [
    r.nid >= 0 ? `nid ${r.nid}` : "",
    /^(none|0x0)?$/i.test(r.flags ?? "") ? "" : r.flags,
  ]
    .filter(Boolean)
    .join(" ");
  const index = r.gone ? "−" : `[${r.i}]`;
  const live = r.gone
    ? {from: `r:${name}:${r.key}`}
    : {
        ...cameFrom(input, name, r),
        ref: k,
        v: {index: r.i, key: r.key, size: r.size, nid: r.nid, flags: r.flags},
      };
  marks.push(
    rect(k, "outlinebox fillable" + hot, x, y, w, fs * 1.45, {
      rx: 3,
      ...live,
      tip: `${index} ${r.key}–${hex(end)} ${bytes(num(r.size), input.lang)} ${flags}`,
    }),
  );
  marks.push(text(`${k}:i`, "dim", x + at[0], y + fs * 1.06, index, {a: "end"}));
  for (const [j, s] of [r.key, hex(end)].entries())
    marks.push(text(`${k}:${j}`, "mono" + hot, x + at[1 + j], y + fs * 1.06, s));
  marks.push(
    text(`${k}:s`, "num" + hot, x + at[3], y + fs * 1.06, bytes(num(r.size), input.lang), {
      a: "end",
    }),
  );
  if (flags && !narrow) {
    const says = fitFirst([flags, r.flags], fs * (FLAGS - 0.8), fs * 0.86);
    marks.push(text(`${k}:f`, "dim", x + w - fs * 0.5, y + fs * 1.06, says, {a: "end"}));
  }
}

export const view = describe({
  id: "memblock",
  group: "memblock",
  concept: "memblock",
  tables,
  main: "memblock.memory",
  follows: ["*"],
  rank: 9,
  layout: layoutMemblock,
});
