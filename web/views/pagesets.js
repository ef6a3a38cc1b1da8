// SPDX-License-Identifier: GPL-2.0-or-later
// Per-CPU page lists: first the static boot_pageset that every zone shares, then real ones.
import {int, fit, textWidth} from "../lib/format.js";
import {TINY, mark, path, rect, text} from "../lib/marks.js";
import {describe} from "../lib/view.js";

const tables = ["boot_pagesets", "pagesets"];

/** Lists are per migratetype and order; the kernel numbers them order by order. */
const TYPES = ["Unmovable", "Movable", "Reclaimable"];

/** Sizes in units of the type: a card, the small one of a boot_pageset, and what is between two. */
const CARD = {w: 15, h: 9.6};
const SMALL = {w: 8, h: 2.7};
const GAP = 0.8;
/** Where height is short: a boot_pageset on a line, a set on three, the last of them its lists; and the gap. */
const LOW = {card: {w: 15.5, h: 3.8}, small: {w: 9.5, h: 1.5}, gap: 0.5};

/**
 * Cards as they are best read; where these are higher than a hall has room, flat ones in the same type.
 * @param {ViewInput} input @param {{width: number, fs: number, full?: boolean, height?: number}} size
 */
export function layoutPagesets(input, size) {
  const cards = layoutCards(input, size);
  return size.height && cards.height > size.height ? layoutLow(input, size) : cards;
}

/**
 * The static sets come first and are small, because they neither grow in number nor move any more when the
 * real ones follow below, one after the other.
 * @param {ViewInput} input @param {{width: number, fs: number, full?: boolean}} size
 */
function layoutCards(input, {width, fs}) {
  const {boot_pagesets: boot = [], pagesets: real = []} = input.tables;
  const retired = real.length ? " retired" : "";
  const marks = boot.length ? head(retired, width, fs, input) : [];
  const small = grid(boot, SMALL, boot.length ? fs * 4 : 2, {width, fs, most: SMALL.w * 1.2});
  const large = grid(real, CARD, small.end + (boot.length && real.length ? fs * 0.4 : 0), {
    width,
    fs,
    most: CARD.w * 1.4,
  });
  const groups = [
    ...small.lines.map((cells) => group(cells, "boot_pagesets", smallCard, input, fs)),
    ...large.lines.map((cells) => group(cells, "pagesets", drawCard, input, fs)),
  ];
  return {marks, groups, width, height: groups.length ? Math.ceil(large.end) : 0};
}

/**
 * Flat cards, as many as there is room for: of more those that this event changed are among them.
 * @param {ViewInput} input @param {any} size
 */
function layoutLow(input, {width, fs, height}) {
  const {boot_pagesets: boot = [], pagesets: real = []} = input.tables;
  const gap = fs * LOW.gap;
  const marks = boot.length ? lowHead(real.length ? " retired" : "", width, fs, input) : [];
  const small = grid(boot, LOW.small, boot.length ? fs * 1.8 : 2, {
    width,
    fs,
    gap,
    most: LOW.small.w * 1.2,
  });
  const of = {width, fs, gap, most: LOW.card.w * 1.4};
  const room = Math.max(1, Math.floor((height - small.end - fs * 1.3) / (LOW.card.h * fs + gap)));
  const all = grid(real, LOW.card, small.end, of).lines;
  const hot = all.findIndex((cells) =>
    cells.some(({row}) => mark(input.changed, "pagesets", row.key)),
  );
  const columns = all[0]?.length ?? 1;
  const first = columns * Math.max(0, Math.min(hot, all.length - room));
  const shown = real.slice(first, first + columns * room);
  const large = grid(shown, LOW.card, small.end, of);
  if (shown.length < real.length)
    marks.push(
      text(
        "pagesets:more",
        "dim",
        0,
        large.end + fs,
        input.t("owners.more", {n: int(real.length - shown.length)}),
      ),
    );
  const groups = [
    ...small.lines.map((cells) => group(cells, "boot_pagesets", lowSmall, input, fs)),
    ...large.lines.map((cells) => group(cells, "pagesets", lowCard, input, fs)),
  ];
  return {marks, groups, width, height: Math.min(height, Math.ceil(large.end + fs * 1.3))};
}

/**
 * Both lines of the other heading.
 * @param {string} retired @param {number} width @param {number} fs @param {ViewInput} input
 */
function lowHead(retired, width, fs, input) {
  const left = fs * 9;
  const says = `${NUMBERS.join(" · ")} · ${input.t("pageset.shared")}`;
  return [
    text("boot", "head" + retired, 0, fs * 1.1, "boot_pageset"),
    text("boot:numbers", "dim", left, fs * 1.1, fit(says, width - left, fs * 0.86, 0.56)),
  ];
}

/**
 * What the small cards are, and in which order they have their numbers.
 * @param {any} retired @param {number} width @param {number} fs @param {ViewInput} input
 */
const head = (retired, width, fs, input) => [
  text("boot", "head" + retired, 0, fs * 1.1, "boot_pageset"),
  text("boot:sub", "dim", 0, fs * 2.3, fit(input.t("pageset.shared"), width, fs * 0.86, 0.56)),
  text("boot:numbers", "dim", 0, fs * 3.5, NUMBERS.join(" · ")),
];

/** @typedef {{row: any, x: number, y: number, w: number, h: number}} Cell */

/**
 * Rows of a table in as many columns as there is room for.
 * @returns {{lines: Cell[][], end: number}} @param {readonly Row[]} rows @param {any} size
 * @param {number} top @param {{width: number, fs: number, most: number, gap?: number}} with_
 */
function grid(rows, size, top, {width, fs, most, gap = fs * GAP}) {
  const columns = Math.max(1, Math.floor((width + gap) / (size.w * fs + gap)));
  const w = Math.min(most * fs, (width - gap * (columns - 1)) / columns);
  const h = size.h * fs;
  const lines = Array.from({length: Math.ceil(rows.length / columns)}, (_, i) =>
    rows
      .slice(i * columns, (i + 1) * columns)
      .map((row, j) => ({row, x: j * (w + gap), y: top + i * (h + gap), w, h})),
  );
  return {lines, end: top + lines.length * (h + gap)};
}

/**
 * A line of cards, drawn when it is in sight.
 * @param {Cell[]} cells @returns {import("../lib/marks.js").Group} @param {string} table
 * @param {any} draw @param {ViewInput} input @param {number} fs
 */
function group(cells, table, draw, input, fs) {
  return {
    y: cells[0].y,
    h: cells[0].h,
    changed:
      Boolean(input.changed?.[table]) && cells.some(({row}) => mark(input.changed, table, row.key)),
    marks: () => cells.flatMap((cell) => draw(cell, input, fs)),
  };
}

const NUMBERS = /** @type {const} */ (["count", "high", "batch"]);
/** @param {Row} row */
const values = (row) => Object.fromEntries(NUMBERS.map((what) => [what, row[what]]));
/** @param {string} title @param {Row} row */
const tipOf = (title, row) => `${title}: high ${row.high}, batch ${row.batch}, count ${row.count}`;

/**
 * A boot_pageset: its CPU, and its numbers in a line.
 * @param {Cell} cell @param {ViewInput} input @param {number} fs
 */
function smallCard({row, x, y, w, h}, input, fs) {
  const k = `boot_pagesets:${row.key}`;
  const idle = input.tables.pagesets?.length ? " retired" : "";
  const hot = mark(input.changed, "boot_pagesets", row.key);
  const numbers = NUMBERS.map((what) => int(row[what], input.lang)).join(" · ");
  return [
    rect(k, `card boot${idle}${hot}`, x + 1, y, w - 2, h, {
      rx: 5,
      ref: k,
      v: values(row),
      tip: tipOf(`boot_pageset · CPU ${row.key}`, row),
    }),
    text(k, "head" + idle, x + fs * 0.6, y + fs * 1.2, `CPU ${row.key}`),
    text(`${k}:numbers`, "num" + idle, x + fs * 0.6, y + fs * 2.3, numbers),
  ];
}

/** The same on one line. @param {Cell} cell @param {ViewInput} input @param {number} fs */
function lowSmall({row, x, y, w, h}, input, fs) {
  const [card, name, numbers] = smallCard({row, x, y, w, h}, input, fs);
  const base = y + fs * 1.1;
  return [card, {...name, y: base}, {...numbers, x: x + w - fs * 0.5, y: base, a: "end"}];
}

/** What a real set is drawn on. @param {string} k @param {string} title @param {Cell} cell @param {ViewInput} input */
const realCard = (k, title, {row, x, y, w, h}, input) =>
  rect(k, `card real${mark(input.changed, "pagesets", row.key)}`, x + 1, y, w - 2, h, {
    rx: 6,
    ref: k,
    v: values(row),
    tip: tipOf(title, row),
  });

/**
 * The set of a zone on one CPU, low: its numbers on a line, its lists in a row.
 * @param {Cell} cell @param {ViewInput} input @param {number} fs
 */
function lowCard({row, x, y, w, h}, input, fs) {
  const k = `pagesets:${row.key}`;
  const hot = mark(input.changed, "pagesets", row.key);
  const left = x + fs * 0.6;
  const room = w - fs * 1.2;
  const title = `CPU ${row.cpu} · ${row.zone} · ${input.t("node")} ${row.node}`;
  const says = NUMBERS.map((what) => `${what} ${int(row[what], input.lang)}`).join(" · ");
  const n = row.lists ?? 0;
  const step = room / Math.max(1, n);
  const heads = Array.from(
    {length: n},
    (_, i) =>
      `M${(left + i * step).toFixed(1)},${y + fs * 2.8}h${(step - 2).toFixed(1)}v${fs * 0.6}h${(2 - step).toFixed(1)}z`,
  );
  const marks = [
    realCard(k, title, {row, x, y, w, h}, input),
    text(k, "head", left, y + fs * 1.2, fit(title, room, fs, 0.56)),
    text(`${k}:numbers`, "dim" + hot, left, y + fs * 2.4, fit(says, room, fs * 0.86, 0.56)),
    path(`${k}:l`, "pcplist", heads.join(""), {tip: input.t("pageset.lists", {n})}),
  ];
  turnsFrom(marks, row, input);
  return marks;
}

/** The set of a zone on one CPU. @param {Cell} cell @param {ViewInput} input @param {number} fs */
function drawCard({row, x, y, w, h}, input, fs) {
  const k = `pagesets:${row.key}`;
  const title = `CPU ${row.cpu} · ${row.zone}`;
  const sub = `${input.t("node")} ${row.node}`;
  const hot = mark(input.changed, "pagesets", row.key);
  /** @type {import("../lib/marks.js").Mark[]} */
  const marks = [
    realCard(k, title, {row, x, y, w, h}, input),
    text(k, "head", x + fs * 0.7, y + fs * 1.3, fit(title, w - fs, fs, 0.56)),
  ];
  const span =
    row.high_max > 0
      ? `${sub} · high ${int(row.high_min, input.lang)} – ${int(row.high_max, input.lang)}`
      : sub;
  marks.push(
    text(`${k}:sub`, "dim", x + fs * 0.7, y + fs * 2.45, fit(span, w - fs, fs * 0.86, 0.56)),
  );
  numbers(marks, k, row, x, y + fs * 4.2, w, input, fs, hot);
  lists(marks, k, row, x + fs * 0.7, y + fs * 6.1, w - fs * 1.4, fs, input);
  turnsFrom(marks, row, input);
  return marks;
}

/**
 * @param {Mark[]} marks @param {string} k @param {Row} row @param {number} x @param {number} y
 * @param {number} w @param {ViewInput} input @param {number} fs @param {string} hot
 */
function numbers(marks, k, row, x, y, w, input, fs, hot) {
  for (const [i, what] of NUMBERS.entries()) {
    const cx = x + fs * 0.7 + ((w - fs) / 3) * i;
    marks.push(text(`${k}:${what}`, "big" + hot, cx, y + fs * 0.2, int(row[what], input.lang)));
    marks.push(text(`${k}:${what}:n`, "dim", cx, y + fs * 1.3, what));
  }
}

/**
 * A zone's set comes out of the boot_pageset of its CPU, which served the zone until now.
 * @param {Mark[]} marks @param {Row} row @param {ViewInput} input
 */
function turnsFrom(marks, row, input) {
  if (!input.changed?.pagesets?.has(String(row.key)) || input.was?.pagesets?.has(String(row.key)))
    return;
  for (const m of marks) m.from = m.k.replace(`pagesets:${row.key}`, `boot_pagesets:${row.cpu}`);
}

/**
 * A column per order, a row per migratetype; at boot every list is an empty list head. Lists beyond
 * whole columns are for huge pages.
 * @param {Mark[]} marks @param {string} k @param {Row} row @param {number} x @param {number} y
 * @param {number} w @param {number} fs @param {ViewInput} input
 */
function lists(marks, k, row, x, y, w, fs, input) {
  const n = row.lists ?? 0;
  const columns = Math.max(1, Math.ceil(n / TYPES.length));
  const left = fs * 1.1;
  const cw = Math.min(fs * 2.2, (w - left) / columns);
  for (const [j, type] of TYPES.entries())
    if (j < n)
      marks.push(
        text(`${k}:m${j}`, "tiny", x, y + j * fs * 0.78 + fs * 0.58, type[0], {tip: type}),
      );
  const heads = Array.from({length: n}, (_, i) => {
    const at = [x + left + Math.floor(i / TYPES.length) * cw, y + (i % TYPES.length) * fs * 0.78];
    return `M${at[0].toFixed(1)},${at[1].toFixed(1)}h${(cw - 2).toFixed(1)}v${fs * 0.6}h${(2 - cw).toFixed(1)}z`;
  });
  marks.push(path(`${k}:l`, "pcplist", heads.join(""), {tip: input.t("pageset.lists", {n})}));
  for (let c = 0; c < columns; c++)
    marks.push(
      text(
        `${k}:o${c}`,
        "tiny",
        x + left + (c + 0.5) * cw - 1,
        y + fs * 3,
        (c + 1) * TYPES.length > n ? "THP" : String(c),
        {a: "middle"},
      ),
    );
  const count = input.t("pageset.lists", {n});
  if (textWidth(count, fs * TINY) < w - left - columns * cw)
    marks.push(text(`${k}:ln`, "tiny", x + w, y + fs * 3, count, {a: "end"}));
}

export const view = describe({
  id: "pagesets",
  group: "zones",
  concept: "pageset",
  tables,
  main: "boot_pagesets",
  layout: layoutPagesets,
  folds: true,
});
