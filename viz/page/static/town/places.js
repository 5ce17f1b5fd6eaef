// Places: where buildings stand in the picture.

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
