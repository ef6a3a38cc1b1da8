// SPDX-License-Identifier: GPL-2.0-or-later
// Words: catalogues, numbers, links, keys, sentences.
import test from "node:test";
import assert from "node:assert/strict";
import {readFileSync, readdirSync} from "node:fs";
import {join} from "node:path";
import {load, www} from "./www.mjs";

const {bytes, counted, fit, hex, memoryInput, num} = await load("lib/format.js");
const {chooseLang, translator} = await load("lib/i18n.js");
const {readLink, writeLink} = await load("lib/link.js");
const {bindingOf, KEYS} = await load("keys.js");
const {look} = await load("lib/owners.js");
const {rangeOfEvent, rangesOf} = await load("lib/ranges.js");
const {kernelSaid} = await load("lib/trouble.js");
const {makeTerms} = await load("lib/terms.js");
const {makeWords, PART} = await load("words.js");

const catalogue = (lang) => JSON.parse(readFileSync(join(www, "i18n", `${lang}.json`), "utf8"));
const en = catalogue("en");
const zh = catalogue("zh-CN");
const names = (s) => [...s.matchAll(/\{(\w+)\}/g)].map((m) => m[1]).sort();

test("both languages say the same things", () => {
  // Words of tables are English already.
  const own = Object.keys(zh).filter((k) => !k.startsWith("word."));
  assert.deepEqual(own.sort(), Object.keys(en).sort());
  for (const k of Object.keys(en))
    assert.deepEqual([...new Set(names(zh[k]))], [...new Set(names(en[k]))], k);
});

test("every text that the page asks for is there", () => {
  const files = [
    "index.html",
    ...readdirSync(www).filter(
      (f) => f.endsWith(".js") && !["app.js", "d3.js", "first.js", "later.js"].includes(f),
    ),
    ...["views", "lib", "panes"].flatMap((d) => readdirSync(join(www, d)).map((f) => join(d, f))),
  ];
  for (const f of files) {
    const s = readFileSync(join(www, f), "utf8");
    const asked = [
      ...s.matchAll(
        /(?:[^\w.]t\(|(?:input|ctx)\.t\()"([a-z][\w.]*)"[),]|data-i18n(?:-label|-placeholder)?="([^"]+)"/g,
      ),
    ].map((m) => m[1] ?? m[2]);
    for (const k of asked) assert.ok(k in en, `${f} asks for ${k}`);
  }
  for (const b of KEYS) assert.ok(`key.${b.id}` in en, b.id);
});

test("no text of the page names an option of the shell", () => {
  const texts = ["articles", "concepts", "functions", "sentences", "terms"].map((f) => [
    f,
    readFileSync(join(process.env.SRCDIR ?? ".", "texts", `${f}.json`), "utf8"),
  ]);
  const all = [...texts, ["en", JSON.stringify(en)], ["zh-CN", JSON.stringify(zh)]];
  /** What only the shell says, of its own listing. */
  const OWN = /^ *\{"en": "\\n'--details'.*$/m;
  for (const [name, text] of all)
    assert.deepEqual(text.replace(OWN, "").match(/.{0,30}[^\w-]--[a-z].{0,30}/g) ?? [], [], name);
});

test("whoever has memory is said in a few words", () => {
  const nobody = ["owner.memory", "owner.pieces", "owner.removed"];
  for (const words of [en, zh])
    assert.deepEqual(
      Object.keys(words)
        .filter((k) => k.startsWith("owner.") && !nobody.includes(k))
        .map((k) => k.slice(6))
        .filter((o) => !words[`about.${o}`] && !words[`means.${o}`]),
      [],
    );
});

test("bytes in the unit that fits", () => {
  assert.deepEqual(
    [0, 4096, 1536, 2 ** 30, 64 * 2 ** 40, 17195008].map((n) => bytes(n)),
    ["0 B", "4 KiB", "1.5 KiB", "1 GiB", "64 TiB", "16.4 MiB"],
  );
});

test("counts in a sentence have separators; names, addresses and parameters are as they are", () => {
  const same = [
    "0x40300000-0x403fffff",
    "kmalloc-1024",
    "dhash_entries=65536",
    "root 1549",
    "Linux 2019",
    "/memory@40000000",
    "pfn 294912",
    "v10.4096",
    "512 pages",
  ];
  for (const text of same) assert.equal(counted(text), text);
  assert.equal(
    counted("linear map PUD 127, PMD 65533, PTE 33553393"),
    "linear map PUD 127, PMD 65,533, PTE 33,553,393",
  );
  assert.equal(
    counted("takes 17301504 bytes from 0x40200000 and 1048576 bytes."),
    "takes 17,301,504 bytes from 0x40200000 and 1,048,576 bytes.",
  );
  assert.equal(counted("memtotal +1011076 KiB, -4096 B"), "memtotal +1,011,076 KiB, -4,096 B");
  assert.equal(counted("占 17301504 字节，共 1024 2048"), "占 17,301,504 字节，共 1,024 2,048");
  assert.equal(counted(undefined), "");
});

test("memory is shown as it can be typed again", () => {
  for (const [given, typed] of [
    ["0x80000000", "2G"],
    ["0x18000000", "384M"],
    ["0x12345", "0x12345"],
    ["0x40000000@0x40000000,0x20000000", "1G@0x40000000,512M"],
    ["0:0xc0000000@0x40000000,1:0x1000", "0:3G@0x40000000,1:4K"],
    [null, ""],
  ])
    assert.equal(memoryInput(given), typed);
});

test("physical addresses survive the way there and back", () => {
  for (const a of ["0x0", "0x40000000", "0xffffffffff000", "0xfffffffffffff"])
    assert.equal(hex(num(a)), a);
});

test("a text is cut to its room, a wide script sooner", () => {
  assert.equal(fit("page-table", 100, 10), "page-table");
  assert.match(fit("page-table", 40, 10), /^page.*…$/);
  assert.equal(fit("设备树 DTB", 50, 10), "设备树 D…");
  assert.equal(fit("abc", 5, 10), "");
});

test("the language follows the link, then the browser", () => {
  assert.deepEqual(
    [
      chooseLang("zh", []),
      chooseLang(null, ["fr", "zh-TW"]),
      chooseLang(null, ["fr"]),
      chooseLang("en", ["zh-CN"]),
    ],
    ["zh-CN", "zh-CN", "en", "en"],
  );
});

test("a missing text shows its key, a missing number nothing", () => {
  const t = translator({a: "{x} of {y}"});
  assert.deepEqual([t("a", {x: 1}), t("b")], ["1 of ", "b"]);
});

test("a link says all that is needed, and nothing that is not", () => {
  const s = {
    run: {
      manifest: {
        id: "abc",
        inputs: {
          board: "qemu-virt",
          kernel: "6.7",
          cmdline: "a=b c&d",
          memory: null,
          loader: {dtb: "0x1"},
        },
      },
      replay: {events: [{seq: 0}, {seq: 1}]},
    },
    pos: 2,
    view: "zones",
    sel: "ledger:0x1000",
    win: [0x1000, 0x2000],
    fold: "true",
    lang: "zh-CN",
    theme: "dark",
    present: false,
    mirror: false,
    other: null,
  };
  assert.deepEqual(readLink(writeLink(s)), {
    board: "qemu-virt",
    kernel: "6.7",
    cmdline: "a=b c&d",
    run: "abc",
    at: 1,
    view: "zones",
    sel: "ledger:0x1000",
    win: [0x1000, 0x2000],
    fold: "true",
    lang: "zh-CN",
    theme: "dark",
    loader: {dtb: "0x1"},
  });
  assert.equal(readLink(writeLink({...s, pos: 0})).at, undefined, "before the first event");
  assert.equal(readLink("#board=x&at=end").at, Infinity, "as the API has it");
  assert.equal(readLink("#board=x&at=nowhere").at, 0);
  assert.deepEqual(readLink("#map=0x2000-0x1000&at=junk&loader={"), {at: 0, loader: {}});
});

test("single keys can be switched off, the others stay", () => {
  const e = (key, more = {}) => ({key, shiftKey: false, ctrlKey: false, metaKey: false, ...more});
  assert.equal(bindingOf(e("t"), true).id, "table");
  assert.equal(bindingOf(e("t"), false), undefined);
  assert.equal(bindingOf(e("ArrowRight"), false).id, "forward");
  assert.equal(bindingOf(e("ArrowRight", {shiftKey: true}), false).id, "stepforward");
  assert.equal(bindingOf(e("F", {shiftKey: true}), true).id, "present");
  assert.equal(bindingOf(e("?", {shiftKey: true}), true).id, "help");
});

const event = (kind, more) => ({
  seq: 1,
  step: "paging_init",
  step_index: 0,
  depth: 1,
  kind,
  ...more,
});

test("unknown owners get a look of their own, always the same", () => {
  assert.deepEqual(look("quux"), look("quux"));
  assert.equal(look("quux").family, "other");
  assert.notEqual(look("quux").hatch, 0);
});

test("an event is about the addresses that it names, repetitions included", () => {
  assert.deepEqual(
    rangeOfEvent(
      event("alloc", {count: 4, stride: -4096, text: {base: "0x10000", size: "0x1000"}}),
      4096,
    ),
    [0xd000, 0x11000],
  );
  assert.equal(
    rangeOfEvent(event("remove", {text: {base: "0x1000000000000000", size: "0x1000"}}), 4096),
    null,
    "not a physical address of this machine",
  );
  assert.deepEqual(rangesOf("freelists", {key: "x", order: 1, runs: [[100, 3, -2]]}, 4096), [
    [96 * 4096, 102 * 4096],
  ]);
  assert.deepEqual(rangesOf("zones", {key: "z", start_pfn: 16, spanned: 16}, 4096), [
    [65536, 131072],
  ]);
});

test("words are fetched in parts, once, and kept", async () => {
  /** @type {any[]} */
  const asked = [];
  let arrived = 0;
  const words = makeWords(
    () => arrived++,
    async (id, lang, from, to) => {
      asked.push([id, lang, from, to]);
      return [from, from + 1].map((seq) => ({
        seq,
        headline: `${lang} ${seq}`,
        reason: "",
        function: {name: "f", text: "", file: "mm/f.c"},
        concepts: [],
      }));
    },
  );
  assert.equal(words.at("a", "en", 1), null, "on their way");
  await words.ask("a", "en", 0);
  assert.equal(words.at("a", "en", 1)?.headline, "en 1");
  assert.equal(words.fileOf("a", "en", "f"), "mm/f.c");
  words.ahead("a", "en", 1, PART);
  assert.deepEqual(asked, [["a", "en", 0, PART]], "there is no second part");
  words.ahead("a", "en", 1, PART + 1);
  assert.equal(words.at("a", "zh-CN", 1), null, "another language");
  assert.equal(asked.length, 3);
  assert.equal(arrived, 1);
});

test("a link beyond the end of a run leads to its end", async () => {
  const {makeTimes} = await load("lib/time.js");
  const times = makeTimes(
    [{seq: 0}, {seq: 1}, {seq: 5}].map(
      (e) => /** @type {any} */ ({...e, step_index: 0, kind: "set"}),
    ),
    [/** @type {any} */ ({index: 0, name: "a", stage: "0"})],
  );
  assert.deepEqual([0, 1, 5, 99, -1].map(times.posAt), [1, 2, 3, 3, 0]);
});

test("words of a text lead to the concepts that explain them, each once", () => {
  const concepts = {
    slab: {links: {en: ["slab"], "zh-CN": ["slab"]}},
    buddy: {links: {en: ["buddy", "free list"], "zh-CN": ["伙伴系统"]}},
    pageset: {links: {en: ["page lists", "boot_pageset"], "zh-CN": ["页链表"]}},
  };
  const en = makeTerms(concepts, "en");
  assert.deepEqual(en("Slab takes a slab from buddy; slab_state, .slab and slab() are names."), [
    {concept: "slab", text: "Slab"},
    " takes a slab from ",
    {concept: "buddy", text: "buddy"},
    "; slab_state, .slab and slab() are names.",
  ]);
  assert.deepEqual(en("buddy's page lists"), [
    "buddy's ",
    {concept: "pageset", text: "page lists"},
  ]);
  assert.deepEqual(makeTerms(concepts, "zh-CN")("把页还给伙伴系统"), [
    "把页还给",
    {concept: "buddy", text: "伙伴系统"},
  ]);
  assert.deepEqual(makeTerms(null, "en")("buddy"), ["buddy"], "none are there yet");
});

test("why a file cannot be read as a kernel is said in Chinese, whatever is wrong with it", () => {
  const folder = join(process.env.SRCDIR ?? ".", "daemon", "image");
  const starts =
    /^(cannot|does not|ends|has|holds|is|looks|says|type|unpacks|the image has|no table) /;
  const said = readdirSync(folder)
    .filter((f) => f.endsWith(".c"))
    .flatMap((f) => [
      ...readFileSync(join(folder, f), "utf8").matchAll(/(?:"(?:[^"\\]|\\.)*"\s*)+/g),
    ])
    .map(([all]) => [...all.matchAll(/"((?:[^"\\]|\\.)*)"/g)].map((m) => m[1]).join(""))
    .filter((s) => starts.test(s) && s.includes(" "));
  // The daemon asks for these by a field of their own, or says them of a boot log or of what was derived.
  const others =
    /^does not carry|^is of another build|^is not set|neither .*Linux version|^the (code|boot|same)|^cannot be read: /;
  const zh = translator(catalogue("zh-CN"));
  const forms = [...new Set(said)].filter((s) => !others.test(s));
  assert.ok(forms.length > 35, `${forms.length} forms`);
  const english = forms
    .map((s) =>
      s
        .replace(/%\.?\d*(ll)?[uzdx]+/g, "7")
        .replace(/%(\.\d+)?s/g, "x")
        .replaceAll('\\"', '"'),
    )
    .map((s) => kernelSaid(`kernel: ${s} (byte 12)`, zh))
    .filter(
      (s) => !/[\u4e00-\u9fff].*（第 12 字节处）$/.test(s) || / (the|not|of|is|has) /.test(s),
    );
  assert.deepEqual(english, []);
  assert.equal(
    kernelSaid("kernel: looks like an EFI program, not like a kernel (byte 0)", zh),
    "看起来是 EFI 程序，不是内核（第 0 字节处）",
  );
});
