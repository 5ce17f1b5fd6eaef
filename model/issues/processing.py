"""Settling: what happens to an issue between being told and being done with.

Taken in by a desk, brought to a table, paid for, worked on by hands with limited hours, checked; or given up, lapsed
or forgotten. Hours are a budget: they carry over from job to job within the day, several jobs fit in a day, and a job
that does not fit goes on tomorrow. First come, first served within each rank of urgency.
"""

from math import exp

import numpy as np

from ...engine.jit import inner_kernel
from ...engine.randomness import derive_key, uniform
from .issue_table import (
    AGREED,
    ANSWERED,
    CEASED,
    CHECKED,
    COMMITTEE,
    COMPANY,
    DONE,
    FORGOTTEN,
    GAVE_UP,
    LAPSED,
    LEFT,
    MONEY,
    ON_THE_SPOT,
    PAID,
    REOPENED,
    RESOLVED,
    SIGN,
    TABLE,
    TAKEN,
    TOLD,
    UNKNOWN,
    UPWARD,
    VERIFIED,
    WITHDRAWN,
    WORK,
    after,
    log_event,
    move,
    rank,
    trust_at_stake,
    workable,
)

RANKS = 4


@inner_kernel
def desk_row(issue, compounds):
    """Whose hours an issue draws on: row of its compound's crew, then the committee, then the departments."""
    return issue.compound if issue.desk == COMPANY else compounds + (0 if issue.desk == COMMITTEE else 1)


@inner_kernel
def by_urgency(issues, state):
    """The rows of issues in one state, (n,): the most urgent first, and of those the oldest."""
    count = np.zeros(RANKS + 1, np.int64)  # how many are to come before those of each rank
    for i in range(len(issues)):
        if issues[i].state == state:
            count[RANKS - 1 - rank(issues[i]) + 1] += 1
    for r in range(RANKS):
        count[r + 1] += count[r]
    out = np.empty(count[RANKS], np.int64)
    for i in range(len(issues)):
        if issues[i].state == state:
            r = RANKS - 1 - rank(issues[i])
            out[count[r]] = i
            count[r] += 1
    return out


@inner_kernel
def take_in(issues, day, hours, intake, log, used):
    """Desks take in what was told, most urgent first; each costs `intake` hours of the desk's `hours` (compounds + 2,)."""
    compounds = len(hours) - 2
    for i in by_urgency(issues, TOLD):
        issue = issues[i]
        desk = desk_row(issue, compounds)
        if hours[desk] >= intake:
            hours[desk] -= intake
            if issue.taken < 0:
                issue.taken = day
            move(issue, after(TOLD, issue), day)
            log_event(log, used, issue.id, day, TAKEN, -1, -1)


@inner_kernel
def talk(issues, day, phone, around, trust, codes, accord, log, used):
    """Parties are brought round; `phone` sittings' worth a day by telephone where people are `around` (compounds,) and `trust` (compounds, 2)
    whoever calls, and `accord` (m, issues) sittings by mechanisms `codes` (m,). Whoever did most on the day it is settled gets the credit."""
    for i in range(len(issues)):
        issue = issues[i]
        if issue.state == TABLE:
            by, most = -1, phone * around[issue.compound] * trust[issue.compound, trust_at_stake(issue)]
            held = most
            for m in range(len(codes)):
                held += accord[m, i]
                if accord[m, i] > most:
                    by, most = codes[m], accord[m, i]
            issue.accord += held
            if issue.accord >= issue.hard:
                move(issue, after(TABLE, issue), day)
                log_event(log, used, issue.id, day, AGREED, by, -1)


@inner_kernel
def pay(issues, day, funds, spending, log, used):
    """What costs money is paid, most urgent first, from the compound's fund and what that lacks from the community's.

    `funds`, `spending` (compounds + 1,) fen; the history says from which fund, or -1 from both.
    """
    last = len(funds) - 1
    for i in by_urgency(issues, MONEY):
        issue = issues[i]
        own = min(issue.cost, max(0, funds[issue.compound]))
        rest = issue.cost - own
        if rest == 0 or funds[last] >= rest:
            funds[issue.compound] -= own
            spending[issue.compound] += own
            funds[last] -= rest
            spending[last] += rest
            issue.cost = 0
            move(issue, after(MONEY, issue), day)
            log_event(
                log,
                used,
                issue.id,
                day,
                PAID,
                -1,
                issue.compound if rest == 0 else (last if own == 0 else -1),
            )


@inner_kernel
def count_visible(issue, counted, first):
    """One more in `counted` (buildings, 2) wherever it is seen: all over a compound, or in its own building. A home's own is nobody else's."""
    trusted = trust_at_stake(issue)
    if issue.scope == 3:
        for b in range(first[issue.compound], first[issue.compound + 1]):
            counted[b, trusted] += 1.0
    elif issue.scope > 0:
        counted[issue.building, trusted] += 1.0


@inner_kernel
def resolve(issue, day, by, verify, good, first, trust, answered, log, used):
    """Done: to be checked in `verify` days. Neighbours see it, and the one who told learns that telling helps."""
    if issue.taken < 0:
        issue.taken = day
        log_event(log, used, issue.id, day, ON_THE_SPOT, by, -1)
    issue.left, issue.state, issue.resolved, issue.closer, issue.due = 0.0, RESOLVED, day, by, day + verify
    trusted = trust_at_stake(issue)
    count_visible(issue, good, first)
    if issue.reporter >= 0:
        t = float(trust[issue.reporter, trusted])
        trust[issue.reporter, trusted] = t + answered * (1.0 - t)
    log_event(log, used, issue.id, day, DONE, by, -1)


@inner_kernel
def work(issues, day, hours, pair, works, verify, codes, done, good, first, trust, answered, log, used):
    """Hands work: first those that mechanisms sent, `done` (m, issues) hours, then each desk from its `hours` (compounds + 2,).

    No desk puts more than `pair` (compounds + 2,) hours a day into one job: one pair of hands; and works that take `works`
    (categories,) days at least get that part of their hours a day.
    """
    compounds = len(hours) - 2
    for i in range(len(issues)):
        issue = issues[i]
        if len(codes) and workable(issue):
            by, most = -1, 0.0
            for m in range(len(codes)):
                issue.left -= done[m, i]
                if done[m, i] > most:
                    by, most = codes[m], done[m, i]
            if most > 0.0 and issue.left <= 1e-9:
                resolve(issue, day, by, verify, good, first, trust, answered, log, used)
    for i in by_urgency(issues, WORK):
        issue = issues[i]
        desk = desk_row(issue, compounds)
        part = min(min(issue.left, pair[desk]), hours[desk])
        if works[issue.category] > 0.0:
            part = min(part, issue.effort / works[issue.category])
        hours[desk] -= part
        issue.left -= part
        if issue.left <= 1e-9:
            resolve(issue, day, -1, verify, good, first, trust, answered, log, used)


@inner_kernel
def disappoint(issue, trust, ignored):
    """The one who told learns that telling does not help."""
    if issue.reporter >= 0:
        trusted = trust_at_stake(issue)
        t = float(trust[issue.reporter, trusted])
        trust[issue.reporter, trusted] = t - ignored * t


@inner_kernel
def forgotten(u, forget, keep):
    """Whether what waits is forgotten today: with chance 1 - exp(-forget exp(-keep)), which is never more than forget exp(-keep)."""
    return (keep < 0.0 or u < forget) and u < 1.0 - exp(-forget * exp(-keep))


@inner_kernel
def close(
    issues,
    day,
    redo,
    forget,
    keep,
    hurry,
    fresh,
    cats,
    weather,
    clocks,
    ease,
    standing,
    first,
    trust,
    ignored,
    reopens,
    forgets,
    log,
    used,
):
    """The evening's book-keeping: answers come, what was done is checked, what waits too long is forgotten, given up or lapses.

    Fills `standing` (buildings, 2) with what has been open in common space for more than `fresh` days; returns which
    issues stay open, (issues,) bool. `forget` is a rate per day that `keep` (issues,) log lowers; `hurry` (issues,) the days by which a
    department's answer came nearer today; `redo` the share of
    work to do again; `weather` (categories,) what the season does to returns; `first` (compounds + 1,) buildings; `reopens`, `forgets` are keys of luck.
    """
    stays = np.empty(len(issues), np.bool_)
    standing.fill(0.0)
    for i in range(len(issues)):
        issue = issues[i]
        state = issue.state
        begun = issue.left < issue.effort or issue.reopened > 0
        agreed, paid = issue.rule >= 0 and state > SIGN, issue.cost < cats.cost[issue.category]
        if state == UPWARD:
            issue.due -= hurry[i]
        if state == UPWARD and issue.due <= day:
            move(issue, WORK, day)
            log_event(log, used, issue.id, day, ANSWERED, -1, -1)
        elif state == RESOLVED and issue.due <= day:
            if uniform(derive_key(reopens, issue.luck), issue.reopened) < cats.reopen[issue.category]:
                issue.state, issue.resolved, issue.left = WORK, -1, redo * issue.effort
                issue.reopened += 1
                log_event(log, used, issue.id, day, REOPENED, -1, -1)
            else:
                issue.state = VERIFIED
                b, j = issue.building, issue.category
                clocks.passed[b, j] += cats.recurs[j] * exp(ease[b, cats.family[j]]) * weather[j]
                log_event(log, used, issue.id, day, CHECKED, -1, -1)
        elif 0 <= issue.lapse <= day and not (begun or agreed or paid):
            issue.state = LAPSED
            if state > UNKNOWN:
                disappoint(issue, trust, ignored)
            log_event(log, used, issue.id, day, CEASED, -1, -1)
        elif (state == TOLD or state == TABLE or state == MONEY) and issue.giveup <= day:
            disappoint(issue, trust, ignored)
            if issue.lapse >= 0:
                issue.state = WITHDRAWN
                log_event(log, used, issue.id, day, GAVE_UP, -1, issue.reporter)
            else:  # it does not pass: it is there, and nobody asks
                issue.state = UNKNOWN
                log_event(log, used, issue.id, day, LEFT, -1, issue.reporter)
        elif (state == TOLD or state == TABLE) and forgotten(uniform(forgets, issue.luck), forget, keep[i]):
            issue.state = UNKNOWN
            disappoint(issue, trust, ignored)
            log_event(log, used, issue.id, day, FORGOTTEN, -1, -1)
        stays[i] = issue.state <= RESOLVED
        if issue.state < RESOLVED and day - issue.born > fresh:
            count_visible(issue, standing, first)
    return stays
