"""Desks: nobody who is paid sits idle, every committee mediates, no rank starves, and things take time."""

from dataclasses import replace

import numpy as np
import pytest
from scenarios import YARD, raise_rates

from cogov.engine.codes import DESK_COMPANY, DESK_NONE
from cogov.engine.jit import outer_kernel
from cogov.engine.parameters import set_parameters
from cogov.model.issues.categories import CATEGORIES
from cogov.model.issues.issue_table import AGREED, DONE, REPORTED
from cogov.model.issues.work import divide
from cogov.model.resources.calendar import PAYERS
from cogov.model.scenarios.cases import list_cases, read_case
from cogov.model.simulate import days, simulate

GRID, COMMITTEE = PAYERS.index("grid"), PAYERS.index("committee")
POOR = set_parameters(  # a yard of many issues whose committee alone has too few hours
    raise_rates(YARD),
    {"committee.staff": 0.3, "grid_workers.full_time": 2, "residents.trust_committee": 0.8},
)


@outer_kernel
def divided(wanted, available) -> np.ndarray:
    """Return what `divide` makes of hours wanted."""
    divide(wanted, available)
    return wanted


def share_out(*wanted, available):
    return divided(np.array(wanted, float), float(available)).tolist()


def test_paid_grid_workers_work_at_the_desk_while_no_mechanism_needs_them():
    idle = simulate(set_parameters(POOR, {"grid_workers.desk_share": 0.0}), 1)
    busy = simulate(POOR, 1)
    assert idle.ledger.hours[-1, GRID] == 0.0 < busy.ledger.hours[-1, GRID]
    done = (idle.issues["resolved_day"] >= 0) & (busy.issues["resolved_day"] >= 0)
    assert busy.issues["resolved_day"][done].sum() < idle.issues["resolved_day"][done].sum()


def test_every_committee_mediates_without_a_named_room():
    """Disputes are agreed upon in the committee's own sittings, which take hours; else none is."""
    quarrels = replace(POOR, issues={"neighbour_noise": replace(CATEGORIES["neighbour_noise"], rate=2.0)})
    none = simulate(set_parameters(quarrels, {"committee.sittings_per_week": 0.0}), 1)
    some = simulate(quarrels, 1)
    agreed = [np.count_nonzero(run.history["what"] == AGREED) for run in (none, some)]
    assert agreed[0] == 0 < agreed[1]
    assert (some.history["by"][some.history["what"] == AGREED] == -1).all()
    assert some.ledger.hours[-1, COMMITTEE] > none.ledger.hours[-1, COMMITTEE]


def test_mediation_leaves_the_desk_the_rest_of_its_hours():
    """However many quarrels wait, sittings take no more than their share of the hours supplied."""
    quarrels = replace(POOR, issues={"neighbour_noise": replace(CATEGORIES["neighbour_noise"], rate=20.0)})
    run = simulate(set_parameters(quarrels, {"committee.intake_hours": 0.0}), 1)
    assert not np.isin(run.history["what"], [DONE]).all()
    desks = run.ledger.hours[-1, [COMMITTEE, GRID]].sum()
    talked = (
        run.issues["sittings_held"].sum() * 2.0
    )  # at least: what away and distrustful parties cost is not in it
    assert 0.0 < talked <= 0.15 * run.ledger.supplied[[COMMITTEE, GRID]].sum()
    assert desks > 0.0


def test_no_rank_of_urgency_starves_while_a_higher_one_has_large_jobs():
    assert share_out(10, 10, 10, 10, available=15) == [1, 2, 4, 8]
    assert share_out(5, 0, 0, 100, available=18) == [2, 0, 0, 16]


def test_what_a_rank_does_not_need_goes_to_the_others():
    assert share_out(1, 1, 1, 1, available=100) == [1, 1, 1, 1]
    assert share_out(10, 10, 10, 1, available=15) == [2, 4, 8, 1]
    assert share_out(0, 9, 0, 1, available=4) == [0, 3, 0, 1]


def test_with_more_hours_no_rank_gets_less():
    rng = np.random.default_rng(7)
    for _ in range(300):
        wanted = rng.exponential(5.0, 4) * (rng.random(4) < 0.8)
        less, more = sorted(rng.exponential(8.0, 2))
        a, b = share_out(*wanted, available=less), share_out(*wanted, available=more)
        assert all(x <= y + 1e-12 for x, y in zip(a, b))
        assert np.isclose(sum(a), min(sum(wanted), less)) and all(x <= w for x, w in zip(a, wanted))


def test_more_staff_leave_no_rank_of_issues_starved():
    """In guiyuan without mechanisms, issues of every severity are resolved more often with more staff."""
    shares = []
    for staff in (4, 8, 16, 29):
        scenario = set_parameters(replace(read_case("guiyuan"), mechanisms={}), {"committee.staff": staff})
        runs = [simulate(scenario, seed).issues for seed in range(2)]
        issues = np.concatenate(runs)
        known = issues[issues["reported_day"] >= 0]
        shares.append([np.mean(known["resolved_day"][known["severity"] == s] >= 0) for s in range(4)])
    for fewer, more in zip(shares, shares[1:]):
        assert all(b > a - 0.02 for a, b in zip(fewer, more)), shares


def test_before_its_appointment_no_desk_has_begun():
    late = replace(CATEGORIES["litter"], rate=20.0, report_rate=12.0, appointment_days=20.0, recurrence=0.0)
    run = simulate(replace(YARD, issues={"litter": late}), 1)
    done = run.issues[run.issues["resolved_day"] >= 0]
    assert len(done) > 5
    assert (done["resolved_day"] - done["taken_in_day"] >= done["appointment_days"]).all()


def test_cases_are_staffed_at_the_planning_norm_or_say_why_not():
    """18 workers of the committee per 10,000 residents; the three others are explained in their files."""
    other = {
        name
        for name in list_cases()
        if abs(read_case(name).committee.staff / read_case(name).community.residents * 10_000 - 18) > 0.6
    }
    assert other == {"changcheng_shuijun", "furong_south", "wuzi_yard"}


@pytest.mark.parametrize("name", list_cases())
def test_no_paid_hands_sit_idle_while_issues_wait_for_them(name):
    """While a desk has hours to spare in the evening, no reported issue waits there to be taken in."""
    scenario = replace(read_case(name), mechanisms={}, days=120)
    company = [kind.company for kind in scenario.compound for _ in range(kind.count)]
    spare = 0
    for world in days(scenario, 1):
        waiting = world.issues[(world.issues["state"] == REPORTED) & (world.issues["desk"] != DESK_NONE)]
        desks = {*np.where(waiting["desk"] == DESK_COMPANY, waiting["compound"], len(company)).tolist()}
        with_hours = {*np.flatnonzero(world.hours[:-1] >= scenario.committee.intake_hours).tolist()}
        spare += len(company) in with_hours
        assert not desks & with_hours, f"day {world.day}"
    assert scenario.committee.staff < 1.0 or spare > 0
