"""The store of a sweep: a ledger of every run, and Parquet parts of some fifty runs each.

    DIR/ledger.sqlite          every run that was handed in, from that moment on: its digest, seconds, failure, and where it is
        experiment.json        what was asked; cases.json, arms.json: the cases and arms, whole, so that any run can be lived again
        manifest.json          what made it
        runs/part-*.parquet    a row per run: case, arm, replicate, status, factors, measures
        series/part-*.parquet  a row per run and day
        issues/part-*.parquet  a row per run and issue
        SHA256SUMS             of all that, when the sweep is whole
        set_aside/             parts that were found damaged, or that this sweep did not write

A run is safe as soon as the ledger has it: its tables wait there, in one transaction with its row, until fifty of them make a
part. A part is written under another name, read back, flushed and renamed, and only then do its runs leave the ledger. Each
row of the ledger has a mark of its own, for SQLite itself would not see a flipped bit. Parts are named by their content.
What was asked is in the ledger too; the files beside it are copies for people, so that no kill falls between the two.
Failed runs have parts of their own, made last of all, so that doing them again undoes no other part.
Opening a store changes nothing: the sums go, and what a kill left is removed, just before the first change. So a sweep that
is refused leaves a finished folder as it was.

Roads not taken: appending to one file per table (a kill tears its end), or a part per run (10,000 small files).
"""

import fcntl
import os
import sqlite3
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import blake2b, sha256
from itertools import islice
from pathlib import Path

import numpy as np

from ...engine.parameters import UserError
from ...model.measures import SUMMARY
from ..files.manifest import LEDGER

PART = 50  # runs in a part
TABLES = ("runs", "series", "issues")
TEXTS = ("experiment.json", "cases.json", "arms.json", "manifest.json")
OWN = "mechanisms.json"  # beside them, where mechanisms of a user's own are used
SUMS = "SHA256SUMS"
ASIDE = "set_aside"
PART_NAME = f"part-{'[0-9a-f]' * 16}.parquet"
ROW = (
    "key",
    "name",
    "arm",
    "replicate",
    "status",
    "seconds",
    "digest",
    "measures",
    "failure",
    "part",
    "series",
    "issues",
)  # of a run, under its mark
SCHEMA = (
    """create table runs (key text primary key, name text, arm text, replicate int, status text, seconds real, digest text, measures blob,
       failure text, part text, series blob, issues blob, mark text) without rowid""",
    "create table parts (file text primary key, sha256 text, runs int, part text, mark text) without rowid",
    "create table facts (name text primary key, value text, mark text) without rowid",
)
A_ROW = f"insert or replace into runs values ({', '.join('?' * (len(ROW) + 1))})"
REFUSED = {
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_READONLY,
    sqlite3.SQLITE_BUSY,
    sqlite3.SQLITE_LOCKED,
    sqlite3.SQLITE_PERM,
    sqlite3.SQLITE_NOMEM,
}


@dataclass(frozen=True, eq=False)
class Parcel:
    """Runs on their way to becoming a part, in whichever process has time: that costs ten times what keeping them does."""

    rows: list  # of the ledger, as dicts
    varied: list  # what the design varies, of each: path -> value


class Damaged(UserError):
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
        """Open `folder`, making it if it is not there. Raises UserError while another process writes to it or where it is no sweep's, Damaged, OSError."""
        self.folder = Path(folder)
        refuse_remains(self.folder)
        for name in ("", "tmp", *TABLES):
            (self.folder / name).mkdir(parents=True, exist_ok=True)
        self.lock, self.ledger = open(self.folder / "tmp" / "lock", "w"), None
        try:
            fcntl.flock(self.lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            self.begin()
        except BlockingIOError:
            self.close()
            raise UserError(
                f"{folder}: another process is writing there; wait for it, or give another --out"
            ) from None
        except BaseException:
            self.close()
            raise

    def begin(self):
        """Make the ledger, or hold every row of the one that is there against its mark."""
        check_seal(self.folder)
        self.known, self.queue = set(), {"done": {}, "failed": {}}  # keys; those in no part yet
        self.ledger, self.prepared = open_ledger(self.folder), False
        if blank(self.folder, self.ledger):
            refuse_lost_ledger(self.folder)
            self.prepared = True  # nothing is there yet
            with self.writing():
                self.ledger.execute("begin immediate")
                for table in SCHEMA:
                    self.ledger.execute(table)
        else:
            self.remember(read_ledger(self.folder, self.ledger)[2])

    @property
    def is_sealed(self):
        """Whether the sums of a whole sweep are there."""
        return (self.folder / SUMS).exists()

    def prepare(self):
        """Before the first change: set stray parts aside and take the sums away, or remove what an interrupted write left."""
        if self.prepared:
            return
        self.prepared = True
        strays = [self.folder / name for name in self.strays() if Path(name).match(PART_NAME)]
        for path in strays:
            set_aside(self.folder, path) if self.is_sealed else path.unlink()
        for path in (path for path in (self.folder / "tmp").glob("*.*") if path.is_file()):
            path.unlink()
        if (self.folder / SUMS).exists():
            (self.folder / SUMS).unlink()
            flush_folder(self.folder)

    def strays(self):
        """Files among the parts that are not of this sweep, but that readers of whole folders take for some of it: their names."""
        return stray_files(self.folder, {file for (file,) in self.ledger.execute("select file from parts")})

    def find_damage(self):
        """Parts and texts that are not what the ledger says: name -> what is wrong with it."""
        told = dict(self.ledger.execute("select file, sha256 from parts"))
        told |= {
            name: sha256(text.encode()).hexdigest()
            for name in (*TEXTS, OWN)
            if (text := self.text(name)) is not None
        }
        found = {name: unlike(self.folder / name, digest) for name, digest in told.items()}
        return {name: why for name, why in found.items() if why}

    def forget(self, damaged):
        """Set damaged parts aside, and have their runs done again: returns the keys of those runs.

        What only the table `runs` says is in the ledger too, so a part of that table alone is written again from there.
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
            whole = files == [part]
            self.add(
                [{**row, "part": None} for row in rows] if whole else [],
                gone=[part],
                lost=() if whole else [row["key"] for row in rows],
            )
            again += [] if whole else [row["key"] for row in rows]
        return again

    def close(self):
        if self.ledger:
            self.ledger.close()
        self.lock.close()

    def keys(self, failed=True):
        """Keys of the runs it has; without the failed ones, they are those to do again."""
        return {
            row[0]
            for row in self.ledger.execute(
                "select key from runs" + ("" if failed else " where status = 'done'")
            )
        }

    def failures(self, among):
        """What failed runs with these keys say, the gist: words -> how many."""
        rows = self.ledger.execute("select key, failure from runs where status = 'failed'")
        return Counter(failure.rpartition("\n")[2] for key, failure in rows if key in among)

    def take(self, outcomes):
        """Keep outcomes for good. Raises OSError when the disk does not take them."""
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
                        for name in ("status", "seconds", "digest", "measures", "failure")
                    },
                }
                for o in outcomes
            ]
        )

    def add(self, rows, parts=(), gone=(), lost=()):
        """Put rows into the ledger, and into its list of parts, and strike parts and runs (their keys) off it, in one transaction."""
        with self.writing():
            self.ledger.executemany(
                "insert or replace into parts values (?, ?, ?, ?, ?)",
                [(*told, mark(*told)) for told in parts],
            )
            self.ledger.executemany("delete from parts where part = ?", [(part,) for part in gone])
            told = [tuple(row[name] for name in ROW) for row in rows]
            self.ledger.executemany(A_ROW, [(*row, mark(*row)) for row in told])
            self.ledger.executemany("delete from runs where key = ?", [(key,) for key in lost])
            self.tell(
                "runs", len((self.known | {row["key"] for row in rows}) - set(lost))
            )  # a row that is lost is missed
            if parts or gone:
                self.tell("parts", self.ledger.execute("select count(*) from parts").fetchone()[0])
        self.known -= set(lost)
        self.remember(rows)

    def remember(self, rows):
        """Keep in mind what is there, and what is in no part yet."""
        for row in rows:
            self.known.add(row["key"])
            for status, keys in self.queue.items():
                keys.pop(row["key"], None)
                if row["part"] is None and row["status"] == status:
                    keys[row["key"]] = None

    def tell(self, name, value):
        """Write down a fact, inside a transaction."""
        self.ledger.execute(
            "insert or replace into facts values (?, ?, ?)", (name, str(value), mark(name, str(value)))
        )

    def ripe(self):
        """Whether enough runs wait to make a part."""
        return len(self.queue["done"]) >= PART

    def runs(self, factors):
        """The table `runs` of all that was handed in, packed or not, as pandas."""
        rows = self.ledger.execute(f"select {', '.join(ROW)}, mark from runs order by replicate, name, arm")
        told = [verify_row(self.folder, row) for row in rows]
        return runs_table(told, [factors(row["name"], row["arm"]) for row in told]).to_pandas()

    def parcel(self, factors, status="done"):
        """Up to fifty runs that wait, to be made into a part; `factors(case, arm)` gives path -> value of what the design varies."""
        keys = list(islice(self.queue[status], PART))
        found = (
            self.ledger.execute(f"select {', '.join(ROW)}, mark from runs where key = ?", (key,)).fetchone()
            for key in keys
        )
        rows = [verify_row(self.folder, row) for row in found]
        for key in keys:
            del self.queue[status][key]
        return Parcel(rows, [factors(row["name"], row["arm"]) for row in rows])

    def record(self, parcel, made):
        """Write the parts of a parcel (table -> bytes); only when they are on the disk do its runs leave the ledger."""
        self.prepare()
        files = {name: f"{name}/part-{sha256(raw).hexdigest()[:16]}.parquet" for name, raw in made.items()}
        for name, raw in made.items():
            put(self.folder, self.folder / files[name], raw)
        part = files["runs"]
        parts = [(files[name], sha256(raw).hexdigest(), len(parcel.rows), part) for name, raw in made.items()]
        self.add([{**row, "part": part, "series": None, "issues": None} for row in parcel.rows], parts)

    def withdraw_failed(self):
        """Failed runs leave their parts, to be replaced as they are done again; until then they are what they were."""
        found = self.ledger.execute(
            f"select {', '.join(ROW)}, mark from runs where part is not null and status = 'failed'"
        ).fetchall()
        rows = [verify_row(self.folder, row) for row in found]
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
    def writing(self):
        """One transaction; what SQLite says of a full or broken disk is an OSError."""
        self.prepare()
        try:
            with self.ledger:
                yield
        except sqlite3.Error as error:
            raise disk_error(self.folder, error) from None

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
            while self.queue[status]:
                parcel = self.parcel(factors, status)
                self.record(parcel, write_parcel(parcel))
        self.ledger.isolation_level = None  # no transaction may be open
        with self.writing():
            self.ledger.execute("vacuum")
        self.ledger.isolation_level = "IMMEDIATE"
        told = [name for name in (*TEXTS, OWN) if self.text(name) is not None]
        files = sorted([LEDGER, *told, *(row[0] for row in self.ledger.execute("select file from parts"))])
        put(
            self.folder,
            self.folder / SUMS,
            sums_of({name: (self.folder / name).read_bytes() for name in files}).encode(),
        )
        self.prepared = False


def sums_of(files):
    """The lines of a file of sums: name -> bytes."""
    return "".join(f"{sha256(raw).hexdigest()}  {name}\n" for name, raw in files.items())


def read_sums(folder):
    """What the file of sums says: name -> SHA-256; empty where there is none."""
    if not (folder / SUMS).exists():
        return {}
    lines = (folder / SUMS).read_text("utf-8", errors="replace").splitlines()
    return {name: told for told, _, name in (line.partition("  ") for line in lines)}


def unlike(path, told):
    """What is wrong with a file that ought to have the SHA-256 `told`; empty when nothing is."""
    try:
        return "" if sha256(path.read_bytes()).hexdigest() == told else "is not what was written (SHA-256)"
    except (OSError, ValueError) as error:
        return f"cannot be read: {getattr(error, 'strerror', error)}"


def stray_files(folder, parts):
    """Names of files in the folders of tables that are not among `parts`; those that begin with a dot or _ no reader of whole folders takes."""
    files = (
        path
        for name in TABLES
        for path in sorted((folder / name).glob("*"))
        if path.is_file() and path.name[0] not in "._"
    )
    return [name for name in (path.relative_to(folder).as_posix() for path in files) if name not in parts]


def set_aside(folder, path):
    """Move a file out of the tables, to where no reader of whole folders finds it."""
    (folder / ASIDE).mkdir(exist_ok=True)
    name = f"{path.parent.name}-{path.name}"
    count = len([one for one in (folder / ASIDE).iterdir() if one.name.startswith(name)])
    os.replace(path, folder / ASIDE / (f"{name}.{count}" if count else name))


def refuse_lost_ledger(folder):
    """Raise Damaged where a folder whose ledger is missing or empty has parts or sums of a sweep."""
    parts = [path for name in TABLES for path in (folder / name).glob(PART_NAME)]
    if parts or (folder / SUMS).exists():
        what = f"{len(parts):,} part{'s' * (len(parts) != 1)} of a sweep" if parts else SUMS
        raise Damaged(
            f"{folder / LEDGER} is missing or empty, and {what} is there: its runs are not accounted for. Take the ledger from a copy, or sweep into another folder (--out)"
        )


def refuse_remains(folder):
    """Raise UserError where a folder without a ledger has files that a sweep would overwrite, or that would be read together with its own."""
    if (folder / LEDGER).exists() and (folder / LEDGER).stat().st_size:
        return
    refuse_lost_ledger(folder)
    for name in TEXTS:
        if (folder / name).exists():
            raise UserError(
                f"{folder / name} belongs to the results of another command, and a sweep would overwrite it; give another --out"
            )


def check_seal(folder):
    """Raise Damaged where the ledger is not what the file of sums says, if there is one."""
    if (folder / SUMS).exists() and (why := unlike(folder / LEDGER, read_sums(folder).get(LEDGER))):
        raise Damaged(
            f"{folder / LEDGER} {why}, by {folder / SUMS}: one of the two is damaged. Take it from a copy; if it is {SUMS}, remove it and sweep again"
        )


def open_ledger(folder):
    """A connection to the ledger of a folder. Raises Damaged."""
    with readable(folder):
        ledger = sqlite3.connect(folder / LEDGER, timeout=30, isolation_level="IMMEDIATE")
        try:
            ledger.execute("pragma synchronous = full")
        except sqlite3.Error:
            ledger.close()
            raise
        return ledger


def blank(folder, ledger):
    """Whether a ledger is still empty, as one is whose making was interrupted."""
    with readable(folder):
        return not ledger.execute("select count(*) from sqlite_master").fetchone()[0]


def read_ledger(folder, ledger):
    """(facts, parts, rows) of a ledger: name -> text, file -> SHA-256, a dict per run; each held against its mark, and all counted. Raises Damaged."""
    with readable(folder):
        problem = ledger.execute("pragma integrity_check").fetchone()[0]
        rows = [verify_row(folder, row) for row in ledger.execute(f"select {', '.join(ROW)}, mark from runs")]
        parts = ledger.execute("select file, sha256, runs, part, mark from parts").fetchall()
        facts = ledger.execute("select name, value, mark from facts").fetchall()
    if problem != "ok":
        raise Damaged(f"{folder / LEDGER} is damaged: {problem.splitlines()[0]}")
    for *told, found in (*parts, *facts):
        if mark(*told) != found:
            raise Damaged(
                f"{folder / LEDGER} is damaged: the row of {str(told[0])[:60]!r} is not what was written"
            )
    facts, parts = {name: value for name, value, _ in facts}, {file: told for file, told, *_ in parts}
    for name, count in (("runs", len(rows)), ("parts", len(parts))):
        if facts.get(name, "0") != str(count):
            raise Damaged(
                f"{folder / LEDGER} is damaged: it has {count} {name} and ought to have {facts.get(name, 'none')}"
            )
    return facts, parts, rows


@contextmanager
def readable(folder):
    """What SQLite cannot read is damaged, unless it is the disk or another process that refuses."""
    try:
        yield
    except (sqlite3.Error, UnicodeDecodeError) as error:
        if getattr(error, "sqlite_errorcode", 0) & 0xFF in REFUSED:
            raise disk_error(folder, error) from None
        raise Damaged(
            f"{folder / LEDGER} is damaged: {error}; its parts are still there, but their runs are not accounted for. Sweep anew into another folder"
        ) from None


def disk_error(folder, error):
    """What SQLite says of a full or broken disk, as an OSError."""
    return OSError(None, f"{error}; what was handed in before is kept", str(folder / LEDGER))


def verify_row(folder, row):
    """A row of the ledger as name -> field, if it is the row that was written. Raises Damaged."""
    *told, found = row
    if mark(*told) != found:
        raise Damaged(
            f"{folder / LEDGER} is damaged: the row of run {str(told[0])[:40]!r} is not what was written"
        )
    return dict(zip(ROW, told))


def runs_table(rows, varied):
    """The Arrow table `runs` of some rows of the ledger; `varied` says of each what the design varies, path -> value."""
    import pyarrow as pa

    numbers = np.array(
        [np.frombuffer(row["measures"]) if row["measures"] else np.full(len(SUMMARY), np.nan) for row in rows]
    ).reshape(len(rows), len(SUMMARY))
    columns = {
        "key": [row["key"] for row in rows],
        "case": [row["name"] for row in rows],
        "arm": [row["arm"] for row in rows],
    }
    columns |= {
        "replicate": pa.array([row["replicate"] for row in rows], pa.int32()),
        "status": [row["status"] for row in rows],
    }
    columns |= {"failure": [row["failure"].rpartition("\n")[2] for row in rows]}
    columns |= {
        path: [told.get(path) for told in varied]
        for path in dict.fromkeys(path for told in varied for path in told)
    }
    return pa.table({**columns, **dict(zip(SUMMARY, numbers.T))})


def write_parcel(parcel):
    """The parts of a parcel as Parquet: table -> bytes."""
    import pyarrow as pa

    tables = {"runs": runs_table(parcel.rows, parcel.varied)}
    for name in TABLES[1:]:
        own = [label_table(row[name], row) for row in parcel.rows if row[name]]
        if own:
            tables[name] = pa.concat_tables(own, promote_options="permissive").unify_dictionaries()
    return {name: parquet(table) for name, table in tables.items()}


def parquet(table):
    """An Arrow table as Parquet bytes, its pages with checksums."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    sink = pa.BufferOutputStream()
    pq.write_table(table, sink, compression="zstd", write_page_checksum=True)
    return sink.getvalue().to_pybytes()


def label_table(stream, row):
    """A run's table with the columns that say which run it is."""
    import pyarrow as pa

    table = pa.ipc.open_stream(stream).read_all()
    one = np.zeros(len(table), np.int32)
    told = {"case": row["name"], "arm": row["arm"]}
    columns = {name: pa.DictionaryArray.from_arrays(one, [text]) for name, text in told.items()} | {
        "replicate": one + np.int32(row["replicate"])
    }
    return pa.table({**columns, **dict(zip(table.column_names, table.columns))})


def put(folder, path, raw):
    """Write bytes to a file that has its final name only when it is whole and on the disk. Raises OSError when they cannot be read back as they were written."""
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
    flush_folder(path.parent)


def flush_folder(folder):
    """See that the names in a folder are on the disk."""
    place = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(place)
    finally:
        os.close(place)
