// SPDX-License-Identifier: GPL-2.0-or-later
// Zones per node: how far each spans, what of it is RAM, what of that the buddy allocator manages.
import {bytes, fitFirst, int, textWidth} from "../lib/format.js";
import {scaleLinear} from "../d3.js";
import {comes, line, mark, path, rect, text} from "../lib/marks.js";
import {ARRIVED} from "../lib/motion.js";
import {describe} from "../lib/view.js";

const tables = ["zones", "nodes"];

/**
 * A node has rows for zones without any pages, and all of them are without before its pages are counted.
 * @param {Row} z
 */
const hasPages = (z) => z.spanned > 0;

/** @param {(key: string) => string} t */
const legend = (t) =>
  [
    ["spanned", "var(--f-zone)"],
    ["present", "var(--f-memory)"],
    ["managed", "var(--f-buddy)"],
    ["free", "var(--f-free)"],
  ].map(([k, fill]) => ({label: t(`legend.${k}`), fill}));

/** Four sizes of a zone, each a part of the one before, all on one scale; the class gives the look. */
const SIZES = [
  ["spanned", "spanned"],
  ["present", "present"],
  ["managed", "managed"],
  ["free", "freepages"],
];
const MARKS = ["min", "low", "high"];

/** The magnifier shows so much more than the high watermark. */
const MARGIN = 1.25;

/**
 * @param {ViewInput} input
 * @param {{width: number, fs: number, full?: boolean}} size
 * @returns {import("../lib/marks.js").Drawing}
 */
export function layoutZones(input, {width, fs, full}) {
  const rows = (input.tables.zones ?? []).filter(hasPages);
  const tight = width < fs * 34;
  const left = tight ? 0 : fs * 5.4;
  const right = tight ? width : width - fs * 11.5;
  const most = Math.max(1, ...rows.map((z) => z.spanned));
  const scale = scaleLinear([0, most], [left, Math.max(left + 1, right)]);
  const o = {input, width, fs, full, tight, left, scale};
  /** @type {import("../lib/marks.js").Mark[]} */
  const marks = [];
  let y = fs * 0.4;
  for (const z of rows) {
    const first = marks.length;
    y = zone(marks, z, y, {...o, hot: mark(input.changed, "zones", z.key)});
    if (isNew(z, input)) for (const m of marks.slice(first)) m.span = ARRIVED;
  }
  return {marks, width, height: rows.length ? Math.ceil(y) : 0};
}

/**
 * Its range is on its way from the map: what is told of the zone comes with it.
 * @param {Row} z @param {ViewInput} input
 */
const isNew = (z, input) =>
  Boolean(mark(input.changed, "zones", z.key)) && !input.was?.zones?.get(String(z.key))?.spanned;

/**
 * What the lines of a zone share: hot is "" unless the event has changed it.
 * @typedef {{input: ViewInput, width: number, fs: number, tight: boolean, left: number, scale: any, hot: string,
 *   full?: boolean}} Lines
 */

/** @param {Mark[]} marks @param {Row} z @param {number} y @param {Lines} o */
function zone(marks, z, y, o) {
  const {input, width, fs, tight, hot} = o;
  const start = `0x${(z.start_pfn * input.page).toString(16)}`;
  marks.push(text(`${z.key}`, "head" + hot, 0, y + fs, `${input.t("node")} ${z.node} · ${z.zone}`));
  marks.push(text(`${z.key}:from`, "dim", width, y + fs, start, {a: "end"}));
  y += fs * 1.55;
  for (const [what, look] of SIZES) y = bar(marks, z, what, look, y, o);
  if (z.high > 0) y = watermarks(marks, z, y, o);
  else if (o.full && !tight) y = foot(marks, z, y, o);
  return y + fs * 0.7;
}

/** @returns {[number, number]} @param {Row} z @param {number} page */
const rangeOf = (z, page) => [z.start_pfn * page, (z.start_pfn + z.spanned) * page];

/** @param {number} pages @param {{page: number, lang: string}} of */
const label = (pages, {page, lang}) => `${int(pages, lang)} · ${bytes(pages * page, lang)}`;

/**
 * One size: its name, its bar, its number.
 * @returns {number} @param {Mark[]} marks @param {Row} z @param {string} what @param {string} look
 * @param {number} y @param {Lines} o
 */
function bar(marks, z, what, look, y, o) {
  const {input, width, fs, tight, left, scale, hot} = o;
  if (tight) y += fs * 1.15;
  const base = tight ? y - fs * 0.2 : y + fs * 0.92;
  marks.push(text(`${z.key}:${what}:n`, "dim", 0, base, input.t("zone." + what)));
  marks.push(
    rect(
      `${z.key}:${what}`,
      `zonebar ${look}${hot}`,
      left,
      y,
      scale(z[what]) - left,
      fs * (tight ? 0.7 : 1.05),
      {
        ref: `zones:${z.key}`,
        ...comes(input, "zones", z, (was) =>
          what === "spanned" && !was?.spanned ? {addr: rangeOf(z, input.page)} : undefined,
        ),
        v: z[what],
        tip: `${z.zone} ${what} ${int(z[what], input.lang)}`,
      },
    ),
  );
  // Where the name is above the bar, both share a line.
  const room = tight ? width - textWidth(input.t("zone." + what), fs, 0.56) - fs * 0.4 : Infinity;
  const says = [label(z[what], input), bytes(z[what] * input.page, input.lang)];
  marks.push(
    text(`${z.key}:${what}:v`, "num" + hot, width, base, fitFirst(says, room, fs * 0.86), {
      a: "end",
    }),
  );
  return y + fs * (tight ? 0.85 : 1.3);
}

/**
 * The watermarks are thin slices at the beginning of the bar of free pages: a magnifier under it shows
 * that beginning, and what of it is free.
 * @param {Mark[]} marks @param {Row} z @param {number} y @param {Lines} o
 */
function watermarks(marks, z, y, o) {
  const {input, fs, left, scale, hot} = o;
  const top = z.high * MARGIN;
  const far = scale.range()[1];
  const near = scale.copy().domain([0, top]);
  const h = fs * 0.75;
  const under = y + fs * 0.35;
  const edge = scale(Math.min(top, z.spanned));
  const wedge = `M${left},${y - fs * 0.25}L${edge},${y - fs * 0.25}L${far},${under}L${left},${under}Z`;
  marks.push(path(`${z.key}:lens`, "lens", wedge));
  marks.push(rect(`${z.key}:near`, "slots", left, under, far - left, h));
  marks.push(
    rect(
      `${z.key}:nearfree`,
      `zonebar freepages${hot}`,
      left,
      under,
      near(Math.min(z.free, top)) - left,
      h,
      {tip: `${z.zone} free ${int(z.free, input.lang)}`},
    ),
  );
  for (const w of MARKS)
    if (z[w] > 0)
      marks.push(
        line(`${z.key}:${w}`, `watermark ${w}`, near(z[w]), under - 2, near(z[w]), under + h + 2),
      );
  return foot(marks, z, under + h + fs * 0.15, o);
}

/**
 * Watermarks, reserves and what is not managed, in numbers.
 * @param {Mark[]} marks @param {Row} z @param {number} y @param {Lines} o
 */
function foot(marks, z, y, o) {
  const {input, width, fs, left, tight} = o;
  const base = y + fs * 0.92;
  const wm = MARKS.map((w) => `${w} ${int(z[w], input.lang)}`).join("  ");
  const sums = [z.spanned - z.present, z.present - z.managed];
  const reserve = (z.protection ?? []).some((/** @type {number} */ p) => p > 0)
    ? `lowmem_reserve (${z.protection.join(", ")})`
    : "";
  marks.push(
    text(`${z.key}:wm`, "dim", left, base, z.high > 0 ? wm : "", {v: MARKS.map((w) => z[w])}),
  );
  if (tight) return y + fs * 1.3;
  marks.push(text(`${z.key}:prot`, "dim", width, base, reserve, {a: "end", v: z.protection}));
  const gaps = ["holes", "kept"]
    .map((k, i) =>
      sums[i] > 0 ? `${input.t("zone." + k)} ${bytes(sums[i] * input.page, input.lang)}` : "",
    )
    .filter(Boolean)
    .join("  ");
  marks.push(text(`${z.key}:gaps`, "dim", left, base + fs * 1.3, gaps, {v: sums}));
  return y + fs * 2.6;
}

export const view = describe({
  id: "zones",
  group: "zones",
  concept: "zones",
  tables,
  main: "zones",
  shows: hasPages,
  filler: "free_area_init",
  layout: layoutZones,
  legend,
});
