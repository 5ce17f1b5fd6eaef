"""Lifts added to stairwells: who has a say, who objects, who pays, and what waits meanwhile."""

from dataclasses import replace

import numpy as np
import pytest
from scenarios import YARD

from cogov.engine.codes import OBJECTS, SIGNED
from cogov.engine.parameters import set_parameters
from cogov.experiments.calibration.funnel import tabulate_funnel
from cogov.experiments.observation.project_stages import STAGES
from cogov.model.issues.consent_rules import RULES, is_met
from cogov.model.issues.issue_table import CONSENTED, FAILED, GAVE_UP, MONEY, PAID, SIGN
from cogov.model.resources.calendar import InitialIssues
from cogov.model.simulate import days, simulate
from cogov.reference.consent import compute_willingness, divide_bill, own_yuan
from cogov.reference.world import World

LIFT = replace(
    YARD.issues["lift_adding"],
    rate=1e-9,
    report_rate=12.0,
    sittings=0.0,
    department_days=0.0,
    lapse_days=0.0,
    min_works_days=0.0,
    work_hours=4.0,
)
RENEWAL = replace(YARD.issues["yard_renewal"], rate=1e-9, report_rate=12.0, lapse_days=0.0, cost_yuan=0.0)
WISH = replace(  # a yard that wishes for one lift; everybody is soon met, and pays soon
    YARD,
    days=300,
    issues={"lift_adding": LIFT, "yard_renewal": RENEWAL},
    initial_issues=(InitialIssues("lift_adding", 1),),
    committee=replace(YARD.committee, staff=4.0, forgetting_rate=0.0),
    projects=replace(
        YARD.projects,
        walk_in_rate=0.5,
        found_at_home=1.0,
        landlord_found=1.0,
        baseline_logit=5.0,
        round_days=1.0,
        notice_days=0,
        payment_days=5.0,
    ),
)


def wish(lift=None, **knobs):
    """Return the yard with other numbers of its lift; `knobs` are those of `projects`."""
    return set_parameters(
        replace(WISH, issues=WISH.issues | {"lift_adding": replace(LIFT, **lift or {})}),
        {f"projects.{name}": value for name, value in knobs.items()},
    )


EASY = {"cost_aversion_logit": 0.0, "lift_floor_logit": 0.0}  # all agree to a lift at any price
RICH = {"committee": replace(WISH.committee, fund_yuan=5e6)}  # funds could pay for every lift


def days_of(run, what):
    return run.history["day"][run.history["what"] == what].tolist()


def last_world(scenario):
    for world in days(scenario, 1):
        pass
    return world


def test_a_lift_is_voted_on_by_the_households_of_its_stairwell():
    world = next(world for world in days(wish(), 1) if world.projects.all[0] > 0)
    stairwell = world.issues["stairwell"][0]
    assert world.projects.all[0] == np.diff(world.stairwells.first)[stairwell] < len(world.households.floor)


def test_subsidy_owners_and_funds_together_pay_what_a_lift_costs_and_those_below_receive():
    case = replace(wish({"owners_share": 0.8}, **EASY), **RICH)
    world = last_world(case)
    issue = world.ended[: world.gone[0]][0] if world.gone[0] else world.issues[0]
    first, homes = world.stairwells.first[issue["stairwell"]], world.households
    low, high = first, world.stairwells.first[issue["stairwell"] + 1]
    below = int((homes.floor[low:high] < case.projects.break_even_floor).sum())
    bill = 36_000_000 + below * 500_000
    assert below > 0 and (world.history()["what"] == PAID).any()
    assert world.projects.owners_fen.sum() + world.spending.sum() == bill
    assert 0 < world.spending.sum() <= 0.2 * 36_000_000


def test_only_those_from_the_third_floor_up_pay_and_each_floor_more_than_the_one_below():
    w = World(wish(), 1)
    issue = next(i for i in [lift_of(w)])
    homes = w.stairwells[issue.stairwell].parts
    unit_yuan, by_floor, fen = divide_bill(w, issue, homes)
    paid = {h.floor: own_yuan(w, h, unit_yuan, by_floor) for h in homes}
    ranked = [paid[floor] for floor in sorted(paid)]
    assert by_floor and all(yuan == -5000.0 for floor, yuan in paid.items() if floor < 3)
    assert all(a < b for a, b in zip(ranked, ranked[1:]) if b > 0)
    assert sum(max(0.0, own_yuan(w, h, unit_yuan, by_floor)) for h in homes) == pytest.approx(fen / 100)


def lift_of(w):
    """Return a lift as the reference model describes one, in the first stairwell."""
    from types import SimpleNamespace

    category = next(j for j, kind in enumerate(w.kinds) if kind.unit == "walkup")
    return SimpleNamespace(category=category, stairwell=0, key=np.uint64(1), consent_rule=4, cost_fen=0)


@pytest.mark.parametrize("step", [0.0, 0.5])
def test_a_higher_floor_is_never_less_willing(step):
    """At the price of a lift, whether shares are equal or rise with the floor: two homes to a floor."""
    w = World(wish(floor_share_step=step), 1)
    issue, h = lift_of(w), w.households[0]
    homes = [type(h)(**vars(h) | {"floor": 1 + n // 2}) for n in range(12)]
    unit_yuan, by_floor, _ = divide_bill(w, issue, homes)
    x = [
        compute_willingness(w, issue, home, own_yuan(w, home, unit_yuan, by_floor), 0.0, 0.0)
        for home in homes
    ]
    assert x == sorted(x) and x[-1] > x[0]


def signed_households(scenario):
    """Return the households that have signed within 30 days, while the result is not posted."""
    world = last_world(replace(scenario, days=30))
    return int((world.households.stance == SIGNED).sum())


def test_more_cost_never_raises_consent_and_a_subsidy_never_lowers_it():
    doubting = {"baseline_logit": 0.0, "vote_term_days": 5000, "notice_days": 365}
    dearer = [
        signed_households(wish({"cost_yuan": yuan, "subsidy_yuan": 0.0}, **doubting))
        for yuan in (0.0, 600_000.0, 5_000_000.0)
    ]
    helped = [
        signed_households(wish({"cost_yuan": 2_000_000.0, "subsidy_yuan": yuan}, **doubting))
        for yuan in (0.0, 1_000_000.0, 2_000_000.0)
    ]
    assert dearer == sorted(dearer, reverse=True) and dearer[0] > dearer[-1]
    assert helped == sorted(helped) and helped[0] < helped[-1]


def test_an_objection_stops_a_lift_that_three_quarters_want():
    """The ground floor loses; what the others sign is enough for the law, and not for practice."""
    losing = {"lift_floor_logit": 4.0, "cost_aversion_logit": 0.0, "baseline_logit": 2.0}
    law = wish({"consent_rule": "code_278_plain"}, **losing)
    practice = wish({"consent_rule": "code_278_no_objection"}, **losing)
    assert days_of(simulate(law, 1), CONSENTED)
    world = last_world(practice)
    assert not (world.history()["what"] == CONSENTED).any()
    objecting = world.households.stance == OBJECTS
    assert objecting.any() and (world.households.floor[objecting] <= 2).all()


def test_one_objection_is_enough_where_the_rule_asks_for_none():
    """Nine in ten signed: enough for the law; in practice one household that objects in writing stops it."""
    nearly_all = (90, 95, 100), (90.0, 95.0, 100.0)
    law, practice = list(RULES).index("code_278_major"), list(RULES).index("code_278_no_objection")
    assert is_met(law, *nearly_all, 1) and is_met(practice, *nearly_all, 0)
    assert not is_met(practice, *nearly_all, 1)


def test_a_result_stands_only_when_it_has_been_posted_for_its_days():
    consented = [
        days_of(simulate(wish(notice_days=posted, **EASY), 1), CONSENTED)[0] for posted in (0, 10, 30)
    ]
    assert np.diff(consented).tolist() == [10, 20]


def test_who_refuses_to_pay_leaves_a_gap_that_no_fund_fills():
    """However rich the funds are; and the reporter alone does not end it."""
    refusing = replace(wish({"patience_days": 1.0}, payment_logit=10.0, **EASY), **RICH)
    run, world = simulate(refusing, 1), last_world(refusing)
    assert days_of(run, CONSENTED) and not days_of(run, PAID) and not days_of(run, GAVE_UP)
    assert (run.issues["state"] == MONEY).all() and world.spending.sum() == 0
    assert days_of(simulate(replace(refusing, projects=wish(**EASY).projects), 1), PAID)


def test_a_round_of_calls_takes_its_days():
    knocks = [
        int(
            last_world(
                replace(wish(round_days=round_days, baseline_logit=-5.0), days=60)
            ).households.knocks.max()
        )
        for round_days in (1.0, 10.0)
    ]
    assert knocks[1] <= 6 < knocks[0]


def test_another_talk_persuades_less_than_the_one_before():
    """And a refusal holds where nobody persuades, however often they call."""
    held = last_world(wish(baseline_logit=-0.5, vote_term_days=5000))
    stance = [
        world.households.stance.copy() for world in days(wish(baseline_logit=-0.5, vote_term_days=5000), 1)
    ]
    assert held.households.talks.max() > 20 and (np.diff(np.array(stance), axis=0)[100:] == 0).mean() > 0.999


def test_a_vote_that_has_failed_lets_another_project_go_first():
    both = replace(
        wish(baseline_logit=-5.0, vote_term_days=20, retry_after_days=40),
        initial_issues=(InitialIssues("lift_adding", 1), InitialIssues("yard_renewal", 1)),
    )
    voted = []
    for world in days(both, 1):
        if world.projects.all[0] > 0 and world.projects.active[0] not in voted:
            voted.append(world.projects.active[0])
    failed = world.history()["issue"][world.history()["what"] == FAILED]
    assert len(voted) == 2 and set(failed) == set(voted) and (world.issues["state"] == SIGN).all()


def test_the_funnel_counts_stages_that_projects_reach_one_after_another():
    table = tabulate_funnel(wish(**EASY), replicates=3, workers=0).set_index("stage")
    assert list(table.index) == list(STAGES) and table["projects"].tolist() == [3] * len(STAGES)
    assert table["median_days"].is_monotonic_increasing and table["median_days"].iloc[0] == 0.0
    refused = tabulate_funnel(wish(baseline_logit=-5.0), replicates=3, workers=0).set_index("stage")
    assert refused["projects"].tolist() == [3, 0, 0, 0, 0, 0] and np.isnan(refused["median_days"].iloc[3])
    unpaid = tabulate_funnel(wish(payment_logit=10.0, **EASY), replicates=3, workers=0).set_index("stage")
    assert unpaid.loc["agreed", "projects"] == 3 and unpaid.loc["paid", "projects"] == 0
