"""Study visits (外出参观学习): delegates see a place that works, and return believing it can be done here.

Disappoints as belief fades. Delegates move only the buildings they come from, and a second visit impresses
less than the first.

Delegates of a compound visit a place that works well, on a Saturday every `interval_weeks` weeks. B is the
belief of the compound.

- *Asks* `member_hours` member hours and `bus_yuan` yuan.
- *Pulls* every day `consent = persuasion_logit * B s`, `trust in committee = trust_per_day * B s`, `wish =
  volunteering_logit * B s`.
- *Learns*: B halves in `belief_half_life_days` days; a visit adds `belief_gain * s * min(1, delegates /
  buildings) * (1 - B)`.
- *Limits*: belief fades.
"""

from dataclasses import dataclass
from typing import ClassVar, NamedTuple

import numpy as np

from ...engine.codes import TRUST_COMMITTEE
from ...engine.jit import kernel, lean_kernel
from ...engine.parameters import knob
from ..resources.levers import MEMBER, STANDINGS, YUAN
from . import Count, Mechanism

TRIPS, DELEGATES = range(2)  # places of `counts`


class Beliefs(NamedTuple):
    """Beliefs, one row per compound."""

    belief: np.ndarray  # (compounds,) float64  belief that it can be done here, 0..1
    buildings: np.ndarray  # (compounds,) float64  number of buildings, each of which needs a delegate


@dataclass(frozen=True)
class StudyVisits(Mechanism):
    zh: ClassVar[str] = "外出参观学习"
    zh_letter: ClassVar[str] = "学"
    meant_for: ClassVar[tuple[str, ...]] = ("project",)
    zh_does: ClassVar[str] = "居民代表参观办得好的地方，回来后相信这里也能办到。"
    zh_disappoints: ClassVar[str] = "信心会逐渐消退；代表只带动自己所在的楼栋，第二次参观的作用不如第一次。"
    group: ClassVar[str] = "money"
    pulls: ClassVar[tuple] = ("consent", "wish", "trust")
    counts: ClassVar[tuple] = (
        Count("trips", "trips", "参观", "trips", "次"),
        Count("delegates", "delegates who travelled", "参观代表", "people", "人次"),
    )
    interval_weeks: int = knob(
        10,
        1,
        52,
        unit="weeks between visits of a compound, on Saturdays",
        source="assumed",
        words=("Weeks between visits", "参观间隔", "周，在周六"),
    )
    member_hours: float = knob(
        2.0,
        0.25,
        40.0,
        unit="members' hours/visit",
        source="assumed",
        words=("Members' time", "党员投入", "小时/次"),
    )
    bus_yuan: float = knob(
        300.0,
        10.0,
        10_000.0,
        unit="yuan/visit",
        source="assumed",
        words=("Cost of the bus", "车费", "元/次"),
    )
    delegates: int = knob(
        20,
        1,
        60,
        unit="delegates/visit, one per building",
        source="assumed; a small bus",
        words=("Delegates", "代表", "人/次，每栋一位"),
    )
    belief_gain: float = knob(
        0.6,
        0.0,
        1.0,
        unit="share of disbelief in a building that its delegate removes",
        source="assumed",
        words=("Belief gained per delegate", "每位代表带回的信心", "在本楼消除的不信的比例"),
    )
    belief_half_life_days: float = knob(
        120.0,
        5.0,
        3000.0,
        unit="days in which half of the belief fades",
        source="assumed; vary it",
        words=("Half-life of belief", "信心的半衰期", "天"),
    )
    persuasion_logit: float = knob(
        0.4,
        0.0,
        4.0,
        unit="logit of signing, per talk, if all believe",
        source="assumed; weaker than a captain's persuasion",
        words=("Willingness to sign", "更愿意签名", "每谈一次，愿签名的对数几率，人人有信心时"),
    )
    volunteering_logit: float = knob(
        0.3,
        0.0,
        4.0,
        unit="logit of giving an evening, if all believe",
        source="assumed",
        words=("Willingness to volunteer", "更愿意出力", "愿出一个晚上的对数几率，人人有信心时"),
    )
    trust_per_day: float = knob(
        0.0005,
        0.0,
        0.02,
        unit="share of distrust in the committee per day, if all believe",
        source="assumed",
        words=("Trust gained", "增加的信任", "消除不信任的比例，对居委会，每天，人人有信心时"),
    )

    def begin(self, world, random_numbers) -> Beliefs:
        c = len(world.compounds.company)
        return Beliefs(np.zeros(c), np.bincount(world.buildings.compound, minlength=c).astype(float))

    @kernel
    def ask(m, w) -> None:
        k = m.knobs[0]
        for c in range(len(m.own.belief)):
            if goes(c, w.day, k.interval_weeks):
                m.want[MEMBER, c], m.want[YUAN, c] = k.member_hours, k.bus_yuan

    @kernel
    def pull(m, w) -> None:
        k, belief, share, where = m.knobs[0], m.own.belief, m.share, w.buildings.compound
        for b in range(len(where)):
            effect = belief[where[b]] * share[where[b]]
            m.lever.consent[b] = k.persuasion_logit * effect
            m.lever.trust[b, TRUST_COMMITTEE] = k.trust_per_day * effect
        for c in range(len(belief)):
            if goes(c, w.day, k.interval_weeks):
                m.counts[TRIPS] += share[c]
                m.counts[DELEGATES] += share[c] * min(float(k.delegates), m.own.buildings[c])
            for standing in range(STANDINGS):
                m.lever.wish[c, standing] = k.volunteering_logit * (belief[c] * share[c])

    @kernel
    def learn(m, w) -> None:
        k, own = m.knobs[0], m.own
        for c in range(len(own.belief)):
            left = own.belief[c] * 0.5 ** (1.0 / k.belief_half_life_days)
            reached = (
                m.share[c] * min(1.0, k.delegates / own.buildings[c])
                if goes(c, w.day, k.interval_weeks)
                else 0.0
            )
            own.belief[c] = left + k.belief_gain * reached * (1.0 - left)


@lean_kernel
def goes(compound, day, every) -> bool:
    """Say whether a compound's delegates travel on `day`: on Saturday, in the compound's own week."""
    return day % 7 == 6 and (day // 7 + compound) % every == 0
