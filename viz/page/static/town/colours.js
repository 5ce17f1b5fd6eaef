// Colours.

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

// [colour, colour of what is written on it]
function withInk(colour) {
  const [red, green, blue] = [1, 3, 5].map((at) => (parseInt(colour.slice(at, at + 2), 16) / 255) ** 2.2);
  return [colour, 0.2126 * red + 0.7152 * green + 0.0722 * blue > 0.28 ? "#20121a" : "#fff"];
}

const FAMILY_COLOURS = Object.fromEntries(Object.entries(FAMILY).map(([name, colour]) => [name, withInk(colour)]));
const SPARE = withInk("#777777");  // of a family that only the user's case has

const familyColours = (name) => FAMILY_COLOURS[name] ?? SPARE;
