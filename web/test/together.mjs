// SPDX-License-Identifier: GPL-2.0-or-later
// Two runs on one scrubber, questions about what comes next, and the page as one file.
import test from "node:test";
import assert from "node:assert/strict";
import {deflateSync} from "node:zlib";
import {load, owned, region} from "./www.mjs";

const {alignPos, diffTables, differing} = await load("lib/compare.js");
const {ask} = await load("lib/quiz.js");
const {kindOf} = await load("lib/dropped.js");
const {pack} = await load("lib/export.js");
const {packTree, readLink, unpackTree, writeLink} = await load("lib/link.js");

/** A run of steps, each with so many events. */
function run(spec) {
  const steps = spec.map(([name], index) => ({index, name}));
  const events = spec.flatMap(([, n], step_index) => Array.from({length: n}, () => ({step_index})));
  return {steps, replay: {events, length: events.length}, times: {}};
}

/*
 *   A:  a a | b b b b | c
 *   B:  a a | x | b b | c      B has one call more, and less to do in b
 */
test("a moment of one run is the same moment of the other", () => {
  const a = run([
    ["a", 2],
    ["b", 4],
    ["c", 1],
  ]);
  const b = run([
    ["a", 2],
    ["x", 1],
    ["b", 2],
    ["c", 1],
  ]);
  assert.deepEqual(
    [0, 1, 2, 3, 4, 6, 7].map((p) => alignPos(a, p, b)),
    [0, 1, 2, 4, 5, 5, 6],
  );
  assert.equal(alignPos(b, 3, a), 2, "a call that A does not have is the end of the one before");
});

test("the second call of a name meets the second", () => {
  const a = run([
    ["f", 1],
    ["g", 1],
    ["f", 1],
    ["end", 1],
  ]);
  const b = run([
    ["f", 1],
    ["f", 1],
    ["end", 1],
  ]);
  assert.equal(alignPos(a, 3, b), 2);
});

test("differences name the table, the row, and both values", () => {
  const d = diffTables(
    {r: [region(0, 4096), region(8192, 4096)], same: [{key: 1, v: 1}]},
    {r: [region(0, 8192), region(65536, 1)], same: [{key: 1, v: 1}]},
  );
  assert.deepEqual(
    d.map((x) => [x.table, x.key, x.kind]),
    [
      ["r", "0x0", "both"],
      ["r", "0x2000", "a"],
      ["r", "0x10000", "b"],
    ],
  );
  assert.deepEqual(d[0].fields, [["size", "0x1000", "0x2000"]]);
  assert.deepEqual(
    [[...differing(d, "a").r], [...differing(d, "b").r]],
    [
      ["0x0", "0x2000"],
      ["0x0", "0x10000"],
    ],
  );
});

test("a question has its answer among plausible ones, and gives it away to none", () => {
  const ledger = [
    owned(0x1000, 0x9000, "free"),
    owned(0xa000, 0x1000, "dtb"),
    owned(0xb000, 0x5000, "free"),
  ];
  const q = ask({kind: "alloc", text: {base: "0xf000", size: "0x1000"}, splices: []}, {ledger});
  assert.deepEqual(q, {
    kind: "address",
    right: "0xf000",
    choices: ["0x1000", "0x9000", "0xb000", "0xf000"],
    params: {},
  });
  assert.equal(ask({kind: "leave"}, {}), null);
  const z = ask(
    {
      kind: "zonelist",
      splices: [
        {
          table: "zonelists",
          ins: [{zone: "Normal", zone_node: 1, node: 0, index: 2, list: "fallback"}],
        },
      ],
    },
    {
      zones: [
        {zone: "Normal", node: 0, present: 5},
        {zone: "Normal", node: 1, present: 5},
        {zone: "Movable", node: 0, present: 0},
      ],
    },
  );
  assert.deepEqual([z.right, z.choices], ["Normal · 1", ["Normal · 0", "Normal · 1", "∅"]]);
});

test("a saved page has style, program and run in it, and neither breaks out of its element", () => {
  const html =
    '<link rel="stylesheet" href="style.min.css">\n<script type="module" src="first.js" async></script>\n' +
    '<script type="module" src="app.js"></script>\n<body></body>';
  const page = pack({
    html,
    css: "a{}",
    modules: {
      first: 'export const a = "</script><b>";',
      app: 'import {a} from "./first.js";',
    },
    packed: {events: ["</script><b>$&"]},
  });
  assert.match(page, /<style>a\{\}<\/style>/);
  assert.doesNotMatch(page, /src=/);
  assert.equal(page.match(/<\/script>/g).length, 3);
  assert.ok(page.includes("\\u003c/script>\\u003cb>$&"));
  const {imports} = JSON.parse(/type="importmap">(.*?)<\/script>/.exec(page)[1]);
  const code = (name) => decodeURIComponent(imports[name].replace(/^[^,]*,/, ""));
  assert.equal(code("first"), 'export const a = "</script><b>";');
  assert.equal(code("app"), 'import {a} from "first";', "by the name that it has in the file");
});

test("what is dropped is told by its bytes: a source of a device tree is none of a kernel", () => {
  const of = (text) => kindOf(new TextEncoder().encode(text));
  assert.equal(of('/dts-v1/;\n\n/ {\n\tmodel = "x";\n};\n'), "tree");
  assert.equal(of('// A board.\n#include "soc.dtsi"\n/dts-v1/;\n'), "tree");
  assert.equal(of("CONFIG_ARM64=y\n"), "config");
  assert.equal(of("[    0.000000] Linux version 6.12.1\n"), "log");
  assert.equal(of("\u007fELF\0"), "image");
});

test("a device tree goes through a link unharmed, and a link has the inputs of both runs", async () => {
  const bytes = Uint8Array.from({length: 5000}, (_, i) => (i * i) % 251);
  const text = await packTree(new Blob([bytes]));
  assert.match(text, /^[\w-]+$/, "a URL leaves it as it is");
  assert.deepEqual(new Uint8Array(await (await unpackTree(text)).arrayBuffer()), bytes);
  const zeros = await packTree(new Blob([new Uint8Array(2 << 20)]));
  assert.ok(zeros.length < 10000);
  await unpackTree(zeros);
  assert.equal(await packTree(new Blob([new Uint8Array((2 << 20) + 1)])), "");
  const larger = Buffer.from(deflateSync(new Uint8Array((2 << 20) + 1))).toString("base64url");
  await assert.rejects(unpackTree(larger), RangeError);
  const run = (id, inputs, dtb = "") => ({manifest: {id, inputs}, dtb, replay: {events: []}});
  const s = {
    run: run("1", {board: "", kernel: "6.7"}, text),
    other: run("2", {board: "b", cmdline: "mem=1G a=b&c"}),
    view: "map",
    sel: "",
    lang: "en",
    theme: "auto",
    fold: "pieces",
    pos: 0,
  };
  const link = readLink(writeLink(s));
  assert.deepEqual([link.dtb, link.kernel, link.run], [text, "6.7", "1"]);
  assert.deepEqual(link.with, {board: "b", cmdline: "mem=1G a=b&c", run: "2"});
});
