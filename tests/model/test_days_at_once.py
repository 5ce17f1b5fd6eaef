"""Days that follow each other without Python are the same days as one by one."""

from dataclasses import replace

import numpy as np
import pytest
from scenarios import FORUM

from cogov.engine.jit import outer_kernel
from cogov.engine.randomness import RandomNumbers
from cogov.model import activities, daily_counts, mechanisms
from cogov.model.day import DAY, LATE, NO_COUNTS, NO_SERIES, simulate_day, simulate_days
from cogov.model.mechanism_runtime import room_lacking
from cogov.model.scenarios.cases import alter_scenario, read_case
from cogov.model.simulate import build_community, simulate
from cogov.model.street import leavers
from cogov.model.world import start_run


def mechanism(name, **knobs):
    return mechanisms.load_class(name)(**knobs)


def crowded():
    """Return a large community with so many issues that room for them is made within the days."""
    town = alter_scenario(read_case("guiyuan"), on=["building_captains", "chat_groups"], off=["home_visits"])
    return replace(
        town, issues={name: replace(one, rate=4.0 * one.rate) for name, one in town.issues.items()}, days=60
    )


def changing(days=100):
    """Return a forum whose mechanisms begin and end within weeks."""
    chosen = {
        "grid_patrol": mechanism("grid_patrol", first_day=10, last_day=33),
        "building_captains": mechanism("building_captains", first_day=17, strength=0.5),
        "mediation_room": mechanism("mediation_room", last_day=40),
    }
    return replace(FORUM, mechanisms=chosen, days=days)


def over_new_year():
    """Return a yard over the end of a year, whose staff leave often."""
    yard = read_case("wuzi_yard")
    return replace(yard, days=380, calendar=replace(yard.calendar, staff_leaving_rate=2.0))


def start(scenario):
    return start_run(build_community(scenario), scenario, RandomNumbers(1))


@pytest.mark.parametrize("scenario", [crowded, changing, over_new_year])
def test_days_at_once_are_the_same_as_one_by_one(scenario):
    """Whether room is made within them, mechanisms begin and end, or a year does."""
    scenario = scenario()
    run, world = simulate(scenario, 1, daily=True), start(scenario)
    series = np.zeros((scenario.days, len(daily_counts.DAILY)))
    counts, rooms = activities.new_daily_counts(scenario), {len(world.rows)}
    for day in range(scenario.days):
        world.start_day(scenario.days)
        world.run(DAY)
        if lacking := world.call(room_lacking):
            world.make_room(lacking)
        world.run(LATE)
        assert world.day == day + 1
        series[day], counts[day] = world.count, world.counts
        rooms.add(len(world.rows))
    assert len(rooms) > 1 or scenario.name != "guiyuan", "it needs more room"
    assert np.array_equal(np.stack(list(run.series.values()), axis=1), series, equal_nan=True)
    assert run.history.tobytes() == world.history().tobytes()
    at_once = start(scenario)
    simulate_days(at_once, scenario.days)
    assert run.history.tobytes() == at_once.history().tobytes()
    for doer, own in zip(run.doers, np.moveaxis(counts, 1, 0)):
        for n, count in enumerate(doer.counts):
            on = doer.counts_on(np.arange(1, scenario.days + 1), count)
            assert np.array_equal(
                run.daily[doer.name][count.name], doer.strength * np.where(on, own[:, n], 0)
            )


def test_a_number_of_days_ends_on_its_last_day_and_goes_on_from_there():
    scenario = changing()
    whole, parts = start(scenario), start(scenario)
    simulate_days(whole, 50)
    for days in (1, 8, 20, 21):
        simulate_days(parts, days)
    assert whole.day == parts.day == 50
    assert whole.history().tobytes() == parts.history().tobytes()
    assert np.array_equal(whole.count, parts.count, equal_nan=True)


def test_who_moves_away_is_known_a_week_ahead():
    """Day, building and number of households, whatever happens in between."""
    scenario = replace(
        changing(),
        residents=replace(FORUM.residents, owner_moving_rate=1.0, tenant_moving_rate=2.0),
    )
    world, moves = start(scenario), 0
    for _ in range(26):
        known = {(int(day), int(building)) for day, building, *_ in world.call(leavers)}
        seen = set()
        for _ in range(7):
            simulate_day(world)
            seen |= {(world.day, int(building)) for building in np.flatnonzero(world.left >= 0)}
        assert known == seen
        moves += len(seen)
    assert moves > 20


@outer_kernel
def fail_on_day_5(w):
    """Raise ValueError on day 5."""
    if w.day == 5:
        raise ValueError("day 5")


def test_where_a_day_fails_the_world_is_on_that_day():
    """Days before it have passed, although none of them came back to Python."""
    world = start(changing())
    with pytest.raises(ValueError, match="day 5"):
        world.simulate(20, (*DAY, fail_on_day_5), LATE, NO_SERIES, NO_COUNTS)
    assert world.day == 5 and int(world.snapshot()["day"]) == 5
    assert world.history()["day"].max() == 5


def test_counts_have_a_row_for_every_day():
    """Kernels write without looking where: a table that is too short is refused before."""
    world, series = start(changing()), np.zeros((9, len(daily_counts.DAILY)))[:5]
    with pytest.raises(ValueError, match="5 rows for the counts of 6 days"):
        simulate_days(world, 6, series)
    assert world.day == 0
    simulate_days(world, 5, series)
    assert (series[:, 0] > 0).all()
