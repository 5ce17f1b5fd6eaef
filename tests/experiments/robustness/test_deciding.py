"""A decision is in yuan: what the measure is worth less the cost, and what knowing more is worth."""

import json

import numpy as np
import pytest
from cli_runner import typist

from cogov.engine.texts.errors import UserError
from cogov.experiments.robustness.carriers import centred_ranks
from cogov.experiments.robustness.deciding import Decision, values_of
from cogov.experiments.robustness.weighing import robust_experiment, weigh
from cogov.experiments.sweep.results import read_results
from cogov.experiments.sweep.sweep import sweep

CHOICES = ("building_captains", "party_volunteers")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("decided")
    sweep(robust_experiment("wuzi_yard", CHOICES, worlds=32, lucks=2, days=60), folder, workers=0)
    return folder


def decide(folder, worth=200.0, share=0.5, days=60):
    (weighed,) = weigh(read_results(folder), "resolved_in_time").values()
    return Decision(weighed, worth, share, days)


def test_the_benefit_is_what_the_measure_is_worth_less_yuan_and_hours_at_the_shadow_wage(folder):
    decision = decide(folder)
    weighed = decision.weighed
    wage = weighed.results.plan.cases["wuzi_yard"].volunteers.shadow_wage_yuan
    gain, yuan, hours = (
        weighed.by_world(name)["building_captains"] - weighed.by_world(name)["none"]
        for name in ("resolved_in_time", "yuan", "hours")
    )
    expected = 200.0 * gain - yuan - wage * hours
    assert decision.benefit["building_captains"].to_numpy() == pytest.approx(expected.to_numpy())
    assert (decision.benefit["none"] == 0.0).all()


def test_knowing_everything_is_worth_the_regret_of_the_best_choice(folder):
    decision = decide(folder)
    assert decision.everything == pytest.approx(decision.table["regret"].min())
    assert decide(folder, worth=0.0).table.index[0] == "none"
    assert decide(folder, worth=1e6).table.index[0] != "none"


def test_a_larger_pilot_has_less_noise_and_luck_is_that_between_lucks_of_a_world(folder):
    small, large = (decide(folder, share=share).pilots["noise"] for share in (0.125, 0.5))
    assert small.to_numpy() == pytest.approx(2.0 * large.to_numpy())
    decision = decide(folder)
    wide = decision.weighed.runs.pivot(index="replicate", columns="arm", values="resolved_in_time")
    d = (wide["building_captains"] - wide["none"]).to_numpy().reshape(-1, 2)
    assert decision.variance_of_luck("building_captains") == pytest.approx(np.var(d, axis=1, ddof=1).mean())


def test_the_value_of_a_number_that_decides_is_found():
    draw = np.random.default_rng(2)
    numbers = draw.random((200, 300))
    benefit = np.column_stack([np.zeros(200), 100.0 * (numbers[:, 9] - 0.5)])
    values = values_of(centred_ranks(numbers), benefit)
    assert max(values, key=values.__getitem__) == 9 and values[9] == pytest.approx(12.5, rel=0.2)


def test_one_luck_gives_no_value_of_a_pilot_and_says_so(tmp_path):
    sweep(robust_experiment("wuzi_yard", CHOICES[:1], worlds=10, days=60), tmp_path, workers=0)
    decision = decide(tmp_path)
    with pytest.raises(UserError, match="two or more lucks"):
        decision.pilots  # noqa: B018
    assert any("--lucks 2" in line for line in decision.sentences())


def test_the_command_decides_in_both_languages(folder, monkeypatch, capsys):
    typed = typist(monkeypatch, capsys, "decide")
    words = (str(folder), "--worth", "200")
    status, out, _ = typed(*words)
    assert status == 0 and "Choose " in out and "Knowing everything" in out and "Trying" in out
    status, out, _ = typed(*words, "--lang", "zh")
    assert status == 0 and "选择" in out and "试行" in out
    (told,) = json.loads(typed(*words, "--json")[1])
    assert len(told["pilots"]) == 2 and len(told["choices"]) == 3
    status, _, err = typed(str(folder), "--worth", "200", "--measure", "resolved_in_tim")
    assert status == 2 and "resolved_in_time" in err and err.count("\n") == 1
