"""Grid patrol (网格巡查): someone walks by, sees the problem before anyone reports it, runs errands and checks on quarrels.

Disappoints when the hands are few for the households, and paperwork takes its share of them.
"""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from ..categories import FAMILIES, HANDS
from ..hours import spent
from ..issues import TABLE, wants
from ..knobs import knob
from ..pull import Pull
from . import Mechanism

GRID = HANDS.index("grid")
DISPUTE = FAMILIES.index("dispute")


@dataclass(frozen=True)
class GridPatrol(Mechanism):
    zh: ClassVar[str] = "网格巡查"
    walk: float = knob(0.25, 0.01, 4.0, unit="hours/building/day", source="assumed; a grid worker makes one to five visits a day")
    paperwork: float = knob(0.3, 0.0, 1.0, unit="share of the hours", source="assumed; paperwork is reported")
    sight: float = knob(0.48, 0.0, 8.0, unit="1/hour walked in a building, of finding what is in common space", source="assumed; sweep it")
    visits: float = knob(0.08, 0.0, 4.0, unit="1/hour walked in a building, of hearing what is behind a door", source="assumed")
    errands: float = knob(0.1, 0.0, 2.0, unit="hours/building/day for small jobs", source="assumed")
    checks: float = knob(0.12, 0.0, 4.0, unit="sittings' worth of checking on a quarrel per hour walked in a building", source="assumed")

    def ask(self, world, own):
        return {"grid": (self.walk + self.errands) * len(world.buildings.compound) / (1.0 - min(self.paperwork, 0.99))}

    def pull(self, world, own, share):
        issues, got = world.issues, share[0]
        scope = issues["scope"]
        hours = np.array([self.errands * len(world.buildings.compound) * got])
        walked = got * self.walk  # hours in each building
        return Pull(
            sight=walked * np.where(scope > 0, self.sight, self.visits),
            work=spent(hours, np.zeros(len(issues), np.int64), wants(issues, world.cats.hands[:, GRID])),
            accord=walked * self.checks * ((issues["family"] == DISPUTE) & (issues["state"] == TABLE)),
        )
