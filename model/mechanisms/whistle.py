"""Whistle (网格吹哨 部门报到): grid workers call departments about pending matters, and the departments come.

Disappoints because departments have queues: each follows up only a few calls a week for all grids together,
the most severe matters first, and the more matters wait with a department, the less a call achieves. Every
call takes a grid worker's hours, as does keeping in touch with each department.

Grid workers call on `departments` departments, each with a queue of its own. A hash of its name assigns
each category to one department. The calls concern issues that have been with a department for at least
`wait_days` days, the most severe first: at most `calls_per_week / 7` calls a day at each department, and
for an issue one call or what its answer still needs.

- *Asks* `call_hours` grid hours for each call, and `contact_hours` for each department on Mondays.
- *Pulls* `hurry = s * days_gained / (1 + issues waiting with that department / crowding_issues)` days per
  call.
- *Limits*: the departments' own queues.
"""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from ...engine.jit import inner_kernel, kernel, lean_kernel
from ...engine.parameters import knob
from ..resources.allocation import spend_hours
from ..resources.levers import ALL, GRID
from . import Count, Mechanism

MONDAY = 1
CALLS, CONTACTS = range(2)  # places of `counts`


@dataclass(frozen=True)
class Whistle(Mechanism):
    zh: ClassVar[str] = "网格吹哨"
    zh_letter: ClassVar[str] = "哨"
    meant_for: ClassVar[tuple[str, ...]] = ("street", "water_pressure")
    zh_does: ClassVar[str] = "网格员就压在职能部门的事项吹哨，职能部门报到，联合办理。"
    zh_disappoints: ClassVar[str] = (
        "部门也要排队：所有网格合计，每个部门每周只能应几次，严重的先办；积压越多，一次吹哨的作用越小。"
        "每次吹哨和日常联络都占用网格员的时间。"
    )
    group: ClassVar[str] = "works"
    pulls: ClassVar[tuple] = ("hurry",)
    counts: ClassVar[tuple] = (
        Count("calls", "calls on departments", "吹哨", "calls", "次"),
        Count("contacts", "weekly contacts with departments", "日常联络", "contacts", "次"),
    )
    departments: int = knob(
        3,
        1,
        20,
        unit="departments that respond, each with its own queue",
        source="assumed; pozijie: 5",
        words=("Departments that respond", "报到的部门", "个，各有各的排队"),
    )
    wait_days: int = knob(
        3,
        0,
        365,
        unit="days that a matter waits with a department before a call",
        source="assumed",
        words=("Days before a call", "等几天才吹哨", "天"),
    )
    contact_hours: float = knob(
        0.5,
        0.0,
        10.0,
        unit="grid hours/department and week to keep in touch",
        source="assumed",
        words=("Keeping in touch", "日常联络", "网格员小时/部门·周"),
    )
    call_hours: float = knob(
        1.0,
        0.1,
        20.0,
        unit="grid hours/call followed up",
        source="assumed",
        words=("Time per call", "每次吹哨用时", "网格员小时/次"),
    )
    calls_per_week: float = knob(
        1.0,
        0.0,
        50.0,
        unit="calls/week that each department can follow up, for all grids together",
        source="assumed",
        words=("Calls a department can follow up", "部门每周能应几次", "次/周，所有网格合计"),
    )
    days_gained: float = knob(
        5.0,
        0.5,
        60.0,
        unit="days by which an answer comes sooner per call",
        source="assumed; vary it",
        words=("Days gained per call", "每次吹哨提前几天", "天/次"),
    )
    crowding_issues: float = knob(
        7.0,
        0.5,
        500.0,
        unit="matters waiting with a department at which the effect of a call is halved",
        source="assumed",
        words=("Crowding at departments", "部门积压", "件；积压这么多时吹哨效果减半"),
    )

    @kernel
    def ask(m, w) -> None:
        calls = np.zeros(len(w.issues))
        k = m.knobs[0]
        m.want[GRID, ALL] = k.call_hours * call_departments(calls, days_per_call(m, w), m, w) + (
            k.contact_hours * k.departments if w.day % 7 == MONDAY else 0.0
        )

    @kernel
    def pull(m, w) -> None:
        calls, brings = np.zeros(len(w.issues)), days_per_call(m, w)
        m.counts[CALLS] += call_departments(calls, brings, m, w) * m.share[ALL]
        m.counts[CONTACTS] += m.knobs[0].departments * m.share[ALL] if w.day % 7 == MONDAY else 0.0
        for i in w.passed_upward:
            m.lever.hurry[i] = brings[department_of(w.issues[i], w, m.knobs[0])] * calls[i] * m.share[ALL]


@lean_kernel
def department_of(issue, w, k) -> int:
    """Return the department responsible for an issue; depends on the name of its category only."""
    return w.cats.code[issue.category] % k.departments


@inner_kernel
def days_per_call(m, w) -> np.ndarray:
    """Return the days by which a call brings an answer nearer today, (departments,)."""
    k, days = m.knobs[0], np.zeros(m.knobs[0].departments)
    for i in w.passed_upward:
        days[department_of(w.issues[i], w, k)] += 1.0
    for d in range(len(days)):
        days[d] = k.days_gained / (1.0 + days[d] / k.crowding_issues)
    return days


@inner_kernel
def call_departments(calls, brings, m, w) -> float:
    """Fill `calls`, (issues,), with today's calls on each issue; return their sum.

    An issue gets at most one call, or the part of one that it still needs.
    """
    k, issues, total = m.knobs[0], w.issues, 0.0
    left = np.full(k.departments, k.calls_per_week / 7)
    for severity in range(3, -1, -1):
        for i in w.passed_upward:
            issue = issues[i]
            if issue.severity == severity and w.day - (issue.due_day - issue.department_days) >= k.wait_days:
                calls[i] = spend_hours(
                    left,
                    department_of(issue, w, k),
                    min(1.0, max(0.0, issue.due_day - w.day) / brings[department_of(issue, w, k)]),
                )
                total += calls[i]
    return total
