"""Everything that mechanisms do is counted once, agrees with the hours it takes, and is credited."""

from dataclasses import replace
from itertools import product
from types import SimpleNamespace

import numpy as np
import pytest
from scenarios import ESTATE, STORM, WORLDS, YARD, with_mechanisms

from cogov.experiments.comparison.compare import compare, tabulate_activities
from cogov.experiments.comparison.mechanism_contract import variants
from cogov.experiments.comparison.runs import RunTables
from cogov.experiments.comparison.runs import simulate as simulate_tables
from cogov.model import activities, measures, mechanisms
from cogov.model.activities import list_activities
from cogov.model.issues.closing import credit_hurry
from cogov.model.issues.issue_table import AGREED, ANSWERED, CONSENTED, ISSUE, WAS_REPORTED
from cogov.model.mechanisms import Count, Mechanism
from cogov.model.resources.calendar import PAYERS
from cogov.model.simulate import days, simulate
from cogov.viz.text.tables import activities_table

NAMES = mechanisms.list_mechanisms()
SEEDS = range(1, 25)  # enough for what is rare, such as somebody who steps down
EVERYBODY = with_mechanisms(STORM, *NAMES)


@pytest.fixture(scope="module")
def everybody():
    return simulate(EVERYBODY, 1, daily=True)


def hours_of(run, name, role):
    return run.ledger.hours[run.names.index(name), PAYERS.index(role)]


def amounts_of(run, name):
    return {a.count.name: a.value for a in list_activities(run) if a.mechanism == name}


# ------------------------------------------------------------------------------------- every mechanism


@pytest.mark.parametrize("name", NAMES)
def test_every_mechanism_counts_what_it_does_and_all_of_it_happens(name):
    kind = mechanisms.load_class(name)
    idle = {count.name for count in kind.counts}
    assert idle, "nothing of what it does is counted"
    for seed, scenario, one in product(SEEDS, WORLDS.values(), variants(kind)):
        counts = simulate(with_mechanisms(scenario, **{name: one}), seed).counts[name]
        idle -= {count for count, amount in counts.items() if amount > 0.0}
        if not idle:
            break
    assert not idle


@pytest.mark.parametrize("name", NAMES)
def test_a_mechanism_of_no_strength_has_done_nothing(name):
    silent = replace(mechanisms.load_class(name)(), strength=0.0)
    run = simulate(with_mechanisms(STORM, **{name: silent}), 1, daily=True)
    assert not any(run.counts[name].values()) and not any(days.any() for days in run.daily[name].values())


@pytest.mark.parametrize("name", NAMES)
def test_what_is_counted_has_words_in_both_languages_and_names_of_its_own(name):
    kind = mechanisms.load_class(name)
    counts = activities.declare_counts(kind.counts, kind.pulls)
    assert len({count.name for count in counts}) == len(counts)
    for count in counts:
        assert count.en and count.unit and count.zh and count.unit_zh
        assert any("\u4e00" <= c <= "\u9fff" for c in count.zh) and count.en.isascii()


def test_totals_only_rise_and_the_last_day_is_what_the_run_has(everybody):
    for name, daily in everybody.daily.items():
        for count in mechanisms.load_class(name).counts:
            column = daily[count.name]
            assert column.shape == (STORM.days,)
            assert column[-1] == pytest.approx(everybody.counts[name][count.name], rel=1e-5)
            assert count.level or (np.diff(column) >= 0.0).all()


def test_a_level_is_nothing_on_days_on_which_its_mechanism_is_not_on():
    captains = replace(
        mechanisms.load_class("building_captains")(), in_post_share=1.0, first_day=20, last_day=60
    )
    run = simulate(with_mechanisms(STORM, building_captains=captains), 1, daily=True)
    in_post = run.daily["building_captains"]["captains"]
    assert not in_post[:19].any() and (in_post[19:60] > 0).all() and not in_post[60:].any()
    assert run.counts["building_captains"]["captains"] == 0.0


def test_half_the_strength_counts_for_half():
    whole = replace(mechanisms.load_class("building_captains")(), in_post_share=1.0)
    half = replace(whole, strength=0.5)
    first = simulate(replace(with_mechanisms(STORM, building_captains=whole), days=1), 1)
    weak = simulate(replace(with_mechanisms(STORM, building_captains=half), days=1), 1)
    full = first.counts["building_captains"]["captains"]
    assert full > 1.0 and weak.counts["building_captains"]["captains"] == full / 2


# --------------------------------------------------------------- what is counted agrees with its hours


def test_a_patrol_walks_the_hours_that_paperwork_and_errands_leave():
    patrol = mechanisms.load_class("grid_patrol")()
    run = simulate(with_mechanisms(STORM, "grid_patrol"), 1)
    out = hours_of(run, "grid_patrol", "grid") * (1.0 - patrol.paperwork_share)
    walked = out * patrol.patrol_hours / (patrol.patrol_hours + patrol.errand_hours)
    assert run.counts["grid_patrol"]["patrol_hours"] == pytest.approx(walked)
    assert 0.0 < run.counts["grid_patrol"]["errand_hours"] <= out - walked + 1e-9


def test_calls_and_contacts_take_all_the_hours_of_a_whistle():
    whistle = mechanisms.load_class("whistle")()
    run = simulate(with_mechanisms(STORM, "whistle"), 1)
    done = run.counts["whistle"]
    hours = done["calls"] * whistle.call_hours + done["contacts"] * whistle.contact_hours
    assert done["calls"] > 0.0 and hours == pytest.approx(hours_of(run, "whistle", "grid"))


def test_visits_take_all_the_hours_of_home_visits():
    visits = replace(mechanisms.load_class("home_visits")(), study_evenings_per_quarter=0)
    run = simulate(with_mechanisms(STORM, home_visits=visits), 1)
    done, hours = run.counts["home_visits"], run.ledger.hours[run.names.index("home_visits")].sum()
    assert done["visits"] * visits.visit_hours == pytest.approx(hours) and hours > 0.0
    assert done["study_evenings"] == done["attendances"] == 0.0


def test_study_evenings_are_attended_by_people_and_by_no_more_than_live_there():
    visits = mechanisms.load_class("home_visits")()
    grown_ups = STORM.community.residents - STORM.community.children
    buildings = sum(compound.count * compound.buildings for compound in STORM.compound)
    for people, come in ((1.0, 1.0), (1000.0, grown_ups / buildings)):
        study = replace(visits, study_evenings_per_quarter=2000, study_people=people)
        run = simulate(with_mechanisms(STORM, home_visits=study), 1)
        done = run.counts["home_visits"]
        assert done["visits"] == 0.0 and done["study_evenings"] > 1.0
        assert amounts_of(run, "home_visits")["attendances_per_evening"] == pytest.approx(come, rel=0.1)


def test_a_council_with_matters_meets_or_lacks_a_quorum_on_every_day_of_its_calendar():
    council = mechanisms.load_class("joint_council")()
    dates = 0
    for world in days(with_mechanisms(STORM, "joint_council"), 1):
        done = activities.count_today(world)["joint_council"]
        assert done["meetings"] + done["cancelled"] == dates
        dates += (world.own["joint_council"].matters > 0.0).sum()  # tomorrow
    compounds = sum(compound.count for compound in STORM.compound)
    calendar = sum(
        day // 7 >= 2 and day % 7 == 1 + c % 5 and (day // 7 - 2 + c // 5) % council.interval_weeks == 0
        for day in range(1, STORM.days + 1)
        for c in range(compounds)
    )
    assert 0 < done["meetings"] + done["cancelled"] <= calendar and done["meetings"] > 0
    longest = council.evening_hours / council.sitting_hours
    assert done["matters"] <= done["sittings"] <= longest * done["meetings"] + 1e-9


def test_a_mediation_room_hears_cases_in_sittings_on_evenings_that_its_committee_is_paid_for():
    room = mechanisms.load_class("mediation_room")()
    run = simulate(with_mechanisms(STORM, "mediation_room"), 1)
    done = run.counts["mediation_room"]
    assert 0 < done["meetings"] <= done["matters"] <= done["sittings"] / min(1.0, done["sittings"])
    most = room.mediators * room.sittings_per_evening
    assert done["sittings"] <= most * done["meetings"]
    assert hours_of(run, "mediation_room", "committee") <= room.committee_hours * done["meetings"] + 1e-9
    assert hours_of(run, "mediation_room", "member") == pytest.approx(room.member_hours * done["sittings"])


def test_an_alliance_gives_each_matter_one_sitting_or_several():
    alliance = replace(mechanisms.load_class("five_party_alliance")(), stuck_days=0, quorum_seats=0.5)
    run = simulate(with_mechanisms(STORM, five_party_alliance=alliance), 1)
    done = run.counts["five_party_alliance"]
    assert 0 < done["matters"] <= done["sittings"] <= alliance.push_sittings * done["matters"]
    room = alliance.items_per_sitting * alliance.push_sittings
    assert done["sittings"] <= room * done["meetings"] and done["seats"] <= 5.0 * done["meetings"]


def test_whoever_is_asked_to_be_captain_accepts_or_refuses_and_is_in_post_until_leaving():
    captains = replace(mechanisms.load_class("building_captains")(), asks_per_month=30.0, leaving_rate=1.0)
    for world in days(with_mechanisms(STORM, building_captains=captains), 1):
        done = activities.count_today(world)["building_captains"]
        assert done["asked"] == done["accepted"] + done["refused"]
        tomorrow = (world.own["building_captains"].who >= 0).sum()
        assert tomorrow == done["accepted"] - done["departures"]
    assert done["refused"] > 0 and done["departures"] > 0 and done["captains"] > 0


def test_couples_and_introductions_are_those_of_the_station():
    station = replace(mechanisms.load_class("acquaintance")(), couple_share=1.0, introductions_per_year=52.0)
    for world in days(with_mechanisms(STORM, acquaintance=station), 1):
        done = activities.count_today(world)["acquaintance"]
        assert done["couples"] == world.own["acquaintance"].couples[0]
    assert 0 < done["couples"] <= done["introductions"] + 1e-9


def test_a_patrol_settles_jobs_on_the_spot_only_up_to_their_size():
    run = simulate(with_mechanisms(STORM, "grid_patrol"), 1)
    patrol, done = mechanisms.load_class("grid_patrol")(), run.counts["grid_patrol"]
    assert 0 < done["spot_jobs"] <= amounts_of(run, "grid_patrol")["found"]
    never = replace(patrol, spot_hours=0.0)
    run = simulate(with_mechanisms(STORM, grid_patrol=never), 1)
    assert run.counts["grid_patrol"]["spot_jobs"] == 0.0 < run.counts["grid_patrol"]["errand_hours"]


def test_pairs_are_those_made_less_those_that_ended():
    care = replace(
        mechanisms.load_class("one_to_one_care")(), initial_pairs=3, pairs_per_month=60.0, lapse_rate=5.0
    )
    for world in days(with_mechanisms(STORM, one_to_one_care=care), 1):
        done = activities.count_today(world)["one_to_one_care"]
        assert done["pairs"] == (world.own["one_to_one_care"].by >= 0).sum()
        if world.day == 1:
            at_first = done["pairs"] - done["paired"] + done["ended"]
        assert done["pairs"] == at_first + done["paired"] - done["ended"]
    assert done["paired"] > 0 and done["ended"] > 0 and done["searches"] >= done["paired"]


# ------------------------------------------------------------------------------- what levers achieved


def test_what_levers_achieve_is_counted_from_the_history(everybody):
    run = everybody
    for name in NAMES:
        row, done = run.names.index(name), amounts_of(run, name)
        for count, what in (
            ("found", WAS_REPORTED),
            ("settled", AGREED),
            ("consented", CONSENTED),
            ("answered", ANSWERED),
        ):
            events = (run.history["what"] == what) & (run.history["by"] == row)
            assert done.get(count, 0.0) == events.sum(), (name, count)
        closed = (run.issues["resolved_by"] == row) & (run.issues["resolved_day"] >= 0)
        assert done.get("resolved", 0.0) == closed.sum()
    council = amounts_of(run, "joint_council")
    assert council["settled_per_sitting"] == council["settled"] / council["sittings"]
    patrol = amounts_of(run, "grid_patrol")
    assert patrol["found"] > 0 and patrol["found_per_patrol_hour"] == patrol["found"] / patrol["patrol_hours"]


def test_answers_of_departments_are_credited_to_the_whistle_and_to_nobody_without_it():
    for on, some in (((), False), (("whistle",), True)):
        run = simulate(with_mechanisms(STORM, *on), 1)
        answers = run.history[run.history["what"] == ANSWERED]
        assert len(answers) and (answers["by"] >= 0).any() == some
    hurried = run.issues["id"][run.issues["hurried_by"] >= 0]
    assert set(answers["issue"][answers["by"] >= 0]) <= set(hurried)
    assert {run.names[code] for code in answers["by"] if code >= 0} == {"whistle"}
    assert amounts_of(run, "whistle")["answered"] == (answers["by"] >= 0).sum()


@pytest.mark.parametrize(
    "pulls, winner",
    [
        ([(3.0, 0.0), (0.0, 1.0), (0.0, 1.5)], 4),
        ([(1.0, 0.0), (0.0, 3.0), (1.0, 0.0)], 9),
        ([(0.0, 0.0), (-2.0, 0.5)], 9),
        ([(0.0, 0.0)], -1),
    ],
)
def test_of_two_who_hurry_an_answer_the_one_that_brings_more_days_is_credited(pulls, winner):
    issue = np.zeros(1, ISSUE)
    issue["hurried_by"] = -1
    issue = issue.view(np.recarray)[0]
    for pulled in pulls:
        hurry = SimpleNamespace(by=np.array([4, 9], np.int8), rows=np.array([pulled]).T)
        getattr(credit_hurry, "py_func", credit_hurry)(issue, hurry, 0)
    assert issue.hurried_by == winner


# ---------------------------------------------------------------------------------- evenings of people


def test_evenings_are_given_only_by_those_who_promised_and_newcomers_have_given_none():
    before = promised = fatigue = None
    for world in days(with_mechanisms(STORM, "party_volunteers"), 1):
        people = world.residents
        if before is not None:
            gained = people.evenings_given - before
            moved = (people.fatigue == 0.0) & (fatigue > 0.0)
            assert (gained[moved] <= 0.0).all() and (people.evenings_given[moved] == 0.0).all()
            assert (gained[~moved] >= 0.0).all() and (gained <= promised + 1e-5).all()
        before, promised = people.evenings_given.copy(), people.evenings.copy()
        fatigue = people.fatigue.copy()
    assert people.evenings_given.sum() > 5.0 and moved.dtype == bool


def given(*evenings):
    run = SimpleNamespace(evenings=np.array(evenings, np.float32))
    return measures.FinishedRun(run, 30, 180)


def test_the_spread_of_evenings_is_that_of_all_grown_ups():
    r = given(*[0.0] * 15, 1.0, 1.0, 1.0, 3.0, 4.0)  # a tenth are two
    assert measures.evenings_per_giver(r) == 2.0
    assert measures.share_who_gave(r) == 5 / 20
    assert measures.evenings_of_top_tenth(r) == 7 / 10
    nobody = given(*[0.0] * 20)
    assert measures.share_who_gave(nobody) == 0.0
    assert np.isnan(measures.evenings_of_top_tenth(nobody))
    assert np.isnan(measures.evenings_per_giver(nobody))


def test_children_are_not_among_those_who_may_give(everybody):
    census = STORM.community
    assert len(everybody.evenings) == census.residents - census.children


# ------------------------------------------------------------------------------------ where it is shown


def test_tables_in_python_hold_every_count_and_every_day():
    year = simulate_tables(replace(EVERYBODY, days=40), seed=1)
    assert isinstance(year, RunTables)
    table, daily = year.activities, year.daily_activities
    assert list(table["mechanism"].unique()) == NAMES and len(daily) == 40
    row = table.set_index(["mechanism", "count"]).loc[("grid_patrol", "patrol_hours")]
    assert row["value"] == year.done["grid_patrol"]["patrol_hours"] > 0.0
    assert daily["grid_patrol", "patrol_hours"].iloc[-1] == pytest.approx(row["value"], rel=1e-5)
    bare = simulate_tables(replace(YARD, mechanisms={}, days=3))
    assert bare.done == {} and len(bare.activities) == 0 and bare.daily_activities.shape == (3, 0)


def test_a_comparison_has_the_mean_of_each_arm_and_nothing_where_a_mechanism_is_off():
    both = with_mechanisms(ESTATE, "grid_patrol", "party_volunteers")
    table = compare(both, "grid_patrol", replicates=2, worlds=0, days=60, workers=0).activities
    off = table.loc["grid_patrol"]
    assert off["without"].isna().all() and off.loc["patrol_hours", "with"] > 0.0
    on = table.loc["party_volunteers"]
    assert on.loc["team_share", "without"] == on.loc["team_share", "with"] > 0.0


def test_a_comparison_of_a_mechanism_that_counts_nothing_has_an_empty_table():
    full = with_mechanisms(YARD, plain=Mechanism())
    table = tabulate_activities([{"done": [{}, {"plain": {}}]}], full)
    assert table.empty and table.index.names == ["mechanism", "count"]
    assert list(table.columns) == ["words", "unit", "without", "with"]


def test_the_terminal_names_each_mechanism_once_and_dashes_what_does_not_exist():
    rows = [("a", "walks", "walks", 3.0, float("nan")), ("a", "talks", "people", 0.25, 1200.4)]
    table = activities_table(rows, ("without", "with"))
    cells = [list(column.cells) for column in table.columns]
    assert cells == [["a", ""], ["walks", "talks"], ["3", "0.25"], ["-", "1,200"], ["", "people"]]


class Idle(Mechanism):
    """Declares a count that it never moves."""

    counts = (Count("naps", "naps", "打盹", "naps", "次"),)


def test_a_mechanism_without_counts_costs_no_room_and_one_that_never_counts_has_none():
    plain = simulate(replace(with_mechanisms(YARD, plain=Mechanism()), days=3), 1)
    assert plain.counts == {"plain": {}} and plain.daily == {} and amounts_of(plain, "plain") == {}
    idle = simulate(replace(with_mechanisms(YARD, idle=Idle()), days=3), 1)
    assert idle.counts == {"idle": {"naps": 0.0}}
