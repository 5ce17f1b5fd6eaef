"""Emulate the values of facts as quadratic functions of a few scores: stepwise least squares.

Each fact has its own inputs, found by forward selection among all parameters: first linear terms, then
squares and products of the strongest. What the inputs do not explain (luck, weak parameters, lack of fit) is
the emulator's error; it is estimated by leaving each run out (PRESS: Allen 1974), together with its
correlation between facts. Parameters that are no input of any fact are *inert* (Vernon, Goldstein & Bower
2010): they keep their prior.

The library is NumPy. A Gaussian process would need scikit-learn, which is not among the requirements, and
gains little where half of the variance is luck and weak parameters.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

CHANCE = 4.0  # |t| from which on a term counts: of 1,000 terms without effect, one in fifteen facts has one
MOST_LINEAR = 24  # terms of a fact
MOST_SQUARED = 12  # inputs whose squares and products are tried
MOST_QUADRATIC = 16
RUNS_PER_TERM = 12  # runs that a term needs at least

Term = tuple[int, ...]  # parameters whose scores are multiplied: (), (3,), (3, 3), (3, 7)


@dataclass(frozen=True)
class FactEmulator:
    """A polynomial in scores."""

    terms: tuple[Term, ...]
    coefficients: np.ndarray  # (terms,)
    explained: float  # share of the variance, each run left out

    def __call__(self, scores: np.ndarray) -> np.ndarray:
        """Return the emulated value at `scores` (n, parameters): (n,)."""
        return design(scores, self.terms) @ self.coefficients


@dataclass(frozen=True)
class Emulators:
    """Emulators of several facts, and the covariance of their errors."""

    of_facts: tuple[FactEmulator, ...]
    covariance: np.ndarray  # (facts, facts)

    def __call__(self, scores: np.ndarray) -> np.ndarray:
        """Return the emulated values at `scores` (n, parameters): (n, facts)."""
        return np.column_stack([emulator(scores) for emulator in self.of_facts])

    @property
    def inputs(self) -> tuple[int, ...]:
        """Return the parameters that any of the emulators uses, ascending."""
        used = {i for emulator in self.of_facts for term in emulator.terms for i in term}
        return tuple(sorted(used))

    def over(self, inputs: Sequence[int]) -> "Emulators":
        """Return the same emulators as functions of the scores of `inputs` only, in that order."""
        place = {parameter: n for n, parameter in enumerate(inputs)}
        renumbered = tuple(
            FactEmulator(
                tuple(tuple(place[i] for i in term) for term in emulator.terms),
                emulator.coefficients,
                emulator.explained,
            )
            for emulator in self.of_facts
        )
        return Emulators(renumbered, self.covariance)


def design(scores: np.ndarray, terms: Sequence[Term]) -> np.ndarray:
    """Return the values of terms: (n, terms)."""
    columns = np.ones((len(scores), len(terms)), order="F")
    for n, term in enumerate(terms):
        for i in term:
            columns[:, n] *= scores[:, i]
    return columns


def fit_emulators(scores: np.ndarray, values: np.ndarray) -> Emulators:
    """Fit an emulator to each fact: `scores` (n, parameters), `values` (n, facts) with NaN where unknown."""
    fitted, errors = [], np.full(values.shape, np.nan)
    for fact in range(values.shape[1]):
        known = ~np.isnan(values[:, fact])
        emulator, left_out = fit_emulator(scores[known], values[known, fact])
        fitted.append(emulator)
        errors[known, fact] = left_out
    return Emulators(tuple(fitted), covariance_of(errors))


def fit_emulator(scores: np.ndarray, values: np.ndarray) -> tuple[FactEmulator, np.ndarray]:
    """Fit an emulator to one fact; return it and the errors of each run, left out: (n,)."""
    most = len(values) // RUNS_PER_TERM
    linear = [(i,) for i in range(scores.shape[1])]
    terms = select(scores, values, [()], linear, min(MOST_LINEAR, most))
    strongest = [term[0] for term in terms[1 : 1 + MOST_SQUARED]]
    pairs = [(i, j) for n, i in enumerate(strongest) for j in strongest[n:]]
    terms = select(scores, values, terms, pairs, min(len(terms) + MOST_QUADRATIC, most))
    columns = design(scores, terms)
    q, r = np.linalg.qr(columns)
    coefficients = np.linalg.solve(r, q.T @ values)
    leverage = np.minimum((q**2).sum(axis=1), 0.9)
    errors = (values - columns @ coefficients) / (1.0 - leverage)
    variance = float(np.var(values))
    explained = 1.0 - float(np.mean(errors**2)) / variance if variance > 0.0 else 0.0
    return FactEmulator(tuple(terms), coefficients, explained), errors


def select(
    scores: np.ndarray,
    values: np.ndarray,
    terms: Sequence[Term],
    candidates: Sequence[Term],
    most: int,
) -> list[Term]:
    """Add to `terms`, one by one, the candidate that explains most of what is left, while it is no chance."""
    chosen, columns = list(terms), design(scores, candidates)
    q, _ = np.linalg.qr(design(scores, chosen))
    left = values - q @ (q.T @ values)
    columns -= q @ (q.T @ columns)
    while len(chosen) < most and candidates:
        norms = np.sqrt((columns**2).sum(axis=0))
        usable = norms > 1e-6 * np.sqrt(len(scores))
        gain = np.where(usable, (left @ columns) / np.where(usable, norms, 1.0), 0.0)
        best = int(np.argmax(np.abs(gain)))
        rest = float(left @ left) - gain[best] ** 2
        degrees = len(values) - len(chosen) - 1
        if degrees < 1 or rest <= 0.0 or abs(gain[best]) < CHANCE * np.sqrt(rest / degrees):
            break
        direction = columns[:, best] / norms[best]
        left = left - gain[best] * direction
        columns = columns - np.outer(direction, direction @ columns)
        chosen.append(candidates[best])
    return chosen


def covariance_of(errors: np.ndarray) -> np.ndarray:
    """Return the covariance of errors (n, facts), which have mean 0; NaN does not count: (facts, facts)."""
    known = ~np.isnan(errors)
    filled = np.where(known, errors, 0.0)
    together = np.maximum(known.T.astype(float) @ known, 1.0)
    covariance = filled.T @ filled / together
    # what is estimated pair by pair need not be positive definite: shrink towards the diagonal
    diagonal = np.diag(np.diag(covariance) + 1e-9)
    for shrink in (0.0, 0.1, 0.3, 1.0):
        shrunk = (1.0 - shrink) * covariance + shrink * diagonal
        if np.linalg.eigvalsh(shrunk).min() > 0.0:
            break
    return shrunk
