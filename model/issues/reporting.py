"""Reporting: who sees an issue, and who reports it.

Responsibility diffuses. In the volunteer's dilemma (Diekmann 1985) each of n bystanders reports with chance
1 - (c/b)^(1/(n-1)), so none does with chance (c/b)^(n/(n-1)), which *rises* with n. As a rate: log(b/c) *
n/(n-1). Here n is the number of people expected at home, log(b/c) is the category's `telling`, and
bystanders are weighted by their trust that reporting helps. Every issue has a hazard clock: when its hazard
passes the next threshold, it is reported; a higher hazard makes the same report sooner.

Two other rules: bystanders who are *independent* report at their own rate, however many there are, so that
issues seen by many are reported soonest (the older reading, against which Darley & Latané 1968 found). By
*word of mouth* only those report who have heard of an issue, and each tells others of it: the share that has
heard grows along a logistic curve from the one who saw it first (Bass 1969, imitators only).
"""

from math import exp

import numpy as np

from ...agents.reporters import draw_reporter
from ...engine.codes import (
    SCOPE_BUILDING,
    SCOPE_COMPOUND,
    SCOPE_HOUSEHOLD,
    SCOPE_STAIRWELL,
    SCOPE_STREET,
    STANDING_CHILD,
)
from ...engine.jit import inner_kernel, outer_kernel
from ...engine.randomness import decision, derive_key, exponential, key_of, uniform
from .issue_table import (
    REPORTED,
    REPORTED_AGAIN,
    RESOLVED,
    UNKNOWN,
    WAS_REPORTED,
    log_event,
    trust_at_stake,
)

HEAR, FIND, TELL, WAIT = decision("hear"), decision("find"), decision("tell"), decision("wait")
MOST = 100  # reports after which a known issue is not reported again
REPORTING = ("volunteers_dilemma", "independent", "word_of_mouth")
DILEMMA, INDEPENDENT, WORD_OF_MOUTH = range(3)
A_DAY = 3  # reports of an issue in one day, at most; the others come tomorrow


@outer_kernel
def bystander_factor(n, alone) -> float:
    """Rate at which n bystanders report (any n >= 0), relative to very many: n/(n-1), at most `alone`.

    Twin: reference/reporting.py, bystander_factor.
    """
    if n <= 1.0:
        return alone * n
    return min(alone, n / (n - 1.0))


@inner_kernel
def independent_factor(n, crowd) -> float:
    """The same of n bystanders who do not rely on each other; `crowd` of them report as a crowd above does.

    Twin: reference/reporting.py, independent_factor.
    """
    return n / crowd


@inner_kernel
def heard_share(n, age, rate) -> float:
    """Share of n bystanders who have heard of an issue `age` days after one of them saw it.

    Who knows of it tells others at `rate` a day.

    Twin: reference/reporting.py, heard_share.
    """
    return 1.0 if n <= 1.0 else 1.0 / (1.0 + (n - 1.0) * exp(-rate * age))


@inner_kernel
def reporting_factor(n, age, k, rules) -> float:
    """Rate at which n bystanders report an issue of `age` days, relative to very many, by the rule chosen.

    Twin: reference/reporting.py, reporting_factor.
    """
    if rules.reporting == INDEPENDENT:
        return independent_factor(n, rules.crowd_bystanders)
    factor = bystander_factor(n, k.sole_bystander_factor)
    if rules.reporting == WORD_OF_MOUTH:
        factor *= heard_share(n, age, rules.word_of_mouth_rate)
    return factor


@inner_kernel
def add(listening, committee, company, ears, voices, row) -> None:
    """Add the bystanders and voices of a place to those of the larger place at `row`.

    Twin: reference/arithmetic.py, add.
    """
    ears[row] += listening
    voices[row, 0] += committee
    voices[row, 1] += company


@inner_kernel
def places_of(mood, buildings, compounds) -> tuple[np.ndarray, np.ndarray]:
    """Sum bystanders and their weighted voices over places: ears (n,), voices (n, 2).

    The rows are all stairwells, then all buildings, all compounds, and the whole community.

    Twin: reference/places.py, ears_and_voices.
    """
    s, b, c = len(mood.ears), len(buildings.compound), len(compounds.company)
    ears, voices = np.zeros(s + b + c + 1), np.zeros((s + b + c + 1, 2))
    heard, spoken, stairwells, houses = mood.ears, mood.voices, buildings.first, compounds.first
    for row in range(s):
        add(heard[row], spoken[row, 0], spoken[row, 1], ears, voices, row)
    for row in range(b):
        for child in range(stairwells[row], stairwells[row + 1]):
            add(ears[child], voices[child, 0], voices[child, 1], ears, voices, s + row)
    for row in range(c):
        for child in range(s + houses[row], s + houses[row + 1]):
            add(ears[child], voices[child, 0], voices[child, 1], ears, voices, s + b + row)
        add(ears[s + b + row], voices[s + b + row, 0], voices[s + b + row, 1], ears, voices, s + b + c)
    return ears, voices


@inner_kernel
def at_home(household, trusted, households, people) -> tuple[float, float]:
    """Sum the bystanders in one household, and their weighted voices.

    Twin: reference/places.py, at_home.
    """
    rank, presence, voice, trust = people.standing, people.presence, people.voice, people.trust
    ears, voices = 0.0, 0.0
    for i in range(households.first[household], households.first[household + 1]):
        if rank[i] != STANDING_CHILD:
            expected = float(presence[i])
            ears += expected
            voices += expected * voice[i] * 2.0 * trust[i, trusted]
    return ears, voices


@inner_kernel
def draw_issue_reporter(w, issue, key) -> np.int64:
    """Draw the resident who reports an issue, among those who can see it; -1 for a passer-by in a street.

    Twin: reference/reporting.py, report_issues.
    """
    trusted, people, first_of = trust_at_stake(issue), w.residents, w.stairwells.people
    if issue.scope == SCOPE_HOUSEHOLD:
        h, first = issue.household, w.households.first
        return draw_reporter(first[h], first[h + 1], people, trusted, key)
    if issue.scope == SCOPE_STAIRWELL:
        return draw_reporter(first_of[issue.stairwell], first_of[issue.stairwell + 1], people, trusted, key)
    if issue.scope == SCOPE_BUILDING:
        first, last = issue.building, issue.building + 1
    elif issue.scope == SCOPE_COMPOUND:
        first, last = w.compounds.first[issue.compound], w.compounds.first[issue.compound + 1]
    else:
        return np.int64(-1)
    stairs = w.buildings.first
    return draw_reporter(first_of[stairs[first]], first_of[stairs[last]], people, trusted, key)


@inner_kernel
def report_issues(w) -> np.ndarray:
    """Advance the reporting clock of every open issue; at its threshold, report it or repeat the report.

    Returns the rows of issues that are now reported and not resolved, (n,): those that the day goes on with.

    Neighbours report at the rate of the rule chosen (`reporting_factor`); mechanisms that look (`sight`,
    1/day) compete with them, and the first in the race is the reporter.

    Twin: reference/reporting.py, report_issues.
    """
    issues, day, log, used, k = w.issues, w.day, w.log, w.lines, w.knobs.residents
    rules = w.knobs.rules
    dilemma, patience, voice = w.cats.report_rate, w.cats.patience_days, w.lever.voice
    codes, sight = w.pulls.sight.by, w.pulls.sight.rows
    clock, finder, teller = key_of(w.seed, HEAR, 0), key_of(w.seed, FIND, 0), key_of(w.seed, TELL, 0)
    wait = key_of(w.seed, WAIT, 0)
    ears, voices = places_of(w.mood, w.buildings, w.compounds)
    s, b, c = len(w.stairwells.building), len(w.buildings.compound), len(w.compounds.company)
    for i in range(len(issues)):
        issue = issues[i]
        if issue.state >= RESOLVED or (issue.reports >= MOST and issue.state != UNKNOWN):
            continue
        trusted = trust_at_stake(issue)
        if issue.scope == SCOPE_HOUSEHOLD:
            n, weight = at_home(issue.household, trusted, w.households, w.residents)
        else:
            row = issue.stairwell
            if issue.scope == SCOPE_BUILDING:
                row = s + issue.building
            elif issue.scope == SCOPE_COMPOUND:
                row = s + b + issue.compound
            elif issue.scope == SCOPE_STREET:
                row = s + b + c
            n, weight = ears[row], voices[row, trusted]
        neighbours = 0.0
        if n > 0.0:
            louder = 1.0 if voice[issue.building] == 0.0 else exp(voice[issue.building])
            factor = reporting_factor(n, day - issue.arose_day, k, rules)
            neighbours = dilemma[issue.category] * factor * (weight / n) * louder
        rate = neighbours
        if issue.state == UNKNOWN:
            for m in range(len(codes)):
                rate += sight[m, i]
        else:
            rate *= k.repeat_report_factor
        issue.report_hazard += rate
        today = 0
        while issue.report_hazard >= issue.next_report_hazard and today < A_DAY:
            today += 1
            issue.reports += 1
            issue.next_report_hazard += exponential(derive_key(clock, issue.key), issue.reports)
            race = derive_key(derive_key(teller, issue.key), issue.reports)
            if issue.state != UNKNOWN:
                who = draw_issue_reporter(w, issue, race)
                log_event(log, used, issue.id, day, REPORTED_AGAIN, -1, who)
                continue
            by, who = -1, np.int64(-1)
            part = uniform(derive_key(finder, issue.key), issue.reports) * rate - neighbours
            if part >= 0.0:
                for m in range(len(codes)):
                    by = codes[m] if sight[m, i] > 0.0 else by
                    part -= sight[m, i]
                    if part < 0.0:
                        break
            else:
                who = draw_issue_reporter(w, issue, race)
            issue.state = REPORTED
            issue.reporter = who
            if issue.reported_day < 0:
                issue.reported_day, issue.found_by = day, by
            patient = exponential(derive_key(wait, issue.key), issue.reports)
            issue.give_up_day = day + 1 + int(patience[issue.category] * patient)
            log_event(log, used, issue.id, day, WAS_REPORTED, by, who)
    return rows_pending(issues)


@inner_kernel
def rows_pending(issues) -> np.ndarray:
    out, n = np.empty(len(issues), np.int64), 0
    for i in range(len(issues)):
        out[n] = i
        n += UNKNOWN < issues[i].state < RESOLVED
    return out[:n]
