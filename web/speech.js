// SPDX-License-Identifier: GPL-2.0-or-later
// The page's language.
import * as api from "./api.js";
import {byId} from "./lib/dom.js";
import {translator} from "./lib/i18n.js";

/** @param {Store} store @param {Picture} screen */
export function makeSpeech(store, screen) {
  /** @param {string} lang @param {Promise<Record<string, string>>} [coming] its words, if they have been asked for */
  return async function speak(lang, coming = api.getCatalogue(lang)) {
    const words = await coming;
    if (store.get().lang !== lang) return;
    const t = translator(words);
    document.documentElement.lang = lang;
    fixed(t);
    byId("lang").value = lang;
    screen.speak(t);
  };
}

/** Texts of index.html. @param {Translate} t */
function fixed(t) {
  for (const el of all("[data-i18n]")) el.textContent = t(el.dataset.i18n ?? "");
  for (const el of all("[data-i18n-label]")) label(el, t(el.dataset.i18nLabel ?? ""));
  for (const el of all("[data-i18n-placeholder]"))
    el.setAttribute("placeholder", t(el.dataset.i18nPlaceholder ?? ""));
}

/** @param {string} what @returns {HTMLElement[]} */
const all = (what) => [...document.querySelectorAll(/** @type {"b"} */ (what))];

/** @param {HTMLElement} el @param {string} s */
function label(el, s) {
  el.setAttribute("aria-label", s);
  if (el.tagName === "BUTTON") el.title = s;
}
