"""Execution modes: all ways to simulate the same runs.

In a sweep, shuffled, in threads, in other processes, on Dask, interrupted, in another Python, started in
another month.
Road not taken: a copy of a world in mid-run; kernels hold pointers into it, and `copy.deepcopy` raises.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from shutil import which
from tempfile import TemporaryDirectory

import numpy as np

from ..engine.randomness import RandomNumbers
from ..model.scenarios.cases import alter_scenario
from ..model.scenarios.scenario import Scenario
from ..model.simulate import Run, build_community
from ..model.world import restore_run
from .fingerprints import LAST, RunSet, combine_hashes, run_and_hash, summary_array

ROOT = Path(__file__).parent.parent
PYTHONS = ("3.11", "3.12", "3.13")
CALM = {  # a year without seasons, festivals and weekends
    "calendar.season_strength": 0.0,
    "calendar.festival_evenings": 1.0,
    "committee.weekend_share": 1.0,
}
CALM_TOO = {  # what these two mechanisms do by date, switched off
    "acquaintance": ("festivals_per_year", 0),
    "party_volunteers": ("student_hours", 0.0),
}


class NotAvailable(Exception):
    """Raised when this machine lacks what an execution mode needs."""


@dataclass(frozen=True)
class ExecutionMode:
    """One way to simulate all runs: `hashes(asked)` returns set -> hash, or raises NotAvailable."""

    name: str
    hashes: object
    like: str = ""  # the mode it must be equal to; the first, if empty


def run_in_process(
    asked: RunSet, change=lambda scenario: scenario, reseed=lambda seed: seed, shuffle=0
) -> dict[str, str]:
    """Run one after the other in this process, in the order of a sweep, or shuffled (`shuffle` is a seed).

    `change`: a function of each scenario; `reseed`: a function of each seed.
    """
    runs, scenarios = asked.runs(), {name: asked.scenario(name, change) for name in asked.names}
    order = (
        np.argsort(RandomNumbers("determinism", shuffle)("order", np.arange(len(runs))))
        if shuffle
        else range(len(runs))
    )
    runs = [runs[n] for n in order]
    return combine_hashes(
        [(name, str(seed)) for name, seed in runs],
        [run_and_hash(scenarios[name], reseed(seed))[1] for name, seed in runs],
    )


def run_as_sweep(asked: RunSet, workers: int = 0, chunk: int = 1, make=None) -> dict[str, str]:
    """Run as a sweep, through its supervisor and its store. Raises RuntimeError where a run fails."""
    from ..experiments.sweep.results import read_results
    from ..experiments.sweep.sweep import CostEstimate, Execution, sweep

    plan = asked.plan()
    with TemporaryDirectory(prefix="cogov-determinism-") as folder:
        sweep(
            plan,
            folder,
            workers=workers,
            limit=0.0,
            execution=Execution(
                make=make,
                chunk=chunk,
                estimate=CostEstimate(len(asked.runs()), 1.0, 0, 1.0),
                job=digest_orders,
            ),
        )
        rows = read_results(folder).ledger
    failed = [row["failure"].splitlines()[-1] for row in rows if row["status"] != "done"]
    if failed:
        raise RuntimeError(failed[0])
    seeds = {(order.arm.case, order.replicate): order.seed for order in plan.orders(0, asked.replicates)}
    return combine_hashes(
        [(row["name"], str(seeds[row["name"], row["replicate"]])) for row in rows],
        [row["digest"] for row in rows],
    )


def digest_orders(terms, orders) -> list:
    """Run orders as the job of a sweep, with digests of everything that a run leaves."""
    from ..experiments.sweep.worker import work

    done = []
    for order in orders:
        hashes = []
        (outcome,) = work(terms, [order], partial(run_and_note, hashes))
        if outcome.status == "done":
            measured = np.frombuffer(outcome.measures)
            outcome.digest = (
                hashes[0] if measured.tobytes() == hashes[1] else f"{hashes[0]}, with other measures"
            )
        done.append(outcome)
    return done


def run_and_note(hashes, scenario, seed) -> Run:
    """Simulate a run, and append its hash and its measures (bytes) to `hashes`."""
    run, run_hash = run_and_hash(scenario, seed)
    hashes += run_hash, summary_array(run).tobytes()
    return run


def run_in_threads(asked: RunSet, workers: int) -> dict[str, str]:
    """Run as a sweep whose workers are threads of this process."""
    from concurrent.futures import ThreadPoolExecutor

    return run_as_sweep(asked, chunk=1, make=partial(ThreadPoolExecutor, workers))


def run_on_dask(asked: RunSet, chunk: int, processes: int = 2) -> dict[str, str]:
    """Run as a sweep on a Dask cluster of this machine. Raises NotAvailable."""
    from ..experiments.execution import executors

    with cluster(processes) as address:
        return run_as_sweep(asked, chunk=chunk, make=partial(executors.connect_dask, address))


@contextmanager
def cluster(processes: int) -> Iterator[str]:
    """Start a Dask cluster on loopback, without dashboard; yield its address. Raises NotAvailable."""
    try:
        from distributed import LocalCluster
    except ImportError:
        raise NotAvailable("Dask is not installed") from None
    with LocalCluster(
        n_workers=processes, threads_per_worker=1, dashboard_address=None, host="127.0.0.1", silence_logs=50
    ) as local_cluster:
        yield local_cluster.scheduler_address


BEGIN = """
import sys
from importlib.util import module_from_spec, spec_from_file_location
root = sys.argv[1]
spec = spec_from_file_location("cogov", root + "/__init__.py", submodule_search_locations=[root])
sys.modules["cogov"] = module_from_spec(spec)
spec.loader.exec_module(sys.modules["cogov"])
from cogov.bench.execution_modes import answer
answer()
"""  # loads this copy of cogov, also in a Python in which none is installed


def run_in_fresh_process(
    asked: RunSet,
    python: str = sys.executable,
    threads: str = "1",
    at: int = 0,
    folder: str = "",
    saves: bool = False,
) -> dict[str, str]:
    """Run in a fresh process. Raises RuntimeError where it fails.

    `python` may be another Python; `threads` is the number of threads for numba, and Python's hash seed. With
    `at`, runs are simulated up to that day only and saved in `folder` (`saves`), or restored from there and
    finished.
    """
    runs = asked.runs()
    request = {
        "names": asked.names,
        "days": asked.days,
        "replicates": asked.replicates,
        "runs": runs,
        "at": at,
        "folder": folder,
        "saves": saves,
    }
    inherited = {
        name: value
        for name, value in os.environ.items()
        if python == sys.executable or name not in ("PYTHONPATH", "PYTHONHOME")
    }
    settings = {"NUMBA_NUM_THREADS": threads, "PYTHONHASHSEED": threads}
    done = subprocess.run(
        [python, "-c", BEGIN, str(ROOT)],
        input=json.dumps(request),
        env=inherited | settings,
        capture_output=True,
        text=True,
    )
    if done.returncode:
        raise RuntimeError((done.stderr.strip() or f"exit status {done.returncode}").splitlines()[-1])
    return combine_hashes([(name, str(seed)) for name, seed in runs], json.loads(done.stdout))


def answer() -> None:
    """Run what is read from standard input and print the hashes, in a process of `run_in_fresh_process`."""
    request = json.load(sys.stdin)
    asked, hashes = RunSet(tuple(request["names"]), request["days"], request["replicates"]), []
    for name, seed in request["runs"]:
        scenario, file = (
            asked.scenario(name),
            Path(request["folder"], f"{asked.names.index(name)}-{seed}.npz"),
        )
        if request["saves"]:
            world, series = run_and_hash(scenario, seed, until=request["at"])
            np.savez(file, **world.snapshot(), **{"series so far": series})
            hashes.append("saved")
        elif request["at"]:
            with np.load(file, allow_pickle=False) as saved:
                world = restore_run(saved, build_community(scenario), scenario, RandomNumbers(seed))
                hashes.append(run_and_hash(scenario, world=world, series=saved["series so far"])[1])
        else:
            hashes.append(run_and_hash(scenario, seed)[1])
    print(json.dumps(hashes))


def run_interrupted(asked: RunSet, at: int) -> dict[str, str]:
    """Save the runs on a day in one process, and finish them in another."""
    with TemporaryDirectory(prefix="cogov-determinism-") as folder:
        run_in_fresh_process(asked, at=at, folder=folder, saves=True)
        return run_in_fresh_process(asked, at=at, folder=folder)


def run_in_other_python(asked: RunSet, version: str, places=()) -> dict[str, str]:
    """Run in a Python of another version that has NumPy and numba. Raises NotAvailable."""
    return run_in_fresh_process(asked, interpreter(version, tuple(places)))


def interpreter(version: str, places=()) -> str:
    """Return the path of a Python of a version in which the model can run. Raises NotAvailable.

    Tried in turn: this one, those of `places`, the one on the PATH, those of pyenv.
    """
    if sys.version.startswith(f"{version}."):
        return sys.executable
    pyenv = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv")
    candidates = [
        *map(str, places),
        which(f"python{version}"),
        *sorted(map(str, pyenv.glob(f"versions/{version}.*/bin/python"))),
    ]
    lacks_packages = False
    for python in filter(None, candidates):
        try:
            answer = subprocess.run(
                [python, "-c", "import sys; print(sys.version); import numpy, numba"],
                capture_output=True,
                text=True,
            )
        except OSError:
            continue
        if answer.stdout.startswith(f"{version}."):
            if not answer.returncode:
                return python
            lacks_packages = True
    raise NotAvailable(
        f"Python {version} has no NumPy and numba; name one that has, with --python"
        if lacks_packages
        else f"no Python {version} was found"
    )


def remove_dates(scenario: Scenario) -> Scenario:
    """Return the scenario without anything that depends on the date."""
    changed = {
        name: replace(scenario.mechanisms[name], **{knob: value})
        for name, (knob, value) in CALM_TOO.items()
        if name in scenario.mechanisms
    }
    return alter_scenario(replace(scenario, mechanisms=scenario.mechanisms | changed), settings=CALM)


def shift_start(scenario: Scenario) -> Scenario:
    """Return the scenario, begun half a year later or earlier."""
    return alter_scenario(
        scenario, settings={"calendar.first_month": (scenario.calendar.first_month + 5) % 12 + 1}
    )


def list_modes(short: bool = False, places=(), days: int = 400) -> Iterator[ExecutionMode]:
    """Yield every execution mode; the others are compared with the first."""
    yield ExecutionMode("a sweep in this process", run_as_sweep)
    yield ExecutionMode("one after the other, shuffled", partial(run_in_process, shuffle=1))
    yield ExecutionMode("2 processes, chunks of 7", partial(run_as_sweep, workers=2, chunk=7))
    yield ExecutionMode("a fresh process, 4 threads for numba", partial(run_in_fresh_process, threads="4"))
    yield ExecutionMode(
        f"saved on day {days // 4}, resumed in another process", partial(run_interrupted, at=days // 4)
    )
    yield ExecutionMode("without dates", partial(run_in_process, change=remove_dates), like="without dates")
    yield ExecutionMode(
        "without dates, started half a year later",
        partial(run_in_process, change=lambda scenario: shift_start(remove_dates(scenario))),
        like="without dates",
    )
    if not short:
        yield ExecutionMode("a fresh process, 1 thread for numba", partial(run_in_fresh_process, threads="1"))
        yield ExecutionMode("shuffled with another seed", partial(run_in_process, shuffle=2))
        yield ExecutionMode(
            f"saved on day {days - 20}, resumed in another process",
            partial(run_interrupted, at=days - 20),
        )
        yield ExecutionMode("a sweep in this process, chunks of 7", partial(run_as_sweep, chunk=7))
        for workers, chunk in ((1, 1), (1, 7), (2, 1), (3, 1), (3, 7)):
            yield ExecutionMode(
                f"{workers} process{'es' * (workers > 1)}, chunks of {chunk}",
                partial(run_as_sweep, workers=workers, chunk=chunk),
            )
        yield ExecutionMode("3 threads of this process", partial(run_in_threads, workers=3))
        yield ExecutionMode("Dask, 2 processes, chunks of 1", partial(run_on_dask, chunk=1))
        yield ExecutionMode("Dask, 2 processes, chunks of 7", partial(run_on_dask, chunk=7))
        yield ExecutionMode("Dask, 1 process, chunks of 7", partial(run_on_dask, chunk=7, processes=1))
        for version in PYTHONS:
            yield ExecutionMode(
                f"Python {version}", partial(run_in_other_python, version=version, places=places)
            )


CONTROLS = {  # name of a control, which must differ in every set -> how it runs
    "another seed": partial(run_in_process, reseed=lambda seed: seed + 1),
    "one knob changed: work is checked a day later": partial(
        run_in_process,
        change=lambda scenario: replace(
            scenario,
            committee=replace(scenario.committee, check_after_days=scenario.committee.check_after_days + 1),
        ),
    ),
    f"one more mechanism: {LAST}": partial(
        run_in_process, change=lambda scenario: alter_scenario(scenario, on=[LAST])
    ),
    "with dates, started half a year later": partial(run_in_process, change=shift_start),
}
