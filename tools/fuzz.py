"""Feed slightly invalid files to every reader: each must be read, or refused with a one-line error.

    python tools/fuzz.py --minutes 5                          # all targets, in turn
    python tools/fuzz.py --minutes 5 --only lesson            # one kind of file
    python tools/fuzz.py --minutes 5 --only case --atheris    # by coverage; needs `pip install atheris`

Prints for each kind of file how many were tried, read and refused, the most processor seconds and megabytes
that one of them took, and each error that escaped with the smallest file that raises it. Exit status 1 if
an error escaped or a file took more than MOST_SECONDS or MOST_MEGABYTES.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import resource
import signal
import sys
import time
import traceback
import warnings
from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory
from types import FunctionType

from fuzz_targets import CHINESE, EXPERIMENTS, LOG, TARGETS, as_link, bytes_of, states
from fuzz_values import names
from hypothesis import HealthCheck, Phase, given, seed, settings

import cogov
from cogov.engine.output import safe_streams
from cogov.engine.texts.errors import UserError
from cogov.model.scenarios.cases import SHIPPED
from cogov.viz.lessons.reader import SHIPPED as LESSONS

MOST_SECONDS, MOST_MEGABYTES = 2.0, 200.0
PATIENCE = 10  # processor seconds after which an example is stopped
ROOT = Path(cogov.__file__).parent


def tried(target, files) -> str:
    """Return "read" or "refused"; for an error that escapes, a sentence: its class, and where in cogov."""
    with TemporaryDirectory() as folder:
        for name, raw in {**target.context_files, **files}.items():
            (Path(folder) / name).parent.mkdir(exist_ok=True)
            (Path(folder) / name).write_bytes(raw)
        try:
            with warnings.catch_warnings():
                warnings.filterwarnings("error", module="cogov")
                target.reads(Path(folder))
        except UserError as error:
            return (
                "refused"
                if str(error).isprintable() and len(str(error)) < 20_000
                else f"a UserError that is not one line at {where(error)}"
            )
        except Exception as error:  # any other exception is a finding
            return f"{type(error).__name__} at {where(error)}: {first_line(error)}"
        return "read"


def first_line(error) -> str:
    """Return the first line of an error, 100 characters at most."""
    return (str(error).splitlines() or [""])[0][:100]


def where(error) -> str:
    """Return file:line (function) of the last step within cogov, else of these tests."""
    steps = [
        step
        for step in traceback.extract_tb(error.__traceback__)
        if Path(step.filename).is_relative_to(ROOT) and "site-packages" not in step.filename
    ]
    step = next(
        (step for step in reversed(steps) if "tests" not in Path(step.filename).relative_to(ROOT).parts),
        steps[-1],
    )
    return f"{Path(step.filename).relative_to(ROOT).as_posix()}:{step.lineno} ({step.name})"


def kind_of(verdict) -> str:
    """Return what two verdicts on the same fault share: everything but the message."""
    return verdict.partition("): ")[0].rstrip(")") + ")" if " at " in verdict else verdict


def smaller(target, files, kind) -> dict[str, bytes]:
    """Reduce files to the same fault: fewer lines first, then fewer bytes.

    Not to the smallest possible, and for about 20 seconds.
    """

    def has_fault(name, raw) -> bool:
        return kind_of(tried(target, {**files, name: raw})) == kind

    start = time.monotonic()
    for name in files:
        for split in (
            lambda raw: raw.splitlines(keepends=True),
            lambda raw: [raw[n : n + 1] for n in range(len(raw))],
        ):
            parts = split(files[name])
            size = max(len(parts) // 2, 1)
            while size and len(parts) < 4000 and time.monotonic() < start + 20:
                n = 0
                while n < len(parts) and time.monotonic() < start + 20:
                    remaining = parts[:n] + parts[n + size :]
                    if has_fault(name, b"".join(remaining)):
                        parts = remaining
                    else:
                        n += size
                files = {**files, name: b"".join(parts)}
                size //= 2
    return files


class Stopped(Exception):
    """Raised when an example takes longer than PATIENCE."""


def stop(*_) -> None:
    """Raise Stopped; the handler of the timer."""
    raise Stopped(f"still running after {PATIENCE} s")


def megabytes() -> tuple[float, float]:
    """Return (resident memory now, its peak so far), in MiB."""
    now = (
        int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize()
        if Path("/proc/self/statm").exists()
        else 0
    )
    return now / 2**20, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (
        2**20 if sys.platform == "darwin" else 2**10
    )


class Tally:
    """Results of the files of one target."""

    def __init__(self, target):
        self.target, self.count, self.worst, self.slowest, self.largest, self.over = (
            target,
            Counter(),
            {},
            (0.0, {}),
            (0.0, {}),
            [],
        )

    def add(self, files) -> None:
        """Try some files; record seconds of processor, memory and verdict."""
        before, cpu = megabytes()[0], time.process_time()
        peak = megabytes()[1]
        signal.setitimer(signal.ITIMER_PROF, PATIENCE)
        try:
            verdict = tried(self.target, files)
        finally:
            signal.setitimer(signal.ITIMER_PROF, 0)
        seconds, after = time.process_time() - cpu, megabytes()[1]
        self.slowest = max(self.slowest, (seconds, files), key=lambda pair: pair[0])
        if after > peak:  # else the peak is that of earlier files
            self.largest = max(self.largest, (after - before, files), key=lambda pair: pair[0])
        if seconds > MOST_SECONDS or (after > peak and after - before > MOST_MEGABYTES):
            self.over.append((seconds, max(after - before, 0) if after > peak else 0.0, verdict, files))
        kind = kind_of(verdict)
        self.count[kind] += 1
        if kind not in ("read", "refused"):
            size, _, _ = self.worst.get(kind, (10**12, "", {}))
            new = sum(map(len, files.values()))
            if new < size:
                self.worst[kind] = new, verdict, files


def throw_files(name, minutes, first, pipe) -> None:
    """Feed files to one target for some minutes; send the results over `pipe`."""
    signal.signal(signal.SIGPROF, stop)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    target, until, batch = TARGETS[name], time.monotonic() + 60 * minutes, first
    tally = Tally(target)
    verdict = tried(target, target.right())  # loads and compiles before time counts
    assert verdict == "read", f"{name}: a file that is right cannot be read: {verdict}"
    files = target.files()
    while time.monotonic() < until:

        @seed(batch)
        @settings(
            max_examples=200,
            deadline=None,
            database=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(files)
        def throw(drawn) -> None:
            if time.monotonic() < until:
                tally.add(drawn)

        throw()
        batch += 1
    for files in target.heavy():
        tally.add(files)
    least = {
        kind: (verdict, files if kind.startswith("Stopped") else smaller(target, files, kind))
        for kind, (_, verdict, files) in tally.worst.items()
    }
    pipe.send((dict(tally.count), least, tally.slowest, tally.largest, tally.over))


INSTRUMENTED = (
    "tomllib._parser",
    "cogov.engine.toml_reader",
    "cogov.engine.parameters",
    "cogov.experiments.sweep.experiment",
    "cogov.experiments.sweep.design",
    "cogov.experiments.logs.issue_log",
    "cogov.experiments.files.csv_tables",
    "cogov.experiments.narrative.lesson_runs",
    "cogov.viz.lessons.reader",
    "cogov.viz.page.page_state",
)


def fuzz_with_coverage(name, minutes) -> None:
    """Fuzz one target guided by coverage: atheris mutates the bytes of the files it starts with.

    Ends the process, with exit status 1 if an error escaped.
    """
    import atheris

    # instrumenting all of cogov would take longer than the run
    for module in (sys.modules[name] for name in INSTRUMENTED):
        for function in vars(module).values():
            if isinstance(function, FunctionType) and function.__module__ == module.__name__:
                atheris.instrument_func(function)
    signal.signal(signal.SIGPROF, stop)
    target = TARGETS[name]
    file, raws = {
        "case": ("case.toml", bytes_of(SHIPPED.glob("*.toml"))),
        "experiment": ("experiment.toml", bytes_of(EXPERIMENTS.glob("*.toml"))),
        "lesson": ("lesson.toml", bytes_of(LESSONS.glob("*.toml"))),
        "log": ("mine.csv", [LOG.encode(), CHINESE.encode(), CHINESE.encode("gbk")]),
        "state": ("state.json", states()),
        "link": ("link.txt", [as_link(raw, (0, b"")) for raw in states()]),
    }[name]
    tally, until = Tally(target), time.monotonic() + 60 * minutes

    def one(raw) -> None:
        if time.monotonic() > until:
            print_results(
                name,
                dict(tally.count),
                {kind: (verdict, files) for kind, (_, verdict, files) in tally.worst.items()},
                tally.slowest,
                tally.largest,
                tally.over,
            )
            sys.stdout.flush()
            os._exit(bool(tally.worst))
        tally.add({file: raw})

    with TemporaryDirectory() as corpus:
        for n, raw in enumerate(raws):
            (Path(corpus) / str(n)).write_bytes(raw)
        dictionary = Path(corpus).parent / f"{Path(corpus).name}.words"
        dictionary.write_text(
            "".join(f'"{key}"\n' for key in names() if key.isascii() and key.isidentifier())
        )
        atheris.Setup(
            [
                sys.argv[0],
                corpus,
                f"-dict={dictionary}",
                "-max_len=20000",
                "-len_control=0",
                "-timeout=60",
                "-rss_limit_mb=4000",
                "-verbosity=0",
            ],
            one,
        )
        atheris.Fuzz()


def print_results(name, count, least, slowest, largest, over) -> bool:
    """Print the results of one target; return whether no error escaped and no limit was exceeded."""
    escaped = sum(n for kind, n in count.items() if kind not in ("read", "refused"))
    print(
        f"{name:12}{sum(count.values()):9,}{count.get('read', 0):9,}{count.get('refused', 0):9,}{escaped:9,}"
        f"{slowest[0]:10.2f}{largest[0]:10.0f}"
    )
    for kind, (verdict, files) in least.items():
        print(f"  {count[kind]} x {verdict}")
        for file, raw in files.items():
            print(f"    {file}: {raw[:1500]!r}{f' ... {len(raw)} bytes' if len(raw) > 1500 else ''}")
    for seconds, megabytes_used, verdict, files in sorted(over, key=lambda entry: -entry[0])[:12]:
        print(f"  {seconds:.1f} s and {megabytes_used:.0f} MB, {verdict[:120]}:")
        for file, raw in files.items():
            print(f"    {file}: {raw[:400]!r}{f' ... {len(raw)} bytes' if len(raw) > 400 else ''}")
    return not escaped and not over


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--minutes", type=float, default=5.0, help="for all targets together")
    parser.add_argument("--only", choices=TARGETS, action="append", help="repeatable")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--atheris", action="store_true", help="led by coverage; one target only")
    options = parser.parse_args()
    chosen = options.only or list(TARGETS)
    print(f"{'':12}{'tried':>9}{'read':>9}{'refused':>9}{'escaped':>9}{'seconds':>10}{'MB':>10}", flush=True)
    if options.atheris:
        fuzz_with_coverage(chosen[0], options.minutes)
    fine = True
    context = multiprocessing.get_context("spawn")
    for name in chosen:  # each in a process of its own, for the peak of a process never falls
        ours, theirs = context.Pipe(duplex=False)
        worker = context.Process(
            target=throw_files, args=(name, options.minutes / len(chosen), 1000 * options.seed, theirs)
        )
        worker.start()
        theirs.close()
        try:
            fine &= print_results(name, *ours.recv())
        except EOFError:
            print(f"{name:12}its process was lost")
            fine = False
        worker.join()
        sys.stdout.flush()
    return 0 if fine else 1


if __name__ == "__main__":
    with safe_streams():
        sys.exit(main())
