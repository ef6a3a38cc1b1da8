// SPDX-License-Identifier: GPL-2.0-or-later
// The boot in about a minute: what touches memory gets its beat, what has no effect is folded.

/** @typedef {{pos: number, ms: number}} Beat a position, and how long it stays */

/** How long a tour of a boot takes, and how long a beat takes at least. */
export const TOUR_MS = 75000;
const LEAST_MS = 220;
/** Of what the allocator does afterwards each event is looked at, as long as there are not too many. */
const WORK_BEAT_MS = 800;
const WORK_MS = 30000;

/**
 * Events that change something that a view shows, that say that something went wrong, or what a zone answered.
 * @param {import("./replay.js").Event} e
 */
const counts = (e) =>
  e.kind === "problem" ||
  Boolean(e.why?.verdict || e.splices?.some((s) => s.ins?.length || s.del?.length));

/**
 * Positions that count, together where one call does them one after the other.
 * @param {readonly BootEvent[]} events
 */
function runsOf(events) {
  /** @type {{step: number, positions: number[]}[]} */
  const out = [];
  for (const [i, e] of events.entries()) {
    if (!counts(e)) continue;
    const last = out[out.length - 1];
    if (last?.step === e.step_index) last.positions.push(i + 1);
    else out.push({step: e.step_index, positions: [i + 1]});
  }
  return out;
}

/** So many of a list, spread evenly, the last one always. @param {number[]} all @param {number} n */
const spread = (all, n) =>
  n >= all.length
    ? all
    : Array.from({length: n}, (_, i) => all[Math.round(((i + 1) * all.length) / n) - 1]);

/** @typedef {{step: number, positions: number[]}} Part */

/**
 * A call that does more gets more time, but a thousand times as much only a few times the time.
 * @param {Part[]} parts
 * @param {number} total
 */
function beatsOf(parts, total) {
  /** @param {any} r */
  const weigh = (r) => 1 + Math.log2(r.positions.length);
  const weight = parts.reduce((a, r) => a + weigh(r), 0) || 1;
  return parts.flatMap((r) => {
    const ms = (total * weigh(r)) / weight;
    const at = spread(r.positions, Math.max(1, Math.floor(ms / LEAST_MS)));
    return at.map((pos) => ({pos, ms: ms / at.length}));
  });
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
  const work = parts.filter(isWork);
  const n = work.reduce((a, r) => a + r.positions.length, 0);
  const beats = [
    ...beatsOf(
      parts.filter((r) => !isWork(r)),
      total,
    ),
    ...beatsOf(work, Math.min(WORK_MS, n * WORK_BEAT_MS)),
  ];
  if (beats.length && beats[beats.length - 1].pos !== events.length)
    beats.push({pos: events.length, ms: 0});
  return beats;
}
