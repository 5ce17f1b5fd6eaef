"""Planted defects: each is put into a copy of the program by itself, and the tests that ought to see it are asked whether they do.

    python tools/mutants.py                  all of them
    python tools/mutants.py --short          the quick ones, for which no large kernel is compiled anew
    python tools/mutants.py --only "a run is lost" --jobs 2
    python tools/mutants.py --list

A test that cannot fail says nothing. So every file of tests/ has at least one in tools/defects.py that turns it red, and the figure is caught / planted. Exit
status 1 where a defect survives, no longer applies (its text stands elsewhere, or twice), stops the program from being loaded, or where its tests are red without it.

What is compiled is kept for each copy. A defect compiles the kernels that depend on its file again; one that only Python reads
(`plain`) is passed off as no change, and compiles none but that file's own.
"""

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from hashlib import blake2b
from pathlib import Path
from queue import Queue
from tempfile import TemporaryDirectory

from defects import MUTANTS

from cogov.engine.output import safe_streams

ROOT = Path(__file__).resolve().parent.parent
PATIENCE = 400  # seconds that the tests of one defect may take


# ------------------------------------------------------------------------------------------------------------- copies


class Copy:
    """A copy of the program, in which one defect at a time is planted; and what was compiled of it."""

    def __init__(self, folder):
        self.home, self.kernels, self.now = folder / "cogov", folder / "kernels", folder / "kernels-now"
        self.kernels.mkdir(parents=True)
        for path in files():
            (self.home / path).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / path, self.home / path)

    def run(self, *words, kernels=None, timeout=PATIENCE):
        """Run Python here: (exit status, what it said); None as status where it did not end in time."""
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
        ) as asked:
            try:
                told, _ = asked.communicate(timeout=timeout)
                return asked.returncode, told
            except subprocess.TimeoutExpired:
                os.killpg(asked.pid, 9)  # and whatever it had started
                return None, asked.communicate()[0]

    def tests(self, tests, *more, **how):
        return self.run("-m", "pytest", "-q", "-rfE", "-p", "no:cacheprovider", *more, *tests, **how)

    def warm(self):
        """Take over what is compiled of the program already, compile what is not; and see that it is the copy that is loaded."""
        there = ROOT / "__pycache__" / "kernels"
        if there.is_dir():
            shutil.copytree(there, self.kernels / "cogov-kernels", dirs_exist_ok=True)
        code = "import cogov; from cogov.model import mechanisms, precompile; precompile.prepare(mechanisms.names()); print(cogov.__file__)"
        status, told = self.run("-c", code, timeout=900)
        if status or told.split()[-1] != str(self.home / "__init__.py"):
            sys.exit(f"the copy in {self.home} is not what Python loads, or does not run:\n{told}")

    def planted(self, mutant):
        """Try one defect: (caught, by which test or why not, seconds)."""
        path, start = self.home / mutant.file, time.perf_counter()
        before, stamps = path.read_text("utf-8"), path.stat()
        if before.count(mutant.old) != 1:
            return False, f"NO LONGER APPLIES: its text stands there {before.count(mutant.old)} times", 0.0
        shutil.copytree(self.kernels, self.now, copy_function=os.link)
        try:
            path.write_text(before.replace(mutant.old, mutant.new), "utf-8")
            if mutant.plain and mutant.file.endswith(".py"):
                self.pass_off(mutant.file, before.encode(), path.read_bytes())
            status, told = self.tests(mutant.tests, "-x", kernels=self.now)
        finally:
            path.write_text(before, "utf-8")
            os.utime(
                path, ns=(stamps.st_atime_ns, stamps.st_mtime_ns)
            )  # what was compiled of it is still right
            shutil.rmtree(self.now)
        return *judged(status, told), time.perf_counter() - start

    def pass_off(self, file, before, after):
        """Let a changed source file mean to kernels what it meant before, so that only its own are compiled again."""
        for kernel in (self.now / "cogov-kernels").glob(
            f"cogov.{'.'.join(Path(file).with_suffix('').parts)}.*"
        ):
            kernel.unlink()
        store = self.now / "cogov-kernels" / "sources.json"
        known = json.loads(store.read_text("ascii"))
        old, new = (blake2b(raw, digest_size=16).hexdigest() for raw in (before, after))
        if old in known:
            store.unlink()  # a link to what others read
            store.write_text(json.dumps(known | {new: known[old]}), "ascii")

    def red(self, tests):
        """Those of some tests that are red without any defect."""
        status, told = self.tests(tests, timeout=1800)
        return (
            [] if status == 0 else seen(told) or [f"pytest ended with status {status}: {told.strip()[-300:]}"]
        )


def files():
    """All that the program is made of, as git knows it; tests too."""
    told = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard", "-z"], cwd=ROOT, check=True, capture_output=True
    ).stdout
    return [path for path in map(Path, told.decode().split("\0")[:-1]) if (ROOT / path).is_file()]


def seen(told):
    """The tests that failed, by what pytest said at its end."""
    return [
        re.split(r" - ", line.split(" ", 1)[1])[0]
        for line in told.splitlines()
        if re.match(r"(FAILED|ERROR) tests/", line)
    ]


def judged(status, told):
    """Whether a defect was caught, and by which test, else why not."""
    found = seen(told)
    if status is None:
        return False, f"NO ANSWER within {PATIENCE} s"
    if status == 1 and found:
        return True, found[0]
    return (
        False,
        "SURVIVES"
        if status == 0
        else f"NOT TRIED: pytest ended with status {status}: {' '.join(told.split())[-200:]}",
    )


# ------------------------------------------------------------------------------------------------------------- the trial


def trial(mutants, jobs):
    """Try them all: (mutant, caught, by, seconds) in the order in which they are done, after those tests that are red by themselves."""
    with TemporaryDirectory(prefix="mutants-") as folder:
        copies = Queue()
        for n in range(jobs):
            copies.put(Copy(Path(folder) / str(n)))

        def lent(does):
            copy = copies.get()
            try:
                return does(copy)
            finally:
                copies.put(copy)

        every = list(copies.queue)
        tests = list(dict.fromkeys(test for one in mutants for test in one.tests))
        by_file = {}
        for test in tests:
            by_file.setdefault(test.partition("::")[0], []).append(test)
        shares = [
            [test for n, own in enumerate(by_file.values()) if n % jobs == k for test in own]
            for k in range(jobs)
        ]
        with ThreadPoolExecutor(jobs) as pool:
            list(pool.map(Copy.warm, every))
            red = [
                test
                for told in pool.map(lambda one: one[0].red(one[1]) if one[1] else [], zip(every, shares))
                for test in told
            ]
            yield red
            waiting = [(one, pool.submit(lent, lambda copy, one=one: copy.planted(one))) for one in mutants]
            for one, future in waiting:
                yield one, *future.result()


def main():
    asked = argparse.ArgumentParser(description="Plant defects, one at a time, and see whether the tests do.")
    asked.add_argument(
        "--only",
        action="append",
        default=[],
        metavar="NAME",
        help="those whose name or file has this in it; may be given again",
    )
    asked.add_argument("--short", action="store_true", help="the quick ones")
    asked.add_argument("--jobs", type=int, default=1, help="how many at a time")
    asked.add_argument("--list", action="store_true", help="name them and stop")
    asked = asked.parse_args()
    chosen = [
        one
        for one in MUTANTS
        if (one.short or not asked.short)
        and (not asked.only or any(word in one.name or word in one.file for word in asked.only))
    ]
    if not chosen:
        sys.exit("no defect is called that; --list names them")
    if asked.list:
        print("\n".join(f"{one.name:75} {one.file}" for one in chosen))
        return
    start, done = time.perf_counter(), trial(chosen, max(1, asked.jobs))
    red = next(done)
    if red:
        print("red without any defect:", *red, sep="\n  ", flush=True)
    survivors, catchers = [], set()
    for one, caught, by, seconds in done:
        print(f"{'caught' if caught else 'MISSED'} {seconds:6.1f} s  {one.name:75} {by}", flush=True)
        if caught:
            catchers.add(by.partition("::")[0])
        else:
            survivors.append(f"{one.name} ({one.file}): {by}")
    print(
        f"\ncaught {len(chosen) - len(survivors)} / planted {len(chosen)}, in {time.perf_counter() - start:,.0f} s"
    )
    if survivors:
        print("not caught:", *survivors, sep="\n  ")
    idle = sorted({f"tests/{path.name}" for path in (ROOT / "tests").glob("test_*.py")} - catchers)
    if idle and len(chosen) == len(MUTANTS):
        print("caught nothing:", *idle, sep="\n  ")
    sys.exit(bool(survivors or red or (idle and len(chosen) == len(MUTANTS))))


if __name__ == "__main__":
    with safe_streams():
        main()
