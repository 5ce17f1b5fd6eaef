// The widget follows pointers: picking, dragging, zooming.

const withPointing = (Base) => class extends Base {
  pointing(pane) {
    const { canvas } = pane, here = (event) => { const box = canvas.getBoundingClientRect(); return [event.clientX - box.left, event.clientY - box.top]; };
    canvas.addEventListener("pointerdown", (event) => {
      canvas.setPointerCapture(event.pointerId);
      this.pointers.set(event.pointerId, here(event));
      this.dragged = this.pointers.size > 1 ? 99 : 0;
    });
    canvas.addEventListener("pointermove", (event) => (this.pointers.has(event.pointerId) ? this.drag(event, here(event), canvas) : this.hover(pane, here(event), event)));
    canvas.addEventListener("pointerup", (event) => {
      if (this.pointers.delete(event.pointerId) && this.dragged < 6) this.pick(pane, ...here(event));
      canvas.classList.remove("dragging");
    });
    canvas.addEventListener("pointercancel", (event) => { this.pointers.delete(event.pointerId); canvas.classList.remove("dragging"); });
    canvas.addEventListener("pointerleave", () => { this.tip.hidden = true; });
    canvas.addEventListener("wheel", (event) => this.wheel(event, here(event)), { passive: false });
  }

  drag(event, [x, y], canvas) {
    const before = this.pointers.get(event.pointerId), others = [...this.pointers].filter(([id]) => id !== event.pointerId);
    this.pointers.set(event.pointerId, [x, y]);
    this.dragged += Math.hypot(x - before[0], y - before[1]);
    if (others.length) {
      const [ox, oy] = others[0][1], was = Math.hypot(before[0] - ox, before[1] - oy), is = Math.hypot(x - ox, y - oy);
      if (was > 8) this.zoom(is / was, (x + ox) / 2, (y + oy) / 2);
    }
    if (this.dragged < 6 || !this.arms.length) return;
    canvas.classList.add("dragging");
    this.view.move((x - before[0]) / (others.length + 1), (y - before[1]) / (others.length + 1));
    this.moved();
  }

  /** The wheel zooms; out beyond the whole town it scrolls the page. */
  wheel(event, [x, y]) {
    if (event.deltaY > 0 && this.view.fitted) return;
    event.preventDefault();
    this.zoom(Math.exp(-event.deltaY * (event.deltaMode ? 0.05 : 0.0016)), x, y);
  }

  /** What is at a point of a pane: {mark, flat, building}. */
  at(pane, x, y) {
    if (!pane.town) return {};
    const [wx, wy] = this.view.world(x, y), near = 2.5 * this.view.px;
    const hit = (m) => Math.abs(m.x - wx) <= Math.max(m.r, 0.5) + near * (m.shape !== "window") && Math.abs(m.y - wy) <= m.r + near * (m.shape !== "window");
    const mark = this.view.k < 2.2 ? undefined : pane.marks.filter((m) => hit(m)).sort((p, q) => (q.open - p.open) || (Math.hypot(p.x - wx, p.y - wy) - Math.hypot(q.x - wx, q.y - wy)) || order(q) - order(p))[0];
    if (mark) return { mark, building: pane.town.all[mark.building], flat: pane.arm.film.issue_flat[mark.i] };
    const building = pane.town.all.find((one) => wx >= one.x - 0.2 && wx <= one.x + one.w + 0.2 && wy >= one.y - one.h && wy <= one.y + 0.5);
    if (!building) return {};
    const flat = this.view.k < 2.2 ? undefined : building.flats.find((f) => wx >= pane.town.flats.x[f] && wx < pane.town.flats.x[f] + 1 && wy >= pane.town.flats.y[f] && wy < pane.town.flats.y[f] + FLOOR);
    return { building, flat: flat ?? -1 };
  }

  hover(pane, [x, y], event) {
    if (event.pointerType === "touch") return;
    const found = this.at(pane, x, y);
    pane.canvas.classList.toggle("over", !!found.building);
    if (!found.building) { this.tip.hidden = true; return; }
    const lines = this.describe(pane, found);
    this.tip.replaceChildren(...lines.map((text, n) => { const p = element("p", n ? { class: "quiet" } : {}); p.textContent = text; return p; }));
    this.tip.hidden = false;
    const box = this.root.getBoundingClientRect(), left = event.clientX - box.left + 14, top = event.clientY - box.top + 16;
    const w = this.tip.offsetWidth, h = this.tip.offsetHeight;
    this.tip.style.transform = `translate(${Math.max(4, left + w > box.width - 4 ? left - w - 28 : left)}px, ${top + h > box.height - 4 ? top - h - 32 : top}px)`;
  }

  describe(pane, { mark, building, flat }) {
    const { film } = pane.arm, lines = [];
    if (mark) lines.push(...this.issueLines(pane, mark));
    lines.push(this.address(film, building, flat, mark));
    if (!mark && flat >= 0 && film.flat_away[flat]) lines.push(this.say("people_away"));
    if (!mark) {
      const here = pane.marks.filter((m) => m.open && m.building === building.n && (flat < 0 || film.issue_flat[m.i] === flat)).length;
      lines.push(here ? this.say("open_here", { n: here }) : this.say("nothing"));
    }
    const helpers = pane.helpers.get(building.n);
    if (helpers) lines.push(this.say("helping", { names: helpers.map((m) => this.say(`mechanism.${film.mechanisms[m]}`)).join(", ") }));
    if (pane.values) lines.push(this.say("value", { layer: this.say(`layer.${this.model.get("layer")}`), value: this.number(pane.values[building.n]) }));
    return lines;
  }

  issueLines(pane, mark) {
    const { film } = pane.arm, days = pane.arm.day - mark.settled;
    const when = mark.open ? (mark.age ? this.say("age", { n: mark.age }) : this.say("today")) : days ? this.say("settled", { n: days }) : this.say("settled_today");
    const head = `${this.say(`category.${film.categories[film.issue_category[mark.i]]}`)} · ${this.say(`family.${film.families[mark.family]}`)}`;
    const more = pane.marks.filter((m) => m.open && m !== mark && m.building === mark.building && m.x === mark.x && m.y === mark.y).length;
    return [head, mark.open ? `${this.say(`state.${film.states[mark.state]}`)} · ${when}` : when, ...(mark.difference ? [this.say(`difference.${mark.difference}`)] : []), ...(more ? [this.say("more", { n: more })] : [])];
  }

  address(film, building, flat, mark) {
    const compound = this.compound(film.compounds[building.compound]), where = this.say("building", { compound, n: this.numberOf(film, building) });
    if (flat >= 0) return `${where}, ${this.say("home", { stairwell: film.flat_stairwell[flat] + 1, floor: film.flat_floor[flat], flat: film.flat_slot[flat] + 1 })}`;
    if (!mark) return where;
    if (mark.scope === STAIRWELL) return `${where}, ${this.say("stairwell", { stairwell: film.issue_stairwell[mark.i] + 1 })}`;
    return mark.scope === BUILDING ? where : `${where} (${this.say(`scope.${film.scopes[mark.scope]}`)})`;
  }

  /** Buildings are counted within their compound. */
  numberOf(film, building) { return building.n - film.building_compound.indexOf(building.compound) + 1; }

  number(value) { return value.toLocaleString(undefined, { maximumFractionDigits: this.span && this.span[1] <= 1 ? 2 : 1 }); }

  pick(pane, x, y) {
    const found = this.at(pane, x, y);
    if (!found.building) { this.chosen = null; this.request(); return; }
    const { mark, building, flat } = found, { arm, town } = pane, inFlat = (mark ? mark.scope === HOUSEHOLD : true) && flat >= 0;
    const kind = mark ? "issue" : inFlat ? "flat" : "building";
    const here = (i) => (inFlat ? arm.film.issue_flat[i] === flat : arm.film.issue_building[i] === building.n && (!mark || (arm.film.issue_scope[i] === mark.scope && arm.film.issue_stairwell[i] === arm.film.issue_stairwell[mark.i])));
    const box = inFlat ? { x: town.flats.x[flat], y: town.flats.y[flat], w: 1, h: FLOOR } : mark ? { x: mark.x - mark.r, y: mark.y - mark.r, w: 2 * mark.r, h: 2 * mark.r } : { x: building.x - 0.2, y: building.y - building.h, w: building.w + 0.4, h: building.h };
    this.chosen = { town, building: building.n, ...box };
    const issues = [];
    for (let i = 0; i < arm.issues; i++) if (arm.state[i] !== NOT_YET && here(i)) issues.push(i);
    issues.sort((p, q) => arm.born[q] - arm.born[p]);
    this.model.set("picked", { arm: pane.a, day: this.today, kind, building: building.n, flat: inFlat ? flat : -1, issue: mark ? mark.i : -1, ids: issues.slice(0, 50).map((i) => String(arm.film.issue_id[i])) });
    this.model.save_changes();
    this.tell(true);
    this.request();
  }
};
