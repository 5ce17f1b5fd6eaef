"""Home visits (入户走访): members sit down in a flat or on the stairs, building by building, and hear what nobody reports.

Disappoints when there are more doors than evenings: in a large building few are called upon, and far fewer when members stay away.
"""

from dataclasses import dataclass
from typing import ClassVar, NamedTuple

import numpy as np

from ..compiled import kernel, part
from ..knobs import knob
from ..pull import MEMBER, STANDINGS
from . import Mechanism


class Rounds(NamedTuple):
    """How far the visitors have got, one row per building."""

    homes: np.ndarray  # (buildings,) float64  doors there are
    found: np.ndarray  # (buildings,) float64  share of its members and willing neighbours whom they have discovered, 0..1


@dataclass(frozen=True)
class HomeVisits(Mechanism):
    zh: ClassVar[str] = "入户走访"
    pulls: ClassVar[tuple] = ("sight", "trust", "wish")
    evening: float = knob(1.5, 0.0, 24.0, unit="members' hours/building and week at most, on the building's own weekday", source="assumed")
    talk: float = knob(0.5, 0.05, 4.0, unit="hours/door", source="assumed; a grid worker makes one to five visits a day")
    study: int = knob(4, 1, 26, unit="weeks from one evening of members' study to the next", source="assumed; guiyuan held 16 talks in a quarter")
    ear: float = knob(1.0, 0.0, 6.0, unit="1/visit, of hearing what is behind that door", source="assumed: two visits in three")
    warmth: float = knob(0.02, 0.0, 0.2, unit="trust in the committee per visit", source="assumed; sweep it")
    circle: float = knob(0.02, 0.0, 0.2, unit="trust in neighbours per home drawn into a study evening", source="assumed; sweep it")
    call: float = knob(0.6, 0.0, 4.0, unit="logit of wish to give an evening, of those who are discovered", source="assumed; reported of shuian")
    forgetting: float = knob(0.5, 0.0, 5.0, unit="1/year, of those discovered who drop out of sight", source="assumed")

    def begin(self, world, luck):
        b = len(world.buildings.compound)
        return Rounds(np.bincount(world.households.building, minlength=b).astype(float), np.zeros(b))

    @kernel
    def ask(m, w):
        k, where = m.knobs[0], w.buildings.compound
        for b in range(w.day % 7, len(where), 7):
            m.want[MEMBER, where[b]] += min(k.evening, k.talk * m.own.homes[b])

    @kernel
    def pull(m, w):
        k, own, share, issues, where, trust = m.knobs[0], m.own, m.share, w.issues, w.buildings.compound, m.lever.trust
        studies = (w.day // 7 - 2) % k.study == 0  # first in the third week, when members have promised an evening
        found, buildings, visited = np.zeros(len(share) - 1), np.zeros(len(share) - 1), np.zeros(len(where))
        for b in range(len(where)):
            c, here = where[b], called(b, where[b], w.day, own, share, k)
            visited[b] = 0.0 if studies else here
            trust[b, 0], trust[b, 2] = k.warmth * visited[b], k.circle * (here if studies else 0.0)
            found[c] += own.found[b]
            buildings[c] += 1.0
        for i in range(len(issues)):
            if issues[i].scope == 0:
                m.lever.sight[i] = k.ear * visited[issues[i].building]
        for c in range(len(found)):
            for standing in range(1, STANDINGS):
                m.lever.wish[c, standing] = k.call * found[c] / buildings[c] * share[c]

    @kernel
    def learn(m, w):
        k, found, where = m.knobs[0], m.own.found, w.buildings.compound
        for b in range(len(found)):
            left = found[b] * (1.0 - k.forgetting / 365)
            found[b] = left + called(b, where[b], w.day, m.own, m.share, k) * (1.0 - left)


@part
def called(b, compound, day, own, share, k):
    """Share of a building's doors at which members are today; none but on its weekday."""
    if b % 7 != day % 7:
        return 0.0
    return share[compound] * min(1.0, k.evening / (k.talk * own.homes[b]))
