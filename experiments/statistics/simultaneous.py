"""Intervals that hold together: how sure each of several must be of itself, so that all of them are right at once.

Arms that share a reference and a luck have correlated differences; the more alike, the less has to be paid for asking several
questions. The statistic is the largest |t| of the k paired differences under their estimated correlation (Dunnett 1955; Hothorn,
Bretz & Westfall 2008), here with a standard deviation of each difference's own: numerators are jointly normal, denominators the
diagonal of a Wishart matrix (Bartlett 1933), drawn by shifted Sobol points (Cranley & Patterson 1976). The same sample always gives the same answer.
"""

from functools import lru_cache

import numpy as np
from scipy import optimize, special, stats
from scipy.stats import qmc

from ...engine.randomness import RandomNumbers

MANY = 24  # contrasts beyond which Bonferroni's inequality is used instead: it holds for any correlation
TINY = 1e-9  # of a correlation matrix's eigenvalues: none


def level_of_each(d, level=0.95):
    """The level each Student interval of k paired differences needs so that all hold jointly with probability `level`.

    `d` (n, k): differences by replicate, NaN where a pair is left out. Between `level` (differences that go in step) and
    1 - (1 - level) / k (Bonferroni). Differences that never vary, or have no two pairs, ask no question and cost nothing. Few
    pairs always look correlated (two pairs: perfectly), so the estimate is drawn towards none by (k - 1) / (n - 1).
    """
    d = np.asarray(d, float)
    there = np.isfinite(d)
    pairs = there.sum(axis=0)
    d, there, pairs = d[:, pairs > 1], there[:, pairs > 1], pairs[pairs > 1]
    if not len(pairs):
        return level
    away = np.where(there, d - np.where(there, d, 0.0).sum(axis=0) / pairs, 0.0)
    norm = np.sqrt((away**2).sum(axis=0))
    count = int(np.count_nonzero(norm))
    safe = 1.0 - (1.0 - level) / max(count, 1)
    if count < 2 or count > MANY:
        return safe
    away, df = away[:, norm > 0] / norm[norm > 0], int(pairs.max()) - 1
    shrunk = min(1.0, (count - 1) / df)
    correlation = (1.0 - shrunk) * (away.T @ away) + shrunk * np.eye(count)
    return float(np.clip(1.0 - 2.0 * stats.t.sf(critical(correlation, df, level), df), level, safe))


def critical(correlation, df, level=0.95):
    """The `level` quantile of the largest |t| of k differences with this correlation (k, k), each with its own sd on `df` degrees."""
    value, vector = np.linalg.eigh(correlation)
    kept = np.flatnonzero(value > TINY)
    if (
        len(kept) > df
    ):  # more directions than so many pairs can tell apart: there is no such Wishart matrix, and Bonferroni has to do
        return np.inf
    root = vector[:, kept] * np.sqrt(value[kept])
    root /= np.sqrt((root**2).sum(axis=1, keepdims=True))
    along, triangle = draws(len(kept), df)
    square = (np.matmul(root, triangle) ** 2).sum(axis=2) / df
    per_length = 0.5 * (np.abs(along @ root.T) / np.sqrt(square)).max(axis=1) ** -2.0

    def short(c):
        return special.gammainc(len(kept) / 2.0, c * c * per_length).mean() - level

    low, high = stats.t.isf(
        (1.0 - level) / np.array([2.0, 2.0 * len(correlation)]), df
    )  # of one question, and by Bonferroni
    return (
        float(optimize.brentq(short, low, high, xtol=1e-3))
        if short(low) < 0.0 < short(high)
        else float(low if short(low) >= 0.0 else high)
    )


@lru_cache(maxsize=4)
def draws(rank, df):
    """Directions in space (points, rank), and Bartlett's triangles (points, rank, rank) whose squares are Wishart on `df` degrees.

    A normal vector is a direction times a length whose distribution is known (Deak 1980), so only directions need be drawn.
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
