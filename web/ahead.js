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

export const link = readLink(location.hash);
export const lang = chooseLang(link.lang ?? stored("lang"), navigator.languages);
export const words = api.getCatalogue(lang);
export const boards = api.getBoards();
export const kernels = api.getKernels();
export const run = openLink(link, {boards: () => boards, pace: link.pace});

for (const p of [words, boards, kernels, run]) p.catch(() => {}); // whoever takes it hears of it
