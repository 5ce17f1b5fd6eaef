"""`cogov attribute`, `sensitivity`, `discover` and `search` on experiments whose truth is known.

And the pages that explain them.
"""

import json
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from cli_runner import typist
from experiment_texts import BEST, SCREEN, WHOSE, WORLDS

import cogov
from cogov.experiments.exploration.sweep_analyses import attributions, place, sensitivities
from cogov.experiments.exploration.world_questions import (
    best_arm_questions,
    describe_ranking,
    discover_wins,
    rank_arms,
    tabulate_boxes,
)
from cogov.experiments.sweep.experiment import read_experiment
from cogov.experiments.sweep.factor_space import FactorSpace
from cogov.experiments.sweep.results import read_results
from cogov.experiments.sweep.sweep import sweep

DOCS = Path(cogov.__file__).parent / "docs"
EXAMPLES = sorted((DOCS / "experiments").glob("*.toml"))
PAGE = (DOCS / "experiments.md").read_text("utf-8")


@pytest.fixture(scope="module")
def sweep_folder(tmp_path_factory):
    """Return the folder of the sweep of an experiment given as text; each is swept once."""
    there = {}

    def made(text):
        if text not in there:
            folder = tmp_path_factory.mktemp("sweep")
            (folder / "e.toml").write_text(text, "utf-8")
            sweep(folder / "e.toml", folder / "out", workers=0)
            there[text] = folder / "out"
        return there[text]

    return made


@pytest.fixture
def cogov(monkeypatch, capsys, tmp_path):
    """Type a command; returns (exit status, standard output, standard error)."""
    monkeypatch.chdir(tmp_path)

    return typist(monkeypatch, capsys)


# --------------------------------------------------------------------------- the truth that was planted


def test_a_mechanism_of_strength_0_has_no_share_and_no_interaction(sweep_folder):
    one, after = attributions(read_results(sweep_folder(WHOSE)), "hours")["wuzi_yard"]
    row = one.shares.loc["grid_patrol"]
    assert np.abs(row[["value", "low", "high", "alone", "last"]].astype(float)).max() < 1e-9
    assert (
        np.isclose(one.shares.loc["building_captains", "value"], one.effect.difference)
        and one.effect.difference > 0
    )
    assert one.interactions["kind"].tolist() == ["not significant"]
    assert after.index[0] == "grid_patrol", "hours are better few: what costs none is added first"


def test_a_switch_changed_by_morris_counts_as_changed_once(sweep_folder):
    """Its steps are two thirds of the cube.

    The effect must be that of off against on, not half as much again.
    """
    for (_, arm), one in sensitivities(read_results(sweep_folder(SCREEN)), "hours").items():
        runs = read_results(sweep_folder(SCREEN)).runs
        here = runs[runs["arm"].str.startswith(f"{arm} @ ")]
        on, off = (here[here["mechanisms.building_captains"] == state] for state in (True, False))
        per = [
            on[on.replicate == r]["hours"].mean() - off[off.replicate == r]["hours"].mean() for r in (0, 1)
        ]
        assert (
            np.isclose(one.table.loc["mechanisms.building_captains", "mu"], np.mean(per)) and np.mean(per) > 0
        )
        assert (one.table.loc["mechanisms.whistle.strength", ["mu", "mu_star", "sigma", "noise"]] == 0).all()
    yes = FactorSpace("mechanisms.whistle", (False, True))
    whole = FactorSpace("grid_workers.part_time", (), 0, 3, True)
    assert [place(yes, u) for u in (0, 1 / 3, 2 / 3, 1)] == [0, 0, 1, 1]
    assert [place(whole, u) for u in (0, 1 / 3, 2 / 3, 1)] == pytest.approx([0, 1 / 3, 2 / 3, 1])
    assert place(FactorSpace("a.b", (), 2.0, 4.0), 0.3) == 0.3


def test_the_effect_of_a_mechanism_has_sensitivities_too(sweep_folder):
    found = sensitivities(read_results(sweep_folder(SCREEN)), "hours", "grid_patrol")
    assert list(found) == [("wuzi_yard", "effect of grid_patrol")]
    runs = read_results(sweep_folder(SCREEN)).runs.set_index(["arm", "replicate"])["hours"]
    step = {
        f"{arm} @ point {n}": runs[f"{arm} @ point {n}"].mean()
        for arm in ("without", "with")
        for n in range(12)
    }
    difference = [step[f"with @ point {n}"] - step[f"without @ point {n}"] for n in range(12)]
    biggest = max(difference) - min(difference)
    assert found["wuzi_yard", "effect of grid_patrol"].table["mu_star"].iloc[0] <= biggest + 1e-9


def test_worlds_are_cut_where_the_mechanism_is_strong(sweep_folder):
    found = read_results(sweep_folder(WORLDS))
    (loses,) = discover_wins(found, "building_captains", loses=True)
    assert loses.words == "building_captains loses where it raises hours by more than 150."
    (box, *_) = loses.discovery.boxes
    assert (
        list(box.box.limits) == ["mechanisms.building_captains.captain_hours"]
        and box.density > 0.9
        and box.coverage > 0.9
    )
    won = loses.worlds["mechanisms.building_captains.captain_hours"][loses.worlds["wins"]]
    assert box.box.limits["mechanisms.building_captains.captain_hours"][0] == pytest.approx(
        won.min(), abs=0.1
    )
    assert list(tabulate_boxes(loses)["factor"]) == ["mechanisms.building_captains.captain_hours"]
    (wins,) = discover_wins(found, "building_captains", matters=0)
    assert not wins.discovery.boxes and list(tabulate_boxes(wins)["box"]) == [], (
        "nobody saves hours by giving some"
    )


@pytest.mark.slow
def test_worlds_are_cut_where_another_arm_is_best(sweep_folder):
    """Captains cost what their evenings cost, a patrol always the same."""
    both = best_arm_questions(read_results(sweep_folder(BEST)))
    assert {asked.name for asked in both} == {"captains is best", "patrol is best"} and both[
        0
    ].discovery.wins >= both[1].discovery.wins
    for asked in both:
        (box, *_) = asked.discovery.boxes
        low, high = box.box.limits["mechanisms.building_captains.captain_hours"]
        assert box.density > 0.9 and box.coverage > 0.9
        assert (
            (high < 0.12 and np.isinf(low))
            if asked.name == "captains is best"
            else (low > 0.08 and np.isinf(high))
        )


@pytest.mark.parametrize(
    ("counts", "means", "measure", "first", "also"),
    [
        ({"a": 10, "b": 30, "c": 0}, {"a": 5.0, "b": 4.0, "c": 9.0}, "hours", "b", ""),
        ({"a": 20, "b": 20, "c": 0}, {"a": 5.0, "b": 4.0, "c": 9.0}, "hours", "b", ""),
        ({"a": 20, "b": 20, "c": 0}, {"a": 0.7, "b": 0.4, "c": 0.2}, "resolution_rate", "a", ""),
        (
            {"a": 10, "b": 30, "c": 0},
            {"a": 0.7, "b": 0.4, "c": 0.2},
            "resolution_rate",
            "b",
            "The mean over all worlds is best for a",
        ),
    ],
)
def test_the_winner_stands_first_and_is_named_as_such(counts, means, measure, first, also):
    """In most worlds; ties are decided by the mean; and it is said where the mean is another's."""
    told = describe_ranking(rank_arms(pd.Series(counts), pd.Series(means), measure), 40, measure)
    assert (
        list(told)[0] == first
        and told[first][1].startswith(
            f"Best overall by {measure}: {first}. Best arm in the 40 worlds: {first} in "
        )
        and also in told[first][1]
    )
    assert "c in 0% of worlds" in told[first][1] and (also != "") == ("The mean over all" in told[first][1])
    assert all(
        words.startswith(f"Best overall is {first}") for arm, (_, words) in told.items() if arm != first
    )


def test_arms_of_the_same_institutions_are_all_listed(sweep_folder):
    """Where a parameter belongs to a mechanism that is off, points of a design differ in name only.

    Each is listed, with the same numbers.
    """
    runs = read_results(sweep_folder(SCREEN)).runs
    assert (runs.groupby("arm").size() == 2).all() and runs["arm"].nunique() == 36
    same = (
        runs[runs["arm"].str.startswith("without")]
        .groupby(["mechanisms.building_captains", "replicate"])["hours"]
        .nunique()
    )
    assert (same == 1).all()


# --------------------------------------------------------------------------- the commands


def test_attribution_is_printed_drawn_and_kept(cogov, sweep_folder):
    folder = sweep_folder(WHOSE)
    status, out, _ = cogov("attribute", folder, "--measure", "hours", "--given", "building_captains")
    assert status == 0 and "Shapley value" in out and "Added to building_captains, grid_patrol" in out
    assert {p.name for p in (folder / "attribute").iterdir()} == {
        "attribute.png",
        "attribute.svg",
        "shares.csv",
        "interactions.csv",
        "next.csv",
        "effect.csv",
        "manifest.json",
    }
    assert list(pd.read_csv(folder / "attribute" / "shares.csv")["mechanism"]) == [
        "building_captains",
        "grid_patrol",
    ]
    status, out, _ = cogov("attribute", folder, "--json", "--out", "mine")
    assert (
        status == 0
        and json.loads(out)["figure"] == "mine/attribute.png"
        and json.loads(out)["shares"][1]["value"] == pytest.approx(0, abs=1e-12)
    )


def test_sensitivities_are_printed_drawn_and_kept(cogov, sweep_folder):
    status, out, _ = cogov("sensitivity", sweep_folder(SCREEN), "--measure", "hours")
    assert status == 0 and "wuzi_yard, $idle_" in out and "building_captains: over its range it raises" in out
    status, out, _ = cogov(
        "sensitivity", sweep_folder(SCREEN), "--effect", "grid_patrol", "--json", "--out", "mine"
    )
    assert status == 0 and {row["arm"] for row in json.loads(out)["sensitivity"]} == {"effect of grid_patrol"}


def test_boxes_are_printed_drawn_and_kept(cogov, sweep_folder):
    status, out, _ = cogov("discover", sweep_folder(WORLDS), "--mechanism", "building_captains", "--loses")
    assert status == 0 and "coverage" in out and "held_out" not in out
    assert len(pd.read_csv(sweep_folder(WORLDS) / "discover" / "worlds.csv")) == 32


@pytest.mark.slow
def test_the_best_of_all_arms_is_printed_and_kept(cogov, sweep_folder):
    status, out, _ = cogov("discover", sweep_folder(BEST), "--best", "--json", "--out", "mine")
    told = json.loads(out)
    assert status == 0 and told["boxes"][0]["limit"].startswith(
        "mechanisms.building_captains.captain_hours is "
    )
    first = next(iter(told["sentences"]))
    assert told["sentences"][first][0].startswith(
        f"Best overall by hours: {first.removesuffix(' is best')}. Best arm in the 32 worlds: "
    )
    assert told["boxes"][0]["question"] == first
    status, out, _ = cogov("discover", sweep_folder(BEST), "--best", "--out", "mine")
    assert status == 0 and out.splitlines()[0] == first


@pytest.mark.slow
def test_a_search_shows_its_front_and_can_be_gone_on_with(cogov, tmp_path):
    words = (
        "search",
        "wuzi_yard",
        "--may",
        "grid_patrol",
        "--vary",
        "committee.staff=0.2..1.0",
        "--objective",
        "resolution_rate",
        "--objective",
        "hours=minimise",
        "--budget-yuan",
        1e6,
        "--days",
        20,
        "--trials",
        6,
        "--replicates",
        2,
        "--confirm",
        2,
        "--record",
        "trials.csv",
        "--within",
        10,
    )
    status, out, _ = cogov(*words)
    assert status == 0 and "6 trials" in out and "Pareto front" in out
    assert (tmp_path / "out" / "search" / "search.svg").exists() and len(
        pd.read_csv(tmp_path / "out" / "search" / "trials.csv")
    ) == 6
    status, again, _ = cogov(*words, "--json")
    assert status == 0 and len(json.loads(again)["trials"]) == 6
    for row in json.loads(again)["front"]:
        assert row["mix"] in " ".join(out.split())


WRONG = {
    "no sweep there": (["attribute", "none"], ["contains no sweep"]),
    "a measure misspelt": (["attribute", WHOSE, "--measure", "hour"], ["'hours'"]),
    "given what was not swept": (["attribute", WHOSE, "--given", "whistle"], ["whistle", "grid_patrol"]),
    "nothing left to add": (
        ["attribute", WHOSE, "--given", "building_captains", "--given", "grid_patrol"],
        ["no mechanism is left"],
    ),
    "attribution of a screening": (["attribute", SCREEN], ["'morris'", "'factorial'"]),
    "sensitivity of a factorial": (
        ["sensitivity", WHOSE],
        ["'factorial'", "morris, saltelli, one_at_a_time", "cogov attribute"],
    ),
    "an effect without its arms": (
        ["sensitivity", SCREEN, "--effect", "whistle"],
        ["whistle", "without, with, $idle_"],
    ),
    "a rate of runs too short": (
        ["discover", WORLDS, "--mechanism", "building_captains", "--measure", "resolution_rate"],
        ["more days"],
    ),
    "worlds of nothing": (["discover", WORLDS], ["--mechanism", "--best"]),
    "worlds of a mechanism that none has": (
        ["discover", WORLDS, "--mechanism", "whistle"],
        ["whistle", "[[arm]]"],
    ),
    "best, and by how much": (["discover", WORLDS, "--best", "--matters", "1"], ["--matters"]),
    "a range misspelt": (
        ["search", "wuzi_yard", "--vary", "committee.staff=1-4", "--objective", "hours"],
        ["LOW..HIGH"],
    ),
    "a knob misspelt": (
        ["search", "wuzi_yard", "--vary", "committee.staf", "--objective", "hours"],
        ["committee.staff"],
    ),
    "hours of nobody": (
        ["search", "wuzi_yard", "--may", "whistle", "--objective", "hours", "--budget-hours", "comittee=3"],
        ["'comittee'", "'committee'"],
    ),
    "hours that are no number": (
        [
            "search",
            "wuzi_yard",
            "--may",
            "whistle",
            "--objective",
            "hours",
            "--budget-hours",
            "committee=few",
        ],
        ["committee=few", "committee=200"],
    ),
    "fewer mechanisms than none": (
        ["search", "wuzi_yard", "--may", "whistle", "--objective", "hours", "--most", "-1"],
        ["most = -1", "0 to"],
    ),
    "no objective": (["search", "wuzi_yard", "--may", "whistle"], ["no objective"]),
    "an objective misspelt": (["search", "wuzi_yard", "--may", "whistle", "--objective", "hour"], ["hours"]),
    "neither up nor down": (
        ["search", "wuzi_yard", "--may", "whistle", "--objective", "hours=less"],
        ["minimise"],
    ),
}


@pytest.mark.parametrize("wrong", WRONG)
def test_what_is_wrong_is_one_line_with_the_way_out(cogov, sweep_folder, wrong):
    words, told = WRONG[wrong]
    status, out, err = cogov(
        *(sweep_folder(word) if word in (WHOSE, SCREEN, WORLDS) else word for word in words)
    )
    assert status == 2 and out == "" and err.startswith("cogov: ") and err.count("\n") == 1
    assert all(word in err for word in told), err


# --------------------------------------------------------------------------- the page


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_an_example_is_an_experiment_and_stands_in_the_page(path):
    experiment, cases, arms = read_experiment(path)
    assert arms and cases and experiment.question.endswith("?")
    text = path.read_text("utf-8")
    assert text.startswith("# ") and f"experiments/{path.name}" in PAGE and text.strip() in PAGE


@pytest.mark.parametrize(
    "path", [p for p in EXAMPLES if p.stem not in ("saltelli", "worlds")], ids=lambda path: path.stem
)
def test_an_example_runs(path, tmp_path):
    """With fewer and shorter runs than it asks for."""
    experiment, *_ = read_experiment(path)
    small = replace(experiment, days=5, replicates=2)
    done = sweep(small, tmp_path / "out", workers=0)
    assert done.failed == 0 and done.now == done.asked == len(read_results(tmp_path / "out").runs)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "words"),
    {
        "factorial": ["attribute"],
        "one_at_a_time": ["sensitivity"],
        "morris": ["sensitivity"],
        "saltelli": ["sensitivity"],
        "worlds": ["discover", "--mechanism", "building_captains"],
    }.items(),
)
def test_an_example_is_read_by_its_command(name, words, tmp_path, cogov):
    assert (
        cogov("sweep", DOCS / "experiments" / f"{name}.toml", "--out", tmp_path / "o", "--workers", 2)[0] == 0
    )
    status, out, _ = cogov(words[0], tmp_path / "o", *words[1:])
    assert status == 0 and "Figure" in out


def test_results_open_with_the_lines_of_the_page(sweep_folder, monkeypatch):
    folder = sweep_folder(WORLDS)
    monkeypatch.chdir(folder.parent)
    folder.rename(folder.parent / "DIR")
    try:
        for word in ("pandas", "duckdb"):
            (line,) = re.findall(rf"^.*import {word}.*$", PAGE, flags=re.MULTILINE)
            told = {}
            exec(line, told)
            assert len(told["runs"]) == len(read_results("DIR").runs) and "resolution_rate" in told["runs"], (
                line
            )
    finally:
        (folder.parent / "DIR").rename(folder)
