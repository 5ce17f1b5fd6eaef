"""Work: hours are spent on issues, first those that mechanisms send, then those of the desks.

Hours are a budget of the day: they carry over from job to job, several jobs fit in a day, and a job that does
not fit goes on tomorrow. Within each rank of urgency the oldest issue comes first.
"""

from ...engine.codes import DESK_NONE, SCOPE_COMPOUND, SCOPE_HOUSEHOLD
from ...engine.jit import inner_kernel
from .issue_table import (
    DONE,
    ON_THE_SPOT,
    RESOLVED,
    WORK,
    is_registered,
    is_workable,
    log_event,
    trust_at_stake,
)
from .triage import by_urgency, desk_row


@inner_kernel
def count_visible(issue, counted, first) -> None:
    """Increment `counted` (buildings, 2) wherever the issue is visible; private issues are not.

    An issue of a compound is visible in all its buildings; `first` (compounds + 1,) are their rows.

    Twin: reference/issues.py, buildings_that_see.
    """
    trusted = trust_at_stake(issue)
    if issue.scope == SCOPE_COMPOUND:
        for b in range(first[issue.compound], first[issue.compound + 1]):
            counted[b, trusted] += 1.0
    elif issue.scope > SCOPE_HOUSEHOLD:
        counted[issue.building, trusted] += 1.0


@inner_kernel
def resolve(w, issue, by) -> None:
    """Resolve an issue, to be checked after `check_after_days`.

    Neighbours see it, and the reporter, if any, trusts more, having learned that reporting helps.

    Twin: reference/processing.py, resolve.
    """
    day, trust = w.day, w.residents.trust
    if issue.taken_in_day < 0:
        issue.taken_in_day = day
        log_event(w.log, w.lines, issue.id, day, ON_THE_SPOT, by, -1)
    issue.hours_left, issue.state, issue.resolved_day, issue.resolved_by = 0.0, RESOLVED, day, by
    issue.due_day = day + w.knobs.check_after_days
    trusted = trust_at_stake(issue)
    count_visible(issue, w.mood.good, w.compounds.first)
    if issue.reporter >= 0:
        t = float(trust[issue.reporter, trusted])
        trust[issue.reporter, trusted] = t + w.knobs.residents.trust_gain_resolved * (1.0 - t)
    log_event(w.log, w.lines, issue.id, day, DONE, by, -1)


@inner_kernel
def work(w) -> None:
    """Spend today's hours on issues: `work` (mechanisms, issues), then `hours` (compounds + 2,) of the desks.

    A desk puts at most `pair` hours a day into one job: those of one worker. Works that take at least `works`
    days get that part of their hours a day.

    Twin: reference/processing.py, work.
    """
    issues, hours, pair, works = w.issues, w.hours, w.pair, w.cats.min_works_days
    codes, done = w.pulls.work.by, w.pulls.work.rows
    compounds = len(hours) - 2
    for i in range(len(issues)):
        issue = issues[i]
        if len(codes) and (is_workable(issue) or is_registered(issue)):
            by, most = -1, 0.0
            for m in range(len(codes)):
                issue.hours_left -= done[m, i]
                if done[m, i] > most:
                    by, most = codes[m], done[m, i]
            if most > 0.0 and issue.hours_left <= 1e-9:
                resolve(w, issue, by)
    for i in by_urgency(issues, WORK):
        issue = issues[i]
        if issue.desk == DESK_NONE:
            continue
        desk = desk_row(issue, compounds)
        today = min(min(issue.hours_left, pair[desk]), hours[desk])
        if works[issue.category] > 0.0:
            today = min(today, issue.work_hours / works[issue.category])
        hours[desk] -= today
        issue.hours_left -= today
        if issue.hours_left <= 1e-9:
            resolve(w, issue, -1)
