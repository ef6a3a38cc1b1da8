// SPDX-License-Identifier: GPL-2.0-or-later
// A drawing that has too many elements makes every frame late, on whatever machine: there are never more
// than MOST at once, in any view of any board that ships, near the end of its boot and at its end. Every third board by
// default; ELEMENTS_ALL=1 takes each one.
import test from "node:test";
import assert from "node:assert/strict";
import {openPage, show} from "./browser.mjs";
import {setUp} from "./rig.mjs";

const rig = setUp();
const {skip} = rig;

const MOST = 1200;
const KERNEL = "6.12";
const SHARES = [0.85, 1];

/** How many elements of drawings there are. */
const count = (page) =>
  page.evaluate(() =>
    [...document.querySelectorAll("svg")]
      .filter((e) => e.getClientRects().length)
      .reduce((a, e) => a + 1 + e.querySelectorAll("*").length, 0),
  );

/** The most of them that are there at once, and where; what a view asks the daemon for is waited for. */
async function most({page, answered}) {
  const {views, length} = await page.evaluate(() => ({
    views: globalThis.mmscope.views(),
    length: globalThis.mmscope.store.get().length,
  }));
  let best = {n: 0, view: "", pos: 0};
  for (const view of views) {
    await show(page, view);
    for (const share of SHARES) {
      const pos = Math.round(length * share);
      await page.evaluate((p) => {
        globalThis.mmscope.actions.seek(p, {playing: false});
        globalThis.mmscope.screen.settle();
      }, pos);
      await answered();
      const n = await count(page);
      if (n > best.n) best = {n, view, pos};
    }
  }
  return best;
}

test(`no board has more than ${MOST} elements in a picture`, {skip, timeout: 850000}, async (t) => {
  const {boards} = await (await fetch(`${rig.daemon.url}/api/v1/boards`)).json();
  const taken = boards.filter((_, i) => process.env.ELEMENTS_ALL || i % 3 === 0);
  assert.ok(taken.length > 5);
  for (const {name} of taken) {
    const opened = await openPage(rig.browser, rig.daemon.url, {
      hash: `#board=${name}&kernel=${KERNEL}&view=overview`,
    });
    const {n, view, pos} = await most(opened);
    await opened.close();
    t.diagnostic(`${name}: ${n} in ${view} at ${pos}`);
    assert.ok(n <= MOST, `${name} has ${n} elements in ${view} at ${pos}`);
  }
});
