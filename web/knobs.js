// SPDX-License-Identifier: GPL-2.0-or-later
// Which inputs would change who owns memory: asked of the daemon once for each run, which boots it with each.
import {getKnobs} from "./api.js";

/** @typedef {{change: string, bytes: number, from: number, to: number, memtotal: number}} Knob */

/** @param {() => void} arrived */
export function makeKnobs(arrived) {
  /** @type {Map<string, any[]|null>} */
  const kept = new Map();

  /**
   * Those of an owner, what changes most first; null while they are on their way.
   * @param {string} id of the run
   * @param {string} owner
   * @param {string} lang of what is changed, in words
   * @returns {Knob[]|null}
   */
  return function of(id, owner, lang) {
    const key = `${id}/${lang}`;
    if (!kept.has(key)) {
      kept.set(key, null);
      getKnobs(id, lang).then(
        (lines) => {
          kept.set(key, lines);
          arrived();
        },
        () => void kept.delete(key), // the daemon is away: asked again when it is needed again
      );
    }
    const lines = kept.get(key);
    return lines ? sum(lines.filter((l) => l.owner === owner)) : null;
  };
}

/** An owner has lines of several kinds; a change is told once. @param {any[]} lines @returns {Knob[]} */
function sum(lines) {
  /** @type {Map<string, Knob>} */
  const all = new Map();
  for (const k of lines.flatMap((l) => l.knobs)) {
    const seen = all.get(k.change);
    if (seen) seen.bytes += k.bytes;
    else all.set(k.change, {...k});
  }
  return [...all.values()].sort((a, b) => Math.abs(b.bytes) - Math.abs(a.bytes));
}
