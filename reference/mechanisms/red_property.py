"""Reference model of the red property mechanism."""

from ..arithmetic import times
from ..mechanism import Mechanism, hours_wanted, spend_hours
from ..places import confidence
from ..stages import COMPANY


class Twin(Mechanism):
    """Each company lends part of today's crew, and a smaller part while its reserve for repairs is low."""

    def steward_hours(self, w) -> list[float]:
        """Return the steward hours that each compound's company offers today."""
        needed = [self.reserve_yuan * 100.0 * len(c.parts) for c in w.compounds]
        solvent = [1.0 if fund >= need else max(0, fund) / need for fund, need in zip(w.funds, needed)]
        withheld = [
            w.scenario.property_managers.hours_withheld * (1.0 - confidence(c, COMPANY)) for c in w.compounds
        ]
        today = [crew * w.there[0] * (1.0 - part) for crew, part in zip(w.crews, withheld)]
        return [self.steward_share * crew * part for crew, part in zip(today, solvent)]

    def ask(self, w) -> dict:
        return {"property": self.steward_hours(w), "yuan": times(self.wage_yuan, self.steward_hours(w))}

    def pull(self, w, share) -> dict:
        hours = [h * s for h, s in zip(self.steward_hours(w), share)]
        each = [h / len(c.parts) for h, c in zip(hours, w.compounds)]
        self.counted["rounds_hours"] += self.rounds_share * sum(hours)
        self.counted["desk_hours"] += (1.0 - self.rounds_share) * sum(hours)
        return {
            "work": spend_hours(
                times(1.0 - self.rounds_share, hours),
                [i.compound for i in w.issues],
                hours_wanted(w, "property"),
            ),
            "sight": [
                self.detection_rate * self.rounds_share * each[i.compound] if 0 < i.scope < 4 else 0.0
                for i in w.issues
            ],
            "voice": [self.report_log_rate * each[b.compound] for b in w.buildings],
            "trust": [[0.0, self.company_trust_per_hour * each[b.compound], 0.0] for b in w.buildings],
        }
