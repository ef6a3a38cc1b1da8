// SPDX-License-Identifier: GPL-2.0-or-later
// From one state to everything that is on the screen. Each part is drawn again only when what it
// shows has changed; at rest the picture follows from the state alone, so going back gives it back.
import {easeCubicOut, select, zoom as d3zoom, zoomIdentity} from "./d3.js";
import {afterDraw, byId, fill, flushScrolls, h, icon} from "./lib/dom.js";
import {bytes, hex, int, num} from "./lib/format.js";
import {firstOf} from "./lib/i18n.js";
import {draw} from "./lib/draw.js";
import {cellsToSvg, standAlone} from "./lib/export.js";
import {facts, sentence, stepText} from "./lib/explain.js";
import {canvasPaint, installPatterns} from "./lib/paint.js";
import {fillOf, ownerLabel} from "./lib/owners.js";
import {changedBy, removedBy} from "./lib/replay.js";
import {rangeOfEvent, rangesOf} from "./lib/ranges.js";
import {alignPos, differing, diffTables} from "./lib/compare.js";
import {ask} from "./lib/quiz.js";
import {foldOf} from "./actions.js";
import {layoutCompare, renderCompare} from "./views/compare.js";
import {makeX, wholeBytes} from "./lib/scale.js";
import {sourceOf} from "./lib/source.js";
import * as map from "./views/map.js";
import * as zones from "./views/zones.js";
import * as zonelists from "./views/zonelists.js";
import * as pagesets from "./views/pagesets.js";
import * as memblock from "./views/memblock.js";
import * as pagetables from "./views/pagetables.js";
import * as freelists from "./views/freelists.js";
import * as percpu from "./views/percpu.js";
import * as slabs from "./views/slabs.js";
import * as hashes from "./views/hashes.js";
import * as initmm from "./views/initmm.js";
import * as bootmem from "./views/bootmem.js";
import * as process from "./views/process.js";
import * as owners from "./views/owners.js";
import {layoutTree, renderTree} from "./views/tree.js";
import {renderLog, resizeLog} from "./views/log.js";
import {layoutDiff, layoutFacts, layoutTotals, renderInspector} from "./views/inspector.js";
import {layoutTimeline, renderTimeline} from "./views/timeline.js";
import {layoutRows, renderRows} from "./views/rows.js";

/** Views in panels: what they draw, from which tables, and the step that first fills them. */
export const PANELS = {
  zones: {layout: zones.layoutZones, tables: zones.tables, main: "zones"},
  zonelists: {layout: zonelists.layoutZonelists, tables: zonelists.tables, main: "zonelists"},
  pagesets: {layout: pagesets.layoutPagesets, tables: pagesets.tables, main: "boot_pagesets"},
  memblock: {layout: memblock.layoutMemblock, tables: [...memblock.tables, "counters"], main: "memblock.memory"},
  owners: {layout: owners.layoutOwners, tables: owners.tables, main: "ledger"},
  pagetables: {layout: pagetables.layoutPagetables, tables: pagetables.tables, main: "pagetables"},
  freelists: {layout: freelists.layoutFreelists, tables: freelists.tables, main: "freelists"},
  percpu: {layout: percpu.layoutPercpu, tables: percpu.tables, main: "percpu"},
  hashes: {layout: hashes.layoutHashes, tables: hashes.tables, main: "hashes"},
  slabs: {layout: slabs.layoutSlabs, tables: slabs.tables, main: "slabs"},
  init_mm: {layout: initmm.layoutInitmm, tables: initmm.tables, main: "init_mm"},
  process: {layout: process.layoutProcess, tables: process.tables, main: "vmas"},
  bootmem: {layout: bootmem.layoutBootmem, tables: bootmem.tables, main: "bootmem"},
};

/** Tabs in order; the overview shows several panels side by side. */
export const VIEWS = ["overview", "memblock", "owners", "pagetables", "zones", "zonelists", "pagesets", "freelists", "percpu", "hashes", "slabs", "init_mm", "process", "bootmem", "compare", "map"];
const OVERVIEW = ["zones", "zonelists", "pagesets"];
/** Which view tells best what an event changed. The map and the log are always there. */
const FOLLOWS = {zones: "overview", zonelists: "overview", boot_pagesets: "overview", pagesets: "overview", pagetables: "pagetables", freelists: "freelists", percpu: "percpu", hashes: "hashes", slabs: "slabs", init_mm: "init_mm", vmas: "process", process: "process", bootmem: "bootmem"};

const TWEEN = 320;

/** @param {string} view */
export const panelsOf = (view) => (view === "overview" ? OVERVIEW : PANELS[view] ? [view] : []);

/**
 * @param {ReturnType<typeof import("./state.js").createStore>} store @param {any} actions
 */
export function makeScreen(store, actions) {
  /** @type {(key: string, params?: Record<string, any>) => string} */
  let t = (key) => key;
  let moment = null;
  let paint = null;
  let before = null;
  let tween = {start: -1e9, leaving: []};
  let frame = 0;
  let mapNow = null;
  /** Layout results, for tests: what is drawn, before it becomes pixels. @type {Record<string, any>} */
  const layouts = {};
  const sizes = new Map();
  const canvas = byId("map-canvas");
  const ctx = canvas.getContext("2d");
  const plot = byId("map-plot");
  const reduced = matchMedia("(prefers-reduced-motion: reduce)");

  const observer = new ResizeObserver((entries) => {
    for (const e of entries) sizes.set(e.target, {width: e.contentRect.width, height: e.contentRect.height});
    request();
  });
  for (const el of [plot, byId("stages"), byId("log-body")]) observer.observe(el);

  function request() {
    frame ||= requestAnimationFrame(now);
  }

  /** One frame; goes on by itself while something moves. */
  function now(time) {
    frame = 0;
    const s = store.get();
    render(s, time);
    if (time - tween.start < TWEEN) request();
  }

  const fs = () => parseFloat(getComputedStyle(document.documentElement).fontSize) || 13;

  function momentOf(s) {
    if (!s.run) return null;
    if (moment && moment.run === s.run && moment.pos === s.pos) return moment;
    const event = s.run.replay.events[s.pos - 1] ?? null;
    moment = {run: s.run, pos: s.pos, event, tables: s.run.replay.at(s.pos), changed: changedBy(event)};
    return moment;
  }

  function render(s, time) {
    const m = momentOf(s);
    dress(s);
    if (s.phase !== "ready" || !m) return cover(s);
    if (before?.pos !== s.pos) beginTween(s, m, time);
    hurrying(s);
    const size = fs();
    /** @type {any} */
    const input = {tables: m.tables, changed: m.changed, t, lang: s.lang, page: s.run.page, bits: s.run.bits, bitmap: bitmapOf(s.run, s.pos, m)};
    const beside = besideOf(s, m);
    if (beside) Object.assign(input, {other: beside.tables, otherChanged: beside.changed, mine: beside.mine});
    header(s);
    headline(s, m, input);
    drawMap(s, m, input, size, time);
    tabs(s, m);
    panels(s, m, input, size);
    renderTree(byId("tree-body"), layoutTree(s.run.steps, m.event?.step_index ?? 0, m.event?.seq ?? 0), (i) => actions.pick(`step:${i}`));
    renderLog(byId("log-body"), s.run.log, s.pos, sizes.get(byId("log-body"))?.height ?? 0, {times: (n) => t("log.times", {n: int(n, s.lang)}), onpos: (p) => actions.seek(p, {playing: false})});
    if (!hurry) inspect(s, m, input);
    time_(s, size);
    flushScrolls();
    before = s;
  }

  /** Nobody reads the inspector while positions fly past; it is told where they come to rest. */
  let flying = 0;
  let hurry = false;
  let rest = 0;
  function hurrying(s) {
    flying = before && before.run === s.run && before.pos !== s.pos ? flying + 1 : 0;
    hurry = flying > 3;
    clearTimeout(rest);
    if (hurry) rest = window.setTimeout(request, 90);
  }

  /** Where bootmem will search next; only runs that have it are looked through. */
  const bitmapOf = (run, pos, keep) => (run.bits ? (keep.bitmap ??= {is: bootmem.bitmapAt(run.replay.events, pos)}).is : null);

  /** The other run at the same moment, and what differs. */
  let besideNow = null;
  function besideOf(s, m) {
    if (!s.other) return (besideNow = null);
    if (besideNow && besideNow.m === m && besideNow.run === s.other) return besideNow;
    const pos = alignPos(s.run, s.pos, s.other);
    const tables = s.other.replay.at(pos);
    const diff = diffTables(m.tables, tables);
    besideNow = {m, run: s.other, pos, tables, diff, layout: layoutCompare(diff), changed: differing(diff, "b"), mine: differing(diff, "a")};
    return besideNow;
  }

  const nameOfRun = (run) => [run.manifest.inputs?.board || t("choose.given"), run.manifest.kernel?.version, run.manifest.inputs?.memory].filter(Boolean).join(" · ");

  /* ---- whole page ---- */

  function dress(s) {
    const root = document.documentElement;
    const dark = s.theme === "dark" || (s.theme === "auto" && matchMedia("(prefers-color-scheme: dark)").matches);
    const look = s.theme === "projector" ? "projector" : dark ? "dark" : "light";
    if (root.dataset.theme !== look || !paint) {
      root.dataset.theme = look;
      installPatterns(byId("patterns"));
      paint = canvasPaint(ctx);
      resizeLog(byId("log-body"));
    }
    toggleAttr(root, "data-present", s.present, () => resizeLog(byId("log-body")));
    toggleAttr(root, "data-mirror", s.mirror);
    root.dataset.one = s.view;
    document.body.className = s.phase === "ready" && s.run ? "ready" : s.phase;
    banner(s);
  }

  function toggleAttr(el, name, on, changed) {
    if (el.hasAttribute(name) === on) return;
    el.toggleAttribute(name, on);
    changed?.();
  }

  /** @param {import("./state.js").State} s */
  function banner(s) {
    const el = byId("banner");
    const what = !s.online ? "offline" : s.phase === "ready" && s.problem ? "problem" : "";
    el.hidden = !what;
    if (what) fill(el, what + JSON.stringify(s.problem) + s.lang, () => [
      h("span", {}, what === "offline" ? t("offline") : `${s.problem.title ?? ""} ${s.problem.detail ?? ""}`),
      what === "problem" ? h("button", {type: "button", onclick: () => store.set({problem: null})}, t("close")) : null,
    ]);
  }

  /** @param {import("./state.js").State} s */
  function cover(s) {
    const p = s.problem ?? {};
    fill(byId("cover"), s.phase + JSON.stringify(p) + s.lang, () => {
      if (s.phase === "error") return h("div", {}, h("h2", {}, p.offline ? t("cover.offline") : t("cover.error")), h("p", {}, p.offline ? t("cover.offline.text") : [p.title, p.detail].filter(Boolean).join(": ")),
        h("button", {type: "button", class: "primary", onclick: () => actions.restart()}, t("retry")), p.offline ? null : h("button", {type: "button", onclick: () => actions.choose()}, t("choose.title")));
      return h("div", {}, h("h2", {}, t("cover.loading")), h("p", {}, t("guide.1")), h("div", {class: "progress"}));
    });
  }

  function header(s) {
    const m = s.run.manifest;
    const i = m.inputs ?? {};
    const board = typeof i.board === "string" && i.board ? i.board : t("choose.given");
    const label = [board, m.kernel?.version ?? i.kernel, i.memory].filter(Boolean).join(" · ");
    fill(byId("choose-text"), label, () => document.createTextNode(label));
    fill(byId("conformance"), m.id + s.lang, () => document.createTextNode(conformance(m.kernel?.conformance)));
    byId("conformance").title = t("conformance.hint");
  }

  function conformance(c) {
    if (!c || typeof c !== "object") return typeof c === "string" ? c : "";
    const total = c.total ?? c.facts;
    const exact = c.matched ?? c.exact;
    return Number.isFinite(total) && Number.isFinite(exact) ? t("conformance", {exact: int(exact, store.get().lang), facts: int(total, store.get().lang)}) : "";
  }

  function headline(s, m, input) {
    const e = m.event;
    const step = s.run.steps[e?.step_index ?? -1];
    const stage = s.run.times.chapters.find((c) => s.pos <= c.to)?.stage ?? "0";
    const chain = [];
    for (let p = step; p && chain.length < 4; p = s.run.steps[p.parent]) chain.unshift(p.name);
    fill(byId("now-where"), `${stage}${chain}${s.lang}${e?.seq}`, () => [h("span", {class: "stage"}, stage), `${firstOf(t, [`stage.${stage}`], {})}${chain.length ? " · " : ""}`, h("b", {}, chain.join(" › ")), e ? ` · #${e.seq}` : ""]);
    input.note = step && !step.executed ? noteOf(step) : undefined;
    input.gain = e?.kind === "leave" && !hurry ? gained(s, step) : "";
    const key = [s.run.manifest.id, s.length, s.pos, s.lang, s.ask, s.guess, s.playing, hurry].join();
    if (headline.key === key && byId("now-text").firstChild) return;
    headline.key = key;
    const says = s.pos === 0 ? t("ev.start", {board: s.run.manifest.inputs?.board ?? ""}) : sentence(e, input);
    const live = s.playing ? "off" : "polite";
    if (byId("now-text").getAttribute("aria-live") !== live) byId("now-text").setAttribute("aria-live", live);
    const question = s.ask ? ask(s.run.replay.events[s.ask - 1], m.tables) : null;
    fill(byId("now-text"), says + s.ask + s.lang, () => document.createTextNode(question ? asking(s, question) : says));
    const more = s.pos === 0 ? t("guide.2") : [chapterText(s, m, input), stepText(t, step?.name ?? "")].find((x) => x && x !== says) ?? "";
    fill(byId("now-more"), more, () => document.createTextNode(question ? "" : more));
    quizBox(s, question);
  }

  headline.key = "";

  /** What a call without effect does, in the reader's language where the catalogue has it. */
  const noteOf = (step) => firstOf(t, [`note.${step.name}`], {}) || step.note || t("step.grey");

  function asking(s, q) {
    const next = s.run.replay.events[s.ask - 1];
    const f = facts(next, {t, lang: s.lang, page: s.run.page});
    return `${t("quiz.ask")} ${t(`quiz.${q.kind}`, {...f, ...q.params})}`;
  }

  /** Answers to choose from; what was chosen is judged, and the arrow shows what happens. */
  function quizBox(s, q) {
    const box = byId("quiz");
    box.hidden = !q;
    fill(box, q ? `${s.ask}${s.guess}${s.lang}` : "", () => (q ? [
      ...q.choices.map((c) => h("button", {type: "button", class: s.guess === c ? (c === q.right ? "right" : "wrong") : s.guess && c === q.right ? "right" : "", disabled: Boolean(s.guess), onclick: () => actions.guess(c)}, c)),
      s.guess ? h("span", {role: "status"}, t(s.guess === q.right ? "quiz.right" : "quiz.wrong")) : null,
      h("button", {type: "button", onclick: () => actions.moves.forward()}, t("quiz.show")),
    ] : []));
  }

  /** What a call has changed in the ledger, largest first: "page table +2.04 MiB". */
  function gained(s, step) {
    const from = s.run.times.posOfSeq.get(step?.first_seq);
    if (!from) return "";
    const of = (rows) => new Map(owners.sums(rows ?? []).map((x) => [x.owner, x.bytes]));
    const old = of(s.run.replay.at(from - 1).ledger);
    const fresh = of(s.run.replay.at(s.pos).ledger);
    const all = [...new Set([...old.keys(), ...fresh.keys()])].map((o) => ({o, by: (fresh.get(o) ?? 0) - (old.get(o) ?? 0)})).filter((x) => x.by);
    return all.sort((a, b) => Math.abs(b.by) - Math.abs(a.by)).slice(0, 5).map((x) => `${ownerLabel(t, x.o)} ${x.by > 0 ? "+" : ""}${bytes(x.by, s.lang)}`).join(", ");
  }

  /* ---- map ---- */

  function beginTween(s, m, time) {
    const forward = before && before.run === s.run && Math.abs(s.pos - before.pos) === 1;
    tween = {start: forward && !reduced.matches ? time : -1e9, leaving: []};
    if (!forward || !mapNow) return;
    const gone = s.pos > before.pos ? removedBy(m.event) : {};
    tween.leaving = map.LANES.flatMap((l) => (gone[l.table] ?? []).flatMap((r) => rangesOf(l.table, r, s.run.page)).map(([a, b]) => ({lane: l.id, x: mapNow.x.x(a), w: mapNow.x.x(b) - mapNow.x.x(a)})));
  }

  function drawMap(s, m, input, size, time) {
    const box = sizes.get(plot) ?? {width: plot.clientWidth, height: plot.clientHeight};
    if (box.width < 10 || box.height < 10) return;
    const fold = foldOf(s);
    const dims = {width: Math.floor(box.width), height: Math.floor(box.height), fs: size};
    const still = time - tween.start >= TWEEN;
    const key = [s.run.manifest.id, s.other?.manifest.id, s.pos, s.length, s.fold, s.win, s.sel, s.hover, s.lang, dims.width, dims.height, size, document.documentElement.dataset.theme].join();
    if (still && drawMap.key === key) return;
    drawMap.key = still ? key : "";
    mapNow = map.layoutMap(input, fold, s.win, dims);
    layouts.map = mapNow;
    fitCanvas(dims);
    map.paintMap(ctx, mapNow, paint, {t: still ? 1 : easeCubicOut(Math.max(0, (time - tween.start) / TWEEN)), leaving: tween.leaving});
    const picked = [...selectedRanges(s.sel, s, m), ...selectedRanges(s.hover, s, m)].slice(0, 200);
    map.renderOverlay(byId("map-svg"), map.layoutOverlay(mapNow, fold, {t, lang: s.lang, focus: (m.range ??= {is: rangeOfEvent(m.event, s.run.page)}).is, picked, sel: s.sel, fs: size}), t("map.label", {n: m.tables.ledger?.length ?? 0}));
    laneNames(mapNow);
    legend(s, m);
    syncZoom(fold, s.win, dims.width);
  }
  drawMap.key = "";

  function fitCanvas({width, height}) {
    const dpr = window.devicePixelRatio || 1;
    if (canvas.width !== Math.round(width * dpr) || canvas.height !== Math.round(height * dpr)) {
      canvas.width = Math.round(width * dpr);
      canvas.height = Math.round(height * dpr);
      canvas.style.width = `${width}px`;
      canvas.style.height = `${height}px`;
    }
    ctx.setTransform(dpr, 0, 0, dpr, 0, 0);
  }

  function laneNames(view) {
    fill(byId("map-lanes"), view.lanes.map((l) => l.y).join() + t("lane.memory"), () => view.lanes.map((l) => {
      const el = h("span", {}, t(`lane.${l.id}`));
      el.style.top = `${l.y + l.h / 2 - 7}px`;
      return el;
    }));
  }

  function legend(s, m) {
    if (legend.rows === m.tables.ledger && legend.lang === s.lang && byId("legend").__key) return;
    Object.assign(legend, {rows: m.tables.ledger, lang: s.lang});
    const seen = [...new Set((m.tables.ledger ?? []).map((r) => r.owner))].sort();
    fill(byId("legend"), seen.join() + s.lang, () => seen.map((o) => {
      const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
      const r = document.createElementNS("http://www.w3.org/2000/svg", "rect");
      for (const [k, v] of Object.entries({width: "100%", height: "100%", fill: fillOf(o), stroke: "currentColor"})) r.setAttribute(k, v);
      svg.setAttribute("aria-hidden", "true");
      svg.append(r);
      return h("li", {}, svg, ownerLabel(t, o));
    }));
  }

  /** @type {any} */
  legend.rows = null;
  legend.lang = "";

  function selectedRanges(ref, s, m) {
    const i = ref.indexOf(":");
    if (i < 0) return [];
    const table = ref.slice(0, i);
    const row = m.tables[table]?.find((r) => String(r.key) === ref.slice(i + 1));
    return rangesOf(table, row, s.run.page);
  }

  /* Wheel, pinch and drag come from d3-zoom; the window in the state stays the only truth. */
  let quiet = false;
  const zoomer = d3zoom().scaleExtent([1, 1e12]).on("zoom", (e) => {
    if (quiet || !store.get().run) return;
    const {width} = sizes.get(plot);
    const fold = foldOf(store.get());
    const u = (px) => (px - e.transform.x) / e.transform.k / width;
    const full = e.transform.k <= 1.00001;
    store.set({win: full ? null : wholeBytes(fold.from(Math.max(0, u(0))), fold.from(Math.min(1, u(width))))});
  });
  select(plot).call(zoomer).on("dblclick.zoom", null);

  function syncZoom(fold, win, width) {
    const v = makeX(fold, win, width);
    const k = 1 / (v.u1 - v.u0);
    quiet = true;
    zoomer.translateExtent([[0, 0], [width, 1e6]]).extent([[0, 0], [width, 1]]);
    plot.__zoom = zoomIdentity.translate(-v.u0 * width * k, 0).scale(k);
    quiet = false;
  }

  plot.addEventListener("click", (e) => {
    const found = under(e);
    if (found) actions.pick(found.cell.ref);
  });
  plot.addEventListener("pointermove", (e) => read(under(e), e));
  plot.addEventListener("pointerleave", () => (byId("map-read").textContent = ""));

  function under(e) {
    const r = plot.getBoundingClientRect();
    return mapNow && map.hit(mapNow, e.clientX - r.left, e.clientY - r.top);
  }

  function read(found, e) {
    const s = store.get();
    const at = mapNow ? hex(Math.floor(mapNow.x.addr(e.clientX - plot.getBoundingClientRect().left))) : "";
    if (!found) return void (byId("map-read").textContent = at);
    const c = found.cell;
    const row = moment.tables[mapNow.lanes.find((l) => l.id === found.lane).table]?.find((r) => String(r.key) === c.key);
    const who = found.lane === "owners" ? `${ownerLabel(t, c.label)} ${row?.detail ?? ""} ${row?.fn ? `· ${row.fn}` : ""} ${row?.seq ? `#${row.seq}` : ""}` : c.label;
    byId("map-read").textContent = `${at} · ${hex(c.base)} + ${bytes(c.end - c.base, s.lang)} · ${who}${c.n > 1 ? ` · ${t("map.merged", {n: c.n})}` : ""}`;
  }

  /* ---- tabs and panels ---- */

  function tabs(s, m) {
    const touched = new Set(Object.keys(m.changed).map((x) => FOLLOWS[x] ?? (x.startsWith("memblock.") ? "memblock" : x === "ledger" ? "owners" : "")));
    const nav = byId("tabs");
    fill(nav, s.lang, () => [
      h("div", {role: "tablist", "aria-label": t("views")}, ...VIEWS.map((v) => h("button", {type: "button", role: "tab", id: `tab-${v}`, "aria-controls": "panels", onclick: () => actions.view(v)}, t(`tab.${v}`), h("span", {class: "dot", hidden: true})))),
      h("label", {}, h("input", {type: "checkbox", id: "follow", onchange: (e) => store.set({follow: e.target.checked})}), t("follow")),
    ]);
    byId("tab-map").hidden = !s.present;
    byId("tab-compare").hidden = !s.other;
    byId("tab-bootmem").hidden = !s.run.bits;
    for (const v of VIEWS) {
      const b = byId(`tab-${v}`);
      b.setAttribute("aria-selected", String(v === s.view));
      b.setAttribute("tabindex", v === s.view ? "0" : "-1");
      b.lastElementChild.hidden = !touched.has(v) || v === s.view;
    }
    byId("follow").checked = s.follow;
  }

  function panels(s, m, input, size) {
    if (s.view === "compare" && s.other) return comparison(s);
    const ids = panelsOf(s.view);
    const box = byId("panels");
    fill(box, ids.join() + s.lang, () => ids.map((id) => makePanel(id)));
    for (const id of ids) panel(id, s, m, input, size, ids.length === 1);
  }

  function comparison(s) {
    fill(byId("panels"), `compare${besideNow.pos}.${s.pos}${s.lang}${s.other.manifest.id}`, () => {
      const body = h("div", {class: "tablebox scroll", tabindex: "0", role: "region", "aria-label": t("view.compare")});
      renderCompare(body, besideNow.layout, {t, names: ["A", "B"]});
      return h("div", {class: "panel", id: "v-compare"}, h("div", {class: "bar"}, h("h2", {}, `A: ${nameOfRun(s.run)} · B: ${nameOfRun(s.other)}`), h("span", {class: "read"}, `A: ${s.run.manifest.inputs?.cmdline ?? ""} · B: ${s.other.manifest.inputs?.cmdline ?? ""}`), h("span", {class: "space"}), h("button", {type: "button", onclick: actions.beside}, t("compare.end"))), body);
    });
  }

  function makePanel(id) {
    const svgs = [0, 1].map(() => document.createElementNS("http://www.w3.org/2000/svg", "svg"));
    for (const svg of svgs) svg.setAttribute("class", "drawing");
    const body = h("div", {class: "body scroll", tabindex: "0", role: "region", "aria-label": t(`view.${id}`)}, ...svgs);
    const el = h("div", {class: "panel", id: `v-${id}`},
      h("div", {class: "bar"}, h("h2", {id: `v-${id}-h`}, t(`view.${id}`)), h("span", {class: "space"}), toolsFor(id)),
      body, h("div", {class: "tablebox scroll", hidden: true, tabindex: "0", role: "region", "aria-label": `${t(`view.${id}`)}, ${t("table")}`}), h("div", {class: "empty", hidden: true}));
    for (const type of ["wheel", "touchmove", "keydown"]) body.addEventListener(type, () => (body.__own = true), {passive: true});
    observer.observe(body);
    return el;
  }

  function toolsFor(id) {
    const b = h("button", {type: "button", class: "plain", "data-table": id, "aria-pressed": "false", title: t("table"), "aria-label": `${t("table")}: ${t(`view.${id}`)}`, onclick: () => actions.table(id)});
    b.append(icon("table"));
    return b;
  }

  function panel(id, s, m, input, size, full) {
    const el = byId(`v-${id}`);
    const body = el.querySelector(".body");
    const {width} = sizes.get(body) ?? {width: body.clientWidth - 24};
    const spec = PANELS[id];
    const asTable = Boolean(s.asTable[id]);
    const now_ = [...spec.tables.map((n) => m.tables[n]), ...spec.tables.map((n) => m.changed[n]), m.pos === 0, id === "bootmem" ? [input.bitmap?.hint, input.bitmap?.last, s.win].join() : "", besideNow, s.sel, s.lang, width, size, full, asTable];
    if (el.__now && el.__now.every((v, i) => v === now_[i])) return;
    el.__now = now_;
    const room = Math.max(120, besideNow && width > 44 * size ? Math.floor((width - 24) / 2) : Math.floor(width) - 2);
    const drawing = spec.layout(besideNow ? {...input, changed: input.mine} : input, {width: room, fs: size, full, sel: s.sel, win: s.win});
    const second = besideNow ? spec.layout({...input, tables: besideNow.tables, changed: besideNow.changed, bitmap: bitmapOf(s.other, besideNow.pos, besideNow)}, {width: room, fs: size, full, sel: s.sel, win: s.win}) : {marks: [], width: 0, height: 0};
    layouts[id] = drawing;
    const none = drawing.height + second.height === 0;
    body.classList.toggle("two", Boolean(besideNow));
    el.querySelector("[data-table]").setAttribute("aria-pressed", String(asTable));
    body.hidden = asTable || none;
    el.querySelector(".tablebox").hidden = !asTable;
    el.querySelector(".empty").hidden = !none || asTable;
    if (asTable) return rowsOf(el.querySelector(".tablebox"), id, s, m);
    if (none) return empty(el.querySelector(".empty"), id, s);
    const on = {selected: s.sel, onpick: actions.pick, onhover: actions.hover, label: t(`view.${id}`)};
    draw(body.firstElementChild, drawing, on);
    draw(body.lastElementChild, second, {...on, onpick: undefined, onhover: undefined, label: `${t(`view.${id}`)}, B`});
    afterDraw(() => reveal(body));
  }

  /** What changed is in sight without scrolling by hand; where somebody has scrolled, it stays until then. */
  function reveal(body) {
    const hot = body.querySelector("rect.changed");
    if (hot) body.__own = false;
    if (body.__own) return;
    const y = hot ? Number(hot.getAttribute("y")) : 0;
    const top = y < body.clientHeight - 60 ? 0 : Math.round(y - body.clientHeight / 3);
    return () => (body.scrollTop = top);
  }

  function rowsOf(el, id, s, m) {
    const names = id === "map" ? map.tables : PANELS[id].tables;
    renderRows(el, names.map((name) => ({name, layout: layoutRows(m.tables[name] ?? [], s.run.columns[name] ?? [], m.changed[name])})), {none: t("table.none"), more: (n) => t("table.more", {n})});
  }

  /** Before its step a view has nothing to show: it says what will come, and goes there. */
  function empty(el, id, s) {
    const first = s.run.replay.events.findIndex((e) => e.splices?.some((x) => x.table === PANELS[id].main && x.ins?.length)) + 1;
    fill(el, id + s.lang + first + (s.pos < first), () => [
      h("p", {}, t(`empty.${id}`)),
      first > s.pos ? h("button", {type: "button", onclick: () => actions.seek(first, {playing: false})}, t("empty.go", {step: s.run.replay.events[first - 1].step})) : null,
    ]);
  }

  /* ---- inspector ---- */

  function inspect(s, m, input) {
    const key = [s.run.manifest.id, s.other?.manifest.id, s.pos, s.sel, s.lang].join();
    const el = byId("inspector-body");
    if (el.__key === key) return;
    el.__key = key;
    renderInspector(el, s.sel ? selectionCard(s, m, input) : eventCard(s, m, input));
    el.scrollTop = 0;
  }

  const labels = (n) => ({diff: t("inspector.diff"), more: t("table.more", {n})});
  const fieldLabel = (k) => firstOf(t, [`field.${k}`], {}) || k;

  function eventCard(s, m, input) {
    const e = m.event;
    const diff = layoutDiff(e?.splices, s.lang);
    if (!e) return {title: t("inspector.start"), text: [t("guide.2"), t("guide.3")], facts: layoutTotals(s.run.manifest.totals, s.lang, fieldLabel, (o) => ownerLabel(t, o)), source: "", diff, actions: [], labels: labels(0)};
    const f = facts(e, input);
    const fn = String(e.text?.fn ?? e.step);
    return {
      title: `#${e.seq} · ${t(`kind.${e.kind}`)}`,
      text: [...new Set([chapterText(s, m, input), sentence(e, input), firstOf(t, [`why.${fn}`], f), stepText(t, e.step)])],
      facts: layoutFacts({...e.text, ...(e.count > 1 ? {count: e.count, stride: e.stride, total: f.total} : {}), ...e.why}, s.lang, fieldLabel),
      source: [fn, sourceOf(t, fn, s.run.manifest.kernel?.version ?? "")].filter(Boolean).join(" · "),
      diff,
      actions: [],
      labels: labels(diff.more),
    };
  }

  /** At the first event of a stage: what the stage is about, with this machine's numbers. */
  function chapterText(s, m, input) {
    const c = s.run.times.chapters.find((x) => x.from === s.pos);
    if (!c) return "";
    const sum = (rows) => bytes((rows ?? []).reduce((a, r) => a + num(r.size), 0), s.lang);
    const free = owners.sums(m.tables.ledger ?? []).find((x) => x.owner === "free")?.bytes ?? 0;
    const zoned = (m.tables.zones ?? []).filter((z) => z.spanned > 0);
    return firstOf(input.t, [`chapter.${c.stage}`], {ram: sum(m.tables["memblock.memory"]), reserved: sum(m.tables["memblock.reserved"]), regions: int(m.tables["memblock.reserved"]?.length ?? 0, s.lang), free: bytes(free, s.lang), zones: zoned.map((z) => z.zone).join(", "), caches: int(m.tables.slabs?.length ?? 0, s.lang), events: int(c.to - c.from + 1, s.lang)});
  }

  function selectionCard(s, m, input) {
    const i = s.sel.indexOf(":");
    const table = s.sel.slice(0, i);
    const key = s.sel.slice(i + 1);
    const diff = {rows: [], more: 0};
    const leave = {label: t("deselect"), run: () => store.set({sel: ""})};
    if (table === "step") return stepCard(s, Number(key), diff, leave);
    const row = m.tables[table]?.find((r) => String(r.key) === key);
    if (!row) return {title: s.sel, text: [t("inspector.gone")], facts: [], source: "", diff, actions: [leave], labels: labels(0)};
    const [range] = rangesOf(table, row, s.run.page);
    const go = [];
    if (range) go.push({label: t("zoom.here"), run: () => actions.zoomTo(range)});
    if (row.seq > 0) go.push({label: t("go.owner", {seq: row.seq}), run: () => actions.seek(s.run.times.posOfSeq.get(row.seq) ?? s.pos, {playing: false})});
    const title = table === "ledger" ? ownerLabel(t, row.owner) : `${table} ${key}`;
    const about = firstOf(t, [table === "ledger" ? `about.${row.owner}` : "", `about.${table}`], {});
    return {title, text: [about], facts: layoutFacts(row, s.lang, fieldLabel), source: row.fn ? [row.fn, sourceOf(t, row.fn, s.run.manifest.kernel?.version ?? "")].filter(Boolean).join(" · ") : "", diff, actions: [...go, leave], labels: labels(0)};
  }

  /** What the function is for; a text with numbers takes them from the step's first event that has them all. */
  function doesText(s, st) {
    const key = `does.${st.name}`;
    const wanted = [...t(key, new Proxy({}, {get: (_, name) => `{${String(name)}}`})).matchAll(/\{(\w+)\}/g)].map((x) => x[1]);
    if (!wanted.length) return firstOf(t, [key], {});
    const has = s.run.replay.events.filter((e) => e.step === st.name && e.step_index === st.index).map((e) => facts(e, {t, lang: s.lang, page: s.run.page}));
    const f = has.find((x) => wanted.every((name) => (x[name] ?? "") !== ""));
    return f ? t(key, f) : "";
  }

  function stepCard(s, index, diff, leave) {
    const st = s.run.steps[index];
    const pos = s.run.times.posOfSeq.get(st.first_seq) ?? s.run.times.starts.find((x) => x.step === index)?.pos;
    const go = st.executed && pos ? [{label: t("go.step"), run: () => actions.seek(pos, {playing: false})}] : [];
    return {
      title: st.name,
      text: [st.note ? noteOf(st) : "", doesText(s, st) || stepText(t, st.name)],
      facts: layoutFacts({stage: st.stage, depth: st.depth, events: st.executed ? Math.max(0, st.last_seq - st.first_seq + 1) : 0}, s.lang, fieldLabel),
      source: sourceOf(t, st.name, s.run.manifest.kernel?.version ?? ""),
      diff,
      actions: [...go, leave],
      labels: labels(0),
    };
  }

  /* ---- time ---- */

  function time_(s, size) {
    const svg = byId("stages");
    const {width} = sizes.get(svg) ?? {width: 0};
    if (width > 20) {
      const drawing = layoutTimeline(s.run.times, {length: s.length, pos: s.pos, t}, {width: Math.floor(width), fs: size});
      const key = [s.length, s.lang, width, size, drawing.marks.map((x) => x.c).join()].join();
      if (svg.__key !== key) {
        svg.__key = key;
        renderTimeline(svg, drawing, actions.pick);
        for (const el of svg.querySelectorAll("[tabindex]")) el.removeAttribute("tabindex");
      }
    }
    const range = byId("range");
    if (range.max !== String(s.length)) range.max = String(s.length);
    if (range.value !== String(s.pos)) range.value = String(s.pos);
    const e = s.run.replay.events[s.pos - 1];
    const where = t("where", {pos: int(s.pos, s.lang), length: int(s.length, s.lang)});
    range.setAttribute("aria-valuetext", `${where}, ${e?.step ?? ""}`);
    byId("where").textContent = s.live ? `${where} · ${t("live")}` : where;
    const b = byId("play");
    if (b && b.dataset.now !== String(s.playing) + s.lang) {
      b.dataset.now = String(s.playing) + s.lang;
      b.replaceChildren(icon(s.playing ? "pause" : "play"));
      b.setAttribute("aria-label", t(s.playing ? "key.pause" : "key.play"));
      b.setAttribute("aria-pressed", String(s.playing));
    }
  }

  /** A view as a file of its own. @param {string} id @returns {string} */
  function picture(id) {
    const s = store.get();
    const i = s.run.manifest.inputs ?? {};
    const title = t(`view.${id}`);
    const sub = [i.board, `Linux ${s.run.manifest.kernel?.version ?? ""}`, moment.event ? `#${moment.event.seq} ${moment.event.step}` : "", i.cmdline].filter(Boolean).join(" · ");
    if (id !== "map") return standAlone({svg: byId(`v-${id}`).querySelector("svg.drawing"), title, sub});
    const seen = [...new Set((moment.tables.ledger ?? []).map((r) => r.owner))].sort();
    const fillOfCell = (look, hatch) => (["lane", "memory", "reserved", "zone"].includes(look) ? paint.style(look, 0) : `url(#p-${look}-${hatch})`);
    return standAlone({svg: byId("map-svg"), under: cellsToSvg(mapNow, fillOfCell, paint.line), title, sub, entries: seen.map((o) => ({label: ownerLabel(t, o), fill: fillOf(o)}))});
  }

  return {
    request,
    picture,
    /** What is selected, else what just changed. @returns {[number, number]|null} */
    focus: () => selectedRanges(store.get().sel, store.get(), moment)[0] ?? rangeOfEvent(moment?.event ?? null, store.get().run.page),
    layouts,
    tables: rowsOf,
    fs,
    moment: () => momentOf(store.get()),
    /** The frame now, at rest: for tests and exports. */
    settle() {
      tween.start = -1e9;
      drawMap.key = "";
      before = {...before, pos: store.get().pos};
      render(store.get(), performance.now());
    },
    setTranslator(f) {
      t = f;
      drawMap.key = "";
      headline.key = "";
      for (const el of document.querySelectorAll("*")) Object.assign(el, {__key: undefined, __now: undefined});
    },
    follow(tables) {
      for (const x of ["pagesets", "boot_pagesets", "zonelists", "zones", "slabs", "hashes", "percpu", "pagetables", "init_mm", "freelists", "vmas", "process", "bootmem"]) if (tables[x]) return FOLLOWS[x];
      return Object.keys(tables).length ? "memblock" : "";
    },
    width: () => sizes.get(plot)?.width ?? 800,
    num,
  };
}
