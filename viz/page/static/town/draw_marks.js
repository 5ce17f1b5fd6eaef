// Drawing the marks of issues and helpers.

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
