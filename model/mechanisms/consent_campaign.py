"""Consent campaign (征询): a team forms, informs residents, and visits homes to collect signatures.

Disappoints where people are not at home or refuse: signatures stall near the threshold, and further visits
do not help.

For each project that collects signatures an initiating group forms. Then it holds evenings of information
while a team goes from door to door.

- *Asks*: before the first call, two member hours a day, `founding_hours` in all. Then `visit_hours` hours
  for each of `min(visits_per_day, households not signed)` doors, and `meeting_hours / 7` hours a day until
  `information_hours` hours of information have been held; the share `member_share` of these hours from
  members, the rest from the committee.
- *Pulls*: `doors = s` of these doors, and `consent = persuasion_logit * s * (1 + i) / 2`, where i is the
  share of these `information_hours` held.
- *Limits*: closed doors and refusals.
"""

from dataclasses import dataclass
from typing import ClassVar, NamedTuple

import numpy as np

from ...engine.jit import kernel, lean_kernel
from ...engine.parameters import knob
from ..resources.levers import COMMITTEE, MEMBER
from . import Count, Mechanism

TEAMS, MEETINGS, CALLS = range(3)  # places of `counts`


class Teams(NamedTuple):
    """The working teams, one row per compound."""

    project: np.ndarray  # (compounds,) int64    project that the team is for; -1 none
    ready: np.ndarray  # (compounds,) float64  how far the team has formed, 0..1; it visits doors at 1
    informed: np.ndarray  # (compounds,) float64  share of the information hours given so far


@dataclass(frozen=True)
class ConsentCampaign(Mechanism):
    zh: ClassVar[str] = "意愿征询"
    zh_letter: ClassVar[str] = "征"
    meant_for: ClassVar[tuple[str, ...]] = ("project",)
    zh_does: ClassVar[str] = "发起小组召开说明会，逐户上门，为公共工程征集签名。"
    zh_disappoints: ClassVar[str] = "有的住户总不在家，有的住户不同意；签名在接近门槛时停滞，再上门也没有用。"
    group: ClassVar[str] = "money"
    letters: ClassVar[str] = "SG"
    pulls: ClassVar[tuple] = ("doors", "consent")
    counts: ClassVar[tuple] = (
        Count("teams", "working teams formed", "组成的工作组", "teams", "个"),
        Count("meetings", "information meetings", "说明会", "meetings", "次"),
        Count("calls", "calls at doors", "上门征询", "calls", "户次"),
    )
    founding_hours: float = knob(
        6.0,
        0.5,
        200.0,
        unit="party members' hours to form an initiating group",
        source="assumed; three people, one evening each",
        words=("Time to form an initiating group", "组建发起小组", "党员小时"),
    )
    meeting_hours: float = knob(
        4.0,
        0.0,
        40.0,
        unit="hours of information/week and project",
        source="assumed; one evening of two people, on the stairs or in the yard",
        words=("Information meetings", "说明会", "小时/周·工程"),
    )
    information_hours: float = knob(
        16.0,
        1.0,
        400.0,
        unit="hours of information until everybody is informed",
        source="assumed",
        words=("Time until all are informed", "人人了解所需的说明会", "小时"),
    )
    visits_per_day: float = knob(
        6.0,
        0.0,
        100.0,
        unit="visits/day and project",
        source="assumed; a grid worker makes one to five visits a day",
        words=("Visits per day", "每天上门户数", "户/天·工程"),
    )
    visit_hours: float = knob(
        0.5,
        0.05,
        4.0,
        unit="hours/visit",
        source="assumed",
        words=("Time per visit", "每户用时", "小时/户"),
    )
    member_share: float = knob(
        0.7,
        0.0,
        1.0,
        unit="share of the hours from members; the committee gives the rest",
        source="assumed",
        words=("Members' share of the time", "党员承担", "比例，其余由居委会承担"),
    )
    persuasion_logit: float = knob(
        0.1,
        0.0,
        4.0,
        unit="logit of signing, per talk with a stranger; half where nobody was informed",
        source="assumed",
        words=(
            "Persuasion by a stranger",
            "陌生人劝说的效果",
            "每谈一次，愿签名的对数几率，未参加说明会者减半",
        ),
    )

    def begin(self, world, random_numbers) -> Teams:
        c = len(world.compounds.company)
        return Teams(np.full(c, -1), np.zeros(c), np.zeros(c))

    @kernel
    def ask(m, w) -> None:
        k, own = m.knobs[0], m.own
        for c in range(len(own.ready)):
            founds, informs, calls = plan_day(c, m, w)
            hours = informs + k.visit_hours * calls
            m.want[MEMBER, c] = founds + k.member_share * hours
            m.want[COMMITTEE, c] = (1.0 - k.member_share) * hours

    @kernel
    def pull(m, w) -> None:
        k, own, share, where = m.knobs[0], m.own, m.share, w.buildings.compound
        for c in range(len(own.ready)):
            _, informs, calls = plan_day(c, m, w)
            m.lever.doors[c] = share[c] * calls
            m.counts[CALLS] += share[c] * calls
            m.counts[MEETINGS] += share[c] * informs / k.meeting_hours if informs > 0.0 else 0.0
        for b in range(len(where)):
            c = where[b]
            if own.ready[c] >= 1.0 and w.projects.open[c] > 0:
                m.lever.consent[b] = k.persuasion_logit * share[c] * (0.5 + 0.5 * own.informed[c])

    @kernel
    def learn(m, w) -> None:
        k, own, share, projects = m.knobs[0], m.own, m.share, w.projects
        for c in range(len(own.ready)):
            if own.project[c] != projects.active[c]:
                own.project[c], own.ready[c], own.informed[c] = projects.active[c], 0.0, 0.0
            elif projects.open[c] > 0:
                founds, informs, calls = plan_day(c, m, w)
                before = own.ready[c]
                own.ready[c] = min(1.0, own.ready[c] + share[c] * founds / k.founding_hours)
                m.counts[TEAMS] += before < 1.0 <= own.ready[c]
                own.informed[c] = min(1.0, own.informed[c] + share[c] * informs / k.information_hours)


@lean_kernel
def plan_day(c, m, w) -> tuple[float, float, float]:
    """Plan a team's day: hours to form, hours to inform residents, and doors to visit."""
    k, own, unsigned = m.knobs[0], m.own, float(w.projects.open[c])
    if unsigned == 0.0:
        return 0.0, 0.0, 0.0
    if own.ready[c] < 1.0:
        return min(2.0, k.founding_hours), 0.0, 0.0
    return 0.0, k.meeting_hours / 7 if own.informed[c] < 1.0 else 0.0, min(k.visits_per_day, unsigned)
