"""Every household has both lives; what they gain sums to what the community gains."""

import json

import numpy as np
import pytest
from cli_runner import typist
from scenarios import STORM, with_mechanisms

from cogov.experiments.comparison.plausible_pairs import run_in_world
from cogov.experiments.comparison.who_gains import (
    SAME,
    compare_homes,
    gains_in_world,
    group_homes,
    household_burdens,
    who_gains,
)
from cogov.experiments.evidence.plausible_worlds import worlds_of_arms
from cogov.model import measures
from cogov.model.scenarios.cases import list_cases, read_case
from cogov.model.simulate import build_community, simulate

ARMS = with_mechanisms(STORM), with_mechanisms(STORM, "grid_patrol")


@pytest.mark.parametrize("case", ["wuzi_yard", "shuian"])
def test_burdens_of_households_sum_to_that_of_the_community(case):
    scenario = read_case(case)
    run = simulate(scenario, 2)
    burdens = household_burdens(run, build_community(scenario))
    assert burdens.sum() / run.places["adults"] == pytest.approx(measures.summary(run)["burden"])
    assert (burdens >= 0.0).all() and np.std(burdens) > 0.0


def test_an_issue_at_home_burdens_that_home_alone():
    run, community = simulate(STORM, 2), build_community(STORM)
    private = run.issues["household"] >= 0
    run.issues["severity"][~private] = -1  # weighs nothing
    burdens = household_burdens(run, community)
    with_issues = np.unique(run.issues["household"][private])
    assert set(np.flatnonzero(burdens)) <= set(with_issues.tolist())


@pytest.mark.parametrize("case", list_cases())
def test_groups_that_exclude_each_other_hold_every_household_once(case):
    groups = group_homes(build_community(read_case(case)))
    for parts in (
        ("owners", "tenants"),
        ("registered", "migrants"),
        ("with elders", "without elders"),
        ("low floor", "high floor, lift", "high floor, no lift"),
    ):
        assert (sum(groups[name].astype(int) for name in parts) == 1).all(), parts


def test_shares_sum_to_one_and_gains_of_groups_to_the_total():
    draw = np.random.default_rng(1)
    without, treated = draw.exponential(9.0, (2, 500))
    owners = draw.random(500) < 0.6
    table = compare_homes(without, treated, {"all": owners | ~owners, "owners": owners, "tenants": ~owners})
    assert table[["better", "same", "worse"]].sum(axis=1).to_numpy() == pytest.approx(1.0)
    parts = table.loc[["owners", "tenants"]]
    assert (parts["households"] * parts["change"]).sum() == pytest.approx((treated - without).sum())
    assert (parts["households"] * parts["better"]).sum() == np.sum(treated - without <= -SAME)
    same = compare_homes(without, without + 0.5 * SAME, {"all": owners | ~owners})
    assert same.loc["all", "same"] == 1.0


def test_both_lives_are_of_the_same_world():
    worlds = worlds_of_arms(ARMS)
    table = gains_in_world(worlds, ARMS, 4)
    runs = [run_in_world(worlds, arm, 4) for arm in ARMS]
    adults = runs[0].places["adults"]
    total = table.loc["all"]
    for name, run in zip(("without", "with"), runs):
        assert total[name] * total["households"] / adults == pytest.approx(measures.summary(run)["burden"])


def test_over_worlds_the_change_has_a_range():
    table = who_gains(ARMS, worlds=10, workers=0)
    assert (table["low"] <= table["change"]).all() and (table["change"] <= table["high"]).all()
    assert table.loc["all", "households"] == STORM.community.households


def test_the_command_says_who_gains_in_both_languages(monkeypatch, capsys, tmp_path):
    monkeypatch.chdir(tmp_path)
    typed = typist(monkeypatch, capsys, "gains")
    words = ("wuzi_yard", "--mechanism", "grid_patrol", "--worlds", "10", "--days", "60", "--workers", "0")
    status, out, _ = typed(*words)
    assert status == 0 and "better off with grid_patrol" in out and "no lift" in out
    status, out, _ = typed(*words, "--lang", "zh")
    assert status == 0 and "过得更好" in out
    told = json.loads(typed(*words, "--json")[1])
    assert told["groups"][0]["group"] == "all"
    status, _, err = typed("wuzi_yard")
    assert status == 2 and "no mechanism is named" in err and err.count("\n") == 1
