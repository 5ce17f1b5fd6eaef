"""Departments (街道办、职能部门): the street office and city departments, a queue outside the community."""

from dataclasses import dataclass

from ..engine.jit import lean_kernel
from ..engine.parameters import knob


@dataclass(frozen=True)
class DepartmentParameters:
    """The street office and the city's departments: an outside queue."""

    daily_hours: float = knob(
        16.0,
        0.0,
        10_000.0,
        unit="hours/day for this community",
        source="assumed",
        words=("Departments' hours", "职能部门工时", "小时/天，用于本社区"),
    )
    max_job_hours: float = knob(
        8.0,
        0.0,
        24.0,
        unit="hours/day on one job",
        source="assumed",
        words=("Departments' hours on one job", "职能部门单项工时", "小时/天"),
    )


@lean_kernel
def hours_today(full, at_work) -> float:
    """Hours that departments have for this community today: the share `at_work` of their `full` hours.

    Twin: reference/resources.py, charge_hours.
    """
    return full * at_work


DECISIONS = ((hours_today, "every day, a share of it on weekends and festivals"),)
