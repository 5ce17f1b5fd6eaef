// @ts-check
// What many years say of two arms: years that differ by luck alone, and plausible worlds. Runs are paired by
// their number: both arms of a pair share random numbers, and in a world everything that nobody knows.

/** @typedef {Record<string, number | null>} Run  measure -> value, of one simulated year */
/** @typedef {{luck: Run[], worlds: Run[]}} Answer */

export const LEAST = 10; // worlds below which no range is given, as in experiments/statistics/plausible_effects.py
export const LITTLE = 1; // points of 100 issues: a difference that matters to nobody
const EARLY = 5; // years of luck below which nothing is called undecided
const MOST = 0.9; // share of worlds that must agree
const RATE = "resolution_rate";

/** @returns {Answer} */
export const noAnswer = () => ({ luck: [], worlds: [] });

/** @param {Run[]} runs @param {string} measure @returns {number[]} */
export const valuesOf = (runs, measure) =>
  runs
    .map((run) => run?.[measure])
    .filter((v) => v !== null && v !== undefined)
    .map(Number);
/** @param {number[]} list */
export const mean = (list) => list.reduce((a, b) => a + b, 0) / list.length;

/** The differences b - a of paired runs. @param {Run[]} a @param {Run[]} b @param {string} measure @returns {number[]} */
export function differences(a, b, measure) {
  const out = [];
  for (let k = 0; k < Math.min(a.length, b.length); k++) {
    const x = a[k]?.[measure],
      y = b[k]?.[measure];
    if (x !== null && x !== undefined && y !== null && y !== undefined) out.push(y - x);
  }
  return out;
}

/**
 * The value below which a further draw lies with probability p (Weibull's quantile, as in the command line).
 * @param {number[]} list @param {number} p
 */
export function quantile(list, p) {
  const sorted = [...list].sort((a, b) => a - b),
    at = p * (sorted.length + 1) - 1,
    k = Math.floor(at);
  if (at <= 0) return sorted[0];
  if (at >= sorted.length - 1) return sorted[sorted.length - 1];
  return sorted[k] + (at - k) * (sorted[k + 1] - sorted[k]);
}
/** The range of nine of ten. @param {number[]} list @returns {[number, number]} */
export const nineOfTen = (list) => [quantile(list, 0.05), quantile(list, 0.95)];

/** Half the width of Student's 95 % interval of a mean; NaN of one value. @param {number[]} list */
export function halfWidth(list) {
  const n = list.length,
    m = mean(list);
  if (n < 2) return NaN;
  const T = [
    12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.16, 2.145, 2.131,
    2.12, 2.11, 2.101, 2.093,
  ];
  const t = T[n - 2] ?? 1.96 + 2.4 / (n - 2);
  return t * Math.sqrt(list.reduce((s, x) => s + (x - m) ** 2, 0) / (n - 1) / n);
}

/**
 * What is known of B against A: "waits" while there is no pair yet; "raises" or "lowers" if nine of ten worlds
 * agree; "little" if in nine of ten the difference is at most LITTLE; else "undecided". Until all wanted worlds
 * have come in, the years of luck decide by their interval, and before there are EARLY of them, their mean.
 * @param {Answer} a @param {Answer} b @param {{luck: number, worlds: number}} wanted  runs of a whole answer
 */
export function findingOf(a, b, wanted) {
  const worlds = differences(a.worlds, b.worlds, RATE).map((d) => 100 * d),
    luck = differences(a.luck, b.luck, RATE).map((d) => 100 * d);
  const common = Math.min(a.luck.length, b.luck.length);
  const rateA = 100 * mean(valuesOf(a.luck.slice(0, common), RATE)),
    rateB = 100 * mean(valuesOf(b.luck.slice(0, common), RATE));
  let kind = "waits";
  if (worlds.length >= Math.max(LEAST, wanted.worlds)) {
    /** @param {(d: number) => boolean} holds */
    const share = (holds) => worlds.filter(holds).length / worlds.length;
    kind =
      share((d) => Math.abs(d) <= LITTLE) >= MOST
        ? "little"
        : share((d) => d > 0) >= MOST
          ? "raises"
          : share((d) => d < 0) >= MOST
            ? "lowers"
            : "undecided";
  } else if (luck.length) {
    const d = mean(luck),
      half = halfWidth(luck);
    kind =
      Math.abs(d) <= LITTLE
        ? "little"
        : luck.length >= EARLY && Math.abs(d) <= half
          ? "undecided"
          : d > 0
            ? "raises"
            : "lowers";
  }
  return { kind, rateA, rateB, luck, worlds, isEarly: luck.length < Math.min(EARLY, wanted.luck) };
}
