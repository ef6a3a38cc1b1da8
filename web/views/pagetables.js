// SPDX-License-Identifier: GPL-2.0-or-later
// Page tables being built: a column per level, a box per group of table pages and what it maps.
import {bytes, fit, int, num} from "../lib/format.js";
import {mark, path, rect, text} from "../lib/marks.js";

export const tables = ["pagetables"];

const ORDER = ["pgd", "p4d", "pud", "pmd", "pte"];

/** Rows by root and level, in the order in which they were made. */
export function byRoot(rows) {
  /** @type {Map<string, Map<string, any[]>>} */
  const out = new Map();
  for (const r of rows) {
    if (!out.has(r.root)) out.set(r.root, new Map());
    const levels = out.get(r.root);
    if (!levels.has(r.level)) levels.set(r.level, []);
    levels.get(r.level).push(r);
  }
  return out;
}

const rank = (level) => (ORDER.includes(level) ? ORDER.indexOf(level) : 9);

/** @param {any} input @param {{width: number, fs: number}} size */
export function layoutPagetables(input, {width, fs}) {
  const roots = byRoot(input.tables.pagetables ?? []);
  /** @type {import("../lib/marks.js").Mark[]} */
  const marks = [];
  let y = 0;
  for (const [root, levels] of roots) y = tree(marks, root, levels, y, input, width, fs);
  return {marks, width, height: roots.size ? y : 0};
}

function tree(marks, root, levels, y, input, width, fs) {
  const names = [...levels.keys()].sort((a, b) => rank(a) - rank(b));
  const total = [...levels.values()].flat().reduce((a, r) => a + r.count, 0);
  marks.push(text(`root:${root}`, "head", 0, y + fs * 1.3, root));
  marks.push(text(`root:${root}:n`, "dim", width, y + fs * 1.3, input.t("pagetables.total", {n: int(total, input.lang), size: bytes(total * input.page, input.lang)}), {a: "end"}));
  const y0 = y + fs * 2;
  const gap = fs * 1.6;
  const w = Math.min(fs * 22, (width - gap * (names.length - 1)) / Math.max(1, names.length));
  const tallest = Math.max(...names.map((n) => levels.get(n).length));
  names.forEach((name, i) => column(marks, root, name, levels.get(name), i * (w + gap), y0, w, i > 0 ? gap : 0, input, fs));
  return y0 + fs * 1.6 + tallest * fs * 3.5 + fs * 0.6;
}

function column(marks, root, level, rows, x, y, w, gap, input, fs) {
  const n = rows.reduce((a, r) => a + r.count, 0);
  marks.push(text(`${root}:${level}`, "dim", x, y + fs, `${level} · ${int(n, input.lang)}`));
  rows.forEach((r, i) => {
    const top = y + fs * 1.6 + i * fs * 3.5;
    const k = `pagetables:${r.key}`;
    const hot = mark(input.changed, "pagetables", r.key);
    const size = bytes(r.count * input.page, input.lang);
    if (gap) marks.push(path(`${k}:a`, "arrow", `M${x - gap + 3},${top + fs * 1.4}h${gap - 7}m-4,-4l4,4l-4,4`));
    marks.push(rect(k, "box" + hot, x, top, w, fs * 3.1, {rx: 4, ref: k, v: {count: r.count, base: r.base}, tip: `${level} × ${r.count}, ${size}, ${r.maps}`}));
    marks.push(text(`${k}:1`, "boxname", x + fs * 0.6, top + fs * 1.25, fit(`${r.count > 1 ? `${int(r.count, input.lang)} × ` : ""}${r.base}`, w - fs, fs)));
    marks.push(text(`${k}:2`, "dim", x + fs * 0.6, top + fs * 2.45, fit([r.maps, num(r.va) ? r.va : ""].filter(Boolean).join(" · "), w - fs, fs * 0.86)));
  });
}
