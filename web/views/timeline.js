// SPDX-License-Identifier: GPL-2.0-or-later
// Stages, steps and problems over the scrubber, on the scale of its thumb.
import {fit} from "../lib/format.js";
import {path, rect, text} from "../lib/marks.js";
import {draw} from "../lib/draw.js";

/** Half the thumb of a range input: its centre never reaches the ends. */
const INSET = 8;

/** Width of a bold letter, as a part of the size of the type. */
const BOLD = 0.64;

/** Marks nearer than this to one of their kind are left out. */
const APART = 5;

/**
 * @param {{chapters: any[], starts: any[], problems: number[], notes?: number[], gaps?: number[]}}
 *   times
 * @param {{length: number, pos: number, t: any}} at
 * @param {{width: number, fs: number}} size
 */
export function layoutTimeline(times, {length, pos, t}, {width, fs}) {
  /** @param {number} p */
  const x = (p) => INSET + ((width - 2 * INSET) * p) / Math.max(1, length);
  const hgt = fs * 1.7;
  const marks = times.chapters.flatMap((c) => segment(c, x, pos, hgt, fs, t));
  const room = (width - 2 * INSET) / Math.max(1, times.starts.length);
  if (room > 3)
    marks.push(
      path(
        "steps",
        "steptick",
        times.starts.map((s) => `M${x(s.pos).toFixed(1)},${hgt}v${fs * 0.35}`).join(""),
      ),
    );
  const y = hgt + fs * 0.6;
  /** @param {any} p @param {any} r */
  const dot = (p, r) => `M${x(p) - r},${y}a${r},${r} 0 1 0 ${2 * r},0a${r},${r} 0 1 0 ${-2 * r},0z`;
  for (const p of apart(times.gaps ?? [], x))
    marks.push(path(`g${p}`, "gapmark", dot(p, 2.2), {ref: `pos:${p}`, tip: t("gap.mark")}));
  for (const p of apart(times.notes ?? [], x))
    marks.push(path(`n${p}`, "notemark", dot(p, 3), {ref: `pos:${p}`, tip: t("note.mark")}));
  for (const p of times.problems)
    marks.push(
      path(`p${p}`, "problem", `M${x(p)},${hgt + 4}l-7,-13h14z`, {
        ref: `pos:${p}`,
        tip: t("problem.mark"),
      }),
    );
  return {marks, width, height: fs * 2.6};
}

/** @param {any} positions @param {(...args: any[]) => any} x */
function apart(positions, x) {
  let last = -Infinity;
  return positions.filter((/** @type {any} */ p) => x(p) - last >= APART && ((last = x(p)), true));
}

/**
 * @param {any} c @param {(...args: any[]) => any} x @param {number} pos @param {any} hgt
 * @param {number} fs @param {Translate} t
 */
function segment(c, x, pos, hgt, fs, t) {
  const here = pos >= c.from && pos <= c.to;
  const x0 = x(c.from - 1);
  const w = x(c.to) - x0;
  const name = t(`stage.${c.stage}`);
  const whole = `${c.stage} ${name}`;
  const inset = Math.min(6, Math.max(1, w * 0.2));
  const s =
    fit(whole, w - 8, fs * 0.86, here ? BOLD : 0.56) === whole
      ? whole
      : fit(c.stage, w - inset, fs * 0.86, BOLD);
  const state = here ? " here" : pos > c.to ? " past" : "";
  return [
    rect(`c${c.stage}`, "seg" + state, x0, 0, Math.max(1, w), hgt, {
      ref: `pos:${c.from}`,
      tip: `${c.stage} ${name}`,
    }),
    ...(s ? [text(`c${c.stage}`, state.trim(), x0 + inset, hgt * 0.5 + fs * 0.3, s)] : []),
  ];
}

/** @param {SVGSVGElement} svg @param {Drawing} drawing @param {any} onpick */
export const renderTimeline = (svg, drawing, onpick) => draw(svg, drawing, {onpick});
