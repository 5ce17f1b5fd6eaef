"""Fit an ensemble of worlds to the fitted facts, by history matching in waves.

The first wave draws every general parameter from its prior. Its runs screen the parameters, and the facts: a
fact that hardly any run comes near is out of reach, and is reported instead of being fitted. Each further
wave draws the inputs of the emulators from what the waves so far left, the others from their priors. Members
of the ensemble are drawn from the last emulators, simulated, and kept if the simulation itself is plausible.

The discrepancy of the model is taken to be as large as the error of each fact: what the structure of the
model leaves out is not known any better than the world is. No held-out fact is used, nor looked at.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy.special import ndtri

from ...engine.randomness import RandomNumbers, uniforms
from ...engine.texts.errors import UserError
from ..calibration.importance_sampling import Workers
from ..evidence.facts import Fact
from ..evidence.priors import Z90, Prior
from ..execution.supervisor import count_processes
from ..files.manifest import digest_of
from .emulators import Emulators, fit_emulators
from .fact_runs import FactRuns, observations, simulate_worlds
from .general_parameters import arms_of, fitted_facts, general_parameters, scenario_of
from .history_matching import (
    CUT,
    Target,
    cover,
    implausibility,
    interval_of,
    is_plausible,
    sample,
)

DISCREPANCY = 1.0  # variance of the model's discrepancy, in variances of the fact's error
REACHED = 0.02  # share of the first wave's runs that come near a fact, at least, for it to be fitted to
SHARES = (0.675, 0.1625, 0.1625)  # of the runs, for the waves
POWERS = (0.0, 0.25, 0.5)  # of the likelihood, from which the waves are drawn: 0 is the prior
OF_COVERAGE = 100  # chains of each synthetic set
# Of the prior's 90 % interval: below it a parameter is identified. Measured on some 1,500 plausible
# states, the ratio has a standard error of .025, so that chance makes one in ten thousand that narrow.
PROBES = 2  # worlds of the prior in which two versions of the model are compared
NARROW = 0.9
CANDIDATES = 2  # per member, that are simulated at most
BATCHES = 5  # after the first, candidates are simulated a fifth of the members at a time

Simulate = Callable[[str, np.ndarray], np.ndarray]  # (stage, scores of all parameters) -> values of the facts
Waves = Sequence[tuple[Emulators, tuple[int, ...]]]  # emulators of each wave, and their inputs


@dataclass(frozen=True)
class Sizes:
    """How much is computed."""

    runs: int = 720  # of the waves; each is a year of every case that the facts need
    worlds: int = 200
    coverage: int = 0  # synthetic sets of facts
    chains: int = 1024  # of the sampler, at least; and the steps that each takes
    steps: int = 250

    @property
    def waves(self) -> list[int]:
        """Return the runs of each wave."""
        return [round(share * self.runs) for share in SHARES]


@dataclass(frozen=True)
class Coverage:
    """How often 90 % intervals from synthetic facts hold the true parameters."""

    sets: int
    of_all: float
    of_identified: float
    mean_ratio: float  # width of the intervals that were identified, in widths of the prior's


@dataclass(frozen=True)
class Ensemble:
    """Plausible worlds, and how they were found."""

    priors: Mapping[str, Prior]  # of the parameters that are inputs of an emulator; the others keep theirs
    scores: np.ndarray  # (worlds, parameters)
    plausible: np.ndarray  # (states, parameters): all that the last emulators leave, worlds among them
    facts: tuple[Fact, ...]
    reached: np.ndarray  # (facts,) bool: fitted to, because runs of the first wave come near
    explained: np.ndarray  # (facts,): share of the variance that the last emulators explain
    values: np.ndarray  # (worlds, facts): as simulated, on the scale of scores
    waves: list[dict[str, float]]
    general: int  # parameters that were screened
    sizes: Sizes
    seed: int
    coverage: Coverage | None = None
    probe: str = ""  # digest of what the model gives in a few worlds: see `probe_model`

    @property
    def ratio(self) -> np.ndarray:
        """Return the width of the 90 % intervals, in widths of the prior's: (parameters,)."""
        low, high = interval_of(self.plausible)
        return (high - low) / (2.0 * Z90)


def build_ensemble(
    sizes: Sizes = Sizes(),
    *,
    seed: int = 0,
    workers: int | None = None,
    progress: Callable[[], object] = lambda: None,
) -> Ensemble:
    """Fit the ensemble to the fitted facts; `progress` is called after every run. Raises UserError."""
    facts = tuple(fitted_facts())
    priors = general_parameters([scenario_of(arm) for arm in arms_of(facts)])
    with Workers(count_processes(workers)) as map_jobs:
        ensemble = match(
            facts,
            priors,
            lambda stage, scores: simulate_worlds(
                FactRuns(facts, priors, stage, seed), scores, map_jobs, progress
            ),
            sizes,
            seed,
        )
    return replace(ensemble, probe=probe_model())


def probe_model() -> str:
    """Return a digest of the values of the fitted facts in PROBES worlds of the prior, some seconds of work.

    A version of the model that changes no result has the same digest as the one before it: its ensemble need
    not be made again.
    """
    facts = tuple(fitted_facts())
    priors = general_parameters([scenario_of(arm) for arm in arms_of(facts)])
    scores = latin_hypercube("probe", list(priors), PROBES, 0)
    runs = FactRuns(facts, priors, "probe", 0)
    return digest_of([[f"{value:.9g}" for value in runs((n, row))] for n, row in enumerate(scores)])


@dataclass(frozen=True)
class Problem:
    """What is matched: parameters, facts, and the model."""

    paths: Sequence[str]  # of all parameters
    target: Target  # of all facts
    reached: np.ndarray  # (facts,) bool: which facts are fitted to
    simulate: Simulate
    sizes: Sizes
    seed: int

    @property
    def fitted(self) -> Target:
        """Return the target of the facts that are fitted to."""
        return Target(self.target.centre[self.reached], self.target.variance[self.reached])

    def is_plausible(self, emulators: Emulators, values: np.ndarray) -> np.ndarray:
        """Return which values of the facts that are fitted to, (n, facts), are not ruled out: (n,) bool."""
        return is_plausible(implausibility(emulators, self.fitted, values))

    def is_left(self, waves: Waves, scores: np.ndarray) -> np.ndarray:
        """Return which scores (n, parameters) the emulators of no wave rule out: (n,) bool."""
        keep = np.ones(len(scores), bool)
        for emulators, _ in waves:
            keep &= self.is_plausible(emulators, emulators(scores))
        return keep


def match(
    facts: Sequence[Fact], priors: Mapping[str, Prior], simulate: Simulate, sizes: Sizes, seed: int
) -> Ensemble:
    """Fit an ensemble to facts with `simulate`. Raises UserError if too few worlds are plausible.

    A held-out fact among `facts` is an error of the caller.
    """
    assert not any(fact.is_held_out for fact in facts), "a held-out fact must not be fitted to"
    centre, deviation = observations(facts)
    target = Target(centre, (1.0 + DISCREPANCY) * deviation**2)
    problem = Problem(list(priors), target, np.ones(len(facts), bool), simulate, sizes, seed)
    scores, values = np.empty((0, len(priors))), np.empty((0, len(facts)))
    waves: list[tuple[Emulators, tuple[int, ...]]] = []
    told: list[dict[str, float]] = []
    for number, runs in enumerate(sizes.waves):
        stage = f"wave {number + 1}"
        new = draw_scores(problem, stage, runs, waves, POWERS[number])
        new_values = simulate(stage, new)
        scores, values = np.vstack([scores, new]), np.vstack([values, new_values])
        if not number:
            problem = replace(problem, reached=within_reach(new_values, target))
            if not problem.reached.any():
                raise UserError("no fact is within reach of the priors")
        emulators = fit_emulators(*training_runs(problem, waves, scores, values))
        waves.append((emulators, emulators.inputs))
        told.append(
            {
                "runs": runs,
                "inputs": len(emulators.inputs),
                "explained": float(np.median([e.explained for e in emulators.of_facts])),
                "plausible": float(problem.is_plausible(emulators, new_values[:, problem.reached]).mean()),
            }
        )
    emulators, inputs = waves[-1]
    plausible = draw_plausible(problem, "members", CANDIDATES * sizes.worlds, waves, 1.0)
    members, simulated, tried = accept_members(problem, waves, plausible)
    told.append({"runs": tried, "plausible": len(members) / tried})
    explained = np.full(len(facts), np.nan)
    explained[problem.reached] = [emulator.explained for emulator in emulators.of_facts]
    ensemble = Ensemble(
        {problem.paths[i]: priors[problem.paths[i]] for i in inputs},
        members[: sizes.worlds, list(inputs)],
        plausible,
        tuple(facts),
        problem.reached,
        explained,
        simulated[: sizes.worlds],
        told,
        len(priors),
        sizes,
        seed,
    )
    if not sizes.coverage:
        return ensemble
    identified = [inputs[n] for n in np.flatnonzero(ensemble.ratio < NARROW)]
    return replace(ensemble, coverage=measure_coverage(problem, *waves[0], identified))


def within_reach(values: np.ndarray, target: Target) -> np.ndarray:
    """Return which facts at least the share REACHED of runs come near: (facts,) bool."""
    distance = np.abs(values - target.centre) / np.sqrt(target.variance)
    return (distance <= CUT).mean(axis=0) >= REACHED


def draw_of(name: str, seed: int) -> Callable[[str, int, int], np.ndarray]:
    """Return a function that draws uniform random numbers in (0, 1) by key: (what, step, n) -> (n,)."""
    random_numbers = RandomNumbers("ensemble", name, seed)

    def draw(what: str, step: int, n: int) -> np.ndarray:
        key = random_numbers.key(f"ensemble {what}", step)
        return np.clip(uniforms(key, np.arange(n)), 1e-9, 1.0 - 1e-9)

    return draw


def latin_hypercube(name: str, paths: Sequence[str], n: int, seed: int) -> np.ndarray:
    """Return scores (n, parameters) of which each parameter's fill its prior evenly, by key of its path."""
    random_numbers = RandomNumbers("ensemble", name, seed)
    columns = []
    for path in paths:
        u = random_numbers(path, np.arange(2 * n))
        columns.append((np.argsort(np.argsort(u[:n], kind="stable")) + u[n:]) / n)
    return ndtri(np.clip(np.column_stack(columns), 1e-9, 1.0 - 1e-9))


def draw_scores(problem: Problem, stage: str, n: int, waves: Waves, power: float) -> np.ndarray:
    """Draw scores of all parameters (n, parameters): inputs from what is plausible, others from the prior.

    Raises UserError as `draw_plausible` does.
    """
    scores = latin_hypercube(stage, problem.paths, n, problem.seed)
    if not waves:
        return scores
    scores[:, waves[-1][1]] = draw_plausible(problem, stage, n, waves, power)[:n]
    return scores


def draw_plausible(problem: Problem, stage: str, n: int, waves: Waves, power: float) -> np.ndarray:
    """Draw scores of the inputs, (at least n, inputs): all states of the chains that no wave rules out.

    Raises UserError if they are too few.
    """
    emulators, inputs = waves[-1]
    chains = max(problem.sizes.chains, 4 * n)
    draw = draw_of(stage, problem.seed)
    drawn = sample(emulators.over(inputs), problem.fitted, chains, problem.sizes.steps, draw, power)
    everything = np.zeros((chains, len(problem.paths)))
    everything[:, inputs] = drawn
    left = drawn[problem.is_left(waves, everything)]
    if len(left) < n:
        raise UserError(
            "only {left} of {tried} worlds are plausible by the emulators, and {n} are needed: in this "
            "model the facts contradict each other",
            left=len(left),
            tried=chains,
            n=n,
        )
    return left


def training_runs(
    problem: Problem, waves: Waves, scores: np.ndarray, values: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return the runs that the emulators so far do not rule out; all, if they are too few to fit to."""
    values = values[:, problem.reached]
    keep = ~np.isnan(values).all(axis=1) & problem.is_left(waves, scores)
    return (scores[keep], values[keep]) if 3 * keep.sum() >= len(scores) else (scores, values)


def accept_members(
    problem: Problem, waves: Waves, plausible: np.ndarray
) -> tuple[np.ndarray, np.ndarray, int]:
    """Simulate the first of the plausible states until enough are so when simulated.

    Returns scores, values, and how many were tried. Raises UserError if they stay too few.
    """
    worlds = problem.sizes.worlds
    candidates = latin_hypercube("members", problem.paths, CANDIDATES * worlds, problem.seed)
    candidates[:, waves[-1][1]] = plausible[: len(candidates)]
    scores, values, tried = np.empty((0, len(problem.paths))), np.empty((0, len(problem.reached))), 0
    while len(scores) < worlds and tried < len(candidates):
        new = candidates[tried : tried + (worlds // BATCHES if tried else worlds)]
        simulated = problem.simulate(f"members {tried}", new)
        keep = problem.is_plausible(waves[-1][0], simulated[:, problem.reached])
        tried += len(new)
        scores, values = np.vstack([scores, new[keep]]), np.vstack([values, simulated[keep]])
    if len(scores) < worlds:
        raise UserError(
            "only {found} of {tried} simulated worlds are plausible, and {n} are needed",
            found=len(scores),
            tried=tried,
            n=worlds,
        )
    return scores, values, tried


def measure_coverage(
    problem: Problem, emulators: Emulators, inputs: Sequence[int], identified: Sequence[int]
) -> Coverage:
    """Match synthetic facts, and count how often the intervals hold the parameters that they came from.

    Synthetic facts are simulated with worlds that are drawn from the prior and that no emulator was fitted
    to, plus errors as those of the facts and of the model. They are matched with the first wave's emulators,
    because these hold for the whole prior.
    """
    truth = latin_hypercube("coverage", problem.paths, problem.sizes.coverage, problem.seed)
    simulated = problem.simulate("coverage", truth)[:, problem.reached]
    draw = draw_of("coverage", problem.seed)
    errors = ndtri(draw("error", 0, simulated.size)).reshape(simulated.shape)
    known = ~np.isnan(simulated).any(axis=1)
    synthetic = (simulated + errors * np.sqrt(problem.fitted.variance))[known]
    low, high = cover(
        emulators.over(inputs), problem.fitted, synthetic, OF_COVERAGE, problem.sizes.steps, draw
    )
    true, which = truth[known][:, list(inputs)], np.isin(inputs, identified)
    held, ratio = (low <= true) & (true <= high), (high - low) / (2.0 * Z90)
    if not which.any():
        return Coverage(len(synthetic), float(held.mean()), float("nan"), float("nan"))
    return Coverage(
        len(synthetic), float(held.mean()), float(held[:, which].mean()), float(ratio[:, which].mean())
    )
