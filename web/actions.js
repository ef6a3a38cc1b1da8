// SPDX-License-Identifier: GPL-2.0-or-later
// What can be done to the page: every change of state that a click, a key or the daemon causes.
import * as api from "./api.js";
import {openContinuation, openGlance, openInputs, openLink, openParams, openSweep} from "./open.js";
import {firstApart} from "./views/bootlog.js";
import {num} from "./lib/format.js";
import {givenLoader, readLink, unpackTree} from "./lib/link.js";
import {ask} from "./lib/quiz.js";
import {isHandedIn} from "./lib/trust.js";
import {foldOf, panWindow, wholeBytes, zoomWindow} from "./lib/scale.js";
import {after, before} from "./lib/time.js";
import {rangesOf} from "./lib/ranges.js";
import {LESSON_ASK, lessonAfter, LESSONS} from "./lessons.js";
import {continueRun, derive, makeGlance, makeRun, together} from "./run.js";
import {factsOf, inputsOf, withParameter} from "./lib/whatif.js";
import {placesOf} from "./views/findings.js";
import {figuresOf} from "./views/whatif.js";
import {viewFor} from "./views.js";

export const SPEEDS = [0.5, 1, 2, 4, 8, 16, 32, 64];
/** Events a second at speed 1: slow enough to read a sentence now and then. */
const PACE = 2;
/** What names the kernel in its own log. */
const BANNER = /Linux version \d/;
/** So long without a movement, and the whole run is fetched. */
const REST_MS = 250;

/** @param {ReturnType<typeof import("./state.js").createStore>} store */
export function makeActions(store) {
  let aborter = new AbortController();
  const get = store.get;
  const set = store.set;

  /** @param {any} e */
  const fail = (e) => {
    if (e instanceof api.Offline)
      return set({
        online: false,
        phase: get().run ? "ready" : "error",
        problem: get().run ? null : {offline: true},
      });
    if (e?.name === "AbortError") return;
    set({
      phase: get().run ? "ready" : "error",
      problem: e instanceof api.Problem ? e.body : {title: String(e?.message ?? e)},
    });
    if (!(e instanceof api.Problem)) console.error(e);
  };

  /** Another run is no longer compared with; nor is its view, which would be blank. */
  const leaveOther = () =>
    get().other && set({other: null, view: get().view === "compare" ? "overview" : get().view});

  /**
   * Boots that were verified since the run was made count, too: a derived kernel is asked for anew.
   * @param {{inputs: any, kernel: any}} what
   */
  async function trustOf({inputs, kernel}) {
    if (api.packed || kernel?.trust?.state !== "derived") return;
    const trust = await api.getTrust(inputs.kernel).catch(() => null);
    if (trust?.facts === kernel.trust.facts) set({trust: {kernel: inputs.kernel, trust}});
  }

  /**
   * What changed between two kernels; "" is the first release that is known.
   * @param {string} kernel
   * @param {string} against
   */
  async function history(kernel, against) {
    const {lang} = get();
    const key = `${kernel} ${against}`;
    if (api.packed || (get().history?.key === key && get().history?.lang === lang)) return;
    try {
      set({history: {key, lang, changes: await api.getHistory(kernel, against, lang)}});
    } catch (e) {
      fail(e);
    }
  }

  function compareKernels() {
    const {run: a, other: b} = get();
    const names = [a, b].map((r) => r?.manifest.inputs?.kernel);
    if (a && b && names[0] !== names[1]) history(names[1], names[0]);
  }

  /**
   * A kernel is handed in: afterwards it is one of those that can be chosen.
   * @param {Partial<Record<string, File>>} parts by their kind, as lib/dropped.js tells them
   * @returns {Promise<string>} its name, or "" and the state says why not
   */
  async function handIn({profile, ...parts}) {
    const name = (profile ?? parts.image)?.name ?? "";
    /** @param {number} share */
    const progress = (share) => set({upload: {name, share}});
    set({upload: {name, share: 0}, kernelProblem: null});
    try {
      const kernel = await (profile ? api.postProfile(profile) : api.postKernel(parts, progress));
      const others = get().kernels.filter((k) => k.name !== kernel.name);
      set({
        upload: null,
        kernels: get().kernels.length ? [...others, {...kernel, handed_in: true}] : [],
        kernelFiles: Object.freeze({...get().kernelFiles, [kernel.name]: name}),
      });
      return kernel.name;
    } catch (e) {
      const body = e instanceof api.Problem ? e.body : {offline: e instanceof api.Offline};
      set({upload: null, kernelProblem: {...body, file: name}});
      if (!(e instanceof api.Problem || e instanceof api.Offline)) console.error(e);
      return "";
    }
  }

  /** A link may name a kernel that was handed in elsewhere, or long ago. @param {any} e @param {any} link */
  function missing(e, link) {
    const named = [link, link.with].find((l) => l && e.body?.detail?.includes(l.kernel));
    if (e.body?.status === 404 && isHandedIn(named?.kernel))
      set({missing: {name: named.kernel, file: named.kfile ?? "", link}});
  }

  /**
   * Take a run as it arrives. @param {Promise<any>} opened from open.js
   * @param {{at?: number|null|((run: any) => number), pace?: number, beside?: boolean, fresh?:
   *   boolean}} [how] at: the event to go to, or how to find the position; null to stay where one
   *   is; fresh: the page opens on the answer
   */
  async function load(opened, {at = null, pace = 0, beside = false, fresh = false} = {}) {
    if (!beside) leaveOther();
    const arrival = await opened;
    let run = {
      ...makeRun(await arrival.manifest, arrival.dtb, arrival.tree),
      asked: arrival.asked ?? {},
    };
    const publish = () => {
      run = {...run, ...derive(run.replay, run.steps)};
      const length = run.replay.length;
      if (beside) return set({other: {...run, both: together(get().run, run)}});
      const now =
        at === null
          ? Math.min(get().pos, length)
          : typeof at === "function"
            ? at(run)
            : run.times.posAt(at);
      set({
        ...(fresh ? {intro: true, view: "owners"} : {}),
        ...(get().view === "bootlog" && get().bootlog?.run !== run.manifest.id
          ? {view: "overview"}
          : {}),
        run,
        length,
        phase: "ready",
        problem: null,
        online: true,
        pos: !pace ? now : get().live ? length : get().pos,
      });
    };
    if (pace) set({live: true, streaming: true, pos: 0, playing: false});
    trustOf(await arrival.manifest);
    await arrival.events((/** @type {number} */ batch) => {
      run.replay.append(batch);
      if (pace) publish();
    });
    publish();
    if (beside) compareKernels();
    if (pace) set({live: false, streaming: false});
  }

  /** Who looks at the finished boot wants to see how the next one ends. */
  const atEnd = () => get().length > 0 && get().pos === get().length;

  /** What was arriving until now is left. */
  function signal() {
    aborter.abort();
    aborter = new AbortController();
    return aborter.signal;
  }

  /**
   * @param {any} inputs
   * @param {{tree?: Blob|null, beside?: boolean, at?: any, stay?: boolean}} [how] stay: the browser's
   *   Back does not lead to what is shown now
   */
  async function boot(inputs, {tree = null, beside = false, at = null, stay = beside} = {}) {
    if (!stay && get().phase === "ready") actions.travel(() => {});
    if (!beside) set({phase: get().run ? "ready" : "loading", problem: null, playing: false});
    try {
      await load(openInputs(inputs, tree, {signal: beside ? undefined : signal()}), {
        beside,
        at: beside ? null : (at ?? (atEnd() ? Infinity : -1)),
      });
      return true;
    } catch (e) {
      fail(e);
      return false;
    }
  }

  /**
   * What a boot log describes is booted, and shown beside it; where they part, or at the end. One
   * that does not name its
   * kernel is compared with the one that is shown.
   * @param {File} log @param {File} tree of the board that printed it
   */
  async function bootLog(log, tree) {
    set({problem: null, playing: false});
    try {
      const named = BANNER.test(await log.text());
      const kernel = named ? "" : (get().run?.manifest.inputs.kernel ?? "");
      const report = await api.postLog(log, tree, {kernel});
      const part = report.lines[firstApart(report)];
      await load(openParams(report.inputs, tree, {signal: signal()}), {at: part?.seq ?? Infinity});
      const run = get().run.manifest.id;
      set({
        bootlog: Object.freeze({run, name: log.name, tree: tree.name, report}),
        view: "bootlog",
        follow: false,
        intro: false,
        win: null,
        sel: "",
      });
      return true;
    } catch (e) {
      fail(e);
      return false;
    }
  }

  /**
   * The boot first, then what else could be booted.
   * @param {any} link
   * @param {Promise<any>} opened
   * @param {() => Promise<[any[], any[]]>} [lists]
   */
  async function start(link, opened, lists) {
    set({phase: "loading", problem: null});
    if (link.pace) list(lists); // a live boot takes minutes
    try {
      await load(opened, {
        at: link.at ?? (link.lesson ? bootEnd : link.fresh ? Infinity : -1),
        pace: link.pace,
        fresh: link.fresh,
      });
      set({online: true});
      if (link.with) await loadBeside(link.with);
    } catch (e) {
      fail(e);
      missing(e, link);
    }
    await list(lists);
  }

  /** Boards and kernels, once. */
  async function list(lists = () => Promise.all([api.getBoards(), api.getKernels()])) {
    if (get().boards.length) return;
    try {
      const [boards, kernels] = await lists();
      set({boards, kernels});
    } catch (e) {
      fail(e);
    }
  }

  /** Ask again for what did not come. */
  const restart = (link = readLink(location.hash)) =>
    start(link, openLink(link, {boards: api.getBoards, signal: signal(), pace: link.pace}));

  /** @param {any} link */
  const loadBeside = (link) => load(openLink(link, {boards: api.getBoards}), {beside: true});

  /* Time. Going anywhere by hand stops the play and leaves a live stream. */
  /** @param {number} pos @param {any} [more] */
  const seek = (pos, more = {}) =>
    set({
      pos: Math.max(0, Math.min(get().length, Math.round(pos))),
      live: false,
      ask: 0,
      guess: "",
      hover: "",
      ...more,
    });
  const stop = {playing: false};
  /**
   * Somewhere else at once: the browser's Back leads to where one was.
   * @param {number} pos @param {any} [more]
   */
  const jump = (pos, more = {}) => actions.travel(() => seek(pos, {...stop, ...more}));
  /** Calls without effect are passed over; one operation at a time visits them too. */
  const starts = () =>
    get()
      .run?.times.starts.filter((/** @type {any} */ s) => get().run.steps[s.step]?.executed ?? true)
      .map((/** @type {State} */ s) => s.pos) ?? [];
  const chapterStarts = () => get().run?.times.chapters.map((/** @type {any} */ c) => c.from) ?? [];
  /** In a quiz the next event is asked for before it is shown. */
  function forward() {
    const {quiz, ask: asked, pos, run} = get();
    if (quiz && !asked && run && ask(run.replay.events[pos], run.replay.at(pos)))
      return set({ask: pos + 1, guess: "", playing: false});
    seek(pos + 1, stop);
  }

  /** After the last stage come the lessons on the allocator at work, one after the other. */
  function chapterforward() {
    const {lesson: id, pos, length} = get();
    const next = lessonAfter(id, 1);
    if (next && (id || pos >= length)) return lesson(next);
    seek(id ? length : after(chapterStarts(), pos, length), stop);
  }
  function chapterback() {
    const {lesson: id, pos, run} = get();
    if (!id) return seek(before(chapterStarts(), pos), stop);
    const start = bootEnd(run);
    if (pos > start || id === LESSONS[0].id) return seek(start, stop);
    return lesson(lessonAfter(id, -1));
  }

  const moves = {
    first: () => seek(0, stop),
    /** The end of a stream that still arrives is followed again. */
    last: () => seek(get().length, {...stop, live: get().streaming}),
    forward,
    back: () => seek(get().pos - 1, stop),
    stepforward: () => seek(after(starts(), get().pos, get().length), stop),
    stepback: () => seek(before(starts(), get().pos), stop),
    chapterforward,
    chapterback,
  };

  const play = () =>
    set({
      playing: !get().playing,
      live: false,
      ...(get().pos >= get().length && !get().playing ? {pos: 0} : {}),
    });
  /** @param {number} by */
  const speed = (by) =>
    set({
      speed: SPEEDS[Math.max(0, Math.min(SPEEDS.length - 1, SPEEDS.indexOf(get().speed) + by))],
    });

  /* The allocator at work. */

  /** Where the boot has ended and the operations begin. @param {Run} run */
  const bootEnd = (run) => run.work?.pos ?? run.replay.length;

  /**
   * How many of its events a run that does more begins with: all but the end of "ops" (mmcore/ops/ops.h).
   * @param {any} run
   */
  function sharedBy(run) {
    const {events} = run.replay;
    const last = events.at(-1);
    return events.length - Number(last?.step === "ops" && last.kind === "leave");
  }

  /** What a run is made of, but for its operations. @param {any} run @param {string} [other] kernel */
  function machineOf(run, other) {
    const {board, kernel, cmdline, memory, cpu, uefi, memreserve, reserved, from_state} =
      run.manifest.inputs;
    const loader = givenLoader(run, other);
    return {board, kernel, cmdline, memory, cpu, uefi, memreserve, reserved, from_state, loader};
  }

  /** The tree that somebody gave, under the name of its file. @param {any} run @returns {Promise<Blob|null>} */
  const treeOf = async (run) => run.tree ?? (run.dtb ? await unpackTree(run.dtb) : null);

  /**
   * The machine that is shown with something else about it: what nobody edits stays.
   * @param {Record<string, any>} changes
   */
  async function reboot(changes) {
    const {run} = get();
    // A recorded allocator belongs to the kernel and the RAM that it was recorded on.
    const machine = machineOf(run, changes.kernel);
    return boot({...machine, from_state: "", ...changes}, {tree: await treeOf(run)});
  }

  /**
   * The same machine with what the doctor found to help, seen at its end.
   * @param {import("./views/findings.js").Fix} fix
   */
  async function bootFix(fix) {
    const {run} = get();
    const machine = machineOf(run);
    return boot(
      {
        ...machine,
        ...(fix.cmdline === undefined ? {} : {cmdline: fix.cmdline}),
        loader: {...machine.loader, ...placesOf(fix.loader)},
      },
      {tree: await treeOf(run), at: Infinity},
    );
  }

  /**
   * The same machine with other operations: what is new in them is played, what is gone was never
   * done.
   * @param {string} ops
   */
  async function work(ops) {
    const {run} = get();
    const was = run.manifest.inputs.ops ?? "";
    const more =
      !run.glance && !get().streaming && (!was || ops.startsWith(`${was}\n`)) && ops !== was;
    try {
      if (more && (await workMore(run, ops))) return true;
    } catch (e) {
      fail(e);
      return false;
    }
    const tree = await treeOf(run);
    const less = !ops || was.startsWith(ops);
    /** @param {any} now */
    const at = (now) => (less ? now.replay.length : bootEnd(now));
    if (!(await boot({...machineOf(run), ops}, {tree, at, stay: true}))) return false;
    set({playing: !less && get().pos < get().length, view: "work", follow: false});
    return true;
  }

  /**
   * Operations after those that were done already: only what they add is fetched, and the first of it is
   * the next picture. False if it is another machine that the daemon made of these inputs.
   * @param {any} run
   * @param {string} ops
   */
  async function workMore(run, ops) {
    const since = sharedBy(run);
    const {lang} = get();
    const tree = await treeOf(run);
    warm = performance.now();
    const more = await openContinuation({...machineOf(run), ops}, tree, {since, lang});
    /** @param {any} inputs */
    const machine = (inputs) => JSON.stringify({...inputs, ops: undefined});
    if (get().run !== run || machine(more.manifest.inputs) !== machine(run.manifest.inputs))
      return false;
    signal();
    leaveOther();
    const now = continueRun(run, more, ops, lang);
    const {length} = now.replay;
    const first = more.events.findIndex((/** @type {BootEvent} */ e) => e.text?.line !== undefined);
    const pos = Math.min(length, since + 1 + Math.max(0, first));
    const beat = (now.tour.find((/** @type {any} */ b) => b.pos === pos)?.ms ?? 1e9) / get().speed;
    set({
      ...{run: now, length, pos, beat, phase: "ready", problem: null, online: true},
      ...{live: false, playing: pos < length, view: "work", follow: false, ask: 0, guess: ""},
    });
    return true;
  }

  /** So long the daemon's process for a machine waits for more of it, in milliseconds (runner_proto.h). */
  const WARM_MS = 60000;
  let warm = -Infinity;
  let wakes = 0;

  /**
   * Somebody is about to ask for something: the daemon gets a process ready that knows this machine. The
   * answer is thrown away.
   */
  async function awaken() {
    const {run, lang, view} = get();
    const now = performance.now();
    if (view !== "work" || !run || run.glance || api.packed || now - warm < WARM_MS) return;
    warm = now;
    const tree = await treeOf(run);
    // An answer that is kept already would wake nobody.
    const what = {since: run.replay.length + ++wakes, lang};
    await openContinuation(
      {...machineOf(run), ops: run.manifest.inputs.ops ?? ""},
      tree,
      what,
    ).catch(() => {});
  }

  /** To where the work of a statement begins. @param {number} i */
  function statement(i) {
    const {run} = get();
    const lines = (run.manifest.inputs.ops ?? "").split("\n");
    const line = lines
      .map((/** @type {any} */ x, /** @type {number} */ n) => (x.trim() ? n + 1 : 0))
      .filter(Boolean)[i];
    const pos =
      run.replay.events.findIndex((/** @type {BootEvent} */ e) => e.text?.line === line) + 1;
    if (pos) jump(pos);
  }

  /* What if: each movement of the hand is a boot. One is under way at a time, and the newest goes next. */
  let busy = false;
  let rest = 0;
  /** What the hand begins with: the run as it ended. @param {Run} run */
  const begin = (run) => {
    const tables = run.replay.at(run.replay.length);
    return {
      base: run,
      facts: factsOf(run, tables),
      figures: figuresOf(tables, run.page),
      moved: {},
    };
  };
  const holds = () => get().whatif && get().view === "whatif";

  async function follow() {
    if (busy) return;
    busy = true;
    try {
      for (let seen = null; holds() && get().whatif.moved !== seen; ) {
        const {base, facts, moved} = get().whatif;
        seen = moved;
        const glance = await openGlance(inputsOf(base, facts, moved), base.tree ?? null).catch(
          (e) => (get().whatif?.moved === moved ? fail(e) : null),
        );
        if (glance && holds() && get().whatif.base === base)
          set({run: makeGlance(base, glance), length: 1, pos: 1, problem: null});
      }
    } finally {
      busy = false;
    }
    clearTimeout(rest);
    rest = window.setTimeout(settle, REST_MS);
  }

  /** The hand rests: the whole run, at its end. */
  async function settle() {
    const {whatif: w, run} = get();
    if (busy || !w || !run?.glance) return;
    const opened = openInputs(inputsOf(w.base, w.facts, w.moved), w.base.tree ?? null);
    const still = opened.then((arrival) => {
      if (busy || get().whatif !== w) throw new DOMException("moved on", "AbortError");
      return arrival;
    });
    await load(still, {at: (now) => now.replay.length}).catch(fail);
    if (get().whatif === w) set({whatif: {...w, run: get().run}});
  }

  const whatif = {
    /** The same as long as nothing was moved of the run that is shown. */
    begin: (/** @type {Run} */ run) => (begun?.base === run ? begun : (begun = begin(run))),
    /** @param {string} name @param {any} value */
    move(name, value) {
      const w = mine() ?? whatif.begin(get().run);
      set({
        whatif: {...w, run: null, moved: {...w.moved, [name]: value}},
        playing: false,
        follow: false,
        intro: false,
      });
      return follow();
    },
    async reset() {
      const w = mine();
      if (!w) return;
      clearTimeout(rest);
      set({
        whatif: null,
        run: w.base,
        length: w.base.replay.length,
        pos: w.base.replay.length,
        problem: null,
      });
    },
  };
  /** @type {any} */
  let begun = null;
  /** What the hand did, unless somebody has booted something else in the meantime. */
  const mine = () => {
    const {whatif: w, run} = get();
    return w && (run.glance || run === w.base || run === w.run) ? w : null;
  };

  /**
   * What does not vary in a sweep of a run: what was asked of it, a dropped tree included.
   * @param {Run} run
   */
  async function swept(run) {
    const {board, kernel, cmdline, memory, memreserve, reserved} = run.manifest.inputs;
    const {uefi, loader} = run.asked ?? {};
    /** @type {any} */
    const inputs = {
      board,
      kernel,
      cmdline,
      memory: memory ?? "",
      memreserve,
      reserved,
      uefi,
      loader: {...loader},
    };
    return {inputs, tree: await treeOf(run)};
  }

  /* A sweep: asked for in one stream; the one before is left. */
  let sweeping = new AbortController();
  const sweep = {
    /** @param {{x: string, y: string, show: string}} what */
    async run({x, y, show}) {
      sweeping.abort();
      sweeping = new AbortController();
      const id = (get().sweep?.id ?? 0) + 1;
      const start = {
        id,
        x,
        y,
        show,
        axes: [],
        cells: new Map(),
        total: 0,
        over: false,
        problem: "",
      };
      const now = () => (get().sweep?.id === id ? get().sweep : start);
      set({sweep: start});
      const {inputs, tree} = await swept(get().run);
      const how = {
        signal: sweeping.signal,
        head: (/** @type {{axes: any, cells: number}} */ {axes, cells: total}) =>
          set({sweep: {...now(), axes, total}}),
        cells: (/** @type {any} */ batch) => {
          const cells = new Map(now().cells);
          for (const c of batch) cells.set(c.cell, c);
          set({sweep: {...now(), cells}});
        },
      };
      try {
        await openSweep(inputs, tree, {x, y, show}, how);
        set({sweep: {...now(), over: true}});
      } catch (e) {
        const {name, message} = /** @type {Error} */ (e);
        if (name !== "AbortError") set({sweep: {...now(), problem: String(message)}});
      }
    },
    /** The boot of a cell, where it first went wrong, or at its end. @param {number} i */
    async open(i) {
      const {sweep: now, run} = get();
      const cell = now?.cells.get(i);
      if (!cell) return false;
      const {inputs, tree} = await swept(run);
      for (const {name} of now.axes) put(inputs, name, cell[name]);
      /** @param {Row} r */
      const at = (r) => r.times.problems[0] ?? r.replay.length;
      // A board that varies has a tree of its own.
      return boot(inputs, {
        tree: now.axes.some((/** @type {any} */ a) => a.name === "board") ? null : tree,
        at,
      });
    },
  };
  /**
   * One input as the axis of a sweep names it.
   * @param {any} inputs @param {string} name @param {any} value
   */
  function put(inputs, name, value) {
    if (["memory", "kernel", "board"].includes(name)) inputs[name] = value;
    else if (name === "dtb-addr") inputs.loader.dtb = value;
    else if (name === "image-addr") inputs.loader.kernel_image = value;
    else if (name === "initrd") inputs.loader.initrd = spanOfInitrd(value);
    else inputs.cmdline = withParameter(inputs.cmdline ?? "", name, value);
  }
  /** "ADDRESS,SIZE" @param {any} value */
  const spanOfInitrd = (value) => {
    const [from, size] = value.split(",").map(Number);
    return [from, from + size].map((n) => `0x${n.toString(16)}`);
  };

  /** @param {import("./lessons.js").Lesson|null} chosen */
  async function lesson(chosen) {
    set({ask: 0, guess: "", ...(chosen ? {} : {lesson: ""})});
    if (!chosen) return;
    const {id, board, kernel, memory, ops} = chosen;
    // Its words are of its machine: they come when that is there.
    if (await boot({board, kernel, memory, ops}, {at: bootEnd}))
      set({lesson: id, ask: 0, guess: "", view: "work", follow: false, win: null, sel: ""});
  }

  /** What the lesson asks, before it is played. */
  const askLesson = () => get().lesson && set({ask: LESSON_ASK, guess: "", playing: false});

  /** The last statement was never made. */
  function undo() {
    const lines = (get().run?.manifest.inputs.ops ?? "")
      .split("\n")
      .filter((/** @type {any} */ l) => l.trim());
    if (lines.length) return work(lines.slice(0, -1).join("\n"));
  }

  /* The map. */
  const fold = () => foldOf(get());
  /** @param {any} factor @param {number} width @param {number} px */
  const zoom = (factor, width, px) =>
    get().run && set({win: zoomWindow(fold(), get().win, width, factor, px)});
  /** @param {number} width @param {any} dx */
  const pan = (width, dx) => get().run && set({win: panWindow(fold(), get().win, width, dx)});
  /** Show a range with room around it. @param {AddressRange} what */
  function zoomTo([a, b]) {
    const f = fold();
    const u0 = f.to(a);
    const u1 = f.to(b);
    const pad = Math.max((u1 - u0) * 0.6, 1e-11);
    set({
      win:
        u1 - u0 > 0.8
          ? null
          : wholeBytes(f.from(Math.max(0, u0 - pad)), f.from(Math.min(1, u1 + pad))),
    });
  }

  /** @param {number} by @param {Tables} tables */
  function region(by, tables) {
    const rows = tables.ledger ?? [];
    if (!rows.length) return;
    const i = rows.findIndex((r) => `ledger:${r.key}` === get().sel);
    const next =
      rows[i < 0 ? (by > 0 ? 0 : rows.length - 1) : (i + by + rows.length) % rows.length];
    set({sel: `ledger:${next.key}`});
  }

  /**
   * The event that gave an address its first owner.
   * @param {number} addr
   * @returns {{pos: number, seq: number, key: string, owner: string}|null}
   */
  function firstOwner(addr) {
    const {events} = get().run.replay;
    for (let i = 0; i < events.length; i++)
      for (const s of events[i].splices ?? []) {
        const row =
          s.table === "ledger" &&
          s.ins.find(
            (/** @type {Row} */ r) =>
              r.owner !== "free" && addr >= num(r.key) && addr < num(r.key) + num(r.size),
          );
        if (row) return {pos: i + 1, seq: events[i].seq, key: row.key, owner: row.owner};
      }
    return null;
  }

  /* The lecturer's own list of moments. */

  /**
   * What a moment is to be seen in: the view that is shown, unless it is the list itself; then the one that
   * tells best what the function does, of which a first moment has done nothing yet.
   * @param {State} s
   */
  function viewToKeep({run, pos, view}) {
    if (view !== "jumps") return view;
    const {events} = run.replay;
    const {last_seq} = run.steps[events[pos - 1].step_index];
    const until = run.times.posOfSeq.get(last_seq) ?? pos;
    const touched = events
      .slice(pos - 1, Math.max(pos, until))
      .flatMap((/** @type {BootEvent} */ e) => (e.splices ?? []).map((s) => s.table));
    return viewFor(new Set(touched)) || "owners";
  }
  /** @param {any} jumps @param {any} [jump] */
  const relist = (jumps, jump = get().jump) => set({jumps: Object.freeze(jumps), jump});
  const jumps = {
    keep() {
      const {run, pos, jumps: all} = get();
      const at = run.replay.events[pos - 1]?.seq;
      if (at !== undefined) relist([...all, {at, view: viewToKeep(get()), note: ""}], all.length);
    },
    /** @param {number} i */
    go(i) {
      const to = get().jumps[i];
      if (to) jump(get().run.times.posAt(to.at), {view: to.view, jump: i, follow: false});
    },
    next: (/** @type {number} */ by) =>
      jumps.go(Math.max(0, Math.min(get().jumps.length - 1, get().jump + by))),
    note: (/** @type {number} */ i, /** @type {any} */ note) =>
      relist(get().jumps.map((j, k) => (k === i ? {...j, note} : j))),
    remove: (/** @type {number} */ i) =>
      relist(
        get().jumps.filter((_, k) => k !== i),
        -1,
      ),
    /** @param {number} i @param {number} by */
    move(i, by) {
      const all = [...get().jumps];
      const to = Math.max(0, Math.min(all.length - 1, i + by));
      all.splice(to, 0, ...all.splice(i, 1));
      relist(all, -1);
    },
  };
  /** @param {any} g */
  const guess = (g) => set({guess: g});
  /** @param {string} ref */
  const hover = (ref) => set({hover: ref ?? ""});
  /** @param {any} sel */
  const pick = (sel) =>
    sel.startsWith("pos:") ? jump(Number(sel.slice(4))) : set({sel: get().sel === sel ? "" : sel});
  /**
   * Open a page to be read, in its view; an item of an article is the one that is told until somebody steps on.
   * @param {string} what "concept:NAME", "article:A", "article:A:12" @param {number} [pos] its moment
   */
  function read(what, pos = get().pos) {
    const view = what.startsWith("article") ? "articles" : "concepts";
    const open = {read: what, readAt: pos, view, follow: false};
    if (pos === get().pos) set(open);
    else jump(pos, open);
    actions.reveal("tabs");
  }
  /** Select it, and have it explained where that can be seen. @param {string} sel */
  function inspect(sel) {
    set({sel: get().sel === sel ? "" : sel});
    actions.reveal("inspector");
  }
  /** @type {Record<string, any>} */
  const actions = {
    fail,
    list,
    loadBeside,
    jump,
    travel: (/** @type {any} */ go) => go(),
    back: () => {},
    /** Bring a pane into sight. @param {string} _id */
    reveal: (_id) => {},
    read,
    inspect,
    boot,
    reboot,
    bootLog,
    handIn,
    history,
    compareKernels,
    bootFix,
    awaken,
    work,
    whatif,
    sweep,
    statement,
    lesson,
    askLesson,
    undo,
    start,
    restart,
    seek,
    firstOwner,
    moves,
    play,
    speed,
    zoom,
    pan,
    zoomTo,
    region,
    pick,
    beside: leaveOther,
    guess,
    jumps,
    hover,
    PACE,
  };
  return actions;
}

/**
 * Find by address, owner, detail or name.
 * @returns {{ref: string, range: [number, number]|null, at: number|null}|null} at: the address, if
 *   that is what was looked for
 * @param {Tables} tables @param {string} text @param {number} page
 */
export function findIn(tables, text, page) {
  const s = text.trim().toLowerCase();
  if (!s) return null;
  const rows = tables.ledger ?? [];
  const hexed = /^(0x)?[0-9a-f]{4,16}$/.test(s) ? num("0x" + s.replace(/^0x/, "")) : NaN;
  const row =
    rows.find((r) => hexed >= num(r.key) && hexed < num(r.key) + num(r.size)) ??
    rows.find((r) =>
      [r.owner, r.detail, r.fn].some((x) =>
        String(x ?? "")
          .toLowerCase()
          .includes(s),
      ),
    );
  return row
    ? {
        ref: `ledger:${row.key}`,
        range: rangesOf("ledger", row, page)[0] ?? null,
        at: Number.isNaN(hexed) ? num(row.key) : hexed,
      }
    : null;
}
