// SPDX-License-Identifier: GPL-2.0-or-later
// What can be taken along: a picture, the whole run as a page, a link.
import {h} from "../lib/dom.js";

/**
 * @param {HTMLDialogElement} dialog
 * @param {{t: any, views: {id: string, label: string}[], link: string, data: {label: string, href:
 *   string}[], packed: boolean}} what
 * @param {{picture: (id: string, kind: "svg"|"png") => void, page: () => Promise<void>, print: ()
 *   => void, copy: (s: string) => Promise<void>, second: () => void, live: () => void}} on
 */
export function renderExporter(dialog, {t, views, link, data, packed}, on) {
  const which = h(
    "select",
    {id: "export-view"},
    ...views.map((v) => h("option", {value: v.id}, v.label)),
  );
  const address = h("input", {
    type: "text",
    readonly: true,
    value: link,
    id: "export-link",
    "aria-label": t("export.link"),
  });
  const said = h("span", {role: "status"});
  /** @param {string} label @param {() => void} run @param {string|null} id */
  const button = (label, run, id) => h("button", {type: "button", id, onclick: run}, label);
  dialog.replaceChildren(
    h(
      "header",
      {},
      h("h2", {id: "exporter-h"}, t("export")),
      button(t("close"), () => dialog.close(), null),
    ),
    h(
      "div",
      {class: "fields"},
      h("label", {for: "export-view"}, t("export.picture")),
      h(
        "div",
        {class: "row"},
        which,
        " ",
        button("SVG", () => on.picture(which.value, "svg"), "export-svg"),
        " ",
        button("PNG", () => on.picture(which.value, "png"), "export-png"),
        " ",
        button(t("export.print"), on.print, "export-print"),
      ),
      ...(packed
        ? []
        : [
            h("span", {class: "lab"}, t("export.page")),
            h(
              "div",
              {},
              button(t("export.page.do"), () => on.page(), "export-html"),
              h("p", {class: "badge"}, t("export.page.hint")),
            ),
            h("label", {for: "export-link"}, t("export.link")),
            h(
              "div",
              {},
              address,
              " ",
              button(
                t("export.copy"),
                () => on.copy(link).then(() => (said.textContent = t("export.copied"))),
                "export-copy",
              ),
              " ",
              said,
            ),
            h("span", {class: "lab"}, t("export.second")),
            h(
              "div",
              {},
              button(t("export.second.do"), on.second, "export-second"),
              h("p", {class: "badge"}, t("export.second.hint")),
            ),
            h("span", {class: "lab"}, t("export.live")),
            h(
              "div",
              {},
              button(t("export.live.do"), on.live, "export-live"),
              h("p", {class: "badge"}, t("export.live.hint")),
            ),
            h("span", {class: "lab"}, t("export.data")),
            h(
              "div",
              {},
              ...data
                .flatMap((d) => [
                  h("a", {href: d.href, target: "_blank", rel: "noopener"}, d.label),
                  " · ",
                ])
                .slice(0, -1),
            ),
          ]),
    ),
  );
}
