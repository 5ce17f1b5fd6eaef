"""Mediation room, told a second time."""

from ...model.issues.categories import FAMILIES
from ..mechanism import Mechanism
from ..stages import TABLE


class Twin(Mechanism):
    """Quarrels at the table are heard on the first days of the week, those heard least first, until given up on."""

    def begin(self, w):
        self.before = {}  # place in the book -> sittings a case had had when it was forgotten

    def given_up(self, issue):
        return issue.accord >= self.before.get(issue.luck % 4096, 0.0) + self.giving_up

    def docket(self, w):
        """The quarrels to be heard today, if the room is open."""
        quarrels = [
            i
            for i in w.issues
            if FAMILIES[i.family] == "dispute" and i.state == TABLE and not self.given_up(i)
        ]
        return quarrels if 1 <= w.day % 7 <= self.days or self.days == 7 else []

    def ask(self, w):
        heard = min(self.team * self.cases, len(self.docket(w)))
        return (
            {"committee": self.staff * heard, "member": self.members * heard, "yuan": self.lawyer * heard}
            if self.docket(w)
            else {}
        )

    def pull(self, w, share):
        heard, warmth = [0.0 for _ in w.issues], [0.0 for _ in w.buildings]
        docket = sorted(self.docket(w), key=lambda i: i.accord)
        turn = {
            issue.id: min(1.0, max(0.0, min(self.team * self.cases, len(docket)) * min(share) - n))
            for n, issue in enumerate(docket)
        }
        for row, issue in enumerate(w.issues):
            heard[row] = turn.get(issue.id, 0.0)
            warmth[issue.building] += heard[row]
        there = [1.0 - self.absence * (1.0 - w.compounds[i.compound].around) for i in w.issues]
        return {
            "accord": [self.skill * part * come for part, come in zip(heard, there)],
            "trust": [[0.0, 0.0, self.warmth * n] for n in warmth],
        }

    def learn(self, w):
        for issue in w.issues:
            if FAMILIES[issue.family] == "dispute" and issue.state < TABLE and issue.accord > 0.0:
                self.before[issue.luck % 4096] = issue.accord
