// SPDX-License-Identifier: GPL-2.0-or-later
// Two runs on one scrubber: which moment of the other run belongs to this one, and what differs then.

/** @typedef {{steps: import("./time.js").Step[], replay: {events: any[], length: number}, times: any}} Run */

/**
 * A step by its name and how many of that name came before: indexes differ between kernels.
 * @param {Run} run @param {number} index
 */
function nameOf(run, index) {
  const {name} = run.steps[index];
  let nth = 0;
  for (let i = 0; i < index; i++) if (run.steps[i].name === name) nth++;
  return {name, nth};
}

function find(/** @type {Run} */ run, /** @type {{name: string, nth: number}} */ {name, nth}) {
  let seen = 0;
  for (const s of run.steps) if (s.name === name && seen++ === nth) return s.index;
  return -1;
}

/**
 * Positions of the events of a step itself, without those of the calls in it. @param {Run} run
 * @param {number} index
 */
const own = (run, index) =>
  run.replay.events.flatMap((/** @type {BootEvent} */ e, /** @type {number} */ i) =>
    e.step_index === index ? [i + 1] : [],
  );

/**
 * The position of @b where the same step has got as far; a step that @b does not have counts as the one before it.
 * @param {Run} a @param {number} pos @param {Run} b
 */
export function alignPos(a, pos, b) {
  if (pos <= 0) return 0;
  if (pos >= a.replay.length) return b.replay.length;
  for (let p = pos; p > 0; p--) {
    const index = a.replay.events[p - 1].step_index;
    const other = find(b, nameOf(a, index));
    if (other < 0) continue;
    const there = own(b, other);
    if (!there.length) continue;
    if (p !== pos) return there[there.length - 1];
    const mine = own(a, index);
    const n = mine.indexOf(pos);
    return n === mine.length - 1 ? there[there.length - 1] : there[Math.min(n, there.length - 1)];
  }
  return 0;
}

/** @param {Row} a @param {Row} b */
const same = (a, b) => a === b || JSON.stringify(a) === JSON.stringify(b);
/** When something happened is no difference of what is. */
const IGNORED = new Set(["seq", "fn"]);

/**
 * @param {import("./replay.js").Tables} a @param {import("./replay.js").Tables} b
 * @returns {{table: string, key: string, kind: "a"|"b"|"both", fields: [string, any, any][]}[]}
 */
export function diffTables(a, b) {
  const out = [];
  for (const table of [...new Set([...Object.keys(a), ...Object.keys(b)])]) {
    const left = new Map((a[table] ?? []).map((r) => [String(r.key), r]));
    const right = new Map((b[table] ?? []).map((r) => [String(r.key), r]));
    for (const key of new Set([...left.keys(), ...right.keys()])) {
      const x = left.get(key);
      const y = right.get(key);
      if (!x || !y) out.push({table, key, kind: x ? "a" : "b", fields: []});
      else {
        const fields = Object.keys({...x, ...y})
          .filter((k) => !IGNORED.has(k) && !same(x[k], y[k]))
          .map((k) => /** @type {[string, any, any]} */ ([k, x[k], y[k]]));
        if (fields.length) out.push({table, key, kind: "both", fields});
      }
    }
  }
  return /** @type {any} */ (out);
}

/**
 * Rows that differ, as the set of keys that a layout outlines. @returns {Record<string, Set<string>>}
 * @param {ReturnType<typeof diffTables>} diff @param {string} side
 */
export function differing(diff, side) {
  /** @type {Record<string, Set<string>>} */
  const out = {};
  for (const d of diff)
    if (d.kind === "both" || d.kind === side) (out[d.table] ??= new Set()).add(d.key);
  return out;
}
