"""Party members (党员): residents with duties; retired at home, or in service and reporting twice (双报到).

Members decide to give an evening as any resident does (`residents.evening_logit`), with a duty on top.
"""

from dataclasses import dataclass

import numpy as np

from ..engine.codes import STANDING_IN_SERVICE_MEMBER, STANDING_RETIRED_MEMBER
from ..engine.parameters import knob


@dataclass(frozen=True)
class PartyMemberParameters:
    """The evenings that party members give, and their sense of duty to give them."""

    evening_hours: float = knob(
        2.5,
        0.0,
        6.0,
        unit="hours/evening",
        source="assumed",
        words=("A member's evening", "党员一个晚上的工时", "小时"),
    )
    retired_duty_logit: float = knob(
        4.0,
        -5.0,
        12.0,
        unit="logit of giving an evening",
        source="assumed; over 900 attendances of members in three months in guiyuan",
        words=("Sense of duty, retired members", "离退休党员的责任感", "每周愿出一个晚上的对数几率"),
    )
    in_service_duty_logit: float = knob(
        2.3,
        -5.0,
        12.0,
        unit="logit of giving an evening",
        source="assumed; evenings and weekends only",
        words=("Sense of duty, in-service members", "在职党员的责任感", "每周愿出一个晚上的对数几率"),
    )


def set_duty(duty: np.ndarray, knobs: PartyMemberParameters) -> None:
    """Write the members' sense of duty into `duty` (4,): a logit per standing, added in `evening_logit`."""
    duty[STANDING_RETIRED_MEMBER] = knobs.retired_duty_logit
    duty[STANDING_IN_SERVICE_MEMBER] = knobs.in_service_duty_logit


def hours_per_day(knobs: PartyMemberParameters) -> float:
    """Hours a day that one promised evening a week amounts to."""
    return knobs.evening_hours / 7


DECISIONS = (
    (set_duty, "once, at the start: the duty that is part of the weekly wish to give an evening"),
    (hours_per_day, "every day: what a promised evening brings"),
)
