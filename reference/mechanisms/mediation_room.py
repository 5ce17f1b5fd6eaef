"""Reference model of the mediation room mechanism."""

from ...model.issues.categories import FAMILIES
from ..mechanism import Mechanism
from ..stages import TABLE


class Twin(Mechanism):
    """Quarrels at the table are heard on the first days of the week, least heard first, until given up."""

    def begin(self, w) -> None:
        self.before = {}  # entry in the book -> sittings that a case had had when it was forgotten

    def is_given_up(self, issue) -> bool:
        """Say whether the room gave up on an issue since it was last reported."""
        return issue.sittings_held >= self.before.get(issue.key % 4096, 0.0) + self.max_sittings

    def list_quarrels(self, w) -> list:
        """Return the quarrels to be heard today, if the room is open."""
        quarrels = [
            i
            for i in w.issues
            if FAMILIES[i.family] == "dispute" and i.state == TABLE and not self.is_given_up(i)
        ]
        return quarrels if 1 <= w.day % 7 <= self.open_days_per_week or self.open_days_per_week == 7 else []

    def ask(self, w) -> dict:
        heard = min(self.mediators * self.cases_per_day, len(self.list_quarrels(w)))
        return (
            {
                "committee": self.committee_hours * heard,
                "member": self.member_hours * heard,
                "yuan": self.lawyer_yuan * heard,
            }
            if self.list_quarrels(w)
            else {}
        )

    def pull(self, w, share) -> dict:
        heard, warmth = [0.0 for _ in w.issues], [0.0 for _ in w.buildings]
        quarrels = sorted(self.list_quarrels(w), key=lambda i: i.sittings_held)
        turn = {
            issue.id: min(
                1.0, max(0.0, min(self.mediators * self.cases_per_day, len(quarrels)) * min(share) - n)
            )
            for n, issue in enumerate(quarrels)
        }
        for row, issue in enumerate(w.issues):
            heard[row] = turn.get(issue.id, 0.0)
            warmth[issue.building] += heard[row]
        self.counted["sittings"] += sum(turn.values())
        presence = [1.0 - self.absence_penalty * (1.0 - w.compounds[i.compound].around) for i in w.issues]
        return {
            "accord": [self.sittings_per_case * part * present for part, present in zip(heard, presence)],
            "trust": [[0.0, 0.0, self.neighbour_trust_per_case * n] for n in warmth],
        }

    def learn(self, w) -> None:
        for issue in w.issues:
            if FAMILIES[issue.family] == "dispute" and issue.state < TABLE and issue.sittings_held > 0.0:
                self.before[issue.key % 4096] = issue.sittings_held
