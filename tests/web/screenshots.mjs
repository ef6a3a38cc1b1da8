// SPDX-License-Identifier: GPL-2.0-or-later
// One picture for each view, theme and language, to be looked at; and a sheet of them all.
import {mkdirSync, readdirSync, readFileSync, writeFileSync} from "node:fs";
import {join} from "node:path";
import {goTo, missing, openPage, shots, show, startBrowser, startDaemon} from "./browser.mjs";
import {find, QEMU, STEPS} from "./moves.mjs";

const why = missing();
if (why) {
  console.error(`screenshots: ${why}`);
  process.exit(1);
}
const flag = (name) => process.argv.includes(`--${name}`);
const all = !["strips", "drag", "readme"].some(flag);
const out = process.argv.slice(2).find((a) => !a.startsWith("--")) ?? join(shots, "all");
mkdirSync(out, {recursive: true});
const daemon = await startDaemon();
const browser = await startBrowser();

/** The step at whose end a view is most worth seeing. */
const BEST = {
  overview: "setup_per_cpu_pageset",
  memblock: "sparse_init",
  owners: "mem_init",
  pagetables: "paging_init",
  zones: "init_per_zone_wmark_min",
  zonelists: "build_all_zonelists",
  pagesets: "setup_per_cpu_pageset",
  freelists: "memblock_free_all",
  percpu: "setup_per_cpu_areas",
  hashes: "vfs_caches_init",
  slabs: "kmem_cache_init",
  work: "ops",
  fragments: "ops",
  init_mm: "paging_init",
  process: "kernel_init",
  bootmem: "free_all_bootmem",
  chapters: "paging_init",
  compare: "setup_per_cpu_pageset",
  map: "memblock_free_all",
  log: "paging_init",
  tree: "paging_init",
};
/** A machine at work, until a request fails. */
const WORK = encodeURIComponent(
  "a = alloc cpu=0; b = alloc order=3; c = bulk 90 cpu=1\nrandom 200 seed=1 orders=0-5\nrepeat 300 { d = alloc order=10 gfp=GFP_NOWAIT }",
);
/** Views that another run shows best. */
const RUN = {
  bootmem: "board=qemu-virt-numa&kernel=4.9-bootmem",
  zonelists: "board=numa4-asymmetric&kernel=6.12",
  memblock: "board=small-reserved&kernel=6.7",
  work: `board=qemu-virt-numa&kernel=7.2&memory=1G&ops=${WORK}`,
  fragments: `board=qemu-virt-numa&kernel=7.2&memory=1G&ops=${WORK}`,
};
const PRESENTED = ["map", "log", "tree"];

const endOf = (page, name) =>
  page.evaluate((n) => {
    const {run, length} = globalThis.mmscope.store.get();
    const step = run.steps.findLast((s) => s.name === n && s.executed);
    return (step && run.times.posOfSeq.get(step.last_seq)) ?? length;
  }, name);

for (const theme of all ? ["light", "dark", "projector"] : [])
  for (const lang of ["en", "zh-CN"]) {
    const size = theme === "projector" ? {width: 1920, height: 1080} : {width: 1440, height: 900};
    const open = (run) =>
      openPage(browser, daemon.url, {
        hash: `#${run}&lang=${lang}&theme=${theme}&view=overview`,
        size,
      });
    const {page, complaints, close} = await open("board=qemu-virt-numa&kernel=6.7");
    const shoot = async (at, view, step) => {
      await at.evaluate(
        (p) => globalThis.mmscope.store.set({present: p}),
        PRESENTED.includes(view),
      );
      if (view === "compare")
        await at.evaluate(() =>
          globalThis.mmscope.actions.boot(
            {board: "qemu-virt-numa", kernel: "6.7", cmdline: "memblock=debug mem=1G"},
            {beside: true},
          ),
        );
      await show(at, view);
      await goTo(at, await endOf(at, step));
      await at.screenshot({path: join(out, `${view}-${theme}-${lang}.png`)});
      if (view === "compare") await at.evaluate(() => globalThis.mmscope.actions.beside());
    };
    for (const [view, step] of Object.entries(BEST)) {
      if (!RUN[view]) await shoot(page, view, step);
      else {
        const other = await open(RUN[view]);
        await shoot(other.page, view, step);
        await other.close();
      }
    }
    await page.evaluate(() => globalThis.mmscope.store.set({present: false}));
    for (const [key, name] of [
      ["b", "chooser"],
      ["?", "help"],
    ]) {
      await page.keyboard.press(key);
      await page.screenshot({path: join(out, `${name}-${theme}-${lang}.png`)});
      await page.keyboard.press("Escape");
    }
    if (complaints.length) console.error(complaints.join("\n"));
    await close();
  }

/* A drag, frame by frame: the device tree goes to just under 512 MiB, and splits the CMA window. And a sweep. */
for (const lang of all || flag("drag") ? ["en", "zh-CN"] : []) {
  const {page, close} = await openPage(browser, daemon.url, {
    hash: `#board=rpi4-8g&kernel=6.12&cmdline=cma%3D512M&lang=${lang}&theme=light&view=whatif&at=99999999`,
  });
  await page.waitForSelector("#whatif-dtb");
  for (const [i, pos] of [360, 300, 280, 262, 255, 200, 120, 40].entries()) {
    await page.evaluate(async (pos) => {
      const {store} = globalThis.mmscope;
      const before = store.get().run;
      const input = /** @type {any} */ (document.getElementById("whatif-dtb"));
      input.value = pos;
      input.dispatchEvent(new Event("input", {bubbles: true}));
      while (store.get().run === before) await new Promise((r) => setTimeout(r, 2));
      await new Promise((r) => requestAnimationFrame(() => requestAnimationFrame(r)));
    }, pos);
    await page.screenshot({path: join(out, `drag-${i}-light-${lang}.png`)});
  }
  await show(page, "sweep");
  await page.fill("#sweep-x", "dtb-addr=0x8000000:0x38000000:0x2000000");
  await page.fill("#sweep-y", "cma=64M:768M:64M");
  await page.fill("#sweep-show", "cma.size");
  await page.click("form.sweep button[type=submit]");
  await page.waitForFunction(() => globalThis.mmscope.store.get().sweep?.over, null, {
    timeout: 120000,
  });
  await page.screenshot({path: join(out, `sweep-light-${lang}.png`)});
  await close();
}

/* A film strip of each drawing: what moves in one step, from where it was to where it is. */
const SLOW_MS = 6000;
const PICTURES = 8;
for (const {strip, view, run = QEMU, table, event, nth, what} of STEPS.filter(
  (x) => x.strip && (all || flag("strips")),
)) {
  const {page, close} = await openPage(browser, daemon.url, {
    hash: `#${run}&lang=en&theme=light&view=${view}`,
    size: {width: 1280, height: 800},
    reducedMotion: "no-preference",
  });
  await page.evaluate((ms) => (globalThis.mmscope.screen.ctx.stepMs = ms), SLOW_MS);
  const pos = await find(page, table, event, nth);
  await show(page, view);
  await goTo(page, pos - 1);
  const box = await page.locator("#centre").boundingBox();
  const frames = [];
  const shoot = async (t) =>
    frames.push({t, png: (await page.screenshot({clip: box})).toString("base64")});
  await shoot(0);
  await page.evaluate((p) => globalThis.mmscope.actions.seek(p, {playing: false}), pos);
  for (let i = 1; i < PICTURES; i++) {
    const at = (i - 0.5) / (PICTURES - 1);
    const t = await page.evaluate(
      (to) =>
        new Promise((done) => {
          const {motion} = globalThis.mmscope.screen.ctx;
          const look = () => (motion.t >= to ? done(motion.t) : requestAnimationFrame(look));
          requestAnimationFrame(look);
        }),
      i === PICTURES - 1 ? 1 : at,
    );
    await shoot(t);
  }
  await close();
  const film = await browser.newPage({viewport: {width: 2480, height: 900}});
  const figures = frames.map(
    ({t, png}) =>
      `<figure style="margin:4px;width:605px;display:inline-block"><img width="605" src="data:image/png;base64,${png}"><figcaption>${Math.round(t * 100)} %</figcaption></figure>`,
  );
  await film.setContent(
    `<body style="margin:8px;font:16px sans-serif"><h3 style="margin:0">${what}</h3>${figures.join("")}</body>`,
  );
  await film.screenshot({path: join(out, `strip-${strip}.png`), fullPage: true});
  await film.close();
}

/** A picture as WebP, which the browser makes of it. @param {Buffer} png */
async function webp(png) {
  const page = await browser.newPage();
  const data = await page.evaluate(async (base64) => {
    const image = new Image();
    image.src = `data:image/png;base64,${base64}`;
    await image.decode();
    const canvas = document.createElement("canvas");
    Object.assign(canvas, {width: image.width, height: image.height});
    canvas.getContext("2d")?.drawImage(image, 0, 0);
    return canvas.toDataURL("image/webp", 0.86);
  }, png.toString("base64"));
  await page.close();
  return Buffer.from(data.split(",")[1], "base64");
}

/* The picture in each README: two nodes, their zones, zonelists and page lists. */
for (const lang of flag("readme") ? ["en", "zh-CN"] : []) {
  const {page, close} = await openPage(browser, daemon.url, {
    hash: `#board=qemu-virt-numa&kernel=6.7&lang=${lang}&theme=light&view=overview`,
  });
  await goTo(page, await endOf(page, "setup_per_cpu_pageset"));
  const name = lang === "en" ? "page.webp" : `page.${lang}.webp`;
  writeFileSync(join(out, name), await webp(await page.screenshot()));
  await close();
}

const sheet = await browser.newPage({viewport: {width: 2400, height: 1400}});
for (const theme of all ? ["light", "dark", "projector"] : []) {
  const files = readdirSync(out)
    .filter((f) => f.includes(`-${theme}-`))
    .sort();
  const figures = files.map(
    (f) =>
      `<figure style="margin:4px;width:590px;display:inline-block"><img width="590" src="data:image/png;base64,${readFileSync(join(out, f)).toString("base64")}"><figcaption>${f}</figcaption></figure>`,
  );
  await sheet.setContent(`<body style="margin:0;font:16px sans-serif">${figures.join("")}</body>`);
  await sheet.screenshot({path: join(out, `sheet-${theme}.png`), fullPage: true});
}
await browser.close();
await daemon.stop();
console.log(out);
