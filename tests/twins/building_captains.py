"""Building captains, told a second time."""

from twin import CHILD, Mechanism, POOLS, added, chance, known, spent, times, wanted


class Twin(Mechanism):
    """One in every building, who tires of known open issues or moves away, and is replaced by the next of the best three."""

    def begin(self, w):
        for b in w.buildings:
            b.weary, b.since, b.turn = 0.0, 1, 0
            liked = sorted((p for p in b.people if p.band != CHILD), key=self.standing, reverse=True)
            b.ready = liked[:3]
        self.fill(w, 1)

    def standing(self, p):
        return 2.0 * p.member - 1.0 * p.in_service + p.volunteer + p.presence + 0.2 * p.zeal

    def largest(self, b):
        """Hours of the largest thing this building's captain settles on the spot."""
        return self.small * (self.trade if b.ready[b.turn].skill == 1 else 1.0)

    def fill(self, w, day):
        """How much of a captain each building has that day, and the hours that all of them give."""
        self.posts = [1.0 if b.since <= day else self.cover if self.tiers >= 2 else 0.0 for b in w.buildings]
        self.hours = self.evening * added(self.posts)

    def ask(self, w):
        return {"captain": self.hours}

    def pull(self, w, share):
        post = [p * share[b.compound] for p, b in zip(self.posts, w.buildings)]
        where = [i.building for i in w.issues]
        return {
            "voice": times(self.ear, post),
            "sight": [self.eyes * self.evening * post[i.building] if 0 < i.scope < 4 else 0.0 for i in w.issues],
            "work": spent(times(self.evening, post), where, self.small_things(w)),
            "reach": times(self.door, post),
            "consent": times(self.word, post),
            "keep": [self.memory * post[b] if self.tiers >= 3 else 0.0 for b in where],
            "supply": [self.hours if pool == "captain" else 0.0 for pool in POOLS],
        }

    def small_things(self, w):
        return [left if i.left <= self.largest(w.buildings[i.building]) else 0.0 for i, left in zip(w.issues, wanted(w, "captain"))]

    def learn(self, w):
        heard_of = [i.building for i in w.issues if known(i)]
        for b in w.buildings:
            if b.since <= w.day:
                b.weary = b.weary * 0.99 + heard_of.count(b.id) / self.patience
                if b.weary >= 1.0 or chance(w.luck.key("captain moves", w.day), b.id) < self.leaving / 365:
                    b.weary, b.since, b.turn = 0.0, w.day + self.search, (b.turn + 1) % len(b.ready)
        self.fill(w, w.day + 1)
