"""Reference model of the acquaintance mechanism."""

from ...model.issues.categories import FAMILIES
from ..arithmetic import sum_in_order
from ..issues import workable
from ..mechanism import Mechanism, spend_hours


class Twin(Mechanism):
    """A club meets weekly in each building, and a few festivals a year bring all buildings together.

    Residents come, meet others and slowly acquire a habit. On Sundays the matchmaking station hears residents
    who are looking for a partner, a job or company.
    """

    def begin(self, w) -> None:
        for b in w.buildings:
            homes = [h for s in b.parts for h in s.parts]
            b.come, b.habit = 1.0 - self.absence_penalty * (sum(h.away for h in homes) / len(homes)), 0.0

        self.dates = [(45 + n * 365 // self.festivals_per_year) % 365 for n in range(self.festivals_per_year)]
        self.first = (w.scenario.calendar.first_month - 1) * 365 // 12
        self.looking = [list(w.scenario.issues).index(name) for name in ("job_or_partner", "elder_alone")]

    def is_festival(self, w) -> bool:
        """Say whether the whole community celebrates today."""
        return (w.day - 1 + self.first) % 365 in self.dates

    def is_gathering(self, w, b) -> bool:
        """Say whether a building meets today."""
        return self.is_festival(w) or b.id % 7 == w.day % 7

    def ask(self, w) -> dict:
        if self.is_festival(w):
            return {"yuan": self.festival_yuan * len(w.buildings)}
        clubs = [[self.club_hours for b in c.parts if self.is_gathering(w, b)] for c in w.compounds]
        return {
            "volunteer": [
                sum_in_order(club + [self.station_hours for _ in c.parts] * (w.day % 7 == 0))
                for club, c in zip(clubs, w.compounds)
            ]
        }

    def pull(self, w, share) -> dict:
        norms = [-self.prevention_log_rate * b.habit * share[b.compound] for b in w.buildings]
        self.came = [b.come * share[b.compound] if self.is_gathering(w, b) else 0.0 for b in w.buildings]
        station_hours = [
            self.station_hours * part if w.day % 7 == 0 and not self.is_festival(w) else 0.0 for part in share
        ]
        concerned = [i.category in self.looking for i in w.issues]
        hours = [each * len(c.parts) for each, c in zip(station_hours, w.compounds)]
        jobs = [i.hours_left if mine and workable(i) else 0.0 for i, mine in zip(w.issues, concerned)]
        work = spend_hours(hours, [i.compound for i in w.issues], jobs)
        self.counted["festivals"] += min(share) if self.is_festival(w) else 0.0
        for b, came in zip(w.buildings, self.came):
            if self.is_gathering(w, b):
                self.counted["club_evenings"] += 0.0 if self.is_festival(w) else share[b.compound]
                self.counted["attendances"] += came * sum(len(s.parts) for s in b.parts)
        for c, part in zip(w.compounds, share):
            if hours[c.id] > 0.0:
                self.counted["sessions"] += part * len(c.parts) / len(w.buildings)
        if w.day % 7 == 0 and not self.is_festival(w):
            self.counted["helped"] += sum(0.0 < job <= spent for job, spent in zip(jobs, work))
        return {
            "sight": [
                self.detection_rate * station_hours[i.compound] if mine else 0.0
                for i, mine in zip(w.issues, concerned)
            ],
            "work": work,
            "ties": [self.contacts_per_gathering * came for came in self.came],
            "ease": [
                [norm if family in ("environment", "safety") else 0.0 for family in FAMILIES]
                for norm in norms
            ],
            "wish": [
                [
                    self.volunteering_logit
                    * sum_in_order(b.habit for b in c.parts)
                    / float(len(c.parts))
                    * share[c.id]
                ]
                * 4
                for c in w.compounds
            ],
        }

    def learn(self, w) -> None:
        for b, came in zip(w.buildings, self.came):
            remaining = b.habit * (1.0 - self.habit_loss_rate)
            b.habit = remaining + self.habit_gain * came * (1.0 - remaining)
