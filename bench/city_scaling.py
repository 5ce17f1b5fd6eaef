"""Measure scaling from one community to a city, and check that the split over workers changes no result.

A year of eight mechanisms: processor time by resident and day, and memory. The city's digest must not depend
on which worker simulates which street.
"""

from collections.abc import Iterator
from dataclasses import replace
from multiprocessing import active_children
from resource import RUSAGE_CHILDREN
from tempfile import TemporaryDirectory

from ..experiments.city import city as cities
from ..experiments.execution.executors import choose_executor
from ..experiments.execution.memory import peak_memory_mib
from ..experiments.execution.supervisor import count_processes
from .tables import BenchTable

EIGHT = (
    "building_captains",
    "chat_groups",
    "grid_patrol",
    "joint_council",
    "mediation_room",
    "party_volunteers",
    "red_property",
    "whistle",
)
SIZES = (1, 10, 100)  # communities, before the largest city
WAYS = ("pool", "threads")


def bench(
    console, residents: int = 10_000_000, communities: int = 700, workers: int | None = None
) -> Iterator[BenchTable]:
    """Yield two tables: scaling to `communities`, and digests of one city simulated by different workers."""
    each, workers = residents / communities, count_processes(workers)
    city = cities.compose_city(["guiyuan"], on=EIGHT, off=["consent_campaign", "home_visits"])
    rows = []
    sizes = [("pool", n) for n in (*(n for n in SIZES if n < communities), communities)]
    sizes += [("threads", communities)]  # last, because the peak of this process never falls
    for executor, count in sizes:
        case = replace(city, communities=count, residents=round(each * count))
        worker_count = min(workers, case.streets()) if case.streets() > 1 else 0
        with TemporaryDirectory(prefix="cogov-city-") as folder, console.status(f"{count:,} communities ..."):
            if not rows:
                # load the compiled kernels
                cities.simulate_street(replace(case, communities=1, residents=2000), 0)
            result = cities.simulate_city(
                case, folder, choose_executor(executor, workers=worker_count, kinds=WAYS), worker_count
            )
            table = cities.load_table(folder)
        for worker in active_children():
            worker.join()  # the kernel reports the peak memory only of children waited for
        resident_count = table.residents.sum()
        memory = peak_memory_mib() + (
            worker_count * peak_memory_mib(RUSAGE_CHILDREN) if executor == "pool" else 0.0
        )
        rows.append(
            (
                resident_count,
                count,
                (f"pool of {worker_count}" if executor == "pool" else f"{worker_count} {executor}")
                if worker_count
                else "this process",
                result.seconds,
                result.work / resident_count / 365 * 1e9,
                memory,
                memory * 2**20 / resident_count,
                float(table.resolution_rate.mean()),
            )
        )
    first = rows[0][4]
    rows = [(*row[:5], row[4] / first, *row[5:]) for row in rows]
    columns = ("residents", "communities", "by", "s", "ns", "x first", "MiB", "B each", "rate")
    note = (
        f"One year of communities like guiyuan, {len(EIGHT)} mechanisms. s: elapsed seconds; ns: processor "
        "time of all processes per resident and day; x first: the same relative to one community. "
        "MiB: peak memory of this process and its workers (each counted as the largest one), including some "
        "300 MiB each before the first run; B each: the same in bytes per resident. Rate: share of issues "
        "resolved in time."
    )
    yield BenchTable("scaling from one community to a city", columns, rows, note)
    small, many = replace(city, communities=6, street=2, residents=30_000), max(2, workers)
    variants = [
        ("in this process", small, "pool", 0),
        ("1 process", small, "pool", 1),
        (f"{many} processes", small, "pool", many),
        (f"{many} threads", small, "threads", many),
        ("another seed (control)", replace(small, seed=1), "pool", 0),
        (
            "no household stays in its street (control)",
            replace(small, between=replace(small.between, stay=0.0)),
            "pool",
            0,
        ),
    ]
    digests = []
    for name, case, executor, worker_count in variants:
        with TemporaryDirectory(prefix="cogov-city-") as folder, console.status(f"{name} ..."):
            cities.simulate_city(
                case, folder, choose_executor(executor, workers=worker_count, kinds=WAYS), worker_count
            )
            digests.append((name, cities.digest(folder)))
    yield BenchTable(
        "the same city, simulated by different processes and threads",
        ("way", "digest", "as the first"),
        [(name, digest, "yes" if digest == digests[0][1] else "no") for name, digest in digests],
    )
