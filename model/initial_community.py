"""The community on day 0: its places and its people, before any issue exists."""

from functools import lru_cache
from math import ceil, sqrt
from typing import TYPE_CHECKING

import numpy as np

from ..agents import property_managers, residents
from ..agents.acquaintances import acquaint
from ..agents.population import Residents, build_population, choose_exactly, draw_household_sizes
from ..engine.codes import CHILD
from ..engine.jit import outer_kernel, struct
from ..engine.randomness import RandomNumbers, uniform
from .issues import arrivals
from .issues.all_issues import AllIssues
from .issues.arrivals import is_unit
from .issues.categories import UNITS, Category, Columns, columns
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
    from .scenarios.census import Census
    from .scenarios.scenario import Scenario


def construct_community(scenario: "Scenario") -> InitialCommunity:
    """Build the community on day 0, before any issue exists.

    Depends on the scenario only, not on the run's seed. Raises UserError where the census cannot be met.
    """
    draw, census = RandomNumbers("community", scenario.name), scenario.community
    kinds = [kind for kind in scenario.compound for _ in range(kind.count)]
    size = np.array([kind.buildings for kind in kinds])
    compound_of = np.repeat(np.arange(len(kinds), dtype=np.int32), size)  # compound of each building
    stairs = np.repeat([kind.stairwells for kind in kinds], size)
    building = np.repeat(np.arange(len(stairs), dtype=np.int32), stairs)  # building of each stairwell
    columns_and_rows = cells_of_buildings(scenario, len(stairs))
    compounds = Compounds(
        slice_starts(size),
        np.array([k.company for k in kinds]),
        np.array([float(k.age_years) for k in kinds]),
    )
    buildings = Buildings(
        compound=compound_of,
        first=slice_starts(stairs),
        x=columns_and_rows[:, 0].copy(),
        y=columns_and_rows[:, 1].copy(),
        lifts=(stairs * np.repeat([kind.lifts for kind in kinds], size)).astype(np.int32),
        shops=apportion(census.shops, np.ones(len(stairs))).astype(np.int32),
        key=identify([kind.name for kind in kinds], size),
    )
    floors = np.repeat(np.repeat([kind.floors for kind in kinds], size), stairs)
    # a home in every stairwell, the others by floors
    first = slice_starts(1 + apportion(census.households - len(building), floors))
    households, alone = build_households(census, building, floors, first, draw)
    stairwells = Stairwells(building, first, households.first[first])
    people = build_population(households, alone, census, scenario.residents, draw)
    acquaint(
        struct(people),
        struct(buildings),
        struct(stairwells),
        scenario.residents.acquaintances,
        draw.key("meet on day 0"),
        draw.key("whom on day 0"),
    )

    knobs, tenancy = scenario.property_managers, scenario.residents
    homes_in = np.diff(first[buildings.first[compounds.first]]).astype(np.int64)
    fees = np.where(compounds.company, np.round(property_managers.fees_per_day(knobs, homes_in)), 0)
    cats = columns_once(tuple(scenario.issues.items()), scenario.all_issues)
    units = count_units(cats, people, households, buildings, compounds)
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
        around=mean_presence(struct(people), compound_of, len(kinds)),
        moving=sum_moving(
            households.building,
            households.owner,
            np.array([tenancy.tenant_moving_rate, tenancy.owner_moving_rate], float),
            len(stairs),
        ),
    )


def build_households(
    census: "Census", building: np.ndarray, floors: np.ndarray, first: np.ndarray, draw: RandomNumbers
) -> tuple[Households, np.ndarray]:
    """Build the households, and return them and which of them are elders who live alone, (households,) bool.

    `building` and `floors` (stairwells,) are those of each stairwell, `first` (stairwells + 1,) its first
    household.
    """
    flats = np.diff(first)
    count, alone = draw_household_sizes(census, draw)
    owner = choose_exactly(census.owners, count > 0, draw.key("born owner"), "community.owners")
    away = choose_exactly(census.away, owner & ~alone, draw.key("born away"), "community.away")
    households = Households(
        stairwell=np.repeat(np.arange(len(flats), dtype=np.int32), flats),
        building=np.repeat(building, flats),
        floor=np.empty(len(count), np.int32),
        owner=owner,
        away=away,
        area=np.empty(len(count)),
        first=slice_starts(count),
        stance=np.zeros(len(count), np.int8),
        knocks=np.zeros(len(count), np.int16),
        talks=np.zeros(len(count), np.int16),
        settled_for=np.full(len(count), -1),
    )
    lay_out_flats(first, floors, draw.key("born area"), households.floor, households.area)
    return households, alone


@outer_kernel
def lay_out_flats(
    first: np.ndarray, floors: np.ndarray, key: np.uint64, floor: np.ndarray, area: np.ndarray
) -> None:
    """Fill `floor` and `area` (households,): stairwells from the ground up, and a random size."""
    for stairwell in range(len(floors)):
        flats = first[stairwell + 1] - first[stairwell]
        for n in range(flats):
            h = first[stairwell] + n
            floor[h] = 1 + n * floors[stairwell] // flats
            area[h] = np.rint(45.0 + 60.0 * uniform(key, h))


@outer_kernel
def mean_presence(people: Residents, compound: np.ndarray, compounds: int) -> np.ndarray:
    """Mean share of grown-ups at home on a day, of those who ever are, in each compound; (compounds,).

    `compound` (buildings,) is that of each building.
    """
    total, count = np.zeros(compounds), np.zeros(compounds)
    for i in range(len(people.home)):
        if people.band[i] != CHILD and people.presence[i] > 0:  # who is never at home is no party
            total[compound[people.building[i]]] += people.presence[i]
            count[compound[people.building[i]]] += 1.0
    return total / np.maximum(count, 1.0)


@outer_kernel
def sum_moving(building: np.ndarray, owner: np.ndarray, rates: np.ndarray, buildings: int) -> np.ndarray:
    """Households that move away from each building a week, (buildings,), by the yearly rates (2,)."""
    moving = np.zeros(buildings)
    for h in range(len(building)):
        moving[building[h]] += rates[1 if owner[h] else 0]
    return moving * 7 / 365


@lru_cache(maxsize=4)
def columns_once(categories: tuple[tuple[str, Category], ...], factors: AllIssues) -> Columns:
    """Return the `columns` of categories, (name, Category) each: once for the communities of a city."""
    return columns(dict(categories), factors)


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
