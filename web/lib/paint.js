// SPDX-License-Identifier: GPL-2.0-or-later
// Colours and hatches for the two surfaces: SVG patterns and canvas patterns from the same strokes.
import {svg as el} from "./dom.js";
import {FAMILIES, HATCHES} from "./owners.js";

const SIZE = 8;
/** Strokes of each hatch in an 8 by 8 tile. */
const STROKES = [
  "",
  "M-2,2L2,-2M0,8L8,0M6,10L10,6",
  "M-2,6L2,10M0,0L8,8M6,-2L10,2",
  "M2,2h2v2h-2zM6,6h2v2h-2z",
  "M0,0L8,8M0,8L8,0",
  "M0,2h8M0,6h8",
];

/** @param {CSSStyleDeclaration} css @param {string} name */
const colour = (css, name) => css.getPropertyValue(name).trim();
/** @param {CSSStyleDeclaration} css @param {string} family */
const inkFor = (css, family) => colour(css, family === "given" ? "--hatch-dark" : "--hatch");

/** @param {CSSStyleDeclaration} css @param {string} family @param {number} hatch */
function pattern(css, family, hatch) {
  const p = el("pattern", {
    id: `p-${family}-${hatch}`,
    width: SIZE,
    height: SIZE,
    patternUnits: "userSpaceOnUse",
  });
  p.append(el("rect", {width: SIZE, height: SIZE, fill: colour(css, `--f-${family}`)}));
  if (hatch)
    p.append(
      el("path", {
        d: STROKES[hatch],
        stroke: inkFor(css, family),
        "stroke-width": 1.4,
        fill: "none",
      }),
    );
  return p;
}

/** @param {CSSStyleDeclaration} css */
function holePattern(css) {
  const p = el("pattern", {
    id: "p-hole",
    width: SIZE,
    height: SIZE,
    patternUnits: "userSpaceOnUse",
  });
  p.append(
    el("path", {d: STROKES[1], stroke: colour(css, "--hole"), "stroke-width": 1.2, fill: "none"}),
  );
  return p;
}

/**
 * Fill the hidden drawing that url(#p-…) of all others refers to; again after a change of theme.
 * @param {HTMLElement} box
 * @param {CSSStyleDeclaration} css
 */
export function installPatterns(box, css) {
  const svg = el("svg", {width: 0, height: 0});
  const defs = el("defs", {});
  for (const f of FAMILIES) for (let i = 0; i < HATCHES; i++) defs.append(pattern(css, f, i));
  defs.append(holePattern(css));
  svg.append(defs);
  box.replaceChildren(svg);
}

/**
 * Fill styles for a canvas, made once for each theme. All colours are read at once: one that is asked for
 * while something is drawn makes the browser find out the styles of all that has changed.
 * @param {CanvasRenderingContext2D} ctx
 * @param {CSSStyleDeclaration} css
 */
export function canvasPaint(ctx, css) {
  const fills = new Map([...FAMILIES, ...TONES].map((f) => [f, coloursOf(css, f)]));
  const lane = colour(css, "--lane");
  const made = new Map();
  /** @param {string} family @param {number} hatch */
  function style(family, hatch) {
    if (family === "lane") return lane;
    const of = fills.get(family) ?? NONE;
    if (!hatch) return of.fill;
    const k = family + hatch;
    if (!made.has(k)) made.set(k, tile(ctx, of, hatch));
    return made.get(k);
  }
  return {
    style,
    line: colour(css, "--cellline"),
    hot: colour(css, "--hot"),
    ink: colour(css, "--ink"),
  };
}

/** What the map colours by what it is, not by whose it is. */
const TONES = ["memory", "reserved", "zone"];
const NONE = {fill: "", ink: ""};
/** @param {CSSStyleDeclaration} css @param {string} family */
const coloursOf = (css, family) => ({
  fill: colour(css, `--f-${family}`),
  ink: inkFor(css, family),
});

/** @param {HTMLCanvasElement} canvas */
export const contextOf = (canvas) =>
  /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));

/** @param {CanvasRenderingContext2D} ctx @param {{fill: string, ink: string}} colours @param {number} hatch */
function tile(ctx, {fill, ink}, hatch) {
  const c = document.createElement("canvas");
  c.width = c.height = SIZE;
  const g = contextOf(c);
  g.fillStyle = fill;
  g.fillRect(0, 0, SIZE, SIZE);
  g.strokeStyle = ink;
  g.lineWidth = 1.4;
  g.stroke(new Path2D(STROKES[hatch]));
  return ctx.createPattern(c, "repeat");
}
