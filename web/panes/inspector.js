// SPDX-License-Identifier: GPL-2.0-or-later
// The inspector's cards: for an event, for a row that is selected, for a step.
import {afterDraw, byId, h} from "../lib/dom.js";
import {aboutChapter} from "../lib/explain.js";
import {bytes, counted, hex, int, num} from "../lib/format.js";
import {firstOf, wordOf} from "../lib/i18n.js";
import {ownerLabel} from "../lib/owners.js";
import {rangesOf} from "../lib/ranges.js";
import {makeTerms} from "../lib/terms.js";
import {whyUncalled} from "../lib/uncalled.js";
import {obstaclesOf} from "../views/whatif.js";
import {layoutDiff, layoutFacts, layoutTotals, renderInspector} from "../views/inspector.js";

const NO_DIFF = {rows: [], more: 0};

/** More ways to change an owner than anybody reads. */
const MAX_KNOBS = 12;

/** A clause in English, as the engine tells it; names of the kernel have no three words of small letters in a row. */
const CLAUSE = /(?:^|[\s,;:])[a-z'’]+(?:[\s,;:]+[a-z'’]+){2}/;

/** So much of a text that others have said makes it a repetition. */
const REPEATED = 0.7;

/** Words; of Chinese, pairs of signs. @param {string} s */
const wordsOf = (s) =>
  new Set([
    ...(s.toLowerCase().match(/[\w&]+/g) ?? []),
    ...[...s.matchAll(/(?=([\u4e00-\u9fff]{2}))/g)].map((m) => m[1]),
  ]);

/**
 * What a function does, the last of the texts, is said in the reason for some of its events already, if in
 * other words.
 * @param {string[]} texts
 */
export function once(texts) {
  const kept = texts.filter(
    (x, i) => x && !texts.some((y, k) => k !== i && y.includes(x) && (y !== x || k < i)),
  );
  const last = kept[kept.length - 1];
  if (kept.length < 2 || last !== texts[texts.length - 1]) return kept;
  const said = wordsOf(kept.slice(0, -1).join(" "));
  const its = [...wordsOf(last)];
  const again = its.filter((w) => said.has(w)).length;
  return again >= REPEATED * its.length ? kept.slice(0, -1) : kept;
}

/** @param {import("../screen.js").Context} ctx */
export function makeInspector(ctx) {
  const {store, actions} = ctx;
  const el = byId("inspector-body");
  let shown = "";
  /** Is it anywhere but at its top? To write what is there already makes a layout, too. */
  let scrolled = false;
  el.addEventListener("scroll", () => (scrolled = el.scrollTop > 0), {passive: true});

  /** @param {State} s @param {Moment} m */
  function draw(s, m) {
    const key = [s.run.manifest.id, s.other?.manifest.id, s.length, s.pos, s.sel, s.lang].join();
    if (shown === key) return;
    shown = key;
    renderInspector(el, s.sel ? selectionCard(s, m) : eventCard(s, m), linker(s));
    if (scrolled) afterDraw(() => () => (el.scrollTop = 0));
  }

  /**
   * Words that a concept explains lead to it; the introduction does not wait for them.
   * @param {State} s @returns {(text: string) => (string|HTMLElement)[]}
   */
  function linker(s) {
    const terms = makeTerms(s.intro && !s.sel ? null : ctx.library("concepts"), s.lang);
    /** @param {import("../lib/terms.js").Piece} piece */
    const piece = (piece) =>
      typeof piece === "string"
        ? piece
        : h(
            "button",
            {
              type: "button",
              class: "term",
              onclick: () => actions.read(`concept:${piece.concept}`),
            },
            piece.text,
          );
    return (text) => terms(text).map(piece);
  }

  /** @param {number} n */
  const labels = (n) => ({diff: ctx.t("inspector.diff"), more: ctx.t("table.more", {n})});
  /** @param {string} k */
  const fieldLabel = (k) => firstOf(ctx.t, [`field.${k}`], {}) || k;
  /** @param {string} o */
  const owner = (o) => ownerLabel(ctx.t, o);
  /** @param {State} s */
  const version = (s) => s.run.manifest.kernel?.version ?? "";
  /**
   * "memblock_free · mm/memblock.c · Linux 6.7.3"; what is not known is left out.
   * @param {any} s @param {any} fn @param {any} file
   */
  const source = (s, fn, file) =>
    [fn, ...(file ? [file, `Linux ${version(s)}`] : [])].filter(Boolean).join(" · ");

  /** @param {State} s @param {Moment} m */
  function eventCard(s, m) {
    const {t} = ctx;
    const e = m.event;
    const diff = layoutDiff(e?.splices, s.lang);
    if (!e)
      return {
        title: t("inspector.start"),
        text: [t("guide.2"), t("guide.3")],
        facts: layoutTotals(s.run.manifest.totals, s.lang, fieldLabel, owner),
        source: "",
        diff,
        actions: [],
        labels: labels(0),
      };
    const said = ctx.words(s, e.seq);
    const fn = said?.function;
    return {
      title: `#${e.seq} · ${t(`kind.${e.kind}`)}`,
      text: once([chapterText(s, m), said?.headline ?? "…", said?.reason ?? "", fn?.text ?? ""]),
      facts: inWordsOf(
        s,
        e,
        layoutFacts(
          {
            ...e.text,
            ...((e.count ?? 1) > 1 ? {count: e.count, stride: e.stride} : {}),
            ...factsOfCause(e.why ?? {}),
          },
          s.lang,
          fieldLabel,
        ),
      ),
      source: source(s, fn?.name ?? "", fn?.file),
      diff,
      actions: [],
      labels: labels(diff.more),
    };
  }

  /**
   * Facts in the reader's language. What is a clause of the engine's own, and has no words there, is left out: the
   * headline and its reason say it. What the kernel prints is as it prints it.
   * @param {State} s @param {BootEvent} e @param {[string, string][]} facts @returns {[string, string][]}
   */
  const inWordsOf = (s, e, facts) =>
    s.lang === "en"
      ? facts
      : facts
          .map(([k, v]) => /** @type {[string, string]} */ ([k, wordOf(ctx.t, v)]))
          .filter(([, v]) => !CLAUSE.test(v) || v === e.text?.message || /[\u4e00-\u9fff]/.test(v));

  /**
   * Facts of a cause as a reader has them: what is a sentence stands in the text already.
   * @param {Record<string, any>} why
   */
  function factsOfCause({because, harmless, assumed, ...why}) {
    if (!why.rule) return {...(because ? {because} : {}), ...(assumed ? {assumed} : {}), ...why};
    const out = {...why};
    for (const by of ["start_by", "end_by"])
      if (why[by]) out[by] = firstOf(ctx.t, [`whatif.by.${why[by]}`], {}) || why[by];
    if (why.in_the_way)
      out.in_the_way = obstaclesOf(why.in_the_way)
        .map((o) => `${owner(o.owner)} ${hex(o.base)}`)
        .join(ctx.t("list.and"));
    return out;
  }

  /**
   * At the first event of a stage: what the stage is about, with this machine's numbers.
   * @param {State} s @param {Moment} m
   */
  function chapterText(s, m) {
    const c = s.run.times.chapters.find((/** @type {any} */ x) => x.from === s.pos);
    return c ? aboutChapter(ctx.t, c, m.tables, s.lang) : "";
  }

  /** @param {State} s @param {Moment} m */
  function selectionCard(s, m) {
    const {t} = ctx;
    const i = s.sel.indexOf(":");
    const table = s.sel.slice(0, i);
    const key = s.sel.slice(i + 1);
    const leave = {label: t("deselect"), run: () => store.set({sel: ""})};
    if (table === "function") return functionCard(s, key, leave);
    if (table === "step") return stepCard(s, Number(key), leave);
    if (table === "owner") return ownerCard(s, m, key, leave);
    const row = m.tables[table]?.find((r) => String(r.key) === key);
    if (!row)
      return {
        title: s.sel,
        text: [t("inspector.gone")],
        facts: [],
        source: "",
        diff: NO_DIFF,
        actions: [leave],
        labels: labels(0),
      };
    const [range] = rangesOf(table, row, s.run.page);
    const go = [];
    if (range) go.push({label: t("zoom.here"), run: () => actions.zoomTo(range)});
    if (row.seq > 0)
      go.push({
        label: t("go.owner", {seq: row.seq}),
        run: () => actions.jump(s.run.times.posOfSeq.get(row.seq) ?? s.pos),
      });
    const first = range && actions.firstOwner(range[0]);
    if (first && first.seq !== row.seq)
      go.push({
        label: t("go.first", {seq: first.seq, owner: owner(first.owner)}),
        run: () => actions.jump(first.pos),
      });
    const title = table === "ledger" ? owner(row.owner) : `${table} ${key}`;
    const about = firstOf(
      t,
      [table === "ledger" ? `about.${row.owner}` : "", `about.${table}`],
      {},
    );
    return {
      title,
      text: [about],
      facts: layoutFacts(row, s.lang, fieldLabel),
      source: row.fn ? source(s, row.fn, ctx.fileOf(s, row.fn)) : "",
      diff: NO_DIFF,
      actions: [...go, leave],
      labels: labels(0),
    };
  }

  /**
   * What would change it, as booted with it changed.
   * @returns {[string, string][]} @param {State} s @param {string} name
   */
  function knobFacts(s, name) {
    const {t} = ctx;
    const knobs = ctx.knobs(s, name);
    if (!knobs) return [[t("knobs.title"), "…"]];
    if (!knobs.length) return [];
    /** @param {number} n */
    const by = (n) => `${n < 0 ? "−" : "+"}${bytes(Math.abs(n), s.lang)}`;
    return [
      [t("knobs.title"), ""],
      ...knobs
        .slice(0, MAX_KNOBS)
        .map(
          (k) =>
            /** @type {[string, string]} */ ([
              k.change,
              k.bytes ? by(k.bytes) : t("knobs.moves", {to: hex(k.to)}),
            ]),
        ),
    ];
  }

  /**
   * All that an owner has: how much, in how many pieces, since when, the largest first.
   * @param {State} s @param {Moment} m @param {string} name @param {any} leave
   */
  function ownerCard(s, m, name, leave) {
    const {t} = ctx;
    const rows = (m.tables.ledger ?? []).filter((r) => r.owner === name);
    if (!rows.length)
      return {
        title: owner(name),
        text: [t("inspector.gone")],
        facts: [],
        source: "",
        diff: NO_DIFF,
        actions: [leave],
        labels: labels(0),
      };
    const largest = [...rows].sort((a, b) => num(b.size) - num(a.size)).slice(0, 8);
    const since = Math.min(...rows.filter((r) => r.seq > 0).map((r) => r.seq));
    const pos = s.run.times.posOfSeq.get(since);
    return {
      title: owner(name),
      text: [firstOf(t, [`about.${name}`], {})],
      facts: /** @type {[string, string][]} */ ([
        [
          fieldLabel("bytes"),
          bytes(
            rows.reduce((a, r) => a + num(r.size), 0),
            s.lang,
          ),
        ],
        [t("owner.pieces"), int(rows.length, s.lang)],
        ...largest.map((r) => [
          r.key,
          [bytes(num(r.size), s.lang), counted(r.detail)].filter(Boolean).join(" · "),
        ]),
        ...knobFacts(s, name),
      ]),
      source: "",
      diff: NO_DIFF,
      actions: [
        ...(pos ? [{label: t("go.owner", {seq: since}), run: () => actions.jump(pos)}] : []),
        leave,
      ],
      labels: labels(0),
    };
  }

  /**
   * What is not called here, or somewhere inside of other calls.
   * @param {State} s @param {string} name @param {any} leave
   */
  function functionCard(s, name, leave) {
    const {t} = ctx;
    const text = ctx.library("functions")?.[name];
    const step = s.run.steps.find((/** @type {any} */ x) => x.name === name);
    const inside = s.run.replay.events.some((/** @type {BootEvent} */ e) =>
      [e.text?.fn, e.text?.caller, e.text?.reserver].includes(name),
    );
    const why = step || inside ? "" : whyUncalled(name, ctx.eras(s), t);
    return {
      title: name,
      text: [why, text?.does?.[s.lang] ?? ""].filter(Boolean),
      facts: [],
      source: source(s, "", ctx.fileOf(s, name)),
      diff: NO_DIFF,
      actions: [leave],
      labels: labels(0),
    };
  }

  /** @param {State} s @param {number} index @param {any} leave */
  function stepCard(s, index, leave) {
    const st = s.run.steps[index];
    const said = ctx.words(s, st.first_seq);
    const pos =
      s.run.times.posOfSeq.get(st.first_seq) ??
      s.run.times.starts.find((/** @type {any} */ x) => x.step === index)?.pos;
    const go = st.executed && pos ? [{label: ctx.t("go.step"), run: () => actions.jump(pos)}] : [];
    return {
      title: st.name,
      text: [said?.headline ?? "…", said?.reason ?? ""],
      facts: layoutFacts(
        {
          stage: st.stage,
          depth: st.depth,
          events: st.executed ? Math.max(0, st.last_seq - st.first_seq + 1) : 0,
        },
        s.lang,
        fieldLabel,
      ),
      source: source(s, "", said?.function.file),
      diff: NO_DIFF,
      actions: [...go, leave],
      labels: labels(0),
    };
  }

  return {draw, chapterText, forget: () => (shown = "")};
}
