"""Tables of a report, in its page and in the terminal, and the command that prints each number."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from html import escape
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from ..engine.output import printable
from ..engine.renamed import suggest_names
from ..engine.texts.errors import UserError

if TYPE_CHECKING:
    from ..experiments.sweep.report_statistics import Analysis

ROWS = 40  # rows of a table in the page; its file has all rows
STYLE = ".command { color: #555; font: .72rem/1.3 ui-monospace, monospace; margin: .1rem 0 .6rem; \
overflow-wrap: anywhere }"
FIGURE_TABLES = {  # figure -> the table that it is drawn from
    "verdicts": "verdicts",
    "survival": "curves",
    "price_yuan": "price",
    "price_hours": "price",
    "equity": "other_measures",
    "convergence": "convergence",
    "factors": "means",
}


def command(analysis: Analysis, table: str = "") -> str:
    """Return the command that prints the numbers of a report, or those of one of its tables."""
    words = ["cogov", "report", analysis.results.folder.name, *(["--table", table] if table else [])]
    return shlex.join(words)


def command_line(analysis: Analysis, table: str = "") -> str:
    """Return that command as a small line of the page."""
    return f"<p class='command'>{escape(command(analysis, table))}</p>"


def print_table(analysis: Analysis, name: str) -> Iterator[str]:
    """Yield the lines of a table: cells as in the page, separated by tabs. Raises UserError."""
    tables = analysis.tables()
    if name not in tables:
        raise UserError(
            "--table {name}: is not a table of this report{hint}; there are: {tables}",
            name=name,
            hint=suggest_names(name, list(tables)),
            tables=", ".join(tables),
        )
    flat = tables[name] if name == "runs" else tables[name].reset_index()
    yield "\t".join(map(str, flat))
    for row in flat.itertuples(index=False):
        yield "\t".join(printable(cell(value)) for value in row)


def tables_section(analysis: Analysis) -> Iterator[tuple[str, str, pd.DataFrame]]:
    """Yield (name, caption, table) for the tables in the page; `cogov report --table NAME` prints each."""
    if analysis.by_arm:
        yield "verdicts", f"Verdicts: {analysis.estimand.measure}", analysis.verdicts
        yield (
            "other_measures",
            "Other measures: difference from the reference, joint intervals",
            analysis.other_measures[
                ["reference", "mean", "difference", "low_all", "high_all", "correlation", "pairs"]
            ],
        )
        yield (
            "price",
            "Cost per additional issue resolved in time (a bound is infinite if the effect may be zero)",
            analysis.price[[c for c in analysis.price if not c.endswith("_words")]],
        )
        yield "frontier_yuan", "Efficient frontier, yuan", analysis.frontiers["yuan"]
        yield "frontier_hours", "Efficient frontier, hours", analysis.frontiers["hours"]
        yield "best", "Comparison of each arm with the best", analysis.best
    if "restricted_means" in analysis.tables():
        yield (
            "restricted_means",
            "Mean days to resolution, up to the horizon (restricted mean; open issues censored)",
            analysis.survival.means,
        )
    yield "means", "Arms: mean, standard deviation, Monte Carlo standard error", analysis.means
    yield "failures", "Failed runs", analysis.failures[analysis.failures["failed"] > 0]
    failed = analysis.runs[analysis.runs["status"] == "failed"][["case", "arm", "replicate", "failure"]]
    if len(failed):
        yield "runs", "Failures and their causes", failed.set_index("case")


def html(table: pd.DataFrame) -> str:
    """Return the first ROWS rows of a table as HTML."""
    if not len(table):
        return "<p class='quiet'>none</p>"
    flat = table.reset_index()
    head = "".join(f"<th class='{kind(flat[name])}'>{escape(str(name))}</th>" for name in flat)
    body = "".join(
        "<tr>"
        + "".join(
            f"<td class='{kind(flat[name])}'>{escape(cell(value))}</td>" for name, value in zip(flat, row)
        )
        + "</tr>"
        for row in flat.head(ROWS).itertuples(index=False)
    )
    more = f"<p class='quiet'>{len(flat) - ROWS:,} more rows in its file.</p>" if len(flat) > ROWS else ""
    return f"<table><tr>{head}</tr>{body}</table>{more}"


def kind(column: pd.Series) -> str:
    """Return the CSS class of a column: "number" or "text"."""
    return (
        "number"
        if pd.api.types.is_numeric_dtype(column) and not pd.api.types.is_bool_dtype(column)
        else "text"
    )


def cell(value) -> str:
    """Format a value for a cell of a table."""
    if isinstance(value, (bool, np.bool_)):
        return "yes" if value else "no"
    if isinstance(value, (float, np.floating)):
        return (
            "-"
            if np.isnan(value)
            else f"{value:,.0f}"
            if np.isfinite(value) and abs(value) >= 1e4
            else f"{value:.4g}"
        )
    return str(value)
