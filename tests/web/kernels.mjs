// SPDX-License-Identifier: GPL-2.0-or-later
// A kernel of one's own on the page: dropped, read, booted, named, saved, linked, missed, compared.
import test from "node:test";
import assert from "node:assert/strict";
import {execFileSync} from "node:child_process";
import {mkdtempSync, readFileSync, rmSync, writeFileSync} from "node:fs";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {booted, openPage, shots, startDaemon} from "./browser.mjs";
import {setUp} from "./rig.mjs";

const rig = setUp();
const {skip} = rig;
const SRC = process.env.SRCDIR ?? ".";
const folder = mkdtempSync(join(tmpdir(), "mmscope-kernels-"));
process.on("exit", () => rmSync(folder, {recursive: true, force: true}));

/** The made-up kernel of the tests of `mmscope profile`. @param {string} name @param {string} how Python that makes bytes of `fake` */
function make(name, how) {
  const path = join(folder, name);
  const code = `import sys; sys.path.insert(0, ${JSON.stringify(join(SRC, "tests/image"))}); import fake_kernel as fake; open(${JSON.stringify(path)}, "wb").write(${how})`;
  execFileSync("python3", ["-c", code]);
  return path;
}

const link = "#board=qemu-virt&kernel=6.12&lang=en&view=overview";
const open = (hash = link, url = rig.daemon.url) => openPage(rig.browser, url, {hash});

/** As if files were dropped from a file manager. @param {any} page @param {string[]} paths */
async function drop(page, ...paths) {
  const files = paths.map((p) => ({
    name: p.split("/").pop(),
    data: readFileSync(p).toString("base64"),
  }));
  await page.evaluate((list) => {
    const data = new DataTransfer();
    for (const {name, data: text} of list)
      data.items.add(new File([Uint8Array.from(atob(text), (c) => c.charCodeAt(0))], name));
    window.dispatchEvent(new DragEvent("drop", {dataTransfer: data, cancelable: true}));
  }, files);
}

const kernelOf = (page) =>
  page.evaluate(() => globalThis.mmscope.store.get().run.manifest.inputs.kernel);
const bootedLike = (page, like) =>
  booted(
    page,
    (re) => new RegExp(re).test(globalThis.mmscope.store.get().run?.manifest.inputs.kernel),
    like,
  );
const trouble = (page) =>
  page
    .locator("#kernel-trouble")
    .waitFor()
    .then(() => page.locator("#kernel-trouble").innerText());

test(
  "a dropped kernel is read, booted, and named with its file and trust",
  {skip, timeout: 180000},
  async () => {
    const {page, complaints, close} = await open();
    await drop(page, make("vmlinuz-mine", 'fake.COMPRESSORS["gzip"](fake.image())'));
    await bootedLike(page, "^6\\.12\\.34-[0-9a-f]{32}$");
    assert.equal(await page.locator("dialog[open]").count(), 0, "the form is gone");
    assert.match(
      await page.locator("#h-kernel option:checked").innerText(),
      /^vmlinuz-mine \([0-9a-f]{6}\)$/,
    );
    assert.match(await page.locator("#conformance").innerText(), /not verified · rules of 6\.12/);
    assert.match(
      await page.locator("#conformance").getAttribute("title"),
      /nearest verified build is 6\.12/,
    );
    await page.waitForFunction(() => /kfile=vmlinuz-mine/.test(location.hash));
    const hash = await page.evaluate(() => location.hash);
    assert.match(
      decodeURIComponent(hash),
      new RegExp(`kernel=${await kernelOf(page)}.*kfile=vmlinuz-mine`),
    );
    await page.locator("#choose").click();
    const label = await page.locator("#in-kernel option:checked").innerText();
    assert.match(label, /vmlinuz-mine .* 6\.12\.34 · not verified/);
    assert.match(
      await page.locator("#kernel-about").innerText(),
      /No boot of this very build was compared/,
    );
    if (shots) await page.screenshot({path: join(shots, "kernel-chooser.png")});
    const [saved] = await Promise.all([
      page.waitForEvent("download"),
      page.getByText("Save this kernel’s profile").click(),
    ]);
    const path = join(folder, "saved.json");
    await saved.saveAs(path);
    await close();

    const again = await open();
    await drop(again.page, path);
    await bootedLike(again.page, "^6\\.12\\.34-");
    assert.match(
      hash,
      new RegExp(await kernelOf(again.page)),
      "the saved profile is the same kernel",
    );
    assert.deepEqual([...complaints, ...again.complaints], []);
    await again.close();
  },
);

test(
  "of a release of which no boot was recorded the page says so, in both languages",
  {skip, timeout: 180000},
  async () => {
    const {page, complaints, close} = await open();
    const how = 'fake.COMPRESSORS["gzip"](fake.image(release="6.9.3"))';
    await drop(page, make("vmlinuz-6.9.3", how));
    await bootedLike(page, "^6\\.9\\.3-[0-9a-f]{32}$");
    const badge = page.locator("#conformance");
    assert.equal(await badge.innerText(), "not verified · rules of 6.9 · unrecorded");
    assert.match(await badge.getAttribute("title"), /^No boot of this series was recorded/);
    await page.locator("#choose").click();
    assert.match(
      await page.locator("#in-kernel option:checked").innerText(),
      /vmlinuz-6\.9\.3 .*6\.9\.3 · not verified.*unrecorded/,
    );
    const about = await page.locator("#kernel-about").innerText();
    assert.match(about, /^No boot of this series was recorded.*6\.9/);
    assert.match(about, /The nearest verified build is/);
    const whole = await page.locator("#kernel-about").textContent();
    const kernel = await kernelOf(page);
    const address = new URL(`api/v1/kernels/${kernel}/trust`, rig.daemon.url);
    const {assumed} = (await (await fetch(address)).json()).trust;
    assert.ok(assumed.length > 0, "an image without a boot log leaves something to assume");
    for (const {what} of assumed) assert.ok(whole?.includes(what), what);
    if (shots) await page.screenshot({path: join(shots, "kernel-unrecorded.png")});
    await close();
    const zh = await open(`#board=qemu-virt&kernel=${kernel}&lang=zh-CN&view=overview`);
    await bootedLike(zh.page, "^6\\.9\\.3-");
    assert.match(await zh.page.locator("#conformance").innerText(), /无启动记录/);
    assert.deepEqual([...complaints, ...zh.complaints], []);
    await zh.close();
  },
);

test(
  "what is no kernel is refused beside the field, in the reader's language",
  {skip, timeout: 180000},
  async () => {
    const {page, close} = await open();
    const wrong = join(folder, "notes.bin");
    writeFileSync(wrong, Buffer.concat([Buffer.from("MZ\0\0hello"), Buffer.alloc(5000, 7)]));
    await drop(page, wrong);
    assert.match(
      await trouble(page),
      /notes\.bin cannot be read as a kernel[\s\S]*Choose another file/,
    );
    if (shots) await page.screenshot({path: join(shots, "kernel-refused.png")});
    assert.equal(await kernelOf(page), "6.12", "what was shown still is");
    await page.evaluate(() => globalThis.mmscope.store.set({lang: "zh-CN"}));
    await page.keyboard.press("Escape");
    await drop(page, make("vmlinux-x86", "fake.elf(fake.image(), machine=62)"));
    await page.waitForFunction(() =>
      /无法把 vmlinux-x86/.test(document.querySelector("#kernel-trouble")?.textContent ?? ""),
    );
    const zh = await page.locator("#kernel-trouble").innerText();
    assert.doesNotMatch(zh, / (is|for|not|the|only) /, "all of it in Chinese");
    await close();
  },
);

test(
  "a kernel without its configuration asks for it, and takes it",
  {skip, timeout: 180000},
  async () => {
    const {page, complaints, close} = await open();
    await drop(page, make("Image-bare", "fake.image(config=False)"));
    assert.match(
      await trouble(page),
      /Image-bare does not carry its configuration[\s\S]*Drop the config/,
    );
    await drop(page, make("config-mine", "fake.CONFIG.encode()"));
    await bootedLike(page, "^6\\.12\\.34-");
    assert.match(await page.locator("#h-kernel option:checked").innerText(), /^Image-bare/);
    await page.evaluate(() => globalThis.mmscope.store.set({kernels: []}));
    await drop(page, make("config-mine", "fake.CONFIG.encode()"));
    assert.deepEqual(
      complaints.filter((c) => !/422/.test(c)),
      [],
    );
    await close();
  },
);

test("one that is too large says what to do", {skip, timeout: 120000}, async () => {
  const {page, close} = await open();
  await page.evaluate(() => {
    const data = new DataTransfer();
    data.items.add(new File([new Uint8Array((128 << 20) + 1)], "huge.img"));
    window.dispatchEvent(new DragEvent("drop", {dataTransfer: data, cancelable: true}));
  });
  assert.match(await trouble(page), /huge\.img is larger than the 128 MiB[\s\S]*mmscope profile/);
  await close();
});

test(
  "a link whose kernel is missing asks for it by name, and opens with it",
  {skip, timeout: 240000},
  async () => {
    const image = make("vmlinuz-linked", 'fake.COMPRESSORS["gzip"](fake.image())');
    const first = await open();
    await drop(first.page, image);
    await bootedLike(first.page, "^6\\.12\\.34-");
    await first.page.waitForFunction(() => /kfile=vmlinuz-linked/.test(location.hash));
    const hash = await first.page.evaluate(() => location.hash);
    await first.close();

    const elsewhere = await startDaemon();
    try {
      const {page, close} = await openPage(rig.browser, elsewhere.url, {
        hash: hash.replace(/run=\w+/, ""),
        expectReady: false,
      });
      assert.match(
        await trouble(page),
        /made with a kernel that is not here: vmlinuz-linked, 6\.12\.34-[0-9a-f]{32}/,
      );
      if (shots) await page.screenshot({path: join(shots, "kernel-missing.png")});
      await drop(page, image);
      await bootedLike(page, "^6\\.12\\.34-");
      assert.equal(await page.locator("dialog[open]").count(), 0);
      await close();
    } finally {
      await elsewhere.stop();
    }
  },
);

test(
  "what changed between two kernels is listed in the form and where they are compared",
  {skip, timeout: 180000},
  async () => {
    const {page, complaints, close} = await open();
    await page.locator("#choose").click();
    await page.getByText("What changed in Linux").click();
    await page.locator("#kernel-history table").waitFor();
    await page.locator("#kernel-history select").selectOption("6.7");
    await page.waitForFunction(() => globalThis.mmscope.store.get().history?.key === "6.12 6.7");
    const said = await page.evaluate(() => globalThis.mmscope.store.get().history.changes.length);
    assert.equal(await page.locator("#kernel-history tbody tr").count(), said);
    assert.ok(said > 5, `${said} changes`);
    await page.locator("#in-kernel").selectOption("6.7");
    await page.getByText("Boot beside this one").click();
    await page.waitForFunction(() => globalThis.mmscope.store.get().history?.key === "6.7 6.12");
    await page
      .getByRole("heading", {name: /What changed in Linux from 6\.12\.107 to 6\.7\.3/})
      .waitFor();
    assert.ok((await page.locator("table.history tbody tr").count()) > 5);
    if (shots) await page.screenshot({path: join(shots, "kernel-compare.png")});
    assert.deepEqual(complaints, []);
    await close();
  },
);
