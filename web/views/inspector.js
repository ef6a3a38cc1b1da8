// SPDX-License-Identifier: GPL-2.0-or-later
// Everything about what is selected, or else about what just happened.
import {h} from "../lib/dom.js";
import {bytes, counted, hex, int, num} from "../lib/format.js";

/** @param {any} v */
const isHex = (v) => typeof v === "string" && /^0x[0-9a-f]+$/.test(v);
const SIZES = new Set(["size", "bytes", "align", "memmap_bytes"]);
/** Notes with counts in them. */
const NOTES = new Set(["detail", "tables", "new_tables"]);

/**
 * A value as people read it: sizes also in units, lists short.
 * @param {string} name @param {any} value @param {string} lang
 */
export function show(name, value, lang) {
  if (isHex(value) && SIZES.has(name)) return `${value} (${bytes(num(value), lang)})`;
  if (Array.isArray(value)) {
    const s = value
      .slice(0, 12)
      .map((v) => (Array.isArray(v) ? v.join("+") : v))
      .join(", ");
    return value.length > 12 ? `${s}, … (${value.length})` : s;
  }
  if (typeof value === "number") return int(value, lang);
  if (value && typeof value === "object") return JSON.stringify(value);
  return NOTES.has(name) ? counted(value) : String(value);
}

/**
 * @param {Record<string, any>} facts
 * @param {string} lang
 * @param {(s: string) => string} label
 * @returns {[string, string][]}
 */
export const layoutFacts = (facts, lang, label) =>
  Object.entries(facts ?? {})
    .filter(
      ([, v]) => v !== "" && v !== null && v !== undefined && !(Array.isArray(v) && !v.length),
    )
    .map(([k, v]) => [label(k), show(k, v, lang)]);

/**
 * What a whole run comes to: plain numbers, zones with pages, owners by size, then the kernel's counters.
 * @param {Record<string, any>} totals
 * @param {string} lang
 * @param {(s: string) => string} label
 * @param {(s: string) => string} owner
 * @returns {[string, string][]}
 */
export function layoutTotals(totals, lang, label, owner) {
  const {ledger = {}, counters = {}, zones = [], panicked = false, ...plain} = totals ?? {};
  /** @param {any} o @param {any} name @param {any} value */
  const of = (o, name, value) =>
    Object.entries(o).map(([k, v]) => /** @type {[string, string]} */ ([name(k), value(v)]));
  return [
    ...of({...plain, ...(panicked ? {panicked} : {})}, label, (/** @type {any} */ v) =>
      isHex(v) ? bytes(num(v), lang) : show("", v, lang),
    ),
    ...zones
      .filter((/** @type {Row} */ z) => z.spanned > 0)
      .map(
        (/** @type {Row} */ z) =>
          /** @type {[string, string]} */ ([`${z.key}, ${label("managed")}`, int(z.managed, lang)]),
      ),
    ...of(
      Object.fromEntries(
        Object.entries(ledger)
          .filter(([, v]) => num(v) > 0)
          .sort((a, b) => num(b[1]) - num(a[1])),
      ),
      owner,
      (/** @type {any} */ v) => bytes(num(v), lang),
    ),
    ...of(
      counters,
      (/** @type {string} */ k) => k,
      (/** @type {any} */ v) => show("", v, lang),
    ),
  ];
}

/**
 * Rows as one line each: what left and what came.
 * @param {any} splices @param {string} lang @param {any} [max]
 */
export function layoutDiff(splices, lang, max = 14) {
  const out = [];
  for (const s of splices ?? []) {
    const keep = new Set((s.ins ?? []).map((/** @type {Row} */ r) => JSON.stringify(r)));
    const had = new Set((s.del ?? []).map((/** @type {Row} */ r) => JSON.stringify(r)));
    for (const r of s.del ?? [])
      if (!keep.has(JSON.stringify(r)))
        out.push({sign: "del", table: s.table, text: brief(s.table, r, lang)});
    for (const r of s.ins ?? [])
      if (!had.has(JSON.stringify(r)))
        out.push({sign: "add", table: s.table, text: brief(s.table, r, lang)});
  }
  return {rows: out.slice(0, max), more: Math.max(0, out.length - max)};
}

/** @param {string} table @param {Row} r @param {string} lang */
function brief(table, r, lang) {
  if (isHex(r.key) && isHex(r.size))
    return (
      `${r.key}–${hex(num(r.key) + num(r.size))} ${bytes(num(r.size), lang)} ` +
      `${r.owner ?? ""} ${counted(r.detail ?? r.flags)}`
    ).trim();
  const rest = Object.entries(r)
    .filter(([k, v]) => k !== "key" && v !== "" && v !== 0 && !Array.isArray(v))
    .slice(0, 6)
    .map(([k, v]) => `${k}=${v}`);
  return `${r.key} ${rest.join(" ")}`;
}

/**
 * @param {HTMLElement} el
 * @param {{title: string, text: string[], facts: [string, string][], source: string, diff:
 *   ReturnType<typeof layoutDiff>, actions: {label: string, run: () => void}[], labels:
 *   Record<string, string>}} card
 * @param {(text: string) => (string|HTMLElement)[]} linked a text whose words lead to concepts
 */
export function renderInspector(el, card, linked) {
  el.replaceChildren(
    h("h3", {}, ...linked(card.title)),
    ...card.text.filter(Boolean).map((s) => h("p", {}, ...linked(s))),
    ...(card.source ? [h("p", {class: "src"}, card.source)] : []),
    h("dl", {}, ...card.facts.flatMap(([k, v]) => [h("dt", {}, ...linked(k)), h("dd", {}, v)])),
    ...(card.actions.length
      ? [
          h(
            "p",
            {},
            ...card.actions.map((a) => h("button", {type: "button", onclick: a.run}, a.label)),
          ),
        ]
      : []),
    ...(card.diff.rows.length
      ? [
          h("h3", {}, card.labels.diff),
          h(
            "ul",
            {class: "diff"},
            ...card.diff.rows.map((r) =>
              h("li", {class: r.sign}, `${r.sign === "add" ? "+" : "−"} ${r.table} ${r.text}`),
            ),
            card.diff.more ? h("li", {}, card.labels.more) : null,
          ),
        ]
      : []),
  );
}
