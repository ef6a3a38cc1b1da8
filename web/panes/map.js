// SPDX-License-Identifier: GPL-2.0-or-later
// The address map on the screen: canvas and overlay, legend, wheel and pinch, what is under the pointer.
import {easeCubicOut, select, zoom as d3zoom, zoomIdentity} from "../d3.js";
import {foldOf} from "../run.js";
import {byId, fill, h, svg, write} from "../lib/dom.js";
import {bytes, hex} from "../lib/format.js";
import {fillOf, ownerLabel} from "../lib/owners.js";
import {merged, rangeOfEvent, rangesOf} from "../lib/ranges.js";
import {makeX, wholeBytes} from "../lib/scale.js";
import * as map from "../views/map.js";

/** How long a step moves, in milliseconds. */
const TWEEN = 320;
/** Selections of more ranges than this outline only the first of them. */
const MAX_PICKED = 200;

/** Ranges of what "table:key" names; "owner:NAME" is all that it has. */
export function selectedRanges(ref, s, m) {
  const i = ref.indexOf(":");
  if (i < 0) return [];
  const table = ref.slice(0, i);
  if (table === "owner")
    return merged(
      (m.tables.ledger ?? [])
        .filter((r) => r.owner === ref.slice(i + 1))
        .flatMap((r) => rangesOf("ledger", r, s.run.page)),
    );
  const row = m.tables[table]?.find((r) => String(r.key) === ref.slice(i + 1));
  return rangesOf(table, row, s.run.page);
}

function swatch(fill) {
  const el = svg("svg", {"aria-hidden": "true"});
  el.append(svg("rect", {width: "100%", height: "100%", fill, stroke: "currentColor"}));
  return el;
}

/** @param {import("../screen.js").Context} ctx */
export function makeMap(ctx) {
  const {store, actions, canvas} = ctx;
  const g = canvas.getContext("2d");
  const plot = byId("map-plot");
  const reduced = matchMedia("(prefers-reduced-motion: reduce)");
  let tween = {start: -1e9, leaving: []};
  let drawn = "";
  let now = null;
  let moment = null;
  ctx.observe(plot);

  /** A step of one event moves; a jump does not. */
  function begin(s, before, m, time) {
    const near = before?.run === s.run && Math.abs(s.pos - before.pos) === 1;
    tween = {start: near && !reduced.matches ? time : -1e9, leaving: []};
    if (!near || !now) return;
    const gone = s.pos > before.pos ? m.removed : {};
    tween.leaving = map.LANES.flatMap((l) =>
      (gone[l.table] ?? [])
        .flatMap((r) => rangesOf(l.table, r, s.run.page))
        .map(([a, b]) => ({lane: l.id, x: now.x.x(a), w: now.x.x(b) - now.x.x(a)})),
    );
  }

  const moving = (time) => time - tween.start < TWEEN;

  function draw(s, m, input, time) {
    const box = ctx.sizes.get(plot);
    moment = m;
    if (!box || box.width < 10 || box.height < 10) return;
    const fold = foldOf(s);
    const dims = {width: Math.floor(box.width), height: Math.floor(box.height), fs: ctx.fs};
    const still = !moving(time);
    const key = [
      s.run.manifest.id,
      s.other?.manifest.id,
      s.pos,
      s.length,
      s.fold,
      s.win,
      s.sel,
      s.hover,
      s.lang,
      dims.width,
      dims.height,
      ctx.fs,
      ctx.look,
    ].join();
    if (still && drawn === key) return;
    drawn = still ? key : "";
    now = map.layoutMap(input, fold, s.win, dims);
    ctx.layouts.map = now;
    fitCanvas(dims);
    map.paintMap(g, now, ctx.paint, {
      t: still ? 1 : easeCubicOut(Math.max(0, (time - tween.start) / TWEEN)),
      leaving: tween.leaving,
    });
    const picked = [...selectedRanges(s.sel, s, m), ...selectedRanges(s.hover, s, m)].slice(
      0,
      MAX_PICKED,
    );
    const focus = (m.range ??= {is: rangeOfEvent(m.event, s.run.page)}).is;
    map.renderOverlay(
      byId("map-svg"),
      map.layoutOverlay(now, fold, {t: ctx.t, lang: s.lang, focus, picked, sel: s.sel, fs: ctx.fs}),
      ctx.t("map.label", {n: m.tables.ledger?.length ?? 0}),
    );
    laneNames();
    legend(s, m);
    syncZoom(fold, s.win, dims.width);
    if (pointer) read(under(pointer), pointer);
  }

  function fitCanvas({width, height}) {
    const dpr = window.devicePixelRatio || 1;
    if (canvas.width !== Math.round(width * dpr) || canvas.height !== Math.round(height * dpr)) {
      canvas.width = Math.round(width * dpr);
      canvas.height = Math.round(height * dpr);
      canvas.style.width = `${width}px`;
      canvas.style.height = `${height}px`;
    }
    g.setTransform(dpr, 0, 0, dpr, 0, 0);
  }

  function laneNames() {
    fill(byId("map-lanes"), now.lanes.map((l) => l.id + l.y).join() + ctx.t("lane.memory"), () =>
      now.lanes.map((l) => {
        const el = h("span", {}, ctx.t(`lane.${l.id}`));
        el.style.top = `${((l.y + l.h / 2) * 100) / now.height}%`; // paper scales the plot
        return el;
      }),
    );
  }

  function legend(s, m) {
    const owners = ownersOf(m);
    fill(byId("legend"), owners.join() + s.lang, () =>
      owners.map((o) => h("li", {}, swatch(fillOf(o)), ownerLabel(ctx.t, o))),
    );
  }

  const ownersOf = (m) =>
    (m.owners ??= [...new Set((m.tables.ledger ?? []).map((r) => r.owner))].sort());

  /* Wheel, pinch and drag come from d3-zoom; the window in the state stays the only truth. */
  let quiet = false;
  const zoomer = d3zoom()
    .scaleExtent([1, 1e12])
    .on("zoom", (e) => {
      if (quiet || !store.get().run) return;
      const {width} = ctx.sizes.get(plot);
      const fold = foldOf(store.get());
      const u = (px) => (px - e.transform.x) / e.transform.k / width;
      const full = e.transform.k <= 1.00001;
      store.set({
        win: full
          ? null
          : wholeBytes(fold.from(Math.max(0, u(0))), fold.from(Math.min(1, u(width)))),
      });
    });
  select(plot).call(zoomer).on("dblclick.zoom", null);

  function syncZoom(fold, win, width) {
    const v = makeX(fold, win, width);
    const k = 1 / (v.u1 - v.u0);
    quiet = true;
    zoomer
      .translateExtent([
        [0, 0],
        [width, 1e6],
      ])
      .extent([
        [0, 0],
        [width, 1],
      ]);
    plot.__zoom = zoomIdentity.translate(-v.u0 * width * k, 0).scale(k);
    quiet = false;
  }

  plot.addEventListener("click", (e) => {
    const found = under(e);
    if (found) actions.pick(found.cell.ref);
  });
  /** Where the pointer is: what is under it changes with the map too. */
  let pointer = null;
  plot.addEventListener("pointermove", (e) => {
    pointer = {clientX: e.clientX, clientY: e.clientY};
    read(under(pointer), pointer);
  });
  plot.addEventListener("pointerleave", () => {
    pointer = null;
    write(byId("map-read"), "");
  });

  function under(e) {
    const r = plot.getBoundingClientRect();
    return now && map.hit(now, e.clientX - r.left, e.clientY - r.top);
  }

  function read(found, e) {
    const s = store.get();
    const at = now
      ? hex(Math.floor(now.x.addr(e.clientX - plot.getBoundingClientRect().left)))
      : "";
    if (!found) return write(byId("map-read"), at);
    const c = found.cell;
    const i = c.ref.indexOf(":");
    const row = moment.tables[c.ref.slice(0, i)]?.find((r) => String(r.key) === c.ref.slice(i + 1));
    const who =
      found.lane === "owners"
        ? `${ownerLabel(ctx.t, c.label)} ${row?.detail ?? ""} ${row?.fn ? `· ${row.fn}` : ""} ${row?.seq ? `#${row.seq}` : ""}`
        : c.label;
    write(
      byId("map-read"),
      `${at} · ${hex(c.base)} + ${bytes(c.end - c.base, s.lang)} · ${who}${c.n > 1 ? ` · ${ctx.t("map.merged", {n: c.n})}` : ""}`,
    );
  }

  return {
    begin,
    moving,
    draw,
    /** Draw again whatever seems to be drawn already, and at rest. */
    forget() {
      drawn = "";
      tween.start = -1e9;
    },
    width: () => ctx.sizes.get(plot)?.width ?? 800,
    entries: (m) => ownersOf(m).map((o) => ({label: ownerLabel(ctx.t, o), fill: fillOf(o)})),
    layout: () => now,
  };
}
