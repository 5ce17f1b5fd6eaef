"""Community company (党组织加公司): a party-owned firm sells services; half its surplus funds governance.

Disappoints because it is a business: it must first be built up with money and the committee's time, and a
bad month is a loss, which leaves nothing to give and reduces the capital.

The company is founded with `capital_yuan` yuan per household. The community's fund pays it in on Saturdays,
1 / `build_up_weeks` of it at a time, until the company has all of it.

- *Asks* the instalment on Saturdays, and `committee_hours` committee hours for each of its `business_lines`
  on working days.
- *Pulls*: every 28 days it earns `surplus_yuan * business_lines * households * worked * (1 + risk_factor *
  (2u - 1))`. worked is the sum over all days but Saturdays and Sundays of s times the company's size, which
  is its capital divided by the capital it needs. The day after, the share s of the surplus is paid out:
  `money = governance_share * s * surplus`; the rest of what is paid out leaves the model, and what is not
  paid out waits for the next month.
- *Learns*: a loss reduces the capital.
- *Limits*: it is a business and carries its risk.
"""

from dataclasses import dataclass
from typing import ClassVar, NamedTuple

import numpy as np

from ...engine.jit import kernel, lean_kernel
from ...engine.parameters import knob
from ...engine.randomness import decision, key_of, uniform
from ..resources.allocation import WEEKEND
from ..resources.levers import ALL, COMMITTEE, YUAN
from . import Count, Mechanism

MONTH = 28  # days, 20 of them working days
SATURDAY = 6  # when instalments of the capital are paid in
BUSINESS = decision("community_company business")
CAPITAL, GIVEN = range(2)  # places of `counts`


class Accounts(NamedTuple):
    """The company's accounts, one row."""

    capital: np.ndarray  # (1,) float64  yuan paid in and not lost since
    worked: np.ndarray  # (1,) float64  working days of this month, each times the share of full size
    surplus: np.ndarray  # (1,) float64  yuan earned and not yet distributed


@dataclass(frozen=True)
class CommunityCompany(Mechanism):
    zh: ClassVar[str] = "社区企业"
    zh_letter: ClassVar[str] = "企"
    meant_for: ClassVar[tuple[str, ...]] = ("facility",)
    zh_does: ClassVar[str] = "党组织领办的公司在社区提供有偿服务，盈余的一半用于治理。"
    zh_disappoints: ClassVar[str] = (
        "它毕竟是生意：先要投入资金和居委会的时间；亏损的月份没有盈余可用，还会减少本金。"
    )
    group: ClassVar[str] = "money"
    pulls: ClassVar[tuple] = ("money",)
    counts: ClassVar[tuple] = (
        Count("capital", "capital today", "现有本金", "yuan", "元", level=True),
        Count("given", "surplus given to governance", "用于治理的盈余", "yuan", "元"),
    )
    business_lines: int = knob(
        10,
        1,
        200,
        unit="lines of business",
        source="assumed; datianba's has 25",
        words=("Lines of business", "业务种类", "项"),
    )
    committee_hours: float = knob(
        0.15,
        0.01,
        4.0,
        unit="committee hours/line and working day",
        source="assumed",
        words=("Committee's time", "居委会投入", "小时/项·工作日"),
    )
    capital_yuan: float = knob(
        15.0,
        1.0,
        1000.0,
        unit="yuan/household of starting capital, from the community's fund",
        source="assumed",
        words=("Starting capital", "启动资金", "元/户，出自社区资金"),
    )
    build_up_weeks: int = knob(
        26,
        2,
        200,
        unit="weeks until full size",
        source="assumed",
        words=("Weeks until full size", "多久做到足够规模", "周"),
    )
    surplus_yuan: float = knob(
        0.008,
        0.0,
        0.5,
        unit="yuan/household and line, per working day at full size",
        source="assumed; vary it",
        words=("Surplus", "盈余", "元/户·项·工作日，达到规模时"),
    )
    governance_share: float = knob(
        0.5,
        0.0,
        1.0,
        unit="share of the surplus that goes to governance",
        source="press reports of 2019-2024: half",
        words=("Share for governance", "用于治理的份额", "占盈余的比例"),
    )
    risk_factor: float = knob(
        1.5,
        0.0,
        6.0,
        unit="multiple of the surplus by which a month can be better or worse",
        source="assumed: one month in six brings a loss",
        words=("Business risk", "经营风险", "倍盈余，一个月可好可坏的幅度"),
    )

    def begin(self, world, random_numbers) -> Accounts:
        return Accounts(np.zeros(1), np.zeros(1), np.zeros(1))

    @kernel
    def ask(m, w) -> None:
        k = m.knobs[0]
        if w.day % 7 == SATURDAY:
            m.want[YUAN, ALL] = instalment(m.own, target_capital(w, k), k)
        elif w.day % 7 not in WEEKEND:
            m.want[COMMITTEE, ALL] = k.committee_hours * k.business_lines

    @kernel
    def pull(m, w) -> None:
        if w.day % MONTH == 1:
            m.lever.money[0] = m.knobs[0].governance_share * m.own.surplus[0] * m.share[ALL]
            m.counts[GIVEN] += m.lever.money[0]

    @kernel
    def learn(m, w) -> None:
        k, own, got, size = m.knobs[0], m.own, m.share[ALL], target_capital(w, m.knobs[0])
        draw = uniform(key_of(w.seed, BUSINESS, w.day), 0)
        if w.day % MONTH == 1:
            own.surplus[0] *= 1.0 - got
        if w.day % 7 == SATURDAY:
            own.capital[0] += got * instalment(own, size, k)
        elif w.day % 7 not in WEEKEND:
            own.worked[0] += got * (own.capital[0] / size)
        if w.day % MONTH == 0:
            result = (
                k.surplus_yuan
                * k.business_lines
                * len(w.households.building)
                * own.worked[0]
                * (1.0 + k.risk_factor * (2.0 * draw - 1.0))
            )
            own.surplus[0] += max(result, 0.0)
            own.capital[0] = max(0.0, own.capital[0] + min(result, 0.0))
            own.worked[0] = 0.0
        m.counts[CAPITAL] = own.capital[0]


@lean_kernel
def target_capital(w, k) -> float:
    """Return the capital in yuan at which the company is of full size."""
    return k.capital_yuan * len(w.households.building)


@lean_kernel
def instalment(own, size, k) -> float:
    """Return the yuan to be paid in on a Saturday, at most what is missing to `size`."""
    return min(size / k.build_up_weeks, max(0.0, size - own.capital[0]))
