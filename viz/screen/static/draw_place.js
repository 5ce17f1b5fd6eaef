// @ts-check
// Drawing what stays: hills, ground, houses, trees. Nothing of a day.

import { between, mix, noise } from "./palette.js";
import { UNIT } from "./place.js";

/** @typedef {CanvasRenderingContext2D} Canvas */
/** @typedef {import("./place.js").Place} Place */
/** @typedef {import("./place.js").House} House */
/** @typedef {import("./palette.js").Look} Look */
/** @typedef {{x: number, y: number, w: number, h: number}} View  what the camera sees, in the place's pixels */

/**
 * Draw the place row by row, from the back; yields after each row, so that a page can draw one a frame.
 * @param {Canvas} c @param {Place} place @param {Look} look @param {number} season @param {number} zoom @param {View} view
 * @param {(compound: number) => string} nameOf  of a compound, written where there is room
 */
export function* drawPlace(c, place, look, season, zoom, view, nameOf) {
  /** @param {number} x @param {number} y @param {number} w @param {number} h */
  const isSeen = (x, y, w, h) =>
    x < view.x + view.w && x + w > view.x && y < view.y + view.h && y + h > view.y;
  drawGround(c, place, look);
  if (place.few) drawYard(c, place, look);
  for (const [r, row] of place.rows.entries()) {
    for (const tree of place.trees)
      if (
        tree.row === r &&
        !tree.front &&
        isSeen(tree.x - tree.r, tree.y - 3 * tree.r, 2 * tree.r, 3.2 * tree.r)
      )
        drawTree(c, tree, look, season);
    for (const house of place.houses)
      if (
        house.row === r &&
        isSeen(
          house.x - house.s,
          house.y - (house.h + 1) * house.s,
          (house.w + 2) * house.s,
          (house.h + 2) * house.s,
        )
      )
        drawHouse(c, house, place, look, zoom);
    for (const tree of place.trees) if (tree.row === r && tree.front) drawTree(c, tree, look, season);
    if (row.u * zoom > 5.5 && place.many) nameCompounds(c, place, r, look, zoom, nameOf);
    yield r;
  }
}

/** @param {Canvas} c @param {Place} place @param {Look} look */
function drawGround(c, place, look) {
  const { width, height, horizon } = place;
  /** @param {number} base @param {number} high @param {number} wave @param {string} colour */
  const hills = (base, high, wave, colour) => {
    c.fillStyle = colour;
    c.beginPath();
    c.moveTo(-width, horizon + height);
    for (let x = -width; x <= 2 * width; x += 14)
      c.lineTo(x, base - high * (0.55 + 0.3 * Math.sin(x / wave) + 0.2 * Math.sin((x / wave) * 2.3 + 1)));
    c.lineTo(2 * width, horizon + height);
    c.fill();
  };
  const top = Math.min(...place.houses.map((h) => h.y - h.h * h.s)),
    high = place.few ? 1.6 : 1;
  hills(horizon, (horizon - top * 0.72) * 0.9 * high, width * 0.21, look.hill[0]);
  hills(horizon, (horizon - top) * 0.72 * high, width * 0.13, look.hill[1]);
  const ground = c.createLinearGradient(0, horizon, 0, height);
  ground.addColorStop(0, look.ground[0]);
  ground.addColorStop(1, look.ground[1]);
  c.fillStyle = ground;
  c.fillRect(-width, horizon, 3 * width, height * 2.5);
  for (const row of place.rows) {
    // a lane before each row
    const u = row.u;
    /** @param {number} from @param {number} to */
    const band = (from, to) => {
      c.beginPath();
      for (let x = -20; x <= width + 20; x += 20) c.lineTo(x, row.y + from * u + place.rise(row.r, x));
      for (let x = width + 20; x >= -20; x -= 20) c.lineTo(x, row.y + to * u + place.rise(row.r, x));
      c.fill();
    };
    c.fillStyle = look.yard;
    c.globalAlpha = 0.55;
    band(-2.2, 0.6);
    c.fillStyle = look.path;
    c.globalAlpha = 0.5;
    band(0.75, 1.45);
    c.globalAlpha = 1;
  }
}

/** Near enough: the name of a compound under its first house in a row. @param {Canvas} c @param {Place} place @param {number} r @param {Look} look @param {number} zoom @param {(compound: number) => string} nameOf */
function nameCompounds(c, place, r, look, zoom, nameOf) {
  c.font = `${Math.max(12, 0.8 * place.scale * zoom) / zoom}px sans-serif`;
  c.fillStyle = look.trim;
  c.textBaseline = "middle";
  let last = -1;
  for (const house of place.houses)
    if (house.row === r && house.compound !== last) {
      last = house.compound;
      c.fillText(nameOf(house.compound), house.x, house.y + 1.12 * house.s);
    }
}

/** @param {Canvas} c @param {House} h @param {Place} place @param {Look} look @param {number} zoom */
function drawHouse(c, h, place, look, zoom) {
  const s = h.s,
    px = s * zoom,
    w = h.w * s,
    top = h.y - h.body * s,
    depth = 0.55 * s;
  c.fillStyle = look.side;
  c.beginPath();
  c.moveTo(h.x + w, h.y);
  c.lineTo(h.x + w + depth, h.y - 0.35 * s);
  c.lineTo(h.x + w + depth, top - 0.35 * s);
  c.lineTo(h.x + w, top);
  c.fill();
  c.fillStyle = mix(look.facade[(h.compound * 3 + h.n) % look.facade.length], look.far, 0.55 * h.far);
  c.fillRect(h.x, top, w, h.body * s);
  drawRoof(c, h, look, px);
  c.fillStyle = "rgba(0,0,0,.13)"; // plinth
  c.fillRect(h.x, h.y - UNIT.base * s, w, UNIT.base * s);
  if (px > 2.5) for (const column of h.columns) drawStairs(c, h, column.stair, look, px);
  if (h.shops && px > 3)
    for (let k = 0; k < h.shops; k++) {
      c.fillStyle = k % 2 ? "#8d5b62" : "#5f7a70";
      c.fillRect(
        h.x + s * (0.35 + ((k + 0.15) * h.w) / (h.shops + 0.4)),
        h.y - 0.98 * s,
        Math.min(1.7, (h.w * 0.8) / h.shops) * s,
        0.3 * s,
      );
    }
  if (px < 5) c.globalAlpha = 0.6;
  for (const f of h.flats) {
    // where nobody is at home most days, shutters are down
    c.fillStyle = place.arrays.flat_away[f] ? look.shutter : look.window;
    c.fillRect(place.flatX[f], place.flatY[f], 0.68 * s, 0.76 * s);
  }
  c.globalAlpha = 1;
  if (px > 9) drawFlatDetails(c, h, place, look, px);
}

/** Pitched over yards, flat over estates, crowned over towers. @param {Canvas} c @param {House} h @param {Look} look @param {number} px */
function drawRoof(c, h, look, px) {
  const s = h.s,
    w = h.w * s,
    top = h.y - h.body * s,
    depth = 0.55 * s;
  c.fillStyle = h.flatRoof ? look.flat : look.roof[(h.compound + (h.n % 3)) % look.roof.length];
  if (h.tower) {
    c.fillRect(h.x - 0.1 * s, top - 0.3 * s, w + 0.2 * s + depth, 0.35 * s);
    c.fillRect(h.x + w * 0.36, top - 0.95 * s, w * 0.28, 0.7 * s);
  } else if (h.flatRoof) {
    c.fillRect(h.x - 0.15 * s, top - 0.3 * s, w + 0.3 * s + depth, 0.55 * s);
    for (const column of h.columns)
      c.fillRect(h.x + (column.stair - 0.1) * s, top - 0.85 * s, 1.05 * s, 0.7 * s);
    c.fillStyle = look.trim;
    c.globalAlpha = 0.55;
    c.fillRect(h.x - 0.15 * s, top + 0.16 * s, w + 0.15 * s, 0.12 * s);
    c.globalAlpha = 1;
  } else {
    c.beginPath();
    c.moveTo(h.x - 0.35 * s, top + 0.06 * s);
    c.lineTo(h.x + 0.75 * s, top - h.roof * s);
    c.lineTo(h.x + w - 0.2 * s, top - h.roof * s);
    c.lineTo(h.x + w + depth + 0.35 * s, top - 0.12 * s);
    c.lineTo(h.x + w + 0.2 * s, top + 0.06 * s);
    c.fill();
    if (px > 7) {
      c.strokeStyle = "rgba(0,0,0,.16)";
      c.lineWidth = 0.06 * s;
      c.beginPath();
      for (let k = 0.35; k < 1; k += 0.32) {
        c.moveTo(h.x + (0.75 - 1.1 * (1 - k)) * s, top - h.roof * s * k);
        c.lineTo(h.x + w + (0.5 - 0.7 * k) * s, top - h.roof * s * k);
      }
      c.stroke();
    }
  }
}

/** @param {Canvas} c @param {House} h @param {number} stair @param {Look} look @param {number} px */
function drawStairs(c, h, stair, look, px) {
  const s = h.s,
    x = h.x + stair * s;
  c.fillStyle = "rgba(0,0,0,.10)";
  c.fillRect(x + 0.08 * s, h.y - h.body * s, 0.69 * s, h.body * s);
  c.fillStyle = look.door;
  c.fillRect(x + 0.14 * s, h.y - 0.85 * s, 0.57 * s, 0.85 * s);
  if (px > 8) {
    c.fillStyle = look.trim;
    c.fillRect(x - 0.05 * s, h.y - 0.98 * s, 0.95 * s, 0.12 * s);
  }
  c.fillStyle = look.window;
  if (px > 4.5)
    for (let k = 1; k <= h.floors; k++)
      c.fillRect(x + 0.22 * s, h.y - s * (UNIT.base + k * UNIT.floor - 0.75), 0.41 * s, 0.6 * s);
}

/** Frames, sills, drying laundry, plants, air conditioners. @param {Canvas} c @param {House} h @param {Place} place @param {Look} look @param {number} px */
function drawFlatDetails(c, h, place, look, px) {
  const s = h.s;
  for (const f of h.flats) {
    const x = place.flatX[f],
      y = place.flatY[f],
      n = noise(f + 0.3);
    c.fillStyle = look.trim;
    c.globalAlpha = 0.75;
    c.fillRect(x - 0.07 * s, y + 0.78 * s, 0.82 * s, 0.07 * s);
    c.globalAlpha = 1;
    if (place.arrays.flat_away[f]) {
      // slats of a shutter
      c.fillStyle = "rgba(0,0,0,.18)";
      for (let k = 1; k < 4; k++) c.fillRect(x, y + 0.19 * k * s, 0.68 * s, 0.04 * s);
      continue;
    }
    if (px > 12) {
      c.fillStyle = "rgba(0,0,0,.22)";
      c.fillRect(x + 0.32 * s, y, 0.045 * s, 0.76 * s);
    }
    if (n < 0.22) {
      c.fillStyle = look.trim;
      c.globalAlpha = 0.6;
      c.fillRect(x + 0.36 * s, y + 0.87 * s, 0.34 * s, 0.2 * s);
    } else if (n < 0.4) {
      c.fillStyle = look.leaf[1][1];
      for (let k = 0; k < 3; k++)
        c.fillRect(x + (0.05 + 0.2 * k) * s, y + (0.66 - 0.05 * (k % 2)) * s, 0.12 * s, 0.13 * s);
    } else if (n > 0.86 && px > 12) {
      c.globalAlpha = 0.8;
      for (let k = 0; k < 3; k++) {
        c.fillStyle = ["#b98d9a", "#8fa3a8", "#d8cdb8"][k];
        c.fillRect(x + (0.02 + 0.24 * k) * s, y + 0.87 * s, 0.17 * s, (0.2 + 0.06 * k) * s);
      }
    }
    c.globalAlpha = 1;
  }
}

/** What stands in a small yard: paths from the doors, a stone table, a bench, bicycles. @param {Canvas} c @param {Place} place @param {Look} look */
function drawYard(c, place, look) {
  const { y, u: s } = place.rows[place.rows.length - 1],
    mid = place.width / 2;
  c.fillStyle = look.path;
  c.globalAlpha = 0.5;
  c.beginPath();
  c.ellipse(mid, y + 4.7 * s, 9.5 * s, 1.7 * s, 0, 0, 7);
  c.fill();
  for (const h of place.houses)
    for (const column of h.columns) {
      if (h.row < place.rows.length - 1) continue;
      const x = h.x + (column.stair + 0.42) * s,
        lean = (mid - x) * 0.06;
      c.beginPath();
      c.moveTo(x - 0.3 * s, h.y);
      c.lineTo(x + 0.3 * s, h.y);
      c.lineTo(x + 0.3 * s + lean, y + 1.7 * s);
      c.lineTo(x - 0.3 * s + lean, y + 1.7 * s);
      c.fill();
    }
  c.fillStyle = look.trim;
  c.globalAlpha = 0.75;
  /** @param {number} x @param {number} up @param {number} w @param {number} h */
  const slab = (x, up, w, h) => c.fillRect(mid + x * s, y + up * s, w * s, h * s);
  slab(-0.9, 4.1, 1.8, 0.16);
  slab(-0.14, 4.2, 0.28, 0.55);
  slab(-1.5, 4.45, 0.36, 0.3);
  slab(1.2, 4.45, 0.36, 0.3);
  slab(-5.9, 4.5, 1.7, 0.13);
  slab(-5.7, 4.6, 0.1, 0.35);
  slab(-4.5, 4.6, 0.1, 0.35);
  c.strokeStyle = look.trim;
  c.lineWidth = 0.07 * s;
  c.globalAlpha = 0.7;
  c.beginPath();
  for (let k = 0; k < 3; k++) {
    const x = mid + (4.6 + 0.75 * k) * s,
      g = y + 4.9 * s;
    c.moveTo(x + 0.28 * s, g);
    c.arc(x, g, 0.28 * s, 0, 7);
    c.moveTo(x + 1.03 * s, g);
    c.arc(x + 0.75 * s, g, 0.28 * s, 0, 7);
    c.moveTo(x, g);
    c.lineTo(x + 0.3 * s, g - 0.5 * s);
    c.lineTo(x + 0.75 * s, g);
    c.moveTo(x + 0.3 * s, g - 0.5 * s);
    c.lineTo(x + 0.6 * s, g - 0.55 * s);
  }
  c.stroke();
  c.globalAlpha = 1;
}

/** @param {Canvas} c @param {Place["trees"][0]} tree @param {Look} look @param {number} season */
function drawTree(c, tree, look, season) {
  const { x, y, r } = tree,
    [a, b, t] = between(/** @type {string[][]} */ (look.leaf), season),
    lean = (noise(tree.n) - 0.5) * 0.3 * r;
  c.fillStyle = look.trunk;
  c.fillRect(x - 0.09 * r, y - 1.1 * r, 0.18 * r, 1.1 * r);
  c.fillStyle = mix(a[0], b[0], t);
  c.beginPath();
  if (tree.big)
    for (const [dx, dy, q] of [
      [0, -2.1, 1],
      [-0.85, -1.65, 0.75],
      [0.85, -1.6, 0.78],
    ]) {
      c.moveTo(x + dx * r + q * r, y + dy * r);
      c.arc(x + dx * r, y + dy * r, q * r, 0, 7);
    }
  else c.ellipse(x + lean, y - 1.5 * r, 0.82 * r, 0.98 * r, 0, 0, 7);
  c.fill();
  c.fillStyle = mix(a[1], b[1], t);
  c.globalAlpha = 0.75;
  c.beginPath();
  c.ellipse(x + lean - 0.2 * r, y - (tree.big ? 2.35 : 1.75) * r, 0.46 * r, 0.5 * r, 0, 0, 7);
  c.fill();
  c.globalAlpha = 1;
}
