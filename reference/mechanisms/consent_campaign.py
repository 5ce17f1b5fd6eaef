"""The consent campaign, told a second time."""

from ..mechanism import Mechanism


class Twin(Mechanism):
    """In each compound with a project a team founds itself, then informs, and goes from door to door as long as anyone has not signed."""

    def begin(self, w):
        for c in w.compounds:
            c.team = [-1, 0.0, 0.0]  # for which project, how far founded, how far everybody is informed

    def plans(self, c):
        """Hours to found itself, hours to inform, doors."""
        _, ready, informed = c.team
        if not c.open:
            return 0.0, 0.0, 0.0
        if ready < 1.0:
            return min(2.0, self.founding), 0.0, 0.0
        return 0.0, self.meeting / 7 if informed < 1.0 else 0.0, min(self.visits, float(c.open))

    def ask(self, w):
        planned = [self.plans(c) for c in w.compounds]
        hours = [informs + self.visit * doors for _, informs, doors in planned]
        return {
            "member": [founds + self.members * each for (founds, _, _), each in zip(planned, hours)],
            "committee": [(1.0 - self.members) * each for each in hours],
        }

    def pull(self, w, share):
        self.got = share
        known = [0.5 + 0.5 * c.team[2] if c.team[1] >= 1.0 and c.open else 0.0 for c in w.compounds]
        return {
            "doors": [part * self.plans(c)[2] for c, part in zip(w.compounds, share)],
            "consent": [self.telling * share[b.compound] * known[b.compound] for b in w.buildings],
        }

    def learn(self, w):
        for c, part in zip(w.compounds, self.got):
            if c.team[0] != c.active:
                c.team = [c.active, 0.0, 0.0]
            elif c.open:
                founds, informs, _ = self.plans(c)
                c.team = [
                    c.active,
                    min(1.0, c.team[1] + part * founds / self.founding),
                    min(1.0, c.team[2] + part * informs / self.evenings),
                ]
