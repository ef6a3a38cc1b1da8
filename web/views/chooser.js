// SPDX-License-Identifier: GPL-2.0-or-later
// What to boot: board, kernel, command line, memory, where the loader put things.
import {h, svg} from "../lib/dom.js";
import {bytes, int, num} from "../lib/format.js";

const MAP = {width: 200, height: 16, gap: 6};

/**
 * A board as a small map: its banks to scale with the gaps between them folded, and what its tree reserves.
 * @param {{banks?: any[], reserved?: any[]}} board @returns {{banks: {x: number, w: number, node: number}[], reserved: {x: number, w: number}[]}}
 */
export function layoutBoard({banks = [], reserved = []}, width = MAP.width) {
  const sorted = banks
    .map((b) => ({base: num(b.base), size: num(b.size), node: b.node ?? -1}))
    .filter((b) => b.size > 0)
    .sort((a, b) => a.base - b.base);
  const total = sorted.reduce((a, b) => a + b.size, 0);
  const gaps = sorted.filter(
    (b, i) => i && b.base > sorted[i - 1].base + sorted[i - 1].size,
  ).length;
  const scale = Math.max(0, width - MAP.gap * gaps) / Math.max(1, total);
  let x = 0;
  const placed = sorted.map((b, i) => {
    if (i && b.base > sorted[i - 1].base + sorted[i - 1].size) x += MAP.gap;
    const at = {...b, x, w: Math.max(1, b.size * scale)};
    x += b.size * scale;
    return at;
  });
  const inside = (r) =>
    placed.flatMap((b) => {
      const from = Math.max(num(r.base), b.base);
      const to = Math.min(num(r.base) + num(r.size), b.base + b.size);
      return from < to
        ? [{x: b.x + (from - b.base) * scale, w: Math.max(1.5, (to - from) * scale)}]
        : [];
    });
  return {
    banks: placed.map(({x: at, w, node}) => ({x: at, w, node})),
    reserved: reserved.flatMap(inside),
  };
}

function smallMap(board) {
  const el = svg("svg", {
    viewBox: `0 0 ${MAP.width} ${MAP.height}`,
    preserveAspectRatio: "none",
    "aria-hidden": "true",
  });
  const bar = (b, c) => svg("rect", {x: b.x, y: 1, width: b.w, height: MAP.height - 2, class: c});
  const {banks, reserved} = layoutBoard(board);
  el.append(
    ...banks.map((b) => bar(b, `bank${b.node % 2 === 1 ? " odd" : ""}`)),
    ...reserved.map((r) => bar(r, "held")),
  );
  return el;
}

/** "2 GiB · 4 CPUs · 2 nodes": as far as the tree says. */
function shape(board, t, lang) {
  const ram = (board.banks ?? []).reduce((a, b) => a + num(b.size), 0);
  return [
    ram ? bytes(ram, lang) : "",
    board.cpus ? t("choose.cpus", {n: int(board.cpus, lang)}) : "",
    board.nodes > 1 ? t("choose.nodes", {n: int(board.nodes, lang)}) : "",
  ]
    .filter(Boolean)
    .join(" · ");
}

function card(board, chosen, t, lang, onclick) {
  const name = board.name ?? board.id;
  const about =
    (lang === "zh-CN" && board.description_zh) ||
    (board.description ?? board.title ?? board.model ?? "");
  return h(
    "button",
    {
      type: "button",
      "aria-pressed": String(name === chosen),
      "data-board": name,
      onclick: () => onclick(name),
    },
    h("b", {}, name),
    h("small", {}, shape(board, t, lang)),
    board.banks?.length ? smallMap(board) : null,
    h("span", {}, about),
  );
}

/**
 * @param {HTMLDialogElement} dialog
 * @param {{t: any, lang: string, boards: any[], kernels: any[], inputs: any, problem: any, tree: File|null, compare: boolean}} with_
 * @param {{run: (inputs: any, beside: boolean, own: boolean) => void, tree: (file: File, inputs: any) => void}} on inputs: what is in the form
 */
export function renderChooser(dialog, with_, on) {
  const {t, lang, boards, kernels, inputs, problem, tree} = with_;
  let board = tree ? "" : (inputs.board ?? boards[0]?.name ?? "");
  /** A tree of one's own stays until a board is chosen instead. */
  let own = Boolean(tree);
  /** What was edited for one board is no use to another. */
  const choose = (name) => {
    if (name !== board) for (const f of [cmdline, memory, ...loader]) f.value = "";
    board = name;
    own = false;
    if (note) note.hidden = true;
    const usual = boards.find((b) => b.name === name)?.kernel;
    if (usual && kernels.some((k) => k.name === usual)) kernel.value = usual;
    paint();
  };
  const gallery = h("div", {class: "gallery", role: "group", "aria-label": t("choose.board")});
  const paint = () =>
    gallery.replaceChildren(...boards.map((b) => card(b, board, t, lang, choose)));
  paint();
  const note = tree
    ? h("p", {class: "own"}, t("choose.tree", {name: tree.name, size: bytes(tree.size, lang)}))
    : null;
  const kernel = h(
    "select",
    {id: "in-kernel"},
    ...kernels.map((k) =>
      h(
        "option",
        {value: k.name, selected: k.name === inputs.kernel},
        [k.name, k.version && k.version !== k.name ? k.version : "", k.title ?? k.description ?? ""]
          .filter(Boolean)
          .join(" · "),
      ),
    ),
  );
  const cmdline = h("textarea", {id: "in-cmdline", spellcheck: "false"}, inputs.cmdline ?? "");
  const text = (id, value, hint) =>
    h("input", {
      type: "text",
      id,
      value,
      placeholder: hint,
      spellcheck: "false",
      autocomplete: "off",
    });
  const memory = text("in-memory", inputs.memory ?? "", "2G, 1G@0x40000000");
  const loader = LOADER.map((k) =>
    text(
      `in-${k}`,
      show(inputs.loader?.[k]),
      k === "initrd" ? "0x48000000,0x48100000" : "0x40200000",
    ),
  );
  const file = h("input", {
    type: "file",
    id: "in-dtb",
    accept: ".dtb",
    onchange: (e) => e.target.files[0] && on.tree(e.target.files[0], collect()),
  });
  const collect = () => ({
    board,
    kernel: kernel.value,
    cmdline: cmdline.value.trim(),
    memory: memory.value.trim(),
    loader: readLoader(loader.map((f) => f.value.trim())),
  });
  const row = (id, label, field, hint) =>
    [
      h("label", {for: id}, label),
      h("div", {}, field),
      hint ? h("p", {class: "hint"}, hint) : null,
    ].filter(Boolean);
  dialog.replaceChildren(
    h(
      "header",
      {},
      h("h2", {id: "chooser-h"}, t("choose.title")),
      h("button", {type: "button", onclick: () => dialog.close()}, t("close")),
    ),
    problem
      ? h(
          "div",
          {class: "trouble", role: "alert"},
          h("b", {}, problem.title ?? t("error.title")),
          h("p", {}, problem.detail ?? ""),
        )
      : "",
    note ?? "",
    gallery,
    h(
      "div",
      {class: "fields"},
      ...row("in-kernel", t("choose.kernel"), kernel, ""),
      ...row("in-cmdline", t("choose.cmdline"), cmdline, t("choose.cmdline.hint")),
      ...row("in-memory", t("choose.memory"), memory, t("choose.memory.hint")),
      ...row("in-kernel_image", t("choose.image"), loader[0], ""),
      ...row("in-dtb-addr", t("choose.dtb"), loader[1], ""),
      ...row("in-initrd", t("choose.initrd"), loader[2], t("choose.loader.hint")),
      ...row("in-dtb", t("choose.file"), file, t("choose.file.hint")),
    ),
    h(
      "footer",
      {},
      with_.compare
        ? h(
            "button",
            {type: "button", onclick: () => on.run(collect(), true, own)},
            t("choose.beside"),
          )
        : "",
      h(
        "button",
        {type: "button", class: "primary", id: "run", onclick: () => on.run(collect(), false, own)},
        t("choose.run"),
      ),
    ),
  );
  loader[1].id = "in-dtb-addr";
}

const LOADER = ["kernel_image", "dtb", "initrd"];

/** @param {string[]} texts @returns {Record<string, any>} as the daemon takes it: the initrd from and to */
export function readLoader(texts) {
  const pairs = LOADER.map((k, i) => [
    k,
    k === "initrd" ? texts[i].split(/[\s,]+/).filter(Boolean) : texts[i],
  ]);
  return Object.fromEntries(pairs.filter(([, v]) => v.length));
}

const show = (v) => (Array.isArray(v) ? v.join(",") : (v ?? ""));
