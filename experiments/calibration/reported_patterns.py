"""Check a case against its report: compare every reported outcome with the model.

Each replicate has its own random seed and its own value of every assumed parameter: the default times exp(s
(2u - 1)), with u uniform on 0..1 and s the `spread`, clipped to the knob's range. What a case gives (census,
compounds, calendar, which mechanisms are on and when) is not varied. An outcome is *inside* if the model's
median is in the reported range, or that range is within the model's 90 % interval; *near* if range and
interval overlap; *outside* otherwise. Outcomes outside are reported, not removed.
"""

from collections.abc import Callable, Iterator
from dataclasses import Field, fields, is_dataclass, replace
from functools import partial
from math import exp
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from ...engine.parameters import set_parameters
from ...engine.randomness import RandomNumbers, seed_of, whole_seed
from ...engine.texts.errors import UserError
from ...model import measures
from ...model.scenarios.cases import alter_scenario
from ...model.scenarios.scenario import ReportedOutcome, Scenario
from ..comparison.compare import run_jobs
from ..comparison.runs import check_count, read_scenario
from ..measures.pattern_measures import MEASURES, ObservedRun, check_measure, simulate_with_seed

SPREAD = 0.25
# parts of a scenario that are never varied
GIVEN = (
    "community",
    "compound",
    "calendar",
    "shock",
    "initial_issues",
    "reported",
    "days",
)
TIMES = ("first_day", "last_day", "strength")  # knobs of a mechanism that the case gives
INTERVAL = (5, 95)


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
    p5, p95 (model, over replicates), verdict. `progress` is called after every replicate. Raises UserError.
    """
    seed, scenario = whole_seed(seed), read_scenario(case)
    replicates = check_count("replicates", replicates, 2, 100_000)
    if not 0.0 <= spread <= 2.0:
        raise UserError("spread = {spread} is out of range; allowed is 0 to 2", spread=spread)
    for outcome in scenario.reported:
        check_measure(outcome, scenario)
    results = (
        list(run_jobs(partial(replicate, scenario, seed, spread), replicates, workers, progress))
        if scenario.reported
        else []
    )
    return pd.DataFrame(
        [
            row(scenario, outcome, np.array([values[outcome.name] for values in results]))
            for outcome in scenario.reported
        ],
        columns=COLUMNS,
    )


COLUMNS = ["case", "name", "words", "measure", "number", "low", "high", "median", "p5", "p95", "verdict"]


def row(scenario: Scenario, outcome: ReportedOutcome, values: np.ndarray) -> list:
    """Return the table row of one outcome, with the reported range and that of the model."""
    low, high = outcome.low - outcome.tolerance, outcome.high + outcome.tolerance
    # replicates without a value are left out
    values = values[~np.isnan(values)] if not np.isnan(values).all() else np.array([0.0])
    median, (p5, p95) = np.median(values), np.percentile(values, INTERVAL)
    limits = [bound if abs(bound) < 1e12 else np.nan for bound in (low, high)]
    return [
        scenario.name,
        outcome.name,
        outcome.words,
        outcome.measure,
        outcome.number,
        *limits,
        median,
        p5,
        p95,
        verdict(low, high, median, p5, p95),
    ]


def verdict(low: float, high: float, median: float, p5: float, p95: float) -> str:
    """Classify a reported range against the interval of the model.

    >>> verdict(0.1, 0.3, 0.2, 0.0, 0.5), verdict(8, 8, 6, 2, 20)
    ('inside', 'inside')
    >>> verdict(0.6, 0.9, 0.2, 0.0, 0.7), verdict(0.6, 0.9, 0.2, 0.0, 0.5)
    ('near', 'outside')
    """
    if low <= median <= high or (p5 <= low and high <= p95):
        return "inside"
    return "near" if p5 <= high and low <= p95 else "outside"


def replicate(scenario: Scenario, seed: int, spread: float, number: int) -> dict[str, float]:
    """Simulate one replicate of every arm that the reported outcomes need: name of the outcome -> value."""
    run_seed = seed_of("patterns", scenario.name, seed, number)
    perturbed = perturb_assumptions(scenario, RandomNumbers("patterns", seed, number), spread)
    arms: dict[tuple, ObservedRun] = {}
    values: dict[str, float] = {}
    for outcome in scenario.reported:
        if outcome.measure.startswith("gain:"):
            plain = replace(outcome, measure=outcome.measure.removeprefix("gain:"))
            values[outcome.name] = value(replace(plain, off=(), on=()), perturbed, run_seed, arms) - value(
                plain, perturbed, run_seed, arms
            )
        else:
            values[outcome.name] = value(outcome, perturbed, run_seed, arms)
    return values


def value(outcome: ReportedOutcome, scenario: Scenario, run_seed: int, arms: dict) -> float:
    """Return one measure in its arm, on its day.

    `arms` caches runs, so that an arm that several outcomes share is simulated once.
    """
    last = outcome.days or scenario.days
    key = (outcome.off, outcome.on, last)
    if key not in arms:
        arms[key] = simulate_with_seed(
            replace(alter_scenario(scenario, outcome.on, outcome.off), days=last), run_seed
        )
    kind, _, what = outcome.measure.partition(":")
    return float(
        MEASURES[kind](arms[key], *what.split(":"))
        if kind in MEASURES
        else measures.summary(arms[key].run)[kind]
    )


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


def iter_knobs(part: Any, prefix: str = "") -> Iterator[tuple[str, Field, Any]]:
    """Yield (path, field, value) of every knob below `part` that the case does not give."""
    for name, inner in (
        part.items() if isinstance(part, dict) else ((f.name, getattr(part, f.name)) for f in fields(part))
    ):
        if (prefix + name).startswith(GIVEN) or (prefix.startswith("mechanisms.") and name in TIMES):
            continue
        f = None if isinstance(part, dict) else part.__dataclass_fields__[name]
        if f is not None and "low" in f.metadata:
            yield prefix + name, f, inner
        elif is_dataclass(inner) or isinstance(inner, dict):
            yield from iter_knobs(inner, f"{prefix}{name}.")
