// SPDX-License-Identifier: GPL-2.0-or-later
// The first per-CPU chunk: what each unit holds, and the unit of each CPU.
import {wordOf} from "../lib/i18n.js";
import {bytes, fit, fitFirst, num} from "../lib/format.js";
import {comes, mark, rect, text} from "../lib/marks.js";
import {describe} from "../lib/view.js";

const tables = ["percpu", "cpus"];

const PARTS = ["static", "reserved", "dynamic"];
/** @param {any} p */
const partFill = (p) => `url(#p-percpu-${PARTS.indexOf(p) * 2})`;

const legend = () => PARTS.map((label) => ({label, fill: partFill(label)}));

/** @param {ViewInput} input @param {{width: number, fs: number}} size */
export function layoutPercpu(input, {width, fs}) {
  const rows = input.tables.percpu ?? [];
  const parts = PARTS.map((p) => rows.find((r) => r.key === p)).filter(Boolean);
  const others = rows.filter((r) => !PARTS.includes(String(r.key)) && num(r.size) > 0);
  /** @type {import("../lib/marks.js").Mark[]} */
  const marks = [];
  if (!rows.length) return {marks, width, height: 0};
  let y = parts.length ? unit(marks, parts, input, width, fs) : fs * 0.4;
  for (const r of others) y = row(marks, r, y, others, input, width, fs);
  return {marks, width, height: y + fs};
}

/**
 * @param {Mark[]} marks @param {any} parts @param {ViewInput} input @param {number} width
 * @param {number} fs
 */
function unit(marks, parts, input, width, fs) {
  const total =
    parts.reduce((/** @type {number} */ a, /** @type {Row} */ r) => a + num(r.size), 0) || 1;
  marks.push(
    text("unit", "head", 0, fs * 1.3, input.t("percpu.unit", {size: bytes(total, input.lang)})),
  );
  let x = 0;
  for (const r of parts) {
    const w = (width * num(r.size)) / total;
    const k = `percpu:${r.key}`;
    marks.push(
      rect(k, "box" + mark(input.changed, "percpu", r.key), x, fs * 1.9, w - 2, fs * 3, {
        rx: 3,
        ref: k,
        v: r.size,
        fill: partFill(r.key),
        tip: `${r.key} ${r.size}`,
      }),
    );
    marks.push(
      text(
        k,
        "cellname on-percpu",
        x + w / 2,
        fs * 3.2,
        fitFirst([wordOf(input.t, r.key), ""], w - 8, fs),
        {a: "middle"},
      ),
    );
    marks.push(
      text(
        `${k}:s`,
        "cellsize on-percpu",
        x + w / 2,
        fs * 4.4,
        fitFirst([bytes(num(r.size), input.lang), ""], w - 8, fs),
        {a: "middle"},
      ),
    );
    x += w;
  }
  return fs * 5.6;
}

/**
 * Units as offsets from the lowest, so that groups and gaps between nodes are seen.
 * @param {Mark[]} marks @param {Row} r @param {number} y @param {any} all @param {ViewInput} input
 * @param {number} width @param {number} fs
 */
function row(marks, r, y, all, input, width, fs) {
  const withBase = all.filter((/** @type {any} */ o) => num(o.base) > 0);
  const lo = Math.min(...withBase.map((/** @type {any} */ o) => num(o.base)));
  const hi = Math.max(...withBase.map((/** @type {any} */ o) => num(o.base) + num(o.size)));
  const left = fs * 15;
  const right = fs * 8;
  const k = `percpu:${r.key}`;
  const span = Math.max(1, hi - lo);
  const x = left + ((width - left - right) * Math.max(0, num(r.base) - lo)) / span;
  const w = Math.max(4, ((width - left - right) * num(r.size)) / span);
  const who =
    r.cpu >= 0
      ? `CPU ${r.cpu}${r.node >= 0 ? ` · ${input.t("node")} ${r.node}` : ""}`
      : wordOf(input.t, r.key);
  marks.push(
    text(
      `${k}:n`,
      "dim",
      0,
      y + fs * 1.1,
      fit(r.what === "unit" ? `unit · ${who}` : wordOf(input.t, r.key), left - fs, fs * 0.86),
    ),
  );
  if (num(r.base) > 0)
    marks.push(
      rect(k, "box" + mark(input.changed, "percpu", r.key), x, y, w, fs * 1.4, {
        rx: 2,
        ref: k,
        ...comes(input, "percpu", r, () => ({addr: [num(r.base), num(r.base) + num(r.size)]})),
        v: r.size,
        fill: `url(#p-percpu-${r.what === "unit" ? 0 : 3})`,
        tip: `${r.key} ${r.base} ${bytes(num(r.size), input.lang)}`,
      }),
    );
  marks.push(
    text(`${k}:s`, "num", width, y + fs * 1.1, bytes(num(r.size), input.lang), {a: "end"}),
  );
  return y + fs * 1.7;
}

export const view = describe({
  id: "percpu",
  group: "allocators",
  concept: "per-cpu",
  tables,
  main: "percpu",
  filler: "setup_per_cpu_areas",
  follows: ["percpu"],
  rank: 2,
  layout: layoutPercpu,
  legend,
});
