"""A world has one value of every uncertain number, the same in all arms; what is told or set stays."""

import pickle

import pytest
from scenarios import with_mechanisms

from cogov.engine.texts.errors import UserError
from cogov.experiments.evidence import plausible_worlds
from cogov.experiments.evidence.knobs import iter_knobs, value_at
from cogov.experiments.evidence.plausible_worlds import PlausibleWorlds, members, worlds_of_arms
from cogov.experiments.evidence.sampling import default_values, told_by
from cogov.model.scenarios.cases import alter_scenario, list_cases, read_case
from cogov.model.simulate import build_community

CASE = read_case("guiyuan")
ARMS = with_mechanisms(CASE), with_mechanisms(CASE, "building_captains")
WORLDS = worlds_of_arms(ARMS)


def test_arms_of_one_world_share_every_number():
    without, treated = (WORLDS.apply(arm, 3) for arm in ARMS)
    assert set(treated.mechanisms) == {"building_captains"} and not without.mechanisms
    for path, _, value in iter_knobs(without):
        assert value_at(treated, path) == value, path
    one, other = WORLDS.numbers(3), WORLDS.numbers(4)
    assert sum(one[path] != other[path] for path in one) > 0.9 * len(one)


def test_every_world_has_other_people_within_the_same_census_and_arms_share_them():
    scenarios = [WORLDS.apply(arm, world) for world in (3, 4) for arm in ARMS]
    one, treated, other, _ = (build_community(scenario) for scenario in scenarios)
    assert (one.households.owner == treated.households.owner).all()
    assert (one.households.owner != other.households.owner).any()
    assert one.households.owner.sum() == other.households.owner.sum() == CASE.community.owners


def test_worlds_are_the_same_again_in_another_process_and_for_another_arm_that_is_added():
    again = pickle.loads(pickle.dumps(WORLDS))
    assert again == WORLDS and hash(again) == hash(WORLDS)
    more = worlds_of_arms([*ARMS, with_mechanisms(CASE, "whistle")])
    numbers = WORLDS.numbers(7)
    assert numbers == {path: more.numbers(7)[path] for path in numbers}
    assert worlds_of_arms(ARMS, seed=1).numbers(7) != numbers


@pytest.mark.parametrize("case", list_cases())
def test_what_a_case_tells_and_what_a_user_sets_is_not_drawn(case):
    scenario = alter_scenario(read_case(case), settings={"residents.trust_committee": 0.3})
    worlds = PlausibleWorlds(scenario, frozenset(["residents.trust_committee"]))
    drawn = worlds.apply(scenario, 0)
    for path in {*told_by(scenario), "residents.trust_committee"}:
        assert value_at(drawn, path) == value_at(scenario, path), path
    assert drawn.community == scenario.community and drawn.compound == scenario.compound


def test_fitted_numbers_come_from_a_member_of_the_ensemble_except_where_the_case_sets_its_own():
    defaults, numbers, first = default_values(), WORLDS.numbers(5), members()[0]
    fitted = {path for path in numbers if path in first and value_at(ARMS[1], path) == defaults[path]}
    rows = [row for row in members() if all(numbers[path] == pytest.approx(row[path]) for path in fitted)]
    assert len(fitted) > 50 and len(rows) == 1
    path = min(fitted)
    firsts = [WORLDS.numbers(world)[path] for world in range(len(members()))]
    assert len(set(firsts)) > 0.9 * len(members())  # every member comes once before one comes twice


def test_a_world_that_contradicts_itself_is_drawn_again_and_said_so_if_none_is_left(monkeypatch):
    original, tried = plausible_worlds.set_parameters, []

    def refuse(scenario, numbers):
        tried.append(numbers)
        if len(tried) <= limit:
            raise UserError("contradiction")
        return original(scenario, numbers)

    monkeypatch.setattr(plausible_worlds, "set_parameters", refuse)
    limit = 1
    fresh = PlausibleWorlds(CASE, seed=11)
    assert fresh.numbers(0) == tried[1] != tried[0]
    limit = 10_000
    with pytest.raises(UserError, match="contradiction"):
        fresh.numbers(1)
