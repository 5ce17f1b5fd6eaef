"""The world: the state of a community for Python to read, and how a run begins and is restored."""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from ..agents import party_members, residents, volunteers
from ..engine.codes import DESK_NONE, STANDINGS
from ..engine.jit import outer_kernel, specialise, struct
from ..engine.source_digests import version
from . import mechanisms
from .initial_community import mean_trust
from .issues import arrivals, consent
from .issues.issue_table import EVENT, ISSUE, list_by_state
from .kernel_numbers import numbers
from .mechanism_guard import REPLACED, begin, iter_arrays, number_check
from .mechanism_runtime import (
    ActiveMechanism,
    count_places,
    grow_stacks,
    iter_hands,
    keep_counts,
    lever_sums,
    link_steps,
    new_stacks,
    regrow_pulls,
    room_lacking,
    run_days,
    tables_of,
    to_structs,
)
from .resources import ledger
from .resources.calendar import PAYERS, ROWS, YEAR, almanac, place_initial_issues
from .resources.levers import Levers
from .resources.rollout import begin_days
from .state import InitialCommunity, State

if TYPE_CHECKING:
    from ..engine.randomness import RandomNumbers
    from .scenarios.scenario import Scenario

WEEK = 7
ROOM = 1024  # issues, before more room is made
# columns that grow, as a snapshot holds them
KINDS = {"issues": ISSUE, "ended": ISSUE, "log": EVENT, "scheduled": arrivals.SCHEDULED}


@outer_kernel
def growing_columns(w: "World") -> tuple:
    """Return the columns in REPLACED as they are now."""
    if not len(w.strength):  # the day does not list issues that no mechanism looks for
        list_by_state(w)
    lists = w.known, w.workable, w.at_table, w.passed_upward, w.resolved
    return w.issues, w.rows, w.ended, w.log, w.scheduled, w.leaving, *lists


@outer_kernel
def day_of(w: Any) -> int:
    """Return the day that kernels have come to."""
    return w.day


@outer_kernel
def restore_columns(
    w: Any, day: int, issues: np.ndarray, ended: np.ndarray, log: np.ndarray, scheduled: np.ndarray
) -> None:
    """Restore the day, and the columns that `growing_columns` returns."""
    w.day, w.issues, w.rows, w.ended, w.log, w.scheduled = day, issues, issues, ended, log, scheduled
    list_by_state(w)


if TYPE_CHECKING:
    Columns = State  # which `World.__init__` and `World.__getattr__` give it
else:
    Columns = object


class World(Columns):
    """A community on one day: every column of `State` by name, for Python to read.

    Only its days write it, and the street that it is in.
    """

    day: int

    def __init__(self, state: State, names: list[str], scenario: "Scenario", random_numbers: "RandomNumbers"):
        self.state = state
        vars(self).update(  # found at once, without `__getattr__`
            {name: part for name, part in zip(state._fields, state) if name not in REPLACED}
        )
        # the same columns for kernels, and the only place where those in REPLACED are up to date
        self.live = struct(to_structs(state))
        self.names = names  # of all mechanisms, by the codes in `found_by`, `resolved_by`, `hurried_by`, `by`
        self.scenario, self.random_numbers = scenario, random_numbers
        self.categories = tuple(scenario.issues)  # names of the categories of issues, in alphabetical order
        self.chosen = chosen = scenario.mechanisms  # mechanisms that are switched on: name -> Mechanism
        self.day, self.leave = 0, random_numbers.key("leave")
        self.load_calendar_year()
        self.ways: dict[Callable, Callable] = {}  # kernel -> the version compiled for this world
        # mechanism -> its own columns
        self.own = {name: begin(name, chosen[name], self, random_numbers) for name in sorted(chosen)}
        # days on which mechanisms begin, or have ended
        self.turns = {
            day for mechanism in chosen.values() for day in (mechanism.first_day, mechanism.last_day + 1)
        }
        self.bind_mechanisms()

    def simulate(
        self, days: int, day_steps: tuple, late_steps: tuple, series: np.ndarray, counts: np.ndarray
    ) -> None:
        """Simulate a number of days. The late steps of a day run after there is room for its new issues.

        Days all of whose steps are compiled follow each other without Python. Counts are kept in `series` and
        `counts`, as `keep_counts` does. A day that an error or an interrupt cuts off is not completed: do not
        go on with that world.
        """
        end = self.day + days
        for rows in (series, counts):
            if 0 < len(rows) < end:
                raise ValueError(f"{len(rows)} rows for the counts of {end} days")
        while self.day < end:
            last, lacking = self.start_day(end), 0
            if tables := tables_of(self.link(day_steps), self.link(late_steps)):
                arguments = *tables, self.live, last, series, counts
                try:
                    lacking = specialise(run_days, *arguments)(*arguments)
                finally:  # also where a day fails or is interrupted
                    self.day = self.call(day_of)
                if not lacking:
                    continue
            else:
                self.run(day_steps)
                lacking = self.call(room_lacking)
            self.make_room(lacking)
            self.run(late_steps)
            specialise(keep_counts, self.live, series, counts)(self.live, series, counts)

    def start_day(self, end: int) -> int:
        """Advance to the next day: load the calendar of a new year, choose mechanisms if some begin or end.

        Return the last day, up to `end`, before the next one with any of this.
        """
        self.day += 1
        if self.day % YEAR == 0:
            self.load_calendar_year()
        if self.day in self.turns:
            for stack in self.state.pulls:  # one that has ended pulls nothing, in unused places either
                stack.rows.fill(0.0)
            self.choose_active()
        turns = self.day + YEAR - self.day % YEAR, *(turn for turn in self.turns if turn > self.day)
        return min(end, min(turns) - 1)

    def load_calendar_year(self) -> None:
        """Write the almanac of the current year into the state."""
        self.state.weather[:], self.state.there[:] = almanac(self.scenario, self.day // YEAR, self.leave)

    def has_begun(self, mechanism: "mechanisms.Mechanism") -> np.ndarray:
        """Return where a mechanism of this world has begun on day 1, (buildings,) float64: 0 or 1."""
        here = np.ones(len(self.state.buildings.compound))
        acting = sorted(self.chosen)
        for row, begins in zip(self.state.rolls, self.state.begins):
            if self.chosen[acting[row]] is mechanism:
                here = np.where(begins <= 1, 1.0, 0.0)
        return here

    def bind_mechanisms(self) -> None:
        """Give each mechanism its hand."""
        self.acting = [ActiveMechanism(*hand, self) for hand in iter_hands(self.state, self.chosen, self.own)]
        self.hands = {active.name: active.hand for active in self.acting}
        self.check_numbers = number_check(self, self.acting)
        self.choose_active()

    def choose_active(self) -> None:
        """Choose the mechanisms that are active today; their steps are collected when they are first run."""
        self.today = [
            active
            for active in self.acting
            if active.mechanism.first_day <= self.day <= active.mechanism.last_day
        ]
        self.programs: dict[tuple, list[tuple]] = {}  # steps of `run` -> calls

    def call(self, kernel: Callable) -> Any:
        """Call a kernel on the world and return its result; the kernel is compiled once for this world."""
        if kernel not in self.ways:
            self.ways[kernel] = specialise(kernel, self.live)
        return self.ways[kernel](self.live)

    def run(self, steps: tuple) -> None:
        """Call kernels on the world one after the other; a name stands for that step of all mechanisms.

        The mechanisms are those that are active today. After "pull", the numbers of those that a user wrote
        are checked.
        """
        for function, *arguments in self.link(steps):
            function(*arguments)

    def link(self, steps: tuple) -> list[tuple]:
        """Return the calls that `run` makes of `steps`, which are kept until mechanisms begin or end."""
        if steps in self.programs:
            return self.programs[steps]
        calls: list[tuple] = []
        for step in steps:
            if isinstance(step, str):
                calls += (call for active in self.today for call in active.calls(step))
            else:
                calls.append((step, self.live))
            if step == "pull" and self.check_numbers:
                calls.append((self.check_numbers,))
        self.programs[steps] = link_steps(calls, self.live)
        return self.programs[steps]

    def make_room(self, room: int) -> None:
        """Enlarge the levers over issues to `room` issues, if they are shorter."""
        if room > self.state.pulls.sight.sum.size:
            pulls = grow_stacks(self.state.pulls, room)
            self.state = self.state._replace(
                pulls=pulls,
                lever=lever_sums(pulls, count_places(self.state)),
            )
            vars(self).update(pulls=self.state.pulls, lever=self.state.lever)
            regrow_pulls(self.live, Levers(*map(struct, pulls)), struct(self.state.lever))
            self.bind_mechanisms()

    if not TYPE_CHECKING:

        def __getattr__(self, name):
            if name in REPLACED:
                return growing_columns(self.live)[REPLACED.index(name)]
            raise AttributeError(name)

    def columns(self) -> Iterator[tuple[str, np.ndarray]]:
        """Yield (name, array) of every column that a run writes, except those in REPLACED; not copies."""
        yield from iter_arrays(
            {name: part for name, part in self.state._asdict().items() if name not in GIVEN}, ""
        )
        yield from iter_arrays(self.own, "own.")

    def snapshot(self) -> dict[str, np.ndarray]:
        """Copy this day's arrays, name -> array.

        `restore_run` resumes from it, and `np.savez` writes it without pickle.
        """
        now = {
            "day": np.array(self.day),
            "issues": self.issues,
            "ended": self.ended[: self.gone[0]],
            "log": self.history(),
            "scheduled": self.scheduled[: self.waiting[0]],
        }
        return {name: column.copy() for name, column in (*self.columns(), *now.items())}

    def __reduce__(self) -> tuple:
        """Reduce the world to this day's arrays, from which pickle and copy restore another world."""
        from .simulate import restore_world

        return restore_world, (version(), self.scenario, self.random_numbers, self.snapshot())

    def history(self) -> np.ndarray:
        """Return all events of all issues so far, in order; (lines,) EVENT."""
        return self.log[: self.lines[0]]

    def backlog(self) -> np.ndarray:
        """Count open issues in each building, as the daily count `open` does; (buildings,) int64."""
        issues = self.issues
        counted = (issues["resolved_day"] < 0) & (issues["desk"] != DESK_NONE)
        return np.bincount(issues["building"][counted], minlength=len(self.buildings.compound))


def start_run(
    community: InitialCommunity, scenario: "Scenario", random_numbers: "RandomNumbers", alone: bool = False
) -> World:
    """Start a run on day 0 of `community`: a new world, with hazard clocks from the run's random numbers.

    A run that is the community's only one (`alone`) writes its columns, and not a copy of them.
    """
    c, people = len(community.compounds.company), len(community.residents.home)
    names = sorted({*mechanisms.list_mechanisms(), *scenario.mechanisms})
    acting = sorted(scenario.mechanisms)
    rolled = [rollout for rollout in scenario.rollout if rollout.mechanism in acting]
    duty = np.zeros(STANDINGS)
    volunteers.set_duty(duty, scenario.volunteers)
    party_members.set_duty(duty, scenario.party_members)
    initial = {
        name: copy_arrays(part) if name in WRITTEN and not alone else part
        for name, part in community._asdict().items()
        if name not in ("units", "rate")
    }
    places, codes, arise = community.buildings.key, community.cats.code, random_numbers.key("arise")
    clocks = arrivals.init_clocks(community.rate.copy(), community.cats, places, arise)
    for b, j, n, firm in place_initial_issues(
        scenario, community.units, community.buildings, random_numbers.key("outset")
    ):
        arrivals.schedule_initial(clocks, b, j, n, places[b], codes[j], arise)
        clocks.firm[b, j] = firm
    pulls = new_stacks(scenario.mechanisms, names, ROOM, count_places(community))
    state = State(
        **initial,
        newcomers=np.tile(mean_trust(scenario.residents), (len(community.buildings.compound), 1)),
        seed=random_numbers.seed,
        day=0,
        knobs=numbers(scenario),
        clocks=clocks,
        projects=consent.new_projects(c),
        wished=np.zeros((WEEK, c, 4)),
        left=np.full(len(community.buildings.compound), -1),
        wish=np.zeros((c, 4)),
        duty=duty,
        pair=np.append(
            np.full(c, scenario.property_managers.shift_hours),
            [scenario.committee.shift_hours, scenario.departments.max_job_hours],
        ),
        spending=np.zeros(c + 1, np.int64),
        ledger=ledger.new_ledger(len(names)),
        more=np.zeros(5),
        used=np.zeros(2),
        saved=np.zeros(2),
        weather=np.ones((ROWS, len(scenario.issues))),
        there=np.ones((ROWS, len(PAYERS))),
        crew=np.zeros(c),
        have=np.zeros(7),
        hours=np.zeros(c + 2),
        sent=np.zeros(WEEK),
        lent=np.zeros(1),
        strength=np.array([scenario.mechanisms[name].strength for name in acting], float),
        first_claim=np.array([scenario.mechanisms[name].first_claim for name in acting], bool),
        codes=np.array([names.index(name) for name in acting], np.int8),
        rolls=np.array([acting.index(rollout.mechanism) for rollout in rolled], np.int64),
        begins=np.array(
            [begin_days(r, community.buildings, community.compounds) for r in rolled], np.int64
        ).reshape(len(rolled), len(places)),
        own_pace=np.array([scenario.mechanisms[r.mechanism].own_pace for r in rolled], bool),
        here=np.ones((len(acting), len(places))),
        wants=np.zeros((len(acting), 7, c + 1)),
        shares=np.zeros((len(acting), c + 1)),
        counts=np.zeros((len(acting), max((len(m.counts) for m in scenario.mechanisms.values()), default=0))),
        pulls=pulls,
        lever=lever_sums(pulls, count_places(community)),
        issues=np.zeros(0, ISSUE),
        rows=np.zeros(ROOM, ISSUE),
        scheduled=np.zeros(ROOM, arrivals.SCHEDULED),
        waiting=np.zeros(1, np.int64),
        known=np.zeros(0, np.int64),
        workable=np.zeros(0, np.int64),
        at_table=np.zeros(0, np.int64),
        passed_upward=np.zeros(0, np.int64),
        resolved=np.zeros(0, np.int64),
        leaving=np.zeros(0, np.int64),
        # usually more than a year's; rows that are not written take no memory, and are never read
        ended=np.empty(4 * ROOM + people, ISSUE),
        gone=np.zeros(1, np.int64),
        log=np.zeros(16 * ROOM + 4 * people, EVENT),
        lines=np.zeros(1, np.int64),
        tally=np.zeros(7, np.int64),
        tallied=np.zeros(1, np.int64),
        count=np.zeros(13),
        look=np.zeros(6),
    )
    world = World(state, names, scenario, random_numbers)
    world.call(residents.promise_first_week)
    return world


def restore_run(
    snapshot: dict, community: InitialCommunity, scenario: "Scenario", random_numbers: "RandomNumbers"
) -> World:
    """Restore the world of a `World.snapshot`, to be continued.

    `community`, `scenario` and `random_numbers` are those that its run was started with.
    """
    world = start_run(community, scenario, random_numbers)
    world.make_room(len(snapshot["pulls.sight.sum"]))
    world.day = int(snapshot["day"])
    # `astype`, because a file drops the padding between fields
    restore_columns(
        world.live,
        world.day,
        *(snapshot[name].astype(kind) for name, kind in KINDS.items()),
    )
    for name, column in world.columns():
        column[...] = snapshot[name]
    world.bind_mechanisms()
    return world


WRITTEN = ("households", "residents", "mood", "funds")  # columns of the initial community that a run writes
# columns that a snapshot leaves out: unchanged since the run was started, or views of others
GIVEN = {*InitialCommunity._fields, "seed", "day", "knobs", "lever", *REPLACED} - {*WRITTEN}


def copy_arrays(part: Any) -> Any:
    """Copy an array, a list, or every array in a tuple of columns."""
    return type(part)(*map(np.copy, part)) if isinstance(part, tuple) else part.copy()
