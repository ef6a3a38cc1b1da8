// SPDX-License-Identifier: GPL-2.0-or-later
// Zonelists: for each node the chain of zones in which a page is looked for, and the distances
// that decided the order.
import {fit, textWidth} from "../lib/format.js";
import {entry} from "../lib/maps.js";
import {comes, mark, path, rect, text} from "../lib/marks.js";
import {describe} from "../lib/view.js";

const tables = ["zonelists", "zonelist_orders", "nodes"];

/** @param {(key: string) => string} t */
const legend = (t) =>
  [
    ["zonelist.local", "var(--f-zone)"],
    ["zonelist.remote", "var(--soft)"],
  ].map(([k, fill]) => ({label: t(k), fill}));

/**
 * @param {readonly Row[]} rows
 * @param {(r: any) => string} name
 * @returns {Map<string, any[]>} chains by name, in order of the table
 */
export function chains(rows, name = (r) => `${r.node}/${r.list}`) {
  /** @type {Map<string, any[]>} */
  const out = new Map();
  for (const r of rows) {
    entry(out, name(r), () => /** @type {any[]} */ ([])).push(r);
  }
  return out;
}

/** Sizes of a chain: of a low one, boxes have one line. @param {{width: number, fs: number, low?: boolean}} of */
const sizes = ({width, fs, low}) => {
  const tight = low || width < fs * 32;
  return {
    tight,
    box: fs * (low ? 4.8 : tight ? 5.6 : 6.6),
    end: fs * (low ? 1.6 : 2.2),
    gap: fs * (low ? 1 : tight ? 1.2 : 1.7),
    h: fs * (low ? 1.5 : 2.5),
    after: fs * (low ? 0.4 : 0.9),
  };
};

/**
 * Where the second list of a node and the distances stand: beside the first list if all zones that there are
 * fit there, so that nothing moves while entries come; else 0 and below.
 * @returns {{second: number, third: number}}
 * @param {ViewInput} input @param {Size} of
 */
function columnsOf(input, {width, fs}) {
  const below = {second: 0, third: 0};
  const zones = (input.tables.zones ?? []).filter((z) => z.present > 0);
  if (!zones.length || input.tables.zonelist_orders?.length) return below;
  const {box, end, gap} = sizes({width, fs});
  /** @param {any} of */
  const most = (of) => of * (box + gap) + end;
  const own = Math.max(...zones.map((z) => zones.filter((x) => x.node === z.node).length));
  const titled = textWidth(input.t("zonelist.nofallback"), fs, 0.58);
  const second = most(zones.length) + 2 * gap;
  const third = second + Math.max(most(own), titled) + 2 * gap;
  const nodes = input.tables.nodes?.length ?? 0;
  if (third - 2 * gap > width) return below;
  return {second, third: third + CELL * fs * (nodes + 1) <= width ? third : 0};
}

/** A distance of the matrix, in units of the type; where height is short. */
const CELL = 2.6;
const LOW_CELL = 2.2;

/** @param {ViewInput} input @param {Size & {height?: number}} size */
export function layoutZonelists(input, size) {
  const all = layoutChains(input, size);
  return size.height && all.height > size.height ? layoutChains(input, {...size, low: true}) : all;
}

/**
 * Where the distances have room beside low chains, or 0.
 * @param {ViewInput} input @param {Size} size
 */
function besideLow(input, size) {
  const {box, end, gap} = sizes({...size, low: true});
  const n = (input.tables.zones ?? []).filter((z) => z.present > 0).length;
  const x = n * (box + gap) + end + gap;
  return x + LOW_CELL * size.fs * ((input.tables.nodes?.length ?? 0) + 1) <= size.width ? x : 0;
}

/** @typedef {{width: number, fs: number, full?: boolean, low?: boolean}} Size */
/** @param {ViewInput} input @param {Size} size */
function layoutChains(input, {width, fs, full, low}) {
  /** @type {import("../lib/marks.js").Mark[]} */
  const marks = [];
  const orders = chains(
    (input.tables.zonelist_orders ?? []).filter((r) => !r.chosen),
    (r) => String(r.node),
  );
  const columns = columnsOf(input, {width, fs});
  const second = columns.second;
  const third = low && !second ? besideLow(input, {width, fs}) : columns.third;
  const size = {width, fs, low};
  const top = fs * 0.4;
  let y = top;
  /** Where the node's first list stands. */
  let line = top;
  for (const [k, refs] of chains(input.tables.zonelists ?? [])) {
    const {node, list} = refs[0];
    const other = list === "fallback" ? orders.get(String(node)) : undefined;
    const kind = input.t(`zonelist.${String(list).toLowerCase()}`);
    const beside = second > 0 && list !== "fallback";
    const name = beside ? kind : `${input.t("node")} ${node} · ${kind}`;
    const order = input.tables.zonelist_orders?.find((r) => r.node === node && r.chosen)?.order;
    const chosen = other ? ` · ${input.t("zonelist.chosen", {order: order ?? ""})}` : "";
    if (!beside) line = y;
    const at = {x: beside ? second : 0, y: beside ? line : y};
    y = Math.max(y, chain(marks, "zonelists", k, name + chosen, refs, at, input, size));
    if (other)
      y = chain(
        marks,
        "zonelist_orders",
        `${k}/other`,
        input.t("zonelist.other", {order: other[0].order}),
        other,
        {x: 0, y},
        input,
        size,
      );
  }
  const nodes = input.tables.nodes ?? [];
  if (y > fs && (full || nodes.length > 1)) {
    const at = third ? {x: third, y: top} : {x: 0, y: y + fs * 0.5};
    y = Math.max(y, matrix(marks, nodes, at, input, size));
  }
  return {marks, width, height: y > fs ? Math.ceil(y) : 0};
}

/**
 * A chain of references; one that was not chosen is drawn faintly, for comparison.
 * @param {Mark[]} marks @param {string} table @param {string} k @param {string} title
 * @param {any} refs @param {any} at @param {ViewInput} input @param {Size} size
 */
function chain(marks, table, k, title, refs, at, input, size) {
  const {width, fs, low} = size;
  const {tight, box: boxW, end: endW, gap, h: boxH, after} = sizes(size);
  let {x, y} = at;
  const retired = table === "zonelist_orders" ? " retired" : "";
  marks.push(text(k, "head" + retired, x, y + fs, fit(title, width - x, fs, 0.58)));
  y += fs * 1.5;
  for (const r of refs) {
    const end = r.zone === "";
    const w = end ? endW : boxW;
    if (x > at.x && x + w > width) {
      x = at.x + gap;
      y += boxH + fs * 0.6;
    }
    const ref = `${table}:${r.key}`;
    if (r.index > 0)
      marks.push(path(`${ref}:a`, "arrow", arrow(x - gap + 2, y + boxH / 2, gap - 5)));
    const hot = mark(input.changed, table, r.key);
    const look = end ? "zoneref end" : r.zone_node === r.node ? "zoneref local" : "zoneref remote";
    marks.push(
      rect(ref, look + retired + hot, x, y, w, boxH, {
        rx: 4,
        ref,
        ...comes(input, table, r, () => zoneOf(input, r)),
        v: end ? "" : `${r.zone_node}/${r.zone}`,
        tip: end
          ? input.t("zonelist.end")
          : `_zonerefs[${r.index}] ${r.zone} ${input.t("node")} ${r.zone_node}, ` +
            input.t("zonelist.distance", {d: r.distance}),
      }),
    );
    const name = end ? "∅" : low ? `${r.zone} · ${r.zone_node}` : r.zone;
    const base = low ? 1.1 : end ? 1.6 : 1.15;
    marks.push(
      text(`${ref}:z`, "boxname", x + w / 2, y + fs * base, low ? fit(name, w, fs, 0.56) : name, {
        a: "middle",
      }),
    );
    if (!end && !low)
      marks.push(
        text(
          `${ref}:n`,
          "boxsub",
          x + w / 2,
          y + fs * 2.1,
          fit(
            `${input.t("node")} ${r.zone_node}${r.distance > 0 && !tight ? ` · ${r.distance}` : ""}`,
            w - 2,
            fs * 0.86,
            0.54,
          ),
          {a: "middle"},
        ),
      );
    x += w + gap;
  }
  return y + boxH + after;
}

/**
 * An entry is linked from its zone on the map.
 * @returns {import("../lib/marks.js").Source|undefined} @param {ViewInput} what @param {Row} r
 */
function zoneOf({tables: {zones = []}, page}, r) {
  const z = zones.find((x) => x.node === r.zone_node && x.zone === r.zone);
  return z?.spanned
    ? {addr: [z.start_pfn * page, (z.start_pfn + z.spanned) * page], link: true}
    : undefined;
}

/** @param {number} x @param {number} y @param {number} w */
const arrow = (x, y, w) => `M${x},${y}h${w}m${-4},${-4}l4,4l-4,4`;

/**
 * @param {Mark[]} marks @param {readonly Row[]} nodes @param {{x: number, y: number}} how
 * @param {ViewInput} input @param {Size} size
 */
function matrix(marks, nodes, {x, y}, input, {width, fs, low}) {
  if (!nodes.length) return y;
  const cell = fs * (low ? LOW_CELL : CELL);
  const title = fit(input.t("zonelist.distances"), width - x, fs, 0.58);
  marks.push(text("dist", "head", x, y + fs, title));
  y += fs * 1.5;
  for (const [i, n] of nodes.entries()) {
    marks.push(text(`col${n.key}`, "dim", x + cell * (i + 1.5), y + fs, n.key, {a: "middle"}));
    marks.push(
      text(`row${n.key}`, "dim", x + cell * 0.5, y + fs * 1.4 + cell * (i + 0.62), n.key, {
        a: "middle",
      }),
    );
    for (const [j, d] of (n.distances ?? []).entries()) {
      const ref = `nodes:${n.key}`;
      marks.push(
        rect(
          `d${n.key}.${j}`,
          `cell${i === j ? " self" : ""}${mark(input.changed, "nodes", n.key)}`,
          x + cell * (j + 1),
          y + fs * 1.4 + cell * i,
          cell - 2,
          cell - 2,
          {ref, v: d, tip: `${n.key} → ${j}: ${d}`},
        ),
      );
      marks.push(
        text(
          `d${n.key}.${j}`,
          "num",
          x + cell * (j + 1.5) - 1,
          y + fs * 1.4 + cell * (i + 0.62),
          d,
          {
            a: "middle",
          },
        ),
      );
    }
  }
  return y + fs * 1.4 + cell * nodes.length + fs * 0.5;
}

export const view = describe({
  id: "zonelists",
  group: "zones",
  concept: "zonelists",
  tables,
  main: "zonelists",
  filler: "build_all_zonelists",
  layout: layoutZonelists,
  folds: true,
  legend,
});
