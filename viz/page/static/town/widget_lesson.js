// The widget in a lesson: it covers what is to be predicted, stops where a step ends, and lights homes that have signed.
//
// `lesson` holds: step (its name), stand (the day that it shows), covered, cover (what is said instead), plays (how often one has asked to
// play it), begin, until (the days to play; until 0 the last), speed, signed (of each arm the day on which each home signed, -1 never) and
// sign (how their number is said). All in one trait, because the order in which traits of one message arrive is not known.

const LAMP = "#ffc93c";  // a home that has signed

const withLesson = (Base) => class extends Base {
  get lesson() { return this.model.get("lesson") ?? {}; }

  build() {
    super.build();
    this.cover = element("div", { class: "cogov-cover", hidden: true });
    this.root.querySelector(".cogov-time").append(this.cover);
    for (const pane of this.panes) {
      pane.signed = element("span", { class: "cogov-count signed", hidden: true });
      pane.title.after(pane.signed);
    }
  }

  listen() {
    super.listen();
    this.asksAnew = () => this.relesson();
    this.model.on("change:lesson", this.asksAnew);
  }

  close() {
    this.model.off("change:lesson", this.asksAnew);
    super.close();
  }

  load() {
    super.load();
    this.step = null;
    this.relesson();
  }

  relesson() {
    const { covered = false, cover = "", step = "", stand = 0, plays = 0, begin = 0, speed = 7 } = this.lesson, taught = Object.keys(this.lesson).length > 0;
    this.root.classList.toggle("taught", taught);
    if (taught && !this.taught) this.legend.open = false;
    this.taught = taught;
    this.cover.hidden = !covered;
    this.cover.textContent = cover;
    for (const part of [this.range, this.playButton, ...this.bar.querySelectorAll(".cogov-back, .cogov-forward")]) part.disabled = covered;
    if (taught && step !== this.step) this.goTo(stand, true);
    this.step = step;
    if (plays > (this.plays ?? plays)) {
      this.goTo(begin);
      this.setSpeed(speed);
      this.setPlaying(true);
    }
    this.plays = plays;
    this.drawSpark();
    this.refresh();
  }

  /** From the last day one plays the step again. */
  playChanged() {
    if (this.model.get("playing") && this.clock >= this.days) this.clock = this.lesson.begin ?? 0;
    super.playChanged();
  }

  drawSpark() {
    if (this.lesson.covered) this.spark.width = this.spark.width;  // empties it
    else super.drawSpark();
  }

  play() { if (!this.lesson.covered) super.play(); }

  goTo(day, asked = false) { if (asked || !this.lesson.covered) super.goTo(day); }

  scrub(day) { if (!this.lesson.covered) super.scrub(day); }

  advance(now) {
    const { until = 0 } = this.lesson, before = this.clock;
    super.advance(now);
    if (!until || before >= until || this.clock < until) return;
    this.clock = until;
    this.setPlaying(false);
  }

  count(pane, other) {
    super.count(pane, other);
    const signed = this.lesson.signed?.[pane.a];
    pane.signed.hidden = !signed;
    for (const { box } of Object.values(pane.counts)) box.hidden = !!signed;
    if (!signed) return;
    const homes = signed.filter((day) => day >= 0 && day <= pane.arm.day).length;
    pane.signed.textContent = this.lesson.sign.replace("{signed}", homes).replace("{homes}", signed.length);
    pane.box.dataset.signed = homes;
  }

  draw() {
    super.draw();
    for (const [a, days] of (this.lesson.signed ?? []).entries()) {
      const pane = this.panes[a];
      if (!pane.town || pane.arm.film.flat_building.length !== days.length) continue;
      this.view.onto(pane.c);
      pane.c.fillStyle = LAMP;
      const { x, y } = pane.town.flats;
      days.forEach((day, f) => { if (day >= 0 && day <= pane.arm.day) pane.c.fillRect(x[f] + 0.14, y[f] + 0.12, 0.72, FLOOR - 0.4); });
    }
  }
};
