"""Attribution: whose is the effect of several mechanisms, when they help each other or do the same work?

From all 2^k arms of k mechanisms, with replicates that share their luck. A mechanism's *Shapley value* (Shapley 1953) is
what it adds, averaged over every order in which the k could have been introduced; the values add up to the effect of all
together, in every replicate. The *interaction* of two is Shapley's interaction index (Grabisch & Roubens 1999): positive
is synergy, negative is substitution.

Intervals are Student's, over replicates. Every replicate has lived through all arms with one luck, so it gives one whole
vector of Shapley values, and replicates are independent: their mean is an ordinary mean. The percentile bootstrap holds
less than it says when replicates are few (10 replicates: 91 % where 95 % is claimed; the tests measure both), and is not used.
"""

from dataclasses import dataclass
from itertools import combinations
from math import factorial

import numpy as np
import pandas as pd
from scipy import stats

from ...engine.parameters import UserError
from ..statistics.replicate_table import (
    LEVEL,
    SWITCH,
    check_held_constant,
    complete,
    interval,
    pivot_arms,
    some,
    switches,
)

MOST = 14  # mechanisms: 16384 arms


@dataclass(frozen=True)
class Attribution:
    """Whose the effect is. All numbers are in the measure's unit but `part`."""

    measure: str
    names: tuple  # of the k mechanisms
    replicates: int  # complete in all 2^k arms
    left_out: int  # replicates that some arm lacks
    effect: (
        pd.Series
    )  # without, with, difference, low, high: none of the k, all of them, and the paired difference
    shares: pd.DataFrame  # (mechanism) -> value, low, high (Shapley), part of the effect with its interval, alone, last with theirs
    interactions: pd.DataFrame  # (one, other) -> index, low, high, p, p_holm, kind
    level: float

    def sentences(self):
        """What came out, in plain English."""
        return [
            *whole(self),
            *(one(self, name) for name in self.shares.sort_values("value", ascending=False, key=abs).index),
            *pairs(self),
        ]


def attribute(runs, measure, names=None, level=LEVEL):
    """Attribute the effect on `measure` to the mechanisms `names`, by default all whose switch varies. See `Attribution`.

    `runs` has a row per run, a bool column `mechanisms.NAME` for each, and `replicate`, the same number being the same
    luck in every arm. Raises UserError when an arm is missing, naming it.
    """
    names, table = factorial_of(runs, measure, names)
    whole = complete(table)
    values = whole.to_numpy()
    each = shapley(values), alone(values), last(values)
    shares = pd.DataFrame(index=pd.Index(names, name="mechanism"))
    for word, found in zip(("", "alone", "last"), each):
        (
            shares[word or "value"],
            shares[f"{word}_low" if word else "low"],
            shares[f"{word}_high" if word else "high"],
        ) = interval(found, level)
    total = values[:, -1] - values[:, 0]
    shares["part"], shares["part_low"], shares["part_high"] = parts(each[0], total, level)
    mean, low, high = interval(total, level)
    effect = pd.Series(
        {
            "without": values[:, 0].mean(),
            "with": values[:, -1].mean(),
            "difference": mean,
            "low": low,
            "high": high,
        }
    )
    return Attribution(
        measure,
        names,
        len(values),
        len(table) - len(values),
        effect,
        shares,
        interactions(values, names, level),
        level,
    )


def factorial_of(runs, measure, names=None):
    """(names, (replicates, 2^k) frame): column m is the arm in which mechanism i is on where bit i of m is set. Raises UserError."""
    names = tuple(switches(runs) if names is None else dict.fromkeys(names))
    lost = [name for name in names if SWITCH + name not in runs]
    if lost or not names:
        raise UserError(
            f"no switch varies of: {some(lost) or 'any mechanism'}; a factorial has columns mechanisms.NAME "
            "that are on in some arms and off in others"
        )
    if len(names) > MOST:
        raise UserError(
            f"{len(names)} mechanisms have {2 ** len(names)} arms; allowed are {MOST} mechanisms at most: "
            "name the ones that matter"
        )
    check_held_constant(runs, [SWITCH + name for name in names])
    on = np.stack([runs[SWITCH + name].to_numpy(bool) for name in names])
    arm = (on << np.arange(len(names))[:, None]).sum(axis=0)
    missing = sorted(set(range(2 ** len(names))) - set(arm.tolist()))
    if missing:
        raise UserError(
            f"{len(missing)} of {2 ** len(names)} arms are missing: "
            f"{some([mechanisms_of_arm(m, names) for m in missing], 8)}; run them, or name fewer mechanisms"
        )
    table = pivot_arms(runs.assign(**{"": arm}), measure, range(2 ** len(names)), by="")
    return names, table.rename_axis(columns="arm")


def mechanisms_of_arm(arm, names):
    """The mechanisms that are on in arm number `arm`.

    >>> mechanisms_of_arm(0, "abc"), mechanisms_of_arm(5, "abc")
    ('(none)', 'a+c')
    """
    return "+".join(name for i, name in enumerate(names) if arm >> i & 1) or "(none)"


# --------------------------------------------------------------------------- arrays: (n, 2^k), one row per replicate


def sizes(k):
    """How many are on in each of 2^k arms, and who: (2^k,) int, (2^k, k) bool."""
    on = (np.arange(2**k)[:, None] >> np.arange(k) & 1).astype(bool)
    return on.sum(axis=1), on


def players(values):
    """k, from 2^k columns. Raises UserError."""
    k = values.shape[-1].bit_length() - 1
    if k < 1 or values.shape[-1] != 2**k:
        raise UserError(f"{values.shape[-1]} arms are no full factorial; allowed are 2, 4, 8, ... arms")
    return k


def shapley(values):
    """Shapley values of every row: (..., 2^k) -> (..., k). They add up to last column minus first.

    >>> shapley(np.array([0.0, 1.0, 2.0, 7.0]))
    array([3., 4.])
    """
    k = players(values)
    size, on = sizes(k)
    weight = np.array([factorial(s) * factorial(k - s - 1) / factorial(k) for s in range(k)])
    joins, lacks = weight[np.maximum(size - 1, 0)], weight[np.minimum(size, k - 1)]
    return values @ np.where(on, joins[:, None], -lacks[:, None])


def interaction(values):
    """Shapley interaction indices of every row, for pairs in the order of `combinations`: (..., 2^k) -> (..., k(k-1)/2).

    >>> interaction(np.array([0.0, 1.0, 2.0, 7.0]))
    array([4.])
    """
    k = players(values)
    size, on = sizes(k)
    weight = np.array([factorial(s) * factorial(k - s - 2) / factorial(k - 1) for s in range(k - 1)])
    columns = [
        np.where(on[:, i] == on[:, j], 1, -1) * weight[size - on[:, i] - on[:, j]]
        for i, j in combinations(range(k), 2)
    ]
    return values @ np.stack(columns, axis=1) if columns else np.zeros((*values.shape[:-1], 0))


def alone(values):
    """What each adds to nothing: (..., 2^k) -> (..., k)."""
    return values[..., 1 << np.arange(players(values))] - values[..., :1]


def last(values):
    """What each adds to all the others: (..., 2^k) -> (..., k)."""
    k = players(values)
    return values[..., -1:] - values[..., 2**k - 1 - (1 << np.arange(k))]


def parts(values, total, level=LEVEL):
    """Mean value over mean total, with Fieller's interval (1954) of a ratio of paired means; NaN where the total is not told from 0.

    `values` (n, k), `total` (n,); three (k,) arrays.
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


def interactions(values, names, level=LEVEL):
    """Per pair: index with interval, t test and Holm's adjustment over pairs (1979); `kind` names only what survives that."""
    found = interaction(values)
    index, low, high = interval(found, level)
    p = significance(found)
    table = pd.DataFrame(
        {"index": index, "low": low, "high": high, "p": p, "p_holm": holm(p)},
        index=pd.MultiIndex.from_tuples(combinations(names, 2), names=["one", "other"]),
    )
    table["kind"] = np.where(
        table["p_holm"] > 1 - level, "not told from none", np.where(index > 0, "synergy", "substitution")
    )
    return table


def significance(values):
    """Two-sided p of Student's test that a mean is 0, per column (n, m) -> (m,); what is the same in all rows is certain."""
    mean, error = values.mean(axis=0), values.std(axis=0, ddof=1) / np.sqrt(len(values))
    tiny = 1e-12 * np.abs(values).max(initial=0.0)
    sure = error <= tiny
    return np.where(
        sure,
        np.where(np.abs(mean) <= tiny, 1.0, 0.0),
        2 * stats.t.sf(np.abs(mean) / np.where(sure, 1.0, error), len(values) - 1),
    )


def holm(p):
    """Holm's step-down adjustment of p values: (m,) -> (m,).

    >>> holm(np.array([0.01, 0.04, 0.03]))
    array([0.03, 0.06, 0.06])
    """
    order = np.argsort(p)
    stepped = np.maximum.accumulate(p[order] * np.arange(len(p), 0, -1))
    out = np.empty(len(p))
    out[order] = np.minimum(stepped, 1.0)
    return out


# --------------------------------------------------------------------------- what to add next


def next_to(runs, measure, given=(), names=None, maximise=True, level=LEVEL):
    """What each mechanism that is not in `given` adds to those, and how far behind the best of them it is; the best first.

    Columns: added, low, high (simultaneous over the candidates); behind, behind_low, behind_high (to the largest mean,
    simultaneous over all pairs, so that they hold although the best was chosen by the same runs); may_be_best.
    With maximise=False less is better. Only the arms `given` and `given` with one more are used. Raises UserError.
    """
    names = tuple(switches(runs) if names is None else dict.fromkeys((*names, *given)))
    strange = [name for name in given if name not in names]
    if strange:
        raise UserError(f"{some(strange)} is no mechanism whose switch varies; there are: {some(names, 30)}")
    candidates = [name for name in names if name not in given]
    if not candidates:
        raise UserError(f"all of {some(names, 30)} are on; nothing is left to add")
    check_held_constant(runs, [SWITCH + name for name in names])
    base, *grown = (
        arm_with(runs, names, {*given, *extra}) for extra in ((), *((name,) for name in candidates))
    )
    table = complete(pivot_arms(pd.concat([base, *grown]), measure, by="together"))
    added = table.to_numpy()[:, 1:] - table.to_numpy()[:, :1]
    return rank_additions(added, candidates, maximise, level)


def arm_with(runs, names, on):
    """The runs in which exactly `on` of `names` are on, with a column `together` that says so. Raises UserError when there is none."""
    here = np.logical_and.reduce([runs[SWITCH + name].to_numpy(bool) == (name in on) for name in names])
    word = "+".join(name for name in names if name in on) or "(none)"
    if not here.any():
        raise UserError(f"no run has exactly {word} on; run that arm")
    return runs[here].assign(together=word)


def rank_additions(added, candidates, maximise=True, level=LEVEL):
    """The table of `next_to`, from (n, c) paired differences."""
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


def advice(table, given=(), measure="the measure"):
    """The table of `next_to` in a sentence."""
    best, to = table.iloc[0], f"to {' and '.join(given)}" if given else "to nothing"
    rivals = [name for name in table.index[table.may_be_best] if name != best.name]
    clear = (
        f"{format_signed(best.added)} (simultaneous interval {format_signed(best.low)} to "
        f"{format_signed(best.high)})"
    )
    tail = (
        f"; {some(rivals)} cannot be told from it with these replicates"
        if rivals
        else "; every other one is clearly behind"
        if len(table) > 1
        else ""
    )
    return f"Added {to}, {best.name} changes {measure} most favourably, by {clear}{tail}."


# --------------------------------------------------------------------------- in words


def format_signed(x):
    """A number with its sign, to three figures.

    >>> format_signed(0.12345), format_signed(-12345.6)
    ('+0.123', '-12,346')
    """
    return f"{x:+,.0f}" if abs(x) >= 1000 else f"{x:+.3g}"


def whole(found):
    e, less = (
        found.effect,
        f" ({found.left_out} more are left out: some arm lacks them)" if found.left_out else "",
    )
    yield (
        f"All {len(found.names)} mechanisms together change {found.measure} by "
        f"{format_signed(e.difference)}, from {e['without']:.3g} to {e['with']:.3g} "
        f"({found.level:.0%} interval {format_signed(e.low)} to {format_signed(e.high)}; {found.replicates} "
        f"replicates{less})."
    )


def one(found, name):
    s = found.shares.loc[name]
    part = (
        f", {s.part:.0%} of the effect ({s.part_low:.0%} to {s.part_high:.0%})" if np.isfinite(s.part) else ""
    )
    return (
        f"{name}: Shapley value {format_signed(s.value)} ({format_signed(s.low)} to "
        f"{format_signed(s.high)}){part}; alone {format_signed(s.alone)}, added last "
        f"{format_signed(s['last'])}."
    )


def pairs(found):
    clear = found.interactions[found.interactions.kind != "not told from none"]
    for (a, b), row in clear.iterrows():
        how = "add more together than apart" if row["index"] > 0 else "do in part the same work"
        yield (
            f"{a} and {b} {how}: {row.kind}, interaction index {format_signed(row['index'])} "
            f"({format_signed(row.low)} to {format_signed(row.high)})."
        )
    if len(found.interactions) and not len(clear):
        yield "No interaction of two mechanisms can be told from none after Holm's adjustment."
