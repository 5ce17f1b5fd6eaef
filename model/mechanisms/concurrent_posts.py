"""Concurrent posts (一肩挑): the branch secretary also chairs the owners' committee, and decides for both.

Disappoints because one person can handle only a few matters at a time, and a backlog exhausts that person.
When the person leaves, exhausted or moved away, both bodies are without a head for months: matters at the
table are forgotten and trust in the committee falls, the more so the more both bodies relied on that person.
Where there is no property company there is no owners' committee.

Where there is a company, one person is both branch secretary and chair of the owners' committee.

- *Asks* `weekly_hours / 7` member hours a day while the post is filled.
- *Pulls*: `accord = decision_sittings / 7 * s` on the `matters_at_a_time` oldest issues at the table (a
  project that collects signatures takes one of these places); `consent = persuasion_logit * s` during such
  a project. While the post is vacant, `keep = -forgetting_log_rate * lean * s` at the table and `trust in
  committee = -vacancy_trust_loss * lean * s`.
- *Learns*: lean, how far both bodies rely on the person, gains `(s - lean) / dependence_days` a day while
  the post is filled, and does not change in a vacancy. `weary = 0.99 weary + max(0, matters -
  matters_at_a_time) / fatigue_threshold_issue_days`, where matters are issues at the table and a project
  that collects signatures. At weary = 1, or with chance `leaving_rate / 365` a day, the post becomes vacant
  for `vacancy_days` days.
- *Limits*: what one person can handle, and the time after that person leaves.
"""

from dataclasses import dataclass
from typing import ClassVar, NamedTuple

import numpy as np

from ...engine.codes import TRUST_COMMITTEE
from ...engine.jit import inner_kernel, kernel
from ...engine.parameters import knob
from ...engine.randomness import decision, key_of, uniform
from ..resources.allocation import spend_hours
from ..resources.levers import MEMBER
from . import Count, Mechanism

LEAVES = decision("concurrent_posts leaves")
POSTS, MATTER_DAYS, DEPARTURES = range(3)  # places of `counts`


class Posts(NamedTuple):
    """The double posts, one row per compound."""

    since: np.ndarray  # (compounds,) float64  day from which the post is filled
    weary: np.ndarray  # (compounds,) float64  weariness; at 1 the person steps down
    # how far both bodies rely on one person, 0..1; unchanged during a vacancy
    lean: np.ndarray  # (compounds,) float64


@dataclass(frozen=True)
class ConcurrentPosts(Mechanism):
    zh: ClassVar[str] = "一肩挑"
    zh_letter: ClassVar[str] = "挑"
    meant_for: ClassVar[tuple[str, ...]] = ("dispute", "project")
    zh_does: ClassVar[str] = "支部书记兼任业委会主任，一个人就能代表两个组织作决定。"
    zh_disappoints: ClassVar[str] = (
        "一个人同时只能办几件事，积压会把人累垮。人一离任，两个组织几个月无人牵头，"
        "协商中的事项容易被遗忘，对居委会的信任下降；依赖越深，影响越大。"
        "没有物业公司的小区也就没有业委会。"
    )
    group: ClassVar[str] = "together"
    pulls: ClassVar[tuple] = ("accord", "consent", "keep", "trust")
    counts: ClassVar[tuple] = (
        Count("posts", "double posts filled today", "在任的一肩挑", "people", "人", level=True),
        Count("matter_days", "matters taken in hand, in days", "经办事项", "matter days", "件·天"),
        Count("departures", "people who stepped down or left", "卸任", "people", "人"),
    )
    weekly_hours: float = knob(
        4.0,
        0.5,
        40.0,
        unit="hours/week that the person gives",
        source="assumed; evenings",
        words=("Time of the person", "任职者投入", "小时/周"),
    )
    matters_at_a_time: int = knob(
        2,
        1,
        20,
        unit="matters at a time; a project under way comes first",
        source="assumed; one person's limits",
        words=("Matters handled at a time", "同时办几件", "件，在办的工程排第一"),
    )
    decision_sittings: float = knob(
        0.35,
        0.0,
        5.0,
        unit="equivalent sittings/matter and week",
        source="assumed",
        words=("Speed of deciding", "决策的快慢", "折合协商次数/件·周"),
    )
    persuasion_logit: float = knob(
        0.2,
        0.0,
        4.0,
        unit="logit of signing, per talk: both bodies support the project",
        source="assumed",
        words=("Persuasion to sign", "对签名的劝说效果", "每谈一次，愿签名的对数几率"),
    )
    fatigue_threshold_issue_days: float = knob(
        200.0,
        10.0,
        5000.0,
        unit="excess matters x days after which the person is exhausted",
        source="assumed",
        words=("Workload until exhaustion", "多大负担会累倒", "件·天，超出部分累积到此"),
    )
    leaving_rate: float = knob(
        0.1,
        0.0,
        2.0,
        unit="chance/year of leaving for another reason",
        source="assumed",
        words=("Chance of leaving", "离任的可能", "概率/年，因其他原因"),
    )
    vacancy_days: int = knob(
        90,
        0,
        1000,
        unit="days until a successor can hold both posts",
        source="assumed; two elections",
        words=("Vacancy", "空缺", "天，到找到能兼两职的人"),
    )
    dependence_days: int = knob(
        60,
        1,
        1000,
        unit="days in the post until both bodies depend on the person by two thirds",
        source="assumed",
        words=("Days until both bodies depend on them", "依赖形成", "天，两边有三分之二依赖此人时"),
    )
    forgetting_log_rate: float = knob(
        1.0,
        0.0,
        6.0,
        unit="log rate by which matters at the table are forgotten faster in a vacancy",
        source="assumed; vary it",
        words=("Faster forgetting in a vacancy", "空缺时更易遗忘", "对数率，协商中的事项"),
    )
    vacancy_trust_loss: float = knob(
        0.0005,
        0.0,
        0.02,
        unit="share of trust in the committee lost/day in a vacancy",
        source="assumed; vary it",
        words=("Trust lost in a vacancy", "空缺损失的信任", "失去信任的比例，对居委会，每天"),
    )

    def begin(self, world, random_numbers) -> Posts:
        c = len(world.compounds.company)
        return Posts(np.zeros(c), np.zeros(c), np.zeros(c))

    @kernel
    def ask(m, w) -> None:
        for c in range(len(m.own.since)):
            if w.compounds.company[c] and m.own.since[c] <= w.day:
                m.want[MEMBER, c] = m.knobs[0].weekly_hours / 7

    @kernel
    def pull(m, w) -> None:
        k, since, share, issues = m.knobs[0], m.own.since, m.share, w.issues
        accord, keep = m.lever.accord, m.lever.keep
        unsigned, where, company = w.projects.open, w.buildings.compound, w.compounds.company
        room, loss = np.zeros(len(since)), np.zeros(len(since))
        m.counts[POSTS] = 0.0
        for c in range(len(since)):
            if company[c] and since[c] <= w.day:
                room[c] = k.matters_at_a_time - (unsigned[c] > 0)
                m.counts[POSTS] += 1.0
            elif company[c]:
                loss[c] = m.own.lean[c] * share[c]
        for i in w.at_table:
            c = issues[i].compound
            taken = share[c] * spend_hours(room, c, 1.0)
            accord[i] = k.decision_sittings / 7 * taken
            m.counts[MATTER_DAYS] += taken
            keep[i] = -k.forgetting_log_rate * loss[c]
        for b in range(len(where)):
            c = where[b]
            m.lever.trust[b, TRUST_COMMITTEE] = -k.vacancy_trust_loss * loss[c]
            if company[c] and since[c] <= w.day and unsigned[c] > 0:
                m.lever.consent[b] = k.persuasion_logit * share[c]

    @kernel
    def learn(m, w) -> None:
        k, since, weary, lean = m.knobs[0], m.own.since, m.own.weary, m.own.lean
        load, leaves = count_matters(w), key_of(w.seed, LEAVES, w.day)
        for c in range(len(since)):
            if w.compounds.company[c] and since[c] <= w.day:
                lean[c] += (m.share[c] - lean[c]) / k.dependence_days
                weary[c] = (
                    weary[c] * 0.99 + max(0.0, load[c] - k.matters_at_a_time) / k.fatigue_threshold_issue_days
                )
                if weary[c] >= 1.0 or uniform(leaves, c) < k.leaving_rate / 365:
                    since[c], weary[c] = w.day + 1 + k.vacancy_days, 0.0
                    m.counts[DEPARTURES] += 1.0


@inner_kernel
def count_matters(w) -> np.ndarray:
    """Count the matters at the table, and projects that collect signatures, (compounds,)."""
    load = np.zeros(len(w.projects.open))
    for c in range(len(load)):
        load[c] = w.projects.open[c] > 0
    for i in w.at_table:
        load[w.issues[i].compound] += 1.0
    return load
