// SPDX-License-Identifier: GPL-2.0-or-later
// What is around the page: address bar, the browser's memory, a second window, the daemon's health.
import {KEPT} from "./ahead.js";
import * as api from "./api.js";
import {chooseLang} from "./lib/i18n.js";
import {readLink, viewToRead, writeLink} from "./lib/link.js";
import {lessonOf} from "./lessons.js";
import {THEMES} from "./state.js";
import {VIEWS} from "./views.js";

/** Browsers refuse an address that changes many times a second. */
const SAVE_MS = 250;
const PING_MS = 15000;
const PING_OFFLINE_MS = 2000;

/** @param {string} key @param {any} value */
export function keep(key, value) {
  try {
    localStorage.setItem(key, value);
    document.cookie = `${KEPT}=1; path=/; max-age=31536000; samesite=strict`;
  } catch {
    // private mode: nothing is kept
  }
}

/** The state that a link says, except which run. @param {any} link @param {State} s */
const stateOf = (link, s) => ({
  lesson: lessonOf(link.lesson)?.id ?? "",
  read: link.read ?? s.read,
  view: VIEWS.has(link.view) ? link.view : viewToRead(link.read) || s.view,
  sel: link.sel ?? "",
  win: link.win ?? null,
  fold: link.fold === "true" ? "true" : "pieces",
  lang: chooseLang(link.lang ?? s.lang, []),
  theme: THEMES.includes(link.theme) ? link.theme : s.theme,
});

/** What a second window or a follower is told beside the link. */
export const SHARED = /** @type {const} */ (["quiz", "ask", "guess", "asTable"]);

/**
 * Does a link lead to another run than the one that is shown?  A short one, as people write it,
 * names no run.
 * @param {any} link @param {State} s
 */
const isAnother = (link, s) =>
  link.run ? link.run !== s.run?.manifest.id : "board" in link || "kernel" in link;

/**
 * Both runs of a link, if they are not there yet; then its moment.
 * @param {any} link @param {Store} store @param {Actions} actions
 */
export async function follow(link, store, actions) {
  const s = store.get();
  if (isAnother(link, s)) await actions.restart(link);
  else if (link.with && link.with.run !== s.other?.manifest.id) await actions.loadBeside(link.with);
  else if (!link.with && s.other) actions.beside();
  const pos = store.get().run?.times.posAt(link.at ?? -1);
  store.set({...(pos !== undefined ? {pos, playing: false} : {}), ...stateOf(link, store.get())});
}

/**
 * The address bar has what is shown, soon; the browser's Back undoes jumps.
 * @returns {{save: () => void, travel: (go: () => void) => void, back: () => void}}
 * @param {Store} store @param {Actions} actions
 */
export function bindAddress(store, actions) {
  let timer = 0;
  let due = 0;
  const write = () => history.replaceState(history.state, "", writeLink(store.get()));
  /** A timer that is set anew for every frame costs more than one that looks at the clock. */
  const later = () => {
    const rest = due - performance.now();
    timer = rest > 1 ? window.setTimeout(later, rest) : 0;
    if (!timer) write();
  };
  const stop = () => {
    clearTimeout(timer);
    timer = 0;
  };
  window.addEventListener("hashchange", () => {
    stop();
    const {hash} = location;
    follow(readLink(hash), store, actions).then(() => actions.doubt(hash));
  });
  return {
    save() {
      due = performance.now() + SAVE_MS;
      if (!timer) timer = window.setTimeout(later, SAVE_MS);
    },
    travel(go) {
      write();
      go();
      stop();
      history.pushState({travelled: true}, "", writeLink(store.get()));
    },
    /** To where one was; never off the page. */
    back() {
      if (!history.state?.travelled) return;
      // Where one is has to differ from where one was by now: else nothing is told.
      stop();
      write();
      history.back();
    },
  };
}

/**
 * A second window shows what this one shows, without its controls and notes: it gets the link, and what no link has.
 * @returns {() => void} tells it, once a frame
 * @param {Store} store @param {Actions} actions
 */
export function bindMirror(store, actions) {
  const channel = "BroadcastChannel" in window ? new BroadcastChannel("mmscope") : null;
  let frame = 0;
  // Loading takes longer than telling: of what arrives meanwhile only the last counts.
  /** @type {any} */
  let next = null;
  let busy = false;
  async function take() {
    if (busy) return;
    busy = true;
    for (let data = next; data; data = next) {
      next = null;
      await follow(readLink(data.link), store, actions);
      store.set({...data.state, follow: false});
    }
    busy = false;
  }
  /** Somebody listens: a mirror says so when it opens, and whenever it is asked. */
  let heard = false;
  channel?.addEventListener("message", ({data}) => {
    const {mirror} = store.get();
    if (data.here) {
      heard = true;
      tell();
    } else if (data.asks) {
      if (mirror) channel?.postMessage({here: true});
    } else if (mirror) {
      next = data;
      take();
    }
  });
  channel?.postMessage(store.get().mirror ? {here: true} : {asks: true});
  const tell = () => {
    frame = 0;
    const s = store.get();
    if (heard && !s.mirror && s.run)
      channel?.postMessage({
        link: writeLink(s),
        state: Object.fromEntries(SHARED.map((k) => [k, s[k]])),
      });
  };
  // When the frame is on its way: the other window is not what somebody waits for.
  return () => {
    frame ||= requestAnimationFrame(() => setTimeout(tell));
  };
}

/**
 * While the daemon is away the page says so, and asks more often.
 * @param {Store} store @param {Actions} actions
 */
export function bindHealth(store, actions) {
  async function health() {
    const ok = await api.ping();
    const s = store.get();
    if (ok !== s.online) store.set({online: ok});
    if (ok && s.phase === "error" && s.problem?.offline) actions.restart(readLink(location.hash));
  }
  setInterval(() => {
    if (!store.get().online) health();
  }, PING_OFFLINE_MS);
  setInterval(health, PING_MS);
}
