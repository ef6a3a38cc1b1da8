// SPDX-License-Identifier: GPL-2.0-or-later
// The boot as a lecture: its stages with what they are about, what they changed, and the calls worth a stop.
import {afterDraw, h} from "../lib/dom.js";
import {aboutChapter} from "../lib/explain.js";
import {int} from "../lib/format.js";
import {gains} from "../lib/owners.js";
import {LESSONS} from "../lessons.js";
import {describe} from "../lib/view.js";

/**
 * @typedef {{stage: string, from: number, to: number, title: string, text: string, gain: string,
 *   steps: {index: number, name: string, pos: number, text: string}[]}} Chapter
 */

/**
 * Calls worth a stop are those that touch a concept and do something in this boot.
 * @param {{steps: any[], times: any}} run
 * @param {{title: (stage: string) => string, text: (c: any) => string, gain: (c: any) => string,
 *   step: (step: any) => string}} says
 * @returns {Chapter[]}
 */
export function layoutChapters({steps, times}, says) {
  const stops = steps
    .filter((s) => s.executed)
    .map((s) => ({
      index: s.index,
      name: s.name,
      pos: times.posOfSeq.get(s.first_seq),
      text: says.step(s),
    }))
    .filter((s) => s.text && s.pos);
  return times.chapters.map((/** @type {any} */ c) => ({
    ...c,
    title: says.title(c.stage),
    text: says.text(c),
    gain: says.gain(c),
    steps: stops.filter((s) => s.pos >= c.from && s.pos <= c.to),
  }));
}

/** The stop at or before a position: which step is being told. @param {Chapter[]} chapters @param {number} pos */
export const stopAt = (chapters, pos) =>
  chapters
    .flatMap((c) => c.steps)
    .filter((s) => s.pos <= pos)
    .pop()?.index ?? -1;

/**
 * @param {HTMLElement} el @param {Chapter[]} chapters @param {number} pos
 * @param {{events: (c: Chapter) => string, until: (gain: string) => string, onpos: (pos: number) =>
 *   void, lessons: HTMLElement[]}} on
 */
export function renderChapters(el, chapters, pos, {events, until, onpos, lessons}) {
  const stop = stopAt(chapters, pos);
  /** @param {any} c */
  const state = (c) => (pos > c.to ? "past" : pos >= c.from ? "here" : "later");
  /** @param {any} text @param {number} to @param {any} c @param {any} [more] */
  const go = (text, to, c, more = {}) =>
    h("button", {type: "button", class: c, onclick: () => onpos(to), ...more}, ...text);
  /** @param {any} s */
  const stepItem = (s) =>
    h(
      "li",
      {class: s.index === stop ? "current" : null},
      go([s.name], s.pos, "fn", s.index === stop ? {"aria-current": "step"} : {}),
      h("span", {}, s.text),
    );
  el.replaceChildren(
    h(
      "ol",
      {class: "chapters"},
      ...chapters.map((c) =>
        h(
          "li",
          {class: state(c)},
          h(
            "h3",
            {},
            go([h("span", {class: "stage"}, c.stage), c.title], c.from, "chapter"),
            h("span", {class: "badge"}, events(c)),
          ),
          c.text ? h("p", {}, c.text) : null,
          c.gain ? h("p", {class: "gain"}, until(c.gain)) : null,
          h("ul", {}, ...c.steps.map(stepItem)),
        ),
      ),
    ),
    ...lessons,
  );
  const now = /** @type {HTMLElement|null} */ (
    el.querySelector(".current") ?? el.querySelector(".here")
  );
  if (now)
    afterDraw(() => {
      const top = Math.round(now.offsetTop - el.clientHeight / 3);
      return () => (el.scrollTop = Math.max(0, top));
    });
}

/**
 * Told once for a run and a language; the numbers of a stage are those of its first moment.
 * @type {WeakMap<object, {key: string, chapters: Chapter[]}>}
 */
const told = new WeakMap();

/** @param {import("../state.js").State} s @param {any} t @param {(seq: number) => any} said @param {number} heard */
function chaptersOf(s, t, said, heard) {
  const key = [s.length, s.lang, t("stage.0"), heard].join();
  const known = told.get(s.run.replay);
  if (known?.key === key) return known.chapters;
  /** @param {number} pos */
  const at = (pos) => s.run.replay.at(pos);
  const chapters = layoutChapters(s.run, {
    title: (stage) => t(`stage.${stage}`),
    text: (c) => aboutChapter(t, c, at(c.from), s.lang),
    gain: (c) => gains(t, at(c.from - 1).ledger, at(c.to).ledger, s.lang, 6),
    step: (step) => {
      const words = said(step.first_seq);
      return words?.concepts.length ? words.headline : "";
    },
  });
  told.set(s.run.replay, {key, chapters});
  return chapters;
}

/**
 * What follows the boot: the machine at work, a lesson a chapter.
 * @returns {HTMLElement[]} @param {{s: State, t: Translate, actions: Actions}} what
 */
const lessonsOf = ({s, t, actions}) => [
  h("h3", {}, t("chapters.lessons")),
  h(
    "ol",
    {class: "lessons"},
    ...LESSONS.map((l) =>
      h(
        "li",
        {class: l.id === s.lesson ? "current" : null},
        h(
          "button",
          {type: "button", class: "fn", onclick: () => actions.lesson(l)},
          t(`lesson.${l.id}`),
        ),
        h("span", {}, t(`lesson.${l.id}.text`)),
      ),
    ),
  ),
];

export const view = describe({
  id: "chapters",
  group: "lesson",
  tables: [],
  words({s, t, actions, said, heard}) {
    const all = chaptersOf(s, t, said, heard);
    const here = all.findIndex((c) => s.pos <= c.to);
    return {
      key: [s.run.manifest.id, s.length, heard, here, stopAt(all, s.pos), s.lesson].join(),
      title: t("view.chapters"),
      write: (el) =>
        renderChapters(el, all, s.pos, {
          events: (c) =>
            t("chapters.events", {
              from: s.run.replay.events[c.from - 1].seq,
              n: int(c.to - c.from + 1, s.lang),
            }),
          until: (gain) => t("chapters.until", {gain}),
          onpos: (pos) => actions.jump(pos),
          lessons: lessonsOf({s, t, actions}),
        }),
    };
  },
});
