// SPDX-License-Identifier: GPL-2.0-or-later
// How owners of memory look, and what they have: a family gives the colour, a hatch tells members of a family
// apart, so that no meaning hangs on colour alone. Colours are in style.css (Okabe-Ito).

import {bytes, num} from "./format.js";

/** @typedef {{family: string, hatch: number}} Look */

export const FAMILIES = [
  "free",
  "given",
  "aside",
  "tables",
  "frames",
  "percpu",
  "buffers",
  "buddy",
  "other",
];
export const HATCHES = 6;

/** @type {Record<string, [string, number]>} */
const KNOWN = {
  free: ["free", 0],
  removed: ["other", 4],
  "kernel-image": ["given", 0],
  initrd: ["given", 1],
  dtb: ["given", 3],
  "unflattened-dt": ["given", 2],
  "reserved-memory": ["aside", 0],
  memreserve: ["aside", 2],
  uefi: ["aside", 5],
  cma: ["aside", 1],
  crashkernel: ["aside", 4],
  hugepage: ["aside", 3],
  "huge-page": ["aside", 3],
  "reserved-mem-array": ["aside", 5],
  hypervisor: ["aside", 5],
  "page-table": ["tables", 0],
  "vmemmap-table": ["tables", 1],
  memmap: ["frames", 0],
  mem_section: ["frames", 1],
  "usage-map": ["frames", 3],
  "node-data": ["frames", 2],
  "numa-distance": ["frames", 4],
  percpu: ["percpu", 0],
  "hash-table": ["buffers", 0],
  "log-buffer": ["buffers", 1],
  swiotlb: ["buffers", 2],
  kfence: ["buffers", 4],
  cmdline: ["buffers", 3],
  "command-line": ["buffers", 3],
  resource: ["buffers", 5],
  resources: ["buffers", 5],
  "partial-page": ["other", 2],
  "memblock-array": ["other", 0],
  "bootmem-bitmap": ["other", 0],
  cpumask: ["percpu", 3],
  deferred: ["free", 2],
  buddy: ["buddy", 0],
  slab: ["buddy", 1],
};

/** @param {string} s */
function hash(s) {
  let h = 2166136261;
  for (let i = 0; i < s.length; i++) h = Math.imul(h ^ s.charCodeAt(i), 16777619);
  return h >>> 0;
}

/**
 * Owners that this page has never heard of get a hatch of their own, the same on every machine. @returns {Look}
 * @param {string} owner
 */
export function look(owner) {
  const known = KNOWN[owner];
  if (known) return {family: known[0], hatch: known[1]};
  return {family: "other", hatch: 1 + (hash(String(owner)) % (HATCHES - 1))};
}

/** @param {string} owner @returns {string} value of a fill attribute */
export const fillOf = (owner) => {
  const l = look(owner);
  return `url(#p-${l.family}-${l.hatch})`;
};

/**
 * What to call an owner: from the catalogue when it is there, else its own name.
 * @param {Translate} t @param {string} owner
 */
export function ownerLabel(t, owner) {
  const key = `owner.${owner}`;
  const s = t(key);
  return s === key ? owner : s;
}

/** Owners whose memory is at the kernel's disposal come last, as what is left. */
const LEFT = new Set(["free", "buddy", "slab"]);
/** @param {string} owner */
export const isLeft = (owner) => LEFT.has(owner);

/**
 * @param {readonly any[]} rows
 * @returns {{owner: string, bytes: number, n: number}[]} largest first, what is left at the end
 */
export function sums(rows) {
  /** @type {Map<string, {owner: string, bytes: number, n: number}>} */
  const out = new Map();
  for (const r of rows) {
    if (r.ram === 0) continue;
    const s = out.get(r.owner) ?? {owner: r.owner, bytes: 0, n: 0};
    out.set(r.owner, {owner: r.owner, bytes: s.bytes + num(r.size), n: s.n + 1});
  }
  return [...out.values()].sort(
    (a, b) =>
      Number(LEFT.has(a.owner)) - Number(LEFT.has(b.owner)) ||
      b.bytes - a.bytes ||
      (a.owner < b.owner ? -1 : 1),
  );
}

/**
 * Owners that one ledger has more or less of than another, largest first: "page table +2.04 MiB, free −2.04 MiB".
 * @param {Translate} t @param {readonly Row[]|undefined} before
 * @param {readonly Row[]|undefined} after @param {string} lang
 */
export function gains(t, before, after, lang, most = 5) {
  /** @param {readonly Row[]|undefined} rows */
  const of = (rows) => new Map(sums(rows ?? []).map((x) => [x.owner, x.bytes]));
  const old = of(before);
  const now = of(after);
  const all = [...new Set([...old.keys(), ...now.keys()])]
    .map((owner) => ({owner, by: (now.get(owner) ?? 0) - (old.get(owner) ?? 0)}))
    .filter((x) => x.by);
  return all
    .sort((a, b) => Math.abs(b.by) - Math.abs(a.by))
    .slice(0, most)
    .map((x) => `${ownerLabel(t, x.owner)} ${x.by > 0 ? "+" : ""}${bytes(x.by, lang)}`)
    .join(", ");
}
