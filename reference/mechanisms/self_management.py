"""Reference model of the self-management mechanism."""

from ...model.issues.categories import FAMILIES
from ..mechanism import Mechanism, hours_wanted, spend_hours


class Twin(Mechanism):
    """In yards without a property company neighbours contribute.

    Part of what they give is unconditional, part follows what others gave, and a meeting raises it.
    """

    def begin(self, w) -> None:
        for c in w.compounds:
            c.contributed = 0.0 if c.company else self.initial_contribution

    def meets(self, w, c) -> bool:
        """Say whether a yard meets today."""
        return not c.company and w.day % 7 == 2 and (w.day // 7 + c.id) % self.interval_weeks == 0

    def ask(self, w) -> dict:
        return {
            "volunteer": [self.building_hours * len(c.parts) * c.contributed for c in w.compounds],
            "committee": [self.committee_hours if self.meets(w, c) else 0.0 for c in w.compounds],
        }

    def pull(self, w, share) -> dict:
        self.share = share
        hours = [
            self.building_hours * len(c.parts) * c.contributed * part for c, part in zip(w.compounds, share)
        ]
        norms = [-self.prevention_log_rate * (c.contributed * part) for c, part in zip(w.compounds, share)]
        self.counted["given_hours"] += sum(hours)
        self.counted["meetings"] += sum(part for c, part in zip(w.compounds, share) if self.meets(w, c))
        return {
            "work": spend_hours(hours, [i.compound for i in w.issues], hours_wanted(w, "volunteer")),
            "ease": [
                [norms[b.compound] if family in ("environment", "safety") else 0.0 for family in FAMILIES]
                for b in w.buildings
            ],
        }

    def learn(self, w) -> None:
        for c, part in zip(w.compounds, self.share):
            if not c.company:
                others = c.contributed * part
                c.contributed += self.adjustment_rate * (
                    min(1.0, self.unconditional_contribution + self.conditional_contribution * others)
                    - c.contributed
                )
                if self.meets(w, c):
                    c.contributed += self.sanction_recovery * part * (1.0 - c.contributed)
