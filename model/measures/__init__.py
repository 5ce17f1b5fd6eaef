"""The measures of a finished run, each declared once: its name, words, unit and function.

To add one, add a function with `@measure(...)` below: all tables, figures, reports and sweeps then have it.
A user adds one without a change of cogov: see own_measures.py.

*Resolution rate*: of the issues that **arose** at least `within` days before the end, the share resolved
within `within` days of arising (30 by default), and not reopened since. Issues that were never reported
count: an unknown issue is not a resolved one. *Time to resolution*: days from arising to resolution; issues
still open are right-censored at the end; one that was withdrawn or lapsed was never resolved and stays at
risk to the end, as in a competing-risk sub-distribution, so that giving up does not count as speed. Issues
that no desk takes in, such as a search for a partner, have no time limit and are left out of both.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from math import ceil
from typing import TYPE_CHECKING

import numpy as np

from ...engine.texts.errors import UserError
from ..issues.issue_table import REPORTED_AGAIN, WAS_REPORTED
from ..resources.ledger import UNPAID
from .issue_times import (
    WITHIN,
    days_open,
    in_time,
    is_at_desk,
    kaplan_meier,
    restricted_mean,
    select_rows,
    share,
    times,
    times_at_desks,
)
from .own_measures import iter_own_measures

if TYPE_CHECKING:
    from ..simulate import Run

__all__ = [
    "WITHIN",
    "in_time",
    "is_at_desk",
    "kaplan_meier",
    "restricted_mean",
    "share",
    "times",
    "times_at_desks",
]

SERIOUS = 2  # severity from which on an issue is serious: a danger, or something that nobody can do without
HORIZON = 180  # days to which a mean time to resolution is restricted
ENOUGH = 5  # issues of a building, from which on its resolution rate counts


@dataclass(frozen=True)
class FinishedRun:
    """A run, and what several measures need of it."""

    run: "Run"
    within: int  # days that count as in time
    horizon: int  # days to which the mean time is restricted
    chosen: np.ndarray | None = None  # which issues count, (issues,) bool; None: all

    @cached_property
    def counted(self) -> np.ndarray:
        """Which issues count: those that a desk takes in, and that are chosen; (issues,) bool."""
        at_desk = is_at_desk(self.run.issues)
        return at_desk if self.chosen is None else at_desk & self.chosen

    @cached_property
    def issues(self) -> np.ndarray:
        """The issues that count, (n,) ISSUE."""
        return select_rows(self.run.issues, self.counted)

    @cached_property
    def old_and_done(self) -> tuple[np.ndarray, np.ndarray]:
        """Which issues arose long enough before the end, and which of them were resolved in time."""
        return in_time(self.issues, self.run.days, self.within)

    @property
    def old(self) -> np.ndarray:
        """Which issues arose long enough before the end, (n,) bool."""
        return self.old_and_done[0]

    @property
    def done(self) -> np.ndarray:
        """Which of them were resolved in time, (n,) bool."""
        return self.old_and_done[1]

    @cached_property
    def reporters(self) -> np.ndarray:
        """Residents who made a report, new or of a known issue, one entry per report, (n,) int."""
        history = self.run.history
        reports = (history["what"] == WAS_REPORTED) | (history["what"] == REPORTED_AGAIN)
        return history["who"][reports & (history["who"] >= 0)]

    def last(self, name: str) -> float:
        """Return the value of a daily count on the last day."""
        return float(self.run.series[name][-1])

    def rate(self, which: np.ndarray) -> float:
        """Return the share resolved in time, of the issues `which`, (n,) bool."""
        return share(np.count_nonzero(self.done & which), np.count_nonzero(self.old & which))

    def rate_at_home(self, which: np.ndarray) -> float:
        """Return the share resolved in time, of the issues in the homes of households `which`, bool."""
        private = self.issues["household"] >= 0
        chosen = np.zeros(len(self.issues), bool)
        chosen[private] = which[self.issues["household"][private]]
        return self.rate(chosen)


@dataclass(frozen=True)
class Measure:
    """One number of a finished run: how it is computed, and how it is called."""

    name: str  # the name of its function: the column in every table
    compute: Callable[[FinishedRun], float]
    en: str  # a few words for tables, without unit
    zh: str
    unit: str  # "share": shown in percent, and differences in points; "issues", "hours", "yuan": sums
    better: str  # "more" or "less"

    @property
    def description(self) -> str:
        """What it measures, in a sentence: the first of its function's docstring."""
        return (self.compute.__doc__ or "").partition("\n\n")[0]


MEASURES: dict[str, Measure] = {}  # name -> measure, in the order of declaration, which is that of all tables


def measure(en: str, zh: str, *, unit: str, better: str = "more") -> Callable:
    """Declare the decorated function as a measure of its name; see `Measure`."""

    def declare(compute: Callable[[FinishedRun], float]) -> Callable[[FinishedRun], float]:
        MEASURES[compute.__name__] = Measure(compute.__name__, compute, en, zh, unit, better)
        return compute

    return declare


@measure("resolved in time", "按时办结率", unit="share")
def resolution_rate(r: FinishedRun) -> float:
    """Share resolved in time of all issues that arose early enough; unreported ones count as not resolved."""
    return r.rate(r.old)


@measure("in time, of those reported", "已反映事项的按时办结率", unit="share")
def resolution_rate_of_reported(r: FinishedRun) -> float:
    """Share resolved in time, of the issues that arose early enough and were ever reported."""
    return r.rate(r.issues["reported_day"] >= 0)


@measure("in time, of serious ones", "严重事项的按时办结率", unit="share")
def resolution_rate_of_serious(r: FinishedRun) -> float:
    """Share resolved in time, of the issues of severity 2 or 3 that arose early enough."""
    return r.rate(r.issues["severity"] >= SERIOUS)


@measure("burden per adult", "人均负担", unit="weighted issue-days", better="less")
def burden(r: FinishedRun) -> float:
    """Issue-days per adult and elder, an issue of severity s counting 1 + s times: what people live with."""
    weights = (1.0 + r.run.issues["severity"]) * r.counted
    return share(float(weights @ days_open(r.run)), r.run.places["adults"])


@measure("mean days to resolution*", "平均办结天数*", unit="days", better="less")
def restricted_mean_time(r: FinishedRun) -> float:
    """Mean days from arising to resolution, restricted to 180 days: area under the Kaplan-Meier curve."""
    time, event = (values[r.counted] for values in times(r.run))
    return restricted_mean(time, event, min(r.horizon, r.run.days)) if len(time) else float("nan")


@measure("issues that arose", "发生的事项", unit="issues")
def arisen(r: FinishedRun) -> float:
    """Issues that arose, including the initial ones."""
    return float(len(r.issues))


@measure("issues reported", "反映的事项", unit="issues")
def reported(r: FinishedRun) -> float:
    """Issues that were ever reported by residents or found by a mechanism."""
    return float(np.count_nonzero(r.issues["reported_day"] >= 0))


@measure("issues resolved", "办结的事项", unit="issues")
def resolved(r: FinishedRun) -> float:
    """Issues that are resolved at the end, checked or not."""
    return float(np.count_nonzero(r.issues["resolved_day"] >= 0))


@measure("issues resolved in time", "按时办结的事项", unit="issues")
def resolved_in_time(r: FinishedRun) -> float:
    """Issues resolved in time, of those that arose early enough."""
    return float(np.count_nonzero(r.done))


@measure("open at the end", "期末未办结", unit="issues", better="less")
def backlog(r: FinishedRun) -> float:
    """Issues open on the last day, reported or not."""
    return r.last("open")


@measure("open and unreported", "未办结且无人反映", unit="issues", better="less")
def unknown(r: FinishedRun) -> float:
    """Issues open on the last day that no committee or company knows of."""
    return r.last("unknown")


@measure("reopened", "重新办理", unit="issues", better="less")
def reopened(r: FinishedRun) -> float:
    """Times that a check found an issue not really resolved."""
    return float(r.issues["reopened"].sum())


@measure("withdrawn", "已放弃", unit="issues", better="less")
def withdrawn(r: FinishedRun) -> float:
    """Issues whose reporter gave up waiting."""
    return r.last("withdrawn")


@measure("lapsed", "自行消失", unit="issues", better="less")
def lapsed(r: FinishedRun) -> float:
    """Issues that disappeared before they were resolved."""
    return r.last("lapsed")


@measure("trust in committee, 0-1", "对居委会的信任", unit="0-1")
def trust_committee(r: FinishedRun) -> float:
    """Mean trust of adults and elders in the residents' committee at the end."""
    return r.last("trust_committee")


@measure("trust in company", "对物业公司的信任", unit="0-1")
def trust_company(r: FinishedRun) -> float:
    """Mean trust of adults and elders in the property company at the end, in compounds that have one."""
    return r.last("trust_company")


@measure("trust in neighbours", "对邻居的信任", unit="0-1")
def trust_neighbours(r: FinishedRun) -> float:
    """Mean trust of adults and elders in their neighbours at the end."""
    return r.last("trust_neighbours")


@measure("satisfaction, 0-1", "满意度", unit="0-1")
def satisfaction(r: FinishedRun) -> float:
    """Mean satisfaction of adults and elders at the end."""
    return r.last("satisfaction")


@measure("give an evening per week", "每周出一个晚上的居民", unit="share")
def volunteering(r: FinishedRun) -> float:
    """Share of adults and elders who give an evening per week at the end: participation."""
    return r.last("volunteering")


@measure("acquaintances per person", "人均熟人", unit="people")
def acquaintances(r: FinishedRun) -> float:
    """Mean number of acquaintances of adults and elders at the end."""
    return r.last("acquaintances")


@measure("hours of work", "工时", unit="hours", better="less")
def hours(r: FinishedRun) -> float:
    """Hours worked by all roles, departments included."""
    return float(r.run.ledger.hours.sum())


@measure("yuan spent", "花费（元）", unit="yuan", better="less")
def yuan(r: FinishedRun) -> float:
    """Yuan spent from the community's fund and the compounds' repair funds."""
    return float(r.run.fen[:, 2].sum()) / 100


@measure("unpaid hours", "无偿工时", unit="hours", better="less")
def unpaid_hours(r: FinishedRun) -> float:
    """Hours that members, volunteers and captains worked without pay."""
    return float(r.run.ledger.hours[:, UNPAID].sum())


@measure("shadow cost of unpaid hours, yuan", "无偿工时的影子成本（元）", unit="yuan", better="less")
def shadow_cost_yuan(r: FinishedRun) -> float:
    """Yuan that the unpaid hours would cost at the shadow wage (`volunteers.shadow_wage_yuan`)."""
    return unpaid_hours(r) * r.run.shadow_wage_yuan


@measure("hours per resolved issue", "每办结一件的工时", unit="hours/issue", better="less")
def hours_per_resolved(r: FinishedRun) -> float:
    """Hours of work per resolved issue."""
    return share(hours(r), int(resolved(r)))


@measure("yuan per resolved issue", "每办结一件的花费（元）", unit="yuan/issue", better="less")
def yuan_per_resolved(r: FinishedRun) -> float:
    """Yuan spent per resolved issue."""
    return share(yuan(r), int(resolved(r)))


@measure("shadow cost per resolved issue", "每办结一件的影子成本（元）", unit="yuan/issue", better="less")
def shadow_yuan_per_resolved(r: FinishedRun) -> float:
    """Yuan that the unpaid hours per resolved issue would cost at the shadow wage."""
    return share(shadow_cost_yuan(r), int(resolved(r)))


@measure("spread of buildings", "楼栋之间的差距", unit="share", better="less")
def spread_between_buildings(r: FinishedRun) -> float:
    """Standard deviation of the resolution rate between buildings with at least five issues: inequality."""
    building, places = r.issues["building"][r.old], r.run.places["buildings"]
    count = np.bincount(building, minlength=places)
    per_building = np.bincount(building, r.done[r.old], places) / np.maximum(count, 1)
    enough = count >= ENOUGH
    return float(per_building[enough].std()) if enough.any() else float("nan")


@measure("owners - tenants", "业主减租户", unit="share")
def owners_minus_tenants(r: FinishedRun) -> float:
    """Resolution rate of issues in owners' homes minus that in tenants' homes: inequality."""
    owner = r.run.places["owner"]
    return r.rate_at_home(owner) - r.rate_at_home(~owner)


@measure("made by a tenth of reporters", "一成反映人所占的反映", unit="share", better="less")
def reports_by_top_tenth(r: FinishedRun) -> float:
    """Share of the reports by residents that the most active tenth of reporters made: who is heard."""
    reports = np.sort(np.bincount(r.reporters))[::-1]
    people = np.count_nonzero(reports)
    return share(reports[: max(1, people // 10)].sum(), len(r.reporters)) if people else float("nan")


@measure("ever reported", "反映过事项的居民", unit="share")
def reporters_share(r: FinishedRun) -> float:
    """Share of adults and elders who reported an issue at least once: who is heard."""
    people = np.count_nonzero(np.bincount(r.reporters))
    return share(people, r.run.places["adults"]) if len(r.run.history) else float("nan")


@measure("registered - migrants", "户籍减外来", unit="share")
def registered_minus_migrants(r: FinishedRun) -> float:
    """Resolution rate in homes of registered residents minus that in homes of migrants: inequality."""
    registered = r.run.places["registered"]
    return r.rate_at_home(registered) - r.rate_at_home(~registered)


@measure("evenings per giver", "出力者人均晚上数", unit="evenings", better="less")
def evenings_per_giver(r: FinishedRun) -> float:
    """Mean evenings given by those adults and elders who gave any: the burden of those who help."""
    given = r.run.evenings
    return share(float(given.sum(dtype=float)), np.count_nonzero(given))


@measure("gave an evening", "出过力的居民", unit="share")
def share_who_gave(r: FinishedRun) -> float:
    """Share of adults and elders who gave an evening for which there was work, at least once."""
    return share(np.count_nonzero(r.run.evenings), len(r.run.evenings))


@measure("evenings by the top tenth", "最积极一成居民的份额", unit="share", better="less")
def evenings_of_top_tenth(r: FinishedRun) -> float:
    """Share of all evenings given by the tenth of adults and elders who gave most: inequality."""
    given = np.sort(r.run.evenings.astype(float))
    return share(float(given[len(given) - ceil(len(given) / 10) :].sum()), float(given.sum()))


def add_own_measures() -> None:
    """Declare the measures of COGOV_MEASURES after all others. Raises UserError."""
    for name, own, compute, path in iter_own_measures():
        if name in MEASURES:
            raise UserError("{path}: there is a measure of the name {name!r} already", path=path, name=name)
        if not name.isidentifier():
            raise UserError("{path}: {name!r} is no name; write letters, digits and _", path=path, name=name)
        en = own.en or name
        MEASURES[name] = Measure(name, compute, en, own.zh or en, own.unit, own.better)


add_own_measures()
SUMMARY = tuple(MEASURES)
SHARES = tuple(name for name, m in MEASURES.items() if m.unit == "share")
SMALLER = tuple(name for name, m in MEASURES.items() if m.better == "less")
SUMS = tuple(name for name, m in MEASURES.items() if m.unit in ("issues", "hours", "yuan"))


def summary(
    run: "Run", within: int = WITHIN, horizon: int = HORIZON, chosen: np.ndarray | None = None
) -> dict[str, float]:
    """Compute every measure of a finished run: name -> number, in the order of MEASURES.

    Rates are shares 0..1, times are in days, money in yuan. `chosen`, (issues,) bool, selects the issues that
    measures of issues count; counts of the last day, hours, money and trust are those of the whole run.
    """
    finished = FinishedRun(run, within, horizon, chosen)
    return {name: m.compute(finished) for name, m in MEASURES.items()}
