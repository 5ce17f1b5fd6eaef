"""Draw sweeps as matplotlib figures, from the tables of report_statistics.py; runs no model."""

from __future__ import annotations

from textwrap import fill
from typing import TYPE_CHECKING

from ...model.measures import MEASURES, SHARES
from .figures import GREEN, PALETTE, QUIET, WITH, WITHOUT
from .fonts import Figure
from .plotting import label, settings

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

    from ...experiments.sweep.report_statistics import Analysis

LINES = 16  # with more arms, survival curves are not drawn
VERDICTS = {
    "larger": WITH,
    "smaller": WITHOUT,
    "equivalent": GREEN,
    "identical": GREEN,
    "undecided": QUIET,
}


def sheet(
    rows: int, columns: int = 1, width: float = 9.0, height: float = 3.6, title: str = ""
) -> tuple[Figure, np.ndarray]:
    """Return a figure with a grid of plain axes: (figure, (rows, columns) array of axes)."""
    figure = Figure(figsize=(width, height * rows), layout="constrained")
    figure.suptitle(fill(title, 110), fontsize=10.5, x=0.01, ha="left")
    axes = figure.subplots(rows, columns, squeeze=False)
    for panel in axes.flat:
        panel.spines[["top", "right"]].set_visible(False)
        panel.tick_params(labelsize=8)
        panel.title.set_size(10)
    return figure, axes


def unit(measure: str) -> tuple[str, float]:
    """Return the unit in which a difference of a measure is shown, and the factor to convert to it."""
    return (
        (f"{MEASURES[measure].en}, percentage points", 100.0)
        if measure in SHARES
        else (MEASURES[measure].en, 1.0)
    )


def contrasts(table: pd.DataFrame, measure: str, matters: float = 0.0, title: str = "") -> Figure:
    """Draw differences from the reference with their joint intervals, one row per arm.

    Differences below the smallest effect that matters are shaded.
    """
    words, times = unit(measure)
    figure, grid = sheet(
        1,
        height=1.3 + 0.32 * len(table),
        title=title or f"Difference from the reference: {MEASURES[measure].en}",
    )
    axes = grid[0, 0]
    if matters:
        axes.axvspan(-times * matters, times * matters, color="#EEEEEE", zorder=0)
    axes.axvline(0, color=QUIET, lw=0.8)
    several = table.index.get_level_values("case").nunique() > 1
    for y, ((_case, _arm), row) in enumerate(table.iterrows()):
        colour = VERDICTS[row.verdict]
        axes.plot([times * row.low_all, times * row.high_all], [y, y], color=colour, lw=2)
        axes.plot(times * row.difference, y, "o", color=colour, ms=6)
        axes.annotate(
            row.verdict, (1.01, y), xycoords=("axes fraction", "data"), fontsize=8, va="center", color=colour
        )
    axes.set(
        ylim=(len(table) - 0.4, -0.6),
        yticks=range(len(table)),
        xlabel=f"{words} (joint intervals{'; shaded: too small to matter' if matters else ''})",
    )
    axes.set_yticklabels([fill(label(f"{case}: {arm}" if several else arm), 45) for case, arm in table.index])
    figure.get_layout_engine().set(rect=(0, 0, 0.9, 1))
    return figure


def palette(arms, reference: str) -> dict:
    """Return arm -> (colour, line style), shared by all figures; the reference is grey."""
    others = [arm for arm in dict.fromkeys(arms) if arm != reference]
    looks = {
        arm: (PALETTE[n % len(PALETTE)], ("-", "--", ":", "-.")[n // len(PALETTE) % 4])
        for n, arm in enumerate(others)
    }
    return {reference: (QUIET, "-"), **looks}


def survival(curves: pd.DataFrame, within: int, look: dict) -> Figure:
    """Draw the share of unresolved issues by arm over days since they arose, one panel per case."""
    cases = list(dict.fromkeys(curves.index.get_level_values("case")))
    figure, grid = sheet(
        len(cases), title="Time to resolution (Kaplan-Meier; bands: jackknife over replicates)"
    )
    for axes, case in zip(grid.flat, cases):
        of_case = curves.loc[case]
        present = set(of_case.index.get_level_values("arm"))
        for arm, (colour, style) in look.items():
            if arm not in present:
                continue
            curve = of_case.loc[arm]
            axes.step(
                curve.index,
                curve["unresolved"],
                where="post",
                color=colour,
                lw=1.8,
                ls=style,
                label=label(arm),
            )
            axes.fill_between(
                curve.index, curve["low"], curve["high"], step="post", color=colour, alpha=0.15, lw=0
            )
        axes.axvline(within, color=QUIET, lw=0.8, ls=":")
        axes.set(
            xlim=(0, of_case.index.get_level_values(-1).max()),
            ylim=(0, 1),
            xlabel="days since the issue arose",
            ylabel="share not yet resolved",
        )
        axes.set_title(case)
        legend(axes)
    return figure


def legend(axes, **where) -> None:
    """Put the legend to the right of the axes, or where `where` places it."""
    axes.legend(
        **{"frameon": False, "fontsize": 8, "loc": "upper left", "bbox_to_anchor": (1.0, 1.0)} | where
    )


def plane(table: pd.DataFrame, cost: str, look: dict, effect: str = "resolved_in_time") -> Figure:
    """Draw additional issues resolved in time against additional cost of each arm, with intervals."""
    cases = list(dict.fromkeys(table.index.get_level_values("case")))
    figure, grid = sheet(
        len(cases),
        title=f"Additional issues resolved in time and additional {cost}, compared with the reference",
    )
    for axes, case in zip(grid.flat, cases):
        axes.axhline(0, color=QUIET, lw=0.8)
        axes.axvline(0, color=QUIET, lw=0.8)
        for arm, row in table.loc[case].iterrows():
            colour, _ = look[arm]
            axes.errorbar(
                row[effect],
                row[cost],
                xerr=[[row[effect] - row[f"{effect}_low"]], [row[f"{effect}_high"] - row[effect]]],
                yerr=[[row[cost] - row[f"{cost}_low"]], [row[f"{cost}_high"] - row[cost]]],
                fmt="o",
                color=colour,
                ms=5,
                lw=1.5,
                label=label(arm),
            )
        axes.set(xlabel="additional issues resolved in time, per run", ylabel=f"additional {cost}, per run")
        axes.set_title(case)
        legend(axes)
    return figure


def convergence(table: pd.DataFrame, measure: str, look: dict) -> Figure:
    """Draw how the estimate and its interval change with the number of pairs."""
    words, times = unit(measure)
    cases = list(dict.fromkeys(table.index.get_level_values("case")))
    figure, grid = sheet(
        len(cases),
        title=f"Convergence: difference of {words}, with its separate 95 % interval, by number of pairs",
    )
    for axes, case in zip(grid.flat, cases):
        of_case = table.loc[case]
        for arm in dict.fromkeys(of_case.index.get_level_values("arm")):
            path, (colour, style) = of_case.loc[arm], look[arm]
            axes.plot(
                path.index, times * path["difference"], color=colour, ls=style, lw=1.5, label=label(arm)
            )
            half = times * path["half_width"].where(path.index >= 5)
            axes.fill_between(
                path.index,
                times * path["difference"] - half,
                times * path["difference"] + half,
                color=colour,
                alpha=0.15,
                lw=0,
            )
        axes.axhline(0, color=QUIET, lw=0.8)
        axes.set(xlabel="pairs", ylabel="difference")
        axes.set_title(case)
        legend(axes)
    return figure


def equity(table: pd.DataFrame) -> Figure:
    """Draw differences of the equity measures from the reference, one panel per measure."""
    names = list(dict.fromkeys(table.index.get_level_values("measure")))
    first = table.loc[names[0]]
    figure, grid = sheet(
        1,
        len(names),
        width=11,
        height=1.4 + 0.3 * len(first),
        title="Equity: differences from the reference (joint intervals)",
    )
    several = first.index.get_level_values("case").nunique() > 1
    for k, (axes, name) in enumerate(zip(grid.flat, names)):
        words, times = unit(name)
        for y, (_, row) in enumerate(table.loc[name].iterrows()):
            colour = QUIET if not (row.low_all > 0 or row.high_all < 0) else WITH
            axes.plot([times * row.low_all, times * row.high_all], [y, y], color=colour, lw=2)
            axes.plot(times * row.difference, y, "o", color=colour, ms=5)
        axes.axvline(0, color=QUIET, lw=0.8)
        axes.set(ylim=(len(first) - 0.4, -0.6), yticks=range(len(first)), xlabel=fill(words, 30))
        axes.set_yticklabels(
            [fill(label(f"{case}: {arm}" if several else arm), 30) for case, arm in first.index]
            if not k
            else []
        )
    return figure


def scatter(runs: pd.DataFrame, factors: list[str], measure: str) -> Figure:
    """Draw the mean of a measure at each point of a sampled design over each factor."""
    words, times = unit(measure)
    names = factors[:12]
    means = runs.groupby(["case", "arm"], sort=False).agg({measure: "mean", **dict.fromkeys(names, "first")})
    columns = min(3, len(names))
    figure, grid = sheet(
        -(-len(names) // columns),
        columns,
        width=3.6 * columns,
        height=2.8,
        title=f"{words} over each factor; a point is the mean over replicates",
    )
    for axes, name in zip(grid.flat, names):
        for n, (case, points) in enumerate(means.groupby(level="case", sort=False)):
            axes.plot(
                points[name].astype(str) if points[name].dtype == object else points[name].astype(float),
                times * points[measure],
                ".",
                color=PALETTE[n % len(PALETTE)],
                ms=4,
                label=label(case),
            )
        axes.set_xlabel(name, fontsize=8)
    for axes in list(grid.flat)[len(names) :]:
        axes.set_visible(False)
    if means.index.get_level_values("case").nunique() > 1:
        legend(grid[0, -1])
    return figure


@settings()
def draw_figures(analysis: Analysis) -> dict[str, Figure]:
    """Draw all figures of an Analysis that its design and the kept data allow: name -> Figure."""
    e, figures = analysis.estimand, {}
    look = palette([arm.name for arm in analysis.results.plan.arms], analysis.reference)
    if analysis.by_arm:
        shares = analysis.other_measures.loc[
            [
                name
                for name in ("spread_between_buildings", "owners_minus_tenants", "registered_minus_migrants")
                if name != e.measure
            ]
        ]
        if analysis.verdicts["difference"].notna().any():
            figures["verdicts"] = contrasts(analysis.verdicts, e.measure, e.matters)
        for cost in ("yuan", "hours"):
            if analysis.price["pairs"].any():
                figures[f"price_{cost}"] = plane(analysis.price, cost, look)
        if shares["difference"].notna().any():
            figures["equity"] = equity(shares)
        if len(analysis.convergence):
            figures["convergence"] = convergence(analysis.convergence, e.measure, look)
    else:
        factors = [f.path for f in analysis.results.experiment.factors()]
        if factors and analysis.runs[e.measure].notna().any():
            figures["factors"] = scatter(analysis.runs, factors, e.measure)
    if "curves" in analysis.tables() and len(look) <= LINES:
        figures["survival"] = survival(analysis.survival.curves, e.within, look)
    return figures
