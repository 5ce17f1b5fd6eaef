"""Pivot runs to one row per replicate and one column per arm, so that paired runs share a row.

All comparisons of a sweep's arms start from replicates that are complete in every arm. A replicate that an
arm lacks (the run failed, or its measure does not exist) is left out of all arms, because otherwise the arms
would not have the same random numbers. The tables state how many replicates are left.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from ...engine.renamed import suggest_names
from ...engine.texts.errors import Translated, UserError
from .paired import half_width

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

LEVEL = 0.95
SWITCH = "mechanisms."  # prefix of the column of a mechanism's switch


def pivot_arms(
    runs: pd.DataFrame, measure: str, arms: Iterable | None = None, by: str = "arm"
) -> pd.DataFrame:
    """Pivot one measure of the runs of one case to (replicates, arms) floats.

    NaN where a run failed or is missing. `arms` selects arms and their order; by default all, in the order of
    their first appearance. `by` is the column that identifies arms. Raises UserError.
    """
    for column in ("replicate", by, measure):
        if column not in runs:
            raise UserError(
                "the runs have no column {column!r}{hint}",
                column=column,
                hint=suggest_names(column, list(runs.columns)),
            )
    if "case" in runs and runs["case"].nunique() > 1:
        cases = list(runs["case"].unique())
        raise UserError(
            "the runs are of {cases_count} cases ({cases}); take one, as in runs[runs.case == {case!r}]",
            cases_count=len(cases),
            cases=join_names(cases),
            case=str(cases[0]),
        )
    twice = runs[runs.duplicated(["replicate", by])]
    if len(twice):
        raise UserError(
            "arm {arm!r} has replicate {replicate} twice; leave one out",
            arm=twice[by].iloc[0],
            replicate=twice["replicate"].iloc[0],
        )
    arms = list(runs[by].unique()) if arms is None else list(arms)
    lost = [arm for arm in arms if arm not in set(runs[by])]
    if lost:
        raise UserError(
            "{lost_count} of {arms_count} arms have no run: {lost}; run them, or remove them from the design",
            lost_count=len(lost),
            arms_count=len(arms),
            lost=join_names(lost),
        )
    return runs.pivot(index="replicate", columns=by, values=measure).astype(float)[arms]


def complete(table: pd.DataFrame, least: int = 2) -> pd.DataFrame:
    """Return the replicates (rows) that every arm has.

    Raises UserError, naming the arms that lack most, if there are fewer than `least`.
    """
    whole = table.dropna()
    if len(whole) < least:
        lacking = table.isna().sum().sort_values(ascending=False, kind="stable")
        which = join_names(
            [
                Translated(f"{arm} lacks {n} of {len(table)}", f"{arm}缺{n}个（共{len(table)}个）")
                for arm, n in lacking.items()
                if n
            ]
        ) or Translated(f"each has {len(table)}", f"每组有{len(table)}个")
        raise UserError(
            "{complete_count} replicates are complete in all {arms_count} arms, and {least} are "
            "needed: {lacking}; run more replicates",
            complete_count=len(whole),
            arms_count=table.shape[1],
            least=least,
            lacking=which,
        )
    return whole


def join_names(names: Sequence, most: int = 5) -> str:
    """Join the first `most` names, and state how many more there are.

    >>> join_names("abcdefg", 3), join_names("ab")
    ('a, b, c and 4 more', 'a, b')
    """
    first, more = list(names)[:most], len(names) - most
    text, zh = ", ".join(map(str, first)), "、".join(getattr(name, "zh", str(name)) for name in first)
    return Translated(f"{text} and {more} more", f"{zh}，另有{more}个") if more > 0 else Translated(text, zh)


def interval(
    values: np.ndarray, level: float = LEVEL, at_once: int = 1
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the mean over the first axis with Student's interval: (mean, low, high), each shaped like a row.

    `at_once` intervals that are read together hold jointly with probability `level` or more (Bonferroni).
    """
    values = np.asarray(values, float)
    mean, half = values.mean(axis=0), halfwidth(values, level, at_once)
    return mean, mean - half, mean + half


def halfwidth(values: np.ndarray, level: float = LEVEL, at_once: int = 1) -> np.ndarray:
    """Return `half_width` at the level that makes `at_once` intervals hold jointly (Bonferroni)."""
    return half_width(values, 1 - (1 - level) / at_once)


def factors_of(runs: pd.DataFrame, outcomes: Sequence[str] = ()) -> list[str]:
    """List the columns of a sweep that are factors and vary.

    Factors are switches of mechanisms and paths of knobs and choices (all have a dot), and `days`.
    """
    return [
        c
        for c in runs.columns
        if ("." in str(c) or c == "days") and c not in outcomes and runs[c].nunique(dropna=False) > 1
    ]


def switches(runs: pd.DataFrame) -> list[str]:
    """List the mechanisms that are on in some runs and off in others."""
    return [
        c.removeprefix(SWITCH)
        for c in factors_of(runs)
        if c.startswith(SWITCH) and "." not in c.removeprefix(SWITCH)
    ]


def check_held_constant(runs: pd.DataFrame, varying: Sequence[str]) -> None:
    """Raise UserError if a factor other than the columns `varying` varies."""
    others = [c for c in factors_of(runs) if c not in varying]
    if others:
        values = join_names([format_factor(v) for v in pd.unique(runs[others[0]])])
        raise UserError(
            "{others} varies too ({values}); select the runs of one value, as in "
            "runs[runs[{other!r}] == {value!r}]",
            others=join_names(others),
            values=values,
            other=others[0],
            value=pd.unique(runs[others[0]])[0],
        )


def format_factor(value: object) -> str:
    """Format the value of a factor for display.

    >>> format_factor(True), format_factor(2.40000001), format_factor(12345.6), format_factor("weekly")
    ('on', '2.4', '12,346', 'weekly')
    """
    if isinstance(value, (bool, np.bool_)):
        return "on" if value else "off"
    if isinstance(value, (int, float, np.number)):
        number: Any = value
        return f"{number:,.0f}" if abs(number) >= 1000 else f"{number:.3g}"
    return str(value)
