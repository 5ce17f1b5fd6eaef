"""A trial is simulated before it is made: by lot, with a truth, a spillover and a cost that only we know."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from cli_runner import typist

from cogov.engine.randomness import seed_of
from cogov.engine.texts.errors import UserError
from cogov.experiments.comparison.compare import arms_of
from cogov.experiments.robustness import field_trial
from cogov.experiments.robustness.field_trial import TrialDesign, cells_of, trial_in_world, try_trial
from cogov.model.scenarios.cases import read_case
from cogov.model.scenarios.scenario import Compound
from cogov.model.simulate import simulate

NONE = {"on": (), "off": (), "settings": ()}
PLAN = TrialDesign("grid_patrol", periods=4, period_days=20, burn_in_days=10, within=10)


def yards(count=8):
    """Return a small community of yards, without and with a patrol."""
    case = replace(read_case("wuzi_yard"), name="yards")
    case = replace(
        case,
        compound=(Compound(count=count, buildings=2, stairwells=2, floors=6),),
        community=replace(case.community, households=20 * count, owners=15 * count, residents=50 * count),
        initial_issues=(),
        reported=(),
    )
    return arms_of(case, ["grid_patrol"], **NONE)


def long_enough(arms, plan=PLAN):
    return tuple(replace(arm, days=plan.days) for arm in arms)


def test_a_wedge_begins_one_group_a_period_by_a_lot_of_its_own():
    _, arm = long_enough(yards())
    cells = cells_of(PLAN, arm, 0)
    assert cells.treated.shape == (8, 4)
    assert not cells.treated[:, 0].any() and cells.treated[:, -1].all(), "a baseline, and all in the end"
    assert (np.diff(cells.treated.astype(int), axis=1) >= 0).all(), "who has it keeps it"
    assert sorted(cells.treated.sum(axis=1).tolist()) == [1, 1, 2, 2, 2, 3, 3, 3]
    assert any((cells_of(PLAN, arm, lot).treated != cells.treated).any() for lot in (1, 2))
    half = cells_of(replace(PLAN, design="parallel"), arm, 0).treated
    assert half.any(axis=1).sum() == 4 and not half[:, 0].any() and (half[:, 1:] == half[:, 1:2]).all()


def test_who_takes_no_part_never_begins_and_is_not_counted():
    plan = replace(PLAN, number=5)
    _, arm = long_enough(yards(), plan)
    cells = cells_of(plan, arm, 3)
    assert cells.treated.shape == (5, 4) and {*cells.cluster} == {-1, 0, 1, 2, 3, 4}


def test_cells_are_means_over_their_issues():
    _, arm = long_enough(yards())
    run, cells = simulate(arm, 1), cells_of(PLAN, arm, 0)
    issues = pd.DataFrame(
        {name: run.issues[name] for name in ("arose_day", "resolved_day", "building", "desk")}
    )
    issues = issues[issues["desk"] >= 0]
    values = cells.values(run, PLAN)
    for cluster, period in ((0, 0), (3, 2), (7, 3)):
        first = 10 + 1 + 20 * period
        here = issues[
            issues["arose_day"].between(first, first + 19) & (cells.cluster[issues["building"]] == cluster)
        ]
        good = (here["resolved_day"] >= 0) & (here["resolved_day"] - here["arose_day"] <= 10)
        assert values[cluster, period] == pytest.approx(good.mean())


def test_before_anybody_begins_all_lives_are_one_and_a_mechanism_of_no_strength_changes_nothing():
    arms = long_enough(yards())
    weak = replace(arms[1].mechanisms["grid_patrol"], strength=0.0)
    still = replace(arms[1], mechanisms={**arms[1].mechanisms, "grid_patrol": weak})
    row = trial_in_world(PLAN, None, (arms[0], still), 0)
    assert row["truth"] == row["direct"] == row["spillover"] == row["hours"] == 0.0
    assert row["effect"] == row["placebo"] and row["p"] == row["placebo_p"]
    lively = trial_in_world(PLAN, None, arms, 0)
    assert lively["placebo"] == row["placebo"] and lively["direct"] != 0.0 and lively["hours"] > 0.0


def test_the_truth_is_everywhere_against_nowhere():
    """Computed here from the issues of two runs; nothing of the trial is in it."""
    arms = long_enough(yards())
    row, cells = trial_in_world(PLAN, None, arms, 0), cells_of(PLAN, arms[0], 0)
    patrol = replace(arms[1].mechanisms["grid_patrol"], first_day=PLAN.first_day)
    everywhere = replace(arms[1], mechanisms={**arms[1].mechanisms, "grid_patrol": patrol})
    seed = seed_of(field_trial.EXPERIMENT, arms[0].name, 0, 0)
    none, every = (cells.values(simulate(life, seed), PLAN)[:, 1:] for life in (arms[0], everywhere))
    assert row["truth"] == pytest.approx(np.nanmean(every - none))


def test_a_patrol_is_found_its_truth_is_positive_and_more_clusters_find_more():
    result = try_trial(yards(16), PLAN, worlds=12, fixed=True, workers=0)
    summary = result.summary
    assert summary["truth"] > 0.0 and summary["direct"] > 0.0
    assert summary["power"] == result.found.mean() and 0.0 <= summary["covered"] <= 1.0
    assert summary["bias"] == pytest.approx((result.fitted["effect"] - result.fitted["truth"]).mean())
    assert result.curve["power"].is_monotonic_increasing and result.curve["clusters"].is_unique
    again = try_trial(yards(16), PLAN, worlds=12, fixed=True, workers=0)
    assert result.trials.equals(again.trials)


@pytest.mark.slow
def test_two_workers_say_what_one_says_and_the_curve_holds_what_brute_force_counts():
    plan = replace(PLAN, periods=5, period_days=30)
    one, two = (try_trial(yards(16), plan, worlds=80, workers=workers) for workers in (0, 2))
    assert one.trials.equals(two.trials)
    power = one.curve.set_index("clusters")["power"][16]
    assert abs(power - one.summary["power"]) < 3.0 * max(one.summary["power_error"], 0.02)


def test_too_few_clusters_and_unknown_designs_are_refused_with_the_way_out(monkeypatch, capsys, tmp_path):
    monkeypatch.chdir(tmp_path)
    command = typist(monkeypatch, capsys, "trial")
    status, _, err = command("wuzi_yard", "--mechanism", "grid_patrol")
    assert status == 2 and "has 1 clusters (compound)" in err and "--clusters building" in err
    status, _, err = command("guiyuan", "--mechanism", "grid_patrol", "--design", "cross")
    assert status == 2 and "--design cross: is not one of wedge, parallel" in err
    status, _, err = command("guiyuan", "--mechanism", "grid_patrol", "--clusters", "street")
    assert status == 2 and "--clusters street: is not one of compound, building" in err
    with pytest.raises(UserError, match="no issue arose"):
        quiet = tuple(
            replace(arm, issues={name: replace(kind, rate=0.0) for name, kind in arm.issues.items()})
            for arm in yards()
        )
        try_trial(quiet, PLAN, worlds=10, fixed=True, workers=0)


def test_the_command_tells_power_bias_and_cost_in_both_languages(monkeypatch, capsys, tmp_path):
    monkeypatch.chdir(tmp_path)
    command = typist(monkeypatch, capsys, "trial")
    words = ("wuzi_yard", "--mechanism", "grid_patrol", "--clusters", "building", "--periods", "3")
    words += ("--period-days", "14", "--within", "7", "--worlds", "10", "--workers", "0")
    status, out, err = command(*words, "--out", "told")
    text = " ".join(out.split())
    assert status == 0, err
    assert "would find the effect of grid_patrol in" in text and "off the truth on average" in text
    assert {path.name for path in (tmp_path / "told").iterdir()} == {
        "trials.csv",
        "power.csv",
        "trial.png",
        "trial.svg",
        "manifest.json",
    }
    status, out, _ = command(*words, "--lang", "zh", "--design", "parallel")
    assert status == 0 and "平行" in out and "溢出" in out


def test_without_statsmodels_the_way_out_is_said(monkeypatch):
    def missing():
        raise UserError("statsmodels ... is not installed; install it with: pip install 'cogov[trial]'")

    monkeypatch.setattr(field_trial, "mixed_model", missing)
    with pytest.raises(UserError, match=r"cogov\[trial\]"):
        try_trial(yards(), PLAN, worlds=10, workers=0)
