// SPDX-License-Identifier: GPL-2.0-or-later
// Time. Events carry old and new rows, so the state at any position is reached from any other
// by applying or taking back the splices between them; keyframes bound the distance.
// Position p means: the first p events have happened.
import {entry} from "./maps.js";

/** @typedef {Record<string, any> & {key: string|number}} Row */
/** @typedef {{table: string, at: number, del: Row[], ins: Row[]}} Splice */
/**
 * @typedef {{seq: number, step: string, step_index: number, depth: number, kind: string, count?: number,
 *   stride?: number, text?: Record<string, any>, log?: string[], why?: Record<string, any>, splices?: Splice[]}} Event
 */
/** @typedef {Readonly<Record<string, readonly Row[]>>} Tables */

const EVERY = 256;

/**
 * Replace a stretch of an array in place; big stretches must not become call arguments.
 * @param {any} rows @param {number} at @param {number} count @param {any} ins
 */
function replace(rows, at, count, ins) {
  if (at < 0 || at + count > rows.length) throw new RangeError("splice outside its table");
  if (ins.length < 4096) return void rows.splice(at, count, ...ins);
  const tail = rows.slice(at + count);
  rows.length = at;
  for (const r of ins) rows.push(r);
  for (const r of tail) rows.push(r);
}

/**
 * One event forwards or backwards on a draft whose
 * @owned arrays are private copies. @param {any} draft @param {any} owned @param {BootEvent} event
 * @param {any} forward
 */
function step(draft, owned, event, forward) {
  const splices = event.splices ?? [];
  for (let i = 0; i < splices.length; i++) {
    const s = splices[forward ? i : splices.length - 1 - i];
    if (!owned.has(s.table)) {
      draft[s.table] = (draft[s.table] ?? []).slice();
      owned.add(s.table);
    }
    if (forward) replace(draft[s.table], s.at, s.del?.length ?? 0, s.ins ?? []);
    else replace(draft[s.table], s.at, s.ins?.length ?? 0, s.del ?? []);
  }
}

/**
 * @returns {Tables} the tables after walking from @from to @to; arrays that did not change are
 *   shared
 * @param {Tables} tables @param {readonly BootEvent[]} events @param {number} from
 * @param {number} to
 */
function walk(tables, events, from, to) {
  const draft = {...tables};
  const owned = new Set();
  for (let p = from; p < to; p++) step(draft, owned, events[p], true);
  for (let p = from; p > to; p--) step(draft, owned, events[p - 1], false);
  return Object.freeze(draft);
}

/** @typedef {{pos: number, tables: Tables}} Keyframe */

/** @param {string[]} [names] tables that exist, empty, before the first event */
export function createReplay(names = []) {
  const empty = Object.freeze(Object.fromEntries(names.map((n) => [n, []])));
  return replayOf([], [{pos: 0, tables: empty}]);
}

/**
 * @param {Event[]} events
 * @param {Keyframe[]} keyframes of every position that is a multiple of EVERY
 * @param {Keyframe} last where one has been
 */
function replayOf(events, keyframes, last = keyframes[0]) {
  /** @param {number} pos */
  function nearest(pos) {
    const below = keyframes[Math.min(Math.floor(pos / EVERY), keyframes.length - 1)];
    const above = keyframes[Math.floor(pos / EVERY) + 1] ?? below;
    /** @param {any} k */
    const d = (k) => Math.abs(k.pos - pos);
    return [below, above, last].reduce((a, b) => (d(b) < d(a) ? b : a));
  }

  /** @param {number} pos @returns {Tables} */
  function at(pos) {
    const p = Math.max(0, Math.min(events.length, pos));
    const from = nearest(p);
    if (from.pos !== p) last = {pos: p, tables: walk(from.tables, events, from.pos, p)};
    else last = from;
    return last.tables;
  }

  /** @param {any} batch the next events, in order */
  function append(batch) {
    for (const e of batch) events.push(e);
    for (
      let k = keyframes[keyframes.length - 1];
      k.pos + EVERY <= events.length;
      k = keyframes[keyframes.length - 1]
    )
      keyframes.push({pos: k.pos + EVERY, tables: walk(k.tables, events, k.pos, k.pos + EVERY)});
  }

  return {
    events,
    at,
    append,
    /** One that begins with the first @n events of this, and goes on as it likes. @param {number} n */
    upTo: (n) =>
      replayOf(events.slice(0, n), keyframes.slice(0, Math.floor(n / EVERY) + 1), {
        pos: n,
        tables: at(n),
      }),
    get length() {
      return events.length;
    },
  };
}

/**
 * What an event did to the rows of each table: as they were before its first splice, and as they are
 * after its last. Splices carry untouched neighbours along, and one event may take a row out and put it
 * back, so only the two ends tell. A row that is not there is undefined.
 * @param {Event|null|undefined} event
 * @returns {Record<string, Map<string, {before: Row|undefined, after: Row|undefined}>>}
 */
function touchedBy(event) {
  /** @type {Record<string, Map<string, {before: Row|undefined, after: Row|undefined}>>} */
  const out = {};
  for (const s of event?.splices ?? []) {
    /** @type {Map<string, {before: Row|undefined, after: Row|undefined}>} */
    const rows = (out[s.table] ??= new Map());
    const known = (/** @type {Row} */ r, /** @type {Row|undefined} */ before) => {
      const key = String(r.key);
      return entry(rows, key, () => ({before, after: undefined}));
    };
    for (const r of s.del ?? []) known(r, r).after = undefined;
    for (const r of s.ins ?? []) known(r, undefined).after = r;
  }
  return out;
}

/** @param {Row} a @param {Row} b */
const differ = (a, b) => a !== b && JSON.stringify(a) !== JSON.stringify(b);

/**
 * What an event did: rows that are new or whose value is another than before, which are outlined; rows that it
 * took away for good; and those that it changed or took away, as they were before it. By table and key.
 * @param {Event|null|undefined} event
 * @returns {{changed: Record<string, Set<string>>, removed: Record<string, Row[]>,
 *   was: Record<string, Map<string, Row>>}}
 */
export function effectOf(event) {
  /** @type {ReturnType<typeof effectOf>} */
  const {changed, removed, was} = {changed: {}, removed: {}, was: {}};
  for (const [table, rows] of Object.entries(touchedBy(event)))
    for (const [key, {before, after}] of rows) {
      if (before && after && !differ(before, after)) continue;
      if (after) (changed[table] ??= new Set()).add(key);
      if (before) (was[table] ??= new Map()).set(key, before);
      if (before && !after) (removed[table] ??= []).push(before);
    }
  return {changed, removed, was};
}
