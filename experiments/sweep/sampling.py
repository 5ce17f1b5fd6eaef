"""Draw designs of many factors with SALib: Morris's trajectories and Saltelli's samples.

Points are (points, factors), in the order of the design.
"""

from collections.abc import Sequence
from importlib import import_module
from types import ModuleType

import numpy as np

from ...engine.randomness import seed_of
from ...engine.texts.errors import UserError


def salib(part: str) -> ModuleType:
    """Import a module of SALib. Raises UserError if it is not installed."""
    try:
        return import_module(f"SALib.{part}")
    except ImportError:
        raise UserError(
            "SALib, which draws designs and computes Sobol indices, is not installed; install it "
            "with: pip install 'cogov[sensitivity]'"
        ) from None


def problem(factors: Sequence) -> dict:
    """Describe factors for SALib. Raises UserError.

    A list has names of factors that range over 0..1; a dict says name -> (low, high).
    """
    ranges = dict(factors) if isinstance(factors, dict) else dict.fromkeys(factors, (0.0, 1.0))
    for name, (low, high) in ranges.items():
        if not low < high:
            raise UserError(
                "factor {name!r} ranges from {low} to {high}; its low end must be below its high end",
                name=name,
                low=low,
                high=high,
            )
    if not ranges:
        raise UserError("no factor is named; name at least one, with its low and high end")
    return {
        "num_vars": len(ranges),
        "names": list(ranges),
        "bounds": [tuple(map(float, r)) for r in ranges.values()],
    }


def sampler_seed(what: str, seed: int) -> int:
    """Return a seed for samplers that take one below 2^31; never 0, which SALib reads as no seed."""
    return 1 + seed_of("sensitivity", what, seed) % (2**31 - 2)


def morris_points(factors: Sequence, trajectories: int = 10, levels: int = 4, seed: int = 0) -> np.ndarray:
    """Return Morris's design: `trajectories` x (factors + 1) points on a grid of `levels`.

    The grid includes both ends of every range. In a trajectory one factor changes from each point to the
    next. Raises UserError.
    """
    if trajectories < 2 or levels < 2 or levels % 2:
        raise UserError(
            "trajectories = {trajectories}, levels = {levels}: there must be 2 trajectories or more, "
            "and an even number of levels",
            trajectories=trajectories,
            levels=levels,
        )
    return salib("sample.morris").sample(
        problem(factors), trajectories, num_levels=levels, seed=sampler_seed("morris", seed)
    )


def saltelli_points(factors: Sequence, n: int = 64, seed: int = 0) -> np.ndarray:
    """Return Saltelli's design for S1 and ST, from a scrambled Sobol sequence: n x (factors + 2) points.

    Raises UserError unless n is a power of 2.
    """
    if n < 2 or n & (n - 1):
        raise UserError(
            "n = {n} is not a power of 2; allowed is 2, 4, 8, ... (the Sobol sequence is even only at those)",
            n=n,
        )
    return salib("sample.sobol").sample(
        problem(factors), n, calc_second_order=False, seed=sampler_seed("saltelli", seed)
    )
