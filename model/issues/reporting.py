"""Reporting: who sees an issue, and who reports it.

Responsibility diffuses. In the volunteer's dilemma (Diekmann 1985) each of n bystanders reports with chance
1 - (c/b)^(1/(n-1)), so none does with chance (c/b)^(n/(n-1)), which *rises* with n. As a rate: log(b/c) *
n/(n-1). Here n is the number of people expected at home, log(b/c) is the category's `report_rate`, and
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
    STANDING_CHILD,
    TRUST_COMMITTEE,
    TRUST_COMPANY,
)
from ...engine.jit import inner_kernel, lean_kernel, outer_kernel
from ...engine.randomness import decision, derive_key, exponential, key_of, uniform
from .issue_table import (
    REPORTED,
    REPORTED_AGAIN,
    RESOLVED,
    UNKNOWN,
    WAS_REPORTED,
    buildings_that_see,
    log_event,
    trust_at_stake,
)

HEAR, FIND, WAIT = decision("hear"), decision("find"), decision("wait")
DOOR, TELL = decision("door"), decision("tell")
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


@lean_kernel
def independent_factor(n, crowd) -> float:
    """The same of n bystanders who do not rely on each other; `crowd` of them report as a crowd above does.

    Twin: reference/reporting.py, independent_factor.
    """
    return n / crowd


@lean_kernel
def heard_share(n, age, rate) -> float:
    """Share of n bystanders who have heard of an issue `age` days after one of them saw it.

    Who knows of it tells others at `rate` a day.

    Twin: reference/reporting.py, heard_share.
    """
    return 1.0 if n <= 1.0 else 1.0 / (1.0 + (n - 1.0) * exp(-rate * age))


@lean_kernel
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


@lean_kernel
def sum_stairwells(mood, first, last, trusted) -> tuple[float, float]:
    """Sum bystanders, and their weighted voices, over the stairwells `first` to `last`.

    Twin: reference/places.py, ears_and_voices.
    """
    ears, voices = 0.0, 0.0
    for s in range(np.uint64(first), np.uint64(last)):
        ears += mood.ears[s]
        voices += mood.voices[s, trusted]
    return ears, voices


@lean_kernel
def at_home(household, trusted, households, people) -> tuple[float, float]:
    """Sum the bystanders in one household, and their weighted voices.

    Twin: reference/places.py, sum_bystanders.
    """
    rank, presence, voice, trust = people.standing, people.presence, people.voice, people.trust
    ears, voices = 0.0, 0.0
    for i in range(households.first[household], households.first[household + 1]):
        if rank[i] != STANDING_CHILD:
            expected = float(presence[i])
            ears += expected
            voices += expected * voice[i] * 2.0 * trust[i, trusted]
    return ears, voices


@lean_kernel
def bystanders(issue, mood, stairs, households, people, compounds) -> tuple[float, float]:
    """Count those who can see an issue, and their weighted voices.

    `stairs` (buildings + 1,) is the first stairwell of each building, `compounds` is of `sum_compounds`.

    Twin: reference/issues.py, count_bystanders.
    """
    trusted, b, s = trust_at_stake(issue), issue.building, issue.stairwell
    if issue.scope == SCOPE_HOUSEHOLD:
        return at_home(issue.household, trusted, households, people)
    if issue.scope == SCOPE_STAIRWELL:
        return mood.ears[s], mood.voices[s, trusted]
    if issue.scope == SCOPE_BUILDING:
        return sum_stairwells(mood, stairs[b], stairs[b + 1], trusted)
    place = issue.compound if issue.scope == SCOPE_COMPOUND else np.int32(len(compounds) - 1)
    return compounds[place, 0], compounds[place, 1 + trusted]


@inner_kernel
def sum_compounds(w) -> np.ndarray:
    """Sum bystanders, and their voices for committee and company, over compounds; (compounds + 1, 3).

    The last row is the whole community.

    Twin: reference/places.py, ears_and_voices.
    """
    first, stairs, ears, voices = w.compounds.first, w.buildings.first, w.mood.ears, w.mood.voices
    all_ = len(first) - 1
    out = np.zeros((all_ + 1, 3))
    for c in range(all_):
        n, committee, company = 0.0, 0.0, 0.0
        for s in range(np.uint64(stairs[first[c]]), np.uint64(stairs[first[c + 1]])):
            n += ears[s]
            committee += voices[s, TRUST_COMMITTEE]
            company += voices[s, TRUST_COMPANY]
        out[c, 0], out[c, 1], out[c, 2] = n, committee, company
        out[all_, 0] += n
        out[all_, 1] += committee
        out[all_, 2] += company
    return out


@inner_kernel
def recount(w) -> None:
    """Count how readily neighbours report the open issues of last night, and of buildings that took stock.

    In between it stays as it is. But word of mouth spreads daily: by that rule it is counted daily for all.

    Twin: reference/reporting.py, recount.
    """
    issues, k, rules, yesterday = w.issues, w.knobs.residents, w.knobs.rules, w.day - 1
    daily, weekday = rules.reporting == WORD_OF_MOUTH, np.uint64(yesterday % 7)
    due, n = np.empty(len(issues), np.int64), 0
    for i in range(len(issues)):  # without a branch, because the processor cannot guess it
        due[n] = i
        took_stock = np.uint64(issues[i].building) % np.uint64(7) == weekday
        n += (took_stock | (issues[i].arose_day == yesterday) | daily) & (issues[i].state < RESOLVED)
    compounds, dilemma, mood, stairs = sum_compounds(w), w.cats.report_rate, w.mood, w.buildings.first
    households, people = w.households, w.residents
    for i in due[:n]:
        issue = issues[i]
        ears, weight = bystanders(issue, mood, stairs, households, people, compounds)
        issue.report_rate = 0.0
        if ears > 0.0:
            factor = reporting_factor(ears, w.day - issue.arose_day, k, rules)
            issue.report_rate = dilemma[issue.category] * factor * (weight / ears)


@inner_kernel
def loudness(voice) -> np.ndarray:
    """Compute the factor on the readiness to report of each building, of its lever `voice`; (buildings,).

    Twin: reference/reporting.py, report_issues.
    """
    out = np.ones(len(voice))
    for b in range(len(voice)):
        if voice[b] != 0.0:
            out[b] = exp(voice[b])
    return out


@lean_kernel
def draw_stairwell(first, last, mood, trusted, key) -> np.uint64:
    """Draw one of the stairwells `first` to `last`, weighted by voices; `first` if none has any.

    Twin: reference/reporting.py, draw_reporter.
    """
    best, winner = np.inf, np.uint64(first)
    for s in range(np.uint64(first), np.uint64(last)):
        weight = mood.voices[s, trusted]
        if weight > 0.0 and uniform(key, s) < best * weight:
            time = exponential(key, s) / weight
            if time < best:
                best, winner = time, np.uint64(s)
    return winner


@lean_kernel
def draw_issue_reporter(w, issue) -> np.int64:
    """Draw the resident who reports an issue, among those who can see it; -1 for a passer-by in a street.

    Of an issue of a building or compound the stairwell is drawn first, then one of those who live there.

    Twin: reference/reporting.py, draw_reporter.
    """
    trusted, people, first_of = trust_at_stake(issue), w.residents, w.stairwells.people
    key = derive_key(derive_key(key_of(w.seed, TELL, 0), issue.key), issue.reports)
    if issue.scope > SCOPE_COMPOUND:
        return np.int64(-1)
    if issue.scope == SCOPE_HOUSEHOLD:
        h, first = issue.household, w.households.first
        return draw_reporter(first[h], first[h + 1], people, trusted, key)
    s = np.uint64(issue.stairwell)
    if issue.scope > SCOPE_STAIRWELL:
        low, high = buildings_that_see(issue, w.compounds.first)
        door = derive_key(derive_key(key_of(w.seed, DOOR, 0), issue.key), issue.reports)
        stairs = w.buildings.first
        s = draw_stairwell(stairs[low], stairs[high], w.mood, trusted, door)
    return draw_reporter(first_of[s], first_of[s + np.uint64(1)], people, trusted, key)


@lean_kernel
def report_first(w, i, rate, neighbours) -> None:
    """Report an unknown issue, number `i`: by a neighbour or a mechanism, in proportion to their rates.

    `rate` is that of all, `neighbours` that of neighbours (1/day).

    Twin: reference/reporting.py, report_first.
    """
    issue, codes, sight = w.issues[i], w.pulls.sight.by, w.pulls.sight.rows
    by, who = -1, np.int64(-1)
    part = uniform(derive_key(key_of(w.seed, FIND, 0), issue.key), issue.reports) * rate - neighbours
    if part >= 0.0:
        for m in range(len(codes)):
            by = codes[m] if sight[m, i] > 0.0 else by
            part -= sight[m, i]
            if part < 0.0:
                break
    else:
        who = draw_issue_reporter(w, issue)
    issue.state = REPORTED
    issue.reporter = who
    if issue.reported_day < 0:
        issue.reported_day, issue.found_by = w.day, by
    patient = exponential(derive_key(key_of(w.seed, WAIT, 0), issue.key), issue.reports)
    issue.give_up_day = w.day + 1 + int(w.cats.patience_days[issue.category] * patient)
    log_event(w.log, w.lines, issue.id, w.day, WAS_REPORTED, by, who)


@lean_kernel
def report(w, i, rate, neighbours) -> None:
    """Report issue number `i`, or repeat the report, once for each threshold that its hazard has passed.

    The rates are those of `report_first`.

    Twin: reference/reporting.py, report_issues.
    """
    issue, today = w.issues[i], 0
    clock = key_of(w.seed, HEAR, 0)
    while issue.report_hazard >= issue.next_report_hazard and today < A_DAY:
        today += 1
        issue.reports += 1
        issue.next_report_hazard += exponential(derive_key(clock, issue.key), issue.reports)
        if issue.state == UNKNOWN:
            report_first(w, i, rate, neighbours)
        else:
            who = draw_issue_reporter(w, issue)
            log_event(w.log, w.lines, issue.id, w.day, REPORTED_AGAIN, -1, who)


@inner_kernel
def report_issues(w) -> np.ndarray:
    """Advance the reporting clock of every open issue; at its threshold, report it or repeat the report.

    Neighbours report at the rate last counted; mechanisms that look (`sight`, 1/day) compete with them, and
    the first in the race is the reporter. Returns the rows of issues that are now reported and not resolved,
    (n,): those that the day goes on with.

    Twin: reference/reporting.py, report_issues.
    """
    recount(w)
    issues, sight, louder = w.issues, w.lever.sight, loudness(w.lever.voice)
    pending, n = np.empty(len(issues), np.int64), 0
    # how readily neighbours report an issue, by its state: a table, because the processor cannot guess it
    eager = np.zeros(RESOLVED + 1)
    for state in range(RESOLVED):
        eager[state] = w.knobs.residents.repeat_report_factor if state > UNKNOWN else 1.0
    for i in range(len(issues)):
        issue = issues[i]
        unknown, is_open = issue.state == UNKNOWN, issue.state < RESOLVED
        goes_on = unknown | (issue.reports < MOST)
        neighbours = issue.report_rate * louder[np.uint64(issue.building)] * goes_on
        rate = neighbours * eager[np.uint64(issue.state)] + sight[i] * unknown
        issue.report_hazard += rate
        if issue.report_hazard >= issue.next_report_hazard and (is_open & goes_on):
            report(w, i, rate, neighbours)
        pending[n] = i
        n += (issue.state > UNKNOWN) & is_open
    return pending[:n]
