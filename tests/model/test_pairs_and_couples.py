"""What is promised to one person lasts, and nobody finds a partner alone."""

from dataclasses import replace

import numpy as np
from scenarios import STORM, raise_rates, with_mechanisms

from cogov.engine.codes import DESK_NONE
from cogov.model.issues.categories import FAMILIES
from cogov.model.issues.issue_table import REPORTED
from cogov.model.mechanisms import load_class
from cogov.model.scenarios.cases import alter_scenario, read_case
from cogov.model.simulate import days, simulate

PAIRED = replace(load_class("one_to_one_care")(), initial_pairs=5)


def test_of_eighteen_pairs_most_last_a_year_though_evenings_are_scarce():
    """Volunteers' attrition is 13.5 % a year; with moves, and new pairs, 10 to 30 % of pairs are missing.

    A team of volunteers wants more evenings than there are, but pairs have promised theirs.
    """
    kept, granted = {60: [], 365: []}, {"one_to_one_care": [], "party_volunteers": []}
    for seed in (1, 2, 3):
        for world in days(alter_scenario(read_case("yiduan"), on=["party_volunteers"]), seed):
            for name, shares in granted.items():
                shares.append(world.hands[name].share[-1])
            if world.day in kept:
                kept[world.day].append(np.count_nonzero(world.own["one_to_one_care"].by >= 0) / 18)
    assert np.mean(granted["party_volunteers"]) < 0.95 < 0.99 < np.mean(granted["one_to_one_care"])
    assert min(kept[60]) > 0.85
    assert 0.7 < np.mean(kept[365]) < 0.95


def test_a_visitor_finds_needs_in_that_elders_home_alone():
    """And only in a week with a visit."""
    looked = 0
    for world in days(with_mechanisms(STORM, one_to_one_care=PAIRED), 1):
        own, sight = world.own["one_to_one_care"], world.hands["one_to_one_care"].lever.sight
        sight.fill(0.0)
        world.run(("pull",))
        found = world.issues[np.flatnonzero(sight[: len(world.issues)])]
        homes = world.residents.home[own.elder[own.visits > 0.0]]
        assert np.isin(found["household"], homes).all()
        assert (found["family"] == FAMILIES.index("care")).all()
        looked += len(found)
    assert looked > 20


def test_a_pair_ends_when_visitor_or_elder_moves_away():
    """All else that ends pairs is switched off, and nobody else is asked."""
    care = replace(PAIRED, lapse_rate=0.0, max_gap_days=1000, pairs_per_month=0.0)

    def kept(rate):
        moving = replace(STORM.residents, owner_moving_rate=rate, tenant_moving_rate=rate)
        scenario = with_mechanisms(replace(STORM, residents=moving), one_to_one_care=care)
        runs = [[*days(scenario, seed)][-1] for seed in range(1, 7)]
        return sum(np.count_nonzero(world.own["one_to_one_care"].by >= 0) for world in runs)

    assert kept(0.0) == 30 and kept(2.0) <= 12


def test_no_working_hours_find_anybody_a_partner():
    """Not those of any desk, nor of volunteers, nor of a centre that looks after care needs."""
    scenario = with_mechanisms(
        replace(STORM, committee=replace(STORM.committee, staff=50.0)),
        *("home_visits", "party_volunteers", "service_centre", "social_organisations", "task_pipeline"),
    )
    run = simulate(scenario, 2)
    searches = run.issues[run.issues["desk"] == DESK_NONE]
    known = searches[searches["reported_day"] >= 0]
    assert len(known) > 10
    assert {*known["taken_in_day"].tolist()} == {-1}
    assert {*searches["resolved_day"].tolist()} == {-1}


def station(rate, **knobs):
    """Return a busy community with a matchmaking station where so many people begin to look in a year."""
    scenario = raise_rates(STORM, partner_search=rate)
    return with_mechanisms(scenario, acquaintance=replace(load_class("acquaintance")(), **knobs))


def test_a_couple_is_two_people_who_were_both_registered():
    """What is counted as couples is what the issues say, and one person alone finds nobody."""
    scenario = station(8.0, couple_share=1.0, introductions_per_year=26.0)
    registered, couples = {}, 0.0
    for world in days(scenario, 3):
        issues = world.issues
        mine = issues[issues["desk"] == DESK_NONE]
        today = mine[mine["resolved_day"] == world.day]
        assert len(today) % 2 == 0
        assert {*today["id"].tolist()} <= registered.keys()
        couples += len(today) / 2
        assert world.own["acquaintance"].couples[0] == couples
        registered = dict.fromkeys(mine["id"][mine["state"] == REPORTED].tolist())
    assert couples > 5


def test_introductions_take_hours_of_the_station():
    """Of the half hour that five buildings give on a Sunday, a tenth of an hour each or twenty hours each."""

    def couples(hours):
        knobs = {"couple_share": 1.0, "introductions_per_year": 52.0, "introduction_hours": hours}
        for world in days(station(8.0, **knobs), 1):
            pass
        return world.own["acquaintance"].couples[0]

    assert couples(0.1) > 5 and couples(20.0) == 0


def test_where_many_look_for_a_partner_a_station_makes_dozens_of_couples_a_year():
    """In a community of some 10,000, where as many look on day 0 as have begun to in some three years."""
    case = read_case("lianhe")
    one = read_case("yiduan").initial_issues
    searching = next(part for part in one if part.category == "partner_search")
    scenario = replace(case, initial_issues=(*case.initial_issues, replace(searching, count=500)))
    for world in days(scenario, 1):
        pass
    assert 20 <= world.own["acquaintance"].couples[0] <= 60
