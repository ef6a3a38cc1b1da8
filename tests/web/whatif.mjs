// SPDX-License-Identifier: GPL-2.0-or-later
// What if and sweep: what is drawn while the hand moves, and what a cell says, is what /runs says of the same inputs.
import test from "node:test";
import assert from "node:assert/strict";
import {axeSource, openPage, rested, show} from "./browser.mjs";
import {setUp} from "./rig.mjs";

const rig = setUp();
const {skip} = rig;
const END = 99999999;
const open = (run, view, lang = "en") =>
  openPage(rig.browser, rig.daemon.url, {
    hash: `#${run}&lang=${lang}&view=${view}&at=${END}`,
  });
const api = async (path) => (await fetch(`${rig.daemon.url}/api/v1${path}`)).json();

/** Move a slider to a position, and wait until a boot with it is drawn. */
const move = (page, id, pos) =>
  page.evaluate(
    async ({id, pos}) => {
      const {store} = globalThis.mmscope;
      const input = /** @type {HTMLInputElement} */ (document.getElementById(`whatif-${id}`));
      const before = store.get().run;
      input.value = String(pos);
      input.dispatchEvent(new Event("input", {bubbles: true}));
      for (let i = 0; i < 2000 && store.get().run === before; i++)
        await new Promise((r) => setTimeout(r, 5));
      await new Promise((r) => requestAnimationFrame(() => requestAnimationFrame(r)));
    },
    {id, pos},
  );

/** What is shown: the run, whether it is a glance, and the cells of the drawing. */
const shown = (page) =>
  page.evaluate(() => {
    const {run, pos} = globalThis.mmscope.store.get();
    const cells = globalThis.mmscope.screen.layouts.whatif.marks.filter(
      (m) => m.v?.owner && m.v.size,
    );
    return {
      id: run.manifest.id,
      glance: Boolean(run.glance),
      pos,
      length: run.replay.length,
      problems: run.problems.map((e) => e.why?.rule),
      cells: cells.map((m) => m.v),
      marks: globalThis.mmscope.screen.layouts.whatif.marks.map((m) => m.k),
      said: [...document.querySelectorAll("#v-whatif svg text")]
        .map((e) => e.textContent)
        .join("\n"),
      tables: run.replay.at(run.replay.length),
    };
  });

test(
  "a drag of the device tree splits the CMA window: drawn, said, and as /runs has it",
  {skip, timeout: 240000},
  async () => {
    const {page, complaints, close} = await open(
      "board=rpi4-8g&kernel=6.12&cmdline=cma%3D512M",
      "whatif",
    );
    await page.waitForSelector("#whatif-dtb");
    for (const pos of [64, 160, 255]) {
      await move(page, "dtb", pos);
      const now = await shown(page);
      const state = await api(`/runs/${now.id}/state`);
      for (const table of ["ledger", "zones", "memblock.memory", "counters"])
        assert.deepEqual(
          now.tables[table],
          state.tables[table],
          `${table} with the tree at ${pos}`,
        );
      const ledger = state.tables.ledger.filter((r) => r.ram);
      for (const c of now.cells)
        assert.ok(
          ledger.some(
            (r) => r.owner === c.owner && Number(r.key) === c.base && Number(r.size) === c.size,
          ),
          `${c.owner} at ${c.base}`,
        );
    }
    const split = await shown(page);
    assert.deepEqual(split.problems, ["cma-does-not-fit"], "just under 512 MiB");
    for (const k of ["window", "hole", `way:${0x1fe00000}`])
      assert.ok(
        split.marks.some((m) => m.endsWith(`:${k}`)),
        `${k} is drawn`,
      );
    assert.match(split.said, /cma: Failed to reserve 512 MiB/);
    assert.match(split.said, /The largest hole is 470 MiB at 0x2800000/);
    assert.match(split.said, /device tree blob 0x1fe00000/);
    // The hand rests: the whole run takes the place of the glance.
    await page.waitForFunction(() => !globalThis.mmscope.store.get().run.glance, null, {
      timeout: 60000,
    });
    const rest = await shown(page);
    assert.equal(rest.id, split.id);
    assert.equal(rest.pos, rest.length);
    assert.deepEqual(rest.cells, split.cells, "the same picture");
    await page.click("[data-reset]");
    assert.deepEqual((await shown(page)).problems, []);
    assert.deepEqual(complaints, []);
    await close();
  },
);

test("sliders by keyboard, the newest movement wins", {skip, timeout: 240000}, async () => {
  const {page, complaints, close} = await open("board=qemu-virt&kernel=6.12", "whatif");
  await page.waitForSelector("#whatif-cma");
  await page.focus("#whatif-cma");
  for (let i = 0; i < 20; i++) await page.keyboard.press("ArrowRight");
  const value = await page.evaluate(() =>
    Number(/** @type {any} */ (document.getElementById("whatif-cma")).value),
  );
  await page.waitForFunction(
    (n) => globalThis.mmscope.store.get().run.manifest.totals.counters.totalcma_pages === n * 1024,
    value,
    {timeout: 60000},
  );
  const text = await page.getAttribute("#whatif-cma", "aria-valuetext");
  assert.equal(text, `${value * 4} MiB`);
  assert.deepEqual(complaints, []);
  await close();
});

for (const lang of ["en", "zh-CN"])
  test(
    `a sweep: each cell says what /sweep says, and opens its boot where it went wrong, in ${lang}`,
    {skip, timeout: 240000},
    async () => {
      const {page, complaints, close} = await open(
        "board=qemu-virt&kernel=6.12&cmdline=quiet",
        "sweep",
        lang,
      );
      await page.fill("#sweep-x", "cma=64M:1G:240M");
      await page.fill("#sweep-y", "memory=512M,1G");
      await page.fill("#sweep-show", "cma.size");
      await page.click("form.sweep button[type=submit]");
      await page.waitForFunction(() => globalThis.mmscope.store.get().sweep?.over, null, {
        timeout: 120000,
      });
      await rested(page);
      const cells = await page.evaluate(() =>
        [...document.querySelectorAll(".heat [data-cell]")].map((e) => ({
          cell: Number(/** @type {any} */ (e).dataset.cell),
          label: e.getAttribute("aria-label"),
          look: e.className,
        })),
      );
      const said = await api(
        "/sweep?board=qemu-virt&kernel=6.12&cmdline=quiet&x=cma=64M:1G:240M&y=memory=512M,1G&show=cma.size&format=json",
      );
      assert.equal(cells.length, said.cells.length);
      for (const c of said.cells) {
        const there = cells.find((x) => x.cell === c.cell);
        assert.ok(there.label.startsWith(`cma=${c.cma}, memory=${c.memory}: `), there.label);
        assert.equal(there.look.includes("marked"), c.outcome === "problems", there.label);
        assert.match(there.look, /^shade-/);
      }
      const most = Math.max(...said.cells.map((c) => Number(c["cma.size"] ?? 0)));
      const scale = await page.locator(".scale").textContent();
      assert.ok(scale.includes("cma.size 0 B"), scale);
      assert.ok(scale.includes(`${most / 2 ** 20} MiB`), `${most}: ${scale}`);
      assert.equal(await page.locator(".scale .marked").count(), 1, "what the frame says");
      await page.focus('.heat [tabindex="0"]');
      await page.keyboard.press("ArrowRight");
      await page.keyboard.press("ArrowDown");
      const bad = said.cells.find((c) => c.outcome === "problems");
      await page.click(`.heat [data-cell="${bad.cell}"]`);
      await page.waitForFunction(
        (cma) => globalThis.mmscope.store.get().run.manifest.inputs.cmdline.includes(`cma=${cma}`),
        bad.cma,
        {timeout: 60000},
      );
      const at = await page.evaluate(() => {
        const {run, pos} = globalThis.mmscope.store.get();
        return run.replay.events[pos - 1].kind;
      });
      assert.equal(at, "problem");
      assert.deepEqual(complaints, []);
      await close();
    },
  );

test(
  "a dropped tree is swept, not the board whose place it took; a cell opens a boot of it",
  {skip, timeout: 240000},
  async () => {
    const {page, complaints, close} = await open("board=qemu-virt&kernel=6.12", "sweep");
    const dtb = Buffer.from(
      await (await fetch(`${rig.daemon.url}/api/v1/boards/small-reserved/dtb`)).arrayBuffer(),
    );
    await page.locator("#choose").click();
    await page.locator("#in-dtb").setInputFiles({
      name: "mine.dtb",
      mimeType: "application/octet-stream",
      buffer: dtb,
    });
    await page.locator("#run").click();
    await page.waitForFunction(() => globalThis.mmscope.store.get().run.dtb, null, {
      timeout: 60000,
    });
    await show(page, "sweep");
    await page.fill("#sweep-x", "cma=8M,64M,400M");
    await page.fill("#sweep-y", "");
    await page.fill("#sweep-show", "memtotal");
    await page.click("form.sweep button[type=submit]");
    await page.waitForFunction(() => globalThis.mmscope.store.get().sweep?.over, null, {
      timeout: 120000,
    });
    const cells = await page.evaluate(() => [
      ...globalThis.mmscope.store.get().sweep.cells.values(),
    ]);
    const kernel = await page.evaluate(
      () => globalThis.mmscope.store.get().run.manifest.inputs.kernel,
    );
    const grid = "x=cma=8M,64M,400M&show=memtotal&format=json";
    const said = await (
      await fetch(`${rig.daemon.url}/api/v1/sweep?kernel=${kernel}&${grid}`, {
        method: "POST",
        headers: {"Content-Type": "application/octet-stream"},
        body: dtb,
      })
    ).json();
    assert.deepEqual(
      cells.sort((a, b) => a.cell - b.cell).map((c) => [c.cma, c.outcome]),
      said.cells.map((c) => [c.cma, c.outcome]),
    );
    // The page hands its own command line on: its copies take a page or two.
    for (const [i, cell] of cells.entries())
      assert.ok(Math.abs(cell.memtotal - said.cells[i].memtotal) < 65536, `${cell.memtotal}`);
    await page.click('.heat [data-cell="2"]');
    await page.waitForFunction(
      () => globalThis.mmscope.store.get().run.manifest.inputs.cmdline.includes("cma=400M"),
      null,
      {timeout: 60000},
    );
    const ram = await page.evaluate(() => {
      const {run} = globalThis.mmscope.store.get();
      return run.replay
        .at(run.replay.length)
        .ledger.filter((r) => r.ram)
        .reduce((a, r) => a + Number(r.size), 0);
    });
    assert.equal(ram, 256 << 20, "the boot is of the dropped tree");
    assert.deepEqual(complaints, []);
    await close();
  },
);

for (const lang of ["en", "zh-CN"])
  test(
    `axe-core: no violation with a failed request and with a sweep, ${lang}`,
    {skip, timeout: 240000},
    async () => {
      const {page, close} = await open(
        "board=rpi4-8g&kernel=6.12&cmdline=cma%3D512M",
        "whatif",
        lang,
      );
      await page.evaluate(axeSource());
      const violations = () =>
        page.evaluate(async () => {
          const {violations: v} = await /** @type {any} */ (globalThis).axe.run(document, {
            resultTypes: ["violations"],
          });
          return v.map((x) => `${x.id}: ${x.nodes.map((n) => n.target).join(" ")}`);
        });
      await move(page, "dtb", 255);
      assert.deepEqual(await violations(), []);
      await show(page, "sweep");
      await page.fill("#sweep-x", "cma=64M,512M,900M");
      await page.fill("#sweep-y", "");
      await page.click("form.sweep button[type=submit]");
      await page.waitForFunction(() => globalThis.mmscope.store.get().sweep?.over, null, {
        timeout: 120000,
      });
      assert.deepEqual(await violations(), []);
      await close();
    },
  );
