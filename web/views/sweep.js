// SPDX-License-Identifier: GPL-2.0-or-later
// Two inputs against each other: a map of what comes of each pair, which fills while the daemon boots them.
// Each cell opens its boot where it went wrong, or at its end.
import {saidOf} from "../lib/trouble.js";
import {fill, h, write} from "../lib/dom.js";
import {bytes, hex, int} from "../lib/format.js";
import {describe} from "../lib/view.js";

/** Steps of the scale from none to most. */
const SHADES = 9;

/** @typedef {{cell: number, outcome: string} & Record<string, any>} Cell */
/**
 * @typedef {{id: number, x: string, y: string, show: string, axes: {name: string, values:
 *   string[]}[], cells: Map<number, Cell>, total: number, over: boolean, problem: string}} Sweep
 */

/** A shade from 0 to SHADES - 1 for a number among others. @param {number} value @param {number} most */
export const shadeOf = (value, most) =>
  most > 0 ? Math.min(SHADES - 1, Math.floor((value / most) * (SHADES - 0.001))) : 0;

/** What a cell says. @param {Cell} cell @param {string} show @param {(key: string) => string} t @param {string} lang */
export function cellText(cell, show, t, lang) {
  const booted = cell.outcome === "fine" || cell.outcome === "problems";
  if (!show || !booted) return t(`outcome.${cell.outcome}`);
  if (/\.base$/.test(show)) return hex(cell[show]);
  return /^(problems|events|panicked|counter\.|cma\.areas)/.test(show)
    ? int(cell[show], lang)
    : bytes(cell[show], lang);
}

/**
 * Rows from the top, so that the second axis goes up.
 * @param {Sweep} sweep @returns {{label: string, cells: {i: number, x: string, y: string}[]}[]}
 */
export function layoutSweep({axes}) {
  const columns = axes[0]?.values ?? [];
  const rows = axes[1]?.values ?? [""];
  return rows
    .map((y, r) => ({
      label: y,
      cells: columns.map((x, c) => ({i: r * columns.length + c, x, y})),
    }))
    .reverse();
}

/** Names for the list of numbers; any other of `mmscope boot -o metrics` may be typed. */
/** @param {string} problem "cma: '1:' is no FIRST:LAST:STEP" @param {Translate} t */
const troubleWords = (problem, t) => {
  const [, name, rest] = /^([\w.-]+): (.*)$/s.exec(problem) ?? [null, "", problem];
  return [name, saidOf(rest, t) || rest].filter(Boolean).join(t("said.colon"));
};

const NUMBERS = ["cma.size", "memtotal", "lost", "crashkernel.size", "memfree", "problems"];

/** @param {string} id @param {string} label @param {any} value @param {string} [list] */
function field(id, label, value, list = "") {
  const input = h("input", {
    type: "text",
    id,
    value,
    spellcheck: "false",
    autocomplete: "off",
    list,
  });
  return h("label", {}, h("span", {}, label), input);
}

/** @param {any} told */
function form(told) {
  const {t, actions, s} = told;
  const now = s.sweep ?? {x: "cma=16M:512M:16M", y: "memory=512M:2G:256M", show: "cma.size"};
  /** @param {string} id */
  const value = (id) => /** @type {any} */ (document.getElementById(id)).value.trim();
  return h(
    "form",
    {
      class: "sweep",
      onsubmit: (/** @type {any} */ e) => {
        e.preventDefault();
        actions.sweep.run({x: value("sweep-x"), y: value("sweep-y"), show: value("sweep-show")});
      },
    },
    field("sweep-x", t("sweep.x"), now.x),
    field("sweep-y", t("sweep.y"), now.y),
    field("sweep-show", t("sweep.show"), now.show, "sweep-numbers"),
    h("datalist", {id: "sweep-numbers"}, ...NUMBERS.map((n) => h("option", {value: n}))),
    h("button", {type: "submit", class: "primary"}, t("sweep.run")),
    h("p", {class: "hint"}, t("sweep.hint")),
    h("p", {class: "problem", role: "alert", hidden: true}),
    h("p", {class: "done", role: "status"}),
  );
}

/** A table whose cells are buttons: arrow keys go from one to the next. @param {any} told */
function table(told) {
  const {s, actions} = told;
  const {sweep} = s;
  const body = layoutSweep(sweep).map((row, r) =>
    h(
      "tr",
      {},
      row.label ? h("th", {scope: "row"}, row.label) : h("td"),
      ...row.cells.map((c, k) =>
        h(
          "td",
          {},
          h("button", {
            type: "button",
            "data-cell": c.i,
            tabindex: r === 0 && k === 0 ? "0" : "-1",
            "aria-label": [c.x, c.y].filter(Boolean).join(", "),
            onclick: () => actions.sweep.open(c.i),
          }),
        ),
      ),
    ),
  );
  const name = sweep.axes.map((/** @type {any} */ a) => a.name).join(" × ");
  const el = h(
    "table",
    {class: "heat", "aria-label": `${sweep.show || told.t("sweep.outcome")}: ${name}`},
    h("tbody", {}, ...body),
    h(
      "tfoot",
      {},
      h(
        "tr",
        {},
        h(
          "th",
          {scope: "col"},
          sweep.axes[1] ? `${sweep.axes[1].name} ↑ ` : "",
          sweep.axes[0] ? `${sweep.axes[0].name} →` : "",
        ),
        ...(sweep.axes[0]?.values ?? []).map((/** @type {any} */ v) =>
          h("th", {scope: "col"}, h("span", {}, v)),
        ),
      ),
    ),
  );
  el.addEventListener("keydown", (/** @type {any} */ e) => move(el, e));
  return el;
}

/** @param {any} el @param {any} e */
function move(el, e) {
  const steps = {ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1]};
  const step = steps[/** @type {keyof typeof steps} */ (e.key)];
  const from = e.target.closest?.("td");
  if (!step || !from) return;
  const row = el.tBodies[0].rows[from.parentElement.sectionRowIndex + step[1]];
  const to = row?.cells[from.cellIndex + step[0]]?.querySelector("button");
  e.preventDefault();
  e.stopPropagation();
  if (!to) return;
  from.firstElementChild.tabIndex = -1;
  to.tabIndex = 0;
  to.focus();
}

/** Outcomes that a colour of their own, or a frame, stands for. */
const OUTCOMES = ["fine", "problems", "panics", "refused", "our failure"];

/**
 * What the colours say: of a number from nothing to the most of it, and what else has come out.
 * @param {Sweep} sweep @param {number} most @param {Translate} t @param {string} lang
 */
function scale({cells, show}, most, t, lang) {
  /** @param {string} look */
  const swatch = (look) => h("i", {class: look});
  const seen = new Set([...cells.values()].map((c) => c.outcome));
  const shades = Array.from({length: SHADES}, (_, i) => swatch(`shade-${i}`));
  /** @param {number} n */
  const at = (n) => cellText({cell: 0, outcome: "fine", [show]: n}, show, t, lang);
  return [
    show && most ? h("span", {}, `${show} `, at(0), " ", ...shades, " ", at(most)) : null,
    ...OUTCOMES.filter((o) => seen.has(o) && (o !== "fine" || !show)).map((o) =>
      h(
        "span",
        {},
        swatch(show && o === "problems" ? "marked" : `is-${o.replace(" ", "-")}`),
        ` ${t(`outcome.${o}`)}`,
      ),
    ),
  ].filter(Boolean);
}

/**
 * Cells that have arrived get their colour; those that were there keep theirs unless the scale has
 * changed.
 * @param {HTMLElement} el @param {any} told
 */
function paint(el, told) {
  const {s, t} = told;
  const sweep = /** @type {Sweep} */ (s.sweep);
  const problem = /** @type {HTMLElement} */ (el.querySelector(".problem"));
  write(problem, sweep?.problem ? troubleWords(sweep.problem, t) : "");
  problem.hidden = !sweep?.problem;
  if (!sweep?.axes.length) return;
  write(
    el.querySelector(".done"),
    t("sweep.done", {done: int(sweep.cells.size, s.lang), total: int(sweep.total, s.lang)}),
  );
  const {show} = sweep;
  const booted = [...sweep.cells.values()].filter((c) => /fine|problems/.test(c.outcome));
  const most = show ? Math.max(0, ...booted.map((c) => c[show] ?? 0)) : 0;
  const says = [show, most, ...new Set([...sweep.cells.values()].map((c) => c.outcome)), s.lang];
  fill(/** @type {Element} */ (el.querySelector(".scale")), says.join(), () =>
    scale(sweep, most, t, s.lang),
  );
  for (const button of /** @type {NodeListOf<HTMLElement>} */ (
    el.querySelectorAll("[data-cell]")
  )) {
    const cell = sweep.cells.get(Number(button.dataset.cell));
    if (!cell) continue;
    const value = show && /fine|problems/.test(cell.outcome) ? shadeOf(cell[show], most) : null;
    const look = value === null ? `is-${cell.outcome.replace(" ", "-")}` : `shade-${value}`;
    const mark = cell.outcome === "problems" ? " marked" : "";
    if (button.className === look + mark) continue;
    button.className = look + mark;
    const inputs = sweep.axes.map((a) => `${a.name}=${cell[a.name]}`).join(", ");
    const text = cellText(cell, show, t, s.lang);
    const all = `${inputs}: ${text}${mark ? `, ${t("outcome.problems")}` : ""}`;
    button.setAttribute("aria-label", all);
    button.title = all;
  }
}

export const view = describe({
  id: "sweep",
  group: "where",
  tables: [],
  words(told) {
    const {s, t} = told;
    return {
      key: [
        s.run.glance ? "" : s.run.tree?.name,
        s.sweep?.id ?? 0,
        s.sweep?.axes.length ?? 0,
      ].join(),
      title: t("view.sweep"),
      aside: [s.run.manifest.inputs.board, s.run.manifest.kernel?.version]
        .filter(Boolean)
        .join(" · "),
      write: (el) =>
        el.append(
          form(told),
          ...(s.sweep?.axes.length ? [h("p", {class: "scale"}), table(told)] : []),
        ),
      update: (el) => paint(el, told),
    };
  },
});
