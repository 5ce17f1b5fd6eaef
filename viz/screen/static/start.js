// @ts-check
// Put the first screen into a page: in a shadow root, so that no style of the page reaches it.

import { FileHost, WidgetHost } from "./hosts.js";
import { html, ours, put } from "./markup.js";
import { Screen } from "./screen.js";
import { setWords } from "./words.js";

/** @typedef {{html: string, css: string}} Shell */

const COVER = "position: fixed; inset: 0; overflow-y: auto; background: #f8f4eb; z-index: 999";

/** @param {HTMLElement} element @param {Shell} shell @param {import("./hosts.js").Host} host */
function mount(element, shell, host) {
  const shadow = element.shadowRoot ?? element.attachShadow({ mode: "open" });
  put(
    shadow,
    html`<style>
        ${ours(shell.css)}
      </style>
      <div class="screen" data-light="dusk">${ours(shell.html)}</div>`,
  );
  const screen = new Screen(/** @type {HTMLElement} */ (shadow.querySelector(".screen")), shadow, host);
  screen.attach(host);
  Object.assign(window, { cogovScreen: screen }); // for a page around it, for tests and for the bench
  return screen;
}

const TEXTS = ["place", "a", "b", "lang", "light"],
  NUMBERS = ["seed", "day", "home"]; // parts of a view

/** The view that JSON in an address asks for, without what cannot be one. @param {string | null} text @returns {import("./screen.js").View} */
function viewOf(text) {
  try {
    const parts = Object.entries(JSON.parse(text ?? ""));
    return Object.fromEntries(
      parts.filter(
        ([name, value]) =>
          (TEXTS.includes(name) && typeof value === "string") ||
          (NUMBERS.includes(name) && Number.isInteger(value) && value >= 0),
      ),
    );
  } catch {
    return {};
  }
}
/** The view that the address of a file asks for; a file has one seed. */
function viewOfHash() {
  try {
    const { seed, ...view } = viewOf(decodeURIComponent(location.hash.slice(1)));
    return view;
  } catch {
    return {}; // an address that is no text
  }
}

/** Start from a file that holds everything. @param {HTMLElement} element @param {Shell} shell @param {any} data @param {any} films */
export async function startFile(element, shell, data, films) {
  const view = viewOfHash(),
    asked = new URLSearchParams(location.search).get("lang");
  setWords(data, view.lang ?? asked ?? data.lang);
  const screen = mount(element, shell, new FileHost(films));
  addEventListener("popstate", () => screen.show(viewOfHash()));
  await screen.start(view);
  return screen;
}

/** Start before the server's session is there, with files. @param {string} address */
export async function startEarly(address) {
  const { data, shell, films } = await (await fetch(address)).json();
  const place = document.createElement("div");
  while (!document.body) await new Promise(requestAnimationFrame); // the script may run while the page is read
  place.style.cssText = COVER;
  document.body.append(place);
  const view = viewOf(new URLSearchParams(location.search).get("view"));
  setWords(data, view.lang ?? data.lang);
  const host = new FileHost(films),
    screen = mount(place, shell, host);
  host.remember = () => {};
  const { name } = data.communities[0]; // the files have its first year only
  const { home, ...rest } = view;
  await screen.start({
    ...rest,
    ...(view.place === name ? { home } : {}),
    place: name,
    seed: data.first.seed,
  });
  return { screen, place, view };
}

/** Start in a page that a server keeps alive. @param {any} model  of anywidget @param {HTMLElement} element @param {Shell} shell */
export async function startServed(model, element, shell) {
  const early = await /** @type {any} */ (window).cogovEarly;
  if (early && !early.screen.closed) return takeOver(early, model);
  element.style.cssText = COVER;
  const view = model.get("view") ?? {};
  setWords(model.get("data"), view.lang ?? "en");
  const screen = mount(element, shell, new WidgetHost(model));
  model.on("change:asked", () => screen.show(model.get("asked").view).then(() => screen.remember(false)));
  await screen.recall();
  await screen.start(view);
  return screen;
}

/** Keep what plays already, and let it ask the server from now on. @param {{screen: Screen, place: HTMLElement, view: any}} early @param {any} model */
async function takeOver({ screen, place, view }, model) {
  const close = screen.close.bind(screen);
  screen.attach(new WidgetHost(model));
  screen.close = () => {
    close();
    place.remove();
    Object.assign(window, { cogovEarly: undefined });
  };
  model.on("change:asked", () => screen.show(model.get("asked").view).then(() => screen.remember(false)));
  await screen.recall(); // its own module: this script and the early one share no state
  const shown = screen.view(),
    isOther = ["place", "a", "b", "seed"].some(
      (name) => view[name] !== undefined && view[name] !== shown[name],
    );
  if (isOther) await screen.show(view);
  else screen.askAnswers();
  screen.words();
  screen.line.draw(); // its bars have ends now
  screen.remember(false);
  return screen;
}
