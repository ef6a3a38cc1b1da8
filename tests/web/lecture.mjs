// SPDX-License-Identifier: GPL-2.0-or-later
// A lecture: by keys only, with questions, beside another boot, followed by a second window, and live.
import test from "node:test";
import assert from "node:assert/strict";
import {join} from "node:path";
import {
  addressOf,
  drawn,
  goTo,
  illegible,
  lookFor,
  openPage,
  rested,
  shots,
  show,
  startDaemon,
} from "./browser.mjs";
import {setUp} from "./rig.mjs";

const rig = setUp();
const {skip} = rig;

const state = (page) =>
  page.evaluate(() => {
    const {pos, length, view, sel, win, fold, lang, present, playing, quiz, ask, guess, live} =
      globalThis.mmscope.store.get();
    return {pos, length, view, sel, win, fold, lang, present, playing, quiz, ask, guess, live};
  });

test("an hour's lecture with nothing but keys", {skip, timeout: 120000}, async () => {
  const {page, complaints, close} = await openPage(rig.browser, rig.daemon.url, {
    hash: "#board=qemu-virt-numa&kernel=6.7&lang=en",
  });
  const press = async (...keys) => {
    for (const k of keys) await page.keyboard.press(k);
    await rested(page);
  };
  await press("Home");
  assert.equal((await state(page)).pos, 0);
  const stages = [];
  for (let i = 0; i < 7; i++) {
    await press("}");
    stages.push(await page.locator("#now .stage").textContent());
  }
  assert.deepEqual(
    [...new Set(stages)],
    ["-1", "0", "1", "2", "3a", "3b", "3c"],
    "every stage is reached by its key",
  );
  await press("{", "PageDown", "PageDown", "PageUp", "Shift+ArrowRight");
  const views = new Set();
  for (let i = 0; i < 14; i++) {
    await press("v");
    views.add((await state(page)).view);
  }
  assert.ok(views.size >= 12);
  await press("6", ".", "f");
  assert.match((await state(page)).sel, /^ledger:/);
  assert.notEqual((await state(page)).win, null);
  await press("0", "+", "w", "d", "a", "s", "-", "0");
  assert.equal((await state(page)).win, null);
  await lookFor(page, "memmap");
  await press("Enter");
  assert.match(await page.locator("#inspector-body h3").first().textContent(), /memmap/);
  await page.locator("#centre").focus();
  await press("Escape", "l");
  await page.waitForFunction(() => document.documentElement.lang === "zh-CN");
  await press("l");
  await page.waitForFunction(() => document.documentElement.lang === "en");
  await press("]", "]", " ");
  await page.waitForFunction(
    (p) => globalThis.mmscope.store.get().pos !== p,
    (await state(page)).pos,
  );
  await press(" ", "End");
  assert.deepEqual(
    [(await state(page)).playing, (await state(page)).pos],
    [false, (await state(page)).length],
  );
  await press("Shift+F");
  assert.equal((await state(page)).present, true);
  const seen = () =>
    page.evaluate(() =>
      ["tree", "map", "panels", "log", "inspector"].filter(
        (id) => document.getElementById(id).getClientRects().length,
      ),
    );
  await press("2");
  assert.deepEqual(await seen(), ["map", "panels"], "the map and one view together");
  await page.screenshot({path: join(shots, "presenting.png")});
  await press("Escape");
  assert.equal((await state(page)).present, false);
  assert.deepEqual(complaints, []);
  await close();
});

for (const [width, height] of [
  [1280, 720],
  [1920, 1080],
])
  test(
    `a lecture in Chinese by keys alone, ${width}x${height}, that two windows follow`,
    {skip, timeout: 120000},
    async () => {
      const {page, complaints, close} = await openPage(rig.browser, rig.daemon.url, {
        hash: "#board=qemu-virt-numa&kernel=6.7&lang=zh-CN",
        size: {width, height},
      });
      const followers = [];
      for (let i = 0; i < 2; i++) {
        const f = await page.context().newPage();
        await f.goto(
          `${rig.daemon.url}/#board=qemu-virt-numa&kernel=6.7&lang=zh-CN&mirror=1&present=1`,
        );
        await f.waitForSelector("body.ready");
        followers.push(f);
      }
      await page.bringToFront();
      let keys = 0;
      const press = async (key, n = 1) => {
        for (let i = 0; i < n; i++, keys++) await page.keyboard.press(key);
        await rested(page);
      };
      const now = async () => {
        const at = await page.evaluate(() => {
          const {run, pos, view} = globalThis.mmscope.store.get();
          return {step: run.replay.events[pos - 1]?.step, view, pos};
        });
        const seen = await page.evaluate(() =>
          ["now-text", "map-canvas", "legend", "panels", "range"].filter((id) => {
            const r = document.getElementById(id).getBoundingClientRect();
            return r.width < 20 || r.height < 12 || r.top < 0 || r.bottom > innerHeight + 1;
          }),
        );
        assert.deepEqual(seen, [], `${at.step}: sentence, map, legend, view and time are in sight`);
        return at;
      };
      const find = async (text) => {
        await lookFor(page, text); // typing is no key of the page
        await press("Enter");
      };
      await press("Shift+F");
      await press("Home");
      await find("memblock_add"); // memory is known
      await press("ArrowRight");
      assert.match((await now()).view, /memblock|owners/);
      await find("paging_init");
      await press("ArrowRight", 3);
      assert.equal((await now()).view, "pagetables");
      await find("free_area_init");
      await press("PageDown");
      await find("build_all_zonelists");
      await press("ArrowRight", 7);
      assert.equal((await now()).view, "overview");
      await press(" "); // a click on nothing, and time still goes by keys
      await press(" ");
      await find("memblock_free_all");
      await press("ArrowRight", 2);
      await now();
      await find("setup_per_cpu_pageset");
      await press("ArrowRight", 2);
      const end = await now();
      assert.equal(end.step, "setup_per_cpu_pageset");
      assert.ok(keys <= 40, `${keys} keys`);
      for (const f of followers)
        await f.waitForFunction(
          ({pos, view}) => {
            const s = globalThis.mmscope.store.get();
            return s.pos === pos && s.view === view;
          },
          {pos: end.pos, view: end.view},
        );
      await page.screenshot({path: join(shots, `lecture-${width}.png`)});
      assert.deepEqual(complaints, []);
      await close();
    },
  );

for (const [width, height] of [
  [1280, 720],
  [1920, 1080],
])
  test(
    `a lecture over the network, ${width}x${height}: two follow, one leaves and catches up`,
    {skip, timeout: 300000},
    async () => {
      const {page, complaints, close} = await openPage(rig.browser, rig.daemon.url, {
        hash: "#board=qemu-virt-numa&kernel=6.7&lang=zh-CN&present=1",
        size: {width, height},
      });
      let keys = 0;
      const press = async (key, n = 1) => {
        for (let i = 0; i < n; i++, keys++) await page.keyboard.press(key);
        await rested(page);
      };
      const find = async (text) => {
        await lookFor(page, text); // typing is no key of the page
        await press("Enter");
      };
      await press("g");
      await page.waitForSelector("#sharer[open]");
      const link = (await page.locator("#sharer .wall").textContent()).trim();
      assert.match(link, /^[\d.:]+\/#live=[a-z2-9]{8}$/, "a link that is read from the wall");
      assert.ok(
        (await page.evaluate(() =>
          parseFloat(getComputedStyle(document.querySelector("#sharer .wall")).fontSize),
        )) >= 48,
        "and large",
      );
      await press("Escape");
      const readers = [];
      for (let i = 0; i < 2; i++)
        readers.push(
          await openPage(rig.browser, rig.daemon.url, {
            hash: link.slice(link.indexOf("#")) + "&lang=zh-CN",
            size: {width, height},
          }),
        );
      const place = (p) =>
        p.evaluate(() => {
          const {pos, view, sel, run} = globalThis.mmscope.store.get();
          return {pos, view, sel, run: run.manifest.id};
        });
      const meet = async (who) => {
        const there = await place(page);
        await who.page.waitForFunction(
          ({pos, view, run}) => {
            const s = globalThis.mmscope.store.get();
            return s.pos === pos && s.view === view && s.run.manifest.id === run;
          },
          there,
          {timeout: 30000},
        );
        assert.deepEqual(await place(who.page), there);
      };
      await find("memblock_add"); // memory is known
      await press("ArrowRight");
      for (const r of readers) await meet(r);
      await find("paging_init");
      await press("ArrowRight", 3);
      // One looks back on their own; what the lecturer does then does not move them.
      const [one, two] = readers;
      await meet(two);
      await two.page.keyboard.press("ArrowLeft");
      await two.page.waitForSelector("#live-catchup");
      const own = await place(two.page);
      await find("build_all_zonelists");
      await press("ArrowRight", 7);
      await meet(one);
      assert.deepEqual(await place(two.page), own, "whoever has left stays where they are");
      await two.page.keyboard.press("g");
      await meet(two);
      await find("memblock_free_all");
      await press("ArrowRight", 2);
      await find("setup_per_cpu_pageset");
      await press("ArrowRight", 2);
      for (const r of readers) await meet(r);
      assert.match((await place(one.page)).view, /pagesets|overview/);
      assert.ok(keys <= 40, `${keys} keys`);
      const text = (p) => p.page.locator("#now-text").textContent();
      assert.equal(await text(one), await text(two), "two followers see the same");
      await page.keyboard.press("g");
      await page.waitForFunction(() => /2/.test(document.getElementById("sharer-n")?.textContent));
      await page.keyboard.press("Escape");
      await page.evaluate(() => globalThis.mmscope.actions.live.end());
      await one.page.waitForFunction(() => globalThis.mmscope.store.get().lecture.over === "end");
      for (const r of readers) {
        assert.deepEqual(r.complaints, []);
        await r.close();
      }
      assert.deepEqual(complaints, []);
      await close();
    },
  );

/** Who shows the zones to others, and has closed the sheet with the link. @param {string} url */
async function lecturing(url) {
  const lecturer = await openPage(rig.browser, url, {
    hash: "#board=qemu-virt&kernel=6.7&lang=en&view=zones",
  });
  await lecturer.page.keyboard.press("g");
  await lecturer.page.waitForSelector("#sharer[open]");
  await lecturer.page.keyboard.press("Escape");
  return lecturer;
}

test(
  "a lecture whose daemon goes away says so to both sides",
  {skip, timeout: 120000},
  async () => {
    const daemon = await startDaemon();
    const lecturer = await lecturing(daemon.url);
    const name = await lecturer.page.evaluate(() => globalThis.mmscope.store.get().lecture.name);
    const reader = await openPage(rig.browser, daemon.url, {hash: `#live=${name}&lang=en`});
    await reader.page.waitForFunction(() => globalThis.mmscope.store.get().view === "zones");
    await daemon.stop();
    const over = (p) =>
      p.page.waitForFunction(() =>
        ["away", "lost"].includes(globalThis.mmscope.store.get().lecture.over),
      );
    await lecturer.page.keyboard.press("ArrowRight");
    for (const p of [lecturer, reader]) {
      await over(p);
      await p.page.waitForFunction(() =>
        /answer|daemon/i.test(document.getElementById("lecture")?.textContent ?? ""),
      );
      await p.close();
    }
  },
);

test(
  "a lecture goes on under its name when its daemon was started anew",
  {skip, timeout: 120000},
  async () => {
    const daemon = await startDaemon();
    const lecturer = await lecturing(daemon.url);
    const name = () => lecturer.page.evaluate(() => globalThis.mmscope.store.get().lecture.name);
    const was = await name();
    const reader = await openPage(rig.browser, daemon.url, {hash: `#live=${was}&lang=en`});
    const meet = async () =>
      reader.page.waitForFunction(
        (pos) => globalThis.mmscope.store.get().pos === pos,
        (await state(lecturer.page)).pos,
        {timeout: 30000},
      );
    await lecturer.page.keyboard.press("ArrowRight");
    await meet();
    // Who puts the list in order shows no empty one to those who follow.
    await lecturer.page.evaluate(() => globalThis.mmscope.actions.view("jumps"));
    await lecturer.page.keyboard.press("ArrowRight");
    await meet();
    assert.equal((await state(reader.page)).view, "zones");
    await daemon.stop();
    await lecturer.page.keyboard.press("ArrowRight");
    await lecturer.page.waitForFunction(
      () => globalThis.mmscope.store.get().lecture.over === "away",
    );
    const again = await startDaemon(["--listen", new URL(daemon.url).host]);
    await lecturer.page.waitForFunction(() => globalThis.mmscope.store.get().lecture.over === "");
    assert.equal(await name(), was, "nobody needs another link");
    await meet();
    await reader.page.waitForFunction(() => globalThis.mmscope.store.get().lecture.over === "");
    await again.stop();
    await lecturer.close();
    await reader.close();
  },
);

test("a list of moments is put in order by keys alone", {skip, timeout: 120000}, async () => {
  const {page, complaints, close} = await openPage(rig.browser, rig.daemon.url, {
    hash: "#board=qemu-virt&kernel=6.7&lang=en",
    size: {width: 1280, height: 720},
  });
  const press = async (...keys) => {
    for (const k of keys) await page.keyboard.press(k);
    await rested(page);
  };
  const find = async (text) => {
    await lookFor(page, text);
    await press("Enter");
  };
  const kept = () => page.evaluate(() => globalThis.mmscope.store.get().jumps);
  const focused = () =>
    page.evaluate(() => {
      const label = document.activeElement?.getAttribute("aria-label");
      return label ?? document.activeElement?.textContent ?? "";
    });
  await find("My list of moments");
  for (const step of ["setup_machine_fdt", "paging_init", "build_all_zonelists"]) {
    await find(step);
    await press("j");
    assert.match(await page.locator("#where-text").textContent(), /Kept as no\. \d/);
  }
  const views = (await kept()).map((j) => j.view);
  assert.deepEqual(views, ["memblock", "pagetables", "overview"], "a picture, not the list itself");
  await find("My list of moments");
  await press("Tab");
  assert.match(await focused(), /^1\. /, "a view that was opened by keys has the focus");
  await press("Tab");
  const {pos} = await state(page);
  await page.keyboard.type("not yet said");
  await press("Enter");
  assert.equal(await focused(), "note: 1", "who has typed a note is still in it");
  assert.equal((await kept())[0].note, "not yet said");
  await press("Tab", "Tab");
  assert.equal(await focused(), "later: 1");
  await press("Enter");
  assert.equal(await focused(), "later: 2", "and goes with what they move");
  await press("Enter");
  assert.deepEqual(
    (await kept()).map((j) => j.note),
    ["", "", "not yet said"],
  );
  assert.equal((await state(page)).pos, pos, "no letter was a key");
  await press("Escape", "Shift+F", "n", "n", "n");
  assert.equal(await page.locator("#now-more").textContent(), "not yet said");
  assert.ok(await page.locator("#now-more").isVisible(), "it is read in the hall");
  assert.equal((await state(page)).view, "memblock");
  const last = (await state(page)).pos;
  await press("Backspace");
  await page.waitForFunction((p) => globalThis.mmscope.store.get().pos !== p, last);
  assert.deepEqual(complaints, []);
  await close();
});

test(
  "who answers a question by the palette comes back by a key, from a lesson, too",
  {skip, timeout: 120000},
  async () => {
    const {page, complaints, close} = await openPage(rig.browser, rig.daemon.url, {
      hash: "#board=qemu-virt&kernel=6.7&lang=en&view=zones",
    });
    const place = () =>
      page.evaluate(() => {
        const {run, pos, view} = globalThis.mmscope.store.get();
        return {run: run.manifest.id, pos, view};
      });
    await page.keyboard.press("Backspace");
    await goTo(page, 220);
    await page.keyboard.press("PageDown");
    const was = await place();
    for (const text of ["Watermarks", "Watermarks and lowmem", "0x7fdd4000", "cma"]) {
      await lookFor(page, text);
      await page.waitForFunction(() => document.querySelector("#hits [aria-selected=true]"));
      await page.keyboard.press("Enter");
      if (text === "Watermarks")
        await page.waitForFunction(() => globalThis.mmscope.store.get().lesson === "watermarks");
      await rested(page);
      await page.keyboard.press("Backspace");
      await page.waitForFunction(
        ({run, pos, view}) => {
          const s = globalThis.mmscope.store.get();
          return s.run.manifest.id === run && s.pos === pos && s.view === view;
        },
        was,
        {timeout: 20000},
      );
    }
    assert.deepEqual(complaints, []);
    await close();
  },
);

test(
  "from the back row: where the memory went, and the names of the stages, at 1280x720",
  {skip, timeout: 60000},
  async () => {
    for (const lang of ["en", "zh-CN"]) {
      const {page, close} = await openPage(rig.browser, rig.daemon.url, {
        hash: `#board=qemu-virt&kernel=6.7&lang=${lang}&view=owners&present=1`,
        size: {width: 1280, height: 720},
      });
      await page.keyboard.press("End");
      await rested(page);
      const seen = await page.evaluate(() => {
        const panel = document.getElementById("v-owners").getBoundingClientRect();
        const words = [...document.querySelectorAll("#v-owners svg.drawing:first-child text")];
        const stages = [...document.querySelectorAll("#stages .seg")].map((el) => ({
          right: el.getBoundingClientRect().right,
          left: el.getBoundingClientRect().left,
        }));
        return {
          least: Math.min(...words.map((el) => parseFloat(getComputedStyle(el).fontSize))),
          lines: words.length,
          below: words.filter((el) => el.getBoundingClientRect().bottom > panel.bottom).length,
          out: [...document.querySelectorAll("#stages text")]
            .map((el) => ({text: el.textContent, box: el.getBoundingClientRect()}))
            .filter(({box}) => {
              const of = stages.find((s) => box.left >= s.left - 1 && box.left < s.right);
              return !of || box.right > of.right + 1;
            })
            .map(({text}) => text),
          bytes: globalThis.mmscope.screen.layouts.owners.marks
            .filter((m) => m.k.startsWith("r:owner:"))
            .reduce((a, m) => a + m.v.bytes, 0),
          ram: Number(globalThis.mmscope.store.get().run.manifest.totals.ram),
        };
      });
      assert.ok(seen.least >= 12, `${lang}: letters of ${seen.least} px`);
      assert.ok(seen.lines > 8, "more than one owner");
      assert.equal(seen.below, 0, "all of them in sight");
      assert.equal(seen.bytes, seen.ram, "every byte of it");
      assert.deepEqual(seen.out, [], "names of stages stand in their stages");
      await close();
    }
  },
);

for (const [width, height] of [
  [1280, 720],
  [1920, 1080],
])
  test(
    `from the back row the smallest words of every view are read, ${width}x${height}`,
    {skip, timeout: 120000},
    async () => {
      const ops = encodeURIComponent(
        "a = alloc order=3; b = bulk 20 cpu=1; c = alloc gfp=GFP_NOWAIT",
      );
      for (const run of [
        "board=qemu-virt-numa&kernel=6.7&lang=en",
        `board=qemu-virt-numa&kernel=7.2&memory=1G&ops=${ops}&lang=zh-CN`,
      ]) {
        const {page, close} = await openPage(rig.browser, rig.daemon.url, {
          hash: `#${run}&view=overview&present=1&at=99999999`,
          size: {width, height},
        });
        await page.keyboard.press("ArrowLeft"); // inside the last operation, where a request walks its zonelist
        const least = (14 * height) / 720;
        const found = [];
        for (const view of await page.evaluate(() => globalThis.mmscope.views())) {
          await show(page, view);
          await rested(page);
          for (const what of await page.evaluate(illegible, least)) found.push(`${view}: ${what}`);
        }
        assert.deepEqual(found, [], run);
        await close();
      }
    },
  );

test(
  "at work, what a hall has no room for is folded, and what the event touched is not",
  {skip, timeout: 60000},
  async () => {
    const ops = encodeURIComponent(
      "a = alloc cpu=3; b = alloc order=4; c = alloc order=7 gfp=GFP_NOWAIT",
    );
    const {page, close} = await openPage(rig.browser, rig.daemon.url, {
      hash: `#board=qemu-virt-numa&kernel=7.2&memory=1G&ops=${ops}&lang=en&view=work&present=1`,
      size: {width: 1280, height: 720},
    });
    const moments = await page.evaluate(() =>
      globalThis.mmscope.store
        .get()
        .run.replay.events.flatMap((e, i) =>
          (e.splices ?? []).some((x) => ["freelists", "pagesets"].includes(x.table)) &&
          e.text?.op !== undefined
            ? [i + 1]
            : [],
        ),
    );
    assert.ok(moments.length > 3);
    let folded = 0;
    for (const pos of moments) {
      await goTo(page, pos);
      const seen = await page.evaluate(() => {
        const box = document.querySelector("#v-work .body").getBoundingClientRect();
        const {marks} = globalThis.mmscope.screen.layouts.work;
        const els = [...document.querySelectorAll("#v-work svg.drawing:first-child > *")];
        return {
          below: els.filter((el) => el.getBoundingClientRect().bottom > box.bottom + 1).length,
          more: marks.some((m) => m.k.startsWith("t:more:")),
          touched: marks.some((m) => m.c.includes(" changed")),
        };
      });
      folded += Number(seen.more);
      assert.deepEqual(seen, {below: 0, more: seen.more, touched: true}, `event ${pos}`);
    }
    assert.ok(folded > 3, `${folded} of ${moments.length} moments`);
    await close();
  },
);

test("a lecturer's own list of moments is in the link", {skip, timeout: 60000}, async () => {
  const one = await openPage(rig.browser, rig.daemon.url, {
    hash: "#board=qemu-virt&kernel=6.7&lang=en&view=memblock",
  });
  for (const pos of [40, 60, 20]) {
    await goTo(one.page, pos);
    await one.page.keyboard.press("j");
  }
  await one.page.evaluate(() => {
    const {jumps} = globalThis.mmscope.actions;
    jumps.note(1, "why; from the top.");
    jumps.move(2, -1);
  });
  const hash = await addressOf(one.page);
  const two = await openPage(rig.browser, rig.daemon.url, {hash});
  const list = (p) => p.evaluate(() => globalThis.mmscope.store.get().jumps);
  assert.deepEqual(await list(two.page), await list(one.page));
  assert.equal((await list(two.page))[2].note, "why; from the top.");
  const went = [];
  for (const key of ["n", "n", "n", "Shift+N"]) {
    await two.page.keyboard.press(key);
    went.push((await state(two.page)).pos);
  }
  assert.deepEqual(went, [40, 20, 60, 20]);
  await one.close();
  await two.close();
});

test("what will happen next is asked before it is shown", {skip, timeout: 60000}, async () => {
  const {page, complaints, close} = await openPage(rig.browser, rig.daemon.url, {
    hash: "#board=qemu-virt&kernel=6.7&lang=en&view=overview",
  });
  const at = await page.evaluate(() =>
    globalThis.mmscope.store.get().run.replay.events.findIndex((e) => e.why?.owner === "memmap"),
  );
  await goTo(page, at);
  await page.keyboard.press("q");
  await page.keyboard.press("ArrowRight");
  await rested(page);
  assert.deepEqual(
    [(await state(page)).pos, (await state(page)).ask],
    [at, at + 1],
    "not shown yet",
  );
  const right = await page.evaluate(
    (i) => globalThis.mmscope.store.get().run.replay.events[i].text.base,
    at,
  );
  assert.ok(
    !(await page.locator("#inspector-body").textContent()).includes(right),
    "nor given away",
  );
  await page.locator("#quiz button", {hasText: right}).click();
  await rested(page);
  const chosen = await page.locator("#quiz button.right").textContent();
  assert.match(chosen, new RegExp(`^\\d ${right}$`), "its digit, and the answer");
  await page.screenshot({path: join(shots, "quiz.png")});
  await page.keyboard.press("ArrowRight");
  await rested(page);
  assert.equal((await state(page)).pos, at + 1);
  assert.deepEqual(complaints, []);
  await close();
});

test(
  "two boots side by side: the same one has no difference, less memory has",
  {skip, timeout: 60000},
  async () => {
    const {page, complaints, answered, close} = await openPage(rig.browser, rig.daemon.url, {
      hash: "#board=qemu-virt&kernel=6.7&lang=en&view=overview",
    });
    await page.keyboard.press("End");
    const beside = (cmdline) =>
      page.evaluate(
        (c) =>
          globalThis.mmscope.actions.boot(
            {board: "qemu-virt", kernel: "6.7", cmdline: c},
            {beside: true},
          ),
        cmdline,
      );
    await beside(
      await page.evaluate(() => globalThis.mmscope.store.get().run.manifest.inputs.cmdline),
    );
    await page.evaluate(() => globalThis.mmscope.actions.view("compare"));
    await answered();
    assert.equal(await page.locator("#v-compare tbody tr").count(), 0);
    await beside("memblock=debug mem=512M");
    await answered();
    assert.ok((await page.locator("#v-compare tbody tr").count()) > 5);
    assert.ok((await drawn(page)).lanes.some((l) => l.id === "other"));
    await page.screenshot({path: join(shots, "compare.png")});
    for (const v of ["zones", "memblock", "freelists", "owners"]) {
      await page.evaluate((x) => globalThis.mmscope.actions.view(x), v);
      await rested(page);
      assert.equal(await page.locator(`#v-${v} svg.drawing:visible`).count(), 2, v);
    }
    assert.deepEqual(complaints, []);
    await close();
  },
);

test("a link has both boots that are compared", {skip, timeout: 60000}, async (t) => {
  const one = await openPage(rig.browser, rig.daemon.url, {
    hash: "#board=qemu-virt&kernel=6.7&lang=en&view=overview",
  });
  await one.page.evaluate(() =>
    globalThis.mmscope.actions.boot(
      {board: "qemu-virt", kernel: "6.7", cmdline: "memblock=debug mem=512M"},
      {beside: true},
    ),
  );
  await one.page.keyboard.press("End");
  await one.page.evaluate(() => globalThis.mmscope.actions.view("compare"));
  const hash = await addressOf(one.page);
  assert.match(hash, /with=.*view=compare|view=compare.*with=/);
  const elsewhere = await startDaemon();
  t.after(() => elsewhere.stop());
  const two = await openPage(rig.browser, elsewhere.url, {
    hash: hash.replace(/run(=|%3D)\w+/g, "run$1" + "0".repeat(64)),
  });
  for (const {answered} of [one, two]) await answered();
  const rows = (p) => p.locator("#v-compare tbody tr").allTextContents();
  const was = await rows(one.page);
  assert.ok(was.length > 5);
  assert.deepEqual(await rows(two.page), was);
  await one.close();
  await two.close();
});

test("a second window follows, and shows no controls", {skip, timeout: 60000}, async () => {
  const one = await openPage(rig.browser, rig.daemon.url, {
    hash: "#board=qemu-virt&kernel=6.7&lang=en&view=overview",
  });
  const two = await one.page.context().newPage();
  await two.goto(
    `${rig.daemon.url}/#board=qemu-virt&kernel=6.7&lang=en&view=overview&mirror=1&present=1`,
  );
  await two.waitForSelector("body.ready");
  await one.page.bringToFront();
  await one.page.evaluate(() =>
    globalThis.mmscope.store.set({pos: 150, view: "memblock", sel: "step:3"}),
  );
  await two.waitForFunction(
    () =>
      globalThis.mmscope.store.get().pos === 150 &&
      globalThis.mmscope.store.get().view === "memblock",
  );
  assert.equal(await two.locator("#top").isVisible(), false);
  assert.equal(await two.locator("#transport").isVisible(), false);
  assert.equal(await two.locator("#inspector").isVisible(), false, "notes stay with the lecturer");
  await one.page.evaluate(() =>
    globalThis.mmscope.actions.boot({board: "small-reserved", kernel: "6.7"}),
  );
  await two.waitForFunction(
    () => globalThis.mmscope.store.get().run.manifest.inputs.board === "small-reserved",
  );
  await one.close();
});

test(
  "a live boot is followed, can be left, and caught up with",
  {skip, timeout: 60000},
  async () => {
    const {page, close} = await openPage(rig.browser, rig.daemon.url, {
      hash: "#board=qemu-virt&kernel=6.7&lang=en&view=overview&pace=60",
      expectReady: false,
    });
    await page.waitForFunction(
      () => {
        const s = globalThis.mmscope?.store.get();
        return s?.live && s.pos > 20 && s.pos === s.length;
      },
      null,
      {timeout: 20000},
    );
    await page.keyboard.press("ArrowLeft");
    const left = await state(page);
    assert.equal(left.live, false);
    await page.waitForFunction((n) => globalThis.mmscope.store.get().length > n + 20, left.length);
    assert.equal((await state(page)).pos, left.pos, "whoever has left stays where they are");
    await page.keyboard.press("End");
    assert.equal((await state(page)).live, true);
    await page.keyboard.press("e");
    const [live] = await Promise.all([
      page.context().waitForEvent("page"),
      page.locator("#export-live").click(),
    ]);
    await live.waitForFunction(
      () => {
        const s = globalThis.mmscope?.store.get();
        return s?.live && s.pos > 1 && s.pos < 100;
      },
      null,
      {timeout: 20000},
    );
    await close();
  },
);
