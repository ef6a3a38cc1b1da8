// SPDX-License-Identifier: GPL-2.0-or-later
// Which views there are, in the order of their digits; tabs have them by group. Each says in its own file what it is.
import {GROUPS} from "./lib/view.js";
import {view as articles} from "./views/articles.js";
import {view as bootlog} from "./views/bootlog.js";
import {view as bootmem} from "./views/bootmem.js";
import {view as chapters} from "./views/chapters.js";
import {view as compare} from "./views/compare.js";
import {view as concepts} from "./views/concepts.js";
import {view as findings} from "./views/findings.js";
import {view as fragments} from "./views/fragments.js";
import {view as freelists} from "./views/freelists.js";
import {view as hashes} from "./views/hashes.js";
import {view as initmm} from "./views/initmm.js";
import {view as jumps} from "./views/jumps.js";
import {view as log} from "./views/log.js";
import {view as map} from "./views/map.js";
import {view as memblock} from "./views/memblock.js";
import {view as overview} from "./views/overview.js";
import {view as owners} from "./views/owners.js";
import {view as pagesets} from "./views/pagesets.js";
import {view as pagetables} from "./views/pagetables.js";
import {view as percpu} from "./views/percpu.js";
import {view as process} from "./views/process.js";
import {view as slabs} from "./views/slabs.js";
import {view as sweep} from "./views/sweep.js";
import {view as tree} from "./views/tree.js";
import {view as whatif} from "./views/whatif.js";
import {view as work} from "./views/work.js";
import {view as zonelists} from "./views/zonelists.js";
import {view as zones} from "./views/zones.js";

/** @typedef {import("./lib/view.js").View} View */
/** @typedef {import("./state.js").State} State */

/** @type {readonly View[]} */
const LIST = [
  owners,
  findings,
  compare,
  bootlog,
  memblock,
  bootmem,
  pagetables,
  initmm,
  process,
  overview,
  zones,
  zonelists,
  pagesets,
  freelists,
  fragments,
  work,
  slabs,
  percpu,
  hashes,
  whatif,
  sweep,
  chapters,
  jumps,
  articles,
  concepts,
  map,
  log,
  tree,
];

/** @type {ReadonlyMap<string, View>} */
export const VIEWS = new Map(LIST.map((v) => [v.id, v]));

/** Views that this run and this mode have. @param {State} s */
export const viewsIn = (s) => LIST.filter((v) => v.when?.(s) ?? true);

/** The same by groups, without those that have none. @param {State} s */
export const groupsIn = (s) =>
  GROUPS.map((id) => ({id, views: viewsIn(s).filter((v) => v.group === id)})).filter(
    (g) => g.views.length,
  );

/** Views that are drawn when one is shown. @param {string} id @returns {View[]} */
export function panelsOf(id) {
  const view = VIEWS.get(id);
  return (view?.panels ?? (view?.layout ? [id] : [])).flatMap((x) => VIEWS.get(x) ?? []);
}

const byRank = LIST.filter((v) => v.follows).sort((a, b) => (a.rank ?? 0) - (b.rank ?? 0));

/** The view that tells best what an event did to these tables, "" to stay. @param {ReadonlySet<string>} touched */
export const viewFor = (touched) =>
  (touched.size && byRank.find((v) => v.follows?.some((t) => t === "*" || touched.has(t)))?.id) ||
  "";

/** Does a view draw any of these tables? @param {View} view @param {ReadonlySet<string>} touched */
export const shows = (view, touched) =>
  panelsOf(view.id).some((v) => v.tables.some((t) => touched.has(t)));
