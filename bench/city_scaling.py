"""From one community to a city: what a year of eight mechanisms costs by resident and day, and whether it matters who lives through which street."""

from dataclasses import replace
from multiprocessing import active_children
from resource import RUSAGE_CHILDREN
from tempfile import TemporaryDirectory

from ..experiments.city import city as cities
from ..experiments.execution.executors import choose_executor
from ..experiments.execution.memory import peak
from ..experiments.execution.supervisor import processes_of
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
SIZES = (1, 10, 100)  # communities, before the largest
WAYS = ("pool", "threads")


def bench(console, residents=10_000_000, communities=700, workers=None):
    """Both tables."""
    each, workers = residents / communities, processes_of(workers)
    made = cities.compose_city(["guiyuan"], on=EIGHT, off=["consent_campaign", "home_visits"])
    rows = []
    sizes = [("pool", n) for n in (*(n for n in SIZES if n < communities), communities)] + [
        ("threads", communities)
    ]  # last: what this process ever held stays in its peak
    for way, count in sizes:
        one = replace(made, communities=count, residents=round(each * count))
        hands = min(workers, one.streets()) if one.streets() > 1 else 0
        with TemporaryDirectory(prefix="cogov-city-") as folder, console.status(f"{count:,} communities ..."):
            if not rows:
                cities.simulate_street(
                    replace(one, communities=1, residents=2000), 0
                )  # what is compiled is loaded here
            done = cities.live(one, folder, choose_executor(way, workers=hands, kinds=WAYS), hands)
            table = cities.load_table(folder)
        for worker in active_children():
            worker.join()  # only of those that were waited for is it known what they held
        people = table.residents.sum()
        memory = peak() + (hands * peak(RUSAGE_CHILDREN) if way == "pool" else 0.0)
        rows.append(
            (
                people,
                count,
                (f"pool of {hands}" if way == "pool" else f"{hands} {way}") if hands else "alone",
                done.seconds,
                done.work / people / 365 * 1e9,
                memory,
                memory * 2**20 / people,
                float(table.resolution_rate.mean()),
            )
        )
    first = rows[0][4]
    rows = [(*row[:5], row[4] / first, *row[5:]) for row in rows]
    columns = ("residents", "communities", "by", "s", "ns", "x first", "MiB", "B each", "rate")
    note = (
        f"A year of guiyuan's kind, {len(EIGHT)} mechanisms. s: until all were lived through; ns: of processor time per resident and day, whoever did it; x first: times that of one community. "
        "MiB: the most that this process ever held, and each of its workers as much as the largest of them, some 300 each before anything lives; B each: the same in bytes per resident. Rate: issues resolved in time."
    )
    yield BenchTable("growth to a city", columns, rows, note)
    small, many = replace(made, communities=6, street=2, residents=30_000), max(2, workers)
    ways = [
        ("in this process", small, "pool", 0),
        ("1 process", small, "pool", 1),
        (f"{many} processes", small, "pool", many),
        (f"{many} threads", small, "threads", many),
        ("another seed (control)", replace(small, seed=1), "pool", 0),
        (
            "nobody stays in the street (control)",
            replace(small, between=replace(small.between, stay=0.0)),
            "pool",
            0,
        ),
    ]
    told = []
    for name, one, way, hands in ways:
        with TemporaryDirectory(prefix="cogov-city-") as folder, console.status(f"{name} ..."):
            cities.live(one, folder, choose_executor(way, workers=hands, kinds=WAYS), hands)
            told.append((name, cities.digest(folder)))
    yield BenchTable(
        "the same city, whoever lives through which street",
        ("way", "digest", "as the first"),
        [(name, one, "yes" if one == told[0][1] else "no") for name, one in told],
    )
