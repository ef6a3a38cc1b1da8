// SPDX-License-Identifier: GPL-2.0-or-later
// An operation more, after 2 000 of them: from the press of Enter in the console to the frame that shows
// it - its line in the history, its headline, the zonelist that it walks. make bench-ops; --trace FILE
// writes what Chromium did meanwhile, --profile FILE what the page's functions cost, --web DIR takes the page
// from there.
import {writeFileSync} from "node:fs";
import {userInfo} from "node:os";
import {missing, openPage, startBrowser, startDaemon} from "./browser.mjs";

const why = missing();
if (why) {
  console.log(`bench-ops: ${why}`);
  process.exit(0);
}
const GOAL = "50 ms";
/** The first additions find nothing warm; they are shown, and not counted in the median. */
const ROUNDS = 15;
const WARM = 3;
/** The same 2 000 operations as one statement, and as a line each. */
const SCRIPTS = {
  "one line": "random 2000 seed=1",
  "2 000 lines": Array.from({length: 1000}, (_, i) => `n${i} = alloc\nfree n${i}`).join("\n"),
};

const option = (name) =>
  process.argv.includes(name) ? process.argv[process.argv.indexOf(name) + 1] : "";
const at = (a, share) => [...a].sort((x, y) => x - y)[Math.floor(a.length * share)];
const n1 = (x) => x.toFixed(1);

/** Watches for the frame in which everything says the new statement; times are of the key's own event. */
const watch = () => {
  const {store, screen} = globalThis.mmscope;
  globalThis.added = {start: 0, end: 0, marks: []};
  const a = globalThis.added;
  const shows = (says) => {
    const title = screen.layouts.work?.marks.find((m) => m.k === "t:walk")?.s ?? "";
    const now = document.getElementById("now-text").textContent;
    const line = document.querySelector("#console .history li:last-child")?.textContent ?? "";
    return title.includes(says) && line === says && now !== "…" && now !== a.before;
  };
  const frame = () => {
    if (!shows(a.says)) return void requestAnimationFrame(frame);
    // What this frame has drawn is on its way to the screen when the next task begins.
    const {port1, port2} = new MessageChannel();
    port1.onmessage = () => (a.end = performance.now());
    port2.postMessage(0);
  };
  document.getElementById("console").addEventListener(
    "keydown",
    (e) => {
      if (e.key !== "Enter") return;
      Object.assign(a, {start: e.timeStamp, end: 0, says: e.target.value});
      a.before = document.getElementById("now-text").textContent;
      requestAnimationFrame(frame);
    },
    true,
  );
  store.subscribe((s, old) => s.run !== old.run && (a.run = performance.now()));
};

async function add(page, says) {
  await page.locator("#console-text").focus();
  await page.keyboard.insertText(says);
  await page.keyboard.press("Enter");
  await page.waitForFunction(() => globalThis.added.end, null, {polling: 20});
  const {start, run, end} = await page.evaluate(() => globalThis.added);
  // It plays to its end, and comes to rest.
  await page.waitForFunction(() => {
    const s = globalThis.mmscope.store.get();
    return !s.playing && s.pos === s.length;
  });
  await page.waitForTimeout(500);
  return {all: end - start, run: run - start};
}

const daemon = await startDaemon(
  option("--web") ? ["--web", option("--web"), "--user", userInfo().username] : [],
);
const browser = await startBrowser();
const trace = option("--trace");
const profile = option("--profile");
for (const [name, script] of Object.entries(SCRIPTS)) {
  const {page, complaints, close} = await openPage(browser, daemon.url, {
    hash: `#board=qemu-virt&kernel=7.2&memory=1G&lang=en&view=work&at=99999999&ops=${encodeURIComponent(script)}`,
    reducedMotion: "no-preference",
  });
  await page.evaluate(watch);
  const cdp = await page.context().newCDPSession(page);
  const rounds = [];
  for (let i = 0; i < ROUNDS; i++) {
    const last = i === ROUNDS - 1;
    if (trace && last) await browser.startTracing(page, {path: `${trace}.${name[0]}.json`});
    if (profile && last) await cdp.send("Profiler.enable");
    if (profile && last) await cdp.send("Profiler.setSamplingInterval", {interval: 200});
    if (profile && last) await cdp.send("Profiler.start");
    rounds.push(await add(page, `x${i} = alloc`));
    if (trace && last) await browser.stopTracing();
    if (profile && last)
      writeFileSync(
        `${profile}.${name[0]}.cpuprofile`,
        JSON.stringify((await cdp.send("Profiler.stop")).profile),
      );
  }
  const length = await page.evaluate(() => globalThis.mmscope.store.get().length);
  const warm = rounds.slice(WARM);
  const figures = warm.map((r) => r.all);
  console.log(
    `an operation more after ${name.padEnd(12)} (${length} events): ` +
      `${n1(at(figures, 0.5))} ms median, ${n1(at(figures, 0.95))} worst; ` +
      `of it ${n1(
        at(
          warm.map((r) => r.run),
          0.5,
        ),
      )} until the run is there; ` +
      `first ${rounds
        .slice(0, WARM)
        .map((r) => n1(r.all))
        .join(", ")}   goal ${GOAL}`,
  );
  if (complaints.length) throw new Error(complaints.join("\n"));
  await close();
}
await browser.close();
await daemon.stop();
