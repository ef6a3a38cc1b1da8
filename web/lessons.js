// SPDX-License-Identifier: GPL-2.0-or-later
// Lessons on the allocator at work: what is booted, what the machine is asked to do, and a question whose
// answer is read from the run. Their words are in the catalogues: lesson.ID its title, .text what to look
// at, .ask the question and .answer what is to be seen then.
import {ask} from "./lib/quiz.js";

/** @typedef {any} Run as run.js has it */
/** @typedef {(key: string, params?: Record<string, any>) => string} Texts */
/** @typedef {{right: string, choices: string[]}} Question */
/**
 * @typedef {object} Lesson
 * @property {string} id
 * @property {string} board
 * @property {string} kernel
 * @property {string} [memory]
 * @property {string} ops
 * @property {(seen: Seen, t: Texts, lang: string) => (string|number|undefined)[]} answers the right
 *   one, then what others might say
 */

/**
 * What a question is answered from.
 * @typedef {object} Seen
 * @property {any[]} events of the operations @property {any} end tables when all is done
 * @property {any[]} taken requests that got their block @property {any[]} failed requests that did not
 * @property {(event: any) => any} before tables as they are before an event
 * @property {number} page bytes of a page
 */

/** @param {any} all */
const last = (all) => all[all.length - 1];
const verdicts = ["below_mark", "no_block", "skipped"];

/** @type {readonly Lesson[]} */
export const LESSONS = [
  {
    id: "first",
    board: "qemu-virt",
    kernel: "7.2",
    ops: "a = alloc cpu=0",
    answers: ({end}) => {
      const set = end.pagesets.find((/** @type {Row} */ r) => r.count > 0);
      return [set?.count, set?.batch, 0, set?.high];
    },
  },
  {
    id: "batch",
    board: "qemu-virt",
    kernel: "6.1",
    ops: "repeat 64 { a = alloc cpu=0 }",
    answers: ({events, taken}) => [
      refills(events).length,
      1,
      taken.length,
      refills(events)[0]?.text.got,
    ],
  },
  {
    id: "othercpu",
    board: "qemu-virt",
    kernel: "7.2",
    ops: "a = alloc cpu=0\nfree a cpu=1\nb = alloc cpu=1",
    answers: ({taken, before}) => {
      const question = ask(last(taken), before(last(taken)));
      return [question?.right, ...(question?.choices ?? [])];
    },
  },
  {
    id: "buddies",
    board: "qemu-virt",
    kernel: "7.2",
    ops: "a = alloc order=4\nb = alloc order=4\nfree a\nfree b",
    answers: ({events, end}) => {
      const {pfn, order} = last(events.filter((e) => e.text.fn === "__free_pages")).text;
      return [orderAround(end.freelists, pfn), order, order + 1, 10];
    },
  },
  {
    id: "pageblocks",
    board: "qemu-virt",
    kernel: "7.2",
    ops: [
      "a = alloc order=4 gfp=GFP_KERNEL",
      "b = alloc order=4 gfp=GFP_HIGHUSER_MOVABLE",
      "c = alloc order=4 gfp=GFP_KERNEL|__GFP_RECLAIMABLE",
    ].join("\n"),
    answers: ({taken}, t) => {
      const all = taken.map((e) => e.text.pfn).sort((a, b) => a - b);
      const near = all.some((pfn, i) => i > 0 && pfn - all[i - 1] === 2 ** taken[0].text.order);
      return [near, !near].map((yes) => t(yes ? "lesson.yes" : "lesson.no"));
    },
  },
  {
    id: "stealing",
    board: "qemu-virt",
    kernel: "7.2",
    ops: "repeat 8 { a = alloc order=10 gfp=GFP_KERNEL }",
    answers: ({events}, t) => {
      const claims = events.some((e) => e.why?.pageblock === "changes its type");
      return [claims, !claims].map((yes) => t(yes ? "lesson.claimed" : "lesson.mixed"));
    },
  },
  {
    id: "nodes",
    board: "qemu-virt-numa",
    kernel: "7.2",
    ops: [
      "repeat 300 { a = alloc order=10 node=0 gfp=GFP_HIGHUSER_MOVABLE }",
      "repeat 8 { b = alloc order=10 node=0 gfp=GFP_HIGHUSER_MOVABLE|__GFP_THISNODE }",
    ].join("\n"),
    answers: ({failed, taken}) => [last(failed)?.text.gfp, taken[0]?.text.gfp],
  },
  {
    id: "lowmem",
    board: "rpi4-8g",
    kernel: "7.2",
    ops: [
      "repeat 2100 { a = alloc order=10 gfp=GFP_USER|~__GFP_DIRECT_RECLAIM }",
      "b = alloc order=4 gfp=GFP_DMA|GFP_KERNEL",
    ].join("\n"),
    answers: ({events}, t) => {
      const {why} = events.findLast((e) => e.why?.verdict && e.why.reserve > 0) ?? {};
      const said = why?.verdict === "below_mark" ? "lesson.reserve" : "walk.no_block";
      return [said, "lesson.reserve", "walk.no_block", "walk.skipped"].map((key) => t(key));
    },
  },
  {
    id: "watermarks",
    board: "qemu-virt",
    kernel: "7.2",
    ops: [
      "repeat 260 { a = alloc order=10 gfp=GFP_NOWAIT }",
      "repeat 40 { b = alloc order=6 gfp=GFP_NOWAIT }",
      "c = alloc order=2 gfp=GFP_ATOMIC",
    ].join("\n"),
    answers: ({taken, failed}, t) => {
      const below = last(taken.filter((e) => e.why.mark === "min"));
      return [below?.text.gfp, last(failed)?.text.gfp, t("lesson.nobody")];
    },
  },
  {
    id: "order9",
    board: "qemu-virt",
    kernel: "7.2",
    memory: "256M",
    ops: [
      "repeat 780 { a = alloc order=5 gfp=GFP_HIGHUSER_MOVABLE|~__GFP_DIRECT_RECLAIM; " +
        "b = alloc order=5 gfp=GFP_HIGHUSER_MOVABLE|~__GFP_DIRECT_RECLAIM }",
      "free b all",
      "repeat 40 { c = alloc order=9 gfp=GFP_HIGHUSER_MOVABLE|~__GFP_DIRECT_RECLAIM }",
    ].join("\n"),
    answers: ({events}, t) => {
      const {why} = events.findLast((e) => e.why?.verdict) ?? {};
      return [why?.verdict, ...verdicts].map((v) => t(`walk.${v}`));
    },
  },
  {
    id: "kmalloc",
    board: "qemu-virt",
    kernel: "6.12",
    ops: [
      "mine = kmem_cache_create 2048",
      "repeat 200 { o = kmem_cache_alloc cache=mine }",
      "kmem_cache_free o all",
    ].join("\n"),
    answers: ({events}) => {
      const slabs = events.filter((e) => e.text.fn === "allocate_slab").length;
      const back = events.filter((e) => e.text.fn === "discard_slab").length;
      return [back, slabs, 0, slabs - back];
    },
  },
];

/** @param {any} events */
const refills = (events) => events.filter((/** @type {any} */ e) => e.text.fn === "rmqueue_bulk");

/** The order of the free block that has a page in it. @param {any} freelists @param {number} pfn */
function orderAround(freelists, pfn) {
  for (const r of freelists)
    for (const [first, n, step] of r.runs ?? []) {
      const at = pfn - (pfn % 2 ** r.order);
      const i = (at - first) / step;
      if (Number.isInteger(i) && i >= 0 && i < n) return r.order;
    }
  return undefined;
}

/** @param {string} id @returns {Lesson|undefined} */
export const lessonOf = (id) => LESSONS.find((l) => l.id === id);

/**
 * The lesson after another, or before it; of none the first.
 * @param {string} id
 * @param {number} by
 * @returns {Lesson|null}
 */
export const lessonAfter = (id, by) => LESSONS[LESSONS.findIndex((l) => l.id === id) + by] ?? null;

/** state.ask while the lesson's own question is open. */
export const LESSON_ASK = -1;

/**
 * The question that is open: the lesson's, or the one about the event to come.
 * @param {import("./state.js").State} s
 * @param {any} tables
 * @param {Texts} t
 */
export function questionNow(s, tables, t) {
  if (!s.ask || !s.run) return null;
  if (s.ask === LESSON_ASK) return questionOf(s.lesson, s.run, t, s.lang);
  return ask(s.run.replay.events[s.ask - 1], tables);
}

/** Asked once for a run and a language. @type {WeakMap<object, {key: string, question: Question|null}>} */
const asked = new WeakMap();

/**
 * A lesson's question with its answers, in an order that gives nothing away.
 * @param {string} id
 * @param {Run} run
 * @param {Texts} t
 * @param {string} lang
 * @returns {Question|null}
 */
export function questionOf(id, run, t, lang) {
  const key = `${id}/${lang}/${t("lesson.yes")}`;
  const known = asked.get(run.replay);
  if (known?.key === key) return known.question;
  const lesson = lessonOf(id);
  const answers = lesson ? lesson.answers(seenIn(run), t, lang) : [];
  const right = answers[0];
  const said = [...new Set(answers.filter((a) => a !== undefined).map(String))];
  const question = right === undefined ? null : {right: String(right), choices: ordered(said)};
  asked.set(run.replay, {key, question});
  return question;
}

/** Numbers by size, words by the alphabet: where the right one stands says nothing. @param {string[]} all */
const ordered = (all) =>
  all.sort((a, b) => parseFloat(a) - parseFloat(b) || (a < b ? -1 : a > b ? 1 : 0));

/** @param {Run} run @returns {Seen} */
function seenIn({replay, page}) {
  const events = replay.events.filter((/** @type {BootEvent} */ e) => e.step === "ops" && e.text);
  const requests = events.filter((/** @type {any} */ e) => e.text.gfp);
  return {
    events,
    end: replay.at(replay.length),
    taken: requests.filter((/** @type {any} */ e) => e.text.pfn !== undefined),
    failed: requests.filter((/** @type {any} */ e) => e.text.pfn === undefined),
    before: (e) => replay.at(replay.events.indexOf(e)),
    page,
  };
}
