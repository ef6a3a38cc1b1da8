// SPDX-License-Identifier: GPL-2.0-or-later
// From all RAM down to what is left: one step of the waterfall for each owner.
import {bytes, fit, fitFirst, int, num, textWidth} from "../lib/format.js";
import {line, rect, text} from "../lib/marks.js";
import {fillOf, isLeft, ownerLabel, sums} from "../lib/owners.js";
import {describe} from "../lib/view.js";

const tables = ["ledger"];

/**
 * What the steps have in common, and how far down they have come.
 * @typedef {{left: number, room: number, width: number, fs: number, input: ViewInput, ram: number,
 *   taken: number, used: number, inUse: boolean}} Waterfall
 */

/** Room for the longest name of an owner, in units of the type. */
const NAME = 12.2;

/** Lines of the heading and of each owner, in units of the type. */
const HEAD = 3.4;
const LINE = 1.75;

/** @typedef {ReturnType<typeof sums>[number] & {owners?: number}} Line owners: how many share it */

/**
 * The smallest share one line, if there is more than one of them.
 * @param {Line[]} all @param {number} lines @param {string} owner
 */
function shared(all, lines, owner) {
  const rest = all.slice(Math.max(1, lines - 1));
  if (all.length <= lines || rest.length < 2) return all;
  const bytes = rest.reduce((a, s) => a + s.bytes, 0);
  const n = rest.reduce((a, s) => a + s.n, 0);
  return [...all.slice(0, -rest.length), {...rest[0], owner, bytes, n, owners: rest.length}];
}

/**
 * As many as there is room for: the owners that take memory, and what they leave.
 * @param {Line[]} all @param {number} lines
 */
function folded(all, lines) {
  if (all.length <= lines) return all;
  const left = shared(
    all.filter((s) => isLeft(s.owner)),
    2,
    "~left",
  );
  const taken = all.filter((s) => !isLeft(s.owner));
  return [...shared(taken, lines - left.length, "~taken"), ...left];
}

/** @param {ViewInput} input @param {{width: number, fs: number, height?: number}} size */
export function layoutOwners(input, {width, fs, height}) {
  const lines = height ? Math.floor((height / fs - HEAD) / LINE) : Infinity;
  const all = folded(sums(input.tables.ledger ?? []), lines);
  const ram = all.reduce((a, s) => a + s.bytes, 0);
  /** @type {import("../lib/marks.js").Mark[]} */
  const marks = [];
  if (!ram) return {marks, width, height: 0};
  const left = fs * NAME;
  const room = width - left - fs * 12;
  const taken = all.filter((s) => !isLeft(s.owner)).reduce((a, s) => a + s.bytes, 0);
  marks.push(text("ram", "head", 0, fs * 1.3, input.t("owners.ram")));
  marks.push(rect("ram", "zonebar present", left, fs * 0.3, room, fs * 1.3, {v: ram}));
  marks.push(
    rect(
      "ram:taken",
      "zonebar taken",
      left,
      fs * 0.3,
      Math.max(2, (room * taken) / ram),
      fs * 1.3,
      {v: taken},
    ),
  );
  const scale = input.t("owners.scale", {
    taken: bytes(taken, input.lang),
    times: int(Math.max(1, Math.round(ram / Math.max(1, taken))), input.lang),
  });
  const columns = textWidth(input.t("owners.columns"), fs, 0.56) + fs;
  // On a narrow drawing it begins at the edge, or is left out.
  const long = textWidth(scale, fs, 0.54);
  const from = left + long < width - columns ? left : 0;
  marks.push(
    text(
      "ram:scale",
      "dim",
      from,
      fs * 2.7,
      fitFirst([scale, ""], width - columns - from, fs, 0.54),
    ),
  );
  marks.push(text("ram:columns", "dim", width, fs * 2.7, input.t("owners.columns"), {a: "end"}));
  marks.push(text("ram:v", "num", width, fs * 1.3, bytes(ram, input.lang), {a: "end"}));
  let y = fs * HEAD;
  let used = 0;
  for (const s of all) {
    const inUse = s.owner !== "~left" && !isLeft(s.owner);
    step(marks, s, y, {left, room, width, fs, input, ram, taken, used, inUse});
    used += s.bytes;
    y += fs * LINE;
  }
  return {marks, width, height: y + fs * 0.5};
}

/**
 * What the event gave to this owner comes from its place on the map.
 * @param {ViewInput} input @param {string} owner
 */
function piece(input, owner) {
  const row = [...(input.changed?.ledger ?? [])]
    .map((key) => input.tables.ledger.find((/** @type {Row} */ r) => String(r.key) === key))
    .find((r) => r?.owner === owner && !isLeft(owner) && r.seq === input.event?.seq);
  return row ? {from: {addr: [num(row.key), num(row.key) + num(row.size)]}} : {};
}

/**
 * Taken parts are drawn on a scale of their own: they are a few percent, and would not be seen.
 * @param {Mark[]} marks @param {Line} s @param {number} y
 * @param {Waterfall} o
 */
function step(marks, s, y, o) {
  const {fs, input} = o;
  const scale = o.inUse ? o.room / Math.max(1, o.taken) : o.room / o.ram;
  const start = o.inUse ? o.used : 0;
  const x = o.left + start * scale;
  const k = `owner:${s.owner}`;
  const name = s.owners ? input.t("owners.more", {n: s.owners}) : ownerLabel(input.t, s.owner);
  marks.push(text(k, "dim", 0, y + fs * 1.05, fit(name, o.left - fs, fs * 0.86)));
  marks.push(
    rect(k, "zonebar grow", x, y, Math.max(2, s.bytes * scale), fs * 1.3, {
      ...(s.owners ? {fill: "var(--dim)"} : {ref: k, fill: fillOf(s.owner)}),
      ...piece(input, s.owner),
      v: {owner: s.owner, bytes: s.bytes},
      tip: `${name} ${bytes(s.bytes, input.lang)}`,
    }),
  );
  if (o.inUse) marks.push(line(k, "tick", x, y - fs * 0.45, x, y));
  marks.push(
    text(
      `${k}:v`,
      "num",
      o.width,
      y + fs * 1.05,
      `${bytes(s.bytes, input.lang)} · ${int(s.n, input.lang)}`,
      {a: "end"},
    ),
  );
}

export const view = describe({
  id: "owners",
  group: "where",
  tables,
  main: "ledger",
  layout: layoutOwners,
  folds: true,
});
