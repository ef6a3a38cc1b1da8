// SPDX-License-Identifier: GPL-2.0-or-later
// A view as a file of its own, with title, moment and legend.
import {byId} from "./lib/dom.js";
import {cellsToSvg, linesToSvg, standAlone, WORDS} from "./lib/export.js";
import {VIEWS} from "./views.js";

/** @param {string} id @param {State} s @param {Picture} screen @returns {string} a file */
export function pictureOf(id, s, {ctx, map, ...screen}) {
  const moment = screen.moment();
  const i = s.run.manifest.inputs ?? {};
  const title = ctx.t(`view.${id}`);
  const sub = [
    i.board,
    `Linux ${s.run.manifest.kernel?.version ?? ""}`,
    moment.event ? `#${moment.event.seq} ${moment.event.step}` : "",
    i.cmdline,
  ]
    .filter(Boolean)
    .join(" · ");
  /** @param {{label: string, fill: string}} what */
  const resolve = ({label, fill}) => ({
    label,
    fill: fill.replace(/var\((--[\w-]+)\)/, (_, name) =>
      getComputedStyle(document.documentElement).getPropertyValue(name).trim(),
    ),
  });
  const changed = {label: ctx.t("legend.changed"), fill: "var(--hot)"};
  if (id in WORDS) return standAlone({svg: linesToSvg(WORDS[id]()), title, sub});
  if (id !== "map")
    return standAlone({
      svg: byId(`v-${id}`).querySelector("svg.drawing"),
      title,
      sub,
      entries: [...(VIEWS.get(id)?.legend?.(ctx.t) ?? []), changed].map(resolve),
    });
  /** @param {string} look @param {any} hatch */
  const fillOfCell = (look, hatch) =>
    ["lane", "memory", "reserved", "zone"].includes(look)
      ? ctx.paint.style(look, 0)
      : `url(#p-${look}-${hatch})`;
  return standAlone({
    svg: byId("map-svg"),
    under: cellsToSvg(map.layout(), fillOfCell, ctx.paint),
    title,
    sub,
    labels: map
      .layout()
      .lanes.map((/** @type {any} */ l) => ({y: l.y + l.h / 2, text: ctx.t(`lane.${l.id}`)})),
    entries: [...map.entries(moment), changed].map(resolve),
  });
}
