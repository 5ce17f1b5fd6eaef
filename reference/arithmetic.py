"""Compute as the engine does: single precision where it stores single precision, and sums in order."""

from collections.abc import Iterable
from struct import pack, unpack
from typing import Any


def single(x: float) -> float:
    """Round `x` to single precision."""
    return unpack("f", pack("f", x))[0]


def sum_in_order(numbers: Iterable[float]) -> float:
    """Add numbers one after the other, without the error correction of Python's own `sum` (from 3.12 on)."""
    total = 0.0
    for x in numbers:
        total += x
    return total


def times(factor: float, x: Any) -> Any:
    """Multiply a number, or each number of a nested list, by `factor`."""
    return [times(factor, part) for part in x] if isinstance(x, list) else factor * x


def add(x: Any, y: Any) -> Any:
    """Add two numbers, or two nested lists of the same shape element by element."""
    return [add(a, b) for a, b in zip(x, y)] if isinstance(x, list) else x + y
