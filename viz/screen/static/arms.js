// @ts-check
// Arms: which mechanisms are on, how strongly and when; their names, and the commands that run them.

import { capital, isChinese, mechanismInText, mechanismName, pageData, say } from "./words.js";

/** @typedef {{strength?: number, first_day?: number, last_day?: number}} Settings */
/** @typedef {Record<string, Settings>} Arm  mechanism -> its settings, where they are not the model's own */

/** @type {Arm} */
export const NOTHING = {};
const PATHS = ["strength", "first_day", "last_day"];

/** The same text for the same arm. @param {Arm} arm */
export function keyOf(arm) {
  return Object.keys(arm)
    .sort()
    .map((name) =>
      [name, ...PATHS.filter((p) => arm[name][p] !== undefined).map((p) => `${p}=${arm[name][p]}`)].join(":"),
    )
    .join("+");
}
/** The arm of a key, without mechanisms that there are not. @param {string} key @returns {Arm} */
export function armOf(key) {
  /** @type {Arm} */
  const arm = {};
  for (const part of key.split("+").filter(Boolean)) {
    const [name, ...settings] = part.split(":");
    if (!pageData().mechanisms.some((m) => m.name === name)) continue;
    arm[name] = Object.fromEntries(
      settings
        .map((s) => [s.split("=")[0], Number(s.split("=")[1])])
        .filter(([p, v]) => PATHS.includes(String(p)) && Number.isFinite(v)),
    );
  }
  return arm;
}
/** @param {readonly string[]} names @returns {Arm} */
export const armWith = (names) => Object.fromEntries(names.map((name) => [name, {}]));
/** @param {Arm} arm */
export const isNothing = (arm) => Object.keys(arm).length === 0;
/** @param {Arm} arm @param {readonly string[]} reported */
export const isReported = (arm, reported) => keyOf(arm) === keyOf(armWith(reported)) && reported.length > 0;

/** The name of an arm inside a sentence. @param {Arm} arm @param {readonly string[]} reported */
export function nameOfArm(arm, reported) {
  const names = Object.keys(arm).sort(),
    settings = Object.values(arm);
  if (!names.length) return say("nothing on");
  if (isReported(arm, reported)) return say("all reported");
  const isShort = settings.some((set) => set.first_day !== undefined || set.last_day !== undefined),
    { strength } = names.length === 1 ? settings[0] : {};
  let m =
    names.length > 2
      ? say("several mechanisms", { n: names.length })
      : names.map(mechanismInText).join(say("and"));
  if (strength !== undefined) m = say("at strength", { m, n: Math.round(100 * strength) });
  return isShort ? say("part of the time", { m }) : m;
}
/** The names of all mechanisms of an arm, as a list. @param {Arm} arm */
export const listOfArm = (arm) =>
  Object.keys(arm).map(mechanismName).join(say("comma")) || capital(say("nothing on"));
/** Whether the name of an arm is a plural in English. @param {Arm} arm @param {readonly string[]} reported */
export function isPlural(arm, reported) {
  const names = Object.keys(arm);
  return (
    !isChinese() &&
    (names.length > 1
      ? !isReported(arm, reported)
      : names.some((name) => pageData().texts.en[`plural.${name}`]))
  );
}

/** The flags of settings. @param {Arm} arm */
const settingsOf = (arm) =>
  Object.entries(arm).flatMap(([name, set]) =>
    PATHS.filter((p) => set[p] !== undefined).map((p) => `--set mechanisms.${name}.${p}=${set[p]}`),
  );

/** How commands call a community. @param {import("./words.js").Community} community */
export const fileOf = (community) => (community.own ? `${community.name}.toml` : community.name);

/**
 * The words of a command that compares a community with `kept` on with the same and `tried`.
 * @param {import("./words.js").Community} community @param {string[]} kept @param {string[]} tried @param {Arm} arm
 */
function armWords(community, kept, tried, arm) {
  const off = community.reported.filter((name) => !kept.includes(name) && !tried.includes(name));
  const on = kept.filter((name) => !community.reported.includes(name));
  return [
    fileOf(community),
    ...tried.map((n) => `--mechanism ${n}`),
    ...on.map((n) => `--on ${n}`),
    ...off.map((n) => `--off ${n}`),
    ...settingsOf(arm),
  ];
}

/**
 * The command that prints the numbers of an arm against another; two commands, each against no mechanism,
 * where neither arm has all of the other's mechanisms.
 * @param {import("./words.js").Community} community @param {Arm} a @param {Arm} b @param {number} days @param {number} seed
 * @returns {string[]}
 */
export function commandsOf(community, a, b, days, seed) {
  const { luck, worlds } = pageData().runs,
    runs = `--days ${days} --seed ${seed} --replicates ${luck} --worlds ${worlds}`;
  /** @param {string[]} kept @param {string[]} tried @param {Arm} arm */
  const command = (kept, tried, arm) =>
    ["cogov compare", ...armWords(community, kept, tried, arm), runs].join(" ");
  const inA = Object.keys(a),
    inB = Object.keys(b),
    isNested = inA.every((name) => b[name] && keyOf({ [name]: a[name] }) === keyOf({ [name]: b[name] }));
  if (isNested)
    return [
      command(
        inA,
        inB.filter((name) => !inA.includes(name)),
        b,
      ),
    ];
  return [a, b].filter((arm) => !isNothing(arm)).map((arm) => command([], Object.keys(arm), arm));
}

/**
 * The command that prints through what a mechanism works, on top of an arm.
 * @param {import("./words.js").Community} community @param {Arm} a @param {string} name @param {Arm} b
 * @param {number} days @param {number} seed @param {number} worlds
 */
export const pathsCommand = (community, a, name, b, days, seed, worlds) =>
  [
    "cogov paths",
    ...armWords(community, Object.keys(a), [name], b),
    `--days ${days} --seed ${seed} --worlds ${worlds}`,
  ].join(" ");
