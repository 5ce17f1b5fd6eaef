// @ts-check
// Recorded years: one arm in full, the reference, and others as what differs from it
// (experiments/narrative/recording_difference.py writes them).

/** @typedef {Record<string, any>} Packed  a header with its arrays by name */

const KINDS = {
  i1: Int8Array,
  u1: Uint8Array,
  i2: Int16Array,
  u2: Uint16Array,
  i4: Int32Array,
  u4: Uint32Array,
  i8: BigInt64Array,
  f4: Float32Array,
  f8: Float64Array,
};

// States of an issue, as in model/issues/issue_table.py.
export const UNKNOWN = 0,
  REPORTED = 1,
  TABLE = 2,
  SIGN = 3,
  MONEY = 4,
  UPWARD = 5,
  WORK = 6;
export const RESOLVED = 7,
  VERIFIED = 8,
  WITHDRAWN = 9,
  LAPSED = 10,
  NOT_YET = 255;
// Where an issue can be seen, as in model/issues/categories.py.
export const HOME = 0,
  STAIRWELL = 1,
  BUILDING = 2,
  COMPOUND = 3,
  STREET = 4;
// Bits of flat_traits, and codes of event_who, as in experiments/narrative/recording.py.
export const MEMBER = 1,
  VOLUNTEER = 2,
  HOUSEBOUND = 4;
export const SAME_HOME = 12;
const ISSUE_COLUMNS = ["id", "building", "stairwell", "flat", "category", "scope", "severity"];

/** Decompress gzip. @param {Uint8Array} bytes @returns {Promise<ArrayBuffer>} */
export async function decompress(bytes) {
  const stream = new Blob([/** @type {BlobPart} */ (bytes)])
    .stream()
    .pipeThrough(new DecompressionStream("gzip"));
  return new Response(stream).arrayBuffer();
}

/** Read what `pack_arrays` wrote. @param {ArrayBuffer} buffer @returns {Packed} */
export function unpack(buffer) {
  const length = new DataView(buffer).getUint32(0, true);
  const header = JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, 4, length)));
  const arrays = {};
  for (const [name, { kind, shape, at }] of Object.entries(header.arrays)) {
    const count = shape.reduce((/** @type {number} */ a, /** @type {number} */ b) => a * b, 1);
    arrays[name] = new KINDS[kind](buffer, 4 + length + at, count);
  }
  return { ...header, ...arrays };
}

/** A community: its place, every issue of any arm so far, and the years of its arms. */
export class Film {
  /** @param {Packed} reference */
  constructor(reference) {
    this.reference = reference;
    this.days = /** @type {number} */ (reference.days);
    this.firstMonth = /** @type {number} */ (reference.first_month);
    this.categories = /** @type {string[]} */ (reference.categories);
    this.place = reference; // building_* and flat_*
    /** @type {Record<string, any>} */
    this.issue = {};
    for (const name of ISSUE_COLUMNS) this.issue[name] = Array.from(reference[`issue_${name}`]);
    /** @type {Map<bigint, number>} */
    this.rowOf = new Map(
      this.issue.id.map((/** @type {bigint} */ id, /** @type {number} */ row) => [id, row]),
    );
    /** @type {Map<string, Year>} */
    this.years = new Map();
  }

  get issues() {
    return this.issue.id.length;
  }

  /** Add the year of an arm, from the reference itself or from a difference. @param {string} key @param {Packed} packed */
  add(key, packed) {
    const known = this.reference.issue_id.length;
    /** @type {Map<number, number>} row of this film -> place in `packed` */
    const own = new Map();
    if (packed !== this.reference) {
      const rows = Array.from(packed.issue_id, (id) => this.meet(id, packed));
      packed.row.forEach((/** @type {number} */ row, /** @type {number} */ k) =>
        own.set(row < known ? row : Number(rows[row - known]), k),
      );
    }
    const year = new Year(this, packed, own);
    this.years.set(key, year);
    for (const other of this.years.values()) other.grow();
    return year;
  }

  /** The row of an issue; one that no arm had before is added. @param {bigint} id @param {Packed} packed */
  meet(id, packed) {
    let row = this.rowOf.get(id);
    if (row === undefined) {
      row = Number(this.issues);
      const k = packed.issue_id.indexOf(id);
      for (const name of ISSUE_COLUMNS) this.issue[name].push(packed[`issue_${name}`][k]);
      this.rowOf.set(id, row);
    }
    return row;
  }
}

/** @param {ArrayLike<number>} counts */
function starts(counts) {
  const first = new Uint32Array(counts.length + 1);
  for (let i = 0; i < counts.length; i++) first[i + 1] = first[i] + counts[i];
  return first;
}

/** One arm's year: the events of every issue, and the state of each on the day it was last taken `to`. */
export class Year {
  at = -1; // the day that `state` is of
  state = new Uint8Array(); // of each issue
  resolved_on = new Int32Array(); // the day an issue was resolved, while it is; else -1
  open = new Int32Array(); // open issues by day
  unknown = new Int32Array(); // open issues by day that nobody has reported
  issueOf = new Uint32Array(); // the issue of each event
  byDay = new Uint32Array(); // events in the order of days
  firstOfDay = new Uint32Array();

  /** @param {Film} film @param {Packed} packed @param {Map<number, number>} own */
  constructor(film, packed, own) {
    const { reference } = film,
      n = film.issues,
      known = reference.issue_id.length;
    this.film = film;
    this.mechanisms = /** @type {string[]} */ (packed.mechanisms);
    this.trust = packed.day_trust_committee;
    const firstOfReference = starts(reference.events),
      firstOwn = packed === reference ? firstOfReference : starts(packed.events);
    const count = new Uint32Array(n);
    for (let i = 0; i < n; i++) {
      const k = own.get(i);
      count[i] = k !== undefined ? packed.events[k] : i < known ? reference.events[i] : 0;
    }
    this.first = starts(count);
    const total = this.first[n];
    this.day = new Uint16Array(total);
    this.state_after = new Uint8Array(total);
    this.what = new Uint8Array(total);
    this.by = new Uint8Array(total);
    this.who = new Uint8Array(total);
    for (let i = 0; i < n; i++) {
      const k = own.get(i),
        source = k !== undefined ? packed : reference,
        begin = k !== undefined ? firstOwn[k] : firstOfReference[i];
      for (let e = this.first[i], s = begin; e < this.first[i + 1]; e++, s++) {
        this.day[e] = source.event_day[s];
        this.state_after[e] = source.event_state[s];
        this.what[e] = source.event_what[s];
        this.by[e] = source.event_by[s];
        this.who[e] = source.event_who[s];
      }
    }
    this.grow();
    this.count();
    this.sortByDay();
  }

  /** Make room for issues that only other arms have. */
  grow() {
    const n = this.film.issues;
    if (this.state.length === n) return;
    const first = new Uint32Array(n + 1).fill(this.first[this.first.length - 1]);
    first.set(this.first);
    this.first = first;
    this.state = new Uint8Array(n).fill(NOT_YET);
    this.resolved_on = new Int32Array(n).fill(-1);
    this.at = -1;
    this.to(0);
  }

  /** Curves of the year: open issues, and those that nobody has reported. */
  count() {
    const { days } = this.film;
    this.open = new Int32Array(days + 2);
    this.unknown = new Int32Array(days + 2);
    for (let i = 0; i < this.film.issues; i++) {
      let was = NOT_YET;
      for (let e = this.first[i]; e < this.first[i + 1]; e++) {
        const now = this.state_after[e],
          day = Math.min(days + 1, this.day[e]);
        this.open[day] += Number(now < RESOLVED) - Number(was < RESOLVED);
        this.unknown[day] += Number(now === UNKNOWN) - Number(was === UNKNOWN);
        was = now;
      }
    }
    for (let d = 1; d < days + 2; d++) {
      this.open[d] += this.open[d - 1];
      this.unknown[d] += this.unknown[d - 1];
    }
  }

  /** Order the events by day, for a step of one day and for the helpers who set out. */
  sortByDay() {
    const { days } = this.film;
    this.issueOf = new Uint32Array(this.day.length);
    for (let i = 0; i < this.film.issues; i++) this.issueOf.fill(i, this.first[i], this.first[i + 1]);
    this.firstOfDay = new Uint32Array(days + 3);
    for (const day of this.day) this.firstOfDay[Math.min(day, days + 1) + 1]++;
    for (let d = 0; d < days + 2; d++) this.firstOfDay[d + 1] += this.firstOfDay[d];
    const at = this.firstOfDay.slice();
    this.byDay = new Uint32Array(this.day.length);
    for (let e = 0; e < this.day.length; e++) this.byDay[at[Math.min(this.day[e], days + 1)]++] = e;
  }

  /** The events of a day. @param {number} day */
  eventsOf(day) {
    return this.byDay.subarray(this.firstOfDay[day], this.firstOfDay[day + 1]);
  }

  /** Take the state of every issue to a day. @param {number} day */
  to(day) {
    if (day === this.at) return;
    if (this.at >= 0 && day > this.at && day - this.at < 40 && this.byDay.length) {
      while (this.at < day) {
        this.at++;
        for (const e of this.eventsOf(this.at)) this.apply(this.issueOf[e], e);
      }
      return;
    }
    this.state.fill(NOT_YET);
    this.resolved_on.fill(-1);
    for (let i = 0; i < this.film.issues; i++)
      for (let e = this.first[i]; e < this.first[i + 1] && this.day[e] <= day; e++) this.apply(i, e);
    this.at = day;
  }

  /** @param {number} i @param {number} e */
  apply(i, e) {
    const now = this.state_after[e];
    this.state[i] = now;
    if (now === RESOLVED) this.resolved_on[i] = this.day[e];
    else if (now !== VERIFIED) this.resolved_on[i] = -1;
  }

  /** The day an issue arose; -1 if it never did. @param {number} i */
  arose(i) {
    return this.first[i] < this.first[i + 1] ? this.day[this.first[i]] : -1;
  }

  /** The day from which nothing of an issue is left; a day after the last if it is still open. @param {number} i */
  ended(i) {
    let e = this.first[i + 1] - 1;
    if (e < this.first[i]) return -1;
    if (this.state_after[e] < RESOLVED) return this.film.days + 1;
    while (this.state_after[e] === VERIFIED && e > this.first[i]) e--;
    return this.day[e];
  }

  /** Days that an issue stood open, to the end of the run; 0 if it never arose. @param {number} i */
  daysOpen(i) {
    let open = 0,
      since = -1;
    for (let e = this.first[i]; e < this.first[i + 1]; e++) {
      const isOpen = this.state_after[e] < RESOLVED;
      if (isOpen && since < 0) since = this.day[e];
      if (!isOpen && since >= 0) {
        open += this.day[e] - since;
        since = -1;
      }
    }
    return since < 0 ? open : open + this.film.days - since;
  }

  /** Whether an issue was resolved at last. @param {number} i */
  isResolved(i) {
    const e = this.first[i + 1] - 1;
    return e >= this.first[i] && (this.state_after[e] === RESOLVED || this.state_after[e] === VERIFIED);
  }

  /** The mechanism that acted in an event, "" for none. @param {number} e */
  actor(e) {
    return this.by[e] ? this.mechanisms[this.by[e] - 1] : "";
  }
}
