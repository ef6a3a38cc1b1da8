// SPDX-License-Identifier: GPL-2.0-or-later
// A run as the page holds it: its events, and what follows from them once and for all.
import {num} from "./lib/format.js";
import {createReplay} from "./lib/replay.js";
import {makeFold} from "./lib/scale.js";
import {logLines, makeTimes, readSteps, workOf} from "./lib/time.js";
import {makeTour} from "./lib/tour.js";
import {flagsOf} from "./views/map.js";

/**
 * A run as the page holds it: growing while events arrive.
 * @param {any} manifest
 * @param {string} [dtb] its tree, as a link has it
 * @param {File|null} [tree] the same as a file
 */
export function makeRun(manifest, dtb = "", tree = null) {
  const steps = readSteps(manifest.steps);
  const replay = createReplay((manifest.tables ?? []).map((/** @type {any} */ t) => t.name ?? t));
  const columns = Object.fromEntries(
    (manifest.tables ?? []).map((/** @type {any} */ t) => [
      t.name,
      (t.columns ?? []).map((/** @type {any} */ c) => c.name ?? c),
    ]),
  );
  return {manifest, dtb, tree, steps, replay, columns, ...derive(replay, steps)};
}

/**
 * A run of which only the end is known: one event that puts all of it there.
 * @param {any} base the run that it differs from, whole @param {any} glance as the daemon tells it
 */
export function makeGlance(base, glance) {
  const {kernel, ...rest} = base.manifest;
  const manifest = {
    ...rest,
    id: glance.id,
    inputs: glance.inputs,
    totals: glance.totals,
    kernel: kernel?.name === glance.kernel.name ? kernel : glance.kernel,
  };
  const run = makeRun(manifest, base.dtb, base.tree);
  const splices = Object.entries(glance.tables).map(([table, ins]) => ({
    table,
    at: 0,
    del: [],
    ins,
  }));
  const step_index = Math.min(glance.step_index, run.steps.length - 1);
  const {seq, step} = glance;
  run.replay.append([{seq, step, step_index, depth: 0, kind: "leave", text: {}, splices}]);
  const known = derive(run.replay, run.steps);
  // A boot that came to its end did so where the other one did; the call that ends it began in the first stage.
  const last = base.times.chapters.at(-1);
  const chapters =
    last && !glance.totals.panicked ? [{...last, from: 1, to: 1}] : known.times.chapters;
  return {
    ...run,
    ...known,
    times: {...known.times, chapters},
    problems: glance.problems,
    glance: true,
    page: base.page,
  };
}

/**
 * A run that begins like another and does more: of what it has only what is new was fetched.
 * @param {any} base whole
 * @param {{since: number, manifest: any, steps: any[], events: any[], moments: any[]}} more as the
 *   daemon tells it (encode_continuation.h)
 * @param {string} ops what it does, which the daemon does not say again
 * @param {string} lang of the moments
 */
export function continueRun(base, {since, manifest, steps: changed, events, moments}, ops, lang) {
  const raw = [...base.manifest.steps];
  const steps = [...base.steps];
  for (const s of changed) raw[s.index] = s;
  for (const s of readSteps(changed)) steps[s.index] = s;
  const replay = base.replay.upTo(since);
  replay.append(events);
  return {
    ...base,
    manifest: {...base.manifest, ...manifest, inputs: {...manifest.inputs, ops}, steps: raw},
    steps,
    replay,
    asked: {...base.asked, ops},
    /** What it begins with, how far, and what is said of the rest. */
    continues: {run: base, since, lang, moments},
    ...deriveOn(base, since, replay, steps),
  };
}

/**
 * The same as derive(), of a run that begins like another: what is known of that one is not found
 * out again.
 * @param {any} base @param {number} since @param {any} replay @param {Step[]} steps
 */
function deriveOn(base, since, replay, steps) {
  const {events} = replay;
  const added = events.slice(since);
  const ram = [...base.ram];
  const known = new Set(base.points);
  const points = pointsOf(added, ram).filter((p) => !known.has(p));
  const list = points.length ? [...base.points, ...points] : base.points;
  const tour = makeTour(added).map((b) => ({...b, pos: b.pos + since}));
  return {
    bits: base.bits || touches(added, "bootmem", () => true),
    born: new Map([...bornOf(added, "slabs"), ...base.born]),
    ram,
    points: list,
    work: base.work ?? workOf(events),
    times: makeTimes(events, steps),
    problems: problemsIn(events),
    tour: [...base.tour.filter((/** @type {any} */ b) => b.pos <= since), ...tour],
    log: [...base.log.filter((/** @type {any} */ l) => l.pos <= since), ...logLines(added, since)],
    folds: points.length ? foldsOf(ram, list) : base.folds,
  };
}

/** @param {readonly BootEvent[]} events */
const problemsIn = (events) => events.filter((e) => e.kind === "problem");

/**
 * Both ways to fold the line of addresses, each made when somebody looks at it.
 * @param {any} ram @param {any} points
 */
function foldsOf(ram, points) {
  /** @type {Record<string, import("./lib/scale.js").Fold>} */
  const made = {};
  const fold = (/** @type {"true"|"pieces"} */ mode) =>
    (made[mode] ??= makeFold(ram, points, mode));
  return {
    get true() {
      return fold("true");
    },
    get pieces() {
      return fold("pieces");
    },
  };
}

/**
 * Addresses at which ranges begin or end.
 * @param {any[]} events
 * @param {[number, number][]} ram where memory is, to be added to
 */
function pointsOf(events, ram) {
  const points = new Set();
  for (const e of events) {
    // What comes and goes within one event, page by page, has no place on the line.
    const alive = new Map();
    for (const s of e.splices ?? [])
      if (s.table === "ledger" || s.table.startsWith("memblock.")) collect(s, ram, alive);
    for (const [a, b] of alive.values()) points.add(a).add(b);
  }
  return [...points];
}

/** What follows from the events that are there so far. @param {any} replay @param {Step[]} steps */
export function derive(replay, steps) {
  /** @type {AddressRange[]} */
  const ram = [];
  const list = pointsOf(replay.events, ram);
  const times = makeTimes(replay.events, steps);
  return {
    bits: touches(replay.events, "bootmem", () => true),
    flagged: times.chapters.some((c) =>
      ["memblock.memory", "memblock.reserved"].some((t) => replay.at(c.to)[t]?.some(flagsOf)),
    ),
    born: bornOf(replay.events, "slabs"),
    ram,
    points: list,
    page: pageSize(replay.events),
    work: workOf(replay.events),
    times,
    problems: problemsIn(replay.events),
    tour: makeTour(replay.events),
    log: logLines(replay.events),
    folds: foldsOf(ram, list),
  };
}

/**
 * Has a table ever had such a row? Lanes come and go with runs, not with moments; for flags that a
 * single call sets and clears there is none.
 * @param {readonly BootEvent[]} events @param {string} table @param {any} is
 */
const touches = (events, table, is) =>
  events.some((e) => e.splices?.some((s) => s.table === table && s.ins?.some(is)));

/**
 * Which event a row of a table first came with.
 * @returns {Map<string, number>} by key @param {readonly BootEvent[]} events @param {string} table
 */
function bornOf(events, table) {
  const out = new Map();
  for (const e of events)
    for (const s of e.splices ?? [])
      if (s.table === table)
        for (const r of s.ins ?? []) if (!out.has(String(r.key))) out.set(String(r.key), e.seq);
  return out;
}

/**
 * Bytes of a page frame: the first node's first address over its first frame number.
 * @param {readonly BootEvent[]} events
 */
export function pageSize(events) {
  let base = Infinity;
  for (const e of events)
    for (const s of e.splices ?? []) {
      if (s.table === "memblock.memory")
        for (const r of s.ins ?? []) base = Math.min(base, num(r.key));
      const node = s.table === "nodes" && s.ins?.find((r) => r.start_pfn > 0 && r.spanned > 0);
      const size = node ? base / node.start_pfn : 0;
      if ([4096, 16384, 65536].includes(size)) return size;
    }
  return 4096;
}

/** @param {any} splice @param {any} ram @param {any} alive */
function collect(splice, ram, alive) {
  for (const r of splice.del ?? []) alive.delete(splice.table + r.key);
  for (const r of splice.ins ?? []) {
    const a = num(r.key);
    const b = a + num(r.size);
    if (splice.table === "memblock.memory") ram.push([a, b]);
    if (splice.table === "ledger" && r.ram === 0) continue;
    alive.set(splice.table + r.key, [a, b]);
  }
}

/** One line of addresses for both runs. @param {any} a @param {any} b */
export function together(a, b) {
  const ram = [...(a?.ram ?? []), ...b.ram];
  const points = [...(a?.points ?? []), ...b.points];
  return foldsOf(ram, points);
}
