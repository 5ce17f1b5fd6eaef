// @ts-check
// Put the first screen into a page: in a shadow root, so that no style of the page reaches it.

import { FileHost, WidgetHost } from "./hosts.js";
import { Screen } from "./screen.js";
import { setWords } from "./words.js";

/** @typedef {{html: string, css: string}} Shell */

/** @param {HTMLElement} element @param {Shell} shell @param {import("./hosts.js").Host} host */
function mount(element, shell, host) {
  const shadow = element.shadowRoot ?? element.attachShadow({ mode: "open" });
  shadow.innerHTML = `<style>${shell.css}</style><div class="screen" data-light="dusk">${shell.html}</div>`;
  return new Screen(/** @type {HTMLElement} */ (shadow.querySelector(".screen")), shadow, host);
}

/** The view that an address asks for. @param {string} text  of "#..." */
function viewOf(text) {
  try {
    return JSON.parse(decodeURIComponent(text.replace(/^#/, ""))) ?? {};
  } catch {
    return {};
  }
}

/** Start from a file that holds everything. @param {HTMLElement} element @param {Shell} shell @param {any} data @param {any} films */
export async function startFile(element, shell, data, films) {
  const view = viewOf(location.hash), asked = new URLSearchParams(location.search).get("lang");
  setWords(data, view.lang ?? asked ?? data.lang ?? (navigator.language.startsWith("zh") ? "zh" : "en"));
  const screen = mount(element, shell, new FileHost(films));
  addEventListener("popstate", () => screen.show(viewOf(location.hash)));
  await screen.start(view);
  return screen;
}

/** Start in a page that a server keeps alive. @param {any} model  of anywidget @param {HTMLElement} element @param {Shell} shell */
export async function startServed(model, element, shell) {
  const view = model.get("view") ?? {};
  setWords(model.get("data"), view.lang ?? "en");
  const screen = mount(element, shell, new WidgetHost(model));
  model.on("change:asked", () => screen.show(model.get("asked")));
  await screen.start(view);
  return screen;
}
