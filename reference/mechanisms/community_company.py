"""Reference model of the community company mechanism."""

from ..mechanism import Mechanism
from ..random_numbers import chance


class Twin(Mechanism):
    """Capital is paid in on Saturdays, and the firm works on working days.

    Every four weeks the result depends on chance; the day after, half of the surplus is given to governance.
    """

    def begin(self, w) -> None:
        self.size = self.capital_yuan * len(w.households)
        self.held, self.worked, self.made = 0.0, 0.0, 0.0

    def instalment(self) -> float:
        """Return the yuan to be paid in on a Saturday."""
        return min(self.size / self.build_up_weeks, max(0.0, self.size - self.held))

    def ask(self, w) -> dict:
        return {0: {}, 6: {"yuan": self.instalment()}}.get(
            w.day % 7, {"committee": self.committee_hours * self.business_lines}
        )

    def pull(self, w, share) -> dict:
        self.got = min(share)
        given = self.governance_share * self.made * self.got if w.day % 28 == 1 else 0.0
        self.counted["given"] += given
        return {"money": given}

    def learn(self, w) -> None:
        if w.day % 28 == 1:
            self.made *= 1.0 - self.got
        if w.day % 7 == 6:
            self.held += self.got * self.instalment()
        elif w.day % 7 != 0:
            self.worked += self.got * (self.held / self.size)
        if w.day % 28 == 0:
            draw = chance(w.random_numbers.key("community_company business", w.day), 0)
            result = (
                self.surplus_yuan
                * self.business_lines
                * len(w.households)
                * self.worked
                * (1.0 + self.risk_factor * (2.0 * draw - 1.0))
            )
            if result > 0.0:
                self.made += result
            else:
                self.held = max(0.0, self.held + result)
            self.worked = 0.0
        self.counted["capital"] = self.held
