// @ts-check
// The chart of a list: issues reported per week or month.

/** @typedef {{ per: string, from: string[], n: number[] }} Openings  first days of weeks or months, and issues */

const LABELS = 4; // dates below the bars, at most

/**
 * @param {Openings} openings
 * @param {(key: string, values?: Record<string, string | number>) => string} phrase
 * @returns {HTMLElement}
 */
export function drawOpenings({ per, from, n }, phrase) {
  const most = Math.max(1, ...n),
    at = n.indexOf(most);
  const box = document.createElement("figure"),
    caption = document.createElement("figcaption"),
    top = document.createElement("span"),
    bars = document.createElement("div"),
    axis = document.createElement("div");
  box.className = "il-chart";
  caption.textContent = phrase(`chart.${per}`);
  top.textContent = phrase("chart.top", { n: most });
  top.className = "il-top";
  bars.className = "il-bars";
  bars.setAttribute("role", "img");
  bars.setAttribute(
    "aria-label",
    `${caption.textContent}: ${phrase(`chart.says.${per}`, { n: n.length, most, date: from[at] ?? "" })}`,
  );
  for (const count of n) {
    const bar = document.createElement("i");
    bar.style.height = `${(100 * count) / most}%`;
    bars.append(bar);
  }
  axis.className = "il-axis";
  axis.setAttribute("aria-hidden", "true");
  const step = Math.max(1, Math.ceil(n.length / LABELS));
  for (let k = 0; k < n.length; k += step) {
    const label = document.createElement("span");
    label.textContent = per === "month" ? from[k].slice(0, 7) : from[k];
    label.style.left = `${(100 * k) / n.length}%`;
    axis.append(label);
  }
  box.append(caption, top, bars, axis);
  return box;
}
