// SPDX-License-Identifier: GPL-2.0-or-later
// A drawing that has too many elements makes every frame late, on whatever machine: there are never more
// than MOST at once, in any view of any board that ships, near the end of its boot and at its end. Every third board by
// default; ELEMENTS_ALL=1 takes each one.
import test from "node:test";
import assert from "node:assert/strict";
import {openPage} from "./browser.mjs";
import {setUp} from "./rig.mjs";

const rig = setUp();
const {skip} = rig;

const MOST = 1200;
const KERNEL = "6.12";
const SHARES = [0.85, 1];

/** The most elements of drawings that are there at once, and where. */
const most = (page, shares) =>
  page.evaluate(async (shares) => {
    const {store, screen, actions, views} = globalThis.mmscope;
    const {length} = store.get();
    const frame = () => new Promise((r) => requestAnimationFrame(() => requestAnimationFrame(r)));
    const count = () =>
      [...document.querySelectorAll("svg")]
        .filter((e) => e.getClientRects().length)
        .reduce((a, e) => a + 1 + e.querySelectorAll("*").length, 0);
    let best = {n: 0, view: "", pos: 0};
    for (const view of views()) {
      store.set({view, follow: false});
      await frame();
      for (const share of shares) {
        const pos = Math.round(length * share);
        actions.seek(pos, {playing: false});
        screen.settle();
        const n = count();
        if (n > best.n) best = {n, view, pos};
      }
    }
    return best;
  }, shares);

test(`no board has more than ${MOST} elements in a picture`, {skip, timeout: 850000}, async (t) => {
  const {boards} = await (await fetch(`${rig.daemon.url}/api/v1/boards`)).json();
  const taken = boards.filter((_, i) => process.env.ELEMENTS_ALL || i % 3 === 0);
  assert.ok(taken.length > 5);
  for (const {name} of taken) {
    const {page, close} = await openPage(rig.browser, rig.daemon.url, {
      hash: `#board=${name}&kernel=${KERNEL}&view=overview`,
    });
    const {n, view, pos} = await most(page, SHARES);
    await close();
    t.diagnostic(`${name}: ${n} in ${view} at ${pos}`);
    assert.ok(n <= MOST, `${name} has ${n} elements in ${view} at ${pos}`);
  }
});
