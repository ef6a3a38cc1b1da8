// SPDX-License-Identifier: GPL-2.0-or-later
// What goes from one part of the page to another in a step: memory from its place on the map to the list,
// the array or the table that has it now; from one list to another; a zone's link into its chain.
import {interpolateNumber, linkVertical} from "../d3.js";
import {attr, byId, svg as element} from "../lib/dom.js";
import {within} from "../lib/motion.js";

/** @typedef {{x: number, y: number, w: number, h: number}} Box in pixels of the window */
/**
 * @typedef {{el: Element, from: Box, to: Box, link: boolean, back: boolean, span: readonly [number,
 *   number]}} Flight back: a link is drawn in, not out
 */

/** Of very many only the first are seen to go. */
const MAX_FLIGHTS = 24;
/** One starts so much of a step after the other, as far as all have room. */
const APART = 0.12;
/** A flight takes so much of the step. */
const LENGTH = 0.7;

/** Starts one after the other, and all end within the step. @param {number} i @param {number} n */
function spanOf(i, n) {
  const apart = n > 1 ? Math.min(APART, (1 - LENGTH) / (n - 1)) : 0;
  const start = i * apart;
  return /** @type {const} */ ([start, Math.min(1, start + LENGTH)]);
}

/**
 * @param {import("../screen.js").Context} ctx
 * @param {(range: [number, number], lane: string) => Box|null} place where addresses are on the
 *   screen
 */
export function makeFlights(ctx, place) {
  const overlay = byId("flights");
  /** @type {Flight[]} */
  let flights = [];

  /** When everything of a step is drawn and scrolled. */
  function begin() {
    const {motion} = ctx;
    const drawings = motion.takeOff();
    if (!drawings.length) return;
    const back = motion.by < 0;
    const all = drawings.flatMap((d) => departures(d, back)).slice(0, MAX_FLIGHTS);
    overlay.replaceChildren();
    flights = all.map(({mark, from, to, link, back}, i) => {
      const el = element(link ? "path" : "rect", {class: link ? "link" : "ghost"});
      if (mark.fill && !link) el.style.setProperty("fill", mark.fill);
      return {el, from, to, link, back, span: spanOf(i, all.length)};
    });
    if (!flights.length) return;
    attr(overlay, "hidden", null);
    overlay.append(...flights.map((f) => f.el));
    motion.add(tick);
  }

  /** @param {number} t */
  function tick(t) {
    for (const f of flights) {
      const u = within(t, f.span);
      if (f.link) drawLink(f, f.back ? 1 - u : u);
      else drawBox(f, u);
    }
    if (t >= 1) land();
  }

  function land() {
    overlay.replaceChildren();
    attr(overlay, "hidden", ""); // it lies over all of the page
    flights = [];
  }

  /**
   * Marks of a drawing that come from somewhere, with both their places; in a step back they go
   * there.
   * @param {any} what @param {any} back
   */
  function departures({svg, marks: all}, back) {
    const marks = all.filter(
      (/** @type {Mark} */ m) => m.t === "rect" && typeof m.from === "object",
    );
    if (!marks.length || !svg.isConnected) return [];
    const frame = svg.getBoundingClientRect();
    const sight = svg.parentElement.getBoundingClientRect();
    /** @param {any} m */
    const boxOf = (m) => ({x: frame.x + m.x, y: frame.y + m.y, w: m.w, h: m.h});
    /** @param {any} b */
    const inSight = (b) => b.y + b.h > sight.top && b.y < sight.bottom;
    return marks.flatMap((/** @type {Mark} */ mark) => {
      const {addr, key, link, home} = /** @type {import("../lib/marks.js").Source} */ (mark.from);
      const source = key && all.find((/** @type {Mark} */ m) => m.k === key);
      const there = source ? boxOf(source) : addr ? place(addr, link ? "zones" : "owners") : null;
      const here = boxOf(mark);
      if (!there || !inSight(here)) return [];
      const away = Boolean(home) !== back && !link;
      return [
        {mark, from: away ? here : there, to: away ? there : here, link: Boolean(link), back},
      ];
    });
  }

  return {begin, land};
}

/** @param {Flight} f @param {number} t */
function drawBox({el, from, to}, t) {
  /** @param {keyof Box} name */
  const at = (name) => interpolateNumber(from[name], to[name])(t).toFixed(1);
  attr(el, "x", at("x"));
  attr(el, "y", at("y"));
  attr(el, "width", at("w"));
  attr(el, "height", at("h"));
  attr(el, "opacity", t > 0.85 ? ((1 - t) / 0.15).toFixed(2) : "1");
}

const link = linkVertical();

/**
 * A line that grows from the zone to the entry, and stays until the step is over.
 * @param {Flight} f
 * @param {number} t
 */
function drawLink({el, from, to}, t) {
  const d = link({
    source: [from.x + from.w / 2, from.y + from.h],
    target: [to.x + to.w / 2, to.y],
  });
  attr(el, "d", d);
  attr(el, "pathLength", "1");
  attr(el, "stroke-dasharray", `${t.toFixed(3)} 1`);
}
