"""Party members (党员): residents with duties; retired ones at home, in-service ones who report twice (双报到)."""

from dataclasses import dataclass

from ..model.knobs import knob
from .residents import IN_SERVICE_MEMBER, RETIRED_MEMBER, Resident


@dataclass(frozen=True)
class MemberKnobs:
    """What party members give."""

    evening: float = knob(2.5, 0.0, 6.0, unit="hours/evening", source="assumed")
    duty_retired: float = knob(5.0, -5.0, 12.0, unit="logit to give an evening", source="assumed; 900+ attendances of members in three months in guiyuan")
    duty_in_service: float = knob(3.0, -5.0, 12.0, unit="logit to give an evening", source="assumed; evenings and weekends only")


class PartyMember(Resident):
    """A party member as a Mesa agent, whether or not on a volunteer team's list."""

    @property
    def standing(self):
        return IN_SERVICE_MEMBER if self.in_service else RETIRED_MEMBER

    @property
    def evening(self):
        """Hours promised this week."""
        return self.gives * self.model.case.party_members.evening
