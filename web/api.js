// SPDX-License-Identifier: GPL-2.0-or-later
// The only module that talks to the daemon. An exported page carries its answers with it.

const BASE = "/api/v1";

/** What the daemon refused, in its own words. */
export class Problem extends Error {
  /** @param {any} body problem+json */
  constructor(body) {
    super(body.detail ?? body.title ?? "problem");
    this.body = body;
  }
}

/** The daemon did not answer at all. */
export class Offline extends Error {}

/**
 * What a page that was saved to play by itself brings along: {manifest, events, catalogues, words, checks,
 * reading}; else null.
 */
export const packed = JSON.parse(
  globalThis.document?.getElementById("packed")?.textContent ?? "null",
);

/** @param {string} path @param {RequestInit} [init] @returns {Promise<Response>} */
async function ask(path, init) {
  let res;
  try {
    res = await fetch(path, init);
  } catch (e) {
    if (init?.signal?.aborted) throw e;
    throw new Offline(String(e));
  }
  if (res.ok) return res;
  const body = await res.json().catch(() => ({}));
  throw new Problem({title: res.statusText, status: res.status, ...body});
}

/** @param {string} path @param {any} [init] */
const json = async (path, init) => (await ask(path, init)).json();
/** Lists come as {name: [...]} or bare. @param {any} body @param {string} name */
const list = (body, name) => (Array.isArray(body) ? body : (body[name] ?? body.items ?? []));

/** @param {string} path */
export const getText = async (path) => (await ask(path)).text();
/** @param {string} lang */
export const getCatalogue = async (lang) => packed?.catalogues[lang] ?? json(`i18n/${lang}.json`);
/** Concepts, articles or what functions do, in both languages. @param {"concepts"|"articles"|"functions"} what */
export async function getReading(what) {
  if (packed) return packed.reading?.[what] ?? {};
  return what === "functions" ? (await json("functions.json")).functions : json(`${BASE}/${what}`);
}
/**
 * What is said of the moments [from, to).
 * @param {string} id
 * @param {string} lang
 * @param {number} from
 * @param {number} to
 */
export async function getWords(id, lang, from, to) {
  if (packed) return (packed.words?.[lang] ?? []).slice(from, to);
  return (await json(`${BASE}/runs/${id}/explain?from=${from}&to=${to}&lang=${lang}`)).moments;
}
/**
 * What the kernel would print in one of its files at a moment.
 * @param {string} id
 * @param {string} name
 * @param {number} seq
 */
export async function getReport(id, name, seq) {
  if (packed) throw new Offline("a saved page has no reports");
  return (await ask(`${BASE}/runs/${id}/${name}?at=${seq}&format=text`)).text();
}
/**
 * What two runs differ in, owner by owner.
 * @param {string} a @param {string} b @param {string} lang
 */
export const getDiff = (a, b, lang) =>
  json(`${BASE}/runs/${a}/diff/${b}?lang=${lang}`, {headers: {Accept: "application/json"}});
/**
 * What is wrong with a run, why, and what was found to help.
 * @param {string} id @param {string} lang
 */
export const getCheck = async (id, lang) =>
  packed ? packed.checks?.[lang] : json(`${BASE}/runs/${id}/check?lang=${lang}`);
export const getBoards = async () => (packed ? [] : list(await json(`${BASE}/boards`), "boards"));
export const getKernels = async () =>
  packed ? [] : list(await json(`${BASE}/kernels`), "kernels");
/**
 * Which inputs would change each line of the ledger.
 * @param {string} id @param {string} lang
 */
export const getKnobs = async (id, lang) =>
  packed ? [] : (await json(`${BASE}/runs/${id}/knobs?lang=${lang}`)).lines;
/** @param {string} id */
const getManifest = async (id) => packed?.manifest ?? json(`${BASE}/runs/${id}`);

export const ping = async () => {
  if (packed) return true;
  try {
    await ask("/healthz");
    return true;
  } catch (e) {
    return !(e instanceof Offline);
  }
};

/** A run that the daemon has, and what it is. @typedef {{id: string, manifest: Promise<any>}} Posted */

/** @param {Record<string, any>} inputs @returns {Promise<Posted>} */
export async function postRun(inputs) {
  const init = {
    method: "POST",
    headers: {"Content-Type": "application/json"},
    body: JSON.stringify(inputs),
  };
  return posted(await ask(`${BASE}/runs`, init));
}

/** The tree of an example board. @param {string} name @returns {Promise<Blob>} */
export const getTree = async (name) =>
  (await ask(`${BASE}/boards/${encodeURIComponent(name)}/dtb`)).blob();

/**
 * @param {Blob} dtb with overlays behind it, perhaps
 * @param {Record<string, string>} inputs
 * @returns {Promise<Posted>}
 */
export async function postTree(dtb, inputs) {
  const query = new URLSearchParams(Object.entries(inputs).filter(([, v]) => v));
  const init = {method: "POST", headers: {"Content-Type": "application/octet-stream"}, body: dtb};
  return posted(await ask(`${BASE}/runs?${query}`, init));
}

/**
 * A boot log beside what the engine prints for the machine that it describes.
 * @param {Blob} log
 * @param {Blob} tree of the board that printed it
 * @param {Record<string, string>} inputs what is known better than the log says it
 * @returns {Promise<import("./views/bootlog.js").Report>}
 */
export async function postLog(log, tree, inputs) {
  const form = new FormData();
  form.append("log", log);
  form.append("tree", tree);
  const query = new URLSearchParams(Object.entries(inputs).filter(([, v]) => v));
  return json(`${BASE}/logs?${query}`, {method: "POST", body: form});
}

/** A kernel and what belongs to it: more is refused by the daemon, too. */
export const MAX_KERNEL = 128 << 20;

/**
 * A kernel as it is read from disk, with its configuration, System.map and boot log where they are given.
 * @param {{image?: File, config?: File, map?: File, log?: File}} parts
 * @param {(share: number) => void} onprogress 0 to 1, while it is sent
 * @returns {Promise<any>} the kernel that it is here
 */
export function postKernel(parts, onprogress) {
  const form = new FormData();
  let size = 0;
  for (const [name, file] of Object.entries(parts)) {
    form.append(name, file, file.name);
    size += file.size;
  }
  // The daemon would say the same, in the middle of it.
  if (size > MAX_KERNEL)
    return Promise.reject(new Problem({status: 413, title: "Too large", size}));
  return new Promise((resolve, reject) => {
    // fetch() does not tell how much of a body has gone.
    const request = new XMLHttpRequest();
    request.open("POST", `${BASE}/kernels`);
    request.responseType = "json";
    request.upload.onprogress = (e) => onprogress(e.loaded / Math.max(1, e.total));
    request.onerror = () => reject(new Offline("the kernel could not be sent"));
    request.onload = () =>
      request.status < 300
        ? resolve(request.response)
        : reject(
            new Problem({title: request.statusText, status: request.status, ...request.response}),
          );
    request.send(form);
  });
}

/** A profile that was saved. @param {Blob} profile */
export const postProfile = (profile) =>
  json(`${BASE}/kernels`, {
    method: "POST",
    headers: {"Content-Type": "application/json"},
    body: profile,
  });

/** @param {string} name */
const kernelPath = (name) => `${BASE}/kernels/${encodeURIComponent(name)}`;
export const profileUrl = kernelPath;
/** @param {string} name */
export const getTrust = async (name) => (await json(`${kernelPath(name)}/trust`)).trust;
/**
 * What a kernel does otherwise than another, or ("") than the first release that is known.
 * @param {string} name
 * @param {string} against
 * @param {string} lang
 */
export const getHistory = async (name, against, lang) =>
  (
    await json(
      `${kernelPath(name)}/history?${new URLSearchParams({...(against ? {against} : {}), lang})}`,
    )
  ).changes;

/**
 * What changed up to a kernel, and from it to another.
 * @param {string} name @param {string} newest @param {string} lang
 */
export async function getEras(name, newest, lang) {
  if (packed) return {past: [], future: []};
  const [past, future] = await Promise.all([
    getHistory(name, "", lang),
    newest && newest !== name ? getHistory(newest, name, lang) : [],
  ]);
  return {past, future};
}

/**
 * The end of a boot in a few kilobytes, in one exchange: encode_glance.h says what is in it.
 * @param {Record<string, any>} inputs
 * @param {Blob|null} tree
 * @param {Record<string, string>} flat the inputs beside a tree
 */
export const postGlance = (inputs, tree, flat) => postFor({answer: "glance"}, inputs, tree, flat);

/**
 * One answer about a run, in the exchange that makes it.
 * @param {Record<string, string>} what @param {any} inputs @param {any} tree @param {any} flat
 */
async function postFor(what, inputs, tree, flat) {
  const query = new URLSearchParams(what);
  if (tree) for (const [k, v] of Object.entries(flat)) if (v) query.set(k, v);
  const init = {
    method: "POST",
    headers: {"Content-Type": tree ? "application/octet-stream" : "application/json"},
    body: tree ?? JSON.stringify(inputs),
  };
  return json(`${BASE}/runs?${query}`, init);
}

/**
 * What a run has that one has not which begins like it: encode_continuation.h says what is in it.
 * @param {Record<string, any>} inputs
 * @param {Blob|null} tree
 * @param {Record<string, string>} flat the inputs beside a tree
 * @param {{since: number, lang: string}} what from which event on, in which language
 */
export const postContinuation = (inputs, tree, flat, {since, lang}) =>
  postFor({answer: "continuation", since: String(since), lang}, inputs, tree, flat);

/**
 * A sweep as it is booted: its head, then cells in batches. @param {Record<string, string>} inputs
 * @param {Blob|null} tree a device tree instead of a board
 * @param {{signal?: AbortSignal, head: (head: any) => void, cells: (batch: any[]) => void}} how
 */
export async function getSweep(inputs, tree, {signal, head, cells}) {
  const query = new URLSearchParams(Object.entries(inputs).filter(([, v]) => v));
  const headers = {Accept: "text/event-stream"};
  const post = tree && {
    method: "POST",
    headers: {...headers, "Content-Type": "application/octet-stream"},
    body: tree,
  };
  const res = await ask(`${BASE}/sweep?${query}`, {signal, ...(post ?? {headers})});
  const reader = textOf(res);
  for (let rest = ""; ; ) {
    const {value, done} = await reader.read();
    const blocks = (rest + (value ?? "")).split("\n\n");
    rest = done ? "" : (blocks.pop() ?? "");
    const told = blocks.map(messageOf).filter((m) => m.data);
    for (const m of told) {
      if (m.event === "problem") throw new Problem(m.data);
      if (m.event === "head") head(m.data);
    }
    const batch = told.filter((m) => m.event === "message").map((m) => m.data);
    if (batch.length) cells(batch);
    if (done) return;
  }
}

/** What an answer says, as it arrives. @param {Response} res */
const textOf = ({body}) =>
  (body ?? new Blob().stream()).pipeThrough(new TextDecoderStream()).getReader();

/** One message of a stream. @param {string} block @returns {{event: string, data: any}} */
function messageOf(block) {
  /** @param {string} name */
  const line = (name) => new RegExp(`^${name}: (.*)$`, "m").exec(block)?.[1];
  return {event: line("event") ?? "message", data: JSON.parse(line("data") ?? "null")};
}

/** The run's id comes before its manifest, which is the answer. @param {Response} res @returns {Posted} */
function posted(res) {
  const where = res.headers.get("Location") ?? "";
  return {id: where.split("/").pop() ?? "", manifest: res.json()};
}

/**
 * A run on its way: what it is and its events are asked for at once, whoever takes them later.
 * @param {string} id
 * @param {{signal?: AbortSignal, pace?: number}} [how]
 * @param {Promise<any>} [manifest] if it is on its way already
 * @returns {{id: string, manifest: Promise<any>, events: (onbatch: (batch: any[]) => void) => Promise<void>}}
 */
export function getRun(id, how = {}, manifest = getManifest(id)) {
  /** @type {any[]} */
  const early = [];
  /** @type {(batch: any[]) => void} */
  let take = (batch) => void early.push(...batch);
  const all = getEvents(id, (batch) => take(batch), how);
  for (const p of [all, manifest]) p.catch(() => {});
  return {
    id,
    manifest,
    events(onbatch) {
      if (early.length) onbatch(early);
      take = onbatch;
      return all;
    },
  };
}

/**
 * Events in batches as they arrive.
 * @param {string} id
 * @param {(batch: any[]) => void} onbatch
 * @param {{signal?: AbortSignal, pace?: number}} how
 */
async function getEvents(id, onbatch, {signal, pace}) {
  if (packed) return onbatch(packed.events);
  const query = new URLSearchParams({format: "ndjson"});
  if (pace) query.set("pace", String(pace));
  const res = await ask(`${BASE}/runs/${id}/events?${query}`, {
    signal,
    headers: {Accept: "application/x-ndjson"},
  });
  const reader = textOf(res);
  let rest = "";
  for (;;) {
    const {value, done} = await reader.read();
    const text = rest + (value ?? "");
    const end = done ? text.length : text.lastIndexOf("\n") + 1;
    rest = text.slice(end);
    // Lines become one array: a parser is quickest when it is called once.
    const lines = text.slice(0, end).trim();
    if (lines) onbatch(JSON.parse(`[${lines.replaceAll("\n", ",")}]`));
    if (done) return;
  }
}

/* ---- a lecture that others follow ---- */

/**
 * @param {string} [token] of a lecture that goes on under its name, on a daemon that does not know it
 * @returns {Promise<{name: string, token: string}>}
 */
export const beginLive = (token) =>
  json(`${BASE}/live`, {
    method: "POST",
    ...(token ? {headers: {Authorization: `Bearer ${token}`}} : {}),
  });

/** @param {string} name @param {string} token @param {string} message JSON */
export const sayLive = (name, token, message) =>
  ask(`${BASE}/live/${name}`, {
    method: "POST",
    headers: {"Content-Type": "application/json", Authorization: `Bearer ${token}`},
    body: message,
  });

/** @param {string} name @param {string} token */
export const endLive = (name, token) =>
  ask(`${BASE}/live/${name}`, {method: "DELETE", headers: {Authorization: `Bearer ${token}`}});

/** @param {string} name @returns {Promise<{name: string, followers: number, last: any}>} */
export const getLive = (name) =>
  json(`${BASE}/live/${encodeURIComponent(name)}`, {headers: {Accept: "application/json"}});

/** A lecture that the daemon does not know is asked for again after so long, by each who follows at another time. */
const AGAIN_MS = 2000;
const AGAIN_TIMES = 300;

/**
 * Each message of the lecturer, for as long as the page is there; the browser asks again when the line breaks.
 * @param {string} name
 * @param {{message: (data: any) => void, over: (why: "end"|"lost"|"away") => void}} on
 */
export function followLive(name, on, tries = AGAIN_TIMES) {
  const source = new EventSource(`${BASE}/live/${encodeURIComponent(name)}`);
  source.addEventListener("message", (e) => on.message(JSON.parse(e.data)));
  source.addEventListener("end", () => {
    source.close();
    on.over("end");
  });
  source.addEventListener("error", () => {
    const lost = source.readyState === EventSource.CLOSED;
    on.over(lost ? "lost" : "away");
    // A lecturer whose daemon was started anew goes on under the same name.
    if (lost && tries > 0)
      setTimeout(() => followLive(name, on, tries - 1), AGAIN_MS * (1 + Math.random()));
  });
}
