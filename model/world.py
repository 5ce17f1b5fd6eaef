"""The world: the state of a community as Python sees it, and how a run begins and is restored."""

import numpy as np

from ..agents import committee as committees
from ..agents import grid_workers, party_members, residents, volunteers
from ..engine.codes import STANDINGS
from ..engine.jit import outer_kernel, specialise, struct
from ..engine.source_digests import version
from . import mechanisms
from .initial_community import mean_trust
from .issues import arrivals, consent
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
from .resources import ledger
from .resources.calendar import PAYERS, YEAR, almanac, place_initial_issues
from .resources.levers import Levers
from .state import InitialCommunity, Numbers, State

WEEK = 7
ROOM = 1024  # issues, before more room is made


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


def start_run(community, scenario, luck):
    """The founded `community` on day 0 of a run: a world of its own, with the run's luck in its clocks."""
    c, people = len(community.compounds.company), len(community.residents.home)
    names = sorted({*mechanisms.names(), *scenario.mechanisms})
    here = sorted(scenario.mechanisms)
    duty = np.zeros(STANDINGS)
    volunteers.set_duty(duty, scenario.volunteers)
    party_members.set_duty(duty, scenario.party_members)
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
            np.full(c, scenario.property_managers.shift),
            [scenario.committee.shift, scenario.departments.shift],
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
        float(committees.hours_per_day(committee)),
        float(grid_workers.hours_per_day(scenario.grid_workers)),
        party_members.hours_per_day(scenario.party_members),
        volunteers.hours_per_day(scenario.volunteers),
        float(scenario.departments.hours),
        float(scenario.property_managers.withheld),
    )


WRITTEN = ("households", "residents", "mood", "funds")  # what of a founded community a run writes
GIVEN = {*InitialCommunity._fields, "seed", "day", "knobs", "lever", *REPLACED} - {
    *WRITTEN
}  # no columns of a run's own: as it was begun, or views of others


def copy_arrays(part):
    """A copy of an array, of a list, or of every array in a tuple of columns."""
    return type(part)(*map(np.copy, part)) if isinstance(part, tuple) else part.copy()
