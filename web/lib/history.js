// SPDX-License-Identifier: GPL-2.0-or-later
// What changed in Linux between two kernels, as rows: release, what, how it is known.

import {h} from "./dom.js";
import {ownerLabel} from "./owners.js";

/**
 * @typedef {{kind: string, subject: string, was: string|null, is: string|null, release:
 *   string|null, stable?: string, what?: string, executed?: boolean}} Change
 */

/** A call: who makes it now, and who did. @param {Change} c @param {(key: string, params?: any) => string} t */
function call({subject, was, is}, t) {
  const key = !is ? "gone" : !was ? "new" : was === is ? "moved" : "other";
  return t(`history.call.${key}`, {name: `${subject}()`, was: was ?? "", is: is ?? ""});
}

/** @param {Change} c @param {(key: string, params?: any) => string} t */
function choice({kind, subject, was, is}, t) {
  if (kind === "init_mm")
    return t(is ? "history.field.new" : "history.field.gone", {name: `init_mm.${subject}`});
  if (kind === "build") return t("history.rule", {name: ownerLabel(t, "kernel-image"), was, is});
  const none = t("history.unset");
  return t("history.rule", {
    name: kind === "process" ? `process.${subject}` : subject,
    was: was ?? none,
    is: is ?? none,
  });
}

/**
 * @param {Change[]} changes
 * @param {(key: string, params?: any) => string} t
 * @returns {{release: string, what: string, evidence: string}[]}
 */
export const historyRows = (changes, t) =>
  changes.map((c) => ({
    release: c.release ?? "–",
    what: [c.kind === "step" ? call(c, t) : choice(c, t), c.what].filter(Boolean).join(" — "),
    evidence: !c.release
      ? t("history.by.build")
      : c.stable
        ? t("history.by.stable", {releases: c.stable.split(" ").join(", ")})
        : t("history.by.release"),
  }));

/** @param {Change[]} changes @param {(key: string, params?: any) => string} t @returns {HTMLElement} */
export function historyTable(changes, t) {
  const rows = historyRows(changes, t);
  if (!rows.length) return h("p", {}, t("history.none"));
  const columns = /** @type {const} */ (["release", "what", "evidence"]);
  return h(
    "table",
    {class: "rows history"},
    h("thead", {}, h("tr", {}, ...columns.map((k) => h("th", {scope: "col"}, t(`history.${k}`))))),
    h(
      "tbody",
      {},
      ...rows.map((r) => h("tr", {}, ...columns.map((k) => h("td", {title: r[k]}, r[k])))),
    ),
  );
}
