"""Self-management (自管委、公约): a yard without a company maintains itself by a committee and a covenant.

Disappoints through free riding: most people contribute a little less than they saw others contribute, so
that contributions fall until a meeting restores them.

A yard without a company manages itself, with a covenant (公约). o is the share that residents contribute,
`initial_contribution` at first.

- *Asks* `building_hours * buildings * o` volunteer hours, and `committee_hours` committee hours for a
  meeting every `interval_weeks` weeks.
- *Pulls*: `work` with the share s of these hours; `ease = -prevention_log_rate * o s` on environment and
  safety.
- *Learns* `o += adjustment_rate * (min(1, unconditional_contribution + conditional_contribution * o s) -
  o)`, and at a meeting `o += sanction_recovery * s * (1 - o)`.
- *Limits*: free riding.
"""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from ...engine.jit import kernel, lean_kernel
from ...engine.parameters import knob
from ..issues.categories import FAMILIES, HANDS
from ..resources.allocation import spend_hours
from ..resources.levers import COMMITTEE, VOLUNTEER
from . import Count, Mechanism

HAND = HANDS.index("volunteer")
ENVIRONMENT, SAFETY = FAMILIES.index("environment"), FAMILIES.index("safety")
TUESDAY = 2
MEETINGS, GIVEN_HOURS = range(2)  # places of `counts`


@dataclass(frozen=True)
class SelfManagement(Mechanism):
    en: ClassVar[str] = "Self-management"
    zh: ClassVar[str] = "自管委"
    zh_letter: ClassVar[str] = "自"
    meant_for: ClassVar[tuple[str, ...]] = ("environment", "safety")
    zh_does: ClassVar[str] = "没有物业公司的院落，由自管委和居民公约自己管理。"
    zh_disappoints: ClassVar[str] = (
        "会有人搭便车：多数人比看到的别人出力略少一点，总出力逐渐下降，直到开会督促才恢复。"
    )
    group: ClassVar[str] = "works"
    pulls: ClassVar[tuple] = ("work", "ease")
    counts: ClassVar[tuple] = (
        Count("meetings", "meetings of the yards", "自管会议", "meetings", "次"),
        Count("given_hours", "hours contributed", "居民出力", "hours", "小时"),
    )
    building_hours: float = knob(
        0.15,
        0.01,
        3.0,
        unit="volunteers' hours/building/day if all contribute",
        source="assumed",
        words=("Hours if all contribute", "人人出力时的投入", "志愿者小时/栋·天"),
    )
    initial_contribution: float = knob(
        0.5,
        0.0,
        1.0,
        unit="share contributed at the start",
        source="Ledyard 1995: 40-60 % in the first round of public goods games",
        words=("Initial contribution", "最初的出力", "比例"),
    )
    unconditional_contribution: float = knob(
        0.1,
        0.0,
        0.5,
        unit="share contributed whatever others do",
        source="assumed; close to late rounds of public goods games",
        words=("Unconditional contribution", "无条件的出力", "比例"),
    )
    conditional_contribution: float = knob(
        0.5,
        0.0,
        0.9,
        unit="share contributed, of what others contributed before",
        source="Fischbacher et al. 2001: half are conditional",
        words=("Conditional contribution", "随别人而定的出力", "占别人此前出力的比例"),
    )
    adjustment_rate: float = knob(
        0.02,
        0.0,
        0.5,
        unit="1/day, at which contributions adjust to those of others",
        source="assumed",
        words=("Speed of adjusting to others", "跟随别人的快慢", "1/天"),
    )
    interval_weeks: int = knob(
        6,
        1,
        52,
        unit="weeks between meetings",
        source="assumed",
        words=("Weeks between meetings", "会议间隔", "周"),
    )
    committee_hours: float = knob(
        1.0,
        0.05,
        20.0,
        unit="committee hours/meeting",
        source="assumed",
        words=("Committee's time", "居委会投入", "小时/次"),
    )
    sanction_recovery: float = knob(
        0.3,
        0.0,
        1.0,
        unit="share of the missing contribution that a meeting restores",
        source="assumed; sign from Fehr & Gächter 2000",
        words=("Contribution restored by a meeting", "一次会恢复的出力", "占所缺的比例"),
    )
    prevention_log_rate: float = knob(
        0.4,
        0.0,
        3.0,
        unit="log rate by which fewer issues of environment and safety arise if all contribute",
        source="assumed",
        words=("Fewer issues arise", "事项减少", "对数率，人人出力时环境和安全事项减少的程度"),
    )

    def begin(self, world, random_numbers) -> np.ndarray:
        """Return the share contributed at first, (compounds,) 0..1; 0 where there is a property company."""
        return np.where(world.compounds.company, 0.0, self.initial_contribution)

    @kernel
    def ask(m, w) -> None:
        k, company, first = m.knobs[0], w.compounds.company, w.compounds.first
        for c in range(len(company)):
            if not company[c]:
                m.want[VOLUNTEER, c] = k.building_hours * (first[c + 1] - first[c]) * m.own[c]
                m.want[COMMITTEE, c] = k.committee_hours if meets(c, w.day, k.interval_weeks) else 0.0

    @kernel
    def pull(m, w) -> None:
        k, own, share, first = m.knobs[0], m.own, m.share, w.compounds.first
        where, issues, hands = w.buildings.compound, w.issues, w.cats.done_by
        left = np.empty(len(own))
        for c in range(len(own)):
            left[c] = k.building_hours * (first[c + 1] - first[c]) * own[c] * share[c]
            m.counts[GIVEN_HOURS] += left[c]
            if not w.compounds.company[c] and meets(c, w.day, k.interval_weeks):
                m.counts[MEETINGS] += share[c]
        for i in w.workable:
            issue = issues[i]
            if hands[issue.category, HAND]:
                m.lever.work[i] = spend_hours(left, issue.compound, issue.hours_left)
        for b in range(len(where)):
            norms = -k.prevention_log_rate * (own[where[b]] * share[where[b]])
            m.lever.ease[b, ENVIRONMENT], m.lever.ease[b, SAFETY] = norms, norms

    @kernel
    def learn(m, w) -> None:
        k, own, share, company = m.knobs[0], m.own, m.share, w.compounds.company
        for c in range(len(own)):
            if not company[c]:
                own[c] += k.adjustment_rate * (
                    min(1.0, k.unconditional_contribution + k.conditional_contribution * (own[c] * share[c]))
                    - own[c]
                )
                if meets(c, w.day, k.interval_weeks):
                    own[c] += k.sanction_recovery * share[c] * (1.0 - own[c])


@lean_kernel
def meets(compound, day, every) -> bool:
    """Say whether a yard meets on `day`: on Tuesday, in its own week."""
    return day % 7 == TUESDAY and (day // 7 + compound) % every == 0
