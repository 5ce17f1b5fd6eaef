// Films: one year of a community as bytes, and its state on one day.

const KINDS = { i1: Int8Array, u1: Uint8Array, i2: Int16Array, u2: Uint16Array, i4: Int32Array, u4: Uint32Array, i8: BigInt64Array, f4: Float32Array, f8: Float64Array };

/** What film.unpacked gives: the header, with the arrays by name; null for no bytes. */
function unpacked(raw) {
  if (!raw || raw.byteLength < 4) return null;
  const bytes = new Uint8Array(raw.buffer ?? raw, raw.byteOffset ?? 0, raw.byteLength);
  const length = new DataView(bytes.buffer, bytes.byteOffset, 4).getUint32(0, true);
  const header = JSON.parse(new TextDecoder().decode(bytes.subarray(4, 4 + length)));
  const body = bytes.slice(4 + length).buffer;  // a copy, so that every array begins at a multiple of its size
  const film = { ...header };
  for (const [name, told] of Object.entries(header.arrays)) film[name] = new KINDS[told.kind](body, told.at, told.shape.reduce((a, b) => a * b, 1));
  return film;
}

/** One film at one day: the state of every issue, kept as it moves. A day forward costs what changed, a jump one search per issue. */
class Arm {
  constructor(film) {
    this.film = film;
    this.issues = film.issue_id.length;
    this.state = new Uint8Array(this.issues).fill(NOT_YET);
    this.settled = new Int32Array(this.issues).fill(-1);   // the day it was settled, while it is
    this.born = Int32Array.from({ length: this.issues }, (_, i) => film.event_day[film.issue_first[i]]);
    this.index = new Map(Array.from(film.issue_id, (id, i) => [id, i]));
    this.family = Uint8Array.from(film.issue_category, (c) => film.families.indexOf(film.category_family[c]));
    this.sortByDay();
    this.day = -1;
    this.open = this.unknown = this.resolved = 0;
    this.jump(0);
  }

  sortByDay() {
    const { event_day: days, issue_first: first } = this.film;
    this.issueOf = new Uint32Array(days.length);
    for (let i = 0; i < this.issues; i++) this.issueOf.fill(i, first[i], first[i + 1]);
    this.dayFirst = new Uint32Array(this.film.days + 3);
    for (const day of days) this.dayFirst[day + 1]++;
    for (let d = 0; d < this.film.days + 2; d++) this.dayFirst[d + 1] += this.dayFirst[d];
    const at = this.dayFirst.slice();
    this.byDay = new Uint32Array(days.length);   // stable: within an issue, as it was written
    for (let e = 0; e < days.length; e++) this.byDay[at[days[e]]++] = e;
  }

  to(day) {
    if (day >= this.day && day - this.day <= 40) while (this.day < day) this.step();
    else this.jump(day);
  }

  step() {
    this.day++;
    for (let k = this.dayFirst[this.day]; k < this.dayFirst[this.day + 1]; k++) {
      const e = this.byDay[k], i = this.issueOf[e];
      this.count(i, -1);
      this.state[i] = this.film.event_state[e];
      if (this.state[i] === RESOLVED) this.settled[i] = this.day;
      else if (this.state[i] !== VERIFIED) this.settled[i] = -1;
      this.count(i, 1);
    }
  }

  jump(day) {
    this.day = day;
    this.open = this.unknown = this.resolved = 0;
    for (let i = 0; i < this.issues; i++) {
      const last = this.lastEvent(i, day);
      this.state[i] = last < 0 ? NOT_YET : this.film.event_state[last];
      this.settled[i] = last < 0 ? -1 : this.settledOn(i, last);
      this.count(i, 1);
    }
  }

  lastEvent(i, day) {
    const days = this.film.event_day;
    let low = this.film.issue_first[i], high = this.film.issue_first[i + 1];
    const begin = low;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (days[middle] <= day) low = middle + 1; else high = middle;
    }
    return low > begin ? low - 1 : -1;
  }

  settledOn(i, event) {
    if (this.state[i] !== RESOLVED && this.state[i] !== VERIFIED) return -1;
    while (this.film.event_state[event] !== RESOLVED && event > this.film.issue_first[i]) event--;
    return this.film.event_day[event];
  }

  count(i, n) {
    const state = this.state[i];
    if (state < RESOLVED) this.open += n;
    if (state === UNKNOWN) this.unknown += n;
    if (state === RESOLVED || state === VERIFIED) this.resolved += n;
  }

  /** (issues,) row of the same issue in the other arm, -1 where it never arises there. */
  meet(other) {
    this.twin = Int32Array.from(this.film.issue_id, (id) => other.index.get(id) ?? -1);
  }

  /** The day from which nothing of it stands; a day after the last if it is still open then. */
  lastDay(i) {
    const { issue_first: first, event_state: states, event_day: days } = this.film;
    let end = first[i + 1] - 1;
    if (states[end] < RESOLVED) return this.film.days + 1;
    while (states[end] === VERIFIED && end > first[i]) end--;
    return days[end];
  }
}
