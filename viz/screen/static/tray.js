// @ts-check
// The tray: what differs on either side, in five groups; with effect, cost, how it disappoints, and evidence.

import { differences, LEAST, mean, nineOfTen } from "./answers.js";
import { armWith, isNothing, isReported, keyOf, NOTHING } from "./arms.js";
import { html, put } from "./markup.js";
import { capital, mechanismName, pageData, say, signed, whole } from "./words.js";

/** @typedef {import("./screen.js").Screen} Screen */

const RATE = "resolution_rate";
const REPORTED = "reported"; // the chip of all that was reported

/** The arm of a chip alone. @param {Screen} screen @param {string} name */
const armAlone = (screen, name) => (name === REPORTED ? armWith(screen.community.reported) : armWith([name]));

/**
 * What a mechanism alone changes against none, as the headline counts it: points of 100 issues and hours, means of
 * the years of luck, and the range of nine of ten worlds where there are enough; null while nothing is known.
 * @param {Screen} screen @param {string} name
 */
export function effectOf(screen, name) {
  const arm = screen.answerOf(armAlone(screen, name)),
    none = screen.answerOf(NOTHING);
  const luck = differences(none.luck, arm.luck, RATE),
    worlds = differences(none.worlds, arm.worlds, RATE);
  if (!luck.length) return null;
  return {
    points: 100 * mean(luck),
    range: worlds.length >= LEAST ? nineOfTen(worlds.map((d) => 100 * d)) : null,
    hours: mean(differences(none.luck, arm.luck, "hours")),
  };
}

/** @param {Screen} screen */
export function openTray(screen) {
  const tray = screen.find("#tray"),
    { can } = screen.host;
  put(
    tray,
    html`<div class="top">
        <div>
          <h3>${say("tray title")}</h3>
          <p>${say("tray about", { place: screen.placeName() })}</p>
        </div>
        <button class="x" aria-label="${say("close")}">×</button>
      </div>
      <div class="tray-tools">
        ${sideChoice(screen)}${can.anyArm ? html`<label class="switch"><input type="checkbox" id="combine" ${screen.isCombining ? "checked" : ""} /> ${say("combine")}</label>` : ""}
        ${can.rank ? html`<button class="quiet rank" ${screen.isRanking ? "disabled" : ""}>${say(screen.isRanking ? "ranking now" : "rank all")}</button>` : ""}<button
          class="quiet order"
          aria-pressed="${screen.isOrdered}"
        >
          ${say("in order")}
        </button>
      </div>
      <div class="kinds">${screen.isOrdered ? orderedHtml(screen) : groupsHtml(screen)}</div>
      <div class="explain" aria-live="polite" tabindex="0"></div>`,
  );
  tray.setAttribute("aria-label", say("tray title"));
  explain(screen, screen.explained);
  for (const chip of /** @type {NodeListOf<HTMLButtonElement>} */ (tray.querySelectorAll(".chip"))) {
    const name = chip.dataset.name ?? "";
    chip.onmouseenter = chip.onfocus = () => explain(screen, name);
    chip.onclick = () => choose(screen, name);
  }
  for (const button of /** @type {NodeListOf<HTMLButtonElement>} */ (tray.querySelectorAll("[data-side]")))
    button.onclick = () => {
      screen.edited = Number(button.dataset.side);
      openTray(screen);
    };
  const combine = /** @type {HTMLInputElement | null} */ (tray.querySelector("#combine")),
    rank = /** @type {HTMLButtonElement | null} */ (tray.querySelector(".rank"));
  if (combine) combine.onchange = () => (screen.isCombining = combine.checked);
  if (rank) rank.onclick = () => screen.rankAll();
  /** @type {HTMLButtonElement} */ (tray.querySelector(".order")).onclick = () => {
    screen.isOrdered = !screen.isOrdered;
    openTray(screen);
    /** @type {HTMLElement | null} */ (tray.querySelector(".order"))?.focus({ preventScroll: true });
  };
  /** @type {HTMLButtonElement} */ (tray.querySelector(".x")).onclick = () =>
    screen.shut("#tray", "#open-tray");
  if (tray.hidden) {
    tray.hidden = false;
    screen.find("#open-tray").setAttribute("aria-expanded", "true");
    /** @type {HTMLElement | null} */ (
      tray.querySelector('.chip[aria-pressed="true"]') ?? tray.querySelector(".chip")
    )?.focus({ preventScroll: true });
  }
}

/** Draw the chips again, where effects have come in meanwhile; the focus stays. @param {Screen} screen */
export function refreshTray(screen) {
  const tray = screen.find("#tray");
  if (tray.hidden) return;
  const focused = /** @type {HTMLElement | null} */ (screen.shadow.activeElement),
    name = focused?.dataset?.name,
    again =
      name !== undefined
        ? `.chip[data-name="${name}"]`
        : focused?.closest(".strength")
          ? ".strength input"
          : "";
  openTray(screen);
  if (again) /** @type {HTMLElement | null} */ (tray.querySelector(again))?.focus({ preventScroll: true });
}

/** @param {Screen} screen */
function sideChoice(screen) {
  return html`<div class="choice sides" role="group" aria-label="${say("which side")}">
    <div>
      ${[0, 1].map((side) => html`<button data-side="${side}" class="${side ? "b" : "a"}" aria-pressed="${screen.edited === side}">${say(side ? "right side" : "left side")}</button>`)}
    </div>
  </div>`;
}

/** @param {Screen} screen @param {string} name */
function chipHtml(screen, name) {
  const arm = screen.sides[screen.edited],
    isOn = name === REPORTED ? isReported(arm, screen.community.reported) : name in arm,
    effect = effectOf(screen, name);
  const isThere =
    screen.host.can.anyArm || screen.host.hasArm(screen.community.name, keyOf(armAlone(screen, name)));
  const letter = name === REPORTED ? "≡" : say(`letters.${name}`),
    label = name === REPORTED ? capital(say("all reported")) : mechanismName(name);
  return html`<button
    class="chip ${screen.edited ? "b" : "a"}"
    aria-pressed="${isOn}"
    data-name="${name}"
    ${isThere ? "" : html`disabled title="${say("not in file")}"`}
  >
    <i aria-hidden="true">${letter}</i><span>${label}</span>
    <em class="${!effect ? "" : effect.points > 1 ? "up" : effect.points < -1 ? "down" : ""}"
      >${effect ? signed(effect.points) : ""}</em
    >
  </button>`;
}

/** @param {Screen} screen */
function groupsHtml(screen) {
  const { groups, mechanisms } = pageData(),
    none = html`<button
      class="chip none"
      aria-pressed="${isNothing(screen.sides[screen.edited])}"
      data-name=""
    >
      <i aria-hidden="true">∅</i><span>${capital(say("nothing on"))}</span><em></em>
    </button>`;
  return groups.map(
    (group) =>
      html`<section>
        <h4>${say(`group.${group}`)}</h4>
        ${mechanisms.filter((m) => m.group === group).map((m) => chipHtml(screen, m.name))}
        ${
          group === "prevents"
            ? html`<h4 class="gap-top">${say("or all")}</h4>
                ${screen.community.reported.length ? chipHtml(screen, REPORTED) : ""}${none}`
            : ""
        }
      </section>`,
  );
}

/** All mechanisms, the most effective first, with their ranges and hours. @param {Screen} screen */
function orderedHtml(screen) {
  const rows = pageData()
    .mechanisms.map(({ name }) => ({ name, effect: effectOf(screen, name) }))
    .sort((x, y) => (y.effect?.points ?? -1e9) - (x.effect?.points ?? -1e9));
  const ends = rows.flatMap(({ effect }) => (effect ? [effect.points, ...(effect.range ?? [])] : [])),
    low = Math.min(0, ...ends),
    high = Math.max(1, ...ends),
    w = 220;
  /** @param {number} v */
  const x = (v) => 4 + ((v - low) / (high - low)) * (w - 8);
  return html`<ol class="ranking">
    ${rows.map(({ name, effect }) => {
      const bar = !effect
        ? ""
        : html`<svg viewBox="0 0 ${w} 16" aria-hidden="true">
            <path class="tick" d="M${x(0)} 0V16" />
            ${effect.range ? html`<rect class="band b" x="${x(effect.range[0])}" y="4" width="${Math.max(2, x(effect.range[1]) - x(effect.range[0]))}" height="8" rx="4" />` : ""}
            <circle class="b" cx="${x(effect.points)}" cy="8" r="3.5" />
          </svg>`;
      const range = effect?.range
        ? say("from to", { lo: signed(effect.range[0]), hi: signed(effect.range[1]) })
        : "";
      return html`<li>
        ${chipHtml(screen, name)}${bar}<span class="soft">${range}</span
        ><span class="soft">${effect ? hoursText(effect.hours) : ""}</span>
      </li>`;
    })}
  </ol>`;
}

/** @param {number} hours */
const hoursText = (hours) =>
  hours > 1
    ? say("hours more", { h: whole(hours) })
    : hours < -1
      ? say("hours fewer", { h: whole(-hours) })
      : say("hours same");

/** @param {Screen} screen @param {string} name */
function choose(screen, name) {
  const arm = screen.sides[screen.edited];
  if (!name) screen.setSide(screen.edited, NOTHING);
  else if (name === REPORTED) screen.setSide(screen.edited, armAlone(screen, name));
  else if (!screen.isCombining)
    screen.setSide(screen.edited, keyOf(arm) === name ? NOTHING : armAlone(screen, name));
  else {
    const { [name]: mine, ...others } = arm;
    screen.setSide(screen.edited, mine ? others : { ...arm, [name]: {} });
  }
  refreshTray(screen);
  explain(screen, name);
}

/** What the chip under the pointer does, costs and how it disappoints; how strongly it works, if it is on. @param {Screen} screen @param {string} name */
function explain(screen, name) {
  screen.explained = name;
  const panel = screen.find("#tray .explain"),
    effect = name ? effectOf(screen, name) : null,
    arm = screen.sides[screen.edited];
  if (!name) return put(panel, html``);
  const isAll = name === REPORTED,
    does = isAll
      ? say("reported does", { list: screen.community.reported.map(mechanismName).join(say("comma")) })
      : say(`does.${name}`);
  const strength = arm[name]?.strength ?? screen.usual(name, "strength"),
    canSet = !isAll && name in arm && screen.host.can.anyArm;
  const parts = [
    ["does", does],
    ["costs", effect ? `${hoursText(effect.hours)}${mostBy(screen, name)}` : say("not yet known")],
  ];
  if (!isAll) parts.push(["disappoints", say(`disappoints.${name}`)], ["evidence", say(`grade.${name}`)]);
  put(
    panel,
    html`<b>${isAll ? capital(say("all reported")) : mechanismName(name)}</b>
      <dl>
        ${parts.map(
          ([key, text]) =>
            html`<div>
              <dt>${say(key)}</dt>
              <dd>${text}</dd>
            </div>`,
        )}
      </dl>
      ${canSet ? html`<label class="strength">${say("how strongly")} <input type="range" min="0" max="100" step="5" value="${Math.round(100 * strength)}" aria-label="${say("how strongly")}" /><output>${Math.round(100 * strength)} %</output></label>` : ""}`,
  );
  const slider = /** @type {HTMLInputElement | null} */ (panel.querySelector("input"));
  if (!slider) return;
  const output = /** @type {HTMLOutputElement} */ (panel.querySelector("output"));
  slider.oninput = () => (output.textContent = `${slider.value} %`);
  slider.onchange = () => screen.setKnob(screen.edited, name, "strength", Number(slider.value) / 100);
}

/** Who gives most of the hours. @param {Screen} screen @param {string} name */
function mostBy(screen, name) {
  const arm = screen.answerOf(armAlone(screen, name)),
    none = screen.answerOf(NOTHING);
  const roles = pageData().payers.map((role) => {
    const d = differences(none.luck, arm.luck, `hours.${role}`);
    return { role, hours: d.length ? mean(d) : mean(differences(none.worlds, arm.worlds, `hours.${role}`)) };
  });
  const top = roles.sort((x, y) => (y.hours || 0) - (x.hours || 0))[0];
  return top && top.hours > 1 ? say("mostly by", { who: say(`role.${top.role}`) }) : "";
}
