"""Figures of sweeps: each takes tables of experiments/sweep/report_statistics.py and gives a matplotlib Figure; none runs a model."""

from textwrap import fill

from ...model.measures import SHARES
from ..i18n.measure_names import NAMES
from .figures import QUIET, WITH, WITHOUT
from .fonts import Figure
from .plotting import label, settings

COLOURS = (
    "#0072B2",
    "#D55E00",
    "#009E73",
    "#CC79A7",
    "#E69F00",
    "#56B4E9",
    "#000000",
    "#999933",
)  # after Okabe and Ito
LINES = 16  # arms in one plot of curves
VERDICTS = {
    "larger": WITH,
    "smaller": WITHOUT,
    "equivalent": "#009E73",
    "alike": "#009E73",
    "undecided": QUIET,
}


def sheet(rows, columns=1, width=9.0, height=3.6, title=""):
    """A figure with a grid of plain axes."""
    figure = Figure(figsize=(width, height * rows), layout="constrained")
    figure.suptitle(fill(title, 110), fontsize=10.5, x=0.01, ha="left")
    axes = figure.subplots(rows, columns, squeeze=False)
    for one in axes.flat:
        one.spines[["top", "right"]].set_visible(False)
        one.tick_params(labelsize=8)
        one.title.set_size(10)
    return figure, axes


def unit(measure):
    """What a difference of a measure is counted in, and by how much it is multiplied for that."""
    return (f"{NAMES[measure]}, percentage points", 100.0) if measure in SHARES else (NAMES[measure], 1.0)


def contrasts(table, measure, matters=0.0, title=""):
    """Differences to the reference with their joint intervals, one row an arm; what does not matter is shaded."""
    words, times = unit(measure)
    figure, grid = sheet(
        1, height=1.3 + 0.32 * len(table), title=title or f"Difference to the reference: {NAMES[measure]}"
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
        xlabel=f"{words} (joint intervals{'; shaded: does not matter' if matters else ''})",
    )
    axes.set_yticklabels([fill(label(f"{case}: {arm}" if several else arm), 45) for case, arm in table.index])
    figure.get_layout_engine().set(rect=(0, 0, 0.9, 1))
    return figure


def palette(arms, reference):
    """arm -> (colour, line style), the same in every figure; the reference is grey."""
    others = [arm for arm in dict.fromkeys(arms) if arm != reference]
    told = {
        arm: (COLOURS[n % len(COLOURS)], ("-", "--", ":", "-.")[n // len(COLOURS) % 4])
        for n, arm in enumerate(others)
    }
    return {reference: (QUIET, "-"), **told}


def survival(curves, within, look):
    """Share of issues not yet resolved, by arm, a panel a case."""
    cases = list(dict.fromkeys(curves.index.get_level_values("case")))
    figure, grid = sheet(
        len(cases), title="Time to resolution (Kaplan-Meier; bands: replicates left out one by one)"
    )
    for axes, case in zip(grid.flat, cases):
        here = curves.loc[case]
        there = set(here.index.get_level_values("arm"))
        for arm, (colour, style) in look.items():
            if arm not in there:
                continue
            one = here.loc[arm]
            axes.step(
                one.index, one["unresolved"], where="post", color=colour, lw=1.8, ls=style, label=label(arm)
            )
            axes.fill_between(one.index, one["low"], one["high"], step="post", color=colour, alpha=0.15, lw=0)
        axes.axvline(within, color=QUIET, lw=0.8, ls=":")
        axes.set(
            xlim=(0, here.index.get_level_values(-1).max()),
            ylim=(0, 1),
            xlabel="days since the issue arose",
            ylabel="share not yet resolved",
        )
        axes.set_title(case)
        legend(axes)
    return figure


def legend(axes, **where):
    """Names beside the axes, or where it is said."""
    axes.legend(
        **{"frameon": False, "fontsize": 8, "loc": "upper left", "bbox_to_anchor": (1.0, 1.0)} | where
    )


def plane(table, cost, look, effect="resolved_in_time"):
    """What each arm does more and what it costs more than the reference, with intervals: the plane of cost and effect."""
    cases = list(dict.fromkeys(table.index.get_level_values("case")))
    figure, grid = sheet(
        len(cases), title=f"More issues resolved in time, and more {cost}, than the reference"
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
        axes.set(xlabel="additional issues resolved in time, a run", ylabel=f"additional {cost}, a run")
        axes.set_title(case)
        legend(axes)
    return figure


def convergence(table, measure, look):
    """How the estimate and its interval settle as pairs come in."""
    words, times = unit(measure)
    cases = list(dict.fromkeys(table.index.get_level_values("case")))
    figure, grid = sheet(
        len(cases), title=f"Convergence: difference of {words}, with its own 95 % interval, over pairs"
    )
    for axes, case in zip(grid.flat, cases):
        here = table.loc[case]
        for arm in dict.fromkeys(here.index.get_level_values("arm")):
            one, (colour, style) = here.loc[arm], look[arm]
            axes.plot(one.index, times * one["difference"], color=colour, ls=style, lw=1.5, label=label(arm))
            half = times * one["half_width"].where(one.index >= 5)
            axes.fill_between(
                one.index,
                times * one["difference"] - half,
                times * one["difference"] + half,
                color=colour,
                alpha=0.15,
                lw=0,
            )
        axes.axhline(0, color=QUIET, lw=0.8)
        axes.set(xlabel="pairs", ylabel="difference")
        axes.set_title(case)
        legend(axes)
    return figure


def equity(table):
    """Differences of the equity measures to the reference, a panel each."""
    names = list(dict.fromkeys(table.index.get_level_values("measure")))
    first = table.loc[names[0]]
    figure, grid = sheet(
        1,
        len(names),
        width=11,
        height=1.4 + 0.3 * len(first),
        title="Equity: differences to the reference (joint intervals)",
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


def scatter(runs, factors, measure):
    """The measure's mean at every point of a sampled design over each factor, a panel each."""
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
        for n, (case, here) in enumerate(means.groupby(level="case", sort=False)):
            axes.plot(
                here[name].astype(str) if here[name].dtype == object else here[name].astype(float),
                times * here[measure],
                ".",
                color=COLOURS[n % len(COLOURS)],
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
def every(found):
    """name -> Figure, of an Analysis: those that its design and what was kept allow."""
    e, told, look = found.estimand, {}, palette([arm.name for arm in found.found.plan.arms], found.reference)
    if found.by_arm:
        shares = found.beside.loc[
            [
                name
                for name in ("spread_between_buildings", "owners_minus_tenants", "registered_minus_migrants")
                if name != e.measure
            ]
        ]
        if found.verdicts["difference"].notna().any():
            told["verdicts"] = contrasts(found.verdicts, e.measure, e.matters)
        for cost in ("yuan", "hours"):
            if found.price["pairs"].any():
                told[f"price_{cost}"] = plane(found.price, cost, look)
        if shares["difference"].notna().any():
            told["equity"] = equity(shares)
        if len(found.convergence):
            told["convergence"] = convergence(found.convergence, e.measure, look)
    else:
        factors = [f.path for f in found.found.experiment.factors()]
        if factors and found.runs[e.measure].notna().any():
            told["factors"] = scatter(found.runs, factors, e.measure)
    if "curves" in found.tables() and len(look) <= LINES:
        told["survival"] = survival(found.survival.curves, e.within, look)
    return told
