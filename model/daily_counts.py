"""Daily counts: what a run records at the end of every day, computed by the compiled day itself.

Counts of issues are since day 0, but for `open` and `unknown`, which are today's. All leave out those of no
desk (searches for a partner): no hours resolve them, so they are nobody's backlog. Means over grown-ups are
surveyed once a week, and hold until then.
"""

from typing import TYPE_CHECKING

import numpy as np

from ..engine.codes import (
    CHILD,
    DESK_NONE,
    STANDING_CHILD,
    TRUST_COMMITTEE,
    TRUST_COMPANY,
    TRUST_NEIGHBOURS,
)
from ..engine.jit import column_kernel, lean_kernel, outer_kernel
from .issues.issue_table import LAPSED, RESOLVED, UNKNOWN, VERIFIED, WITHDRAWN

if TYPE_CHECKING:
    from .world import World

DAILY = (
    "arisen",
    "reported",
    "open",
    "unknown",
    "resolved",
    "withdrawn",
    "lapsed",
    "trust_committee",
    "trust_company",
    "trust_neighbours",
    "satisfaction",
    "volunteering",
    "acquaintances",
)
COUNTS = 7  # the first of DAILY are counts of issues, the others means over grown-ups
FULL = 20.0  # acquaintances: so many or more count as 1 where they are shown building by building
UNITS = np.float32(2**24)  # of an opinion; a float32 of 0..1 has no finer steps from one half on
EVERY = 7  # days between surveys of residents; in between the last survey holds


@lean_kernel
def count_issues(issues) -> tuple[int, int, int, int, int, int, int]:
    """Count issues: open, unknown, ever reported, resolved (checked or not), withdrawn, lapsed, all."""
    n_open, unknown, reported, resolved, withdrawn, lapsed, arisen = 0, 0, 0, 0, 0, 0, 0
    for i in range(len(issues)):
        state, counts = issues[i].state, issues[i].desk != DESK_NONE
        arisen += counts
        n_open += counts & (state < RESOLVED)
        unknown += counts & (state == UNKNOWN)
        reported += counts & (issues[i].reported_day >= 0)
        resolved += counts & ((state == RESOLVED) | (state == VERIFIED))
        withdrawn += counts & (state == WITHDRAWN)
        lapsed += counts & (state == LAPSED)
    return n_open, unknown, reported, resolved, withdrawn, lapsed, arisen


@column_kernel
def sum_opinions(opinion, rank, first, last) -> int:
    """Sum an opinion, 0..1, over the grown-ups among residents `first` to `last`, in units of 1 / UNITS.

    Whole numbers are summed many at a time; decimals would have to be summed one after the other. An opinion
    that is not a number makes no sum that is not a number.
    """
    total = 0
    for i in range(first, last):
        total += int(np.int32(opinion[i] * UNITS)) if rank[i] != STANDING_CHILD else 0
    return total


@column_kernel
def count_grown(evenings, ties, rank, first, last) -> tuple[int, int, int]:
    """Count the grown-ups among residents `first` to `last`, those who give evenings, and acquaintances."""
    grown, giving, known = 0, 0, 0
    for i in range(first, last):
        adult = rank[i] != STANDING_CHILD
        grown += adult
        giving += adult & (evenings[i] > 0)
        known += int(ties[i]) if adult else 0
    return grown, giving, known


@lean_kernel
def mean_opinions(people, buildings, stairwells, company, out) -> None:
    """Write means over adults and elders into `out` (6,).

    They are trust in committee, company (where there is one) and neighbours; satisfaction, giving,
    acquaintances.
    """
    rank, trust, satisfaction = people.standing, people.trust, people.satisfaction
    committee, firm, neighbours = (
        trust[:, TRUST_COMMITTEE],
        trust[:, TRUST_COMPANY],
        trust[:, TRUST_NEIGHBOURS],
    )
    evenings, ties = people.evenings, people.ties
    compound, stairs, first = buildings.compound, buildings.first, stairwells.people
    n, giving, known, served, firms = 0, 0, 0, 0, 0
    for b in range(len(compound)):
        low, high = np.uint64(first[stairs[b]]), np.uint64(first[stairs[b + 1]])
        grown, give, ties_here = count_grown(evenings, ties, rank, low, high)
        n += grown
        giving += give
        known += ties_here
        if company[compound[b]]:
            firms += sum_opinions(firm, rank, low, high)
            served += grown
    everybody, units, last = max(n, 1), float(UNITS), np.uint64(len(rank))
    out[0] = sum_opinions(committee, rank, np.uint64(0), last) / units / everybody
    out[1] = firms / units / served if served else np.nan
    out[2] = sum_opinions(neighbours, rank, np.uint64(0), last) / units / everybody
    out[3] = sum_opinions(satisfaction, rank, np.uint64(0), last) / units / everybody
    out[4], out[5] = giving / everybody, known / everybody


@outer_kernel
def measure_day(w) -> None:
    """Write the numbers of this day's end into `count`, in the order of DAILY."""
    out, gone, tally = w.count, w.gone[0], w.tally
    first = w.tallied[0]
    for n, number in enumerate(count_issues(w.ended[first:gone])):
        tally[n] += number
    w.tallied[0] = gone
    if w.day <= 1 or w.day % EVERY == 0:
        mean_opinions(w.residents, w.buildings, w.stairwells, w.compounds.company, w.look)
    n_open, unknown, reported, checking, _, _, arisen = count_issues(w.issues)
    out[0], out[1], out[2], out[3], out[4] = (
        tally[6] + arisen,
        tally[2] + reported,
        n_open,
        unknown,
        tally[3] + checking,
    )
    out[5], out[6] = tally[4], tally[5]
    for n in range(len(w.look)):
        out[COUNTS + n] = w.look[n]


def measure_today(world: "World") -> tuple:
    """Return the numbers of this day's end in the order of DAILY."""
    if world.day == 0:  # every other day ends with them
        world.call(measure_day)
    return (*map(int, world.count[:COUNTS]), *world.count[COUNTS:].tolist())


@outer_kernel
def opinions_by_building(w) -> np.ndarray:
    """Average the opinions of the adults and elders of each building, (buildings, 5) float64.

    They are trust in committee, company and neighbours, satisfaction, and acquaintances, of which FULL or
    more count as 1. 0 where nobody has grown up.
    """
    people, stairs, first = w.residents, w.buildings.first, w.stairwells.people
    band, trust, satisfaction, ties = people.band, people.trust, people.satisfaction, people.ties
    out = np.zeros((len(stairs) - 1, 5))
    for b in range(len(out)):
        n, mean = 0, out[b]
        for i in range(np.uint64(first[stairs[b]]), np.uint64(first[stairs[b + 1]])):
            if band[i] != CHILD:
                n += 1
                for kind in range(3):
                    mean[kind] += trust[i, kind]
                mean[3] += satisfaction[i]
                mean[4] += min(1.0, ties[i] / FULL)
        for k in range(5):
            mean[k] /= max(n, 1)
    return out
