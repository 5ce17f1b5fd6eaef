"""Effects: each mechanism by itself, one at a time, against the same community and the same luck with nothing switched on."""

from dataclasses import replace
from functools import partial

import pandas as pd

from ...engine.randomness import whole_seed
from ...model import measures, mechanisms
from ...model.cases import alter_scenario
from ..statistics.paired import difference
from . import runs
from .compare import each

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
    case,
    *,
    replicates=20,
    seed=0,
    days=None,
    among=False,
    settings=(),
    within=measures.WITHIN,
    workers=None,
    progress=None,
):
    """What each mechanism does by itself in `case`: one row per (mechanism, measure).

    Columns: reported (whether the case has it), without, with, difference, low, high (95 %), correlation, pairs. It is
    switched on all the time, with the case's knobs; against nothing at all, or with `among` against the case's others.
    `progress` is called after every replicate. Raises UserError.
    """
    seed = whole_seed(seed)
    replicates = runs.whole("replicates", replicates, 2, 100_000)
    scenario = alter_scenario(runs.scenario_of(case), settings=settings, days=days)
    arms = arms_of(scenario, among)
    done = list(each(partial(replicate, arms, seed, within), replicates, workers, progress))
    rows = {}
    for name in mechanisms.names():
        for measure in SHOWN:
            without, with_ = (pd.Series([one[arm][measure] for one in done]) for arm in (("", name), name))
            rows[name, measure] = {"reported": name in scenario.mechanisms, **difference(without, with_)}
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis(["mechanism", "measure"])


def arms_of(scenario, among):
    """Name of a mechanism, and ("", name) for the same without it -> scenario."""
    always = {
        name: replace(
            scenario.mechanisms.get(name, mechanisms.mechanism_class(name)()), begins=0, ends=36_500
        )
        for name in mechanisms.names()
    }
    arms = {}
    for name, one in always.items():
        rest = {other: m for other, m in scenario.mechanisms.items() if other != name} if among else {}
        arms[("", name) if among else ""] = replace(scenario, mechanisms=rest)
        arms[name] = replace(scenario, mechanisms={**rest, name: one})
    return arms


def replicate(arms, seed, within, number):
    """One replicate of every arm, boiled down: arm -> measures."""
    told = {
        arm: measures.summary(runs.replicate(scenario, "effects", seed, number), within)
        for arm, scenario in arms.items()
    }
    return told if "" not in told else told | {("", arm): told[""] for arm in arms if arm}
