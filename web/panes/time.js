// SPDX-License-Identifier: GPL-2.0-or-later
// The scrubber, the stages above it, and the buttons that move in time.
import {SPEEDS} from "../actions.js";
import {attr, byId, h, icon, write} from "../lib/dom.js";
import {int} from "../lib/format.js";
import {layoutTimeline, renderTimeline} from "../views/timeline.js";

/** Buttons from left to right: the command, and what it looks like. */
const BUTTONS = [
  ["first", "first"],
  ["chapterback", "chapterback"],
  ["stepback", "stepback"],
  ["back", "back"],
  ["play", "play"],
  ["forward", "forward"],
  ["stepforward", "step"],
  ["chapterforward", "chapter"],
  ["last", "last"],
];

/** @param {import("../screen.js").Context} ctx @param {Record<string, () => void>} commands */
export function makeTransport(ctx, commands) {
  const buttons = BUTTONS.map(([id, shape]) => {
    const b = h("button", {
      type: "button",
      id,
      "data-i18n-label": `key.${id}`,
      onclick: () => commands[id](),
    });
    b.append(icon(shape));
    return b;
  });
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
    "button",
    {type: "button", id: "tour", "aria-pressed": "true", onclick: () => commands.everyevent()},
    h("span", {"data-i18n": "tour"}),
  );
  byId("transport").append(...buttons, speed, tour);
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
    attr(byId("tour"), "aria-pressed", String(s.tour));
    attr(byId("tour"), "title", ctx.t("tour.hint"));
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
    const where = ctx.t("where", {pos: int(s.pos, s.lang), length: int(s.length, s.lang)});
    if (range.max !== String(s.length)) range.max = String(s.length);
    if (range.value !== String(s.pos)) range.value = String(s.pos);
    attr(range, "aria-valuetext", `${where}, ${s.run.replay.events[s.pos - 1]?.step ?? ""}`);
    write(byId("where-text"), s.live ? `${where} · ${ctx.t("live")}` : where);
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
