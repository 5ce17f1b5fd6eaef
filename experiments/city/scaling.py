"""A case grown or thinned to another number of residents."""

from dataclasses import fields, replace
from math import ceil


def resize_case(case, residents):
    """The case with that many residents: its compounds repeated or thinned, its census in proportion."""
    factor = residents / case.community.residents
    census = case.community
    told = {f.name: ceil(getattr(census, f.name) * factor) for f in fields(census) if "low" in f.metadata}
    compounds = tuple(replace(kind, count=max(1, round(kind.count * factor))) for kind in case.compound)
    staff = {
        "staff": case.committee.staff * factor,
        "budget": case.committee.budget * factor,
        "fund": case.committee.fund * factor,
    }
    knobs = {
        f.name: min(staff[f.name], f.metadata["high"]) for f in fields(case.committee) if f.name in staff
    }
    grid = replace(case.grid_workers, full_time=min(ceil(case.grid_workers.full_time * factor), 500))
    return replace(
        case,
        name=f"{case.name} x {residents}",
        community=replace(census, **told),
        compound=compounds,
        committee=replace(case.committee, **knobs),
        grid_workers=grid,
    )
