"""Compute the Pareto front of a search, and confirm it on random numbers that the search did not use."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from ...engine.randomness import RandomNumbers
from ..statistics.replicate_table import LEVEL, interval

if TYPE_CHECKING:
    from .search_space import SearchSpace

RESAMPLES = 1000
SIGN = {"maximise": 1.0, "minimise": -1.0}


def beyond(name: str) -> str:
    """Return the column of a limit: what a mix spends in addition to the unchanged case."""
    return f"beyond.{name}"


def orient_objectives(room: SearchSpace, table: pd.DataFrame) -> np.ndarray:
    """Return the objectives with signs such that more is better: (rows, objectives)."""
    return table[list(room.objectives)].to_numpy(float) * [SIGN[way] for way in room.objectives.values()]


def pareto(values: np.ndarray) -> np.ndarray:
    """Return which rows are not dominated: (n, m), more is better, to (n,) bool.

    A row is dominated by a row that is at least as good in all columns and better in one.

    >>> pareto(np.array([[1, 3], [2, 2], [1, 2], [2, 2]])).tolist()
    [True, True, False, True]
    """
    values = np.asarray(values, float)
    as_good = (values[:, None] >= values).all(axis=2)
    better = (values[:, None] > values).any(axis=2)
    return np.logical_not((as_good & better).any(axis=0))


def confirm_front(
    room: SearchSpace, best: pd.DataFrame, outcomes: list[tuple[str, np.ndarray]]
) -> pd.DataFrame:
    """Evaluate the front with new random numbers: means with Student's intervals, and which mixes stay on it.

    `best`: the trials on the front; `outcomes`: the results of `simulate_design` in that order. One row per
    mix: each measure with low and high, within_limits, front, share_on_front (the share of bootstrap
    resamples of replicates, the same for all mixes, in which the mix is on the front), status.
    """
    table = best[["mix"]].reset_index()
    if not len(best):
        return table.assign(
            **{m: [] for m in room.measures_to_keep}, within_limits=[], front=[], share_on_front=[], status=[]
        )
    values = np.stack([outcome[1] for outcome in outcomes])  # (mixes, replicates, measures)
    for m, name in enumerate(room.measures_to_keep):
        table[name], table[f"{name}_low"], table[f"{name}_high"] = interval(values[:, :, m].T, LEVEL)
    n = values.shape[1]
    chosen = (
        (RandomNumbers("search", room.seed)("resample", np.arange(RESAMPLES * n)) * n)
        .astype(int)
        .reshape(RESAMPLES, n)
    )
    table["within_limits"], table["front"] = classify_mixes(room, values.mean(axis=1))
    table["share_on_front"] = np.mean(
        [classify_mixes(room, values[:, rows].mean(axis=1))[1] for rows in chosen], axis=0
    )
    table["status"] = np.where(
        table.front,
        "confirmed",
        np.where(
            table.within_limits,
            "not confirmed: dominated by another mix with new random numbers",
            "not confirmed: exceeds the limits with new random numbers",
        ),
    )
    return table.sort_values(
        next(iter(room.objectives)), ascending=SIGN[next(iter(room.objectives.values()))] < 0, kind="stable"
    ).reset_index(drop=True)


def classify_mixes(room: SearchSpace, means: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return which mixes are within the limits, and which of those are on the front.

    From means (mixes, measures) to two (mixes,) bool arrays.
    """
    table = pd.DataFrame(means, columns=list(room.measures_to_keep))
    able = np.logical_and.reduce(
        [table[beyond(name)] <= most for name, most in room.limits.items()], initial=True, axis=0
    ) & np.ones(len(table), bool)
    front = np.zeros(len(table), bool)
    front[able] = pareto(orient_objectives(room, table[able]))
    return able, front
