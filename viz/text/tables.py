"""Format results as Rich tables for the terminal."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

import numpy as np
from rich import box
from rich.table import Table
from rich.text import Text

from ...experiments.comparison.runs import SOURCES
from ...experiments.sweep.sweep import STARTING
from ...model.activities import format_amount
from ...model.measures import MEASURES, SHARES
from ...model.resources.ledger import PAYERS, UNPAID
from ...model.scenarios.scenario import census_of

if TYPE_CHECKING:
    import pandas as pd

    from ...experiments.comparison.compare import Comparison
    from ...experiments.comparison.runs import RunTables
    from ...experiments.sweep.experiment import Experiment
    from ...experiments.sweep.sweep import CostEstimate
    from ...model.scenarios.scenario import Scenario

FUND = {"yuan: community": "'s fund", "yuan: compounds": "' repair funds"}
NOTE = (
    "In time: resolved within {} days of arising. *: up to day 180 or the end of the run (Kaplan-Meier; open "
    "issues are censored). Burden: issue-days, one of severity s counts 1 + s times. pt: points."
)
MANY = 10_000  # from here on, the ends of an interval are in thousands
SURE = 0.9  # share of worlds with the same sign, from which on an effect is not dim
PLAIN = {
    "box": box.SIMPLE_HEAD,
    "title_justify": "left",
    "padding": (0, 1, 0, 0),
    "pad_edge": False,
    "show_edge": False,
    "caption_justify": "left",
}


def number(name: str, value: float, sign: str = "") -> str:
    """Format the value of a measure in its own unit; with a `sign` format, as a difference."""
    if not np.isfinite(value):
        return "-"
    if name in SHARES:
        return f"{100 * value:+.1f} pt" if sign else f"{value:.1%}"
    return f"{value:{sign},.0f}" if abs(value) >= 100 else f"{value:{sign}.2f}"


def verdicts(rows) -> Table:
    """Tabulate the verdicts of a sweep, given as (case, arm, verdict, sentence)."""
    table = Table(**PLAIN)
    for name in ("case", "arm", "verdict", "difference"):
        table.add_column(name, overflow="fold")
    for case, arm, verdict, words in rows:
        table.add_row(case, str(arm), verdict, words.partition(": ")[2])
    return table


def measures_table(tables: RunTables) -> Table:
    """Tabulate the measures of one run."""
    scenario = tables.scenario
    table = Table(
        title=f"{scenario.title or scenario.name}: {scenario.days} days, seed {tables.seed}",
        caption=NOTE.format(tables.within),
        **PLAIN,
    )
    table.add_column("measure", no_wrap=True)
    table.add_column("value", justify="right")
    for name, value in tables.summary.items():
        table.add_row(MEASURES[name].en, number(name, value))
    return table


def census(scenario: Scenario) -> str:
    """Describe the census of a scenario in a sentence: numbers given by the case, and numbers left out.

    Numbers that the case leaves out are taken in proportion to the others.
    """
    numbers, left = census_of(scenario)
    given, left_out = (
        ", ".join(
            f"{path.removeprefix('community.')} {numbers[path]:,.6g}"
            for path in numbers
            if (path in left) == is_left_out
        )
        for is_left_out in (False, True)
    )
    return f"Census numbers given by the case: {given or 'none'}." + (
        f"\nNot given by the case, so derived in proportion to the rest: {left_out}." if left_out else ""
    )


def comparison_table(result: Comparison) -> Table:
    """Tabulate every measure without and with the mechanisms, and the paired difference with its intervals.

    The range over plausible worlds comes before the interval of luck; without any, the correlation of the
    arms is shown. A row is
    bold if all of its intervals exclude zero.
    """
    worlds = len(result.worlds) // 2
    title = f"{result.case.title or result.case.name}: {result.replicates} pairs, {result.case.days} days"
    last = (
        f"Worlds: the difference in nine of ten of {worlds} plausible worlds, in which what nobody knows "
        "differs; luck: the 95 % interval of the mean difference with the numbers of the case."
        if worlds
        else "r: correlation between the two arms."
    )
    table = Table(title=title, caption=f"{NOTE.format(result.within)} {last}", **PLAIN)
    table.add_column("measure", no_wrap=not worlds, overflow="fold")
    heads = ("worlds, 90 %", "luck, 95 %") if worlds else ("95 % interval", "r")
    for name in ("without", "with", "difference", *heads):
        table.add_column(name, justify="right", no_wrap=True)
    for name, row in result.table.iterrows():
        clear = np.isfinite(row.low) and not row.low <= 0 <= row.high
        if worlds:
            ends = result.ranges.loc[name]
            clear &= bool(np.isfinite(ends.p5)) and not ends.p5 <= 0 <= ends.p95
            last_two = interval(name, ends.p5, ends.p95), interval(name, row.low, row.high)
        else:
            r = f"{row.correlation:.2f}" if np.isfinite(row.correlation) else "-"
            last_two = interval(name, row.low, row.high), r
        cells = (
            MEASURES[name].en,
            number(name, row["without"]),
            number(name, row["with"]),
            number(name, row.difference, "+"),
            *last_two,
        )
        table.add_row(*cells, style="bold" if clear else None)
    return table


COSTS = ("hours", "unpaid_hours", "yuan", "shadow_cost_yuan")


def price_in_worlds(result: Comparison) -> str:
    """Say what the mechanisms cost over plausible worlds: the median and nine of ten worlds of each cost."""
    rows = ((MEASURES[name].en, result.ranges.loc[name]) for name in COSTS)
    words = (f"{en} {row['median']:+,.0f} ({row.p5:+,.0f} to {row.p95:+,.0f})" for en, row in rows)
    return f"What it costs over plausible worlds, median and nine of ten: {'; '.join(words)}."


def groups_table(groups: pd.DataFrame) -> Table:
    """Tabulate the share resolved in time by family and by severity, without and with the mechanisms.

    A row is bold if the interval of luck excludes zero.
    """
    table = Table(title="Resolved in time, by family and severity", **PLAIN)
    table.add_column("", no_wrap=True)
    for name in ("issues", "without", "with", "difference", "luck, 95 %"):
        table.add_column(name, justify="right", no_wrap=True)
    for (kind, group), row in groups.iterrows():
        clear = np.isfinite(row["low"]) and not row["low"] <= 0 <= row["high"]
        table.add_row(
            group if kind == "family" else f"severity {group}",
            f"{row['issues']:,.0f}",
            number("resolution_rate", row["without"]),
            number("resolution_rate", row["with"]),
            number("resolution_rate", row["difference"], "+"),
            interval("resolution_rate", row["low"], row["high"]),
            style="bold" if clear else None,
        )
    return table


def interval(name: str, low: float, high: float) -> str:
    """Format the two ends of an interval of a measure, without the unit; a dash if there is none."""
    if not np.isfinite(low):
        return "-"
    if max(abs(low), abs(high)) >= MANY:
        return " to ".join(f"{end / 1000:+,.{int(abs(end) < 10 * MANY)}f}k" for end in (low, high))
    return " to ".join(number(name, end, "+").removesuffix(" pt") for end in (low, high))


def spending_table(arms: dict, shadow_wage: float) -> Table:
    """Tabulate hours by role and yuan by source from {arm: {mechanism: {name: amount}}}.

    Unpaid hours are shown at `shadow_wage`, in yuan an hour, too. An arm with an empty name gets no heading.
    """
    table = Table(
        title="Hours and yuan per run, by mechanism; (desks): work that no mechanism ordered",
        caption=f"Unpaid: members, volunteers and captains, at a shadow wage of {shadow_wage:g} yuan/hour.",
        show_header=False,
        **PLAIN,
    )
    table.add_column(no_wrap=True)
    table.add_column()
    for arm, rows in arms.items():
        if arm:
            table.add_row(arm, style="italic")
        for name, row in rows.items():
            table.add_row(name, "; ".join(format_use(row, shadow_wage)))
    return table


def format_use(row: dict, shadow_wage: float) -> Iterator[str]:
    """Format {name: amount} in words: hours in descending order, then yuan, then unpaid hours in yuan."""
    hours = sorted(
        ((name, value) for name, value in row.items() if name not in SOURCES), key=lambda item: -item[1]
    )
    yield ", ".join(f"{name} {value:,.0f} h" for name, value in hours if round(value)) or "0 h"
    money = ", ".join(
        f"{row[name]:,.0f} yuan from the {name.removeprefix('yuan: ')}{FUND[name]}"
        for name in SOURCES
        if round(row[name])
    )
    if money:
        yield money
    unpaid = sum(row.get(PAYERS[role], 0.0) for role in UNPAID)
    if round(unpaid):
        yield f"unpaid {unpaid:,.0f} h = {unpaid * shadow_wage:,.0f} yuan"


def activities_table(rows: Iterable[tuple], arms: tuple[str, ...] = ("",)) -> Table:
    """Tabulate what was done: (mechanism, words, unit, amount in each arm) of everything that is counted.

    An amount that does not exist is a dash: of a mechanism that is not on, or a ratio to nothing.
    """
    table = Table(title="What was done, by mechanism", **PLAIN)
    table.add_column("mechanism", no_wrap=True)
    table.add_column("", overflow="fold")
    for arm in arms:
        table.add_column(arm, justify="right", no_wrap=True)
    table.add_column("", no_wrap=True)
    previous = ""
    for mechanism, words, unit, *amounts in rows:
        cells = (format_amount(amount) for amount in amounts)
        table.add_row(
            "" if mechanism == previous else mechanism, words, *cells, "" if unit in words else unit
        )
        previous = mechanism
    if not previous:
        table.add_row("(none)")
    return table


EFFECTS = {  # measure -> head of its column, and the unit of the column in units of the measure
    "resolution_rate": ("in time", 0.01),
    "own_issues_resolved": ("own", 0.01),
    "restricted_mean_time": ("days", 1.0),
    "trust_committee": ("trust", 1.0),
    "hours": ("1000 h", 1000.0),
    "yuan": ("1000 yuan", 1000.0),
}


def effects(table: pd.DataFrame, title: str) -> Table:
    """Tabulate the effect of each single mechanism, the best first; see `mechanism_effects`.

    Over plausible worlds: the median, and the share of worlds with its sign; dim below SURE. With fixed
    numbers: the mean and half of its 95 % interval; dim if the interval contains zero.
    """
    worlds = "median" in table
    out = Table(title=title, **PLAIN)
    out.add_column("mechanism", no_wrap=True)
    for head, _ in EFFECTS.values():
        out.add_column(head, justify="right", no_wrap=True)
    order = table.xs("resolution_rate", level="measure")["median" if worlds else "difference"]
    for mechanism in order.sort_values(ascending=False, kind="stable").index:
        rows = (
            (table.loc[(mechanism, name)], unit, 2 if head == "trust" else 1)
            for name, (head, unit) in EFFECTS.items()
        )
        cells = (format_range(*cell) if worlds else format_change(*cell) for cell in rows)
        out.add_row(mechanism + " *" * bool(table["reported"].loc[mechanism].iloc[0]), *cells)
    out.caption = (
        f"Median over plausible worlds, and in how many per cent of them the effect has its sign; dim below "
        f"{SURE:.0%}. effects.csv has the ranges. "
        if worlds
        else "Mean difference ± half of its 95 % interval of luck; dim if the interval contains zero. "
    ) + (
        "In time: points; own: points of the share resolved, of the issues that it is meant for. *: the case "
        "has the mechanism."
    )
    return out


def format_range(row, unit: float, n: int) -> Text:
    """Format a median over worlds with `n` decimals, and in how many per cent of worlds it has its sign."""
    if not np.isfinite(row["median"]):
        return Text("-", style="dim")
    same = sign_share(row)
    return Text(f"{row['median'] / unit:+.{n}f} {100 * same:.0f}", style="bold" if same >= SURE else "dim")


def sign_share(row) -> float:
    """Return the share of worlds in which an effect has the sign of its median; see `describe_ranges`."""
    return max(row["better"], row["worse"])


def format_change(row, unit: float, n: int) -> Text:
    """Format a mean difference and half of its interval with `n` decimals, in multiples of `unit`.

    It is dim if the interval contains zero.
    """
    if not np.isfinite(row.low):
        return Text("-", style="dim")
    return Text(
        f"{row.difference / unit:+.{n}f}±{(row.high - row.low) / 2 / unit:.{n}f}",
        style="dim" if row.low <= 0 <= row.high else "bold",
    )


def funnel(table: pd.DataFrame, category: str) -> Table:
    """Tabulate how many projects of a category reach each stage, and after how many days."""
    out = Table(title=f"{category}: stages reached, and median days from being told", **PLAIN)
    for column in ("stage", "projects", "share", "median days"):
        out.add_column(column, justify="left" if column == "stage" else "right")
    for row in table.itertuples():
        days = "" if np.isnan(row.median_days) else f"{row.median_days:.0f}"
        out.add_row(row.stage, str(row.projects), f"{row.share:.2f}", days)
    return out


def describe_cost(guess: CostEstimate, workers: int, experiment: Experiment) -> str:
    """Return the expected cost of a sweep as a sentence."""
    seconds = guess.seconds / max(workers, 1) + STARTING * (workers > 1)
    arms = guess.runs // experiment.replicates
    duration = (
        f"{max(seconds, 1):,.0f} s"
        if seconds < 120
        else f"{seconds / 60:,.0f} min"
        if seconds < 7200
        else f"{seconds / 3600:,.1f} h"
    )
    disk_space = f"{guess.bytes / 1e6:,.1f} MB" if guess.bytes < 1e9 else f"{guess.bytes / 1e9:,.1f} GB"
    most = "at most " if experiment.stopping.half_width else ""
    return (
        f"{most}{guess.runs:,} runs "
        f"({arms:,} arm{'s' * (arms != 1)} x {experiment.replicates:,} replicates); "
        f"about {duration} on {workers} process{'es' * (workers > 1)}, about {disk_space} of disk space"
    )
