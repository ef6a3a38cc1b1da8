// SPDX-License-Identifier: GPL-2.0-or-later
// Where the items of an article are in a run: each has a moment by a call's name or an event's function.
import {entry} from "./maps.js";

/**
 * @typedef {{step?: string, parent?: string, nth?: string, leave?: string, fn?: string, [fact:
 *   string]: string|undefined}} At
 * @typedef {false|{row?: string, table?: string, fact?: string, is?: string, else?: Fate}} Real what of the moment's
 *   event makes the item true: a row of init_mm, rows of a table, a fact; false: no kernel here has it
 * @typedef {{n: number, name: string|Record<string, string>, at: At, or?: At, concept?: string,
 *   fix?: boolean, real?: Real, [lang: string]: any}} Item or: where other builds or releases do the same
 * @typedef {"executed"|"silent"|"gone"|"otherwise"|"absent"} Fate what becomes of an item in a run: silent is without
 *   effect, gone what this kernel does not have, otherwise a branch that is not taken
 * @typedef {{item: Item, seq: number, pos: number, fate: Fate}} Place seq -1: not in this run
 */

/** @param {any} name */
const plain = (name) => name.replaceAll(" ", "");

/** @param {At} at @param {any[]} steps */
function callOf(at, steps) {
  const named = steps.filter((s) => plain(s.name) === plain(at.step));
  const inside = named.filter((s) => !at.parent || steps[s.parent]?.name === at.parent);
  // Another version may call it from elsewhere.
  return (inside.length ? inside : named)[Number(at.nth ?? 1) - 1];
}

/** @param {At} at @param {any[]} events */
const eventOf = (at, events) =>
  events.find((e) => {
    if (e.kind === "step" || e.kind === "leave" || e.text?.fn !== at.fn) return false;
    const facts = {...e.why, ...e.text, kind: e.kind};
    return Object.entries(at).every(([k, v]) => k === "fn" || String(facts[k]) === v);
  });

/** @param {any} event @param {string} table */
const rowsOf = (event, table) =>
  (event.splices ?? [])
    .filter((/** @type {any} */ s) => s.table === table)
    .flatMap((/** @type {any} */ s) => s.ins);

/** Is it true of this run's event? @param {Exclude<Real, false>} real @param {any} event @param {any[]} events */
function isReal(real, event, events) {
  if (real.table) return events.some((e) => rowsOf(e, real.table ?? "").length);
  if (real.row)
    return event && rowsOf(event, "init_mm").some((/** @type {any} */ r) => r.key === real.row);
  return event && String({...event.why, ...event.text}[real.fact ?? ""]) === real.is;
}

/** @param {Item} item @param {any} event @param {any} call @param {any} run @returns {Fate} */
function fateOf(item, event, call, run) {
  if (!event && !call) return "absent";
  if (item.real === false) return "gone";
  if (item.real && !isReal(item.real, event, run.replay.events))
    return item.real.else ?? (item.real.fact ? "otherwise" : "gone");
  return event || call.executed ? "executed" : "silent";
}

/** @param {Item} item @param {any} run @returns {Place} */
function placeOf(item, run) {
  const {events} = run.replay;
  const call = item.at.step ? callOf(item.at, run.steps) : null;
  const event =
    (item.at.fn && eventOf(item.at, events)) || (item.or && eventOf(item.or, events)) || null;
  const seq = event ? event.seq : call ? (item.at.leave ? call.last_seq : call.first_seq) : -1;
  return {
    item,
    seq,
    pos: run.times.posOfSeq.get(seq) ?? 0,
    fate: fateOf(item, event, call, run),
  };
}

/** @type {WeakMap<object, Map<object, {length: number, places: Place[]}>>} by a run's replay, then by article */
const known = new WeakMap();

/** All items in the article's own order. @param {{items: Item[]}} article @param {any} run @returns {Place[]} */
export function placesOf(article, run) {
  const of = entry(known, run.replay, () => new Map());
  const was = of.get(article);
  if (was?.length === run.replay.length) return was.places;
  const places = article.items.map((i) => placeOf(i, run));
  of.set(article, {length: run.replay.length, places});
  return places;
}

/**
 * The item that is being told at a position: the one with the latest moment that has come.
 * @param {Place[]} places
 * @param {number} pos
 */
export function itemAt(places, pos) {
  let best = -1;
  places.forEach((p, i) => {
    if (p.pos && p.pos <= pos && (best < 0 || p.pos > places[best].pos)) best = i;
  });
  return best;
}

/** @param {Item} item @param {string} lang */
export const nameOf = (item, lang) =>
  typeof item.name === "string" ? item.name : (item.name[lang] ?? item.name.en);
