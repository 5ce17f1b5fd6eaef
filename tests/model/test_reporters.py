"""Who reports: a few make most reports; results and answers encourage; where nothing is seen, trust stays."""

from dataclasses import replace

import numpy as np
from scenarios import YARD, with_mechanisms

from cogov.engine.parameters import set_parameters
from cogov.model.measures import summary
from cogov.model.scenarios.cases import read_case
from cogov.model.simulate import build_community, days, simulate

QUIET = replace(YARD, issues={"litter": replace(YARD.issues["litter"], rate=1e-9)}, days=60)


def test_a_tenth_of_reporters_makes_a_large_part_of_reports():
    guiyuan = replace(read_case("guiyuan"), days=120)
    even, uneven = (
        summary(simulate(set_parameters(guiyuan, {"residents.report_spread_log": spread}), 1))
        for spread in (0.0, 2.5)
    )
    assert even["reports_by_top_tenth"] < 0.3 < 0.4 < uneven["reports_by_top_tenth"]
    assert uneven["reporters_share"] < even["reporters_share"]


def test_readiness_to_report_is_one_in_the_mean_however_uneven():
    scenario = set_parameters(
        read_case("guiyuan"),
        {
            "residents.report_spread_log": 0.8,
            "residents.tenant_report_factor": 1.0,
            "residents.migrant_report_factor": 1.0,
            "residents.elder_report_factor": 1.0,
        },
    )
    voice = build_community(scenario).residents.usual_voice
    assert abs(voice[voice > 0].mean() - 1.0) < 0.03
    assert abs(np.log(voice[voice > 0]).std() - 0.8) < 0.02


def test_elders_report_more_readily_as_their_factor_says():
    once, twice = (
        build_community(set_parameters(YARD, {"residents.elder_report_factor": factor})).residents
        for factor in (1.0, 2.0)
    )
    ratio = twice.usual_voice[once.usual_voice > 0] / once.usual_voice[once.usual_voice > 0]
    elders = once.band[once.usual_voice > 0] == 2
    assert np.allclose(ratio[elders], 2.0) and np.allclose(ratio[~elders], 1.0) and elders.any()


def test_who_got_a_result_reports_more_readily_and_who_did_not_less():
    """After a year in which reports are resolved reporters are readier than usual; with idle desks, less."""
    helped = set_parameters(
        YARD, {"committee.staff": 20.0, "committee.answer_share": 1.0, "residents.report_fading_rate": 0.0}
    )
    idle = set_parameters(
        YARD, {"committee.staff": 0.0, "grid_workers.desk_share": 0.0, "residents.report_fading_rate": 0.0}
    )
    for scenario, readier in ((helped, True), (idle, False)):
        *_, world = days(scenario, 1)
        people = world.residents
        moved = people.voice != people.usual_voice
        ratio = (people.voice[moved] / people.usual_voice[moved]).mean()
        assert ratio > 1.05 if readier else ratio < 0.95
        most = scenario.residents.report_habit_factor
        assert (people.voice <= most * people.usual_voice * (1 + 1e-6)).all()


def test_an_answer_is_given_for_sure_where_every_matter_has_an_owner_and_a_date():
    """With task sheets more reporters are told what came of their report, and report more readily."""
    quiet = set_parameters(
        YARD, {"committee.staff": 20.0, "committee.answer_share": 0.0, "residents.report_gain_resolved": 0.0}
    )
    gains = []
    for scenario in (quiet, with_mechanisms(quiet, "task_pipeline")):
        *_, world = days(scenario, 1)
        gains.append(np.count_nonzero(world.residents.voice > world.residents.usual_voice))
    assert gains[0] == 0 < gains[1]


def test_where_nothing_is_seen_trust_stays_as_it_is():
    """In a place where nothing happens nobody loses or gains trust in the committee."""
    begin = build_community(QUIET).residents.trust[:, 0].copy()
    *_, world = days(
        set_parameters(QUIET, {"residents.owner_moving_rate": 0.0, "residents.tenant_moving_rate": 0.0}), 1
    )
    assert np.allclose(world.residents.trust[:, 0], begin, atol=1e-6)


def test_a_well_run_estate_does_not_cost_the_committee_its_trust():
    """Where the company resolves what happens, trust in the committee does not fall."""
    estate = read_case("lianhe")
    run = simulate(replace(estate, days=180), 1)
    assert run.series["trust_committee"][-1] > run.series["trust_committee"][0] - 0.05
