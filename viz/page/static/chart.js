// One chart: lines with bands, steps, small panels, bars or joined pairs, drawn as SVG from a spec (viz/figures/chart_specs.py), read by pointer and keys, saved from the browser.

const SVG = "http://www.w3.org/2000/svg";
const FONT = "'Noto Sans CJK SC', system-ui, -apple-system, 'Segoe UI', 'Noto Sans', 'PingFang SC', 'Microsoft YaHei', sans-serif"; // Chinese first: see fonts.css
const SIZE = 12; // px of every text in the picture
const PAPER = { width: 900, ink: "#222222", ground: "#ffffff", times: 2 }; // what is saved looks the same from every screen
const STYLE = `
.cogov-chart { font: 13px/1.45 ${FONT}; position: relative; width: 100%; min-width: 0 }
.cogov-chart .cg-head { display: flex; gap: 12px; align-items: flex-start; margin: 2px -7px 2px 0 }
.cogov-chart .cg-title { font-size: 15px; line-height: 1.35; font-weight: 600; overflow-wrap: anywhere }
.cogov-chart .cg-subtitle { flex: 1; min-width: 0; padding-top: 5px; font-size: 12px; opacity: .8; overflow-wrap: anywhere }
.cogov-chart .cg-tools { display: flex; gap: 2px; flex: none }
.cogov-chart button { font: inherit; font-size: 12px; color: inherit; background: none; border: 0; border-radius: 6px; padding: 4px 7px; min-height: 28px; cursor: pointer }
.cogov-chart button:hover { background: color-mix(in srgb, currentColor 10%, transparent) }
.cogov-chart button:focus-visible, .cogov-chart .cg-plot:focus-visible { outline: 2px solid #56B4E9; outline-offset: 1px; border-radius: 6px }
.cogov-chart .cg-legend { display: flex; flex-wrap: wrap; gap: 0 4px; margin: 0 -8px }
.cogov-chart .cg-legend button { display: inline-flex; align-items: center; gap: 7px; font-size: 13px; text-align: left }
.cogov-chart .cg-legend button[aria-pressed=false] { opacity: .4; text-decoration: line-through }
.cogov-chart .cg-plot { position: relative; touch-action: pan-y; cursor: crosshair; user-select: none; -webkit-user-select: none }
.cogov-chart .cg-plot svg { display: block; width: 100%; overflow: visible }
.cogov-chart .cg-cursor { transition: transform .12s linear }
.cogov-chart .cg-tip { position: absolute; z-index: 2; top: 0; left: 0; pointer-events: none; padding: 6px 10px; border-radius: 8px; font-size: 12px; white-space: nowrap;
  background: #fff; color: #222; box-shadow: 0 1px 8px #0004; font-variant-numeric: tabular-nums; max-width: 92% }
.cogov-chart .cg-tip.cg-dark { background: #2b2f36; color: #eee }
.cogov-chart .cg-tip .cg-at { opacity: .7 }
.cogov-chart .cg-tip .cg-row { display: grid; grid-template-columns: 24px 1fr auto; gap: 8px; align-items: center }
.cogov-chart .cg-tip .cg-row span:nth-child(2) { overflow: hidden; text-overflow: ellipsis }
.cogov-chart .cg-tip b { font-weight: 600; text-align: right }
.cogov-chart .cg-tip small { opacity: .7; font-weight: 400 }
.cogov-chart .cg-note, .cogov-chart .cg-source { font-size: 12px; opacity: .8; margin-top: 2px; overflow-wrap: anywhere }
.cogov-chart .cg-values { max-height: 260px; overflow: auto; margin-top: 6px }
.cogov-chart table { border-collapse: collapse; font-size: 12px; font-variant-numeric: tabular-nums }
.cogov-chart th, .cogov-chart td { padding: 1px 10px; text-align: right; border-bottom: 1px solid color-mix(in srgb, currentColor 15%, transparent) }
.cogov-chart [hidden] { display: none !important }
@media (prefers-reduced-motion: reduce) { .cogov-chart .cg-cursor { transition: none } }
@media print { .cogov-chart .cg-tools, .cogov-chart .cg-tip, .cogov-chart .cg-cursor { display: none } .cogov-chart .cg-plot svg { height: auto } }
`;

// ---------------------------------------------------------------------------------------------- what is in a spec

const xs = (spec, line) => line.x || spec.x || [];
const isBars = (spec) => ["bars", "ranges", "boxes", "tornado"].includes(spec.kind); // a row for each category
const dotted = (spec) => ["pairs", "scatter"].includes(spec.kind);
const isPanels = (spec) => spec.kind === "panels";
const shown = (spec, hidden) => spec.lines.filter((line) => !hidden.has(line.name));
const named = (spec) => spec.lines.filter((line, n) => spec.lines.findIndex((other) => other.name === line.name) === n); // in panels each name comes once a panel
const there = (value) => value !== null && value !== undefined && Number.isFinite(value);

/** Every place where a chart can be read: the x of all lines, or the numbers of the categories. */
function stops(spec) {
  if (isBars(spec)) return spec.categories.map((_, n) => n);
  return [...new Set(spec.lines.flatMap((line) => xs(spec, line)))].sort((a, b) => a - b);
}

/** The row of a line that holds at x: the last one before it where lines step, else the one at x; -1 for none. */
function rowAt(spec, line, x) {
  if (isBars(spec)) return x;
  const all = xs(spec, line);
  let low = 0, high = all.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (all[middle] <= x) low = middle + 1;
    else high = middle;
  }
  return spec.step || all[low - 1] === x ? low - 1 : -1;
}

function nearest(sorted, x) {
  let best = 0;
  sorted.forEach((value, n) => { if (Math.abs(value - x) < Math.abs(sorted[best] - x)) best = n; });
  return best;
}

/** Head and rows of the table of values, as numbers and text; a place where no line has a value has no row. */
function tabled(spec, words) {
  const columns = spec.lines.flatMap((line) => ["y", "low", "q1", "q3", "high"].filter((key) => line[key]).map((key) => [line, key]));
  const head = [spec.xlabel && !isBars(spec) ? spec.xlabel : "", ...columns.map(([line, key]) => [spec.panels?.[line.panel]?.name, line.name, key !== "y" && (words["chart_" + key] || key)].filter(Boolean).join(", "))];
  const rows = stops(spec).map((x) => [isBars(spec) ? spec.categories[x] : x, ...columns.map(([line, key]) => line[key][rowAt(spec, line, x)] ?? null)]);
  return { head, rows: rows.filter(([, ...values]) => values.some((value) => value !== null)) };
}

/** Text that no spreadsheet runs, quoted where it must be; numbers as they are. */
function cell(value) {
  if (value === null || value === undefined) return "";
  if (typeof value === "number") return String(value);
  const safe = /^[=+\-@\t\r\n＝＋－＠]/.test(value) ? "'" + value : String(value);
  return /[",\n\r]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** A line that says what the table is of: without commas and quotes, so that it stays one cell. */
const remark = (text) => `# ${text.replace(/[",;\s]+/g, " ").trim()}`;

function csv(spec, words) {
  const { head, rows } = tabled(spec, words), remarks = [spec.title, spec.subtitle, spec.source].filter(Boolean).map(remark);
  return "\ufeff" + [...remarks, ...[head, ...rows].map((row) => row.map(cell).join(","))].join("\r\n") + "\r\n";
}

// ---------------------------------------------------------------------------------------------- scales and numbers

/** Round steps from low to high, some `count` of them. */
function ticks(low, high, count, whole, given) {
  const rough = (high - low) / Math.max(1, count) || 1;
  const power = 10 ** Math.floor(Math.log10(rough));
  let step = given || [1, 2, 5, 10].find((m) => m * power >= rough * 0.999) * power;
  if (whole) step = Math.max(1, step);
  const first = Math.ceil(low / step - 1e-9);
  const last = Math.floor(high / step + 1e-9);
  return { step, at: Array.from({ length: Math.max(0, last - first + 1) }, (_, n) => (first + n) * step) };
}

/** Days by months of thirty, where they span some. */
function dayTicks(low, high, room) {
  const step = [1, 2, 5, 10, 15, 30, 60, 90, 180, 365, 730].find((s) => (high - low) / s <= room) || 1825;
  return { step, at: Array.from({ length: Math.floor(high / step) - Math.ceil(low / step) + 1 }, (_, n) => (Math.ceil(low / step) + n) * step) };
}

function scale(low, high, from, to) {
  const at = (value) => from + ((value - low) / (high - low || 1)) * (to - from);
  return { low, high, at, back: (px) => low + ((px - from) / (to - from || 1)) * (high - low) };
}

function extent(spec, hidden, count) {
  const values = shown(spec, hidden).flatMap((line) => [...line.y, ...(line.low || []), ...(line.high || [])]).filter(there);
  let low = values.reduce((a, b) => Math.min(a, b), Infinity), high = values.reduce((a, b) => Math.max(a, b), -Infinity);
  if (!values.length) [low, high] = [0, 1];
  if (spec.zero) [low, high] = [Math.min(low, 0), Math.max(high, 0)];
  const fixed = [spec.ymin ?? null, spec.ymax ?? null];
  low = fixed[0] ?? low;
  high = fixed[1] ?? high;
  if (high <= low) high = low + (Math.abs(low) || 1);
  const { step } = ticks(low, high, count), air = dotted(spec) ? 0.2 : 1e-9; // dots want not to lie on the edge
  return { step, low: fixed[0] ?? Math.floor(low / step - air + 2e-9) * step, high: fixed[1] ?? Math.ceil(high / step + air - 2e-9) * step };
}

function said(value, spec, words, step) {
  if (!there(value)) return "–";
  const locale = words.chart_locale || "en";
  if (spec.percent) return new Intl.NumberFormat(locale, { style: "percent", maximumFractionDigits: step === undefined ? 1 : step < 0.0099 ? 1 : 0 }).format(value);
  const decimals = step === undefined ? (Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 3) : Math.max(0, -Math.floor(Math.log10(step) + 1e-9));
  const sign = spec.zero ? { signDisplay: "exceptZero" } : {};
  return new Intl.NumberFormat(locale, { maximumFractionDigits: decimals, ...sign }).format(value);
}

/** A day of a long run, in years where they are whole. */
const yearly = (value, words) => (value % 365 ? place(value, words) : new Intl.NumberFormat(words.chart_locale || "en", { style: "unit", unit: "year", unitDisplay: "long" }).format(value / 365));

const place = (value, words, digits = 1) => new Intl.NumberFormat(words.chart_locale || "en", { maximumFractionDigits: digits }).format(value);

// ---------------------------------------------------------------------------------------------- drawing

function node(name, attributes = {}, text) {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) if (value !== "" && value !== undefined) made.setAttribute(key, value);
  if (text !== undefined) made.textContent = text;
  return made;
}

const ink = (colour) => (!colour || colour === "#000000" ? "currentColor" : colour); // black is invisible at night
const near = (px) => Math.round(px * 10) / 10;
const crisp = (px) => Math.floor(px) + 0.5; // a thin straight line on whole pixels
let ruler;

function wide(text, size = SIZE, weight = 400) {
  ruler ||= document.createElement("canvas").getContext("2d");
  ruler.font = `${weight} ${size}px ${FONT}`;
  return ruler.measureText(text).width;
}

/** Lines of text no wider than so many px; Chinese breaks anywhere. */
function folded(text, width, size, weight) {
  const lines = [""];
  for (const word of text.match(/[\u3000-\u9fff\uff00-\uffef][，。；：、）？]*|[^\s\u3000-\u9fff\uff00-\uffef]+\s*|\s+/g) || []) {
    if (lines.at(-1) && wide(lines.at(-1) + word.trimEnd(), size, weight) > width) lines.push("");
    lines.push(lines.pop() + word);
  }
  return lines;
}

function label(text, x, y, more = {}) {
  return node("text", { x: near(x), y: near(y), "font-size": SIZE, fill: "currentColor", "fill-opacity": 0.72, ...more }, text);
}

/** The path of a line; a value that does not exist leaves a gap, and one by itself is a dot. */
function path(points, step) {
  let d = "", pen = false, last = null;
  points.forEach(([x, y], n) => {
    if (y === null) { pen = false; return; }
    const alone = !pen && (n + 1 >= points.length || points[n + 1][1] === null);
    if (!pen) d += `M${near(x)} ${near(y)}${alone ? "h0.01" : ""}`;
    else d += step ? `H${near(x)}V${near(y)}` : `L${near(x)} ${near(y)}`;
    [pen, last] = [true, [x, y]];
  });
  return last ? d : "";
}

/** The outline of a band, part by part between gaps. */
function area(points, step) {
  const parts = [[]];
  for (const point of points) point[1] === null || point[2] === null ? parts.push([]) : parts.at(-1).push(point);
  return parts.filter((part) => part.length > 1).map((part) => {
    const there = path(part.map(([x, low]) => [x, low]), step);
    const back = part.map(([x, , high]) => [x, high]).reverse();
    const home = back.map(([x, y], n) => (step && n ? `V${near(y)}H${near(x)}` : `L${near(x)} ${near(y)}`)).join("");
    return there + home + "Z";
  }).join("");
}

function drawLine(into, spec, line, x, y) {
  const at = xs(spec, line), px = (value) => (there(value) ? y.at(value) : null);
  if (line.low && line.high) {
    const band = area(at.map((value, n) => [x.at(value), px(line.low[n]), px(line.high[n])]), spec.step);
    into.append(node("path", { d: band, fill: ink(line.colour), "fill-opacity": 0.17, class: "cg-band" }));
  }
  const d = path(at.map((value, n) => [x.at(value), px(line.y[n])]), spec.step);
  into.append(node("path", { d, fill: "none", stroke: ink(line.colour), "stroke-width": 2, "stroke-linejoin": "round", "stroke-linecap": line.dash ? "butt" : "round", "stroke-dasharray": line.dash, class: "cg-line" }));
}

function drawPairs(into, spec, hidden, x, y) {
  const lines = shown(spec, hidden);
  spec.x.forEach((at, n) => {
    const values = lines.map((line) => line.y[n]).filter(there);
    const [low, high] = [y.at(Math.min(...values)) - 5, y.at(Math.max(...values)) + 5];
    if (low > high) into.append(node("line", { x1: near(x.at(at)), x2: near(x.at(at)), y1: near(low), y2: near(high), stroke: "currentColor", "stroke-opacity": 0.3 }));
  });
  for (const line of lines) line.y.forEach((value, n) => there(value) && into.append(dot(x.at(spec.x[n]), y.at(value), line)));
}

function dot(x, y, line, r = 4) {
  return node("circle", { cx: near(x), cy: near(y), r, fill: line.dash ? "none" : ink(line.colour), stroke: ink(line.colour), "stroke-width": 2 });
}

function swatch(line, x, y) {
  return node("line", { x1: x, x2: x + 24, y1: y, y2: y, stroke: ink(line.colour), "stroke-width": line.dash ? 2 : 3, "stroke-dasharray": line.dash }); // long enough for two dashes and a half
}

/** Title, subtitle and legend of the sheet when it is saved; returns where the picture begins. */
function heading(svg, spec, hidden, width, labelled) {
  let y = 8;
  const write = (text, size, step, look) => folded(text || "", width - 24, size, look["font-weight"]).filter(Boolean).forEach((line) => svg.append(label(line, 12, (y += step), { "font-size": size, ...look })));
  write(spec.title, 16, 20, { "font-weight": 600, "fill-opacity": 1 });
  write(spec.subtitle, SIZE, 18, {});
  const lines = named(spec).filter((line) => !hidden.has(line.name));
  if (lines.length < 2 || labelled) return y + 2;
  let x = 12;
  y += 22;
  for (const line of lines) {
    const room = 32 + wide(line.name) + 18;
    if (x > 12 && x + room > width) [x, y] = [12, y + 19];
    svg.append(swatch(line, x, y - 4), label(line.name, x + 32, y, { "fill-opacity": 1 }));
    x += room;
  }
  return y + 8;
}

function footing(svg, spec, width, top) {
  let y = top;
  for (const text of [spec.note, spec.source].filter(Boolean)) for (const line of folded(text, width - 24, SIZE)) svg.append(label(line, 12, (y += 17)));
  return y + 10;
}

/** Draw a spec `width` px wide. `saved`: with title, legend, note, source and ground, else those are HTML around it. */
function drawn(spec, { width, hidden, words, saved }) {
  const svg = node("svg", { xmlns: SVG, width, "font-family": FONT });
  if (saved) svg.setAttribute("color", PAPER.ink);
  const names = endNames(spec, hidden, width), top = saved ? heading(svg, spec, hidden, width, names.length > 0) : 0;
  const body = (isBars(spec) ? bars : isPanels(spec) ? panels : plot)(svg, spec, { width, hidden, words, top, inset: saved ? 12 : 0, names });
  const height = saved ? footing(svg, spec, width, body.bottom) : body.bottom;
  svg.setAttribute("height", height);
  svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
  if (saved) svg.prepend(node("rect", { width, height, fill: PAPER.ground }));
  return { svg, height, labelled: names.length > 0, ...body };
}

/** The lines whose names stand at their ends, where all of them fit there; else none, and there is a legend. */
function endNames(spec, hidden, width) {
  const lines = shown(spec, hidden);
  if (spec.kind || spec.lines.length < 2 || hidden.size || width < 420) return [];
  return lines.every((line) => wide(line.name, SIZE, 600) < width * 0.3 && there(line.y.at(-1))) ? lines : [];
}

/** Write names beside the ends of their lines, one below the other where ends are close. */
function drawEndNames(svg, lines, y, right, from, to) {
  const names = lines.map((line) => ({ line, at: y.at(line.y.at(-1)) })).sort((p, q) => p.at - q.at), step = SIZE + 4;
  names.forEach((one, n) => { one.at = Math.max(one.at, from + SIZE / 2, n ? names[n - 1].at + step : -Infinity); });
  for (let n = names.length - 1; n >= 0; n--) names[n].at = Math.min(names[n].at, n + 1 < names.length ? names[n + 1].at - step : to - 4);
  for (const { line, at } of names) svg.append(label(line.name, right + 8, at + 4, { "font-weight": 600, "fill-opacity": 1, class: "cg-end" }));
}

function plot(svg, spec, { width, hidden, words, top, inset, names }) {
  const high = Math.max(150, Math.min(300, width * 0.46)), from = top + (spec.subtitle ? 14 : 24), to = from + high;
  const { low, high: most, step } = extent(spec, hidden, Math.max(5, Math.round(high / 42))), levels = ticks(low, most, 1, false, step);
  const texts = levels.at.map((value) => said(value, spec, words, levels.step));
  const left = Math.ceil(Math.max(...texts.map((text) => wide(text)), 18)) + 10 + inset;
  const right = width - 14 - inset - (names.length ? Math.ceil(Math.max(...names.map((line) => wide(line.name, SIZE, 600)))) + 4 : 0);
  const all = stops(spec), room = spec.kind === "pairs" ? 0.5 : spec.kind === "scatter" ? (all.at(-1) - all[0]) * 0.03 : 0;
  const x = scale(all[0] - room, all.at(-1) + room || 1, left, right), y = scale(low, most, to, from);
  if (!spec.subtitle) svg.append(label(spec.ylabel || "", inset || 2, top + 12));
  const part = { x, y, from, to, left, right };
  drawLevels(svg, levels, texts, part, true);
  across(svg, spec, x, to, left, right, words);
  svg.append(label(spec.xlabel || "", right, to + 34, { "text-anchor": "end" }));
  if (spec.vline) mark(svg, spec.vline, x, from, to);
  const inside = node("g", { class: "cg-lines" });
  if (dotted(spec)) drawPairs(inside, spec, hidden, x, y);
  else shown(spec, hidden).forEach((line) => drawLine(inside, spec, line, x, y));
  svg.append(inside);
  drawEndNames(svg, names, y, right, from, to);
  return { parts: [part], from, to, bottom: to + 38, at: (n) => x.at(all[n]), find: (px) => [nearest(all, x.back(px)), 0] };
}

/** Faint lines across a plot or a panel, and what they stand for. */
function drawLevels(svg, levels, texts, { y, left, right }, said) {
  levels.at.forEach((value, n) => {
    const strong = value === 0 || n === 0;
    svg.append(node("line", { x1: left, x2: right, y1: crisp(y.at(value)), y2: crisp(y.at(value)), stroke: "currentColor", "stroke-opacity": strong ? 0.45 : 0.12 }));
    if (said) svg.append(label(texts[n], left - 7, y.at(value) + 4, { "text-anchor": "end" }));
  });
}

/** Small multiples: a panel for each of `spec.panels`, all on one scale. */
function panels(svg, spec, { width, hidden, words, top, inset }) {
  const count = spec.panels.length, columns = Math.min(count, width >= 640 ? 4 : width >= 440 ? 3 : 2), rows = Math.ceil(count / columns), gap = 22, name = 22;
  const rough = Math.max(70, Math.min(200, (width / columns) * 0.62)), { low, high: most, step } = extent(spec, hidden, Math.max(3, Math.round(rough / 36)));
  const levels = ticks(low, most, 1, false, step), texts = levels.at.map((value) => said(value, spec, words, levels.step));
  const first = Math.ceil(Math.max(...texts.map((text) => wide(text)), 18)) + 10 + inset, each = (width - first - 14 - inset - gap * (columns - 1)) / columns;
  const all = stops(spec), parts = [], inside = node("g", { class: "cg-lines" });
  spec.panels.forEach((panel, n) => {
    const left = first + (n % columns) * (each + gap), right = left + each, from = top + Math.floor(n / columns) * (rough + name + 10) + name, to = from + rough;
    const part = { x: scale(all[0], all.at(-1) || 1, left, right), y: scale(low, most, to, from), from, to, left, right };
    if (panel.colour) svg.append(node("circle", { cx: left + 4, cy: from - 10, r: 4, fill: panel.colour }));
    svg.append(label(folded(panel.name, each - 14, SIZE, 600)[0].trimEnd(), left + (panel.colour ? 13 : 0), from - 6, { "font-weight": 600, "fill-opacity": 1 }));
    drawLevels(svg, levels, texts, part, n % columns === 0);
    if (n + columns >= count) across(svg, spec, part.x, to, left, right, words);
    for (const line of shown(spec, hidden)) if (line.panel === n) drawLine(inside, spec, line, part.x, part.y);
    parts.push(part);
  });
  const { from } = parts[0], to = parts.at(-1).to;
  svg.append(inside, label(spec.xlabel || "", width - 14 - inset, to + 34, { "text-anchor": "end" }));
  const away = (part, px, py) => Math.hypot(px - (part.left + part.right) / 2, py - (part.from + part.to) / 2);
  const find = (px, py) => {
    const k = parts.reduce((best, part, n) => (away(part, px, py) < away(parts[best], px, py) ? n : best), 0);
    return [nearest(all, parts[k].x.back(px)), k];
  };
  return { parts, from, to, bottom: to + 38, at: (n, k = 0) => parts[k].x.at(all[n]), find };
}

/** The axis below: ticks that leave room for each other. */
function across(svg, spec, x, to, left, right, words) {
  const room = Math.max(2, Math.floor((right - left) / 50)), long = spec.cursor && x.high - x.low > 800;
  const { at } = dotted(spec) || !(x.high - x.low > 20) ? ticks(x.low, x.high, room, spec.kind !== "scatter") : dayTicks(x.low, x.high, long ? Math.max(1, Math.floor((right - left) / 70)) : room);
  for (const value of at) {
    const name = long ? yearly(value, words) : place(value, words, x.high - x.low < 1 ? 3 : 1), half = wide(name) / 2;
    svg.append(node("line", { x1: crisp(x.at(value)), x2: crisp(x.at(value)), y1: to, y2: to + 4, stroke: "currentColor", "stroke-opacity": 0.45 }));
    svg.append(label(name, Math.min(x.at(value), right + 12 - half), to + 18, { "text-anchor": "middle" }));
  }
}

function mark(svg, vline, x, from, to) {
  const { x: value, label: text } = typeof vline === "number" ? { x: vline } : vline;
  if (value < x.low || value > x.high) return;
  const at = near(x.at(value));
  svg.append(node("line", { x1: at, x2: at, y1: from, y2: to, stroke: "currentColor", "stroke-opacity": 0.6, "stroke-dasharray": "1 4", "stroke-linecap": "round", "stroke-width": 1.5, class: "cg-vline" }));
  if (text) svg.append(label(text, at + 6, from + 12));
}

/** The name of a row in at most two lines no wider than so many px. */
function rowName(name, width) {
  const all = folded(name, width, SIZE).map((line) => line.trimEnd()), cut = all.length > 2;
  return all.slice(0, 2).map((line, n) => {
    const more = n === 1 && cut;
    if (!more && wide(line) <= width) return line;
    while (line && wide(`${line}…`) > width) line = line.slice(0, -1);
    return `${line}…`;
  });
}

/** Rows of categories: bars from zero, ranges with a dot, boxes over single values, or both ends of a tornado. */
function bars(svg, spec, { width, hidden, words, top, inset }) {
  const lines = shown(spec, hidden), thick = 13, tracks = spec.kind === "tornado" ? 1 : Math.max(1, lines.length);
  const row = Math.max(tracks * thick + 14, spec.kind === "boxes" ? 34 : 30);
  const names = spec.categories.map((name) => rowName(name, width * 0.34));
  const left = Math.ceil(Math.max(...names.flat().map((name) => wide(name)), 20)) + 10 + inset, from = top + 8, to = from + row * names.length;
  const room = Math.max(2, Math.floor((width - left) / 90)), { low, high: most, step } = extent(spec, hidden, room);
  const fromZero = spec.kind === "bars" || spec.kind === "tornado";
  const right = width - 22 - inset, x = scale(fromZero ? Math.min(0, low) : low, most, left, right), levels = ticks(x.low, x.high, 1, false, step);
  for (const value of levels.at) {
    svg.append(node("line", { x1: crisp(x.at(value)), x2: crisp(x.at(value)), y1: from, y2: to, stroke: "currentColor", "stroke-opacity": value === 0 ? 0.45 : 0.12 }));
    svg.append(label(said(value, spec, words, levels.step), x.at(value), to + 17, { "text-anchor": "middle" }));
  }
  const inside = node("g", { class: "cg-lines" });
  names.forEach((name, n) => {
    const middle = from + row * (n + 0.5);
    name.forEach((text, k) => svg.append(label(text, left - 8, middle + 4 + (k - (name.length - 1) / 2) * 13, { "text-anchor": "end", "fill-opacity": 0.9 })));
    lines.forEach((line, k) => drawRow(inside, spec, line, n, x, middle + (spec.kind === "tornado" ? 0 : k - (tracks - 1) / 2) * thick));
  });
  svg.append(inside, label(spec.xlabel || "", right, to + 33, { "text-anchor": "end" }));
  return { x, from, to, bottom: to + 38, at: (n) => from + row * (n + 0.5), find: (_, py) => [Math.max(0, Math.min(names.length - 1, Math.floor((py - from) / row))), 0], row };
}

/** What a line has in one row, around the height y. */
function drawRow(into, spec, line, n, x, y) {
  const [value, low, high] = [line.y[n], line.low?.[n], line.high?.[n]], colour = ink(line.colour);
  const across = (a, b, thick, more) => into.append(node("rect", { x: near(Math.min(x.at(a), x.at(b))), width: near(Math.max(Math.abs(x.at(b) - x.at(a)), 0.5)), y: near(y - thick / 2), height: thick, rx: 2, fill: colour, ...more }));
  if (spec.kind === "bars" || spec.kind === "tornado") {
    if (there(value)) across(0, value, 11, { class: "cg-bar" });
    return;
  }
  if (there(low) && there(high)) across(low, high, line.wide ? 9 : 2.5, { class: "cg-range", "fill-opacity": line.wide ? 0.3 : 1 });
  if (spec.kind === "boxes") {
    if (there(line.q1?.[n])) into.append(node("rect", { x: near(x.at(line.q1[n])), width: near(Math.max(x.at(line.q3[n]) - x.at(line.q1[n]), 1)), y: near(y - 8), height: 16, rx: 2, fill: colour, "fill-opacity": 0.22, stroke: colour, "stroke-width": 1.5, class: "cg-box" }));
    for (const one of line.dots?.[n] || []) into.append(node("circle", { cx: near(x.at(one)), cy: near(y), r: 2.5, fill: "currentColor", "fill-opacity": 0.45, class: "cg-run" }));
    if (there(value)) into.append(node("line", { x1: near(x.at(value)), x2: near(x.at(value)), y1: near(y - 8), y2: near(y + 8), stroke: colour, "stroke-width": 3, class: "cg-median" }));
    return;
  }
  if (there(value)) into.append(node("circle", { cx: near(x.at(value)), cy: near(y), r: line.wide ? 3.5 : 5, fill: colour, class: "cg-dot" }));
}

// ---------------------------------------------------------------------------------------------- saving

function keep(blob, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

const slug = (text, most) => (text || "").replace(/[^\p{L}\p{N}.]+/gu, "_").slice(0, most).replace(/^[_.]+|[_.]+$/g, "");
const file = (spec, ending) => `${[slug(spec.subject || spec.title || "chart", 50), slug(spec.source, 90)].filter(Boolean).join("_") || "chart"}.${ending}`;

function sheet(spec, hidden, words) {
  const { svg, height } = drawn(spec, { width: PAPER.width, hidden, words, saved: true });
  return { height, blob: new Blob([new XMLSerializer().serializeToString(svg)], { type: "image/svg+xml;charset=utf-8" }) };
}

async function raster({ height, blob }) {
  const url = URL.createObjectURL(blob), image = new Image();
  image.src = url;
  await image.decode();
  const canvas = Object.assign(document.createElement("canvas"), { width: PAPER.width * PAPER.times, height: Math.ceil(height) * PAPER.times });
  canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
  URL.revokeObjectURL(url);
  return new Promise((done) => canvas.toBlob(done, "image/png"));
}

// ---------------------------------------------------------------------------------------------- the widget

function made(tag, className, parent, text) {
  const one = document.createElement(tag);
  if (className) one.className = className;
  if (text !== undefined) one.textContent = text;
  parent?.append(one);
  return one;
}

function night(element) {
  const [r, g, b] = (getComputedStyle(element).color.match(/[\d.]+/g) || [0, 0, 0]).map(Number);
  return 0.3 * r + 0.6 * g + 0.1 * b > 140;
}

class View {
  constructor(model, el) {
    this.model = model;
    this.hidden = new Set();
    this.stop = -1;
    this.part = 0; // the panel that is read
    made("style", "", el, STYLE);
    this.root = made("div", "cogov-chart", el);
    this.title = made("div", "cg-title", this.root);
    this.title.setAttribute("role", "heading");
    this.title.setAttribute("aria-level", 3);
    const head = made("div", "cg-head", this.root);
    this.subtitle = made("div", "cg-subtitle", head);
    this.tools = made("div", "cg-tools", head);
    this.legend = made("div", "cg-legend", this.root);
    this.plot = made("div", "cg-plot", this.root);
    this.note = made("div", "cg-note", this.root);
    this.source = made("div", "cg-source", this.root);
    this.values = made("div", "cg-values", this.root);
    this.values.hidden = true;
    this.values.tabIndex = 0;
    this.values.setAttribute("role", "region");
    this.listen();
    this.told();
  }

  get spec() { return this.model.get("spec") || {}; }
  get words() { return this.model.get("words") || {}; }
  get full() { return Boolean(this.spec.lines?.length && stops(this.spec).length); }

  listen() {
    this.heard = [["change:spec", () => this.told()], ["change:words", () => this.told()], ["change:day", () => this.walk()]];
    for (const [what, how] of this.heard) this.model.on(what, how);
    this.watch = new ResizeObserver(() => { if (this.root.clientWidth !== this.width) this.draw(); });
    this.watch.observe(this.root);
    this.plot.addEventListener("pointermove", (event) => this.point(event));
    this.plot.addEventListener("pointerdown", (event) => this.point(event));
    this.plot.addEventListener("pointerleave", (event) => event.pointerType === "mouse" && this.read(-1)); // a finger that lifts leaves the values to be read
    this.plot.addEventListener("click", (event) => { this.point(event); this.jump(); });
    this.plot.addEventListener("keydown", (event) => this.press(event));
    this.plot.addEventListener("blur", () => this.read(-1));
  }

  close() {
    for (const [what, how] of this.heard) this.model.off(what, how);
    this.watch.disconnect();
  }

  /** The spec or the language is another. */
  told() {
    for (const name of ["title", "subtitle", "note", "source"]) this[name].textContent = this.spec[name] || "";
    this.slide();
    this.values.setAttribute("aria-label", `${this.words.chart_values || ""}: ${this.spec.title || ""}`);
    const names = (this.spec.lines || []).map((line) => line.name), kept = names.filter((name) => this.hidden.has(name));
    this.hidden = new Set(kept.length < names.length ? kept : []);
    this.toolbar();
    this.key();
    this.draw();
    if (!this.values.hidden) this.list();
  }

  /** To a screen reader the picture is a slider over the places where it can be read; an empty one is nothing. */
  slide() {
    const names = ["role", "tabindex", "aria-label", "aria-valuemin", "aria-valuemax", "aria-valuenow", "aria-valuetext"];
    if (!this.full) return names.forEach((name) => this.plot.removeAttribute(name));
    const last = stops(this.spec).length - 1, values = ["slider", 0, [this.spec.title, this.words[isPanels(this.spec) ? "chart_keys_panels" : "chart_keys"]].filter(Boolean).join(". "), 0, last, 0, this.spec.title || ""];
    names.forEach((name, n) => this.plot.setAttribute(name, values[n]));
  }

  toolbar() {
    const { spec, words } = this;
    const can = {
      values: ["chart_show_values", () => { this.values.hidden = !this.values.hidden; this.toolbar(); if (!this.values.hidden) this.list(); this.tools.firstChild.focus(); }],
      csv: ["chart_save_csv", () => keep(new Blob([csv(spec, words)], { type: "text/csv;charset=utf-8" }), file(spec, "csv"))],
      svg: ["chart_save_svg", () => keep(sheet(spec, this.hidden, words).blob, file(spec, "svg"))],
      png: ["chart_save_png", async () => keep(await raster(sheet(spec, this.hidden, words)), file(spec, "png"))],
    };
    this.tools.replaceChildren(...Object.entries(can).map(([name, [long, act]]) => {
      const button = made("button", "", null, words[`chart_${name}`] || name);
      button.type = "button";
      button.setAttribute("aria-label", words[long] || name);
      if (name === "values") button.setAttribute("aria-expanded", String(!this.values.hidden));
      button.addEventListener("click", act);
      return button;
    }));
    this.tools.hidden = !this.full;
  }

  /** The legend: a click hides a line or shows it again; never the last. */
  key() {
    const lines = this.full ? named(this.spec) : [];
    this.legend.replaceChildren(...(lines.length > 1 ? lines : []).map((line) => {
      const button = made("button", "", null);
      button.type = "button";
      const sign = node("svg", { width: 24, height: 6, "aria-hidden": "true" });
      sign.append(swatch(line, 0, 3));
      button.append(sign, made("span", "", null, line.name));
      button.setAttribute("aria-pressed", String(!this.hidden.has(line.name)));
      button.setAttribute("aria-label", `${this.words.chart_hide_line || ""} ${line.name}`.trim());
      button.addEventListener("click", () => this.toggle(line.name, button));
      return button;
    }));
  }

  toggle(name, button) {
    if (!this.hidden.delete(name) && this.hidden.size < named(this.spec).length - 1) this.hidden.add(name);
    button.setAttribute("aria-pressed", String(!this.hidden.has(name)));
    this.draw();
  }

  draw() {
    this.width = this.root.clientWidth;
    if (!this.width) return;
    this.cursor = null;
    if (!this.full) return this.plot.replaceChildren(made("p", "cg-note", null, this.words.chart_empty || ""));
    this.picture = drawn(this.spec, { width: this.width, hidden: this.hidden, words: this.words });
    this.picture.svg.setAttribute("aria-hidden", "true");
    this.stops = stops(this.spec);
    this.over = node("g", { "pointer-events": "none" }); // what comes and goes under the pointer would swallow clicks
    this.tip = made("div", "cg-tip");
    this.tip.hidden = true;
    this.picture.svg.append(this.over);
    this.plot.replaceChildren(this.picture.svg, this.tip);
    this.legend.hidden = this.picture.labelled;
    this.part = Math.min(this.part, (this.picture.parts || [0]).length - 1);
    this.stand();
    this.read(this.stop);
  }

  /** The cursor of the day on show, in every panel. */
  stand() {
    if (!this.spec.cursor || isBars(this.spec)) return;
    this.cursor = node("g", { class: "cg-cursor", "pointer-events": "none" });
    for (const { from, to, left } of this.picture.parts) this.cursor.append(node("line", { x1: left, x2: left, y1: from - 4, y2: to, stroke: "currentColor", "stroke-width": 1.5, "stroke-opacity": 0.55 }));
    this.picture.svg.append(this.cursor);
    this.walk();
  }

  walk() {
    if (!this.cursor) return;
    const day = this.model.get("day"), [{ x, left }] = this.picture.parts;
    this.cursor.style.display = day < 0 ? "none" : "";
    this.cursor.style.transform = `translateX(${near(x.at(Math.max(x.low, Math.min(day, x.high))) - left)}px)`;
  }

  point(event) {
    if (!this.full) return;
    const box = this.plot.getBoundingClientRect();
    this.read(...this.picture.find(event.clientX - box.left, event.clientY - box.top));
  }

  press(event) {
    if (!this.full) return;
    const last = this.stops.length - 1, far = Math.max(1, Math.round(last / 12));
    const go = { ArrowRight: 1, ArrowDown: isBars(this.spec) ? 1 : -1, ArrowLeft: -1, ArrowUp: isBars(this.spec) ? -1 : 1, PageUp: far, PageDown: -far, Home: -Infinity, End: Infinity }[event.key];
    if (event.key === "Escape") return this.read(-1);
    if (event.key === "Enter") return this.jump();
    if (go === undefined) return;
    const other = isPanels(this.spec) && { ArrowDown: 1, ArrowUp: -1 }[event.key];
    event.preventDefault();
    const start = this.stop >= 0 ? this.stop : this.spec.cursor && this.model.get("day") >= 0 ? nearest(this.stops, this.model.get("day")) : go > 0 ? -1 : last + 1;
    if (other) return this.read(Math.max(0, Math.min(last, start)), Math.max(0, Math.min(this.spec.panels.length - 1, this.part + other)));
    this.read(Math.max(0, Math.min(last, start + go)));
  }

  /** Take the whole page to the day that is read. */
  jump() {
    if (!this.spec.cursor || this.stop < 0) return;
    this.model.set("day", Math.round(this.stops[this.stop]));
    this.model.save_changes();
    this.walk();
  }

  /** Show the values at a stop of a panel, in a box and to a screen reader; -1 puts them away. */
  read(n, part = this.part) {
    this.part = part;
    this.stop = n >= 0 && this.stops && n < this.stops.length ? n : -1;
    this.over?.replaceChildren();
    if (this.tip) this.tip.hidden = this.stop < 0;
    if (this.stop < 0 || !this.picture) return;
    const { spec, words } = this, x = this.stops[n];
    const at = isBars(spec) ? spec.categories[x] : (spec.at || `${spec.xlabel || ""} {x}`).replace("{x}", place(x, words)).trim();
    const where = isPanels(spec) ? `${spec.panels[part].name} · ${at}` : at;
    const found = shown(spec, this.hidden).filter((line) => !isPanels(spec) || line.panel === part).map((line) => ({ line, row: rowAt(spec, line, x) })).map(({ line, row }) => ({ line, y: line.y[row], low: line.low?.[row], high: line.high?.[row] }));
    this.trace(found, n);
    this.box(where, found, n);
    this.plot.setAttribute("aria-valuenow", n);
    this.plot.setAttribute("aria-valuetext", [where, ...found.map(({ line, y }) => `${line.name} ${said(y, spec, words)}`)].join(", "));
  }

  trace(found, n) {
    const { picture, spec } = this;
    if (isBars(spec)) {
      this.over.append(node("rect", { x: 0, width: this.width, y: picture.from + picture.row * n, height: picture.row, fill: "currentColor", "fill-opacity": 0.06, rx: 4 }));
      return;
    }
    const { x: across, y: up, from, to } = picture.parts[this.part], x = crisp(across.at(this.stops[n]));
    this.over.append(node("line", { x1: x, x2: x, y1: from, y2: to, stroke: "currentColor", "stroke-opacity": 0.35 }));
    for (const { line, y } of found) if (there(y)) this.over.append(dot(x, up.at(y), { colour: line.colour }, 4.5));
  }

  box(where, found, n) {
    const { spec, words, tip, picture } = this;
    tip.className = night(this.root) ? "cg-tip cg-dark" : "cg-tip";
    tip.replaceChildren(made("div", "cg-at", null, where), ...found.map(({ line, y, low, high }) => {
      const row = made("div", "cg-row"), sign = node("svg", { width: 24, height: 6 });
      sign.append(swatch(line, 0, 3));
      const value = made("b", "", null, said(y, spec, words));
      if (there(low) && there(high)) made("small", "", value, ` ${said(low, spec, words)} … ${said(high, spec, words)}`);
      row.append(sign, made("span", "", null, line.name), value);
      return row;
    }));
    const at = picture.at(n, this.part), beside = isBars(spec) ? this.width - tip.offsetWidth - 4 : at + (at > this.width / 2 ? -tip.offsetWidth - 14 : 14);
    const above = isBars(spec) ? Math.max(0, Math.min(at + picture.row / 2, picture.to - tip.offsetHeight)) : picture.parts[this.part].from;
    tip.style.transform = `translate(${Math.round(Math.max(0, Math.min(beside, this.width - tip.offsetWidth)))}px, ${Math.round(above)}px)`;
  }

  /** The same as a table, for whoever would rather read it. */
  list() {
    const { spec, words } = this, table = made("table"), { head, rows } = this.full ? tabled(spec, words) : { head: [], rows: [] };
    made("caption", "", table, spec.title || "").style.cssText = "position: absolute; clip-path: inset(50%); height: 1px; overflow: hidden";
    const top = made("tr", "", made("thead", "", table));
    for (const name of head) made("th", "", top, name).scope = "col";
    const body = made("tbody", "", table);
    for (const [first, ...values] of rows) {
      const row = made("tr", "", body);
      made("th", "", row, typeof first === "number" ? place(first, words) : first).scope = "row";
      for (const value of values) made("td", "", row, said(value, spec, words));
    }
    this.values.replaceChildren(table);
  }
}

export default {
  render({ model, el }) {
    const view = new View(model, el);
    return () => view.close();
  },
};

export { cell, csv, ticks };
