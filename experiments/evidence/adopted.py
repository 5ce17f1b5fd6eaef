"""Defaults that were adopted from the ensemble, and the centres that their priors keep.

A default that was moved to where the fitted facts say must not move the centre of its prior: the ensemble,
fitted again from there, would count the same facts twice. So adopted.toml keeps for each the value before the
fit (*assumed*), around which its prior stays, and the value after it (*default*), which the model has.
"""

import tomllib
from functools import cache
from pathlib import Path

FILE = Path(__file__).with_name("adopted.toml")


@cache
def adopted() -> dict[str, dict[str, float]]:
    """Return the adopted parameters: path -> {"assumed": value before the fit, "default": value after it}."""
    return tomllib.loads(FILE.read_text("utf-8"))


def prior_centre(path: str, value: float) -> float:
    """Return the centre of the prior of a knob that has `value`: what was assumed, if that was adopted.

    A value that a case or a user sets is the centre itself.
    """
    entry = adopted().get(path)
    return entry["assumed"] if entry and value == entry["default"] else value
