"""Draw random numbers: each is a 64-bit hash of (seed, decision, day, who), independent of other draws."""

from collections.abc import Callable, Iterable
from hashlib import blake2b
from math import inf, log
from types import SimpleNamespace
from zlib import crc32


def mix(x: int) -> int:
    """Mix 64 bits with the finaliser of splitmix64."""
    x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9 % 2**64
    x = (x ^ (x >> 27)) * 0x94D049BB133111EB % 2**64
    return x ^ (x >> 31)


def derive_key(key: int, who: int) -> int:
    """Return the key of `who` derived from its parent `key`: 64 bits."""
    return mix((key + 0x9E3779B97F4A7C15 * (who + 1)) % 2**64)


def chance(key: int, who: int) -> float:
    """Draw a uniform number in [0, 1)."""
    return (derive_key(key, who) >> 11) * 2.0**-53


def exponential(key: int, who: int) -> float:
    """Draw a waiting time from the exponential distribution of mean 1."""
    return -log(1.0 - chance(key, who))


def race(
    people: Iterable[SimpleNamespace], weight: Callable[[SimpleNamespace], float], key: int
) -> SimpleNamespace | None:
    """Choose one of `people`, with probability proportional to `weight(person)`; None if all weights are 0.

    Each draws an exponential waiting time, divided by the weight; the shortest one wins. An additional person
    of weight 0 therefore changes no outcome.
    """
    best, winner = inf, None
    for person in people:
        if weight(person) > 0.0:
            time = exponential(key, person.id) / weight(person)
            if time < best:
                best, winner = time, person
    return winner


class RandomNumbers:
    """The random numbers of one seed: keys by the name of a decision and the day."""

    def __init__(self, *seed: str | int) -> None:
        """Hash names and whole numbers to one 64-bit seed."""
        text = "\x1f".join(f"{type(part).__name__}:{part}" for part in seed)
        self.seed = int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), "little")

    def key(self, decision: str, day: int = 0) -> int:
        """Return the key of one decision on one day; use day 0 for decisions that are made once per run."""
        return derive_key(derive_key(self.seed, crc32(decision.encode())), day)
