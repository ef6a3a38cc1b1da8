// SPDX-License-Identifier: GPL-2.0-or-later
// What a view says about itself. Each file in views/ exports one of these; views.js lists them, and
// tabs, panels, help, exports and the rule of what to follow are made from the list. The words of a view
// are in the catalogues: tab.ID its short name, view.ID its title, what.ID what it shows, empty.ID what will
// come before it has anything to show.

/** Groups of views in the order of the tabs. */
export const GROUPS = /** @type {const} */ ([
  "where",
  "memblock",
  "mapping",
  "zones",
  "allocators",
  "lesson",
  "whole",
]);

/** @typedef {import("./marks.js").Drawing} Drawing */
/** @typedef {import("../state.js").State} State */
/** @typedef {{label: string, fill: string}} Entry of a legend */
/**
 * @typedef {{width: number, fs: number, full?: boolean, height?: number, sel?: string,
 *   win?: [number, number]|null}} Size
 */

/**
 * What a view of words is told (said: what the daemon says of an event, or null while it is on its way;
 * heard: grows when more of it has arrived), and what it answers: a key that changes with what it would write, a
 * title, and a function that writes it.
 * @typedef {{s: State, m: any, beside: any, t: (key: string, params?: Record<string, any>) =>
 *   string, actions: any, said: (seq: number) => any, library: (what: "concepts"|"articles") =>
 *   any, reports: (names: readonly string[], seq: number) => Record<string, string>|null, diff: ()
 *   => any, findings: () => any, eras: () => any, heard: number}} Telling
 * @typedef {{key: string, title: string, aside?: string, buttons?: {label: string, run: () =>
 *   void}[], table?: boolean, write: (el: HTMLElement) => void, update?: (el: HTMLElement) =>
 *   void}} Words
 */

/**
 * @typedef {object} View
 * @property {string} id in links and in the keys of its texts
 * @property {typeof GROUPS[number]} group
 * @property {string[]} tables what it draws, in the order of its plain form
 * @property {string} [main] the table whose first row brings it to life
 * @property {(row: any) => boolean} [shows] which rows of it do so, if not all
 * @property {string} [filler] the function that makes these rows, for a run that has none of them; its own call
 *   is named where there is one, as {step} in empty.ID
 * @property {string[]} [follows] tables whose change it tells; "*" for whatever no other view tells
 * @property {number} [rank] of several views that tell a change the lowest wins
 * @property {string[]} [panels] it is made of these views, side by side
 * @property {(input: any, size: Size) => Drawing} [layout]
 * @property {boolean} [folds] in a hall its layout is told the height, and keeps to it: large type rather than all rows
 * @property {(input: any, s: State) => any[]} [also] what the drawing depends on besides its tables
 * @property {(t: (key: string) => string) => Entry[]} [legend] what its colours say
 * @property {(told: Telling) => Words|null} [words] instead of a drawing; null while it has nothing to say
 * @property {string} [concept] what there is to read of it
 * @property {(s: State) => boolean} [when] only some runs and modes have it
 */

/** @param {View} view @returns {Readonly<View>} */
export const describe = (view) => Object.freeze(view);
