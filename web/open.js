// SPDX-License-Identifier: GPL-2.0-or-later
// From what somebody asks for - a link, a form, a file - to a run on its way.
import * as api from "./api.js";
import {lessonOf} from "./lessons.js";
import {num} from "./lib/format.js";
import {packTree, readLink, unpackTree} from "./lib/link.js";

/**
 * @typedef {{board?: string, kernel?: string, cmdline?: string, memory?: string, ops?: string,
 *   from_state?: string, uefi?: string, memreserve?: string, reserved?: string, loader?: any}} Inputs
 */

/** Empty fields are the daemon's defaults, so they are not sent. @param {any} inputs */
export function clean(inputs) {
  return Object.fromEntries(
    Object.entries(inputs).filter(
      ([, v]) =>
        v !== "" &&
        v !== undefined &&
        v !== null &&
        !(typeof v === "object" && !Object.keys(v).length),
    ),
  );
}

/**
 * The same as query parameters beside an uploaded tree, where the initrd is given by its size.
 * @param {Inputs} inputs
 */
function flat({
  kernel = "",
  cmdline = "",
  memory = "",
  ops = "",
  from_state = "",
  uefi = "",
  memreserve = "",
  reserved = "",
  loader = {},
}) {
  const [from, to] = loader.initrd ?? [];
  return {
    kernel,
    cmdline,
    memory,
    ops,
    from_state,
    uefi,
    memreserve,
    reserved,
    image_addr: loader.kernel_image ?? "",
    dtb_addr: loader.dtb ?? "",
    initrd: to ? `${from},0x${(num(to) - num(from)).toString(16)}` : "",
  };
}

/** What is booted when nobody has said anything. */
const USUAL = "qemu-virt";

/**
 * @param {any} inputs @param {Blob|null} tree a device tree instead of a board
 * @param {{signal?: AbortSignal, pace?: number}} [how]
 */
export async function openInputs(inputs, tree, how = {}) {
  if (tree) return {...(await openTree(tree, flat(inputs), how)), asked: inputs};
  const {id, manifest} = await api.postRun(clean(inputs));
  return {...api.getRun(id, how, manifest), asked: inputs};
}

/** @param {Blob} tree @param {Record<string, string>} params @param {Parameters<typeof api.getRun>[1]} how */
async function openTree(tree, params, how) {
  const [{id, manifest}, dtb] = await Promise.all([api.postTree(tree, params), packTree(tree)]);
  return {...api.getRun(id, how, manifest), dtb, tree};
}

/**
 * What a boot log describes: its inputs are parameters already.
 * @param {Record<string, string>} params
 * @param {Blob} tree
 */
export async function openParams(params, tree, how = {}) {
  return {...(await openTree(tree, params, how)), asked: {}};
}

/**
 * How the same inputs end, before anything else is known of them.
 * @param {any} inputs @param {Blob|null} tree
 */
export const openGlance = (inputs, tree) => api.postGlance(clean(inputs), tree, flat(inputs));

/**
 * What the same machine does more. @param {Inputs} inputs @param {Blob|null} tree
 * @param {{since: number, lang: string}} what
 */
export const openContinuation = (inputs, tree, what) =>
  api.postContinuation(clean(inputs), tree, flat(inputs), what);

/**
 * The same inputs over a grid. @param {Inputs} inputs @param {Blob|null} tree
 * @param {{x: string, y: string, show: string}} grid @param {Parameters<typeof api.getSweep>[2]} how
 */
export const openSweep = (inputs, tree, grid, how) =>
  api.getSweep({board: (tree ? "" : inputs.board) ?? "", ...flat(inputs), ...grid}, tree, how);

/** The tree that a link carries, under the name that its file had. @param {import("./lib/link.js").Link} link */
const treeOf = async (link) =>
  new File([await unpackTree(link.dtb)], link.name ?? "device-tree.dtb");

/**
 * The run that a link means. A link made elsewhere names a run that this daemon may not have; then its inputs say.
 * @param {import("./lib/link.js").Link} link
 * @param {{boards: () => Promise<any[]>, signal?: AbortSignal, pace?: number}} how
 */
export async function openLink(link, {boards, ...how}) {
  if (link.live) {
    const {last} = await api.getLive(link.live);
    return openLink(last ? {...readLink(last.link), live: ""} : {}, {boards, ...how});
  }
  if (link.run || api.packed) {
    const run = api.getRun(link.run ?? api.packed.manifest.id, how);
    try {
      await run.manifest;
      return {...run, dtb: link.dtb, tree: link.dtb ? await treeOf(link) : null, asked: link};
    } catch (e) {
      if (!(e instanceof api.Problem) || !(link.board || link.dtb)) throw e;
    }
  }
  if (link.dtb) return openInputs(link, await treeOf(link), how);
  const lesson = lessonOf(link.lesson);
  if (lesson && !link.board) {
    const {board, kernel, memory, ops} = lesson;
    return openInputs({board, kernel, memory, ops}, null, how);
  }
  const {board, kernel, cmdline, memory, ops, from_state, loader} = link;
  /** @param {string} name of a board */
  const open = (name) =>
    openInputs({board: name, kernel, cmdline, memory, ops, from_state, loader}, null, how);
  if (board) return open(board);
  // To ask first what there is would be an answer more to wait for.
  return open(USUAL).catch(async (e) => {
    const list = e instanceof api.Problem ? await boards() : [];
    if (!list.length || list.some((b) => b.name === USUAL)) throw e;
    return open(list[0].name);
  });
}
