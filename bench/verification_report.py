"""Verify the reliability of cogov: run each check and print its figures under its command.

    python -m cogov.bench.verification_report            # about twenty minutes on two cores
    python -m cogov.bench.verification_report --short    # a few minutes

Benches assert nothing; this file states what each figure ought to be. The report continues after a failure,
and ends with a list of failures. A figure that needs something this machine lacks is left out and reported as
such: it does not count as a success.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from ..engine.output import safe_streams
from ..engine.texts.errors import UserError
from .page.chromium import find_chromium, start_playwright

ROOT = Path(__file__).parent.parent
PATIENCE = 900  # seconds that one command may take


@dataclass(frozen=True)
class Figure:
    """One command of the report: `words` after `cogov`, or a script of tools/."""

    words: tuple
    short: tuple = None  # the words in the short report; None is the same, () leaves it out
    judge: object = None  # tables as JSON -> what is wrong, in words; None: the exit status alone counts
    needs: object = lambda: ""  # -> why it cannot run on this machine, in words

    def command(self, short) -> tuple:
        """Return the words of the command, in the full or the short report."""
        return self.short if short and self.short is not None else self.words


def rows(tables) -> list[dict]:
    """Return the rows of all tables."""
    return [row for table in tables for row in table["rows"]]


def flips(tables) -> list[str]:
    """Check that cogov never reads wrong data without an error.

    Parquet with default settings, the control, must have some such reads.
    """
    *ours, control = rows(tables)
    bad = [
        f"{row['what']}: {row['wrong, and nothing said']} wrong without an error, "
        f"{row['another error']} other errors"
        for row in ours
        if row["wrong, and nothing said"] or row["another error"]
    ]
    return bad + ["the control has no wrong read without an error, so the check proves nothing"] * (
        control["wrong, and nothing said"] == 0
    )


def check_keys(tables) -> list[str]:
    """Check that no two keys of random numbers are equal."""
    return [
        f"{row['collisions']} keys of random numbers are equal" for row in rows(tables) if row["collisions"]
    ]


def coverage(tables) -> list[str]:
    """Check that all intervals hold under the normal law.

    The interval of a rare event, the control, is known not to hold.
    """
    by_interval = {(row["interval"], row["law"]): row for row in rows(tables)}
    bad = [
        f"{kind}, {law}: covers {row['covered']:.3f}, less than {row['lowest']:.3f}"
        for (kind, law), row in by_interval.items()
        if law == "normal" and not row["holds"]
    ]
    return bad + [
        "the control, a paired difference of a rare event, holds, so the check proves nothing"
    ] * bool(by_interval["paired difference", "rare event"]["holds"])


NOUGHT = (
    "acknowledged runs lost",
    "unreadable parts under final names",
    "refusals to read what was kept",
    "acknowledged runs done again",
    "orphans",
    "sweeps that differ",
    "said otherwise than as a full disk",
)


def faults(tables) -> list[str]:
    """Check that no acknowledged run is lost, and that exactly the faulty runs are named."""
    kills, failures, disks = (table["rows"] for table in tables)
    bad = [f"{row['what']}: {row['count']}" for row in kills if row["what"] in NOUGHT and row["count"]]
    bad += [
        f"a run that {row['a run that']}: {row['named']} of {row['asked']} named, "
        f"{row['wrongly named']} others"
        for row in failures
        if row["named"] != row["asked"] or row["wrongly named"] or not row["whole after --retry"]
    ]
    bad += [f"{row['fault']}: {name}: {row[name]}" for row in disks for name in NOUGHT if row.get(name)]
    return bad + [
        f"{row['fault']}: ended no sweep, so the check proves nothing"
        for row in disks
        if not row["ended by it"]
    ]


def city(tables) -> list[str]:
    """Check that a larger city takes no more time by resident and day, and that the split changes no digest.

    The controls must have another digest.
    """
    growth, split = (table["rows"] for table in tables)
    bad = [
        f"{row['residents']:,} residents: {row['x first']:.2f} times the time of one community"
        for row in growth
        if row["x first"] > 1.6
    ]
    return bad + [
        f"{row['way']}: same digest as the first: {row['as the first']}"
        for row in split
        if (row["as the first"] == "yes") == ("control" in row["way"])
    ]


def browser() -> str:
    """Return why there is no browser, in words; "" where there is one."""
    try:
        start_playwright(), find_chromium()
    except UserError as missing:
        return str(missing)
    return ""


def script(name: str) -> Callable[[], str]:
    """Return a function that says, in words, that a script of tools/ is missing; "" where it exists."""
    return lambda: "" if (ROOT / "tools" / name).exists() else f"no tools/{name}"


FIGURES = (
    Figure(("bench", "determinism"), ("bench", "determinism", "--short")),
    Figure(("bench", "randomness"), judge=check_keys),
    Figure(
        ("bench", "coverage", "--experiments", "500"), ("bench", "coverage", "--experiments", "200"), coverage
    ),
    Figure(("bench", "flips", "--count", "300"), ("bench", "flips", "--count", "60"), flips),
    Figure(
        ("bench", "faults", "--kills", "30", "--each", "5", "--below", "1", "--every", "10"),
        ("bench", "faults", "--kills", "4", "--each", "2", "--below", "0", "--every", "50"),
        faults,
    ),
    Figure(("bench", "city"), ("bench", "city", "--residents", "1000000", "--communities", "70"), city),
    Figure(("tools/mutants.py", "--short", "--jobs", "2"), needs=script("mutants.py")),
    Figure(
        ("tools/fuzz.py", "--minutes", "3"), ("tools/fuzz.py", "--minutes", "0.5"), needs=script("fuzz.py")
    ),
    Figure(("bench", "speed"), ()),
    Figure(("bench", "page", "--sessions", "3"), (), needs=browser),
)


def page(figures: tuple[Figure, ...] = FIGURES, short: bool = False, say=print) -> dict[str, list[str]]:
    """Print every figure under its command; return command -> what is wrong, for those that failed."""
    outcomes, failed = [], {}
    for figure in figures:
        words = figure.command(short)
        if not words:
            outcomes.append((" ".join(figure.words), "left out of the short report"))
            continue
        name = " ".join(words if words[0].endswith(".py") else ("cogov", *words))
        reason = figure.needs()
        if reason:
            outcomes.append((name, f"not present: {reason}"))
            continue
        say(f"\n$ {name}\n", flush=True)
        start = time.perf_counter()
        wrong = check_printed_tables(words, figure.judge)
        passed = "passed" if figure.judge or words[0].endswith(".py") else "exit status 0"
        outcomes.append(
            (
                name,
                f"{'FAILED' if wrong else passed}, {time.perf_counter() - start:.0f} s",
            )
        )
        if wrong:
            failed[name] = wrong
    say("\nSummary", flush=True)
    for name, outcome in outcomes:
        say(f"  {name}: {outcome}", flush=True)
    for name, wrong in failed.items():
        say(f"\nFAILED: {name}\n" + "\n".join(f"  {sentence}" for sentence in wrong), flush=True)
    tried = sum("not present" not in outcome and "left out" not in outcome for _, outcome in outcomes)
    say(f"\n{len(failed)} of {tried} failed", flush=True)
    return failed


def check_printed_tables(
    words: tuple[str, ...], judge: Callable[[list], list[str]] | None = None
) -> list[str]:
    """Run a command, let it print its tables, and return what is wrong with them, in words."""
    from ..viz.text.console import PlainConsole
    from .tables import BenchTable, show

    command = [
        sys.executable,
        *((str(ROOT / words[0]), *words[1:]) if words[0].endswith(".py") else ("-m", "cogov", *words)),
        *(("--json",) if judge else ()),
    ]
    try:
        process = subprocess.run(
            command, stdout=subprocess.PIPE if judge else None, text=True, timeout=PATIENCE
        )
    except subprocess.TimeoutExpired:
        return [f"took more than {PATIENCE} s, and was stopped"]
    wrong = [f"exit status {process.returncode}"] if process.returncode else []
    if not judge:
        return wrong
    try:
        tables = json.loads(process.stdout)["tables"]
        show(
            PlainConsole(width=160),
            False,
            [
                BenchTable(
                    table["title"],
                    tuple(table["rows"][0]),
                    [tuple(row.values()) for row in table["rows"]],
                    table["note"],
                )
                for table in tables
            ],
        )
        return wrong + judge(tables)
    except (ValueError, KeyError, IndexError, TypeError) as error:
        return [*wrong, f"its tables have another form: {type(error).__name__}: {error}"]


if __name__ == "__main__":
    with safe_streams():
        sys.exit(bool(page(short="--short" in sys.argv[1:])))
