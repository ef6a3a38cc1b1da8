// SPDX-License-Identifier: GPL-2.0-or-later
// Steps in which something moves: what tests/web/motion.mjs holds, and what film strips are made of.

/** Position of the n-th event that puts rows into a table, as this says. */
export const find = (page, table, more = "true", nth = 0) =>
  page.evaluate(
    ({table, more, nth}) => {
      const test_ = new Function("e", "s", `return ${more}`);
      return (
        globalThis.mmscope.store
          .get()
          .run.replay.events.map((e, i) => [e, i + 1])
          .filter(([e]) =>
            e.splices?.some((s) => s.table === table && s.ins?.length && test_(e, s)),
          )[nth]?.[1] ?? 0
      );
    },
    {table, more, nth},
  );

export const QEMU = "board=qemu-virt-numa&kernel=6.7";
/** A machine at work: one page is asked for, and a batch leaves the free lists. */
export const WORK = `board=qemu-virt&kernel=7.2&ops=${encodeURIComponent("a = alloc cpu=0; b = alloc order=4; free b; free a cpu=1; drain all; repeat 70 { c = alloc order=10 gfp=GFP_NOWAIT }")}`;

/** @type {{what: string, strip?: string, view: string, run?: string, table: string, event?: string, nth?: number, marks?: RegExp, flies?: boolean, cells?: RegExp}[]} */
export const STEPS = [
  {
    what: "memblock map: a reservation comes down from the request into its lanes",
    strip: "memblock-map",
    view: "memblock",
    table: "memblock.reserved",
    event: "e.kind === 'reserve' && s.del.length === 0",
    nth: 1,
    cells: /^(reserved|owners)\//,
  },
  {
    what: "memblock map: the edges of touching regions run together",
    view: "memblock",
    table: "memblock.reserved",
    event: "e.kind === 'alloc' && s.del.length > 0 && s.ins.length === 1",
    nth: 2,
    cells: /^reserved\//,
  },
  {
    what: "memblock rows: a new row comes from the map, and rows below make room",
    strip: "memblock-rows",
    view: "memblock",
    table: "memblock.reserved",
    event: "e.kind === 'alloc' && s.ins.length > s.del.length",
    nth: 3,
    flies: true,
    marks: /^[rt]:memblock\.reserved:/,
  },
  {
    what: "zone bars: a zone is drawn out of its node",
    strip: "zone-bars",
    view: "zones",
    table: "zones",
    event: "e.kind === 'zone' && s.ins.some((r) => r.spanned)",
    flies: true,
    cells: /^zones\//,
  },
  {
    what: "zone bars: free pages change their length",
    view: "zones",
    table: "zones",
    event: "e.kind === 'buddy'",
    nth: 6,
    marks: /:(managed|free)$/,
  },
  {
    what: "zonelist chains: an entry's link grows from the zone into the chain",
    strip: "zonelist-chains",
    view: "zonelists",
    table: "zonelists",
    nth: 1,
    flies: true,
  },
  {
    what: "page lists: a zone's set comes out of the boot_pageset",
    strip: "page-lists",
    view: "pagesets",
    table: "pagesets",
    nth: 2,
    marks: /^[rt]:pagesets:/,
  },
  {
    what: "free lists: blocks fall from their place into the list of their order",
    strip: "free-lists",
    view: "freelists",
    table: "freelists",
    nth: 2,
    flies: true,
  },
  {
    what: "page tables: a page that was taken goes to its level",
    strip: "page-tables",
    view: "pagetables",
    table: "pagetables",
    event: "e.kind === 'alloc'",
    nth: 1,
    flies: true,
  },
  {
    what: "slabs: a slab takes its pages out of a free list",
    strip: "slabs",
    view: "slabs",
    table: "slabs",
    event: "s.ins.some((r) => r.slabs > 0)",
    flies: true,
  },
  {
    what: "page lists: a batch leaves the free lists for the CPU's list, page by page",
    view: "work",
    run: WORK,
    table: "pcp_pages",
    event: "e.text.fn === 'rmqueue_bulk'",
    marks: /^r:page:/,
  },
  {
    what: "page lists: the caller gets its page from the CPU's list, and it is seen on the map",
    view: "work",
    run: WORK,
    table: "pagesets",
    event: "e.text.gfp && e.text.order === 0",
    marks: /^r:page:/,
    flies: true,
  },
  {
    what: "free lists: a block that comes back merges with its buddy",
    view: "work",
    run: WORK,
    table: "freelists",
    event: "e.text.fn === '__free_pages' && e.text.order === 4",
    marks: /^r:page:/,
  },
  {
    what: "page lists: what is drained goes home",
    view: "work",
    run: WORK,
    table: "freelists",
    event: "e.text.pages > 0",
    marks: /^r:page:/,
  },
];
