"""Measure what a sweep costs beyond its runs: time and memory of the parent; and `mesa.batch_run`."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from ..experiments.city.scaling import resize_case
from ..experiments.execution.memory import peak_memory_mib
from ..experiments.sweep import sweep
from ..experiments.sweep.experiment import Experiment, NamedArm, build_arms
from ..model.scenarios.cases import read_case
from ..model.scenarios.scenario import Scenario
from ..model.simulate import simulate
from .tables import BenchTable

KEEPS = ((), ("series",), ("series", "issues"))


def plan_of(case: Scenario, runs: int, keep: tuple[str, ...]) -> sweep.SweepPlan:
    """Plan a sweep of `runs` runs of a case."""
    experiment = Experiment(
        name="overhead", cases=(case.name,), replicates=runs, keep=keep, arm=(NamedArm("unchanged"),)
    )
    return sweep.SweepPlan(experiment, {case.name: case}, build_arms(experiment, {case.name: case}))


def small() -> Scenario:
    """Return a community of a thousand residents, to run for a year."""
    return replace(resize_case(read_case("guiyuan"), 1000), name="a thousand residents")


def measure_sweep(
    case: Scenario, runs: int, keep: tuple[str, ...], workers: int | None = None
) -> tuple[float, float, float, float]:
    """Sweep; return (wall seconds, the parent's own milliseconds a run, MiB on disk, seconds of one run).

    The seconds of one run are those in this process, without a sweep.
    """
    with TemporaryDirectory(prefix="cogov-overhead-") as folder:
        plan = plan_of(case, runs, keep)
        guess = sweep.estimate_cost(plan)
        result = sweep.sweep(
            plan, Path(folder) / "out", workers=workers, execution=sweep.Execution(estimate=guess)
        )
        size = sum(path.stat().st_size for path in Path(folder).rglob("*")) / 2**20
    return result.seconds, result.overhead / runs * 1000, size, guess.a_run


def time_mesa_batch(case: Scenario, runs: int, processes: int) -> float:
    """Return the seconds that `mesa.batch_run` takes for as many runs, keeping each day's numbers."""
    from ..model.mesa import model

    start = time.perf_counter()
    parameters = {"scenario": [case], "seed": list(range(runs))}
    model.mesa.batch_run(
        model.Community,
        parameters,
        number_processes=processes,
        data_collection_period=1,
        max_steps=case.days,
        display_progress=False,
    )
    return time.perf_counter() - start


def bench(
    console, runs: int = 10_000, large: int = 1000, mesa_runs: int = 100, rounds: int = 3
) -> Iterator[BenchTable]:
    """Yield two tables: sweeps of different sizes, and a sweep in turn with mesa.batch_run.

    `runs` of the small community and `large` of guiyuan; then `mesa_runs` runs of the small one,
    in one process each.
    """
    rows = []
    for case, count in ((small(), runs), (read_case("guiyuan"), large)):
        simulate(case, 0)
        for keep in KEEPS:
            for n in (count // 10, count) if keep == KEEPS[-1] else (count // 10,):
                with console.status(f"{case.name}, {n:,} runs, keeping {', '.join((*keep, 'runs'))} ..."):
                    seconds, parent_ms, size, run_seconds = measure_sweep(case, n, keep)
                rows.append(
                    (
                        f"{case.name}: {n:,} runs, keeping {', '.join((*keep, 'runs'))}",
                        seconds,
                        parent_ms,
                        run_seconds * 1000,
                        size,
                        peak_memory_mib(),
                    )
                )
    columns = (
        "what",
        "seconds",
        "ms of the parent a run",
        "ms of a run",
        "MiB on disk",
        "peak MiB of the parent so far",
    )
    yield BenchTable(
        "sweeps on all cores; the time of the parent process comes in addition to the runs", columns, rows
    )
    case, ratios = small(), []
    with console.status("timing a sweep and mesa.batch_run in turn ..."):
        for _ in range(rounds):
            with TemporaryDirectory(prefix="cogov-overhead-") as folder:
                start = time.perf_counter()
                sweep.sweep(
                    plan_of(case, mesa_runs, ("series",)),
                    Path(folder) / "out",
                    workers=0,
                    execution=sweep.Execution(estimate=sweep.CostEstimate(mesa_runs, 1.0, 0, 0.01)),
                )
                sweep_seconds = time.perf_counter() - start
            mesa_seconds = time_mesa_batch(case, mesa_runs, 1)
            ratios.append((sweep_seconds, mesa_seconds, mesa_seconds / sweep_seconds))
    rows = [(f"round {n + 1}", *seconds) for n, seconds in enumerate(ratios)] + [
        ("median", *map(median, zip(*ratios)))
    ]
    yield BenchTable(
        f"{mesa_runs} runs of a thousand residents x {case.days} days, in this process only, daily numbers "
        "kept",
        ("what", "sweep, stored, s", "mesa.batch_run, in memory, s", "ratio"),
        rows,
    )
