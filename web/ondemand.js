// SPDX-License-Identifier: GPL-2.0-or-later
// What the first picture has no need of: dialogs, the palette, and what leaves the page. main.js imports it when one of
// them is wanted; it ships as a file of its own.
import {makeDialogs} from "./dialogs.js";
import {actions, commands, screen, store} from "./main.js";
import {makePalette} from "./palette.js";

export const {choose, dropped, exporting, help, share} = makeDialogs(store, actions, screen);
export const {find} = makePalette(store, actions, screen, commands);
