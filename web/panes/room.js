// SPDX-License-Identifier: GPL-2.0-or-later
// How the window is shared out: edges of panes are dragged, panes fold to their title, and this browser
// remembers both. A double click on an edge gives it back its usual place.
import {attr, byId, h, icon} from "../lib/dom.js";

/**
 * @typedef {{pane: string, name: string, size: (r: DOMRect, e: {clientX: number, clientY: number})
 *   => number, least: number}} Edge
 */

/** Edges that can be dragged: whose size they say, as a custom property of the page. @type {Edge[]} */
const EDGES = [
  {pane: "tree", name: "--tree-w", size: (r, e) => e.clientX - r.left, least: 90},
  {pane: "inspector", name: "--side-w", size: (r, e) => r.right - e.clientX, least: 120},
  {pane: "map", name: "--map-h", size: (r, e) => e.clientY - r.top, least: 200},
  {pane: "log", name: "--log-h", size: (r, e) => r.bottom - e.clientY, least: 50},
];
const FOLDING = ["tree", "inspector", "log"];

/**
 * @param {{load: () => string|null, save: (text: string) => void}} memory
 * @param {(key: string) => string} t
 */
export function makeRoom(memory, t) {
  const root = document.documentElement;
  /** @type {{sizes: Record<string, number>, folded: string[]}} */
  const room = {sizes: {}, folded: [], ...parse(memory.load())};

  function show() {
    for (const {name} of EDGES) {
      const px = room.sizes[name];
      if (px) root.style.setProperty(name, `${px}px`);
      else root.style.removeProperty(name);
    }
    attr(root, "data-folded", room.folded.join(" ") || null);
    for (const pane of FOLDING) {
      const button = byId(`fold-${pane}`);
      attr(button, "aria-expanded", String(!room.folded.includes(pane)));
    }
  }

  function keep() {
    show();
    memory.save(JSON.stringify(room));
  }

  /** @param {string} pane */
  function fold(pane) {
    const {folded} = room;
    room.folded = folded.includes(pane) ? folded.filter((p) => p !== pane) : [...folded, pane];
    keep();
  }

  /** @param {Edge} edge */
  function grip({pane, name, size, least}) {
    const el = h("div", {class: "grip", "data-of": pane, "aria-hidden": "true"});
    el.addEventListener("pointerdown", (/** @type {PointerEvent} */ e) => {
      e.preventDefault();
      el.setPointerCapture(e.pointerId);
      const box = byId(pane).getBoundingClientRect();
      /** @param {PointerEvent} at */
      const drag = (at) => {
        room.sizes[name] = Math.max(least, Math.round(size(box, at)));
        show();
      };
      el.addEventListener("pointermove", drag);
      el.addEventListener(
        "lostpointercapture",
        () => {
          el.removeEventListener("pointermove", drag);
          keep();
        },
        {once: true},
      );
    });
    el.addEventListener("dblclick", () => {
      delete room.sizes[name];
      keep();
    });
    byId(pane).append(el);
  }

  for (const edge of EDGES) grip(edge);
  for (const pane of FOLDING) {
    const button = h("button", {
      type: "button",
      class: "folder plain",
      id: `fold-${pane}`,
      "aria-controls": pane,
      "data-i18n-label": "pane.fold",
      onclick: () => fold(pane),
    });
    button.append(icon("close"));
    byId(pane).append(button);
  }
  show();
  return {fold, label: () => t("pane.fold")};
}

/** @param {string|null} text */
function parse(text) {
  try {
    const {sizes = {}, folded = []} = JSON.parse(text ?? "{}");
    const known = Object.entries(sizes).filter(
      ([k, v]) => EDGES.some((e) => e.name === k) && Number(v) > 0 && Number(v) < 5000,
    );
    return {sizes: Object.fromEntries(known), folded: FOLDING.filter((p) => folded.includes(p))};
  } catch {
    return {};
  }
}
