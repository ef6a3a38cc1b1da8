// SPDX-License-Identifier: GPL-2.0-or-later
// Every view on the real daemon: at moments drawn by lot, forward to the end and back to the start,
// what stands in the page is what the daemon says the tables are. MMSCOPE_SEED draws other moments,
// MMSCOPE_RUNS="board=rpi4-8g&kernel=7.2 board=..." other runs.
import test from "node:test";
import assert from "node:assert/strict";
import {openPage} from "./browser.mjs";
import {setUp} from "./rig.mjs";

const rig = setUp();
const {skip} = rig;

const MOMENTS = 50;

/** Positions by lot, the same for the same seed, in order; the ends of what matters in a lecture, and both ends. */
function moments(length, ends) {
  let x = Number(process.env.MMSCOPE_SEED ?? 1);
  const lot = () => ((x = (Math.imul(x, 1103515245) + 12345) >>> 0) >>> 8) % length;
  const drawn = new Set(ends);
  while (drawn.size < Math.min(length, MOMENTS + ends.length)) drawn.add(1 + lot());
  return [...drawn, length].filter((p, i, all) => all.indexOf(p) === i).sort((a, b) => a - b);
}

/** What stands in the document for a view at each position: keys and values of its marks, lines of the log, the running call. */
const walk = (page, view, positions) =>
  page.evaluate(
    async ({view, positions}) => {
      const {store, screen, actions} = globalThis.mmscope;
      // Before the first event the headline takes more room, and panes have other sizes.
      store.set({view, follow: false, pos: positions[0]});
      await new Promise((r) => requestAnimationFrame(() => requestAnimationFrame(r)));
      return positions.map((pos) => {
        actions.seek(pos, {playing: false});
        screen.settle();
        const marks = [...document.querySelectorAll(`#v-${view} svg.drawing`)]
          .filter((s) => s.getClientRects().length)
          .flatMap((svg) =>
            [...svg.children]
              .map((e) => e.__data__)
              .filter((m) => m?.v !== undefined)
              .map((m) => [m.k, m.v]),
          );
        const lanes = screen.layouts.map.lanes.map((l) => ({
          id: l.id,
          n: l.cells.reduce((a, c) => a + c.n, 0),
          bytes: l.cells.reduce((a, c) => a + c.bytes, 0),
          cells: l.cells.filter((c) => c.n === 1).map((c) => [c.ref, c.base, c.end]),
        }));
        const log = [...document.querySelectorAll("#log .row.current")].map(
          (e) => e.firstChild.data,
        );
        const chapters = [...document.querySelectorAll("#v-chapters .chapters > li")].map((e) => [
          e.querySelector(".stage").textContent,
          e.className,
        ]);
        return {
          marks,
          lanes,
          log,
          chapters,
          step: document.querySelector("#tree .current .fn")?.textContent.trim() ?? "",
          empty: Boolean(document.querySelector(`#v-${view} .empty:not([hidden])`)),
        };
      });
    },
    {view, positions},
  );

/* ---- what each view must show of the daemon's tables ---- */

const num = Number;
const sum = (rows, f) => rows.reduce((a, r) => a + f(r), 0);
const byKey = (prefix, rows, value) => rows.map((r) => [`${prefix}:${r.key}`, value(r)]);
const LEFT = ["free", "buddy", "slab"];

/** Zonerefs of one list stand together on the page, whatever order the daemon has. */
function inChains(rows, name) {
  const chains = new Map();
  for (const r of rows) chains.set(name(r), [...(chains.get(name(r)) ?? []), r]);
  return [...chains.values()].flat();
}

function owners(rows) {
  const out = new Map();
  for (const r of rows) if (r.ram !== 0) out.set(r.owner, (out.get(r.owner) ?? 0) + num(r.size));
  return out;
}

/** Views that are read, the reader's own list, and those of boots that are asked for by hand (whatif.mjs). */
const READ = new Set(["articles", "concepts", "fragments", "jumps", "sweep", "whatif"]);

/** Expected marks, as pairs of key and value; each view is asked for all of its own. @type {Record<string, (t: any, page: number) => [string, any][]>} */
const EXPECTED = {
  zones: (t) =>
    t.zones
      .filter((z) => z.spanned > 0)
      .flatMap((z) => [
        [`r:${z.key}:spanned`, z.spanned],
        [`r:${z.key}:present`, z.present],
        [`r:${z.key}:managed`, z.managed],
        [`r:${z.key}:free`, z.free],
        [`t:${z.key}:wm`, [z.min, z.low, z.high]],
        [`t:${z.key}:prot`, z.protection],
        [`t:${z.key}:gaps`, [z.spanned - z.present, z.present - z.managed]],
      ]),
  zonelists: (t) => [
    ...[
      ["zonelists", t.zonelists],
      ["zonelist_orders", t.zonelist_orders.filter((r) => !r.chosen)],
    ].flatMap(([name, rows]) =>
      byKey(
        `r:${name}`,
        inChains(rows, (r) => `${r.node}/${r.list}`),
        (r) => (r.zone ? `${r.zone_node}/${r.zone}` : ""),
      ),
    ),
    ...(t.zonelists.length
      ? t.nodes.flatMap((n) => n.distances.map((d, j) => [`r:d${n.key}.${j}`, d]))
      : []),
  ],
  pagesets: (t) => [
    ...byKey("r:pagesets", t.pagesets, (r) => ({high: r.high, batch: r.batch, count: r.count})),
    ...byKey("r:boot_pagesets", t.boot_pagesets, (r) => ({
      high: r.high,
      batch: r.batch,
      count: r.count,
    })),
  ],
  memblock: (t) => [
    ...["memblock.memory", "memblock.reserved"].flatMap((name) =>
      t[name].map((r, index) => [
        `r:${name}:${r.key}`,
        {index, key: r.key, size: r.size, nid: r.nid, flags: r.flags},
      ]),
    ),
    ...t.counters
      .filter((c) => /^memblock\..*\.max$/.test(c.key))
      .flatMap((c) => [
        [`r:${c.key.replace(/max$/, "room").replace(/\.room/, ":room")}`, c.value],
        [`r:${c.key.replace(/\.max$/, ":cnt")}`, t[c.key.replace(/\.max$/, "")].length],
      ]),
  ],
  owners: (t) => {
    const all = owners(t.ledger);
    const bytes = [...all.values()].reduce((a, b) => a + b, 0);
    const left = LEFT.reduce((a, o) => a + (all.get(o) ?? 0), 0);
    return bytes
      ? [
          ["r:ram", bytes],
          ["r:ram:taken", bytes - left],
          ...[...all].map(([owner, b]) => [`r:owner:${owner}`, {owner, bytes: b}]),
        ]
      : [];
  },
  pagetables: (t) =>
    t.pagetables.map((r) => [
      `r:pagetables:${r.key}`,
      {count: r.count, base: r.base, tables: r.tables, blocks: r.blocks, pages: r.pages},
    ]),
  freelists: (t) => {
    const zones = new Set(
      t.freelists.filter((r) => r.nr_free > 0).map((r) => `${r.node}/${r.zone}`),
    );
    const all = new Set(t.freelists.map((r) => `${r.node}/${r.zone}`));
    return byKey(
      "r:freelists",
      t.freelists.filter((r) => all.size === 1 || zones.has(`${r.node}/${r.zone}`)),
      (r) => r.nr_free,
    );
  },
  percpu: (t) =>
    byKey(
      "r:percpu",
      t.percpu.filter(
        (r) =>
          ["static", "reserved", "dynamic"].includes(r.key) || (num(r.size) > 0 && num(r.base) > 0),
      ),
      (r) => r.size,
    ),
  hashes: (t) => byKey("r:hashes", t.hashes, (r) => r.entries),
  slabs: (t) => [
    ...byKey("r:slabs", t.slabs, (r) => ({size: r.size, order: r.order})),
    ...t.slabs.map((r) => [`r:slabs:${r.key}:use`, r.active]),
  ],
  init_mm: (t) => [
    ...byKey("r:init_mm", t.init_mm, (r) => r.value),
    ...byKey("r:image", t.image, (r) => r.start),
  ],
  process: (t) => [
    ...byKey("r:vmas", t.vmas, (r) => [r.key, r.end]),
    ...t.vmas.filter((r) => r.resident).map((r) => [`r:vmas:${r.key}:r`, r.resident]),
    ...byKey("r:process", t.process, (r) => r.value),
  ],
};

/** Marks of a view that only lay out what its expected marks say already. */
const ASIDE = /^t:pagetables:|^t:where$|^l:|^t:.*:free:v$/;

/* The allocator at work: as many blocks as there is room for, so each is asked for its list; all lists say how much they hold. */
const short = (type) => type.replace(/^MIGRATE_/, "").toLowerCase();
const blocksIn = (rows) =>
  rows.flatMap((r) =>
    (r.runs ?? []).flatMap(([pfn, n, step]) =>
      Array.from({length: Math.min(n, 64)}, (_, i) => [pfn + i * step, r.order]),
    ),
  );

function compareWork(seen, t, page, at) {
  const kept = new Map();
  for (const r of t.pcp_pages) {
    const list = `t:pagesets:${r.node}/${r.zone}/${r.cpu}:${r.order} ${short(r.type)}`;
    kept.set(list, (kept.get(list) ?? 0) + 1);
  }
  const held = new Map();
  const pages = new Set();
  for (const r of t.ledger.filter((x) => x.owner === "alloc_pages")) {
    const name = /^op \d+$/.test(r.detail) ? "without a name" : r.detail;
    held.set(`t:held:${name}`, (held.get(`t:held:${name}`) ?? 0) + num(r.size) / page);
    for (let p = num(r.key) / page; p < (num(r.key) + num(r.size)) / page; p++) pages.add(p);
  }
  const expected = [
    ...held,
    ...t.pagesets
      .filter((r, i) => i < 16 || r.count > 0)
      .map((r) => [`t:pagesets:${r.key}:aside`, {count: r.count, high: r.high, batch: r.batch}]),
    ...kept,
    ...t.freelists
      .filter((r) => r.nr_free > 0)
      .map((r) => [`t:${r.node}/${r.zone}:${r.order} ${short(r.type)}`, r.nr_free]),
  ];
  const lists = seen.marks.filter(([k]) => !/^r:(page|walk):/.test(k));
  assert.deepEqual(sorted(lists), sorted(expected), at);
  const blocks = new Map([...blocksIn(t.freelists), ...t.pcp_pages.map((r) => [r.key, r.order])]);
  for (const [k, {pfn, order}] of seen.marks.filter(([k]) => k.startsWith("r:page:")))
    if (!pages.has(pfn)) assert.equal(blocks.get(pfn), order, `${at}: ${k}`);
    else for (let i = 0; i < 2 ** order; i++) assert.ok(pages.has(pfn + i), `${at}: ${k} is held`);
}

const sorted = (pairs) => [...pairs].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));

/** What the lanes of the map must hold, in bytes. */
const SIZED = ["memblock.memory", "memblock.reserved", "ledger"];
const flagged = (r) => !/^(none|0x0)?$/i.test(r.flags ?? "");
const LANES = {
  memory: (t) => ["memblock.memory", t["memblock.memory"]],
  reserved: (t) => ["memblock.reserved", t["memblock.reserved"]],
  owners: (t) => ["ledger", t.ledger],
  flags: (t) => ["", [...t["memblock.memory"], ...t["memblock.reserved"]].filter(flagged)],
  nodes: (t, page) => [
    "",
    t.nodes.filter((n) => n.spanned > 0).map((n) => ({size: n.spanned * page})),
  ],
  zones: (t, page) => [
    "",
    t.zones.filter((z) => z.spanned > 0).map((z) => ({size: z.spanned * page})),
  ],
  bootmem: (t, page) => ["", t.bootmem.map((r) => ({size: (r.end_pfn - r.key) * page}))],
};

function compareLanes(lanes, t, page, at) {
  for (const lane of lanes) {
    const [table, all] = LANES[lane.id](t, page);
    const rows = all.filter((r) => num(r.size) > 0);
    assert.deepEqual(
      [lane.n, lane.bytes],
      [rows.length, sum(rows, (r) => num(r.size))],
      `${at}: lane ${lane.id}`,
    );
    if (!SIZED.includes(table)) continue;
    const ranges = new Map(
      rows.map((r) => [`${table}:${r.key}`, [num(r.key), num(r.key) + num(r.size)]]),
    );
    for (const [ref, base, end] of lane.cells)
      assert.deepEqual(ranges.get(ref), [base, end], `${at}: ${ref}`);
  }
}

function compareBits(seen, t, at) {
  const set = sum(t.bootmem, (r) => r.end_pfn - r.key);
  const bits = seen.marks.filter(([k]) => /^r:bit:/.test(k));
  if (bits.length)
    assert.equal(
      sum(bits, ([, v]) => v),
      set,
      `${at}: bits`,
    );
  else assert.ok(seen.empty, `${at}: no bitmap yet`);
}

/** A stage ends where the next begins, whatever calls of it come later. */
const STAGES = ["-1", "0", "1", "2", "3a", "3b", "3c"];

/** One view at one moment. */
function compare(view, seen, t, event, page) {
  const at = `${view} at #${event.seq}`;
  compareLanes(seen.lanes, t, page, at);
  // Of a long dump those lines are there that have room, the last one among them; the console is in the log's place.
  assert.ok(
    seen.log.length || !event.log?.length || view === "work",
    `${at}: nothing of what it printed`,
  );
  assert.deepEqual(
    seen.log,
    (event.log ?? []).slice(event.log?.length - seen.log.length),
    `${at}: log`,
  );
  assert.equal(seen.step, event.step, `${at}: call tree`);
  if (view === "bootmem") return compareBits(seen, t, at);
  if (view === "work") return compareWork(seen, t, page, at);
  if (view === "chapters")
    return assert.deepEqual(
      seen.chapters,
      STAGES.map((s) => [s, s < event.stage ? "past" : s > event.stage ? "later" : "here"]),
      at,
    );
  const expected = EXPECTED[view](t, page);
  assert.deepEqual(sorted(seen.marks.filter(([k]) => !ASIDE.test(k))), sorted(expected), at);
  if (!expected.length) assert.ok(seen.empty, `${at}: says that there is nothing yet`);
}

const RUNS = [
  {what: "one node", hash: "board=qemu-virt&kernel=6.7"},
  {what: "four nodes at uneven distances", hash: "board=numa4-asymmetric&kernel=6.12"},
  {what: "reserved memory", hash: "board=small-reserved&kernel=6.7"},
  {
    what: "4.9 with both zonelist orders and bootmem",
    hash: "board=qemu-virt-numa&kernel=4.9-bootmem&memory=0:3G@1G,1:3G@4G",
  },
  {
    what: "the allocator at work on two nodes",
    hash: `board=qemu-virt-numa&kernel=7.2&ops=${encodeURIComponent("a = alloc cpu=1; b = alloc order=3; c = bulk 90 cpu=2\nfree a cpu=3; random 60 seed=3 orders=0-9 cpus=0-3; free b; drain all\nd = alloc order=10 gfp=GFP_NOWAIT; repeat 70 { e = alloc }; free e all")}`,
    // What operations change; the boot before them is like the others'.
    only: ["work", "freelists", "pagesets", "owners"],
  },
];

const wanted = (process.env.MMSCOPE_RUNS ?? "")
  .split(" ")
  .filter(Boolean)
  .map((hash) => ({what: hash, hash}));

for (const {what, hash, only} of wanted.length ? wanted : RUNS)
  test(`${what}: every view is the state, there and back`, {skip, timeout: 400000}, async () => {
    const {page, complaints, close} = await openPage(rig.browser, rig.daemon.url, {
      hash: `#${hash}&lang=en&view=overview`,
      size: {width: 1900, height: 1000},
    });
    const run = await page.evaluate(() => {
      const {run: r, length} = globalThis.mmscope.store.get();
      const end = (name) => {
        const s = r.steps.find((x) => x.name === name && x.executed);
        return s && r.times.posOfSeq.get(s.last_seq);
      };
      return {
        id: r.manifest.id,
        length,
        page: r.page,
        events: r.replay.events.map(({seq, step, log, step_index}, i, all) => ({
          seq,
          step,
          log,
          stage: all
            .slice(0, i + 1)
            .reduce(
              (m, e) => (r.steps[e.step_index].stage > m ? r.steps[e.step_index].stage : m),
              r.steps[step_index].stage,
            ),
        })),
        ends: [
          "paging_init",
          "free_area_init",
          "build_all_zonelists",
          "memblock_free_all",
          "setup_per_cpu_pageset",
        ]
          .map(end)
          .filter(Boolean),
        views: globalThis.mmscope.views().filter((v) => !["overview", "jumps"].includes(v)),
      };
    });
    const first = only ? run.events.findIndex((e) => e.step === "ops") : 0;
    const positions = moments(run.length - first, only ? [] : run.ends).map((p) => p + first);
    const states = [];
    for (const p of positions) {
      const url = `${rig.daemon.url}/api/v1/runs/${run.id}/state?at=${run.events[p - 1].seq}`;
      states.push((await (await fetch(url)).json()).tables);
    }
    for (const view of run.views.filter((v) => only?.includes(v) ?? !READ.has(v))) {
      const there = await walk(page, view, positions);
      there.forEach((seen, i) =>
        compare(view, seen, states[i], run.events[positions[i] - 1], run.page),
      );
      const back = await walk(page, view, [...positions].reverse());
      assert.deepEqual(back.reverse(), there, `${view}: going back shows what was there`);
    }
    assert.ok(run.views.length >= 12, "every view was walked");
    assert.deepEqual(complaints, []);
    await close();
  });
