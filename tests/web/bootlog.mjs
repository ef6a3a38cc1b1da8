// SPDX-License-Identifier: GPL-2.0-or-later
// A boot log that is dropped on the page: what it describes is booted, what it does not say is listed, and
// log and prediction stand side by side, each line at its moment.
import test from "node:test";
import assert from "node:assert/strict";
import {execFileSync} from "node:child_process";
import {mkdtempSync, readFileSync, rmSync} from "node:fs";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {goTo, openPage, shots} from "./browser.mjs";
import {setUp} from "./rig.mjs";

const rig = setUp();
const {skip} = rig;
const SRC = process.env.SRCDIR ?? ".";
const folder = mkdtempSync(join(tmpdir(), "mmscope-logs-"));
process.on("exit", () => rmSync(folder, {recursive: true, force: true}));

/** A recorded boot: its log, and its tree. @param {string} name */
function capture(name) {
  execFileSync("tar", ["-C", folder, "-xf", join(SRC, "tests/captures", `${name}.tar.xz`)]);
  const file = (x) => readFileSync(join(folder, name, x));
  return {log: file("console.txt").toString("latin1"), tree: file("board.dtb")};
}

/** As if files were dropped from a file manager. @param {any} page @param {Record<string, string|Buffer>} files */
const drop = (page, files) =>
  page.evaluate(
    (list) => {
      const data = new DataTransfer();
      for (const [name, text] of list)
        data.items.add(new File([Uint8Array.from(atob(text), (c) => c.charCodeAt(0))], name));
      window.dispatchEvent(new DragEvent("drop", {dataTransfer: data, cancelable: true}));
    },
    Object.entries(files).map(([name, x]) => [name, Buffer.from(x).toString("base64")]),
  );

const open = (lang, more = "&at=99999999") =>
  openPage(rig.browser, rig.daemon.url, {
    hash: `#board=qemu-virt&kernel=6.7&lang=${lang}&view=overview${more}`,
  });

const shown = (page) => page.waitForSelector("#v-bootlog .lines > .row", {timeout: 60000});
const words = (page) => page.locator("#v-bootlog").innerText();
const state = (page) =>
  page.evaluate(() => {
    const {run, bootlog, pos, length} = globalThis.mmscope.store.get();
    return {inputs: run.manifest.inputs, report: bootlog?.report, pos, length};
  });
/** Rows as they stand: the number, both texts, and their moment. */
const rows = (page) =>
  page.evaluate(() =>
    [...document.querySelectorAll("#v-bootlog .lines > .row")].map((r) => ({
      text: [...r.children].map((c) => c.textContent),
      pos: Number(/** @type {HTMLElement} */ (r).dataset.pos),
      is: r.className,
    })),
  );

for (const lang of ["en", "zh-CN"])
  test(
    `a log of QEMU and its tree come out exact, side by side, in ${lang}`,
    {skip, timeout: 120000},
    async () => {
      const {log, tree} = capture("6.12-numa2");
      const {page, complaints, close} = await open(lang);
      await drop(page, {"serial.log": log, "numa2.dtb": tree});
      await shown(page);
      const {inputs, report} = await state(page);
      assert.equal(report.matched, report.total);
      assert.equal(inputs.kernel, "6.12");
      assert.match(inputs.cmdline, /memblock=debug panic=-1/);
      const text = await words(page);
      for (const part of ["serial.log", "numa2.dtb", lang === "en" ? "Exact" : "完全一致"])
        assert.ok(text.includes(part), part);
      assert.match(text, lang === "en" ? /does not say: initrd, UEFI/ : /日志里没有：initrd、UEFI/);
      await page.locator("#v-bootlog details").evaluate((el) => (el.open = true));
      assert.ok((await words(page)).includes("6.12.107+deb13-arm64"), "what was read off is there");
      await page.screenshot({path: join(shots, `bootlog-exact-${lang}.png`)});

      /* Each line at its moment: the event that is shown printed the current rows, which say so on both sides. */
      const at = report.lines.findIndex((l) => l.real.startsWith("percpu: Embedded"));
      await goTo(
        page,
        await page.evaluate(
          (seq) => globalThis.mmscope.store.get().run.times.posAt(seq),
          report.lines[at].seq,
        ),
      );
      const now = (await rows(page)).filter((r) => /current/.test(r.is));
      assert.deepEqual(
        now.map((r) => r.text),
        [[String(report.lines[at].line), report.lines[at].real, report.lines[at].real]],
      );
      const earlier = (await rows(page)).findLast((r) => /past/.test(r.is));
      await page.click(`#v-bootlog .row[data-pos="${earlier.pos}"]`);
      assert.equal((await state(page)).pos, earlier.pos, "a click goes to the line's moment");
      assert.deepEqual(complaints, []);
      await close();
    },
  );

test(
  "where they part the page goes to, with both lines, what differs in them, and the reason",
  {skip, timeout: 120000},
  async () => {
    const {log, tree} = capture("6.12-numa2");
    const {page, complaints, close} = await open("en");
    await drop(page, {
      "dmesg.txt": log.replace("percpu: Embedded ", "percpu: Embedded 1"),
      "numa2.dtb": tree,
    });
    await shown(page);
    const {report, pos} = await state(page);
    const apart = report.lines.filter((l) => !l.same);
    assert.equal(apart.length, 1);
    assert.equal(
      pos,
      await page.evaluate(
        (seq) => globalThis.mmscope.store.get().run.times.posAt(seq),
        apart[0].seq,
      ),
    );
    await page.waitForSelector("#v-bootlog .parting p");
    const said = await page.locator("#v-bootlog .parting").innerText();
    assert.ok(said.includes(`line ${apart[0].line.toLocaleString("en")}`), said);
    assert.match(said, /pcpu_setup_first_chunk in setup_per_cpu_areas/);
    assert.deepEqual(await page.locator("#v-bootlog .parting mark").allInnerTexts(), ["1"]);
    const row = (await rows(page)).find((r) => /apart/.test(r.is));
    assert.deepEqual(row.text, [String(apart[0].line), apart[0].real, apart[0].predicted]);
    await page.screenshot({path: join(shots, "bootlog-apart-en.png")});
    assert.deepEqual(complaints, []);
    await close();
  },
);

test(
  "a log alone is of the board that is shown; one without its banner is compared with the kernel that is shown",
  {skip, timeout: 120000},
  async () => {
    const {log, tree} = capture("6.12-numa2");
    const {page, complaints, close} = await open("en");
    await drop(page, {"numa2.dtb": tree});
    await page.waitForFunction(() => globalThis.mmscope.store.get().run?.tree);
    const lines = log.split("\n");
    const cut = lines.slice(lines.findIndex((l) => l.includes("MEMBLOCK configuration")));
    await drop(page, {"cut.log": cut.join("\n")});
    await shown(page);
    const {inputs, report} = await state(page);
    assert.equal(inputs.kernel, "6.7", "the kernel that was shown");
    assert.ok(report.missing.includes("release"));
    assert.match(await words(page), /does not name its kernel/);
    assert.match(await words(page), /numa2\.dtb/);

    /* Another boot is not what the log describes any more: its view goes. */
    await page.evaluate(() => globalThis.mmscope.actions.boot({board: "qemu-virt"}));
    await page.waitForSelector("#v-bootlog", {state: "detached"});
    assert.deepEqual(complaints, []);
    await close();
  },
);

test(
  "what cannot be read is said beside its field, and the run that was shown stays",
  {skip, timeout: 120000},
  async () => {
    const {log} = capture("6.12-numa2");
    const {page, close} = await open("en");
    await drop(page, {
      "serial.log": log,
      "broken.dtb": Buffer.from([0xd0, 0x0d, 0xfe, 0xed, 0, 0]),
    });
    await page.waitForSelector("#chooser[open] .problem");
    assert.match(await page.locator("#chooser .problem").innerText(), /device tree/i);
    assert.equal((await state(page)).inputs.kernel, "6.7");
    await page.setInputFiles("#in-log", {
      name: "notes.log",
      mimeType: "text/plain",
      buffer: Buffer.from("[    0.000000] nothing of a kernel\n"),
    });
    await page.waitForSelector("#in-log[aria-invalid=true]");
    assert.match(await page.locator("#chooser .problem").innerText(), /not a kernel’s boot log/);
    await close();
  },
);

for (const lang of ["en", "zh-CN"])
  test(
    `reserved nodes that were taken from the log are listed, each with its line, in ${lang}`,
    {skip, timeout: 120000},
    async () => {
      const {log} = capture("6.12-reserved-memory");
      const {tree} = capture("6.12-virt-1g");
      const {page, complaints, close} = await open(lang);
      await drop(page, {"serial.log": log, "plain.dtb": tree});
      await shown(page);
      const {report} = await state(page);
      const table = await page
        .locator("#v-bootlog .taken tbody tr")
        .evaluateAll((rows) => rows.map((row) => [...row.cells].map((c) => c.innerText.trim())));
      assert.equal(table.length, 4);
      assert.deepEqual(
        table.map((row) => row[0]),
        ["linux,cma", "dsp", "secure@60000000", "framebuffer@68000000"],
      );
      assert.equal(table[2][1].replace(/\s+/g, " "), "[0x60000000, 0x60200000) no-map");
      assert.equal(table[2][2], "2 MiB");
      const line = report.reserved[2].line;
      assert.ok(table[2][3].includes(line.toLocaleString("en")), table[2][3]);
      assert.match(table[2][3], lang === "en" ? /the tree does not have it/ : /设备树里没有/);
      assert.ok(
        (await words(page)).includes(
          lang === "en" ? "taken from the log: 4" : "取自日志的保留内存：4",
        ),
      );
      assert.match(await words(page), lang === "en" ? /reserved nodes/ : /保留内存节点/);
      await page.locator("#v-bootlog .taken").scrollIntoViewIfNeeded();
      await page.screenshot({path: join(shots, `bootlog-reserved-${lang}.png`)});
      await page.click("#v-bootlog .taken tbody tr:nth-child(3) button");
      const at = report.lines.find((l) => l.line >= line);
      const wanted = await page.evaluate(
        (seq) => globalThis.mmscope.store.get().run.times.posAt(seq),
        at.seq,
      );
      assert.equal((await state(page)).pos, wanted, "its line is gone to");
      assert.deepEqual(complaints, []);
      await close();
    },
  );
