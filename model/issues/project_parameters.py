"""The numbers of collective projects: how households answer, what owners pay, and how long a vote takes."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from ...engine.parameters import knob


@dataclass(frozen=True)
class ProjectParameters:
    """How households answer when asked to sign."""

    walk_in_rate: float = knob(
        0.01,
        0.0,
        1.0,
        unit="visits/household/day without a campaign",
        source="assumed; a notice on the door",
        words=("Visits without a campaign", "无人组织时的征询", "次/户·天"),
    )
    landlord_found: float = knob(
        0.15,
        0.0,
        1.0,
        unit="chance that the owner of a rented home is found",
        source="assumed",
        words=("Landlord is found", "找到房东", "概率"),
    )
    found_at_home: float = knob(
        0.6,
        0.0,
        1.0,
        unit="chance of opening the door on a day at home",
        source="assumed",
        words=("Door is opened", "有人开门", "概率，当天在家的住户"),
    )
    baseline_logit: float = knob(
        0.6,
        -5.0,
        5.0,
        unit="logit of signing",
        source="assumed; in wuzi_yard a first round of signatures stalls",
        words=("Basic willingness to sign", "基本签名意愿", "对数几率"),
    )
    absentee_owner_logit: float = knob(
        -0.5,
        -5.0,
        5.0,
        unit="logit of signing, of an owner who rents out",
        source="assumed: pays, but does not live there",
        words=("Willingness of landlords", "出租业主的签名意愿", "对数几率"),
    )
    cost_aversion_logit: float = knob(
        0.03,
        0.0,
        5.0,
        unit="logit lost per 1000 yuan of the household's share",
        source="assumed; shares for a lift are tens of thousands of yuan, and many on high floors pay",
        words=("Effect of the household's cost", "每户分摊费用的影响", "每户每1000元降低的对数几率"),
    )
    break_even_floor: int = knob(
        3,
        1,
        30,
        unit="floor from which a lift is worth its cost; owners pay from there up",
        source="docs/sources.md: 2,133 resales in Hongkou; in two schemes the third floor pays first",
        words=("First floor that pays for a lift", "从第几层起分摊加装电梯费用", "层"),
    )
    lift_floor_logit: float = knob(
        0.8,
        0.0,
        5.0,
        unit="logit gained for a lift per floor from the break-even floor up, lost per floor below it",
        source="assumed; docs/sources.md: ground and second floors lose, the top floor gains",
        words=(
            "Effect of the floor, for lifts",
            "加装电梯时楼层的影响",
            "对数几率，从收支平衡的楼层起每层增加，以下每层减少",
        ),
    )
    floor_share_step: float = knob(
        0.5,
        0.0,
        5.0,
        unit="share of each further floor, in shares of the first floor that pays",
        source="docs/sources.md: 1 in Xinmin village, Shanghai; 0.14 in a scheme of Guangzhou",
        words=("Larger share per floor", "每高一层多分摊", "倍，以首个付费楼层的份额为1"),
    )
    low_floor_compensation_yuan: float = knob(
        5000.0,
        0.0,
        1e6,
        unit="yuan that those who pay for a lift give each household below the break-even floor",
        source="assumed; docs/sources.md: low floors pay nothing or are compensated",
        words=("Compensation of low floors", "低层补偿", "元/户"),
    )
    payment_logit: float = knob(
        0.5,
        0.0,
        10.0,
        unit="logit by which a household is less willing to pay its share than to sign",
        source="assumed; docs/sources.md: of 204 stairways with consent in Shanghai, 47 had a lift",
        words=("Reluctance to pay", "付款比签名更难", "降低的对数几率"),
    )
    payment_days: float = knob(
        90.0,
        1.0,
        2000.0,
        unit="days until a household that is willing pays its share, mean",
        source="assumed; shares are collected over months",
        words=("Days to collect a share", "收取分摊费用的时间", "天，平均"),
    )
    trust_logit: float = knob(
        3.0,
        0.0,
        10.0,
        unit="logit per unit of trust in the committee above one half",
        source="assumed",
        words=("Effect of trust on signing", "信任对签名的影响", "对数几率，对居委会的信任超过一半的每单位"),
    )
    vote_term_days: int = knob(
        365,
        1,
        5000,
        unit="days after which a vote without enough signatures fails",
        source="assumed",
        words=("Days allowed for a vote", "表决期限", "天"),
    )
    retry_after_days: int = knob(
        60,
        0,
        1000,
        unit="days until a failed vote is repeated",
        source="assumed",
        words=("Days until the vote is repeated", "多久后重新表决", "天"),
    )
    round_days: float = knob(
        7.0,
        1.0,
        365.0,
        unit="days that a round of calls takes at least",
        source="assumed; nobody is called upon more than about once a week",
        words=("Shortest round of calls", "上门一轮最短", "天"),
    )
    notice_days: int = knob(
        10,
        0,
        365,
        unit="days for which the result of a vote is posted before it counts",
        source="assumed; city rules on lifts have plans posted for ten days",
        words=("Public notice", "公示期", "天"),
    )
    repeat_talk_factor: float = knob(
        0.8,
        0.0,
        1.0,
        unit="times as much as the talk before that each further talk persuades",
        source="assumed; with 0.8 all talks together are at most five first talks",
        words=("Effect of a further talk", "再次劝说的效果", "倍，与上一次相比"),
    )
    objection_logit: float = knob(
        1.0,
        0.0,
        10.0,
        unit="logit by which a doubter is short of signing before objecting in writing",
        source="assumed; some who do not sign let it pass",
        words=("Doubts that become objections", "多不情愿才书面反对", "离签名还差的对数几率"),
    )
    peer_logit: float = knob(
        2.0,
        0.0,
        10.0,
        unit="logit if all one's acquaintances have signed",
        source="assumed",
        words=("Effect of acquaintances who signed", "熟人签名的影响", "对数几率，熟人全部签名时"),
    )


if TYPE_CHECKING:
    Knobs = ProjectParameters  # the same names
else:
    Knobs = NamedTuple("Knobs", [(name, float) for name in ProjectParameters.__annotations__])
