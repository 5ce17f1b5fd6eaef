// @ts-check
// The stage: two towns on one day. It plays the days, draws the place once a month, and moves the camera.

import { drawPlace } from "./draw_place.js";
import { LOOKS, seasonOf } from "./palette.js";
import { Camera, NEAR, Pane } from "./pane.js";
import { Place } from "./place.js";
import { Timeline } from "./timeline.js";
import { calendar, isChinese } from "./words.js";

/** @typedef {import("./recording.js").Year} Year */
/** @typedef {import("./recording.js").Film} Film */

const NARROW = 720; // pixels; a narrower stage shows one town with a divider
const REST = 3500; // ms at the end before the year begins again
const GLIDE = 250; // ms

/** What `Screen` builds upon; its empty methods are told of what happens here. */
export class Stage {
  film = /** @type {Film} */ (/** @type {unknown} */ (null)); // until the first reference has come
  place = /** @type {Place} */ (/** @type {unknown} */ (null));
  /** @type {Year[]} of the left side and the right */
  years = [];
  day = 0;
  speed = 7; // days a second
  isPlaying = false;
  isNarrow = false;
  light = "dusk";
  look = LOOKS.dusk;
  camera = new Camera();
  /** @type {{z: number, x: number, y: number} | null} */
  gliding = null;
  home = -1; // the home that is followed
  foot = 0; // pixels that the captions take
  wiped = 50; // percent of a narrow stage that shows the left side
  /** @type {number | undefined} day that the right side is still to draw */
  late;
  /** @type {number | undefined} */
  before;
  painted = 0; // when the town was first painted, in ms since the page was asked for
  work = { frames: 0, ms: 0 }; // frames that were painted, and the time that they took
  /** @type {Generator<number> | null} */
  renewing = null;
  stillMonth = -1;
  rest = 0; // ms since the end was reached
  closed = false;
  /** @type {Map<string, string>} */
  colours = new Map();

  /** @param {HTMLElement} root  holds the page's HTML @param {ShadowRoot} shadow @param {import("./hosts.js").Host} host */
  constructor(root, shadow, host) {
    this.root = root;
    this.shadow = shadow;
    this.host = host;
    this.calm = matchMedia("(prefers-reduced-motion: reduce)");
    this.panes = [new Pane(this.find(".pane.a"), "a"), new Pane(this.find(".pane.b"), "b")];
    this.still = document.createElement("canvas");
    this.spare = document.createElement("canvas");
    this.line = new Timeline(this.find(".track"), /** @type {any} */ (this));
  }

  /** @param {string} css @returns {HTMLElement} */
  find(css) {
    return /** @type {HTMLElement} */ (this.root.querySelector(css));
  }
  get isCalm() {
    return this.calm.matches;
  }
  figures() {}
  captions() {}
  buttons() {}
  onPause() {}
  onLayout() {}
  /** @param {number} compound @returns {string} */
  compoundName(compound) {
    return String(compound);
  }

  // ------------------------------------------------------------ time
  play() {
    if (!this.film) return;
    if (this.day >= this.film.days) this.day = 0;
    this.isPlaying = true;
    this.buttons();
  }
  pause() {
    this.isPlaying = false;
    this.buttons();
    this.onPause();
  }
  /** @param {number} day */
  go(day) {
    if (!this.film) return;
    this.day = Math.max(0, Math.min(this.film.days, day));
    this.turn();
    this.line.move();
  }
  /** Show the day, if it is another one. */
  turn() {
    const day = Math.min(Math.floor(this.day), this.film.days);
    if (day === this.panes[0].drawn || !this.place) return;
    const { month } = calendar(day, this.film.firstMonth);
    if (month !== this.stillMonth && !this.gliding) {
      this.stillMonth = month;
      if (this.isPlaying) this.renew();
      else this.redraw();
    }
    const now = performance.now();
    this.take(0, day, now);
    if (this.isPlaying)
      this.late = day; // while it plays, the two sides take turns
    else this.take(1, day, now);
    this.figures();
    this.captions();
  }
  /** @param {number} k @param {number} day @param {number} now */
  take(k, day, now) {
    this.panes[k].take(day, this);
    this.panes[k].send(day, this.place, now);
  }
  /** @param {number} t */
  frame(t) {
    if (this.closed) return;
    requestAnimationFrame((next) => this.frame(next)); // first, so that one picture that fails does not stop time
    const passed = Math.min(100, t - (this.before ?? t));
    this.before = t;
    if (this.root.clientWidth) {
      const begin = performance.now();
      if (this.late !== undefined && this.place) this.take(1, this.late, t);
      this.late = undefined;
      if (this.isPlaying && this.place) this.advance(passed);
      if (this.renewing && !this.gliding) this.renew();
      if (this.place) {
        for (const pane of this.panes) pane.paint(this, t);
        this.painted ||= performance.now();
        this.work.frames++;
        this.work.ms += performance.now() - begin;
      }
    }
  }
  /** @param {number} passed  ms */
  advance(passed) {
    this.day += (passed / 1000) * this.speed;
    if (this.day >= this.film.days) {
      this.day = this.film.days;
      this.rest += passed;
      if (this.rest > REST) {
        this.rest = this.day = 0;
        for (const pane of this.panes) pane.helpers = [];
      }
    }
    this.turn();
    this.line.move();
  }

  // ------------------------------------------------------------ place and camera
  resize() {
    const stage = this.find("#stage"),
      isNarrow = stage.clientWidth < NARROW,
      w = isNarrow ? stage.clientWidth : Math.floor(stage.clientWidth / 2),
      h = stage.clientHeight;
    if (!this.film || !w || !h) return;
    const dpr = Math.min(2, devicePixelRatio || 1);
    this.root.style.setProperty("--stage-top", `${Math.max(0, stage.getBoundingClientRect().top)}px`);
    this.root.dataset.narrow = String(isNarrow);
    this.isNarrow = isNarrow;
    this.still.width = Math.round(w * dpr);
    this.still.height = Math.round(h * dpr);
    for (const pane of this.panes) pane.size(w, h, dpr);
    const few = this.film.place.building_floors.length < 10;
    this.foot = isNarrow ? (isChinese() ? 88 : 112) + 36 : 84;
    this.place = new Place(
      this.film.place,
      w,
      h - this.foot * (few && !isNarrow ? 0.5 : 1),
      isNarrow ? 78 : 90,
    );
    this.place.placeIssues(this.film);
    if (this.camera.house >= 0) this.camera = this.cameraOn(this.camera.house);
    this.redraw();
    this.turn();
    this.line.draw();
    this.wipe(this.wiped);
    this.onLayout();
  }
  /** @param {number} n */
  cameraOn(n) {
    const pane = this.panes[0];
    return Camera.on(this.place.houses[n], pane.w, pane.h - this.foot);
  }
  /** @param {HTMLCanvasElement} sheet */
  drawing(sheet) {
    const pane = this.panes[0],
      k = this.camera,
      c = /** @type {CanvasRenderingContext2D} */ (sheet.getContext("2d"));
    c.setTransform(1, 0, 0, 1, 0, 0);
    c.clearRect(0, 0, sheet.width, sheet.height);
    k.apply(c, pane.dpr);
    return drawPlace(
      c,
      this.place,
      this.look,
      seasonOf(this.day, this.film.firstMonth),
      k.z,
      { x: k.x, y: k.y, w: pane.w / k.z, h: pane.h / k.z },
      (n) => this.compoundName(n),
    );
  }
  redraw() {
    for (const _ of this.drawing(this.still)) continue;
    this.renewing = null;
    this.stillMonth = calendar(this.day, this.film.firstMonth).month;
    for (const pane of this.panes) pane.drawn = -1;
  }
  /** A new month: the same place in new leaves, drawn on a spare sheet, a row a frame. */
  renew() {
    if (!this.renewing) {
      this.spare.width = this.still.width;
      this.spare.height = this.still.height;
      this.renewing = this.drawing(this.spare);
    } else if (this.renewing.next().done) {
      [this.still, this.spare] = [this.spare, this.still];
      this.renewing = null;
    }
  }
  /** Glide to another camera: the last picture is stretched meanwhile, and drawn afresh on arrival. @param {Camera} to */
  glide(to) {
    const from = this.camera,
      begin = performance.now(),
      span = this.isCalm ? 0 : GLIDE;
    const step = () => {
      const k = span ? Math.min(1, (performance.now() - begin) / span) : 1,
        e = 1 - (1 - k) ** 3;
      if (k < 1) {
        const z = from.z * (to.z / from.z) ** e;
        this.gliding = {
          z: z / from.z,
          x: (from.x - (from.x + (to.x - from.x) * e)) * z,
          y: (from.y - (from.y + (to.y - from.y) * e)) * z,
        };
        requestAnimationFrame(step);
        return;
      }
      this.gliding = null;
      this.camera = to;
      this.redraw();
      this.turn();
      this.find("#back").hidden = to.z < 1.02;
      this.root.dataset.near = String(to.z >= 1.02);
    };
    step();
  }
  /** @param {number} k @param {number} x @param {number} y */
  zoom(k, x, y) {
    if (this.gliding) return;
    const [px, py] = this.camera.toPlace(x, y),
      to = new Camera(),
      pane = this.panes[0];
    to.z = Math.max(1, Math.min(NEAR / this.place.scale, this.camera.z * k));
    to.x = Math.max(0, Math.min(pane.w - pane.w / to.z, px - x / to.z));
    to.y = Math.max(0, Math.min(pane.h - pane.h / to.z, py - y / to.z));
    this.glide(to);
  }
  /** Once, on a phone: the divider moves by itself, so that one sees that it can. */
  hint() {
    const begin = performance.now();
    const step = () => {
      const k = Math.min(1, (performance.now() - begin - 1200) / 1600);
      if (k > 0) this.wipe(50 + 16 * Math.sin(k * 2 * Math.PI));
      if (k < 1 && !this.closed) requestAnimationFrame(step);
    };
    step();
  }
  /** @param {number} x  percent of the stage that shows the left side */
  wipe(x) {
    this.wiped = Math.max(0, Math.min(100, x));
    this.find("#stage").style.setProperty("--wipe", `${this.wiped}%`);
    this.find(".wipe").setAttribute("aria-valuenow", String(Math.round(this.wiped)));
  }
  /** @param {string} side */
  colourOf(side) {
    const made =
      this.colours.get(side) ?? getComputedStyle(this.root).getPropertyValue(`--${side}-fill`).trim();
    this.colours.set(side, made);
    return made;
  }
}
