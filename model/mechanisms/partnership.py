"""Partnership (区域党建联席会、共建朋友圈): local units and firms lend people, open rooms and give money.

Disappoints because commitments are loose: what is promised at the circle's meeting fades from week to week,
and twice as fast when nobody keeps in touch. The committee must also guide the people on loan.

There are `partner_units` partner units; if `partner_units` is 0, one for each `shops_per_unit` shops. Their
commitment c is 0 at first.

- *Asks* `guidance_hours` committee hours for each hour lent; `contact_hours` committee hours on Thursdays
  while c > 0; `committee_hours` committee and `member_hours` member hours when the circle meets, first on
  its 17th day, then every `interval_days` days.
- *Pulls*: `work` with `s * lent_hours * partner_units * c` hours, on issues of the family street, and on
  those of common space that volunteers can do; `ties = contacts_per_day * c s`; every 30th day, `money =
  donation_yuan * partner_units * c * s`.
- *Learns* `c -= commitment_loss_rate * (2 - s) * c` on Thursdays, `c += s (1 - c)` at meetings.
- *Limits*: commitment fades.
"""

from dataclasses import dataclass
from typing import ClassVar, NamedTuple

import numpy as np

from ...engine.codes import SCOPE_HOUSEHOLD
from ...engine.jit import kernel, lean_kernel
from ...engine.parameters import knob
from ..issues.categories import FAMILIES, HANDS
from ..resources.allocation import spend_hours
from ..resources.levers import ALL, COMMITTEE, MEMBER
from . import Count, Mechanism

HAND = HANDS.index("volunteer")
STREET = FAMILIES.index("street")
THURSDAY, MONTH = 4, 30
FIRST = 16  # days until the first meeting: members must have promised an evening before it
MEETINGS, LENT_HOURS, GIVEN = range(3)  # places of `counts`


class Circle(NamedTuple):
    """The circle, one row."""

    units: np.ndarray  # (1,) float64  number of units and firms
    commitment: np.ndarray  # (1,) float64  share of what they could give that they feel bound to give, 0..1
    days: np.ndarray  # (1,) int64    days since the circle was founded


@dataclass(frozen=True)
class Partnership(Mechanism):
    zh: ClassVar[str] = "区域共建"
    zh_letter: ClassVar[str] = "友"
    meant_for: ClassVar[tuple[str, ...]] = ("environment", "care", "street")
    zh_does: ClassVar[str] = "辖区单位和企业共建，借出人手、开放场地、出资。"
    zh_disappoints: ClassVar[str] = (
        "承诺没有约束力，会后逐周淡化，没有人联络时快一倍；借来的人还需要居委会带领。"
    )
    group: ClassVar[str] = "works"
    pulls: ClassVar[tuple] = ("work", "ties", "money")
    counts: ClassVar[tuple] = (
        Count("meetings", "meetings of the circle", "联席会", "meetings", "次"),
        Count("lent_hours", "hours of people lent", "借出人手", "hours", "小时"),
        Count("given", "money given", "出资", "yuan", "元"),
    )
    partner_units: int = knob(
        0,
        0,
        1000,
        unit="partner units; 0: in proportion to shops",
        source="the report; pozijie has 19",
        words=("Partner units", "共建单位", "家；0按商铺数推算"),
    )
    shops_per_unit: float = knob(
        20.0,
        1.0,
        1000.0,
        unit="shops per unit, if the number of units is not given",
        source="assumed",
        words=("Shops per unit", "多少商铺折一家单位", "家商铺"),
    )
    interval_days: int = knob(
        182,
        30,
        730,
        unit="days between meetings of the circle",
        source="assumed; reports tell of yearly and half-yearly meetings",
        words=("Days between meetings", "会议间隔", "天"),
    )
    committee_hours: float = knob(
        4.0,
        0.2,
        80.0,
        unit="committee hours/meeting",
        source="assumed",
        words=("Committee's time", "居委会投入", "小时/次"),
    )
    member_hours: float = knob(
        2.0,
        0.0,
        80.0,
        unit="party members' hours/meeting",
        source="assumed",
        words=("Members' time", "党员投入", "小时/次"),
    )
    contact_hours: float = knob(
        0.5,
        0.0,
        20.0,
        unit="committee hours/week to keep in touch",
        source="assumed",
        words=("Keeping in touch", "日常联络", "居委会小时/周"),
    )
    commitment_loss_rate: float = knob(
        0.03,
        0.0,
        0.5,
        unit="share of the commitment lost/week while in touch",
        source="assumed: half within half a year",
        words=("Speed of losing commitment", "承诺淡化的快慢", "每周失去的比例，保持联络时"),
    )
    lent_hours: float = knob(
        0.4,
        0.0,
        20.0,
        unit="hours/unit/day of people lent, at full commitment",
        source="assumed; vary it",
        words=("People lent", "借出人手", "小时/单位·天，承诺全部兑现时"),
    )
    guidance_hours: float = knob(
        0.2,
        0.0,
        1.0,
        unit="committee hours per hour of people lent",
        source="assumed",
        words=("Guiding the people lent", "带领借来的人", "居委会小时/借出小时"),
    )
    donation_yuan: float = knob(
        40.0,
        0.0,
        4000.0,
        unit="yuan/unit/month at full commitment",
        source="assumed",
        words=("Money given", "出资", "元/单位·月，承诺全部兑现时"),
    )
    contacts_per_day: float = knob(
        0.0005,
        0.0,
        0.02,
        unit="new acquaintances per resident and day in opened rooms",
        source="assumed",
        words=("New acquaintances in opened rooms", "开放场地新结识", "人/居民·天"),
    )

    def begin(self, world, random_numbers) -> Circle:
        units = (
            float(self.partner_units)
            if self.partner_units
            else world.buildings.shops.sum() / self.shops_per_unit
        )
        return Circle(np.array([units]), np.zeros(1), np.zeros(1, np.int64))

    @kernel
    def ask(m, w) -> None:
        k, own, meet = m.knobs[0], m.own, meets(m.own, m.knobs[0])
        m.want[COMMITTEE, ALL] = (
            k.guidance_hours * hours_lent(own, k)
            + (k.contact_hours if keeps_in_touch(own, w.day) else 0.0)
            + (k.committee_hours if meet else 0.0)
        )
        m.want[MEMBER, ALL] = k.member_hours if meet else 0.0

    @kernel
    def pull(m, w) -> None:
        k, own, share = m.knobs[0], m.own, m.share[ALL]
        issues, hands, left = w.issues, w.cats.done_by, np.empty(1)
        left[0] = hours_lent(own, k) * share
        m.counts[LENT_HOURS] += left[0]
        m.counts[MEETINGS] += share if meets(own, k) else 0.0
        for i in w.workable:
            issue = issues[i]
            # firms keep order in front of their own doors, whichever hands a street issue needs
            if issue.family == STREET or (issue.scope > SCOPE_HOUSEHOLD and hands[issue.category, HAND]):
                m.lever.work[i] = spend_hours(left, 0, issue.hours_left)
        for b in range(len(m.lever.ties)):
            m.lever.ties[b] = k.contacts_per_day * own.commitment[0] * share
        if w.day % MONTH == 0:
            m.lever.money[0] = k.donation_yuan * own.units[0] * own.commitment[0] * share
            m.counts[GIVEN] += m.lever.money[0]

    @kernel
    def learn(m, w) -> None:
        k, bound, share = m.knobs[0], m.own.commitment, m.share[ALL]
        if keeps_in_touch(m.own, w.day):
            bound[0] *= 1.0 - k.commitment_loss_rate * (2.0 - share)
        if meets(m.own, k):
            bound[0] += share * (1.0 - bound[0])
        m.own.days[0] += 1


@lean_kernel
def meets(own, k) -> bool:
    """Say whether the circle meets today; never without partners."""
    return own.units[0] > 0.0 and own.days[0] % k.interval_days == FIRST


@lean_kernel
def keeps_in_touch(own, day) -> bool:
    """Say whether the committee should contact the committed partners on `day`."""
    return own.commitment[0] > 0.0 and day % 7 == THURSDAY


@lean_kernel
def hours_lent(own, k) -> float:
    """Return the hours per day of people whom the partners lend."""
    return k.lent_hours * own.units[0] * own.commitment[0]
