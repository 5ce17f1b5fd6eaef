"""Home visits, told a second time."""

from ..arithmetic import sum_in_order
from ..mechanism import Mechanism


class Twin(Mechanism):
    """Each building has its evening in the week, from door to door with as many homes as there is time for, or for one of the quarter's talks."""

    def begin(self, w):
        for b in w.buildings:
            b.doors, b.found = len({p.home for p in b.people}), 0.0
        self.members = self.others = 0.0

    def tonight(self, w, b):
        return w.day > 14 and w.day % 7 == b.id % 7

    def studies(self, w, b):
        quarter, week = divmod((w.day - 15) // 7, 13)
        evening, all_ = week * len(w.buildings) + (b.id + quarter) % len(w.buildings), 13 * len(w.buildings)
        return (evening + 1) * self.talks // all_ > evening * self.talks // all_

    def hours(self, w, b):
        return min(self.evening, self.talk * b.doors) if self.tonight(w, b) else 0.0

    def ask(self, w):
        share = {"member": self.members, "committee": self.others}
        return {
            role: [sum_in_order(part * self.hours(w, b) for b in c.parts) for c in w.compounds]
            for role, part in share.items()
        }

    def part(self, w, b):
        """What part of a building's homes members speak to tonight."""
        if not self.tonight(w, b) or self.evening == 0.0:
            return 0.0
        return (
            min(1.0, self.hearers / b.doors)
            if self.studies(w, b)
            else min(1.0, self.evening / (self.talk * b.doors))
        )

    def pull(self, w, share):
        self.called = [
            share[b.compound] * (self.members + self.others) * self.part(w, b) for b in w.buildings
        ]
        at_doors = [0.0 if self.studies(w, b) else called for b, called in zip(w.buildings, self.called)]
        in_circles = [called if self.studies(w, b) else 0.0 for b, called in zip(w.buildings, self.called)]
        wish = [
            self.call * sum_in_order(b.found for b in c.parts) / float(len(c.parts)) * share[c.id]
            for c in w.compounds
        ]
        return {
            "sight": [self.ear * at_doors[i.building] if i.household >= 0 else 0.0 for i in w.issues],
            "trust": [
                [self.warmth * doors, 0.0, self.circle * circle]
                for doors, circle in zip(at_doors, in_circles)
            ],
            "wish": [[0.0, logit, logit, logit] for logit in wish],
        }

    def learn(self, w):
        for b, called in zip(w.buildings, self.called):
            left = b.found * (1.0 - self.forgetting / 365)
            b.found = left + called * (1.0 - left)
        hours = sum_in_order(
            min(self.evening, self.talk * b.doors) for b in w.buildings if b.id % 7 == (w.day + 1) % 7
        )
        theirs = min(hours, w.scenario.party_members.evening / 7 * w.pledged[0])
        if hours:
            self.members, self.others = theirs / hours, min(hours - theirs, self.staff) / hours
