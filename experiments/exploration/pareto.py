"""The Pareto front of a search: what no other mix beats in all objectives at once, and which of it stays on fresh luck."""

import numpy as np
import pandas as pd

from ...engine.randomness import RandomNumbers
from ..statistics.replicate_table import LEVEL, interval

RESAMPLES = 1000
SIGN = {"maximise": 1.0, "minimise": -1.0}


def beyond(name):
    """The column of a limit: what is spent beyond the case as it stands."""
    return f"beyond.{name}"


def orient_objectives(room, table):
    """Objectives so that more is better: (rows, objectives)."""
    return table[list(room.objectives)].to_numpy(float) * [SIGN[way] for way in room.objectives.values()]


def pareto(values):
    """Which rows no other beats: (n, m), more is better, to (n,) bool. A row is beaten by one that is as good in all and better in one.

    >>> pareto(np.array([[1, 3], [2, 2], [1, 2], [2, 2]])).tolist()
    [True, True, False, True]
    """
    values = np.asarray(values, float)
    as_good = (values[:, None] >= values).all(axis=2)
    better = (values[:, None] > values).any(axis=2)
    return ~(as_good & better).any(axis=0)


def confirm_front(room, best, outcomes):
    """The front on fresh luck: means with Student's intervals, who keeps to the limits, who is on the front there, and who falls off.

    `share_on_front` is the share of bootstrap resamples of replicates (the same for all mixes) in which a mix is on it.
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
    table["within_limits"], table["front"] = standing(room, values.mean(axis=1))
    table["share_on_front"] = np.mean(
        [standing(room, values[:, rows].mean(axis=1))[1] for rows in chosen], axis=0
    )
    table["status"] = np.where(
        table.front,
        "stays",
        np.where(
            table.within_limits,
            "falls off: another beats it on fresh luck",
            "falls off: beyond the limits on fresh luck",
        ),
    )
    return table.sort_values(
        next(iter(room.objectives)), ascending=SIGN[next(iter(room.objectives.values()))] < 0, kind="stable"
    ).reset_index(drop=True)


def standing(room, means):
    """Who keeps to the limits, and who of those is on the front: from (mixes, measures), two (mixes,) bool."""
    table = pd.DataFrame(means, columns=list(room.measures_to_keep))
    able = np.logical_and.reduce(
        [table[beyond(name)] <= most for name, most in room.limits.items()], initial=True, axis=0
    ) & np.ones(len(table), bool)
    front = np.zeros(len(table), bool)
    front[able] = pareto(orient_objectives(room, table[able]))
    return able, front
