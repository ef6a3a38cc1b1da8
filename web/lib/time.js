// SPDX-License-Identifier: GPL-2.0-or-later
// The shape of a run in time: where steps and chapters begin, which log lines belong to which event.

/** @typedef {import("./replay.js").Event} Event */
/**
 * @typedef {{index: number, name: string, stage: string, executed: boolean, note: string, parent:
 *   number, depth: number, first_seq: number, last_seq: number}} Step
 */

/** Steps as a place in the list, whatever the manifest calls no parent. @param {any[]} raw @returns {Step[]} */
export const readSteps = (raw) =>
  (raw ?? []).map((s, i) => ({
    ...s,
    index: s.index ?? i,
    parent: s.parent ?? -1,
    depth: s.depth ?? 0,
    executed: Boolean(s.executed),
    note: s.note ?? "",
    stage: String(s.stage),
  }));

/**
 * @param {Event[]} events @param {Step[]} steps
 */
export function makeTimes(events, steps) {
  const posOfSeq = positionsOf(events);
  /** Position of the first event of each step. */
  const starts = [];
  for (let i = 0; i < events.length; i++)
    if (i === 0 || events[i].step_index !== events[i - 1].step_index)
      starts.push({pos: i + 1, step: events[i].step_index});
  const chapters = chaptersOf(events, steps);
  /** @param {any} is */
  const of = (is) => events.flatMap((e, i) => (is(e) ? [i + 1] : []));
  const problems = of((/** @type {BootEvent} */ e) => e.kind === "problem");
  /** Where the kernel says something, and where the engine says what it does not compute. */
  const notes = of((/** @type {BootEvent} */ e) => e.kind === "note" && e.log?.length);
  const gaps = of((/** @type {BootEvent} */ e) => e.kind === "note" && e.why?.not_computed);
  /** Where a link leads: an event that the run does not reach is its end. @param {number} seq */
  const posAt = (seq) =>
    posOfSeq.get(seq) ?? (seq > (events[events.length - 1]?.seq ?? Infinity) ? events.length : 0);
  return {posOfSeq, posAt, starts, chapters, problems, notes, gaps};
}

/**
 * Where the event of a number is: events come in the order of their numbers, so that nothing has to be
 * made of them first.
 * @param {Event[]} events
 * @returns {{get: (seq: number) => number|undefined, has: (seq: number) => boolean}}
 */
function positionsOf(events) {
  /** @param {number} seq */
  const get = (seq) => {
    // All of a run's events are there, but for those that a glance leaves out.
    if (events[seq]?.seq === seq) return seq + 1;
    let a = 0;
    let b = events.length;
    while (a < b) {
      const m = (a + b) >> 1;
      if (events[m].seq < seq) a = m + 1;
      else b = m;
    }
    return events[a]?.seq === seq ? a + 1 : undefined;
  };
  return {get, has: (seq) => get(seq) !== undefined};
}

/**
 * Stages in the order in which they run; a stage ends where the next begins.
 * @param {readonly BootEvent[]} events @param {Step[]} steps
 */
function chaptersOf(events, steps) {
  /** @type {{stage: string, from: number, to: number}[]} */
  const out = [];
  for (let i = 0; i < events.length; i++) {
    const stage = steps[events[i].step_index]?.stage ?? out[out.length - 1]?.stage ?? "0";
    const last = out[out.length - 1];
    if (last && !(stage > last.stage)) last.to = i + 1;
    else out.push({stage, from: i + 1, to: i + 1});
  }
  return out;
}

/**
 * Where the boot ends and the operations of a script begin, and whether anything like them was
 * recorded; null without a script.
 * @param {Event[]} events
 */
export function workOf(events) {
  const first = events.findIndex((e) => e.step === "ops");
  if (first < 0) return null;
  const note = events.slice(first).find((e) => e.why?.assumed);
  return {pos: first + 1, unverified: String(note?.why?.unverified ?? "")};
}

/**
 * @param {number[]} sorted @returns {number} the first that is greater, or the last
 * @param {number} pos @param {number} end
 */
export const after = (sorted, pos, end) => sorted.find((p) => p > pos) ?? end;
/** @returns {number} the last that is smaller, or 0 @param {any} sorted @param {number} pos */
export function before(sorted, pos) {
  let best = 0;
  for (const p of sorted) {
    if (p >= pos) break;
    best = p;
  }
  return best;
}

/**
 * Log lines with the position at which they have been printed. Repetitions fold into their first.
 * @param {Event[]} events @param {number} [since] events that there are before these
 * @returns {{pos: number, text: string, count: number}[]}
 */
export const logLines = (events, since = 0) =>
  events.flatMap((e, i) =>
    (e.log ?? []).map((text) => ({pos: since + i + 1, text, count: e.count ?? 1})),
  );

/**
 * Index of the last line printed at or before
 * @pos, -1 before the first. @param {any} lines @param {number} pos
 */
export function lineAt(lines, pos) {
  let a = 0;
  let b = lines.length;
  while (a < b) {
    const m = (a + b) >> 1;
    if (lines[m].pos <= pos) a = m + 1;
    else b = m;
  }
  return a - 1;
}
