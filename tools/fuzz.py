"""Files that are nearly right, thrown at everything that reads one: what may come of them is what they mean, or one line that says what is wrong.

    python tools/fuzz.py --minutes 5                          # everything there is, in turn
    python tools/fuzz.py --minutes 5 --only lesson            # one kind of file
    python tools/fuzz.py --minutes 5 --only case --atheris    # led by coverage; needs `pip install atheris`

Prints for each kind of file how many were tried, read and refused, the most seconds (of processor) and megabytes that one took,
and each error that escaped with the smallest file that lets it out. Exit status 1 if one escaped or took more than MOST_SECONDS
or MOST_MEGABYTES.
"""

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
from cogov.engine.parameters import UserError
from cogov.model.cases import SHIPPED
from cogov.viz.lessons.reader import SHIPPED as LESSONS

MOST_SECONDS, MOST_MEGABYTES = 2.0, 200.0
PATIENCE = 10  # seconds of processor after which an example is stopped
ROOT = Path(cogov.__file__).parent


def tried(target, files):
    """ "read" or "refused"; what escapes is told as a sentence: the kind of error, and where in cogov."""
    with TemporaryDirectory() as folder:
        for name, raw in {**target.beside, **files}.items():
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
        except Exception as error:  # whatever it is: that is the question
            return f"{type(error).__name__} at {where(error)}: {first_line(error)}"
        return "read"


def first_line(error):
    return (str(error).splitlines() or [""])[0][:100]


def where(error):
    """file:line (function) of the last step within cogov, else of these tests."""
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


def kind_of(verdict):
    """What two verdicts share that are of one fault: all but the words."""
    return verdict.partition("): ")[0].rstrip(")") + ")" if " at " in verdict else verdict


def smaller(target, files, kind):
    """The same fault from fewer lines, then fewer bytes of a line, as far as a second pass finds them."""

    def still(name, raw):
        return kind_of(tried(target, {**files, name: raw})) == kind

    begin = time.monotonic()
    for name in files:
        for split in (
            lambda raw: raw.splitlines(keepends=True),
            lambda raw: [raw[n : n + 1] for n in range(len(raw))],
        ):
            parts = split(files[name])
            size = max(len(parts) // 2, 1)
            while size and len(parts) < 4000 and time.monotonic() < begin + 20:
                n = 0
                while n < len(parts) and time.monotonic() < begin + 20:
                    fewer = parts[:n] + parts[n + size :]
                    if still(name, b"".join(fewer)):
                        parts = fewer
                    else:
                        n += size
                files = {**files, name: b"".join(parts)}
                size //= 2
    return files


class Stopped(Exception):
    """An example took longer than anybody waits."""


def stop(*_):
    raise Stopped(f"still running after {PATIENCE} s")


def megabytes():
    """(resident now, the most so far)."""
    now = (
        int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize()
        if Path("/proc/self/statm").exists()
        else 0
    )
    return now / 2**20, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (
        2**20 if sys.platform == "darwin" else 2**10
    )


class Tally:
    """What came of the files of one kind."""

    def __init__(self, target):
        self.target, self.count, self.worst, self.slowest, self.largest, self.over = (
            target,
            Counter(),
            {},
            (0.0, {}),
            (0.0, {}),
            [],
        )

    def one(self, files):
        """Try some files, with a clock, a limit of time, and an eye on memory."""
        before, cpu = megabytes()[0], time.process_time()
        peak = megabytes()[1]
        signal.setitimer(signal.ITIMER_PROF, PATIENCE)
        try:
            verdict = tried(self.target, files)
        finally:
            signal.setitimer(signal.ITIMER_PROF, 0)
        seconds, after = time.process_time() - cpu, megabytes()[1]
        self.slowest = max(self.slowest, (seconds, files), key=lambda pair: pair[0])
        if after > peak:  # else it took less than an earlier one
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


def thrown(name, minutes, first, pipe):
    """Throw files at one target for so many minutes; send what came of it."""
    signal.signal(signal.SIGPROF, stop)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    target, until, batch = TARGETS[name], time.monotonic() + 60 * minutes, first
    tally = Tally(target)
    first_of_all = tried(target, target.right())  # what is loaded and compiled once
    assert first_of_all == "read", f"{name}: a file that is right cannot be read: {first_of_all}"
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
        def throw(one):
            if time.monotonic() < until:
                tally.one(one)

        throw()
        batch += 1
    for files in target.heavy():
        tally.one(files)
    least = {
        kind: (verdict, files if kind.startswith("Stopped") else smaller(target, files, kind))
        for kind, (_, verdict, files) in tally.worst.items()
    }
    pipe.send((dict(tally.count), least, tally.slowest, tally.largest, tally.over))


LED = (
    "tomllib._parser",
    "cogov.engine.toml_reader",
    "cogov.engine.parameters",
    "cogov.experiments.sweep.experiment",
    "cogov.experiments.sweep.design",
    "cogov.experiments.calibration.issue_log",
    "cogov.experiments.files.csv_tables",
    "cogov.experiments.narrative.lesson_runs",
    "cogov.viz.lessons.reader",
    "cogov.viz.page.page_state",
)


def led(name, minutes):
    """The same, led by coverage: atheris changes the bytes of the files it began with."""
    import atheris

    for module in (sys.modules[called] for called in LED):  # all of cogov would take longer than the run
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

    def one(raw):
        if time.monotonic() > until:
            told(
                name,
                dict(tally.count),
                {kind: (verdict, files) for kind, (_, verdict, files) in tally.worst.items()},
                tally.slowest,
                tally.largest,
                tally.over,
            )
            sys.stdout.flush()
            os._exit(bool(tally.worst))
        tally.one({file: raw})

    with TemporaryDirectory() as corpus:
        for n, raw in enumerate(raws):
            (Path(corpus) / str(n)).write_bytes(raw)
        words = Path(corpus).parent / f"{Path(corpus).name}.words"
        words.write_text(
            "".join(f'"{word_}"\n' for word_ in names() if word_.isascii() and word_.isidentifier())
        )
        atheris.Setup(
            [
                sys.argv[0],
                corpus,
                f"-dict={words}",
                "-max_len=20000",
                "-len_control=0",
                "-timeout=60",
                "-rss_limit_mb=4000",
                "-verbosity=0",
            ],
            one,
        )
        atheris.Fuzz()


def told(name, count, least, slowest, largest, over):
    """Print what came of one target; returns whether all was well."""
    escaped = sum(n for kind, n in count.items() if kind not in ("read", "refused"))
    print(
        f"{name:12}{sum(count.values()):9,}{count.get('read', 0):9,}{count.get('refused', 0):9,}{escaped:9,}{slowest[0]:10.2f}{largest[0]:10.0f}"
    )
    for kind, (verdict, files) in least.items():
        print(f"  {count[kind]} x {verdict}")
        for file, raw in files.items():
            print(f"    {file}: {raw[:1500]!r}{f' ... {len(raw)} bytes' if len(raw) > 1500 else ''}")
    for seconds, more, verdict, files in sorted(over, key=lambda one: -one[0])[:12]:
        print(f"  {seconds:.1f} s and {more:.0f} MB, {verdict[:120]}:")
        for file, raw in files.items():
            print(f"    {file}: {raw[:400]!r}{f' ... {len(raw)} bytes' if len(raw) > 400 else ''}")
    return not escaped and not over


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--minutes", type=float, default=5.0, help="for all targets together")
    parser.add_argument("--only", choices=TARGETS, action="append", help="repeatable")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--atheris", action="store_true", help="led by coverage; one target only")
    told_ = parser.parse_args()
    chosen = told_.only or list(TARGETS)
    print(f"{'':12}{'tried':>9}{'read':>9}{'refused':>9}{'escaped':>9}{'seconds':>10}{'MB':>10}", flush=True)
    if told_.atheris:
        led(chosen[0], told_.minutes)
    fine = True
    context = multiprocessing.get_context("spawn")
    for name in chosen:  # each in a process of its own: the most memory is a process's for life
        ours, theirs = context.Pipe(duplex=False)
        worker = context.Process(
            target=thrown, args=(name, told_.minutes / len(chosen), 1000 * told_.seed, theirs)
        )
        worker.start()
        theirs.close()
        try:
            fine &= told(name, *ours.recv())
        except EOFError:
            print(f"{name:12}its process was lost")
            fine = False
        worker.join()
        sys.stdout.flush()
    return 0 if fine else 1


if __name__ == "__main__":
    with safe_streams():
        sys.exit(main())
