"""Draw answers over plausible worlds: strips of worlds, structures, and simulated field trials."""

from __future__ import annotations

from textwrap import fill
from typing import TYPE_CHECKING

import numpy as np

from ...engine.randomness import RandomNumbers
from ...engine.texts import translate
from ...model.scenarios.structure import DECISIONS, rules_named
from .figures import QUIET, WITH, WITHOUT
from .plotting import label, settings
from .sweep_figures import sheet, unit

if TYPE_CHECKING:
    import pandas as pd

    from ...experiments.robustness.field_trial import TrialResult
    from ...experiments.robustness.structures import Structures
    from ...experiments.robustness.weighing import Robustness
    from .fonts import Figure

HEIGHT = 0.46  # inches of a strip
MARK = 0.16  # inches of a structure's row
ENDS = ("p5", "p25", "median", "p75", "p95")
SPREAD = 0.32  # of the dots of a strip, up and down, of the distance between strips


@settings()
def draw_strips(result: Robustness, lang: str = "en") -> Figure:
    """Draw one strip per arm, the best on top: a dot per world, the middle half, nine of ten, the median.

    Dots are blue where the effect is good, orange where it is bad. Effects too small to matter are shaded.
    """
    words, times = unit(result.measure)
    table = result.ranked
    title = translate(lang, "robust", "figure")
    figure, grid = sheet(1, height=1.5 + HEIGHT * len(table), title=f"{result.case}: {title}")
    axes = grid[0, 0]
    if result.matters:
        axes.axvspan(-times * result.matters, times * result.matters, color="#EEEEEE", zorder=0)
    axes.axvline(0, color=QUIET, lw=0.8, zorder=1)
    for y, (arm, row) in enumerate(table.iterrows()):
        draw_strip(
            axes, y, times * result.effects[arm].dropna().to_numpy(), times * row[list(ENDS)], result.smaller
        )
        axes.annotate(
            f"{max(row['better'], row['worse']):.0%} {'+' if row['better'] >= row['worse'] else '−'}",
            (1.01, y),
            xycoords=("axes fraction", "data"),
            fontsize=8,
            va="center",
            color=QUIET,
        )
    axes.set(ylim=(len(table) - 0.4, -0.6), yticks=range(len(table)), xlabel=words)
    axes.set_yticklabels([fill(label(str(arm)), 45) for arm in table.index])
    figure.get_layout_engine().set(rect=(0, 0, 0.92, 1))
    return figure


def draw_strip(axes, y: float, effect: np.ndarray, ends: pd.Series, smaller: bool = False) -> None:
    """Draw an effect (worlds,) at height `y`: a dot per world, the middle half, nine of ten, the median.

    `ends` has p5, p25, median, p75 and p95, in the unit of the effect.
    """
    shift = SPREAD * (2.0 * RandomNumbers("strips")(str(ends.name), np.arange(len(effect))) - 1.0)
    good = (effect < 0.0) if smaller else (effect > 0.0)
    colours = np.where(good, WITH, np.where(effect == 0.0, QUIET, WITHOUT))
    axes.scatter(effect, y + shift, s=9, c=colours, alpha=0.45, linewidths=0, zorder=2)
    axes.plot(ends[["p5", "p95"]], [y, y], color="black", lw=1, zorder=3)
    axes.plot(ends[["p25", "p75"]], [y, y], color="black", lw=4, solid_capstyle="butt", zorder=3)
    axes.plot(ends["median"], y, "o", ms=7, mfc="white", mec="black", mew=1.3, zorder=4)


@settings()
def draw_structures(result: Structures, case: str, lang: str = "en") -> Figure:
    """Draw a row per structure, the largest median on top, with a filled mark in the column of each rule.

    Right of them the median effect and the middle half of worlds; the model's own rules are black. Below
    stands what the spread is due to, if that was asked for.
    """
    words, times = unit(result.measure)
    table = result.table.sort_values("median", ascending=result.smaller, kind="stable")
    title = f"{case}: {result.arm}. {translate(lang, 'structures', 'figure')}"
    figure, grid = sheet(1, 2, height=1.9 + MARK * len(table), title=title)
    rules, axes = grid[0, 0], grid[0, 1]
    columns = [(decision, rule) for decision in DECISIONS for rule in rules_named(decision)]
    for y, (number, row) in enumerate(table.iterrows()):
        colour = "black" if number == 0 else WITH if is_good(row["median"], result.smaller) else WITHOUT
        chosen = [x for x, (decision, rule) in enumerate(columns) if row[decision] == rule]
        rules.scatter(range(len(columns)), [y] * len(columns), s=7, c="#E4E4E4", linewidths=0)
        rules.scatter(chosen, [y] * len(chosen), s=16, c=colour, linewidths=0)
        axes.plot(times * row[["p25", "p75"]].astype(float), [y, y], color=colour, lw=2.5, alpha=0.45)
        axes.plot(times * row["median"], y, "o", ms=4, color=colour)
    rules.set(
        yticks=[], ylim=(len(table) - 0.4, -0.6), xticks=range(len(columns)), xlim=(-0.6, len(columns) - 0.4)
    )
    rules.set_xticklabels(
        [translate(lang, "structures", rule) for _, rule in columns], rotation=90, fontsize=7
    )
    starts = np.cumsum([len(rules_named(decision)) for decision in DECISIONS])[:-1]
    for start in starts:
        rules.axvline(start - 0.5, color=QUIET, lw=0.6)
    axes.axvline(0, color=QUIET, lw=0.8)
    axes.set(yticks=[], ylim=(len(table) - 0.4, -0.6), xlabel=words)
    if result.split is not None:
        figure.supxlabel(list(result.sentences(lang))[-1], fontsize=8)
    return figure


def is_good(effect: float, smaller: bool) -> bool:
    """Whether an effect is good."""
    return effect < 0.0 if smaller else effect > 0.0


@settings()
def draw_trial(result: TrialResult, case: str, lang: str = "en") -> Figure:
    """Draw the estimate of every trial against the truth of its world, and power by number of clusters."""
    say = {name: translate(lang, "trial", name) for name in ("figure", "found", "missed", "brute")}
    title = f"{case}: {result.plan.mechanism}. {say['figure']}"
    figure, grid = sheet(1, 2, height=3.9, title=title)
    dots, power = grid[0]
    fitted, found = result.fitted, result.found.loc[result.fitted.index].to_numpy(bool)
    truth, said = 100.0 * fitted["truth"].to_numpy(), 100.0 * fitted["effect"].to_numpy()
    dots.scatter(truth[~found], said[~found], s=16, facecolors="none", edgecolors=QUIET, label=say["missed"])
    dots.scatter(truth[found], said[found], s=16, color=WITH, label=say["found"])
    ends = (
        [min(truth.min(), said.min(), 0.0), max(truth.max(), said.max(), 0.0)] if len(fitted) else [0.0, 1.0]
    )
    dots.plot(ends, ends, color=QUIET, lw=0.8)
    dots.axhline(0, color=QUIET, lw=0.5)
    dots.set(xlabel=translate(lang, "trial", "true_effect"), ylabel=translate(lang, "trial", "estimated"))
    dots.legend(fontsize=8, frameon=False)
    curve, summary = result.curve, result.summary
    power.plot(curve["clusters"], 100.0 * curve["power"], "-o", color=WITH, ms=4)
    reach = 196.0 * summary["power_error"]
    power.errorbar(
        [result.number],
        [100.0 * summary["power"]],
        yerr=[reach],
        fmt="D",
        ms=6,
        mfc="white",
        color="black",
        capsize=3,
        label=say["brute"],
    )
    power.axhline(80, color=QUIET, lw=0.8, ls="--")
    power.set(
        ylim=(0, 100),
        yticks=np.arange(0, 101, 20),
        xlabel=translate(lang, "trial", "clusters"),
        ylabel=f"{translate(lang, 'trial', 'chance')}, %",
    )
    power.legend(fontsize=8, frameon=False, loc="upper left")
    return figure
