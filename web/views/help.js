// SPDX-License-Identifier: GPL-2.0-or-later
// What the page is, in three sentences, and its keys.
import {h} from "../lib/dom.js";

const NAMES = {
  " ": "Space",
  ArrowLeft: "←",
  ArrowRight: "→",
  PageDown: "PgDn",
  PageUp: "PgUp",
  Escape: "Esc",
};
/** @param {string} k */
const show = (k) =>
  k.replace(/[A-Z]\w+$| $/, (m) => NAMES[/** @type {keyof typeof NAMES} */ (m)] ?? m);

/** @param {any[]} keys @param {(k: string) => string} t */
export const layoutKeys = (keys, t) =>
  keys.map((b) => ({
    keys: b.keys.length > 4 ? [`${b.keys[0]} – ${b.keys[b.keys.length - 1]}`] : b.keys.map(show),
    text: t(`key.${b.id}`),
  }));

/**
 * @param {HTMLDialogElement} dialog
 * @param {{t: Translate, keys: any, singleKeys: any, version: string}} of @param {any} on
 */
export function renderHelp(dialog, {t, keys, singleKeys, version}, on) {
  const box = h("input", {
    type: "checkbox",
    id: "single",
    onchange: (/** @type {FieldEvent} */ e) => on.single(e.target.checked),
  });
  box.checked = singleKeys;
  dialog.replaceChildren(
    h(
      "header",
      {},
      h("h2", {id: "helper-h"}, t("help.title")),
      h("button", {type: "button", onclick: () => dialog.close()}, t("close")),
    ),
    h("p", {}, t("guide.1")),
    h("p", {}, t("guide.2")),
    h("p", {}, t("guide.3")),
    h("h3", {}, t("help.keys")),
    h("p", {}, h("label", {}, box, " ", t("help.single"))),
    h(
      "ul",
      {class: "keys"},
      ...layoutKeys(keys, t).map((k) =>
        h(
          "li",
          {},
          h("span", {}, k.text),
          h(
            "span",
            {},
            ...k.keys.flatMap((/** @type {number} */ x, /** @type {number} */ i) => [
              i ? " " : "",
              h("kbd", {}, x),
            ]),
          ),
        ),
      ),
    ),
    h("p", {class: "badge"}, version),
  );
}
