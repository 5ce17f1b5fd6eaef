"""Volunteers (志愿者): residents on a team's list, who give hours very unevenly."""

from dataclasses import dataclass

from ..engine.parameters import knob


@dataclass(frozen=True)
class VolunteerParameters:
    """What volunteers, and neighbours on no list, give."""

    evening: float = knob(2.0, 0.0, 6.0, unit="hours/evening", source="assumed")
    duty: float = knob(
        3.5,
        -5.0,
        12.0,
        unit="logit to give an evening, on a list",
        source="assumed; registered are 18-21 % of residents, active far fewer",
    )
