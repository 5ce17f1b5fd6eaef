"""Message groups, told a second time."""

from twin import CHILD, ELDER, Mechanism, times


class Twin(Mechanism):
    """A group in each building, which people join as long as it is minded; one person minds all of a compound, the less well the more there are."""

    def begin(self, w):
        for b in w.buildings:
            grown = [p for p in b.people if p.band != CHILD and p.presence > 0.0]
            old = sum(p.band == ELDER for p in grown)
            b.joined, b.ceiling = 0.0, (self.elders * old + self.others * (len(grown) - old)) / max(len(grown), 1)

    def ask(self, w):
        hours = [self.minding * float(len(c.parts)) for c in w.compounds]
        return {"committee": times(self.staff, hours), "volunteer": times(1.0 - self.staff, hours)}

    def pull(self, w, share):
        minded = self.minded = [share[c.id] * (self.span / (self.span + len(c.parts))) for c in w.compounds]
        loss = [-self.rumour * (b.joined * share[b.compound] * (1.0 - minded[b.compound])) for b in w.buildings]
        return {
            "voice": [self.ear * b.joined * minded[b.compound] for b in w.buildings],
            "reach": [self.found * b.joined * minded[b.compound] for b in w.buildings],
            "trust": [[lost, 0.0, lost] for lost in loss],
        }

    def learn(self, w):
        for b in w.buildings:
            b.joined += self.joining * self.minded[b.compound] * (b.ceiling - b.joined)
