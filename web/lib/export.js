// SPDX-License-Identifier: GPL-2.0-or-later
// Pictures that stand alone: a drawing with its looks written into it, a title, and a legend.

import {svg as el} from "./dom.js";
import {textWidth} from "./format.js";

const SVG = "http://www.w3.org/2000/svg";
const LOOKS = [
  "fill",
  "stroke",
  "stroke-width",
  "stroke-dasharray",
  "opacity",
  "font-family",
  "font-size",
  "font-weight",
  "font-style",
  "paint-order",
  "stroke-linejoin",
];

/** Looks come from a style sheet that a file does not have. @param {any} from @param {any} to */
function inline(from, to) {
  const css = getComputedStyle(from);
  for (const p of LOOKS) {
    const v = css.getPropertyValue(p);
    if (v && v !== "none" && v !== "normal")
      to.setAttribute(p, v.replace(/url\("?[^"#]*(#[^")]+)"?\)/, "url($1)"));
    else if (v === "none") to.setAttribute(p, v);
  }
  for (const a of ["tabindex", "role", "aria-label", "aria-pressed", "class", "style"])
    to.removeAttribute(a);
}

/** @param {SVGSVGElement} svg */
function clone(svg) {
  const copy = /** @type {SVGSVGElement} */ (svg.cloneNode(true));
  if (!svg.isConnected) return copy; // made with its looks written in
  const a = [...svg.querySelectorAll("*")];
  [...copy.querySelectorAll("*")].forEach((e, i) => inline(a[i], e));
  return copy;
}

/**
 * Patterns that the drawing refers to, from the page's hidden drawing of them.
 * @param {any} used
 */
function patterns(used) {
  const defs = el("defs", {});
  for (const id of used) {
    const p = document.getElementById(id);
    if (p) defs.append(p.cloneNode(true));
  }
  return defs;
}

/** @param {Element} root */
const usedBy = (root) =>
  new Set(
    [...root.querySelectorAll("[fill]")].flatMap((e) =>
      [...(e.getAttribute("fill") ?? "").matchAll(/url\(#([^)]+)\)/g)].map((m) => m[1]),
    ),
  );

/**
 * Two lines above: what it shows, and of which run at which moment.
 * @param {string} title @param {any} sub @param {number} x @param {any} ink @param {number} fs
 */
function heading(title, sub, x, ink, fs) {
  return [
    el("text", {x, y: fs * 1.3, "font-size": fs * 1.25, "font-weight": 700, fill: ink}, title),
    el("text", {x, y: fs * 2.9, "font-size": fs * 0.9, fill: ink}, sub),
  ];
}

/**
 * @param {any} entries @param {number} y @param {number} width @param {any} ink @param {number} fs
 */
function legend(entries, y, width, ink, fs) {
  const out = [];
  let x = 0;
  for (const {label, fill} of entries) {
    const w = fs * (label.length * 0.6 + 4);
    if (x + w > width && x > 0) {
      x = 0;
      y += fs * 1.7;
    }
    out.push(
      el("rect", {x, y, width: fs * 1.6, height: fs, fill, stroke: ink, "stroke-width": 0.7}),
      el("text", {x: x + fs * 2.1, y: y + fs * 0.85, "font-size": fs * 0.86, fill: ink}, label),
    );
    x += w;
  }
  return {nodes: out, bottom: entries.length ? y + fs * 1.8 : y};
}

/**
 * @param {{svg: SVGSVGElement, under?: Element[], title: string, sub: string, entries?: {label:
 *   string, fill: string}[], labels?: {y: number, text: string}[]}} what under: marks that belong
 *   below the drawing; labels: names to its left
 * @returns {string} a file
 */
export function standAlone({svg, under = [], title, sub, entries = [], labels = []}) {
  const css = getComputedStyle(document.documentElement);
  const ink = css.getPropertyValue("--ink").trim();
  const fs = parseFloat(css.fontSize);
  const width = Number(svg.getAttribute("width"));
  const height = Number(svg.getAttribute("height"));
  const left = labels.length
    ? Math.max(...labels.map((l) => textWidth(l.text, fs * 0.86))) + fs
    : 0;
  const body = el("g", {transform: `translate(0 ${fs * 4})`});
  body.append(
    ...under,
    ...clone(svg).childNodes,
    ...labels.map((l) =>
      el(
        "text",
        {x: -fs * 0.7, y: l.y + fs * 0.3, "text-anchor": "end", "font-size": fs * 0.86, fill: ink},
        l.text,
      ),
    ),
  );
  const key = legend(entries, fs * 4 + height + fs, width, ink, fs);
  const total = key.bottom + fs * 0.5;
  const out = el("svg", {
    xmlns: SVG,
    width: width + left + 2 * fs,
    height: total + fs,
    viewBox: `${-fs - left} ${-fs} ${width + left + 2 * fs} ${total + fs}`,
    "font-family": css.getPropertyValue("--sans").trim(),
  });
  out.append(
    el("title", {}, title),
    el("rect", {
      x: -fs - left,
      y: -fs,
      width: width + left + 2 * fs,
      height: total + fs,
      fill: css.getPropertyValue("--panel").trim(),
    }),
    ...heading(title, sub, -left, ink, fs),
    body,
    ...key.nodes,
  );
  out.insertBefore(patterns(usedBy(out)), out.firstChild);
  return new XMLSerializer().serializeToString(out);
}

/** @typedef {{text: string, hot?: boolean, head?: boolean, dim?: boolean}} Line */

/**
 * What is words on the screen - log, call tree, chapters, differences - as a drawing of lines.
 * @param {Line[]} lines @returns {SVGSVGElement}
 */
export function linesToSvg(lines) {
  const css = getComputedStyle(document.documentElement);
  /** @param {string} name */
  const colour = (name) => css.getPropertyValue(name).trim();
  const fs = parseFloat(css.fontSize);
  const width = Math.max(40, ...lines.map((l) => textWidth(l.text, fs))) + fs;
  const svg = /** @type {any} */ (el("svg", {width, height: lines.length * fs * 1.5}));
  lines.forEach((l, i) => {
    if (l.hot)
      svg.append(
        el("rect", {x: 0, y: i * fs * 1.5, width, height: fs * 1.5, fill: colour("--hot")}),
      );
    svg.append(
      el(
        "text",
        {
          x: fs * 0.5,
          y: i * fs * 1.5 + fs * 1.08,
          "xml:space": "preserve",
          "font-family": colour("--mono"),
          "font-size": fs,
          "font-weight": l.head ? 700 : 400,
          fill: l.hot ? "#17202a" : colour(l.dim ? "--dim" : "--ink"),
        },
        l.text,
      ),
    );
  });
  return svg;
}

/** @param {any} e */
const textOf = (e) => e.textContent.trim();

/**
 * Views that are words, as lines: what is in sight of the lists, all of the rest.
 * @type {Record<string, () => Line[]>}
 */
export const WORDS = {
  log: () =>
    [...document.querySelectorAll("#log-body > [role]")].map((e) => ({
      text: e.textContent,
      hot: e.matches(".current"),
      dim: e.matches(".later"),
    })),
  tree: () =>
    [...document.querySelectorAll("#tree-body > [role]")].map((e) => ({
      text: [".fn", ".st"].map((c) => e.querySelector(c)?.textContent).join(" "),
      hot: e.matches(".current"),
      head: e.matches(".open"),
      dim: e.matches(".no"),
    })),
  chapters: () =>
    [...document.querySelectorAll("#v-chapters :is(h3, p, ul > li)")].map((e) => ({
      text: e.matches("li")
        ? `    ${[...e.children].map(textOf).join(": ")}`
        : e.querySelector(".chapter")
          ? [...(e.querySelector(".chapter")?.childNodes ?? []), e.lastChild].map(textOf).join("  ")
          : textOf(e),
      head: e.matches("h3"),
      hot: e.matches(".current"),
      dim: e.matches(".gain"),
    })),
  compare: () =>
    [...document.querySelectorAll("#v-compare tr")].map((e) => ({
      text: [...e.children].map((c, i) => textOf(c).padEnd([22, 24, 10, 0][i] ?? 0)).join(" "),
      head: Boolean(e.querySelector("th")),
    })),
};

/**
 * Cells of the map, which the screen has on a canvas.
 * @param {any} map @param {any} fillOfCell @param {{line: any, hot: string}} how
 */
export function cellsToSvg(map, fillOfCell, {line, hot}) {
  return map.lanes.flatMap((/** @type {any} */ lane) => [
    el("rect", {x: 0, y: lane.y, width: map.width, height: lane.h, fill: fillOfCell("lane", 0)}),
    ...lane.cells.map((/** @type {any} */ c) =>
      el("rect", {
        x: c.x,
        y: lane.y,
        width: c.w,
        height: lane.h,
        fill: fillOfCell(c.look, c.hatch),
        ...(c.w > 3 ? {stroke: line, "stroke-width": 1} : {}),
      }),
    ),
    ...lane.cells
      .filter((/** @type {any} */ c) => c.changed)
      .map((/** @type {any} */ c) =>
        el("rect", {x: c.x, y: lane.y + lane.h - 4, width: Math.max(2, c.w), height: 4, fill: hot}),
      ),
  ]);
}

/** @param {string} svg @param {number} scale @returns {Promise<Blob>} */
export async function toPng(svg, scale = 2) {
  const image = new Image();
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`;
  await image.decode();
  const canvas = document.createElement("canvas");
  canvas.width = image.width * scale;
  canvas.height = image.height * scale;
  canvas.getContext("2d")?.drawImage(image, 0, 0, canvas.width, canvas.height);
  return new Promise((done, fail) =>
    canvas.toBlob((blob) => (blob ? done(blob) : fail(new Error("no PNG"))), "image/png"),
  );
}

/** @param {string} name @param {Blob} blob */
export function save(name, blob) {
  const a = document.createElement("a");
  a.href = URL.createObjectURL(blob);
  a.download = name;
  a.click();
  setTimeout(() => URL.revokeObjectURL(a.href), 10000);
}

/* ---- one file that plays without a daemon ---- */

/** JSON that cannot end its script element. @param {any} value */
const inScript = (value) => JSON.stringify(value).replace(/</g, "\\u003c");

/** @param {string} attrs @param {string} text */
const script = (attrs, text) => `<script ${attrs}>${text}</script>\n`;

/**
 * Modules that import each other cannot stand in the file as scripts: a script has no name. They are addresses that
 * hold them, and names for these.
 * @param {{html: string, css: string, modules: Record<string, string>, packed: any}} parts modules: by their names,
 *   without the ending; app begins
 * @returns {string} one HTML file
 */
export function pack({html, css, modules, packed}) {
  const head = html
    .replace(/<link rel="stylesheet"[^>]*>/, () => `<style>${css}</style>`)
    .replace(/<script type="module"[^>]*><\/script>\s*/g, "");
  const names = Object.keys(modules);
  const path = new RegExp(`(["'])\\./(${names.join("|")})\\.js\\1`, "g");
  const imports = Object.fromEntries(
    names.map((name) => [
      name,
      `data:text/javascript;charset=utf-8,${encodeURIComponent(modules[name].replace(path, "$1$2$1"))}`,
    ]),
  );
  const scripts = [
    script('type="application/json" id="packed"', inScript(packed)),
    script('type="importmap"', inScript({imports})),
    script('type="module"', 'import "app";'),
  ];
  return head.replace("</body>", () => `${scripts.join("")}</body>`);
}
