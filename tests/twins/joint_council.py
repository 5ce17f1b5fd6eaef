"""Joint council, told a second time."""

from twin import Mechanism, TABLE, known, spent, times


class Twin(Mechanism):
    """Every so many weeks each compound sits on its own weekday, takes its oldest items from the table, and tires of sitting."""

    def begin(self, w):
        self.weary = [0.0 for _ in w.compounds]
        self.minuted = [0.0 for _ in w.compounds]

    def sits(self, w):
        week = w.day // 7 - 2
        return [week >= 0 and w.day % 7 == 1 + c.id % 5 and (week + c.id // 5) % self.every == 0 for c in w.compounds]

    def ask(self, w):
        if not any(self.sits(w)):
            return {}
        company = [c.company and sits for c, sits in zip(w.compounds, self.sits(w))]
        return {"committee": times(self.staff, self.sits(w)), "member": times(self.members, self.sits(w)), "property": times(self.company, company)}

    def pull(self, w, share):
        come = [1.0 - self.absence * (1.0 - c.around) for c in w.compounds]
        here = [s * (1.0 - weary) * part if sits else 0.0 for s, weary, part, sits in zip(share, self.weary, come, self.sits(w))]
        held = self.held = [h if h >= self.quorum else 0.0 for h in here]
        at_table = [1.0 if i.state == TABLE else 0.0 for i in w.issues]
        taken = spent([float(self.items) if h > 0.0 else 0.0 for h in held], [i.compound for i in w.issues], at_table)
        return {
            "accord": [self.push * part * held[i.compound] for part, i in zip(taken, w.issues)],
            "keep": [self.minutes * (self.minuted[i.compound] * share[i.compound]) if known(i) else 0.0 for i in w.issues],
            "trust": [[self.answer * held[b.compound], 0.0, 0.0] for b in w.buildings],
            "wish": [[-self.evening * weary] * 4 for weary in self.weary],
        }

    def learn(self, w):
        rested = times(1.0 - self.recovery, self.weary)
        self.weary = [r + self.fatigue * (1.0 - r) if held > 0.0 else r for r, held in zip(rested, self.held)]
        self.minuted = [float(held > 0.0) if sits else before for held, sits, before in zip(self.held, self.sits(w), self.minuted)]
