"""Closing the day: answers arrive, finished work is checked, issues are forgotten, given up or lapse."""

import numpy as np

from ...agents.committee import answers, forgets
from ...agents.reporters import discouraged
from ...engine.codes import DESK_NONE
from ...engine.jit import inner_kernel, lean_kernel
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
    compact,
    count_overdue,
    count_visible,
    ensure_capacity,
    is_overdue,
    log_event,
    move,
    trust_at_stake,
)
from .work import encourage

NEGLECT = ("breeds", "lapses")
BREEDS, LAPSES = range(2)
REOPEN, FORGET, ANSWER = decision("reopen"), decision("forget"), decision("answer")


@lean_kernel
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


@lean_kernel
def check(w, issue, key, reminded) -> None:
    """Check what was done: it is verified, or reopened with a share of the work to do again.

    Of a verified issue the reporter may be told what came of it; `reminded` is the pull on `keep`.

    Twin: reference/processing.py, update_in_evening.
    """
    if uniform(derive_key(key, issue.key), issue.reopened) < w.cats.reopen_share[issue.category]:
        issue.state, issue.resolved_day, issue.hours_left = WORK, -1, w.knobs.rework_share * issue.work_hours
        issue.reopened += 1
        count_overdue(w, issue, 1.0)
        issue.due_day = w.day + issue.appointment_days
        log_event(w.log, w.lines, issue.id, w.day, REOPENED, -1, -1)
    else:
        issue.state = VERIFIED
        answered = uniform(derive_key(key_of(w.seed, ANSWER, 0), issue.key), issue.reopened)
        if answers(answered, w.knobs.answer_share, reminded):
            encourage(w, issue, w.knobs.residents.report_gain_answered)
        log_event(w.log, w.lines, issue.id, w.day, CHECKED, -1, -1)


@lean_kernel
def is_attended(issue, cost_fen) -> bool:
    """Whether something was done about an issue: it is begun, agreed by vote, or paid of its `cost_fen`.

    Twin: reference/processing.py, is_attended.
    """
    begun = issue.hours_left < issue.work_hours or issue.reopened > 0
    agreed = issue.consent_rule >= 0 and issue.state > SIGN
    return begun or agreed or issue.cost_fen < cost_fen


@lean_kernel
def invite(w, rows) -> None:
    """Let the issues at `rows` (n,) to which nobody attends invite others of their kind in their building.

    Disorder that is seen to be tolerated spreads (Keizer, Lindenberg & Steg 2008): the rule that neglect
    *breeds*, the model's own. By the other, what is neglected merely *lapses*, and invites nothing. Neither
    does what is to lapse today, even if it is answered today and may lapse tomorrow only.

    Twin: reference/processing.py, invite.
    """
    issues, cats, day, invited = w.issues, w.cats, w.day, w.clocks.invited
    each, days = cats.invited, cats.invites_days
    for i in rows:
        issue, b, j = issues[i], np.uint64(issues[i].building), np.uint64(issues[i].category)
        invites = (day - issue.arose_day <= days[j]) & ((issue.lapse_day < 0) | (issue.lapse_day > day))
        if invites and not is_attended(issue, cats.cost_fen[j]):
            invited[b, j] += each[j]


@lean_kernel
def end_unresolved(w, issue, state) -> None:
    """Let an issue lapse or be withdrawn; one that was overdue is counted in `dropped` from now on.

    Nobody is content because an issue ended unresolved.

    Twin: reference/processing.py, close.
    """
    count_overdue(w, issue, -1.0)
    issue.state = state
    if is_overdue(w, issue):
        count_visible(w, issue, w.mood.dropped, 1.0)


@lean_kernel
def may_give_up(w, issue) -> bool:
    """Whether the reporter alone may give up on an issue: not on a project that owners pay for together.

    Twin: reference/processing.py, may_give_up.
    """
    if issue.state == MONEY:
        return w.cats.owners_share[issue.category] == 0.0
    return issue.state == REPORTED or issue.state == TABLE


@lean_kernel
def give_up(w, issue) -> None:
    """Let the reporter give up: an issue that may lapse is withdrawn, another becomes unknown again.

    What recurs is not withdrawn: its cause is still there.

    Twin: reference/processing.py, update_in_evening.
    """
    disappoint(w, issue)
    if issue.lapse_day >= 0 and w.cats.recurrence[issue.category] == 0.0:
        end_unresolved(w, issue, WITHDRAWN)
        log_event(w.log, w.lines, issue.id, w.day, GAVE_UP, -1, issue.reporter)
    else:
        issue.state = UNKNOWN
        log_event(w.log, w.lines, issue.id, w.day, LEFT, -1, issue.reporter)


@lean_kernel
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


@lean_kernel
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
        move(w, issue, WORK)
        log_event(w.log, w.lines, issue.id, day, ANSWERED, issue.hurried_by, -1)
    elif state == RESOLVED and issue.due_day <= day:
        check(w, issue, reopens, keep)
    elif 0 <= issue.lapse_day <= day and not is_attended(issue, w.cats.cost_fen[issue.category]):
        end_unresolved(w, issue, LAPSED)
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


@lean_kernel
def is_due(issue, day) -> bool:
    """Whether anything can happen to an issue this evening; most only wait for somebody to report them.

    There is no `and` or `or`: a branch that the processor cannot guess costs more than all of this.

    Twin: reference/processing.py, update_in_evening.
    """
    state, lapses = issue.state, issue.lapse_day
    waits = (state == REPORTED) | (state == TABLE) | (state == MONEY) | (state == UPWARD)
    return waits | ((state == RESOLVED) & (issue.due_day <= day)) | ((lapses >= 0) & (lapses <= day))


@inner_kernel
def close(w) -> np.ndarray:
    """Close the day of every issue; return the rows of those that ended, (n,): verified, withdrawn or lapsed.

    Twin: reference/processing.py, close.
    """
    issues, day, invited = w.issues, w.day, w.cats.invited
    reopens, forgotten = key_of(w.seed, REOPEN, 0), key_of(w.seed, FORGET, day)
    leaving, left = np.empty(len(issues), np.int64), 0
    inviting, invites = np.empty(len(issues), np.int64), 0
    for i in range(len(issues)):
        issue = issues[i]
        if is_due(issue, day):
            update_in_evening(w, i, reopens, forgotten)
            leaving[left] = i
            left += issue.state > RESOLVED
        inviting[invites] = i
        invites += (issue.state < RESOLVED) & (invited[np.uint64(issue.category)] > 0.0)
    if w.knobs.rules.neglect == BREEDS:
        invite(w, inviting[:invites])
    return leaving[:left]


@inner_kernel
def remove_ended(w, arising) -> int:
    """Move the issues that ended this evening out of the table; make room for those `arising` tonight.

    Return the row of the first of these.

    Twin: reference/day.py, simulate_day.
    """
    n = len(w.issues)
    w.ended = ensure_capacity(w.ended, w.gone[0], w.gone[0] + n)
    staying = compact(w.rows, n, w.leaving, w.ended, w.gone)
    w.rows = ensure_capacity(w.rows, staying, staying + arising)
    w.issues = w.rows[: staying + arising]
    w.log = ensure_capacity(w.log, w.lines[0], w.lines[0] + arising)
    return staying


@lean_kernel
def count_newly_overdue(w) -> None:
    """Count the open issues that are overdue from today on: `standing` (buildings, 2) of the mood.

    Issues are in the order they arose, so those of one day lie together.

    Twin: reference/processing.py, close.
    """
    issues, arose = w.issues, w.day - 1 - int(w.knobs.residents.patience_before_blame_days)
    i, end = 0, len(issues)
    while i < end:  # the first that arose on that day is not before `i`, and not after `end`
        middle = (i + end) // 2
        if issues[middle].arose_day < arose:
            i = middle + 1
        else:
            end = middle
    while i < len(issues) and issues[i].arose_day == arose:
        if issues[i].state < RESOLVED:
            count_overdue(w, issues[i], 1.0)
        i += 1
