"""Score a 90 % interval against an interval that was measured or reported (Gneiting & Raftery 2007).

The score is the width of the interval, plus 20 times the distance by which it misses a point, averaged over
the points given. Where the measured interval is positive, both are computed on a logarithmic scale, so that
0.1 is about 10 %, and else in widths of the measured interval. Less is better; neither a wide nor an
overconfident interval is rewarded.
"""

from collections.abc import Sequence

import numpy as np

MISS = 20.0  # 2 / 0.1: what a miss costs at the level of 90 %
WIDEST = 4.0  # times as wide as the measured interval, at most, to count as inside
SMALLEST = 0.01  # of the measured low end: on the logarithmic scale, what is less counts as this
POWER = 1.645 + 0.842  # standard deviations: one-sided test at 5 %, power 80 %


def scale(values: Sequence[float] | np.ndarray, low: float, high: float, floor: float = 0.0) -> np.ndarray:
    """Return values on the scale of the score, for a measured interval from `low` to `high`.

    What is below `floor` (by default SMALLEST of `low`) counts as this.
    """
    numbers = np.asarray(values, float)
    if low > 0.0:
        return np.log(np.maximum(numbers, floor or SMALLEST * low))
    return numbers / (high - low)


def score_interval(low: float, high: float, points: np.ndarray) -> float:
    """Return the score of the interval from `low` to `high` at 90 %, averaged over points.

    >>> score_interval(1.0, 3.0, np.array([2.0])), score_interval(1.0, 3.0, np.array([3.5, 2.0]))
    (2.0, 7.0)
    """
    misses = np.maximum(low - points, 0.0) + np.maximum(points - high, 0.0)
    return float(high - low + MISS * misses.mean())
