// @ts-check
// Two pages to take along: a brief of what is on show, as a file of the visitor's choice.

import { save } from "./export.js";
import { html, put } from "./markup.js";
import { pageData, say } from "./words.js";

/** @typedef {import("./screen.js").Screen} Screen */

const LANGUAGES = { zh: "中文", en: "English" };
const TYPES = {
  pdf: "application/pdf",
  docx: "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
  pptx: "application/vnd.openxmlformats-officedocument.presentationml.presentation",
};

/** Show the button where a server can make briefs, and there is a finding. @param {Screen} screen @param {boolean} isReady */
export function showTakeAlong(screen, isReady) {
  const button = screen.find("#open-take");
  button.hidden = !isReady || !screen.host.can.rooms || !pageData().briefs;
  button.onclick = () =>
    screen.find("#take").hidden ? openTakeAlong(screen) : screen.shut("#take", "#open-take");
}

/** Draw the panel again, if it is open and makes no file: the sides or the language are others. @param {Screen} screen */
export function refreshTakeAlong(screen) {
  const state = /** @type {HTMLElement | null} */ (screen.find("#take").querySelector(".take-state"));
  if (!screen.find("#take").hidden && state?.hidden) drawTakeAlong(screen);
}

/** @param {Screen} screen */
function openTakeAlong(screen) {
  screen.briefLanguage ??= screen.view().lang;
  drawTakeAlong(screen);
  const panel = screen.find("#take");
  panel.hidden = false;
  panel.style.top = `${screen.find("#open-take").getBoundingClientRect().bottom + 8}px`; // the finding stays visible
  screen.find("#open-take").setAttribute("aria-expanded", "true");
  /** @type {HTMLElement | null} */ (panel.querySelector("[aria-checked=true]"))?.focus();
}

/** @param {Screen} screen */
function drawTakeAlong(screen) {
  const panel = screen.find("#take"),
    briefs = pageData().briefs ?? {},
    missing = Object.values(briefs).some((there) => !there);
  const now = screen.briefLanguage;
  put(
    panel,
    html`<h2>${say("take")}</h2>
      <p>
        ${say("take about", { a: screen.sideTitle(0), b: screen.sideTitle(1), place: screen.placeName() })}
      </p>
      <div class="choice" role="radiogroup" aria-label="${say("take language")}">
        <div>
          ${Object.entries(LANGUAGES).map(([lang, name]) => html`<button role="radio" data-lang="${lang}" lang="${lang}" aria-checked="${lang === now}">${name}</button>`)}
        </div>
      </div>
      <p class="take-kinds">
        ${Object.entries(briefs).map(([kind, there]) => html`<button data-kind="${kind}" ${there ? "" : "disabled"}>${say(`take.${kind}`)}<small>.${kind}</small></button>`)}
      </p>
      ${missing ? html`<p class="soft">${say("take install")}</p>` : ""}
      <div class="take-state" hidden>
        <progress aria-label="${say("take share")}"></progress>
        <p role="status"></p>
        <button class="quiet stop">${say("take stop")}</button>
      </div>
      <p class="take-wrong" role="alert"></p>
      ${screen.community.own ? html`<p class="soft">${say("take own", { name: `${screen.community.name}.toml` })}</p>` : ""}`,
  );
  panel.setAttribute("aria-label", say("take"));
  for (const button of /** @type {NodeListOf<HTMLButtonElement>} */ (panel.querySelectorAll("[role=radio]")))
    button.onclick = () => {
      screen.briefLanguage = button.dataset.lang;
      drawTakeAlong(screen);
      /** @type {HTMLElement | null} */ (panel.querySelector("[aria-checked=true]"))?.focus();
    };
  for (const button of /** @type {NodeListOf<HTMLButtonElement>} */ (panel.querySelectorAll("[data-kind]")))
    button.onclick = () => take(screen, button.dataset.kind ?? "pdf");
  /** @type {HTMLButtonElement} */ (panel.querySelector(".stop")).onclick = () => screen.host.stop();
}

/** Ask for a file, and save it. @param {Screen} screen @param {string} kind */
async function take(screen, kind) {
  const panel = screen.find("#take"),
    /** @param {string} css */
    part = (css) => /** @type {any} */ (panel.querySelector(css)),
    kinds = /** @type {NodeListOf<HTMLButtonElement>} */ (panel.querySelectorAll("[data-kind]"));
  const { place, a, b, seed } = screen.view();
  const enabled = [...kinds].filter((button) => !button.disabled);
  for (const button of enabled) button.disabled = true;
  part(".take-wrong").textContent = "";
  part(".take-state").hidden = false;
  part(".take-state [role=status]").textContent = say("take waits");
  part(".stop").focus();
  let wrong = "";
  try {
    const question = { kind: "brief", place, a, b, seed, file: kind, lang: screen.briefLanguage };
    const { message, bytes } = await screen.host.ask(question, ({ done, of }) => {
      if (!part("progress")) return;
      part("progress").value = done / of;
      if (done === 1 || done % 20 === 0)
        part(".take-state [role=status]").textContent = say("take done", { done, of });
    });
    if (bytes.length)
      save(message.name, new Blob([/** @type {BlobPart} */ (bytes.slice())], { type: TYPES[kind] }));
    else wrong = say("take stopped");
  } catch (error) {
    wrong = String(/** @type {Error} */ (error).message);
  }
  screen.askAnswers(); // which a long question stops
  if (!part(".take-state")) return; // the panel shows something else by now
  for (const button of enabled) button.disabled = false;
  part(".take-state").hidden = true;
  part(".take-wrong").textContent = wrong;
  part(`[data-kind=${kind}]`).focus();
}
