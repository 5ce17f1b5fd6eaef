"""Plant known defects in a copy of the program, one at a time, and check that the tests notice each of them.

    python tools/mutants.py                  all of them
    python tools/mutants.py --short          the quick ones, for which no large kernel is recompiled
    python tools/mutants.py --only "a run is lost" --jobs 2
    python tools/mutants.py --list

A test that cannot fail shows nothing. So every file of tests/ has at least one defect in tools/defects/
that turns it red; the figure printed is caught / planted. Exit status 1 where a defect survives, no longer
applies (its text is missing or occurs twice) or stops the program from loading, or where its tests fail
without it.

Compiled kernels are kept for each copy. A defect recompiles the kernels that depend on its file; for one
that only Python reads (`plain`), the file counts as unchanged, and only its own kernels are recompiled.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from hashlib import blake2b
from pathlib import Path
from queue import Queue
from tempfile import TemporaryDirectory

from defects import MUTANTS

from cogov.engine.output import safe_streams

ROOT = Path(__file__).resolve().parent.parent
PATIENCE = 400  # seconds that the tests of one defect may take


# ----------------------------------------------------------------------------------------------------- copies


class Copy:
    """A copy of the program in which one defect at a time is planted, with its compiled kernels."""

    def __init__(self, folder):
        self.home, self.kernels, self.now = folder / "cogov", folder / "kernels", folder / "kernels-now"
        self.kernels.mkdir(parents=True)
        for path in files():
            (self.home / path).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / path, self.home / path)

    def run(self, *words, kernels=None, timeout=PATIENCE) -> tuple[int | None, str]:
        """Run Python in the copy; return (exit status, output), the status None if it did not end in time."""
        environment = {
            **os.environ,
            "PYTHONPATH": str(self.home.parent),
            "PYTHONDONTWRITEBYTECODE": "1",
            "NUMBA_CACHE_DIR": str(kernels or self.kernels),
        }
        with subprocess.Popen(
            [sys.executable, *words],
            cwd=self.home,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            start_new_session=True,
        ) as process:
            try:
                output, _ = process.communicate(timeout=timeout)
                return process.returncode, output
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, 9)  # with the processes that it started
                return None, process.communicate()[0]

    def tests(self, tests, *more, **how) -> tuple[int | None, str]:
        """Run some tests in the copy; return (exit status, output)."""
        return self.run("-m", "pytest", "-q", "-rfE", "-p", "no:cacheprovider", *more, *tests, **how)

    def warm(self) -> None:
        """Copy the kernels compiled so far, and compile the missing ones.

        Exits where Python does not load this copy, or the copy does not run.
        """
        compiled = ROOT / "__pycache__" / "kernels"
        if compiled.is_dir():
            shutil.copytree(compiled, self.kernels / "cogov-kernels", dirs_exist_ok=True)
        code = (
            "import cogov; from cogov.model import mechanisms, precompile; "
            "precompile.prepare(mechanisms.list_mechanisms()); print(cogov.__file__)"
        )
        status, output = self.run("-c", code, timeout=900)
        if status or output.split()[-1] != str(self.home / "__init__.py"):
            sys.exit(f"the copy in {self.home} is not what Python loads, or does not run:\n{output}")

    def plant(self, mutant) -> tuple[bool, str, float]:
        """Try one defect: (caught, the test that caught it or why not, seconds)."""
        path, start = self.home / mutant.file, time.perf_counter()
        before, stamps = path.read_text("utf-8"), path.stat()
        if before.count(mutant.old) != 1:
            return False, f"NO LONGER APPLIES: its text stands there {before.count(mutant.old)} times", 0.0
        shutil.copytree(self.kernels, self.now, copy_function=os.link)
        try:
            path.write_text(before.replace(mutant.old, mutant.new), "utf-8")
            if mutant.plain and mutant.file.endswith(".py"):
                self.pass_off(mutant.file, before.encode(), path.read_bytes())
            status, output = self.tests(mutant.tests, "-x", kernels=self.now)
        finally:
            path.write_text(before, "utf-8")
            # the time stamp too, so that what was compiled of it stays valid
            os.utime(path, ns=(stamps.st_atime_ns, stamps.st_mtime_ns))
            shutil.rmtree(self.now)
        return *judge(status, output), time.perf_counter() - start

    def pass_off(self, file, before, after) -> None:
        """Register a changed source file as unchanged for kernels, so that only its own are recompiled."""
        for kernel in (self.now / "cogov-kernels").glob(
            f"cogov.{'.'.join(Path(file).with_suffix('').parts)}.*"
        ):
            kernel.unlink()
        store = self.now / "cogov-kernels" / "sources-2.json"
        known = json.loads(store.read_text("ascii"))
        old, new = (blake2b(raw, digest_size=16).hexdigest() for raw in (before, after))
        if old in known:
            store.unlink()  # a hard link that other copies share
            store.write_text(json.dumps(known | {new: known[old]}), "ascii")

    def failing(self, tests) -> list[str]:
        """Return those of some tests that fail without any defect."""
        status, output = self.tests(tests, timeout=1800)
        return (
            []
            if status == 0
            else failed_tests(output) or [f"pytest ended with status {status}: {output.strip()[-300:]}"]
        )


def files() -> list[Path]:
    """Return all files of the program that git lists, tests included."""
    listing = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard", "-z"], cwd=ROOT, check=True, capture_output=True
    ).stdout
    return [path for path in map(Path, listing.decode().split("\0")[:-1]) if (ROOT / path).is_file()]


def failed_tests(output) -> list[str]:
    """Return the names of failed tests in pytest's output."""
    return [
        re.split(r" - ", line.split(" ", 1)[1])[0]
        for line in output.splitlines()
        if re.match(r"(FAILED|ERROR) tests/", line)
    ]


def judge(status, output) -> tuple[bool, str]:
    """Return whether a defect was caught, and the test that caught it or why not."""
    failed = failed_tests(output)
    if status is None:
        return False, f"NO ANSWER within {PATIENCE} s"
    if status == 1 and failed:
        return True, failed[0]
    if status:
        return False, f"NOT TRIED: pytest ended with status {status}: {' '.join(output.split())[-200:]}"
    return False, "SURVIVES" if re.search(r"\d passed", output) else "NOT TRIED: its tests are skipped here"


# ---------------------------------------------------------------------------------------------------- the run


def run_mutants(mutants, jobs) -> Iterator:
    """Yield the tests that fail without any defect, then (mutant, caught, by, seconds) of each mutant."""
    with TemporaryDirectory(prefix="mutants-") as folder:
        copies = Queue()
        for n in range(jobs):
            copies.put(Copy(Path(folder) / str(n)))

        def with_copy(job) -> object:
            copy = copies.get()
            try:
                return job(copy)
            finally:
                copies.put(copy)

        all_copies = list(copies.queue)
        tests = list(dict.fromkeys(test for mutant in mutants for test in mutant.tests))
        by_file = {}
        for test in tests:
            by_file.setdefault(test.partition("::")[0], []).append(test)
        shares = [
            [
                test
                for n, tests_of_file in enumerate(by_file.values())
                if n % jobs == k
                for test in tests_of_file
            ]
            for k in range(jobs)
        ]
        with ThreadPoolExecutor(jobs) as pool:
            list(pool.map(Copy.warm, all_copies))
            failing_tests = [
                test
                for failing in pool.map(
                    lambda pair: pair[0].failing(pair[1]) if pair[1] else [], zip(all_copies, shares)
                )
                for test in failing
            ]
            yield failing_tests
            waiting = [
                (mutant, pool.submit(with_copy, lambda copy, mutant=mutant: copy.plant(mutant)))
                for mutant in mutants
            ]
            for mutant, future in waiting:
                yield mutant, *future.result()


def main() -> None:
    """Run the mutants chosen on the command line, and exit."""
    parser = argparse.ArgumentParser(
        description="Plant defects, one at a time, and see whether the tests do."
    )
    parser.add_argument(
        "--only",
        action="append",
        default=[],
        metavar="NAME",
        help="those whose name or file has this in it; may be given again",
    )
    parser.add_argument("--short", action="store_true", help="the quick ones")
    parser.add_argument("--jobs", type=int, default=1, help="how many at a time")
    parser.add_argument("--list", action="store_true", help="name them and stop")
    options = parser.parse_args()
    chosen = [
        mutant
        for mutant in MUTANTS
        if (mutant.short or not options.short)
        and (not options.only or any(word in mutant.name or word in mutant.file for word in options.only))
    ]
    if not chosen:
        sys.exit("no defect is called that; --list names them")
    if options.list:
        print("\n".join(f"{mutant.name:75} {mutant.file}" for mutant in chosen))
        return
    start, results = time.perf_counter(), run_mutants(chosen, max(1, options.jobs))
    failing_tests = next(results)
    if failing_tests:
        print("red without any defect:", *failing_tests, sep="\n  ", flush=True)
    survivors, catchers = [], set()
    for mutant, caught, by, seconds in results:
        print(f"{'caught' if caught else 'MISSED'} {seconds:6.1f} s  {mutant.name:75} {by}", flush=True)
        if caught:
            catchers.add(by.partition("::")[0])
        else:
            survivors.append(f"{mutant.name} ({mutant.file}): {by}")
    print(
        f"\ncaught {len(chosen) - len(survivors)} / planted {len(chosen)}, in "
        f"{time.perf_counter() - start:,.0f} s"
    )
    if survivors:
        print("not caught:", *survivors, sep="\n  ")
    idle = sorted(
        {path.relative_to(ROOT).as_posix() for path in (ROOT / "tests").rglob("test_*.py")} - catchers
    )
    if idle and len(chosen) == len(MUTANTS):
        print("caught nothing:", *idle, sep="\n  ")
    sys.exit(bool(survivors or failing_tests or (idle and len(chosen) == len(MUTANTS))))


if __name__ == "__main__":
    with safe_streams():
        main()
