// SPDX-License-Identifier: GPL-2.0-or-later
// What can be done to the page: every change of state that a click, a key or the daemon causes.
import * as api from "./api.js";
import {createReplay} from "./lib/replay.js";
import {num} from "./lib/format.js";
import {ask} from "./lib/quiz.js";
import {makeFold, panWindow, wholeBytes, zoomWindow} from "./lib/scale.js";
import {after, before, logLines, makeTimes, readSteps} from "./lib/time.js";
import {rangesOf} from "./lib/ranges.js";

export const SPEEDS = [0.5, 1, 2, 4, 8, 16, 32, 64];
/** Events a second at speed 1: slow enough to read a sentence now and then. */
const PACE = 2;

/** A run as the page holds it: growing while events arrive. */
export function makeRun(manifest) {
  const steps = readSteps(manifest.steps);
  const replay = createReplay((manifest.tables ?? []).map((t) => t.name ?? t));
  const columns = Object.fromEntries((manifest.tables ?? []).map((t) => [t.name, (t.columns ?? []).map((c) => c.name ?? c)]));
  return {manifest, steps, replay, columns, ...derive(replay, steps)};
}

/** What follows from the events that are there so far. */
function derive(replay, steps) {
  const ram = [];
  const points = new Set();
  for (const e of replay.events) {
    // What comes and goes within one event, page by page, has no place on the line.
    const alive = new Map();
    for (const s of e.splices ?? []) if (s.table === "ledger" || s.table.startsWith("memblock.")) collect(s, ram, alive);
    for (const [a, b] of alive.values()) points.add(a).add(b);
  }
  const list = [...points];
  return {bits: replay.events.some((e) => e.splices?.some((s) => s.table === "bootmem")), ram, points: list, page: pageSize(replay.events), times: makeTimes(replay.events, steps), log: logLines(replay.events), folds: {true: makeFold(ram, list, "true"), pieces: makeFold(ram, list, "pieces")}};
}

/** Bytes of a page frame: the first node's first address over its first frame number. */
export function pageSize(events) {
  let base = Infinity;
  for (const e of events)
    for (const s of e.splices ?? []) {
      if (s.table === "memblock.memory") for (const r of s.ins ?? []) base = Math.min(base, num(r.key));
      const node = s.table === "nodes" && s.ins?.find((r) => r.start_pfn > 0 && r.spanned > 0);
      const size = node && base / node.start_pfn;
      if ([4096, 16384, 65536].includes(size)) return size;
    }
  return 4096;
}

function collect(splice, ram, alive) {
  for (const r of splice.del ?? []) alive.delete(splice.table + r.key);
  for (const r of splice.ins ?? []) {
    const a = num(r.key);
    const b = a + num(r.size);
    if (splice.table === "memblock.memory") ram.push([a, b]);
    if (splice.table === "ledger" && r.ram === 0) continue;
    alive.set(splice.table + r.key, [a, b]);
  }
}

/** @param {ReturnType<typeof import("./state.js").createStore>} store */
export function makeActions(store) {
  let aborter = new AbortController();
  const get = store.get;
  const set = store.set;

  const fail = (e) => {
    if (e instanceof api.Offline) return set({online: false, phase: get().run ? "ready" : "error", problem: get().run ? null : {offline: true}});
    if (e?.name === "AbortError") return;
    set({phase: get().run ? "ready" : "error", problem: e instanceof api.Problem ? e.body : {title: String(e?.message ?? e)}});
    if (!(e instanceof api.Problem)) console.error(e);
  };

  async function load(id, {at = null, pace = 0, beside = false} = {}) {
    // Events are on their way while the manifest is; both are of one immutable run.
    /** @type {any[]} */
    const early = [];
    /** @type {(batch: any[]) => void} */
    let onbatch = (batch) => { for (const e of batch) early.push(e); };
    if (!beside) {
      aborter.abort();
      set({other: null});
    }
    aborter = new AbortController();
    const arriving = api.getEvents(id, (batch) => onbatch(batch), {signal: aborter.signal, pace});
    arriving.catch(() => {});
    let run = makeRun(await api.getManifest(id));
    const grow = (batch) => {
      run.replay.append(batch);
      if (pace) publish();
    };
    const publish = () => {
      run = {...run, ...derive(run.replay, run.steps)};
      const length = run.replay.length;
      if (beside) return set({other: {...run, both: together(get().run, run)}});
      set({run, length, phase: "ready", problem: null, online: true, ...(pace && get().live ? {pos: length} : {})});
    };
    if (pace) set({live: true, streaming: true, pos: 0, playing: false});
    if (early.length) grow(early);
    onbatch = grow;
    await arriving;
    publish();
    if (pace) return set({live: false, streaming: false});
    if (!beside) set({pos: at === null ? Math.min(get().pos, run.replay.length) : run.times.posAt(at)});
  }

  async function boot(inputs, how = {}) {
    if (!how.beside) set({phase: get().run ? "ready" : "loading", problem: null, playing: false});
    try {
      const id = how.tree ? await api.postTree(how.tree, flat(inputs)) : await api.postRun(clean(inputs));
      await load(id, {...how, at: how.beside ? null : -1});
      return true;
    } catch (e) {
      fail(e);
      return false;
    }
  }

  /** The boot first, and what else could be booted meanwhile. */
  async function start(link) {
    set({phase: "loading", problem: null});
    const lists = Promise.all([api.getBoards(), api.getKernels()]).then(([boards, kernels]) => set({boards, kernels}));
    lists.catch(() => {});
    try {
      if (!link.board && !link.run && !packed()) await lists;
      await open({...link, board: link.board ?? usual(get().boards)});
      set({online: true});
      if (link.with) await load(link.with, {beside: true});
    } catch (e) {
      fail(e);
    }
    await lists.catch(fail);
  }

  /** The run by its id when the daemon still has it, else by its inputs. */
  async function open(link) {
    const at = link.at ?? -1;
    if (packed() || link.run) {
      try {
        return await load(link.run ?? packed().manifest.id, {at, pace: link.pace});
      } catch (e) {
        if (!(e instanceof api.Problem) || !link.board) throw e;
      }
    }
    const id = await api.postRun(clean({board: link.board, kernel: link.kernel, cmdline: link.cmdline ?? "", memory: link.memory ?? "", loader: link.loader ?? {}}));
    return load(id, {at, pace: link.pace});
  }

  /* Time. Going anywhere by hand stops the play and leaves a live stream. */
  const seek = (pos, more = {}) => set({pos: Math.max(0, Math.min(get().length, Math.round(pos))), live: false, ask: 0, guess: "", hover: "", ...more});
  const stop = {playing: false};
  /** Calls without effect are passed over; one operation at a time visits them too. */
  const starts = () => get().run?.times.starts.filter((s) => get().run.steps[s.step]?.executed ?? true).map((s) => s.pos) ?? [];
  const chapterStarts = () => get().run?.times.chapters.map((c) => c.from) ?? [];
  /** In a quiz the next event is asked for before it is shown. */
  function forward() {
    const {quiz, ask: asked, pos, run} = get();
    if (quiz && !asked && run && ask(run.replay.events[pos], run.replay.at(pos))) return set({ask: pos + 1, guess: "", playing: false});
    seek(pos + 1, stop);
  }

  const moves = {
    first: () => seek(0, stop),
    /** The end of a stream that still arrives is followed again. */
    last: () => seek(get().length, {...stop, live: get().streaming}),
    forward,
    back: () => seek(get().pos - 1, stop),
    stepforward: () => seek(after(starts(), get().pos, get().length), stop),
    stepback: () => seek(before(starts(), get().pos), stop),
    chapterforward: () => seek(after(chapterStarts(), get().pos, get().length), stop),
    chapterback: () => seek(before(chapterStarts(), get().pos), stop),
  };

  const play = () => set({playing: !get().playing, live: false, ...(get().pos >= get().length && !get().playing ? {pos: 0} : {})});
  const speed = (by) => set({speed: SPEEDS[Math.max(0, Math.min(SPEEDS.length - 1, SPEEDS.indexOf(get().speed) + by))]});

  /* The map. */
  const fold = () => foldOf(get());
  const zoom = (factor, width, px) => get().run && set({win: zoomWindow(fold(), get().win, width, factor, px)});
  const pan = (width, dx) => get().run && set({win: panWindow(fold(), get().win, width, dx)});
  /** Show a range with room around it. */
  function zoomTo([a, b]) {
    const f = fold();
    const u0 = f.to(a);
    const u1 = f.to(b);
    const pad = Math.max((u1 - u0) * 0.6, 1e-11);
    set({win: u1 - u0 > 0.8 ? null : wholeBytes(f.from(Math.max(0, u0 - pad)), f.from(Math.min(1, u1 + pad)))});
  }

  function region(by, tables) {
    const rows = tables.ledger ?? [];
    if (!rows.length) return;
    const i = rows.findIndex((r) => `ledger:${r.key}` === get().sel);
    const next = rows[i < 0 ? (by > 0 ? 0 : rows.length - 1) : (i + by + rows.length) % rows.length];
    set({sel: `ledger:${next.key}`});
  }

  const beside = () => set({other: null, view: get().view === "compare" ? "overview" : get().view});
  const guess = (g) => set({guess: g});
  const hover = (ref) => set({hover: ref ?? ""});
  const pick = (sel) => (sel.startsWith("pos:") ? seek(Number(sel.slice(4)), stop) : set({sel: get().sel === sel ? "" : sel}));
  return {fail, load, boot, start, seek, moves, play, speed, zoom, pan, zoomTo, region, pick, beside, guess, hover, PACE};
}

const packed = () => /** @type {any} */ (globalThis).mmscopePacked ?? null;

/** What is booted when nobody has said anything. @param {any[]} boards */
const usual = (boards) => (boards.find((b) => b.default) ?? boards.find((b) => b.name === "qemu-virt") ?? boards[0])?.name;

/** One line of addresses for both runs. */
function together(a, b) {
  const ram = [...(a?.ram ?? []), ...b.ram];
  const points = [...(a?.points ?? []), ...b.points];
  return {true: makeFold(ram, points, "true"), pieces: makeFold(ram, points, "pieces")};
}

/** The line of addresses that is on the screen. @param {import("./state.js").State} s */
export const foldOf = (s) => (s.other ? s.other.both : s.run?.folds)?.[s.fold];

/** Empty fields are the daemon's defaults, so they are not sent. */
function clean(inputs) {
  return Object.fromEntries(Object.entries(inputs).filter(([, v]) => v !== "" && v !== undefined && v !== null && !(typeof v === "object" && !Object.keys(v).length)));
}

/** @param {{kernel?: string, cmdline?: string, memory?: string, loader?: any}} inputs the same as query parameters beside an uploaded tree, where the initrd is given by its size. */
function flat({kernel = "", cmdline = "", memory = "", loader = {}}) {
  const [from, to] = loader.initrd ?? [];
  return {kernel, cmdline, memory, image_addr: loader.kernel_image ?? "", dtb_addr: loader.dtb ?? "", initrd: to ? `${from},0x${(num(to) - num(from)).toString(16)}` : ""};
}

/** Find by address, owner, detail or name. @returns {{ref: string, range: [number, number]|null}|null} */
export function findIn(tables, text, page) {
  const s = text.trim().toLowerCase();
  if (!s) return null;
  const rows = tables.ledger ?? [];
  const hexed = /^(0x)?[0-9a-f]{4,16}$/.test(s) ? num("0x" + s.replace(/^0x/, "")) : NaN;
  const row = rows.find((r) => hexed >= num(r.key) && hexed < num(r.key) + num(r.size)) ?? rows.find((r) => [r.owner, r.detail, r.fn].some((x) => String(x ?? "").toLowerCase().includes(s)));
  return row ? {ref: `ledger:${row.key}`, range: rangesOf("ledger", row, page)[0] ?? null} : null;
}
