"""How long issues stay unresolved, by arm: Kaplan-Meier over the issues of all replicates, with the replicate as the unit.

Issues of one replicate share their luck, so a band that counts issues would be far too narrow. Replicates are left
out one at a time instead, the same in every arm (the jackknife: Tukey 1958; with Kaplan-Meier: Gaver & Miller 1983).
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

from ...engine.parameters import UserError
from ...model.measures import kaplan_meier, restricted_mean
from .paired import in_range, to_frame


@dataclass(frozen=True)
class Survival:
    """Curves and means by arm."""

    curves: (
        pd.DataFrame
    )  # (case, arm, day): unresolved, low, high (each day by itself), at_risk; day 0 first, up to the horizon
    means: pd.DataFrame  # (case, arm): mean, low, high, difference, difference_low, difference_high, issues, resolved, replicates


def survival(issues, horizon, days, reference=None, level=0.95):
    """Share of issues not yet resolved so many days after they arose, and the mean days unresolved up to `horizon`.

    `issues`: one row per issue with case, arm, replicate, born, resolved (day, or -1: open, withdrawn and lapsed alike stay at
    risk until the last of the run's `days`, as in `measures.times`). Intervals: Student over jackknife pseudo-values
    by replicate, for curves of the arcsine of the root of the share (Thomas & Grunkemeier 1975), NaN from one replicate. With
    `reference`, differences of the means pair replicates that both arms have. Horizon: at most `days`. Raises UserError.
    """
    in_range("days", days, 1, np.inf)
    if not 0 < horizon <= days:
        raise UserError(
            f"horizon = {horizon} is out of range; allowed is above 0 to {days}, the days of a run"
        )
    in_range("level", level, 0.5, 1.0)
    for column in ("case", "arm", "replicate", "born", "resolved"):
        if column not in issues:
            raise UserError(
                f"issues have no column {column!r}; there are: {', '.join(map(str, issues.columns))}"
            )
    if not len(issues):
        raise UserError("there is no issue to follow; no run is finished, or nothing arose")
    curves, means = {}, {}
    for case, here in issues.groupby("case", sort=False, observed=True):
        arms = {arm: part for arm, part in here.groupby("arm", sort=False, observed=True)}  # noqa: C416  dict() takes it for a mapping
        if reference is not None:
            other_arms(reference, list(arms), case)
        for arm, part in arms.items():
            curves[case, arm] = curve(part, horizon, days, level)
            means[case, arm] = mean(part, horizon, days, level)
            if reference is not None and arm != reference:
                means[case, arm] |= difference(arms[reference], part, horizon, days, level)
    return Survival(pd.concat(curves, names=["case", "arm"]), to_frame(means, "case", "arm"))


def times(issues, days):
    """Days from arising to resolution, or to the end of the run; and whether it was resolved."""
    resolved = issues["resolved"].to_numpy() >= 0
    return np.where(resolved, issues["resolved"], days).astype(float) - issues["born"].to_numpy(), resolved


def counts(issues, days, replicates, grid):
    """Resolved on, and at risk just before, each time of `grid` (m,), by replicate: two (replicates, m)."""
    time, resolved = times(issues, days)
    row, shape = pd.Index(replicates).get_indexer(issues["replicate"]), (len(replicates), len(grid))
    dead, left = np.zeros(shape), np.zeros((shape[0], shape[1] + 1))
    at = np.searchsorted(grid, time)
    inside = resolved & (time <= grid[-1]) if len(grid) else np.zeros(len(time), bool)
    np.add.at(dead, (row[inside], at[inside]), 1.0)
    np.add.at(
        left, (row, np.searchsorted(grid, time, side="right")), 1.0
    )  # at risk on every time of the grid up to its own
    return dead, left.sum(axis=1, keepdims=True) - left.cumsum(axis=1)[:, :-1]


def without_each(dead, risk):
    """Survival on the grid with all replicates (m,), and with each left out in turn (replicates, m)."""

    def product(d, n):
        return np.cumprod(1.0 - d / np.maximum(n, 1.0), axis=-1)

    return product(dead.sum(axis=0), risk.sum(axis=0)), product(
        dead.sum(axis=0) - dead, risk.sum(axis=0) - risk
    )


def jackknife_halfwidth(whole, less, level):
    """Half-width of Student's interval from the estimate with all and with each left out: () or (m,), and (r,) or (r, m)."""
    r = len(less)
    if r < 2:
        return np.full(np.shape(whole), np.nan)[()]
    spread = np.sqrt((r - 1) / r * ((less - less.mean(axis=0)) ** 2).sum(axis=0))
    return stats.t.ppf((1.0 + level) / 2.0, r - 1) * spread


def curve(issues, horizon, days, level):
    """One arm's curve with its band, from day 0 to the horizon."""
    time, resolved = times(issues, days)
    grid, _ = kaplan_meier(time, resolved)
    grid = grid[grid <= horizon]
    dead, risk = counts(issues, days, issues["replicate"].unique(), grid)
    share, less = without_each(dead, risk)
    turned = np.arcsin(np.sqrt(share))
    half = jackknife_halfwidth(turned, np.arcsin(np.sqrt(less)), level)
    low, high = (np.sin(np.clip(turned + side * half, 0.0, np.pi / 2.0)) ** 2 for side in (-1.0, 1.0))
    start = {"unresolved": 1.0, "low": 1.0, "high": 1.0, "at_risk": float(len(issues))}
    told = pd.DataFrame(
        {"unresolved": share, "low": low, "high": high, "at_risk": risk.sum(axis=0)},
        index=pd.Index(grid, name="day"),
    )
    return (
        told
        if len(grid) and grid[0] == 0
        else pd.concat([pd.DataFrame(start, index=pd.Index([0.0], name="day")), told])
    )


def area(issues, horizon, days, replicates):
    """Restricted mean with all of these replicates' issues, and with each replicate left out: float, (replicates,)."""
    time, resolved = times(issues, days)
    grid, _ = kaplan_meier(time, resolved)
    grid = grid[grid < horizon]
    _, less = without_each(*counts(issues, days, replicates, grid))
    wide = np.diff(np.concatenate([[0.0], grid, [horizon]]))
    return restricted_mean(time, resolved, horizon), wide[0] + less @ wide[1:]


def mean(issues, horizon, days, level):
    """One arm's restricted mean with its interval, and the counts behind it."""
    replicates = issues["replicate"].unique()
    whole, less = area(issues, horizon, days, replicates)
    half = jackknife_halfwidth(whole, less, level)
    resolved = int((issues["resolved"] >= 0).sum())
    return {
        "mean": whole,
        "low": whole - half,
        "high": whole + half,
        "issues": len(issues),
        "resolved": resolved,
        "replicates": len(replicates),
    }


def difference(a, b, horizon, days, level):
    """The difference b - a of two arms' restricted means over the replicates of both, each left out of both arms at once."""
    both = np.intersect1d(a["replicate"], b["replicate"])
    if not len(both):
        return dict.fromkeys(("difference", "difference_low", "difference_high"), np.nan) | {"pairs": 0}
    (whole_a, less_a), (whole_b, less_b) = (
        area(one[one["replicate"].isin(both)], horizon, days, both) for one in (a, b)
    )
    half = jackknife_halfwidth(whole_b - whole_a, less_b - less_a, level)
    d = whole_b - whole_a
    return {"difference": d, "difference_low": d - half, "difference_high": d + half, "pairs": len(both)}
