// SPDX-License-Identifier: GPL-2.0-or-later
// The two articles that the lesson follows, item by item: where each is in this boot, and what is right of it.
import {itemAt, nameOf, placesOf} from "../lib/article.js";
import {afterDraw, h} from "../lib/dom.js";
import {whyUncalled} from "../lib/uncalled.js";
import {describe} from "../lib/view.js";

/**
 * @param {any} p
 * @param {{open: string, s: State, t: Translate, said: any, concepts: any, past: any, actions: Actions}} of
 */
function row(p, {open, s, t, said, concepts, past, actions}) {
  const {item} = p;
  const kernel = s.run.manifest.inputs?.kernel ?? "";
  const words = p.seq >= 0 ? said(p.seq) : null;
  const name = h("code", {}, nameOf(item, s.lang));
  return h(
    "li",
    {"data-item": item.n, class: p.fate},
    h("span", {class: "n"}, String(item.n)),
    h(
      "div",
      {},
      h(
        "p",
        {class: "head"},
        h(
          "button",
          {
            type: "button",
            onclick: () => actions.read(`article:${open}:${item.n}`, p.pos || undefined),
          },
          name,
        ),
        h("span", {class: `fate ${p.fate}`}, t(`article.${p.fate}`, {kernel})),
      ),
      words ? h("p", {class: "said"}, words.headline) : null,
      p.fate === "absent" && past
        ? h("p", {class: "more"}, whyUncalled(item.at.step ?? item.at.fn, past, t))
        : null,
      item[s.lang]
        ? h(
            "p",
            {class: item.fix ? "fix" : "more"},
            item.fix ? h("b", {}, `${t("article.fix")} `) : null,
            item[s.lang],
          )
        : null,
      item.concept && concepts?.[item.concept]
        ? h(
            "button",
            {type: "button", class: "term", onclick: () => actions.read(`concept:${item.concept}`)},
            concepts[item.concept].title[s.lang],
          )
        : null,
    ),
  );
}

/** Every item as a palette needs it. @param {any} articles @param {string} lang */
export const itemList = (articles, lang) =>
  Object.entries(articles ?? {}).flatMap(([article, a]) =>
    a.items.map((/** @type {any} */ item) => ({
      article,
      n: item.n,
      title: nameOf(item, lang),
      item,
    })),
  );

/**
 * The next item in the article's order, or the one before: who reads on goes where it happens.
 * @param {string} open @param {number} by
 */
function turn(open, by) {
  const all = [...document.querySelectorAll(`#article-${open} > li`)];
  const at = all.findIndex((li) => li.classList.contains("current"));
  const next = all[at < 0 ? 0 : Math.max(0, Math.min(all.length - 1, at + by))];
  /** @type {HTMLElement|null|undefined} */ (next?.querySelector(".head button"))?.click();
}

/**
 * Which item is told: what was asked for, as long as nobody has stepped on, or else what has happened last.
 * @param {import("../lib/article.js").Place[]} places @param {State} s
 */
export function itemNow(places, s) {
  const n = Number(s.read.split(":")[2]);
  const asked = places.findIndex((p) => p.item.n === n);
  const here = asked >= 0 && (places[asked].pos || s.readAt) === s.pos;
  return here ? asked : itemAt(places, s.pos);
}

export const view = describe({
  id: "articles",
  group: "lesson",
  tables: [],
  words({s, t, actions, library, said, heard, eras}) {
    const articles = library("articles");
    const concepts = library("concepts");
    const open = s.read.startsWith("article:B") ? "B" : "A";
    const article = articles?.[open];
    const places = article ? placesOf(article, s.run) : [];
    const now = itemNow(places, s);
    const past = eras();
    const kernel = s.run.manifest.inputs?.kernel ?? "";
    const boots = article ? [article.kernel, article.uma].filter((k) => k && k !== kernel) : [];
    return {
      key: [
        s.run.manifest.id,
        s.length,
        open,
        heard,
        Boolean(article),
        Boolean(concepts),
        Boolean(past),
      ].join(),
      title: t("view.articles"),
      aside: article?.title[s.lang] ?? "",
      buttons: [
        ...(articles
          ? [
              {label: t("article.back"), run: () => turn(open, -1)},
              {label: t("article.next"), run: () => turn(open, 1)},
              {
                label: t(open === "A" ? "article.B" : "article.A"),
                run: () => actions.read(`article:${open === "A" ? "B" : "A"}`),
              },
            ]
          : []),
        ...boots.map((k) => ({
          label: t("article.boot", {kernel: k}),
          run: () => actions.boot({board: article.board, kernel: k}),
        })),
      ],
      write(el) {
        el.replaceChildren(
          article
            ? h(
                "ol",
                {class: "article", id: `article-${open}`},
                ...places.map((p) => row(p, {open, s, t, said, concepts, past, actions})),
              )
            : "…",
        );
      },
      /** The item that is being told, in sight. */
      update(el) {
        const current = /** @type {HTMLElement|null} */ (
          places[now] ? el.querySelector(`li[data-item="${places[now].item.n}"]`) : null
        );
        for (const was of el.querySelectorAll(".current"))
          if (was !== current) was.classList.remove("current");
        if (!current || current.classList.contains("current")) return;
        current.classList.add("current");
        afterDraw(() => {
          const top = Math.max(0, Math.round(current.offsetTop - el.clientHeight / 3));
          return () => (el.scrollTop = top);
        });
      },
    };
  },
});
