"""The model and null models on reported outcomes: what counts, what is compared, and what could be told."""

import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from cli_runner import typist
from scenarios import STORM, with_mechanisms

from cogov.experiments.calibration import reported_patterns as P
from cogov.experiments.validation.pattern_scores import PatternScores, count_jobs, score_patterns
from cogov.model.scenarios.scenario import ReportedOutcome

OUTCOMES = (
    ReportedOutcome("number", "so many", "arisen", low=8.0, high=8.0, tolerance=4.0, number=True),
    ReportedOutcome("words", "nearly all", "answered", low=0.9),
    ReportedOutcome("own", "it settles some", "settled_by:grid_patrol", low=0.05),
    ReportedOutcome("gain", "and helps", "gain:hours", low=0.5, off=("grid_patrol",)),
)
CASE = replace(with_mechanisms(STORM, "grid_patrol"), days=40, reported=OUTCOMES)


def table_of(number, words, own=0.5, gain=1.0, off=(30.0, 0.1, 0.0, 0.0)):
    """Return the table of a world in which all replicates have the given values."""
    values = (number, words, own, gain)
    result = {one.name: pair for one, *pair in zip(OUTCOMES, values, off)}
    return P.tabulate(CASE, [{name: tuple(pair) for name, pair in result.items()}] * 4)


def scores_of(model, *worlds):
    return PatternScores(model, list(worlds), 4)


GOOD, BAD = table_of(8.0, 0.95), table_of(300.0, 0.2, gain=-1.0)


def test_outcomes_that_are_nothing_by_definition_count_for_nobody():
    totals = scores_of(GOOD, BAD, BAD).totals().set_index("patterns")
    assert list(totals["count"]) == [1, 2, 3] and list(totals["inside"]) == [1, 2, 3]
    assert list(totals["off_inside"]) == [0, 0, 0] and list(totals["random_inside"]) == [0.0, 0.0, 0.0]


def test_the_p_value_is_the_share_of_worlds_that_are_as_good():
    """Less is better of scores, more of shares and of outcomes inside."""
    for model, expected in ((GOOD, 2 / 5), (BAD, 1.0)):
        totals = scores_of(model, BAD, GOOD, BAD, BAD).totals()
        assert totals["p"].tolist() == pytest.approx([expected] * 3)


def test_the_summary_counts_separation_and_definitions_apart():
    words = str(scores_of(GOOD).summary())
    assert "Of 4 reported outcomes 4 are inside. 3 separate governance on from off" in words
    assert "(3 of them are inside, 1 are contrasts of two arms); 1 more are 0 by definition" in words
    assert "4个报道的结果" in scores_of(GOOD).summary().in_language("zh")


def test_the_power_statement_says_what_could_be_told_and_when_nothing_could():
    assert "unknown" in str(scores_of(GOOD, BAD).power())
    words = str(scores_of(BAD, BAD, GOOD).power())
    assert "1.5 are inside in a random world" in words and "more than there are" in words
    assert "smallest possible p is 0.333" in words
    half = table_of(8.0, 0.2, gain=-1.0)
    assert "more than there are" not in str(scores_of(GOOD, BAD, BAD, BAD, half).power())


def test_what_has_no_value_is_met_by_nobody():
    totals = scores_of(table_of(8.0, np.nan)).totals().set_index("patterns")
    assert totals.loc["words", "value"] == 0.5 and totals.loc["all", "inside"] == 2


def test_each_world_has_its_numbers_and_the_model_its_own_table():
    calls = []
    result = score_patterns([CASE], replicates=2, worlds=2, progress=lambda: calls.append(1))
    assert len(calls) == count_jobs([CASE], 2, 2) == 6 and len(result.worlds) == 2
    pd.testing.assert_frame_equal(result.table, P.check_patterns(CASE, replicates=2))
    medians = [world["median"].tolist() for world in (result.table, *result.worlds)]
    assert medians[0] != medians[1] != medians[2] != medians[0]
    assert all(world["off_median"][0] != world["off_median"][0] for world in result.worlds)
    again = score_patterns([CASE], replicates=2, worlds=1)
    pd.testing.assert_frame_equal(again.worlds[0], result.worlds[0])


def test_the_command_prints_both_languages(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    command = typist(monkeypatch, capsys, "patterns", "--case", "wuzi_yard", "--replicates", "2")
    words = ("--worlds", "2", "--workers", "1")
    status, printed, _ = command(*words, "--lang", "zh")
    assert status == 0 and "检验效力" in printed and "仅当有" in printed
    status, printed, _ = command(*words)
    text = " ".join(printed.split())
    assert status == 0 and "Power: of" in text and "Of 4 reported outcomes" in text
    assert command(*words, "--lang", "fr")[0] == 2
    told = json.loads(command(*words, "--json")[1])
    assert [row["count"] for row in told["totals"]][-1] == 3 and len(told["patterns"]) == 4
