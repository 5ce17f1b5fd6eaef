"""Build the tables of a calibration: parameters, ensemble, scores, curves and rates."""

from collections.abc import Iterable, Sequence

import numpy as np
import pandas as pd
from scipy import stats

from .distance import Target
from .free_parameters import FreeParameter
from .importance_sampling import effective_size

CLEARLY = 0.7  # of the prior's width; a wider interval counts as not identified
INTERVAL = (0.05, 0.95)  # quantiles


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


def parameters_of(
    chosen: Sequence[FreeParameter], u: np.ndarray, weights: np.ndarray, best: np.ndarray
) -> pd.DataFrame:
    """Build the table of parameters: one row per parameter.

    It holds the prior, the best trial's value, the interval of the ensemble, and whether the log identifies
    the parameter. It does if the spread (in normal scores, where the prior's is 1) is clearly narrower than
    the prior, and narrower than so few members would be by chance.
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
            "best": parameter.value(best[k]),
            "median": parameter.value(median),
            "p5": parameter.value(p5),
            "p95": parameter.value(p95),
            "narrowed": narrowed,
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

    Models are the default case, the fitted case, and the earlier part of the log itself ("earlier log").
    """
    rows, before = {}, aims["fitted to"][0].numbers
    for part, (aim, error) in aims.items():
        seen = np.repeat(np.array(aim.issues) >= 1, len(aim.numbers) // len(aim.kinds))
        for name, numbers in {**models, "earlier log": before}.items():
            if part == "fitted to" and name == "earlier log":
                continue
            (curves, rates), (log_curves, log_rates) = curves_in(numbers, aim), curves_in(aim.numbers, aim)
            has_issues = np.array(aim.issues) >= 1
            rows[part, name] = {
                "distance": np.sqrt(np.mean((((numbers - aim.numbers) / error) ** 2)[seen])),
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
    ensemble.
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
