// SPDX-License-Identifier: GPL-2.0-or-later
// Words of a text that a concept explains: each concept is offered once in a card, at its first word.

/** @typedef {string|{concept: string, text: string}} Piece */
/** @typedef {{find: RegExp, of: Map<string, string>}} Lexicon */

/** @type {WeakMap<object, Map<string, Lexicon>>} by catalogue, then by language */
const known = new WeakMap();

/** @param {string} s */
const literal = (s) => s.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
/** A word of Latin letters ends where they end; Chinese has no such ends. @param {string} word */
const bounded = (word) =>
  `${/^\w/.test(word) ? "(?<![\\w.])" : ""}${literal(word)}${/\w$/.test(word) ? "(?![\\w(])" : ""}`;

/** @param {Record<string, any>} concepts @param {string} lang @returns {Lexicon} */
function lexicon(concepts, lang) {
  const of = new Map(
    Object.entries(concepts).flatMap(([id, c]) =>
      (c.links?.[lang] ?? []).map((/** @type {string} */ w) => [w.toLowerCase(), id]),
    ),
  );
  const words = [...of.keys()].sort((a, b) => b.length - a.length);
  return {of, find: new RegExp(words.map(bounded).join("|") || "(?!)", "gi")};
}

/**
 * @param {Record<string, any>|null} concepts as texts/concepts.json has them; null: none are there yet
 * @param {string} lang
 * @returns {(text: string) => Piece[]} one that remembers what it has offered
 */
export function makeTerms(concepts, lang) {
  if (!concepts) return (text) => [text];
  const by = known.get(concepts) ?? new Map();
  known.set(concepts, by);
  if (!by.has(lang)) by.set(lang, lexicon(concepts, lang));
  const {find, of} = /** @type {Lexicon} */ (by.get(lang));
  const offered = new Set();
  return (text) => {
    /** @type {Piece[]} */
    const out = [];
    let from = 0;
    for (const m of text.matchAll(find)) {
      const concept = of.get(m[0].toLowerCase()) ?? "";
      if (offered.has(concept)) continue;
      offered.add(concept);
      out.push(text.slice(from, m.index), {concept, text: m[0]});
      from = m.index + m[0].length;
    }
    return [...out, text.slice(from)].filter(Boolean);
  };
}
