// The widget: its parts, what it listens to, and how it ends.

class TownBase {
  constructor(model, el) {
    Object.assign(this, { model, el, view: new View(), arms: [], panes: [], clock: 0, last: 0, asked: 0, toldAt: 0, spokenAt: 0, told: [], pointers: new Map(), frames: 0, spent: 0 });
    this.build();
    this.listen();
    this.load();
  }

  say(key, values = {}) {
    const words = this.model.get("words"), text = words[key] ?? key.slice(key.indexOf(".") + 1).replaceAll("_", " ");
    return text.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
  }

  letters(mechanism) {
    return this.model.get("words")[`letters.${mechanism}`] ?? mechanism.split("_").map((w) => w[0]).join("").slice(0, 2).toUpperCase();
  }

  compound(name) { return this.model.get("words")[`compound.${name}`] ?? name; }

  title(a) { return this.model.get("titles")[a] || ""; }

  /** Texts one after the other, each with one full stop at its end. */
  sentences(texts) {
    const stop = /[\u4e00-\u9fff]/.test(texts.join("")) ? "。" : ".";
    return texts.map((text) => text.replace(/[.。]+$/, "") + stop).join(stop === "." ? " " : "");
  }

  build() {
    const button = (name, does, ...more) => element("button", { type: "button", class: `cogov-${name}`, onclick: does }, icon(name), ...more);
    this.root = element("section", { class: "cogov-town" });
    this.panes = [0, 1].map((a) => this.pane(a));
    this.zooms = element("div", { class: "cogov-group cogov-zoom", role: "group" }, button("zoom_in", () => this.zoom(1.5)), button("zoom_out", () => this.zoom(1 / 1.5)), button("fit", () => this.zoom(0)));
    this.tip = element("div", { class: "cogov-tip", hidden: true });
    this.grid = element("div", { class: "cogov-panes" }, ...this.panes.map((p) => p.box));
    this.playText = element("span");
    this.playButton = button("play", () => this.play(), this.playText);
    this.speedText = element("span");
    this.speedButtons = SPEEDS.map((n) => element("button", { type: "button", onclick: () => this.setSpeed(n) }, String(n)));
    this.dayText = element("span", { class: "cogov-day" });
    this.bar = element("div", { class: "cogov-bar" },
      element("div", { class: "cogov-group" }, this.playButton, button("back", () => this.goBy(-1)), button("forward", () => this.goBy(1))),
      element("div", { class: "cogov-group cogov-speeds", role: "group" }, this.speedText, ...this.speedButtons), this.zooms, this.dayText);
    this.spark = element("canvas", { "aria-hidden": "true" });
    this.range = element("input", { type: "range", min: 0, max: 1, step: 1, value: 0 });
    this.legend = element("details", { class: "cogov-legend" }, element("summary"), element("div", { class: "body" }));
    this.spoken = element("div", { class: "cogov-spoken", "aria-live": "polite", role: "status" });
    this.root.append(this.grid, this.bar, element("div", { class: "cogov-time" }, this.spark, this.range), this.legend, this.tip, this.spoken);
    this.el.append(this.root);
    this.root.cogovTown = { measure: () => ({ frames: this.frames, ms: this.spent }), where: (arm, issue) => this.whereIs(arm, issue), marks: (arm) => this.panes[arm].marks?.map((m) => ({ ...m })) ?? [] };
  }

  pane(a) {
    const count = (kind) => ({ box: element("span", { class: `cogov-count ${kind}` }), number: element("b"), text: element("span") });
    const counts = { open: count("open"), unknown: count("unknown"), resolved: count("resolved") };
    for (const one of Object.values(counts)) one.box.append(one.number, " ", one.text);
    const title = element("span"), list = element("ul", { class: "cogov-on", id: `cogov-on-${Math.random().toString(36).slice(2)}`, hidden: true });
    const more = element("button", { type: "button", class: "cogov-more", "aria-expanded": "false", "aria-controls": list.id, onclick: () => this.unfold(a, list.hidden) }), canvas = element("canvas", { class: "cogov-map", tabindex: 0, role: "application" });
    const box = element("div", { class: "cogov-pane", "data-arm": a, style: `--arm: ${ARM[a]}` }, element("div", { class: "cogov-head" }, element("span", { class: "cogov-title" }, title, more), ...Object.values(counts).map((one) => one.box), list), canvas);
    return { a, box, title, more, list, counts, canvas, c: canvas.getContext("2d", { alpha: false }), still: document.createElement("canvas"), marks: [], helpers: new Map() };
  }

  listen() {
    this.handlers = {
      "change:left": () => this.reload(), "change:right": () => this.reload(), "change:words": () => this.reword(), "change:titles": () => this.reword(),
      "change:layer": () => { this.relayer(); this.refresh(); }, "change:families": () => { this.explain(); this.refresh(); }, "change:day": () => this.dayFromPython(),
      "change:playing": () => this.playChanged(), "change:speed": () => { this.showSpeed(); this.refresh(); },
    };
    for (const [event, does] of Object.entries(this.handlers)) this.model.on(event, does);
    this.range.addEventListener("input", () => this.scrub(+this.range.value));
    this.range.addEventListener("change", () => this.tell(true));
    this.root.addEventListener("keydown", (event) => this.key(event));
    for (const pane of this.panes) this.pointing(pane);
    this.watcher = new ResizeObserver(() => this.resize());
    this.watcher.observe(this.root);
    this.night = matchMedia("(prefers-color-scheme: dark)");
    this.dusk = () => { this.recolour(); };
    this.night.addEventListener("change", this.dusk);
    this.theme = new MutationObserver(this.dusk);
    const app = this.el.closest(".theme--light, .theme--dark");
    if (app) this.theme.observe(app, { attributes: true, attributeFilter: ["class"] });
    this.arrived = () => this.recolour();  // a font came: what the canvases say is drawn in it
    document.fonts.addEventListener("loadingdone", this.arrived);
    this.legend.open = innerWidth > 700;
  }

  close() {
    for (const [event, does] of Object.entries(this.handlers)) this.model.off(event, does);
    this.watcher.disconnect();
    this.theme.disconnect();
    this.night.removeEventListener("change", this.dusk);
    document.fonts.removeEventListener("loadingdone", this.arrived);
    cancelAnimationFrame(this.asked);
    clearTimeout(this.speaking);
    this.closed = true;
  }
}
