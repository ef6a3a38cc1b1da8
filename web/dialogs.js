// SPDX-License-Identifier: GPL-2.0-or-later
// The three dialogs: what to boot, what to take along, and help.
import * as api from "./api.js";
import {KEYS} from "./keys.js";
import {keep} from "./around.js";
import {byId, write} from "./lib/dom.js";
import {pack, save, toPng} from "./lib/export.js";
import {givenLoader, writeLink} from "./lib/link.js";
import {panelsOf, VIEWS} from "./views.js";
import {sortFiles} from "./lib/dropped.js";
import {renderChooser, uploadText} from "./views/chooser.js";
import {renderExporter} from "./views/exporter.js";
import {linkTo} from "./live.js";
import {pictureOf} from "./picture.js";
import {renderHelp} from "./views/help.js";
import {renderSharer} from "./views/sharer.js";

/** Events a second of a live boot: about as fast as somebody can talk. */
const LIVE_PACE = 2;

/** @param {Store} store @param {any} actions @param {Picture} screen */
export function makeDialogs(store, actions, screen) {
  /** @param {string} key @param {any} [params] */
  const t = (key, params) => screen.ctx.t(key, params);
  /** @param {string} id */
  const open = (id) => byId(id).open || byId(id).showModal();
  /** @param {any} s */
  const here = (s) => location.href.split("#")[0] + writeLink(s);

  /** What the run that is shown was made of, as the form has it: what nobody gave is left open. */
  function shownInputs() {
    const {run} = store.get();
    return run ? {...run.manifest.inputs, loader: givenLoader(run)} : {};
  }

  /** @param {{tree?: File|null, inputs?: any}} [given] what was chosen already */
  function choose({tree = store.get().run?.tree ?? null, inputs = shownInputs()} = {}) {
    const s = store.get();
    // What is said of the kernel is said beside it.
    const problem = s.problem?.offline || s.missing ? null : s.problem;
    renderChooser(
      byId("chooser"),
      {
        t,
        lang: s.lang,
        boards: s.boards,
        kernels: s.kernels,
        inputs,
        problem,
        tree,
        compare: Boolean(s.run),
        kernel: kernelState(s),
      },
      {
        run: (wanted, beside, own) => run(wanted, beside, own ? tree : null),
        tree: (file, edited) => choose({tree: file, inputs: edited}),
        files: (files, edited, own) => take(files, {tree: own ? tree : null, inputs: edited}),
        history: async (kernel, against) => {
          await actions.history(kernel, against);
          choose({tree, inputs: {...inputs, kernel}});
        },
      },
    );
    open("chooser");
    /** @type {HTMLElement|null} */ (
      byId("chooser").querySelector('[aria-invalid="true"]')
    )?.focus();
    if (!s.boards.length)
      actions.list().then(() => {
        if (byId("chooser").open && store.get().boards.length) choose({tree, inputs});
      });
  }

  /**
   * What was typed stays in the form when it is refused.
   * @param {any} inputs @param {any} beside @param {any} tree
   */
  async function run(inputs, beside, tree) {
    if (!(await actions.boot(inputs, {tree, beside}))) return choose({tree, inputs});
    byId("chooser").close();
    store.set(beside ? {view: "compare", follow: false, win: null} : {win: null, sel: ""});
  }

  /** What is said beside the kernel's field. @param {State} s */
  const kernelState = (s) => ({
    files: s.kernelFiles,
    upload: s.upload,
    problem: s.kernelProblem,
    missing: s.missing,
    alone: waiting.image || waiting.profile ? "" : (Object.values(waiting)[0]?.name ?? ""),
    history: s.history,
    url: api.profileUrl,
  });

  /**
   * Files that were given: a configuration may come before its kernel, or after.
   * @type {Partial<Record<string, File>>}
   */
  let waiting = {};

  /** Device trees and kernels, with what belongs to them, in any number at once. @param {File[]} files */
  async function dropped(files) {
    const {run: shown} = store.get();
    const {board, cmdline, memory, loader, kernel} = shownInputs();
    await take(files, {
      tree: shown?.tree ?? null,
      inputs: {board, cmdline, memory, loader, kernel},
    });
  }

  /** @param {File[]} files @param {{tree: File|null, inputs: any}} form what is in it */
  async function take(files, {tree: own, inputs}) {
    const {tree = null, ...found} = await sortFiles(files);
    if (!Object.keys(found).length) return tree && bootTree(tree);
    if (found.log && Object.keys(found).length === 1)
      return takeLog(found.log, tree ?? own, inputs);
    const whole = found.profile || (found.image && waiting.image);
    waiting = whole ? found : {...waiting, ...found};
    const form = tree
      ? {tree, inputs: {}}
      : {tree: own, inputs: own ? {...inputs, board: ""} : inputs};
    if (waiting.image || waiting.profile) return bootKernel(form);
    choose(form);
  }

  /**
   * A boot log alone is of the board that is shown, unless its tree comes with it.
   * @param {File} log
   * @param {File|null} own
   * @param {any} inputs
   */
  async function takeLog(log, own, inputs) {
    waiting = {...waiting, log};
    const name = inputs.board || store.get().boards[0]?.name;
    const tree = own ?? (name ? new File([await api.getTree(name)], name) : null);
    const done = tree && (await actions.bootLog(log, tree));
    if (done) byId("chooser").close();
    else choose({tree: own, inputs});
  }

  /** The kernel is sent and read, which the form shows; then it is booted. @param {any} form */
  async function bootKernel(form) {
    const sent = actions.handIn(waiting);
    choose(form);
    const kernel = await sent;
    const {missing} = store.get();
    if (!kernel) return choose(form);
    store.set({missing: null});
    if (missing && missing.name === kernel) {
      byId("chooser").close();
      return actions.restart(missing.link);
    }
    await run({...form.inputs, kernel}, false, form.tree);
  }

  /** While one is sent only the bar moves: the form may be in use. @param {any} upload */
  function showUpload(upload) {
    const el = document.querySelector("#upload");
    if (!el?.lastElementChild || !upload) return;
    /** @type {HTMLProgressElement} */ (el.firstElementChild).value = upload.share;
    write(el.lastElementChild, uploadText(upload, t));
  }

  store.subscribe((/** @type {State} */ s, /** @type {any} */ old) => {
    if (s.upload !== old.upload) showUpload(s.upload);
  });

  /** An overlay goes behind the tree that is shown, as a boot loader would apply it. @param {File} file */
  async function onShownTree(file) {
    const {run: shown} = store.get();
    const text = new TextDecoder("latin1").decode(await file.arrayBuffer());
    if (!shown || !text.includes("__overlay__")) return file;
    const base = shown.tree ?? (await api.getTree(shown.manifest.inputs.board));
    return new File([base, file], shown.tree?.name ?? `${shown.manifest.inputs.board}.dtb`);
  }

  /**
   * A tree brings its own bootargs; of the run that is shown only the kernel is kept. An overlay changes
   * the tree that is shown: what was given for that one still is.
   * @param {File} file
   */
  async function bootTree(file) {
    const {run: shown} = store.get();
    const {kernel = ""} = shown?.manifest.inputs ?? {};
    const tree = await onShownTree(file);
    const inputs = tree === file ? {kernel} : {...shown.asked, kernel};
    if (await actions.boot(inputs, {tree})) store.set({win: null, sel: ""});
    else choose({tree, inputs});
  }

  function help() {
    const {run: shown, keys} = store.get();
    const version = shown
      ? `${t("engine")} ${shown.manifest.engine ?? ""} · ${t("run")} ${shown.manifest.id}`
      : "";
    renderHelp(
      byId("helper"),
      {t, keys: KEYS, singleKeys: keys, version},
      {
        single: (/** @type {any} */ on) => {
          store.set({keys: on});
          keep("keys", on ? "on" : "off");
        },
      },
    );
    open("helper");
  }

  function exporting() {
    const s = store.get();
    if (!s.run) return;
    const drawn = panelsOf(s.view)
      .map((v) => v.id)
      .filter((id) => byId(`v-${id}`)?.querySelector("svg.drawing > *"));
    const words = VIEWS.get(s.view)?.words ? [s.view] : [];
    const views = ["map", ...drawn, ...words, "tree", "log"].map((id) => ({
      id,
      label: t(`view.${id}`),
    }));
    const data = Object.entries(s.run.manifest.links ?? {})
      .filter(([k]) => k !== "self")
      .map(([label, href]) => ({label, href: String(href)}));
    renderExporter(
      byId("exporter"),
      {t, views, link: here(s), data, packed: Boolean(api.packed)},
      {
        picture,
        page,
        print: () => {
          byId("exporter").close();
          window.print();
        },
        copy: (text) => navigator.clipboard.writeText(text),
        live: () =>
          window.open(
            `${here({...s, pos: 0, other: null})}&pace=${LIVE_PACE}`,
            "_blank",
            "noopener",
          ),
        second: () => window.open(here({...s, mirror: true, present: true}), "_blank", "noopener"),
      },
    );
    open("exporter");
  }

  /** @param {string} id @param {any} kind */
  const fileName = (id, kind) =>
    `mmscope-${store.get().run.manifest.inputs?.board || "run"}-${id}-${screen.moment().event?.seq ?? "start"}.${kind}`;

  /** @param {string} id @param {any} kind */
  async function picture(id, kind) {
    const svg = pictureOf(id, store.get(), screen);
    save(
      fileName(id, kind),
      kind === "svg" ? new Blob([svg], {type: "image/svg+xml"}) : await toPng(svg),
    );
  }

  /** All that is said of a run. @param {Run} run @param {string} lang */
  const wordsOf = (run, lang) => api.getWords(run.manifest.id, lang, 0, run.replay.length);

  /** The page with everything it needs, this run included. */
  async function page() {
    const {run: shown} = store.get();
    /** @param {string} lang */
    const checkOf = (lang) =>
      shown.problems.length ? api.getCheck(shown.manifest.id, lang) : null;
    const [html, css, first, app, later] = await Promise.all(
      ["./", "style.min.css", "first.js", "app.js", "later.js"].map(api.getText),
    );
    const [en, zh, enWords, zhWords, enCheck, zhCheck, concepts, articles] = await Promise.all([
      api.getCatalogue("en"),
      api.getCatalogue("zh-CN"),
      wordsOf(shown, "en"),
      wordsOf(shown, "zh-CN"),
      checkOf("en"),
      checkOf("zh-CN"),
      api.getReading("concepts"),
      api.getReading("articles"),
    ]);
    const packed = {
      manifest: shown.manifest,
      events: shown.replay.events,
      catalogues: {en, "zh-CN": zh},
      words: {en: enWords, "zh-CN": zhWords},
      checks: {en: enCheck, "zh-CN": zhCheck},
      reading: {concepts, articles},
    };
    save(
      fileName("boot", "html"),
      new Blob([pack({html, css, modules: {first, app, later}, packed})], {type: "text/html"}),
    );
  }

  /** How often it is said how many follow. */
  const COUNT_MS = 2000;

  /** The lecture's link, large; a lecture begins when there is none. */
  async function share() {
    const {lecture} = store.get();
    if (lecture?.role !== "presenter" && !(await actions.live.begin())) return;
    const {name} = /** @type {any} */ (store.get().lecture);
    const dialog = byId("sharer");
    const following = async () => {
      const {followers} = await api.getLive(name).catch(() => ({followers: 0}));
      return t("live.followers", {n: followers});
    };
    renderSharer(dialog, {t, link: linkTo(name), followers: await following()});
    if (!dialog.open) dialog.showModal();
    const clock = setInterval(async () => {
      if (!dialog.open) return clearInterval(clock);
      byId("sharer-n").textContent = await following();
    }, COUNT_MS);
  }

  return {choose, dropped, help, exporting, share};
}
