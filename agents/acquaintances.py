"""Acquaintances: who knows whom. Ties are mutual, and stay until one of the two moves away."""

import numpy as np

from ..engine.codes import STANDING_CHILD
from ..engine.jit import column_kernel, inner_kernel, lean_kernel, outer_kernel
from ..engine.randomness import exponential, uniform
from .population import SLOTS


@lean_kernel
def befriend(i, j, people) -> bool:
    """Make residents `i` and `j` acquaintances if both have a free slot; return whether the tie is new.

    Twin: reference/people.py, meet.
    """
    if i == j or people.ties[i] == SLOTS or people.ties[j] == SLOTS:
        return False
    for slot in range(people.ties[i]):
        if people.known[i, slot] == j:
            return False
    people.known[i, people.ties[i]] = j
    people.known[j, people.ties[j]] = i
    people.ties[i] += 1
    people.ties[j] += 1
    return True


@column_kernel
def draw_lots(lots, presence, rank, key, first, last) -> None:
    """Write the least time that each of residents `first` to `last` can need in the race into `lots` (rows,).

    The time is -log(1 - u) / presence, never less than u / presence; infinite for who is never at home, and
    for children.

    Twin: reference/people.py, meet.
    """
    for i in range(first, last):
        weight = presence[i] if rank[i] != STANDING_CHILD else np.float32(0.0)
        lots[i - first] = uniform(key, i) / weight


@column_kernel
def find_lowest(bits, rows) -> np.int64:
    """The lowest of the first `rows` numbers, 0 or more, given as their bits, which sort as the numbers do.

    Of whole numbers the lowest is found many at a time.
    """
    lowest = bits[0]
    for row in range(rows):
        lowest = min(lowest, bits[row])
    return lowest


@inner_kernel
def draw_acquaintance(first, last, people, lots, key) -> np.int64:
    """Draw one adult among residents `first` to `last`, by presence; -1 if none is ever at home.

    Drawn as a race of exponential times, not as an index: one more person who is never present changes
    no other draw. `lots` (last - first or more,) is room for numbers.

    Twin: reference/people.py, meet.
    """
    presence, rows = people.presence, np.uint64(last - first)
    draw_lots(lots, presence, people.standing, key, np.uint64(first), np.uint64(last))
    lowest = np.int64(find_lowest(lots.view(np.int64), rows)).view(np.float64)
    # who drew it needs less time than this: -log(1 - u) < u + u * u up to one half, and no presence exceeds 1
    best = lowest * (1.0 + lowest) + 1e-12 if lowest < 0.5 else np.inf
    winner = np.int64(-1)
    for row in range(rows):
        if lots[row] < best:
            i = np.uint64(first) + row
            time = exponential(key, i) / presence[i]
            if time < best:
                best, winner = time, np.int64(i)
    return winner


@lean_kernel
def clear_acquaintances(i, people) -> None:
    """Remove every tie of resident `i`, on both sides.

    Twin: reference/people.py, move_house.
    """
    known, ties = people.known, people.ties
    for slot in range(ties[i]):
        j = known[i, slot]
        for other in range(ties[j]):
            if known[j, other] == i:
                known[j, other] = known[j, ties[j] - 1]
                known[j, ties[j] - 1] = -1
                ties[j] -= 1
                break
        known[i, slot] = -1
    ties[i] = 0


@outer_kernel
def acquaint(people, buildings, stairwells, mean, key, partner) -> None:
    """Draw the acquaintances of day 0 between neighbours of a building, `mean` per resident on average."""
    for i in range(len(people.home)):
        b = people.building[i]
        first, last = stairwells.people[buildings.first[b]], stairwells.people[buildings.first[b + 1]]
        expected = mean / 2.0  # each tie counts for two
        tries = int(expected) + (uniform(key, i) < expected - int(expected))
        for t in range(tries):
            befriend(i, first + int(uniform(partner, i * 16 + t) * (last - first)), people)
