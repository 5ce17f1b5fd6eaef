"""Volunteers (志愿者): residents on a team's list, who give very unequal hours; and unlisted neighbours.

They decide to give an evening as any resident does (`residents.evening_logit`); those on a list feel a duty.
"""

from dataclasses import dataclass

import numpy as np

from ..engine.codes import STANDING_VOLUNTEER
from ..engine.parameters import knob


@dataclass(frozen=True)
class VolunteerParameters:
    """The evenings of volunteers and of unlisted neighbours, their sense of duty, what an hour is worth."""

    evening_hours: float = knob(
        2.0,
        0.0,
        6.0,
        unit="hours/evening",
        source="assumed",
        words=("A volunteer's evening", "志愿者一个晚上的工时", "小时"),
    )
    duty_logit: float = knob(
        2.3,
        -5.0,
        12.0,
        unit="logit of giving an evening, if on a list",
        source="assumed; 18-21 % of residents are registered, far fewer are active",
        words=("Sense of duty, listed volunteers", "在册志愿者的责任感", "每周愿出一个晚上的对数几率"),
    )
    shadow_wage_yuan: float = knob(
        20.0,
        0.0,
        500.0,
        unit="yuan/hour of unpaid work, what replacing it would cost",
        source="docs/sources.md: minimum hourly wages of 2019; replacement cost after ILO (2011)",
        words=("Shadow wage of unpaid hours", "无偿工时的影子工资", "元/小时，雇人来做要花的钱"),
    )


def set_duty(duty: np.ndarray, knobs: VolunteerParameters) -> None:
    """Write the listed volunteers' sense of duty into `duty` (4,): a logit, added in `evening_logit`."""
    duty[STANDING_VOLUNTEER] = knobs.duty_logit


def hours_per_day(knobs: VolunteerParameters) -> float:
    """Hours a day that one promised evening a week amounts to."""
    return knobs.evening_hours / 7


DECISIONS = (
    (set_duty, "once, at the start: the duty that is part of the weekly wish to give an evening"),
    (hours_per_day, "every day: what a promised evening brings"),
)
