// SPDX-License-Identifier: GPL-2.0-or-later
// From one state to everything that is on the screen. Each part is drawn again only when what it
// shows has changed; at rest the picture follows from the state alone, so going back gives it back.
import {getCheck, getDiff, getEras} from "./api.js";
import {alignPos, differing, diffTables} from "./lib/compare.js";
import {byId, flushScrolls, refill} from "./lib/dom.js";
import {int} from "./lib/format.js";
import {rangeOfEvent} from "./lib/ranges.js";
import {makeMotion, LEAST_MS, STEP_MS} from "./lib/motion.js";
import {effectOf} from "./lib/replay.js";
import {makeConsole} from "./panes/console.js";
import {makeFlights} from "./panes/flights.js";
import {makeHeadline} from "./panes/headline.js";
import {makeLecture} from "./panes/lecture.js";
import {makeInspector} from "./panes/inspector.js";
import {makeMap, selectedRanges} from "./panes/map.js";
import {makePage} from "./panes/page.js";
import {makePanels} from "./panes/panels.js";
import {makeTabs} from "./panes/tabs.js";
import {makeTime} from "./panes/time.js";
import {makeWhatif} from "./panes/whatif.js";
import {bitmapAt} from "./views/bootmem.js";
import {layoutCompare} from "./views/compare.js";
import {renderLog} from "./views/log.js";
import {layoutTree, renderTree} from "./views/tree.js";
import {makeKnobs} from "./knobs.js";
import {makeLibrary} from "./library.js";
import {makeAnswers, makeReports} from "./reports.js";
import {makeWords} from "./words.js";

/**
 * What the panes share. They draw what they are given and keep nothing but what they have drawn.
 * @typedef {object} Context
 * @property {ReturnType<typeof import("./state.js").createStore>} store @property {any} actions
 * @property {(key: string, params?: Record<string, any>) => string} t texts
 * @property {HTMLCanvasElement} canvas
 * @property {Map<Element, {width: number, height: number}>} sizes of what is observed, once it is known
 * @property {(el: Element) => void} observe @property {() => void} request a frame
 * @property {string} look theme and type size: when it changes all is drawn again
 * @property {any} paint fill styles of the canvas @property {number} fs size of the type in pixels
 * @property {ReturnType<typeof makeMotion>} motion what moves in this step
 * @property {number} stepMs how long a step moves
 * @property {boolean} hurry positions fly past, and nobody reads
 * @property {any[]} moving cells of the map that are under way, where they were painted
 * @property {Record<string, any>} layouts what is drawn, before it becomes pixels: for tests and exports
 * @property {(s: any, m: any) => string} chapterText
 * @property {(s: any, seq: number) => import("./words.js").Words|null} words what is said of an event
 * @property {(what: "concepts"|"articles"|"functions") => any} library what can be read beside a run, or null
 *   while it is on its way
 * @property {(s: any, owner: string) => import("./knobs.js").Knob[]|null} knobs what would change
 *   an owner, or null while it is on its way
 * @property {(s: any, names: readonly string[], seq: number) => Record<string, string>|null}
 *   reports what the kernel would print at a moment, or null while it is on its way
 * @property {(s: any) => any} diff what the daemon says of the two runs that are compared, or null
 * @property {(s: any) => {past: any[], future: any[]}|null} eras what changed up to the run's kernel and since, or null
 *   while it is on its way
 * @property {(s: any) => any} findings what the doctor says of the run, or null
 *   while it is on its way
 * @property {number} heard how often more words have arrived
 * @property {(s: any, name: string) => string} fileOf the file of a function
 */

/**
 * After so many moments in a row, details wait until there is a rest; while the thumb is held, they always do.
 */
const FLYING = 3;
const REST_MS = 90;
/** After a frame of a flight that took longer, fewer parts are drawn; more if it took less than BRIEF_MS. */
const LATE_MS = 20;
const BRIEF_MS = 3;

/** The kernel whose release is the latest, "" before any is known. @param {readonly any[]} kernels */
function newestOf(kernels) {
  /** @param {any} k */
  const rank = (k) => {
    const [major = 0, minor = 0] = String(k.version ?? "")
      .split(".")
      .map(Number);
    return major * 1000 + minor;
  };
  return [...kernels].sort((a, b) => rank(b) - rank(a))[0]?.name ?? "";
}

/**
 * @param {ReturnType<typeof import("./state.js").createStore>} store @param {any} actions
 */
export function makeScreen(store, actions) {
  const sizes = new Map();
  /** What is on the screen, once the first picture is. @type {any} */
  let before = null;
  /** What is drawn until then. @type {State|null} */
  let first = null;
  /** What is to be measured for it. @type {Set<any>} */
  const unseen = new Set();
  let frame = 0;
  const request = () => {
    frame ||= requestAnimationFrame(now);
  };
  // Sizes arrive when the layout is done and before anything is painted: what waited for them is drawn at once.
  const observer = new ResizeObserver((entries) => {
    for (const e of entries)
      sizes.set(e.target, {width: e.contentRect.width, height: e.contentRect.height});
    render(store.get());
  });
  const reduced = matchMedia("(prefers-reduced-motion: reduce)");
  const motion = makeMotion();
  /** @type {Context} */
  const ctx = {
    store,
    actions,
    t: (key) => key,
    canvas: byId("map-canvas"),
    sizes,
    observe(el) {
      observer.observe(el);
      if (!before) unseen.add(el);
    },
    request,
    look: "",
    paint: null,
    fs: 13,
    motion,
    stepMs: STEP_MS,
    hurry: false,
    moving: [],
    layouts: {},
    chapterText: (s, m) => inspector.chapterText(s, m),
    heard: 0,
    knobs: (s, owner) => (s.run.glance ? [] : knobs(s.run.manifest.id, owner, s.lang)),
    library: (what) => library(what),
    diff: (s) => diffs(`${s.run.manifest.id}/${s.other.manifest.id}/${s.lang}`),
    eras: (s) =>
      eras(
        [s.run.manifest.inputs?.kernel ?? "", newestOf(s.kernels), s.lang]
          .map(encodeURIComponent)
          .join("/"),
      ),
    findings: (s) => checks(`${s.run.manifest.id}/${s.lang}`),
    reports: (s, names, seq) =>
      reports(s.run.manifest.id, names, seq, !s.playing && !s.scrubbing && !ctx.hurry),
    // The introduction needs none: they are asked for when the first picture is there.
    words: (s, seq) =>
      s.run.glance || (s.intro && !before) ? null : words.at(s.run.manifest.id, s.lang, seq),
    fileOf: (s, name) => words.fileOf(s.run.manifest.id, s.lang, name),
  };
  const heard = () => {
    ctx.heard++;
    owed = read.length;
    for (const part of [headline, inspector, panels]) part.forget();
    request();
  };
  const words = makeWords(heard);
  const library = makeLibrary(heard);
  const knobs = makeKnobs(heard);
  const reports = makeReports(heard);
  const diffs = makeAnswers(heard, getDiff);
  const checks = makeAnswers(heard, getCheck);
  const eras = makeAnswers(heard, (...of) => {
    const [kernel, newest, lang] = of.map(decodeURIComponent);
    return getEras(kernel, newest, lang);
  });
  const page = makePage(ctx);
  const headline = makeHeadline(ctx);
  const map = makeMap(ctx);
  const flights = makeFlights(ctx, map.place);
  const tabs = makeTabs(ctx);
  const panels = makePanels(ctx);
  const console_ = makeConsole(ctx);
  const whatif = makeWhatif(ctx);
  const inspector = makeInspector(ctx);
  const lecture = makeLecture(ctx);
  const time = makeTime(ctx);
  for (const id of ["tree-body", "log-body"]) ctx.observe(byId(id));

  /** @type {any} */
  let moment = null;
  let spoken = false;
  /** @type {(x?: any) => void} */
  let firstPicture;
  const pictured = new Promise((done) => (firstPicture = done));

  function now() {
    cancelAnimationFrame(frame);
    frame = 0;
    render(store.get());
  }

  /**
   * What a hand waits for is drawn as it arrives, and so is the first picture: the browser's next frame has
   * only to paint it, and not to draw it first.
   * @param {State} s
   */
  function glanced(s) {
    const awaited = before ? before.run !== s.run && (s.run?.glance || continued(s)) : s.run;
    if (awaited) now();
    else request();
  }

  /**
   * Is what is to be seen the same run as what is on the screen, with operations that it had not
   * done there?
   * @param {State} s
   */
  const continued = (s) => before && s.run !== before.run && s.run.continues?.run === before.run;

  /**
   * How many events happen from what is on the screen to what is to be; null where it is another
   * run.
   * @param {State} s
   */
  const eventsTo = (s) =>
    s.run === before.run
      ? s.pos - before.pos
      : continued(s)
        ? s.pos - Math.min(before.pos, s.run.continues.since)
        : null;

  /**
   * A step moves, unless there is no time for it, nobody wants it, or it is no step but another
   * run.
   * @param {State} s
   */
  function move(s) {
    const by = before ? eventsTo(s) : 0;
    if (by === 0) return;
    const ms = s.playing ? Math.min(ctx.stepMs, s.beat * 0.85) : ctx.stepMs;
    if (by === null || s.scrubbing || ctx.hurry || reduced.matches || ms < LEAST_MS)
      return motion.cut();
    motion.begin(by, ms, continued(s));
  }

  /** @param {State} s */
  function momentOf(s) {
    if (!s.run) return null;
    if (moment && moment.run === s.run && moment.pos === s.pos) return moment;
    const event = s.run.replay.events[s.pos - 1] ?? null;
    const {changed, removed, was} = effectOf(event);
    moment = {
      run: s.run,
      pos: s.pos,
      event,
      tables: s.run.replay.at(s.pos),
      changed,
      removed,
      was,
      touched: new Set([...Object.keys(changed), ...Object.keys(removed)]),
    };
    return moment;
  }

  /** @param {State} s */
  function render(s) {
    const m = momentOf(s);
    page.dress(s);
    if (!spoken) return; // without words there is nothing to show
    lecture.draw(s);
    if (s.phase !== "ready" || !m) return page.cover(s);
    if (before && onlyMoved(before, s)) {
      whatif.draw(s);
      before = s;
      return;
    }
    if (s.run.continues) words.continued(s.run);
    hurrying(s);
    move(s);
    const beside = besideOf(s, m);
    /** @type {any} */
    const input = {
      tables: m.tables,
      changed: m.changed,
      removed: m.removed,
      was: m.was,
      event: m.event,
      events: s.run.replay.events,
      ops: s.run.manifest.inputs?.ops ?? "",
      t: ctx.t,
      lang: s.lang,
      page: s.run.page,
      bits: s.run.bits,
      flagged: s.run.flagged,
      born: s.run.born,
      bitmap: bitmapOf(s.run, s.pos, m),
      problems: s.run.problems,
      whatif: s.whatif,
      get fold() {
        return s.run.folds.true;
      },
      ...(beside ? {other: beside.tables, otherChanged: beside.changed, mine: beside.mine} : {}),
    };
    // What was asked of the console is shown where it happens; all else has the next frame.
    const asked = continued(s);
    if (!asked) page.header(s);
    if (before && !s.run.glance) words.ahead(s.run.manifest.id, s.lang, s.pos, s.length);
    if (before && !asked) time.draw(s);
    console_.draw(s);
    whatif.draw(s);
    if (ctx.hurry && !asked)
      flyPast(s, m, [() => map.draw(s, m, input), ...panels.parts(s, m, input, beside)]);
    else {
      if (!asked) map.draw(s, m, input);
      panels.draw(s, m, input, beside);
      inTurn(s, m);
    }
    flushScrolls();
    if (motion.active && !asked) flights.begin();
    if (before) before = s;
    else begin(s);
  }

  /**
   * The first picture waits for nothing that is read rather than seen: call tree, log and inspector are
   * made when it is on the screen.
   * @param {any} s
   */
  function begin(s) {
    const begun = first;
    first = s;
    if (begun) return;
    requestAnimationFrame(() =>
      setTimeout(() => {
        before = first;
        performance.mark("first-picture");
        firstPicture();
        now();
      }),
    );
    measure();
    render(s);
  }

  /** Sizes that nobody has told yet: the first picture does not wait for a frame to learn them. */
  function measure() {
    for (const el of unseen) {
      const {width, height} = el.getBoundingClientRect();
      const [x, y] = [el.offsetWidth - el.clientWidth, el.offsetHeight - el.clientHeight];
      if (x >= 0) sizes.set(el, {width: width - x, height: height - y});
    }
    unseen.clear();
  }

  /**
   * A hand on a slider, whose boot is not there yet: all but the sliders is as it was, and a frame
   * spent on it is late.
   * @param {any} was @param {State} s
   */
  const onlyMoved = (was, s) =>
    was.whatif?.base === s.whatif?.base &&
    was.whatif !== s.whatif &&
    Object.keys(s).every((k) => k === "whatif" || was[k] === s[/** @type {keyof State} */ (k)]);

  /** @param {State} s @param {Moment} m */
  function tree(s, m) {
    const height = sizes.get(byId("tree-body"))?.height;
    const selected = s.sel.startsWith("step:") ? Number(s.sel.slice(5)) : -1;
    /** @param {number} i */
    const enter = (i) => {
      const at = s.run.times.posOfSeq.get(s.run.steps[i].first_seq);
      if (at) actions.jump(at);
    };
    if (height)
      renderTree(
        byId("tree-body"),
        layoutTree(s.run.steps, m.event?.step_index ?? 0, m.event?.seq ?? 0),
        height,
        {
          fs: ctx.fs,
          flying: ctx.hurry,
          selected,
          onstep: (i) => actions.pick(`step:${i}`),
          onenter: enter,
        },
      );
  }

  /** @param {State} s */
  function log(s) {
    const height = sizes.get(byId("log-body"))?.height;
    if (height)
      renderLog(byId("log-body"), s.run.log, s.pos, height, {
        fs: ctx.fs,
        flying: ctx.hurry,
        times: (n) => ctx.t("log.times", {n: int(n, s.lang)}),
        onpos: (p) => actions.jump(p),
      });
  }

  /**
   * What is read rather than watched. While something moves, each has a frame of its own, one after the
   * other, and the frame in which a step begins has none of them; at rest all are drawn at once.
   * @type {((s: any, m: any) => boolean|void)[]}
   */
  const read = [
    (s, m) => headline.draw(s, m),
    (s, m) => tabs.draw(s, m),
    (s, m) => tree(s, m),
    (s) => log(s),
    (s, m) => !ctx.hurry && !s.run.glance && void inspector.draw(s, m),
  ];
  /** Who is next, and how many are to come. */
  let next = 0;
  let owed = 0;
  /** @param {State} s @param {Moment} m */
  function inTurn(s, m) {
    const [said, picked] = read;
    if (!before) return void (said(s, m), picked(s, m));
    if (before !== s) owed = read.length;
    if (continued(s)) {
      // What somebody has asked for is said in the frame that shows it.
      said(s, m);
      next = 0;
      owed = read.length - 1;
      requestAnimationFrame(request);
    } else if (!motion.active) {
      owed = 0;
      for (const draw of read) draw(s, m);
    } else if (before.pos !== s.pos) {
      next = read.length - 1;
      request();
    } else if (owed) {
      owed--;
      next = (next + 1) % read.length;
      read[next](s, m);
      if (owed) request();
    }
  }

  /**
   * While positions fly past, each frame draws as many parts of the picture as frames have had time for,
   * and the next goes on from there: all on a quick machine, one on a slow one. First comes what is
   * watched; what is read has the time that is left. A rest draws all that is owed.
   * @param {State} s @param {Moment} m @param {(() => boolean|void)[]} watched
   */
  function flyPast(s, m, watched) {
    owed = read.length;
    const [said, ...more] = read.map((draw) => () => draw(s, m));
    const seen = [...watched, said];
    if (took > LATE_MS) share = Math.max(1, share / 2);
    const begin = performance.now();
    const left = drawSome(seen, "seen", share);
    drawSome(more, "read", left);
    if (performance.now() - begin < BRIEF_MS)
      share = Math.min(seen.length + more.length, share + 0.2);
  }

  /** Which part is next, of those that are watched and of those that are read. */
  const turns = {seen: 0, read: 0};
  /**
   * Parts in their turn, as many as there is time for; those that have nothing to do take none.
   * @param {(() => boolean|void)[]} parts @param {"seen"|"read"} of @param {number} time
   * @returns {number} what is left of it
   */
  function drawSome(parts, of, time) {
    for (let i = 0; i < parts.length && time >= 1; i++)
      if (parts[turns[of]++ % parts.length]() !== false) time--;
    return time;
  }

  /** How many moments have flown past, when the last did, and how long it took. */
  let flying = 0;
  let passed = 0;
  let took = 0;
  /** Parts of the picture that a frame has time for. */
  let share = 1;
  let rest = 0;
  /** @param {State} s */
  function hurrying(s) {
    flying = before && before.run === s.run && before.pos !== s.pos ? flying + 1 : 0;
    ctx.hurry = flying > (s.scrubbing ? 0 : FLYING);
    took = performance.now() - passed;
    passed += took;
    if (ctx.hurry) rest ||= window.setTimeout(rested, REST_MS);
  }

  function rested() {
    const left = passed + REST_MS - performance.now();
    rest = left > 1 ? window.setTimeout(rested, left) : 0;
    if (!rest) request();
  }

  /**
   * Where bootmem will search next; only runs that have it are looked through.
   * @param {Run} run @param {number} pos @param {any} keep
   */
  const bitmapOf = (run, pos, keep) =>
    run.bits ? (keep.bitmap ??= {is: bitmapAt(run.replay.events, pos)}).is : null;

  /** The other run at the same moment, and what differs. @type {any} */
  let besideNow = null;
  /** @param {State} s @param {Moment} m */
  function besideOf(s, m) {
    if (!s.other) return (besideNow = null);
    if (besideNow && besideNow.m === m && besideNow.run === s.other) return besideNow;
    const pos = alignPos(s.run, s.pos, s.other);
    const tables = s.other.replay.at(pos);
    const diff = diffTables(m.tables, tables);
    besideNow = {
      m,
      run: s.other,
      pos,
      tables,
      layout: layoutCompare(diff),
      changed: differing(diff, "b"),
      mine: differing(diff, "a"),
      bitmap: s.other.bits ? bitmapAt(s.other.replay.events, pos) : null,
    };
    return besideNow;
  }

  return {
    ctx,
    request,
    changed: glanced,
    /** Kept when the first picture is on the screen: what can wait waits for it. */
    pictured,
    map,
    layouts: ctx.layouts,
    /** Settles when what can be read is there, or cannot be had now. */
    come: library.come,
    /** What is selected, else what just changed. @returns {[number, number]|null} */
    focus: () =>
      selectedRanges(store.get().sel, store.get(), moment)[0] ??
      rangeOfEvent(moment?.event ?? null, store.get().run.page),
    moment: () => momentOf(store.get()),
    width: map.width,
    /** Settles when what is said of the moment has arrived, for tests. */
    told: () =>
      Promise.all([
        words.ask(
          store.get().run.manifest.id,
          store.get().lang,
          words.partOf(momentOf(store.get()).event?.seq ?? 0),
        ),
        library.come("concepts"), // of which its words are links
      ]),
    /**
     * In a narrow window panes lie one below the other: one that was asked for comes into sight, once it is drawn.
     * @param {string} id
     */
    reveal(id) {
      requestAnimationFrame(() =>
        requestAnimationFrame(() => {
          const {top, bottom} = byId(id).getBoundingClientRect();
          const head = Math.min(bottom, top + 60);
          if (top < 0 || head + 140 > byId("time").getBoundingClientRect().top)
            byId(id).scrollIntoView({block: "start"});
        }),
      );
    },
    /** The frame now, at rest: for tests and exports. */
    settle() {
      motion.cut();
      before = {...before, pos: store.get().pos};
      render(store.get());
      flights.land();
    },
    /** Another language: all that has words is drawn again. @param {Translate} t */
    speak(t) {
      ctx.t = t;
      spoken = true;
      // Whatever else has arrived already is drawn first: then there is nothing left to prepare.
      setTimeout(() => before || first || page.prepare());
      for (const part of [map, headline, panels, console_, whatif, inspector, time]) part.forget();
      refill();
      glanced(store.get());
    },
  };
}
