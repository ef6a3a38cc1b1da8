// SPDX-License-Identifier: GPL-2.0-or-later
// The page's compare says what GET /runs/{a}/diff/{b} says: owners, problems, reasons, numbers, and what did it.
import test from "node:test";
import assert from "node:assert/strict";
import {join, resolve} from "node:path";
import {openPage, shots} from "./browser.mjs";
import {setUp} from "./rig.mjs";

const rig = setUp();
const {skip} = rig;
const www = resolve(process.env.BUILDDIR ?? "build", "web", "www");
const {bytes} = skip ? {} : await import(join(www, "lib", "format.js"));

/** Two boots beside each other, and a thing that the second of them has to say. */
const PAIRS = [
  {
    name: "kernels",
    a: {board: "qemu-virt", kernel: "6.1", cmdline: "cma=64M"},
    b: {board: "qemu-virt", kernel: "6.12", cmdline: "cma=64M"},
    has: (d) =>
      d.reasons.length > 2 &&
      d.reasons.some((r) => r.kind === "build" && r.effects["kernel-image.size"]) &&
      d.inputs.every((i) => i.caused),
  },
  {
    name: "boards",
    a: {board: "rpi4-8g", kernel: "6.12"},
    b: {board: "qemu-virt", kernel: "6.12", cmdline: "cma=900M"},
    has: (d) => d.came.length && d.owners.some((o) => o.moved),
  },
];

/** What a reader sees of a compare, number by number. */
const seen = (page) =>
  page.evaluate(() => {
    const view = document.querySelector("#v-compare");
    const all = (sel, of = view) => [...of.querySelectorAll(sel)].map((e) => e.textContent);
    return {
      owners: [...view.querySelectorAll(".compared li")].map((li) => ({
        name: li.querySelector("b").textContent,
        sizes: li.querySelector(".num").textContent,
        reasons: li.querySelectorAll(".reason").length,
      })),
      shared: [...view.querySelectorAll(".shared li")].map((li) => ({
        says: li.querySelector("p").textContent,
        owners: li.querySelectorAll(".touched").length,
      })),
      sharedText: all(".shared").join(),
      moved: all("details.moved p"),
      came: all(".findings.came li b"),
      went: all(".findings.went li b"),
      numbers: all(".numbers tbody th"),
      parting: all(".parted").join(),
      all: view.textContent,
    };
  });

for (const lang of ["en", "zh-CN"])
  for (const {name, a, b, has} of PAIRS)
    test(
      `two ${name} beside each other: the page says what /diff says, in ${lang}`,
      {skip, timeout: 120000},
      async () => {
        const {page, complaints, close} = await openPage(rig.browser, rig.daemon.url, {
          hash: `#${new URLSearchParams({...a, lang})}`,
          size: {width: 1440, height: 1400},
        });
        await page.evaluate((inputs) => globalThis.mmscope.actions.boot(inputs, {beside: true}), b);
        await page.evaluate(() => globalThis.mmscope.actions.view("compare"));
        await page.waitForSelector("#v-compare .compared li", {timeout: 60000});
        const ids = await page.evaluate(() => {
          const {run, other} = globalThis.mmscope.store.get();
          return [run.manifest.id, other.manifest.id];
        });
        const diff = await (
          await fetch(`${rig.daemon.url}/api/v1/runs/${ids[0]}/diff/${ids[1]}?lang=${lang}`)
        ).json();
        assert.ok(has(diff), "this pair has what it is here for");
        const shown = await seen(page);
        await page.screenshot({path: join(shots, `compare-${name}-${lang}.png`)});
        // One cause is one sentence, whomever it touches.
        const numberOf = (o) => `${o.owner}.${o.moved ? "base" : "size"}`;
        const touched = (r) => diff.owners.filter((o) => r.effects[numberOf(o)]).length;
        assert.deepEqual(
          shown.shared.map((r) => r.owners),
          diff.reasons.map(touched).filter((n) => n > 1),
        );
        assert.ok(
          !shown.shared.length || /0x[0-9a-f]+ → 0x/.test(shown.sharedText),
          shown.sharedText,
        );
        assert.equal(new Set(shown.shared.map((r) => r.says)).size, shown.shared.length);
        const grew = diff.owners.filter((o) => o.change);
        assert.equal(shown.owners.length, grew.length);
        for (const [i, o] of grew.entries()) {
          const its = shown.owners[i];
          assert.equal(its.sizes, `${bytes(o.before, lang)} → ${bytes(o.after, lang)}`, its.name);
          assert.equal(
            its.reasons,
            diff.reasons.filter((r) => r.effects[numberOf(o)] && touched(r) === 1).length,
            o.owner,
          );
        }
        assert.equal(
          shown.moved.flatMap((m) => m.split(", ")).length,
          diff.owners.filter((o) => o.moved).length,
        );
        assert.deepEqual(
          shown.came,
          diff.came.map((f) => f.rule),
        );
        assert.deepEqual(
          shown.went,
          diff.went.map((f) => f.rule),
        );
        for (const f of [...diff.came, ...diff.went])
          assert.ok(shown.all.includes(f.cause) && shown.all.includes(f.kernel), f.rule);
        assert.deepEqual(shown.numbers, Object.keys(diff.numbers));
        for (const e of diff.parting.filter(Boolean))
          assert.ok(shown.parting.includes(`#${e.seq} ${e.step}`), shown.parting);
        for (const i of diff.inputs.filter((x) => x.caused))
          assert.ok(shown.parting.includes(`${i.before} → ${i.after}`), shown.parting);
        assert.ok(!/undefined|NaN|\bcompare\./.test(shown.all), shown.all);
        assert.deepEqual(complaints, []);
        await close();
      },
    );

test(
  "both maps stand at their ends with arrows between them, and fit a telephone",
  {skip, timeout: 120000},
  async () => {
    const {page, complaints, close} = await openPage(rig.browser, rig.daemon.url, {
      hash: "#board=qemu-virt&kernel=6.1&lang=en&at=1",
      size: {width: 390, height: 844},
    });
    await page.evaluate(() =>
      globalThis.mmscope.actions.boot({board: "qemu-virt", kernel: "6.12"}, {beside: true}),
    );
    await page.evaluate(() => globalThis.mmscope.actions.view("compare"));
    await page.waitForSelector("#v-compare .compared li", {timeout: 60000});
    const seen = await page.evaluate(() => {
      const {run, other} = globalThis.mmscope.store.get();
      const rows = [run, other].map((r) => r.replay.at(r.replay.length).ledger.length);
      const box = document.querySelector("#v-compare .scroll").getBoundingClientRect();
      const svg = document.querySelector("svg.arrows");
      return {
        rows: rows[0] + rows[1],
        rects: svg.querySelectorAll("rect").length,
        links: svg.querySelectorAll("path").length,
        high: svg.getBoundingClientRect().height,
        wide: [...document.querySelectorAll("#v-compare .compared :is(b, strong, .num, .reason)")]
          .filter((e) => e.getBoundingClientRect().right > box.right + 1)
          .map((e) => e.textContent),
      };
    });
    assert.equal(seen.rects, seen.rows);
    assert.ok(seen.links > 0 && seen.high >= 90, JSON.stringify(seen));
    assert.deepEqual(seen.wide, []);
    assert.deepEqual(complaints, []);
    await close();
  },
);
