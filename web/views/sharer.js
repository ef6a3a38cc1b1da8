// SPDX-License-Identifier: GPL-2.0-or-later
// The link of a lecture, large enough to be read from the last row.
import {h} from "../lib/dom.js";

/** @param {HTMLDialogElement} dialog @param {{t: any, link: string, followers: string}} what */
export function renderSharer(dialog, {t, link, followers}) {
  const [host, name] = link.replace(/^https?:\/\//, "").split("#");
  dialog.replaceChildren(
    h(
      "header",
      {},
      h("h2", {id: "sharer-h"}, t("live.link")),
      h("button", {type: "button", onclick: () => dialog.close()}, t("close")),
    ),
    h("p", {class: "wall"}, host, h("wbr", {}), h("b", {}, `#${name}`)),
    h("p", {}, t("live.link.text")),
    h("p", {id: "sharer-n", role: "status"}, followers),
  );
}
