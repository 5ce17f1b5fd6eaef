"""Estimate the effect of each mechanism alone, against the same community with no mechanism.

Each replicate is a plausible world with its own luck; its arms share all numbers that nobody knows and all
random numbers. With `fixed`, all replicates have the numbers of the case, and differ in luck only.

Besides the measures of a run, the share that is resolved by the end is measured over the issues that the
mechanism is meant for (`Mechanism.meant_for`): a council that settles quarrels changes little of a rate in
which most issues are lamps and litter, and a project takes longer than 30 days.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from ...engine.randomness import whole_seed
from ...model import measures, mechanisms
from ...model.issues.categories import FAMILIES
from ...model.scenarios.cases import alter_scenario
from ...model.scenarios.scenario import Scenario
from ..evidence.plausible_worlds import WORLDS, PlausibleWorlds, worlds_of_arms
from ..statistics.paired import difference
from ..statistics.plausible_effects import describe_ranges
from . import runs
from .parallel_jobs import run_jobs

if TYPE_CHECKING:
    from ...model.simulate import Run

OWN = "own_issues_resolved"  # share resolved by the end, of the issues that the mechanism is meant for
SHOWN = (
    "resolution_rate",
    OWN,
    "restricted_mean_time",
    "trust_committee",
    "trust_neighbours",
    "satisfaction",
    "hours",
    "yuan",
)


def mechanism_effects(
    case: Scenario | str | Path,
    names: Sequence[str] | None = None,
    *,
    replicates: int = WORLDS,
    fixed: bool = False,
    held: Collection[str] = (),
    seed: int = 0,
    days: int | None = None,
    among: bool = False,
    within: int = measures.WITHIN,
    workers: int | None = None,
    progress: Callable | None = None,
) -> pd.DataFrame:
    """Estimate the effect of each mechanism alone in `case`: one row per (mechanism, measure).

    `names` are the mechanisms; by default all; which others are asked for moves none.

    Columns: reported (whether the case has the mechanism), without, with, difference, low, high (95 %, of the
    mean difference), correlation, pairs; over plausible worlds also those of `describe_ranges`. `held` are
    paths of knobs that are not drawn because a user set them. The mechanism is on from the first day to the
    last, with the case's knobs. The baseline has no mechanism at all, or, with `among`, the other mechanisms
    of the case. `progress` is called after every replicate. Raises UserError.
    """
    seed = whole_seed(seed)
    replicates = runs.check_count("replicates", replicates, 2, 100_000)
    scenario = alter_scenario(runs.read_scenario(case), days=days)
    names = mechanisms.list_mechanisms() if names is None else names
    arms = arms_of(scenario, among, names)
    worlds = None if fixed else worlds_of_arms([*arms.values()], held, seed)
    job = partial(replicate, arms, seed, within, worlds)
    results = list(run_jobs(job, replicates, workers, progress, len(arms)))
    rows = {}
    for name in names:
        for measure in SHOWN:
            without, treated = (
                pd.Series([result[arm][measure] for result in results]) for arm in (("", name), name)
            )
            row = rows[name, measure] = {"reported": name in scenario.mechanisms}
            row |= difference(without, treated).to_dict()
            if worlds:
                effect = (treated - without).to_frame(measure)
                row |= describe_ranges(effect, smaller=measure in measures.SMALLER).loc[measure].to_dict()
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis(["mechanism", "measure"])


def arms_of(scenario: Scenario, among: bool, names: Sequence[str]) -> dict[str | tuple[str, str], Scenario]:
    """Return the scenario of each arm: the mechanism's name, or ("", name) for the baseline without it.

    Without `among`, all mechanisms share one baseline, "".
    """
    always = {
        name: replace(
            scenario.mechanisms.get(name, mechanisms.load_class(name)()), first_day=0, last_day=36_500
        )
        for name in names
    }
    arms: dict[str | tuple[str, str], Scenario] = {}
    for name, mechanism in always.items():
        others = {other: m for other, m in scenario.mechanisms.items() if other != name} if among else {}
        arms[("", name) if among else ""] = replace(scenario, mechanisms=others)
        arms[name] = replace(scenario, mechanisms={**others, name: mechanism})
    return arms


def replicate(
    arms: dict, seed: int, within: int, worlds: PlausibleWorlds | None, number: int
) -> dict[str | tuple[str, str], dict[str, float]]:
    """Simulate one replicate of every arm: arm -> measures; the baseline for each mechanism."""
    values: dict[str | tuple[str, str], dict[str, float]] = {}
    for arm, plain in arms.items():
        scenario = worlds.apply(plain, number) if worlds else plain
        run = runs.replicate(scenario, "effects", seed, number)
        summary = measures.summary(run, within)
        if arm == "":
            for name in (name for name in arms if name):
                values["", name] = summary | {OWN: own_issues_resolved(run, name)}
        else:
            values[arm] = summary | {OWN: own_issues_resolved(run, arm if isinstance(arm, str) else arm[1])}
    return values


def own_issues_resolved(run: "Run", mechanism: str) -> float:
    """Return the share resolved by the end, of the issues that a mechanism is meant for; NaN without any."""
    meant, issues = mechanisms.load_class(mechanism).meant_for, run.issues
    families = [FAMILIES.index(name) for name in meant if name in FAMILIES]
    categories = [run.categories.index(name) for name in meant if name in run.categories]
    chosen = np.isin(issues["family"], families) | np.isin(issues["category"], categories) | (not meant)
    chosen &= measures.is_at_desk(issues)
    return measures.share(np.count_nonzero(issues["resolved_day"][chosen] >= 0), np.count_nonzero(chosen))
