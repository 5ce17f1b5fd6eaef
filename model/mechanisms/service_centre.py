"""Service centre (党群服务中心): a hall, a reading room and clubs in the middle of the community, where people meet and are asked to help.

Disappoints those who live far from it, and when the rooms are full; rent is due every day, whether the doors open or not.
"""

from dataclasses import dataclass
from math import sqrt
from typing import ClassVar

import numpy as np

from ..compiled import kernel, part
from ..knobs import knob
from ..pull import ALL, COMMITTEE, STANDINGS, YUAN
from . import Mechanism


@dataclass(frozen=True)
class ServiceCentre(Mechanism):
    zh: ClassVar[str] = "党群服务中心"
    pulls: ClassVar[tuple] = ("ties", "wish", "trust")
    days: int = knob(5, 1, 7, unit="days open a week", source="assumed")
    staff: float = knob(0.5, 0.1, 24.0, unit="committee hours/day open", source="assumed")
    rent: float = knob(15.0, 1.0, 5000.0, unit="yuan/day", source="assumed; rooms are mostly lent, light and upkeep are not")
    custom: float = knob(0.05, 0.0, 0.5, unit="share of residents who come on a day, of those who live at its door", source="assumed")
    near: float = knob(3.0, 0.2, 50.0, unit="buildings away at which half as many come", source="assumed; sweep it")
    seats: float = knob(60.0, 1.0, 2000.0, unit="people/day", source="assumed; datianba's grew from 100 to 800 m2")
    meeting: float = knob(0.05, 0.0, 1.0, unit="new acquaintances per visit", source="assumed; as on an evening given")
    warmth: float = knob(0.02, 0.0, 0.3, unit="trust in neighbours, and in the committee whose door is open, per visit", source="assumed")
    turnout: float = knob(4.0, 0.0, 60.0, unit="logit of wish to give an evening, per visit and resident", source="assumed: a tenth of one, about")

    def begin(self, world, luck):
        """The share of each building's residents who come on a day that it is open; it stands at the mean cell of all buildings."""
        x, y, n = world.buildings.x, world.buildings.y, len(world.buildings.x)
        east, north, living = x.sum() / n, y.sum() / n, np.bincount(world.residents.building, minlength=n)
        come = [self.custom * self.near / (self.near + sqrt((x[b] - east) ** 2 + (y[b] - north) ** 2)) for b in range(n)]
        guests = 0.0
        for b in range(n):
            guests += come[b] * living[b]
        return np.array(come) * (min(1.0, self.seats / guests) if guests > 0.0 else 1.0)

    @kernel
    def ask(m, w):
        k = m.knobs[0]
        m.want[YUAN, ALL] = k.rent
        m.want[COMMITTEE, ALL] = k.staff if opens(w.day, k.days) else 0.0

    @kernel
    def pull(m, w):
        k, come, share, where = m.knobs[0], m.own, m.share[ALL], w.buildings.compound
        if opens(w.day, k.days):
            guests, buildings = np.zeros(len(m.share) - 1), np.zeros(len(m.share) - 1)
            for b in range(len(where)):
                m.lever.ties[b] = k.meeting * come[b] * share
                m.lever.trust[b, 0] = m.lever.trust[b, 2] = k.warmth * come[b] * share
                guests[where[b]] += come[b]
                buildings[where[b]] += 1.0
            for c in range(len(guests)):
                for standing in range(STANDINGS):
                    m.lever.wish[c, standing] = k.turnout * guests[c] / buildings[c] * share


@part
def opens(day, days):
    """Whether it opens on `day`: the first days of a week that ends on a Sunday."""
    return (day - 1) % 7 < days
