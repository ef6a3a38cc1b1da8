// SPDX-License-Identifier: GPL-2.0-or-later
// Zones per node: how far each spans, what of it is RAM, what of that the buddy allocator manages.
import {bytes, int} from "../lib/format.js";
import {line, mark, rect, text} from "../lib/marks.js";

export const tables = ["zones", "nodes"];

/** @param {(key: string) => string} t */
export const legend = (t) =>
  [
    ["spanned", "var(--f-zone)"],
    ["present", "var(--f-memory)"],
    ["managed", "var(--f-buddy)"],
    ["free", "var(--f-free)"],
  ].map(([k, fill]) => ({label: t(`legend.${k}`), fill}));

/** The three sizes of a zone, widest first; the class gives the look. */
const SIZES = ["spanned", "present", "managed"];

/** @param {any} input @param {{width: number, fs: number, full?: boolean}} size @returns {import("../lib/marks.js").Drawing} */
export function layoutZones(input, {width, fs, full}) {
  const rows = (input.tables.zones ?? []).filter((z) => z.spanned > 0);
  const max = Math.max(1, ...rows.map((z) => z.spanned));
  /** @type {import("../lib/marks.js").Mark[]} */
  const marks = [];
  let y = fs * 0.4;
  for (const z of rows) y = zone(marks, z, y, {input, width, fs, full, max});
  return {marks, width, height: rows.length ? Math.ceil(y) : 0};
}

function zone(marks, z, y, o) {
  const {input, width, fs, max} = o;
  const hot = mark(input.changed, "zones", z.key);
  const tight = width < fs * 34;
  const left = tight ? 0 : fs * 5.4;
  const room = tight ? width : width - left - fs * 11.5;
  const ref = `zones:${z.key}`;
  marks.push(text(`${z.key}`, "head" + hot, 0, y + fs, `${input.t("node")} ${z.node} · ${z.zone}`));
  marks.push(
    text(`${z.key}:from`, "dim", width, y + fs, `0x${(z.start_pfn * input.page).toString(16)}`, {
      a: "end",
    }),
  );
  y += fs * 1.55;
  for (const what of SIZES) {
    const w = (room * z[what]) / max;
    if (tight) y += fs * 1.15;
    const base = tight ? y - fs * 0.2 : y + fs * 0.92;
    marks.push(text(`${z.key}:${what}:n`, "dim", 0, base, input.t("zone." + what)));
    marks.push(
      rect(`${z.key}:${what}`, `zonebar ${what}${hot}`, left, y, w, fs * (tight ? 0.7 : 1.05), {
        ref,
        v: z[what],
        tip: `${z.zone} ${what} ${int(z[what], input.lang)}`,
      }),
    );
    marks.push(
      text(`${z.key}:${what}:v`, "num" + hot, width, base, label(z[what], input), {a: "end"}),
    );
    y += fs * (tight ? 0.85 : 1.3);
  }
  if (tight) return z.high > 0 ? gauge(marks, z, y + fs * 0.2, {...o, hot}) : y + fs * 0.7;
  if (z.high > 0 || o.full) y = watermarks(marks, z, y, {...o, left, room, hot});
  return y + fs * 0.7;
}

/** The watermarks in words, where there is no room for their gauge. */
function gauge(marks, z, y, {input, width, fs, hot}) {
  marks.push(text(`${z.key}:free:n`, "dim", 0, y + fs * 0.92, input.t("zone.free")));
  marks.push(
    text(`${z.key}:free:v`, "num" + hot, width, y + fs * 0.92, label(z.free, input), {
      a: "end",
      v: z.free,
    }),
  );
  marks.push(
    text(
      `${z.key}:wm`,
      "dim",
      0,
      y + fs * 2.1,
      ["min", "low", "high"].map((w) => `${w} ${int(z[w], input.lang)}`).join("  "),
    ),
  );
  return y + fs * 3;
}

const label = (pages, {page, lang}) => `${int(pages, lang)} · ${bytes(pages * page, lang)}`;

/** Free pages against the watermarks: a gauge of its own, because they are thin slices of a zone. */
function watermarks(marks, z, y, {input, width, fs, left, room, hot}) {
  const top = Math.max(z.free, z.high * 1.15, 1);
  const at = (v) => left + (room * v) / top;
  marks.push(text(`${z.key}:free:n`, "dim", 0, y + fs * 0.92, input.t("zone.free")));
  marks.push(
    rect(`${z.key}:free`, `zonebar freepages${hot}`, left, y, at(z.free) - left, fs * 1.05, {
      ref: `zones:${z.key}`,
      v: z.free,
      tip: `${z.zone} free ${z.free}`,
    }),
  );
  marks.push(
    text(`${z.key}:free:v`, "num" + hot, width, y + fs * 0.92, label(z.free, input), {a: "end"}),
  );
  y += fs * 1.3;
  for (const w of ["min", "low", "high"])
    if (z[w] > 0)
      marks.push(
        line(`${z.key}:${w}`, `watermark ${w}`, at(z[w]), y - fs * 1.4, at(z[w]), y - fs * 0.1),
      );
  const wm = ["min", "low", "high"].map((w) => `${w} ${int(z[w], input.lang)}`).join("  ");
  marks.push(
    text(`${z.key}:wm`, "dim", left, y + fs * 0.92, z.high > 0 ? wm : "", {
      v: [z.min, z.low, z.high],
    }),
  );
  marks.push(
    text(
      `${z.key}:prot`,
      "dim",
      width,
      y + fs * 0.92,
      (z.protection ?? []).some((p) => p > 0) ? `lowmem_reserve (${z.protection.join(", ")})` : "",
      {a: "end", v: z.protection},
    ),
  );
  y += fs * 1.3;
  const gaps = [
    ["holes", z.spanned - z.present],
    ["kept", z.present - z.managed],
  ].filter(([, n]) => Number(n) > 0);
  marks.push(
    text(
      `${z.key}:gaps`,
      "dim",
      left,
      y + fs * 0.92,
      gaps
        .map(([k, n]) => `${input.t("zone." + k)} ${bytes(Number(n) * input.page, input.lang)}`)
        .join("  "),
      {v: [z.spanned - z.present, z.present - z.managed]},
    ),
  );
  return y + fs * 1.3;
}
