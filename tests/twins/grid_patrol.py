"""Grid patrol, told a second time."""

from twin import FAMILIES, Mechanism, TABLE, spent, wanted


class Twin(Mechanism):
    """Grid workers walk by, hear, run errands and check on quarrels."""

    def ask(self, w):
        return {"grid": (self.walk + self.errands) * len(w.buildings) / (1.0 - min(self.paperwork, 0.99))}

    def pull(self, w, share):
        walked = share[0] * self.walk
        return {
            "sight": [walked * (self.sight if i.scope > 0 else self.visits) for i in w.issues],
            "work": spent([self.errands * len(w.buildings) * share[0]], [0 for _ in w.issues], wanted(w, "grid")),
            "accord": [walked * self.checks if i.state == TABLE and FAMILIES[i.family] == "dispute" else 0.0 for i in w.issues],
        }
