// The widget takes films in, and takes its words again.

const withFilms = (Base) => class extends Base {
  /** Both films may come in one message: read them once. */
  reload() {
    if (this.loading) return;
    this.loading = true;
    queueMicrotask(() => { this.loading = false; if (!this.closed) this.load(); });
  }

  load() {
    const films = [this.model.get("left"), this.model.get("right")].map(unpacked);
    this.arms = films.filter(Boolean).map((film) => new Arm(film));
    if (!films[0]) this.arms = [];
    if (this.arms.length > 1) this.arms.forEach((arm, a) => arm.meet(this.arms[1 - a]));
    this.films = films[0] ? films.filter(Boolean) : [];
    this.days = Math.max(0, ...this.films.map((film) => film.days));
    this.range.max = this.days;
    this.panes[1].box.hidden = this.arms.length < 2;
    this.grid.classList.toggle("two", this.arms.length > 1);
    this.clock = Math.min(this.model.get("day"), this.days);
    this.recolour(false);
    this.relayer();
    this.reword();
    this.resize();
  }

  resize() {
    const pane = this.panes[0].canvas, w = Math.max(260, Math.round(this.panes[0].box.clientWidth)), stacked = this.arms.length > 1 && this.panes[1].box.offsetTop > 0;
    const most = innerHeight * (stacked ? 0.42 : 0.62), h = Math.round(Math.min(Math.max(w * (this.arms.length > 1 ? 0.8 : 0.5), 260), Math.max(most, 280)));
    const dpr = Math.min(devicePixelRatio || 1, 2.5);
    if (!this.arms.length) { pane.style.height = "220px"; return; }
    const same = this.view.w === w && this.view.h === h && this.view.dpr === dpr;
    this.view.size(w, h, dpr);
    for (const one of this.panes) for (const canvas of [one.canvas, one.still]) {
      if (!same || canvas.width !== Math.round(w * dpr)) { canvas.width = Math.round(w * dpr); canvas.height = Math.round(h * dpr); }
      canvas.style.height = `${h}px`;
    }
    this.lay(w, h);
    this.drawSpark();
    this.touchable();
    this.still = true;
    this.refresh();
  }

  /** Lay the town out for a pane of this shape; looks the same at the next resize unless the shape changes much. */
  lay(w, h) {
    const shape = Math.round(Math.log2(w / h) * 3), before = this.laid;
    if (shape !== before?.shape || this.films !== before.films) {
      const first = shape === before?.shape && samePlace(before.films[0], this.films[0]) ? before.town : place(this.films[0], w, h);  // another year of the same place stays put
      const towns = this.films.map((film, a) => (a && !samePlace(this.films[0], film) ? place(film, w, h) : first)), where = spots(this.arms, towns);
      this.arms.forEach((arm, a) => Object.assign(this.panes[a], { arm, town: towns[a], where: where[a] }));
      if (first !== before?.town) this.chosen = null;
      this.laid = { shape, films: this.films, town: first };
    }
    const { x, y, k, least } = this.view, looking = this.view.town && least && k > least * 1.01 && this.view.town.w === this.panes[0].town.w && this.view.town.h === this.panes[0].town.h;
    this.view.fit(this.panes[0].town);
    if (looking) { Object.assign(this.view, { x, y, k: Math.max(k, this.view.least) }); this.view.inside(); }
  }

  relayer() {
    const layer = this.model.get("layer");
    this.span = layer && this.arms.length ? rangeOf(this.arms, layer) : null;
    this.explain();
  }

  recolour(again = true) {
    const themed = this.el.closest(".theme--light, .theme--dark");
    const dark = themed ? themed.classList.contains("theme--dark") : this.night.matches;
    this.colours = dark ? DARK : LIGHT;
    this.root.classList.toggle("dark", dark);
    if (!again) return;
    this.still = true;
    this.explain();
    this.drawSpark();
    this.refresh();
  }
};
