// SPDX-License-Identifier: GPL-2.0-or-later
// The page on the real daemon: what it draws is what the daemon says, forwards and backwards.
import test, {after, before} from "node:test";
import assert from "node:assert/strict";
import {join} from "node:path";
import {differing, goTo, missing, openPage, parts, shots, show, startBrowser, startDaemon} from "./browser.mjs";

const skip = missing() || false;
let daemon, browser;
before(async () => {
  if (skip) return;
  daemon = await startDaemon();
  browser = await startBrowser();
});
after(async () => {
  await browser?.close();
  await daemon?.stop();
});

const link = (board, more = "") => `#board=${board}&kernel=6.7&lang=en&view=overview${more}`;

/** Positions of steps that matter for a lecture, and some in between. */
async function moments(page, more) {
  return page.evaluate((n) => {
    const {run, length} = globalThis.mmscope.store.get();
    const end = (name) => { const s = run.steps.find((x) => x.name === name && x.executed); return s ? run.times.posOfSeq.get(s.last_seq) : undefined; };
    const named = ["paging_init", "free_area_init", "build_all_zonelists", "memblock_free_all", "setup_per_cpu_pageset"].map(end).filter(Boolean);
    const spread = Array.from({length: n}, (_, i) => 1 + Math.floor(((i * 7919) % 1000) / 1000 * (length - 1)));
    return [...named, ...spread, length];
  }, more);
}

test("stepping through the whole boot with the keyboard, to the end and back", {skip, timeout: 240000}, async () => {
  const {page, complaints, close} = await openPage(browser, daemon.url, {hash: link("qemu-virt")});
  const pos = () => page.evaluate(() => globalThis.mmscope.store.get().pos);
  const length = await page.evaluate(() => globalThis.mmscope.store.get().length);
  await page.locator("#centre").focus();
  await page.keyboard.press("Home");
  for (let i = 0; (await pos()) < length; i++) {
    assert.ok(i < 2000, "steps end");
    await page.keyboard.press("PageDown");
  }
  for (let i = 0; (await pos()) > 0; i++) {
    assert.ok(i < 2000, "steps begin");
    await page.keyboard.press("PageUp");
  }
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("ArrowLeft");
  assert.equal(await pos(), 1);
  assert.deepEqual(complaints, []);
  await close();
});

test("three moments in a picture each, and going back gives exactly the earlier picture", {skip, timeout: 120000}, async () => {
  const {page, complaints, close} = await openPage(browser, daemon.url, {hash: link("qemu-virt-numa")});
  const at = (await moments(page, 0)).slice(0, -1);
  const pick = [at[0], at[2] ?? at[1], at[at.length - 1]];
  const pictures = [];
  for (const [i, pos] of pick.entries()) {
    await goTo(page, pos);
    pictures.push({parts: await parts(page), png: await page.screenshot({path: join(shots, `moment-${i + 1}.png`)})});
  }
  await goTo(page, 0);
  for (const [i, pos] of [...pick.entries()].reverse()) {
    await goTo(page, pos + 1);
    await page.keyboard.press("ArrowLeft");
    await goTo(page, pos);
    assert.deepEqual(await parts(page), pictures[i].parts, `moment ${i + 1} is drawn as before`);
    assert.equal(await differing(browser, pictures[i].png, await page.screenshot()), 0, `moment ${i + 1} looks as before`);
  }
  assert.deepEqual(complaints, []);
  await close();
});

test("every view draws, and has a table", {skip, timeout: 120000}, async () => {
  const {page, complaints, close} = await openPage(browser, daemon.url, {hash: link("qemu-virt-numa")});
  await goTo(page, await page.evaluate(() => globalThis.mmscope.store.get().length));
  const views = await page.evaluate(() => [...document.querySelectorAll("[role=tab]:not([hidden])")].map((t) => t.id.slice(4)));
  for (const v of views) {
    await show(page, v);
    await page.screenshot({path: join(shots, `view-${v}.png`)});
    const panel = page.locator(".panel").first();
    assert.ok((await panel.locator("svg.drawing > *").count()) > 0 || (await panel.locator(".empty").isVisible()), v);
    await page.keyboard.press("t");
    await panel.locator("table").first().waitFor();
    await page.keyboard.press("t");
    await panel.locator("table").first().waitFor({state: "hidden"});
  }
  assert.deepEqual(complaints, []);
  await close();
});

test("the bare address shows the default board, and plays by itself when told to", {skip, timeout: 60000}, async () => {
  const {page, complaints, close} = await openPage(browser, daemon.url);
  assert.equal(await page.evaluate(() => globalThis.mmscope.store.get().run.manifest.inputs.board), "qemu-virt");
  assert.equal(await page.evaluate(() => globalThis.mmscope.store.get().playing), false);
  await page.locator("#play").click();
  await page.waitForFunction(() => globalThis.mmscope.store.get().pos > 2);
  await page.locator("#play").click();
  await page.waitForFunction(() => globalThis.mmscope.store.get().boards.length > 3);
  assert.deepEqual(complaints, []);
  await close();
});

test("a line of the log leads to its moment", {skip, timeout: 60000}, async () => {
  const {page, close} = await openPage(browser, daemon.url, {hash: link("qemu-virt")});
  const row = page.locator("#log .row").nth(3);
  const text = await row.textContent();
  await row.click();
  const {pos, log} = await page.evaluate(() => { const s = globalThis.mmscope.store.get(); return {pos: s.pos, log: s.run.replay.events[s.pos - 1].log}; });
  assert.ok(pos > 0 && log.some((l) => text.startsWith(l)));
  await close();
});

test("a link shows the same picture in a fresh browser", {skip, timeout: 60000}, async () => {
  const one = await openPage(browser, daemon.url, {hash: link("qemu-virt-numa")});
  await goTo(one.page, Math.floor((await one.page.evaluate(() => globalThis.mmscope.store.get().length)) * 0.6));
  await one.page.keyboard.press("+");
  await one.page.keyboard.press(".");
  await one.page.waitForTimeout(400);
  const hash = await one.page.evaluate(() => location.hash);
  const first = await one.page.screenshot();
  const two = await openPage(browser, daemon.url, {hash});
  await two.page.evaluate(() => new Promise((r) => requestAnimationFrame(() => requestAnimationFrame(r))));
  const second = await two.page.screenshot({path: join(shots, "deep-link.png")});
  assert.deepEqual(await parts(two.page), await parts(one.page));
  assert.equal(await differing(browser, first, second), 0);
  await one.close();
  await two.close();
});

test("another command line is booted from the page", {skip, timeout: 60000}, async () => {
  const {page, complaints, close} = await openPage(browser, daemon.url, {hash: link("qemu-virt")});
  const before_ = await page.evaluate(() => globalThis.mmscope.store.get().run.manifest.id);
  await page.locator("#choose").click();
  await page.locator("#in-cmdline").fill("memblock=debug mem=512M");
  await page.locator("#run").click();
  await page.waitForFunction((id) => globalThis.mmscope.store.get().run.manifest.id !== id, before_);
  assert.equal(await page.evaluate(() => document.querySelector("dialog[open]")), null);
  assert.deepEqual(complaints, []);
  await close();
});

test("what the daemon refuses is said where it was asked", {skip, timeout: 60000}, async () => {
  const {page, close} = await openPage(browser, daemon.url, {hash: link("qemu-virt")});
  await page.locator("#choose").click();
  await page.locator("#in-dtb").setInputFiles({name: "bad.dtb", mimeType: "application/octet-stream", buffer: Buffer.from("this is no device tree")});
  await page.locator("#run").click();
  await page.locator("#chooser .trouble[role=alert]").waitFor();
  assert.ok((await page.locator("#chooser .trouble[role=alert]").textContent()).length > 10);
  await page.keyboard.press("Escape");
  assert.ok(await page.evaluate(() => document.body.classList.contains("ready")), "the run before is still there");
  await close();
});

test("without the daemon the page says so, and comes back by itself", {skip: skip || Boolean(process.env.MMSCOPE_URL), timeout: 60000}, async () => {
  const {page, close} = await openPage(browser, daemon.url, {hash: link("qemu-virt")});
  await page.context().setOffline(true);
  await page.locator("#choose").click();
  await page.locator("#in-cmdline").fill("memblock=debug mem=256M");
  await page.locator("#run").click();
  await page.locator("#banner").waitFor();
  await page.context().setOffline(false);
  await page.locator("#banner").waitFor({state: "hidden", timeout: 10000});
  await close();
});
