"""Figures of `cogov attribute` and `cogov sensitivity`; none runs a model."""

import re
from textwrap import fill

import numpy as np

from ...experiments.exploration.sensitivity import Screening
from ...experiments.exploration.sweep_analyses import Tornado
from ...experiments.statistics.replicate_table import format_factor
from ...model.measures import MEASURES
from .figures import PALETTE, QUIET, WITH, WITHOUT
from .fonts import Figure
from .plotting import colors, label, settings
from .sweep_figures import legend, sheet, unit

MATRIX = colors.LinearSegmentedColormap.from_list("substitution to synergy", [WITHOUT, "#FFFFFF", WITH])


def rows(axes, names, wrap=30) -> None:
    """Label the rows of the y axis with names, the first name on top."""
    axes.set(yticks=range(len(names)), ylim=(len(names) - 0.4, -0.6))
    axes.set_yticklabels([wrap_name(name, wrap) for name in names])


def wrap_name(name: str, wrap: int) -> str:
    """Break a name into lines of at most `wrap` letters, after a dot or an underscore where possible.

    >>> wrap_name("mechanisms.building_captains.captain_hours", 20).split()
    ['mechanisms.building_', 'captains.captain_', 'hours']
    """
    lines = [""]
    for piece in re.findall(r"[^._ ]*[._ ]*", label(name)):
        lines = [*lines[:-1], lines[-1] + piece] if len(lines[-1] + piece) <= wrap else [*lines, piece]
    return "\n".join(fill(line, wrap) for line in lines if line)


# --------------------------------------------------------------------------- attribute


@settings()
def draw_attribution(attributions: dict) -> Figure:
    """Draw Shapley values with intervals, and the interactions of mechanisms; one row per case.

    `attributions` is case -> (Attribution, table of what to add next). The left panel also shows the effect
    of each mechanism alone and added last.
    """
    measure = next(iter(attributions.values()))[0].measure
    words, times = unit(measure)
    longest = max(len(result.names) for result, _ in attributions.values())
    figure, grid = sheet(
        len(attributions),
        2,
        width=11,
        height=max(3.2, 1.8 + 0.45 * longest),
        title=f"Attribution of the effect on “{MEASURES[measure].en}” to mechanisms",
    )
    for (left, right), (case, (result, _)) in zip(grid, attributions.items()):
        shares(left, result, times, f"change of {words}")
        left.set_title(
            f"{case}: all mechanisms together {times * result.effect.difference:+.3g} "
            f"({times * result.effect.low:+.3g} to {times * result.effect.high:+.3g})",
            fontsize=10,
        )
        matrix(right, result, times)
    legend(grid[0, 0], loc="upper left", bbox_to_anchor=(0.0, -0.22), ncols=3)
    return figure


def shares(axes, result, times, words) -> None:
    """Draw Shapley values with intervals, and the effect of each mechanism alone and added last."""
    table = result.shares.sort_values("value", ascending=False, kind="stable")
    axes.axvline(0, color=QUIET, lw=0.8)
    y = np.arange(len(table))
    axes.barh(
        y,
        times * table["value"],
        0.5,
        color=[WITH if v >= 0 else WITHOUT for v in table["value"]],
        alpha=0.85,
        label="Shapley value with interval",
    )
    axes.hlines(y, times * table["low"], times * table["high"], color="black", lw=1.6)
    axes.plot(times * table["alone"], y - 0.36, "o", color=QUIET, mfc="white", ms=5, label="alone")
    axes.plot(times * table["last"], y - 0.36, "x", color=QUIET, ms=5, label="added last")
    rows(axes, table.index)
    axes.set_xlabel(words, fontsize=8)


def matrix(axes, result, times) -> None:
    """Draw interaction indices as a triangular matrix; those that differ from zero are bold."""
    names, cells = list(result.names), np.full((len(result.names),) * 2, np.nan)
    largest = times * result.interactions["index"].abs().max() if len(result.interactions) else 0.0
    for (a, b), row in result.interactions.iterrows():
        i, j = names.index(b), names.index(a)
        cells[i, j] = times * row["index"]
        significant = row["kind"] != "not significant"
        strong = abs(cells[i, j]) > 0.6 * largest
        axes.text(
            j,
            i,
            f"{cells[i, j]:+.2g}",
            ha="center",
            va="center",
            fontsize=9 if len(names) < 7 else 6,
            weight="bold" if significant else "normal",
            color="white" if strong else "black" if significant else QUIET,
        )
    axes.imshow(cells, cmap=MATRIX, vmin=-(largest or 1.0), vmax=largest or 1.0, aspect="auto")
    axes.spines[:].set_visible(False)
    axes.set(
        xlim=(-0.5, max(len(names) - 1.5, 0.5)),
        ylim=(len(names) - 0.5, 0.5 if len(names) > 1 else -0.5),
        xticks=range(max(len(names) - 1, 1)),
        yticks=range(1, len(names)),
    )
    axes.set_xticklabels(
        [wrap_name(name, 14) for name in names[: max(len(names) - 1, 1)]],
        rotation=30 if len(names) > 4 else 0,
    )
    axes.set_yticklabels([wrap_name(name, 18) for name in names[1:]])
    axes.tick_params(length=0)
    axes.set_title("Interaction: + synergy, - substitution; bold: significant", fontsize=9)


# --------------------------------------------------------------------------- sensitivity


@settings()
def draw_sensitivity(analyses: dict, measure: str) -> Figure:
    """Draw one panel per case and arm: Morris screening, Sobol indices with intervals, or a tornado.

    `analyses` is (case, arm) -> Screening, Indices or Tornado, all of one kind.
    """
    first = next(iter(analyses.values()))
    draw, longest = (
        {Screening: screening, Tornado: tornado}.get(type(first), indices),
        max(len(analysis.table) for analysis in analyses.values()),
    )
    height = 4.4 if draw is screening else max(2.4, 1.4 + 0.42 * longest)
    figure, grid = sheet(len(analyses), height=height, title=f"Sensitivity of “{MEASURES[measure].en}”")
    for axes, ((case, arm), analysis) in zip(grid.flat, analyses.items()):
        draw(axes, analysis, measure)
        axes.set_title(f"{case}{f', {arm}' if arm else ''}", fontsize=10)
        axes.xaxis.label.set_size(9)
        if axes.get_legend_handles_labels()[1]:
            legend(axes)
    return figure


def screening(axes, analysis, measure) -> None:
    """Draw a Morris screening: mu* (mean size of the change) against sigma (its spread over the space)."""
    words, times = unit(measure)
    table = analysis.table.sort_values("mu_star", ascending=False, kind="stable")
    for n, (name, row) in enumerate(table.iterrows()):
        colour = PALETTE[n % len(PALETTE)]
        axes.errorbar(
            times * row.mu_star,
            times * row.sigma,
            xerr=[[times * (row.mu_star - row.mu_star_low)], [times * (row.mu_star_high - row.mu_star)]],
            yerr=[
                [max(times * (row.sigma - row.sigma_low), 0)],
                [max(times * (row.sigma_high - row.sigma), 0)],
            ],
            fmt="o" if row.beyond_noise else "x",
            color=colour,
            ms=5,
            lw=1,
            label=f"{name}{'' if row.beyond_noise else ' (not beyond noise)'}",
        )
    ends = [0, max(axes.get_xlim()[1], 1e-9)]
    axes.plot(ends, ends, color=QUIET, lw=0.6, ls=":")
    axes.set(
        xlim=(0, ends[1]),
        ylim=(0, None),
        xlabel=f"mu*: mean absolute change over the range of the factor\n({words})",
        ylabel="sigma: standard deviation of the change",
    )
    axes.annotate(
        "dotted: sigma = mu*",
        (0.99, 0.01),
        xycoords="axes fraction",
        ha="right",
        va="bottom",
        fontsize=7,
        color=QUIET,
    )


def indices(axes, analysis, measure) -> None:
    """Draw the first-order and total Sobol index of each factor, with intervals."""
    table = analysis.table.sort_values("ST", ascending=False, kind="stable")
    y = np.arange(len(table))
    for shift, key, colour, words in (
        (-0.19, "S1", "#56B4E9", "first order: the factor alone"),
        (0.19, "ST", WITH, "total: with its interactions"),
    ):
        axes.barh(y + shift, table[key], 0.34, color=colour, label=words)
        axes.hlines(y + shift, table[f"{key}_low"], table[f"{key}_high"], color="black", lw=1.4)
    if analysis.noise_share > 0:
        axes.axvspan(
            0, analysis.noise_share, color="#EEEEEE", zorder=0, label="Monte Carlo noise in the means"
        )
    axes.axvline(0, color=QUIET, lw=0.8)
    rows(axes, table.index)
    axes.set_xlabel(f"share of the variance of {MEASURES[measure].en}")


def tornado(axes, analysis, measure) -> None:
    """Draw the change from the base to each value of each factor, with intervals; the widest swing on top."""
    words, times = unit(measure)
    names = list(dict.fromkeys(analysis.table.index.get_level_values("factor")))
    axes.axvline(0, color=QUIET, lw=0.8)
    for y, name in enumerate(names):
        swings = analysis.table.loc[name]
        offsets = np.linspace(-0.16, 0.16, len(swings)) if len(swings) > 1 else [0.0]
        for value, row, shift in zip(swings.index, swings.itertuples(), offsets):
            at, colour = times * row.difference, WITH if row.difference >= 0 else WITHOUT
            axes.barh(y, at, 0.62, color=colour, alpha=0.55)
            axes.plot([times * row.low, times * row.high], [y + shift] * 2, color=colour, lw=1.6)
            end = times * (row.high if at >= 0 else row.low)
            axes.annotate(
                format_factor(value),
                (end, y + shift),
                xytext=(4 if at >= 0 else -4, 0),
                textcoords="offset points",
                ha="left" if at >= 0 else "right",
                va="center",
                fontsize=7,
            )
    rows(axes, names)
    axes.margins(x=0.12)
    axes.set_xlabel(f"difference from the unchanged case: {words}")
