// Types of later.js, the bundle of dialogs.js, for tsc --checkJs; not shipped.
export * from "./dialogs.js";
