// SPDX-License-Identifier: GPL-2.0-or-later
// Per-CPU page lists: first the static boot_pageset that every zone shares, then real ones.
import {int, fit, textWidth} from "../lib/format.js";
import {mark, path, rect, text} from "../lib/marks.js";
import {describe} from "../lib/view.js";

const tables = ["boot_pagesets", "pagesets"];

/** Lists are per migratetype and order; the kernel numbers them order by order. */
const TYPES = ["Unmovable", "Movable", "Reclaimable"];

/** @param {any} input @param {{width: number, fs: number, full?: boolean}} size */
export function layoutPagesets(input, {width, fs}) {
  const boot = (input.tables.boot_pagesets ?? []).map((r) =>
    card("boot_pagesets", r, `boot_pageset · CPU ${r.key}`, input.t("pageset.shared")),
  );
  const real = (input.tables.pagesets ?? []).map((r) =>
    card("pagesets", r, `CPU ${r.cpu} · ${r.zone}`, `${input.t("node")} ${r.node}`),
  );
  const cards = [...real, ...boot];
  const w = fs * 15;
  const h = fs * 9.6;
  const columns = Math.max(1, Math.floor((width + fs) / (w + fs)));
  const each = Math.min(w * 1.4, (width - fs * (columns - 1)) / columns);
  const lines = Array.from({length: Math.ceil(cards.length / columns)}, (_, i) =>
    cards.slice(i * columns, (i + 1) * columns),
  );
  const groups = lines.map((line, i) => {
    const y = i * (h + fs * 0.8) + 2;
    const draw = (marks) =>
      line.forEach((c, j) => drawCard(marks, c, j * (each + fs), y, each, h, input, fs));
    return {
      y,
      h,
      changed: line.some(({table, row}) => mark(input.changed, table, row.key)),
      marks: () => {
        const marks = [];
        draw(marks);
        return marks;
      },
    };
  });
  return {marks: [], groups, width, height: lines.length * (h + fs * 0.8)};
}

const card = (table, row, title, sub) => ({table, row, title, sub});

function drawCard(marks, {table, row, title, sub}, x, y, w, h, input, fs) {
  const k = `${table}:${row.key}`;
  const idle = table === "boot_pagesets" && input.tables.pagesets?.length ? " retired" : "";
  const hot = mark(input.changed, table, row.key);
  marks.push(
    rect(k, `card ${table === "pagesets" ? "real" : "boot"}${idle}${hot}`, x + 1, y, w - 2, h, {
      rx: 6,
      ref: k,
      v: {high: row.high, batch: row.batch, count: row.count},
      tip: `${title}: high ${row.high}, batch ${row.batch}, count ${row.count}`,
    }),
  );
  marks.push(text(k, "head" + idle, x + fs * 0.7, y + fs * 1.3, fit(title, w - fs, fs, 0.56)));
  const span =
    row.high_max > 0
      ? `${sub} · high ${int(row.high_min, input.lang)} – ${int(row.high_max, input.lang)}`
      : sub;
  marks.push(
    text(`${k}:sub`, "dim", x + fs * 0.7, y + fs * 2.45, fit(span, w - fs, fs * 0.86, 0.56)),
  );
  const first = marks.length - 3;
  numbers(marks, k, row, x, y + fs * 4.2, w, input, fs, hot);
  lists(marks, k, row, x + fs * 0.7, y + fs * 6.1, w - fs * 1.4, fs, input);
  if (table === "pagesets") turnsFrom(marks.slice(first), row, input);
}

function numbers(marks, k, row, x, y, w, input, fs, hot) {
  for (const [i, what] of ["count", "high", "batch"].entries()) {
    const cx = x + fs * 0.7 + ((w - fs) / 3) * i;
    marks.push(text(`${k}:${what}`, "big" + hot, cx, y + fs * 0.2, int(row[what], input.lang)));
    marks.push(text(`${k}:${what}:n`, "dim", cx, y + fs * 1.3, what));
  }
}

/** A zone's set comes out of the boot_pageset of its CPU, which served the zone until now. */
function turnsFrom(marks, row, input) {
  if (!input.changed?.pagesets?.has(String(row.key)) || input.was?.pagesets?.has(String(row.key)))
    return;
  for (const m of marks) m.from = m.k.replace(`pagesets:${row.key}`, `boot_pagesets:${row.cpu}`);
}

/** A column per order, a row per migratetype; at boot every list is an empty list head. Lists beyond whole columns are for huge pages. */
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
  if (textWidth(count, fs * 0.72) < w - left - columns * cw)
    marks.push(text(`${k}:ln`, "tiny", x + w, y + fs * 3, count, {a: "end"}));
}

export const view = describe({
  id: "pagesets",
  group: "zones",
  tables,
  main: "boot_pagesets",
  layout: layoutPagesets,
});
