// SPDX-License-Identifier: GPL-2.0-or-later
// A link holds the inputs of a run, not only its id, so that it works on another machine.
import {hex, num} from "./format.js";

/** @typedef {Record<string, any>} Link */

const TEXTS = ["board", "kernel", "cmdline", "memory", "run", "view", "sel", "lang", "theme", "fold"];

/** @param {string} hash @returns {Link} */
export function readLink(hash) {
  const q = new URLSearchParams(hash.replace(/^#/, ""));
  /** @type {Link} */
  const out = {};
  for (const k of TEXTS) if (q.has(k)) out[k] = q.get(k);
  if (q.has("at")) out.at = Math.max(0, Math.floor(Number(q.get("at"))) || 0);
  const win = /^(0x[0-9a-f]+)-(0x[0-9a-f]+)$/.exec(q.get("map") ?? "");
  if (win && num(win[1]) < num(win[2])) out.win = [num(win[1]), num(win[2])];
  for (const k of ["present", "mirror"]) if (q.has(k)) out[k] = q.get(k) !== "0";
  if (q.has("pace")) out.pace = Number(q.get("pace")) || 0;
  if (q.has("with")) out.with = q.get("with");
  const loader = q.get("loader");
  if (loader) out.loader = parse(loader);
  return out;
}

function parse(s) {
  try {
    return JSON.parse(s);
  } catch {
    return {};
  }
}

/** @param {import("../state.js").State} s @returns {string} */
export function writeLink(s) {
  const q = new URLSearchParams();
  const put = (k, v) => v !== "" && v !== null && v !== undefined && v !== false && q.set(k, String(v));
  const m = s.run?.manifest;
  if (m) {
    for (const k of ["board", "kernel", "cmdline", "memory"]) if (typeof m.inputs?.[k] === "string") put(k, m.inputs[k]);
    if (m.inputs?.loader && Object.keys(m.inputs.loader).length) put("loader", JSON.stringify(m.inputs.loader));
    put("run", m.id);
    put("at", s.run.replay.events[s.pos - 1]?.seq);
  }
  put("view", s.view);
  put("sel", s.sel);
  if (s.win) put("map", `${hex(Math.round(s.win[0]))}-${hex(Math.round(s.win[1]))}`);
  if (s.fold !== "pieces") put("fold", s.fold);
  put("lang", s.lang);
  if (s.theme !== "auto") put("theme", s.theme);
  if (s.present) put("present", 1);
  if (s.mirror) put("mirror", 1);
  if (s.other) put("with", s.other.manifest.id);
  return "#" + q.toString();
}
