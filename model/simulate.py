"""Simulate a scenario with a seed: from day 0 to a finished run."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from ..engine.codes import STANDING_CHILD
from ..engine.jit import outer_kernel
from ..engine.randomness import RandomNumbers
from ..engine.source_digests import version
from ..engine.texts.errors import UserError
from . import activities, daily_counts
from .day import NO_COUNTS, simulate_day, simulate_days
from .initial_community import construct_community
from .resources.ledger import Ledger
from .scenarios.scenario import Scenario, census_of
from .state import InitialCommunity
from .world import World, restore_run, start_run

# what is simulated in one go, a tenth of a second at most: an interrupt takes effect in between
AT_ONCE = 10_000_000  # days x residents
QUARTER = 91  # days, at most: steps in plain Python take longer, and progress is to be seen


@dataclass
class Run:
    """The results of a simulated community: plain arrays, no world."""

    days: int
    names: tuple[str, ...]  # mechanisms, by the codes in `found_by`, `resolved_by`, `hurried_by` and `by`
    categories: tuple[str, ...]  # names of categories, by `category`
    issues: np.ndarray  # (arisen,) ISSUE  every issue that arose, in the order of its id
    history: np.ndarray  # (lines,) EVENT   everything that happened to them
    series: dict[str, np.ndarray]  # name -> (days,) what was counted at the end of each day
    ledger: Ledger  # hours and fen by mechanism
    shadow_wage_yuan: float  # what an hour of unpaid work would cost
    fen: np.ndarray  # (funds, 4) int64  of each fund: on day 0, come in, spent, at the end
    doers: tuple[activities.Doer, ...]  # mechanisms that are switched on
    counts: dict[str, dict[str, float]]  # mechanism -> what is counted -> how much of it was done
    # mechanism -> what is counted -> (days,) at the end of each day; empty if it was not recorded
    daily: dict[str, dict[str, np.ndarray]]
    evenings: np.ndarray  # (adults and elders,) float32  evenings that each has given
    # columns that equity is measured over: number of buildings and of adults and elders; of each household,
    # tenure and registration
    places: dict[str, Any]


def build_community(scenario: Scenario) -> InitialCommunity:
    """Return the community of a scenario on day 0, cached for runs that differ in institutions only."""
    return _build_cached(_Key(scenario))


class _Key:
    """A scenario, compared by the fields that determine its initial community."""

    def __init__(self, scenario: Scenario) -> None:
        self.scenario = scenario
        s = scenario
        self.key = (
            s.name,
            s.community,
            s.compound,
            s.place.cells,
            s.residents,
            s.property_managers,
            s.committee,
            s.all_issues,
            tuple(s.issues.items()),
        )

    def __hash__(self) -> int:
        return hash(self.key)

    def __eq__(self, other: object) -> bool:
        assert isinstance(other, _Key)
        return self.key == other.key


@lru_cache(maxsize=2)
def _build_cached(key: _Key) -> InitialCommunity:
    try:
        return construct_community(key.scenario)
    except UserError as error:
        census, left = census_of(key.scenario)
        shares = ", ".join(f"{path} = {census[path]:,}" for path in left if path.startswith("community."))
        if not shares:
            raise UserError("{case}: {error}", case=key.scenario.name, error=error) from None
        raise UserError(
            "{case}: {error}; not given by the case, so default shares were used: {shares}",
            case=key.scenario.name,
            error=error,
            shares=shares,
        ) from None


def days(scenario: Scenario, *seed: str | int) -> Iterator[World]:
    """Simulate a scenario and yield the world after every day, to show a run while it proceeds.

    It is the same object every day.
    """
    world = start_run(build_community(scenario), scenario, RandomNumbers(*seed))
    for _ in range(scenario.days):
        simulate_day(world)
        yield world


def restore_world(source: str, scenario: Scenario, random_numbers: RandomNumbers, snapshot: dict) -> World:
    """Restore a world that was pickled or copied with version `source` of the model.

    Raises UserError if that is another version than this one.
    """
    if source != version():
        raise UserError(
            "this community was saved by another version of the model ({source}; this is {version}), whose "
            "results would differ from here on; load it with that version, or simulate it again",
            source=source,
            version=version(),
        )
    return restore_run(snapshot, build_community(scenario), scenario, random_numbers)


def simulate(
    scenario: Scenario,
    *seed: str | int,
    progress: Callable[[], object] | None = None,
    daily: bool = False,
) -> Run:
    """Simulate a scenario with a random seed; the same seed gives the same random numbers in every arm.

    `progress`, if given, is called once for every day, some days at a time. With `daily`, what mechanisms do
    is recorded every day.
    """
    series = np.zeros((scenario.days, len(daily_counts.DAILY)))
    done = activities.new_daily_counts(scenario) if daily else None
    world = start_run(build_community(scenario), scenario, RandomNumbers(*seed))
    at_once = max(min(AT_ONCE // len(world.residents.home), QUARTER), 1)
    while world.day < scenario.days:
        passed = min(at_once, scenario.days - world.day)
        simulate_days(world, passed, series, NO_COUNTS if done is None else done)
        if progress:
            for _ in range(passed):
                progress()
    return finish_run(world, scenario, dict(zip(daily_counts.DAILY, series.T)), done=done)


def finish_run(
    world: World,
    scenario: Scenario,
    series: dict,
    funds: np.ndarray | None = None,
    done: np.ndarray | None = None,
) -> Run:
    """Collect the results of a run that ends with `world` today.

    `series` is name -> values at the end of each day, `done` the counts of mechanisms, as
    `activities.new_daily_counts`, if they were recorded; `funds` those of the community on day 0, if at hand.
    """
    gone, begin, heads = (
        world.gone[0],
        build_community(scenario).funds if funds is None else funds,
        world.households.first[:-1],
    )
    doers, people = activities.list_doers(scenario), world.residents
    # no two issues have the same id, so the sort need not be stable
    order = np.argsort(np.concatenate([world.ended["id"][:gone], world.issues["id"]]))
    return Run(
        days=world.day,
        names=tuple(world.names),
        categories=world.categories,
        issues=gather_issues(world.ended, gone, world.issues, order),
        history=world.history(),
        series=series,
        ledger=world.ledger,
        shadow_wage_yuan=scenario.volunteers.shadow_wage_yuan,
        fen=np.stack([begin, world.funds + world.spending - begin, world.spending, world.funds], axis=1),
        doers=doers,
        counts=activities.count_today(world),
        daily=activities.scale_counts(doers, done, np.arange(1, len(done) + 1)) if done is not None else {},
        evenings=people.evenings_given[people.standing != STANDING_CHILD],
        places={
            "buildings": len(world.buildings.compound),
            "owner": world.households.owner,
            "registered": world.residents.registered[heads],
            "adults": int(np.count_nonzero(world.residents.standing != STANDING_CHILD)),
        },
    )


@outer_kernel
def gather_issues(ended: np.ndarray, gone: int, issues: np.ndarray, order: np.ndarray) -> np.ndarray:
    """Gather the first `gone` issues that ended and those still open, in the given order.

    It is ten times as fast as NumPy's indexing for rows this long.
    """
    out = np.empty(len(order), issues.dtype)
    for i in range(len(order)):
        out[i] = ended[order[i]] if order[i] < gone else issues[order[i] - gone]
    return out
