// Drawing one pane, and what part of the town it shows.

/** Paint one pane: the place as it stands, a tint, marks, helpers, names. */
function paint(c, pane, view, colours, ask) {
  const { k, px } = view, { arm, town } = pane;
  c.setTransform(1, 0, 0, 1, 0, 0);
  c.drawImage(pane.still, 0, 0);
  view.onto(c);
  if (pane.values) drawTint(c, town, pane.values, ask.range, colours);
  if (k < 2.2) drawFar(c, pane, view, colours, ask);
  else for (const mark of pane.marks) if (view.sees(mark)) drawMark(c, mark, arm.film, colours, px, ask.fade(mark), ask.dims(mark));
  if (ask.chosen) drawChosen(c, town, ask.chosen, colours, px);
  drawHelpers(c, pane, view, ask);
}

function drawFar(c, pane, view, colours, ask) {
  const count = new Map(), { arm, town } = pane;
  for (const mark of pane.marks) {
    if (!mark.open || ask.dims(mark)) continue;
    count.set(mark.building, (count.get(mark.building) ?? 0) + 1);
    if (mark.scope > STAIRWELL) continue;
    const one = town.all[mark.building];
    c.fillStyle = familyColours(arm.film.families[mark.family])[0];
    c.globalAlpha = mark.state === UNKNOWN ? 0.45 : 0.95;
    c.fillRect(one.x + WALL, mark.y - 0.4, one.w - 2 * WALL, 0.85);
  }
  c.globalAlpha = 1;
  for (const [b, n] of count) drawBadge(c, town.all[b], n, view.px, colours);
}

function drawBadge(c, one, n, px, colours) {
  const r = 6.5 * px, x = one.x + one.w / 2, y = one.y - one.h + 6 * px;
  c.beginPath();
  c.arc(x, y, r, 0, 7);
  c.fillStyle = colours.ink;
  c.fill();
  c.strokeStyle = colours.rim;
  c.lineWidth = px;
  c.stroke();
  c.fillStyle = "#fff";
  c.font = `600 ${(n > 9 ? 8 : 9) * px}px system-ui, sans-serif`;
  c.textAlign = "center";
  c.textBaseline = "middle";
  c.fillText(String(n), x, y + 0.4 * px);
}

function drawHelpers(c, pane, view, ask) {
  const size = Math.min(Math.max(2.1, 12 * view.px), 30 * view.px);
  for (const [b, here] of pane.helpers) {
    const one = pane.town.all[b];
    here.slice(0, 4).forEach((m, n) => drawHelper(c, one.x + one.w - size * (0.2 + 0.75 * n), one.y + Math.min(1.7, size * 0.75), size, ask.letters(pane.arm.film.mechanisms[m]), view.px));
  }
}

function drawNames(c, town, view, colours, called) {
  const size = Math.min(15, Math.max(10, view.k * 0.95)) * view.px;
  c.font = `600 ${size}px ${FONT}`;
  c.textAlign = "left";
  c.textBaseline = "top";
  c.fillStyle = colours.name;
  for (const yard of town.yards) {
    const name = called(yard), room = yard.w - Math.max(6 * view.px, 0.8);
    const shown = fitted(c, name, room), below = yard.office ? yard.y + yard.h - 1.2 : yard.y + Math.max(2.5 * view.px, 0.35);
    if (shown && (!yard.office || shown === name)) c.fillText(shown, yard.x + Math.max(4 * view.px, 0.45), below);
  }
}

/** As much of a name as there is room for; its number stays, because that is what tells "old yards 7" from "old yards 8". */
function fitted(c, name, room) {
  const fits = (text) => c.measureText(text).width <= room, [, head, number] = name.match(/^(.*?)\s*(\d*)$/);
  if (fits(name)) return name;
  for (let n = head.length - 1; n > 1; n--) {
    const shown = `${head.slice(0, n).trimEnd()}…${number}`;
    if (fits(shown)) return shown;
  }
  return number && fits(number) ? number : "";
}

function drawChosen(c, town, chosen, colours, px) {
  c.lineWidth = 2.4 * px;
  c.strokeStyle = "#0072b2";
  const { x, y, w, h } = chosen;
  for (const [style, width] of [[colours.halo, 5 * px], ["#0b7fd0", 2.4 * px]]) {
    c.strokeStyle = style;
    c.lineWidth = width;
    rounded(c, x - 2 * px, y - 2 * px, w + 4 * px, h + 4 * px, 3 * px);
    c.stroke();
  }
}

/** What part of the town is on the screen, the same for all panes. `x`, `y` is in the middle, `k` pixels a unit. */
class View {
  constructor() { this.w = 600; this.h = 400; this.dpr = 1; this.k = 0; this.x = this.y = 0; }

  size(w, h, dpr) { Object.assign(this, { w, h, dpr }); }

  fit(town) {
    this.town = town;
    this.least = Math.min(this.w / town.w, this.h / town.h);
    this.k = this.least;
    this.x = town.w / 2;
    this.y = town.h / 2;
  }

  get px() { return 1 / this.k; }

  get fitted() { return this.k < this.least * 1.01; }

  onto(c) { c.setTransform(this.k * this.dpr, 0, 0, this.k * this.dpr, (this.w / 2 - this.x * this.k) * this.dpr, (this.h / 2 - this.y * this.k) * this.dpr); }

  world(x, y) { return [(x - this.w / 2) / this.k + this.x, (y - this.h / 2) / this.k + this.y]; }

  screen(x, y) { return [(x - this.x) * this.k + this.w / 2, (y - this.y) * this.k + this.h / 2]; }

  box() { const [left, top] = this.world(0, 0), [right, bottom] = this.world(this.w, this.h); return { left, top, right, bottom }; }

  sees(mark) { return Math.abs(mark.x - this.x) * this.k < this.w / 2 + 20 && Math.abs(mark.y - this.y) * this.k < this.h / 2 + 20; }

  move(dx, dy) {
    this.x -= dx / this.k;
    this.y -= dy / this.k;
    this.inside();
  }

  zoom(by, x = this.w / 2, y = this.h / 2) {
    const [wx, wy] = this.world(x, y);
    this.k = Math.min(Math.max(this.k * by, this.least), Math.max(48, this.least * 3));
    const [nx, ny] = this.world(x, y);
    this.x += wx - nx;
    this.y += wy - ny;
    this.inside();
  }

  /** Nobody gets lost: where all of it fits it stays in the middle, else its edge does not leave the edge of the screen. */
  inside() {
    const keep = (at, half, size) => (half * 2 >= size ? size / 2 : Math.min(Math.max(at, half), size - half));
    this.x = keep(this.x, this.w / 2 / this.k, this.town.w);
    this.y = keep(this.y, this.h / 2 / this.k, this.town.h);
  }
}
