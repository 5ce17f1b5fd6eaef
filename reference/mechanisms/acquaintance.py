"""Reference model of the acquaintance mechanism."""

from math import floor

from ...model.issues.categories import FAMILIES
from ..arithmetic import sum_in_order
from ..issues import is_registered
from ..mechanism import Mechanism
from ..random_numbers import chance
from ..stages import RESOLVED


class Twin(Mechanism):
    """A club meets weekly in each building, and a few festivals a year bring all buildings together.

    Residents come, meet others and slowly acquire a habit. On Sundays the matchmaking station registers
    residents who look for a partner, and introduces them to each other.
    """

    def begin(self, w) -> None:
        for b in w.buildings:
            homes = [h for s in b.parts for h in s.parts]
            b.come, b.habit = 1.0 - self.absence_penalty * (sum(h.away for h in homes) / len(homes)), 0.0

        self.dates = [(45 + n * 365 // self.festivals_per_year) % 365 for n in range(self.festivals_per_year)]
        self.first = (w.scenario.calendar.first_month - 1) * 365 // 12
        self.code, self.registered, self.due, self.couples = w.names.index("acquaintance"), 0, 0.0, 0.0

    def is_festival(self, w) -> bool:
        """Say whether the whole community celebrates today."""
        return (w.day - 1 + self.first) % 365 in self.dates

    def is_open(self, w) -> bool:
        """Say whether the matchmaking station opens today."""
        return w.day % 7 == 0 and not self.is_festival(w)

    def seekers(self, w) -> list:
        """List the open issues of people who look for a partner, of the categories that there are."""
        names = list(w.scenario.issues)
        return [i for i in w.issues if names[i.category] == "partner_search"]

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
        station_hours = [self.station_hours * part if self.is_open(w) else 0.0 for part in share]
        self.hours = sum_in_order(station_hours[b.compound] for b in w.buildings)
        seekers = self.seekers(w)
        known = [i for i in seekers if is_registered(i)]
        couples = min(floor(self.due), len(known) // 2) if self.hours > 0.0 else 0
        key = w.random_numbers.key("acquaintance: who becomes a couple", w.day)
        matched = {i.key for i in sorted(known, key=lambda i: chance(key, i.key))[: 2 * couples]}
        self.counted["festivals"] += min(share) if self.is_festival(w) else 0.0
        for b, came in zip(w.buildings, self.came):
            if self.is_gathering(w, b):
                self.counted["club_evenings"] += 0.0 if self.is_festival(w) else share[b.compound]
                self.counted["attendances"] += self.turnout_share * came * sum(len(s.parts) for s in b.parts)
            if station_hours[b.compound] > 0.0:
                self.counted["sessions"] += share[b.compound] / len(w.buildings)
        return {
            "sight": [
                self.detection_rate * station_hours[i.compound] if i in seekers else 0.0 for i in w.issues
            ],
            "work": [i.hours_left if i.key in matched else 0.0 for i in w.issues],
            "ties": [self.contacts_per_attendance * self.turnout_share * came for came in self.came],
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
        if self.is_open(w):
            seekers = self.seekers(w)
            self.registered = sum(is_registered(i) for i in seekers)
            ended = sum(
                (i.state, i.resolved_day, i.resolved_by) == (RESOLVED, w.day, self.code) for i in seekers
            )
            self.couples += ended / 2
            self.counted["couples"] += ended / 2
            self.due -= ended / 2
            if self.registered >= 2:
                wanted = self.registered / 2 * self.introductions_per_year / 52
                introductions = min(wanted, self.hours / self.introduction_hours)
                self.due += self.couple_share * introductions
                self.counted["introductions"] += introductions
        for b, came in zip(w.buildings, self.came):
            remaining = b.habit * (1.0 - self.habit_loss_rate)
            b.habit = remaining + self.habit_gain * came * (1.0 - remaining)
