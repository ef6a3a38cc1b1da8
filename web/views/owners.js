// SPDX-License-Identifier: GPL-2.0-or-later
// From all RAM down to what is left: one step of the waterfall for each owner.
import {bytes, fit, int, num} from "../lib/format.js";
import {line, rect, text} from "../lib/marks.js";
import {fillOf, ownerLabel} from "../lib/owners.js";

export const tables = ["ledger"];

/** Owners whose memory is at the kernel's disposal come last, as what is left. */
const LEFT = new Set(["free", "buddy", "slab"]);

/** @param {readonly any[]} rows @returns {{owner: string, bytes: number, n: number}[]} largest first, what is left at the end */
export function sums(rows) {
  /** @type {Map<string, {owner: string, bytes: number, n: number}>} */
  const out = new Map();
  for (const r of rows) {
    if (r.ram === 0) continue;
    const s = out.get(r.owner) ?? {owner: r.owner, bytes: 0, n: 0};
    out.set(r.owner, {owner: r.owner, bytes: s.bytes + num(r.size), n: s.n + 1});
  }
  return [...out.values()].sort((a, b) => Number(LEFT.has(a.owner)) - Number(LEFT.has(b.owner)) || b.bytes - a.bytes || (a.owner < b.owner ? -1 : 1));
}

/** Owners that one ledger has more or less of than another, largest first: "page table +2.04 MiB, free −2.04 MiB". */
export function gains(t, before, after, lang, most = 5) {
  const of = (rows) => new Map(sums(rows ?? []).map((x) => [x.owner, x.bytes]));
  const old = of(before);
  const now = of(after);
  const all = [...new Set([...old.keys(), ...now.keys()])].map((owner) => ({owner, by: (now.get(owner) ?? 0) - (old.get(owner) ?? 0)})).filter((x) => x.by);
  return all.sort((a, b) => Math.abs(b.by) - Math.abs(a.by)).slice(0, most).map((x) => `${ownerLabel(t, x.owner)} ${x.by > 0 ? "+" : ""}${bytes(x.by, lang)}`).join(", ");
}

/** @param {any} input @param {{width: number, fs: number}} size */
export function layoutOwners(input, {width, fs}) {
  const all = sums(input.tables.ledger ?? []);
  const ram = all.reduce((a, s) => a + s.bytes, 0);
  /** @type {import("../lib/marks.js").Mark[]} */
  const marks = [];
  if (!ram) return {marks, width, height: 0};
  const left = fs * 11;
  const room = width - left - fs * 12;
  const taken = all.filter((s) => !LEFT.has(s.owner)).reduce((a, s) => a + s.bytes, 0);
  marks.push(text("ram", "head", 0, fs * 1.3, input.t("owners.ram")));
  marks.push(rect("ram", "zonebar present", left, fs * 0.3, room, fs * 1.3, {v: ram}));
  marks.push(rect("ram:taken", "zonebar selectedpart", left, fs * 0.3, Math.max(2, (room * taken) / ram), fs * 1.3, {fill: "url(#p-tables-0)", v: taken}));
  marks.push(text("ram:scale", "dim", left, fs * 2.7, input.t("owners.scale", {taken: bytes(taken, input.lang), times: int(Math.max(1, Math.round(ram / Math.max(1, taken))), input.lang)})));
  marks.push(text("ram:v", "num", width, fs * 1.3, bytes(ram, input.lang), {a: "end"}));
  let y = fs * 3.4;
  let used = 0;
  for (const s of all) {
    const inUse = !LEFT.has(s.owner);
    step(marks, s, y, {left, room, width, fs, input, ram, taken, used, inUse});
    used += s.bytes;
    y += fs * 1.75;
  }
  return {marks, width, height: y + fs * 0.5};
}

/** Taken parts are drawn on a scale of their own: they are a few percent, and would not be seen. */
function step(marks, s, y, o) {
  const {fs, input} = o;
  const scale = o.inUse ? o.room / Math.max(1, o.taken) : o.room / o.ram;
  const start = o.inUse ? o.used : 0;
  const x = o.left + start * scale;
  const k = `owner:${s.owner}`;
  marks.push(text(k, "dim", 0, y + fs * 1.05, fit(ownerLabel(input.t, s.owner), o.left - fs, fs * 0.86)));
  marks.push(rect(k, "zonebar grow", x, y, Math.max(2, s.bytes * scale), fs * 1.3, {ref: k, fill: fillOf(s.owner), v: {owner: s.owner, bytes: s.bytes}, tip: `${s.owner} ${bytes(s.bytes, input.lang)}`}));
  if (o.inUse) marks.push(line(k, "tick", x, y - fs * 0.45, x, y));
  marks.push(text(`${k}:v`, "num", o.width, y + fs * 1.05, `${bytes(s.bytes, input.lang)} · ${int(s.n, input.lang)}`, {a: "end"}));
}
