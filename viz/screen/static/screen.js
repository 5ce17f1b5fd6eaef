// @ts-check
// The first screen: one object that knows the day, the place, and what differs between its two sides.

import { noAnswer } from "./answers.js";
import { openCommunity, recallOwn } from "./community_room.js";
import { openEvidence } from "./evidence.js";
import { armOf, armWith, isNothing, keyOf, listOfArm, nameOfArm, NOTHING } from "./arms.js";
import { showNumbers } from "./cards.js";
import { drawPlace } from "./draw_place.js";
import { showFinding } from "./finding.js";
import { gainsOf, homeName, homesToFollow, portrait, standingOf, storyByDay } from "./homes.js";
import { html, put } from "./markup.js";
import { openMenu } from "./menu.js";
import { LOOKS, seasonOf } from "./palette.js";
import { Camera, NEAR, Pane } from "./pane.js";
import { Place } from "./place.js";
import { decompress, Film, RESOLVED, unpack } from "./recording.js";
import { closeSheet, openSheet } from "./sheet.js";
import { Timeline } from "./timeline.js";
import { openTray, refreshTray } from "./tray.js";
import { calendar, capital, currentLanguage, dateOf, isChinese, pageData, say, setLanguage, whole } from "./words.js";

/** @typedef {import("./arms.js").Arm} Arm */
/** @typedef {import("./recording.js").Year} Year */
/** @typedef {{place?: string, a?: string, b?: string, seed?: number, day?: number, lang?: string, light?: string, home?: number}} View  what is shown; in the address */

const NARROW = 720;  // pixels; a narrower stage shows one town with a divider
const REST = 3500;  // ms at the end before the year begins again
const DEFAULT = "building_captains";
const CALM_DAY = 120;  // day shown where motion is not wanted
const GLIDE = 250;  // ms
const SLOW = 400;  // ms between looks at the answers that come in

export class Screen {
  /** @type {string | undefined} */
  placeShown;
  foot = 0;  // pixels that the captions take
  nth = 0;  // of the homes to follow
  looking = 0;
  toasting = 0;
  /** @type {number | undefined} day that the right side is still to draw */
  late;
  /** @type {number | undefined} */
  before;
  painted = 0;  // when the town was first painted, in ms since the page was asked for
  work = { frames: 0, ms: 0 };  // frames that were painted, and the time that they took

  /** @param {HTMLElement} root  holds the page's HTML @param {ShadowRoot} shadow @param {import("./hosts.js").Host} host */
  constructor(root, shadow, host) {
    this.root = root;
    this.shadow = shadow;
    this.host = host;
    this.day = 0;
    this.speed = 7;
    this.seed = 0;
    this.isPlaying = false;
    this.light = "dusk";
    this.look = LOOKS.dusk;
    this.camera = new Camera();
    /** @type {{z: number, x: number, y: number} | null} */
    this.gliding = null;
    /** @type {[Arm, Arm]} */
    this.sides = [NOTHING, armWith([DEFAULT])];
    /** @type {Year[]} */
    this.years = [];
    /** @type {Map<string, import("./answers.js").Answer>} */
    this.known = new Map();
    /** @type {Map<string, Film>} */
    this.films = new Map();
    /** @type {Map<string, Record<string, number>[]>} what differs -> the parts of its effect, world by world */
    this.whys = new Map();
    this.home = -1;
    this.isChosen = true;  // whether the home was chosen by the rule, not by the visitor
    this.wiped = 50;
    this.edited = 1;
    this.isCombining = this.isOrdered = this.isRanking = this.isStale = this.isNarrow = false;
    this.calm = matchMedia("(prefers-reduced-motion: reduce)");
    this.panes = [new Pane(this.find(".pane.a"), "a"), new Pane(this.find(".pane.b"), "b")];
    this.still = document.createElement("canvas");
    this.spare = document.createElement("canvas");
    /** @type {Generator<number> | null} */
    this.renewing = null;
    this.stillMonth = -1;
    this.rest = 0;
    this.asked = 0;
    this.closed = false;
    /** @type {Map<string, string>} */
    this.colours = new Map();
    this.line = new Timeline(this.find(".track"), this);
    this.film = /** @type {Film} */ (/** @type {unknown} */ (null));  // until the first reference has come
    this.place = /** @type {Place} */ (/** @type {unknown} */ (null));
    /** @type {Int32Array} */
    this.plan = new Int32Array(0);
    /** @type {number[]} */
    this.candidates = [];
    /** @type {import("./homes.js").Gains | null} */
    this.gains = null;
  }

  /** @param {string} css @returns {HTMLElement} */
  find(css) {
    return /** @type {HTMLElement} */ (this.root.querySelector(css));
  }
  get isCalm() {
    return this.calm.matches;
  }
  get community() {
    return /** @type {import("./words.js").Community} */ (pageData().communities.find((c) => c.name === this.placeShown) ?? pageData().communities[0]);
  }
  /** The answers of both sides. */
  get answers() {
    return this.sides.map((arm) => this.answerOf(arm));
  }
  /** What is known of no mechanism at all, where neither side is that. */
  get neither() {
    return this.sides.some(isNothing) ? null : this.answerOf(NOTHING);
  }
  get reference() {
    return this.film?.years.get("");
  }
  /** @param {Arm} arm */
  answerOf(arm) {
    const key = `${this.placeShown}/${this.seed}/${keyOf(arm)}`;
    if (!this.known.has(key)) this.known.set(key, noAnswer());
    return /** @type {import("./answers.js").Answer} */ (this.known.get(key));
  }

  // ------------------------------------------------------------ words
  placeName() {
    return this.community.title[currentLanguage()];
  }
  /** The name of a side: Without and With, or what each has. @param {number} side */
  sideName(side) {
    if (isNothing(this.sides[0]) && !isNothing(this.sides[1])) return say(side ? "with" : "without");
    return nameOfArm(this.sides[side], this.community.reported);
  }
  /** @param {number} side */
  sideTitle(side) {
    const arm = this.sides[side], name = nameOfArm(arm, this.community.reported);
    return isNothing(this.sides[0]) && side === 0 ? say("without") : isNothing(this.sides[0]) ? capital(say("with it", { m: name })) : capital(name);
  }
  /** @param {number} compound */
  compoundName(compound) {
    return this.community.yards[currentLanguage()][compound] ?? "";
  }
  /** @param {number} house */
  houseName(house) {
    return say("house", { c: this.compoundName(this.film.place.building_compound[house]), b: house + 1 });
  }
  /** What a figure shows, for its foot. */
  source() {
    const { luck, worlds } = this.answers[1];
    return say("source", { place: this.placeName(), a: listOfArm(this.sides[0]), b: listOfArm(this.sides[1]), days: this.film.days, seed: this.seed, luck: luck.length, worlds: worlds.length, version: pageData().version });
  }
  fileName() {
    return [this.community.name, keyOf(this.sides[0]) || "none", keyOf(this.sides[1]) || "none", `seed${this.seed}`].join("_").replace(/[^\w.-]+/g, "-").slice(0, 120);
  }

  // ------------------------------------------------------------ start
  /** @param {View} view */
  async start(view) {
    if (view.lang) setLanguage(view.lang);
    this.setLight(view.light ?? "dusk", true);
    this.listen();
    this.words();
    await this.show(view, true);
    const observer = new ResizeObserver(() => this.resize());
    observer.observe(this.find("#stage"));
    if (view.day !== undefined) this.go(view.day);
    else if (this.isCalm) this.go(CALM_DAY);
    else {
      this.play();
      if (this.isNarrow) this.hint();
    }
    requestAnimationFrame((t) => this.frame(t));
  }

  close() {
    this.closed = true;
    this.host.stop();
  }

  /** Show a view, from the address or from Back. @param {View} view @param {boolean} [isFirst] */
  async show(view, isFirst) {
    this.seed = view.seed ?? 0;
    this.placeShown = pageData().communities.some((c) => c.name === view.place) ? view.place : pageData().communities[0].name;
    const b = view.b === undefined ? keyOf(armWith([DEFAULT])) : view.b;
    /** @param {Arm} arm */
    const known = (arm) => (this.host.hasArm(this.community.name, keyOf(arm)) ? arm : NOTHING);
    this.sides = [known(armOf(view.a ?? "")), known(armOf(b))];
    await this.live(isFirst ?? false);
    if (view.home !== undefined && view.home >= 0) this.follow(view.home);
  }

  /** @returns {View} */
  view() {
    return { place: this.community.name, a: keyOf(this.sides[0]), b: keyOf(this.sides[1]), seed: this.seed, lang: currentLanguage(), light: this.light };
  }

  /** @param {string} name */
  async open(name) {
    this.placeShown = name;
    this.camera = new Camera();
    this.day = 0;
    closeSheet(this);
    this.find("#back").hidden = true;
    this.root.dataset.near = "false";
    await this.live(false);
    this.remember(true);
  }

  /** Fetch what the sides need, and show it; then ask for answers. @param {boolean} isFirst */
  async live(isFirst) {
    const asked = ++this.asked, name = this.community.name, key = `${name}/${this.seed}`;
    this.isStale = true;
    this.root.dataset.busy = "";
    try {
      let film = this.films.get(key);
      if (!film) {
        film = new Film(unpack(await decompress(await this.host.reference(name, this.seed))));
        film.add("", film.reference);
        this.films.set(key, film);
      }
      for (const arm of this.sides) {
        const armKey = keyOf(arm);
        if (!film.years.has(armKey)) film.add(armKey, unpack(await decompress(await this.host.year({ place: name, key: armKey, seed: this.seed }))));
      }
      if (asked !== this.asked || this.closed) return;
      const isNew = film !== this.film;
      this.film = film;
      this.years = this.sides.map((arm) => /** @type {Year} */ (film.years.get(keyOf(arm))));
      this.panes.forEach((pane, k) => pane.show(this.years[k]));
      if (isNew || !this.place) this.place = /** @type {any} */ (null);
      this.isStale = false;
      this.chooseHome();
      this.words();
      this.resize();
      this.askAnswers();
      if (!isFirst && isNew && !this.isCalm) this.play();
    } catch (error) {
      this.toast(String(/** @type {Error} */ (error).message ?? error));
    } finally {
      if (asked === this.asked) delete this.root.dataset.busy;
    }
  }

  askAnswers() {
    const { luck, worlds } = pageData().runs, arms = this.sides.some(isNothing) ? this.sides : [NOTHING, ...this.sides];
    const wanted = [...new Set(arms.map(keyOf))].filter((key) => {
      const answer = this.answerOf(armOf(key));
      return answer.luck.length < luck || answer.worlds.length < worlds;
    });
    this.host.stop();
    this.isRanking = false;
    if (wanted.length) this.askRuns(wanted);
  }

  /** @param {string[]} keys */
  async askRuns(keys) {
    const place = this.community.name, seed = this.seed, asked = this.asked;
    await this.host.runs(keys.map((key) => ({ place, key, seed })), (wanted, kind, number, run) => {
      const name = `${wanted.place}/${wanted.seed}/${wanted.key}`;
      if (!this.known.has(name)) this.known.set(name, noAnswer());
      /** @type {any} */ (this.known.get(name))[kind][number] = run;
      this.lookSoon();
    });
    if (asked === this.asked) this.isRanking = false;
    this.lookSoon();
  }
  /** Show the answers that have come in, but not more often than one can read. */
  lookSoon() {
    if (this.looking || this.closed) return;
    this.looking = setTimeout(() => {
      this.looking = 0;
      if (!this.film) return;
      showFinding(this);
      showNumbers(this);
      refreshTray(this);
    }, this.answers.every((a) => a.luck.length > 1) ? SLOW : 0);
  }
  rankAll() {
    this.isRanking = true;
    this.isOrdered = true;
    openTray(this);
    this.host.stop();
    this.askRuns(["", ...pageData().mechanisms.map((m) => m.name)]);
  }

  /** The one mechanism that the right side has and the left has not, if that is all that differs; else "". */
  differing() {
    const [a, b] = this.sides, more = Object.keys(b).filter((name) => !(name in a));
    return more.length === 1 && Object.keys(a).every((name) => keyOf({ [name]: a[name] }) === keyOf({ [name]: b[name] ?? {} }) && name in b) && keyOf({ [more[0]]: b[more[0]] }) === more[0] ? more[0] : "";
  }
  whyKey() {
    return [this.community.name, this.seed, keyOf(this.sides[0]), this.differing()].join("/");
  }
  /** Ask through what the mechanism that differs works. */
  async askWhy() {
    const key = this.whyKey(), worlds = [];
    this.whys.set(key, worlds);
    showNumbers(this);
    const question = { kind: "why", place: this.community.name, key: keyOf(this.sides[0]), seed: this.seed, mechanism: this.differing() };
    await this.host.ask(question, ({ parts }) => {
      worlds.push(parts);
      this.lookSoon();
    });
    if (!worlds.length) this.whys.delete(key);  // it was stopped before its first world
    this.lookSoon();
  }

  /** Bring the community that this browser has kept. */
  recall() {
    return recallOwn(this);
  }

  /** Go to another room of the page, or open it here. @param {string} room */
  enter(room) {
    this.shut("#more", "#open-more");
    if (room === "evidence") openEvidence(this);
    else if (room === "community") openCommunity(this);
    else if (room === "researchers" && this.community.own && !this.community.served) this.toast(say("own only here"));
    else this.host.go(room);
  }

  // ------------------------------------------------------------ what differs
  /** @param {number} side @param {Arm} arm */
  async setSide(side, arm) {
    this.sides[side] = arm;
    this.sides = [this.sides[0], this.sides[1]];
    this.find("#headline").classList.add("waits");
    await this.live(false);
    this.remember(true);
  }
  /** Set a knob of a mechanism; its usual value is not kept. @param {number} side @param {string} name @param {string} knob @param {number} value @param {number} usual */
  setKnob(side, name, knob, value, usual) {
    const set = { ...this.sides[side][name] };
    if (value === usual) delete set[knob];
    else set[knob] = value;
    return this.setSide(side, { ...this.sides[side], [name]: set });
  }
  /** @param {number} side @param {string} name @param {string} end @param {number} day */
  setDates(side, name, end, day) {
    this.setKnob(side, name, end, day, end === "first_day" ? 0 : this.film.days);
  }

  // ------------------------------------------------------------ the home that is followed
  chooseHome() {
    const [a, b] = this.years;
    this.gains = gainsOf(this.film, a, b);
    this.candidates = homesToFollow(this.film, a, b, this.gains);
    this.nth = 0;
    this.isChosen = true;
    this.followHome(this.candidates[0]);
  }
  /** @param {boolean} [isOpen]  whether its sheet is to open */
  followAnother(isOpen) {
    this.nth = (this.nth + 1) % this.candidates.length;
    this.followHome(this.candidates[this.nth]);
    if (isOpen) this.visit(this.film.place.flat_building[this.home], this.home);
  }
  /** @param {number} flat */
  follow(flat) {
    this.isChosen = false;
    this.followHome(flat);
  }
  /** @param {number} flat */
  followHome(flat) {
    this.home = flat;
    this.plan = storyByDay(this.film, this.years[0], this.years[1], flat);
    for (const pane of this.panes) pane.said = "";
    this.captions();
  }

  // ------------------------------------------------------------ words on the page
  words() {
    this.root.lang = isChinese() ? "zh-CN" : "en";
    document.documentElement.lang = this.root.lang;
    document.title = say("title");
    for (const node of /** @type {NodeListOf<HTMLElement>} */ (this.root.querySelectorAll("[data-say]"))) node.textContent = say(node.dataset.say ?? "");
    for (const node of /** @type {NodeListOf<HTMLElement>} */ (this.root.querySelectorAll("[data-label]"))) node.setAttribute("aria-label", say(node.dataset.label ?? ""));
    this.find("#language").lang = isChinese() ? "en" : "zh-CN";
    this.find("#back").textContent = "← " + say("whole community");
    this.placesInBar();
    const hues = html`<i style="background:var(--cold)"></i>${say("cold")} <i style="background:var(--warm)"></i>${say("warm")}`;
    put(this.find(".key-narrow"), html`${say("key short")} ${hues}`);
    this.find(".pane.a .key").textContent = say("key");
    put(this.find(".pane.b .key"), hues);
    this.buttons();
    if (!this.film) return;
    this.find("#open-tray span").textContent = capital(isNothing(this.sides[0]) ? nameOfArm(this.sides[1], this.community.reported) : say("a against b", { a: nameOfArm(this.sides[1], this.community.reported), b: nameOfArm(this.sides[0], this.community.reported) }));
    showFinding(this);
    showNumbers(this);
    this.plates();
    for (const pane of this.panes) pane.said = "";
    this.captions();
    this.line.said = -1;
    if (!this.find("#tray").hidden) openTray(this);
    if (!this.find("#more").hidden) openMenu(this);
  }

  /** The first communities as buttons, all others in a list. */
  placesInBar() {
    const { communities } = pageData(), box = this.find(".places"), shown = communities.slice(0, 3), others = communities.slice(3), lang = currentLanguage();
    const now = this.community;
    put(box, html`${shown.map((c) => html`<button role="radio" data-name="${c.name}" aria-checked="${c === now}">${c.title[lang]}<small>${c.size[lang]}</small></button>`)}
      ${communities.length > 1 ? html`<select aria-label="${say("other communities")}"><option value="">${others.includes(now) ? now.title[lang] : say("other communities")}</option>${communities.filter((c) => c !== now).map((c) => html`<option value="${c.name}">${c.title[lang]} · ${c.size[lang]}</option>`)}</select>` : ""}`);
    for (const button of /** @type {NodeListOf<HTMLButtonElement>} */ (box.querySelectorAll("button"))) button.onclick = () => this.open(button.dataset.name ?? "");
    const select = box.querySelector("select");
    if (select) select.onchange = () => select.value && this.open(select.value);
  }

  plates() {
    this.panes.forEach((pane, k) => {
      put(pane.plate, html`<h3><i></i>${this.sideTitle(k)}</h3><p><b></b> ${say("still open here")}<span><b></b> ${say("unreported here")}</span></p>`);
    });
    this.figures();
  }
  figures() {
    const day = Math.min(Math.floor(this.day), this.film.days);
    this.panes.forEach((pane, k) => {
      const year = this.years[k], [open, unknown] = pane.plate.querySelectorAll("p b");
      if (!open || !year) return;
      open.textContent = whole(year.open[day]);
      unknown.textContent = whole(year.unknown[day]);
      pane.canvas.setAttribute("aria-label", say("pane", { side: this.sideTitle(k), open: year.open[day], unknown: year.unknown[day] }));
    });
    const { year } = calendar(day, this.film.firstMonth), isLong = this.film.days > 400;
    this.find(".date b").textContent = dateOf(day, this.film.firstMonth);
    this.find(".date span").textContent = isLong ? say("year and day", { year: year + 1, n: day }) : say("day no", { n: day });
  }
  captions() {
    if (this.home < 0 || !this.film) return;
    const day = Math.min(Math.floor(this.day), this.film.days), i = this.plan[day] ?? -1, who = homeName(this.film, this.home);
    this.panes.forEach((pane, k) => {
      const { text, mood, light } = standingOf(this.years[k], i, day), said = [who, text, mood, light].join();
      if (pane.said === said) return;
      pane.said = said;
      put(pane.caption, html`${portrait(mood, light, this.film.place.flat_elders[this.home] > 0, this.home)}<p><small>${who}</small>${text.split(/(?<=\. |。)/).map((part) => html`<span>${part}</span> `)}</p>`);
    });
  }
  buttons() {
    this.find("#play").setAttribute("aria-label", say(this.isPlaying ? "pause" : "play"));
    this.find("#play path").setAttribute("d", this.isPlaying ? "M7 5h3.6v14H7zM13.4 5H17v14h-3.600z" : "M8 4.800v14.400L19.500 12z");
  }
  /** @param {string} text */
  toast(text) {
    const box = this.find(".toast");
    box.textContent = text;
    box.hidden = false;
    clearTimeout(this.toasting);
    this.toasting = setTimeout(() => (box.hidden = true), 4000);
  }
  /** @param {string} text */
  async copy(text) {
    try {
      await navigator.clipboard.writeText(text);
      this.toast(say("copied"));
    } catch {
      this.toast(say("copy it", { text }));
    }
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
    this.remember(false);
  }
  /** @param {boolean} isStep */
  remember(isStep) {
    if (this.film) this.host.remember({ ...this.view(), day: Math.floor(this.day), ...(this.isChosen ? {} : { home: this.home }) }, isStep);
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
    if (this.isPlaying) this.late = day;  // while it plays, the two sides take turns
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
    requestAnimationFrame((next) => this.frame(next));
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
    const stage = this.find("#stage"), isNarrow = stage.clientWidth < NARROW, w = isNarrow ? stage.clientWidth : Math.floor(stage.clientWidth / 2), h = stage.clientHeight;
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
    this.place = new Place(this.film.place, w, h - this.foot * (few && !isNarrow ? 0.5 : 1), isNarrow ? 78 : 90);
    this.place.placeIssues(this.film);
    if (this.camera.house >= 0) this.camera = this.cameraOn(this.camera.house);
    this.redraw();
    this.turn();
    this.line.draw();
    this.wipe(this.wiped);
    showFinding(this);
  }
  /** @param {number} n */
  cameraOn(n) {
    const pane = this.panes[0];
    return Camera.on(this.place.houses[n], pane.w, pane.h - this.foot);
  }
  /** @param {HTMLCanvasElement} sheet */
  drawing(sheet) {
    const pane = this.panes[0], k = this.camera, c = /** @type {CanvasRenderingContext2D} */ (sheet.getContext("2d"));
    c.setTransform(1, 0, 0, 1, 0, 0);
    c.clearRect(0, 0, sheet.width, sheet.height);
    k.apply(c, pane.dpr);
    return drawPlace(c, this.place, this.look, seasonOf(this.day, this.film.firstMonth), k.z, { x: k.x, y: k.y, w: pane.w / k.z, h: pane.h / k.z }, (n) => this.compoundName(n));
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
    const from = this.camera, begin = performance.now(), span = this.isCalm ? 0 : GLIDE;
    const step = () => {
      const k = span ? Math.min(1, (performance.now() - begin) / span) : 1, e = 1 - (1 - k) ** 3;
      if (k < 1) {
        const z = from.z * (to.z / from.z) ** e;
        this.gliding = { z: z / from.z, x: (from.x - (from.x + (to.x - from.x) * e)) * z, y: (from.y - (from.y + (to.y - from.y) * e)) * z };
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
  /** Back to the whole community. */
  out() {
    closeSheet(this);
    this.camera.house = -1;
    this.resize();
    if (this.camera.z > 1.02) this.glide(new Camera());
  }
  /** Go to a house, and open its story beside it. @param {number} n @param {number} [flat] */
  visit(n, flat = -1) {
    openSheet(this, { house: n, flat });
    const before = this.camera.house;
    this.resize();
    if (before !== n) this.glide(this.cameraOn(n));
  }
  /** @param {number} k @param {number} x @param {number} y */
  zoom(k, x, y) {
    if (this.gliding) return;
    const [px, py] = this.camera.toPlace(x, y), to = new Camera(), pane = this.panes[0];
    to.z = Math.max(1, Math.min(NEAR / this.place.scale, this.camera.z * k));
    to.x = Math.max(0, Math.min(pane.w - pane.w / to.z, px - x / to.z));
    to.y = Math.max(0, Math.min(pane.h - pane.h / to.z, py - y / to.z));
    this.glide(to);
  }
  /** @param {number} x @param {number} y */
  pick(x, y) {
    const [px, py] = this.camera.toPlace(x, y), house = this.place.houseAt(px, py);
    if (!house) {
      if (this.camera.z > 1.02) this.out();
      return;
    }
    this.visit(house.n, house.s * this.camera.z > 7 ? this.place.flatAt(house, px, py) : -1);
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
  /** @param {string} light @param {boolean} [isQuiet] */
  setLight(light, isQuiet) {
    this.light = light in LOOKS ? light : "dusk";
    this.look = LOOKS[this.light];
    this.root.dataset.light = this.light;
    this.colours.clear();
    if (isQuiet || !this.place) return;
    this.redraw();
    this.turn();
    showFinding(this);
    this.remember(false);
  }
  /** @param {string} side */
  colourOf(side) {
    const made = this.colours.get(side) ?? getComputedStyle(this.root).getPropertyValue(`--${side}-fill`).trim();
    this.colours.set(side, made);
    return made;
  }

  // ------------------------------------------------------------ hands
  /** Hide a panel, and give the focus back to what opened it. @param {string} css @param {string} opener */
  shut(css, opener) {
    const panel = this.find(css);
    if (panel.hidden) return;
    panel.hidden = true;
    this.find(opener).setAttribute("aria-expanded", "false");
    this.find(opener).focus();
  }
  listen() {
    /** @param {string} css @param {() => void} act */
    const on = (css, act) => (this.find(css).onclick = act);
    on("#play", () => (this.isPlaying ? this.pause() : this.play()));
    on("#language", () => {
      setLanguage(isChinese() ? "en" : "zh");
      this.words();
      this.resize();
      this.remember(false);
    });
    on("#open-tray", () => (this.find("#tray").hidden ? openTray(this) : this.shut("#tray", "#open-tray")));
    on("#open-more", () => (this.find("#more").hidden ? openMenu(this) : this.shut("#more", "#open-more")));
    on("#back", () => this.out());
    on(".skip", () => this.find("#play").focus());
    for (const pane of this.panes) this.listenToPane(pane);
    this.listenToWipe();
    this.root.addEventListener("keydown", (e) => this.key(e));
    this.root.addEventListener("pointerdown", (e) => {
      const target = /** @type {Element} */ (e.target);
      if (!this.find("#more").hidden && !target.closest("#more, #open-more")) this.shut("#more", "#open-more");
    });
    this.calm.addEventListener("change", () => this.isCalm && this.pause());
  }
  /** @param {KeyboardEvent} e */
  key(e) {
    const target = /** @type {Element} */ (e.composedPath()[0]), radio = target.closest("[role=radio]");
    if (e.key === "Escape") {
      if (!this.find("#tray").hidden) this.shut("#tray", "#open-tray");
      else if (!this.find("#more").hidden) this.shut("#more", "#open-more");
      else this.out();
    } else if (e.key === " " && !target.closest("button, input, select, summary, a, code")) {
      e.preventDefault();
      if (this.isPlaying) this.pause();
      else this.play();
    } else if (radio && (e.key === "ArrowRight" || e.key === "ArrowLeft")) {
      const list = [.../** @type {NodeListOf<HTMLElement>} */ (/** @type {Element} */ (radio.parentElement).querySelectorAll("[role=radio]"))];
      list[(list.indexOf(/** @type {HTMLElement} */ (radio)) + (e.key === "ArrowRight" ? 1 : -1) + list.length) % list.length].focus();
      e.preventDefault();
    }
  }
  /** @param {Pane} pane */
  listenToPane(pane) {
    const { canvas } = pane, tip = this.find(".tip");
    /** @param {MouseEvent} e @returns {[number, number]} */
    const at = (e) => [e.clientX - canvas.getBoundingClientRect().left, e.clientY - canvas.getBoundingClientRect().top];
    canvas.addEventListener("wheel", (e) => {
      if (!e.ctrlKey && !e.metaKey) return;
      e.preventDefault();
      this.zoom(e.deltaY < 0 ? 1.5 : 1 / 1.5, ...at(e));
    }, { passive: false });
    canvas.onclick = (e) => this.pick(...at(e));
    canvas.onpointermove = (e) => {
      if (e.pointerType === "touch" || !this.place) return;
      const house = this.place.houseAt(...this.camera.toPlace(...at(e)));
      canvas.style.cursor = house ? "pointer" : "default";
      tip.hidden = !house;
      if (!house) return;
      const box = this.find("#stage").getBoundingClientRect(), [a, b] = this.years.map((year) => this.openIn(house.n, year));
      tip.textContent = say("tip", { house: this.houseName(house.n), a, b, A: this.sideName(0), B: this.sideName(1) });
      tip.style.transform = `translate(${Math.min(e.clientX - box.left + 14, box.width - tip.offsetWidth - 8)}px, ${Math.max(8, e.clientY - box.top - 38)}px)`;
    };
    canvas.onpointerleave = () => (tip.hidden = true);
    canvas.onkeydown = (e) => {  // arrows walk from house to house, Enter opens one
      const count = this.place.houses.length, now = this.camera.house >= 0 ? this.camera.house : this.film.place.flat_building[this.home], step = { ArrowRight: 1, ArrowLeft: -1 }[e.key];
      if (step) this.glide(this.cameraOn((now + step + count) % count));
      else if (e.key === "Enter") this.visit(now);
      else if (e.key === "+" || e.key === "=") this.zoom(1.6, pane.w / 2, pane.h / 2);
      else if (e.key === "-") this.zoom(1 / 1.6, pane.w / 2, pane.h / 2);
      else return;
      e.preventDefault();
      e.stopPropagation();
    };
    pane.caption.onclick = () => this.visit(this.film.place.flat_building[this.home], this.home);
  }
  /** Open issues in a house. @param {number} house @param {Year} year */
  openIn(house, year) {
    let n = 0;
    for (let i = 0; i < this.film.issues; i++) if (this.film.issue.building[i] === house && year.state[i] < RESOLVED) n++;
    return n;
  }
  listenToWipe() {
    const wipe = this.find(".wipe"), stage = this.find("#stage");
    let isHeld = false;
    wipe.onpointerdown = (e) => {
      isHeld = true;
      wipe.setPointerCapture(e.pointerId);
    };
    wipe.onpointermove = (e) => {
      const box = stage.getBoundingClientRect();
      if (isHeld) this.wipe(((e.clientX - box.left) / box.width) * 100);
    };
    wipe.onpointerup = () => (isHeld = false);
    wipe.onkeydown = (e) => {
      const step = { ArrowLeft: -5, ArrowRight: 5, Home: -100, End: 100 }[e.key];
      if (!step) return;
      this.wipe(this.wiped + step);
      e.preventDefault();
      e.stopPropagation();
    };
  }
}
