// SPDX-License-Identifier: GPL-2.0-or-later
// What is around the picture: theme, banner, the cover while there is nothing to see, which run it is.
import {attr, byId, fill, h, hide, watcher, write} from "../lib/dom.js";
import {int, memoryInput} from "../lib/format.js";
import {isHandedIn, trustLong, trustShort} from "../lib/trust.js";
import {canvasPaint, contextOf, installPatterns} from "../lib/paint.js";
import {langOf, troubleOf} from "../lib/trouble.js";

/** Where what was refused is mended, or what a link does not say is chosen. @type {Record<string, string>} */
const FIELDS = {
  board: "choose",
  tree: "choose",
  kernel: "h-kernel",
  memory: "h-memory",
  cmdline: "h-cmdline",
  loader: "choose",
  view: "tabs",
  at: "range",
  lang: "lang",
  theme: "theme",
  fold: "fold",
  map: "zoom-fit",
};

/** So long nothing is shown before it is said that something is coming. */
const PATIENCE_MS = 400;

/** What the daemon says besides, where it does. @param {string} detail */
const small = (detail) => (detail ? h("p", {}, h("small", {lang: langOf(detail)}, detail)) : null);

/** @param {import("../screen.js").Context} ctx */
export function makePage(ctx) {
  const {store, actions} = ctx;
  const root = document.documentElement;
  const otherTrouble = watcher();
  const otherHeader = watcher();
  const otherRun = watcher();
  const dark = matchMedia("(prefers-color-scheme: dark)");
  dark.addEventListener("change", ctx.request);

  /** Looks that everything drawn depends on; said to have changed when it has. @param {State} s */
  function dress(s) {
    attr(root, "data-one", s.view);
    look(s);
    setClass(s.phase === "ready" && s.run ? "ready" : s.phase);
    banner(s);
  }

  /** Colours are read before the body is shown, so that nothing else has to have styles for it. @param {State} s */
  function look(s) {
    const theme =
      s.theme === "projector"
        ? "projector"
        : s.theme === "dark" || (s.theme === "auto" && dark.matches)
          ? "dark"
          : "light";
    const now = [theme, s.present, s.mirror].join();
    if (now === ctx.look) return;
    root.dataset.theme = theme;
    root.toggleAttribute("data-present", s.present);
    root.toggleAttribute("data-mirror", s.mirror);
    const css = getComputedStyle(root);
    installPatterns(byId("patterns"), css);
    Object.assign(ctx, {
      look: now,
      paint: canvasPaint(contextOf(ctx.canvas), css),
      fs: parseFloat(css.fontSize),
    });
  }

  let patient = 0;
  /**
   * The body is hidden in index.html, so that no browser lays it out before there are words and a style sheet:
   * a mouse that moves meanwhile makes it look for what is under it.
   * @param {string} name
   */
  function show(name) {
    const {body} = document;
    hide(body, false);
    body.className = name;
  }

  /** The run is on its way: there is time to lay out what does not depend on it, which is not seen yet. */
  function prepare() {
    if (document.body.className !== "start") return;
    hide(document.body, false);
    document.body.getBoundingClientRect();
  }

  /**
   * A picture that comes at once has no cover before it, which would cost a layout of the whole page.
   * @param {string} name
   */
  const setClass = (name) => {
    const now = document.body.className;
    const cover = () => document.body.className === "start" && show("loading");
    if (name === "loading" && now === "start") patient ||= window.setTimeout(cover, PATIENCE_MS);
    else if (now !== name) show(name);
  };

  /** @param {import("../state.js").State} s */
  function banner(s) {
    if (!otherTrouble(s.phase, s.online, s.problem, s.view, ctx.t, innerWidth)) return;
    if (s.problem) sent.clear(); // what was refused is still to be edited
    const el = byId("banner");
    const told = s.phase === "ready" && s.problem ? troubleOf(s.problem, ctx.t) : null;
    const id = told && FIELDS[told.field];
    const where =
      told &&
      (id ? byId(id).getClientRects().length && id : told.field === "ops" && s.view === "work");
    const what = !s.online ? "offline" : told && !where ? "problem" : "";
    beside(told, typeof where === "string" ? where : "", s.lang);
    hide(el, !what);
    if (what)
      fill(el, what + JSON.stringify(s.problem) + s.lang, () => [
        h(
          "span",
          {},
          what === "offline" ? ctx.t("offline") : `${told?.text ?? ""} ${told?.detail ?? ""}`,
        ),
        what === "problem"
          ? h("button", {type: "button", onclick: () => store.set({problem: null})}, ctx.t("close"))
          : null,
      ]);
  }

  /**
   * What was refused stands below the field in which it is mended, or above it where the window ends.
   * @param {{text: string, detail: string}|null} told
   * @param {string} id
   * @param {string} lang
   */
  function beside(told, id, lang) {
    const el = byId("boot-problem");
    const field = id ? byId(id) : null;
    hide(el, !told || !field);
    for (const f of Object.values(FIELDS).map(byId))
      if (f.matches("input, select")) attr(f, "aria-invalid", f === field && told ? "true" : null);
    if (!told || !field) return;
    fill(el, id + told.text + told.detail + lang, () => [
      h("span", {}, told.text, h("small", {lang: langOf(told.detail)}, told.detail)),
      h("button", {type: "button", onclick: () => store.set({problem: null})}, ctx.t("close")),
    ]);
    place = () => stand(el, field);
    place();
  }

  /** Where a message stands, as long as it does. */
  let place = () => {};
  // What is above its field may become higher: a headline gets its words later.
  const moves = new ResizeObserver(() => byId("boot-problem").hidden || place());
  for (const id of ["top", "now"]) moves.observe(byId(id));

  /** @param {HTMLElement} el @param {HTMLElement} field */
  function stand(el, field) {
    const header = byId("top").getBoundingClientRect();
    const at = field.getBoundingClientRect();
    const left = Math.max(8, Math.min(at.left - header.left, header.width - el.offsetWidth - 8));
    el.style.setProperty("inset-inline-start", `${left}px`);
    const below = at.bottom + el.offsetHeight < innerHeight;
    const top = (below ? at.bottom + 2 : at.top - el.offsetHeight - 2) - header.top;
    el.style.setProperty("top", byId("top").contains(field) ? "" : `${top}px`);
  }

  /** @param {import("../state.js").State} s */
  function cover(s) {
    const {t} = ctx;
    const p = s.problem ?? {};
    /** @param {string} text @param {any} run @param {boolean} primary */
    const button = (text, run, primary) =>
      h("button", {type: "button", class: primary ? "primary" : "", onclick: run}, text);
    fill(byId("cover"), s.phase + JSON.stringify(p) + s.lang, () => {
      if (s.phase === "error")
        return h(
          "div",
          {},
          h("h2", {}, t(p.offline ? "cover.offline" : "cover.error")),
          h("p", {}, p.offline ? t("cover.offline.text") : troubleOf(p, t).text),
          p.offline ? null : small(troubleOf(p, t).detail),
          button(t("retry"), () => actions.restart(), true),
          p.offline ? null : button(t("choose.title"), () => actions.choose(), false),
        );
      return h(
        "div",
        {},
        h("h2", {}, t("cover.loading")),
        ...["guide.1", "guide.2", "guide.3"].map((k) => h("p", {}, t(k))),
        h("div", {class: "progress"}),
      );
    });
  }

  /** Which run: board, kernel, memory; and how far it can be trusted. @param {State} s */
  function header(s) {
    if (!otherHeader(s.run, s.kernels, s.kernelFiles, s.trust, ctx.t)) return;
    const m = s.run.manifest;
    const i = m.inputs ?? {};
    const board =
      s.run.tree?.name ??
      (typeof i.board === "string" && i.board ? i.board : ctx.t("choose.given"));
    fill(byId("choose-text"), board, () => document.createTextNode(board));
    inputs(s, m, i);
    trust(s, m);
    problems(s);
  }

  /**
   * What was verified since is newer than what the run says.
   * @param {import("../state.js").State} s @param {any} m
   */
  function trust(s, m) {
    const of = s.trust && s.trust.kernel === m.inputs?.kernel ? s.trust.trust : m.kernel?.trust;
    const el = byId("conformance");
    fill(el, m.id + s.lang + JSON.stringify(of), () => {
      el.title = [
        ...trustLong(of, ctx.t, s.lang),
        ...(of?.assumed ?? []).map((/** @type {any} */ a) => ctx.t("trust.assumed.one", a)),
      ].join("\n");
      el.classList.toggle("derived", of?.state === "derived" || of?.known === "outside");
      return document.createTextNode(trustShort(of, ctx.t, s.lang));
    });
  }

  /** As the file was called. @param {string} name @param {any} files */
  const kernelName = (name, files) =>
    isHandedIn(name) ? `${files[name] ?? name.slice(0, -33)} (${name.slice(-32, -26)})` : name;

  /** What was last put into the fields of the form, and what was sent from them since. @type {Map<any, string>[]} */
  const [put, sent] = [new Map(), new Map()];
  byId("boot-form").addEventListener("submit", (/** @type {any} */ e) => {
    for (const field of put.keys()) if (e.target.contains(field)) sent.set(field, field.value);
  });

  /**
   * While somebody is at the form, what was typed there and not sent is nobody else's.
   * @param {any} field @param {string} value
   */
  function offer(field, value) {
    const edited = ![put.get(field) ?? "", sent.get(field)].includes(field.value);
    if (!edited || !byId("boot-form").contains(document.activeElement)) field.value = value;
    put.set(field, value);
  }

  /**
   * Inputs as they were booted; what is being edited is left alone.
   * @param {State} s @param {any} m @param {any} i
   */
  function inputs(s, m, i) {
    const listed = s.kernels.map((k) => k.name);
    const names = listed.includes(i.kernel) ? listed : [...listed, i.kernel].filter(Boolean);
    const select = byId("h-kernel");
    const chosen = select.value || i.kernel;
    fill(select, names.map((name) => kernelName(name, s.kernelFiles)).join(), () =>
      names.map((name) => h("option", {value: name, title: name}, kernelName(name, s.kernelFiles))),
    );
    // A select whose options are replaced shows the first of them.
    if (select.value !== chosen) select.value = chosen;
    write(byId("boot-form").querySelector(".sr"), ctx.t("head.kernel"));
    if (!otherRun(m.id)) return;
    offer(select, i.kernel);
    offer(byId("h-memory"), memoryInput(i.memory));
    offer(byId("h-cmdline"), i.cmdline ?? "");
    byId("h-cmdline").title = i.cmdline ?? "";
    sent.clear();
  }

  /**
   * What went wrong for the modelled kernel is said from the start, and a click leads there.
   * @param {State} s
   */
  function problems(s) {
    const n = s.run.problems.length;
    const b = byId("problems");
    hide(b, n === 0);
    if (!n) return;
    const text = ctx.t(n === 1 ? "problems.one" : "problems", {n: int(n, s.lang)});
    fill(b, text, () => document.createTextNode(text));
    attr(b, "title", ctx.t("view.findings"));
  }

  return {dress, cover, header, prepare};
}
