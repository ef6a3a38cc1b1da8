// SPDX-License-Identifier: GPL-2.0-or-later
// What moves, moves with meaning: every frame of a step is recorded. Marks that move pass through places
// between, marks that stay are where they were in every frame, and the last frame is the picture that
// there is without motion.
import test from "node:test";
import assert from "node:assert/strict";
import {goTo, openPage, show} from "./browser.mjs";
import {find, QEMU, STEPS, WORK} from "./moves.mjs";
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
