// @ts-check
// Texts in both languages, numbers and dates. The texts come from engine/texts with the page's data.

/**
 * What the page is told once: texts, constants of the model, and what there is to choose.
 * @typedef {object} PageData
 * @property {Record<string, Record<string, string>>} texts  language -> key -> text
 * @property {string[]} what  names of events
 * @property {string[]} scopes  where an issue can be seen
 * @property {Community[]} communities
 * @property {{name: string, group: string}[]} mechanisms
 * @property {string[]} groups  purposes of mechanisms
 * @property {string[]} payers  who gives hours
 * @property {string} version
 * @property {{a: string, b: string, seed: number}} first  what is shown where the address is silent
 * @property {{luck: number, worlds: number}} runs  how many years of each kind an answer has
 * @property {Record<string, boolean>} [briefs]  kinds of files to take along, and whether a server can make them
 *
 * @typedef {object} Community
 * @property {string} name  as the command line calls it
 * @property {Record<string, string>} title  language -> short title
 * @property {Record<string, string>} size
 * @property {string[]} reported  mechanisms that a report tells of
 * @property {Record<string, {strength?: number, first_day?: number, last_day?: number}>} usual  what the case says of mechanisms
 * @property {Record<string, string[]>} yards  language -> names of the compounds
 * @property {Record<string, Record<string, string>>} categories  language -> category of issues -> name
 * @property {boolean} own  not one that ships
 * @property {boolean} served  known to the server's other rooms
 * @property {Record<string, string>} story @property {string} provenance
 * @property {Record<string, string[]>} given  language -> numbers that a report gives
 */

/** @type {PageData} */
let data;
let language = "en";

/** @param {PageData} given @param {string} wanted */
export function setWords(given, wanted) {
  data = given;
  setLanguage(wanted);
}
/** @param {string} wanted */
export function setLanguage(wanted) {
  language = wanted in data.texts ? wanted : "en";
}
export const pageData = () => data;
export const currentLanguage = () => language;
export const isChinese = () => language === "zh";

/**
 * The text of a key, with its {placeholders} filled in; the key itself where there is no text.
 * @param {string} key @param {Record<string, string | number>} [values]
 */
export function say(key, values = {}) {
  const text = data.texts[language][key] ?? data.texts.en[key] ?? key;
  return text.replace(/\{(\w+)\}/g, (_, name) => String(values[name] ?? ""));
}
/** @param {string} key */
export const hasText = (key) => key in data.texts.en;

/** The name of a mechanism. @param {string} name */
export const mechanismName = (name) => say(`mechanism.${name}`);
/** The name of a mechanism inside a sentence. @param {string} name */
export const mechanismInText = (name) => say(`in_text.${name}`);
/** What has happened, by category of issue. @param {string} category @param {Community} community */
export const troubleName = (category, community) =>
  hasText(`trouble.${category}`)
    ? say(`trouble.${category}`)
    : (community.categories[language][category] ?? category);
/** @param {string} text */
export const capital = (text) => text.charAt(0).toUpperCase() + text.slice(1);

/** @param {number} n */
export const whole = (n) => Math.round(n).toLocaleString("en");
/** A difference with its sign. @param {number} n */
export const signed = (n) => (Math.round(n) > 0 ? "+" : Math.round(n) < 0 ? "−" : "±") + whole(Math.abs(n));
/** A number of days in words. @param {number} n */
export const spanOfDays = (n) =>
  n <= 0 ? say("same day") : n === 1 ? say("one day") : say("days", { n: whole(n) });

const LENGTHS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
/**
 * Year from 0, month 0..11 and day of the month, of a day of a run that begins in `firstMonth` 1..12.
 * @param {number} day @param {number} firstMonth
 */
export function calendar(day, firstMonth) {
  let month = firstMonth - 1;
  let rest = Math.max(0, Math.floor(day));
  let year = 0;
  while (rest >= LENGTHS[month]) {
    rest -= LENGTHS[month];
    month += 1;
    if (month === 12) [month, year] = [0, year + 1];
  }
  return { year, month, date: rest + 1 };
}
/** The first day of each month of a run: {day, month, year}. @param {number} days @param {number} firstMonth */
export function monthsOf(days, firstMonth) {
  const months = [];
  for (let day = 0, month = firstMonth - 1, year = 0; day < days;) {
    months.push({ day, month, year });
    day += LENGTHS[month];
    month += 1;
    if (month === 12) [month, year] = [0, year + 1];
  }
  return months;
}
/** @param {number} month 0..11 */
export const monthName = (month) => say("months").split(",")[month];
/** @param {number} day @param {number} firstMonth */
export function dateOf(day, firstMonth) {
  const { month, date } = calendar(day, firstMonth);
  return say("date", { month: monthName(month), date });
}
