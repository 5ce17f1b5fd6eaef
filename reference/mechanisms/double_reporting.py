"""Reference model of the double reporting mechanism."""

from ..arithmetic import times
from ..issues import is_known
from ..mechanism import Mechanism, hours_wanted, spend_hours


class Twin(Mechanism):
    """Recruits in-service members on Fridays; they help on all other days, and more in a surge."""

    def begin(self, w) -> None:
        self.living = [sum(p.in_service for p in c.people) for c in w.compounds]
        self.registered = [0.0 for _ in w.compounds]

    def organising_today(self, w) -> list[bool]:
        """Say for each compound whether members are recruited today."""
        return [w.day % 7 == 5 and living > 0 for living in self.living]

    def hours(self, w) -> list[float]:
        """Return the hours that registered members are asked for today in each compound."""
        member_hours = {0: self.weekend_hours, 5: 0.0, 6: self.weekend_hours}.get(
            w.day % 7, self.weekday_hours
        )
        known = [i.compound for i in w.issues if is_known(i)]
        surges = [known.count(c.id) > self.surge_issues * len(c.parts) for c in w.compounds]
        return [
            (self.surge_factor if surge else 1.0) * member_hours * (n * part)
            for surge, n, part in zip(surges, self.living, self.registered)
        ]

    def ask(self, w) -> dict:
        return {"member": self.hours(w), "committee": times(self.committee_hours, self.organising_today(w))}

    def pull(self, w, share) -> dict:
        self.share = share
        small = [
            left if i.hours_left <= self.max_spot_hours else 0.0
            for i, left in zip(w.issues, hours_wanted(w, "volunteer"))
        ]
        hours = [h * s for h, s in zip(self.hours(w), share)]
        work = spend_hours(hours, [i.compound for i in w.issues], small)
        self.counted["jobs"] += sum(0.0 < job <= spent for job, spent in zip(small, work))
        return {
            "wish": [
                [0.0, 0.0, 0.0, self.volunteering_logit * part * s] for part, s in zip(self.registered, share)
            ],
            "work": work,
        }

    def learn(self, w) -> None:
        for c, organising in enumerate(self.organising_today(w)):
            if organising:
                self.counted["rounds"] += self.share[c]
                self.registered[c] += (
                    self.joining_rate * self.share[c] * (self.max_registered_share - self.registered[c])
                )
        self.counted["registered"] = sum(n * part for n, part in zip(self.living, self.registered))
