// SPDX-License-Identifier: GPL-2.0-or-later
// Everything that a run and the page have a name for, and what of it somebody means who types a few letters.
import {num} from "./format.js";

/**
 * @typedef {object} Entry
 * @property {string} kind function, field, name, constant, owner, node, view, lesson, action, board, kernel, log, event, address
 * @property {string} name what is matched first
 * @property {string} [hint] what is matched too, and stands beside it
 * @property {() => string} [preview] what it is, in a sentence
 * @property {string} [also] what is matched and not shown
 * @property {{pos?: number, sel?: string, view?: string, table?: string, range?: [number, number],
 *   command?: string, board?: string, kernel?: string, read?: string, theme?: string, lesson?: any}} go
 *   table: what is to be seen in the view; where there is none of it yet, its first moment
 */

/** Of equal matches the kinds that stand earlier come first. */
const KINDS = [
  "address",
  "event",
  "action",
  "function",
  "owner",
  "view",
  "lesson",
  "concept",
  "field",
  "name",
  "constant",
  "article",
  "board",
  "kernel",
  "node",
  "log",
];

/**
 * How well a word is met by a text: whole (a table's own name is "reserved" of "memblock.reserved"), at its
 * beginning, at the beginning of a part, somewhere.
 * @param {string} text @param {string} word
 */
function meet(text, word) {
  const i = text.indexOf(word);
  if (i < 0) return 0;
  if (text.length === word.length || text.endsWith(`.${word}`)) return 100;
  if (i === 0) return 80 - Math.min(20, text.length - word.length);
  return /[\W_]/.test(text[i - 1]) ? 50 : 30;
}

/**
 * @param {readonly Entry[]} entries @param {string} query @param {number} [most]
 * @returns {Entry[]} best first; every word of the query is in each of them
 */
export function search(entries, query, most = 12) {
  // A parameter may be typed as it is given: "cma=".
  const words = query.trim().toLowerCase().replace(/=$/, "").split(/\s+/).filter(Boolean);
  if (!words.length) return [];
  const phrase = words.join(" ");
  const scored = [];
  for (const [i, e] of entries.entries()) {
    const name = e.name.toLowerCase();
    const hint = `${e.hint ?? ""} ${e.also ?? ""}`.trim().toLowerCase();
    const each = words.map((w) => Math.max(meet(name, w), meet(hint, w) / 3));
    if (each.some((x) => !x)) continue;
    const apart = each.reduce((a, b) => a + b, 0) / each.length;
    // Several words that stand together are meant together: more than the same words here and there in a name.
    const together = words.length > 1 && meet(hint, phrase) >= 50 ? 65 : 0;
    const score = Math.max(meet(name, phrase), together, apart);
    scored.push({e, score: score * 20 - KINDS.indexOf(e.kind), i});
  }
  return scored
    .sort((a, b) => b.score - a.score || a.i - b.i)
    .slice(0, most)
    .map((x) => x.e);
}

/** First positions at which something happens, by its name. @template T @param {any} pairs */
function firsts(pairs) {
  /** @type {Map<string, T>} */
  const out = new Map();
  for (const [name, at] of pairs) if (name && !out.has(name)) out.set(name, at);
  return out;
}

/** Functions: calls of the tree, and what their events name. @returns {Entry[]} @param {any} run */
function functionsOf(run) {
  /** @param {any} s */
  const at = (s) => run.times.posOfSeq.get(s.first_seq);
  const calls = firsts([
    ...run.steps
      .filter((/** @type {any} */ s) => s.executed)
      .map((/** @type {any} */ s) => [s.name, s]),
    ...run.steps.map((/** @type {any} */ s) => [s.name, s]),
  ]);
  const inside = firsts(
    run.replay.events.flatMap((/** @type {BootEvent} */ e, /** @type {number} */ i) =>
      [e.text?.fn, e.text?.caller, e.text?.reserver].map((n) => [String(n ?? ""), i + 1]),
    ),
  );
  /** @param {string} name @param {string} hint @param {any} go */
  const of = (name, hint, go) => ({kind: "function", name, hint, go});
  return [
    ...[...calls].map(([name, s]) =>
      of(name, s.stage, at(s) ? {pos: at(s), sel: `step:${s.index}`} : {sel: `step:${s.index}`}),
    ),
    ...[...inside]
      .filter(([name]) => !calls.has(name))
      .map(([name, pos]) => of(name, run.replay.events[pos - 1].step, {pos})),
  ];
}

/** A constant or a variable of the kernel as texts name it; a function has a parenthesis. */
const SYMBOL = /\b(?:(?:__)?[A-Z][A-Z0-9]+(?:_[A-Z0-9]+)+|[a-z][a-z0-9]*(?:_[a-z0-9]+)+)\b(?!\()/g;

/**
 * Constants and variables that stand in texts, each with the place of the first text that names it.
 * @param {readonly {text: string, hint: string, preview: () => string, go: Entry["go"]}[]} texts
 * @param {(name: string) => boolean} known what has an entry of its own @returns {Entry[]}
 */
export function symbolsIn(texts, known) {
  /** @type {Map<string, Entry>} */
  const out = new Map();
  for (const {text, ...place} of texts)
    for (const [name] of text.matchAll(SYMBOL))
      if (!out.has(name) && !known(name))
        out.set(name, {kind: /[a-z]/.test(name) ? "name" : "constant", name, ...place});
  return [...out.values()];
}

/** Tables whose rows have names that people know. */
const NAMED = ["init_mm", "process", "slabs", "hashes", "zones", "percpu", "image", "counters"];

/**
 * Fields of tables, and rows that have a name of their own.
 * @param {any} run
 * @param {(table: string) => string} viewOf
 * @returns {Entry[]}
 */
function namesOf(run, viewOf) {
  const end = run.replay.at(run.replay.length);
  const fields = Object.entries(run.columns).flatMap(([table, names]) =>
    names
      .filter((/** @type {any} */ n) => n !== "key")
      .map((/** @type {string} */ name) => ({
        kind: "field",
        name,
        hint: table,
        go: {view: viewOf(table), table},
      })),
  );
  const tables = Object.keys(run.columns).map((name) => ({
    kind: "name",
    name,
    go: {view: viewOf(name), table: name},
  }));
  const rows = NAMED.flatMap((table) =>
    (end[table] ?? []).map((/** @type {Row} */ r) => ({
      kind: "name",
      name: String(r.key),
      hint: [table, r.zone].filter(Boolean).join(" "),
      go: {
        view: viewOf(table),
        sel: `${table}:${r.key}`,
        pos: firstRow(run, table, (x) => x.key === r.key),
      },
    })),
  );
  const types = [...new Set((end.freelists ?? []).map((/** @type {Row} */ r) => r.type))].map(
    (name) => ({
      kind: "name",
      name,
      hint: "freelists",
      go: {view: "freelists", table: "freelists"},
    }),
  );
  return [...tables, ...fields, ...rows, ...types];
}

/**
 * The position at which a row of a table first came, or any row.
 * @param {Run} run @param {string} table @param {(r: Row) => boolean} [is]
 */
export function firstRow(run, table, is = () => true) {
  const i = run.replay.events.findIndex((e) =>
    e.splices?.some((s) => s.table === table && s.ins?.some(is)),
  );
  return i < 0 ? undefined : i + 1;
}

/** Owners and device tree nodes. @param {any} run @param {(owner: string) => string} label @returns {Entry[]} */
function ownersOf(run, label) {
  const rows = run.replay.events.flatMap((/** @type {BootEvent} */ e, /** @type {number} */ i) =>
    (e.splices ?? [])
      .filter((/** @type {any} */ s) => s.table === "ledger")
      .flatMap((/** @type {any} */ s) =>
        (s.ins ?? []).map((/** @type {Row} */ r) => ({...r, pos: i + 1})),
      ),
  );
  const owners = firsts(rows.map((/** @type {Row} */ r) => [r.owner, r]));
  const nodes = firsts([
    ...run.replay.events.map((/** @type {BootEvent} */ e, /** @type {number} */ i) => [
      String(e.why?.node ?? ""),
      {pos: i + 1},
    ]),
    ...rows
      .filter((/** @type {Row} */ r) => r.detail)
      .map((/** @type {Row} */ r) => [r.detail, {pos: r.pos, sel: `ledger:${r.key}`}]),
  ]);
  return [
    ...[...owners].map(([name, r]) => ({
      kind: "owner",
      name,
      hint: label(name),
      go: {sel: `owner:${name}`, pos: r.pos},
    })),
    ...[...nodes].map(([name, go]) => ({kind: "node", name, go})),
  ];
}

/** @param {any} run @returns {Entry[]} */
const linesOf = (run) =>
  run.log.map((/** @type {any} */ l) => ({kind: "log", name: l.text, go: {pos: l.pos}}));

/**
 * What a run has names for, once for each run. @param {any} run
 * @param {{viewOf: (table: string) => string, label: (owner: string) => string}} how @returns {Entry[]}
 */
export const entriesOf = (run, {viewOf, label}) => [
  ...functionsOf(run),
  ...ownersOf(run, label),
  ...namesOf(run, viewOf),
  ...linesOf(run),
];

/**
 * The address of a page frame that is typed as one, or as a number that no event has.
 * @param {string} s @param {any} run
 */
function frameOf(s, run) {
  const [, said, n] = /^(pfn\s+)?(\d{1,12})$/.exec(s) ?? [];
  return n && (said || Number(n) >= run.replay.length) ? Number(n) * run.page : undefined;
}

/**
 * What is typed itself: the number of an event, or an address or a page frame and who has it.
 * @param {string} query
 * @param {any} run
 * @param {any} tables
 * @returns {Entry[]}
 */
export function typed(query, run, tables) {
  const s = query.trim().toLowerCase();
  const seq = /^#?(\d{1,9})$/.exec(s);
  const pos = seq && run.times.posOfSeq.get(Number(seq[1]));
  const out = pos
    ? [{kind: "event", name: `#${seq[1]}`, hint: run.replay.events[pos - 1].step, go: {pos}}]
    : [];
  const addr = /^0x[0-9a-f]{3,16}$/.test(s) ? num(s) : frameOf(s, run);
  if (addr === undefined) return out;
  /** @param {Row} r */
  const has = (r) => addr >= num(r.key) && addr < num(r.key) + num(r.size);
  const row = (tables.ledger ?? []).find(has);
  if (!row) return [...out, ...later(s, run, has)];
  const range = /** @type {[number, number]} */ ([num(row.key), num(row.key) + num(row.size)]);
  const here = {
    kind: "address",
    name: s,
    hint: `${row.owner} ${row.detail ?? ""}`.trim(),
    go: {sel: `ledger:${row.key}`, range},
  };
  const since = row.seq > 0 && run.times.posOfSeq.get(row.seq);
  return since
    ? [...out, here, {...here, hint: `${here.hint} #${row.seq}`, go: {...here.go, pos: since}}]
    : [...out, here];
}

/**
 * An address that nobody knows of yet: who has it first, and then.
 * @param {string} name @param {any} run @param {(r: Row) => boolean} has @returns {Entry[]}
 */
function later(name, run, has) {
  const pos = firstRow(run, "ledger", has);
  if (!pos) return [];
  const row = run.replay.events[pos - 1].splices
    .filter((/** @type {any} */ s) => s.table === "ledger")
    .flatMap((/** @type {any} */ s) => s.ins ?? [])
    .find(has);
  const range = /** @type {[number, number]} */ ([num(row.key), num(row.key) + num(row.size)]);
  const hint = `${row.owner} #${run.replay.events[pos - 1].seq}`;
  return [{kind: "address", name, hint, go: {pos, sel: `ledger:${row.key}`, range}}];
}
