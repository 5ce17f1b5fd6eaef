"""Reported outcomes beside the model and the null models, as tables for the terminal."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np
from rich.table import Table
from rich.text import Text

from ...engine.texts import translate
from ...experiments.calibration.reported_patterns import SURE
from ...experiments.statistics.interval_score import WIDEST
from .evidence_tables import short
from .tables import PLAIN

if TYPE_CHECKING:
    import pandas as pd

    from ...experiments.validation.pattern_scores import PatternScores

STYLES = {"inside": "green", "too wide": "yellow", "near": "yellow", "outside": "red", "no value": "dim"}


def pattern_tables(result: PatternScores, lang: str = "en") -> Iterator[Table | str]:
    """Yield the outcomes, the totals, the summary and the power statement."""
    yield patterns_table(result.table, lang)
    yield translate(lang, "patterns", "note", widest=WIDEST, sure=f"{SURE:.0%}")
    yield totals_table(result.totals(), lang)
    yield result.summary().in_language(lang)
    yield result.power().in_language(lang)


def patterns_table(table: pd.DataFrame, lang: str) -> Table:
    """Tabulate reported outcomes beside the model with governance on and off."""
    out = Table(title=translate(lang, "patterns", "title"), **PLAIN)
    for head in ("case", "reported", "range", "on", "off", "score", "verdict", "separates"):
        out.add_column(translate(lang, "patterns", head), overflow="fold")
    for row in table.itertuples():
        out.add_row(
            row.case,
            f"{row.words} [{row.measure}]",
            format_range(row),
            format_interval(row.median, row.p5, row.p95),
            "-" if row.only_with else format_interval(row.off_median, row.off_p5, row.off_p95),
            format_score(row),
            Text(translate(lang, "patterns", f"verdict.{row.verdict}"), style=STYLES[row.verdict]),
            format_separation(row, lang),
        )
    return out


def format_range(row: object) -> str:
    """Format the reported range; * marks a number that the report gives."""
    low, high = ("" if np.isnan(x) else f"{x:.4g}" for x in (row.low, row.high))
    return (low if low == high else f"{low or '-inf'} to {high or 'inf'}") + " *" * row.number


def format_interval(median: float, p5: float, p95: float) -> str:
    """Format median and 90 % interval; infinite where a time is beyond what was observed."""
    return "-" if np.isnan(median) else f"{median:.3g} ({p5:.3g} to {p95:.3g})"


def format_score(row: object) -> str:
    """Format the score and the width of a number with two ends; else the share of replicates that meet it."""
    if not row.two_ends:
        return "-" if np.isnan(row.met) else f"{row.met:.0%}"
    if np.isnan(row.score):
        return "-"
    return f"{short(row.score)} (×{short(row.width_ratio)})"


def format_separation(row: object, lang: str) -> Text:
    """Say whether an outcome separates governance on from off, or with which mechanism only it exists."""
    if row.only_with:
        return Text(translate(lang, "patterns", "only with", mechanism=row.only_with), style="dim")
    word = translate(lang, "patterns", "yes" if row.separates else "no")
    return Text(f"{word} ({short(row.nearer)})", style="green" if row.separates else "")


def totals_table(totals: pd.DataFrame, lang: str) -> Table:
    """Tabulate the statistics of the model and of the null models."""
    out = Table(title=translate(lang, "patterns", "totals"), **PLAIN)
    out.add_column("")
    for head in ("inside.head", "model", "all off", "random", "p"):
        out.add_column(translate(lang, "patterns", head), overflow="fold")
    for row in totals.itertuples():
        random = short(row.random_inside)
        out.add_row(
            translate(lang, "patterns", f"group.{row.patterns}"),
            f"{row.inside} / {row.off_inside} / {random} ({row.count})",
            short(row.value),
            short(row.off_value),
            f"{short(row.random_value)} ± {short(row.random_deviation)}",
            short(row.p),
        )
    return out
