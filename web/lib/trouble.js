// SPDX-License-Identifier: GPL-2.0-or-later
// What the daemon refused, in the reader's language, and the field that it concerns: what to do stands
// where it is to be done.

/** @typedef {"board"|"tree"|"log"|"kernel"|"memory"|"cmdline"|"loader"|"ops"|"link"|""} Field */

/** @type {Record<string, Field>} what the daemon calls the parts of a request */
const FIELDS = {
  board: "board",
  "device tree": "tree",
  "boot log": "log",
  dtb: "tree",
  kernel: "kernel",
  memory: "memory",
  cmdline: "cmdline",
  loader: "loader",
  image_addr: "loader",
  dtb_addr: "loader",
  "image-addr": "loader",
  "dtb-addr": "loader",
  initrd: "loader",
  ops: "ops",
};

/**
 * @param {any} problem problem+json @param {(key: string, params?: Record<string, any>) => string} t
 * @returns {{field: Field, text: string, detail: string}} text: what to do; detail: the daemon's own words, in English
 */
export function troubleOf(problem, t) {
  const detail = String(problem.detail ?? problem.title ?? "");
  if (/unknown-run$/.test(problem.type ?? ""))
    return {field: "link", text: t("trouble.run"), detail};
  if (/\/live\//.test(problem.instance ?? ""))
    return {field: "link", text: t("trouble.lecture"), detail};
  const missing = FIELDS[problem.option];
  if (missing === "memory")
    return {field: missing, text: t("trouble.missing", {example: problem.example ?? "2G"}), detail};
  if (missing === "loader" && problem.example)
    return {
      field: missing,
      text: t("trouble.loader.instead", {example: problem.example}),
      detail,
    };
  const field = missing ?? FIELDS[problem.where] ?? "";
  return {field, text: t(field ? `trouble.${field}` : "trouble"), detail};
}
