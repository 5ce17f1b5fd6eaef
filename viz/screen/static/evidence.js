// @ts-check
// Evidence: what a report tells of the community, what is assumed, and what each mechanism's strengths rest on.

import { html, put } from "./markup.js";
import { mechanismName, pageData, say } from "./words.js";

/** @typedef {import("./screen.js").Screen} Screen */

/** @param {Screen} screen */
export function openEvidence(screen) {
  const sheet = screen.find("#sheet"),
    { community } = screen,
    lang = screen.root.lang.slice(0, 2),
    chosen = new Set(screen.sides.flatMap((arm) => Object.keys(arm)));
  const names = pageData().mechanisms.map((m) => m.name),
    ordered = [...names.filter((n) => chosen.has(n)), ...names.filter((n) => !chosen.has(n))];
  put(
    sheet,
    html`<div class="top">
        <h3>${say("room.evidence")}</h3>
        <p>${screen.placeName()}</p>
        <button class="x" aria-label="${say("close")}">×</button>
      </div>
      <h4>${say("evidence story")}</h4>
      <p>${community.story[lang]}</p>
      <p class="soft">${lang === "zh" && community.story.zh ? "" : community.provenance}</p>
      <h4>${say("evidence given")}</h4>
      <p>${community.given[lang].length ? community.given[lang].join(say("comma")) : say("evidence none")}</p>
      <p class="soft">${say("evidence assumed")}</p>
      <h4>${say("evidence answer")}</h4>
      <p>${say("evidence bands", { n: pageData().runs.worlds })}</p>
      <h4>${say("evidence mechanisms")}</h4>
      ${ordered.map(
        (name) =>
          html`<details ${chosen.has(name) ? "open" : ""}>
            <summary class="plain"><span>${mechanismName(name)}</span></summary>
            <p class="soft">${say(`grade.${name}`)}</p>
          </details>`,
      )}`,
  );
  sheet.hidden = false;
  sheet.setAttribute("aria-label", say("room.evidence"));
  screen.root.dataset.sheet = "";
  screen.resize();
  const close = /** @type {HTMLButtonElement} */ (sheet.querySelector(".x"));
  close.onclick = () => screen.out();
  close.focus({ preventScroll: true });
}
