"""Whistle (网格吹哨 部门报到): grid workers call on departments about pending matters, and they come jointly.

Disappoints because departments have queues: each follows up only a few calls a week for all grids together,
the most severe matters first, and the more matters wait with a department, the less a call achieves. Every
call takes a grid worker's hours, as does keeping in touch with each department.
"""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from ...engine.jit import inner_kernel, kernel
from ...engine.parameters import knob
from ..issues.issue_table import UPWARD
from ..resources.allocation import spend_hours
from ..resources.levers import ALL, GRID
from . import Mechanism

MONDAY = 1


@dataclass(frozen=True)
class Whistle(Mechanism):
    zh: ClassVar[str] = "网格吹哨"
    pulls: ClassVar[tuple] = ("hurry",)
    departments: int = knob(
        3, 1, 20, unit="departments that report, each with a queue of its own", source="assumed; pozijie: 5"
    )
    first: int = knob(
        3, 0, 365, unit="days that it waits with a department before anyone calls", source="assumed"
    )
    touch: float = knob(
        0.5, 0.0, 10.0, unit="grid hours/department and week to keep in touch", source="assumed"
    )
    call: float = knob(1.0, 0.1, 20.0, unit="grid hours/call followed", source="assumed")
    answers: float = knob(
        1.0,
        0.0,
        50.0,
        unit="calls/week that each department can follow, for all grids together",
        source="assumed",
    )
    nearer: float = knob(
        5.0, 0.5, 60.0, unit="days by which an answer comes nearer per call", source="assumed; sweep it"
    )
    crowd: float = knob(
        7.0,
        0.5,
        500.0,
        unit="matters waiting with a department at which a call brings half as much",
        source="assumed",
    )

    @kernel
    def ask(m, w) -> None:
        calls = np.zeros(len(w.issues))
        k = m.knobs[0]
        m.want[GRID, ALL] = k.call * call_departments(calls, days_per_call(m, w), m, w) + (
            k.touch * k.departments if w.day % 7 == MONDAY else 0.0
        )

    @kernel
    def pull(m, w) -> None:
        calls, brings = np.zeros(len(w.issues)), days_per_call(m, w)
        call_departments(calls, brings, m, w)
        for i in range(len(calls)):
            m.lever.hurry[i] = brings[department_of(w.issues[i], w, m.knobs[0])] * calls[i] * m.share[ALL]


@inner_kernel
def department_of(issue, w, k):
    """Which department an issue is a matter of: its category's name decides, whatever other categories there are."""
    return w.cats.code[issue.category] % k.departments


@inner_kernel
def days_per_call(m, w):
    """Days that a call at each department brings today, (departments,)."""
    k, out = m.knobs[0], np.zeros(m.knobs[0].departments)
    for i in range(len(w.issues)):
        out[department_of(w.issues[i], w, k)] += w.issues[i].state == UPWARD
    for d in range(len(out)):
        out[d] = k.nearer / (1.0 + out[d] / k.crowd)
    return out


@inner_kernel
def call_departments(calls, brings, m, w):
    """Today's calls on each issue, (issues,), at most one or what is still needed; returns how many they are."""
    k, issues, left, all_ = m.knobs[0], w.issues, np.full(m.knobs[0].departments, m.knobs[0].answers / 7), 0.0
    for severity in range(3, -1, -1):
        for i in range(len(issues)):
            issue = issues[i]
            if (
                issue.state == UPWARD
                and issue.severity == severity
                and w.day - (issue.due - issue.lead) >= k.first
            ):
                calls[i] = spend_hours(
                    left,
                    department_of(issue, w, k),
                    min(1.0, max(0.0, issue.due - w.day) / brings[department_of(issue, w, k)]),
                )
                all_ += calls[i]
    return all_
