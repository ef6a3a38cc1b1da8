// SPDX-License-Identifier: GPL-2.0-or-later
// A boot log that was dropped beside what the engine prints: what was read off it, where the two part, and
// line against line, each at its moment.
import {attr, h, write} from "../lib/dom.js";
import {bytes, int, num, range} from "../lib/format.js";
import {renderList} from "../lib/list.js";
import {describe} from "../lib/view.js";
import {rowHeight, scrollFor, stateOf} from "../lib/lines.js";

/**
 * A line of the log, of the prediction, or of both.
 * @typedef {{line?: number, same: boolean, real?: string, predicted?: string, seq?: number, step?:
 *   string, fn?: string, why?: Record<string, any>}} Line
 * @typedef {{inputs: Record<string, string>, derived: {what: string, value: string, line: number,
 *   taken: boolean}[], missing: string[],
 * reserved: {node: string, base: string, size: string, line: number, added: boolean, no_map: boolean}[],
 * assumed: {what: string, base: string, rule: string}[], profile: {name: string, chosen: boolean,
 * exact: boolean}, boots: number,
 *   ends_at?: number, matched: number, total: number, lines: Line[]}} Report
 */

/** What the daemon calls what a log says, as the keys of texts have it. @param {string} what */
const keyOf = (what) => `bootlog.${what.toLowerCase().replaceAll(" ", "-")}`;

/**
 * Where two texts differ: what is the same before and behind, and what is between.
 * @param {string} a
 * @param {string} b
 * @returns {[string, string, string][]}
 */
export function partsOf(a, b) {
  let from = 0;
  while (from < a.length && from < b.length && a[from] === b[from]) from++;
  let back = 0;
  while (back < Math.min(a.length, b.length) - from && a.at(-1 - back) === b.at(-1 - back)) back++;
  return [a, b].map((s) => [
    s.slice(0, from),
    s.slice(from, s.length - back),
    s.slice(s.length - back),
  ]);
}

/**
 * The moment of each line; one without an event happens with the line before it.
 * @param {Line[]} lines
 * @param {(seq: number) => number} posOf
 */
export function momentsOf(lines, posOf) {
  let last = 0;
  return lines.map((l) => (last = l.seq === undefined ? last : posOf(l.seq)));
}

/** The last line that has been printed at a position, -1 for none. @param {number[]} moments @param {number} pos */
export const lineNow = (moments, pos) => moments.findLastIndex((m) => m <= pos);

/** @param {Report} report */
export const firstApart = (report) => report.lines.findIndex((l) => !l.same);

/** @param {string} label @param {any} value @param {any} [note] */
const fact = (label, value, note = "") =>
  h("div", {}, h("dt", {}, label), h("dd", {}, h("code", {}, value), note ? ` ${note}` : ""));

/** @param {Report} report @param {any} t @param {string} lang */
function readOff({derived, missing, assumed, profile}, t, lang) {
  /** @param {{line: any, taken: any}} what */
  const at = ({line, taken}) =>
    t(taken ? "bootlog.at" : "bootlog.at.tree", {line: int(line, lang)});
  const which = profile.exact ? "exact" : profile.chosen ? "series" : "given";
  return h(
    "details",
    {open: missing.length > 2 || assumed.length > 0},
    h(
      "summary",
      {},
      t("bootlog.read", {n: int(derived.length, lang), missing: int(missing.length, lang)}),
    ),
    h(
      "dl",
      {class: "facts"},
      ...derived.map((d) => fact(t(keyOf(d.what)), d.value, at(d))),
      fact(t("bootlog.profile"), profile.name, t(`bootlog.profile.${which}`)),
      ...assumed.map((a) =>
        fact(t("bootlog.assumed", {what: t(`bootlog.placed.${a.what}`)}), a.base, a.rule),
      ),
    ),
  );
}

/** @param {Report} report @param {any} t @param {string} lang */
function notSaid({missing, ends_at: end}, t, lang) {
  const what = missing.map((m) => t(keyOf(m))).join(t("list.and"));
  const said = [
    missing.length ? t("bootlog.missing", {what}) : "",
    end ? t("bootlog.ends", {line: int(end, lang)}) : "",
  ].filter(Boolean);
  return said.length ? h("p", {class: "missing"}, said.join(" ")) : "";
}

/** The moment of a line of the log. @param {Report} report @param {number[]} moments @param {number} line */
export const momentOf = ({lines}, moments, line) =>
  moments[lines.findIndex((l) => (l.line ?? 0) >= line)] ?? 0;

/**
 * Nodes of /reserved-memory that the machine had and the tree has elsewhere, or not at all.
 * @param {{reserved: any}} what @param {{t: Translate, lang: string, go: any}} of
 */
function taken({reserved}, {t, lang, go}) {
  if (!reserved.length) return "";
  const head = ["node", "range", "size", "from"].map((k) =>
    h("th", {scope: "col"}, t(`bootlog.taken.${k}`)),
  );
  /** @param {{node: Row, base: number, size: any, line: any, added: any, no_map: any}} what */
  const row = ({node, base, size, line, added, no_map: unmapped}) =>
    h(
      "tr",
      {},
      h("th", {scope: "row"}, h("code", {}, node)),
      h(
        "td",
        {},
        h("code", {}, range(num(base), num(size))),
        unmapped ? h("small", {}, " no-map") : "",
      ),
      h("td", {}, bytes(num(size))),
      h(
        "td",
        {},
        h(
          "button",
          {type: "button", onclick: () => go(line)},
          `${t("bootlog.line")} ${int(line, lang)}`,
        ),
        h("span", {}, t(added ? "bootlog.taken.added" : "bootlog.taken.moved")),
      ),
    );
  return h(
    "details",
    {class: "taken", open: true},
    h("summary", {}, t("bootlog.taken", {n: int(reserved.length, lang)})),
    h("table", {}, h("thead", {}, h("tr", {}, ...head)), h("tbody", {}, ...reserved.map(row))),
  );
}

/**
 * Where they part: both lines, and what the engine does there.
 * @param {any} line @param {{t: Translate, lang: string, words: any, go: any}} of
 */
function parting(line, {t, lang, words, go}) {
  const [real, predicted] = marked(line);
  const seq = int(line.seq ?? 0, lang);
  const where = line.line
    ? t("bootlog.parts", {line: int(line.line, lang)})
    : t("bootlog.parts.none");
  const key = line.predicted ? "bootlog.from" : "bootlog.instead";
  const reason = [t(key, {fn: line.fn ?? "", step: line.step ?? "", seq}), words?.headline];
  const facts = Object.entries(line.why ?? {}).map(([k, v]) => `${k} ${v}`);
  return h(
    "div",
    {class: "parting"},
    h(
      "h3",
      {},
      where,
      line.fn ? h("button", {type: "button", onclick: go}, t("bootlog.go", {seq})) : "",
    ),
    h(
      "dl",
      {},
      h("dt", {}, t("bootlog.real")),
      h("dd", {}, h("code", {}, ...real)),
      h("dt", {}, t("bootlog.predicted")),
      h("dd", {}, h("code", {}, ...predicted)),
    ),
    line.fn ? h("p", {}, [...reason, ...facts].filter(Boolean).join(" · ")) : "",
  );
}

/** Both texts with what differs in them marked. @param {Line} line */
function marked({real = "", predicted = "", same}) {
  if (same) return [[real], [real]];
  if (!real || !predicted)
    return [real ? [h("mark", {}, real)] : ["–"], predicted ? [h("mark", {}, predicted)] : ["–"]];
  return partsOf(real, predicted).map(([a, b, c]) => [a, b ? h("mark", {}, b) : "", c]);
}

/**
 * @param {HTMLElement} node @param {Line} line @param {number} i
 * @param {{pos: number, moments: any, now: any}} with_
 */
function dress(node, line, i, {pos, moments, now}) {
  attr(node, "class", `row ${stateOf({pos: moments[i]}, pos)}${line.same ? "" : " apart"}`);
  attr(node, "data-pos", String(moments[i]));
  attr(node, "aria-current", i === now ? "true" : null);
  const [nr, real, predicted] = node.children;
  write(nr, line.line ? String(line.line) : "");
  const both = marked(line);
  real.replaceChildren(...both[0]);
  predicted.replaceChildren(...both[1]);
  node.title = line.same ? (line.real ?? "") : `${line.real ?? "–"}\n${line.predicted ?? "–"}`;
}

/** @param {any} log what the state has of it @param {Translate} t @param {string} lang */
function lead({name, tree, report}, t, lang) {
  const {matched, total} = report;
  const apart = report.lines.filter((/** @type {any} */ l) => !l.same).length;
  const n = {matched: int(matched, lang), total: int(total, lang), apart: int(apart, lang)};
  return h(
    "p",
    {class: "lead"},
    h("strong", {}, t(matched === total ? "bootlog.exact" : "bootlog.differs", n)),
    " ",
    t("bootlog.of", {name, tree}),
  );
}

export const view = describe({
  id: "bootlog",
  group: "where",
  tables: [],
  when: (s) => Boolean(s.bootlog && s.bootlog.run === s.run?.manifest.id),
  words(told) {
    const {s, t, actions, said} = told;
    const {bootlog: log, run, lang} = s;
    if (!log) return null;
    const {report} = log;
    const first = firstApart(report);
    const moments = momentsOf(report.lines, (seq) => run.times.posOfSeq.get(seq) ?? 0);
    const words = first < 0 ? null : said(report.lines[first].seq ?? -1);
    const go = () => actions.jump(moments[first]);
    return {
      key: [log.run, log.name, Boolean(words)].join(),
      title: t("view.bootlog"),
      aside: log.name,
      write(el) {
        el.classList.add("bootlog");
        el.replaceChildren(
          lead(log, t, lang),
          readOff(report, t, lang),
          notSaid(report, t, lang),
          taken(report, {
            t,
            lang,
            go: (/** @type {any} */ line) => actions.jump(momentOf(report, moments, line)),
          }),
          first < 0 ? "" : parting(report.lines[first], {t, lang, words, go}),
          h(
            "div",
            {class: "sides", "aria-hidden": "true"},
            h("span", {}, t("bootlog.line")),
            h("span", {}, t("bootlog.real")),
            h("span", {}, t("bootlog.predicted")),
          ),
          h("div", {
            class: "lines scroll",
            tabindex: "0",
            role: "region",
            "aria-label": t("bootlog.lines"),
          }),
        );
      },
      update(el) {
        const list = /** @type {HTMLElement} */ (el.querySelector(".lines"));
        const row = rowHeight(parseFloat(getComputedStyle(list).fontSize));
        const now = lineNow(moments, s.pos);
        renderList(list, {
          rows: report.lines,
          row,
          height: list.clientHeight,
          key: [s.pos, list.clientHeight, row].join(),
          top: scrollFor(now, {height: list.clientHeight, row}),
          make: () =>
            h(
              "div",
              {
                onclick: (/** @type {any} */ e) =>
                  actions.jump(Number(e.currentTarget.dataset.pos)),
              },
              h("span", {class: "nr"}),
              h("span", {}),
              h("span", {}),
            ),
          look: (_, i) => [log.run, i, stateOf({pos: moments[i]}, s.pos), i === now].join(),
          dress: (node, line, i) => dress(node, line, i, {pos: s.pos, moments, now}),
        });
      },
    };
  },
});
