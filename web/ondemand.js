// SPDX-License-Identifier: GPL-2.0-or-later
// What the first picture does not need comes with the first click or key: the dialogs.

/** Names of what makeDialogs() gives. */
const NAMES = /** @type {const} */ (["choose", "dropped", "help", "exporting", "share"]);

/** @typedef {ReturnType<typeof import("./dialogs.js").makeDialogs>} Dialogs */

/**
 * Dialogs whose functions settle when they have come and done their work; what goes wrong on the way is said.
 * @param {import("./dialogs.js").Page} page
 * @returns {Record<typeof NAMES[number], (...given: any[]) => Promise<void>>}
 */
export function makeDialogsLater(page) {
  /** @type {Promise<Dialogs>|null} */
  let coming = null;
  let tries = 0;

  /** A browser remembers that a module could not be had, so that it is asked for under another name. */
  const other = () => `./later.js?${tries}`;
  const get = () =>
    (coming ??= (tries++ ? import(other()) : import("./later.js")).then(
      ({makeDialogs}) => makeDialogs(page),
      () => {
        coming = null;
        throw new page.api.Offline("later.js");
      },
    ));
  // Nobody waits for a dialog then, and whoever opens one when the daemon has gone has it.
  for (const type of ["pointerdown", "keydown"])
    window.addEventListener(type, () => void get().catch(() => {}), {capture: true, once: true});

  /** @param {typeof NAMES[number]} name */
  const later =
    (name) =>
    /** @param {any[]} given */
    async (...given) => {
      try {
        const dialogs = /** @type {Record<string, (...given: any[]) => any>} */ (await get());
        await dialogs[name](...given);
      } catch (e) {
        page.actions.fail(e);
      }
    };
  return /** @type {any} */ (Object.fromEntries(NAMES.map((name) => [name, later(name)])));
}
