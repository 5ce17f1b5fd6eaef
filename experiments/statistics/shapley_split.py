"""Split the variance of an answer among groups of inputs: Shapley effects, by pick and freeze.

A sample holds two independent draws of every group, and the answer of all 2^groups mixtures of them. Half the
mean squared difference of two mixtures that differ in the groups u and in nothing else is what u explains if
all others are known, E[Var(Y | others)]. The Shapley value of a group is the mean of what it adds to that,
over all orders of the groups (Song, Nelson & Staum 2016; Owen 2014): parts sum to the variance exactly, and
what groups explain only together is divided among them. Every sample gives an unbiased estimate of each part,
so the mean over samples has a standard error.
"""

from itertools import combinations
from math import factorial
from typing import NamedTuple

import numpy as np


class Split(NamedTuple):
    """The variance of an answer, and what each group contributes."""

    variance: float
    part: np.ndarray  # (groups,) of the variance; they sum to it, and a small one may be negative by chance
    error: np.ndarray  # (groups,) standard errors of the parts

    @property
    def share(self) -> np.ndarray:
        """Shares of the variance, (groups,); NaN if there is none."""
        return self.part / self.variance if self.variance > 0.0 else np.full(len(self.part), np.nan)


def split_variance(values: np.ndarray) -> Split:
    """Split the variance of `values` (samples, 2, ..., 2) among the groups, one axis of two draws each.

    `values[s, a, b, ...]` is the answer of sample s with draw a of the first group, draw b of the second, and
    so on; samples are independent. Raises ValueError if there are fewer than two samples.
    """
    groups = values.ndim - 1
    if len(values) < 2:
        raise ValueError(f"{len(values)} sample: a split needs at least two")
    explained = {
        u: explained_by(values, u) for n in range(groups + 1) for u in combinations(range(groups), n)
    }
    parts = np.zeros((groups, len(values)))
    for u in explained:
        for i in set(range(groups)) - set(u):
            weight = factorial(len(u)) * factorial(groups - len(u) - 1) / factorial(groups)
            parts[i] += weight * (explained[tuple(sorted((*u, i)))] - explained[u])
    error = parts.std(axis=1, ddof=1) / np.sqrt(len(values))
    return Split(float(explained[tuple(range(groups))].mean()), parts.mean(axis=1), error)


def explained_by(values: np.ndarray, u: tuple[int, ...]) -> np.ndarray:
    """Return half the squared difference of mixtures that differ in the groups `u`, by sample: (samples,)."""
    if not u:
        return np.zeros(len(values))
    other = np.flip(values, axis=tuple(1 + i for i in u))
    return 0.5 * ((values - other) ** 2).reshape(len(values), -1).mean(axis=1)
