"""The ensemble finds known parameters, its intervals cover, and no held-out fact is used."""

import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from cli_runner import typist

from cogov.engine.parameters import paths
from cogov.engine.randomness import RandomNumbers
from cogov.engine.texts.errors import UserError
from cogov.experiments.calibration.distance import Target as LogTarget
from cogov.experiments.calibration.distance import estimate_variation, evaluate_trial
from cogov.experiments.evidence import adopted, worlds
from cogov.experiments.evidence.facts import all_facts, with_name
from cogov.experiments.evidence.grades import prior_of
from cogov.experiments.evidence.priors import Z90, Prior
from cogov.experiments.evidence.sampling import default_values, draw_scenario, settings_in
from cogov.experiments.validation import ensemble as matching
from cogov.experiments.validation import ensemble_file, fact_runs, history_matching
from cogov.experiments.validation import scores as scoring
from cogov.experiments.validation.emulators import Emulators, FactEmulator, fit_emulators
from cogov.experiments.validation.ensemble import Sizes, match
from cogov.experiments.validation.general_parameters import (
    arms_of,
    fitted_facts,
    general_parameters,
    scenario_of,
    score_of,
    values_of,
)
from cogov.experiments.validation.history_matching import Target
from cogov.model.scenarios.cases import alter_scenario, read_case

PRIORS = {name: Prior("lognormal", 1.0, 3.0, 0.0, 100.0) for name in ("a", "b", "c", "d", "e")}
WIDE = Z90 * 0.2  # of a fact's interval, on a logarithmic scale: a standard deviation of 0.2
NOISE = 0.1
SMALL = Sizes(runs=480, worlds=100, chains=300, steps=60)


def fact(name, centre):
    template = all_facts()["resolved_same_day"]
    low, high = np.exp([centre - WIDE, centre + WIDE])
    return with_name(replace(template, low=low, value=np.exp(centre), high=high), name)


FACTS = [fact("resolved_same_day", 1.0), fact("resolved_in_a_week", -1.0), fact("wait_median", 0.0)]


def toy(stage, scores):
    """Return three facts of two parameters: a, b and a curve of a, with luck; c, d and e do nothing."""
    a, b = scores[:, 0], scores[:, 1]
    luck = np.column_stack([RandomNumbers(stage, n)("luck", np.arange(len(a))) - 0.5 for n in range(3)])
    return np.column_stack([a, b, a - 1.0 + 0.5 * (a**2 - 1.0)]) + NOISE * np.sqrt(12.0) * luck


@pytest.fixture(scope="module")
def fitted():
    return match(FACTS, PRIORS, toy, replace(SMALL, coverage=60), 0)


def test_it_finds_the_parameters_and_how_sure_to_be_of_them(fitted):
    variance = 2.0 * 0.2**2 + NOISE**2  # of fact, discrepancy and luck
    low, high = history_matching.interval_of(fitted.scores)
    middle = dict(zip(fitted.priors, np.median(fitted.scores, axis=0)))
    width = dict(zip(fitted.priors, high - low))
    # b: normal prior, one linear fact at -1
    assert middle["b"] == pytest.approx(-1.0 / (1.0 + variance), abs=0.1)
    assert width["b"] == pytest.approx(2.0 * Z90 * np.sqrt(variance / (1.0 + variance)), rel=0.2)
    # a: the curve, which is 0 for a = 1, makes it surer than its linear fact does
    assert middle["a"] == pytest.approx(1.0, abs=0.15) and width["a"] < width["b"]


def test_parameters_without_effect_keep_their_prior(fitted):
    assert set(fitted.priors) == {"a", "b"}, "only inputs of an emulator are parameters of the ensemble"
    assert fitted.general == 5


def test_its_intervals_cover(fitted):
    assert fitted.coverage.sets == 60
    assert 0.8 <= fitted.coverage.of_all <= 0.97
    assert fitted.coverage.of_identified == fitted.coverage.of_all and fitted.coverage.mean_ratio < 0.6


def test_coverage_notices_intervals_that_are_too_narrow(monkeypatch):
    plain = history_matching.interval_of
    monkeypatch.setattr(
        history_matching,
        "interval_of",
        lambda scores: tuple(0.5 * np.array(plain(scores)) + 0.5 * np.median(scores, axis=0)),
    )
    assert match(FACTS, PRIORS, toy, replace(SMALL, coverage=60), 0).coverage.of_all < 0.75


def test_every_member_was_simulated_and_is_plausible(fitted):
    distance = np.abs(fitted.values - [1.0, -1.0, 0.0]) / np.sqrt(2.0 * 0.2**2 + NOISE**2)
    assert len(fitted.scores) == SMALL.worlds
    assert np.sort(distance, axis=1)[:, -2].max() < history_matching.CUT * 1.1


def test_members_whose_simulation_is_implausible_are_left_out():
    def unlucky(stage, scores):
        values = toy(stage, scores)
        if stage.startswith("members"):
            values[::3] += 9.0
        return values

    result = match(FACTS, PRIORS, unlucky, SMALL, 0)
    assert len(result.values) == SMALL.worlds and result.values.max() < 4.0
    assert result.waves[-1]["plausible"] == pytest.approx(2.0 / 3.0, abs=0.1)


def test_one_fact_that_the_model_gets_wrong_does_not_rule_out_everything():
    assert history_matching.is_plausible(np.array([[9.0, 2.9, 0.0]])).all()
    assert not history_matching.is_plausible(np.array([[9.0, 3.1, 0.0], [np.nan, 4.0, 0.0]])).any()


def test_a_fact_out_of_reach_is_named_and_not_fitted_to():
    facts = [*FACTS, fact("leak_median", 9.0)]
    more = lambda stage, scores: np.column_stack([toy(stage, scores), scores[:, 2]])
    result = match(facts, PRIORS, more, SMALL, 0)
    assert result.reached.tolist() == [True, True, True, False]
    assert "c" not in result.priors, "c decides that fact only"


def test_facts_that_contradict_each_other_are_not_fitted():
    facts = [
        fact(name, 1.9 * sign) for name, sign in zip(sorted(f.name for f in fitted_facts()), (1, -1) * 2)
    ]
    same = lambda stage, scores: np.column_stack([toy(stage, scores)[:, 0]] * 4)
    with pytest.raises(UserError, match="contradict each other"):
        match(facts, PRIORS, same, SMALL, 0)


def test_it_is_made_again_to_the_byte(fitted):
    again = match(FACTS, PRIORS, toy, SMALL, 0)
    one, other = (ensemble_file.to_bytes(ensemble_file.tabulate_worlds(made)) for made in (fitted, again))
    assert one == other and len(one) < 100_000
    seeded = ensemble_file.to_bytes(ensemble_file.tabulate_worlds(match(FACTS, PRIORS, toy, SMALL, 1)))
    assert seeded != one


def test_no_held_out_fact_is_used(fitted, monkeypatch):
    held_out = {name for name, fact in all_facts().items() if fact.is_held_out}
    assert held_out and not held_out & {fact.name for fact in fitted_facts()}
    with pytest.raises(AssertionError, match="held-out"):
        match([*FACTS, all_facts()[min(held_out)]], PRIORS, toy, SMALL, 0)
    measured = []

    def watch(fact, observed):
        measured.append(fact.name)
        return 0.0

    monkeypatch.setattr(fact_runs, "value_of", watch)
    monkeypatch.setattr(fact_runs, "simulate_with_seed", lambda scenario, seed: None)
    monkeypatch.setattr(
        matching,
        "match",
        lambda facts, priors, simulate, sizes, seed: (simulate("x", np.zeros((1, len(priors)))), fitted)[1],
    )
    matching.build_ensemble(SMALL, workers=0)
    assert measured and not held_out & set(measured)


def test_an_emulator_finds_what_matters_and_says_how_wrong_it_is():
    scores = matching.latin_hypercube("x", [f"p{n}" for n in range(60)], 500, 0)
    values = np.column_stack([toy("x", scores), np.full(500, 2.0)])
    values[:50, 1] = np.nan
    emulators = fit_emulators(scores, values)
    assert [sorted(set(sum(e.terms, ()))) for e in emulators.of_facts] == [[0], [1], [0], []]
    assert np.sqrt(np.diag(emulators.covariance)[:3]) == pytest.approx(NOISE, rel=0.15)
    assert min(e.explained for e in emulators.of_facts[:3]) > 0.9 and emulators.of_facts[3].explained == 0.0
    truth = np.array([[1.0, -2.0, 0.0]])
    assert emulators(np.array([[1.0, -2.0, *[0.0] * 58]]))[:, :3] == pytest.approx(truth, abs=0.1)


def test_errors_of_emulators_that_go_together_are_known_to():
    both = RandomNumbers("both", 0)("luck", np.arange(400)) - 0.5
    scores = matching.latin_hypercube("x", ["a", "b"], 400, 0)
    covariance = fit_emulators(scores, scores + both[:, None]).covariance
    assert covariance[0, 1] == pytest.approx(1.0 / 12.0, rel=0.15)


def test_the_sampler_draws_from_prior_times_likelihood():
    line = Emulators((FactEmulator(((0,),), np.array([2.0]), 1.0),), np.array([[0.05]]))
    draw = matching.draw_of("sampler", 0)
    scores = history_matching.sample(line, Target(np.array([3.0]), np.array([0.2])), 2000, 60, draw)[:, 0]
    variance = 1.0 / (1.0 + 4.0 / 0.25)
    assert scores.mean() == pytest.approx(variance * 2.0 * 3.0 / 0.25, abs=0.02)
    assert scores.std() == pytest.approx(np.sqrt(variance), rel=0.05)
    flat = history_matching.sample(line, Target(np.array([3.0]), np.array([0.2])), 2000, 60, draw, 0.0)
    assert flat.std() == pytest.approx(1.0, rel=0.05)


def test_a_parameter_is_general_if_no_case_sets_its_own_value():
    general = general_parameters([scenario_of(arm) for arm in arms_of(fitted_facts())])
    assert list(general) == sorted(general)
    assert not {"committee.staff", "mechanisms.joint_council.interval_weeks"} & set(general)
    assert {"committee.forgetting_rate", "issues.litter.rate"} <= set(general)
    assert all(
        prior.shape != "point" and not path.startswith("community.") for path, prior in general.items()
    )


def test_scores_and_values_are_inverse():
    general = general_parameters([scenario_of(arms_of(fitted_facts())[0])])
    some = {path: prior for n, (path, prior) in enumerate(general.items()) if not n % 40 and not prior.whole}
    scores = np.linspace(-2.0, 2.0, len(some))
    values = values_of(some, scores)
    assert [score_of(some[path], values[path]) for path in some] == pytest.approx(scores.tolist(), abs=1e-4)


def test_a_world_changes_no_number_that_a_case_sets_for_itself():
    case = read_case("wuzi_yard")
    world = {"residents.acquaintances": 9.0, "committee.forgetting_rate": 0.5, "unknown": 1.0}
    assert settings_in(case, world) == {"committee.forgetting_rate": 0.5}


def test_the_prior_of_an_adopted_default_stays_where_it_was(monkeypatch):
    path, f = "committee.forgetting_rate", paths(read_case("wuzi_yard"))["committee.forgetting_rate"]
    monkeypatch.setattr(adopted, "adopted", lambda: {path: {"assumed": 0.02, "default": 0.05}})
    assert prior_of(path, f.metadata, 0.05, False).quantile(0.5) == pytest.approx(0.02)
    assert prior_of(path, f.metadata, 0.04, False).quantile(0.5) == pytest.approx(0.04), "set by a user"


def test_adopted_defaults_are_those_of_the_model_and_near_the_ensemble_that_ships():
    defaults, table = default_values(), worlds.read_worlds()
    for path, entry in adopted.adopted().items():
        assert defaults[path] == entry["default"] != entry["assumed"], path
        low, high = np.quantile(table[path].to_numpy(float), (0.25, 0.75))
        assert low <= entry["default"] <= high, f"{path}: adopt the median of the ensemble"


def test_settings_of_worlds_leave_out_what_contradicts_the_case(monkeypatch):
    case = read_case("wuzi_yard")
    fits, contradicts = {"committee.forgetting_rate": 0.5}, {"committee.forgetting_rate": 0.25}
    monkeypatch.setattr(worlds, "read_worlds", lambda folder: pd.DataFrame([fits, contradicts]))
    original = worlds.set_parameters

    def refuse(scenario, settings):
        if settings == contradicts:
            raise UserError("these numbers contradict each other")
        return original(scenario, settings)

    monkeypatch.setattr(worlds, "set_parameters", refuse)
    assert worlds.settings_of_worlds(case) == [fits]


def test_a_log_is_fitted_in_many_worlds_of_which_none_moves_a_fitted_number():
    case = replace(read_case("wuzi_yard"), days=120)
    names = tuple(case.issues)
    target = LogTarget(
        (("all", names),),
        (7, 30),
        float(case.community.residents),
        np.zeros(4),
        np.ones(4),
        (100,),
        1.0,
        1.0,
    )
    many = [{"all_issues.rate_factor": factor} for factor in (0.25, 1.0, 4.0)]
    alone, together = (estimate_variation(case, target, 0, some) for some in ((), many))
    assert together[0] > 2.0 * alone[0], "the number of reports is uncertain by what is assumed"
    first, second = (evaluate_trial(case, (), target, 0, [number], many, None) for number in (0, 2))
    assert second[0] - first[0] > 2.0, "each run is in a world of its own"
    same = [evaluate_trial(case, (), target, 0, [1], some, None) for some in (many, ())]
    assert np.array_equal(*same), "in the world of the defaults it is the case as it is"


def test_facts_are_scored_with_the_numbers_of_members(monkeypatch):
    random_numbers, case = RandomNumbers("facts", 0), read_case("wuzi_yard")
    member = {"committee.forgetting_rate": 0.5, "residents.acquaintances": 9.0}
    drawn, plain = (draw_scenario(case, random_numbers, world) for world in (member, None))
    assert drawn.committee.forgetting_rate == 0.5 != plain.committee.forgetting_rate
    assert drawn.residents == plain.residents, "the case sets its own number of acquaintances"
    taken = []
    monkeypatch.setattr(
        scoring,
        "draw_scenario",
        lambda scenario, numbers, world, told: taken.append(world) or scenario,
    )
    monkeypatch.setattr(scoring, "simulate_with_seed", lambda scenario, seed: None)
    for world, replicate in ((0, 0), (0, 3), (1, 1), (3, 0)):
        scoring.simulate_arm(case, world, (0, replicate), [{"a": 0.0}, {"a": 1.0}])
    assert taken == [{"a": 0.0}, {"a": 1.0}, {"a": 1.0}, None], "random worlds are not fitted"


def test_latin_hypercubes_do_not_depend_on_other_parameters():
    alone = matching.latin_hypercube("x", ["b"], 40, 0)
    assert (matching.latin_hypercube("x", ["a", "b"], 40, 0)[:, 1:] == alone).all()
    assert abs(alone.mean()) < 0.01 and alone.std() == pytest.approx(1.0, abs=0.05)


@pytest.fixture
def stored(fitted, tmp_path):
    ensemble_file.save_ensemble(fitted, tmp_path)
    return tmp_path


def test_the_manifest_describes_the_worlds(fitted, stored):
    manifest, table = worlds.read_manifest(stored), worlds.read_worlds(stored)
    assert table.shape == (100, 2) and (table.dtypes == np.float32).all()
    assert manifest["fitted_to"] == [fact.name for fact in FACTS] and manifest["out_of_reach"] == []
    assert [wave["runs"] for wave in manifest["wave"]][:3] == SMALL.waves
    a = manifest["parameter"][0]
    assert (a["path"], a["default"], a["ratio"]) == ("a", 1.0, pytest.approx(fitted.ratio[0], rel=1e-4))


def test_an_ensemble_of_another_model_or_of_other_facts_is_said_to_be_one(stored, monkeypatch):
    monkeypatch.setattr(ensemble_file, "fitted_facts", lambda: FACTS)
    assert ensemble_file.check_ensemble(stored) == []
    monkeypatch.setattr(ensemble_file, "model_version", lambda outside: "another")
    monkeypatch.setattr(ensemble_file, "probe_model", lambda: "")
    assert ensemble_file.check_ensemble(stored) == [], "another version that gives the same values"
    monkeypatch.setattr(ensemble_file, "probe_model", lambda: "other values")
    monkeypatch.setattr(ensemble_file, "fitted_facts", lambda: FACTS[1:])
    problems = [str(problem) for problem in ensemble_file.check_ensemble(stored)]
    assert "another version of the model" in problems[0] and "other facts" in problems[1]
    (stored / worlds.VALUES).write_bytes((stored / worlds.VALUES).read_bytes() + b"x")
    with pytest.raises(UserError, match="is not the file"):
        ensemble_file.check_ensemble(stored)


@pytest.mark.slow
def test_the_probe_of_a_model_notices_one_changed_number(monkeypatch):
    plain = matching.probe_model()
    assert plain == matching.probe_model() and len(plain) >= 16
    original = fact_runs.draw_the_rest

    def changed(scenario, world, random_numbers):
        drawn = original(scenario, world, random_numbers)
        return drawn and alter_scenario(drawn, settings={"committee.shift_hours": 7.9})

    monkeypatch.setattr(fact_runs, "draw_the_rest", changed)
    assert matching.probe_model() != plain


def test_the_command_shows_what_is_stored(stored, monkeypatch, capsys):
    command = typist(monkeypatch, capsys, "ensemble", "--out", str(stored))
    status, out, _ = command("--json")
    told = json.loads(out)
    assert status == 0 and [row["path"] for row in told["parameters"]] == ["a", "b"]
    assert told["problems"], "those are other facts"
    status, out, _ = command("--lang", "zh")
    assert status == 0 and "覆盖率" in out and "得到识别" in out
    status, out, _ = command("--check")
    assert status == 1 and "other facts" in out


def test_the_ensemble_that_ships_is_the_one_of_its_manifest():
    manifest, table = worlds.read_manifest(), worlds.read_worlds()
    general = general_parameters([scenario_of(arm) for arm in arms_of(fitted_facts())])
    assert len(table) == manifest["worlds"] and (worlds.FOLDER / worlds.VALUES).stat().st_size < 100_000
    assert set(table.columns) <= set(general), "`cogov ensemble --make` makes it again"
    held_out = {name for name, fact in all_facts().items() if fact.is_held_out}
    assert not held_out & {*manifest["fitted_to"], *manifest["out_of_reach"]}
