// SPDX-License-Identifier: GPL-2.0-or-later
// Marks to SVG elements: one join by key, safe to call as often as the state changes.
import {select} from "../d3.js";
import {attr, svg as element} from "./dom.js";

/** @typedef {import("./marks.js").Mark} Mark */
/** @typedef {import("./marks.js").Drawing} Drawing */

const ATTRS = {
  rect: (m) => ({x: m.x, y: m.y, width: m.w, height: m.h, rx: m.rx ?? null}),
  text: (m) => ({
    x: m.x,
    y: m.y,
    "text-anchor": m.a ?? null,
    transform: m.up ? `rotate(-90 ${tidy(m.x)} ${tidy(m.y)})` : null,
  }),
  line: (m) => ({x1: m.x, y1: m.y, x2: m.x2, y2: m.y2}),
  path: (m) => ({d: m.d}),
};

/** The fill that each element was given. @type {WeakMap<Element, string|undefined>} */
const fills = new WeakMap();
/** Whom each drawing tells what the pointer and the keys do. @type {WeakMap<Element, any>} */
const listeners = new WeakMap();

/** Round where anti-aliasing would differ between two ways of reaching the same number. */
const tidy = (v) => (typeof v === "number" ? Math.round(v * 100) / 100 : v);

function apply(el, m, selected) {
  const attrs = ATTRS[m.t](m);
  // A property, because a class would win over an attribute.
  if (fills.get(el) !== m.fill) {
    fills.set(el, m.fill);
    el.style.setProperty("fill", m.fill ?? "");
  }
  for (const name in attrs) {
    const v = attrs[name];
    attr(el, name, v === null || v === undefined ? null : String(tidy(v)));
  }
  const c = m.c + (m.ref ? " pick" : "") + (m.ref && m.ref === selected ? " selected" : "");
  attr(el, "class", c);
  if (m.t === "text") {
    if (el.textContent !== m.s) el.textContent = m.s;
  } else tip(el, m.tip);
}

function tip(el, s) {
  const title = el.firstElementChild;
  if (!s) return void title?.remove();
  if (title) {
    if (title.textContent !== s) title.textContent = s;
    return;
  }
  el.append(element("title", {}, s));
}

/**
 * @param {SVGSVGElement} svg @param {Drawing} drawing
 * @param {{selected?: string, onpick?: (ref: string) => void, onhover?: (ref: string|null) => void, label?: string}} [on]
 */
export function draw(svg, drawing, on = {}) {
  attr(svg, "width", String(drawing.width));
  attr(svg, "height", String(drawing.height));
  attr(svg, "viewBox", `0 0 ${drawing.width} ${drawing.height}`);
  attr(svg, "role", "group");
  if (on.label) attr(svg, "aria-label", on.label);
  select(svg)
    .selectChildren("*:not(defs)")
    .data(
      drawing.marks,
      /** @param {any} m @this {any} */ function (m) {
        return m ? m.k : this.__data__?.k;
      },
    )
    .join((enter) => enter.append((m) => element(m.t)))
    .order()
    .each(
      /** @this {any} */ function (m) {
        apply(this, m, on.selected);
      },
    );
  rove(svg, on);
}

/** One tab stop per drawing; from there comma and full stop walk through what can be picked. */
function rove(svg, on) {
  const picks = [...svg.querySelectorAll(".pick")];
  const current =
    picks.find((e) => e === document.activeElement) ??
    picks.find((e) => e.classList.contains("selected")) ??
    picks[0];
  for (const el of picks) {
    const m = /** @type {any} */ (select(el).datum());
    attr(el, "tabindex", el === current ? "0" : "-1");
    attr(el, "role", "button");
    attr(el, "aria-label", m.tip ?? m.ref);
    attr(el, "aria-pressed", String(m.ref === on.selected));
  }
  const wired = listeners.has(svg);
  listeners.set(svg, on);
  if (wired) return;
  svg.addEventListener("click", (e) => pick(svg, e.target));
  svg.addEventListener("pointerover", (e) => listeners.get(svg).onhover?.(refOf(e.target)));
  svg.addEventListener("pointerleave", () => listeners.get(svg).onhover?.(null));
  svg.addEventListener("keydown", (e) => walk(svg, e));
}

const refOf = (el) => /** @type {any} */ (select(el).datum())?.ref ?? null;

function pick(svg, el) {
  const ref = refOf(el);
  if (ref) listeners.get(svg).onpick?.(ref);
}

function walk(svg, e) {
  const picks = [...svg.querySelectorAll(".pick")];
  const i = picks.indexOf(e.target);
  if (i < 0) return;
  const step = {".": 1, ",": -1}[e.key];
  if (step) {
    const next = picks[(i + step + picks.length) % picks.length];
    picks[i].setAttribute("tabindex", "-1");
    next.setAttribute("tabindex", "0");
    next.focus();
  } else if (e.key === "Enter") pick(svg, e.target);
  else return;
  e.preventDefault();
  e.stopPropagation();
}
