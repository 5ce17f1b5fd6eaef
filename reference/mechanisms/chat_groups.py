"""Message groups, told a second time."""

from ...agents.residents import CHILD, ELDER
from ..arithmetic import times
from ..mechanism import Mechanism


class Twin(Mechanism):
    """A group in each building, or in some, those of companies first; people join as it is minded, and leave as it is not.

    One person minds all of a compound, the less well the more there are.
    """

    def begin(self, w):
        for b in w.buildings:
            grown = [p for p in b.people if p.band != CHILD and p.presence > 0.0]
            old = sum(p.band == ELDER for p in grown)
            b.group, b.joined, b.ceiling = (
                False,
                0.0,
                (self.elders * old + self.others * (len(grown) - old)) / max(len(grown), 1),
            )
        for b in sorted(w.buildings, key=lambda b: not w.compounds[b.compound].company)[
            : int(self.managed * len(w.buildings) + 0.5)
        ]:
            b.group = True
        self.groups = [sum(b.group for b in c.parts) for c in w.compounds]

    def ask(self, w):
        hours = [self.minding * float(n) for n in self.groups]
        return {"committee": times(self.staff, hours), "volunteer": times(1.0 - self.staff, hours)}

    def pull(self, w, share):
        minded = self.minded = [paid * (self.span / (self.span + n)) for paid, n in zip(share, self.groups)]
        loss = [
            -self.rumour * (b.joined * (1.0 - minded[b.compound]) if share[b.compound] > 0.0 else 0.0)
            for b in w.buildings
        ]
        return {
            "voice": [self.ear * b.joined * minded[b.compound] for b in w.buildings],
            "reach": [self.found * b.joined * minded[b.compound] for b in w.buildings],
            "trust": [[lost, 0.0, lost] for lost in loss],
        }

    def learn(self, w):
        for b in w.buildings:
            minded, ceiling = self.minded[b.compound], b.ceiling if b.group else 0.0
            b.joined += (
                self.joining * minded * (ceiling - b.joined) - self.leaving * (1.0 - minded) * b.joined
            )
