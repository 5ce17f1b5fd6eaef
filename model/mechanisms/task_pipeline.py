"""Task pipeline (收件箱、会商室、任务书、幸福云): every matter gets an owner, a date and an answer.

Disappoints without staff: to keep a known matter from being forgotten takes minutes a day, the committee
sets aside only limited hours, and as matters accumulate each gets less of them.
"""

from dataclasses import dataclass
from typing import ClassVar

from ...engine.codes import TRUST_COMMITTEE
from ...engine.jit import inner_kernel, kernel
from ...engine.parameters import knob
from ..issues.issue_table import RESOLVED, is_known
from ..resources.levers import ALL, COMMITTEE
from . import Mechanism


@dataclass(frozen=True)
class TaskPipeline(Mechanism):
    zh: ClassVar[str] = "任务流水线"
    pulls: ClassVar[tuple] = ("voice", "keep", "trust")
    inbox_hours: float = knob(0.2, 0.02, 8.0, unit="hours/day to keep the inbox", source="assumed")
    matter_hours: float = knob(
        0.02, 0.0, 1.0, unit="hours/known matter and day", source="assumed; little more than a minute"
    )
    committee_share: float = knob(
        0.1, 0.01, 1.0, unit="share of the committee's own hours that is set aside for it", source="assumed"
    )
    report_log_rate: float = knob(
        0.3, 0.0, 3.0, unit="log rate of telling", source="assumed; an inbox is easy to reach"
    )
    reminder_log_rate: float = knob(
        2.0, 0.0, 8.0, unit="log rate, what has an owner and a date is not forgotten", source="assumed"
    )
    trust_per_answer: float = knob(
        0.002, 0.0, 0.1, unit="trust in the committee, in the building, per matter answered", source="assumed"
    )

    @kernel
    def ask(m, w) -> None:
        m.want[COMMITTEE, ALL] = min(hours_needed(m, w), m.knobs[0].committee_share * w.knobs.committee)

    @kernel
    def pull(m, w) -> None:
        k, issues, keep, trust, needed = m.knobs[0], w.issues, m.lever.keep, m.lever.trust, hours_needed(m, w)
        care = m.share[ALL] * min(needed, k.committee_share * w.knobs.committee) / needed
        for b in range(len(m.lever.voice)):
            m.lever.voice[b] = k.report_log_rate * care
        for i in range(len(issues)):
            issue = issues[i]
            if is_known(issue):
                keep[i] = k.reminder_log_rate * care
            elif issue.state == RESOLVED and issue.resolved_day == w.day - 1:  # answered the next morning
                trust[issue.building, TRUST_COMMITTEE] += k.trust_per_answer * care


@inner_kernel
def hours_needed(m, w) -> float:
    """Return the hours that it takes to follow up on every known matter today."""
    n = 0
    for i in range(len(w.issues)):
        n += is_known(w.issues[i])
    return m.knobs[0].inbox_hours + m.knobs[0].matter_hours * n
