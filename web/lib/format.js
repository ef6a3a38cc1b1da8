// SPDX-License-Identifier: GPL-2.0-or-later
// Numbers as people read them. Addresses arrive as hex strings; physical ones fit a double
// exactly (52 bits), virtual ones do not and stay strings.

/** @param {string|number} value a physical address or size @returns {number} */
export const num = (value) => (typeof value === "number" ? value : Number(value));

/** @param {number} n @returns {string} */
export const hex = (n) => "0x" + n.toString(16);

const UNITS = ["B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"];

/**
 * Bytes in the largest unit that keeps the number short; exact where it is a whole number.
 * @param {number} n @param {string} [_lang] @returns {string}
 */
export function bytes(n, _lang = "en") {
  let unit = 0;
  let v = Math.abs(n);
  while (v >= 1024 && unit < UNITS.length - 1) {
    v /= 1024;
    unit++;
  }
  const digits = Number.isInteger(v) || v >= 100 ? 0 : v >= 10 ? 1 : 2;
  return `${n < 0 ? "−" : ""}${fixed(v, digits)} ${UNITS[unit]}`;
}

/** @param {number} n @param {string} [_lang] */
export const int = (n, _lang = "en") => fixed(n, 0);

/**
 * English and Chinese write numbers alike. Intl would say the same, but the first picture would wait 20 ms for it.
 * @param {number} n @param {number} digits
 */
function fixed(n, digits) {
  const [whole, part = ""] = Math.abs(n).toFixed(digits).split(".");
  const tail = part.replace(/0+$/, "");
  const zero = Number(whole) === 0 && !tail;
  return `${n < 0 && !zero ? "-" : ""}${whole.replace(/\B(?=(\d{3})+$)/g, ",")}${tail ? "." + tail : ""}`;
}

/** A number that is the name of one thing, or one that stands alone and counts. */
const COUNT =
  /\b(?:root|group|pfn|frame|line|byte|Linux) \d+|(^[+−-]?|[\s(（][+−-]?)(\d{4,})(?=$|[\s,;:)，。；：）]|\.(?!\d))/g;

/**
 * A sentence or a note that was made elsewhere, its counts written as ours; not what is a part of a name, an address or
 * a parameter.
 * @param {string|undefined} text
 */
export const counted = (text) =>
  String(text ?? "").replace(COUNT, (all, before, n) => (n ? before + int(Number(n)) : all));

/** Memory as it was asked for, sizes in units: "6 GiB", "1 GiB@0x40000000". @param {string} s */
export const memoryText = (s) =>
  String(s ?? "").replace(
    /(^|,)(0x[0-9a-f]+)(?=$|[,@])/g,
    (_, comma, size) => `${comma}${bytes(num(size))}`,
  );

/** @type {readonly [string, number][]} the letters that a size may end with */
const LETTERS = [
  ["T", 2 ** 40],
  ["G", 2 ** 30],
  ["M", 2 ** 20],
  ["K", 2 ** 10],
];

/** Memory as it is typed, and booted again: "6G", "0:1G@0x40000000,1:512M". @param {string|null|undefined} s */
export const memoryInput = (s) =>
  String(s ?? "").replace(/(^|,)(\d+:)?(0x[0-9a-f]+)(?=$|[,@])/g, (_, comma, node, size) => {
    const unit = LETTERS.find(([, n]) => num(size) > 0 && num(size) % n === 0);
    return `${comma}${node ?? ""}${unit ? num(size) / unit[1] + unit[0] : size}`;
  });

/**
 * A half-open range the way the kernel logs it, without its padding.
 * @param {number} base @param {number} size
 */
export const range = (base, size) => `[${hex(base)}, ${hex(base + size)})`;

/**
 * Width of a character in sizes of the type, estimated: those of Chinese are as wide as high.
 * @param {string} c @param {number} em
 */
const widthOf = (c, em) => (c > "\u2e80" ? 1 : em);

/**
 * Cut a text to the room it has, measured in characters of about 0.6 em.
 * @param {any} s @param {number} width @param {number} fs @returns {string} "" when not even three fit
 */
export function fit(s, width, fs, em = 0.6) {
  if (textWidth(s, fs, em) <= width) return s;
  let cut = "";
  let left = width / fs - em; // of which the ellipsis has its part
  for (const c of s) {
    left -= widthOf(c, em);
    if (left < 0) break;
    cut += c;
  }
  return cut.length < 2 ? "" : cut + "…";
}

/**
 * The first of several ways to say it that fits, or what fits of the last.
 * @param {readonly string[]} ways @param {number} width @param {number} fs
 */
export const fitFirst = (ways, width, fs, em = 0.6) =>
  ways.find((s) => textWidth(s, fs, em) <= width) ??
  fit(ways[ways.length - 1] ?? "", width, fs, em);

/** @param {string} s @param {number} fs @returns {number} width in pixels, estimated */
export function textWidth(s, fs, em = 0.6) {
  let sum = 0;
  for (const c of String(s)) sum += widthOf(c, em);
  return sum * fs;
}

/**
 * Lines of a text that fit, broken at spaces; Chinese at any sign.
 * @param {string} s @param {number} width @param {number} fs
 */
export function wrap(s, width, fs, em = 0.6) {
  const out = [];
  let now = "";
  for (const word of s.match(/[⺀-￿]|[^\s⺀-￿]+\s*|\s+/g) ?? []) {
    if (now && textWidth(now + word, fs, em) > width) {
      out.push(now.trim());
      now = "";
    }
    now += word;
  }
  return [...out, now.trim()].filter(Boolean);
}
