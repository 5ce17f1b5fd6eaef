"""Reference model of the building captains mechanism."""

from ...engine.codes import CHILD
from ...model.resources.levers import POOLS
from ..arithmetic import sum_in_order, times
from ..issues import is_known
from ..mechanism import Mechanism, hours_wanted, spend_hours
from ..random_numbers import chance


class Twin(Mechanism):
    """Each building has a captain, with alley and street captains above.

    A captain wears out on known open issues or moves away, and is replaced by the next of the three best
    candidates.
    """

    def begin(self, w) -> None:
        for b in w.buildings:
            b.turn, b.doors = 0, len({p.home for p in b.people})
            b.ready = sorted(
                (p for p in b.people if p.band != CHILD and p.presence > 0.0), key=self.standing, reverse=True
            )[:3]
            b.alley = b.id // self.buildings_per_alley
            b.street = b.alley // self.alleys_per_street
        alleys = sorted({b.alley for b in w.buildings})
        self.tier_of = (
            [(1, b.id) for b in w.buildings]
            + [(2, a) for a in alleys]
            + [(3, s) for s in sorted({b.street for b in w.buildings})]
        )
        self.weary, self.since = [0.0 for _ in self.tier_of], [1 for _ in self.tier_of]
        self.fill_posts(w, 1)

    def standing(self, p) -> float:
        """Return a resident's score as a candidate."""
        return 2.0 * p.member - 1.0 * p.in_service + p.volunteer + p.presence + 0.2 * p.zeal

    def is_vacant(self, b, day) -> bool:
        """Say whether a building has no captain on `day`."""
        return self.since[b.id] > day or not b.ready

    def largest_job(self, w, b) -> float:
        """Return the hours of the largest job that a building's captain does at once.

        A trade makes it larger; an alley captain who covers a vacancy has none.
        """
        return self.max_spot_hours * (
            self.trade_factor if not self.is_vacant(b, w.day) and b.ready[b.turn].skill == 1 else 1.0
        )

    def fill_posts(self, w, day) -> None:
        """Set each building's share of a captain on `day`, its street captain, and all captains' hours."""
        above = {
            post: float(self.tiers >= post[0] and since <= day)
            for post, since in zip(self.tier_of, self.since)
            if post[0] > 1
        }
        self.in_street = [above[3, b.street] for b in w.buildings]
        vacancies = [b.alley for b in w.buildings if self.is_vacant(b, day)]
        self.posts = [
            self.vacancy_cover * above[2, b.alley] / vacancies.count(b.alley)
            if self.is_vacant(b, day)
            else 1.0
            for b in w.buildings
        ]
        self.hours = self.captain_hours * sum_in_order(self.posts) + self.upper_tier_hours * sum_in_order(
            above.values()
        )

    def ask(self, w) -> dict:
        return {"captain": self.hours}

    def pull(self, w, share) -> dict:
        got = [p * share[b.compound] for p, b in zip(self.posts, w.buildings)]
        post = [g * min(1.0, self.homes_per_captain / b.doors) for g, b in zip(got, w.buildings)]
        where = [i.building for i in w.issues]
        self.counted["captains"] = sum(not self.is_vacant(b, w.day) for b in w.buildings)
        self.counted["upper_captains"] = sum(
            self.tiers >= tier > 1 and since <= w.day for (tier, _), since in zip(self.tier_of, self.since)
        )
        return {
            "voice": times(self.report_log_rate, post),
            "sight": [
                self.detection_rate * self.captain_hours * post[i.building] if 0 < i.scope < 4 else 0.0
                for i in w.issues
            ],
            "work": spend_hours(times(self.captain_hours, got), where, self.small_jobs(w)),
            "reach": times(self.contact_logit, post),
            "consent": times(self.persuasion_logit, post),
            "keep": [self.reminder_log_rate * post[b] * self.in_street[b] for b in where],
            "supply": [self.hours if pool == "captain" else 0.0 for pool in POOLS],
        }

    def small_jobs(self, w) -> list[float]:
        """Return the hours left on each issue that its building's captain can do at once, else 0."""
        return [
            left if i.hours_left <= self.largest_job(w, w.buildings[i.building]) else 0.0
            for i, left in zip(w.issues, hours_wanted(w, "captain"))
        ]

    def workload(self, w, tier, n) -> float:
        """Return the known issues that tire a captain.

        For tier 1 those of building `n`, for tier 2 those of buildings in alley `n` with a vacant post, for
        tier 3 the mean over the buildings of street `n`.
        """
        known = [i.building for i in w.issues if is_known(i)]
        if tier == 1:
            return known.count(n)
        if tier == 2:
            return sum(known.count(b.id) for b in w.buildings if b.alley == n and self.was_vacant[b.id])
        counts = [known.count(b.id) for b in w.buildings if b.street == n]
        return sum(counts) / len(counts)

    def learn(self, w) -> None:
        self.was_vacant = [self.is_vacant(b, w.day) for b in w.buildings]
        for p, (tier, n) in enumerate(self.tier_of):
            if self.since[p] <= w.day:
                self.weary[p] = (
                    self.weary[p] * 0.99 + self.workload(w, tier, n) / self.fatigue_threshold_issue_days
                )
                if (
                    self.weary[p] >= 1.0
                    or chance(w.random_numbers.key("captain moves", w.day), p) < self.leaving_rate / 365
                ):
                    self.weary[p], self.since[p] = 0.0, w.day + self.search_days
                    self.counted["departures"] += (
                        bool(w.buildings[n].ready) if tier == 1 else self.tiers >= tier
                    )
                    if tier == 1 and w.buildings[n].ready:
                        w.buildings[n].turn = (w.buildings[n].turn + 1) % len(w.buildings[n].ready)
        self.fill_posts(w, w.day + 1)
