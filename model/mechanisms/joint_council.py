"""Joint council (联席会议、议事会): committee, owners and property company at one table, on a calendar; tasks get names and dates.

Disappoints between dates, when items queue for the next meeting, and when too few come: every sitting tires people.
"""

from dataclasses import dataclass
from typing import ClassVar, NamedTuple

import numpy as np

from ..hours import spent
from ..issues import TABLE, known
from ..knobs import knob
from ..pull import Pull
from . import Mechanism


class Councils(NamedTuple):
    """The councils, one row per compound."""

    weary: np.ndarray    # (compounds,) float64  of meetings, 0..1
    minuted: np.ndarray  # (compounds,) float64  1 where the last sitting was held, so that there are minutes to go by
    sits: np.ndarray     # (compounds,) bool     sits today


@dataclass(frozen=True)
class JointCouncil(Mechanism):
    zh: ClassVar[str] = "联席会议"
    every: int = knob(4, 1, 26, unit="weeks between sittings of a compound", source="fangzhi_longhuwan held six in a year, some nine weeks apart; assumed oftener")
    staff: float = knob(2.0, 0.25, 20.0, unit="committee hours/sitting", source="assumed")
    company: float = knob(2.0, 0.0, 20.0, unit="property company hours/sitting, where there is one", source="assumed")
    members: float = knob(4.0, 0.5, 40.0, unit="party members' hours/sitting", source="assumed")
    items: int = knob(4, 0, 50, unit="items/sitting", source="assumed; one evening")
    push: float = knob(2.0, 0.0, 10.0, unit="sittings' worth for an item on the table", source="assumed")
    quorum: float = knob(0.4, 0.0, 1.0, unit="share of those expected", source="assumed")
    minutes: float = knob(1.0, 0.0, 6.0, unit="log rate, what was minuted is not forgotten", source="assumed")
    fatigue: float = knob(0.12, 0.0, 1.0, unit="share of attendance lost per sitting", source="assumed; meeting fatigue is reported")
    recovery: float = knob(0.01, 0.0, 0.2, unit="1/day", source="assumed")
    answer: float = knob(0.004, 0.0, 0.1, unit="trust in the committee per sitting held", source="assumed")
    evening: float = knob(1.0, 0.0, 10.0, unit="logit of wish lost to weariness of meetings", source="assumed")

    def begin(self, world, luck):
        c = len(world.compounds.company)
        return Councils(np.zeros(c), np.zeros(c), self.sits(c, 1))

    def sits(self, compounds, day):
        """Which compounds sit on `day`, (compounds,) bool: each on its own weekday and in its own week."""
        c = np.arange(compounds)
        return (day % 7 == 1 + c % 5) & ((day // 7 + c // 5) % self.every == 0)

    def ask(self, world, own):
        sits = own.sits
        if not sits.any():
            return {}
        return {"committee": self.staff * sits, "member": self.members * sits, "property": self.company * (sits & world.compounds.company)}

    def held(self, world, own, share):
        """Attendance at today's sittings, (compounds,) 0..1; none below the quorum."""
        here = share * (1.0 - own.weary) * own.sits
        return np.where(here >= self.quorum, here, 0.0)

    def pull(self, world, own, share):
        issues, tired = world.issues, -self.evening * np.repeat(own.weary[:, None], 4, axis=1)
        minutes = self.minutes * (own.minuted * share)[issues["compound"]] * known(issues)
        if not own.sits.any():
            return Pull(wish=tired, keep=minutes)
        held = self.held(world, own, share)
        table = (issues["state"] == TABLE).astype(float)
        taken = spent(np.where(held > 0, float(self.items), 0.0), issues["compound"], table)
        kind = np.zeros((len(world.buildings.compound), 3))
        kind[:, 0] = self.answer * held[world.buildings.compound]
        return Pull(accord=self.push * taken * held[issues["compound"]], keep=minutes, trust=kind, wish=tired)

    def learn(self, world, own, share, luck):
        rested = own.weary * (1.0 - self.recovery)
        tomorrow = self.sits(len(own.weary), world.day + 1)
        if not own.sits.any():
            return Councils(rested, own.minuted, tomorrow)
        held = self.held(world, own, share) > 0
        return Councils(np.where(held, rested + self.fatigue * (1.0 - rested), rested), np.where(own.sits, held, own.minuted), tomorrow)
