// SPDX-License-Identifier: GPL-2.0-or-later
// What was wrong on screenshots: names beside other lanes than their own, sizes of type that differ, a drawing that
// is cut, a list that is not where the moment is.
import test from "node:test";
import assert from "node:assert/strict";
import {goTo, illegible, openPage, rested, show} from "./browser.mjs";
import {setUp} from "./rig.mjs";

const rig = setUp();
const {skip} = rig;
const BOOT = "#board=qemu-virt-numa&kernel=6.7&at=99999999";
const SIZES = [
  {width: 1280, height: 720},
  {width: 1920, height: 1080},
];

for (const lang of ["en", "zh-CN"])
  for (const size of SIZES)
    test(
      `in a hall of ${size.width}x${size.height} (${lang}) the overview has one size of type, and all distances`,
      {skip, timeout: 60000},
      async () => {
        const {page, close} = await openPage(rig.browser, rig.daemon.url, {
          hash: `${BOOT}&lang=${lang}&view=overview&present=1`,
          size,
        });
        const {fonts, cut} = await page.evaluate(() => {
          const drawings = [...document.querySelectorAll(".panel svg.drawing:first-child")];
          const body = document.querySelector("#v-zonelists .body").getBoundingClientRect();
          const cells = [...document.querySelectorAll("#v-zonelists rect.cell")];
          return {
            fonts: [...new Set(drawings.map((d) => getComputedStyle(d).fontSize))],
            cut: [
              cells.length,
              ...cells.filter((c) => c.getBoundingClientRect().bottom > body.bottom),
            ].length,
          };
        });
        assert.equal(fonts.length, 1, fonts.join());
        assert.equal(cut, 1, "no distance is below the panel's edge");
        await close();
      },
    );

test(
  "names of lanes stand beside their lanes, whatever room the map has",
  {skip, timeout: 60000},
  async () => {
    const {page, close} = await openPage(rig.browser, rig.daemon.url, {
      hash: `${BOOT}&lang=en&view=overview`,
    });
    for (const view of ["overview", "whatif", "overview"]) {
      await show(page, view);
      await rested(page);
      const off = await page.evaluate(() => {
        const {lanes} = globalThis.mmscope.screen.layouts.map;
        const top = document.getElementById("map-canvas").getBoundingClientRect().top;
        return [...document.querySelectorAll("#map-lanes span")].map((el, i) => {
          const r = el.getBoundingClientRect();
          return Math.abs((r.top + r.bottom) / 2 - top - lanes[i].y - lanes[i].h / 2);
        });
      });
      assert.ok(off.length >= 4 && Math.max(...off) < 3, `${view}: ${off.map(Math.round)}`);
    }
    await close();
  },
);

test(
  "in the call tree grey is what has no effect on memory, and its legend shows what rows look like",
  {skip, timeout: 60000},
  async () => {
    const {page, close} = await openPage(rig.browser, rig.daemon.url, {
      hash: "#board=qemu-virt-numa&kernel=6.7&at=300&lang=en&view=memblock",
    });
    const looks = await page.evaluate(() => {
      const look = (/** @type {Element} */ el) => {
        const {
          color,
          fontStyle,
          borderInlineStartStyle: bar,
          borderInlineStartColor,
        } = getComputedStyle(el);
        return [
          color,
          fontStyle,
          bar === "none" || borderInlineStartColor.endsWith(" 0)") ? "" : bar,
        ].join();
      };
      const rows = [...document.querySelectorAll("#tree-body [role=treeitem]:not(.current)")];
      const by = (/** @type {string} */ sel) => [
        ...new Set(rows.filter((el) => el.matches(sel)).map(look)),
      ];
      const [did, will, none] = document.querySelectorAll("#tree .key > span");
      return {
        rows: [by(".done"), by(".yes:not(.done)"), by(".no")],
        key: [look(did.querySelector("i")), look(will.querySelector("i")), look(none)],
      };
    });
    assert.deepEqual(
      looks.rows,
      looks.key.map((k) => [k]),
    );
    assert.equal(new Set(looks.key).size, 3, "three looks for three meanings");
    assert.notEqual(looks.key[0].split(",normal")[0], looks.key[2].split(",italic")[0]);
    await close();
  },
);

test(
  "the inspector's facts have no English clause in Chinese",
  {skip, timeout: 120000},
  async () => {
    for (const run of ["board=qemu-virt-numa&kernel=6.7", "board=qemu-virt&kernel=4.9"]) {
      const {page, close} = await openPage(rig.browser, rig.daemon.url, {
        hash: `#${run}&lang=zh-CN&view=memblock`,
      });
      const {tried, left} = await page.evaluate(() => {
        const {store, actions, screen} = globalThis.mmscope;
        const clause = /[a-z'’]+(?: [a-z'’]+){2}/;
        const moments = store
          .get()
          .run.replay.events.flatMap((e, i) =>
            Object.values({...e.text, ...e.why}).some((v) => clause.test(String(v))) ? [i + 1] : [],
          );
        const found = [];
        for (const pos of moments) {
          actions.seek(pos, {playing: false});
          screen.settle();
          for (const dd of document.querySelectorAll("#inspector-body dd"))
            if (clause.test(dd.textContent) && !/[\u4e00-\u9fff]/.test(dd.textContent))
              found.push(`#${pos} ${dd.textContent}`);
        }
        return {tried: moments.length, left: found};
      });
      assert.ok(tried > 30, `${tried} moments have one`);
      assert.deepEqual(left, [], run);
      await close();
    }
  },
);

test("names on the map are the reader's", {skip, timeout: 60000}, async () => {
  const {page, close} = await openPage(rig.browser, rig.daemon.url, {
    hash: "#board=numa4-asymmetric&kernel=6.12&lang=zh-CN&view=zones&at=end",
    size: {width: 390, height: 844},
  });
  await page.locator("#map-svg text", {hasText: "DMA · 节点 0"}).waitFor({state: "attached"});
  assert.doesNotMatch(await page.locator("#map-svg").textContent(), /node \d/);
  await close();
});

test(
  "a low window gives a view what titles would take that say nothing new",
  {skip, timeout: 60000},
  async () => {
    for (const lang of ["en", "zh-CN"]) {
      const {page, close} = await openPage(rig.browser, rig.daemon.url, {
        hash: `#board=qemu-virt-numa&kernel=6.7&at=400&lang=${lang}&view=memblock`,
        size: {width: 1280, height: 720},
      });
      const seen = await page.evaluate(() => {
        const box = (/** @type {string} */ what) =>
          document.querySelector(what).getBoundingClientRect();
        const body = box("#v-memblock .body");
        const right = Math.max(
          ...[...document.querySelectorAll("#v-memblock svg.drawing:first-child text")].map(
            (el) => el.getBoundingClientRect().right,
          ),
        );
        return {height: body.height, over: right - box("#v-memblock .bar").left};
      });
      assert.ok(seen.height >= 185, `${lang}: ${seen.height} px of 720`);
      assert.ok(seen.over <= 0, "its buttons lie over nothing");
      await goTo(page, 5);
      const indent = await page.evaluate(
        () =>
          document.querySelector("#v-memblock .empty p").getBoundingClientRect().left -
          document.querySelector("#v-memblock").getBoundingClientRect().left,
      );
      assert.ok(indent < 40, "what will come begins at the left, too");
      await close();
    }
  },
);

test(
  "a concept's drawing names owners as the reader's language does",
  {skip, timeout: 60000},
  async () => {
    const {page, close} = await openPage(rig.browser, rig.daemon.url, {
      hash: `${BOOT}&lang=zh-CN&view=concepts&read=concept:chicken-and-egg`,
    });
    await page.waitForSelector(".sketch rect");
    const said = await page.locator(".sketch").textContent();
    assert.match(said, /内核镜像/);
    assert.doesNotMatch(said, /kernel-image/);
    await close();
  },
);

test(
  "while positions fly past nothing scrolls; at the rest call tree and log show where they are",
  {skip, timeout: 60000},
  async () => {
    const {page, close} = await openPage(rig.browser, rig.daemon.url, {
      hash: `${BOOT}&lang=en&view=overview`,
    });
    const at = await page.evaluate(async () => {
      const {store} = globalThis.mmscope;
      const frame = () => new Promise((r) => requestAnimationFrame(r));
      const inSight = (id) => {
        const el = document.getElementById(id);
        const now = el.querySelector(".current")?.getBoundingClientRect();
        const box = el.getBoundingClientRect();
        return Boolean(now && now.top >= box.top - 1 && now.bottom <= box.bottom + 1);
      };
      const {length} = store.get();
      const tops = [];
      for (let i = 1; i <= 60; i++) {
        store.set({scrubbing: true, pos: Math.round(length * (1 - i / 80))});
        await frame();
        if (i > 9) tops.push(document.getElementById("tree-body").scrollTop);
      }
      store.set({scrubbing: false});
      await new Promise((r) => setTimeout(r, 400));
      return {tops, tree: inSight("tree-body"), log: inSight("log-body")};
    });
    assert.equal(new Set(at.tops).size, 1, "nothing scrolls on the way");
    assert.deepEqual([at.tree, at.log], [true, true]);
    await close();
  },
);

/** Sizes that people have, the telephone's last: it scrolls, and has no log of a size. */
const SCREENS = [
  {width: 1920, height: 1080},
  {width: 1440, height: 900},
  {width: 1280, height: 720},
  {width: 1024, height: 768},
  {width: 390, height: 844},
];

/** What is cut, hidden or lies over something else on the page as it is shown. */
const faults = () => {
  const seen = (r) => r.width > 0.5 && r.height > 0.5;
  const box = (el) => el.getBoundingClientRect();
  const out = [];
  for (const svg of document.querySelectorAll("#panels svg.drawing, #map-svg")) {
    const edge = box(svg);
    const texts = [...svg.querySelectorAll("text")]
      .map((el) => ({says: el.textContent.slice(0, 40), r: box(el)}))
      .filter((t) => seen(t.r) && seen(edge));
    for (const {says, r} of texts)
      if (r.right > edge.right + 2 || r.left < edge.left - 2) out.push(`outside: ${says}`);
    texts.slice(0, 400).forEach((a, i) => {
      for (const b of texts.slice(i + 1, 400)) {
        const w = Math.min(a.r.right, b.r.right) - Math.max(a.r.left, b.r.left);
        const h = Math.min(a.r.bottom, b.r.bottom) - Math.max(a.r.top, b.r.top);
        if (w > 4 && h > 5) out.push(`over each other: ${a.says} | ${b.says}`);
      }
    });
  }
  const tabs = [...document.querySelectorAll("#tabs :is(button, label)")].map((el) => [
    el,
    box(el),
  ]);
  for (const [el, r] of tabs) {
    if (r.right > innerWidth + 1 || r.left < -1) out.push(`tab off the page: ${el.textContent}`);
    for (const [other, o] of tabs)
      if (
        other !== el &&
        o.left < r.right - 2 &&
        o.right > r.left + 2 &&
        o.top < r.bottom - 4 &&
        o.bottom > r.top + 4
      )
        out.push(`tab below another: ${el.textContent}`);
  }
  const now = box(document.getElementById("now"));
  const parts = ["now-where", "now-text", "now-more", "begin"].map((id) =>
    document.getElementById(id),
  );
  parts
    .filter((el) => !el.hidden && seen(box(el)))
    .forEach((el, i, all) => {
      if (box(el).bottom > now.bottom + 1) out.push(`below the headline's edge: ${el.id}`);
      if (i && box(el).top < box(all[i - 1]).bottom - 2) out.push(`${el.id} over ${all[i - 1].id}`);
    });
  const row = document.querySelector("#log-body .row");
  const log = box(document.getElementById("log-body"));
  if (innerWidth > 1000 && row && seen(log) && log.height < 3 * box(row).height)
    out.push(`the log has ${(log.height / box(row).height).toFixed(1)} lines`);
  for (const el of document.querySelectorAll("#panels > .panel, #console:not([hidden])"))
    if (box(el).width < 200) out.push(`${el.id} is ${Math.round(box(el).width)} wide`);
  if (document.documentElement.scrollWidth > innerWidth + 1) out.push("the page scrolls sideways");
  return [...new Set(out)];
};

for (const size of SCREENS)
  test(
    `on ${size.width}x${size.height} no view is cut, and nothing lies over anything else`,
    {skip, timeout: 240000},
    async () => {
      const {page, close} = await openPage(rig.browser, rig.daemon.url, {
        hash: `${BOOT}&lang=en&view=overview`,
        size,
      });
      const all = [];
      for (const lang of ["en", "zh-CN"]) {
        await page.selectOption("#lang", lang);
        for (const view of await page.evaluate(() => globalThis.mmscope.views())) {
          await show(page, view);
          await rested(page);
          for (const fault of await page.evaluate(faults)) all.push(`${lang} ${view}: ${fault}`);
        }
      }
      assert.deepEqual(all, []);
      await close();
    },
  );

/** A machine at work, with requests that walk a zonelist. */
const WORK = encodeURIComponent(
  "a = alloc order=3; b = bulk 20 cpu=1; c = alloc gfp=GFP_NOWAIT; d = kmalloc 100",
);

for (const size of [
  {width: 1440, height: 900},
  {width: 1280, height: 720},
  {width: 390, height: 844},
])
  test(
    `on ${size.width}x${size.height} nothing is written in less than 11 pixels`,
    {skip, timeout: 240000},
    async () => {
      for (const run of [
        "board=qemu-virt-numa&kernel=6.7&lang=zh-CN",
        `board=qemu-virt-numa&kernel=7.2&memory=1G&ops=${WORK}&lang=en`,
      ]) {
        const {page, close} = await openPage(rig.browser, rig.daemon.url, {
          hash: `#${run}&view=overview&at=99999999`,
          size,
        });
        await page.keyboard.press("ArrowLeft"); // inside the last operation
        const found = [];
        for (const view of await page.evaluate(() => globalThis.mmscope.views())) {
          await show(page, view);
          await rested(page);
          for (const what of await page.evaluate(illegible, 11)) found.push(`${view}: ${what}`);
        }
        assert.deepEqual(found, [], run);
        await close();
      }
    },
  );

test(
  "on a telephone nothing in the headline is cut for which there is room, nor the find box's hint",
  {skip, timeout: 120000},
  async () => {
    for (const lang of ["en", "zh-CN"]) {
      const {page, close} = await openPage(rig.browser, rig.daemon.url, {
        hash: `${BOOT}&lang=${lang}&view=memblock`,
        size: {width: 390, height: 844},
      });
      const whole = await page.evaluate(() => {
        const more = document.getElementById("now-more");
        return more.scrollHeight <= more.clientHeight + 1;
      });
      assert.ok(whole, `${lang}: what the answer says is there to its end`);
      const hint = await page.evaluate(() => {
        const field = document.getElementById("find-text");
        const {font, paddingLeft, paddingRight} = getComputedStyle(field);
        const pen = document.createElement("canvas").getContext("2d");
        pen.font = font;
        const room = field.clientWidth - parseFloat(paddingLeft) - parseFloat(paddingRight);
        return {room, needs: pen.measureText(field.placeholder).width};
      });
      assert.ok(hint.room >= hint.needs, `${lang}: ${JSON.stringify(hint)}`);
      const off = await page.evaluate(() => {
        const edge = document.getElementById("now-where").getBoundingClientRect().right;
        return [...document.querySelectorAll("#now-where > *")]
          .filter((el) => el.getBoundingClientRect().right > edge + 1)
          .map((el) => el.textContent);
      });
      assert.deepEqual(off, [], `${lang}: beyond the edge of the line above it`);
      const length = await page.evaluate(() => globalThis.mmscope.store.get().length);
      for (let pos = 5; pos < length; pos += Math.ceil(length / 40)) {
        await goTo(page, pos);
        await rested(page);
        const left = await page.evaluate(() => {
          const more = document.getElementById("now-more");
          const line = parseFloat(getComputedStyle(more).lineHeight);
          const edge = document.getElementById("now").getBoundingClientRect().bottom;
          const below = (edge - more.getBoundingClientRect().bottom) / line;
          return {cut: more.scrollHeight > more.clientHeight + 1, below};
        });
        assert.ok(!left.cut || left.below < 1.8, `${lang} ${pos}: ${left.below} lines are free`);
        assert.ok(left.below > 0, `${lang} ${pos}: ends below the edge`);
      }
      await close();
    }
  },
);

test(
  "before its first row a view names the step that its button goes to, and has something there",
  {skip, timeout: 120000},
  async () => {
    for (const run of [
      "board=qemu-virt-numa&kernel=7.2",
      "board=qemu-virt&kernel=4.9-bootmem",
      "board=qemu-virt&kernel=4.9",
    ]) {
      const {page, close} = await openPage(rig.browser, rig.daemon.url, {
        hash: `#${run}&lang=en&view=zones&at=1`,
      });
      for (const view of ["zones", "zonelists", "freelists", "percpu", "slabs"]) {
        await goTo(page, 1);
        await show(page, view);
        await rested(page);
        const empty = page.locator(`#v-${view} .empty`);
        const button = empty.locator("button");
        const step = (await button.textContent()).replace("Go to ", "");
        assert.ok(
          (await empty.locator("p").textContent()).includes(step),
          `${run} ${view}: ${step}`,
        );
        await button.click();
        await rested(page);
        assert.ok(await empty.isHidden(), `${run} ${view}: something is there after ${step}`);
      }
      await close();
    }
  },
);
