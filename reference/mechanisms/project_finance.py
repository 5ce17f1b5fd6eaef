"""Reference model of the project finance mechanism."""

from ..arithmetic import sum_in_order
from ..consent import due_from_funds
from ..mechanism import Mechanism
from ..random_numbers import chance
from ..stages import MONEY, SIGN


class Twin(Mechanism):
    """Once a week applications are answered, and one is written for what large bills still lack."""

    def begin(self, w) -> None:
        self.answers = {}  # week of the answer -> yuan applied for
        self.granted = 0.0

    def missing_yuan(self, w) -> float:
        """Return the yuan still lacking for large bills that wait for money, and for well-signed projects."""
        bills = [
            (due_from_funds(w, i) - max(0, w.funds[i.compound])) / 100
            for i in w.issues
            if due_from_funds(w, i) >= 100 * self.min_bill_yuan
            and due_from_funds(w, i) > w.funds[i.compound]
            and (i.state == MONEY or (i.state == SIGN and self.well_under_way(i, w.compounds[i.compound])))
        ]
        return max(
            0.0,
            sum_in_order([*bills, *(-yuan for yuan in self.answers.values())]) - max(0, w.funds[-1]) / 100,
        )

    def well_under_way(self, issue, c) -> bool:
        """Say whether enough households have signed for a project."""
        return c.active == issue.id and c.all > 0 and c.all - c.open >= self.min_signed_share * c.all

    def ask(self, w) -> dict:
        self.writes = w.day % 7 == 3 and self.missing_yuan(w) >= 100.0
        return {"committee": self.application_hours} if self.writes else {}

    def pull(self, w, share) -> dict:
        self.got = min(share)
        self.counted["granted"] += self.granted * self.got
        return {"money": self.granted * self.got}

    def learn(self, w) -> None:
        self.granted = 0.0
        if w.day % 7 == 3:
            applied = self.missing_yuan(w) * self.got if self.writes else 0.0
            self.counted["applications"] += self.got if self.writes else 0.0
            answered = self.answers.pop(w.day // 7, 0.0)
            if chance(w.random_numbers.key("project_finance refused", w.day), 0) >= self.refusal_share:
                self.granted = self.granted_share * answered
            else:
                self.counted["refusals"] += answered >= 1.0
            self.answers[w.day // 7 + self.answer_weeks] = applied
