"""Ask what decides a lesson's question in plausible worlds, in which everything that nobody knows differs."""

from collections.abc import Collection, Sequence
from functools import partial

import numpy as np

from ...engine.randomness import seed_of
from ...model import measures
from ...model.scenarios.scenario import Scenario
from ..comparison.parallel_jobs import run_jobs
from ..evidence.plausible_worlds import PlausibleWorlds, worlds_of_arms
from ..observation.observed_run import simulate_with_seed
from .lesson_runs import value_of_measure


def measure_in_worlds(
    arms: Sequence[Scenario], held: Collection[str], measure: str, worlds: int, workers: int | None = None
) -> np.ndarray:
    """Return a lesson's measure of both arms in each world: (worlds, arms). Raises UserError.

    `held` are the paths of knobs that the lesson sets: they are not drawn.
    """
    job = partial(measure_world, worlds_of_arms(arms, held), arms, measure)
    return np.array(list(run_jobs(job, worlds, workers, None)))


def measure_world(worlds: PlausibleWorlds, arms: Sequence[Scenario], measure: str, world: int) -> list[float]:
    """Return a lesson's measure of every arm in one world."""
    found = []
    for arm in arms:
        seed = seed_of("lesson worlds", arm.name, world)
        observed = simulate_with_seed(worlds.apply(arm, world), seed)
        found.append(float(value_of_measure(observed, measures.summary(observed.run), measure)))
    return found
