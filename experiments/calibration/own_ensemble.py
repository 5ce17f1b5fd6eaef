"""Fit the learned numbers in every world of the ensemble: an ensemble of one's own, and the fitted case.

The log says how often issues are reported and how long they take; how that comes about differs from world to
world. So in every world of the ensemble the numbers that the log fixes there are moved to where that world
meets the log: randomised maximum likelihood (Oliver, He & Reynolds 1996) in its iterative form for ensembles
(Chen & Oliver 2012). A member starts from a draw of the posterior; its steps use the slopes of the trials,
its own draw from the prior, and its own draw of the log's errors. Then members are weighted by how near they
are to the log, with errors widened until a third of them count, and drawn again by weight. Numbers that the
log does not tell keep the values of the world, a member of the ensemble that ships, drawn jointly.

The fitted case is found in the same way, with its own other numbers, no errors and its defaults as the prior.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from scipy import stats

from ...engine.randomness import RandomNumbers
from ...model.scenarios.scenario import Scenario
from ..logs.log_summary import quantile
from .distance import SETTLING, Target, Worlds, distance, simulate_reported_issues, statistics
from .free_parameters import FreeParameter
from .importance_sampling import effective_size, weights_of

MOVES = 2  # steps of every member towards the log
FIRST_RUN = 1_000_000  # numbers of runs from here on are used nowhere else
RUNS_OF_CASE = 4  # runs of the fitted case per step
COUNTED = 1 / 3  # effective share of the members, at least
FAR = 2.5  # normal scores beyond which no member moves
QUARTILES = (0.25, 0.5, 0.75)
WEEK = 7
CHANCE = 2.0  # standard errors of a slope that count as chance


@dataclass
class Member:
    """What one world shows, simulated once."""

    numbers: np.ndarray  # (statistics,)
    weekly: float  # reported issues per week, of all kinds together
    uneven: float  # variance over mean of the weekly counts; at least 1
    quartiles: (
        np.ndarray
    )  # (kinds, 3) days by which a quarter, a half, three quarters were resolved; NaN never


@dataclass
class OwnEnsemble:
    """An ensemble of one's own, before it is drawn by weight."""

    settings: list[dict[str, float]]  # of each member: path -> value, learned numbers and those of its world
    weights: np.ndarray  # (members,), sum 1
    members: list[Member]
    widened: float  # factor on the squared errors of the weights
    misses: np.ndarray  # (members,) root mean squared miss in standard errors
    scores: np.ndarray  # (members, parameters) normal scores of the numbers that were moved

    @property
    def effective(self) -> float:
        """Effective number of equally weighted members."""
        return effective_size(self.weights)

    def drawn(self, seed: int, case: str) -> list[dict[str, float]]:
        """Return as many members as there are, drawn by weight (systematic: Kitagawa 1996)."""
        start = float(RandomNumbers("calibrate", seed)("members of " + case, [0])[0])
        at = (start + np.arange(len(self.weights))) / len(self.weights)
        return [
            self.settings[n]
            for n in np.minimum(np.searchsorted(np.cumsum(self.weights), at), len(self.weights) - 1)
        ]


def simulate_member(
    scenario: Scenario, target: Target, seed: int, job: tuple[Sequence[int], dict[str, float]]
) -> Member:
    """Simulate a scenario with settings; `job` is (numbers of its runs, settings)."""
    numbers, settings = job
    runs = [simulate_reported_issues(scenario, target.kinds, seed, n, [settings]) for n in numbers]
    first = int(SETTLING * scenario.days)
    edges = np.arange(first + 1, scenario.days + 1, WEEK)
    weekly = np.concatenate(
        [count_in_weeks(np.concatenate([kind[2] for kind in run]), edges) for run in runs]
    )
    together = [
        [np.concatenate([run[k][what] for run in runs]) for what in (0, 1)] for k in range(len(target.kinds))
    ]
    mean = float(weekly.mean()) if len(weekly) else np.nan
    return Member(
        statistics(runs, scenario, target),
        mean,
        max(1.0, float(weekly.var()) / mean) if mean > 0 else 1.0,
        np.array(
            [
                [quantile(kind[0], kind[1], share) if len(kind[0]) else np.nan for share in QUARTILES]
                for kind in together
            ]
        ),
    )


def count_in_weeks(days: np.ndarray, edges: np.ndarray) -> np.ndarray:
    """Count the days in each week; `edges` are the first days of the weeks, and the day after the last.

    >>> count_in_weeks(np.array([8, 14, 15, 21, 22]), np.array([8, 15, 22])).tolist()
    [2, 2]
    """
    return np.histogram(days[days < edges[-1]], edges)[0]


def slopes(z: np.ndarray, numbers: np.ndarray, misses: np.ndarray, widened: float) -> np.ndarray:
    """Return the slopes of the statistics in normal scores, near the log: (parameters, statistics).

    A ridge regression over the trials, in which nearer ones weigh more. A slope shrinks by the square of what
    it would be by chance over what it is, so that one within two standard errors is 0 (James & Stein 1961).
    """
    heat, enough = 1.0, min(4.0 * z.shape[1] + 8.0, 0.6 * len(z))
    while effective_size(weights_of(misses, widened, heat)) < enough and heat < 1e9:
        heat *= 1.3
    weight = weights_of(misses, widened, heat) * len(z)
    x, y = z - weight @ z / weight.sum(), numbers - weight @ numbers / weight.sum()
    gram = x.T @ (weight[:, None] * x) + np.eye(z.shape[1])
    projection = np.linalg.solve(gram, x.T * weight)
    slope = projection @ y
    freedom = max(effective_size(weight) - z.shape[1] - 1.0, 1.0)
    noise = weight @ (y - x @ slope) ** 2 / weight.sum() * effective_size(weight) / freedom
    by_chance = np.outer((projection**2).sum(axis=1), noise)
    return slope * np.clip(1.0 - by_chance * CHANCE**2 / np.maximum(slope**2, 1e-300), 0.0, 1.0)


def gain_of(slope: np.ndarray, error: np.ndarray, together: float) -> np.ndarray:
    """Return the gain, (parameters, statistics): how far scores move per miss of a statistic.

    `error` are standard errors; a share `together` of the statistics is independent.
    """
    covariance = slope.T @ slope + np.diag(error**2 / together)
    return np.linalg.solve(covariance, slope.T).T


@dataclass(frozen=True)
class Step:
    """What every step towards the log needs."""

    chosen: Sequence[FreeParameter]  # the learned ones
    target: Target
    error: np.ndarray  # (statistics,) of one run, without what differs between worlds
    slope: np.ndarray
    gain: np.ndarray

    def move(self, z: np.ndarray, prior: np.ndarray, noise: np.ndarray, numbers: np.ndarray) -> np.ndarray:
        """Return the scores after one step: (members, parameters)."""
        miss = self.target.numbers + noise - numbers + (z - prior) @ self.slope
        return np.clip(prior + miss @ self.gain.T, -FAR, FAR)

    def settings(self, scenario: Scenario, z: np.ndarray) -> dict[str, float]:
        """Return the settings of the learned numbers at scores (parameters,)."""
        values: dict[str, float] = {}
        for parameter, score in zip(self.chosen, z):
            values |= parameter.settings(scenario, parameter.value(float(stats.norm.cdf(score))))
        return values


def fit_worlds(
    scenario: Scenario,
    step: Step,
    start: np.ndarray,
    worlds: Worlds,
    seed: int,
    map_jobs: Callable,
    advance: Callable[[], Any],
) -> OwnEnsemble:
    """Fit the learned numbers in worlds: start is (members, parameters), scores drawn from the posterior.

    Member n is in world n of `worlds`, in an order that depends on the seed; without worlds, in the case.
    """
    n, width = start.shape
    random_numbers = RandomNumbers("calibrate", seed)
    order = np.argsort(random_numbers("order of worlds", np.arange(max(len(worlds), 1))))
    others = [dict(worlds[order[k % len(worlds)]]) if worlds else {} for k in range(n)]
    prior = draw_normal(random_numbers, "prior of members", (n, width))
    # as in `gain_of`: statistics that hang together hold less than as many independent ones
    noise = draw_normal(random_numbers, "errors of members", (n, len(step.error)))
    noise *= step.error / np.sqrt(step.target.together)
    job, z = partial(simulate_member, scenario, step.target, seed), start
    for number in range(MOVES + 1):
        settings = [other | step.settings(scenario, scores) for other, scores in zip(others, z)]
        members = []
        # every member keeps its run, so that a step is not blurred by luck
        for member in map_jobs(job, [((FIRST_RUN + k,), own) for k, own in enumerate(settings)]):
            members.append(member)
            advance()
        if number < MOVES and width:
            z = step.move(z, prior, noise, np.array([member.numbers for member in members]))
    misses = np.array([distance(member.numbers, step.target, step.error) for member in members])
    independent = len(step.error) * step.target.together
    widened = max(1.0, misses.min() / independent)
    while effective_size(weights_of(misses, widened)) < COUNTED * n and widened < 1e9:
        widened *= 1.1
    return OwnEnsemble(
        settings, weights_of(misses, widened), members, widened, np.sqrt(misses / independent), z
    )


def draw_normal(random_numbers: RandomNumbers, name: str, shape: tuple[int, int]) -> np.ndarray:
    """Return normal random numbers by name: (shape)."""
    u = random_numbers(name, np.arange(shape[0] * shape[1]))
    return stats.norm.ppf(np.clip(u, 1e-9, 1 - 1e-9)).reshape(shape)


def fit_case(
    scenario: Scenario,
    step: Step,
    start: np.ndarray,
    defaults: np.ndarray,
    seed: int,
    map_jobs: Callable,
) -> np.ndarray:
    """Return the scores at which the case, with its own other numbers, is nearest to the log: (parameters,).

    Of the starting point and each step from it, the nearest is taken.
    """
    if not len(start):
        return start
    job, z, tried = partial(simulate_member, scenario, step.target, seed), start, []
    for number in range(MOVES + 1):
        runs = [((FIRST_RUN - 1 - run,), step.settings(scenario, z)) for run in range(RUNS_OF_CASE)]
        numbers = np.mean([member.numbers for member in map_jobs(job, runs)], axis=0)
        tried.append((distance(numbers, step.target, step.error), number, z))
        z = step.move(z[None], defaults[None], np.zeros((1, len(step.error))), numbers[None])[0]
    return min(tried, key=lambda one: one[:2])[2]


def weighted_draws(z: np.ndarray, weights: np.ndarray, n: int, seed: int) -> np.ndarray:
    """Return n scores drawn by weight, each once where it can be: (n, parameters)."""
    start = float(RandomNumbers("calibrate", seed)("draws of the posterior", [0])[0])
    at = (start + np.arange(n)) / n
    return z[np.minimum(np.searchsorted(np.cumsum(weights), at), len(z) - 1)]
