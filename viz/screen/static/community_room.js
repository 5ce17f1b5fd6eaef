// @ts-check
// My community: the form, and beside it the town that is drawn while one types.

import { openCommunityForm } from "./community_form.js";
import { drawPlace } from "./draw_place.js";
import { drawSky } from "./draw_sky.js";
import { openIssueList } from "./issue_list.js";
import { nothingKept } from "./issue_list_parts.js";
import { Place } from "./place.js";
import { unpack } from "./recording.js";
import { drawPlan } from "./site_plan.js";
import { currentLanguage, pageData, say } from "./words.js";

/** @typedef {import("./screen.js").Screen} Screen */

const KEPT = "cogov.own"; // the case file of the visitor's own community, in this browser
const MOST_OWN = 3; // communities of a visitor's own, as in widget.py
const SUMMER = 1; // season of the preview

/** @param {Screen} screen */
export function openCommunity(screen) {
  const panel = screen.find("#form"),
    canvas = /** @type {HTMLCanvasElement} */ (panel.querySelector("canvas")),
    lang = currentLanguage();
  const box = document.createElement("div"),
    given = /** @type {any} */ (pageData()).form[lang];
  /** @type {any} */ (panel.querySelector(".form-fields")).replaceChildren(box);
  screen.pause();
  panel.hidden = false;
  panel.setAttribute("aria-label", say("room.community"));
  /** @type {Record<string, any> | null} */
  let shown = null;
  const draw = () => drawPreview(canvas, shown, screen);
  const more = document.createElement("div");
  const form = openCommunityForm(box, {
    more,
    moreTitle: given.list.words.title,
    draft: screen.draft,
    lang,
    words: given.words,
    fields: given.fields,
    ask: async (request) => {
      const { message, bytes } = await screen.host.ask({ kind: "form", request, lang });
      return { ...message.answer, place: bytes.length ? unpack(bytes.slice().buffer) : null };
    },
    preview: (place) => {
      shown = place;
      draw();
    },
    use: (answer) => useCase(answer.toml),
    close: () => close(),
  });
  const kept = (screen.issueList ??= nothingKept()),
    list = openIssueList(more, {
      lang,
      words: given.list.words,
      families: given.list.families,
      kept,
      ask: async (question, onPart, bytes) =>
        (await screen.host.ask(question, onPart, bytes && [bytes])).message,
      tell: (question) => screen.host.tell(question),
      caseText: async () => (await form.ready())?.toml ?? "",
      use: (toml) => useCase(toml),
    });
  /** Show the community of a case file on the first screen. @param {string} toml */
  async function useCase(toml) {
    const name = await bringOwn(screen, toml);
    if (!name) return;
    close();
    screen.forget(name); // its years are of other numbers
    await screen.open(name);
  }
  const observer = new ResizeObserver(draw);
  observer.observe(canvas);
  function close() {
    observer.disconnect();
    screen.draft = form.draft(); // what was typed is there when it is opened again
    list.remove();
    form.remove();
    kept.onChange = () => {
      if (kept.fit.result && !kept.fit.running) screen.toast(given.list.words["fit.ready"]);
    };
    panel.hidden = true;
    screen.find("#open-more").focus();
  }
}

/** @param {HTMLCanvasElement} canvas @param {Record<string, any> | null} place @param {Screen} screen */
function drawPreview(canvas, place, screen) {
  const dpr = Math.min(2, devicePixelRatio || 1),
    w = canvas.clientWidth,
    h = canvas.clientHeight,
    c = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  if (!w || !h) return;
  canvas.width = Math.round(w * dpr);
  canvas.height = Math.round(h * dpr);
  c.setTransform(dpr, 0, 0, dpr, 0, 0);
  drawSky(c, w, h, screen.look, SUMMER, 15);
  canvas.parentElement?.querySelector(".plan")?.remove();
  if (!place) return;
  const plan = drawPlan(place, say("plan", { n: place.building_x.length }));
  if (plan) {
    const card = document.createElement("div");
    card.className = "plan";
    card.append(plan);
    canvas.after(card);
  }
  const town = new Place(place, w, h);
  for (const _ of drawPlace(c, town, screen.look, SUMMER, 1, { x: 0, y: 0, w, h }, () => "")) continue;
}

/** Bring a case file to the server as a community of one's own; its name, or "" if it is refused. @param {Screen} screen @param {string} toml */
async function bringOwn(screen, toml) {
  try {
    const { message } = await screen.host.ask({ kind: "own", toml, lang: currentLanguage() });
    const { communities } = pageData(),
      others = communities.filter((c) => c.name !== message.community.name),
      gone = others.filter((c) => c.own && !c.served).slice(MOST_OWN - 1);
    communities.splice(0, communities.length, message.community, ...others.filter((c) => !gone.includes(c)));
    try {
      localStorage.setItem(KEPT, toml);
    } catch {
      /* a browser that keeps nothing: the file can be saved */
    }
    return message.community.name;
  } catch (error) {
    screen.toast(String(/** @type {Error} */ (error).message));
    return "";
  }
}

/** Bring the community that this browser has kept, if any. @param {Screen} screen */
export async function recallOwn(screen) {
  let kept = null;
  try {
    kept = localStorage.getItem(KEPT);
  } catch {
    /* nothing is kept */
  }
  if (kept) await bringOwn(screen, kept);
}
