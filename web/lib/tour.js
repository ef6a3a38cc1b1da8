// SPDX-License-Identifier: GPL-2.0-or-later
// The boot in about a minute: what touches memory gets a beat, what has no effect is skipped.

import {num} from "./format.js";

/**
 * @typedef {{pos: number, ms: number, told?: number}} Beat
 *   a position, how long it stays on screen, and the position whose words are shown meanwhile
 */
/**
 * @typedef {{step: number, positions: number[], weight: number}} Part
 *   weight: its share of the time for landmarks, 0 if it is none
 */

/** How long a tour of a boot takes, and how long a beat takes at least. */
export const TOUR_MS = 75000;
const LEAST_MS = 220;
/** This share of all RAM counts as large, and this share of a landmark's time is for reading what it is. */
const LARGE = 1 / 1000;
const READ = 0.45;
/** A landmark before any memory is known gets this share of the time of a later one. */
const EARLY = 0.4;
/** Every event of the allocator at work gets a beat, as long as there are not too many. */
const WORK_BEAT_MS = 800;
const WORK_MS = 30000;

/**
 * Events that change something that a view shows, that say that something went wrong, or what a zone answered.
 * @param {import("./replay.js").Event} e
 */
const counts = (e) =>
  e.kind === "problem" ||
  Boolean(e.why?.verdict || e.splices?.some((s) => s.ins?.length || s.del?.length));

/** @param {BootEvent} e @param {string} table @returns {any[]} what it does to a table */
const splicesOf = (e, table) => (e.splices ?? []).filter((s) => s.table === table);

/** @param {readonly any[]|undefined} rows */
const sizeOf = (rows) => (rows ?? []).reduce((a, r) => a + num(r.size), 0);

/**
 * Positions that count, together where one call does them one after the other, and what they weigh. A call
 * that begins a table, gives away a thousandth of all RAM or more, or goes wrong is a landmark: there
 * one reads. As long as no memory is known there is little to be seen, and it passes sooner.
 * @param {readonly BootEvent[]} events
 */
function runsOf(events) {
  /** @type {Part[]} */
  const out = [];
  const begun = new Set();
  let ram = 0;
  let given = 0;
  for (const [i, e] of events.entries()) {
    if (!counts(e)) continue;
    let last = out[out.length - 1];
    if (last?.step !== e.step_index) {
      last = {step: e.step_index, positions: [], weight: 0};
      out.push(last);
      given = 0;
    }
    last.positions.push(i + 1);
    for (const s of splicesOf(e, "memblock.memory")) ram += sizeOf(s.ins) - sizeOf(s.del);
    for (const s of splicesOf(e, "ledger"))
      given += sizeOf(s.ins.filter((/** @type {Row} */ r) => r.seq === e.seq));
    const begins = (e.splices ?? []).filter((s) => s.ins?.length && !begun.has(s.table));
    for (const s of begins) begun.add(s.table);
    if (begins.length || e.kind === "problem" || (ram && given >= ram * LARGE))
      last.weight = Math.max(last.weight, ram ? 1 : EARLY);
  }
  return out;
}

/** So many of a list, spread evenly, the last one always. @param {number[]} all @param {number} n */
const spread = (all, n) =>
  n >= all.length
    ? all
    : Array.from({length: n}, (_, i) => all[Math.round(((i + 1) * all.length) / n) - 1]);

/**
 * Calls that change something have a beat, and landmarks share the time that is left: as long as one
 * reads what the call is for, and then what it does.
 * @param {Part[]} parts
 * @param {number} total
 * @returns {Beat[]}
 */
function boot(parts, total) {
  const marks = parts.reduce((a, r) => a + r.weight, 0);
  const passing = parts.filter((r) => !r.weight).length;
  const brief = marks ? Math.min(LEAST_MS, total / 2 / (passing || 1)) : total / (passing || 1);
  const share = (total - brief * passing) / (marks || 1);
  /** @type {Beat[]} */
  const beats = parts.flatMap((r) => {
    if (!r.weight) return [{pos: r.positions[r.positions.length - 1], ms: brief}];
    const ms = share * r.weight;
    const n = 1 + Math.floor((ms * (1 - READ)) / LEAST_MS);
    const [first, ...more] = spread(r.positions, n);
    return [
      {pos: first, ms: more.length ? ms * READ : ms, told: first},
      ...more.map((pos) => ({pos, ms: (ms * (1 - READ)) / more.length, told: pos})),
    ];
  });
  // What passes too quickly to be read leaves the landmark's words standing.
  for (let i = 1; i < beats.length; i++) beats[i].told ??= beats[i - 1].told;
  return beats;
}

/** What a script does, each event in its turn. @param {Part[]} parts @param {number} total @returns {Beat[]} */
function work(parts, total) {
  const all = parts.flatMap((r) => r.positions);
  const at = spread(all, Math.max(1, Math.floor(total / LEAST_MS)));
  return all.length ? at.map((pos) => ({pos, ms: total / at.length})) : [];
}

/**
 * The boot, and after it what a script does.
 * @param {readonly import("./replay.js").Event[]} events @param {number} [total] milliseconds of the boot
 * @returns {Beat[]} in order; the last is the end of the run
 */
export function makeTour(events, total = TOUR_MS) {
  const parts = runsOf(events);
  /** @param {any} r */
  const isWork = (r) => events[r.positions[0] - 1].step === "ops";
  const after = parts.filter(isWork);
  const n = after.reduce((a, r) => a + r.positions.length, 0);
  const beats = [
    ...boot(
      parts.filter((r) => !isWork(r)),
      total,
    ),
    ...work(after, Math.min(WORK_MS, n * WORK_BEAT_MS)),
  ];
  if (beats.length && beats[beats.length - 1].pos !== events.length)
    beats.push({pos: events.length, ms: 0});
  return beats;
}
