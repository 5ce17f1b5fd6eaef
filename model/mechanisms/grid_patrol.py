"""Grid patrol (网格巡查): someone walks by, sees the problem before anyone reports it, runs errands and checks on quarrels.

Disappoints when the hands are few for the households, and paperwork takes its share of them.
"""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from ..categories import FAMILIES, HANDS
from ..compiled import kernel
from ..hours import spent
from ..issues import TABLE, workable
from ..knobs import knob
from ..pull import ALL, GRID
from . import Mechanism

HAND = HANDS.index("grid")
DISPUTE = FAMILIES.index("dispute")


@dataclass(frozen=True)
class GridPatrol(Mechanism):
    zh: ClassVar[str] = "网格巡查"
    pulls: ClassVar[tuple] = ("sight", "work", "accord")
    walk: float = knob(0.25, 0.01, 4.0, unit="hours/building/day", source="assumed; a grid worker makes one to five visits a day")
    paperwork: float = knob(0.3, 0.0, 1.0, unit="share of the hours", source="assumed; paperwork is reported")
    sight: float = knob(0.48, 0.0, 8.0, unit="1/hour walked in a building, of finding what is in common space", source="assumed; sweep it")
    visits: float = knob(0.08, 0.0, 4.0, unit="1/hour walked in a building, of hearing what is behind a door", source="assumed")
    errands: float = knob(0.1, 0.0, 2.0, unit="hours/building/day for small jobs", source="assumed")
    checks: float = knob(0.12, 0.0, 4.0, unit="sittings' worth of checking on a quarrel per hour walked in a building", source="assumed")

    @kernel
    def ask(m, w):
        k = m.knobs[0]
        m.want[GRID, ALL] = (k.walk + k.errands) * len(w.buildings.compound) / (1.0 - min(k.paperwork, 0.99))

    @kernel
    def pull(m, w):
        k, issues, hands, sight, work, accord = m.knobs[0], w.issues, w.cats.hands, m.lever.sight, m.lever.work, m.lever.accord
        walked = m.share[ALL] * k.walk  # hours in each building
        left = np.empty(1)
        left[0] = k.errands * len(w.buildings.compound) * m.share[ALL]
        for i in range(len(issues)):
            issue = issues[i]
            sight[i] = walked * (k.sight if issue.scope > 0 else k.visits)
            if hands[issue.category, HAND] and workable(issue):
                work[i] = spent(left, 0, issue.left)
            if issue.family == DISPUTE and issue.state == TABLE:
                accord[i] = walked * k.checks
