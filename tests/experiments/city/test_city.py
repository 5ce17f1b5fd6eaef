"""A city is a set of streets that share nothing.

The communities of a street share their departments' hours, and households move between them.
"""

from dataclasses import replace

import numpy as np
import pytest

from cogov.engine.codes import DESK_DEPARTMENT
from cogov.engine.texts.errors import UserError
from cogov.experiments.city import city as cities
from cogov.experiments.execution.executors import choose_executor
from cogov.model import daily_counts
from cogov.model.day import simulate_days
from cogov.model.issues.issue_table import REPORTED, UPWARD, WORK
from cogov.model.resources.calendar import YEAR, almanac
from cogov.model.scenarios.cases import alter_scenario, read_case
from cogov.model.simulate import days, simulate
from cogov.model.street import Street, StreetParameters, grant_hours, leavers, waiting_issues
from cogov.model.world import restore_columns

YARD = alter_scenario(read_case("wuzi_yard"), on=["whistle", "grid_patrol"], days=120)
ALONE = StreetParameters(stay=0.0)


def make_yards(n, **more):
    return [replace(YARD, name=f"yard {k}", **more) for k in range(n)]


def simulate_street(scenarios, knobs=StreetParameters()):  # noqa: B008
    street = Street("s", scenarios, lambda one: ("test", one.name), knobs)
    while street.day < street.days:
        street.simulate_week()
    return street


def test_communities_that_nothing_links_run_as_each_alone():
    """Bit for bit: no household stays in the street, and no departments lack hours."""
    many = [replace(one, departments=replace(one.departments, daily_hours=500.0)) for one in make_yards(3)]
    for run, one in zip(simulate_street(many, ALONE).runs(), many):
        alone = simulate(one, "test", one.name)
        assert (
            np.array_equal(run.issues, alone.issues)
            and np.array_equal(run.ledger.hours, alone.ledger.hours)
            and np.array_equal(run.fen, alone.fen)
        )
        assert all(
            np.array_equal(run.series[name], alone.series[name], equal_nan=True)
            for name in daily_counts.DAILY
        )


def test_a_community_that_is_the_only_one_of_its_street_runs_as_alone():
    # it lacks hours, and nobody can lend it any
    one = replace(make_yards(1)[0], departments=replace(YARD.departments, daily_hours=0.3))
    alone = simulate(one, "test", one.name)
    assert np.array_equal(simulate_street([one], ALONE).runs()[0].issues, alone.issues)


def test_departments_that_have_hours_help_those_that_lack_them():
    """The street office has one queue.

    A poor community's work is done if its neighbour is rich; alone it waits.
    """
    work = {
        name: replace(category, department_days=2.0, rate=3.0 * category.rate)
        for name, category in YARD.issues.items()
    }
    poor, rich = (
        replace(one, departments=replace(YARD.departments, daily_hours=hours), issues=work)
        for one, hours in zip(make_yards(2), (0.0, 50.0))
    )
    together, apart = simulate_street([poor, rich], ALONE), simulate_street([poor], ALONE)
    used = [run.ledger.hours.sum(axis=0)[-1] for run in together.runs()]
    assert apart.runs()[0].ledger.hours.sum(axis=0)[-1] == 0.0 and used[0] > 0.0
    assert sum(used) <= sum(run.ledger.supplied[-1] for run in together.runs()) + 1e-9
    assert apart.runs()[0].ledger.supplied[-1] == 0.0


def test_the_most_urgent_of_the_street_goes_first():
    rows = [np.array([[1.0, 5.0, 4.0]]), np.array([[3.0, 9.0, 3.0], [1.0, 2.0, 4.0]])]
    # three hours for the urgent, two for the older of the others
    assert grant_hours(rows, np.array([2.5, 2.5])).tolist() == [0.0, 5.0]
    # what no issue waits for stays where it is
    assert grant_hours(rows, np.array([2.0, 20.0])).tolist() == [4.0, 18.0]


def test_a_week_of_departments_hours_is_sent_within_the_street_and_none_is_lost():
    work = {
        name: replace(category, department_days=2.0, rate=3.0 * category.rate)
        for name, category in YARD.issues.items()
    }
    few = [
        replace(one, departments=replace(YARD.departments, daily_hours=hours), issues=work)
        for one, hours in zip(make_yards(3), (0.0, 0.5, 1.0))
    ]
    street, lacked = simulate_street(few, ALONE), 0
    there = [world.scenario.departments.daily_hours * world.there[:, -1] for world in street.worlds]
    days = np.arange(1, 8)
    for _ in range(3):  # further weeks
        street.share_hours(street.day + days)
        sent = np.array([world.sent for world in street.worlds])
        lacked += np.abs(sent).max() > 0.0
        assert np.allclose(sent.sum(axis=0), 0.0)
        for world, own in zip(street.worlds, there):
            assert (own[street.day + days] + world.sent[(street.day + days) % 7] >= -1e-9).all()
        street.days += 7
        street.series = np.zeros((3, street.days, street.series.shape[2]))
        street.simulate_week()
    assert lacked


def waiting(*hours):
    """Return issues that wait for departments, as many hours each, of one rank and day."""
    return np.array([[1.0, 1.0, left, 8.0] for left in hours]).reshape(-1, 4)


def test_what_departments_lack_is_counted_and_what_is_sent_is_sent_for_one_week():
    street = Street("s", make_yards(2), lambda one: ("test", one.name), ALONE)
    own = [7 * one.departments.daily_hours for one in street.scenarios]
    for world in street.worlds:
        world.there[:] = 1.0
    answers = [waiting(*[8.0] * 100), waiting(8.0)]  # more than both have; then nothing
    for world, asked in zip(street.worlds, answers):
        world.call = lambda kernel, asked=asked: asked.copy()
    street.share_hours(np.arange(1, 8))
    assert street.lacked == pytest.approx(101 * 8.0 - sum(own))
    assert street.worlds[0].sent.sum() > 0.0
    assert street.worlds[0].sent.sum() == pytest.approx(-street.worlds[1].sent.sum())
    for world in street.worlds:
        world.call = lambda kernel: waiting()
    street.share_hours(np.arange(8, 15))
    assert all((world.sent == 0.0).all() for world in street.worlds)


def test_hours_are_kept_for_what_can_be_done_within_the_week():
    """Not for works that take months, nor for what a department has not answered by then."""
    street = simulate_street(make_yards(1), ALONE)
    (world,) = street.worlds
    one = world.issues[:1].copy()
    one["desk"], one["hours_left"], one["work_hours"] = DESK_DEPARTMENT, 100.0, 100.0
    works = [kind.min_works_days for kind in street.scenarios[0].issues.values()]
    one["category"] = works.index(max(works))
    for state, due, seen in ((WORK, 0, 1), (UPWARD, 6, 1), (UPWARD, 7, 0), (REPORTED, 0, 0)):
        one["state"], one["due_day"] = state, world.day + due
        restore_columns(world.live, world.day, one, world.ended, world.history(), world.scheduled)
        rows = world.call(waiting_issues)
        assert len(rows) == seen
        assert not seen or rows[0, 2:].tolist() == [100.0, 100.0 / max(works)]


def test_over_new_year_departments_have_the_hours_of_the_calendar_and_no_more():
    """What is sent within the street is sent once, whatever week the year ends in."""
    work = {
        name: replace(kind, department_days=2.0, rate=3.0 * kind.rate) for name, kind in YARD.issues.items()
    }
    few = [
        replace(one, days=740, departments=replace(YARD.departments, daily_hours=hours), issues=work)
        for one, hours in zip(make_yards(2), (0.5, 3.0))
    ]
    street = simulate_street(few)
    calendars = [
        np.concatenate([almanac(world.scenario, year, world.leave)[1][:YEAR, -1] for year in range(3)])[1:741]
        for world in street.worlds
    ]
    own = sum(one.departments.daily_hours * there.sum() for one, there in zip(few, calendars))
    supplied = [run.ledger.supplied[-1] for run in street.runs()]
    assert sum(supplied) == pytest.approx(own) and street.lacked > 0.0
    assert supplied[0] > 1.01 * few[0].departments.daily_hours * calendars[0].sum(), "none is sent"


MOVING = replace(YARD.residents, owner_moving_rate=1.0, tenant_moving_rate=2.0)


@pytest.mark.parametrize("length", [15, 16, 18])
def test_in_the_last_days_only_who_leaves_within_them_is_counted(length):
    street = simulate_street(make_yards(3, residents=MOVING, days=length))
    seen = sum(
        int((world.left >= 0).sum())
        for scenario in street.scenarios
        for world in days(scenario, "test", scenario.name)
    )
    assert street.moved[:, 0].sum() == seen
    street.simulate_week()  # there is nothing left to do
    assert street.day == length


def test_newcomers_of_another_week_are_as_anybody_again_and_flats_are_assigned_by_lot():
    street = simulate_street(make_yards(3, residents=replace(MOVING, tenant_moving_rate=4.0), days=7))
    street.days, firsts = 700, []
    for _ in range(60):
        coming = street.day + np.arange(1, 8)
        street.looking = [np.ones(3)]
        street.assign_flats(coming)
        rows = [world.call(leavers) for world in street.worlds]
        earliest = min((day for left in rows for day in left[:, 0]), default=0)
        vacated = [n for n, left in enumerate(rows) if earliest in left[:, 0]]
        got = [
            n
            for n, world in enumerate(street.worlds)
            if (world.newcomers != street.mean_trust[n]).any()  # somebody comes from within the street
        ]
        assert len(got) == min(1, len(vacated)) and {*got} <= {*vacated}
        if len(vacated) > 1:
            firsts.append(got[0] == vacated[0])
        for world in street.worlds:
            simulate_days(world, 7)
    assert 0.1 < np.mean(firsts) < 0.9 and len(firsts) > 10


def test_households_that_stay_move_in_elsewhere_and_bring_their_trust():
    scenarios = [
        replace(
            one,
            residents=replace(
                YARD.residents,
                owner_moving_rate=1.0,
                tenant_moving_rate=2.0,
                trust_committee=trust,
                trust_spread=0.0,
            ),
        )
        for one, trust in zip(make_yards(2), (0.9, 0.1))
    ]
    none, all_ = (simulate_street(scenarios, StreetParameters(stay=stay, keep=1.0)) for stay in (0.0, 1.0))
    assert none.moved[:, 1].tolist() == [0, 0] and (none.moved[:, 0] == all_.moved[:, 0]).all()
    left, came = all_.moved.sum(axis=0)
    # who has left has moved in, or is still looking
    assert left - 5 <= came + len(all_.looking) <= left and came > 0.8 * left
    gaps = [
        abs(np.subtract(*(run.series["trust_committee"][-1] for run in street.runs())))
        for street in (none, all_)
    ]
    assert gaps[1] < gaps[0]  # trusting and distrustful people mix


def small_city(**more):
    return cities.compose_city(["wuzi_yard"], on=["grid_patrol"], days=20, communities=5, street=2, **more)


def test_every_community_has_people_of_its_own_and_the_last_street_may_be_short(tmp_path):
    done = cities.simulate_city(small_city(), tmp_path, workers=0)
    table = cities.load_table(tmp_path)
    assert (
        done.streets == 3
        and table.street.tolist() == [1, 1, 2, 2, 3]
        and table.community.tolist() == [1, 2, 3, 4, 5]
    )
    assert table.arisen.nunique() > 1
    series = cities.load_table(tmp_path, "series")
    assert series.groupby("street").size().tolist() == [20] * 3
    last = series[series.day == 20]
    assert last.open.sum() == table.backlog.sum() and last.arisen.sum() == table.arisen.sum()
    assert cities.summarise_city(table).residents == 5 * 190


def test_what_is_missing_or_damaged_is_run_again_and_is_the_same(tmp_path):
    cities.simulate_city(small_city(), tmp_path, workers=0)
    before = cities.digest(tmp_path)
    parts = sorted(tmp_path.glob("*/street-*.parquet"))
    parts[0].unlink()
    raw = bytearray(parts[-1].read_bytes())
    raw[len(raw) // 2] ^= 1
    parts[-1].write_bytes(raw)
    with pytest.raises(UserError, match="not what was written"):
        cities.load_table(tmp_path, "series")
    assert cities.simulate_city(small_city(), tmp_path, workers=0).before == 1
    assert cities.digest(tmp_path) == before


def test_another_city_is_not_mixed_in(tmp_path):
    cities.simulate_city(small_city(), tmp_path, workers=0)
    for other in (small_city(seed=1), small_city(residents=2000), small_city(between=ALONE)):
        with pytest.raises(UserError, match="another city"):
            cities.simulate_city(other, tmp_path, workers=0)


def test_a_city_is_grown_to_as_many_residents_as_are_asked_for():
    city = cities.compose_city(["guiyuan", "lianhe"], communities=4, residents=20_000)
    assert sum(
        one.community.residents for n in range(city.streets()) for one in city.scenarios(n)
    ) == pytest.approx(20_000, rel=0.001)


def test_threads_simulate_the_same_streets(tmp_path):
    cities.simulate_city(
        small_city(),
        tmp_path / "threads",
        choose_executor("threads", workers=3, kinds=("pool", "threads")),
        3,
    )
    cities.simulate_city(small_city(), tmp_path / "alone", workers=0)
    assert cities.digest(tmp_path / "threads") == cities.digest(tmp_path / "alone")
    with pytest.raises(UserError, match="there are: pool, dask"):
        choose_executor("threads")  # a sweep's run that never ends could not be stopped


@pytest.mark.slow
def test_which_worker_simulates_which_street_does_not_matter(tmp_path):
    told = []
    for name, workers in (("none", 0), ("one", 1), ("three", 3)):
        cities.simulate_city(small_city(), tmp_path / name, workers=workers)
        told.append(cities.digest(tmp_path / name))
    cities.simulate_city(small_city(seed=1), tmp_path / "control", workers=0)
    assert len(set(told)) == 1 and cities.digest(tmp_path / "control") != told[0]
