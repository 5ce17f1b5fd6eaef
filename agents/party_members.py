"""Party members (党员): residents with duties; retired ones at home, in-service ones who report twice (双报到)."""

from dataclasses import dataclass

from ..engine.parameters import knob


@dataclass(frozen=True)
class PartyMemberParameters:
    """What party members give."""

    evening: float = knob(2.5, 0.0, 6.0, unit="hours/evening", source="assumed")
    duty_retired: float = knob(
        5.5,
        -5.0,
        12.0,
        unit="logit to give an evening",
        source="assumed; 900+ attendances of members in three months in guiyuan",
    )
    duty_in_service: float = knob(
        3.5, -5.0, 12.0, unit="logit to give an evening", source="assumed; evenings and weekends only"
    )
