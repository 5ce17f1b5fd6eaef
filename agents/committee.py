"""The residents' committee (居委会): a desk with limited hours and a fund.

It takes issues in, mediates, forgets, and checks.
"""

from dataclasses import dataclass, fields, replace
from math import exp
from typing import Any

from ..engine.jit import lean_kernel
from ..engine.parameters import LeftOut, LeftOutAmount, Words, knob

SIZED = {
    "staff": (2.0, 18 / 10_000),
    "budget_yuan": (20_000.0, 300_000 / 16_000),
    "fund_yuan": (5000.0, 50_000 / 16_000),
}  # at least; to a resident
BASIS = {"staff": "docs/sources.md: planning norm of 18 community workers per 10,000 residents"}


def committee_size(name: str, low: float, high: float, unit: str, words: Words) -> Any:
    """Declare a number of the committee; if a case omits it, it grows with the number of residents."""
    least, each = SIZED[name]
    share = f"{each:g} to a resident{'' if name in BASIS else ' as in guiyuan'}, {least:,g} at least"
    source = f"{BASIS.get(name, 'assumed')}; left out, {share}"
    return knob(LeftOutAmount(least), low, high, unit=unit, source=source, words=words)


@dataclass(frozen=True)
class CommitteeParameters:
    """The residents' committee (居委会), its desk and its fund."""

    staff: float = committee_size(
        "staff",
        0.0,
        500.0,
        "people",
        words=("Committee's staff", "居委会人手", "人"),
    )
    shift_hours: float = knob(
        3.0,
        0.0,
        12.0,
        unit="hours/person/day on residents' issues",
        source="assumed: the rest is paperwork",
        words=("Hours for residents' issues", "办理居民事项的时间", "小时/人·天"),
    )
    weekend_share: float = knob(
        0.4,
        0.0,
        1.0,
        unit="share of a weekday's hours",
        source="assumed: staff take turns",
        words=("Weekend duty", "周末值班", "占平日工时的比例"),
    )
    intake_hours: float = knob(
        0.25,
        0.0,
        5.0,
        unit="hours to accept an issue",
        source="assumed",
        words=("Time to accept an issue", "受理一件的时间", "小时"),
    )
    sitting_hours: float = knob(
        2.0,
        0.1,
        24.0,
        unit="hours/sitting of the committee with the parties to a dispute",
        source="assumed: two people for an hour",
        words=("Time for a sitting", "每次调解用时", "居委会小时/次"),
    )
    sittings_per_week: float = knob(
        1.0,
        0.0,
        14.0,
        unit="sittings/issue and week at most, by the committee itself",
        source="assumed; by law every residents' committee has a mediation committee (docs/sources.md)",
        words=("Sittings per issue and week", "每件每周最多调解", "次/件·周，居委会自己主持"),
    )
    sittings_to_half_pace: float = knob(
        4.0,
        0.5,
        1000.0,
        unit="sittings on an issue after which the committee tries half as often",
        source="assumed: a party that refuses is asked less and less",
        words=("Sittings to half the pace", "谈几次后减半", "次，谈了这么多次后居委会约谈的次数减半"),
    )
    mediation_share: float = knob(
        0.15,
        0.0,
        1.0,
        unit="share of the desk's hours that sittings may take in a day",
        source="assumed",
        words=("Hours for mediation, at most", "用于调解的工时上限", "占窗口当天工时的比例"),
    )
    forgetting_rate: float = knob(
        0.005,
        0.0,
        1.0,
        unit="1/day that a waiting issue is forgotten",
        source="assumed",
        words=("Forgetting", "每天被遗忘的概率", "概率，等待办理的事项"),
    )
    answer_share: float = knob(
        0.3,
        0.0,
        1.0,
        unit="share of reporters who are told what came of their report, when it is checked",
        source="assumed",
        words=("Reporters who get an answer", "得到答复的反映人", "比例，回访时告知结果"),
    )
    check_after_days: int = knob(
        7,
        1,
        60,
        unit="days until a resolved issue is checked",
        source="assumed",
        words=("Days until a check", "几天后回访", "天"),
    )
    rework_share: float = knob(
        0.5,
        0.0,
        1.0,
        unit="share of the work that is repeated when reopened",
        source="assumed",
        words=("Work repeated", "返工", "重新办理时占工作量的比例"),
    )
    budget_yuan: float = committee_size(
        "budget_yuan",
        0.0,
        1e9,
        "yuan/year into the community's fund",
        words=("Yearly budget", "年度经费", "元/年，进入社区资金"),
    )
    fund_yuan: float = committee_size(
        "fund_yuan",
        0.0,
        1e9,
        "yuan in the fund on day 0",
        words=("Fund at the start", "起始资金", "元，第0天的社区资金"),
    )
    daily_spending_share: float = knob(
        0.05,
        0.0,
        1.0,
        unit="share of the fund that mechanisms may spend in a day",
        source="assumed",
        words=("Largest daily spending by mechanisms", "机制每天最多花费", "占社区资金的比例"),
    )

    def serving(self, residents: int) -> "CommitteeParameters":
        """Return the same committee, with what was left out set in proportion to the number of residents."""
        left = [name for name in SIZED if isinstance(getattr(self, name), LeftOut)]
        most = {f.name: f.metadata["high"] for f in fields(self)}
        amounts = {name: min(max(SIZED[name][0], SIZED[name][1] * residents), most[name]) for name in left}
        changes: dict[str, Any] = {name: LeftOutAmount(amount) for name, amount in amounts.items()}
        return replace(self, **changes) if left else self


def hours_per_day(knobs: CommitteeParameters) -> float:
    """Hours that the desk has on a working day."""
    return knobs.staff * knobs.shift_hours


@lean_kernel
def spendable(fund, share) -> float:
    """Yuan that mechanisms may spend today: a share of the `fund` (in fen); nothing if it is in debt.

    Twin: reference/resources.py, supply.
    """
    return max(0, fund) / 100 * share


@lean_kernel
def sittings_held(issue, hours_left, k) -> float:
    """Sittings that the committee holds on an issue today, as far as `hours_left` suffice.

    The longer the parties have talked without agreeing, the less often it asks them to sit down again.

    Twin: reference/processing.py, talk.
    """
    pace = k.sittings_per_week / 7 * 0.5 ** (issue.sittings_held / k.sittings_to_half_pace)
    return min(pace, hours_left / k.sitting_hours)


@lean_kernel
def progress_of(sittings, at_home, confidence) -> float:
    """Progress towards agreement by `sittings`: less where parties are away or do not trust the mediator.

    Twin: reference/processing.py, talk.
    """
    return sittings * at_home * confidence


@lean_kernel
def forgets(u, rate, reminded) -> bool:
    """Whether a waiting issue is forgotten today: with chance 1 - exp(-rate * exp(-reminded)).

    The chance is never more than rate * exp(-reminded), which spares most issues the exponential.

    Twin: reference/processing.py, update_in_evening.
    """
    return (reminded < 0.0 or u < rate) and u < 1.0 - exp(-rate * exp(-reminded))


@lean_kernel
def answers(u, answer_share, reminded) -> bool:
    """Whether the reporter is told what came of a report: surely, where each has an owner and a date.

    The chance is 1 - (1 - answer_share) * exp(-reminded).

    Twin: reference/processing.py, update_in_evening.
    """
    return u >= (1.0 - answer_share) * exp(-reminded)


DECISIONS = (
    (hours_per_day, "every working day, a share of it on weekends and festivals"),
    (spendable, "every day: what mechanisms may spend of the fund"),
    (sittings_held, "every day, for each issue at the table, the most urgent first"),
    (progress_of, "every day, for each issue at the table"),
    (forgets, "every day, for each issue that waits"),
    (answers, "when what was done is checked, for each reporter"),
)
