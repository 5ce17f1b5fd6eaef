"""What the mechanisms of a finished run did: sittings, visits, calls and so on, each counted once.

A mechanism declares what is counted, and counts it (`mechanisms.Count`). What its levers achieved is counted
from the record of the issues (`BY_LEVER`), and `RATIOS` divides one by the other. All of it is times the
mechanism's strength, as are its hours and its effects; levels are 0 on days on which it is not on. While
it is rolled out, what it counts itself is counted as if it had begun everywhere, unless it has its own pace.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from math import isnan
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from .issues.issue_table import AGREED, ANSWERED, CONSENTED, WAS_REPORTED, WHAT
from .measures import share
from .mechanisms import Count

if TYPE_CHECKING:
    from .scenarios.scenario import Scenario
    from .simulate import Run
    from .world import World

RESOLVED = -1  # stands for what is read from the issues, not from their history
# lever -> what it brings about, and the event that says so
BY_LEVER: dict[str, tuple[Count, int | np.int8]] = {
    "sight": (Count("found", "issues found", "发现的事项", "issues", "件"), WAS_REPORTED),
    "accord": (Count("settled", "matters settled", "谈成的事项", "issues", "件"), AGREED),
    "doors": (
        Count("consented", "projects agreed by households", "征得同意的工程", "projects", "项"),
        CONSENTED,
    ),
    "hurry": (
        Count("answered", "answers of departments brought about", "促成的部门答复", "issues", "件"),
        ANSWERED,
    ),
    "work": (Count("resolved", "issues resolved by its work", "办结的事项", "issues", "件"), RESOLVED),
}
# what is divided by what, for every mechanism that counts both
RATIOS = (
    (
        Count("settled_per_sitting", "settled per sitting", "每次会谈成", "issues", "件"),
        "settled",
        "sittings",
    ),
    (
        Count("matters_per_meeting", "discussed per evening", "每晚议事", "matters", "件"),
        "matters",
        "meetings",
    ),
    (
        Count("found_per_patrol_hour", "found per patrol hour", "每小时巡查发现", "issues", "件"),
        "found",
        "patrol_hours",
    ),
    (
        Count("attendances_per_evening", "people per study evening", "每次学习参加", "people", "人"),
        "attendances",
        "study_evenings",
    ),
    (Count("answered_per_call", "answers per call", "每次吹哨促成答复", "issues", "件"), "answered", "calls"),
    (
        Count("visits_per_open_day", "visits per open day", "每开放日到访", "visits", "人次"),
        "visits",
        "open_days",
    ),
)


class Doer(NamedTuple):
    """A mechanism that is switched on, as far as a finished run has to know it."""

    name: str
    counts: tuple[Count, ...]
    levers: tuple[str, ...]
    strength: float
    first_day: int
    last_day: int

    def counts_on(self, days: Any, count: Count) -> Any:
        """Whether a count holds on `days`, a number or (days,): a total always, a level while it works."""
        return (not count.level) | ((self.first_day <= days) & (days <= self.last_day))


@dataclass(frozen=True)
class Activity:
    """One thing that a mechanism did, and how much of it."""

    mechanism: str
    count: Count
    value: float  # NaN for a ratio whose denominator is 0


def list_doers(scenario: "Scenario") -> tuple[Doer, ...]:
    """List the mechanisms that are switched on, in the order of the rows of `World.counts`."""
    return tuple(
        Doer(name, m.counts, m.pulls, m.strength, m.first_day, m.last_day)
        for name, m in sorted(scenario.mechanisms.items())
    )


def new_daily_counts(scenario: "Scenario") -> np.ndarray:
    """Allocate the counts of every day of a run: (days, mechanisms, most counts of any) float32."""
    doers = list_doers(scenario)
    most = max((len(doer.counts) for doer in doers), default=0)
    return np.zeros((scenario.days, len(doers), most), np.float32)


def scale_counts(doers: tuple[Doer, ...], counts: np.ndarray, days: np.ndarray) -> dict[str, dict]:
    """Return mechanism -> name -> (days,), of the counts (days, mechanisms, most) of the given `days`."""
    scaled: dict[str, dict] = {}
    for row, doer in enumerate(doers):
        scaled[doer.name] = {
            count.name: doer.strength * np.where(doer.counts_on(days, count), counts[:, row, n], 0.0)
            for n, count in enumerate(doer.counts)
        }
    return scaled


def count_today(world: "World") -> dict[str, dict[str, float]]:
    """Return what each mechanism has done until today: mechanism -> name -> amount."""
    day, counts = world.day, world.counts.tolist()
    return {
        doer.name: {
            count.name: doer.strength * (counts[row][n] if doer.counts_on(day, count) else 0.0)
            for n, count in enumerate(doer.counts)
        }
        for row, doer in enumerate(list_doers(world.scenario))
    }


def declare_counts(counts: tuple[Count, ...], levers: tuple[str, ...]) -> tuple[Count, ...]:
    """Return everything that is counted of a mechanism: what it declares, what its levers do, and ratios."""
    whole = [*counts, *(count for lever, (count, _) in BY_LEVER.items() if lever in levers)]
    names = {count.name for count in whole}
    return (*whole, *(ratio for ratio, part, base in RATIOS if {part, base} <= names))


def list_activities(run: "Run") -> Iterator[Activity]:
    """Yield everything that the mechanisms of a run did, by mechanism, in the order of `declare_counts`."""
    events, most = run.history, len(run.names)
    credited = events[events["by"] >= 0]
    table = np.bincount(
        credited["what"].astype(np.int64) * most + credited["by"], minlength=len(WHAT) * most
    ).reshape(len(WHAT), most)
    closers = run.issues["resolved_by"][run.issues["resolved_day"] >= 0]
    resolved = np.bincount(closers[closers >= 0], minlength=most)
    for doer in run.doers:
        row, amounts = run.names.index(doer.name), dict(run.counts[doer.name])
        for lever, (count, event) in BY_LEVER.items():
            if lever in doer.levers:
                amounts[count.name] = float(resolved[row] if event == RESOLVED else table[int(event), row])
        for ratio, part, base in RATIOS:
            if part in amounts and base in amounts:
                amounts[ratio.name] = share(amounts[part], amounts[base])
        for count in declare_counts(doer.counts, doer.levers):
            yield Activity(doer.name, count, amounts[count.name])


def sum_activities(run: "Run") -> dict[str, dict[str, float]]:
    """Return everything that the mechanisms of a run did: {mechanism: {count: amount}}."""
    amounts: dict[str, dict[str, float]] = {doer.name: {} for doer in run.doers}
    for activity in list_activities(run):
        amounts[activity.mechanism][activity.count.name] = activity.value
    return amounts


def format_amount(value: float) -> str:
    """Format how much was done: whole numbers and large ones without decimals, no value as a dash."""
    if isnan(value):
        return "-"
    return f"{value:,.0f}" if abs(value) >= 100 or value == int(value) else f"{value:.2f}"
