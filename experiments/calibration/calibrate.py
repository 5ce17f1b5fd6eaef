"""Fit a case's assumed numbers to a community's own issue log, and check the fit on a part held out.

Compared are, by kind of issue: reported issues per 1,000 residents and year, the Kaplan-Meier share not
resolved so many days after the report, and the restricted mean of that time. Each difference is measured in
units of its error: the log's own (a bootstrap over its issues) and the random variation left in the model's
statistics. The statistics are correlated, so their sum is scaled down to the number of independent ones (a
composite likelihood, tempered: Ribatet, Cooley & Davison 2012). If even the best run misses by more than
these errors explain, all errors are widened by that factor (quasi-likelihood: McCullagh & Nelder 1989).

First a search (Optuna's TPE: Bergstra et al. 2011) finds where the case is close to the log. Then rounds of
population Monte Carlo (Cappe et al. 2004), each drawn around the best parameters so far and partly from the
prior, weight parameters by kernel times prior over proposal, as in ABC (Beaumont et al. 2009).
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd

from ...engine.randomness import whole_seed
from ...engine.texts.errors import UserError
from ...model.scenarios.cases import Names, Settings, alter_scenario
from ...model.scenarios.scenario import Scenario
from ..comparison.runs import read_scenario
from ..execution.supervisor import count_processes
from ..files import manifest
from ..logs.issue_log import IssueLog, read_log
from ..logs.log_mapping import LogMapping
from .calibration_result import Calibration
from .calibration_tables import ensemble_of, parameters_of, score_models, tabulate_curves
from .distance import (
    FEW,
    SETTLING,
    Target,
    Worlds,
    build_target,
    distance,
    errors,
    estimate_variation,
    evaluate_trial,
    kinds_of,
    split_log,
)
from .free_parameters import FACTOR, Kinds, apply_free_parameters, choose_free_parameters
from .importance_sampling import (
    BATCH,
    Workers,
    effective_size,
    optuna_study,
    run_rounds,
    search,
    weights_of,
)

HORIZONS = (1, 3, 7, 30, 90, 180)  # days after the report
SEEN = 2 / 3  # of a run after its settling time; longer horizons are beyond what it can show
ROUNDS = 4
SEARCHED = 1 / 3  # share of the trials
METHODS = ("tpe", "cma", "sobol")


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


def calibrate(
    case: Scenario | str | Path,
    log: IssueLog | str | Path,
    *,
    fit: Sequence[str] = (),
    trials: int = 200,
    replicates: int = 2,
    held_out: float = 0.25,
    factor: float = FACTOR,
    days: int | None = None,
    on: Names = (),
    off: Names = (),
    settings: Settings = (),
    residents: float | None = None,
    mapping: LogMapping | str | Path | None = None,
    worlds: Worlds = (),
    method: str = "tpe",
    seed: int = 0,
    workers: int | None = None,
    progress: Callable | None = None,
) -> Calibration:
    """Fit assumed numbers of `case` to `log`; return a Calibration.

    `log` is an IssueLog, or the path of a CSV file with `mapping` as in `read_log`. `fit` names parameters as
    in `choose_free_parameters`. A third of the `trials` search, the others are weighted. Every trial
    simulates the case `replicates` times, with the same random seeds as all other trials.

    The last `held_out` share of the log's mapped issues is not fitted to; an issue closed after the first of
    them was opened counts as still open then. `residents` is the number of people the log is about; if it is
    unknown, rates are neither fitted nor compared. `worlds` are settings of the other numbers, such as
    `settings_of_worlds` gives: then runs differ in their world as well, and the intervals of the fitted
    numbers hold what is assumed of the others. The result does not depend on `workers`. Raises UserError.
    """
    seed, scenario = whole_seed(seed), alter_scenario(read_scenario(case), on, off, settings, days)
    if not isinstance(log, IssueLog):
        log = read_log(log, mapping, residents=residents)
    elif residents:
        log = replace(log, mapping=replace(log.mapping, residents=residents))
    people, kinds, chosen, horizons, (early, late, split) = plan_calibration(
        scenario, log, fit, trials, replicates, held_out, factor, method
    )
    day = pd.Timedelta(days=1)
    early_years = years(early["opened"].min(), split)
    late_years = years(split, late["opened"].max() + day)
    aims = {
        "fitted to": build_target(early, split - day, kinds, horizons, people, early_years, seed),
        "held out": build_target(late, log.drawn, kinds, horizons, people, late_years, seed),
    }
    aim = aims["fitted to"]
    moved = {path for parameter in chosen for path in parameter.moves}
    others = [{path: value for path, value in world.items() if path not in moved} for world in worlds]
    variation, counted_days = (
        estimate_variation(scenario, aim, seed, others),
        scenario.days - int(SETTLING * scenario.days),
    )
    with Workers(min(count_processes(workers), trials)) as map_jobs:
        evaluate = SimulatedTrials(
            partial(evaluate_trial, scenario, chosen, aim, seed, range(replicates), others),
            aim,
            errors(aim, variation, counted_days, replicates),
            map_jobs,
            progress,
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
    u, distances = np.vstack([u, drawn]), np.append(distances, drawn_distances)
    widened = max(1.0, distances.min() / evaluate.independent)
    weights = prior_weights * weights_of(drawn_distances, widened)
    weights = weights / weights.sum()
    best = apply_free_parameters(scenario, chosen, u[distances.argmin()])
    new_numbers = range(replicates, 3 * replicates)  # replicates that nothing was fitted to
    models = {
        "default": evaluate_trial(scenario, chosen, aim, seed, new_numbers, others, None),
        "fitted": evaluate_trial(scenario, chosen, aim, seed, new_numbers, others, u[distances.argmin()]),
    }
    scored = {
        part: (part_aim, errors(part_aim, variation, counted_days, len(new_numbers)))
        for part, part_aim in aims.items()
    }
    curves, rates = tabulate_curves(models, aims, drawn_statistics, weights)
    return Calibration(
        case=scenario,
        fitted=best,
        parameters=parameters_of(chosen, drawn, weights, u[distances.argmin()]),
        ensemble=ensemble_of(chosen, drawn, weights, drawn_distances),
        trials=ensemble_of(chosen, u, None, distances),
        scores=score_models(models, scored),
        curves=curves,
        rates=rates,
        effective=effective_size(weights),
        widened=widened,
        split=split,
        log=log,
        said=describe_exclusions(log, kinds, aims, people),
        free={parameter.path: parameter for parameter in chosen},
        asked={
            **manifest.changes_as_given(on, off, settings),
            "days": scenario.days,
            "fit": list(fit),
            "trials": trials,
            "replicates": replicates,
            "held_out": held_out,
            "factor": factor,
            "method": method,
            "seed": seed,
            "residents": people,
            "worlds": len(worlds),
        },
    )


def plan_calibration(
    scenario: Scenario,
    log: IssueLog,
    fit: Sequence[str] = (),
    trials: int = 200,
    replicates: int = 2,
    held_out: float = 0.25,
    factor: float = FACTOR,
    method: str = "tpe",
) -> tuple:
    """Check the arguments and plan the calibration, before anything takes long.

    Returns people, kinds, free parameters, horizons, and the parts of the log. Raises UserError.
    """
    for name, value, low, high in (
        ("trials", trials, 24, 100_000),
        ("replicates", replicates, 1, 1000),
        ("held_out", held_out, 0.05, 0.9),
        ("factor", factor, 1.01, 1000.0),
    ):
        if not low <= value <= high:
            raise UserError(
                "{name} = {value} is out of range; allowed is {low:,} to {high:,}",
                name=name,
                value=value,
                low=low,
                high=high,
            )
    if method not in METHODS:
        raise UserError(
            "--method {method} is unknown; there are: {methods}", method=method, methods=", ".join(METHODS)
        )
    if method != "sobol":
        optuna_study(0, method)
    horizons = tuple(h for h in HORIZONS if h <= scenario.days * (1 - SETTLING) * SEEN)
    if not horizons:
        raise UserError(
            "days = {days} is too short for issues to be resolved; simulate 30 days or more",
            days=scenario.days,
        )
    people, (kinds, _) = log.mapping.residents, kinds_of(log)
    return (
        people,
        kinds,
        choose_free_parameters(scenario, fit, kinds, people, factor),
        horizons,
        split_log(log, held_out),
    )


def years(first: pd.Timestamp, end: pd.Timestamp) -> float:
    """Return the time between two days in years; at least one day."""
    return max((end - first).days, 1) / 365.25


def describe_exclusions(log: IssueLog, kinds: Kinds, aims: dict[str, Target], people: float) -> list[str]:
    """Return sentences on data that are not compared, and on categories with few issues."""
    sentences = []
    names = sorted(set(log.issues["category"]) - set(log.kinds))
    if names:
        n = int(log.issues["category"].isin(names).sum())
        sentences.append(
            f"Left out, because not mapped: {n:,} issues of {', '.join(names[:8])}"
            f"{' and others' if len(names) > 8 else ''}."
        )
    if not people:
        sentences.append(
            "The number of residents that the log covers is unknown (--residents), "
            "so rates of issues are not compared."
        )
    few = [name for (name, _), n in zip(kinds, aims["fitted to"].issues) if n < FEW]
    if few:
        sentences.append(
            f"Little information, because there are fewer than {FEW} issues to fit to: {', '.join(few)}."
        )
    return sentences
