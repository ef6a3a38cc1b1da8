// SPDX-License-Identifier: GPL-2.0-or-later
// A lecture that is shared over the network: the lecturer's page tells the daemon where it is, and whoever
// has opened the short link goes there too, until they look at something on their own.
import * as api from "./api.js";
import {follow, SHARED} from "./around.js";
import {readLink, writeLink} from "./lib/link.js";

/**
 * @typedef {object} Lecture
 * @property {"presenter"|"follower"} role @property {string} name
 * @property {string} [token] only the lecturer has it
 * @property {boolean} [paused] a follower looks at something else
 * @property {""|"end"|"lost"|"away"} over it ended; the daemon forgot it; the daemon does not answer
 */

/** What is each reader's own: their language and looks, and a tree that the daemon has anyway. */
const OWN = ["lang", "theme", "present", "mirror", "dtb", "jumps"];
/** A daemon that has not heard the lecturer for so long does not answer. */
const LATE_MS = 3000;
/** Where a lecturer who loads the page again finds the token. */
const KEPT = "mmscope-lecture";

/** Where the lecturer is, without what is a reader's own. @param {any} s */
export function placeOf(s) {
  const q = new URLSearchParams(writeLink(s).slice(1));
  const other = q.get("with");
  if (other) {
    const w = new URLSearchParams(other);
    w.delete("dtb");
    q.set("with", w.toString());
  }
  for (const k of OWN) q.delete(k);
  // A lecturer who puts the list in order shows nobody else an empty one.
  if (q.get("view") === "jumps") q.delete("view");
  return `#${q}`;
}

/** @param {string} name @returns {string} what is read from the wall */
export const linkTo = (name) => `${location.origin}${location.pathname}#live=${name}`;

/** @param {ReturnType<typeof import("./state.js").createStore>} store @param {any} actions */
export function makeLive(store, actions) {
  const {get, set} = store;
  /** @param {Partial<Lecture>} patch */
  const change = (patch) => {
    const {lecture} = get();
    if (lecture) set({lecture: Object.freeze({...lecture, ...patch})});
  };

  /* The lecturer. Telling takes longer than stepping: of what happens meanwhile only the last is told. */
  let told = "";
  let telling = false;
  async function tell() {
    const {lecture, run} = get();
    if (lecture?.role !== "presenter" || lecture.over === "lost" || telling || !run) return;
    telling = true;
    let back = false;
    const late = setTimeout(() => change({over: "away"}), LATE_MS);
    try {
      for (let now = message(get()); now !== told; now = message(get())) {
        await api.sayLive(lecture.name, lecture.token ?? "", now);
        clearTimeout(late);
        told = now;
        if (get().lecture?.over) change({over: ""});
      }
    } catch (e) {
      back = !(e instanceof api.Offline) && (await goOn(lecture));
      if (e instanceof api.Offline) set({online: false}); // it is asked whether it is back
      if (!back) change({over: e instanceof api.Offline ? "away" : "lost"});
    }
    clearTimeout(late);
    telling = false;
    if (back) tell();
  }

  /**
   * A daemon that was started anew knows no lecture: with the token this one goes on under its name.
   * @param {Readonly<Lecture>} lecture
   */
  async function goOn({name, token}) {
    if (told === "") return false; // it has just begun: something else is wrong
    const now = await api.beginLive(token).catch(() => null);
    if (now?.name !== name) return false;
    told = "";
    return true;
  }

  /** @param {any} s */
  const message = (s) =>
    JSON.stringify({
      link: placeOf(s),
      state: Object.fromEntries(SHARED.map((k) => [k, s[k]])),
    });

  /** @returns {Promise<boolean>} whether there is a lecture now */
  async function begin() {
    try {
      const {name, token} = await api.beginLive();
      told = "";
      set({lecture: Object.freeze({role: "presenter", name, token, over: ""})});
      keep({name, token});
      tell();
      return true;
    } catch (e) {
      actions.fail(e);
      return false;
    }
  }

  async function end() {
    const {lecture} = get();
    set({lecture: null});
    keep(null);
    if (lecture?.token) await api.endLive(lecture.name, lecture.token).catch(() => {});
  }

  /** @param {any} what */
  function keep(what) {
    try {
      if (what) sessionStorage.setItem(KEPT, JSON.stringify(what));
      else sessionStorage.removeItem(KEPT);
    } catch {
      // private mode: who loads the page again begins anew
    }
  }

  /** The lecturer has loaded the page again. */
  async function resume() {
    try {
      const {name, token} = JSON.parse(sessionStorage.getItem(KEPT) ?? "{}");
      if (!name) return;
      const known = await api.getLive(name).catch(() => api.beginLive(token));
      if (known.name !== name) return keep(null);
      set({lecture: Object.freeze({role: "presenter", name, token, over: ""})});
      tell();
    } catch {
      keep(null);
    }
  }

  /* Those who follow. */
  /** @type {any} */
  let newest = null;
  let going = false;
  /** Going there is not a step of one's own. */
  async function go() {
    if (going) return;
    going = true;
    for (let data = newest; data && !get().lecture?.paused; data = newest) {
      newest = null;
      const {lang, theme} = get();
      await follow({...readLink(data.link), lang, theme}, store, actions);
      set({...shared(data.state), follow: false});
    }
    going = false;
  }

  /** Only what a lecturer may set. @param {any} state */
  const shared = (state) =>
    Object.fromEntries(SHARED.filter((k) => state && k in state).map((k) => [k, state[k]]));

  /** @type {any} */
  let last = null;
  /** @param {string} name */
  function join(name) {
    set({lecture: Object.freeze({role: "follower", name, paused: false, over: ""})});
    api.followLive(name, {
      message(data) {
        last = newest = data;
        change({over: ""});
        go();
      },
      over: (why) => change({over: why}),
    });
  }

  /** Back to where the lecturer is. */
  function catchUp() {
    change({paused: false});
    newest = last;
    go();
  }

  /** Whoever goes somewhere of their own has left, until they catch up. */
  store.subscribe((/** @type {State} */ s, /** @type {any} */ old) => {
    if (s.lecture?.role === "presenter") tell();
    if (s.lecture?.role !== "follower" || s.lecture.paused || going) return;
    if (
      old.lecture &&
      s.phase === "ready" &&
      (s.pos !== old.pos || s.view !== old.view || s.run !== old.run)
    )
      change({paused: true});
  });

  return {
    begin,
    end,
    join,
    resume,
    catchUp,
    pause: () => change({paused: true}),
    /** A daemon that is back is told again. */
    again: tell,
  };
}
