// SPDX-License-Identifier: GPL-2.0-or-later
// The big hash tables, whose sizes follow from the amount of memory.
import {bytes, fitFirst, int, num, textWidth} from "../lib/format.js";
import {comes, mark, rect, text} from "../lib/marks.js";
import {describe} from "../lib/view.js";

const tables = ["hashes"];

/** @param {ViewInput} input @param {{width: number, fs: number}} size */
export function layoutHashes(input, {width, fs}) {
  const rows = input.tables.hashes ?? [];
  const max = Math.max(1, ...rows.map((/** @type {Row} */ r) => num(r.bytes)));
  /** @type {import("../lib/marks.js").Mark[]} */
  const marks = [];
  rows.forEach((/** @type {Row} */ r, /** @type {number} */ i) => {
    const y = fs * 0.4 + i * fs * 3.6;
    const k = `hashes:${r.key}`;
    const hot = mark(input.changed, "hashes", r.key);
    marks.push(text(k, "head" + hot, 0, y + fs * 1.1, r.key));
    const size = bytes(num(r.bytes), input.lang);
    const entries = input.t("hashes.entries", {n: int(r.entries, input.lang)});
    const room = width - textWidth(String(r.key), fs, 0.62) - fs;
    marks.push(
      text(
        `${k}:n`,
        "num" + hot,
        width,
        y + fs * 1.1,
        fitFirst(
          [[entries, `order ${r.order}`, size, r.where], [entries, size], [size]].map((said) =>
            said.join(" · "),
          ),
          room,
          fs * 0.86,
        ),
        {a: "end"},
      ),
    );
    marks.push(
      rect(k, "box grow" + hot, 0, y + fs * 1.5, (width * num(r.bytes)) / max, fs * 1.2, {
        rx: 2,
        ref: k,
        ...comes(input, "hashes", r, () =>
          num(r.base) ? {addr: [num(r.base), num(r.base) + num(r.bytes)]} : undefined,
        ),
        v: r.entries,
        fill: "url(#p-buffers-0)",
        tip: `${r.key} ${r.base}`,
      }),
    );
  });
  return {marks, width, height: rows.length * fs * 3.6 + (rows.length ? fs * 0.5 : 0)};
}

export const view = describe({
  id: "hashes",
  group: "allocators",
  tables,
  main: "hashes",
  follows: ["hashes"],
  rank: 1,
  layout: layoutHashes,
});
