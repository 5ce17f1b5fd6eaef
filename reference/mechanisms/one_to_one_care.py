"""Reference model of the one-to-one care mechanism."""

from ...engine.codes import ELDER
from ...model.issues.categories import FAMILIES
from ..mechanism import Mechanism
from ..places import at_home
from ..random_numbers import chance, race


class Twin(Mechanism):
    """Visitors are found one after another for the elders who live alone.

    A pairing lapses by chance, more often when there is no time for it, when the visitor gives no evening for
    long, or moves away.
    """

    def begin(self, w) -> None:
        self.alone = [h.people[0] for h in w.households if len(h.people) == 1 and h.people[0].band == ELDER]
        self.pairs, self.idle, self.tired, self.turn, self.found = {}, {}, {}, 0, float(self.initial_pairs)
        self.pair_elders(
            w,
            {p.id for p in w.people if p.member or p.volunteer},
            w.random_numbers.key("one-to-one care: who is there at first"),
        )
        self.turn, self.found = 0, 0.0

    def pair_elders(self, w, willing, key) -> None:
        """Draw visitors for the next elders without one, from the building, else from the compound."""
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
                    [p for p in place.people if p.id in willing and p.id not in taken]
                    for place in (building, w.compounds[building.compound])
                ]
                visitor = race(free[0], at_home, key) or race(free[1], at_home, key)
                if visitor:
                    self.pairs[elder.id], self.idle[elder.id], self.tired[elder.id] = visitor.id, 0, 0.0

    def searches_today(self) -> float:
        """Return the number of searches begun today."""
        return min(self.pairs_per_month / 30, float(len(self.alone) - len(self.pairs)))

    def ask(self, w) -> dict:
        members = sum(w.people[visitor].member for visitor in self.pairs.values())
        by_others = {"volunteer": self.pair_hours / 7 * (len(self.pairs) - members)}
        return {
            "member": self.pair_hours / 7 * members + self.search_hours * self.searches_today()
        } | by_others

    def pull(self, w, share) -> dict:
        self.share, cared = min(share), []
        self.counted["visits"] += len(self.pairs) * self.share / 7
        for b in w.buildings:
            elders = [p.id for p in self.alone if p.building == b.id]
            cared.append(len(self.pairs.keys() & elders) / max(len(elders), 1) * min(share))
        behind_a_door = [FAMILIES[i.family] == "care" and i.household >= 0 for i in w.issues]
        return {
            "ease": [
                [-self.prevention_log_rate * part if family == "care" else 0.0 for family in FAMILIES]
                for part in cared
            ],
            "sight": [
                self.detection_rate * cared[i.building] if inside else 0.0
                for i, inside in zip(w.issues, behind_a_door)
            ],
        }

    def learn(self, w) -> None:
        self.found += self.searches_today() * self.share
        lapses = w.random_numbers.key("one-to-one care: a pairing lapses", w.day)
        rate = (self.lapse_rate + self.neglect_lapse_rate * (1.0 - self.share)) / 365
        self.idle = {
            elder: 0 if w.people[visitor].gives else self.idle[elder] + 1
            for elder, visitor in self.pairs.items()
        }
        moved = {
            elder
            for elder, visitor in self.pairs.items()
            if self.tired[elder] > 0.0 and w.people[visitor].fatigue == 0.0
        }
        self.tired = {elder: w.people[visitor].fatigue for elder, visitor in self.pairs.items()}
        lapsed = {
            elder
            for elder in self.pairs
            if self.idle[elder] >= self.max_gap_days or chance(lapses, elder) < rate
        }
        before = len(self.pairs)
        self.pairs = {elder: visitor for elder, visitor in self.pairs.items() if elder not in moved | lapsed}
        self.counted["ended"] += before - len(self.pairs)
        self.counted["paired"] -= len(self.pairs)
        self.pair_elders(
            w,
            {p.id for p in w.people if p.gives and (p.member or p.volunteer)},
            w.random_numbers.key("one-to-one care: who is found", w.day),
        )
        self.counted["pairs"] = len(self.pairs)
        self.counted["paired"] += len(self.pairs)
