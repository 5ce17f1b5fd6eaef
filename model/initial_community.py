"""The community on day 0: its places and its people, before any issue exists."""

from math import ceil, sqrt

import numpy as np

from ..agents import property_managers, residents
from ..agents.acquaintances import acquaint
from ..agents.population import build_population, choose_exactly, draw_household_sizes
from ..engine.codes import CHILD
from ..engine.jit import struct
from ..engine.randomness import RandomNumbers
from .issues import arrivals
from .issues.categories import columns
from .places import Buildings, Compounds, Households, Stairwells, apportion, firsts, identify
from .state import InitialCommunity


def construct_community(scenario):
    """A community on day 0, before anything has gone wrong. The same scenario founds the same community whatever the run's seed."""
    luck = RandomNumbers("community", scenario.name)
    kinds = [kind for kind in scenario.compound for _ in range(kind.count)]
    size = np.array([kind.buildings for kind in kinds])
    of = np.repeat(np.arange(len(kinds)), size)  # compound of each building
    stairs = np.array([kinds[c].stairwells for c in of])
    building = np.repeat(np.arange(len(of)), stairs)  # building of each stairwell
    floors = np.array([kinds[of[b]].floors for b in building])
    flats = 1 + apportion(
        scenario.community.households - len(building), floors
    )  # a home in every stairwell, then by floors
    stairwell = np.repeat(np.arange(len(building)), flats)
    first = firsts(flats)
    width = ceil(sqrt(len(of)))
    cell = np.arange(len(of))

    homes = np.arange(len(stairwell))
    census = scenario.community
    count, alone = draw_household_sizes(census, luck)
    owner = choose_exactly(census.owners, homes >= 0, luck("born owner", homes), "community.owners")
    away = choose_exactly(census.away, owner & ~alone, luck("born away", homes), "community.away")
    households = Households(
        stairwell=stairwell.astype(np.int32),
        building=building[stairwell].astype(np.int32),
        floor=(1 + (homes - first[stairwell]) * floors[stairwell] // flats[stairwell]).astype(np.int32),
        owner=owner,
        away=away,
        area=np.round(45.0 + 60.0 * luck("born area", homes)),
        first=firsts(count),
        stance=np.zeros(len(homes), np.int8),
        knocks=np.zeros(len(homes), np.int16),
        talks=np.zeros(len(homes), np.int16),
    )
    compounds = Compounds(
        firsts(size), np.array([k.company for k in kinds]), np.array([float(k.age) for k in kinds])
    )
    buildings = Buildings(
        compound=of.astype(np.int32),
        first=firsts(stairs),
        x=(cell % width).astype(np.int32),
        y=(cell // width).astype(np.int32),
        lifts=(stairs * np.array([kinds[c].lifts for c in of])).astype(np.int32),
        shops=apportion(census.shops, np.ones(len(of))).astype(np.int32),
        luck=identify([kind.name for kind in kinds], size.tolist()),
    )
    stairwells = Stairwells(building.astype(np.int32), first, households.first[first].astype(np.int32))
    people = build_population(households, alone, census, scenario.residents, luck)
    acquaint(
        struct(people),
        struct(buildings),
        struct(stairwells),
        scenario.residents.acquaintances,
        luck.key("meet on day 0"),
        luck.key("whom on day 0"),
    )

    homes_in = np.bincount(of[households.building], minlength=len(kinds))
    knobs = scenario.property_managers
    fees = np.where(compounds.company, np.round(property_managers.fees_per_day(knobs, homes_in)), 0)
    cats = columns(scenario.issues)
    there = arrivals.units(cats, people, households, buildings, compounds)
    grown = (people.band != CHILD) & (people.presence > 0)  # who is never there is no party
    place = of[people.building[grown]]
    return InitialCommunity(
        compounds=compounds,
        buildings=buildings,
        stairwells=stairwells,
        households=households,
        residents=people,
        mood=residents.sum_mood(people, stairwells, buildings),
        cats=cats,
        units=there,
        rate=arrivals.rates(cats, there, buildings, compounds),
        crews=np.array(
            [property_managers.hours_per_day(knobs, n) if k.company else 0.0 for k, n in zip(kinds, homes_in)]
        ),
        funds=np.round(100 * np.array([*(k.maintenance for k in kinds), scenario.committee.fund])).astype(
            np.int64
        ),
        income=np.append(fees, round(scenario.committee.budget / 365 * 100)).astype(np.int64),
        around=np.bincount(place, people.presence[grown], len(kinds))
        / np.maximum(np.bincount(place, minlength=len(kinds)), 1),
        moving=np.bincount(
            households.building,
            np.where(owner, scenario.residents.moving_owner, scenario.residents.moving_tenant),
        )
        * 7
        / 365,
    )


def mean_trust(knobs):
    """(3,) trust of people who come from anywhere, on average: in the committee, the property company, the neighbours."""
    return np.array([knobs.trust_committee, knobs.trust_company, knobs.trust_neighbours])
