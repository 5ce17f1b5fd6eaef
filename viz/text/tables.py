"""Tables for the terminal: each takes results and gives something Rich can print."""

import numpy as np
from rich import box
from rich.table import Table
from rich.text import Text

from ...experiments.comparison.runs import SOURCES
from ...model.measures import SHARES
from ...model.scenario import census_of
from ..i18n.measure_names import NAMES

FUND = {"yuan: community": "'s fund", "yuan: compounds": "' repair funds"}
NOTE = "In time: resolved within {} days of arising. * up to day 180 or the run's end, Kaplan-Meier; open issues count as open. pt: percentage points."
PLAIN = {
    "box": box.SIMPLE_HEAD,
    "title_justify": "left",
    "padding": (0, 1, 0, 0),
    "pad_edge": False,
    "show_edge": False,
    "caption_justify": "left",
}


def number(name, value, sign=""):
    """One measure's value, in its own unit; with a sign, a difference."""
    if not np.isfinite(value):
        return "-"
    if name in SHARES:
        return f"{100 * value:+.1f} pt" if sign else f"{value:.1%}"
    return f"{value:{sign},.0f}" if abs(value) >= 100 else f"{value:{sign}.2f}"


def verdicts(told):
    """The verdicts of a sweep: (case, arm, verdict, sentence) each."""
    table = Table(**PLAIN)
    for name in ("case", "arm", "verdict", "in words"):
        table.add_column(name, overflow="fold")
    for case, arm, verdict, words in told:
        table.add_row(case, str(arm), verdict, words.partition(": ")[2])
    return table


def measures_table(tables):
    """The measures of one run."""
    scenario = tables.scenario
    table = Table(
        title=f"{scenario.title or scenario.name}: {scenario.days} days, seed {tables.seed}",
        caption=NOTE.format(tables.within),
        **PLAIN,
    )
    table.add_column("measure", no_wrap=True)
    table.add_column("value", justify="right")
    for name, value in tables.summary.items():
        table.add_row(NAMES[name], number(name, value))
    return table


def census(scenario):
    """Who lives there and what the committee has, as a run takes it, in words: what the case gives, and what it leaves out."""
    numbers, left = census_of(scenario)
    given, out = (
        ", ".join(
            f"{path.removeprefix('community.')} {numbers[path]:,.6g}"
            for path in numbers
            if (path in left) == which
        )
        for which in (False, True)
    )
    return f"Census, as the case gives it: {given or 'nothing'}." + (
        f"\nLeft out by the case, so taken in proportion: {out}." if out else ""
    )


def comparison_table(result):
    """Without, with, and the paired difference of every measure; bold where the interval leaves zero out."""
    title = f"{result.case.title or result.case.name}: {result.replicates} pairs, {result.case.days} days"
    table = Table(
        title=title,
        caption=NOTE.format(result.within) + " r: correlation of the arms that pairing achieved.",
        **PLAIN,
    )
    table.add_column("measure", no_wrap=True)
    for name in ("without", "with", "difference", "95 % interval", "r"):
        table.add_column(name, justify="right", no_wrap=True)
    for name, row in result.table.iterrows():
        clear = np.isfinite(row.low) and not row.low <= 0 <= row.high
        interval = (
            f"{number(name, row.low, '+').removesuffix(' pt')} to {number(name, row.high, '+').removesuffix(' pt')}"
            if np.isfinite(row.low)
            else "-"
        )
        r = f"{row.correlation:.2f}" if np.isfinite(row.correlation) else "-"
        cells = (
            NAMES[name],
            number(name, row["without"]),
            number(name, row["with"]),
            number(name, row.difference, "+"),
            interval,
            r,
        )
        table.add_row(*cells, style="bold" if clear else None)
    return table


def spending_table(arms):
    """Hours by role and yuan by source, {arm: {mechanism: {name: amount}}}; an arm without a name has no heading."""
    table = Table(
        title="Who spent what in a run; desks: what committee, crews and departments did by themselves",
        show_header=False,
        **PLAIN,
    )
    table.add_column(no_wrap=True)
    table.add_column()
    for arm, rows in arms.items():
        if arm:
            table.add_row(arm, style="italic")
        for name, row in rows.items():
            table.add_row(name, "; ".join(format_use(row)))
    return table


def format_use(row):
    """What {name: amount} comes to, in words: most hours first, then yuan."""
    hours = sorted(
        ((name, value) for name, value in row.items() if name not in SOURCES), key=lambda one: -one[1]
    )
    yield ", ".join(f"{name} {value:,.0f} h" for name, value in hours if round(value)) or "0 h"
    money = ", ".join(
        f"{row[name]:,.0f} yuan from the {name.removeprefix('yuan: ')}{FUND[name]}"
        for name in SOURCES
        if round(row[name])
    )
    if money:
        yield money


EFFECTS = {  # measure -> head of its column, and how many of its units make one
    "resolution_rate": ("in time", 0.01),
    "restricted_mean_time": ("days", 1.0),
    "trust_committee": ("trust", 1.0),
    "hours": ("1000 h", 1000.0),
    "yuan": ("1000 yuan", 1000.0),
}


def effects(table, case, replicates, among):
    """What each mechanism does by itself: the paired difference and half of its 95 % interval; dim where that holds zero."""
    rest = "beside the case's others" if among else "alone"
    out = Table(title=f"{case.name}: each mechanism {rest}; {replicates} pairs, {case.days} days", **PLAIN)
    out.add_column("mechanism", no_wrap=True)
    for head, _ in EFFECTS.values():
        out.add_column(head, justify="right", no_wrap=True)
    best = table.xs("resolution_rate", level="measure").sort_values("difference", ascending=False)
    for mechanism, one in best.iterrows():
        rows = (
            (table.loc[(mechanism, name)], unit, 2 if head == "trust" else 1)
            for name, (head, unit) in EFFECTS.items()
        )
        cells = (format_change(*cell) for cell in rows)
        out.add_row(mechanism + " *" * bool(one.reported), *cells)
    out.caption = "Mean difference ± half of its 95 % interval, dim where that holds zero; in time: percentage points. * the case has it."
    return out


def format_change(row, unit, n):
    """A mean difference and half of its interval, in so many of its units; dim where that holds zero."""
    if not np.isfinite(row.low):
        return Text("-", style="dim")
    return Text(
        f"{row.difference / unit:+.{n}f}±{(row.high - row.low) / 2 / unit:.{n}f}",
        style="dim" if row.low <= 0 <= row.high else "bold",
    )


VERDICTS = {"inside": "green", "near": "yellow", "outside": "red"}


def patterns(table):
    """Reported outcomes beside the model's."""
    out = Table(
        title="What was reported, and what the model does: median and 90 % interval over replicates", **PLAIN
    )
    for column in ("case", "reported", "measure", "like the report", "model", "verdict"):
        out.add_column(column, overflow="fold")
    for row in table.itertuples():
        low, high = ("" if np.isnan(x) else f"{x:.4g}" for x in (row.low, row.high))
        asked = low if low == high else f"{low or '-inf'} to {high or 'inf'}"
        model = f"{row.median:.3g} ({row.p5:.3g} to {row.p95:.3g})"
        out.add_row(
            row.case,
            row.words,
            row.measure,
            asked + " *" * row.number,
            model,
            Text(row.verdict, style=VERDICTS[row.verdict]),
        )
    out.caption = "* the report itself gives the number; elsewhere its words were turned into a range, as the case file says."
    return out
