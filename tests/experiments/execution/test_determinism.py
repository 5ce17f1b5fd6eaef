"""The same run has the same fingerprint, however it is executed.

A fingerprint that could not differ, an execution mode that fails, and a control that does not differ are
detected.
"""

import json
import sys
from dataclasses import replace
from functools import partial

import numpy as np
import pytest
from scenarios import FORUM, STORM, YARD, measured_bytes, with_mechanisms

from cogov.bench import determinism as d
from cogov.bench import execution_modes as w
from cogov.bench import fingerprints as h
from cogov.bench import verification_report
from cogov.engine.randomness import RandomNumbers
from cogov.model import daily_counts, mechanisms
from cogov.model.day import simulate_day
from cogov.model.simulate import build_community, finish_run
from cogov.model.world import restore_run, start_run
from cogov.viz.text.console import PlainConsole

FEW = h.RunSet(("wuzi_yard", "shuian"), 40, 2)
MIXES = {  # name -> scenario
    "the yard, nothing": YARD,
    "the storm, captains and a council": with_mechanisms(
        STORM, "building_captains", "joint_council", "consent_campaign"
    ),
    "the forum, everybody": with_mechanisms(FORUM, *mechanisms.list_mechanisms()),
}


@pytest.fixture(scope="module")
def fingerprints():
    return w.run_in_process(FEW)


def show_report(found, capsys):
    d.show(PlainConsole(width=160), found)
    return capsys.readouterr().out


def test_every_set_can_be_simulated_and_there_are_twelve():
    asked = h.RunSet(tuple(h.SETS), 120, 1)
    assert len(h.SETS) == 12 == len(set(map(str, map(asked.scenario, h.SETS))))
    # otherwise the control that switches it on would change nothing
    assert not any(h.LAST in asked.scenario(name).mechanisms for name in h.SETS)


@pytest.mark.parametrize("name", MIXES)
def test_a_world_saved_and_gone_on_with_is_the_world_that_was_never_stopped(name, tmp_path):
    """Every column, those of mechanisms too; through a file without pickle, and across the end of a year."""
    scenario = replace(MIXES[name], days=400)
    world = start_run(build_community(scenario), scenario, RandomNumbers(1))
    while world.day < 340:
        simulate_day(world)
    np.savez(tmp_path / "saved.npz", **world.snapshot())
    with np.load(tmp_path / "saved.npz", allow_pickle=False) as saved:
        again = restore_run(saved, build_community(scenario), scenario, RandomNumbers(1))
    while world.day < 400:
        simulate_day(world)
        simulate_day(again)
        assert measured_bytes(world) == measured_bytes(again), world.day
    columns = dict(again.columns())
    assert [one for one, column in world.columns() if column.tobytes() != columns[one].tobytes()] == []


def test_what_was_saved_stays_as_it_was_while_the_world_goes_on():
    world = start_run(build_community(YARD), YARD, RandomNumbers(1))
    simulate_day(world)
    saved = world.snapshot()
    before = {name: column.tobytes() for name, column in saved.items()}
    restore_run(saved, build_community(YARD), YARD, RandomNumbers(1)).residents.trust[:] = 0.5
    for _ in range(30):
        simulate_day(world)
    assert {name: column.tobytes() for name, column in saved.items()} == before


def test_a_hash_is_of_everything_that_a_run_leaves():
    """Flipping one bit of any column gives another fingerprint."""
    world, series = h.run_and_hash(replace(STORM, days=40), 1, until=40)
    run = finish_run(world, replace(STORM, days=40), dict(zip(daily_counts.DAILY, series.T)))
    whole = h.fingerprint(run, world)
    columns = dict(h.iter_columns(run, world))
    assert {
        "issues.state",
        "history.day",
        "series.open",
        "ledger.hours",
        "residents.trust",
        "households.owner",
        "measures",
    } <= set(columns)
    for name, column in columns.items():
        if not column.size or name == "measures":  # measures are computed again from the others
            continue
        at = (0,) * column.ndim
        before = column[at]
        column.flags.writeable = True
        column[at] = not before if column.dtype == bool else before + 1
        assert h.fingerprint(run, world) != whole, name
        column[at] = before
    assert h.fingerprint(run, world) == whole


@pytest.mark.parametrize(
    "way",
    [
        partial(w.run_in_process, shuffle=1),
        partial(w.run_as_sweep, chunk=3),
        partial(w.run_in_threads, workers=2),
    ],
    ids=["shuffled", "a sweep", "threads"],
)
def test_another_execution_mode_gives_the_same_hash(way, fingerprints):
    assert way(FEW) == fingerprints


def test_where_nothing_goes_by_the_date_another_month_is_the_same():
    # which have a festival calendar, and students in the holidays
    lianhe = h.RunSet(("lianhe", "guiyuan"), 60, 1)
    calm = w.run_in_process(lianhe, w.remove_dates)
    assert w.run_in_process(lianhe, lambda scenario: w.shift_start(w.remove_dates(scenario))) == calm
    assert not set(w.run_in_process(lianhe, w.shift_start).values()) & set(w.run_in_process(lianhe).values())


@pytest.mark.slow
@pytest.mark.parametrize(
    "way",
    [
        partial(w.run_as_sweep, workers=2, chunk=3),
        partial(w.run_in_fresh_process, threads="4"),
        partial(w.run_interrupted, at=20),
        partial(w.run_on_dask, chunk=1),
    ],
    ids=["processes", "a fresh process", "interrupted", "Dask"],
)
def test_other_processes_give_the_same(way, fingerprints):
    try:
        assert way(FEW) == fingerprints
    except w.NotAvailable as why:
        pytest.skip(str(why))


def test_a_mode_that_runs_one_set_with_another_seed_is_detected(fingerprints, capsys):
    def careless(asked):
        return fingerprints | {"shuian": w.run_in_process(asked, reseed=lambda seed: seed + 1)["shuian"]}

    found = d.compare_modes(
        FEW, [w.ExecutionMode("first", lambda asked: fingerprints), w.ExecutionMode("careless", careless)], {}
    )
    assert (found.count("equal"), found.count("different")) == (1, 1) and not found.good()
    out = show_report(found, capsys)
    assert found.hashes["careless"]["shuian"] in out and "different 1" in out


def test_a_sweep_that_keeps_another_runs_hash_is_seen(fingerprints, monkeypatch):
    before = w.digest_orders
    monkeypatch.setattr(
        w,
        "digest_orders",
        lambda terms, orders: [
            replace(one, digest="0") if n == 1 else one for n, one in enumerate(before(terms, orders))
        ],
    )
    found = d.compare_modes(
        FEW,
        [
            w.ExecutionMode("first", lambda asked: fingerprints),
            w.ExecutionMode("mixed up", partial(w.run_as_sweep, chunk=2)),
        ],
        {},
    )
    assert found.count("different") > 0 and not found.good()


def test_controls_differ_in_every_set_and_one_that_does_not_is_a_failure(fingerprints, capsys):
    alike = [
        w.ExecutionMode("first", lambda asked: fingerprints),
        w.ExecutionMode("again", lambda asked: fingerprints),
    ]
    found = d.compare_modes(FEW, alike)
    assert found.idle() == [] and found.good()
    idle = d.compare_modes(FEW, alike, {"nothing at all": lambda asked: fingerprints})
    assert idle.idle() == [("nothing at all", "wuzi_yard"), ("nothing at all", "shuian")] and not idle.good()
    assert "nothing at all: the same in wuzi_yard, shuian" in show_report(idle, capsys)


def test_what_is_not_here_is_not_counted_as_equal_and_what_raises_is_a_failure(fingerprints, capsys):
    def absent(asked):
        raise w.NotAvailable("no Python 3.99 was found")

    given = w.ExecutionMode("first", lambda asked: fingerprints)
    missing = d.compare_modes(
        FEW,
        [given, w.ExecutionMode("Python 3.99", absent), w.ExecutionMode("again", lambda asked: fingerprints)],
        {},
    )
    assert (missing.count("not present"), missing.count("equal")) == (2, 2) and missing.good()
    assert "Python 3.99 - not present: no Python 3.99 was found" in show_report(missing, capsys)
    assert not d.compare_modes(
        FEW, [given, w.ExecutionMode("Python 3.99", absent)], {}
    ).good()  # nothing was compared with anything
    raises = d.compare_modes(FEW, [given, w.ExecutionMode("broken", lambda asked: 1 // 0)], {})
    assert (
        raises.count("failed") == 2
        and not raises.good()
        and "ZeroDivisionError" in show_report(raises, capsys)
    )


def test_a_python_without_numba_is_not_taken(monkeypatch, tmp_path):
    bare = tmp_path / "python3.99"
    bare.write_text("#!/bin/sh\necho 3.99.1\nexit 1\n")
    bare.chmod(0o755)
    monkeypatch.setenv("PYENV_ROOT", str(tmp_path))
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(w.NotAvailable, match="3.99 has no NumPy"):
        w.interpreter("3.99")
    with pytest.raises(w.NotAvailable, match="no Python 3.98"):
        w.interpreter("3.98")


def test_the_command_ends_with_status_1_where_a_cell_differs(monkeypatch, capsys):
    from cogov.cli import main as command

    monkeypatch.setattr(d, "SETS", {name: h.SETS[name] for name in FEW.names})
    monkeypatch.setattr(d, "RunSet", lambda names, days, replicates: h.RunSet(names, 40, 1))
    for more, status in ((0, 0), (1, 1)):
        monkeypatch.setattr(
            d,
            "list_modes",
            lambda *asked: [
                w.ExecutionMode("first", w.run_in_process),
                w.ExecutionMode(
                    "planted", partial(w.run_in_process, reseed=lambda seed, more=more: seed + more)
                ),
            ],
        )
        monkeypatch.setattr(sys, "argv", ["cogov", "bench", "determinism", "--short", "--json"])
        with pytest.raises(SystemExit) as left:
            command.main()
        assert (left.value.code or 0) == status
        assert json.loads(capsys.readouterr().out)["good"] is (status == 0)


# ------------------------------------------------------------------------------------------ the page of trust


def write_figures(tmp_path, *scripts):
    """Write figures that are scripts in a folder; one says what is wrong with its table."""
    for n, text in enumerate(scripts):
        (tmp_path / f"{n}.py").write_text(text)
    return tuple(
        verification_report.Figure(
            (str(tmp_path / f"{n}.py"),), judge=verification_report.check_keys if "json" in text else None
        )
        for n, text in enumerate(scripts)
    )


TABLE = (
    'import json; print(json.dumps({{"tables": [{{"title": "keys", '
    '"rows": [{{"what": "keys", "collisions": {}}}], "note": ""}}]}}))'
)


def test_the_verification_report_goes_on_after_a_failure_and_ends_with_a_list_of_them(tmp_path, capfd):
    three = write_figures(tmp_path, "raise SystemExit(3)", TABLE.format(2), TABLE.format(0), "print('well')")
    absent = verification_report.Figure(("bench", "page"), needs=lambda: "no Chromium")
    failed = verification_report.page((*three, absent))
    out = capfd.readouterr().out
    assert list(failed.values()) == [["exit status 3"], ["2 keys of random numbers are equal"]]
    assert (
        "well" in out
        and "cogov bench page: not present: no Chromium" in out
        and out.strip().endswith("2 of 4 failed")
    )


def test_a_figure_whose_table_is_not_there_has_failed(tmp_path, capfd):
    (failed,) = verification_report.page(write_figures(tmp_path, "print('json')")).values()
    assert "have another form" in failed[0]


def test_each_judge_says_what_is_wrong_and_misses_its_control():
    def flips(wrong, other, control):
        told = [
            {"what": "a sweep", "wrong, and nothing said": wrong, "another error": other},
            {"what": "control", "wrong, and nothing said": control, "another error": 0},
        ]
        return verification_report.flips([{"rows": told}])

    assert [len(flips(*told)) for told in ((0, 0, 9), (1, 0, 9), (0, 1, 9), (0, 0, 0))] == [0, 1, 1, 1]

    def coverage(normal, rare):
        each = [("normal", normal), ("rare event", rare)]
        return verification_report.coverage(
            [
                {
                    "rows": [
                        {
                            "interval": "paired difference",
                            "law": law,
                            "covered": 0.9,
                            "lowest": 0.92,
                            "holds": holds,
                        }
                        for law, holds in each
                    ]
                }
            ]
        )

    assert [len(coverage(*told)) for told in ((True, False), (False, False), (True, True))] == [0, 1, 1]

    def faults(lost=0, named=5, wrongly=0, differ=0, ended=7):
        kills = [{"what": "acknowledged runs lost", "count": lost}, {"what": "kills of a worker", "count": 9}]
        failures = [
            {
                "a run that": "raises",
                "asked": 5,
                "named": named,
                "wrongly named": wrongly,
                "whole after --retry": True,
            }
        ]
        return verification_report.faults(
            [
                {"rows": kills},
                {"rows": failures},
                {"rows": [{"fault": "killed", "ended by it": ended, "sweeps that differ": differ}]},
            ]
        )

    assert [
        len(faults(**told))
        for told in ({}, {"lost": 1}, {"named": 4}, {"wrongly": 1}, {"differ": 1}, {"ended": 0})
    ] == [0, 1, 1, 1, 1, 1]
