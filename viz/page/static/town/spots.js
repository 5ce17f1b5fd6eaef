// Spots: where the mark of an issue goes.

/** (issues,) of each arm: where an issue is drawn, {x, y, r} and its shape. Spots are shared out once for both arms and the whole year, so
 *  that an issue stands in the same place in both panes, and none moves because another is settled. */
function spots(arms, places) {
  const groups = new Map(), found = arms.map((arm) => new Array(arm.issues));
  arms.forEach((arm, a) => {
    for (let i = 0; i < arm.issues; i++) {
      const other = arms[1 - a], j = other ? arm.twin[i] : -1;
      if (a && j >= 0) continue;  // both were shared out with the first arm's
      const from = j < 0 ? arm.born[i] : Math.min(arm.born[i], other.born[j]);
      const till = FADE + (j < 0 ? arm.lastDay(i) : Math.max(arm.lastDay(i), other.lastDay(j)));
      const key = groupOf(arm.film, places[a], i);
      if (!groups.has(key)) groups.set(key, []);
      groups.get(key).push({ a, i, j, from, till });
    }
  });
  for (const group of groups.values()) for (const [one, slot] of slotted(group)) {
    const spot = spotOf(arms[one.a].film, places[one.a], one.i, slot);
    found[one.a][one.i] = spot;
    if (one.j >= 0) found[1 - one.a][one.j] = places[0] === places[1] ? spot : spotOf(arms[1 - one.a].film, places[1 - one.a], one.j, slot);
  }
  return found;
}

function groupOf(film, town, i) {
  const scope = film.issue_scope[i], b = film.issue_building[i];
  if (scope === HOUSEHOLD && film.issue_flat[i] >= 0) return `f${film.issue_flat[i]}`;
  if (scope === STREET) return `s${town.all[b].shelf}/${film.building_compound[b]}`;
  return `${scope}/${b}/${scope === STAIRWELL ? film.issue_stairwell[i] : ""}`;
}

/** Pairs of an issue and the lowest place that is free for all the days it stands. */
function* slotted(group) {
  const free = [];
  for (const one of group.sort((p, q) => p.from - q.from)) {
    let slot = free.findIndex((day) => day < one.from);
    if (slot < 0) slot = free.length;
    free[slot] = one.till;
    yield [one, slot];
  }
}

function spotOf(film, town, i, slot) {
  const scope = film.issue_scope[i], one = town.all[film.issue_building[i]], flat = film.issue_flat[i];
  if (scope === HOUSEHOLD && flat >= 0) return { shape: "window", x: town.flats.x[flat] + 0.5, y: town.flats.y[flat] + FLOOR / 2 - 0.05, r: 0.46 };
  if (scope === STAIRWELL) {
    const stair = one.stairs[Math.max(0, film.issue_stairwell[i])] ?? one.stairs[0];
    return { shape: "round", x: one.x + stair.x + STAIR / 2, y: one.y - ((slot % one.floors) + 0.5) * FLOOR - 0.1, r: 0.4 };
  }
  if (scope === COMPOUND) return inRows(one.x, one.w, one.y + 0.75, 1, slot, "round");
  if (scope === STREET) return inRows(one.yard.x, one.yard.w, one.yard.bottom + 0.75, 1.1, slot, "diamond");
  return inRows(one.x, one.w, one.y - one.h - 0.5, -1.05, slot, "round");
}

/** Side by side from the left, then in another row; the third row goes over the first. */
function inRows(x, w, y, down, slot, shape) {
  const row = Math.max(1, Math.floor(w / 1.12)), at = slot % row, level = Math.floor(slot / row) % 2;
  return { shape, x: x + (at + 0.5) * (w / row), y: y + level * down, r: 0.5 };
}
