"""Service centre, told a second time."""

from math import sqrt

from twin import Mechanism, added, times


class Twin(Mechanism):
    """A house in the middle: the farther a building, the fewer of its people come, and no more than there are seats."""

    def begin(self, w):
        east, north = (sum(places) / len(w.buildings) for places in ([b.x for b in w.buildings], [b.y for b in w.buildings]))
        far = [sqrt((b.x - east) ** 2 + (b.y - north) ** 2) for b in w.buildings]
        come = [self.custom * self.near / (self.near + cells) for cells in far]
        guests = added(part * len(b.people) for part, b in zip(come, w.buildings))
        self.come = [part * (self.seats / guests if guests > self.seats else 1.0) for part in come]

    def ask(self, w):
        self.open = (w.day - 1) % 7 < self.days
        return {"yuan": self.rent, "committee": self.staff * self.open}

    def pull(self, w, share):
        if not self.open:
            return {}
        mean = [added(self.come[b.id] for b in c.parts) / float(len(c.parts)) for c in w.compounds]
        return {
            "ties": times(min(share), times(self.meeting, self.come)),
            "trust": [[warmth, 0.0, warmth] for warmth in times(min(share), times(self.warmth, self.come))],
            "wish": [[self.turnout * part * min(share)] * 4 for part in mean],
        }
