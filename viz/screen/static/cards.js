// @ts-check
// Below the town: four numbers with the command that prints them, then cards whose titles are findings.

import { differences, halfWidth, LEAST, mean, nineOfTen, valuesOf } from "./answers.js";
import { commandsOf, fileOf, keyOf, pathsCommand } from "./arms.js";
import { exportButtons } from "./export.js";
import { gainsOf } from "./homes.js";
import { html, put } from "./markup.js";
import { capital, hasText, mechanismInText, pageData, say, whole } from "./words.js";

/** @typedef {import("./screen.js").Screen} Screen */
/** @typedef {import("./markup.js").Markup} Markup */
/** @typedef {{name: string, title: string, axis: string, svg: Markup, table: (string | number)[][], commands: string[]}} Card */

const W = 320,
  H = 132;
const LONGEST = 180; // days after arising that the curve of waiting shows

/** @param {Screen} screen */
export function showNumbers(screen) {
  const [a, b] = screen.answers,
    box = screen.find(".numbers");
  if (!a.luck.length || !b.luck.length) {
    put(box, html`<p class="soft">${say("finding waits")}</p>`);
    put(screen.find(".cards"), html``);
    return;
  }
  put(
    box,
    html`${[numberHtml(screen, "n in time", "resolution_rate", 100), numberHtml(screen, "n days", "restricted_mean_time", 1), numberHtml(screen, "n hours", "hours", 1, mostHours(screen)), numberHtml(screen, "n trust", "trust_committee", 100)]}`,
  );
  const cards = [
      cardSooner(screen),
      cardReported(screen),
      cardHours(screen),
      cardTrust(screen),
      cardGains(screen),
    ],
    why = cardWhy(screen);
  if (why) cards.unshift(why);
  const grid = screen.find(".cards");
  put(
    grid,
    html`${cards.map(
      (card) =>
        html`<article class="card" data-card="${card.name}">
          <h3>${card.title}</h3>
          ${card.svg}
          <p class="soft">${card.axis}</p>
          ${card.commands.length ? reproduceHtml(card.commands) : ""}
          <p class="exports"></p>
        </article>`,
    )}`,
  );
  cards.forEach((card) =>
    exportButtons(
      /** @type {HTMLElement} */ (grid.querySelector(`[data-card="${card.name}"] .exports`)),
      screen,
      card,
    ),
  );
  for (const place of [box, grid])
    for (const button of /** @type {NodeListOf<HTMLButtonElement>} */ (place.querySelectorAll("button.copy")))
      button.onclick = () => screen.copy(button.dataset.text ?? "");
  const ask = /** @type {HTMLButtonElement | null} */ (grid.querySelector(".ask-why"));
  if (ask) ask.onclick = () => screen.askWhy();
  put(
    screen.find(".below footer"),
    html`<p>${say("about")}</p>
      <p class="source">${screen.source()}</p>`,
  );
}

/** The commands that print the numbers on show. @param {Screen} screen */
const commands = (screen) =>
  commandsOf(screen.community, screen.sides[0], screen.sides[1], screen.film.days, screen.seed);

/** @param {Screen} screen @param {string} key @param {string} measure @param {number} unit @param {string} [note] */
function numberHtml(screen, key, measure, unit, note = "") {
  const [a, b] = screen.answers,
    n = Math.min(a.luck.length, b.luck.length);
  const [x, y] = [a, b].map((answer) => unit * mean(valuesOf(answer.luck.slice(0, n), measure)));
  const luck = differences(a.luck, b.luck, measure).map((d) => unit * d),
    worlds = differences(a.worlds, b.worlds, measure).map((d) => unit * d);
  const digits = Math.max(Math.abs(x), Math.abs(y)) < 100 ? 1 : 0,
    half = halfWidth(luck);
  const spread = Number.isFinite(half)
    ? say("luck interval", { half: half.toFixed(digits), n: luck.length })
    : say("one year only");
  const [low, high] = worlds.length >= LEAST ? nineOfTen(worlds) : [0, 0],
    range =
      worlds.length >= LEAST
        ? say("world range", { lo: signedText(low, digits), hi: signedText(high, digits), n: worlds.length })
        : "";
  return html`<article class="number" data-number="${measure}">
    <h3>${say(key)}</h3>
    <p class="big"><b class="a">${whole(x)}</b><i aria-hidden="true">→</i><b class="b">${whole(y)}</b></p>
    <p class="soft">${spread}${range ? html`<br />${range}` : ""}${note ? html`<br />${note}` : ""}</p>
    ${reproduceHtml(commands(screen))}
  </article>`;
}
/** The commands that print what is above, behind a word. @param {string[]} lines */
function reproduceHtml(lines) {
  const text = lines.join("\n");
  return html`<details>
    <summary>${say("reproduce")}</summary>
    <code tabindex="0">${text}</code><button class="copy link" data-text="${text}">${say("copy")}</button>
  </details>`;
}
/** The command that prints the numbers of the year on show. @param {Screen} screen */
const yearCommand = ({ community, sides: [a, b], film, seed }) => [
  `cogov year ${fileOf(community)} --left '${keyOf(a)}' --right '${keyOf(b)}' --days ${film.days} --seed ${seed}`,
];
/** @param {number} v @param {number} digits */
const signedText = (v, digits) =>
  (v > 0 ? "+" : v < 0 ? "−" : "") +
  Math.abs(v)
    .toFixed(digits)
    .replace(/\B(?=(\d{3})+(?!\d))/g, ",");

/** @param {Screen} screen */
function hoursByRole(screen) {
  const [a, b] = screen.answers;
  return pageData().payers.map((role) => ({
    role,
    a: mean(valuesOf(a.luck, `hours.${role}`)),
    b: mean(valuesOf(b.luck, `hours.${role}`)),
  }));
}
/** @param {Screen} screen */
const mostHours = (screen) =>
  say("most by", { who: say(`role.${hoursByRole(screen).sort((p, q) => q.b - p.b)[0].role}`) });

/** @param {ArrayLike<number>} ys @param {(k: number) => number} x @param {(v: number) => number} y */
const line = (ys, x, y) =>
  Array.from(ys, (v, k) => `${k ? "L" : "M"}${x(k).toFixed(1)} ${y(v).toFixed(1)}`).join("");
/** @param {string} title @param {Markup} inner @param {number} [h] */
const chart = (title, inner, h = H) =>
  html`<svg class="chart" viewBox="0 0 ${W} ${h}" role="img" aria-label="${title}">${inner}</svg>`;

/** @param {import("./recording.js").Year} year */
const horizonOf = (year) => Math.min(LONGEST, year.film.days);
/** Kaplan-Meier: the share not yet solved, by days since it arose. @param {import("./recording.js").Year} year */
export function waiting(year) {
  const horizon = horizonOf(year);
  const solved = new Int32Array(horizon + 2),
    left = new Int32Array(horizon + 2);
  let atRisk = 0,
    share = 1;
  for (let i = 0; i < year.film.issues; i++) {
    const arose = year.arose(i);
    if (arose < 0) continue;
    atRisk++;
    const isDone = year.isResolved(i),
      until = isDone ? year.ended(i) : year.film.days;
    (isDone ? solved : left)[Math.min(horizon + 1, Math.max(0, Math.min(year.film.days, until) - arose))]++;
  }
  return Array.from({ length: horizon + 1 }, (_, t) => {
    if (atRisk) share *= 1 - solved[t] / atRisk;
    atRisk -= solved[t] + left[t];
    return share;
  });
}

/** @param {Screen} screen @returns {Card} */
function cardSooner(screen) {
  const horizon = horizonOf(screen.years[0]);
  const [a, b] = screen.years.map(waiting),
    [halfA, halfB] = [a, b].map((curve) => curve.findIndex((share) => share <= 0.5));
  /** @param {number} t */
  const x = (t) => 4 + (t / horizon) * (W - 8);
  /** @param {number} s */
  const y = (s) => 8 + (1 - s) * (H - 28);
  const values = {
    a: halfA,
    b: halfB,
    A: capital(screen.sideName(0)),
    B: capital(screen.sideName(1)),
    h: horizon,
  };
  const title = say(
    halfA < 0 && halfB < 0
      ? "card sooner neither"
      : halfA < 0
        ? "card sooner only b"
        : halfB < 0
          ? "card sooner only a"
          : "card sooner",
    values,
  );
  /** @param {number} t @param {string} side */
  const mark = (t, side) => (t < 0 ? "" : html`<circle class="${side}" cx="${x(t)}" cy="${y(0.5)}" r="4" />`);
  const days = [30, 90, horizon]
    .filter((t) => t <= horizon)
    .map(
      (t) =>
        html`<text x="${x(t)}" y="${H - 4}" text-anchor="${t === horizon ? "end" : "middle"}">${t}</text>`,
    );
  const svg = chart(
    title,
    html`<path class="rule" d="M4 ${y(0.5)}H${W - 4}M4 ${y(0)}H${W - 4}" /><text x="4" y="${y(0.5) - 4}"
        >½</text
      ><path class="line a" d="${line(a, x, y)}" /><path
        class="line b"
        d="${line(b, x, y)}"
      />${mark(halfA, "a")}${mark(halfB, "b")}${days}`,
  );
  return {
    name: "sooner",
    title,
    commands: yearCommand(screen),
    axis: say("axis sooner"),
    svg,
    table: [["days", "a", "b"], ...a.map((v, t) => [t, v.toFixed(4), b[t].toFixed(4)])],
  };
}

/** @param {Screen} screen @returns {Card} */
function cardReported(screen) {
  const rows = screen.answers.map((answer) => ({
    backlog: mean(valuesOf(answer.luck, "backlog")),
    unknown: mean(valuesOf(answer.luck, "unknown")),
  }));
  const [a, b] = rows.map((r) => Math.round((100 * r.unknown) / Math.max(1, r.backlog))),
    most = Math.max(...rows.map((r) => r.backlog), 1);
  const title = say("card reported", {
    a,
    b,
    A: capital(screen.sideName(0)),
    B: capital(screen.sideName(1)),
  });
  const bars = rows.map((r, k) => {
    const w = (r.backlog / most) * (W - 8),
      u = (r.unknown / most) * (W - 8),
      y = 22 + 60 * k,
      side = k ? "b" : "a";
    return html`<text x="4" y="${y - 6}">${screen.sideName(k)}</text
      ><rect class="fill ${side}" x="4" y="${y}" width="${w}" height="26" rx="4" /><rect
        class="veil"
        x="4"
        y="${y}"
        width="${u}"
        height="26"
        rx="4"
      />
      <text class="in" x="12" y="${y + 17.5}"
        >${u > 90 ? say("bar unreported", { n: whole(r.unknown) }) : ""}</text
      ><text class="in" x="${w - 4}" y="${y + 17.5}" text-anchor="end"
        >${w - u > 70 ? say("bar reported", { n: whole(r.backlog - r.unknown) }) : ""}</text
      >`;
  });
  return {
    name: "reported",
    title,
    commands: commands(screen),
    axis: say("axis reported"),
    svg: chart(title, html`${bars}`),
    table: [["side", "open", "unreported"], ...rows.map((r, k) => ["ab"[k], r.backlog, r.unknown])],
  };
}

/** @param {Screen} screen @returns {Card} */
function cardHours(screen) {
  const all = hoursByRole(screen),
    rows = all
      .filter((r) => Math.max(r.a, r.b) > 5)
      .sort((p, q) => Math.max(q.a, q.b) - Math.max(p.a, p.b))
      .slice(0, 5);
  const most = Math.max(1, ...rows.flatMap((r) => [r.a, r.b])),
    more = all.reduce((s, r) => s + r.b - r.a, 0),
    top = [...all].sort((p, q) => q.b - q.a - (p.b - p.a))[0];
  const title =
    more > 1
      ? say("card hours", { h: whole(more), who: say(`role.${top.role}`), B: capital(screen.sideName(1)) })
      : more < -1
        ? say("card fewer hours", { h: whole(-more), B: capital(screen.sideName(1)) })
        : say("card same hours");
  const each = (H - 4) / Math.max(1, rows.length);
  /** @param {number} v */
  const bar = (v) => Math.max(1, (v / most) * (W - 160));
  const svg = chart(
    title,
    html`${rows.map(
      (r, k) =>
        html`<text x="96" y="${4 + k * each + each / 2 + 4}" text-anchor="end">${say(`role.${r.role}`)}</text
          ><rect
            class="fill a"
            x="104"
            y="${6 + k * each}"
            width="${bar(r.a)}"
            height="${each / 2 - 3}"
            rx="2"
          />
          <rect
            class="fill b"
            x="104"
            y="${4 + k * each + each / 2}"
            width="${bar(r.b)}"
            height="${each / 2 - 3}"
            rx="2"
          /><text x="${110 + bar(Math.max(r.a, r.b))}" y="${4 + k * each + each / 2 + 4}"
            >${whole(r.b)}</text
          >`,
    )}`,
  );
  return {
    name: "hours",
    title,
    commands: commands(screen),
    axis: say("axis hours"),
    svg,
    table: [["role", "a", "b"], ...all.map((r) => [r.role, r.a, r.b])],
  };
}

/** @param {Screen} screen @returns {Card} */
function cardTrust(screen) {
  const days = screen.film.days,
    [a, b] = screen.years.map((year) => Math.round((100 * year.trust[year.trust.length - 1]) / 255)),
    d = b - a;
  const title = say(d > 0 ? "card trust up" : d < 0 ? "card trust down" : "card trust same", {
    d: Math.abs(d),
    B: capital(screen.sideName(1)),
  });
  const step = Math.max(1, Math.floor(days / 365)),
    curves = screen.years.map((year) =>
      Array.from(year.trust, (v) => v / 255).filter((_, k) => k % step === 0),
    );
  const top = Math.max(0.5, ...curves.flat()),
    n = curves[0].length;
  /** @param {number} k */
  const x = (k) => 4 + (k / (n - 1)) * (W - 40);
  /** @param {number} v */
  const y = (v) => 8 + (1 - v / top) * (H - 28);
  const ends = curves.map((curve) => curve[curve.length - 1]),
    isClose = Math.abs(y(ends[0]) - y(ends[1])) < 14,
    aBelow = ends[0] <= ends[1];
  const labels = ends.map(
    (v, k) =>
      html`<text
        class="${k ? "b" : "a"}"
        x="${W - 30}"
        y="${y(v) + 4 + (isClose ? ((k === 0) === aBelow ? 8 : -6) : 0)}"
        >${Math.round(100 * v)}</text
      >`,
  );
  const svg = chart(
    title,
    html`<path class="rule" d="M4 ${y(0)}H${W - 36}" /><path
        class="line a"
        d="${line(curves[0], x, y)}"
      /><path class="line b" d="${line(curves[1], x, y)}" />${labels}`,
  );
  return {
    name: "trust",
    title,
    commands: yearCommand(screen),
    axis: say("axis trust"),
    svg,
    table: [
      ["day", "a", "b"],
      ...curves[0].map((v, k) => [k * step, v.toFixed(4), (curves[1][k] ?? NaN).toFixed(4)]),
    ],
  };
}

/** Who lives with less, in the year on show: of all homes, and of some groups. @param {Screen} screen @returns {Card} */
function cardGains(screen) {
  const {
      film,
      years: [a, b],
    } = screen,
    p = film.place,
    gains = gainsOf(film, a, b);
  /** @type {[string, (f: number) => boolean][]} */
  const groups = [
    ["everybody", () => true],
    ["elders alone", (f) => p.flat_elders[f] === 1 && !p.flat_adults[f] && !p.flat_children[f]],
    ["with children", (f) => p.flat_children[f] > 0],
    ["owners at home", (f) => p.flat_owner[f] > 0],
    ["who rent", (f) => !p.flat_owner[f]],
  ];
  /** @param {number[]} homes @param {(f: number) => boolean} is */
  const count = (homes, is) => homes.filter(is).length;
  const rows = groups
    .map(([key, is]) => ({
      key,
      better: count(gains.better, is),
      worse: count(gains.worse, is),
      all: count(gains.better, is) + count(gains.worse, is) + count(gains.same, is),
    }))
    .filter((r) => r.all >= LEAST);
  const first = rows[0] ?? { better: 0, worse: 0, all: 1 },
    share = (/** @type {number} */ n) => Math.round((100 * n) / first.all);
  const title = say(first.better >= first.worse ? "card gains" : "card losses", {
    better: share(first.better),
    worse: share(first.worse),
    B: capital(screen.sideName(1)),
  });
  const each = (H - 4) / Math.max(1, rows.length),
    zero = 108 + (W - 112) * 0.35;
  const svg = chart(
    title,
    html`${rows.map((r, k) => {
        const y = 4 + k * each,
          up = (r.better / r.all) * (W - zero - 34),
          down = (r.worse / r.all) * (zero - 110);
        return html`<text x="96" y="${y + each / 2 + 4}" text-anchor="end">${say(r.key)}</text
          ><rect class="fill b" x="${zero}" y="${y + 3}" width="${up}" height="${each - 8}" rx="2" /><rect
            class="fill worse"
            x="${zero - down}"
            y="${y + 3}"
            width="${down}"
            height="${each - 8}"
            rx="2"
          /><text x="${zero + up + 5}" y="${y + each / 2 + 4}"
            >${Math.round((100 * r.better) / r.all)}</text
          >`;
      })}<path class="rule" d="M${zero} 0V${H}" />`,
  );
  return {
    name: "gains",
    title,
    commands: yearCommand(screen),
    axis: say("axis gains"),
    svg,
    table: [["homes", "all", "less", "more"], ...rows.map((r) => [r.key, r.all, r.better, r.worse])],
  };
}

/** Through what the one mechanism that differs works: its parts, once they were asked for. @param {Screen} screen @returns {Card | null} */
function cardWhy(screen) {
  const name = screen.differing(),
    worlds = screen.whys.get(screen.whyKey());
  if (!name || (!worlds && !screen.host.can.moreWorlds)) return null;
  if (!worlds?.length) {
    const title = say("why ask", { m: mechanismInText(name) });
    return {
      name: "why",
      title,
      commands: [],
      axis: say("why about"),
      svg: html`<p>
        <button class="quiet ask-why" ${worlds ? "disabled" : ""}>
          ${say(worlds ? "why waits" : "why button")}
        </button>
      </p>`,
      table: [],
    };
  }
  const levers = Object.keys(worlds[0]).filter((lever) => lever !== "total");
  const rows = levers
    .map((lever) => ({ lever, values: worlds.map((parts) => 100 * parts[lever]) }))
    .map((r) => ({ ...r, mean: mean(r.values) }));
  rows.sort((p, q) => Math.abs(q.mean) - Math.abs(p.mean));
  const shown = rows.slice(0, 5),
    top = rows.filter((r) => r.lever in ownLevers(rows)).sort((p, q) => q.mean - p.mean)[0] ?? rows[0];
  const title = say("card why", {
    M: capital(mechanismInText(name)),
    how: leverName(top.lever),
    d: top.mean.toFixed(1),
  });
  const ends = shown.flatMap((r) => r.values),
    low = Math.min(0, ...ends),
    high = Math.max(1, ...ends),
    each = (H - 4) / shown.length;
  /** @param {number} v */
  const x = (v) => 150 + ((v - low) / (high - low)) * (W - 196);
  const svg = chart(
    title,
    html`${shown.map((r, k) => {
        const y = 4 + k * each + each / 2,
          [a, b] =
            worlds.length >= LEAST ? nineOfTen(r.values) : [Math.min(...r.values), Math.max(...r.values)];
        return html`<text x="144" y="${y + 4}" text-anchor="end">${leverName(r.lever, true)}</text
          ><rect
            class="band b"
            x="${x(a)}"
            y="${y - 5}"
            width="${Math.max(2, x(b) - x(a))}"
            height="10"
            rx="5"
          /><circle class="b" cx="${x(r.mean)}" cy="${y}" r="3.5" /><text
            x="${W - 4}"
            y="${y + 4}"
            text-anchor="end"
            >${r.mean > 0 ? "+" : ""}${r.mean.toFixed(1)}</text
          >`;
      })}<path class="rule" d="M${x(0)} 0V${H}" />`,
  );
  return {
    name: "why",
    title,
    commands: [
      pathsCommand(
        screen.community,
        screen.sides[0],
        name,
        screen.sides[1],
        screen.film.days,
        screen.seed,
        worlds.length,
      ),
    ],
    axis: say("axis why", { n: worlds.length }),
    svg,
    table: [["part", "mean points"], ...rows.map((r) => [leverName(r.lever), r.mean])],
  };
}
/** Parts that are levers, not the hours or what levers do together. @param {{lever: string}[]} rows */
const ownLevers = (rows) =>
  Object.fromEntries(rows.filter((r) => hasText(`lever.${r.lever}`)).map((r) => [r.lever, true]));
/** @param {string} lever @param {boolean} [isShort] */
const leverName = (lever, isShort) =>
  hasText(`lever.${lever}`) ? say(isShort ? `lever_short.${lever}` : `lever.${lever}`) : say(`part ${lever}`);
