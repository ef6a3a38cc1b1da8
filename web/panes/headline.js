// SPDX-License-Identifier: GPL-2.0-or-later
// What happens now, in a sentence; in a quiz, the question about what happens next.
import {attr, byId, fill, h, hide, write} from "../lib/dom.js";
import {bytes} from "../lib/format.js";
import {firstOf} from "../lib/i18n.js";
import {isLeft, ownerLabel, sums} from "../lib/owners.js";
import {namesIn} from "../lib/quiz.js";
import {LESSON_ASK, questionNow} from "../lessons.js";

/** Callers that are named before the step. */
const CHAIN = 4;

/** The height of a line of the headline, in units of the page's type: size and leading that style.css gives it. */
const LINE = 1.24 * 1.32;

/** @param {import("../screen.js").Context} ctx */
export function makeHeadline(ctx) {
  const {actions} = ctx;
  let shown = "";

  /** @param {State} s @param {Moment} m */
  function draw(s, m) {
    const landmark = landmarkOf(s);
    const pos = landmark ?? s.pos;
    const e = landmark ? s.run.replay.events[pos - 1] : m.event;
    const step = s.run.steps[e?.step_index ?? -1];
    const said = e ? ctx.words(s, e.seq) : null;
    const call = landmark ? ctx.words(s, step.first_seq) : null;
    const key = [
      s.run.manifest.id,
      s.length,
      pos,
      s.lang,
      s.ask,
      s.guess,
      s.lesson,
      s.playing,
      s.present,
      isOver(s) && s.view,
      ctx.hurry,
      Boolean(said),
      Boolean(call),
      noteOf(s, e),
      s.intro,
    ].join();
    if (shown === key && byId("now-text").firstChild) return false;
    shown = key;
    if (!ctx.hurry) fit();
    if (s.intro) return introduce(s, m);
    where(s, pos, step, e, said);
    const question = questionNow(s, m.tables, ctx.t);
    const says = s.run.glance
      ? ctx.t("whatif.now")
      : s.pos === 0
        ? ctx.t("ev.start", {board: s.run.manifest.inputs?.board ?? ""})
        : (call?.headline ?? said?.headline ?? "…");
    const live = s.playing ? "off" : "polite";
    if (byId("now-text").getAttribute("aria-live") !== live)
      byId("now-text").setAttribute("aria-live", live);
    const text = question ? asking(s, question) : says;
    write(byId("now-text"), text);
    const note = noteOf(s, e);
    attr(byId("now"), "data-note", note ? "" : null);
    const told = note || (landmark ? (said?.headline ?? "") : reason(s, m, said, question, says));
    const more = ctx.hurry || told === says ? "" : told;
    write(byId("now-more"), more);
    byId("now").classList.toggle("bad", e?.kind === "problem");
    quizBox(s, question);
    beginBox(s);
  }

  /**
   * At a moment of the lecturer's list stands what they noted of it; the window for the audience has no notes.
   * @param {State} s @param {BootEvent|null} e
   */
  function noteOf(s, e) {
    const kept = s.jumps[s.jump];
    return kept && !s.mirror && kept.at === e?.seq && !s.ask ? kept.note : "";
  }

  /**
   * On a tour the words stand as long as one reads them: what a landmark is for, and below it what it does.
   * @param {State} s @returns {number|undefined} its position
   */
  const landmarkOf = (s) =>
    s.playing && s.tour && !s.ask
      ? s.run.tour.find((/** @type {import("../lib/tour.js").Beat} */ b) => b.pos === s.pos)?.told
      : undefined;

  /**
   * What stands below it; while moments fly past nobody would read it.
   * @param {State} s @param {Moment} m @param {any} said @param {any} question @param {string} says
   */
  function reason(s, m, said, question, says) {
    if (s.run.glance) return "";
    if (question || s.pos === 0) return about(s, question);
    if (isOver(s)) return ctx.t("intro.text", answer(s, m));
    return [ctx.chapterText(s, m), said?.reason].find((x) => x && x !== says) ?? "";
  }

  /** @param {State} s @param {Moment} m */
  function introduce(s, m) {
    const [text, more] = intro(s, m);
    fill(byId("now-where"), `intro${s.lang}`, () => document.createTextNode(ctx.t("intro.title")));
    write(byId("now-text"), text);
    write(byId("now-more"), more);
    quizBox(s, null);
    beginBox(s);
  }

  /** Where the memory of a finished boot went. @param {State} s @param {Moment} m */
  function answer(s, m) {
    const all = sums(m.tables.ledger ?? []);
    /** @param {any} rows */
    const bytesOf = (rows) =>
      rows.reduce((/** @type {number} */ a, /** @type {any} */ x) => a + x.bytes, 0);
    const taken = all.filter((x) => !isLeft(x.owner));
    return {
      board: s.run.manifest.inputs?.board || ctx.t("choose.given"),
      version: s.run.manifest.kernel?.version ?? "",
      ram: bytes(bytesOf(all), s.lang),
      taken: bytes(bytesOf(taken), s.lang),
      most: taken[0] ? ownerLabel(ctx.t, taken[0].owner) : "",
      means: meaning(taken[0]?.owner),
    };
  }

  /** A few words on what an owner is, behind its name. @param {string|undefined} owner */
  function meaning(owner) {
    const text = firstOf(ctx.t, [`means.${owner}`], {});
    return text && ctx.t("intro.means", {text});
  }

  /** The boot has come to its end, and nothing follows it. @param {State} s */
  const isOver = (s) =>
    s.pos > 0 &&
    s.pos === s.length &&
    !s.playing &&
    !s.intro &&
    !s.streaming &&
    !s.run.glance &&
    !s.run.work &&
    !s.other &&
    !s.lesson &&
    !s.run.problems.length;

  /**
   * What this is, for whoever has just come: the answer, and that one can watch how it came to
   * that.
   * @param {State} s @param {Moment} m
   */
  function intro(s, m) {
    const what = answer(s, m);
    return [ctx.t("intro.text", what), ctx.t("intro.more", what)];
  }

  /**
   * The more lines a headline takes, the fewer are left for its reason. Its height is told when the layout
   * is done and before anything is painted: to ask for it would make a layout of its own. So would what
   * follows from it, for which a flight has no time.
   */
  let lines = 1;
  new ResizeObserver(([{contentRect}]) => {
    lines = Math.round(contentRect.height / (LINE * ctx.fs));
    if (!ctx.hurry) fit();
  }).observe(byId("now-text"));
  const fit = () => attr(byId("now"), "data-long", lines > 1 ? String(lines) : null);

  /** What the headline has room for; the style sheet goes by it. @param {string} what @param {boolean} on */
  function asks(what, on) {
    const el = byId("now");
    const others = (el.dataset.asks ?? "")
      .split(" ")
      .filter((/** @type {any} */ x) => x && x !== what);
    attr(el, "data-asks", [...others, ...(on ? [what] : [])].sort().join(" ") || null);
  }

  /**
   * Ways in for whoever is at the beginning, or has just come: to watch, to go step by step, to see
   * how it ends.
   * @param {State} s
   */
  function beginBox(s) {
    const box = byId("begin");
    const over = isOver(s) && !s.present;
    const gone = (s.pos > 0 && !s.intro && !over) || s.playing;
    hide(box, gone);
    asks("begin", !gone);
    asks("answer", !gone && s.pos > 0);
    /** @param {string} key @param {() => void} onclick @param {boolean} primary */
    const button = (key, onclick, primary) =>
      h("button", {type: "button", class: primary ? "primary" : null, onclick}, ctx.t(key));
    const end = () => {
      actions.moves.last();
      actions.view("owners");
    };
    fill(box, box.hidden ? "" : [s.lang, s.intro, over && s.view].join(), () =>
      box.hidden
        ? []
        : [
            button(over ? "begin.again" : "begin.play", actions.play, true),
            s.intro
              ? button("begin.steps", actions.moves.first, false)
              : s.view === "owners" && over
                ? null
                : button("begin.end", end, false),
            s.intro || over ? button("begin.choose", () => actions.choose(), false) : null,
          ],
    );
  }

  /**
   * The concepts that a moment touches, as links to their pages.
   * @param {State} s @param {any} said
   */
  function terms(s, said) {
    const concepts = said?.concepts?.length ? ctx.library("concepts") : null;
    return (concepts ? said.concepts : []).flatMap((/** @type {string} */ id) =>
      concepts[id]
        ? [
            " · ",
            h(
              "button",
              {type: "button", class: "term", onclick: () => actions.read(`concept:${id}`)},
              concepts[id].title[s.lang],
            ),
          ]
        : [],
    );
  }

  /** Of a moment: stage and its name, callers and step, number. */
  const at = {
    stage: h("span", {class: "stage"}),
    name: h("span"),
    chain: h("b"),
    number: h("span"),
  };

  /**
   * Stage, callers and step, and what there is to read about it.
   * @param {State} s @param {number} pos @param {Step} step @param {any} e @param {any} said
   */
  function where(s, pos, step, e, said) {
    const stage = s.run.times.chapters.find((/** @type {any} */ c) => pos <= c.to)?.stage ?? "0";
    /** @type {string[]} */
    const chain = [];
    for (let p = step; p && chain.length < CHAIN; p = s.run.steps[p.parent]) chain.unshift(p.name);
    const links = ctx.hurry ? [] : terms(s, said);
    const key = links.length ? `${e?.seq}/${s.lang}/${links.length}` : "bare";
    fill(byId("now-where"), key, () => [at.stage, at.name, at.chain, at.number, ...links]);
    write(at.stage, stage);
    write(at.name, `${firstOf(ctx.t, [`stage.${stage}`], {})}${chain.length ? " · " : ""}`);
    write(at.chain, chain.join(" › "));
    write(at.number, e ? ` · #${e.seq}` : "");
  }

  /**
   * Beside a lesson's question stands what to look at, and when it is answered why it is so.
   * @param {State} s @param {any} question
   */
  const about = (s, question) =>
    question && s.ask === LESSON_ASK
      ? ctx.t(`lesson.${s.lesson}.${s.guess ? "answer" : "text"}`)
      : "";

  /** @param {State} s @param {any} q */
  function asking(s, q) {
    if (s.ask === LESSON_ASK) return ctx.t(`lesson.${s.lesson}.ask`);
    const f = namesIn(ctx.t, s.run.replay.events[s.ask - 1], s.lang);
    return `${ctx.t("quiz.ask")} ${ctx.t(`quiz.${q.kind}`, {...f, ...q.params})}`;
  }

  /**
   * Answers to choose from; what was chosen is judged, and the arrow shows what happens.
   * @param {State} s @param {any} q
   */
  function quizBox(s, q) {
    const box = byId("quiz");
    hide(box, !q);
    asks("quiz", Boolean(q));
    /** @param {any} c */
    const look = (c) => (!s.guess ? "" : c === q.right ? "right" : c === s.guess ? "wrong" : "");
    fill(box, q ? `${s.ask}${s.guess}${s.lang}` : "", () =>
      q
        ? [
            ...q.choices.map((/** @type {any} */ c, /** @type {number} */ i) =>
              h(
                "button",
                {
                  type: "button",
                  class: look(c),
                  disabled: Boolean(s.guess),
                  onclick: () => actions.guess(c),
                },
                h("kbd", {}, String(i + 1)),
                ` ${c}`,
              ),
            ),
            s.guess
              ? h(
                  "span",
                  {role: "status"},
                  ctx.t(s.guess === q.right ? "quiz.right" : "quiz.wrong"),
                )
              : null,
            h(
              "button",
              {
                type: "button",
                onclick: () => (s.ask === LESSON_ASK ? actions.play() : actions.moves.forward()),
              },
              ctx.t(s.ask === LESSON_ASK ? "lesson.play" : "quiz.show"),
            ),
          ]
        : [],
    );
  }

  return {draw, forget: () => (shown = "")};
}
