// SPDX-License-Identifier: GPL-2.0-or-later
// The console of the allocator: what the machine is asked to do, statement by statement. Each addition is a
// run of its own, so undoing is nothing but the run before.
import {troubleOf} from "../lib/trouble.js";
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

/** So many statements are in the history at once: a browser lays out each of them whenever one is added. */
const MAX_SHOWN = 30;

/**
 * What was asked for, statement by statement, in a box that scrolls by itself. Of a long script it has a
 * part; what is before and behind it, a button brings.
 * @param {(i: number) => void} go to where the work of a statement begins
 */
function makeHistory(go) {
  const list = h("ol", {});
  const before = h("button", {
    type: "button",
    class: "plain",
    onclick: () => show(from - MAX_SHOWN),
  });
  const behind = h("button", {
    type: "button",
    class: "plain",
    onclick: () => show(from + MAX_SHOWN),
  });
  const el = h("div", {class: "history", hidden: true}, before, list, behind);
  let ops = "";
  /** The statements, with the line of the script that each has, from 1. @type {{text: string, line: number}[]} */
  let all = [];
  /** The first that is shown, and the one that is at work; -1 for none. */
  let from = 0;
  let current = -1;

  /** @param {number} i */
  const item = (i) => /** @type {any} */ (list.children[i - from] ?? null);
  /** @param {number} i */
  const entry = (i) =>
    h(
      "li",
      {value: i + 1},
      h("button", {type: "button", class: "plain", onclick: () => go(i)}, all[i].text),
    );

  /**
   * Statements of a text that begins with a line of the script.
   * @param {string} text @param {any} line
   */
  const read = (text, line) =>
    text.split("\n").flatMap((s, i) => (s.trim() ? [{text: s, line: line + i}] : []));

  /** @param {number} first */
  function show(first) {
    from = Math.max(0, Math.min(first, all.length - MAX_SHOWN));
    const to = Math.min(all.length, from + MAX_SHOWN);
    list.replaceChildren(...all.slice(from, to).map((_, i) => entry(from + i)));
    rest();
    light(current, true);
  }

  function rest() {
    const left = all.length - from - list.children.length;
    hide(el, !all.length);
    hide(before, !from);
    hide(behind, left <= 0);
    before.textContent = `↑ ${from}`;
    behind.textContent = `↓ ${left}`;
  }

  /** @param {string} text */
  function update(text) {
    if (text === ops) return;
    const more = ops !== "" && text.startsWith(`${ops}\n`);
    const had = all.length;
    if (!more) all = [];
    all.push(
      ...(more ? read(text.slice(ops.length + 1), ops.split("\n").length + 1) : read(text, 1)),
    );
    ops = text;
    if (!more) current = -1;
    if (!more || from + list.children.length < had || all.length > from + 2 * MAX_SHOWN)
      return show(all.length);
    // The usual: one more at the end, and perhaps one less at the beginning.
    for (let i = had; i < all.length; i++) list.append(entry(i));
    for (; list.children.length > MAX_SHOWN; from++) list.firstElementChild.remove();
    rest();
  }

  /** @param {number} i @param {any} on */
  function light(i, on) {
    const li = item(i);
    li?.classList.toggle("current", on);
    if (li) attr(li.firstElementChild, "aria-current", on ? "step" : null);
  }

  /** @param {number} line of the script that is at work, 0 for none */
  function mark(line) {
    const next = line ? all.findIndex((s) => s.line === line) : -1;
    if (next === current) return;
    light(current, false);
    current = next;
    if (next >= 0 && !item(next)) show(next - MAX_SHOWN / 2);
    light(next, true);
    if (next >= 0) requestAnimationFrame(() => next === current && reveal(item(next)));
  }

  /** The layout of the frame before is still valid: nothing has to be laid out to find it. @param {any} li */
  function reveal(li) {
    if (!li) return;
    const top = li.offsetTop - el.offsetTop;
    if (top < el.scrollTop || top + li.offsetHeight > el.scrollTop + el.clientHeight)
      el.scrollTop = top - el.clientHeight / 2;
  }

  return {
    el,
    /** @param {string} text @param {number} line */
    show(text, line) {
      update(text);
      mark(line);
    },
  };
}

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
    onkeydown: (/** @type {any} */ e) => recall(e),
    oninput: actions.awaken,
    onfocus: actions.awaken,
  });
  byId("console").addEventListener("pointermove", actions.awaken, {passive: true});
  const problem = h("p", {class: "problem", role: "alert", id: "console-problem"});
  const undo = h("button", {type: "button", onclick: actions.undo});
  const history = makeHistory((i) => actions.statement(i));
  const now = () => store.get().run?.manifest.inputs.ops ?? "";

  /** What was asked for last, on its way: the next one comes after it. */
  let last = Promise.resolve();

  /** @param {string} line */
  const add = (line) => {
    if (!line.trim()) return;
    const typed = field.value === line;
    if (typed) field.value = ""; // the next one may be typed while this one is on its way
    back = 0;
    last = last.then(async () => {
      const before = now();
      const done = await actions.work(before ? `${before}\n${line}` : line);
      if (!done && typed && !field.value) field.value = line;
    });
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

  /** @param {State} s */
  function draw(s) {
    const el = byId("console");
    const on = s.view === "work" && s.phase === "ready" && !s.mirror;
    beside(el, on);
    if (!on) return;
    attr(field, "aria-label", ctx.t("console.hint"));
    attr(field, "placeholder", ctx.t("console.hint"));
    const ops = now();
    const trouble = s.problem?.where === "ops" ? troubleOf(s.problem, ctx.t) : null;
    const told = trouble ? `${trouble.text} ${trouble.detail}` : "";
    problem.textContent = told;
    hide(problem, !told);
    attr(field, "aria-invalid", told ? "true" : null);
    undo.disabled = !ops;
    history.show(ops, lineNow(s));
    const typing = document.activeElement === field;
    fill(el, [s.lang, s.lesson, s.ask, s.run.work?.unverified].join(), () => [
      lessons(s),
      lesson(s),
      s.run.work?.unverified
        ? h("p", {class: "unverified", title: s.run.work.unverified}, ctx.t("console.unverified"))
        : null,
      history.el,
      h(
        "form",
        {
          onsubmit: (/** @type {any} */ e) => {
            e.preventDefault();
            add(field.value);
          },
        },
        field,
        h("button", {type: "submit", class: "primary"}, ctx.t("console.run")),
      ),
      problem,
      h("div", {class: "bar"}, ...buttons()),
    ]);
    if (typing && document.activeElement !== field) field.focus(); // it was taken out and put back
  }

  const buttons = () => {
    undo.textContent = ctx.t("console.undo");
    return [
      ...BUTTONS.map((line) => h("button", {type: "button", onclick: () => add(line)}, line)),
      undo,
    ];
  };

  /** Which line of the script is at work, from 1; 0 for none. @param {State} s */
  const lineNow = (s) => s.run.replay.events[s.pos - 1]?.text?.line ?? 0;

  /** Which lesson, and the ones beside it. @param {State} s */
  function lessons(s) {
    const el = h(
      "select",
      {
        "aria-label": ctx.t("console.lessons"),
        onchange: (/** @type {FieldEvent} */ e) =>
          actions.lesson(LESSONS.find((l) => l.id === e.target.value) ?? null),
      },
      h("option", {value: ""}, ctx.t("console.lessons")),
      ...LESSONS.map((l, i) => h("option", {value: l.id}, `${i + 1}. ${ctx.t(`lesson.${l.id}`)}`)),
    );
    el.value = s.lesson ?? "";
    /** @param {number} by @param {string} text @param {string} label */
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

  /** What the lesson shows; its question is asked where all questions are. @param {State} s */
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
