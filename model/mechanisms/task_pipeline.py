"""Task pipeline (收件箱、会商室、任务书、幸福云): every matter gets an owner, a date and an answer.

Disappoints without staff: to keep a known matter from being forgotten takes minutes a day, the committee
sets aside only limited hours, and as matters accumulate each gets less of them.

Every issue gets an owner, a date and an answer. This takes `t = inbox_hours + matter_hours * known open
issues` committee hours a day.

- *Asks* `min(t, committee_share * committee's own hours)`.
- *Pulls*, with c = s * asked / t: `voice = report_log_rate * c`, `keep = reminder_log_rate * c` on known
  issues and on resolved ones, so that reporters are told what came of them, `trust in committee =
  trust_per_answer * c` for each issue of the building resolved yesterday.
- *Limits*: too few staff as issues accumulate.
"""

from dataclasses import dataclass
from typing import ClassVar

from ...engine.codes import TRUST_COMMITTEE
from ...engine.jit import kernel, lean_kernel
from ...engine.parameters import knob
from ..resources.levers import ALL, COMMITTEE
from . import Count, Mechanism

MATTER_DAYS, ANSWERS = range(2)  # places of `counts`


@dataclass(frozen=True)
class TaskPipeline(Mechanism):
    zh: ClassVar[str] = "闭环办理"
    zh_letter: ClassVar[str] = "单"
    meant_for: ClassVar[tuple[str, ...]] = ("facility", "environment", "safety", "dispute", "care")
    zh_does: ClassVar[str] = "收件箱、会商室、任务书、幸福云：每件事项都有负责人、有期限、有答复。"
    zh_disappoints: ClassVar[str] = (
        "没有人手就难以维持：要不遗忘，每件事项每天都要花几分钟，而居委会留出的时间有限，事项越多，"
        "每件分到的越少。"
    )
    group: ClassVar[str] = "prevents"
    pulls: ClassVar[tuple] = ("voice", "keep", "trust")
    counts: ClassVar[tuple] = (
        Count("matter_days", "matters followed up, in days", "跟进事项", "matter days", "件·天"),
        Count("answers", "answers given to residents", "答复居民", "answers", "件"),
    )
    inbox_hours: float = knob(
        0.2,
        0.02,
        8.0,
        unit="hours/day to read the inbox",
        source="assumed",
        words=("Time to read the inbox", "看收件箱", "小时/天"),
    )
    matter_hours: float = knob(
        0.02,
        0.0,
        1.0,
        unit="hours/known matter and day",
        source="assumed; just over a minute",
        words=("Time per matter", "每件事项的跟进", "小时/件·天"),
    )
    committee_share: float = knob(
        0.1,
        0.01,
        1.0,
        unit="share of the committee's hours reserved for it",
        source="assumed",
        words=("Committee's time reserved", "居委会专留时间", "占居委会工时的比例"),
    )
    report_log_rate: float = knob(
        0.3,
        0.0,
        3.0,
        unit="log rate of reporting",
        source="assumed; an inbox is easy to reach",
        words=("Readier to report", "更愿意反映", "反映意愿的对数率"),
    )
    reminder_log_rate: float = knob(
        2.0,
        0.0,
        8.0,
        unit="log rate by which a person in charge and a date reduce forgetting",
        source="assumed",
        words=("Less forgetting", "减少遗忘", "对数率，有人负责、有期限的事项"),
    )
    trust_per_answer: float = knob(
        0.002,
        0.0,
        0.1,
        unit="share of distrust in the committee, in the building, per matter answered",
        source="assumed",
        words=("Trust gained per answer", "每次答复增加的信任", "消除不信任的比例，对居委会，本楼"),
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
        for i in w.known:
            keep[i] = k.reminder_log_rate * care
            m.counts[MATTER_DAYS] += care
        for i in w.resolved:
            keep[i] = k.reminder_log_rate * care
            if issues[i].resolved_day == w.day - 1:  # answered the next morning
                trust[issues[i].building, TRUST_COMMITTEE] += k.trust_per_answer * care
                m.counts[ANSWERS] += care


@lean_kernel
def hours_needed(m, w) -> float:
    """Return the hours that it takes to follow up on every known matter today."""
    return m.knobs[0].inbox_hours + m.knobs[0].matter_hours * len(w.known)
