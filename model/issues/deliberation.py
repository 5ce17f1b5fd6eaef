"""Deliberation: the parties to an issue come to agree, sitting by sitting.

By law every residents' committee has a mediation committee (docs/sources.md), so the desk holds sittings of
its own, as far as its hours suffice; mechanisms hold further ones.
"""

import numpy as np

from ...agents import reporters
from ...agents.committee import progress_of, sittings_held
from ...engine.jit import inner_kernel
from .issue_table import AGREED, TABLE, log_event, move, next_stage, trust_at_stake
from .triage import queue_of


@inner_kernel
def mediate(w, pending) -> np.ndarray:
    """Hold the committee's own sittings of today, in the order of the queue; return progress, (issues,).

    They take a share of the hours that the desk has left.

    Twin: reference/processing.py, talk.
    """
    issues, k, desk = w.issues, w.knobs, len(w.hours) - 2
    progress = np.zeros(len(issues))
    left = k.mediation_share * w.hours[desk]
    trust = reporters.confidence(w.mood, w.buildings, w.compounds)
    for i in queue_of(issues, pending, TABLE, w.knobs.rules):
        issue = issues[i]
        sittings = sittings_held(issue, left, k)
        left -= sittings * k.sitting_hours
        w.hours[desk] -= sittings * k.sitting_hours
        confidence = trust[issue.compound, trust_at_stake(issue)]
        progress[i] = progress_of(sittings, w.around[issue.compound], confidence)
    return progress


@inner_kernel
def talk(w, pending) -> None:
    """Hold sittings on issues at the table: those of the committee, and those of mechanisms (`accord`).

    The mechanism that held most on the day it is settled is credited; -1 is the desk itself.

    Twin: reference/processing.py, talk.
    """
    issues, codes, accord = w.issues, w.pulls.accord.by, w.pulls.accord.rows
    progress = mediate(w, pending)
    for i in pending:
        issue = issues[i]
        if issue.state == TABLE:
            by, most = -1, progress[i]
            sittings = most
            for m in range(len(codes)):
                sittings += accord[m, i]
                if accord[m, i] > most:
                    by, most = codes[m], accord[m, i]
            issue.sittings_held += sittings
            if issue.sittings_held >= issue.sittings_needed:
                move(w, issue, next_stage(TABLE, issue))
                log_event(w.log, w.lines, issue.id, w.day, AGREED, by, -1)
