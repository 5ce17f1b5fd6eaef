"""Say through what a mechanism works: its effect with single levers of it switched off.

A mechanism changes a community only by pulling levers, and asks for hours. With a lever switched off its
pulls on that lever go nowhere; everything else, the hours that it takes included, stays. In each plausible
world the effect of a mechanism is split into

- *hours*: its effect with all levers off, which is what the hours that it takes from others cost;
- one part for each lever: what that lever adds alone to the hours;
- *together*: what the levers add by being pulled at once (negative where they do the same work).

The parts sum to the effect exactly, because all arms of a world share its numbers, people and luck. Beside
the part of a lever stands what is lost without it, with all others on. Levers that only provide means
(people, their fatigue, money) stay on: nothing else could be pulled without them.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from copy import copy
from dataclasses import replace
from functools import cache, partial

import pandas as pd

from ...engine.randomness import whole_seed
from ...engine.texts.errors import UserError
from ...model import measures
from ...model.mechanisms import load_class
from ...model.scenarios.scenario import Scenario
from ..evidence.plausible_worlds import PlausibleWorlds, worlds_of_arms
from ..statistics.plausible_effects import nine_of_ten
from .parallel_jobs import run_jobs
from .plausible_pairs import run_in_world

MEANS = ("serve", "supply", "money")  # levers that are never switched off
HOURS, TOGETHER, TOTAL = "hours", "together", "total"


def levers_of(mechanism: str) -> tuple[str, ...]:
    """Return the levers of a mechanism that can be switched off. Raises UserError if it has none."""
    levers = tuple(lever for lever in load_class(mechanism).pulls if lever not in MEANS)
    if not levers:
        raise UserError("{mechanism} pulls no lever that can be switched off", mechanism=mechanism)
    return levers


def without_levers(scenario: Scenario, mechanism: str, off: Collection[str]) -> Scenario:
    """Return the scenario with levers of a mechanism switched off: its pulls on them go nowhere.

    The engine gives a mechanism rows only for the levers that it declares; a copy that declares fewer is all
    that is needed. A later change of its knobs declares all levers again.
    """
    cut = copy(scenario.mechanisms[mechanism])
    object.__setattr__(cut, "pulls", tuple(lever for lever in cut.pulls if lever not in off))
    return replace(scenario, mechanisms={**scenario.mechanisms, mechanism: cut})


def paths_in_world(
    worlds: PlausibleWorlds, arms: tuple[Scenario, Scenario], mechanism: str, measure: str, world: int
) -> pd.DataFrame:
    """Return the parts of a mechanism's effect on a measure in one world: one row per part.

    Columns: part, and lost (without this lever alone; NaN where there is none).
    """
    levers = levers_of(mechanism)
    without, treated = arms

    @cache  # with two levers, one alone is all but the other
    def value(off: frozenset[str]) -> float:
        run = run_in_world(worlds, treated, world, partial(without_levers, mechanism=mechanism, off=off))
        return measures.summary(run)[measure]

    base = measures.summary(run_in_world(worlds, without, world))[measure]
    every = frozenset(levers)
    full, none = value(frozenset()), value(every)
    rows = {HOURS: [none - base, float("nan")]}
    for lever in levers:
        rows[lever] = [value(every - {lever}) - none, full - value(frozenset([lever]))]
    rows[TOGETHER] = [full - base - sum(part for part, _ in rows.values()), float("nan")]
    rows[TOTAL] = [full - base, float("nan")]
    return pd.DataFrame.from_dict(rows, orient="index", columns=["part", "lost"]).rename_axis("lever")


def path_effects(
    arms: tuple[Scenario, Scenario],
    mechanism: str,
    measure: str = "resolution_rate",
    *,
    worlds: int,
    seed: int = 0,
    workers: int | None = None,
    progress: Callable | None = None,
) -> pd.DataFrame:
    """Return through what a mechanism works, over plausible worlds: one row per part.

    Columns: part (mean over worlds; the parts sum to the total), low and high (its range in nine of ten
    worlds), lost (mean, without this lever alone). `arms` are the scenarios without and with the mechanism.
    Raises UserError.
    """
    seed = whole_seed(seed)
    job = partial(paths_in_world, worlds_of_arms(arms, (), seed), arms, mechanism, measure)
    runs = 3 + 2 * len(levers_of(mechanism))
    stacked = pd.concat(dict(enumerate(run_jobs(job, worlds, workers, progress, runs))), names=["world"])
    groups = stacked.dropna(subset="part").groupby(level="lever", sort=False)
    if TOTAL not in groups.groups:
        raise UserError("{measure} has no value in any world; simulate more days", measure=measure)
    ends = [nine_of_ten(part.to_numpy()) for _, part in groups["part"]]
    table = groups.mean().assign(low=[low for low, _ in ends], high=[high for _, high in ends])
    return table[["part", "low", "high", "lost"]]
