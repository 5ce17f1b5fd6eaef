"""What every case comes to, in numbers that are written down, each file with the line of the changelog that last moved them.

    make baselines                                       # lives through every case and writes what moved
    .venv/bin/python tools/baselines.py wuzi_yard        # of one

Nothing is overwritten with other numbers before CHANGELOG.md has a line more that begins with **Results:** than when they were
written. A file counts those lines, quotes the latest, and seals both with its numbers, so that no number is changed by hand. Who
is still at the change that added the line takes the old file back first (git checkout tests/baselines).
"""

import csv
import sys
from functools import partial
from hashlib import blake2b
from io import StringIO
from pathlib import Path

import numpy as np

from cogov.engine.output import safe_streams
from cogov.experiments.comparison.runs import replicate
from cogov.model import measures
from cogov.model.cases import alter_scenario, list_cases, read_case

FOLDER = Path(__file__).parent.parent / "tests" / "baselines"
CHANGELOG = Path(__file__).parent.parent / "CHANGELOG.md"
MARK = "- **Results:**"
REPLICATES = 5
QUICK = {
    "wuzi_yard_60_days": ("wuzi_yard", 60),
    "shuian_30_days": ("shuian", 30),
}  # name -> case, days; the others live as long as their case
NAMES = (*QUICK, *list_cases())
TOLD = (
    "resolution_rate",
    "told",
    "resolved",
    "backlog",
    "median_time",
    "hours",
    "yuan",
    "trust_committee",
    "trust_neighbours",
)
MOVED = "results moved: run make baselines, and add a line to CHANGELOG.md that begins with **Results:**"


def median_time(run):
    """Days by which half of what arose was resolved (Kaplan and Meier); infinite where it never was."""
    when, survival = measures.kaplan_meier(*measures.times(run))
    return float(when[survival <= 0.5][0]) if (survival <= 0.5).any() else np.inf


def lived(scenario, number):
    """One replicate's numbers, in the order of TOLD."""
    run = replicate(scenario, "baseline", 0, number)
    whole = measures.summary(run) | {"median_time": median_time(run)}
    return [whole[name] for name in TOLD]


def now(name):
    """measure -> the digits of every replicate and of their mean, of a case as it is reported."""
    case, days = QUICK.get(name, (name, None))
    rows = np.array(list(map(partial(lived, alter_scenario(read_case(case), days=days)), range(REPLICATES))))
    return {
        measure: [f"{value:.7g}" for value in (*column, column.mean())]
        for measure, column in zip(TOLD, rows.T)
    }


def results():
    """The lines of the changelog that say that results moved, each to its first line's end."""
    return [line for line in CHANGELOG.read_text(encoding="utf-8").splitlines() if line.startswith(MARK)]


def path_of(name):
    return FOLDER / f"{name}.csv"


def text_of(table, count, latest):
    """A baseline as a file: two lines of reasons, the numbers, the seal."""
    out = StringIO()
    rows = csv.writer(out, lineterminator="\n")
    rows.writerow(["measure", *range(REPLICATES), "mean"])
    rows.writerows([measure, *digits] for measure, digits in table.items())
    body = f"# after {count} lines of results; the latest:\n# {latest}\n{out.getvalue()}"
    return f"{body}# sealed {blake2b(body.encode(), digest_size=8).hexdigest()}\n"


def before(name):
    """What is written: (measure -> digits, lines of results then, whether the seal holds)."""
    text = path_of(name).read_text(encoding="utf-8")
    first, second, *lines = text.splitlines()
    table = {measure: digits for measure, *digits in csv.reader(lines[1:-1])}
    count = int(first.split()[2])
    return table, count, text == text_of(table, count, second.removeprefix("# "))


def moved(was, is_):
    """Before and after, a line for each measure that moved; empty when none did."""
    lines = []
    for measure in dict.fromkeys([*was, *is_]):
        old, new = was.get(measure, []), is_.get(measure, [])
        if old != new:
            width = max(len(digits) for digits in ("", *old, *new)) + 2
            row = "".join
            lines += [
                f"{measure:18}before {row(f'{d:>{width}}' for d in old)}",
                f"{'':18}after  {row(f'{d:>{width}}' for d in new)}",
            ]
    return "\n".join(["replicates from 0, then their mean:", *lines]) if lines else ""


def write(name):
    """Live through one and write it down; returns what is to be said, and whether it is written."""
    table, lines = now(name), results()
    if path_of(name).exists():
        was, count, sealed = before(name)
        difference = moved(was, table)
        if not difference and sealed:
            return f"{name}: as before", True
        if difference and len(lines) <= count:
            return (
                f"{name}\n{difference}\nnot written: CHANGELOG.md has {len(lines)} lines that begin with {MARK}, as many as before; add one that says why",
                False,
            )
    else:
        difference = "new"
    FOLDER.mkdir(exist_ok=True)
    path_of(name).write_text(text_of(table, len(lines), lines[-1].removeprefix("- ")), encoding="utf-8")
    return f"{name}\n{difference}\nwritten", True


def main():
    fine = True
    for name in sys.argv[1:] or NAMES:
        said, written = write(name)
        print(said, flush=True)
        fine &= written
    return 0 if fine else 1


if __name__ == "__main__":
    with safe_streams():
        sys.exit(main())
