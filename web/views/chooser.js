// SPDX-License-Identifier: GPL-2.0-or-later
// What to boot: board, kernel, command line, memory, where the loader put things.
import {h} from "../lib/dom.js";
import {bytes, num} from "../lib/format.js";

const SVG = "http://www.w3.org/2000/svg";

/** Banks of a board, as a small map shows them. @param {any} board @returns {{x: number, w: number}[]} */
export function layoutBanks(board, width = 200) {
  const banks = (board.memory ?? []).map((m) => ({base: num(m.base ?? m[0] ?? 0), size: num(m.size ?? m[1] ?? 0)})).filter((b) => b.size > 0).sort((a, b) => a.base - b.base);
  const total = banks.reduce((a, b) => a + b.size, 0);
  const gap = 6;
  const room = width - gap * (banks.length - 1);
  let x = 0;
  return banks.map((b) => {
    const w = Math.max(2, (room * b.size) / total);
    const out = {x, w};
    x += w + gap;
    return out;
  });
}

function smallMap(board) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 200 14");
  svg.setAttribute("preserveAspectRatio", "none");
  svg.setAttribute("aria-hidden", "true");
  for (const b of layoutBanks(board)) {
    const r = document.createElementNS(SVG, "rect");
    for (const [k, v] of Object.entries({x: b.x, y: 1, width: b.w, height: 12, class: "zonebar present"})) r.setAttribute(k, String(v));
    svg.append(r);
  }
  return svg;
}

const boardSize = (b, lang) => bytes((b.memory ?? []).reduce((a, m) => a + num(m.size ?? m[1] ?? 0), 0), lang);

function card(board, chosen, lang, onclick) {
  const name = board.name ?? board.id;
  const about = (lang === "zh-CN" && board.description_zh) || (board.description ?? board.title ?? board.model ?? "");
  return h("button", {type: "button", "aria-pressed": String(name === chosen), "data-board": name, onclick: () => onclick(name)},
    h("b", {}, name), h("span", {}, [board.memory?.length ? boardSize(board, lang) : "", about].filter(Boolean).join(" · ")), board.memory?.length ? smallMap(board) : null);
}

/**
 * @param {HTMLDialogElement} dialog
 * @param {{t: any, lang: string, boards: any[], kernels: any[], inputs: any, problem: any, tree: File|null, compare: boolean}} with_
 * @param {{run: (inputs: any, beside: boolean) => void, tree: (file: File, inputs: any) => void}} on inputs: what is in the form
 */
export function renderChooser(dialog, with_, on) {
  const {t, lang, boards, kernels, inputs, problem, tree} = with_;
  let board = tree ? "" : inputs.board ?? boards[0]?.name ?? "";
  /** What was edited for one board is no use to another. */
  const choose = (name) => {
    if (name !== board) for (const f of [cmdline, memory, ...loader]) f.value = "";
    board = name;
    const own = boards.find((b) => b.name === name)?.kernel;
    if (own && kernels.some((k) => k.name === own)) kernel.value = own;
    paint();
  };
  const gallery = h("div", {class: "gallery", role: "group", "aria-label": t("choose.board")});
  const paint = () => gallery.replaceChildren(...boards.map((b) => card(b, board, lang, choose)));
  paint();
  const kernel = h("select", {id: "in-kernel"}, ...kernels.map((k) => h("option", {value: k.name, selected: k.name === inputs.kernel}, [k.name, k.version && k.version !== k.name ? k.version : "", k.title ?? k.description ?? ""].filter(Boolean).join(" · "))));
  const cmdline = h("textarea", {id: "in-cmdline", spellcheck: "false"}, inputs.cmdline ?? "");
  const text = (id, value, hint) => h("input", {type: "text", id, value, placeholder: hint, spellcheck: "false", autocomplete: "off"});
  const memory = text("in-memory", inputs.memory ?? "", "2G, 1G@0x40000000");
  const loader = LOADER.map((k) => text(`in-${k}`, show(inputs.loader?.[k]), k === "initrd" ? "0x48000000,0x48100000" : "0x40200000"));
  const file = h("input", {type: "file", id: "in-dtb", accept: ".dtb", onchange: (e) => e.target.files[0] && on.tree(e.target.files[0], collect())});
  const collect = () => ({board, kernel: kernel.value, cmdline: cmdline.value.trim(), memory: memory.value.trim(), loader: readLoader(loader.map((f) => f.value.trim()))});
  const row = (id, label, field, hint) => [h("label", {for: id}, label), h("div", {}, field), hint ? h("p", {class: "hint"}, hint) : null].filter(Boolean);
  dialog.replaceChildren(
    h("header", {}, h("h2", {id: "chooser-h"}, t("choose.title")), h("button", {type: "button", onclick: () => dialog.close()}, t("close"))),
    problem ? h("div", {class: "trouble", role: "alert"}, h("b", {}, problem.title ?? t("error.title")), h("p", {}, problem.detail ?? "")) : "",
    tree ? h("p", {class: "trouble"}, t("choose.tree", {name: tree.name, size: bytes(tree.size, lang)})) : gallery,
    h("div", {class: "fields"},
      ...row("in-kernel", t("choose.kernel"), kernel, ""),
      ...row("in-cmdline", t("choose.cmdline"), cmdline, t("choose.cmdline.hint")),
      ...row("in-memory", t("choose.memory"), memory, t("choose.memory.hint")),
      ...row("in-kernel_image", t("choose.image"), loader[0], ""), ...row("in-dtb-addr", t("choose.dtb"), loader[1], ""), ...row("in-initrd", t("choose.initrd"), loader[2], t("choose.loader.hint")),
      ...row("in-dtb", t("choose.file"), file, t("choose.file.hint"))),
    h("footer", {}, with_.compare ? h("button", {type: "button", onclick: () => on.run(collect(), true)}, t("choose.beside")) : "", h("button", {type: "button", class: "primary", id: "run", onclick: () => on.run(collect(), false)}, t("choose.run"))),
  );
  loader[1].id = "in-dtb-addr";
}

const LOADER = ["kernel_image", "dtb", "initrd"];

/** @param {string[]} texts @returns {Record<string, any>} as the daemon takes it: the initrd from and to */
export function readLoader(texts) {
  const pairs = LOADER.map((k, i) => [k, k === "initrd" ? texts[i].split(/[\s,]+/).filter(Boolean) : texts[i]]);
  return Object.fromEntries(pairs.filter(([, v]) => v.length));
}

const show = (v) => (Array.isArray(v) ? v.join(",") : v ?? "");
