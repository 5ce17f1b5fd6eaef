"""How like a log a case is: the statistics that are compared, their errors, and by how many of those they miss.

Too few issues of a kind, or horizons that a run cannot see, are left out and said so.
"""

from dataclasses import dataclass

import numpy as np

from ...engine.parameters import UserError
from ...engine.randomness import RandomNumbers, hash_name, seed_of
from ...engine.toml_reader import short
from ...model.measures import restricted_mean
from ...model.simulate import simulate
from .free_parameters import apply_free_parameters
from .issue_log import times
from .log_summary import survival_at

SETTLING = 0.25  # share of a run, at its beginning, in which queues fill: issues told then are not counted
BOOTSTRAPS = 200
FEW = 20  # issues of a kind in the fitted part of a log, below which it says too little


@dataclass(frozen=True)
class Target:
    """What is to be met: one part of a log, as numbers with errors."""

    kinds: tuple  # (name, names of cogov's categories) of each kind
    horizons: tuple  # days
    people: float  # residents the log is about; 0: rates are not compared
    numbers: np.ndarray  # (statistics,) by kind: log rate if any, share unresolved by horizon, restricted mean over the last horizon
    error: np.ndarray  # (statistics,) standard errors of the log
    issues: tuple  # of each kind
    years: float  # that the part is long
    together: float  # share of the statistics that are independent of one another


def kinds_of(log):
    """Kinds of issue that are compared: (name, cogov's categories); categories of a log that mean the same are one. Raises UserError."""
    groups = {}
    for theirs, ours in log.kinds.items():
        groups.setdefault(ours, []).append(theirs)
    taken = {}
    for ours, theirs in groups.items():
        for name in ours:
            if name in taken:
                raise UserError(
                    f"{log.path}: {taken[name]!r} and {theirs[0]!r} both mean {name}; map them to the same categories, or to different ones"
                )
            taken[name] = theirs[0]
    if not groups:
        names = ", ".join(sorted(set(log.issues["category"])))
        raise UserError(
            f"{log.path}: none of its categories is mapped to cogov's: {short(names, 200)}; write a mapping file with a table [categories], "
            f'such as "{names.partition(",")[0]}" = "facility", and name it with --mapping'
        )
    return tuple((" + ".join(theirs), ours) for ours, theirs in groups.items()), {
        name: n for n, theirs in enumerate(groups.values()) for name in theirs
    }


def parts(log, share):
    """The mapped issues of a log, earlier and later, and the day that parts them; what is mapped and held out is `share` of all."""
    _, number = kinds_of(log)
    issues = log.issues[log.issues["category"].isin(number)]
    issues = issues.assign(kind=issues["category"].map(number)).sort_values("opened", kind="stable")
    split = issues["opened"].iloc[min(int(np.ceil(len(issues) * (1 - share))), len(issues) - 1)]
    early, late = issues[issues["opened"] < split], issues[issues["opened"] >= split]
    if len(early) < FEW:
        raise UserError(
            f"{log.path}: only {len(early)} mapped issues were opened before {split:%Y-%m-%d}; {FEW} are the least to fit to"
        )
    return early, late, split


def target(issues, drawn, kinds, horizons, people, years, seed):
    """What part of a log says, with errors from a bootstrap over its issues."""
    numbers, errors, draws = [], [], []
    for k, (kind, _) in enumerate(kinds):
        mine, own = (
            issues[issues["kind"] == k],
            hash_name(kind),
        )  # by its name: another kind changes nothing of this one's luck
        time, closed = times(mine, drawn)
        n = len(mine)
        again = (
            RandomNumbers("calibrate", seed)("bootstrap", np.arange(BOOTSTRAPS * max(n, 1)), own).reshape(
                BOOTSTRAPS, -1
            )
            * n
        ).astype(int)
        told = shape(time, closed, horizons)
        spread = (
            np.array([shape(time[i], closed[i], horizons) for i in again])
            if n
            else np.zeros((BOOTSTRAPS, len(told)))
        )
        least = (
            np.sqrt((told * n + 0.5) * (np.maximum(1 - told, 0.0) * n + 0.5)) / (n + 1) / np.sqrt(max(n, 1))
        )  # where all or none are resolved
        error = np.maximum(spread.std(axis=0), least)
        if people:
            monthly = (
                np.bincount(
                    mine["opened"].dt.to_period("M").astype("int64")
                    - mine["opened"].dt.to_period("M").astype("int64").min()
                )
                if n
                else np.zeros(1)
            )
            uneven = (
                max(1.0, monthly.var() / max(monthly.mean(), 1e-9)) if len(monthly) > 2 else 1.0
            )  # more than a Poisson's
            told, error = (
                np.append(rate_of(n, people, years), told),
                np.append(np.sqrt(uneven / max(n, 1)), error),
            )
            spread = np.column_stack(
                [RandomNumbers("calibrate", seed)("rate", np.arange(BOOTSTRAPS), own), spread]
            )  # independent of the others
        numbers.append(told)
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


def shape(time, event, horizons):
    """Share unresolved by each horizon, and the restricted mean as a share of the last: (horizons + 1,)."""
    if not len(time):
        return np.ones(len(horizons) + 1)
    return np.append(
        survival_at(time, event, horizons), restricted_mean(time, event, horizons[-1]) / horizons[-1]
    )


def rate_of(n, people, years):
    """The logarithm of issues per 1,000 residents and year; none counts as half a one."""
    return np.log(max(n, 0.5) / (people / 1000.0 * years))


def independent(draws):
    """How many of the columns are independent, as a share: (sum of eigenvalues)^2 / sum of their squares, of the correlations."""
    varies = draws.std(axis=0) > 1e-9
    if varies.sum() < 2:
        return 1.0
    return float(varies.sum() / (np.corrcoef(draws[:, varies], rowvar=False) ** 2).sum())


def simulate_reported_issues(scenario, kinds, seed, number):
    """Told issues of each kind in one run, once queues have filled: [(days to resolution, whether resolved)], and years and people."""
    i = simulate(scenario, seed_of("calibrate", scenario.name, seed, number)).issues
    first, names = int(SETTLING * scenario.days), list(scenario.issues)
    i = i[i["told"] > first]
    resolved = i["resolved"] >= 0
    time = np.where(resolved, i["resolved"], scenario.days) - i["told"]
    which = [np.isin(i["category"], [names.index(name) for name in ours]) for _, ours in kinds]
    return [(time[mine].astype(float), resolved[mine]) for mine in which]


def statistics(runs, scenario, target):
    """The target's numbers, of some runs together: (statistics,)."""
    years = len(runs) * (scenario.days - int(SETTLING * scenario.days)) / 365.0
    out = []
    for k in range(len(target.kinds)):
        time, resolved = (np.concatenate([run[k][what] for run in runs]) for what in (0, 1))
        if target.people:
            out.append([rate_of(len(time), scenario.community.residents, years)])
        out.append(shape(time, resolved, target.horizons))
    return np.concatenate(out)


def evaluate_trial(scenario, chosen, target, seed, numbers, u):
    """The statistics of one trial: `u` of the priors, or None for the case as it is."""
    one = scenario if u is None else apply_free_parameters(scenario, chosen, u)
    return statistics([simulate_reported_issues(one, target.kinds, seed, n) for n in numbers], one, target)


def noise(scenario, target, seed, pilots=8):
    """Standard deviation that luck makes from run to run of the case as it is; (statistics,). No less than that of so few issues."""
    runs = [simulate_reported_issues(scenario, target.kinds, seed, n) for n in range(pilots)]
    each = np.array([statistics([run], scenario, target) for run in runs])
    floor, per = [], 1 + len(target.horizons) + bool(target.people)
    for k in range(len(target.kinds)):
        n = max(np.mean([len(run[k][0]) for run in runs]), 1.0)
        share = np.clip(
            target.numbers[per * k : per * (k + 1)][-(len(target.horizons) + 1) :],
            0.5 / n,
            max(1 - 0.5 / n, 0.5 / n),
        )
        floor.append(np.append([1 / np.sqrt(n)] * bool(target.people), np.sqrt(share * (1 - share) / n)))
    return np.maximum(each.std(axis=0, ddof=1), np.concatenate(floor))


def errors(target, luck, days, replicates):
    """What a difference between model and target may be by chance: (statistics,) standard errors.

    A log is one history, of people who left and storms that came; the bootstrap over its issues does not see that, but what the
    model's runs of `days` differ by does: `luck`, less where the log is longer. And the model's own mean is of so many replicates.
    """
    history = luck * np.sqrt(min(1.0, days / 365.25 / target.years))
    return np.sqrt(np.maximum(target.error, history) ** 2 + luck**2 / replicates)


def misses(told, target, error):
    """The distance of statistics from a target, as a sum of squares in errors, scaled to those that are independent."""
    return float(np.sum(((told - target.numbers) / error) ** 2) * target.together)
