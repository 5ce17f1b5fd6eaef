"""Collective projects, from wish to works.

Who may sign, who will, votes that fail, who pays, and how long it takes.
"""

from dataclasses import replace

import numpy as np
from scenarios import YARD, with_mechanisms

from cogov.engine.parameters import set_parameters
from cogov.model import mechanisms
from cogov.model.issues.issue_table import ANSWERED, CONSENTED, FAILED, PAID, SIGN
from cogov.model.resources.calendar import InitialIssues
from cogov.model.simulate import days, simulate

RENEWAL = replace(
    YARD.issues["yard_renewal"],
    rate=1e-9,
    report_rate=12.0,
    department_days=0.0,
    lapse_days=0.0,
    cost_yuan=0.0,
    min_works_days=0.0,
    work_hours=4.0,
)
WISH = replace(  # the yard, where everybody wishes for one thing, and nothing else ever goes wrong
    YARD,
    days=200,
    issues={"yard_renewal": RENEWAL},
    initial_issues=(InitialIssues("yard_renewal", 1),),
    committee=replace(YARD.committee, staff=4.0, forgetting_rate=0.0),
    projects=replace(YARD.projects, walk_in_rate=0.5, baseline_logit=5.0, round_days=1.0, notice_days=0),
)


def yard_with(renewal=None, **knobs):
    """Return the yard with other numbers of its project; `knobs` are paths, as projects__vote_term_days."""
    return set_parameters(
        replace(WISH, issues={"yard_renewal": replace(RENEWAL, **renewal or {})}),
        {name.replace("__", "."): value for name, value in knobs.items()},
    )


def days_of(run, what):
    return run.history["day"][run.history["what"] == what].tolist()


def test_who_all_agree_have_soon_signed():
    assert len(days_of(simulate(WISH, 1), CONSENTED)) == 1


def test_a_vote_that_fails_is_tried_again_and_nobody_is_called_upon_in_between():
    against = yard_with(
        projects__baseline_logit=-5.0,
        projects__trust_logit=0.0,
        projects__peer_logit=0.0,
        projects__vote_term_days=30,
        projects__retry_after_days=10,
    )
    knocks, failed = [], []
    for world in days(against, 1):
        knocks.append(int(world.households.knocks.sum()))
        failed = world.history()["day"][world.history()["what"] == FAILED].tolist()
    assert len(failed) >= 4 and np.diff(failed).tolist() == [41] * (len(failed) - 1)
    assert all(knocks[day - 1] == knocks[day + 9] < knocks[day + 11] for day in failed[:-1])
    assert (
        days_of(simulate(against, 1), CONSENTED) == []
        and (simulate(against, 1).issues["state"] == SIGN).all()
    )


def test_a_second_vote_carries_where_captains_have_come_meanwhile():
    """Earlier talks are not forgotten, and signatures are collected again."""
    doubting = yard_with(
        projects__baseline_logit=-1.0, projects__vote_term_days=60, projects__retry_after_days=10
    )
    captains = mechanisms.load_class("building_captains")(
        first_day=65, persuasion_logit=3.0, in_post_share=1.0
    )
    alone, helped = simulate(doubting, 1), simulate(with_mechanisms(doubting, building_captains=captains), 1)
    assert (
        days_of(alone, CONSENTED) == []
        and days_of(helped, FAILED)[:1] == days_of(alone, FAILED)[:1]
        and days_of(helped, CONSENTED)[0] > days_of(helped, FAILED)[0]
    )


def test_a_tenant_signs_for_the_household_but_not_for_the_owner():
    """Where absentee owners are never found, every household can sign and not every owner.

    An owner elsewhere may also like it less.
    """
    lost = {"projects__landlord_found": 0.0}
    assert days_of(
        simulate(yard_with({"consent_rule": "every_household"}, **lost), 1), CONSENTED
    ) and not days_of(simulate(yard_with({"consent_rule": "all_owners"}, **lost), 1), CONSENTED)
    found = {
        "projects__landlord_found": 1.0,
        "projects__absentee_owner_logit": -5.0,
        "projects__baseline_logit": 4.0,
        "projects__trust_logit": 0.0,
        "projects__peer_logit": 0.0,
    }
    assert not days_of(simulate(yard_with({"consent_rule": "all_owners"}, **found), 1), CONSENTED)
    assert days_of(
        simulate(
            yard_with(
                {"consent_rule": "all_owners"},
                **found | {"projects__absentee_owner_logit": 5.0, "projects__baseline_logit": 5.0},
            ),
            1,
        ),
        CONSENTED,
    )


def signed_households(scenario):
    """Return the households that have signed within 30 days."""
    for world in days(replace(scenario, days=30), 1):
        pass
    return int((world.projects.all - world.projects.open).sum())


def test_the_dearer_it_is_the_fewer_sign():
    some = [
        signed_households(
            yard_with({"cost_yuan": yuan, "consent_rule": "all_owners"}, projects__baseline_logit=1.0)
        )
        for yuan in (0.0, 1_000_000.0, 4_000_000.0)
    ]
    assert some[0] > some[1] > some[2]


def test_what_its_own_fund_lacks_the_communitys_pays_and_not_a_fen_more():
    bill = {"cost_yuan": 5000.0, "consent_rule": ""}
    alone = replace(yard_with(bill, committee__fund_yuan=3000.0, committee__budget_yuan=0.0), days=60)
    both = replace(
        alone, compound=tuple(replace(kind, maintenance_fund_yuan=2500.0) for kind in alone.compound)
    )
    assert days_of(simulate(alone, 1), PAID) == []
    run = simulate(both, 1)
    assert (
        len(days_of(run, PAID)) == 1
        and run.fen[:, 3].tolist() == [0, 50_000]
        and run.history["who"][run.history["what"] == PAID].tolist() == [-1]
    )


def test_works_take_the_days_they_take():
    """However many hands there are; and the hours are those of the work, no more."""
    quick, slow = (
        simulate(
            yard_with({"min_works_days": least, "department_days": 5.0}, departments__daily_hours=100.0), 1
        )
        for least in (0.0, 90.0)
    )
    took = [run.issues["resolved_day"][0] - days_of(run, ANSWERED)[0] for run in (quick, slow)]
    assert took[0] < 5 and 85 <= took[1] <= 95


def test_a_campaign_founds_itself_before_it_knocks():
    campaign = mechanisms.load_class("consent_campaign")
    members = {
        "party_members__retired_duty_logit": 12.0,
        "party_members__in_service_duty_logit": 12.0,
        "projects__walk_in_rate": 0.0,
    }
    first = []
    for founding in (0.5, 40.0):
        case = with_mechanisms(yard_with(**members), consent_campaign=campaign(founding_hours=founding))
        first.append(next(world.day for world in days(case, 1) if world.households.knocks.sum() > 0))
    assert first[1] - first[0] >= 10


def test_who_moves_in_has_signed_nothing_and_a_new_tenant_undoes_no_owners_signature():
    leaving = yard_with(
        {"consent_rule": "all_owners"},
        projects__landlord_found=1.0,
        projects__baseline_logit=4.0,
        residents__tenant_moving_rate=4.0,
        residents__owner_moving_rate=0.0,
    )
    stances = np.array([world.households.stance.copy() for world in days(replace(leaving, days=120), 1)])
    let = ~world_of(leaving).households.owner
    assert let.sum() > 5 and ((stances[1:] < stances[:-1]) & let).sum() == 0


def world_of(scenario):
    return next(days(scenario, 1))
