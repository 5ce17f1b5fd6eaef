"""What a worker does with a run: live through it, and boil it down to what is kept. It loads neither pandas nor pictures."""

import time
import traceback
from dataclasses import dataclass, field
from functools import lru_cache
from hashlib import blake2b

import numpy as np

from ...model import measures, mechanisms
from ...model.issues.categories import FAMILIES
from ...model.issues.issue_table import STATES
from ...model.scenario import Scenario
from ...model.simulate import simulate
from ..execution.worker_process import TooLong, time_limit
from .design import scenario_of

KEPT = (
    "id",
    "building",
    "household",
    "category",
    "family",
    "severity",
    "voices",
    "state",
    "teller",
    "closer",
    "reopened",
    "born",
    "told",
    "resolved",
    "cost",
)


@dataclass(frozen=True, eq=False)
class RunOrder:
    """One run to live through; the supervisor knows it by identity."""

    key: str  # digest of all that makes it what it is
    arm: object = field(hash=False)  # design.Arm, whose settings have no hash
    replicate: int
    luck: int  # its seed


@dataclass(frozen=True)
class RunTerms:
    """What is the same for every run of a sweep."""

    cases: dict  # name -> Scenario
    within: int
    keep: tuple
    limit: float  # seconds a run may take; 0 is no limit


@dataclass
class RunOutcome:
    """What came of a run: small enough to send."""

    order: RunOrder
    status: str  # done, failed
    seconds: float
    digest: str = ""  # of measures, series and issues, bit for bit
    measures: bytes = b""  # (SUMMARY,) float64
    series: bytes = b""  # an Arrow stream
    issues: bytes = b""
    failure: str = ""  # of a failed one: what happened, its last line the gist


def work(terms, orders, live=simulate):
    """Live through each of `orders` and boil it down; what one of them raises is its own outcome. `live` stands in for the model in tests."""
    return [run_order(terms, order, live) for order in orders]


def run_order(terms, order, live=simulate):
    """The outcome of one run."""
    start = time.perf_counter()
    try:
        scenario = scenario_of(order.arm, terms.cases[order.arm.case])
        warm_up_engine(tuple(sorted(scenario.mechanisms)))
        with time_limit(terms.limit):
            run = live(scenario, order.luck)
            return summarise_run(run, order, terms, time.perf_counter() - start)
    except (Exception, SystemExit, TooLong) as error:  # whatever it is: a run that fails is a result
        told = (
            "".join(traceback.format_exception(error))[-4000:]
            .strip()
            .encode("utf-8", "backslashreplace")
            .decode()
        )  # lone surrogates no table takes
        return RunOutcome(order, "failed", time.perf_counter() - start, failure=told)


@lru_cache(maxsize=1024)
def warm_up_engine(names):
    """Load the engine with these mechanisms, or compile it: once in a process, and not in the time that a run may take."""
    simulate(Scenario(days=31, mechanisms={name: mechanisms.mechanism_class(name)() for name in names}), 0)


def summarise_run(run, order, terms, seconds):
    """A run as an outcome."""
    told = measures.summary(run, terms.within)
    numbers = (
        np.array([told[name] for name in measures.SUMMARY]) + 0.0
    )  # no minus zero, for bits are compared
    series = {
        name: column + 0.0 if name in measures.DAILY[measures.COUNTS :] else column.astype(np.int32)
        for name, column in run.series.items()
    }
    issues = {name: np.ascontiguousarray(run.issues[name]) for name in KEPT}
    digest = blake2b(numbers.tobytes(), digest_size=16)
    for column in (*series.values(), *issues.values()):
        digest.update(column)
    kept = {
        "series": lambda: to_ipc_bytes(daily(series)),
        "issues": lambda: to_ipc_bytes(issues_to_arrow(issues, run)),
    }
    return RunOutcome(
        order,
        "done",
        seconds,
        digest.hexdigest(),
        numbers.tobytes(),
        **{name: kept[name]() for name in terms.keep},
    )


def daily(series):
    import pyarrow as pa

    days = len(series["open"])
    return pa.table({"day": pa.array(np.arange(1, days + 1, dtype=np.int32)), **series})


def issues_to_arrow(issues, run):
    """Issues as an Arrow table: codes become names, fen yuan."""
    import pyarrow as pa

    names = {
        "category": run.categories,
        "family": FAMILIES,
        "state": STATES,
        "teller": (*run.names, ""),
        "closer": (*run.names, ""),
    }
    columns = {}
    for name, column in issues.items():
        if name in names:
            codes = np.where(column < 0, len(names[name]) - 1, column).astype(np.int16)  # -1 is nobody
            column = pa.DictionaryArray.from_arrays(codes, list(names[name]))
        columns[name] = pa.array(column / 100) if name == "cost" else column
    return pa.table(columns)


def to_ipc_bytes(table):
    import pyarrow as pa

    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema, options=pa.ipc.IpcWriteOptions(compression="zstd")) as writer:
        writer.write_table(table)
    return sink.getvalue().to_pybytes()
