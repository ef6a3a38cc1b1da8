// SPDX-License-Identifier: GPL-2.0-or-later
// Where the items of the articles are in boots of several kernels, and what is said of functions that are not there.
import test from "node:test";
import assert from "node:assert/strict";
import {execFileSync} from "node:child_process";
import {readFileSync} from "node:fs";
import {join} from "node:path";
import {load, srcdir} from "./www.mjs";

const {placesOf} = await load("lib/article.js");
const mmscope = process.env.MMSCOPE ?? join(process.env.BUILDDIR ?? "build", "mmscope");
const articles = JSON.parse(readFileSync(join(srcdir, "texts", "articles.json"), "utf8"));

/** @param {string[]} args */
const ask = (...args) =>
  execFileSync(mmscope, args, {
    encoding: "utf8",
    maxBuffer: 1 << 29,
    stdio: ["ignore", "pipe", "ignore"],
  });

/** What the page knows of a boot. @param {string} kernel */
function boot(kernel) {
  const of = ["boot", "qemu-virt", "-k", kernel, "-o"];
  const events = ask(...of, "events")
    .trim()
    .split("\n")
    .map((l) => JSON.parse(l));
  return {
    steps: JSON.parse(ask(...of, "manifest")).steps,
    replay: {events, length: events.length},
    times: {posOfSeq: new Map(events.map((e, i) => [e.seq, i + 1]))},
  };
}

test("a zonelist's end is found whichever function writes it", () => {
  for (const [kernel, end, nofallback] of [
    ["4.9", "build_zonelists_in_node_order", true],
    ["4.9-bootmem", "build_zonelists", false],
  ]) {
    const run = boot(kernel);
    const places = placesOf(articles.A, run);
    for (const n of [98, 99, 100]) {
      const {seq} = places.find((p) => p.item.n === n);
      const event = run.replay.events.find((e) => e.seq === seq);
      assert.equal(event?.text.fn, end, `${kernel}: ${n}`);
      assert.equal(event.why.reason, "end", `${kernel}: ${n}`);
    }
    // Only NUMA has a second list.
    for (const n of [101, 102])
      assert.equal(places.find((p) => p.item.n === n).seq >= 0, nofallback, `${kernel}: ${n}`);
  }
});

test("all zones of a node are linked in every release", () => {
  for (const kernel of ["4.9", "6.7"]) {
    const places = placesOf(articles.A, boot(kernel));
    for (const n of [77, 94])
      assert.ok(places.find((p) => p.item.n === n).seq >= 0, `${kernel}: ${n}`);
  }
});
