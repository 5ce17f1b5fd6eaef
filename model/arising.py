"""Arising: what goes wrong, where and to whom.

Each building and category keeps a hazard clock: its rate is added up day by day, and whenever the sum passes the next
threshold, an issue arises. The thresholds are luck keyed by (building, category, number), so the same issue arises in
every arm of a comparison, sooner where the rate is higher, or never; prevention delays or removes it, and no other.
"""

from math import exp
from typing import NamedTuple

import numpy as np

from .compiled import compiled, part, struct
from ..agents.residents import CHILD, ELDER
from .categories import UNITS
from .issues import AROSE, COMMITTEE, COMPANY, UNKNOWN, note
from .luck import below, chance, waiting

RESIDENT, ELDERS, ALONE, HOUSEBOUND, CHILDREN, HOUSEHOLD = range(6)  # the units that are people or homes, as in UNITS


class Clocks(NamedTuple):
    """One hazard clock for each building and category."""

    rate: np.ndarray    # (buildings, categories) float64  per day, before anything eases it
    passed: np.ndarray  # (buildings, categories) float64  hazard so far
    next: np.ndarray    # (buildings, categories) float64  the next issue arises when `passed` gets here
    number: np.ndarray  # (buildings, categories) int64    issues so far
    firm: np.ndarray    # (buildings, categories) int64    of the first ones, how many are stubborn whatever luck says: those of the outset


@part
def counts(unit, i, home, band, housebound, first):
    """Whether resident `i` is one of the people, or the head of one of the homes, that `unit` names; `first` is by household."""
    h = home[i]
    if unit == HOUSEHOLD:
        return first[h] == i
    if unit == ELDERS:
        return band[i] == ELDER
    if unit == ALONE:
        return band[i] == ELDER and first[h + 1] - first[h] == 1
    if unit == HOUSEBOUND:
        return housebound[i]
    if unit == CHILDREN:
        return band[i] == CHILD
    return True


@compiled
def census(people, households, buildings):
    """How many of each kind of person or home live in each building, by share of days at home; (buildings, 6)."""
    count = np.zeros((len(buildings.compound), 6))
    for i in range(len(people.home)):
        for unit in range(6):
            if counts(unit, i, people.home, people.band, people.housebound, households.first):
                count[people.building[i], unit] += people.presence[i]
    return count


def rates(cats, people, households, buildings, compounds):
    """How many issues arise per day in each building and category, (buildings, categories), before anything eases it."""
    b = len(buildings.compound)
    here = np.diff(buildings.first)
    unit = np.zeros((b, len(UNITS)))
    unit[:, :6] = census(struct(people), struct(households), struct(buildings))
    unit[:, UNITS.index("stairwell")] = here
    unit[:, UNITS.index("lift")] = buildings.lifts
    unit[:, UNITS.index("building")] = 1.0
    unit[:, UNITS.index("compound")] = 1.0 / np.diff(compounds.first)[buildings.compound]
    unit[:, UNITS.index("shop")] = buildings.shops
    unit[:, UNITS.index("walkup")] = here * (buildings.lifts == 0)
    modern = np.bincount(buildings.compound, buildings.lifts)[buildings.compound] > 0
    unit[:, UNITS.index("garage")] = modern * unit[:, UNITS.index("compound")]
    decades = (compounds.age[buildings.compound] - 20.0) / 10.0
    return cats.rate * unit[:, cats.unit] * np.exp(cats.ageing * decades[:, None])


def wound(rate, key):
    """The clocks on day 0, of what arises at `rate` (buildings, categories) a day; `key` is the key of arising."""
    return Clocks(rate, np.zeros(rate.shape), first_thresholds(np.arange(rate.size), key).reshape(rate.shape), *np.zeros((2, *rate.shape), np.int64))


def ring(clocks, b, j, n, key):
    """Let so many issues of category `j` in building `b` arise on the first night; `key` is the key of arising."""
    cell = b * clocks.rate.shape[1] + j
    clocks.passed[b, j] = clocks.next[b, j]
    clocks.passed[b, j] = passed(clocks.passed[b, j], np.uint64(below(key, cell)), n)


@compiled
def passed(hazard, key, n):
    """The hazard at which the `n`-th issue of a clock arises, from that of the first."""
    for number in range(1, n):
        hazard += waiting(key, number)
    return hazard


@compiled
def first_thresholds(cells, key):
    """When the first issue of each cell arises, in hazard; (cells,)."""
    out = np.empty(len(cells))
    for i in range(len(cells)):
        out[i] = waiting(below(key, cells[i]), 0)
    return out


@part
def tick(clocks, ease, weather, family, key):
    """A day passes: ids of the issues that arise, (new,) int64, by building and category.

    `ease` (buildings, families) log rate, `weather` (categories,) the season's and shocks' factor.
    """
    b, c = clocks.rate.shape
    cells, before = np.empty(b * c, np.int64), np.empty(b * c, np.int64)  # where something arises, and what had arisen there
    hits, n = 0, 0
    rate, passed, next_, number = clocks.rate, clocks.passed, clocks.next, clocks.number
    factor, eased, plain = np.empty(ease.shape[1]), np.empty(c), False
    for i in range(b):
        calm = True
        for f in range(ease.shape[1]):
            calm &= ease[i, f] == 0.0
        if not calm or not plain:
            for f in range(ease.shape[1]):
                factor[f] = exp(ease[i, f]) if ease[i, f] != 0.0 else 1.0
            for j in range(c):
                eased[j] = factor[family[j]] * weather[j]
            plain = calm
        due = 0
        for j in range(c):
            passed[i, j] += rate[i, j] * eased[j]
            due += passed[i, j] >= next_[i, j]
        for j in range(c if due else 0):
            if passed[i, j] >= next_[i, j] and rate[i, j] > 0.0:
                cell = i * c + j
                cells[hits], before[hits] = cell, number[i, j]
                hits += 1
                while passed[i, j] >= next_[i, j]:
                    number[i, j] += 1
                    next_[i, j] += waiting(below(key, cell), number[i, j])
                    n += 1
    fresh = np.empty(n, np.int64)
    n = 0
    for s in range(hits):
        i, j = cells[s] // c, cells[s] % c
        for k in range(before[s], number[i, j]):
            fresh[n] = (cells[s] << 20) + k
            n += 1
    return fresh


@part
def struck(unit, id_, first, last, people, households, key):
    """The resident of `first` to `last` whom issue `id_` strikes, by a race in which those at home count; -1 if none."""
    home, band, housebound, presence, heads = people.home, people.band, people.housebound, people.presence, households.first
    best, winner = np.inf, -1
    for i in range(np.uint64(first), np.uint64(last)):
        here = presence[i]
        if here > 0.0 and chance(key, i) < best * here and counts(unit, i, home, band, housebound, heads):
            time = waiting(key, i) / here  # -log(1 - u) is never less than u: most need no logarithm
            if time < best:
                best, winner = time, np.int64(i)
    return winner


@part
def born(rows, ids, day, cats, firm, people, households, stairwells, buildings, compounds, work, stubborn, sit, lead, lapse, clock, whom, log, used):
    """Fill `rows` with the issues `ids`: where each is, whom it strikes, and all that luck decides about it beforehand.

    `work` ... `whom` are keys of luck; what an issue takes is its own, the same in every arm.
    """
    c = len(cats.family)
    for r in range(len(ids)):
        id_, issue = ids[r], rows[r]
        cell = id_ >> 20
        b, j = cell // c, cell % c
        compound = buildings.compound[b]
        issue.id, issue.building, issue.category, issue.compound = id_, b, j, compound
        issue.family, issue.scope, issue.severity, issue.rule = cats.family[j], cats.scope[j], cats.severity[j], cats.rule[j]
        issue.household = -1
        first, last = buildings.first[b], buildings.first[b + 1]
        issue.stairwell = first + int(chance(whom, id_) * (last - first))
        if issue.scope == 0:
            i = struck(cats.unit[j], id_, stairwells.people[first], stairwells.people[last], people, households, below(whom, id_))
            if i < 0:  # nobody here is ever at home: the first of the stairwell
                i = stairwells.people[issue.stairwell]
            issue.household = people.home[i]
            issue.stairwell = households.stairwell[people.home[i]]
        issue.effort = cats.work[j] * waiting(work, id_) ** cats.spread[j]
        issue.left = issue.effort
        issue.cost = cats.cost[j]
        issue.hard = 0.0
        if cats.sittings[j] > 0.0:
            stiff = id_ & 0xFFFFF < firm[b, j] or chance(stubborn, id_) < cats.stubborn[j]
            issue.hard = cats.sittings[j] * waiting(sit, id_) * (cats.tail[j] if stiff else 1.0)
        issue.lead = 0 if cats.lead[j] == 0.0 else 1 + int(cats.lead[j] * waiting(lead, id_))
        issue.lapse = -1 if cats.lapse[j] == 0.0 else day + 1 + int(cats.lapse[j] * waiting(lapse, id_))
        issue.accord, issue.heard, issue.next = 0.0, 0.0, waiting(below(clock, id_), 0)
        issue.reporter, issue.born, issue.told, issue.taken, issue.resolved, issue.giveup, issue.due = -1, day, -1, -1, -1, -1, -1
        issue.voices, issue.state, issue.reopened, issue.teller, issue.closer = 0, UNKNOWN, 0, -1, -1
        issue.desk = COMPANY if compounds.company[compound] and cats.hands[j, 0] else COMMITTEE
        note(log, used, id_, day, AROSE, -1, -1)
