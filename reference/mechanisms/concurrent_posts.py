"""Reference model of the concurrent posts mechanism."""

from ..mechanism import Mechanism
from ..random_numbers import chance
from ..stages import TABLE


class Twin(Mechanism):
    """One person per compound holds both posts; after that person wears out or leaves, they stay vacant."""

    def begin(self, w) -> None:
        self.since, self.weary, self.lean = (
            [0 for _ in w.compounds],
            [0.0 for _ in w.compounds],
            [0.0 for _ in w.compounds],
        )

    def filled_posts(self, w) -> list[bool]:
        """Say for each compound whether its post is filled today."""
        return [c.company and since <= w.day for c, since in zip(w.compounds, self.since)]

    def matters_at_table(self, w, c) -> list:
        """Return the issues of a compound that are at the table."""
        return [i for i in w.issues if i.compound == c.id and i.state == TABLE]

    def ask(self, w) -> dict:
        return (
            {"member": [self.weekly_hours / 7 if filled else 0.0 for filled in self.filled_posts(w)]}
            if any(self.filled_posts(w))
            else {}
        )

    def pull(self, w, share) -> dict:
        self.share, accord, consent = share, {}, [0.0 for _ in w.compounds]
        vacancies = [c.company and not filled for c, filled in zip(w.compounds, self.filled_posts(w))]
        losses = [lean * part if vacant else 0.0 for lean, part, vacant in zip(self.lean, share, vacancies)]
        for c, filled in zip(w.compounds, self.filled_posts(w)):
            if filled:
                project = 1 if c.open > 0 else 0
                consent[c.id] = self.persuasion_logit * share[c.id] * project
                accord |= {
                    i.id: self.decision_sittings / 7 * share[c.id]
                    for i in self.matters_at_table(w, c)[: self.matters_at_a_time - project]
                }
        self.counted["posts"] = sum(self.filled_posts(w))
        self.counted["matter_days"] += sum(share[i.compound] for i in w.issues if i.id in accord)
        return {
            "accord": [accord.get(i.id, 0.0) for i in w.issues],
            "consent": [consent[b.compound] for b in w.buildings],
            "keep": [
                -self.forgetting_log_rate * losses[i.compound] if i.state == TABLE else 0.0 for i in w.issues
            ],
            "trust": [[-self.vacancy_trust_loss * losses[b.compound], 0.0, 0.0] for b in w.buildings],
        }

    def learn(self, w) -> None:
        key = w.random_numbers.key("concurrent_posts leaves", w.day)
        for c, filled in zip(w.compounds, self.filled_posts(w)):
            load = len(self.matters_at_table(w, c)) + (c.open > 0)
            if filled:
                self.lean[c.id] += (self.share[c.id] - self.lean[c.id]) / self.dependence_days
                self.weary[c.id] = (
                    self.weary[c.id] * 0.99
                    + max(0, load - self.matters_at_a_time) / self.fatigue_threshold_issue_days
                )
                if self.weary[c.id] >= 1.0 or chance(key, c.id) < self.leaving_rate / 365:
                    self.since[c.id], self.weary[c.id] = w.day + 1 + self.vacancy_days, 0.0
                    self.counted["departures"] += 1
