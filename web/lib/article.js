// SPDX-License-Identifier: GPL-2.0-or-later
// Where the items of an article are in a run: each has a moment by a call's name or an event's function.
import {entry} from "./maps.js";

/**
 * @typedef {{step?: string, parent?: string, nth?: string, leave?: string, fn?: string, [fact:
 *   string]: string|undefined}} At
 * @typedef {{n: number, name: string|Record<string, string>, at: At, concept?: string, fix?:
 *   boolean, uma?: boolean, [lang: string]: any}} Item
 * @typedef {{item: Item, seq: number, pos: number, executed: boolean}} Place seq -1: not in this run
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

/** @param {Item} item @param {any} run @returns {Place} */
function placeOf(item, run) {
  const call = item.at.step ? callOf(item.at, run.steps) : null;
  const event = item.at.fn ? eventOf(item.at, run.replay.events) : null;
  const seq = event ? event.seq : call ? (item.at.leave ? call.last_seq : call.first_seq) : -1;
  return {
    item,
    seq,
    pos: run.times.posOfSeq.get(seq) ?? 0,
    executed: event ? true : Boolean(call?.executed),
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
