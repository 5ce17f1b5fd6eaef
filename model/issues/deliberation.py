"""Deliberation: the parties to an issue come to agree, sitting by sitting."""

from ...agents import residents
from ...agents.committee import sittings_by_phone
from ...engine.jit import inner_kernel
from .issue_table import AGREED, TABLE, log_event, move, next_stage, trust_at_stake


@inner_kernel
def talk(w) -> None:
    """Hold sittings on issues at the table: by telephone, and those that mechanisms hold (`accord`).

    The mechanism that held most on the day it is settled is credited; -1 is the desk itself.

    Twin: reference/processing.py, talk.
    """
    issues, phone, codes, accord = (
        w.issues,
        w.knobs.phone_sittings_per_day,
        w.pulls.accord.by,
        w.pulls.accord.rows,
    )
    trust = residents.confidence(w.mood, w.buildings, w.compounds)
    for i in range(len(issues)):
        issue = issues[i]
        if issue.state == TABLE:
            confidence = trust[issue.compound, trust_at_stake(issue)]
            by, most = -1, sittings_by_phone(phone, w.around[issue.compound], confidence)
            sittings = most
            for m in range(len(codes)):
                sittings += accord[m, i]
                if accord[m, i] > most:
                    by, most = codes[m], accord[m, i]
            issue.sittings_held += sittings
            if issue.sittings_held >= issue.sittings_needed:
                move(issue, next_stage(TABLE, issue), w.day)
                log_event(w.log, w.lines, issue.id, w.day, AGREED, by, -1)
