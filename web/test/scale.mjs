// SPDX-License-Identifier: GPL-2.0-or-later
// The folded line of addresses.
import test from "node:test";
import assert from "node:assert/strict";
import {load} from "./www.mjs";

const {makeFold, makeX, zoomWindow, panWindow} = await load("lib/scale.js");
const GiB = 2 ** 30;
const TiB = 2 ** 40;

/*
 *  RAM  |####|                      |####|
 *       1G   2G      62 TiB gap     63T  63T+1G
 */
const far = [
  [GiB, 2 * GiB],
  [63 * TiB, 63 * TiB + GiB],
];

test("there and back again, to the byte", () => {
  for (const mode of ["true", "pieces"]) {
    const fold = makeFold(far, [GiB, GiB + 4096, GiB + 65536, 2 * GiB], mode);
    for (const a of [GiB, GiB + 4096, GiB + 12345678, 2 * GiB, 63 * TiB + 4096, 63 * TiB + GiB])
      assert.ok(Math.abs(fold.from(fold.to(a)) - a) < 64, `${mode} ${a}`);
  }
});

test("order is kept and the ends are 0 and 1", () => {
  const fold = makeFold(far, [], "pieces");
  const at = [GiB, 1.5 * GiB, 2 * GiB, 30 * TiB, 63 * TiB, 63 * TiB + GiB].map(fold.to);
  assert.deepEqual(
    at,
    [...at].sort((a, b) => a - b),
  );
  assert.equal(at[0], 0);
  assert.equal(at[at.length - 1], 1);
});

test("a gap of terabytes leaves the room to the memory", () => {
  const fold = makeFold(far, [], "true");
  assert.ok(fold.to(2 * GiB) > 0.4, "the first gigabyte has nearly half of the line");
  const gap = fold.segments.find((s) => !s.ram);
  assert.ok(gap.folded && gap.u1 - gap.u0 < 0.1);
});

test("a page of tables is wide enough to be seen beside a gigabyte", () => {
  const fold = makeFold([[GiB, 2 * GiB]], [2 * GiB - 4096], "pieces");
  assert.ok((fold.to(2 * GiB) - fold.to(2 * GiB - 4096)) * 1000 > 20);
});

test("very many pieces do not make a very long list", () => {
  const points = Array.from({length: 100000}, (_, i) => GiB + i * 4096);
  assert.ok(makeFold([[GiB, 2 * GiB]], points, "pieces").segments.length < 300);
});

test("zooming keeps the address under the pointer, from 64 TiB to a page", () => {
  const fold = makeFold([[0, 64 * TiB]], [], "true");
  const aim = 0x123456789000;
  let win = null;
  const px = makeX(fold, null, 1000).x(aim);
  for (let i = 0; i < 32; i++) win = zoomWindow(fold, win, 1000, 2, px);
  const x = makeX(fold, win, 1000);
  assert.ok(Math.abs(x.x(aim) - px) < 2);
  assert.ok(win[1] - win[0] < 4096 * 64, `${win[1] - win[0]}`);
  for (let i = 0; i < 60; i++) win = zoomWindow(fold, win, 1000, 0.5, px);
  assert.equal(win, null);
});

test("panning stops at the ends", () => {
  const fold = makeFold([[0, GiB]], [], "true");
  const win = zoomWindow(fold, null, 1000, 4, 500);
  const left = panWindow(fold, win, 1000, -1e9);
  assert.equal(left[0], 0);
  assert.ok(Math.abs(left[1] - left[0] - (win[1] - win[0])) < 1);
});
