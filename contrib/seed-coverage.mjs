// SPDX-License-Identifier: GPL-2.0-or-later
// Every item of the two articles against the page as it is drawn: see seed-coverage.sh.
//
// An item counts if, in both languages, its row in the reading pane can be seen and names what the list
// names, says whether the item is executed in this boot, and leads to a moment whose headline the page then
// shows in the very words of the row.
import {readFileSync} from "node:fs";
import {dirname, join} from "node:path";
import {fileURLToPath} from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const {openPage, startBrowser, startDaemon} = await import(
  join(here, "..", "tests", "web", "browser.mjs")
);

const ITEMS = JSON.parse(readFileSync(join(here, "..", "tests", "articles.json"), "utf8"));
const LANGS = ["en", "zh-CN"];
/** The runs that an article is read in; the second one for what only a kernel without NUMA does. */
const RUNS = {A: ["4.9", "4.9-bootmem"], B: ["6.7"]};
const ABSENT = /not in this run|本次运行没有/;

/** What the list names that has to be read in the row: functions, fields, constants, paths. */
const namesIn = (item) =>
  (item.replace(/ \([^()]*\)$/, "").match(/[A-Za-z_.][\w.]*[_.][\w.]+|\b[a-z]+\(|\b[A-Z]{2,}_[A-Z_]+/g) ?? [])
    .map((x) => x.replace(/^\.|\($/g, ""))
    .filter((x) => x.length > 3);

/** All rows of an article as they can be seen, each with the headline of its moment. */
async function read(page, article, lang) {
  await page.waitForFunction(
    (a) => {
      const rows = document.querySelectorAll(`#article-${a} > li`);
      const waits = document.querySelectorAll(`#article-${a} > li:not(.absent) .said`);
      const places = document.querySelectorAll(`#article-${a} > li:not(.absent)`);
      return rows.length > 100 && waits.length === places.length;
    },
    article,
    {timeout: 60000},
  );
  return page.evaluate(
    async ({a, lang}) => {
      const m = globalThis.mmscope;
      const frame = () => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
      const now = () => document.getElementById("now-text").textContent;
      const there = (row, button) =>
        !button ||
        (row.querySelector(".said")?.textContent === now() &&
          document.querySelector(`#article-${a} > li.current`));
      const out = [];
      for (const n of [...document.querySelectorAll(`#article-${a} > li`)].map((x) => x.dataset.item)) {
        const row = () => document.querySelector(`#article-${a} > li[data-item="${n}"]`);
        const button = row().querySelector(".head button");
        if (button) button.click();
        await frame();
        // What is read is drawn a few frames after what is watched.
        for (let i = 0; i < 60 && !there(row(), button); i++) await frame();
        const el = row();
        const box = el.getBoundingClientRect();
        out.push({
          n: Number(n),
          seen: box.width > 100 && box.height > 10 && getComputedStyle(el).visibility === "visible",
          text: el.innerText,
          said: el.querySelector(".said")?.textContent ?? "",
          headline: button ? now() : "",
          here: document.querySelector(`#article-${a} > li.current`) !== null,
          lang: document.documentElement.lang === lang,
        });
      }
      return out;
    },
    {a: article, lang},
  );
}

/** Why a row does not show its item, or "". */
function wrong(item, row, lang) {
  if (!row) return "has no row";
  if (!row.seen) return "cannot be seen";
  if (!row.lang) return "is in another language";
  if (ABSENT.test(row.text)) return "is not in this run";
  if (row.said.length < 4) return "says nothing";
  if (row.said !== row.headline) return `leads to "${row.headline}"`;
  if (!row.here) return "is not followed";
  if (lang === "zh-CN" && !/[\u4e00-\u9fff]/.test(row.said)) return "is not Chinese";
  const missing = namesIn(item.item).filter((x) => !row.text.includes(x));
  return missing.length ? `does not name ${missing.join(", ")}` : "";
}

const daemon = await startDaemon();
const browser = await startBrowser();
const complaints = [];
/** By language and item, the rows of all runs. */
const rows = new Map();
try {
  for (const lang of LANGS)
    for (const [article, kernels] of Object.entries(RUNS))
      for (const kernel of kernels) {
        const hash = `#board=qemu-virt&kernel=${kernel}&lang=${lang}&view=articles&read=article:${article}&at=0`;
        const {page, complaints: said, close} = await openPage(browser, daemon.url, {hash});
        for (const row of await read(page, article, lang)) {
          const key = `${lang}/${row.n}`;
          rows.set(key, [...(rows.get(key) ?? []), row]);
        }
        complaints.push(...said);
        await close();
      }
} finally {
  await browser.close();
  await daemon.stop();
}

let found = 0;
for (const item of ITEMS) {
  const why = LANGS.map((lang) => {
    const all = rows.get(`${lang}/${item.n}`) ?? [];
    const each = all.map((row) => wrong(item, row, lang));
    return !each.length || each.every(Boolean) ? `${lang}: ${each[0] ?? "has no row"}` : "";
  }).filter(Boolean);
  found += !why.length;
  console.log(`${why.length ? "MISSING" : "shown  "} ${item.n} ${item.item}${why.length ? ` (${why.join("; ")})` : ""}`);
}
for (const c of complaints) console.log(`the page complains: ${c}`);
console.log(`${found} of ${ITEMS.length}`);
process.exit(found === ITEMS.length && !complaints.length ? 0 : 1);
