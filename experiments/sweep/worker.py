"""Simulate runs in a worker process, and summarise each to what is stored.

This file loads neither pandas nor matplotlib.
"""

from __future__ import annotations

import json
import time
import traceback
import zlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from hashlib import blake2b
from typing import TYPE_CHECKING, Any

import numpy as np

from ...model import daily_counts, measures, mechanisms
from ...model.activities import sum_activities
from ...model.issues.categories import FAMILIES
from ...model.issues.issue_table import STATES
from ...model.scenarios.scenario import Scenario
from ...model.simulate import Run, simulate
from ..evidence.plausible_worlds import PlausibleWorlds
from ..execution.worker_process import TooLong, time_limit
from .design import DesignArm, scenario_of

if TYPE_CHECKING:
    import pyarrow as pa

KEPT = (  # columns of the table `issues`, which has the cost in yuan
    "id",
    "building",
    "household",
    "category",
    "family",
    "severity",
    "reports",
    "state",
    "found_by",
    "resolved_by",
    "reopened",
    "arose_day",
    "reported_day",
    "resolved_day",
    "cost_fen",
)


@dataclass(frozen=True, eq=False)
class RunOrder:
    """One run to simulate; the supervisor distinguishes orders by identity."""

    key: str  # digest of everything that determines the run
    arm: DesignArm = field(hash=False)  # its settings are not hashable
    replicate: int
    seed: int  # random seed of the run


@dataclass(frozen=True)
class RunTerms:
    """What is the same for every run of a sweep."""

    cases: dict[str, Scenario]
    within: int
    keep: tuple[str, ...]
    limit: float  # seconds a run may take; 0 means no limit
    worlds: dict[str, PlausibleWorlds] = field(default_factory=dict)  # of each case, if runs are in them
    lucks: int = 1  # replicates in each of them
    # of arms so far, by identity: a task has many runs of each
    arms: dict[int, tuple[DesignArm, Scenario]] = field(default_factory=dict, compare=False, repr=False)

    def scenario_of(self, order: RunOrder) -> Scenario:
        """Return the scenario of a run. Raises UserError."""
        arm = order.arm
        # the identities of another process, with which this object may have come, mean nothing here
        if self.arms.get(id(arm), (None,))[0] is not arm:
            self.arms[id(arm)] = arm, scenario_of(arm, self.cases[arm.case])
        scenario = self.arms[id(arm)][1]
        worlds = self.worlds.get(arm.case)
        return worlds.apply(scenario, order.replicate // self.lucks) if worlds else scenario


@dataclass
class RunOutcome:
    """The result of a run, small enough to send between processes."""

    order: RunOrder
    status: str  # done, failed
    seconds: float
    digest: str = ""  # of measures, series and issues, bit for bit
    measures: bytes = b""  # (SUMMARY,) float64
    activities: bytes = b""  # what its mechanisms did: `pack_activities`
    series: bytes = b""  # an Arrow stream
    issues: bytes = b""
    failure: str = ""  # of a failed run: the traceback; its last line names the cause


def work(terms: RunTerms, orders: Iterable[RunOrder], run_model: Callable = simulate) -> list[RunOutcome]:
    """Simulate and summarise each of `orders`; an exception in a run is the outcome of that run.

    `run_model` replaces the model in tests.
    """
    return [run_order(terms, order, run_model) for order in orders]


def run_order(terms: RunTerms, order: RunOrder, run_model: Callable = simulate) -> RunOutcome:
    """Return the outcome of one run."""
    start = time.perf_counter()
    try:
        scenario = terms.scenario_of(order)
        warm_up_engine(tuple(sorted(scenario.mechanisms)))
        with time_limit(terms.limit):
            run = run_model(scenario, order.seed)
            return summarise_run(run, order, terms, time.perf_counter() - start)
    except (Exception, SystemExit, TooLong) as error:  # of any kind: a failed run is a result
        words = "".join(traceback.format_exception(error))[-4000:].strip()
        words = words.encode("utf-8", "backslashreplace").decode()  # tables reject lone surrogates
        return RunOutcome(order, "failed", time.perf_counter() - start, failure=words)


@lru_cache(maxsize=1024)
def warm_up_engine(names: tuple[str, ...]) -> None:
    """Load or compile the engine with these mechanisms: once per process, outside the time limit of a run."""
    simulate(Scenario(days=31, mechanisms={name: mechanisms.load_class(name)() for name in names}), 0)


def summarise_run(run: Run, order: RunOrder, terms: RunTerms, seconds: float) -> RunOutcome:
    """Summarise a run as an outcome."""
    summary = measures.summary(run, terms.within)
    # + 0.0 turns -0.0 into 0.0, because bits are compared
    numbers = np.array([summary[name] for name in measures.SUMMARY]) + 0.0
    series = {
        name: column + 0.0 if name in daily_counts.DAILY[daily_counts.COUNTS :] else column.astype(np.int32)
        for name, column in run.series.items()
    }
    issues = {name: np.ascontiguousarray(run.issues[name]) for name in KEPT}
    digest = blake2b(numbers.tobytes(), digest_size=16)
    for column in (*series.values(), *issues.values()):
        digest.update(column.data)
    tables = {
        "series": lambda: to_ipc_bytes(series_to_arrow(series)),
        "issues": lambda: to_ipc_bytes(issues_to_arrow(issues, run)),
    }
    kept: dict[str, Any] = {name: tables[name]() for name in terms.keep}
    return RunOutcome(
        order,
        "done",
        seconds,
        digest.hexdigest(),
        numbers.tobytes(),
        pack_activities(run),
        **kept,
    )


def pack_activities(run: Run) -> bytes:
    """Return what the mechanisms of a run did as compressed JSON, some hundred bytes."""
    return zlib.compress(json.dumps(sum_activities(run)).encode())


def unpack_activities(raw: bytes) -> dict[str, dict[str, float]]:
    """Return {mechanism: {count: amount}} of `pack_activities`; nothing of a run that failed."""
    return json.loads(zlib.decompress(raw)) if raw else {}


def series_to_arrow(series: dict[str, np.ndarray]) -> pa.Table:
    import pyarrow as pa

    days = len(series["open"])
    return pa.table({"day": pa.array(np.arange(1, days + 1, dtype=np.int32)), **series})


def issues_to_arrow(issues: dict[str, np.ndarray], run: Run) -> pa.Table:
    """Return issues as an Arrow table: codes become names, and fen become yuan."""
    import pyarrow as pa

    names = {
        "category": run.categories,
        "family": FAMILIES,
        "state": STATES,
        "found_by": (*run.names, ""),
        "resolved_by": (*run.names, ""),
    }
    columns = {}
    for name, column in issues.items():
        if name in names:
            codes = np.where(column < 0, len(names[name]) - 1, column).astype(
                np.int16
            )  # -1 means none, the last name
            column = pa.DictionaryArray.from_arrays(codes, list(names[name]))
        if name == "cost_fen":
            name, column = "cost_yuan", pa.array(column / 100)
        columns[name] = column
    return pa.table(columns)


def to_ipc_bytes(table: pa.Table) -> bytes:
    """Return a table as an Arrow stream. It is compressed lightly here, and tightly once it is in a part.

    In this thread: columns of a run are so short that waking others takes longer.
    """
    import pyarrow as pa

    sink, options = pa.BufferOutputStream(), pa.ipc.IpcWriteOptions(compression="lz4", use_threads=False)
    with pa.ipc.new_stream(sink, table.schema, options=options) as writer:
        writer.write_table(table)
    return sink.getvalue().to_pybytes()
