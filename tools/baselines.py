"""Write the results of every case to tests/baselines, each file with the changelog line that last moved them.

    make baselines                                       # simulates every case and writes what moved
    .venv/bin/python tools/baselines.py wuzi_yard        # one case

A baseline is overwritten with other numbers only if CHANGELOG.md has more lines that begin with
**Results:** than when it was last compared. A file counts those lines, quotes the one that last moved it, and
seals both with its numbers, so that a number changed by hand is noticed. To write again for the same change,
restore the old file first (git checkout tests/baselines).
"""

from __future__ import annotations

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
from cogov.model.scenarios.cases import alter_scenario, list_cases, read_case

FOLDER = Path(__file__).parent.parent / "tests" / "baselines"
CHANGELOG = Path(__file__).parent.parent / "CHANGELOG.md"
MARK = "- **Results:**"
REPLICATES = 5
QUICK = {  # name -> case, days; the others run as long as their case
    "wuzi_yard_60_days": ("wuzi_yard", 60),
    "shuian_30_days": ("shuian", 30),
}
NAMES = (*QUICK, *list_cases())
MEASURES = (
    "resolution_rate",
    "reported",
    "resolved",
    "backlog",
    "median_time",
    "hours",
    "yuan",
    "trust_committee",
    "trust_neighbours",
)
MOVED = "results moved: run make baselines, and add a line to CHANGELOG.md that begins with **Results:**"


def median_time(run) -> float:
    """Return the days by which half of the issues were resolved (Kaplan-Meier); infinite if never."""
    when, survival = measures.kaplan_meier(*measures.times(run))
    return float(when[survival <= 0.5][0]) if (survival <= 0.5).any() else np.inf


def run_replicate(scenario, number) -> list[float]:
    """Return one replicate's numbers, in the order of MEASURES."""
    run = replicate(scenario, "baseline", 0, number)
    values = measures.summary(run) | {"median_time": median_time(run)}
    return [values[name] for name in MEASURES]


def now(name) -> dict[str, list[str]]:
    """Simulate a case; return measure -> the digits of every replicate and of their mean."""
    case, days = QUICK.get(name, (name, None))
    rows = np.array(
        list(map(partial(run_replicate, alter_scenario(read_case(case), days=days)), range(REPLICATES)))
    )
    return {
        measure: [f"{value:.7g}" for value in (*column, column.mean())]
        for measure, column in zip(MEASURES, rows.T)
    }


def results() -> list[str]:
    """Return the changelog lines that say that results moved, each up to its line end."""
    return [line for line in CHANGELOG.read_text(encoding="utf-8").splitlines() if line.startswith(MARK)]


def path_of(name) -> Path:
    """Return the path of a baseline."""
    return FOLDER / f"{name}.csv"


def text_of(table, count, latest) -> str:
    """Return a baseline as text: two lines of reasons, the numbers, the seal."""
    out = StringIO()
    rows = csv.writer(out, lineterminator="\n")
    rows.writerow(["measure", *range(REPLICATES), "mean"])
    rows.writerows([measure, *digits] for measure, digits in table.items())
    body = f"# after {count} lines of results; the latest:\n# {latest}\n{out.getvalue()}"
    return f"{body}# sealed {blake2b(body.encode(), digest_size=8).hexdigest()}\n"


def before(name) -> tuple[dict[str, list[str]], int, bool]:
    """Read the present baseline: (measure -> digits, lines of results then, whether the seal holds)."""
    text = path_of(name).read_text(encoding="utf-8")
    first, second, *lines = text.splitlines()
    table = {measure: digits for measure, *digits in csv.reader(lines[1:-1])}
    count = int(first.split()[2])
    return table, count, text == text_of(table, count, second.removeprefix("# "))


def moved(was, current) -> str:
    """Return a line before and after for each measure that moved; "" when none did."""
    lines = []
    for measure in dict.fromkeys([*was, *current]):
        old, new = was.get(measure, []), current.get(measure, [])
        if old != new:
            width = max(len(digits) for digits in ("", *old, *new)) + 2
            row = "".join
            lines += [
                f"{measure:18}before {row(f'{d:>{width}}' for d in old)}",
                f"{'':18}after  {row(f'{d:>{width}}' for d in new)}",
            ]
    return "\n".join(["replicates from 0, then their mean:", *lines]) if lines else ""


def write(name) -> tuple[str, bool]:
    """Simulate a case and write its baseline; return (message, whether the baseline is now up to date)."""
    table, lines = now(name), results()
    if path_of(name).exists():
        previous, count, sealed = before(name)
        difference = moved(previous, table)
        if not difference and sealed:
            if count != len(lines):  # else a later change could use a line that said something else
                latest = path_of(name).read_text(encoding="utf-8").splitlines()[1].removeprefix("# ")
                path_of(name).write_text(text_of(table, len(lines), latest), encoding="utf-8")
            return f"{name}: as before", True
        if difference and len(lines) <= count:
            return (
                f"{name}\n{difference}\nnot written: CHANGELOG.md has {len(lines)} lines that begin with "
                f"{MARK}, as many as before; add one that says why",
                False,
            )
    else:
        difference = "new"
    FOLDER.mkdir(exist_ok=True)
    path_of(name).write_text(text_of(table, len(lines), lines[-1].removeprefix("- ")), encoding="utf-8")
    return f"{name}\n{difference}\nwritten", True


def main() -> int:
    """Write the baselines named on the command line, or all; return the exit status."""
    fine = True
    for name in sys.argv[1:] or NAMES:
        message, written = write(name)
        print(message, flush=True)
        fine &= written
    return 0 if fine else 1


if __name__ == "__main__":
    with safe_streams():
        sys.exit(main())
