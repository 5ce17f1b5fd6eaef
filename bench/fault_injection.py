"""What a sweep survives, tried and counted: processes killed, runs that fail in every way, disks that are full or lie.

Sweeps are started in processes of their own, which a killer or an injected fault ends; then the same sweep goes on, and is held
against one that nobody disturbed. Nothing is asserted here: the counts that ought to be 0 are printed, and tests look at them.
"""

import errno
import os
import resource
import signal
import sqlite3
import time
from dataclasses import replace
from functools import partial
from itertools import repeat
from multiprocessing import get_context
from pathlib import Path
from shutil import rmtree
from statistics import median
from tempfile import TemporaryDirectory

from ..engine.parameters import UserError
from ..engine.randomness import RandomNumbers
from ..experiments.sweep import store, sweep
from ..experiments.sweep.experiment import Experiment, NamedArm, arms
from ..experiments.sweep.results import read_results
from ..experiments.sweep.worker import work
from ..model.cases import read_case
from ..model.simulate import simulate

KINDS = ("raises", "exits", "kills its worker", "never ends", "never ends below Python")
LIMIT = 2.0  # seconds that a run of these may take


def tiny(replicates, name="faults", days=20, keep=("series", "issues")):
    """The plan of a sweep of one small yard: `replicates` runs of some milliseconds."""
    case = replace(read_case("wuzi_yard"), days=days)
    experiment = Experiment(
        name=name, cases=(case.name,), replicates=replicates, keep=keep, arm=(NamedArm("as it is"),)
    )
    return sweep.SweepPlan(experiment, {case.name: case}, arms(experiment, {case.name: case}))


def run_with_faults(faults, scenario, luck):
    """Live through a run, unless `faults` (luck -> one of KINDS) has something for it."""
    kind = faults.get(luck)
    if kind == "raises":
        raise ValueError(f"as asked, under luck {luck}\udc80")
    if kind == "exits":
        raise SystemExit(3)
    if kind == "kills its worker":
        os.kill(os.getpid(), signal.SIGKILL)
    while kind == "never ends":
        time.sleep(0)
    if kind == "never ends below Python":
        sum(repeat(0))  # holds Python's lock, and hears no signal
    return simulate(scenario, luck)


def run_and_log(path, faults, terms, orders):
    """The job of a sweep that writes down which runs were lived through, and goes wrong where `faults` says so."""
    done = work(terms, orders, partial(run_with_faults, faults))
    told = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    os.write(told, "".join(f"{order.key}\n" for order in orders).encode())
    os.close(told)
    return done


def sweep_with_faults(folder, plan, workers, log, told=None, faults=(), **options):
    """Sweep in this process; `told` (a connection) hears how many runs were handed in."""
    heard = (lambda done, of, failed, now: told.send(now)) if told else None
    guess = sweep.CostEstimate(len(plan.arms) * plan.experiment.replicates, 1.0, 0, 0.01)
    return sweep.sweep(
        plan,
        folder,
        workers=workers,
        chunk=5,
        limit=LIMIT,
        progress=heard,
        guess=guess,
        job=partial(run_and_log, log, dict(faults)),
        **options,
    )


def unheard(*order, **options):
    """`sweep_with_faults`, and what the dying say on standard error goes nowhere."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
    sweep_with_faults(*order, **options)


def nursery():
    """Where processes begin in milliseconds. Road not taken: forks of this process, which hang on locks of its threads (Arrow's)."""
    context = get_context("forkserver")
    context.set_forkserver_preload([f"{__package__}.forkserver_preload"])
    return context


def unreadable(folder):
    """Files under the final name of a part that are not whole."""
    from hashlib import sha256

    import pyarrow.parquet as pq

    bad = []
    for path in folder.glob("*/part-*"):
        try:
            pq.read_table(path, page_checksum_verification=True)
            good = sha256(path.read_bytes()).hexdigest()[:16] == path.name[5:21]
        except (OSError, ValueError):
            good = False
        if not good:
            bad.append(path)
    return bad


def keys_in_store(folder):
    """Keys of the runs that a sweep has for good."""
    if not (folder / store.LEDGER).exists():
        return set()
    ledger = store.open_ledger(folder)
    try:
        return (
            set()
            if store.blank(folder, ledger)
            else {row["key"] for row in store.read_ledger(folder, ledger)[2]}
        )
    finally:
        ledger.close()


def alive(pid):
    """Whether a process still runs; one that is dead and not yet buried does not."""
    try:
        os.kill(pid, 0)
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def children(pid):
    """Workers of a process, by their command line; [] where there is no /proc."""
    found = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            if (
                int(path.read_text().rpartition(")")[2].split()[1]) == pid
                and b"spawn_main" in (path.parent / "cmdline").read_bytes()
            ):
                found.append(int(path.parent.name))
        except OSError:
            continue
    return found


def kills(folder, count=200, replicates=5000, workers=2, seed=0, progress=None):
    """Kill a sweep `count` times, its parent or one of its workers, at random moments; returns what was lost, as name -> number.

    Those that ought to be 0: acknowledged runs lost, unreadable parts, refusals to read, acknowledged runs done again, orphans,
    sweeps that end otherwise than undisturbed.
    """
    context, luck, n, sweeps = nursery(), RandomNumbers("faults", seed), 0, 0
    told = dict.fromkeys(
        (
            "kills of the parent",
            "kills of a worker",
            "sweeps finished",
            "acknowledged runs lost",
            "unreadable parts under final names",
            "refusals to read what was kept",
            "acknowledged runs done again",
            "runs lived through but not yet handed in",
            "orphans",
            "sweeps that differ",
            "runs blamed for our kills",
        ),
        0,
    )
    resumed, orphans = [], []

    def draw(what):
        return float(luck(what, [n], 0)[0])

    while n < count:
        own, sweeps = folder / f"sweep{sweeps}", sweeps + 1
        plan, have, finished = tiny(replicates, f"kills {sweeps}"), set(), False
        while not finished:
            log, (hear, say) = own.with_suffix(".log"), context.Pipe(duplex=False)
            log.unlink(missing_ok=True)
            began, first, acknowledged = time.monotonic(), None, 0
            parent = context.Process(target=unheard, args=(own, plan, workers, log, say))
            parent.start()
            say.close()
            while parent.is_alive() and n < count:
                early, mark, until = draw("early") < 0.25, acknowledged, time.monotonic() + 2.5 * draw("when")
                while parent.is_alive() and (time.monotonic() < until or not early and acknowledged == mark):
                    before = acknowledged
                    first, acknowledged = listen_to_sweep(hear, 0.01, first, acknowledged)
                    if not early and before == mark != acknowledged:
                        until = time.monotonic() + 0.7 * draw("when")  # some time into its work
                at_work = children(parent.pid)
                n += 1
                if draw("who") < 0.5 and at_work:
                    end(at_work[int(draw("which") * len(at_work))])
                    told["kills of a worker"] += 1
                else:
                    orphans += at_work
                    end(parent.pid)
                    told["kills of the parent"] += 1
                    break
                if progress:
                    progress()
            if progress:
                progress()
            while parent.is_alive():
                first, acknowledged = listen_to_sweep(hear, 0.05, first, acknowledged)
            parent.join()
            first, acknowledged = listen_to_sweep(hear, 0, first, acknowledged)
            if first:
                resumed.append(first - began)
            finished = parent.exitcode == 0
            told["unreadable parts under final names"] += len(unreadable(own))
            try:
                now = keys_in_store(own)
            except UserError:
                told["refusals to read what was kept"] += 1
                break
            told["acknowledged runs lost"] += len(have - now) + max(len(have) + acknowledged - len(now), 0)
            lived = log.read_text().split() if log.exists() else []
            told["acknowledged runs done again"] += len(have & set(lived))
            told["runs lived through but not yet handed in"] += len(lived) - len(now - have)
            have = now
        if finished:
            told["sweeps finished"] += 1
            blamed = [row for row in read_results(own).ledger if row["status"] == "failed"]
            told["runs blamed for our kills"] += len(blamed)
            if blamed:  # one that was alone when two workers died under it; --retry does it again
                sweep_with_faults(own, plan, 0, log, retry=True)
            told["sweeps that differ"] += read_results(own).digest() != digest_undisturbed(folder, plan)
        rmtree(own, ignore_errors=True)
    time.sleep(3.0)
    told["orphans"] = sum(map(alive, set(orphans)))
    return told | {"seconds to resume, median": median(resumed), "seconds to resume, most": max(resumed)}


def listen_to_sweep(hear, seconds, first, acknowledged):
    """Listen to a sweep: (when it first handed in a run, how many it did)."""
    try:
        while hear.poll(seconds):
            acknowledged, first, seconds = hear.recv(), first or time.monotonic(), 0
    except (EOFError, OSError):
        time.sleep(seconds)
    return first, acknowledged


def end(pid):
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        pass


def digest_undisturbed(folder, plan):
    """The digest of a sweep that nobody disturbs, in this process alone."""
    with TemporaryDirectory(dir=folder) as own:
        sweep_with_faults(Path(own) / "calm", plan, 0, Path(own) / "log")
        return read_results(Path(own) / "calm").digest()


def failures(folder, each=20, below=5, replicates=400, workers=2):
    """A sweep in which some runs fail in every way of KINDS; returns rows (kind, runs, named as failed with the right words, seconds)."""
    plan, words = (
        tiny(replicates, "failures"),
        ("as asked", "SystemExit", "worker died", "did not end", "worker died"),
    )
    asked, rows = replicates, []
    for kind, word in zip(KINDS, words):
        count = below if kind.endswith("below Python") else each
        own, luck = folder / kind.replace(" ", "_"), [order.luck for order in plan.orders(0, replicates)]
        which = [n * asked // max(count, 1) for n in range(count)]
        began = time.monotonic()
        sweep_with_faults(own, plan, workers, own.with_suffix(".log"), faults={luck[n]: kind for n in which})
        seconds, ledger = time.monotonic() - began, read_results(own).ledger
        named = {row["replicate"] for row in ledger if row["status"] == "failed" and word in row["failure"]}
        done = sum(row["status"] == "done" for row in ledger)
        sweep_with_faults(own, plan, workers, own.with_suffix(".log"), retry=True)
        rows.append(
            (
                kind,
                count,
                len(named & {*which}),
                len(named - {*which}),
                done,
                read_results(own).digest() == digest_undisturbed(folder, plan),
                seconds,
            )
        )
    return rows


FULL = {"write fails": errno.ENOSPC, "disk error": errno.EIO}


def plant_fault(calls, fault, at):
    """In this process, `fault` at call `at` of fsync, rename and statements of the ledger; `calls` (a connection) is told how many there were."""
    count = [0]
    sync, rename, opened = os.fsync, os.replace, store.open_ledger

    def now(file=None):
        count[0] += 1
        if count[0] != at:
            return
        if fault == "killed":
            os.kill(os.getpid(), signal.SIGKILL)
        if fault == "short write" and file is not None:
            os.ftruncate(file, os.fstat(file).st_size // 2)
        if fault in FULL and file != "statement":
            raise OSError(FULL[fault], os.strerror(FULL[fault]))

    def fsync(file):
        directory = os.path.isdir(f"/proc/self/fd/{file}")
        now(None if directory else file)
        sync(file)

    def replaced(*names):
        now()
        rename(*names)

    def ledger(folder):
        made = opened(folder)
        made.set_trace_callback(lambda _: now("statement") if fault == "killed" else None)
        return made

    os.fsync, os.replace, store.open_ledger = fsync, replaced, ledger
    return count


def sweep_with_planted_fault(folder, plan, log, calls, fault, at):
    """Sweep with a fault planted; exit status 3 if the sweep says that the disk does not take it."""
    if fault == "file size limit":
        resource.setrlimit(resource.RLIMIT_FSIZE, (at, resource.getrlimit(resource.RLIMIT_FSIZE)[1]))
        count = [0]
    else:
        count = plant_fault(calls, fault, at)
    try:
        sweep_with_faults(folder, plan, 0, log)
    except (OSError, sqlite3.Error) as error:
        calls.send(count[0])
        os._exit(3 if isinstance(error, OSError) else 4)
    calls.send(count[0])
    os._exit(0)


def disks(folder, fault, steps, replicates=60):
    """A sweep in which one write after another goes wrong, each then resumed; returns name -> number, of which those after "ended" ought to be 0."""
    context, plan, n = nursery(), tiny(replicates, "disks"), 0
    right = digest_undisturbed(folder, plan)
    told = dict.fromkeys(
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
        own, n = folder / f"{fault} {at}".replace(" ", "_"), n + 1
        log, (hear, say) = own.with_suffix(".log"), context.Pipe(duplex=False)
        one = context.Process(target=sweep_with_planted_fault, args=(own, plan, log, say, fault, at))
        one.start()
        say.close()
        one.join()
        told["tried"] += 1
        told["ended by it"] += one.exitcode != 0
        told["said otherwise than as a full disk"] += one.exitcode not in (0, 3, -signal.SIGKILL)
        told["unreadable parts under final names"] += len(unreadable(own))
        try:
            have = keys_in_store(own)
            log.unlink(missing_ok=True)
            sweep_with_faults(own, plan, 0, log)
            told["acknowledged runs done again"] += len(
                have & set(log.read_text().split() if log.exists() else ())
            )
            told["sweeps that differ"] += read_results(own).digest() != right
        except UserError:
            told["refusals to read what was kept"] += 1
        rmtree(own, ignore_errors=True)
        log.unlink(missing_ok=True)
        if fault != "file size limit" and one.exitcode == 0 and hear.poll() and hear.recv() < at:
            break  # there are no more calls
    return told


def faults(console, count=200, each=20, below=5, every=1):
    """All of it, in three tables: `count` kills, `each` runs that fail in each way, every `every`-th write gone wrong."""
    from .speed import BenchTable  # and with it pandas, which no worker is to load

    with TemporaryDirectory(
        prefix="cogov-faults-", dir="/dev/shm" if os.access("/dev/shm", os.W_OK) else None
    ) as folder:  # processes die here, not machines
        folder = Path(folder)
        with console.status(f"{count} kills ..."):
            told = kills(folder, count)
        yield BenchTable(
            f"{count} SIGKILLs at random moments; 2 workers",
            ("what", "count"),
            [(name, value) for name, value in told.items()],
        )
        with console.status("runs that fail ..."):
            rows = failures(folder, each, below)
        yield BenchTable(
            "400 runs, some of which fail; then --retry",
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
                told = disks(folder, fault, steps)
            rows.append((fault, *told.values()))
        yield BenchTable(
            "60 runs; at each call of fsync, rename and (killed) statement of the ledger, in turn",
            ("fault", *told),
            rows,
        )
