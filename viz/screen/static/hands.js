// @ts-check
// Hands: what buttons, keys and pointers do on the first screen.

import { openMenu } from "./menu.js";
import { RESOLVED } from "./recording.js";
import { openTray } from "./tray.js";
import { isChinese, say, setLanguage } from "./words.js";

/** @typedef {import("./screen.js").Screen} Screen */

/** Listen to everything on the first screen. @param {Screen} screen */
export function listen(screen) {
  /** @param {string} css @param {() => void} act */
  const on = (css, act) => (screen.find(css).onclick = act);
  on("#play", () => (screen.isPlaying ? screen.pause() : screen.play()));
  on("#language", () => {
    setLanguage(isChinese() ? "en" : "zh");
    screen.words();
    screen.resize();
    screen.remember(false);
  });
  on("#open-tray", () =>
    screen.find("#tray").hidden ? openTray(screen) : screen.shut("#tray", "#open-tray"),
  );
  on("#open-more", () =>
    screen.find("#more").hidden ? openMenu(screen) : screen.shut("#more", "#open-more"),
  );
  on("#back", () => screen.out());
  on(".skip", () => screen.find("#play").focus());
  for (const pane of screen.panes) listenToPane(screen, pane);
  listenToWipe(screen);
  // on the window: what had the focus may have been drawn anew, and is then gone
  const { signal } = screen.hands;
  addEventListener("keydown", (e) => onKey(screen, e), { signal });
  for (const end of ["pointerup", "pointercancel"])
    addEventListener(end, () => (screen.isPressed = false), { signal });
  screen.root.addEventListener("pointerdown", (e) => {
    screen.isPressed = true;
    const target = /** @type {Element} */ (e.target);
    for (const name of ["more", "take"])
      if (!screen.find(`#${name}`).hidden && !target.closest(`#${name}, #open-${name}`))
        screen.shut(`#${name}`, `#open-${name}`);
  });
  screen.calm.addEventListener("change", () => screen.isCalm && screen.pause(), { signal });
}
/** @param {Screen} screen @param {KeyboardEvent} e */
function onKey(screen, e) {
  const target = /** @type {Element} */ (e.composedPath()[0]),
    radio = target.closest("[role=radio]");
  if (e.key === "Escape") {
    if (!screen.find("#tray").hidden) screen.shut("#tray", "#open-tray");
    else if (!screen.find("#more").hidden) screen.shut("#more", "#open-more");
    else if (!screen.find("#take").hidden) screen.shut("#take", "#open-take");
    else if (!screen.find("#form").hidden)
      /** @type {HTMLElement} */ (screen.find("#form .cf-close")).click();
    else screen.out();
  } else if (e.key === " " && !target.closest("button, input, select, summary, a, code")) {
    e.preventDefault();
    if (screen.isPlaying) screen.pause();
    else screen.play();
  } else if (radio && (e.key === "ArrowRight" || e.key === "ArrowLeft")) {
    const list = [
      .../** @type {NodeListOf<HTMLElement>} */ (
        /** @type {Element} */ (radio.parentElement).querySelectorAll("[role=radio]")
      ),
    ];
    list[
      (list.indexOf(/** @type {HTMLElement} */ (radio)) + (e.key === "ArrowRight" ? 1 : -1) + list.length) %
        list.length
    ].focus();
    e.preventDefault();
  }
}
/** @param {Screen} screen @param {import("./pane.js").Pane} pane */
function listenToPane(screen, pane) {
  const { canvas } = pane,
    tip = screen.find(".tip");
  /** @param {MouseEvent} e @returns {[number, number]} */
  const at = (e) => [
    e.clientX - canvas.getBoundingClientRect().left,
    e.clientY - canvas.getBoundingClientRect().top,
  ];
  canvas.addEventListener(
    "wheel",
    (e) => {
      if (!e.ctrlKey && !e.metaKey) return;
      e.preventDefault();
      screen.zoom(e.deltaY < 0 ? 1.5 : 1 / 1.5, ...at(e));
    },
    { passive: false },
  );
  canvas.onclick = (e) => screen.pick(...at(e));
  canvas.onpointermove = (e) => {
    if (e.pointerType === "touch" || !screen.place) return;
    const house = screen.place.houseAt(...screen.camera.toPlace(...at(e)));
    canvas.style.cursor = house ? "pointer" : "default";
    tip.hidden = !house;
    if (!house) return;
    const box = screen.find("#stage").getBoundingClientRect(),
      [a, b] = screen.years.map((year) => openIn(screen, house.n, year));
    tip.textContent = say("tip", {
      house: screen.houseName(house.n),
      a,
      b,
      A: screen.sideName(0),
      B: screen.sideName(1),
    });
    tip.style.transform = `translate(${Math.min(e.clientX - box.left + 14, box.width - tip.offsetWidth - 8)}px, ${Math.max(8, e.clientY - box.top - 38)}px)`;
  };
  canvas.onpointerleave = () => (tip.hidden = true);
  canvas.onkeydown = (e) => {
    // arrows walk from house to house, Enter opens one
    const count = screen.place.houses.length,
      now = screen.camera.house >= 0 ? screen.camera.house : screen.film.place.flat_building[screen.home],
      step = { ArrowRight: 1, ArrowLeft: -1 }[e.key];
    if (step) screen.glide(screen.cameraOn((now + step + count) % count));
    else if (e.key === "Enter") screen.visit(now);
    else if (e.key === "+" || e.key === "=") screen.zoom(1.6, pane.w / 2, pane.h / 2);
    else if (e.key === "-") screen.zoom(1 / 1.6, pane.w / 2, pane.h / 2);
    else return;
    e.preventDefault();
    e.stopPropagation();
  };
  pane.caption.onclick = () => screen.visit(screen.film.place.flat_building[screen.home], screen.home);
}
/** Open issues in a house. @param {Screen} screen @param {number} house @param {import("./recording.js").Year} year */
function openIn(screen, house, year) {
  let n = 0;
  for (let i = 0; i < screen.film.issues; i++)
    if (screen.film.issue.building[i] === house && year.state[i] < RESOLVED) n++;
  return n;
}
/** @param {Screen} screen */
function listenToWipe(screen) {
  const wipe = screen.find(".wipe"),
    stage = screen.find("#stage");
  let isHeld = false;
  wipe.onpointerdown = (e) => {
    isHeld = true;
    wipe.setPointerCapture(e.pointerId);
  };
  wipe.onpointermove = (e) => {
    const box = stage.getBoundingClientRect();
    if (isHeld) screen.wipe(((e.clientX - box.left) / box.width) * 100);
  };
  wipe.onpointerup = () => (isHeld = false);
  wipe.onkeydown = (e) => {
    const step = { ArrowLeft: -5, ArrowRight: 5, Home: -100, End: 100 }[e.key];
    if (!step) return;
    screen.wipe(screen.wiped + step);
    e.preventDefault();
    e.stopPropagation();
  };
}
