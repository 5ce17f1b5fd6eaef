// @ts-check
// What a day adds to the place: a light where an issue is open, a weary wall where issues are old.
// Cold light: nobody has reported it. Warm: reported, waiting. Pale: in hand. Mint: just solved.

import { glow } from "./draw_sky.js";
import { NOT_YET, RESOLVED, UNKNOWN, WITHDRAWN, WORK } from "./recording.js";

/** @typedef {CanvasRenderingContext2D} Canvas */
/** @typedef {import("./place.js").Place} Place */
/** @typedef {import("./palette.js").Look} Look */
/** @typedef {import("./recording.js").Year} Year */

const OLD = 30; // days after which an issue is old
const FADES = 4; // days for which a solved issue glows
const WEARY = 0.065,
  MOST_WEARY = 0.52; // how much an old issue darkens its building's wall
const LEAST = 2.7; // pixels of the smallest light

/** @param {Canvas} c @param {Place} place @param {Year} year @param {Look} look @param {number} zoom */
export function drawLights(c, place, year, look, zoom) {
  const { issue } = year.film,
    day = year.at;
  /** @type {number[][]} */
  const [cold, warm, work, done, old] = [[], [], [], [], []];
  const weary = new Uint16Array(place.houses.length);
  for (let i = 0; i < year.film.issues; i++) {
    const state = year.state[i];
    if (state === NOT_YET || state >= WITHDRAWN) continue;
    if (state >= RESOLVED) {
      if (year.resolved_on[i] >= 0 && day - year.resolved_on[i] < FADES) done.push(i);
      continue;
    }
    (state === UNKNOWN ? cold : state === WORK ? work : warm).push(i);
    if (day - year.arose(i) > OLD) {
      if (state !== UNKNOWN) old.push(i);
      weary[issue.building[i]]++;
    }
  }
  c.fillStyle = look.weary;
  for (const house of place.houses) {
    if (!weary[house.n]) continue;
    c.globalAlpha = Math.min(MOST_WEARY, weary[house.n] * WEARY);
    c.fillRect(house.x, house.y - house.body * house.s, house.w * house.s, house.body * house.s);
  }
  c.globalAlpha = 1;
  if (look.glow) drawGlows(c, place, look, zoom, { cold, warm, work, old });
  for (const [list, colour] of /** @type {[number[], string][]} */ ([
    [cold, look.cold],
    [warm, look.warm],
    [work, look.work],
  ]))
    fillLights(c, place, list, colour, look, zoom);
  for (const i of done) {
    c.globalAlpha = 1 - (day - year.resolved_on[i]) / FADES;
    fillLights(c, place, [i], look.done, { ...look, rim: "" }, zoom);
  }
  c.globalAlpha = 1;
}

/** @param {Canvas} c @param {Place} place @param {Look} look @param {number} zoom @param {Record<string, number[]>} lists */
function drawGlows(c, place, look, zoom, { cold, warm, work, old }) {
  const size = place.scale * zoom < 5 ? 6 : 32;
  c.globalCompositeOperation = "lighter";
  /** @param {number[]} list @param {string} colour @param {number} wide @param {number} alpha */
  const lay = (list, colour, wide, alpha) => {
    const sprite = glow(colour, size);
    c.globalAlpha = alpha;
    for (const i of list) {
      const w = place.issueW[i],
        h = place.issueH[i],
        r = wide * Math.max(w, 0.5 * h);
      c.drawImage(sprite, place.issueX[i] + w / 2 - r, place.issueY[i] + h / 2 - r, 2 * r, 2 * r);
    }
  };
  lay(cold, look.cold, 2.5, 0.68);
  lay(warm, look.warm, 2.3, 0.55);
  lay(work, look.warm, 2.5, 0.55);
  lay(old, look.warm, 3, 0.4);
  c.globalAlpha = 1;
  c.globalCompositeOperation = "source-over";
}

/** @param {Canvas} c @param {Place} place @param {number[]} list @param {string} colour @param {Look} look @param {number} zoom */
function fillLights(c, place, list, colour, look, zoom) {
  const least = LEAST / zoom;
  c.fillStyle = colour;
  for (const i of list) {
    const shape = place.issueShape[i],
      x = place.issueX[i],
      y = place.issueY[i];
    const w = Math.max(least, place.issueW[i]),
      h = Math.max(least, place.issueH[i]);
    if (shape < 2 || w * zoom < 3.4) c.fillRect(x, y, w, h);
    else {
      if (shape === 3) {
        c.strokeStyle = look.trunk;
        c.lineWidth = Math.max(0.12 * w, 0.7 / zoom);
        c.beginPath();
        c.moveTo(x + w / 2, y + h);
        c.lineTo(x + w / 2, y + h * 3);
        c.stroke();
      }
      c.beginPath();
      c.arc(x + w / 2, y + h / 2, w / 2, 0, 7);
      c.fill();
    }
  }
  if (look.rim) {
    c.strokeStyle = look.rim;
    c.lineWidth = 0.7 / zoom;
    for (const i of list)
      if (place.issueShape[i] < 2)
        c.strokeRect(
          place.issueX[i],
          place.issueY[i],
          Math.max(least, place.issueW[i]),
          Math.max(least, place.issueH[i]),
        );
  }
  if (zoom * place.scale > 11) drawPanes(c, place, list, colour === look.cold);
}

/** Near: a curtain where nobody has reported it, a person who waits behind the pane where somebody has. @param {Canvas} c @param {Place} place @param {number[]} list @param {boolean} curtain */
function drawPanes(c, place, list, curtain) {
  c.save();
  for (const i of list) {
    if (place.issueShape[i] !== 0) continue;
    const x = place.issueX[i],
      y = place.issueY[i],
      w = place.issueW[i],
      h = place.issueH[i];
    if (curtain) {
      c.globalAlpha = 0.35;
      c.fillStyle = "#4d4580";
      for (let k = 0; k < 4; k++) c.fillRect(x + w * (0.06 + 0.25 * k), y, w * 0.1, h);
    } else {
      c.globalAlpha = 0.8;
      c.fillStyle = "#5a3d2e";
      c.beginPath();
      c.arc(x + w * 0.5, y + h * 0.47, w * 0.17, 0, 7);
      c.fill();
      c.beginPath();
      c.ellipse(x + w * 0.5, y + h, w * 0.3, h * 0.36, 0, Math.PI, 0);
      c.fill();
    }
  }
  c.restore();
}
