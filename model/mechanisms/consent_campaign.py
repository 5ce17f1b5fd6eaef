"""Consent campaign (征询): a working team goes from door to door for the signatures a collective project needs.

Disappoints at the doors nobody answers and those that say no: it stalls near the threshold, and calls there in vain.
"""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from ..knobs import knob
from ..pull import Pull
from . import Mechanism


@dataclass(frozen=True)
class ConsentCampaign(Mechanism):
    zh: ClassVar[str] = "意愿征询"
    visits: float = knob(6.0, 0.0, 100.0, unit="doors/day and project", source="assumed; a grid worker makes one to five visits a day")
    visit: float = knob(0.5, 0.05, 4.0, unit="hours/door", source="assumed")
    members: float = knob(0.7, 0.0, 1.0, unit="share of the hours that members give; the committee gives the rest", source="assumed")
    telling: float = knob(0.1, 0.0, 4.0, unit="logit of willingness to sign, per talk with a stranger who explains", source="assumed")

    def ask(self, world, own):
        busy = world.projects.open > 0
        if not busy.any():
            return {}
        hours = self.visit * np.where(busy, np.minimum(self.visits, world.projects.open), 0.0)
        return {"member": self.members * hours, "committee": (1.0 - self.members) * hours}

    def pull(self, world, own, share):
        busy = world.projects.open > 0
        if not busy.any():
            return Pull()
        informed = self.telling * (busy * share)[world.buildings.compound]
        return Pull(doors=share * np.where(busy, np.minimum(self.visits, world.projects.open), 0.0), consent=informed)
