// @ts-check
// A pane: one side of the place, with its camera and its layers. The place is drawn once a month, a day once a
// day, and a frame is one copy, with the helpers who walk on it.

import { drawHelper, kindOfHelper } from "./draw_people.js";
import { drawLights } from "./draw_lights.js";
import { drawMoon, drawSky, drawWeather } from "./draw_sky.js";
import { noise, seasonOf } from "./palette.js";
import { calendar, pageData } from "./words.js";

/** @typedef {import("./recording.js").Year} Year */
/** @typedef {import("./place.js").Place} Place */
/** @typedef {CanvasRenderingContext2D} Canvas */

const WALK = 1.5; // seconds that a helper is on the way
const MOST = 46,
  FEW = 26; // helpers of a pane at once, in a large place and in a small one
const ACTS = ["reported", "agreed", "consented"]; // events to which a mechanism's helpers walk
const WORKS = ["resolved", "begun on the spot"]; // events to which anybody walks
export const NEAR = 26; // pixels of a flat at the nearest zoom

export class Camera {
  constructor() {
    this.z = 1;
    this.x = 0;
    this.y = 0;
    this.house = -1; // the house that it looks at; -1 none
  }
  /** @param {Canvas} c @param {number} dpr */
  apply(c, dpr) {
    c.setTransform(this.z * dpr, 0, 0, this.z * dpr, -this.x * this.z * dpr, -this.y * this.z * dpr);
  }
  /** @param {number} px @param {number} py @returns {[number, number]} */
  toPlace(px, py) {
    return [px / this.z + this.x, py / this.z + this.y];
  }
  /** @param {import("./place.js").House} house @param {number} w @param {number} h */
  static on(house, w, h) {
    const camera = new Camera();
    camera.z = Math.max(
      1,
      Math.min((h * 0.66) / ((house.h + 1) * house.s), (w * 0.62) / (house.w * house.s), NEAR / house.s),
    );
    camera.x = house.x + (house.w * house.s) / 2 - w / camera.z / 2;
    camera.y = house.y + 1.8 * house.s - (h * 0.8) / camera.z;
    camera.house = house.n;
    return camera;
  }
}

export class Pane {
  /** @param {HTMLElement} root @param {"a" | "b"} side */
  constructor(root, side) {
    this.root = root;
    this.side = side;
    this.canvas = /** @type {HTMLCanvasElement} */ (root.querySelector("canvas"));
    this.c = /** @type {Canvas} */ (this.canvas.getContext("2d", { alpha: false }));
    this.layer = document.createElement("canvas");
    this.l = /** @type {Canvas} */ (this.layer.getContext("2d", { alpha: false }));
    this.plate = /** @type {HTMLElement} */ (root.querySelector(".plate"));
    this.caption = /** @type {HTMLElement} */ (root.querySelector(".tell"));
    /** @type {import("./draw_people.js").Helper[]} */
    this.helpers = [];
    this.drawn = -1;
    this.said = "";
    this.w = this.h = this.dpr = 1;
    /** @type {Year | null} */
    this.year = null;
  }

  /** @param {Year} year */
  show(year) {
    this.year = year;
    this.helpers = [];
    this.drawn = -1;
  }

  /** @param {number} w @param {number} h @param {number} dpr */
  size(w, h, dpr) {
    Object.assign(this, { w, h, dpr });
    for (const canvas of [this.canvas, this.layer]) {
      canvas.width = Math.round(w * dpr);
      canvas.height = Math.round(h * dpr);
    }
    this.drawn = -1;
  }

  /** Draw sky, place and lights of a day on the layer. @param {number} day @param {import("./stage.js").Stage} screen */
  take(day, screen) {
    if (!this.year || !screen.place) return;
    if (Math.abs(day - this.drawn) > 3) this.helpers = [];
    this.year.to(day);
    this.drawn = day;
    const { l, w, h, dpr } = this,
      { look, place, camera, still, film } = screen;
    l.setTransform(dpr, 0, 0, dpr, 0, 0);
    drawSky(l, w, h, look, seasonOf(day, film.firstMonth), day);
    drawMoon(l, w, screen.isNarrow ? 84 : 136, look, day, place.many ? 11 : 15, screen.isNarrow);
    l.setTransform(1, 0, 0, 1, 0, 0);
    l.drawImage(still, 0, 0);
    camera.apply(l, dpr);
    drawLights(l, place, this.year, look, camera.z);
  }

  /** Helpers set out for what happens today: a sample where there is much. @param {number} day @param {Place} place @param {number} now */
  send(day, place, now) {
    const { year } = this;
    if (!year || day > year.film.days) return;
    for (const e of year.eventsOf(day)) {
      if (this.helpers.length >= (place.many ? MOST : FEW)) break;
      const what = pageData().what[year.what[e]],
        i = year.issueOf[e],
        mechanism = year.actor(e);
      if (!WORKS.includes(what) && !(mechanism && ACTS.includes(what))) continue;
      if (this.helpers.some((helper) => helper.issue === i)) continue;
      const { building, stairwell } = year.film.issue;
      this.helpers.push({
        issue: i,
        house: place.houses[building[i]],
        kind: kindOfHelper(mechanism),
        since: now + 120 * noise(e),
        side: noise(e + 1) > 0.5 ? 1 : -1,
        stairwell: stairwell[i],
      });
    }
  }

  /** One frame. @param {import("./stage.js").Stage} screen @param {number} now */
  paint(screen, now) {
    const { c, dpr } = this,
      { look, camera, place, film, isPlaying } = screen;
    if (!place) return;
    c.setTransform(1, 0, 0, 1, 0, 0);
    const gliding = screen.gliding;
    if (gliding)
      c.drawImage(
        this.layer,
        gliding.x * dpr,
        gliding.y * dpr,
        this.layer.width * gliding.z,
        this.layer.height * gliding.z,
      );
    else {
      c.drawImage(this.layer, 0, 0);
      camera.apply(c, dpr);
      const colour = screen.colourOf(this.side);
      this.helpers = this.helpers.filter((x) => now - x.since < WALK * 1000 || !isPlaying);
      for (const x of this.helpers)
        drawHelper(
          c,
          x,
          isPlaying ? Math.max(0, (now - x.since) / (WALK * 1000)) : 0.7,
          place,
          look,
          camera.z,
          colour,
        );
      if (screen.home >= 0) drawRing(c, screen, place, colour);
    }
    if (isPlaying && !screen.isCalm) {
      c.setTransform(dpr, 0, 0, dpr, 0, 0);
      drawWeather(c, this.w, this.h, look, now / 1000, calendar(screen.day, film.firstMonth).month);
    }
  }
}

/** A thin ring round the home that is followed, with a stem up to its flag. @param {Canvas} c @param {import("./stage.js").Stage} screen @param {Place} place @param {string} colour */
function drawRing(c, screen, place, colour) {
  const f = screen.home,
    z = screen.camera.z,
    s = place.flatScale[f],
    x = place.flatX[f] + 0.34 * s,
    y = place.flatY[f] + 0.38 * s;
  const r = Math.max(0.85 * s, 7 / z),
    house = place.houses[place.arrays.flat_building[f]];
  c.strokeStyle = "#fff";
  c.lineWidth = 2 / z;
  c.beginPath();
  c.arc(x, y, r, 0, 7);
  c.stroke();
  c.strokeStyle = colour;
  c.lineWidth = 1.2 / z;
  c.beginPath();
  c.arc(x, y, r + 1.8 / z, 0, 7);
  c.stroke();
  if (z > 1.02) return; // near, the ring is enough
  const top = house.y - (house.h + 0.6) * house.s,
    q = 5.5 / z;
  c.strokeStyle = "#fff";
  c.lineWidth = 1.2 / z;
  c.beginPath();
  c.moveTo(x, y - r);
  c.lineTo(x, top);
  c.stroke();
  c.fillStyle = "#fff";
  c.beginPath();
  c.arc(x, top - q, q, 0, 7);
  c.fill();
  c.fillStyle = colour;
  c.beginPath();
  c.arc(x, top - q, q * 0.6, 0, 7);
  c.fill();
}
