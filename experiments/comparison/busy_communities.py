"""Small communities with many issues and few working hours, in which every mechanism has something to do.

`cogov check mechanism` and the tests try mechanisms in them.
"""

from dataclasses import replace
from typing import Any

from ...agents.committee import CommitteeParameters
from ...agents.departments import DepartmentParameters
from ...agents.grid_workers import GridWorkerParameters
from ...model import mechanisms
from ...model.resources.calendar import CalendarParameters
from ...model.scenarios.census import Census
from ...model.scenarios.scenario import Compound, Scenario


def raise_rates(scenario: Scenario, **rates: float) -> Scenario:
    """Return the scenario with other rates of some categories, in issues per unit and year."""
    return replace(
        scenario,
        issues=scenario.issues
        | {name: replace(scenario.issues[name], rate=rate) for name, rate in rates.items()},
    )


def with_mechanisms(scenario: Scenario, *names: str, **own: Any) -> Scenario:
    """Return the scenario with the mechanisms called `names`, and those given as `name=mechanism`."""
    return replace(scenario, mechanisms={name: mechanisms.load_class(name)() for name in names} | own)


YARD = Scenario(  # old walk-ups without a property company
    name="yard",
    days=150,
    community=Census(
        residents=84,
        households=36,
        registered=50,
        children=10,
        elders=30,
        elders_alone=5,
        housebound=4,
        members=14,
        in_service=4,
        volunteers=14,
        member_volunteers=4,
        owners=24,
        away=5,
        shops=2,
    ),
    compound=(Compound(buildings=3, stairwells=2, floors=6, age_years=35.0),),
    committee=CommitteeParameters(staff=0.5, budget_yuan=6000.0, fund_yuan=1500.0),
    grid_workers=GridWorkerParameters(full_time=0, part_time=1),
    departments=DepartmentParameters(daily_hours=3.0),
)
ESTATE = replace(  # and an estate with lifts, whose property company serves too many homes
    YARD,
    name="estate",
    community=replace(
        YARD.community, residents=190, households=100, registered=120, owners=70, members=24, away=20
    ),
    compound=(
        Compound(buildings=2, stairwells=1, floors=3, age_years=35.0),
        Compound(name="estate", buildings=2, stairwells=2, floors=9, age_years=12.0, lifts=1, company=True),
    ),
    property_managers=replace(YARD.property_managers, shift_hours=0.5, repair_fee_yuan=20.0),
    grid_workers=GridWorkerParameters(full_time=1, part_time=0, shift_hours=1.0),
)
STORM = raise_rates(  # yard and small estate: projects to sign for, quarrels, elders to care for, a street
    replace(
        ESTATE,
        name="storm",
        community=YARD.community,
        residents=replace(ESTATE.residents, volunteering_threshold_logit=3.0),
        party_members=replace(ESTATE.party_members, retired_duty_logit=4.5),
        projects=replace(ESTATE.projects, walk_in_rate=0.05, vote_term_days=60, retry_after_days=10),
        committee=replace(ESTATE.committee, staff=1.5, forgetting_rate=0.03, fund_yuan=20_000.0),
    ),
    lift_adding=4.0,
    yard_renewal=4.0,
    mains_replacement=4.0,
    neighbour_noise=1.0,
    square_noise=6.0,
    siting=6.0,
    family_quarrel=0.5,
    elder_alone=6.0,
    home_repair=1.0,
    haircut=20.0,
    child_holiday=1.0,
    partner_search=8.0,
    litter=1.9,
    lamp_out=6.0,
    clutter=1.45,
    hawkers=6.0,
)
STORM = replace(  # a sixth of the work for each issue
    STORM,
    issues={
        name: replace(category, min_works_days=category.min_works_days / 6)
        for name, category in STORM.issues.items()
    },
)
STORM = replace(  # stairwells high enough for a lift, and households that soon agree on one and pay
    STORM,
    compound=(replace(STORM.compound[0], floors=6), *STORM.compound[1:]),
    projects=replace(
        STORM.projects,
        walk_in_rate=0.2,
        baseline_logit=2.0,
        payment_days=15.0,
        notice_days=5,
        round_days=3.0,
    ),
    issues=STORM.issues | {"lift_adding": replace(STORM.issues["lift_adding"], sittings=0.5)},
)
FORUM = (
    replace(  # the storm in autumn: many give evenings, so meetings are held; votes fail, much is forgotten
        STORM,
        name="forum",
        calendar=CalendarParameters(first_month=9),
        residents=replace(STORM.residents, volunteering_threshold_logit=0.0),
        party_members=replace(STORM.party_members, retired_duty_logit=9.0, in_service_duty_logit=9.0),
        projects=replace(STORM.projects, vote_term_days=30, baseline_logit=-1.0),
        property_managers=replace(STORM.property_managers, shift_hours=4.0),
        committee=replace(STORM.committee, staff=3.0, forgetting_rate=0.3),
    )
)
WORLDS = {"storm": STORM, "estate": ESTATE, "yard": YARD, "forum": FORUM}
