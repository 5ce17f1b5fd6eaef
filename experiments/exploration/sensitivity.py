"""Analyse sensitivity: which factors the outcome depends on, beyond Monte Carlo noise.

*Morris* screens many factors with few runs: an elementary effect is the change of the outcome per change of
one factor over its whole range; mu is their mean, mu* the mean of their absolute values, sigma their standard
deviation (Morris 1991; Campolongo, Cariboni & Saltelli 2007). *Sobol* indices decompose the variance of the
outcome: S1 is a factor's own share, ST its share with all interactions (Saltelli et al. 2010). *One at a
time* is the tornado around one point. SALib draws the designs and computes Sobol indices; it is an extra: pip
install 'cogov[sensitivity]'.

Outcomes are means over few replicates, so a mean still contains Monte Carlo noise (the fields and columns
called `noise`). Points share their random numbers, so noise common to all points has no effect; the rest is
estimated from the spread between replicates, and every table states how large an index noise alone would
produce.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

from ...engine.randomness import RandomNumbers
from ...engine.texts.errors import UserError
from ..statistics.replicate_table import (
    LEVEL,
    complete,
    format_factor,
    halfwidth,
    interval,
    join_names,
    pivot_arms,
)
from ..sweep.sampling import problem, salib, sampler_seed
from .attribution_sentences import format_signed

RESAMPLES = 1000
# width of an index's interval above which factors should not be ranked; 0.05 is converged (Sarrazin, Pianosi
# & Wagener 2016)
WIDE = 0.2
TINY = 1e-12  # rounding error relative to the outcome


def arrange_outcomes(runs: pd.DataFrame, measure: str, arms: Iterable[str] | None = None) -> np.ndarray:
    """Arrange the runs of a sweep as (points, replicates).

    Points are in the order of `arms`, by default of their first appearance. A replicate that failed at some
    point is left out of all points. Raises UserError when none is left.
    """
    return complete(pivot_arms(runs, measure, arms), 1).to_numpy().T


def as_point_table(y: np.ndarray) -> np.ndarray:
    """Return outcomes, (points,) or (points, replicates), as (points, replicates) floats.

    Raises UserError for values that are not finite.
    """
    y = np.asarray(y, float)
    y = y[:, None] if y.ndim == 1 else y
    if not np.isfinite(y).all():
        bad = np.flatnonzero(~np.isfinite(y).all(axis=1))
        raise UserError(
            "{bad_count} of {points_count} points have no outcome ({bad}); a design needs all of "
            "them: run them again, or use another measure",
            bad_count=len(bad),
            points_count=len(y),
            bad=join_names(bad.tolist()),
        )
    return y


def noise_variance(y: np.ndarray) -> float:
    """Return the variance of Monte Carlo noise in the mean of a point, without what all points share.

    From outcomes (points, replicates): the interaction of point and replicate in a two-way layout, over the
    number of replicates. NaN for one replicate or one point.
    """
    points, replicates = y.shape
    if replicates < 2 or points < 2:
        return np.nan
    rest = y - y.mean(axis=1, keepdims=True) - y.mean(axis=0) + y.mean()
    return float((rest**2).sum() / (points - 1) / (replicates - 1) / replicates)


# --------------------------------------------------------------------------- Morris


@dataclass(frozen=True)
class Screening:
    """Results of Morris's method, in the outcome's unit for a change of a factor over its whole range."""

    # (factor) -> mu, mu_star, sigma, each with low and high; noise: the average mu_star from noise alone;
    # beyond_noise: whether mu_star is larger
    table: pd.DataFrame
    trajectories: int
    replicates: int
    level: float

    def sentences(self) -> Iterator[str]:
        """Describe the results in plain English."""
        t = self.table.sort_values("mu_star", ascending=False, kind="stable")
        yield from (f"{name}: {describe_screening(row)}." for name, row in t[t.beyond_noise].iterrows())
        if not t.beyond_noise.all():
            yield (
                f"Not distinguishable from noise: {join_names(t.index[~t.beyond_noise], 30)}."
                if self.replicates > 1
                else "With one replicate, noise cannot be separated from effects; use two or more."
            )


def describe_screening(row: pd.Series) -> str:
    """Describe a row of `Screening.table`."""
    shape = (
        "the effect depends on the point (nonlinear, or with interactions)"
        if row.sigma > 0.5 * row.mu_star
        else "nearly the same at every point"
    )
    way = "raises" if row.mu_low > 0 else "lowers" if row.mu_high < 0 else "changes"
    return (
        f"over its range it {way} the outcome by {row.mu_star:.3g} on average (mu*; {row.mu_star_low:.3g} to "
        f"{row.mu_star_high:.3g}), {shape}"
    )


def morris(
    factors: Sequence[str], points: np.ndarray, y: np.ndarray, level: float = LEVEL, seed: int = 0
) -> Screening:
    """Analyse a Morris design: `points` (m, d) of `morris_points`, outcomes `y` (m,) or (m, replicates).

    Intervals of mu include the variation over trajectories and over random numbers (two variances added,
    which is conservative); those of mu* and sigma only that over trajectories: t for mu*, percentile
    bootstrap over trajectories for sigma. `beyond_noise` is whether mu* exceeds what noise alone would seldom
    produce, even if it were the same in all trajectories (t of the error of one effect). `seed` is of the
    bootstrap. Raises UserError.
    """
    factor_space, y = problem(factors), as_point_table(y)
    effects = elementary_effects(factor_space, np.asarray(points, float), y)  # (trajectories, d, replicates)
    mean, (r, _, replicates) = effects.mean(axis=2), effects.shape
    table = pd.DataFrame(index=pd.Index(factor_space["names"], name="factor"))
    table["mu"], table["mu_low"], table["mu_high"] = interval_over_both(effects, level)
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
    table["noise"] = np.sqrt(2 / np.pi) * error  # the mean absolute value of N(0, error)
    table["beyond_noise"] = (
        table["mu_star"]
        > stats.t.ppf((1 + level) / 2, max(replicates - 1, 1)) * error + TINY * np.abs(y).max()
    )
    return Screening(table, r, replicates, level)


def interval_over_both(
    effects: np.ndarray, level: float = LEVEL
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return mean, low and high of (trajectories, d, replicates) over trajectories and replicates, each (d,).

    The variances over trajectories and over replicates are added.
    """
    mean, half = effects.mean(axis=(0, 2)), halfwidth(effects.mean(axis=2), level)
    if effects.shape[2] > 1:
        half = np.hypot(half, halfwidth(effects.mean(axis=0).T, level))
    return mean, mean - half, mean + half


def elementary_effects(factor_space: dict, points: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Return the elementary effects per whole range of a factor: (trajectories, factors, replicates).

    `factor_space` is the SALib problem: names, num_vars and bounds of the factors. Raises UserError unless
    `points` are a Morris design.
    """
    d = factor_space["num_vars"]
    if points.shape != (len(y), d) or len(y) % (d + 1) or len(y) < 2 * (d + 1):
        raise UserError(
            "{outcomes_count} outcomes and points of shape {shape} are not a Morris design of "
            "{factors_count} factors: it has {trajectory_points} points per trajectory, and two "
            "trajectories or more",
            outcomes_count=len(y),
            shape=points.shape,
            factors_count=d,
            trajectory_points=d + 1,
        )
    low, high = np.array(factor_space["bounds"]).T
    # (trajectories, moves, factors)
    step = np.diff(((points - low) / (high - low)).reshape(-1, d + 1, d), axis=1)
    moved = np.abs(step) > 1e-9
    if not ((moved.sum(axis=1) == 1).all() and (moved.sum(axis=2) == 1).all()):
        raise UserError(
            "the points are not a Morris design: from each to the next exactly one factor must "
            "change, and each once per trajectory; keep the order of morris_points"
        )
    rise = np.diff(y.reshape(-1, d + 1, y.shape[1]), axis=1)
    at = np.argmax(moved, axis=1)  # the move in which a factor changed
    return np.take_along_axis(rise, at[:, :, None], axis=1) / np.take_along_axis(
        step, at[:, None, :], axis=1
    ).transpose(0, 2, 1)


# --------------------------------------------------------------------------- Sobol


@dataclass(frozen=True)
class Indices:
    """Sobol indices of every factor."""

    # (factor) -> S1, S1_low, S1_high, ST, ST_low, ST_high; beyond_noise: whether ST is above noise
    table: pd.DataFrame
    noise_share: float  # share of noise in the variance between the means of points; NaN for one replicate
    variance: float  # of the outcome between points
    points: int
    replicates: int
    level: float

    def sentences(self) -> Iterator[str]:
        """Describe the results in plain English."""
        t = self.table.sort_values("ST", ascending=False, kind="stable")
        yield describe_noise(self)
        for name, row in t[t.beyond_noise].iterrows():
            first, total = (
                f"{row[k]:.0%} ({row[k + '_low']:.0%} to {row[k + '_high']:.0%})" for k in ("S1", "ST")
            )
            yield (
                f"{name}: {first} of the variance alone (first-order index), {total} with its "
                "interactions (total index)."
            )
        if not t.beyond_noise.all():
            yield f"Not distinguishable from zero: {join_names(t.index[~t.beyond_noise], 30)}."
        width = max((t[f"{name}_high"] - t[f"{name}_low"]).max() for name in ("S1", "ST"))
        if width > WIDE:
            yield (
                f"The widest interval spans {width:.2f}: too wide to rank the factors; "
                "use at least twice as many points."
            )


def describe_noise(indices: Indices) -> str:
    """Describe the share of Monte Carlo noise in the variance between points."""
    if not indices.variance:
        return f"The outcome is the same at all {indices.points} points: no factor has an effect."
    if np.isnan(indices.noise_share):
        return (
            "With one replicate per point, noise cannot be separated from effects, and every total index "
            "may contain it; use two or more."
        )
    warning = (
        "; total indices of that size are not meaningful, and more replicates are needed"
        if indices.noise_share > 0.1
        else ""
    )
    return (
        f"Of the variance between {indices.points} points {indices.noise_share:.1%} is Monte Carlo noise in "
        f"the mean of {indices.replicates} replicates{warning}."
    )


def sobol(factors: Sequence[str], y: np.ndarray, level: float = LEVEL, seed: int = 0) -> Indices:
    """Compute first-order and total indices from the outcomes of a Saltelli design.

    `y`: (m,) or (m, replicates), at the points of `saltelli_points` in their order. Intervals are SALib's
    (normal, standard error from 1,000 bootstrap resamples). Noise left in the means enters every total index
    with its whole share, so a factor counts as having an effect only where the interval of ST is above that
    share. Raises UserError.
    """
    factor_space, y = problem(factors), as_point_table(y)
    d = factor_space["num_vars"]
    if len(y) % (d + 2) or len(y) < 2 * (d + 2):
        raise UserError(
            "{outcomes_count} outcomes are not a Saltelli design of {factors_count} factors: it "
            "has n x {multiple} points",
            outcomes_count=len(y),
            factors_count=d,
            multiple=d + 2,
        )
    mean = y.mean(axis=1)
    variance = float(mean.var(ddof=1)) if np.ptp(mean) > TINY * np.abs(mean).max() else 0.0
    noise_share = noise_variance(y) / variance if variance else np.nan
    table = pd.DataFrame(index=pd.Index(factor_space["names"], name="factor"))
    indices = (
        salib("analyze.sobol").analyze(
            factor_space,
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
        value, half = (np.asarray(indices.get(key, np.zeros(d)), float) for key in (name, f"{name}_conf"))
        table[name], table[f"{name}_low"], table[f"{name}_high"] = value, value - half, value + half
    table["beyond_noise"] = table["ST_low"] > (0.0 if np.isnan(noise_share) else noise_share)
    return Indices(table, noise_share, variance, len(y), y.shape[1], level)


# --------------------------------------------------------------------------- one at a time


def tornado(
    runs: pd.DataFrame,
    measure: str,
    factors: Iterable[str],
    base: str | None = None,
    level: float = LEVEL,
) -> pd.DataFrame:
    """Tabulate the effect of each value of each factor against the base arm, the widest swing first.

    (factor, value) -> outcome, difference (paired), low, high, swing (from the lowest to the highest outcome
    of the factor, including the base). `base` is the name of the base arm, by default the only arm from which
    no other differs in two factors. Raises UserError.
    """
    factors = list(factors)
    for name in factors:
        if name not in runs:
            raise UserError(
                "the runs have no column {name!r}; their columns are {columns}",
                name=name,
                columns=join_names(runs.columns, 20),
            )
    arms = runs.drop_duplicates("arm").set_index("arm")[factors]
    base = base_of(arms) if base is None else base
    if base not in arms.index:
        raise UserError(
            "no arm is called {base!r}; there are: {arms}", base=base, arms=join_names(arms.index)
        )
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
        raise UserError(
            "no arm differs from {base!r} in exactly one of {factors}", base=base, factors=join_names(factors)
        )
    return sort_by_swing(pd.DataFrame.from_dict(rows, orient="index").rename_axis(["factor", "value"]))


def sort_by_swing(table: pd.DataFrame) -> pd.DataFrame:
    """Add the swing of each factor to the table of `tornado`, and sort by it, the widest first."""
    swing = {name: max(d.max(), 0.0) - min(d.min(), 0.0) for name, d in table["difference"].groupby("factor")}
    table["swing"] = [swing[name] for name, _ in table.index]
    place = {name: n for n, name in enumerate(sorted(swing, key=lambda name: -swing[name]))}
    return table.iloc[np.argsort([place[name] for name, _ in table.index], kind="stable")]


def base_of(arms: pd.DataFrame) -> str:
    """Return the arm from which no other differs in two factors. Raises UserError unless there is one."""
    codes = np.stack([pd.factorize(arms[name])[0] for name in arms], axis=1)
    centre = [arm for arm, row in zip(arms.index, codes) if ((codes != row).sum(axis=1) <= 1).all()]
    if len(centre) != 1:
        raise UserError(
            "{arms_count} arms could be the base of one-at-a-time ({arms}); name it with base=",
            arms_count=len(centre),
            arms=join_names(centre or arms.index),
        )
    return centre[0]


def describe_tornado(table: pd.DataFrame, measure: str) -> Iterator[str]:
    """Describe the rows of a tornado in sentences, the widest first."""
    for (name, value), row in table.iterrows():
        clear = "" if row.low > 0 or row.high < 0 else "; not significant"
        yield (
            f"{name} = {format_factor(value)}: {measure} {format_signed(row.difference)} "
            f"({format_signed(row.low)} to {format_signed(row.high)}{clear})."
        )
