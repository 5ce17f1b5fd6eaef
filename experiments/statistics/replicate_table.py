"""Runs side by side: a row per replicate, a column per arm, so that what shared its luck stands in one row.

Everything that compares arms of a sweep begins here: with replicates that every arm has lived through. A replicate that
an arm lacks (it failed, or its measure does not exist) is left out of all arms, for else the arms would not have met the
same luck; the tables say how many replicates are left.
"""

import numpy as np
import pandas as pd

from ...engine.parameters import UserError
from ...engine.toml_reader import guess
from .paired import half_width

LEVEL = 0.95
SWITCH = "mechanisms."  # how the column of a mechanism's switch begins


def pivot_arms(runs, measure, arms=None, by="arm"):
    """One measure of the runs of one case: (replicates, arms) floats, NaN where a run failed or is missing.

    `arms` says which, and in which order; by default all, as they first appear. `by` is the column that tells them apart.
    Raises UserError.
    """
    for column in ("replicate", by, measure):
        if column not in runs:
            raise UserError(f"the runs have no column {column!r}{guess(column, list(runs.columns))}")
    if "case" in runs and runs["case"].nunique() > 1:
        cases = list(runs["case"].unique())
        raise UserError(
            f"the runs are of {len(cases)} cases ({some(cases)}); take one, as in runs[runs.case == "
            f"{str(cases[0])!r}]"
        )
    twice = runs[runs.duplicated(["replicate", by])]
    if len(twice):
        raise UserError(
            f"arm {twice[by].iloc[0]!r} has replicate {twice['replicate'].iloc[0]} twice; leave one out"
        )
    arms = list(runs[by].unique()) if arms is None else list(arms)
    lost = [arm for arm in arms if arm not in set(runs[by])]
    if lost:
        raise UserError(
            f"{len(lost)} of {len(arms)} arms have no run: {some(lost)}; run them, or leave them out of the "
            "design"
        )
    return runs.pivot(index="replicate", columns=by, values=measure).astype(float)[arms]


def complete(table, least=2):
    """The replicates that every arm has; `least` of them are needed. Raises UserError with the arms that lack most."""
    whole = table.dropna()
    if len(whole) < least:
        lacking = table.isna().sum().sort_values(ascending=False, kind="stable")
        which = (
            some([f"{arm} lacks {n} of {len(table)}" for arm, n in lacking.items() if n])
            or f"each has {len(table)}"
        )
        raise UserError(
            f"{len(whole)} replicates are complete in all {table.shape[1]} arms, {least} are needed: "
            f"{which}; run more replicates"
        )
    return whole


def some(names, most=5):
    """The first of many names, and how many more there are.

    >>> some("abcdefg", 3), some("ab")
    ('a, b, c and 4 more', 'a, b')
    """
    told = ", ".join(map(str, list(names)[:most]))
    return told + (f" and {len(names) - most} more" if len(names) > most else "")


def interval(values, level=LEVEL, at_once=1):
    """Mean over the first axis and Student's interval of it: (mean, low, high), each of the shape of one row.

    With `at_once` intervals read together, all hold their means with probability `level` or more (Bonferroni).
    """
    values = np.asarray(values, float)
    mean, half = values.mean(axis=0), halfwidth(values, level, at_once)
    return mean, mean - half, mean + half


def halfwidth(values, level=LEVEL, at_once=1):
    """Half the width of Student's interval of a mean over the first axis; NaN for a single row."""
    return half_width(values, 1 - (1 - level) / at_once)


def factors_of(runs, outcomes=()):
    """The columns of a sweep that are factors and vary: switches of mechanisms, and paths of knobs and choices (they have a dot), or `days`."""
    return [
        c
        for c in runs.columns
        if ("." in str(c) or c == "days") and c not in outcomes and runs[c].nunique(dropna=False) > 1
    ]


def switches(runs):
    """The names of the mechanisms that are on in some runs and off in others."""
    return [
        c.removeprefix(SWITCH)
        for c in factors_of(runs)
        if c.startswith(SWITCH) and "." not in c.removeprefix(SWITCH)
    ]


def check_held_constant(runs, varying):
    """Refuse runs in which another factor than the columns `varying` varies too. Raises UserError."""
    others = [c for c in factors_of(runs) if c not in varying]
    if others:
        values = some([format_factor(v) for v in pd.unique(runs[others[0]])])
        raise UserError(
            f"{some(others)} varies too ({values}); take the runs of one value, as in "
            f"runs[runs[{others[0]!r}] == {pd.unique(runs[others[0]])[0]!r}]"
        )


def format_factor(value):
    """A factor's value in words.

    >>> format_factor(True), format_factor(2.40000001), format_factor(12345.6), format_factor("weekly")
    ('on', '2.4', '12,346', 'weekly')
    """
    if isinstance(value, (bool, np.bool_)):
        return "on" if value else "off"
    if isinstance(value, (int, float, np.number)):
        return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"
    return str(value)
