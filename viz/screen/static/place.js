// @ts-check
// Where every house, window and issue stands. Units are one flat's width; a house has its own scale `s` in
// pixels, smaller in rows further up, which are further away.

import { noise } from "./palette.js";
import { BUILDING, HOME, STAIRWELL } from "./recording.js";
import { beginsByCells, hasPlan, rowsByCells } from "./site_plan.js";

export const UNIT = { wall: 0.4, stair: 0.85, floor: 1.22, base: 1.15, gap: 1.7, yard: 2.5 };
const ON_THE_ROOF = new Set([
  "lift_stopped",
  "lift_worn",
  "water_pressure",
  "wall_decay",
  "rooftop_beds",
  "lift_adding",
]);
const FEW = 10; // houses; a place with fewer is drawn as one yard
const TRUER = 0.33; // share of the largest scale at which the town keeps the rows of its plan
const MANY = 40; // houses; rows of a larger place follow the slope of a hill
const LOW = 60; // pixels; a lower window, such as a phone's on its side, shows a place as if it had these
const SKY = 0.45; // largest share of the height that is kept free for the sky

/**
 * @typedef {object} House
 * @property {number} n @property {number} compound @property {number} floors @property {number} stairs
 * @property {number} shops @property {number[]} flats @property {number[]} slots
 * @property {{x: number, left: number, stair: number}[]} columns
 * @property {number} w @property {number} h @property {number} body @property {number} roof
 * @property {boolean} tower @property {boolean} flatRoof
 * @property {number} x @property {number} y @property {number} s @property {number} row @property {number} far
 */

export class Place {
  scale = 1; // pixels of a flat's width in a row of middle size
  horizon = 0;
  /** @type {{r: number, y: number, u: number}[]} from the back to the front; u is a flat's width */
  rows = [];
  /** @type {{x: number, y: number, r: number, n: number, row: number, front?: boolean, big?: boolean}[]} */
  trees = [];
  /** @type {Map<number, {x: number, y: number, s: number}>} compound -> where its council sits */
  tables = new Map();
  flatX = new Float32Array();
  flatY = new Float32Array();
  flatScale = new Float32Array();
  issueX = new Float32Array();
  issueY = new Float32Array();
  issueW = new Float32Array();
  issueH = new Float32Array();
  issueShape = new Uint8Array(); // 0 window, 1 landing, 2 lantern, 3 lamp post

  /**
   * @param {Record<string, any>} arrays  building_* and flat_* of a recording
   * @param {number} width @param {number} height @param {number} head  pixels of sky that are kept free
   */
  constructor(arrays, width, height, head = 92) {
    this.arrays = arrays;
    this.width = width;
    this.height = Math.max(LOW, height);
    this.head = head;
    /** @type {House[]} */
    this.houses = this.build();
    this.few = this.houses.length < FEW;
    this.many = this.houses.length > MANY;
    this.arrange();
    this.placeFlats();
  }

  /** @returns {House[]} */
  build() {
    const p = this.arrays;
    const houses = Array.from(
      p.building_floors,
      (floors, n) =>
        /** @type {House} */ ({
          n,
          compound: p.building_compound[n],
          floors,
          stairs: p.building_stairwells[n],
          shops: p.building_shops[n],
          flats: [],
          slots: [],
          columns: [],
          w: 0,
          h: 0,
          body: 0,
          roof: 0,
          tower: false,
          flatRoof: false,
          x: 0,
          y: 0,
          s: 1,
          row: 0,
          far: 0,
        }),
    );
    for (let f = 0; f < p.flat_building.length; f++) {
      const house = houses[p.flat_building[f]],
        stair = p.flat_stairwell[f];
      house.flats.push(f);
      house.slots[stair] = Math.max(house.slots[stair] ?? 0, p.flat_slot[f] + 1);
    }
    for (const house of houses) {
      let x = UNIT.wall;
      for (let stair = 0; stair < house.stairs; stair++) {
        const k = Math.max(1, house.slots[stair] ?? 2),
          left = Math.ceil(k / 2);
        house.columns.push({ x, left, stair: x + left });
        x += k + UNIT.stair;
      }
      house.w = x + UNIT.wall - 0.1;
      house.tower = house.floors > 12;
      house.flatRoof = house.floors > 8;
      house.roof = house.tower ? 0.9 : house.flatRoof ? 0.7 : 1.35;
      house.body = UNIT.base + house.floors * UNIT.floor + 0.15;
      house.h = house.body + house.roof;
    }
    return houses;
  }

  /**
   * Rows from the back, small, to the front, large: as many as show the houses largest. With a plan the back is
   * the north, and the rows are those of the cells as far as the houses stay large enough.
   */
  arrange() {
    const { houses, width, height, few } = this,
      isPlaced = hasPlan(this.arrays);
    const sky = Math.min(SKY * height, Math.max(this.head, height * (few ? 0.2 : 0.12)));
    const foot = height * (few ? (width < 720 ? 0.03 : 0.19) : 0.02);
    /** @param {House} house @param {House | undefined} next */
    const space = (house, next) => house.w + UNIT.gap + (next && next.compound !== house.compound ? 1.6 : 0);
    /** @type {{s: number, k: number[], split: House[][], tall: number} | null} */
    let best = null,
      largest = 0;
    const total = houses.reduce((sum, house, i) => sum + space(house, houses[i + 1]), 0);
    for (let rows = 1; rows <= 16; rows++) {
      const k = Array.from({ length: rows }, (_, r) => (rows === 1 ? 1 : 0.9 + (0.2 * r) / (rows - 1)));
      const shares = k.map((x) => 1 / x),
        sum = shares.reduce((a, b) => a + b);
      /** @type {House[][]} */
      const split = (isPlaced && rowsByCells(houses, this.arrays, rows)) || [];
      if (isPlaced && !split.length) continue;
      for (let r = split.length, i = 0, used = 0, goal = 0; r < rows; r++) {
        goal += (total * shares[r]) / sum;
        /** @type {House[]} */
        const row = [];
        while (i < houses.length && (r === rows - 1 || used + space(houses[i], undefined) / 2 <= goal)) {
          used += space(houses[i], houses[i + 1]);
          row.push(houses[i++]);
        }
        split.push(row);
      }
      if (split.some((row) => !row.length)) continue;
      const wide = Math.max(
        ...split.map((row, r) => k[r] * (row.reduce((a, h, i) => a + space(h, row[i + 1]), 0) + 1)),
      );
      const tall = split.reduce((a, row, r) => a + k[r] * (Math.max(...row.map((h) => h.h)) + UNIT.yard), 0);
      const s = Math.min((width - 26) / wide, (height - sky - foot) / tall);
      largest = Math.max(largest, s);
      if (!best || s > (isPlaced ? TRUER * largest : best.s)) best = { s, k, split, tall };
    }
    if (!best) throw new Error("a place without houses");
    const { s, k, split, tall } = best,
      spare = Math.max(0, height - sky - foot - tall * s) / split.length;
    this.scale = s;
    let y = sky;
    split.forEach((row, r) => {
      const u = s * k[r],
        high = Math.max(...row.map((h) => h.h)) * u;
      const used = row.reduce((a, h, i) => a + space(h, row[i + 1]) * u, 0) - UNIT.gap * u,
        edge = few ? 30 : 12;
      const stretch =
        row.length > 1 ? Math.max(0, Math.min((width - used - 2 * edge) / (row.length - 1), 3.4 * u)) : 0;
      let x = (width - used - stretch * (row.length - 1)) / 2 - 0.25 * u;
      const begins = isPlaced ? beginsByCells(row, this.arrays, u, UNIT.gap * u, 13, width - 13 - u) : [];
      y += high + spare * (few ? 0.55 : 0.7);
      this.rows.push({ r, y, u });
      row.forEach((house, i) => {
        house.x = begins[i] ?? x;
        house.y = y - (few ? [0, -0.5, -0.8, -0.5, 0][i % 5] * u : 0) + this.rise(r, x);
        house.s = u;
        house.row = r;
        house.far = split.length > 1 ? 1 - r / (split.length - 1) : 0;
        const free = i + 1 < row.length ? begins[i + 1] - house.x - (house.w + UNIT.gap) * u : 0;
        this.plant(house, row[i + 1], u, isPlaced ? Math.max(0, Math.min(free, 3.4 * u)) : stretch, r, y);
        x +=
          house.w * u +
          stretch +
          UNIT.gap * u +
          (row[i + 1] && row[i + 1].compound !== house.compound ? 1.6 * u : 0);
      });
      y += UNIT.yard * u + spare * (few ? 0.45 : 0.3);
    });
    if (few && split.length === 1)
      for (const side of [0.015, 0.985])
        this.trees.push({
          x: width * side,
          y: this.rows[0].y + 8.3 * s,
          r: 2.4 * s,
          n: 900 + side,
          row: 0,
          front: true,
          big: true,
        });
    this.horizon = sky + Math.max(...split[0].map((h) => h.h)) * s * k[0] * 0.62;
    for (const h of houses)
      if (!this.tables.has(h.compound) || noise(h.n + 11) > 0.7)
        this.tables.set(h.compound, {
          x: h.x + h.w * h.s * 0.5,
          y: h.y + (few ? (split.length > 1 ? 2.6 : 4.6) : 1.7) * h.s,
          s: h.s,
        });
  }

  /** Trees beside and before a house. @param {House} house @param {House | undefined} next @param {number} u @param {number} stretch @param {number} r @param {number} y */
  plant(house, next, u, stretch, r, y) {
    const edge = Boolean(next && next.compound !== house.compound),
      right = house.x + house.w * u;
    const room = stretch + UNIT.gap * u + (edge ? 1.6 * u : 0),
      n = house.n;
    if (room > 1.8 * u || edge)
      this.trees.push({
        x: right + room / 2 + 0.2 * u,
        y: y + this.rise(r, right) + 0.3 * u,
        r: u * ((edge ? 1.35 : 0.75) + 0.5 * noise(n)),
        n,
        row: r,
      });
    if (!this.few && noise(n + 0.5) > 0.45)
      this.trees.push({
        x: house.x + house.w * u * (0.1 + 0.8 * noise(n + 7)),
        y: y + this.rise(r, house.x) + 1.95 * u,
        r: u * (0.7 + 0.45 * noise(n + 3)),
        n: n + 500,
        row: r,
        front: true,
      });
  }

  /** @param {number} r @param {number} x */
  rise(r, x) {
    return this.many ? 0.9 * this.scale * Math.sin((x / this.width) * 5 + r * 1.1) : 0;
  }

  placeFlats() {
    const p = this.arrays,
      n = p.flat_building.length;
    this.flatX = new Float32Array(n);
    this.flatY = new Float32Array(n);
    this.flatScale = new Float32Array(n);
    for (let f = 0; f < n; f++) {
      const house = this.houses[p.flat_building[f]],
        column = house.columns[p.flat_stairwell[f]],
        slot = p.flat_slot[f];
      this.flatX[f] = house.x + house.s * (column.x + slot + (slot >= column.left ? UNIT.stair : 0) + 0.16);
      this.flatY[f] = house.y - house.s * (UNIT.base + p.flat_floor[f] * UNIT.floor - 0.22);
      this.flatScale[f] = house.s;
    }
  }

  /**
   * Where each issue is lit: a window, a landing, a lantern at roof or door, a lamp in the yard. The same spot
   * on both sides.
   * @param {import("./recording.js").Film} film
   */
  placeIssues(film) {
    const { issue } = film,
      n = film.issues;
    this.issueX = new Float32Array(n);
    this.issueY = new Float32Array(n);
    this.issueW = new Float32Array(n);
    this.issueH = new Float32Array(n);
    this.issueShape = new Uint8Array(n);
    /** @type {Map<string, number>} */
    const turns = new Map();
    /** @param {string} key @param {number} slots */
    const next = (key, slots) => {
      const turn = turns.get(key) ?? 0;
      turns.set(key, turn + 1);
      return (turn * 7 + Math.floor(noise(key.length + turn * 0.01) * slots)) % slots;
    };
    for (let i = 0; i < n; i++) {
      const house = this.houses[issue.building[i]],
        s = house.s,
        scope = issue.scope[i];
      /** @param {number} x @param {number} y @param {number} w @param {number} h @param {number} shape */
      const put = (x, y, w, h, shape) => {
        this.issueX[i] = x;
        this.issueY[i] = y;
        this.issueW[i] = w;
        this.issueH[i] = h;
        this.issueShape[i] = shape;
      };
      if (scope === HOME && issue.flat[i] >= 0)
        put(this.flatX[issue.flat[i]], this.flatY[issue.flat[i]], 0.68 * s, 0.76 * s, 0);
      else if (scope === STAIRWELL) {
        const column = house.columns[Math.max(0, issue.stairwell[i])] ?? house.columns[0];
        const floor = 1 + next(`s${house.n}/${issue.stairwell[i]}`, house.floors);
        put(
          house.x + s * (column.stair + 0.22),
          house.y - s * (UNIT.base + floor * UNIT.floor - 0.75),
          0.41 * s,
          0.6 * s,
          1,
        );
      } else if (scope === BUILDING) {
        const roof = ON_THE_ROOF.has(film.categories[issue.category[i]]),
          slots = Math.max(3, Math.floor(house.w / 0.95));
        const k = next(`${roof ? "r" : "g"}${house.n}`, slots),
          r = 0.27 * s;
        put(
          house.x + (house.w * s * (k + 0.5)) / slots - r,
          roof ? house.y - house.body * s - 0.25 * s - r : house.y - 0.42 * s - r,
          2 * r,
          2 * r,
          2,
        );
      } else {
        const k = next(`y${house.n}`, 4),
          r = 0.3 * s;
        put(house.x + house.w * s * (0.12 + 0.25 * k) - r, house.y + 0.15 * s - r, 2 * r, 2 * r, 3);
      }
    }
  }

  /** @param {number} x @param {number} y @returns {House | null} */
  houseAt(x, y) {
    const at = this.houses.filter(
      (h) =>
        x >= h.x - 0.3 * h.s &&
        x <= h.x + (h.w + 0.5) * h.s &&
        y <= h.y + 0.7 * h.s &&
        y >= h.y - (h.h + 0.4) * h.s,
    );
    return at.length ? at.reduce((front, h) => (h.row >= front.row ? h : front)) : null;
  }

  /** @param {House} house @param {number} x @param {number} y @returns {number} the flat, -1 none */
  flatAt(house, x, y) {
    const s = house.s;
    return (
      house.flats.find(
        (f) =>
          x >= this.flatX[f] - 0.12 * s &&
          x <= this.flatX[f] + 0.8 * s &&
          y >= this.flatY[f] - 0.2 * s &&
          y <= this.flatY[f] + 0.95 * s,
      ) ?? -1
    );
  }
}
