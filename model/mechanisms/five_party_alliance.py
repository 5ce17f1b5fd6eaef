"""Five-party alliance (五方联盟): branch, owners, supervisors, property and other firms push stuck cases.

Disappoints where the owners' committee does not function, has not been elected yet, or its owners live
elsewhere: nothing can be concluded without it, and a sitting needs a quorum of the parties. Momentum takes
months: it grows with every sitting held once there is an owners' committee, and fades when there are none.
Where there is no property company there is no alliance.

Where there is a company, the alliance sits every `interval_weeks` weeks, not in the first two. p is as in a
council.

- *Asks*: 7 to 13 days before a sitting, `notice_hours / 7` committee hours a day. On the six days before,
  `3 * seat_hours / 6` member hours a day. On the day, `seat_hours` of the committee and of the crew.
- *Seats*: `5 min(s, p)` seats are taken if the owners' committee comes, else `4 min(s, p)`; fewer than
  `quorum_seats` are not a sitting. h = seats / 5. The owners' committee comes with chance
  `owners_committee_attendance * (1 - absence_penalty * (1 - around))`, from day `owners_committee_day` on.
- *Pulls*: while it is announced, `wish = volunteering_logit * s` on members. At a sitting, `accord = n *
  momentum * h` on *stuck* issues (at the table, arisen at least `stuck_days` days ago), the oldest first,
  only if the owners' committee came. n is what settles the issue, rounded up, and at most `push_sittings`;
  the sum of n is at most `items_per_sitting * push_sittings`, so that what needs less leaves time for more.
  `trust in committee and company = trust_per_sitting * h`. Every day, `keep = momentum * s` at the table.
- *Learns*: momentum loses the share `momentum_loss_rate` a day, and gains `momentum_gain * (1 - momentum)`
  per sitting held since `owners_committee_day`.
- *Limits*: an owners' committee that does not work or does not exist yet; owners who are away.
"""

from dataclasses import dataclass
from math import ceil
from typing import ClassVar, NamedTuple

import numpy as np

from ...engine.codes import STANDING_RETIRED_MEMBER, TRUST_COMMITTEE, TRUST_COMPANY
from ...engine.jit import kernel, lean_kernel
from ...engine.parameters import knob
from ...engine.randomness import decision, key_of, uniform
from ..resources.allocation import spend_hours
from ..resources.levers import COMMITTEE, MEMBER, PROPERTY, STANDINGS
from . import Count, Mechanism

PARTIES = 5.0  # seats, as its name says
FIRST = 14  # days without a sitting at first: members must have promised an evening before it
DAYS = 6  # days before a sitting on which members promise evenings
OWNERS = decision("five_party_alliance owners' committee comes")
MEETINGS, SEATS, SITTINGS, MATTERS = range(4)  # places of `counts`


class Alliances(NamedTuple):
    """The alliances, one row per compound."""

    momentum: np.ndarray  # (compounds,) float64  0..1
    coming: np.ndarray  # (compounds,) float64  share of member evenings promised to the next sitting, 0..1


@dataclass(frozen=True)
class FivePartyAlliance(Mechanism):
    en: ClassVar[str] = "Five-party alliance"
    zh: ClassVar[str] = "五方联盟"
    zh_letter: ClassVar[str] = "五"
    meant_for: ClassVar[tuple[str, ...]] = ("dispute", "water_pressure", "garage_flood", "lift_worn")
    zh_does: ClassVar[str] = "党支部、业委会、监委会、物业公司和两新组织结成五方联盟，持续推动老大难事项。"
    zh_disappoints: ClassVar[str] = (
        "业委会不运转、还没有选出，或业主不常住，就什么也定不下来；到会席数不够也开不成会。"
        "势头要几个月、一次次会议才能积累，不开会就消退。没有物业公司的小区没有联盟。"
    )
    group: ClassVar[str] = "together"
    pulls: ClassVar[tuple] = ("accord", "keep", "trust", "wish")
    counts: ClassVar[tuple] = (
        Count("meetings", "evenings on which it sat", "召开会议", "evenings", "次"),
        Count("seats", "seats taken", "到会席数", "seats", "席次"),
        Count("sittings", "sittings over stuck matters", "议老大难轮次", "sittings", "轮"),
        Count("matters", "stuck matters discussed", "议老大难", "matters", "件次"),
    )
    interval_weeks: int = knob(
        3,
        1,
        26,
        unit="weeks between sittings of a compound",
        source="assumed",
        words=("Weeks between sittings", "会议间隔", "周"),
    )
    seat_hours: float = knob(
        1.0,
        0.1,
        10.0,
        unit="hours/seat and sitting; members fill three of five seats and promise it in the six days before",
        source="assumed",
        words=("Time per seat", "每席投入", "小时/席·次；五席中三席由党员出"),
    )
    notice_hours: float = knob(
        1.0,
        0.1,
        10.0,
        unit="committee hours to announce a sitting, in the second week before it",
        source="assumed",
        words=("Time to announce a sitting", "会前通知", "居委会小时，会前第二周"),
    )
    volunteering_logit: float = knob(
        2.0,
        0.0,
        6.0,
        unit="logit of members' giving an evening, while a sitting is announced",
        source="assumed; vary it",
        words=("Call to members", "动员党员", "愿出一个晚上的对数几率，通知期间"),
    )
    stuck_days: int = knob(
        60,
        0,
        1500,
        unit="days since it arose after which a matter in negotiation is stuck",
        source="assumed",
        words=("Days until a matter is stuck", "多久算老大难", "天，从发生算起"),
    )
    items_per_sitting: int = knob(
        2,
        0,
        20,
        unit="stuck matters/sitting, the oldest first; more if they need less than the full push",
        source="assumed; few at a time",
        words=("Stuck matters per sitting", "每次议几件老大难", "件，最久的先议"),
    )
    push_sittings: float = knob(
        5.0,
        0.0,
        20.0,
        unit="equivalent sittings per matter, at full momentum",
        source="assumed: a matter of sixty sittings takes about a year; changcheng_shuijun: thirteen months",
        words=("Progress per sitting", "每次会的推动力", "折合协商次数/件，势头最足时"),
    )
    quorum_seats: float = knob(
        3.0,
        0.0,
        5.0,
        unit="seats of the five that must be filled",
        source="assumed: most of them",
        words=("Seats needed for a sitting", "开会所需席数", "席，共五席"),
    )
    owners_committee_attendance: float = knob(
        0.7,
        0.0,
        1.0,
        unit="share of sittings that the owners' committee attends",
        source="assumed",
        words=("Attendance of the owners' committee", "业委会到会率", "比例"),
    )
    absence_penalty: float = knob(
        0.5,
        0.0,
        1.0,
        unit="share of attendance lost where nobody is at home",
        source="assumed; in shuian, where owners live elsewhere, there is nobody to talk to",
        words=("Attendance lost, absent owners", "无人常住时少到会", "到会损失的比例"),
    )
    owners_committee_day: int = knob(
        0,
        0,
        36_500,
        unit="day of the run from which the owners' committee exists",
        source="a choice of the user; changcheng_shuijun: elected December 2017",
        words=("First day of the owners' committee", "业委会成立日", "第几天"),
    )
    momentum_gain: float = knob(
        0.2,
        0.0,
        1.0,
        unit="share of the missing momentum gained per sitting",
        source="assumed",
        words=("Speed of gaining momentum", "势头积累的快慢", "每次会补上所缺势头的比例"),
    )
    momentum_loss_rate: float = knob(
        0.004,
        0.0,
        0.1,
        unit="share of momentum lost/day",
        source="assumed",
        words=("Speed of losing momentum", "势头消退的快慢", "每天失去的比例"),
    )
    trust_per_sitting: float = knob(
        0.004,
        0.0,
        0.1,
        unit="share of distrust in committee and company per full sitting",
        source="assumed",
        words=(
            "Trust gained per full sitting",
            "每次满席会增加的信任",
            "消除不信任的比例，对居委会和物业公司",
        ),
    )

    def begin(self, world, random_numbers) -> Alliances:
        c = len(world.compounds.company)
        return Alliances(np.zeros(c), np.zeros(c))

    @kernel
    def ask(m, w) -> None:
        hours = m.knobs[0].seat_hours
        for c in range(len(m.own.coming)):
            if sits(c, w.day, m, w):
                m.want[COMMITTEE, c], m.want[PROPERTY, c] = hours, hours
            elif sits_within(1, DAYS, c, m, w):
                m.want[MEMBER, c] = 3.0 * hours / DAYS
            if sits_within(DAYS + 1, 2 * DAYS + 1, c, m, w):
                m.want[COMMITTEE, c] += m.knobs[0].notice_hours / (DAYS + 1)

    @kernel
    def pull(m, w) -> None:
        k, momentum, share, issues = m.knobs[0], m.own.momentum, m.share, w.issues
        accord, keep, where = m.lever.accord, m.lever.keep, w.buildings.compound
        attendance, room = np.empty(len(momentum)), np.zeros(len(momentum))
        for c in range(len(momentum)):
            attendance[c] = seats(c, m, w) / PARTIES
            m.counts[MEETINGS] += attendance[c] > 0.0
            m.counts[SEATS] += PARTIES * attendance[c]
            if attendance[c] > 0.0 and owners_come(c, m, w):
                room[c] = k.items_per_sitting * k.push_sittings
            if sits_within(DAYS + 1, 2 * DAYS + 1, c, m, w):
                for standing in range(STANDING_RETIRED_MEMBER, STANDINGS):
                    m.lever.wish[c, standing] = k.volunteering_logit * share[c]
        for i in w.at_table:
            issue = issues[i]
            c = issue.compound
            keep[i] = momentum[c] * share[c]
            if w.day - issue.arose_day >= k.stuck_days:
                progress = momentum[c] * attendance[c]
                pushed = spend_hours(room, c, pushes(issue, progress, k.push_sittings))
                accord[i] = progress * pushed
                m.counts[SITTINGS] += pushed
                m.counts[MATTERS] += pushed > 0.0
        for b in range(len(where)):
            m.lever.trust[b, TRUST_COMMITTEE] = m.lever.trust[b, TRUST_COMPANY] = (
                k.trust_per_sitting * attendance[where[b]]
            )

    @kernel
    def learn(m, w) -> None:
        k, momentum, coming = m.knobs[0], m.own.momentum, m.own.coming
        for c in range(len(momentum)):
            momentum[c] *= 1.0 - k.momentum_loss_rate
            if seats(c, m, w) > 0.0 and w.day >= k.owners_committee_day:
                momentum[c] += k.momentum_gain * (1.0 - momentum[c])
            if sits(c, w.day, m, w):
                coming[c] = 0.0
            elif sits_within(1, DAYS, c, m, w):
                coming[c] += m.share[c] / DAYS


@lean_kernel
def pushes(issue, progress, most) -> float:
    """Return the sittings that settle an issue, each of which brings it `progress` on; `most` at most."""
    left = issue.sittings_needed - issue.sittings_held
    return min(most, float(ceil(left / progress))) if progress > 0.0 else most


@lean_kernel
def sits(c, day, m, w) -> bool:
    """Say whether a compound sits on `day`; never where there is no property company."""
    return w.compounds.company[c] and day > FIRST and (day + c) % (7 * m.knobs[0].interval_weeks) == 0


@lean_kernel
def sits_within(soonest, latest, c, m, w) -> bool:
    """Say whether a compound sits in `soonest` to `latest` days; it sits at most once a week."""
    if not w.compounds.company[c]:
        return False
    every = 7 * m.knobs[0].interval_weeks
    ahead = soonest + (-(w.day + soonest + c)) % every
    return ahead <= latest and w.day + ahead > FIRST


@lean_kernel
def owners_come(c, m, w) -> bool:
    """Draw whether the owners' committee attends today.

    The chance is `owners_committee_attendance`, lower where few people are around, and 0 before
    `owners_committee_day`.
    """
    k = m.knobs[0]
    return w.day >= k.owners_committee_day and uniform(
        key_of(w.seed, OWNERS, w.day), c
    ) < k.owners_committee_attendance * (1.0 - k.absence_penalty * (1.0 - w.around[c]))


@lean_kernel
def seats(c, m, w) -> float:
    """Return the seats taken at a compound's sitting today; 0 without a sitting or below the quorum."""
    if not sits(c, w.day, m, w):
        return 0.0
    taken = min(m.share[c], m.own.coming[c]) * (PARTIES if owners_come(c, m, w) else PARTIES - 1.0)
    return taken if taken >= m.knobs[0].quorum_seats else 0.0
