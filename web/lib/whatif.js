// SPDX-License-Identifier: GPL-2.0-or-later
// What can be changed of a run by hand, and the inputs that come of it. What they do to memory is the
// daemon's to say: here is nothing but names, ranges and steps.
import {bytes, hex, int, num} from "./format.js";

const MIB = 2 ** 20;
/** Loaders put things at multiples of this. */
const LOAD_STEP = 2 * MIB;
/** Of an initrd where the run has none. */
const INITRD_BYTES = 16 * MIB;
const MAX_FAKE_NODES = 8;
const STEPS_PER_OCTAVE = 8;

/** @typedef {"memory"|"cma"|"crashkernel"|"dtb"|"initrd"|"nodes"|"kernel"} Knob */
/** @typedef {Partial<Record<Knob, any>>} Moved what the hand has changed, in bytes, addresses and counts */
/**
 * A slider: positions from 0 to max, the value at each, and how it is said.
 * @typedef {{id: Knob, max: number, at: (pos: number) => number, pos: (value: number) => number,
 *   now: number, text: (value: number, lang: string) => string}} Slider
 */

/**
 * @param {readonly any[]} rows of the ledger
 * @param {string} owner
 * @returns {[number, number]|null} from its first byte to its last
 */
export function spanOf(rows, owner) {
  const own = rows.filter((r) => r.owner === owner);
  if (!own.length) return null;
  return [
    Math.min(...own.map((r) => num(r.key))),
    Math.max(...own.map((r) => num(r.key) + num(r.size))),
  ];
}

/** Sizes of RAM: so many between a size and its double. @param {number} top */
function sizes(top) {
  const out = [];
  for (let i = 7 * STEPS_PER_OCTAVE; ; i++) {
    const mib = Math.round(2 ** (i / STEPS_PER_OCTAVE) / 4) * 4;
    out.push(mib * MIB);
    if (mib * MIB >= top) return out;
  }
}

/** @param {any} values @param {number} v */
const nearest = (values, v) =>
  values.reduce(
    (/** @type {any} */ best, /** @type {number} */ x, /** @type {number} */ i) =>
      Math.abs(x - v) < Math.abs(values[best] - v) ? i : best,
    0,
  );

/**
 * Evenly spaced values.
 * @returns {Omit<Slider, "id"|"now"|"text">} @param {number} from @param {number} to
 * @param {any} step
 */
const even = (from, to, step) => ({
  max: Math.max(0, Math.floor((to - from) / step)),
  at: (pos) => from + pos * step,
  pos: (value) => Math.round((value - from) / step),
});

/** @param {any} v @param {string} lang */
const sizeText = (v, lang) => bytes(v, lang);
/** @param {any} v */
const addressText = (v) => hex(v);

/** What a run gives: its end, as tables, and its totals. @param {any} run @param {any} tables of its end */
export function factsOf(run, tables) {
  const ledger = tables.ledger ?? [];
  const ram = ledger.filter((/** @type {Row} */ r) => r.ram);
  const {totals} = run.manifest;
  return {
    ram: num(totals.ram),
    lo: Math.min(...ram.map((/** @type {Row} */ r) => num(r.key))),
    hi: Math.max(...ram.map((/** @type {Row} */ r) => num(r.key) + num(r.size))),
    nodes: Math.max(1, tables.nodes?.length ?? 1),
    cma: (totals.counters?.totalcma_pages ?? 0) * run.page,
    crashkernel: num(totals.ledger?.crashkernel ?? 0),
    dtb: spanOf(ledger, "dtb")?.[0] ?? 0,
    initrd: spanOf(ledger, "initrd"),
  };
}

/** @param {ReturnType<typeof factsOf>} facts @returns {Slider[]} */
export function slidersOf(facts) {
  const {ram, lo, hi} = facts;
  const ramSizes = sizes(Math.max(8 * ram, 8192 * MIB));
  const top = Math.min(ram, 4096 * MIB);
  /** @param {number} a */
  const down = (a) => a - (a % LOAD_STEP);
  return [
    {
      id: "memory",
      max: ramSizes.length - 1,
      at: (pos) => ramSizes[pos],
      pos: (value) => nearest(ramSizes, value),
      now: ram,
      text: sizeText,
    },
    {id: "cma", ...even(0, top, 4 * MIB), now: facts.cma, text: sizeText},
    {id: "crashkernel", ...even(0, top / 2, 16 * MIB), now: facts.crashkernel, text: sizeText},
    {
      id: "dtb",
      ...even(down(lo), down(hi - LOAD_STEP), LOAD_STEP),
      now: facts.dtb,
      text: addressText,
    },
    {
      id: "initrd",
      ...even(down(lo), down(hi - LOAD_STEP), LOAD_STEP),
      now: facts.initrd?.[0] ?? down(lo),
      text: addressText,
    },
    {
      id: "nodes",
      ...even(1, facts.nodes > 1 ? facts.nodes : MAX_FAKE_NODES, 1),
      now: facts.nodes,
      text: int,
    },
  ];
}

/**
 * A parameter of the command line set, or taken away.
 * @param {any} cmdline
 * @param {string} name
 * @param {string} value "" for none
 */
export function withParameter(cmdline, name, value) {
  const rest = cmdline
    .split(" ")
    .filter((/** @type {any} */ w) => w && w !== name && !w.startsWith(`${name}=`));
  return [...rest, ...(value ? [`${name}=${value}`] : [])].join(" ");
}

/** @param {number} v */
const mib = (v) => `${Math.round(v / MIB)}M`;

/** RAM in equal parts on that many nodes. @param {any} ram @param {any} nodes */
const spread = (ram, nodes) =>
  Array.from({length: nodes}, (_, i) => `${i}:${mib(ram / nodes)}`).join(",");

/** @param {any} base @param {any} moved @param {any} facts */
function cmdlineOf(base, moved, facts) {
  let line = base ?? "";
  if ("cma" in moved) line = withParameter(line, "cma", mib(moved.cma));
  if ("crashkernel" in moved)
    line = withParameter(line, "crashkernel", moved.crashkernel ? mib(moved.crashkernel) : "");
  if ("nodes" in moved && facts.nodes < 2)
    line = withParameter(line, "numa", moved.nodes > 1 ? `fake=${moved.nodes}` : "");
  return line;
}

/** @param {any} base @param {any} moved @param {any} facts */
function memoryOf(base, moved, facts) {
  const ram = moved.memory ?? facts.ram;
  if (facts.nodes > 1 && ("memory" in moved || "nodes" in moved))
    return spread(ram, moved.nodes ?? facts.nodes);
  return "memory" in moved ? mib(ram) : base;
}

/** @param {any} base @param {any} moved @param {any} facts */
function loaderOf(base, moved, facts) {
  const out = {...base};
  if ("dtb" in moved) out.dtb = hex(moved.dtb);
  if ("initrd" in moved) {
    const size = facts.initrd ? facts.initrd[1] - facts.initrd[0] : INITRD_BYTES;
    out.initrd = [hex(moved.initrd), hex(moved.initrd + size)];
    delete out.initrd_size;
  }
  return out;
}

/**
 * What is asked for when the hand has moved something: what was asked for before, and that.
 * @param {any} run the run that the hand began with @param {ReturnType<typeof factsOf>} facts its @param {Moved} moved
 */
export function inputsOf(run, facts, moved) {
  const asked = run.asked ?? {};
  const {inputs} = run.manifest;
  return {
    ...(run.tree ? {} : {board: inputs.board}),
    kernel: moved.kernel ?? inputs.kernel,
    cmdline: cmdlineOf(inputs.cmdline, moved, facts),
    memory: memoryOf(asked.memory ?? inputs.memory ?? "", moved, facts),
    loader: loaderOf(asked.loader, moved, facts),
  };
}
