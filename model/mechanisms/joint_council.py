"""Joint council (联席会议、议事会): committee, owners and company meet regularly; tasks get names and dates.

Disappoints because matters wait for the next meeting, and when too few attend: every meeting tires people,
and people who live elsewhere are rarely there.

The council of each compound meets every `interval_weeks` weeks from the third week on, on the evening of a
working day of its own. An evening holds several sittings of `sitting_hours` hours, over one matter after the
other: H is its length in hours, `min(evening_hours, sitting_hours * sittings_per_matter * matters)`, where
matters is the number at the table on the evening before. With none there is no meeting. p is the attendance
promised by members.

- *Asks*: 7 to 13 days before a meeting, `notice_hours / 7` committee hours a day to announce it. On the six
  days before, `member_people * evening_hours / 6` member hours a day, and p grows by `s / 6` a day. On the
  day itself, `committee_people * H` committee hours and, where there is a company, `company_people * H`
  crew hours.
- *Pulls*: while it is announced, `wish = volunteering_logit * s` on members. Attendance is `a = min(s, p)
  (1 - weary) (1 - absence_penalty * (1 - around))`; below `quorum` there is no meeting. At a meeting,
  `accord = n * push_sittings * a` on the issues at the table, the oldest first, until `H / sitting_hours`
  sittings are held. n is the number of sittings that settle the matter if that is at most
  `sittings_per_matter`, else 1. `trust in committee = trust_per_sitting * a`. Every day, `keep =
  reminder_log_rate * s` on known issues where the last meeting was held, and `wish = -fatigue_logit * weary`
  on everybody.
- *Learns*: p returns to 0 after each date. weary recovers by the share `recovery_rate` a day, and each
  meeting held adds the share `fatigue_per_sitting` of what is missing to 1.
- *Limits*: matters wait between dates; a full table; weariness; owners who are away.
"""

from dataclasses import dataclass
from typing import ClassVar, NamedTuple

import numpy as np

from ...engine.codes import STANDING_RETIRED_MEMBER, TRUST_COMMITTEE
from ...engine.jit import kernel, lean_kernel
from ...engine.parameters import knob
from ..issues.issue_table import sittings_tonight
from ..resources.allocation import spend_hours
from ..resources.levers import COMMITTEE, MEMBER, PROPERTY, STANDINGS
from . import Count, Mechanism

FIRST = 2  # weeks without a sitting at first: members must have promised an evening before it
DAYS = 6  # days before a sitting on which members promise evenings
MEETINGS, CANCELLED, SITTINGS, MATTERS = range(4)  # places of `counts`


class Councils(NamedTuple):
    """The councils, one row per compound."""

    weary: np.ndarray  # (compounds,) float64  weariness of meetings, 0..1
    coming: np.ndarray  # (compounds,) float64  share of member evenings promised to the next sitting, 0..1
    minuted: np.ndarray  # (compounds,) float64  1 where the last sitting was held, so that minutes exist
    matters: np.ndarray  # (compounds,) float64  matters at the table on the evening before a meeting, else 0


@dataclass(frozen=True)
class JointCouncil(Mechanism):
    zh: ClassVar[str] = "联席会议"
    zh_letter: ClassVar[str] = "议"
    meant_for: ClassVar[tuple[str, ...]] = ("dispute", "water_pressure", "rooftop_beds", "lift_worn")
    zh_does: ClassVar[str] = "居委会、业主和物业公司定期开会议事，任务落实到人、定好期限。"
    zh_disappoints: ClassVar[str] = (
        "事项要等到下一次会议；到会的人太少就开不成；会开多了人会疲劳，不常住的居民很少到会。"
    )
    group: ClassVar[str] = "together"
    pulls: ClassVar[tuple] = ("accord", "keep", "trust", "wish")
    counts: ClassVar[tuple] = (
        Count("meetings", "meetings held", "召开会议", "meetings", "次"),
        Count("cancelled", "meetings without a quorum", "人数不足未开成", "meetings", "次"),
        Count("sittings", "sittings over one matter", "议事轮次", "sittings", "轮"),
        Count("matters", "matters discussed", "议事", "matters", "件次"),
    )
    interval_weeks: int = knob(
        4,
        1,
        26,
        unit="weeks between meetings of a compound",
        source="assumed; fangzhi_longhuwan held six in a year, about nine weeks apart",
        words=("Weeks between meetings", "会议间隔", "周"),
    )
    evening_hours: float = knob(
        2.5,
        0.25,
        8.0,
        unit="hours/meeting, at most",
        source="assumed; an evening",
        words=("Longest evening", "一晚最多开多久", "小时/次"),
    )
    sitting_hours: float = knob(
        0.5,
        0.1,
        4.0,
        unit="hours/sitting over one matter",
        source="assumed; datianba: 130 and more disputes settled on 60 and more talk days",
        words=("Time for a sitting", "议一轮的时间", "小时/轮·件"),
    )
    sittings_per_matter: int = knob(
        2,
        1,
        8,
        unit="sittings over a matter in one evening, if they settle it",
        source="assumed; a matter that needs more is heard once, and again next time",
        words=("Sittings until settled", "一晚议几轮能定就定", "轮/件"),
    )
    push_sittings: float = knob(
        2.0,
        0.0,
        10.0,
        unit="equivalent sittings per sitting held, because all parties sit at one table",
        source="assumed; vary it",
        words=("Progress per sitting", "每轮的推动力", "折合协商次数/轮，因各方同桌"),
    )
    committee_people: float = knob(
        1.0,
        0.1,
        10.0,
        unit="people of the committee at a meeting",
        source="assumed",
        words=("Committee at a meeting", "居委会到会人数", "人"),
    )
    company_people: float = knob(
        1.0,
        0.0,
        10.0,
        unit="people of the property company at a meeting, where there is one",
        source="assumed",
        words=("Property company at a meeting", "物业公司到会人数", "人"),
    )
    member_people: float = knob(
        1.0,
        0.1,
        20.0,
        unit="party members who promise the evening in the six days before",
        source="assumed; they prepare it and speak for their stairwells",
        words=("Members at a meeting", "党员到会人数", "人，会前六天承诺"),
    )
    notice_hours: float = knob(
        1.0,
        0.1,
        20.0,
        unit="committee hours to announce a meeting, in the second week before it",
        source="assumed",
        words=("Time to announce a sitting", "会前通知", "居委会小时，会前第二周"),
    )
    volunteering_logit: float = knob(
        1.0,
        0.0,
        6.0,
        unit="logit of members' giving an evening, while a sitting is announced",
        source="assumed; vary it; with 3 all six of fangzhi_longhuwan are held",
        words=("Call to members", "动员党员", "愿出一个晚上的对数几率，通知期间"),
    )
    quorum: float = knob(
        0.4,
        0.0,
        1.0,
        unit="share of those expected who must attend",
        source="assumed",
        words=("Quorum", "到会下限", "占应到者的比例"),
    )
    absence_penalty: float = knob(
        0.5,
        0.0,
        1.0,
        unit="share of attendance lost where nobody is at home",
        source="assumed; in shuian, where owners live elsewhere, there is nobody to talk to",
        words=("Attendance lost, absent owners", "无人常住时少到会", "到会损失的比例"),
    )
    reminder_log_rate: float = knob(
        1.0,
        0.0,
        6.0,
        unit="log rate by which minutes reduce forgetting",
        source="assumed",
        words=("Less forgetting through minutes", "会议纪要减少遗忘", "对数率"),
    )
    fatigue_per_sitting: float = knob(
        0.2,
        0.0,
        1.0,
        unit="share of attendance lost per sitting",
        source="assumed; reports tell of meeting fatigue",
        words=("Fatigue per sitting", "每次会的疲劳", "到会损失的比例"),
    )
    recovery_rate: float = knob(
        0.01,
        0.0,
        0.2,
        unit="1/day, of recovering from fatigue",
        source="assumed",
        words=("Recovery from fatigue", "疲劳的恢复", "1/天"),
    )
    trust_per_sitting: float = knob(
        0.004,
        0.0,
        0.1,
        unit="share of distrust in the committee per sitting held",
        source="assumed",
        words=("Trust gained per sitting", "每次会增加的信任", "消除不信任的比例，对居委会"),
    )
    fatigue_logit: float = knob(
        2.0,
        0.0,
        10.0,
        unit="logit of giving an evening, lost to meeting fatigue",
        source="assumed",
        words=("Volunteering lost to fatigue", "会议疲劳降低出力意愿", "愿出一个晚上降低的对数几率"),
    )

    def begin(self, world, random_numbers) -> Councils:
        c = len(world.compounds.company)
        return Councils(np.zeros(c), np.zeros(c), np.zeros(c), np.zeros(c))

    @kernel
    def ask(m, w) -> None:
        k, company = m.knobs[0], w.compounds.company
        for c in range(len(company)):
            if sits(c, w.day, k.interval_weeks):
                hours = evening_length(c, m.own, k)
                m.want[COMMITTEE, c] = k.committee_people * hours
                m.want[PROPERTY, c] = k.company_people * hours if company[c] else 0.0
            elif sits_within(c, w.day, 1, DAYS, k.interval_weeks):
                m.want[MEMBER, c] = k.member_people * k.evening_hours / DAYS
            if sits_within(c, w.day, DAYS + 1, 2 * DAYS + 1, k.interval_weeks):
                m.want[COMMITTEE, c] += k.notice_hours / (DAYS + 1)

    @kernel
    def pull(m, w) -> None:
        k, own, share, issues = m.knobs[0], m.own, m.share, w.issues
        keep, accord, where = m.lever.keep, m.lever.accord, w.buildings.compound
        present, sittings = np.empty(len(own.weary)), np.zeros(len(own.weary))
        for c in range(len(present)):
            present[c] = attendance(c, w.day, own, share, w.around, k)
            if present[c] > 0.0:
                sittings[c] = evening_length(c, own, k) / k.sitting_hours
            if sits(c, w.day, k.interval_weeks) and own.matters[c] > 0.0:
                m.counts[MEETINGS if present[c] > 0.0 else CANCELLED] += 1.0
            called = (
                k.volunteering_logit * share[c]
                if sits_within(c, w.day, DAYS + 1, 2 * DAYS + 1, k.interval_weeks)
                else 0.0
            )
            for standing in range(STANDINGS):
                m.lever.wish[c, standing] = (
                    called if standing >= STANDING_RETIRED_MEMBER else 0.0
                ) - k.fatigue_logit * own.weary[c]
        for i in w.known:
            c = issues[i].compound
            keep[i] = k.reminder_log_rate * (own.minuted[c] * share[c])
        for i in w.at_table:
            c = issues[i].compound
            progress = k.push_sittings * present[c]
            held = spend_hours(sittings, c, sittings_tonight(issues[i], progress, k.sittings_per_matter))
            accord[i] = progress * held
            m.counts[SITTINGS] += held
            m.counts[MATTERS] += held > 0.0
        for b in range(len(where)):
            m.lever.trust[b, TRUST_COMMITTEE] = k.trust_per_sitting * present[where[b]]

    @kernel
    def learn(m, w) -> None:
        k, own = m.knobs[0], m.own
        for c in range(len(own.weary)):
            rested = own.weary[c] * (1.0 - k.recovery_rate)
            met = attendance(c, w.day, own, m.share, w.around, k) > 0.0
            if sits(c, w.day, k.interval_weeks):
                own.minuted[c], own.coming[c] = met, 0.0
            elif sits_within(c, w.day, 1, DAYS, k.interval_weeks):
                own.coming[c] += m.share[c] / DAYS
            own.weary[c] = rested + k.fatigue_per_sitting * (1.0 - rested) if met else rested
        own.matters.fill(0.0)
        for i in w.at_table:
            c = w.issues[i].compound
            if sits(c, w.day + 1, k.interval_weeks):
                own.matters[c] += 1.0


@lean_kernel
def evening_length(compound, own, k) -> float:
    """Return the hours of tonight's meeting: time for every matter at the table, up to a whole evening."""
    return min(k.evening_hours, k.sitting_hours * k.sittings_per_matter * own.matters[compound])


@lean_kernel
def sits(compound, day, every) -> bool:
    """Say whether a compound sits on `day`: each on its own weekday and in its own week."""
    week = day // 7 - FIRST
    return week >= 0 and day % 7 == 1 + compound % 5 and (week + compound // 5) % every == 0


@lean_kernel
def sits_within(compound, day, soonest, latest, every) -> bool:
    """Say whether a compound sits in `soonest` to `latest` days from `day`; it sits at most once a week."""
    wait = (1 + compound % 5 - day - soonest) % 7  # days from the soonest day to the compound's weekday
    for ahead in range(soonest + wait, latest + 1, 7):
        if sits(compound, day + ahead, every):
            return True
    return False


@lean_kernel
def attendance(compound, day, own, share, around, k) -> float:
    """Return the attendance at a compound's meeting, 0..1.

    0 without a meeting, with an empty table, or below the quorum.
    """
    if not sits(compound, day, k.interval_weeks) or own.matters[compound] == 0.0:
        return 0.0
    present = (
        min(share[compound], own.coming[compound])
        * (1.0 - own.weary[compound])
        * (1.0 - k.absence_penalty * (1.0 - around[compound]))
    )
    return present if present >= k.quorum else 0.0
