// SPDX-License-Identifier: GPL-2.0-or-later
// Motion with meaning: what exists before and after a step moves between its two places, and what is new
// comes from where it comes from. Identity is the key of a mark, which is an address, a frame, a zone or a
// list. One transition of D3 drives everything that moves; a step that comes meanwhile starts from what
// is on the screen.
import {easeCubicInOut, interpolateNumber, interpolateString, select} from "../d3.js";

/** @typedef {import("./marks.js").Mark} Mark */
/** @typedef {import("./marks.js").Drawing} Drawing */
/**
 * A mark under way: what of it changes at time t of its span, which is a part of the step.
 * @typedef {{k: string, at: (t: number) => Partial<Mark>, span: readonly [number, number], fade: -1|0|1}} Move
 * fade: 1 comes into being, -1 goes
 */

/** How long a step moves, in milliseconds; when there is less time than the least, it does not. */
export const STEP_MS = 340;
export const LEAST_MS = 150;

/** More than so many things that move at once are no motion but a blur, and late besides. */
export const MAX_MOVES = 500;

const WHOLE = /** @type {const} */ ([0, 1]);

/** Numbers that say where a mark is. */
const PLACES = /** @type {const} */ ({
  rect: ["x", "y", "w", "h"],
  text: ["x", "y"],
  line: ["x", "y", "x2", "y2"],
  path: [],
});

/** @param {number} t of the step @param {readonly [number, number]} span */
export const within = (t, [a, b]) =>
  t >= b ? 1 : easeCubicInOut(Math.max(0, Math.min(1, (t - a) / (b - a))));

/** From one mark's place to another's, or null where they are the same. @param {Mark} a @param {Mark} b */
export function between(a, b) {
  /** @type {(readonly [string, (t: number) => any])[]} */
  const parts = PLACES[b.t]
    .filter((name) => a[name] !== b[name])
    .map((name) => /** @type {const} */ ([name, interpolateNumber(a[name] ?? 0, b[name] ?? 0)]));
  if (b.t === "path" && a.d !== b.d) parts.push(["d", interpolateString(a.d ?? "", b.d ?? "")]);
  if (!parts.length) return null;
  return (/** @type {number} */ t) =>
    /** @type {Partial<Mark>} */ (Object.fromEntries(parts.map(([name, f]) => [name, f(t)])));
}

const stay = () => ({});

/** What flies in from elsewhere stands in its place when it has arrived there, not before. */
export const ARRIVED = /** @type {const} */ ([0.75, 1]);

/** When a new mark comes into being. @param {Mark} m */
const birth = (m) =>
  m.span ?? (typeof m.from === "object" && !m.from.home && !m.from.link ? ARRIVED : WHOLE);

/**
 * What moves from one drawing to the next.
 * @param {ReadonlyMap<string, Mark>} before marks as they stand on the screen, by key
 * @param {Drawing} drawing
 * @param {boolean} [seen] was the drawing on the screen before, and be it empty? Else nothing in it is new
 * @returns {{moves: Move[], gone: Mark[]}} gone: marks that move and are not in the drawing
 */
export function planMoves(before, drawing, seen = before.size > 0) {
  const next = new Map(drawing.marks.map((m) => [m.k, m]));
  /** @type {Move[]} */
  const moves = [];
  for (const m of drawing.marks) {
    const old = before.get(m.k);
    if (old) {
      const at = between(old, m);
      if (at) moves.push({k: m.k, at, span: m.span ?? WHOLE, fade: 0});
    } else if (seen && !drawing.long) {
      const key = typeof m.from === "string" ? m.from : drawing.outOf?.(m, before);
      const source = key === undefined ? undefined : before.get(key);
      const at = source?.t === m.t ? between(source, m) : null;
      moves.push({k: m.k, at: at ?? stay, span: birth(m), fade: at ? 0 : 1});
    }
  }
  /** @type {Mark[]} */
  const gone = [];
  for (const [k, old] of drawing.long ? [] : before) {
    if (next.has(k)) continue;
    const target = next.get(drawing.into?.(old) ?? (typeof old.from === "string" ? old.from : ""));
    const at = target?.t === old.t ? between(old, target) : null;
    gone.push(old);
    moves.push({k, at: at ?? stay, span: WHOLE, fade: -1});
  }
  return moves.length > MAX_MOVES ? {moves: [], gone: []} : {moves, gone};
}

/** A fade has so many degrees: each is a new style for the element, and nobody counts them. */
const DEGREES = 5;

/** How much of a mark is to be seen at a time of its span. @param {Move} move @param {number} t */
export const opacity = ({fade}, t) =>
  fade === 0 ? 1 : Math.round((fade > 0 ? t : 1 - t) * DEGREES) / DEGREES;

/**
 * The one frame loop. Whoever moves something adds a function of the time, from 0 to 1; it is called at
 * once, in every frame, and last with 1.
 */
export function makeMotion() {
  /** @type {Set<(t: number) => void>} */
  const ticks = new Set();
  const clock = select(document.createElement("i"));
  const state = {step: 0, by: 0, t: 1, last: 1};
  /** @type {{svg: SVGSVGElement, marks: readonly Mark[], before: ReadonlyMap<string, Mark>}[]} */
  let drawn = [];

  function frame(/** @type {number} */ t) {
    state.t = t;
    for (const tick of ticks) tick(t);
    if (t >= 1) ticks.clear();
  }

  return {
    /** Which step moves, or moved last. */
    get step() {
      return state.step;
    },
    /** By how many events it goes: 1 and -1 are single events, whose cause is known. */
    get by() {
      return state.by;
    },
    get t() {
      return state.t;
    },
    /** How far the step before had come. */
    get last() {
      return state.last;
    },
    get active() {
      return state.t < 1;
    },
    /** A drawing whose marks may come from somewhere else on the page, or go back there. */
    fly: (
      /** @type {SVGSVGElement} */ svg,
      /** @type {Mark[]} */ marks,
      /** @type {any} */ before,
    ) => void drawn.push({svg, marks, before}),
    takeOff: () => drawn.splice(0),
    /**
     * @param {number} by @param {number} ms
     * @param {boolean} [later] the frame that it begins in has more to do: it sets out in the next
     */
    begin(by, ms, later = false) {
      ticks.clear();
      drawn = [];
      const step = state.step + 1;
      Object.assign(state, {step, by, last: state.t, t: 0});
      clock.interrupt("step");
      const setOut = () =>
        clock
          .transition("step")
          .duration(ms)
          .ease((t) => t)
          .tween("step", () => frame);
      if (later) requestAnimationFrame(() => state.step === step && state.t < 1 && setOut());
      else setOut();
    },
    /** Everything is where it belongs, at once. */
    cut() {
      clock.interrupt("step");
      if (state.t < 1) frame(1);
      state.last = 1;
    },
    /** @param {(t: number) => void} tick */
    add(tick) {
      tick(state.t);
      if (state.t < 1) ticks.add(tick);
    },
    /** @param {(t: number) => void} tick */
    remove: (tick) => ticks.delete(tick),
  };
}
