"""Grid workers (网格员): they walk an area every day, find risks, take in requests and run errands."""

from dataclasses import dataclass

from ..engine.parameters import knob


@dataclass(frozen=True)
class GridWorkerParameters:
    """The grid workers of the community."""

    full_time: int = knob(0, 0, 500, unit="people", source="lianhe has 9; else one per some 1,000 residents")
    part_time: int = knob(0, 0, 2000, unit="people", source="lianhe has 68")
    shift_hours: float = knob(6.0, 0.0, 12.0, unit="hours/day, full time", source="assumed")
    part_time_hours: float = knob(1.0, 0.0, 12.0, unit="hours/day, part time", source="assumed")


def hours_per_day(knobs: GridWorkerParameters) -> float:
    """Hours that all of them have in a day."""
    return knobs.full_time * knobs.shift_hours + knobs.part_time * knobs.part_time_hours


DECISIONS = ((hours_per_day, "every day, less those who left and were not replaced yet"),)
