"""Figures of what `cogov attribute`, `sensitivity`, `discover` and `search` found; none runs a model."""

import re
from textwrap import fill, shorten

import numpy as np
import pandas as pd

from ...experiments.exploration.prim import Worlds
from ...experiments.exploration.sensitivity import Screening
from ...experiments.exploration.sweep_analyses import Tornado
from ...experiments.exploration.world_questions import sides
from ...experiments.statistics.replicate_table import format_factor
from ..i18n.measure_names import NAMES
from .figures import QUIET, WITH, WITHOUT
from .plotting import colors, label, settings
from .sweep_figures import COLOURS, legend, sheet, unit

MATRIX = colors.LinearSegmentedColormap.from_list("substitution to synergy", [WITHOUT, "#FFFFFF", WITH])
MOST = 12  # mixes of a front that are named


def rows(axes, names, wrap=30):
    """Named rows, the first on top."""
    axes.set(yticks=range(len(names)), ylim=(len(names) - 0.4, -0.6))
    axes.set_yticklabels([wrap_name(name, wrap) for name in names])


def wrap_name(name, wrap):
    """A name in lines of at most so many letters, parted behind a dot or an underscore where it can be.

    >>> wrap_name("mechanisms.building_captains.evening", 20).split()
    ['mechanisms.building_', 'captains.evening']
    """
    lines = [""]
    for piece in re.findall(r"[^._ ]*[._ ]*", label(name)):
        lines = [*lines[:-1], lines[-1] + piece] if len(lines[-1] + piece) <= wrap else [*lines, piece]
    return "\n".join(fill(line, wrap) for line in lines if line)


# --------------------------------------------------------------------------- attribute


@settings()
def attribution(found):
    """Shares with intervals, alone and last; beside them who helps whom. `found` is case -> (Attribution, next), a row a case."""
    measure = next(iter(found.values()))[0].measure
    words, times = unit(measure)
    most = max(len(one.names) for one, _ in found.values())
    figure, grid = sheet(
        len(found),
        2,
        width=11,
        height=max(3.2, 1.8 + 0.45 * most),
        title=f"Whose is the effect on “{NAMES[measure]}”?",
    )
    for (left, right), (case, (one, _)) in zip(grid, found.items()):
        shares(left, one, times, f"change of {words}")
        left.set_title(
            f"{case}: all together {times * one.effect.difference:+.3g} ({times * one.effect.low:+.3g} to {times * one.effect.high:+.3g})",
            fontsize=10,
        )
        matrix(right, one, times)
    legend(grid[0, 0], loc="upper left", bbox_to_anchor=(0.0, -0.22), ncols=3)
    return figure


def shares(axes, one, times, words):
    """Shapley values with intervals; what each does alone, and added last."""
    table = one.shares.sort_values("value", ascending=False, kind="stable")
    axes.axvline(0, color=QUIET, lw=0.8)
    y = np.arange(len(table))
    axes.barh(
        y,
        times * table["value"],
        0.5,
        color=[WITH if v >= 0 else WITHOUT for v in table["value"]],
        alpha=0.85,
        label="Shapley value, interval",
    )
    axes.hlines(y, times * table["low"], times * table["high"], color="black", lw=1.6)
    axes.plot(times * table["alone"], y - 0.36, "o", color=QUIET, mfc="white", ms=5, label="alone")
    axes.plot(times * table["last"], y - 0.36, "x", color=QUIET, ms=5, label="added last")
    rows(axes, table.index)
    axes.set_xlabel(words, fontsize=8)


def matrix(axes, one, times):
    """Interaction indices as a small matrix; what is told from none is bold."""
    names, cells = list(one.names), np.full((len(one.names),) * 2, np.nan)
    largest = times * one.interactions["index"].abs().max() if len(one.interactions) else 0.0
    for (a, b), row in one.interactions.iterrows():
        i, j = names.index(b), names.index(a)
        cells[i, j] = times * row["index"]
        told = row["kind"] != "not told from none"
        strong = abs(cells[i, j]) > 0.6 * largest
        axes.text(
            j,
            i,
            f"{cells[i, j]:+.2g}",
            ha="center",
            va="center",
            fontsize=9 if len(names) < 7 else 6,
            weight="bold" if told else "normal",
            color="white" if strong else "black" if told else QUIET,
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
    axes.set_title("Interaction: + synergy, - substitution; bold: told from none", fontsize=9)


# --------------------------------------------------------------------------- sensitivity


@settings()
def sensitivity(found, measure):
    """A panel for each case and arm: mu* against sigma, indices with intervals, or the tornado."""
    kind = next(iter(found.values()))
    draw, most = (
        {Screening: screening, Tornado: tornado}.get(type(kind), indices),
        max(len(one.table) for one in found.values()),
    )
    height = 4.4 if draw is screening else max(2.4, 1.4 + 0.42 * most)
    figure, grid = sheet(len(found), height=height, title=f"What does “{NAMES[measure]}” hang on?")
    for axes, ((case, arm), one) in zip(grid.flat, found.items()):
        draw(axes, one, measure)
        axes.set_title(f"{case}{f', {arm}' if arm else ''}", fontsize=10)
        axes.xaxis.label.set_size(9)
        if axes.get_legend_handles_labels()[1]:
            legend(axes)
    return figure


def screening(axes, one, measure):
    """Morris: how much a factor does (mu*) against how much that depends on where one stands (sigma)."""
    words, times = unit(measure)
    table = one.table.sort_values("mu_star", ascending=False, kind="stable")
    for n, (name, row) in enumerate(table.iterrows()):
        colour = COLOURS[n % len(COLOURS)]
        axes.errorbar(
            times * row.mu_star,
            times * row.sigma,
            xerr=[[times * (row.mu_star - row.mu_star_low)], [times * (row.mu_star_high - row.mu_star)]],
            yerr=[
                [max(times * (row.sigma - row.sigma_low), 0)],
                [max(times * (row.sigma_high - row.sigma), 0)],
            ],
            fmt="o" if row.told else "x",
            color=colour,
            ms=5,
            lw=1,
            label=f"{name}{'' if row.told else ' (not told from luck)'}",
        )
    ends = [0, max(axes.get_xlim()[1], 1e-9)]
    axes.plot(ends, ends, color=QUIET, lw=0.6, ls=":")
    axes.set(
        xlim=(0, ends[1]),
        ylim=(0, None),
        xlabel=f"mu*: mean size of the change over its range\n({words})",
        ylabel="sigma: its spread",
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


def indices(axes, one, measure):
    """Sobol: first-order and total index of each factor, with intervals."""
    table = one.table.sort_values("ST", ascending=False, kind="stable")
    y = np.arange(len(table))
    for shift, key, colour, words in (
        (-0.19, "S1", "#56B4E9", "first order: by itself"),
        (0.19, "ST", WITH, "total: with its interactions"),
    ):
        axes.barh(y + shift, table[key], 0.34, color=colour, label=words)
        axes.hlines(y + shift, table[f"{key}_low"], table[f"{key}_high"], color="black", lw=1.4)
    if one.luck > 0:
        axes.axvspan(0, one.luck, color="#EEEEEE", zorder=0, label="luck left in the means")
    axes.axvline(0, color=QUIET, lw=0.8)
    rows(axes, table.index)
    axes.set_xlabel(f"share of the variance of {NAMES[measure]}")


def tornado(axes, one, measure):
    """One at a time: from the base to each value, with its interval, the widest swing on top."""
    words, times = unit(measure)
    names = list(dict.fromkeys(one.table.index.get_level_values("factor")))
    axes.axvline(0, color=QUIET, lw=0.8)
    for y, name in enumerate(names):
        here = one.table.loc[name]
        offsets = np.linspace(-0.16, 0.16, len(here)) if len(here) > 1 else [0.0]
        for value, row, shift in zip(here.index, here.itertuples(), offsets):
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
    axes.set_xlabel(f"difference to the case as it stands: {words}")


# --------------------------------------------------------------------------- discover


@settings()
def discovery(asked):
    """For each question and box: the peeling trajectory, and the box over the two factors it restricts most surely."""
    panels = [(one, k) for one in asked for k in range(max(len(one.found.boxes), 1))]
    figure, grid = sheet(len(panels), 2, width=11, height=4.0, title=asked[0].words)
    for (left, right), (one, k) in zip(grid, panels):
        box = one.found.boxes[k] if one.found.boxes else None
        peeling(left, box, one.found.boxes[:k])
        worlds(right, one, box, one.found.boxes[:k])
        left.set_title(fill(f"{one.name}: " + (f"where {box.box}" if box else "no box"), 60), fontsize=9)
    return figure


def peeling(axes, found, earlier):
    """Coverage against density, step by step, of the worlds that no earlier box holds; the box that was chosen is marked."""
    axes.set(
        xlim=(0, 1.04),
        ylim=(0, 1.04),
        xlabel="coverage: share of all such worlds that are left",
        ylabel="density: share within the box",
    )
    if found is None:
        axes.annotate(
            "nothing beyond what chance finds", (0.5, 0.5), xycoords="axes fraction", ha="center", color=QUIET
        )
        return
    table = found.trajectory
    axes.plot(table["coverage"], table["density"], color=QUIET, lw=0.8, zorder=1)
    levels = sorted(set(table["restricted"].tolist()))
    for n, level in enumerate(levels):
        here = table[table["restricted"] == level]
        axes.plot(
            here["coverage"],
            here["density"],
            "o",
            ms=4,
            color=COLOURS[n % len(COLOURS)],
            label=f"{level} factor{'s' * (level != 1)} restricted",
        )
    axes.plot(
        found.coverage / (1 - sum(box.coverage for box in earlier)),
        found.density,
        "*",
        ms=13,
        color=WITHOUT,
        label="the box, simplified and pasted",
    )
    if np.isfinite(found.held_out):
        axes.axhline(found.held_out, color=WITHOUT, lw=0.9, ls="--", label="density in worlds left out")
    legend(axes, loc="lower left", bbox_to_anchor=(0.0, 0.0), fontsize=7)


def worlds(axes, one, found, earlier):
    """Worlds over two factors, those that are won in blue, and the box; worlds of earlier boxes are left out."""
    space = Worlds(one.worlds, one.factors)
    left = np.logical_and.reduce([~space.inside(box.box) for box in earlier], initial=True, axis=0) & np.ones(
        len(one.worlds), bool
    )
    still = one.worlds[left]
    names = [*(sides(found) if found else []), *one.factors]
    x, y = (*dict.fromkeys(names), names[0])[:2]
    for won, colour, marker in ((False, "#BBBBBB", "x"), (True, WITH, "o")):
        here = still[still["wins"] == won]
        axes.plot(
            encode_factor(one.worlds, here, x),
            encode_factor(one.worlds, here, y),
            marker,
            color=colour,
            ms=4,
            alpha=0.8,
            ls="none",
            label=label(one.name) if won else "not so",
        )
    if found:
        (x0, x1), (y0, y1) = edges(axes.get_xlim(), one, found, x), edges(axes.get_ylim(), one, found, y)
        axes.fill(
            [x0, x1, x1, x0], [y0, y0, y1, y1], facecolor=WITHOUT, alpha=0.10, edgecolor="none", zorder=0
        )
        axes.plot([x0, x1, x1, x0, x0], [y0, y0, y1, y1, y0], color=WITHOUT, lw=1.6, label="box")
    for name, put, side in ((x, axes.set_xlabel, "x"), (y, axes.set_ylabel, "y")):
        put(name, fontsize=8)
        if not numeric(one.worlds, name):
            told = levels_of(one.worlds, name)
            getattr(axes, f"set_{side}ticks")(range(len(told)))
            getattr(axes, f"set_{side}ticklabels")([fill(label(format_factor(v)), 16) for v in told])
    legend(axes)


def numeric(table, name):
    return pd.api.types.is_numeric_dtype(table[name]) and not pd.api.types.is_bool_dtype(table[name])


def levels_of(table, name):
    return sorted(table[name].unique(), key=str)


def encode_factor(whole, here, name):
    """A factor as numbers: a category by its place, spread a little so that worlds do not hide each other."""
    if numeric(whole, name):
        return here[name].to_numpy(float)
    spread = 0.3 * ((here.index.to_numpy() * 0.6180339887) % 1 - 0.5)
    return (
        here[name].map({value: n for n, value in enumerate(levels_of(whole, name))}).to_numpy(float) + spread
    )


def edges(ends, one, found, name):
    """Where a box begins and ends on an axis; at the axis' ends where it is open."""
    limit = found.box.limits.get(name)
    if isinstance(limit, frozenset):
        at = [n for n, value in enumerate(levels_of(one.worlds, name)) if value in limit]
        return min(at) - 0.4, max(at) + 0.4
    low, high = limit or (-np.inf, np.inf)
    return max(low, ends[0]), min(high, ends[1])


# --------------------------------------------------------------------------- search


@settings()
def front(done):
    """Every trial, and the Pareto front as fresh luck shows it: the first objective against each of the others (or yuan)."""
    objectives = list(done.room.objectives)
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
        title=f"Mixes for {done.room.scenario.name}: trials, and the front on {done.confirmed_on} replicates of fresh luck",
    )
    for axes, other in zip(grid.flat, across):
        plane(axes, done, other, objectives[0])
    legend(grid[0, -1])
    return figure


def plane(axes, done, x, y):
    """Two measures of every trial and, with intervals, of those that were confirmed."""
    (xw, xt), (yw, yt) = unit(x), unit(y)
    tried = done.trials[done.trials["status"] == "done"].drop_duplicates("first")
    for able, colour, marker, words in (
        (False, "#CCCCCC", "x", "tried, beyond the limits"),
        (True, "#999999", ".", "tried"),
    ):
        here = tried[tried["within_limits"].astype(bool) == able]
        if len(here):
            axes.plot(xt * here[x], yt * here[y], marker, color=colour, ms=4, ls="none", label=words)
    for n, (_, put) in enumerate(done.front.iterrows()):
        stays, colour = put["status"] == "stays", COLOURS[n % len(COLOURS)]
        words = (
            f"{n + 1}: {shorten(put['mix'], 60, placeholder=' ...')}{'' if stays else ' (falls off)'}"
            if n < MOST
            else None
        )
        axes.errorbar(
            xt * put[x],
            yt * put[y],
            xerr=[[xt * (put[x] - put[f"{x}_low"])], [xt * (put[f"{x}_high"] - put[x])]],
            yerr=[[yt * (put[y] - put[f"{y}_low"])], [yt * (put[f"{y}_high"] - put[y])]],
            fmt="o",
            color=colour,
            mfc=colour if stays else "white",
            ms=6,
            lw=1.2,
            label=words and fill(words, 42),
        )
        axes.annotate(
            str(n + 1), (xt * put[x], yt * put[y]), xytext=(5, 5), textcoords="offset points", fontsize=8
        )
    for name, most in done.room.limits.items():
        if name in (x, y):
            base = np.mean([done.room.spent[number][name] for number in range(done.room.replicates)])
            (axes.axvline if name == x else axes.axhline)(
                unit(name)[1] * (base + most),
                color=WITHOUT,
                lw=0.9,
                ls="--",
                label=f"limit: {name} {most:g} beyond the case's {base:,.0f}",
            )
    axes.set(xlabel=f"{xw} ({way(done, x)})", ylabel=f"{yw} ({way(done, y)})")


def way(done, name):
    """Which way is better."""
    return {"maximise": "more is better", "minimise": "less is better"}.get(
        done.room.objectives.get(name), "no objective"
    )
