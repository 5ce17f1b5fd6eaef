"""Work: hours are spent on issues, first those that mechanisms send, then those of the desks.

Hours are a budget of the day: they carry over from job to job, several jobs fit in a day, and a job that does
not fit goes on tomorrow. A desk with too few hours divides them among the ranks of urgency, so that no rank
waits for ever while large jobs of a higher one go on; within a rank the oldest issue comes first.
Where the scenario's rule is first come, first served, all wait in one line, which has all hours.
"""

import numpy as np

from ...agents import reporters
from ...engine.codes import DESK_NONE
from ...engine.jit import inner_kernel, lean_kernel
from .issue_table import (
    DONE,
    ON_THE_SPOT,
    RESOLVED,
    WORK,
    count_overdue,
    count_visible,
    is_registered,
    is_workable,
    log_event,
    trust_at_stake,
)
from .triage import RANKS, desk_row, queue_of, queue_rank


@lean_kernel
def encourage(w, issue, gain) -> None:
    """Make the reporter of an issue readier to report, by a share `gain` of what is possible.

    Twin: reference/issues.py, encourage.
    """
    who, people = issue.reporter, w.residents
    if who >= 0:
        voice, usual = float(people.voice[who]), people.usual_voice[who]
        people.voice[who] = reporters.encouraged(voice, usual, gain, w.knobs.residents)


@lean_kernel
def resolve(w, issue, by) -> None:
    """Resolve an issue, to be checked after `check_after_days`.

    Neighbours see it, and the reporter, if any, trusts more and reports more readily.

    Twin: reference/processing.py, resolve.
    """
    day, trust = w.day, w.residents.trust
    if issue.taken_in_day < 0:
        issue.taken_in_day = day
        log_event(w.log, w.lines, issue.id, day, ON_THE_SPOT, by, -1)
    count_overdue(w, issue, -1.0)
    issue.hours_left, issue.state, issue.resolved_day, issue.resolved_by = 0.0, RESOLVED, day, by
    issue.due_day = day + w.knobs.check_after_days
    count_visible(w, issue, w.mood.good, 1.0)
    if issue.reporter >= 0:
        trusted = trust_at_stake(issue)
        t = float(trust[issue.reporter, trusted])
        trust[issue.reporter, trusted] = t + w.knobs.residents.trust_gain_resolved * (1.0 - t)
        encourage(w, issue, w.knobs.residents.report_gain_resolved)
    log_event(w.log, w.lines, issue.id, day, DONE, by, -1)


@inner_kernel
def divide(wanted, available) -> None:
    """Divide `available` hours among ranks of urgency that want `wanted` (RANKS,), in place.

    Where hours are scarce, each rank is entitled to twice the share of the one below; what a rank does not
    need goes to the others (max-min fairness with weights 1, 2, 4, 8).

    Twin: reference/processing.py, divide.
    """
    total = 0.0
    for r in range(RANKS):
        total += wanted[r]
    if total <= available:
        return
    weight, short = 0.0, np.zeros(RANKS, np.bool_)  # ranks that may get less than they want
    for r in range(RANKS):
        short[r] = wanted[r] > 0.0
        weight += 2.0**r * short[r]
    changed = True
    while changed:
        changed = False
        for r in range(RANKS):
            if short[r] and wanted[r] * weight <= available * 2.0**r:
                short[r], changed = False, True
                available -= wanted[r]
                weight -= 2.0**r
    for r in range(RANKS):
        if short[r]:
            wanted[r] = available * 2.0**r / weight


@lean_kernel
def can_go_on(w, issue) -> bool:
    """Whether its desk can work on an issue in work today: not before the appointment, nor without a desk.

    Twin: reference/processing.py, work.
    """
    return issue.due_day <= w.day and issue.desk != DESK_NONE


@lean_kernel
def hours_today(w, issue, desk) -> float:
    """Hours that a desk can put into an issue today: those of one worker.

    Works that take at least `min_works_days` days get that part of their hours a day.

    Twin: reference/processing.py, hours_today.
    """
    works = w.cats.min_works_days[issue.category]
    today = min(issue.hours_left, w.pair[desk])
    return min(today, issue.work_hours / works) if works > 0.0 else today


@inner_kernel
def work(w, pending) -> None:
    """Spend today's hours on issues: those that mechanisms pull, then `hours` (compounds + 2,) of the desks.

    Twin: reference/processing.py, work.
    """
    issues, hours, rules = w.issues, w.hours, w.knobs.rules
    codes, done, sent = w.pulls.work.by, w.pulls.work.rows, w.lever.work
    compounds = len(hours) - 2
    for i in pending:
        issue = issues[i]
        if sent[i] > 0.0 and (is_workable(issue) or is_registered(issue)):
            by, most = -1, 0.0
            for m in range(len(codes)):
                issue.hours_left -= done[m, i]
                if done[m, i] > most:
                    by, most = codes[m], done[m, i]
            if issue.hours_left <= 1e-9:
                resolve(w, issue, by)
    rows, quota = queue_of(issues, pending, WORK, rules), np.zeros((len(hours), RANKS))
    most_today, n = np.empty(len(rows)), 0
    for i in rows:
        if can_go_on(w, issues[i]):
            desk = desk_row(issues[i], compounds)
            rows[n], most_today[n] = i, hours_today(w, issues[i], desk)
            quota[desk, queue_rank(issues[i], rules)] += most_today[n]
            n += 1
    for desk in range(len(hours)):
        divide(quota[desk], hours[desk])
    for place in range(n):
        issue = issues[rows[place]]
        desk, r = desk_row(issue, compounds), queue_rank(issue, rules)
        today = min(most_today[place], quota[desk, r])
        quota[desk, r] -= today
        hours[desk] -= today
        issue.hours_left -= today
        if issue.hours_left <= 1e-9:
            resolve(w, issue, -1)
