// The widget plays, stops, scrubs and goes to a day.

const withTime = (Base) => class extends Base {
  get today() { return Math.floor(this.clock); }

  /** How many days a settled issue is seen fading, at this speed. */
  get linger() { return this.model.get("playing") ? Math.max(FADE, LINGER * this.model.get("speed")) : FADE; }

  refresh() {
    this.stale = true;
    this.request();
  }

  request() {
    if (!this.asked && !this.closed) this.asked = requestAnimationFrame((now) => this.frame(now));
  }

  frame(now) {
    this.asked = 0;
    const began = performance.now();
    if (this.model.get("playing") && this.arms.length) this.advance(now);
    else this.last = 0;
    if (this.arms.length) {
      if (this.stale || this.drawnDay !== this.today) this.lookAgain();
      this.draw();
    }
    this.frames++;
    this.spent += performance.now() - began;
  }

  advance(now) {
    const gone = this.last ? Math.min(now - this.last, 250) / 1000 : 0;
    this.last = now;
    this.clock = Math.min(this.days, this.clock + gone * this.model.get("speed"));
    if (this.clock >= this.days) this.setPlaying(false);
    else this.tell(false);
    this.request();
  }

  /** Take in a new day: states, marks, helpers, numbers. */
  lookAgain() {
    this.stale = false;
    this.drawnDay = this.today;
    const helpersFor = this.model.get("playing") ? Math.max(1, Math.round(LINGER * this.model.get("speed"))) : 1, layer = this.model.get("layer");
    for (const arm of this.arms) arm.to(Math.min(this.today, arm.film.days));
    this.arms.forEach((arm, a) => {
      const pane = this.panes[a], other = this.arms[1 - a];
      pane.marks = marksOf(arm, other, pane.where, Math.ceil(this.linger));
      pane.helpers = helpersOf(arm, helpersFor);
      pane.values = layer ? layerOf(arm, layer) : null;
      this.count(pane, other);
    });
    this.showDay();
  }

  count(pane, other) {
    const { arm, box, counts } = pane;
    for (const kind of ["open", "unknown", "resolved"]) {
      counts[kind].number.textContent = String(arm[kind]);
      box.dataset[kind] = arm[kind];
    }
    box.dataset.day = arm.day;
    box.dataset.differences = other ? pane.marks.filter((mark) => mark.difference).length : 0;
  }

  showDay() {
    const text = this.say("day", { day: this.today, days: this.days });
    this.dayText.textContent = text;
    this.root.dataset.day = this.today;
    this.root.dataset.days = this.days;
    if (+this.range.value !== this.today) this.range.value = this.today;
    this.range.setAttribute("aria-valuetext", text);
    this.speak(text);
  }

  /** For those who listen: at most every three seconds while it plays. */
  speak(text) {
    clearTimeout(this.speaking);
    const wait = Math.max(400, this.model.get("playing") ? this.spokenAt + 3000 - Date.now() : 0);
    this.speaking = setTimeout(() => {
      this.spokenAt = Date.now();
      const counts = this.arms.map((arm, a) => this.say("spoken", { title: this.title(a), open: arm.open, unknown: arm.unknown, resolved: arm.resolved }));
      this.spoken.textContent = this.sentences([text, ...counts]);
    }, wait);
  }

  /** Tell Python the day: at once, or some times a second, and what was last at the latest a moment later. */
  tell(now) {
    clearTimeout(this.telling);
    const wait = 400 - (Date.now() - this.toldAt);
    if (!now && wait > 0) {
      this.telling = setTimeout(() => this.tell(true), wait);
      return;
    }
    this.toldAt = Date.now();
    if (this.model.get("day") === this.today) return;
    this.told = [...this.told.slice(-7), this.today];
    this.model.set("day", this.today);
    this.model.save_changes();
  }

  dayFromPython() {
    const day = this.model.get("day");
    if (day === this.today || (this.model.get("playing") && this.told.includes(day))) return;  // an echo of our own
    this.clock = Math.min(Math.max(0, day), this.days);
    this.refresh();
  }

  goTo(day) {
    this.setPlaying(false);
    this.clock = Math.min(Math.max(0, day), this.days);
    this.refresh();
    this.tell(true);
  }

  goBy(days) { this.goTo(this.today + days); }

  scrub(day) {
    this.setPlaying(false);
    this.clock = day;
    this.refresh();
    this.tell(false);
  }

  play() { this.setPlaying(!this.model.get("playing")); }

  setPlaying(on) {
    if (this.model.get("playing") === on) return;
    this.model.set("playing", on);
    this.model.save_changes();
  }

  playChanged() {
    const on = this.model.get("playing");
    if (on && this.clock >= this.days) this.clock = 0;
    this.last = 0;
    if (!on) { this.clock = this.today; this.tell(true); }
    this.showPlay();
    this.refresh();
  }

  setSpeed(n) {
    this.model.set("speed", n);
    this.model.save_changes();
  }
};
