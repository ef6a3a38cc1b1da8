// SPDX-License-Identifier: GPL-2.0-or-later
// What a stage is about. Sentences about moments come from the daemon (words.js).
import {bytes, int, num} from "./format.js";
import {firstOf} from "./i18n.js";
import {sums} from "./owners.js";

/**
 * What a stage is about, with this machine's numbers as they are when it begins.
 * @param {Translate} t @param {{stage: string, from: number, to: number}} c
 * @param {Tables} tables @param {string} lang
 */
export function aboutChapter(t, c, tables, lang) {
  /** @param {readonly Row[]} rows */
  const sum = (rows) =>
    bytes(
      (rows ?? []).reduce((a, /** @type {Row} */ r) => a + num(r.size), 0),
      lang,
    );
  const free = sums(tables.ledger ?? []).find((x) => x.owner === "free")?.bytes ?? 0;
  /** @param {Row} z @param {Row} z */
  const zones = (tables.zones ?? []).filter((z) => z.spanned > 0).map((z) => z.zone);
  return firstOf(t, [`chapter.${c.stage}`], {
    ram: sum(tables["memblock.memory"]),
    reserved: sum(tables["memblock.reserved"]),
    regions: int(tables["memblock.reserved"]?.length ?? 0, lang),
    free: bytes(free, lang),
    zones: [...new Set(zones)].join(", "),
    caches: int(tables.slabs?.length ?? 0, lang),
    events: int(c.to - c.from + 1, lang),
  });
}
