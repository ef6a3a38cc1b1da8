// SPDX-License-Identifier: GPL-2.0-or-later
// What the first picture waits for is asked for before the rest of the page is evaluated: main.js
// imports this module first.
import * as api from "./api.js";
import {chooseLang} from "./lib/i18n.js";
import {readLink} from "./lib/link.js";
import {openLink} from "./open.js";

/** @param {string} key @returns {string|null} what this browser remembers of the reader's choices */
export function stored(key) {
  try {
    return localStorage.getItem(key);
  } catch {
    return null; // private mode: nothing is kept
  }
}

/** A bare address opens on the answer: where all memory went. */
/** @type {import("./lib/link.js").Link} */
export const link = {...readLink(location.hash), fresh: !location.hash && !api.packed};
/** Only a link that names nothing needs the list of boards to know what to boot. */
const listed =
  link.board || link.run || link.dtb || link.lesson || link.live || api.packed
    ? null
    : api.getBoards();
export const run = openLink(link, {boards: () => listed ?? api.getBoards(), pace: link.pace});
// Asked for after the run, which waits longer: a browser that is asked what it remembers reads a file first.
export const lang = chooseLang(link.lang ?? stored("lang"), navigator.languages);
export const words = api.getCatalogue(lang);

/**
 * What else could be booted: asked for when the picture is there.
 * @returns {Promise<[any[], any[]]>} boards and kernels
 */
export const lists = () => Promise.all([listed ?? api.getBoards(), api.getKernels()]);

for (const p of [words, listed, run]) p?.catch(() => {}); // whoever takes it hears of it
