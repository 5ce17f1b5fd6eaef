"""Tabulate the outcomes of a sweep by world: where a mechanism wins, and which arm is best.

A world is a case at one combination of the uncertain factors, which no decision can change.
"""

from collections.abc import Iterable

import numpy as np
import pandas as pd

from ...engine.texts.errors import Translated, UserError
from ..statistics.replicate_table import (
    LEVEL,
    SWITCH,
    complete,
    factors_of,
    halfwidth,
    join_names,
    pivot_arms,
)


def tabulate_worlds(
    runs: pd.DataFrame,
    mechanism: str,
    measure: str,
    factors: Iterable[str] | None = None,
    level: float = LEVEL,
) -> pd.DataFrame:
    """Tabulate the effect of `mechanism`: one row per world.

    Columns: the factors of the world, and difference, low, high (at `level`), pairs. A world is what the arms
    without and with the mechanism have in common: the case and all other `factors` (by default every factor
    that varies). Pairs share their random numbers. Pairs with a failed run are left out, and so are worlds
    that lack one of the two arms. Raises UserError.
    """
    switch = SWITCH + mechanism
    if switch not in runs or runs[switch].nunique() < 2:
        raise UserError(
            "{mechanism} is not on in some runs and off in others; mechanisms that are: {names}",
            mechanism=mechanism,
            names=join_names([c for c in factors_of(runs) if c.startswith(SWITCH)])
            or Translated("none", "无"),
        )
    knobs = [c for c in factors_of(runs) if c.startswith(f"{switch}.")]
    factors = world_factors(runs, factors, switch)
    shared = (["case"] if "case" in runs and runs["case"].nunique() > 1 else []) + [
        f for f in factors if f not in knobs
    ]
    without, treated = runs[~runs[switch].astype(bool)], runs[runs[switch].astype(bool)]
    both = treated[[*shared, *(f for f in factors if f in knobs), "replicate", measure]].merge(
        without[[*shared, "replicate", measure]], on=[*shared, "replicate"], suffixes=("_with", "_without")
    )
    both["difference"] = both[f"{measure}_with"].astype(float) - both[f"{measure}_without"].astype(float)
    keys = shared + [f for f in factors if f in knobs]
    check_factors(both, keys)
    table = pd.DataFrame(
        [
            world_row(dict(zip(keys, key)), group["difference"].to_numpy(), level)
            for key, group in both.dropna(subset="difference").groupby(keys, sort=False)
        ]
    )
    if not len(table):
        raise UserError(
            "no world has runs both without and with {mechanism} in the same replicate; a sweep "
            "must have both arms in every world",
            mechanism=mechanism,
        )
    return table


def world_row(world: dict, difference: np.ndarray, level: float) -> dict:
    """Add the mean difference, its interval, and the number of pairs to the factors of a world."""
    mean, half = difference.mean(), float(halfwidth(difference, level))
    return {**world, "difference": mean, "low": mean - half, "high": mean + half, "pairs": len(difference)}


def world_factors(runs: pd.DataFrame, factors: Iterable[str] | None, *arms: str) -> list[str]:
    """List the factors that distinguish worlds: `factors`, by default all that vary, except `arms`.

    Raises UserError when one does not exist, or none is left.
    """
    factors = [f for f in (factors_of(runs) if factors is None else factors) if f not in arms]
    lost = [f for f in factors if f not in runs]
    if lost:
        raise UserError(
            "the runs have no column {lost}; name factors that are columns of the runs", lost=join_names(lost)
        )
    if not factors:
        raise UserError(
            "no factor varies except the arms, so there is only one world; vary knobs or choices too"
        )
    return factors


def check_factors(runs: pd.DataFrame, factors: list[str]) -> None:
    """Raise UserError if a factor has no value in some runs."""
    empty = [f for f in factors if runs[f].isna().any()]
    if empty:
        raise UserError(
            "{factors} has no value in some runs, so their world is not known; leave out those "
            "runs, or name the factors that matter",
            factors=join_names(empty),
        )


def wins_where(
    table: pd.DataFrame, matters: float = 0.0, maximise: bool = True, sure: bool = False
) -> np.ndarray:
    """Return in which worlds of `tabulate_worlds` the mechanism wins: (n,) bool.

    It wins where its difference is better by more than `matters`; with `sure`, where its whole interval is.
    """
    sign = 1 if maximise else -1
    least = sign * table["difference"] if not sure else table["low"] if maximise else -table["high"]
    return (least > matters).to_numpy()


def best_arms(
    runs: pd.DataFrame,
    measure: str,
    arms: Iterable[str],
    factors: Iterable[str] | None = None,
    maximise: bool = True,
) -> pd.DataFrame:
    """Find the best arm in every world: one row per world.

    Columns: the factors, `best` (the arm in words), and `lead` over the second. `arms` are the columns of
    decisions (switches, knobs, choices); the other factors define the world. The outcome of an arm is its
    mean over the replicates that all arms of the world have. Raises UserError.
    """
    arms = list(arms)
    world_factors(runs, arms)
    factors = world_factors(runs, factors, *arms)
    check_factors(runs, factors)
    named = runs.assign(
        **{
            "": [
                ", ".join(f"{a.removeprefix(SWITCH)} {v}" for a, v in zip(arms, values))
                for values in zip(*(format_value(runs[a]) for a in arms))
            ]
        }
    )
    rows = []
    for key, group in named.groupby(factors, sort=False):
        means = (
            complete(pivot_arms(group, measure, by=""), 1)
            .mean()
            .sort_values(ascending=not maximise, kind="stable")
        )
        rows.append(
            {
                **dict(zip(factors, key)),
                "best": means.index[0],
                "lead": abs(means.iloc[0] - means.iloc[1]) if len(means) > 1 else np.nan,
            }
        )
    return pd.DataFrame(rows)


def format_value(column: pd.Series) -> pd.Series:
    """Format the values of a column as text; bool as on and off."""
    return column.map({True: "on", False: "off"}) if column.dtype == bool else column.astype(str)
