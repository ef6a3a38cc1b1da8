// SPDX-License-Identifier: GPL-2.0-or-later
// From an event's facts to a sentence. The catalogue has the sentences, most specific key first;
// this module only lays out the numbers that they ask for.
import {bytes, hex, int, num} from "./format.js";
import {firstOf} from "./i18n.js";
import {ownerLabel, sums} from "./owners.js";

/** @typedef {import("./replay.js").Event} Event */

/** Facts that are sizes: told in units. */
const SIZES = new Set(["bytes", "memmap_bytes", "old_bytes"]);

const isHex = (v) => typeof v === "string" && /^0x[0-9a-f]+$/.test(v);

/** What the event names that the sentence does not: "a = 1, b = 2". */
const list = (o, lang) =>
  Object.entries(o ?? {})
    .filter(([k, v]) => k !== "fn" && v !== "" && !(Array.isArray(v) && !v.length))
    .map(([k, v]) => `${k} = ${typeof v === "number" ? int(v, lang) : v}`)
    .join(", ");

/** What the event says itself wins over what its rows say; sizes are said in units already. */
function plain(text, lang) {
  const skip = new Set(["fn", "size", "base", "owner"]);
  return Object.fromEntries(
    Object.entries(text ?? {})
      .filter(([k]) => !skip.has(k))
      .map(([k, v]) => [
        k,
        SIZES.has(k)
          ? bytes(num(v), lang)
          : typeof v === "number"
            ? int(v, lang)
            : Array.isArray(v)
              ? v.join(", ")
              : v,
      ]),
  );
}

/** Everything a sentence may name: the event's own facts, and what follows from them. */
export function facts(event, {t, lang, page}) {
  const all = {...event.text, ...event.why};
  const owner = event.why?.owner ?? ownerFromRows(event) ?? "";
  const size = isHex(all.size) || typeof all.size === "number" ? num(all.size) : 0;
  const count = event.count ?? 1;
  return {
    ...all,
    ...plain(event.why, lang),
    owner: owner ? ownerLabel(t, owner) : "",
    size: size ? bytes(size, lang) : "",
    total: size ? bytes(size * count, lang) : "",
    base: all.base ?? "",
    end: isHex(all.base) && size ? hex(num(all.base) + size) : "",
    count: int(count, lang),
    pages: size ? int(Math.ceil((size * count) / page), lang) : "",
    fn: all.fn ?? event.step,
    facts: list(event.text, lang),
    maps: all.maps ?? "",
    ...fromRows(event, lang, page),
    ...plain(event.text, lang),
  };
}

const ownerFromRows = (event) => event.splices?.find((s) => s.table === "ledger")?.ins?.[0]?.owner;

/** What the rows say when the event's text does not. */
function fromRows(event, lang, page) {
  /** @type {Record<string, any>} */
  const out = {};
  for (const s of event.splices ?? []) {
    const old = new Set((s.del ?? []).map((r) => JSON.stringify(r)));
    const fresh = (s.ins ?? []).filter((r) => !old.has(JSON.stringify(r)));
    const r = fresh[fresh.length - 1];
    if (!r) continue;
    if (s.table === "zones")
      Object.assign(out, {
        zone: r.zone,
        node: r.node,
        spanned: int(r.spanned, lang),
        present: int(r.present, lang),
        managed: int(r.managed, lang),
        free: int(r.free, lang),
        span_bytes: bytes(r.spanned * page, lang),
        min: int(r.min, lang),
        low: int(r.low, lang),
        high: int(r.high, lang),
      });
    if (s.table === "zonelists")
      Object.assign(out, {
        zone: r.zone,
        node: r.node,
        zone_node: r.zone_node,
        index: r.index,
        list: r.list,
        distance: r.distance,
      });
    if (s.table === "pagesets" || s.table === "boot_pagesets")
      Object.assign(out, {
        cpu: r.cpu ?? r.key,
        zone: r.zone ?? "",
        high: int(r.high, lang),
        batch: int(r.batch, lang),
        lists: r.lists,
      });
    if (s.table === "hashes")
      Object.assign(out, {
        name: r.key,
        entries: int(r.entries, lang),
        hash_bytes: bytes(num(r.bytes), lang),
        order: r.order,
      });
    if (s.table === "slabs")
      Object.assign(out, {name: r.key, object: int(r.size, lang), order: r.order, state: r.state});
    if (s.table === "init_mm") Object.assign(out, {field: r.key, value: r.value, symbol: r.note});
    if (s.table === "freelists")
      Object.assign(out, {
        zone: r.zone,
        node: r.node,
        order: r.order,
        type: r.type,
        nr_free: int(r.nr_free, lang),
      });
    if (s.table === "pagetables") Object.assign(out, {level: r.level, root: r.root, maps: r.maps});
    if (s.table === "nodes")
      Object.assign(out, {node: r.key, span_bytes: bytes(r.spanned * page, lang)});
  }
  return out;
}

/** The sentence for an event; an event that the catalogue cannot tell falls back to its step, then to its function. */
export function sentence(event, ctx) {
  if (!event) return ctx.t("ev.none");
  const f = facts(event, ctx);
  const owner = event.why?.owner ?? ownerFromRows(event) ?? "";
  const many = (event.count ?? 1) > 1 ? ".many" : "";
  const touched = (event.splices ?? []).map((s) => s.table);
  const keys = [
    event.kind === "step" && ctx.note !== undefined && "ev.step.grey",
    event.kind === "step" && `step.${event.step}`,
    event.kind === "leave" && ctx.gain && "ev.leave.gain",
    failed(event) && "ev.alloc.failed",
    event.kind === "map" && event.text?.new_tables === "" && `ev.map.${event.text.fn}.none`,
    event.kind === "note" && !event.log?.length && `why.${event.text?.fn}`,
    event.kind === "note" && !event.log?.length && "ev.note.silent",
    event.kind === "free" && event.text?.size === "0x0" && "ev.free.nothing",
    event.kind === "alloc" && owner === "page-table" && !event.why?.tables && "ev.alloc.sized",
    `ev.${event.kind}.${event.text?.fn}`,
    event.kind === "problem" && `ev.problem.${event.why?.code ?? event.why?.problem}`,
    many && `ev.${event.kind}.${owner}${many}`,
    owner && `ev.${event.kind}.${owner}`,
    f.field && `ev.${event.kind}.${f.field}`,
    ...touched.flatMap((table) => [
      f.zone === "" && `ev.${event.kind}.${table}.end`,
      `ev.${event.kind}.${table}`,
    ]),
    many && f.size && `ev.${event.kind}${many}`,
    f.size && num(event.text?.size ?? 0) > 0 && `ev.${event.kind}.sized`,
    `ev.${event.kind}`,
    `step.${event.step}`,
    "ev.other",
  ].filter(Boolean);
  return firstOf(ctx.t, keys, {
    ...f,
    note: ctx.note ?? "",
    gain: ctx.gain ?? "",
    message: f.message ?? event.log?.[0] ?? "",
    log: event.log?.[0] ?? "",
  });
}

/** The kernel has asked, and got address 0 and no row: a correct result that has to be told. @param {Event} event */
export const failed = (event) =>
  event.kind === "alloc" && event.text?.base === "0x0" && !event.splices?.length;

/** What the step as a whole is for, or "". */
export const stepText = (t, name) => firstOf(t, [`step.${name}`], {});

/** What a stage is about, with this machine's numbers as they are when it begins. */
export function aboutChapter(t, c, tables, lang) {
  const sum = (rows) =>
    bytes(
      (rows ?? []).reduce((a, r) => a + num(r.size), 0),
      lang,
    );
  const free = sums(tables.ledger ?? []).find((x) => x.owner === "free")?.bytes ?? 0;
  const zones = (tables.zones ?? []).filter((z) => z.spanned > 0).map((z) => z.zone);
  return firstOf(t, [`chapter.${c.stage}`], {
    ram: sum(tables["memblock.memory"]),
    reserved: sum(tables["memblock.reserved"]),
    regions: int(tables["memblock.reserved"]?.length ?? 0, lang),
    free: bytes(free, lang),
    zones: [...new Set(zones)].join(", "),
    caches: int(tables.slabs?.length ?? 0, lang),
    events: int(c.to - c.from + 1, lang),
  });
}
