// SPDX-License-Identifier: GPL-2.0-or-later
// What the first picture waits for is asked for before the rest of the page is evaluated: main.js
// imports this module first.
import * as api from "./api.js";
import {chooseLang} from "./lib/i18n.js";
import {readLink} from "./lib/link.js";
import {openLink} from "./open.js";

/** A bare address opens on the answer: where all memory went. */
/** @type {import("./lib/link.js").Link} */
export const link = {...readLink(location.hash), fresh: !location.hash && !api.packed};
export const run = openLink(link, {boards: api.getBoards, pace: link.pace});
/** The reader's language, unless this browser remembers another one. */
export const lang = chooseLang(link.lang ?? null, navigator.languages);
export const words = api.getCatalogue(lang);

/** Says that there is something that this browser remembers. */
export const KEPT = "mmscope-kept";

/**
 * To look for what is not there takes a browser a tenth of a second, in which nothing else gets on: a cookie
 * says whether there is anything. Pages from disk have none, and only secure ones have them without waiting.
 */
async function remembers() {
  if (location.protocol === "file:") return true;
  const {cookieStore} = /** @type {any} */ (window);
  return cookieStore ? Boolean(await cookieStore.get(KEPT)) : document.cookie.includes(KEPT);
}

/**
 * What this browser remembers of the reader's choices.
 * @type {Promise<(key: string) => string|null>}
 */
export const memory = remembers()
  .catch(() => false) // private mode: nothing is kept
  .then((some) => (key) => {
    try {
      return some ? localStorage.getItem(key) : null;
    } catch {
      return null;
    }
  });

/**
 * What else could be booted: asked for when the picture is there.
 * @returns {Promise<[any[], any[]]>} boards and kernels
 */
export const lists = () => Promise.all([api.getBoards(), api.getKernels()]);

for (const p of [words, run]) p.catch(() => {}); // whoever takes it hears of it
