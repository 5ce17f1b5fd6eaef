"""Party volunteers (党员志愿服务): members and neighbours care, tidy and repair, with service days.

Disappoints as the team ages, and because a few people carry most of the work: those who are asked too often
tire. Students help in their holidays only.

A team works every day and holds a service day every 91 days. t is the share of the team that is left, 1 at
first.

- *Asks* `t * daily_hours` hours a building (`t * service_day_hours` on service days), half of members, half
  of volunteers.
- *Pulls*: `work` with the share s of these hours, on what volunteers can do; `sight = detection_rate * t s`
  on care issues; `wish = volunteering_logit * t s` on members and listed volunteers. On service days,
  `trust in neighbours = neighbour_trust_per_service_day * t s` and `ties = contacts_per_service_day * t s`.
  In the months of school holidays students help: `supply` of `student_hours * buildings * t s` volunteer
  hours, a day ahead.
- *Learns* `t += (joining_rate * (1 - t) - ageing_rate * t) / 365`.
- *Limits*: the team ages and tires.
"""

from dataclasses import dataclass
from typing import ClassVar, NamedTuple

import numpy as np

from ...engine.codes import TRUST_NEIGHBOURS
from ...engine.jit import kernel, lean_kernel
from ...engine.parameters import knob
from ..issues.categories import FAMILIES, HANDS, SEASONS
from ..resources.allocation import spend_hours
from ..resources.levers import ALL, MEMBER, STANDINGS, VOLUNTEER
from . import Count, Mechanism

HAND = HANDS.index("volunteer")
QUARTER, YEAR = 91, 365  # days
CARE = FAMILIES.index("care")
SERVICE_DAYS, SERVED, TEAM_SHARE = range(3)  # places of `counts`


class Team(NamedTuple):
    """The team, and when students help it."""

    left: np.ndarray  # (1,) float64     share of a full team that is left, 0..1
    holiday: np.ndarray  # (YEAR,) float64  1 where students have holidays, by day of the run


@dataclass(frozen=True)
class PartyVolunteers(Mechanism):
    zh: ClassVar[str] = "党员志愿服务"
    zh_letter: ClassVar[str] = "志"
    meant_for: ClassVar[tuple[str, ...]] = ("environment", "care")
    zh_does: ClassVar[str] = "党员和邻居组成志愿服务队，照护、打扫、小修，每季度一个服务日，假期有学生参加。"
    zh_disappoints: ClassVar[str] = "队伍老化；大部分工作由少数人承担，总被叫到的人会疲劳；学生只在假期参加。"
    group: ClassVar[str] = "works"
    pulls: ClassVar[tuple] = ("sight", "work", "wish", "trust", "ties", "supply")
    counts: ClassVar[tuple] = (
        Count("service_days", "service days held", "服务日", "days", "天"),
        Count("served", "issues served, each day it is worked on", "服务", "services", "件次"),
        Count("team_share", "share of a full team today", "队伍规模", "of a full team", "占满员", level=True),
    )
    daily_hours: float = knob(
        0.2,
        0.01,
        2.0,
        unit="hours/building/day asked of the team",
        source="assumed",
        words=("Everyday hours", "日常投入", "小时/栋·天"),
    )
    service_day_hours: float = knob(
        1.0,
        0.0,
        10.0,
        unit="hours/building asked on a service day",
        source="guiyuan: a service day every quarter",
        words=("Service day", "服务日投入", "小时/栋，每季度一次"),
    )
    volunteering_logit: float = knob(
        0.8,
        0.0,
        4.0,
        unit="logit of giving an evening, of members and listed volunteers",
        source="assumed",
        words=("Call to help", "号召力", "党员和在册志愿者愿出一个晚上的对数几率"),
    )
    detection_rate: float = knob(
        0.02,
        0.0,
        1.0,
        unit="1/day, of finding a care need in a home",
        source="assumed",
        words=("Finds care needs", "发现照护需求", "1/天"),
    )
    ageing_rate: float = knob(
        0.135,
        0.0,
        1.0,
        unit="share of the team lost/year",
        source="docs/sources.md: attrition 13.5 % per year (A/B)",
        words=("Loss of members by ageing", "队伍老化", "每年失去的比例"),
    )
    joining_rate: float = knob(
        0.08,
        0.0,
        1.0,
        unit="share of a full team gained/year",
        source="assumed",
        words=("New team members", "新成员", "占满员的比例/年"),
    )
    student_hours: float = knob(
        0.02,
        0.0,
        1.0,
        unit="hours/building/day added by students in the holidays, by a full team",
        source="assumed",
        words=("Students in the holidays", "假期学生", "小时/栋·天"),
    )
    contacts_per_service_day: float = knob(
        0.004,
        0.0,
        0.2,
        unit="new acquaintances per resident on a service day",
        source="assumed",
        words=("New acquaintances", "新结识", "人/居民·服务日"),
    )
    neighbour_trust_per_service_day: float = knob(
        0.005,
        0.0,
        0.1,
        unit="share of distrust in neighbours per service day",
        source="assumed",
        words=("Trust among neighbours", "邻里信任", "消除不信任的比例，每个服务日"),
    )

    def begin(self, world, random_numbers) -> Team:
        first = (world.scenario.calendar.first_month - 1) * YEAR // 12  # date of day 1, to within a day
        month = (np.arange(YEAR) - 1 + first) % YEAR * 12 // YEAR
        return Team(np.ones(1), (np.array(SEASONS["holidays"])[month] > 0).astype(float))

    @kernel
    def ask(m, w) -> None:
        half = 0.5 * m.own.left[0] * hours_wanted(w.day, len(w.buildings.compound), m.knobs[0])
        m.want[MEMBER, ALL], m.want[VOLUNTEER, ALL] = half, half

    @kernel
    def pull(m, w) -> None:
        k, issues, hands, sight, work = m.knobs[0], w.issues, w.cats.done_by, m.lever.sight, m.lever.work
        got = m.own.left[0] * m.share[ALL]
        left = np.empty(1)
        left[0] = hours_wanted(w.day, len(w.buildings.compound), k) * got
        for i in range(len(issues)):
            issue = issues[i]
            if issue.family == CARE:
                sight[i] = k.detection_rate * got
        for i in w.workable:
            issue = issues[i]
            if hands[issue.category, HAND]:
                work[i] = spend_hours(left, 0, issue.hours_left)
                m.counts[SERVED] += work[i] > 0.0
        for c in range(len(m.lever.wish)):
            for standing in range(1, STANDINGS):
                m.lever.wish[c, standing] = k.volunteering_logit * got
        if w.day % QUARTER == 0:
            m.counts[SERVICE_DAYS] += m.share[ALL]
            for b in range(len(m.lever.ties)):
                m.lever.trust[b, TRUST_NEIGHBOURS] = k.neighbour_trust_per_service_day * got
                m.lever.ties[b] = k.contacts_per_service_day * got
        m.lever.supply[VOLUNTEER - 1] = (
            k.student_hours * len(m.lever.ties) * got * m.own.holiday[w.day % YEAR]
        )

    @kernel
    def learn(m, w) -> None:
        k, left = m.knobs[0], m.own.left[0]
        m.own.left[0] = min(
            1.0, max(0.0, left + (k.joining_rate * (1.0 - left) - k.ageing_rate * left) / 365)
        )
        m.counts[TEAM_SHARE] = m.own.left[0]


@lean_kernel
def hours_wanted(day, buildings, k) -> float:
    """Return the hours that a full team is asked for on `day`."""
    return (k.service_day_hours if day % QUARTER == 0 else k.daily_hours) * buildings
