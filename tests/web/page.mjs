// SPDX-License-Identifier: GPL-2.0-or-later
// The page on the real daemon: what it draws is what the daemon says, forwards and backwards.
import test, {after, before} from "node:test";
import assert from "node:assert/strict";
import {join} from "node:path";
import {differing, drawn, goTo, missing, openPage, parts, shots, show, startBrowser, startDaemon} from "./browser.mjs";

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

const BOARDS = ["qemu-virt", "qemu-virt-numa", "small-reserved"];
const link = (board, more = "") => `#board=${board}&kernel=6.7&lang=en&view=overview${more}`;

/** The tables as the daemon tells them at an event. */
async function stateAt(page, seq) {
  const id = await page.evaluate(() => globalThis.mmscope.store.get().run.manifest.id);
  const res = await fetch(`${daemon.url}/api/v1/runs/${id}/state?at=${seq}`);
  assert.equal(res.status, 200);
  const body = await res.json();
  return body.tables ?? body;
}

const sum = (rows, f) => rows.reduce((a, r) => a + f(r), 0);
const size = (r) => Number(r.size);
/** What the map must show of each table, in bytes. */
const LANES = {
  "memblock.memory": (rows) => [rows.length, sum(rows, size)],
  "memblock.reserved": (rows) => [rows.length, sum(rows, size)],
  ledger: (rows) => [rows.length, sum(rows, size)],
  nodes: (rows, page) => [rows.filter((n) => n.spanned > 0).length, sum(rows, (n) => n.spanned * page)],
  bootmem: (rows, page) => [rows.length, sum(rows, (r) => (r.end_pfn - r.key) * page)],
  zones: (rows, page) => [rows.filter((z) => z.spanned > 0).length, sum(rows, (z) => z.spanned * page)],
};

const MEMORY = new Set(["memblock.memory", "memblock.reserved", "ledger"]);

/** Every view against the daemon's tables. */
function compare(seen, tables, pageSize) {
  for (const lane of seen.lanes) {
    const rows = (tables[lane.table] ?? []).filter((r) => !MEMORY.has(lane.table) || size(r) > 0);
    assert.deepEqual([lane.n, lane.bytes], LANES[lane.table](rows, pageSize), `lane ${lane.id}`);
    if (!MEMORY.has(lane.table)) continue;
    const byKey = new Map(rows.map((r) => [r.key, [Number(r.key), Number(r.key) + size(r)]]));
    for (const [key, base, end] of lane.cells) assert.deepEqual(byKey.get(key), [base, end], `${lane.table} ${key}`);
  }
  const zones = tables.zones.filter((z) => z.spanned > 0);
  const drawnZones = Object.fromEntries(seen.zones ?? []);
  for (const z of zones) for (const what of ["spanned", "present", "managed"]) assert.equal(drawnZones[`r:${z.key}:${what}`], z[what], `zone ${z.key} ${what}`);
  assert.equal(Object.keys(drawnZones).filter((k) => k.endsWith(":managed")).length, zones.length);
  assert.deepEqual((seen.zonelists ?? []).filter(([k]) => !/^r:d\d/.test(k)).map(([, v]) => v), inChains(tables.zonelists).map((r) => (r.zone ? `${r.zone_node}/${r.zone}` : "")), "zonelists");
  const sets = [...tables.pagesets.map((r) => [`r:pagesets:${r.key}`, r]), ...tables.boot_pagesets.map((r) => [`r:boot_pagesets:${r.key}`, r])];
  assert.deepEqual(seen.pagesets ?? [], sets.map(([k, r]) => [k, {high: r.high, batch: r.batch, count: r.count}]), "page sets");
}

/** Zonerefs of one list stand together on the page, whatever order the daemon has. */
function inChains(rows) {
  const chains = new Map();
  for (const r of rows) chains.set(`${r.node}/${r.list}`, [...(chains.get(`${r.node}/${r.list}`) ?? []), r]);
  return [...chains.values()].flat();
}

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

for (const board of BOARDS) {
  test(`${board}: what is drawn is the state, at every moment looked at`, {skip, timeout: 120000}, async () => {
    const {page, complaints, close} = await openPage(browser, daemon.url, {hash: link(board)});
    const all = await moments(page, 50);
    assert.ok(all.length > 50);
    for (const pos of all) {
      await goTo(page, pos);
      const {seq, pageSize} = await page.evaluate((p) => ({seq: globalThis.mmscope.store.get().run.replay.events[p - 1].seq, pageSize: globalThis.mmscope.store.get().run.page}), pos);
      compare(await drawn(page), await stateAt(page, seq), pageSize);
    }
    assert.deepEqual(complaints, []);
    await close();
  });
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
