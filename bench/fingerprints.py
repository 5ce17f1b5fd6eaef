"""A run and its hash, and which runs are asked for: sets of case and mechanisms.

A hash is of all that a run leaves: issues, history, series, ledger, funds, measures, and the columns of places and people; not of
the mechanisms' own columns, so that sets of mechanisms can be told apart by what they did alone.
"""

from dataclasses import dataclass
from hashlib import blake2b

import numpy as np

from ..engine.randomness import RandomNumbers
from ..model import measures, mechanisms
from ..model.cases import alter_scenario, read_case
from ..model.day import simulate_day
from ..model.simulate import build_community, finish_run
from ..model.world import iter_arrays, start_run

LAST = "task_pipeline"  # what no case has, and a control switches on
BUT = f"but {LAST}"
SETS = {  # name -> (case, mechanisms switched on, off)
    "wuzi_yard": ("wuzi_yard", (), ()),
    f"wuzi_yard, all {BUT}": ("wuzi_yard", (*mechanisms.names(),), (LAST,)),
    "shuian": ("shuian", (), ()),
    "yiduan": ("yiduan", (), ()),
    "pozijie": ("pozijie", (), ()),
    "fangzhi_longhuwan": ("fangzhi_longhuwan", (), ()),
    "changcheng_shuijun, whistle": ("changcheng_shuijun", ("whistle", "grid_patrol"), ()),
    "lianhe": ("lianhe", (), ()),
    "furong_south": ("furong_south", (), ()),
    "guiyuan": ("guiyuan", (), ()),
    "guiyuan, nothing": ("guiyuan", (), (*mechanisms.names(),)),
    f"guiyuan, all {BUT}": ("guiyuan", (*mechanisms.names(),), (LAST,)),
}
COLUMNS = (
    "compounds",
    "buildings",
    "stairwells",
    "households",
    "residents",
    "mood",
    "clocks",
    "projects",
    "wished",
    "wish",
    "funds",
    "spending",
    "crew",
    "used",
    "saved",
)


@dataclass(frozen=True)
class RunSet:
    """Which runs are to be lived in every way."""

    names: tuple  # of sets
    days: int
    replicates: int
    seed: int = 0

    def scenario(self, name, change=lambda scenario: scenario):
        case, on, off = SETS[name]
        return change(
            alter_scenario(read_case(case), [one for one in on if one not in off], off, days=self.days)
        )

    def runs(self):
        """(set, luck) of each, as a sweep of them has it."""
        return [(order.arm.case, order.luck) for order in self.plan().orders(0, self.replicates)]

    def plan(self):
        """The same as a sweep."""
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
            arm=(NamedArm("as it is"),),
        )
        return SweepPlan(experiment, cases, [DesignArm(name, "as it is", (), (), {}, {}) for name in cases])


def run_and_hash(scenario, *luck, world=None, series=None, until=None):
    """Live through a scenario, or from `world` on; returns (Run, hash), or the world and its series on the day `until`."""
    world = world or start_run(build_community(scenario), scenario, RandomNumbers(*luck))
    series = np.zeros((scenario.days, len(measures.DAILY))) if series is None else series
    while world.day < (until or scenario.days):
        simulate_day(world)
        world.call(measures.measure_day)
        series[world.day - 1] = world.count
    if until:
        return world, series
    run = finish_run(world, scenario, dict(zip(measures.DAILY, series.T)))
    return run, fingerprint(run, world)


def fingerprint(run, world):
    """A hash of all that a run left, but for the room between the columns of its tables, which counts for nothing."""
    digest = blake2b(digest_size=16)
    for name, column in iter_columns(run, world):
        digest.update(
            f"{name} {column.dtype.str} {column.shape} ".encode() + np.ascontiguousarray(column).tobytes()
        )
    return digest.hexdigest()


def iter_columns(run, world):
    """(name, array) of all that a run left."""
    for table in ("issues", "history"):
        rows = getattr(run, table)
        yield from ((f"{table}.{name}", rows[name]) for name in rows.dtype.names)
    yield from ((f"series.{name}", column) for name, column in run.series.items())
    yield from iter_arrays(run.ledger, "ledger.")
    yield "funds", run.fen
    yield "measures", summary_array(run)
    yield from iter_arrays({name: getattr(world, name) for name in COLUMNS}, "")


def summary_array(run):
    told = measures.summary(run)
    return np.array([told[name] for name in measures.SUMMARY]) + 0.0  # no minus zero


def combine_hashes(runs, hashes):
    """set -> one hash of its runs, whatever the order in which the sets were lived."""
    told = {}
    for (name, luck), one in sorted(zip(runs, hashes)):
        told.setdefault(name, blake2b(digest_size=6)).update(f"{luck} {one} ".encode())
    return {name: digest.hexdigest() for name, digest in told.items()}
