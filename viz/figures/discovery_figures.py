"""Figures of `cogov discover` and `cogov search`; none runs a model."""

from __future__ import annotations

from textwrap import fill, shorten
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from ...experiments.exploration.prim import Worlds
from ...experiments.exploration.world_questions import main_factors
from ...experiments.statistics.replicate_table import format_factor
from .figures import PALETTE, QUIET, WITH, WITHOUT
from .fonts import Figure
from .plotting import label, settings
from .sweep_figures import legend, sheet, unit

if TYPE_CHECKING:
    from ...experiments.exploration.search import SearchResult

MOST = 12  # mixes of a front that are named in the legend


# --------------------------------------------------------------------------- discover


@settings()
def draw_discovery(questions: list) -> Figure:
    """Draw the peeling trajectory and the box in world space: two panels per question and box.

    The box is shown over the two factors that it restricts most clearly. `questions` is a list of
    WorldQuestion.
    """
    panels = [(question, k) for question in questions for k in range(max(len(question.discovery.boxes), 1))]
    figure, grid = sheet(len(panels), 2, width=11, height=4.0, title=questions[0].words)
    for (left, right), (question, k) in zip(grid, panels):
        box = question.discovery.boxes[k] if question.discovery.boxes else None
        peeling(left, box, question.discovery.boxes[:k])
        worlds(right, question, box, question.discovery.boxes[:k])
        left.set_title(fill(f"{question.name}: " + (f"where {box.box}" if box else "no box"), 60), fontsize=9)
    return figure


def peeling(axes, box, earlier) -> None:
    """Draw coverage against density, one point per peeling step, and mark the chosen box.

    Only worlds outside the boxes in `earlier` are counted.
    """
    axes.set(
        xlim=(0, 1.04),
        ylim=(0, 1.04),
        xlabel="coverage: share of all such worlds that the box contains",
        ylabel="density: share of such worlds in the box",
    )
    if box is None:
        axes.annotate(
            "no box better than chance", (0.5, 0.5), xycoords="axes fraction", ha="center", color=QUIET
        )
        return
    table = box.trajectory
    axes.plot(table["coverage"], table["density"], color=QUIET, lw=0.8, zorder=1)
    levels = sorted(set(table["restricted"].tolist()))
    for n, level in enumerate(levels):
        steps = table[table["restricted"] == level]
        axes.plot(
            steps["coverage"],
            steps["density"],
            "o",
            ms=4,
            color=PALETTE[n % len(PALETTE)],
            label=f"{level} factor{'s' * (level != 1)} restricted",
        )
    axes.plot(
        box.coverage / (1 - sum(previous.coverage for previous in earlier)),
        box.density,
        "*",
        ms=13,
        color=WITHOUT,
        label="chosen box, after simplifying and pasting",
    )
    if np.isfinite(box.held_out):
        axes.axhline(box.held_out, color=WITHOUT, lw=0.9, ls="--", label="density in held-out worlds")
    legend(axes, loc="lower left", bbox_to_anchor=(0.0, 0.0), fontsize=7)


def worlds(axes, question, box, earlier) -> None:
    """Draw worlds over two factors, winners blue, and the box; worlds in boxes of `earlier` are left out."""
    space = Worlds(question.worlds, question.factors)
    outside = np.logical_and.reduce(
        [~space.inside(previous.box) for previous in earlier], initial=True, axis=0
    ) & np.ones(len(question.worlds), bool)
    remaining = question.worlds[outside]
    names = [*(main_factors(box) if box else []), *question.factors]
    x, y = (*dict.fromkeys(names), names[0])[:2]
    for won, colour, marker in ((False, "#BBBBBB", "x"), (True, WITH, "o")):
        group = remaining[remaining["wins"] == won]
        axes.plot(
            encode_factor(question.worlds, group, x),
            encode_factor(question.worlds, group, y),
            marker,
            color=colour,
            ms=4,
            alpha=0.8,
            ls="none",
            label=label(question.name) if won else "other worlds",
        )
    if box:
        (x0, x1), (y0, y1) = (
            edges(axes.get_xlim(), question, box, x),
            edges(axes.get_ylim(), question, box, y),
        )
        axes.fill(
            [x0, x1, x1, x0], [y0, y0, y1, y1], facecolor=WITHOUT, alpha=0.10, edgecolor="none", zorder=0
        )
        axes.plot([x0, x1, x1, x0, x0], [y0, y0, y1, y1, y0], color=WITHOUT, lw=1.6, label="box")
    for name, set_label, side in ((x, axes.set_xlabel, "x"), (y, axes.set_ylabel, "y")):
        set_label(name, fontsize=8)
        if not numeric(question.worlds, name):
            levels = levels_of(question.worlds, name)
            getattr(axes, f"set_{side}ticks")(range(len(levels)))
            getattr(axes, f"set_{side}ticklabels")([fill(label(format_factor(v)), 16) for v in levels])
    legend(axes)


def numeric(table: pd.DataFrame, name: str) -> bool:
    """Tell whether a column holds numbers; a boolean column is categorical."""
    return pd.api.types.is_numeric_dtype(table[name]) and not pd.api.types.is_bool_dtype(table[name])


def levels_of(table: pd.DataFrame, name: str) -> list:
    """Return the distinct values of a categorical factor, sorted as text."""
    return sorted(table[name].unique(), key=str)


def encode_factor(whole: pd.DataFrame, rows: pd.DataFrame, name: str) -> np.ndarray:
    """Return a factor of the rows `rows` as numbers, (n,) float.

    A category becomes the position of its level among the levels in `whole`, plus a small deterministic
    offset so that worlds do not hide each other.
    """
    if numeric(whole, name):
        return rows[name].to_numpy(float)
    spread = 0.3 * ((rows.index.to_numpy() * 0.6180339887) % 1 - 0.5)
    return (
        rows[name].map({value: n for n, value in enumerate(levels_of(whole, name))}).to_numpy(float) + spread
    )


def edges(ends, question, box, name) -> tuple[float, float]:
    """Return where a box begins and ends on an axis; an open side ends at the end of the axis."""
    limit = box.box.limits.get(name)
    if isinstance(limit, frozenset):
        positions = [n for n, value in enumerate(levels_of(question.worlds, name)) if value in limit]
        return min(positions) - 0.4, max(positions) + 0.4
    low, high = limit or (-np.inf, np.inf)
    return max(low, ends[0]), min(high, ends[1])


# --------------------------------------------------------------------------- search


@settings()
def draw_front(result: SearchResult) -> Figure:
    """Draw all trials of a search and its Pareto front, re-evaluated with new random seeds.

    One panel per objective after the first, against the first; with one objective, against yuan or hours.
    """
    objectives = list(result.room.objectives)
    across = objectives[1:] or [
        next(
            name
            for name in ("yuan", "hours", objectives[0])
            if name not in objectives or name == objectives[0]
        )
    ]
    figure, grid = sheet(
        1,
        len(across),
        width=max(10.0, 5.2 * len(across)),
        height=4.8,
        title=f"Mixes for {result.room.scenario.name}: trials, and the front on "
        f"{result.confirmed_on} replicates with new random numbers",
    )
    for axes, other in zip(grid.flat, across):
        plane(axes, result, other, objectives[0])
    legend(grid[0, -1])
    return figure


def plane(axes, result, x, y) -> None:
    """Draw two measures of all trials and, with intervals, of the confirmed designs."""
    (xw, xt), (yw, yt) = unit(x), unit(y)
    tried = result.trials[result.trials["status"] == "done"].drop_duplicates("first")
    for within_limits, colour, marker, words in (
        (False, "#CCCCCC", "x", "trial, exceeds the limits"),
        (True, "#999999", ".", "trial"),
    ):
        trials = tried[tried["within_limits"].astype(bool) == within_limits]
        if len(trials):
            axes.plot(xt * trials[x], yt * trials[y], marker, color=colour, ms=4, ls="none", label=words)
    for n, (_, design) in enumerate(result.front.iterrows()):
        confirmed, colour = design["status"] == "confirmed", PALETTE[n % len(PALETTE)]
        words = (
            f"{n + 1}: {shorten(design['mix'], 60, placeholder=' ...')}"
            f"{'' if confirmed else ' (not confirmed)'}"
            if n < MOST
            else None
        )
        axes.errorbar(
            xt * design[x],
            yt * design[y],
            xerr=[[xt * (design[x] - design[f"{x}_low"])], [xt * (design[f"{x}_high"] - design[x])]],
            yerr=[[yt * (design[y] - design[f"{y}_low"])], [yt * (design[f"{y}_high"] - design[y])]],
            fmt="o",
            color=colour,
            mfc=colour if confirmed else "white",
            ms=6,
            lw=1.2,
            label=words and fill(words, 42),
        )
        axes.annotate(
            str(n + 1),
            (xt * design[x], yt * design[y]),
            xytext=(5, 5),
            textcoords="offset points",
            fontsize=8,
        )
    for name, most in result.room.limits.items():
        if name in (x, y):
            base = np.mean([result.room.spent[number][name] for number in range(result.room.replicates)])
            (axes.axvline if name == x else axes.axhline)(
                unit(name)[1] * (base + most),
                color=WITHOUT,
                lw=0.9,
                ls="--",
                label=f"limit: {name} {most:g} above the {base:,.0f} of the case",
            )
    axes.set(
        xlabel=f"{xw} ({describe_direction(result, x)})", ylabel=f"{yw} ({describe_direction(result, y)})"
    )


def describe_direction(result, name) -> str:
    """Say which direction of a measure is better."""
    return {"maximise": "more is better", "minimise": "less is better"}.get(
        result.room.objectives.get(name), "not an objective"
    )
