// @ts-check
// Exports of a card: a table as CSV, a picture as SVG or PNG. Each names the case, both sides, seed and version.

import { html, ours } from "./markup.js";
import { say } from "./words.js";

/** @typedef {import("./screen.js").Screen} Screen */
/** @typedef {import("./cards.js").Card} Card */

const SCALE = 4; // pixels of a PNG per unit of the chart

/** @param {HTMLElement} root @param {Screen} screen @param {Card} card */
export function exportButtons(root, screen, card) {
  if (!card.table.length) return;
  for (const kind of ["CSV", "SVG", "PNG"]) {
    const button = document.createElement("button");
    button.className = "link";
    button.textContent = kind;
    button.setAttribute("aria-label", say("save as", { kind }));
    button.onclick = async () =>
      save(`${screen.fileName()}_${card.name}.${kind.toLowerCase()}`, await blobOf(kind, screen, card));
    root.append(button);
  }
}

/** @param {string} kind @param {Screen} screen @param {Card} card @returns {Promise<Blob>} */
async function blobOf(kind, screen, card) {
  if (kind === "CSV") return new Blob(["\ufeff" + csvOf(screen, card)], { type: "text/csv" });
  const svg = svgOf(screen, card);
  return kind === "SVG" ? new Blob([svg], { type: "image/svg+xml" }) : pngOf(svg);
}

/** @param {Screen} screen @param {Card} card */
export function csvOf(screen, card) {
  /** @param {string | number} cell */
  const plain = (cell) =>
    typeof cell === "number"
      ? Number(cell.toPrecision(6))
      : cell === "a" || cell === "b"
        ? screen.sideName(cell === "b" ? 1 : 0)
        : cell;
  /** @param {string | number} cell */
  const quoted = (cell) =>
    /[",\n]/.test(String(cell)) ? `"${String(cell).replaceAll('"', '""')}"` : String(cell);
  return (
    [
      `# ${card.title}`,
      `# ${screen.source()}`,
      ...card.table.map((row) => row.map(plain).map(quoted).join(",")),
    ].join("\r\n") + "\r\n"
  );
}

/** The chart with its title, axis and source, and with its colours written into it. @param {Screen} screen @param {Card} card */
export function svgOf(screen, card) {
  const shown = /** @type {SVGSVGElement} */ (screen.root.querySelector(`[data-card="${card.name}"] svg`)),
    copy = /** @type {SVGSVGElement} */ (shown.cloneNode(true));
  const before = shown.querySelectorAll("*"),
    after = copy.querySelectorAll("*");
  before.forEach((node, k) => {
    const style = getComputedStyle(node);
    for (const name of [
      "fill",
      "stroke",
      "stroke-width",
      "stroke-dasharray",
      "opacity",
      "font-size",
      "font-weight",
    ])
      /** @type {SVGElement} */ (after[k]).style.setProperty(name, style.getPropertyValue(name));
  });
  const { width, height } = shown.viewBox.baseVal,
    lines = wrapped(card.title, width - 14, "700 12.5px sans-serif"),
    top = 14 + 15 * lines.length,
    style = getComputedStyle(screen.root);
  const ground = style.getPropertyValue("--card"),
    ink = style.getPropertyValue("--ink"),
    foot = wrapped(screen.source(), width - 12, "7.5px sans-serif"),
    axis = wrapped(card.axis, width - 12, "9.5px sans-serif");
  const tall = top + height + 14 + 12 * axis.length + 10 * foot.length;
  for (const [name, value] of Object.entries({ x: 0, y: top, width, height }))
    copy.setAttribute(name, String(value));
  return html`<svg
    xmlns="http://www.w3.org/2000/svg"
    width="${width}"
    height="${tall}"
    viewBox="0 0 ${width} ${tall}"
    font-family="sans-serif"
  >
    <rect width="100%" height="100%" fill="${ground}" />
    ${lines.map((text, k) => html`<text x="6" y="${18 + 15 * k}" font-size="12.5" font-weight="700" fill="${ink}">${text}</text>`)}
    ${ours(new XMLSerializer().serializeToString(copy))}
    ${axis.map((text, k) => html`<text x="6" y="${top + height + 14 + 12 * k}" font-size="9.5" fill="${ink}">${text}</text>`)}
    ${foot.map((text, k) => html`<text x="6" y="${top + height + 16 + 12 * axis.length + 10 * k}" font-size="7.5" fill="${ink}">${text}</text>`)}
  </svg>`.text;
}

const ruler = /** @type {CanvasRenderingContext2D} */ (document.createElement("canvas").getContext("2d"));
/** The lines of a text that is at most `width` wide. @param {string} text @param {number} width @param {string} font */
function wrapped(text, width, font) {
  ruler.font = font;
  const lines = [""];
  for (const word of text.match(/[\u2e80-\uffef]|[^\s\u2e80-\uffef]+\s*|\s+/g) ?? []) {
    const last = lines.length - 1;
    if (lines[last] && ruler.measureText((lines[last] + word).trimEnd()).width > width) lines.push(word);
    else lines[last] += word;
  }
  return lines;
}

/** @param {string} svg @returns {Promise<Blob>} */
async function pngOf(svg) {
  const address = URL.createObjectURL(new Blob([svg], { type: "image/svg+xml" })),
    image = new Image();
  image.src = address;
  await image.decode();
  const canvas = document.createElement("canvas");
  canvas.width = image.width * SCALE;
  canvas.height = image.height * SCALE;
  /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d")).drawImage(
    image,
    0,
    0,
    canvas.width,
    canvas.height,
  );
  URL.revokeObjectURL(address);
  return new Promise((done) => canvas.toBlob((blob) => done(/** @type {Blob} */ (blob)), "image/png"));
}

/** @param {string} name @param {Blob} blob */
export function save(name, blob) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}
