// SPDX-License-Identifier: GPL-2.0-or-later
// The palette: thirty words of the articles, each among the first three hits, and Enter goes there.
import test from "node:test";
import assert from "node:assert/strict";
import {lookFor, openPage} from "./browser.mjs";
import {setUp} from "./rig.mjs";

const rig = setUp();
const {skip} = rig;

/** What is typed, and what is to be found; by kernel, because not every release has everything. */
const WORDS = {
  "4.9-bootmem": [
    "init_bootmem_core",
    "free_all_bootmem",
    "bootmem",
    "reserve_bootmem",
    "zone_sizes_init",
    "init_mm",
    "build_zonelists",
  ],
  6.7: [
    "start_kernel",
    "setup_arch",
    "setup_machine_fdt",
    "arm64_memblock_init",
    "memblock_add",
    "memblock_reserve",
    "paging_init",
    "bootmem_init",
    "free_area_init",
    "build_all_zonelists",
    "page_alloc_init",
    "mm_core_init",
    "memblock_free_all",
    "kmem_cache_init",
    "vmalloc_init",
    "setup_per_cpu_areas",
    "setup_per_cpu_pageset",
    "boot_pageset",
    "start_code",
    "pgd",
    "managed",
    "high",
    "batch",
    "MIGRATE_MOVABLE",
    "kmalloc-64",
    "Dentry cache",
    "GFP_KERNEL",
    "ZONE_DMA32",
    "PAGE_ALLOC_COSTLY_ORDER",
    "ZONELIST_NOFALLBACK",
    "SYSTEM_RUNNING",
  ],
};

test("Thirty words at least are looked for", () => {
  assert.ok(new Set(Object.values(WORDS).flat()).size >= 30);
});

const hits = (page) =>
  page.evaluate(() =>
    [...document.querySelectorAll("#hits [role=option]")].slice(0, 3).map((e) => e.textContent),
  );

for (const [kernel, words] of Object.entries(WORDS))
  test(`${words.length} words on ${kernel}`, {skip, timeout: 60000}, async () => {
    const {page, complaints, close} = await openPage(rig.browser, rig.daemon.url, {
      hash: `#board=qemu-virt&kernel=${kernel}&lang=en&view=overview`,
    });
    await lookFor(page);
    const lost = [];
    for (const word of words) {
      await page.locator("#palette-text").fill(word);
      const seen = await hits(page);
      if (!seen.some((s) => s.toLowerCase().includes(word.toLowerCase())))
        lost.push(`${word}: ${seen.join(" | ")}`);
      assert.ok((await page.locator("#hit-text").textContent()).length > 0, `${word}: a preview`);
    }
    assert.deepEqual(lost, []);
    assert.deepEqual(complaints, []);
    await close();
  });

/** What an engineer or a lecturer types, and what one of the first three hits is to say. */
const MEANT = {
  en: {
    presenter: "Present",
    compare: "Choose what to boot",
    raspberry: "rpi",
    "kernel 7.2": "7.2",
    "pfn 294912": "294912",
    294912: "294912",
    MemTotal: "owners",
    hashdist: "bootmem allocations",
    ARCH_KEEP_MEMBLOCK: "ARCH_KEEP_MEMBLOCK",
    pageblock_order: "pageblock_order",
    csv: "table",
    keyboard: "Help",
    "crashkernel=": "crashkernel",
    "struct page": "memmap",
    reserved: "memblock.reserved",
    "/chosen": "node/chosen",
    "/cpus": "node/cpus",
    "cpu@1": "node/cpus/cpu@1",
    "/pl011": "node/pl011@9000000",
    "/intc": "node/intc@8000000",
    "/psci": "node/psci",
    "/memory": "node/memory@40000000",
    PAGE_OFFSET: "PAGE_OFFSETpaging_init",
    PHYS_OFFSET: "PHYS_OFFSET0x40000000",
    KIMAGE_VADDR: "KIMAGE_VADDR",
    MODULES_VADDR: "MODULES_VADDRvmalloc_init",
    VMALLOC_START: "VMALLOC_STARTvmalloc_init",
    VMEMMAP_START: "VMEMMAP_STARTsparse_init",
    TASK_SIZE: "TASK_SIZE0x1000000000000",
    STACK_TOP: "STACK_TOP0x1000000000000",
    ELF_ET_DYN_BASE: "ELF_ET_DYN_BASE0xaaaa",
    VA_BITS: "VA_BITS48",
    PAGE_SIZE: "PAGE_SIZE",
    PAGE_SHIFT: "PAGE_SHIFT",
    SECTION_SIZE_BITS: "SECTION_SIZE_BITS",
    MAX_ORDER: "MAX_ORDER",
    NR_CPUS: "NR_CPUS",
    max_low_pfn: "max_low_pfnbootmem_init",
    min_low_pfn: "min_low_pfn262144",
    max_pfn: "max_pfn524288",
    high_memory: "high_memory",
    idmap_pg_dir: "idmap_pg_dir",
    swapper_pg_dir: "swapper_pg_dir",
    vabits_actual: "vabits_actual48",
    memstart_addr: "memstart_addr",
    stack_guard_gap: "stack_guard_gap0x100000",
    mmap_base: "mmap_base",
    "memblock=debug": "memblock",
    "lesson stealing": "Stealing",
    language: "English or Chinese",
    zoneref: "zoneref",
    after_dashes: "after_dashes",
    acpi_disabled: "acpi_disabled",
    mm_users: "mm_users",
    mmap_sem: "mmap_sem",
    user_ns: "user_ns",
    pg_data_t: "pg_data_t",
    task_struct: "task_struct",
    init_bootmem_done: "init_bootmem_done",
    mem_init_done: "mem_init_done",
    canary: "boot_init_stack_canary",
    watermark: "Watermarks",
    lowmem_reserve: "lowmem_reserve",
  },
  "zh-CN": {
    "/chosen": "/chosen",
    PAGE_OFFSET: "PAGE_OFFSET",
    语言: "中文或英文",
    presenter: "演示",
    对比: "选择",
    比较: "选择",
    树莓派: "rpi",
    键盘: "帮助",
  },
};

for (const [lang, words] of Object.entries(MEANT))
  test(`what is meant by other words is found (${lang})`, {skip, timeout: 60000}, async () => {
    const {page, close} = await openPage(rig.browser, rig.daemon.url, {
      hash: `#board=qemu-virt&kernel=6.7&lang=${lang}&view=overview`,
    });
    await lookFor(page);
    // What it knows arrives while it is open.
    await page.waitForFunction(() => {
      const input = document.getElementById("palette-text");
      /** @param {string} word */
      const found = (word) => {
        input.value = word;
        input.dispatchEvent(new Event("input", {bubbles: true}));
        return document.querySelector("#hits b");
      };
      return found("PAGE_ALLOC_COSTLY_ORDER") && found("/cpus");
    });
    const lost = [];
    for (const [word, meant] of Object.entries(words)) {
      await page.locator("#palette-text").fill(word);
      const seen = await hits(page);
      if (!seen.some((s) => s.toLowerCase().includes(meant.toLowerCase())))
        lost.push(`${word}: ${seen.join(" | ")}`);
    }
    assert.deepEqual(lost, []);
    await close();
  });

for (const lang of ["en", "zh-CN"])
  test(
    `functions that a run does not call are found, with the reason (${lang})`,
    {skip, timeout: 60000},
    async () => {
      const {page, complaints, close} = await openPage(rig.browser, rig.daemon.url, {
        hash: `#board=qemu-virt&kernel=6.7&lang=${lang}&view=overview`,
      });
      await lookFor(page);
      const why = {
        // gone, not yet there, and nothing leads to it
        set_zonelist_order: /4\.14/,
        arch_mm_preinit: /6\.15/,
        memblock_double_array: lang === "en" ? /part of its caller/ : /并入调用者/,
      };
      for (const [name, reason] of Object.entries(why))
        await page.waitForFunction(
          ([word, of]) => {
            // What it knows arrives while it is open.
            const input = document.getElementById("palette-text");
            input.value = word;
            input.dispatchEvent(new Event("input", {bubbles: true}));
            return (
              document.querySelector("#hits b")?.textContent === word &&
              new RegExp(of).test(document.getElementById("hit-text").textContent)
            );
          },
          [name, reason.source],
        );
      await page.locator("#palette-text").fill("memblock_double_array");
      await page.keyboard.press("Enter");
      await page.waitForFunction(() =>
        document.getElementById("inspector-body").textContent.includes("memblock_double_array"),
      );
      assert.match(
        await page.locator("#inspector-body").textContent(),
        lang === "en" ? /No moment of its own in this run/ : /本次启动中没有单独的一步/,
      );
      assert.deepEqual(complaints, []);
      await close();
    },
  );

test(
  "Enter goes to a function, an address, an action and a view",
  {skip, timeout: 60000},
  async () => {
    const {page, complaints, close} = await openPage(rig.browser, rig.daemon.url, {
      hash: "#board=qemu-virt&kernel=6.7&lang=en&view=overview",
    });
    const go = async (text) => {
      await page.keyboard.press("Control+k");
      await page.waitForFunction(() => document.activeElement?.id === "palette-text");
      await page.keyboard.type(text);
      await page.keyboard.press("Enter");
      return page.evaluate(() => {
        const {pos, view, sel, run, present, read} = globalThis.mmscope.store.get();
        return {pos, view, sel, present, read, step: run.replay.events[pos - 1]?.step};
      });
    };
    assert.equal((await go("paging_init")).step, "paging_init");
    assert.match((await go("0x40000000")).sel, /^ledger:/);
    assert.equal((await go("Free lists")).view, "freelists");
    assert.equal((await go("#40")).step, "setup_machine_fdt");
    assert.equal((await go("PAGE_OFFSET")).step, "paging_init");
    assert.equal((await go("TASK_SIZE")).step, "arch_pick_mmap_layout");
    for (const [node, step] of [
      ["/chosen", "setup_machine_fdt"],
      ["/cpus/cpu@1", "smp_init_cpus"],
      ["/psci", "psci_dt_init"],
    ])
      assert.equal((await go(node)).step, step, node);
    await page.keyboard.press("Control+k"); // what can be read arrives with the first look
    await page.waitForFunction(
      () =>
        globalThis.mmscope.screen.ctx.library("concepts") &&
        globalThis.mmscope.screen.ctx.library("articles"),
    );
    await page.keyboard.press("Escape");
    await page.waitForFunction(() => !document.querySelector("dialog[open]"));
    /** What is read opens once its text is there. */
    const reads = (start) =>
      page.waitForFunction((start) => globalThis.mmscope.store.get().read.startsWith(start), start);
    await go("Why memblock at all");
    await reads("concept:chicken-and-egg");
    await go("Diagram: the system stops");
    await reads("article:");
    await go("Present");
    await page.waitForFunction(() => globalThis.mmscope.store.get().present);
    assert.equal(await page.locator("dialog[open]").count(), 0);
    assert.deepEqual(complaints, []);
    await close();
  },
);

test(
  "the words of a moment lead to the concepts that they touch",
  {skip, timeout: 60000},
  async () => {
    for (const lang of ["en", "zh-CN"]) {
      const {page, complaints, close} = await openPage(rig.browser, rig.daemon.url, {
        hash: `#board=qemu-virt&kernel=6.7&lang=${lang}&view=zones`,
      });
      const pos = await page.evaluate(() => {
        const {run} = globalThis.mmscope.store.get();
        return run.replay.events.findIndex((e) => e.step === "build_all_zonelists") + 1;
      });
      await page.evaluate((p) => globalThis.mmscope.actions.seek(p, {playing: false}), pos);
      await page.waitForSelector("#now-where .term");
      const title = await page.locator("#now-where .term").first().textContent();
      await page.locator("#now-where .term").first().click();
      await page.waitForSelector("#concept h3");
      assert.equal(await page.locator("#concept h3").textContent(), title);
      assert.deepEqual(complaints, []);
      await close();
    }
  },
);
