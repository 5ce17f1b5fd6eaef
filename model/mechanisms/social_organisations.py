"""Social organisations (社会组织): a hub brings in service organisations, which help local ones grow.

Disappoints when grants and fees are not paid: organisations that leave are not replaced, and incubated ones
close. Local organisations take many months to grow.

A hub attracts `professional_organisations` service organisations (b is the share present) and incubates
`local_organisations` ones (share i). Hours of service per building and day: `v = organisation_hours *
(professional_organisations * b + local_organisations * i)`.

- *Asks* `(rent_yuan + price_yuan * v) * buildings` yuan and, on working days, `committee_hours * buildings`
  committee hours.
- *Pulls*: they serve in `service_fields` categories that arise and that volunteers can do, care first, then
  those that arise most: `sight = detection_rate * v s`, and `work` with `v s * buildings` hours.
- *Learns* `b += arrival_rate * s (1 - b) - leaving_rate * (2 - s) b` and `i += incubation_rate * s b (1 -
  i) - leaving_rate * (2 - s) i`.
- *Limits*: grants end.
"""

from dataclasses import dataclass
from typing import ClassVar, NamedTuple

import numpy as np

from ...engine.jit import kernel, lean_kernel
from ...engine.parameters import knob
from ..issues.categories import FAMILIES, HANDS
from ..resources.allocation import WEEKEND, spend_hours
from ..resources.levers import ALL, COMMITTEE, YUAN
from . import Count, Mechanism

HAND = HANDS.index("volunteer")
CARE = FAMILIES.index("care")
ORGANISATIONS, SERVICE_HOURS, SERVED = range(3)  # places of `counts`


class Hub(NamedTuple):
    """The share of organisations at work, and the categories they serve."""

    brought: np.ndarray  # (1,) float64  share of those from elsewhere, 0..1
    incubated: np.ndarray  # (1,) float64  share of local ones, 0..1
    # categories served, of those that arise and volunteers can do: care first, then the most frequent
    serves: np.ndarray  # (categories,) bool


@dataclass(frozen=True)
class SocialOrganisations(Mechanism):
    zh: ClassVar[str] = "社会组织"
    zh_letter: ClassVar[str] = "社"
    meant_for: ClassVar[tuple[str, ...]] = ("care", "environment")
    zh_does: ClassVar[str] = "枢纽引进社会组织提供服务，再由它们孵化本地组织。"
    zh_disappoints: ClassVar[str] = (
        "资助和收费中断后，离开的组织无人接替，本地组织也会关闭；本地组织要许多个月才能成长起来。"
    )
    group: ClassVar[str] = "works"
    pulls: ClassVar[tuple] = ("sight", "work")
    counts: ClassVar[tuple] = (
        Count(
            "organisations", "organisations at work today", "在驻社会组织", "organisations", "家", level=True
        ),
        Count("service_hours", "hours of service", "服务时间", "hours", "小时"),
        Count("served", "issues served, each day it is worked on", "服务", "services", "件次"),
    )
    professional_organisations: int = knob(
        3,
        0,
        100,
        unit="organisations brought in",
        source="guanyinan: 3",
        words=("Organisations brought in", "引进组织", "家"),
    )
    local_organisations: int = knob(
        6,
        0,
        100,
        unit="local organisations raised",
        source="guanyinan: 6",
        words=("Local organisations", "孵化组织", "家"),
    )
    service_fields: int = knob(
        5,
        1,
        20,
        unit="kinds of issues they work on, care first",
        source="assumed: all of care; guanyinan: 8 fields",
        words=("Kinds of issues they work on", "服务领域", "类，照护优先"),
    )
    organisation_hours: float = knob(
        0.01,
        0.0,
        0.5,
        unit="hours/building/day of each organisation",
        source="assumed: larger in a larger community",
        words=("Size of an organisation", "每家规模", "小时/栋·天"),
    )
    arrival_rate: float = knob(
        0.03,
        0.0,
        0.5,
        unit="1/day with funding, at which organisations are brought in",
        source="assumed: most within three months",
        words=("Speed of bringing in", "引进的快慢", "1/天，有资金的日子"),
    )
    incubation_rate: float = knob(
        0.01,
        0.0,
        0.2,
        unit="1/day with funding, at which each helps a local one to start",
        source="assumed: most within half a year",
        words=("Speed of raising local ones", "孵化的快慢", "1/天，有资金的日子"),
    )
    leaving_rate: float = knob(
        0.0025,
        0.0,
        0.25,
        unit="1/day, at which they leave or close; doubled without funding",
        source="assumed: half are gone five months after the grants end",
        words=("Speed of leaving", "离开的快慢", "1/天；没有资金时加倍"),
    )
    price_yuan: float = knob(
        40.0,
        1.0,
        300.0,
        unit="yuan/hour, grants and fees together",
        source="assumed",
        words=("Price per hour", "每小时费用", "元/小时，资助和收费合计"),
    )
    rent_yuan: float = knob(
        0.5,
        0.01,
        50.0,
        unit="yuan/building/day for the hub",
        source="assumed",
        words=("Rent of the hub", "枢纽租金", "元/栋·天"),
    )
    committee_hours: float = knob(
        0.02,
        0.0,
        2.0,
        unit="committee hours/building/working day",
        source="assumed",
        words=("Committee's time", "居委会投入", "小时/栋·工作日"),
    )
    detection_rate: float = knob(
        0.2,
        0.0,
        8.0,
        unit="1/hour of service in a building, of finding an issue",
        source="assumed; vary it",
        words=("Finds issues", "发现事项", "1/服务小时"),
    )

    def begin(self, world, random_numbers) -> Hub:
        cats, often = world.cats, world.clocks.rate.sum(axis=0)
        fields = np.lexsort((-often, cats.family != CARE))
        fields = fields[cats.done_by[fields, HAND] & (often[fields] > 0.0)][: self.service_fields]
        return Hub(np.zeros(1), np.zeros(1), np.isin(np.arange(len(cats.family)), fields))

    @kernel
    def ask(m, w) -> None:
        k, buildings = m.knobs[0], len(w.buildings.compound)
        m.want[YUAN, ALL] = (k.rent_yuan + k.price_yuan * service_hours(m.own, k)) * buildings
        if w.day % 7 not in WEEKEND:
            m.want[COMMITTEE, ALL] = k.committee_hours * buildings

    @kernel
    def pull(m, w) -> None:
        k, issues, serves, sight, work = m.knobs[0], w.issues, m.own.serves, m.lever.sight, m.lever.work
        hours, left = service_hours(m.own, k) * m.share[ALL], np.empty(1)
        left[0] = hours * len(w.buildings.compound)
        m.counts[SERVICE_HOURS] += left[0]
        for i in range(len(issues)):
            issue = issues[i]
            if serves[issue.category]:
                sight[i] = k.detection_rate * hours
        for i in w.workable:
            if serves[issues[i].category]:
                work[i] = spend_hours(left, 0, issues[i].hours_left)
                m.counts[SERVED] += work[i] > 0.0

    @kernel
    def learn(m, w) -> None:
        k, own, paid = m.knobs[0], m.own, m.share[ALL]
        brought, incubated = own.brought[0], own.incubated[0]
        own.brought[0] = (
            brought + k.arrival_rate * paid * (1.0 - brought) - k.leaving_rate * (2.0 - paid) * brought
        )
        own.incubated[0] = (
            incubated
            + k.incubation_rate * paid * brought * (1.0 - incubated)
            - k.leaving_rate * (2.0 - paid) * incubated
        )
        m.counts[ORGANISATIONS] = (
            k.professional_organisations * own.brought[0] + k.local_organisations * own.incubated[0]
        )


@lean_kernel
def service_hours(own, k) -> float:
    """Return the hours of service per building and paid day."""
    return k.organisation_hours * (
        k.professional_organisations * own.brought[0] + k.local_organisations * own.incubated[0]
    )
