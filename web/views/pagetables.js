// SPDX-License-Identifier: GPL-2.0-or-later
// Page tables being built: a line per mapping, a column per level, a square per table page.
import {bytes, fit, int} from "../lib/format.js";
import {mark, path, rect, text} from "../lib/marks.js";

export const tables = ["pagetables"];

const LEVELS = ["PGD", "P4D", "PUD", "PMD", "PTE"];
/** More squares than this are a number. */
const MAX_SQUARES = 96;

/** "PUD 1, PMD 1, PTE 2" as pairs; a plain "pte" counts all pages of its row. @returns {[string, number][]} */
export function parseLevels(row) {
  const found = [...String(row.level).matchAll(/([A-Za-z]\w*)\s+(\d+)/g)].map((m) => /** @type {[string, number]} */ ([m[1].toUpperCase(), Number(m[2])]));
  return found.length ? found : [[String(row.level).toUpperCase(), row.count]];
}

const rank = (level) => (LEVELS.includes(level) ? LEVELS.indexOf(level) : 9);

/** @param {any} input @param {{width: number, fs: number}} size */
export function layoutPagetables(input, {width, fs}) {
  const rows = input.tables.pagetables ?? [];
  /** @type {import("../lib/marks.js").Mark[]} */
  const marks = [];
  let y = 0;
  for (const root of [...new Set(rows.map((r) => r.root))]) y = tree(marks, root, rows.filter((r) => r.root === root), y, input, width, fs);
  return {marks, width, height: y};
}

function tree(marks, root, rows, y, input, width, fs) {
  const total = rows.reduce((a, r) => a + r.count, 0);
  const names = [...new Set(rows.flatMap((r) => parseLevels(r).map(([l]) => l)))].sort((a, b) => rank(a) - rank(b));
  marks.push(text(`root:${root}`, "head", 0, y + fs * 1.3, root));
  marks.push(text(`root:${root}:n`, "dim", width, y + fs * 1.3, input.t("pagetables.total", {n: int(total, input.lang), size: bytes(total * input.page, input.lang)}), {a: "end"}));
  const x = columns(names, fs * 17, width, fs);
  for (const l of names) marks.push(text(`${root}:${l}`, "dim", x.at[l], y + fs * 2.7, `${l} · ${int(rows.flatMap(parseLevels).reduce((a, [n, c]) => a + (n === l ? c : 0), 0), input.lang)}`));
  y += fs * 3.1;
  for (const r of rows) y = line(marks, r, y, x, input, width, fs);
  return y + fs * 0.8;
}

/** The last level has most pages and most room. */
function columns(names, left, width, fs) {
  const narrow = Math.min(fs * 7, (width - left) / (names.length + 1));
  const at = Object.fromEntries(names.map((l, i) => [l, left + i * narrow]));
  return {at, left, narrow, last: names[names.length - 1], wide: Math.max(narrow, width - left - narrow * (names.length - 1))};
}

function line(marks, r, y, x, input, width, fs) {
  const k = `pagetables:${r.key}`;
  const hot = mark(input.changed, "pagetables", r.key);
  const height = Math.max(...parseLevels(r).map(([l, n]) => squares(marks, `${k}:${l}`, n, x.at[l], y + fs * 0.45, l === x.last ? x.wide : x.narrow, hot, input, fs)), fs * 2.2);
  marks.unshift(rect(k, "outlinebox fillable" + hot, 0, y, width, height + fs * 0.3, {rx: 4, ref: k, v: {count: r.count, base: r.base}, tip: `${r.root} ${r.level}: ${r.maps} ${r.va}, ${r.base}`}));
  marks.push(text(`${k}:m`, "boxname", fs * 0.6, y + fs * 1.1, fit(r.maps, x.left - fs, fs, 0.56)));
  marks.push(text(`${k}:va`, "mono dim", fs * 0.6, y + fs * 2.15, fit(r.va, x.left - fs, fs * 0.86)));
  return y + height + fs * 0.6;
}

function squares(marks, k, n, x, y, room, hot, input, fs) {
  const s = fs * 0.85;
  const per = Math.max(1, Math.floor((room - fs) / (s + 2)));
  const shown = Math.min(n, MAX_SQUARES, per * 3);
  const d = Array.from({length: shown}, (_, i) => `M${x + (i % per) * (s + 2)},${y + Math.floor(i / per) * (s + 2)}h${s}v${s}h${-s}z`).join("");
  marks.push(path(k, "tablepages" + hot, d, {fill: "url(#p-tables-0)", v: n}));
  const lines = Math.ceil(shown / per);
  if (n > shown) marks.push(text(`${k}:n`, "num", x, y + lines * (s + 2) + fs * 0.75, `× ${int(n, input.lang)}`));
  return lines * (s + 2) + (n > shown ? fs * 1.1 : 0) + fs * 0.4;
}
