// SPDX-License-Identifier: GPL-2.0-or-later
// The panels: a drawing each, or its tables; of two runs, two drawings.
import {PANELS, panelsOf} from "../views.js";
import {afterDraw, attr, byId, fill, h, icon, svg, write} from "../lib/dom.js";
import {draw as drawMarks} from "../lib/draw.js";
import {aboutChapter, stepText} from "../lib/explain.js";
import {int, memoryText} from "../lib/format.js";
import {changedAt, inSight, isLong} from "../lib/marks.js";
import {gains} from "../lib/owners.js";
import {layoutChapters, renderChapters, stopAt} from "../views/chapters.js";
import {renderCompare} from "../views/compare.js";
import {tables as mapTables} from "../views/map.js";
import {layoutRows, renderRows} from "../views/rows.js";

/** Height of a panel's title bar, in sizes of the type. */
const BAR = 2.7;
/** What changed nearer than this to the lower edge is scrolled up. */
const NEAR_EDGE = 60;

/** @param {import("../screen.js").Context} ctx */
export function makePanels(ctx) {
  const {actions} = ctx;
  const told = {key: "", chapters: []};

  function draw(s, m, input, beside) {
    mapTable(s, m);
    if (s.view === "compare" && beside) return comparison(s, beside);
    if (s.view === "chapters") return chapters(s);
    const ids = panelsOf(s.view);
    fill(byId("panels"), ids.join() + s.lang, () => ids.map(makePanel));
    for (const id of ids) panel(id, s, m, input, beside, ids.length === 1);
  }

  /** The map as tables, in its place. */
  function mapTable(s, m) {
    const on = Boolean(s.asTable.map);
    attr(byId("map-table"), "aria-pressed", String(on));
    byId("map-box").hidden = byId("legend").hidden = on;
    byId("map-rows").hidden = !on;
    if (on) rowsOf(byId("map-rows"), "map", s, m);
  }

  const nameOf = (run) =>
    [
      run.manifest.inputs?.board || ctx.t("choose.given"),
      run.manifest.kernel?.version,
      memoryText(run.manifest.inputs?.memory),
    ]
      .filter(Boolean)
      .join(" · ");

  /** What tells the two runs apart: their names, or else their command lines. */
  function sides(s) {
    const tell =
      nameOf(s.run) === nameOf(s.other) ? (run) => run.manifest.inputs?.cmdline ?? "" : nameOf;
    return `A: ${tell(s.run)} · B: ${tell(s.other)}`;
  }

  function comparison(s, beside) {
    const cmdline = (run) => run.manifest.inputs?.cmdline ?? "";
    fill(byId("panels"), `compare${beside.pos}.${s.pos}${s.lang}${s.other.manifest.id}`, () => {
      const body = h("div", {
        class: "tablebox scroll",
        tabindex: "0",
        role: "region",
        "aria-label": ctx.t("view.compare"),
      });
      renderCompare(body, beside.layout, {t: ctx.t, names: ["A", "B"]});
      return h(
        "div",
        {class: "panel", id: "v-compare"},
        h(
          "div",
          {class: "bar"},
          h("h2", {}, `A: ${nameOf(s.run)} · B: ${nameOf(s.other)}`),
          h("span", {class: "read"}, `A: ${cmdline(s.run)} · B: ${cmdline(s.other)}`),
          h("span", {class: "space"}),
          h("button", {type: "button", onclick: actions.beside}, ctx.t("compare.end")),
        ),
        body,
      );
    });
  }

  /** Told once for a run and a language; the numbers of a stage are those of its first moment. */
  function chaptersOf(s) {
    const key = [s.run.manifest.id, s.length, s.lang].join();
    if (told.key === key) return told.chapters;
    const at = (pos) => s.run.replay.at(pos);
    const says = {
      title: (stage) => ctx.t(`stage.${stage}`),
      text: (c) => aboutChapter(ctx.t, c, at(c.from), s.lang),
      gain: (c) => gains(ctx.t, at(c.from - 1).ledger, at(c.to).ledger, s.lang, 6),
      step: (name) => stepText(ctx.t, name),
    };
    Object.assign(told, {key, chapters: layoutChapters(s.run, says)});
    return told.chapters;
  }

  function chapters(s) {
    const all = chaptersOf(s);
    const here = all.findIndex((c) => s.pos <= c.to);
    fill(byId("panels"), ["chapters", told.key, here, stopAt(all, s.pos)].join(), () => {
      const body = h("div", {
        class: "body scroll",
        tabindex: "0",
        role: "region",
        "aria-label": ctx.t("view.chapters"),
      });
      renderChapters(body, all, s.pos, {
        events: (c) =>
          ctx.t("chapters.events", {
            from: s.run.replay.events[c.from - 1].seq,
            n: int(c.to - c.from + 1, s.lang),
          }),
        until: (gain) => ctx.t("chapters.until", {gain}),
        onpos: (p) => actions.jump(p),
      });
      return h(
        "div",
        {class: "panel", id: "v-chapters"},
        h("div", {class: "bar"}, h("h2", {}, ctx.t("view.chapters"))),
        body,
      );
    });
  }

  function makePanel(id) {
    const svgs = [0, 1].map(() => svg("svg", {class: "drawing"}));
    const body = h(
      "div",
      {class: "body scroll", tabindex: "0", role: "region", "aria-label": ctx.t(`view.${id}`)},
      ...svgs,
    );
    const view = (body.__view = {top: 0, own: false, drawn: 0, long: false});
    for (const type of ["wheel", "touchmove", "keydown", "pointerdown"])
      body.addEventListener(type, () => (view.own = true), {passive: true});
    body.addEventListener(
      "scroll",
      () => {
        view.top = body.scrollTop;
        if (!view.long || Math.abs(view.top - view.drawn) < body.clientHeight / 2) return;
        el.__now = null;
        ctx.request();
      },
      {passive: true},
    );
    const table = h("button", {
      type: "button",
      class: "plain",
      "data-table": id,
      "aria-pressed": "false",
      title: ctx.t("table"),
      "aria-label": `${ctx.t("table")}: ${ctx.t(`view.${id}`)}`,
      onclick: () => actions.table(id),
    });
    table.append(icon("table"));
    const el = h(
      "div",
      {class: "panel", id: `v-${id}`},
      h(
        "div",
        {class: "bar"},
        h("h2", {id: `v-${id}-h`}, ctx.t(`view.${id}`)),
        h("span", {class: "sides read"}),
        h("span", {class: "space"}),
        table,
      ),
      body,
      h("div", {
        class: "tablebox scroll",
        hidden: true,
        tabindex: "0",
        role: "region",
        "aria-label": `${ctx.t(`view.${id}`)}, ${ctx.t("table")}`,
      }),
      h("div", {class: "empty", hidden: true}),
    );
    ctx.observe(el);
    return el;
  }

  /** Padding and borders of a panel's body, and room for its scroll bar. */
  const inner = (width) => width - 2 * 0.8 * ctx.fs - 12;

  function panel(id, s, m, input, beside, full) {
    const el = byId(`v-${id}`);
    const box = ctx.sizes.get(el);
    if (!box) return; // it is drawn as soon as its size is told
    const width = inner(box.width);
    const spec = PANELS[id];
    const asTable = Boolean(s.asTable[id]);
    const now = [
      s.run,
      ...spec.tables.map((n) => m.tables[n]),
      ...spec.tables.map((n) => m.changed[n]),
      m.pos === 0,
      id === "bootmem" ? [input.bitmap?.hint, input.bitmap?.last, s.win].join() : "",
      beside,
      s.sel,
      s.lang,
      width,
      ctx.fs,
      full,
      asTable,
    ];
    if (el.__now && el.__now.every((v, i) => v === now[i])) return;
    el.__now = now;
    const {drawing, second} = layouts(id, s, input, beside, width, full);
    const none = drawing.height + second.height === 0;
    const body = el.querySelector(".body");
    body.classList.toggle("two", Boolean(beside));
    write(el.querySelector(".sides"), beside && full ? sides(s) : "");
    attr(el.querySelector("[data-table]"), "aria-pressed", String(asTable));
    body.hidden = asTable || none;
    el.querySelector(".tablebox").hidden = !asTable;
    el.querySelector(".empty").hidden = !none || asTable;
    if (asTable) return rowsOf(el.querySelector(".tablebox"), id, s, m);
    if (none) return empty(el.querySelector(".empty"), id, s);
    const sight = {
      top: reveal(body, drawing, box.height - BAR * ctx.fs, s.sel),
      height: box.height,
      fs: ctx.fs,
    };
    const on = {
      selected: s.sel,
      onpick: actions.pick,
      onhover: actions.hover,
      label: ctx.t(`view.${id}`),
    };
    drawMarks(body.firstElementChild, inSight(drawing, sight), on);
    drawMarks(body.lastElementChild, inSight(second, sight), {
      ...on,
      onpick: undefined,
      onhover: undefined,
      label: `${ctx.t(`view.${id}`)}, B`,
    });
  }

  function layouts(id, s, input, beside, width, full) {
    const {layout} = PANELS[id];
    const room = Math.max(
      120,
      Math.floor(beside && width > 44 * ctx.fs ? (width - 24) / 2 : width),
    );
    const size = {width: room, fs: ctx.fs, full, sel: s.sel, win: s.win};
    const drawing = layout(beside ? {...input, changed: beside.mine} : input, size);
    const second = beside
      ? layout(
          {...input, tables: beside.tables, changed: beside.changed, bitmap: beside.bitmap},
          size,
        )
      : {marks: [], width: 0, height: 0};
    ctx.layouts[id] = drawing;
    return {drawing, second};
  }

  /**
   * What changed is in sight without scrolling by hand, and so is what was just selected; where somebody has scrolled, it stays until then.
   * @returns {number} how far the body is scrolled
   */
  function reveal(body, drawing, height, sel) {
    const view = body.__view;
    const fresh = view.sel !== sel && drawing.chosen !== undefined;
    const hot = fresh ? drawing.chosen : changedAt(drawing);
    view.sel = sel;
    if (hot !== null) view.own = false;
    if (!view.own) {
      const top =
        hot === null || hot < height - NEAR_EDGE
          ? 0
          : Math.min(Math.round(hot - height / 3), Math.round(drawing.height - height / 2));
      if (top !== view.top) afterDraw(() => () => (body.scrollTop = top));
      view.top = top;
    }
    if (fresh) view.own = true; // until something changes
    Object.assign(view, {drawn: view.top, long: isLong(drawing)});
    return view.top;
  }

  function rowsOf(el, id, s, m) {
    const names = id === "map" ? mapTables : PANELS[id].tables;
    renderRows(
      el,
      names.map((name) => ({
        name,
        layout: layoutRows(m.tables[name] ?? [], s.run.columns[name] ?? [], m.changed[name]),
      })),
      {none: ctx.t("table.none"), more: (n) => ctx.t("table.more", {n})},
    );
  }

  /** Before its step a view has nothing to show: it says what will come, and goes there. */
  function empty(el, id, s) {
    const first =
      s.run.replay.events.findIndex((e) =>
        e.splices?.some((x) => x.table === PANELS[id].main && x.ins?.length),
      ) + 1;
    fill(el, id + s.lang + first + (s.pos < first), () => [
      h("p", {}, ctx.t(`empty.${id}`)),
      first > s.pos
        ? h(
            "button",
            {type: "button", onclick: () => actions.jump(first)},
            ctx.t("empty.go", {step: s.run.replay.events[first - 1].step}),
          )
        : null,
    ]);
  }

  return {draw};
}
