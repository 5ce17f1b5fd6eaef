"""Social organisations, told a second time."""

from ..arithmetic import sum_in_order, times
from ..issues import workable
from ..mechanism import Mechanism, spend_hours


class Twin(Mechanism):
    """Two kinds of organisation, from elsewhere and local; both grow by what is paid, and go twice as fast when it is not."""

    def begin(self, w):
        self.here = {"elsewhere": 0.0, "local": 0.0}
        often = [sum_in_order(b.clocks[j].rate for b in w.buildings) for j in range(len(w.kinds))]
        helped = [j for j, kind in enumerate(w.kinds) if "volunteer" in kind.hands and often[j] > 0.0]
        self.serves = sorted(helped, key=lambda j: (w.kinds[j].family != "care", -often[j]))[: self.fields]

    def served(self):
        return self.size * (self.professional * self.here["elsewhere"] + self.local * self.here["local"])

    def ask(self, w):
        yuan = {"yuan": (self.rent + self.price * self.served()) * len(w.buildings)}
        return yuan if w.day % 7 in (6, 0) else yuan | {"committee": self.staff * len(w.buildings)}

    def pull(self, w, share):
        self.paid = min(share)
        each, theirs = self.served() * self.paid, [i.category in self.serves for i in w.issues]
        jobs = [i.left if mine and workable(i) else 0.0 for i, mine in zip(w.issues, theirs)]
        return {
            "sight": times(self.eyes * each, theirs),
            "work": spend_hours([each * len(w.buildings)], [0 for _ in w.issues], jobs),
        }

    def learn(self, w):
        growth = {
            "elsewhere": self.arrive * self.paid,
            "local": self.incubate * self.paid * self.here["elsewhere"],
        }
        self.here = {
            kind: n + growth[kind] * (1.0 - n) - self.leaving * (2.0 - self.paid) * n
            for kind, n in self.here.items()
        }
