// @ts-check
// What all parts of the list of issues share: what is known of a list, its words, and its elements.

import { element } from "./elements.js";

/**
 * @typedef {{ entry: string, value: string, text: string }} Said  an answer of the visitor
 * @typedef {{ name: string, count: number, ours: string, proposal: string, because: string }} Category
 * @typedef {object} Reading  what was understood, see `describe` in issue_list.py; or refused, or a question
 * @property {string} [refused]
 * @property {string} [question] @property {string} [entry] @property {{value: string, text: string}[]} [answers]
 * @property {number} rows @property {number} used @property {number} rejected
 * @property {{rows: number, why: string}[]} reasons
 * @property {{role: string, label: string, column: string}[]} columns
 * @property {string[]} header @property {string[]} sheets @property {string} sheet
 * @property {string} first @property {string} last @property {string} drawn
 * @property {number} closed @property {number} open @property {number | null} median
 * @property {import("./issue_list_chart.js").Openings} openings
 * @property {Category[]} categories @property {number} more @property {string[]} said
 * @typedef {{ verdict: string, says: string[], learned: string[], together: string[], unknown: string[], said: string[],
 *   toml: string, file_name: string, page: string }} Fit
 * @typedef {object} Kept
 * @property {File | null} file @property {string} lang  in which it was read
 * @property {Said[]} said
 * @property {Reading | null} reading
 * @property {Record<string, string>} chosen  category of the list -> of cogov
 * @property {string} wrong  why there is no list, or no fit
 * @property {{ running: boolean, done: number, of: number, result: Fit | null, note: string }} fit
 * @property {() => void} onChange  what to do when a fit goes on
 * @typedef {{ name: string, label: string, categories: { name: string, label: string }[] }} Family
 * @typedef {object} Options
 * @property {string} lang @property {Record<string, string>} words @property {Family[]} families
 * @property {Kept} kept
 * @property {(question: object, onPart?: (message: any) => void, bytes?: ArrayBuffer) => Promise<any>} ask
 * @property {(question: object) => void} tell  what has no answer
 * @property {() => Promise<string>} caseText  the case file of the form, "" if something is missing there
 * @property {(toml: string) => void} use  show a community
 */

/** @returns {Kept} */
export function nothingKept() {
  const fit = { running: false, done: 0, of: 0, result: null, note: "" };
  return {
    file: null,
    lang: "",
    said: [],
    reading: null,
    chosen: Object.create(null), // a category may be called "constructor"
    wrong: "",
    fit,
    onChange: () => {},
  };
}

let lists = 0; // for ids that differ

/** @typedef {ReturnType<typeof partsOf>} Parts */

/**
 * Return what makes the elements of one list.
 * @param {Options} options
 */
export function partsOf(options) {
  const { lang, families } = options;
  const id = `issue-list-${++lists}`;
  const number = new Intl.NumberFormat(lang === "zh" ? "zh-CN" : "en-GB", { maximumFractionDigits: 1 });
  const labels = new Map(families.flatMap((f) => f.categories.map(({ name, label }) => [name, label])));
  for (const f of families) labels.set(f.name, phrase("family", { family: f.label }));

  /** @param {string} key @param {Record<string, string | number>} [values] */
  function phrase(key, values = {}) {
    const text = options.words[key] ?? key;
    return text.replace(/\{(\w+)\}/g, (whole, name) => (name in values ? String(values[name]) : whole));
  }

  /** @param {string} text @param {string} name @param {() => void} onclick */
  function button(text, name, onclick) {
    const node = element("button", `cf-button ${name}`, { type: "button" }, text);
    node.addEventListener("click", onclick);
    return node;
  }

  /** @param {string} value */
  const labelOf = (value) =>
    labels.get(value) ??
    value
      .split("+")
      .map((name) => labels.get(name) ?? name)
      .join(" + ");

  return { lang, id, number, phrase, element, button, labelOf };
}
