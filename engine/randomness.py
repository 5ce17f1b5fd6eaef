"""All chance in the community. No other file makes random numbers.

Luck is not a stream that is used up; it is a fact about who decides what, and when: a hash of (seed, decision, day,
who). The same person meets the same luck in every arm of a comparison, whatever else happens, and nothing is
remembered between draws. The finaliser is splitmix64 (Steele, Lea & Flood, OOPSLA 2014). Within one decision and day
the map from `who` to its 64 bits is one to one, so two people never share a key; `cogov bench luck` counts the rest.
"""

from hashlib import blake2b
from math import log
from numbers import Integral
from zlib import crc32

import numpy as np

from .jit import outer_kernel, require_compiler
from .parameters import UserError

G = np.uint64(0x9E3779B97F4A7C15)  # the golden ratio in 64 bits
A = np.uint64(0xBF58476D1CE4E5B9)
B = np.uint64(0x94D049BB133111EB)
ONE = np.uint64(1)
SEEDS = -(2**63), 2**64 - 1  # the least and the greatest seed
DECISIONS = {}  # number -> name of every decision met so far


@outer_kernel
def mix(x):
    """Spread 64 bits so that neighbours share nothing."""
    x = (x ^ (x >> np.uint64(30))) * A
    x = (x ^ (x >> np.uint64(27))) * B
    return x ^ (x >> np.uint64(31))


@outer_kernel
def derive_key(key, who):
    """The key of `who` under `key_of`: how a stream is narrowed, from a seed to a decision, a day, an issue."""
    return mix(np.uint64(key) + G * (np.uint64(who) + ONE))


@outer_kernel
def uniform(key, who):
    """A number in [0, 1) for one identity `who` >= 0."""
    return (derive_key(key, who) >> np.uint64(11)) * 2.0**-53


@outer_kernel
def exponential(key, who):
    """A unit-exponential waiting time for one identity: the threshold of a hazard clock."""
    return -log(1.0 - uniform(key, who))


@outer_kernel
def uniforms(key, who):
    """`uniform` for many; `who` (n,) integers, result (n,) float64 in [0, 1)."""
    out = np.empty(len(who))
    for i in range(len(who)):
        out[i] = uniform(key, who[i])
    return out


@outer_kernel
def key_of(seed, decision, day):
    """The key of one decision (its number) on one day, for whoever then draws with `chance(key, who)`."""
    return derive_key(derive_key(seed, decision), day)


def hash_name(name):
    """A number in 32 bits for a name: the same in every process and version, whatever other names there are."""
    return crc32(name.encode())


def decision(name):
    """The number of a decision, which it keeps for as long as it keeps its name. Raises ValueError when another has it."""
    number = np.uint64(hash_name(name))
    if DECISIONS.setdefault(number, name) != name:
        raise ValueError(
            f"the decisions {name!r} and {DECISIONS[number]!r} would share their luck: rename one"
        )
    return number


def whole_seed(seed):
    """The seed as an int. Raises UserError for all but whole numbers: 1.0, True or "1" would not be the seed 1."""
    if isinstance(seed, bool) or not isinstance(seed, Integral):
        raise UserError(f"seed = {repr(seed)[:60]} is not a whole number; write one such as 1")
    if not SEEDS[0] <= seed <= SEEDS[1]:
        raise UserError(
            f"seed is out of range: it has {int(seed).bit_length()} bits; allowed is -2^63 to 2^64 - 1"
        )
    return int(seed)


def seed_of(*parts):
    """A 64-bit seed hashed from names and whole numbers: (experiment, scenario, replicate), never base + i. Raises UserError."""
    told = "\x1f".join(
        f"str:{part}" if isinstance(part, str) else f"int:{whole_seed(part)}" for part in parts
    )
    return int.from_bytes(blake2b(told.encode(), digest_size=8).digest(), "little")


class RandomNumbers:
    """The luck of one seed. Decisions are names. Raises UserError where nothing is compiled: every run begins with one."""

    def __init__(self, *seed):
        require_compiler()
        self.seed = np.uint64(seed_of(*seed))

    def key(self, name, day=0):
        """The key of one decision on one day; day 0 for what is decided once and for all."""
        return np.uint64(key_of(self.seed, decision(name), day))

    def __call__(self, name, who, day=0):
        """A number in [0, 1) for each identity in `who` (n,), for one decision on one day."""
        return uniforms(self.key(name, day), np.asarray(who, np.int64))
