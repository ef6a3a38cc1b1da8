// SPDX-License-Identifier: GPL-2.0-or-later
// Elements without innerHTML and without style attributes, both of which the CSP forbids.
import {entry} from "./maps.js";

/**
 * @param {string} tag @param {Record<string, any>} [props] on* are listeners, the rest attributes
 * @param {any} children @returns {any}
 */
export function h(tag, props = {}, ...children) {
  const el = document.createElement(tag);
  for (const [k, v] of Object.entries(props)) {
    if (k.startsWith("on")) el.addEventListener(k.slice(2), v);
    else if (v === true) el.setAttribute(k, "");
    else if (v !== false && v !== null && v !== undefined) el.setAttribute(k, String(v));
  }
  for (const c of children) if (c !== null && c !== undefined && c !== false) el.append(c);
  return el;
}

/**
 * Attributes and texts are written only when they change: to a browser writing is changing.
 * @param {Element} el
 * @param {string} name
 * @param {string|null} value null: no such attribute
 */
export function attr(el, name, value) {
  if (el.getAttribute(name) === value) return;
  if (value === null) el.removeAttribute(name);
  else el.setAttribute(name, value);
}

/**
 * There or not. A write of the same value would make the browser look again at all that a :has() of
 * the style sheet may mean.
 * @param {any} el @param {boolean} on
 */
export function hide(el, on) {
  if (el.hidden !== on) el.hidden = on;
}

/**
 * A pane that takes part of the room when it is there; the style sheet goes by it.
 * @param {any} el
 * @param {boolean} on
 */
export function beside(el, on) {
  hide(el, !on);
  const {parentElement: around} = el;
  if (on) attr(around, "data-beside", el.id);
  else if (around.dataset.beside === el.id) attr(around, "data-beside", null);
}

/** @param {any} el @param {string} s */
export function write(el, s) {
  const only = /** @type {Text|null} */ (el.firstChild);
  if (only?.nodeType === 3 && !only.nextSibling) {
    if (only.data !== s) only.data = s;
  } else if (s || only) el.textContent = s;
}

/** @param {string} id @returns {any} */
export const byId = (id) => document.getElementById(id);

/** @type {(() => (() => void)|void)[]} */
const scrolls = [];

/**
 * Scrolling reads the layout: all of it is done once, when nothing more is written in this frame.
 * @param {() => (() => void)|void} read looks, and returns what is to be done
 */
export const afterDraw = (read) => void scrolls.push(read);

export function flushScrolls() {
  const writes = scrolls.splice(0).map((read) => read());
  for (const write of writes) if (write) write();
}

/**
 * A function that says whether what it is given differs from what it was given last.
 * @returns {(...now: any[]) => boolean}
 */
export function watcher() {
  /** @type {any[]} */
  let last = [];
  return (...now) => {
    const differs = now.length !== last.length || now.some((v, i) => v !== last[i]);
    last = now;
    return differs;
  };
}

/** What elements have been filled with, by a key of theirs. @type {WeakMap<Element, any>} */
let filled = new WeakMap();

/**
 * Replace children only when @key says that they would differ.
 * @param {Element} el @param {any} key @param {() => any} make a node or several, null for none
 */
export function fill(el, key, make) {
  if (filled.has(el) && filled.get(el) === key) return;
  filled.set(el, key);
  el.replaceChildren(...[make()].flat().filter(Boolean));
}

/** Children that elements have by key. @type {WeakMap<Element, {of: any, made: Map<string, any>}>} */
let keyed = new WeakMap();

/**
 * A child for each key, in their order: those that are there already stay.
 * @param {Element} el
 * @param {readonly string[]} keys
 * @param {any} of when it changes, all are made again
 * @param {(key: string) => Element} make
 */
export function fillByKey(el, keys, of, make) {
  const have = keyed.get(el);
  const made = have && have.of === of ? have.made : new Map();
  keyed.set(el, {of, made});
  const next = keys.map((key) => entry(made, key, () => make(key)));
  // A child that is taken out and put back is laid out anew.
  const stay = new Set(next);
  for (const c of [...el.children]) if (!stay.has(c)) c.remove();
  let at = el.firstElementChild;
  for (const c of next)
    if (c === at) at = c.nextElementSibling;
    else el.insertBefore(c, at);
}

/** Everything is filled again, whatever its key: there are other words. */
export const refill = () => void ((filled = new WeakMap()), (keyed = new WeakMap()));

const ICONS = {
  first: "M3 3v10M13 3L6 8l7 5z",
  last: "M13 3v10M3 3l7 5-7 5z",
  chapterback: "M8 3L2 8l6 5zM14 3L8 8l6 5z",
  chapter: "M2 3l6 5-6 5zM8 3l6 5-6 5z",
  stepback: "M11 3L4 8l7 5zM13.5 3v10",
  step: "M5 3l7 5-7 5zM2.5 3v10",
  back: "M10 3L5 8l5 5",
  forward: "M6 3l5 5-5 5",
  play: "M4 2.5l9 5.5-9 5.5z",
  pause: "M4 3h3v10H4zM9 3h3v10H9z",
  table: "M2 3h12v10H2zM2 6.5h12M2 10h12M6.5 3v10",
  help: "M5.5 6a2.5 2.5 0 1 1 3.5 2.3c-.8.4-1 .8-1 1.7M8 12.5v.5",
  export: "M8 2v8M4.5 6.5L8 10l3.5-3.5M2.5 13.5h11",
  screen: "M2 3h12v8H2zM5 14h6M8 11v3",
  zoomin: "M8 4v8M4 8h8",
  zoomout: "M4 8h8",
  fit: "M2 5V2h3M11 2h3v3M14 11v3h-3M5 14H2v-3",
  close: "M4 4l8 8M12 4l-8 8",
  live:
    "M8 9a1 1 0 1 0 0-2 1 1 0 0 0 0 2M5 11a4.2 4.2 0 0 1 0-6M11 5a4.2 4.2 0 0 1 0 6" +
    "M3 13a7 7 0 0 1 0-10M13 3a7 7 0 0 1 0 10",
  search: "M7 3a4 4 0 1 1 0 8a4 4 0 0 1 0-8zM10 10l4 4",
};

/**
 * @param {string} tag
 * @param {Record<string, any>} [attrs]
 * @param {string} [text]
 * @returns {any} an element of a drawing
 */
export function svg(tag, attrs = {}, text) {
  const el = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [k, v] of Object.entries(attrs)) el.setAttribute(k, String(v));
  if (text !== undefined) el.textContent = text;
  return el;
}

/** @param {keyof typeof ICONS | string} name */
export function icon(name) {
  const el = svg("svg", {viewBox: "0 0 16 16", class: "icon", "aria-hidden": "true"});
  el.append(svg("path", {d: ICONS[/** @type {keyof typeof ICONS} */ (name)]}));
  return el;
}
