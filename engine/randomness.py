"""Generate all random numbers of the model; no other file does.

A random number is not taken from a stream, but is a hash of (seed, decision, day, who). The same person
therefore has the same random numbers in every arm of a comparison, whatever else happens (common random
numbers), and there is no state between draws. The finaliser is splitmix64 (Steele, Lea & Flood, OOPSLA 2014).
Within one decision and day the map from `who` to its 64 bits is one to one, so two people never share a key;
`cogov bench randomness` tests the rest.
"""

from hashlib import blake2b
from math import log
from numbers import Integral
from typing import Any
from zlib import crc32

import numpy as np

from .jit import outer_kernel, require_compiler
from .texts.errors import UserError

G = np.uint64(0x9E3779B97F4A7C15)  # the golden ratio in 64 bits
A = np.uint64(0xBF58476D1CE4E5B9)
B = np.uint64(0x94D049BB133111EB)
ONE = np.uint64(1)
SEEDS = -(2**63), 2**64 - 1  # the smallest and the largest seed
DECISIONS: dict[np.uint64, str] = {}  # number -> name, of all decisions so far


@outer_kernel
def mix(x: np.uint64) -> np.uint64:
    """Mix 64 bits, so that neighbouring numbers become unrelated."""
    x = (x ^ (x >> np.uint64(30))) * A
    x = (x ^ (x >> np.uint64(27))) * B
    return x ^ (x >> np.uint64(31))


@outer_kernel
def derive_key(key: np.uint64, who: int | np.integer) -> np.uint64:
    """Derive the key of `who` from its parent `key`, in a chain from the seed to decision, day and issue."""
    return mix(np.uint64(key) + G * (np.uint64(who) + ONE))


@outer_kernel
def uniform(key: np.uint64, who: int | np.integer) -> float:
    """Draw a uniform number in [0, 1) for one identity `who` >= 0."""
    return (derive_key(key, who) >> np.uint64(11)) * 2.0**-53


@outer_kernel
def exponential(key: np.uint64, who: int | np.integer) -> float:
    """Draw an exponential waiting time of mean 1 for one identity: the threshold of a hazard clock."""
    return -log(1.0 - uniform(key, who))


@outer_kernel
def uniforms(key: np.uint64, who: np.ndarray) -> np.ndarray:
    """Draw `uniform` for many identities; `who` (n,) integers, result (n,) float64 in [0, 1)."""
    out = np.empty(len(who))
    for i in range(len(who)):
        out[i] = uniform(key, who[i])
    return out


@outer_kernel
def key_of(seed: np.uint64, decision: np.uint64, day: int) -> np.uint64:
    """Return the key of one decision (its number) on one day; draw with `uniform(key, who)`."""
    return derive_key(derive_key(seed, decision), day)


def hash_name(name: str) -> int:
    """Hash a name to 32 bits: the same in every process and version, and independent of other names."""
    return crc32(name.encode())


def decision(name: str) -> np.uint64:
    """Return the number of a decision, a hash of its name. Raises ValueError if another one has the same."""
    number = np.uint64(hash_name(name))
    if DECISIONS.setdefault(number, name) != name:
        raise ValueError(
            f"the decisions {name!r} and {DECISIONS[number]!r} would share their random numbers: rename one"
        )
    return number


def whole_seed(seed: Any) -> int:
    """Return a seed as an int. Raises UserError if it is not a whole number: 1.0, True and "1" are not."""
    if isinstance(seed, bool) or not isinstance(seed, Integral):
        raise UserError("seed = {seed} is not a whole number; write one such as 1", seed=repr(seed)[:60])
    if not SEEDS[0] <= int(seed) <= SEEDS[1]:
        raise UserError(
            "seed is out of range: it has {seed} bits; allowed is -2^63 to 2^64 - 1",
            seed=int(seed).bit_length(),
        )
    return int(seed)


def seed_of(*parts: str | int) -> int:
    """Hash names and whole numbers to a 64-bit seed. Raises UserError.

    Such as (experiment, scenario, replicate); never base + i.
    """
    text = "\x1f".join(
        f"str:{part}" if isinstance(part, str) else f"int:{whole_seed(part)}" for part in parts
    )
    return int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), "little")


class RandomNumbers:
    """The random numbers of one seed; decisions are given by their names.

    Raises UserError if compilation is disabled; it is checked here because every run begins here.
    """

    def __init__(self, *seed: str | int) -> None:
        require_compiler()
        self.seed = np.uint64(seed_of(*seed))

    def key(self, name: str, day: int = 0) -> np.uint64:
        """Return the key of one decision on one day; use day 0 for decisions that are made once per run."""
        return np.uint64(key_of(self.seed, decision(name), day))

    def __call__(self, name: str, who: Any, day: int = 0) -> np.ndarray:
        """Draw a number in [0, 1) for each identity in `who` (n,), for one decision on one day."""
        return uniforms(self.key(name, day), np.asarray(who, np.int64))
