"""Measure the speed and memory of cogov on this machine, and the variance reduction by pairing."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

import numpy as np

from ..engine.jit import outer_kernel
from ..engine.randomness import RandomNumbers, decision, derive_key, seed_of
from ..experiments.city.scaling import resize_case
from ..experiments.comparison import runs
from ..experiments.comparison.parallel_jobs import run_jobs
from ..experiments.execution.memory import peak_memory_mib
from ..experiments.logs.issue_log import read_log
from ..experiments.logs.log_summary import summarise_log
from ..model import mechanisms
from ..model.measures import summary
from ..model.scenarios.cases import alter_scenario, read_case
from ..model.scenarios.scenario import Scenario
from ..model.simulate import build_community, days, simulate
from ..reference.day import iterate_days
from ..reference.mechanisms import list_twins
from .fingerprints import PLACES_AND_PEOPLE
from .tables import BenchTable
from .workload.rounds import (
    AGENTS,
    AgentProgram,
    Apart,
    Size,
    build_programs,
    require_equal,
    spread,
    time_in_turn,
    time_job,
    workload_table,
)

ROOT = Path(__file__).parent.parent
PEOPLE = (1_000, 16_000, 100_000, 1_000_000)  # residents in the table of growth
ROUNDS = 7  # rounds that time all programs in turn, because machines are shared
TWIN_DAYS = 52  # days of the reference model in each round: the year but for its first day, in all of them
WORKLOAD = Size()  # of the reference workload


def speed(console) -> Iterator[BenchTable]:
    """Yield three tables: a year of guiyuan and its reference model; the reference workload; growth.

    The programs of the first two tables are timed in turn, no two at a time.
    """
    full = alter_scenario(read_case("guiyuan"), on=list_twins())
    cases = {
        "no mechanisms": alter_scenario(full, off=mechanisms.list_mechanisms()),
        f"{len(full.mechanisms)} mechanisms": full,
    }
    start = time.perf_counter()
    simulate(replace(full, days=2), 0)
    first = time.perf_counter() - start
    engines = {f"engine, {name}": EngineYear(case) for name, case in cases.items()}
    with ExitStack() as stack, console.status("compiling ...") as status:
        folder = stack.enter_context(TemporaryDirectory(prefix="cogov-workload-"))
        apart = lambda *program: stack.enter_context(Apart(*program))
        twins = {f"twin, {name}": apart(TwinDays, case, TWIN_DAYS) for name, case in cases.items()}
        programs = build_programs(Path(folder), WORKLOAD) | {AGENTS: apart(AgentProgram, WORKLOAD)}
        status.stop()
        seconds = time_in_turn(console, engines | twins | programs, ROUNDS)
        require_equal({name: program.totals for name, program in programs.items()})
    yield year_table(full, first, *({name: seconds[name] for name in part} for part in (engines, twins)))
    yield workload_table({name: seconds[name] for name in (*programs, *engines)}, WORKLOAD)
    yield growth(console, *cases.values())


class EngineYear:
    """A year of the engine, to be timed."""

    def __init__(self, case: Scenario) -> None:
        self.case = case

    def __call__(self) -> float:
        """Return the median seconds of three years, after one that does not count."""
        return time_job(lambda: simulate(self.case, 1), 3)


class TwinDays:
    """A year of the reference model, of which each call simulates some further days."""

    def __init__(self, case: Scenario, count: int) -> None:
        self.case, self.count, self.days = case, count, iterate_days(case, 1)
        next(self.days)

    def __call__(self) -> float:
        """Simulate `count` days; return the seconds that a year of such days would take."""
        start = time.perf_counter()
        for _ in range(self.count):
            next(self.days)
        return (time.perf_counter() - start) / self.count * self.case.days


def year_table(case: Scenario, first: float, engines: dict, twins: dict) -> BenchTable:
    """Return the table of a year of a case by engine and reference model.

    `first` is the seconds of the first two days in this process, `engines` and `twins` name -> seconds of
    each round, with the same cases in the same order.
    """
    resident_days = case.community.residents * case.days
    rows: list[tuple] = [("first run here, two days", first, *[None] * 6)]
    for (name, years), twin_years in zip(engines.items(), twins.values()):
        rate, ratios = (
            median(years) / resident_days * 1e9,
            [twin / own for twin, own in zip(twin_years, years)],
        )
        rows.append((name, *spread(years), rate, *spread(ratios)))
    for name, years in twins.items():
        rows.append((name, *spread(years), median(years) / resident_days * 1e9, *[None] * 3))
    return BenchTable(
        f"guiyuan: {case.community.residents:,} residents x {case.days} days, {ROUNDS} rounds",
        (
            "what",
            "s of a year",
            "least",
            "most",
            "ns per resident-day",
            "ratio to the twin",
            "least ratio",
            "most ratio",
        ),
        rows,
        "Median, least and most of the rounds. Engine: in each round the median of three years. Twin (the "
        f"reference model): {TWIN_DAYS} further days in each round, scaled to a year; as these are different "
        "parts of the year, the rounds differ. Ratio: twin to engine in the same round. One process each.",
    )


def growth(console, plain: Scenario, full: Scenario) -> BenchTable:
    """Return the table of time and memory by number of residents, of a case without and with mechanisms."""
    rows = []
    for residents in PEOPLE:
        with console.status(f"{residents:,} residents ..."):
            rows.append(measure_growth(plain, full, residents))
    return BenchTable(
        f"scaling: guiyuan with more or fewer compounds, {len(full.mechanisms)} mechanisms",
        (
            "residents",
            "days",
            "founding s",
            "run s",
            "ns per resident-day",
            "the same, no mechanisms",
            "bytes per resident",
            "and for a year's issues",
        ),
        rows,
        "Bytes per resident: all columns of places and people, and in addition the issues and history of a "
        f"year. Peak memory of this process: {peak_memory_mib():,.0f} MiB.",
    )


def measure_growth(plain: Scenario, full: Scenario, residents: int) -> tuple:
    """Return the row of the table of growth for one number of residents."""
    days_of_size, times = 365 if residents <= 16_000 else 60, 7 if residents <= 16_000 else 3
    plain, full = (replace(resize_case(case, residents), days=days_of_size) for case in (plain, full))
    start = time.perf_counter()
    residents_built = build_community(full).residents.home.size
    build_seconds = time.perf_counter() - start
    if residents > 100_000:
        times = 1
    run_seconds, plain_seconds = (time_job(lambda: simulate(case, 1), times) for case in (full, plain))
    for world in days(full, 1):
        pass
    columns = nbytes(world, PLACES_AND_PEOPLE)
    record_bytes = world.issues.nbytes + world.ended[: world.gone[0]].nbytes + world.history().nbytes
    resident_days = residents_built * days_of_size
    return (
        residents_built,
        days_of_size,
        build_seconds,
        run_seconds,
        run_seconds / resident_days * 1e9,
        plain_seconds / resident_days * 1e9,
        columns / residents_built,
        record_bytes / resident_days * 365,
    )


def nbytes(world, parts: Sequence[str]) -> int:
    """Return the bytes of the arrays in these parts of a world."""
    return sum(
        a.nbytes
        for part in parts
        for a in (getattr(world, part) if isinstance(getattr(world, part), tuple) else [getattr(world, part)])
    )


PAIRED = {
    "guiyuan": ("resolution_rate", "reported", "trust_committee"),
    "wuzi_yard": ("resolution_rate", "reported"),
}


def measure_pairing(console, replicates: int = 30, only: Sequence[str] = ()) -> Iterator[BenchTable]:
    """Yield the table of variances of a difference, unpaired against paired, for each mechanism alone.

    Paired arms share their random seeds (common random numbers). `only`: some mechanisms instead of all.
    """
    rows, chosen = [], only or mechanisms.list_mechanisms()
    for case, names in PAIRED.items():
        plain = alter_scenario(read_case(case), off=mechanisms.list_mechanisms())
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
        f"pairing: {replicates} replicates, each mechanism alone, compared with none",
        ("what", "difference", "s.d. unpaired", "s.d. paired", "correlation", "variance ratio"),
        rows,
        "Variance ratio: factor by which common random numbers reduce the number of replicates needed for "
        "the same interval; none if all pairs have the same difference.",
    )


def compare_pairing(base: np.ndarray, helped: np.ndarray) -> tuple:
    """Return mean difference, its s.d. unpaired, its s.d. paired, correlation, and ratio of variances.

    Correlation and ratio are None where they do not exist. base, helped: (replicates,).
    """
    paired, unpaired = np.var(helped - base, ddof=1), np.var(helped, ddof=1) + np.var(base, ddof=1)
    ratio = unpaired / paired if paired > 0 else None
    correlation = np.corrcoef(base, helped)[0, 1] if np.ptp(base) and np.ptp(helped) else None
    return np.mean(helped - base), np.sqrt(unpaired), np.sqrt(paired), correlation, ratio


def replicate_measures(scenario, names, replicates) -> dict[str, np.ndarray]:
    """Return some measures over replicates: name -> (replicates,)."""
    rows = list(run_jobs(partial(measure_replicate, scenario, names), replicates, None, None))
    return {name: np.array([row[name] for row in rows]) for name in names}


def measure_replicate(scenario, names, number) -> dict[str, float]:
    """Return some measures of one replicate."""
    values = summary(runs.replicate(scenario, "bench pairing", 0, number))
    return {name: values[name] for name in names}


def decisions() -> list[str]:
    """Return every name by which the code asks for random numbers, read from the source."""
    source = "".join(
        path.read_text(encoding="utf-8")
        for path in sorted([*ROOT.glob("model/**/*.py"), *ROOT.glob("agents/*.py")])
    )
    return sorted(
        set(
            re.findall(
                r'(?:random_numbers|random_numbers\.key|draw|draw\.key|decision)\(\s*"([^"]+)"', source
            )
        )
    )


@outer_kernel
def fill_keys(key, out) -> None:
    """Fill `out` with the keys of one decision, one for each day."""
    for day in range(len(out)):
        out[day] = derive_key(key, day)


def count_key_collisions(console, sweep: int = 10_000, horizon: int = 366) -> Iterator[BenchTable]:
    """Yield the table of equal keys among all (run, decision, day) of a sweep."""
    names = decisions()
    keys = np.empty((sweep, len(names), horizon), np.uint64)
    with console.status("computing the keys of a sweep ..."):
        for number in range(sweep):
            random_numbers = RandomNumbers(seed_of("compare", "guiyuan", 0, number))
            for row, name in zip(keys[number], names):
                fill_keys(np.uint64(derive_key(random_numbers.seed, decision(name))), row)
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
        "keys of random numbers in a sweep",
        ("what", "keys", "collisions", "expected of ideal 64-bit keys"),
        rows,
    )


# ------------------------------------------------------------------------------------------ issue logs

HEADER = ("工单编号", "受理时间", "办结时间", "类别", "诉求内容", "状态")
WORDS = ("电梯故障", "噪音扰民", "水管漏水", "垃圾清运", "违章停车")


def log_reading(err, rows: int) -> Iterator[BenchTable]:
    """Yield the time and memory that it takes to read a made-up hotline export of `rows` issues."""
    measured = []
    with TemporaryDirectory() as folder:
        for count in (max(rows // 10, 1), rows):
            for name, write in (("csv", write_text), ("xlsx", write_workbook)):
                path = Path(folder) / f"{count}.{name}"
                err.print(f"{count:,} rows as .{name}")
                write(path, made_up_rows(count))
                with get_context("spawn").Pool(1) as process:
                    measured.append((f".{name}", count, *process.apply(read_once, (str(path),))))
    yield BenchTable(
        "Reading an issue log",
        ("file", "rows", "s", "MiB", "used", "share closed"),
        measured,
        "MiB: peak of the process, Python and libraries included.",
    )


def read_once(path: str) -> tuple[float, float, int, float]:
    """Read and summarise a log; return seconds, the process's peak memory in MiB, rows, share closed."""
    begun = time.perf_counter()
    log = read_log(path)
    summarise_log(log)
    return time.perf_counter() - begun, peak_memory_mib(), len(log.issues), float(log.times()[1].mean())


def made_up_rows(count: int) -> Iterator[tuple]:
    """Yield issues of a hotline: number, opened, closed or None, category, description, status.

    Every fourteenth is open.
    """
    for n in range(count):
        opened = datetime(2020, 1, 1) + timedelta(minutes=n * 7919 % (1000 * 1440))
        closed = opened + timedelta(days=n * 37 % 400 / 10) if n % 14 else None
        status = "已办结" if closed else "办理中"
        yield n, opened, closed, WORDS[n % len(WORDS)], f"居民反映问题{n}，请处理", status


def write_text(path: Path, issues: Iterator[tuple]) -> None:
    """Write issues as CSV."""
    with open(path, "w", encoding="gbk") as file:
        print(*HEADER, sep=",", file=file)
        for number, opened, closed, *rest in issues:
            end = f"{closed:%Y/%m/%d %H:%M}" if closed else ""
            print(number, f"{opened:%Y/%m/%d %H:%M}", end, *rest, sep=",", file=file)


def write_workbook(path: Path, issues: Iterator[tuple]) -> None:
    """Write issues as a workbook."""
    import xlsxwriter

    book = xlsxwriter.Workbook(str(path), {"constant_memory": True})
    sheet, day = book.add_worksheet(), book.add_format({"num_format": "yyyy/m/d h:mm"})
    sheet.write_row(0, 0, HEADER)
    for row, (number, opened, closed, *rest) in enumerate(issues, 1):
        sheet.write_number(row, 0, number)
        sheet.write_datetime(row, 1, opened, day)
        if closed:
            sheet.write_datetime(row, 2, closed, day)
        for column, text in enumerate(rest, 3):
            sheet.write_string(row, column, text)
    book.close()
