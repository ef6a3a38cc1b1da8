// SPDX-License-Identifier: GPL-2.0-or-later
// A link is followed as far as it goes; what of it means nothing here is said then, beside the field that it is about.
import {LESSONS} from "./lessons.js";
import {LANGS} from "./lib/i18n.js";
import {readLink, unknownIn} from "./lib/link.js";
import {THEMES} from "./state.js";
import {VIEWS} from "./views.js";

/** @param {Store} store @param {Picture} screen */
export function makeDoubt(store, screen) {
  /** What cannot be asked for now is not doubted. @param {"concepts"|"articles"} what */
  async function reading(what) {
    await screen.come(what);
    return screen.ctx.library(what);
  }

  /** @param {string} hash */
  return async function doubt(hash) {
    const {read = "", pace} = readLink(hash);
    const [kind, name, item] = read.split(":");
    const texts = read && (await reading(kind === "article" ? "articles" : "concepts"));
    const {run, phase, problem} = store.get();
    if (!run || phase !== "ready" || problem) return;
    const last = run.replay.events.at(-1)?.seq ?? 0;
    const page = texts?.[name];
    const unknown = unknownIn(hash, {
      view: (value) => VIEWS.has(value),
      lesson: (value) => LESSONS.some((l) => l.id === value),
      lang: (value) => LANGS.includes(value) || /^(en|zh)/i.test(value),
      theme: (value) => THEMES.includes(value),
      fold: (value) => ["pieces", "true"].includes(value),
      map: () => "win" in readLink(hash),
      at: (value) => value === "end" || pace > 0 || (/^\d+$/.test(value) && Number(value) <= last),
      read: () =>
        !texts ||
        (["concept", "article"].includes(kind) &&
          Boolean(page) &&
          (!item || page.items.some((/** @type {any} */ i) => String(i.n) === item))),
    });
    if (unknown.length) store.set({problem: {unknown, last}});
  };
}
