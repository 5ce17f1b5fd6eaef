"""The community on day 0: its places and its people, before any issue exists."""

from math import ceil, sqrt
from typing import TYPE_CHECKING

import numpy as np

from ..agents import property_managers, residents
from ..agents.acquaintances import acquaint
from ..agents.population import Residents, build_population, choose_exactly, draw_household_sizes
from ..engine.codes import CHILD
from ..engine.jit import outer_kernel, struct
from ..engine.randomness import RandomNumbers
from .issues import arrivals
from .issues.arrivals import is_unit
from .issues.categories import UNITS, Columns, columns
from .places import (
    Buildings,
    Compounds,
    Households,
    Stairwells,
    apportion,
    identify,
    slice_starts,
)
from .state import InitialCommunity

if TYPE_CHECKING:
    from ..agents.residents import ResidentParameters
    from .scenarios.scenario import Scenario


def construct_community(scenario: "Scenario") -> InitialCommunity:
    """Build the community on day 0, before any issue exists.

    Depends on the scenario only, not on the run's seed. Raises UserError where the census cannot be met.
    """
    draw = RandomNumbers("community", scenario.name)
    kinds = [kind for kind in scenario.compound for _ in range(kind.count)]
    size = np.array([kind.buildings for kind in kinds])
    compound_of = np.repeat(np.arange(len(kinds)), size)  # compound of each building
    stairs = np.array([kinds[c].stairwells for c in compound_of])
    building = np.repeat(np.arange(len(compound_of)), stairs)  # building of each stairwell
    floors = np.array([kinds[compound_of[b]].floors for b in building])
    # a home in every stairwell, the others by floors
    flats = 1 + apportion(scenario.community.households - len(building), floors)
    stairwell = np.repeat(np.arange(len(building)), flats)
    first = slice_starts(flats)
    columns_and_rows = cells_of_buildings(scenario, len(compound_of))

    homes = np.arange(len(stairwell))
    census = scenario.community
    count, alone = draw_household_sizes(census, draw)
    owner = choose_exactly(census.owners, homes >= 0, draw("born owner", homes), "community.owners")
    away = choose_exactly(census.away, owner & ~alone, draw("born away", homes), "community.away")
    households = Households(
        stairwell=stairwell.astype(np.int32),
        building=building[stairwell].astype(np.int32),
        floor=(1 + (homes - first[stairwell]) * floors[stairwell] // flats[stairwell]).astype(np.int32),
        owner=owner,
        away=away,
        area=np.round(45.0 + 60.0 * draw("born area", homes)),
        first=slice_starts(count),
        stance=np.zeros(len(homes), np.int8),
        knocks=np.zeros(len(homes), np.int16),
        talks=np.zeros(len(homes), np.int16),
        settled_for=np.full(len(homes), -1),
    )
    compounds = Compounds(
        slice_starts(size),
        np.array([k.company for k in kinds]),
        np.array([float(k.age_years) for k in kinds]),
    )
    buildings = Buildings(
        compound=compound_of.astype(np.int32),
        first=slice_starts(stairs),
        x=columns_and_rows[:, 0].copy(),
        y=columns_and_rows[:, 1].copy(),
        lifts=(stairs * np.array([kinds[c].lifts for c in compound_of])).astype(np.int32),
        shops=apportion(census.shops, np.ones(len(compound_of))).astype(np.int32),
        key=identify([kind.name for kind in kinds], size.tolist()),
    )
    stairwells = Stairwells(building.astype(np.int32), first, households.first[first].astype(np.int32))
    people = build_population(households, alone, census, scenario.residents, draw)
    acquaint(
        struct(people),
        struct(buildings),
        struct(stairwells),
        scenario.residents.acquaintances,
        draw.key("meet on day 0"),
        draw.key("whom on day 0"),
    )

    homes_in = np.bincount(compound_of[households.building], minlength=len(kinds))
    knobs = scenario.property_managers
    fees = np.where(compounds.company, np.round(property_managers.fees_per_day(knobs, homes_in)), 0)
    cats = columns(scenario.issues, scenario.all_issues)
    units = count_units(cats, people, households, buildings, compounds)
    grown = (people.band != CHILD) & (people.presence > 0)  # people who are never at home are no parties
    place = compound_of[people.building[grown]]
    return InitialCommunity(
        compounds=compounds,
        buildings=buildings,
        stairwells=stairwells,
        households=households,
        residents=people,
        mood=residents.sum_mood(people, stairwells, buildings),
        cats=cats,
        units=units,
        rate=arrivals.arrival_rates(cats, units, buildings, compounds),
        crews=np.array(
            [property_managers.hours_per_day(knobs, n) if k.company else 0.0 for k, n in zip(kinds, homes_in)]
        ),
        funds=np.round(
            100 * np.array([*(k.maintenance_fund_yuan for k in kinds), scenario.committee.fund_yuan])
        ).astype(np.int64),
        income=np.append(fees, round(scenario.committee.budget_yuan / 365 * 100)).astype(np.int64),
        around=np.bincount(place, people.presence[grown], len(kinds))
        / np.maximum(np.bincount(place, minlength=len(kinds)), 1),
        moving=np.bincount(
            households.building,
            np.where(owner, scenario.residents.owner_moving_rate, scenario.residents.tenant_moving_rate),
        )
        * 7
        / 365,
    )


def cells_of_buildings(scenario: "Scenario", buildings: int) -> np.ndarray:
    """Return the cell of each building, (buildings, 2) int32: of the ground plan, else a square grid."""
    if scenario.place.cells:
        return np.array(scenario.place.columns_and_rows(), np.int32)
    width, cell = ceil(sqrt(buildings)), np.arange(buildings)
    return np.stack([cell % width, cell // width], axis=1).astype(np.int32)


def mean_trust(knobs: "ResidentParameters") -> np.ndarray:
    """Mean trust of newcomers in committee, property company and neighbours, (3,)."""
    return np.array([knobs.trust_committee, knobs.trust_company, knobs.trust_neighbours])


@outer_kernel
def census(people: Residents, households: Households, buildings: Buildings) -> np.ndarray:
    """Count each kind of person or home in each building, by share of days at home; (buildings, 6).

    Twin: reference/places.py, is_counted.
    """
    count, first = np.zeros((len(buildings.compound), 6)), households.first
    for i in range(len(people.home)):
        h = people.home[i]
        is_head, is_alone = first[h] == i, first[h + 1] - first[h] == 1
        for unit in range(6):
            if is_unit(unit, people.band[i], people.housebound[i], is_head, is_alone):
                count[people.building[i], unit] += people.presence[i]
    return count


def count_units(
    cats: Columns,
    people: Residents,
    households: Households,
    buildings: Buildings,
    compounds: Compounds,
) -> np.ndarray:
    """Count the units that each category arises from, in each building; (buildings, categories) float64."""
    b = len(buildings.compound)
    stairwells = np.diff(buildings.first)
    unit = np.zeros((b, len(UNITS)))
    unit[:, :6] = census(struct(people), struct(households), struct(buildings))
    unit[:, UNITS.index("stairwell")] = stairwells
    unit[:, UNITS.index("lift")] = buildings.lifts
    unit[:, UNITS.index("building")] = 1.0
    unit[:, UNITS.index("compound")] = 1.0 / np.diff(compounds.first)[buildings.compound]
    unit[:, UNITS.index("shop")] = buildings.shops
    unit[:, UNITS.index("walkup")] = stairwells * (buildings.lifts == 0)
    modern = np.bincount(buildings.compound, buildings.lifts)[buildings.compound] > 0
    unit[:, UNITS.index("garage")] = modern * unit[:, UNITS.index("compound")]
    return unit[:, cats.unit]
