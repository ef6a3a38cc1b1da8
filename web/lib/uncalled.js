// SPDX-License-Identifier: GPL-2.0-or-later
// Functions without a moment of their own: what Linux' history says of them.
import {historyRows} from "./history.js";

/** @typedef {import("./history.js").Change} Change */

/**
 * @param {string} name of a function @param {{past: Change[], future: Change[]}|null} eras
 * @param {(key: string, params?: any) => string} t @returns {string} a sentence
 */
export function whyUncalled(name, eras, t) {
  /** @param {Change} c */
  const is = (c) => c.kind === "step" && c.subject.replace(/\(.*/, "") === name;
  const gone = eras?.past.findLast((c) => is(c) && !c.is);
  const come = eras?.future.find((c) => is(c) && !c.was);
  const change = gone ?? come;
  if (!change) return t("uncalled.here");
  const [{release, what}] = historyRows([change], t);
  return t(gone ? "uncalled.gone" : "uncalled.come", {release, what});
}
