"""Draw the one figure of a brief: a strip per measure or arm, with a dot for every plausible world."""

from __future__ import annotations

from io import BytesIO
from textwrap import fill
from typing import TYPE_CHECKING

from ...engine.texts import translate
from ...experiments.statistics.plausible_effects import describe_ranges
from ...model.measures import MEASURES, SHARES, SMALLER
from ..figures.figures import QUIET
from ..figures.fonts import Figure, register_chinese_fonts
from ..figures.plotting import settings
from ..figures.robust_figures import ENDS, draw_strip
from ..i18n.words import capital
from .findings import SHOWN

if TYPE_CHECKING:
    from collections.abc import Callable

    import pandas as pd

    from .findings import Findings

WIDTH, STRIP, REST = 6.7, 0.5, 0.55  # inches: of the figure, of a strip, of the axis below
DPI = 220


def draw_figure(
    findings: Findings, lang: str, name_arm: Callable[[str], str], kind: str = "svg", wide: float = WIDTH
) -> bytes:
    """Return the figure as SVG or PNG; `wide` is its width in inches."""
    changes = {
        "font.family": [*register_chinese_fonts(), "DejaVu Sans"],
        "svg.hashsalt": "cogov",
        "font.size": 9,
    }
    with settings(changes):
        effects, names, measure = strips_of(findings, lang, name_arm)
        figure = Figure(figsize=(wide, REST + STRIP * len(names)), layout="constrained")
        draw_strips(figure, effects, names, measure, lang)
        file = BytesIO()
        metadata = {"Date": None} if kind == "svg" else {"Software": None}
        figure.savefig(file, format=kind, dpi=DPI, metadata=metadata)
    return file.getvalue()


def strips_of(
    findings: Findings, lang: str, name_arm: Callable[[str], str]
) -> tuple[pd.DataFrame, list[str], str]:
    """Return the effects to draw (worlds, strips), the name of each strip, and the measure of their unit.

    Arms are drawn where several were weighed; else the measures SHOWN of the one arm.
    """
    if findings.weighed is not None and len(findings.weighed.ranked) > 1:
        arms = list(findings.weighed.ranked.index)
        return findings.weighed.effects[arms], [name_arm(arm) for arm in arms], findings.measure
    shown = [findings.measure]
    if findings.measure in SHARES:
        shown += [name for name in SHOWN if name != findings.measure]
    shown = [name for name in shown if findings.effects[name].notna().sum() > 1]
    return (
        findings.effects[shown],
        [capital(getattr(MEASURES[name], lang)) for name in shown],
        findings.measure,
    )


def draw_strips(figure: Figure, effects: pd.DataFrame, names: list[str], measure: str, lang: str) -> None:
    """Draw the strips, one below the other, in points of a share or in the measure's own unit."""
    axes = figure.subplots()
    times = 100.0 if measure in SHARES else 1.0
    smaller, several = measure in SMALLER, measure in effects and len(names) > 1
    axes.axvline(0, color=QUIET, lw=0.8, zorder=1)
    for y, (_, row) in enumerate(describe_ranges(times * effects, 0.0, smaller).iterrows()):
        draw_strip(axes, y, times * effects.iloc[:, y].dropna().to_numpy(), row[list(ENDS)], smaller)
    key = "axis points of several" if several else "axis points" if measure in SHARES else "axis"
    words = translate(lang, "brief", key, measure=capital(getattr(MEASURES[measure], lang)))
    axes.set(ylim=(len(names) - 0.4, -0.6), yticks=range(len(names)), xlabel=words)
    axes.set_yticklabels([fill(name, 30) for name in names])
    axes.spines[["top", "right", "left"]].set_visible(False)
    axes.tick_params(axis="y", length=0)
