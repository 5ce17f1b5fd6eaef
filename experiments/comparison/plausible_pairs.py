"""Compare arms in plausible worlds: in each, all arms have the same numbers, people and luck.

Every world has a luck of its own, so a range over worlds holds what nobody knows and luck together. The road
not taken: one luck for all worlds would carry the accident of that luck into every one of them.
"""

from collections.abc import Callable, Collection, Sequence
from functools import partial

import pandas as pd

from ...engine.randomness import seed_of
from ...engine.settings import parse_setting
from ...model import measures
from ...model.scenarios.cases import Settings
from ...model.scenarios.scenario import Scenario
from ...model.simulate import Run, simulate
from ..evidence.plausible_worlds import PlausibleWorlds, worlds_of_arms
from ..statistics.plausible_effects import describe_ranges
from .issue_selection import ALL_ISSUES, IssueSelection

EXPERIMENT = "plausible worlds"  # the random seeds of their lucks are hashed from this name


def paths_set(scenario: Scenario, settings: Settings) -> set[str]:
    """Return the paths of the knobs that a user's settings set in a scenario. Raises UserError."""
    if isinstance(settings, dict):
        return {*settings}
    return {parse_setting(scenario, text)[0] for text in settings or ()}


def run_in_world(
    worlds: PlausibleWorlds,
    arm: Scenario,
    world: int,
    change: Callable[[Scenario], Scenario] = lambda scenario: scenario,
    progress: Callable | None = None,
) -> Run:
    """Simulate an arm in a world, with the luck of that world. Raises UserError.

    `change` is applied to the scenario after the numbers of the world; `progress` is called every day.
    """
    seed = seed_of(EXPERIMENT, arm.name, worlds.seed, world)
    return simulate(change(worlds.apply(arm, world)), seed, progress=progress)


def run_arms_in_world(
    worlds: PlausibleWorlds, arms: Sequence[Scenario], world: int, progress: Callable | None = None
) -> list[Run]:
    """Simulate all arms in the same world, with the luck of that world. Raises UserError."""
    return [run_in_world(worlds, arm, world, progress=progress) for arm in arms]


def measure_runs(runs: Sequence[Run], within: int, selection: IssueSelection) -> list[dict[str, float]]:
    """Return the measures of each run, over the selected issues."""
    return [measures.summary(run, within, chosen=mask) for run, mask in zip(runs, selection.masks(runs))]


def job_of_worlds(
    arms: Sequence[Scenario],
    held: Collection[str] = (),
    seed: int = 0,
    within: int = measures.WITHIN,
    selection: IssueSelection = ALL_ISSUES,
    file: str = "",
) -> Callable[[int], list[dict[str, float]]]:
    """Return the function that measures every arm in the world of a number. Raises UserError.

    `held` are the paths of knobs that are not drawn, because a user sets them; `file` has own worlds.
    """
    return partial(measure_world, worlds_of_arms(arms, held, seed, file), arms, within, selection)


def measure_world(
    worlds: PlausibleWorlds, arms: Sequence[Scenario], within: int, selection: IssueSelection, world: int
) -> list[dict[str, float]]:
    """Return the measures of every arm in one world."""
    return measure_runs(run_arms_in_world(worlds, arms, world), within, selection)


def range_of_each_measure(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the range over worlds of the effect on each measure: one row per measure, see `describe_ranges`.

    `rows` (world, arm) has a column per measure; the arms are "without" and "with".
    """
    without, treated = (rows.xs(arm, level="arm") for arm in ("without", "with"))
    effects = treated - without
    parts = [describe_ranges(effects[[name]], smaller=name in measures.SMALLER) for name in effects]
    return pd.concat(parts).rename_axis("measure")
