// SPDX-License-Identifier: GPL-2.0-or-later
// What the daemon refused, in the reader's language, and the field that it concerns: what to do stands
// where it is to be done.

import {wordOf} from "./i18n.js";

/**
 * @typedef {"board"|"tree"|"log"|"kernel"|"memory"|"cmdline"|"loader"|"ops"|"link"|"view"|"at"|"lang"|"theme"|"fold"|
 *   "map"|""} Field
 */

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

/** What the daemon says before the sentence: names of fields, which stand beside it. */
const WHERE = new RegExp(
  `^((${[...Object.keys(FIELDS), "axis", "show"].join("|")}|/[\\w/@,-]*): )+`,
);
/** Of these the text has said all but the name, and more would be about other places than the page. */
const WHOLE = new Set(["board", "kernel", "link"]);

/**
 * The daemon's sentence in the reader's language; "" where it has none in that.
 * @param {string} detail @param {(key: string, params?: Record<string, any>) => string} t
 */
export function saidOf(detail, t) {
  const [, at, rest] = /^(line \d+(?:, column \d+)?): (.*)$/s.exec(detail) ?? [null, "", detail];
  const short = rest.replace(/; .*$/s, "");
  const said = [rest, short].map((x) => wordOf(t, x)).find((x, i) => x !== [rest, short][i]);
  return said ? [at && wordOf(t, at), said].filter(Boolean).join(t("said.colon")) : "";
}

/** What a file is that is no kernel, or one of another machine: one sentence for all that it may be. */
const OTHERS = /** @type {const} */ ([
  [/^looks like (text), not like a kernel/, "kernel.text"],
  [/^looks like (.*?), not like a kernel/, "kernel.looks"],
  [/^is (?:a kernel )?for (.*); mmscope knows arm64 only$/, "kernel.other"],
  [
    /^is not a kernel that mmscope knows: it begins with ?(.*?) and has no arm64 magic/,
    "kernel.unknown",
  ],
]);

/**
 * Why a file cannot be read as a kernel: in which wrapping, what is wrong, at which byte.
 * @param {string} detail "gzip, arm64 Image: is empty (byte 0)"
 * @param {(key: string, params?: Record<string, any>) => string} t
 */
export function kernelSaid(detail, t) {
  const [, where, rest, byte] = /^([^:]*): (.*?)(?: \(byte (\d+)\))?$/s.exec(detail) ?? [];
  if (!rest) return detail;
  const other = OTHERS.map(([re, key]) => ({key, m: re.exec(rest)})).find((x) => x.m);
  const said = other
    ? t(other.key, {what: wordOf(t, other.m?.[1])})
    : saidOf(rest, t) || t("kernel.said", {said: rest});
  const at = byte ? t("kernel.byte", {byte}) : "";
  return `${where === "kernel" ? "" : `${where}${t("said.colon")}`}${said}${at}`;
}

/**
 * What the daemon says besides, if it says more than the text: in the reader's language, or its own.
 * @param {Field} field @param {string} detail @param {(key: string, params?: Record<string, any>) => string} t
 */
function besides(field, detail, t) {
  if (WHOLE.has(field)) return /called '([^']*)'/.exec(detail)?.[1] ?? "";
  const bare = detail.replace(WHERE, "");
  return saidOf(bare, t) || bare;
}

/** What a link has that the page has not: the field in which it is chosen. @type {Record<string, Field>} */
const OF_LINK = {
  view: "view",
  read: "view",
  lesson: "view",
  at: "at",
  lang: "lang",
  theme: "theme",
  fold: "fold",
  map: "map",
};

/**
 * All of it in one message, beside the first field that it is about.
 * @param {{unknown: {part: string, value: string}[], last: number}} problem @param {Translate} t
 */
function strangersOf({unknown, last}, t) {
  /** @param {{part: string, value: string}} u */
  const said = ({part, value}) =>
    t(part === "read" && value.startsWith("article") ? "strange.article" : `strange.${part}`, {
      value: value.replace(/^concept:/, ""),
      last,
    });
  const field = OF_LINK[unknown[0].part] ?? "link";
  return {field, text: unknown.map(said).join(" "), detail: ""};
}

/**
 * @param {any} problem problem+json, or what of a link is unknown @param {(key: string, params?: Record<string, any>) => string} t
 * @returns {{field: Field, text: string, detail: string}} text: what to do; detail: the daemon's own words
 */
export function troubleOf(problem, t) {
  if (problem.unknown) return strangersOf(problem, t);
  const told = String(problem.detail ?? problem.title ?? "");
  /** @param {Field} field @param {string} text */
  const of = (field, text) => ({field, text, detail: besides(field, told, t)});
  if (/unknown-run$/.test(problem.type ?? "")) return of("link", t("trouble.run"));
  if (/\/live\//.test(problem.instance ?? "")) return of("link", t("trouble.lecture"));
  const missing = FIELDS[problem.option];
  if (missing === "memory" && NO_RAM.test(told))
    return of(missing, t("trouble.missing", {example: problem.example ?? "2G"}));
  if (missing === "loader" && problem.example)
    return of(missing, t("trouble.loader.instead", {example: problem.example}));
  const field = missing ?? FIELDS[problem.where] ?? "";
  return of(field, t(field ? `trouble.${field}` : "trouble"));
}

/** What the daemon says of a tree that leaves its RAM to the boot loader; what it says else is of what was given. */
const NO_RAM = /reports no RAM|but not how much/;

/** The language of a detail: the daemon's own words are English. @param {string|undefined} detail */
export const langOf = (detail) => (/[\u4e00-\u9fff]/.test(detail ?? "") ? null : "en");
