"""Scale a case to another number of residents."""

from dataclasses import fields, replace
from math import ceil

from ...model.scenarios.ground_plan import NO_PLAN
from ...model.scenarios.scenario import Scenario


def resize_case(case: Scenario, residents: int) -> Scenario:
    """Return the case with `residents` residents.

    Compounds are repeated or thinned out; census, staff, budget, fund and grid workers scale in proportion.
    """
    factor = residents / case.community.residents
    census = case.community
    scaled = {f.name: ceil(getattr(census, f.name) * factor) for f in fields(census) if "low" in f.metadata}
    compounds = tuple(replace(kind, count=max(1, round(kind.count * factor))) for kind in case.compound)
    staff = {
        "staff": case.committee.staff * factor,
        "budget": case.committee.budget_yuan * factor,
        "fund": case.committee.fund_yuan * factor,
    }
    knobs = {
        f.name: min(staff[f.name], f.metadata["high"]) for f in fields(case.committee) if f.name in staff
    }
    grid = replace(case.grid_workers, full_time=min(ceil(case.grid_workers.full_time * factor), 500))
    return replace(
        case,
        name=f"{case.name} x {residents}",
        community=replace(census, **scaled),
        compound=compounds,
        place=NO_PLAN,  # positions do not grow with the number of buildings
        committee=replace(case.committee, **knobs),
        grid_workers=grid,
    )
