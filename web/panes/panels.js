// SPDX-License-Identifier: GPL-2.0-or-later
// The panels: a drawing each, or its tables, or words; of two runs, two drawings.
import {panelsOf, VIEWS} from "../views.js";
import {afterDraw, attr, byId, fill, h, hide, icon, svg, write} from "../lib/dom.js";
import {draw as drawMarks} from "../lib/draw.js";
import {int} from "../lib/format.js";
import {changedAt, inSight, isLong} from "../lib/marks.js";
import {sides} from "../views/compare.js";
import {tables as mapTables} from "../views/map.js";
import {layoutRows, renderRows, wishOf} from "../views/rows.js";

/** A drawing of nothing. @type {import("../lib/marks.js").Drawing} */
const NOTHING = {marks: [], width: 0, height: 0};

/** Height of a panel's title bar, in sizes of the type; and its width where it stands beside the drawing. */
const BAR = 2.7;
const SLIM = 2.6;
/** What changed nearer than this to the lower edge is scrolled up. */
const NEAR_EDGE = 60;

/** @typedef {import("../lib/view.js").View} View */
/**
 * What a panel has drawn, and how it is scrolled: own is whether somebody has scrolled it by hand, drawn
 * where it was when its marks were chosen, long whether they were, owed whether it is to be scrolled at the rest.
 * @typedef {{of: any[], top: number, own: boolean, drawn: number, long: boolean, owed: boolean, sel: string,
 *   fs: number}} Kept
 */

/** @param {import("../screen.js").Context} ctx */
export function makePanels(ctx) {
  const {actions} = ctx;
  // A low window has no line for a title that its tab has already.
  const low = matchMedia("(max-height: 800px) and (min-height: 561px) and (min-width: 1001px)");
  /** @type {Map<string, Kept>} by view */
  const kept = new Map();

  /** @param {State} s @param {Moment} m @param {ViewInput} input @param {any} beside */
  function draw(s, m, input, beside) {
    for (const part of parts(s, m, input, beside)) part();
  }

  /**
   * The same as functions that draw a panel each: who has no time for all draws them one after the other.
   * @param {State} s @param {Moment} m @param {ViewInput} input @param {any} beside
   * @returns {(() => boolean|void)[]} false: there was nothing to do
   */
  function parts(s, m, input, beside) {
    mapTable(s, m);
    const view = VIEWS.get(s.view);
    const words = view?.words?.({
      s,
      m,
      beside,
      t: ctx.t,
      actions,
      said: (seq) => ctx.words(s, seq),
      library: ctx.library,
      eras: () => ctx.eras(s),
      reports: (names, seq) => ctx.reports(s, names, seq),
      diff: () => ctx.diff(s),
      findings: () => ctx.findings(s),
      heard: ctx.heard,
    });
    if (view && words) return [() => written(view, words, s)];
    const views = panelsOf(s.view);
    fill(byId("panels"), views.map((v) => v.id).join() + s.lang, () =>
      views.map((v) => makePanel(v)),
    );
    const scale = scaleOf(views, s, input, beside);
    return views.map((v) => () => panel(v, s, m, input, beside, views.length === 1, scale));
  }

  /** The map as tables, in its place. @param {State} s @param {Moment} m */
  function mapTable(s, m) {
    const on = Boolean(s.asTable.map);
    attr(byId("map-table"), "aria-pressed", String(on));
    for (const id of ["map-box", "legend"]) hide(byId(id), on);
    hide(byId("map-rows"), !on);
    if (on) rowsOf(byId("map-rows"), mapTables, s, m);
  }

  /**
   * A view of words.
   * @param {View} view @param {import("../lib/view.js").Words} words @param {State} s
   */
  function written(view, words, s) {
    fill(byId("panels"), [view.id, words.key, s.lang].join(), () => {
      const body = h("div", {
        class: `${words.table ? "tablebox" : "body"} scroll`,
        tabindex: "0",
        role: "region",
        "aria-label": ctx.t(`view.${view.id}`),
      });
      words.write(body);
      /** @param {any} b */
      const button = (b) => h("button", {type: "button", onclick: b.run}, b.label);
      return h(
        "div",
        {class: "panel", id: `v-${view.id}`},
        h(
          "div",
          {class: "bar"},
          h("h2", {}, words.title),
          h("span", {class: "read"}, words.aside ?? ""),
          h("span", {class: "space"}),
          ...(words.buttons ?? []).map(button),
        ),
        body,
      );
    });
    words.update?.(/** @type {HTMLElement} */ (byId("panels").querySelector(".scroll")));
  }

  /** @param {View} view */
  function makePanel(view) {
    const {id} = view;
    const label = ctx.t(`view.${id}`);
    /** @type {Kept} */
    const keep = {of: [], top: 0, own: false, drawn: 0, long: false, owed: false, sel: "", fs: 0};
    kept.set(id, keep);
    const region = {tabindex: "0", role: "region"};
    const drawings = [0, 1].map(() => svg("svg", {class: "drawing"}));
    const body = h("div", {class: "body scroll", ...region, "aria-label": label}, ...drawings);
    for (const type of ["wheel", "touchmove", "keydown", "pointerdown"])
      body.addEventListener(type, () => (keep.own = true), {passive: true});
    body.addEventListener("scroll", () => scrolled(body, keep), {passive: true});
    const tables = `${label}, ${ctx.t("table")}`;
    const el = h(
      "div",
      {class: "panel", id: `v-${id}`},
      h(
        "div",
        {class: "bar"},
        h("h2", {id: `v-${id}-h`}, label),
        h("span", {class: "sides read"}),
        h("span", {class: "space"}),
        view.concept ? readButton(view.concept, label) : null,
        tableButton(id, label),
      ),
      body,
      h("div", {class: "tablebox scroll", hidden: true, ...region, "aria-label": tables}),
      h("div", {class: "empty", hidden: true}),
    );
    ctx.observe(el);
    return el;
  }

  /** What it is that one sees. @param {string} concept @param {string} label */
  function readButton(concept, label) {
    const button = h("button", {
      type: "button",
      class: "plain",
      title: ctx.t("concept.what"),
      "aria-label": `${ctx.t("concept.what")} ${label}`,
      onclick: () => actions.read(`concept:${concept}`),
    });
    button.append(icon("help"));
    return button;
  }

  /** @param {string} id @param {string} label */
  function tableButton(id, label) {
    const button = h("button", {
      type: "button",
      class: "plain",
      "data-table": id,
      "aria-pressed": "false",
      title: ctx.t("table"),
      "aria-label": `${ctx.t("table")}: ${label}`,
      onclick: () => actions.table(id),
    });
    button.append(icon("table"));
    return button;
  }

  /** Of a long drawing other marks come into sight. @param {HTMLElement} body @param {Kept} keep */
  function scrolled(body, keep) {
    keep.top = body.scrollTop;
    if (!keep.long || Math.abs(keep.top - keep.drawn) < body.clientHeight / 2) return;
    keep.of = [];
    ctx.request();
  }

  /** @param {number} width */
  const inner = (width) => Math.max(60, Math.floor(width - 1.6 * ctx.fs - 12));

  /**
   * @param {View} view @param {State} s @param {Moment} m @param {ViewInput} input @param {any} beside
   * @param {boolean} full it has all the room @param {number} scale of the type
   */
  function panel(view, s, m, input, beside, full, scale) {
    const {id} = view;
    const el = byId(`v-${id}`);
    const box = ctx.sizes.get(el);
    const keep = kept.get(id);
    if (!box || !keep) return false; // it is drawn as soon as its size is told
    if (keep.owed && !ctx.hurry) Object.assign(keep, {of: [], owed: false});
    const slim = full && !beside && !s.present && low.matches;
    el.classList.toggle("slim", slim);
    const width = inner(box.width) - (slim ? Math.ceil(SLIM * ctx.fs) : 0);
    const asTable = Boolean(s.asTable[id]);
    const of = [
      s.run,
      ...view.tables.flatMap((n) => [m.tables[n], m.changed[n]]),
      m.pos === 0,
      ...(view.also?.(input, s) ?? []),
      beside,
      s.sel,
      s.lang,
      width,
      ctx.fs,
      full,
      asTable,
      s.present && box.height,
      scale,
    ];
    if (keep.of.length === of.length && keep.of.every((v, i) => v === of[i])) return false;
    keep.of = of;
    const bar = s.present || slim ? 1 : BAR;
    const room = box.height - bar * ctx.fs;
    const fs = ctx.fs * scale;
    const dims = {width, height: s.present && view.folds ? room : undefined};
    const {drawing, second} = laidOut(view, s, input, beside, dims, full, fs);
    ctx.layouts[id] = drawing; // and not what was only tried
    const none = drawing.height + second.height === 0;
    const body = el.querySelector(".body");
    body.classList.toggle("two", Boolean(beside));
    write(el.querySelector(".sides"), beside && full ? sides(s.run, s.other, ctx.t) : "");
    attr(el.querySelector("[data-table]"), "aria-pressed", String(asTable));
    hide(body, asTable || none);
    hide(el.querySelector(".tablebox"), !asTable);
    hide(el.querySelector(".empty"), !none || asTable);
    if (asTable) return rowsOf(el.querySelector(".tablebox"), view.tables, s, m);
    if (none) {
      drawMarks(body.firstElementChild, drawing, {}, null); // what comes after is new
      return empty(el.querySelector(".empty"), view, s);
    }
    const sight = {
      top: reveal(body, keep, drawing, room, s.sel),
      height: box.height,
      fs: ctx.fs,
    };
    const label = ctx.t(`view.${id}`);
    typeSize(body, keep, fs);
    drawMarks(
      body.firstElementChild,
      inSight(drawing, sight),
      {
        selected: s.sel,
        onpick: actions.pick,
        onhover: actions.hover,
        label,
      },
      ctx.motion,
    );
    drawMarks(
      body.lastElementChild,
      inSight(second, sight),
      {
        selected: s.sel,
        label: `${label}, B`,
      },
      ctx.motion,
    );
  }

  /** @param {HTMLElement} body @param {Kept} keep @param {number} fs in pixels */
  function typeSize(body, keep, fs) {
    if (keep.fs === fs) return;
    keep.fs = fs;
    for (const el of /** @type {HTMLElement[]} */ ([...body.children])) {
      el.style.setProperty("--fs", `${fs}px`);
      el.style.setProperty("font-size", `${fs}px`);
    }
  }

  /**
   * Sizes of the type that drawings are tried with until they fit their panels. The last row of a hall reads the
   * smallest words in the last of them; what does not fit then is folded by its view, or is scrolled to.
   */
  const SCALES = [1.25, 1.1, 1, 0.95];

  /** The size that was found last: while positions fly past nobody looks for another. */
  let hall = {of: "", scale: 1};

  /**
   * In a hall, the size in which each of the views that are shown fits its panel: one for all of them.
   * @param {View[]} views @param {State} s @param {ViewInput} input @param {any} beside
   */
  function scaleOf(views, s, input, beside) {
    if (!s.present) return 1;
    if (ctx.hurry && hall.of === s.view) return hall.scale;
    const fits = (/** @type {View} */ view, /** @type {number} */ scale) => {
      const box = ctx.sizes.get(byId(`v-${view.id}`));
      if (!box || s.asTable[view.id]) return true;
      const width = inner(box.width);
      const full = views.length === 1;
      const {drawing} = laidOut(view, s, input, beside, {width}, full, ctx.fs * scale);
      return drawing.height <= box.height - 2 * ctx.fs;
    };
    const scale = SCALES.find((x) => views.every((v) => fits(v, x))) ?? SCALES[SCALES.length - 1];
    hall = {of: s.view, scale};
    return scale;
  }

  /**
   * @param {View} view @param {State} s @param {ViewInput} input @param {any} beside
   * @param {{width: number, height?: number}} dims @param {boolean|undefined} full @param {number} fs
   */
  function laidOut(view, s, input, beside, {width, height}, full, fs) {
    const {layout = () => NOTHING} = view;
    const room = Math.max(120, Math.floor(beside && width > 44 * fs ? (width - 24) / 2 : width));
    const size = {width: room, height, fs, full, sel: s.sel, win: s.win};
    const drawing = layout(beside ? {...input, changed: beside.mine} : input, size);
    const second = beside
      ? layout(
          {...input, tables: beside.tables, changed: beside.changed, bitmap: beside.bitmap},
          size,
        )
      : NOTHING;
    return {drawing, second};
  }

  /**
   * What changed is in sight without scrolling by hand, and so is what was just selected; where
   * somebody has scrolled, it stays until then.
   * @param {HTMLElement} body @param {Kept} keep
   * @returns {number} how far the body is scrolled
   * @param {Drawing} drawing @param {number} height @param {any} sel
   */
  function reveal(body, keep, drawing, height, sel) {
    const fresh = keep.sel !== sel && drawing.chosen !== undefined;
    const hot = (fresh ? drawing.chosen : changedAt(drawing)) ?? null;
    keep.sel = sel;
    if (hot !== null) keep.own = false;
    if (!keep.own) {
      const top =
        hot === null || hot < height - NEAR_EDGE
          ? 0
          : Math.min(Math.round(hot - height / 3), Math.round(drawing.height - height / 2));
      // A browser that is told to scroll lays out at once whatever has changed: a flight has no time for it.
      keep.owed = ctx.hurry && top !== keep.top;
      if (!keep.owed && top !== keep.top) afterDraw(() => () => (body.scrollTop = top));
      if (!keep.owed) keep.top = top;
    }
    if (fresh) keep.own = true; // until something changes
    Object.assign(keep, {drawn: keep.top, long: isLong(drawing)});
    return keep.top;
  }

  /**
   * @param {HTMLElement} el @param {readonly string[]} names of tables @param {State} s
   * @param {Moment} m
   */
  function rowsOf(el, names, s, m) {
    const wish = wishOf(el);
    renderRows(
      el,
      names.map((name) => ({
        name,
        layout: layoutRows(m.tables[name] ?? [], s.run.columns[name] ?? [], m.changed[name], {
          order: wish.order.get(name),
          filter: wish.filter,
          table: name,
          page: s.run.page,
        }),
      })),
      {
        none: ctx.t("table.none"),
        more: (n) => ctx.t("table.more", {n: int(n)}),
        t: ctx.t,
        again: () => rowsOf(el, names, s, m),
      },
    );
  }

  /**
   * Before its step a view has nothing to show: it says what will come, and goes there.
   * @param {HTMLElement} el
   * @param {View} view
   * @param {State} s
   */
  function empty(el, view, s) {
    const {id, main, shows = () => true, filler = ""} = view;
    const {events} = s.run.replay;
    const first =
      events.findIndex((/** @type {BootEvent} */ e) =>
        e.splices?.some((/** @type {any} */ x) => x.table === main && x.ins?.some(shows)),
      ) + 1;
    const step = first ? events[first - 1].step : filler;
    fill(el, id + s.lang + step + first + (s.pos < first), () => [
      h("p", {}, ctx.t(`empty.${id}`, {step})),
      first > s.pos
        ? h(
            "button",
            {type: "button", onclick: () => actions.jump(first)},
            ctx.t("empty.go", {step}),
          )
        : null,
    ]);
  }

  return {
    draw,
    parts,
    /** Draw again whatever seems to be drawn already. */
    forget() {
      for (const keep of kept.values()) keep.of = [];
    },
  };
}
