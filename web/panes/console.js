// SPDX-License-Identifier: GPL-2.0-or-later
// The console of the allocator: what the machine is asked to do, statement by statement. Each addition is a
// run of its own, so undoing is nothing but the run before.
import {attr, byId, fill, h} from "../lib/dom.js";
import {LESSONS} from "../lessons.js";

/** Statements for one click; the names are what a console would say. */
const BUTTONS = [
  "a = alloc",
  "b = alloc order=3",
  "m = alloc gfp=GFP_HIGHUSER_MOVABLE",
  "free a",
  "free a cpu=1",
  "repeat 64 { a = alloc }",
  "random 100 seed=1",
  "drain all",
];

/** Lines of a script that say anything. @param {string} ops */
export const statements = (ops) => ops.split("\n").filter((line) => line.trim());

/** @param {import("../screen.js").Context} ctx */
export function makeConsole(ctx) {
  const {actions, store} = ctx;
  const field = h("input", {
    type: "text",
    id: "console-text",
    spellcheck: "false",
    autocomplete: "off",
    autocapitalize: "off",
  });
  const problem = h("p", {class: "problem", role: "alert"});
  const now = () => store.get().run?.manifest.inputs.ops ?? "";

  /** @param {string} line */
  const add = async (line) => {
    if (!line.trim()) return;
    const before = now();
    if (await actions.work(before ? `${before}\n${line}` : line)) field.value = "";
  };
  const undo = () => actions.work(statements(now()).slice(0, -1).join("\n"));

  function draw(s) {
    const el = byId("console");
    const on = s.view === "work" && s.phase === "ready";
    el.hidden = !on;
    if (!on) return;
    attr(field, "aria-label", ctx.t("console.hint"));
    attr(field, "placeholder", ctx.t("console.hint"));
    const ops = now();
    const told = s.problem && !s.problem.offline ? String(s.problem.detail ?? s.problem.title) : "";
    problem.textContent = told;
    problem.hidden = !told;
    fill(el, [s.lang, ops, s.lesson].join(), () => [
      h("div", {class: "bar"}, ...buttons(ops), h("span", {class: "space"}), lessons(s)),
      lesson(s),
      h("ol", {class: "history"}, ...statements(ops).map(entry)),
      h(
        "form",
        {
          onsubmit: (e) => {
            e.preventDefault();
            add(field.value);
          },
        },
        field,
        h("button", {type: "submit", class: "primary"}, ctx.t("console.run")),
      ),
      problem,
    ]);
  }

  const buttons = (ops) => [
    ...BUTTONS.map((line) => h("button", {type: "button", onclick: () => add(line)}, line)),
    h("button", {type: "button", disabled: !ops, onclick: undo}, ctx.t("console.undo")),
  ];

  /** A line of the history goes to where its work begins. */
  const entry = (line, i) =>
    h(
      "li",
      {},
      h("button", {type: "button", class: "plain", onclick: () => actions.statement(i)}, line),
    );

  function lessons(s) {
    const el = h(
      "select",
      {
        "aria-label": ctx.t("console.lessons"),
        onchange: (e) => actions.lesson(LESSONS.find((l) => l.id === e.target.value) ?? null),
      },
      h("option", {value: ""}, ctx.t("console.lessons")),
      ...LESSONS.map((l) => h("option", {value: l.id}, ctx.t(`lesson.${l.id}`))),
    );
    el.value = s.lesson ?? "";
    return el;
  }

  /** What the lesson shows, and its question with the answer behind it. */
  function lesson(s) {
    if (!s.lesson) return null;
    const id = `lesson.${s.lesson}`;
    return h(
      "div",
      {class: "lesson"},
      h("p", {}, ctx.t(`${id}.text`)),
      h("details", {}, h("summary", {}, ctx.t(`${id}.ask`)), h("p", {}, ctx.t(`${id}.answer`))),
    );
  }

  return {
    draw,
    /** Other words. */
    forget: () => byId("console").replaceChildren(),
  };
}
