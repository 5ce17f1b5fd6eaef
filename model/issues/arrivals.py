"""Arrivals: which issues arise, where, and whom they affect.

Each building and category has a hazard clock: its rate is added up day by day, and whenever the sum passes
the next threshold, an issue arises. The thresholds are random numbers keyed by (building, category, number),
so the same issue arises in every arm of a comparison, sooner where the rate is higher, or never; prevention
delays or removes it, and no other. The key of a building is derived from its compound's name and its number
there, that of a category from its name, so that adding a compound or a category changes no other clock.

An issue of behaviour recurs, whatever becomes of it: as soon as it arises, its recurrences are added to those
that are still to come from its clock. They are part of the category's rate: the rest of it arises anew. What
nobody attends to adds more (`invite` in closing.py). So leaving issues alone prevents none: with the same
seed, where nobody does anything no clock is ever behind.
"""

from math import exp
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from ...engine.codes import CHILD, DESK_COMMITTEE, DESK_COMPANY, DESK_NONE, ELDER, SCOPE_HOUSEHOLD
from ...engine.jit import inner_kernel, lean_kernel, outer_kernel, struct
from ...engine.randomness import decision, derive_key, exponential, key_of, uniform
from .categories import UNITS, Columns
from .issue_table import AROSE, UNKNOWN, log_event, make_id

if TYPE_CHECKING:
    from ...agents.population import Residents
    from ..places import Buildings, Compounds, Households

ARISE, STRIKE, HEAR = decision("arise"), decision("strike"), decision("hear")
WORK, STUBBORN, SIT = decision("work"), decision("stubborn"), decision("sit")
LEAD, LAPSE, APPOINTMENT = decision("lead"), decision("lapse"), decision("appointment")
YEAR = 365

# the units that are people or homes, as in UNITS
RESIDENT, ELDERS, ALONE, HOUSEBOUND, CHILDREN, HOUSEHOLD = range(6)


class Clocks(NamedTuple):
    """One hazard clock for each building and category."""

    rate: np.ndarray  # (buildings, categories) float64  per day, neither prevented nor neglected
    passed: np.ndarray  # (buildings, categories) float64  hazard so far
    next: (
        np.ndarray
    )  # (buildings, categories) float64  threshold: the next issue arises when `passed` gets here
    coming: np.ndarray  # (buildings, categories) float64  expected recurrences that are still to come
    number: np.ndarray  # (buildings, categories) int64    issues so far
    firm: (
        np.ndarray
    )  # (buildings, categories) int64    how many of the initial issues are stubborn by the case


@lean_kernel
def is_unit(unit, band, housebound, is_head, is_alone) -> bool:
    """Whether a resident is one of the people, or the head of one of the homes, that `unit` names.

    `is_head` and `is_alone` are whether it is the first resident of its household, and the only one.

    Twin: reference/places.py, is_counted.
    """
    if unit == HOUSEHOLD:
        return is_head
    if unit == ELDERS:
        return band == ELDER
    if unit == ALONE:
        return band == ELDER and is_alone
    if unit == HOUSEBOUND:
        return housebound
    if unit == CHILDREN:
        return band == CHILD
    return True


@outer_kernel
def census(people, households, buildings) -> np.ndarray:
    """Count each kind of person or home in each building, by share of days at home; (buildings, 6).

    Twin: reference/places.py, is_counted.
    """
    count, first = np.zeros((len(buildings.compound), 6)), households.first
    for i in range(len(people.home)):
        h = people.home[i]
        is_head, is_alone = first[h] == i, first[h + 1] - first[h] == 1
        for unit in range(6):
            if is_unit(unit, people.band[i], people.housebound[i], is_head, is_alone):
                count[people.building[i], unit] += people.presence[i]
    return count


def count_units(
    cats: Columns,
    people: "Residents",
    households: "Households",
    buildings: "Buildings",
    compounds: "Compounds",
) -> np.ndarray:
    """Count the units that each category arises from, in each building; (buildings, categories) float64."""
    b = len(buildings.compound)
    stairwells = np.diff(buildings.first)
    unit = np.zeros((b, len(UNITS)))
    unit[:, :6] = census(struct(people), struct(households), struct(buildings))
    unit[:, UNITS.index("stairwell")] = stairwells
    unit[:, UNITS.index("lift")] = buildings.lifts
    unit[:, UNITS.index("building")] = 1.0
    unit[:, UNITS.index("compound")] = 1.0 / np.diff(compounds.first)[buildings.compound]
    unit[:, UNITS.index("shop")] = buildings.shops
    unit[:, UNITS.index("walkup")] = stairwells * (buildings.lifts == 0)
    modern = np.bincount(buildings.compound, buildings.lifts)[buildings.compound] > 0
    unit[:, UNITS.index("garage")] = modern * unit[:, UNITS.index("compound")]
    return unit[:, cats.unit]


def arrival_rates(
    cats: Columns, unit_counts: np.ndarray, buildings: "Buildings", compounds: "Compounds"
) -> np.ndarray:
    """Compute the issues that arise per day in each building and category, if no lever reduces them.

    The result is (buildings, categories); `unit_counts` is that of `count_units`.
    """
    ages, which = np.unique(compounds.age[buildings.compound], return_inverse=True)
    # `math.exp`, because NumPy's may depend on the length of a row
    older = np.array(
        [[exp(ageing * ((age - 20.0) / 10.0)) for ageing in cats.ageing_log_rate] for age in ages]
    )
    return cats.rate * unit_counts * older[which]


def init_clocks(rate: np.ndarray, cats: Columns, places: np.ndarray, key: np.uint64) -> Clocks:
    """Return the clocks on day 0, of issues that arise at `rate` (buildings, categories) a day.

    Recurrences come as they do in the long run. `places` (buildings,) are keys of random numbers, `key` is
    the key of arrivals.
    """
    return Clocks(
        rate,
        np.zeros(rate.shape),
        first_thresholds(places, cats.code, key),
        rate * cats.recurrence / cats.recurrence_share,
        *np.zeros((2, *rate.shape), np.int64),
    )


def schedule_initial(
    clocks: Clocks, b: int, j: int, n: int, place: np.uint64, code: int, key: np.uint64
) -> None:
    """Schedule `n` issues of category `j` in building `b` for the first night.

    `place` and `code` are the keys of the building and the category, `key` is the key of arrivals.
    """
    clocks.passed[b, j] = hazard_of_nth(clocks.next[b, j], place, code, key, n)


@outer_kernel
def hazard_of_nth(hazard, place, code, key, n) -> float:
    """Compute the hazard at which the `n`-th issue of a clock arises, from that of the first.

    Twin: reference/arrivals.py, draw_new_issues.
    """
    clock_key = derive_key(derive_key(key, place), code)
    for number in range(1, n):
        hazard += exponential(clock_key, number)
    return hazard


@outer_kernel
def first_thresholds(places, codes, key) -> np.ndarray:
    """Draw the hazard at which the first issue of each clock arises; (buildings, categories).

    Twin: reference/arrivals.py, build_clock.
    """
    out = np.empty((len(places), len(codes)))
    for i in range(len(places)):
        for j in range(len(codes)):
            out[i, j] = exponential(derive_key(derive_key(key, places[i]), codes[j]), 0)
    return out


@inner_kernel
def advance_clocks(w) -> np.ndarray:
    """Advance all hazard clocks by a day; return building, category and number of new issues, (n, 3) int64.

    `ease` (buildings, families) is a log rate, `weather` (categories,) the factor of the season and of
    shocks. Of the recurrences still to come, `recurrence_share` times the weather come today: those of a kind
    that is out of season wait for it. The result is ordered by building and category.

    Twin: reference/arrivals.py, draw_new_issues.
    """
    clocks, ease, weather, family = w.clocks, w.lever.ease, w.weather[w.day % YEAR], w.cats.family
    places, codes, key = w.buildings.key, w.cats.code, key_of(w.seed, ARISE, 0)
    b, c = clocks.rate.shape
    cells, before = (
        np.empty(b * c, np.int64),
        np.empty(b * c, np.int64),
    )  # where issues arise, and how many had
    hits, n = 0, 0
    rate, passed, threshold, number = clocks.rate, clocks.passed, clocks.next, clocks.number
    coming, recurrence = clocks.coming, w.cats.recurrence
    factor, eased, plain = np.empty(ease.shape[1]), np.empty(c), False
    prevented, recurs, anew = np.empty(c), np.empty(c), np.empty(c)
    for j in range(c):
        anew[j] = weather[j] * (1.0 - recurrence[j])
        recurs[j] = min(1.0, w.cats.recurrence_share[j] * weather[j])
    for i in range(b):
        calm = True
        for f in range(ease.shape[1]):
            calm &= ease[i, f] == 0.0
        if not calm or not plain:
            for f in range(ease.shape[1]):
                factor[f] = exp(ease[i, f]) if ease[i, f] != 0.0 else 1.0
            for j in range(c):
                eased[j] = factor[family[j]] * anew[j]
                prevented[j] = factor[family[j]]
            plain = calm
        due = 0
        for j in range(c):
            recurring = coming[i, j] * recurs[j]
            coming[i, j] -= recurring
            passed[i, j] += rate[i, j] * eased[j] + recurring * prevented[j]
            due += passed[i, j] >= threshold[i, j]
        for j in range(c if due else 0):
            if passed[i, j] >= threshold[i, j] and passed[i, j] > 0.0:
                clock_key = derive_key(derive_key(key, places[i]), codes[j])
                cells[hits], before[hits] = i * c + j, number[i, j]
                hits += 1
                while passed[i, j] >= threshold[i, j]:
                    number[i, j] += 1
                    coming[i, j] += recurrence[j]
                    threshold[i, j] += exponential(clock_key, number[i, j])
                    n += 1
    fresh = np.empty((n, 3), np.int64)
    n = 0
    for s in range(hits):
        i, j = cells[s] // c, cells[s] % c
        for k in range(before[s], number[i, j]):
            fresh[n, 0], fresh[n, 1], fresh[n, 2] = i, j, k
            n += 1
    return fresh


@lean_kernel
def draw_affected_resident(unit, first, last, people, households, key) -> np.int64:
    """Draw the resident of `first` to `last` whom an issue affects, in proportion to presence; -1 if none.

    Twin: reference/arrivals.py, build_issue.
    """
    home, band, housebound = people.home, people.band, people.housebound
    presence, heads = people.presence, households.first
    best, winner = np.inf, np.int64(-1)
    for i in range(np.uint64(first), np.uint64(last)):
        weight, h = presence[i], home[i]
        # -log(1 - u) is never less than u, so most candidates need no logarithm
        if (
            weight > 0.0
            and uniform(key, i) < best * weight
            and is_unit(unit, band[i], housebound[i], heads[h] == i, heads[h + 1] - heads[h] == 1)
        ):
            time = exponential(key, i) / weight
            if time < best:
                best, winner = time, np.int64(i)
    return winner


@lean_kernel
def place_issue(w, issue, issue_key) -> None:
    """Draw the stairwell of a new issue and, if it is private, whose home it is.

    Twin: reference/arrivals.py, build_issue.
    """
    b, people, stairwells, key = issue.building, w.residents, w.stairwells, key_of(w.seed, STRIKE, 0)
    first, last = w.buildings.first[b], w.buildings.first[b + 1]
    issue.household = -1
    issue.stairwell = first + int(uniform(key, issue_key) * (last - first))
    if issue.scope == SCOPE_HOUSEHOLD:
        low, high = stairwells.people[first], stairwells.people[last]
        unit = w.cats.unit[issue.category]
        i = draw_affected_resident(unit, low, high, people, w.households, derive_key(key, issue_key))
        if i < 0:  # no one here is ever at home: the first resident of the stairwell
            i = stairwells.people[issue.stairwell]
        issue.household = people.home[i]
        issue.stairwell = w.households.stairwell[people.home[i]]


@lean_kernel
def draw_requirements(w, issue, number, issue_key) -> None:
    """Draw what a new issue takes: hours, money, sittings, days of waiting, and days until it lapses.

    These belong to the issue and are the same in every arm of a comparison.

    Twin: reference/arrivals.py, build_issue.
    """
    cats, seed, b, j = w.cats, w.seed, issue.building, issue.category
    issue.work_hours = (
        cats.work_scale_hours[j] * exponential(key_of(seed, WORK, 0), issue_key) ** cats.work_spread[j]
    )
    issue.hours_left = issue.work_hours
    issue.cost_fen = cats.cost_fen[j]
    issue.sittings_needed = 0.0
    if cats.sittings[j] > 0.0:
        stiff = (
            number < w.clocks.firm[b, j]
            or uniform(key_of(seed, STUBBORN, 0), issue_key) < cats.stubborn_share[j]
        )
        issue.sittings_needed = (
            cats.sittings[j]
            * exponential(key_of(seed, SIT, 0), issue_key)
            * (cats.stubborn_factor[j] if stiff else 1.0)
        )
    issue.department_days, issue.lapse_day, issue.appointment_days = 0, -1, 0
    issue.hurried_by, issue.hurried_days = -1, 0.0
    if cats.appointment_scale_days[j] != 0.0:
        drawn = exponential(key_of(seed, APPOINTMENT, 0), issue_key) ** cats.appointment_spread[j]
        issue.appointment_days = int(cats.appointment_scale_days[j] * drawn)
    if cats.department_days[j] != 0.0:
        issue.department_days = 1 + int(
            cats.department_days[j] * exponential(key_of(seed, LEAD, 0), issue_key)
        )
    if cats.lapse_days[j] != 0.0:
        issue.lapse_day = w.day + 1 + int(cats.lapse_days[j] * exponential(key_of(seed, LAPSE, 0), issue_key))


@lean_kernel
def fill_new_issues(w, rows, fresh) -> None:
    """Fill `rows` with the issues of `advance_clocks`: where each is, whom it affects, and what it takes.

    Twin: reference/arrivals.py, build_issue.
    """
    cats, compounds = w.cats, w.compounds
    for r in range(len(fresh)):
        issue, b, j, number = rows[r], fresh[r, 0], fresh[r, 1], fresh[r, 2]
        issue_key = derive_key(derive_key(w.buildings.key[b], cats.code[j]), number)
        issue.id, issue.key = make_id(b, cats.code[j], number), issue_key
        issue.building, issue.category, issue.compound = b, j, w.buildings.compound[b]
        issue.family, issue.scope = cats.family[j], cats.scope[j]
        issue.severity, issue.consent_rule = cats.severity[j], cats.consent_rule[j]
        place_issue(w, issue, issue_key)
        draw_requirements(w, issue, number, issue_key)
        issue.sittings_held, issue.report_rate, issue.report_hazard = 0.0, 0.0, 0.0
        issue.next_report_hazard = exponential(derive_key(key_of(w.seed, HEAR, 0), issue_key), 0)
        issue.reporter, issue.arose_day, issue.reported_day, issue.taken_in_day = -1, w.day, -1, -1
        issue.resolved_day, issue.give_up_day, issue.due_day = -1, -1, -1
        issue.reports, issue.state, issue.reopened, issue.found_by, issue.resolved_by = 0, UNKNOWN, 0, -1, -1
        company = compounds.company[issue.compound] and cats.done_by[j, 0]
        issue.desk = DESK_COMPANY if company else DESK_COMMITTEE if cats.done_by[j].any() else DESK_NONE
        log_event(w.log, w.lines, issue.id, w.day, AROSE, -1, -1)
