"""Triage: which issue is next, and desks that take in what was reported as far as their hours suffice.

Two rules: the most urgent issue is next, and of those the oldest (the model's own); or first come, first
served.
"""

import numpy as np

from ...engine.codes import DESK_COMMITTEE, DESK_COMPANY, DESK_NONE
from ...engine.jit import inner_kernel, lean_kernel
from .issue_table import REPORTED, TAKEN, is_workable, log_event, move, next_stage, rank

RANKS = 4  # of urgency
QUEUEING = ("urgency", "first_come")
URGENCY, FIRST_COME = range(2)


@lean_kernel
def queue_rank(issue, rules) -> int:
    """Rank an issue in a queue, 0..3, the highest first: its urgency, unless all wait in one line.

    Twin: reference/issues.py, queue_rank.
    """
    return 0 if rules.queueing == FIRST_COME else rank(issue)


@lean_kernel
def desk_row(issue, compounds) -> int:
    """Return the row of `hours` that an issue draws on: compounds' crews, the committee, the departments.

    Twin: reference/issues.py, desk_row.
    """
    return (
        issue.compound
        if issue.desk == DESK_COMPANY
        else compounds + (0 if issue.desk == DESK_COMMITTEE else 1)
    )


@inner_kernel
def queue_of(issues, pending, state, rules) -> np.ndarray:
    """Return those rows of `pending` (n,) whose issue is in `state`: the highest rank first, then the oldest.

    Twin: reference/issues.py, queue_of.
    """
    count = np.zeros(RANKS + 1, np.int64)  # issues that come before those of each rank
    found, n = np.empty(len(pending), np.int64), 0
    for i in pending:
        if issues[i].state == state:
            count[RANKS - 1 - queue_rank(issues[i], rules) + 1] += 1
            found[n] = i
            n += 1
    for r in range(RANKS):
        count[r + 1] += count[r]
    out = np.empty(n, np.int64)
    for place in range(n):
        i = found[place]
        r = RANKS - 1 - queue_rank(issues[i], rules)
        out[count[r]] = i
        count[r] += 1
    return out


@lean_kernel
def is_finished_today(issue, sent) -> bool:
    """Say whether the hours `sent` by mechanisms finish an issue today.

    Twin: reference/issues.py, is_finished_today.
    """
    return issue.hours_left - sent <= 1e-9 and is_workable(issue)


@inner_kernel
def take_in(w, pending) -> None:
    """Take in reported issues in the order of the queue; each costs `intake` hours of its desk.

    Here and in the steps that follow, `pending` (n,) are the rows of issues that are reported, not resolved.
    What mechanisms finish today is settled on the spot, without a desk.

    Twin: reference/processing.py, take_in.
    """
    issues, hours, intake, sent = w.issues, w.hours, w.knobs.intake_hours, w.lever.work
    compounds = len(hours) - 2
    for i in queue_of(issues, pending, REPORTED, w.knobs.rules):
        issue = issues[i]
        if issue.desk == DESK_NONE or is_finished_today(issue, sent[i]):
            continue
        desk = desk_row(issue, compounds)
        if hours[desk] >= intake:
            hours[desk] -= intake
            if issue.taken_in_day < 0:
                issue.taken_in_day = w.day
            move(w, issue, next_stage(REPORTED, issue))
            log_event(w.log, w.lines, issue.id, w.day, TAKEN, -1, -1)
