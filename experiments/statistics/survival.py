"""Estimate how long issues stay unresolved, by arm: Kaplan-Meier curves with jackknife intervals.

Curves pool the issues of all replicates. Issues of one replicate are dependent, so a band based on the number
of issues would be far too narrow. Instead one replicate at a time is left out, the same one in every arm
(jackknife: Tukey 1958; with Kaplan-Meier: Gaver & Miller 1983).
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from scipy import stats

from ...engine.texts.errors import UserError
from ...model.measures import kaplan_meier, restricted_mean
from .paired import check_range, other_arms, to_frame


@dataclass(frozen=True)
class Survival:
    """Survival curves and restricted means by arm."""

    # (case, arm, day): unresolved, low, high (each day separately), at_risk; from day 0 to the horizon
    curves: pd.DataFrame
    # (case, arm): mean, low, high, difference, difference_low, difference_high, issues, resolved, replicates
    means: pd.DataFrame


def survival(
    issues: pd.DataFrame, horizon: float, days: int, reference: str | None = None, level: float = 0.95
) -> Survival:
    """Estimate the share of issues unresolved by days since they arose, and the restricted mean.

    `issues`: one row per issue with case, arm, replicate, arose_day, resolved_day (-1: open, withdrawn and
    lapsed issues all stay at risk until the last of the run's `days`, as in `measures.times`). Intervals:
    Student over jackknife pseudo-values by replicate; for curves of the arcsine of the square root of the
    share (Thomas & Grunkemeier 1975); NaN for one replicate. With `reference`, differences of the means pair
    the replicates that both arms have. `horizon`: the end of curves and means, at most `days`. Raises
    UserError.
    """
    check_range("days", days, 1, np.inf)
    if not 0 < horizon <= days:
        raise UserError(
            "horizon = {horizon} is out of range; allowed is above 0 to {days}, the days of a run",
            horizon=horizon,
            days=days,
        )
    check_range("level", level, 0.5, 1.0)
    for column in ("case", "arm", "replicate", "arose_day", "resolved_day"):
        if column not in issues:
            raise UserError(
                "issues have no column {column!r}; there are: {columns}",
                column=column,
                columns=", ".join(map(str, issues.columns)),
            )
    if not len(issues):
        raise UserError("there is no issue to follow: no run is finished, or no issue arose")
    curves, means = {}, {}
    for case, rows in issues.groupby("case", sort=False, observed=True):
        # dict() takes the groupby for a mapping
        arms = {arm: part for arm, part in rows.groupby("arm", sort=False, observed=True)}  # noqa: C416
        if reference is not None:
            other_arms(reference, list(arms), case)
        for arm, part in arms.items():
            curves[case, arm] = curve(part, horizon, days, level)
            means[case, arm] = mean(part, horizon, days, level)
            if reference is not None and arm != reference:
                means[case, arm] |= difference(arms[reference], part, horizon, days, level)
    return Survival(pd.concat(curves, names=["case", "arm"]), to_frame(means, "case", "arm"))


def times(issues: pd.DataFrame, days: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the days from arising to resolution or the end of the run, and whether it was resolved."""
    resolved = issues["resolved_day"].to_numpy() >= 0
    return np.where(resolved, issues["resolved_day"], days).astype(float) - issues[
        "arose_day"
    ].to_numpy(), resolved


def counts(
    issues: pd.DataFrame, days: int, replicates: np.ndarray, grid: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Count issues resolved on, and at risk just before, each time of `grid`: two (replicates, m)."""
    time, resolved = times(issues, days)
    row, shape = pd.Index(replicates).get_indexer(issues["replicate"]), (len(replicates), len(grid))
    events, left = np.zeros(shape), np.zeros((shape[0], shape[1] + 1))
    at = np.searchsorted(grid, time)
    inside = resolved & (time <= grid[-1]) if len(grid) else np.zeros(len(time), bool)
    np.add.at(events, (row[inside], at[inside]), 1.0)
    # at risk at every time of the grid up to the issue's own
    np.add.at(left, (row, np.searchsorted(grid, time, side="right")), 1.0)
    return events, left.sum(axis=1, keepdims=True) - left.cumsum(axis=1)[:, :-1]


def without_each(events: np.ndarray, risk: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return survival on the grid, with all replicates (m,) and with each one left out (replicates, m)."""

    def product(d: np.ndarray, n: np.ndarray) -> np.ndarray:
        """Return the Kaplan-Meier product for `d` events among `n` at risk."""
        return np.cumprod(1.0 - d / np.maximum(n, 1.0), axis=-1)

    return product(events.sum(axis=0), risk.sum(axis=0)), product(
        events.sum(axis=0) - events, risk.sum(axis=0) - risk
    )


def jackknife_halfwidth(whole: np.ndarray | float, less: np.ndarray, level: float) -> Any:
    """Return the half-width of Student's interval by the jackknife; NaN for fewer than two replicates.

    `whole`: the estimate with all replicates, () or (m,); `less`: with each one left out, (r,) or (r, m).
    """
    r = len(less)
    if r < 2:
        return np.full(np.shape(whole), np.nan)[()]
    spread = np.sqrt((r - 1) / r * ((less - less.mean(axis=0)) ** 2).sum(axis=0))
    return stats.t.ppf((1.0 + level) / 2.0, r - 1) * spread


def curve(issues: pd.DataFrame, horizon: float, days: int, level: float) -> pd.DataFrame:
    """Return the survival curve of one arm with its band, from day 0 to the horizon."""
    time, resolved = times(issues, days)
    grid, _ = kaplan_meier(time, resolved)
    grid = grid[grid <= horizon]
    events, risk = counts(issues, days, issues["replicate"].unique(), grid)
    share, less = without_each(events, risk)
    angle = np.arcsin(np.sqrt(share))
    half = jackknife_halfwidth(angle, np.arcsin(np.sqrt(less)), level)
    low, high = (np.sin(np.clip(angle + side * half, 0.0, np.pi / 2.0)) ** 2 for side in (-1.0, 1.0))
    start = {"unresolved": 1.0, "low": 1.0, "high": 1.0, "at_risk": float(len(issues))}
    table = pd.DataFrame(
        {"unresolved": share, "low": low, "high": high, "at_risk": risk.sum(axis=0)},
        index=pd.Index(grid, name="day"),
    )
    return (
        table
        if len(grid) and grid[0] == 0
        else pd.concat([pd.DataFrame(start, index=pd.Index([0.0], name="day")), table])
    )


def area(issues: pd.DataFrame, horizon: float, days: int, replicates: np.ndarray) -> tuple[float, np.ndarray]:
    """Return the restricted mean over all `replicates`, and with each one left out: float, (replicates,)."""
    time, resolved = times(issues, days)
    grid, _ = kaplan_meier(time, resolved)
    grid = grid[grid < horizon]
    _, less = without_each(*counts(issues, days, replicates, grid))
    width = np.diff(np.concatenate([[0.0], grid, [horizon]]))
    return restricted_mean(time, resolved, horizon), width[0] + less @ width[1:]


def mean(issues: pd.DataFrame, horizon: float, days: int, level: float) -> dict[str, float]:
    """Return the restricted mean of one arm with its interval, and the numbers of issues and replicates."""
    replicates = issues["replicate"].unique()
    whole, less = area(issues, horizon, days, replicates)
    half = jackknife_halfwidth(whole, less, level)
    resolved = int((issues["resolved_day"] >= 0).sum())
    return {
        "mean": whole,
        "low": whole - half,
        "high": whole + half,
        "issues": len(issues),
        "resolved": resolved,
        "replicates": len(replicates),
    }


def difference(a: pd.DataFrame, b: pd.DataFrame, horizon: float, days: int, level: float) -> dict[str, float]:
    """Return the difference b - a of the restricted means of two arms, over the replicates that both have.

    The jackknife leaves a replicate out of both arms at once.
    """
    both = np.intersect1d(a["replicate"], b["replicate"])
    if not len(both):
        return dict.fromkeys(("difference", "difference_low", "difference_high"), np.nan) | {"pairs": 0}
    (whole_a, less_a), (whole_b, less_b) = (
        area(arm[arm["replicate"].isin(both)], horizon, days, both) for arm in (a, b)
    )
    half = jackknife_halfwidth(whole_b - whole_a, less_b - less_a, level)
    d = whole_b - whole_a
    return {"difference": d, "difference_low": d - half, "difference_high": d + half, "pairs": len(both)}
