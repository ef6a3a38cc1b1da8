// SPDX-License-Identifier: GPL-2.0-or-later
// Texts that the kernel would print at a moment, asked for when one rests there, and kept for a while.
import {getReport} from "./api.js";

/** Moments that are kept. */
const MAX_KEPT = 40;

/**
 * @param {() => void} arrived called when there is more to show
 * @param {(id: string, name: string, seq: number) => Promise<string>} [get]
 */
export function makeReports(arrived, get = getReport) {
  /** @type {Map<string, Record<string, string>|null>} null: on its way */
  const kept = new Map();

  /**
   * @param {string} id of the run @param {readonly string[]} names of reports @param {number} seq
   * @param {boolean} ask whether they are worth a request
   * @returns {Record<string, string>|null} null as long as they are not there
   */
  return function reports(id, names, seq, ask) {
    const key = `${id}/${seq}/${names.join()}`;
    if (!kept.has(key) && ask) {
      kept.set(key, null);
      Promise.all(names.map((name) => get(id, name, seq))).then(
        (texts) => {
          kept.set(key, Object.fromEntries(names.map((name, i) => [name, texts[i]])));
          if (kept.size > MAX_KEPT) kept.delete(kept.keys().next().value ?? "");
          arrived();
        },
        () => void kept.delete(key), // the daemon is away: asked again when it is needed again
      );
    }
    return kept.get(key) ?? null;
  };
}

/**
 * Answers that never change, each asked for once: what two runs differ in, what is wrong with one.
 * @param {() => void} arrived @param {(...of: string[]) => Promise<any>} get
 */
export function makeAnswers(arrived, get) {
  /** @type {Map<string, any>} null: on its way */
  const kept = new Map();
  /** @param {string} key what is asked for, its parts with slashes between */
  return function answer(key) {
    if (!kept.has(key)) {
      kept.set(key, null);
      get(...key.split("/")).then(
        (found) => {
          kept.set(key, found);
          arrived();
        },
        () => void kept.delete(key),
      );
    }
    return kept.get(key);
  };
}
