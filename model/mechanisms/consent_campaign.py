"""Consent campaign (征询): a working team goes from door to door for the signatures a collective project needs.

Disappoints at the doors nobody answers and those that say no: it stalls near the threshold, and calls there in vain.
"""

from dataclasses import dataclass
from typing import ClassVar

from ..compiled import kernel
from ..knobs import knob
from ..pull import COMMITTEE, MEMBER
from . import Mechanism


@dataclass(frozen=True)
class ConsentCampaign(Mechanism):
    zh: ClassVar[str] = "意愿征询"
    pulls: ClassVar[tuple] = ("doors", "consent")
    visits: float = knob(6.0, 0.0, 100.0, unit="doors/day and project", source="assumed; a grid worker makes one to five visits a day")
    visit: float = knob(0.5, 0.05, 4.0, unit="hours/door", source="assumed")
    members: float = knob(0.7, 0.0, 1.0, unit="share of the hours that members give; the committee gives the rest", source="assumed")
    telling: float = knob(0.1, 0.0, 4.0, unit="logit of willingness to sign, per talk with a stranger who explains", source="assumed")

    @kernel
    def ask(m, w):
        k, open_ = m.knobs[0], w.projects.open
        for c in range(len(open_)):
            hours = k.visit * min(k.visits, float(open_[c]))
            m.want[MEMBER, c] = k.members * hours
            m.want[COMMITTEE, c] = (1.0 - k.members) * hours

    @kernel
    def pull(m, w):
        k, open_, share, where = m.knobs[0], w.projects.open, m.share, w.buildings.compound
        for c in range(len(open_)):
            m.lever.doors[c] = share[c] * min(k.visits, float(open_[c]))
        for b in range(len(where)):
            if open_[where[b]] > 0:
                m.lever.consent[b] = k.telling * share[where[b]]
