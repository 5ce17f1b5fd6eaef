"""Making strangers familiar, told a second time."""

from twin import FAMILIES, Mechanism, added


class Twin(Mechanism):
    """A club in each building once a week and a few festivals of all: who lives there comes, meets others, and slowly gets into a habit."""

    def begin(self, w):
        for b in w.buildings:
            homes = [h for s in b.parts for h in s.parts]
            b.come, b.habit = 1.0 - self.absence * (sum(h.away for h in homes) / len(homes)), 0.0

    def festive(self, w):
        return self.festivals > 0 and w.day % (365 // self.festivals) == 0

    def gathers(self, w, b):
        return self.festive(w) or b.id % 7 == w.day % 7

    def ask(self, w):
        if self.festive(w):
            return {"yuan": self.feast * len(w.buildings)}
        return {"volunteer": [added(self.club for b in c.parts if self.gathers(w, b)) for c in w.compounds]}

    def pull(self, w, share):
        norms = [-self.norms * b.habit * share[b.compound] for b in w.buildings]
        self.came = [b.come * share[b.compound] if self.gathers(w, b) else 0.0 for b in w.buildings]
        return {
            "ties": [self.meeting * came for came in self.came],
            "ease": [[norm if family in ("environment", "safety") else 0.0 for family in FAMILIES] for norm in norms],
            "wish": [[self.turnout * added(b.habit for b in c.parts) / float(len(c.parts)) * share[c.id]] * 4 for c in w.compounds],
        }

    def learn(self, w):
        for b, came in zip(w.buildings, self.came):
            left = b.habit * (1.0 - self.fading)
            b.habit = left + self.growing * came * (1.0 - left)
