"""Planted defects: each is put into a copy of the program by itself, and the tests that ought to see it are asked whether they do.

    python tests/mutants.py                  all of them
    python tests/mutants.py --short          the quick ones, for which no large kernel is compiled anew
    python tests/mutants.py --only "a run is lost" --jobs 2
    python tests/mutants.py --list

A test that cannot fail says nothing. So every file of tests/ has at least one in tests/defects.py that turns it red, and the figure is caught / planted. Exit
status 1 where a defect survives, no longer applies (its text stands elsewhere, or twice), stops the program from being loaded, or where its tests are red without it.

What is compiled is kept for each copy and, before a defect is tried, let go for the file that has it and for all that import it; a
defect that only Python reads (`plain`) leaves the other kernels as they are.
"""

import argparse
import ast
import os
import re
import shutil
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha1
from pathlib import Path
from queue import Queue
from tempfile import TemporaryDirectory

from defects import MUTANTS

ROOT = Path(__file__).resolve().parent.parent
PATIENCE = 400  # seconds that the tests of one defect may take
ROOMS = ("agents", "model", "experiments", "viz")


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
        environment = {**os.environ, "PYTHONPATH": str(self.home.parent), "PYTHONDONTWRITEBYTECODE": "1", "NUMBA_CACHE_DIR": str(kernels or self.kernels)}
        with subprocess.Popen([sys.executable, *words], cwd=self.home, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace", start_new_session=True) as asked:
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
        _, version = self.run("-c", "from cogov.model.compiled import version; print(version(outside=()))")
        for room in ("agents", "model", "model/mechanisms"):
            there = ROOT / "__pycache__" / f"kernels-{version.strip()}" / shelved(ROOT / room)
            if there.is_dir():
                shutil.copytree(there, self.kernels / shelved(self.home / room), dirs_exist_ok=True)
        code = "import cogov; from cogov.experiments.work import loaded; from cogov.model import mechanisms; loaded(tuple(mechanisms.names())); print(cogov.__file__)"
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
            for name in () if mutant.plain else readers(self.home, mutant.file):
                for kernel in self.now.glob(f"{Path(name).parent.name}_*/{Path(name).stem}.*"):
                    kernel.unlink()
            status, told = self.tests(mutant.tests, "-x", kernels=self.now)
        finally:
            path.write_text(before, "utf-8")
            os.utime(path, ns=(stamps.st_atime_ns, stamps.st_mtime_ns))  # what was compiled of it is still right
            shutil.rmtree(self.now)
        return *judged(status, told), time.perf_counter() - start

    def red(self, tests):
        """Those of some tests that are red without any defect."""
        status, told = self.tests(tests, timeout=1800)
        return [] if status == 0 else seen(told) or [f"pytest ended with status {status}: {told.strip()[-300:]}"]


def shelved(room):
    """What numba calls the folder for kernels of a room; where it does otherwise, they are compiled anew."""
    return f"{room.name}_{sha1(str(room).encode()).hexdigest()}"


def files():
    """All that the program is made of, as git knows it; tests too."""
    told = subprocess.run(["git", "ls-files", "-co", "--exclude-standard", "-z"], cwd=ROOT, check=True, capture_output=True).stdout
    return [path for path in map(Path, told.decode().split("\0")[:-1]) if (ROOT / path).is_file()]


def seen(told):
    """The tests that failed, by what pytest said at its end."""
    return [re.split(r" - ", line.split(" ", 1)[1])[0] for line in told.splitlines() if re.match(r"(FAILED|ERROR) tests/", line)]


def judged(status, told):
    """Whether a defect was caught, and by which test, else why not."""
    found = seen(told)
    if status is None:
        return False, f"NO ANSWER within {PATIENCE} s"
    if status == 1 and found:
        return True, found[0]
    return False, "SURVIVES" if status == 0 else f"NOT TRIED: pytest ended with status {status}: {' '.join(told.split())[-200:]}"


def readers(home, file):
    """The file itself and all that import it, themselves or through others; none where a file holds no kernels anyway."""
    if Path(file).suffix != ".py" or Path(file).parts[0] not in ROOMS[:3]:
        return []
    sources = {str(path.relative_to(home)): path for room in ROOMS[:3] for path in (home / room).rglob("*.py")}
    reads = {name: set(imports(Path(name), path, sources)) for name, path in sources.items()}
    found, new = {file}, {file}
    while new:
        new = {name for name, others in reads.items() if others & found} - found
        found |= new
    return sorted(found)


def imports(name, path, sources):
    """The files among `sources` that a file imports, as they are named there."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.level:
            base = Path(*name.parent.parts[: len(name.parent.parts) - node.level + 1], *(node.module.split(".") if node.module else ()))
            yield from {str(one) for alias in node.names for one in (base.with_suffix(".py"), base / f"{alias.name}.py", base / "__init__.py")} & sources.keys()


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
        shares = [[test for n, own in enumerate(by_file.values()) if n % jobs == k for test in own] for k in range(jobs)]
        with ThreadPoolExecutor(jobs) as pool:
            list(pool.map(Copy.warm, every))
            red = [test for told in pool.map(lambda one: one[0].red(one[1]) if one[1] else [], zip(every, shares)) for test in told]
            yield red
            waiting = [(one, pool.submit(lent, lambda copy, one=one: copy.planted(one))) for one in mutants]
            for one, future in waiting:
                yield one, *future.result()


def main():
    asked = argparse.ArgumentParser(description="Plant defects, one at a time, and see whether the tests do.")
    asked.add_argument("--only", action="append", default=[], metavar="NAME", help="those whose name or file has this in it; may be given again")
    asked.add_argument("--short", action="store_true", help="the quick ones")
    asked.add_argument("--jobs", type=int, default=1, help="how many at a time")
    asked.add_argument("--list", action="store_true", help="name them and stop")
    asked = asked.parse_args()
    chosen = [one for one in MUTANTS if (one.short or not asked.short) and (not asked.only or any(word in one.name or word in one.file for word in asked.only))]
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
    print(f"\ncaught {len(chosen) - len(survivors)} / planted {len(chosen)}, in {time.perf_counter() - start:,.0f} s")
    if survivors:
        print("not caught:", *survivors, sep="\n  ")
    idle = sorted({f"tests/{path.name}" for path in (ROOT / "tests").glob("test_*.py")} - catchers)
    if idle and len(chosen) == len(MUTANTS):
        print("caught nothing:", *idle, sep="\n  ")
    sys.exit(bool(survivors or red or (idle and len(chosen) == len(MUTANTS))))


if __name__ == "__main__":
    main()
