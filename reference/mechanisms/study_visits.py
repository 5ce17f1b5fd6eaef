"""Study visits, told a second time."""

from ..arithmetic import times
from ..mechanism import Mechanism


class Twin(Mechanism):
    """On some Saturdays a bus takes delegates of a compound to see what can be done; what they tell is believed, and forgotten."""

    def begin(self, w):
        self.belief = [0.0 for _ in w.compounds]

    def ask(self, w):
        self.away = [w.day % 7 == 6 and (w.day // 7 + c.id) % self.every == 0 for c in w.compounds]
        return {"member": times(self.guides, self.away), "yuan": times(self.bus, self.away)}

    def pull(self, w, share):
        self.share = share
        here = [part * belief for part, belief in zip(share, self.belief)]
        return {
            "consent": [self.consent * here[b.compound] for b in w.buildings],
            "wish": [[self.turnout * part] * 4 for part in here],
            "trust": [[self.trust * here[b.compound], 0.0, 0.0] for b in w.buildings],
        }

    def learn(self, w):
        for c in w.compounds:
            left = self.belief[c.id] * 0.5 ** (1.0 / self.half)
            told = self.share[c.id] * min(1.0, self.seats / len(c.parts)) if self.away[c.id] else 0.0
            self.belief[c.id] = left + self.telling * told * (1.0 - left)
