// SPDX-License-Identifier: GPL-2.0-or-later
// Everything that can change on the page is in one frozen value.

/**
 * @typedef {object} State
 * @property {"start"|"loading"|"ready"|"error"} phase
 * @property {boolean} online the daemon answers
 * @property {any} problem problem+json of what failed last, or null
 * @property {any[]} boards @property {any[]} kernels
 * @property {Readonly<Record<string, string>>} kernelFiles what the files were called that kernels were made of
 * @property {{name: string, share: number}|null} upload a kernel on its way to the daemon
 * @property {any} kernelProblem problem+json of the kernel that was handed in last, or null
 * @property {{name: string, file: string, link: any}|null} missing a link names a kernel that is not here
 * @property {{kernel: string, trust: any}|null} trust of a derived kernel, as of now
 * @property {{key: string, lang: string, changes: any[]}|null} history what changed between two kernels
 * @property {any} run what is being watched: {manifest, replay, ...}, or null
 * @property {any} other the run that is compared with it, or null
 * @property {number} length events that have arrived
 * @property {number} pos how many events have happened
 * @property {boolean} playing @property {number} speed
 * @property {boolean} tour playing shows what touches memory, in about a minute; else every event
 * @property {boolean} intro nobody has gone anywhere yet: the page says what it is
 * @property {number} beat milliseconds that an event has while it plays @property {boolean} scrubbing the thumb is held
 * @property {boolean} live a paced stream is followed
 * @property {string} view @property {boolean} follow show the view that the current event changes
 * @property {Record<string, boolean>} asTable views shown as tables
 * @property {string} hover what the pointer is over, like sel
 * @property {boolean} streaming a paced stream is arriving
 * @property {string} sel what is selected: "table:key", "step:index", "" for none
 * @property {[number, number]|null} win addresses that the map shows
 * @property {"true"|"pieces"} fold
 * @property {string} read what is open in a view to be read: "concept:NAME", "article:A", "article:A:12"
 * @property {number} readAt the position at which that item was asked for
 * @property {string} lang @property {string} theme @property {boolean} keys single-key shortcuts on
 * @property {number} ask position of the event that is asked for, -1 for the lesson's own question,
 *   0 for none;
 * @property {string} guess what was answered
 * @property {boolean} present @property {boolean} quiz @property {boolean} mirror
 * @property {readonly import("./views/jumps.js").Jump[]} jumps moments that the lecturer keeps
 * @property {number} jump which of them was gone to last, -1 for none
 * @property {string} find
 * @property {string} said what a key that shows nothing else has done, for a moment
 * @property {Readonly<import("./live.js").Lecture>|null} lecture that is given to others, or followed
 * @property {Readonly<{run: string, name: string, tree: string, report:
 *   import("./views/bootlog.js").Report}>|null} bootlog a log that was dropped, beside the run of
 *   this id
 * @property {any} sweep two inputs against each other: views/sweep.js, or null
 * @property {any} whatif what the hand has changed: {base, facts, figures, moved}, or null
 * @property {string} lesson which lesson on the allocator is on, "" for none
 */

export const THEMES = ["auto", "light", "dark", "projector"];

/** @type {State} */
export const initial = Object.freeze({
  phase: "start",
  online: true,
  problem: null,
  boards: [],
  kernels: [],
  kernelFiles: Object.freeze({}),
  upload: null,
  kernelProblem: null,
  missing: null,
  trust: null,
  history: null,
  run: null,
  other: null,
  length: 0,
  pos: 0,
  playing: false,
  speed: 1,
  tour: true,
  intro: false,
  beat: 1e9,
  scrubbing: false,
  live: false,
  view: "overview",
  follow: true,
  asTable: Object.freeze({}),
  sel: "",
  hover: "",
  streaming: false,
  win: null,
  fold: "pieces",
  read: "",
  readAt: -1,
  lang: "en",
  theme: "auto",
  keys: true,
  present: false,
  quiz: false,
  mirror: false,
  find: "",
  said: "",
  jumps: Object.freeze([]),
  jump: -1,
  bootlog: null,
  sweep: null,
  whatif: null,
  lesson: "",
  lecture: null,
  ask: 0,
  guess: "",
});

/** @param {State} [start] */
export function createStore(start = initial) {
  let value = Object.freeze({...start});
  /** @type {Set<(now: State, before: State) => void>} */
  const listeners = new Set();
  return {
    get: () => value,
    /** @param {any} patch */
    set(patch) {
      const before = value;
      if (
        Object.keys(patch).every((k) =>
          Object.is(patch[/** @type {keyof State} */ (k)], before[/** @type {keyof State} */ (k)]),
        )
      )
        return;
      value = Object.freeze({...before, ...patch});
      for (const f of listeners) f(value, before);
    },
    /** @param {any} f */
    subscribe(f) {
      listeners.add(f);
      return () => listeners.delete(f);
    },
  };
}
