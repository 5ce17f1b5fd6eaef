"""Closing the day: answers arrive, finished work is checked, issues are forgotten, given up or lapse."""

import numpy as np

from ...agents.committee import answers, forgets
from ...agents.reporters import discouraged
from ...engine.codes import DESK_NONE, SCOPE_COMPOUND, SCOPE_HOUSEHOLD
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
from .work import buildings_that_see, count_visible, encourage

NEGLECT = ("breeds", "lapses")
BREEDS, LAPSES = range(2)
REOPEN, FORGET, ANSWER = decision("reopen"), decision("forget"), decision("answer")


@inner_kernel
def disappoint(w, issue) -> None:
    """Lower trust and readiness to report of the reporter, who learns that reporting does not help.

    Twin: reference/issues.py, disappoint.
    """
    trust = w.residents.trust
    if issue.reporter >= 0:
        trusted = trust_at_stake(issue)
        t = float(trust[issue.reporter, trusted])
        trust[issue.reporter, trusted] = t - w.knobs.residents.trust_loss_failed * t
        voice = w.residents.voice
        voice[issue.reporter] = discouraged(float(voice[issue.reporter]), w.knobs.residents)


@inner_kernel
def check(w, issue, key, reminded) -> None:
    """Check what was done: it is verified, or reopened with a share of the work to do again.

    Of a verified issue the reporter may be told what came of it; `reminded` is the pull on `keep`.

    Twin: reference/processing.py, close.
    """
    if uniform(derive_key(key, issue.key), issue.reopened) < w.cats.reopen_share[issue.category]:
        issue.state, issue.resolved_day, issue.hours_left = WORK, -1, w.knobs.rework_share * issue.work_hours
        issue.reopened += 1
        issue.due_day = w.day + issue.appointment_days
        log_event(w.log, w.lines, issue.id, w.day, REOPENED, -1, -1)
    else:
        issue.state = VERIFIED
        answered = uniform(derive_key(key_of(w.seed, ANSWER, 0), issue.key), issue.reopened)
        if answers(answered, w.knobs.answer_share, reminded):
            encourage(w, issue, w.knobs.residents.report_gain_answered)
        log_event(w.log, w.lines, issue.id, w.day, CHECKED, -1, -1)


@inner_kernel
def is_attended(issue, cost_fen) -> bool:
    """Whether something was done about an issue: it is begun, agreed by vote, or paid of its `cost_fen`.

    Twin: reference/processing.py, is_attended.
    """
    begun = issue.hours_left < issue.work_hours or issue.reopened > 0
    agreed = issue.consent_rule >= 0 and issue.state > SIGN
    return begun or agreed or issue.cost_fen < cost_fen


@inner_kernel
def invite(w, issue) -> None:
    """Let an issue in sight to which nobody attends invite others of its kind in its building.

    Disorder that is seen to be tolerated spreads (Keizer, Lindenberg & Steg 2008): the rule that neglect
    *breeds*, the model's own. By the other, what is neglected merely *lapses*, and invites nothing.

    Twin: reference/processing.py, invite.
    """
    cats, b, j = w.cats, issue.building, issue.category
    if w.day - issue.arose_day <= cats.invites_days[j] and not is_attended(issue, cats.cost_fen[j]):
        w.clocks.coming[b, j] += cats.invited[j]


@inner_kernel
def may_give_up(w, issue) -> bool:
    """Whether the reporter alone may give up on an issue: not on a project that owners pay for together.

    Twin: reference/processing.py, may_give_up.
    """
    if issue.state == MONEY:
        return w.cats.owners_share[issue.category] == 0.0
    return issue.state == REPORTED or issue.state == TABLE


@inner_kernel
def give_up(w, issue) -> None:
    """Let the reporter give up: an issue that may lapse is withdrawn, another becomes unknown again.

    What recurs is not withdrawn: its cause is still there.

    Twin: reference/processing.py, close.
    """
    disappoint(w, issue)
    if issue.lapse_day >= 0 and w.cats.recurrence[issue.category] == 0.0:
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
def update_in_evening(w, i, reopens, forgotten) -> None:
    """Update issue number `i` by at most one of: answered, checked, lapsed, given up, forgotten.

    `reopens` and `forgotten` are keys of random numbers; `hurry` (days) brings a department's answer nearer,
    `keep` (log rate) makes the desks forget less. An answer is credited to the mechanism that brought it
    nearer, if any did.

    Twin: reference/processing.py, update_in_evening.
    """
    issue, day, keep = w.issues[i], w.day, w.lever.keep[i]
    state = issue.state
    if state == UPWARD:
        issue.due_day -= w.lever.hurry[i]
        credit_hurry(issue, w.pulls.hurry, i)
    if state == UPWARD and issue.due_day <= day:
        move(issue, WORK, day)
        log_event(w.log, w.lines, issue.id, day, ANSWERED, issue.hurried_by, -1)
    elif state == RESOLVED and issue.due_day <= day:
        check(w, issue, reopens, keep)
    elif 0 <= issue.lapse_day <= day and not is_attended(issue, w.cats.cost_fen[issue.category]):
        issue.state = LAPSED
        if state > UNKNOWN:
            disappoint(w, issue)
        log_event(w.log, w.lines, issue.id, day, CEASED, -1, -1)
    elif may_give_up(w, issue) and issue.give_up_day <= day:
        give_up(w, issue)
    elif (
        (state == REPORTED or state == TABLE)
        and issue.desk != DESK_NONE
        and forgets(uniform(forgotten, issue.key), w.knobs.forgetting_rate, keep)
    ):
        issue.state = UNKNOWN
        disappoint(w, issue)
        log_event(w.log, w.lines, issue.id, day, FORGOTTEN, -1, -1)


@inner_kernel
def spread(counted, places, standing) -> None:
    """Write into `standing` (buildings, 2) what was counted in each building and in all of its compound.

    The rows of `counted` are buildings, then compounds.
    """
    for b in range(len(standing)):
        c = len(standing) + places.compound[b]
        for trusted in range(2):
            standing[b, trusted] = counted[b, trusted] + counted[c, trusted]


@inner_kernel
def close(w) -> np.ndarray:
    """Close the day of every issue; return which stay open or are still to be checked, (issues,) bool.

    Fills `standing` (buildings, 2) of the mood with the number of issues in common space that have been open
    for more than `fresh` days. Those of them that lapse or are withdrawn are added to `dropped` (buildings,
    2): nobody is content because an issue ended unresolved.

    Twin: reference/processing.py, close.
    """
    issues, day, invited, first = w.issues, w.day, w.cats.invited, w.compounds.first
    fresh, b = int(w.knobs.residents.patience_before_blame_days), len(w.mood.standing)
    reopens, forgotten = key_of(w.seed, REOPEN, 0), key_of(w.seed, FORGET, day)
    stays, breeds = np.empty(len(issues), np.bool_), w.knobs.rules.neglect == BREEDS
    # what is seen in a building, in a whole compound, and by nobody but a household: see `row_that_sees`
    counted = np.zeros((b + len(w.crew) + b, 2), np.int64)
    for i in range(len(issues)):
        issue = issues[i]
        # an issue that nobody knows of can only lapse
        if issue.state != UNKNOWN or 0 <= issue.lapse_day <= day:
            update_in_evening(w, i, reopens, forgotten)
        stays[i] = issue.state <= RESOLVED
        if breeds and issue.state < RESOLVED and invited[issue.category] > 0.0:
            invite(w, issue)
        overdue = day - issue.arose_day > fresh
        row = row_that_sees(issue, b, len(w.crew))
        counted[row, trust_at_stake(issue)] += overdue and issue.state < RESOLVED
        if issue.state > VERIFIED and overdue:
            low, high = buildings_that_see(issue, first)
            count_visible(w.mood.dropped, low, high, trust_at_stake(issue))
    spread(counted, w.buildings, w.mood.standing)
    return stays


@inner_kernel
def row_that_sees(issue, buildings, compounds) -> int:
    """Return the row in which an issue is counted: of its building or compound; past these if it is private.

    Twin: reference/issues.py, buildings_that_see.
    """
    row = buildings + issue.compound if issue.scope == SCOPE_COMPOUND else issue.building
    return row + (buildings + compounds if issue.scope == SCOPE_HOUSEHOLD else 0)
