"""Fingerprint runs, and say which runs are compared: sets of case and mechanisms.

A hash covers everything that a run leaves: issues, history, series, ledger, funds, measures, and the columns
of places and people. It leaves out the columns of the mechanisms themselves, so that sets of mechanisms are
distinguished only by what the mechanisms did.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import TYPE_CHECKING, Any

import numpy as np

from ..engine.randomness import RandomNumbers
from ..model import daily_counts, measures, mechanisms
from ..model.day import simulate_day
from ..model.scenarios.cases import alter_scenario, read_case
from ..model.scenarios.scenario import Scenario
from ..model.simulate import Run, build_community, finish_run
from ..model.world import World, iter_arrays, start_run

if TYPE_CHECKING:
    from ..experiments.sweep.sweep import SweepPlan

LAST = "community_company"  # a mechanism of none of these cases, which a control switches on
BUT = f"but {LAST}"
SETS = {  # name -> (case, mechanisms switched on, off)
    "wuzi_yard": ("wuzi_yard", (), ()),
    f"wuzi_yard, all {BUT}": ("wuzi_yard", (*mechanisms.list_mechanisms(),), (LAST,)),
    "shuian": ("shuian", (), ()),
    "yiduan": ("yiduan", (), ()),
    "pozijie": ("pozijie", (), ()),
    "fangzhi_longhuwan": ("fangzhi_longhuwan", (), ()),
    "changcheng_shuijun, whistle": ("changcheng_shuijun", ("whistle", "grid_patrol"), ()),
    "lianhe": ("lianhe", (), ()),
    "furong_south": ("furong_south", (), ()),
    "guiyuan": ("guiyuan", (), ()),
    "guiyuan, nothing": ("guiyuan", (), (*mechanisms.list_mechanisms(),)),
    f"guiyuan, all {BUT}": ("guiyuan", (*mechanisms.list_mechanisms(),), (LAST,)),
}
PLACES_AND_PEOPLE = (  # parts of a world that hold a row or more for each place or person
    "compounds",
    "buildings",
    "stairwells",
    "households",
    "residents",
    "mood",
    "clocks",
    "projects",
    "wished",
)
COLUMNS = (
    *PLACES_AND_PEOPLE,
    "wish",
    "funds",
    "spending",
    "crew",
    "used",
    "counts",
    "saved",
)


@dataclass(frozen=True)
class RunSet:
    """The runs that every execution mode simulates."""

    names: tuple  # of sets
    days: int
    replicates: int
    seed: int = 0

    def scenario(self, name: str, change=lambda scenario: scenario) -> Scenario:
        """Return the scenario of a set, changed by `change`."""
        case, on, off = SETS[name]
        return change(
            alter_scenario(
                read_case(case), [name_on for name_on in on if name_on not in off], off, days=self.days
            )
        )

    def runs(self) -> list[tuple[str, int]]:
        """Return (set, seed) of each run, in the order of a sweep."""
        return [(order.arm.case, order.seed) for order in self.plan().orders(0, self.replicates)]

    def plan(self) -> SweepPlan:
        """Return the same runs as the plan of a sweep."""
        from ..experiments.sweep.design import DesignArm
        from ..experiments.sweep.experiment import Experiment, NamedArm
        from ..experiments.sweep.sweep import SweepPlan

        cases = {name: self.scenario(name) for name in self.names}
        experiment = Experiment(
            name="determinism",
            cases=self.names,
            seed=self.seed,
            replicates=self.replicates,
            keep=(),
            arm=(NamedArm("unchanged"),),
        )
        return SweepPlan(experiment, cases, [DesignArm(name, "unchanged", (), (), {}, {}) for name in cases])


def run_and_hash(scenario, *seed, world=None, series=None, until=None) -> tuple[Any, Any]:
    """Simulate a scenario, or continue from `world`; return (Run, hash).

    With `until`, stop on that day and return the world and its series so far. `seed`: the seed and more, as
    for RandomNumbers.
    """
    world = world or start_run(build_community(scenario), scenario, RandomNumbers(*seed))
    series = np.zeros((scenario.days, len(daily_counts.DAILY))) if series is None else series
    while world.day < (until or scenario.days):
        simulate_day(world)
        series[world.day - 1] = world.count
    if until:
        return world, series
    run = finish_run(world, scenario, dict(zip(daily_counts.DAILY, series.T)))
    return run, fingerprint(run, world)


def fingerprint(run: Run, world: World) -> str:
    """Return a hash of everything that a run left.

    The padding between the columns of its tables does not count.
    """
    digest = blake2b(digest_size=16)
    for name, column in iter_columns(run, world):
        digest.update(
            f"{name} {column.dtype.str} {column.shape} ".encode() + np.ascontiguousarray(column).tobytes()
        )
    return digest.hexdigest()


def iter_columns(run: Run, world: World) -> Iterator[tuple[str, np.ndarray]]:
    """Yield (name, array) of everything that a run left."""
    for table in ("issues", "history"):
        rows = getattr(run, table)
        yield from ((f"{table}.{name}", rows[name]) for name in rows.dtype.names)
    yield from ((f"series.{name}", column) for name, column in run.series.items())
    yield from iter_arrays(run.ledger, "ledger.")
    yield "funds", run.fen
    yield "measures", summary_array(run)
    yield from iter_arrays({name: getattr(world, name) for name in COLUMNS}, "")


def summary_array(run: Run) -> np.ndarray:
    """Return the measures of a run in the order of SUMMARY, without minus zero."""
    values = measures.summary(run)
    return np.array([values[name] for name in measures.SUMMARY]) + 0.0


def combine_hashes(runs: Sequence[tuple[str, str]], hashes: Sequence[str]) -> dict[str, str]:
    """Return set -> one hash of its runs, independent of the order in which the sets were run."""
    digests = {}
    for (name, seed), run_hash in sorted(zip(runs, hashes)):
        digests.setdefault(name, blake2b(digest_size=6)).update(f"{seed} {run_hash} ".encode())
    return {name: digest.hexdigest() for name, digest in digests.items()}
