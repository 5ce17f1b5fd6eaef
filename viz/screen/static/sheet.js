// @ts-check
// The sheet that opens on a click: a building, or a home with its people and each issue's two lives.

import { homeName, isInBoth, issuesOf, lifeOf, portrait, troubleOf } from "./homes.js";
import { html, put } from "./markup.js";
import { HOUSEBOUND, MEMBER, VOLUNTEER } from "./recording.js";
import { dateOf, say, spanOfDays } from "./words.js";

/** @typedef {import("./screen.js").Screen} Screen */

const MOST = 14; // issues in a sheet

/** @param {Screen} screen @param {{house: number, flat?: number}} at */
export function openSheet(screen, { house, flat = -1 }) {
  const {
      film,
      years: [a, b],
    } = screen,
    sheet = screen.find("#sheet"),
    day = Math.floor(screen.day);
  const list =
    flat >= 0
      ? issuesOf(film, flat)
      : Array.from({ length: film.issues }, (_, i) => i).filter((i) => film.issue.building[i] === house);
  /** @param {import("./recording.js").Year} year @param {number} i */
  const isOpen = (year, i) => year.arose(i) >= 0 && year.arose(i) <= day && year.ended(i) > day;
  /** @param {number} i */
  const weight = (i) =>
    (isInBoth(a, b, i) ? 100 : 0) +
    3 * Math.min(150, Math.abs(a.ended(i) - b.ended(i))) +
    (film.issue.flat[i] === flat ? 60 : 0) +
    (isOpen(a, i) || isOpen(b, i) ? 30 : 0);
  const shown = list
      .filter((i) => Math.max(a.ended(i), b.ended(i)) >= 0)
      .sort((i, j) => weight(j) - weight(i)),
    known = shown.slice(0, MOST);
  const title = flat >= 0 ? homeName(film, flat) : screen.houseName(house);
  const under =
    flat >= 0
      ? screen.houseName(house)
      : say("open here", {
          a: list.filter((i) => isOpen(a, i)).length,
          b: list.filter((i) => isOpen(b, i)).length,
          A: screen.sideName(0),
          B: screen.sideName(1),
        });
  put(
    sheet,
    html`<div class="top">
        <h3>${title}</h3>
        <p>${under}</p>
        <button class="x" aria-label="${say("close")}">×</button>
      </div>
      ${
        flat >= 0
          ? html`<div class="who">
              ${portrait(0, "unlit", film.place.flat_elders[flat] > 0, flat)}
              <div>${peopleOf(screen, flat)}</div>
              ${screen.home === flat ? "" : html`<button class="follow">${say("follow")}</button>`}
            </div>`
          : ""
      }
      ${flat >= 0 && screen.home === flat && screen.isChosen ? html`<p class="soft">${say("chosen")} <button class="link another">${say("another")}</button></p>` : ""}
      <h4>${say("two years")}</h4>
      ${known.length ? "" : html`<p class="soft">${say("none here")}</p>`}
      ${known.map((i, k) => issueHtml(screen, i, k < 2))}${shown.length > MOST ? html`<p class="soft">${say("and more", { n: shown.length - MOST })}</p>` : ""}`,
  );
  sheet.hidden = false;
  sheet.setAttribute("aria-label", title);
  screen.root.dataset.sheet = "";
  const close = /** @type {HTMLButtonElement} */ (sheet.querySelector(".x"));
  close.onclick = () => screen.out();
  const follow = /** @type {HTMLButtonElement | null} */ (sheet.querySelector(".follow")),
    another = /** @type {HTMLButtonElement | null} */ (sheet.querySelector(".another"));
  if (follow)
    follow.onclick = () => {
      screen.follow(flat);
      openSheet(screen, { house, flat });
    };
  if (another) another.onclick = () => screen.followAnother(true);
  close.focus({ preventScroll: true });
}

/** @param {Screen} screen @param {number} flat */
function peopleOf(screen, flat) {
  const p = screen.film.place,
    traits = p.flat_traits[flat];
  /** @param {number} count @param {string} key */
  const some = (count, key) => (count ? say(count === 1 ? `one ${key}` : `n ${key}`, { n: count }) : "");
  return [
    some(p.flat_elders[flat], "elder"),
    some(p.flat_adults[flat], "adult"),
    some(p.flat_children[flat], "child"),
    say(p.flat_owner[flat] ? "owners" : "tenants"),
    p.flat_away[flat] && say("mostly away"),
    traits & MEMBER && say("a member"),
    traits & VOLUNTEER && say("a volunteer"),
    traits & HOUSEBOUND && say("one housebound"),
  ]
    .filter(Boolean)
    .map((text) => html`<span class="fact">${text}</span>`);
}

/** An issue and its two lives side by side, with a small line of days each. @param {Screen} screen @param {number} i @param {boolean} isOpen */
function issueHtml(screen, i, isOpen) {
  const { film, years } = screen;
  const ends = years.map((year) =>
    year.arose(i) < 0
      ? "–"
      : year.isResolved(i)
        ? `✓ ${spanOfDays(Math.max(1, year.ended(i) - year.arose(i)))}`
        : say(year.ended(i) > film.days ? "still open" : "never solved"),
  );
  const lives = years.map((year, k) => {
    const lines = lifeOf(year, i).map(
      ({ day, text }) => html`<li><i>${dateOf(day, film.firstMonth)}</i> ${text}</li>`,
    );
    return html`<ol class="${k ? "b" : "a"}" aria-label="${screen.sideName(k)}">
      ${lines.length ? lines : html`<li>${say("never arose")}</li>`}
    </ol>`;
  });
  return html`<details ${isOpen ? "open" : ""}>
    <summary>
      <span>${troubleOf(film, i)}</span><em class="a">${ends[0]}</em><em class="b">${ends[1]}</em>
    </summary>
    ${lifeLine(screen, i)}
    <div class="two">${lives}</div>
  </details>`;
}

/** Both lives as two lines over the days: dotted while nobody has reported it, full while it waits. @param {Screen} screen @param {number} i */
function lifeLine(screen, i) {
  const { film, years } = screen,
    begin = Math.min(...years.map((y) => y.arose(i)).filter((d) => d >= 0)),
    end = Math.min(film.days, Math.max(...years.map((y) => y.ended(i)))),
    w = 340;
  /** @param {number} day */
  const x = (day) => (w - 12) * Math.min(1, Math.max(0, (day - begin) / Math.max(1, end - begin))) + 6;
  const rows = years.map((year, k) => {
    if (year.arose(i) < 0) return "";
    const told = lifeOf(year, i).find((_, n) => year.state_after[year.first[i] + n] > 0)?.day ?? end,
      y = 6 + 10 * k,
      over = Math.min(end, year.ended(i));
    const mark = year.isResolved(i)
      ? html`<circle class="${k ? "b" : "a"}" cx="${x(over)}" cy="${y}" r="3.5" />`
      : "";
    return html`<path
        class="unreported ${k ? "b" : "a"}"
        d="M${x(year.arose(i))} ${y}H${x(Math.min(told, over))}"
      /><path class="reported ${k ? "b" : "a"}" d="M${x(Math.min(told, over))} ${y}H${x(over)}" />${mark}`;
  });
  return html`<svg class="life" viewBox="0 0 ${w} 22" aria-hidden="true">${rows}</svg>`;
}

/** @param {Screen} screen */
export function closeSheet(screen) {
  screen.find("#sheet").hidden = true;
  delete screen.root.dataset.sheet;
}
