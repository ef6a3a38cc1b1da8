// SPDX-License-Identifier: GPL-2.0-or-later
// What is refused: said once, beside the field where it is mended, in the reader's language; nothing is lost.
import test from "node:test";
import assert from "node:assert/strict";
import {execFileSync} from "node:child_process";
import {booted, openPage} from "./browser.mjs";
import {setUp} from "./rig.mjs";

const rig = setUp();
const {skip} = rig;

/** A tree as a phone has it: where RAM begins, but not how much there is. */
const PHONE = `/dts-v1/;
/ {
	#address-cells = <2>;
	#size-cells = <2>;
	model = "A phone";
	compatible = "example,phone";
	memory@80000000 { device_type = "memory"; reg = <0 0x80000000 0 0>; };
	cpus {
		#address-cells = <1>;
		#size-cells = <0>;
		cpu@0 { device_type = "cpu"; reg = <0>; compatible = "arm,cortex-a53"; };
	};
	rmem: reserved-memory {
		#address-cells = <2>;
		#size-cells = <2>;
		ranges;
		modem@88000000 { reg = <0 0x88000000 0 0x5000000>; no-map; };
	};
};
`;

/** What a boot loader would apply to it. */
const CAMERA = `/dts-v1/;
/plugin/;
&rmem {
	camera@a8000000 { reg = <0 0xa8000000 0 0x1000000>; no-map; };
};
`;

for (const lang of ["en", "zh-CN"])
  test(
    `a phone's tree: dropped, given RAM, booted, changed, moved, overlaid, compared, without a dead end, in ${lang}`,
    {skip, timeout: 300000},
    async () => {
      const {page, complaints, close} = await openPage(rig.browser, rig.daemon.url, {
        hash: `#board=qemu-virt&kernel=6.7&lang=${lang}&view=owners`,
        size: {width: 1280, height: 720},
      });
      const drop = (bytes, name) =>
        page.evaluate(
          ([bytes, name]) => {
            const data = new DataTransfer();
            data.items.add(new File([new Uint8Array(bytes)], name));
            window.dispatchEvent(new DragEvent("drop", {dataTransfer: data, cancelable: true}));
          },
          [[...bytes], name],
        );
      await drop(
        execFileSync("dtc", ["-q", "-@", "-I", "dts", "-O", "dtb"], {input: PHONE}),
        "phone.dtb",
      );
      // It says, at the field and in the reader's language, what the tree does not say.
      await page.waitForSelector("#chooser[open] #in-memory[aria-invalid]");
      assert.match(
        await page.locator("#chooser .problem").textContent(),
        lang === "en" ? /how much RAM/ : /多大的内存|内存大小/,
      );
      assert.equal(await page.locator("#banner").isVisible(), false, "one message");
      assert.equal(await page.evaluate(() => document.activeElement.id), "in-memory");
      await page.keyboard.type("2G");
      await page.locator("#run").click();
      const inputs = () =>
        page.evaluate(() => {
          const {run, phase, problem} = globalThis.mmscope.store.get();
          const {kernel, cmdline, memory} = run.manifest.inputs;
          return {kernel, cmdline, memory, tree: run.tree?.name, phase, problem};
        });
      const bootedWith = (more) =>
        booted(
          page,
          (want) => {
            const {run, phase} = globalThis.mmscope.store.get();
            const i = run.manifest.inputs;
            return phase === "ready" && Object.keys(want).every((k) => i[k] === want[k]);
          },
          more,
        );
      await bootedWith({memory: "0x80000000"});
      assert.equal((await inputs()).tree, "phone.dtb");
      // In the header: another kernel, then a command line, then what cannot be.
      await page.locator("#h-kernel").selectOption("6.12");
      await page.locator("#boot-form button").click();
      await bootedWith({kernel: "6.12"});
      await page.locator("#h-cmdline").fill("cma=256M");
      await page.keyboard.press("Enter");
      await bootedWith({kernel: "6.12", cmdline: "cma=256M"});
      await page.locator("#h-memory").fill("2Q");
      await page.keyboard.press("Enter");
      await page.waitForSelector("#h-memory[aria-invalid]");
      assert.equal(await page.locator("#boot-problem").isVisible(), true);
      assert.equal(await page.locator("#h-memory").inputValue(), "2Q", "nothing typed is lost");
      assert.equal(await page.locator("#h-cmdline").inputValue(), "cma=256M");
      // Two ranges that overlap: which, at the field.
      await page.locator("#h-memory").fill("1G@0x80000000,1G@0xa0000000");
      await page.keyboard.press("Enter");
      await page.waitForFunction(() =>
        /0xa0000000-0xdfffffff/.test(document.querySelector("#boot-problem")?.textContent ?? ""),
      );
      assert.match(
        await page.locator("#boot-problem").textContent(),
        lang === "en" ? /ranges 1 and 2 overlap/ : /第 1 段与第 2 段内存重叠/,
      );
      assert.doesNotMatch(
        await page.locator("#boot-problem").textContent(),
        lang === "en" ? /does not say how much/ : /多大的内存|内存大小/,
        "the tree is not to blame for what was given",
      );
      await page.waitForSelector("#h-memory[aria-invalid]");
      await page.locator("#h-memory").fill("3G");
      await page.keyboard.press("Enter");
      await bootedWith({memory: "0xc0000000"});
      assert.equal(await page.locator("#boot-problem").isVisible(), false);
      assert.equal((await inputs()).tree, "phone.dtb");
      // The loader puts the tree elsewhere; where it cannot lie is said at that field.
      const placed = () =>
        page.evaluate(() => {
          const {run} = globalThis.mmscope.store.get();
          return run.manifest.loader.find((row) => row.key === "dtb");
        });
      assert.equal((await placed()).origin, "assumed");
      await page.locator("#choose").click();
      await page.locator("#in-dtb-addr").fill("0x90000001");
      await page.locator("#run").click();
      await page.waitForSelector("#chooser[open] .problem");
      assert.match(await page.locator("#chooser .problem").textContent(), /0x90000008/);
      await page.locator("#in-dtb-addr").fill("0xa0000000");
      await page.locator("#run").click();
      await page.waitForFunction(() =>
        globalThis.mmscope.store
          .get()
          .run.manifest.loader.some((row) => row.key === "dtb" && row.base === "0xa0000000"),
      );
      assert.equal((await placed()).origin, "given");
      assert.equal((await inputs()).cmdline, "cma=256M");
      // An overlay changes this tree; RAM, command line and the tree's place stay as they were given.
      const dtbo = execFileSync("dtc", ["-q", "-@", "-I", "dts", "-O", "dtb"], {input: CAMERA});
      await drop(dtbo, "camera.dtbo");
      await page.waitForFunction(() =>
        globalThis.mmscope.store
          .get()
          .run.replay?.events?.some((e) => JSON.stringify(e).includes("camera@a8000000")),
      );
      assert.deepEqual(
        [(await inputs()).memory, (await inputs()).cmdline, (await placed()).base],
        ["0xc0000000", "cma=256M", "0xa0000000"],
      );
      assert.equal(await page.locator("#chooser").isVisible(), false, "no dead end");
      // Beside another boot of the same tree: owner by owner what grew and shrank.
      await page.keyboard.press("Escape");
      await page.locator("#centre").focus();
      await page.keyboard.press("End");
      await page.keyboard.press("b");
      await page.locator("#in-cmdline").fill("cma=64M");
      await page.locator("#chooser footer button").first().click();
      await page.waitForSelector("#v-compare .compared li", {timeout: 30000});
      const pair = await page.evaluate(() => {
        const {run, other} = globalThis.mmscope.store.get();
        return [run.manifest.id, other.manifest.id];
      });
      const diff = await (
        await fetch(`${rig.daemon.url}/api/v1/runs/${pair[0]}/diff/${pair[1]}`)
      ).json();
      const shown = await page.locator("#v-compare .compared li").count();
      assert.equal(shown, diff.owners.filter((o) => o.change).length);
      assert.ok(
        (await page.locator("#v-compare .arrows .move").count()) > 0,
        "arrows between both maps",
      );
      assert.deepEqual(
        complaints.filter((c) => !/status of 4\d\d/.test(c)),
        [],
      );
      await close();
    },
  );

test("a link that leads nowhere says what to do", {skip, timeout: 60000}, async () => {
  for (const hash of [`#run=${"0".repeat(64)}&lang=zh-CN`, "#live=aaaaaaaa&lang=zh-CN"]) {
    const {page, close} = await openPage(rig.browser, rig.daemon.url, {hash, expectReady: false});
    await page.waitForSelector("#cover button");
    assert.match(await page.locator("#cover").textContent(), /请选择一块开发板|或选择一块开发板/);
    await page.locator("#cover button").last().click();
    await page.waitForSelector("#chooser[open] [data-board]");
    await close();
  }
});

/** A link, what is said of it, beside which field, and what is shown instead. */
const STRANGE = [
  [
    "read=concept:nosuch",
    {en: /concept “nosuch”.*list/, zh: /名为“nosuch”的概念/},
    "#tabs",
    {view: "concepts"},
  ],
  [
    "read=article:A:999",
    {en: /“article:A:999”.*list/, zh: /“article:A:999”/},
    "#tabs",
    {view: "articles"},
  ],
  ["view=nosuch", {en: /view “nosuch”/, zh: /名为“nosuch”的视图/}, "#tabs", {view: "overview"}],
  [
    "lesson=nosuch",
    {en: /lesson “nosuch”/, zh: /“nosuch”这一课/},
    "#tabs",
    {lesson: "", view: "overview"},
  ],
  ["at=99999", {en: /#99999.*slider/, zh: /#99999.*滑块/}, "#range", {}],
  ["theme=nosuch", {en: /theme “nosuch”/, zh: /“nosuch”这个主题/}, "#theme", {theme: "auto"}],
  ["map=nosuch", {en: /“nosuch” is no piece/, zh: /“nosuch”不是/}, "#zoom-fit", {win: null}],
  ["view=nosuch&theme=worse", {en: /“nosuch”.*“worse”/, zh: /“nosuch”.*“worse”/}, "#tabs", {}],
  ["bord=rpi4-8g", {en: /“bord”/, zh: /“bord”/}, "", {}],
];

for (const [lang, of] of Object.entries({en: "en", "zh-CN": "zh"}))
  test(
    `what a link asks for and nobody has: one message, beside its field, in ${lang}`,
    {skip, timeout: 120000},
    async () => {
      const {page, complaints, answered, close} = await openPage(rig.browser, rig.daemon.url, {
        hash: `#board=qemu-virt&kernel=6.7&lang=${lang}`,
      });
      for (const [hash, said, field, state] of STRANGE) {
        await page.goto("about:blank");
        await page.goto(`${rig.daemon.url}/#board=qemu-virt&kernel=6.7&lang=${lang}&${hash}`);
        await page.waitForSelector(":is(#boot-problem, #banner):not([hidden])");
        await answered();
        const told = page.locator(":is(#boot-problem, #banner):not([hidden])");
        assert.equal(await told.count(), 1, hash);
        assert.match(await told.textContent(), said[of], hash);
        assert.doesNotMatch(await told.textContent(), /--\w|[{}]value/, hash);
        const box = await told.boundingBox();
        const near = field && (await page.locator(field).boundingBox());
        if (near) {
          assert.equal(await told.getAttribute("id"), "boot-problem", hash);
          const gap = Math.max(near.y - box.y - box.height, box.y - near.y - near.height);
          assert.ok(gap >= 0 && gap < 12, `${hash}: ${gap} pixels from its field`);
        }
        assert.ok(box.x >= 0 && box.y >= 0 && box.y + box.height <= 900, `${hash}: in the window`);
        const now = await page.evaluate(() => {
          const {view, lesson, theme, win, run} = globalThis.mmscope.store.get();
          return {view, lesson, theme, win, board: run.manifest.inputs.board};
        });
        assert.deepEqual(now, {...now, board: "qemu-virt", ...state}, hash);
        await told.locator("button").click();
        await page.waitForFunction(
          () => !document.querySelector(":is(#boot-problem, #banner):not([hidden])"),
        );
      }
      // In an open page, too; and what is known is not doubted.
      await page.evaluate(() => (location.hash = "#view=nowhere"));
      await page.waitForFunction(() =>
        /nowhere/.test(document.querySelector("#boot-problem")?.textContent ?? ""),
      );
      await page.locator("#boot-problem button").click();
      await page.evaluate(() => (location.hash = "#read=concept:zones&at=end&theme=dark"));
      await page.waitForFunction(() => globalThis.mmscope.store.get().theme === "dark");
      await page.evaluate(() => globalThis.mmscope.actions.doubt(location.hash));
      assert.equal(await page.evaluate(() => globalThis.mmscope.store.get().problem), null);
      assert.deepEqual(complaints, []);
      await close();
    },
  );

test(
  "a language that there is none of: the choice of languages says so",
  {skip, timeout: 60000},
  async () => {
    const {page, close} = await openPage(rig.browser, rig.daemon.url, {
      hash: "#board=qemu-virt&kernel=6.7&lang=tlh",
    });
    await page.waitForSelector("#lang[aria-invalid]");
    assert.match(await page.locator("#boot-problem").textContent(), /language “tlh”/);
    await close();
  },
);

test(
  "a short link that is put into the address of an open page is followed",
  {skip, timeout: 60000},
  async () => {
    const {page, complaints, close} = await openPage(rig.browser, rig.daemon.url, {
      hash: "#board=qemu-virt&kernel=6.7&lang=en",
    });
    await page.evaluate(() => (location.hash = "#board=qemu-virt-numa&kernel=7.2&view=zonelists"));
    await page.waitForFunction(() => {
      const {run, view} = globalThis.mmscope.store.get();
      const {inputs, kernel} = run.manifest;
      return inputs.board === "qemu-virt-numa" && kernel.name === "7.2" && view === "zonelists";
    });
    assert.deepEqual(complaints, []);
    await close();
  },
);
