"""Self-management (自管委、公约): a yard without a company maintains itself by a committee and a covenant.

Disappoints through free riding: most people contribute a little less than they saw others contribute, so
that contributions fall until a meeting calls free riders to order.
"""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from ...engine.jit import inner_kernel, kernel
from ...engine.parameters import knob
from ..issues.categories import FAMILIES, HANDS
from ..issues.issue_table import is_workable
from ..resources.allocation import spend_hours
from ..resources.levers import COMMITTEE, VOLUNTEER
from . import Mechanism

HAND = HANDS.index("volunteer")
ENVIRONMENT, SAFETY = FAMILIES.index("environment"), FAMILIES.index("safety")
TUESDAY = 2


@dataclass(frozen=True)
class SelfManagement(Mechanism):
    zh: ClassVar[str] = "自管委"
    pulls: ClassVar[tuple] = ("work", "ease")
    building_hours: float = knob(
        0.15, 0.01, 3.0, unit="volunteers' hours/building/day when everybody contributes", source="assumed"
    )
    initial_contribution: float = knob(
        0.5,
        0.0,
        1.0,
        unit="share contributed at first",
        source="Ledyard 1995: 40-60 % in the first round of public goods games",
    )
    unconditional_contribution: float = knob(
        0.1,
        0.0,
        0.5,
        unit="share contributed whatever others do",
        source="assumed; late rounds of public goods games come near it",
    )
    conditional_contribution: float = knob(
        0.5,
        0.0,
        0.9,
        unit="share given of what others gave before",
        source="Fischbacher et al. 2001: half are conditional",
    )
    adjustment_rate: float = knob(
        0.02, 0.0, 0.5, unit="1/day, at which contributions follow", source="assumed"
    )
    interval_weeks: int = knob(6, 1, 52, unit="weeks between meetings", source="assumed")
    committee_hours: float = knob(1.0, 0.05, 20.0, unit="committee hours/meeting", source="assumed")
    sanction_recovery: float = knob(
        0.3,
        0.0,
        1.0,
        unit="share of what is missing that a meeting wins back",
        source="assumed; sign from Fehr & Gächter 2000",
    )
    prevention_log_rate: float = knob(
        0.4,
        0.0,
        3.0,
        unit="log rate, fewer problems of environment and safety when everybody contributes",
        source="assumed",
    )

    def begin(self, world, random_numbers) -> np.ndarray:
        """Return the share contributed at first, (compounds,) 0..1; 0 where there is a property company."""
        return np.where(world.compounds.company, 0.0, self.initial_contribution)

    @kernel
    def ask(m, w) -> None:
        k, company, first = m.knobs[0], w.compounds.company, w.compounds.first
        for c in range(len(company)):
            if not company[c]:
                m.want[VOLUNTEER, c] = k.building_hours * (first[c + 1] - first[c]) * m.own[c]
                m.want[COMMITTEE, c] = k.committee_hours if meets(c, w.day, k.interval_weeks) else 0.0

    @kernel
    def pull(m, w) -> None:
        k, own, share, first = m.knobs[0], m.own, m.share, w.compounds.first
        where, issues, hands = w.buildings.compound, w.issues, w.cats.done_by
        left = np.empty(len(own))
        for c in range(len(own)):
            left[c] = k.building_hours * (first[c + 1] - first[c]) * own[c] * share[c]
        for i in range(len(issues)):
            issue = issues[i]
            if hands[issue.category, HAND] and is_workable(issue):
                m.lever.work[i] = spend_hours(left, issue.compound, issue.hours_left)
        for b in range(len(where)):
            norms = -k.prevention_log_rate * (own[where[b]] * share[where[b]])
            m.lever.ease[b, ENVIRONMENT], m.lever.ease[b, SAFETY] = norms, norms

    @kernel
    def learn(m, w) -> None:
        k, own, share, company = m.knobs[0], m.own, m.share, w.compounds.company
        for c in range(len(own)):
            if not company[c]:
                own[c] += k.adjustment_rate * (
                    min(1.0, k.unconditional_contribution + k.conditional_contribution * (own[c] * share[c]))
                    - own[c]
                )
                if meets(c, w.day, k.interval_weeks):
                    own[c] += k.sanction_recovery * share[c] * (1.0 - own[c])


@inner_kernel
def meets(compound, day, every) -> bool:
    """Say whether a yard meets on `day`: on Tuesday, in its own week."""
    return day % 7 == TUESDAY and (day // 7 + compound) % every == 0
