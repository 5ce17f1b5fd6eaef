"""Mediation room (调解室): a named mediator with a lawyer and members, who hears a quarrel in repeated sittings.

Disappoints when hard cases take many sittings, and some never settle however long they are heard.
"""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from ..categories import FAMILIES
from ..issues import TABLE
from ..knobs import knob
from ..pull import Pull
from . import Mechanism

DISPUTE = FAMILIES.index("dispute")


@dataclass(frozen=True)
class MediationRoom(Mechanism):
    zh: ClassVar[str] = "调解室"
    days: int = knob(2, 1, 7, unit="days open a week", source="assumed")
    cases: float = knob(3.0, 0.0, 40.0, unit="cases heard/day open", source="assumed")
    staff: float = knob(1.0, 0.1, 8.0, unit="committee hours/case", source="assumed; mediator and grid leader")
    members: float = knob(1.0, 0.0, 8.0, unit="party members' hours/case", source="yiduan: a team of 12 members")
    lawyer: float = knob(50.0, 0.0, 2000.0, unit="yuan/case", source="assumed")
    skill: float = knob(1.0, 0.0, 5.0, unit="sittings' worth/case heard", source="by definition of a sitting; sweep it")
    giving_up: float = knob(12.0, 1.0, 60.0, unit="sittings after which a case is heard no more", source="assumed; yiduan settled one after eight")
    warmth: float = knob(0.002, 0.0, 0.1, unit="trust in neighbours, in the building, per case heard", source="assumed")

    def ask(self, world, own):
        waiting = np.count_nonzero(self.docket(world)) if self.open(world) else 0
        if not waiting:
            return {}
        heard = min(self.cases, waiting)
        return {"committee": self.staff * heard, "member": self.members * heard, "yuan": self.lawyer * heard}

    def open(self, world):
        """Whether the room is open today: the first days of the week."""
        return 1 <= world.day % 7 <= self.days or self.days == 7

    def docket(self, world):
        """Which quarrels are to be heard: at the table, and not given up on; (issues,) bool."""
        issues = world.issues
        return (issues["family"] == DISPUTE) & (issues["state"] == TABLE) & (issues["accord"] < self.giving_up)

    def pull(self, world, own, share):
        if not self.open(world):
            return Pull()
        docket = self.docket(world)
        turn = np.argsort(np.where(docket, world.issues["accord"], np.inf), kind="stable")  # those heard least come first
        heard = np.zeros(len(docket))
        waiting = np.count_nonzero(docket)
        heard[turn[:waiting]] = np.clip(min(self.cases, waiting) * share.min() - np.arange(waiting), 0.0, 1.0)
        kind = np.zeros((len(world.buildings.compound), 3))
        kind[:, 2] = self.warmth * np.bincount(world.issues["building"], heard, len(kind))
        return Pull(accord=self.skill * heard, trust=kind)
