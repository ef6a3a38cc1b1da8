// SPDX-License-Identifier: GPL-2.0-or-later
// bootmem's bitmap: a cell for each bit, or for as many bits as fit. It shows the part of memory
// that the map shows, so that zooming there comes down to single bits here.
import {bytes, fit, hex, int, num, textWidth} from "../lib/format.js";
import {path, rect, text} from "../lib/marks.js";
import {describe} from "../lib/view.js";

const tables = ["bootmem"];

/** Rows of cells that a screen has room for; each row is a word of the bitmap, or several. */
const MAX_ROWS = 14;

const FNS = new Set([
  "init_bootmem_core",
  "free_bootmem",
  "reserve_bootmem",
  "alloc_bootmem_bdata",
]);

/**
 * bootmem_data_t at a position: what the newest event of the allocator said.
 * @param {readonly any[]} events @param {number} pos
 * @returns {{first: number, end: number, hint: number, last: number, touched: [number, number]|null}|null}
 */
export function bitmapAt(events, pos) {
  let newest = null;
  const now = events[pos - 1]?.text;
  /** @type {[number, number]|null} */
  const touched = now && FNS.has(now.fn) ? [now.first_pfn, now.end_pfn] : null;
  for (let p = pos; p > 0; p--) {
    const text_ = events[p - 1].text;
    if (!text_ || !FNS.has(text_.fn)) continue;
    newest ??= text_;
    if (text_.fn === "init_bootmem_core")
      return {
        first: text_.first_pfn,
        end: text_.end_pfn,
        hint: newest.hint_idx,
        last: num(newest.last_end_off),
        touched,
      };
  }
  return null;
}

/**
 * The frames that are shown: all of them, or what the map's window has of them.
 * @returns {[number, number]} @param {{first: any, end: number}} what
 * @param {AddressRange|null} win @param {number} page
 */
export function shown({first, end}, win, page) {
  if (!win) return [first, end];
  const a = Math.max(first, Math.floor(win[0] / page / 64) * 64);
  const b = Math.min(end, Math.ceil(win[1] / page / 64) * 64);
  return a < b ? [a, b] : [first, end];
}

/**
 * How many of the frames [a, b) are in the sorted runs, and the first run that has one.
 * @param {readonly Row[]} rows @param {any} a @param {number} b
 */
export function covered(rows, a, b) {
  let lo = 0;
  let hi = rows.length;
  while (lo < hi) {
    const mid = (lo + hi) >> 1;
    if (rows[mid].end_pfn <= a) lo = mid + 1;
    else hi = mid;
  }
  let n = 0;
  for (let i = lo; i < rows.length && Number(rows[i].key) < b; i++)
    n += Math.min(b, rows[i].end_pfn) - Math.max(a, Number(rows[i].key));
  return {n, row: n ? rows[lo] : null};
}

/**
 * @param {ViewInput} input @param {{width: number, fs: number, win?: [number, number]|null}} size
 */
export function layoutBootmem(input, {width, fs, win = null}) {
  const b = input.bitmap;
  /** @type {import("../lib/marks.js").Mark[]} */
  const marks = [];
  if (!b) return {marks, width, height: 0};
  const rows = input.tables.bootmem ?? [];
  const [from, to] = shown(b, win, input.page);
  const columns = width > fs * 50 ? 64 : 32;
  let group = 1;
  while (Math.ceil((to - from) / group / columns) > MAX_ROWS) group *= 2;
  head(marks, rows, b, group, input, width, fs);
  const left = fs * 8.2;
  const grid = {
    from,
    to,
    columns,
    group,
    left,
    top: fs * (width > fs * 60 ? 5.2 : 6.6),
    step: (width - left - fs * (width > fs * 50 ? 11.5 : 6)) / columns,
    line: fs * 1.5,
    width,
  };
  for (let i = 0; from + i * columns * group < to; i++) line(marks, rows, i, grid, input, fs);
  pointer(marks, "hint_idx", b.first + b.hint, grid, fs);
  pointer(marks, "last_end_off", b.first + b.last / input.page, grid, fs);
  return {
    marks,
    width,
    height: grid.top + Math.ceil((to - from) / group / columns) * grid.line + fs,
  };
}

/**
 * @param {Mark[]} marks @param {readonly Row[]} rows @param {any} b @param {any} group
 * @param {ViewInput} input @param {number} width @param {number} fs
 */
function head(marks, rows, b, group, input, width, fs) {
  const set = rows.reduce((a, r) => a + r.end_pfn - Number(r.key), 0);
  const wide = width > fs * 60;
  /** @param {any} s */
  const short = (s) => fit(s, width, fs);
  marks.push(
    text(
      "bits",
      "head",
      0,
      fs * 1.3,
      short(
        input.t("bootmem.head", {
          set: int(set, input.lang),
          pages: int(b.end - b.first, input.lang),
          size: bytes((b.end - b.first) / 8, input.lang),
        }),
      ),
    ),
  );
  marks.push(
    text(
      "cell",
      "dim",
      wide ? width : 0,
      fs * (wide ? 1.3 : 5.5),
      input.t("bootmem.cell", {
        n: int(group, input.lang),
        size: bytes(group * input.page, input.lang),
      }),
      {a: wide ? "end" : "start"},
    ),
  );
  marks.push(
    text(
      "where",
      "dim",
      0,
      fs * 2.7,
      fit(
        input.t("bootmem.where", {hint: int(b.hint, input.lang), last: hex(b.last)}),
        width,
        fs * 0.86,
      ),
      {v: [b.hint, b.last]},
    ),
  );
  let x = 0;
  for (const [look, key] of [
    ["url(#p-other-0)", "bootmem.set"],
    ["url(#p-free-0)", "bootmem.clear"],
    ["url(#p-other-1)", "bootmem.mixed"],
  ]) {
    const s = input.t(key);
    marks.push(rect(key, "bit", x, fs * 3.3, fs * 0.9, fs * 0.9, {fill: look}));
    marks.push(text(key, "dim", x + fs * 1.3, fs * 4.1, s));
    x += fs * (wide ? 2.6 : 1.8) + textWidth(s, fs * 0.86);
  }
}

/**
 * A row of cells, its first address before it, and behind it the word, or how many bits are set.
 * @param {Mark[]} marks @param {readonly Row[]} rows @param {number} i @param {any} g
 * @param {ViewInput} input @param {number} fs
 */
function line(marks, rows, i, g, input, fs) {
  const a = g.from + i * g.columns * g.group;
  const b = Math.min(g.to, a + g.columns * g.group);
  const y = g.top + i * g.line;
  marks.push(text(`row:${i}`, "mono dim", 0, y + fs * 1.02, hex(a * input.page)));
  for (let c = 0; a + c * g.group < b; c++)
    cell(
      marks,
      rows,
      a + c * g.group,
      Math.min(b, a + (c + 1) * g.group),
      g.left + c * g.step,
      y,
      g,
      input,
      fs,
    );
  const all = covered(rows, a, b).n;
  const s = g.group === 1 && g.columns === 64 ? word(rows, a, b) : int(all, input.lang);
  marks.push(text(`row:${i}:n`, "mono dim", g.width, y + fs * 1.02, s, {a: "end", v: all}));
}

/**
 * An unsigned long of the bitmap: its lowest bit is the lowest frame.
 * @param {readonly Row[]} rows @param {number} a @param {number} b
 */
export function word(rows, a, b) {
  let v = 0n;
  for (let pfn = a; pfn < b; pfn++) if (covered(rows, pfn, pfn + 1).n) v |= 1n << BigInt(pfn - a);
  return "0x" + v.toString(16).padStart(16, "0");
}

/**
 * @param {Mark[]} marks @param {readonly Row[]} rows @param {number} a @param {number} b
 * @param {number} x @param {number} y @param {any} g @param {ViewInput} input @param {number} fs
 */
function cell(marks, rows, a, b, x, y, g, input, fs) {
  const {n, row} = covered(rows, a, b);
  const look = n === 0 ? "free-0" : n === b - a ? "other-0" : "other-1";
  const hot =
    input.bitmap.touched && a < input.bitmap.touched[1] && b > input.bitmap.touched[0]
      ? " changed"
      : "";
  const what = input.t(n === 0 ? "bootmem.clear" : n === b - a ? "bootmem.set" : "bootmem.mixed");
  const ref = row ? {ref: `bootmem:${row.key}`} : {};
  marks.push(
    rect(`bit:${a}`, "bit" + hot, x, y, Math.max(1, g.step - 1), fs * 1.15, {
      fill: `url(#p-${look})`,
      v: n,
      tip:
        `${hex(a * input.page)} pfn ${a}${b - a > 1 ? `–${b - 1}` : ""}: ` +
        `${what}${n && n < b - a ? ` ${n}/${b - a}` : ""}`,
      ...ref,
    }),
  );
}

/**
 * A mark above the place, and its name: where the next search begins, where the last one ended.
 * @param {Mark[]} marks @param {string} name @param {number} pfn @param {any} g @param {number} fs
 */
function pointer(marks, name, pfn, g, fs) {
  if (pfn < g.from || pfn > g.to) return;
  const at = (pfn - g.from) / g.group;
  const row = Math.floor(Math.min(at, (g.to - g.from) / g.group - 1e-9) / g.columns);
  const x = g.left + (at - row * g.columns) * g.step;
  const y = g.top + row * g.line;
  if (name === "hint_idx") marks.push(path(name, "bitmark", `M${x - 4},${y - 5}h8l-4,6z`));
  else marks.push(path(name, "bitmark", `M${x - 1},${y - 1}h2v${fs * 1.15 + 2}h-2z`));
}

export const view = describe({
  id: "bootmem",
  group: "memblock",
  concept: "bootmem",
  tables,
  main: "bootmem",
  filler: "init_bootmem_core",
  follows: ["bootmem"],
  rank: 5,
  layout: layoutBootmem,
  also: (input, s) => [input.bitmap?.hint, input.bitmap?.last, s.win].map(String),
  when: (s) => Boolean(s.run?.bits),
});
