// SPDX-License-Identifier: GPL-2.0-or-later
// Wires the parts: store, screen, keys, links, dialogs.
import * as api from "./api.js";
import {bindingOf, KEYS, taken} from "./keys.js";
import {createStore, initial} from "./state.js";
import {byId, h, icon} from "./lib/dom.js";
import {chooseLang, translator} from "./lib/i18n.js";
import {readLink, writeLink} from "./lib/link.js";
import {findIn, makeActions, SPEEDS} from "./actions.js";
import {makeScreen, panelsOf, VIEWS} from "./screen.js";
import {renderChooser} from "./views/chooser.js";
import {renderExporter} from "./views/exporter.js";
import {renderHelp} from "./views/help.js";
import {gather, pack, save, toPng} from "./lib/export.js";

const stored = (key) => { try { return localStorage.getItem(key); } catch { return null; } };
const keep = (key, value) => { try { localStorage.setItem(key, value); } catch { /* private mode: nothing is kept */ } };

const link = readLink(location.hash);
const store = createStore({
  ...initial,
  lang: chooseLang(link.lang ?? stored("lang"), navigator.languages),
  theme: link.theme ?? stored("theme") ?? "auto",
  keys: stored("keys") !== "off",
  view: VIEWS.includes(link.view) ? link.view : "overview",
  sel: link.sel ?? "",
  win: link.win ?? null,
  fold: link.fold === "true" ? "true" : "pieces",
  present: Boolean(link.present),
  mirror: Boolean(link.mirror),
  follow: !link.view,
});
const actions = Object.assign(makeActions(store), {choose, view, table, restart});
const screen = makeScreen(store, actions);
let t = translator({});
let tree = null;

/* ---- texts ---- */

/** First what the page says itself, so that it can be drawn; then what it knows of each step and event. */
async function speak(lang) {
  const words = await api.getCatalogue(lang);
  say(lang, words);
  const more = await api.getReasons(lang);
  if (store.get().lang === lang) say(lang, {...more, ...words});
}

function say(lang, words) {
  t = translator(words);
  document.documentElement.lang = lang;
  screen.setTranslator(t);
  for (const el of document.querySelectorAll("[data-i18n]")) el.textContent = t(/** @type {HTMLElement} */ (el).dataset.i18n);
  for (const el of document.querySelectorAll("[data-i18n-label]")) label(el, t(/** @type {HTMLElement} */ (el).dataset.i18nLabel));
  for (const el of document.querySelectorAll("[data-i18n-placeholder]")) /** @type {HTMLInputElement} */ (el).placeholder = t(/** @type {HTMLElement} */ (el).dataset.i18nPlaceholder);
  byId("lang").value = lang;
  byId("play").dataset.now = "";
  screen.request();
}

function label(el, s) {
  el.setAttribute("aria-label", s);
  if (el.tagName === "BUTTON") el.title = s;
}

/* ---- what the buttons and keys do ---- */

function view(v) {
  store.set({view: v, follow: false});
}

function table(id = panelsOf(store.get().view)[0] ?? "map") {
  const {asTable} = store.get();
  store.set({asTable: {...asTable, [id]: !asTable[id]}});
}

function restart() {
  actions.start(readLink(location.hash));
}

function choose() {
  const s = store.get();
  const inputs = s.run?.manifest.inputs ?? {};
  renderChooser(byId("chooser"), {t, lang: s.lang, boards: s.boards, kernels: s.kernels, inputs, problem: s.problem?.offline ? null : s.problem, tree, compare: Boolean(s.run)}, {run: runAgain, tree: (f) => { tree = f; choose(); }});
  if (!byId("chooser").open) byId("chooser").showModal();
}

async function runAgain(inputs, beside) {
  const ok = await actions.boot(inputs, {tree, beside});
  if (ok) {
    byId("chooser").close();
    store.set(beside ? {view: "compare", follow: false, win: null} : {win: null, sel: ""});
  } else choose();
}

function help() {
  renderHelp(byId("helper"), {t, keys: KEYS, singleKeys: store.get().keys, version: store.get().run ? `${t("engine")} ${store.get().run.manifest.engine ?? ""} · ${t("run")} ${store.get().run.manifest.id}` : ""}, {single: (on) => { store.set({keys: on}); keep("keys", on ? "on" : "off"); }});
  byId("helper").showModal();
}

function exporting() {
  const s = store.get();
  if (!s.run) return;
  const views = ["map", ...panelsOf(s.view).filter((id) => byId(`v-${id}`)?.querySelector("svg.drawing > *"))].map((id) => ({id, label: t(`view.${id}`)}));
  const links = Object.entries(s.run.manifest.links ?? {}).filter(([k]) => k !== "self").map(([label_, href]) => ({label: label_, href: String(href)}));
  renderExporter(byId("exporter"), {t, views, link: location.href.split("#")[0] + writeLink(s), data: links, packed: Boolean(/** @type {any} */ (globalThis).mmscopePacked)}, {picture, page: packPage, copy: (x) => navigator.clipboard.writeText(x), second: () => window.open(location.href.split("#")[0] + writeLink({...s, mirror: true, present: true}), "_blank", "noopener")});
  byId("exporter").showModal();
}

const fileName = (id, kind) => `mmscope-${store.get().run.manifest.inputs?.board ?? "run"}-${id}-${screen.moment().event?.seq ?? "start"}.${kind}`;

async function picture(id, kind) {
  const svg = screen.picture(id);
  save(fileName(id, kind), kind === "svg" ? new Blob([svg], {type: "image/svg+xml"}) : await toPng(svg));
}

const wordsOf = async (lang) => ({...(await api.getReasons(lang)), ...(await api.getCatalogue(lang))});

/** The page with everything it needs, this run included. */
async function packPage() {
  const {run} = store.get();
  const [html, css, modules, en, zh] = await Promise.all([api.getText("./"), api.getText("style.css"), gather(api.getText), wordsOf("en"), wordsOf("zh-CN")]);
  const packed = {manifest: run.manifest, events: run.replay.events, catalogues: {en, "zh-CN": zh}};
  save(fileName("boot", "html"), new Blob([pack({html, css, modules, packed})], {type: "text/html"}));
}

const width = () => screen.width();
const COMMANDS = {
  ...actions.moves,
  play: actions.play,
  speed: (key) => actions.speed(key === "]" ? 1 : -1),
  zoomin: () => actions.zoom(1.6, width()),
  zoomout: () => actions.zoom(1 / 1.6, width()),
  zoomfit: () => store.set({win: null}),
  panleft: () => actions.pan(width(), -width() * 0.2),
  panright: () => actions.pan(width(), width() * 0.2),
  region: (key) => actions.region(key === "." ? 1 : -1, screen.moment()?.tables ?? {}),
  view: (key) => VIEWS[Number(key) - 1] && view(VIEWS[Number(key) - 1]),
  nextview: (key) => view(VIEWS[(VIEWS.indexOf(store.get().view) + (key === "V" ? VIEWS.length - 1 : 1)) % VIEWS.length]),
  table: () => table(),
  lang: () => store.set({lang: store.get().lang === "en" ? "zh-CN" : "en"}),
  present: () => present(!store.get().present),
  quiz: () => store.set({quiz: !store.get().quiz, ask: 0, guess: ""}),
  zoomto: () => { const r = screen.focus(); if (r) actions.zoomTo(r); },
  choose,
  find: () => byId("find-text").focus(),
  help,
  leave: () => store.set(store.get().sel ? {sel: ""} : {present: false, playing: false}),
};

function present(on) {
  store.set({present: on});
  if (on) document.documentElement.requestFullscreen?.().catch(() => {});
  else if (document.fullscreenElement) document.exitFullscreen();
}

document.addEventListener("keydown", (e) => {
  if (document.querySelector("dialog[open]") || e.altKey || e.defaultPrevented) return;
  const b = bindingOf(e, store.get().keys);
  if (!b || taken(e.target, e.key)) return;
  e.preventDefault();
  COMMANDS[b.id]?.(e.key);
});

/* ---- transport ---- */

function transport() {
  const button = (id, shape) => {
    const b = h("button", {type: "button", id, "data-i18n-label": `key.${id}`, onclick: () => COMMANDS[id]()});
    b.append(icon(shape));
    return b;
  };
  const speed = h("select", {id: "speed", "data-i18n-label": "speed", onchange: (e) => store.set({speed: Number(e.target.value)})}, ...SPEEDS.map((s) => h("option", {value: s}, `${s}×`)));
  byId("transport").append(button("first", "first"), button("chapterback", "chapterback"), button("stepback", "stepback"), button("back", "back"), button("play", "play"), button("forward", "forward"), button("stepforward", "step"), button("chapterforward", "chapter"), button("last", "last"), speed);
}

/** Playing: positions pass by the clock, not by the frame, so that a slow frame only skips. */
function clock() {
  let last = 0;
  let due = 0;
  const tick = (now) => {
    const s = store.get();
    if (!s.playing) return void (last = 0);
    due = last ? due + ((now - last) / 1000) * actions.PACE * s.speed : 0;
    last = now;
    const by = Math.floor(due);
    if (by > 0) {
      due -= by;
      store.set({pos: Math.min(s.length, s.pos + by), playing: s.pos + by < s.length});
    }
    requestAnimationFrame(tick);
  };
  return () => requestAnimationFrame(tick);
}
const runClock = clock();

/* ---- the address bar, storage, the daemon's health ---- */

let linkTimer = 0;
function saveLink() {
  clearTimeout(linkTimer);
  linkTimer = window.setTimeout(() => history.replaceState(null, "", writeLink(store.get())), 250);
}

function applyLink() {
  const l = readLink(location.hash);
  const s = store.get();
  if (l.run && l.run !== s.run?.manifest.id) return actions.start(l);
  const pos = l.at === undefined ? 0 : s.run?.times.posAt(l.at);
  store.set({...(pos !== undefined ? {pos, playing: false} : {}), view: VIEWS.includes(l.view) ? l.view : s.view, sel: l.sel ?? "", win: l.win ?? null, fold: l.fold === "true" ? "true" : "pieces", lang: chooseLang(l.lang ?? s.lang, []), theme: l.theme ?? s.theme});
}
window.addEventListener("hashchange", applyLink);

async function health() {
  const ok = await api.ping();
  const s = store.get();
  if (ok !== s.online) store.set({online: ok});
  if (ok && s.phase === "error" && s.problem?.offline) restart();
}
setInterval(() => { if (!store.get().online) health(); }, 2000);
setInterval(health, 15000);

/* ---- second window ---- */

const channel = "BroadcastChannel" in window ? new BroadcastChannel("mmscope") : null;
let telling = 0;
const MIRRORED = ["pos", "view", "sel", "win", "fold", "lang", "theme", "playing"];
channel?.addEventListener("message", ({data}) => {
  const s = store.get();
  if (!s.mirror) return;
  if (data.run !== s.run?.manifest.id) actions.load(data.run, {at: null}).then(() => store.set(data.state));
  else store.set({...data.state, playing: false});
});
const tell = (s) => !s.mirror && s.run && channel?.postMessage({run: s.run.manifest.id, state: Object.fromEntries(MIRRORED.map((k) => [k, s[k]]))});

/* ---- start ---- */

function wire() {
  for (const el of document.querySelectorAll("[data-icon]")) el.prepend(icon(/** @type {HTMLElement} */ (el).dataset.icon));
  transport();
  const on = (id, type, f) => byId(id).addEventListener(type, f);
  on("choose", "click", choose);
  on("help", "click", help);
  on("quiz-on", "click", COMMANDS.quiz);
  on("export", "click", exporting);
  if (/** @type {any} */ (globalThis).mmscopePacked) byId("choose").disabled = true;
  on("present", "click", () => present(!store.get().present));
  on("lang", "change", (e) => store.set({lang: e.target.value}));
  on("theme", "change", (e) => store.set({theme: e.target.value}));
  on("fold", "click", () => store.set({fold: store.get().fold === "pieces" ? "true" : "pieces"}));
  on("zoom-in", "click", COMMANDS.zoomin);
  on("zoom-out", "click", COMMANDS.zoomout);
  on("zoom-fit", "click", COMMANDS.zoomfit);
  on("range", "input", (e) => actions.seek(Number(e.target.value), {playing: false}));
  on("find", "submit", find);
  on("tabs", "keydown", roveTabs);
  byId("theme").value = store.get().theme;
  dropping();
}

function find(e) {
  e.preventDefault();
  const text = byId("find-text").value;
  const s = store.get();
  const number = /^#?(\d{1,9})$/.exec(text.trim());
  if (number && s.run.times.posOfSeq.has(Number(number[1]))) return actions.seek(s.run.times.posOfSeq.get(Number(number[1])), {playing: false});
  const found = findIn(screen.moment().tables, text, s.run.page);
  byId("find-text").setAttribute("aria-invalid", String(!found));
  if (!found) return;
  store.set({sel: found.ref});
  if (found.range) actions.zoomTo(found.range);
}

function roveTabs(e) {
  const by = {ArrowRight: 1, ArrowLeft: -1}[e.key];
  if (!by || e.target.getAttribute("role") !== "tab") return;
  e.preventDefault();
  const next = VIEWS[(VIEWS.indexOf(store.get().view) + by + VIEWS.length) % VIEWS.length];
  view(next);
  requestAnimationFrame(() => byId(`tab-${next}`).focus());
}

function dropping() {
  const drop = byId("drop");
  window.addEventListener("dragover", (e) => { e.preventDefault(); drop.hidden = false; });
  window.addEventListener("dragleave", (e) => { if (!e.relatedTarget) drop.hidden = true; });
  window.addEventListener("drop", async (e) => {
    e.preventDefault();
    drop.hidden = true;
    const file = e.dataTransfer?.files[0];
    if (!file) return;
    tree = file;
    const {kernel = "", cmdline = ""} = store.get().run?.manifest.inputs ?? {};
    if (!(await actions.boot({kernel, cmdline}, {tree}))) choose();
    tree = null;
  });
}

store.subscribe((s, old) => {
  if (s.lang !== old.lang) { keep("lang", s.lang); speak(s.lang).catch(actions.fail); }
  if (s.theme !== old.theme) { keep("theme", s.theme); byId("theme").value = s.theme; }
  if (s.playing && !old.playing) runClock();
  if (s.follow && s.run && s.pos !== old.pos) {
    const to = screen.follow(screen.moment().changed);
    if (to && to !== s.view) return store.set({view: to});
  }
  byId("fold").setAttribute("aria-pressed", String(s.fold === "pieces"));
  byId("present").setAttribute("aria-pressed", String(s.present));
  byId("quiz-on").setAttribute("aria-pressed", String(s.quiz));
  byId("speed").value = String(s.speed);
  if (s.run && s.phase === "ready") saveLink();
  telling ||= requestAnimationFrame(() => { telling = 0; tell(store.get()); });
  screen.request();
});

wire();
/** For tests: what is drawn, as data. */
Object.assign(globalThis, {mmscope: {store, screen, actions}});
speak(store.get().lang).catch(actions.fail);
actions.start(link);
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", screen.request);
screen.request();
