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
 */
/** @typedef {{marks: Mark[], width: number, height: number}} Drawing */

/** @returns {Mark} */
export const rect = (k, c, x, y, w, h, more = {}) => ({k: "r:" + k, t: "rect", c, x, y, w: Math.max(0, w), h: Math.max(0, h), ...more});
/** @returns {Mark} */
export const text = (k, c, x, y, s, more = {}) => ({k: "t:" + k, t: "text", c, x, y, s: String(s), ...more});
/** @returns {Mark} */
export const line = (k, c, x, y, x2, y2, more = {}) => ({k: "l:" + k, t: "line", c, x, y, x2, y2, ...more});
/** @returns {Mark} */
export const path = (k, c, d, more = {}) => ({k: "p:" + k, t: "path", c, d, ...more});

/** " changed" for rows that the current event touched. */
export const mark = (changed, table, key) => (changed?.[table]?.has(String(key)) ? " changed" : "");
