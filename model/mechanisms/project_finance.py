"""Project finance (项目筹资): applications for subsidies, owners' shares and repair funds pay large bills.

Disappoints through months of waiting: some applications are refused, and a grant covers only part of a bill.
The money goes to the community's fund, where other bills may use it first.

On Wednesdays it applies for money for bills of at least `min_bill_yuan` yuan that wait for money, or that
belong to a project that the share `min_signed_share` of its households have signed. What is missing is the
sum of these bills, each less what its compound's fund holds, minus the community's fund and what has been
applied for. Of a bill that owners pay, only what the plan leaves to funds counts.

- *Asks*, if at least 100 yuan are missing, `application_hours` committee hours, and applies for the missing
  sum.
- *Pulls*: after `answer_weeks` weeks the applications of that week are refused with chance `refusal_share`;
  otherwise `money = granted_share` of them comes the next day.
- *Limits*: waiting, and refusals.
"""

from dataclasses import dataclass
from typing import ClassVar, NamedTuple

import numpy as np

from ...engine.jit import kernel, lean_kernel
from ...engine.parameters import knob
from ...engine.randomness import decision, key_of, uniform
from ..issues.contributions import due_from_funds
from ..issues.issue_table import MONEY, SIGN
from ..resources.levers import ALL, COMMITTEE
from . import Count, Mechanism

RING = 105  # weeks for which applications are kept, more than the longest wait
WRITING = 3  # weekday on which applications are written and answered
LEAST = 100.0  # yuan below which no application is written
REFUSED = decision("project_finance refused")
APPLICATIONS, REFUSALS, GRANTED = range(3)  # places of `counts`


class Applications(NamedTuple):
    """Applications without an answer, and grants on their way."""

    pending: np.ndarray  # (RING,) yuan  applied for, by week of the answer modulo RING
    granted: np.ndarray  # (1,) yuan     granted, to be paid tomorrow


@dataclass(frozen=True)
class ProjectFinance(Mechanism):
    zh: ClassVar[str] = "项目筹资"
    zh_letter: ClassVar[str] = "筹"
    meant_for: ClassVar[tuple[str, ...]] = ("project", "lift_worn", "water_pressure")
    zh_does: ClassVar[str] = "申请补助、业主分摊和维修资金，支付大额账单。"
    zh_disappoints: ClassVar[str] = (
        "要等几个月；有的申请被拒，批下来的也只够一部分。批下的钱进入社区资金，可能先被别的账单用掉。"
    )
    group: ClassVar[str] = "money"
    pulls: ClassVar[tuple] = ("money",)
    counts: ClassVar[tuple] = (
        Count("applications", "applications written", "提交申请", "applications", "份"),
        Count("refusals", "applications refused", "被拒的申请", "applications", "份"),
        Count("granted", "money granted", "批下的资金", "yuan", "元"),
    )
    min_bill_yuan: float = knob(
        5000.0,
        0.0,
        1e6,
        unit="yuan, the smallest bill for which an application is written",
        source="assumed",
        words=("Smallest bill applied for", "申请的最低金额", "元"),
    )
    min_signed_share: float = knob(
        0.1,
        0.0,
        1.0,
        unit="share of households signed before money is applied for",
        source="assumed; the plan says who pays",
        words=("Signatures before applying", "签名多少才申请", "占住户的比例"),
    )
    application_hours: float = knob(
        6.0,
        0.5,
        80.0,
        unit="committee hours/application",
        source="assumed",
        words=("Time per application", "写申请的时间", "居委会小时/份"),
    )
    answer_weeks: int = knob(
        12,
        1,
        104,
        unit="weeks until an answer",
        source="assumed; reports tell of months",
        words=("Weeks until an answer", "等待批复", "周"),
    )
    refusal_share: float = knob(
        0.3,
        0.0,
        1.0,
        unit="share of applications refused",
        source="assumed",
        words=("Applications refused", "申请被拒", "比例"),
    )
    granted_share: float = knob(
        0.6,
        0.0,
        1.0,
        unit="share of the missing amount that is granted",
        source="assumed; subsidy and owners' shares together",
        words=("Share granted", "批下的份额", "占缺口的比例"),
    )

    def begin(self, world, random_numbers) -> Applications:
        return Applications(np.zeros(RING), np.zeros(1))

    @kernel
    def ask(m, w) -> None:
        if w.day % 7 == WRITING and missing_yuan(m, w) >= LEAST:
            m.want[COMMITTEE, ALL] = m.knobs[0].application_hours

    @kernel
    def pull(m, w) -> None:
        m.lever.money[0] = m.own.granted[0] * m.share[ALL]
        m.counts[GRANTED] += m.lever.money[0]

    @kernel
    def learn(m, w) -> None:
        k, pending, week = m.knobs[0], m.own.pending, w.day // 7
        m.own.granted[0] = 0.0
        if w.day % 7 == WRITING:
            # half the hours are half an application
            applied = missing_yuan(m, w) * m.share[ALL] if m.want[COMMITTEE, ALL] > 0.0 else 0.0
            m.counts[APPLICATIONS] += m.share[ALL] if m.want[COMMITTEE, ALL] > 0.0 else 0.0
            if uniform(key_of(w.seed, REFUSED, w.day), 0) >= k.refusal_share:
                m.own.granted[0] = k.granted_share * pending[week % RING]
            else:
                m.counts[REFUSALS] += pending[week % RING] >= 1.0
            pending[week % RING] = 0.0
            pending[(week + k.answer_weeks) % RING] += applied


@lean_kernel
def missing_yuan(m, w) -> float:
    """Return the yuan that large bills still lack.

    Counted are bills that wait for money, and projects for which enough households have signed. Deducted are
    the funds of their compounds, the community's fund, and pending applications.
    """
    k, funds, projects, yuan = m.knobs[0], w.funds, w.projects, 0.0
    for i in range(len(w.issues)):
        issue = w.issues[i]
        c = issue.compound
        signing = (
            issue.state == SIGN
            and projects.active[c] == issue.id
            and projects.all[c] > 0
            and projects.all[c] - projects.open[c] >= k.min_signed_share * projects.all[c]
        )
        if (
            (issue.state == MONEY or signing)
            and due_from_funds(w, issue) >= 100 * k.min_bill_yuan
            and due_from_funds(w, issue) > funds[c]
        ):
            yuan += (due_from_funds(w, issue) - max(0, funds[c])) / 100
    for week in range(RING):
        yuan -= m.own.pending[week]
    return max(0.0, yuan - max(0, funds[ALL]) / 100)
