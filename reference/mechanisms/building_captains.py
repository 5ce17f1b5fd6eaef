"""Building captains, told a second time."""

from ...agents.residents import CHILD
from ...model.resources.levers import POOLS
from ..arithmetic import sum_in_order, times
from ..issues import is_known
from ..mechanism import Mechanism, hours_wanted, spend_hours
from ..random_numbers import chance


class Twin(Mechanism):
    """One in every building, who tires of known open issues or moves away, and is replaced by the next of the best three; alleys, streets."""

    def begin(self, w):
        for b in w.buildings:
            b.turn, b.doors = 0, len({p.home for p in b.people})
            b.ready = sorted(
                (p for p in b.people if p.band != CHILD and p.presence > 0.0), key=self.standing, reverse=True
            )[:3]
            b.alley = b.id // self.alley
            b.street = b.alley // self.street
        alleys = sorted({b.alley for b in w.buildings})
        self.tier_of = (
            [(1, b.id) for b in w.buildings]
            + [(2, a) for a in alleys]
            + [(3, s) for s in sorted({b.street for b in w.buildings})]
        )
        self.weary, self.since = [0.0 for _ in self.tier_of], [1 for _ in self.tier_of]
        self.fill(w, 1)

    def standing(self, p):
        return 2.0 * p.member - 1.0 * p.in_service + p.volunteer + p.presence + 0.2 * p.zeal

    def vacant(self, b, day):
        return self.since[b.id] > day or not b.ready

    def largest(self, w, b):
        """Hours of the largest thing this building's captain settles on the spot; whoever covers a vacancy brings no trade."""
        return self.small * (self.trade if not self.vacant(b, w.day) and b.ready[b.turn].skill == 1 else 1.0)

    def fill(self, w, day):
        """How much of a captain each building has that day, which alleys and streets have one, and the hours that all of them give."""
        above = {
            post: float(self.tiers >= post[0] and since <= day)
            for post, since in zip(self.tier_of, self.since)
            if post[0] > 1
        }
        self.in_street = [above[3, b.street] for b in w.buildings]
        vacancies = [b.alley for b in w.buildings if self.vacant(b, day)]
        covered = [
            self.cover * above[2, b.alley] / vacancies.count(b.alley) if self.vacant(b, day) else 1.0
            for b in w.buildings
        ]
        self.posts = covered
        self.hours = self.evening * sum_in_order(self.posts) + self.upper * sum_in_order(above.values())

    def ask(self, w):
        return {"captain": self.hours}

    def pull(self, w, share):
        got = [p * share[b.compound] for p, b in zip(self.posts, w.buildings)]
        post = [g * min(1.0, self.span / b.doors) for g, b in zip(got, w.buildings)]
        where = [i.building for i in w.issues]
        return {
            "voice": times(self.ear, post),
            "sight": [
                self.eyes * self.evening * post[i.building] if 0 < i.scope < 4 else 0.0 for i in w.issues
            ],
            "work": spend_hours(times(self.evening, got), where, self.small_things(w)),
            "reach": times(self.door, post),
            "consent": times(self.word, post),
            "keep": [self.memory * post[b] * self.in_street[b] for b in where],
            "supply": [self.hours if pool == "captain" else 0.0 for pool in POOLS],
        }

    def small_things(self, w):
        return [
            left if i.left <= self.largest(w, w.buildings[i.building]) else 0.0
            for i, left in zip(w.issues, hours_wanted(w, "captain"))
        ]

    def falls_on(self, w, tier, n):
        """What tires a captain: a building's known issues; an alley's where a post is vacant; the mean over a street's buildings."""
        heard_of = [i.building for i in w.issues if is_known(i)]
        if tier == 1:
            return heard_of.count(n)
        if tier == 2:
            return sum(heard_of.count(b.id) for b in w.buildings if b.alley == n and self.was_vacant[b.id])
        mine = [heard_of.count(b.id) for b in w.buildings if b.street == n]
        return sum(mine) / len(mine)

    def learn(self, w):
        self.was_vacant = [self.vacant(b, w.day) for b in w.buildings]
        for p, (tier, n) in enumerate(self.tier_of):
            if self.since[p] <= w.day:
                self.weary[p] = self.weary[p] * 0.99 + self.falls_on(w, tier, n) / self.patience
                if self.weary[p] >= 1.0 or chance(w.luck.key("captain moves", w.day), p) < self.leaving / 365:
                    self.weary[p], self.since[p] = 0.0, w.day + self.search
                    if tier == 1 and w.buildings[n].ready:
                        w.buildings[n].turn = (w.buildings[n].turn + 1) % len(w.buildings[n].ready)
        self.fill(w, w.day + 1)
