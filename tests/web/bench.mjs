// SPDX-License-Identifier: GPL-2.0-or-later
// How fast the page is, as it is and slowed down four times (an old laptop in a lecture hall), beside the
// page of BASE where that can be built. make bench-web; --alone leaves BASE out.
import {execFileSync} from "node:child_process";
import {join} from "node:path";
import {missing, openPage, startBrowser, startDaemon, weight} from "./browser.mjs";

const why = missing();
if (why) {
  console.log(`bench-web: ${why}`);
  process.exit(0);
}
/** The page that ours is held against: what came before the lesson. */
const BASE = "2820a2f";
const RATES = [1, 4];
const MAX_SVG = 1200;
const SEEN = "board=qemu-virt-numa&kernel=6.7&lang=en&view=overview";
const HUGE = "board=numa16-64t&kernel=6.12&lang=en&view=overview";
const FRAMES = 120;
/**
 * A window that opens makes Chromium start a process for its own pages, which has a core for a second. Who looks
 * at a page has opened the window before.
 */
const SETTLED_MS = 1500;

const sorted = (a) => [...a].sort((x, y) => x - y);
const at = (a, share) => sorted(a)[Math.min(a.length - 1, Math.floor(a.length * share))];
const median = (a) => at(a, 0.5);
const n1 = (x) => x.toFixed(1);
const spread = (a) => `${n1(median(a))} / ${n1(at(a, 0.95))} / ${n1(Math.max(...a))}`;

/** The program of BASE, built beside ours; "" where there is no history to build it from. */
function basis() {
  try {
    const script = join(process.env.SRCDIR ?? ".", "tests", "web", "baseline.sh");
    return execFileSync(script, [BASE], {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "inherit"],
    }).trim();
  } catch {
    return "";
  }
}

/** @param {any} page @param {number} rate */
const slow = async (page, rate) => {
  const cdp = await page.context().newCDPSession(page);
  await cdp.send("Emulation.setCPUThrottlingRate", {rate});
};

/** Frame times while @each runs once a frame; the first few are not counted. */
const frames = (page, n, each) =>
  page.evaluate(
    async ({n, each}) => {
      const f = new Function("i", "m", each);
      const times = [];
      let last = await new Promise((r) => requestAnimationFrame(r));
      for (let i = 0; i < n; i++) {
        f(i, globalThis.mmscope);
        const now = await new Promise((r) => requestAnimationFrame(r));
        if (i > 9) times.push(now - last);
        last = now;
      }
      return times;
    },
    {n, each},
  );

const rest = (page) => page.evaluate(() => new Promise((r) => setTimeout(r, 400)));

/** When a browser that has nothing has its first picture: the page marks that itself. */
async function firstPicture(browser, url, rate) {
  const seen = [];
  for (let i = 0; i < 5; i++) {
    const {page, close} = await openPage(browser, url, {
      expectReady: false,
      rate,
      settled: SETTLED_MS,
    });
    await page.waitForFunction(() => performance.getEntriesByName("first-picture").length);
    seen.push(
      await page.evaluate(() => performance.getEntriesByName("first-picture")[0].startTime),
    );
    await close();
  }
  return seen;
}

/** What a first visit loads, once it has come to rest. */
async function visit(browser, url) {
  const {page, close} = await openPage(browser, url, {});
  await page.waitForTimeout(2500);
  const loaded = await weight(page);
  await close();
  return loaded;
}

/** A hand on the scrubber, there and back, and then an event a frame. */
async function scrub(browser, url, hash, rate) {
  const {page, close} = await openPage(browser, url, {
    hash: `#${hash}&at=99999999`,
    settled: SETTLED_MS,
  });
  await slow(page, rate);
  const n = await page.evaluate(() => globalThis.mmscope.store.get().length);
  await rest(page);
  const times = await frames(
    page,
    FRAMES,
    `m.store.set({scrubbing: true, pos: Math.round((Math.cos(i / 30) * 0.5 + 0.5) * ${n})})`,
  );
  await close();
  return times;
}

/** Steps that move, one after the other, in the views that tell them. */
async function moving(browser, url, hash, rate) {
  const {page, close} = await openPage(browser, url, {
    hash: `#${hash.replace(/&view=\w+/, "")}`,
    reducedMotion: "no-preference",
    settled: SETTLED_MS,
  });
  await slow(page, rate);
  await rest(page);
  const times = await page.evaluate(async () => {
    const {store} = globalThis.mmscope;
    const {run, length} = store.get();
    const told = run.replay.events.flatMap((e, i) => (e.splices?.length ? [i + 1] : []));
    const some = Array.from(
      {length: 10},
      (_, i) => told[Math.floor(((i + 0.5) / 10) * told.length)],
    );
    const out = [];
    const next = () => new Promise((r) => requestAnimationFrame(r));
    for (const pos of some) {
      store.set({pos: Math.max(0, pos - 1)});
      await new Promise((r) => setTimeout(r, 500));
      store.set({pos: Math.min(pos, length)});
      let last = await next();
      for (const until = last + 400; last < until; ) {
        const now = await next();
        out.push(now - last);
        last = now;
      }
    }
    return out;
  });
  await close();
  return times;
}

/** The most elements of drawings at once, over views and moments; and where. */
async function elements(browser, url, hash) {
  const {page, close} = await openPage(browser, url, {hash: `#${hash}`});
  const most = await page.evaluate(async () => {
    const {store, screen, views} = globalThis.mmscope;
    const ids = views?.() ?? ["overview"];
    const {length} = store.get();
    const frame = () => new Promise((r) => requestAnimationFrame(() => requestAnimationFrame(r)));
    let best = {n: 0, where: ""};
    for (const view of ids)
      for (const share of [0.3, 0.6, 0.85, 1]) {
        store.set({view, follow: false, pos: Math.round(length * share)});
        await frame();
        screen.settle?.();
        await frame();
        const n = [...document.querySelectorAll("svg")]
          .filter((e) => e.getClientRects().length)
          .reduce((a, e) => a + 1 + e.querySelectorAll("*").length, 0);
        if (n > best.n) best = {n, where: `${view} at ${Math.round(share * 100)} %`};
      }
    return best;
  });
  await close();
  return most;
}

const FIGURES = [
  ["first picture of a first visit, boot included, ms", "< 400, 4x < 1000", firstPicture],
  [
    "scrubbing qemu-virt-numa, overview, ms a frame",
    "16.7 / 33 at 4x",
    (b, u, r) => scrub(b, u, SEEN, r),
  ],
  [
    "steps that move, qemu-virt-numa, ms a frame",
    "16.7 / 33 at 4x",
    (b, u, r) => moving(b, u, SEEN, r),
  ],
  ["scrubbing numa16-64t, overview, ms a frame", "33 at 4x", (b, u, r) => scrub(b, u, HUGE, r)],
  ["steps that move, numa16-64t, ms a frame", "33 at 4x", (b, u, r) => moving(b, u, HUGE, r)],
];

/** --only TEXT measures the figures of that name. */
const only = process.argv.includes("--only")
  ? process.argv.at(process.argv.indexOf("--only") + 1)
  : "";
const browser = await startBrowser();
const old = process.argv.includes("--alone") ? "" : basis();
/** @type {{name: string, daemon: any}[]} */
const pages = [{name: "now", daemon: await startDaemon()}];
if (old) pages.push({name: BASE, daemon: await startDaemon([], old)});
const columns = pages.flatMap((p) => RATES.map((rate) => ({...p, rate})));
const line = (what, cells, goal) =>
  console.log([what.padEnd(50), ...cells.map((c) => c.padStart(24)), `  ${goal}`].join(""));

line(
  "median / 95 % / worst",
  columns.map((c) => `${c.name}, ${c.rate}x`),
  "goal",
);
for (const [what, goal, measure] of FIGURES) {
  if (!what.includes(only)) continue;
  const cells = [];
  for (const c of columns) cells.push(spread(await measure(browser, c.daemon.url, c.rate)));
  line(what, cells, goal);
}
for (const p of only ? [] : pages) {
  const kb = await visit(browser, p.daemon.url);
  line(
    `${p.name}: a first visit, compressed`,
    [`page ${kb.page.toFixed(0)} kB`, `run ${kb.run.toFixed(0)} kB`],
    "page < 160 kB",
  );
  for (const hash of [SEEN, HUGE]) {
    const {n, where} = await elements(browser, p.daemon.url, hash);
    line(
      `${p.name}: most SVG elements at once, ${/board=([\w-]+)/.exec(hash)[1]}`,
      [String(n), where],
      `<= ${MAX_SVG}`,
    );
  }
}
await browser.close();
for (const p of pages) await p.daemon.stop();
