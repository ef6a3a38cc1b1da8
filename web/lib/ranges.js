// SPDX-License-Identifier: GPL-2.0-or-later
// Which addresses a row or an event is about, so that picking anything shows it on the map.
import {num} from "./format.js";

/** @typedef {[number, number]} Range base and end */
/** @typedef {import("./replay.js").Row} Row */

/** @param {Row} r */
const sized = (r) => (num(r.size) > 0 ? [[num(r.key), num(r.key) + num(r.size)]] : []);
/** @param {number} base @param {number} size */
const based = (base, size) =>
  num(base ?? 0) > 0 && num(size ?? 0) > 0 ? [[num(base), num(base) + num(size)]] : [];
/** @param {number} start @param {number} count @param {number} page */
const pfns = (start, count, page) => (count > 0 ? [[start * page, (start + count) * page]] : []);

/** @param {Row} r @param {number} page */
function runs(r, page) {
  const size = page * 2 ** r.order;
  return (r.runs ?? []).flatMap((/** @type {readonly number[]} */ [pfn, count, step]) =>
    Math.abs(step * page) === size || count === 1
      ? [
          [
            Math.min(pfn, pfn + (count - 1) * step) * page,
            Math.max(pfn, pfn + (count - 1) * step) * page + size,
          ],
        ]
      : Array.from({length: Math.min(count, 512)}, (_, i) => [
          (pfn + i * step) * page,
          (pfn + i * step) * page + size,
        ]),
  );
}

/** @param {Row} r @param {number} page */
function tables(r, page) {
  const base = num(r.base);
  const far = base + (r.count - 1) * r.step;
  if (Math.abs(r.step) === page || r.count === 1)
    return [[Math.min(base, far), Math.max(base, far) + page]];
  return Array.from({length: Math.min(r.count, 512)}, (_, i) => [
    base + i * r.step,
    base + i * r.step + page,
  ]);
}

/** @type {Record<string, (r: Row, page: number) => number[][]>} */
const OF = {
  "memblock.memory": sized,
  "memblock.reserved": sized,
  ledger: sized,
  image: (r) => based(r.start, num(r.end) - num(r.start)),
  zones: (r, page) => pfns(r.start_pfn, r.spanned, page),
  nodes: (r, page) => pfns(r.start_pfn, r.spanned, page),
  bootmem: (r, page) => pfns(Number(r.key), r.end_pfn - Number(r.key), page),
  sections: (r) => based(r.memmap, r.memmap_bytes),
  percpu: (r) => based(r.base, r.size),
  hashes: (r) => based(r.base, r.bytes),
  freelists: runs,
  pagetables: tables,
};

/** @param {string} table @param {Row|undefined} row @param {number} page @returns {Range[]} */
export const rangesOf = (table, row, page) =>
  /** @type {Range[]} */ (row && OF[table] ? OF[table](row, page) : []);

/** Ranges that touch as one, in order. @param {Range[]} ranges @returns {Range[]} */
export function merged(ranges) {
  /** @type {Range[]} */
  const out = [];
  for (const [a, b] of [...ranges].sort((p, q) => p[0] - q[0])) {
    const last = out[out.length - 1];
    if (last && a <= last[1]) last[1] = Math.max(last[1], b);
    else out.push([a, b]);
  }
  return out;
}

/**
 * The range an event is about: what it says itself, else the rows that it touched.
 * @param {import("./replay.js").Event|null} event @returns {Range|null}
 * @param {number} page
 */
export function rangeOfEvent(event, page) {
  const {base, size} = event?.text ?? {};
  const nowhere = event?.kind === "alloc" && base === "0x0" && !event.splices?.length; // asked for, and not found
  if (isPhys(base) && isPhys(size) && num(size) > 0 && !nowhere)
    return repeated(num(base), num(size), event);
  for (const name of ["ledger", "memblock.reserved", "memblock.memory"]) {
    const found = around(event, name, page);
    if (found) return found;
  }
  return null;
}

/**
 * From the first to the last address of the rows of a table that the event put in. @returns {Range|null}
 * @param {any} event @param {string} name @param {number} page
 */
function around(event, name, page) {
  let lo = Infinity;
  let hi = -Infinity;
  for (const s of event?.splices ?? []) {
    if (s.table !== name) continue;
    for (const r of s.ins ?? [])
      for (const [a, b] of rangesOf(name, r, page)) {
        lo = Math.min(lo, a);
        hi = Math.max(hi, b);
      }
  }
  return lo < hi ? [lo, hi] : null;
}

/** @param {string} s */
const isPhys = (s) => typeof s === "string" && /^0x[0-9a-f]{1,13}$/.test(s);

/** @returns {Range} @param {number} base @param {number} size @param {any} event */
function repeated(base, size, event) {
  const far = base + ((event.count ?? 1) - 1) * (event.stride ?? 0);
  return [Math.min(base, far), Math.max(base, far) + size];
}
