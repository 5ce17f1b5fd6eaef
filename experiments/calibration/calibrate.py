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
from pathlib import Path

import numpy as np
import pandas as pd
from scipy import stats

from ...engine.output import short
from ...engine.parameters import set_parameters
from ...engine.randomness import whole_seed
from ...engine.texts.errors import Message, UserError, join
from ...model.scenarios.cases import Names, Settings, alter_scenario
from ...model.scenarios.scenario import Scenario
from ..comparison.runs import read_scenario
from ..execution.supervisor import count_processes
from ..files import manifest
from ..logs.issue_log import IssueLog, read_log
from ..logs.log_mapping import LogMapping
from .calibration_result import Calibration
from .calibration_tables import (
    ensemble_of,
    parameters_of,
    score_models,
    tabulate_closing_days,
    tabulate_curves,
    tabulate_weeks,
)
from .distance import (
    FEW,
    SETTLING,
    Target,
    Worlds,
    build_target,
    errors,
    estimate_variation,
    evaluate_trial,
    kinds_of,
    split_log,
)
from .free_parameters import FACTOR, FreeParameter, Kinds, apply_free_parameters, choose_free_parameters
from .importance_sampling import (
    Workers,
    effective_size,
    optuna_study,
)
from .log_checks import check_log, warnings_of
from .own_ensemble import MOVES, Step, fit_case, fit_worlds, gain_of, slopes, weighted_draws
from .steps import Cancelled as Cancelled
from .steps import Steps
from .trials import SimulatedTrials as SimulatedTrials
from .trials import Trials, run_trials
from .verdicts import LEARNED, NO_RESULT, NOT_LEARNED, TOGETHER, is_implausible
from .visibility import see_categories

OWN_WORLDS = 100
IN_ONE_WORLD = 0.5  # contraction of the variance from which on the log fixes a number in one world
HORIZONS = (1, 3, 7, 30, 90, 180)  # days after the report
SEEN = 2 / 3  # of a run after its settling time; longer horizons are beyond what it can show
METHODS = ("tpe", "cma", "sobol")


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
    own_worlds: int = OWN_WORLDS,
    method: str = "tpe",
    seed: int = 0,
    workers: int | None = None,
    progress: Callable[[int, int], object] | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> Calibration:
    """Fit assumed numbers of `case` to `log`; return a Calibration.

    `log` is an IssueLog, or the path of a CSV file with `mapping` as in `read_log`. `fit` names parameters as
    in `choose_free_parameters`. A third of the `trials` search, the others are weighted. Every trial
    simulates the case `replicates` times, with the same random seeds as all other trials.

    The last `held_out` share of the log's mapped issues is not fitted to; an issue closed after the first of
    them was opened counts as still open then. `residents` is the number of people the log is about; if it is
    unknown, rates are neither fitted nor compared. `worlds` are settings of the other numbers, such as
    `settings_of_worlds` gives: then runs differ in their world as well, and the intervals of the fitted
    numbers hold what is assumed of the others. `own_worlds` of them, with what was learned, become an
    ensemble of one's own. `progress(done, of)` is called after every simulated trial and member; when
    `cancelled()` is true then, Cancelled is raised. The result does not depend on `workers`.

    Raises UserError.
    """
    seed, scenario = whole_seed(seed), alter_scenario(read_scenario(case), on, off, settings, days)
    if not isinstance(log, IssueLog):
        log = read_log(log, mapping, residents=residents)
    elif residents:
        log = replace(log, mapping=replace(log.mapping, residents=residents))
    people, kinds, chosen, horizons, (early, late, split) = plan_calibration(
        scenario, log, fit, trials, replicates, held_out, factor, method
    )
    check_range("own_worlds", own_worlds, 10, 10_000)
    day = pd.Timedelta(days=1)
    early_years = years(early["opened"].min(), split)
    late_years = years(split, late["opened"].max() + day)
    aims = {
        "fitted to": build_target(early, split - day, kinds, horizons, people, early_years, seed),
        "held out": build_target(late, log.drawn, kinds, horizons, people, late_years, seed),
    }
    aim, counted_days = aims["fitted to"], scenario.days - int(SETTLING * scenario.days)
    steps = Steps(trials + own_worlds * (MOVES + 1), progress, cancelled)
    with Workers(min(count_processes(workers), trials)) as map_jobs:
        visible = see_categories(scenario, kinds, aim.issues, seed, worlds, map_jobs)
        done = run_trials(
            scenario, chosen, aim, worlds, (trials, replicates, method), seed, map_jobs, steps.advance
        )
        parameters = parameters_of(chosen, done.u[done.searched :], done.weights)
        step, moving, fixed = plan_steps(scenario, chosen, aim, done, parameters["identified"], seed)
        z = stats.norm.ppf(done.u[:, moving])
        defaults = np.array([stats.norm.ppf(parameter.default_quantile) for parameter in step.chosen])
        best = fit_case(scenario, step, done.weights @ z[done.searched :], defaults, seed, map_jobs)
        moved = {path for parameter in step.chosen for path in parameter.moves}
        own = fit_worlds(
            scenario,
            step,
            weighted_draws(z[done.searched :], done.weights, own_worlds, seed),
            [{path: value for path, value in world.items() if path not in moved} for world in worlds],
            seed,
            map_jobs,
            steps.advance,
        )
    fitted = set_parameters(scenario, step.settings(scenario, best))
    if worlds and moving.any():  # what the log says of a number, whatever the others are
        parameters.loc[moving] = parameters_of(step.chosen, stats.norm.cdf(own.scores), own.weights)
    parameters.loc[moving, "best"] = [
        parameter.value(float(stats.norm.cdf(score))) for parameter, score in zip(step.chosen, best)
    ]
    parameters["in_one_world"] = fixed
    parameters["answer"] = np.where(
        parameters["identified"], LEARNED, np.where(moving, TOGETHER, NOT_LEARNED)
    )
    if is_implausible(done.widened):
        parameters = parameters.assign(identified=False, answer=NO_RESULT)
    new_numbers = range(replicates, 3 * replicates)  # replicates that nothing was fitted to
    models = {
        "default": evaluate_trial(scenario, (), aim, seed, new_numbers, (), None),
        "fitted": evaluate_trial(fitted, (), aim, seed, new_numbers, (), None),
        "own worlds": own.weights @ np.array([member.numbers for member in own.members]),
    }
    # of luck alone: no candidate differs between worlds, so that their spread would hide who predicts better
    luck = estimate_variation(fitted, aim, seed)
    scored = {
        part: (part_aim, errors(part_aim, luck, counted_days, len(new_numbers)))
        for part, part_aim in aims.items()
    }
    members = np.array([member.numbers for member in own.members])
    curves, rates = tabulate_curves(models, aims, members, own.weights)
    return Calibration(
        case=scenario,
        fitted=fitted,
        parameters=parameters,
        ensemble=ensemble_of(chosen, done.u[done.searched :], done.weights, done.distances[done.searched :]),
        trials=ensemble_of(chosen, done.u, None, done.distances),
        scores=score_models(models, scored),
        curves=curves,
        rates=rates,
        weekly=tabulate_weeks({"fitted to": early, "held out": late}, log, own, scenario, people),
        closing_days=tabulate_closing_days(
            {"fitted to": (early, split - day), "held out": (late, log.drawn)}, kinds, own
        ),
        visible=visible,
        own=own,
        effective=effective_size(done.weights),
        widened=done.widened,
        split=split,
        log=log,
        said=[*describe_exclusions(log, kinds, aims, people), *warnings_of(log)],
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
            "own_worlds": own_worlds,
        },
    )


def plan_steps(
    scenario: Scenario,
    chosen: Sequence[FreeParameter],
    aim: Target,
    done: Trials,
    learned: pd.Series,
    seed: int,
) -> tuple[Step, np.ndarray, np.ndarray]:
    """Return what moves numbers towards the log, which are moved, and how much it fixes each in one world.

    The last is the contraction of the variance of a number if all others of the world are known: the diagonal
    of the resolution matrix (Backus & Gilbert 1968). Moved are those that were learned, or that it is above
    IN_ONE_WORLD for.
    """
    best = apply_free_parameters(scenario, chosen, done.best)
    counted_days = scenario.days - int(SETTLING * scenario.days)
    error = errors(aim, estimate_variation(best, aim, seed), counted_days, 1)
    slope = slopes(stats.norm.ppf(done.u), done.statistics, done.distances, done.widened)
    fixed = np.array(
        [float((gain_of(slope[[k]], error, aim.together) @ slope[[k]].T)[0, 0]) for k in range(len(chosen))]
    )
    moving = learned.to_numpy(bool) | (fixed > IN_ONE_WORLD)
    gain = gain_of(slope[moving], error, aim.together)
    return (
        Step([p for p, moves in zip(chosen, moving) if moves], aim, error, slope[moving], gain),
        moving,
        fixed,
    )


def check_range(name: str, value: float, low: float, high: float) -> None:
    """Raise UserError unless a value is in its range."""
    if not low <= value <= high:
        raise UserError(
            "{name} = {value} is out of range; allowed is {low:,} to {high:,}",
            name=name,
            value=value,
            low=low,
            high=high,
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
        check_range(name, value, low, high)
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
    chosen = choose_free_parameters(scenario, fit, kinds, people, factor)
    parts = split_log(log, held_out)
    check_log(log, parts[0], parts[2])
    return people, kinds, chosen, horizons, parts


def years(first: pd.Timestamp, end: pd.Timestamp) -> float:
    """Return the time between two days in years; at least one day."""
    return max((end - first).days, 1) / 365.25


def describe_exclusions(log: IssueLog, kinds: Kinds, aims: dict[str, Target], people: float) -> list[Message]:
    """Return sentences on data that are not compared, and on categories with few issues."""
    sentences = []
    names = sorted(set(log.issues["category"]) - set(log.kinds))
    if names:
        sentences.append(
            Message(
                "Left out, because not mapped: {count} issues of {categories} categories ({names}).",
                count=f"{int(log.issues['category'].isin(names).sum()):,}",
                categories=len(names),
                names=short(", ".join(names), 200),
            )
        )
    if not people:
        sentences.append(
            Message(
                "The number of residents that the log covers is unknown (--residents), so rates of issues "
                "are not compared."
            )
        )
    few = [name for (name, _), n in zip(kinds, aims["fitted to"].issues) if n < FEW]
    if few:
        sentences.append(
            Message(
                "Little information, because there are fewer than {few} issues to fit to: {names}.",
                few=FEW,
                names=join(few, comma=True),
            )
        )
    return sentences
