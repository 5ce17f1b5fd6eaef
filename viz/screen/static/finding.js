// @ts-check
// The finding: a sentence with its numbers, and how sure it is. Dots are years that differ by luck alone, bands
// nine of ten plausible worlds.

import { findingOf, LEAST, nineOfTen, valuesOf } from "./answers.js";
import { isNothing, isPlural, listOfArm, nameOfArm } from "./arms.js";
import { emphasised, html, put } from "./markup.js";
import { showTakeAlong } from "./take_along.js";
import { capital, isChinese, pageData, say } from "./words.js";

/** @typedef {import("./screen.js").Screen} Screen */

const RATE = "resolution_rate";

/** @param {Screen} screen */
function headlineOf(screen) {
  const [a, b] = screen.sides,
    [answerA, answerB] = screen.answers,
    { reported } = screen.community;
  const { kind, rateA, rateB } = findingOf(answerA, answerB, pageData().runs),
    m = nameOfArm(b, reported),
    n = nameOfArm(a, reported);
  if (kind === "waits") return say("finding waits");
  /** @param {string} side @param {number} rate */
  const number = (side, rate) => `<b class="${side}">${Math.round(rate)}</b>`;
  const values = { m, M: capital(m), n, N: capital(n), a: number("a", rateA), b: number("b", rateB) };
  const form = isNothing(a) ? "" : " compared",
    plural =
      (kind === "little" || kind === "undecided") && isPlural(b, reported) && isNothing(a) ? " many" : "";
  return say(`finding ${kind}${form}${plural}`, values);
}

/** @param {Screen} screen */
export function showFinding(screen) {
  const [answerA, answerB] = screen.answers,
    found = findingOf(answerA, answerB, pageData().runs),
    headline = screen.find("#headline");
  const parts = headlineOf(screen).split("|");
  put(
    headline,
    html`${parts.map((part) => (isChinese() ? html`<span>${emphasised(part)}</span>` : emphasised(part)))}`,
  );
  headline.classList.toggle("waits", found.kind === "waits" || found.isEarly || screen.isStale);
  headline.dataset.kind = found.kind;
  showTakeAlong(screen, found.kind !== "waits");
  put(screen.find("#doubt-words"), emphasised(doubtOf(found, screen)));
  drawDoubt(/** @type {SVGSVGElement} */ (screen.root.querySelector("#doubt")), screen);
}

/** Two short sentences on what the dots and the band say. @param {ReturnType<typeof findingOf>} found @param {Screen} screen */
function doubtOf({ luck, worlds, kind }, screen) {
  if (!luck.length) return "";
  const sign = (worlds.length >= LEAST ? worlds : luck).reduce((s, d) => s + d, 0) >= 0 ? 1 : -1;
  /** @param {number} low @param {number} high */
  const range = (low, high) => {
    const [lo, hi] = sign > 0 ? [low, high] : [-high, -low];
    if (!Math.round(lo) && !Math.round(hi)) return say("no difference");
    const ends = {
      lo: Math.round(lo),
      hi: Math.round(hi),
      word: say(sign > 0 ? "more of them" : "fewer of them"),
    };
    if (Math.round(lo) >= 0) return say("range one way", ends);
    return say("range both ways", {
      lo: Math.abs(Math.round(lo)),
      hi: ends.hi,
      word: ends.word,
      other: say(sign > 0 ? "fewer of them" : "more of them"),
    });
  };
  const dots = say("dots", { n: luck.length, range: range(Math.min(...luck), Math.max(...luck)) });
  const band =
    worlds.length >= LEAST
      ? say("band", { n: worlds.length, range: range(...nineOfTen(worlds)) })
      : screen.host.can.moreWorlds
        ? say("band waits")
        : "";
  const why = kind === "undecided" && worlds.length >= LEAST ? say("undecided why") : "";
  return [dots, band, why].filter(Boolean).join(isChinese() ? "" : " ");
}

/** One row a side: dots of luck on the band of worlds; a third row for neither, where both sides do something. @param {SVGSVGElement} svg @param {Screen} screen */
export function drawDoubt(svg, screen) {
  const w = svg.clientWidth || 420,
    h = svg.clientHeight || 76,
    left = 4,
    right = 4;
  /** @param {number} rate */
  const x = (rate) => left + rate * (w - left - right);
  const [answerA, answerB] = screen.answers,
    rows = [
      { side: "a", answer: answerA, y: 13 },
      { side: "b", answer: answerB, y: 37 },
    ];
  const drawn = rows.map(({ side, answer, y }) => {
    const rates = valuesOf(answer.luck, RATE),
      worlds = valuesOf(answer.worlds, RATE),
      seen = new Map();
    if (!rates.length) return "";
    const dots = rates.map((rate) => {
      const k = Math.round(x(rate) / 3.4),
        n = seen.get(k) ?? 0;
      seen.set(k, n + 1);
      return html`<circle
        cx="${(k * 3.4).toFixed(1)}"
        cy="${(y + (n % 2 ? -1 : 1) * Math.ceil(n / 2) * 3.3).toFixed(1)}"
        r="1.55"
        class="${side}"
      />`;
    });
    const [low, high] = worlds.length >= LEAST ? nineOfTen(worlds) : [Math.min(...rates), Math.max(...rates)];
    const band =
      worlds.length >= LEAST
        ? html`<rect
            class="band ${side}"
            x="${x(low)}"
            y="${y - 8.5}"
            width="${Math.max(3, x(high) - x(low))}"
            height="17"
            rx="8.5"
          />`
        : "";
    const from = Math.min(low, ...rates),
      to = Math.max(high, ...rates),
      isLeft = to > 0.72;
    return html`${band}${dots}<text
        class="name ${side}"
        x="${isLeft ? x(from) - 8 : x(to) + 8}"
        y="${y + 4}"
        text-anchor="${isLeft ? "end" : "start"}"
        >${screen.sideName(side === "b" ? 1 : 0)}</text
      >`;
  });
  const neither = screen.neither && valuesOf(screen.neither.luck, RATE),
    line = neither && neither.length ? x(neither.reduce((s, r) => s + r, 0) / neither.length) : -1;
  const mark =
    line < 0
      ? ""
      : html`<path class="neither" d="M${line} 2V${h - 19}" /><text
            class="neither"
            x="${line + 3}"
            y="${h - 22}"
            >${say("neither")}</text
          >`;
  const ticks = [0, 25, 50, 75, 100].map(
    (t) =>
      html`<path
          d="M${x(t / 100)} ${h - 19}v4"
          class="tick"
        />${t % 100 ? "" : html`<text x="${x(t / 100)}" y="${h - 3}" text-anchor="${t ? "end" : "start"}">${t}</text>`}`,
  );
  svg.setAttribute("viewBox", `0 0 ${w} ${h}`);
  svg.setAttribute(
    "aria-label",
    `${say("axis")}. ${listOfArm(screen.sides[0])}; ${listOfArm(screen.sides[1])}`,
  );
  put(
    svg,
    html`<text x="${w / 2}" y="${h - 3}" text-anchor="middle">${say("axis")}</text
      ><path d="M${left} ${h - 19}H${w - right}" class="tick" />${ticks}${mark}${drawn}`,
  );
}
