// SPDX-License-Identifier: GPL-2.0-or-later
// The scrubber, the stages above it, and the buttons that move in time.
import {SPEEDS} from "../actions.js";
import {attr, byId, h, icon, write} from "../lib/dom.js";
import {int} from "../lib/format.js";
import {layoutTimeline, renderTimeline} from "../views/timeline.js";

/**
 * What one goes by, from large to small, with the commands and what they look like. To the start and to the
 * end lead the scrubber, Home and End.
 */
const PAIRS = [
  ["stage", "chapterback", "chapterback", "chapterforward", "chapter"],
  ["function", "stepback", "stepback", "stepforward", "step"],
  ["event", "back", "back", "forward", "forward"],
];

/** @param {import("../screen.js").Context} ctx @param {Record<string, () => void>} commands */
export function makeTransport(ctx, commands) {
  /** @param {string} id @param {string} shape */
  const button = (id, shape) => {
    const b = h("button", {
      type: "button",
      id,
      "data-i18n-label": `key.${id}`,
      onclick: () => commands[id](),
    });
    b.append(icon(shape));
    return b;
  };
  const pairs = PAIRS.map(([unit, back, left, forward, right]) =>
    h(
      "span",
      {class: "pair"},
      button(back, left),
      h("span", {"data-i18n": `unit.${unit}`}),
      button(forward, right),
    ),
  );
  const speed = h(
    "select",
    {
      id: "speed",
      "data-i18n-label": "speed",
      onchange: (/** @type {FieldEvent} */ e) => ctx.store.set({speed: Number(e.target.value)}),
    },
    ...SPEEDS.map((s) => h("option", {value: s}, `${s}×`)),
  );
  const tour = h(
    "select",
    {id: "tour", "data-i18n-label": "tour.hint", onchange: () => commands.everyevent()},
    h("option", {value: "true", "data-i18n": "tour"}),
    h("option", {value: "false", "data-i18n": "tour.off"}),
  );
  byId("transport").append(button("play", "play"), ...pairs, speed, tour);
}

/** @param {import("../screen.js").Context} ctx */
export function makeTime(ctx) {
  const svg = byId("stages");
  ctx.observe(svg);
  let stages = "";
  let playing = "";

  /** @param {State} s */
  function draw(s) {
    const width = Math.floor(ctx.sizes.get(svg)?.width ?? 0);
    if (width > 20) chapters(s, width);
    scrubber(s);
    playButton(s);
    if (byId("tour").value !== String(s.tour)) byId("tour").value = String(s.tour);
    if (byId("speed").value !== String(s.speed)) byId("speed").value = String(s.speed);
  }

  /** @param {State} s @param {number} width */
  function chapters(s, width) {
    const where = s.run.times.chapters.map((/** @type {any} */ c) =>
      s.pos < c.from ? "" : s.pos > c.to ? "past" : "here",
    );
    const key = [s.run.manifest.id, s.length, s.lang, width, ctx.fs, ...where].join();
    if (stages === key) return;
    stages = key;
    const {pos, length} = s;
    const drawing = layoutTimeline(s.run.times, {length, pos, t: ctx.t}, {width, fs: ctx.fs});
    renderTimeline(svg, drawing, ctx.actions.pick);
    // The scrubber has the keys; this drawing is for the pointer.
    for (const el of svg.querySelectorAll("[tabindex]")) el.removeAttribute("tabindex");
  }

  /** @param {State} s */
  function scrubber(s) {
    const range = byId("range");
    // Events have the numbers that they have everywhere: in the headline, in links, over HTTP.
    const {events} = s.run.replay;
    const [seq, last] = [s.pos, s.length].map((p) => events[p - 1]?.seq);
    const what = {seq: int(seq ?? 0, s.lang), last: int(last ?? 0, s.lang)};
    const where = ctx.t(seq === undefined ? "where.start" : "where", what);
    if (range.max !== String(s.length)) range.max = String(s.length);
    if (range.value !== String(s.pos)) range.value = String(s.pos);
    attr(range, "aria-valuetext", `${where}, ${s.run.replay.events[s.pos - 1]?.step ?? ""}`);
    write(byId("where-text"), s.said || (s.live ? `${where} · ${ctx.t("live")}` : where));
  }

  /** @param {State} s */
  function playButton(s) {
    if (playing === String(s.playing) + s.lang) return;
    playing = String(s.playing) + s.lang;
    const b = byId("play");
    const label = ctx.t(s.playing ? "key.pause" : "key.play");
    b.replaceChildren(icon(s.playing ? "pause" : "play"));
    b.setAttribute("aria-label", label);
    b.setAttribute("aria-pressed", String(s.playing));
    b.title = label;
  }

  return {draw, forget: () => (stages = playing = "")};
}

/**
 * Playing: positions pass by the clock, not by the frame, so that a slow frame only skips. Every event
 * has the same time, or in a tour each beat its own.
 * @param {Store} store @param {any} pace
 */
export function makeClock(store, pace) {
  let last = 0;
  let due = 0;

  /** Where to go next from a position, and how long to stay where one is. @param {State} s */
  function next(s) {
    if (!s.tour) return {pos: s.pos + 1, ms: 1000 / pace};
    const i = s.run.tour.findIndex((/** @type {any} */ b) => b.pos > s.pos);
    const here = s.run.tour[i - 1];
    return {
      pos: s.run.tour[i]?.pos ?? s.length,
      ms: here?.pos === s.pos ? here.ms : 0,
    };
  }

  /** @param {any} now */
  function tick(now) {
    let s = store.get();
    if (!s.playing) return void (last = 0);
    due += last ? (now - last) * s.speed : 0;
    last = now;
    let {pos, ms} = next(s);
    while (due >= ms && s.pos < s.length) {
      due -= ms;
      s = {...s, pos: Math.min(s.length, pos)};
      ({pos, ms} = next(s));
    }
    store.set({pos: s.pos, playing: s.pos < s.length, beat: ms / s.speed});
    requestAnimationFrame(tick);
  }

  return () => {
    due = 0;
    requestAnimationFrame(tick);
  };
}
