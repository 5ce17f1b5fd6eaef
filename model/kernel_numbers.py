"""The numbers of a scenario as kernels take them: each of one type, whatever the scenario's is."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

from ..agents import committee as committees
from ..agents import grid_workers, party_members, residents, volunteers
from .issues import project_parameters
from .scenarios.structure import Rules, rules_of

if TYPE_CHECKING:
    from .scenarios.scenario import Scenario


class Numbers(NamedTuple):
    """The scenario's numbers that kernels read, most of them under their names in the scenario."""

    residents: residents.Knobs
    projects: project_parameters.Knobs
    rules: Rules
    intake_hours: float
    sitting_hours: float
    sittings_per_week: float
    sittings_to_half_pace: float
    mediation_share: float
    forgetting_rate: float
    rework_share: float
    answer_share: float
    check_after_days: int
    daily_spending_share: float
    committee: float  # hours on a working day
    grid: float  # hours a day
    desk_share: float  # of grid hours that no mechanism uses
    member: float  # hours a day for each evening promised this week
    volunteer: float
    departments: float  # hours a day
    hours_withheld: float


def decimals(knobs: Any) -> Iterator[Any]:
    """Yield the knobs of a dataclass as decimals, in their order."""
    return (float(getattr(knobs, name)) for name in type(knobs).__annotations__)


def numbers(scenario: "Scenario") -> Numbers:
    """Return the scenario's numbers for kernels, each of the one type that kernels are compiled for."""
    committee = scenario.committee
    return Numbers(
        residents.Knobs(*decimals(scenario.residents)),
        project_parameters.Knobs(*decimals(scenario.projects)),
        rules_of(scenario.structure),
        float(committee.intake_hours),
        float(committee.sitting_hours),
        float(committee.sittings_per_week),
        float(committee.sittings_to_half_pace),
        float(committee.mediation_share),
        float(committee.forgetting_rate),
        float(committee.rework_share),
        float(committee.answer_share),
        int(committee.check_after_days),
        float(committee.daily_spending_share),
        float(committees.hours_per_day(committee)),
        float(grid_workers.hours_per_day(scenario.grid_workers)),
        float(scenario.grid_workers.desk_share),
        party_members.hours_per_day(scenario.party_members),
        volunteers.hours_per_day(scenario.volunteers),
        float(scenario.departments.daily_hours),
        float(scenario.property_managers.hours_withheld),
    )
