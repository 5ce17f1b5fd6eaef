"""Priors: how far a number may be from its default, by the grade of its evidence.

A prior is a lognormal around the default: 90 % of it lies between the default divided and multiplied by a
factor, which is 3 at grade 0 (assumed) and 1.25 at grade 4 (randomised, at the same place, of the same
behaviour, at the same dose). In between it is interpolated geometrically: 3.00, 2.41, 1.94, 1.56, 1.25.
Where an effect may be 0, the prior is a normal distribution of about that width; where none was found, a
normal distribution around 0 that reaches the default at its 95 % quantile. Every prior is truncated to the
range of its knob.
"""

from dataclasses import dataclass
from math import exp, isclose, log
from statistics import NormalDist

WIDEST, NARROWEST, BEST = 3.0, 1.25, 4  # factors at grade 0 and at grade BEST
NORMAL = NormalDist()
Z90 = NORMAL.inv_cdf(0.95)  # 90 % of a normal distribution lie within that many standard deviations
EDGE = 1e-12  # probabilities are kept this far from 0 and 1, where quantiles are infinite


def spread_of(grade: int) -> float:
    """Return the factor by which 90 % of a prior of that grade lie around its centre.

    >>> [round(spread_of(grade), 2) for grade in range(5)]
    [3.0, 2.41, 1.94, 1.56, 1.25]
    """
    return WIDEST * (NARROWEST / WIDEST) ** (grade / BEST)


@dataclass(frozen=True)
class Prior:
    """The distribution of a number before it is fitted to anything, truncated to a range."""

    shape: str  # point, lognormal, normal or zero
    centre: float  # the default
    spread: float  # factor: 90 % of a lognormal lie within centre / spread and centre * spread
    low: float  # the range of the knob
    high: float
    whole: bool = False  # whole numbers only

    def quantile(self, u: float) -> float:
        """Return the value below which the share `u` of the prior lies; `u` in (0, 1).

        >>> prior = Prior("lognormal", 2.0, 3.0, 0.0, 100.0)
        >>> round(prior.quantile(0.05), 3), round(prior.quantile(0.5), 3), round(prior.quantile(0.95), 2)
        (0.667, 2.0, 6.0)
        """
        if self.shape == "point" or self.centre == 0.0 or isclose(self.low, self.high):
            value = self.centre
        elif self.shape == "lognormal":
            value = self._lognormal(u)
        else:
            mean = 0.0 if self.shape == "zero" else self.centre
            size = abs(self.centre) * (1.0 if self.shape == "zero" else self.spread - 1.0)
            value = self._normal(u, mean, size / Z90)
        value = min(max(value, self.low), self.high)
        return round(value) if self.whole else value

    def _lognormal(self, u: float) -> float:
        """Return a quantile of |x|, lognormal and truncated, with the sign of the centre."""
        sign = 1.0 if self.centre > 0.0 else -1.0
        ends = sorted((self.low * sign, self.high * sign))
        middle, deviation = log(abs(self.centre)), log(self.spread) / Z90
        below, above = (NORMAL.cdf((log(end) - middle) / deviation) if end > 0.0 else 0.0 for end in ends)
        u = u if sign > 0.0 else 1.0 - u
        return sign * exp(middle + deviation * standard_quantile(below + u * (above - below)))

    def _normal(self, u: float, mean: float, deviation: float) -> float:
        """Return a quantile of a normal distribution truncated to the range."""
        below, above = (NORMAL.cdf((end - mean) / deviation) for end in (self.low, self.high))
        return mean + deviation * standard_quantile(below + u * (above - below))

    @property
    def interval(self) -> tuple[float, float]:
        """Return the 5 % and 95 % quantiles."""
        return self.quantile(0.05), self.quantile(0.95)


def standard_quantile(p: float) -> float:
    """Return a quantile of the standard normal distribution, finite for every `p` in [0, 1]."""
    return NORMAL.inv_cdf(min(max(p, EDGE), 1.0 - EDGE))
