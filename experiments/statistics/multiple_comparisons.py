"""Compare arms with the best of them, and compute the number of replicates that a safe choice needs.

Intervals are of each arm's mean minus the best of the other means (Hsu 1984), from paired differences (common
random numbers) under Bonferroni's inequality (Clark & Yang 1986; Nelson & Matejcik 1995). They are valid for
any correlation between arms and any variances, because each difference has its own variance. Formulas for
independent arms stay valid under positive correlation, but need many times the replicates.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy import stats

from ...engine.texts.errors import UserError
from .paired import check_range, iter_samples, to_frame

if TYPE_CHECKING:
    import pandas as pd


def compare_with_best(
    runs: pd.DataFrame, measure: str, larger: bool = True, matters: float = 0.0, level: float = 0.95
) -> pd.DataFrame:
    """Compare every arm with the best: one row per (case, arm), and the replicates that a safe choice needs.

    `larger`: whether a larger measure is better. Columns: mean; low, high (of the arm's mean minus the best
    other mean, in the direction of the measure; the intervals of a case hold jointly with probability
    `level`); chosen (best mean in the sample); may_be_best; good_enough (the whole interval is within
    `matters` of the best); asked (total replicates of every arm at which the chosen arm is best with
    probability `level` whenever the best is ahead by more than `matters`: Clark and Yang's second stage;
    infinite for matters = 0); replicates (used: those in which every arm has a value); lost (the other
    replicates). An arm without any value is excluded: NaN, neither chosen nor possible. Raises UserError.
    """
    check_range("matters", matters, 0.0, np.inf)
    check_range("level", level, 0.5, 1.0)
    rows, sign = {}, 1.0 if larger else -1.0
    for case, values, _ in iter_samples(runs, measure):
        wide = values[measure]
        alive = wide.loc[:, wide.notna().any()]
        whole = alive.dropna()
        if len(alive.columns) < 2:
            raise UserError(
                "case {case!r} has too few arms with a value of {measure!r} ({arms_count}); choosing "
                "needs 2 or more",
                case=case,
                arms_count=len(alive.columns),
                measure=measure,
            )
        x = sign * whole.to_numpy()
        low, high = intervals_with_best(x, level)
        mean = x.mean(axis=0) if len(x) else np.full(x.shape[1], np.nan)
        possible = may_be_best(x, level)
        asked = replicates_needed(x, matters, level)
        for arm in wide.columns:
            k = alive.columns.get_loc(arm) if arm in alive else None
            estimate = (
                (np.nan,) * 3
                if k is None
                else (sign * mean[k], *sorted((sign * low[k] + 0.0, sign * high[k] + 0.0)))
            )  # + 0.0 turns -0.0 into 0.0
            rows[case, arm] = {
                "mean": estimate[0],
                "low": estimate[1],
                "high": estimate[2],
                "chosen": k is not None and len(x) > 0 and k == int(np.argmax(mean)),
                "may_be_best": k is not None and bool(possible[k]),
                "good_enough": k is not None and bool(low[k] >= -matters),
                "asked": asked,
                "replicates": len(x),
                "lost": len(wide) - len(x),
            }
    return to_frame(rows, "case", "arm")


def margins(x: np.ndarray, level: float = 0.95) -> tuple[np.ndarray, np.ndarray]:
    """Return the mean of x_i - x_j and its one-sided Bonferroni margin, each (..., k, k).

    `x` is (..., n, k), replicates by arms. The margin is NaN for n < 2.
    """
    n, k = x.shape[-2:]
    mean = x.mean(axis=-2) if n else np.full((*x.shape[:-2], k), np.nan)
    sure = stats.t.ppf(1.0 - (1.0 - level) / (k - 1), n - 1) if n > 1 else np.nan
    sd = np.stack(
        [
            np.std(x[..., i, None] - x, axis=-2, ddof=1) if n > 1 else np.full(mean.shape, np.nan)
            for i in range(k)
        ],
        axis=-2,
    )
    return mean[..., :, None] - mean[..., None, :], sure * sd / np.sqrt(max(n, 1))


def may_be_best(x: np.ndarray, level: float = 0.95) -> np.ndarray:
    """Return which arms no other arm is clearly above: x (..., n, k) -> (..., k) bool; all of them for n < 2.

    The truly best arm is among them with probability `level`.
    """
    ahead, margin = margins(x, level)
    return ~(ahead + margin < 0).any(axis=-1)


def intervals_with_best(x: np.ndarray, level: float = 0.95) -> tuple[np.ndarray, np.ndarray]:
    """Return joint intervals of each mean minus the best other mean: x (..., n, k) -> low, high (..., k).

    A larger mean is better. NaN for n < 2. All intervals rest on one event of probability `level` or more:
    the truly best arm is ahead of each of the k - 1 others by at least the estimate minus its margin. So the
    upper end is the minimum over the others of estimate plus margin, but not below 0; the lower end is the
    minimum of estimate minus margin, but not above 0 (Hsu 1984). Road not taken: to restrict that minimum to
    the arms that may be best (Edwards & Hsu 1983); it gains nothing here, because standard deviations of
    paired differences obey the triangle inequality.
    """
    ahead, margin = margins(x, level)
    itself = np.eye(x.shape[-1], dtype=bool)
    high = np.maximum(np.where(itself, np.inf, ahead + margin).min(axis=-1), 0.0)
    return np.minimum(np.where(itself, np.inf, ahead - margin).min(axis=-1), 0.0), high


def replicates_needed(x: np.ndarray, matters: float, level: float = 0.95) -> float:
    """Return the total replicates needed by Clark and Yang's second stage, given a first stage `x` (n, k).

    That many bring every margin down to `matters`. Infinite for matters = 0, NaN for n < 2.
    """
    n = len(x)
    margin = margins(x, level)[1].max() if n > 1 else np.nan
    if n < 2 or margin <= matters:
        return float(n) if n > 1 else np.nan
    return float(np.ceil(n * (margin / matters) ** 2)) if matters else np.inf
