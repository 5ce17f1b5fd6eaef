"""Check a case against its report: compare every reported outcome with the model, with governance on and off.

Each replicate has its own random seed and its own value of every assumed parameter: the default times exp(s
(2u - 1)), with u uniform on 0..1 and s the `spread`, clipped to the knob's range. What a case gives (census,
compounds, calendar, which mechanisms are on and when) is not varied. Every outcome is computed as reported,
and once more with the same random numbers and all mechanisms off.

A number with two ends is scored by `experiments/statistics/interval_score.py`: it is *inside* if the model's
median is in the reported range, or that range is within the model's 90 % interval, and this interval is at
most WIDEST times as wide as the range; *too wide* if only the last fails; *near* if range and interval
overlap; *outside* otherwise. Words, and numbers with one end, are judged by the share of replicates that meet
them: *inside* from a half on, *near* from 5 % on. Outcomes outside are reported, not removed.

An outcome *separates* if governance on is nearer to the report than off in more than SURE of the replicates,
or if the two 90 % intervals do not overlap and on is nearer more often than off. An outcome that counts what
one mechanism does is 0 without it, by definition: it is marked with the mechanism, and separates nothing.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from math import exp
from pathlib import Path

import numpy as np
import pandas as pd

from ...engine.parameters import set_parameters
from ...engine.randomness import RandomNumbers, seed_of, whole_seed
from ...engine.texts.errors import UserError
from ...model.scenarios.cases import alter_scenario
from ...model.scenarios.scenario import ReportedOutcome, Scenario
from ..comparison.parallel_jobs import run_jobs
from ..comparison.runs import check_count, read_scenario
from ..evidence.knobs import iter_knobs
from ..observation.observed_run import ObservedRun, simulate_with_seed
from ..observation.pattern_measures import check_measure, evaluate_measure, only_with
from ..statistics.interval_score import WIDEST, scale, score_interval

SPREAD = 0.25
INTERVAL = (0.05, 0.5, 0.95)
UNBOUNDED = 1e12  # a reported end that is not there
BEYOND = 1e300  # stands for infinity where quantiles are interpolated
SURE = 0.9  # share of replicates from which on one arm counts as nearer to the report than the other
VERDICTS = ("inside", "too wide", "near", "outside", "no value")
COLUMNS = [
    *("case", "name", "words", "measure", "number", "low", "high", "median", "p5", "p95", "verdict"),
    *("two_ends", "score", "width_ratio", "met", "only_with", "separates", "nearer"),
    *("off_median", "off_p5", "off_p95", "off_verdict", "off_score", "off_met"),
]


def check_patterns(
    case: Scenario | str | Path,
    *,
    replicates: int = 30,
    seed: int = 0,
    spread: float = SPREAD,
    workers: int | None = None,
    progress: Callable | None = None,
) -> pd.DataFrame:
    """Check `case` against its report; return a table with one row per reported outcome.

    Columns: case, name, words, measure, number (whether the report gives one), low, high (reported), median,
    p5, p95 (model, over replicates), verdict; two_ends (whether it is scored by its interval), score,
    width_ratio, met (share of replicates in the reported range), only_with (a mechanism without which the
    outcome is 0 by definition), separates, nearer (share of replicates in which governance on is nearer to
    the report than off); off_... is with all mechanisms off. `progress` is called after every replicate.
    Raises UserError.
    """
    scenario = read_scenario(case)
    check_spread(spread)
    replicates = check_count("replicates", replicates, 2, 100_000)
    check_outcomes(scenario)
    job = partial(replicate, scenario, whole_seed(seed), spread)
    results = list(run_jobs(job, replicates, workers, progress)) if scenario.reported else []
    return tabulate(scenario, results)


def check_spread(spread: float) -> None:
    """Check the spread of assumed parameters. Raises UserError."""
    if not 0.0 <= spread <= 2.0:
        raise UserError("spread = {spread} is out of range; allowed is 0 to 2", spread=spread)


def check_outcomes(scenario: Scenario) -> None:
    """Check the measures of all reported outcomes of a scenario. Raises UserError."""
    for outcome in scenario.reported:
        check_measure(outcome, scenario)


def tabulate(scenario: Scenario, results: Sequence[dict[str, tuple[float, float]]]) -> pd.DataFrame:
    """Return the table of `check_patterns` from the results of `replicate`."""
    return pd.DataFrame(
        [
            row(scenario, outcome, *np.array([values[outcome.name] for values in results]).T)
            for outcome in scenario.reported
        ],
        columns=COLUMNS,
    )


def row(scenario: Scenario, outcome: ReportedOutcome, on: np.ndarray, off: np.ndarray) -> list:
    """Return the table row of one outcome from its values over replicates as reported and with all off."""
    low, high = reported_range(outcome)
    last = outcome.days or scenario.days
    median, p5, p95 = describe(on)
    off_median, off_p5, off_p95 = describe(off)
    only = only_with(outcome.measure)
    nearer, farther = share_nearer(outcome, on, off), share_nearer(outcome, off, on)
    apart = p5 > off_p95 or off_p5 > p95
    return [
        scenario.name,
        outcome.name,
        outcome.words,
        outcome.measure,
        outcome.number,
        *(bound if abs(bound) < UNBOUNDED else np.nan for bound in (low, high)),
        median,
        p5,
        p95,
        verdict(outcome, on),
        has_two_ends(outcome),
        score(outcome, on, last),
        width_ratio(outcome, p5, p95),
        share_met(outcome, on),
        only,
        not only and (nearer > SURE or (apart and nearer > farther)),
        nearer,
        off_median,
        off_p5,
        off_p95,
        verdict(outcome, off),
        score(outcome, off, last),
        share_met(outcome, off),
    ]


def reported_range(outcome: ReportedOutcome) -> tuple[float, float]:
    """Return the range that the report gives, with the tolerance at both ends."""
    return outcome.low - outcome.tolerance, outcome.high + outcome.tolerance


def has_two_ends(outcome: ReportedOutcome) -> bool:
    """Return whether an outcome is a number with two ends, which can be scored with an interval."""
    low, high = reported_range(outcome)
    return outcome.number and -UNBOUNDED < low < high < UNBOUNDED


def describe(values: np.ndarray) -> tuple[float, float, float]:
    """Return median, 5 % and 95 % quantile of the values that are numbers; NaN if fewer than half are.

    Values may be infinite: a time that is beyond what was observed.
    """
    numbers = values[~np.isnan(values)]
    if not len(numbers) or 2 * len(numbers) < len(values):
        return np.nan, np.nan, np.nan
    p5, median, p95 = (
        x if abs(x) < 1e-9 * BEYOND else np.sign(x) * np.inf
        for x in np.quantile(np.clip(numbers, -BEYOND, BEYOND), INTERVAL)
    )
    return float(median), float(p5), float(p95)


def share_met(outcome: ReportedOutcome, values: np.ndarray) -> float:
    """Return the share of the values that are in the reported range; NaN if fewer than half are numbers."""
    numbers, (low, high) = values[~np.isnan(values)], reported_range(outcome)
    if not len(numbers) or 2 * len(numbers) < len(values):
        return np.nan
    return float(np.mean((low <= numbers) & (numbers <= high)))


def share_nearer(outcome: ReportedOutcome, values: np.ndarray, others: np.ndarray) -> float:
    """Return the share of pairs in which the value is nearer to the reported range than the other one."""
    low, high = reported_range(outcome)
    both = ~np.isnan(values) & ~np.isnan(others)
    if not both.any() or 2 * np.count_nonzero(both) < len(values):
        return np.nan
    distances = [np.maximum(np.maximum(low - x, x - high), 0.0) for x in (values[both], others[both])]
    return float(np.mean(distances[0] < distances[1]))


def verdict(outcome: ReportedOutcome, values: np.ndarray) -> str:
    """Classify the values of the model against the reported range: see the top of this file.

    >>> eight = ReportedOutcome(low=8, high=8, tolerance=4, number=True)
    >>> [verdict(eight, np.array(values)) for values in ([6, 9, 11], [1, 10, 900], [2, 3, 5], [1, 2, 3])]
    ['inside', 'too wide', 'near', 'outside']
    """
    low, high = reported_range(outcome)
    median, p5, p95 = describe(values)
    if np.isnan(median):
        return "no value"
    if not has_two_ends(outcome):
        met = share_met(outcome, values)
        return "inside" if met >= 0.5 else "near" if met >= 0.05 else "outside"
    if low <= median <= high or (p5 <= low and high <= p95):
        return "inside" if width_ratio(outcome, p5, p95) <= WIDEST else "too wide"
    return "near" if p5 <= high and low <= p95 else "outside"


def width_ratio(outcome: ReportedOutcome, p5: float, p95: float) -> float:
    """Return how many times as wide as the reported range an interval is; NaN without two ends."""
    if not has_two_ends(outcome) or np.isnan(p5):
        return np.nan
    if np.isinf(p5) or np.isinf(p95):
        return np.inf
    low, high = reported_range(outcome)
    (first, last), (least, most) = scale([p5, p95], low, high), scale([low, high], low, high)
    return float((last - first) / (most - least))


def score(outcome: ReportedOutcome, values: np.ndarray, last: int) -> float:
    """Return the interval score of the values, averaged over ends and middle of the reported range.

    NaN without two ends. A time beyond the `last` day counts as this, the least that it can be.
    """
    _, p5, p95 = describe(np.clip(values, -last, last) if np.isinf(values).any() else values)
    if not has_two_ends(outcome) or np.isnan(p5):
        return np.nan
    low, high = reported_range(outcome)
    first, end = scale([p5, p95], low, high)
    return score_interval(float(first), float(end), scale([low, (low + high) / 2.0, high], low, high))


def replicate(
    scenario: Scenario, seed: int, spread: float, number: int, with_all_off: bool = True
) -> dict[str, tuple[float, float]]:
    """Simulate one replicate of every arm that the outcomes need: name -> value as reported, with all off.

    The latter is NaN if it is not asked for.
    """
    run_seed = seed_of("patterns", scenario.name, seed, number)
    perturbed = perturb_assumptions(scenario, RandomNumbers("patterns", seed, number), spread)
    arms: dict[tuple, ObservedRun] = {}
    return {
        outcome.name: (
            value_as_reported(outcome, perturbed, run_seed, arms),
            value_with_all_off(outcome, perturbed, run_seed, arms) if with_all_off else np.nan,
        )
        for outcome in scenario.reported
    }


def value_as_reported(outcome: ReportedOutcome, scenario: Scenario, run_seed: int, arms: dict) -> float:
    """Return the measure of an outcome in its arm; of a gain, the case's arm minus that of the outcome."""
    if not outcome.measure.startswith("gain:"):
        return value(outcome, scenario, run_seed, arms)
    plain = replace(outcome, measure=outcome.measure.removeprefix("gain:"))
    case, other = (value(one, scenario, run_seed, arms) for one in (replace(plain, off=(), on=()), plain))
    return np.nan if np.isinf(case) and case == other else case - other


def value_with_all_off(outcome: ReportedOutcome, scenario: Scenario, run_seed: int, arms: dict) -> float:
    """Return the measure of an outcome with all mechanisms off, where it is not 0 by definition."""
    if only_with(outcome.measure) or outcome.measure.startswith("gain:"):
        return 0.0
    return value(replace(outcome, off=tuple(scenario.mechanisms), on=()), scenario, run_seed, arms)


def value(outcome: ReportedOutcome, scenario: Scenario, run_seed: int, arms: dict) -> float:
    """Return one measure in its arm, on its day.

    `arms` caches runs, so that an arm that several outcomes share is simulated once.
    """
    last = outcome.days or scenario.days
    arm = replace(alter_scenario(scenario, outcome.on, outcome.off), days=last)
    key = (tuple(sorted(arm.mechanisms)), last)
    if key not in arms:
        arms[key] = simulate_with_seed(arm, run_seed)
        arms[key].starts = {name: one.first_day for name, one in scenario.mechanisms.items()}
    return evaluate_measure(outcome.measure, arms[key])


def perturb_assumptions(scenario: Scenario, random_numbers: RandomNumbers, spread: float) -> Scenario:
    """Return the scenario with every assumed parameter multiplied by a random factor.

    The random number of a parameter is hashed from its path, so that it does not depend on the other
    parameters.
    """
    settings = {}
    for path, f, default in iter_knobs(scenario):
        if f.metadata["source"].startswith("assumed") and default:
            low, high = f.metadata["low"], f.metadata["high"]
            new = min(
                max(default * exp(spread * (2.0 * float(random_numbers(path, [0])[0]) - 1.0)), low), high
            )
            settings[path] = round(new) if f.type in (int, "int") else new
    return set_parameters(scenario, settings)
