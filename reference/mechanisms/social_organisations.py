"""Reference model of the social organisations mechanism."""

from ..arithmetic import sum_in_order, times
from ..issues import workable
from ..mechanism import Mechanism, spend_hours


class Twin(Mechanism):
    """Organisations come from elsewhere and grow locally if paid; unpaid, they leave twice as fast."""

    def begin(self, w) -> None:
        self.here = {"elsewhere": 0.0, "local": 0.0}
        often = [sum_in_order(b.clocks[j].rate for b in w.buildings) for j in range(len(w.kinds))]
        helped = [j for j, kind in enumerate(w.kinds) if "volunteer" in kind.done_by and often[j] > 0.0]
        self.serves = sorted(helped, key=lambda j: (w.kinds[j].family != "care", -often[j]))[
            : self.service_fields
        ]

    def service_hours(self) -> float:
        """Return the hours of service per building and paid day."""
        return self.organisation_hours * (
            self.professional_organisations * self.here["elsewhere"]
            + self.local_organisations * self.here["local"]
        )

    def ask(self, w) -> dict:
        yuan = {"yuan": (self.rent_yuan + self.price_yuan * self.service_hours()) * len(w.buildings)}
        return yuan if w.day % 7 in (6, 0) else yuan | {"committee": self.committee_hours * len(w.buildings)}

    def pull(self, w, share) -> dict:
        self.paid = min(share)
        hours, served = self.service_hours() * self.paid, [i.category in self.serves for i in w.issues]
        jobs = [i.hours_left if is_served and workable(i) else 0.0 for i, is_served in zip(w.issues, served)]
        work = spend_hours([hours * len(w.buildings)], [0 for _ in w.issues], jobs)
        self.counted["service_hours"] += hours * len(w.buildings)
        self.counted["served"] += sum(spent > 0.0 for spent in work)
        return {
            "sight": times(self.detection_rate * hours, served),
            "work": work,
        }

    def learn(self, w) -> None:
        growth = {
            "elsewhere": self.arrival_rate * self.paid,
            "local": self.incubation_rate * self.paid * self.here["elsewhere"],
        }
        self.here = {
            kind: n + growth[kind] * (1.0 - n) - self.leaving_rate * (2.0 - self.paid) * n
            for kind, n in self.here.items()
        }
        self.counted["organisations"] = (
            self.professional_organisations * self.here["elsewhere"]
            + self.local_organisations * self.here["local"]
        )
