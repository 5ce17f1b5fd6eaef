"""History matching: rule out parameters with which the model cannot meet the facts, and sample the others.

The *implausibility* of parameters for a fact is the distance of the emulated from the measured value, in
standard deviations of all that may separate them: the emulator's error (which holds the luck of a run), the
fact's error, and the discrepancy of the model. Parameters are ruled out if the second largest of their
implausibilities is more than CUT, so that one fact that the model gets wrong does not rule out everything
(Craig et al. 1997; Vernon, Goldstein & Bower 2010; three standard deviations: Pukelsheim 1994). What is left
is weighted by the likelihood of all facts together, and sampled by elliptical slices (Murray, Adams & MacKay
2010), which suit a normal prior and have nothing to tune.

Everything here is a function of arrays; scores have the standard normal distribution as their prior.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.special import ndtri

from .emulators import Emulators

CUT = 3.0  # implausibility from which on parameters are ruled out
ALLOWED = 1  # facts that may be more implausible than that
SHRINKS = 40  # times that a slice is shrunk at most; then the chain stays where it is

Draw = Callable[[str, int, int], np.ndarray]  # (name, step, n) -> n uniform random numbers in (0, 1)


@dataclass(frozen=True)
class Target:
    """What emulated values are held against: (facts,) each."""

    centre: np.ndarray
    variance: np.ndarray  # of the fact's error and of the model's discrepancy


def implausibility(emulators: Emulators, target: Target, values: np.ndarray) -> np.ndarray:
    """Return the implausibility of emulated or simulated `values` for each fact: (n, facts)."""
    deviation = np.sqrt(np.diag(emulators.covariance) + target.variance)
    return np.abs(values - target.centre) / deviation


def is_plausible(implausibilities: np.ndarray) -> np.ndarray:
    """Return which rows of `implausibilities` (n, facts) are not ruled out: (n,) bool. NaN is implausible."""
    return (~(implausibilities <= CUT)).sum(axis=1) <= ALLOWED


def log_likelihood(emulators: Emulators, target: Target) -> Callable[[np.ndarray, np.ndarray], np.ndarray]:
    """Return the log likelihood of emulated values (n, facts) for centres (n, facts) or (facts,): (n,)."""
    precision = np.linalg.inv(emulators.covariance + np.diag(target.variance))
    root = np.linalg.cholesky(precision)
    return lambda values, centre: -0.5 * (((values - centre) @ root) ** 2).sum(axis=1)


def sample(
    emulators: Emulators, target: Target, chains: int, steps: int, draw: Draw, power: float = 1.0
) -> np.ndarray:
    """Sample scores from prior times likelihood: (chains, parameters), one state of each chain.

    `target.centre` is (facts,), or (chains, facts) for chains with facts of their own. `power` less than 1
    flattens the likelihood. The emulators take the scores of all parameters that are sampled.
    """
    width = len(emulators.inputs)
    likelihood = log_likelihood(emulators, target)

    def weigh(scores: np.ndarray, rows: np.ndarray) -> np.ndarray:
        centre = target.centre[rows] if target.centre.ndim == 2 else target.centre
        return power * likelihood(emulators(scores), centre)

    everyone = np.arange(chains)
    scores = ndtri(draw("start", 0, chains * width)).reshape(chains, width)
    weight = weigh(scores, everyone)
    for step in range(1, steps + 1):
        other = ndtri(draw("ellipse", step, chains * width)).reshape(chains, width)
        level = weight + np.log(draw("level", step, chains))
        angle = 2.0 * np.pi * draw("angle", step, chains)
        low, high = angle - 2.0 * np.pi, angle.copy()
        pending, moved = everyone, scores.copy()
        for shrink in range(SHRINKS):
            a = angle[pending, None]
            proposed = scores[pending] * np.cos(a) + other[pending] * np.sin(a)
            weighed = weigh(proposed, pending)
            accepted = weighed > level[pending]
            moved[pending[accepted]], weight[pending[accepted]] = proposed[accepted], weighed[accepted]
            pending = pending[~accepted]
            if not len(pending):
                break
            below = angle[pending] < 0.0
            low[pending[below]] = angle[pending[below]]
            high[pending[~below]] = angle[pending[~below]]
            u = draw("shrink", step * SHRINKS + shrink, chains)[pending]
            angle[pending] = low[pending] + u * (high[pending] - low[pending])
        scores = moved
    return scores


def interval_of(scores: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the 5 % and 95 % quantiles of samples (n, ...) over their first axis.

    Weibull's plotting positions: an interval of few samples then covers as it should.
    """
    low, high = np.quantile(scores, (0.05, 0.95), axis=0, method="weibull")
    return low, high


def cover(
    emulators: Emulators, target: Target, synthetic: np.ndarray, chains: int, steps: int, draw: Draw
) -> tuple[np.ndarray, np.ndarray]:
    """Return the 90 % intervals for sets of synthetic facts (sets, facts): low and high (sets, parameters).

    Each set is matched by `chains` chains of its own, and what its facts rule out is left out.
    """
    centre = np.repeat(synthetic, chains, axis=0)
    scores = sample(emulators, Target(centre, target.variance), len(centre), steps, draw)
    plausible = is_plausible(implausibility(emulators, Target(centre, target.variance), emulators(scores)))
    lows, highs = [], []
    for part, keep in zip(np.split(scores, len(synthetic)), np.split(plausible, len(synthetic))):
        low, high = interval_of(part[keep] if keep.sum() > chains // 2 else part)
        lows.append(low)
        highs.append(high)
    return np.array(lows), np.array(highs)
