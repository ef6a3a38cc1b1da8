// SPDX-License-Identifier: GPL-2.0-or-later
// How fast single views are: what if, 20 000 events, panning 200 000 marks. make bench-views
import {userInfo} from "node:os";
import {join} from "node:path";
import {missing, openPage, startBrowser, startDaemon} from "./browser.mjs";

const why = missing();
if (why) {
  console.log(`bench-web: ${why}`);
  process.exit(0);
}
const www = join(process.env.BUILDDIR ?? "build", "web", "www");
const median = (a) => [...a].sort((x, y) => x - y)[Math.floor(a.length / 2)];
const p95 = (a) => [...a].sort((x, y) => x - y)[Math.floor(a.length * 0.95)];
const ms = (n) => `${n.toFixed(1)} ms`;
const line = (what, value, goal) =>
  console.log(`${what.padEnd(58)} ${value.padStart(26)}   goal ${goal}`);

const daemon = await startDaemon();
const browser = await startBrowser();
const hash = "#board=qemu-virt&kernel=6.7&lang=en&view=overview";

/** A movement of a slider under the mouse, and the picture of the boot with it, over a drag. */
for (const board of ["qemu-virt", "qemu-virt-numa"]) {
  const {page, close} = await openPage(browser, daemon.url, {
    hash: `#board=${board}&kernel=6.12&lang=en&view=whatif&at=99999999`,
  });
  await page.waitForSelector("#whatif-dtb");
  const times = await page.evaluateHandle(() => {
    const {store} = globalThis.mmscope;
    const done = [];
    let waiting = [];
    let seen = store.get().run;
    document
      .getElementById("whatif-dtb")
      .addEventListener("input", (e) => waiting.push(e.timeStamp), true);
    store.subscribe(({run}) => {
      if (run === seen) return;
      const answered = waiting;
      [seen, waiting] = [run, []];
      requestAnimationFrame(() =>
        setTimeout(() => done.push(...answered.map((t) => performance.now() - t))),
      );
    });
    return done;
  });
  const {x, y, width, height} = await page.locator("#whatif-dtb").boundingBox();
  const at = (share) => page.mouse.move(x + width * share, y + height / 2);
  await at(0.3);
  await page.mouse.down();
  for (let i = 0; i < 120; i++) {
    await at(0.3 + (0.4 * i) / 120);
    await new Promise((r) => setTimeout(r, 16));
  }
  await page.mouse.up();
  await page.waitForTimeout(300);
  const drag = (await times.jsonValue()).slice(10);
  line(
    `what if, ${board}: from a movement to its picture, median / p95`,
    `${ms(median(drag))} / ${ms(p95(drag))}`,
    "< 33 ms",
  );
  await close();
}

/** From here on modules are wanted one by one, as the build tree has them. */
const modular = await startDaemon(["--web", www, "--user", userInfo().username]);

/** Frame times while @each runs once a frame. */
const frames = (page, n, each) =>
  page.evaluate(
    async ({n, each}) => {
      const f = new Function("i", "m", each);
      const times = [];
      let last = await new Promise((r) => requestAnimationFrame(r));
      for (let i = 0; i < n; i++) {
        f(i, globalThis.mmscope);
        const now = await new Promise((r) => requestAnimationFrame(r));
        times.push(now - last);
        last = now;
      }
      return times;
    },
    {n, each},
  );

{
  const {page, close} = await openPage(browser, modular.url, {hash});
  const n = await page.evaluate(async () => {
    const {makeRun} = await import("/run.js");
    const {store} = globalThis.mmscope;
    const {run} = store.get();
    const forward = run.replay.events;
    // The boot, then the boot taken back, again and again: every state is a true one.
    const back = [...forward].reverse().map((e) => ({
      ...e,
      splices: [...(e.splices ?? [])].reverse().map((s) => ({...s, del: s.ins, ins: s.del})),
    }));
    const events = [];
    while (events.length < 20000) events.push(...forward, ...back);
    const long = makeRun(run.manifest);
    long.replay.append(events.map((e, seq) => ({...e, seq})));
    const {makeTimes, logLines} = await import("/lib/time.js");
    const whole = {
      ...long,
      folds: run.folds,
      page: run.page,
      times: makeTimes(long.replay.events, long.steps),
      log: logLines(long.replay.events),
    };
    store.set({run: whole, length: events.length, pos: 0, view: "overview"});
    return events.length;
  });
  const jumps = await frames(
    page,
    240,
    `m.store.set({pos: Math.round((Math.sin(i / 40) * 0.5 + 0.5) * ${n - 1})})`,
  );
  line(
    `scrubbing ${n} events, every view redrawn, median / p95`,
    `${ms(median(jumps))} / ${ms(p95(jumps))}`,
    "16.7 ms",
  );
  const steps = await frames(page, 240, "m.store.set({pos: 5000 + i})");
  line("stepping forward, an event a frame", `${ms(median(steps))} / ${ms(p95(steps))}`, "16.7 ms");
  const back = await frames(page, 240, "m.store.set({pos: 5240 - i})");
  line("stepping back, an event a frame", `${ms(median(back))} / ${ms(p95(back))}`, "16.7 ms");
  await close();
}

{
  const {page, complaints, close} = await openPage(browser, modular.url, {hash});
  await page.evaluate(async () => {
    const {makeRun} = await import("/run.js");
    const {makeFold} = await import("/lib/scale.js");
    const {store} = globalThis.mmscope;
    const hex = (n) => "0x" + n.toString(16);
    const each = 2 ** 46 / 200000;
    const ins = Array.from({length: 200000}, (_, i) => ({
      key: hex(Math.floor(i * each)),
      size: hex(Math.floor((i + 1) * each) - Math.floor(i * each)),
      owner: ["free", "memmap", "percpu", "page-table", "buddy"][i % 5],
      detail: "",
      fn: "",
      seq: 0,
      ram: 1,
    }));
    const run = makeRun(store.get().run.manifest);
    run.replay.append([
      {
        seq: 0,
        step: "start_kernel",
        step_index: 0,
        depth: 0,
        kind: "add",
        text: {},
        splices: [{table: "ledger", at: 0, del: [], ins}],
      },
    ]);
    const fold = makeFold([[0, 2 ** 46]], [], "true");
    store.set({run: {...run, folds: {true: fold, pieces: fold}}, length: 1, pos: 1, view: "zones"});
  });
  await page.waitForTimeout(1500);
  if (complaints.length) throw new Error(complaints.join("\n"));
  for (const [what, share] of [
    ["nine tenths of 64 TiB", 0.9],
    ["a hundredth of it", 0.01],
    ["a page", 2 ** -34],
  ]) {
    const pan = await frames(
      page,
      90,
      `const w = 2 ** 46 * ${share}; const a = (2 ** 46 - w) * (0.01 * i); m.store.set({win: [a, a + w]})`,
    );
    line(
      `panning 200 000 marks, ${what} in sight, median / p95`,
      `${ms(median(pan))} / ${ms(p95(pan))}`,
      "33 ms",
    );
  }
  await close();
}

{
  const {page, close} = await openPage(browser, daemon.url, {
    hash: "#board=numa16-64t&kernel=6.12&lang=en&view=zonelists&at=99999",
  });
  await page.waitForTimeout(1500);
  const n = await page.evaluate(() => globalThis.mmscope.store.get().length);
  for (const [what, share] of [
    ["nine tenths", 0.9],
    ["a thousandth", 0.001],
    ["a page", 2 ** -34],
  ]) {
    const pan = await frames(
      page,
      90,
      `const w = 2 ** 46 * ${share}; const a = 2 ** 31 + (2 ** 46 - 2 ** 31 - w) * (0.01 * i); m.store.set({win: [a, a + w]})`,
    );
    line(
      `panning the 64 TiB board at its end, ${what} in sight`,
      `${ms(median(pan))} / ${ms(p95(pan))}`,
      "33 ms",
    );
  }
  const jumps = await frames(
    page,
    240,
    `m.store.set({win: null, view: "overview", pos: Math.round((Math.sin(i / 40) * 0.5 + 0.5) * ${n - 1})})`,
  );
  line(`scrubbing its ${n} events`, `${ms(median(jumps))} / ${ms(p95(jumps))}`, "16.7 ms");
  await close();
}

await browser.close();
await modular.stop();
await daemon.stop();
