// SPDX-License-Identifier: GPL-2.0-or-later
// The small vocabulary in which layouts say what to draw. Layouts return plain objects, so they
// are tested without a DOM; lib/draw.js is the only one that turns them into elements.

/**
 * @typedef {object} Mark
 * @property {string} k key, unique in its drawing
 * @property {"rect"|"text"|"line"|"path"} t
 * @property {string} c class
 * @property {number} [x] @property {number} [y] @property {number} [w] @property {number} [h]
 * @property {number} [x2] @property {number} [y2] @property {number} [rx]
 * @property {string} [d] path data
 * @property {string} [s] text
 * @property {string} [a] text-anchor
 * @property {boolean} [up] text runs upwards
 * @property {string} [fill]
 * @property {string} [ref] what a click selects: "table:key"
 * @property {string} [tip]
 * @property {any} [v] the value that is drawn, for tests
 * @property {string|Source} [from] where it comes from when an event makes it: the mark of its
 *   drawing that it was, or a source
 * @property {readonly [number, number]} [span] the part of a step in which it moves
 */
/**
 * A part of a drawing that is only worked out when it is in sight: a machine can have ten thousand.
 * @typedef {{y: number, h: number, changed: boolean, marks: () => Mark[]}} Group
 */
/** @typedef {[number, number]} Range base and end */
/**
 * @typedef {{addr?: Range, key?: string, link?: boolean, home?: boolean}} Source addresses on the
 *   map, or another mark of the drawing; what comes is seen as a piece, or as a link that grows;
 *   home: it goes there instead
 */
/**
 * @typedef {object} Drawing
 * @property {Mark[]} marks
 * @property {Group[]} [groups]
 * @property {number} width @property {number} height
 * @property {number} [chosen] where it shows what was selected in it
 * @property {(mark: Mark) => string|undefined} [into] the mark that one of the drawing before goes
 *   into, when it is not in this one
 * @property {(mark: Mark, before: ReadonlyMap<string, Mark>) => string|undefined} [outOf] the mark
 *   of the drawing before that a new one comes out of, when it does not say so itself
 * @property {boolean} [long] only what is in sight is among its marks
 */

/** The smallest type there is, in units of the rest; style.css gives it to .tiny. */
export const TINY = 0.86;

/**
 * @returns {Mark}
 * @param {string} k @param {string} c @param {number} x @param {number} y @param {number} w
 * @param {number} h
 */
export const rect = (k, c, x, y, w, h, more = {}) => ({
  k: "r:" + k,
  t: "rect",
  c,
  x,
  y,
  w: Math.max(0, w),
  h: Math.max(0, h),
  ...more,
});
/**
 * @returns {Mark} @param {string} k @param {string} c @param {number} x @param {number} y
 * @param {any} s
 */
export const text = (k, c, x, y, s, more = {}) => ({
  k: "t:" + k,
  t: "text",
  c,
  x,
  y,
  s: String(s),
  ...more,
});
/**
 * @returns {Mark}
 * @param {string} k @param {string} c @param {number} x @param {number} y @param {number} x2
 * @param {number} y2
 */
export const line = (k, c, x, y, x2, y2, more = {}) => ({
  k: "l:" + k,
  t: "line",
  c,
  x,
  y,
  x2,
  y2,
  ...more,
});
/** @returns {Mark} @param {string} k @param {string} c @param {string} d */
export const path = (k, c, d, more = {}) => ({k: "p:" + k, t: "path", c, d, ...more});

/**
 * Where the row of a table comes from, if this event changed it. A view says how, with the row as it was,
 * which is undefined where the row is new.
 * @param {any} input @param {string} table @param {any} row @param {(was: any) => string|Source|undefined} how
 * @returns {{from?: string|Source}}
 */
export function comes(input, table, row, how) {
  if (!input.changed?.[table]?.has(String(row.key))) return {};
  const from = how(input.was?.[table]?.get(String(row.key)));
  return from ? {from} : {};
}

/**
 * " changed" for rows that the current event touched.
 * @param {ChangedRows|undefined} changed @param {string} table @param {string|number} key
 */
export const mark = (changed, table, key) => (changed?.[table]?.has(String(key)) ? " changed" : "");

/** Elements beyond this make every frame late; then only those in sight are made. */
const MAX_MARKS = 500;
const MAX_GROUPS = 12;

/**
 * Where a mark is from top to bottom; text stands on its y.
 * @param {Mark} m
 * @param {number} fs
 * @returns {[number, number]}
 */
function extent({t, y = 0, h = 0, y2 = 0, d = ""}, fs) {
  if (t === "rect") return [y, y + h];
  if (t === "text") return [y - fs, y + fs];
  if (t === "line") return [Math.min(y, y2), Math.max(y, y2)];
  const from = Number(/^M[-\d.]+,([-\d.]+)/.exec(d)?.[1] ?? 0);
  return [from - fs, from + fs];
}

/** Is there more than can be drawn in time? @param {Drawing} drawing */
export const isLong = ({marks, groups = []}) =>
  marks.length > MAX_MARKS || groups.length > MAX_GROUPS;

/**
 * The marks of a drawing: of a long one those that are in sight, with half a screen more above and below.
 * @param {Drawing} drawing @param {{top: number, height: number, fs: number}} view @returns {Drawing}
 */
export function inSight(drawing, {top, height, fs}) {
  const long = isLong(drawing);
  const from = top - height / 2;
  const to = top + 1.5 * height;
  /** @param {number} a @param {number} b */
  const near = (a, b) => !long || (b >= from && a <= to);
  const groups = (drawing.groups ?? []).filter((g) => near(g.y, g.y + g.h));
  const marks = long ? drawing.marks.filter((m) => near(...extent(m, fs))) : drawing.marks;
  return {
    ...drawing,
    long,
    groups: [],
    marks: groups.length ? [...marks, ...groups.flatMap((g) => g.marks())] : marks,
  };
}

/** The uppermost place that has changed, or null. @param {Drawing} drawing @returns {number|null} */
export function changedAt({marks, groups = []}) {
  const y = [
    marks.find((m) => m.t === "rect" && m.c.includes(" changed"))?.y,
    groups.find((g) => g.changed)?.y,
  ].filter((v) => v !== undefined);
  return y.length ? Math.min(...y) : null;
}
