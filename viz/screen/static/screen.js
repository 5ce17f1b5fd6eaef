// @ts-check
// The first screen: one object that knows the day, the place, and what differs between its two sides.

import { noAnswer } from "./answers.js";
import { armOf, armWith, isNothing, keyOf, listOfArm, nameOfArm, NOTHING } from "./arms.js";
import { showNumbers } from "./cards.js";
import { openCommunity, recallOwn } from "./community_room.js";
import { openEvidence } from "./evidence.js";
import { save } from "./export.js";
import { showFinding } from "./finding.js";
import { listen } from "./hands.js";
import { gainsOf, homeName, homesToFollow, portrait, standingOf, storyByDay } from "./homes.js";
import { emphasised, html, put } from "./markup.js";
import { openMenu } from "./menu.js";
import { LOOKS } from "./palette.js";
import { Camera } from "./pane.js";
import { decompress, Film, unpack } from "./recording.js";
import { closeSheet, openSheet } from "./sheet.js";
import { showPlan } from "./site_plan.js";
import { Stage } from "./stage.js";
import { refreshTakeAlong } from "./take_along.js";
import { openTray, refreshTray } from "./tray.js";
import {
  calendar,
  capital,
  currentLanguage,
  dateOf,
  isChinese,
  pageData,
  say,
  setLanguage,
  whole,
} from "./words.js";

/** @typedef {import("./arms.js").Arm} Arm */
/** @typedef {import("./recording.js").Year} Year */
/** @typedef {{place?: string, a?: string, b?: string, seed?: number, day?: number, lang?: string, light?: string, home?: number}} View  what is shown; in the address */

const DEFAULT = "building_captains";
const CALM_DAY = 120; // day shown where motion is not wanted
const LONG = 60_000; // ms that a message stays which one must have read
const SLOW = 400; // ms between looks at the answers that come in

export class Screen extends Stage {
  /** @type {string | undefined} */
  placeShown;
  seed = 0;
  /** @type {[Arm, Arm]} */
  sides = [NOTHING, armWith([DEFAULT])];
  /** @type {Map<string, import("./answers.js").Answer>} */
  known = new Map();
  /** @type {Map<string, Film>} */
  films = new Map();
  /** @type {Map<string, Record<string, number>[]>} what differs -> the parts of its effect, world by world */
  whys = new Map();
  isChosen = true; // whether the home was chosen by the rule, not by the visitor
  /** @type {number[]} */
  candidates = []; // homes to follow
  nth = 0; // of the homes to follow
  /** @type {import("./homes.js").Gains | null} */
  gains = null;
  plan = new Int32Array(); // the issue of the home that is told on each day
  edited = 1; // the side that the tray changes
  isCombining = false;
  isOrdered = false;
  isRanking = false;
  isStale = false;
  isPressed = false;
  explained = DEFAULT; // the mechanism that the tray explains
  asked = 0; // number of the latest question for years
  round = 0; // number of the latest question for runs
  hands = new AbortController(); // of all listeners, for `close`
  /** @type {any} what was typed into the form "My community" */
  draft;
  /** @type {import("./issue_list_parts.js").Kept | undefined} the visitor's list of issues */
  issueList;
  /** @type {string | undefined} language of the brief */
  briefLanguage;
  /** @type {Element | null} what had the focus before the sheet was opened */
  opener = null;
  looking = 0;
  toasting = 0;

  get community() {
    return /** @type {import("./words.js").Community} */ (
      pageData().communities.find((c) => c.name === this.placeShown) ?? pageData().communities[0]
    );
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
    const arm = this.sides[side],
      name = nameOfArm(arm, this.community.reported);
    return isNothing(this.sides[0]) && side === 0
      ? isNothing(this.sides[1])
        ? capital(name)
        : capital(say("without it", { m: nameOfArm(this.sides[1], this.community.reported) }))
      : isNothing(this.sides[0])
        ? capital(say("with it", { m: name }))
        : capital(name);
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
    return say("source", {
      place: this.placeName(),
      a: listOfArm(this.sides[0]),
      b: listOfArm(this.sides[1]),
      days: this.film.days,
      seed: this.seed,
      luck: luck.length,
      worlds: worlds.length,
      version: pageData().version,
    });
  }
  fileName() {
    return [
      this.community.name,
      keyOf(this.sides[0]) || "none",
      keyOf(this.sides[1]) || "none",
      `seed${this.seed}`,
    ]
      .join("_")
      .replace(/[^\w.-]+/g, "-")
      .slice(0, 120);
  }

  // ------------------------------------------------------------ start
  /** @param {View} view */
  async start(view) {
    if (view.lang) setLanguage(view.lang);
    this.setLight(view.light ?? "dusk", true);
    listen(this);
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
    this.remember(false);
  }

  /** Ask another host from now on. @param {import("./hosts.js").Host} host */
  attach(host) {
    this.host = host;
    host.onSilence = () => this.toast(say("server silent"), LONG);
  }

  close() {
    this.closed = true;
    this.hands.abort();
    this.host.stop();
  }

  /** Show a view, from the address or from Back. @param {View} view @param {boolean} [isFirst] */
  async show(view, isFirst) {
    if (view.lang && view.lang !== currentLanguage()) setLanguage(view.lang);
    const { first } = pageData();
    this.seed = view.seed ?? first.seed;
    this.placeShown = pageData().communities.some((c) => c.name === view.place)
      ? view.place
      : pageData().communities[0].name;
    const b = view.b === undefined || (view.b && isNothing(armOf(view.b))) ? first.b : view.b;
    /** @param {Arm} arm */
    const known = (arm) => (this.host.hasArm(this.community.name, keyOf(arm)) ? arm : NOTHING);
    this.sides = [known(armOf(view.a ?? first.a)), known(armOf(b))];
    await this.live(isFirst ?? false);
    if (!this.film) return;
    if (view.home !== undefined && view.home < this.film.place.flat_building.length) this.follow(view.home);
    if (isFirst) return;
    if (view.light && view.light !== this.light) this.setLight(view.light);
    if (view.day !== undefined) this.go(view.day);
  }

  /** Forget the years and answers of a community whose numbers have changed. @param {string} name */
  forget(name) {
    for (const kept of [this.films, this.known, this.whys])
      for (const key of [...kept.keys()]) if (key.startsWith(`${name}/`)) kept.delete(key);
  }

  /** @returns {View} */
  view() {
    return {
      place: this.community.name,
      a: keyOf(this.sides[0]),
      b: keyOf(this.sides[1]),
      seed: this.seed,
      lang: currentLanguage(),
      light: this.light,
    };
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

  /** Fetch what the sides need, and show it; then ask for answers. False if it was refused. @param {boolean} isFirst */
  async live(isFirst) {
    const asked = ++this.asked,
      name = this.community.name,
      key = `${name}/${this.seed}`;
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
        if (!film.years.has(armKey))
          film.add(
            armKey,
            unpack(await decompress(await this.host.year({ place: name, key: armKey, seed: this.seed }))),
          );
      }
      if (asked !== this.asked || this.closed) return true;
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
      return true;
    } catch (error) {
      this.toast(String(/** @type {Error} */ (error).message ?? error));
      return asked !== this.asked;
    } finally {
      if (asked === this.asked) delete this.root.dataset.busy;
    }
  }

  /** Ask for the runs of both sides, and of no mechanism, that are not known yet. */
  askAnswers() {
    this.host.stop();
    this.isRanking = false;
    const wanted = this.missing();
    if (wanted.length) this.askRuns(wanted);
  }
  /** The keys of what is on show whose answers are not whole. */
  missing() {
    const { luck, worlds } = pageData().runs,
      arms = this.sides.some(isNothing) ? this.sides : [NOTHING, ...this.sides];
    return [...new Set(arms.map(keyOf))].filter((key) => {
      const answer = this.answerOf(armOf(key));
      return answer.luck.length < luck || answer.worlds.length < worlds;
    });
  }

  /** @param {string[]} keys */
  async askRuns(keys) {
    const place = this.community.name,
      seed = this.seed,
      round = ++this.round;
    try {
      await this.host.runs(
        keys.map((key) => ({ place, key, seed })),
        (wanted, kind, number, run) => {
          const name = `${wanted.place}/${wanted.seed}/${wanted.key}`;
          if (!this.known.has(name)) this.known.set(name, noAnswer());
          /** @type {any} */ (this.known.get(name))[kind][number] = run;
          this.lookSoon();
        },
      );
    } catch (error) {
      this.toast(String(/** @type {Error} */ (error).message));
    }
    if (round !== this.round) return; // other runs are asked for by now
    this.isRanking = false;
    this.lookSoon();
  }
  /** Show the answers that have come in, but not more often than one can read. */
  lookSoon() {
    if (this.looking || this.closed) return;
    this.looking = setTimeout(
      () => {
        this.looking = 0;
        if (!this.film) return;
        if (this.isPressed) return this.lookSoon(); // what is pressed must be there when it is let go
        showFinding(this);
        showNumbers(this);
        refreshTray(this);
      },
      this.answers.every((a) => a.luck.length > 1) ? SLOW : 0,
    );
  }
  rankAll() {
    this.isRanking = true;
    this.isOrdered = true;
    openTray(this);
    this.host.stop();
    this.askRuns([...new Set(["", ...this.missing(), ...pageData().mechanisms.map((m) => m.name)])]);
  }

  /** Save what is on show as one file, which shows it anywhere. */
  async saveFile() {
    this.toast(say("file made"));
    const { place, a, b, seed, lang } = this.view();
    try {
      const { bytes } = await this.host.ask({ kind: "file", place, a, b, seed, lang });
      if (!bytes.length) return; // something else was asked meanwhile
      save(
        `${this.fileName()}.html`,
        new Blob([/** @type {BlobPart} */ (bytes.slice())], { type: "text/html" }),
      );
    } catch (error) {
      this.toast(String(/** @type {Error} */ (error).message));
    }
    this.askAnswers();
  }

  /** The one mechanism that the right side has and the left has not, if that is all that differs; else "". */
  differing() {
    const [a, b] = this.sides,
      more = Object.keys(b).filter((name) => !(name in a));
    return more.length === 1 &&
      Object.keys(a).every(
        (name) => keyOf({ [name]: a[name] }) === keyOf({ [name]: b[name] ?? {} }) && name in b,
      ) &&
      keyOf({ [more[0]]: b[more[0]] }) === more[0]
      ? more[0]
      : "";
  }
  whyKey() {
    return [this.community.name, this.seed, keyOf(this.sides[0]), this.differing()].join("/");
  }
  /** Ask through what the mechanism that differs works. */
  async askWhy() {
    const key = this.whyKey(),
      worlds = [];
    this.whys.set(key, worlds);
    showNumbers(this);
    const question = {
      kind: "why",
      place: this.community.name,
      key: keyOf(this.sides[0]),
      seed: this.seed,
      mechanism: this.differing(),
    };
    try {
      const { message } = await this.host.ask(question, ({ parts }) => {
        worlds.push(parts);
        this.lookSoon();
      });
      if (!message.done) this.whys.delete(key); // it was stopped
    } catch (error) {
      this.whys.delete(key);
      this.toast(String(/** @type {Error} */ (error).message));
    }
    this.lookSoon();
    if (key === this.whyKey() && !this.isRanking) this.askAnswers();
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
    else if (room === "researchers" && this.community.own && !this.community.served)
      this.toast(say("own only here"));
    else this.host.go(room);
  }

  // ------------------------------------------------------------ what differs
  /** @param {number} side @param {Arm} arm */
  async setSide(side, arm) {
    const before = this.sides;
    this.sides = side ? [before[0], arm] : [arm, before[1]];
    this.find("#headline").classList.add("waits");
    if (await this.live(false)) return this.remember(true);
    this.sides = before; // the year was refused
    this.isStale = false;
    this.words();
  }
  /** Set a knob of a mechanism; its usual value is not kept. @param {number} side @param {string} name @param {string} knob @param {number} value */
  setKnob(side, name, knob, value) {
    const set = { ...this.sides[side][name] };
    if (value === this.usual(name, knob)) delete set[knob];
    else set[knob] = value;
    return this.setSide(side, { ...this.sides[side], [name]: set });
  }
  /** The value of a knob that is not set: the case's, or the model's own. @param {string} name @param {string} knob @returns {number} */
  usual(name, knob) {
    const own = { strength: 1, first_day: 0, last_day: this.film.days };
    return this.community.usual[name]?.[knob] ?? own[knob];
  }
  /** @param {number} side @param {string} name @param {string} end @param {number} day */
  setDates(side, name, end, day) {
    this.setKnob(side, name, end, day);
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
    for (const node of /** @type {NodeListOf<HTMLElement>} */ (this.root.querySelectorAll("[data-say]")))
      node.textContent = say(node.dataset.say ?? "");
    for (const node of /** @type {NodeListOf<HTMLElement>} */ (this.root.querySelectorAll("[data-label]")))
      node.setAttribute("aria-label", say(node.dataset.label ?? ""));
    this.find("#language").lang = isChinese() ? "en" : "zh-CN";
    this.find("#back").textContent = "← " + say("whole community");
    this.placesInBar();
    const hues = html`<i style="background:var(--cold)"></i>${say("cold")}
      <i style="background:var(--warm)"></i>${say("warm")}`;
    put(this.find(".key-narrow"), html`${say("key short")} ${hues}`);
    this.find(".pane.a .key").textContent = say("key");
    put(this.find(".pane.b .key"), hues);
    this.buttons();
    if (!this.film) return;
    this.find("#open-tray span").textContent = capital(
      isNothing(this.sides[0])
        ? nameOfArm(this.sides[1], this.community.reported)
        : say("a against b", {
            a: nameOfArm(this.sides[1], this.community.reported),
            b: nameOfArm(this.sides[0], this.community.reported),
          }),
    );
    showFinding(this);
    showNumbers(this);
    this.plates();
    for (const pane of this.panes) pane.said = "";
    this.captions();
    this.line.said = -1;
    refreshTray(this);
    refreshTakeAlong(this);
    if (!this.find("#more").hidden) openMenu(this);
  }

  /** The first communities as buttons, all others in a list. */
  placesInBar() {
    const { communities } = pageData(),
      box = this.find(".places"),
      shown = communities.slice(0, 3),
      others = communities.slice(3),
      lang = currentLanguage();
    const now = this.community;
    put(
      box,
      html`${shown.map((c) => html`<button role="radio" data-name="${c.name}" aria-checked="${c === now}">${c.title[lang]}<small>${c.size[lang]}</small></button>`)}
      ${
        communities.length > 1
          ? html`<select aria-label="${say("other communities")}">
              <option value="">${others.includes(now) ? now.title[lang] : say("other communities")}</option>
              ${communities.filter((c) => c !== now).map((c) => html`<option value="${c.name}">${c.title[lang]} · ${c.size[lang]}</option>`)}
            </select>`
          : ""
      }`,
    );
    for (const button of /** @type {NodeListOf<HTMLButtonElement>} */ (box.querySelectorAll("button")))
      button.onclick = () => this.open(button.dataset.name ?? "");
    const select = box.querySelector("select");
    if (select) select.onchange = () => select.value && this.open(select.value);
  }

  plates() {
    this.panes.forEach((pane, k) => {
      put(
        pane.plate,
        html`<h3><i></i>${this.sideTitle(k)}</h3>
          <p>
            <b></b> ${say("still open here")}<span
              >${emphasised(say("unreported here", { n: "<b></b>" }))}</span
            >
          </p>`,
      );
    });
    this.figures();
  }
  figures() {
    const day = Math.min(Math.floor(this.day), this.film.days);
    this.panes.forEach((pane, k) => {
      const year = this.years[k],
        [open, unknown] = pane.plate.querySelectorAll("p b");
      if (!open || !year) return;
      open.textContent = whole(year.open[day]);
      unknown.textContent = whole(year.unknown[day]);
      pane.canvas.setAttribute(
        "aria-label",
        say("pane", { side: this.sideTitle(k), open: year.open[day], unknown: year.unknown[day] }),
      );
    });
    const { year } = calendar(day, this.film.firstMonth),
      isLong = this.film.days > 400;
    this.find(".date b").textContent = dateOf(day, this.film.firstMonth);
    this.find(".date span").textContent = isLong
      ? say("year and day", { year: year + 1, n: day })
      : say("day no", { n: day });
  }
  captions() {
    if (this.home < 0 || !this.film) return;
    const day = Math.min(Math.floor(this.day), this.film.days),
      i = this.plan[day] ?? -1,
      who = homeName(this.film, this.home);
    this.panes.forEach((pane, k) => {
      const { text, mood, light } = standingOf(this.years[k], i, day),
        said = [who, text, mood, light].join();
      if (pane.said === said) return;
      pane.said = said;
      put(
        pane.caption,
        html`${portrait(mood, light, this.film.place.flat_elders[this.home] > 0, this.home)}
          <p>
            <small>${who} · ${say("followed")}</small
            >${text.split(/(?<=\. |。)/).map((part) => html`<span>${part}</span> `)}
          </p>`,
      );
    });
  }
  buttons() {
    this.find("#play").setAttribute("aria-label", say(this.isPlaying ? "pause" : "play"));
    this.find("#play path").setAttribute(
      "d",
      this.isPlaying ? "M7 5h3.6v14H7zM13.4 5H17v14h-3.600z" : "M8 4.800v14.400L19.500 12z",
    );
  }
  /** Say something for a while. @param {string} text @param {number} [ms] */
  toast(text, ms = 4000) {
    const box = this.find(".toast");
    box.textContent = text;
    box.hidden = false;
    clearTimeout(this.toasting);
    this.toasting = setTimeout(() => (box.hidden = true), ms);
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

  /** @param {boolean} isStep */
  remember(isStep) {
    if (this.film)
      this.host.remember(
        { ...this.view(), day: Math.floor(this.day), ...(this.isChosen ? {} : { home: this.home }) },
        isStep,
      );
  }
  onPause() {
    this.remember(false);
  }
  onLayout() {
    showFinding(this);
    showPlan(this);
  }
  /** Back to the whole community. */
  out() {
    closeSheet(this);
    /** @type {HTMLElement | null} */ (this.opener)?.focus({ preventScroll: true });
    this.opener = null;
    this.camera.house = -1;
    this.resize();
    if (this.camera.z > 1.02) this.glide(new Camera());
  }
  /** Go to a house, and open its story beside it. @param {number} n @param {number} [flat] */
  visit(n, flat = -1) {
    if (this.find("#sheet").hidden) this.opener = this.shadow.activeElement;
    openSheet(this, { house: n, flat });
    const before = this.camera.house;
    this.resize();
    if (before !== n) this.glide(this.cameraOn(n));
  }
  /** @param {number} x @param {number} y */
  pick(x, y) {
    const [px, py] = this.camera.toPlace(x, y),
      house = this.place.houseAt(px, py);
    if (!house) {
      if (this.camera.z > 1.02) this.out();
      return;
    }
    this.visit(house.n, house.s * this.camera.z > 7 ? this.place.flatAt(house, px, py) : -1);
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
  /** Hide a panel, and give the focus back to what opened it. @param {string} css @param {string} opener */
  shut(css, opener) {
    const panel = this.find(css);
    if (panel.hidden) return;
    panel.hidden = true;
    this.find(opener).setAttribute("aria-expanded", "false");
    this.find(opener).focus();
  }
}
