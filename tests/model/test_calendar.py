"""The calendar: weekends and festivals, seasons, shocks, staff turnover, initial issues, terms of office."""

from dataclasses import replace

import numpy as np
import pytest
from scenarios import ESTATE, STORM, YARD, with_mechanisms

from cogov.engine.randomness import RandomNumbers
from cogov.engine.texts.errors import UserError
from cogov.model import mechanisms
from cogov.model.issues.categories import SEASONS
from cogov.model.resources.calendar import (
    PAYERS,
    YEAR,
    CalendarParameters,
    InitialIssues,
    Shock,
    almanac,
    share_filled,
)
from cogov.model.scenarios.scenario import Compound
from cogov.model.simulate import days, simulate

KEY = RandomNumbers(1).key("leave")
CALM = CalendarParameters(staff_leaving_rate=0.0)


def arrival_factors(scenario, category, year=0):
    return almanac(scenario, year, KEY)[0][:, list(scenario.issues).index(category)]


def hours_present(scenario, payer, year=0):
    return almanac(scenario, year, KEY)[1][:, PAYERS.index(payer)]


def test_a_season_moves_issues_within_the_year_and_makes_no_more_of_them():
    assert all(np.mean(months) == pytest.approx(1.0) for months in SEASONS.values())
    for category in ("mosquito", "child_holiday", "garage_flood"):
        assert arrival_factors(STORM, category).mean() == pytest.approx(1.0, abs=0.03)
    assert (arrival_factors(STORM, "pipe_burst") == 1.0).all()
    flat = replace(STORM, calendar=CalendarParameters(season_strength=0.0))
    assert (arrival_factors(flat, "mosquito") == 1.0).all()


def test_a_year_that_begins_in_july_has_its_mosquitoes_first():
    march, july = (
        arrival_factors(replace(STORM, calendar=CalendarParameters(first_month=month)), "mosquito")
        for month in (3, 7)
    )
    assert july[1:60].mean() > 2.0 > march[1:60].mean() and march[122 + 1] == july[1]


def test_more_children_are_at_home_in_the_holidays():
    lively = replace(
        STORM,
        days=365,
        calendar=CALM,
        issues=STORM.issues | {"child_holiday": replace(STORM.issues["child_holiday"], rate=20.0)},
    )
    run = simulate(lively, 1)
    born = run.issues["arose_day"][run.issues["category"] == run.categories.index("child_holiday")]
    # July and August of a run from March
    assert len(born) > 100 and np.mean((born > 122) & (born <= 184)) > 0.6


def test_offices_rest_on_weekends_and_in_festival_weeks_and_evenings_are_fewer_then():
    calm = replace(STORM, calendar=CALM)
    for payer in ("committee", "departments"):
        assert (
            set(np.round(hours_present(calm, payer), 6)) == {0.4, 1.0}
            and hours_present(calm, payer)[6] == 0.4
            and hours_present(calm, payer)[3] == 1.0
        )
    assert (hours_present(calm, "member") == 0.5).sum() == 14 + 7 and (
        hours_present(calm, "grid") == 1.0
    ).all()


def test_the_last_rows_of_an_almanac_are_the_first_of_the_next_year():
    """Buildings look a week ahead: what arises in the first nights of a year is scheduled in the old one."""
    shocks = Shock("frost", YEAR + 1, 20, "facility", 2.0), Shock("flu", YEAR - 2, 4, "", 0.0, "grid", 0.5)
    town = replace(
        STORM, shock=shocks, calendar=CalendarParameters(season_strength=1.0, staff_leaving_rate=3.0)
    )
    for old, new in zip(almanac(town, 0, KEY), almanac(town, 1, KEY)):
        ahead = len(old) - YEAR
        assert ahead == 7 and np.array_equal(old[YEAR:], new[:ahead])
        assert not np.array_equal(old[YEAR:], old[:ahead])


def test_on_the_first_day_all_buildings_look_ahead_to_the_eve_of_their_weekday():
    """From then on each looks a week ahead on its weekday: no night is left out, and none counts twice."""
    steady = {"pipe_burst": replace(STORM.issues["pipe_burst"], rate=2.0)}
    row = replace(YARD, days=16, issues=steady, compound=(Compound(buildings=9, stairwells=2, floors=6),))
    weekday = np.arange(9) % 7
    for world in days(row, 1):
        rate, hazard = world.clocks.rate[:, 0], world.clocks.passed[:, 0]
        nights = world.day - 1 + 7 - (world.day - weekday) % 7
        assert hazard == pytest.approx(rate * nights) and (rate > 0.0).all(), world.day


def test_a_shock_comes_for_its_days_and_only_for_what_it_names():
    shock = Shock(
        "rounds of testing", day=10, days=5, family="care", ease=np.log(3.0), role="committee", share=0.5
    )
    plain, struck = replace(STORM, calendar=CALM), replace(STORM, calendar=CALM, shock=(shock,))
    factor = hours_present(struck, "committee") / hours_present(plain, "committee")
    assert factor[10:15].tolist() == [0.5] * 5 and (np.delete(factor, range(10, 15)) == 1.0).all()
    assert (hours_present(struck, "grid") == hours_present(plain, "grid")).all()
    care = arrival_factors(struck, "elder_alone") / arrival_factors(plain, "elder_alone")
    assert care[10:15] == pytest.approx([3.0] * 5) and (np.delete(care, range(10, 15)) == 1.0).all()
    assert (arrival_factors(struck, "litter") == arrival_factors(plain, "litter")).all()


def test_who_leaves_is_missed_until_a_successor_has_found_the_way():
    """Of many posts the share that is empty is leaving / (leaving + 1 / vacancy).

    0.3 a year and 73 days make 5.7 %.
    """
    calendar = CalendarParameters(staff_leaving_rate=0.3, vacancy_days=73.0)
    share = share_filled(2000, calendar, np.arange(5 * YEAR, 6 * YEAR), KEY)
    expected = 0.3 * 73 / 365 / (1 + 0.3 * 73 / 365)
    assert 1 - share.mean() == pytest.approx(expected, abs=4 * np.sqrt(expected / 2000 * 73 / 365 * 2))
    assert (share_filled(5, CALM, np.arange(YEAR), KEY) == 1.0).all() and set(
        np.round(5 * share_filled(5, calendar, np.arange(YEAR), KEY)) % 1
    ) == {0.0}


def test_initial_issues_are_there_on_the_first_evening():
    """So many of each and no more, spread over buildings; what concerns a compound, over compounds.

    Entries of one kind add up.
    """
    quiet = {name: replace(one, rate=min(one.rate, 1e-9)) for name, one in ESTATE.issues.items()}
    begin = (
        InitialIssues("litter", 3),
        InitialIssues("litter", 5),
        InitialIssues("yard_renewal", 2),
        InitialIssues("neighbour_noise", 4, stubborn=True),
    )
    world = next(days(replace(ESTATE, issues=quiet, initial_issues=begin), 1))
    names = [world.categories[j] for j in world.issues["category"]]
    assert {name: names.count(name) for name in set(names)} == {
        "litter": 8,
        "yard_renewal": 2,
        "neighbour_noise": 4,
    }
    by = {name: world.issues[np.array(names) == name] for name in set(names)}
    assert len(set(by["litter"]["building"].tolist())) == 4 and set(
        by["yard_renewal"]["compound"].tolist()
    ) == {0, 1}
    easy = next(
        days(replace(ESTATE, issues=quiet, initial_issues=(InitialIssues("neighbour_noise", 4),)), 1)
    ).issues
    assert (
        by["neighbour_noise"]["sittings_needed"] == pytest.approx(10 * easy["sittings_needed"])
        or (by["neighbour_noise"]["sittings_needed"] >= easy["sittings_needed"]).all()
    )


def test_an_initial_issue_without_a_possible_place_is_refused():
    with pytest.raises(UserError, match="lift_stopped"):
        next(days(replace(YARD, initial_issues=(InitialIssues("lift_stopped", 1),)), 1))


@pytest.mark.parametrize("name", ["grid_patrol", "party_volunteers"])
def test_a_mechanism_works_from_its_first_day_to_its_last(name):
    one = mechanisms.load_class(name)(first_day=20, last_day=40)
    spent = np.array(
        [
            world.ledger.hours[world.names.index(name)].sum()
            for world in days(with_mechanisms(STORM, **{name: one}), 1)
        ]
    )
    assert spent[18] == 0 < spent[39] == spent[-1]
