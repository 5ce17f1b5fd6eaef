"""Which of the model's categories can a log see? Those with rows in the part that is fitted to.

A category that no category of the log means, or that has no rows, is unseen: nothing that the fit says is
about it.
"""

from collections.abc import Callable
from functools import partial

import numpy as np
import pandas as pd

from ...engine.parameters import set_parameters
from ...engine.randomness import seed_of
from ...engine.texts import sections
from ...engine.texts.errors import Message, Translated, join
from ...model.scenarios.scenario import Scenario
from ...model.simulate import simulate
from .distance import FEW, SETTLING, Worlds
from .free_parameters import Kinds

PILOTS = 8  # runs from which the share of a category is counted
# how a category is seen: by itself, as one of several that the log does not tell apart, by a few rows, or not
ALONE, TOGETHER, HARDLY, NO_ROWS, NOT_MAPPED = "alone", "together", "hardly", "no rows", "not mapped"
UNSEEN = (NO_ROWS, NOT_MAPPED)


def count_reported(scenario: Scenario, seed: int, worlds: Worlds, number: int) -> np.ndarray:
    """Count the reported issues of one run by category: (categories,)."""
    if worlds:
        scenario = set_parameters(scenario, worlds[number % len(worlds)])
    issues = simulate(scenario, seed_of("calibrate", "seen", scenario.name, seed, number)).issues
    reported = issues["reported_day"] > int(SETTLING * scenario.days)
    return np.bincount(issues["category"][reported], minlength=len(scenario.issues))


def see_categories(
    scenario: Scenario,
    kinds: Kinds,
    rows: tuple[int, ...],
    seed: int,
    worlds: Worlds = (),
    map_jobs: Callable = map,
) -> pd.DataFrame:
    """Return how a log sees each of the model's categories: one row per category that arises in the case.

    Columns: family, share (of the issues that are reported in the case as it is), rows (of its kind in the
    part of the log that is fitted to), seen (one of the words above). `rows` is by kind.
    """
    counts = sum(map_jobs(partial(count_reported, scenario, seed, worlds), range(PILOTS)))
    of_kind = {name: k for k, (_, ours) in enumerate(kinds) for name in ours}
    table = {}
    for number, (name, category) in enumerate(scenario.issues.items()):
        k = of_kind.get(name)
        if not category.rate and not counts[number] and k is None:
            continue
        seen = (
            NOT_MAPPED
            if k is None
            else NO_ROWS
            if not rows[k]
            else HARDLY
            if rows[k] < FEW
            else TOGETHER
            if len(kinds[k][1]) > 1
            else ALONE
        )
        table[name] = {
            "family": category.family,
            "share": counts[number] / max(counts.sum(), 1),
            "rows": 0 if k is None else rows[k],
            "seen": seen,
        }
    return pd.DataFrame.from_dict(table, orient="index").rename_axis("category")


def by_family(visible: pd.DataFrame) -> pd.DataFrame:
    """Summarise by family: share of the issues, unseen share, categories, and unseen categories."""
    hidden = visible["seen"].isin(UNSEEN)
    rows = visible.assign(hidden=hidden, unseen=visible["share"].where(hidden, 0.0))
    return (
        rows.groupby("family", sort=False)
        .agg(
            share=("share", "sum"),
            unseen=("unseen", "sum"),
            categories=("seen", "size"),
            unseen_categories=("hidden", "sum"),
        )
        .sort_values("unseen", ascending=False, kind="stable")
    )


def describe_unseen(visible: pd.DataFrame) -> Message:
    """Say how many categories the log cannot see, in which families, and what share of issues they are."""
    hidden = visible[visible["seen"].isin(UNSEEN)]
    if not len(hidden):
        return Message("Every category of the model has rows in the log.")
    families = by_family(visible).query("unseen_categories > 0")
    named = [
        Message(
            "{family} {unseen:.0f}/{of:.0f}",
            family=Translated(str(family), sections("zh")["family"][family]),
            unseen=row.unseen_categories,
            of=row.categories,
        )
        for family, row in families.iterrows()
    ]
    return Message(
        "The log cannot see {count} of the model's {of} categories, which are {share} of the issues reported "
        "in the case (by family: {families}). Nothing that was fitted is about them.",
        count=len(hidden),
        of=len(visible),
        share=f"{hidden['share'].sum():.0%}",
        families=join(named, comma=True),
    )
