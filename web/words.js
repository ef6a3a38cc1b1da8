// SPDX-License-Identifier: GPL-2.0-or-later
// What is said of each moment: made by the daemon, fetched in parts beside the events and kept, so that
// stepping waits for nothing.
import {getWords} from "./api.js";

/**
 * @typedef {{seq: number, headline: string, reason: string, function: {name: string, text: string,
 *   file: string}, concepts: string[]}} Words
 */

/** Moments asked for at once. */
export const PART = 2000;

/**
 * @param {() => void} arrived called when there are more words to show
 * @param {(id: string, lang: string, from: number, to: number) => Promise<Words[]>} [get]
 */
export function makeWords(arrived, get = getWords) {
  /** @type {Map<string, Promise<void>>} */
  const asked = new Map();
  /** @type {Map<string, Words>} */
  const kept = new Map();
  /** Runs that begin like others, whose words they share. @type {Map<string, {id: string, since: number}>} */
  const begins = new Map();

  /**
   * The run whose answer has the words of an event that a run shares with it.
   * @param {string} id @param {number} seq
   */
  function ownerOf(id, seq) {
    for (let b = begins.get(id); b && seq < b.since; b = begins.get(id)) id = b.id;
    return id;
  }

  /** @param {string} id @param {string} lang @param {number} part */
  function ask(id, lang, part) {
    const key = `${id}/${lang}/${part}`;
    if (!asked.has(key))
      asked.set(
        key,
        get(id, lang, part * PART, (part + 1) * PART).then(
          (all) => {
            for (const w of all) kept.set(`${id}/${lang}/${w.seq}`, w);
            arrived();
          },
          () => void asked.delete(key), // the daemon is away: asked again when it is needed again
        ),
      );
    return asked.get(key);
  }

  return {
    /**
     * What is said of an event, or null as long as it is on its way.
     * @returns {Words|null} @param {string} id @param {string} lang @param {number} seq
     */
    at(id, lang, seq) {
      const own = kept.get(`${id}/${lang}/${seq}`);
      if (own) return own;
      const owner = ownerOf(id, seq);
      ask(owner, lang, Math.floor(seq / PART));
      return kept.get(`${owner}/${lang}/${seq}`) ?? null;
    },
    /** A run that continues another brought its own along. @param {any} run */
    continued({manifest: {id}, continues}) {
      if (begins.has(id)) return;
      const {run, since, lang, moments} = continues;
      begins.set(id, {id: run.manifest.id, since});
      for (const w of moments) kept.set(`${id}/${lang}/${w.seq}`, w);
    },
    partOf: (/** @type {number} */ seq) => Math.floor(seq / PART),
    /**
     * The next part is there before it is needed.
     * @param {string} id @param {string} lang @param {number} seq @param {any} length
     */
    ahead(id, lang, seq, length) {
      const next = Math.floor(seq / PART) + 1;
      if (next * PART < length && !begins.has(id)) ask(id, lang, next);
    },
    /**
     * The file in which a function lives, as far as any moment says.
     * @param {string} id @param {string} lang @param {string} name
     */
    fileOf(id, lang, name) {
      for (let of = id; of; of = begins.get(of)?.id ?? "")
        for (const [key, w] of kept)
          if (w.function.name === name && key.startsWith(`${of}/${lang}/`)) return w.function.file;
      return "";
    },
    ask,
  };
}
