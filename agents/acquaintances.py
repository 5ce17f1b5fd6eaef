"""Acquaintances: who knows whom. Ties are mutual, and stay until one of the two moves away."""

import numpy as np

from ..engine.codes import STANDING_CHILD
from ..engine.jit import lean_kernel, outer_kernel
from ..engine.randomness import uniform
from .population import SLOTS

PLACES = np.uint64(64)  # there are doors for a multiple of so many residents
DOORS = 1000  # at which one calls in a week, at most


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


@lean_kernel
def draw_acquaintance(first, last, people, key) -> np.int64:
    """Draw one adult among residents `first` to `last`, by presence; -1 if nobody opens at `DOORS` doors.

    One calls at doors at random until somebody is at home. As there are doors for a multiple of 64 residents,
    one more person who is never present changes no other draw, unless the number of residents passes a
    multiple of 64. Road not taken: a race of exponential times over all residents, in which this never
    happens; it takes ten times as long.

    Twin: reference/people.py, call_on_neighbours.
    """
    rank, presence, n = people.standing, people.presence, last - first
    doors = (n + PLACES - np.uint64(1)) // PLACES * PLACES
    for call in range(DOORS):
        place = uniform(key, call) * doors  # where one calls, and in its decimals whether somebody opens
        row = np.uint64(place)
        i = first + row
        if row < n and rank[i] != STANDING_CHILD and place - row < presence[i]:
            return np.int64(i)
    return np.int64(-1)


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
