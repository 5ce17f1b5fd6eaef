"""Party volunteers (党员志愿服务): teams of members and neighbours who care, tidy and repair, with a service day each quarter.

Disappoints as the team ages, and because a few carry most: whoever is asked too often tires.
"""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from ..categories import FAMILIES, HANDS
from ..hours import spent
from ..issues import wants
from ..knobs import knob
from ..pull import Pull
from . import Mechanism

VOLUNTEERS = HANDS.index("volunteer")
QUARTER = 91  # days
CARE = FAMILIES.index("care")


@dataclass(frozen=True)
class PartyVolunteers(Mechanism):
    zh: ClassVar[str] = "党员志愿服务"
    daily: float = knob(0.2, 0.01, 2.0, unit="hours/building/day asked of the team", source="assumed")
    festive: float = knob(1.0, 0.0, 10.0, unit="hours/building asked on a service day", source="guiyuan: a service day every quarter")
    call: float = knob(0.8, 0.0, 4.0, unit="logit, wish of members and listed volunteers to give", source="assumed")
    visits: float = knob(0.02, 0.0, 1.0, unit="1/day, of hearing what care is needed behind a door", source="assumed")
    ageing: float = knob(0.135, 0.0, 1.0, unit="share of the team lost/year", source="docs/sources.md: attrition 13.5 % a year")
    joining: float = knob(0.08, 0.0, 1.0, unit="share of a full team won/year", source="assumed")
    meeting: float = knob(0.004, 0.0, 0.2, unit="new acquaintances per resident on a service day", source="assumed")
    goodwill: float = knob(0.005, 0.0, 0.1, unit="trust in neighbours per service day", source="assumed")

    def begin(self, world, luck):
        """How much of the team is left, 0..1."""
        return 1.0

    def wanted(self, world):
        """Hours the team is asked for today."""
        return (self.festive if self.festival(world) else self.daily) * len(world.buildings.compound)

    def festival(self, world):
        return world.day % QUARTER == 0

    def ask(self, world, own):
        return {"member": 0.5 * own * self.wanted(world), "volunteer": 0.5 * own * self.wanted(world)}

    def pull(self, world, own, share):
        issues, got = world.issues, own * share.min()
        hours = np.array([self.wanted(world) * got])
        want = wants(issues, world.cats.hands[:, VOLUNTEERS])
        wish = np.zeros((len(world.compounds.company), 4))
        wish[:, 1:] = self.call * own * got
        party = self.festival(world) * got
        kind = np.zeros((len(world.buildings.compound), 3))
        kind[:, 2] = self.goodwill * party
        return Pull(
            sight=self.visits * got * (issues["family"] == CARE),
            work=spent(hours, np.zeros(len(issues), np.int64), want),
            wish=wish,
            trust=kind,
            ties=self.meeting * party,
        )

    def learn(self, world, own, share, luck):
        return min(1.0, max(0.0, own + (self.joining * (1.0 - own) - self.ageing * own) / 365))
