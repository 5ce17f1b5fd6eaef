"""What a sweep costs beyond its model: the parent's own time a run, its memory, and `mesa.batch_run` beside it."""

import time
from dataclasses import replace
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from ..experiments.city.scaling import resize_case
from ..experiments.execution.memory import peak
from ..experiments.sweep import sweep
from ..experiments.sweep.experiment import Experiment, NamedArm, arms
from ..model.cases import read_case
from ..model.simulate import simulate
from .tables import BenchTable

KEEPS = ((), ("series",), ("series", "issues"))


def of(case, runs, keep):
    """The plan of so many runs of a case."""
    experiment = Experiment(
        name="overhead", cases=(case.name,), replicates=runs, keep=keep, arm=(NamedArm("as it is"),)
    )
    return sweep.SweepPlan(experiment, {case.name: case}, arms(experiment, {case.name: case}))


def small():
    """A community of a thousand residents for a year."""
    return replace(resize_case(read_case("guiyuan"), 1000), name="a thousand residents")


def measure_sweep(case, runs, keep, workers=None):
    """Sweep; returns (wall seconds, the parent's own milliseconds a run, MiB on disk, seconds of one run in this process)."""
    with TemporaryDirectory(prefix="cogov-overhead-") as folder:
        plan = of(case, runs, keep)
        guess = sweep.estimate_cost(plan)
        done = sweep.sweep(plan, Path(folder) / "out", workers=workers, guess=guess)
        size = sum(path.stat().st_size for path in Path(folder).rglob("*")) / 2**20
    return done.seconds, done.overhead / runs * 1000, size, guess.a_run


def time_mesa_batch(case, runs, processes):
    """Seconds that `mesa.batch_run` takes for so many runs of the same community, and keeps each day's numbers."""
    from ..model.mesa import model

    began = time.perf_counter()
    varied = {"scenario": [case], "seed": list(range(runs))}
    model.mesa.batch_run(
        model.Community,
        varied,
        number_processes=processes,
        data_collection_period=1,
        max_steps=case.days,
        display_progress=False,
    )
    return time.perf_counter() - began


def bench(console, runs=10_000, large=1000, beside=100, rounds=3):
    """`runs` of the small community, `large` of guiyuan; then `beside` of the small one in turn with mesa.batch_run, in one process each."""
    rows = []
    for case, count in ((small(), runs), (read_case("guiyuan"), large)):
        simulate(case, 0)
        for keep in KEEPS:
            for n in (count // 10, count) if keep == KEEPS[-1] else (count // 10,):
                with console.status(
                    f"{case.name}, {n:,} runs, keeps {', '.join(keep) or 'nothing else'} ..."
                ):
                    seconds, own, size, one = measure_sweep(case, n, keep)
                rows.append(
                    (
                        f"{case.name}: {n:,} runs, {' and '.join(keep) or 'only'} runs",
                        seconds,
                        own,
                        one * 1000,
                        size,
                        peak(),
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
        "sweeps on all cores; what the parent spends is beside the runs, not in them", columns, rows
    )
    case, ratios = small(), []
    with console.status("in turn with mesa.batch_run ..."):
        for _ in range(rounds):
            with TemporaryDirectory(prefix="cogov-overhead-") as folder:
                began = time.perf_counter()
                sweep.sweep(
                    of(case, beside, ("series",)),
                    Path(folder) / "out",
                    workers=0,
                    guess=sweep.CostEstimate(beside, 1.0, 0, 0.01),
                )
                ours = time.perf_counter() - began
            theirs = time_mesa_batch(case, beside, 1)
            ratios.append((ours, theirs, theirs / ours))
    rows = [(f"round {n + 1}", *told) for n, told in enumerate(ratios)] + [
        ("median", *map(median, zip(*ratios)))
    ]
    yield BenchTable(
        f"{beside} runs of a thousand residents x {case.days} days, this process alone, each day's numbers kept",
        ("what", "sweep, stored, s", "mesa.batch_run, in memory, s", "ratio"),
        rows,
    )
