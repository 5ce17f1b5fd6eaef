"""The store of a sweep: a ledger of every run, and Parquet parts of some fifty runs each.

    DIR/ledger.sqlite          every run that was handed in, from that moment on: its digest, seconds, failure, and where it is
        experiment.json        what was asked; cases.json, arms.json: the cases and arms, whole, so that any run can be lived again
        manifest.json          what made it
        runs/part-*.parquet    a row per run: case, arm, replicate, status, factors, measures
        series/part-*.parquet  a row per run and day
        issues/part-*.parquet  a row per run and issue
        SHA256SUMS             of all that, when the sweep is whole

A run is safe as soon as the ledger has it: its tables wait there, in one transaction with its row, until fifty of them make a
part. A part is written under another name, read back, flushed and renamed, and only then do its runs leave the ledger. Each
row of the ledger has a mark of its own, for SQLite itself would not see a flipped bit. Parts are named by their content.
What was asked is in the ledger too; the files beside it are copies for people, so that no kill falls between the two.
Failed runs have parts of their own, made last of all, so that doing them again undoes no other part.

Roads not taken: appending to one file per table (a kill tears its end), or a part per run (10,000 small files).
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
TEXTS = ("experiment.json", "cases.json", "arms.json", "manifest.json")
LEDGER = "ledger.sqlite"
SUMS = "SHA256SUMS"
ROW = ("key", "name", "arm", "replicate", "status", "seconds", "digest", "measures", "failure", "part", "series", "issues")  # of a run, under its mark
SCHEMA = (
    """create table runs (key text primary key, name text, arm text, replicate int, status text, seconds real, digest text, measures blob,
       failure text, part text, series blob, issues blob, mark text) without rowid""",
    "create table parts (file text primary key, sha256 text, runs int, part text, mark text) without rowid",
    "create table facts (name text primary key, value text, mark text) without rowid",
)
A_ROW = f"insert or replace into runs values ({', '.join('?' * (len(ROW) + 1))})"
REFUSED = {sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_PERM, sqlite3.SQLITE_NOMEM}


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
        self.lock, self.ledger = open(self.folder / "tmp" / "lock", "w"), None
        try:
            fcntl.flock(self.lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            self.begin()
        except BlockingIOError:
            self.close()
            raise ScenarioError(f"{folder}: another process is writing there; wait for it, or give another --out") from None
        except BaseException:
            self.close()
            raise

    def begin(self):
        """Make the ledger, or hold every row of the one that is there against its mark, and sweep up."""
        if (self.folder / SUMS).exists():
            (self.folder / SUMS).unlink()
            flushed(self.folder)
        self.ledger = opened(self.folder)
        if blank(self.folder, self.ledger):
            with self.writing():
                self.ledger.execute("begin immediate")
                for table in SCHEMA:
                    self.ledger.execute(table)
        else:
            self.swept(accounted(self.folder, self.ledger)[1])

    def swept(self, parts):
        """Remove what an interrupted write left: parts that are not among `parts` of the ledger, and what never got its name."""
        left = [path for name in TABLES for path in (self.folder / name).glob(f"part-{'[0-9a-f]' * 16}.parquet") if f"{name}/{path.name}" not in parts]
        for path in [*left, *(path for path in (self.folder / "tmp").glob("*.*") if path.is_file())]:
            path.unlink()

    def close(self):
        if self.ledger:
            self.ledger.close()
        self.lock.close()

    def keys(self, failed=True):
        """Keys of the runs it has; without the failed ones, they are those to do again."""
        return {row[0] for row in self.ledger.execute("select key from runs" + ("" if failed else " where status = 'done'"))}

    def take(self, outcomes, factors):
        """Keep outcomes for good. `factors` as in `pack`. Raises OSError when the disk does not take them."""
        rows = []
        for o in outcomes:
            row = (o.order.key, o.order.arm.case, o.order.arm.name, o.order.replicate, o.status, o.seconds, o.digest, o.measures, o.failure, None, o.series or None, o.issues or None)
            rows.append((*row, mark(*row)))
        with self.writing():
            self.ledger.executemany(A_ROW, rows)
            self.count()
        while self.waiting() >= PART:
            self.pack(factors)

    def count(self):
        """Write down how many rows there are, inside a transaction: one that is lost is then missed."""
        for name in ("runs", "parts"):
            self.tell(name, self.ledger.execute(f"select count(*) from {name}").fetchone()[0])

    def tell(self, name, value):
        """Write down a fact, inside a transaction."""
        self.ledger.execute("insert or replace into facts values (?, ?, ?)", (name, str(value), mark(name, str(value))))

    def waiting(self, status="done"):
        """How many runs are in no part yet."""
        return self.ledger.execute("select count(*) from runs where part is null and status = ?", (status,)).fetchone()[0]

    def runs(self, factors):
        """The table `runs` of all that was handed in, packed or not, as pandas."""
        rows = self.ledger.execute(f"select {', '.join(ROW)}, mark from runs order by replicate, name, arm")
        return runs_table([checked_row(self.folder, row) for row in rows], factors).to_pandas()

    def pack(self, factors, status="done"):
        """Make parts of up to fifty runs that wait. `factors(case, arm)` gives path -> value of what the design varies."""
        found = self.ledger.execute(f"select {', '.join(ROW)}, mark from runs where part is null and status = ? order by replicate, name, arm limit {PART}", (status,))
        rows = [checked_row(self.folder, row) for row in found]
        made = {name: written(self.folder, name, table) for name, table in tables(rows, factors).items()}
        part = made["runs"][0]
        with self.writing():
            for file, digest in made.values():
                told = (file, digest, len(rows), part)
                self.ledger.execute("insert or replace into parts values (?, ?, ?, ?, ?)", (*told, mark(*told)))
            self.move(rows, part)

    def move(self, rows, part):
        """Say in the ledger, inside a transaction, that these runs are in a part, and nowhere else; None if they wait again."""
        for row in rows:
            told = tuple({**row, "part": part, "series": None, "issues": None}[name] for name in ROW)
            self.ledger.execute(A_ROW, (*told, mark(*told)))
        self.count()

    def reopened(self):
        """Failed runs leave their parts, to be replaced as they are done again; until then they are what they were."""
        rows = [checked_row(self.folder, row) for row in self.ledger.execute(f"select {', '.join(ROW)}, mark from runs where part is not null and status = 'failed'")]
        with self.writing():
            self.ledger.executemany("delete from parts where part = ?", {(row["part"],) for row in rows})
            self.move(rows, None)
        self.swept({file for (file,) in self.ledger.execute("select file from parts")})

    @contextmanager
    def writing(self):
        """One transaction; what SQLite says of a full or broken disk is an OSError."""
        try:
            with self.ledger:
                yield
        except sqlite3.Error as error:
            raise refused(self.folder, error) from None

    def write(self, texts):
        """Write what was asked, name -> text: into the ledger at once, then into files beside it."""
        with self.writing():
            for name, text in texts.items():
                self.tell(name, text)
        for name, text in texts.items():
            put(self.folder, self.folder / name, text.encode())

    def text(self, name):
        """One of TEXTS, None where it was not written yet."""
        found = self.ledger.execute("select value from facts where name = ?", (name,)).fetchone()
        return found and found[0]

    def finish(self, factors):
        """Pack what waits, and write the sums of everything."""
        for status in ("done", "failed"):
            while self.waiting(status):
                self.pack(factors, status)
        self.ledger.isolation_level = None  # no transaction may be open
        with self.writing():
            self.ledger.execute("vacuum")
        self.ledger.isolation_level = "IMMEDIATE"
        files = sorted([LEDGER, *TEXTS, *(row[0] for row in self.ledger.execute("select file from parts"))])
        sums = "".join(f"{sha256((self.folder / name).read_bytes()).hexdigest()}  {name}\n" for name in files if (self.folder / name).exists())
        put(self.folder, self.folder / SUMS, sums.encode())


def opened(folder):
    """A connection to the ledger of a folder."""
    ledger = sqlite3.connect(folder / LEDGER, timeout=30, isolation_level="IMMEDIATE")
    ledger.execute("pragma synchronous = full")
    return ledger


def blank(folder, ledger):
    """Whether a ledger is still empty, as one is whose making was interrupted."""
    with readable(folder):
        return not ledger.execute("select count(*) from sqlite_master").fetchone()[0]


def accounted(folder, ledger):
    """(facts, parts, rows) of a ledger: name -> text, file -> SHA-256, a dict per run; each held against its mark, and all counted. Raises Damaged."""
    with readable(folder):
        problem = ledger.execute("pragma integrity_check").fetchone()[0]
        rows = [checked_row(folder, row) for row in ledger.execute(f"select {', '.join(ROW)}, mark from runs")]
        parts = ledger.execute("select file, sha256, runs, part, mark from parts").fetchall()
        facts = ledger.execute("select name, value, mark from facts").fetchall()
    if problem != "ok":
        raise Damaged(f"{folder / LEDGER} is damaged: {problem.splitlines()[0]}")
    for *told, found in (*parts, *facts):
        if mark(*told) != found:
            raise Damaged(f"{folder / LEDGER} is damaged: the row of {str(told[0])[:60]!r} is not what was written")
    facts, parts = {name: value for name, value, _ in facts}, {file: told for file, told, *_ in parts}
    for name, count in (("runs", len(rows)), ("parts", len(parts))):
        if facts.get(name, "0") != str(count):
            raise Damaged(f"{folder / LEDGER} is damaged: it has {count} {name} and ought to have {facts.get(name, 'none')}")
    return facts, parts, rows


@contextmanager
def readable(folder):
    """What SQLite cannot read is damaged, unless it is the disk or another process that refuses."""
    try:
        yield
    except (sqlite3.Error, UnicodeDecodeError) as error:
        if getattr(error, "sqlite_errorcode", 0) & 0xFF in REFUSED:
            raise refused(folder, error) from None
        raise Damaged(f"{folder / LEDGER} is damaged: {error}; its parts are still there, but their runs are not accounted for. Sweep anew into another folder") from None


def refused(folder, error):
    """What SQLite says of a full or broken disk, as an OSError."""
    return OSError(None, f"{error}; what was handed in before is kept", str(folder / LEDGER))


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


def tables(rows, factors):
    """The Arrow tables of some rows of the ledger that wait: name -> table."""
    import pyarrow as pa

    found = {"runs": runs_table(rows, factors)}
    for name in TABLES[1:]:
        own = [labelled(row[name], row) for row in rows if row[name]]
        if own:
            found[name] = pa.concat_tables(own, promote_options="permissive").unify_dictionaries()
    return found


def labelled(stream, row):
    """A run's table with the columns that say which run it is."""
    import pyarrow as pa

    table = pa.ipc.open_stream(stream).read_all()
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
    flushed(path.parent)


def flushed(folder):
    """See that the names in a folder are on the disk."""
    place = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(place)
    finally:
        os.close(place)
