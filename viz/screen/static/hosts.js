// @ts-check
// Where years and answers come from: a file that holds them, or a server that simulates them.

/** @typedef {import("./answers.js").Run} Run */
/**
 * @typedef {object} Wanted  what is asked of an arm
 * @property {string} place @property {string} key @property {number} seed
 *
 * @typedef {object} Host
 * @property {{anyArm: boolean, rank: boolean, moreWorlds: boolean, rooms: boolean, share: boolean}} can
 * @property {(place: string, key: string) => boolean} hasArm  whether the year of an arm can be shown
 * @property {(place: string, seed: number) => Promise<Uint8Array>} reference  the year without any mechanism
 * @property {(wanted: Wanted) => Promise<Uint8Array>} year  what differs in the year of an arm
 * @property {(wanted: Wanted[], onRun: (wanted: Wanted, kind: "luck" | "worlds", number: number, run: Run) => void) => Promise<void>} runs
 * @property {() => void} stop  runs that are still asked for
 * @property {(view: object, isStep: boolean) => void} remember  what is shown, in the address
 * @property {() => void} onSilence  what to do when a server does not answer
 * @property {(room: string) => void} go
 * @property {(question: object, onPart?: (message: any) => void, parts?: ArrayBuffer[]) => Promise<{message: any, bytes: Uint8Array}>} ask  anything else of a server
 * @property {(message: object) => void} tell  a server what has no answer
 */

const PATIENCE = 12_000; // ms
const LONG = ["file", "brief", "list read", "list fit"]; // questions that may take longer

/** @param {string} text  base64 */
const bytesOf = (text) => Uint8Array.from(atob(text), (c) => c.charCodeAt(0));

/** A file that holds everything that it can show. @implements {Host} */
export class FileHost {
  /** @param {Record<string, {reference: string, years: Record<string, string>, runs: Record<string, {luck: Run[], worlds: Run[]}>}>} films */
  constructor(films) {
    this.films = films;
    this.can = { anyArm: false, rank: false, moreWorlds: false, rooms: false, share: false };
    this.onSilence = () => {};
  }
  /** @param {string} place @param {string} key */
  hasArm(place, key) {
    return key === "" || key in this.films[place].years;
  }
  /** @param {string} place */
  async reference(place) {
    return bytesOf(this.films[place].reference);
  }
  /** @param {Wanted} wanted */
  async year({ place, key }) {
    return bytesOf(this.films[place].years[key]);
  }
  /** @type {Host["runs"]} */
  async runs(wanted, onRun) {
    for (const one of wanted) {
      const { luck, worlds } = this.films[one.place].runs[one.key];
      luck.forEach((run, k) => onRun(one, "luck", k, run));
      worlds.forEach((run, k) => onRun(one, "worlds", k, run));
    }
  }
  stop() {}
  /** @param {object} view @param {boolean} isStep */
  remember(view, isStep) {
    try {
      // a page in a frame of another site may not touch the address
      history[isStep ? "pushState" : "replaceState"](
        null,
        "",
        "#" + encodeURIComponent(JSON.stringify(view)),
      );
    } catch {
      /* the view is then not in the address, and all else works */
    }
  }
  go() {}
  /** @returns {Promise<{message: any, bytes: Uint8Array}>} */
  async ask() {
    throw new Error("a file answers no questions");
  }
  tell() {}
}

/**
 * A server behind an anywidget. A question is a message with a number; its answers carry that number.
 * @implements {Host}
 */
export class WidgetHost {
  /** @param {any} model  of anywidget */
  constructor(model) {
    this.model = model;
    this.can = { anyArm: true, rank: true, moreWorlds: true, rooms: true, share: true };
    this.number = 0;
    /** @type {Map<number, (message: any, bytes?: Uint8Array) => void>} */
    this.waiting = new Map();
    this.onSilence = () => {}; // called when a question has waited for PATIENCE
    model.on("msg:custom", (/** @type {any} */ message, /** @type {DataView[]} */ buffers) => {
      const bytes =
        buffers?.[0] && new Uint8Array(buffers[0].buffer, buffers[0].byteOffset, buffers[0].byteLength);
      this.waiting.get(message.number)?.(message, bytes);
    });
    this.ask({ kind: "hello" }); // whoever waits for a place among the visits comes next
  }
  hasArm() {
    return true;
  }
  /** @param {object} question @param {(message: any, bytes?: Uint8Array) => void} [onPart] @param {ArrayBuffer[]} [parts] @returns {Promise<{message: any, bytes: Uint8Array}>} */
  ask(question, onPart, parts) {
    const number = ++this.number;
    const isLong = "kind" in question && LONG.includes(String(question.kind));
    const late = isLong ? 0 : setTimeout(() => this.onSilence(), PATIENCE);
    return new Promise((done, fail) => {
      this.waiting.set(number, (message, bytes) => {
        clearTimeout(late);
        if (message.part) return onPart?.(message, bytes);
        this.waiting.delete(number);
        if (message.wrong) fail(new Error(message.wrong));
        else done({ message, bytes: bytes ?? new Uint8Array() });
      });
      this.model.send({ number, ...question }, undefined, parts);
    });
  }
  /** @param {object} message */
  tell(message) {
    this.model.send(message);
  }
  /** @param {string} place @param {number} seed */
  async reference(place, seed) {
    return (await this.ask({ kind: "reference", place, seed })).bytes;
  }
  /** @param {Wanted} wanted */
  async year(wanted) {
    return (await this.ask({ kind: "year", ...wanted })).bytes;
  }
  /** @type {Host["runs"]} */
  async runs(wanted, onRun) {
    await this.ask({ kind: "runs", wanted }, ({ which, what, at, run }) =>
      onRun(wanted[which], what, at, run),
    );
  }
  stop() {
    this.tell({ kind: "stop" });
  }
  /** @param {object} view @param {boolean} isStep */
  remember(view, isStep) {
    this.model.set("view", { ...view, isStep });
    this.model.save_changes();
  }
  /** @param {string} room */
  go(room) {
    this.model.set("room", room);
    this.model.save_changes();
  }
}
