"""Inject faults into sweeps and count what is lost: killed processes, failing runs, failing disks.

Sweeps run in child processes, which a SIGKILL or an injected fault ends. The same sweep is then resumed, and
compared with one that ran undisturbed. Nothing is asserted here: the counts that ought to be 0 are printed,
and tests check them.
"""

from __future__ import annotations

import errno
import os
import resource
import signal
import sqlite3
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from shutil import rmtree
from statistics import median
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from ..engine.randomness import RandomNumbers
from ..engine.texts.errors import UserError
from ..experiments.sweep import store
from ..experiments.sweep.results import read_results
from .faulty_sweeps import (
    KINDS,
    digest_undisturbed,
    forkserver_context,
    keys_in_store,
    sweep_quietly,
    sweep_with_faults,
    tiny,
    unreadable,
)

if TYPE_CHECKING:
    from .tables import BenchTable


def alive(pid: int) -> bool:
    """Return whether a process still runs; a zombie does not."""
    try:
        os.kill(pid, 0)
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def children(pid: int) -> list[int]:
    """List the pids of the workers of a process, known by their command line; [] where there is no /proc."""
    pids = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            if (
                int(path.read_text().rpartition(")")[2].split()[1]) == pid
                and b"spawn_main" in (path.parent / "cmdline").read_bytes()
            ):
                pids.append(int(path.parent.name))
        except OSError:
            continue
    return pids


def kill_sweeps(
    folder: Path,
    count: int = 200,
    replicates: int = 5000,
    workers: int = 2,
    seed: int = 0,
    progress: Callable[[], None] | None = None,
) -> dict[str, float]:
    """Kill a sweep `count` times, its parent or one of its workers, at random moments; return what was lost.

    Returns name -> number. These ought to be 0: acknowledged runs lost, unreadable parts, refusals to read,
    acknowledged runs done again, orphans, sweeps with other results than an undisturbed one.
    """
    context, random_numbers, n, sweeps = forkserver_context(), RandomNumbers("faults", seed), 0, 0
    counts = dict.fromkeys(
        (
            "kills of the parent",
            "kills of a worker",
            "sweeps finished",
            "acknowledged runs lost",
            "unreadable parts under final names",
            "refusals to read what was kept",
            "acknowledged runs done again",
            "runs simulated but not yet stored",
            "orphans",
            "sweeps that differ",
            "runs blamed for a kill",
        ),
        0,
    )
    resumed, orphans = [], []

    def draw(what) -> float:
        return float(random_numbers(what, [n], 0)[0])

    while n < count:
        own_folder, sweeps = folder / f"sweep{sweeps}", sweeps + 1
        plan, stored, finished = tiny(replicates, f"kills {sweeps}"), set(), False
        while not finished:
            log, (receiver, sender) = own_folder.with_suffix(".log"), context.Pipe(duplex=False)
            log.unlink(missing_ok=True)
            start, first_report, acknowledged = time.monotonic(), None, 0
            parent = context.Process(target=sweep_quietly, args=(own_folder, plan, workers, log, sender))
            parent.start()
            sender.close()
            while parent.is_alive() and n < count:
                early, reported = draw("early") < 0.25, acknowledged
                until = time.monotonic() + 2.5 * draw("when")
                while parent.is_alive() and (
                    time.monotonic() < until or not early and acknowledged == reported
                ):
                    before = acknowledged
                    first_report, acknowledged = listen_to_sweep(receiver, 0.01, first_report, acknowledged)
                    if not early and before == reported != acknowledged:
                        until = time.monotonic() + 0.7 * draw("when")  # some time after a first report
                at_work = children(parent.pid)
                n += 1
                if draw("who") < 0.5 and at_work:
                    end(at_work[int(draw("which") * len(at_work))])
                    counts["kills of a worker"] += 1
                else:
                    orphans += at_work
                    end(parent.pid)
                    counts["kills of the parent"] += 1
                    break
                if progress:
                    progress()
            if progress:
                progress()
            while parent.is_alive():
                first_report, acknowledged = listen_to_sweep(receiver, 0.05, first_report, acknowledged)
            parent.join()
            first_report, acknowledged = listen_to_sweep(receiver, 0, first_report, acknowledged)
            if first_report:
                resumed.append(first_report - start)
            finished = parent.exitcode == 0
            counts["unreadable parts under final names"] += len(unreadable(own_folder))
            try:
                stored_now = keys_in_store(own_folder)
            except UserError:
                counts["refusals to read what was kept"] += 1
                break
            counts["acknowledged runs lost"] += len(stored - stored_now) + max(
                len(stored) + acknowledged - len(stored_now), 0
            )
            logged = log.read_text().split() if log.exists() else []
            counts["acknowledged runs done again"] += len(stored & set(logged))
            counts["runs simulated but not yet stored"] += len(logged) - len(stored_now - stored)
            stored = stored_now
        if finished:
            counts["sweeps finished"] += 1
            blamed = [row for row in read_results(own_folder).ledger if row["status"] == "failed"]
            counts["runs blamed for a kill"] += len(blamed)
            if blamed:  # a run that was alone in its chunk when two workers died; --retry runs it again
                sweep_with_faults(own_folder, plan, 0, log, retry=True)
            counts["sweeps that differ"] += read_results(own_folder).digest() != digest_undisturbed(
                folder, plan
            )
        rmtree(own_folder, ignore_errors=True)
    time.sleep(3.0)
    counts["orphans"] = sum(map(alive, set(orphans)))
    return counts | {"seconds to resume, median": median(resumed), "seconds to resume, most": max(resumed)}


def listen_to_sweep(receiver, seconds, first_report, acknowledged) -> tuple[float | None, int]:
    """Listen to a sweep for some seconds: (time of its first report, number of runs acknowledged so far)."""
    try:
        while receiver.poll(seconds):
            acknowledged, first_report, seconds = receiver.recv(), first_report or time.monotonic(), 0
    except (EOFError, OSError):
        time.sleep(seconds)
    return first_report, acknowledged


def end(pid: int) -> None:
    """Send SIGKILL to a process, if it still exists."""
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        pass


def fail_runs(
    folder: Path, each: int = 20, below: int = 5, replicates: int = 400, workers: int = 2
) -> list[tuple]:
    """Sweep once for each of KINDS, with `each` (or `below`) runs that fail in that way; return a row each.

    Rows: (kind, runs that were to fail, those of them reported as failed in the right words, other runs
    reported so, runs done, whether the sweep after --retry equals an undisturbed one, seconds).
    """
    plan, expected_words = (
        tiny(replicates, "failures"),
        ("planned failure", "SystemExit", "worker died", "did not end", "worker died"),
    )
    asked, rows = replicates, []
    for kind, expected in zip(KINDS, expected_words):
        count = below if kind.endswith("below Python") else each
        own_folder = folder / kind.replace(" ", "_")
        seeds = [order.seed for order in plan.orders(0, replicates)]
        faulty = [n * asked // max(count, 1) for n in range(count)]
        start = time.monotonic()
        sweep_with_faults(
            own_folder, plan, workers, own_folder.with_suffix(".log"), faults={seeds[n]: kind for n in faulty}
        )
        seconds, ledger = time.monotonic() - start, read_results(own_folder).ledger
        named = {
            row["replicate"] for row in ledger if row["status"] == "failed" and expected in row["failure"]
        }
        done = sum(row["status"] == "done" for row in ledger)
        sweep_with_faults(own_folder, plan, workers, own_folder.with_suffix(".log"), retry=True)
        rows.append(
            (
                kind,
                count,
                len(named & {*faulty}),
                len(named - {*faulty}),
                done,
                read_results(own_folder).digest() == digest_undisturbed(folder, plan),
                seconds,
            )
        )
    return rows


FULL = {"write fails": errno.ENOSPC, "disk error": errno.EIO}


def plant_fault(fault: str, at: int) -> list[int]:
    """Let call number `at` of fsync, rename and ledger statements fail with `fault`; return the call counter.

    The counter is a list of one number, which continues to grow.
    """
    count = [0]
    sync, rename, open_ledger = os.fsync, os.replace, store.open_ledger

    def fail_in_turn(file=None) -> None:
        count[0] += 1
        if count[0] != at:
            return
        if fault == "killed":
            os.kill(os.getpid(), signal.SIGKILL)
        if fault == "short write" and file is not None:
            os.ftruncate(file, os.fstat(file).st_size // 2)
        if fault in FULL and file != "statement":
            raise OSError(FULL[fault], os.strerror(FULL[fault]))

    def fsync(file) -> None:
        directory = os.path.isdir(f"/proc/self/fd/{file}")
        fail_in_turn(None if directory else file)
        sync(file)

    def replaced(*names) -> None:
        fail_in_turn()
        rename(*names)

    def ledger(folder) -> sqlite3.Connection:
        opened_ledger = open_ledger(folder)
        opened_ledger.set_trace_callback(lambda _: fail_in_turn("statement") if fault == "killed" else None)
        return opened_ledger

    os.fsync, os.replace, store.open_ledger = fsync, replaced, ledger
    return count


def sweep_with_planted_fault(folder: Path, plan, log: Path, calls, fault: str, at: int) -> None:
    """Sweep with a planted fault, send the number of calls over `calls`, and exit.

    Exit status: 0 the sweep ended; 3 it raised OSError; 4 it raised an error of SQLite.
    """
    if fault == "file size limit":
        resource.setrlimit(resource.RLIMIT_FSIZE, (at, resource.getrlimit(resource.RLIMIT_FSIZE)[1]))
        count = [0]
    else:
        count = plant_fault(fault, at)
    try:
        sweep_with_faults(folder, plan, 0, log)
    except (OSError, sqlite3.Error) as error:
        calls.send(count[0])
        os._exit(3 if isinstance(error, OSError) else 4)
    calls.send(count[0])
    os._exit(0)


def break_writes(folder: Path, fault: str, steps: Iterable[int], replicates: int = 60) -> dict[str, int]:
    """Sweep once for each of `steps`, let the write of that number fail, and resume; return name -> number.

    The numbers after "ended by it" ought to be 0.
    """
    context, plan, n = forkserver_context(), tiny(replicates, "disks"), 0
    undisturbed_digest = digest_undisturbed(folder, plan)
    counts = dict.fromkeys(
        (
            "tried",
            "ended by it",
            "said otherwise than as a full disk",
            "unreadable parts under final names",
            "refusals to read what was kept",
            "acknowledged runs done again",
            "sweeps that differ",
        ),
        0,
    )
    for at in steps:
        own_folder, n = folder / f"{fault} {at}".replace(" ", "_"), n + 1
        log, (receiver, sender) = own_folder.with_suffix(".log"), context.Pipe(duplex=False)
        process = context.Process(
            target=sweep_with_planted_fault, args=(own_folder, plan, log, sender, fault, at)
        )
        process.start()
        sender.close()
        process.join()
        counts["tried"] += 1
        counts["ended by it"] += process.exitcode != 0
        counts["said otherwise than as a full disk"] += process.exitcode not in (0, 3, -signal.SIGKILL)
        counts["unreadable parts under final names"] += len(unreadable(own_folder))
        try:
            stored = keys_in_store(own_folder)
            log.unlink(missing_ok=True)
            sweep_with_faults(own_folder, plan, 0, log)
            counts["acknowledged runs done again"] += len(
                stored & set(log.read_text().split() if log.exists() else ())
            )
            counts["sweeps that differ"] += read_results(own_folder).digest() != undisturbed_digest
        except UserError:
            counts["refusals to read what was kept"] += 1
        rmtree(own_folder, ignore_errors=True)
        log.unlink(missing_ok=True)
        if fault != "file size limit" and process.exitcode == 0 and receiver.poll() and receiver.recv() < at:
            break  # there are no more calls
    return counts


def faults(console, count: int = 200, each: int = 20, below: int = 5, every: int = 1) -> Iterator[BenchTable]:
    """Yield the tables of `count` kills, of failing runs, and of failing writes.

    `each` runs fail in each way (`below` of the last kind); every `every`-th write fails in turn.
    """
    from .tables import BenchTable  # with rich, which no worker is to load

    with TemporaryDirectory(
        prefix="cogov-faults-", dir="/dev/shm" if os.access("/dev/shm", os.W_OK) else None
    ) as folder:  # a disk is not needed: processes are killed here, not machines
        folder = Path(folder)
        with console.status(f"{count} kills ..."):
            counts = kill_sweeps(folder, count)
        yield BenchTable(
            f"{count} SIGKILLs at random moments; 2 workers",
            ("what", "count"),
            [(name, value) for name, value in counts.items()],
        )
        with console.status("runs that fail ..."):
            rows = fail_runs(folder, each, below)
        yield BenchTable(
            "400 runs, some of which fail, followed by --retry",
            (
                "a run that",
                "asked",
                "named",
                "wrongly named",
                "others done",
                "whole after --retry",
                "seconds",
            ),
            rows,
        )
        rows, pages = [], [0, 1, 100, *(4096 * n + d for n in range(1, 80, every) for d in (0, 1))]
        for fault, steps in (
            ("killed", range(1, 10_000, every)),
            ("write fails", range(1, 10_000, every)),
            ("disk error", range(1, 10_000, every)),
            ("short write", range(1, 10_000, every)),
            ("file size limit", pages),
        ):
            with console.status(f"{fault} ..."):
                counts = break_writes(folder, fault, steps)
            rows.append((fault, *counts.values()))
        yield BenchTable(
            "60 runs; one sweep per call of fsync, rename or ledger statement, with a fault in that call",
            ("fault", *counts),
            rows,
        )
