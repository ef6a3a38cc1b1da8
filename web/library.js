// SPDX-License-Identifier: GPL-2.0-or-later
// What can be read beside a run: asked for when a view first wants it, then kept.
import {getReading} from "./api.js";

/** @typedef {"concepts"|"articles"|"functions"} Reading */

/** @param {() => void} arrived */
export function makeLibrary(arrived) {
  /** @type {Record<string, any>} */
  const kept = {};
  /** @type {Record<string, Promise<void>>} */
  const asked = {};

  /** Settles when it is there, or cannot be had now. @param {Reading} what @returns {Promise<void>} */
  const come = (what) =>
    (asked[what] ??= getReading(what).then(
      (all) => {
        kept[what] = all;
        arrived();
      },
      () => void delete asked[what],
    ));

  /** @param {Reading} what @returns {any} null while it is on its way */
  function library(what) {
    come(what);
    return kept[what] ?? null;
  }
  return Object.assign(library, {come});
}
