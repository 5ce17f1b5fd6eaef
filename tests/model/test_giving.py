"""Who gives is unequal, from the first day; captains are people who are asked, and tire of all they do."""

from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from scenarios import with_mechanisms

from cogov.agents.resident_parameters import ResidentParameters
from cogov.agents.residents import Knobs, count_evenings
from cogov.engine.randomness import RandomNumbers
from cogov.model.measures import summary
from cogov.model.mechanisms.building_captains import BuildingCaptains
from cogov.model.resources.levers import COMMITTEE
from cogov.model.scenarios.cases import read_case
from cogov.model.simulate import build_community, days, simulate
from cogov.model.world import start_run

YARD = replace(read_case("wuzi_yard"), days=200)
CAPTAINS = BuildingCaptains()


@cache
def year_of_guiyuan():
    """Return the evenings that each grown-up gave, and the share who give in weeks 4 and 52."""
    given, weekly = 0, []
    for world in days(replace(read_case("guiyuan"), days=364), 1):
        if world.day % 7 == 0:
            given = given + world.residents.evenings
            weekly.append(np.mean(world.residents.gives[world.residents.band > 0]))
    return given[world.residents.band > 0], weekly[3], weekly[-1]


def yard_with(**knobs):
    return with_mechanisms(YARD, building_captains=replace(CAPTAINS, **knobs))


def test_people_give_evenings_from_the_first_day():
    """The sums by building and pool are those of the residents."""
    world = start_run(build_community(YARD), YARD, RandomNumbers(1))
    people, sums = world.residents, world.mood
    assert people.evenings.sum() == sums.pledged.sum() == sums.promised.sum() > 0
    assert sums.helpers.sum() == people.gives.sum()
    first = next(iter(days(YARD, 1)))
    assert first.have[3] + first.have[4] > 0, "on day 1 there are evenings to be asked for"


def test_a_stronger_wish_never_means_fewer_evenings_and_a_week_has_seven():
    k = Knobs(*(float(getattr(ResidentParameters(), name)) for name in Knobs._fields))
    for u in (0.001, 0.3, 0.69, 0.9):
        counts = [count_evenings.py_func(u, logit, 0.7, k) for logit in np.linspace(-12, 40, 200)]
        assert np.all(np.diff(counts) >= 0) and {*counts} <= {*range(8)}
        assert counts[0] == 0 and (counts[-1] == 7) == (u < 0.7)


def test_each_further_evening_of_a_week_is_given_by_fewer():
    given, *_ = year_of_guiyuan()
    people = next(iter(days(read_case("guiyuan"), 1))).residents
    number = np.bincount(people.evenings, minlength=8)
    assert np.all(np.diff(number) <= 0) and number[2:].sum() > 0 and number[7] < number[1] / 10
    assert given.max() > 104, "somebody gives more than two evenings a week all year"


def test_the_keenest_tenth_gives_most_and_most_give_never():
    given, *_ = year_of_guiyuan()
    keen = np.sort(given[given > 0])[::-1]
    assert 0.15 < np.mean(given > 0) < 0.35
    assert keen[: len(keen) // 10].sum() > keen.sum() / 2


def test_giving_grows_no_more_than_a_few_fold_in_a_year():
    _, month, year = year_of_guiyuan()
    assert 0.005 < month < 0.03 and month < year < 4 * month


def test_captains_are_found_over_months():
    """Nobody is in post on the first day; most buildings have a captain within the year, some never."""
    case, posts = with_mechanisms(read_case("guiyuan"), "building_captains", "party_volunteers"), {}
    for world in days(case, 1):
        posts[world.day] = np.count_nonzero(world.own["building_captains"].who >= 0)
    buildings = len(world.buildings.compound)
    assert posts[1] == 0 and 0 < posts[30] < buildings / 3 < posts[180] < posts[365] < buildings


def test_a_case_can_begin_with_captains_in_post():
    *_, last = days(replace(yard_with(in_post_share=1.0, leaving_rate=0.0), days=2), 1)
    assert np.all(last.own["building_captains"].who >= 0)


def test_who_refused_is_not_asked_again():
    """Each of the eight candidates of a building once; a talk costs the committee its hours."""
    k = {"asked_logit": -5.0, "asks_per_month": 30.0, "talk_hours": 0.01}
    case = replace(yard_with(refusal_days=3650, **k), days=400)
    stubborn = replace(case, residents=replace(case.residents, volunteering_threshold_logit=15.0))
    asked = []
    for refusal_days in (3650, 30):
        again = stubborn.mechanisms["building_captains"]
        run = simulate(
            with_mechanisms(stubborn, building_captains=replace(again, refusal_days=refusal_days)), 1
        )
        asked.append(run.ledger.hours[run.names.index("building_captains"), COMMITTEE] / 0.01)
    assert asked[0] == pytest.approx(8 * 5, abs=1) and asked[1] > 2 * asked[0]


def test_one_fatigue_for_all_duties():
    """Hours in a post tire a captain, who then gives fewer evenings; one who is tired enough steps down."""
    tired = {}
    for hours in (0.05, 1.0):
        case = yard_with(
            in_post_share=1.0, captain_hours=hours, fatigue_at_resignation=50.0, leaving_rate=0.0
        )
        for world in days(case, 1):
            captains = world.own["building_captains"].who
        tired[hours] = world.residents.fatigue[captains].mean(), world.residents.fatigue.mean()
    assert tired[1.0][0] > tired[0.05][0] + 1.0 and tired[1.0][0] > 4 * tired[1.0][1]
    *_, last = days(yard_with(in_post_share=1.0, fatigue_at_resignation=0.3, asks_per_month=0.0), 1)
    assert np.all(last.own["building_captains"].who < 0)


def test_unpaid_hours_have_a_shadow_wage():
    case = yard_with(in_post_share=1.0)
    run = simulate(replace(case, volunteers=replace(case.volunteers, shadow_wage_yuan=30.0)), 1)
    hours, told = run.ledger.hours.sum(axis=0), summary(run)
    assert told["unpaid_hours"] == pytest.approx(hours[3] + hours[4] + hours[5]) and hours[5] > 0
    assert told["shadow_cost_yuan"] == pytest.approx(30.0 * told["unpaid_hours"])
    assert told["shadow_yuan_per_resolved"] == pytest.approx(told["shadow_cost_yuan"] / told["resolved"])
