// SPDX-License-Identifier: GPL-2.0-or-later
// What is taken along stands alone: pictures are whole, the saved page plays without a network.
import test from "node:test";
import assert from "node:assert/strict";
import {readFileSync} from "node:fs";
import {join} from "node:path";
import {pathToFileURL} from "node:url";
import {drawn, goTo, lookFor, openPage, shots} from "./browser.mjs";
import {setUp} from "./rig.mjs";

const rig = setUp();
const {skip} = rig;

async function download(page, click, name) {
  const [d] = await Promise.all([page.waitForEvent("download"), page.locator(click).click()]);
  const file = join(shots, name);
  await d.saveAs(file);
  return file;
}

async function ready() {
  const opened = await openPage(rig.browser, rig.daemon.url, {
    hash: "#board=qemu-virt-numa&kernel=6.7&lang=en&view=overview",
  });
  await goTo(
    opened.page,
    await opened.page.evaluate(() => globalThis.mmscope.store.get().length - 3),
  );
  await opened.page.locator("#export").click();
  await opened.page.waitForSelector("#exporter[open]");
  return opened;
}

test("the map and a view as SVG and as PNG", {skip, timeout: 60000}, async () => {
  const {page, complaints, close} = await ready();
  const LEGEND = {map: /page table/, zones: /managed/, zonelists: /another node/};
  for (const view of ["map", "zones", "zonelists"]) {
    await page.locator("#export-view").selectOption(view);
    const svg = readFileSync(await download(page, "#export-svg", `export-${view}.svg`), "utf8");
    assert.match(svg, /^<svg[^>]*xmlns=/);
    const legend = svg.slice(svg.lastIndexOf("</g>"));
    assert.match(legend, LEGEND[view], "what the colours say");
    assert.match(legend, /changed by this event/);
    assert.doesNotMatch(svg, /undefined|NaN/);
    if (view === "map")
      for (const lane of ["memory", "reserved", "owner", "nodes", "zones"])
        assert.match(svg, new RegExp(`>${lane}</text>`));
    assert.doesNotMatch(svg, /class=|var\(--/, "looks are written out");
    for (const [, id] of svg.matchAll(/url\(#([^)]+)\)/g))
      assert.ok(svg.includes(`id="${id}"`), `${id} is in the file`);
    const png = readFileSync(await download(page, "#export-png", `export-${view}.png`));
    assert.equal(png.subarray(1, 4).toString(), "PNG");
    assert.ok(png.length > 5000);
  }
  assert.deepEqual(complaints, []);
  await close();
});

test(
  "what is words can be a picture too: log, call tree, chapters",
  {skip, timeout: 60000},
  async () => {
    const {page, complaints, close} = await ready();
    await page.keyboard.press("Escape");
    await page.evaluate(() => globalThis.mmscope.actions.view("chapters"));
    await page.locator("#v-chapters").waitFor();
    await page.locator("#export").click();
    const event = await page.evaluate(() => globalThis.mmscope.screen.moment().event);
    const WANT = {
      log: "Memory:|SLUB:|memblock|Freeing|Unpacking|hash table",
      tree: event.step,
      chapters: "paging_init: ",
    };
    for (const [view, want] of Object.entries(WANT)) {
      await page.locator("#export-view").selectOption(view);
      const svg = readFileSync(await download(page, "#export-svg", `export-${view}.svg`), "utf8");
      assert.match(svg, new RegExp(`>[^<]*(${want})`), view);
      assert.doesNotMatch(svg, /undefined|NaN|class=/);
      assert.equal(
        readFileSync(await download(page, "#export-png", `export-${view}.png`))
          .subarray(1, 4)
          .toString(),
        "PNG",
      );
    }
    assert.deepEqual(complaints, []);
    await close();
  },
);

test("the saved page plays from disk with networking off", {skip, timeout: 60000}, async () => {
  const one = await ready();
  const file = await download(one.page, "#export-html", "offline.html");
  await one.page.keyboard.press("Escape");
  const wanted = await drawn(one.page);
  const length = await one.page.evaluate(() => globalThis.mmscope.store.get().length);
  await one.close();
  const ctx = await rig.browser.newContext({
    viewport: {width: 1440, height: 900},
    reducedMotion: "reduce",
    offline: true,
    colorScheme: "light",
    locale: "en-US",
  });
  const page = await ctx.newPage();
  const complaints = [];
  page.on("console", (m) => m.type() === "error" && complaints.push(m.text()));
  page.on("pageerror", (e) => complaints.push(String(e)));
  page.on("request", (r) => /^https?:/.test(r.url()) && complaints.push(`asks for ${r.url()}`));
  await page.goto(pathToFileURL(file).href + "#lang=en&view=overview");
  await page.waitForSelector("body.ready");
  await page.locator("#centre").focus();
  await page.keyboard.press("End");
  await goTo(page, length - 3);
  assert.deepEqual((await drawn(page)).lanes, wanted.lanes);
  await page.locator("#lang").selectOption("zh-CN");
  await page.locator("#group-memblock", {hasText: "memblock"}).click();
  await page.screenshot({path: join(shots, "offline.png")});
  await lookFor(page, "paging_init");
  await page.keyboard.press("Enter");
  await page.waitForFunction(() => globalThis.mmscope.screen.moment().event.step === "paging_init");
  assert.deepEqual(complaints, []);
  await ctx.close();
});
