// SPDX-License-Identifier: GPL-2.0-or-later
// What GET /runs/{a}/diff/{b} says beside owners: which input did it, which problems came and went, which row
// of Linux' history changed a number, and the numbers themselves.
import {h} from "./dom.js";
import {bytes, hex, int} from "./format.js";
import {historyRows} from "./history.js";
import {ownerLabel} from "./owners.js";

/** @typedef {(key: string, params?: Record<string, any>) => string} T */

const NAMED =
  /^(memory|kernel|board|loader|cpu|memreserve|image_addr|dtb_addr|initrd|initrd_size)$/;

/** "kernel: 6.12 → 7.2". @param {any} input @param {T} t */
const change = ({input, before, after}, t) => {
  const name = NAMED.test(input) ? t(`compare.input.${input}`) : t("compare.input.cmdline");
  return `${name}${t("said.colon")}${before || "–"} → ${after || "–"}`;
};

/** Where the boots part, and what makes them. @param {any} diff @param {T} t @returns {HTMLElement[]} */
export function parting(diff, t) {
  const at = (diff.parting ?? []).map((/** @type {BootEvent} */ e) =>
    e ? `#${e.seq} ${e.step}` : t("compare.ended"),
  );
  if (!diff.parting?.some(Boolean)) return [];
  const [a, b] = at;
  const caused = diff.inputs
    .filter((/** @type {any} */ i) => i.caused)
    .map((/** @type {number} */ i) => change(i, t));
  const why = caused.length
    ? t("compare.caused", {what: caused.join(t("said.semicolon"))})
    : diff.inputs.length
      ? t("compare.together", {
          what: diff.inputs
            .map((/** @type {number} */ i) => change(i, t))
            .join(t("said.semicolon")),
        })
      : "";
  return [h("p", {class: "parted"}, t("compare.parting", {a, b}), why ? ` ${why}` : "")];
}

/** Problems of one boot only, with the kernel's words. @param {any} diff @param {T} t */
export const findings = (diff, t) =>
  ["came", "went"].flatMap((side) =>
    diff[side].length
      ? [
          h("h3", {}, t(`compare.${side}`, {n: diff[side].length})),
          h(
            "ul",
            {class: `findings ${side}`},
            ...diff[side].map((/** @type {any} */ f) =>
              h(
                "li",
                {class: f.severity},
                h("b", {}, f.rule),
                f.subject ? ` ${f.subject}` : "",
                f.kernel ? h("code", {}, f.kernel) : null,
                h("span", {}, f.cause),
              ),
            ),
          ),
        ]
      : [],
  );

/**
 * A number as people read it, by its unit.
 * @param {any} diff @param {string} name @param {number} n @param {string} lang
 */
function shown(diff, name, n, lang) {
  const unit = diff.units[name];
  return unit === "bytes" ? bytes(n, lang) : unit === "address" ? hex(n) : int(n, lang);
}

/**
 * What one row of the history does to a number.
 * @param {any} diff @param {string} name @param {[any, any]} how @param {string} lang
 */
function effect(diff, name, [without, has], lang) {
  if (name.endsWith(".base")) return `${hex(without)} → ${hex(has)}`;
  if (diff.units[name] !== "bytes" && !name.endsWith(".size"))
    return `${shown(diff, name, without, lang)} → ${shown(diff, name, has, lang)}`;
  return `${has > without ? "+" : ""}${bytes(has - without, lang)}`;
}

/** The number that a reason changes of an owner. @param {any} o */
const numberOf = (o) => `${o.owner}.${o.moved ? "base" : "size"}`;

/** Owners whom a reason touches. @param {any} diff @param {any} r */
const touched = (diff, r) =>
  diff.owners.filter((/** @type {any} */ o) => r.effects[numberOf(o)] !== undefined);

/** "Linux 6.14 · sections_by_phys_mask: true, not false". @param {any} r @param {T} t */
function sentence(r, t) {
  const [row] = historyRows([r], t);
  return `${r.release ? `Linux ${row.release}` : t("history.by.build")} · ${row.what}`;
}

/** How it is known. @param {any} r @param {T} t */
const known = (r, t) => (r.kind === "build" ? "" : t(r.tried ? "compare.tried" : "compare.looked"));

/**
 * What changes this owner and no other; what was tried first.
 * @param {any} diff @param {any} owner @param {T} t @param {string} lang
 */
export const reasons = (diff, owner, t, lang) =>
  [true, false].flatMap((tried) =>
    diff.reasons
      .filter(
        (/** @type {any} */ r) =>
          r.tried === tried && r.effects[numberOf(owner)] && touched(diff, r).length === 1,
      )
      .map((/** @type {any} */ r) =>
        h(
          "p",
          {class: "reason", title: known(r, t)},
          h(
            "span",
            {class: "num"},
            effect(diff, numberOf(owner), r.effects[numberOf(owner)], lang),
          ),
          ` ${sentence(r, t)}`,
        ),
      ),
  );

/** One cause of several owners' changes, with each of them. @param {any} diff @param {T} t @param {string} lang */
export function sharedReasons(diff, t, lang) {
  const shared = diff.reasons.filter((/** @type {any} */ r) => touched(diff, r).length > 1);
  if (!shared.length) return [];
  /** @param {any} r @param {any} o */
  const one = (r, o) =>
    h(
      "span",
      {class: "touched"},
      `${ownerLabel(t, o.owner)} `,
      h("span", {class: "num"}, effect(diff, numberOf(o), r.effects[numberOf(o)], lang)),
    );
  return [
    h("h3", {}, t("compare.shared")),
    h(
      "ul",
      {class: "shared"},
      ...shared.map((/** @type {any} */ r) =>
        h(
          "li",
          {title: known(r, t)},
          h("p", {}, sentence(r, t)),
          ...touched(diff, r).map((/** @type {any} */ o) => one(r, o)),
        ),
      ),
    ),
  ];
}

/**
 * Zones, marks and all other numbers that differ.
 * @param {any} diff @param {T} t @param {string} lang
 */
export function numbers(diff, t, lang) {
  const rows = Object.entries(diff.numbers);
  if (!rows.length) return [];
  /** @param {[string, any]} what */
  const cells = ([name, [a, b]]) =>
    h(
      "tr",
      {},
      h("th", {scope: "row"}, name),
      h("td", {class: "num"}, shown(diff, name, a, lang)),
      h("td", {class: "num"}, shown(diff, name, b, lang)),
    );
  const head = ["compare.number", "A", "B"].map((k) =>
    h("th", {scope: "col"}, k.length > 1 ? t(k) : k),
  );
  return [
    h(
      "details",
      {class: "numbers"},
      h("summary", {}, t("compare.numbers", {n: int(rows.length)})),
      h(
        "table",
        {class: "rows"},
        h("thead", {}, h("tr", {}, ...head)),
        h("tbody", {}, ...rows.map(cells)),
      ),
    ),
  ];
}
