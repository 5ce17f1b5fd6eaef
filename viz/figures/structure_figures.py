"""Draw the effect under every structure, and what its spread is due to."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ...engine.texts import translate
from ...model.scenarios.structure import DECISIONS, rules_named
from .figures import QUIET, WITH, WITHOUT
from .plotting import settings
from .sweep_figures import sheet, unit

if TYPE_CHECKING:
    from ...experiments.robustness.structures import Structures
    from .fonts import Figure

MARK = 0.16  # inches of a structure's row


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
