"""Store a sweep in a folder: a ledger of every run, and Parquet parts of about fifty runs each.

    DIR/ledger.sqlite    every run that was stored: its digest, seconds, failure, and part
        experiment.json  the experiment; cases.json, arms.json: all cases and arms, to repeat any run
        manifest.json    versions, command, and the registration with its dates
        runs/part-*.parquet, series/part-*.parquet, issues/part-*.parquet: see `parts.py`
        SHA256SUMS       checksums of all of these, once the sweep is finished
        set_aside/       parts that are damaged, or that this sweep did not write

A run is safe as soon as it is in the ledger: its tables wait there, in one transaction with its row, until
fifty of them form a part. A part is written under a temporary name, read back, flushed and renamed; only then
are its tables removed from the ledger. The texts are in the ledger too; the files are copies for people, so a
kill cannot leave the two in disagreement. Failed runs have parts of their own, written last, so that
repeating them changes no other part. Opening a store changes nothing: the checksums, and the remains of an
interrupted write, are removed just before the first change. So a sweep that is refused leaves a finished
folder as it was.

Roads not taken: appending to one file per table (a kill truncates it), or a part per run (10,000 small
files).
"""

from __future__ import annotations

import fcntl
import os
import sqlite3
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager
from hashlib import sha256
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from ...engine.texts.errors import Message, UserError
from ..files.manifest import LEDGER
from .ledger import (
    OWN,
    ROW,
    SCHEMA,
    SUMS,
    TEXTS,
    check_seal,
    describe_mismatch,
    disk_error,
    is_blank,
    mark,
    open_ledger,
    read_ledger,
    refuse_lost_ledger,
    refuse_remains,
    sums_of,
    verify_row,
)
from .parts import (
    PART,
    PART_NAME,
    TABLES,
    Parcel,
    flush_folder,
    runs_table,
    stray_files,
    write_durably,
    write_parcel,
)

if TYPE_CHECKING:
    import pandas as pd

    from .worker import RunOutcome

    Factors = Callable[[str, str], dict]  # (case, arm) -> what the design varies, path -> value

ASIDE = "set_aside"
INSERT_RUN = f"insert or replace into runs values ({', '.join('?' * (len(ROW) + 1))})"


class Store:
    """An open store, to which one process at a time may add. Every method writes completely or not at all."""

    ledger: sqlite3.Connection

    def __init__(self, folder: str | Path):
        """Open `folder`, and create it if it does not exist.

        Raises UserError if another process writes to it or it does not belong to a sweep, Damaged, OSError.
        """
        self.folder = Path(folder)
        refuse_remains(self.folder)
        for name in ("", "tmp", *TABLES):
            (self.folder / name).mkdir(parents=True, exist_ok=True)
        self.lock = open(self.folder / "tmp" / "lock", "w")
        try:
            fcntl.flock(self.lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            self.begin()
        except BlockingIOError:
            self.close()
            raise UserError(
                "{folder}: another process is writing there; wait for it, or give another --out",
                folder=folder,
            ) from None
        except BaseException:
            self.close()
            raise

    def begin(self) -> None:
        """Create the ledger, or check every row of an existing one against its mark."""
        check_seal(self.folder)
        # keys of all runs, and of those in no part yet
        self.known: set[str] = set()
        self.queue: dict[str, dict[str, None]] = {"done": {}, "failed": {}}
        self.ledger, self.prepared = open_ledger(self.folder), False
        if is_blank(self.folder, self.ledger):
            refuse_lost_ledger(self.folder)
            self.prepared = True  # the folder is still empty
            with self.transaction():
                self.ledger.execute("begin immediate")
                for table in SCHEMA:
                    self.ledger.execute(table)
        else:
            self.note_rows(read_ledger(self.folder, self.ledger)[2])

    @property
    def is_sealed(self) -> bool:
        """Whether the checksums of a finished sweep exist."""
        return (self.folder / SUMS).exists()

    def prepare(self) -> None:
        """Prepare the first change: remove the checksums and temporary files.

        Parts that are not in the ledger are set aside in a finished sweep, else deleted: an interrupted write
        left them.
        """
        if self.prepared:
            return
        self.prepared = True
        strays = [self.folder / name for name in self.stray_parts()]
        for path in strays:
            set_aside(self.folder, path) if self.is_sealed else path.unlink()
        for path in (path for path in (self.folder / "tmp").glob("*.*") if path.is_file()):
            path.unlink()
        if (self.folder / SUMS).exists():
            (self.folder / SUMS).unlink()
            flush_folder(self.folder)

    def strays(self) -> list[str]:
        """Return names of files among the parts that are not of this sweep.

        Readers of whole folders would include them.
        """
        return stray_files(self.folder, {file for (file,) in self.ledger.execute("select file from parts")})

    def stray_parts(self) -> list[str]:
        """Return the names of stray files that are named like parts."""
        return [name for name in self.strays() if Path(name).match(PART_NAME)]

    def find_damage(self) -> dict[str, Message]:
        """Return parts and texts that differ from the ledger: name -> what is wrong."""
        digests = dict(self.ledger.execute("select file, sha256 from parts"))
        digests |= {
            name: sha256(text.encode()).hexdigest()
            for name in (*TEXTS, OWN)
            if (text := self.text(name)) is not None
        }
        problems = {name: describe_mismatch(self.folder / name, digest) for name, digest in digests.items()}
        return {name: why for name, why in problems.items() if why}

    def withdraw_damaged(self, damaged: dict[str, Message]) -> list[str]:
        """Set damaged parts aside, and return the keys of their runs, which must be done again.

        The ledger also has what the table `runs` has, so a part of that table alone is written again from the
        ledger.
        """
        again = []
        parts = [part for (part,) in self.ledger.execute("select distinct part from parts")]
        for part in parts:
            files = [
                file for (file,) in self.ledger.execute("select file from parts where part = ?", (part,))
            ]
            if not damaged.keys() & set(files):
                continue
            self.prepare()
            for file in files:
                if (self.folder / file).exists():
                    set_aside(self.folder, self.folder / file)
            rows = [
                verify_row(self.folder, row)
                for row in self.ledger.execute(
                    f"select {', '.join(ROW)}, mark from runs where part = ?", (part,)
                ).fetchall()
            ]
            only_runs = files == [part]
            self.add(
                [{**row, "part": None} for row in rows] if only_runs else [],
                gone=[part],
                lost=() if only_runs else [row["key"] for row in rows],
            )
            again += [] if only_runs else [row["key"] for row in rows]
        return again

    def close(self) -> None:
        if "ledger" in vars(self):  # else it was never opened
            self.ledger.close()
        self.lock.close()

    def keys(self, failed: bool = True) -> set[str]:
        """Return the keys of stored runs; without failed runs if `failed` is false."""
        return {
            row[0]
            for row in self.ledger.execute(
                "select key from runs" + ("" if failed else " where status = 'done'")
            )
        }

    def failures(self, among: Collection[str]) -> Counter:
        """Count the last lines of the failures of runs with these keys: words -> how many."""
        rows = self.ledger.execute("select key, failure from runs where status = 'failed'")
        return Counter(failure.rpartition("\n")[2] for key, failure in rows if key in among)

    def store_outcomes(self, outcomes: Iterable[RunOutcome]) -> None:
        """Store outcomes durably. Raises OSError if the disk refuses them."""
        self.add(
            [
                {
                    "key": o.order.key,
                    "name": o.order.arm.case,
                    "arm": o.order.arm.name,
                    "replicate": o.order.replicate,
                    "part": None,
                    "series": o.series or None,
                    "issues": o.issues or None,
                    **{
                        name: getattr(o, name)
                        for name in ("status", "seconds", "digest", "measures", "activities", "failure")
                    },
                }
                for o in outcomes
            ]
        )

    def add(
        self,
        rows: list[dict],
        parts: Iterable[tuple] = (),
        gone: Collection[str] = (),
        lost: Collection[str] = (),
    ) -> None:
        """Change the ledger in one transaction.

        `rows` (of runs) and `parts` are added or replaced, parts in `gone` and runs with keys in `lost` are
        removed.
        """
        with self.transaction():
            self.ledger.executemany(
                "insert or replace into parts values (?, ?, ?, ?, ?)",
                [(*part, mark(*part)) for part in parts],
            )
            self.ledger.executemany("delete from parts where part = ?", [(part,) for part in gone])
            values = [tuple(row[name] for name in ROW) for row in rows]
            self.ledger.executemany(INSERT_RUN, [(*row, mark(*row)) for row in values])
            self.ledger.executemany("delete from runs where key = ?", [(key,) for key in lost])
            # counted here, not in the table: so a row that disappears is noticed
            self.set_fact("runs", len((self.known | {row["key"] for row in rows}) - set(lost)))
            if parts or gone:
                self.set_fact("parts", self.ledger.execute("select count(*) from parts").fetchone()[0])
        self.known -= set(lost)
        self.note_rows(rows)

    def note_rows(self, rows: list[dict]) -> None:
        """Record in memory which runs are stored, and which of them are not yet in a part."""
        for row in rows:
            self.known.add(row["key"])
            for status, keys in self.queue.items():
                keys.pop(row["key"], None)
                if row["part"] is None and row["status"] == status:
                    keys[row["key"]] = None

    def set_fact(self, name: str, value: object) -> None:
        """Write a fact, inside a transaction."""
        self.ledger.execute(
            "insert or replace into facts values (?, ?, ?)", (name, str(value), mark(name, str(value)))
        )

    def has_full_part(self) -> bool:
        """Whether enough runs wait to form a part."""
        return len(self.queue["done"]) >= PART

    def runs(self, factors: Factors) -> pd.DataFrame:
        """Return the table `runs` of all stored runs, in a part or not, as pandas."""
        records = self.ledger.execute(
            f"select {', '.join(ROW)}, mark from runs order by replicate, name, arm"
        )
        rows = [verify_row(self.folder, row) for row in records]
        return runs_table(rows, [factors(row["name"], row["arm"]) for row in rows]).to_pandas()

    def parcel(self, factors: Factors, status: str = "done") -> Parcel:
        """Take up to fifty waiting runs, to be written as a part.

        `factors(case, arm)` returns the values of what the design varies: path -> value.
        """
        keys = list(islice(self.queue[status], PART))
        records = (
            self.ledger.execute(f"select {', '.join(ROW)}, mark from runs where key = ?", (key,)).fetchone()
            for key in keys
        )
        rows = [verify_row(self.folder, row) for row in records]
        for key in keys:
            del self.queue[status][key]
        return Parcel(rows, [factors(row["name"], row["arm"]) for row in rows])

    def record(self, parcel: Parcel, tables: dict[str, bytes]) -> None:
        """Write the parts of a parcel (table -> bytes).

        Only when they are on the disk are the tables of its runs removed from the ledger.
        """
        self.prepare()
        files = {name: f"{name}/part-{sha256(raw).hexdigest()[:16]}.parquet" for name, raw in tables.items()}
        for name, raw in tables.items():
            write_durably(self.folder, self.folder / files[name], raw)
        part = files["runs"]
        parts = [
            (files[name], sha256(raw).hexdigest(), len(parcel.rows), part) for name, raw in tables.items()
        ]
        self.add([{**row, "part": part, "series": None, "issues": None} for row in parcel.rows], parts)

    def withdraw_failed(self) -> None:
        """Take failed runs out of their parts, so that they can be done again.

        Until they are replaced, they remain in the ledger as they are.
        """
        records = self.ledger.execute(
            f"select {', '.join(ROW)}, mark from runs where part is not null and status = 'failed'"
        ).fetchall()
        rows = [verify_row(self.folder, row) for row in records]
        gone = {row["part"] for row in rows}
        files = [
            file
            for part in gone
            for (file,) in self.ledger.execute("select file from parts where part = ?", (part,))
        ]
        if rows:
            self.add([{**row, "part": None} for row in rows], gone=gone)
        for file in files:
            (self.folder / file).unlink(missing_ok=True)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Run one transaction; errors of SQLite about a full or broken disk are raised as OSError."""
        self.prepare()
        try:
            with self.ledger:
                yield
        except sqlite3.Error as error:
            raise disk_error(self.folder, error) from None

    def write(self, texts: dict[str, str]) -> None:
        """Write texts about the experiment (name -> text): into the ledger and as files for people."""
        with self.transaction():
            for name, text in texts.items():
                self.set_fact(name, text)
        for name, text in texts.items():
            write_durably(self.folder, self.folder / name, text.encode())

    def text(self, name: str) -> str | None:
        """Return one of TEXTS or OWN; None if it was not written yet."""
        row = self.ledger.execute("select value from facts where name = ?", (name,)).fetchone()
        return row and row[0]

    def finish(self, factors: Factors) -> None:
        """Write the waiting runs as parts, and the checksums of all files."""
        for status in ("done", "failed"):
            while self.queue[status]:
                parcel = self.parcel(factors, status)
                self.record(parcel, write_parcel(parcel))
        self.ledger.isolation_level = None  # no transaction may be open
        with self.transaction():
            self.ledger.execute("vacuum")
        self.ledger.isolation_level = "IMMEDIATE"
        texts = [name for name in (*TEXTS, OWN) if self.text(name) is not None]
        files = sorted([LEDGER, *texts, *(row[0] for row in self.ledger.execute("select file from parts"))])
        write_durably(
            self.folder,
            self.folder / SUMS,
            sums_of({name: (self.folder / name).read_bytes() for name in files}).encode(),
        )
        self.prepared = False


def set_aside(folder: Path, path: Path) -> None:
    """Move a file out of the tables, so that readers of whole folders do not include it."""
    (folder / ASIDE).mkdir(exist_ok=True)
    name = f"{path.parent.name}-{path.name}"
    count = len([other for other in (folder / ASIDE).iterdir() if other.name.startswith(name)])
    os.replace(path, folder / ASIDE / (f"{name}.{count}" if count else name))
