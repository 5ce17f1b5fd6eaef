"""Reported outcomes are compared with the model."""

import json
import sys
from dataclasses import replace

import numpy as np
import pytest
from scenarios import STORM, pool_of_threads, with_mechanisms

from cogov.cli import main as command
from cogov.engine.parameters import paths
from cogov.engine.randomness import RandomNumbers, seed_of
from cogov.engine.texts.errors import UserError
from cogov.experiments.calibration import reported_patterns as P
from cogov.experiments.comparison import parallel_jobs
from cogov.experiments.execution import supervisor
from cogov.model.mechanisms import load_class
from cogov.model.scenarios.cases import read_case
from cogov.model.scenarios.scenario import ReportedOutcome

FEW = (
    ReportedOutcome("reported", "much is told", "reported", low=1.0),
    ReportedOutcome("patrolled", "the patrol settles some", "settled_by:grid_patrol", low=0.0),
    ReportedOutcome("helped", "and helps", "gain:resolution_rate", low=0.0, off=("grid_patrol",)),
    ReportedOutcome("impossible", "nothing ever goes wrong", "arisen", high=0.0),
)
CASE = replace(with_mechanisms(STORM, "grid_patrol"), days=60, reported=FEW)


def test_each_outcome_has_its_row_and_an_outside_stays():
    table = P.check_patterns(CASE, replicates=4).set_index("name")
    assert list(table.index) == [one.name for one in FEW]
    assert table.loc["reported", "verdict"] == "inside" and table.loc["impossible", "verdict"] == "outside"
    assert (table["p5"] <= table["median"]).all() and (table["median"] <= table["p95"]).all()


@pytest.mark.parametrize(
    "pool",
    [pool_of_threads, pytest.param(supervisor.start_checked_pool, marks=pytest.mark.slow)],
    ids=["threads", "processes"],
)
def test_the_same_seed_is_the_same_table_and_workers_change_nothing(monkeypatch, pool):
    monkeypatch.setattr(parallel_jobs, "start_checked_pool", pool)
    one, other = (P.check_patterns(CASE, replicates=3, seed=7, workers=workers) for workers in (1, 2))
    assert one.equals(other) and not one.equals(P.check_patterns(CASE, replicates=3, seed=8))


def test_a_replicate_varies_what_is_assumed_and_nothing_that_is_given():
    case = read_case("wuzi_yard")
    drawn, again = (
        P.perturb_assumptions(case, RandomNumbers("patterns", 0, number), 0.25) for number in (1, 1)
    )
    assert drawn == again
    assert (drawn.community, drawn.compound, drawn.days, drawn.reported, sorted(drawn.mechanisms)) == (
        case.community,
        case.compound,
        case.days,
        case.reported,
        sorted(case.mechanisms),
    )
    moved = 0
    for path, f, now in P.iter_knobs(case):
        _, _, new = next(found for found in P.iter_knobs(drawn) if found[0] == path)
        if not f.metadata["source"].startswith("assumed"):
            assert new == now, path
        elif new != now:
            moved += 1
            assert f.metadata["low"] <= new <= f.metadata["high"] and (
                isinstance(now, int) or abs(np.log(new / now)) <= 0.2501
            )
    assert moved > 200
    assert P.perturb_assumptions(case, RandomNumbers("patterns", 0, 1), 0.0) == case


def test_one_more_assumption_leaves_the_draws_of_the_others_alone():
    case = read_case("wuzi_yard")
    one, other = (
        P.perturb_assumptions(replace(case, mechanisms=m), RandomNumbers("patterns", 0, 3), 0.25)
        for m in (case.mechanisms, {})
    )
    assert one.residents == other.residents and one.issues == other.issues


def tabulate(outcome, on, off=()):
    """Return the row of an outcome with the given values over replicates, as a Series."""
    results = [{outcome.name: pair} for pair in zip(on, off or [np.nan] * len(on))]
    return P.tabulate(replace(CASE, reported=(outcome,)), results).iloc[0]


EIGHT = ReportedOutcome("eight", "eight sittings", "sittings:litter", low=8, high=8, tolerance=4, number=True)
MANY = ReportedOutcome("many", "nearly all", "answered", low=0.9)


def test_what_a_replicate_cannot_say_is_left_out_and_what_most_cannot_say_is_no_value():
    row = tabulate(replace(EIGHT, low=0.0, high=10.0), [np.nan, 5.0, 6.0, np.nan])
    assert [row["median"], row["p5"], row["p95"], row["verdict"]] == [5.5, 5.05, 5.95, "inside"]
    row = tabulate(EIGHT, [np.nan, 8.0, np.nan, np.nan])
    assert row["verdict"] == "no value" and np.isnan(row["median"]) and np.isnan(row["score"])


def test_width_is_not_rewarded():
    narrow, wide = (tabulate(EIGHT, 8.0 * np.exp(np.linspace(-s, s, 21))) for s in (0.3, 3.0))
    assert narrow["verdict"] == "inside" and wide["verdict"] == "too wide"
    assert narrow["score"] < wide["score"] and wide["width_ratio"] > 4.0 > narrow["width_ratio"]
    far = tabulate(EIGHT, 30.0 * np.exp(np.linspace(-0.3, 0.3, 21)))
    assert far["verdict"] == "outside" and far["score"] > narrow["score"]


def test_words_are_judged_by_the_share_of_replicates_that_meet_them():
    for met, verdict in ((10, "inside"), (5, "inside"), (4, "near"), (0, "outside")):
        row = tabulate(MANY, [0.95] * met + [0.1] * (10 - met))
        assert (row["met"], row["verdict"]) == (met / 10, verdict)
        assert np.isnan(row["score"]) and not row["two_ends"]


def test_a_time_beyond_the_run_is_no_time_within_it():
    row = tabulate(replace(EIGHT, low=50.0, high=60.0), [40.0, 55.0, np.inf, np.inf, np.inf])
    assert row["verdict"] == "too wide" and row["median"] == row["p95"] == np.inf == row["width_ratio"]
    assert row["score"] == tabulate(replace(EIGHT, low=50.0, high=60.0), [40, 55, 60, 60, 60])["score"]
    assert tabulate(replace(MANY, low=-1e12, high=10.0), [5.0, np.inf])["met"] == 0.5


@pytest.mark.parametrize(
    "on, off, separates",
    [
        ([0.95] * 10, [0.5] * 10, True),
        ([0.95] * 10, [0.92] * 10, False),  # both meet the words
        ([0.5] * 10, [0.95] * 10, False),  # off is nearer
        ([0.7] * 9 + [0.3], [0.5] * 10, False),  # nine in ten are not enough where intervals overlap
        ([0.7] * 10, [0.4] * 9 + [0.65], True),  # on is nearer in all
        ([0.5] * 10, [np.nan] * 10, False),
    ],
)
def test_an_outcome_separates_if_governance_brings_it_nearer_to_the_report(on, off, separates):
    assert tabulate(MANY, on, off)["separates"] == separates


def test_what_is_nothing_without_a_mechanism_by_definition_separates_nothing():
    row = tabulate(replace(MANY, measure="settled_by:whistle"), [0.95] * 10, [0.0] * 10)
    assert row["only_with"] == "whistle" and not row["separates"] and row["verdict"] == "inside"


def test_all_mechanisms_are_off_in_the_other_arm():
    outcomes = tuple(
        ReportedOutcome(name, "w", measure, off=off)
        for name, measure, off in (
            ("found", "found_share:grid_patrol", ()),
            ("hours", "hours", ()),
            ("without", "hours", ("grid_patrol",)),
            ("gain", "gain:hours", ("grid_patrol",)),
        )
    )
    values = P.replicate(replace(CASE, reported=outcomes), 0, 0.0, 1)
    assert values["found"][0] > 0.0 == values["found"][1]
    assert values["hours"][0] != values["hours"][1] == values["without"][0] == values["without"][1]
    assert values["gain"] == (values["hours"][0] - values["hours"][1], 0.0)


@pytest.mark.parametrize(
    "measure",
    [
        "slope:backlog",
        "rise:satisfaction",
        "signed:yard_renewal",
        "days:litter",
        "done:litter",
        "done:litter:grid_patrol",
        "arose:litter",
        "resolved:litter",
        "answered",
        "count:grid_patrol:patrol_hours",
        "count:home_visits:attendances",
        "sittings:family_quarrel",
        "longest:family_quarrel",
        "turned_out:neighbour_noise",
        "late:resolution_rate",
        "after:grid_patrol:litter",
        "settled_by:grid_patrol",
        "yuan:pipe_burst",
        "trust_committee",
    ],
)
def test_every_measure_is_a_number(measure):
    value, off = P.replicate(replace(CASE, reported=(ReportedOutcome("x", "w", measure),)), 0, 0.0, 1)["x"]
    for one in (value, off):  # nothing of the kind, nothing old enough, or no end within the run
        unknown = np.isnan(one) and measure.startswith(("turned_out", "late"))
        assert np.isfinite(one) or unknown or (one == np.inf and measure.startswith(("days", "after")))


def test_a_count_is_that_of_its_mechanism():
    both = replace(CASE, mechanisms={name: load_class(name)() for name in ("consent_campaign", "incubation")})
    names = ("consent_campaign", "incubation", "home_visits")
    outcomes = tuple(
        ReportedOutcome(name, "w", f"count:{name}:{what}") for name, what in zip(names, 3 * ["calls"])
    )
    pairs = P.replicate(replace(both, reported=outcomes), 0, 0.0, 1)
    values = {name: on for name, (on, _) in pairs.items()}
    run = P.simulate_with_seed(both, seed_of("patterns", CASE.name, 0, 1)).run
    assert values == {name: run.counts.get(name, {}).get("calls", 0.0) for name in names}
    assert values["home_visits"] == 0.0 < values["consent_campaign"] and "home_visits" not in run.counts


@pytest.mark.parametrize(
    "measure, hint",
    [
        ("count:grid_patroll:patrol_hours", "did you mean 'grid_patrol'"),
        ("count:grid_patrol:walks", "counts nothing called 'walks'; there are: patrol_hours"),
        ("count", "no mechanism is called ''"),
        ("attendances", "unknown"),
        ("resolved:liter", "'liter'"),
        ("happiness", "satisfaction"),
        ("gain:happiness", "unknown"),
    ],
)
def test_a_measure_that_does_not_exist_is_refused(measure, hint):
    with pytest.raises(UserError, match=hint):
        P.check_patterns(replace(CASE, reported=(ReportedOutcome("x", "w", measure),)), replicates=2)


def test_the_command_line_shows_and_keeps_them(monkeypatch, capsys, tmp_path):
    monkeypatch.chdir(tmp_path)
    for words, ok in (
        (("--case", "wuzi_yard", "--replicates", "2", "--worlds", "0", "--json"), True),
        (
            (
                "--case",
                "datianbaa",
            ),
            False,
        ),
    ):
        monkeypatch.setattr(sys, "argv", ["cogov", "patterns", *words])
        with pytest.raises(SystemExit) as left:
            command.main()
        out, err = capsys.readouterr()
        if ok:
            assert (
                not left.value.code
                and {row["case"] for row in json.loads(out)["patterns"]} == {"wuzi_yard"}
                and (tmp_path / "out" / "patterns.png").exists()
            )
        else:
            assert left.value.code == 2 and "datianba" in err and err.count("\n") == 1


def test_every_parameter_of_the_case_is_one_the_reader_knows():
    assert {path for path, _, _ in P.iter_knobs(CASE)} <= set(paths(CASE))
