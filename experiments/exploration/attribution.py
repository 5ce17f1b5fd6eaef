"""Attribute a joint effect to several mechanisms by Shapley values, with their interactions.

The input is all 2^k arms of k mechanisms, with common random numbers within a replicate. A mechanism's
*Shapley value* (Shapley 1953) is what it adds, averaged over every order in which the k could have been
introduced; the values add up to the effect of all together, in every replicate. The *interaction* of two
mechanisms is Shapley's interaction index (Grabisch & Roubens 1999): positive is synergy, negative is
substitution.

Intervals are Student's, over replicates. Every replicate has all arms with the same random numbers, so it
gives one vector of Shapley values; replicates are independent, so their mean is an ordinary mean. Road not
taken: the percentile bootstrap covers less than its level when replicates are few (10 replicates: 91 %
instead of 95 %; the tests measure both).
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations
from math import factorial

import numpy as np
import pandas as pd
from scipy import stats

from ...engine.texts.errors import UserError
from ..statistics.replicate_table import (
    LEVEL,
    SWITCH,
    check_held_constant,
    complete,
    interval,
    join_names,
    pivot_arms,
    switches,
)
from .attribution_sentences import describe_effect, describe_interactions, describe_mechanism

MOST = 14  # mechanisms: 16384 arms


@dataclass(frozen=True)
class Attribution:
    """Shapley values and interactions of mechanisms; all numbers but `part` are in the measure's unit."""

    measure: str
    names: tuple  # of the k mechanisms
    replicates: int  # complete in all 2^k arms
    left_out: int  # replicates that some arm lacks
    effect: pd.Series  # without (none of the k), with (all of them), difference (paired), low, high
    # (mechanism) -> value (Shapley), part of the effect, alone (added to none), last (added to all others),
    # with low and high of each
    shares: pd.DataFrame
    interactions: pd.DataFrame  # (one, other) -> index, low, high, p, p_holm, kind
    level: float

    def sentences(self) -> list[str]:
        """Describe the results in plain English."""
        order = self.shares.sort_values("value", ascending=False, key=abs).index
        return [
            *describe_effect(self),
            *(describe_mechanism(self, name) for name in order),
            *describe_interactions(self),
        ]


def attribute(
    runs: pd.DataFrame, measure: str, names: Iterable[str] | None = None, level: float = LEVEL
) -> Attribution:
    """Attribute the effect on `measure` to the mechanisms `names`, by default all whose switch varies.

    `runs` has a row per run, a bool column `mechanisms.NAME` for each mechanism, and `replicate`: the same
    number means the same random numbers in every arm. Raises UserError naming the missing arms, if any.
    """
    names, table = factorial_of(runs, measure, names)
    whole = complete(table)
    values = whole.to_numpy()
    contributions = shapley(values), effects_alone(values), effects_last(values)
    shares = pd.DataFrame(index=pd.Index(names, name="mechanism"))
    for word, contribution in zip(("", "alone", "last"), contributions):
        (
            shares[word or "value"],
            shares[f"{word}_low" if word else "low"],
            shares[f"{word}_high" if word else "high"],
        ) = interval(contribution, level)
    total = values[:, -1] - values[:, 0]
    shares["part"], shares["part_low"], shares["part_high"] = shares_of_effect(contributions[0], total, level)
    mean, low, high = interval(total, level)
    none, together = values[:, 0].mean(), values[:, -1].mean()
    effect = pd.Series({"without": none, "with": together, "difference": mean, "low": low, "high": high})
    lost = len(table) - len(values)
    indices = tabulate_interactions(values, names, level)
    return Attribution(measure, names, len(values), lost, effect, shares, indices, level)


def factorial_of(
    runs: pd.DataFrame, measure: str, names: Iterable[str] | None = None
) -> tuple[tuple[str, ...], pd.DataFrame]:
    """Arrange the runs of a full factorial as (names, (replicates, 2^k) frame).

    In the arm of column m, mechanism i is on where bit i of m is set. Raises UserError.
    """
    names = tuple(switches(runs) if names is None else dict.fromkeys(names))
    lost = [name for name in names if SWITCH + name not in runs]
    if lost:
        raise UserError(
            "no switch differs between arms: {lost}; a factorial needs columns mechanisms.NAME "
            "that are on in some arms and off in others",
            lost=join_names(lost),
        )
    if not names:
        raise UserError(
            "no switch differs between arms; a factorial needs columns mechanisms.NAME that are on in "
            "some arms and off in others"
        )
    if len(names) > MOST:
        raise UserError(
            "{mechanisms_count} mechanisms have {arms_count} arms; allowed are at most {most} "
            "mechanisms: name those that matter",
            mechanisms_count=len(names),
            arms_count=2 ** len(names),
            most=MOST,
        )
    check_held_constant(runs, [SWITCH + name for name in names])
    on = np.stack([runs[SWITCH + name].to_numpy(bool) for name in names])
    arm = (on << np.arange(len(names))[:, None]).sum(axis=0)
    missing = sorted(set(range(2 ** len(names))) - set(arm.tolist()))
    if missing:
        raise UserError(
            "{missing_count} of {arms_count} arms are missing: {missing}; run them, or name fewer mechanisms",
            missing_count=len(missing),
            arms_count=2 ** len(names),
            missing=join_names([mechanisms_of_arm(m, names) for m in missing], 8),
        )
    table = pivot_arms(runs.assign(**{"": arm}), measure, range(2 ** len(names)), by="")
    return names, table.rename_axis(columns="arm")


def mechanisms_of_arm(arm: int, names: Sequence[str]) -> str:
    """Join the names of the mechanisms that are on in arm number `arm`.

    >>> mechanisms_of_arm(0, "abc"), mechanisms_of_arm(5, "abc")
    ('(none)', 'a+c')
    """
    return "+".join(name for i, name in enumerate(names) if arm >> i & 1) or "(none)"


# ------------------------------------------------------------ arrays: (n, 2^k), one row per replicate


def enumerate_arms(k: int) -> tuple[np.ndarray, np.ndarray]:
    """Count and list the mechanisms that are on in each of 2^k arms: (2^k,) int, (2^k, k) bool."""
    on = (np.arange(2**k)[:, None] >> np.arange(k) & 1).astype(bool)
    return on.sum(axis=1), on


def count_mechanisms(values: np.ndarray) -> int:
    """Return k, given values with 2^k columns. Raises UserError for another number of columns."""
    k = values.shape[-1].bit_length() - 1
    if k < 1 or values.shape[-1] != 2**k:
        raise UserError(
            "{arms_count} arms are not a full factorial; allowed are 2, 4, 8, ... arms",
            arms_count=values.shape[-1],
        )
    return k


def shapley(values: np.ndarray) -> np.ndarray:
    """Return the Shapley values of every row: (..., 2^k) -> (..., k); their sum is last column minus first.

    >>> shapley(np.array([0.0, 1.0, 2.0, 7.0]))
    array([3., 4.])
    """
    k = count_mechanisms(values)
    size, on = enumerate_arms(k)
    weight = np.array([factorial(s) * factorial(k - s - 1) / factorial(k) for s in range(k)])
    joins, lacks = weight[np.maximum(size - 1, 0)], weight[np.minimum(size, k - 1)]
    return values @ np.where(on, joins[:, None], -lacks[:, None])


def interaction(values: np.ndarray) -> np.ndarray:
    """Return the Shapley interaction indices of every row: (..., 2^k) -> (..., k(k-1)/2).

    Pairs are in the order of `combinations`.

    >>> interaction(np.array([0.0, 1.0, 2.0, 7.0]))
    array([4.])
    """
    k = count_mechanisms(values)
    size, on = enumerate_arms(k)
    weight = np.array([factorial(s) * factorial(k - s - 2) / factorial(k - 1) for s in range(k - 1)])
    columns = [
        np.where(on[:, i] == on[:, j], 1, -1) * weight[size - on[:, i] - on[:, j]]
        for i, j in combinations(range(k), 2)
    ]
    return values @ np.stack(columns, axis=1) if columns else np.zeros((*values.shape[:-1], 0))


def effects_alone(values: np.ndarray) -> np.ndarray:
    """Return what each mechanism adds to the arm without any: (..., 2^k) -> (..., k)."""
    return values[..., 1 << np.arange(count_mechanisms(values))] - values[..., :1]


def effects_last(values: np.ndarray) -> np.ndarray:
    """Return what each mechanism adds to the arm with all the others: (..., 2^k) -> (..., k)."""
    k = count_mechanisms(values)
    return values[..., -1:] - values[..., 2**k - 1 - (1 << np.arange(k))]


def shares_of_effect(
    values: np.ndarray, total: np.ndarray, level: float = LEVEL
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return mean value over mean total with Fieller's interval (1954) of a ratio of paired means.

    `values` (n, k), `total` (n,); returns three (k,) arrays: ratio, low, high. All NaN where the total does
    not differ significantly from 0.
    """
    n = len(total)
    a, b = values.mean(axis=0), total.mean()
    d, e = values - a, total - b
    t2 = stats.t.ppf((1 + level) / 2, n - 1) ** 2 / n / (n - 1)  # of a mean, from sums of squares
    f0, f1, f2 = a**2 - t2 * (d**2).sum(axis=0), a * b - t2 * d.T @ e, b**2 - t2 * (e**2).sum()
    if f2 <= 0:
        return (np.full(len(a), np.nan),) * 3
    root = np.sqrt(np.maximum(f1**2 - f0 * f2, 0.0))
    return a / b, (f1 - root) / f2, (f1 + root) / f2


def tabulate_interactions(values: np.ndarray, names: Sequence[str], level: float = LEVEL) -> pd.DataFrame:
    """Tabulate interactions by pair: index, interval, p (t test), and Holm's adjustment over pairs (1979).

    `kind` is "synergy" or "substitution" only for pairs that are significant after the adjustment.
    """
    indices = interaction(values)
    index, low, high = interval(indices, level)
    p = significance(indices)
    table = pd.DataFrame(
        {"index": index, "low": low, "high": high, "p": p, "p_holm": holm(p)},
        index=pd.MultiIndex.from_tuples(combinations(names, 2), names=["one", "other"]),
    )
    table["kind"] = np.where(
        table["p_holm"] > 1 - level, "not significant", np.where(index > 0, "synergy", "substitution")
    )
    return table


def significance(values: np.ndarray) -> np.ndarray:
    """Return the two-sided p of Student's test that the mean of a column is 0: (n, m) -> (m,).

    For a constant column p is 1 where it is zero, else 0.
    """
    mean, error = values.mean(axis=0), values.std(axis=0, ddof=1) / np.sqrt(len(values))
    tiny = 1e-12 * np.abs(values).max(initial=0.0)
    sure = error <= tiny
    return np.where(
        sure,
        np.where(np.abs(mean) <= tiny, 1.0, 0.0),
        2 * stats.t.sf(np.abs(mean) / np.where(sure, 1.0, error), len(values) - 1),
    )


def holm(p: np.ndarray) -> np.ndarray:
    """Apply Holm's step-down adjustment to p values: (m,) -> (m,).

    >>> holm(np.array([0.01, 0.04, 0.03]))
    array([0.03, 0.06, 0.06])
    """
    order = np.argsort(p)
    stepped = np.maximum.accumulate(p[order] * np.arange(len(p), 0, -1))
    adjusted = np.empty(len(p))
    adjusted[order] = np.minimum(stepped, 1.0)
    return adjusted


# ------------------------------------------------------------ what to add next


def rank_next(
    runs: pd.DataFrame,
    measure: str,
    given: Sequence[str] = (),
    names: Iterable[str] | None = None,
    maximise: bool = True,
    level: float = LEVEL,
) -> pd.DataFrame:
    """Tabulate what each other mechanism adds to `given`, and how far it is behind the best; the best first.

    Columns: added, low, high (simultaneous over the candidates); behind, behind_low, behind_high (the
    distance to the largest mean, simultaneous over all pairs, so that they hold although the best was chosen
    by the same runs); may_be_best. With maximise=False less is better. Only the arms `given` and `given` with
    one more are used. Raises UserError.
    """
    names = tuple(switches(runs) if names is None else dict.fromkeys((*names, *given)))
    unknown = [name for name in given if name not in names]
    if unknown:
        raise UserError(
            "{unknown} is not a mechanism that is on in some arms and off in others; there are: {names}",
            unknown=join_names(unknown),
            names=join_names(names, 30),
        )
    candidates = [name for name in names if name not in given]
    if not candidates:
        raise UserError("{names} are all on; no mechanism is left to add", names=join_names(names, 30))
    check_held_constant(runs, [SWITCH + name for name in names])
    base, *grown = (
        select_arm(runs, names, {*given, *extra}) for extra in ((), *((name,) for name in candidates))
    )
    table = complete(pivot_arms(pd.concat([base, *grown]), measure, by="together"))
    added = table.to_numpy()[:, 1:] - table.to_numpy()[:, :1]
    return rank_additions(added, candidates, maximise, level)


def select_arm(runs: pd.DataFrame, names: Sequence[str], on: Collection[str]) -> pd.DataFrame:
    """Return the runs in which exactly `on` of `names` are on. Raises UserError when there is none.

    A column `together` names the mechanisms that are on.
    """
    selected = np.logical_and.reduce([runs[SWITCH + name].to_numpy(bool) == (name in on) for name in names])
    together = "+".join(name for name in names if name in on)
    if not selected.any() and not together:
        raise UserError("no run has all of {names} off; run that arm", names=join_names(names, 30))
    if not selected.any():
        raise UserError("no run has exactly {names} on; run that arm", names=together)
    return runs[selected].assign(together=together or "(none)")


def rank_additions(
    added: np.ndarray, candidates: Sequence[str], maximise: bool = True, level: float = LEVEL
) -> pd.DataFrame:
    """Build the table of `rank_next` from paired differences `added` (n, c)."""
    c, sign = len(candidates), 1 if maximise else -1
    mean, low, high = interval(added, level, c)
    best = int(np.argmax(sign * mean))
    behind, behind_low, behind_high = interval(
        sign * (added[:, [best]] - added), level, max(c * (c - 1) // 2, 1)
    )
    table = pd.DataFrame(
        {
            "added": mean,
            "low": low,
            "high": high,
            "behind": behind,
            "behind_low": behind_low,
            "behind_high": behind_high,
            "may_be_best": behind_low <= 0,
        },
        index=pd.Index(candidates, name="mechanism"),
    )
    return table.sort_values("behind", kind="stable")


# ------------------------------------------------------------ in words
