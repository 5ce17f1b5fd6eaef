"""A case's assumed numbers fitted to a community's own issue log, with intervals, and held against the part of the log it has not seen.

What is compared, by kind of issue: told issues per 1,000 residents and year, Kaplan-Meier's share not yet resolved so many days
after telling, and the restricted mean of that time. Each difference counts in units of its error: the log's own (a bootstrap over
its issues) and what luck leaves in the model's. They hang together, so their sum is scaled down to the number of independent
ones (a composite likelihood, tempered: Ribatet, Cooley & Davison 2012); and where even the best run misses by more than these
errors explain, all are widened by that factor (quasi-likelihood: McCullagh & Nelder 1989). First a search (Optuna's TPE: Bergstra
et al. 2011) finds where the case is like the log; then rounds of population Monte Carlo (Cappe et al. 2004), each drawn around
the best so far and partly from the prior, weigh parameters by kernel times prior over proposal, as in ABC (Beaumont et al. 2009).

"""

from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
from scipy import stats

from ...engine.parameters import UserError
from ...engine.randomness import whole_seed
from ...engine.toml_reader import short
from ...model.cases import alter_scenario
from ..comparison.runs import scenario_of
from ..execution.supervisor import processes_of
from ..files import manifest
from ..files.case_writer import write_case as case_text
from ..files.csv_tables import write_csv
from .distance import (
    FEW,
    SETTLING,
    errors,
    evaluate_trial,
    kinds_of,
    misses,
    noise,
    parts,
    target,
)
from .free_parameters import FACTOR, apply_free_parameters, choose_free_parameters
from .importance_sampling import (
    ATOLL,
    Workers,
    optuna_study,
    rounds,
    search,
    weights_of,
    worth,
)
from .issue_log import IssueLog, read_log

HORIZONS = (1, 3, 7, 30, 90, 180)  # days after telling
SEEN = 2 / 3  # of the rest of a run: horizons beyond are too far for what it sees
ROUNDS = 4
SEARCHED = 1 / 3  # of the trials
CLEARLY = 0.7  # of its prior's width: an interval that is not narrower has learned nothing
ROUGH = 10  # members that an ensemble must be worth, for its intervals not to be called rough
METHODS = ("tpe", "cma", "sobol")
INTERVAL = (0.05, 0.95)
FITTED = ", fitted to "  # how a fitted case begins, after its name


@dataclass
class Calibration:
    """What came of it."""

    case: object  # Scenario it began with
    fitted: object  # Scenario with the best trial's values
    parameters: (
        pd.DataFrame
    )  # one row per parameter: default, low, high (prior), best, median, p5, p95, narrowed, identified
    ensemble: pd.DataFrame  # one row per trial of the rounds: weight, distance, one column per parameter
    trials: pd.DataFrame  # every trial, those of the search too
    scores: pd.DataFrame  # (part, model): distance, points (root mean squared difference of curves), rate (ratio of model to log)
    curves: (
        pd.DataFrame
    )  # one row per part, kind and horizon: log, log_low, log_high, default, best, low, high
    rates: (
        pd.DataFrame
    )  # one row per part and kind: log, default, best, low, high; per 1,000 residents and year
    effective: float  # how many equally weighted members the ensemble is worth
    widened: float  # by how much the errors had to be widened; 1 where the model can be like the log
    split: pd.Timestamp  # first day of the part held out
    log: IssueLog
    said: list  # what was left out or assumed
    free: dict  # path -> Free, of what was fitted
    asked: dict  # what was asked for, by name

    def verdict(self):
        """The answer in a sentence or two."""
        known = [
            f"{p} {r['median']:.3g} ({r.p5:.3g} to {r.p95:.3g})"
            for p, r in self.parameters.iterrows()
            if r.identified
        ]
        unknown = [p for p, r in self.parameters.iterrows() if not r.identified]
        told = self.scores["points"]
        missed = (f"{told['held out', name]:.1f}" for name in ("fitted", "default", "the log before"))
        words = [
            "Curves of the part held out are missed by {} points (unfitted {}; the earlier part of the log itself {}).".format(
                *missed
            )
        ]
        words += (
            [f"The log tells: {'; '.join(known)}."] if known else ["The log tells none of these parameters."]
        )
        words += [f"It does not tell: {', '.join(unknown)}; their values are no finding."] if unknown else []
        words += (
            [
                f"Even the best trial misses by more than chance explains: intervals hold errors {np.sqrt(self.widened):.1f} times as large."
            ]
            if self.widened > 1.5
            else []
        )
        words += (
            [
                f"The ensemble is worth {self.effective:.1f} members only: intervals are rough; ask for more trials."
            ]
            if self.effective < ROUGH
            else []
        )
        return " ".join(words)

    def save(self, folder, command=""):
        """Write the case file, ensemble.csv, trials.csv, parameters.csv, scores.csv, curves.csv, rates.csv and manifest.json; returns the case file's path.

        Raises UserError where the case file would overwrite one that no calibration wrote.
        """
        folder = Path(folder)
        manifest.refuse_sweep_folder(folder)
        path = path_of_fitted_case(folder, self.case)
        folder.mkdir(parents=True, exist_ok=True)
        for name in ("parameters", "scores"):
            write_csv(getattr(self, name), folder / f"{name}.csv")
        for name in ("ensemble", "trials", "curves", "rates"):
            write_csv(getattr(self, name), folder / f"{name}.csv", index=False)
        path.write_text(self.case_file(command), encoding="utf-8")
        tables = [f"{name}.csv" for name in ("parameters", "scores", "ensemble", "trials", "curves", "rates")]
        manifest.write_manifest(
            folder,
            "calibrate",
            command=command,
            cases=[self.case, self.fitted],
            tables=tables,
            verdict=self.verdict(),
            **self.asked,
            log=manifest.file_of(self.log.path),
        )
        return path

    def case_file(self, command=""):
        """The case to go on with, as TOML: as it was, with the fitted numbers and what they were fitted to."""
        opened = self.log.issues["opened"]
        where = f"{Path(self.log.path).name}, {opened.min():%Y-%m-%d} to {self.split - pd.Timedelta(days=1):%Y-%m-%d}"
        notes = {}
        for path, row in self.parameters.iterrows():
            tells = f"5 to 95 %: {row.p5:.4g} to {row.p95:.4g}" + (
                "" if row.identified else "; the log does not tell"
            )
            for moved in self.free[path].moves:
                notes[moved] = (
                    f"fitted, {'factor ' if self.free[path].factor else ''}{row.best:.4g} ({tells})"
                )
        header = f"{self.case.name}{FITTED}{where} on {date.today()}; fitted numbers say so, all others are as they were."
        return case_text(
            self.fitted,
            notes,
            short(header, 400)
            + (f"\n{short(command, 400)}" if command else "")
            + "\n"
            + short(self.verdict(), 1000),
        )


def path_of_fitted_case(folder, scenario):
    """Where the fitted case goes. Raises UserError where there is a file already that no calibration wrote."""
    path = Path(folder) / f"{scenario.name}.toml"
    if path.exists() and not path.read_bytes().startswith(f"# {scenario.name}{FITTED}".encode()):
        raise UserError(
            f"--out {folder}: would overwrite {path}, which no calibration wrote; name another folder"
        )
    return path


def files_to_write(scenario):
    """Names of the files that a calibration of this scenario writes."""
    tables = ("parameters", "scores", "ensemble", "trials", "curves", "rates")
    return (
        f"{scenario.name}.toml",
        *(f"{name}.csv" for name in tables),
        "calibration.png",
        "calibration.svg",
    )


class SimulatedTrials:
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


def calibrate(
    case,
    log,
    *,
    fit=(),
    trials=200,
    replicates=2,
    held_out=0.25,
    factor=FACTOR,
    days=None,
    on=(),
    off=(),
    settings=(),
    residents=None,
    mapping=None,
    method="tpe",
    seed=0,
    workers=None,
    progress=None,
):
    """Fit assumed numbers of `case` to `log` (a Log, or the path of a CSV file; `mapping` as in `read_log`); returns a Calibration.

    `fit` names parameters as in `freed`; a third of the `trials` search, the others weigh. Every trial lives through the case
    `replicates` times, with the same lucks as all others. The last `held_out` of the log's mapped issues are not fitted to; what was
    closed later than the first of them counts as open until then. `residents` is how many people the log is about; where nobody
    says, rates are neither fitted nor compared. The result does not depend on `workers`. Raises UserError.
    """
    seed, scenario = whole_seed(seed), alter_scenario(scenario_of(case), on, off, settings, days)
    log = log if isinstance(log, IssueLog) else read_log(log, mapping, residents=residents)
    people, kinds, chosen, horizons, (early, late, split) = plan_calibration(
        scenario, log, fit, trials, replicates, held_out, factor, method, residents
    )
    aims = {
        "fitted to": target(
            early,
            split - pd.Timedelta(days=1),
            kinds,
            horizons,
            people,
            years(early["opened"].min(), split),
            seed,
        ),
        "held out": target(
            late,
            log.drawn,
            kinds,
            horizons,
            people,
            years(split, late["opened"].max() + pd.Timedelta(days=1)),
            seed,
        ),
    }
    aim = aims["fitted to"]
    luck, counted = noise(scenario, aim, seed), scenario.days - int(SETTLING * scenario.days)
    with Workers(min(processes_of(workers), trials)) as every:
        answer = SimulatedTrials(
            partial(evaluate_trial, scenario, chosen, aim, seed, range(replicates)),
            aim,
            errors(aim, luck, counted, replicates),
            every,
            progress,
        )
        first = max(ATOLL, int(SEARCHED * trials))
        each = [(trials - first) * (n + 1) // ROUNDS - (trials - first) * n // ROUNDS for n in range(ROUNDS)]
        u, told, missed = search(chosen, first, seed, method, answer)
        luck = np.maximum(
            luck, noise(apply_free_parameters(scenario, chosen, u[missed.argmin()]), aim, seed)
        )  # where queues are long, luck does more
        answer.error = errors(aim, luck, counted, replicates)
        missed = np.array([misses(one, aim, answer.error) for one in told])
        drawn, told_, far, base = rounds(u, told, missed, each, seed, answer)
    u, told, missed = np.vstack([u, drawn]), np.vstack([told, told_]), np.append(missed, far)
    widened = max(1.0, missed.min() / answer.independent)
    weights = base * weights_of(far, widened)
    weights = weights / weights.sum()
    best = apply_free_parameters(scenario, chosen, u[missed.argmin()])
    fresh = range(replicates, 3 * replicates)  # lucks that nothing was fitted to
    models = {
        "default": evaluate_trial(scenario, chosen, aim, seed, fresh, None),
        "fitted": evaluate_trial(scenario, chosen, aim, seed, fresh, u[missed.argmin()]),
    }
    said = describe_exclusions(log, kinds, aims, people)
    return Calibration(
        scenario,
        best,
        parameters_of(chosen, drawn, weights, u[missed.argmin()]),
        ensemble_of(chosen, drawn, weights, far),
        ensemble_of(chosen, u, None, missed),
        score_models(
            models, {part: (one, errors(one, luck, counted, len(fresh))) for part, one in aims.items()}
        ),
        *tabulate_curves(models, aims, told_, weights),
        worth(weights),
        widened,
        split,
        log,
        said,
        {one.path: one for one in chosen},
        {
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
        },
    )


def plan_calibration(
    scenario,
    log,
    fit=(),
    trials=200,
    replicates=2,
    held_out=0.25,
    factor=FACTOR,
    method="tpe",
    residents=None,
):
    """What will be done, checked before anything takes long: people, kinds, free parameters, horizons, and the log's parts. Raises UserError."""
    for name, value, low, high in (
        ("trials", trials, 24, 100_000),
        ("replicates", replicates, 1, 1000),
        ("held_out", held_out, 0.05, 0.9),
        ("factor", factor, 1.01, 1000.0),
    ):
        if not low <= value <= high:
            raise UserError(f"{name} = {value} is out of range; allowed is {low:,} to {high:,}")
    if method not in METHODS:
        raise UserError(f"--method {method}: is none of {', '.join(METHODS)}")
    if method != "sobol":
        optuna_study(0, method)
    horizons = tuple(h for h in HORIZONS if h <= scenario.days * (1 - SETTLING) * SEEN)
    if not horizons:
        raise UserError(
            f"days = {scenario.days} is too short to see anything resolved; live through 30 days or more"
        )
    people, (kinds, _) = residents or log.mapping.residents, kinds_of(log)
    return (
        people,
        kinds,
        choose_free_parameters(scenario, fit, kinds, people, factor),
        horizons,
        parts(log, held_out),
    )


def years(first, end):
    """From one day to the next of another, in years; a day at least."""
    return max((end - first).days, 1) / 365.25


def describe_exclusions(log, kinds, aims, people):
    """What is not compared, or hardly, in sentences."""
    said = []
    names = sorted(set(log.issues["category"]) - set(log.kinds))
    if names:
        n = int(log.issues["category"].isin(names).sum())
        said.append(
            f"Not mapped, left out: {n:,} issues of {', '.join(names[:8])}{' and others' if len(names) > 8 else ''}."
        )
    if not people:
        said.append(
            "Nobody says how many residents the log is about (--residents): how often issues arise is not compared."
        )
    few = [name for (name, _), n in zip(kinds, aims["fitted to"].issues) if n < FEW]
    if few:
        said.append(f"Fewer than {FEW} issues to fit to, so hardly a word: {', '.join(few)}.")
    return said


def weighted_quantiles(values, weights, at_):
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
    lucky = np.sqrt(
        stats.chi2.ppf(0.01, n - 1) / (n - 1)
    )  # a flat one shows less than this one time in a hundred
    for k, one in enumerate(chosen):
        p5, median, p95 = stats.norm.cdf(smooth(x[:, k], weights, (INTERVAL[0], 0.5, INTERVAL[1])))
        spread = np.sqrt(weights @ (x[:, k] - weights @ x[:, k]) ** 2)
        narrowed = (p95 - p5) / (INTERVAL[1] - INTERVAL[0])
        rows[one.path] = {
            "default": one.default,
            "low": one.low,
            "high": one.high,
            "best": one.value(best[k]),
            "median": one.value(median),
            "p5": one.value(p5),
            "p95": one.value(p95),
            "narrowed": narrowed,
            "identified": bool(narrowed < CLEARLY and spread < lucky),
            "factor": one.factor,
        }
    return pd.DataFrame(rows).T.infer_objects().rename_axis("parameter")


def ensemble_of(chosen, u, weights, missed):
    """One row per trial, the parameters as they are set; distance is the sum of squared misses in errors."""
    table = pd.DataFrame({one.path: one.value(u[:, k]) for k, one in enumerate(chosen)})
    if weights is None:
        return table.assign(distance=missed)
    return table.assign(weight=weights, distance=missed)[["weight", "distance", *table.columns]].sort_values(
        "weight", ascending=False, kind="stable", ignore_index=True
    )


def curves_in(numbers, target):
    """(kinds, horizons + 1) of the statistics that are shares; and (kinds,) log rates, or NaN."""
    per = len(target.horizons) + 1 + bool(target.people)
    table = numbers.reshape(len(target.kinds), per)
    return table[:, bool(target.people) :], table[:, 0] if target.people else np.full(
        len(target.kinds), np.nan
    )


def score_models(models, aims):
    """How far each is from each part of the log: the case as it was, the fitted one, and the log's earlier part itself."""
    rows, before = {}, aims["fitted to"][0].numbers
    for part, (aim, error) in aims.items():
        seen = np.repeat(np.array(aim.issues) >= 1, len(aim.numbers) // len(aim.kinds))
        for name, told in {**models, "the log before": before}.items():
            if part == "fitted to" and name == "the log before":
                continue
            (c, r), (c_, r_) = curves_in(told, aim), curves_in(aim.numbers, aim)
            some = np.array(aim.issues) >= 1
            rows[part, name] = {
                "distance": np.sqrt(np.mean((((told - aim.numbers) / error) ** 2)[seen])),
                "points": 100 * np.sqrt(np.mean((c - c_)[some, :-1] ** 2)),
                "rate": float(np.exp(np.mean((r - r_)[some]))),
            }
    return pd.DataFrame(rows).T.rename_axis(["part", "model"])


def tabulate_curves(models, aims, told, weights):
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
                low, high = weighted_quantiles(np.array([c[k, h] for c, _ in each]), weights, INTERVAL)
                curves.append(
                    {
                        "part": part,
                        "kind": kind,
                        "days": day,
                        "issues": many,
                        "log": log[k, h] if many else np.nan,
                        "log_low": max(log[k, h] - z * error[k, h], 0.0),
                        "log_high": min(log[k, h] + z * error[k, h], 1.0),
                        "default": plain[k, h],
                        "fitted": best[k, h],
                        "low": low,
                        "high": high,
                    }
                )
            low, high = weighted_quantiles(np.array([r[k] for _, r in each]), weights, INTERVAL)
            ends = rate[k], rate[k] - z * wrong[k], rate[k] + z * wrong[k], rate0[k], rate1[k], low, high
            rates.append(
                {
                    "part": part,
                    "kind": kind,
                    "issues": many,
                    **dict(
                        zip(("log", "log_low", "log_high", "default", "fitted", "low", "high"), np.exp(ends))
                    ),
                }
            )
    return pd.DataFrame(curves), pd.DataFrame(rates)
