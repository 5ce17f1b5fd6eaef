"""Reference model of the mediation room mechanism."""

from ...model.issues.categories import FAMILIES
from ..issues import sittings_tonight
from ..mechanism import Mechanism
from ..stages import TABLE


class Twin(Mechanism):
    """Quarrels at the table are heard on the first days of the week, least heard first, until given up.

    One that a second sitting would settle gets it the same evening.
    """

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

    def progress(self, w, issue) -> float:
        """Return by how many sittings one sitting brings a case on."""
        return self.sittings_per_case * (
            1.0 - self.absence_penalty * (1.0 - w.compounds[issue.compound].around)
        )

    def tonight(self, w, issue) -> float:
        """Return the sittings that a case takes tonight."""
        return sittings_tonight(issue, self.progress(w, issue), self.sittings_per_evening)

    def count_sittings(self, w) -> float:
        """Return the sittings wanted today, as many as the mediators have time for."""
        wanted = sum(self.tonight(w, issue) for issue in self.list_quarrels(w))
        return min(wanted, float(self.mediators * self.sittings_per_evening))

    def ask(self, w) -> dict:
        heard = self.count_sittings(w)
        return (
            {
                "committee": self.committee_hours,
                "member": self.member_hours * heard,
                "yuan": self.lawyer_yuan,
            }
            if heard > 0.0
            else {}
        )

    def pull(self, w, share) -> dict:
        heard, warmth = [0.0 for _ in w.issues], [0.0 for _ in w.buildings]
        quarrels = sorted(self.list_quarrels(w), key=lambda i: i.sittings_held)
        left, turn = self.count_sittings(w) * min(share), {}
        for issue in quarrels:
            turn[issue.id] = min(self.tonight(w, issue), left)
            left -= turn[issue.id]
        for row, issue in enumerate(w.issues):
            heard[row] = turn.get(issue.id, 0.0)
            warmth[issue.building] += min(1.0, heard[row])
        self.counted["meetings"] += any(turn.values())
        self.counted["sittings"] += sum(turn.values())
        self.counted["matters"] += sum(sittings > 0.0 for sittings in turn.values())
        return {
            "accord": [part * self.progress(w, issue) for part, issue in zip(heard, w.issues)],
            "trust": [[0.0, 0.0, self.neighbour_trust_per_case * n] for n in warmth],
        }

    def learn(self, w) -> None:
        for issue in w.issues:
            if FAMILIES[issue.family] == "dispute" and issue.state < TABLE and issue.sittings_held > 0.0:
                self.before[issue.key % 4096] = issue.sittings_held
