// Marks: what is on show on a day.

/** Everything to mark in one arm at a day: open issues, those just settled, and what differs from the other arm. */
function marksOf(arm, other, where, linger) {
  const marks = [], film = arm.film;
  for (let i = 0; i < arm.issues; i++) {
    const state = arm.state[i];
    if (state > VERIFIED) continue;
    const open = state < RESOLVED, fresh = !open && arm.day - arm.settled[i] <= linger;
    const difference = other ? differenceOf(arm, i, other, arm.twin[i], open, fresh) : "";
    if (!open && !fresh && !difference) continue;
    marks.push({ i, state, open, fresh, difference, family: arm.family[i], age: arm.day - arm.born[i], severity: film.issue_severity[i], settled: arm.settled[i], building: film.issue_building[i], scope: film.issue_scope[i], ...where[i] });
  }
  return marks.sort((p, q) => order(p) - order(q));
}

const order = (mark) => (mark.open ? (mark.state === UNKNOWN ? 1 : 2) : mark.fresh ? 3 : 0);

/** "sooner", "later", "behind", "only", or "" where both arms agree so far. */
function differenceOf(arm, i, other, j, open, fresh) {
  if (j < 0) return open ? "only" : "";
  const there = other.settled[j] >= 0 ? "settled" : other.state[j] < RESOLVED ? "open" : "gone";
  if (open) return there === "settled" ? "behind" : "";
  if (there === "open") return "sooner";
  if (!fresh || there !== "settled" || other.settled[j] === arm.settled[i]) return "";
  return arm.settled[i] < other.settled[j] ? "sooner" : "later";
}

/** Mechanisms at work in buildings on the last so many days: Map building -> [mechanism row]. */
function helpersOf(arm, days) {
  const seen = new Map();
  for (let day = Math.max(1, arm.day - days + 1); day <= arm.day; day++) {
    for (let k = arm.dayFirst[day]; k < arm.dayFirst[day + 1]; k++) {
      const e = arm.byDay[k], by = arm.film.event_by[e];
      if (!by) continue;
      const b = arm.film.issue_building[arm.issueOf[e]], here = seen.get(b) ?? [];
      if (!here.includes(by - 1)) here.push(by - 1);
      seen.set(b, here);
    }
  }
  return seen;
}

/** (buildings,) values of a layer at a day. */
function layerOf(arm, layer) {
  const n = arm.film.building_x.length;
  if (layer !== "unknown") {
    const rows = arm.film[`layer_${layer}`], week = Math.min(Math.floor(arm.day / arm.film.week), rows.length / n - 1), full = FULL[layer] ?? 1;
    return Float64Array.from(rows.subarray(week * n, week * n + n), (v) => v / 255 * full);
  }
  const count = new Float64Array(n);
  for (let i = 0; i < arm.issues; i++) if (arm.state[i] === UNKNOWN) count[arm.film.issue_building[i]]++;
  return count;
}

/** The lowest and highest value of a layer through the year, over both arms, so that a tint means the same every day. */
function rangeOf(arms, layer) {
  if (layer === "unknown") return [0, Math.max(3, ...arms.map(mostUnknown))];
  let low = 255, high = 0;
  for (const arm of arms) for (const v of arm.film[`layer_${layer}`]) { low = Math.min(low, v); high = Math.max(high, v); }
  const full = FULL[layer] ?? 1;
  return [low / 255 * full, Math.max(high, low + 1) / 255 * full];
}

/** The most issues nobody told of that any building has on any day. */
function mostUnknown(arm) {
  const count = new Int32Array(arm.film.building_x.length), state = new Uint8Array(arm.issues).fill(NOT_YET);
  let most = 0;
  for (const e of arm.byDay) {
    const i = arm.issueOf[e], b = arm.film.issue_building[i], now = arm.film.event_state[e];
    count[b] += (now === UNKNOWN) - (state[i] === UNKNOWN);
    state[i] = now;
    most = Math.max(most, count[b]);
  }
  return most;
}
