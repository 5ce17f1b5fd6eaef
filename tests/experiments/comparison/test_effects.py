"""The effect of one mechanism at a time."""

import json
from dataclasses import replace

import numpy as np
import pytest
from cli_runner import typist
from scenarios import STORM, with_mechanisms

from cogov.engine.texts.errors import UserError
from cogov.experiments.comparison import runs
from cogov.experiments.comparison.effects import OWN, SHOWN, mechanism_effects, own_issues_resolved
from cogov.experiments.evidence.plausible_worlds import worlds_of_arms
from cogov.model import measures, mechanisms
from cogov.model.issues.categories import FAMILIES
from cogov.model.simulate import simulate

NAMES = mechanisms.list_mechanisms()


def test_every_mechanism_stands_in_the_table_and_the_cases_own_are_marked():
    table = mechanism_effects(with_mechanisms(STORM, "grid_patrol", "whistle"), replicates=2, days=40)
    assert list(table.index) == [(name, measure) for name in NAMES for measure in SHOWN]
    assert {name for name, _ in table.index[table["reported"].astype(bool)]} == {"grid_patrol", "whistle"}
    rows = table.drop(index=OWN, level="measure")  # there may be no issue that it is meant for
    assert (rows["pairs"] == 2).all() and (rows["low"] <= rows["difference"]).all()


@pytest.mark.parametrize("among", [False, True])
def test_each_is_compared_with_the_same_random_numbers_without_it(among):
    """Alone against nothing; or together with the case's others, in or out."""
    case = with_mechanisms(STORM, "joint_council", "grid_patrol")
    names = ("joint_council", "whistle")
    table = mechanism_effects(case, names, replicates=2, fixed=True, seed=5, days=60, among=among)
    for name in names:
        rest = [other for other in case.mechanisms if among and other != name]
        arms = [with_mechanisms(case, *rest), with_mechanisms(case, *rest, name)]
        rates = [
            [
                measures.summary(runs.replicate(runs.alter_scenario(arm, days=60), "effects", 5, n))["hours"]
                for n in range(2)
            ]
            for arm in arms
        ]
        found = table.loc[(name, "hours")]
        assert found["without"] == sum(rates[0]) / 2 and found["with"] == pytest.approx(sum(rates[1]) / 2)


def test_a_mechanism_that_the_case_begins_late_is_on_all_the_time():
    case = with_mechanisms(STORM, grid_patrol=mechanisms.load_class("grid_patrol")(first_day=1000))
    assert (
        mechanism_effects(case, ["grid_patrol"], replicates=2, days=40).loc[
            ("grid_patrol", "hours"), "difference"
        ]
        > 0
    )


def test_over_plausible_worlds_every_effect_has_a_range_and_a_share_of_worlds_with_its_sign():
    table = mechanism_effects(STORM, ["grid_patrol"], replicates=10, days=60)
    patrol = table.loc[("grid_patrol", "hours")]
    assert patrol["worlds"] == 10 and 0.0 < patrol["p5"] < patrol["median"] < patrol["p95"]
    assert patrol["worse"] == 1.0  # more hours are worse
    arm = runs.alter_scenario(with_mechanisms(STORM), days=60)
    worlds = worlds_of_arms([arm])
    hours = [
        measures.summary(runs.replicate(worlds.apply(arm, n), "effects", 0, n))["hours"] for n in range(10)
    ]
    assert patrol["without"] == pytest.approx(sum(hours) / 10)
    fixed = mechanism_effects(STORM, ["whistle"], replicates=3, fixed=True, days=60)
    assert "median" not in fixed and "median" in table


def test_one_replicate_is_refused():
    with pytest.raises(UserError, match="2 to 100,000"):
        mechanism_effects(STORM, replicates=1)


def test_the_command_line_shows_and_keeps_them(monkeypatch, capsys, tmp_path):
    monkeypatch.chdir(tmp_path)
    typed = typist(monkeypatch, capsys, "mechanisms")
    words = ("--effects", "wuzi_yard", "--replicates", "2", "--days", "40")
    status, out, _ = typed(*words)
    assert (
        status == 0
        and all(name in out for name in NAMES)
        and (tmp_path / "out" / "effects.png").exists()
        and (tmp_path / "out" / "effects.csv").exists()
    )
    status, out, _ = typed(*words, "--json")
    assert status == 0 and {row["mechanism"] for row in json.loads(out)} == set(NAMES)
    status, out, _ = typed("whistle", "--json")
    assert status == 0 and [one["name"] for one in json.loads(out)] == ["whistle"]
    status, _, err = typed("whistel")
    assert status == 2 and "'whistel'" in err and err.count("\n") == 1


def test_a_mechanism_is_also_measured_over_the_issues_that_it_is_meant_for():
    """A mediation room resolves more quarrels, and its own measure is the share of these alone."""
    scenario = with_mechanisms(STORM, "mediation_room")
    run = simulate(replace(scenario, days=120), 1)
    mine = run.issues[run.issues["family"] == FAMILIES.index("dispute")]
    assert own_issues_resolved(run, "mediation_room") == np.mean(mine["resolved_day"] >= 0)
    assert own_issues_resolved(run, "task_pipeline") != own_issues_resolved(run, "mediation_room")
    table = mechanism_effects(STORM, ["mediation_room"], replicates=4, fixed=True, days=120)
    assert table.loc[("mediation_room", OWN), "difference"] > 0
