"""Format results as Rich tables for the terminal."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np
from rich import box
from rich.table import Table
from rich.text import Text

from ...experiments.comparison.runs import SOURCES
from ...model.measures import MEASURES, SHARES
from ...model.resources.ledger import PAYERS, UNPAID
from ...model.scenarios.scenario import census_of

if TYPE_CHECKING:
    import pandas as pd

    from ...experiments.comparison.compare import Comparison
    from ...experiments.comparison.runs import RunTables
    from ...model.scenarios.scenario import Scenario

FUND = {"yuan: community": "'s fund", "yuan: compounds": "' repair funds"}
NOTE = (
    "In time: resolved within {} days of arising. *: up to day 180 or the end of the run (Kaplan-Meier; "
    "open issues are censored). pt: percentage points."
)
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
    """Tabulate every measure without and with the mechanisms, and the paired difference.

    A row is bold if its interval excludes zero.
    """
    title = f"{result.case.title or result.case.name}: {result.replicates} pairs, {result.case.days} days"
    table = Table(
        title=title,
        caption=NOTE.format(result.within) + " r: correlation between the two arms.",
        **PLAIN,
    )
    table.add_column("measure", no_wrap=True)
    for name in ("without", "with", "difference", "95 % interval", "r"):
        table.add_column(name, justify="right", no_wrap=True)
    for name, row in result.table.iterrows():
        clear = np.isfinite(row.low) and not row.low <= 0 <= row.high
        interval = (
            f"{number(name, row.low, '+').removesuffix(' pt')} to "
            f"{number(name, row.high, '+').removesuffix(' pt')}"
            if np.isfinite(row.low)
            else "-"
        )
        r = f"{row.correlation:.2f}" if np.isfinite(row.correlation) else "-"
        cells = (
            MEASURES[name].en,
            number(name, row["without"]),
            number(name, row["with"]),
            number(name, row.difference, "+"),
            interval,
            r,
        )
        table.add_row(*cells, style="bold" if clear else None)
    return table


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


EFFECTS = {  # measure -> head of its column, and the unit of the column in units of the measure
    "resolution_rate": ("in time", 0.01),
    "own_issues_resolved": ("own", 0.01),
    "restricted_mean_time": ("days", 1.0),
    "trust_committee": ("trust", 1.0),
    "hours": ("1000 h", 1000.0),
    "yuan": ("1000 yuan", 1000.0),
}


def effects(table: pd.DataFrame, case: Scenario, replicates: int, among: bool) -> Table:
    """Tabulate the effect of each single mechanism: paired difference and half of its 95 % interval.

    A value is dim if its interval contains zero.
    """
    rest = "with the case's others" if among else "alone"
    out = Table(title=f"{case.name}: each mechanism {rest}; {replicates} pairs, {case.days} days", **PLAIN)
    out.add_column("mechanism", no_wrap=True)
    for head, _ in EFFECTS.values():
        out.add_column(head, justify="right", no_wrap=True)
    best = table.xs("resolution_rate", level="measure").sort_values("difference", ascending=False)
    for mechanism, rates in best.iterrows():
        rows = (
            (table.loc[(mechanism, name)], unit, 2 if head == "trust" else 1)
            for name, (head, unit) in EFFECTS.items()
        )
        cells = (format_change(*cell) for cell in rows)
        out.add_row(mechanism + " *" * bool(rates.reported), *cells)
    out.caption = (
        "Mean difference ± half of its 95 % interval; dim if the interval contains zero. "
        "In time: points; own: points of the share resolved, of the issues that it is meant for. "
        "*: the case has the mechanism."
    )
    return out


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
