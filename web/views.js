// SPDX-License-Identifier: GPL-2.0-or-later
// Which views there are, what they draw from which tables, and which of them tells best what has happened.
import * as bootmem from "./views/bootmem.js";
import * as freelists from "./views/freelists.js";
import * as hashes from "./views/hashes.js";
import * as initmm from "./views/initmm.js";
import * as memblock from "./views/memblock.js";
import * as owners from "./views/owners.js";
import * as pagesets from "./views/pagesets.js";
import * as pagetables from "./views/pagetables.js";
import * as percpu from "./views/percpu.js";
import * as process from "./views/process.js";
import * as slabs from "./views/slabs.js";
import * as zonelists from "./views/zonelists.js";
import * as zones from "./views/zones.js";

/**
 * Views in panels: what they draw, from which tables, the table whose first row brings them to life, and what their colours say.
 * @type {Record<string, {layout: (input: any, size: any) => import("./lib/marks.js").Drawing, tables: string[], main: string, legend?: (t: any) => {label: string, fill: string}[]}>}
 */
export const PANELS = {
  zones: {layout: zones.layoutZones, tables: zones.tables, main: "zones", legend: zones.legend},
  zonelists: {
    layout: zonelists.layoutZonelists,
    tables: zonelists.tables,
    main: "zonelists",
    legend: zonelists.legend,
  },
  pagesets: {layout: pagesets.layoutPagesets, tables: pagesets.tables, main: "boot_pagesets"},
  memblock: {layout: memblock.layoutMemblock, tables: memblock.tables, main: "memblock.memory"},
  owners: {layout: owners.layoutOwners, tables: owners.tables, main: "ledger"},
  pagetables: {
    layout: pagetables.layoutPagetables,
    tables: pagetables.tables,
    main: "pagetables",
    legend: pagetables.legend,
  },
  freelists: {layout: freelists.layoutFreelists, tables: freelists.tables, main: "freelists"},
  percpu: {
    layout: percpu.layoutPercpu,
    tables: percpu.tables,
    main: "percpu",
    legend: percpu.legend,
  },
  hashes: {layout: hashes.layoutHashes, tables: hashes.tables, main: "hashes"},
  slabs: {layout: slabs.layoutSlabs, tables: slabs.tables, main: "slabs"},
  init_mm: {layout: initmm.layoutInitmm, tables: initmm.tables, main: "init_mm"},
  process: {
    layout: process.layoutProcess,
    tables: process.tables,
    main: "vmas",
    legend: process.legend,
  },
  bootmem: {layout: bootmem.layoutBootmem, tables: bootmem.tables, main: "bootmem"},
};

/** Tabs in order; the overview shows several panels side by side. */
export const VIEWS = [
  "overview",
  "memblock",
  "owners",
  "pagetables",
  "zones",
  "zonelists",
  "pagesets",
  "freelists",
  "percpu",
  "hashes",
  "slabs",
  "init_mm",
  "process",
  "bootmem",
  "chapters",
  "compare",
  "map",
  "log",
  "tree",
];
/** What is always there is a view of its own only where there is room for one. */
export const PRESENTED = ["map", "log", "tree"];
const OVERVIEW = ["zones", "zonelists", "pagesets"];
/** The view that tells best what an event changed, by the table that it touched; earlier tables win. The map and the log are always there. */
const FOLLOWS = {
  pagesets: "overview",
  boot_pagesets: "overview",
  zonelists: "overview",
  zones: "overview",
  slabs: "slabs",
  hashes: "hashes",
  percpu: "percpu",
  pagetables: "pagetables",
  init_mm: "init_mm",
  freelists: "freelists",
  vmas: "process",
  process: "process",
  bootmem: "bootmem",
};

/** @param {string} view */
export const panelsOf = (view) => (view === "overview" ? OVERVIEW : PANELS[view] ? [view] : []);

/** The view for an event that touched these tables, "" to stay. @param {Set<string>} touched */
export function viewFor(touched) {
  const table = Object.keys(FOLLOWS).find((x) => touched.has(x));
  return table ? FOLLOWS[table] : touched.size ? "memblock" : "";
}

/** The view that an event belongs to that touches a table. @param {string} table */
export const viewOf = (table) =>
  FOLLOWS[table] ??
  (table.startsWith("memblock.") ? "memblock" : table === "ledger" ? "owners" : "");
