// SPDX-License-Identifier: GPL-2.0-or-later
// A daemon and a browser for tests of the page: what they print, ask for and refuse is kept.
import assert from "node:assert/strict";
import {spawn} from "node:child_process";
import {existsSync, mkdirSync} from "node:fs";
import {createRequire} from "node:module";
import {join} from "node:path";

const build = process.env.BUILDDIR ?? "build";
const chromium = process.env.CHROMIUM ?? "/usr/bin/chromium";
/**
 * What Chromium would do besides. It takes the last list of these, so Playwright's stands here again; the last four
 * load a page of Chromium's own, below the address field, in a process of its own for every window: a second of CPU.
 */
const FEATURES_OFF = [
  "AvoidUnnecessaryBeforeUnloadCheckSync",
  "BoundaryEventDispatchTracksNodeRemoval",
  "DestroyProfileOnBrowserClose",
  "DialMediaRouteProvider",
  "GlobalMediaControls",
  "HttpsUpgrades",
  "LensOverlay",
  "MediaRouter",
  "PaintHolding",
  "ThirdPartyStoragePartitioning",
  "Translate",
  "AutoDeElevate",
  "RenderDocument",
  "OptimizationHints",
  "PreloadTopChromeWebUI",
  "WebUIOmniboxAimPopup",
  "WebUIOmniboxFullPopup",
  "WebUIOmniboxPopup",
];
const FLAGS = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--force-color-profile=srgb",
  `--disable-features=${FEATURES_OFF.join()}`,
];

/**
 * A slow machine, made on purpose: with MMSCOPE_SLOW_FRAMES=200 every frame of a page comes so many milliseconds late,
 * and a test that reads what is only drawn in the next frame fails each time, not once in a hundred.
 */
const SLOW_FRAMES_MS = Number(process.env.MMSCOPE_SLOW_FRAMES ?? 0);

/** So long anything may take that has no limit of its own: an answer, a frame, an end. */
const PATIENCE_MS = 60000;

/**
 * What a promise comes to, or an error that says what did not: a test that waits for ever says nothing.
 * @template T @param {Promise<T>} promise @param {string} what @param {number} [ms] @returns {Promise<T>}
 */
export function within(promise, what, ms = PATIENCE_MS) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${what}: nothing after ${ms / 1000} s`)), ms);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

/** Why the page cannot be tested here, or "". */
export function missing() {
  if (!existsSync(chromium)) return "no Chromium (apt install chromium)";
  return existsSync(join(build, "web", "node_modules", "playwright-core"))
    ? ""
    : "no playwright-core (make web-modules)";
}

const require = () => createRequire(join(build, "web", "node_modules", "x.js"));
export const axeSource = () => require()("axe-core").source;
export const shots = join(build, "tests", "web", "screenshots");

/** The daemon on a free port; MMSCOPE_URL takes one that runs already. */
export async function startDaemon(
  args = [],
  program = process.env.MMSCOPE ?? join(build, "mmscope"),
) {
  if (process.env.MMSCOPE_URL) return {url: process.env.MMSCOPE_URL, stop() {}};
  const listen = args.includes("--listen") ? [] : ["--listen", "127.0.0.1:0"];
  const child = spawn(program, ["serve", ...listen, ...args], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  let said = "";
  const heard = new Promise((resolve, reject) => {
    const hear = (d) => {
      said += d;
      const m = /http:\/\/[\d.]+:\d+/.exec(said);
      if (m) resolve(m[0]);
    };
    child.stdout.on("data", hear);
    child.stderr.on("data", hear);
    child.on("exit", (code) => reject(new Error(`mmscope serve ended with ${code}: ${said}`)));
  });
  const url = await within(heard, "mmscope serve's address");
  // A test that fails before it stops its server does not keep the others waiting for its end.
  for (const handle of [child, child.stdout, child.stderr]) handle.unref();
  process.once("exit", () => child.kill());
  return {
    url,
    child,
    /** One that has ended already ends no more; one that does not want to is killed. */
    stop: () =>
      new Promise((r) => {
        if (child.exitCode !== null || child.signalCode !== null) return r(child.exitCode);
        const kill = setTimeout(() => child.kill("SIGKILL"), PATIENCE_MS / 2);
        child.removeAllListeners("exit");
        child.ref();
        child.on("exit", (code) => {
          clearTimeout(kill);
          r(code);
        });
        child.kill("SIGTERM");
      }),
  };
}

export async function startBrowser() {
  const {chromium: launcher} = require()("playwright-core");
  mkdirSync(shots, {recursive: true});
  return launcher.launch({executablePath: chromium, args: FLAGS});
}

/** Runs in the page. @param {number} ms */
function slowFrames(ms) {
  const frame = globalThis.requestAnimationFrame.bind(globalThis);
  const timers = new Map();
  let last = 0;
  globalThis.requestAnimationFrame = (draw) => {
    const id = ++last;
    const late = () => {
      timers.delete(id);
      frame((now) => draw(now));
    };
    timers.set(id, setTimeout(late, ms));
    return id;
  };
  globalThis.cancelAnimationFrame = (id) => {
    clearTimeout(timers.get(id));
    timers.delete(id);
  };
}

/**
 * A page that keeps its complaints: errors, violations of the CSP, requests that leave the origin.
 * @param {{hash?: string, size?: {width: number, height: number}, expectReady?: boolean, rate?: number,
 *   settled?: number, [context: string]: any}} [how] rate: so many times slower than it is; settled: milliseconds
 *   between the window's opening and the page's
 */
export async function openPage(
  browser,
  url,
  {
    hash = "",
    size = {width: 1440, height: 900},
    expectReady = true,
    rate = 1,
    settled = 0,
    ...context
  } = {},
) {
  const ctx = await browser.newContext({
    viewport: size,
    reducedMotion: "reduce",
    locale: "en-US",
    colorScheme: "light",
    ...context,
  });
  const page = await ctx.newPage();
  await page.waitForTimeout(settled);
  if (rate > 1) {
    const cdp = await ctx.newCDPSession(page);
    await cdp.send("Emulation.setCPUThrottlingRate", {rate});
  }
  const asked = new Set();
  // A stream does not end, and whether the daemon is there is asked now and then.
  const endless = (r) => r.resourceType() === "eventsource" || r.url().endsWith("/healthz");
  page.on("request", (r) => {
    if (r.isNavigationRequest()) asked.clear(); // what another page had asked for does not come any more
    if (!endless(r)) asked.add(r);
  });
  for (const end of ["requestfinished", "requestfailed"]) page.on(end, (r) => asked.delete(r));
  /** What was asked of the daemon is there, and drawn. */
  const answered = async () => {
    do {
      await rested(page);
    } while (asked.size);
    await rested(page);
  };
  const complaints = [];
  page.on("console", (m) => m.type() === "error" && complaints.push(`console: ${m.text()}`));
  page.on("pageerror", (e) => complaints.push(`error: ${e.stack}`));
  page.on(
    "request",
    (r) =>
      !/^(data|blob):/.test(r.url()) &&
      new URL(r.url()).origin !== url &&
      complaints.push(`leaves: ${r.url()}`),
  );
  await page.addInitScript(() =>
    document.addEventListener("securitypolicyviolation", (e) =>
      console.error(`CSP: ${e.violatedDirective} ${e.blockedURI}`),
    ),
  );
  if (SLOW_FRAMES_MS) await page.addInitScript(slowFrames, SLOW_FRAMES_MS);
  await page.goto(`${url}/${hash}`);
  if (expectReady) {
    await page.waitForSelector("body.ready");
    await page.waitForFunction(() => performance.getEntriesByName("first-picture").length);
  }
  return {page, complaints, answered, close: () => ctx.close()};
}

/** What a page has loaded by now, in thousands of bytes as they came: the page and its texts, the answers of its runs. */
export async function weight(page) {
  const entries = await page.evaluate(() =>
    [
      ...performance.getEntriesByType("navigation"),
      ...performance.getEntriesByType("resource"),
    ].map((e) => ({name: e.name, bytes: /** @type {any} */ (e).encodedBodySize})),
  );
  const sum = (list) => list.reduce((a, e) => a + e.bytes, 0) / 1000;
  const api = (e) => e.name.includes("/api/");
  return {page: sum(entries.filter((e) => !api(e))), run: sum(entries.filter(api))};
}

/**
 * What was asked for is drawn, and so is what had to wait because moments flew past: keys that are pressed faster than
 * anybody reads are such. At most so many frames, since something may be playing.
 */
export const rested = (page) =>
  within(
    page.evaluate(async () => {
      const frame = () => new Promise((r) => requestAnimationFrame(r));
      await frame();
      await frame();
      for (let i = 0; i < 30 && globalThis.mmscope.screen.ctx.hurry; i++) await frame();
    }),
    "a rest",
  );

/**
 * Waits until an element says what it should; what it says instead stands in the error.
 * @param {string} selector @param {RegExp} pattern
 */
export async function says(page, selector, pattern) {
  const said = () => page.evaluate((s) => document.querySelector(s)?.textContent ?? "", selector);
  await page
    .waitForFunction(
      ([s, source, flags]) =>
        new RegExp(source, flags).test(document.querySelector(s)?.textContent ?? ""),
      [selector, pattern.source, pattern.flags],
    )
    .catch(async () => assert.match(await said(), pattern));
}

/** The link in the address bar, once it is that of what is shown: it is written a little later. */
export async function addressOf(page) {
  await page.waitForFunction(() => location.hash === globalThis.mmscope.link());
  return page.evaluate(() => location.hash);
}

/**
 * Waits until the run that is shown meets a condition, and what is around the picture tells of that run: a field that
 * is filled in before is filled in by the page, too.
 * @param {(arg: any) => boolean} condition runs in the page
 */
export async function booted(page, condition, arg) {
  await page.waitForFunction(condition, arg);
  await rested(page);
}

/** The page at rest at a position, all of it drawn. */
export const goTo = (page, pos) =>
  within(
    page.evaluate(
      (p) =>
        new Promise((done) => {
          const m = globalThis.mmscope;
          m.actions.seek(p, {playing: false});
          m.screen.told().then(() =>
            requestAnimationFrame(() =>
              requestAnimationFrame(() => {
                m.screen.settle();
                requestAnimationFrame(done);
              }),
            ),
          );
        }),
      pos,
    ),
    `position ${pos}`,
  );

/** The picture as its parts, which must be the same to the bit: canvas, drawings, text. */
export const parts = (page) =>
  page.evaluate(() => [
    /** @type {any} */ (document.getElementById("map-canvas")).toDataURL(),
    ...[...document.querySelectorAll("#map-svg, svg.drawing, #now, #inspector-body, #tree-body")]
      .filter((e) => e.getClientRects().length)
      .flatMap((root) =>
        [...root.querySelectorAll("*")].map((e) =>
          [
            e.tagName,
            ...[...e.attributes]
              .filter((a) => a.name !== "tabindex")
              .map((a) => `${a.name}=${a.value}`)
              .sort(),
            e.children.length ? "" : e.textContent,
          ].join(" "),
        ),
      ),
  ]);

/** Pixels that differ by more than what anti-aliasing does. */
export async function differing(browser, a, b) {
  const page = await browser.newPage();
  const n = await page.evaluate(
    async (pair) => {
      const [x, y] = await Promise.all(
        pair.map(async (data) => {
          const i = new Image();
          i.src = `data:image/png;base64,${data}`;
          await i.decode();
          const g = new OffscreenCanvas(i.width, i.height).getContext("2d");
          g.drawImage(i, 0, 0);
          return g.getImageData(0, 0, i.width, i.height);
        }),
      );
      return x.data.length !== y.data.length
        ? -1
        : x.data.filter((v, i) => Math.abs(v - y.data[i]) > 24).length;
    },
    [a, b].map((s) => s.toString("base64")),
  );
  await page.close();
  return n;
}

/** Show a view and wait for its frame. */
export const show = (page, view) =>
  page.evaluate(
    (v) =>
      new Promise((done) => {
        globalThis.mmscope.store.set({view: v, follow: false});
        requestAnimationFrame(() => requestAnimationFrame(done));
      }),
    view,
  );

/** The palette, which is loaded when it is opened first, and what is typed into it. */
export async function lookFor(page, text = "") {
  await page.keyboard.press("/");
  await page.waitForSelector("#palette[open] #hit-text:not(:empty)");
  await page.keyboard.type(text);
}

/** What the views drew, as data. */
export const drawn = (page) =>
  page.evaluate(() => {
    const {layouts} = globalThis.mmscope.screen;
    const out = {
      lanes: layouts.map.lanes.map((l) => ({
        id: l.id,
        table: l.table,
        rows: l.rows,
        n: l.cells.reduce((a, c) => a + c.n, 0),
        bytes: l.cells.reduce((a, c) => a + c.bytes, 0),
        cells: l.cells.filter((c) => c.n === 1).map((c) => [c.key, c.base, c.end]),
      })),
    };
    for (const id of Object.keys(layouts))
      if (id !== "map")
        out[id] = layouts[id].marks.filter((m) => m.v !== undefined).map((m) => [m.k, m.v]);
    return out;
  });

/** Run in the page: what is written on the screen in less than so many pixels. @param {number} least */
export const illegible = (least) => {
  const out = [];
  for (const el of document.querySelectorAll(
    ":is(#now, #map, #legend, #panels, #tabs, #tree, #log, #time) *",
  )) {
    const says = [...el.childNodes].find((n) => n.nodeType === Node.TEXT_NODE && n.data.trim());
    if (!says || el.closest("title, option, .sr")) continue;
    const {width, height} = el.getBoundingClientRect();
    if (width < 1 || height < 1) continue;
    const m = el.getScreenCTM?.() ?? {a: 1, b: 0}; // names may stand upright
    const px = parseFloat(getComputedStyle(el).fontSize) * Math.hypot(m.a, m.b);
    if (px < least) out.push(`${px.toFixed(1)} px: ${says.data.trim().slice(0, 30)}`);
  }
  return [...new Set(out)].slice(0, 5);
};
