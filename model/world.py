"""The world: every column the simulation keeps, and nothing else."""

from math import ceil, sqrt
from typing import NamedTuple

import numpy as np

from ..agents import grid_workers, property_managers, residents
from ..agents.residents import Mood, Residents
from ..engine.jit import outer_kernel, specialise, struct
from ..engine.randomness import RandomNumbers
from ..engine.source_digests import version
from . import mechanisms
from .issues import arrivals, consent
from .issues.arrivals import Clocks
from .issues.categories import Columns, columns
from .issues.consent import Projects
from .issues.issue_table import EVENT, ISSUE
from .mechanism_guard import REPLACED, begin, iter_arrays, number_check
from .mechanism_runtime import (
    ActiveMechanism,
    grow_stacks,
    hands,
    pointers,
    regrow_pulls,
    stacks,
    sums,
)
from .places import (
    Buildings,
    Compounds,
    Households,
    Stairwells,
    apportion,
    firsts,
    identify,
)
from .resources import ledger
from .resources.calendar import PAYERS, YEAR, almanac, place_initial_issues
from .resources.ledger import Ledger
from .resources.levers import Levers

WEEK = 7
ROOM = 1024  # issues, before more room is made


class Numbers(NamedTuple):
    """The scenario's numbers that kernels read, mostly by where they are declared."""

    residents: residents.Knobs
    projects: consent.Knobs
    intake: float
    phone: float
    forget: float
    redo: float
    verify: int
    thrift: float
    committee: float  # hours on a working day
    grid: float  # hours a day
    member: float  # hours a day for each evening promised this week
    volunteer: float
    departments: float  # hours a day
    withheld: float


class FoundedCommunity(NamedTuple):
    """A community on day 0, before anything has gone wrong."""

    compounds: Compounds
    buildings: Buildings
    stairwells: Stairwells
    households: Households
    residents: Residents
    mood: Mood  # what residents add up to, place by place
    cats: Columns  # the categories of issues as columns
    units: np.ndarray  # (buildings, categories) float64  how many there are of what each category arises from
    rate: np.ndarray  # (buildings, categories) float64  issues that arise a day before anything eases it
    crews: np.ndarray  # (compounds,) float64  hours a day of each property company's crew
    funds: (
        np.ndarray
    )  # (compounds + 1,) int64  fen in each compound's repair fund, and last in the community's
    income: np.ndarray  # (compounds + 1,) int64  fen a day into each
    around: np.ndarray  # (compounds,) float64  share of grown-ups at home on a day, of those who ever are
    moving: np.ndarray  # (buildings,) float64  households that move away a week


class State(NamedTuple):
    """All that kernels see of a community on one day, as they see it; the first twelve are as it was founded, copied where a run writes."""

    compounds: Compounds
    buildings: Buildings
    stairwells: Stairwells
    households: Households
    residents: Residents
    mood: Mood
    cats: Columns
    crews: np.ndarray
    funds: np.ndarray
    income: np.ndarray
    around: np.ndarray
    moving: np.ndarray
    newcomers: np.ndarray  # (buildings, 3) float64  trust of who moves in, on average: as on day 0, unless they come from around the corner (street.py)
    seed: np.uint64  # of all luck
    day: int
    knobs: Numbers
    clocks: Clocks  # when the next issue of each kind arises in each building
    projects: Projects  # which project collects signatures in each compound
    wished: np.ndarray  # (7, compounds, 4) float64  the last week's pulls on the wish to give
    wish: np.ndarray  # (compounds, 4) float64     their mean, and what comes with each standing
    duty: np.ndarray  # (4,) float64  wish to give that comes with each standing
    pair: np.ndarray  # (compounds + 2,) float64  hours one pair of a desk's hands can put into one job a day
    spending: np.ndarray  # (compounds + 1,) int64  fen that have left each fund
    ledger: Ledger  # whose hours and yuan went where
    more: np.ndarray  # (5,) hours  added today to POOLS by yesterday's pulls
    used: np.ndarray  # (2,) share of members' and volunteers' evenings of the last week or so that found work
    saved: np.ndarray  # (2,) hours of theirs that were promised this week and not wanted yet
    weather: (
        np.ndarray
    )  # (YEAR, categories) factor on what arises, by day of this year of the run: seasons and shocks
    there: (
        np.ndarray
    )  # (YEAR, 7) factor on each payer's hours: weekends, festivals, shocks and staff who left
    crew: np.ndarray  # (compounds,) hours of each property company's crew today
    have: np.ndarray  # (7,) hours and yuan there are today, by role
    hours: np.ndarray  # (compounds + 2,) hours left to each desk today
    strength: np.ndarray  # (acting,) float64  of the mechanisms that are switched on, by name
    codes: np.ndarray  # (acting,) int8     their rows in `names`
    wants: np.ndarray  # (acting, 7, compounds + 1)  what each asks for today
    shares: np.ndarray  # (acting, compounds + 1)     what share of it each gets
    pulls: Levers  # lever -> Stack  what each pulls
    lever: Levers  # lever -> what all pull together
    issues: np.ndarray  # (open + being checked,) ISSUE, in the order they arose: the first of `rows`
    rows: np.ndarray  # room for them
    ended: np.ndarray  # room for issues verified, withdrawn or lapsed
    gone: np.ndarray  # (1,) how many of them there are
    log: np.ndarray  # room for history
    lines: np.ndarray  # (1,) lines of history written
    tally: np.ndarray  # (6,) what `measures.count_issues` says of `ended`
    tallied: np.ndarray  # (1,) how many of `ended` are in `tally`
    count: np.ndarray  # (13,) what was measured today, in the order of `measures.DAILY`
    look: np.ndarray  # (6,) what residents were like when last looked at


@outer_kernel
def replace_issues(w):
    return w.issues, w.rows, w.ended, w.log


@outer_kernel
def put_back(w, day, issues, ended, log):
    """The day, and what `replace_issues` gives, as they were once."""
    w.day, w.issues, w.rows, w.ended, w.log = day, issues, issues, ended, log


class World:
    """A community on one day: every column of `State` by name, for Python to read. Only the day writes it."""

    def __init__(self, state, names, scenario, luck):
        self.state = state
        self.live = struct(
            pointers(state)
        )  # the same columns for kernels, and the only place where those in REPLACED are up to date
        self.names = names  # of all mechanisms; a code in `teller`, `closer` or `by` is a row here
        self.scenario, self.luck = scenario, luck
        self.categories = tuple(
            scenario.issues
        )  # names of the categories of issues, in the order of the alphabet
        self.chosen = chosen = scenario.mechanisms  # those that are switched on: name -> Mechanism
        self.day, self.leave = 0, luck.key("leave")
        self.load_calendar_year()
        self.ways = {}  # kernel -> as it is compiled for this world
        self.own = {
            name: begin(name, chosen[name], self, luck) for name in sorted(chosen)
        }  # mechanism -> its own columns
        self.turns = {
            day for one in chosen.values() for day in (one.begins, one.ends + 1)
        }  # on which mechanisms begin, or are no more
        self.bind_mechanisms()

    def start_day(self):
        """Another day, and what it brings; some mechanisms may begin on it, or be no more."""
        self.day += 1
        if self.day % YEAR == 0:
            self.load_calendar_year()
        if self.day in self.turns:
            for stack in self.state.pulls:
                stack.rows.fill(0.0)  # who is no more pulls nothing
            self.bind_mechanisms()

    def load_calendar_year(self):
        """The almanac of another year."""
        self.state.weather[:], self.state.there[:] = almanac(self.scenario, self.day // YEAR, self.leave)

    def bind_mechanisms(self):
        """Give each mechanism its hand, and those whose time it is something to do."""
        acting = [ActiveMechanism(*one, self) for one in hands(self.state, self.chosen, self.own)]
        self.hands = {one.name: one.hand for one in acting}
        self.check_numbers = number_check(self, acting)
        here = [one for one in acting if one.mechanism.begins <= self.day <= one.mechanism.ends]
        self.asks, self.draws, self.lessons = (
            [call for one in here for call in one.calls(step)] for step in ("ask", "pull", "learn")
        )

    def call(self, kernel):
        """What a kernel makes of the world."""
        if kernel not in self.ways:
            self.ways[kernel] = specialise(kernel, self.live)
        return self.ways[kernel](self.live)

    def ask(self):
        for ask, m, w in self.asks:
            ask(m, w)

    def pull(self):
        for pull, m, w in self.draws:
            pull(m, w)
        if self.check_numbers:
            self.check_numbers()

    def learn(self):
        for learn, m, w in self.lessons:
            learn(m, w)

    def make_room(self, room):
        """Levers over issues for so many of them."""
        if room > self.state.pulls.sight.sum.size:
            pulls = grow_stacks(self.state.pulls, room)
            self.state = self.state._replace(
                pulls=pulls, lever=sums(pulls, len(self.state.buildings.compound), len(self.state.crews))
            )
            regrow_pulls(self.live, Levers(*map(struct, pulls)), struct(self.state.lever))
            self.bind_mechanisms()

    def __getattr__(self, name):
        if name in REPLACED:
            return replace_issues(self.live)[REPLACED.index(name)]
        if name.startswith("__"):  # asked for by copy and pickle before there is a state
            raise AttributeError(name)
        return getattr(self.state, name)

    def columns(self):
        """Every column that a run writes, by name, but for those in REPLACED: where they are in this world, to be looked at."""
        yield from iter_arrays(
            {name: part for name, part in self.state._asdict().items() if name not in GIVEN}, ""
        )
        yield from iter_arrays(self.own, "own.")

    def snapshot(self):
        """This day as copies of arrays, name -> array: what `restore_run` goes on from, and what `np.savez` writes without pickle."""
        now = {
            "day": np.array(self.day),
            "issues": self.issues,
            "ended": self.ended[: self.gone[0]],
            "log": self.history(),
        }
        return {name: column.copy() for name, column in (*self.columns(), *now.items())}

    def __reduce__(self):
        """For pickle and copy: as this day's arrays, from which a world of its own is begun again."""
        from .simulate import restore_world

        return restore_world, (version(), self.scenario, self.luck, self.snapshot())

    def history(self):
        """Everything that happened to every issue so far; (lines,) EVENT in the order it happened."""
        return self.log[: self.lines[0]]

    def backlog(self):
        """Open issues in each building; (buildings,) int64."""
        issues = self.issues
        return np.bincount(issues["building"][issues["resolved"] < 0], minlength=len(self.buildings.compound))


def found_community(scenario):
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
    count, alone = residents.draw_household_sizes(census, luck)
    owner = residents.choose_exactly(census.owners, homes >= 0, luck("born owner", homes), "community.owners")
    away = residents.choose_exactly(census.away, owner & ~alone, luck("born away", homes), "community.away")
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
    people = residents.build_population(households, alone, census, scenario.residents, luck)
    residents.acquaint(
        struct(people),
        struct(buildings),
        struct(stairwells),
        scenario.residents.acquaintances,
        luck.key("meet on day 0"),
        luck.key("whom on day 0"),
    )

    homes_in = np.bincount(of[households.building], minlength=len(kinds))
    crew = property_managers.workers
    knobs = scenario.property_managers
    fees = np.where(compounds.company, np.round(homes_in * knobs.fee * knobs.paid * 12 / 365 * 100), 0)
    cats = columns(scenario.issues)
    there = arrivals.units(cats, people, households, buildings, compounds)
    grown = (people.band != residents.CHILD) & (people.presence > 0)  # who is never there is no party
    place = of[people.building[grown]]
    return FoundedCommunity(
        compounds=compounds,
        buildings=buildings,
        stairwells=stairwells,
        households=households,
        residents=people,
        mood=residents.mood(people, stairwells, buildings),
        cats=cats,
        units=there,
        rate=arrivals.rates(cats, there, buildings, compounds),
        crews=np.array([crew(knobs, n) * knobs.shift if k.company else 0.0 for k, n in zip(kinds, homes_in)]),
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


def start_run(community, scenario, luck):
    """The founded `community` on day 0 of a run: a world of its own, with the run's luck in its clocks."""
    c, people = len(community.compounds.company), len(community.residents.home)
    committee, members = scenario.committee, scenario.party_members
    names = sorted({*mechanisms.names(), *scenario.mechanisms})
    here = sorted(scenario.mechanisms)
    duty = np.array([0.0, scenario.volunteers.duty, members.duty_retired, members.duty_in_service])
    own = {
        name: copy_arrays(part) if name in WRITTEN else part
        for name, part in community._asdict().items()
        if name not in ("units", "rate")
    }
    places, codes, arise = community.buildings.luck, community.cats.code, luck.key("arise")
    clocks = arrivals.init_clocks(community.rate.copy(), places, codes, arise)
    for b, j, n, firm in place_initial_issues(
        scenario, community.units, community.buildings, luck.key("outset")
    ):
        arrivals.schedule_initial(clocks, b, j, n, places[b], codes[j], arise)
        clocks.firm[b, j] = firm
    pulls = stacks(scenario.mechanisms, names, ROOM, len(community.buildings.compound), c)
    state = State(
        **own,
        newcomers=np.tile(mean_trust(scenario.residents), (len(community.buildings.compound), 1)),
        seed=luck.seed,
        day=0,
        knobs=numbers(scenario),
        clocks=clocks,
        projects=Projects(
            np.full(c, -1), np.full(c, -1), np.zeros(c, np.int32), np.zeros(c), *np.zeros((3, c), np.int32)
        ),
        wished=np.zeros((WEEK, c, 4)),
        wish=np.zeros((c, 4)),
        duty=duty,
        pair=np.append(
            np.full(c, scenario.property_managers.shift), [committee.shift, scenario.departments.shift]
        ),
        spending=np.zeros(c + 1, np.int64),
        ledger=ledger.new_ledger(len(names)),
        more=np.zeros(5),
        used=np.zeros(2),
        saved=np.zeros(2),
        weather=np.ones((YEAR, len(scenario.issues))),
        there=np.ones((YEAR, len(PAYERS))),
        crew=np.zeros(c),
        have=np.zeros(7),
        hours=np.zeros(c + 2),
        strength=np.array([scenario.mechanisms[name].strength for name in here], float),
        codes=np.array([names.index(name) for name in here], np.int8),
        wants=np.zeros((len(here), 7, c + 1)),
        shares=np.zeros((len(here), c + 1)),
        pulls=pulls,
        lever=sums(pulls, len(community.buildings.compound), c),
        issues=np.zeros(0, ISSUE),
        rows=np.zeros(ROOM, ISSUE),
        ended=np.zeros(
            4 * ROOM + people, ISSUE
        ),  # more than a year's, as a rule: what is not written takes no memory
        gone=np.zeros(1, np.int64),
        log=np.zeros(16 * ROOM + 4 * people, EVENT),
        lines=np.zeros(1, np.int64),
        tally=np.zeros(6, np.int64),
        tallied=np.zeros(1, np.int64),
        count=np.zeros(13),
        look=np.zeros(6),
    )
    return World(state, names, scenario, luck)


def restore_run(snapshot, community, scenario, luck):
    """The world that a `World.snapshot` is of, to go on with; `community`, `scenario` and `luck` are those it was begun with."""
    world = start_run(community, scenario, luck)
    world.make_room(len(snapshot["pulls.sight.sum"]))
    world.day = int(snapshot["day"])
    put_back(
        world.live,
        world.day,
        *(
            snapshot[name].astype(kind)
            for name, kind in (("issues", ISSUE), ("ended", ISSUE), ("log", EVENT))
        ),
    )  # a file forgets the room between
    for name, column in world.columns():
        column[...] = snapshot[name]
    world.bind_mechanisms()
    return world


def numbers(scenario):
    """The scenario's numbers, each of the one type that kernels are compiled for."""
    committee = scenario.committee
    return Numbers(
        residents.Knobs(*(float(getattr(scenario.residents, name)) for name in residents.Knobs._fields)),
        consent.Knobs(*(float(getattr(scenario.projects, name)) for name in consent.Knobs._fields)),
        *(float(getattr(committee, name)) for name in ("intake", "phone", "forget", "redo")),
        int(committee.verify),
        float(committee.thrift),
        float(committee.staff * committee.shift),
        float(grid_workers.hours(scenario.grid_workers)),
        scenario.party_members.evening / 7,
        scenario.volunteers.evening / 7,
        float(scenario.departments.hours),
        float(scenario.property_managers.withheld),
    )


def mean_trust(knobs):
    """(3,) trust of people who come from anywhere, on average: in the committee, the property company, the neighbours."""
    return np.array([knobs.trust_committee, knobs.trust_company, knobs.trust_neighbours])


WRITTEN = ("households", "residents", "mood", "funds")  # what of a founded community a run writes
GIVEN = {*FoundedCommunity._fields, "seed", "day", "knobs", "lever", *REPLACED} - {
    *WRITTEN
}  # no columns of a run's own: as it was begun, or views of others


def copy_arrays(part):
    """A copy of an array, of a list, or of every array in a tuple of columns."""
    return type(part)(*map(np.copy, part)) if isinstance(part, tuple) else part.copy()
