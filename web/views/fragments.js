// SPDX-License-Identifier: GPL-2.0-or-later
// Fragmentation: what share of the free memory cannot serve each order, whether a request would fail for
// lack of memory or because what is free is in pieces, and the two files in which a kernel says so.
import {h, svg} from "../lib/dom.js";
import {describe} from "../lib/view.js";

const REPORTS = /** @type {const} */ ([
  "unusable_index",
  "extfrag_index",
  "buddyinfo",
  "pagetypeinfo",
]);

/** @typedef {{zone: string, values: number[]}} Row a zone with a number for each order */

/** "Node 0, zone      DMA 0.000 0.012 ...". @param {string} text @returns {Row[]} */
export const readIndex = (text) =>
  text
    .split("\n")
    .map((line) => /^Node\s+(\d+), zone\s+(\S+)\s+(.*)$/.exec(line))
    .flatMap((m) =>
      m ? [{zone: `${m[2]} · ${m[1]}`, values: m[3].trim().split(/\s+/).map(Number)}] : [],
    );

const CELL = {w: 58, h: 46};
const LEFT = 96;

/** Room for the numbers below the columns, and what stands between two columns. */
const FOOT = 14;
const GAP = 4;
const LINE = 1.5;

/** @param {number} x @param {number} y @param {number} w @param {number} height */
const box = (x, y, w, height) => `M${x} ${y}h${w}v${height}h${-w}z`;

/**
 * One row of columns: full height is 1; below 0 means that the order would be served. All columns of a row are one
 * path, as are its lines of either kind: sixteen nodes have two hundred of them.
 * @param {Row} row
 * @param {number} y
 * @param {string} kind
 * @param {any} t
 */
function columns({zone, values}, y, kind, t) {
  const foot = y + CELL.h - FOOT;
  const left = (/** @type {number} */ order) => LEFT + order * CELL.w;
  const paths = {[kind]: "", served: ""};
  values.forEach((v, order) => {
    const tall = Math.max(0, v) * (CELL.h - FOOT - 2);
    const [x, w] = [left(order) + GAP, CELL.w - 2 * GAP];
    if (tall) paths[kind] += box(x, foot - tall, w, tall);
    paths[v < 0 ? "served" : kind] += box(x, foot, w, LINE);
  });
  return [
    svg("text", {x: 0, y: y + CELL.h * 0.6, class: "dim"}, zone),
    ...Object.entries(paths)
      .filter(([, d]) => d)
      .map(([of, d]) => svg("path", {d, class: `index ${of}`})),
    ...values.map((v, order) =>
      svg(
        "text",
        {x: left(order + 0.5), y: y + CELL.h - 2, "text-anchor": "middle", class: "tiny"},
        v < 0 ? t("frag.served") : v.toFixed(3),
      ),
    ),
  ];
}

/** @param {Row[]} rows @param {string} kind @param {any} t */
function picture(rows, kind, t) {
  const orders = Math.max(0, ...rows.map((r) => r.values.length));
  const width = LEFT + orders * CELL.w;
  const height = 20 + rows.length * (CELL.h + 6);
  const label = `${t(`frag.${kind}`)}: ${rows.map((r) => `${r.zone} ${r.values.join(" ")}`).join("; ")}`;
  const el = svg("svg", {
    viewBox: `0 0 ${width} ${height}`,
    class: "fragments",
    role: "img",
    "aria-label": label,
  });
  for (let order = 0; order < orders; order++) {
    const at = {x: LEFT + (order + 0.5) * CELL.w, y: 13, "text-anchor": "middle", class: "dim"};
    el.append(svg("text", at, String(order)));
  }
  rows.forEach((row, i) => el.append(...columns(row, 20 + i * (CELL.h + 6), kind, t)));
  // Smaller than it was laid out nobody could read its numbers: where there is less room, it is scrolled.
  el.style.minWidth = `${width}px`;
  return h(
    "div",
    {class: "wide", tabIndex: 0, role: "region", "aria-label": t(`frag.${kind}`)},
    el,
  );
}

const NOTHING = {seq: -1, texts: null};

/** What was shown last stays until the next is there. @type {WeakMap<object, {seq: number, texts: any}>} by run */
const shown = new WeakMap();

/** @param {import("../lib/view.js").Telling} told @returns {{seq: number, texts: any}} */
function textsOf({s, m, reports}) {
  const seq = m.event?.seq ?? -1;
  const texts = seq < 0 ? null : reports(REPORTS, seq);
  if (texts) shown.set(s.run.replay, {seq, texts});
  return shown.get(s.run.replay) ?? NOTHING;
}

export const view = describe({
  id: "fragments",
  group: "allocators",
  tables: [],
  words(told) {
    const {s, t} = told;
    const {seq, texts} = textsOf(told);
    return {
      key: [s.run.manifest.id, seq].join(),
      title: t("view.fragments"),
      aside: seq < 0 ? "" : `#${seq}`,
      write: (el) =>
        el.replaceChildren(...(texts ? written(texts, t) : [h("p", {}, t("frag.none"))])),
    };
  },
});

/** @param {Record<string, string>} texts @param {any} t */
function written(texts, t) {
  /** @param {string} name @param {string} kind */
  const drawn = (name, kind) => {
    const rows = readIndex(texts[name]);
    return [
      h("h3", {}, t(`frag.${kind}`)),
      h("p", {class: "hint"}, t(`frag.${kind}.text`)),
      picture(rows, kind, t),
    ];
  };
  return [
    ...drawn("unusable_index", "unusable"),
    ...drawn("extfrag_index", "extfrag"),
    ...["buddyinfo", "pagetypeinfo"].flatMap((name) => {
      const title = `/proc/${name}`;
      // Wide as it is, it is scrolled by keys as well.
      const box = {tabIndex: 0, role: "region", "aria-label": title};
      return [h("h3", {}, title), h("pre", box, texts[name])];
    }),
  ];
}
