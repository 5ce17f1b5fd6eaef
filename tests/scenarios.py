"""The busy communities in which mechanisms are tried, and functions that compare two runs."""

from __future__ import annotations

from concurrent.futures import Executor, ThreadPoolExecutor
from hashlib import blake2b
from zlib import crc32

import numpy as np

from cogov.experiments.comparison.busy_communities import ESTATE as ESTATE
from cogov.experiments.comparison.busy_communities import FORUM as FORUM
from cogov.experiments.comparison.busy_communities import STORM as STORM
from cogov.experiments.comparison.busy_communities import WORLDS as WORLDS
from cogov.experiments.comparison.busy_communities import YARD as YARD
from cogov.experiments.comparison.busy_communities import raise_rates as raise_rates
from cogov.experiments.comparison.busy_communities import with_mechanisms as with_mechanisms
from cogov.experiments.execution.supervisor import Serial
from cogov.model.daily_counts import measure_today
from cogov.model.scenarios.scenario import Scenario
from cogov.model.simulate import Run, days, simulate
from cogov.model.world import World


def column_bytes(table: np.ndarray) -> list[bytes]:
    """Return the columns of a table as bytes.

    The padding between columns holds arbitrary bytes and is left out.
    """
    return [np.ascontiguousarray(table[name]).tobytes() for name in table.dtype.names]


def measured_bytes(world: World) -> tuple[bytes, ...]:
    """Return everything that is measured of a world today, as bytes."""
    ledger = world.ledger
    tables = [
        *column_bytes(world.issues),
        *column_bytes(world.ended[: world.gone[0]]),
        *column_bytes(world.history()),
    ]
    return (
        *tables,
        ledger.hours.tobytes(),
        ledger.fen.tobytes(),
        ledger.supplied.tobytes(),
        world.funds.tobytes(),
        np.array(measure_today(world)).tobytes(),
    )


def first_difference(one: Scenario, other: Scenario, seed: int = 1) -> int | None:
    """Return the first day on which two scenarios differ in anything measured; None if they never do."""
    for a, b in zip(days(one, seed), days(other, seed)):
        if measured_bytes(a) != measured_bytes(b):
            return a.day
    return None


def run_bytes(run: Run) -> dict[str, bytes]:
    """Return everything that a run leaves behind: name -> bytes.

    Owners (mechanisms) and categories are given by name, not by number.
    """
    owner = np.array([crc32(name.encode()) for name in run.names] + [0])
    names = dict.fromkeys(("found_by", "resolved_by", "hurried_by", "by"), owner) | {
        "category": np.array([crc32(name.encode()) for name in run.categories])
    }
    tables = {"issues": run.issues, "history": run.history}
    columns = {
        f"{t}.{c}": (names[c][rows[c]] if c in names else rows[c])
        for t, rows in tables.items()
        for c in rows.dtype.names
    }
    columns |= {f"series.{name}": column for name, column in run.series.items()} | {
        "funds": run.fen,
        "supplied": run.ledger.supplied,
        "evenings": run.evenings,
    }
    columns |= {f"hours.{name}": row for name, row in zip((*run.names, "desks"), run.ledger.hours)}
    columns |= {f"counts.{name}": [*amounts.values()] for name, amounts in run.counts.items()}
    columns |= {f"fen.{name}": fen for name, fen in zip((*run.names, "desks"), run.ledger.fen)}
    return {name: np.ascontiguousarray(column).tobytes() for name, column in columns.items()}


def differing_names(one: dict[str, bytes], other: dict[str, bytes]) -> list[str]:
    """Return the names in which two runs, as `run_bytes`, differ.

    What only one of them has is left out.
    """
    return [name for name in one.keys() & other.keys() if one[name] != other[name]]


def digest(scenario: Scenario, seed: int) -> str:
    """Return a hash of everything that a run leaves behind."""
    return blake2b(b"".join(run_bytes(simulate(scenario, seed)).values())).hexdigest()


def pool_of_threads(workers: int) -> Executor | Serial:
    """Stand in for `supervisor.start_checked_pool`: return a pool of threads, which start at once."""
    return ThreadPoolExecutor(workers) if workers else Serial()
