// The widget is used from the keyboard.

const withKeys = (Base) => class extends Base {
  key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || !this.arms.length) return;
    const onButton = event.target.closest("button, summary"), onRange = event.target === this.range, step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    const moves = { ArrowLeft: [60, 0], ArrowRight: [-60, 0], ArrowUp: [0, 60], ArrowDown: [0, -60] }[event.key];
    const does =
      event.key === " " && !onButton ? () => this.play()
        : event.shiftKey && moves && !onRange ? () => { this.view.move(...moves); this.moved(); }
          : step && !onRange ? () => this.goBy(step)
            : event.key === "+" || event.key === "=" ? () => this.zoom(1.5)
              : event.key === "-" ? () => this.zoom(1 / 1.5)
                : event.key === "0" ? () => this.zoom(0)
                  : event.key === "]" ? () => this.chooseBy(1)
                    : event.key === "[" ? () => this.chooseBy(-1)
                      : event.key === "Enter" && !onButton && this.chosen ? () => this.pickChosen(event.target)
                        : null;
    if (!does) return;
    event.preventDefault();
    does();
  }

  chooseBy(n) {
    const pane = this.panes[0], count = pane.town.all.length, one = pane.town.all[((this.chosen ? this.chosen.building + n : 0) + count) % count];
    this.chosen = { town: pane.town, building: one.n, x: one.x - 0.2, y: one.y - one.h, w: one.w + 0.4, h: one.h };
    if (!this.view.sees({ x: one.x + one.w / 2, y: one.y - one.h / 2 })) { Object.assign(this.view, { x: one.x, y: one.y }); this.view.inside(); this.moved(); }
    this.spoken.textContent = this.sentences(this.describe(pane, { building: one, flat: -1 }));
    this.request();
  }

  pickChosen(target) {
    const pane = this.panes.find((p) => p.canvas === target) ?? this.panes[0], one = pane.town.all[this.chosen.building];
    const [x, y] = this.view.screen(one.x + 0.1, one.y - one.h + 0.1);
    this.pick(pane, x, y);
  }
};
