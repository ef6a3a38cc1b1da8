// SPDX-License-Identifier: GPL-2.0-or-later
// memblock's two arrays as the kernel holds them, so that merging, splitting and doubling are seen.
import {bytes, hex, int, num} from "../lib/format.js";
import {mark, rect, text} from "../lib/marks.js";

export const tables = ["memblock.memory", "memblock.reserved", "counters"];

const ARRAYS = tables.slice(0, 2);

/** @param {any} input @param {{width: number, fs: number}} size */
export function layoutMemblock(input, {width, fs}) {
  const half = (width - fs * 1.5) / 2;
  /** @type {import("../lib/marks.js").Mark[]} */
  const marks = [];
  if (ARRAYS.every((name) => !input.tables[name]?.length && !counter(input, `${name}.max`))) return {marks, width, height: 0};
  const heights = ARRAYS.map((name, i) => array(marks, name, input, i * (half + fs * 1.5), half, fs));
  return {marks, width, height: Math.max(...heights)};
}

const counter = (input, key) => input.tables.counters?.find((c) => c.key === key)?.value;

function array(marks, name, input, x, w, fs) {
  const rows = input.tables[name] ?? [];
  const sum = rows.reduce((a, r) => a + num(r.size), 0);
  const max = counter(input, `${name}.max`);
  marks.push(text(name, "head", x, fs * 1.3, name));
  const hot = mark(input.changed, "counters", `${name}.max`);
  if (max) gauge(marks, name, rows.length, max, x + fs * 12, w - fs * 12, hot, fs);
  marks.push(text(`${name}:sum`, "dim" + hot, x + w, fs * 1.3, `cnt ${int(rows.length, input.lang)}${max ? ` / max ${int(max, input.lang)}` : ""} · ${bytes(sum, input.lang)}`, {a: "end"}));
  const at = [fs * 1.9, fs * 2.6, fs * 12, w - fs * 6.2];
  const y0 = fs * 2.9;
  for (const [i, label] of ["", "base", "end", "size"].entries()) marks.push(text(`${name}:h${i}`, "dim", x + at[i], y0, label, {a: i === 3 ? "end" : "start"}));
  rows.forEach((r, i) => row(marks, name, r, i, input, x, y0 + fs * 0.4 + i * fs * 1.55, w, at, fs));
  return y0 + fs * (rows.length * 1.55 + 1);
}

/** How full the array is: it doubles when a region more would not fit. */
function gauge(marks, name, cnt, max, x, room, hot, fs) {
  const w = Math.max(0, Math.min(fs * 10, room - fs * 16));
  if (w < fs * 3) return;
  marks.push(rect(`${name}:room`, "slots" + hot, x, fs * 0.45, w, fs * 0.9, {v: max, tip: `cnt ${cnt} / max ${max}`}));
  marks.push(rect(`${name}:cnt`, "zonebar present grow", x, fs * 0.45, (w * Math.min(cnt, max)) / max, fs * 0.9, {v: cnt}));
}

function row(marks, name, r, i, input, x, y, w, at, fs) {
  const hot = mark(input.changed, name, r.key);
  const k = `${name}:${r.key}`;
  const end = num(r.key) + num(r.size);
  const flags = [r.nid >= 0 ? `nid ${r.nid}` : "", /^(none|0x0)?$/i.test(r.flags ?? "") ? "" : r.flags].filter(Boolean).join(" ");
  marks.push(rect(k, "outlinebox fillable" + hot, x, y, w, fs * 1.45, {rx: 3, ref: k, v: {index: i, key: r.key, size: r.size, nid: r.nid, flags: r.flags}, tip: `[${i}] ${r.key}–${hex(end)} ${bytes(num(r.size), input.lang)} ${flags}`}));
  marks.push(text(`${k}:i`, "dim", x + at[0], y + fs * 1.06, `[${i}]`, {a: "end"}));
  for (const [j, s] of [r.key, hex(end)].entries()) marks.push(text(`${k}:${j}`, "mono" + hot, x + at[1 + j], y + fs * 1.06, s));
  marks.push(text(`${k}:s`, "num" + hot, x + at[3], y + fs * 1.06, bytes(num(r.size), input.lang), {a: "end"}));
  if (flags) marks.push(text(`${k}:f`, "dim", x + w - fs * 0.5, y + fs * 1.06, flags, {a: "end"}));
}
