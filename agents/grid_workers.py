"""Grid workers (网格员): they walk an area every day, find risks, take in requests and run errands."""

from dataclasses import dataclass

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


def hours_per_day(knobs: GridWorkerParameters) -> float:
    """Hours that all of them have in a day."""
    return knobs.full_time * knobs.shift_hours + knobs.part_time * knobs.part_time_hours


DECISIONS = ((hours_per_day, "every day, less those who left and were not replaced yet"),)
