// SPDX-License-Identifier: GPL-2.0-or-later
// The console of the allocator: what the machine is asked to do, statement by statement. Each addition is a
// run of its own, so undoing is nothing but the run before.
import {attr, beside, byId, fill, h, hide} from "../lib/dom.js";
import {LESSONS, lessonAfter} from "../lessons.js";

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
    "aria-describedby": "console-problem",
    onkeydown: (e) => recall(e),
  });
  const problem = h("p", {class: "problem", role: "alert", id: "console-problem"});
  const now = () => store.get().run?.manifest.inputs.ops ?? "";

  /** @param {string} line */
  const add = async (line) => {
    if (!line.trim()) return;
    const before = now();
    const typed = field.value === line;
    if (typed) field.value = ""; // the next one may be typed while this one is on its way
    back = 0;
    const done = await actions.work(before ? `${before}\n${line}` : line);
    if (!done && typed && !field.value) field.value = line;
  };

  /** How far back in the history the field is. */
  let back = 0;
  /**
   * Up and down bring back what was asked before, as in any shell; Escape leaves the field.
   * @param {KeyboardEvent} e
   */
  function recall(e) {
    if (e.key === "Escape") field.blur();
    const by = {ArrowUp: 1, ArrowDown: -1}[e.key];
    if (!by) return;
    e.preventDefault();
    const all = statements(now()).reverse();
    back = Math.max(0, Math.min(all.length, back + by));
    field.value = all[back - 1]?.trim() ?? "";
  }

  function draw(s) {
    const el = byId("console");
    const on = s.view === "work" && s.phase === "ready" && !s.mirror;
    beside(el, on);
    if (!on) return;
    attr(field, "aria-label", ctx.t("console.hint"));
    attr(field, "placeholder", ctx.t("console.hint"));
    const ops = now();
    const told = s.problem?.where === "ops" ? String(s.problem.detail ?? s.problem.title) : "";
    problem.textContent = told;
    hide(problem, !told);
    attr(field, "aria-invalid", told ? "true" : null);
    const line = lineNow(s);
    const typing = document.activeElement === field;
    fill(el, [s.lang, ops, s.lesson, s.ask, line, s.run.work?.unverified].join(), () => [
      lessons(s),
      lesson(s),
      s.run.work?.unverified
        ? h("p", {class: "unverified", title: s.run.work.unverified}, ctx.t("console.unverified"))
        : null,
      h("ol", {class: "history"}, ...statements(ops).map((text, i) => entry(text, i, line))),
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
      h("div", {class: "bar"}, ...buttons(ops)),
    ]);
    if (typing && document.activeElement !== field) field.focus(); // it was taken out and put back
  }

  const buttons = (ops) => [
    ...BUTTONS.map((line) => h("button", {type: "button", onclick: () => add(line)}, line)),
    h("button", {type: "button", disabled: !ops, onclick: actions.undo}, ctx.t("console.undo")),
  ];

  /** Which statement is at work, counted without empty lines; -1 for none. */
  function lineNow(s) {
    const line = s.run.replay.events[s.pos - 1]?.text?.line;
    if (line === undefined) return -1;
    return statements(
      now()
        .split("\n")
        .slice(0, line - 1)
        .join("\n"),
    ).length;
  }

  /** A line of the history goes to where its work begins. */
  const entry = (text, i, line) =>
    h(
      "li",
      {class: i === line ? "current" : null},
      h(
        "button",
        {
          type: "button",
          class: "plain",
          "aria-current": i === line ? "step" : null,
          onclick: () => actions.statement(i),
        },
        text,
      ),
    );

  /** Which lesson, and the ones beside it. */
  function lessons(s) {
    const el = h(
      "select",
      {
        "aria-label": ctx.t("console.lessons"),
        onchange: (e) => actions.lesson(LESSONS.find((l) => l.id === e.target.value) ?? null),
      },
      h("option", {value: ""}, ctx.t("console.lessons")),
      ...LESSONS.map((l, i) => h("option", {value: l.id}, `${i + 1}. ${ctx.t(`lesson.${l.id}`)}`)),
    );
    el.value = s.lesson ?? "";
    const step = (by, text, label) => {
      const to = lessonAfter(s.lesson, by);
      return h(
        "button",
        {
          type: "button",
          "aria-label": ctx.t(label),
          title: ctx.t(label),
          disabled: !to || (!s.lesson && by < 0),
          onclick: () => actions.lesson(to),
        },
        text,
      );
    };
    return h(
      "div",
      {class: "bar"},
      step(-1, "‹", "console.before"),
      el,
      step(1, "›", "console.next"),
    );
  }

  /** What the lesson shows; its question is asked where all questions are. */
  function lesson(s) {
    if (!s.lesson) return null;
    const id = `lesson.${s.lesson}`;
    return h(
      "div",
      {class: "lesson"},
      h("p", {}, ctx.t(`${id}.text`)),
      s.ask
        ? null
        : h(
            "button",
            {type: "button", onclick: actions.askLesson},
            `${ctx.t("lesson.question")} ${ctx.t(`${id}.ask`)}`,
          ),
    );
  }

  return {
    draw,
    /** Other words. */
    forget: () => byId("console").replaceChildren(),
  };
}
