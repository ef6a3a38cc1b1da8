// SPDX-License-Identifier: GPL-2.0-or-later
// "What will happen next?": a question about the next event, with answers that a good guess might give.
import {bytes, hex, num} from "./format.js";
import {ownerLabel} from "./owners.js";

/**
 * @typedef {{kind: "address"|"zone"|"page", right: string, choices: string[], params:
 *   Record<string, any>}} Question
 */

/**
 * @param {any} event the one to come @param {any} tables as they are before it
 * @returns {Question|null}
 */
export function ask(event, tables) {
  if (event?.kind === "alloc" && num(event.text?.size ?? 0) > 0 && event.text?.base)
    return address(event, tables);
  if (
    event?.kind === "zonelist" &&
    event.splices?.some((/** @type {Splice} */ s) => s.table === "zonelists" && s.ins?.length)
  )
    return zone(event, tables);
  if (event?.kind === "buddy" && event.text?.gfp && event.text?.pfn !== undefined)
    return page(event, tables);
  return null;
}

// A CPU's list is served from its head; whoever expects its tail, or the free lists, is told so.
/** @returns {Question|null} */
function page(
  /** @type {any} */ event,
  /** @type {Tables} */ {pcp_pages: lists = [], freelists = []},
) {
  const {cpu, zone: name, order, pfn: right} = event.text;
  const mine = lists.filter((r) => r.cpu === cpu && r.zone === name && r.order === order);
  const free = freelists
    .filter((r) => r.zone === name && r.order >= order)
    .map((r) => r.runs?.[0]?.[0]);
  const wrong = [mine.at(-1)?.key, lists.find((r) => r.cpu !== cpu)?.key, ...free, right + 1]
    .filter((x, i, all) => x !== undefined && x !== right && all.indexOf(x) === i)
    .slice(0, 3);
  return {
    kind: "page",
    right: String(right),
    choices: [right, ...wrong].sort((a, b) => a - b).map(String),
    params: {cpu, order},
  };
}

// memblock searches from the top; whoever expects the bottom, or the end of the image, is told so.
/** @returns {Question|null} */
function address(/** @type {any} */ event, /** @type {Tables} */ {ledger = []}) {
  const size = num(event.text.size);
  const right = num(event.text.base);
  const free = ledger
    .filter((r) => r.owner === "free" && num(r.size) >= size)
    .map((r) => [num(r.key), num(r.key) + num(r.size)]);
  const guesses = free.flatMap(([a, b]) => [a, b - size]).filter((x) => x !== right);
  const wrong = [guesses[0], guesses[Math.floor(guesses.length / 2)], guesses[guesses.length - 1]]
    .filter((x, i, all) => x !== undefined && all.indexOf(x) === i)
    .slice(0, 3);
  if (!wrong.length) return null;
  return {
    kind: "address",
    right: hex(right),
    choices: [right, ...wrong].sort((a, b) => a - b).map(hex),
    params: {},
  };
}

/** @returns {Question} */
function zone(/** @type {any} */ event, /** @type {Tables} */ {zones = []}) {
  const row = event.splices.find((/** @type {Splice} */ s) => s.table === "zonelists").ins.at(-1);
  /** @param {Row} z */
  const name = (z) => (z.zone ? `${z.zone} · ${z.zone_node ?? z.node}` : "∅");
  const all = [...new Set([...zones.filter((z) => z.present > 0).map(name), "∅", name(row)])];
  return {
    kind: "zone",
    right: name(row),
    choices: all,
    params: {node: row.node, index: row.index, list: row.list},
  };
}

/** What a question names of the event to come. @param {any} t @param {any} event @param {string} lang */
export const namesIn = (t, event, lang) => ({
  ...event.text,
  fn: event.text?.fn ?? event.step,
  size: bytes(num(event.text?.size ?? 0), lang),
  owner: ownerLabel(t, event.why?.owner ?? ""),
});
