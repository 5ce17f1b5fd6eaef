"""A mechanism is rolled out group by group, by lot; a run continued from a snapshot goes on the same."""

from dataclasses import replace

import numpy as np
import pytest
from scenarios import ESTATE, with_mechanisms

from cogov.engine.randomness import RandomNumbers
from cogov.engine.texts.errors import UserError
from cogov.model.day import simulate_day
from cogov.model.resources.rollout import NEVER, RollOut, begin_days, draw_groups
from cogov.model.scenarios.cases import read_case
from cogov.model.simulate import build_community, days
from cogov.model.world import restore_run

GUIYUAN = build_community(read_case("guiyuan"))
PLACES = GUIYUAN.buildings, GUIYUAN.compounds


@pytest.mark.parametrize("clusters", ["compound", "building"])
def test_groups_are_as_equal_as_can_be_and_another_lot_draws_others(clusters):
    rollout = RollOut("grid_patrol", clusters, groups=5)
    groups = draw_groups(rollout, *PLACES)
    sizes = np.bincount(groups)
    assert len(sizes) == 5 and sizes.max() - sizes.min() <= 1
    assert (draw_groups(replace(rollout, lot=1), *PLACES) != groups).any()
    assert (draw_groups(replace(rollout, mechanism="whistle"), *PLACES) != groups).any()


def test_a_compound_begins_as_a_whole_and_who_takes_no_part_never():
    rollout = RollOut("grid_patrol", "compound", groups=3, first_day=10, step_days=7, taking_part=6)
    begins = begin_days(rollout, *PLACES)
    for compound in range(len(GUIYUAN.compounds.company)):
        assert len({*begins[GUIYUAN.buildings.compound == compound]}) == 1
    by_compound = begins[GUIYUAN.compounds.first[:-1]]
    assert sorted(by_compound[by_compound < NEVER].tolist()) == [10, 10, 17, 17, 24, 24]


def test_captains_are_asked_only_where_they_are_to_serve():
    """On the first day of a building nobody holds its post, however long others do."""
    rollout = RollOut("building_captains", "building", groups=2, first_day=5, step_days=40)
    eager = {"in_post_share": 0.0, "asks_per_month": 30.0, "asked_logit": 8.0}
    town = replace(with_mechanisms(ESTATE, "building_captains"), days=60, rollout=(rollout,))
    captains = replace(town.mechanisms["building_captains"], **eager)
    town = replace(town, mechanisms={"building_captains": captains})
    begins = begin_days(rollout, build_community(town).buildings, build_community(town).compounds)
    late = begins == 45
    for world in days(town, "captains"):
        who = world.own["building_captains"].who
        if world.day == 44:
            assert (who[~late] >= 0).any() and (who[late] < 0).all()
    assert (who[late] >= 0).any()


def test_a_run_that_is_continued_goes_on_the_same():
    rollout = RollOut("grid_patrol", "building", groups=4, first_day=8, step_days=9)
    town = replace(with_mechanisms(ESTATE, "grid_patrol", "building_captains"), days=50, rollout=(rollout,))
    for world in days(town, "one"):
        if world.day == 20:
            half = world.snapshot()
    again = restore_run(half, build_community(town), town, RandomNumbers("one"))
    for _ in range(30):
        simulate_day(again)
    whole, continued = world.snapshot(), again.snapshot()
    assert whole.keys() == continued.keys()
    assert all(np.array_equal(whole[name], continued[name]) for name in whole)


def test_what_cannot_be_rolled_out_is_named():
    with pytest.raises(UserError, match=r"rollout.0.mechanism = 'grid_patrl' is unknown; did you mean"):
        replace(ESTATE, rollout=(RollOut("grid_patrl"),))
    with pytest.raises(UserError, match=r"rollout.1.mechanism = 'whistle' is rolled out twice"):
        replace(ESTATE, rollout=(RollOut("whistle"), RollOut("whistle")))
