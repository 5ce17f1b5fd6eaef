// @ts-check
// Helpers on their way: captains climb the stairs, crews bring a ladder, councils sit at a table. A sample.

/** @typedef {CanvasRenderingContext2D} Canvas */
/** @typedef {import("./place.js").Place} Place */
/** @typedef {import("./palette.js").Look} Look */
/** Somebody on the way, from the left (side -1) or the right (1). @typedef {{issue: number, house: import("./place.js").House, kind: string, since: number, side: number, stairwell: number}} Helper */

const COATS = {
  captain: "#fdf6e3",
  crew: "#c9d84e",
  volunteer: "#e4576a",
  patrol: "#58b3a4",
  table: "#d9c9e8",
};
const AT_A_TABLE = new Set([
  "joint_council",
  "mediation_room",
  "five_party_alliance",
  "concurrent_posts",
  "consent_campaign",
]);
const ON_PATROL = new Set(["grid_patrol", "whistle"]);
const TOO_HIGH = 7; // floors; above, a crew comes in a cradle from the roof

/** @param {string} mechanism  "" for property crews and the committee */
export function kindOfHelper(mechanism) {
  if (!mechanism) return "crew";
  if (AT_A_TABLE.has(mechanism)) return "table";
  if (ON_PATROL.has(mechanism)) return "patrol";
  return mechanism === "building_captains" ? "captain" : "volunteer";
}

/** @param {Canvas} c @param {number} x @param {number} y @param {number} h @param {string} coat @param {string} skin @param {number} [step] */
function drawPerson(c, x, y, h, coat, skin, step = 0) {
  const w = h * 0.34;
  c.fillStyle = "#2b2740";
  if (h > 4) {
    const swing = Math.sin(step * 9) * w * 0.3;
    c.fillRect(x - w * 0.32 + swing, y - h * 0.32, w * 0.26, h * 0.32);
    c.fillRect(x + w * 0.06 - swing, y - h * 0.32, w * 0.26, h * 0.32);
  }
  c.fillStyle = coat;
  c.beginPath();
  c.moveTo(x - w * 0.5, y - h * 0.24);
  c.lineTo(x - w * 0.36, y - h * 0.74);
  c.lineTo(x + w * 0.36, y - h * 0.74);
  c.lineTo(x + w * 0.5, y - h * 0.24);
  c.fill();
  c.fillStyle = skin;
  c.beginPath();
  c.arc(x, y - h * 0.85, h * 0.15, 0, 7);
  c.fill();
}

/**
 * Draw a helper on the way; `t` from 0, on the lane, to 1, done. `side` is the colour of the side.
 * @param {Canvas} c @param {Helper} who @param {number} t @param {Place} place @param {Look} look @param {number} zoom @param {string} side
 */
export function drawHelper(c, who, t, place, look, zoom, side) {
  const h = who.house,
    s = h.s,
    tall = Math.max(0.95 * s, 7 / zoom);
  const x = place.issueX[who.issue] + place.issueW[who.issue] / 2,
    y = place.issueY[who.issue] + place.issueH[who.issue];
  const climb = Math.max(0, Math.min(1, (t - 0.4) / 0.35));
  c.globalAlpha = Math.max(0, t > 0.85 ? (1 - t) / 0.15 : Math.min(1, t / 0.08));
  if (who.kind === "table") {
    const at = place.tables.get(h.compound);
    if (at) drawTable(c, at.x, at.y, Math.max(at.s, 4 / zoom), look, side);
  } else if (who.kind === "crew") drawCrew(c, who, { x, y, t, climb, tall, zoom }, look);
  else drawWalker(c, who, { x, y, t, climb, tall, zoom }, place, look, side);
  c.globalAlpha = 1;
}

/** @typedef {{x: number, y: number, t: number, climb: number, tall: number, zoom: number}} Way  where to, and how far along */

/** @param {Canvas} c @param {Helper} who @param {Way} way @param {Look} look */
function drawCrew(c, who, { x, y, t, climb, tall, zoom }, look) {
  const h = who.house,
    s = h.s,
    high = Math.max(y, h.y - h.h * s),
    left = x - 0.3 * s,
    right = x + 0.3 * s;
  c.strokeStyle = look.trim;
  c.lineWidth = Math.max(0.08 * s, 0.7 / zoom);
  c.beginPath();
  if (h.y - high > TOO_HIGH * s) {
    const top = h.y - h.body * s,
      at = top + (high + 0.35 * s - top) * climb;
    c.moveTo(left - 0.25 * s, top);
    c.lineTo(left - 0.25 * s, at);
    c.moveTo(right + 0.25 * s, top);
    c.lineTo(right + 0.25 * s, at);
    c.moveTo(left - 0.35 * s, at);
    c.lineTo(right + 0.35 * s, at);
    c.stroke();
    drawPerson(c, x, at, tall, COATS.crew, look.person, t * 3);
    return;
  }
  const lean = 0.5 * s,
    foot = h.y + 0.3 * s;
  c.moveTo(left - lean, foot);
  c.lineTo(left, high);
  c.moveTo(right - lean, foot);
  c.lineTo(right, high);
  if (s * zoom > 6)
    for (let rung = h.y; rung > high; rung -= 0.55 * s) {
      const k = 1 - (h.y - rung) / Math.max(1, h.y - high);
      c.moveTo(left - lean * k, rung);
      c.lineTo(right - lean * k, rung);
    }
  c.stroke();
  drawPerson(c, x - lean * (1 - climb), foot + (y - foot) * climb, tall, COATS.crew, look.person, t * 3);
}

/** @param {Canvas} c @param {Helper} who @param {Way} way @param {Place} place @param {Look} look @param {string} side */
function drawWalker(c, who, { x: goalX, y: goalY, t, climb, tall, zoom }, place, look, side) {
  const h = who.house,
    s = h.s,
    walk = Math.min(1, t / 0.4),
    shape = place.issueShape[who.issue],
    isLow = shape >= 2;
  const column = h.columns[Math.min(h.columns.length - 1, Math.max(0, who.stairwell))],
    stairs = h.x + s * (column.stair + 0.42);
  const start = stairs + who.side * s * 3.5,
    goal = isLow ? goalX : stairs;
  const x =
    t < 0.4
      ? start + (goal - start) * walk
      : isLow
        ? goalX
        : stairs + (goalX - stairs) * Math.max(0, climb * 2 - 1) * 0.35;
  const y =
    t < 0.4 || shape === 3
      ? h.y + 0.45 * s * (1 - walk)
      : isLow && goalY > h.y - 2 * s
        ? h.y
        : h.y + (goalY + 0.15 * s - h.y) * climb;
  if (who.kind === "patrol" && t < 0.4) {
    // on a bicycle
    c.strokeStyle = look.trim;
    c.lineWidth = 0.1 * s;
    c.beginPath();
    c.arc(x - 0.3 * s, y - 0.15 * s, 0.2 * s, 0, 7);
    c.moveTo(x + 0.5 * s, y - 0.15 * s);
    c.arc(x + 0.3 * s, y - 0.15 * s, 0.2 * s, 0, 7);
    c.stroke();
  }
  drawPerson(c, x, y, tall, COATS[who.kind], look.person, t * 3);
  if (who.kind === "captain" && tall * zoom > 9) {
    // an armband
    c.fillStyle = side;
    c.fillRect(x - tall * 0.17, y - tall * 0.62, tall * 0.34, tall * 0.11);
  }
}

/** @param {Canvas} c @param {number} x @param {number} y @param {number} s @param {Look} look @param {string} side */
function drawTable(c, x, y, s, look, side) {
  for (const dx of [-1.3, -0.45, 0.45, 1.3])
    drawPerson(c, x + dx * s, y - 0.2 * s, 1.25 * s, dx < 0 ? COATS.table : COATS.captain, look.person);
  c.fillStyle = look.trunk;
  c.fillRect(x - 1.7 * s, y - 0.5 * s, 3.4 * s, 0.22 * s);
  c.fillRect(x - 1.4 * s, y - 0.3 * s, 0.16 * s, 0.5 * s);
  c.fillRect(x + 1.25 * s, y - 0.3 * s, 0.16 * s, 0.5 * s);
  c.fillStyle = side;
  c.fillRect(x - 1.7 * s, y - 0.5 * s, 3.4 * s, 0.08 * s);
}
