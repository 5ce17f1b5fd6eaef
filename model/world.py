"""The world: every column the simulation keeps, and nothing else."""

from dataclasses import dataclass, field
from math import ceil, sqrt
from typing import NamedTuple

import numpy as np

from ..agents import property_managers, residents
from ..agents.residents import Mood, Residents
from . import arising, ledger, mechanisms, signing
from .arising import Clocks
from .categories import Columns, columns
from .issues import EVENT, ISSUE
from .luck import Luck
from .ledger import Ledger
from .places import Buildings, Compounds, Households, Stairwells, firsts, shared_out
from .signing import Projects

WEEK = 7


class Packed(NamedTuple):
    """The scenario's numbers that kernels read, by where they are declared."""

    residents: residents.Knobs
    projects: signing.Knobs
    intake: float
    phone: float
    forget: float
    redo: float
    verify: int


@dataclass
class World:
    """A community on one day. Mechanisms read it; only the day writes it."""

    compounds: Compounds
    buildings: Buildings
    stairwells: Stairwells
    households: Households
    residents: Residents
    mood: Mood            # what residents add up to, place by place
    categories: tuple     # names of the categories of issues, in order
    cats: Columns         # the categories as columns
    rate: np.ndarray      # (buildings, categories) float64  issues that arise a day before anything eases it
    crews: np.ndarray     # (compounds,) float64  hours a day of each property company's crew
    funds: np.ndarray     # (compounds + 1,) int64  fen in each compound's repair fund, and last in the community's
    income: np.ndarray    # (compounds + 1,) int64  fen a day into each
    clocks: Clocks = None                          # when the next issue of each kind arises in each building
    projects: Projects = None                      # which project collects signatures in each compound
    around: np.ndarray = None                      # (compounds,) float64  share of grown-ups at home on a day, of those who ever are
    wished: np.ndarray = None                      # (7, compounds, 4) float64  the last week's pulls on the wish to give
    duty: np.ndarray = None                        # (4,) float64  wish to give that comes with each standing
    pair: np.ndarray = None                        # (compounds + 2,) float64  hours one pair of a desk's hands can put into one job a day
    spending: np.ndarray = None                    # (compounds + 1,) int64  fen that have left each fund
    ledger: Ledger = None                          # whose hours and yuan went where
    names: list = None                             # names of all mechanisms; a code in `teller`, `closer` or `by` is a row here
    own: dict = None                               # mechanism -> its own columns
    packed: Packed = None                          # the scenario's numbers that kernels read
    more: np.ndarray = field(default_factory=lambda: np.zeros(5))        # (5,) hours  added today to POOLS by yesterday's pulls
    used: np.ndarray = field(default_factory=lambda: np.zeros(2))        # (2,) share of members' and volunteers' evenings that found work
    issues: np.ndarray = field(default_factory=lambda: np.zeros(0, ISSUE))  # (open + being checked,) ISSUE, in the order they arose
    ended: np.ndarray = field(default_factory=lambda: np.zeros(256, ISSUE))  # room for issues verified, withdrawn or lapsed
    gone: np.ndarray = field(default_factory=lambda: np.zeros(1, np.int64))  # (1,) how many of them there are
    log: np.ndarray = field(default_factory=lambda: np.zeros(1024, EVENT))  # room for history
    lines: np.ndarray = field(default_factory=lambda: np.zeros(1, np.int64))  # (1,) lines of history written
    tally: np.ndarray = field(default_factory=lambda: np.zeros(6, np.int64))  # (6,) what `measures.counted` says of `ended`
    tallied: int = 0         # how many of `ended` are in `tally`
    look: np.ndarray = None  # (6,) what residents were like when last looked at
    day: int = 0

    def history(self):
        """Everything that happened to every issue so far; (lines,) EVENT in the order it happened."""
        return self.log[: self.lines[0]]

    def sizes(self, issues):
        """The levers whose pulls have owners, and what each is an array over."""
        return (("sight", issues), ("work", issues), ("accord", issues), ("doors", len(self.compounds.company)))

    def backlog(self):
        """Open issues in each building; (buildings,) int64."""
        return np.bincount(self.issues["building"][self.issues["resolved"] < 0], minlength=len(self.buildings.compound))


def found(scenario):
    """A community on day 0, before anything has gone wrong. The same scenario founds the same community whatever the run's seed."""
    luck = Luck("community", scenario.name)
    kinds = [kind for kind in scenario.compound for _ in range(kind.count)]
    size = np.array([kind.buildings for kind in kinds])
    of = np.repeat(np.arange(len(kinds)), size)  # compound of each building
    stairs = np.array([kinds[c].stairwells for c in of])
    building = np.repeat(np.arange(len(of)), stairs)  # building of each stairwell
    floors = np.array([kinds[of[b]].floors for b in building])
    flats = 1 + shared_out(scenario.community.households - len(building), floors)  # a home in every stairwell, then by floors
    stairwell = np.repeat(np.arange(len(building)), flats)
    first = firsts(flats)
    width = ceil(sqrt(len(of)))
    cell = np.arange(len(of))

    homes = np.arange(len(stairwell))
    census = scenario.community
    count, alone = residents.sizes(census, luck)
    owner = residents.chosen(census.owners, homes >= 0, luck("born owner", homes), "community.owners")
    away = residents.chosen(census.away, owner & ~alone, luck("born away", homes), "community.away")
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
    compounds = Compounds(firsts(size), np.array([k.company for k in kinds]), np.array([float(k.age) for k in kinds]))
    buildings = Buildings(
        compound=of.astype(np.int32),
        first=firsts(stairs),
        x=(cell % width).astype(np.int32),
        y=(cell // width).astype(np.int32),
        lifts=(stairs * np.array([kinds[c].lifts for c in of])).astype(np.int32),
        shops=shared_out(census.shops, np.ones(len(of))).astype(np.int32),
    )
    stairwells = Stairwells(building.astype(np.int32), first, households.first[first].astype(np.int32))
    people = residents.settle(households, alone, census, scenario.residents, luck)
    residents.acquaint(people, buildings, stairwells, scenario.residents.acquaintances, luck.key("meet on day 0"), luck.key("whom on day 0"))

    homes_in = np.bincount(of[households.building], minlength=len(kinds))
    crew = property_managers.workers
    knobs = scenario.property_managers
    fees = np.where(compounds.company, np.round(homes_in * knobs.fee * knobs.paid * 12 / 365 * 100), 0)
    cats = columns(scenario.issues)
    return World(
        compounds=compounds,
        buildings=buildings,
        stairwells=stairwells,
        households=households,
        residents=people,
        mood=residents.mood(people, stairwells, buildings),
        categories=tuple(scenario.issues),
        cats=cats,
        rate=arising.rates(cats, people, households, buildings, compounds),
        crews=np.array([crew(knobs, n) * knobs.shift if k.company else 0.0 for k, n in zip(kinds, homes_in)]),
        funds=np.append(np.zeros(len(kinds)), round(scenario.committee.fund * 100)).astype(np.int64),
        income=np.append(fees, round(scenario.committee.budget / 365 * 100)).astype(np.int64),
    )


def begun(world, scenario, luck):
    """The community `world` on day 0 of a run: a copy of its own, with the run's luck in its clocks."""
    c = len(world.compounds.company)
    grown = (world.residents.band != residents.CHILD) & (world.residents.presence > 0)  # who is never there is no party
    place = world.buildings.compound[world.residents.building[grown]]
    committee, members = scenario.committee, scenario.party_members
    w = World(
        **{name: copied(part) if name in WRITTEN else part for name, part in vars(world).items() if part is not None},
        wished=np.zeros((WEEK, c, 4)),
        around=np.bincount(place, world.residents.presence[grown], c) / np.maximum(np.bincount(place, minlength=c), 1),
        duty=np.array([0.0, scenario.volunteers.duty, members.duty_retired, members.duty_in_service]),
        pair=np.append(np.full(c, scenario.property_managers.shift), [committee.shift, scenario.departments.shift]),
        spending=np.zeros(c + 1, np.int64),
        names=sorted({*mechanisms.names(), *scenario.mechanisms}),
        packed=Packed(
            residents.Knobs(*(float(getattr(scenario.residents, name)) for name in residents.Knobs._fields)),
            signing.Knobs(*(float(getattr(scenario.projects, name)) for name in signing.Knobs._fields)),
            float(committee.intake), float(committee.phone), float(committee.forget), float(committee.redo), int(committee.verify),
        ),
    )  # fmt: skip
    w.clocks = arising.wound(world.rate, luck.key("arise"))
    w.projects = Projects(np.full(c, -1), np.full(c, -1), np.zeros(c, np.int32), np.zeros(c), np.zeros(c, np.int32), np.zeros(c, np.int32))
    w.ledger = ledger.opened(len(w.names))
    w.own = {name: m.begin(w, luck) for name, m in scenario.mechanisms.items()}
    return w


WRITTEN = ("households", "residents", "mood", "funds", "more", "used", "issues", "ended", "gone", "log", "lines", "tally")  # what a run writes


def copied(part):
    """A copy of an array, of a list, or of every array in a tuple of columns."""
    return type(part)(*map(np.copy, part)) if isinstance(part, tuple) else part.copy()
