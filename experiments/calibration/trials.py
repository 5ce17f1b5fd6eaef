"""Make the trials of a calibration: search for parameters near the log, then weight draws around them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from ...model.scenarios.scenario import Scenario
from .distance import SETTLING, Target, Worlds, distance, errors, estimate_variation, evaluate_trial
from .free_parameters import FreeParameter, apply_free_parameters
from .importance_sampling import BATCH, run_rounds, search, weights_of

ROUNDS = 4
SEARCHED = 1 / 3  # share of the trials


class SimulatedTrials:
    """Function that evaluates trials with the model.

    u (n, parameters) -> statistics (n, statistics), misses (n,).
    """

    def __init__(
        self,
        job: Callable,
        target: Target,
        error: np.ndarray,
        map_jobs: Callable,
        progress: Callable | None,
    ) -> None:
        self.job, self.target, self.error, self.map_jobs, self.progress = (
            job,
            target,
            error,
            map_jobs,
            progress,
        )
        self.independent = len(target.numbers) * target.together

    def __call__(self, u: np.ndarray) -> tuple[list[np.ndarray], list[float]]:
        statistics = []
        for numbers in self.map_jobs(self.job, list(u)):
            statistics.append(numbers)
            if self.progress:
                self.progress()
        return statistics, [distance(numbers, self.target, self.error) for numbers in statistics]


@dataclass
class Trials:
    """The trials of a calibration, in the order in which they were made; those of the search first."""

    u: np.ndarray  # (trials, parameters) quantiles of the priors
    statistics: np.ndarray  # (trials, statistics)
    distances: np.ndarray  # (trials,)
    searched: int
    prior_weights: np.ndarray  # of those after the search: prior over proposal
    variation: np.ndarray  # (statistics,) between runs
    independent: float  # number of independent statistics

    @property
    def widened(self) -> float:
        """The factor on the squared errors with which the best trial is within them; at least 1."""
        return max(1.0, self.distances.min() / self.independent)

    @property
    def best(self) -> np.ndarray:
        """The quantiles of the nearest trial: (parameters,)."""
        return self.u[self.distances.argmin()]

    @property
    def weights(self) -> np.ndarray:
        """The weights of the trials after the search: (draws,), sum 1."""
        weights = self.prior_weights * weights_of(self.distances[self.searched :], self.widened)
        return weights / weights.sum()


def run_trials(
    scenario: Scenario,
    chosen: Sequence[FreeParameter],
    aim: Target,
    worlds: Worlds,
    size: tuple[int, int, str],
    seed: int,
    map_jobs: Callable,
    advance: Callable,
) -> Trials:
    """Search for parameters near the log, and weight draws around them.

    `size` is (trials, replicates, method).
    """
    trials, replicates, method = size
    moved = {path for parameter in chosen for path in parameter.moves}
    others = [{path: value for path, value in world.items() if path not in moved} for world in worlds]
    counted_days = scenario.days - int(SETTLING * scenario.days)
    variation = estimate_variation(scenario, aim, seed, others)
    evaluate = SimulatedTrials(
        partial(evaluate_trial, scenario, chosen, aim, seed, range(replicates), others),
        aim,
        errors(aim, variation, counted_days, replicates),
        map_jobs,
        advance,
    )
    searched = max(BATCH, int(SEARCHED * trials))
    draws = [
        (trials - searched) * (n + 1) // ROUNDS - (trials - searched) * n // ROUNDS for n in range(ROUNDS)
    ]
    u, statistics, distances = search(chosen, searched, seed, method, evaluate)
    # random variation is larger with long queues, so it is estimated again at the best trial
    best = apply_free_parameters(scenario, chosen, u[distances.argmin()])
    variation = np.maximum(variation, estimate_variation(best, aim, seed, others))
    evaluate.error = errors(aim, variation, counted_days, replicates)
    distances = np.array([distance(numbers, aim, evaluate.error) for numbers in statistics])
    drawn, drawn_statistics, drawn_distances, prior_weights = run_rounds(
        u, statistics, distances, draws, seed, evaluate
    )
    return Trials(
        np.vstack([u, drawn]),
        np.vstack([statistics, drawn_statistics]),
        np.append(distances, drawn_distances),
        searched,
        prior_weights,
        variation,
        evaluate.independent,
    )
