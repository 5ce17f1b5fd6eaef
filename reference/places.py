"""Nest compounds, buildings, stairwells, households and residents, each an object; count bystanders."""

from types import SimpleNamespace
from typing import Any

from ..engine.codes import CHILD, ELDER
from .arithmetic import single, sum_in_order
from .stages import COMMITTEE, COMPANY


def list_rows(table: Any) -> list[SimpleNamespace]:
    """Turn a table of columns into one object per row.

    Left out are slices into other tables (`first`, `people`): `nest_places` builds these lists itself.
    """
    columns = {
        name: column.tolist() for name, column in table._asdict().items() if name not in ("first", "people")
    }
    return [SimpleNamespace(id=i, **dict(zip(columns, row))) for i, row in enumerate(zip(*columns.values()))]


def nest_places(community: Any) -> list[list[SimpleNamespace]]:
    """List the compounds, buildings, stairwells, households and residents of a community built by the engine.

    Each place has its `parts` (the places of the next level) and all its `people`.
    """
    levels = [
        list_rows(table)
        for table in (
            community.compounds,
            community.buildings,
            community.stairwells,
            community.households,
            community.residents,
        )
    ]
    for person in levels[-1]:
        person.people, person.known = [person], person.known[: person.ties]
    for wholes, parts, whole in reversed(
        list(zip(levels, levels[1:], ("compound", "building", "stairwell", "home")))
    ):
        for place in wholes:
            place.parts, place.people = [], []
        for part in parts:
            place = wholes[getattr(part, whole)]
            place.parts.append(part)
            place.people += part.people
    return levels


def at_home(person: SimpleNamespace) -> float:
    """Return the share of days on which a person is at home."""
    return person.presence


def is_counted(unit: str, person: SimpleNamespace, household: SimpleNamespace) -> bool:
    """Return whether a person is of the kind that `unit` names; for "household", whether it is its head."""
    return {
        "household": person is household.people[0],
        "elder": person.band == ELDER,
        "alone": person.band == ELDER and len(household.people) == 1,
        "housebound": person.housebound,
        "child": person.band == CHILD,
    }.get(unit, True)


# ---- Bystanders. `ears` of a place: the expected number of adults at home. `voices`: the same, each weighted
# by how readily they speak up and by twice their trust in the committee or the company; `trusting`: by
# twice their trust alone.


def sum_bystanders(place: SimpleNamespace) -> None:
    """Set `ears`, `voices` and `trusting` of a household or stairwell from the people who live there."""
    place.ears, place.voices, place.trusting = 0.0, [0.0, 0.0], [0.0, 0.0]
    for person in place.people:
        if person.band != CHILD:
            place.ears += person.presence
            for desk in (COMMITTEE, COMPANY):
                # The first product is of two float32 columns: `float` in a kernel widens nothing.
                place.voices[desk] += single(person.presence * person.voice) * 2.0 * person.trust[desk]
                place.trusting[desk] += person.presence * 2.0 * person.trust[desk]


def ears_and_voices(place: SimpleNamespace) -> tuple[float, ...]:
    """Return (ears, voices for the committee, voices for the company) of a place.

    A household or stairwell has those of its last count (`sum_bystanders`), a larger place the sum over its
    parts.
    """
    each = (
        [(place.ears, *place.voices)]
        if hasattr(place, "ears")
        else [ears_and_voices(part) for part in place.parts]
    )
    return tuple(sum_in_order(column) for column in zip(*each))


def confidence(compound: SimpleNamespace, desk: int) -> float:
    """Return the confidence in a desk of residents at home: 1 for a mean trust of 1/2 or more, 0 for none."""
    ears, *trusting = (
        sum_in_order(column)
        for column in zip(*((s.ears, *s.trusting) for b in compound.parts for s in b.parts))
    )
    return min(1.0, trusting[desk] / ears) if ears > 0.0 else 1.0
