"""The homes of a building and who lives in them, as the page lists them."""

from dataclasses import dataclass, field

import numpy as np

from ...model.simulate import build_community
from .page_state import PageState

PEOPLE = 40  # residents of a building that are listed one by one


@dataclass(frozen=True)
class Home:
    """A flat and its residents, all synthetic."""

    flat: int
    floor: int
    owner: bool
    away: bool
    people: tuple = field(default=())  # of (band, traits as names, acquaintances)


def homes(state: PageState, building: int | None = None, flat: int | None = None) -> list[Home]:
    """Return the homes of a building, or one flat, as they are on day 0.

    Stops after the flat with which PEOPLE residents are reached.
    """
    community = build_community(state.scenario(0))
    h, r = community.households, community.residents
    rows = [flat] if flat is not None and flat >= 0 else np.flatnonzero(h.building == building).tolist()
    result, count = [], 0
    for row in rows:
        people = []
        for i in range(int(h.first[row]), int(h.first[row + 1])):
            traits = (
                ("migrant", not r.registered[i]),
                ("party member", r.member[i]),
                ("volunteer", r.volunteer[i]),
                ("housebound", r.housebound[i]),
            )
            people.append((int(r.band[i]), tuple(name for name, holds in traits if holds), int(r.ties[i])))
        result.append(Home(int(row), int(h.floor[row]), bool(h.owner[row]), bool(h.away[row]), tuple(people)))
        count += len(people)
        if count >= PEOPLE:
            break
    return result
