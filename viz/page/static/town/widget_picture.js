// The widget draws, and draws no more than it must.

const withPicture = (Base) => class extends Base {
  draw() {
    const still = this.still || this.panes.some((pane) => pane.town && pane.drawnBy !== this.colours);
    if (still) this.drawStill();
    const hidden = this.model.get("families"), linger = this.linger, clock = this.model.get("playing") ? this.clock : this.today;
    for (const [a, arm] of this.arms.entries()) {
      const ask = {
        range: this.span, chosen: this.chosen && this.chosen.town === this.panes[a].town ? this.chosen : null,
        fade: (mark) => Math.max(0.12, 1 - Math.max(0, clock - mark.settled) / (linger + 1)), dims: (mark) => hidden.length > 0 && !hidden.includes(arm.film.families[mark.family]),
        letters: (name) => this.letters(name),
      };
      paint(this.panes[a].c, this.panes[a], this.view, this.colours, ask);
    }
  }

  drawStill() {
    this.still = false;
    this.arms.forEach((_, a) => {
      const pane = this.panes[a];
      pane.drawnBy = this.colours;
      if (a && pane.town === this.panes[0].town) { pane.still = this.panes[0].still; return; }
      if (a && pane.still === this.panes[0].still) { pane.still = document.createElement("canvas"); pane.still.width = pane.canvas.width; pane.still.height = pane.canvas.height; }
      const c = pane.still.getContext("2d", { alpha: false });
      this.view.onto(c);
      drawPlace(c, pane.arm.film, pane.town, this.colours, this.view.k, this.view.box());
      drawNames(c, pane.town, this.view, this.colours, (yard) => (yard.office ? this.say("office") : this.compound(yard.name)));
    });
  }

  zoom(by, x, y) {
    if (!this.arms.length) return;
    if (by) this.view.zoom(by, x, y); else this.view.fit(this.panes[0].town);
    this.moved();
  }

  moved() {
    this.still = true;
    this.tip.hidden = true;
    this.touchable();
    this.request();
  }

  /** A finger scrolls the page as long as there is nothing to move in the town. */
  touchable() {
    for (const pane of this.panes) pane.canvas.style.touchAction = this.view.fitted ? "pan-y" : "none";
  }
};
