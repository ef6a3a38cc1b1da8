// SPDX-License-Identifier: GPL-2.0-or-later
// Everything that has a name in a run or on the page, and which of it a few typed letters are likely to mean.
import {num} from "./format.js";

/**
 * @typedef {object} Entry
 * @property {string} kind function, field, name, constant, owner, node, view, lesson, action, board, kernel, log,
 *   event, address
 * @property {string} name what is matched first
 * @property {string} [hint] shown beside the name, and matched as well
 * @property {() => string} [preview] what it is, in a sentence
 * @property {string} [also] matched, but not shown
 * @property {{pos?: number, sel?: string, view?: string, table?: string, range?: [number, number],
 *   command?: string, board?: string, kernel?: string, read?: string, theme?: string, lesson?: any}} go
 *   table: what to show in the view; before it has any rows, the moment when it gets its first
 */

/** Among equal matches the kinds that are listed earlier come first. */
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
 * How well a text matches a word: as a whole ("reserved" is all of a table's own name in "memblock.reserved"), at
 * its beginning, at the beginning of one of its parts, or anywhere.
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
  // A parameter may be typed as it is given: "cma=", "memblock=debug".
  const words = query.trim().toLowerCase().replace(/=\S*$/, "").split(/\s+/).filter(Boolean);
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
    // Constants and fields that differ in their case only: the one that is written so.
    const exact = e.name === query.trim() ? 5 : 0;
    scored.push({e, score: (score + exact) * 20 - KINDS.indexOf(e.kind), i});
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

/** Facts whose names are words of ours, and nobody's who knows the kernel. */
const PLAIN = /^[a-z]+$/;

/** Facts that have a name in the kernel, at the moment when they are known. @param {any} run @returns {Entry[]} */
function factsOf(run) {
  const facts = firsts(
    run.replay.events.flatMap((/** @type {BootEvent} */ e, /** @type {number} */ i) =>
      Object.entries({...e.why, ...e.text})
        .filter(([name, value]) => !PLAIN.test(name) && typeof value !== "object")
        .map(([name, value]) => [name, {pos: i + 1, hint: `${value} · ${e.step}`}]),
    ),
  );
  return [...facts].map(([name, {pos, hint}]) => ({
    kind: /[a-z]/.test(name) ? "name" : "constant",
    name,
    hint,
    go: {pos},
  }));
}

/**
 * Constants of the kernel's layout, which no event names: the fact or the mapping that shows them first, the call that
 * comes to use them, or the table that they shape.
 * @type {Record<string, {fact?: string, maps?: string, step?: string, table?: string}>}
 */
const LAYOUT = {
  PAGE_OFFSET: {maps: "linear map"},
  PHYS_OFFSET: {fact: "memstart_addr"},
  VA_BITS: {fact: "vabits_actual"},
  KIMAGE_VADDR: {table: "image"},
  MODULES_VADDR: {step: "vmalloc_init"},
  VMALLOC_START: {step: "vmalloc_init"},
  VMALLOC_END: {step: "vmalloc_init"},
  VMEMMAP_START: {step: "sparse_init"},
  SECTION_SIZE_BITS: {step: "sparse_init"},
  FIXADDR_START: {step: "early_fixmap_init"},
  PAGE_SIZE: {table: "pagetables"},
  PAGE_SHIFT: {table: "pagetables"},
  MAX_ORDER: {table: "freelists"},
  NR_CPUS: {step: "setup_nr_cpu_ids"},
  MAX_NUMNODES: {table: "nodes"},
  idmap_pg_dir: {maps: "idmap text"},
  max_low_pfn: {step: "bootmem_init"},
  high_memory: {step: "arm64_memblock_init"},
};

/** @param {any} run @param {(table: string) => string} viewOf @returns {Entry[]} those that have a place in this run */
function layoutOf(run, viewOf) {
  const {events} = run.replay;
  return Object.entries(LAYOUT).flatMap(([name, {fact, maps, step, table}]) => {
    /** @param {BootEvent} e */
    const shows = (e) =>
      (fact && e.text?.[fact] !== undefined) ||
      (maps && e.text?.maps === maps) ||
      (step && e.step === step);
    const pos = table ? firstRow(run, table) : events.findIndex(shows) + 1;
    if (!pos) return [];
    const {text, step: hint} = events[pos - 1];
    return [
      {
        kind: /[a-z]/.test(name) ? "name" : "constant",
        name,
        hint: fact ? `${text[fact]} · ${hint}` : hint,
        go: {pos, ...(table ? {view: viewOf(table)} : {})},
      },
    ];
  });
}

const FDT_MAGIC = 0xd00dfeed;
const [BEGIN_NODE, END_NODE, PROP, NOP] = [1, 2, 3, 4];

/**
 * The nodes of a flattened device tree, with their properties: a string as it is, of all else the name.
 * @param {ArrayBuffer} dtb @returns {{path: string, text: string}[]}
 */
export function nodesIn(dtb) {
  const view = new DataView(dtb);
  if (dtb.byteLength < 40 || view.getUint32(0) !== FDT_MAGIC) return [];
  const bytes = new Uint8Array(dtb);
  const latin = new TextDecoder("latin1");
  /** @param {number} at @param {number} [end] */
  const string = (at, end = bytes.indexOf(0, at)) => latin.decode(bytes.subarray(at, end));
  const names = view.getUint32(12);
  /** @type {{path: string, text: string}[]} */
  const out = [];
  /** @type {{path: string, text: string}[]} */
  const open = [];
  for (let at = view.getUint32(8); at + 4 <= dtb.byteLength; ) {
    const token = view.getUint32(at);
    at += 4;
    if (token === BEGIN_NODE) {
      const name = string(at);
      const above = open.at(-1)?.path ?? "";
      const node = {path: open.length ? `${above === "/" ? "" : above}/${name}` : "/", text: ""};
      out.push(node);
      open.push(node);
      at += (name.length + 4) & ~3;
    } else if (token === PROP) {
      const [size, name] = [view.getUint32(at), string(names + view.getUint32(at + 4))];
      const value = string(at + 8, at + 8 + size);
      const words = /^[ -~]+\0$/.test(value) ? ` = "${value.slice(0, -1)}"` : "";
      const node = /** @type {{path: string, text: string}} */ (open.at(-1));
      node.text += `${node.text && "; "}${name}${words}`;
      at += 8 + ((size + 3) & ~3);
    } else if (token === END_NODE) open.pop();
    else if (token !== NOP) break;
  }
  return out;
}

/** Calls that read a node of the tree, by its path. Others are read when the tree is unflattened. */
const READERS = /** @type {const} */ ([
  [/^\/(chosen|memory@.*|)$/, "setup_machine_fdt"],
  [/^\/reserved-memory/, "early_init_fdt_scan_reserved_mem"],
  [/^\/cpus/, "smp_init_cpus"],
  [/^\/psci/, "psci_dt_init"],
  [/./, "unflatten_device_tree"],
]);

/**
 * Nodes that nothing else has an entry for, each where the kernel reads it.
 * @param {readonly {path: string, text: string}[]} nodes @param {any} run @param {ReadonlySet<string>} known
 * @returns {Entry[]}
 */
export const nodeEntries = (nodes, run, known) =>
  nodes
    .filter(({path}) => !known.has(path))
    .map(({path, text}) => {
      const steps = READERS.filter(([re]) => re.test(path)).map(([, step]) => step);
      const pos = steps
        .map((x) => run.replay.events.findIndex((/** @type {BootEvent} */ e) => e.step === x) + 1)
        .find(Boolean);
      return {kind: "node", name: path, also: text, preview: () => text || path, go: {pos}};
    });

/** @param {any} run @returns {Entry[]} */
const linesOf = (run) =>
  run.log.map((/** @type {any} */ l) => ({kind: "log", name: l.text, go: {pos: l.pos}}));

/**
 * What a run has names for, once for each run. @param {any} run
 * @param {{viewOf: (table: string) => string, label: (owner: string) => string}} how @returns {Entry[]}
 */
export function entriesOf(run, {viewOf, label}) {
  const named = [...functionsOf(run), ...ownersOf(run, label), ...namesOf(run, viewOf)];
  const known = new Set(named.map((e) => e.name));
  const facts = [...layoutOf(run, viewOf), ...factsOf(run)].filter((e) => !known.has(e.name));
  return [...named, ...facts, ...linesOf(run)];
}

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
