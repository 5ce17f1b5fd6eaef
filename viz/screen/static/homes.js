// @ts-check
// Homes: what a household lives with, the home that is followed, and its story in plain sentences.

import { html } from "./markup.js";
import { noise } from "./palette.js";
import {
  BUILDING,
  COMPOUND,
  HOME,
  LAPSED,
  MONEY,
  REPORTED,
  RESOLVED,
  SAME_HOME,
  SIGN,
  STAIRWELL,
  TABLE,
  UNKNOWN,
  UPWARD,
  VERIFIED,
  WITHDRAWN,
  WORK,
} from "./recording.js";
import {
  capital,
  dateOf,
  hasText,
  isChinese,
  mechanismName,
  pageData,
  say,
  spanOfDays,
  troubleName,
} from "./words.js";

/** @typedef {import("./recording.js").Film} Film */
/** @typedef {import("./recording.js").Year} Year */

const SAME = 1; // weighted issue-days: a home whose burden changes by less is as well off as before
const SEVERAL = 2; // issues of a home, that there be something to tell
const LONG = 30; // days
const WAITS = { [TABLE]: "table", [SIGN]: "sign", [MONEY]: "money", [UPWARD]: "upward", [WORK]: "work" };

/**
 * The burden of each household: issue-days, an issue of severity s counting 1 + s times; an issue of a place is
 * shared by all homes there, as in experiments/comparison/who_gains.py, but for issues of the street.
 * @param {Film} film @param {Year} year
 */
export function burdens(film, year) {
  const { issue, place } = film,
    homes = place.flat_building.length,
    burden = new Float64Array(homes);
  /** @type {Map<string, number>} */
  const weights = new Map(),
    counts = new Map();
  /** @param {number} f */
  const keysOf = (f) => {
    const b = place.flat_building[f];
    return [
      `${STAIRWELL}/${b}/${place.flat_stairwell[f]}`,
      `${BUILDING}/${b}`,
      `${COMPOUND}/${place.building_compound[b]}`,
    ];
  };
  for (let i = 0; i < film.issues; i++) {
    const days = year.daysOpen(i);
    if (!days) continue;
    const weight = (1 + issue.severity[i]) * days,
      scope = issue.scope[i],
      b = issue.building[i];
    if (issue.flat[i] >= 0) burden[issue.flat[i]] += weight;
    else {
      const key =
        scope === STAIRWELL
          ? `${scope}/${b}/${issue.stairwell[i]}`
          : scope === BUILDING
            ? `${scope}/${b}`
            : `${COMPOUND}/${place.building_compound[b]}`;
      if (scope <= COMPOUND) weights.set(key, (weights.get(key) ?? 0) + weight);
    }
  }
  for (let f = 0; f < homes; f++) for (const key of keysOf(f)) counts.set(key, (counts.get(key) ?? 0) + 1);
  for (let f = 0; f < homes; f++)
    for (const key of keysOf(f)) burden[f] += (weights.get(key) ?? 0) / counts.get(key);
  return burden;
}

/** @typedef {{better: number[], worse: number[], same: number[], change: Float64Array}} Gains  homes by whether they live with less */
/** @param {Film} film @param {Year} a @param {Year} b @returns {Gains} */
export function gainsOf(film, a, b) {
  const without = burdens(film, a),
    change = burdens(film, b).map((x, f) => x - without[f]);
  /** @type {Gains} */
  const gains = { better: [], worse: [], same: [], change };
  change.forEach((d, f) => (Math.abs(d) < SAME ? gains.same : d < 0 ? gains.better : gains.worse).push(f));
  return gains;
}

/**
 * Homes to follow, by a rule that does not flatter: of the homes that have SEVERAL issues of their own and live
 * with more or less than on the other side, the one in the middle; then others, ever further from the middle, to
 * both sides in turn.
 * @param {Film} film @param {Year} a @param {Year} b @param {Gains} gains @returns {number[]}
 */
export function homesToFollow(film, a, b, gains) {
  const count = new Map();
  for (let i = 0; i < film.issues; i++)
    if (film.issue.scope[i] === HOME && film.issue.flat[i] >= 0 && isInBoth(a, b, i))
      count.set(film.issue.flat[i], (count.get(film.issue.flat[i]) ?? 0) + 1);
  const differ = [...gains.better, ...gains.worse].sort((f, g) => gains.change[f] - gains.change[g]);
  const told = differ.filter((f) => count.get(f) >= SEVERAL),
    list = told.length ? told : differ,
    middle = Math.floor((list.length - 1) / 2);
  const order = [];
  for (let step = 0; step <= list.length && order.length < list.length; step++)
    for (const k of step ? [middle + step, middle - step] : [middle])
      if (k >= 0 && k < list.length) order.push(list[k]);
  return order.length ? order : [Math.floor(noise(film.issues) * film.place.flat_building.length)];
}

/** Whether an issue arose on both sides on the same day, so that its two lives can be compared. @param {Year} a @param {Year} b @param {number} i */
export const isInBoth = (a, b, i) =>
  a.arose(i) >= 0 && b.arose(i) >= 0 && Math.abs(a.arose(i) - b.arose(i)) <= 1;

/** Issues that touch a home: its own, and its stairwell's. @param {Film} film @param {number} f */
export function issuesOf(film, f) {
  const { issue, place } = film,
    list = [];
  for (let i = 0; i < film.issues; i++)
    if (
      issue.flat[i] === f ||
      (issue.scope[i] === STAIRWELL &&
        issue.building[i] === place.flat_building[f] &&
        issue.stairwell[i] === place.flat_stairwell[f])
    )
      list.push(i);
  return list;
}

/**
 * Which of a home's issues is told on each day: the one that shows most, kept for a while. -1 for none.
 * @param {Film} film @param {Year} a @param {Year} b @param {number} f
 */
export function storyByDay(film, a, b, f) {
  const plan = new Int32Array(film.days + 1).fill(-1),
    list = issuesOf(film, f).filter((i) => isInBoth(a, b, i));
  /** @param {number} i */
  const over = (i) => Math.max(a.ended(i), b.ended(i));
  let held = -1,
    since = -99;
  for (let day = 0; day <= film.days; day++) {
    let best = -1,
      most = -99;
    for (const i of list) {
      const from = Math.max(a.arose(i), b.arose(i));
      if (day < from || day > over(i) + 60) continue;
      const gap = Math.abs(a.ended(i) - b.ended(i)),
        fresh = Math.max(0, 40 - (day - from)) / 10;
      let weight = fresh + gap / 30 + (film.issue.scope[i] === HOME ? 4 : 1);
      if (day > over(i) + 12) weight -= 6;
      if ((a.isResolved(i) || b.isResolved(i)) && gap > 10) weight += 6;
      if (gap < 3) weight -= 4;
      if (over(i) - from < 8) weight -= 2;
      if (weight > most) [best, most] = [i, weight];
    }
    const isTold = held >= 0 && day > over(held) + 4;
    if (best !== held && (day - since >= 18 || held < 0 || isTold)) [held, since] = [best, day];
    plan[day] = held;
  }
  return plan;
}

/** @param {Film} film @param {number} i */
export function troubleOf(film, i) {
  const community =
    pageData().communities.find((c) => c.name === film.reference.case) ?? pageData().communities[0];
  return troubleName(film.categories[film.issue.category[i]], community);
}
/** @param {string} mechanism */
function actorName(mechanism) {
  if (!mechanism) return say("crew");
  return hasText(`actor.${mechanism}`) ? say(`actor.${mechanism}`) : mechanismName(mechanism);
}
/** Who reported an issue, or gave up on it. @param {Year} year @param {number} e */
function residentOf(year, e) {
  if (year.by[e]) return actorName(year.actor(e));
  const who = year.who[e];
  return say(!who ? "somebody" : who > SAME_HOME ? "self" : "neighbour");
}

/**
 * Where an issue stands on a day, in a sentence, with its mood (0 calm, 1 waiting, 2 tired) and its light.
 * @param {Year} year @param {number} i @param {number} day
 */
export function standingOf(year, i, day) {
  const calm = { text: say("stands calm"), mood: 0, light: "unlit" };
  if (i < 0) return calm;
  let e = -1;
  for (let k = year.first[i]; k < year.first[i + 1] && year.day[k] <= day; k++) e = k;
  if (e < 0) return calm;
  const what = troubleOf(year.film, i),
    arose = year.arose(i),
    n = day - arose,
    mood = n > LONG ? 2 : 1,
    state = year.state_after[e];
  if (state === UNKNOWN)
    return {
      text: say(n < 2 ? "stands new" : "stands unknown", { what, n: spanOfDays(n) }),
      mood,
      light: "cold",
    };
  if (state === REPORTED) {
    let who = say("somebody");
    for (let k = year.first[i]; k <= e; k++)
      if (pageData().what[year.what[k]] === "reported") who = residentOf(year, k);
    return { text: say("stands reported", { what, who, n: spanOfDays(n) }), mood, light: "warm" };
  }
  if (state === RESOLVED || state === VERIFIED) {
    let k = e;
    while (k > year.first[i] && year.state_after[k] !== RESOLVED) k--;
    const took = year.day[k] - arose;
    return {
      text: say("stands solved", {
        what,
        who: actorName(year.actor(k)),
        n: took ? spanOfDays(took) : say("one day"),
      }),
      mood: 0,
      light: day - year.day[k] < 8 ? "done" : "unlit",
    };
  }
  if (state === WITHDRAWN)
    return {
      text: say("stands withdrawn", { what, n: spanOfDays(year.day[e] - arose) }),
      mood: 2,
      light: "unlit",
    };
  if (state === LAPSED)
    return {
      text: say("stands lapsed", { what, n: spanOfDays(year.day[e] - arose) }),
      mood: 1,
      light: "unlit",
    };
  return { text: say(`stands ${WAITS[state]}`, { what, n: spanOfDays(n) }), mood, light: "warm" };
}

/** The whole life of an issue on one side: {day, text} each. @param {Year} year @param {number} i */
export function lifeOf(year, i) {
  const lines = [];
  for (let e = year.first[i]; e < year.first[i + 1]; e++) {
    const what = pageData().what[year.what[e]],
      isFound = what === "reported" && year.by[e] > 0;
    const who = what === "reported" || what === "withdrawn" ? residentOf(year, e) : actorName(year.actor(e));
    const text = say(isFound ? "event found" : `event ${what}`, { who, what: troubleOf(year.film, i) });
    lines.push({ day: year.day[e], text: isChinese() ? text : capital(text) });
  }
  return lines;
}

/** @param {Film} film @param {number} f */
export const addressOf = (film, f) =>
  say("address", {
    b: film.place.flat_building[f] + 1,
    s: film.place.flat_stairwell[f] + 1,
    f: film.place.flat_floor[f],
    k: film.place.flat_slot[f] + 1,
  });
/** @param {Film} film @param {number} f */
export const homeName = (film, f) =>
  say(film.place.flat_elders[f] ? "elder at" : "home at", { where: addressOf(film, f) });

/** A face at a window: hair by age, mouth by mood, the pane by the light; HTML. @param {number} mood @param {string} light @param {boolean} isElder @param {number} n */
export function portrait(mood, light, isElder, n) {
  const mouth = ["M16 27.5q4 3.2 8 0", "M16.5 28.5h7", "M16 29.8q4-3.2 8 0"][mood],
    kind = Math.floor(noise(n + 0.2) * 3);
  const hair = isElder ? ["#d9d6de", "#b9b4bf", "#efeaf0"][kind] : ["#3a2b33", "#2b2530", "#57402f"][kind];
  const top = [
    html`<circle cx="20" cy="8" r="3.4" fill="${hair}" />`,
    "",
    html`<path d="M10 15q10-9 20 0l1 9q-1-6-3-8h-16q-2 2-3 8z" fill="${hair}" />`,
  ][kind];
  const brow = mood === 2 ? '<path d="M14.2 18.6l3.2-1.1M25.8 18.6l-3.2-1.1" class="ink"/>' : "";
  return html`<svg class="portrait" viewBox="0 0 40 44" aria-hidden="true">
    <rect x="1" y="1" width="38" height="42" rx="4" style="fill:var(--${light})" />
    <path d="M4 43c1-8 7-11.5 16-11.5S35 35 36 43z" fill="${isElder ? "#8d6f86" : "#4f7d78"}" />
    <circle cx="20" cy="22" r="10.5" fill="#f2cfae" />
    <path
      d="M9.3 22C8.500 12 14 8.500 20 8.500S31.500 12 30.700 22c-1.500-5-4-7.500-10.700-7.500S10.800 17 9.300 22z"
      fill="${hair}"
    />
    ${isElder || kind === 2 ? top : ""}
    <circle cx="16" cy="21.5" r="1.25" fill="#3a2b33" />
    <circle cx="24" cy="21.5" r="1.25" fill="#3a2b33" />
    ${brow}
    <path d="${mouth}" class="ink" />
    <rect
      x="1"
      y="1"
      width="38"
      height="42"
      rx="4"
      fill="none"
      stroke="rgba(0,0,0,.28)"
      stroke-width="1.500"
    />
  </svg>`;
}
