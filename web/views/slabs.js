// SPDX-License-Identifier: GPL-2.0-or-later
// Slab caches in the order in which they come alive, each with the event that made it.
import {wordOf} from "../lib/i18n.js";
import {bytes, fit, fitFirst, int} from "../lib/format.js";
import {comes, mark, rect, text} from "../lib/marks.js";
import {describe} from "../lib/view.js";

const tables = ["slabs"];

/** Orders that a slab is ever made of. */
const ORDERS = 4;

/** @param {ViewInput} input @param {{width: number, fs: number}} size */
export function layoutSlabs(input, {width, fs}) {
  const rows = input.tables.slabs ?? [];
  const w = fs * 14.5;
  const columns = Math.max(1, Math.floor((width + fs * 0.6) / (w + fs * 0.6)));
  const each = (width - fs * 0.6 * (columns - 1)) / columns;
  const h = fs * 3.6;
  if (!rows.length) return {marks: [], width, height: 0};
  const top = fs * 3.4;
  const marks = rows.flatMap((/** @type {Row} */ r, /** @type {number} */ i) =>
    cache(
      r,
      i,
      (i % columns) * (each + fs * 0.6),
      top + Math.floor(i / columns) * (h + fs * 0.5),
      each,
      h,
      input,
      fs,
    ),
  );
  return {
    marks: [...orders(input, width, fs), ...marks],
    width,
    height: top + Math.ceil(rows.length / columns) * (h + fs * 0.5) + fs * 0.5,
  };
}

/**
 * The free lists that slabs take their pages out of, all zones together.
 * @param {ViewInput} input @param {number} width @param {number} fs
 */
function orders(input, width, fs) {
  const w = Math.min(fs * 9, width / ORDERS);
  return Array.from({length: ORDERS}, (_, order) => {
    const free = (input.tables.freelists ?? []).reduce(
      (a, /** @type {Row} */ r) => a + (r.order === order ? r.nr_free : 0),
      0,
    );
    const says = input.t("slabs.order", {order, n: int(free, input.lang)});
    return [
      rect(`order:${order}`, "cell", order * w, fs * 0.4, w - fs * 0.4, fs * 2.1, {rx: 3}),
      text(
        `order:${order}`,
        "dim",
        order * w + (w - fs * 0.4) / 2,
        fs * 1.75,
        fit(says, w - fs, fs * 0.86, 0.54),
        {a: "middle"},
      ),
    ];
  }).flat();
}

/**
 * @param {Row} r @param {number} i @param {number} x @param {number} y @param {number} w
 * @param {number} h @param {ViewInput} input @param {number} fs
 */
function cache(r, i, x, y, w, h, input, fs) {
  const k = `slabs:${r.key}`;
  const hot = mark(input.changed, "slabs", r.key);
  const born = input.born?.get(String(r.key));
  const says = {
    size: bytes(r.size, input.lang),
    order: r.order,
    objects: int(r.objects, input.lang),
    state: wordOf(input.t, r.state),
  };
  const use = r.objects * r.slabs > 0 ? Math.min(1, r.active / (r.objects * r.slabs)) : 0;
  return [
    rect(k, "card" + hot, x, y, w, h, {
      rx: 4,
      ref: k,
      ...comes(input, "slabs", r, (was) =>
        r.slabs > (was?.slabs ?? 0) ? {key: `r:order:${r.order}`} : undefined,
      ),
      v: {size: r.size, order: r.order},
      tip: `${r.key}: ${r.size} B, order ${r.order}, ${r.objects} objects, ${r.state}`,
    }),
    text(
      k,
      "head",
      x + fs * 0.6,
      y + fs * 1.25,
      fitFirst([`${i + 1}. ${r.key}`, String(r.key)], w - fs * (born ? 4.2 : 1.2), fs, 0.6),
    ),
    ...(born
      ? [text(`${k}:b`, "tiny", x + w - fs * 0.6, y + fs * 1.25, `#${born}`, {a: "end", tip: born})]
      : []),
    text(
      `${k}:s`,
      "dim",
      x + fs * 0.6,
      y + fs * 2.4,
      fitFirst(
        ["slabs.says", "slabs.says.short"].map((key) => input.t(key, says)),
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
  concept: "slab",
  tables,
  main: "slabs",
  filler: "kmem_cache_init",
  follows: ["slabs"],
  rank: 1,
  layout: layoutSlabs,
});
