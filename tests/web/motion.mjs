// SPDX-License-Identifier: GPL-2.0-or-later
// What moves, moves with meaning: every frame of a step is recorded. Marks that move pass through places
// between, marks that stay are where they were in every frame, and the last frame is the picture that
// there is without motion.
import test from "node:test";
import assert from "node:assert/strict";
import {goTo, openPage, show} from "./browser.mjs";
import {setUp} from "./rig.mjs";

const rig = setUp();
const {skip} = rig;

/** A step takes so long that a busy machine has frames in it too. */
const SLOW_MS = 3000;

async function open(run, view = "memblock") {
  const opened = await openPage(rig.browser, rig.daemon.url, {
    hash: `#${run}&lang=en&view=${view}`,
    size: {width: 1440, height: 900},
    reducedMotion: "no-preference",
  });
  await opened.page.evaluate((ms) => (globalThis.mmscope.screen.ctx.stepMs = ms), SLOW_MS);
  return opened;
}

/** Position of the n-th event that puts rows into a table, as this says. */
const find = (page, table, more = "true", nth = 0) =>
  page.evaluate(
    ({table, more, nth}) => {
      const test_ = new Function("e", "s", `return ${more}`);
      return (
        globalThis.mmscope.store
          .get()
          .run.replay.events.map((e, i) => [e, i + 1])
          .filter(([e]) =>
            e.splices?.some((s) => s.table === table && s.ins?.length && test_(e, s)),
          )[nth]?.[1] ?? 0
      );
    },
    {table, more, nth},
  );

/** Do a step, or take one back, and keep where everything is in each of its frames. */
const record = (page, view, by = 1) =>
  page.evaluate(
    ({id, by}) =>
      new Promise((done) => {
        const {screen, actions, store} = globalThis.mmscope;
        const places = (root) =>
          Object.fromEntries(
            [...document.querySelectorAll(`${root} > *:not(defs)`)]
              .filter((e) => !e.classList.contains("leaving"))
              .map((e, i) => [
                e.__data__?.k ?? `${i}`,
                ["x", "y", "width", "height", "x1", "y1", "x2", "y2", "d", "stroke-dasharray"]
                  .map((a) => e.getAttribute(a) ?? "")
                  .join(" "),
              ]),
          );
        const look = () => ({
          marks: places(`#v-${id} svg.drawing`),
          flights: places("#flights"),
          cells: (screen.ctx.moving ?? []).map((c) => [`${c.lane}/${c.key}`, c.x, c.y, c.w]),
        });
        const before = look();
        const frames = [];
        actions.seek(store.get().pos + by, {playing: false});
        const frame = () => {
          frames.push(look());
          if (screen.ctx.motion.active || frames.length < 3) return requestAnimationFrame(frame);
          requestAnimationFrame(() => done({before, frames, after: look()}));
        };
        requestAnimationFrame(() => requestAnimationFrame(frame));
      }),
    {id: view, by},
  );

/** The picture as it is where nothing moves. */
async function still(page, view, pos) {
  await page.emulateMedia({reducedMotion: "reduce"});
  await goTo(page, pos - 1);
  await goTo(page, pos);
  const {after} = await page.evaluate((id) => {
    const e = [...document.querySelectorAll(`#v-${id} svg.drawing > *, #map-svg > *`)];
    return {after: e.map((x) => x.outerHTML.replace(/ tabindex="[^"]*"/, ""))};
  }, view);
  const canvas = await page.evaluate(() =>
    /** @type {any} */ (document.getElementById("map-canvas")).toDataURL(),
  );
  await page.emulateMedia({reducedMotion: "no-preference"});
  return {after, canvas};
}

/** Different places in which something was, whose name has this in it. */
const placesOf = (frames, what, of) =>
  new Set(
    frames.flatMap((f) =>
      Object.entries(f[what])
        .filter(([k]) => of.test(k))
        .map(([k, v]) => k + v),
    ),
  );

const QEMU = "board=qemu-virt-numa&kernel=6.7";
/** A machine at work: one page is asked for, and a batch leaves the free lists. */
const WORK = `board=qemu-virt&kernel=7.2&ops=${encodeURIComponent("a = alloc cpu=0; b = alloc order=4; free b; free a cpu=1; drain all; repeat 70 { c = alloc order=10 gfp=GFP_NOWAIT }")}`;

/** @type {{what: string, view: string, run?: string, table: string, event?: string, nth?: number, marks?: RegExp, flies?: boolean, cells?: RegExp}[]} */
const STEPS = [
  {
    what: "memblock map: a reservation comes down from the request into its lanes",
    view: "memblock",
    table: "memblock.reserved",
    event: "e.kind === 'reserve' && s.del.length === 0",
    nth: 1,
    cells: /^(reserved|owners)\//,
  },
  {
    what: "memblock map: the edges of touching regions run together",
    view: "memblock",
    table: "memblock.reserved",
    event: "e.kind === 'alloc' && s.del.length > 0 && s.ins.length === 1",
    nth: 2,
    cells: /^reserved\//,
  },
  {
    what: "memblock rows: a new row comes from the map, and rows below make room",
    view: "memblock",
    table: "memblock.reserved",
    event: "e.kind === 'alloc' && s.ins.length > s.del.length",
    nth: 3,
    flies: true,
    marks: /^[rt]:memblock\.reserved:/,
  },
  {
    what: "zone bars: a zone is drawn out of its node",
    view: "zones",
    table: "zones",
    event: "e.kind === 'zone' && s.ins.some((r) => r.spanned)",
    flies: true,
    cells: /^zones\//,
  },
  {
    what: "zone bars: free pages change their length",
    view: "zones",
    table: "zones",
    event: "e.kind === 'buddy'",
    nth: 6,
    marks: /:(managed|free)$/,
  },
  {
    what: "zonelist chains: an entry's link grows from the zone into the chain",
    view: "zonelists",
    table: "zonelists",
    nth: 1,
    flies: true,
  },
  {
    what: "page lists: a zone's set comes out of the boot_pageset",
    view: "pagesets",
    table: "pagesets",
    nth: 2,
    marks: /^[rt]:pagesets:/,
  },
  {
    what: "free lists: blocks fall from their place into the list of their order",
    view: "freelists",
    table: "freelists",
    nth: 2,
    flies: true,
  },
  {
    what: "page tables: a page that was taken goes to its level",
    view: "pagetables",
    table: "pagetables",
    event: "e.kind === 'alloc'",
    nth: 1,
    flies: true,
  },
  {
    what: "slabs: a slab takes its pages out of a free list",
    view: "slabs",
    table: "slabs",
    event: "s.ins.some((r) => r.slabs > 0)",
    flies: true,
  },
  {
    what: "page lists: a batch leaves the free lists for the CPU's list, page by page",
    view: "work",
    run: WORK,
    table: "pcp_pages",
    event: "e.text.fn === 'rmqueue_bulk'",
    marks: /^r:page:/,
  },
  {
    what: "page lists: the caller gets its page from the CPU's list, and it is seen on the map",
    view: "work",
    run: WORK,
    table: "pagesets",
    event: "e.text.gfp && e.text.order === 0",
    marks: /^r:page:/,
    flies: true,
  },
  {
    what: "free lists: a block that comes back merges with its buddy",
    view: "work",
    run: WORK,
    table: "freelists",
    event: "e.text.fn === '__free_pages' && e.text.order === 4",
    marks: /^r:page:/,
  },
  {
    what: "page lists: what is drained goes home",
    view: "work",
    run: WORK,
    table: "freelists",
    event: "e.text.pages > 0",
    marks: /^r:page:/,
  },
];

for (const {what, view, run = QEMU, table, event, nth, marks, flies, cells} of STEPS)
  test(what, {skip, timeout: 90000}, async () => {
    const {page, complaints, close} = await open(run, view === "work" ? view : undefined);
    const pos = await find(page, table, event, nth);
    assert.ok(pos > 1, "there is such an event");
    await show(page, view);
    await goTo(page, pos - 1);
    const {before, frames, after} = await record(page, view);
    if (marks) {
      const moved = new Set(
        Object.keys(after.marks).filter(
          (k) => marks.test(k) && placesOf(frames, "marks", new RegExp(`^${escape_(k)}$`)).size > 2,
        ),
      );
      assert.ok(moved.size > 0, "marks pass through places between");
    }
    if (flies) {
      assert.ok(placesOf(frames, "flights", /./).size > 3, "something flies");
      assert.deepEqual(after.flights, {}, "and has landed");
    }
    if (cells) {
      const places = new Set(
        frames.flatMap((f) => f.cells.filter(([k]) => cells.test(k)).map((c) => c.join())),
      );
      assert.ok(places.size > 3, "cells of the map pass through places between");
    }
    for (const [k, place] of Object.entries(after.marks))
      if (before.marks[k] === place)
        for (const f of frames) assert.equal(f.marks[k], place, `${k} stays where it is`);
    const end = await page.evaluate(
      (id) => ({
        after: [...document.querySelectorAll(`#v-${id} svg.drawing > *, #map-svg > *`)].map((x) =>
          x.outerHTML.replace(/ tabindex="[^"]*"/, ""),
        ),
        canvas: /** @type {any} */ (document.getElementById("map-canvas")).toDataURL(),
      }),
      view,
    );
    assert.deepEqual(end, await still(page, view, pos), "the last frame is the picture at rest");
    assert.deepEqual(complaints, []);
    await close();
  });

/* A step back is the same step, taken home. */
for (const [what, view, run, table, event, nth] of [
  ["a block leaves its list for its place on the map", "freelists", QEMU, "freelists", "true", 2],
  ["a table page leaves its level", "pagetables", QEMU, "pagetables", "e.kind === 'alloc'", 1],
  ["a link is drawn back into its zone", "zonelists", QEMU, "zonelists", "true", 1],
  [
    "a page comes home from the caller",
    "work",
    WORK,
    "pagesets",
    "e.text.gfp && e.text.order === 0",
    0,
  ],
])
  test(`stepping back: ${what}`, {skip, timeout: 90000}, async () => {
    const {page, complaints, close} = await open(run, view === "work" ? view : undefined);
    const pos = await find(page, table, event, nth);
    assert.ok(pos > 1, "there is such an event");
    await show(page, view);
    await goTo(page, pos);
    const {before, frames, after} = await record(page, view, -1);
    assert.ok(placesOf(frames, "flights", /./).size > 3, "something flies");
    assert.deepEqual(after.flights, {}, "and has landed");
    for (const [k, place] of Object.entries(after.marks))
      if (before.marks[k] === place)
        for (const f of frames) assert.equal(f.marks[k], place, `${k} stays where it is`);
    const end = await page.evaluate(
      (id) =>
        [...document.querySelectorAll(`#v-${id} svg.drawing > *, #map-svg > *`)].map((x) =>
          x.outerHTML.replace(/ tabindex="[^"]*"/, ""),
        ),
      view,
    );
    assert.deepEqual(
      end,
      (await still(page, view, pos - 1)).after,
      "the last frame is the picture at rest",
    );
    assert.deepEqual(complaints, []);
    await close();
  });

const escape_ = (s) => s.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");

test(
  "a step that comes while another moves starts from what is on the screen",
  {skip, timeout: 90000},
  async () => {
    const {page, complaints, close} = await open(QEMU);
    const pos = await find(page, "zones", "e.kind === 'buddy'", 5);
    await show(page, "zones");
    await goTo(page, pos - 1);
    const widths = await page.evaluate(
      () =>
        new Promise((done) => {
          const {actions, store, screen} = globalThis.mmscope;
          const bar = () =>
            Number(
              [...document.querySelectorAll("#v-zones rect")]
                .find((e) => /:managed$/.test(e.__data__.k))
                .getAttribute("width"),
            );
          const out = [];
          let n = 0;
          actions.seek(store.get().pos + 1, {playing: false});
          const frame = () => {
            out.push(bar());
            if (++n === 8) actions.seek(store.get().pos + 1, {playing: false});
            if (n < 12 || screen.ctx.motion.active) return requestAnimationFrame(frame);
            done(out);
          };
          requestAnimationFrame(frame);
        }),
    );
    const jump = Math.max(...widths.slice(1).map((w, i) => Math.abs(w - widths[i])));
    const all = Math.max(...widths) - Math.min(...widths);
    assert.ok(jump <= Math.max(4, all * 0.5), `no jump: ${jump} of ${all}`);
    assert.deepEqual(complaints, []);
    await close();
  },
);

test(
  "nothing moves while one scrubs, nor for who wants no motion",
  {skip, timeout: 90000},
  async () => {
    const {page, close} = await open(QEMU);
    await goTo(page, 100);
    const active = (more) =>
      page.evaluate(
        (m) =>
          new Promise((done) => {
            const {store, screen} = globalThis.mmscope;
            store.set({...m, pos: store.get().pos + 1});
            requestAnimationFrame(() =>
              requestAnimationFrame(() => done(screen.ctx.motion.active)),
            );
          }),
        more,
      );
    assert.equal(await active({}), true);
    assert.equal(await active({scrubbing: true}), false);
    await page.emulateMedia({reducedMotion: "reduce"});
    assert.equal(await active({scrubbing: false}), false);
    await close();
  },
);
