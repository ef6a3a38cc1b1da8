// SPDX-License-Identifier: GPL-2.0-or-later
// How owners of memory look: a family gives the colour, a hatch tells members of a family
// apart, so that no meaning hangs on colour alone. Colours are in style.css (Okabe-Ito).

/** @typedef {{family: string, hatch: number}} Look */

export const FAMILIES = ["free", "given", "aside", "tables", "frames", "percpu", "buffers", "buddy", "other"];
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
  cma: ["aside", 1],
  crashkernel: ["aside", 4],
  hugepage: ["aside", 3],
  "huge-page": ["aside", 3],
  "reserved-mem-array": ["aside", 5],
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

function hash(s) {
  let h = 2166136261;
  for (let i = 0; i < s.length; i++) h = Math.imul(h ^ s.charCodeAt(i), 16777619);
  return h >>> 0;
}

/** Owners that this page has never heard of get a hatch of their own, the same on every machine. @returns {Look} */
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

/** What to call an owner: from the catalogue when it is there, else its own name. */
export function ownerLabel(t, owner) {
  const key = `owner.${owner}`;
  const s = t(key);
  return s === key ? owner : s;
}
