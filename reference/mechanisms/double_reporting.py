"""Double reporting, told a second time."""

from ..arithmetic import times
from ..issues import is_known
from ..mechanism import Mechanism, hours_wanted, spend_hours


class Twin(Mechanism):
    """On Fridays some more of the in-service members are won; who has registered helps on all other days, and more in a surge."""

    def begin(self, w):
        self.living = [sum(p.in_service for p in c.people) for c in w.compounds]
        self.registered = [0.0 for _ in w.compounds]

    def organised(self, w):
        return [w.day % 7 == 5 and living > 0 for living in self.living]

    def hours(self, w):
        day = {0: self.weekend, 5: 0.0, 6: self.weekend}.get(w.day % 7, self.evening)
        heard_of = [i.compound for i in w.issues if is_known(i)]
        surge = [heard_of.count(c.id) > self.surge * len(c.parts) for c in w.compounds]
        return [
            (self.rise if more else 1.0) * day * (n * part)
            for more, n, part in zip(surge, self.living, self.registered)
        ]

    def ask(self, w):
        return {"member": self.hours(w), "committee": times(self.staff, self.organised(w))}

    def pull(self, w, share):
        self.share = share
        small = [
            left if i.left <= self.small else 0.0 for i, left in zip(w.issues, hours_wanted(w, "volunteer"))
        ]
        return {
            "wish": [[0.0, 0.0, 0.0, self.call * part * s] for part, s in zip(self.registered, share)],
            "work": spend_hours(
                [h * s for h, s in zip(self.hours(w), share)], [i.compound for i in w.issues], small
            ),
        }

    def learn(self, w):
        for c, organised in enumerate(self.organised(w)):
            if organised:
                self.registered[c] += self.joining * self.share[c] * (self.ceiling - self.registered[c])
