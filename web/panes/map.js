// SPDX-License-Identifier: GPL-2.0-or-later
// The address map on the screen: canvas and overlay, legend, wheel and pinch, what is under the pointer.
import {select, zoom as d3zoom, zoomIdentity} from "../d3.js";
import {byId, fill, fillByKey, h, svg, write} from "../lib/dom.js";
import {bytes, counted, hex, int} from "../lib/format.js";
import {fillOf, ownerLabel} from "../lib/owners.js";
import {firstOf} from "../lib/i18n.js";
import {contextOf} from "../lib/paint.js";
import {merged, rangeOfEvent, rangesOf} from "../lib/ranges.js";
import {foldOf, makeX, wholeBytes} from "../lib/scale.js";
import * as map from "../views/map.js";

/** Selections of more ranges than this outline only the first of them. */
const MAX_PICKED = 200;

/**
 * Ranges of what "table:key" names; "owner:NAME" is all that it has.
 * @param {string} ref @param {State} s @param {Moment} m
 */
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

/** @param {string} fill */
function swatch(fill) {
  const el = svg("svg", {"aria-hidden": "true"});
  el.append(svg("rect", {width: "100%", height: "100%", fill, stroke: "currentColor"}));
  return el;
}

/** @param {import("../screen.js").Context} ctx */
export function makeMap(ctx) {
  const {store, actions, canvas} = ctx;
  const g = contextOf(canvas);
  const plot = byId("map-plot");
  let drawn = "";
  /** What is drawn, and what of. @type {any} */
  let now = null;
  /** @type {any} */
  let moment = null;
  /** What of the map moves in this step. @type {{of: number, old: any, moves: any[]}|null} */
  let step = null;
  ctx.observe(plot);

  /** @param {State} s @param {Moment} m @param {ViewInput} input @returns {boolean} whether there was anything to do */
  function draw(s, m, input) {
    const box = ctx.sizes.get(plot);
    moment = m;
    legend(s, m); // the plot has what it leaves
    if (!box || box.width < 10 || box.height < 10) return false;
    const fold = foldOf(s);
    const dims = {width: Math.floor(box.width), height: Math.floor(box.height), fs: ctx.fs};
    const frame = [
      s.other?.manifest.id,
      s.fold,
      s.win,
      dims.width,
      dims.height,
      ctx.fs,
      ctx.look,
    ].join();
    const key = [frame, s.pos, s.length, s.sel, s.hover, s.lang].join();
    if (drawn === key && now?.run === s.run) return false;
    drawn = key;
    // A run that continues another has the same line of addresses, as long as nothing new begins or ends on it.
    const old = now?.frame === frame && now.fold === fold ? now : null;
    now = {...map.layoutMap(input, fold, s.win, dims), frame, fold, run: s.run};
    ctx.layouts.map = now;
    fitCanvas(dims);
    begin(old);
    const picked = [...selectedRanges(s.sel, s, m), ...selectedRanges(s.hover, s, m)].slice(
      0,
      MAX_PICKED,
    );
    const focus = (m.range ??= {is: rangeOfEvent(m.event, s.run.page)}).is;
    map.renderOverlay(
      byId("map-svg"),
      map.layoutOverlay(now, fold, {t: ctx.t, lang: s.lang, focus, picked, sel: s.sel, fs: ctx.fs}),
      ctx.t("map.label", {n: int(m.tables.ledger?.length ?? 0)}),
      old ? ctx.motion : null,
    );
    laneNames();
    syncZoom(fold, s.win, dims.width);
    if (pointer) read(under(pointer), pointer);
    return true;
  }

  /**
   * Cells move from where they were, if the map shows the same addresses as before.
   * @param {any} old
   */
  function begin(old) {
    const {motion} = ctx;
    if (!old || !motion.active) step = null;
    else if (step?.of !== motion.step)
      step = {of: motion.step, old, moves: map.planCells(old, now)};
    motion.remove(paint);
    if (step?.moves.length) motion.add(paint);
    else paint(1);
  }

  /** @param {number} t */
  function paint(t) {
    const moving = t < 1 && step ? {...step, t} : null;
    ctx.moving = map.paintMap(g, now, ctx.paint, moving);
  }

  /**
   * Where addresses are on the screen, in a lane, or null if they are not in sight.
   * @param {AddressRange} what @param {string} id
   */
  function place([a, b], id) {
    const lane = now?.lanes.find((/** @type {any} */ l) => l.id === id);
    const r = plot.getBoundingClientRect();
    if (!lane || !r.width) return null;
    const [x0, x1] = [now.x.x(a), now.x.x(b)];
    if (x1 < 0 || x0 > now.width) return null;
    const left = Math.max(0, x0);
    return {
      x: r.x + left,
      y: r.y + lane.y,
      w: Math.max(3, Math.min(now.width, x1) - left),
      h: lane.h,
    };
  }

  /** @param {{width: number, height: number}} what */
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
    // Where a lane stands is a share of the height.
    fill(
      byId("map-lanes"),
      now.lanes.map((/** @type {any} */ l) => l.id + l.y).join() +
        now.height +
        ctx.t("lane.memory"),
      () =>
        now.lanes.map((/** @type {any} */ l) => {
          const el = h("span", {}, ctx.t(`lane.${l.id}`));
          el.style.top = `${((l.y + l.h / 2) * 100) / now.height}%`; // paper scales the plot
          return el;
        }),
    );
  }

  /** @param {State} s @param {Moment} m */
  function legend(s, m) {
    const owners = ownersOf(m);
    /** @param {string} o */
    const item = (o) =>
      h(
        "li",
        {},
        h(
          "button",
          {
            type: "button",
            tabindex: "-1", // by the keyboard an owner is reached in the map
            title: firstOf(ctx.t, [`about.${o}`, `means.${o}`], {}) || null,
            onclick: () => actions.inspect(`owner:${o}`),
          },
          swatch(fillOf(o)),
          ownerLabel(ctx.t, o),
        ),
      );
    fillByKey(byId("legend"), owners, s.lang, item);
  }

  /** @param {Moment} m */
  const ownersOf = (m) =>
    (m.owners ??= [...new Set((m.tables.ledger ?? []).map((r) => r.owner))].sort());

  /* Wheel, pinch and drag come from d3-zoom; the window in the state stays the only truth. */
  let quiet = false;
  const zoomer = d3zoom()
    .scaleExtent([1, 1e12])
    .on("zoom", (e) => {
      if (quiet || !store.get().run) return;
      const {width} = ctx.sizes.get(plot) ?? {width: 1};
      const fold = foldOf(store.get());
      /** @param {number} px */
      const u = (px) => (px - e.transform.x) / e.transform.k / width;
      const full = e.transform.k <= 1.00001;
      store.set({
        win: full
          ? null
          : wholeBytes(fold.from(Math.max(0, u(0))), fold.from(Math.min(1, u(width)))),
      });
    });
  select(plot).call(zoomer).on("dblclick.zoom", null);

  /** @param {Fold} fold @param {AddressRange|null} win @param {number} width */
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
    // Where d3-zoom keeps it: setting it by a transform would make an event of it.
    select(plot).property("__zoom", zoomIdentity.translate(-v.u0 * width * k, 0).scale(k));
    quiet = false;
  }

  plot.addEventListener("click", (/** @type {any} */ e) => {
    const found = under(e);
    if (found) actions.pick(found.cell.ref);
  });
  /**
   * Where the pointer is: what is under it changes with the map too.
   * @type {{clientX: number, clientY: number}|null}
   */
  let pointer = null;
  plot.addEventListener("pointermove", (/** @type {PointerEvent} */ e) => {
    pointer = {clientX: e.clientX, clientY: e.clientY};
    read(under(pointer), pointer);
  });
  plot.addEventListener("pointerleave", () => {
    pointer = null;
    write(byId("map-read"), "");
  });

  /** @param {any} e */
  function under(e) {
    const r = plot.getBoundingClientRect();
    return now && map.hit(now, e.clientX - r.left, e.clientY - r.top);
  }

  /** @param {any} found @param {any} e */
  function read(found, e) {
    const s = store.get();
    const at = now
      ? hex(Math.floor(now.x.addr(e.clientX - plot.getBoundingClientRect().left)))
      : "";
    if (!found) return write(byId("map-read"), at);
    const c = found.cell;
    const i = c.ref.indexOf(":");
    const row = moment.tables[c.ref.slice(0, i)]?.find(
      (/** @type {Row} */ r) => String(r.key) === c.ref.slice(i + 1),
    );
    const who =
      found.lane === "owners"
        ? [
            ownerLabel(ctx.t, c.label),
            counted(row?.detail),
            row?.fn ? `· ${row.fn}` : "",
            row?.seq ? `#${row.seq}` : "",
          ].join(" ")
        : c.label;
    const range = `${hex(c.base)} + ${bytes(c.end - c.base, s.lang)}`;
    const more = c.n > 1 ? [ctx.t("map.merged", {n: int(c.n)})] : [];
    write(byId("map-read"), [at, range, who, ...more].join(" · "));
  }

  return {
    draw,
    place,
    /** Draw again whatever seems to be drawn already. */
    forget() {
      drawn = "";
    },
    width: () => ctx.sizes.get(plot)?.width ?? 800,
    entries: (/** @type {Moment} */ m) =>
      ownersOf(m).map((o) => ({label: ownerLabel(ctx.t, o), fill: fillOf(o)})),
    layout: () => now,
  };
}
