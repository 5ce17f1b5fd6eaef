// @ts-check
// The time line: the backlog of both sides, and a bar for each mechanism, whose ends can be dragged.

import { html, put } from "./markup.js";
import { calendar, dateOf, isChinese, mechanismName, monthName, monthsOf, say, whole } from "./words.js";

/** @typedef {import("./screen.js").Screen} Screen */

const BARS = 3; // mechanisms with a bar of their own; more share one
const BAR = 16; // pixels from bar to bar

/** @param {ArrayLike<number>} list */
const most = (list) => Array.from(list).reduce((a, b) => Math.max(a, b), 1);

export class Timeline {
  most = 1; // open issues at the top

  /** @param {HTMLElement} root @param {Screen} screen */
  constructor(root, screen) {
    this.root = root;
    this.screen = screen;
    this.svg = /** @type {SVGSVGElement} */ (root.querySelector("svg"));
    this.slider = /** @type {HTMLElement} */ (root.querySelector(".scrub"));
    this.said = -1;
    this.left = this.right = this.bottom = 0;
    /** @type {{name: string, side: number, end: string, day: number} | null} the end of a bar that is held */
    this.grip = null;
    this.isHeld = false;
    this.listen();
  }

  listen() {
    const { svg, screen } = this;
    /** @param {PointerEvent} e */
    const dayAt = (e) => {
      const box = svg.getBoundingClientRect();
      return (
        Math.max(0, Math.min(1, (e.clientX - box.left - this.left) / (box.width - this.left - this.right))) *
        screen.film.days
      );
    };
    svg.addEventListener("pointerdown", (e) => {
      const grip = /** @type {Element} */ (e.target).closest(".grip");
      svg.setPointerCapture(e.pointerId);
      if (grip instanceof SVGElement) this.hold(grip);
      else {
        this.isHeld = true;
        screen.pause();
        screen.go(dayAt(e));
      }
    });
    svg.addEventListener("pointermove", (e) => {
      if (this.isHeld) screen.go(dayAt(e));
      else if (this.grip) this.drag(dayAt(e));
    });
    svg.addEventListener("pointercancel", () => (this.isHeld = false));
    svg.addEventListener("pointerup", () => {
      this.isHeld = false;
      this.release();
    });
    this.root.addEventListener("keydown", (e) => {
      const grip = /** @type {Element} */ (e.target).closest(".grip"),
        step = { ArrowRight: 1, ArrowLeft: -1, PageUp: 30, PageDown: -30 }[e.key];
      if (grip instanceof SVGElement && step) {
        this.hold(grip);
        if (this.grip) this.drag(this.grip.day + step * (Math.abs(step) === 1 ? 7 : 1));
        this.release();
      } else if (step) {
        screen.pause();
        screen.go(screen.day + step);
      } else if (e.key === "Home") screen.go(0);
      else if (e.key === "End") screen.go(screen.film.days);
      else return;
      e.preventDefault();
      e.stopPropagation();
    });
  }

  /** @param {SVGElement} grip */
  hold(grip) {
    const { name = "", side = "1", end = "first_day", day = "0" } = grip.dataset;
    this.grip = { name, side: Number(side), end, day: Number(day) };
  }
  /** @param {number} day */
  drag(day) {
    if (!this.grip) return;
    const { days } = this.screen.film,
      [first, last] = this.datesOf(this.grip.name, this.grip.side);
    const low = this.grip.end === "first_day" ? 0 : first + 7,
      high = this.grip.end === "first_day" ? last - 7 : days;
    this.grip.day = Math.round(Math.max(low, Math.min(high, day)));
    this.drawBars();
  }
  release() {
    const held = this.grip;
    this.grip = null;
    if (held) this.screen.setDates(held.side, held.name, held.end, held.day);
  }

  /** First and last day of a mechanism, as it is being dragged. @param {string} name @param {number} side @returns {[number, number]} */
  datesOf(name, side) {
    const { days } = this.screen.film,
      set = this.screen.sides[side][name] ?? {},
      grip = this.grip?.name === name && this.grip.side === side ? this.grip : null;
    const first =
        grip?.end === "first_day" ? grip.day : (set.first_day ?? this.screen.usual(name, "first_day")),
      last = grip?.end === "last_day" ? grip.day : (set.last_day ?? this.screen.usual(name, "last_day"));
    return [Math.min(first, days), Math.min(last, days)];
  }

  /** @param {number} day */
  x(day) {
    return this.left + (day / this.screen.film.days) * (this.root.clientWidth - this.left - this.right);
  }
  /** @param {number} open */
  y(open) {
    return this.bottom - (open / this.most) * (this.bottom - 20);
  }

  draw() {
    const { screen } = this,
      { film, years } = screen,
      w = this.root.clientWidth,
      h = this.root.clientHeight,
      days = film.days,
      isSmall = w < 560;
    if (!w || !years.length) return;
    this.left = isSmall ? 4 : 8;
    this.right = isSmall ? 34 : 24;
    const bars = Math.min(this.bars().length, BARS);
    this.bottom = h - 24 - BAR * bars;
    this.most = most([most(years[0].open), most(years[1].open)]);
    const step = Math.max(1, Math.floor(days / 500));
    /** @param {ArrayLike<number>} open */
    const points = (open) => {
      const list = [];
      for (let d = 0; d <= days; d += step)
        list.push(`${this.x(d).toFixed(1)} ${this.y(open[d]).toFixed(1)}`);
      return list;
    };
    const [a, b] = years.map((year) => points(year.open)),
      close = `L${this.x(days)} ${this.bottom}L${this.x(0)} ${this.bottom}Z`;
    const neither =
      screen.reference && !years.includes(screen.reference)
        ? html`<path class="line neither" d="M${points(screen.reference.open).join("L")}" />`
        : "";
    const focused = /** @type {SVGElement | null} */ (screen.shadow.activeElement)?.dataset;
    this.svg.setAttribute("viewBox", `0 0 ${w} ${h}`);
    put(
      this.svg,
      html`<path class="gap" d="M${a.join("L")}L${[...b].reverse().join("L")}Z" /><path
          class="under"
          d="M${b.join("L")}${close}"
        />
        <path class="base" d="M${this.x(0)} ${this.bottom}H${this.x(days)}" />${neither}<path
          class="line a"
          d="M${a.join("L")}"
        /><path class="line b" d="M${b.join("L")}" /> <g class="months">${this.ticks(isSmall, h)}</g
        ><g class="bars"></g>
        <g class="now"><path d="M0 2V${h - 16}" /><circle class="a" r="4.5" /><circle class="b" r="4.5" /></g
        ><text class="end a"></text><text class="end b"></text>`,
    );
    this.said = -1;
    this.drawBars(focused);
    this.move();
    this.slider.setAttribute("aria-valuemax", String(days));
    this.slider.setAttribute("aria-label", say("time line"));
  }

  /** Months of a year; quarters and years of a longer run. @param {boolean} isSmall @param {number} h */
  ticks(isSmall, h) {
    const { film } = this.screen,
      months = monthsOf(film.days, film.firstMonth),
      every = Math.max(1, Math.ceil(months.length / (isSmall ? 6 : 13)));
    return months.map(({ day, month, year }, k) => {
      const name = month === 0 && months.length > 13 ? say("year no", { n: year + 1 }) : monthName(month);
      return html`<path
          d="M${this.x(day)} ${h - 14}v${k % every ? 2 : 4}"
        />${k % every ? "" : html`<text x="${this.x(day) + 2}" y="${h - 3}">${name}</text>`}`;
    });
  }

  /** The mechanisms that have a bar: those of the right side that the left has not, then the left's own. */
  bars() {
    const [a, b] = this.screen.sides;
    const own = Object.keys(b)
        .filter((n) => !(n in a))
        .map((name) => ({ name, side: 1 })),
      left = Object.keys(a)
        .filter((n) => !(n in b))
        .map((name) => ({ name, side: 0 }));
    const both = Object.keys(b)
      .filter((n) => n in a && JSON.stringify(a[n]) !== JSON.stringify(b[n]))
      .map((name) => ({ name, side: 1 }));
    return [...own, ...both, ...left];
  }

  /** Draw the bars; the end that had the focus has it again. @param {DOMStringMap} [focused]  what names that end */
  drawBars(focused = /** @type {SVGElement | null} */ (this.screen.shadow.activeElement)?.dataset) {
    const { screen } = this,
      { film } = screen,
      group = /** @type {Element} */ (this.svg.querySelector(".bars"));
    if (!group) return;
    const list = this.bars(),
      shown = list.length > BARS ? list.slice(0, BARS - 1) : list,
      top = this.bottom + 6;
    const rows = shown.map(({ name, side }, k) => {
      const [first, last] = this.datesOf(name, side),
        y = top + BAR * k,
        from = this.x(first),
        to = Math.max(from + 8, this.x(last));
      const when =
        first || last < film.days
          ? `${dateOf(first, film.firstMonth)} – ${dateOf(last, film.firstMonth)}`
          : say(film.days > 400 ? "whole run" : "whole year");
      /** @param {string} end @param {number} day @param {number} x */
      const grip = (end, day, x) =>
        screen.host.can.anyArm
          ? html`<rect
              class="grip"
              data-name="${name}"
              data-side="${side}"
              data-end="${end}"
              data-day="${day}"
              x="${x - 4}"
              y="${y - 2}"
              width="8"
              height="18"
              rx="4"
              tabindex="0"
              role="slider"
              aria-label="${say(end === "first_day" ? "begins" : "ends", { m: mechanismName(name) })}"
              aria-valuemin="0"
              aria-valuemax="${film.days}"
              aria-valuenow="${day}"
              aria-valuetext="${dateOf(day, film.firstMonth)}"
            />`
          : "";
      const label = `${mechanismName(name)}${isChinese() ? "：" : ": "}${when}`,
        isRoomy = to - from > label.length * (isChinese() ? 12 : 6) + 20,
        isLate = from > this.x(film.days) / 2;
      const isFull = !isRoomy && to - from > this.root.clientWidth / 2,
        at = isRoomy || isFull ? from + 10 : isLate ? from - 8 : to + 8;
      return html`<rect
          class="bar ${side ? "b" : "a"}"
          x="${from}"
          y="${y}"
          width="${to - from}"
          height="14"
          rx="4"
        />
        <text class="${side ? "b" : "a"}" x="${at}" text-anchor="${at < from ? "end" : "start"}" y="${y + 11}"
          >${isFull ? mechanismName(name) : label}</text
        >${grip("first_day", first, from)}${grip("last_day", last, to)}`;
    });
    if (list.length > BARS)
      rows.push(
        html`<text class="b" x="${this.x(0) + 10}" y="${top + BAR * (BARS - 1) + 11}"
          >${say("more mechanisms", { n: list.length - BARS + 1 })}</text
        >`,
      );
    put(group, html`${rows}`);
    if (focused?.end)
      /** @type {SVGElement | null} */ (
        group.querySelector(`[data-name="${focused.name}"][data-end="${focused.end}"]`)
      )?.focus({ preventScroll: true });
  }

  /** Move the mark to the day that is shown. */
  move() {
    const { screen, svg } = this,
      now = svg.querySelector(".now");
    if (!now || !screen.years.length) return;
    const day = Math.min(Math.floor(screen.day), screen.film.days),
      [a, b] = screen.years.map((year) => year.open[day]),
      at = this.x(screen.day);
    now.setAttribute("transform", `translate(${at.toFixed(1)} 0)`);
    now.children[1].setAttribute("cy", String(this.y(a)));
    now.children[2].setAttribute("cy", String(this.y(b)));
    if (day === this.said) return;
    this.said = day;
    const isLate = at > this.root.clientWidth - 104,
      up = -7,
      down = 16; // one label above its line, one below
    // low on the chart there is no room below: both stand above their lines
    const lowest = this.bottom - 3,
      higher = Math.min(lowest - 14, this.y(Math.max(a, b)) + up),
      lower = Math.max(higher + 14, Math.min(lowest, this.y(Math.min(a, b)) + down));
    for (const [side, open, y] of /** @type {[string, number, number][]} */ ([
      ["a", a, a >= b ? higher : lower],
      ["b", b, a >= b ? lower : higher],
    ])) {
      const label = /** @type {Element} */ (svg.querySelector(`.end.${side}`));
      label.textContent = this.root.clientWidth < 560 ? whole(open) : say("n open", { n: whole(open) });
      label.setAttribute("x", String(isLate ? at - 9 : at + 9));
      label.setAttribute("text-anchor", isLate ? "end" : "start");
      label.setAttribute("y", String(Math.max(11, y)));
    }
    this.slider.setAttribute("aria-valuenow", String(day));
    const { year } = calendar(day, screen.film.firstMonth);
    this.slider.setAttribute(
      "aria-valuetext",
      say("time line now", {
        date: dateOf(day, screen.film.firstMonth),
        year: year + 1,
        without: a,
        with: b,
      }),
    );
  }
}
