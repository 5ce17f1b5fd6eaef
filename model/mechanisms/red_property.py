"""Red property (红色物业): red stewards (红色管家) from the property crew answer, listen and make rounds.

Disappoints when money is short: stewards are paid from the community's fund, and while the company's reserve
for repairs is low it releases only part of their hours.

Property companies lend part of their crews as red stewards (红色管家).

- *Asks* `g = steward_share` times today's crew hours (7.2; reduced in proportion while the compound's fund
  is below `reserve_yuan` yuan a building) and `wage_yuan * g` yuan.
- *Pulls*, with h = s g / buildings: `sight = detection_rate * rounds_share * h` on common space (not the
  street), `voice = report_log_rate * h`, `trust in company = company_trust_per_hour * h`, and `work` with
  `(1 - rounds_share) * s * g` hours on what the crew can do.
- *Limits*: money; and where the company is not trusted, withheld fees leave fewer stewards.
"""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from ...engine.codes import SCOPE_HOUSEHOLD, SCOPE_STREET, TRUST_COMPANY
from ...engine.jit import kernel, lean_kernel
from ...engine.parameters import knob
from ..issues.categories import HANDS
from ..resources.allocation import spend_hours
from ..resources.levers import PROPERTY, YUAN
from . import Count, Mechanism

HAND = HANDS.index("property")
ROUNDS_HOURS, DESK_HOURS = range(2)  # places of `counts`


@dataclass(frozen=True)
class RedProperty(Mechanism):
    zh: ClassVar[str] = "红色物业"
    zh_letter: ClassVar[str] = "红"
    meant_for: ClassVar[tuple[str, ...]] = ("facility",)
    zh_does: ClassVar[str] = "物业公司的红色管家巡楼、接待、答复居民。"
    zh_disappoints: ClassVar[str] = (
        "资金不足时难以维持：管家的补贴出自社区资金；维修储备不足时，物业公司只放出一部分工时。"
    )
    group: ClassVar[str] = "works"
    pulls: ClassVar[tuple] = ("work", "sight", "voice", "trust")
    counts: ClassVar[tuple] = (
        Count("rounds_hours", "hours on rounds", "巡楼时间", "hours", "小时"),
        Count("desk_hours", "hours to receive and answer residents", "接待和答复居民", "hours", "小时"),
    )
    steward_share: float = knob(
        0.25,
        0.01,
        1.0,
        unit="share of the crew's hours",
        source="assumed",
        words=("Hours for red stewards", "红色管家的工时", "占物业工时的比例"),
    )
    wage_yuan: float = knob(
        4.0,
        0.1,
        100.0,
        unit="yuan/steward hour, from the community's fund",
        source="assumed: a bonus, not the wage",
        words=("Extra pay", "补贴", "元/管家小时，出自社区资金"),
    )
    reserve_yuan: float = knob(
        10.0,
        0.0,
        500.0,
        unit="yuan/building in the repair fund, below which there are fewer stewards",
        source="assumed",
        words=("Reserve needed", "所需储备", "元/栋；不足时管家减少"),
    )
    rounds_share: float = knob(
        0.3,
        0.0,
        1.0,
        unit="share of stewards' hours on rounds; in the others they answer residents",
        source="assumed",
        words=("Share of time on rounds", "巡楼时间", "占管家工时的比例，其余用来接待居民"),
    )
    detection_rate: float = knob(
        0.5,
        0.0,
        8.0,
        unit="1/hour of rounds in a building, of finding an issue in common space",
        source="assumed",
        words=("Finds issues in common space", "发现公共部位的事项", "1/小时，巡查一栋楼时"),
    )
    report_log_rate: float = knob(
        1.0,
        0.0,
        6.0,
        unit="log rate of reporting, per steward hour and day in a building",
        source="assumed",
        words=("Readier to report", "更愿意反映", "对数率，每管家小时/天·栋"),
    )
    company_trust_per_hour: float = knob(
        0.001,
        0.0,
        0.05,
        unit="share of distrust in the company per steward hour in a building",
        source="assumed",
        words=("Trust in the company", "对物业公司的信任", "消除不信任的比例，每管家小时"),
    )

    @kernel
    def ask(m, w) -> None:
        k = m.knobs[0]
        for c in range(len(w.crew)):
            hours = steward_hours(c, w, k)
            m.want[PROPERTY, c], m.want[YUAN, c] = hours, k.wage_yuan * hours

    @kernel
    def pull(m, w) -> None:
        k, crews, first, where = m.knobs[0], w.crew, w.compounds.first, w.buildings.compound
        issues, hands = w.issues, w.cats.done_by
        sight, work = m.lever.sight, m.lever.work
        left, building_hours = np.empty(len(crews)), np.empty(len(crews))
        for c in range(len(crews)):
            hours = steward_hours(c, w, k) * m.share[c]
            left[c], building_hours[c] = (1.0 - k.rounds_share) * hours, hours / (first[c + 1] - first[c])
            m.counts[ROUNDS_HOURS] += k.rounds_share * hours
            m.counts[DESK_HOURS] += left[c]
        for i in range(len(issues)):
            issue = issues[i]
            if SCOPE_HOUSEHOLD < issue.scope < SCOPE_STREET:
                sight[i] = k.detection_rate * k.rounds_share * building_hours[issue.compound]
        for i in w.workable:
            issue = issues[i]
            if hands[issue.category, HAND]:
                work[i] = spend_hours(left, issue.compound, issue.hours_left)
        for b in range(len(where)):
            m.lever.voice[b] = k.report_log_rate * building_hours[where[b]]
            m.lever.trust[b, TRUST_COMPANY] = k.company_trust_per_hour * building_hours[where[b]]


@lean_kernel
def steward_hours(c, w, k) -> float:
    """Return the steward hours that a compound's company offers from today's crew.

    Fewer while its reserve is low, and 0 where there is no company.
    """
    needed, first = k.reserve_yuan * 100.0, w.compounds.first
    needed *= first[c + 1] - first[c]
    reserve = float(max(0, w.funds[c]))
    return k.steward_share * w.crew[c] * (1.0 if reserve >= needed else reserve / needed)
