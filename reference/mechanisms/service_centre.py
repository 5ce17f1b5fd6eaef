"""Service centre, told a second time."""

from math import sqrt

from ...model.issues.categories import FAMILIES
from ..arithmetic import sum_in_order, times
from ..issues import workable
from ..mechanism import Mechanism, spend_hours


class Twin(Mechanism):
    """Some houses, set up week by week: the farther a building from the nearest, the fewer of its people come, and no more than there is room for."""

    def begin(self, w):
        n, c, self.done = len(w.buildings), len(w.compounds), 0.0
        each = [
            w.buildings[s * n // self.stations : (s + 1) * n // self.stations] for s in range(self.stations)
        ]
        if self.address > 0:
            each = [w.compounds[(self.address - 1 + s) % c].parts for s in range(self.stations)]
        middles = [
            [sum(places) / len(house) for places in ([b.x for b in house], [b.y for b in house])]
            for house in each
            if house
        ]
        far = [[sqrt((b.x - east) ** 2 + (b.y - north) ** 2) for east, north in middles] for b in w.buildings]
        self.nigh = [self.near / (self.near + min(cells)) for cells in far]
        goes = [cells.index(min(cells)) for cells in far]
        living = [float(sum(p.presence > 0.0 for p in b.people)) for b in w.buildings]
        room = []
        for house in range(len(middles)):
            guests = sum_in_order(
                self.custom * nigh * people
                for nigh, people, to in zip(self.nigh, living, goes)
                if to == house
            )
            room.append(self.seats * self.area / guests if guests > self.seats * self.area else 1.0)
        self.come = [self.custom * nigh * room[to] for nigh, to in zip(self.nigh, goes)]
        self.charged = 1.0 - self.by_company if any(c.company for c in w.compounds) else 1.0

    def ask(self, w):
        self.open = (w.day - 1) % 7 < self.days
        yuan = self.rent * self.area * self.stations * self.done
        if self.done < 1.0:
            yuan = self.price / (7.0 * self.weeks) + yuan
        return {
            "yuan": yuan * self.charged,
            "committee": (self.staff * self.stations + self.session * self.services * self.done) * self.open,
        }

    def pull(self, w, share):
        self.paid = min(share)
        if not self.open:
            return {"work": [0.0 for _ in w.issues]}
        there, mean = (
            self.done * self.paid,
            [sum_in_order(self.come[b.id] for b in c.parts) / float(len(c.parts)) for c in w.compounds],
        )
        able = [
            FAMILIES[i.family] == "care" and w.kinds[i.category].unit != "housebound" and workable(i)
            for i in w.issues
        ]
        jobs = [min(i.left, self.nigh[i.building]) if can else 0.0 for i, can in zip(w.issues, able)]
        return {
            "ties": times(there, times(self.meeting, self.come)),
            "trust": [[warmth, 0.0, warmth] for warmth in times(there, times(self.warmth, self.come))],
            "wish": [[self.turnout * part * there] * 4 for part in mean],
            "work": spend_hours(
                [self.session * self.services * self.group * there], [0 for _ in w.issues], jobs
            ),
        }

    def learn(self, w):
        self.done = min(1.0, self.done + self.paid / (7.0 * self.weeks))
