"""Places: a community holds compounds, a compound buildings, a building stairwells, a stairwell households.

All rows are sorted by place, so the rows that belong to a place are a slice: `first[i]` to `first[i + 1]`.
"""

from collections import Counter
from typing import NamedTuple

import numpy as np

from ..engine.jit import outer_kernel
from ..engine.randomness import derive_key, seed_of

BUILDINGS = 2**20  # in a community, at most: an issue's id has 20 bits for the building


class Compounds(NamedTuple):
    """One row per compound (小区): a gated estate with a property company, or an old yard with none."""

    first: np.ndarray  # (compounds + 1,) int32  first building
    company: np.ndarray  # (compounds,) bool       has a property company
    age: np.ndarray  # (compounds,) float64    years since it was built


class Buildings(NamedTuple):
    """One row per building (楼栋), each on its own cell of the grid."""

    compound: np.ndarray  # (buildings,) int32
    first: np.ndarray  # (buildings + 1,) int32  first stairwell
    x: np.ndarray  # (buildings,) int32      column of its cell
    y: np.ndarray  # (buildings,) int32      row of its cell
    lifts: np.ndarray  # (buildings,) int32      lifts in all its stairwells
    shops: np.ndarray  # (buildings,) int32      shops at its foot
    key: np.ndarray  # (buildings,) uint64     key of its random numbers: see `identify`


class Stairwells(NamedTuple):
    """One row per stairwell: the neighbours who share a door, a lamp and perhaps a lift."""

    building: np.ndarray  # (stairwells,) int32
    first: np.ndarray  # (stairwells + 1,) int32  first household
    people: np.ndarray  # (stairwells + 1,) int32  first resident


class Households(NamedTuple):
    """One row per household (户)."""

    stairwell: np.ndarray  # (households,) int32
    building: np.ndarray  # (households,) int32
    floor: np.ndarray  # (households,) int32    1 is the ground floor
    owner: np.ndarray  # (households,) bool     the owner lives in it; else it is let
    away: np.ndarray  # (households,) bool     its people live elsewhere most days
    area: np.ndarray  # (households,) float64  square metres: its weight in a vote by area
    first: np.ndarray  # (households + 1,) int32  first resident
    stance: np.ndarray  # (households,) int8     on the current project: not met, doubts, signed, objects
    knocks: np.ndarray  # (households,) int16    calls for the current project
    talks: np.ndarray  # (households,) int16    calls for it at which somebody was met and talked to
    settled_for: np.ndarray  # (households,) int64    project for which it has paid or is not to pay; -1 none


def identify(names: list[str], sizes: np.ndarray) -> np.ndarray:
    """Derive the key of each building's random numbers, (buildings,) uint64.

    It is a hash of the compound's name, its number among compounds of that name, and the building's number in
    it. `names` and `sizes` (in buildings) are of all compounds. Compounds of other names do not change it.
    """
    seeds = {name: seed_of("compound", name) for name in names}
    earlier: Counter[str] = Counter()
    number = []
    for name in names:
        number.append(earlier[name])
        earlier[name] += 1
    keys = np.empty(sizes.sum(), np.uint64)
    derive_keys(np.array([seeds[name] for name in names], np.uint64), np.array(number), sizes, keys)
    return keys


@outer_kernel
def derive_keys(seeds: np.ndarray, numbers: np.ndarray, sizes: np.ndarray, keys: np.ndarray) -> None:
    """Fill `keys` of all members of groups of `sizes`, from a group's seed and number and the member's."""
    n = 0
    for group in range(len(seeds)):
        key = derive_key(seeds[group], numbers[group])
        for member in range(sizes[group]):
            keys[n] = derive_key(key, member)
            n += 1


def slice_starts(counts: np.ndarray) -> np.ndarray:
    """Return where each slice begins, (n + 1,) int32, from the number of rows in each."""
    starts = np.zeros(len(counts) + 1, np.int32)
    np.cumsum(counts, out=starts[1:])
    return starts


def apportion(total: int, weights: np.ndarray) -> np.ndarray:
    """Split `total` into whole shares in proportion to `weights` (n,), by largest remainder.

    They sum to `total` exactly.
    """
    exact = total * np.asarray(weights, float) / np.sum(weights)
    share = np.floor(exact).astype(np.int64)
    rest = np.argsort(-(exact - share), kind="stable")[: total - share.sum()]
    share[rest] += 1
    return share
