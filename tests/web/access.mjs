// SPDX-License-Identifier: GPL-2.0-or-later
// For everyone: axe-core finds nothing in any view, language and theme; all is reached by keys; no glyph is missing.
import test from "node:test";
import assert from "node:assert/strict";
import {axeSource, goTo, openPage, rested, show} from "./browser.mjs";
import {setUp} from "./rig.mjs";

const rig = setUp();
const {skip} = rig;

const violations = (page) =>
  page.evaluate(async () => {
    const {violations: v} = await /** @type {any} */ (globalThis).axe.run(document, {
      resultTypes: ["violations"],
    });
    return v.map(
      (x) =>
        `${x.id}: ${x.nodes
          .slice(0, 3)
          .map((n) => `${n.target} ${n.failureSummary.split("\n")[1] ?? ""}`)
          .join(" | ")}`,
    );
  });

const views = (page) => page.evaluate(() => globalThis.mmscope.views());

for (const lang of ["en", "zh-CN"])
  for (const theme of ["light", "dark", "projector"])
    test(`axe-core: no violation, ${lang}, ${theme}`, {skip, timeout: 180000}, async () => {
      const {page, complaints, close} = await openPage(rig.browser, rig.daemon.url, {
        hash: `#board=qemu-virt-numa&kernel=6.7&lang=${lang}&theme=${theme}&view=overview`,
      });
      await page.evaluate(axeSource());
      await goTo(page, await page.evaluate(() => globalThis.mmscope.store.get().length - 5));
      const found = [];
      for (const v of await views(page)) {
        await show(page, v);
        found.push(...(await violations(page)).map((x) => `${v}: ${x}`));
      }
      await page.evaluate(() => globalThis.mmscope.store.set({present: true}));
      for (const v of ["map", "log", "tree", "chapters"]) {
        await show(page, v);
        found.push(...(await violations(page)).map((x) => `presenting ${v}: ${x}`));
      }
      await page.evaluate(() => globalThis.mmscope.store.set({present: false, view: "overview"}));
      await page.keyboard.press("t");
      found.push(...(await violations(page)).map((x) => `table: ${x}`));
      for (const dialog of ["b", "e", "?", "/"]) {
        await page.keyboard.press(dialog);
        await page.waitForSelector("dialog[open]");
        found.push(...(await violations(page)).map((x) => `dialog ${dialog}: ${x}`));
        await page.keyboard.press("Escape");
      }
      assert.deepEqual([...new Set(found)], []);
      assert.deepEqual(complaints, []);
      await close();
    });

test("axe-core: no violation on a first visit", {skip, timeout: 60000}, async () => {
  const {page, close} = await openPage(rig.browser, rig.daemon.url);
  await page.evaluate(axeSource());
  assert.deepEqual(await violations(page), []);
  await close();
});

test(
  "every control is reached with Tab and shows that it has the focus",
  {skip, timeout: 60000},
  async () => {
    const {page, close} = await openPage(rig.browser, rig.daemon.url, {
      hash: "#board=qemu-virt&kernel=6.7&lang=en&view=overview",
    });
    const want = await page.evaluate(
      () =>
        [...document.querySelectorAll("button, select, input")].filter(
          (e) =>
            e.getClientRects().length &&
            !e.closest("#tree, dialog") &&
            e.getAttribute("tabindex") !== "-1" &&
            getComputedStyle(e).visibility !== "hidden",
        ).length,
    );
    const seen = await page.evaluate(() => new Set().size);
    const reached = new Set();
    for (let i = 0; i < 400; i++) {
      await page.keyboard.press("Tab");
      const at = await page.evaluate(() => {
        const e = document.activeElement;
        if (!e || e === document.body || e.closest("#tree")) return null;
        e.dataset.n ??= String(Math.random());
        return {
          n: e.dataset.n,
          control: /^(BUTTON|SELECT|INPUT)$/.test(e.tagName),
          outline: getComputedStyle(e).outlineStyle,
        };
      });
      if (at?.control) {
        reached.add(at.n);
        assert.notEqual(at.outline, "none");
      }
    }
    assert.ok(reached.size >= want + seen, `${reached.size} of ${want}`);
    await close();
  },
);

for (const presenting of [false, true])
  test(
    `Space plays after a click on any control${presenting ? ", also before an audience" : ""}`,
    {skip, timeout: 90000},
    async () => {
      const {page, complaints, close} = await openPage(rig.browser, rig.daemon.url, {
        hash: "#board=qemu-virt&kernel=6.7&lang=en&view=memblock&at=60",
      });
      if (presenting) await page.keyboard.press("Shift+F");
      await rested(page);
      const look = () =>
        page.evaluate(() => {
          const {playing, fold, view, win, asTable} = globalThis.mmscope.store.get();
          return {playing, rest: JSON.stringify({fold, view, win, asTable})};
        });
      const dead = [];
      let pressed = 0;
      for (const control of [
        "#tabs [role=tab]:nth-of-type(3)",
        "#fold",
        "#zoom-in",
        "#zoom-fit",
        "#map-table",
        "#legend button",
      ]) {
        if (!(await page.locator(control).first().isVisible())) continue;
        pressed++;
        await page.locator(control).first().click();
        const was = await look();
        await page.keyboard.press(" ");
        const now = await look();
        if (!now.playing || now.rest !== was.rest) dead.push(control);
        await page.evaluate(() => globalThis.mmscope.store.set({playing: false}));
        await rested(page);
      }
      assert.deepEqual(dead, []);
      assert.ok(pressed >= (presenting ? 2 : 5), `${pressed} controls`);
      // Whoever has come by Tab presses with Space what has the focus; before an audience it is time.
      await page.locator("#zoom-in").focus();
      await page.keyboard.press("Shift+Tab");
      await page.keyboard.press("Tab");
      await page.keyboard.press(" ");
      assert.equal((await look()).playing, presenting);
      assert.deepEqual(complaints, []);
      await close();
    },
  );

test("single-character keys can be switched off", {skip, timeout: 60000}, async () => {
  const {page, close} = await openPage(rig.browser, rig.daemon.url, {
    hash: "#board=qemu-virt&kernel=6.7&lang=en&view=overview",
  });
  const playing = () => page.evaluate(() => globalThis.mmscope.store.get().view);
  await page.keyboard.press("2");
  assert.equal(await playing(), "memblock");
  await page.keyboard.press("?");
  await page.locator("#single").uncheck();
  await page.keyboard.press("Escape");
  await page.keyboard.press("1");
  assert.equal(await playing(), "memblock");
  await close();
});

test(
  "Chinese has its glyphs, also where figures are cut to their room",
  {skip, timeout: 60000},
  async () => {
    const {page, close} = await openPage(rig.browser, rig.daemon.url, {
      hash: "#board=qemu-virt&kernel=6.7&lang=zh-CN&view=overview",
    });
    const tofu = await page.evaluate(() => {
      const g = document.createElement("canvas").getContext("2d");
      g.font = getComputedStyle(document.body).font;
      const picture = (c) => {
        g.canvas.width = 40;
        g.canvas.height = 40;
        g.font = "24px sans-serif";
        g.fillText(c, 4, 28);
        return g.canvas.toDataURL();
      };
      const none = picture("\uffff");
      return [...new Set([...document.body.innerText].filter((c) => c > "\u2e80"))].filter(
        (c) => picture(c) === none,
      );
    });
    assert.deepEqual(tofu, []);
    assert.equal(await page.evaluate(() => document.documentElement.lang), "zh-CN");
    await close();
  },
);

test("narrow and wide windows: nothing overflows sideways", {skip, timeout: 60000}, async () => {
  for (const [width, height] of [
    [320, 640],
    [768, 1024],
    [1440, 900],
    [3840, 2160],
  ]) {
    const {page, close} = await openPage(rig.browser, rig.daemon.url, {
      hash: "#board=qemu-virt&kernel=6.7&lang=en&view=overview",
      size: {width, height},
    });
    const over = await page.evaluate(
      () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
    );
    assert.ok(over <= 0, `${width}: ${over} px too wide`);
    await close();
  }
});

test(
  "icons of the header have their word beside them, or below for who comes by keys",
  {skip, timeout: 60000},
  async () => {
    const ids = ["palette-open", "present", "live-on", "export", "help"];
    for (const lang of ["en", "zh-CN"])
      for (const [width, theme] of [
        [1440, "light"],
        [1280, "light"],
        [1920, "projector"],
      ]) {
        const {page, close} = await openPage(rig.browser, rig.daemon.url, {
          hash: `#board=qemu-virt-numa&kernel=6.7&lang=${lang}&theme=${theme}&view=overview`,
          size: {width, height: 800},
        });
        await page.locator("#lang").focus();
        const wide = width === 1440;
        for (const id of ids) {
          for (let i = 0; i < 4; i++) {
            await page.keyboard.press("Tab");
            if ((await page.evaluate(() => document.activeElement?.id)) === id) break;
          }
          const seen = await page.evaluate((of) => {
            const button = document.getElementById(of);
            const shown = [...document.querySelectorAll("#top .word")].filter(
              (el) => el.getClientRects().length,
            );
            const word = button.querySelector(".word");
            return {
              focused: document.activeElement === button,
              n: shown.length,
              mine: shown.includes(word),
              label: button.getAttribute("aria-label"),
              word: word.textContent,
              in: word.getBoundingClientRect().right <= innerWidth,
              over: [...document.querySelectorAll("#top > *")]
                .map((el) => el.getBoundingClientRect())
                .filter((r) => r.width > 1)
                .some((r, i, all) => i && r.left < all[i - 1].right - 1),
            };
          }, id);
          assert.ok(seen.label.includes(seen.word), `${seen.label} | ${seen.word}`);
          assert.deepEqual(
            [seen.focused, seen.mine, seen.n, seen.in, wide && seen.over],
            [true, true, wide ? ids.length : 1, true, false],
            `${id}, ${width}, ${lang}`,
          );
        }
        await close();
      }
  },
);
