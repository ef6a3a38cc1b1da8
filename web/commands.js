// SPDX-License-Identifier: GPL-2.0-or-later
// What keys and buttons do, by the names of the keyboard map.
import {keep} from "./around.js";
import {questionNow} from "./lessons.js";
import {byId} from "./lib/dom.js";
import {panelsOf, VIEWS, viewsIn} from "./views.js";

/** So long stands what a key has done. */
const SAID_MS = 2500;

/**
 * @returns {Record<string, (key?: string) => void>} @param {Store} store @param {Actions} actions
 * @param {Picture} screen @param {any} dialogs
 */
export function makeCommands(store, actions, screen, dialogs) {
  const {get, set} = store;
  const width = () => screen.width();

  /** @param {any} v */
  function showView(v) {
    set({view: v, follow: false});
    actions.reveal("tabs");
  }
  const views = () => viewsIn(get()).map((v) => v.id);

  function showTable(id = panelsOf(get().view)[0]?.id ?? "map") {
    const {asTable} = get();
    set({asTable: {...asTable, [id]: !asTable[id]}});
  }

  /** The map and one view, big, and back. */
  function present(on = !get().present) {
    const {view} = get();
    set({
      present: on,
      ...(!on && VIEWS.get(view)?.group === "whole" ? {view: "overview"} : {}),
    });
    if (on) document.documentElement.requestFullscreen?.().catch(() => {});
    else if (document.fullscreenElement) document.exitFullscreen();
  }

  /** @param {string} key */
  function nextview(key) {
    const all = views();
    showView(all[(all.indexOf(get().view) + (key === "V" ? all.length - 1 : 1)) % all.length]);
  }

  function zoomto() {
    const range = screen.focus();
    if (range) actions.zoomTo(range);
  }

  /** Whoever had the selected address first, and the moment when it got it. */
  function firstowner() {
    const range = screen.focus();
    const first = range && actions.firstOwner(range[0]);
    if (first) actions.jump(first.pos, {sel: `ledger:${first.key}`});
  }

  /** The next thing that went wrong; after the last one the first. */
  function problem() {
    const all = get().run?.times.problems ?? [];
    if (all.length) actions.jump(all.find((/** @type {number} */ p) => p > get().pos) ?? all[0]);
  }

  /** What went wrong first, and beside it why and what helps. */
  function findings() {
    problem();
    showView("findings");
  }

  /** The number of an answer while a question is open, else of a view. @param {string} key */
  function digit(key) {
    const s = get();
    const open = questionNow(s, screen.moment()?.tables ?? {}, screen.ctx.t);
    if (!open) return view(key);
    const choice = open.choices[Number(key) - 1];
    if (choice && !s.guess) actions.guess(choice);
  }

  /** @param {string} key */
  function view(key) {
    const id = views()[Number(key) - 1];
    if (id) showView(id);
  }

  /** Where statements are typed. */
  function console() {
    showView("work");
    requestAnimationFrame(() => requestAnimationFrame(() => byId("console-text")?.focus()));
  }

  /** The daemon has forgotten the lecture: another one, and its link. */
  const again = async () => (await actions.live.begin()) && dialogs.share();

  /** The lecturer sees the link, and who follows leaves or catches up. */
  function lecture() {
    const {lecture: l} = get();
    if (l?.role !== "follower") return l?.over === "lost" ? again() : dialogs.share();
    (l.paused ? actions.live.catchUp : actions.live.pause)();
  }

  let saying = 0;
  /** What a key has done that shows nothing else. @param {string} said */
  function say(said) {
    clearTimeout(saying);
    saying = window.setTimeout(() => set({said: ""}), SAID_MS);
    set({said});
  }

  function keepjump() {
    actions.jumps.keep();
    const {jumps} = get();
    if (jumps.length) say(screen.ctx.t("jumps.kept", {n: jumps.length}));
  }

  /** Questions before the answer; a lesson begins with its own. */
  function quiz() {
    const on = !get().quiz;
    set({quiz: on, ask: 0, guess: ""});
    say(screen.ctx.t(on ? "quiz.on" : "quiz.off"));
    if (on && get().lesson) actions.askLesson();
  }

  function leave() {
    if (get().sel) return set({sel: ""});
    if (get().present) present(false);
    set({playing: false});
  }

  return {
    ...actions.moves,
    play: actions.play,
    everyevent() {
      set({tour: !get().tour});
      keep("tour", get().tour ? "on" : "off");
    },
    speed: (key) => actions.speed(key === "]" ? 1 : -1),
    zoomin: () => actions.zoom(1.6, width()),
    zoomout: () => actions.zoom(1 / 1.6, width()),
    zoomfit: () => set({win: null}),
    zoomto,
    panleft: () => actions.pan(width(), -width() * 0.2),
    panright: () => actions.pan(width(), width() * 0.2),
    fold: () => set({fold: get().fold === "pieces" ? "true" : "pieces"}),
    region: (key) => actions.region(key === "." ? 1 : -1, screen.moment()?.tables ?? {}),
    firstowner,
    problem,
    findings,
    keepjump,
    return: () => actions.back(),
    nextjump: (key) => actions.jumps.next(key === "N" ? -1 : 1),
    showView,
    view: digit,
    lecture,
    console,
    undo: () => actions.undo(),
    nextview,
    showTable,
    table: () => showTable(),
    lang: () => set({lang: get().lang === "en" ? "zh-CN" : "en"}),
    present: () => present(),
    quiz,
    choose: () => dialogs.choose(),
    export: dialogs.exporting,
    help: dialogs.help,
    leave,
  };
}
