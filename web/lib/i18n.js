// SPDX-License-Identifier: GPL-2.0-or-later
// Texts. Catalogues are flat objects of templates with {names}; a missing key shows itself.

export const LANGS = ["en", "zh-CN"];

/** @param {Record<string, string>} catalogue @returns {(key: string, params?: Record<string, any>) => string} */
export function translator(catalogue) {
  return (key, params = {}) => {
    const template = catalogue[key];
    if (template === undefined) return key;
    return template.replace(/\{(\w+)\}/g, (_, name) => String(params[name] ?? ""));
  };
}

/**
 * The first of @keys that the catalogue knows, or "". @param {Translate} t
 * @param {readonly string[]} keys @param {Record<string, any>} params
 */
export function firstOf(t, keys, params) {
  for (const key of keys) {
    const s = t(key, params);
    if (s !== key) return s;
  }
  return "";
}

/** What differs from one text of a form to the next: what is quoted, addresses, numbers. */
const PLACES = /'[^']*'|0x[0-9a-f]+|\d+(\.\d+)*/g;

/**
 * A word or a short text of the daemon's, in the reader's language; numbers stay. As it is where the
 * catalogue has none: names of the kernel, and all of it in English.
 * @param {Translate} t @param {unknown} text
 */
export function wordOf(t, text) {
  const s = String(text ?? "");
  const key = `word.${s.replace(PLACES, "#")}`;
  const said = t(key);
  if (said === key) return s;
  const places = s.match(PLACES) ?? [];
  return said.replace(/#/g, () => places.shift() ?? "");
}

/** @param {string|null} wanted @param {readonly string[]} preferred */
export function chooseLang(wanted, preferred) {
  const all = [wanted ?? "", ...preferred];
  for (const l of all) {
    if (LANGS.includes(l)) return l;
    if (/^zh/i.test(l)) return "zh-CN";
    if (/^en/i.test(l)) return "en";
  }
  return "en";
}
