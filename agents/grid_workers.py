"""Grid workers (网格员): they walk an area every day, find risks, take in requests and run errands."""

from dataclasses import dataclass

from ..engine.jit import lean_kernel
from ..engine.parameters import knob


@dataclass(frozen=True)
class GridWorkerParameters:
    """The grid workers of the community."""

    full_time: int = knob(
        0,
        0,
        500,
        unit="people",
        source="lianhe has 9; else about one per 1,000 residents",
        words=("Full-time grid workers", "专职网格员", "人"),
    )
    part_time: int = knob(
        0,
        0,
        2000,
        unit="people",
        source="lianhe has 68",
        words=("Part-time grid workers", "兼职网格员", "人"),
    )
    shift_hours: float = knob(
        6.0,
        0.0,
        12.0,
        unit="hours/day, full time",
        source="assumed",
        words=("Full-time day", "专职工时", "小时/天"),
    )
    part_time_hours: float = knob(
        1.0,
        0.0,
        12.0,
        unit="hours/day, part time",
        source="assumed",
        words=("Part-time day", "兼职工时", "小时/天"),
    )
    desk_share: float = knob(
        0.5,
        0.0,
        1.0,
        unit="share of the hours that no mechanism asks for, spent at the committee's desk",
        source="assumed: paid staff do not sit idle; the rest is paperwork, as for the committee's staff",
        words=("Idle hours spent at the desk", "闲余工时用于居委会窗口", "占没有机制使用的工时的比例"),
    )


def hours_per_day(knobs: GridWorkerParameters) -> float:
    """Hours that all of them have in a day."""
    return knobs.full_time * knobs.shift_hours + knobs.part_time * knobs.part_time_hours


@lean_kernel
def hours_at_desk(available, granted, desk_share) -> float:
    """Hours that grid workers spend at the committee's desk today: a share of what no mechanism was granted.

    Twin: reference/resources.py, charge_hours.
    """
    return max(available - granted, 0.0) * desk_share


DECISIONS = (
    (hours_per_day, "every day, less those who left and were not replaced yet"),
    (hours_at_desk, "every day: what no mechanism asks for helps at the committee's desk"),
)
