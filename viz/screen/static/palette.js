// @ts-check
// Colours of the town: the light of the day, and the season. Families of issues have no colours, so that the
// two sides' orange and blue stay the only strong ones.

import { calendar } from "./words.js";

/** @typedef {Record<string, any>} Look */

/** @type {Record<string, Look>} */
export const LOOKS = {
  dusk: {
    sky: [
      ["#232a58", "#6d6296", "#f0b49a"],
      ["#1d2d5c", "#51719f", "#f4cf9f"],
      ["#2a2450", "#84547a", "#f2a174"],
      ["#1a2549", "#4d5f8d", "#cdb3b8"],
    ],
    hill: ["#5a557e", "#48466c"],
    ground: ["#504d70", "#2b2b46"],
    yard: "#413f5b",
    path: "#625d80",
    facade: ["#93829a", "#857da0", "#9c8a90", "#7c83a8", "#8f899b"],
    far: "#a58aa0",
    side: "#4c4668",
    roof: ["#8d4c56", "#75507a", "#96605a"],
    flat: "#3f3a58",
    trim: "#b3a4b4",
    window: "#4b4768",
    shutter: "#5b5674",
    door: "#2b2a42",
    weary: "#1a1930",
    cold: "#c3b4ff",
    warm: "#ffd365",
    work: "#fff4d0",
    done: "#9ff0c4",
    glow: true,
    rim: "",
    leaf: [
      ["#6d7d6a", "#c48aa6"],
      ["#4f6c5f", "#5f7d66"],
      ["#8a6f4e", "#a97f4f"],
      ["#5b6a63", "#69756a"],
    ],
    trunk: "#3a2f3d",
    moon: "#fff3d6",
    person: "#f7e6d2",
  },
  day: {
    sky: [
      ["#a9d3e6", "#d5e9ea", "#f8ecdb"],
      ["#86c5ea", "#bfe2ef", "#f3f1dc"],
      ["#a8cbe0", "#dfe3dc", "#f7dfbf"],
      ["#b9cbd8", "#dbe3e6", "#f0ece4"],
    ],
    hill: ["#b5c9bd", "#a3bba9"],
    ground: ["#cfcfae", "#b4b890"],
    yard: "#dcd5bd",
    path: "#e8e0cb",
    facade: ["#f1e5cf", "#e9dccb", "#f3dfc8", "#dfe2da", "#ecdccf"],
    far: "#e6e6dc",
    side: "#c4b49c",
    roof: ["#b4684e", "#a55c4d", "#8f6d60"],
    flat: "#b9ab98",
    trim: "#fff8ea",
    window: "#a4b4bb",
    shutter: "#b9b3a4",
    door: "#7c6a5a",
    weary: "#6a5a48",
    cold: "#6f57d6",
    warm: "#ffb000",
    work: "#fff2c2",
    done: "#11a36a",
    glow: false,
    rim: "#6b4a08",
    leaf: [
      ["#8fae74", "#e3a5bf"],
      ["#5f9a63", "#78ad72"],
      ["#c9a04f", "#d7b35f"],
      ["#8a9f83", "#9aab90"],
    ],
    trunk: "#6d5343",
    moon: "#fff7dd",
    person: "#8a5a3c",
  },
  night: {
    sky: [
      ["#080b20", "#171d42", "#3d3763"],
      ["#070d24", "#13264c", "#2f4a72"],
      ["#0b0a20", "#251d42", "#553350"],
      ["#060a1c", "#152143", "#3a4464"],
    ],
    hill: ["#1c1f42", "#171a38"],
    ground: ["#22233f", "#14152b"],
    yard: "#1c1d38",
    path: "#2e2f50",
    facade: ["#454263", "#3d3d62", "#48425c", "#394266", "#42425f"],
    far: "#4a4568",
    side: "#23223f",
    roof: ["#38233a", "#2f2547", "#3d2833"],
    flat: "#2d2b49",
    trim: "#6a6888",
    window: "#272645",
    shutter: "#33314f",
    door: "#16162c",
    weary: "#0a0a18",
    cold: "#c2b5ff",
    warm: "#ffd056",
    work: "#fff4d0",
    done: "#8ef0bd",
    glow: true,
    rim: "",
    leaf: [
      ["#2c3d3c", "#5d4560"],
      ["#223a38", "#2b4640"],
      ["#443a34", "#54442f"],
      ["#29363a", "#333f40"],
    ],
    trunk: "#1d1826",
    moon: "#fff3d6",
    person: "#f3dcc2",
  },
};

/** @param {string} hex */
export const toRgb = (hex) => [1, 3, 5].map((k) => parseInt(hex.slice(k, k + 2), 16));
/** A colour between two. @param {string} a @param {string} b @param {number} t 0 a .. 1 b */
export function mix(a, b, t) {
  const x = toRgb(a),
    y = toRgb(b);
  return (
    "#" +
    x
      .map((v, k) =>
        Math.round(v + (y[k] - v) * t)
          .toString(16)
          .padStart(2, "0"),
      )
      .join("")
  );
}
/** Season as a number: 0 spring (April), 1 summer, 2 autumn, 3 winter. @param {number} day @param {number} firstMonth */
export function seasonOf(day, firstMonth) {
  const { month, date } = calendar(day, firstMonth);
  return ((month + date / 30 - 3.5) / 3 + 4) % 4;
}
/** Two neighbours of four, and how far from the first to the second. @template T @param {T[]} four @param {number} season */
export function between(four, season) {
  const k = Math.floor(season) % 4,
    t = season - Math.floor(season);
  return /** @type {[T, T, number]} */ ([four[k], four[(k + 1) % 4], t * t * (3 - 2 * t)]);
}
/** @param {string[]} four @param {number} season */
export function seasonal(four, season) {
  const [a, b, t] = between(four, season);
  return mix(a, b, t);
}
/** The same number in 0..1 for the same n, everywhere. @param {number} n */
export function noise(n) {
  const x = Math.sin(n * 127.1 + 311.7) * 43758.5453;
  return x - Math.floor(x);
}
