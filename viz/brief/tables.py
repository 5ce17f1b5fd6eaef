"""Tabulate the choices, who gains, and the price of a brief."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ...engine.texts import translate
from ...model.measures import MEASURES
from ..i18n import words
from .findings import COSTS
from .parts import Table
from .wording import change, name_arm, plain_number, spread, typeset

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from .findings import Findings

CHANGES = (
    "resolution_rate_of_reported",
    "resolution_rate_of_serious",
    "burden",
    "restricted_mean_time",
    "trust_committee",
    "satisfaction",
)
GROUPS = (
    "all",
    "owners",
    "tenants",
    "registered",
    "migrants",
    "with elders",
    "low floor",
    "high floor, no lift",
)


def arms_table(findings: Findings, lang: str) -> Table:
    """Tabulate all arms that were weighed, the best first."""
    result = findings.weighed
    say = lambda key: translate(lang, "robust", key)
    rows = []
    for arm, row in result.ranked.iterrows():
        best = f"{row['best']:.0%}" if np.isfinite(row["best"]) else "-"
        rows.append(
            (
                name_arm(arm, lang),
                change(findings.measure, row["median"], lang),
                spread(findings.measure, row["p5"], row["p95"], lang),
                f"{row['better']:.0%}",
                best,
            )
        )
    heads = (say("arm"), say("median"), say("most"), say("better_share"), say("best"))
    return Table(heads, tuple(rows), findings.command)


def gains_table(findings: Findings, lang: str) -> Table | None:
    """Tabulate who gains, by group of households."""
    if findings.gains is None:
        return None
    rows = []
    for group in (group for group in GROUPS if group in findings.gains.index):
        row = findings.gains.loc[group]
        rows.append(
            (
                words.capital(translate(lang, "gains", group)),
                f"{row['households']:,.0f}",
                typeset(f"{row['change']:+,.1f}"),
                typeset(translate(lang, "brief", "to").join(f"{row[end]:+,.1f}" for end in ("low", "high"))),
                f"{row['better']:.0%}",
                f"{row['worse']:.0%}",
            )
        )
    heads = tuple(
        translate(lang, "gains", key) for key in ("group", "households", "change", "range", "better", "worse")
    )
    return Table(heads, tuple(rows), findings.gains_asked.command, translate(lang, "brief", "gains note"))


def price_table(findings: Findings, lang: str) -> Table:
    """Tabulate the price: of a comparison line by line, of weighed arms one row each."""
    say = lambda key: translate(lang, "brief", key)
    if findings.weighed is not None:
        hours, yuan = (findings.weighed.price_ranges(name) for name in ("hours", "yuan"))
        rows = [
            (
                name_arm(arm, lang),
                *price_cells("hours", hours.loc[arm], lang),
                *price_cells("yuan", yuan.loc[arm], lang),
            )
            for arm in findings.weighed.ranked.index
        ]
        heads = (translate(lang, "robust", "arm"), say("hours"), say("worlds"), say("yuan"), say("worlds"))
        return Table(heads, tuple(rows), findings.command)
    return measures_table(findings, COSTS, lang)


def overview_table(findings: Findings, lang: str) -> Table:
    """Tabulate what is compared: the choices, where several were weighed, else the measures CHANGES."""
    return (
        arms_table(findings, lang)
        if findings.luck is None
        else measures_table(findings, CHANGES, lang, luck=not findings.worlds)
    )


def measures_table(findings: Findings, names: Sequence[str], lang: str, luck: bool = True) -> Table:
    """Tabulate measures of a comparison: without, with, difference, its ranges; that of luck if asked."""
    say, rows = (lambda key: translate(lang, "brief", key)), []
    for name in names:
        row = findings.luck.loc[name]
        if not np.isfinite(row.difference):
            continue
        cells = [
            plain_number(name, row["without"]),
            plain_number(name, row["with"]),
            change(name, row.difference, lang),
        ]
        if findings.worlds:
            ends = findings.ranges.loc[name]
            cells.append(spread(name, ends["p5"], ends["p95"], lang))
        if luck:
            cells.append(spread(name, row.low, row.high, lang, whole=name != "unpaid_hours"))
        rows.append((words.capital(getattr(MEASURES[name], lang).rstrip("*")), *cells))
    heads = [
        "",
        say("without"),
        say("with"),
        say("difference"),
        *([say("worlds")] if findings.worlds else []),
        *([say("luck head")] if luck else []),
    ]
    note = say("case note") if findings.worlds else ""
    return Table(tuple(heads), tuple(rows), findings.command, note)


def price_cells(name: str, row: pd.Series, lang: str) -> tuple[str, str]:
    """Format the median and the range of a cost."""
    ends = translate(lang, "brief", "to").join(f"{row[end]:+,.0f}" for end in ("p5", "p95"))
    return typeset(f"{row['median']:+,.0f}"), typeset(ends)
