// @ts-check
// Markup for the page, made in one way only: `html` escapes every value that is not markup itself, so that no
// name or text, whoever wrote it, becomes an element. `put` takes nothing else.

/** Markup that may be put into the page. */
export class Markup {
  /** @param {string} text */
  constructor(text) {
    this.text = text;
  }
}

const ESCAPED = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };
/** @param {unknown} value @returns {string} */
function textOf(value) {
  if (value instanceof Markup) return value.text;
  if (Array.isArray(value)) return value.map(textOf).join("");
  if (value === null || value === undefined) return "";
  return String(value).replace(/[&<>"']/g, (c) => ESCAPED[c]);
}

/** A tag for templates: html`<p>${text}</p>`. Lists are joined; null and undefined are nothing. @param {TemplateStringsArray} parts @param {unknown[]} values */
export const html = (parts, ...values) =>
  new Markup(parts.reduce((out, part, k) => out + textOf(values[k - 1]) + part));

/** Text of a catalogue, in which <b> and <b class="a"> may stand, and nothing else. @param {string} text */
export const emphasised = (text) =>
  new Markup(
    textOf(text).replace(/&lt;(\/?b|b class=)(&quot;([ab])&quot;)?&gt;/g, (_, tag, __, side) =>
      side ? `<b class="${side}">` : `<${tag}>`,
    ),
  );
/** Markup from our own files. @param {string} text */
export const ours = (text) => new Markup(text);

/** Replace what is in an element. @param {Element | ShadowRoot} element @param {Markup} markup */
export function put(element, markup) {
  if (!(markup instanceof Markup)) throw new TypeError("only markup made by `html` is put into the page");
  element.innerHTML = markup.text;
}
