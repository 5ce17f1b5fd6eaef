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
from cogov.experiments.comparison import compare
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
    monkeypatch.setattr(compare, "start_checked_pool", pool)
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


def test_what_a_replicate_cannot_say_is_left_out():
    one = ReportedOutcome("x", "w", "after:grid_patrol:litter", low=0.0, high=10.0)
    assert P.row(CASE, one, np.array([np.nan, 5.0, 6.0, np.nan]))[7:] == [5.5, 5.05, 5.95, "inside"]


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
    value = P.replicate(replace(CASE, reported=(ReportedOutcome("x", "w", measure),)), 0, 0.0, 1)["x"]
    # nothing of the kind, or nothing old enough
    assert np.isfinite(value) or measure.startswith(("turned_out", "late"))


def test_a_count_is_that_of_its_mechanism():
    both = replace(CASE, mechanisms={name: load_class(name)() for name in ("consent_campaign", "incubation")})
    names = ("consent_campaign", "incubation", "home_visits")
    outcomes = tuple(
        ReportedOutcome(name, "w", f"count:{name}:{what}") for name, what in zip(names, 3 * ["calls"])
    )
    values = P.replicate(replace(both, reported=outcomes), 0, 0.0, 1)
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
        (("--case", "datianba", "--replicates", "2", "--json"), True),
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
                and [row["case"] for row in json.loads(out)] == ["datianba"]
                and (tmp_path / "out" / "patterns.png").exists()
            )
        else:
            assert left.value.code == 2 and "datianba" in err and err.count("\n") == 1


def test_every_parameter_of_the_case_is_one_the_reader_knows():
    assert {path for path, _, _ in P.iter_knobs(CASE)} <= set(paths(CASE))
