"""Is a run the same run, whoever lives it, and when, and where? One hash a cell, sets of case and mechanisms by ways to live them.

A hash is of all that a run leaves: issues, history, series, ledger, funds, measures, and the columns of places and people; not of
the mechanisms' own columns, so that sets of mechanisms can be told apart by what they did alone. Controls must differ, or nothing is shown.
Road not taken: a copy of a world in mid-run; kernels hold pointers into it, and `copy.deepcopy` raises.
"""

import json
import os
import subprocess
import sys
import time
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from hashlib import blake2b
from pathlib import Path
from shutil import which
from tempfile import TemporaryDirectory

import numpy as np

from ..model import measures, mechanisms
from ..model.cases import altered, read
from ..model.day import live
from ..model.luck import Luck
from ..model.simulate import community, ended
from ..model.world import begun, leaves, resumed

ROOT = Path(__file__).parent.parent
PYTHONS = ("3.11", "3.12", "3.13")
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
COLUMNS = ("compounds", "buildings", "stairwells", "households", "residents", "mood", "clocks", "projects", "wished", "wish", "funds", "spending", "crew", "used", "saved")
CALM = {"calendar.seasons": 0.0, "calendar.festive": 1.0, "committee.weekend": 1.0}  # a year without seasons, festivals and weekends
CALM_TOO = {"acquaintance": ("festivals", 0), "party_volunteers": ("students", 0.0)}  # and without what these two do by date


class Absent(Exception):
    """What a way needs is not on this machine."""


@dataclass(frozen=True)
class Asked:
    """Which runs are to be lived in every way."""

    names: tuple     # of sets
    days: int
    replicates: int
    seed: int = 0

    def scenario(self, name, change=lambda scenario: scenario):
        case, on, off = SETS[name]
        return change(altered(read(case), [one for one in on if one not in off], off, days=self.days))

    def runs(self):
        """(set, luck) of each, as a sweep of them has it."""
        return [(order.arm.case, order.luck) for order in self.plan().orders(0, self.replicates)]

    def plan(self):
        """The same as a sweep."""
        from .design import Arm
        from .experiment import Experiment, Named
        from .sweep import Plan

        cases = {name: self.scenario(name) for name in self.names}
        experiment = Experiment(name="determinism", cases=self.names, seed=self.seed, replicates=self.replicates, keep=(), arm=(Named("as it is"),))
        return Plan(experiment, cases, [Arm(name, "as it is", (), (), {}, {}) for name in cases])


@dataclass(frozen=True)
class Way:
    """One way to live all runs: `hashes(asked)` gives set -> hash, or raises Absent."""

    name: str
    hashes: object
    like: str = ""  # the way it must be equal to; the first, if it is not named


# ------------------------------------------------------------------------------------------------- a run and its hash


def lived(scenario, *luck, world=None, series=None, until=None):
    """Live through a scenario, or from `world` on; returns (Run, hash), or the world and its series on the day `until`."""
    world = world or begun(community(scenario), scenario, Luck(*luck))
    series = np.zeros((scenario.days, len(measures.DAILY))) if series is None else series
    while world.day < (until or scenario.days):
        live(world)
        world.does(measures.measured)
        series[world.day - 1] = world.count
    if until:
        return world, series
    run = ended(world, scenario, dict(zip(measures.DAILY, series.T)))
    return run, fingerprint(run, world)


def fingerprint(run, world):
    """A hash of all that a run left, but for the room between the columns of its tables, which counts for nothing."""
    digest = blake2b(digest_size=16)
    for name, column in left(run, world):
        digest.update(f"{name} {column.dtype.str} {column.shape} ".encode() + np.ascontiguousarray(column).tobytes())
    return digest.hexdigest()


def left(run, world):
    """(name, array) of all that a run left."""
    for table in ("issues", "history"):
        rows = getattr(run, table)
        yield from ((f"{table}.{name}", rows[name]) for name in rows.dtype.names)
    yield from ((f"series.{name}", column) for name, column in run.series.items())
    yield from leaves(run.ledger, "ledger.")
    yield "funds", run.fen
    yield "measures", measured(run)
    yield from leaves({name: getattr(world, name) for name in COLUMNS}, "")


def measured(run):
    told = measures.summary(run)
    return np.array([told[name] for name in measures.SUMMARY]) + 0.0  # no minus zero


def joined(runs, hashes):
    """set -> one hash of its runs, whatever the order in which the sets were lived."""
    told = {}
    for (name, luck), one in sorted(zip(runs, hashes)):
        told.setdefault(name, blake2b(digest_size=6)).update(f"{luck} {one} ".encode())
    return {name: digest.hexdigest() for name, digest in told.items()}


# ------------------------------------------------------------------------------------------------- ways to live it


def here(asked, change=lambda scenario: scenario, luck=lambda luck: luck, shuffle=0):
    """One after the other in this process, in the order of a sweep, or shuffled."""
    runs, scenarios = asked.runs(), {name: asked.scenario(name, change) for name in asked.names}
    order = np.argsort(Luck("determinism", shuffle)("order", np.arange(len(runs)))) if shuffle else range(len(runs))
    runs = [runs[n] for n in order]
    return joined([(name, str(seed)) for name, seed in runs], [lived(scenarios[name], luck(seed))[1] for name, seed in runs])


def swept(asked, workers=0, chunk=1, make=None):
    """As a sweep, through its supervisor and its store."""
    from .results import results
    from .sweep import Guess, sweep

    plan = asked.plan()
    with TemporaryDirectory(prefix="cogov-determinism-") as folder:
        sweep(plan, folder, workers=workers, make=make, chunk=chunk, limit=0.0, guess=Guess(len(asked.runs()), 1.0, 0, 1.0), job=noted)
        rows = results(folder).ledger
    failed = [row["failure"].splitlines()[-1] for row in rows if row["status"] != "done"]
    if failed:
        raise RuntimeError(failed[0])
    luck = {(order.arm.case, order.replicate): order.luck for order in plan.orders(0, asked.replicates)}
    return joined([(row["name"], str(luck[row["name"], row["replicate"]])) for row in rows], [row["digest"] for row in rows])


def noted(terms, orders):
    """The job of a sweep whose digests are of all that a run left."""
    from .work import work

    done = []
    for order in orders:
        hashes = []
        (outcome,) = work(terms, [order], partial(noting, hashes))
        if outcome.status == "done":
            told = np.frombuffer(outcome.measures)
            outcome.digest = hashes[0] if told.tobytes() == hashes[1] else f"{hashes[0]}, measured otherwise"
        done.append(outcome)
    return done


def noting(hashes, scenario, luck):
    run, one = lived(scenario, luck)
    hashes += one, measured(run).tobytes()
    return run


def threaded(asked, workers):
    """As a sweep whose workers are threads of this process."""
    from concurrent.futures import ThreadPoolExecutor

    return swept(asked, chunk=1, make=partial(ThreadPoolExecutor, workers))


def dask(asked, chunk, processes=2):
    """As a sweep on a Dask cluster of this machine. Raises Absent."""
    from . import executors

    with cluster(processes) as address:
        return swept(asked, chunk=chunk, make=partial(executors.dask, address))


@contextmanager
def cluster(processes):
    """The address of a Dask cluster on loopback, without dashboard. Raises Absent."""
    try:
        from distributed import LocalCluster
    except ImportError:
        raise Absent("Dask is not installed") from None
    with LocalCluster(n_workers=processes, threads_per_worker=1, dashboard_address=None, host="127.0.0.1", silence_logs=50) as one:
        yield one.scheduler_address


BEGIN = """
import sys
from importlib.util import module_from_spec, spec_from_file_location
spec = spec_from_file_location("cogov", sys.argv[1] + "/__init__.py", submodule_search_locations=[sys.argv[1]])
sys.modules["cogov"] = module_from_spec(spec)
spec.loader.exec_module(sys.modules["cogov"])
from cogov.experiments.determinism import answer
answer()
"""  # this very cogov, also for a Python in which none is installed


def apart(asked, python=sys.executable, threads="1", at=0, folder="", saves=False):
    """In a fresh process: of another Python, with so many threads for numba; or only up to a day, saved, or from there on."""
    runs = asked.runs()
    request = {"names": asked.names, "days": asked.days, "replicates": asked.replicates, "runs": runs, "at": at, "folder": folder, "saves": saves}
    inherited = {name: value for name, value in os.environ.items() if python == sys.executable or name not in ("PYTHONPATH", "PYTHONHOME")}
    settings = {"NUMBA_NUM_THREADS": threads, "PYTHONHASHSEED": threads}
    done = subprocess.run([python, "-c", BEGIN, str(ROOT)], input=json.dumps(request), env=inherited | settings, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError((done.stderr.strip() or f"exit status {done.returncode}").splitlines()[-1])
    return joined([(name, str(luck)) for name, luck in runs], json.loads(done.stdout))


def answer():
    """Live what standard input asks for, and print the hashes."""
    request = json.load(sys.stdin)
    asked, hashes = Asked(tuple(request["names"]), request["days"], request["replicates"]), []
    for name, luck in request["runs"]:
        scenario, file = asked.scenario(name), Path(request["folder"], f"{asked.names.index(name)}-{luck}.npz")
        if request["saves"]:
            world, series = lived(scenario, luck, until=request["at"])
            np.savez(file, **world.snapshot(), **{"series so far": series})
            hashes.append("saved")
        elif request["at"]:
            with np.load(file, allow_pickle=False) as saved:
                world = resumed(saved, community(scenario), scenario, Luck(luck))
                hashes.append(lived(scenario, world=world, series=saved["series so far"])[1])
        else:
            hashes.append(lived(scenario, luck)[1])
    print(json.dumps(hashes))


def interrupted(asked, at):
    """Saved on a day by one process, and gone on with by another."""
    with TemporaryDirectory(prefix="cogov-determinism-") as folder:
        apart(asked, at=at, folder=folder, saves=True)
        return apart(asked, at=at, folder=folder)


def other(asked, version, places=()):
    """In a Python of another version, if there is one with NumPy and numba. Raises Absent."""
    return apart(asked, interpreter(version, tuple(places)))


def interpreter(version, places=()):
    """The path of a Python of that version in which the model can live: this one, one of `places`, of the PATH or of pyenv. Raises Absent."""
    if sys.version.startswith(f"{version}."):
        return sys.executable
    pyenv = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv")
    found = [*map(str, places), which(f"python{version}"), *sorted(map(str, pyenv.glob(f"versions/{version}.*/bin/python")))]
    bare = False
    for python in filter(None, found):
        try:
            says = subprocess.run([python, "-c", "import sys; print(sys.version); import numpy, numba"], capture_output=True, text=True)
        except OSError:
            continue
        if says.stdout.startswith(f"{version}."):
            if not says.returncode:
                return python
            bare = True
    raise Absent(f"Python {version} has no NumPy and numba; name one that has, with --python" if bare else f"no Python {version} was found")


def calm(scenario):
    """The same without anything that goes by the date."""
    own = {name: replace(scenario.mechanisms[name], **{knob: value}) for name, (knob, value) in CALM_TOO.items() if name in scenario.mechanisms}
    return altered(replace(scenario, mechanisms=scenario.mechanisms | own), settings=CALM)


def later(scenario):
    """The same, begun half a year later or earlier."""
    return altered(scenario, settings={"calendar.month": (scenario.calendar.month + 5) % 12 + 1})


def ways(short=False, places=(), days=400):
    """Every way; the first is what the others are held against."""
    yield Way("a sweep in this process", swept)
    yield Way("one after the other, shuffled", partial(here, shuffle=1))
    yield Way("2 processes, chunks of 7", partial(swept, workers=2, chunk=7))
    yield Way("a fresh process, 4 threads for numba", partial(apart, threads="4"))
    yield Way(f"saved on day {days // 4}, gone on with by another process", partial(interrupted, at=days // 4))
    yield Way("without dates", partial(here, change=calm), like="without dates")
    yield Way("without dates, begun half a year later", partial(here, change=lambda scenario: later(calm(scenario))), like="without dates")
    if not short:
        yield Way("a fresh process, 1 thread for numba", partial(apart, threads="1"))
        yield Way("shuffled otherwise", partial(here, shuffle=2))
        yield Way(f"saved on day {days - 20}, gone on with by another process", partial(interrupted, at=days - 20))
        yield Way("a sweep in this process, chunks of 7", partial(swept, chunk=7))
        for workers, chunk in ((1, 1), (1, 7), (2, 1), (3, 1), (3, 7)):
            yield Way(f"{workers} process{'es' * (workers > 1)}, chunks of {chunk}", partial(swept, workers=workers, chunk=chunk))
        yield Way("3 threads of this process", partial(threaded, workers=3))
        yield Way("Dask, 2 processes, chunks of 1", partial(dask, chunk=1))
        yield Way("Dask, 2 processes, chunks of 7", partial(dask, chunk=7))
        yield Way("Dask, 1 process, chunks of 7", partial(dask, chunk=7, processes=1))
        for version in PYTHONS:
            yield Way(f"Python {version}", partial(other, version=version, places=places))


CONTROLS = {  # what must differ in every set -> how the runs are lived
    "another seed": partial(here, luck=lambda luck: luck + 1),
    "one knob one step further: checked a day later": partial(here, change=lambda scenario: replace(scenario, committee=replace(scenario.committee, verify=scenario.committee.verify + 1))),
    f"one mechanism more: {LAST}": partial(here, change=lambda scenario: altered(scenario, on=[LAST])),
    "with dates, begun half a year later": partial(here, change=later),
}


# ------------------------------------------------------------------------------------------------- the table


@dataclass
class Matrix:
    """What came of all ways and controls."""

    asked: Asked
    hashes: dict    # way -> {set: hash}, or words: why there are none
    like: dict      # way -> the way it is held against
    absent: tuple   # ways that need what is not here
    controls: dict  # control -> {set: hash}
    seconds: dict   # way or control -> how long it took

    def cell(self, way, name):
        """'equal', 'different', 'not present' or 'failed'."""
        if way in self.absent:
            return "not present"
        one, against = self.hashes[way], self.hashes[self.like[way]]
        if isinstance(one, str) or name not in one:
            return "failed"
        return "equal" if not isinstance(against, str) and one[name] == against.get(name) else "different"

    def count(self, what):
        """How many cells are that, of those that are held against another."""
        return sum(self.cell(way, name) == what for way in self.hashes if self.like[way] != way for name in self.asked.names)

    def idle(self):
        """Controls that do not differ where they must, as (control, set)."""
        first = self.hashes[next(iter(self.hashes))]
        return [(control, name) for control, found in self.controls.items() for name in self.asked.names if isinstance(found, str) or isinstance(first, str) or found[name] == first[name]]

    def good(self):
        return self.count("equal") > 0 and not (self.count("different") or self.count("failed") or self.idle())


def matrix(asked, ways, controls=CONTROLS, progress=lambda what: None):
    """Live all runs in all ways; what one of them raises is its result."""
    ways, told, absent, seconds = list(ways), {}, [], {}
    for name, hashes in (*((way.name, way.hashes) for way in ways), *controls.items()):
        progress(name)
        start = time.perf_counter()
        try:
            told[name] = hashes(asked)
        except Absent as why:
            told[name] = str(why)
            absent.append(name)
        except Exception as error:  # whatever it is: a way that fails is a result
            told[name] = f"{type(error).__name__}: {error}"
        seconds[name] = time.perf_counter() - start
    like = {way.name: way.like or ways[0].name for way in ways}
    return Matrix(asked, {way.name: told[way.name] for way in ways}, like, tuple(absent), {name: told[name] for name in controls}, seconds)


MARKS = {"equal": "=", "not present": "-", "failed": "failed"}


def show(console, found, as_json=False):
    """Print the table, what its columns are, and the verdict."""
    from rich import box
    from rich.table import Table

    ways, names = list(found.hashes), found.asked.names
    letters = {way: chr(ord("A") + n) for n, way in enumerate(ways)}
    verdict = f"cells {sum(found.count(what) for what in ('equal', 'different', 'failed')):,}, equal {found.count('equal'):,}, different {found.count('different'):,}, failed {found.count('failed'):,}, not present {found.count('not present'):,}; controls {len(found.controls) * len(names):,}, of which the same {len(found.idle()):,}"
    if as_json:
        cells = [{"set": name, "way": way, "cell": found.cell(way, name), "hash": found.hashes[way] if isinstance(found.hashes[way], str) else found.hashes[way].get(name)} for way in ways for name in names]
        return print(json.dumps({"title": "determinism", "cells": cells, "same": found.idle(), "note": verdict, "good": found.good()}, ensure_ascii=False))
    table = Table(title=f"determinism: {len(names)} sets x {len(ways)} ways, {found.asked.days} days, lucks of each {found.asked.replicates}", box=box.SIMPLE_HEAD, title_justify="left", padding=(0, 1, 0, 0))
    for column in ("set", "hash", *letters.values()):
        table.add_column(column, no_wrap=column in ("set", "hash"), overflow="fold")
    for name in names:
        cells = []
        for way in ways:
            cell = found.cell(way, name)
            own = found.like[way] == way != ways[0] and cell == "equal"  # another is held against it
            cells.append("#" if own else MARKS.get(cell) or found.hashes[way][name])
        first = found.hashes[ways[0]]
        table.add_row(name, first if isinstance(first, str) else first[name], *cells)
    console.print(table)
    for way in ways:
        why = f": {found.hashes[way]}" if isinstance(found.hashes[way], str) else ""
        like = f", held against {letters[found.like[way]]}" if found.like[way] not in (way, ways[0]) else ""
        console.print(f"  {letters[way]}  {way}{like}{' - not present' if way in found.absent else ''}{why} ({found.seconds[way]:.0f} s)", highlight=False, markup=False, soft_wrap=True)
    console.print("\nControls, which must differ from A in every set:", highlight=False)
    for control, told in found.controls.items():
        same = [name for one, name in found.idle() if one == control]
        words = told if isinstance(told, str) else f"the same in {', '.join(same)}" if same else "differs in every set"
        console.print(f"  {control}: {words} ({found.seconds[control]:.0f} s)", highlight=False, markup=False, soft_wrap=True)
    console.print(f"\n{verdict}", style="bold", highlight=False)
    console.print("= equal to A, or to the way named; # another way is held against it; - not present: counted as neither; else the hash that differs", highlight=False, markup=False)


def determinism(console, short=False, places=(), as_json=False, progress=lambda what: None):
    """The whole bench, printed; whether all is equal that must be, and different that must be."""
    asked = Asked(tuple(SETS), 120, 1) if short else Asked(tuple(SETS), 400, 2)
    found = matrix(asked, ways(short, places, asked.days), progress=progress)
    show(console, found, as_json)
    return found.good()
