"""Leaving an issue alone is no cure: neither for what arises, nor for what residents think of it.

The promise is exact, because random numbers are shared: with the same seed, no clock of a building and
category is on any day behind that of a community in which more is done, unless a mechanism makes issues more
frequent (a positive pull on `ease`; none that ships does).
"""

from dataclasses import replace

import numpy as np
import pytest
from scenarios import YARD, with_mechanisms

from cogov.agents.committee import CommitteeParameters
from cogov.agents.departments import DepartmentParameters
from cogov.agents.grid_workers import GridWorkerParameters
from cogov.model import mechanisms
from cogov.model.issues.all_issues import AllIssues
from cogov.model.issues.categories import CATEGORIES, columns
from cogov.model.issues.issue_table import LAPSED, LEFT, VERIFIED, WITHDRAWN
from cogov.model.mechanisms import list_mechanisms
from cogov.model.resources.calendar import InitialIssues
from cogov.model.scenarios.cases import list_cases, read_case
from cogov.model.simulate import days, simulate

KINDS = sorted(CATEGORIES)
HABITS = [name for name, one in CATEGORIES.items() if one.recurrence > 0.0]


def idle(scenario):
    """Return the scenario with everything off, and no hours for anybody who works on issues."""
    return replace(
        with_mechanisms(scenario),
        mechanisms={},
        committee=replace(scenario.committee, staff=0.0),
        property_managers=replace(scenario.property_managers, shift_hours=0.0),
        grid_workers=GridWorkerParameters(full_time=0, part_time=0),
        departments=DepartmentParameters(daily_hours=0.0),
    )


def issues_by_day(scenario, seed):
    """Return how many issues each clock has had by the end of each day, (days, buildings, categories)."""
    return np.array([world.clocks.number.copy() for world in days(scenario, seed)])


@pytest.mark.parametrize("case", list_cases())
def test_where_nobody_does_anything_no_clock_is_ever_behind(case):
    """Building by building, category by category, day by day: compared with the case's desks, working.

    Also with all mechanisms beside them.
    """
    scenario = replace(read_case(case), days=150)
    desks, bare = replace(scenario, mechanisms={}), idle(scenario)
    alone = issues_by_day(bare, 1)
    for more in (desks, with_mechanisms(desks, *list_mechanisms())):
        attended = issues_by_day(more, 1)
        assert (alone >= attended).all()
    assert alone[-1].sum() > attended[-1].sum()
    print(f"\n{case}: {alone[-1].sum()} issues in 150 days; with all mechanisms {attended[-1].sum()}")


@pytest.mark.parametrize("case", list_cases())
def test_an_issue_causes_less_than_one_other_whatever_becomes_of_it(case):
    """In the shipped cases with everything off: the branching ratio, of each category, is below one."""
    issues = read_case(case).issues
    cats = columns(issues, AllIssues())
    ratio = cats.recurrence + cats.invited * cats.invites_days
    print(f"\n{case}: branching ratio at most {ratio.max():.3f} ({[*issues][ratio.argmax()]})")
    assert (ratio < 1.0).all() and (cats.invited[cats.recurrence == 0.0] == 0.0).all()
    for row, one in enumerate(issues.values()):
        if cats.invited[row]:
            grown = (1.0 - ratio[row]) / (1.0 - one.recurrence)
            assert grown == pytest.approx(1.0 - one.neglect_recurrence)


def one_kind(recurrence, neglect, count=150, **more):
    """Return a yard with `count` issues of one kind on day 1, after which only recurrences arise."""
    litter = replace(
        CATEGORIES["litter"],
        rate=0.0,
        recurrence=recurrence,
        neglect_recurrence=neglect,
        recurrence_days=5.0,
        **more,
    )
    return replace(YARD, issues={"litter": litter}, initial_issues=(InitialIssues("litter", count),))


@pytest.mark.parametrize("neglect", [0.0, 0.25, 0.5])
def test_neglect_multiplies_what_arises_by_as_much_as_its_closed_form(neglect):
    """The progeny of a subcritical branching process: 1 / (1 - ratio) for each first issue.

    An issue invites on each evening before it lapses, after 1 + floor(30 E) days, and on no more than 30.
    """
    first, seeds, lasts = 600, 4, 30
    invites = sum(np.exp(-day / lasts) for day in range(1, lasts + 1)) / lasts
    ratio = 0.5 + neglect * 0.5 * invites
    scenario = replace(idle(one_kind(0.5, neglect, count=first, lapse_days=float(lasts))), days=700)
    total = np.mean([len(simulate(scenario, seed).issues) / first for seed in range(seeds)])
    times, error = 1.0 / (1.0 - ratio), np.sqrt(ratio / (1.0 - ratio) ** 3 / first / seeds)
    print(f"\n{neglect}: {total:.2f} of {times:.2f} for each first issue, standard error {error:.2f}")
    assert abs(total - times) < 3.0 * error < 0.1 * times


def test_how_an_issue_ends_does_not_change_what_recurs():
    """Without invitations the same issues arise on the same days, resolved or lapsed."""
    scenario = replace(one_kind(0.6, 0.0, report_rate=20.0), days=400)
    hands = replace(scenario, committee=CommitteeParameters(staff=50.0))
    resolved, lapsed = simulate(hands, 1), simulate(idle(scenario), 1)
    assert (resolved.issues["state"] == VERIFIED).mean() > 0.9 and (
        lapsed.issues["state"] == LAPSED
    ).mean() > 0.9
    assert len(lapsed.issues) > 250
    days_of = [sorted(zip(run.issues["id"], run.issues["arose_day"])) for run in (resolved, lapsed)]
    assert days_of[0] == days_of[1]


def test_an_issue_invites_only_in_sight_and_only_while_nobody_attends_to_it():
    cats = columns(CATEGORIES, AllIssues())
    names = [*CATEGORIES]
    for name in ("elder_alone", "neighbour_noise", "lamp_out", "haircut"):
        assert cats.invited[names.index(name)] == 0.0
    scenario = replace(one_kind(0.2, 0.5, lapse_days=0.0, work_hours=500.0, work_spread=0.0), days=60)
    some = replace(scenario, committee=CommitteeParameters(staff=200.0))
    begun = replace(some, issues={"litter": replace(some.issues["litter"], report_rate=20.0)})
    coming = []
    for one in (idle(scenario), begun):
        for world in days(one, 1):
            pass
        coming.append(world.clocks.number.sum())
        assert np.count_nonzero(world.issues["resolved_day"] < 0) > 100
    assert (world.issues["hours_left"] < world.issues["work_hours"]).mean() > 0.9
    assert coming[0] > 1.02 * coming[1]


def test_what_neglect_invites_counts_from_the_evening_on_which_its_building_looks_ahead():
    """Until then it is kept apart, and what is to come is what it would be without neglect."""
    arms = [days(replace(idle(one_kind(0.5, neglect)), days=9), 1) for neglect in (0.5, 0.0)]
    counts = np.zeros((3, 1), bool)  # of which buildings it counts: none has looked ahead since the first day
    for neglected, plain in zip(*arms):
        today = np.arange(3)[:, None] % 7 == neglected.day % 7
        if neglected.day > 1:
            counts |= today
            assert ((neglected.clocks.invited > 0.0) == ~today).all(), neglected.day
        assert ((neglected.clocks.coming > plain.clocks.coming) == counts).all(), neglected.day
    assert counts.all()


def test_on_the_day_of_its_lapsing_an_issue_invites_nothing_even_if_it_is_answered_then():
    """An answered issue stays until the next evening; departments without hours leave it alone."""
    kind = one_kind(0.5, 0.5, report_rate=20.0, lapse_days=6.0, department_days=3.0)
    scenario = replace(idle(kind), days=20, committee=CommitteeParameters(staff=50.0))
    cats = columns(scenario.issues, AllIssues())
    before, answered = np.zeros(3), 0
    for world in days(scenario, 1):
        day, issues, invited = world.day, world.issues, world.clocks.invited[:, 0].copy()
        assert (issues["hours_left"] == issues["work_hours"]).all()
        invites = (
            (issues["lapse_day"] > day)
            & (issues["arose_day"] < day)
            & (day - issues["arose_day"] <= cats.invites_days[0])
        )
        more = cats.invited[0] * np.bincount(issues["building"][invites], minlength=3)
        waiting = np.arange(3) % 7 != day % 7
        assert invited[waiting] == pytest.approx((before + more)[waiting]), day
        before = invited
        answered += np.count_nonzero(issues["lapse_day"] == day)
    assert answered > 10


def test_out_of_season_recurrences_wait():
    """In January nothing of the warm season arises, and no recurrence is lost; by June they have come."""
    scenario = replace(one_kind(0.9, 0.0, season="warm"), days=180)
    calendar = replace(scenario.calendar, first_month=1, season_strength=1.0)
    worlds = days(replace(scenario, calendar=calendar), 1)
    waiting = [(world.clocks.number.sum(), world.clocks.coming.sum()) for world in worlds]
    number, coming = waiting[23]  # clocks are a week ahead, but not in February yet
    assert number == 150 and coming == pytest.approx(0.9 * number)
    assert waiting[-1][0] > 500


def test_what_recurs_is_left_alone_and_not_withdrawn():
    """The reporter gives up; the cause is still there, and somebody else may report it."""
    run = simulate(idle(replace(YARD, days=400)), 1)
    habit = np.array([name in HABITS for name in run.categories])[run.issues["category"]]
    assert not (run.issues["state"][habit] == WITHDRAWN).any()
    assert (run.issues["state"][~habit] == WITHDRAWN).any()
    left = run.history["issue"][run.history["what"] == LEFT]
    assert np.isin(run.issues["id"][habit], left).any()


def test_nobody_is_more_content_because_issues_lapsed():
    """Where nothing new arises, what residents count falls no faster than they forget.

    Where the same issues were resolved, they count none.
    """
    scenario = replace(one_kind(0.0, 0.0, count=30, lapse_days=20.0, report_rate=20.0), days=200)
    hands = replace(scenario, committee=CommitteeParameters(staff=50.0))
    forget, counted, before = YARD.residents.trust_update_rate, [], 0.0
    for world in days(idle(scenario), 1):
        seen = (world.mood.standing + world.mood.dropped).sum(axis=1)
        if world.day > 40:
            assert (seen >= before * (1.0 - forget) - 1e-9).all()
        before = seen
        counted.append(seen.sum())
    alone = world
    for world in days(hands, 1):
        pass
    assert len(alone.issues) == 0 and max(counted) > 10 and counted[-1] > 1
    assert (world.mood.standing + world.mood.dropped).sum() < counted[-1]
    grown_up = alone.residents.standing > 0
    less, more = alone.residents, world.residents
    assert less.satisfaction[grown_up].mean() < more.satisfaction[grown_up].mean() - 0.1
    assert less.trust[grown_up, 0].mean() < more.trust[grown_up, 0].mean() - 0.1


def test_captains_clear_litter_and_less_of_it_arises():
    """In guiyuan, with the case's desk and without staff: each of six runs.

    All posts are filled from the first day, since nobody recruits captains where the committee has no staff.
    """
    captains = mechanisms.load_class("building_captains")(in_post_share=1.0)
    case = replace(read_case("guiyuan"), days=250, mechanisms={})
    nobody = replace(
        case,
        committee=replace(case.committee, staff=0.0),
        grid_workers=GridWorkerParameters(full_time=0, part_time=0),
    )
    for name, scenario in (("the case's desk", case), ("no staff", nobody)):
        for seed in range(3):
            arisen, cleared = [], []
            for arm in (scenario, with_mechanisms(scenario, building_captains=captains)):
                run = simulate(arm, seed)
                litter = run.issues[run.issues["category"] == run.categories.index("litter")]
                arisen.append(len(litter))
                cleared.append(np.count_nonzero(litter["resolved_day"] >= 0))
            print(f"\n{name}, seed {seed}: litter {arisen[0]} without, {arisen[1]} with captains", end="")
            print(f"; cleared {cleared[0]} and {cleared[1]}")
            assert arisen[1] < arisen[0] and cleared[1] > cleared[0]
