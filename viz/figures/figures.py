"""Draw the results of single comparisons and pattern tests as matplotlib figures; runs no model."""

from __future__ import annotations

from textwrap import fill
from typing import TYPE_CHECKING

import numpy as np

from .fonts import Figure
from .plotting import label, settings, ticker

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

    from ...experiments.comparison.compare import Comparison

# of Okabe and Ito: distinguishable with every kind of colour vision
WITHOUT, WITH = "#D55E00", "#0072B2"
GREEN, PURPLE, ORANGE, SKY = "#009E73", "#CC79A7", "#E69F00", "#56B4E9"
PALETTE = (WITH, WITHOUT, GREEN, PURPLE, ORANGE, SKY, "#000000", "#999933")  # of many lines, in this order
COLOURS = {"without": WITHOUT, "with": WITH}
QUIET = "#555555"


@settings()
def comparison(result: Comparison) -> Figure:
    """Draw a Comparison on one sheet.

    Four panels: time to resolution, open issues, resolution rates pair by pair, and hours by role.
    """
    figure = Figure(figsize=(11, 7.6), layout="constrained")
    origin = f"{result.case.name}, {result.case.days} days, {result.replicates} pairs, seed {result.seed}"
    figure.suptitle(fill(result.verdict(), 125) + f"\n({origin})", fontsize=10.5, x=0.01, ha="left")
    (a, b), (c, d) = figure.subplots(2, 2)
    time_to_resolution(a, result)
    backlog(b, result)
    pairs(c, result)
    hours(d, result)
    for axes in (a, b, c, d):
        axes.spines[["top", "right"]].set_visible(False)
        axes.title.set_size(10)
    return figure


def time_to_resolution(axes, result) -> None:
    """Draw the Kaplan-Meier curves of both arms."""
    horizon = min(result.case.days, 180)
    for arm, colour in COLOURS.items():
        curve = result.curves.loc[arm].query("days <= @horizon")
        days = np.append(curve["days"], horizon)
        axes.step(
            days,
            np.append(curve["unresolved"], curve["unresolved"].iloc[-1]),
            where="post",
            color=colour,
            label=arm,
            lw=2,
        )
    axes.axvline(result.within, color=QUIET, lw=0.8, ls=":")
    axes.annotate(
        f"{result.within} days",
        (result.within, 0.99),
        xytext=(3, 0),
        textcoords="offset points",
        fontsize=8,
        color=QUIET,
        va="top",
    )
    axes.set(
        xlim=(0, horizon),
        ylim=(0, 1),
        xlabel="days since the issue arose",
        ylabel="share not yet resolved",
        title="Time to resolution (Kaplan-Meier)",
    )
    axes.legend(frameon=False)


def backlog(axes, result) -> None:
    """Draw open issues by day: the median and the middle 90 % of the replicates."""
    for arm, colour in COLOURS.items():
        band = result.series.loc[arm]
        axes.fill_between(band.index, band["low"], band["high"], color=colour, alpha=0.2, lw=0)
        axes.plot(band.index, band["median"], color=colour, lw=1.5, label=arm)
    axes.set(
        xlim=(1, max(2, result.case.days)),
        ylim=(0, None),
        xlabel="day",
        ylabel="open issues",
        title="Backlog: median and middle 90 % of replicates",
    )


def pairs(axes, result) -> None:
    """Draw the resolution rate of each replicate without and with the mechanisms, joined by a line."""
    wide = result.rows["resolution_rate"].unstack("arm")
    for _, row in wide.iterrows():
        axes.plot([0, 1], [row["without"], row["with"]], color=QUIET, lw=0.6, alpha=0.5)
    for x, (arm, colour) in enumerate(COLOURS.items()):
        axes.plot(np.full(len(wide), x), wide[arm], "o", color=colour, ms=4, alpha=0.8)
    estimate = result.table.loc["resolution_rate"]
    difference = (
        f"difference {100 * estimate.difference:+.1f} points" if estimate.pairs else "no issue is old enough"
    )
    if np.isfinite(estimate.low):
        difference += f" (95 %: {100 * estimate.low:+.1f} to {100 * estimate.high:+.1f})"
    axes.set(
        xlim=(-0.4, 1.4),
        xticks=[0, 1],
        xticklabels=list(COLOURS),
        ylabel=f"resolved within {result.within} days",
        title=f"Pair by pair: {difference}",
    )
    axes.yaxis.set_major_formatter(ticker.PercentFormatter(1.0))  # as many decimals as the ticks need


def hours(axes, result) -> None:
    """Draw the hours worked by role in both arms."""
    roles = [name for name in result.ledger.columns if not name.startswith("yuan")]
    roles = [name for name in roles if result.ledger[name].any()]
    spent = result.ledger[roles].groupby(level="arm").sum()
    y = np.arange(len(roles))
    for shift, (arm, colour) in zip((-0.2, 0.2), COLOURS.items()):
        axes.barh(y + shift, spent.loc[arm] if arm in spent.index else 0 * y, 0.38, color=colour, label=arm)
    axes.set(
        yticks=y, yticklabels=list(roles), xlabel=f"hours in {result.case.days} days", title="Hours by role"
    )
    axes.invert_yaxis()


@settings()
def patterns(table: pd.DataFrame) -> Figure:
    """Draw reported outcomes as bars and simulated 90 % intervals as lines, with governance on and off.

    One row per pattern, each with its own scale, because measures have different units. A pattern that is 0
    by definition without its mechanism has no line for off.
    """
    figure = Figure(figsize=(11, 1.2 + 0.55 * len(table)), layout="constrained")
    figure.suptitle(
        "Reported outcome (bar), and the model's median and 90 % interval: as reported (blue, filled), "
        "all mechanisms off (orange, hollow)",
        fontsize=10.5,
        x=0.01,
        ha="left",
    )
    axes = figure.subplots()
    for y, row in enumerate(table.itertuples()):
        arms = [(-0.12, WITH, WITH, (row.median, row.p5, row.p95))]
        if not row.only_with:
            arms.append((0.12, WITHOUT, "white", (row.off_median, row.off_p5, row.off_p95)))
        ends = np.array([row.low, row.high, *(x for *_, values in arms for x in values)])
        ends = ends[np.isfinite(ends)]
        low, high = (ends.min(), ends.max()) if len(ends) else (0.0, 1.0)
        margin = 0.15 * (high - low) or 1.0
        place = lambda x, low=low - margin, width=high - low + 2 * margin: np.clip((x - low) / width, 0, 1)
        first, last = (place(x) if np.isfinite(x) else edge for x, edge in ((row.low, 0.0), (row.high, 1.0)))
        axes.barh(y, max(last - first, 0.006), left=first, height=0.6, color="#BBBBBB")
        for shift, colour, fill_colour, (median, p5, p95) in arms:
            axes.plot([place(p5), place(p95)], [y + shift, y + shift], color=colour, lw=2.2)
            axes.plot(place(median), y + shift, "o", color=colour, mfc=fill_colour, ms=5)
        axes.annotate(
            f"{row.median:.3g} ({row.p5:.3g} to {row.p95:.3g}), {row.verdict}\n"
            + (
                f"only with {label(row.only_with)}"
                if row.only_with
                else f"off: {row.off_median:.3g} ({row.off_p5:.3g} to {row.off_p95:.3g})"
                + ", separates" * bool(row.separates)
            ),
            (1.02, y),
            fontsize=7,
            va="center",
            annotation_clip=False,
        )
    axes.set(
        xlim=(0, 1),
        xticks=[],
        yticks=range(len(table)),
        yticklabels=[fill(label(f"{r.case}: {r.words}"), 60) for r in table.itertuples()],
    )
    axes.tick_params(labelsize=7.5)
    axes.invert_yaxis()
    axes.spines[["top", "right", "bottom"]].set_visible(False)
    figure.get_layout_engine().set(rect=(0, 0, 0.8, 1))
    return figure


@settings()
def effects(table: pd.DataFrame, title: str) -> Figure:
    """Draw the change of the resolution rate by each single mechanism, with its range or interval.

    The dot is filled if the case has the mechanism.
    """
    middle, low, high = ("median", "p5", "p95") if "median" in table else ("difference", "low", "high")
    held = "nine of ten worlds" if "median" in table else "95 % interval of luck"
    rates = table.xs("resolution_rate", level="measure").sort_values(middle)
    figure = Figure(figsize=(8, 1.2 + 0.28 * len(rates)), layout="constrained")
    figure.suptitle(title, fontsize=10.5, x=0.01, ha="left")
    axes = figure.subplots()
    axes.axvline(0, color=QUIET, lw=0.8)
    for y, (_, row) in enumerate(rates.iterrows()):
        colour = QUIET if row[low] <= 0 <= row[high] else WITH if row[middle] > 0 else WITHOUT
        axes.plot([100 * row[low], 100 * row[high]], [y, y], color=colour, lw=2)
        axes.plot(100 * row[middle], y, "o", color=colour, mfc=colour if row["reported"] else "white", ms=6)
    axes.set(
        yticks=range(len(rates)),
        yticklabels=list(map(label, rates.index)),
        xlabel=f"change of the share resolved in time, points ({held}); filled: the case has it",
    )
    axes.tick_params(labelsize=8)
    axes.spines[["top", "right"]].set_visible(False)
    return figure


@settings()
def save(figure, folder: Path, name: str) -> Path:
    """Write a figure as PNG and SVG; return the path of the PNG."""
    for kind in ("svg", "png"):
        figure.savefig(folder / f"{name}.{kind}", dpi=150)
    return folder / f"{name}.png"
