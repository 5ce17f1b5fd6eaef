"""Closing the day: answers arrive, finished work is checked, issues are forgotten, given up or lapse."""

from math import exp

import numpy as np

from ...agents.committee import forgets
from ...engine.jit import inner_kernel
from ...engine.randomness import decision, derive_key, key_of, uniform
from .issue_table import (
    ANSWERED,
    CEASED,
    CHECKED,
    FORGOTTEN,
    GAVE_UP,
    LAPSED,
    LEFT,
    MONEY,
    REOPENED,
    REPORTED,
    RESOLVED,
    SIGN,
    TABLE,
    UNKNOWN,
    UPWARD,
    VERIFIED,
    WITHDRAWN,
    WORK,
    log_event,
    move,
    trust_at_stake,
)
from .work import count_visible

REOPEN, FORGET = decision("reopen"), decision("forget")
YEAR = 365


@inner_kernel
def disappoint(w, issue) -> None:
    """Lower the trust of the reporter, who learns that reporting does not help.

    Twin: reference/issues.py, disappoint.
    """
    trust = w.residents.trust
    if issue.reporter >= 0:
        trusted = trust_at_stake(issue)
        t = float(trust[issue.reporter, trusted])
        trust[issue.reporter, trusted] = t - w.knobs.residents.trust_loss_failed * t


@inner_kernel
def check(w, issue, key) -> None:
    """Check what was done: it is verified, or reopened with a share of the work to do again.

    A verified nuisance adds its expected returns to the hazard clock of its building and category.

    Twin: reference/processing.py, close.
    """
    cats, clocks = w.cats, w.clocks
    if uniform(derive_key(key, issue.key), issue.reopened) < cats.reopen_share[issue.category]:
        issue.state, issue.resolved_day, issue.hours_left = WORK, -1, w.knobs.rework_share * issue.work_hours
        issue.reopened += 1
        log_event(w.log, w.lines, issue.id, w.day, REOPENED, -1, -1)
    else:
        issue.state = VERIFIED
        b, j = issue.building, issue.category
        season = w.weather[w.day % YEAR, j]
        clocks.passed[b, j] += cats.recurrence[j] * exp(w.lever.ease[b, cats.family[j]]) * season
        log_event(w.log, w.lines, issue.id, w.day, CHECKED, -1, -1)


@inner_kernel
def give_up(w, issue) -> None:
    """Let the reporter give up: an issue that may lapse is withdrawn, another becomes unknown again.

    Twin: reference/processing.py, close.
    """
    disappoint(w, issue)
    if issue.lapse_day >= 0:
        issue.state = WITHDRAWN
        log_event(w.log, w.lines, issue.id, w.day, GAVE_UP, -1, issue.reporter)
    else:
        issue.state = UNKNOWN
        log_event(w.log, w.lines, issue.id, w.day, LEFT, -1, issue.reporter)


@inner_kernel
def credit_hurry(issue, hurry, i) -> None:
    """Credit the mechanism that brings a department's answer nearer by most days, of the pulls `hurry`.

    A vote weighted by days (Boyer and Moore): days of others count against the leader, who is replaced when
    they exceed its own. Of two mechanisms it is exactly the one that brought more.

    Twin: reference/processing.py, credit_hurry.
    """
    for m in range(len(hurry.by)):
        days = hurry.rows[m, i]
        if days > 0.0 and hurry.by[m] == issue.hurried_by:
            issue.hurried_days += days
        elif days > issue.hurried_days:
            issue.hurried_by, issue.hurried_days = hurry.by[m], days - issue.hurried_days
        elif days > 0.0:
            issue.hurried_days -= days


@inner_kernel
def close(w) -> np.ndarray:
    """Close the day of every issue; return which stay open or are still to be checked, (issues,) bool.

    Fills `standing` (buildings, 2) of the mood with the number of issues in common space that have been open
    for more than `fresh` days. `hurry` (days) brings a department's answer nearer, `keep` (log rate) makes
    the desks forget less. An answer is credited to the mechanism that brought it nearer, if any did.

    Twin: reference/processing.py, close.
    """
    issues, day, cats, keep, hurry = w.issues, w.day, w.cats, w.lever.keep, w.lever.hurry
    standing, first, fresh = (
        w.mood.standing,
        w.compounds.first,
        int(w.knobs.residents.patience_before_blame_days),
    )
    reopens, forgotten = key_of(w.seed, REOPEN, 0), key_of(w.seed, FORGET, day)
    stays = np.empty(len(issues), np.bool_)
    standing.fill(0.0)
    for i in range(len(issues)):
        issue = issues[i]
        state = issue.state
        begun = issue.hours_left < issue.work_hours or issue.reopened > 0
        agreed, paid = (
            issue.consent_rule >= 0 and state > SIGN,
            issue.cost_fen < cats.cost_fen[issue.category],
        )
        if state == UPWARD:
            issue.due_day -= hurry[i]
            credit_hurry(issue, w.pulls.hurry, i)
        if state == UPWARD and issue.due_day <= day:
            move(issue, WORK, day)
            log_event(w.log, w.lines, issue.id, day, ANSWERED, issue.hurried_by, -1)
        elif state == RESOLVED and issue.due_day <= day:
            check(w, issue, reopens)
        elif 0 <= issue.lapse_day <= day and not (begun or agreed or paid):
            issue.state = LAPSED
            if state > UNKNOWN:
                disappoint(w, issue)
            log_event(w.log, w.lines, issue.id, day, CEASED, -1, -1)
        elif (state == REPORTED or state == TABLE or state == MONEY) and issue.give_up_day <= day:
            give_up(w, issue)
        elif (state == REPORTED or state == TABLE) and forgets(
            uniform(forgotten, issue.key), w.knobs.forgetting_rate, keep[i]
        ):
            issue.state = UNKNOWN
            disappoint(w, issue)
            log_event(w.log, w.lines, issue.id, day, FORGOTTEN, -1, -1)
        stays[i] = issue.state <= RESOLVED
        if issue.state < RESOLVED and day - issue.arose_day > fresh:
            count_visible(issue, standing, first)
    return stays
