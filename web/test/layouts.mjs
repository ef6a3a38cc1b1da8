// SPDX-License-Identifier: GPL-2.0-or-later
// What the views would draw, without a browser.
import test from "node:test";
import assert from "node:assert/strict";
import {input, load, marksOf, owned, region, size, values} from "./www.mjs";

const {layoutLane, layoutMap, layoutTicks, whole} = await load("views/map.js");
const {changedAt, inSight, rect} = await load("lib/marks.js");
const {ARRIVED, planMoves} = await load("lib/motion.js");
const {makeFold, makeX} = await load("lib/scale.js");
const {layoutZones} = await load("views/zones.js");
const {layoutZonelists} = await load("views/zonelists.js");
const {layoutPagesets} = await load("views/pagesets.js");
const {happened, layoutMemblock} = await load("views/memblock.js");
const {layoutFreelists} = await load("views/freelists.js");
const {entriesAt, layoutPagetables, strips} = await load("views/pagetables.js");
const {layoutChapters, stopAt} = await load("views/chapters.js");
const {layoutOwners} = await load("views/owners.js");
const {gains, sums} = await load("lib/owners.js");
const {layoutTree, scrollFor: treeScroll} = await load("views/tree.js");
const {scrollFor, stateOf} = await load("lib/lines.js");
const {layoutTimeline} = await load("views/timeline.js");
const {layoutDiff, layoutFacts, layoutTotals} = await load("views/inspector.js");
const {once} = await load("panes/inspector.js");
const {layoutSketch} = await load("views/concepts.js");
const {layoutRows, toCsv} = await load("views/rows.js");
const {readLoader} = await load("views/chooser.js");
const {textWidth} = await load("lib/format.js");

const MiB = 2 ** 20;

/*
 *   |####|              ....            |####|
 *   a big one, a thousand pages in one pixel column, a big one
 */
test("at most one mark a pixel column, and no row is lost", () => {
  const x = makeX(makeFold([[0, 1024 * MiB]], [], "true"), null, 1000);
  const tiny = Array.from({length: 1000}, (_, i) => ({
    key: `p${i}`,
    base: 512 * MiB + i * 4096,
    end: 512 * MiB + i * 4096 + 2048,
    look: "free",
    hatch: 0,
    label: "x",
    ref: `ledger:p${i}`,
  }));
  const big = [0, 900 * MiB].map((base) => ({
    key: `b${base}`,
    base,
    end: base + 100 * MiB,
    look: "free",
    hatch: 0,
    label: "b",
    ref: "ledger:b",
  }));
  const cells = layoutLane([big[0], ...tiny, big[1]], x, new Set(["p500"]));
  assert.ok(cells.length < 10, `${cells.length} cells`);
  assert.equal(
    cells.reduce((a, c) => a + c.n, 0),
    1002,
  );
  assert.equal(cells.filter((c) => c.changed).length, 1, "what just changed is not merged away");
});

test("what lies outside of the window is not drawn at its edge", () => {
  const x = makeX(makeFold([[0, 1024 * MiB]], [], "true"), [256 * MiB, 512 * MiB], 1000);
  const items = [0, 300, 900].map((m) => ({
    key: `${m}`,
    base: m * MiB,
    end: (m + 10) * MiB,
    look: "free",
    hatch: 0,
    label: "",
    ref: "",
  }));
  assert.deepEqual(
    layoutLane(items, x, undefined).map((c) => c.key),
    ["300"],
  );
});

test("the map has every row of its tables, and outlines what changed", () => {
  const tables = {
    "memblock.memory": [region(0, 64 * MiB)],
    "memblock.reserved": [region(MiB, MiB)],
    ledger: [owned(0, MiB, "free"), owned(MiB, MiB, "initrd"), owned(2 * MiB, 62 * MiB, "free")],
    zones: [],
  };
  const map = layoutMap(
    input(tables, {ledger: new Set(["0x100000"])}),
    makeFold([[0, 64 * MiB]], [MiB, 2 * MiB], "pieces"),
    null,
    {width: 900, height: 250, fs: 13},
  );
  assert.deepEqual(
    map.lanes.map((l) => [l.id, l.rows]),
    [
      ["memory", 1],
      ["reserved", 1],
      ["owners", 3],
      ["zones", 0],
    ],
  );
  assert.deepEqual(
    map.lanes[2].cells.filter((c) => c.changed).map((c) => c.label),
    ["initrd"],
  );
});

test("a name loses what stands in brackets before it loses itself", () => {
  assert.equal(whole("free (buddy)", 200, 10, 7), "free (buddy)");
  assert.equal(whole("free (buddy)", 40, 10, 7), "free");
  assert.equal(whole("空闲（伙伴系统）", 40, 10, 7), "空闲");
  assert.equal(whole("free (buddy)", 20, 10, 7), "");
  assert.equal(whole("kernel image", 60, 10, 7), "kernel i…");
  assert.equal(whole("(hole)", 200, 10, 7), "(hole)");
});

test("labels of ticks do not touch", () => {
  const fold = makeFold(
    [[0x40000000, 0x80000000]],
    Array.from({length: 60}, (_, i) => 0x7f000000 + i * 65536),
    "pieces",
  );
  const ticks = layoutTicks(fold, makeX(fold, null, 700), 12);
  assert.ok(ticks.length >= 4);
  for (let i = 1; i < ticks.length; i++)
    assert.ok(ticks[i].at - ticks[i - 1].at >= 12 * 0.6 * 9, ticks[i].label);
});

const zone = (node, name, more = {}) => ({
  key: `${node}/${name}`,
  node,
  zone: name,
  index: 0,
  start_pfn: 0x40000,
  spanned: 0,
  present: 0,
  managed: 0,
  cma: 0,
  free: 0,
  min: 0,
  low: 0,
  high: 0,
  promo: 0,
  protection: [],
  ...more,
});

test("zones that span nothing are not drawn; bars are to scale", () => {
  const d = layoutZones(
    input({
      zones: [zone(0, "DMA", {spanned: 1000, present: 900, managed: 450}), zone(0, "Normal")],
    }),
    size,
  );
  assert.deepEqual(values(d), {
    "r:0/DMA:spanned": 1000,
    "r:0/DMA:present": 900,
    "r:0/DMA:managed": 450,
    "r:0/DMA:free": 0,
    "t:0/DMA:wm": [0, 0, 0],
    "t:0/DMA:prot": [],
    "t:0/DMA:gaps": [100, 450],
  });
  const w = Object.fromEntries(d.marks.filter((m) => m.t === "rect").map((m) => [m.k, m.w]));
  assert.ok(Math.abs(w["r:0/DMA:managed"] / w["r:0/DMA:spanned"] - 0.45) < 1e-9);
  assert.equal(
    layoutZones(input({zones: [zone(0, "DMA")]}), size).height,
    0,
    "nothing to show yet",
  );
});

/*  node 0:  [Normal n0] -> [DMA n0] -> [Normal n1] -> NULL  */
test("a zonelist is a chain in the order of the table, with its end", () => {
  const refs = [
    ["Normal", 0],
    ["DMA", 0],
    ["Normal", 1],
    ["", -1],
  ].map(([z, n], index) => ({
    key: `0/fallback/${index}`,
    node: 0,
    list: "fallback",
    index,
    zone_node: n,
    zone: z,
    zone_index: 0,
    distance: 10,
  }));
  const d = layoutZonelists(input({zonelists: refs, nodes: []}), size);
  assert.deepEqual(Object.values(values(d)), ["0/Normal", "0/DMA", "1/Normal", ""]);
  assert.equal(d.marks.filter((m) => m.c === "arrow").length, 3);
});

test("the boot pageset gives way to real ones", () => {
  const boot = {
    key: 0,
    high: 0,
    batch: 1,
    high_min: 0,
    high_max: 0,
    lists: 12,
    count: 0,
    zones: "",
  };
  const real = {
    key: "0/DMA/0",
    node: 0,
    zone: "DMA",
    cpu: 0,
    count: 5,
    high: 378,
    high_min: 0,
    high_max: 0,
    batch: 63,
    lists: 12,
  };
  const early = layoutPagesets(input({boot_pagesets: [boot], pagesets: []}), size);
  const late = layoutPagesets(input({boot_pagesets: [boot], pagesets: [real]}), size);
  assert.deepEqual(values(early), {"r:boot_pagesets:0": {high: 0, batch: 1, count: 0}});
  assert.deepEqual(values(late)["r:pagesets:0/DMA/0"], {high: 378, batch: 63, count: 5});
  assert.match(marksOf(late).find((m) => m.k === "r:boot_pagesets:0").c, /retired/);
});

test("A page list that is added moves none of those that are there", () => {
  const cpus = [0, 1, 2, 3, 4, 5, 6, 7];
  const boots = cpus.map((cpu) => ({key: cpu, count: 0, high: 0, batch: 1, lists: 12}));
  const reals = cpus.map((cpu) => ({key: `0/DMA/${cpu}`, node: 0, zone: "DMA", cpu, lists: 12}));
  const placed = (n, width) =>
    new Map(
      marksOf(
        layoutPagesets(input({boot_pagesets: boots, pagesets: reals.slice(0, n)}), {width, fs: 13}),
      ).map((m) => [m.k, [m.x, m.y, m.w]]),
    );
  for (const width of [300, 640, 1100])
    for (let n = 0; n < reals.length; n++) {
      const after = placed(n + 1, width);
      for (const [k, at] of placed(n, width)) assert.deepEqual(after.get(k), at, `${k} at ${n}`);
    }
});

test("A mark that flies in from the map stands there when it has arrived", () => {
  const before = new Map([["r:old", rect("old", "", 0, 0, 5, 5)]]);
  const marks = [rect("old", "", 0, 0, 5, 5), rect("new", "", 9, 9, 5, 5, {from: {addr: [0, 1]}})];
  const {moves} = planMoves(before, {marks, width: 20, height: 20});
  assert.deepEqual(
    moves.map((m) => [m.k, m.span, m.fade]),
    [["r:new", ARRIVED, 1]],
  );
  assert.ok(ARRIVED[0] > 0.5);
});

/*
 *   0 |......|  1000 |######|  in sight 1500 |######|  4000 |......|
 */
test("of a long drawing only what is in sight is worked out, of a short one all of it", () => {
  const made = [];
  const group = (i) => ({
    y: i * 100,
    h: 90,
    changed: i === 33,
    marks: () => {
      made.push(i);
      return [{k: `g${i}`, t: "rect", c: "", x: 0, y: i * 100, w: 1, h: 90}];
    },
  });
  const long = {
    marks: Array.from({length: 2000}, (_, i) => ({
      k: `m${i}`,
      t: "text",
      c: "",
      x: 0,
      y: i * 5,
      s: "",
    })),
    groups: Array.from({length: 100}, (_, i) => group(i)),
    width: 1,
    height: 10000,
  };
  const seen = inSight(long, {top: 1500, height: 1000, fs: 10}).marks;
  assert.deepEqual([Math.min(...made), Math.max(...made)], [10, 30]);
  assert.ok(
    seen.every((m) => m.y >= 900 && m.y <= 3010),
    "half a screen more on either side",
  );
  assert.equal(changedAt(long), 3300, "and yet it is known where something changed");
  const short = {marks: [], groups: [group(0), group(50)], width: 1, height: 10000};
  assert.equal(inSight(short, {top: 0, height: 10, fs: 10}).marks.length, 2);
});

test("a region's flags do not lie over its size, and its size stays where it is when it gets flags", () => {
  const fs = 13;
  const drawn = (/** @type {any} */ more) => {
    const tables = {"memblock.reserved": [{...region(0, 4096), ...more}]};
    const {marks} = layoutMemblock(input(tables), {width: 66 * fs, fs});
    return Object.fromEntries(marks.map((/** @type {any} */ m) => [m.k, m]));
  };
  const plain = drawn({nid: -1, flags: "NONE"});
  for (const flags of ["RSV_KERN", "HOTPLUG|MIRROR|RSV_KERN"]) {
    const marks = drawn({nid: 10, flags});
    const [says, size] = ["f", "s"].map((what) => marks[`t:memblock.reserved:0x0:${what}`]);
    assert.ok(says.x - textWidth(says.s, fs * 0.86) > size.x, says.s);
    assert.equal(size.x, plain["t:memblock.reserved:0x0:s"].x);
  }
});

test("memblock's arrays are drawn index by index", () => {
  const d = layoutMemblock(
    input({
      "memblock.memory": [region(0, MiB)],
      "memblock.reserved": [region(0, 4096), region(8192, 4096)],
    }),
    size,
  );
  assert.deepEqual(
    d.marks.filter((m) => /:i$/.test(m.k)).map((m) => m.s),
    ["[0]", "[0]", "[1]"],
  );
  const full = values(
    layoutMemblock(
      input({
        "memblock.memory": [region(0, MiB)],
        "memblock.reserved": [region(0, 4096)],
        counters: [{key: "memblock.reserved.max", value: 128}],
      }),
      {...size, width: 1000},
    ),
  );
  assert.deepEqual(
    [full["r:memblock.reserved:cnt"], full["r:memblock.reserved:room"]],
    [1, 128],
    "how full an array is",
  );
});

test("what an event did to an array is said, and what has gone is shown once more", () => {
  const splice = (del, ins) => ({
    kind: "reserve",
    text: {},
    splices: [{table: "memblock.reserved", at: 0, del, ins}],
  });
  const r = (base, length) => region(base, length);
  const cases = [
    [[], [r(0, 4096)], "inserted"],
    [[r(0, 4096), r(8192, 4096)], [r(0, 12288)], "merged"],
    [[r(0, 12288)], [r(0, 4096), r(8192, 4096)], "split"],
    [[r(0, 4096)], [r(0, 8192)], "grown"],
    [[r(0, 8192)], [r(0, 4096)], "shrunk"],
    [[r(0, 4096)], [], "dropped"],
    [[r(0, 4096)], [{...r(0, 4096), nid: 1}], "marked"],
  ];
  for (const [del, ins, what] of cases)
    assert.equal(happened(splice(del, ins), "memblock.reserved"), what);
  assert.equal(happened({kind: "grow", text: {array: "reserved"}}, "memblock.reserved"), "doubled");
  assert.equal(happened(splice([], [r(0, 4096)]), "memblock.memory"), "");
  const d = layoutMemblock(
    {
      ...input({"memblock.memory": [], "memblock.reserved": [r(0, 12288)]}),
      removed: {"memblock.reserved": [r(8192, 4096)]},
    },
    size,
  );
  assert.deepEqual(
    d.marks.filter((m) => /:i$/.test(m.k)).map((m) => m.s),
    ["[0]", "−"],
  );
  assert.equal(
    d.marks.find((m) => m.k === "r:gone:memblock.reserved:0x2000").ref,
    undefined,
    "nothing to select",
  );
});

test("chapters have the stops that are told, and know where one is", () => {
  const steps = [
    {index: 0, name: "start_kernel", executed: true, first_seq: 10},
    {index: 1, name: "paging_init", executed: true, first_seq: 20},
    {index: 2, name: "trap_init", executed: false, first_seq: 21},
    {index: 3, name: "mem_init", executed: true, first_seq: 30},
  ];
  const run = {
    steps,
    times: {
      posOfSeq: new Map([
        [10, 1],
        [20, 2],
        [30, 3],
      ]),
      chapters: [
        {stage: "1", from: 1, to: 2},
        {stage: "2", from: 3, to: 3},
      ],
    },
  };
  const says = {
    title: (s) => `stage ${s}`,
    text: (c) => `${c.from}`,
    gain: () => "",
    step: ({name}) => (name === "start_kernel" ? "" : `about ${name}`),
  };
  const all = layoutChapters(run, says);
  assert.deepEqual(
    all.map((c) => [c.title, c.steps.map((s) => s.name)]),
    [
      ["stage 1", ["paging_init"]],
      ["stage 2", ["mem_init"]],
    ],
  );
  assert.deepEqual(
    [0, 1, 2, 3].map((p) => stopAt(all, p)),
    [-1, -1, 1, 3],
  );
});

test("free lists are a matrix, and a chosen one is told block by block", () => {
  const cell = (order, nr_free, runs) => ({
    key: `0/DMA/${order}/Movable`,
    node: 0,
    zone: "DMA",
    order,
    type: "Movable",
    nr_free,
    runs,
  });
  const rows = [
    cell(0, 2, [
      [7, 1, 1],
      [3, 1, 1],
    ]),
    cell(1, 3, [[100, 3, -2]]),
  ];
  assert.deepEqual(values(layoutFreelists(input({freelists: rows}), size)), {
    "r:freelists:0/DMA/0/Movable": 2,
    "r:freelists:0/DMA/1/Movable": 3,
  });
  const d = layoutFreelists(input({freelists: rows}), {...size, sel: "freelists:0/DMA/1/Movable"});
  assert.deepEqual(
    d.marks.filter((m) => /^t:list:.*:\d+$/.test(m.k)).map((m) => m.s.slice(2)),
    ["100", "98", "96"],
    "head first",
  );
});

/*
 * PMD  | ->  2M  2M  ->  ...          |     entries 0, 3 point to tables, 1 and 2 map blocks
 * PTE  |    ================| |=====      |  16-511 of the first table, 0-271 of the fourth
 */
test("page tables are strips of entries, the first and the last table of many", () => {
  const row = {
    key: 1,
    root: "swapper_pg_dir",
    level: "PUD 1, PMD 1, PTE 2",
    count: 4,
    base: "0x7ffff000",
    step: -4096,
    va: "0xffff800080010000",
    pa: "0x40210000",
    size: "0x700000",
    maps: "kernel text",
    tables: [
      [2, 2, 1],
      [1, 0, 1],
      [1, 3, 1],
    ],
    blocks: [[1, 1, 2]],
    pages: [
      [0, 16, 496],
      [0, 1536, 272],
    ],
  };
  const pmd = strips(entriesAt(row, 1), 512);
  assert.deepEqual(pmd, [
    {
      table: 0,
      parts: [
        {kind: 0, slot: 0, n: 1},
        {kind: 1, slot: 1, n: 2},
        {kind: 0, slot: 3, n: 1},
      ],
    },
  ]);
  const pte = strips(entriesAt(row, 0), 512);
  assert.deepEqual(
    pte.map((s) => [s.table, s.parts[0].slot, s.parts[0].n]),
    [
      [0, 16, 496],
      [3, 0, 272],
    ],
  );
  const d = layoutPagetables(
    input({
      pagetables: [
        row,
        {
          ...row,
          key: 2,
          level: "PTE 512",
          count: 512,
          tables: [],
          blocks: [],
          pages: [[0, 512, 512 * 512]],
        },
      ],
    }),
    size,
  );
  const v = values(d);
  assert.deepEqual(
    [v["t:pagetables:1:1:n"], v["t:pagetables:1:0:n"], v["t:pagetables:2:0:n"]],
    [[2, 2], [768], [262144]],
  );
  assert.match(d.marks.find((m) => m.k === "t:swapper_pg_dir:0").s, /^PTE/);
  const [first] = d.marks.filter((m) => m.k === "p:pagetables:1:0.0:pages");
  assert.ok(first.d.startsWith("M"), "and they are drawn");
});

test("both orders of a zonelist stand one below the other", () => {
  const ref = (more) => ({
    node: 0,
    index: 0,
    zone_node: 0,
    zone: "DMA",
    zone_index: 0,
    distance: 10,
    ...more,
  });
  const zonelists = [
    ref({key: "0/fallback/0", list: "fallback"}),
    ref({key: "0/nofallback/0", list: "nofallback"}),
  ];
  const zonelist_orders = [
    ref({key: "0/Node/0", order: "Node", chosen: 1}),
    ref({key: "0/Zone/0", order: "Zone", chosen: 0, zone: "Normal"}),
  ];
  const d = layoutZonelists(input({zonelists, zonelist_orders}), size);
  assert.deepEqual(
    d.marks.filter((m) => m.t === "rect").map((m) => [m.ref, /retired/.test(m.c)]),
    [
      ["zonelists:0/fallback/0", false],
      ["zonelist_orders:0/Zone/0", true],
      ["zonelists:0/nofallback/0", false],
    ],
  );
});

test("regions with flags have a lane of their own in a run that has any", () => {
  const tables = {
    "memblock.memory": [region(0, MiB, {flags: "NONE"}), region(MiB, MiB, {flags: "NOMAP"})],
    "memblock.reserved": [region(0, 4096, {flags: "RSRV_NOINIT"})],
    ledger: [owned(0, 2 * MiB, "free")],
    zones: [],
  };
  const lane = (flagged) =>
    layoutMap(
      {tables, changed: {}, page: 4096, flagged},
      makeFold([[0, 2 * MiB]], [], "true"),
      null,
      {width: 400, height: 300, fs: 13},
    ).lanes.find((l) => l.id === "flags");
  assert.equal(lane(false), undefined);
  assert.deepEqual(
    lane(true).cells.map((c) => [c.label, c.ref]),
    [
      ["RSRV_NOINIT", "memblock.reserved:0x0"],
      ["NOMAP", "memblock.memory:0x100000"],
    ],
  );
});

test("the waterfall adds up to all RAM, what is left comes last", () => {
  const ledger = [
    owned(0, 4 * MiB, "free"),
    owned(4 * MiB, MiB, "initrd"),
    owned(5 * MiB, 2 * MiB, "dtb"),
    {...owned(99 * MiB, MiB, "removed"), ram: 0},
  ];
  assert.deepEqual(
    sums(ledger).map((s) => s.owner),
    ["dtb", "initrd", "free"],
  );
  assert.equal(
    gains(
      (k) => k,
      [owned(0, 2 * MiB, "free")],
      [owned(0, MiB, "free"), owned(MiB, MiB, "dtb")],
      "en",
    ),
    "free −1 MiB, dtb +1 MiB",
  );
  const v = values(layoutOwners(input({ledger}), size));
  assert.equal(v["r:ram"], 7 * MiB);
});

test("the call tree opens what runs and greys what does nothing", () => {
  const steps = [
    ["start_kernel", -1, 0],
    ["setup_arch", 0, 1],
    ["paging_init", 1, 2],
    ["trap_init", 0, 1],
    ["mm_core_init", 0, 1],
    ["mem_init", 4, 2],
  ].map(([name, parent, depth], index) => ({
    index,
    name,
    parent,
    depth,
    stage: "0",
    executed: name !== "trap_init",
    note: "",
    first_seq: index,
    last_seq: index,
  }));
  const rows = layoutTree(steps, 2, 2);
  assert.deepEqual(
    rows.map((r) => r.name),
    ["start_kernel", "setup_arch", "paging_init", "trap_init", "mm_core_init"],
  );
  assert.deepEqual(
    rows.filter((r) => r.current).map((r) => r.name),
    ["paging_init"],
  );
  assert.deepEqual(
    rows.filter((r) => !r.executed).map((r) => r.name),
    ["trap_init"],
  );
});

test("the log stands at the last line that is printed, and the call tree at the running call", () => {
  const lines = [1, 1, 3, 4].map((pos) => ({pos}));
  assert.deepEqual(
    lines.map((l) => stateOf(l, 3)),
    ["past", "past", "current", "later"],
  );
  assert.deepEqual(
    [scrollFor(29999, {height: 400, row: 20}), scrollFor(3, {height: 400, row: 20})],
    [29987 * 20, 0],
    "a whole number of lines",
  );
  assert.deepEqual(
    [treeScroll(100, {height: 300, row: 25}), treeScroll(2, {height: 300, row: 25})],
    [96 * 25, 0],
  );
});

test("stages share the scrubber by their events", () => {
  const times = {
    chapters: [
      {stage: "0", from: 1, to: 25},
      {stage: "1", from: 26, to: 100},
    ],
    starts: [{pos: 1}, {pos: 26}],
    problems: [50],
  };
  const d = layoutTimeline(times, {length: 100, pos: 30, t: (k) => k}, {width: 1016, fs: 13});
  const seg = (k) => d.marks.find((m) => m.k === `r:c${k}`);
  assert.deepEqual([seg("0").w, seg("1").w], [250, 750]);
  assert.match(seg("1").c, /here/);
  assert.ok(d.marks.some((m) => m.c === "problem"));
});

test("the inspector tells rows that really changed", () => {
  const diff = layoutDiff(
    [
      {
        table: "memblock.reserved",
        del: [region(0, 4096)],
        ins: [region(0, 4096), region(8192, 4096)],
      },
    ],
    "en",
  );
  assert.deepEqual(
    diff.rows.map((r) => [r.sign, r.text]),
    [["add", "0x2000–0x3000 4 KiB"]],
  );
  assert.deepEqual(
    layoutFacts({size: "0x1000", virt: "0xffff800080000000", n: 12345, none: ""}, "en", (k) => k),
    [
      ["size", "0x1000 (4 KiB)"],
      ["virt", "0xffff800080000000"],
      ["n", "12,345"],
    ],
  );
});

test("any table is rows and columns", () => {
  const l = layoutRows(
    [{key: 1, runs: [[5, 2, 1]], cpus: [0, 1]}],
    ["key", "runs", "cpus"],
    new Set(["1"]),
  );
  const [{key, changed, cells}] = l.rows;
  assert.deepEqual({key, changed, cells}, {key: "1", changed: true, cells: ["1", "5+2+1", "0 1"]});
});

test("what is typed for the loader is what the daemon takes", () => {
  assert.deepEqual(readLoader(["0x40200000", "", "0x48000000, 0x48100000"]), {
    kernel_image: "0x40200000",
    initrd: ["0x48000000", "0x48100000"],
  });
});

test("totals of a run are lines of text, the largest owner first", () => {
  const totals = {
    events: 1200,
    ram: "0x40000000",
    panicked: false,
    ledger: {dtb: "0x1000", buddy: "0x200000"},
    zones: [
      {key: "0/DMA", spanned: 10, present: 10, managed: 9},
      {key: "0/Normal", spanned: 0, present: 0, managed: 0},
    ],
    counters: {nr_cpu_ids: 2},
  };
  const lines = layoutTotals(
    totals,
    "en",
    (k) => k,
    (o) => o,
  );
  assert.deepEqual(lines, [
    ["events", "1,200"],
    ["ram", "1 GiB"],
    ["0/DMA, managed", "9"],
    ["buddy", "2 MiB"],
    ["dtb", "4 KiB"],
    ["nr_cpu_ids", "2"],
  ]);
  assert.deepEqual(
    layoutTotals(
      undefined,
      "en",
      (k) => k,
      (o) => o,
    ),
    [],
  );
});

test("tables are sorted by value, filtered by what is typed, summed up and copied whole", () => {
  const rows = [
    region(0x9000, 0x200000),
    region(0x1000, 0x100000, {flags: "NOMAP"}),
    region(0x20000, 1),
  ];
  const columns = ["key", "size", "flags"];
  const keys = (wish) => layoutRows(rows, columns, undefined, wish).rows.map((r) => r.key);
  assert.deepEqual(keys({order: {column: "key", down: false}}), ["0x1000", "0x9000", "0x20000"]);
  assert.deepEqual(keys({order: {column: "size", down: true}}), ["0x9000", "0x1000", "0x20000"]);
  assert.deepEqual(keys({filter: "nomap"}), ["0x1000"]);
  const hidden = (filter) => layoutRows(rows, columns, undefined, {filter}).hidden;
  assert.deepEqual([hidden(""), hidden("nomap"), hidden("nothing")], [0, 2, 3]);
  const sums = (table, of, names, page) => layoutRows(of, names, undefined, {table, page}).totals;
  assert.deepEqual(sums("ledger", rows, columns), [null, 0x300001, null]);
  const zones = [
    {key: "0/DMA", managed: 3, min: 1},
    {key: "1/DMA", managed: 4, min: 1},
  ];
  assert.deepEqual(sums("zones", zones, ["managed", "min"], 65536), [7 * 65536, null]);
  const lists = [
    {key: "a", order: 2, nr_free: 3},
    {key: "b", order: 0, nr_free: 1},
  ];
  assert.deepEqual(sums("freelists", lists, ["order", "nr_free"], 4096), [null, 13 * 4096]);
  assert.deepEqual(sums("slabs", [{key: "c", size: 256}], ["size"]), [null], "sizes of objects");
  const odd = layoutRows([{key: 'a,"b"', v: 1}], ["key", "v"]);
  assert.equal(toCsv(odd), 'key,v\r\n"a,""b""",1\r\n');
  const many = layoutRows(
    Array.from({length: 500}, (_, key) => ({key})),
    ["key"],
  );
  assert.deepEqual([many.rows.length, many.more], [400, 100]);
  assert.equal(toCsv(many).split("\r\n").length, 502, "those that are not shown too");
});

test("a concept's drawing has its texts inside or beside their boxes, and rows to one scale", () => {
  const bar = (size, text) => ({label: "order 0", scale: true, parts: [{text, size, look: "a"}]});
  const rows = layoutSketch([bar(1000, "250 × 4 MiB"), bar(1, "1 × 4 KiB"), bar(500, "2")]);
  const [large, small, half] = rows.map((r) => r.boxes[0]);
  assert.ok(Math.abs(half.w * 2 - large.w) < 1, "half as much is half as long");
  assert.equal(small.says, "1 × 4 KiB");
  assert.ok(small.tx > small.x + small.w, "beside it");
  const [chain] = layoutSketch([
    {
      label: "PID 1",
      chain: true,
      parts: ["headers", "rodata", "[vvar]", "[vdso]", "[stack]", "bss", "data", "text"].map(
        (text) => ({text, size: 1, look: "a"}),
      ),
    },
  ]);
  for (const b of chain.boxes)
    assert.ok(b.tx + 7.2 * b.says.length <= b.x + b.w, `${b.says} in its box`);
  assert.ok(layoutSketch(Array.from({length: 11}, () => bar(1, "x"))).at(-1).y < 200);
});

test("a card says nothing twice, nor the same in other words", () => {
  const reason =
    "memblock_reserve() does not allocate: it records a range that the caller has chosen.";
  const does =
    "Records a range that the caller has chosen as taken. It does not allocate: it searches for nothing.";
  assert.deepEqual(once(["", "The tree itself.", reason, does]), ["The tree itself.", reason]);
  const other = "Finds free memory and reserves it.";
  assert.deepEqual(once(["", "A table.", reason, other]), ["A table.", reason, other]);
  assert.deepEqual(once(["", "a", "a", "a b"]), ["a b"]);
  assert.deepEqual(
    once(["", "每个 PT_LOAD 段（含其 bss）成为一个 VMA。", "每个 PT_LOAD 段成为一个 VMA。"]),
    ["每个 PT_LOAD 段（含其 bss）成为一个 VMA。"],
  );
  assert.deepEqual(once(["", "", "", does]), [does], "what stands alone stays");
});
