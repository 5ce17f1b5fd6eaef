"""Reference model of the one-to-one care mechanism."""

from math import exp, log

from ...engine.codes import ELDER
from ...model.issues.categories import FAMILIES
from ...model.resources.levers import POOLS
from ..mechanism import Mechanism
from ..people import draw_leaving_household
from ..places import at_home
from ..random_numbers import chance, derive_key, race


class Twin(Mechanism):
    """Visitors are found one after another for the elders who live alone.

    Each week a visitor makes the promised visit or not. A pairing lapses by chance, when there was no visit
    for long, or when one of the two moves away.
    """

    first_claim = True

    def begin(self, w) -> None:
        self.alone = [h.people[0] for h in w.households if len(h.people) == 1 and h.people[0].band == ELDER]
        care = [j for j, kind in enumerate(w.kinds) if kind.family == "care"]
        theirs = [j for j in care if w.kinds[j].unit == "alone"]
        self.part = [
            sum(b.clocks[j].rate for j in theirs) / max(sum(b.clocks[j].rate for j in care), 1e-300)
            for b in w.buildings
        ]
        self.pairs, self.idle, self.visits, self.turn, self.found = {}, {}, {}, 0, float(self.initial_pairs)
        self.pair_elders(w, w.random_numbers.key("one-to-one care: who is there at first"), 1.0)
        self.turn, self.found = 0, 0.0

    def pair_elders(self, w, key, acceptance) -> None:
        """Ask somebody of the building, else of the compound, for the next elders without a visitor."""
        for _ in self.alone:
            elder = self.alone[self.turn]
            if self.found < 1.0:
                break
            self.turn = (self.turn + 1) % len(self.alone)
            if elder.id not in self.pairs:
                self.found -= 1.0
                taken = {p.id for p in self.alone} | set(self.pairs.values())
                building = w.buildings[elder.building]
                free = [
                    [p for p in place.people if (p.member or p.volunteer) and p.id not in taken]
                    for place in (building, w.compounds[building.compound])
                ]
                visitor = race(free[0], at_home, key) or race(free[1], at_home, key)
                if visitor and chance(derive_key(key, elder.id), 0) < acceptance:
                    self.pairs[elder.id], self.idle[elder.id], self.visits[elder.id] = visitor.id, 0, 1.0

    def searches_today(self) -> float:
        """Return the number of searches made today."""
        return min(self.pairs_per_month / 30, float(len(self.alone) - len(self.pairs)) / self.search_days)

    def visit_hours(self, w) -> dict:
        """Return today's hours of visits by members, and by other volunteers."""
        members = sum(self.visits[elder] for elder, who in self.pairs.items() if w.people[who].member)
        others = sum(self.visits[elder] for elder in self.pairs) - members
        return {"member": self.pair_hours / 7 * members, "volunteer": self.pair_hours / 7 * others}

    def ask(self, w) -> dict:
        hours = self.visit_hours(w)
        return hours | {"member": hours["member"] + self.search_hours * self.searches_today()}

    def pull(self, w, share) -> dict:
        self.share, cared = min(share), []
        self.counted["visits"] += sum(self.visits[elder] for elder in self.pairs) * self.share / 7
        for b in w.buildings:
            elders = [p.id for p in self.alone if p.building == b.id]
            visited = sum(self.visits[elder] for elder in elders if elder in self.pairs)
            mean = visited / max(len(elders), 1) * min(share)
            prevented = self.part[b.id] * (1.0 - exp(-self.prevention_log_rate * mean))
            cared.append(log(1.0 - prevented))
        visited = {w.people[elder].home: self.visits[elder] for elder in self.pairs}
        at_home = [visited.get(i.household, 0.0) if FAMILIES[i.family] == "care" else 0.0 for i in w.issues]
        return {
            "ease": [[part if family == "care" else 0.0 for family in FAMILIES] for part in cared],
            "sight": [self.detection_rate * visits * min(share) for visits in at_home],
            "supply": [self.visit_hours(w).get(pool, 0.0) for pool in POOLS],
        }

    def learn(self, w) -> None:
        self.found += self.searches_today() * self.share
        lapses = w.random_numbers.key("one-to-one care: a pairing lapses", w.day)
        this_week = w.random_numbers.key("one-to-one care: this week's visit", w.day)
        leaving = [draw_leaving_household(w, b) for b in w.buildings if b.id % 7 == w.day % 7]
        gone = {person.id for home in leaving if home for person in home.people}
        for elder, visitor in [*self.pairs.items()]:
            came = self.visits[elder] * self.share > 0.0
            self.idle[elder] = 0 if came else self.idle[elder] + 1
            if w.people[elder].building % 7 == w.day % 7:
                person = w.people[visitor]
                tired = w.scenario.residents.fatigue_logit * person.fatigue
                comes = person.presence / (1.0 + exp(tired - self.promise_logit))
                self.visits[elder] = 1.0 if chance(this_week, elder) < comes else 0.0
            if (
                self.idle[elder] >= self.max_gap_days
                or chance(lapses, elder) < self.lapse_rate / 365
                or gone & {elder, visitor}
            ):
                del self.pairs[elder]
                self.counted["ended"] += 1.0
        self.counted["paired"] -= len(self.pairs)
        found = self.found
        self.pair_elders(
            w,
            w.random_numbers.key("one-to-one care: who is found", w.day),
            self.acceptance_share,
        )
        self.counted["pairs"] = len(self.pairs)
        self.counted["paired"] += len(self.pairs)
        self.counted["searches"] += found - self.found
