"""Compute the level that each of several intervals needs so that all of them hold jointly.

Arms that share a reference and random numbers have correlated differences; the higher the correlation, the
less the intervals must be widened. The statistic is the largest |t| of the k paired differences under their
estimated correlation (Dunnett 1955; Hothorn, Bretz & Westfall 2008), here with a separate standard deviation
of each difference: numerators are jointly normal, denominators the diagonal of a Wishart matrix (Bartlett
1933), drawn by shifted Sobol points (Cranley & Patterson 1976). The result is deterministic: the same sample
always gives the same level.
"""

from functools import lru_cache

import numpy as np
from scipy import optimize, special, stats
from scipy.stats import qmc

from ...engine.randomness import RandomNumbers

MANY = 24  # contrasts beyond which Bonferroni's inequality is used instead: it holds for any correlation
TINY = 1e-9  # eigenvalues of a correlation matrix up to this count as zero


def level_of_each(d: np.ndarray, level: float = 0.95) -> float:
    """Return the level at which Student intervals of k differences hold jointly with probability `level`.

    `d` (n, k): differences by replicate, NaN where a pair is left out. The result is between `level`
    (perfectly correlated differences) and 1 - (1 - level) / k (Bonferroni). Differences that never vary, or
    have fewer than two pairs, are not counted. Few pairs always look correlated (two pairs: perfectly), so
    the estimated correlation is shrunk towards zero by (k - 1) / (n - 1).
    """
    d = np.asarray(d, float)
    present = np.isfinite(d)
    pairs = present.sum(axis=0)
    d, present, pairs = d[:, pairs > 1], present[:, pairs > 1], pairs[pairs > 1]
    if not len(pairs):
        return level
    centred = np.where(present, d - np.where(present, d, 0.0).sum(axis=0) / pairs, 0.0)
    norm = np.sqrt((centred**2).sum(axis=0))
    count = int(np.count_nonzero(norm))
    safe = 1.0 - (1.0 - level) / max(count, 1)
    if count < 2 or count > MANY:
        return safe
    centred, df = centred[:, norm > 0] / norm[norm > 0], int(pairs.max()) - 1
    shrinkage = min(1.0, (count - 1) / df)
    correlation = (1.0 - shrinkage) * (centred.T @ centred) + shrinkage * np.eye(count)
    return float(np.clip(1.0 - 2.0 * stats.t.sf(critical(correlation, df, level), df), level, safe))


def critical(correlation: np.ndarray, df: int, level: float = 0.95) -> float:
    """Return the `level` quantile of the largest |t| of k differences with this correlation (k, k).

    Each difference has a separate standard deviation with `df` degrees of freedom.
    """
    value, vector = np.linalg.eigh(correlation)
    nonzero = np.flatnonzero(value > TINY)
    # With a rank above `df` there is no such Wishart matrix; infinity makes the caller use Bonferroni.
    if len(nonzero) > df:
        return np.inf
    root = vector[:, nonzero] * np.sqrt(value[nonzero])
    root /= np.sqrt((root**2).sum(axis=1, keepdims=True))
    directions, triangle = draws(len(nonzero), df)
    square = (np.matmul(root, triangle) ** 2).sum(axis=2) / df
    per_length = 0.5 * (np.abs(directions @ root.T) / np.sqrt(square)).max(axis=1) ** -2.0

    def excess(c: float) -> float:
        """Return by how much the probability of max |t| <= c exceeds `level`."""
        return special.gammainc(len(nonzero) / 2.0, c * c * per_length).mean() - level

    # of a single contrast, and by Bonferroni
    low, high = stats.t.isf((1.0 - level) / np.array([2.0, 2.0 * len(correlation)]), df)
    return (
        float(optimize.brentq(excess, low, high, xtol=1e-3))
        if excess(low) < 0.0 < excess(high)
        else float(low if excess(low) >= 0.0 else high)
    )


@lru_cache(maxsize=4)
def draws(rank: int, df: int) -> tuple[np.ndarray, np.ndarray]:
    """Draw directions (points, rank), and Bartlett's triangles (points, rank, rank) with `df` degrees.

    The squares of the triangles are Wishart matrices. A normal vector is a direction times a length of known
    distribution (Deak 1980), so only directions are drawn.
    """
    below = np.tril_indices(rank, -1)
    size = 2 * rank + len(below[0])
    u = (
        qmc.Sobol(size, scramble=False).random_base2(12 if rank <= 4 else 13)
        + RandomNumbers("simultaneous")("shift", np.arange(size))
    ) % 1.0
    u = np.clip(u, 1e-15, 1.0 - 1e-15)
    triangle = np.zeros((len(u), rank, rank))
    triangle[:, np.arange(rank), np.arange(rank)] = np.sqrt(
        2.0 * special.gammaincinv((df - np.arange(rank)) / 2.0, u[:, rank : 2 * rank])
    )
    triangle[:, *below] = special.ndtri(u[:, 2 * rank :])
    normal = special.ndtri(u[:, :rank])
    return normal / np.sqrt((normal**2).sum(axis=1, keepdims=True)), triangle
