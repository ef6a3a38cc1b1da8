// SPDX-License-Identifier: GPL-2.0-or-later
// What can be read beside a run: asked for when a view first wants it, then kept.
import {getReading} from "./api.js";

/** @param {() => void} arrived */
export function makeLibrary(arrived) {
  /** @type {Record<string, any>} */
  const kept = {};
  const asked = new Set();

  /** @param {"concepts"|"articles"} what @returns {any} null while it is on its way */
  return function library(what) {
    if (!asked.has(what)) {
      asked.add(what);
      getReading(what).then(
        (all) => {
          kept[what] = all;
          arrived();
        },
        () => void asked.delete(what),
      );
    }
    return kept[what] ?? null;
  };
}
