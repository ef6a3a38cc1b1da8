// SPDX-License-Identifier: GPL-2.0-or-later
// One box that finds everything and goes there.
import * as api from "./api.js";
import {KEYS} from "./keys.js";
import {byId, h} from "./lib/dom.js";
import {firstOf} from "./lib/i18n.js";
import {ownerLabel} from "./lib/owners.js";
import {entriesOf, firstRow, nodeEntries, nodesIn, search, symbolsIn, typed} from "./lib/search.js";
import {whyUncalled} from "./lib/uncalled.js";
import {LESSONS} from "./lessons.js";
import {nameOf, placesOf} from "./lib/article.js";
import {VIEWS, viewsIn} from "./views.js";
import {itemList} from "./views/articles.js";
import {conceptList} from "./views/concepts.js";

/** @typedef {import("./lib/search.js").Entry} Entry */

/**
 * @param {any} store
 * @param {any} actions
 * @param {any} screen
 * @param {Record<string, (key?: string) => void>} commands
 */
export function makePalette(store, actions, screen, commands) {
  /** @param {string} key @param {any} [params] */
  const t = (key, params) => screen.ctx.t(key, params);
  const dialog = byId("palette");
  const text = byId("palette-text");
  /** @type {Entry[]} */
  let found = [];
  let at = 0;
  /** What runs have names for. @type {WeakMap<object, Entry[]>} */
  const known = new WeakMap();

  /** The view that draws a table. @param {string} table */
  const viewOf = (table) =>
    [...VIEWS.values()].find((v) => v.layout && v.tables[0] === table)?.id ??
    [...VIEWS.values()].find((v) => v.layout && v.tables.includes(table))?.id ??
    "memblock";

  /** Concepts and the articles' items, once they have arrived. @param {any} s @returns {Entry[]} */
  function reading(s) {
    const concepts = screen.ctx.library("concepts");
    const articles = screen.ctx.library("articles");
    return [
      ...conceptList(concepts, s.lang).map(({id, title, words}) => ({
        kind: "concept",
        name: title,
        hint: words.join(" "),
        also: concepts[id][s.lang].join(" "),
        preview: () => concepts[id][s.lang][0],
        go: {read: `concept:${id}`},
      })),
      ...itemList(articles, s.lang).map(({article, n, title, item}) => ({
        kind: "article",
        name: title,
        hint: `${article}${n}`,
        also: item[s.lang],
        preview: () => item[s.lang] ?? "",
        go: {
          read: `article:${article}:${n}`,
          pos: s.run && placesOf(articles[article], s.run).find((p) => p.item === item)?.pos,
        },
      })),
    ];
  }

  /** Where the articles name a function. @param {any} articles @param {string} name */
  function itemOf(articles, name) {
    for (const [article, a] of Object.entries(articles ?? {})) {
      const item = a.items.find((/** @type {any} */ i) => i.at.fn === name || i.at.step === name);
      if (item) return `article:${article}:${item.n}`;
    }
    return undefined;
  }

  /**
   * Functions that there are texts of, and that this run does not call.
   * @param {any} s @param {readonly Entry[]} called @returns {Entry[]}
   */
  function uncalled(s, called) {
    const functions = screen.ctx.library("functions") ?? {};
    const articles = screen.ctx.library("articles");
    screen.ctx.eras(s);
    const here = new Set(called.filter((e) => e.kind === "function").map((e) => e.name));
    return Object.keys(functions)
      .filter((name) => /^\w+$/.test(name) && !here.has(name))
      .map((name) => {
        const text = functions[name];
        const concept = text.concepts?.[0];
        const read = itemOf(articles, name) ?? (concept ? `concept:${concept}` : undefined);
        return {
          kind: "function",
          name,
          hint: t("uncalled.hint"),
          preview: () =>
            [whyUncalled(name, screen.ctx.eras(s), t), text.does?.[s.lang]]
              .filter(Boolean)
              .join(" "),
          go: {sel: `function:${name}`, ...(read ? {read} : {})},
        };
      });
  }

  /**
   * Constants and variables that concepts, lessons, articles and the texts of functions name.
   * @param {any} s @param {readonly Entry[]} called @returns {Entry[]}
   */
  function symbols(s, called) {
    const concepts = screen.ctx.library("concepts") ?? {};
    const functions = screen.ctx.library("functions") ?? {};
    const here = new Set(called.map((e) => e.name));
    const texts = [
      ...Object.entries(concepts).map(([id, c]) => ({
        text: [...c.words, ...c.en].join(" "),
        hint: c.title[s.lang],
        preview: () => c[s.lang][0],
        go: {read: `concept:${id}`},
      })),
      ...LESSONS.map((l) => ({
        text: l.ops,
        hint: t(`lesson.${l.id}`),
        preview: () => t(`lesson.${l.id}.text`),
        go: {lesson: l},
      })),
      ...itemList(screen.ctx.library("articles"), s.lang).map(({article, n, title, item}) => ({
        text: `${nameOf(item, "en")} ${item.en ?? ""}`,
        hint: `${article}${n}`,
        preview: () => item[s.lang] ?? title,
        go: {read: `article:${article}:${n}`},
      })),
      ...Object.entries(functions).map(([name, f]) => ({
        text: JSON.stringify(f),
        hint: name,
        preview: () => f.does?.[s.lang] ?? name,
        go: {sel: `function:${name}`},
      })),
    ];
    // An item of an article that has it in its title is found by that.
    const titles = itemList(screen.ctx.library("articles"), "en")
      .map(({title}) => title)
      .join(" ");
    return symbolsIn(texts, (name) => name in functions || here.has(name) || titles.includes(name));
  }

  /** Nodes of the tree that was booted: they come a little later. @param {any} run @param {Entry[]} entries */
  async function addNodes(run, entries) {
    const {board} = run.manifest.inputs ?? {};
    const tree = run.tree ?? (board && !api.packed && (await api.getTree(board).catch(() => null)));
    if (!tree) return;
    const names = new Set(entries.map((e) => e.name));
    entries.push(...nodeEntries(nodesIn(await tree.arrayBuffer()), run, names));
    if (dialog.open && text.value) list(text.value);
  }

  function entries() {
    const s = store.get();
    const {run} = s;
    if (run && !known.has(run.replay)) {
      const all = entriesOf(run, {viewOf, label: (o) => ownerLabel(t, o)});
      known.set(run.replay, all);
      addNodes(run, all);
    }
    return [
      ...KEYS.map((b) => ({
        kind: "action",
        name: t(`key.${b.id}`),
        hint: b.keys[0] === " " ? "Space" : b.keys[0],
        also: `${b.id} ${firstOf(t, [`also.${b.id}`], {})}`,
        go: {command: b.id},
      })),
      ...[.../** @type {HTMLSelectElement} */ (byId("theme")).options].map(({value: theme}) => ({
        kind: "action",
        name: `${t("theme")} · ${t(`theme.${theme}`)}`,
        also: theme,
        go: {theme},
      })),
      ...viewsIn(s).map((v) => ({
        kind: "view",
        name: t(`view.${v.id}`),
        hint: `${t(`tab.${v.id}`)} ${v.id}`,
        also: firstOf(t, [`also.${v.id}`], {}),
        preview: () => firstOf(t, [`what.${v.id}`], {}),
        go: {view: v.id},
      })),
      ...LESSONS.map((l) => ({
        kind: "lesson",
        name: t(`lesson.${l.id}`),
        hint: l.id,
        also: t("kind.palette.lesson"),
        preview: () => t(`lesson.${l.id}.text`),
        go: {lesson: l},
      })),
      ...reading(s),
      ...s.boards.map((/** @type {any} */ b) => ({
        kind: "board",
        name: b.name,
        hint: b.title ?? b.model ?? "",
        also: [b.description, s.lang === "zh-CN" && b.description_zh].filter(Boolean).join(" "),
        preview: () => (s.lang === "zh-CN" && b.description_zh) || (b.description ?? ""),
        go: {board: b.name},
      })),
      ...s.kernels.map((/** @type {any} */ k) => ({
        kind: "kernel",
        name: k.name,
        hint: `Linux ${k.version ?? ""}`,
        also: `kernel ${k.name}`,
        preview: () => k.title ?? k.description ?? "",
        go: {kernel: k.name},
      })),
      ...(run ? (known.get(run.replay) ?? []) : []),
      ...(run ? uncalled(s, known.get(run.replay) ?? []) : []),
      ...symbols(s, run ? (known.get(run.replay) ?? []) : []),
    ];
  }

  /** What a place is: its own words, or those of the moment that it leads to. @param {Entry} e */
  function preview(e) {
    const own = e.preview?.();
    if (own) return own;
    const s = store.get();
    const event = e.go.pos && s.run.replay.events[e.go.pos - 1];
    const said = event && screen.ctx.words(s, event.seq);
    if (said) return `#${event.seq} ${said.headline}`;
    const about = firstOf(
      t,
      [`about.${e.go.table}`, `about.${(e.hint ?? "").split(" ")[0]}`, `about.${e.name}`],
      {},
    );
    return about || [e.name, e.hint].filter(Boolean).join(" · ");
  }

  /** @param {string} query */
  function list(query) {
    const s = store.get();
    const direct = s.run ? typed(query, s.run, screen.moment().tables) : [];
    found = [...direct, ...search(entries(), query)].slice(0, 12);
    at = 0;
    paint();
  }

  function paint() {
    /** @param {any} e @param {number} i */
    const option = (e, i) =>
      h(
        "li",
        {
          role: "option",
          id: `hit-${i}`,
          "aria-selected": String(i === at),
          onclick: () => go(e),
        },
        h("span", {class: "kind"}, t(`kind.palette.${e.kind}`)),
        h("b", {}, e.name),
        h("span", {class: "hint"}, e.hint ?? ""),
      );
    byId("hits").replaceChildren(...found.map(option));
    byId("hit-text").textContent = found[at]
      ? preview(found[at])
      : t(text.value ? "palette.none" : "palette.hint");
    text.setAttribute("aria-activedescendant", found[at] ? `hit-${at}` : "");
    byId(`hit-${at}`)?.scrollIntoView({block: "nearest"});
  }

  /** @param {any} e */
  function go(e) {
    if (!e) return;
    // A closed dialog keeps the focus until the next frame, and what is typed until then would be its text.
    text.blur();
    dialog.close();
    const {sel, view, table, range, command, board, kernel, lesson, read, theme} = e.go;
    if (command) return commands[command]?.();
    if (lesson) return actions.lesson(lesson);
    if (theme) return store.set({theme});
    const {run, pos: was} = store.get();
    if (board) return actions.boot({board, kernel: run?.manifest.inputs?.kernel ?? ""});
    if (kernel) return actions.reboot({kernel});
    const none = table && !screen.moment().tables[table]?.length;
    const pos = e.go.pos ?? (none ? firstRow(run, table) : undefined);
    const look = () => {
      if (read) actions.read(read, pos);
      if (view) actions.view(view);
      if (sel) store.set({sel});
      if (range) actions.zoomTo(range);
    };
    // The browser's Back leads to where one was; what is read at another moment jumps there.
    if (pos && !read) actions.jump(pos);
    if (pos && (!read || pos !== was)) look();
    else actions.travel(look);
    // Who has come by keys goes on in it by keys.
    if (view || read)
      requestAnimationFrame(() =>
        byId("panels").querySelector(".scroll:not([hidden])")?.focus({preventScroll: true}),
      );
  }

  /** What stands in the box by now is looked for. @param {boolean} entered and gone to */
  function find(entered) {
    list(text.value);
    if (entered) go(found[at]);
    if (!store.get().boards.length) actions.list();
  }

  /** @param {KeyboardEvent} e */
  function keydown(e) {
    const by = {ArrowDown: 1, ArrowUp: -1}[e.key];
    if (e.key === "Enter") go(found[at]);
    else if (by && found.length) at = (at + by + found.length) % found.length;
    else return;
    e.preventDefault();
    if (by) paint();
  }

  text.addEventListener("input", () => list(text.value));
  text.addEventListener("keydown", keydown);
  dialog.addEventListener("click", (/** @type {any} */ e) => e.target === dialog && dialog.close());
  return {find};
}
