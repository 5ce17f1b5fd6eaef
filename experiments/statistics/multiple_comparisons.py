"""Which arm is best, under the same luck in all: multiple comparisons with the best, and how many replicates a choice asks for.

Intervals for each arm's mean minus the best of the others' (Hsu 1984), from paired differences under Bonferroni's inequality
(Clark & Yang 1986; Nelson & Matejcik 1995): valid for any correlation between arms and any variances, as each difference
brings its own. Formulas for independent arms stay valid under positive correlation, but ask for many times the replicates.
"""

import numpy as np
from scipy import stats

from ...engine.parameters import UserError
from .paired import in_range, samples, to_frame


def best(runs, measure, larger=True, matters=0.0, level=0.95):
    """One row per (case, arm): who may be best, who is good enough, and the replicates that would make the choice safe.

    `larger`: whether a larger measure is better. Columns: mean; low, high (of its mean minus the best other mean, in the measure's
    own direction; all arms of a case hold jointly with probability `level`); chosen (best mean in the sample); may_be_best;
    good_enough (no further than `matters` from the best, surely); asked (replicates in all, of every arm, at which the
    chosen arm is best with probability `level` whenever the best is ahead by more than `matters`: Clark and Yang's second stage;
    infinite for matters = 0); replicates (used: those in which every arm has a value); lost (the other replicates).
    An arm with no value at all takes no part: NaN, neither chosen nor possible. Raises UserError.
    """
    in_range("matters", matters, 0.0, np.inf)
    in_range("level", level, 0.5, 1.0)
    rows, sign = {}, 1.0 if larger else -1.0
    for case, values, _ in samples(runs, measure):
        wide = values[measure]
        alive = wide.loc[:, wide.notna().any()]
        whole = alive.dropna()
        if len(alive.columns) < 2:
            raise UserError(
                f"case {case!r} has {len(alive.columns)} arm with a value of {measure!r}; choosing needs 2 or more"
            )
        x = sign * whole.to_numpy()
        low, high = with_the_best(x, level)
        mean = x.mean(axis=0) if len(x) else np.full(x.shape[1], np.nan)
        possible = may_be_best(x, level)
        asked = stage(x, matters, level)
        for arm in wide.columns:
            k = alive.columns.get_loc(arm) if arm in alive else None
            told = (
                (np.nan,) * 3
                if k is None
                else (sign * mean[k], *sorted((sign * low[k] + 0.0, sign * high[k] + 0.0)))
            )  # + 0.0: no minus zero
            rows[case, arm] = {
                "mean": told[0],
                "low": told[1],
                "high": told[2],
                "chosen": k is not None and len(x) > 0 and k == int(np.argmax(mean)),
                "may_be_best": k is not None and bool(possible[k]),
                "good_enough": k is not None and bool(low[k] >= -matters),
                "asked": asked,
                "replicates": len(x),
                "lost": len(wide) - len(x),
            }
    return to_frame(rows, "case", "arm")


def margins(x, level=0.95):
    """Mean of x_i - x_j and its one-sided Bonferroni margin: x (..., n, k) replicates by arms -> two (..., k, k); NaN for n < 2."""
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


def may_be_best(x, level=0.95):
    """Arms that no other arm is clearly above: (..., k) bool. The truly best is among them with probability `level`; all, for n < 2."""
    ahead, margin = margins(x, level)
    return ~(ahead + margin < 0).any(axis=-1)


def with_the_best(x, level=0.95):
    """Joint intervals of mean minus best other mean, larger being better: x (..., n, k) -> low, high (..., k); NaN for n < 2.

    The one event behind them, of probability `level` or more: the truly best arm is ahead of each of the k - 1 others by at least the
    estimate less its margin. So the upper end is the least of estimate plus margin over the others, but not below 0; the
    lower end the least of estimate less margin, but not above 0 (Hsu 1984). To look for that least among those only that may be
    best (Edwards & Hsu 1983) gains nothing here: standard deviations of paired differences obey the triangle inequality.
    """
    ahead, margin = margins(x, level)
    own = np.eye(x.shape[-1], dtype=bool)
    high = np.maximum(np.where(own, np.inf, ahead + margin).min(axis=-1), 0.0)
    return np.minimum(np.where(own, np.inf, ahead - margin).min(axis=-1), 0.0), high


def stage(x, matters, level=0.95):
    """Replicates in all that Clark and Yang's second stage asks, after a first of x (n, k): every margin down to `matters`."""
    n = len(x)
    margin = margins(x, level)[1].max() if n > 1 else np.nan
    if n < 2 or margin <= matters:
        return float(n) if n > 1 else np.nan
    return float(np.ceil(n * (margin / matters) ** 2)) if matters else np.inf
