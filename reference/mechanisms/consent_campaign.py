"""Reference model of the consent campaign mechanism."""

from ..mechanism import Mechanism


class Twin(Mechanism):
    """In compounds with a project a team forms, informs residents, and visits doors until all have signed."""

    def begin(self, w) -> None:
        for c in w.compounds:
            c.team = [-1, 0.0, 0.0]  # project, how far the team has formed, how far residents are informed

    def plan_day(self, c) -> tuple[float, float, float]:
        """Plan a team's day: hours to form, hours to inform residents, and doors to visit."""
        _, ready, informed = c.team
        if not c.open:
            return 0.0, 0.0, 0.0
        if ready < 1.0:
            return min(2.0, self.founding_hours), 0.0, 0.0
        return 0.0, self.meeting_hours / 7 if informed < 1.0 else 0.0, min(self.visits_per_day, float(c.open))

    def ask(self, w) -> dict:
        planned = [self.plan_day(c) for c in w.compounds]
        hours = [informs + self.visit_hours * doors for _, informs, doors in planned]
        return {
            "member": [founds + self.member_share * each for (founds, _, _), each in zip(planned, hours)],
            "committee": [(1.0 - self.member_share) * each for each in hours],
        }

    def pull(self, w, share) -> dict:
        self.got = share
        for c, part in zip(w.compounds, share):
            _, informs, doors = self.plan_day(c)
            self.counted["calls"] += part * doors
            self.counted["meetings"] += part * informs / self.meeting_hours if informs else 0.0
        effects = [0.5 + 0.5 * c.team[2] if c.team[1] >= 1.0 and c.open else 0.0 for c in w.compounds]
        return {
            "doors": [part * self.plan_day(c)[2] for c, part in zip(w.compounds, share)],
            "consent": [self.persuasion_logit * share[b.compound] * effects[b.compound] for b in w.buildings],
        }

    def learn(self, w) -> None:
        for c, part in zip(w.compounds, self.got):
            if c.team[0] != c.active:
                c.team = [c.active, 0.0, 0.0]
            elif c.open:
                (founds, informs, _), before = self.plan_day(c), c.team[1]
                c.team = [
                    c.active,
                    min(1.0, c.team[1] + part * founds / self.founding_hours),
                    min(1.0, c.team[2] + part * informs / self.information_hours),
                ]
                self.counted["teams"] += before < 1.0 <= c.team[1]
