// SPDX-License-Identifier: GPL-2.0-or-later
// One daemon and one browser for all tests of a file.
import {after, before} from "node:test";
import {missing, startBrowser, startDaemon, within} from "./browser.mjs";

/** @returns {{skip: string|false, daemon: any, browser: any}} skip: why there is neither */
export function setUp() {
  const rig = {skip: missing() || /** @type {false} */ (false), daemon: null, browser: null};
  before(async () => {
    if (rig.skip) return;
    rig.daemon = await startDaemon();
    rig.browser = await startBrowser();
  });
  after(async () => {
    await within(rig.browser?.close() ?? Promise.resolve(), "the browser's end").catch((e) =>
      console.error(e.message),
    );
    await rig.daemon?.stop();
  });
  return rig;
}
