// SPDX-License-Identifier: GPL-2.0-or-later
// From addresses to the line. A fold is a monotone, piecewise linear map of addresses to [0, 1]:
// "true" keeps RAM to scale and shrinks only the gaps between RAM; "pieces" gives each stretch
// the logarithm of its size, so that a page of tables is seen beside a gigabyte.

import {merged} from "./ranges.js";

/** @typedef {{base: number, end: number, ram: boolean, u0: number, u1: number, folded: boolean}} Segment */
/**
 * @typedef {{mode: string, segments: Segment[], to: (addr: number) => number, from: (u: number) =>
 *   number, lo: number, hi: number}} Fold
 */

const PAGE = 4096;

/**
 * Cut points inside RAM; of very many those stay that have most room on one side: the edges of
 * crowds, not their insides.
 * @param {readonly number[]} points @param {number} lo @param {number} hi @param {number} max
 */
function cuts(points, lo, hi, max) {
  const sorted = [...new Set(points)].filter((p) => p > lo && p < hi).sort((a, b) => a - b);
  if (sorted.length <= max) return sorted;
  const room = sorted.map((p, i) => ({
    p,
    room: Math.max(p - (sorted[i - 1] ?? lo), (sorted[i + 1] ?? hi) - p),
  }));
  return room
    .sort((a, b) => b.room - a.room || a.p - b.p)
    .slice(0, max)
    .map((x) => x.p)
    .sort((a, b) => a - b);
}

/** @param {{size: number, ram: boolean}} seg @param {string} mode @param {number} ramBytes */
function weigh(seg, mode, ramBytes) {
  if (!seg.ram)
    return mode === "true"
      ? ramBytes * Math.min(0.06, 0.01 + Math.log2(1 + seg.size / ramBytes) / 100)
      : 4;
  return mode === "true" ? seg.size : 1 + 1.2 * Math.log2(1 + seg.size / PAGE);
}

/**
 * @param {[number, number][]} ram where memory is, anywhere in the run
 * @param {number[]} points addresses where some range begins or ends, anywhere in the run
 * @param {"true"|"pieces"} mode
 * @returns {Fold}
 */
export function makeFold(ram, points, mode) {
  const banks = merged(
    /** @type {[number, number][]} */ (ram.length ? ram : [[0, PAGE]]).filter(([a, b]) => b > a),
  );
  const lo = banks[0][0];
  const hi = banks[banks.length - 1][1];
  const edges = [
    ...new Set([...banks.flat(), ...(mode === "pieces" ? cuts(points, lo, hi, 240) : [])]),
  ].sort((a, b) => a - b);
  /** @param {number} a */
  const inRam = (a) => banks.some(([x, y]) => a >= x && a < y);
  const pieces = edges
    .slice(0, -1)
    .map((base, i) => ({base, end: edges[i + 1], size: edges[i + 1] - base, ram: inRam(base)}));
  const ramBytes = banks.reduce((s, [a, b]) => s + b - a, 0);
  const weights = pieces.map((p) => weigh(p, mode, ramBytes));
  const total = weights.reduce((a, b) => a + b, 0);
  const span = hi - lo;
  let u = 0;
  const segments = pieces.map((p, i) => {
    const u0 = u;
    u += weights[i] / total;
    return {
      base: p.base,
      end: p.end,
      ram: p.ram,
      u0,
      u1: u,
      folded: weights[i] / total < (0.4 * p.size) / span && p.size > 64 * PAGE,
    };
  });
  segments[segments.length - 1].u1 = 1;
  return {mode, segments, lo, hi, to: (a) => to(segments, a), from: (v) => from(segments, v)};
}

/** @param {readonly Segment[]} segments @param {(s: Segment) => boolean} ok */
function find(segments, ok) {
  let a = 0;
  let b = segments.length - 1;
  while (a < b) {
    const m = (a + b) >> 1;
    if (ok(segments[m])) b = m;
    else a = m + 1;
  }
  return segments[a];
}

/** @param {readonly Segment[]} segments @param {number} addr */
function to(segments, addr) {
  const s = find(segments, (/** @type {Segment} */ x) => addr < x.end);
  const t = (addr - s.base) / (s.end - s.base);
  return s.u0 + Math.max(0, Math.min(1, t)) * (s.u1 - s.u0);
}

/** @param {readonly Segment[]} segments @param {number} u */
function from(segments, u) {
  const s = find(segments, (/** @type {Segment} */ x) => u < x.u1);
  const t = (u - s.u0) / (s.u1 - s.u0);
  return s.base + Math.max(0, Math.min(1, t)) * (s.end - s.base);
}

/**
 * The part of the line that a window of addresses shows, on @width pixels.
 * @param {Fold} fold @param {[number, number]|null} win null: all of it
 * @param {number} width
 */
export function makeX(fold, win, width) {
  const u0 = win ? fold.to(win[0]) : 0;
  const u1 = win ? Math.max(fold.to(win[1]), u0 + 1e-13) : 1;
  const k = width / (u1 - u0);
  return {
    u0,
    u1,
    width,
    /** @param {number} addr */
    x: (addr) => (fold.to(addr) - u0) * k,
    /** @param {number} px */
    addr: (px) => fold.from(u0 + px / k),
  };
}

/**
 * The window after zooming by @factor around the address under @px, never wider than all.
 * @returns {[number, number]|null}
 * @param {Fold} fold @param {AddressRange|null} win @param {number} width @param {number} factor
 */
export function zoomWindow(fold, win, width, factor, px = width / 2) {
  const v = makeX(fold, win, width);
  const span = Math.min(1, Math.max((v.u1 - v.u0) / factor, 1e-12));
  const centre = v.u0 + ((v.u1 - v.u0) * px) / width;
  return clampWindow(fold, centre - (span * px) / width, span);
}

/**
 * @returns {[number, number]|null}
 * @param {Fold} fold @param {AddressRange|null} win @param {number} width @param {number} dx
 */
export function panWindow(fold, win, width, dx) {
  const v = makeX(fold, win, width);
  return clampWindow(fold, v.u0 + ((v.u1 - v.u0) * dx) / width, v.u1 - v.u0);
}

/**
 * A window of whole addresses, so that a link shows the very same one. @returns {[number, number]}
 * @param {number} a @param {number} b
 */
export const wholeBytes = (a, b) => [Math.round(a), Math.max(Math.round(b), Math.round(a) + 16)];

/**
 * @returns {[number, number]|null} @param {Fold} fold @param {number} start @param {number} span
 */
function clampWindow(fold, start, span) {
  if (span >= 0.99999) return null;
  const u0 = Math.max(0, Math.min(1 - span, start));
  return wholeBytes(fold.from(u0), fold.from(u0 + span));
}

/** The line of addresses that is on the screen. @param {import("../state.js").State} s */
export const foldOf = (s) => (s.other ? s.other.both : s.run?.folds)?.[s.fold];
