"""Read the ledger and the checksums of a sweep's folder, and refuse what differs from what was written.

The ledger is an SQLite file, `ledger.sqlite`, with three tables: `runs`, `parts` (files with their SHA-256)
and `facts` (texts about the experiment, and the numbers of runs and parts). Each row has a mark, a digest of
its fields, because SQLite itself does not notice a flipped bit.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import blake2b, sha256
from pathlib import Path

from ...engine.texts.errors import Message, Translated, UserError
from ..files.manifest import LEDGER
from .parts import PART_NAME, TABLES

TEXTS = ("experiment.json", "cases.json", "arms.json", "manifest.json")
OWN = "mechanisms.json"  # written too if mechanisms of the user are used
SUMS = "SHA256SUMS"
ROW = (  # columns of a run that its mark covers
    "key",
    "name",
    "arm",
    "replicate",
    "status",
    "seconds",
    "digest",
    "measures",
    "activities",
    "failure",
    "part",
    "series",
    "issues",
)
SCHEMA = (
    "create table runs (key text primary key, name text, arm text, replicate int, status text, seconds real, "
    "digest text, measures blob, activities blob, failure text, part text, series blob, issues blob, "
    "mark text) without rowid",
    "create table parts (file text primary key, sha256 text, runs int, part text, mark text) without rowid",
    "create table facts (name text primary key, value text, mark text) without rowid",
)
# errors of the disk or of a lock, not damage
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


class Damaged(UserError):
    """Stored data differ from what was written."""


def mark(*fields: object) -> str:
    """Return a digest of the fields of a row."""
    texts = [field if isinstance(field, bytes) else repr(field).encode() for field in fields]
    raw = b"".join([part for text in texts for part in (len(text).to_bytes(8, "little"), text)])
    return blake2b(raw, digest_size=12).hexdigest()


def open_ledger(folder: Path) -> sqlite3.Connection:
    """Return a connection to the ledger of a folder. Raises Damaged."""
    with readable(folder):
        ledger = sqlite3.connect(folder / LEDGER, timeout=30, isolation_level="IMMEDIATE")
        try:
            ledger.execute("pragma synchronous = full")
        except sqlite3.Error:
            ledger.close()
            raise
        return ledger


def is_blank(folder: Path, ledger: sqlite3.Connection) -> bool:
    """Return whether a ledger is still empty because its creation was interrupted."""
    with readable(folder):
        return not ledger.execute("select count(*) from sqlite_master").fetchone()[0]


def read_ledger(folder: Path, ledger: sqlite3.Connection) -> tuple[dict, dict, list[dict]]:
    """Return (facts, parts, rows) of a ledger: name -> text, file -> SHA-256, a dict per run.

    Raises Damaged unless every row agrees with its mark, and the numbers of rows with those recorded.
    """
    with readable(folder):
        problem = ledger.execute("pragma integrity_check").fetchone()[0]
        rows = [verify_row(folder, row) for row in ledger.execute(f"select {', '.join(ROW)}, mark from runs")]
        parts = ledger.execute("select file, sha256, runs, part, mark from parts").fetchall()
        facts = ledger.execute("select name, value, mark from facts").fetchall()
    if problem != "ok":
        raise Damaged("{path} is damaged: {problem}", path=folder / LEDGER, problem=problem.splitlines()[0])
    for *fields, row_mark in (*parts, *facts):
        if mark(*fields) != row_mark:
            raise Damaged(
                "{path} is damaged: the row of {name!r} is not what was written",
                path=folder / LEDGER,
                name=str(fields[0])[:60],
            )
    texts, digests = {name: value for name, value, _ in facts}, {file: digest for file, digest, *_ in parts}
    for name, zh, count in (("runs", "模拟", len(rows)), ("parts", "结果文件", len(parts))):
        if texts.get(name, "0") != str(count):
            raise Damaged(
                "{path} is damaged: it has {count} {rows}, and should have {expected}",
                path=folder / LEDGER,
                count=count,
                rows=Translated(name, zh),
                expected=texts.get(name, "0"),
            )
    return texts, digests, rows


def verify_row(folder: Path, row: tuple) -> dict:
    """Return a row of the ledger as name -> field. Raises Damaged if it does not agree with its mark."""
    *fields, row_mark = row
    if mark(*fields) != row_mark:
        raise Damaged(
            "{path} is damaged: the row of run {key!r} is not what was written",
            path=folder / LEDGER,
            key=str(fields[0])[:40],
        )
    return dict(zip(ROW, fields))


@contextmanager
def readable(folder: Path) -> Iterator[None]:
    """Raise Damaged for what SQLite cannot read, but OSError if the disk or another process is the cause."""
    try:
        yield
    except (sqlite3.Error, UnicodeDecodeError) as error:
        if getattr(error, "sqlite_errorcode", 0) & 0xFF in REFUSED:
            raise disk_error(folder, error) from None
        raise Damaged(
            "{path} is damaged: {error}; its parts still exist, but the record of their runs is "
            "lost. Sweep again into another folder",
            path=folder / LEDGER,
            error=error,
        ) from None


def disk_error(folder: Path, error: Exception) -> OSError:
    """Return an SQLite error about a full or broken disk as an OSError."""
    return OSError(None, f"{error}; runs that were stored before are kept", str(folder / LEDGER))


def sums_of(files: dict[str, bytes]) -> str:
    """Return the text of a checksum file for files (name -> bytes)."""
    return "".join(f"{sha256(raw).hexdigest()}  {name}\n" for name, raw in files.items())


def read_sums(folder: Path) -> dict[str, str]:
    """Read the checksum file: name -> SHA-256; empty if there is none."""
    if not (folder / SUMS).exists():
        return {}
    lines = (folder / SUMS).read_text("utf-8", errors="replace").splitlines()
    return {name: digest for digest, _, name in (line.partition("  ") for line in lines)}


def describe_mismatch(path: Path, digest: str | None) -> Message | None:
    """Say what is wrong with a file that should have the SHA-256 `digest`; None if nothing is."""
    try:
        if sha256(path.read_bytes()).hexdigest() == digest:
            return None
        return Message("is not what was written (SHA-256)")
    except (OSError, ValueError) as error:
        return Message("cannot be read: {error}", error=getattr(error, "strerror", error))


def check_seal(folder: Path) -> None:
    """Raise Damaged if the ledger differs from the checksum file, if there is one."""
    if (folder / SUMS).exists() and (
        why := describe_mismatch(folder / LEDGER, read_sums(folder).get(LEDGER))
    ):
        raise Damaged(
            "{path} {problem} according to {sums_path}: one of the two is damaged. Restore it "
            "from a copy; if it is {sums}, remove it and sweep again",
            path=folder / LEDGER,
            problem=why,
            sums_path=folder / SUMS,
            sums=SUMS,
        )


def refuse_lost_ledger(folder: Path) -> None:
    """Raise Damaged if a folder whose ledger is missing or empty has parts or checksums of a sweep."""
    parts = [path for name in TABLES for path in (folder / name).glob(PART_NAME)]
    if parts or (folder / SUMS).exists():
        remains = Message("parts of a sweep ({count:,})", count=len(parts)) if parts else SUMS
        raise Damaged(
            "{path} is missing or empty, but the folder has {remains}, whose runs are then not "
            "recorded. Restore the ledger from a copy, or sweep into another folder (--out)",
            path=folder / LEDGER,
            remains=remains,
        )


def refuse_remains(folder: Path) -> None:
    """Raise UserError if a folder without a ledger has files that a sweep would overwrite.

    Raises Damaged if it has parts that would be read together with the parts of the new sweep.
    """
    if (folder / LEDGER).exists() and (folder / LEDGER).stat().st_size:
        return
    refuse_lost_ledger(folder)
    for name in TEXTS:
        if (folder / name).exists():
            raise UserError(
                "{path} belongs to the results of another command, which a sweep would overwrite; "
                "give another --out",
                path=folder / name,
            )
