"""Measure the distance between a case and a log: the statistics compared, their errors, and the misses.

Kinds of issue with too few issues, and horizons beyond what a run can show, are left out; the result says so.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from ...engine.output import short
from ...engine.parameters import set_parameters
from ...engine.randomness import RandomNumbers, hash_name, seed_of
from ...engine.texts.errors import UserError
from ...model.measures import restricted_mean
from ...model.scenarios.scenario import Scenario
from ...model.simulate import simulate
from ..logs.issue_log import IssueLog, times
from ..logs.log_summary import survival_at
from .free_parameters import FreeParameter, Kinds, apply_free_parameters

SETTLING = (
    0.25  # share of a run, at its beginning, in which queues fill; issues reported then are not counted
)
BOOTSTRAPS = 200
PILOTS = 8  # runs from which the variation between runs is estimated
PILOTS_OF_WORLDS = 24  # if they differ in their world as well
FEW = 20  # issues of a kind in the fitted part of a log; fewer say too little

Worlds = Sequence[Mapping[str, float]]  # settings of the numbers that are not fitted: path -> value


@dataclass(frozen=True)
class Target:
    """The statistics of one part of a log, with errors, that a case should reproduce."""

    kinds: tuple  # (name, names of cogov's categories) of each kind
    horizons: tuple  # days
    people: float  # residents the log is about; 0: rates are not compared
    # (statistics,) by kind: log rate if compared, share unresolved by horizon, restricted mean / last horizon
    numbers: np.ndarray
    error: np.ndarray  # (statistics,) standard errors of the log
    issues: tuple  # number of issues of each kind
    years: float  # length of the part
    together: float  # share of the statistics that are independent of one another


def kinds_of(log: IssueLog) -> tuple[tuple, dict[str, int]]:
    """Return the kinds of issue that are compared, and {category of the log: row of its kind}.

    A kind is (name, cogov's categories); categories of a log that mean the same are one kind. Raises
    UserError.
    """
    groups: dict[tuple[str, ...], list[str]] = {}
    for theirs, ours in log.kinds.items():
        groups.setdefault(ours, []).append(theirs)
    kind_of: dict[str, str] = {}
    for ours, theirs in groups.items():
        for name in ours:
            if name in kind_of:
                raise UserError(
                    "{path}: {first!r} and {second!r} both mean {name}; map them to the same categories, or "
                    "to different ones",
                    path=log.path,
                    first=kind_of[name],
                    second=theirs[0],
                    name=name,
                )
            kind_of[name] = theirs[0]
    if not groups:
        names = ", ".join(sorted(set(log.issues["category"])))
        raise UserError(
            "{path}: none of its categories is mapped to cogov's: {categories}; write a mapping file with a "
            'table [categories], such as "{example}" = "facility", and name it with --mapping',
            path=log.path,
            categories=short(names, 200),
            example=names.partition(",")[0],
        )
    return tuple((" + ".join(theirs), ours) for ours, theirs in groups.items()), {
        name: n for n, theirs in enumerate(groups.values()) for name in theirs
    }


def split_log(log: IssueLog, share: float) -> tuple[pd.DataFrame, pd.DataFrame, pd.Timestamp]:
    """Split the mapped issues of a log into an earlier and a later part.

    Also returns the day that separates them. The later part, which is held out, is `share` of all. Raises
    UserError if the earlier part has fewer than FEW issues.
    """
    _, row_of = kinds_of(log)
    issues = log.issues[log.issues["category"].isin(row_of)]
    issues = issues.assign(kind=issues["category"].map(row_of)).sort_values("opened", kind="stable")
    split = issues["opened"].iloc[min(int(np.ceil(len(issues) * (1 - share))), len(issues) - 1)]
    early, late = issues[issues["opened"] < split], issues[issues["opened"] >= split]
    if len(early) < FEW:
        raise UserError(
            "{path}: only {early_count} mapped issues were opened before {split:%Y-%m-%d}; fitting needs "
            "{few} or more",
            path=log.path,
            early_count=len(early),
            split=split,
            few=FEW,
        )
    return early, late, split


def build_target(
    issues: pd.DataFrame,
    drawn: pd.Timestamp,
    kinds: tuple,
    horizons: tuple[int, ...],
    people: float,
    years: float,
    seed: int,
) -> Target:
    """Compute the statistics of a part of a log, with errors from a bootstrap over its issues."""
    numbers, errors, draws = [], [], []
    for k, (kind, _) in enumerate(kinds):
        of_kind = issues[issues["kind"] == k]
        kind_hash = hash_name(kind)  # hashed from the name: random numbers do not depend on the other kinds
        time, closed = times(of_kind, drawn)
        n = len(of_kind)
        u = RandomNumbers("calibrate", seed)("bootstrap", np.arange(BOOTSTRAPS * max(n, 1)), kind_hash)
        resampled = (u.reshape(BOOTSTRAPS, -1) * n).astype(int)
        values = curve_statistics(time, closed, horizons)
        spread = (
            np.array([curve_statistics(time[i], closed[i], horizons) for i in resampled])
            if n
            else np.zeros((BOOTSTRAPS, len(values)))
        )
        # the bootstrap error is 0 if all or none are resolved
        floor = (
            np.sqrt((values * n + 0.5) * (np.maximum(1 - values, 0.0) * n + 0.5))
            / (n + 1)
            / np.sqrt(max(n, 1))
        )
        error = np.maximum(spread.std(axis=0), floor)
        if people:
            month = of_kind["opened"].dt.to_period("M").astype("int64")
            monthly = np.bincount(month - month.min()) if n else np.zeros(1)
            # overdispersion, against a Poisson distribution
            uneven = max(1.0, monthly.var() / max(monthly.mean(), 1e-9)) if len(monthly) > 2 else 1.0
            values = np.append(rate_of(n, people, years), values)
            error = np.append(np.sqrt(uneven / max(n, 1)), error)
            # the draws of the rate are independent of the other statistics
            rate_draws = RandomNumbers("calibrate", seed)("rate", np.arange(BOOTSTRAPS), kind_hash)
            spread = np.column_stack([rate_draws, spread])
        numbers.append(values)
        errors.append(error)
        draws.append(spread)
    return Target(
        kinds,
        horizons,
        people,
        np.concatenate(numbers),
        np.concatenate(errors),
        tuple(int((issues["kind"] == k).sum()) for k in range(len(kinds))),
        years,
        independent(np.column_stack(draws)),
    )


def curve_statistics(time: np.ndarray, event: np.ndarray, horizons: tuple[int, ...]) -> np.ndarray:
    """Compute the share unresolved by each horizon, and the restricted mean: (horizons + 1,).

    The restricted mean is given as a share of the last horizon.
    """
    if not len(time):
        return np.ones(len(horizons) + 1)
    return np.append(
        survival_at(time, event, horizons), restricted_mean(time, event, horizons[-1]) / horizons[-1]
    )


def rate_of(n: int, people: float, years: float) -> float:
    """Return the logarithm of issues per 1,000 residents and year; no issue counts as half an issue."""
    return np.log(max(n, 0.5) / (people / 1000.0 * years))


def independent(draws: np.ndarray) -> float:
    """Return the share of columns that are independent of one another.

    It is (sum of eigenvalues)^2 / sum of their squares, of the correlation matrix.
    """
    varies = draws.std(axis=0) > 1e-9
    if varies.sum() < 2:
        return 1.0
    return float(varies.sum() / (np.corrcoef(draws[:, varies], rowvar=False) ** 2).sum())


def simulate_reported_issues(
    scenario: Scenario, kinds: Kinds, seed: int, number: int, worlds: Worlds = ()
) -> list[tuple[np.ndarray, np.ndarray, np.ndarray]]:
    """Simulate one run; return its reported issues by kind: [(days to resolution, whether resolved, when)].

    Issues reported while queues still fill (SETTLING) are left out. Run `number` is in a world of its own.
    """
    if worlds:
        scenario = set_parameters(scenario, worlds[number % len(worlds)])
    issues = simulate(scenario, seed_of("calibrate", scenario.name, seed, number)).issues
    first, names = int(SETTLING * scenario.days), list(scenario.issues)
    issues = issues[issues["reported_day"] > first]
    resolved = issues["resolved_day"] >= 0
    time = np.where(resolved, issues["resolved_day"], scenario.days) - issues["reported_day"]
    which = [np.isin(issues["category"], [names.index(name) for name in ours]) for _, ours in kinds]
    return [
        (time[of_kind].astype(float), resolved[of_kind], issues["reported_day"][of_kind]) for of_kind in which
    ]


def statistics(runs: Sequence, scenario: Scenario, target: Target) -> np.ndarray:
    """Compute the statistics of a target from several runs together: (statistics,)."""
    years = len(runs) * (scenario.days - int(SETTLING * scenario.days)) / 365.0
    numbers: list[np.ndarray | list[float]] = []
    for k in range(len(target.kinds)):
        time, resolved = (np.concatenate([run[k][what] for run in runs]) for what in (0, 1))
        if target.people:
            numbers.append([rate_of(len(time), scenario.community.residents, years)])
        numbers.append(curve_statistics(time, resolved, target.horizons))
    return np.concatenate(numbers)


def evaluate_trial(
    scenario: Scenario,
    chosen: Sequence[FreeParameter],
    target: Target,
    seed: int,
    numbers: Iterable[int],
    worlds: Worlds,
    u: np.ndarray | None,
) -> np.ndarray:
    """Simulate one trial; return its statistics. `u` are quantiles of the priors; None: the case as it is.

    Run number n is in the world n of `worlds`, if there are any.
    """
    trial = scenario if u is None else apply_free_parameters(scenario, chosen, u)
    return statistics(
        [simulate_reported_issues(trial, target.kinds, seed, n, worlds) for n in numbers], trial, target
    )


def estimate_variation(scenario: Scenario, target: Target, seed: int, worlds: Worlds = ()) -> np.ndarray:
    """Estimate the standard deviation of the statistics between runs: (statistics,).

    The runs differ in their random seed only, or also in their world. It is at least the sampling error of as
    many issues as a run has.
    """
    pilots = range(PILOTS_OF_WORLDS if worlds else PILOTS)
    runs = [simulate_reported_issues(scenario, target.kinds, seed, n, worlds) for n in pilots]
    by_run = np.array([statistics([run], scenario, target) for run in runs])
    floor, per = [], 1 + len(target.horizons) + bool(target.people)
    for k in range(len(target.kinds)):
        n = max(float(np.mean([len(run[k][0]) for run in runs])), 1.0)
        share = np.clip(
            target.numbers[per * k : per * (k + 1)][-(len(target.horizons) + 1) :],
            0.5 / n,
            max(1 - 0.5 / n, 0.5 / n),
        )
        floor.append(np.append([1 / np.sqrt(n)] * bool(target.people), np.sqrt(share * (1 - share) / n)))
    return np.maximum(by_run.std(axis=0, ddof=1), np.concatenate(floor))


def errors(target: Target, variation: np.ndarray, days: int, replicates: int) -> np.ndarray:
    """Return the standard errors of the difference between model and target: (statistics,).

    A log is one history, shaped by residents who moved and storms that happened. The bootstrap over its
    issues does not include that. `variation`, the standard deviation between the model's runs of `days`,
    does; it is reduced if the log is longer. The model's own mean has an error too, from its number of
    replicates.
    """
    history = variation * np.sqrt(min(1.0, days / 365.25 / target.years))
    return np.sqrt(np.maximum(target.error, history) ** 2 + variation**2 / replicates)


def distance(numbers: np.ndarray, target: Target, error: np.ndarray) -> float:
    """Return the distance of statistics from a target.

    It is the sum of squared differences in units of their errors, scaled down to the number of independent
    statistics.
    """
    return float(np.sum(((numbers - target.numbers) / error) ** 2) * target.together)
