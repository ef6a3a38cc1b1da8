// SPDX-License-Identifier: GPL-2.0-or-later
// What a file is that somebody dropped or chose: by its first bytes, and by its name where texts look alike.

/** @typedef {"tree"|"image"|"config"|"map"|"log"|"profile"} Kind */

/** As much as is looked at: a larger device tree is one that carries a kernel. */
const MAX_TREE = 2 << 20;
const HEAD = 64 << 10;

const FDT_MAGIC = [0xd0, 0x0d, 0xfe, 0xed];
/** @param {Uint8Array} bytes @param {readonly number[]} magic */
const starts = (bytes, magic) => magic.every((b, i) => bytes[i] === b);

/** A FIT is a device tree, too: it has a node "images". @param {Uint8Array} bytes */
function isFit(bytes) {
  const node = [0, 0, 0, 1, ...[..."images\0"].map((c) => c.charCodeAt(0))];
  for (let i = bytes.indexOf(0x69); i >= 0; i = bytes.indexOf(0x69, i + 1))
    if (node.every((b, k) => bytes[i - 4 + k] === b)) return true;
  return false;
}

const TEXTS = /** @type {[Kind, RegExp][]} */ ([
  ["tree", /\/dts-v1\//], // a source: the answer says that it has to be compiled
  ["profile", /^\s*\{/],
  ["config", /^(# )?CONFIG_\w+[= ]/m],
  ["map", /^[0-9a-f]{8,16} [A-Za-z] \S+$/m],
  ["log", /Linux version \d|Booting Linux on physical CPU|^\[ *\d+\.\d{6}\]/m],
]);

/** @param {Uint8Array} bytes the file's beginning @returns {Kind} */
export function kindOf(bytes, size = bytes.length) {
  if (starts(bytes, FDT_MAGIC)) return size > MAX_TREE || isFit(bytes) ? "image" : "tree";
  const head = bytes.subarray(0, HEAD);
  // A text has no NUL; an image has one among its first bytes.
  if (head.includes(0)) return "image";
  const text = new TextDecoder().decode(head);
  return TEXTS.find(([, like]) => like.test(text))?.[0] ?? "image";
}

/** @param {File} file @returns {Promise<Kind>} */
async function look(file) {
  const bytes = new Uint8Array(await file.slice(0, MAX_TREE).arrayBuffer());
  const kind = kindOf(bytes, file.size);
  // What is called a tree and is none is refused as that, not as a kernel.
  const damaged = kind === "image" && !starts(bytes, FDT_MAGIC) && /\.dtbo?$/i.test(file.name);
  return damaged ? "tree" : kind;
}

/**
 * One file of each kind, the last that was given.
 * @param {Iterable<File>} files
 * @returns {Promise<Partial<Record<Kind, File>>>}
 */
export async function sortFiles(files) {
  /** @type {Partial<Record<Kind, File>>} */
  const out = {};
  for (const file of files) out[await look(file)] = file;
  return out;
}
