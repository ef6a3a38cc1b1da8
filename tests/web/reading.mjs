// SPDX-License-Identifier: GPL-2.0-or-later
// What is read beside a boot: words lead to concepts wherever they stand, items of an article to their moments and
// back, and what the palette finds is where it goes.
import test from "node:test";
import assert from "node:assert/strict";
import {readFileSync} from "node:fs";
import {join} from "node:path";
import {openPage, rested} from "./browser.mjs";
import {setUp} from "./rig.mjs";

const rig = setUp();
const {skip} = rig;
const concepts = JSON.parse(
  readFileSync(join(process.env.SRCDIR ?? ".", "texts/concepts.json"), "utf8"),
);

const open = (hash, more = {}) => openPage(rig.browser, rig.daemon.url, {hash, ...more});
const state = (page) =>
  page.evaluate(() => {
    const {pos, view, sel, read, run, theme} = globalThis.mmscope.store.get();
    return {pos, view, sel, read, theme, tree: run.tree?.name, inputs: run.manifest.inputs};
  });

/** Goes where something is found. */
async function find(page, text) {
  await page.keyboard.press("Control+k");
  await page.waitForSelector("#palette[open]");
  await page.locator("#palette-text").fill(text);
  await page.keyboard.press("Enter");
  await page.waitForFunction(() => !document.querySelector("#palette[open]"));
  return state(page);
}

for (const lang of ["en", "zh-CN"])
  test(
    `inspector, legend and views lead to concepts (${lang})`,
    {skip, timeout: 60000},
    async () => {
      const {page, complaints, close} = await open(
        `#board=qemu-virt&kernel=6.7&lang=${lang}&view=zones&at=300`,
      );
      const title = (id) => concepts[id].title[lang];
      const opened = (id) =>
        page.waitForFunction(
          (t) => document.querySelector("#concept h3")?.textContent === t,
          title(id),
        );
      // A view says what it is.
      await page.locator("#v-zones .bar button").first().click();
      await opened("zones");
      // A legend's owner is explained in the inspector, whose words lead on.
      const slab = page.locator("#legend button", {hasText: /^slab$/});
      await slab.click();
      assert.equal((await state(page)).sel, "owner:slab");
      await page.locator("#inspector-body .term", {hasText: /^slab$/}).click();
      await opened("slab");
      // So do the words of a card.
      await page.evaluate(() => globalThis.mmscope.store.set({view: "pagesets"}));
      await page.locator("#v-pagesets .card").first().click();
      await rested(page);
      const word = page.locator("#inspector-body .term").first();
      assert.match(await word.textContent(), /pageset/);
      await word.click();
      await opened("pageset");
      assert.deepEqual(complaints, []);
      await close();
    },
  );

test("a telephone brings what is opened into sight", {skip, timeout: 60000}, async () => {
  const {page, close} = await open("#board=qemu-virt&kernel=6.7&lang=en&view=zones&at=300", {
    size: {width: 390, height: 844},
  });
  const seen = (selector) =>
    page.waitForFunction((s) => {
      const r = document.querySelector(s)?.getBoundingClientRect();
      return r && r.top >= 0 && r.top + 40 < document.getElementById("time").offsetTop;
    }, selector);
  await page.evaluate(() => scrollTo(0, 0));
  await page.evaluate(() => globalThis.mmscope.actions.read("concept:zones"));
  await seen("#concept h3");
  await page.evaluate(() => scrollTo(0, 0));
  await page.locator("#legend button").first().click();
  await seen("#inspector-body h3");
  await close();
});

for (const [name, kernel, lang] of [
  ["A", "4.9", "zh-CN"],
  ["B", "6.7", "en"],
])
  test(
    `whoever chooses an item of article ${name} reads that one, and reads on`,
    {skip, timeout: 120000},
    async () => {
      const {page, complaints, close} = await open(
        `#board=qemu-virt&kernel=${kernel}&lang=${lang}&view=articles&read=article:${name}`,
      );
      await page.waitForSelector(`#article-${name} li`);
      const lost = await page.evaluate(async (list) => {
        const out = [];
        const frame = () => new Promise((r) => requestAnimationFrame(r));
        const current = () => document.querySelector(`${list} .current`)?.dataset.item;
        for (const n of [...document.querySelectorAll(`${list} li`)].map((x) => x.dataset.item)) {
          document.querySelector(`${list} li[data-item="${n}"] .head button`).click();
          for (let i = 0; i < 30 && current() !== n; i++) await frame();
          if (current() !== n) out.push(`${n}: ${current()}`);
        }
        return out;
      }, `#article-${name}`);
      assert.deepEqual(lost, []);
      // Steps take over again, and the next item is the article's next.
      const first = await page.locator(`#article-${name} li`).first().getAttribute("data-item");
      await page.locator(`#article-${name} li .head button`).first().click();
      await rested(page);
      await page.locator("#v-articles .bar button").nth(1).click();
      await page.waitForFunction(
        (n) => document.querySelector(".article .current")?.dataset.item === n,
        String(Number(first) + 1),
      );
      await page.keyboard.press("Home");
      await page.waitForFunction(
        (n) => document.querySelector(".article .current")?.dataset.item !== n,
        String(Number(first) + 1),
      );
      assert.deepEqual(complaints, []);
      await close();
    },
  );

for (const lang of ["en", "zh-CN"])
  test(
    `each concept is read without scrolling at 1440x900 (${lang})`,
    {skip, timeout: 60000},
    async () => {
      const {page, close} = await open(
        `#board=qemu-virt-numa&kernel=6.7&lang=${lang}&view=concepts&at=99999999`,
        {size: {width: 1440, height: 900}},
      );
      await page.waitForSelector("#concept");
      const cut = [];
      for (const id of Object.keys(concepts)) {
        await page.evaluate((c) => globalThis.mmscope.actions.read(`concept:${c}`), id);
        await page.waitForFunction(
          (t) => document.querySelector("#concept h3")?.textContent === t,
          concepts[id].title[lang],
        );
        const below = await page.evaluate(() => {
          const box = document.querySelector("#panels .scroll").getBoundingClientRect();
          return (
            document.querySelector("#concept .row").getBoundingClientRect().bottom - box.bottom
          );
        });
        if (below > 0) cut.push(`${id}: ${Math.round(below)} px`);
      }
      assert.deepEqual(cut, []);
      await close();
    },
  );

test("at 1280x720 a concept and three items can be read", {skip, timeout: 60000}, async () => {
  const {page, close} = await open("#board=qemu-virt&kernel=6.7&lang=en&view=articles&at=300", {
    size: {width: 1280, height: 720},
  });
  await page.waitForSelector(".article li");
  const height = () => page.evaluate(() => document.querySelector("#panels .scroll").clientHeight);
  assert.ok((await height()) >= 240, `${await height()} px for the article`);
  await page.evaluate(() => globalThis.mmscope.actions.read("concept:zones"));
  await page.waitForSelector("#concept");
  assert.ok((await height()) >= 240, `${await height()} px for the concept`);
  await close();
});

test(
  "the palette goes to an address that nobody has yet, to an item, to a field, to a theme",
  {skip, timeout: 60000},
  async () => {
    const {page, complaints, close} = await open(
      "#board=qemu-virt&kernel=6.7&lang=en&view=memblock&at=0",
    );
    await page.evaluate(() => globalThis.mmscope.actions.moves.first());
    const there = await find(page, "0x40400000");
    assert.match(there.sel, /^ledger:/);
    assert.ok(there.pos > 0, "where it first has an owner");
    await page.evaluate(() => globalThis.mmscope.actions.moves.first());
    const field = await find(page, "spanned");
    assert.equal(field.view, "zones");
    assert.ok(field.pos > 0, "where there are zones");
    await page.keyboard.press("Control+k");
    await page.waitForFunction(() => globalThis.mmscope.screen.ctx.library("articles"));
    await page.keyboard.press("Escape");
    await page.keyboard.press("/"); // at once: a closed dialog has the focus until the next frame
    await page.waitForSelector("#palette[open]");
    await page.keyboard.press("Escape");
    await page.waitForFunction(() => !document.querySelector("#palette[open]"));
    const item = await find(page, "init_bootmem_done");
    assert.match(item.read, /^article:B:\d+$/);
    await page.waitForFunction(
      (n) => document.querySelector(".article .current")?.dataset.item === n,
      item.read.split(":")[2],
    );
    assert.equal((await find(page, "projector")).theme, "projector");
    await page.keyboard.press("Control+k");
    await page.locator("#palette-text").fill("Zonelists");
    assert.doesNotMatch(await page.locator("#hit-text").textContent(), /^No /);
    assert.deepEqual(complaints, []);
    await close();
  },
);

test("another kernel from the palette boots the dropped tree", {skip, timeout: 60000}, async () => {
  const {page, complaints, close} = await open("#board=qemu-virt&kernel=6.7&lang=en&view=owners");
  await page.evaluate(async () => {
    const {actions} = globalThis.mmscope;
    const dtb = await fetch("/api/v1/boards/rpi4-8g/dtb").then((r) => r.blob());
    const tree = new File([dtb], "my-board.dtb");
    await actions.boot({kernel: "6.7", cmdline: "cma=64M", memory: "2G"}, {tree});
  });
  await page.waitForFunction(() => globalThis.mmscope.store.get().kernels.length > 1);
  await find(page, "6.12");
  await page.waitForFunction(
    () => globalThis.mmscope.store.get().run.manifest.inputs.kernel === "6.12",
  );
  const {tree, inputs} = await state(page);
  assert.equal(tree, "my-board.dtb");
  assert.equal(inputs.cmdline, "cma=64M");
  assert.equal(inputs.memory, "0x80000000");
  assert.deepEqual(complaints, []);
  await close();
});

/** What becomes of items that an article names and a kernel does not have, or has otherwise. */
const FATES = [
  [
    "4.9",
    "A",
    {
      57: "executed",
      58: "gone",
      59: "gone",
      63: "executed",
      66: "gone",
      70: "otherwise",
      85: "otherwise",
    },
  ],
  ["4.9", "A", {86: "otherwise", 87: "executed", 16: "executed", 14: "silent"}],
  ["4.9&cmdline=numa_zonelist_order%3Dzone", "A", {85: "executed"}],
  ["7.2", "A", {57: "gone", 60: "executed", 63: "gone", 66: "gone", 84: "absent"}],
  ["6.7", "A", {66: "executed"}],
  ["6.7", "B", {126: "gone", 130: "gone", 268: "silent", 269: "gone", 283: "gone"}],
  ["4.9-bootmem", "B", {283: "executed"}],
];

test(
  "an item says whether it is executed, without effect, or not in this kernel",
  {skip, timeout: 120000},
  async () => {
    for (const [kernel, article, fates] of FATES) {
      const board = kernel === "4.9-bootmem" ? "qemu-virt" : "qemu-virt-numa";
      const {page, close} = await open(
        `#board=${board}&kernel=${kernel}&lang=en&view=articles&read=article:${article}`,
      );
      await page.waitForSelector(`#article-${article} > li`);
      for (const [n, fate] of Object.entries(fates)) {
        const item = page.locator(`#article-${article} > li[data-item="${n}"]`);
        assert.equal(
          await item.getAttribute("class").then((c) => c.split(" ")[0]),
          fate,
          `${kernel} ${article}${n}`,
        );
        if (fate === "gone") assert.match(await item.innerText(), /\bnot in /);
      }
      // Why it is not there comes with the history of the kernel.
      if (kernel === "7.2")
        await page
          .locator('#article-A > li[data-item="84"]', {
            hasText: /No moment of its own in this run: since Linux 4\.14/,
          })
          .waitFor();
      await close();
    }
  },
);
