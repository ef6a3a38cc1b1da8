// SPDX-License-Identifier: GPL-2.0-or-later
// Maps that are filled as they are asked.

/**
 * What a map has for a key, made when it has nothing.
 * @template K, V
 * @param {{get: (key: K) => V|undefined, set: (key: K, value: V) => any}} map a Map or a WeakMap
 * @param {K} key
 * @param {() => V} make
 * @returns {V}
 */
export function entry(map, key, make) {
  const known = map.get(key);
  if (known !== undefined) return known;
  const made = make();
  map.set(key, made);
  return made;
}
