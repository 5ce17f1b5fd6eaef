"""Self-management, told a second time."""

from ...model.issues.categories import FAMILIES
from ..mechanism import Mechanism, hours_wanted, spend_hours


class Twin(Mechanism):
    """Yards nobody is paid to keep: neighbours give partly whatever happens, partly as others gave, and more after a meeting."""

    def begin(self, w):
        for c in w.compounds:
            c.contributed = 0.0 if c.company else self.first

    def meets(self, w, c):
        return not c.company and w.day % 7 == 2 and (w.day // 7 + c.id) % self.every == 0

    def ask(self, w):
        return {
            "volunteer": [self.hours * len(c.parts) * c.contributed for c in w.compounds],
            "committee": [self.staff if self.meets(w, c) else 0.0 for c in w.compounds],
        }

    def pull(self, w, share):
        self.share = share
        hours = [self.hours * len(c.parts) * c.contributed * s for c, s in zip(w.compounds, share)]
        kept = [-self.norms * (c.contributed * s) for c, s in zip(w.compounds, share)]
        return {
            "work": spend_hours(hours, [i.compound for i in w.issues], hours_wanted(w, "volunteer")),
            "ease": [
                [kept[b.compound] if family in ("environment", "safety") else 0.0 for family in FAMILIES]
                for b in w.buildings
            ],
        }

    def learn(self, w):
        for c, s in zip(w.compounds, self.share):
            if not c.company:
                others = c.contributed * s
                c.contributed += self.pace * (min(1.0, self.steady + self.matching * others) - c.contributed)
                if self.meets(w, c):
                    c.contributed += self.sanction * s * (1.0 - c.contributed)
