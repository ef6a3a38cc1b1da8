// SPDX-License-Identifier: GPL-2.0-or-later
// What is wrong with this boot, why, and what was found to help: as the doctor tells it, in the reader's
// language. A change that can be made on the page is booted from here.
import {h} from "../lib/dom.js";
import {counted, int, num} from "../lib/format.js";
import {describe} from "../lib/view.js";

/**
 * As GET /runs/{id}/check has them.
 * @typedef {{what: string, apply: string, cmdline?: string, loader: string, dts: string, effect: string}} Fix
 * @typedef {{rule: string, severity: "error"|"warning"|"note", title: string, advice: string,
 *   subject: string, property: string, kernel: string, cause: string, harmless?: string,
 *   assumed?: string, seq?: number, fixes: Fix[],
 *   did_not_help: {what: string, outcome: string}[]}} Finding
 * @typedef {(key: string, params?: Record<string, any>) => string} T
 */

/** Fields of the form for the loader's places. @type {Record<string, string>} */
const PLACES = {dtb: "dtb", initrd: "initrd", kernel_image: "image"};

const RANK = {error: 0, warning: 1, note: 2};

/** Errors first, otherwise in the order of the boot. @param {readonly Finding[]} findings */
export const ordered = (findings) =>
  [...findings].sort((a, b) => RANK[a.severity] - RANK[b.severity]);

/**
 * The loader's places that a fix names as options of the shell.
 * @param {string} options "--dtb-addr 0x44000000 --initrd 0x48000000,1048576"
 */
export function placesOf(options) {
  /** @type {Record<string, any>} */
  const out = {};
  for (const [, name, value] of options.matchAll(/--(image-addr|dtb-addr|initrd) (\S+)/g)) {
    const [base, size] = value.split(",");
    if (name === "initrd") out.initrd = [base, `0x${(num(base) + Number(size)).toString(16)}`];
    else out[name === "dtb-addr" ? "dtb" : "kernel_image"] = base;
  }
  return out;
}

/** The same as the form calls them. @param {string} options @param {T} t */
const placesSaid = (options, t) =>
  Object.entries(placesOf(options))
    .map(([name, at]) => `${t(`choose.${PLACES[name]}`)} ${[at].flat().join(" – ")}`)
    .join(", ");

/** Whether the page can make that change: a tree is written by hand. @param {Fix} fix */
export const canBoot = (fix) => !fix.dts && (fix.cmdline !== undefined || Boolean(fix.loader));

/** @param {string} label @param {string|undefined} text @param {any} [more] */
const line = (label, text, ...more) =>
  text ? h("p", {}, h("b", {}, label), " ", counted(text), ...more.filter(Boolean)) : null;

/** @param {Fix} fix @param {T} t @param {(fix: Fix) => void} boot */
const fixed = (fix, t, boot) =>
  h(
    "li",
    {},
    h("span", {}, counted(fix.what)),
    fix.cmdline !== undefined && !fix.what.endsWith(fix.cmdline)
      ? h("code", {}, fix.cmdline)
      : null,
    fix.loader ? h("span", {}, placesSaid(fix.loader, t)) : null,
    fix.dts ? h("pre", {}, fix.dts) : null,
    h("small", {}, t("findings.effect", {effect: counted(fix.effect)})),
    canBoot(fix)
      ? h("button", {type: "button", onclick: () => boot(fix)}, t("findings.boot"))
      : null,
  );

/** @param {Finding} f @param {T} t @param {any} actions @param {(seq: number) => number} posOf */
function card(f, t, actions, posOf) {
  const seq = f.seq;
  return h(
    "li",
    {class: f.severity},
    h(
      "h3",
      {},
      h("em", {}, t(`findings.${f.severity}`)),
      " ",
      counted(f.title),
      seq !== undefined
        ? h("button", {type: "button", onclick: () => actions.jump(posOf(seq))}, `#${seq}`)
        : null,
    ),
    h("p", {class: "of"}, [f.rule, f.subject, f.property].filter(Boolean).join(" · ")),
    f.kernel ? h("code", {lang: "en"}, f.kernel) : null,
    line(t("findings.why"), f.cause),
    line(t("findings.assumed"), f.assumed),
    line(t("findings.harmless"), f.harmless),
    f.harmless || f.severity === "note" ? null : line(t("findings.advice"), f.advice),
    f.fixes.length
      ? h(
          "div",
          {},
          h("b", {}, t("findings.fix")),
          h("ul", {class: "fixes"}, ...f.fixes.map((x) => fixed(x, t, actions.bootFix))),
        )
      : null,
    !f.fixes.length && f.did_not_help.length
      ? h(
          "details",
          {},
          h("summary", {}, t("findings.tried", {n: int(f.did_not_help.length)})),
          h(
            "ul",
            {},
            ...f.did_not_help.map((x) =>
              h("li", {}, counted(x.what), h("small", {}, counted(x.outcome))),
            ),
          ),
        )
      : null,
  );
}

export const view = describe({
  id: "findings",
  group: "where",
  tables: [],
  when: (s) => Boolean(s.run?.problems.length),
  words(told) {
    const {s, t, actions} = told;
    const all = told.findings();
    /** @type {Finding[]} */
    const list = all ? ordered(all.findings) : [];
    const posOf = (/** @type {number} */ seq) => s.run.times.posOfSeq.get(seq) ?? s.pos;
    return {
      key: [s.run.manifest.id, Boolean(all)].join(),
      title: t("view.findings"),
      aside: all
        ? t(list.length === 1 ? "findings.one" : "findings.n", {n: int(list.length, s.lang)})
        : "",
      write: (el) =>
        el.replaceChildren(
          all
            ? list.length
              ? h("ul", {class: "findings"}, ...list.map((f) => card(f, t, actions, posOf)))
              : h("p", {}, t("findings.none"))
            : h("p", {}, t("findings.coming")),
        ),
    };
  },
});
