// SPDX-License-Identifier: GPL-2.0-or-later
// The first process's address space and bootmem's bits, without a browser.
import test from "node:test";
import assert from "node:assert/strict";
import {input, load, size, values} from "./www.mjs";

const {layoutProcess, place} = await load("views/process.js");
const {bitmapAt, covered, layoutBootmem, shown, word} = await load("views/bootmem.js");

const PAGE = 4096;
const vma = (key, end, what, more = {}) => ({
  key: `0x${key.toString(16)}`,
  end: `0x${end.toString(16)}`,
  flags: "rw-p",
  what,
  file: "",
  pgoff: 0,
  resident: 0,
  ...more,
});

/*
 *   0    0x400000        0x410000                              0xffffffe00000  0x1000000000000
 *   |~~~~| headers |~~~~| text |~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~| [stack] |
 */
const VMAS = [
  vma(0x400000, 0x401000, "headers"),
  vma(0x410000, 0x47e000, "text", {resident: 1}),
  vma(0xffffffe00000, 0x1000000000000, "[stack]", {resident: 2}),
];

test("VMAs keep their order, fill the width, and leave one fold for each gap", () => {
  const placed = place(VMAS, PAGE, 900);
  for (let i = 1; i < placed.length; i++)
    assert.ok(placed[i].x >= placed[i - 1].x + placed[i - 1].w - 1e-9);
  const end = placed[placed.length - 1];
  assert.ok(Math.abs(end.x + end.w - 900) < 1e-6);
  assert.deepEqual(
    placed.map((p) => p.gap),
    [0x400000, 0xf000, 0xffffffe00000 - 0x47e000],
  );
  assert.ok(placed[2].w > placed[1].w && placed[1].w > placed[0].w, "larger ones are wider");
});

test("neighbours without a gap touch", () => {
  const placed = place([vma(0x1000, 0x2000, "data"), vma(0x2000, 0x3000, "bss")], PAGE, 300);
  assert.ok(Math.abs(placed[1].x - (placed[0].x + placed[0].w)) < 1e-9);
});

test("what page tables hold is drawn apart from what VMAs promise", () => {
  const d = layoutProcess(input({vmas: VMAS, process: [], init_mm: []}), size);
  const present = Object.entries(values(d)).filter(([k]) => k.endsWith(":r"));
  assert.deepEqual(present, [
    ["r:vmas:0x410000:r", 1],
    ["r:vmas:0xffffffe00000:r", 2],
  ]);
});

test("each field stands beside the same field of init_mm", () => {
  const tables = {
    vmas: [],
    process: [
      {key: "mm_users", value: "1", note: ""},
      {key: "task.mm", value: "its own", note: ""},
    ],
    init_mm: [
      {key: "mm_users", value: "2", note: ""},
      {key: "init_task.mm", value: "NULL", note: ""},
    ],
  };
  const s = layoutProcess(input(tables), size)
    .marks.filter((m) => m.k.endsWith(":i"))
    .map((m) => m.s);
  assert.deepEqual(s, ["2", "NULL"]);
  assert.equal(layoutProcess(input({}), size).height, 0, "nothing before exec");
});

/*
 *   frames 0x40000 .. 0x40100:  ####............####....   runs [0x40000,4) [0x40010,4)
 */
const RUNS = [
  {key: 0x40000, end_pfn: 0x40004},
  {key: 0x40010, end_pfn: 0x40014},
];
const BITS = {first: 0x40000, end: 0x40100, hint: 4, last: 0x3800, touched: [0x40010, 0x40014]};

test("bits of a range are counted from the runs", () => {
  assert.deepEqual(
    [
      covered(RUNS, 0x40000, 0x40100).n,
      covered(RUNS, 0x40002, 0x40012).n,
      covered(RUNS, 0x40004, 0x40010).n,
    ],
    [8, 4, 0],
  );
  assert.equal(covered(RUNS, 0x40008, 0x40012).row.key, 0x40010);
  assert.equal(word(RUNS, 0x40000, 0x40040), "0x00000000000f000f");
});

test("a cell is a bit when there is room, else as many as fit; no bit is lost", () => {
  const few = layoutBootmem({...input({bootmem: RUNS}), bitmap: BITS}, size);
  const cells = few.marks.filter((m) => m.k.startsWith("r:bit:"));
  assert.equal(cells.length, 256);
  assert.equal(
    cells.reduce((a, m) => a + m.v, 0),
    8,
  );
  assert.deepEqual(
    cells.filter((m) => m.c.includes("changed")).map((m) => m.k),
    [16, 17, 18, 19].map((i) => `r:bit:${0x40000 + i}`),
    "only what this event touched",
  );
  const many = layoutBootmem(
    {
      ...input({
        bootmem: [
          {key: 0, end_pfn: 5},
          {key: 1000000, end_pfn: 1000003},
        ],
      }),
      bitmap: {first: 0, end: 2 ** 21, hint: 0, last: 0, touched: null},
    },
    size,
  );
  const groups = many.marks.filter((m) => m.k.startsWith("r:bit:"));
  assert.ok(groups.length <= 64 * 14, `${groups.length} cells`);
  assert.equal(
    groups.reduce((a, m) => a + m.v, 0),
    8,
  );
});

test("the bits follow the map's window, in whole words", () => {
  assert.deepEqual(shown(BITS, null, PAGE), [0x40000, 0x40100]);
  assert.deepEqual(shown(BITS, [0x40045 * PAGE, 0x40046 * PAGE], PAGE), [0x40040, 0x40080]);
  assert.deepEqual(
    shown(BITS, [0, PAGE], PAGE),
    [0x40000, 0x40100],
    "a window beside it shows all",
  );
});

test("the search position is what the newest event of the allocator said", () => {
  const say = (fn, more) => ({text: {fn, hint_idx: 0, last_end_off: "0x0", ...more}});
  const events = [
    say("init_bootmem_core", {first_pfn: 16, end_pfn: 32}),
    say("free_bootmem", {}),
    say("alloc_bootmem_bdata", {hint_idx: 3, last_end_off: "0x2800"}),
    say("other", {hint_idx: 9}),
  ];
  assert.equal(bitmapAt(events, 0), null);
  assert.deepEqual(bitmapAt(events, 1), {first: 16, end: 32, hint: 0, last: 0, touched: [16, 32]});
  assert.deepEqual(bitmapAt(events, 4), {first: 16, end: 32, hint: 3, last: 0x2800, touched: null});
});
