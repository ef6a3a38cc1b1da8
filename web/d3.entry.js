// The parts of D3 that the page uses; esbuild bundles them into d3.js, the page's one import of D3.
// Add a name here when a module needs it: what is not named is not shipped.
export {axisBottom, axisLeft, axisRight, axisTop} from "d3-axis";
export {brushX} from "d3-brush";
export {drag} from "d3-drag";
export {easeCubicInOut, easeCubicOut, easeLinear} from "d3-ease";
export {format} from "d3-format";
export {interpolate, interpolateNumber, interpolateZoom} from "d3-interpolate";
export {scaleBand, scaleLinear, scaleLog, scaleOrdinal, scalePoint} from "d3-scale";
export {create, pointer, select, selectAll} from "d3-selection";
export {area, curveStep, curveStepAfter, line, linkHorizontal, linkVertical} from "d3-shape";
export {interval, now, timeout, timer} from "d3-timer";
export {transition} from "d3-transition";
export {zoom, zoomIdentity, zoomTransform} from "d3-zoom";
