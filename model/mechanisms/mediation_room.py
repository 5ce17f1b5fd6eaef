"""Mediation room (调解室): a named mediator with a lawyer and members, who hears a quarrel in repeated sittings.

Disappoints when hard cases take many sittings, and some never settle however long they are heard.
"""

from dataclasses import dataclass
from math import ceil
from typing import ClassVar

import numpy as np

from ..categories import FAMILIES
from ..compiled import kernel, part
from ..issues import TABLE
from ..knobs import knob
from ..pull import ALL, COMMITTEE, MEMBER, YUAN
from . import Mechanism

DISPUTE = FAMILIES.index("dispute")


@dataclass(frozen=True)
class MediationRoom(Mechanism):
    zh: ClassVar[str] = "调解室"
    pulls: ClassVar[tuple] = ("accord", "trust")
    days: int = knob(2, 1, 7, unit="days open a week", source="assumed")
    cases: float = knob(3.0, 0.0, 40.0, unit="cases heard/day open", source="assumed")
    staff: float = knob(1.0, 0.1, 8.0, unit="committee hours/case", source="assumed; mediator and grid leader")
    members: float = knob(1.0, 0.0, 8.0, unit="party members' hours/case", source="yiduan: a team of 12 members")
    lawyer: float = knob(50.0, 0.0, 2000.0, unit="yuan/case", source="assumed")
    skill: float = knob(1.0, 0.0, 5.0, unit="sittings' worth/case heard", source="by definition of a sitting; sweep it")
    giving_up: float = knob(12.0, 1.0, 60.0, unit="sittings after which a case is heard no more", source="assumed; yiduan settled one after eight")
    warmth: float = knob(0.002, 0.0, 0.1, unit="trust in neighbours, in the building, per case heard", source="assumed")

    @kernel
    def ask(m, w):
        k = m.knobs[0]
        hears = min(k.cases, float(waiting(w.issues, w.day, k)))
        m.want[COMMITTEE, ALL], m.want[MEMBER, ALL], m.want[YUAN, ALL] = k.staff * hears, k.members * hears, k.lawyer * hears

    @kernel
    def pull(m, w):
        k, issues, accord = m.knobs[0], w.issues, m.lever.accord
        hears = min(k.cases, float(waiting(issues, w.day, k))) * m.share[ALL]
        done = np.zeros(len(issues), np.bool_)
        for turn in range(ceil(hears)):
            next_ = -1
            for i in range(len(issues)):  # of those not heard today, the one heard least so far
                if not done[i] and listed(issues[i], k) and (next_ < 0 or issues[i].accord < issues[next_].accord):
                    next_ = i
            heard = min(1.0, hears - turn)
            done[next_], accord[next_] = True, k.skill * heard
            m.lever.trust[issues[next_].building, 2] += heard
        for b in range(len(m.lever.trust)):
            m.lever.trust[b, 2] *= k.warmth


@part
def listed(issue, k):
    """Whether a quarrel is to be heard: at the table, and not given up on."""
    return issue.family == DISPUTE and issue.state == TABLE and issue.accord < k.giving_up


@part
def waiting(issues, day, k):
    """Quarrels to be heard today; none unless the room is open, the first days of the week."""
    n = 0
    if 1 <= day % 7 <= k.days or k.days == 7:
        for i in range(len(issues)):
            n += listed(issues[i], k)
    return n
