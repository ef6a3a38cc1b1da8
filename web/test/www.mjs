// SPDX-License-Identifier: GPL-2.0-or-later
// Where the staged page is, D3 beside it; tests import its modules from there.
import {join} from "node:path";
import {pathToFileURL} from "node:url";

export const www = join(process.env.BUILDDIR ?? "build", "web", "www");
export const srcdir = process.env.SRCDIR ?? ".";
/** @param {string} name */
export const load = (name) => import(pathToFileURL(join(www, name)).href);

const hex = (n) => "0x" + n.toString(16);
export const region = (base, size, more = {}) => ({
  key: hex(base),
  size: hex(size),
  nid: 0,
  flags: "",
  ...more,
});
export const owned = (base, size, owner) => ({
  key: hex(base),
  size: hex(size),
  owner,
  detail: "",
  fn: "",
  seq: 0,
  ram: 1,
});
export const size = {width: 800, fs: 13, full: true};
/** What a layout is given. */
export const input = (tables, changed = {}) => ({
  tables,
  changed,
  t: (k) => k,
  lang: "en",
  page: 4096,
});
/** All marks of a drawing, also those that are worked out when they are in sight. */
export const marksOf = (drawing) => [
  ...drawing.marks,
  ...(drawing.groups ?? []).flatMap((g) => g.marks()),
];
/** Values that a drawing shows, by key of their marks. */
export const values = (drawing) =>
  Object.fromEntries(
    marksOf(drawing)
      .filter((m) => m.v !== undefined)
      .map((m) => [m.k, m.v]),
  );
