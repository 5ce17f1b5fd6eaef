"""Simulate worlds in the cases that facts need, and reduce each to the values of the facts."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import log

import numpy as np

from ...engine.randomness import RandomNumbers, seed_of
from ..evidence.facts import Fact
from ..evidence.priors import Z90, Prior
from ..observation.observed_run import ObservedRun, simulate_with_seed
from ..observation.pattern_measures import evaluate_measure
from .general_parameters import Arm, arm_of, arms_of, draw_the_rest, scenario_of, values_of
from .scores import scaled

FAR = log(10.0)  # what misses a fact by more than tenfold counts as tenfold: it is ruled out anyway


@dataclass(frozen=True)
class FactRuns:
    """Function that simulates one world: (number, scores of all general parameters) -> values of the facts.

    The values are on the scale of scores (logarithms), clipped to FAR from the fact; NaN where a run cannot
    say, and everywhere if the world contradicts itself.
    """

    facts: tuple[Fact, ...]
    priors: Mapping[str, Prior]
    stage: str  # of the history match: its random numbers are its own
    seed: int

    def __call__(self, numbered: tuple[int, np.ndarray]) -> np.ndarray:
        number, scores = numbered
        world = values_of(self.priors, scores)
        random_numbers = RandomNumbers("ensemble", self.stage, self.seed, number)
        observed = {}
        for arm in arms_of(self.facts):
            drawn = draw_the_rest(scenario_of(arm), world, random_numbers)
            if drawn is None:
                return np.full(len(self.facts), np.nan)
            observed[arm] = simulate_with_seed(
                drawn, seed_of("ensemble", drawn.name, self.stage, self.seed, number)
            )
        return np.array([value_of(fact, observed) for fact in self.facts])


def value_of(fact: Fact, observed: Mapping[Arm, ObservedRun]) -> float:
    """Return the value of a fact on the scale of scores, from the runs of its arms; NaN if none can say."""
    values = [evaluate_measure(fact.measure, observed[arm_of(fact, case)]) for case in fact.cases]
    numbers = [value for value in values if not np.isnan(value)]
    if not numbers:
        return np.nan
    centre, _ = centre_and_deviation(fact)
    return float(np.clip(scaled(fact, [float(np.mean(numbers))])[0], centre - FAR, centre + FAR))


def centre_and_deviation(fact: Fact) -> tuple[float, float]:
    """Return the middle of a fact's interval on the scale of scores, and the standard deviation it implies.

    The interval is read as one of 90 %.
    """
    low, high = (float(value) for value in scaled(fact, [fact.low, fact.high]))
    return (low + high) / 2.0, (high - low) / 2.0 / Z90


def simulate_worlds(runs: FactRuns, scores: np.ndarray, map_jobs: Callable, progress: Callable) -> np.ndarray:
    """Simulate worlds, (worlds, parameters) scores; return the values of the facts, (worlds, facts)."""
    values = []
    for row in map_jobs(runs, list(enumerate(scores))):
        values.append(row)
        progress()
    return np.array(values).reshape(len(scores), len(runs.facts))


def observations(facts: Sequence[Fact]) -> tuple[np.ndarray, np.ndarray]:
    """Return centres and standard deviations of facts: (facts,) each."""
    pairs = np.array([centre_and_deviation(fact) for fact in facts])
    return pairs[:, 0], pairs[:, 1]
