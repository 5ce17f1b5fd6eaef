"""Incubation (小组孵化): a successful project leaves a standing group for small jobs, visits and talks.

Disappoints when no further project succeeds: the group dissolves. Where nobody has an evening to form a
group, there is none.

A success leaves a group of residents in its compound: of size 1 after a project found consent, or after an
issue with a rule of consent was resolved; of size `settled_matter_share` after an issue that its parties
settled was resolved.

- *Asks* `founding_hours` member hours a new group, and `group_hours / 14` a day each of members and
  volunteers, times its size.
- *Pulls*, with g = size * s: `doors = g * min(visits_per_day, households not signed)`, `accord =
  push_sittings / 7 * g` on the oldest issue at the table, `work` with `group_hours / 7 * g` hours on what
  volunteers can do, `voice = report_log_rate * g`.
- *Learns* `size = min(1, size * (1 - 1 / group_lifetime_days) + s * news)`, where news is the size of the
  new group.
- *Limits*: groups fade without another success.
"""

from dataclasses import dataclass
from typing import ClassVar, NamedTuple

import numpy as np

from ...engine.jit import kernel, lean_kernel
from ...engine.parameters import knob
from ..issues.categories import HANDS
from ..resources.allocation import spend_hours
from ..resources.levers import MEMBER, VOLUNTEER
from . import Count, Mechanism

HAND = HANDS.index("volunteer")
GROUPS, FOUNDED, CALLS = range(3)  # places of `counts`


class Groups(NamedTuple):
    """The standing groups, one row per compound."""

    size: np.ndarray  # (compounds,) float64  size of the group, as a share of a whole one, 0..1
    news: np.ndarray  # (compounds,) float64  size that today's success leaves, to be founded tomorrow


@dataclass(frozen=True)
class Incubation(Mechanism):
    zh: ClassVar[str] = "小组孵化"
    zh_letter: ClassVar[str] = "孵"
    meant_for: ClassVar[tuple[str, ...]] = ("environment", "safety", "project")
    zh_does: ClassVar[str] = "一个工程办成后留下一个常设小组，继续办小事、上门和协商。"
    zh_disappoints: ClassVar[str] = "没有新的工程办成，小组就解散；没有人抽出晚上来组建，就没有小组。"
    group: ClassVar[str] = "works"
    pulls: ClassVar[tuple] = ("voice", "accord", "doors", "work")
    counts: ClassVar[tuple] = (
        Count(
            "groups", "standing groups today, in whole ones", "常设小组（折合）", "groups", "个", level=True
        ),
        Count("founded", "groups founded after a success", "新建小组", "groups", "个"),
        Count("calls", "calls at doors", "上门征询", "calls", "户次"),
    )
    founding_hours: float = knob(
        3.0,
        0.5,
        40.0,
        unit="party members' hours to form a full group",
        source="assumed; one evening",
        words=("Time to form a group", "组建小组", "党员小时/整组"),
    )
    group_hours: float = knob(
        4.0,
        0.1,
        40.0,
        unit="hours/week of a full group, half from members, half from volunteers",
        source="assumed",
        words=("Time of a group", "小组投入", "小时/周，党员和志愿者各半"),
    )
    settled_matter_share: float = knob(
        0.3,
        0.0,
        1.0,
        unit="share of a full group that forms after a matter is agreed",
        source="assumed; a project leaves a full group",
        words=("Group left by an agreed matter", "谈妥一事留下的小组", "占完整小组的比例"),
    )
    group_lifetime_days: float = knob(
        300.0,
        5.0,
        5000.0,
        unit="days that a group lasts without another success, mean",
        source="assumed",
        words=("Lifetime of a group", "小组维持多久", "天，平均，没有新的成功时"),
    )
    push_sittings: float = knob(
        0.4,
        0.0,
        5.0,
        unit="equivalent sittings/week for the oldest matter in negotiation",
        source="assumed",
        words=("Progress in negotiations", "协商推动力", "折合协商次数/周，最久的一件"),
    )
    visits_per_day: float = knob(
        1.0,
        0.0,
        50.0,
        unit="visits/day for a project under way",
        source="assumed; a grid worker makes one to five visits a day",
        words=("Visits for a project", "为工程上门", "户/天"),
    )
    report_log_rate: float = knob(
        0.2,
        0.0,
        3.0,
        unit="log rate of reporting",
        source="assumed",
        words=("Readier to report", "更愿意反映", "反映意愿的对数率"),
    )

    def begin(self, world, random_numbers) -> Groups:
        c = len(world.compounds.company)
        return Groups(np.zeros(c), np.zeros(c))

    @kernel
    def ask(m, w) -> None:
        k, own = m.knobs[0], m.own
        for c in range(len(own.size)):
            m.want[VOLUNTEER, c] = k.group_hours / 14 * own.size[c]
            m.want[MEMBER, c] = k.group_hours / 14 * own.size[c] + k.founding_hours * own.news[c]

    @kernel
    def pull(m, w) -> None:
        k, issues, accord = m.knobs[0], w.issues, m.lever.accord
        where, compounds = w.buildings.compound, len(m.own.size)
        group, room, left = np.empty(compounds), np.empty(compounds), np.empty(compounds)
        for c in range(compounds):
            group[c], room[c] = m.own.size[c] * m.share[c], 1.0
            left[c] = k.group_hours / 7 * group[c]
            m.lever.doors[c] = group[c] * min(k.visits_per_day, float(w.projects.open[c]))
            m.counts[CALLS] += m.lever.doors[c]
        for i in w.at_table:
            c = issues[i].compound
            accord[i] = k.push_sittings / 7 * group[c] * spend_hours(room, c, 1.0)
        for i in w.workable:
            if w.cats.done_by[issues[i].category, HAND]:
                m.lever.work[i] = spend_hours(left, issues[i].compound, issues[i].hours_left)
        for b in range(len(where)):
            m.lever.voice[b] = k.report_log_rate * group[where[b]]

    @kernel
    def learn(m, w) -> None:
        k, size, news, projects = m.knobs[0], m.own.size, m.own.news, w.projects
        m.counts[GROUPS] = 0.0
        for c in range(len(size)):
            m.counts[FOUNDED] += news[c] * m.share[c]
            size[c] = min(1.0, size[c] * (1.0 - 1.0 / k.group_lifetime_days) + news[c] * m.share[c])
            m.counts[GROUPS] += size[c]
            news[c] = (
                1.0 if projects.all[c] > 0 and projects.open[c] == 0 else 0.0
            )  # signatures completed today
        for i in w.resolved:
            if w.issues[i].resolved_day == w.day:
                news[w.issues[i].compound] = max(news[w.issues[i].compound], group_left_by(w.issues[i], k))


@lean_kernel
def group_left_by(issue, k) -> float:
    """Return the size of the group that a resolved issue leaves behind.

    1 for a project, `settled_matter_share` for a matter that its parties settled, 0 for others.
    """
    if issue.consent_rule >= 0:
        return 1.0
    return k.settled_matter_share if issue.sittings_needed > 0.0 else 0.0
