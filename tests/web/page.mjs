// SPDX-License-Identifier: GPL-2.0-or-later
// The page on the real daemon: what it draws is what the daemon says, forwards and backwards.
import test from "node:test";
import assert from "node:assert/strict";
import {join} from "node:path";
import {
  addressOf,
  booted,
  differing,
  goTo,
  openPage,
  parts,
  rested,
  says,
  shots,
  show,
  startDaemon,
  weight,
} from "./browser.mjs";
import {setUp} from "./rig.mjs";

const rig = setUp();
const {skip} = rig;

const link = (board, more = "") => `#board=${board}&kernel=6.7&lang=en&view=overview${more}`;

/** Positions of steps that matter for a lecture, and some in between. */
async function moments(page, more) {
  return page.evaluate((n) => {
    const {run, length} = globalThis.mmscope.store.get();
    const end = (name) => {
      const s = run.steps.find((x) => x.name === name && x.executed);
      return s ? run.times.posOfSeq.get(s.last_seq) : undefined;
    };
    const named = [
      "paging_init",
      "free_area_init",
      "build_all_zonelists",
      "memblock_free_all",
      "setup_per_cpu_pageset",
    ]
      .map(end)
      .filter(Boolean);
    const spread = Array.from(
      {length: n},
      (_, i) => 1 + Math.floor((((i * 7919) % 1000) / 1000) * (length - 1)),
    );
    return [...named, ...spread, length];
  }, more);
}

test(
  "stepping through the whole boot with the keyboard, to the end and back",
  {skip, timeout: 240000},
  async () => {
    const {page, complaints, close} = await openPage(rig.browser, rig.daemon.url, {
      hash: link("qemu-virt"),
    });
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
  },
);

test(
  "the header has the kernel that was booted, and what was chosen since, when the list arrives",
  {skip, timeout: 60000},
  async () => {
    const {page, complaints, close} = await openPage(rig.browser, rig.daemon.url, {
      hash: link("qemu-virt"),
    });
    const listed = () => globalThis.mmscope.store.get().kernels.length > 1;
    await page.waitForFunction(listed);
    let pass;
    const held = new Promise((r) => (pass = r));
    await page.route("**/api/v1/kernels", async (route) => {
      await held;
      await route.continue();
    });
    await page.reload();
    await page.waitForSelector("body.ready");
    assert.equal(await page.locator("#h-kernel").inputValue(), "6.7");
    pass();
    await page.waitForFunction(listed);
    await page.waitForFunction(() => document.querySelectorAll("#h-kernel option").length > 1);
    const names = await page
      .locator("#h-kernel option")
      .evaluateAll((all) => all.map((o) => o.value));
    assert.notEqual(names[0], "6.7", "the first of the list would be another");
    assert.equal(await page.locator("#h-kernel").inputValue(), "6.7");
    await page.locator("#h-kernel").selectOption(names[0]);
    await page.evaluate(() => {
      const {store} = globalThis.mmscope;
      store.set({kernels: [...store.get().kernels, {name: "another"}]});
    });
    await page.waitForFunction(() => document.querySelector("#h-kernel option[value=another]"));
    assert.equal(await page.locator("#h-kernel").inputValue(), names[0]);
    assert.deepEqual(complaints, []);
    await close();
  },
);

test(
  "three moments in a picture each, and going back gives exactly the earlier picture",
  {skip, timeout: 120000},
  async () => {
    const {page, complaints, close} = await openPage(rig.browser, rig.daemon.url, {
      hash: link("qemu-virt-numa"),
    });
    const at = (await moments(page, 0)).slice(0, -1);
    const pick = [at[0], at[2] ?? at[1], at[at.length - 1]];
    const pictures = [];
    for (const [i, pos] of pick.entries()) {
      await goTo(page, pos);
      pictures.push({
        parts: await parts(page),
        png: await page.screenshot({path: join(shots, `moment-${i + 1}.png`)}),
      });
    }
    await goTo(page, 0);
    for (const [i, pos] of [...pick.entries()].reverse()) {
      await goTo(page, pos + 1);
      await page.keyboard.press("ArrowLeft");
      await goTo(page, pos);
      assert.deepEqual(await parts(page), pictures[i].parts, `moment ${i + 1} is drawn as before`);
      assert.equal(
        await differing(rig.browser, pictures[i].png, await page.screenshot()),
        0,
        `moment ${i + 1} looks as before`,
      );
    }
    assert.deepEqual(complaints, []);
    await close();
  },
);

test("every view draws, and has a table", {skip, timeout: 120000}, async () => {
  const {page, complaints, close} = await openPage(rig.browser, rig.daemon.url, {
    hash: link("qemu-virt-numa"),
  });
  await goTo(page, await page.evaluate(() => globalThis.mmscope.store.get().length));
  const views = await page.evaluate(() => globalThis.mmscope.views());
  for (const v of views) {
    await show(page, v);
    await page.screenshot({path: join(shots, `view-${v}.png`)});
    const panel = page.locator(".panel").first();
    if (v === "jumps") continue; // the reader's own, and empty
    if (v === "sweep") continue; // nothing was asked for yet: whatif.mjs
    if (["articles", "concepts", "fragments"].includes(v)) {
      // to be read, not drawn
      assert.ok((await panel.textContent()).length > 100, v);
      continue;
    }
    if (v === "chapters") {
      // words already
      assert.equal(await panel.locator(".chapters > li").count(), 7);
      continue;
    }
    assert.ok(
      (await panel.locator("svg.drawing > *").count()) > 0 ||
        (await panel.locator(".empty").isVisible()),
      v,
    );
    await page.keyboard.press("t");
    await panel.locator("table").first().waitFor();
    await page.keyboard.press("t");
    await panel.locator("table").first().waitFor({state: "hidden"});
  }
  assert.deepEqual(complaints, []);
  await close();
});

test(
  "the bare address shows the default board, and plays by itself when told to",
  {skip, timeout: 60000},
  async () => {
    const {page, complaints, close} = await openPage(rig.browser, rig.daemon.url);
    assert.equal(
      await page.evaluate(() => globalThis.mmscope.store.get().run.manifest.inputs.board),
      "qemu-virt",
    );
    assert.equal(await page.evaluate(() => globalThis.mmscope.store.get().playing), false);
    await page.locator("#play").click();
    await page.waitForFunction(() => globalThis.mmscope.store.get().pos > 2);
    await page.locator("#play").click();
    await page.waitForFunction(() => globalThis.mmscope.store.get().boards.length > 3);
    assert.deepEqual(complaints, []);
    await close();
  },
);

test(
  "from the beginning one click shows where all memory went",
  {skip, timeout: 60000},
  async () => {
    const {page, complaints, close} = await openPage(rig.browser, rig.daemon.url, {
      hash: link("qemu-virt"),
    });
    await page.locator("#begin button").last().click();
    const {at, all} = await page.evaluate(() => {
      const s = globalThis.mmscope.store.get();
      return {at: [s.pos === s.length, s.view], all: s.run.manifest.totals.ram};
    });
    assert.deepEqual(at, [true, "owners"]);
    await page.waitForFunction(() => globalThis.mmscope.screen.layouts.owners);
    const drawn = await page.evaluate(() =>
      globalThis.mmscope.screen.layouts.owners.marks
        .filter((m) => m.k.startsWith("r:owner:"))
        .reduce((a, m) => a + m.v.bytes, 0),
    );
    assert.equal(drawn, Number(all), "and every byte of it");
    assert.deepEqual(
      await page.locator("#begin button").allTextContents(),
      ["Watch it again", "Choose another board"],
      "and what one can do then",
    );
    assert.deepEqual(complaints, []);
    await close();
  },
);

test("a line of the log leads to its moment", {skip, timeout: 60000}, async () => {
  const {page, close} = await openPage(rig.browser, rig.daemon.url, {hash: link("qemu-virt")});
  const row = page.locator("#log .row").nth(3);
  const text = await row.textContent();
  await row.click();
  const {pos, log} = await page.evaluate(() => {
    const s = globalThis.mmscope.store.get();
    return {pos: s.pos, log: s.run.replay.events[s.pos - 1].log};
  });
  assert.ok(pos > 0 && log.some((l) => text.startsWith(l)));
  await page.goBack();
  await page.waitForFunction(() => globalThis.mmscope.store.get().pos === 0);
  assert.equal(
    await page.evaluate(() => document.body.className),
    "ready",
    "the browser's Back leads to where one was",
  );
  await close();
});

test(
  "the wheel zooms from 64 TiB to less than a page, and back to all of it",
  {skip, timeout: 60000},
  async () => {
    const {page, complaints, close} = await openPage(rig.browser, rig.daemon.url, {
      hash: "#board=numa16-64t&kernel=6.12&lang=en&view=overview&fold=true&at=400",
    });
    const box = await page.locator("#map-plot").boundingBox();
    await page.mouse.move(box.x + box.width * 0.37, box.y + 60);
    await page.evaluate(() => {
      globalThis.turned = 0;
      addEventListener("wheel", (e) => (globalThis.turned += e.deltaY), {capture: true});
    });
    let turned = 0;
    const wheel = async (by, n) => {
      for (let i = 0; i < n; i++) await page.mouse.wheel(0, by);
      turned += by * n;
      await page.waitForFunction((want) => globalThis.turned === want, turned);
      await rested(page);
    };
    const win = () => page.evaluate(() => globalThis.mmscope.store.get().win);
    const read = () => page.locator("#map-read").textContent();
    await wheel(-240, 90);
    const [a, b] = await win();
    assert.ok(b - a <= 4096, `${b - a} bytes in sight`);
    const at = Number((await read()).split(" ")[0]);
    assert.ok(at >= a && at <= b, "the address under the pointer is told");
    await wheel(240, 120);
    assert.equal(await win(), null);
    assert.deepEqual(complaints, []);
    await close();
  },
);

test(
  "of a long run only the lines and calls in sight are elements, and keys walk them",
  {skip, timeout: 60000},
  async () => {
    const {page, complaints, close} = await openPage(rig.browser, rig.daemon.url, {
      hash: "#board=numa16-64t&kernel=6.12&lang=en&view=overview",
    });
    assert.ok((await page.evaluate(() => globalThis.mmscope.store.get().run.log.length)) > 3000);
    await goTo(page, 5000);
    for (const list of ["#log-body", "#tree-body"])
      assert.ok((await page.locator(`${list} > [role]`).count()) < 70, list);
    await page.locator("#log-body").focus();
    const pos = () => page.evaluate(() => globalThis.mmscope.store.get().pos);
    await page.keyboard.press("ArrowDown");
    const later = await pos();
    assert.ok(later > 5000, "the next line that is printed");
    assert.ok((await page.locator("#log .row.current").count()) > 0);
    await page.keyboard.press("ArrowUp");
    assert.ok((await pos()) < later);
    await page.locator("#tree-body").focus();
    await page.keyboard.press("ArrowDown");
    assert.match(await page.evaluate(() => globalThis.mmscope.store.get().sel), /^step:/);
    await page.keyboard.press("Escape");
    await page.keyboard.press("ArrowUp");
    await page.keyboard.press("Enter");
    assert.notEqual(await pos(), later);
    assert.deepEqual(complaints, []);
    await close();
  },
);

test(
  "512 CPUs have a card for each of their zones, and only those in sight are drawn",
  {skip, timeout: 60000},
  async () => {
    const {page, complaints, close} = await openPage(rig.browser, rig.daemon.url, {
      hash: "#board=numa16-64t&kernel=6.12&lang=en&view=pagesets",
    });
    await page.evaluate(() => globalThis.mmscope.actions.moves.last());
    await goTo(page, await page.evaluate(() => globalThis.mmscope.store.get().length));
    const sets = await page.evaluate(() =>
      globalThis.mmscope.screen.moment().tables.pagesets.map((r) => `CPU ${r.cpu} · ${r.zone}`),
    );
    assert.ok(sets.length > 8000);
    const cards = () => page.locator("#v-pagesets svg.drawing:visible text.head").allTextContents();
    assert.deepEqual((await cards()).slice(0, 2), ["boot_pageset", "CPU 0"]);
    assert.ok((await cards()).length < 200);
    await page.locator("#v-pagesets .body").evaluate((el) => {
      el.dispatchEvent(new Event("wheel"));
      el.scrollTop = el.scrollHeight;
    });
    await page.waitForFunction(
      (last) =>
        [...document.querySelectorAll("#v-pagesets text.head")].some((e) => e.textContent === last),
      sets.at(-1),
    );
    assert.ok((await cards()).length < 200, "the last ones too");
    assert.deepEqual(complaints, []);
    await close();
  },
);

test("a link shows the same picture in a fresh browser", {skip, timeout: 60000}, async () => {
  const one = await openPage(rig.browser, rig.daemon.url, {hash: link("qemu-virt-numa")});
  await goTo(
    one.page,
    Math.floor((await one.page.evaluate(() => globalThis.mmscope.store.get().length)) * 0.6),
  );
  await one.page.keyboard.press("+");
  await one.page.keyboard.press(".");
  const hash = await addressOf(one.page);
  const first = await one.page.screenshot();
  const two = await openPage(rig.browser, rig.daemon.url, {hash});
  await two.page.evaluate(
    () => new Promise((r) => requestAnimationFrame(() => requestAnimationFrame(r))),
  );
  const second = await two.page.screenshot({path: join(shots, "deep-link.png")});
  assert.deepEqual(await parts(two.page), await parts(one.page));
  assert.equal(await differing(rig.browser, first, second), 0);
  await one.close();
  await two.close();
});

test("another command line is booted from the page", {skip, timeout: 60000}, async () => {
  const {page, complaints, close} = await openPage(rig.browser, rig.daemon.url, {
    hash: link("qemu-virt"),
  });
  const before_ = await page.evaluate(() => globalThis.mmscope.store.get().run.manifest.id);
  await page.locator("#choose").click();
  await page.locator("#in-cmdline").fill("memblock=debug mem=512M");
  await page.locator("#run").click();
  await page.waitForFunction(
    (id) => globalThis.mmscope.store.get().run.manifest.id !== id,
    before_,
  );
  assert.equal(await page.evaluate(() => document.querySelector("dialog[open]")), null);
  assert.deepEqual(complaints, []);
  await close();
});

test(
  "inputs stand in the header, and Enter boots again; what is refused stays to be mended",
  {skip, timeout: 60000},
  async () => {
    const {page, complaints, close} = await openPage(rig.browser, rig.daemon.url, {
      hash: link("qemu-virt"),
    });
    const inputs = () => page.evaluate(() => globalThis.mmscope.store.get().run.manifest.inputs);
    await page.locator("#h-memory").fill("512M");
    await page.locator("#h-memory").press("Enter");
    await booted(page, () =>
      /0x20000000|512/.test(globalThis.mmscope.store.get().run.manifest.inputs.memory ?? ""),
    );
    assert.equal(await page.locator("#h-memory").inputValue(), "512M");
    const before_ = await inputs();
    await page.locator("#h-memory").fill("plenty");
    await page.locator("#h-memory").press("Enter");
    await page.locator("#boot-problem").waitFor();
    assert.equal(await page.locator("#h-memory").getAttribute("aria-invalid"), "true");
    assert.equal(await page.locator("#h-memory").inputValue(), "plenty");
    assert.deepEqual(await inputs(), before_);
    assert.deepEqual(
      complaints.filter((c) => !/422|400/.test(c)),
      [],
    );
    await close();
  },
);

test(
  "panes are dragged and folded, and the browser remembers",
  {skip, timeout: 60000},
  async () => {
    const {page, complaints, close} = await openPage(rig.browser, rig.daemon.url, {
      hash: link("qemu-virt"),
    });
    const width = (id) => page.evaluate((x) => document.getElementById(x).clientWidth, id);
    const edge = await page.locator('.grip[data-of="tree"]').boundingBox();
    const was = await width("tree");
    await page.mouse.move(edge.x + 3, edge.y + 200);
    await page.mouse.down();
    await page.mouse.move(edge.x + 83, edge.y + 200);
    await page.mouse.up();
    assert.ok(Math.abs((await width("tree")) - was - 80) < 6);
    await page.locator("#fold-inspector").click();
    assert.ok((await width("inspector")) < 50);
    await page.reload();
    await page.waitForSelector("body.ready");
    assert.ok(Math.abs((await width("tree")) - was - 80) < 6, "still as wide");
    assert.ok((await width("inspector")) < 50, "still folded");
    await page.locator("#fold-inspector").click();
    assert.ok((await width("inspector")) > 100);
    assert.deepEqual(complaints, []);
    await close();
  },
);

test("what the daemon refuses is said where it was asked", {skip, timeout: 60000}, async () => {
  const {page, close} = await openPage(rig.browser, rig.daemon.url, {hash: link("qemu-virt")});
  await page.locator("#choose").click();
  await page.locator("#in-dtb").setInputFiles({
    name: "bad.dtb",
    mimeType: "application/octet-stream",
    buffer: Buffer.from("this is no device tree"),
  });
  await page.locator("#run").click();
  await page.locator("#chooser [role=alert]").waitFor();
  assert.ok((await page.locator("#chooser [role=alert]").textContent()).length > 10);
  await page.keyboard.press("Escape");
  assert.ok(
    await page.evaluate(() => document.body.classList.contains("ready")),
    "the run before is still there",
  );
  await close();
});

/** Drop a file on the page as a browser does. */
const drop = (page, name, bytes) =>
  page.evaluate(
    ({name, bytes}) => {
      const data = new DataTransfer();
      data.items.add(new File([Uint8Array.from(bytes)], name));
      document.body.dispatchEvent(
        new DragEvent("dragover", {dataTransfer: data, bubbles: true, cancelable: true}),
      );
      const shown = !document.getElementById("drop").hidden;
      document.body.dispatchEvent(
        new DragEvent("drop", {dataTransfer: data, bubbles: true, cancelable: true}),
      );
      return shown;
    },
    {name, bytes: [...bytes]},
  );

const dtbOf = async (board) =>
  new Uint8Array(await (await fetch(`${rig.daemon.url}/api/v1/boards/${board}/dtb`)).arrayBuffer());

test(
  "a device tree that is dropped is booted, and its link works where nobody has it",
  {skip, timeout: 60000},
  async () => {
    const one = await openPage(rig.browser, rig.daemon.url, {hash: link("qemu-virt")});
    const before_ = await one.page.evaluate(() => globalThis.mmscope.store.get().run.manifest.id);
    assert.equal(
      await drop(one.page, "my.dtb", await dtbOf("small-reserved")),
      true,
      "the page says that it takes it",
    );
    await one.page.waitForFunction(
      (id) => globalThis.mmscope.store.get().run.manifest.id !== id,
      before_,
    );
    await goTo(one.page, 200);
    const ram = await one.page.evaluate(
      () => globalThis.mmscope.store.get().run.manifest.totals.ram,
    );
    assert.equal(Number(ram), 256 * 2 ** 20, "it is that board");
    const hash = await addressOf(one.page);
    assert.match(hash, /dtb=[\w-]{1000,}/);
    const elsewhere = await startDaemon();
    const two = await openPage(rig.browser, elsewhere.url, {
      hash: hash.replace(/run=\w+/, "run=" + "0".repeat(64)),
    });
    await goTo(two.page, 200);
    assert.deepEqual(await parts(two.page), await parts(one.page));
    assert.deepEqual(one.complaints, []);
    await one.close();
    await two.close();
    await elsewhere.stop();
  },
);

test(
  "a dropped tree keeps its name and its bootargs, and is booted with any other setting",
  {skip, timeout: 60000},
  async () => {
    const {page, complaints, close} = await openPage(rig.browser, rig.daemon.url, {
      hash: link("qemu-virt", "&cmdline=memblock%3Ddebug+mem%3D256M"),
    });
    const inputs = () => page.evaluate(() => globalThis.mmscope.store.get().run.manifest.inputs);
    await drop(page, "my-board.dtb", await dtbOf("small-reserved"));
    await page.waitForFunction(() =>
      /my-board/.test(document.getElementById("choose-text").textContent),
    );
    assert.doesNotMatch(
      (await inputs()).cmdline,
      /mem=256M/,
      "not the command line of another board",
    );
    await page.locator("#choose").click();
    assert.match(await page.locator("#chooser .own").textContent(), /my-board\.dtb/);
    await page.locator("#in-cmdline").fill("memblock=debug mem=128M");
    await page.locator("#run").click();
    await page.waitForFunction(() =>
      /mem=128M/.test(globalThis.mmscope.store.get().run.manifest.inputs.cmdline),
    );
    assert.match(await page.locator("#choose-text").textContent(), /my-board\.dtb/);
    assert.deepEqual(complaints, []);
    await close();
  },
);

test(
  "what is dropped and is no device tree is refused, and nothing is lost",
  {skip, timeout: 60000},
  async () => {
    const {page, close} = await openPage(rig.browser, rig.daemon.url, {hash: link("qemu-virt")});
    await drop(page, "notes.txt", Buffer.from("no tree at all"));
    await page.locator("#chooser [role=alert]").waitFor();
    assert.match(await page.locator("#chooser").textContent(), /notes\.txt/);
    await page.keyboard.press("Escape");
    assert.equal(
      await page.evaluate(() => globalThis.mmscope.store.get().run.manifest.inputs.board),
      "qemu-virt",
    );
    await close();
  },
);

test(
  "what was typed is still there when the daemon refuses it",
  {skip, timeout: 60000},
  async () => {
    const {page, close} = await openPage(rig.browser, rig.daemon.url, {hash: link("qemu-virt")});
    await page.locator("#choose").click();
    await page.locator("#in-cmdline").fill("memblock=debug cma=16M");
    await page.locator("#in-memory").fill("plenty");
    await page.locator("#run").click();
    await page.locator("#chooser [role=alert]").waitFor();
    assert.deepEqual(
      [
        await page.locator("#in-cmdline").inputValue(),
        await page.locator("#in-memory").inputValue(),
      ],
      ["memblock=debug cma=16M", "plenty"],
    );
    await page.locator("#in-memory").fill("512M");
    await page.locator("#run").click();
    await page.waitForFunction(() =>
      /512|0x20000000/.test(globalThis.mmscope.store.get().run.manifest.inputs.memory ?? ""),
    );
    assert.equal(await page.evaluate(() => document.querySelector("dialog[open]")), null);
    await close();
  },
);

test(
  "the gallery shows every board with its map, and boots the one that is chosen",
  {skip, timeout: 60000},
  async () => {
    const {page, complaints, close} = await openPage(rig.browser, rig.daemon.url, {
      hash: link("qemu-virt"),
    });
    await page.locator("#choose").click();
    await page.locator(".gallery [data-board]").first().waitFor();
    const boards = (await (await fetch(`${rig.daemon.url}/api/v1/boards`)).json()).boards;
    for (const b of boards) {
      const card = page.locator(`.gallery [data-board="${b.name}"]`);
      assert.equal(await card.locator(".bank").count(), b.banks.length, `${b.name}: banks`);
      const end = (r) => Number(r.base) + Number(r.size);
      const inRam = b.reserved.some((r) =>
        b.banks.some((bank) => Number(r.base) < end(bank) && end(r) > Number(bank.base)),
      );
      assert.ok((await card.locator(".held").count()) >= (inRam ? 1 : 0), `${b.name}: reserved`);
    }
    await page.locator('.gallery [data-board="rpi4-8g"]').click();
    await page.locator("#run").click();
    await page.waitForFunction(
      () => globalThis.mmscope.store.get().run.manifest.inputs.board === "rpi4-8g",
    );
    assert.deepEqual(complaints, []);
    await close();
  },
);

test(
  "an address leads to its first owner, a number to its event",
  {skip, timeout: 60000},
  async () => {
    const {page, close} = await openPage(rig.browser, rig.daemon.url, {hash: link("qemu-virt")});
    await page.keyboard.press("End");
    const want = await page.evaluate(() => {
      const {run} = globalThis.mmscope.store.get();
      const i = run.replay.events.findIndex(
        (e) => e.why?.owner === "page-table" && e.kind === "alloc",
      );
      return {addr: run.replay.events[i].text.base, pos: i + 1, seq: run.replay.events[i].seq};
    });
    await page.locator("#find-text").fill(want.addr);
    await page.keyboard.press("Shift+Enter");
    assert.equal(await page.evaluate(() => globalThis.mmscope.store.get().pos), want.pos);
    await rested(page);
    assert.match(await page.locator("#inspector-body h3").first().textContent(), /page table/);
    await page.locator("#find-text").fill("#33");
    await page.keyboard.press("Enter");
    assert.equal(
      await page.evaluate(() => {
        const s = globalThis.mmscope.store.get();
        return s.run.replay.events[s.pos - 1].seq;
      }),
      33,
    );
    await page.locator("#centre").focus();
    await page.keyboard.press("End");
    await page.locator("#find-text").fill(want.addr);
    await page.keyboard.press("Enter");
    await page.locator("#centre").focus();
    await page.keyboard.press("o");
    assert.equal(
      await page.evaluate(() => globalThis.mmscope.store.get().pos),
      want.pos,
      "and by a key",
    );
    await close();
  },
);

test(
  "a free list that is picked is shown in its order, in sight, and its blocks are on the map",
  {skip, timeout: 60000},
  async () => {
    const {page, complaints, close} = await openPage(rig.browser, rig.daemon.url, {
      hash: link("qemu-virt").replace("overview", "freelists"),
      size: {width: 1280, height: 720}, // where there is no room for all of it
    });
    await page.keyboard.press("End");
    await rested(page);
    const {key, first} = await page.evaluate(() => {
      const r = globalThis.mmscope.screen
        .moment()
        .tables.freelists.find((x) => x.order === 3 && x.nr_free > 1);
      return {key: r.key, first: r.runs[0][0]};
    });
    await page.evaluate(
      (k) =>
        [...document.querySelectorAll("#v-freelists rect.pick")]
          .find((e) => e.__data__.ref === `freelists:${k}`)
          .dispatchEvent(new MouseEvent("click", {bubbles: true})),
      key,
    );
    await rested(page);
    const head = page.locator("#v-freelists svg.drawing:visible text", {hasText: `● ${first}`});
    const seen = await head.evaluate((e) => {
      const a = e.getBoundingClientRect();
      const b = e.closest(".body").getBoundingClientRect();
      return a.top >= b.top && a.bottom <= b.bottom;
    });
    assert.ok(seen, "its first block is in sight");
    assert.ok((await page.locator("#map-svg .picked").count()) >= 1);
    await page.mouse.move(600, 300);
    await rested(page);
    assert.ok(await head.evaluate((e) => e.closest(".body").scrollTop > 0), "and stays there");
    assert.deepEqual(complaints, []);
    await close();
  },
);

test(
  "what went wrong for the kernel is said at once, and a click and a key lead there",
  {skip, timeout: 60000},
  async () => {
    const {page, complaints, close} = await openPage(rig.browser, rig.daemon.url, {
      hash: "#board=qemu-virt&kernel=6.7&memory=64M&cmdline=memblock%3Ddebug+cma%3D1G+crashkernel%3D1G&lang=en&view=overview",
    });
    const problems = await page.evaluate(() => globalThis.mmscope.store.get().run.times.problems);
    assert.ok(problems.length >= 2);
    assert.match(
      await page.locator("#problems").textContent(),
      new RegExp(`^${problems.length} problems`),
    );
    await page.locator("#problems").click();
    assert.equal(await page.evaluate(() => globalThis.mmscope.store.get().pos), problems[0]);
    // The words of a moment are asked for, and come a little later.
    await says(page, "#now-text", /cma: Failed to reserve 1024 MiB/);
    // Beside it: why, and what was found to help, which boots with a click; in the reader's language.
    await page.locator("#v-findings .fixes button").first().waitFor();
    const cause = () => page.locator("#v-findings .findings > li").first().textContent();
    assert.match(await cause(), /must lie in 0x.* whose largest free range is .*ask for what fits/);
    await page.selectOption("#lang", "zh-CN");
    await page.waitForFunction(() =>
      /须放在/.test(document.querySelector("#v-findings .findings > li")?.textContent ?? ""),
    );
    assert.match(await cause(), /错误.*放不下.*须放在.*最大的空闲区间.*照此启动/);
    assert.doesNotMatch(await cause(), /must lie|largest free|ask for/);
    await page.selectOption("#lang", "en");
    await page.waitForFunction(() => document.documentElement.lang === "en");
    await page.locator("#centre").focus();
    await page.keyboard.press("p");
    assert.equal(await page.evaluate(() => globalThis.mmscope.store.get().pos), problems[1]);
    await page.keyboard.press("p");
    assert.equal(
      await page.evaluate(() => globalThis.mmscope.store.get().pos),
      problems[2] ?? problems[0],
    );
    // The search before it found nothing: there is no address to show, and none is claimed.
    await page.evaluate(() => {
      const s = globalThis.mmscope.store.get();
      globalThis.mmscope.actions.seek(
        s.run.replay.events.findIndex((e) => e.kind === "alloc" && e.text.base === "0x0") + 1,
      );
    });
    await goTo(page, await page.evaluate(() => globalThis.mmscope.store.get().pos));
    assert.equal(await page.locator("#map-svg .flag").count(), 0);
    assert.doesNotMatch(await page.locator("#inspector-body").textContent(), /finds .* at 0x0/);
    assert.deepEqual(complaints, []);
    await close();
  },
);

for (const [lang, said] of [
  ["en", /Device tree at 0x48200000/],
  ["zh-CN", /设备树地址 0x48200000/],
])
  test(
    `where the loader puts things is said as the form has it, not the shell, in ${lang}`,
    {skip, timeout: 60000},
    async () => {
      const loader = encodeURIComponent(JSON.stringify({dtb: "0x40300000"}));
      const {page, complaints, close} = await openPage(rig.browser, rig.daemon.url, {
        hash: `#board=qemu-virt&kernel=6.7&lang=${lang}&view=findings&loader=${loader}`,
      });
      await page.locator("#v-findings .fixes button").first().waitFor();
      const card = await page.locator("#v-findings .findings > li").first().textContent();
      assert.match(card, said);
      assert.doesNotMatch(card, /--/);
      assert.match(card, /17,301,504/, "a count in a sentence");
      assert.deepEqual(complaints, []);
      await close();
    },
  );

for (const lang of ["en", "zh-CN"])
  test(
    `counts have separators in headline, inspector and map, in ${lang}`,
    {skip, timeout: 60000},
    async () => {
      const {page, close} = await openPage(rig.browser, rig.daemon.url, {
        hash: `#board=numa16-64t&kernel=6.12&lang=${lang}&view=owners&at=end&sel=owner:page-table`,
      });
      const many = "PTE 33,553,393";
      await page.waitForFunction(
        (said) => document.getElementById("inspector-body").textContent.includes(said),
        many,
      );
      await goTo(
        page,
        await page.evaluate(() => {
          const {events} = globalThis.mmscope.store.get().run.replay;
          return events.findIndex((e) => /PTE 33553393/.test(e.why?.tables)) + 1;
        }),
      );
      for (const id of ["now-text", "inspector-body"])
        assert.ok((await page.locator(`#${id}`).textContent()).includes(many), id);
      await close();
    },
  );

test(
  "the scrubber has a mark for what the kernel says and for what is not computed",
  {skip, timeout: 60000},
  async () => {
    const {page, close} = await openPage(rig.browser, rig.daemon.url, {hash: link("qemu-virt")});
    const {notes, gaps} = await page.evaluate(() => globalThis.mmscope.store.get().run.times);
    assert.ok(notes.length > 3 && gaps.length > 10);
    const mark = page.locator("#stages .notemark").nth(1);
    await mark.click();
    assert.ok(notes.includes(await page.evaluate(() => globalThis.mmscope.store.get().pos)));
    await close();
  },
);

test(
  "a fresh visit opens on where all memory went, and play tells how it came to that",
  {skip, timeout: 60000},
  async () => {
    const {page, complaints, close} = await openPage(rig.browser, rig.daemon.url);
    const at = () =>
      page.evaluate(() => {
        const {pos, length, view, intro, run} = globalThis.mmscope.store.get();
        return {pos, length, view, intro, ram: Number(run.manifest.totals.ram)};
      });
    const first = await at();
    assert.deepEqual([first.pos, first.view, first.intro], [first.length, "owners", true]);
    assert.match(await page.locator("#now-text").textContent(), /are taken, most by/);
    const drawn = await page.evaluate(() =>
      globalThis.mmscope.screen.layouts.owners.marks
        .filter((m) => m.k.startsWith("r:owner:"))
        .reduce((a, m) => a + m.v.bytes, 0),
    );
    assert.equal(drawn, first.ram, "every byte of it");
    assert.match(
      await page.locator("#now-text").textContent(),
      /CMA \(memory kept in one piece/,
      "the first word that nobody knows says what it is",
    );
    await page.keyboard.press(" ");
    await page.waitForFunction(() => {
      const {pos, intro} = globalThis.mmscope.store.get();
      return !intro && pos > 3 && pos < 200;
    });
    await page.keyboard.press(" ");
    await page.keyboard.press("x");
    await page.waitForFunction(() => document.getElementById("tour").value === "false");
    // One number for one event: in the headline, in the inspector and beside the scrubber.
    for (const key of ["ArrowRight", "PageDown", "}", "End"]) {
      await page.keyboard.press(key);
      await page.evaluate(() => globalThis.mmscope.screen.told());
      await page.waitForFunction(() => {
        const number = (/** @type {string} */ id) =>
          /#[\d,]+/.exec(document.getElementById(id).textContent ?? "")?.[0];
        const here = number("where-text");
        return here && here === number("now-where") && here === number("inspector-body");
      });
    }
    for (const id of ["chapterback", "stepback", "back"])
      assert.match(
        await page.locator(`.pair:has(#${id})`).textContent(),
        /^(stage|function|event)$/,
        "a word says what a button goes by",
      );
    await page.locator("#begin button", {hasText: "Watch it again"}).click();
    await page.waitForFunction(() => {
      const {pos, length, playing} = globalThis.mmscope.store.get();
      return playing && pos < length / 2;
    });
    assert.deepEqual(complaints, []);
    await close();
  },
);

for (const [lang, locale] of [
  ["en", "en-US"],
  ["zh-CN", "zh-CN"],
])
  test(
    `a first visit in one language is less than 160 kB: ${lang}`,
    {skip, timeout: 60000},
    async (t) => {
      const {page, answered, close} = await openPage(rig.browser, rig.daemon.url, {locale});
      await answered();
      assert.equal(await page.evaluate(() => document.documentElement.lang), lang);
      const loaded = await weight(page);
      t.diagnostic(`${loaded.page} kB`);
      assert.ok(loaded.page > 50 && loaded.page < 160, `${loaded.page} kB`);
      await close();
    },
  );

test(
  "what is typed in the header and not sent stays when another run arrives",
  {skip, timeout: 60000},
  async () => {
    const {page, complaints, close} = await openPage(rig.browser, rig.daemon.url, {
      hash: link("qemu-virt", "&memory=1G"),
    });
    const fields = () =>
      page.evaluate(() =>
        ["kernel", "memory", "cmdline"].map(
          (id) => /** @type {any} */ (document.getElementById(`h-${id}`)).value,
        ),
      );
    const arrives = (inputs) =>
      page.evaluate(async (i) => {
        await globalThis.mmscope.actions.boot({board: "qemu-virt", ...i});
        await new Promise((r) => requestAnimationFrame(() => requestAnimationFrame(r)));
      }, inputs);
    await page.locator("#h-memory").fill("768M");
    await page.locator("#h-cmdline").fill("cma=48M");
    await arrives({kernel: "7.2", memory: "2G", cmdline: "quiet"});
    assert.deepEqual(
      await fields(),
      ["7.2", "768M", "cma=48M"],
      "both, and the kernel is the run's",
    );
    await page.evaluate(() => globalThis.mmscope.store.set({lang: "zh-CN"}));
    await page.waitForFunction(() => document.documentElement.lang === "zh-CN");
    assert.deepEqual(
      await fields(),
      ["7.2", "768M", "cma=48M"],
      "another language is no other run",
    );
    // Refused, it is still what somebody is at.
    await page.locator("#h-memory").fill("2Q");
    await page.keyboard.press("Enter");
    await page.waitForSelector("#h-memory[aria-invalid]");
    await arrives({kernel: "6.12", memory: "2G"});
    assert.deepEqual(await fields(), ["6.12", "2Q", "cma=48M"]);
    // Sent, it is the run's, who writes it in his way; and so is the next.
    await page.locator("#h-memory").fill("0x30000000");
    await page.keyboard.press("Enter");
    await page.waitForFunction(
      () => /** @type {any} */ (document.getElementById("h-memory")).value === "768M",
    );
    await arrives({kernel: "6.7", memory: "2G", cmdline: "quiet"});
    assert.deepEqual(await fields(), ["6.7", "2G", "quiet"]);
    // Whoever has left the form has left what he had begun.
    await page.locator("#h-cmdline").fill("cma=64M");
    await page.locator("#centre").focus();
    await arrives({kernel: "6.7", memory: "1G", cmdline: "debug"});
    assert.deepEqual(await fields(), ["6.7", "1G", "debug"]);
    assert.deepEqual(
      complaints.filter((c) => !/status of 4\d\d/.test(c)),
      [],
    );
    await close();
  },
);

test(
  "what nobody edits in the header stays: UEFI's memory map",
  {skip, timeout: 60000},
  async () => {
    const {page, complaints, close} = await openPage(rig.browser, rig.daemon.url, {
      hash: "#board=qemu-virt&kernel=6.12&lang=en&view=overview",
    });
    assert.ok(
      await page.evaluate(() =>
        globalThis.mmscope.actions.boot({
          board: "qemu-virt",
          kernel: "6.12",
          cmdline: "memblock=debug",
          uefi: "edk2",
        }),
      ),
    );
    const run = () =>
      page.evaluate(() => {
        const {manifest, log} = globalThis.mmscope.store.get().run;
        const {uefi, cmdline, kernel} = manifest.inputs;
        return {
          id: manifest.id,
          uefi,
          cmdline,
          kernel,
          efi: log.some((l) => /efi: +EFI v/.test(l.text)),
        };
      });
    const before = await run();
    assert.ok(before.uefi && before.efi, JSON.stringify(before));
    await rested(page);
    await page.locator("#h-cmdline").fill("memblock=debug cma=128M");
    await page.locator("#h-cmdline").press("Enter");
    await booted(page, (id) => globalThis.mmscope.store.get().run.manifest.id !== id, before.id);
    const {id, ...after} = await run();
    assert.notEqual(id, before.id);
    assert.deepEqual(after, {
      uefi: before.uefi,
      cmdline: "memblock=debug cma=128M",
      kernel: "6.12",
      efi: true,
    });
    assert.deepEqual(complaints, []);
    await close();
  },
);

test(
  "where nobody said that the loader puts the image, it follows the kernel",
  {skip, timeout: 60000},
  async () => {
    const {page, complaints, close} = await openPage(rig.browser, rig.daemon.url, {
      hash: "#board=qemu-virt&kernel=6.7&lang=en&view=overview",
    });
    const shown = () =>
      page.evaluate(() => {
        const {run, other} = globalThis.mmscope.store.get();
        const image = (r) => r?.manifest.loader.find((row) => row.key === "image").base;
        return {kernel: run.manifest.inputs.kernel, image: image(run), other: image(other)};
      });
    const now = (kernel, key = "run") =>
      booted(
        page,
        ([k, name]) => globalThis.mmscope.store.get()[name]?.manifest.inputs.kernel === k,
        [kernel, key],
      );
    assert.equal((await shown()).image, "0x40200000");
    await page.waitForFunction(() => globalThis.mmscope.store.get().kernels.length > 1);
    await rested(page);
    // In the header, from a link, in the palette, in the form, beside another.
    await page.selectOption("#h-kernel", "4.9");
    await page.locator("#boot-form button").click();
    await now("4.9");
    assert.equal((await shown()).image, "0x40080000");
    assert.equal(await page.locator("#problems").isVisible(), false, "and nothing is wrong");
    assert.doesNotMatch(await addressOf(page), /loader=/);
    await page.evaluate(() => globalThis.mmscope.actions.reboot({kernel: "6.12"}));
    await now("6.12");
    assert.equal((await shown()).image, "0x40200000");
    await page.locator("#choose").click();
    assert.equal(await page.locator("#in-kernel_image").inputValue(), "");
    await page.locator("#in-kernel").selectOption("4.9-slob");
    await page.locator("#run").click();
    await now("4.9-slob");
    assert.equal((await shown()).image, "0x40080000");
    await page.keyboard.press("b");
    await page.locator("#in-kernel").selectOption("6.7");
    await page.locator("#chooser footer button").first().click();
    await now("6.7", "other");
    assert.equal((await shown()).other, "0x40200000");
    // What was given stays.
    await page.keyboard.press("b");
    await page.locator("#in-kernel_image").fill("0x42200000");
    await page.locator("#run").click();
    await booted(page, () =>
      globalThis.mmscope.store
        .get()
        .run.manifest.loader.some((row) => row.key === "image" && row.base === "0x42200000"),
    );
    await page.evaluate(() => globalThis.mmscope.actions.reboot({kernel: "6.12"}));
    await now("6.12");
    assert.equal((await shown()).image, "0x42200000");
    assert.match(await addressOf(page), /loader=/);
    assert.deepEqual(complaints, []);
    await close();
  },
);

test(
  "a tree that was dropped keeps its name through the header and through Boot with it",
  {skip, timeout: 60000},
  async () => {
    const {page, complaints, close} = await openPage(rig.browser, rig.daemon.url, {
      hash: "#board=qemu-virt&kernel=6.12&lang=en&view=overview",
    });
    await page.evaluate(async () => {
      const dtb = await (await fetch("api/v1/boards/qemu-virt/dtb")).blob();
      await globalThis.mmscope.actions.boot(
        {kernel: "6.12", cmdline: "memblock=debug"},
        {tree: new File([dtb], "camera-v2.dtb")},
      );
    });
    const named = () =>
      page.waitForFunction(
        () => document.getElementById("choose-text").textContent === "camera-v2.dtb",
        null,
        {timeout: 5000},
      );
    const another = (id) =>
      booted(page, (x) => globalThis.mmscope.store.get().run.manifest.id !== x, id);
    const id = () => page.evaluate(() => globalThis.mmscope.store.get().run.manifest.id);
    await named();
    const first = await id();
    await page.locator("#h-cmdline").fill("memblock=debug cma=900M");
    await page.locator("#h-cmdline").press("Enter");
    await another(first);
    await named();
    await page.locator("#problems").click();
    const fix = page.locator("#v-findings .fixes button").first();
    await fix.waitFor();
    const failed = await id();
    await fix.click();
    await another(failed);
    await named();
    const now = await page.evaluate(() => {
      const {run} = globalThis.mmscope.store.get();
      return {tree: run.tree?.name, problems: run.problems.length, link: location.hash};
    });
    assert.deepEqual([now.tree, now.problems], ["camera-v2.dtb", 0]);
    assert.deepEqual(complaints, []);
    await close();
  },
);

test("on paper no view has a control", {skip, timeout: 120000}, async () => {
  const {page, close} = await openPage(rig.browser, rig.daemon.url, {
    hash: link("qemu-virt", "&memory=64M&cmdline=cma%3D1G"),
  });
  await page.keyboard.press("End");
  await page.emulateMedia({media: "print"});
  const found = [];
  for (const view of await page.evaluate(() => globalThis.mmscope.views())) {
    await show(page, view);
    if (view === "findings") await page.waitForSelector("#v-findings .fixes");
    found.push(
      ...(await page.evaluate((v) => {
        // Names that lead somewhere are text on paper; all else that is pressed, typed into or dragged is not.
        const text =
          "#choose, #legend button, .term, .head button, .fn, .where, th button, h3 button, .chapters button";
        return [...document.querySelectorAll("button, select, input, textarea, .grip, summary")]
          .filter((el) => !el.matches(text) && el.tagName !== "SUMMARY")
          .filter(
            (el) => el.checkVisibility({visibilityProperty: true}) && el.getClientRects().length,
          )
          .filter((el) => !el.closest("dialog"))
          .map(
            (el) => `${v}: ${el.id || el.className || el.tagName} ${el.textContent.slice(0, 30)}`,
          );
      }, view)),
    );
  }
  assert.deepEqual([...new Set(found)], []);
  await close();
});

test(
  "on paper there are the moment, the map and the view, and no control",
  {skip, timeout: 60000},
  async () => {
    const {page, close} = await openPage(rig.browser, rig.daemon.url, {
      hash: link("qemu-virt").replace("overview", "zones"),
    });
    await page.keyboard.press("End");
    await page.emulateMedia({media: "print"});
    for (const shown of [
      "#choose",
      "#now-text",
      "#map-canvas",
      "#v-zones svg.drawing",
      "#inspector",
    ])
      assert.ok(await page.locator(shown).first().isVisible(), shown);
    for (const hidden of ["#time", "#tabs", "#tree", "#find", "#help"])
      assert.equal(await page.locator(hidden).isVisible(), false, hidden);
    const pdf = await page.pdf({format: "A4", landscape: true});
    assert.ok(
      (pdf.toString("latin1").match(/\/Type\s*\/Page\b/g) ?? []).length <= 2,
      "two sheets at most",
    );
    await close();
  },
);

test(
  "a link to nothing says what is wrong and offers what there is",
  {skip, timeout: 60000},
  async () => {
    const {page, close} = await openPage(rig.browser, rig.daemon.url, {
      hash: "#board=no-such-board&lang=en",
      expectReady: false,
    });
    await page.locator("body.error #cover h2").waitFor();
    assert.match(await page.locator("#cover").textContent(), /no-such-board/);
    await page.locator("#cover button").last().click();
    await page.locator('.gallery [data-board="qemu-virt"]').click();
    await page.locator("#run").click();
    await page.waitForSelector("body.ready");
    await close();
  },
);

test(
  "without the daemon the page says so, and comes back by itself",
  {skip: skip || Boolean(process.env.MMSCOPE_URL), timeout: 60000},
  async () => {
    const {page, close} = await openPage(rig.browser, rig.daemon.url, {hash: link("qemu-virt")});
    await page.locator("#choose").click();
    await page.locator("#in-cmdline").waitFor();
    await page.context().setOffline(true);
    await page.locator("#in-cmdline").fill("memblock=debug mem=256M");
    await page.locator("#run").click();
    await page.locator("#banner").waitFor();
    await page.context().setOffline(false);
    await page.locator("#banner").waitFor({state: "hidden", timeout: 10000});
    await close();
  },
);

test(
  "what a dialog needs comes with the first that is opened",
  {skip, timeout: 60000},
  async () => {
    const {page, complaints, answered, close} = await openPage(rig.browser, rig.daemon.url, {
      hash: link("qemu-virt"),
    });
    const asked = (name) =>
      page.evaluate(
        (end) => performance.getEntriesByType("resource").some((e) => e.name.endsWith(end)),
        name,
      );
    await answered();
    assert.deepEqual([await asked("/app.js"), await asked("/later.js")], [true, false]);
    await page.locator("#export").click();
    await page.waitForSelector("#exporter[open]");
    assert.equal(await asked("/later.js"), true);
    assert.deepEqual(complaints, []);
    await close();
  },
);

test(
  "the palette takes what is typed before it is there, and is asked for again after a failure",
  {skip, timeout: 60000},
  async () => {
    const {page, close} = await openPage(rig.browser, rig.daemon.url, {hash: link("qemu-virt")});
    await page.route("**/later.js*", (route) => route.abort());
    await page.keyboard.press("/");
    await page.waitForFunction(() => !globalThis.mmscope.store.get().online);
    assert.equal(await page.locator("#palette").isVisible(), false);
    let pass;
    const held = new Promise((r) => (pass = r));
    await page.unroute("**/later.js*");
    await page.route("**/later.js*", async (route) => {
      await held;
      await route.continue();
    });
    await page.keyboard.press("/");
    await page.keyboard.type("paging_init");
    await page.keyboard.press("Enter");
    pass();
    await page.waitForFunction(
      () => globalThis.mmscope.screen.moment().event?.step === "paging_init",
    );
    await close();
  },
);
