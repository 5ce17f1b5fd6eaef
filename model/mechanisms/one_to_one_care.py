"""One-to-one care (一对一结对): each elder living alone is paired with a member, who looks in before a need becomes an emergency.

Disappoints when a pairing lapses, the sooner the fewer hours members have for it; the elder then waits for a new one.
"""

from dataclasses import dataclass
from typing import ClassVar, NamedTuple

import numpy as np

from ..categories import FAMILIES
from ..compiled import kernel, part
from ..knobs import knob
from ..luck import chance, decision, key
from ..pull import ALL, MEMBER
from . import Mechanism

CARE = FAMILIES.index("care")
ELDER = 2  # an age band
LAPSES = decision("one-to-one care: a pairing lapses")


class Pairs(NamedTuple):
    """The elders living alone, one row each; how many there are in each building; and the search for members."""

    elder: np.ndarray     # (n,) int64    resident
    building: np.ndarray  # (n,) int64
    paired: np.ndarray    # (n,) float64  1 with a member, 0 without
    alone: np.ndarray     # (buildings,) float64  how many live there
    found: np.ndarray     # (1,) float64  how much of the next member has been found


@dataclass(frozen=True)
class OneToOneCare(Mechanism):
    zh: ClassVar[str] = "一对一结对"
    pulls: ClassVar[tuple] = ("ease", "sight")
    hours: float = knob(1.0, 0.1, 10.0, unit="members' hours/pair and week", source="assumed; yiduan paired 18 lonely elders")
    search: float = knob(2.0, 0.1, 40.0, unit="members' hours to find and introduce a member", source="assumed")
    renewing: float = knob(6.0, 0.0, 60.0, unit="pairs made a month at most", source="assumed")
    lapsing: float = knob(0.5, 0.0, 20.0, unit="1/year, that a pairing lapses though the member has time", source="assumed; lapses are reported")
    neglect: float = knob(6.0, 0.0, 60.0, unit="1/year more, that it lapses when the member has none", source="assumed")
    met: float = knob(0.4, 0.0, 3.0, unit="log rate by which needs arise less where all elders alone are paired", source="assumed; sweep it")
    ear: float = knob(0.1, 0.0, 2.0, unit="1/day, of hearing what care is needed behind a door there", source="assumed: half of it within a week")

    def begin(self, world, luck):
        homes, people, b = world.households, world.residents, len(world.buildings.compound)
        head = homes.first[:-1][np.diff(homes.first) == 1]
        elder = head[people.band[head] == ELDER].astype(np.int64)
        building = people.building[elder].astype(np.int64)
        return Pairs(elder, building, np.zeros(len(elder)), np.bincount(building, minlength=b).astype(float), np.zeros(1))

    @kernel
    def ask(m, w):
        k, pairs = m.knobs[0], count(m.own.paired)
        m.want[MEMBER, ALL] = k.hours / 7 * pairs + k.search * sought(m.own, k)

    @kernel
    def pull(m, w):
        k, own, share, issues = m.knobs[0], m.own, m.share[ALL], w.issues
        cared = np.zeros(len(own.alone))
        for i in range(len(own.elder)):
            cared[own.building[i]] += own.paired[i]
        for b in range(len(cared)):
            cared[b] = cared[b] / max(own.alone[b], 1.0) * share
            m.lever.ease[b, CARE] = -k.met * cared[b]
        for i in range(len(issues)):
            if issues[i].family == CARE and issues[i].scope == 0:
                m.lever.sight[i] = k.ear * cared[issues[i].building]

    @kernel
    def learn(m, w):
        k, own, share, lapses = m.knobs[0], m.own, m.share[ALL], key(w.seed, LAPSES, w.day)
        own.found[0] += sought(own, k) * share
        for i in range(len(own.elder)):
            if chance(lapses, own.elder[i]) < (k.lapsing + k.neglect * (1.0 - share)) / 365:
                own.paired[i] = 0.0
        for i in range(len(own.elder)):
            if own.paired[i] == 0.0 and own.found[0] >= 1.0:
                own.paired[i] = 1.0
                own.found[0] -= 1.0


@part
def count(paired):
    """How many elders have a member."""
    n = 0.0
    for i in range(len(paired)):
        n += paired[i]
    return n


@part
def sought(own, k):
    """How many members are looked for today: no more than there are elders without one."""
    return min(k.renewing / 30, len(own.elder) - count(own.paired))
