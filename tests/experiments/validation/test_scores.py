"""Scores reward neither width nor overconfidence, and the nulls and the p-value can fail the model."""

import json
from dataclasses import replace

import numpy as np
import pytest
from cli_runner import typist
from scenarios import STORM, with_mechanisms

from cogov.experiments.evidence.facts import all_facts, choose_facts, with_name
from cogov.experiments.observation import fact_measures
from cogov.experiments.observation.observed_run import simulate_with_seed
from cogov.experiments.validation import scores
from cogov.model.issues.issue_table import REPORTED_AGAIN, WAS_REPORTED
from cogov.model.scenarios.structure import Structure

FACT = with_name(replace(all_facts()["resolved_same_day"], low=1.0, value=2.0, high=4.0), "one")
ZERO = with_name(replace(FACT, low=-1.0, value=0.0, high=1.0), "zero")


def score(low, high, fact=FACT):
    return scores.interval_score(fact, low, high)


def test_the_best_interval_is_the_facts_own():
    best = score(1.0, 4.0)
    assert best == pytest.approx(np.log(4.0))
    for low, high in ((0.5, 4.0), (1.0, 8.0), (0.1, 40.0), (1.5, 3.0), (2.0, 2.0), (10.0, 20.0)):
        assert score(low, high) > best


def test_neither_width_nor_overconfidence_is_rewarded():
    assert score(1e-3, 1e3) > score(0.5, 8.0) > score(1.0, 4.0)
    assert score(2.0, 2.0001) > score(1.0, 4.0)
    assert score(100.0, 101.0) > score(10.0, 11.0) > score(5.0, 5.5)


def test_the_score_does_not_depend_on_the_unit():
    scaled = with_name(replace(FACT, low=60.0, value=120.0, high=240.0), "minutes")
    assert score(30.0, 90.0, scaled) == pytest.approx(score(0.5, 1.5))
    assert score(-0.5, 0.5, ZERO) == pytest.approx(0.5 + 20.0 * (0.25 + 0.25) / 3)


def test_the_score_is_that_of_gneiting_and_raftery():
    """Their formula, written out: u - l + 2/a (l - x) below and 2/a (x - u) above."""
    l, u = np.log([1.5, 3.0])
    expected = np.mean(
        [u - l + (2 / 0.1) * max(l - x, 0.0) + (2 / 0.1) * max(x - u, 0.0) for x in np.log([1.0, 2.0, 4.0])]
    )
    assert score(1.5, 3.0) == pytest.approx(expected)


@pytest.mark.parametrize(
    "median, p5, p95, verdict",
    [
        (2.0, 1.0, 4.0, "inside"),
        (3.9, 3.0, 20.0, "inside"),
        (5.0, 1.9, 20.0, "inside"),
        (5.0, 2.1, 20.0, "outside"),
        (2.0, 0.01, 400.0, "too wide"),
        (0.5, 0.1, 0.9, "outside"),
        (np.nan, np.nan, np.nan, "no value"),
    ],
)
def test_an_interval_counts_as_inside_only_if_it_is_narrow_enough(median, p5, p95, verdict):
    assert scores.verdict(FACT, median, p5, p95) == verdict


def test_what_cannot_be_told_from_nothing_counts_as_the_floor():
    days = replace(FACT, floor=0.5)
    assert scores.scaled(days, [0.0, 0.1, 0.5])[0] == scores.scaled(days, [0.5])[0]
    assert np.isfinite(score(0.0, 0.0)) and score(0.0, 0.0) > score(0.1, 0.2)


def worlds(*factors, facts=(FACT,), replicates=20):
    """Values of worlds that are wrong by the given factors: (worlds, replicates, facts)."""
    base = 2.0 * np.exp(np.linspace(-0.5, 0.5, replicates))
    return np.array([[[factor * x for _ in facts] for x in base] for factor in factors])


def test_the_p_value_is_the_share_of_random_worlds_that_are_as_good():
    result = scores.summarise([FACT], worlds(1.0, 9.0, 9.0, 1.0, 8.0, 0.1, 30.0))
    row = result.totals().iloc[-1]
    assert result.random == 4 and row.p == pytest.approx(2 / 5)
    assert result.table["p"].iloc[0] == pytest.approx(2 / 5)
    bad = scores.summarise([FACT], worlds(30.0, 9.0, 9.0, 1.0, 8.0, 0.1, 2.0)).totals().iloc[-1]
    assert bad.p == 1.0 and bad.inside == 0


def test_fitted_and_held_out_facts_are_scored_apart():
    held_out = choose_facts(["requests_china"])[0]
    fitted = choose_facts(["resolved_same_day"])[0]
    values = np.full((5, 10, 2), fitted.value)
    values[:, :, 1] = 100.0 * held_out.value
    result = scores.summarise([fitted, held_out], values)
    by_group = result.totals().set_index("facts")
    assert list(by_group.index) == ["fitted", "held out", "all"]
    assert list(by_group["inside"]) == [1, 0, 1] and list(by_group["count"]) == [1, 1, 2]
    assert by_group.loc["held out", "score"] > by_group.loc["fitted", "score"]


def test_a_null_without_a_value_is_compared_on_the_other_facts_only():
    facts = [FACT, with_name(FACT, "two")]
    values = worlds(1.0, 5.0, 5.0, 2.0, 3.0, facts=facts)
    values[1, :, 0] = np.nan
    values[0, :, 0] *= 1.3
    result = scores.summarise(facts, values)
    row = result.totals().iloc[-1]
    assert row.all_off_score == pytest.approx(result.scores[1, 1])
    assert row.score_where_all_off_has_values == pytest.approx(result.scores[0, 1])
    assert result.table["verdict"].tolist() == ["inside", "inside"]


def test_a_value_that_most_replicates_lack_is_no_value():
    assert np.isnan(scores.describe(np.array([1.0, np.nan, np.nan]))).all()
    assert scores.describe(np.array([1.0, 2.0, np.nan]))[0] == 1.5


def test_the_power_statement_says_what_could_be_told():
    result = scores.summarise([FACT], worlds(1.0, 9.0, 9.0, 3.0, 4.0, 5.0))
    deviation = np.std(result.scores[3:, 0], ddof=1)
    words = str(result.power())
    assert f"better by {scores.POWER * deviation:.2f}" in words and "smallest possible p is 0.250" in words
    assert "检验效力" in result.power().in_language("zh")
    assert "unknown" in str(scores.summarise([FACT], worlds(1.0, 9.0, 9.0)).power())


def test_another_community_is_never_one_of_the_facts_own():
    for fact in all_facts().values():
        assert not set(scores.others(fact.cases)) & set(fact.cases)
        assert len(scores.others(fact.cases)) == len(fact.cases)


# ------------------------------------------------------------------------------------------- measures

POOR = replace(with_mechanisms(STORM, "grid_patrol"), days=60)


@pytest.fixture(scope="module")
def observed():
    return simulate_with_seed(POOR, 3)


def test_every_fact_measure_is_a_number_or_says_that_it_has_none(observed):
    for name, fact in all_facts().items():
        kind, *texts = fact.measure.split(":")
        if kind in fact_measures.FACT_MEASURES:
            value = fact_measures.FACT_MEASURES[kind](observed, *(texts or [""]))
            assert isinstance(value, float) and (np.isnan(value) or value >= 0.0), name


def test_requests_are_what_residents_report_and_not_what_a_patrol_finds(observed):
    events = observed.run.history
    told = np.isin(events["what"], (WAS_REPORTED, REPORTED_AGAIN))
    by_residents = np.count_nonzero(told & (events["by"] < 0))
    assert 0 < by_residents < np.count_nonzero(told)
    rate = fact_measures.requests_per_resident_year(observed)
    assert rate == pytest.approx(by_residents / POOR.community.residents * 365 / 60)


def test_shares_of_the_top_are_those_of_a_list():
    amounts = np.array([50, 30, 10, 5, 5])
    assert fact_measures.top_share(amounts, "0.2") == 0.5
    assert fact_measures.top_share(amounts, "0.3") == pytest.approx(0.65)
    assert fact_measures.top_share(amounts, "1") == 1.0
    assert np.isnan(fact_measures.top_share(np.zeros(0), "0.1"))


def test_what_a_patrol_finds_sums_to_one(observed):
    families = ("facility", "environment", "safety", "dispute", "care", "project", "street")
    parts = [fact_measures.found_mix(observed, "grid_patrol", family) for family in families]
    assert sum(parts) == pytest.approx(1.0) and parts[1] > 0.0
    assert np.isnan(fact_measures.found_share(observed, "whistle"))
    assert 0.0 < fact_measures.found_share(observed, "grid_patrol") < 1.0
    hours = observed.run.ledger.hours[observed.run.names.index("grid_patrol")].sum()
    found = np.count_nonzero(observed.run.issues["found_by"] == observed.run.names.index("grid_patrol"))
    assert fact_measures.finds_per_hour(observed, "grid_patrol") == pytest.approx(found / hours)


def test_waits_begin_with_the_report_and_open_issues_are_censored(observed):
    issues = observed.run.issues
    time, resolved = fact_measures.waits(observed, "all")
    reported = issues["reported_day"] >= 0
    assert len(time) == np.count_nonzero(reported) < len(issues)
    assert resolved.sum() == np.count_nonzero(reported & (issues["resolved_day"] >= 0))
    assert time.max() <= observed.run.days and time.min() >= 0.0
    shares = [fact_measures.resolved_within(observed, days) for days in ("0", "7", "30")]
    assert shares == sorted(shares) and 0.0 < shares[-1] <= 1.0
    median = fact_measures.report_quantile(observed, "all", "0.5")
    assert fact_measures.resolved_within(observed, str(median)) >= 0.5 - 1e-9


def test_evenings_are_counted_once_a_week(observed):
    evenings = observed.people.evenings
    assert len(evenings) == POOR.community.residents and evenings.max() <= POOR.days // 7
    given = fact_measures.givers_share(observed)
    assert given == pytest.approx(np.mean(evenings[observed.people.grown] > 0))


# ------------------------------------------------------------------------------------------- the whole


def test_other_rules_are_scored_with_the_same_numbers():
    (fact,) = choose_facts(["patrol_finds_per_hour"])
    own, other = (
        scores.value_in_case(fact, "lianhe", 0, (0, 0), {}, ([], rules))
        for rules in (Structure(), Structure(reporting="independent"))
    )
    assert own != other
    assert own == scores.value_in_case(fact, "lianhe", 0, (0, 0), {}, ([], Structure()))


SCORED = ("patrol_finds_per_hour", "--replicates", "4", "--worlds", "2", "--workers", "0")


def test_the_command_scores_facts_prints_misses_and_writes_its_table(monkeypatch, capsys, tmp_path):
    monkeypatch.chdir(tmp_path)
    status, out, err = typist(monkeypatch, capsys, "facts")(*SCORED, "--lang", "zh", "--out", "told")
    assert status == 0, err
    assert "检验效力" in out and "不符" in out and (tmp_path / "told" / "facts.csv").exists()


@pytest.mark.slow  # the quick one is in tests/cli/test_json.py
def test_the_command_scores_facts_as_one_document(monkeypatch, capsys):
    told = json.loads(typist(monkeypatch, capsys, "facts")(*SCORED, "--json")[1])
    assert {row["fact"] for row in told["facts"]} == {"patrol_finds_per_hour"}
    assert told["totals"][-1]["count"] == 1 and told["power"].startswith("Power")


@pytest.mark.slow
def test_the_command_says_the_same_twice(monkeypatch, capsys):
    command, words = typist(monkeypatch, capsys, "facts"), (SCORED[0], "resolved_same_day", *SCORED[1:])
    out = " ".join(command(*words)[1].split())
    assert "Outside: patrol_finds_per_hour" in out and "Power:" in out
    assert command(*words, "--json")[1] == command(*words, "--json")[1]
