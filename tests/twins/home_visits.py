"""Home visits, told a second time."""

from twin import Mechanism, added


class Twin(Mechanism):
    """Each building has its evening in the week, from door to door or now and then for members' study, with as many homes as there is time for."""

    def begin(self, w):
        for b in w.buildings:
            b.doors, b.found = len({p.home for p in b.people}), 0.0

    def hours(self, w, b):
        return min(self.evening, self.talk * b.doors) if w.day % 7 == b.id % 7 else 0.0

    def ask(self, w):
        return {"member": [added(self.hours(w, b) for b in c.parts) for c in w.compounds]}

    def pull(self, w, share):
        tonight = [min(1.0, self.evening / (self.talk * b.doors)) if w.day % 7 == b.id % 7 else 0.0 for b in w.buildings]
        self.called = [share[b.compound] * part for b, part in zip(w.buildings, tonight)]
        nowhere = [0.0 for _ in w.buildings]
        at_doors, in_circles = (nowhere, self.called) if (w.day // 7 - 2) % self.study == 0 else (self.called, nowhere)
        wish = [self.call * added(b.found for b in c.parts) / float(len(c.parts)) * share[c.id] for c in w.compounds]
        return {
            "sight": [self.ear * at_doors[i.building] if i.household >= 0 else 0.0 for i in w.issues],
            "trust": [[self.warmth * doors, 0.0, self.circle * circle] for doors, circle in zip(at_doors, in_circles)],
            "wish": [[0.0, logit, logit, logit] for logit in wish],
        }

    def learn(self, w):
        for b, called in zip(w.buildings, self.called):
            left = b.found * (1.0 - self.forgetting / 365)
            b.found = left + called * (1.0 - left)
