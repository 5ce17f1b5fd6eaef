"""Estimate the effect of each mechanism alone, against the same community with no mechanism.

Arms of a replicate share their random numbers.
"""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

import pandas as pd

from ...engine.randomness import whole_seed
from ...model import measures, mechanisms
from ...model.scenarios.cases import alter_scenario
from ...model.scenarios.scenario import Scenario
from ..statistics.paired import difference
from . import runs
from .compare import run_jobs

SHOWN = (
    "resolution_rate",
    "restricted_mean_time",
    "trust_committee",
    "trust_neighbours",
    "satisfaction",
    "hours",
    "yuan",
)


def mechanism_effects(
    case: Scenario | str | Path,
    *,
    replicates: int = 20,
    seed: int = 0,
    days: int | None = None,
    among: bool = False,
    within: int = measures.WITHIN,
    workers: int | None = None,
    progress: Callable | None = None,
) -> pd.DataFrame:
    """Estimate the effect of each mechanism alone in `case`: one row per (mechanism, measure).

    Columns: reported (whether the case has the mechanism), without, with, difference, low, high (95 %),
    correlation, pairs. The mechanism is on from the first day to the last, with the case's knobs. The
    baseline has no mechanism at all, or, with `among`, the other mechanisms of the case. `progress` is called
    after every replicate. Raises UserError.
    """
    seed = whole_seed(seed)
    replicates = runs.check_count("replicates", replicates, 2, 100_000)
    scenario = alter_scenario(runs.read_scenario(case), days=days)
    arms = arms_of(scenario, among)
    results = list(run_jobs(partial(replicate, arms, seed, within), replicates, workers, progress))
    rows = {}
    for name in mechanisms.list_mechanisms():
        for measure in SHOWN:
            without, treated = (
                pd.Series([result[arm][measure] for result in results]) for arm in (("", name), name)
            )
            rows[name, measure] = {"reported": name in scenario.mechanisms, **difference(without, treated)}
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis(["mechanism", "measure"])


def arms_of(scenario: Scenario, among: bool) -> dict[str | tuple[str, str], Scenario]:
    """Return the scenario of each arm: the mechanism's name, or ("", name) for the baseline without it.

    Without `among`, all mechanisms share one baseline, "".
    """
    always = {
        name: replace(
            scenario.mechanisms.get(name, mechanisms.load_class(name)()), first_day=0, last_day=36_500
        )
        for name in mechanisms.list_mechanisms()
    }
    arms = {}
    for name, mechanism in always.items():
        others = {other: m for other, m in scenario.mechanisms.items() if other != name} if among else {}
        arms[("", name) if among else ""] = replace(scenario, mechanisms=others)
        arms[name] = replace(scenario, mechanisms={**others, name: mechanism})
    return arms


def replicate(
    arms: dict, seed: int, within: int, number: int
) -> dict[str | tuple[str, str], dict[str, float]]:
    """Simulate one replicate of every arm: arm -> measures."""
    values = {
        arm: measures.summary(runs.replicate(scenario, "effects", seed, number), within)
        for arm, scenario in arms.items()
    }
    return values if "" not in values else values | {("", arm): values[""] for arm in arms if arm}
