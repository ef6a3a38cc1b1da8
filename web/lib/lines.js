// SPDX-License-Identifier: GPL-2.0-or-later
// Lists of lines that stand at moments: what a line is then, and where the list is scrolled to.

/**
 * Rows are whole pixels high, so that a thousand of them are where they are computed to be.
 * @param {number} fs
 */
export const rowHeight = (fs) => Math.round(fs * 1.38);

/** Where to scroll: line @now is always at the same height, so the picture follows from the moment alone. */
export const scrollFor = (
  /** @type {number} */ now,
  /** @type {{height: number, row: number}} */ {height, row},
) => Math.max(0, Math.round(now - (height * 0.6) / row)) * row;

/** Lines are printed at the current event, before it, or later. @param {{pos: number}} line @param {number} pos */
export const stateOf = (line, pos) =>
  line.pos > pos ? "later" : line.pos === pos ? "current" : "past";
