// @ts-check
// The menu: light, speed, what the lights mean, and the other rooms of the page.

import { html, put } from "./markup.js";
import { say } from "./words.js";

/** @typedef {import("./screen.js").Screen} Screen */

const LIGHTS = ["day", "dusk", "night"];
export const SPEEDS = [1, 3, 7, 30]; // days a second
const ROOMS = ["lessons", "community", "evidence", "researchers"];
const SWATCHES = [
  // how the legend draws each light
  ["background:var(--cold)", "light unknown"],
  ["background:var(--warm)", "light reported"],
  ["background:var(--work)", "light work"],
  ["background:var(--done)", "light solved"],
  ["background:var(--warm);box-shadow:0 0 0 4px color-mix(in srgb,var(--warm) 35%,transparent)", "light old"],
  ["background:var(--warm);width:7px", "light stairs"],
  ["background:var(--warm);border-radius:50%;height:13px", "light building"],
  [
    "background:var(--warm);border-radius:50%;height:11px;width:11px;margin-bottom:9px;box-shadow:0 11px 0 -4px var(--unlit)",
    "light yard",
  ],
];

/** @param {Screen} screen */
export function openMenu(screen) {
  const menu = screen.find("#more");
  /** @param {string} name @param {(string | number)[][]} list @param {string | number} now */
  const choice = (name, list, now) =>
    html`<div class="choice" role="radiogroup" aria-label="${say(name)}" data-name="${name}">
      <h3>${say(name)}</h3>
      <div>
        ${list.map(([value, label]) => html`<button role="radio" data-value="${value}" aria-checked="${value === now}">${label}</button>`)}
      </div>
    </div>`;
  const rooms = html`<nav aria-label="${say("rooms")}">
    ${ROOMS.filter((room) => room === "evidence" || screen.host.can.rooms).map((room) => html`<button class="room" data-room="${room}"><b>${say(`room.${room}`)}</b><span>${say(`room.${room}.about`)}</span></button>`)}
  </nav>`;
  put(
    menu,
    html`${rooms}${choice(
        "light",
        LIGHTS.map((light) => [light, say(`light.${light}`)]),
        screen.light,
      )}${choice(
        "speed",
        SPEEDS.map((n) => [n, n]),
        screen.speed,
      )}
      <h3>${say("legend")}</h3>
      <ul class="legend">
        ${SWATCHES.map(([css, key]) => html`<li><i class="swatch" style="${css}"></i>${say(key)}</li>`)}
      </ul>
      ${
        screen.host.can.share
          ? html`<p class="tools">
              <button class="quiet share">${say("copy link")}</button>
              <button class="quiet file">${say("save file")}</button>
            </p>`
          : ""
      }
      <p class="soft">${say("about")}</p>`,
  );
  menu.hidden = false;
  menu.setAttribute("aria-label", say("more"));
  screen.find("#open-more").setAttribute("aria-expanded", "true");
  for (const button of /** @type {NodeListOf<HTMLButtonElement>} */ (menu.querySelectorAll("[role=radio]")))
    button.onclick = () => {
      const name = /** @type {HTMLElement} */ (button.closest(".choice")).dataset.name;
      if (name === "light") screen.setLight(button.dataset.value ?? "dusk");
      else screen.speed = Number(button.dataset.value);
      openMenu(screen);
      /** @type {HTMLElement | null} */ (
        menu.querySelector(`[data-name="${name}"] [aria-checked="true"]`)
      )?.focus();
    };
  for (const button of /** @type {NodeListOf<HTMLButtonElement>} */ (menu.querySelectorAll(".room")))
    button.onclick = () => screen.enter(button.dataset.room ?? "");
  const file = /** @type {HTMLButtonElement | null} */ (menu.querySelector(".file"));
  if (file) file.onclick = () => screen.saveFile();
  const share = /** @type {HTMLButtonElement | null} */ (menu.querySelector(".share"));
  if (share) share.onclick = () => screen.copy(location.href);
}
