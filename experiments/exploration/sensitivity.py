"""Sensitivity: which numbers does the answer hang on, and how much of what one sees is luck?

*Morris* screens many factors with few runs: an elementary effect is the change of the outcome per change of one factor
over its whole range; mu is their mean, mu* the mean of their sizes, sigma their spread (Morris 1991; Campolongo, Cariboni
& Saltelli 2007). *Sobol* indices share out the variance of the outcome: S1 is a factor's own share, ST its share with all
interactions (Saltelli et al. 2010). *One at a time* is the tornado round one point. SALib draws the designs and computes
Sobol indices; it is an extra: pip install 'cogov[sensitivity]'.

Outcomes are means over replicates, and replicates are few: a mean still holds some luck. Points share their luck, so what
all points have in common does no harm; the rest is measured from the spread between replicates, and every table says how
large an index luck alone would make.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

from ...engine.parameters import UserError
from ...engine.randomness import RandomNumbers
from ..statistics.replicate_table import (
    LEVEL,
    complete,
    format_factor,
    halfwidth,
    interval,
    pivot_arms,
    some,
)
from ..sweep.sampling import problem, salib, sampler_seed
from .attribution import format_signed

RESAMPLES = 1000
WIDE = 0.2  # width of an index's interval above which factors are not to be ranked; 0.05 is converged (Sarrazin, Pianosi & Wagener 2016)
TINY = 1e-12  # of the outcome's size: what rounding makes


def outcomes(runs, measure, arms=None):
    """The runs of a sweep as (points, replicates): points in the order of `arms`, by default as they first appear.

    A replicate that failed at some point is left out of all. Raises UserError when none is left.
    """
    return complete(pivot_arms(runs, measure, arms), 1).to_numpy().T


def two_way(y):
    """(points, replicates), as floats, of outcomes that may be one per point. Raises UserError for what is no number."""
    y = np.asarray(y, float)
    y = y[:, None] if y.ndim == 1 else y
    if not np.isfinite(y).all():
        bad = np.flatnonzero(~np.isfinite(y).all(axis=1))
        raise UserError(
            f"{len(bad)} of {len(y)} points have no outcome ({some(bad)}); a design needs them all: run them "
            "again, or take another measure"
        )
    return y


def luck_left(y):
    """Variance that luck leaves in the mean of a point, beyond what all points share: (points, replicates) -> number; NaN for one replicate.

    The interaction of point and replicate in a two-way layout, over the number of replicates.
    """
    points, replicates = y.shape
    if replicates < 2 or points < 2:
        return np.nan
    rest = y - y.mean(axis=1, keepdims=True) - y.mean(axis=0) + y.mean()
    return float((rest**2).sum() / (points - 1) / (replicates - 1) / replicates)


# --------------------------------------------------------------------------- Morris


@dataclass(frozen=True)
class Screening:
    """What Morris's method found. In the outcome's unit, for a change of a factor over its whole range."""

    table: pd.DataFrame  # (factor) -> mu, mu_star, sigma, each with low and high; luck: the mu_star that luck alone makes on average; told: beyond luck
    trajectories: int
    replicates: int
    level: float

    def sentences(self):
        """What came out, in plain English."""
        t = self.table.sort_values("mu_star", ascending=False, kind="stable")
        yield from (f"{name}: {describe_screening(row)}." for name, row in t[t.told].iterrows())
        if not t.told.all():
            yield (
                f"Not told from luck: {some(t.index[~t.told], 30)}."
                if self.replicates > 1
                else "With one replicate luck cannot be told from effects; ask for two or more."
            )


def describe_screening(row):
    shape = (
        "its effect depends on where one stands (curved, or in interaction)"
        if row.sigma > 0.5 * row.mu_star
        else "much the same everywhere"
    )
    way = "raises" if row.mu_low > 0 else "lowers" if row.mu_high < 0 else "changes"
    return (
        f"over its range it {way} the outcome by {row.mu_star:.3g} on average (mu*; {row.mu_star_low:.3g} to "
        f"{row.mu_star_high:.3g}), {shape}"
    )


def morris(factors, points, y, level=LEVEL, seed=0):
    """Analyse Morris's design: `points` (m, d) as `morris_points` gave them, `y` (m,) or (m, replicates). Returns a `Screening`.

    Intervals of mu hold what other trajectories and other luck would change (two variances added, which errs to the wide side);
    those of mu* and sigma what other trajectories would: t for mu*, percentile bootstrap over trajectories for sigma. `told`
    is whether mu* is above what luck alone would seldom make even if all trajectories met it alike (t of one effect's error).
    """
    told, y = problem(factors), two_way(y)
    effects = elementary(told, np.asarray(points, float), y)  # (trajectories, d, replicates)
    mean, (r, _, replicates) = effects.mean(axis=2), effects.shape
    table = pd.DataFrame(index=pd.Index(told["names"], name="factor"))
    table["mu"], table["mu_low"], table["mu_high"] = over_both(effects, level)
    table["mu_star"], table["mu_star_low"], table["mu_star_high"] = interval(np.abs(mean), level)
    table["mu_star_low"] = table["mu_star_low"].clip(lower=0.0)
    table["sigma"] = mean.std(axis=0, ddof=1)
    chosen = (
        (RandomNumbers("sensitivity", seed)("trajectory", np.arange(RESAMPLES * r)) * r)
        .astype(int)
        .reshape(RESAMPLES, r)
    )
    table["sigma_low"], table["sigma_high"] = np.quantile(
        mean[chosen].std(axis=1, ddof=1), [(1 - level) / 2, (1 + level) / 2], axis=0
    )
    error = (
        np.sqrt(effects.var(axis=2, ddof=1).mean(axis=0) / replicates)
        if replicates > 1
        else np.full(len(table), np.nan)
    )
    table["luck"] = np.sqrt(2 / np.pi) * error  # the mean size of N(0, error)
    table["told"] = (
        table["mu_star"]
        > stats.t.ppf((1 + level) / 2, max(replicates - 1, 1)) * error + TINY * np.abs(y).max()
    )
    return Screening(table, r, replicates, level)


def over_both(effects, level=LEVEL):
    """Mean of (trajectories, d, replicates) over both with an interval: the variances of trajectories' and of replicates' means are added."""
    mean, half = effects.mean(axis=(0, 2)), halfwidth(effects.mean(axis=2), level)
    if effects.shape[2] > 1:
        half = np.hypot(half, halfwidth(effects.mean(axis=0).T, level))
    return mean, mean - half, mean + half


def elementary(told, points, y):
    """Elementary effects per unit of each factor's whole range: (trajectories, factors, replicates). Raises UserError."""
    d = told["num_vars"]
    if points.shape != (len(y), d) or len(y) % (d + 1) or len(y) < 2 * (d + 1):
        raise UserError(
            f"{len(y)} outcomes and points {points.shape} are no Morris design of {d} factors: it has "
            f"{d + 1} points a trajectory, two trajectories or more"
        )
    low, high = np.array(told["bounds"]).T
    step = np.diff(
        ((points - low) / (high - low)).reshape(-1, d + 1, d), axis=1
    )  # (trajectories, moves, factors)
    moved = np.abs(step) > 1e-9
    if not ((moved.sum(axis=1) == 1).all() and (moved.sum(axis=2) == 1).all()):
        raise UserError(
            "the points are no Morris design: from each to the next exactly one factor must change, each "
            "once a trajectory; keep the order of morris_points"
        )
    rise = np.diff(y.reshape(-1, d + 1, y.shape[1]), axis=1)
    at = np.argmax(moved, axis=1)  # the move in which a factor changed
    return np.take_along_axis(rise, at[:, :, None], axis=1) / np.take_along_axis(
        step, at[:, None, :], axis=1
    ).transpose(0, 2, 1)


# --------------------------------------------------------------------------- Sobol


@dataclass(frozen=True)
class Indices:
    """What share of the outcome's variance is whose."""

    table: pd.DataFrame  # (factor) -> S1, S1_low, S1_high, ST, ST_low, ST_high; told: whether ST is above what luck alone would make
    luck: (
        float  # share of the variance between points that is luck left in their means; NaN for one replicate
    )
    variance: float  # of the outcome between points
    points: int
    replicates: int
    level: float

    def sentences(self):
        """What came out, in plain English."""
        t = self.table.sort_values("ST", ascending=False, kind="stable")
        yield luck_told(self)
        for name, row in t[t.told].iterrows():
            alone, with_ = (
                f"{row[k]:.0%} ({row[k + '_low']:.0%} to {row[k + '_high']:.0%})" for k in ("S1", "ST")
            )
            yield (
                f"{name}: {alone} of the variance by itself (first-order index), {with_} with its "
                "interactions (total index)."
            )
        if not t.told.all():
            yield f"Not told from nothing: {some(t.index[~t.told], 30)}."
        width = max((t[f"{name}_high"] - t[f"{name}_low"]).max() for name in ("S1", "ST"))
        if width > WIDE:
            yield (
                f"The widest interval spans {width:.2f}: with so few points factors are not to be ranked; "
                "take n twice as large or more."
            )


def luck_told(found):
    if not found.variance:
        return f"The outcome is the same at all {found.points} points: no factor matters to it."
    if np.isnan(found.luck):
        return (
            "With one replicate a point, luck cannot be told from effects: every total index may hold it; "
            "ask for two or more."
        )
    warning = (
        "; total indices of that size mean nothing, and more replicates are needed"
        if found.luck > 0.1
        else ""
    )
    return (
        f"Of the variance between {found.points} points {found.luck:.1%} is luck left in the mean of "
        f"{found.replicates} replicates{warning}."
    )


def sobol(factors, y, level=LEVEL, seed=0):
    """First-order and total indices from outcomes (m,) or (m, replicates) at `saltelli_points`, in their order. Returns `Indices`.

    Intervals are SALib's (normal, standard error from 1,000 bootstrap resamples). What luck is left in the means enters every
    total index with its whole share, so a factor is told from nothing only where ST's interval lies above that share.
    Raises UserError.
    """
    told, y = problem(factors), two_way(y)
    d = told["num_vars"]
    if len(y) % (d + 2) or len(y) < 2 * (d + 2):
        raise UserError(f"{len(y)} outcomes are no Saltelli design of {d} factors: it has n x {d + 2} points")
    mean = y.mean(axis=1)
    variance = float(mean.var(ddof=1)) if np.ptp(mean) > TINY * np.abs(mean).max() else 0.0
    luck = luck_left(y) / variance if variance else np.nan
    table = pd.DataFrame(index=pd.Index(told["names"], name="factor"))
    found = (
        salib("analyze.sobol").analyze(
            told,
            mean,
            calc_second_order=False,
            num_resamples=RESAMPLES,
            conf_level=level,
            seed=sampler_seed("sobol", seed),
        )
        if variance
        else {}
    )
    for name in ("S1", "ST"):
        value, half = (np.asarray(found.get(key, np.zeros(d)), float) for key in (name, f"{name}_conf"))
        table[name], table[f"{name}_low"], table[f"{name}_high"] = value, value - half, value + half
    table["told"] = table["ST_low"] > (0.0 if np.isnan(luck) else luck)
    return Indices(table, luck, variance, len(y), y.shape[1], level)


# --------------------------------------------------------------------------- one at a time


def tornado(runs, measure, factors, base=None, level=LEVEL):
    """One at a time: what each value of each factor changes against the base arm, pair by pair of the same luck; the widest first.

    (factor, value) -> outcome, difference, low, high, swing (from the lowest to the highest outcome of its factor, the base's
    included). `base` is the base arm's name, by default the only arm from which no other differs in two factors. Raises UserError.
    """
    factors = list(factors)
    for name in factors:
        if name not in runs:
            raise UserError(f"the runs have no column {name!r}; their columns are {some(runs.columns, 20)}")
    arms = runs.drop_duplicates("arm").set_index("arm")[factors]
    base = base_of(arms) if base is None else base
    if base not in arms.index:
        raise UserError(f"no arm is called {base!r}; there are: {some(arms.index)}")
    off = arms.ne(arms.loc[base])
    table = complete(pivot_arms(runs, measure, arms.index[off.sum(axis=1) <= 1]))
    rows = {}
    for arm in (arm for arm in table if off.loc[arm].any()):
        name = off.columns[off.loc[arm]][0]
        difference, low, high = interval((table[arm] - table[base]).to_numpy(), level)
        rows[name, arms.loc[arm, name]] = {
            "outcome": table[arm].mean(),
            "difference": difference,
            "low": low,
            "high": high,
        }
    if not rows:
        raise UserError(f"no arm differs from {base!r} in exactly one of {some(factors)}")
    return widest(pd.DataFrame.from_dict(rows, orient="index").rename_axis(["factor", "value"]))


def widest(found):
    """The table of `tornado` with the swing of each factor, in its order."""
    swing = {name: max(d.max(), 0.0) - min(d.min(), 0.0) for name, d in found["difference"].groupby("factor")}
    found["swing"] = [swing[name] for name, _ in found.index]
    place = {name: n for n, name in enumerate(sorted(swing, key=lambda name: -swing[name]))}
    return found.iloc[np.argsort([place[name] for name, _ in found.index], kind="stable")]


def base_of(arms):
    """The arm from which no other differs in more than one factor. Raises UserError unless there is exactly one."""
    codes = np.stack([pd.factorize(arms[name])[0] for name in arms], axis=1)
    centre = [arm for arm, row in zip(arms.index, codes) if ((codes != row).sum(axis=1) <= 1).all()]
    if len(centre) != 1:
        raise UserError(
            f"{len(centre)} arms could be the base of one-at-a-time ({some(centre or arms.index)}); name it "
            "with base="
        )
    return centre[0]


def swings(table, measure):
    """A tornado in sentences, the widest first."""
    for (name, value), row in table.iterrows():
        clear = "" if row.low > 0 or row.high < 0 else "; not told from none"
        yield (
            f"{name} = {format_factor(value)}: {measure} {format_signed(row.difference)} "
            f"({format_signed(row.low)} to {format_signed(row.high)}{clear})."
        )
