// SPDX-License-Identifier: GPL-2.0-or-later
// The parts of D3 that the page uses; esbuild bundles them into d3.js, the page's one import of D3.
// Add a name here when a module needs it: what is not named is not shipped. Of a release that is one file, as those of
// November 2026 are, esbuild keeps what nobody uses (16 kB of curves): package.json has those before.
export {easeCubicInOut} from "d3-ease";
export {interpolateNumber, interpolateString} from "d3-interpolate";
export {scaleLinear} from "d3-scale";
export {select} from "d3-selection";
export {linkVertical} from "d3-shape";
export {transition} from "d3-transition";
export {zoom, zoomIdentity} from "d3-zoom";
