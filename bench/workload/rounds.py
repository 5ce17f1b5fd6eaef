"""Time several programs in turn, among them the three of the reference workload, which must agree."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from multiprocessing import get_context
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

import numpy as np

from ..tables import BenchTable
from . import columns
from .c_program import OPTIONS, compile_workload
from .rules import TOTALS

C, COLUMNS, AGENTS = f"C, cc {' '.join(OPTIONS)}", "columns, as the engine", "Mesa agents"
SEED = 1


class Size(NamedTuple):
    """The size of the workload: residents (a multiple of 1,000), days, days of Mesa agents in each round."""

    residents: int = 16_000
    days: int = 365
    agent_days: int = 7


def time_job(job: Callable[[], object], times: int = 5) -> float:
    """Return the median seconds of a job, after one call that does not count."""
    job()
    spent = []
    for _ in range(times):
        start = time.perf_counter()
        job()
        spent.append(time.perf_counter() - start)
    return median(spent)


def spread(values: Sequence[float]) -> tuple[float, float, float]:
    """Return the median, the least and the most of some values."""
    return median(values), min(values), max(values)


class Program:
    """One of the three programs of the workload; `totals` (days, TOTALS) are those of the last call."""

    def __init__(self, simulate: Callable[[int, int, int], np.ndarray], size: Size) -> None:
        self.simulate, self.size = simulate, size
        self.run()

    def __call__(self) -> float:
        """Return the median seconds of three times all days, after one that does not count."""
        return time_job(self.run, 3)

    def run(self) -> None:
        """Simulate all days."""
        self.totals = self.simulate(SEED, self.size.residents, self.size.days)


class AgentProgram:
    """The Mesa agents of the workload, which simulate some further days at each call."""

    def __init__(self, size: Size) -> None:
        from .agents import Workload

        self.model, self.size = Workload(SEED, size.residents), size

    def __call__(self) -> float:
        """Simulate some days; return the seconds that all days would take."""
        start = time.perf_counter()
        for _ in range(self.size.agent_days):
            self.model.step()
        return (time.perf_counter() - start) / self.size.agent_days * self.size.days

    @property
    def totals(self) -> np.ndarray:
        """Return the totals of the days so far, (days, TOTALS)."""
        return self.model.totals()


def build_programs(folder: Path, size: Size) -> dict[str, Program]:
    """Return the programs of this process: C, compiled in `folder` if there is a compiler, and columns."""
    simulate = compile_workload(folder)
    return ({C: Program(simulate, size)} if simulate else {}) | {COLUMNS: Program(columns.simulate, size)}


class Apart:
    """A program in a process of its own, where the objects of other programs do not slow it down.

    Reference models and Mesa agents consist of many small objects, and take longer with those of others in
    the same memory. Close it with `with`.
    """

    def __init__(self, build: Callable[..., Callable[[], float]], *arguments: Any) -> None:
        self.pool = get_context("spawn").Pool(1)
        try:
            self.pool.apply(_build, (build, arguments))
        except BaseException:
            self.pool.terminate()
            raise

    def __call__(self) -> float:
        """Call the program; return what it returns."""
        return self.pool.apply(_call)

    @property
    def totals(self) -> np.ndarray:
        """Return the totals of the program."""
        return self.pool.apply(_get_totals)

    def __enter__(self) -> Apart:
        return self

    def __exit__(self, *error: object) -> None:
        self.pool.terminate()
        self.pool.join()


_apart: dict[str, Any] = {}  # the program of this process, if it is one of `Apart`


def _build(build: Callable, arguments: tuple) -> None:
    _apart["program"] = build(*arguments)


def _call() -> float:
    return _apart["program"]()


def _get_totals() -> np.ndarray:
    return _apart["program"].totals


def require_equal(totals: Mapping[str, np.ndarray]) -> None:
    """Raise RuntimeError if two programs differ in a total of a day that both have simulated.

    `totals`: name -> (days, TOTALS).
    """
    (first, expected), *others = totals.items()
    for name, found in others:
        days = min(len(expected), len(found))
        for day, column in np.argwhere(expected[:days] != found[:days])[:1]:
            raise RuntimeError(
                f"reference workload, day {day}, {TOTALS[column]}: {expected[day, column]} in {first}, "
                f"{found[day, column]} in {name}"
            )


def time_in_turn(console, programs: Mapping[str, Callable[[], float]], rounds: int) -> dict[str, list[float]]:
    """Call all programs in turn, `rounds` times; return the seconds that each returned, by its name."""
    seconds: dict[str, list[float]] = {name: [] for name in programs}
    for number in range(rounds):
        for name, program in programs.items():
            with console.status(f"round {number + 1} of {rounds}: {name} ..."):
                seconds[name].append(program())
    return seconds


def workload_table(seconds: Mapping[str, list[float]], size: Size) -> BenchTable:
    """Return the table of the reference workload; `seconds`: name -> seconds of a year in each round.

    Names that begin with "engine" are of the engine, for comparison.
    """
    rows: list[tuple] = [] if C in seconds else [("C: no compiler here (cc)", *[None] * 5)]
    for name, years in seconds.items():
        rate = None if name.startswith("engine") else median(years) / size.residents / size.days * 1e9
        ratio = median(own / in_c for own, in_c in zip(years, seconds[C])) if C in seconds else None
        rows.append((name, *spread(years), rate, ratio))
    return BenchTable(
        f"reference workload: {size.residents:,} residents x {size.days} days, timed in the same rounds",
        ("what", "s of a year", "least", "most", "ns per resident-day", "ratio to C"),
        rows,
        "Median, least and most of the rounds. A small model of residents, reports, crews and meetings, "
        "whose rules are in bench/workload/rules.py; all programs give the same totals on every day. "
        f"Mesa agents: {size.agent_days} further days in each round, scaled. Engine: a year of guiyuan, as "
        "above. Ratio: in the same round, the median.",
    )
