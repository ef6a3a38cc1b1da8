// SPDX-License-Identifier: GPL-2.0-or-later
// The small drawing of a concept, from the tables of the moment: rows of parts, by size or one after the other.
import {bytes, int, num} from "./format.js";
import {look, ownerLabel, sums} from "./owners.js";

/**
 * @typedef {{text: string, short?: string, size: number, look: string, family?: string}} Part
 *   look: a class of style.css; short: the text where the long one does not fit; family: the owner whose colour it has
 * @typedef {{label: string, parts: Part[], chain?: boolean, scale?: boolean, half?: boolean}} Row
 *   chain: its parts are boxes with arrows between them; scale: its length is to scale with that of the other rows;
 *   half: two such rows fit side by side
 */

/** @param {string} text @param {any} size @param {string} [look] */
const part = (text, size, look = "a") => ({text, size, look});
/** @param {any} rows */
const total = (rows) =>
  (rows ?? []).reduce((/** @type {number} */ a, /** @type {any} */ r) => a + num(r.size), 0);

/** @returns {Row[]} @param {any} what */
function memblock({tables: m, lang}) {
  const ram = total(m["memblock.memory"]);
  const taken = total(m["memblock.reserved"]);
  return [
    {
      label: "memblock.memory",
      parts: (m["memblock.memory"] ?? []).map((/** @type {any} */ r) =>
        part(bytes(num(r.size), lang), num(r.size)),
      ),
    },
    {
      label: "memblock.reserved",
      parts: ram
        ? [
            part(bytes(taken, lang), taken, "b"),
            part(bytes(Math.max(0, ram - taken), lang), Math.max(0, ram - taken), "none"),
          ]
        : [],
    },
  ];
}

/** @returns {Row[]} @param {{tables: any, lang: string, page: number, bits: any}} what */
function bootmem({tables: m, lang, page, bits}) {
  if (!bits) return memblock({tables: m, lang});
  const set = (m.bootmem ?? []).reduce(
    (/** @type {number} */ a, /** @type {any} */ r) => a + (r.end_pfn - r.key),
    0,
  );
  const all = total(m["memblock.memory"]) / page;
  return [
    {
      label: "bootmem",
      parts: [
        part(`1 × ${int(set, lang)}`, set, "b"),
        part(`0 × ${int(all - set, lang)}`, Math.max(0, all - set), "none"),
      ],
    },
  ];
}

/** @returns {Row[]} @param {ViewInput} what */
const owners = ({tables: m, lang, t}) => [
  {
    label: "",
    parts: sums(m.ledger ?? [])
      .slice(0, 7)
      .map((s) => {
        const name = ownerLabel(t, s.owner);
        const {family} = look(s.owner);
        return {
          text: `${name} ${bytes(s.bytes, lang)}`,
          short: name,
          size: s.bytes,
          look: "owner",
          family,
        };
      }),
  },
];

/** @returns {Row[]} @param {{chapters: any, pos: number}} what */
const stages = ({chapters, pos}) => [
  {
    label: "",
    chain: true,
    parts: chapters.map((/** @type {any} */ c) =>
      part(c.stage, 1, pos >= c.from && pos <= c.to ? "hot" : pos > c.to ? "a" : "none"),
    ),
  },
];

/** @returns {Row[]} @param {ViewInput} what */
const zones = ({tables: m, lang}) =>
  (m.zones ?? [])
    .filter((z) => z.spanned > 0)
    .map((z) => ({
      label: String(z.key),
      scale: true,
      parts: [
        part(`managed ${int(z.managed, lang)}`, z.managed, "a"),
        part(int(z.present - z.managed, lang), Math.max(0, z.present - z.managed), "b"),
        part(int(z.spanned - z.present, lang), Math.max(0, z.spanned - z.present), "none"),
      ],
    }));

/** @returns {Row[]} @param {ViewInput} what */
function zonelists({tables: m}) {
  const lists = new Map();
  for (const r of m.zonelists ?? []) {
    const key = `${r.node} ${r.list}`;
    if (!lists.has(key)) lists.set(key, []);
    lists
      .get(key)
      .push(
        part(
          r.zone ? `${r.zone_node}/${r.zone}` : "NULL",
          1,
          !r.zone ? "none" : r.zone_node === r.node ? "a" : "b",
        ),
      );
  }
  return [...lists].slice(0, 6).map(([label, parts]) => ({label, parts, chain: true}));
}

/** @returns {Row[]} @param {ViewInput} what */
function pageset({tables: m, lang}) {
  const rows = m.pagesets?.length ? m.pagesets : (m.boot_pagesets ?? []);
  return rows.slice(0, 4).map((r) => ({
    label: r.zone ? String(r.key) : `boot_pageset ${r.key}`,
    chain: true,
    parts: [
      part(`count ${int(r.count, lang)}`, 1, "none"),
      part(`high ${int(r.high || r.high_max || 0, lang)}`, 1, "a"),
      part(`batch ${int(r.batch, lang)}`, 1, "b"),
    ],
  }));
}

/** @returns {Row[]} @param {ViewInput} what */
function buddy({tables: m, lang, page, t}) {
  const of = new Map();
  for (const r of m.freelists ?? []) of.set(r.order, (of.get(r.order) ?? 0) + r.nr_free);
  return [...of]
    .sort((a, b) => a[0] - b[0])
    .map(([order, n]) => ({
      label: t("concept.order", {order}),
      scale: true,
      half: true,
      parts: [part(`${int(n, lang)} × ${bytes(page << order, lang)}`, n * 2 ** order, "a")],
    }))
    .filter((r) => r.parts[0].size > 0);
}

/** @returns {Row[]} @param {ViewInput} what */
const slab = ({tables: m}) =>
  (m.slabs ?? []).slice(0, 5).map((r) => ({
    label: String(r.key),
    chain: true,
    parts: [
      part(`${r.object_size} B`, 1, "a"),
      part(`${r.objects} / slab`, 1, "b"),
      part(`slabs ${r.slabs}`, 1, "none"),
    ],
  }));

/** @returns {Row[]} @param {ViewInput} what */
const percpu = ({tables: m, lang}) =>
  (m.percpu ?? []).slice(0, 6).map((r, i) => ({
    label: `${r.what}${r.cpu >= 0 ? ` CPU ${r.cpu}` : ""}`,
    scale: true,
    parts: [part(bytes(num(r.size), lang), num(r.size), "abcd"[i % 4])],
  }));

/** @returns {Row[]} @param {ViewInput} what */
const watermarks = ({tables: m, lang}) =>
  (m.zones ?? [])
    .filter((z) => z.managed > 0)
    .map((z) => ({
      label: String(z.key),
      chain: true,
      parts: [
        part(`min ${int(z.min, lang)}`, 1, "b"),
        part(`low ${int(z.low, lang)}`, 1, "a"),
        part(`high ${int(z.high, lang)}`, 1, "c"),
        part(`free ${int(z.free, lang)}`, 1, "none"),
      ],
    }));

/** @returns {Row[]} @param {ViewInput} what */
function mm({tables: m}) {
  if (m.vmas?.length)
    return [
      {
        label: "PID 1",
        chain: true,
        parts: m.vmas.slice(0, 9).map((v) => part(v.what, 1, v.resident > 0 ? "a" : "none")),
      },
    ];
  /** @param {string} key */
  const value = (key) => (m.init_mm ?? []).find((r) => r.key === key)?.value ?? "";
  return ["pgd", "mm_users", "mm_count", "start_code"]
    .filter(value)
    .map((k) => ({label: `init_mm.${k}`, chain: true, parts: [part(String(value(k)), 1, "a")]}));
}

/** @type {Record<string, (told: any) => Row[]>} */
const SKETCHES = {
  "chicken-and-egg": owners,
  memblock,
  bootmem,
  stages,
  zones,
  zonelists,
  numa: zonelists,
  pageset,
  buddy,
  slab,
  "per-cpu": percpu,
  watermarks,
  "mm-struct": mm,
};

/**
 * Rows for a concept; none while the run has nothing of it yet.
 * @param {string} key
 * @param {any} told
 * @returns {Row[]}
 */
export const sketch = (key, told) => (SKETCHES[key]?.(told) ?? []).filter((r) => r.parts.length);
