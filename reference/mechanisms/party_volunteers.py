"""Reference model of the party volunteers mechanism."""

from ...model.issues.categories import FAMILIES
from ..mechanism import Mechanism, hours_wanted, spend_hours


class Twin(Mechanism):
    """An ageing team cares, tidies and repairs; its service day each quarter motivates others."""

    def begin(self, w) -> None:
        self.left, self.first = 1.0, (w.scenario.calendar.first_month - 1) * 365 // 12

    def wanted(self, w) -> float:
        """Return the hours that a full team is asked for today."""
        return (self.service_day_hours if w.day % 91 == 0 else self.daily_hours) * len(w.buildings)

    def ask(self, w) -> dict:
        return {role: 0.5 * self.left * self.wanted(w) for role in ("member", "volunteer")}

    def pull(self, w, share) -> dict:
        got = self.left * min(share)
        service_day = got if w.day % 91 == 0 else 0.0
        students = (
            self.student_hours * len(w.buildings) * got
            if (w.day - 1 + self.first) % 365 * 12 // 365 + 1 in (1, 2, 7, 8)
            else 0.0
        )
        work = spend_hours([self.wanted(w) * got], [0 for _ in w.issues], hours_wanted(w, "volunteer"))
        self.counted["service_days"] += min(share) if w.day % 91 == 0 else 0.0
        self.counted["served"] += sum(hours > 0.0 for hours in work)
        return {
            "sight": [self.detection_rate * got if FAMILIES[i.family] == "care" else 0.0 for i in w.issues],
            "work": work,
            "wish": [[0.0] + [self.volunteering_logit * got] * 3 for _ in w.compounds],
            "trust": [[0.0, 0.0, self.neighbour_trust_per_service_day * service_day] for _ in w.buildings],
            "ties": [self.contacts_per_service_day * service_day for _ in w.buildings],
            "supply": [0.0, 0.0, 0.0, students, 0.0],
        }

    def learn(self, w) -> None:
        self.left = min(
            1.0,
            max(
                0.0, self.left + (self.joining_rate * (1.0 - self.left) - self.ageing_rate * self.left) / 365
            ),
        )
        self.counted["team_share"] = self.left
