"""What it would be worth to know more before choosing: everything, one number, or the result of a pilot.

A decision maker chooses the arm with the highest mean benefit over worlds. With perfect information the best
arm of each world could be chosen; the mean gain is the expected value of perfect information (EVPI, Raiffa &
Schlaifer 1961). Knowing one number, or a pilot's result, helps as far as the benefit can be predicted from
it: the benefit of each arm is regressed on it (Strong, Oakley & Brennan 2014; Strong et al. 2015), and the
arm with the best prediction is chosen in each world.
"""

from __future__ import annotations

import numpy as np

KNOTS = (0.1, 0.5, 0.9)  # quantiles of a number at which its cubic spline may bend
FEW = 30  # worlds; with fewer, a regression on a spline says nothing


def perfect_information(benefit: np.ndarray) -> float:
    """Return the expected value of perfect information, from benefits (worlds, arms); 0 or more."""
    return float(benefit.max(axis=1).mean() - benefit.mean(axis=0).max())


def partial_information(benefit: np.ndarray, number: np.ndarray) -> float:
    """Return the expected value of knowing a number (worlds,), or several (worlds, numbers), before choosing.

    From benefits (worlds, arms). The value is measured on worlds that the regression was not fitted to (two
    halves, each predicted from the other), so that noise does not count as information: it may be negative by
    chance. NaN with fewer than FEW worlds.
    """
    if len(benefit) < FEW:
        return np.nan
    half = np.arange(len(benefit)) % 2 == 0
    gains = np.empty(len(benefit))
    for fit, predict in ((half, ~half), (~half, half)):
        basis, other = spline_basis(number[fit], number[predict])
        predicted = other @ np.linalg.lstsq(basis, benefit[fit], rcond=None)[0]
        without = benefit[fit].mean(axis=0).argmax()
        chosen = predicted.argmax(axis=1)
        actual = benefit[predict]
        gains[predict] = actual[np.arange(len(actual)), chosen] - actual[:, without]
    return float(gains.mean())


def spline_basis(number: np.ndarray, other: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the columns of a natural cubic spline of each number, at the fitted and at other worlds.

    A natural spline is linear beyond its outer knots (Hastie, Tibshirani & Friedman 2009, 5.2.1).
    """
    columns = np.atleast_2d(np.asarray(number, float).T).T, np.atleast_2d(np.asarray(other, float).T).T
    parts: tuple[list[np.ndarray], list[np.ndarray]] = (
        [np.ones(len(columns[0]))],
        [np.ones(len(columns[1]))],
    )
    for n in range(columns[0].shape[1]):
        x = columns[0][:, n]
        centre, scale = np.median(x), np.ptp(x) or 1.0
        low, middle, high = (np.quantile(x, KNOTS) - centre) / scale
        for part, values in zip(parts, columns):
            z = (values[:, n] - centre) / scale
            part.append(z)
            if low < middle < high:
                cubes = [np.maximum(z - knot, 0.0) ** 3 for knot in (low, middle, high)]
                part.append((cubes[0] - cubes[2]) / (high - low) - (cubes[1] - cubes[2]) / (high - middle))
    return np.column_stack(parts[0]), np.column_stack(parts[1])


def pilot_information(benefit: np.ndarray, effect: np.ndarray, noise: float, error: np.ndarray) -> float:
    """Return the expected value of a pilot that measures an effect (worlds,) with normal noise.

    `noise` is the standard deviation of what it measures around the effect; `error` (worlds,) are standard
    normal draws. See `partial_information`.
    """
    return partial_information(benefit, np.asarray(effect) + noise * np.asarray(error))
