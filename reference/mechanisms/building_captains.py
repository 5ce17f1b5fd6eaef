"""Reference model of the building captains mechanism."""

from math import exp

from ...model.resources.levers import POOLS
from ..arithmetic import sum_in_order, times
from ..issues import is_known
from ..mechanism import Mechanism, hours_wanted, spend_hours
from ..people import accepts_post, choose_candidates, next_candidate
from ..random_numbers import chance


class Twin(Mechanism):
    """Residents whom the committee asks, building by building, become captains.

    The longest-serving of an alley leads it, and the longest-serving of these leads the street. A captain
    leaves when tired of all duties, by chance, or by moving away. Where captains come later
    (`has_begun`), nobody is asked and nobody serves.
    """

    own_pace = True

    def begin(self, w) -> None:
        present = w.random_numbers.key("captains in post on day 0")
        for b in w.buildings:
            b.doors, b.since, b.tired, b.asked = len({p.home for p in b.people}), 1, 0.0, None
            b.ready = choose_candidates(b)
            b.until = dict.fromkeys((p.id for p in b.ready), 0)
            b.captain = b.ready[0] if b.ready and chance(present, b.id) < self.in_post_share else None
            b.alley = b.id // self.buildings_per_alley
            b.street = b.alley // self.alleys_per_street
        self.fill_posts(w)

    def largest_job(self, w, b) -> float:
        """Return the hours of the largest job that a building's captain does at once.

        A trade makes it larger; an alley captain who covers a vacancy has none.
        """
        return self.max_spot_hours * (self.trade_factor if b.captain and b.captain.skill == 1 else 1.0)

    def fill_posts(self, w) -> None:
        """Set each building's share of a captain, who leads alleys and streets, and captains' hours."""
        self.heads, self.street_heads, here = {}, {}, self.has_begun(w)
        for b in w.buildings:
            longest = self.heads.get(b.alley)
            if b.captain and here[b.id] and self.tiers >= 2 and (not longest or b.since < longest.since):
                self.heads[b.alley] = b
        for _, b in sorted(self.heads.items()):
            longest = self.street_heads.get(b.street)
            if self.tiers >= 3 and (not longest or b.since < longest.since):
                self.street_heads[b.street] = b
        vacancies = [b.alley for b in w.buildings if here[b.id] and not b.captain]
        self.posts = [
            0.0
            if not here[b.id]
            else 1.0
            if b.captain
            else self.vacancy_cover / vacancies.count(b.alley)
            if b.alley in self.heads
            else 0.0
            for b in w.buildings
        ]
        self.hours = self.captain_hours * sum_in_order(self.posts) + self.upper_tier_hours * (
            len(self.heads) + len(self.street_heads)
        )

    def ask(self, w) -> dict:
        return {
            "captain": self.hours,
            "committee": self.talk_hours * sum(b.asked is not None for b in w.buildings),
        }

    def pull(self, w, share) -> dict:
        self.share = min(share)
        got = [p * share[b.compound] for p, b in zip(self.posts, w.buildings)]
        post = [g * min(1.0, self.homes_per_captain / b.doors) for g, b in zip(got, w.buildings)]
        where = [i.building for i in w.issues]
        led = [b.street in self.street_heads for b in w.buildings]
        here = self.has_begun(w)
        self.counted["captains"] = sum(b.captain is not None and here[b.id] > 0.0 for b in w.buildings)
        self.counted["upper_captains"] = len(self.heads) + len(self.street_heads)
        return {
            "voice": times(self.report_log_rate, post),
            "sight": [
                self.detection_rate * self.captain_hours * post[i.building] if 0 < i.scope < 4 else 0.0
                for i in w.issues
            ],
            "work": spend_hours(times(self.captain_hours, post), where, self.small_jobs(w)),
            "reach": times(self.contact_logit, post),
            "consent": times(self.persuasion_logit, post),
            "keep": [self.reminder_log_rate * post[b] * led[b] for b in where],
            "serve": self.duties(w),
            "supply": [self.hours if pool == "captain" else 0.0 for pool in POOLS],
        }

    def duties(self, w) -> list[float]:
        """Return what each resident works as captain today: in the own post, and in those covered or led."""
        hours, known = [0.0] * len(w.people), [i.building for i in w.issues if is_known(i)]
        for b, post in zip(w.buildings, self.posts):
            if b.captain and post > 0.0:
                own = self.captain_hours + self.strain_hours * known.count(b.id)
                hours[b.captain.id] += own * self.share
            elif post > 0.0:
                hours[self.heads[b.alley].captain.id] += self.captain_hours * post * self.share
        for b in (*self.heads.values(), *self.street_heads.values()):
            hours[b.captain.id] += self.upper_tier_hours * self.share
        return hours

    def small_jobs(self, w) -> list[float]:
        """Return the hours left on each issue that its building's captain can do at once, else 0."""
        return [
            left if i.hours_left <= self.largest_job(w, w.buildings[i.building]) else 0.0
            for i, left in zip(w.issues, hours_wanted(w, "captain"))
        ]

    def learn(self, w) -> None:
        key = w.random_numbers.key
        for b in w.buildings:
            if b.captain:
                before, b.tired = b.tired, b.captain.fatigue
                if (
                    before > 0.0 == b.tired  # moved away: a newcomer has the captain's place now
                    or b.tired >= self.fatigue_at_resignation
                    or chance(key("captain moves", w.day), b.id) < self.leaving_rate / 365
                ):
                    b.until[b.captain.id] = w.day + self.refusal_days
                    b.captain = None
                    self.counted["departures"] += 1.0
            elif b.asked and chance(key("captain talked to", w.day), b.id) < self.share:
                self.counted["asked"] += 1.0
                u = chance(key("captain answers", w.day), b.asked.id)
                if accepts_post(w, b.asked, u, self.asked_logit):
                    b.captain, b.since, b.tired = b.asked, w.day + 1, 0.0
                    self.counted["accepted"] += 1.0
                else:
                    b.until[b.asked.id] = w.day + self.refusal_days
                    self.counted["refused"] += 1.0
            b.asked = None
            daily = 1.0 - exp(-self.asks_per_month * 12 / 365)
            if (
                self.has_begun(w)[b.id]
                and not b.captain
                and chance(key("captain asked", w.day), b.id) < daily
            ):
                b.asked = next_candidate(b, w.day)
        self.fill_posts(w)
