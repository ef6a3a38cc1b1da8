// SPDX-License-Identifier: GPL-2.0-or-later
// How far a kernel can be trusted, in the reader's words: the daemon says what, this says how.
import {int} from "./format.js";

/**
 * @typedef {{state: string, known: string, behaviour: string, recorded?: string|null, boots: number, exact: number,
 *   matched: number, total: number, own: boolean, nearest: any, assumed: {what: string, effect:
 *   string}[]}} Trust
 */

/** A kernel that was handed in is called after its hash: VERSION-32 digits. @param {string} [name] */
export const isHandedIn = (name) => /-[0-9a-f]{32}$/.test(name ?? "");

/**
 * Short: for a badge.
 * @param {Trust|undefined} trust
 * @param {(key: string, params?: any) => string} t
 * @param {string} lang
 */
export function trustShort(trust, t, lang) {
  if (!trust) return "";
  const word =
    trust.state === "verified"
      ? t(trust.exact === trust.boots ? "trust.verified" : "trust.verified.some", {
          n: int(trust.exact, lang),
          of: int(trust.boots, lang),
        })
      : t("trust.derived", {release: trust.behaviour});
  return trust.known === "recorded" ? word : `${word} · ${t(`trust.${trust.known}`)}`;
}

/**
 * In sentences, the worst news first.
 * @param {Trust|undefined} trust
 * @param {(key: string, params?: any) => string} t
 * @param {string} lang
 * @returns {string[]}
 */
export function trustLong(trust, t, lang) {
  if (!trust) return [];
  /** @param {any} v */
  const n = (v) => int(v, lang);
  const {nearest: near, behaviour: release, recorded} = trust;
  return [
    trust.known === "outside" ? t("trust.outside.long", {release}) : "",
    trust.known === "unrecorded" ? t("trust.unrecorded.long", {release}) : "",
    trust.boots
      ? t(trust.own ? "trust.boots.own" : "trust.boots", {
          exact: n(trust.exact),
          boots: n(trust.boots),
          matched: n(trust.matched),
          total: n(trust.total),
        })
      : t(recorded ? "trust.derived.recorded" : "trust.derived.long", {release, recorded}),
    near
      ? t("trust.nearest", {
          name: near.kernel,
          version: near.version,
          changes: n(near.changes),
          options: n(near.config),
          sizes: n(near.structs),
        })
      : "",
  ].filter(Boolean);
}
