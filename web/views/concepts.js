// SPDX-License-Identifier: GPL-2.0-or-later
// Short pages on what stands behind the boot, each with a drawing of the moment that is shown.
import {h, svg} from "../lib/dom.js";
import {fit, fitFirst, textWidth} from "../lib/format.js";
import {sketch} from "../lib/sketch.js";
import {describe} from "../lib/view.js";

const WIDTH = 640;
const LABEL = 150;
/** On a telephone; smaller type could not be read. */
const NARROW = 345;
const NARROW_LABEL = 110;
const ROW = 26;
/** Where there are many rows each is lower, so that a concept's drawing takes no more than half a screen. */
const LOW_ROW = 18;
const MANY = 3;
/** The space between two columns, and the room for a label in each of them. */
const GUTTER = 24;
const HALF_LABEL = 70;
/** Size of the type, as style.css has it for .sketch. */
const FS = 12;

/**
 * @param {import("../lib/sketch.js").Row[]} rows
 * @param {number} [width]
 * @returns {{label: string, x: number, y: number, h: number, boxes: (import("../lib/sketch.js").Part &
 *   {x: number, w: number, arrow: boolean, says: string, tx: number})[]}[]} says: the text that fits, at tx
 */
export function layoutSketch(rows, width = WIDTH) {
  const two = width === WIDTH && rows.length > MANY && rows.every((r) => r.half);
  const label = two ? HALF_LABEL : width < WIDTH ? NARROW_LABEL : LABEL;
  const labelled = rows.some((r) => r.label) ? label : 0;
  const row = rows.length > MANY ? LOW_ROW : ROW;
  const column = two ? Math.ceil(rows.length / 2) : rows.length;
  const wide = two ? (width - GUTTER) / 2 : width;
  const sums = rows.map((r) => r.parts.reduce((a, p) => a + p.size, 0) || 1);
  const most = Math.max(...sums);
  return rows.map((r, i) => {
    const sum = r.scale ? most : sums[i];
    const gap = r.chain ? 16 : 0;
    const start = i < column ? 0 : wide + GUTTER;
    const left = start + labelled;
    const edge = start + wide;
    const room = wide - labelled - gap * (r.parts.length - 1);
    let x = left;
    return {
      label: fit(r.label, label - 6, FS),
      x: start,
      y: (i % column) * row,
      h: row,
      boxes: r.parts.map((p, j) => {
        const w = Math.max(
          1,
          r.chain ? Math.min(120, room / r.parts.length) : (room * p.size) / sum,
        );
        const arrow = Boolean(r.chain) && j > 0;
        const ways = [p.text, p.short ?? p.text];
        const inside = ways.some((s) => textWidth(s, FS) <= w - 8);
        // Beside a bar that is too short there may be room.
        const beside =
          !inside && j === r.parts.length - 1 && edge - x - w - 8 > textWidth(p.text, FS);
        const box = {
          ...p,
          x,
          w,
          arrow,
          says: beside ? p.text : fitFirst(ways, w - 8, FS),
          tx: beside ? x + w + 5 : x + 4,
        };
        x += w + gap;
        return box;
      }),
    };
  });
}

/** @param {ReturnType<typeof layoutSketch>} rows @param {string} label @param {number} width */
function drawSketch(rows, label, width) {
  const height = Math.max(...rows.map((r) => r.y + r.h));
  const el = svg("svg", {
    class: "sketch",
    viewBox: `0 0 ${width} ${height}`,
    role: "img",
    "aria-label": label,
  });
  for (const r of rows) {
    const [middle, line] = [r.y + r.h / 2 - 1, r.y + r.h / 2 + 3];
    el.append(svg("text", {x: r.x, y: line}, r.label));
    for (const b of r.boxes) {
      if (b.arrow)
        el.append(svg("path", {d: `M${b.x - 14} ${middle}h10m-4-3l4 3l-4 3`, class: "arrow"}));
      const gap = r.h < ROW ? 4 : 8;
      const at = {x: b.x, y: r.y + gap / 2 - 1, width: b.w, height: r.h - gap};
      const box = svg("rect", {...at, class: `part ${b.look}`});
      if (b.family) box.style.setProperty("--family", `var(--f-${b.family})`);
      el.append(box, svg("text", {x: b.tx, y: line}, b.says));
    }
  }
  return el;
}

/**
 * All there are: for palettes.
 * @param {Record<string, any>|null} concepts
 * @param {string} lang
 * @returns {{id: string, title: string, words: string[]}[]}
 */
export const conceptList = (concepts, lang) =>
  Object.entries(concepts ?? {}).map(([id, c]) => ({id, title: c.title[lang], words: c.words}));

/**
 * @param {HTMLElement} el
 * @param {{concepts: any, open: any, s: State, m: Moment, t: Translate, actions: Actions}} of
 */
function write(el, {concepts, open, s, m, t, actions}) {
  const c = concepts[open];
  const width = innerWidth > 700 ? WIDTH : NARROW;
  const rows = sketch(open, {
    tables: m.tables,
    lang: s.lang,
    t,
    page: s.run.page,
    bits: s.run.bits,
    chapters: s.run.times.chapters,
    pos: s.pos,
  });
  const at = s.run.steps.find((/** @type {any} */ x) => x.name === c.at);
  const pos = at && s.run.times.posOfSeq.get(at.last_seq);
  el.replaceChildren(
    h(
      "div",
      {class: "reading"},
      h(
        "ul",
        {class: "contents"},
        ...conceptList(concepts, s.lang).map((x) =>
          h(
            "li",
            {},
            h(
              "button",
              {
                type: "button",
                "aria-current": x.id === open ? "page" : null,
                onclick: () => actions.read(`concept:${x.id}`),
              },
              x.title,
            ),
          ),
        ),
      ),
      h(
        "article",
        {id: "concept"},
        h("h3", {}, c.title[s.lang]),
        ...c[s.lang].map((/** @type {any} */ p) => h("p", {}, p)),
        rows.length
          ? drawSketch(layoutSketch(rows, width), c.title[s.lang], width)
          : h("p", {class: "read"}, t("concept.nothing")),
        h(
          "p",
          {class: "row"},
          h(
            "button",
            {type: "button", onclick: () => actions.view(c.view)},
            t("concept.view", {view: t(`view.${c.view}`)}),
          ),
          pos
            ? h(
                "button",
                {type: "button", onclick: () => actions.jump(pos)},
                t("concept.go", {step: c.at}),
              )
            : null,
        ),
      ),
    ),
  );
}

export const view = describe({
  id: "concepts",
  group: "lesson",
  tables: [],
  words({s, m, t, actions, library, heard}) {
    const concepts = library("concepts");
    const asked = s.read.startsWith("concept:") ? s.read.slice(8) : "";
    const open = concepts?.[asked] ? asked : "chicken-and-egg";
    return {
      key: [s.run.manifest.id, s.length, s.pos, open, Boolean(concepts), heard].join(),
      title: t("view.concepts"),
      write: (el) =>
        concepts ? write(el, {concepts, open, s, m, t, actions}) : el.replaceChildren("…"),
    };
  },
});
