"""Relations between runs: which results must be identical, or larger, after a change of the scenario.

Tested elsewhere: a mechanism of strength 0 is absent, mechanisms in any order, other processes and threads
(test_mechanisms); one more resident who is never at home (test_randomness); arising more readily gives the
same issues sooner, a finer step approaches Erlang (test_limits); the same issue in every arm
(test_invariants); workers, chunks and shards (test_sweep); inspection by Mesa (test_mesa).

What cannot be identical: the random numbers of a category depend on its name, those of a building on its
compound's name and its number there, those of a resident and a home on their row. So a resident stored in
another row gets other random numbers, as does everybody of a community that is moved behind another one.
Identical is what does not depend on residents: what arises, where, when, and what it takes. Everything else
only keeps its distribution, and that is tested in the mean.
"""

from dataclasses import fields, is_dataclass, replace

import numpy as np
import pytest
from scenarios import (
    ESTATE,
    STORM,
    WORLDS,
    YARD,
    column_bytes,
    differing_names,
    measured_bytes,
    raise_rates,
    run_bytes,
    with_mechanisms,
)

from cogov.agents import residents
from cogov.agents.committee import CommitteeParameters
from cogov.agents.departments import DepartmentParameters
from cogov.agents.grid_workers import GridWorkerParameters
from cogov.agents.property_managers import PropertyParameters
from cogov.engine.codes import CHILD, STANDING_CHILD
from cogov.engine.randomness import RandomNumbers
from cogov.model import measures, mechanisms
from cogov.model.day import simulate_day
from cogov.model.issues import arrivals
from cogov.model.issues.categories import (
    CATEGORIES,
    FAMILIES,
    HANDS,
    SCOPES,
    UNITS,
    Category,
)
from cogov.model.issues.issue_table import GAVE_UP, LEFT, PAID, TAKEN, unpack_id
from cogov.model.resources.calendar import InitialIssues
from cogov.model.scenarios.cases import alter_scenario, list_cases, read_case
from cogov.model.scenarios.scenario import Compound
from cogov.model.simulate import build_community, days, simulate
from cogov.model.world import start_run

NAMES = mechanisms.list_mechanisms()


def run_to_end(community, scenario, seed=1):
    """Return a community on the last day of a scenario."""
    world = start_run(community, scenario, RandomNumbers(seed))
    for _ in range(scenario.days):
        simulate_day(world)
    return world


def all_issues(world):
    """Return every issue there has been, by its id."""
    rows = np.concatenate([world.issues, world.ended[: world.gone[0]]])
    return rows[np.argsort(rows["id"])]


def by_name(rows, but=()):
    """Return the columns of a table as bytes, some left out."""
    return {name: column for name, column in zip(rows.dtype.names, column_bytes(rows)) if name not in but}


# -------------------------------------------------------------------------------- categories that never arise

# of those that ship: the first, a middle and the last one, of five families
SPARED = (
    "camera_dead",
    "lift_worn",
    "job_search",
    "mains_replacement",
    "disorder",
)
# user-defined, from before the first name to after the last: of every family, unit and scope, for all desks,
# with every property an issue may need
IDLE = {
    f"{letter}_never_{unit}": Category(
        "从不",
        FAMILIES[n % len(FAMILIES)],
        unit,
        SCOPES[n % len(SCOPES)],
        " ".join(HANDS),
        rate=0.0,
        ageing_log_rate=0.7,
        severity=3,
        sittings=4.0,
        stubborn_share=0.5,
        department_days=9.0,
        recurrence=1.0,
        lapse_days=20.0,
        cost_yuan=900.0,
        consent_rule=("", "code_278_major")[n % 2],
        season=("", "rain")[n % 2],
    )
    for n, (letter, unit) in enumerate(zip("Aabceghjlnpsz", UNITS, strict=True))
}
SHORT = {case: alter_scenario(read_case(case), on=NAMES, days=30) for case in list_cases()}


def add_idle_categories(scenario):
    """Return the scenario, and the same with more categories.

    None of these ever arises, and all are written in the opposite order.
    """
    begin = {one.category for one in scenario.initial_issues}
    fewer = {name: one for name, one in scenario.issues.items() if name not in SPARED or name in begin}
    spared = {
        name: replace(scenario.issues[name], rate=0.0) for name in scenario.issues.keys() - fewer.keys()
    }
    more = dict(reversed([*(fewer | spared | IDLE).items()]))
    return replace(scenario, issues=fewer), replace(scenario, issues=more)


# where much waits with departments
CALLED = raise_rates(
    with_mechanisms(STORM, whistle=mechanisms.load_class("whistle")(departments=5)),
    congestion=30.0,
    hawkers=30.0,
    water_pressure=20.0,
)


@pytest.mark.parametrize(
    "scenario",
    [*(with_mechanisms(one, *NAMES) for one in WORLDS.values()), CALLED, *SHORT.values()],
    ids=[*WORLDS, "called", *SHORT],
)
def test_categories_that_never_arise_change_no_bit(scenario):
    """Whatever their names and positions, under all mechanisms or few.

    The same history, days, ledgers, measures, and names of issues.
    """
    a, b = (simulate(one, 1) for one in add_idle_categories(scenario))
    assert len(b.categories) - len(a.categories) >= len(IDLE) + 4 and len(a.issues) > 5
    assert differing_names(run_bytes(a), run_bytes(b)) == [] and run_bytes(a).keys() == run_bytes(b).keys()
    assert str(measures.summary(a)) == str(measures.summary(b))
    assert [unpack_id(id_, a.categories) for id_ in a.issues["id"]] == [
        unpack_id(id_, b.categories) for id_ in b.issues["id"]
    ]


def test_the_order_in_which_categories_are_written_means_nothing():
    """A scenario has only one order."""
    written = [
        STORM.issues,
        dict(reversed(STORM.issues.items())),
        {name: STORM.issues[name] for name in CATEGORIES},
    ]
    assert [list(replace(STORM, issues=issues).issues) for issues in written] == [sorted(CATEGORIES)] * 3


def test_an_initial_issue_of_a_category_that_no_longer_arises_is_there_and_no_other():
    """If its source exists. What is resolved may recur, for that is not a new issue."""
    quiet = {name: replace(one, rate=0.0, recurrence=0.0) for name, one in ESTATE.issues.items()}
    run = simulate(
        replace(
            ESTATE, issues=quiet, initial_issues=(InitialIssues("litter", 6), InitialIssues("lift_worn", 3))
        ),
        1,
    )
    names = [run.categories[j] for j in run.issues["category"]]
    assert (names.count("litter"), names.count("lift_worn"), len(names)) == (6, 3, 9) and set(
        run.issues["arose_day"]
    ) == {1}


# ------------------------------------------------------------------------------------------- another compound


def places(scenario):
    """Return the place of each building, in the order of rows.

    The name of its compound, which of that name it is, and which of its buildings.
    """
    names = [kind.name for kind in scenario.compound for _ in range(kind.count)]
    sizes = [kind.buildings for kind in scenario.compound for _ in range(kind.count)]
    return [
        (name, names[:n].count(name), b)
        for n, (name, size) in enumerate(zip(names, sizes))
        for b in range(size)
    ]


def by_place(world):
    """Return every issue there has been, by place, category and number; and what it takes."""
    rows, where = all_issues(world), places(world.scenario)
    called = [unpack_id(id_, world.categories) for id_ in rows["id"]]
    return {
        (where[b], *rest): tuple(
            row[column].item() for column in ("severity", "work_hours", "sittings_needed", "department_days")
        )
        for row, (b, *rest) in zip(rows, called)
    }


@pytest.mark.parametrize("others", [("annex",), ("annex", "annex"), ("zoo", "annex")], ids=" ".join)
def test_a_compound_more_or_in_another_order_leaves_every_buildings_clocks_its_own(others):
    """The thresholds of a building's arrivals, and what an issue takes, are the same.

    How often issues arise may differ, for the population is drawn again.
    """
    more = tuple(replace(ESTATE.compound[0], name=name) for name in others)
    census = replace(ESTATE.community, households=150, residents=260)
    here = replace(ESTATE, community=census, days=40)
    ways = [here.compound, more + here.compound, here.compound + more, (more + here.compound)[::-1]]
    worlds = [
        run_to_end(build_community(one), one) for one in (replace(here, compound=kinds) for kinds in ways)
    ]
    begins = [
        dict(
            zip(
                places(world.scenario),
                arrivals.first_thresholds(world.buildings.key, world.cats.code, np.uint64(7)).tolist(),
                strict=True,
            )
        )
        for world in worlds
    ]
    assert (
        len(begins[0]) == 4
        and len(begins[1]) == 4 + 2 * len(others)
        and begins[0].items() <= begins[1].items()
        and begins[1] == begins[2] == begins[3]
    )
    was = by_place(worlds[0])
    for world in worlds[1:]:
        now = by_place(world)
        both = was.keys() & now.keys()
        assert len(both) > 0.5 * len(was) and {one: was[one] for one in both} == {
            one: now[one] for one in both
        }


# ---------------------------------------------------------------------------------------------- twice as long


@pytest.mark.parametrize("place", WORLDS)
def test_the_first_half_of_a_run_twice_as_long_is_the_run(place):
    """Bit for bit, under any mechanisms: nothing depends on how many days will follow."""
    for by in ((), NAMES):
        short = with_mechanisms(WORLDS[place], *by)
        for ends, goes_on in zip(days(short, 1), days(replace(short, days=2 * short.days), 1)):
            pass
        assert ends.day == goes_on.day == short.days and measured_bytes(ends) == measured_bytes(goes_on)
        for part in ("residents", "households", "mood", "clocks", "projects"):
            assert [column.tobytes() for column in getattr(ends, part)] == [
                column.tobytes() for column in getattr(goes_on, part)
            ], part


def test_so_it_is_where_a_year_ends_in_between():
    """The calendar is made a year at a time: the last days of a run of 400 are those of one of 800."""
    a, b = (simulate(with_mechanisms(replace(STORM, days=length), *NAMES), 1) for length in (400, 800))
    lines = b.history[b.history["day"] <= 400]
    assert column_bytes(a.history) == column_bytes(lines) and len(lines) > 1000
    assert all(
        np.array_equal(column, b.series[name][:400], equal_nan=True) for name, column in a.series.items()
    )


# ------------------------------------------------------------------------------------------- another building


def history(world):
    """Return all that happened; in a payment by the community its fund, the last one, is called -9."""
    lines = world.history().copy()
    lines["who"][(lines["what"] == PAID) & (lines["who"] == len(world.funds) - 1)] = -9
    return column_bytes(lines)


def add_building(community):
    """Return the same community with one more building, in a compound of its own.

    It has one stairwell, one home and a child; nothing arises there and nobody moves.
    """
    people, homes, stairs, buildings, compounds = (
        community.residents,
        community.households,
        community.stairwells,
        community.buildings,
        community.compounds,
    )
    b, s, h, c = len(buildings.compound), len(stairs.building), len(homes.building), len(compounds.company)

    def longer(part, last, **own):
        """Return columns with one more row like the last, except for the given values.

        `last` (name -> end) continues slices.
        """
        return type(part)(
            *(
                np.append(column, np.asarray(last[name], column.dtype))
                if name in last
                else np.concatenate([column, np.full_like(column[-1:], own.get(name, column[-1:]))])
                for name, column in zip(part._fields, part)
            )
        )

    child = {
        "home": h,
        "building": b,
        "band": CHILD,
        "standing": STANDING_CHILD,
        "member": False,
        "in_service": False,
        "volunteer": False,
        "housebound": False,
        "voice": 0,
        "zeal": -1000,
        "evenings": 0,
        "ties": 0,
        "known": -1,
    }
    people = longer(people, {}, **child)
    homes = longer(homes, {"first": len(people.home)}, stairwell=s, building=b, floor=1)
    stairs = longer(stairs, {"first": h + 1, "people": len(people.home)}, building=b)
    buildings = longer(buildings, {"first": s + 1}, compound=c, x=buildings.x.max() + 1, lifts=0, shops=0)
    compounds = longer(compounds, {"first": b + 1}, company=False)
    return community._replace(
        residents=people,
        households=homes,
        stairwells=stairs,
        buildings=buildings,
        compounds=compounds,
        mood=residents.sum_mood(people, stairs, buildings),
        units=np.vstack([community.units, np.zeros_like(community.units[:1])]),
        rate=np.vstack([community.rate, np.zeros_like(community.rate[:1])]),
        crews=np.append(community.crews, 0.0),
        funds=np.insert(community.funds, -1, 0),
        income=np.insert(community.income, -1, 0),
        around=np.append(community.around, 0.0),
        moving=np.append(community.moving, 0.0),
    )


@pytest.mark.parametrize("place", WORLDS)
def test_a_building_where_nothing_happens_changes_nothing_elsewhere(place):
    """Bit for bit, where nobody is sent there: a patrol would visit it, and a captain would live in it."""
    here = build_community(WORLDS[place])
    a, b = run_to_end(here, WORLDS[place]), run_to_end(add_building(here), WORLDS[place])
    assert (
        len(a.history()) > 60
        and history(a) == history(b)
        and by_name(all_issues(a)) == by_name(all_issues(b))
    )
    assert all(
        getattr(b.residents, name)[:-1].tobytes() == getattr(a.residents, name).tobytes()
        for name in a.residents._fields
    )
    assert (
        np.delete(b.funds, -2).tolist() == a.funds.tolist()
        and b.ledger.hours.tobytes() == a.ledger.hours.tobytes()
    )


def test_nor_does_it_where_mechanisms_count_no_buildings():
    """Those that listen, pay and hold meetings; all at once."""
    some = with_mechanisms(STORM, "whistle", "mediation_room", "task_pipeline", "project_finance")
    here = build_community(some)
    a, b = run_to_end(here, some), run_to_end(add_building(here), some)
    assert (
        history(a) == history(b)
        and a.ledger.hours.tobytes() == b.ledger.hours.tobytes()
        and a.ledger.fen.tobytes() == b.ledger.fen.tobytes()
    )


# ------------------------------------------------------------------------------------------------- two in one

PLENTY = {  # of all that communities share; each has a company of its own, too short of hands
    "committee": CommitteeParameters(staff=500.0, shift_hours=12.0, weekend_share=1.0, fund_yuan=9e8),
    "departments": DepartmentParameters(daily_hours=10_000.0),
}
TWO = replace(
    raise_rates(STORM, water_pressure=6.0),
    name="two",
    community=replace(STORM.community, residents=220, households=90, registered=140, owners=60, shops=0),
    compound=(
        Compound(name="east", buildings=4, stairwells=2, floors=6, age_years=25.0, company=True),
        Compound(
            name="west",
            buildings=5,
            stairwells=2,
            floors=6,
            age_years=15.0,
            lifts=1,
            company=True,
            maintenance_fund_yuan=500.0,
        ),
    ),
    property_managers=PropertyParameters(shift_hours=1.2, repair_fee_yuan=0.0),
)
# departments have something to do
TWO = replace(
    TWO,
    issues=TWO.issues
    | {
        "water_pressure": replace(
            TWO.issues["water_pressure"], sittings=0.0, cost_yuan=0.0, department_days=5.0, report_rate=1.0
        )
    },
)
EAST = 4  # buildings


def split_communities(scenario):
    """Return both communities together, and each where nothing arises in the other."""
    here = build_community(scenario)
    assert len(here.buildings.compound) == 9
    quiet = [here.rate.copy() for _ in range(2)]
    quiet[0][EAST:], quiet[1][:EAST] = 0.0, 0.0
    return [run_to_end(one, scenario) for one in (here, *(here._replace(rate=rate) for rate in quiet))]


def history_of_compound(world, compound):
    """Return what happened in one compound: its issues, their history, its fund, its people."""
    rows, lines = all_issues(world), world.history()
    rows = rows[rows["compound"] == compound]
    there = world.buildings.compound[world.residents.building] == compound
    people = [getattr(world.residents, name)[there].tobytes() for name in world.residents._fields]
    return (
        column_bytes(rows),
        column_bytes(lines[np.isin(lines["issue"], rows["id"])]),
        int(world.funds[compound]),
        people,
    )


def test_two_communities_that_share_nothing_scarce_are_each_as_if_alone():
    """What they share is plentiful, nobody gives evenings to both, and they have no street in common.

    Then results are identical.
    """
    both, east, west = split_communities(replace(TWO, **PLENTY))
    assert history_of_compound(both, 0) == history_of_compound(east, 0) and history_of_compound(
        both, 1
    ) == history_of_compound(west, 1)
    assert len(all_issues(both)) == len(all_issues(east)) + len(all_issues(west)) > 200
    waits = all_issues(both)["resolved_day"] - all_issues(both)["taken_in_day"]
    assert waits.max() > 20, "their own companies are short of hands"


@pytest.mark.parametrize(
    "scarce",
    [
        {"committee": replace(PLENTY["committee"], staff=0.2, shift_hours=3.0)},
        {"committee": replace(PLENTY["committee"], fund_yuan=1000.0, budget_yuan=0.0)},
        {"departments": DepartmentParameters(daily_hours=0.05)},
    ],
    ids=["hands", "fund", "departments"],
)
def test_two_that_share_what_is_scarce_feel_each_other(scarce):
    """Otherwise the test above could not fail."""
    both, east, west = split_communities(replace(TWO, **PLENTY | scarce))
    assert (
        history_of_compound(both, 0)[0] != history_of_compound(east, 0)[0]
        or history_of_compound(both, 1)[0] != history_of_compound(west, 1)[0]
    )


# ---------------------------------------------------------------------------------------------- another order


def reverse_homes(community):
    """Return the same community with each home's people stored in the opposite order.

    Acquaintances are kept.
    """
    people, first = community.residents, community.households.first
    # the new place of each; and who is where, for it is its own inverse
    row = first[:-1][people.home] + first[1:][people.home] - 1 - np.arange(len(people.home))
    moved = people._replace(**{name: getattr(people, name)[row].copy() for name in people._fields})
    moved.known[moved.known >= 0] = row[moved.known[moved.known >= 0]]
    return community._replace(
        residents=moved, mood=residents.sum_mood(moved, community.stairwells, community.buildings)
    )


# what comes back depends on who cleared it
UNASKED = {name: replace(one, recurrence=0.0) for name, one in YARD.issues.items()}


def test_people_stored_in_another_order_change_nothing_of_what_arises():
    """Identical: the same issues, on the same days, with the same durations and stubbornness.

    Only whom they affect, and who reports them, depends on the random numbers of a row.
    """
    scenario = replace(
        ESTATE,
        issues=UNASKED,
        residents=replace(ESTATE.residents, owner_moving_rate=0.0, tenant_moving_rate=0.0),
    )
    here = build_community(scenario)
    a, b = (all_issues(run_to_end(one, scenario)) for one in (here, reverse_homes(here)))
    own = (
        "id",
        "building",
        "compound",
        "category",
        "family",
        "scope",
        "severity",
        "consent_rule",
        "arose_day",
        "work_hours",
        "sittings_needed",
        "department_days",
    )
    assert len(a) > 30 and {name: a[name].tolist() for name in own} == {
        name: b[name].tolist() for name in own
    }
    assert a["reported_day"].tolist() != b["reported_day"].tolist(), (
        "random numbers are keyed by row; if they were keyed by name, all columns could be equal"
    )


def test_and_nothing_in_the_mean():
    """Over 150 seeds: as many are reported and resolved, within four standard errors of the difference."""
    here = build_community(YARD)
    there = reverse_homes(here)
    count = np.array(
        [
            [(rows["reported_day"] >= 0).sum(), (rows["resolved_day"] >= 0).sum(), rows["reports"].sum()]
            for seed in range(150)
            for rows in (all_issues(run_to_end(one, YARD, seed)) for one in (here, there))
        ],
        float,
    )
    d = count[1::2] - count[::2]
    assert (np.abs(d.mean(axis=0)) <= 4 * d.std(axis=0, ddof=1) / np.sqrt(len(d))).all() and d.any(
        axis=0
    ).all()


# ------------------------------------------------------------------------------------------------ other units


def scale_units(part, unit, times, prefix=""):
    """Return a part of a scenario with every number whose unit begins with `unit` multiplied."""
    if isinstance(part, dict):
        return {name: scale_units(one, unit, times) for name, one in part.items()}
    if isinstance(part, tuple):
        return tuple(scale_units(one, unit, times) for one in part)
    if not is_dataclass(part):
        return part
    told_ = {
        f.name: getattr(part, f.name) * times
        if str(f.metadata.get("unit", "")).startswith(unit)
        else scale_units(getattr(part, f.name), unit, times)
        for f in fields(part)
    }
    return replace(part, **told_)


WHOLE = replace(  # income is whole fen a day, so that nothing is rounded; bills wait for the community's fund
    STORM,
    compound=tuple(replace(one, maintenance_fund_yuan=20.0) for one in STORM.compound),
    committee=replace(STORM.committee, budget_yuan=7300.0, fund_yuan=0.0),
    property_managers=replace(STORM.property_managers, repair_fee_yuan=365 / 120, fees_paid=1.0),
)


@pytest.mark.parametrize(
    "by", [(), ("mediation_room", "project_finance", "consent_campaign", "whistle")], ids=["nobody", "some"]
)
def test_money_in_other_units_buys_the_same(by):
    """All yuan multiplied by eight, the logit lost per 1000 of them divided by eight.

    To the fen, except for mechanisms that round.
    """
    # rounding must not decide anything
    plain = (
        with_mechanisms(WHOLE, *by)
        if not by
        else with_mechanisms(replace(WHOLE, committee=replace(WHOLE.committee, fund_yuan=200_000.0)), *by)
    )
    dear = scale_units(plain, "yuan", 8.0)
    dear = replace(
        dear, projects=replace(dear.projects, cost_aversion_logit=plain.projects.cost_aversion_logit / 8)
    )
    assert (
        dear.committee.budget_yuan == 8 * plain.committee.budget_yuan
        and dear.issues["lift_adding"].cost_yuan == 8 * plain.issues["lift_adding"].cost_yuan
        and dear.compound[0].maintenance_fund_yuan == 160.0
    )
    a, b = simulate(plain, 1), simulate(dear, 1)
    assert by_name(a.issues, but=("cost_fen",)) == by_name(b.issues, but=("cost_fen",)) and column_bytes(
        a.history
    ) == column_bytes(b.history)
    assert (8 * a.issues["cost_fen"] == b.issues["cost_fen"]).all() and (a.fen[:, 2] > 0).any()
    assert np.abs(8 * a.fen - b.fen).max() <= (8 * len(by) * a.days if by else 0)


def test_hours_in_other_units_do_the_same():
    """All work and all hands take twice as many hours: the same issues on the same days.

    This is about parameters in hours, for mechanisms that count neither households nor walks.
    """
    double = scale_units(STORM, "hours", 2.0)
    double = replace(
        double,
        issues={name: replace(one, work_hours=2 * one.work_hours) for name, one in STORM.issues.items()},
    )
    assert (
        double.committee.shift_hours == 2 * STORM.committee.shift_hours
        and double.committee.intake_hours == 2 * STORM.committee.intake_hours
        and double.departments.max_job_hours == 2 * STORM.departments.max_job_hours
    )
    a, b = simulate(STORM, 1), simulate(double, 1)
    assert by_name(a.issues, but=("hours_left", "work_hours")) == by_name(
        b.issues, but=("hours_left", "work_hours")
    ) and column_bytes(a.history) == column_bytes(b.history)
    assert (
        (2 * a.issues["work_hours"] == b.issues["work_hours"]).all()
        and (2 * a.ledger.hours == b.ledger.hours).all()
        and a.ledger.hours[-1].sum() > 0
    )
    assert a.series["trust_committee"].tolist() == b.series["trust_committee"].tolist()


# ------------------------------------------------------------------------------------------------- more hands

NO_GRID = GridWorkerParameters(full_time=0, part_time=0)  # nobody helps at the committee's desk
UNMOVED = replace(  # who reports, and when, depends on nothing that is done
    YARD.residents,
    trust_update_rate=0.0,
    trust_gain_resolved=0.0,
    trust_loss_failed=0.0,
    report_spread_log=0.0,
    report_gain_resolved=0.0,
    report_gain_answered=0.0,
    report_loss_failed=0.0,
)
ONE_LINE = raise_rates(  # of one urgency, never given up, forgotten, redone or recurring
    replace(
        YARD,
        name="line",
        days=200,
        committee=replace(YARD.committee, intake_hours=0.0, forgetting_rate=0.0, shift_hours=1.0),
        residents=UNMOVED,
        grid_workers=NO_GRID,
        departments=DepartmentParameters(daily_hours=1.0),
        issues={
            name: replace(
                one,
                severity=3,
                sittings=0.0,
                consent_rule="",
                cost_yuan=0.0,
                min_works_days=0.0,
                lapse_days=0.0,
                recurrence=0.0,
                reopen_share=0.0,
                patience_days=5000.0,
                report_rate=max(one.report_rate, 0.3),
            )
            for name, one in YARD.issues.items()
            if name in ("litter", "hygiene", "lamp_out", "wall_decay", "drain_blocked", "pet_fouling")
        },
    ),
    litter=1.4,
    lamp_out=6.0,
)


@pytest.mark.parametrize("seed", range(3))
def test_first_come_first_served_more_hands_resolve_each_no_later(seed):
    """Path by path: each issue, hence every day's count. In this world only: see below."""
    runs = [
        simulate(replace(ONE_LINE, committee=replace(ONE_LINE.committee, staff=staff)), seed)
        for staff in (0.3, 0.4, 0.8, 1.6, 5.0)
    ]
    for fewer, more in zip(runs, runs[1:]):
        assert (
            not np.isin(fewer.history["what"], (GAVE_UP, LEFT)).any()
            and fewer.issues["id"].tolist() == more.issues["id"].tolist()
            and fewer.issues["reported_day"].tolist() == more.issues["reported_day"].tolist()
        )
        never = fewer.days + 1
        when = [
            np.where(run.issues["resolved_day"] < 0, never, run.issues["resolved_day"])
            for run in (fewer, more)
        ]
        assert (when[1] <= when[0]).all() and (when[1] < when[0]).any()
        assert (fewer.series["resolved"] <= more.series["resolved"]).all()
    assert np.count_nonzero(runs[0].history["what"] == TAKEN) > 30


def test_where_there_is_urgency_and_people_give_up_more_hands_resolve_more_in_the_mean_only():
    """Over 40 seeds significantly more.

    In another world, found by search among 400, fewer: the claim does not hold path by path.
    """
    yard = replace(YARD, grid_workers=NO_GRID, residents=UNMOVED)
    count = np.array(
        [
            [
                simulate(replace(yard, committee=replace(yard.committee, staff=staff)), seed).series[
                    "resolved"
                ][-1]
                for staff in (0.1, 0.12)
            ]
            for seed in (*range(40), 128)
        ]
    )
    d = count[:, 1] - count[:, 0]
    assert d[:40].mean() > 4 * d[:40].std(ddof=1) / np.sqrt(40)
    assert d[40] < 0
