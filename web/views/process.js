// SPDX-License-Identifier: GPL-2.0-or-later
// The first user process: its VMAs from low to high addresses with what lies between them folded,
// and its mm_struct field by field beside init_mm, which has page tables but no VMA.
import {wordOf} from "../lib/i18n.js";
import {bytes, counted, fit, fitFirst, int, num, textWidth, wrap} from "../lib/format.js";
import {mark, path, rect, text} from "../lib/marks.js";
import {describe} from "../lib/view.js";

const tables = ["vmas", "process", "init_mm"];

/** What a kind of VMA looks like: the program's own, what the kernel adds, what is only memory. */
const LOOKS = {
  headers: "given-2",
  text: "given-0",
  rodata: "given-1",
  data: "frames-0",
  bss: "frames-1",
  "[heap]": "aside-0",
  "[stack]": "percpu-0",
  "[vvar]": "buffers-1",
  "[vdso]": "buffers-0",
};

const legend = () =>
  Object.entries(LOOKS).map(([label, look]) => ({label, fill: `url(#p-${look})`}));

/** Fields that init_mm has under another name. */
const SAME = {
  "task.mm": "init_task.mm",
  "task.active_mm": "init_task.active_mm",
  "mmap, mm_rb": "mm_rb",
  rss: "rss_stat",
  "context.vdso": "context",
};

/** @param {Row} r @param {number} page */
const pagesOf = (r, page) => (num(r.end) - num(r.key)) / page;

/** @param {ViewInput} input @param {{width: number, fs: number}} size */
export function layoutProcess(input, {width, fs}) {
  const vmas = input.tables.vmas ?? [];
  const fields = input.tables.process ?? [];
  /** @type {import("../lib/marks.js").Mark[]} */
  const marks = [];
  if (!vmas.length && !fields.length) return {marks, width, height: 0};
  let y = fs * 0.2;
  if (vmas.length) y = strip(marks, vmas, input, width, fs);
  for (const r of vmas) y = vma(marks, r, y, input, width, fs);
  y = heads(marks, y + fs * 0.6, input, width, fs);
  for (const r of fields) y = field(marks, r, y, input, width, fs);
  return {marks, width, height: y + fs};
}

/**
 * Room on the strip: every VMA can be read, larger ones are wider, gaps are all alike.
 * @returns {{row: any, x: number, w: number, gap: number}[]} gap: bytes left out before it
 * @param {any} vmas @param {number} page @param {number} width
 */
export function place(vmas, page, width) {
  const weight = vmas.map((/** @type {Row} */ r) => 2.6 + Math.log2(1 + pagesOf(r, page)) / 2);
  const gaps = vmas.map(
    (/** @type {Row} */ r, /** @type {number} */ i) => num(r.key) - (i ? num(vmas[i - 1].end) : 0),
  );
  const total =
    weight.reduce((/** @type {number} */ a, /** @type {number} */ w) => a + w, 0) +
    gaps.filter((/** @type {number} */ g) => g > 0).length;
  let x = 0;
  return vmas.map((/** @type {Row} */ row, /** @type {number} */ i) => {
    if (gaps[i] > 0) x += width / total;
    const w = (width * weight[i]) / total;
    x += w;
    return {row, x: x - w, w, gap: gaps[i]};
  });
}

/**
 * @param {Mark[]} marks @param {any} vmas @param {ViewInput} input @param {number} width
 * @param {number} fs
 */
function strip(marks, vmas, input, width, fs) {
  const {page, lang, t} = input;
  const pages = vmas.reduce(
    (/** @type {number} */ a, /** @type {Row} */ r) => a + pagesOf(r, page),
    0,
  );
  const there = vmas.reduce((/** @type {number} */ a, /** @type {Row} */ r) => a + r.resident, 0);
  const y = fs * 2;
  const h = fs * 3.4;
  marks.push(
    text(
      "vmas",
      "head",
      0,
      fs * 1.3,
      t("process.vmas", {
        n: int(vmas.length, lang),
        size: bytes(pages * page, lang),
        present: int(there, lang),
      }),
    ),
  );
  let named = 0;
  for (const {row, x, w, gap} of place(vmas, page, width)) {
    const k = `vmas:${row.key}`;
    marks.push(
      rect(k, "box" + mark(input.changed, "vmas", row.key), x, y, w - 1, h, {
        fill: `url(#p-${LOOKS[/** @type {keyof typeof LOOKS} */ (row.what)] ?? "other-0"})`,
        ref: k,
        v: [row.key, row.end],
        tip: `${row.what} ${row.key}–${row.end} ${row.flags} ${bytes(num(row.end) - num(row.key), lang)}`,
      }),
    );
    marks.push(rect(`${k}:t`, "stripname", x + 2, y + h * 0.2, w - 5, fs * 1.5, {rx: 3}));
    marks.push(
      text(
        `${k}:t`,
        "boxname",
        x + w / 2,
        y + h * 0.2 + fs * 1.12,
        fitFirst([wordOf(input.t, row.what), ""], w - 4, fs, 0.56),
        {a: "middle"},
      ),
    );
    if (row.resident)
      marks.push(
        rect(
          `${k}:r`,
          "present",
          x,
          y + h + 2,
          Math.max(3, ((w - 1) * row.resident) / pagesOf(row, page)),
          fs * 0.45,
          {v: row.resident},
        ),
      );
    if (gap > 0) named = fold(marks, k, x, y, h, {gap, lang, named}, fs);
  }
  return y + h + fs * 1.4;
}

/**
 * Addresses that are left out before a VMA: nothing may be used there.
 * @param {Mark[]} marks @param {string} k @param {number} x @param {number} y @param {number} h
 * @param {{gap: number, lang: string, named: number}} of named: up to where there are names already
 * @param {number} fs @returns {number} up to where there are names now
 */
function fold(marks, k, x, y, h, {gap, lang, named}, fs) {
  marks.push(path(`${k}:f`, "foldmark", `M${x - 12},${y + h / 2}l3,-7l3,7l3,-7l3,7`));
  const half = textWidth(bytes(gap, lang), fs * 0.86) / 2;
  const at = Math.max(x - 6, half);
  if (at - half < named) return named;
  marks.push(
    text(`${k}:f`, "sizelabel gap", at, y + h + fs * 1.2, bytes(gap, lang), {a: "middle"}),
  );
  return at + half + fs * 0.3;
}

/**
 * @param {Mark[]} marks @param {Row} r @param {number} y @param {ViewInput} input
 * @param {number} width @param {number} fs
 */
function vma(marks, r, y, input, width, fs) {
  const k = `vmas:${r.key}`;
  const hot = mark(input.changed, "vmas", r.key);
  const pages = pagesOf(r, input.page);
  const wide = width > fs * 60;
  marks.push(
    rect(`${k}:row`, "outlinebox fillable" + hot, 0, y, width, fs * 1.45, {
      rx: 3,
      ref: k,
      tip: `${r.key}–${r.end} ${r.flags} ${r.what} ${r.file}`,
    }),
  );
  marks.push(
    rect(`${k}:look`, "box", fs * 0.4, y + fs * 0.3, fs * 0.9, fs * 0.9, {
      fill: `url(#p-${LOOKS[/** @type {keyof typeof LOOKS} */ (r.what)] ?? "other-0"})`,
    }),
  );
  marks.push(
    text(`${k}:what`, "boxname", fs * 1.8, y + fs * 1.05, fit(wordOf(input.t, r.what), fs * 6, fs)),
  );
  marks.push(text(`${k}:range`, "mono" + hot, fs * 8.4, y + fs * 1.05, `${r.key}–${r.end}`));
  if (wide) {
    marks.push(text(`${k}:flags`, "mono", fs * 29, y + fs * 1.05, r.flags));
    marks.push(
      text(
        `${k}:file`,
        "dim",
        fs * 33,
        y + fs * 1.05,
        fit(
          r.file ? `${r.file} + ${int(r.pgoff, input.lang)}` : input.t("process.anon"),
          width - fs * 33 - fs * 18,
          fs * 0.86,
        ),
      ),
    );
    marks.push(
      text(
        `${k}:n`,
        "num" + hot,
        width - fs * 0.5,
        y + fs * 1.05,
        input.t("process.present", {n: int(r.resident, input.lang), pages: int(pages, input.lang)}),
        {a: "end"},
      ),
    );
  } else
    marks.push(
      text(
        `${k}:flags`,
        "mono",
        width - fs * 0.5,
        y + fs * 1.05,
        fit(`${r.flags}`, Math.max(0, width - fs * 26), fs),
        {a: "end"},
      ),
    );
  return y + fs * 1.55;
}

/** @param {number} width */
function columns(width) {
  return [0.006, 0.19, 0.44, 0.7].map((f) => f * width);
}

/**
 * @param {Mark[]} marks @param {number} y @param {ViewInput} input @param {number} width
 * @param {number} fs
 */
function heads(marks, y, input, width, fs) {
  const at = columns(width);
  for (const [i, s] of ["", "init_mm", input.t("process.mine")].entries())
    marks.push(text(`head:${i}`, "head", at[i], y + fs * 1.1, s));
  return y + fs * 1.7;
}

/**
 * @param {Mark[]} marks @param {Row} r @param {number} y @param {ViewInput} input
 * @param {number} width @param {number} fs
 */
function field(marks, r, y, input, width, fs) {
  const k = `process:${r.key}`;
  const at = columns(width);
  const note = wrap(wordOf(input.t, r.note), width - at[3] - fs * 0.5, fs * 0.86, 0.56);
  const high = fs * (0.3 + 1.15 * Math.max(1, note.length));
  const hot = mark(input.changed, "process", r.key);
  const kernels =
    input.tables.init_mm?.find(
      (x) => x.key === (SAME[/** @type {keyof typeof SAME} */ (r.key)] ?? r.key),
    )?.value ?? "–";
  marks.push(
    rect(k, "outlinebox fillable" + hot, 0, y, width, high, {
      rx: 3,
      ref: k,
      v: r.value,
      tip: `${r.key} = ${wordOf(input.t, r.value)} ${wordOf(input.t, r.note)}`,
    }),
  );
  marks.push(text(`${k}:n`, "mono", at[0], y + fs * 1.05, fit(r.key, at[1] - at[0], fs * 0.86)));
  marks.push(
    text(
      `${k}:i`,
      "mono dim",
      at[1],
      y + fs * 1.05,
      fit(wordOf(input.t, kernels), at[2] - at[1] - fs, fs * 0.86),
    ),
  );
  marks.push(
    text(
      `${k}:v`,
      "mono" + hot,
      at[2],
      y + fs * 1.05,
      fit(counted(wordOf(input.t, r.value)), at[3] - at[2] - fs, fs * 0.86),
    ),
  );
  note.forEach((line, i) =>
    marks.push(text(`${k}:t${i}`, "dim", at[3], y + fs * (1.05 + 1.15 * i), line)),
  );
  return y + high + fs * 0.1;
}

export const view = describe({
  id: "process",
  group: "mapping",
  concept: "mm-struct",
  tables,
  main: "vmas",
  follows: ["vmas", "process"],
  rank: 4,
  layout: layoutProcess,
  legend,
});
