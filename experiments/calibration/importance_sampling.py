"""The search for parameters with which a case is like a log, and the rounds that weigh them.

First a search (Optuna's TPE: Bergstra et al. 2011) finds where; then rounds of population Monte Carlo (Cappe et al. 2004), each
drawn around the best so far and partly from the prior, weigh parameters by kernel times prior over proposal (Beaumont et al. 2009).
"""

import numpy as np
from scipy import stats
from scipy.stats import qmc

from ...engine.parameters import UserError
from ...engine.randomness import seed_of
from ..execution.supervisor import end, pool

ATOLL = 8  # trials that are asked for before any of them is answered, whatever the number of workers
DEFENCE = 0.15  # share of a round's draws that come from the prior (Hesterberg 1995)
SHAPES = (
    (0.55, 1.0),
    (0.30, 4.0),
)  # shares of a round that are drawn with so many times the variance of its proposal: tails are not to be missed
WIDER = 1.5  # times the variance that an emulator finds, with which a round is drawn


class Workers:
    """So many processes, or none: results of a job, in order."""

    def __init__(self, workers):
        self.pool = pool(workers if workers > 1 else 0)

    def __enter__(self):
        return self.pool.map

    def __exit__(self, *what):
        end(self.pool)


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
    """An Optuna study with a seed of its own. Raises UserError where Optuna is not installed."""
    try:
        import optuna
    except ImportError:
        raise UserError(
            "the search needs Optuna: pip install 'cogov[search]'; or --method sobol, which does without"
        ) from None
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    seed = seed_of("calibrate", "search", seed) % 2**31
    if method == "cma":
        try:
            import cmaes  # noqa: F401
        except ImportError:
            raise UserError(
                "--method cma needs the package cmaes: pip install cmaes; or --method tpe"
            ) from None
        return optuna.create_study(sampler=optuna.samplers.CmaEsSampler(seed=seed, n_startup_trials=0))
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Optuna calls both options experimental
        return optuna.create_study(
            sampler=optuna.samplers.TPESampler(
                seed=seed, n_startup_trials=0, multivariate=True, constant_liar=True
            )
        )


def remember(study, asked, chosen, u, value):
    """Tell a study what came of a trial, its own or one that it did not ask for."""
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
    gram = a.T @ (w[:, None] * a) + np.diag(
        [1e-6] + [1.0] * (a.shape[1] - 1)
    )  # ridge: what little data say nothing about stays flat
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
        log = stats.norm.logpdf(cloud).sum(axis=1) - stats.multivariate_normal.logpdf(
            cloud, mean, WIDER * cov
        ).reshape(-1)
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
        told += [
            np.log(share) + np.atleast_1d(stats.multivariate_normal.logpdf(x, mean, wide * cov))
            for share, wide in SHAPES
        ]
        told.append(np.log(DEFENCE) + prior)
    return np.exp(prior - np.logaddexp.reduce(told, axis=0) + np.log(len(proposals)))


def rounds(u, first, missed, each, seed, answer):
    """Population Monte Carlo: `each` draws a round; returns (u, statistics, misses, prior over proposal) of all rounds."""
    width, proposals = u.shape[1], []
    drawn, told, far = np.empty((0, width)), [], np.empty(0)
    for number, n in enumerate(each):
        every, numbers, values = np.vstack([u, drawn]), np.array([*first, *told]), np.append(missed, far)
        mean, cov = proposal(
            stats.norm.ppf(every), numbers, values, max(1.0, values.min() / answer.independent), answer, seed
        )
        points = sobol(width + 1, n, seed, "round", number)
        z, which, edge = (
            stats.norm.ppf(points[:, :-1]),
            points[:, -1:],
            np.cumsum([share for share, _ in SHAPES]),
        )
        near = mean + z @ np.linalg.cholesky(cov).T * np.sqrt(
            np.where(which < edge[0], SHAPES[0][1], SHAPES[1][1])
        )
        fresh = np.clip(stats.norm.cdf(np.where(which < edge[1], near, z)), 1e-6, 1 - 1e-6)
        proposals.append((mean, cov))
        found, value = answer(fresh)
        drawn, told, far = np.vstack([drawn, fresh]), [*told, *found], np.append(far, value)
    return drawn, np.array(told), far, density(stats.norm.ppf(drawn), proposals)
