// SPDX-License-Identifier: GPL-2.0-or-later
// init_mm, the kernel's own address space, field by field; beside it the image that it describes.
import {wordOf} from "../lib/i18n.js";
import {bytes, fit, num} from "../lib/format.js";
import {mark, rect, text} from "../lib/marks.js";
import {describe} from "../lib/view.js";

const tables = ["init_mm", "image"];

/** @param {ViewInput} input @param {{width: number, fs: number}} size */
export function layoutInitmm(input, {width, fs}) {
  const fields = input.tables.init_mm ?? [];
  const image = input.tables.image ?? [];
  /** @type {import("../lib/marks.js").Mark[]} */
  const marks = [];
  if (!fields.length && !image.length) return {marks, width, height: 0};
  const beside = image.length && width > fs * 90;
  const half = beside ? width * 0.64 : width;
  fields.forEach((/** @type {Row} */ r, /** @type {number} */ i) =>
    field(marks, r, fs * 0.4 + i * fs * 1.6, half - fs, input, fs),
  );
  const top = beside ? 0 : fields.length * fs * 1.6 + fs;
  image.forEach((/** @type {Row} */ r, /** @type {number} */ i) =>
    segment(
      marks,
      r,
      fs * 0.4 + top + i * fs * 1.6,
      beside ? half + fs : 0,
      beside ? width - half - fs : width - fs,
      input,
      fs,
    ),
  );
  return {
    marks,
    width,
    height: Math.max(fields.length * fs * 1.6, top + image.length * fs * 1.6) + fs,
  };
}

/**
 * @param {Mark[]} marks @param {Row} r @param {number} y @param {number} w @param {ViewInput} input
 * @param {number} fs
 */
function field(marks, r, y, w, input, fs) {
  const k = `init_mm:${r.key}`;
  const hot = mark(input.changed, "init_mm", r.key);
  marks.push(
    rect(k, "outlinebox fillable" + hot, 0, y, w, fs * 1.5, {
      rx: 3,
      ref: k,
      v: r.value,
      tip: `${r.key} = ${wordOf(input.t, r.value)} ${wordOf(input.t, r.note)}`,
    }),
  );
  marks.push(
    text(`${k}:n`, "mono", fs * 0.5, y + fs * 1.08, fit(String(r.key), w * 0.2, fs * 0.86)),
  );
  marks.push(
    text(
      `${k}:v`,
      "mono" + hot,
      w * 0.22,
      y + fs * 1.08,
      fit(wordOf(input.t, r.value), w * 0.36, fs * 0.86),
    ),
  );
  marks.push(
    text(
      `${k}:t`,
      "dim",
      w * 0.6,
      y + fs * 1.08,
      fit(wordOf(input.t, r.note), w * 0.39, fs * 0.86, 0.56),
    ),
  );
}

/**
 * @param {Mark[]} marks @param {Row} r @param {number} y @param {number} x @param {number} w
 * @param {ViewInput} input @param {number} fs
 */
function segment(marks, r, y, x, w, input, fs) {
  const k = `image:${r.key}`;
  const size = num(r.end) - num(r.start);
  marks.push(
    rect(k, "outlinebox fillable" + mark(input.changed, "image", r.key), x, y, w, fs * 1.5, {
      rx: 3,
      ref: k,
      v: r.start,
      tip: `${r.key} ${r.start}–${r.end} ${r.virt}`,
    }),
  );
  marks.push(
    text(`${k}:n`, "mono", x + fs * 0.5, y + fs * 1.08, fit(String(r.key), w * 0.36, fs * 0.86)),
  );
  marks.push(
    text(`${k}:a`, "mono", x + w * 0.4, y + fs * 1.08, fit(String(r.start), w * 0.36, fs * 0.86)),
  );
  marks.push(
    text(
      `${k}:s`,
      "num",
      x + w - fs * 0.5,
      y + fs * 1.08,
      size > 0 ? bytes(size, input.lang) : "",
      {a: "end"},
    ),
  );
}

export const view = describe({
  id: "init_mm",
  group: "mapping",
  concept: "mm-struct",
  tables,
  main: "init_mm",
  follows: ["init_mm"],
  rank: 4,
  layout: layoutInitmm,
});
