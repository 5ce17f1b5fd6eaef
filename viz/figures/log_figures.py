"""Show a community's own issue log, and a case fitted to it, as figures and tables."""

from __future__ import annotations

from textwrap import shorten
from typing import TYPE_CHECKING

import numpy as np
from rich.table import Table

from ...engine.texts import sections, translate
from ...experiments.logs.issue_log import times
from ...experiments.logs.log_summary import ALL, months
from ...model.issues.categories import CATEGORIES
from ...model.measures import kaplan_meier
from ..text.tables import PLAIN
from .figures import PALETTE, QUIET, WITH, WITHOUT
from .fonts import Figure
from .plotting import label, settings

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from ...experiments.calibration.calibrate import Calibration
    from ...experiments.logs.categories import Proposal
    from ...experiments.logs.issue_log import IssueLog

MOST = len(PALETTE)  # categories with a separate curve; the others have none


@settings()
def draw_log(issue_log: IssueLog, horizon: int = 365) -> Figure:
    """Draw an issue log on one sheet: Kaplan-Meier curves by category, and issues opened per month.

    Ticks on the curves mark issues that are still open; `horizon` is in days.
    """
    figure = Figure(figsize=(11, 4.8), layout="constrained")
    a, b = figure.subplots(1, 2)
    names = list(issue_log.issues["category"].value_counts().index)
    for name, colour in zip(names[:MOST], PALETTE):
        curve(
            a,
            *times(issue_log.issues[issue_log.issues["category"] == name], issue_log.drawn),
            colour,
            label(brief(name)),
            horizon,
        )
    curve(a, *times(issue_log.issues, issue_log.drawn), QUIET, "all", horizon, ls="--")
    a.set(
        xlim=(0, horizon),
        ylim=(0, 1),
        xlabel="days since the issue was opened",
        ylabel="share not yet resolved",
        title="Time to resolution (Kaplan-Meier; ticks: still open)",
    )
    a.legend(frameon=False, fontsize=8)
    table = months(issue_log)
    at, below = table.index.to_timestamp(), np.zeros(len(table))
    for name, colour in zip(
        [*names[:MOST], *(["others"] if len(names) > MOST else [])], (*PALETTE, "#BBBBBB")
    ):
        height = table[name] if name in table else table[names[MOST:]].sum(axis=1)
        b.bar(at, height, 25, bottom=below, color=colour, label=label(brief(name)))
        below = below + height.to_numpy()
    b.set(ylabel="issues opened", title="Opened in each month")
    for axes in (a, b):
        axes.spines[["top", "right"]].set_visible(False)
        axes.title.set_size(10)
    origin = (
        f"{len(issue_log.issues):,} issues, "
        f"{issue_log.issues['opened'].min():%Y-%m-%d} to {issue_log.issues['opened'].max():%Y-%m-%d}, "
        f"extracted {issue_log.drawn:%Y-%m-%d}; {len(issue_log.rejected):,} rows rejected"
    )
    figure.suptitle(origin, fontsize=10.5, x=0.01, ha="left")
    return figure


def brief(name) -> str:
    """Shorten a name to 40 characters for a figure; an empty name becomes "?"."""
    return shorten(str(name), 40, placeholder="...") or "?"


def curve(axes, time, closed, colour, name, horizon, **style) -> None:
    """Draw one Kaplan-Meier curve, with a tick where issues are censored."""
    when, left = kaplan_meier(time, closed)
    steps, share = np.append(0.0, when), np.append(1.0, left)
    axes.step(
        np.append(steps, horizon),
        np.append(share, share[-1]),
        where="post",
        color=colour,
        lw=1.6,
        label=name,
        **style,
    )
    censored = np.unique(time[~closed & (time <= horizon)])
    axes.plot(
        censored, share[np.searchsorted(steps, censored, side="right") - 1], "|", color=colour, ms=5, mew=0.8
    )


@settings()
def draw_calibration(result: Calibration) -> Figure:
    """Draw a calibration on one sheet: one panel for each kind of issue and part of the log.

    A panel shows the log's curve with intervals, the case before the fit, the fit, and the band of the
    ensemble.
    """
    kinds = list(dict.fromkeys(result.curves["kind"]))
    figure = Figure(figsize=(3.1 * max(len(kinds), 2) + 0.8, 6.4), layout="constrained")
    grid = figure.subplots(2, max(len(kinds), 2), squeeze=False, sharey=True)
    for r, part in enumerate(("fitted to", "held out")):
        for c, kind in enumerate(kinds):
            fit(
                grid[r, c],
                result.curves.query("part == @part and kind == @kind and days != 'mean'"),
                result.rates.query("part == @part and kind == @kind").iloc[0],
            )
            grid[r, c].set_title(f"{brief(kind)}\n{part}", fontsize=9)
        grid[r, 0].set_ylabel("share not yet resolved")
        for axes in grid[r, len(kinds) :]:
            axes.set_visible(False)
    for axes in grid[1]:
        axes.set_xlabel("days since the report")
    figure.legend(
        *grid[0, 0].get_legend_handles_labels(),
        loc="outside lower center",
        ncols=4,
        frameon=False,
        fontsize=8,
    )
    points = result.scores["points"]
    title = (
        f"{result.case.name} fitted to {brief(result.log.path.replace(chr(92), '/').rpartition('/')[2])}; "
        f"held out from {result.split:%Y-%m-%d}: RMS error of the curves "
        f"{points['held out', 'fitted']:.1f} points, before the fit {points['held out', 'default']:.1f}, "
        f"earlier log {points['held out', 'earlier log']:.1f}"
    )
    figure.suptitle(title, fontsize=10, x=0.01, ha="left")
    return figure


def fit(axes, rows, rate) -> None:
    """Draw one kind of issue in one part of the log."""
    x = np.arange(len(rows))
    axes.fill_between(x, rows["low"], rows["high"], color=WITH, alpha=0.2, lw=0, label="ensemble, 90 %")
    axes.plot(x, rows["default"], color=WITHOUT, lw=1.2, ls="--", label="before the fit")
    axes.plot(x, rows["fitted"], color=WITH, lw=1.6, label="fitted")
    axes.errorbar(
        x,
        rows["log"],
        [rows["log"] - rows["log_low"], rows["log_high"] - rows["log"]],
        fmt="o",
        color="black",
        ms=4,
        lw=1,
        label="log, 90 %",
    )
    axes.set(xticks=x, xticklabels=[str(day) for day in rows["days"]], ylim=(0, 1))
    axes.spines[["top", "right"]].set_visible(False)
    words = f"{rate.issues:,} issues"
    if np.isfinite(rate.log):
        words += (
            f"\nper year and 1,000: log {rate.log:.3g}\nfitted {rate.fitted:.3g}, before {rate.default:.3g}"
        )
    axes.annotate(
        words, (0.98, 0.97), xycoords="axes fraction", ha="right", va="top", fontsize=7, color=QUIET
    )


def tabulate_waiting(
    table: pd.DataFrame, proposals: Mapping[str, Proposal | None], lang: str = "en"
) -> Table:
    """Tabulate the summary of a log for the terminal; a proposed category has a question mark."""
    numbers = ("issues", "per_year", "per_1000_year", "closed", "q25", "median", "q75", "restricted_mean")
    summary = Table(
        *(translate(lang, "log", word) for word in ("category", *numbers, "means")),
        **PLAIN,
        caption=translate(lang, "log", "caption"),
    )
    for column in summary.columns[1:-1]:
        column.justify = "right"
    for name, row in table.iterrows():
        means = "" if name == ALL else name_means(row["means"].split(), proposals.get(str(name)), lang)
        summary.add_row(
            translate(lang, "log", "all") if name == ALL else str(name),
            f"{row['issues']:,}",
            f"{row['per_year']:,.1f}",
            number(row["per_1000_year"], ".2f"),
            f"{row['closed']:.0%}",
            *(number(row[q], ".0f") for q in ("q25", "median", "q75")),
            number(row["restricted_mean"], ".1f"),
            means,
        )
    return summary


def name_means(mapped: list[str], proposal: Proposal | None, lang: str) -> str:
    """Return what a category is mapped to, or what is proposed, with a question mark."""
    if not mapped and proposal is None:
        return translate(lang, "log", "unmapped")
    ours = mapped or ([proposal.ours] if isinstance(proposal.ours, str) else list(proposal.ours))
    first = CATEGORIES[ours[0]].zh if lang == "zh" and ours[0] in CATEGORIES else ours[0]
    words = first if len(ours) == 1 else translate(lang, "log", "others", name=first, count=len(ours) - 1)
    return words if mapped else f"{words}?"


def number(value: float, form: str) -> str:
    """Format a number, or return a dash if it is not finite."""
    return format(value, form) if np.isfinite(value) else "-"


def parameters(result: Calibration, lang: str = "en") -> Table:
    """Tabulate fitted parameters for the terminal, in a language."""
    t = sections(lang)["fit"]
    heads = (t["number"], t["before"], t["after"], "5 %", "95 %", t["contraction"], t["answer"])
    table = Table(*heads, **PLAIN, caption=t["table.words"])
    table.columns[0].overflow, table.columns[0].min_width = "fold", 24
    for column in table.columns[1:6]:
        column.justify = "right"
    for path, r in result.parameters.iterrows():
        numbers = (f"{x:.3g}" for x in (r.default, r.best, r.p5, r.p95))
        answer = t[f"answer.{r.answer}"]
        table.add_row(f"{path}{'*' if r.factor else ''}", *numbers, f"{r.contraction:.0%}", answer)
    return table


def scores(result: Calibration, lang: str = "en") -> Table:
    """Tabulate how well each candidate fits each part of the log, for the terminal, in a language."""
    t = sections(lang)["fit"]
    table = Table(*(t[key] for key in ("part", "candidate", "distance", "points", "ratio")), **PLAIN)
    for column in table.columns[2:]:
        column.justify = "right"
    for (part, name), r in result.scores.iterrows():
        numbers = f"{r.distance:.2f}", f"{r.points:.1f}", number(r.rate, ".2f")
        table.add_row(t[f"part.{part}"], t[f"candidate.{name}"], *numbers)
    return table
