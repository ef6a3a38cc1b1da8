// SPDX-License-Identifier: GPL-2.0-or-later
// The sliders beside what they do: each movement is a boot, and the newest wins.
import {attr, beside, byId, fill, h, hide, write} from "../lib/dom.js";
import {slidersOf} from "../lib/whatif.js";

/** @param {import("../screen.js").Context} ctx */
export function makeWhatif(ctx) {
  const {actions} = ctx;
  /** What stands in the pane: of which run, and its parts by knob. @type {{of: any, rows: Map<string, any>}} */
  let made = {of: null, rows: new Map()};

  /** @param {State} s */
  function draw(s) {
    const el = byId("whatif");
    const on = s.view === "whatif" && s.phase === "ready";
    beside(el, on);
    if (!on || !s.run) return;
    const {base, facts, moved} = s.whatif ?? actions.whatif.begin(s.run);
    const kernels = s.kernels.map((k) => k.name);
    fill(el, [base.manifest.id, s.lang, kernels.length].join(), () =>
      make(s, base, facts, kernels),
    );
    for (const [id, row] of made.rows) row.show(id in moved ? moved[id] : row.now);
    const told = s.problem && !s.problem.offline ? (s.problem.detail ?? s.problem.title) : "";
    const refused = el.querySelector(".problem");
    write(refused, String(told));
    hide(refused, !told);
    attr(el.querySelector("[data-reset]"), "disabled", Object.keys(moved).length ? null : "");
  }

  /** @param {any} s @param {number} base @param {any} facts @param {any} kernels */
  function make(s, base, facts, kernels) {
    made = {of: base, rows: new Map()};
    return [
      h(
        "div",
        {class: "bar"},
        h("h2", {id: "whatif-h"}, ctx.t("whatif.title")),
        h("span", {class: "space"}),
        h(
          "button",
          {type: "button", "data-reset": "", onclick: () => actions.whatif.reset()},
          ctx.t("whatif.reset"),
        ),
      ),
      kernel(base, kernels),
      ...slidersOf(facts).map((slider) => row(s, slider)),
      h("p", {class: "problem", role: "alert", hidden: true}),
      h("p", {class: "hint"}, ctx.t("whatif.hint")),
    ];
  }

  /** @param {State} s @param {any} slider */
  function row(s, slider) {
    const name = `whatif-${slider.id}`;
    const output = h("output", {for: name});
    const input = h("input", {
      type: "range",
      id: name,
      min: 0,
      max: slider.max,
      step: 1,
      oninput: (/** @type {FieldEvent} */ e) =>
        actions.whatif.move(slider.id, slider.at(Number(e.target.value))),
    });
    /** @param {any} value */
    const show = (value) => {
      const pos = String(Math.max(0, Math.min(slider.max, slider.pos(value))));
      if (input.value !== pos) input.value = pos;
      const text = slider.text(value, s.lang);
      write(output, text);
      attr(input, "aria-valuetext", text);
    };
    made.rows.set(slider.id, {show, now: slider.now});
    return h(
      "div",
      {class: "knob"},
      h("label", {for: name}, ctx.t(`whatif.${slider.id}`)),
      output,
      input,
    );
  }

  /** @param {any} base @param {any} kernels */
  function kernel(base, kernels) {
    const {kernel: own} = base.manifest.inputs;
    const names = kernels.includes(own) ? kernels : [own, ...kernels];
    const select = h(
      "select",
      {
        id: "whatif-kernel",
        onchange: (/** @type {FieldEvent} */ e) => actions.whatif.move("kernel", e.target.value),
      },
      ...names.map((/** @type {string} */ name) => h("option", {value: name}, name)),
    );
    /** @param {any} value */
    const show = (value) => {
      if (select.value !== value) select.value = value;
    };
    made.rows.set("kernel", {show, now: own});
    return h(
      "div",
      {class: "knob"},
      h("label", {for: "whatif-kernel"}, ctx.t("whatif.kernel")),
      select,
    );
  }

  return {
    draw,
    /** Other words. */
    forget: () => byId("whatif").replaceChildren(),
  };
}
