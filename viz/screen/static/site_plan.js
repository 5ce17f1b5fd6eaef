// @ts-check
// The ground plan of a community: buildings from above, in true proportions, and where they stand in the rows
// of the town. A place without a plan has no `plan_first`.

import { say } from "./words.js";

/** @typedef {Record<string, any>} Arrays  building_* and plan_* of a recording */
/** @typedef {[number, number]} Point */

const SQUARE = 0.36; // half of the side of a building that has a cell and no outline, in cells
/** @type {WeakMap<HTMLElement, Arrays>} stage -> the place whose plan it shows */
const shown = new WeakMap();
const SVG = "http://www.w3.org/2000/svg";

/** Whether the positions of the buildings are known. @param {Arrays} arrays */
export function hasPlan(arrays) {
  return arrays.plan_first !== undefined;
}

/** The corners of each building, y to the south. @param {Arrays} arrays @returns {Point[][]} */
export function outlinesOf(arrays) {
  const { plan_first: first, plan_corner: corner, building_x: column, building_y: row } = arrays;
  return Array.from(column, (x, n) => {
    if (first[n] === first[n + 1])
      return /** @type {Point[]} */ (
        [
          [-1, -1],
          [1, -1],
          [1, 1],
          [-1, 1],
        ].map(([i, j]) => [x + i * SQUARE, row[n] + j * SQUARE])
      );
    /** @type {Point[]} */
    const corners = [];
    for (let k = first[n]; k < first[n + 1]; k++) corners.push([corner[2 * k], -corner[2 * k + 1]]);
    return corners;
  });
}

/**
 * Draw the plan; null without one. The picture keeps its proportions in any box.
 * @param {Arrays} arrays @param {string} label  what a screen reader says
 */
export function drawPlan(arrays, label) {
  if (!hasPlan(arrays)) return null;
  const outlines = outlinesOf(arrays),
    points = outlines.flat(),
    /** @param {0 | 1} axis */
    range = (axis) => {
      const values = points.map((point) => point[axis]);
      return [values.reduce((a, b) => Math.min(a, b)), values.reduce((a, b) => Math.max(a, b))];
    };
  const [west, east] = range(0),
    [north, south] = range(1),
    edge = 0.03 * Math.max(east - west, south - north);
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute(
    "viewBox",
    [west - edge, north - edge, east - west + 2 * edge, south - north + 2 * edge].join(" "),
  );
  svg.setAttribute("role", "img");
  svg.setAttribute("aria-label", label);
  outlines.forEach((outline, n) => {
    const shape = document.createElementNS(SVG, "polygon");
    shape.setAttribute("points", outline.map((point) => point.join(",")).join(" "));
    shape.dataset.house = String(n);
    svg.append(shape);
  });
  return svg;
}

/**
 * Divide houses into so many rows by their cells, from the north to the south, each from the west to the east;
 * null if a row would be empty.
 * @template {{n: number}} House
 * @param {House[]} houses @param {Arrays} arrays @param {number} rows
 */
export function rowsByCells(houses, arrays, rows) {
  const { building_x: column, building_y: row } = arrays,
    levels = [...new Set(Array.from(row))].sort((a, b) => a - b);
  if (rows > levels.length) return null;
  const first = levels[0],
    high = levels[levels.length - 1] - first + 1;
  /** @type {House[][]} */
  const split = Array.from({ length: rows }, () => []);
  for (const house of houses)
    split[
      rows === levels.length
        ? levels.indexOf(row[house.n])
        : Math.floor(((row[house.n] - first) * rows) / high)
    ].push(house);
  for (const part of split) part.sort((a, b) => column[a.n] - column[b.n] || row[a.n] - row[b.n]);
  return split.some((part) => !part.length) ? null : split;
}

/**
 * Where houses of a row begin, in pixels: as near to the middle of their columns as the room between them
 * allows. They must fit into the width.
 * @param {{n: number, w: number}[]} row @param {Arrays} arrays @param {number} u  pixels of a flat's width
 * @param {number} gap  pixels between two houses, at least @param {number} from @param {number} to
 */
export function beginsByCells(row, arrays, u, gap, from, to) {
  const column = arrays.building_x,
    low = column.reduce((/** @type {number} */ a, /** @type {number} */ b) => Math.min(a, b)),
    high = column.reduce((/** @type {number} */ a, /** @type {number} */ b) => Math.max(a, b));
  const begins = row.map(
    (house) => from + ((to - from) * (column[house.n] - low + 0.5)) / (high - low + 1) - (house.w * u) / 2,
  );
  for (let i = 0; i < row.length; i++)
    begins[i] = Math.max(begins[i], i ? begins[i - 1] + row[i - 1].w * u + gap : from);
  for (let i = row.length - 1; i >= 0; i--)
    begins[i] = Math.min(begins[i], (i < row.length - 1 ? begins[i + 1] - gap : to) - row[i].w * u);
  return begins;
}

/**
 * Show the plan of the place in a corner of the stage, if there is one; a click enlarges it, and a click on a
 * building goes there. @param {import("./screen.js").Screen} screen
 */
export function showPlan(screen) {
  const stage = screen.find("#stage"),
    place = screen.film.place,
    label = hasPlan(place) ? say("plan", { n: place.building_x.length }) : "";
  let card = /** @type {HTMLElement | null} */ (stage.querySelector(".plan"));
  if (card?.getAttribute("aria-label") !== label || shown.get(stage) !== place) {
    card?.remove();
    card = null;
    shown.set(stage, place);
  }
  if (!label) return;
  if (!card) {
    const svg = /** @type {SVGElement} */ (drawPlan(place, label));
    svg.setAttribute("aria-hidden", "true");
    const made = (card = document.createElement("button"));
    made.className = "plan";
    made.setAttribute("aria-label", label);
    made.setAttribute("aria-expanded", "false");
    made.append(svg);
    made.onclick = (e) => {
      const house = /** @type {SVGElement} */ (e.target).dataset.house,
        isLarge = made.classList.toggle("large");
      made.setAttribute("aria-expanded", String(isLarge));
      if (!isLarge && house !== undefined) screen.visit(Number(house));
    };
    made.onkeydown = (e) => {
      if (e.key !== "Escape" || !made.classList.contains("large")) return;
      made.click();
      e.stopPropagation();
    };
    stage.append(made);
  }
  const here = place.flat_building[screen.home];
  for (const shape of card.querySelectorAll("polygon"))
    shape.classList.toggle("here", shape.dataset.house === String(here));
}
