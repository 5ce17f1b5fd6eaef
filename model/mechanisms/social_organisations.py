"""Social organisations (社会组织): a hub brings in service organisations, and with their help incubates local ones, who care.

Disappoints when grants and fees are not paid: nobody follows those who leave, and what was incubated withers. Local ones
take many months to grow.
"""

from dataclasses import dataclass
from typing import ClassVar, NamedTuple

import numpy as np

from ..categories import FAMILIES, HANDS
from ..compiled import kernel, part
from ..hours import WEEKEND, spent
from ..issues import workable
from ..knobs import knob
from ..pull import ALL, COMMITTEE, YUAN
from . import Mechanism

HAND = HANDS.index("volunteer")
CARE = FAMILIES.index("care")


class Hub(NamedTuple):
    """How much of what the hub can hold is there, 0..1."""

    brought: np.ndarray    # (1,) float64  organisations brought in from elsewhere
    incubated: np.ndarray  # (1,) float64  local ones


@dataclass(frozen=True)
class SocialOrganisations(Mechanism):
    zh: ClassVar[str] = "社会组织"
    pulls: ClassVar[tuple] = ("sight", "work")
    brought: float = knob(0.03, 0.0, 1.0, unit="hours/building/day of all that can be brought in", source="assumed")
    local: float = knob(0.06, 0.0, 2.0, unit="hours/building/day of all that can be incubated", source="assumed; guanyinan: six to three")
    arrive: float = knob(0.03, 0.0, 0.5, unit="1/day paid for, at which organisations are brought in", source="assumed: most within three months")
    incubate: float = knob(0.01, 0.0, 0.2, unit="1/day paid for, at which those brought in raise local ones", source="assumed: most within half a year")
    leaving: float = knob(0.005, 0.0, 0.5, unit="1/day, at which they leave or close", source="assumed: half are gone five months after the grants end")
    price: float = knob(40.0, 1.0, 300.0, unit="yuan/hour, grants and fees together", source="assumed")
    rent: float = knob(0.5, 0.01, 50.0, unit="yuan/building/day for the hub", source="assumed")
    staff: float = knob(0.02, 0.0, 2.0, unit="committee hours/building/working day", source="assumed")
    eyes: float = knob(0.2, 0.0, 8.0, unit="1/hour of service in a building, of hearing what care is needed", source="assumed; sweep it")

    def begin(self, world, luck):
        return Hub(np.zeros(1), np.zeros(1))

    @kernel
    def ask(m, w):
        k, buildings = m.knobs[0], len(w.buildings.compound)
        m.want[YUAN, ALL] = (k.rent + k.price * served(m.own, k)) * buildings
        if w.day % 7 not in WEEKEND:
            m.want[COMMITTEE, ALL] = k.staff * buildings

    @kernel
    def pull(m, w):
        k, issues, hands, sight, work = m.knobs[0], w.issues, w.cats.hands, m.lever.sight, m.lever.work
        here, left = served(m.own, k) * m.share[ALL], np.empty(1)
        left[0] = here * len(w.buildings.compound)
        for i in range(len(issues)):
            issue = issues[i]
            if issue.family == CARE:
                sight[i] = k.eyes * here
                if hands[issue.category, HAND] and workable(issue):
                    work[i] = spent(left, 0, issue.left)

    @kernel
    def learn(m, w):
        k, own, paid = m.knobs[0], m.own, m.share[ALL]
        brought, incubated = own.brought[0], own.incubated[0]
        own.brought[0] = brought + k.arrive * paid * (1.0 - brought) - k.leaving * brought
        own.incubated[0] = incubated + k.incubate * paid * brought * (1.0 - incubated) - k.leaving * incubated


@part
def served(own, k):
    """Hours of service in each building, a day that is paid for."""
    return k.brought * own.brought[0] + k.local * own.incubated[0]
