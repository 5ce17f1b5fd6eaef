"""Build the tables of a calibration: parameters, ensemble, scores, curves and rates."""

from collections.abc import Iterable, Sequence

import numpy as np
import pandas as pd
from scipy import stats

from ...model.scenarios.scenario import Scenario
from ..logs.issue_log import IssueLog, times
from ..logs.log_summary import quantile
from .distance import Target
from .free_parameters import FreeParameter
from .importance_sampling import effective_size
from .own_ensemble import QUARTILES, WEEK, OwnEnsemble

CLEARLY = 0.7  # of the prior's width; a wider interval counts as not identified
INTERVAL = (0.05, 0.95)  # quantiles
NEVER = 1e9  # days that stand for a share that is never reached


def weighted_quantiles(values: np.ndarray, weights: np.ndarray, levels: Sequence[float]) -> np.ndarray:
    """Compute weighted quantiles, linear between members: (len(levels),)."""
    order = np.argsort(values, kind="stable")
    share = np.cumsum(weights[order]) - 0.5 * weights[order]
    return np.interp(levels, share, values[order])


def smooth(x: np.ndarray, weights: np.ndarray, levels: Sequence[float]) -> np.ndarray:
    """Compute quantiles of weighted members, each smoothed by a normal kernel (Silverman 1986).

    The smaller the effective number of members, the wider the kernel.
    """
    width = max(np.sqrt(weights @ (x - weights @ x) ** 2), 1e-3) * (4 / (3 * effective_size(weights))) ** 0.2
    grid = np.linspace(-5.0, 5.0, 2001)
    return np.interp(levels, stats.norm.cdf((grid[:, None] - x) / width) @ weights, grid)


def parameters_of(chosen: Sequence[FreeParameter], u: np.ndarray, weights: np.ndarray) -> pd.DataFrame:
    """Build the table of parameters: one row per parameter.

    It holds the prior, the interval of the ensemble, and whether the log identifies the parameter, that is,
    whether it was learned. It was if its interval (in normal scores, where the prior's is 1) is clearly
    narrower than the prior's, and its spread narrower than that of so few members would be by chance.
    `contraction` is 1 - posterior over prior variance (Schad, Betancourt & Vasishth 2021), from the width of
    the interval: 0 where the log says nothing, 1 where it says all. The limit is about a half.
    """
    rows, scores, n = {}, stats.norm.ppf(u), max(effective_size(weights), 1.5)
    # a parameter with no information shows a smaller spread than this once in a hundred
    by_chance = np.sqrt(stats.chi2.ppf(0.01, n - 1) / (n - 1))
    for k, parameter in enumerate(chosen):
        p5, median, p95 = stats.norm.cdf(smooth(scores[:, k], weights, (INTERVAL[0], 0.5, INTERVAL[1])))
        spread = np.sqrt(weights @ (scores[:, k] - weights @ scores[:, k]) ** 2)
        narrowed = (p95 - p5) / (INTERVAL[1] - INTERVAL[0])
        rows[parameter.path] = {
            "default": parameter.default,
            "low": parameter.low,
            "high": parameter.high,
            "best": parameter.default,
            "median": parameter.value(median),
            "p5": parameter.value(p5),
            "p95": parameter.value(p95),
            "narrowed": narrowed,
            "contraction": max(0.0, 1.0 - narrowed**2),
            "identified": bool(narrowed < CLEARLY and spread < by_chance),
            "factor": parameter.factor,
        }
    return pd.DataFrame(rows).T.infer_objects().rename_axis("parameter")


def ensemble_of(
    chosen: Sequence[FreeParameter], u: np.ndarray, weights: np.ndarray | None, distances: np.ndarray
) -> pd.DataFrame:
    """Build the table of trials: one row per trial, with its parameters as they are set.

    `distance` is the sum of squared misses in units of their errors.
    """
    table = pd.DataFrame({parameter.path: parameter.value(u[:, k]) for k, parameter in enumerate(chosen)})
    if weights is None:
        return table.assign(distance=distances)
    return table.assign(weight=weights, distance=distances)[
        ["weight", "distance", *table.columns]
    ].sort_values("weight", ascending=False, kind="stable", ignore_index=True)


def curves_in(numbers: np.ndarray, target: Target) -> tuple[np.ndarray, np.ndarray]:
    """Return the shares among the statistics, (kinds, horizons + 1), and the log rates, (kinds,).

    Log rates are NaN if rates are not compared.
    """
    per = len(target.horizons) + 1 + bool(target.people)
    table = numbers.reshape(len(target.kinds), per)
    rates = table[:, 0] if target.people else np.full(len(target.kinds), np.nan)
    return table[:, bool(target.people) :], rates


def score_models(models: dict[str, np.ndarray], aims: dict[str, tuple[Target, np.ndarray]]) -> pd.DataFrame:
    """Compute the distance of each model from each part of the log.

    Models are the default case, the fitted case, the ensemble of one's own, and as a null model the earlier
    part of the log itself ("earlier log"): its mean rate and its closing curve. `distance` is the root mean
    square in standard errors, `log_score` the log likelihood of as many normal statistics as are independent.
    """
    rows, before = {}, aims["fitted to"][0].numbers
    for part, (aim, error) in aims.items():
        seen = np.repeat(np.array(aim.issues) >= 1, len(aim.numbers) // len(aim.kinds))
        for name, numbers in {**models, "earlier log": before}.items():
            if part == "fitted to" and name == "earlier log":
                continue
            (curves, rates), (log_curves, log_rates) = curves_in(numbers, aim), curves_in(aim.numbers, aim)
            has_issues = np.array(aim.issues) >= 1
            mean_square = np.mean((((numbers - aim.numbers) / error) ** 2)[seen])
            rows[part, name] = {
                "distance": np.sqrt(mean_square),
                "log_score": -0.5 * aim.together * seen.sum() * mean_square,
                "points": 100 * np.sqrt(np.mean((curves - log_curves)[has_issues, :-1] ** 2)),
                "rate": float(np.exp(np.mean((rates - log_rates)[has_issues]))),
            }
    return pd.DataFrame(rows).T.rename_axis(["part", "model"])


def tabulate_curves(
    models: dict[str, np.ndarray],
    aims: dict[str, Target],
    statistics: Iterable[np.ndarray],
    weights: np.ndarray,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Build the tables of curves and of rates.

    They hold the log with its 90 % interval, the default and the fitted case, and the middle 90 % of the
    members of the ensemble of one's own.
    """
    curves, rates = [], []
    members = [curves_in(numbers, aims["fitted to"]) for numbers in statistics]
    z = stats.norm.ppf(INTERVAL[1])
    for part, aim in aims.items():
        (log, rate), (error, rate_error) = curves_in(aim.numbers, aim), curves_in(aim.error, aim)
        (default, default_rate), (fitted, fitted_rate) = (
            curves_in(models[name], aim) for name in ("default", "fitted")
        )
        for k, (kind, _) in enumerate(aim.kinds):
            issues = aim.issues[k]
            for h, day in enumerate((*aim.horizons, "mean")):
                low, high = weighted_quantiles(np.array([c[k, h] for c, _ in members]), weights, INTERVAL)
                curves.append(
                    {
                        "part": part,
                        "kind": kind,
                        "days": day,
                        "issues": issues,
                        "log": log[k, h] if issues else np.nan,
                        "log_low": max(log[k, h] - z * error[k, h], 0.0),
                        "log_high": min(log[k, h] + z * error[k, h], 1.0),
                        "default": default[k, h],
                        "fitted": fitted[k, h],
                        "low": low,
                        "high": high,
                    }
                )
            low, high = weighted_quantiles(np.array([r[k] for _, r in members]), weights, INTERVAL)
            ends = (
                rate[k],
                rate[k] - z * rate_error[k],
                rate[k] + z * rate_error[k],
                default_rate[k],
                fitted_rate[k],
                low,
                high,
            )
            rates.append(
                {
                    "part": part,
                    "kind": kind,
                    "issues": issues,
                    **dict(
                        zip(("log", "log_low", "log_high", "default", "fitted", "low", "high"), np.exp(ends))
                    ),
                }
            )
    return pd.DataFrame(curves), pd.DataFrame(rates)


def tabulate_weeks(
    parts: dict[str, pd.DataFrame], log: IssueLog, own: OwnEnsemble, scenario: Scenario, people: float
) -> pd.DataFrame:
    """Count the issues opened in each whole week of the log, with the middle 90 % of the ensemble.

    One row per week: part, week (its first day), log, median, low, high. The model's weeks are those of its
    own residents, scaled to the people of the log; without that number they are NaN.
    """
    ratio = people / scenario.community.residents if people else np.nan
    mean = np.array([member.weekly for member in own.members]) * ratio
    spread = np.sqrt(np.maximum(mean, 0.0) * np.array([member.uneven for member in own.members]))
    z = stats.norm.ppf((np.arange(21) + 0.5) / 21)
    values = np.maximum(mean[:, None] + spread[:, None] * z, 0.0).ravel()
    low, median, high = (
        weighted_quantiles(values, np.repeat(own.weights / 21, 21), (INTERVAL[0], 0.5, INTERVAL[1]))
        if np.isfinite(values).all()
        else (np.nan,) * 3
    )
    opened = pd.concat([part["opened"] for part in parts.values()])
    first = opened.min()
    week = (opened - first).dt.days.to_numpy() // WEEK
    whole = ((log.drawn - first).days + 1) // WEEK
    begun = {name: (part["opened"].min() - first).days for name, part in parts.items()}
    counts = np.bincount(week[week < whole], minlength=whole)
    later = begun["held out"] // WEEK
    return pd.DataFrame(
        {
            "part": np.where(np.arange(whole) < later, "fitted to", "held out"),
            "week": first + pd.to_timedelta(np.arange(whole) * WEEK, unit="D"),
            "log": counts,
            "median": median,
            "low": low,
            "high": high,
        }
    )


def tabulate_closing_days(
    parts: dict[str, tuple[pd.DataFrame, pd.Timestamp]], kinds: tuple, own: OwnEnsemble
) -> pd.DataFrame:
    """Tabulate days until a quarter, a half and three quarters of the issues are closed, by kind.

    One row per part, kind and share: issues, closed (share), days (of the log, Kaplan-Meier; NaN if the share
    is never reached), and of the ensemble median, low and high (infinite where the share is not reached).
    """
    rows = []
    for part, (issues, drawn) in parts.items():
        for k, (kind, _) in enumerate(kinds):
            time, closed = times(issues[issues["kind"] == k], drawn)
            for q, share in enumerate(QUARTILES):
                days = np.array([member.quartiles[k, q] for member in own.members])
                never = np.where(np.isnan(days), NEVER, days)
                low, median, high = (
                    np.inf if value >= NEVER / 2 else value
                    for value in weighted_quantiles(never, own.weights, (INTERVAL[0], 0.5, INTERVAL[1]))
                )
                rows.append(
                    {
                        "part": part,
                        "kind": kind,
                        "share": share,
                        "issues": len(time),
                        "closed": closed.mean() if len(time) else np.nan,
                        "days": quantile(time, closed, share) if len(time) else np.nan,
                        "median": median,
                        "low": low,
                        "high": high,
                    }
                )
    return pd.DataFrame(rows)
