// SPDX-License-Identifier: GPL-2.0-or-later
// What to boot: board, kernel, command line, memory, where the loader put things.
import {h, svg} from "../lib/dom.js";
import {bytes, int, memoryInput, num} from "../lib/format.js";
import {historyTable} from "../lib/history.js";
import {isHandedIn, trustLong, trustShort} from "../lib/trust.js";
import {kernelSaid, langOf, troubleOf} from "../lib/trouble.js";

const MAP = {width: 200, height: 16, gap: 6};

/**
 * A board as a small map: its banks to scale with the gaps between them folded, and what its tree reserves.
 * @param {{banks?: any[], reserved?: any[]}} board
 * @returns {{banks: {x: number, w: number, node: number}[], reserved: {x: number, w: number}[]}}
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
  /** @param {Row} r */
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

/** @param {any} board */
function smallMap(board) {
  const el = svg("svg", {
    viewBox: `0 0 ${MAP.width} ${MAP.height}`,
    preserveAspectRatio: "none",
    "aria-hidden": "true",
  });
  /** @param {any} b @param {any} c */
  const bar = (b, c) => svg("rect", {x: b.x, y: 1, width: b.w, height: MAP.height - 2, class: c});
  const {banks, reserved} = layoutBoard(board);
  el.append(
    ...banks.map((b) => bar(b, `bank${b.node % 2 === 1 ? " odd" : ""}`)),
    ...reserved.map((r) => bar(r, "held")),
  );
  return el;
}

/**
 * "2 GiB · 4 CPUs · 2 nodes": as far as the tree says.
 * @param {any} board @param {Translate} t @param {string} lang
 */
function shape(board, t, lang) {
  const ram = (board.banks ?? []).reduce(
    (/** @type {number} */ a, /** @type {Row} */ b) => a + num(b.size),
    0,
  );
  return [
    ram ? bytes(ram, lang) : "",
    board.cpus ? t("choose.cpus", {n: int(board.cpus, lang)}) : "",
    board.nodes > 1 ? t("choose.nodes", {n: int(board.nodes, lang)}) : "",
  ]
    .filter(Boolean)
    .join(" · ");
}

/**
 * @param {any} board @param {any} chosen @param {Translate} t @param {string} lang
 * @param {any} onclick
 */
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
 * @param {{t: any, lang: string, boards: any[], kernels: any[], inputs: any, problem: any, tree:
 *   File|null, compare: boolean, kernel: Kernel}} with_
 * @param {{run: (inputs: any, beside: boolean, own: boolean) => void, tree: (file: File, inputs:
 *   any) => void, files: (files: File[], inputs: any, own: boolean) => void, history: (kernel:
 *   string, against: string) => void}} on inputs: what is in the form
 */
export function renderChooser(dialog, with_, on) {
  const {t, lang, boards, kernels, inputs, problem, tree} = with_;
  let board = tree ? "" : (inputs.board ?? boards[0]?.name ?? "");
  /** A tree of one's own stays until a board is chosen instead. */
  let own = Boolean(tree);
  /** What was edited for one board is no use to another. @param {string} name */
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
  /** @param {string} name */
  const listed = (name) => kernels.some((k) => k.name === name);
  const wanted = listed(inputs.kernel)
    ? inputs.kernel
    : boards.find((b) => b.name === board)?.kernel;
  const kernel = h(
    "select",
    {id: "in-kernel", "aria-describedby": "kernel-about", onchange: () => tellKernel()},
    ...kernels.map((k) =>
      h(
        "option",
        {value: k.name, selected: k.name === wanted},
        kernelLabel(k, with_.kernel.files, t, lang),
      ),
    ),
  );
  const about = h("div", {id: "kernel-about"});
  const tellKernel = () => {
    const k = kernels.find((x) => x.name === kernel.value);
    about.replaceChildren(...(k ? aboutKernel(k, kernels, with_, on.history) : []));
  };
  tellKernel();
  const image = h("input", {
    type: "file",
    id: "in-image",
    multiple: true,
    onchange: (/** @type {any} */ e) =>
      e.target.files.length && on.files([...e.target.files], collect(), own),
  });
  const cmdline = h("textarea", {id: "in-cmdline", spellcheck: "false"}, inputs.cmdline ?? "");
  /** @param {string} id @param {any} value @param {string} hint */
  const text = (id, value, hint) =>
    h("input", {
      type: "text",
      id,
      value,
      placeholder: hint,
      spellcheck: "false",
      autocomplete: "off",
    });
  const memory = text("in-memory", memoryInput(inputs.memory), "2G, 1G@0x40000000");
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
    accept: ".dtb,.dtbo",
    onchange: (/** @type {any} */ e) => e.target.files[0] && on.tree(e.target.files[0], collect()),
  });
  const log = h("input", {
    type: "file",
    id: "in-log",
    onchange: (/** @type {any} */ e) =>
      e.target.files.length && on.files([...e.target.files], collect(), own),
  });
  const collect = () => ({
    board,
    kernel: kernel.value,
    cmdline: cmdline.value.trim(),
    memory: memory.value.trim(),
    loader: readLoader(loader.map((f) => f.value.trim())),
  });
  const told = problem ? troubleOf(problem, t) : null;
  const trouble = () =>
    h(
      "p",
      {class: "problem", role: "alert"},
      told?.text,
      h("small", {lang: langOf(told?.detail)}, told?.detail),
    );
  const wrong = told ? (ROWS[told.field] ?? "") : "";
  /** @param {string} id @param {string} label @param {any} field @param {string} hint */
  const row = (id, label, field, hint) => {
    if (id === wrong) field.setAttribute("aria-invalid", "true");
    return [
      h("label", {for: id}, label),
      h("div", {}, field, id === wrong ? trouble() : ""),
      hint ? h("p", {class: "hint"}, hint) : null,
    ].filter(Boolean);
  };
  dialog.replaceChildren(
    h(
      "header",
      {},
      h("h2", {id: "chooser-h"}, t("choose.title")),
      h("button", {type: "button", onclick: () => dialog.close()}, t("close")),
    ),
    told && !wrong ? h("div", {class: "trouble"}, trouble()) : "",
    note ?? "",
    gallery,
    h(
      "div",
      {class: "fields"},
      ...row(
        "in-kernel",
        t("choose.kernel"),
        h("div", {id: "kernel-field"}, kernel, kernelState(with_.kernel, t, lang), about),
        "",
      ),
      ...row("in-image", t("choose.kernel.own"), image, t("choose.kernel.own.hint")),
      ...row("in-cmdline", t("choose.cmdline"), cmdline, t("choose.cmdline.hint")),
      ...row("in-memory", t("choose.memory"), memory, t("choose.memory.hint")),
      ...row("in-kernel_image", t("choose.image"), loader[0], ""),
      ...row("in-dtb-addr", t("choose.dtb"), loader[1], ""),
      ...row("in-initrd", t("choose.initrd"), loader[2], t("choose.loader.hint")),
      ...row("in-dtb", t("choose.file"), file, t("choose.file.hint")),
      ...row("in-log", t("choose.log"), log, t("choose.log.hint")),
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

/**
 * What is known of kernels that are handed in.
 * @typedef {{files: Readonly<Record<string, string>>, upload: {name: string, share: number}|null,
 *   problem: any, missing: {name: string, file: string}|null, alone: string, history: {key: string,
 *   changes: any[]}|null, url: (name: string) => string}} Kernel alone: a file that came without
 *   its kernel
 */

/** One that was handed in is called as its file was. @param {any} k @param {Readonly<Record<string, string>>} files */
export function kernelName(k, files) {
  if (!isHandedIn(k.name)) return k.name;
  return `${files[k.name] ?? k.build ?? k.version} (${k.name.slice(-32, -26)})`;
}

/** @param {any} k @param {any} files @param {Translate} t @param {string} lang */
const kernelLabel = (k, files, t, lang) =>
  [
    kernelName(k, files),
    k.version && k.version !== k.name ? k.version : "",
    trustShort(k.trust, t, lang),
    isHandedIn(k.name) ? "" : (k.description ?? ""),
  ]
    .filter(Boolean)
    .join(" · ");

/**
 * What is wrong with a kernel, and what to do about it here.
 * @param {any} p problem+json
 * @param {any} t
 * @param {string} lang
 * @returns {string[]}
 */
export function kernelTrouble(p, t, lang) {
  const name = p.file ?? "";
  if (p.offline) return [t("cover.offline"), t("cover.offline.text")];
  if (p.status === 413)
    return [t("kernel.large", {name, max: bytes(128 << 20, lang)}), t("kernel.large.do")];
  if (p.option === "config") return [t("kernel.config", {name}), t("kernel.config.do")];
  if (p.option === "system_map") return [t("kernel.map", {name}), t("kernel.map.do")];
  if (p.option === "force") return [t("kernel.far", {name}), p.detail ?? ""];
  if (p.status === 422)
    return [t("kernel.refused", {name}), kernelSaid(p.detail ?? "", t), t("kernel.refused.do")];
  return [t("kernel.failed", {name}), p.detail ?? p.title ?? ""];
}

/**
 * Beside the kernel's field: that one is read, that one is missed, what is wrong with one.
 * @param {Kernel} k @param {Translate} t @param {string} lang
 */
function kernelState({upload, problem, missing, alone}, t, lang) {
  if (upload)
    return h(
      "div",
      {id: "upload", role: "status"},
      h("progress", {
        max: 1,
        value: upload.share,
        "aria-label": t("kernel.sending", {name: upload.name}),
      }),
      h("span", {}, uploadText(upload, t)),
    );
  const [title, ...rest] = problem
    ? kernelTrouble(problem, t, lang)
    : alone
      ? [t("kernel.alone", {name: alone}), t("kernel.alone.do")]
      : missing
        ? [
            t("kernel.missing", {
              name: missing.file ? `${missing.file}, ${missing.name}` : missing.name,
            }),
            t("kernel.missing.do"),
          ]
        : [];
  return title
    ? h(
        "div",
        {id: "kernel-trouble", class: "trouble", role: "alert"},
        h("b", {}, title),
        ...rest.filter(Boolean).map((x) => h("p", {}, x)),
      )
    : null;
}

/** @param {{name: string, share: number}} upload @param {Translate} t */
export const uploadText = ({name, share}, t) =>
  share < 1
    ? t("kernel.sending", {name}) + ` ${Math.floor(share * 100)} %`
    : t("kernel.reading", {name});

/**
 * How far it can be trusted, what was assumed, and what changed in Linux since another.
 * @param {any} k @param {any} kernels @param {{t: Translate, lang: string, kernel: any}} how
 * @param {any} onhistory
 */
function aboutKernel(k, kernels, {t, lang, kernel}, onhistory) {
  const assumed = k.trust?.assumed ?? [];
  const against = h(
    "select",
    {
      "aria-label": t("history.against"),
      onchange: (/** @type {FieldEvent} */ e) => onhistory(k.name, e.target.value),
    },
    h("option", {value: ""}, t("history.first")),
    ...kernels
      .filter((/** @type {any} */ o) => o.name !== k.name)
      .map((/** @type {any} */ o) => h("option", {value: o.name}, kernelName(o, kernel.files))),
  );
  const shown =
    kernel.history?.key.startsWith(`${k.name} `) && kernel.history.lang === lang
      ? kernel.history
      : null;
  if (shown) against.value = shown.key.slice(k.name.length + 1);
  return [
    h("p", {class: "trust"}, trustLong(k.trust, t, lang).join(" ")),
    isHandedIn(k.name)
      ? h("p", {}, h("a", {href: kernel.url(k.name), download: `${k.name}.json`}, t("kernel.save")))
      : null,
    assumed.length
      ? h(
          "details",
          {},
          h("summary", {}, t("trust.assumed", {n: int(assumed.length, lang)})),
          h(
            "ul",
            {},
            ...assumed.map((/** @type {any} */ a) => h("li", {}, t("trust.assumed.one", a))),
          ),
        )
      : null,
    h(
      "details",
      {
        id: "kernel-history",
        open: Boolean(shown),
        ontoggle: (/** @type {any} */ e) =>
          e.target.open && !shown && onhistory(k.name, against.value),
      },
      h("summary", {}, t("history.title")),
      h("p", {}, t("history.against"), " ", against),
      shown ? h("div", {class: "scroll"}, historyTable(shown.changes, t)) : null,
    ),
  ].filter(Boolean);
}
/** The row in which what was refused is mended. @type {Record<string, string>} */
const ROWS = {
  kernel: "in-kernel",
  memory: "in-memory",
  cmdline: "in-cmdline",
  tree: "in-dtb",
  log: "in-log",
  loader: "in-kernel_image",
};

const LOADER = ["kernel_image", "dtb", "initrd"];

/** @param {string[]} texts @returns {Record<string, any>} as the daemon takes it: the initrd from and to */
export function readLoader(texts) {
  const pairs = LOADER.map((k, i) => [
    k,
    k === "initrd" ? texts[i].split(/[\s,]+/).filter(Boolean) : texts[i],
  ]);
  return Object.fromEntries(pairs.filter(([, v]) => v.length));
}

/** @param {any} v */
const show = (v) => (Array.isArray(v) ? v.join(",") : (v ?? ""));
