"""The reference workload is the same in C, in columns and in agents, and the bench notices if it is not."""

import multiprocessing
import shutil

import numpy as np
import pytest

from cogov.bench.workload import rounds
from cogov.bench.workload.agents import Workload
from cogov.bench.workload.c_program import compile_workload
from cogov.bench.workload.columns import simulate
from cogov.bench.workload.rules import CREW, ESTATE, NOTICE_RATE, TOTALS

SIZE = rounds.Size(residents=2 * ESTATE, days=40, agent_days=20)


@pytest.fixture(scope="module")
def totals():
    """Return the totals of the compiled columns: name -> (days,)."""
    return dict(zip(TOTALS, simulate(rounds.SEED, SIZE.residents, SIZE.days).T))


def test_agents_do_the_same_as_columns():
    program = rounds.AgentProgram(SIZE)
    program()
    assert np.array_equal(program.totals, simulate(rounds.SEED, SIZE.residents, SIZE.days)[: SIZE.agent_days])


def test_a_program_in_c_does_the_same_as_columns(tmp_path):
    if shutil.which("cc") is None:
        assert compile_workload(tmp_path) is None
    else:
        in_c = compile_workload(tmp_path)(rounds.SEED, SIZE.residents, 365)
        assert np.array_equal(in_c, simulate(rounds.SEED, SIZE.residents, 365))


def test_the_rules_are_kept(totals):
    """Faults are in balance, crews do not exceed their capacity, and the rate of noticing is as stated."""
    days = np.arange(1, SIZE.days + 1)
    assert np.array_equal(np.cumsum(totals["reported"] - totals["resolved"]), totals["waiting"])
    assert totals["resolved"].max() == CREW * SIZE.residents / ESTATE
    expected = SIZE.residents * SIZE.days * NOTICE_RATE
    assert abs(totals["noticed"].sum() - expected) < 0.1 * expected + totals["waiting"].max()
    assert (totals["reported"] <= totals["noticed"]).all() and totals["waiting"][-1] > 0
    assert (totals["satisfaction"] < 1e6 * SIZE.residents).all() and (totals["waited"] <= days * 6).all()


def test_another_seed_gives_other_totals():
    first, second = (simulate(seed, SIZE.residents, 3) for seed in (1, 2))
    assert not np.array_equal(first, second)


def test_the_bench_notices_a_program_that_does_something_else():
    """It names the first day and total in which programs differ; days that only one has do not count."""
    right = simulate(rounds.SEED, SIZE.residents, 5)
    rounds.require_equal({"C": right, "columns": right.copy(), "agents": right[:2]})
    wrong = right.copy()
    wrong[3, 1] += 1
    with pytest.raises(RuntimeError, match=f"day 3, reported: {right[3, 1]} in C, {wrong[3, 1]} in agents"):
        rounds.require_equal({"C": right, "agents": wrong})


def test_without_a_compiler_the_table_says_so(tmp_path, monkeypatch):
    monkeypatch.setattr(shutil, "which", lambda name: None)
    programs = rounds.build_programs(tmp_path, SIZE)
    assert list(programs) == [rounds.COLUMNS]
    table = rounds.workload_table({rounds.COLUMNS: [2.0, 4.0, 3.0], "engine": [1.0]}, SIZE)
    assert table.rows[0] == ("C: no compiler here (cc)", *[None] * 5)
    assert table.rows[1][1:4] == (3.0, 2.0, 4.0) and table.rows[1][-1] is None


def test_ratios_are_of_the_times_in_the_same_round():
    seconds = {rounds.C: [1.0, 2.0, 4.0], "engine": [3.0, 4.0, 4.0]}
    c, engine = rounds.workload_table(seconds, SIZE).rows
    assert c[-1] == 1.0 and engine[-1] == 2.0
    assert c[4] == 2.0 / SIZE.residents / SIZE.days * 1e9 and engine[4] is None


def test_a_program_apart_does_the_same_and_ends_with_its_process():
    with rounds.Apart(rounds.AgentProgram, SIZE) as program:
        assert program() > 0
        expected = simulate(rounds.SEED, SIZE.residents, SIZE.agent_days)
        assert np.array_equal(program.totals, expected)
    assert multiprocessing.active_children() == []
    with pytest.raises(ZeroDivisionError):  # the error of the program, rather than a process that waits
        rounds.Apart(divmod, 1, 0)


def test_programs_are_called_in_turn():
    calls = []
    programs = {name: lambda name=name: calls.append(name) or float(len(calls)) for name in "ab"}
    console = type("Console", (), {"status": lambda self, text: open("/dev/null")})()
    assert rounds.time_in_turn(console, programs, 2) == {"a": [1.0, 3.0], "b": [2.0, 4.0]}
    assert calls == list("abab")


def test_agents_are_mesa_agents():
    model = Workload(rounds.SEED, ESTATE)
    assert {kind.__name__: len(agents) for kind, agents in model.agents_by_type.items()} == {
        "Crew": 1,
        "Resident": ESTATE,
    }
