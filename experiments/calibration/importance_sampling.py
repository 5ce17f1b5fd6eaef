"""Search for parameters that bring a case close to a log, and weight them by importance sampling.

First a search (Optuna's TPE: Bergstra et al. 2011) finds the region. Then rounds of population Monte Carlo
(Cappe et al. 2004), each drawn around the best parameters so far and partly from the prior, weight parameters
by kernel times prior over proposal (Beaumont et al. 2009).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np
from scipy import stats
from scipy.stats import qmc

from ...engine.randomness import seed_of
from ...engine.texts.errors import UserError
from ..execution.supervisor import start_checked_pool, stop_executor
from .free_parameters import FreeParameter

if TYPE_CHECKING:
    import optuna

    from .trials import SimulatedTrials

BATCH = 8  # trials proposed before any of them is evaluated; independent of the number of workers
DEFENCE = 0.15  # share of a round's draws that come from the prior (Hesterberg 1995)
# (share of a round, factor on the variance of its proposal); the wide part covers the tails
SHAPES = ((0.55, 1.0), (0.30, 4.0))
WIDER = 1.5  # factor on the variance that the emulator finds, for the draws of a round


class Workers:
    """Context manager of a process pool; gives a `map` that returns the results of a job in order."""

    def __init__(self, workers: int):
        self.pool = start_checked_pool(workers if workers > 1 else 0)

    def __enter__(self) -> Callable[..., Iterator]:
        return self.pool.map

    def __exit__(self, *exception: object) -> None:
        stop_executor(self.pool)


def search(
    chosen: Sequence[FreeParameter], trials: int, seed: int, method: str, answer: SimulatedTrials
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Propose trials and evaluate them, `BATCH` at a time.

    Returns u (trials, parameters), the statistics (trials, statistics) and the misses (trials,).
    """
    u = np.empty((0, len(chosen)))
    statistics: list[np.ndarray] = []
    misses: list[float] = []
    points = sobol(len(chosen), trials, seed, "search")
    study = None if method == "sobol" else optuna_study(seed, method)
    start = trials if study is None else max(BATCH, trials // 2)
    while len(u) < trials:
        n = min(BATCH, trials - len(u))
        if len(u) < start:  # first cover the unit cube evenly
            proposed: Sequence[optuna.Trial | None] = [None] * n
            points_to_try = points[len(u) : len(u) + n]
        else:
            assert study is not None
            asked = [study.ask() for _ in range(n)]
            proposed = asked
            points_to_try = np.array(
                [[trial.suggest_float(p.path, 0.0, 1.0) for p in chosen] for trial in asked]
            )
        new_statistics, new_misses = answer(points_to_try)
        for trial, x, value in zip(proposed, points_to_try, new_misses):
            if study is not None:
                report_trial(study, trial, chosen, x, value)
        u = np.vstack([u, points_to_try])
        statistics, misses = [*statistics, *new_statistics], [*misses, *new_misses]
    return u, np.array(statistics), np.array(misses)


def optuna_study(seed: int, method: str) -> optuna.Study:
    """Create an Optuna study with its own random seed. Raises UserError if Optuna is not installed."""
    try:
        import optuna
    except ImportError:
        raise UserError(
            "the search needs Optuna: pip install 'cogov[search]'; or use --method sobol, which does not "
            "need it"
        ) from None
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    seed = seed_of("calibrate", "search", seed) % 2**31
    if method == "cma":
        try:
            import cmaes  # noqa: F401
        except ImportError:
            raise UserError(
                "--method cma needs the package cmaes: pip install cmaes; or use --method tpe"
            ) from None
        return optuna.create_study(sampler=optuna.samplers.CmaEsSampler(seed=seed, n_startup_trials=0))
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Optuna marks both options as experimental
        return optuna.create_study(
            sampler=optuna.samplers.TPESampler(
                seed=seed, n_startup_trials=0, multivariate=True, constant_liar=True
            )
        )


def report_trial(
    study: optuna.Study,
    asked: optuna.Trial | None,
    chosen: Sequence[FreeParameter],
    u: np.ndarray,
    value: float,
) -> None:
    """Report the result of a trial to a study, whether the study proposed the trial or not."""
    if asked is not None:
        study.tell(asked, value)
        return
    from optuna.distributions import FloatDistribution
    from optuna.trial import create_trial

    study.add_trial(
        create_trial(
            params={p.path: float(x) for p, x in zip(chosen, u)},
            distributions={p.path: FloatDistribution(0.0, 1.0) for p in chosen},
            value=value,
        )
    )


def sobol(width: int, n: int, *seed: str | int) -> np.ndarray:
    """Return points that fill the unit cube evenly: (n, width), strictly inside.

    Sobol (1967), scrambled (Owen 1998).
    """
    engine = qmc.Sobol(width, scramble=True, seed=seed_of("calibrate", "sobol", *seed) % 2**31)
    return np.clip(engine.random_base2(max(1, int(np.ceil(np.log2(max(n, 2))))))[:n], 1e-6, 1 - 1e-6)


def weights_of(missed: np.ndarray, widened: float, heat: float = 1.0) -> np.ndarray:
    """Compute weights from the kernel exp(-misses / 2): (n,), sum 1.

    `widened` scales the squared errors; `heat` scales them further, to flatten the weights.
    """
    log_weights = -0.5 * (missed - missed.min()) / (widened * heat)
    return np.exp(log_weights) / np.exp(log_weights).sum()


def effective_size(weights: np.ndarray) -> float:
    """Compute Kish's effective number of equally weighted members."""
    return float(weights.sum() ** 2 / (weights**2).sum())


def terms(x: np.ndarray) -> np.ndarray:
    """Build the regressors of the emulator: 1, each parameter, their squares and products: (n, terms)."""
    pairs = [x[:, i] * x[:, j] for i in range(x.shape[1]) for j in range(i + 1)]
    return np.column_stack([np.ones(len(x)), x, *pairs])


def emulator(
    x: np.ndarray, statistics: np.ndarray, misses: np.ndarray, widened: float
) -> tuple[np.ndarray, np.ndarray]:
    """Fit a quadratic to the statistics of the trials, with higher weights for better trials.

    Returns coefficients (terms, statistics) and residual standard deviations (statistics,).
    """
    heat, enough = 1.0, min(4.0 * x.shape[1] + 8.0, 0.6 * len(x))
    while effective_size(weights_of(misses, widened, heat)) < enough and heat < 1e9:
        heat *= 1.3
    weight, regressors = weights_of(misses, widened, heat) * len(x), terms(x)
    # ridge: coefficients that the data do not determine stay near zero
    gram = regressors.T @ (weight[:, None] * regressors) + np.diag([1e-6] + [1.0] * (regressors.shape[1] - 1))
    centre = weight @ statistics / weight.sum()
    beta = np.linalg.solve(gram, regressors.T @ (weight[:, None] * (statistics - centre)))
    beta[0] += centre
    return beta, np.sqrt(weight @ (statistics - regressors @ beta) ** 2 / weight.sum())


def proposal(
    x: np.ndarray,
    statistics: np.ndarray,
    misses: np.ndarray,
    widened: float,
    answer: SimulatedTrials,
    seed: int,
) -> tuple[np.ndarray, np.ndarray]:
    """Return mean and covariance, in normal scores, of the parameters for the next round.

    They describe the parameters that an emulator of the trials so far considers close to the log.
    """
    beta, residual = emulator(x, statistics, misses, widened)
    error, target = np.hypot(answer.error, residual), answer.target
    points, width = stats.norm.ppf(sobol(x.shape[1], 4096, seed, "emulated")), x.shape[1]
    mean, cov = np.zeros(width), np.eye(width)
    for heat in (100.0, 30.0, 10.0, 3.0, 1.0, 1.0, 1.0):
        cloud = mean + points @ np.linalg.cholesky(WIDER * cov).T
        log_weight = stats.norm.logpdf(cloud).sum(axis=1) - stats.multivariate_normal.logpdf(
            cloud, mean, WIDER * cov
        ).reshape(-1)
        distance = (((terms(cloud) @ beta - target.numbers) / error) ** 2).sum(axis=1) * target.together
        log_weight = log_weight - 0.5 * distance / (widened * heat)
        weight = np.exp(log_weight - log_weight.max())
        weight = weight / weight.sum()
        mean = weight @ cloud
        cov = (cloud - mean).T @ (weight[:, None] * (cloud - mean)) + 0.02**2 * np.eye(width)
    return mean, WIDER * cov


def density(x: np.ndarray, proposals: Sequence[tuple[np.ndarray, np.ndarray]]) -> np.ndarray:
    """Compute prior over the mean of all proposals: (n,).

    The deterministic mixture of Owen and Zhou (2000).
    """
    prior = stats.norm.logpdf(x).sum(axis=1)
    log_densities = []
    for mean, cov in proposals:
        log_densities += [
            np.log(share) + np.atleast_1d(stats.multivariate_normal.logpdf(x, mean, wide * cov))
            for share, wide in SHAPES
        ]
        log_densities.append(np.log(DEFENCE) + prior)
    return np.exp(prior - np.logaddexp.reduce(log_densities, axis=0) + np.log(len(proposals)))


def run_rounds(
    u: np.ndarray,
    first: np.ndarray,
    misses: np.ndarray,
    each: Sequence[int],
    seed: int,
    answer: SimulatedTrials,
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Run rounds of population Monte Carlo; `each` gives the number of draws per round.

    Returns u, statistics, misses, and prior over proposal, of the draws of all rounds.
    """
    width, proposals = u.shape[1], []
    drawn, new_misses = np.empty((0, width)), np.empty(0)
    statistics: list[np.ndarray] = []
    for number, n in enumerate(each):
        all_u, all_statistics = np.vstack([u, drawn]), np.array([*first, *statistics])
        all_misses = np.append(misses, new_misses)
        widened = max(1.0, all_misses.min() / answer.independent)
        mean, cov = proposal(stats.norm.ppf(all_u), all_statistics, all_misses, widened, answer, seed)
        points = sobol(width + 1, n, seed, "round", number)
        z, which = stats.norm.ppf(points[:, :-1]), points[:, -1:]
        edge = np.cumsum([share for share, _ in SHAPES])
        shifted = mean + z @ np.linalg.cholesky(cov).T * np.sqrt(
            np.where(which < edge[0], SHAPES[0][1], SHAPES[1][1])
        )
        draws = np.clip(stats.norm.cdf(np.where(which < edge[1], shifted, z)), 1e-6, 1 - 1e-6)
        proposals.append((mean, cov))
        round_statistics, round_misses = answer(draws)
        drawn, statistics = np.vstack([drawn, draws]), [*statistics, *round_statistics]
        new_misses = np.append(new_misses, round_misses)
    return drawn, np.array(statistics), new_misses, density(stats.norm.ppf(drawn), proposals)
