// SPDX-License-Identifier: GPL-2.0-or-later
// Wires the parts: store, screen, keys, dialogs, address bar.
import * as ahead from "./ahead.js";
import {bindingOf, taken, watchFocus} from "./keys.js";
import {Offline} from "./api.js";
import {makeDoubt} from "./doubt.js";
import {lessonOf, questionNow} from "./lessons.js";
import {createStore, initial, THEMES} from "./state.js";
import {attr, byId, icon} from "./lib/dom.js";
import {chooseLang} from "./lib/i18n.js";
import {viewToRead, writeLink} from "./lib/link.js";
import {findIn, makeActions} from "./actions.js";
import {makeRun} from "./run.js";
import {bindAddress, bindHealth, bindMirror, keep} from "./around.js";
import {makeCommands} from "./commands.js";
import {makeLive} from "./live.js";
import {makeSpeech} from "./speech.js";
import {makeScreen} from "./screen.js";
import {makeRoom} from "./panes/room.js";
import {makeClock, makeTransport} from "./panes/time.js";
import {viewFor, VIEWS, viewsIn} from "./views.js";

/** So long after the first key or click the rest of the page is loaded: not while what it did is drawn. */
const LATER_MS = 500;

const {link} = ahead;
const {hash} = location;
const stored = await ahead.memory;
const lang = chooseLang(link.lang ?? stored("lang"), navigator.languages);
/** What kernels were called before they came here: as remembered, and as the link says. */
function kernelFiles() {
  /** @type {Record<string, string>} */
  const files = {};
  try {
    Object.assign(files, JSON.parse(stored("kernels") ?? "{}"));
  } catch {
    // somebody else's
  }
  for (const l of [link, link.with ?? {}]) if (l.kernel && l.kfile) files[l.kernel] = l.kfile;
  return Object.freeze(files);
}

export const store = createStore({
  ...initial,
  lang,
  theme: [link.theme, stored("theme")].find((x) => THEMES.includes(x ?? "")) ?? "auto",
  keys: stored("keys") !== "off",
  view: VIEWS.has(link.view)
    ? link.view
    : lessonOf(link.lesson)
      ? "work"
      : viewToRead(link.read) || "overview",
  sel: link.sel ?? "",
  lesson: lessonOf(link.lesson)?.id ?? "",
  read: link.read ?? "",
  win: link.win ?? null,
  fold: link.fold === "true" ? "true" : "pieces",
  kernelFiles: kernelFiles(),
  jumps: link.jumps ?? [],
  present: Boolean(link.present),
  mirror: Boolean(link.mirror),
  follow: !link.view && !link.lesson && !link.read,
  tour: stored("tour") !== "off",
});
export const actions = makeActions(store);
export const screen = makeScreen(store, actions);
const speak = makeSpeech(store, screen);

/** What the first picture has no need of, once it was asked for. @type {Promise<any>|null} */
let coming = null;
const later = () =>
  (coming ??= import("./ondemand.js").catch((e) => {
    coming = null;
    throw e instanceof TypeError ? new Offline() : e;
  }));
/** A function of ondemand.js, which is loaded first. @param {string} name */
const inTime =
  (name) =>
  (/** @type {any[]} */ ...given) =>
    later()
      .then((module) => module[name](...given))
      .catch(actions.fail);
const dialogs = {
  choose: inTime("choose"),
  dropped: inTime("dropped"),
  exporting: inTime("exporting"),
  help: inTime("help"),
  share: inTime("share"),
};
export const commands = makeCommands(store, actions, screen, dialogs);
/** The box is there at once: what is typed until the rest has come is not lost, nor is Enter. */
commands.find = () => {
  const dialog = byId("palette");
  const text = byId("palette-text");
  if (dialog.open) return;
  text.value = "";
  dialog.showModal();
  text.focus();
  let entered = false;
  const here = new AbortController();
  const note = (/** @type {KeyboardEvent} */ e) => (entered ||= e.key === "Enter");
  text.addEventListener("keydown", note, {signal: here.signal});
  later()
    .then((module) => dialog.open && module.find(entered))
    .catch((e) => {
      dialog.close();
      actions.fail(e);
    })
    .finally(() => here.abort());
};
const live = makeLive(store, actions);
Object.assign(actions, {
  live,
  doubt: makeDoubt(store, screen),
  share: dialogs.share,
  choose: dialogs.choose,
  reveal: screen.reveal,
  view: commands.showView,
  table: commands.showTable,
});
const play = makeClock(store, actions.PACE);
const {save: saveLink, travel, back} = bindAddress(store, actions);
Object.assign(actions, {travel, back});
const tell = bindMirror(store, actions);
bindHealth(store, actions);

/* ---- keys and buttons ---- */

const tabbed = watchFocus(document);
document.addEventListener("keydown", (e) => {
  if (document.querySelector("dialog[open]") || e.altKey || e.defaultPrevented) return;
  const {keys, present} = store.get();
  const b = bindingOf(e, keys);
  // Before an audience Space means time, wherever the focus has got to.
  if (!b || taken(e.target, e.key, tabbed() && !present)) return;
  e.preventDefault();
  commands[b.id]?.(e.key);
});

/** Buttons of index.html and the commands that they are. */
const BUTTONS = {
  choose: "choose",
  problems: "findings",
  help: "help",
  "quiz-on": "quiz",
  export: "export",
  present: "present",
  "live-on": "lecture",
  "palette-open": "find",
  fold: "fold",
  "zoom-in": "zoomin",
  "zoom-out": "zoomout",
  "zoom-fit": "zoomfit",
};

function wire() {
  for (const el of document.querySelectorAll("[data-icon]"))
    el.prepend(icon(/** @type {HTMLElement} */ (el).dataset.icon ?? ""));
  makeTransport(screen.ctx, commands);
  const memory = {
    load: () => stored("panes"),
    save: (/** @type {string} */ text) => keep("panes", text),
  };
  makeRoom(memory, (key) => screen.ctx.t(key));
  /** @param {string} id @param {string} type @param {any} f */
  const on = (id, type, f) => byId(id).addEventListener(type, f);
  for (const [id, command] of Object.entries(BUTTONS)) on(id, "click", () => commands[command]());
  on("map-table", "click", () => commands.showTable("map"));
  on("lang", "change", (/** @type {FieldEvent} */ e) => store.set({lang: e.target.value}));
  on("theme", "change", (/** @type {FieldEvent} */ e) => store.set({theme: e.target.value}));
  on("range", "pointerdown", () => store.set({scrubbing: true}));
  for (const type of ["pointerup", "pointercancel", "change"])
    on("range", type, () => store.set({scrubbing: false}));
  on("boot-form", "submit", reboot);
  on("range", "input", (/** @type {FieldEvent} */ e) =>
    actions.seek(Number(e.target.value), {playing: false}),
  );
  on("find", "submit", find);
  on("find-text", "keydown", (/** @type {KeyboardEvent} */ e) => {
    if (e.key === "Enter" && e.shiftKey) find(e);
  });
  byId("theme").value = store.get().theme;
  dropping();
}

/**
 * What stands in the header is booted: this board or tree, with whatever was edited.
 * @param {any} e
 */
async function reboot(e) {
  e.preventDefault();
  if (!store.get().run) return;
  /** @param {string} id */
  const value = (id) => byId(id).value.trim();
  const inputs = {
    kernel: value("h-kernel"),
    cmdline: value("h-cmdline"),
    memory: value("h-memory"),
  };
  const done = await actions.reboot(inputs);
  if (done) store.set({win: null, sel: ""});
}

/**
 * An event by its number, or whatever is at an address or has a name; with Shift, who had that
 * address first.
 * @param {KeyboardEvent} e
 */
function find(e) {
  e.preventDefault();
  const text = byId("find-text").value;
  const s = store.get();
  if (!s.run) return;
  const number = /^#?(\d{1,9})$/.exec(text.trim());
  if (number && s.run.times.posOfSeq.has(Number(number[1])))
    return actions.jump(s.run.times.posOfSeq.get(Number(number[1])));
  const found = findIn(screen.moment().tables, text, s.run.page);
  byId("find-text").setAttribute("aria-invalid", String(!found));
  if (!found) return;
  const first = e.shiftKey && found.at !== null ? actions.firstOwner(found.at) : null;
  if (first) actions.jump(first.pos);
  store.set({sel: first ? `ledger:${first.key}` : found.ref});
  if (found.range) actions.zoomTo(found.range);
}

/** A device tree or kernel that is dropped is booted, with what else the run that is shown was made of. */
function dropping() {
  const drop = byId("drop");
  window.addEventListener("dragover", (e) => {
    e.preventDefault();
    drop.hidden = false;
  });
  window.addEventListener("dragleave", (e) => {
    if (!e.relatedTarget) drop.hidden = true;
  });
  window.addEventListener("drop", (e) => {
    e.preventDefault();
    drop.hidden = true;
    const files = [...(e.dataTransfer?.files ?? [])];
    if (files.length) dialogs.dropped(files);
  });
}

/* ---- what follows from a change ---- */

store.subscribe((/** @type {State} */ s, /** @type {any} */ old) => {
  if (s.lang !== old.lang) {
    keep("lang", s.lang);
    speak(s.lang).catch(actions.fail);
    if (s.other) actions.compareKernels();
  }
  if (s.theme !== old.theme) {
    keep("theme", s.theme);
    byId("theme").value = s.theme;
  }
  if (s.kernelFiles !== old.kernelFiles) keep("kernels", JSON.stringify(s.kernelFiles));
  if (s.missing && s.missing !== old.missing)
    dialogs.choose({tree: null, inputs: {...s.missing.link, kernel: ""}});
  if (s.playing && !old.playing) play();
  if (s.online && !old.online) live.again();
  if (old.intro && s.intro && (s.pos !== old.pos || s.playing)) return store.set({intro: false});
  if (s.follow && s.run && !s.run.glance && s.pos !== old.pos) {
    const to = viewFor(screen.moment().touched);
    if (to && to !== s.view) return store.set({view: to});
  }
  attr(byId("fold"), "aria-pressed", String(s.fold === "pieces"));
  attr(byId("present"), "aria-pressed", String(s.present));
  attr(byId("quiz-on"), "aria-pressed", String(s.quiz));
  if (s.run && s.phase === "ready" && !s.run.glance) saveLink();
  if (!s.run?.glance) tell();
  screen.changed(s);
});

wire();
/** Whoever has done something may do more, also when the daemon has gone by then. */
for (const type of ["keydown", "pointerdown"])
  addEventListener(type, () => setTimeout(() => later().catch(() => {}), LATER_MS), {once: true});
/** For tests: what is drawn, as data. */
Object.assign(globalThis, {
  mmscope: {
    store,
    screen,
    actions,
    makeRun,
    views: () => viewsIn(store.get()).map((v) => v.id),
    link: () => writeLink(store.get()),
    question: () => questionNow(store.get(), screen.moment().tables, screen.ctx.t),
  },
});
speak(lang, lang === ahead.lang ? ahead.words : undefined).catch(actions.fail);
/** What else could be booted is asked for when there is a picture, or none will come. */
async function lists() {
  if (store.get().phase === "ready") await screen.pictured;
  return ahead.lists();
}
actions.start(link, ahead.run, lists).then(() => {
  if (link.live && store.get().run) live.join(link.live);
  else if (!link.live) live.resume();
  if (!link.live) actions.doubt(hash);
});
