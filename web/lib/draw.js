// SPDX-License-Identifier: GPL-2.0-or-later
// Marks to SVG elements: one join by key, safe to call as often as the state changes.
import {select} from "../d3.js";
import {attr, svg as element, write} from "./dom.js";
import {entry} from "./maps.js";
import {opacity, planMoves, within} from "./motion.js";

/** @typedef {import("./marks.js").Mark} Mark */
/** @typedef {import("./marks.js").Drawing} Drawing */

const ATTRS = {
  rect: (/** @type {Mark} */ m) => ({x: m.x, y: m.y, width: m.w, height: m.h, rx: m.rx ?? null}),
  text: (/** @type {Mark} */ m) => ({
    x: m.x,
    y: m.y,
    "text-anchor": m.a ?? null,
    transform: m.up ? `rotate(-90 ${tidy(m.x)} ${tidy(m.y)})` : null,
  }),
  line: (/** @type {Mark} */ m) => ({x1: m.x, y1: m.y, x2: m.x2, y2: m.y2}),
  path: (/** @type {any} */ m) => ({d: m.d}),
};

/**
 * What each element was given last: to remember costs less than to ask the document.
 * @type {WeakMap<Element, Map<string, any>>}
 */
const given = new WeakMap();
/** The fill that each element was given. @type {WeakMap<Element, string|undefined>} */
const fills = new WeakMap();
/** Whom each drawing tells what the pointer and the keys do. @type {WeakMap<Element, any>} */
const listeners = new WeakMap();

/**
 * Round where anti-aliasing would differ between two ways of reaching the same number.
 * @param {any} v
 */
const tidy = (v) => (typeof v === "number" ? Math.round(v * 100) / 100 : v);

/** @param {Element} el @param {string} name @param {string|number|null|undefined} value none: no such attribute */
function give(el, name, value) {
  const has = entry(given, el, () => new Map());
  if (has.get(name) === (value ?? undefined)) return;
  has.set(name, value ?? undefined);
  attr(el, name, value === null || value === undefined ? null : String(value));
}

/** @param {Element} el @param {Mark} m where it is */
function put(el, m) {
  /** @type {Record<string, any>} */
  const attrs = ATTRS[m.t](m);
  for (const name in attrs) give(el, name, tidy(attrs[name]));
}

/**
 * @param {any} el
 * @param {Mark} m
 * @param {string|undefined} selected
 * @param {boolean} moves it is put where it is on its way; to put it at its end first makes the browser look twice
 */
function apply(el, m, selected, moves) {
  // A property, because a class would win over an attribute.
  if (fills.get(el) !== m.fill) {
    fills.set(el, m.fill);
    el.style.setProperty("fill", m.fill ?? "");
  }
  if (!moves || !given.has(el)) put(el, m);
  const chosen = m.ref && m.ref === selected;
  give(el, "class", m.c + (m.ref ? " pick" : "") + (chosen ? " selected" : ""));
  if (m.t === "text") write(el, m.s ?? "");
  if (m.ref) offer(el, m, Boolean(chosen));
}

/** It can be picked, by keys as well. @param {any} el @param {Mark} m @param {boolean} chosen */
function offer(el, m, chosen) {
  give(el, "role", "button");
  give(el, "aria-label", m.tip ?? m.ref);
  give(el, "aria-pressed", String(chosen));
  if (!given.get(el)?.has("tabindex")) give(el, "tabindex", "-1");
}

/** What of a mark its element shows. */
const SHOWN = /** @type {const} */ ([
  ...["x", "y", "w", "h", "s", "c", "fill", "d", "x2", "y2", "a", "rx", "up", "ref", "tip"],
]);

/** Would one's element be the other's? @param {Mark} a @param {Mark} b */
const alike = (a, b) => a === b || SHOWN.every((name) => a[name] === b[name]);

/**
 * What a drawing has on the screen: its marks by key, in their order, and what of them is under way.
 * @typedef {{marks: Map<string, Mark>, els: Map<string, Element>, moves:
 *   import("./motion.js").Move[], leaving: Element[], step: number, drawn: boolean, selected: string|undefined,
 *   current: Element|undefined, tick: (t: number) => void}}
 *   Stage
 */
/** @type {WeakMap<Element, Stage>} */
const stages = new WeakMap();

/** @param {SVGSVGElement} svg @returns {Stage} */
function stageOf(svg) {
  const known = stages.get(svg);
  if (known) return known;
  /** @type {Stage} */
  const stage = {
    marks: new Map(),
    els: new Map(),
    moves: [],
    leaving: [],
    step: 0,
    drawn: false,
    selected: undefined,
    current: undefined,
    tick: (t) => tick(stage, t),
  };
  stages.set(svg, stage);
  return stage;
}

/** A frame: only what moves is touched. @param {Stage} stage @param {number} t */
function tick(stage, t) {
  for (const move of stage.moves) {
    const el = stage.els.get(move.k);
    const mark = stage.marks.get(move.k);
    if (!el || !mark) continue;
    const u = within(t, move.span);
    put(el, t >= 1 ? mark : {...mark, ...move.at(u)});
    if (move.fade) give(el, "opacity", t >= 1 ? null : opacity(move, u));
  }
  if (t >= 1) settle(stage);
}

/** Nothing moves any more. @param {Stage} stage */
function settle(stage) {
  for (const el of stage.leaving) el.remove();
  for (const {k, fade} of stage.moves) {
    const el = fade && stage.els.get(k);
    if (el) give(el, "opacity", null);
  }
  for (const [k, el] of stage.els) if (!el.isConnected) forget(stage, k);
  stage.moves = [];
  stage.leaving = [];
}

/** @param {Stage} stage @param {string} k */
function forget(stage, k) {
  stage.els.delete(k);
  stage.marks.delete(k);
}

/** Marks as they stand on the screen now. @param {Stage} stage @param {number} t */
function standing(stage, t) {
  if (!stage.moves.length) return stage.marks;
  const out = new Map(stage.marks);
  for (const move of stage.moves) {
    const mark = out.get(move.k);
    if (mark && move.fade < 0) out.delete(move.k);
    else if (mark) out.set(move.k, {...mark, ...move.at(within(t, move.span))});
  }
  return out;
}

/**
 * @param {SVGSVGElement} svg
 * @param {Drawing} drawing
 * @param {{selected?: string, onpick?: (ref: string) => void, onhover?: (ref: string|null) => void,
 *   label?: string}} [on]
 * @param {ReturnType<typeof import("./motion.js").makeMotion>|null} [motion] a step that moves
 */
export function draw(svg, drawing, on = {}, motion = null) {
  attr(svg, "width", String(drawing.width));
  attr(svg, "height", String(drawing.height));
  attr(svg, "viewBox", `0 0 ${drawing.width} ${drawing.height}`);
  attr(svg, "role", "group");
  if (on.label) attr(svg, "aria-label", on.label);
  const stage = stageOf(svg);
  const active = Boolean(motion?.active);
  if (!active && isInPlace(stage, drawing.marks)) redress(stage, drawing.marks, on);
  else join(svg, stage, drawing, on, motion);
  Object.assign(stage, {selected: on.selected, step: motion?.step ?? 0, drawn: true});
  rove(stage, drawing.marks, on.selected);
  listen(svg, on);
}

/** Are these the marks that stand there, in their order, and at rest? @param {Stage} stage @param {Mark[]} marks */
function isInPlace({marks: known, moves, leaving}, marks) {
  if (known.size !== marks.length || moves.length || leaving.length) return false;
  let i = 0;
  for (const k of known.keys()) if (k !== marks[i++].k) return false;
  return true;
}

/**
 * Elements stay, and only those whose marks look otherwise are touched.
 * @param {Stage} stage @param {Mark[]} marks @param {any} on
 */
function redress(stage, marks, on) {
  const again = stage.selected !== on.selected;
  for (const m of marks) {
    const old = stage.marks.get(m.k);
    const el = stage.els.get(m.k);
    stage.marks.set(m.k, m);
    if (!el) continue;
    select(el).datum(m);
    if (again || !old || !alike(old, m)) apply(el, m, on.selected, false);
  }
}

/**
 * Marks come and go, or a step moves.
 * @param {SVGSVGElement} svg @param {Stage} stage @param {Drawing} drawing @param {any} on
 * @param {ReturnType<typeof import("./motion.js").makeMotion>|null} motion
 */
function join(svg, stage, drawing, on, motion) {
  const active = Boolean(motion?.active);
  const again = active && stage.step === motion?.step;
  const known = !stage.moves.length && stage.selected === on.selected ? stage.marks : null;
  const before = again ? null : standing(stage, motion?.last ?? 1);
  if (!again) settle(stage);
  const plan = active && before ? planMoves(before, drawing, stage.drawn) : null;
  const moves = new Set((again ? stage : plan)?.moves.map((move) => move.k));
  /** @type {Map<string, Element>} */
  const els = new Map();
  const leaving = new Set(stage.leaving);
  const gone = new Map();
  select(svg)
    .selectChildren("*:not(defs)")
    .filter((_, i, nodes) => !leaving.has(/** @type {Element} */ (nodes[i])))
    .data(
      drawing.marks,
      /** @param {any} m @this {any} */ function (m) {
        return m ? m.k : /** @type {any} */ (select(this).datum())?.k;
      },
    )
    .join(
      (enter) => enter.append((m) => element(m.t)),
      (update) => update,
      (exit) =>
        exit.each(
          /** @this {any} @param {any} m */ function (m) {
            gone.set(m.k, this);
          },
        ),
    )
    .order()
    .each(
      /** @this {any} @param {any} m */ function (m) {
        const old = known?.get(m.k);
        if (!old || !alike(old, m)) apply(this, m, on.selected, moves.has(m.k));
        els.set(m.k, this);
      },
    );
  const marks = new Map(drawing.marks.map((m) => [m.k, m]));
  if (again) carryOn(stage, els, marks, gone);
  else begin(stage, els, marks, gone, plan);
  if (stage.moves.length) motion?.add(stage.tick);
  // A step back takes home what its event had brought: the marks that were there say where from.
  if (active && before && motion?.by === 1) motion.fly(svg, drawing.marks, before);
  if (active && before && motion?.by === -1) motion.fly(svg, [...before.values()], before);
}

/**
 * The drawing changes while a step moves: what moves goes on.
 * @param {Stage} stage @param {Map<string, Element>} els @param {Map<string, Mark>} marks
 * @param {Map<string, Element>} gone
 */
function carryOn(stage, els, marks, gone) {
  for (const el of gone.values()) el.remove();
  for (const el of stage.leaving) {
    const m = /** @type {any} */ (select(el).datum());
    els.set(m.k, el);
    marks.set(m.k, m);
  }
  Object.assign(stage, {els, marks});
}

/**
 * A step begins, or there is none.
 * @param {Stage} stage @param {Map<string, Element>} els @param {Map<string, Mark>} marks
 * @param {Map<string, Element>} gone @param {any} plan
 */
function begin(stage, els, marks, gone, plan) {
  const stay = new Map((plan?.gone ?? []).map((/** @type {Mark} */ m) => [m.k, m]));
  for (const [k, el] of gone) {
    const m = stay.get(k);
    if (!m) {
      el.remove();
      continue;
    }
    give(el, "class", `${m.c} leaving`);
    stage.leaving.push(el);
    els.set(k, el);
    marks.set(k, m);
  }
  Object.assign(stage, {els, marks, moves: plan?.moves ?? []});
}

/**
 * One tab stop per drawing; from there comma and full stop walk through what can be picked.
 * @param {Stage} stage @param {readonly Mark[]} marks @param {string|undefined} selected
 */
function rove(stage, marks, selected) {
  const picks = marks.filter((m) => m.ref);
  const focused = document.activeElement;
  const current =
    picks.find((m) => stage.els.get(m.k) === focused) ??
    picks.find((m) => m.ref === selected) ??
    picks[0];
  stop(stage, current && stage.els.get(current.k));
}

/** @param {Stage} stage @param {Element|undefined} el where the tab key stops */
function stop(stage, el) {
  if (stage.current !== el && stage.current) give(stage.current, "tabindex", "-1");
  stage.current = el;
  if (el) give(el, "tabindex", "0");
}

/** @param {SVGSVGElement} svg @param {any} on */
function listen(svg, on) {
  const wired = listeners.has(svg);
  listeners.set(svg, on);
  if (wired) return;
  svg.addEventListener("click", (e) => pick(svg, e.target));
  svg.addEventListener("pointerover", (e) => {
    listeners.get(svg).onhover?.(refOf(e.target));
    tell(e.target);
  });
  svg.addEventListener("pointerleave", () => listeners.get(svg).onhover?.(null));
  svg.addEventListener("keydown", (e) => walk(svg, e));
}

/**
 * What the pointer is over tells what it is; a title in every mark would double the elements of a
 * drawing.
 * @param {any} el
 */
function tell(el) {
  const m = /** @type {any} */ (select(el).datum());
  if (!m?.tip) return;
  if (el.firstElementChild) write(el.firstElementChild, m.tip);
  else el.append(element("title", {}, m.tip));
}

/** @param {any} el */
const refOf = (el) => /** @type {any} */ (select(el).datum())?.ref ?? null;

/** @param {SVGSVGElement} svg @param {any} el */
function pick(svg, el) {
  const ref = refOf(el);
  if (ref) listeners.get(svg).onpick?.(ref);
}

/** @param {SVGSVGElement} svg @param {KeyboardEvent} e */
function walk(svg, e) {
  const picks = /** @type {SVGElement[]} */ ([...svg.querySelectorAll(".pick")]);
  const i = picks.indexOf(/** @type {SVGElement} */ (e.target));
  if (i < 0) return;
  const step = {".": 1, ",": -1}[e.key];
  if (step) {
    const next = picks[(i + step + picks.length) % picks.length];
    stop(stageOf(svg), next);
    next.focus();
  } else if (e.key === "Enter") pick(svg, e.target);
  else return;
  e.preventDefault();
  e.stopPropagation();
}
