"""Arrivals: which issues arise, where, and whom they affect.

Each building and category has a hazard clock: its rate is added up day by day, and whenever the sum passes
the next threshold, an issue arises. The thresholds are random numbers keyed by (building, category, number),
so the same issue arises in every arm of a comparison, sooner where the rate is higher, or never; prevention
delays or removes it, and no other. The key of a building is derived from its compound's name and its number
there, that of a category from its name, so that adding a compound or a category changes no other clock.

Once a week, on its weekday, a building looks ahead (`look_ahead`): what arises there in the coming week is
scheduled. What levers ease counts from there on, as its mean over the week before. Road not taken: every
clock every day, eased by the day's pulls; this was a tenth of a year's time, for an effect of prevention that
comes half a week sooner.

An issue of behaviour recurs, whatever becomes of it: as soon as it arises, its recurrences are added to those
that are still to come from its clock. They are part of the category's rate: the rest of it arises anew. What
nobody attends to adds more (`invite` in closing.py). So leaving issues alone prevents none: with the same
seed, where nobody does anything no clock is ever behind.
"""

from math import exp
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from ...engine.codes import CHILD, DESK_COMMITTEE, DESK_COMPANY, DESK_NONE, ELDER, SCOPE_HOUSEHOLD
from ...engine.jit import inner_kernel, lean_kernel, outer_kernel
from ...engine.randomness import decision, derive_key, exponential, key_of, uniform
from .categories import FAMILIES, Columns
from .issue_table import AROSE, UNKNOWN, ensure_capacity, log_event, make_id

if TYPE_CHECKING:
    from ..places import Buildings, Compounds

ARISE, STRIKE, HEAR = decision("arise"), decision("strike"), decision("hear")
WORK, STUBBORN, SIT = decision("work"), decision("stubborn"), decision("sit")
LEAD, LAPSE, APPOINTMENT = decision("lead"), decision("lapse"), decision("appointment")
YEAR = 365
# the units that are people or homes, as in UNITS
RESIDENT, ELDERS, ALONE, HOUSEBOUND, CHILDREN, HOUSEHOLD = range(6)
ROUNDING = 1e-9  # a clock that comes as close to its threshold in a week is looked at night by night
# an issue that is to arise in the night after a day
SCHEDULED = np.dtype([("day", "i4"), ("building", "i4"), ("category", "i4"), ("number", "i4")], align=True)


class Clocks(NamedTuple):
    """One hazard clock for each building and category."""

    rate: np.ndarray  # (buildings, categories) float64  per day, neither prevented nor neglected
    passed: np.ndarray  # (buildings, categories) float64  hazard until the building looks ahead again
    # (buildings, categories) float64  threshold: the next issue arises when `passed` gets here
    next: np.ndarray
    coming: np.ndarray  # (buildings, categories) float64  expected recurrences that are still to come
    invited: np.ndarray  # (buildings, categories) float64  those that come from next week on, through neglect
    number: np.ndarray  # (buildings, categories) int64    issues so far
    firm: np.ndarray  # (buildings, categories) int64    initial issues that are stubborn by the case
    eased: np.ndarray  # (buildings, families) float64    pulled on `ease` since the building looked ahead
    factor: np.ndarray  # (buildings, families) float64   on what arises there this week


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
        rate=rate,
        passed=np.zeros(rate.shape),
        next=first_thresholds(places, cats.code, key),
        coming=rate * cats.recurrence / cats.recurrence_share,
        invited=np.zeros(rate.shape),
        number=np.zeros(rate.shape, np.int64),
        firm=np.zeros(rate.shape, np.int64),
        eased=np.zeros((len(rate), len(FAMILIES))),
        factor=np.ones((len(rate), len(FAMILIES))),
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

    Twin: reference/arrivals.py, hazard_of_first.
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


@lean_kernel
def recurring_share(cats, j, weather) -> float:
    """Share of a category's recurrences still to come that come on a day of this weather.

    Those of a kind that is out of season wait for it.

    Twin: reference/arrivals.py, draw_new_issues.
    """
    return min(1.0, cats.recurrence_share[j] * weather)


@inner_kernel
def weigh_nights(w, nights) -> tuple[np.ndarray, np.ndarray]:
    """Return two factors of each category for a number of nights from tonight, (categories,) each.

    The first multiplies the rate, the second what is still to come: the share of it that does not come.

    Twin: reference/arrivals.py, draw_new_issues.
    """
    anew, waits = np.zeros(len(w.cats.code)), np.ones(len(w.cats.code))
    for ahead in range(nights):
        weather = w.weather[w.day % YEAR + ahead]
        for j in range(len(anew)):
            anew[j] += weather[j] * (1.0 - w.cats.recurrence[j])
            waits[j] *= 1.0 - recurring_share(w.cats, j, weather[j])
    return anew, waits


@inner_kernel
def schedule_clock(w, b, j, nights) -> None:
    """Schedule what arises of category `j` in building `b` in a number of nights from tonight.

    Twin: reference/arrivals.py, draw_new_issues.
    """
    clocks, cats, number = w.clocks, w.cats, w.clocks.number[b, j]
    clock_key = derive_key(derive_key(key_of(w.seed, ARISE, 0), w.buildings.key[b]), cats.code[j])
    rate, coming = clocks.rate[b, j] * clocks.factor[b, cats.family[j]], clocks.coming[b, j]
    passed, threshold = clocks.passed[b, j], clocks.next[b, j]
    for ahead in range(nights):
        weather = w.weather[w.day % YEAR + ahead, j]
        recurring = coming * recurring_share(cats, j, weather)
        coming -= recurring
        passed += rate * (weather * (1.0 - cats.recurrence[j])) + recurring * clocks.factor[b, cats.family[j]]
        while passed >= threshold and passed > 0.0:
            n = w.waiting[0]
            w.scheduled = ensure_capacity(w.scheduled, n, n + 1)
            line = w.scheduled[n]
            line.day, line.building, line.category, line.number = w.day + ahead, b, j, number
            w.waiting[0] += 1
            number += 1
            coming += cats.recurrence[j]
            threshold += exponential(clock_key, number)
    clocks.passed[b, j], clocks.coming[b, j], clocks.next[b, j] = passed, coming, threshold


@inner_kernel
def look_ahead(w, weekday, nights) -> None:
    """Advance the clocks of the buildings of a weekday by a number of nights, and schedule what arises.

    What levers eased since the building last looked ahead, and what neglect invited, counts from now on. A
    clock that does not pass its threshold is advanced by all nights at once.

    Twin: reference/arrivals.py, begin_week.
    """
    clocks, family = w.clocks, w.cats.family
    anew, waits = weigh_nights(w, nights)
    rate, passed, threshold, coming = clocks.rate, clocks.passed, clocks.next, clocks.coming
    invited, factor, eased = clocks.invited, clocks.factor, clocks.eased
    prevented, after = np.empty(rate.shape[1]), np.empty(rate.shape[1])
    for b in range(weekday, len(rate), 7):
        for f in range(factor.shape[1]):
            factor[b, f] = exp(eased[b, f] / 7.0) if eased[b, f] != 0.0 else 1.0
            eased[b, f] = 0.0
        for j in range(rate.shape[1]):
            prevented[j] = factor[b, family[j]]
        for j in range(rate.shape[1]):
            coming[b, j] += invited[b, j]
            invited[b, j] = 0.0
            after[j] = passed[b, j] + prevented[j] * (rate[b, j] * anew[j] + coming[b, j] * (1.0 - waits[j]))
        for j in range(rate.shape[1]):
            if after[j] >= threshold[b, j] - ROUNDING:
                schedule_clock(w, b, j, nights)
            else:
                passed[b, j] = after[j]
                coming[b, j] *= waits[j]


@inner_kernel
def take_scheduled(w) -> np.ndarray:
    """Take what is scheduled for tonight: building, category and number, (n, 3) int64, in that order.

    A building schedules all of a night at once, in order, so that sorting by building is enough.

    Twin: reference/arrivals.py, draw_new_issues.
    """
    first, left = np.zeros(len(w.buildings.key) + 1, np.int64), 0
    for i in range(w.waiting[0]):
        if w.scheduled[i].day == w.day:
            first[w.scheduled[i].building + 1] += 1
    for b in range(len(first) - 1):
        first[b + 1] += first[b]
    fresh = np.empty((first[-1], 3), np.int64)
    for i in range(w.waiting[0]):
        line = w.scheduled[i]
        if line.day == w.day:
            place = first[line.building]
            first[line.building] += 1
            fresh[place, 0], fresh[place, 1], fresh[place, 2] = line.building, line.category, line.number
            w.clocks.number[line.building, line.category] += 1
        else:
            w.scheduled[left] = w.scheduled[i]
            left += 1
    w.waiting[0] = left
    return fresh


@inner_kernel
def advance_clocks(w) -> np.ndarray:
    """Advance hazard clocks; return building, category and number of tonight's issues, (n, 3) int64.

    On the first day all buildings look ahead, to the eve of their weekday. The result is ordered by building
    and category.

    Twin: reference/arrivals.py, draw_new_issues.
    """
    ease, eased = w.lever.ease, w.clocks.eased
    if w.day == 1:
        for weekday in range(2, 8):
            look_ahead(w, weekday % 7, weekday - 1)
    for b in range(len(eased) if len(w.pulls.ease.who) else 0):
        for f in range(eased.shape[1]):
            eased[b, f] += ease[b, f]
    look_ahead(w, w.day % 7, np.int64(7))  # a plain 7 is a type of its own, compiled again
    return take_scheduled(w)


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
        if i < 0:  # no one of that unit is ever at home: the first resident of the stairwell
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
