"""Mechanisms are weighed over plausible worlds: stored, resumed, the same with any number of workers."""

import json
from dataclasses import replace
from html import escape

import numpy as np
import pandas as pd
import pytest
from cli_runner import typist

from cogov.engine.texts.errors import UserError
from cogov.experiments.comparison.plausible_pairs import run_in_world
from cogov.experiments.evidence.plausible_worlds import PlausibleWorlds
from cogov.experiments.robustness import carriers
from cogov.experiments.robustness.weighing import robust_experiment, weigh
from cogov.experiments.sweep.experiment import Estimand
from cogov.experiments.sweep.report_statistics import analyse_sweep
from cogov.experiments.sweep.results import read_results
from cogov.experiments.sweep.sweep import plan_sweep, sweep
from cogov.model import measures
from cogov.model.scenarios.cases import read_case
from cogov.model.simulate import simulate
from cogov.viz import report
from cogov.viz.world_section import world_sentences

CHOICES = ("building_captains", "grid_patrol", "building_captains+grid_patrol")


def experiment(worlds=12, **more):
    return robust_experiment("wuzi_yard", CHOICES, worlds=worlds, days=60, **more)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("robust")
    sweep(experiment(), folder, workers=0)
    return folder


@pytest.fixture(scope="module")
def result(folder):
    (result,) = weigh(read_results(folder)).values()
    return result


def test_every_arm_is_simulated_in_the_same_worlds(result):
    assert list(result.values.columns) == ["none", "building_captains", "grid_patrol", *CHOICES[2:]][:3] + [
        "building_captains + grid_patrol"
    ]
    assert result.values.shape == (12, 4) and result.values.notna().all(axis=None)
    plan, world = result.results.plan, 5
    worlds, case = plan.worlds["wuzi_yard"], plan.cases["wuzi_yard"]
    run = simulate(worlds.apply(case, world), plan.experiment.seeds("wuzi_yard", world))
    assert result.values.loc[world, "none"] == measures.summary(run)["resolution_rate"]


def test_an_interrupted_answer_is_continued_and_workers_change_nothing(folder, result, tmp_path):
    sweep(experiment(worlds=10), tmp_path, workers=2)
    done = sweep(experiment(), tmp_path, workers=0)
    assert (done.before, done.now) == (40, 8)
    (again,) = weigh(read_results(tmp_path)).values()
    pd.testing.assert_frame_equal(again.values, result.values)
    pd.testing.assert_frame_equal(again.table, result.table)


def test_lucks_share_the_numbers_of_their_world():
    plan = plan_sweep(experiment(worlds=10, lucks=2))
    terms = plan.terms(0.0)
    none = [order for order in plan.orders(0, 4) if order.arm.name == "none"]
    scenarios = [terms.scenario_of(order) for order in none]
    assert scenarios[0] == scenarios[1] != scenarios[2] == scenarios[3]
    assert len({order.seed for order in none}) == 4


def test_what_is_set_is_not_drawn_and_a_knob_of_a_mechanism_is_set_where_it_is_on():
    path = "mechanisms.building_captains.captain_hours"
    changes = {"settings": ["committee.shift_hours=7.5", f"{path}=0.5"]}
    plan = plan_sweep(experiment(changes=changes))
    terms = plan.terms(0.0)
    for order in plan.orders(0, 2):
        scenario = terms.scenario_of(order)
        assert scenario.committee.shift_hours == 7.5
        captains = scenario.mechanisms.get("building_captains")
        assert (captains is not None) == ("building_captains" in order.arm.name)
        assert captains is None or captains.captain_hours == 0.5


def test_an_arm_of_another_process_is_not_mistaken_for_one_of_the_same_identity():
    plan = plan_sweep(experiment())
    terms, sent = plan.terms(0.0), plan.terms(0.0)
    one, other, *_ = plan.orders(0, 1)
    sent.arms[id(one.arm)] = other.arm, terms.scenario_of(other)
    assert sent.scenario_of(one) == terms.scenario_of(one) != terms.scenario_of(other)


def test_the_key_of_a_run_depends_on_its_world():
    def keys(**more):
        return {order.key for order in plan_sweep(experiment(**more)).orders(0, 2)}

    assert keys() == keys() and not keys() & keys(lucks=2)


def test_a_sweep_whose_replicates_are_no_worlds_is_refused(tmp_path):
    sweep(replace(experiment(worlds=2), lucks_per_world=0), tmp_path, workers=0)
    with pytest.raises(UserError, match="set lucks_per_world = 1"):
        weigh(read_results(tmp_path))


def test_what_is_over_the_budget_is_no_choice(result):
    costs = result.costs[1].mean()
    dear = costs.idxmax()
    tight = replace(result, budget_yuan=float(costs.drop(dear).max()))
    assert tight.too_dear == [dear] and dear not in tight.choices.index and dear in tight.table.index
    assert any(f"no choice: {dear}" in line for line in tight.sentences())
    assert result.too_dear == [] and replace(result, budget_yuan=1e12).too_dear == []
    assert set(tight.choices.index) | {dear} == set(result.choices.index)


def test_a_report_says_what_its_intervals_hold_and_what_the_worlds_say(folder, tmp_path):
    def pages(where):
        analysis = analyse_sweep(where)
        return list(world_sentences(analysis)), report.page(analysis, {})

    lines, page = pages(folder)
    assert any("of 12 plausible worlds building_captains" in line for case, line in lines if case)
    assert "What nobody knows" in page and all(escape(line) in page for _, line in lines)
    sweep(replace(experiment(worlds=2), lucks_per_world=0), tmp_path, workers=0)
    ((_, line),), page = pages(tmp_path)
    assert "hold luck, and nothing of what nobody knows" in line and escape(line) in page


def test_the_number_that_carries_an_effect_is_found_and_noise_is_not():
    draw = np.random.default_rng(1)
    numbers = [{f"n{i}": value for i, value in enumerate(row)} for row in draw.random((60, 200))]
    signal = np.array([3.0 * row["n7"] for row in numbers]) + 0.4 * draw.standard_normal(60)
    table = carriers.find_carriers(numbers, signal)
    assert table.index[0] == "n7" and table["carries"].tolist()[:2] == [True, False]
    assert table.loc["n7", "correlation"] > 0.7
    floor = carriers.noise_floor(carriers.tabulate(numbers)[1])
    assert floor == table["floor"].iloc[0]
    noise = draw.standard_normal((20, 60))
    false = [carriers.find_carriers(numbers, effect, floor)["carries"].any() for effect in noise]
    assert sum(false) <= 6  # one in ten is expected to stand out by chance
    assert not len(carriers.find_carriers(numbers, np.zeros(60)))
    assert not len(carriers.find_carriers(numbers[:15], signal[:15]))


def test_the_command_prints_ranges_regret_and_prices_in_both_languages(monkeypatch, capsys, tmp_path):
    monkeypatch.chdir(tmp_path)
    typed = typist(monkeypatch, capsys, "robust")
    words = ("wuzi_yard", "--worlds", "10", "--days", "60", "--workers", "0")
    named = (*words, "--mechanism", "building_captains", "--mechanism", "grid_patrol")
    status, out, _ = typed(*named)
    assert status == 0 and "of 10 plausible worlds" in out and "regret" in out and "per 1000 h" in out
    folder = tmp_path / "out" / "robust-wuzi_yard"
    names = {"choices.csv", "pairs.csv", "hangs_on.csv", "effects.csv", "manifest.json", "worlds.png"}
    assert names <= {path.name for path in folder.iterdir()}
    status, out, _ = typed(*named, "--lang", "zh")
    assert status == 0 and "个可信世界" in out and "后悔值" in out
    told = json.loads(typed(*named, "--json")[1])
    assert {row["arm"] for row in told["choices"]} == {"building_captains", "grid_patrol"}
    assert len(told["effects"]) == 10 and len(told["pairs"]) == 3
    status, _, err = typed(*words)
    assert status == 2 and "--mechanism" in err and err.count("\n") == 1
    status, _, err = typed(*words, "--mechanism", "grid_patroll")
    assert status == 2 and "grid_patrol" in err and err.count("\n") == 1
    status, _, err = typed(*named, "--measure", "resolution")
    assert status == 2 and "resolution_rate" in err and err.count("\n") == 1


def test_comparisons_and_sweeps_draw_the_same_worlds():
    case = read_case("wuzi_yard")
    worlds = PlausibleWorlds(case)
    one, other = (run_in_world(worlds, case, 2) for _ in range(2))
    assert np.array_equal(
        [*measures.summary(one).values()], [*measures.summary(other).values()], equal_nan=True
    )
    plan = plan_sweep(robust_experiment("wuzi_yard", ["building_captains"], worlds=10, estimand=Estimand()))
    assert (
        plan.worlds["wuzi_yard"].numbers(2)["residents.trust_committee"]
        == (worlds.numbers(2)["residents.trust_committee"])
    )
