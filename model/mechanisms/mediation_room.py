"""Mediation room (调解室): a named mediator, with a lawyer and members, hears a quarrel in repeated sittings.

Disappoints when hard cases take many sittings: the room gives up on some until they are reported again. A
sitting achieves less when the parties are away.

`mediators` mediators work on the evenings of the first `open_days_per_week` days of the week, and each holds
up to `sittings_per_evening` sittings, over one case after the other. Listed are the disputes at the table
with sittings_held < book + max_sittings. book is the `sittings_held` that the case had when it last left the
table for unknown (0 at first): the room gives up a case after `max_sittings` sittings, and hears it as often
again once it is reported again. A sitting brings a case on by `e = sittings_per_case * (1 - absence_penalty
* (1 - around))`. A case takes as many sittings tonight as settle it, if that is at most
`sittings_per_evening`; else one. N is their sum, at most `mediators * sittings_per_evening`.

- *Asks*, if N > 0, `committee_hours` committee hours and `lawyer_yuan` yuan for the evening, and
  `member_hours * N` member hours.
- *Pulls*: `s * N` sittings, the cases with the fewest `sittings_held` first: `accord = e` for each, and
  `trust in neighbours = neighbour_trust_per_case` per case heard, in its building.
- *Learns* the book. It has 4,096 entries, found by a hash of the case.
- *Limits*: stubborn disputes, and parties who are away.
"""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from ...engine.codes import TRUST_NEIGHBOURS
from ...engine.jit import kernel, lean_kernel
from ...engine.parameters import knob
from ..issues.categories import FAMILIES
from ..issues.issue_table import TABLE, sittings_tonight
from ..resources.levers import ALL, COMMITTEE, MEMBER, YUAN
from . import Count, Mechanism

DISPUTE = FAMILIES.index("dispute")
# Entries of the room's book, indexed by the key of an issue; issues with the same index share an entry.
PLACES = 4096
MEETINGS, SITTINGS, MATTERS = range(3)  # places of `counts`


@dataclass(frozen=True)
class MediationRoom(Mechanism):
    zh: ClassVar[str] = "调解室"
    zh_letter: ClassVar[str] = "调"
    meant_for: ClassVar[tuple[str, ...]] = ("dispute",)
    zh_does: ClassVar[str] = "固定的调解员，与律师、党员一起，多次听取双方意见，调解纠纷。"
    zh_disappoints: ClassVar[str] = (
        "难的案子要谈很多次，有的只好放弃，要重新反映才再受理；当事人不常在家，调解效果就差。"
    )
    group: ClassVar[str] = "together"
    pulls: ClassVar[tuple] = ("accord", "trust")
    counts: ClassVar[tuple] = (
        Count("meetings", "evenings with a case", "有案的晚上", "evenings", "次"),
        Count("sittings", "sittings held with parties", "调解", "sittings", "次"),
        Count("matters", "cases heard, each evening anew", "听案", "cases", "件次"),
    )
    open_days_per_week: int = knob(
        2,
        1,
        7,
        unit="days open/week",
        source="assumed",
        words=("Days open", "每周开放", "天/周"),
    )
    mediators: int = knob(
        3,
        1,
        60,
        unit="mediators who work in parallel",
        source="assumed; yiduan: a team of 12 members",
        words=("Mediators", "调解员", "人，同时调解"),
    )
    sittings_per_evening: int = knob(
        2,
        0,
        10,
        unit="sittings/mediator and day open, over one case or several",
        source="assumed; an hour each",
        words=("Sittings in an evening", "每晚调解几次", "次/调解员·开放日"),
    )
    committee_hours: float = knob(
        2.0,
        0.1,
        16.0,
        unit="committee hours/evening with a case, however many there are",
        source="assumed; a grid leader opens the room; in yiduan the secretary leads the team",
        words=("Committee's time", "居委会投入", "小时/晚"),
    )
    member_hours: float = knob(
        1.0,
        0.0,
        8.0,
        unit="party members' hours/sitting",
        source="assumed; mediators are members",
        words=("Members' time", "党员投入", "小时/次"),
    )
    lawyer_yuan: float = knob(
        100.0,
        0.0,
        4000.0,
        unit="yuan/evening with a case, however many there are",
        source="assumed; a lawyer sits in the room for the evening",
        words=("Lawyer's fee", "律师费", "元/晚"),
    )
    sittings_per_case: float = knob(
        1.0,
        0.0,
        5.0,
        unit="equivalent sittings/sitting held",
        source="by definition of a sitting; vary it",
        words=("Skill", "调解水平", "折合协商次数/次"),
    )
    max_sittings: float = knob(
        12.0,
        1.0,
        60.0,
        unit="sittings after which the room gives up a case, unless it is reported again",
        source="assumed; yiduan settled one after eight",
        words=("Sittings before giving up", "调解几次后放弃", "次，除非重新反映"),
    )
    absence_penalty: float = knob(
        0.5,
        0.0,
        1.0,
        unit="share of a sitting lost where nobody is at home",
        source="assumed; in shuian, where owners live elsewhere, there is nobody to talk to",
        words=("Effect lost, absent owners", "无人常住时效果降低", "一次调解损失的比例"),
    )
    neighbour_trust_per_case: float = knob(
        0.002,
        0.0,
        0.1,
        unit="share of distrust in neighbours, in the building, per case heard",
        source="assumed",
        words=("Trust among neighbours", "邻里信任", "消除不信任的比例，每调解一件，本楼"),
    )

    def begin(self, world, random_numbers) -> np.ndarray:
        """Return the sittings that each case had had when it was forgotten, none at first; (PLACES,) float64.

        A case that is reported again is then heard as often again.
        """
        return np.zeros(PLACES)

    @kernel
    def ask(m, w) -> None:
        k = m.knobs[0]
        hears = count_sittings(w, m.own, k)
        if hears > 0.0:
            m.want[COMMITTEE, ALL], m.want[MEMBER, ALL], m.want[YUAN, ALL] = (
                k.committee_hours,
                k.member_hours * hears,
                k.lawyer_yuan,
            )

    @kernel
    def pull(m, w) -> None:
        k, own, issues, accord = m.knobs[0], m.own, w.issues, m.lever.accord
        left = count_sittings(w, own, k) * m.share[ALL]
        done = np.zeros(len(issues), np.bool_)
        m.counts[MEETINGS] += left > 0.0
        while left > 0.0:
            case = -1
            for i in w.at_table:  # of those not heard today, the one with the fewest sittings
                if (
                    not done[i]
                    and is_listed(issues[i], own, k)
                    and (case < 0 or issues[i].sittings_held < issues[case].sittings_held)
                ):
                    case = i
            if case < 0:
                break
            progress = progress_per_sitting(w, issues[case], k)
            heard = min(sittings_tonight(issues[case], progress, k.sittings_per_evening), left)
            left -= heard
            m.counts[SITTINGS] += heard
            m.counts[MATTERS] += 1.0
            done[case] = True
            accord[case] = heard * progress
            m.lever.trust[issues[case].building, TRUST_NEIGHBOURS] += min(1.0, heard)
        for b in range(len(m.lever.trust)):
            m.lever.trust[b, TRUST_NEIGHBOURS] *= k.neighbour_trust_per_case

    @kernel
    def learn(m, w) -> None:
        for i in range(len(w.issues)):
            issue = w.issues[i]
            # only an issue that was at the table before has had sittings
            if issue.family == DISPUTE and issue.state < TABLE and issue.sittings_held > 0.0:
                m.own[slot_of(issue)] = issue.sittings_held


@lean_kernel
def slot_of(issue) -> np.int64:
    """Return the entry of an issue in the room's book."""
    return np.int64(issue.key % np.uint64(PLACES))


@lean_kernel
def is_listed(issue, own, k) -> bool:
    """Say whether an issue at the table is a quarrel to be heard: not given up since last reported."""
    return issue.family == DISPUTE and issue.sittings_held < own[slot_of(issue)] + k.max_sittings


@lean_kernel
def progress_per_sitting(w, issue, k) -> float:
    """Return by how many sittings one sitting brings a case on; less where the parties are away."""
    return k.sittings_per_case * (1.0 - k.absence_penalty * (1.0 - w.around[issue.compound]))


@lean_kernel
def count_sittings(w, own, k) -> float:
    """Count the sittings wanted today; 0 unless the room is open, on the first days of the week."""
    n = 0.0
    if 1 <= w.day % 7 <= k.open_days_per_week or k.open_days_per_week == 7:
        for i in w.at_table:
            issue = w.issues[i]
            if is_listed(issue, own, k):
                n += sittings_tonight(issue, progress_per_sitting(w, issue, k), k.sittings_per_evening)
    return min(n, float(k.mediators * k.sittings_per_evening))
