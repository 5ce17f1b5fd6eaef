"""Measure the coverage of intervals, over thousands of synthetic sweeps whose true means are known.

A kind of interval is a function of many sweeps at once: x (experiments, replicates, arms) float, arm 0 the
reference; truth (arms,), the true means; level. It returns (experiments,) bool: whether everything that the
kind claims jointly holds. To measure another kind, add an entry to the dict.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
import pandas as pd
from scipy import special, stats

from ..engine.randomness import RandomNumbers
from ..engine.texts.errors import UserError
from ..experiments.exploration.attribution import shapley
from ..experiments.statistics.cost_effectiveness import fieller
from ..experiments.statistics.multiple_comparisons import intervals_with_best
from ..experiments.statistics.paired import check_range, half_width
from ..experiments.statistics.sequential import Rule
from ..experiments.statistics.simultaneous import level_of_each

Law = Callable[[np.ndarray], tuple[np.ndarray, np.ndarray]]  # scores -> values, true means
Kind = Callable[[np.ndarray, np.ndarray, float], np.ndarray]  # x, truth, level -> (experiments,) bool

ARMS = 5
ALIKE = 0.7  # correlation of two arms' normal scores, as common random numbers give
LONG = 300  # replicates at which a sequential rule is cut off
WORTH = 80  # replicates that a sequential rule needs on average for its half-width
STEADY = 0.001  # how often a kind with exactly the nominal level may fall below `lowest`


def draw_normal(z: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Turn scores into normal values: means 0, 0.3 .. 1.2, and standard deviations 1, 1.5 .. 3.

    The standard deviations are unequal on purpose.
    """
    k = np.arange(z.shape[-1])
    return 0.3 * k + (1.0 + 0.5 * k) * z, 0.3 * k


def draw_lognormal(z: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Turn scores into skewed values, as costs and durations are: exp(z), 25 % more from arm to arm.

    Skewness 6, kurtosis over 100.
    """
    scale = 1.0 + 0.25 * np.arange(z.shape[-1])
    return scale * np.exp(z), scale * np.exp(0.5)


def draw_rare(z: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Turn scores into an event that happens or not in a replicate, with probabilities 0.02, 0.04 .. 0.10."""
    chance = 0.02 * (1.0 + np.arange(z.shape[-1]))
    return (z < special.ndtri(chance)).astype(float), chance


def paired_interval(x: np.ndarray, truth: np.ndarray, level: float) -> np.ndarray:
    """Check Student's interval of one paired difference."""
    d = x[..., 1] - x[..., 0] - (truth[1] - truth[0])
    return np.abs(d.mean(axis=1)) <= half_width(d.T, level)


def joint_intervals(x: np.ndarray, truth: np.ndarray, level: float) -> np.ndarray:
    """Check Student's intervals of all arms against the reference, which are to hold jointly."""
    d = x[..., 1:] - x[..., :1] - (truth[1:] - truth[0])
    return np.array(
        [(np.abs(diffs.mean(axis=0)) <= half_width(diffs, level_of_each(diffs, level))).all() for diffs in d]
    )


def with_best(x: np.ndarray, truth: np.ndarray, level: float) -> np.ndarray:
    """Check all intervals of multiple comparisons with the best."""
    low, high = intervals_with_best(x, level)
    others = np.where(np.eye(len(truth), dtype=bool), -np.inf, truth).max(axis=1)
    return ((low <= truth - others) & (truth - others <= high)).all(axis=1)


def fieller_set(x: np.ndarray, truth: np.ndarray, level: float) -> np.ndarray:
    """Check Fieller's set of a ratio of two paired differences.

    Where the set is not an interval, everything is claimed, which holds.
    """
    low, high, _ = fieller((x[..., 2] - x[..., 0]).T, (x[..., 4] - x[..., 0]).T, level)
    each = (truth[2] - truth[0]) / (truth[4] - truth[0])
    return ~((each < low) | (high < each)) & ~np.isnan(low)


def shapley_interval(x: np.ndarray, truth: np.ndarray, level: float) -> np.ndarray:
    """Check Student's interval of a Shapley share.

    The first four arms are: no mechanism, the first, the second, both.
    """
    share = (
        shapley(x[..., :4].reshape(-1, 4)).reshape(*x.shape[:2], 2)[..., 0] - shapley(truth[None, :4])[0, 0]
    )
    return np.abs(share.mean(axis=1)) <= half_width(share.T, level)


def sequential_interval(x: np.ndarray, truth: np.ndarray, level: float) -> np.ndarray:
    """Check Student's interval of one paired difference, at the replicate where `sequential.Rule` stops."""
    covered, _ = stop_sequentially(x, truth, level)
    return covered


def stop_sequentially(x: np.ndarray, truth: np.ndarray, level: float) -> tuple[np.ndarray, np.ndarray]:
    """Return whether the interval at the stop covers, and the number of replicates: two (experiments,)."""
    d = x[..., 1] - x[..., 0] - (truth[1] - truth[0])
    target = stats.norm.isf((1.0 - level) / 2.0) * d.std() / np.sqrt(WORTH)
    looks = Rule("x", target, most=d.shape[1], level=level).looks(share=bool(np.abs(x).max() <= 1.0))
    half = np.array([half_width(d[:, :n].T, level) for n in looks])
    mean = np.array([d[:, :n].mean(axis=1) for n in looks])
    done = half <= target
    done[-1] = True
    at = done.argmax(axis=0)
    rows = np.arange(len(d))
    return np.abs(mean[at, rows]) <= half[at, rows], np.array(looks)[at]


LAWS = {"normal": draw_normal, "lognormal": draw_lognormal, "rare event": draw_rare}
KINDS = {
    "paired difference": paired_interval,
    "all arms together": joint_intervals,
    "with the best": with_best,
    "price": fieller_set,
    "Shapley share": shapley_interval,
}
SEQUENTIAL = {"stopped by the rule": sequential_interval}  # these may use up to LONG replicates


def draw_sweeps(law: Law, experiments: int, replicates: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Draw synthetic sweeps of a law: x (experiments, replicates, ARMS), and the true means (ARMS,).

    More experiments or more replicates extend the same data.
    """
    shared, own = (np.empty((experiments, replicates, arms)) for arms in (1, ARMS))
    random_numbers = RandomNumbers("coverage", seed)
    for r in range(replicates):
        for name, z in (("shared", shared), ("own", own)):
            units = np.arange(experiments * z.shape[2])
            z[:, r] = special.ndtri(np.clip(random_numbers(name, units, r), 1e-15, None)).reshape(
                experiments, -1
            )
    return law(np.sqrt(ALIKE) * shared + np.sqrt(1.0 - ALIKE) * own)


def coverage(
    experiments: int = 2000,
    replicates: int = 30,
    seed: int = 0,
    level: float = 0.95,
    kinds: Mapping[str, Kind] | None = None,
    sequential: Mapping[str, Kind] | None = None,
    laws: Mapping[str, Law] | None = None,
) -> pd.DataFrame:
    """Return how often each kind of interval holds under each law: a table with one row per (interval, law).

    Columns: covered (share of experiments), nominal, lowest (an exact kind of this `level` falls below it
    once in a thousand times, by the binomial law), holds (covered >= lowest), experiments, replicates (the
    most, where a rule stops).
    With 30 replicates, intervals of skewed and rare data are known to cover less; the table shows how much.
    Raises UserError.
    """
    check_range("experiments", experiments, 1, 1_000_001)
    check_range("replicates", replicates, 2, 10_001)
    check_range("level", level, 0.5, 1.0)
    kinds, sequential, laws = (
        default if given is None else given
        for given, default in ((kinds, KINDS), (sequential, SEQUENTIAL), (laws, LAWS))
    )
    if set(kinds) & set(sequential):
        raise UserError(
            "{kind!r} is the name of two kinds of intervals; give each its own name",
            kind=min(set(kinds) & set(sequential)),
        )
    lowest = stats.binom.ppf(STEADY, experiments, level) / experiments
    rows = {}
    for name, law in laws.items():
        x, truth = draw_sweeps(law, experiments, LONG if sequential else replicates, seed)
        for kind, holds in {**kinds, **sequential}.items():
            covered = float(np.mean(holds(x if kind in sequential else x[:, :replicates], truth, level)))
            rows[kind, name] = {
                "covered": covered,
                "nominal": level,
                "lowest": lowest,
                "holds": covered >= lowest,
                "experiments": experiments,
                "replicates": LONG if kind in sequential else replicates,
            }
    order = [(kind, name) for kind in (*kinds, *sequential) for name in laws]
    return pd.DataFrame(
        [rows[key] for key in order], index=pd.MultiIndex.from_tuples(order, names=["interval", "law"])
    )
