// @ts-check
// The sky: its light by season, a moon that waxes in 29.5 days, petals, rain and leaves.

import { mix, noise, seasonal, toRgb } from "./palette.js";

/** @typedef {CanvasRenderingContext2D} Canvas */
/** @typedef {import("./palette.js").Look} Look */

const MOON = 29.53; // days
/** @type {Map<string, HTMLCanvasElement>} */
const sprites = new Map();

/** A soft round light, made once per colour and size: small ones are cheap to lay down by the thousand. @param {string} colour @param {number} [r] */
export function glow(colour, r = 32) {
  const key = colour + r,
    made = sprites.get(key);
  if (made) return made;
  const sprite = document.createElement("canvas");
  sprite.width = sprite.height = 2 * r;
  const x = /** @type {Canvas} */ (sprite.getContext("2d")),
    g = x.createRadialGradient(r, r, 0, r, r, r),
    rgb = toRgb(colour).join();
  g.addColorStop(0, `rgba(${rgb},.62)`);
  g.addColorStop(0.25, `rgba(${rgb},.26)`);
  g.addColorStop(1, `rgba(${rgb},0)`);
  x.fillStyle = g;
  x.fillRect(0, 0, 2 * r, 2 * r);
  sprites.set(key, sprite);
  return sprite;
}

/** @param {Canvas} c @param {number} w @param {number} h @param {Look} look @param {number} season @param {number} day */
export function drawSky(c, w, h, look, season, day) {
  const full = 0.5 - 0.5 * Math.cos(2 * Math.PI * ((day / MOON) % 1)),
    dark = look.glow ? 0.28 * (1 - full) : 0;
  const [top, middle, low] = [0, 1, 2].map((k) =>
    mix(
      seasonal(
        look.sky.map((/** @type {string[]} */ x) => x[k]),
        season,
      ),
      "#0c0f28",
      dark,
    ),
  );
  const g = c.createLinearGradient(0, 0, 0, h * 0.62);
  g.addColorStop(0, top);
  g.addColorStop(0.55, middle);
  g.addColorStop(1, low);
  c.fillStyle = g;
  c.fillRect(0, 0, w, h);
  if (!look.glow) return;
  c.fillStyle = "#fff";
  c.globalAlpha = 0.55 - 0.35 * full;
  for (let n = 0; n < w / 16; n++) {
    const s = noise(n + 0.7) > 0.85 ? 1.6 : 1;
    c.fillRect(Math.round(noise(n) * w), Math.round(noise(n + 50) ** 1.5 * h * 0.3), s, s);
  }
  c.globalAlpha = 1;
}

/** @param {Canvas} c @param {number} w @param {number} h @param {Look} look @param {number} day @param {number} r @param {boolean} narrow */
export function drawMoon(c, w, h, look, day, r, narrow) {
  const age = (day / MOON) % 1,
    x = narrow ? w * (0.43 + 0.14 * age) : w * (0.56 + 0.36 * age);
  const y = h * 0.5 - 18 * Math.sin(Math.PI * age),
    lit = 0.5 - 0.5 * Math.cos(2 * Math.PI * age);
  if (look.glow) {
    c.globalAlpha = 0.35 * lit;
    c.drawImage(glow(look.moon), x - 4 * r, y - 4 * r, 8 * r, 8 * r);
  }
  c.globalAlpha = look.glow ? 0.95 : 0.8;
  c.fillStyle = look.moon;
  c.beginPath();
  const k = Math.cos(2 * Math.PI * age),
    waxes = age < 0.5;
  c.arc(x, y, r, -Math.PI / 2, Math.PI / 2, !waxes);
  c.ellipse(x, y, Math.abs(k) * r, r, 0, Math.PI / 2, -Math.PI / 2, waxes ? k > 0 : k < 0);
  c.fill();
  c.globalAlpha = 1;
}

const RAIN = [0, 0, 0, 0.2, 0.7, 1, 0.6, 0.5, 0.2, 0, 0, 0];
const PETALS = [0, 0.2, 1, 0.7, 0, 0, 0, 0, 0, 0, 0, 0];
const LEAVES = [0.2, 0, 0, 0, 0, 0, 0, 0, 0, 0.6, 1, 0.7];

/** Petals in spring, rain in early summer, leaves in autumn: a few dozen. @param {Canvas} c @param {number} w @param {number} h @param {Look} look @param {number} seconds @param {number} month */
export function drawWeather(c, w, h, look, seconds, month) {
  const area = (w * h) / 330000;
  if (RAIN[month]) {
    c.strokeStyle = look.glow ? "rgba(205,216,250,.34)" : "rgba(80,110,140,.35)";
    c.lineWidth = 1;
    c.beginPath();
    for (let n = 0; n < 60 * RAIN[month] * area; n++) {
      const x = (((noise(n) * w * 1.1 - seconds * 40) % w) + w) % w,
        y = (noise(n + 99) * h + seconds * (620 + 200 * noise(n + 7))) % h;
      c.moveTo(x, y);
      c.lineTo(x - 2, y + 11);
    }
    c.stroke();
  }
  /** @type {[number, string][]} */
  const falling = [
    [PETALS[month], look.glow ? "#f0b6cc" : "#e58fb2"],
    [LEAVES[month], look.glow ? "#d9a05c" : "#b97a2e"],
  ];
  for (const [much, colour] of falling) {
    c.fillStyle = colour;
    for (let n = 0; n < 22 * much * area; n++)
      c.fillRect(
        (noise(n + 13) * w + Math.sin(seconds * 0.9 + n) * 24 + seconds * 9) % w,
        (noise(n + 31) * h + seconds * (26 + 26 * noise(n))) % h,
        2.6,
        1.7,
      );
  }
}
