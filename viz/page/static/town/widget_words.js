// The widget says what it shows: words, legend, time line.

const withWords = (Base) => class extends Base {
  reword() {
    const label = (node, key, values) => { const text = this.say(key, values); node.setAttribute("aria-label", text); node.title = text; };
    for (const name of ["zoom_in", "zoom_out", "fit", "back", "forward"]) label(this.root.querySelector(`.cogov-${name}`), name);
    this.range.setAttribute("aria-label", this.say("timeline"));
    this.range.title = this.say("timeline_about");
    this.speedText.textContent = this.say("speed");
    this.speedText.parentNode.setAttribute("aria-label", this.say("speed"));
    this.speedButtons.forEach((button, n) => label(button, "speed_n", { n: SPEEDS[n] }));
    this.panes.forEach((pane, a) => {
      pane.title.textContent = this.arms.length ? this.title(a) : this.say("empty");
      this.listOn(pane, a);
      pane.canvas.setAttribute("aria-label", this.say("map", { title: this.title(a) }));
      for (const [kind, key] of [["open", "open"], ["unknown", "unknown_now"], ["resolved", "resolved"]]) pane.counts[kind].text.textContent = this.say(key);
    });
    this.legend.querySelector("summary").textContent = this.say("legend");
    this.showPlay();
    this.showSpeed();
    this.explain();
    this.still = true;
    this.drawSpark();
    this.refresh();
  }

  /** What is on at a side: a list behind a button, if there is more than one mechanism. */
  listOn(pane, a) {
    const names = (this.films?.[a]?.on ?? []).map((name) => this.say(`mechanism.${name}`));
    pane.more.hidden = names.length < 2;
    pane.more.title = names.join("\n");
    pane.more.setAttribute("aria-label", this.say("on_here"));
    pane.list.replaceChildren(...names.map((name) => { const item = element("li"); item.textContent = name; return item; }));
    if (names.length < 2) this.unfold(a, false);
  }

  unfold(a, opened) {
    this.panes[a].list.hidden = !opened;
    this.panes[a].more.setAttribute("aria-expanded", String(opened));
  }

  showPlay() {
    const on = this.model.get("playing"), text = this.say(on ? "pause" : "play");
    this.playButton.firstChild.replaceWith(icon(on ? "pause" : "play"));
    this.playText.textContent = text;
    this.playButton.setAttribute("aria-label", text);
    this.root.dataset.playing = on;
  }

  showSpeed() {
    this.speedButtons.forEach((button, n) => button.setAttribute("aria-pressed", String(SPEEDS[n] === this.model.get("speed"))));
  }

  explain() {
    const body = this.legend.querySelector(".body"), film = this.films?.[0];
    if (!film) { body.replaceChildren(); return; }
    const example = { shape: "round", open: true, family: 0, age: 3, state: REPORTED };
    const sign = (mark, settled = 0.9) => this.drawn((c) => drawMark(c, { x: 12, y: 12, r: 8, ...example, ...mark }, film, this.colours, 1, settled, false));
    const item = (picture, text) => element("li", {}, picture, text);
    const part = (key, list, ...more) => { const ul = element("ul", { class: key }); ul.append(...list); return element("div", {}, this.heading(this.say(key)), ul, ...more); };
    const states = [UNKNOWN, REPORTED, TABLE, SIGN, MONEY, UPWARD, WORK].map((state) => item(sign({ state }), this.say(`state.${film.states[state]}`)));
    states.push(item(sign({ age: OLD + 1 }), this.say("old")), item(sign({ open: false, fresh: true, r: 7 }), this.say("resolved_mark")));
    const parts = [part("families", film.families.map((name, n) => element("li", {}, this.familyButton(name, sign({ family: n, r: 7 }))))), part("states", states), part("places", this.placeItems(film, item, sign))];
    if (this.arms.length > 1) parts.push(part("differences", ["sooner", "later", "behind", "only"].map((difference) => item(sign({ r: 5, open: difference === "behind" || difference === "only", fresh: difference === "later", state: REPORTED, difference }), this.say(`difference.${difference}`)))));
    const helpers = [...new Set(this.films.flatMap((one) => one.on))].filter((name) => this.atWork(name));
    if (helpers.length) parts.push(part("helpers", helpers.map((name) => item(this.drawn((c) => drawHelper(c, 12, 23, 21, this.letters(name), 1)), this.say(`mechanism.${name}`)))));
    if (this.span) parts.push(this.scale());
    body.replaceChildren(...parts);
  }

  placeItems(film, item, sign) {
    const shapes = [["household", "window", 8], ["stairwell", "round", 5], ["building", "round", 8], ["compound", "round", 8], ["street", "diamond", 7]];
    return shapes.filter(([scope]) => film.scopes.includes(scope)).map(([scope, shape, r]) => item(sign({ shape, r, family: 5 }), this.say(`place.${scope}`)));
  }

  /** Whether a mechanism is ever seen at a building. */
  atWork(name) {
    return this.films.some((film) => { const by = film.mechanisms.indexOf(name) + 1; return by > 0 && film.event_by.includes(by); });
  }

  heading(text) { const h = element("h4"); h.textContent = text; return h; }

  drawn(draws) {
    const dpr = Math.min(devicePixelRatio || 1, 3), canvas = element("canvas", { width: 24 * dpr, height: 24 * dpr, "aria-hidden": "true" }), c = canvas.getContext("2d");
    c.scale(dpr, dpr);
    draws(c);
    return canvas;
  }

  familyButton(name, picture) {
    const on = this.model.get("families"), text = this.say(`family.${name}`);
    return element("button", { type: "button", "aria-pressed": String(on.includes(name)), title: this.say("families_about"), "data-family": name, onclick: () => this.toggleFamily(name) }, picture, text);
  }

  toggleFamily(name) {
    const on = this.model.get("families"), next = on.includes(name) ? on.filter((one) => one !== name) : [...on, name];
    this.model.set("families", next.length === this.films[0].families.length ? [] : next);
    this.model.save_changes();
    this.legend.querySelector(`[data-family="${name}"]`)?.focus();
  }

  scale() {
    const bar = element("i");
    bar.style.background = `linear-gradient(90deg, ${this.colours.ramp.map((stop) => `rgb(${stop})`).join(",")})`;
    return element("div", {}, this.heading(`${this.say("layer")}: ${this.say(`layer.${this.model.get("layer")}`)}`), element("div", { class: "cogov-scale" }, this.number(this.span[0]), bar, this.number(this.span[1])));
  }

  /** Open issues through the year in both arms, behind the time line, and what time it is. */
  drawSpark() {
    const { clientWidth: w, clientHeight: h } = this.spark, dpr = Math.min(devicePixelRatio || 1, 2.5);
    if (!w || !this.arms.length) return;
    this.spark.width = w * dpr;
    this.spark.height = h * dpr;
    const c = this.spark.getContext("2d"), style = getComputedStyle(this.root), most = Math.max(1, ...this.films.flatMap((film) => [...film.day_open]));
    c.scale(dpr, dpr);
    const foot = h - 17, head = 15, x = (day) => 6 + (w - 12) * day / this.days, y = (n) => foot - (foot - head) * n / most;
    c.fillStyle = style.getPropertyValue("--line");
    c.fillRect(6, foot, w - 12, 1);
    c.fillStyle = style.getPropertyValue("--soft");
    c.font = `11px ${style.fontFamily}`;
    this.drawTicks(c, x, w, foot);
    this.films.forEach((film, a) => this.drawLine(c, film, a, x, y, foot));
    c.fillStyle = style.getPropertyValue("--soft");
    c.fillText(`${most} ${this.say("open")}`, 8, 11);
  }

  /** Marks below the time line, with days, or years in a long run, wherever there is room for them. */
  drawTicks(c, x, w, foot) {
    const steps = [7, 30, 90, 180, 365, 730, 1825, 3650], apart = (step) => (w - 12) * step / this.days;
    const small = steps.find((step) => apart(step) > 4) ?? 3650, large = steps.find((step) => apart(step) > 58 && (this.days <= 800 || step >= 365)) ?? 3650;
    for (let day = 0; day <= this.days; day += small) c.fillRect(Math.round(x(day)), foot + 1, 1, 3);
    for (let day = 0; day <= this.days; day += large) {
      const text = this.days > 800 ? this.say("year_tick", { n: day / 365 + 1 }) : this.say("day_tick", { n: day });
      c.fillRect(Math.round(x(day)), foot + 1, 1, 7);
      if (x(day) + 5 + c.measureText(text).width < w) c.fillText(text, Math.round(x(day)) + 4, foot + 13);
    }
  }

  drawLine(c, film, a, x, y, foot) {
    c.beginPath();
    film.day_open.forEach((n, day) => c[day ? "lineTo" : "moveTo"](x(day), y(n)));
    c.strokeStyle = ARM[a];
    c.lineWidth = 1.6;
    c.stroke();
    c.lineTo(x(film.day_open.length - 1), foot);
    c.lineTo(x(0), foot);
    c.globalAlpha = 0.1;
    c.fillStyle = ARM[a];
    c.fill();
    c.globalAlpha = 1;
  }

  /** Where on the page an issue's mark is, for tests: {x, y} or null. */
  whereIs(a, issue) {
    const pane = this.panes[a], mark = pane.marks.find((m) => m.i === issue);
    if (!mark) return null;
    const [x, y] = this.view.screen(mark.x, mark.y), box = pane.canvas.getBoundingClientRect();
    return { x: box.left + x, y: box.top + y };
  }
};
