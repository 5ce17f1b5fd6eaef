"""What cogov costs and what pairing buys, measured on this machine. Prints tables; asserts nothing."""

import re
import time
from dataclasses import replace
from functools import partial
from pathlib import Path
from statistics import median
from typing import NamedTuple

import numpy as np
from rich import box
from rich.table import Table

from ..engine.jit import outer_kernel
from ..engine.output import print_json
from ..engine.randomness import RandomNumbers, decision, derive_key, seed_of
from ..experiments.city.scaling import resize_case
from ..experiments.comparison import runs
from ..experiments.comparison.compare import each
from ..experiments.execution.memory import peak
from ..model import mechanisms
from ..model.cases import alter_scenario, read_case
from ..model.measures import summary
from ..model.simulate import build_community, days, simulate
from ..reference.day import iterate_days

ROOT = Path(__file__).parent.parent
PEOPLE = (1_000, 16_000, 100_000, 1_000_000)  # residents in the table of growth
ROUNDS = 10  # in which engine and twin are timed in turn, for machines are shared
TWIN_DAYS = 12  # days of the slow twin in each, after its first; its year is scaled from them all


def time_job(job, times=5):
    """Median seconds of a job, after one that does not count."""
    job()
    spent = []
    for _ in range(times):
        start = time.perf_counter()
        job()
        spent.append(time.perf_counter() - start)
    return median(spent)


class BenchTable(NamedTuple):
    """What a bench measured: numbers as numbers, None where there is none."""

    title: str
    columns: tuple
    rows: list  # of tuples, a cell for each column
    note: str = ""

    def records(self):
        """The table as it goes into JSON."""
        return {
            "title": self.title,
            "rows": [dict(zip(self.columns, row)) for row in self.rows],
            "note": self.note,
        }


def show(console, as_json, tables):
    """Print each BenchTable as it comes, or all of them as one JSON document."""
    if as_json:
        return print_json({"tables": [one.records() for one in tables]})
    for one in tables:
        table = Table(
            title=one.title,
            caption=one.note,
            box=box.SIMPLE_HEAD,
            title_justify="left",
            caption_justify="left",
        )
        for n, column in enumerate(one.columns):
            table.add_column(column, justify="right" if n else "left")
        for row in one.rows:
            table.add_row(*map(format_cell, row))
        console.print(table)


def format_cell(cell):
    """A cell as text: numbers to three digits, whole ones in full."""
    if isinstance(cell, (bool, np.bool_)):
        return "yes" if cell else "no"
    if cell is None or isinstance(cell, str):
        return cell or "-"
    if not np.isfinite(cell):
        return "-"
    return f"{cell:,.3g}" if abs(cell) < 1000 and not isinstance(cell, (int, np.integer)) else f"{cell:,.0f}"


def speed(console):
    """Guiyuan for a year, all mechanisms, against the slow twin in the same process; then growth and memory: two tables."""
    case = alter_scenario(read_case("guiyuan"), on=mechanisms.names())
    people = case.community.residents
    start = time.perf_counter()
    simulate(replace(case, days=2), 0)
    first = time.perf_counter() - start
    slices, years = [], []
    with console.status("a year of the engine, some days of the slow twin, and so on in turn ..."):
        told = iterate_days(case, 1)
        next(told)
        for _ in range(ROUNDS):
            years.append(time_job(lambda: simulate(case, 1), 3))
            start = time.perf_counter()
            for _ in range(TWIN_DAYS):
                next(told)
            slices.append((time.perf_counter() - start) / TWIN_DAYS * case.days)
    year = median(years)
    rows = [
        ("first call in this process", first, None, None),
        ("engine, a year", year, year / people / case.days * 1e9, None),
        (
            "engine, a year, nothing switched on",
            time_job(lambda: simulate(alter_scenario(case, off=mechanisms.names()), 1)),
            None,
            None,
        ),
    ]
    plain, each_ = sum(slices) / ROUNDS, [a / b for a, b in zip(slices, years)]
    rows.append(
        (
            f"slow twin, a year ({ROUNDS * TWIN_DAYS} days scaled)",
            plain,
            plain / people / case.days * 1e9,
            plain / year,
        )
    )
    rows += [
        (f"{word} of {ROUNDS} rounds", None, None, found)
        for word, found in (("least", min(each_)), ("most", max(each_)))
    ]
    title = f"guiyuan: {people:,} residents x {case.days} days, {len(case.mechanisms)} mechanisms, one process; median of {ROUNDS} rounds"
    yield BenchTable(title, ("what", "seconds", "ns per resident-day", "times faster than the twin"), rows)
    yield growth(case)


def growth(case):
    """The table of time and memory by number of residents."""
    rows = []
    for residents in PEOPLE:
        some = replace(resize_case(case, residents), days=365 if residents <= 16_000 else 60)
        start = time.perf_counter()
        base = build_community(some)
        found = time.perf_counter() - start
        once = time_job(lambda: simulate(some, 1), 3 if residents <= 100_000 else 1)
        for world in days(some, 1):
            pass
        columns = nbytes(
            world,
            (
                "compounds",
                "buildings",
                "stairwells",
                "households",
                "residents",
                "mood",
                "clocks",
                "projects",
                "wished",
            ),
        )
        told = world.issues.nbytes + world.ended[: world.gone[0]].nbytes + world.history().nbytes
        per = base.residents.home.size
        rows.append(
            (
                per,
                some.days,
                found,
                once,
                once / per / some.days * 1e9,
                columns / per,
                told / per / some.days * 365,
            )
        )
    return BenchTable(
        "growth: the same community with more compounds, all mechanisms",
        (
            "residents",
            "days",
            "founding s",
            "run s",
            "ns per resident-day",
            "bytes/resident: columns",
            "bytes/resident: a year's issues and history",
        ),
        rows,
        f"Columns: all that a world keeps of places and people. Peak of this whole process: {peak():,.0f} MiB.",
    )


def nbytes(world, parts):
    """Bytes of the arrays in these parts of a world."""
    return sum(
        a.nbytes
        for part in parts
        for a in (getattr(world, part) if isinstance(getattr(world, part), tuple) else [getattr(world, part)])
    )


PAIRED = {"guiyuan": ("resolution_rate", "told", "trust_committee"), "wuzi_yard": ("resolution_rate", "told")}


def pairing(console, replicates=30, only=()):
    """For each mechanism alone, or those of `only`: variance of the difference with other luck in each arm, against the same luck."""
    rows, chosen = [], only or mechanisms.names()
    for case, names in PAIRED.items():
        plain = alter_scenario(read_case(case), off=mechanisms.names())
        with console.status(f"{case}: {replicates} replicates of {len(chosen) + 1} arms ..."):
            base = replicate_measures(plain, names, replicates)
            arms = {
                name: replicate_measures(alter_scenario(plain, on=[name]), names, replicates)
                for name in chosen
            }
        for measure in names:
            for name, helped in arms.items():
                rows.append((f"{case}: {name}, {measure}", *compare_pairing(base[measure], helped[measure])))
    yield BenchTable(
        f"pairing: {replicates} replicates, each mechanism alone against nothing",
        ("what", "difference", "s.d. unpaired", "s.d. paired", "correlation", "variance ratio"),
        rows,
        "Variance ratio: how many times fewer replicates the same luck needs for the same interval; none where all pairs differ alike.",
    )


def compare_pairing(base, helped):
    """Mean difference, its s.d. with other luck in each arm and with the same, the correlation, and the ratio of variances or None."""
    own, apart = np.var(helped - base, ddof=1), np.var(helped, ddof=1) + np.var(base, ddof=1)
    ratio = apart / own if own > 0 else None
    alike = np.corrcoef(base, helped)[0, 1] if np.ptp(base) and np.ptp(helped) else None
    return np.mean(helped - base), np.sqrt(apart), np.sqrt(own), alike, ratio


def replicate_measures(scenario, names, replicates):
    """Some measures over replicates: name -> (replicates,)."""
    told = list(each(partial(one, scenario, names), replicates, None, None))
    return {name: np.array([row[name] for row in told]) for name in names}


def one(scenario, names, number):
    """Some measures of one replicate."""
    done = summary(runs.replicate(scenario, "bench pairing", 0, number))
    return {name: done[name] for name in names}


def decisions():
    """Every name by which the code asks for luck, read from the source."""
    source = "".join(
        path.read_text(encoding="utf-8")
        for path in sorted([*ROOT.glob("model/**/*.py"), *ROOT.glob("agents/*.py")])
    )
    return sorted(set(re.findall(r'(?:luck|luck\.key|decision)\(\s*"([^"]+)"', source)))


@outer_kernel
def every_day(key, out):
    """The keys of one decision, for as many days as `out` has room for."""
    for day in range(len(out)):
        out[day] = derive_key(key, day)


def luck(console, sweep=10_000, horizon=366):
    """Count equal keys among all (run, decision, day) of a sweep."""
    names = decisions()
    keys = np.empty((sweep, len(names), horizon), np.uint64)
    with console.status("hashing the keys of a sweep ..."):
        for number in range(sweep):
            mine = RandomNumbers(seed_of("compare", "guiyuan", 0, number))
            for row, name in zip(keys[number], names):
                every_day(np.uint64(derive_key(mine.seed, decision(name))), row)
        keys = np.sort(keys, axis=None)
        equal = int(np.count_nonzero(keys[1:] == keys[:-1]))
    rows = [
        (
            f"{sweep:,} runs x {len(names)} decisions x {horizon} days",
            len(keys),
            equal,
            len(keys) ** 2 / 2.0**65,
        )
    ]
    yield BenchTable(
        "keys of luck in a sweep", ("what", "keys", "collisions", "expected of ideal 64-bit keys"), rows
    )
