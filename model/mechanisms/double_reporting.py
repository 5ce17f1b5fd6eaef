"""Double reporting (双报到): in-service members register where they live, and do small jobs there after work.

Disappoints because these members have only evenings and weekends, because it takes months of organising
until they register, and because some never take part. In a surge, when many issues are open at once,
registered members are asked for more hours.

In-service members register where they live.

- *Asks* `weekday_hours` hours (weekdays) or `weekend_hours` hours for each registered member, none on
  Fridays, and `surge_factor` times as many in a surge (more than `surge_issues` known open issues per
  building). On Fridays it asks `committee_hours` committee hours per compound to organise.
- *Pulls*: `work` on jobs of at most `max_spot_hours` hours that volunteers can do, within the compound;
  `wish = volunteering_logit * registered * s` on in-service members.
- *Learns*, on Fridays, `registered += joining_rate * s * (max_registered_share - registered)`.
- *Limits*: turnout, and hours after work.
"""

from dataclasses import dataclass
from typing import ClassVar, NamedTuple

import numpy as np

from ...engine.codes import STANDING_IN_SERVICE_MEMBER
from ...engine.jit import inner_kernel, kernel
from ...engine.parameters import knob
from ..issues.categories import HANDS
from ..resources.allocation import WEEKEND, spend_hours
from ..resources.levers import COMMITTEE, MEMBER
from . import Count, Mechanism

HAND = HANDS.index("volunteer")
FRIDAY = 5  # the coming week's tasks are assigned, and no work is done
REGISTERED, ROUNDS, JOBS = range(3)  # places of `counts`


class Register(NamedTuple):
    """In-service members and their registration, one row per compound."""

    living: np.ndarray  # (compounds,) float64  number of in-service members who live there
    registered: np.ndarray  # (compounds,) float64  share who have registered and take part, 0..1


@dataclass(frozen=True)
class DoubleReporting(Mechanism):
    zh: ClassVar[str] = "双报到"
    zh_letter: ClassVar[str] = "双"
    meant_for: ClassVar[tuple[str, ...]] = ("environment", "safety", "care")
    zh_does: ClassVar[str] = "在职党员到居住地报到，下班后办一些小事。"
    zh_disappoints: ClassVar[str] = (
        "只有晚上和周末有空；要组织几个月才陆续报到，也有人始终不参加。未办结事项集中出现时，"
        "会请已报到的党员多出力。"
    )
    group: ClassVar[str] = "works"
    pulls: ClassVar[tuple] = ("wish", "work")
    counts: ClassVar[tuple] = (
        Count(
            "registered",
            "in-service members registered today",
            "已报到的在职党员",
            "people",
            "人",
            level=True,
        ),
        Count("rounds", "weekly rounds of registering", "组织报到", "rounds", "次"),
        Count("jobs", "small jobs done after work", "下班后办成的小事", "jobs", "件"),
    )
    committee_hours: float = knob(
        0.5,
        0.05,
        20.0,
        unit="committee hours/compound/week, to organise",
        source="assumed",
        words=("Committee's time to organise", "居委会组织", "小时/小区·周"),
    )
    joining_rate: float = knob(
        0.08,
        0.0,
        1.0,
        unit="share of willing members who register per week of organising",
        source="assumed: half within two months",
        words=("Speed of registering", "报到的快慢", "每组织一周，愿报到者报到的比例"),
    )
    max_registered_share: float = knob(
        0.7,
        0.0,
        1.0,
        unit="share of in-service members who are willing",
        source="assumed; reports range from one in ten to nearly all",
        words=("Members willing to register", "愿报到的党员", "占在职党员的比例"),
    )
    volunteering_logit: float = knob(
        0.8,
        0.0,
        4.0,
        unit="logit of giving an evening, of registered members",
        source="assumed; as party_volunteers.volunteering_logit",
        words=("Willingness to volunteer", "报到后更愿出力", "愿出一个晚上的对数几率"),
    )
    weekday_hours: float = knob(
        0.1,
        0.01,
        2.0,
        unit="hours/registered member on a weekday",
        source="assumed",
        words=("Time on a weekday", "工作日投入", "小时/报到党员"),
    )
    weekend_hours: float = knob(
        0.4,
        0.0,
        6.0,
        unit="hours/registered member on a weekend day",
        source="assumed",
        words=("Time on a weekend day", "周末投入", "小时/报到党员·天"),
    )
    max_spot_hours: float = knob(
        3.0,
        0.0,
        20.0,
        unit="hours, the largest job done after work",
        source="assumed; an evening",
        words=("Largest job done after work", "下班后能办多大的事", "小时"),
    )
    surge_issues: float = knob(
        3.0,
        0.0,
        50.0,
        unit="known open issues/building above which a surge begins",
        source="assumed",
        words=("Issues at which a surge begins", "多少件算高峰", "件/栋，已知且未办结"),
    )
    surge_factor: float = knob(
        2.0,
        1.0,
        8.0,
        unit="times as many hours in a surge",
        source="assumed",
        words=("Increase of hours in a surge", "高峰时增加的工时", "倍"),
    )

    def begin(self, world, random_numbers) -> Register:
        people, compounds = world.residents, len(world.compounds.company)
        living = np.bincount(
            world.buildings.compound[people.building[people.in_service]], minlength=compounds
        )
        return Register(living.astype(float), np.zeros(compounds))

    @kernel
    def ask(m, w) -> None:
        k, own, hours = m.knobs[0], m.own, hours_asked(w, m.own, m.knobs[0])
        for c in range(len(hours)):
            m.want[MEMBER, c] = hours[c]
            if w.day % 7 == FRIDAY and own.living[c] > 0.0:
                m.want[COMMITTEE, c] = k.committee_hours

    @kernel
    def pull(m, w) -> None:
        k, own, share = m.knobs[0], m.own, m.share
        issues, hands, work = w.issues, w.cats.done_by, m.lever.work
        left = hours_asked(w, own, k)
        for c in range(len(left)):
            left[c] *= share[c]
            m.lever.wish[c, STANDING_IN_SERVICE_MEMBER] = k.volunteering_logit * own.registered[c] * share[c]
        for i in w.workable:
            issue = issues[i]
            if hands[issue.category, HAND] and issue.hours_left <= k.max_spot_hours:
                work[i] = spend_hours(left, issue.compound, issue.hours_left)
                m.counts[JOBS] += work[i] >= issue.hours_left

    @kernel
    def learn(m, w) -> None:
        k, own = m.knobs[0], m.own
        m.counts[REGISTERED] = 0.0
        for c in range(len(own.living)):
            if w.day % 7 == FRIDAY and own.living[c] > 0.0:
                m.counts[ROUNDS] += m.share[c]
                own.registered[c] += (
                    k.joining_rate * m.share[c] * (k.max_registered_share - own.registered[c])
                )
            m.counts[REGISTERED] += own.living[c] * own.registered[c]


@inner_kernel
def hours_asked(w, own, k) -> np.ndarray:
    """Return the hours that registered members are asked for today, (compounds,)."""
    first, hours = w.compounds.first, np.zeros(len(own.living))
    for i in w.known:
        hours[w.issues[i].compound] += 1.0
    member_hours = (
        k.weekend_hours if w.day % 7 in WEEKEND else 0.0 if w.day % 7 == FRIDAY else k.weekday_hours
    )
    for c in range(len(hours)):
        factor = k.surge_factor if hours[c] > k.surge_issues * (first[c + 1] - first[c]) else 1.0
        hours[c] = factor * member_hours * (own.living[c] * own.registered[c])
    return hours
