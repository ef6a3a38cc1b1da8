// SPDX-License-Identifier: GPL-2.0-or-later
// Zones, the order in which they are searched, and the page lists before them: what the page allocator
// is built of, side by side.
import {describe} from "../lib/view.js";

export const view = describe({
  id: "overview",
  group: "zones",
  tables: [],
  panels: ["zones", "zonelists", "pagesets"],
  follows: ["pagesets", "boot_pagesets", "zonelists", "zones"],
  rank: 6,
});
