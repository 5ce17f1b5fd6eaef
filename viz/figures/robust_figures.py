"""Draw the effect of each choice in each plausible world: a strip of worlds per choice."""

from __future__ import annotations

from textwrap import fill
from typing import TYPE_CHECKING

import numpy as np

from ...engine.randomness import RandomNumbers
from ...engine.texts import translate
from .figures import QUIET, WITH, WITHOUT
from .plotting import label, settings
from .sweep_figures import sheet, unit

if TYPE_CHECKING:
    from ...experiments.robustness.weighing import Robustness
    from .fonts import Figure

HEIGHT = 0.46  # inches of a strip
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
        effect = times * result.effects[arm].dropna().to_numpy()
        shift = SPREAD * (2.0 * RandomNumbers("strips")(str(arm), np.arange(len(effect))) - 1.0)
        good = (effect < 0.0) if result.smaller else (effect > 0.0)
        colours = np.where(good, WITH, np.where(effect == 0.0, QUIET, WITHOUT))
        axes.scatter(effect, y + shift, s=9, c=colours, alpha=0.45, linewidths=0, zorder=2)
        axes.plot(times * row[["p5", "p95"]], [y, y], color="black", lw=1, zorder=3)
        axes.plot(times * row[["p25", "p75"]], [y, y], color="black", lw=4, solid_capstyle="butt", zorder=3)
        axes.plot(times * row["median"], y, "o", ms=7, mfc="white", mec="black", mew=1.3, zorder=4)
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
