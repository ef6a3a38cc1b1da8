// Types of d3.js for tsc --checkJs; not shipped.
export * from "d3-ease";
export * from "d3-interpolate";
export * from "d3-scale";
export * from "d3-selection";
export * from "d3-shape";
export * from "d3-transition";
export * from "d3-zoom";
