"""The store of a sweep: a ledger of every run, and Parquet parts of some fifty runs each.

    DIR/ledger.sqlite          every run that was handed in, from that moment on: its digest, seconds, failure, and where it is
        experiment.json        what was asked; cases.json: the cases, whole, so that any run can be lived again
        manifest.json          what made it
        runs/part-*.parquet    a row per run: case, arm, replicate, status, factors, measures
        series/part-*.parquet  a row per run and day
        issues/part-*.parquet  a row per run and issue
        SHA256SUMS             of all that, when the sweep is whole

A run is safe as soon as the ledger has it: its tables wait there, in one transaction with its row, until fifty of them make a
part. A part is written under another name, read back, flushed and renamed, and only then do its runs leave the ledger. Each
row of the ledger has a mark of its own, for SQLite itself would not see a flipped bit. Parts are named by their content.

Road not taken: appending to one file per table (a kill tears its end), or a part per run (10,000 small files).
"""

import fcntl
import os
import sqlite3
from contextlib import contextmanager
from hashlib import blake2b, sha256
from pathlib import Path

import numpy as np

from ..model.knobs import ScenarioError
from ..model.measures import SUMMARY

PART = 50  # runs in a part
TABLES = ("runs", "series", "issues")
TEXTS = ("experiment.json", "cases.json", "manifest.json")
LEDGER = "ledger.sqlite"
SUMS = "SHA256SUMS"
ROW = ("key", "name", "arm", "replicate", "status", "seconds", "digest", "measures", "failure", "part")  # of a run, under its mark
SCHEMA = """
create table if not exists runs (
    key text primary key, name text, arm text, replicate int, status text, seconds real, digest text, measures blob, failure text,
    part text, mark text, series blob, issues blob) without rowid;
create table if not exists parts (file text primary key, sha256 text, runs int, part text, mark text) without rowid;
create table if not exists facts (name text primary key, value text, mark text) without rowid;
"""


class Damaged(ScenarioError):
    """What is stored is not what was stored."""


def mark(*told):
    """A digest of the fields of a row."""
    digest = blake2b(digest_size=12)
    for field in told:
        raw = field if isinstance(field, bytes) else repr(field).encode()
        digest.update(len(raw).to_bytes(8, "little") + raw)
    return digest.hexdigest()


class Store:
    """An open store that one process at a time may add to. Every method that writes either did so wholly or not at all."""

    def __init__(self, folder):
        """Open `folder`, making it if it is not there. Raises ScenarioError while another process writes to it, OSError."""
        self.folder = Path(folder)
        for name in ("", "tmp", *TABLES):
            (self.folder / name).mkdir(parents=True, exist_ok=True)
        self.lock = open(self.folder / "tmp" / "lock", "w")
        try:
            fcntl.flock(self.lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            self.lock.close()
            raise ScenarioError(f"{folder}: another process is writing there; wait for it, or give another --out") from None
        (self.folder / SUMS).unlink(missing_ok=True)
        self.ledger = opened(self.folder)
        with readable(self.folder):
            self.ledger.executescript(SCHEMA)
            self.swept()

    def swept(self):
        """Remove what an interrupted write left: whatever no ledger knows."""
        known = {row[0] for row in self.ledger.execute("select file from parts")}
        for path in self.folder.glob("*/*"):
            if path.parent.name in TABLES and f"{path.parent.name}/{path.name}" not in known or path.parent.name == "tmp" and path.name != "lock":
                path.unlink()

    def close(self):
        self.ledger.close()
        self.lock.close()

    def keys(self, failed=True):
        """Keys of the runs it has; without the failed ones, they are those to do again."""
        return {row[0] for row in self.ledger.execute("select key from runs" + ("" if failed else " where status = 'done'"))}

    def take(self, outcomes, arms):
        """Keep outcomes for good. `arms` are names of their arms. Raises OSError when the disk does not take them."""
        rows = []
        for o in outcomes:
            row = (o.order.key, o.order.arm.case, o.order.arm.name, o.order.replicate, o.status, o.seconds, o.digest, o.measures, o.failure, None)
            rows.append((*row, mark(*row), o.series or None, o.issues or None))
        with self.writing():
            self.ledger.executemany(f"insert or replace into runs values ({', '.join('?' * 13)})", rows)
            self.count()
        while self.waiting() >= PART:
            self.pack(arms)

    def count(self):
        """Write down how many rows there are, inside a transaction: one that is lost is then missed."""
        for name in ("runs", "parts"):
            self.tell(name, self.ledger.execute(f"select count(*) from {name}").fetchone()[0])

    def tell(self, name, value):
        """Write down a fact, inside a transaction."""
        self.ledger.execute("insert or replace into facts values (?, ?, ?)", (name, str(value), mark(name, str(value))))

    def waiting(self):
        return self.ledger.execute("select count(*) from runs where part is null").fetchone()[0]

    def runs(self, factors):
        """The table `runs` of all that was handed in, packed or not, as pandas."""
        rows = self.ledger.execute(f"select {', '.join(ROW)}, mark from runs order by replicate, name, arm")
        return runs_table([checked_row(self.folder, row) for row in rows], factors).to_pandas()

    def pack(self, factors):
        """Make parts of up to fifty runs that wait. `factors(case, arm)` gives path -> value of what the design varies."""
        import pyarrow as pa

        waiting = self.ledger.execute(f"select {', '.join(ROW)}, mark, series, issues from runs where part is null order by replicate, name, arm limit {PART}").fetchall()
        if not waiting:
            return
        rows = [checked_row(self.folder, row[:-2]) for row in waiting]
        tables = {"runs": runs_table(rows, factors)}
        for k, name in enumerate(TABLES[1:]):
            streams = [(row, told[len(ROW) + 1 + k]) for row, told in zip(rows, waiting) if told[len(ROW) + 1 + k]]
            if streams:
                tables[name] = pa.concat_tables([labelled(pa.ipc.open_stream(stream).read_all(), row) for row, stream in streams], promote_options="permissive").unify_dictionaries()
        made = {name: written(self.folder, name, table) for name, table in tables.items()}
        part = made["runs"][0]
        with self.writing():
            for file, digest in made.values():
                told = (file, digest, len(rows), part)
                self.ledger.execute("insert or replace into parts values (?, ?, ?, ?, ?)", (*told, mark(*told)))
            for row in rows:
                told = tuple({**row, "part": part}[name] for name in ROW)
                self.ledger.execute("update runs set part = ?, mark = ?, series = null, issues = null where key = ?", (part, mark(*told), row["key"]))
            self.count()

    @contextmanager
    def writing(self):
        """One transaction; what SQLite says of a full or broken disk is an OSError."""
        try:
            with self.ledger:
                yield
        except sqlite3.Error as error:
            raise OSError(None, f"{error}; what was handed in before is kept", str(self.folder / LEDGER)) from None

    def write(self, name, text):
        """Write one of TEXTS, and its digest into the ledger."""
        put(self.folder, self.folder / name, text.encode())
        with self.writing():
            self.tell(name, sha256(text.encode()).hexdigest())

    def finish(self, factors):
        """Pack what waits, and write the sums of everything."""
        while self.waiting():
            self.pack(factors)
        with self.writing():
            pass
        self.ledger.isolation_level = None  # no transaction may be open
        self.ledger.execute("vacuum")
        files = sorted([LEDGER, *TEXTS, *(row[0] for row in self.ledger.execute("select file from parts"))])
        sums = "".join(f"{sha256((self.folder / name).read_bytes()).hexdigest()}  {name}\n" for name in files if (self.folder / name).exists())
        put(self.folder, self.folder / SUMS, sums.encode())


def opened(folder):
    """A connection to the ledger of a folder."""
    ledger = sqlite3.connect(folder / LEDGER, timeout=30, isolation_level="IMMEDIATE")
    ledger.execute("pragma synchronous = full")
    return ledger


@contextmanager
def readable(folder):
    """What SQLite cannot read is damaged."""
    try:
        yield
    except (sqlite3.Error, UnicodeDecodeError) as error:
        raise Damaged(f"{folder / LEDGER} is damaged: {error}; its parts are still there, but their runs are not accounted for. Sweep anew into another folder") from None


def checked_row(folder, row):
    """A row of the ledger as name -> field, if it is the row that was written. Raises Damaged."""
    *told, found = row
    if mark(*told) != found:
        raise Damaged(f"{folder / LEDGER} is damaged: the row of run {str(told[0])[:40]!r} is not what was written")
    return dict(zip(ROW, told))


def runs_table(rows, factors):
    """The Arrow table `runs` of some rows of the ledger."""
    import pyarrow as pa

    numbers = np.array([np.frombuffer(row["measures"]) if row["measures"] else np.full(len(SUMMARY), np.nan) for row in rows]).reshape(len(rows), len(SUMMARY))
    varied = [factors(row["name"], row["arm"]) for row in rows]
    columns = {"key": [row["key"] for row in rows], "case": [row["name"] for row in rows], "arm": [row["arm"] for row in rows]}
    columns |= {"replicate": pa.array([row["replicate"] for row in rows], pa.int32()), "status": [row["status"] for row in rows]}
    columns |= {"failure": [row["failure"].rpartition("\n")[2] for row in rows]}
    columns |= {path: [told.get(path) for told in varied] for path in dict.fromkeys(path for told in varied for path in told)}
    return pa.table({**columns, **dict(zip(SUMMARY, numbers.T))})


def labelled(table, row):
    """A run's table with the columns that say which run it is."""
    import pyarrow as pa

    one = np.zeros(len(table), np.int32)
    told = {"case": row["name"], "arm": row["arm"]}
    columns = {name: pa.DictionaryArray.from_arrays(one, [text]) for name, text in told.items()} | {"replicate": one + np.int32(row["replicate"])}
    return pa.table({**columns, **dict(zip(table.column_names, table.columns))})


def written(folder, name, table):
    """Write a table as a part; returns (its file, SHA-256). It has its final name only when it is whole and on the disk."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    sink = pa.BufferOutputStream()
    pq.write_table(table, sink, compression="zstd", write_page_checksum=True)
    raw = sink.getvalue().to_pybytes()
    digest = sha256(raw).hexdigest()
    file = f"{name}/part-{digest[:16]}.parquet"
    put(folder, folder / file, raw)
    return file, digest


def put(folder, path, raw):
    """Write bytes to a file, whole or not at all. Raises OSError when they cannot be read back as they were written."""
    aside = folder / "tmp" / f"{path.name}.{os.getpid()}"
    try:
        with open(aside, "wb") as file:
            file.write(raw)
            file.flush()
            os.fsync(file.fileno())
        if aside.read_bytes() != raw:
            raise OSError(None, "reads back other than it was written", str(path))
        os.replace(aside, path)
    except OSError:
        aside.unlink(missing_ok=True)
        raise
    place = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(place)
    finally:
        os.close(place)
