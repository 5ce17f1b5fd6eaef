"""Consent campaign, told a second time."""

from twin import Mechanism, times


class Twin(Mechanism):
    """A team goes from door to door, where a project collected signatures yesterday."""

    def calls(self, w):
        return [float(min(self.visits, c.open)) for c in w.compounds]

    def ask(self, w):
        hours = times(self.visit, self.calls(w))
        return {"member": times(self.members, hours), "committee": times(1.0 - self.members, hours)} if any(c.open for c in w.compounds) else {}

    def pull(self, w, share):
        informed = [share[c.id] if c.open else 0.0 for c in w.compounds]
        return {"doors": [s * n for s, n in zip(share, self.calls(w))], "consent": [self.telling * informed[b.compound] for b in w.buildings]}
