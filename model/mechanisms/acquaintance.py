"""Making strangers familiar (创熟): a neighbourhood association with clubs and festivals, where neighbours meet and habits form.

Disappoints by being slow, for a habit takes a year of evenings and fades without them; and owners who live elsewhere do not come.
"""

from dataclasses import dataclass
from typing import ClassVar, NamedTuple

import numpy as np

from ..categories import FAMILIES
from ..compiled import kernel, part
from ..knobs import knob
from ..pull import ALL, STANDINGS, VOLUNTEER, YUAN
from . import Mechanism

ENVIRONMENT, SAFETY = FAMILIES.index("environment"), FAMILIES.index("safety")


class Neighbours(NamedTuple):
    """What has grown among neighbours, one row per building."""

    come: np.ndarray   # (buildings,) float64  share of the homes that take part
    habit: np.ndarray  # (buildings,) float64  of keeping shared space as one's own, 0..1


@dataclass(frozen=True)
class Acquaintance(Mechanism):
    zh: ClassVar[str] = "创熟"
    pulls: ClassVar[tuple] = ("ties", "ease", "wish")
    club: float = knob(0.75, 0.05, 8.0, unit="volunteers' hours/building and club evening, one a week", source="assumed")
    festivals: int = knob(4, 0, 24, unit="festivals/year", source="assumed; lianhe held 22 cultural events in a year")
    feast: float = knob(60.0, 5.0, 5000.0, unit="yuan/building and festival", source="assumed")
    meeting: float = knob(0.02, 0.0, 0.5, unit="new acquaintances per resident and club evening or festival", source="assumed; sweep it")
    absence: float = knob(1.0, 0.0, 1.0, unit="share of an away home's part that is lost", source="assumed; absent owners are reported")
    growing: float = knob(0.03, 0.0, 0.5, unit="share of the habit still missing, won at each gathering", source="assumed: most of it within a year")
    fading: float = knob(0.002, 0.0, 0.1, unit="share of the habit lost/day", source="assumed: a year without gatherings leaves half")
    norms: float = knob(0.4, 0.0, 3.0, unit="log rate by which litter and e-bikes arise less where the habit is full", source="assumed; sweep it")
    turnout: float = knob(0.3, 0.0, 3.0, unit="logit of wish to give an evening where the habit is full", source="assumed")

    def begin(self, world, luck):
        homes, b = world.households, len(world.buildings.compound)
        away = np.bincount(homes.building, homes.away, b) / np.bincount(homes.building, minlength=b)
        return Neighbours(1.0 - self.absence * away, np.zeros(b))

    @kernel
    def ask(m, w):
        k, where = m.knobs[0], w.buildings.compound
        if festive(w.day, k.festivals):
            m.want[YUAN, ALL] = k.feast * len(where)
        else:
            for b in range(w.day % 7, len(where), 7):
                m.want[VOLUNTEER, where[b]] += k.club

    @kernel
    def pull(m, w):
        k, own, share, where, ease = m.knobs[0], m.own, m.share, w.buildings.compound, m.lever.ease
        habit, buildings = np.zeros(len(share) - 1), np.zeros(len(share) - 1)
        for b in range(len(where)):
            c = where[b]
            m.lever.ties[b] = k.meeting * gathered(b, c, w.day, own, share, k)
            ease[b, ENVIRONMENT] = ease[b, SAFETY] = -k.norms * own.habit[b] * share[c]
            habit[c] += own.habit[b]
            buildings[c] += 1.0
        for c in range(len(habit)):
            for standing in range(STANDINGS):
                m.lever.wish[c, standing] = k.turnout * habit[c] / buildings[c] * share[c]

    @kernel
    def learn(m, w):
        k, habit, where = m.knobs[0], m.own.habit, w.buildings.compound
        for b in range(len(habit)):
            left = habit[b] * (1.0 - k.fading)
            habit[b] = left + k.growing * gathered(b, where[b], w.day, m.own, m.share, k) * (1.0 - left)


@part
def festive(day, festivals):
    """Whether the whole community celebrates on `day`."""
    return festivals > 0 and day % (365 // festivals) == 0


@part
def gathered(b, compound, day, own, share, k):
    """What part of a building came together today: for its club, on its weekday, or for a festival of all."""
    return own.come[b] * share[compound] if b % 7 == day % 7 or festive(day, k.festivals) else 0.0
