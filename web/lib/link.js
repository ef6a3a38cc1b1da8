// SPDX-License-Identifier: GPL-2.0-or-later
// A link holds the inputs of a run, not only its id, so that it works on another machine.
import {hex, num} from "./format.js";

/** @typedef {Record<string, any>} Link */

const TEXTS = [
  "board",
  "kernel",
  "kfile",
  "cmdline",
  "memory",
  "ops",
  "from_state",
  "lesson",
  "live",
  "dtb",
  "name",
  "run",
  "view",
  "sel",
  "read",
  "lang",
  "theme",
  "fold",
];
/** Of a run that is compared with: what it was made from. */
const INPUTS = [
  "board",
  "kernel",
  "kfile",
  "cmdline",
  "memory",
  "ops",
  "from_state",
  "dtb",
  "name",
  "run",
  "loader",
];

const PARTS = new Set([
  ...TEXTS,
  "at",
  "map",
  "present",
  "mirror",
  "pace",
  "with",
  "jumps",
  "loader",
]);

/**
 * What of a link means nothing: a part that there is none of, called "other", or one with a value that is not known.
 * @param {string} hash @param {Record<string, (value: string) => boolean>} known of parts that are looked at
 * @returns {{part: string, value: string}[]}
 */
export const unknownIn = (hash, known) =>
  [...new URLSearchParams(hash.replace(/^#/, ""))].flatMap(([part, value]) => {
    if (!value) return [];
    if (!PARTS.has(part)) return [{part: "other", value: part}];
    return known[part]?.(value) === false ? [{part, value}] : [];
  });

/** The view in which what a link has to be read is shown. @param {string|undefined} read */
export const viewToRead = (read) =>
  read ? (read.startsWith("article") ? "articles" : "concepts") : "";

/** @param {string} hash @returns {Link} */
export function readLink(hash) {
  const q = new URLSearchParams(hash.replace(/^#/, ""));
  /** @type {Link} */
  const out = {};
  for (const k of TEXTS) if (q.has(k)) out[k] = q.get(k) ?? "";
  const at = q.get("at");
  if (at !== null) out.at = at === "end" ? Infinity : Math.max(0, Math.floor(Number(at)) || 0);
  const win = /^(0x[0-9a-f]+)-(0x[0-9a-f]+)$/.exec(q.get("map") ?? "");
  if (win && num(win[1]) < num(win[2])) out.win = [num(win[1]), num(win[2])];
  for (const k of ["present", "mirror"]) if (q.has(k)) out[k] = q.get(k) !== "0";
  if (q.has("pace")) out.pace = Number(q.get("pace")) || 0;
  if (q.has("with")) out.with = inputsOnly(readLink(q.get("with") ?? ""));
  if (q.has("jumps")) out.jumps = readJumps(q.get("jumps") ?? "");
  const loader = q.get("loader");
  if (loader) out.loader = parse(loader);
  return out;
}

/** More moments than anybody lectures on. */
const MAX_JUMPS = 200;

/** "12.zones.why;40.memblock." @param {string} s */
const readJumps = (s) =>
  s
    .split(";")
    .map((x) => /^(\d{1,9})\.(\w+)\.(.*)$/.exec(x))
    .flatMap((m) => (m ? [{at: Number(m[1]), view: m[2], note: decodeURIComponent(m[3])}] : []))
    .slice(0, MAX_JUMPS);

/** @param {readonly import("../views/jumps.js").Jump[]} jumps */
const writeJumps = (jumps) =>
  jumps
    .map((j) => `${j.at}.${j.view}.${encodeURIComponent(j.note).replaceAll(".", "%2E")}`)
    .join(";");

/** @param {Link} link */
const inputsOnly = (link) =>
  Object.fromEntries(INPUTS.filter((k) => k in link).map((k) => [k, link[k]]));

/** @param {string} s */
function parse(s) {
  try {
    return JSON.parse(s);
  } catch {
    return {};
  }
}

/**
 * Where somebody said that the boot loader puts things, for that run or the same machine with another kernel: what was
 * not given follows the kernel. Of a run that is known by its id alone nobody knows who said what; then all of it stays,
 * but for the image's address with another kernel.
 * @param {any} run @param {string} [kernel] @returns {Record<string, any>}
 */
export function givenLoader({asked, manifest}, kernel) {
  if (asked && ("board" in asked || "kernel" in asked)) return asked.loader ?? {};
  const {kernel: own, loader = {}} = manifest.inputs ?? {};
  const {kernel_image, ...others} = loader;
  return (kernel ?? own) === own ? loader : others;
}

/**
 * @param {any} run
 * @param {Record<string, string>} files
 * @returns {URLSearchParams} what a run was made from, and its id
 */
function inputsOf(run, files = {}) {
  const q = new URLSearchParams();
  const {inputs = {}, id} = run.manifest;
  for (const k of ["board", "kernel", "cmdline", "memory", "ops", "from_state"])
    if (typeof inputs[k] === "string" && inputs[k]) q.set(k, inputs[k]);
  if (files[inputs.kernel]) q.set("kfile", files[inputs.kernel]);
  const loader = givenLoader(run);
  if (Object.keys(loader).length) q.set("loader", JSON.stringify(loader));
  if (run.dtb) q.set("dtb", run.dtb);
  if (run.tree?.name) q.set("name", run.tree.name);
  q.set("run", id);
  return q;
}

/** @param {import("../state.js").State} s @returns {string} */
export function writeLink(s) {
  const q = s.run ? inputsOf(s.run, s.kernelFiles) : new URLSearchParams();
  /** @param {string} k @param {unknown} v */
  const put = (k, v) =>
    v !== "" && v !== null && v !== undefined && v !== false && q.set(k, String(v));
  if (s.run) put("at", s.run.replay.events[s.pos - 1]?.seq);
  put("view", s.view);
  put("lesson", s.lesson);
  put("sel", s.sel);
  put("read", s.read);
  if (s.win) put("map", `${hex(Math.round(s.win[0]))}-${hex(Math.round(s.win[1]))}`);
  if (s.fold !== "pieces") put("fold", s.fold);
  put("lang", s.lang);
  if (s.theme !== "auto") put("theme", s.theme);
  put("jumps", writeJumps(s.jumps ?? []));
  if (s.lecture?.role === "follower") put("live", s.lecture.name);
  if (s.present) put("present", 1);
  if (s.mirror) put("mirror", 1);
  if (s.other) put("with", inputsOf(s.other, s.kernelFiles));
  return "#" + q.toString();
}

/* A device tree of one's own travels in the link: compressed, in letters that a URL leaves as they are. */

/** Trees that would make a link longer than this stay out of it: then it works where the run is. */
const MAX_LINKED_TREE = 100000;

/** The kernel takes no larger tree; a link that unpacks to more has none. */
const MAX_TREE = 2 << 20;

/** @param {Blob} blob @param {any} stream @param {number} max bytes that may come out @returns {Promise<Uint8Array>} */
async function through(blob, stream, max) {
  const reader = blob.stream().pipeThrough(stream).getReader();
  /** @type {any[]} */
  const parts = [];
  let size = 0;
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    const bytes = part.value;
    size += bytes.length;
    if (size > max) {
      await reader.cancel();
      throw new RangeError("the device tree is too large");
    }
    parts.push(bytes);
  }
  return new Uint8Array(await new Blob(parts).arrayBuffer());
}

/** @param {Blob} tree @returns {Promise<string>} "" when it is too long */
export async function packTree(tree) {
  if (tree.size > MAX_TREE) return "";
  const packed = await through(tree, new CompressionStream("deflate"), MAX_TREE);
  if (packed.length > MAX_LINKED_TREE) return "";
  return btoa(Array.from(packed, (b) => String.fromCharCode(b)).join(""))
    .replace(/\+/g, "-")
    .replace(/\//g, "_")
    .replace(/=/g, "");
}

/** @param {string} text @returns {Promise<Blob>} */
export async function unpackTree(text) {
  const bytes = Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (c) =>
    c.charCodeAt(0),
  );
  return new Blob([
    /** @type {any} */ (
      await through(new Blob([bytes]), new DecompressionStream("deflate"), MAX_TREE)
    ),
  ]);
}
