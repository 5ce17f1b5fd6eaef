"""Small sweeps in which runs fail as planned, and what such a sweep has stored so far.

`fault_injection` starts them in child processes; `bit_flips` and tests sweep in their own.
"""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from itertools import repeat
from multiprocessing import get_context
from multiprocessing.context import BaseContext
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from ..experiments.sweep import store, sweep
from ..experiments.sweep.experiment import Experiment, NamedArm, build_arms
from ..experiments.sweep.ledger import is_blank
from ..experiments.sweep.results import read_results
from ..experiments.sweep.worker import work
from ..model.scenarios.cases import read_case
from ..model.simulate import simulate

KINDS = ("raises", "exits", "kills its worker", "never ends", "never ends below Python")
LIMIT = 2.0  # seconds that one run of these sweeps may take


def tiny(
    replicates: int, name: str = "faults", days: int = 20, keep: tuple[str, ...] = ("series", "issues")
) -> sweep.SweepPlan:
    """Plan a sweep of wuzi_yard, one arm: `replicates` runs of some milliseconds each."""
    case = replace(read_case("wuzi_yard"), days=days)
    experiment = Experiment(
        name=name, cases=(case.name,), replicates=replicates, keep=keep, arm=(NamedArm("unchanged"),)
    )
    return sweep.SweepPlan(experiment, {case.name: case}, build_arms(experiment, {case.name: case}))


def run_with_faults(faults: Mapping, scenario, seed) -> Any:
    """Simulate a run, or fail in the way that `faults` (seed of a run -> one of KINDS) plans for its seed."""
    kind = faults.get(seed)
    if kind == "raises":
        raise ValueError(f"planned failure, with seed {seed}\udc80")
    if kind == "exits":
        raise SystemExit(3)
    if kind == "kills its worker":
        os.kill(os.getpid(), signal.SIGKILL)
    while kind == "never ends":
        time.sleep(0)
    if kind == "never ends below Python":
        sum(repeat(0))  # holds the GIL, so that no signal handler runs
    return simulate(scenario, seed)


def run_and_log(path, faults: Mapping, terms, orders) -> list:
    """Run orders as the job of a sweep, with faults; append the keys of the runs done to the file `path`."""
    done = work(terms, orders, partial(run_with_faults, faults))
    log = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    os.write(log, "".join(f"{order.key}\n" for order in orders).encode())
    os.close(log)
    return done


def sweep_with_faults(folder, plan, workers, log, connection=None, faults=(), **options) -> Any:
    """Sweep in this process; send the number of runs stored so far over `connection`, if one is given."""
    report = (lambda done, of, failed, now: connection.send(now)) if connection else None
    guess = sweep.CostEstimate(len(plan.arms) * plan.experiment.replicates, 1.0, 0, 0.01)
    return sweep.sweep(
        plan,
        folder,
        workers=workers,
        limit=LIMIT,
        progress=report,
        **options,
        execution=sweep.Execution(chunk=5, estimate=guess, job=partial(run_and_log, log, dict(faults))),
    )


def sweep_quietly(*arguments, **options) -> None:
    """Call `sweep_with_faults` with standard error sent to /dev/null."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
    sweep_with_faults(*arguments, **options)


def forkserver_context() -> BaseContext:
    """Return a fork-server context whose processes start in milliseconds.

    Road not taken: forks of this process, which hang on locks held by its threads (Arrow's).
    """
    context = get_context("forkserver")
    context.set_forkserver_preload([f"{__package__}.forkserver_preload"])
    return context


def unreadable(folder: Path) -> list[Path]:
    """List the damaged files among those with the final name of a part: unreadable, or of another hash."""
    from hashlib import sha256

    import pyarrow.parquet as pq

    bad = []
    for path in folder.glob("*/part-*"):
        try:
            pq.read_table(path, page_checksum_verification=True)
            intact = sha256(path.read_bytes()).hexdigest()[:16] == path.name[5:21]
        except (OSError, ValueError):
            intact = False
        if not intact:
            bad.append(path)
    return bad


def keys_in_store(folder: Path) -> set[str]:
    """Return the keys of the runs that a sweep has stored for good. Raises UserError for a damaged ledger."""
    if not (folder / store.LEDGER).exists():
        return set()
    ledger = store.open_ledger(folder)
    try:
        return (
            set()
            if is_blank(folder, ledger)
            else {row["key"] for row in store.read_ledger(folder, ledger)[2]}
        )
    finally:
        ledger.close()


def digest_undisturbed(folder: Path, plan: sweep.SweepPlan) -> str:
    """Sweep a plan without faults, in this process alone, and return its digest."""
    with TemporaryDirectory(dir=folder) as own_folder:
        sweep_with_faults(Path(own_folder) / "calm", plan, 0, Path(own_folder) / "log")
        return read_results(Path(own_folder) / "calm").digest()
