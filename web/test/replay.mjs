// SPDX-License-Identifier: GPL-2.0-or-later
// Time goes both ways and is the same from every side.
import test from "node:test";
import assert from "node:assert/strict";
import {execFileSync} from "node:child_process";
import {join} from "node:path";
import {load, region} from "./www.mjs";

const {createReplay, effectOf} = await load("lib/replay.js");
const {makeTimes, readSteps, logLines, lineAt, after, before} = await load("lib/time.js");

/** Splices that put rows in and take rows out at places that a small generator chooses. */
function randomEvents(n) {
  let seed = 42;
  const rnd = (k) => (seed = (seed * 1103515245 + 12345) % 2147483648) % k;
  const rows = [];
  return Array.from({length: n}, (_, seq) => {
    const at = rnd(rows.length + 1);
    const del = rows.slice(at, at + rnd(3));
    const ins = Array.from({length: rnd(3)}, (_, i) => ({key: `${seq}.${i}`, v: rnd(100)}));
    rows.splice(at, del.length, ...ins);
    return {
      seq,
      step: "s",
      step_index: 0,
      depth: 0,
      kind: "set",
      splices: [{table: "t", at, del, ins}],
    };
  });
}

/** The slow and obvious way. */
function expected(events, pos) {
  const rows = [];
  for (const e of events.slice(0, pos))
    for (const s of e.splices) rows.splice(s.at, s.del.length, ...s.ins);
  return rows;
}

test("any moment is reached from any other", () => {
  const events = randomEvents(1500);
  const replay = createReplay(["t", "empty"]);
  replay.append(events);
  for (const pos of [0, 1500, 3, 700, 699, 256, 255, 257, 1024, 1, 1500, 0, 1280])
    assert.deepEqual(replay.at(pos).t, expected(events, pos), `at ${pos}`);
  assert.deepEqual(replay.at(12).empty, []);
});

test("events that arrive in batches are events that arrive at once", () => {
  const events = randomEvents(900);
  const replay = createReplay(["t"]);
  for (let i = 0; i < events.length; i += 77) {
    replay.append(events.slice(i, i + 77));
    assert.deepEqual(replay.at(replay.length).t, expected(events, replay.length));
  }
});

test("what has been handed out never changes", () => {
  const replay = createReplay(["t"]);
  replay.append(randomEvents(600));
  const kept = replay.at(300).t;
  const copy = structuredClone(kept);
  for (let p = 300; p <= 600; p++) replay.at(p);
  for (let p = 600; p >= 0; p--) replay.at(p);
  assert.deepEqual(kept, copy);
});

test("a table that an event leaves alone keeps its array", () => {
  const replay = createReplay(["a", "b"]);
  const put = (table, key) => ({splices: [{table, at: 0, del: [], ins: [{key}]}]});
  replay.append([put("a", 1), put("b", 2)]);
  assert.equal(replay.at(1).a, replay.at(2).a);
});

test("a splice outside its table is refused", () => {
  const replay = createReplay(["a"]);
  replay.append([{splices: [{table: "a", at: 5, del: [{key: 1}], ins: []}]}]);
  assert.throws(() => replay.at(1), /outside/);
});

/*
 *   before  | [ 0x1000 .......... 0x3000 ) |
 *   after   | [ 0x1000 .. 0x2000 )         |    a changed row is not a removed one
 */
test("a row that stays under its key is changed, one that goes is removed", () => {
  const e = {
    splices: [
      {
        table: "r",
        at: 0,
        del: [region(0x1000, 0x2000), region(0x9000, 1)],
        ins: [region(0x1000, 0x1000)],
      },
    ],
  };
  assert.deepEqual([...effectOf(e).changed.r], ["0x1000"]);
  assert.deepEqual(
    effectOf(e).removed.r.map((r) => r.key),
    ["0x9000"],
  );
});

test("a row that a splice only carries along is not changed, nor one that is taken out and put back", () => {
  const [a, b, c] = [0x1000, 0x2000, 0x3000].map((base) => region(base, 0x1000));
  const e = {
    splices: [
      {table: "r", at: 0, del: [a, b], ins: [a, {...b, nid: 1}, c]},
      {table: "r", at: 0, del: [a], ins: []},
      {table: "r", at: 0, del: [], ins: [{...a}]},
      {table: "q", at: 0, del: [b], ins: [b]},
    ],
  };
  const {r, q} = effectOf(e).changed;
  assert.deepEqual([...r].sort(), [b.key, c.key]);
  assert.equal(q, undefined, "a table of which nothing changed is not named");
  assert.deepEqual(effectOf(e).removed, {});
});

/** Boots that between them have every table, merging, doubling and both zonelist orders. */
const RUNS = [
  ["qemu-virt", "6.7"],
  ["qemu-virt-numa", "6.7"],
  ["qemu-virt-numa", "4.9-bootmem"],
  ["numa4-asymmetric", "6.12"],
  ["small-reserved", "5.10"],
  ["rpi4-8g", "7.2"],
];

const mmscope = process.env.MMSCOPE ?? join(process.env.BUILDDIR ?? "build", "mmscope");

for (const [board, kernel] of RUNS)
  test(`${board} on ${kernel}: at every moment exactly the rows are marked whose value differs`, () => {
    const events = execFileSync(mmscope, ["boot", board, "-k", kernel, "-o", "events"], {
      encoding: "utf8",
      maxBuffer: 1 << 28,
    })
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    const replay = createReplay();
    replay.append(events);
    let marked = 0;
    for (const [i, event] of events.entries()) {
      const tables = new Set((event.splices ?? []).map((s) => s.table));
      const [old, now] = [replay.at(i), replay.at(i + 1)];
      const changed = effectOf(event).changed;
      const removed = effectOf(event).removed;
      for (const table of tables) {
        const rows = (t) =>
          new Map((t[table] ?? []).map((r) => [String(r.key), JSON.stringify(r)]));
        const [was, is] = [rows(old), rows(now)];
        const differ = [...is].filter(([k, v]) => was.get(k) !== v).map(([k]) => k);
        assert.deepEqual(
          [...(changed[table] ?? [])].sort(),
          differ.sort(),
          `#${event.seq} ${table}`,
        );
        assert.deepEqual(
          (removed[table] ?? []).map((r) => String(r.key)).sort(),
          [...was.keys()].filter((k) => !is.has(k)).sort(),
          `#${event.seq} ${table}: gone`,
        );
        marked += differ.length;
      }
      assert.deepEqual(
        Object.keys(changed).filter((t) => !tables.has(t)),
        [],
      );
    }
    assert.ok(marked > 200, `${marked} marks`);
  });

test("steps, chapters and log lines find their places", () => {
  const steps = readSteps([
    {name: "a", stage: "0", executed: true},
    {name: "b", stage: "1", executed: true, parent: 0, depth: 1},
  ]);
  const ev = (seq, step_index, more = {}) => ({seq, step_index, kind: "note", ...more});
  const events = [
    ev(0, 0, {log: ["one"]}),
    ev(1, 1, {log: ["two", "three"], count: 4}),
    ev(2, 1, {kind: "problem"}),
    ev(3, 0),
  ];
  const times = makeTimes(events, steps);
  assert.deepEqual(
    times.starts.map((s) => s.pos),
    [1, 2, 4],
  );
  assert.deepEqual(
    times.chapters,
    [
      {stage: "0", from: 1, to: 1},
      {stage: "1", from: 2, to: 4},
    ],
    "returning to the caller is no new chapter",
  );
  assert.deepEqual(times.problems, [3]);
  const lines = logLines(events);
  assert.deepEqual(
    lines.map((l) => [l.pos, l.text, l.count]),
    [
      [1, "one", 1],
      [2, "two", 4],
      [2, "three", 4],
    ],
  );
  assert.deepEqual([lineAt(lines, 0), lineAt(lines, 1), lineAt(lines, 3)], [-1, 0, 2]);
  assert.deepEqual(
    [after([1, 2, 4], 2, 9), after([1, 2, 4], 4, 9), before([1, 2, 4], 2), before([1, 2, 4], 1)],
    [4, 9, 1, 0],
  );
});
