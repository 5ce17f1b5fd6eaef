"""A case's assumed numbers fitted to a community's own issue log, with intervals, and held against the part of the log it has not seen.

What is compared, by kind of issue: told issues per 1,000 residents and year, Kaplan-Meier's share not yet resolved so many days
after telling, and the restricted mean of that time. Each difference counts in units of its error: the log's own (a bootstrap over
its issues) and what luck leaves in the model's. They hang together, so their sum is scaled down to the number of independent
ones (a composite likelihood, tempered: Ribatet, Cooley & Davison 2012); and where even the best run misses by more than these
errors explain, all are widened by that factor (quasi-likelihood: McCullagh & Nelder 1989). First a search (Optuna's TPE: Bergstra
et al. 2011) finds where the case is like the log; then rounds of population Monte Carlo (Cappe et al. 2004), each drawn around
the best so far and partly from the prior, weigh parameters by kernel times prior over proposal, as in ABC (Beaumont et al. 2009).
"""

from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches
from functools import partial
from multiprocessing import get_context
from os import cpu_count
from pathlib import Path

import numpy as np
import pandas as pd
from scipy import stats
from scipy.stats import qmc

from ..model.cases import altered
from ..model.knobs import ScenarioError, all_turned, paths
from ..model.luck import Luck, seed_of
from ..model.measures import restricted_mean
from ..model.reading import short
from ..model.simulate import simulate
from .casefiles import written
from .logs import Log, read_log, times
from .parameters import at
from .patterns import GIVEN
from .runs import scenario_of
from .spreadsheets import defused
from .waiting import unresolved

HORIZONS = (1, 3, 7, 30, 90, 180)  # days after telling
SETTLING = 0.25   # share of a run, at its beginning, in which queues fill: issues told then are not counted
SEEN = 2 / 3      # of the rest of a run: horizons beyond are too far for what it sees
FACTOR = 4.0      # by which an assumed number may be larger or smaller than it is, unless said otherwise
ATOLL = 8         # trials that are asked for before any of them is answered, whatever the number of workers
BOOTSTRAPS = 200
FEW = 20          # issues of a kind in the fitted part of a log, below which it says too little
DEFENCE = 0.15    # share of a round's draws that come from the prior (Hesterberg 1995)
SHAPES = ((0.55, 1.0), (0.30, 4.0))  # shares of a round that are drawn with so many times the variance of its proposal: tails are not to be missed
ROUNDS = 4
SEARCHED = 1 / 3  # of the trials
WIDER = 1.5       # times the variance that an emulator finds, with which a round is drawn
CLEARLY = 0.7     # of its prior's width: an interval that is not narrower has learned nothing
ROUGH = 10        # members that an ensemble must be worth, for its intervals not to be called rough
METHODS = ("tpe", "cma", "sobol")
INTERVAL = (0.05, 0.95)


@dataclass(frozen=True)
class Free:
    """One parameter that is fitted: a knob, or a factor on the same knob of several categories."""

    path: str
    moves: tuple   # paths of the knobs that it moves
    low: float     # of the knob; or of the factor
    high: float
    default: float
    scale: str     # "log" or "plain": where the prior is uniform
    factor: bool

    def value(self, u):
        """The value at `u` of its prior, 0..1; takes arrays."""
        if self.scale == "log":
            return self.low * (self.high / self.low) ** u
        return self.low + (self.high - self.low) * u

    def settings(self, scenario, value):
        """What it sets: path -> number, each within its knob's own range."""
        known, out = paths(scenario), {}
        for path in self.moves:
            f = known[path]
            new = float(min(max(value * at(scenario, path) if self.factor else value, f.metadata["low"]), f.metadata["high"]))
            out[path] = round(new) if f.type in (int, "int") else new
        return out


@dataclass(frozen=True)
class Target:
    """What is to be met: one part of a log, as numbers with errors."""

    kinds: tuple        # (name, names of cogov's categories) of each kind
    horizons: tuple     # days
    people: float       # residents the log is about; 0: rates are not compared
    numbers: np.ndarray  # (statistics,) by kind: log rate if any, share unresolved by horizon, restricted mean over the last horizon
    error: np.ndarray    # (statistics,) standard errors of the log
    issues: tuple        # of each kind
    years: float         # that the part is long
    together: float      # share of the statistics that are independent of one another


@dataclass
class Calibration:
    """What came of it."""

    case: object            # Scenario it began with
    fitted: object          # Scenario with the best trial's values
    parameters: pd.DataFrame  # one row per parameter: default, low, high (prior), best, median, p5, p95, narrowed, identified
    ensemble: pd.DataFrame    # one row per trial of the rounds: weight, distance, one column per parameter
    trials: pd.DataFrame      # every trial, those of the search too
    scores: pd.DataFrame      # (part, model): distance, points (root mean squared difference of curves), rate (ratio of model to log)
    curves: pd.DataFrame      # one row per part, kind and horizon: log, log_low, log_high, default, best, low, high
    rates: pd.DataFrame       # one row per part and kind: log, default, best, low, high; per 1,000 residents and year
    effective: float          # how many equally weighted members the ensemble is worth
    widened: float            # by how much the errors had to be widened; 1 where the model can be like the log
    split: pd.Timestamp       # first day of the part held out
    log: Log
    said: list                # what was left out or assumed
    free: dict                # path -> Free, of what was fitted

    def verdict(self):
        """The answer in a sentence or two."""
        known = [f"{p} {r['median']:.3g} ({r.p5:.3g} to {r.p95:.3g})" for p, r in self.parameters.iterrows() if r.identified]
        unknown = [p for p, r in self.parameters.iterrows() if not r.identified]
        told = self.scores["points"]
        missed = (f"{told['held out', name]:.1f}" for name in ("fitted", "default", "the log before"))
        words = ["Curves of the part held out are missed by {} points (unfitted {}; the earlier part of the log itself {}).".format(*missed)]
        words += [f"The log tells: {'; '.join(known)}."] if known else ["The log tells none of these parameters."]
        words += [f"It does not tell: {', '.join(unknown)}; their values are no finding."] if unknown else []
        words += [f"Even the best trial misses by more than chance explains: intervals hold errors {np.sqrt(self.widened):.1f} times as large."] if self.widened > 1.5 else []
        words += [f"The ensemble is worth {self.effective:.1f} members only: intervals are rough; ask for more trials."] if self.effective < ROUGH else []
        return " ".join(words)

    def save(self, folder, command=""):
        """Write the case file, ensemble.csv, trials.csv, parameters.csv, scores.csv, curves.csv and rates.csv; returns the case file's path."""
        folder = Path(folder)
        folder.mkdir(parents=True, exist_ok=True)
        for name in ("parameters", "scores"):
            getattr(self, name).to_csv(folder / f"{name}.csv")
        for name in ("ensemble", "trials", "curves", "rates"):
            defused(getattr(self, name)).to_csv(folder / f"{name}.csv", index=False)
        path = folder / f"{self.case.name}.toml"
        path.write_text(self.case_file(command), encoding="utf-8")
        return path

    def case_file(self, command=""):
        """The case to go on with, as TOML: as it was, with the fitted numbers and what they were fitted to."""
        opened = self.log.issues["opened"]
        where = f"{Path(self.log.path).name}, {opened.min():%Y-%m-%d} to {self.split - pd.Timedelta(days=1):%Y-%m-%d}"
        notes = {}
        for path, row in self.parameters.iterrows():
            tells = f"5 to 95 %: {row.p5:.4g} to {row.p95:.4g}" + ("" if row.identified else "; the log does not tell")
            for moved in self.free[path].moves:
                notes[moved] = f"fitted, {'factor ' if self.free[path].factor else ''}{row.best:.4g} ({tells})"
        header = f"{self.case.name}, fitted to {where} on {date.today()}; fitted numbers say so, all others are as they were."
        return written(self.fitted, notes, short(header, 400) + (f"\n{short(command, 400)}" if command else "") + "\n" + short(self.verdict(), 1000))


# ------------------------------------------------------------------------------------------------------------ parameters


def freed(scenario, wanted, kinds, people, factor=FACTOR):
    """The parameters to fit. `wanted` are texts PATH or PATH=LOW:HIGH; without any, a handful that the kinds feel.

    `issues.FAMILY.KNOB`, `issues.KIND.KNOB` (a category of the log) and `issues.*.KNOB` are one factor on that knob of all these categories.
    """
    known = paths(scenario)
    chosen = [free(text, scenario, known, kinds, factor) for text in wanted or usual(scenario, kinds, people)]
    names = [one.path for one in chosen]
    for one in chosen:
        for other in chosen:
            both = set(one.moves) & set(other.moves)
            if names.count(one.path) > 1 or (one is not other and both):
                raise ScenarioError(f"--fit {one.path} and --fit {other.path} move the same number{f', {min(both)}' if both else ''}; leave one out")
    return chosen


def usual(scenario, kinds, people):
    """A handful: how often each kind arises, what the work takes, how much the desk can do, and how soon it forgets."""
    categories = [scenario.issues[name] for _, names in kinds for name in names]
    out = [f"issues.{name}.rate" for name, _ in kinds] if people else []
    out += [f"issues.{name}.work" for name, _ in kinds]
    out += ["committee.staff", "committee.forget"]
    out += ["property_managers.shift"] if any(c.company for c in scenario.compound) and any("property" in c.hands for c in categories) else []
    out += ["departments.hours"] if any(c.lead for c in categories) else []
    return out


def free(text, scenario, known, kinds, factor):
    """One parameter from PATH or PATH=LOW:HIGH. Raises ScenarioError."""
    path, equals, limits = (part.strip() for part in text.partition("="))
    moves, many = (path,), False
    if path not in known and path.startswith("issues.") and path.count(".") >= 2:
        group, _, name = path.removeprefix("issues.").rpartition(".")
        members = dict(kinds).get(group) or tuple(c for c, it in scenario.issues.items() if group in ("*", it.family))
        moves, many = tuple(f"issues.{c}.{name}" for c in members if f"issues.{c}.{name}" in known and at(scenario, f"issues.{c}.{name}")), True
    if not moves or (not many and path not in known):
        near = [longer for longer in known if longer.endswith(f".{path}")][:3] or get_close_matches(path[:100], known, 3, 0)
        raise ScenarioError(f"--fit {short(path)} is unknown; nearest are {', '.join(near)}; issues.FAMILY.rate is a factor on the rates of a family")
    if path.startswith(GIVEN):
        raise ScenarioError(f"--fit {path}: is what the case gives, not what it assumes")
    now = 1.0 if many else float(at(scenario, path))
    bounds = (0.0, np.inf) if many else (known[path].metadata["low"], known[path].metadata["high"])
    if equals:
        low, high = limits_of(text, limits, bounds)
    elif now > 0:
        low, high = max(now / factor, bounds[0]), min(now * factor, bounds[1])
    else:
        low, high = bounds  # nothing to be larger or smaller than: all that is allowed
    return Free(path, moves, low, high, now, "log" if low > 0 else "plain", many)


def limits_of(text, limits, bounds):
    try:
        low, high = map(float, limits.split(":"))
    except ValueError:
        raise ScenarioError(f"--fit {short(text)}: write its range as PATH=LOW:HIGH") from None
    if not bounds[0] <= low < high <= bounds[1]:
        raise ScenarioError(f"--fit {short(text)}: {low:g}:{high:g} is no range within {bounds[0]:g} to {bounds[1]:g}")
    return low, high


def turned(scenario, chosen, u):
    """The scenario with its free parameters at `u` (parameters,) of their priors."""
    settings = {}
    for one, x in zip(chosen, u):
        settings |= one.settings(scenario, one.value(float(x)))
    return all_turned(scenario, settings)


# -------------------------------------------------------------------------------------------------------------- the log


def kinds_of(log):
    """Kinds of issue that are compared: (name, cogov's categories); categories of a log that mean the same are one. Raises ScenarioError."""
    groups = {}
    for theirs, ours in log.kinds.items():
        groups.setdefault(ours, []).append(theirs)
    taken = {}
    for ours, theirs in groups.items():
        for name in ours:
            if name in taken:
                raise ScenarioError(f"{log.path}: {taken[name]!r} and {theirs[0]!r} both mean {name}; map them to the same categories, or to different ones")
            taken[name] = theirs[0]
    if not groups:
        names = ", ".join(sorted(set(log.issues["category"])))
        raise ScenarioError(f"{log.path}: none of its categories is mapped to cogov's: {short(names, 200)}; write a mapping file with a table [categories], "
                            f'such as "{names.partition(",")[0]}" = "facility", and name it with --mapping')  # fmt: skip
    return tuple((" + ".join(theirs), ours) for ours, theirs in groups.items()), {name: n for n, theirs in enumerate(groups.values()) for name in theirs}


def parts(log, share):
    """The mapped issues of a log, earlier and later, and the day that parts them; what is mapped and held out is `share` of all."""
    _, number = kinds_of(log)
    issues = log.issues[log.issues["category"].isin(number)]
    issues = issues.assign(kind=issues["category"].map(number)).sort_values("opened", kind="stable")
    split = issues["opened"].iloc[min(int(np.ceil(len(issues) * (1 - share))), len(issues) - 1)]
    early, late = issues[issues["opened"] < split], issues[issues["opened"] >= split]
    if len(early) < FEW:
        raise ScenarioError(f"{log.path}: only {len(early)} mapped issues were opened before {split:%Y-%m-%d}; {FEW} are the least to fit to")
    return early, late, split


def target(issues, drawn, kinds, horizons, people, years, seed):
    """What part of a log says, with errors from a bootstrap over its issues."""
    numbers, errors, draws = [], [], []
    for k in range(len(kinds)):
        mine = issues[issues["kind"] == k]
        time, closed = times(mine, drawn)
        n = len(mine)
        again = (Luck("calibrate", seed)("bootstrap", np.arange(BOOTSTRAPS * max(n, 1)), k).reshape(BOOTSTRAPS, -1) * n).astype(int)
        told = shape(time, closed, horizons)
        spread = np.array([shape(time[i], closed[i], horizons) for i in again]) if n else np.zeros((BOOTSTRAPS, len(told)))
        least = np.sqrt((told * n + 0.5) * (np.maximum(1 - told, 0.0) * n + 0.5)) / (n + 1) / np.sqrt(max(n, 1))  # where all or none are resolved
        error = np.maximum(spread.std(axis=0), least)
        if people:
            monthly = np.bincount(mine["opened"].dt.to_period("M").astype("int64") - mine["opened"].dt.to_period("M").astype("int64").min()) if n else np.zeros(1)
            uneven = max(1.0, monthly.var() / max(monthly.mean(), 1e-9)) if len(monthly) > 2 else 1.0  # more than a Poisson's
            told, error = np.append(rate_of(n, people, years), told), np.append(np.sqrt(uneven / max(n, 1)), error)
            spread = np.column_stack([Luck("calibrate", seed)("rate", np.arange(BOOTSTRAPS), k), spread])  # independent of the others
        numbers.append(told)
        errors.append(error)
        draws.append(spread)
    return Target(kinds, horizons, people, np.concatenate(numbers), np.concatenate(errors), tuple(int((issues["kind"] == k).sum()) for k in range(len(kinds))),
                  years, independent(np.column_stack(draws)))  # fmt: skip


def shape(time, event, horizons):
    """Share unresolved by each horizon, and the restricted mean as a share of the last: (horizons + 1,)."""
    if not len(time):
        return np.ones(len(horizons) + 1)
    return np.append(unresolved(time, event, horizons), restricted_mean(time, event, horizons[-1]) / horizons[-1])


def rate_of(n, people, years):
    """The logarithm of issues per 1,000 residents and year; none counts as half a one."""
    return np.log(max(n, 0.5) / (people / 1000.0 * years))


def independent(draws):
    """How many of the columns are independent, as a share: (sum of eigenvalues)^2 / sum of their squares, of the correlations."""
    varies = draws.std(axis=0) > 1e-9
    if varies.sum() < 2:
        return 1.0
    return float(varies.sum() / (np.corrcoef(draws[:, varies], rowvar=False) ** 2).sum())


# ------------------------------------------------------------------------------------------------------------- the model


def lived(scenario, kinds, seed, number):
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


def tried(scenario, chosen, target, seed, numbers, u):
    """The statistics of one trial: `u` of the priors, or None for the case as it is."""
    one = scenario if u is None else turned(scenario, chosen, u)
    return statistics([lived(one, target.kinds, seed, n) for n in numbers], one, target)


def noise(scenario, target, seed, pilots=8):
    """Standard deviation that luck makes from run to run of the case as it is; (statistics,). No less than that of so few issues."""
    runs = [lived(scenario, target.kinds, seed, n) for n in range(pilots)]
    each = np.array([statistics([run], scenario, target) for run in runs])
    floor, per = [], 1 + len(target.horizons) + bool(target.people)
    for k in range(len(target.kinds)):
        n = max(np.mean([len(run[k][0]) for run in runs]), 1.0)
        share = np.clip(target.numbers[per * k : per * (k + 1)][-(len(target.horizons) + 1) :], 0.5 / n, max(1 - 0.5 / n, 0.5 / n))
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


# ------------------------------------------------------------------------------------------------------------ the search


class Workers:
    """So many processes, or none: results of a job, in order."""

    def __init__(self, workers):
        self.pool = ProcessPoolExecutor(workers, mp_context=get_context("spawn")) if workers > 1 else None

    def __enter__(self):
        return self.pool.map if self.pool else map

    def __exit__(self, *what):
        if self.pool:
            self.pool.shutdown(cancel_futures=True)


def search(chosen, trials, seed, method, answer):
    """Ask for trials and answer them, `ATOLL` at a time; returns (u (trials, parameters), statistics, misses)."""
    u, told, missed = np.empty((0, len(chosen))), [], []
    points = sobol(len(chosen), trials, seed, "search")
    study = None if method == "sobol" else optuna_study(seed, method)
    start = trials if study is None else max(ATOLL, trials // 2)
    while len(u) < trials:
        n = min(ATOLL, trials - len(u))
        if len(u) < start:  # the ground first, evenly
            asked, fresh = [None] * n, points[len(u) : len(u) + n]
        else:
            asked = [study.ask() for _ in range(n)]
            fresh = np.array([[one.suggest_float(p.path, 0.0, 1.0) for p in chosen] for one in asked])
        found, far = answer(fresh)
        for one, x, value in zip(asked, fresh, far):
            if study is not None:
                remember(study, one, chosen, x, value)
        u, told, missed = np.vstack([u, fresh]), [*told, *found], [*missed, *far]
    return u, np.array(told), np.array(missed)


def optuna_study(seed, method):
    """An Optuna study with a seed of its own. Raises ScenarioError where Optuna is not installed."""
    try:
        import optuna
    except ImportError:
        raise ScenarioError("the search needs Optuna: pip install 'cogov[search]'; or --method sobol, which does without") from None
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    seed = seed_of("calibrate", "search", seed) % 2**31
    if method == "cma":
        try:
            import cmaes  # noqa: F401
        except ImportError:
            raise ScenarioError("--method cma needs the package cmaes: pip install cmaes; or --method tpe") from None
        return optuna.create_study(sampler=optuna.samplers.CmaEsSampler(seed=seed, n_startup_trials=0))
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Optuna calls both options experimental
        return optuna.create_study(sampler=optuna.samplers.TPESampler(seed=seed, n_startup_trials=0, multivariate=True, constant_liar=True))


def remember(study, asked, chosen, u, value):
    """Tell a study what came of a trial, its own or one that it did not ask for."""
    if asked is not None:
        study.tell(asked, value)
        return
    from optuna.distributions import FloatDistribution
    from optuna.trial import create_trial

    study.add_trial(create_trial(params={p.path: float(x) for p, x in zip(chosen, u)}, distributions={p.path: FloatDistribution(0.0, 1.0) for p in chosen}, value=value))


def sobol(width, n, *seed):
    """Points that fill the unit cube evenly (Sobol 1967, scrambled: Owen 1998): (n, width) strictly inside."""
    engine = qmc.Sobol(width, scramble=True, seed=seed_of("calibrate", "sobol", *seed) % 2**31)
    return np.clip(engine.random_base2(max(1, int(np.ceil(np.log2(max(n, 2))))))[:n], 1e-6, 1 - 1e-6)


def weights_of(missed, widened, heat=1.0):
    """Kernel exp(-misses / 2), of errors widened and heated: (n,), sums to one."""
    told = -0.5 * (missed - missed.min()) / (widened * heat)
    return np.exp(told) / np.exp(told).sum()


def worth(weights):
    """Kish's effective number of equally weighted members."""
    return float(weights.sum() ** 2 / (weights**2).sum())


def terms(x):
    """One, each parameter, their squares and products: (n, terms)."""
    pairs = [x[:, i] * x[:, j] for i in range(x.shape[1]) for j in range(i + 1)]
    return np.column_stack([np.ones(len(x)), x, *pairs])


def emulator(x, told, missed, widened):
    """A quadratic through the trials' statistics, the better ones weighing more: (coefficients, residual deviation (statistics,))."""
    heat, some = 1.0, min(4.0 * x.shape[1] + 8.0, 0.6 * len(x))
    while worth(weights_of(missed, widened, heat)) < some and heat < 1e9:
        heat *= 1.3
    w, a = weights_of(missed, widened, heat) * len(x), terms(x)
    gram = a.T @ (w[:, None] * a) + np.diag([1e-6] + [1.0] * (a.shape[1] - 1))  # ridge: what little data say nothing about stays flat
    centre = w @ told / w.sum()
    beta = np.linalg.solve(gram, a.T @ (w[:, None] * (told - centre)))
    beta[0] += centre
    return beta, np.sqrt(w @ (told - a @ beta) ** 2 / w.sum())


def proposal(x, told, missed, widened, answer, seed):
    """Mean and covariance, in normal scores, of what an emulator of the trials so far takes for like the log."""
    beta, rest = emulator(x, told, missed, widened)
    error, target = np.hypot(answer.error, rest), answer.target
    points, width = stats.norm.ppf(sobol(x.shape[1], 4096, seed, "emulated")), x.shape[1]
    mean, cov = np.zeros(width), np.eye(width)
    for heat in (100.0, 30.0, 10.0, 3.0, 1.0, 1.0, 1.0):
        cloud = mean + points @ np.linalg.cholesky(WIDER * cov).T
        log = stats.norm.logpdf(cloud).sum(axis=1) - stats.multivariate_normal.logpdf(cloud, mean, WIDER * cov).reshape(-1)
        far = (((terms(cloud) @ beta - target.numbers) / error) ** 2).sum(axis=1) * target.together
        log = log - 0.5 * far / (widened * heat)
        w = np.exp(log - log.max())
        w = w / w.sum()
        mean = w @ cloud
        cov = (cloud - mean).T @ (w[:, None] * (cloud - mean)) + 0.02**2 * np.eye(width)
    return mean, WIDER * cov


def density(x, proposals):
    """Prior over the mean of all proposals: (n,); the deterministic mixture of Owen and Zhou (2000)."""
    prior = stats.norm.logpdf(x).sum(axis=1)
    told = []
    for mean, cov in proposals:
        told += [np.log(share) + np.atleast_1d(stats.multivariate_normal.logpdf(x, mean, wide * cov)) for share, wide in SHAPES]
        told.append(np.log(DEFENCE) + prior)
    return np.exp(prior - np.logaddexp.reduce(told, axis=0) + np.log(len(proposals)))


def rounds(u, first, missed, each, seed, answer):
    """Population Monte Carlo: `each` draws a round; returns (u, statistics, misses, prior over proposal) of all rounds."""
    width, proposals = u.shape[1], []
    drawn, told, far = np.empty((0, width)), [], np.empty(0)
    for number, n in enumerate(each):
        every, numbers, values = np.vstack([u, drawn]), np.array([*first, *told]), np.append(missed, far)
        mean, cov = proposal(stats.norm.ppf(every), numbers, values, max(1.0, values.min() / answer.independent), answer, seed)
        points = sobol(width + 1, n, seed, "round", number)
        z, which, edge = stats.norm.ppf(points[:, :-1]), points[:, -1:], np.cumsum([share for share, _ in SHAPES])
        near = mean + z @ np.linalg.cholesky(cov).T * np.sqrt(np.where(which < edge[0], SHAPES[0][1], SHAPES[1][1]))
        fresh = np.clip(stats.norm.cdf(np.where(which < edge[1], near, z)), 1e-6, 1 - 1e-6)
        proposals.append((mean, cov))
        found, value = answer(fresh)
        drawn, told, far = np.vstack([drawn, fresh]), [*told, *found], np.append(far, value)
    return drawn, np.array(told), far, density(stats.norm.ppf(drawn), proposals)


class Answer:
    """Trials answered by the model: u (n, parameters) -> statistics (n, statistics), misses (n,)."""

    def __init__(self, job, target, error, every, progress):
        self.job, self.target, self.error, self.every, self.progress = job, target, error, every, progress
        self.independent = len(target.numbers) * target.together

    def __call__(self, u):
        told = []
        for one in self.every(self.job, list(u)):
            told.append(one)
            if self.progress:
                self.progress()
        return told, [misses(one, self.target, self.error) for one in told]


def calibrate(case, log, *, fit=(), trials=200, replicates=2, held_out=0.25, factor=FACTOR, days=None, on=(), off=(), settings=(), residents=None, mapping=None,
              method="tpe", seed=0, workers=None, progress=None):  # fmt: skip
    """Fit assumed numbers of `case` to `log` (a Log, or the path of a CSV file; `mapping` as in `read_log`); returns a Calibration.

    `fit` names parameters as in `freed`; a third of the `trials` search, the others weigh. Every trial lives through the case
    `replicates` times, with the same lucks as all others. The last `held_out` of the log's mapped issues are not fitted to; what was
    closed later than the first of them counts as open until then. `residents` is how many people the log is about; where nobody
    says, rates are neither fitted nor compared. The result does not depend on `workers`. Raises ScenarioError.
    """
    scenario = altered(scenario_of(case), on, off, settings, days)
    log = log if isinstance(log, Log) else read_log(log, mapping, residents=residents)
    people, kinds, chosen, horizons, (early, late, split) = planned(scenario, log, fit, trials, replicates, held_out, factor, method, residents)
    aims = {
        "fitted to": target(early, split - pd.Timedelta(days=1), kinds, horizons, people, years(early["opened"].min(), split), seed),
        "held out": target(late, log.drawn, kinds, horizons, people, years(split, late["opened"].max() + pd.Timedelta(days=1)), seed),
    }
    aim = aims["fitted to"]
    luck, counted = noise(scenario, aim, seed), scenario.days - int(SETTLING * scenario.days)
    with Workers(min(workers or cpu_count() or 1, trials)) as every:
        answer = Answer(partial(tried, scenario, chosen, aim, seed, range(replicates)), aim, errors(aim, luck, counted, replicates), every, progress)
        first = max(ATOLL, int(SEARCHED * trials))
        each = [(trials - first) * (n + 1) // ROUNDS - (trials - first) * n // ROUNDS for n in range(ROUNDS)]
        u, told, missed = search(chosen, first, seed, method, answer)
        luck = np.maximum(luck, noise(turned(scenario, chosen, u[missed.argmin()]), aim, seed))  # where queues are long, luck does more
        answer.error = errors(aim, luck, counted, replicates)
        missed = np.array([misses(one, aim, answer.error) for one in told])
        drawn, told_, far, base = rounds(u, told, missed, each, seed, answer)
    u, told, missed = np.vstack([u, drawn]), np.vstack([told, told_]), np.append(missed, far)
    widened = max(1.0, missed.min() / answer.independent)
    weights = base * weights_of(far, widened)
    weights = weights / weights.sum()
    best = turned(scenario, chosen, u[missed.argmin()])
    fresh = range(replicates, 3 * replicates)  # lucks that nothing was fitted to
    models = {"default": tried(scenario, chosen, aim, seed, fresh, None), "fitted": tried(scenario, chosen, aim, seed, fresh, u[missed.argmin()])}
    said = left_out(log, kinds, aims, people)
    return Calibration(
        scenario, best, parameters_of(chosen, drawn, weights, u[missed.argmin()]), ensemble_of(chosen, drawn, weights, far), ensemble_of(chosen, u, None, missed),
        scored(models, {part: (one, errors(one, luck, counted, len(fresh))) for part, one in aims.items()}), *shown(models, aims, told_, weights), worth(weights), widened, split, log, said,
        {one.path: one for one in chosen},
    )  # fmt: skip


def planned(scenario, log, fit=(), trials=200, replicates=2, held_out=0.25, factor=FACTOR, method="tpe", residents=None):
    """What will be done, checked before anything takes long: people, kinds, free parameters, horizons, and the log's parts. Raises ScenarioError."""
    for name, value, low, high in (("trials", trials, 24, 100_000), ("replicates", replicates, 1, 1000), ("held_out", held_out, 0.05, 0.9), ("factor", factor, 1.01, 1000.0)):
        if not low <= value <= high:
            raise ScenarioError(f"{name} = {value} is out of range; allowed is {low} to {high}")
    if method not in METHODS:
        raise ScenarioError(f"--method {method}: is none of {', '.join(METHODS)}")
    if method != "sobol":
        optuna_study(0, method)
    horizons = tuple(h for h in HORIZONS if h <= scenario.days * (1 - SETTLING) * SEEN)
    if not horizons:
        raise ScenarioError(f"days = {scenario.days} is too short to see anything resolved; live through 30 days or more")
    people, (kinds, _) = residents or log.mapping.residents, kinds_of(log)
    return people, kinds, freed(scenario, fit, kinds, people, factor), horizons, parts(log, held_out)


def years(first, end):
    """From one day to the next of another, in years; a day at least."""
    return max((end - first).days, 1) / 365.25


def left_out(log, kinds, aims, people):
    """What is not compared, or hardly, in sentences."""
    said = []
    names = sorted(set(log.issues["category"]) - set(log.kinds))
    if names:
        n = int(log.issues["category"].isin(names).sum())
        said.append(f"Not mapped, left out: {n:,} issues of {', '.join(names[:8])}{' and others' if len(names) > 8 else ''}.")
    if not people:
        said.append("Nobody says how many residents the log is about (--residents): how often issues arise is not compared.")
    few = [name for (name, _), n in zip(kinds, aims["fitted to"].issues) if n < FEW]
    if few:
        said.append(f"Fewer than {FEW} issues to fit to, so hardly a word: {', '.join(few)}.")
    return said


# ----------------------------------------------------------------------------------------------------------- what is told


def weighted(values, weights, at_):
    """Weighted quantiles, linear between members: (len(at_),)."""
    order = np.argsort(values, kind="stable")
    share = np.cumsum(weights[order]) - 0.5 * weights[order]
    return np.interp(at_, share, values[order])


def smooth(x, weights, at_):
    """Quantiles of the weighted members, each smeared by a normal kernel (Silverman 1986): the fewer they are worth, the wider."""
    width = max(np.sqrt(weights @ (x - weights @ x) ** 2), 1e-3) * (4 / (3 * worth(weights))) ** 0.2
    grid = np.linspace(-5.0, 5.0, 2001)
    return np.interp(at_, stats.norm.cdf((grid[:, None] - x) / width) @ weights, grid)


def parameters_of(chosen, u, weights, best):
    """One row per parameter: its prior, the best trial's value, and the ensemble's interval; whether the log tells it.

    It does where the spread (in normal scores; the prior's is 1) is clearly narrower, also when so few members might make it so by luck.
    """
    rows, x, n = {}, stats.norm.ppf(u), max(worth(weights), 1.5)
    lucky = np.sqrt(stats.chi2.ppf(0.01, n - 1) / (n - 1))  # a flat one shows less than this one time in a hundred
    for k, one in enumerate(chosen):
        p5, median, p95 = stats.norm.cdf(smooth(x[:, k], weights, (INTERVAL[0], 0.5, INTERVAL[1])))
        spread = np.sqrt(weights @ (x[:, k] - weights @ x[:, k]) ** 2)
        narrowed = (p95 - p5) / (INTERVAL[1] - INTERVAL[0])
        rows[one.path] = {"default": one.default, "low": one.low, "high": one.high, "best": one.value(best[k]), "median": one.value(median), "p5": one.value(p5),
                          "p95": one.value(p95), "narrowed": narrowed, "identified": bool(narrowed < CLEARLY and spread < lucky), "factor": one.factor}  # fmt: skip
    return pd.DataFrame(rows).T.infer_objects().rename_axis("parameter")


def ensemble_of(chosen, u, weights, missed):
    """One row per trial, the parameters as they are set; distance is the sum of squared misses in errors."""
    table = pd.DataFrame({one.path: one.value(u[:, k]) for k, one in enumerate(chosen)})
    if weights is None:
        return table.assign(distance=missed)
    return table.assign(weight=weights, distance=missed)[["weight", "distance", *table.columns]].sort_values("weight", ascending=False, kind="stable", ignore_index=True)


def curves_in(numbers, target):
    """(kinds, horizons + 1) of the statistics that are shares; and (kinds,) log rates, or NaN."""
    per = len(target.horizons) + 1 + bool(target.people)
    table = numbers.reshape(len(target.kinds), per)
    return table[:, bool(target.people):], table[:, 0] if target.people else np.full(len(target.kinds), np.nan)


def scored(models, aims):
    """How far each is from each part of the log: the case as it was, the fitted one, and the log's earlier part itself."""
    rows, before = {}, aims["fitted to"][0].numbers
    for part, (aim, error) in aims.items():
        seen = np.repeat(np.array(aim.issues) >= 1, len(aim.numbers) // len(aim.kinds))
        for name, told in {**models, "the log before": before}.items():
            if part == "fitted to" and name == "the log before":
                continue
            (c, r), (c_, r_) = curves_in(told, aim), curves_in(aim.numbers, aim)
            some = np.array(aim.issues) >= 1
            rows[part, name] = {"distance": np.sqrt(np.mean((((told - aim.numbers) / error) ** 2)[seen])), "points": 100 * np.sqrt(np.mean((c - c_)[some, :-1] ** 2)),
                                "rate": float(np.exp(np.mean((r - r_)[some])))}  # fmt: skip
    return pd.DataFrame(rows).T.rename_axis(["part", "model"])


def shown(models, aims, told, weights):
    """Curves and rates side by side: the log with its 90 % interval, the case as it was, the fitted one, and the ensemble's middle 90 %."""
    curves, rates = [], []
    each = [curves_in(one, aims["fitted to"]) for one in told]
    z = stats.norm.ppf(INTERVAL[1])
    for part, aim in aims.items():
        (log, rate), (error, wrong) = curves_in(aim.numbers, aim), curves_in(aim.error, aim)
        (plain, rate0), (best, rate1) = (curves_in(models[name], aim) for name in ("default", "fitted"))
        for k, (kind, _) in enumerate(aim.kinds):
            many = aim.issues[k]
            for h, day in enumerate((*aim.horizons, "mean")):
                low, high = weighted(np.array([c[k, h] for c, _ in each]), weights, INTERVAL)
                curves.append({"part": part, "kind": kind, "days": day, "issues": many, "log": log[k, h] if many else np.nan, "log_low": max(log[k, h] - z * error[k, h], 0.0),
                               "log_high": min(log[k, h] + z * error[k, h], 1.0), "default": plain[k, h], "fitted": best[k, h], "low": low, "high": high})  # fmt: skip
            low, high = weighted(np.array([r[k] for _, r in each]), weights, INTERVAL)
            ends = rate[k], rate[k] - z * wrong[k], rate[k] + z * wrong[k], rate0[k], rate1[k], low, high
            rates.append({"part": part, "kind": kind, "issues": many, **dict(zip(("log", "log_low", "log_high", "default", "fitted", "low", "high"), np.exp(ends)))})
    return pd.DataFrame(curves), pd.DataFrame(rates)
