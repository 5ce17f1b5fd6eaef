"""Social organisations, told a second time."""

from twin import FAMILIES, Mechanism, spent, times, wanted


class Twin(Mechanism):
    """Two kinds of organisation, from elsewhere and local; both grow by what is paid, and some always go."""

    def begin(self, w):
        self.here = {"elsewhere": 0.0, "local": 0.0}

    def served(self):
        return self.brought * self.here["elsewhere"] + self.local * self.here["local"]

    def ask(self, w):
        yuan = {"yuan": (self.rent + self.price * self.served()) * len(w.buildings)}
        return yuan if w.day % 7 in (6, 0) else yuan | {"committee": self.staff * len(w.buildings)}

    def pull(self, w, share):
        self.paid = min(share)
        each, care = self.served() * self.paid, [FAMILIES[i.family] == "care" for i in w.issues]
        jobs = [left if cares else 0.0 for left, cares in zip(wanted(w, "volunteer"), care)]
        return {"sight": times(self.eyes * each, care), "work": spent([each * len(w.buildings)], [0 for _ in w.issues], jobs)}

    def learn(self, w):
        growth = {"elsewhere": self.arrive * self.paid, "local": self.incubate * self.paid * self.here["elsewhere"]}
        self.here = {kind: n + growth[kind] * (1.0 - n) - self.leaving * n for kind, n in self.here.items()}
