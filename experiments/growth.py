"""From one community to a city: what a year of eight mechanisms costs by resident and day, and whether it matters who lives through which street."""

import os
from dataclasses import replace
from resource import RUSAGE_CHILDREN
from tempfile import TemporaryDirectory

from . import city as cities
from .bench import peak, show

EIGHT = ("building_captains", "chat_groups", "grid_patrol", "joint_council", "mediation_room", "party_volunteers", "red_property", "whistle")
SIZES = (1, 10, 100)  # communities, before the largest


def bench(console, residents=10_000_000, communities=700, workers=None, as_json=False):
    """Print both tables."""
    each, workers = residents / communities, workers or os.cpu_count() or 1
    made = cities.composed(["guiyuan"], on=EIGHT, off=["consent_campaign", "home_visits"])
    rows = []
    for count in (*(n for n in SIZES if n < communities), communities):
        one = replace(made, communities=count, residents=round(each * count))
        with TemporaryDirectory(prefix="cogov-city-") as folder, console.status(f"{count:,} communities ..."):
            if not rows:
                cities.lived(replace(one, communities=1, residents=2000), 0)  # what is compiled is loaded here
            done = cities.live(one, folder, workers=min(workers, one.streets()) if one.streets() > 1 else 0)
            table = cities.loaded(folder)
        days = table.residents.sum() * 365
        rows.append((f"{table.residents.sum():,}", f"{count:,}", one.streets(), done.seconds, done.work / days * 1e9, held(workers), held(workers) * 2**20 / table.residents.sum(), float(table.resolution_rate.mean())))
    first = rows[0][4]
    rows = [(*row[:5], row[4] / first, *row[5:]) for row in rows]
    columns = ("residents", "communities", "streets", "seconds", "ns", "x first", "MiB", "B each", "rate")
    note = (f"A year of guiyuan's kind, {len(EIGHT)} mechanisms, {workers} processes. ns: of work per resident and day, whichever process did it; x first: times that of one community. "
            f"MiB: peak so far of this process and {workers} times the largest of its workers, some 300 each before anything lives; B each: the same in bytes per resident. Rate: issues resolved in time.")  # fmt: skip
    show(console, as_json, "growth to a city", columns, rows, note)
    small = replace(made, communities=6, street=2, residents=30_000)
    ways = [("in this process", small, 0), ("1 process", small, 1), (f"{max(2, workers)} processes", small, max(2, workers)), ("another seed (control)", replace(small, seed=1), 0),
            ("nobody stays in the street (control)", replace(small, between=replace(small.between, stay=0.0)), 0)]  # fmt: skip
    told = []
    for name, one, hands in ways:
        with TemporaryDirectory(prefix="cogov-city-") as folder, console.status(f"{name} ..."):
            cities.live(one, folder, workers=hands)
            told.append((name, cities.digest(folder)))
    show(console, as_json, "the same city, whoever lives through which street", ("way", "digest", "as the first"), [(name, one, "yes" if one == told[0][1] else "no") for name, one in told])


def held(workers):
    """MiB that this process and its workers held at most: each worker counted as the largest of them."""
    return peak() + workers * peak(RUSAGE_CHILDREN)
