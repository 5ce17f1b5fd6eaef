// The town: one or two films (experiments/film.py) as buildings whose lit windows are open issues. An anywidget module.
//
// Read it in this order: what a film says of a day (films), where things stand (places, spots), what is on show that day (marks),
// how it is drawn (colours, marks, buildings), and the widget around it (controls, time line, legend, pointer, keys).
// Lengths in the town are in units of one window's width; `px` is the length of one pixel in those units.

const UNKNOWN = 0, TOLD = 1, TABLE = 2, SIGN = 3, MONEY = 4, UPWARD = 5, WORK = 6, RESOLVED = 7, VERIFIED = 8, NOT_YET = 255;
const HOUSEHOLD = 0, STAIRWELL = 1, BUILDING = 2, COMPOUND = 3, STREET = 4;
const FADE = 3;        // days in which a settled issue fades
const LINGER = 0.35;   // seconds for which it fades at least, and for which helpers stay while the town plays
const OLD = 30;        // days
const FULL = { acquaintances: 20 };  // what 255 stands for on a layer, where it is not 1
const SPEEDS = [1, 3, 7, 30];
const FONT = '"Noto Sans CJK SC", system-ui, "PingFang SC", "Microsoft YaHei", sans-serif';  // Chinese first, as fonts.css says

// ---------------------------------------------------------------- films

const KINDS = { i1: Int8Array, u1: Uint8Array, i2: Int16Array, u2: Uint16Array, i4: Int32Array, u4: Uint32Array, i8: BigInt64Array, f4: Float32Array, f8: Float64Array };

/** What film.unpacked gives: the header, with the arrays by name; null for no bytes. */
function unpacked(raw) {
  if (!raw || raw.byteLength < 4) return null;
  const bytes = new Uint8Array(raw.buffer ?? raw, raw.byteOffset ?? 0, raw.byteLength);
  const length = new DataView(bytes.buffer, bytes.byteOffset, 4).getUint32(0, true);
  const header = JSON.parse(new TextDecoder().decode(bytes.subarray(4, 4 + length)));
  const body = bytes.slice(4 + length).buffer;  // a copy, so that every array begins at a multiple of its size
  const film = { ...header };
  for (const [name, told] of Object.entries(header.arrays)) film[name] = new KINDS[told.kind](body, told.at, told.shape.reduce((a, b) => a * b, 1));
  return film;
}

/** One film at one day: the state of every issue, kept as it moves. A day forward costs what changed, a jump one search per issue. */
class Arm {
  constructor(film) {
    this.film = film;
    this.issues = film.issue_id.length;
    this.state = new Uint8Array(this.issues).fill(NOT_YET);
    this.settled = new Int32Array(this.issues).fill(-1);   // the day it was settled, while it is
    this.born = Int32Array.from({ length: this.issues }, (_, i) => film.event_day[film.issue_first[i]]);
    this.index = new Map(Array.from(film.issue_id, (id, i) => [id, i]));
    this.family = Uint8Array.from(film.issue_category, (c) => film.families.indexOf(film.category_family[c]));
    this.sortByDay();
    this.day = -1;
    this.open = this.unknown = this.resolved = 0;
    this.jump(0);
  }

  sortByDay() {
    const { event_day: days, issue_first: first } = this.film;
    this.issueOf = new Uint32Array(days.length);
    for (let i = 0; i < this.issues; i++) this.issueOf.fill(i, first[i], first[i + 1]);
    this.dayFirst = new Uint32Array(this.film.days + 3);
    for (const day of days) this.dayFirst[day + 1]++;
    for (let d = 0; d < this.film.days + 2; d++) this.dayFirst[d + 1] += this.dayFirst[d];
    const at = this.dayFirst.slice();
    this.byDay = new Uint32Array(days.length);   // stable: within an issue, as it was written
    for (let e = 0; e < days.length; e++) this.byDay[at[days[e]]++] = e;
  }

  to(day) {
    if (day >= this.day && day - this.day <= 40) while (this.day < day) this.step();
    else this.jump(day);
  }

  step() {
    this.day++;
    for (let k = this.dayFirst[this.day]; k < this.dayFirst[this.day + 1]; k++) {
      const e = this.byDay[k], i = this.issueOf[e];
      this.count(i, -1);
      this.state[i] = this.film.event_state[e];
      if (this.state[i] === RESOLVED) this.settled[i] = this.day;
      else if (this.state[i] !== VERIFIED) this.settled[i] = -1;
      this.count(i, 1);
    }
  }

  jump(day) {
    this.day = day;
    this.open = this.unknown = this.resolved = 0;
    for (let i = 0; i < this.issues; i++) {
      const last = this.lastEvent(i, day);
      this.state[i] = last < 0 ? NOT_YET : this.film.event_state[last];
      this.settled[i] = last < 0 ? -1 : this.settledOn(i, last);
      this.count(i, 1);
    }
  }

  lastEvent(i, day) {
    const days = this.film.event_day;
    let low = this.film.issue_first[i], high = this.film.issue_first[i + 1];
    const begin = low;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (days[middle] <= day) low = middle + 1; else high = middle;
    }
    return low > begin ? low - 1 : -1;
  }

  settledOn(i, event) {
    if (this.state[i] !== RESOLVED && this.state[i] !== VERIFIED) return -1;
    while (this.film.event_state[event] !== RESOLVED && event > this.film.issue_first[i]) event--;
    return this.film.event_day[event];
  }

  count(i, n) {
    const state = this.state[i];
    if (state < RESOLVED) this.open += n;
    if (state === UNKNOWN) this.unknown += n;
    if (state === RESOLVED || state === VERIFIED) this.resolved += n;
  }

  /** (issues,) row of the same issue in the other arm, -1 where it never arises there. */
  meet(other) {
    this.twin = Int32Array.from(this.film.issue_id, (id) => other.index.get(id) ?? -1);
  }

  /** The day from which nothing of it stands; a day after the last if it is still open then. */
  lastDay(i) {
    const { issue_first: first, event_state: states, event_day: days } = this.film;
    let end = first[i + 1] - 1;
    if (states[end] < RESOLVED) return this.film.days + 1;
    while (states[end] === VERIFIED && end > first[i]) end--;
    return days[end];
  }
}

// ---------------------------------------------------------------- places

const STAIR = 0.7, FLOOR = 1.15, WALL = 0.35, ROOF = 0.45, ROOFMARKS = 1.4, FRONT = 2.2, GAP = 1.2, NAME = 1.7, EDGE = 0.9, LANE = 1.3, ROAD = 2.4;

/** How large every building is, and where its stairwells and flats are in it, from its left and its ground. */
function buildings(film) {
  const made = Array.from(film.building_floors, (floors, n) => ({
    n, compound: film.building_compound[n], floors: Math.max(1, floors), shops: film.building_shops[n], stairs: [], x: 0, y: 0, flats: [],
    slots: new Array(Math.max(1, film.building_stairwells[n])).fill(1),
  }));
  for (let f = 0; f < film.flat_building.length; f++) {
    const one = made[film.flat_building[f]], s = film.flat_stairwell[f];
    one.slots[s] = Math.max(one.slots[s], film.flat_slot[f] + 1);
    one.flats.push(f);
  }
  for (const one of made) {
    let x = WALL;
    one.stairs = one.slots.map((slots) => {
      const left = Math.ceil(slots / 2), stair = { x: x + left, from: x, left };
      x += slots + STAIR;
      return stair;
    });
    one.w = x + WALL;
    one.h = one.floors * FLOOR + 0.25 + ROOF;
  }
  return made;
}

/** The town as blocks on shelves: one block a compound, its buildings in rows as on the grid; the packing that shows best in width x height. */
function place(film, width, height, head = NAME) {
  const all = buildings(film);
  const cell = (one) => film.building_y[one.n] * 4096 + film.building_x[one.n];
  const groups = film.compounds.map((name, c) => ({ name, all: all.filter((one) => one.compound === c).sort((a, b) => cell(a) - cell(b)) }));
  let best = null;
  for (const stretch of [0.4, 0.6, 0.8, 1, 1.3, 1.7, 2.4, 4]) {
    const blocks = groups.filter((g) => g.all.length).map((g) => block(g, stretch, head));
    blocks.splice(Math.ceil(blocks.length / 2), 0, { office: true, w: 9, h: 9, rows: [] });
    const total = blocks.reduce((sum, b) => sum + b.w + LANE, 0);
    for (let shelves = 1; shelves <= Math.min(blocks.length, 16); shelves += shelves < 3 ? 0.5 : 0.25) {
      const tried = shelved(blocks, Math.max(total / shelves, ...blocks.map((b) => b.w)));
      const scale = Math.min(width / tried.w, height / tried.h) * (1 - 0.1 * tried.waste);
      if (!best || scale > best.scale) best = { ...tried, scale };
    }
  }
  const legible = Math.min(5, 13 / best.scale);  // names need some pixels, however small the town is drawn
  return legible > head * 1.1 ? place(film, width, height, legible) : settledDown(best, all, film, head);
}

function block(group, stretch, head) {
  const n = group.all.length, w = Math.max(...group.all.map((one) => one.w)) + GAP, h = Math.max(...group.all.map((one) => one.h)) + ROOFMARKS + FRONT;
  const ideal = Math.sqrt(n * h / w * stretch);
  let columns = n, least = Infinity;
  for (let c = Math.max(1, Math.floor(ideal * 0.75)); c <= Math.min(n, Math.ceil(ideal * 1.35)); c++) {
    const holes = Math.ceil(n / c) * c - n + Math.abs(c - ideal) * 0.6;
    if (holes < least) [columns, least] = [c, holes];
  }
  const rows = [];
  for (let i = 0; i < n; i += columns) rows.push(group.all.slice(i, i + columns));
  const rowWidth = (row) => row.reduce((sum, one) => sum + one.w + GAP, -GAP);
  const rowHeight = (row) => Math.max(...row.map((one) => one.h)) + ROOFMARKS + FRONT;
  return { name: group.name, rows, w: Math.max(...rows.map(rowWidth)) + 2 * EDGE, h: rows.reduce((sum, row) => sum + rowHeight(row), head), rowHeight, rowWidth };
}

function shelved(blocks, limit) {
  const shelves = [[]];
  let used = 0;
  for (const one of blocks) {
    if (used && used + one.w > limit) { shelves.push([]); used = 0; }
    shelves.at(-1).push(one);
    used += one.w + LANE;
  }
  const widths = shelves.map((shelf) => shelf.reduce((sum, b) => sum + b.w + LANE, LANE)), heights = shelves.map((shelf) => Math.max(...shelf.map((b) => b.h)));
  const w = Math.max(...widths);
  return { shelves, widths, heights, w, h: heights.reduce((sum, h) => sum + h + ROAD, ROAD * 0.6), waste: widths.reduce((sum, x) => sum + (w - x) / w, 0) / shelves.length };
}

/** Give every block and building its place; what is left of a shelf is shared out among its yards. */
function settledDown(town, all, film, head) {
  const yards = [], streets = [], trees = [];
  let y = ROAD * 0.6, office = null;
  town.shelves.forEach((shelf, s) => {
    const rest = town.w - town.widths[s], wide = town.widths[s] - LANE * (shelf.length + 1), grow = Math.min(rest, wide * 0.5) / wide;
    let x = LANE + (rest - grow * wide) / 2;
    for (const one of shelf) {
      const w = one.w * (1 + grow), h = town.heights[s];
      if (one.office) office = { x: x + w / 2 - 3, y: y + h - 1.6, w: 6, h: 4.6 };
      yards.push({ x, y, w, h, name: one.name ?? "", office: !!one.office });
      rowsOf(one, x, y, w, h, head, trees, s);
      x += w + LANE;
    }
    y += town.heights[s];
    streets.push({ x: 0, y, w: town.w, h: ROAD });
    y += ROAD;
  });
  return { w: town.w, h: y, all, yards, streets, trees, office, flats: flats(all, film) };
}

function rowsOf(one, x, y, w, h, head, trees, shelf) {
  const spare = (h - one.h) / Math.max(1, one.rows.length);
  let ground = y + head;
  for (const row of one.rows) {
    if (spare > 3) for (let at = x + 1.5 + noise(ground); at < x + w - 1.5; at += 2 + 2.2 * noise(at)) trees.push({ x: at, y: ground + spare * (0.55 + 0.4 * noise(at + 3)), r: 0.6 + 0.5 * noise(at + 5) });  // a garden
    ground += one.rowHeight(row) + spare;
    const full = row.length === one.rows[0].length || one.rows.length === 1;
    const gap = full ? (w - 2 * EDGE - one.rowWidth(row)) / Math.max(1, row.length) : (w - 2 * EDGE - one.rowWidth(one.rows[0])) / one.rows[0].length;
    let at = x + EDGE + gap / 2;
    for (const building of row) {
      building.x = at;
      building.y = ground - FRONT;
      building.shelf = shelf;
      building.yard = { x, w, bottom: y + h };
      at += building.w + GAP + gap;
      const tree = at - GAP / 2 - gap / 2;
      if (tree < x + w - EDGE) trees.push({ x: tree, y: building.y, r: 0.5 + 0.3 * noise(building.n) });
    }
    for (; at < x + w - 2.9; at += 2.1) trees.push({ x: at + noise(at), y: ground - FRONT - noise(at + 1) * 3, r: 0.7 + 0.6 * noise(at + 2) });
  }
  if (one.office) for (const side of [0.1, 0.9]) trees.push({ x: x + w * side, y: y + h - 1.6, r: 0.9 });
}

const noise = (n) => { const x = Math.sin(n * 127.1 + 311.7) * 43758.5453; return x - Math.floor(x); };

/** (flats,) left and top of every window. */
function flats(all, film) {
  const x = new Float32Array(film.flat_building.length), y = new Float32Array(x.length);
  for (const one of all) for (const f of one.flats) {
    const stair = one.stairs[film.flat_stairwell[f]], slot = film.flat_slot[f];
    x[f] = one.x + stair.from + slot + (slot >= stair.left ? STAIR : 0);
    y[f] = one.y - film.flat_floor[f] * FLOOR - 0.1;
  }
  return { x, y };
}

function samePlace(a, b) {
  const same = (name) => a[name].length === b[name].length && a[name].every((v, i) => v === b[name][i]);
  return a.compounds.length === b.compounds.length && Object.keys(a.arrays).every((name) => !/^(building|flat)_/.test(name) || same(name));
}

// ---------------------------------------------------------------- spots

/** (issues,) of each arm: where an issue is drawn, {x, y, r} and its shape. Spots are shared out once for both arms and the whole year, so
 *  that an issue stands in the same place in both panes, and none moves because another is settled. */
function spots(arms, places) {
  const groups = new Map(), found = arms.map((arm) => new Array(arm.issues));
  arms.forEach((arm, a) => {
    for (let i = 0; i < arm.issues; i++) {
      const other = arms[1 - a], j = other ? arm.twin[i] : -1;
      if (a && j >= 0) continue;  // both were shared out with the first arm's
      const from = j < 0 ? arm.born[i] : Math.min(arm.born[i], other.born[j]);
      const till = FADE + (j < 0 ? arm.lastDay(i) : Math.max(arm.lastDay(i), other.lastDay(j)));
      const key = groupOf(arm.film, places[a], i);
      if (!groups.has(key)) groups.set(key, []);
      groups.get(key).push({ a, i, j, from, till });
    }
  });
  for (const group of groups.values()) for (const [one, slot] of slotted(group)) {
    const spot = spotOf(arms[one.a].film, places[one.a], one.i, slot);
    found[one.a][one.i] = spot;
    if (one.j >= 0) found[1 - one.a][one.j] = places[0] === places[1] ? spot : spotOf(arms[1 - one.a].film, places[1 - one.a], one.j, slot);
  }
  return found;
}

function groupOf(film, town, i) {
  const scope = film.issue_scope[i], b = film.issue_building[i];
  if (scope === HOUSEHOLD && film.issue_flat[i] >= 0) return `f${film.issue_flat[i]}`;
  if (scope === STREET) return `s${town.all[b].shelf}/${film.building_compound[b]}`;
  return `${scope}/${b}/${scope === STAIRWELL ? film.issue_stairwell[i] : ""}`;
}

/** Pairs of an issue and the lowest place that is free for all the days it stands. */
function* slotted(group) {
  const free = [];
  for (const one of group.sort((p, q) => p.from - q.from)) {
    let slot = free.findIndex((day) => day < one.from);
    if (slot < 0) slot = free.length;
    free[slot] = one.till;
    yield [one, slot];
  }
}

function spotOf(film, town, i, slot) {
  const scope = film.issue_scope[i], one = town.all[film.issue_building[i]], flat = film.issue_flat[i];
  if (scope === HOUSEHOLD && flat >= 0) return { shape: "window", x: town.flats.x[flat] + 0.5, y: town.flats.y[flat] + FLOOR / 2 - 0.05, r: 0.46 };
  if (scope === STAIRWELL) {
    const stair = one.stairs[Math.max(0, film.issue_stairwell[i])] ?? one.stairs[0];
    return { shape: "round", x: one.x + stair.x + STAIR / 2, y: one.y - ((slot % one.floors) + 0.5) * FLOOR - 0.1, r: 0.4 };
  }
  if (scope === COMPOUND) return inRows(one.x, one.w, one.y + 0.75, 1, slot, "round");
  if (scope === STREET) return inRows(one.yard.x, one.yard.w, one.yard.bottom + 0.75, 1.1, slot, "diamond");
  return inRows(one.x, one.w, one.y - one.h - 0.5, -1.05, slot, "round");
}

/** Side by side from the left, then in another row; the third row goes over the first. */
function inRows(x, w, y, down, slot, shape) {
  const row = Math.max(1, Math.floor(w / 1.12)), at = slot % row, level = Math.floor(slot / row) % 2;
  return { shape, x: x + (at + 0.5) * (w / row), y: y + level * down, r: 0.5 };
}

// ---------------------------------------------------------------- what is on show on a day

/** Everything to mark in one arm at a day: open issues, those just settled, and what differs from the other arm. */
function marksOf(arm, other, where, linger) {
  const marks = [], film = arm.film;
  for (let i = 0; i < arm.issues; i++) {
    const state = arm.state[i];
    if (state > VERIFIED) continue;
    const open = state < RESOLVED, fresh = !open && arm.day - arm.settled[i] <= linger;
    const difference = other ? differenceOf(arm, i, other, arm.twin[i], open, fresh) : "";
    if (!open && !fresh && !difference) continue;
    marks.push({ i, state, open, fresh, difference, family: arm.family[i], age: arm.day - arm.born[i], severity: film.issue_severity[i], settled: arm.settled[i], building: film.issue_building[i], scope: film.issue_scope[i], ...where[i] });
  }
  return marks.sort((p, q) => order(p) - order(q));
}

const order = (mark) => (mark.open ? (mark.state === UNKNOWN ? 1 : 2) : mark.fresh ? 3 : 0);

/** "sooner", "later", "behind", "only", or "" where both arms agree so far. */
function differenceOf(arm, i, other, j, open, fresh) {
  if (j < 0) return open ? "only" : "";
  const there = other.settled[j] >= 0 ? "settled" : other.state[j] < RESOLVED ? "open" : "gone";
  if (open) return there === "settled" ? "behind" : "";
  if (there === "open") return "sooner";
  if (!fresh || there !== "settled" || other.settled[j] === arm.settled[i]) return "";
  return arm.settled[i] < other.settled[j] ? "sooner" : "later";
}

/** Mechanisms at work in buildings on the last so many days: Map building -> [mechanism row]. */
function helpersOf(arm, days) {
  const seen = new Map();
  for (let day = Math.max(1, arm.day - days + 1); day <= arm.day; day++) {
    for (let k = arm.dayFirst[day]; k < arm.dayFirst[day + 1]; k++) {
      const e = arm.byDay[k], by = arm.film.event_by[e];
      if (!by) continue;
      const b = arm.film.issue_building[arm.issueOf[e]], here = seen.get(b) ?? [];
      if (!here.includes(by - 1)) here.push(by - 1);
      seen.set(b, here);
    }
  }
  return seen;
}

/** (buildings,) values of a layer at a day. */
function layerOf(arm, layer) {
  const n = arm.film.building_x.length;
  if (layer !== "unknown") {
    const rows = arm.film[`layer_${layer}`], week = Math.min(Math.floor(arm.day / arm.film.week), rows.length / n - 1), full = FULL[layer] ?? 1;
    return Float64Array.from(rows.subarray(week * n, week * n + n), (v) => v / 255 * full);
  }
  const count = new Float64Array(n);
  for (let i = 0; i < arm.issues; i++) if (arm.state[i] === UNKNOWN) count[arm.film.issue_building[i]]++;
  return count;
}

/** The lowest and highest value of a layer through the year, over both arms, so that a tint means the same every day. */
function rangeOf(arms, layer) {
  if (layer === "unknown") return [0, Math.max(3, ...arms.map(mostUnknown))];
  let low = 255, high = 0;
  for (const arm of arms) for (const v of arm.film[`layer_${layer}`]) { low = Math.min(low, v); high = Math.max(high, v); }
  const full = FULL[layer] ?? 1;
  return [low / 255 * full, Math.max(high, low + 1) / 255 * full];
}

/** The most issues nobody told of that any building has on any day. */
function mostUnknown(arm) {
  const count = new Int32Array(arm.film.building_x.length), state = new Uint8Array(arm.issues).fill(NOT_YET);
  let most = 0;
  for (const e of arm.byDay) {
    const i = arm.issueOf[e], b = arm.film.issue_building[i], now = arm.film.event_state[e];
    count[b] += (now === UNKNOWN) - (state[i] === UNKNOWN);
    state[i] = now;
    most = Math.max(most, count[b]);
  }
  return most;
}

// ---------------------------------------------------------------- colours

const FAMILY = {  // of Okabe and Ito; what is written on them
  facility: ["#0072b2", "#fff"], environment: ["#009e73", "#fff"], safety: ["#d55e00", "#fff"], dispute: ["#cc79a7", "#20121a"],
  care: ["#f0e442", "#2b2900"], project: ["#56b4e9", "#06202f"], street: ["#e69f00", "#2a1c00"],
};
const SPARE = ["#777777", "#fff"];
const ARM = ["#d55e00", "#0072b2"];  // without and with, as in every figure

const LIGHT = {
  ramp: [[255, 243, 205], [208, 222, 168], [138, 194, 172], [82, 152, 170], [66, 108, 152]],
  ground: "#dfe6d8", yard: "#edf1e5", fence: "#b3bda6", street: "#d3d2cb", dash: "#f4f2ec", name: "#5a6653", walls: ["#f3ead9", "#ece4d6", "#e9e7df", "#f1e4d8", "#e6e8e2"],
  roofs: ["#b08d78", "#8e9aa3", "#a99a86", "#9c8f96", "#93a08f"], pane: "#aab8c2", shut: "#d5d2c8", stair: "#d2c7b4", glass: "#bccad2", door: "#7d7364", shadow: "rgba(50,60,50,.14)", tree: "#a3bd93",
  trunk: "#93836b", ink: "#22303c", rim: "#ffffff", hollow: "#fbfaf5", glow: 0.28, shop: "#c98a6b", halo: "rgba(255,255,255,.92)", differs: "#2f3e4a", office: "#c8553d", done: "#00966b",
};
const DARK = {
  ...LIGHT, ramp: [[50, 58, 70], [48, 84, 110], [52, 120, 132], [104, 164, 142], [214, 214, 150]], ground: "#1b2530", yard: "#22303a", fence: "#41525c", street: "#2b333d", dash: "#46515d", name: "#9fb0ba", walls: ["#46505c", "#3f4a57", "#444f55", "#4b4d58", "#404c52"],
  roofs: ["#6a5850", "#56626d", "#625c54", "#5e5661", "#55625a"], pane: "#26313c", shut: "#37424c", stair: "#39434d", glass: "#2c3944", door: "#252c33", shadow: "rgba(0,0,0,.3)", tree: "#35523f",
  trunk: "#4b4338", ink: "#0e151b", rim: "#ffffff", hollow: "#1c2630", glow: 0.4, shop: "#7d5747", halo: "rgba(14,20,26,.85)", differs: "#f2f6f8", office: "#b5523d", done: "#2fe0a5",
};

function ramp(colours, share) {
  const stops = colours.ramp, at = Math.min(0.9999, Math.max(0, share)) * (stops.length - 1), k = Math.floor(at), f = at - k;
  return `rgb(${stops[k].map((v, c) => Math.round(v + (stops[k + 1][c] - v) * f)).join(",")})`;
}

const familyColours = (name) => FAMILY[name] ?? SPARE;

// ---------------------------------------------------------------- drawing: buildings

/** The whole place with dark windows, in town units; `k` pixels a unit decide how much of it. */
function drawPlace(c, film, town, colours, k, box) {
  const seen = (x, y, w, h) => x < box.right && x + w > box.left && y - h < box.bottom && y > box.top;
  c.fillStyle = colours.ground;
  c.fillRect(box.left, box.top, box.right - box.left, box.bottom - box.top);
  for (const street of town.streets) drawStreet(c, street, town, colours, k);
  for (const yard of town.yards) drawYard(c, yard, colours, k);
  for (const tree of town.trees) if (seen(tree.x - 2, tree.y + 1, 4, 5)) drawTree(c, tree, colours);
  if (town.office) drawOffice(c, town.office, colours, k);
  for (const one of town.all) if (seen(one.x - 1, one.y + FRONT, one.w + 2, one.h + FRONT + 4)) drawBuilding(c, film, town, one, colours, k);
}

function drawStreet(c, street, town, colours, k) {
  const far = 4 * (town.w + town.h);  // streets lead out of the picture
  c.fillStyle = colours.street;
  c.fillRect(street.x - far, street.y + 0.35, street.w + 2 * far, street.h - 0.7);
  if (k < 2) return;
  c.fillStyle = colours.dash;
  for (let x = -far % 2.4; x < street.w; x += 2.4) if (x > -60) c.fillRect(x, street.y + street.h / 2 - 0.05, 1.2, 0.1);
}

function drawYard(c, yard, colours, k) {
  if (yard.office) return;
  rounded(c, yard.x, yard.y, yard.w, yard.h, 0.8);
  c.fillStyle = colours.yard;
  c.fill();
  c.strokeStyle = colours.fence;
  c.lineWidth = Math.max(1 / k, 0.09);
  c.stroke();
}

function rounded(c, x, y, w, h, r) {
  c.beginPath();
  c.roundRect(x, y, w, h, r);
}

function drawTree(c, tree, colours) {
  c.fillStyle = colours.trunk;
  c.fillRect(tree.x - 0.08, tree.y - tree.r * 1.2, 0.16, tree.r * 1.2);
  c.fillStyle = colours.tree;
  c.beginPath();
  c.arc(tree.x, tree.y - tree.r * 1.9, tree.r, 0, 7);
  c.fill();
}

function drawBuilding(c, film, town, one, colours, k) {
  const { x, y, w, h } = one, top = y - h + ROOF;
  c.fillStyle = colours.shadow;
  c.fillRect(x + 0.25, y - 0.1, w + 0.25, 0.5);
  c.fillStyle = colours.walls[one.compound % colours.walls.length];
  c.fillRect(x, top, w, y - top);
  c.fillStyle = colours.roofs[one.compound % colours.roofs.length];
  c.fillRect(x - 0.2, y - h, w + 0.4, ROOF);
  for (const stair of one.stairs) drawStair(c, one, stair, top, colours, k);
  if (k < 2.2) drawFloors(c, one, colours); else drawWindows(c, film, town, one, colours, k);
  if (one.shops && k >= 2.2) drawShops(c, one, colours);
}

function drawStair(c, one, stair, top, colours, k) {
  const x = one.x + stair.x;
  c.fillStyle = colours.stair;
  c.fillRect(x + 0.08, top, STAIR - 0.16, one.y - top);
  if (k >= 3) {
    c.fillStyle = colours.glass;
    for (let floor = 1; floor < one.floors; floor++) c.fillRect(x + 0.19, one.y - floor * FLOOR - 0.42, STAIR - 0.38, 0.5);
  }
  c.fillStyle = colours.door;
  c.fillRect(x + 0.1, one.y - 0.9, STAIR - 0.2, 0.9);
}

function drawWindows(c, film, town, one, colours, k) {
  for (const f of one.flats) {
    const x = town.flats.x[f] + 0.17, y = town.flats.y[f] + 0.2;
    c.fillStyle = film.flat_away[f] ? colours.shut : colours.pane;
    c.fillRect(x, y, 0.66, 0.72);
    if (k < 11) continue;
    c.fillStyle = colours.walls[one.compound % colours.walls.length];
    if (film.flat_away[f]) for (let line = 1; line < 5; line++) c.fillRect(x, y + line * 0.144 - 0.02, 0.66, 0.04);
    else c.fillRect(x + 0.305, y, 0.05, 0.72);
    c.fillStyle = colours.shadow;
    c.fillRect(x - 0.05, y + 0.72, 0.76, 0.07);
  }
}

function drawFloors(c, one, colours) {
  c.fillStyle = colours.pane;
  for (let floor = 1; floor <= one.floors; floor++) c.fillRect(one.x + WALL, one.y - floor * FLOOR + 0.1, one.w - 2 * WALL, 0.7);
}

function drawShops(c, one, colours) {
  const n = Math.min(one.shops, Math.floor((one.w - 0.4) / 1.2));
  for (let s = 0; s < n; s++) {
    const x = one.x + one.w - 0.2 - (s + 1) * 1.2;
    c.fillStyle = s % 2 ? colours.roofs[1] : colours.shop;
    c.fillRect(x + 0.06, one.y - 0.12, 1.08, 0.3);
  }
}

function drawOffice(c, office, colours, k) {
  const { x, y, w, h } = office;
  c.fillStyle = colours.shadow;
  c.fillRect(x + 0.25, y - 0.1, w + 0.3, 0.5);
  c.fillStyle = colours.walls[0];
  c.fillRect(x, y - h + 1.2, w, h - 1.2);
  c.fillStyle = colours.office;
  c.beginPath();
  c.moveTo(x - 0.5, y - h + 1.4);
  c.lineTo(x + w / 2, y - h - 0.2);
  c.lineTo(x + w + 0.5, y - h + 1.4);
  c.fill();
  c.fillStyle = colours.glass;
  for (const left of [0.7, 4.1]) c.fillRect(x + left, y - 2.5, 1.2, 1.2);
  c.fillStyle = colours.door;
  c.fillRect(x + w / 2 - 0.6, y - 1.9, 1.2, 1.9);
  c.fillRect(x + w / 2 - 0.05, y - h - 1.9, 0.1, 1.8);
  c.fillStyle = colours.office;
  c.fillRect(x + w / 2 + 0.05, y - h - 1.9, 1.3, 0.8);
}

/** Buildings under a tint of a layer's values. */
function drawTint(c, town, values, [low, high], colours) {
  if (colours === DARK) c.globalAlpha = 0.8; else c.globalCompositeOperation = "multiply";
  for (const one of town.all) {
    c.fillStyle = ramp(colours, (values[one.n] - low) / (high - low));
    c.fillRect(one.x, one.y - one.h + ROOF, one.w, one.h - ROOF);
  }
  c.globalAlpha = 1;
  c.globalCompositeOperation = "source-over";
}

// ---------------------------------------------------------------- drawing: marks

function drawMark(c, mark, film, colours, px, fade, dim) {
  const [colour, ink] = familyColours(film.families[mark.family]);
  c.globalAlpha = dim ? 0.16 : 1;
  const r = Math.max(mark.r, (mark.shape === "window" ? 1.9 : 2.6) * px);
  if (mark.open) drawOpen(c, mark, r, colour, ink, colours, px);
  else if (mark.fresh) drawSettled(c, mark, Math.max(r, 3.2 * px), colours, px, fade, c.globalAlpha);
  if (mark.difference) drawDifference(c, mark, r, colours, px);
  c.globalAlpha = 1;
}

function shaped(c, mark, r) {
  c.beginPath();
  if (mark.shape === "window") c.rect(mark.x - r * 0.92, mark.y - r, r * 1.84, r * 2);
  else if (mark.shape === "round") c.arc(mark.x, mark.y, r, 0, 7);
  else { c.moveTo(mark.x, mark.y - r * 1.2); c.lineTo(mark.x + r * 1.2, mark.y); c.lineTo(mark.x, mark.y + r * 1.2); c.lineTo(mark.x - r * 1.2, mark.y); c.closePath(); }
}

function drawOpen(c, mark, r, colour, ink, colours, px) {
  const large = r > 5 * px, unknown = mark.state === UNKNOWN;
  if (mark.shape === "window" && !unknown && large) drawGlow(c, mark, r, colour, colours);
  if (unknown && colours === DARK) drawOutline(c, mark, r, px);
  const line = Math.min(Math.max(px * (unknown ? 1.4 : 1), r * (unknown ? 0.24 : 0.14)), r * 0.5), inner = r - line / 2;
  shaped(c, mark, inner);
  c.fillStyle = unknown ? colours.hollow : colour;
  c.fill();
  c.lineWidth = line;
  c.strokeStyle = unknown ? colour : mark.age > OLD ? colours.ink : colours.rim;
  c.stroke();
  if (unknown && mark.age > OLD && large) drawDot(c, mark, r * 0.22, colour);
  if (!unknown && r > 4.4 * px) drawGlyph(c, mark.state, mark.x, mark.y, r * 0.62, ink);
}

/** Blue on night is hard to see without. */
function drawOutline(c, mark, r, px) {
  shaped(c, mark, r + 0.5 * px);
  c.strokeStyle = "rgba(255,255,255,.6)";
  c.lineWidth = px;
  c.stroke();
}

function drawGlow(c, mark, r, colour, colours) {
  const before = c.globalAlpha;
  c.globalAlpha = before * colours.glow;
  c.fillStyle = colour;
  c.fillRect(mark.x - r * 1.4, mark.y - r * 1.45, r * 2.8, r * 2.9);
  c.globalAlpha = before;
}

function drawDot(c, mark, r, colour) {
  c.beginPath();
  c.arc(mark.x, mark.y, r, 0, 7);
  c.fillStyle = colour;
  c.fill();
}

function drawSettled(c, mark, r, colours, px, fade, alpha) {
  c.globalAlpha = alpha * fade;
  c.beginPath();
  c.arc(mark.x, mark.y, r * (1.5 - 0.5 * fade), 0, 7);
  c.fillStyle = colours.done;
  c.fill();
  c.strokeStyle = colours.rim;
  c.lineWidth = r * 0.12;
  if (c.lineWidth > px) c.stroke();
  c.beginPath();
  c.moveTo(mark.x - r * 0.45, mark.y + r * 0.02);
  c.lineTo(mark.x - r * 0.1, mark.y + r * 0.38);
  c.lineTo(mark.x + r * 0.48, mark.y - r * 0.38);
  c.lineWidth = Math.max(1.2 * px, r * 0.22);
  c.stroke();
  c.globalAlpha = alpha;
}

/** A ring with a point up (better here) or down (worse here), or a broken one (never arose there); only the point where it is small. */
function drawDifference(c, mark, r, colours, px) {
  const { x, y, difference } = mark, large = r > 4.2 * px, s = difference === "sooner" ? -1 : 1;
  if (!mark.open && !mark.fresh) { drawGone(c, x, y, Math.max(r * 0.62, 2.6 * px), colours, px, large); return; }
  const R = large ? Math.max(r * 1.3, r + 1.8 * px) : r;
  if (large) drawRing(c, x, y, R, difference === "only", colours, px);
  if (difference !== "only") drawPoint(c, x, y + s * (R + (large ? 0 : px)), s * Math.max(R * 0.55, 2.4 * px), colours, px);
}

function drawRing(c, x, y, R, broken, colours, px) {
  const line = Math.max(1.2 * px, R * 0.1);
  c.setLineDash(broken ? [R * 0.7, R * 0.55] : []);
  for (const [style, width] of [[colours.halo, line + 1.6 * px], [colours.differs, line]]) {
    c.beginPath();
    c.arc(x, y, R, 0, 7);
    c.strokeStyle = style;
    c.lineWidth = width;
    c.stroke();
  }
  c.setLineDash([]);
}

function drawPoint(c, x, y, tip, colours, px) {
  c.beginPath();
  c.moveTo(x, y + tip);
  c.lineTo(x - tip * 0.8, y - tip * 0.15);
  c.lineTo(x + tip * 0.8, y - tip * 0.15);
  c.closePath();
  c.lineWidth = 1.6 * px;
  c.strokeStyle = colours.halo;
  c.stroke();
  c.fillStyle = colours.differs;
  c.fill();
}

/** Nothing stands here any more, though it still does in the other community. */
function drawGone(c, x, y, r, colours, px, large) {
  if (large) {
    c.beginPath();
    c.arc(x, y, r * 1.5, 0, 7);
    c.fillStyle = colours.halo;
    c.fill();
    c.strokeStyle = colours.differs;
    c.lineWidth = Math.max(px, r * 0.1);
    c.stroke();
  }
  const before = c.globalAlpha;
  if (!large) c.globalAlpha = before * 0.38;
  c.beginPath();
  c.moveTo(x, y - r * 0.85);
  c.lineTo(x - r * 0.85, y + r * 0.6);
  c.lineTo(x + r * 0.85, y + r * 0.6);
  c.closePath();
  c.fillStyle = colours.differs;
  c.fill();
  c.globalAlpha = before;
}

const GLYPHS = {  // strokes on a square from -1 to 1; null lifts the pen
  [TABLE]: [[-0.95, -0.75], [0.95, -0.75], [0.95, 0.4], [0, 0.4], [-0.5, 0.95], [-0.5, 0.4], [-0.95, 0.4], [-0.95, -0.75]],  // talk
  [SIGN]: [[-0.9, 0.45], [-0.5, -0.6], [-0.2, 0.4], [0.15, -0.3], [0.4, 0.3], [0.9, -0.1], null, [-0.9, 0.9], [0.9, 0.9]],
  [MONEY]: [[-0.7, -0.95], [0, -0.05], [0.7, -0.95], null, [0, -0.05], [0, 0.95], null, [-0.6, 0.1], [0.6, 0.1], null, [-0.6, 0.5], [0.6, 0.5]],
  [UPWARD]: [[0, 0.95], [0, -0.85], null, [-0.65, -0.2], [0, -0.9], [0.65, -0.2]],
  [WORK]: [[-0.85, 0.9], [0.3, -0.3], null, [-0.3, -0.75], [0.8, 0.3]],
};

function drawGlyph(c, state, x, y, r, ink) {
  if (!GLYPHS[state]) return;
  c.beginPath();
  let down = false;
  for (const point of GLYPHS[state]) {
    if (point) c[down ? "lineTo" : "moveTo"](x + point[0] * r, y + point[1] * r);
    down = !!point;
  }
  c.strokeStyle = ink;
  c.lineWidth = r * (state === WORK ? 0.42 : 0.28);
  c.lineCap = c.lineJoin = "round";
  c.stroke();
  c.lineCap = "butt";
}

/** Somebody at work: a head, a coat, and the letters of the mechanism. Feet at (x, y), `size` high. */
function drawHelper(c, x, y, size, letters, px) {
  const small = size < 15 * px, w = size * (small ? 0.5 : 0.62), head = size * (small ? 0.24 : 0.18), body = size - 1.75 * head;
  c.fillStyle = "#1f3b57";
  c.strokeStyle = "#ffffff";
  c.lineWidth = Math.max(px, size * 0.05);
  rounded(c, x - w / 2, y - body, w, body, [w * 0.42, w * 0.42, w * 0.1, w * 0.1]);
  c.stroke();
  c.fill();
  c.beginPath();
  c.arc(x, y - size + head, head, 0, 7);
  c.stroke();
  c.fillStyle = "#f2c9a1";
  c.fill();
  if (small) return;
  c.fillStyle = "#fff";
  c.font = `700 ${size * (letters.length > 1 ? 0.3 : 0.4)}px ${FONT}`;
  c.textAlign = "center";
  c.textBaseline = "middle";
  c.fillText(letters, x, y - size * 0.31);
}

// ---------------------------------------------------------------- drawing: one pane

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

/** As much of a name as there is room for. */
function fitted(c, name, room) {
  let shown = name;
  while (shown && c.measureText(shown).width > room) shown = `${shown.slice(0, shown === name ? -1 : -2)}…`.replace(/^…$/, "");
  return shown.length > 2 || shown === name ? shown : "";
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

// ---------------------------------------------------------------- the widget

function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else if (value !== false && value != null) made.setAttribute(name, value === true ? "" : value);
  }
  made.append(...children);
  return made;
}

const ICONS = {
  play: "M6 3.5v17l14-8.5z", pause: "M5 4h5v16H5zM14 4h5v16h-5z", back: "M5 4h3v16H5zM20 4v16L9 12z", forward: "M16 4h3v16h-3zM4 4v16l11-8z",
  zoom_in: "M10.5 4h3v6.5H20v3h-6.5V20h-3v-6.5H4v-3h6.5z", zoom_out: "M4 10.5h16v3H4z", fit: "M3 3h7v3H6v4H3zM14 3h7v7h-3V6h-4zM3 14h3v4h4v3H3zM18 14h3v7h-7v-3h4z",
};

function icon(name) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg"), path = document.createElementNS("http://www.w3.org/2000/svg", "path");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  path.setAttribute("d", ICONS[name]);
  svg.append(path);
  return svg;
}

class Town {
  constructor(model, el) {
    Object.assign(this, { model, el, view: new View(), arms: [], panes: [], clock: 0, last: 0, asked: 0, toldAt: 0, spokenAt: 0, told: [], pointers: new Map(), frames: 0, spent: 0 });
    this.build();
    this.listen();
    this.load();
  }

  say(key, values = {}) {
    const words = this.model.get("words"), text = words[key] ?? key.slice(key.indexOf(".") + 1).replaceAll("_", " ");
    return text.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
  }

  letters(mechanism) {
    return this.model.get("words")[`letters.${mechanism}`] ?? mechanism.split("_").map((w) => w[0]).join("").slice(0, 2).toUpperCase();
  }

  compound(name) { return this.model.get("words")[`compound.${name}`] ?? name; }

  title(a) { return this.model.get("titles")[a] || ""; }

  // ---- parts

  build() {
    const button = (name, does, ...more) => element("button", { type: "button", class: `cogov-${name}`, onclick: does }, icon(name), ...more);
    this.root = element("section", { class: "cogov-town" });
    this.panes = [0, 1].map((a) => this.pane(a));
    this.zooms = element("div", { class: "cogov-group cogov-zoom", role: "group" }, button("zoom_in", () => this.zoom(1.5)), button("zoom_out", () => this.zoom(1 / 1.5)), button("fit", () => this.zoom(0)));
    this.tip = element("div", { class: "cogov-tip", hidden: true });
    this.grid = element("div", { class: "cogov-panes" }, ...this.panes.map((p) => p.box));
    this.playText = element("span");
    this.playButton = button("play", () => this.play(), this.playText);
    this.speedText = element("span");
    this.speedButtons = SPEEDS.map((n) => element("button", { type: "button", onclick: () => this.setSpeed(n) }, String(n)));
    this.dayText = element("span", { class: "cogov-day" });
    this.bar = element("div", { class: "cogov-bar" },
      element("div", { class: "cogov-group" }, this.playButton, button("back", () => this.goBy(-1)), button("forward", () => this.goBy(1))),
      element("div", { class: "cogov-group cogov-speeds", role: "group" }, this.speedText, ...this.speedButtons), this.zooms, this.dayText);
    this.spark = element("canvas", { "aria-hidden": "true" });
    this.range = element("input", { type: "range", min: 0, max: 1, step: 1, value: 0 });
    this.legend = element("details", { class: "cogov-legend" }, element("summary"), element("div", { class: "body" }));
    this.spoken = element("div", { class: "cogov-spoken", "aria-live": "polite", role: "status" });
    this.root.append(this.grid, this.bar, element("div", { class: "cogov-time" }, this.spark, this.range), this.legend, this.tip, this.spoken);
    this.el.append(this.root);
    this.root.cogovTown = { measure: () => ({ frames: this.frames, ms: this.spent }), where: (arm, issue) => this.whereIs(arm, issue), marks: (arm) => this.panes[arm].marks?.map((m) => ({ ...m })) ?? [] };
  }

  pane(a) {
    const count = (kind) => ({ box: element("span", { class: `cogov-count ${kind}` }), number: element("b"), text: element("span") });
    const counts = { open: count("open"), unknown: count("unknown"), resolved: count("resolved") };
    for (const one of Object.values(counts)) one.box.append(one.number, " ", one.text);
    const title = element("span", { class: "cogov-title" }), canvas = element("canvas", { class: "cogov-map", tabindex: 0, role: "application" });
    const box = element("div", { class: "cogov-pane", "data-arm": a, style: `--arm: ${ARM[a]}` }, element("div", { class: "cogov-head" }, title, ...Object.values(counts).map((one) => one.box)), canvas);
    return { a, box, title, counts, canvas, c: canvas.getContext("2d", { alpha: false }), still: document.createElement("canvas"), marks: [], helpers: new Map() };
  }

  listen() {
    this.handlers = {
      "change:left": () => this.reload(), "change:right": () => this.reload(), "change:words": () => this.reword(), "change:titles": () => this.reword(),
      "change:layer": () => { this.relayer(); this.refresh(); }, "change:families": () => { this.explain(); this.refresh(); }, "change:day": () => this.dayFromPython(),
      "change:playing": () => this.playChanged(), "change:speed": () => { this.showSpeed(); this.refresh(); },
    };
    for (const [event, does] of Object.entries(this.handlers)) this.model.on(event, does);
    this.range.addEventListener("input", () => this.scrub(+this.range.value));
    this.range.addEventListener("change", () => this.tell(true));
    this.root.addEventListener("keydown", (event) => this.key(event));
    for (const pane of this.panes) this.pointing(pane);
    this.watcher = new ResizeObserver(() => this.resize());
    this.watcher.observe(this.root);
    this.night = matchMedia("(prefers-color-scheme: dark)");
    this.dusk = () => { this.recolour(); };
    this.night.addEventListener("change", this.dusk);
    this.theme = new MutationObserver(this.dusk);
    const app = this.el.closest(".theme--light, .theme--dark");
    if (app) this.theme.observe(app, { attributes: true, attributeFilter: ["class"] });
    this.arrived = () => this.recolour();  // a font came: what the canvases say is drawn in it
    document.fonts.addEventListener("loadingdone", this.arrived);
    this.legend.open = innerWidth > 700;
  }

  close() {
    for (const [event, does] of Object.entries(this.handlers)) this.model.off(event, does);
    this.watcher.disconnect();
    this.theme.disconnect();
    this.night.removeEventListener("change", this.dusk);
    document.fonts.removeEventListener("loadingdone", this.arrived);
    cancelAnimationFrame(this.asked);
    clearTimeout(this.speaking);
    this.closed = true;
  }

  // ---- films

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

  // ---- time

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
      this.spoken.textContent = [text, ...counts].join(". ");
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

  // ---- the picture

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

  // ---- pointing

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

  // ---- keys

  key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || !this.arms.length) return;
    const onButton = event.target.closest("button, summary"), onRange = event.target === this.range, step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    const moves = { ArrowLeft: [60, 0], ArrowRight: [-60, 0], ArrowUp: [0, 60], ArrowDown: [0, -60] }[event.key];
    const does =
      event.key === " " && !onButton ? () => this.play()
        : event.shiftKey && moves && !onRange ? () => { this.view.move(...moves); this.moved(); }
          : step && !onRange ? () => this.goBy(step)
            : event.key === "+" || event.key === "=" ? () => this.zoom(1.5)
              : event.key === "-" ? () => this.zoom(1 / 1.5)
                : event.key === "0" ? () => this.zoom(0)
                  : event.key === "]" ? () => this.chooseBy(1)
                    : event.key === "[" ? () => this.chooseBy(-1)
                      : event.key === "Enter" && !onButton && this.chosen ? () => this.pickChosen(event.target)
                        : null;
    if (!does) return;
    event.preventDefault();
    does();
  }

  chooseBy(n) {
    const pane = this.panes[0], count = pane.town.all.length, one = pane.town.all[((this.chosen ? this.chosen.building + n : 0) + count) % count];
    this.chosen = { town: pane.town, building: one.n, x: one.x - 0.2, y: one.y - one.h, w: one.w + 0.4, h: one.h };
    if (!this.view.sees({ x: one.x + one.w / 2, y: one.y - one.h / 2 })) { Object.assign(this.view, { x: one.x, y: one.y }); this.view.inside(); this.moved(); }
    this.spoken.textContent = this.describe(pane, { building: one, flat: -1 }).join(". ");
    this.request();
  }

  pickChosen(target) {
    const pane = this.panes.find((p) => p.canvas === target) ?? this.panes[0], one = pane.town.all[this.chosen.building];
    const [x, y] = this.view.screen(one.x + 0.1, one.y - one.h + 0.1);
    this.pick(pane, x, y);
  }

  // ---- words, legend, time line

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
    const example = { shape: "round", open: true, family: 0, age: 3, state: TOLD };
    const sign = (mark, settled = 0.9) => this.drawn((c) => drawMark(c, { x: 12, y: 12, r: 8, ...example, ...mark }, film, this.colours, 1, settled, false));
    const item = (picture, text) => element("li", {}, picture, text);
    const part = (key, list, ...more) => { const ul = element("ul", { class: key }); ul.append(...list); return element("div", {}, this.heading(this.say(key)), ul, ...more); };
    const states = [UNKNOWN, TOLD, TABLE, SIGN, MONEY, UPWARD, WORK].map((state) => item(sign({ state }), this.say(`state.${film.states[state]}`)));
    states.push(item(sign({ age: OLD + 1 }), this.say("old")), item(sign({ open: false, fresh: true, r: 7 }), this.say("resolved_mark")));
    const parts = [part("families", film.families.map((name, n) => element("li", {}, this.familyButton(name, sign({ family: n, r: 7 }))))), part("states", states), part("places", this.placeItems(film, item, sign))];
    if (this.arms.length > 1) parts.push(part("differences", ["sooner", "later", "behind", "only"].map((difference) => item(sign({ r: 5, open: difference === "behind" || difference === "only", fresh: difference === "later", state: TOLD, difference }), this.say(`difference.${difference}`)))));
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

  /** Open issues through the year in both arms, behind the time line, and a mark for every week. */
  drawSpark() {
    const { clientWidth: w, clientHeight: h } = this.spark, dpr = Math.min(devicePixelRatio || 1, 2.5);
    if (!w || !this.arms.length) return;
    this.spark.width = w * dpr;
    this.spark.height = h * dpr;
    const c = this.spark.getContext("2d"), style = getComputedStyle(this.root), most = Math.max(1, ...this.films.flatMap((film) => [...film.day_open]));
    c.scale(dpr, dpr);
    const foot = h - 15, x = (day) => 6 + (w - 12) * day / this.days, y = (n) => foot - (foot - 4) * n / most;
    c.fillStyle = style.getPropertyValue("--line");
    c.fillRect(6, foot, w - 12, 1);
    c.fillStyle = style.getPropertyValue("--soft");
    for (let week = 0; week * 7 <= this.days; week++) {
      const big = week % 4 === 0;
      if (big || (w - 12) * 7 / this.days > 3) c.fillRect(Math.round(x(week * 7)), foot + 1, 1, big ? 6 : 3);
    }
    this.films.forEach((film, a) => this.drawLine(c, film, a, x, y, foot));
    c.font = `11px ${style.fontFamily}`;
    c.fillStyle = style.getPropertyValue("--soft");
    c.fillText(`${most} ${this.say("open")}`, 8, 11);
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
}

export default {
  render({ model, el }) {
    const town = new Town(model, el);
    return () => town.close();
  },
};
