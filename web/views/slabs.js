// SPDX-License-Identifier: GPL-2.0-or-later
// Slab caches in the order in which they come alive, each with the event that made it.
import {bytes, fit, int} from "../lib/format.js";
import {mark, rect, text} from "../lib/marks.js";
import {describe} from "../lib/view.js";

const tables = ["slabs"];

/** @param {any} input @param {{width: number, fs: number}} size */
export function layoutSlabs(input, {width, fs}) {
  const rows = input.tables.slabs ?? [];
  const w = fs * 14.5;
  const columns = Math.max(1, Math.floor((width + fs * 0.6) / (w + fs * 0.6)));
  const each = (width - fs * 0.6 * (columns - 1)) / columns;
  const h = fs * 3.6;
  const marks = rows.flatMap((r, i) =>
    cache(
      r,
      i,
      (i % columns) * (each + fs * 0.6),
      fs * 0.3 + Math.floor(i / columns) * (h + fs * 0.5),
      each,
      h,
      input,
      fs,
    ),
  );
  return {
    marks,
    width,
    height: rows.length ? Math.ceil(rows.length / columns) * (h + fs * 0.5) + fs * 0.5 : 0,
  };
}

function cache(r, i, x, y, w, h, input, fs) {
  const k = `slabs:${r.key}`;
  const hot = mark(input.changed, "slabs", r.key);
  const born = input.born?.get(String(r.key));
  const use = r.objects * r.slabs > 0 ? Math.min(1, r.active / (r.objects * r.slabs)) : 0;
  return [
    rect(k, "card" + hot, x, y, w, h, {
      rx: 4,
      ref: k,
      v: {size: r.size, order: r.order},
      tip: `${r.key}: ${r.size} B, order ${r.order}, ${r.objects} objects, ${r.state}`,
    }),
    text(
      k,
      "head",
      x + fs * 0.6,
      y + fs * 1.25,
      fit(`${i + 1}. ${r.key}`, w - fs * (born ? 4.2 : 1.2), fs, 0.56),
    ),
    ...(born
      ? [text(`${k}:b`, "tiny", x + w - fs * 0.6, y + fs * 1.25, `#${born}`, {a: "end", tip: born})]
      : []),
    text(
      `${k}:s`,
      "dim",
      x + fs * 0.6,
      y + fs * 2.4,
      fit(
        `${bytes(r.size, input.lang)} · order ${r.order} · ${int(r.objects, input.lang)}/slab · ${r.state}`,
        w - fs,
        fs * 0.86,
        0.54,
      ),
    ),
    rect(`${k}:room`, "outlinebox", x + fs * 0.6, y + h - fs * 0.8, w - fs * 1.2, fs * 0.45),
    rect(
      `${k}:use`,
      "zonebar managed grow",
      x + fs * 0.6,
      y + h - fs * 0.8,
      (w - fs * 1.2) * use,
      fs * 0.45,
      {v: r.active},
    ),
  ];
}

export const view = describe({
  id: "slabs",
  group: "allocators",
  tables,
  main: "slabs",
  follows: ["slabs"],
  rank: 1,
  layout: layoutSlabs,
});
