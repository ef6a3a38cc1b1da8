// SPDX-License-Identifier: GPL-2.0-or-later
// A tour tells every boot in about a minute.
import test from "node:test";
import assert from "node:assert/strict";
import {execFileSync} from "node:child_process";
import {join} from "node:path";
import {load} from "./www.mjs";

const {makeTour} = await load("lib/tour.js");
const mmscope = process.env.MMSCOPE ?? join(process.env.BUILDDIR ?? "build", "mmscope");

for (const [board, kernel] of [
  ["qemu-virt", "6.7"],
  ["qemu-virt-numa", "4.9-bootmem"],
  ["numa16-64t", "7.2"],
  ["rpi4-8g", "6.12"],
  ["small-reserved", "5.10"],
])
  test(`${board} on ${kernel}`, () => {
    const events = execFileSync(mmscope, ["boot", board, "-k", kernel, "-o", "events"], {
      encoding: "utf8",
      maxBuffer: 1 << 29,
    })
      .trim()
      .split("\n")
      .map((l) => JSON.parse(l));
    const tour = makeTour(events);
    const ms = tour.reduce((a, b) => a + b.ms, 0);
    assert.ok(ms >= 60000 && ms <= 90000, `${Math.round(ms / 1000)} s`);
    for (let i = 1; i < tour.length; i++) assert.ok(tour[i].pos > tour[i - 1].pos, "onwards");
    assert.equal(tour.at(-1).pos, events.length, "to the end");
    const told = tour.filter((b) => b.told === b.pos);
    const calls = new Set(told.map((b) => events[b.pos - 1].step));
    assert.ok(calls.size >= 14 && calls.size <= 26, `${calls.size} landmarks`);
    for (const name of ["setup_machine_fdt", "kmem_cache_init", "setup_per_cpu_pageset"])
      assert.ok(calls.has(name), name);
    for (const name of calls) {
      const all = told.filter((b) => events[b.pos - 1].step === name);
      const long = all.reduce((a, b) => a + b.ms, 0);
      assert.ok(long >= 1200, `${name} is read in ${Math.round(long)} ms`);
      assert.ok(all.length === 1 || all[0].ms >= 500, `${name} begins with a rest`);
    }
    for (const b of tour.slice(tour.indexOf(told[0]), -1))
      assert.ok(b.told && b.told <= b.pos, "words of what has happened");
    for (const b of tour.slice(0, -1))
      assert.ok(events[b.pos - 1].splices?.length || events[b.pos - 1].kind === "problem");
    const memory =
      events.findIndex((e) => e.splices?.some((s) => s.table === "memblock.memory")) + 1;
    const until = tour.filter((b) => b.pos < memory).reduce((a, b) => a + b.ms, 0);
    assert.ok(until < 12000, `first memory after ${Math.round(until / 1000)} s`);
    const steps = new Set(events.filter((e) => e.splices?.length).map((e) => e.step_index));
    const shown = new Set(tour.map((b) => events[b.pos - 1].step_index));
    assert.deepEqual(
      [...steps].filter((s) => !shown.has(s)),
      [],
      "every call that changes something has a beat",
    );
  });

test("a boot that does nothing has no tour", () => assert.deepEqual(makeTour([]), []));
