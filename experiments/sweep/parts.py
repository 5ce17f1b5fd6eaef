"""Write the tables of runs as Parquet parts, of about fifty runs each.

    runs/part-*.parquet    a row per run: case, arm, replicate, status, factors, measures
    series/part-*.parquet  a row per run and day
    issues/part-*.parquet  a row per run and issue

A part is named after a digest of its content. pyarrow is imported only where it is used.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ...engine.texts.errors import UserError
from ...model.measures import SUMMARY

if TYPE_CHECKING:
    import pyarrow as pa

PART = 50  # runs in a part
TABLES = ("runs", "series", "issues")
PART_NAME = f"part-{'[0-9a-f]' * 16}.parquet"


@dataclass(frozen=True, eq=False)
class Parcel:
    """Runs to be written as a part.

    Any process can do that; it takes ten times as long as storing them in the ledger.
    """

    rows: list  # rows of the ledger, as dicts
    varied: list  # per row, the values of what the design varies: path -> value


def runs_table(rows: list[dict], varied: list[dict], names: Sequence[str] = SUMMARY) -> pa.Table:
    """Return the Arrow table `runs` of rows of the ledger.

    `varied` has for each the values of what the design varies: path -> value. `names` are those of the
    measures, in the order of the ledger. Raises UserError if it holds others.
    """
    import pyarrow as pa

    none = np.full(len(names), np.nan)
    held = [np.frombuffer(row["measures"]) if row["measures"] else none for row in rows]
    if other := next((len(numbers) for numbers in held if len(numbers) != len(names)), 0):
        raise UserError(
            "these runs have {other} measures, and {here} are known here: they were made by another version "
            "of cogov, or with other files in COGOV_MEASURES; use these to read them",
            other=other,
            here=len(names),
        )
    numbers = np.array(held).reshape(len(rows), len(names))
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
        path: [factors.get(path) for factors in varied]
        for path in dict.fromkeys(path for factors in varied for path in factors)
    }
    return pa.table({**columns, **dict(zip(names, numbers.T))})


def write_parcel(parcel: Parcel) -> dict[str, bytes]:
    """Return the parts of a parcel as Parquet: table -> bytes."""
    import pyarrow as pa

    tables = {"runs": runs_table(parcel.rows, parcel.varied)}
    for name in TABLES[1:]:
        streams = [label_table(row[name], row) for row in parcel.rows if row[name]]
        if streams:
            tables[name] = pa.concat_tables(streams, promote_options="permissive").unify_dictionaries()
    return {name: to_parquet(table) for name, table in tables.items()}


def to_parquet(table: pa.Table) -> bytes:
    """Return an Arrow table as Parquet bytes, with page checksums."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    sink = pa.BufferOutputStream()
    pq.write_table(table, sink, compression="zstd", write_page_checksum=True)
    return sink.getvalue().to_pybytes()


def label_table(stream: bytes, row: dict) -> pa.Table:
    """Return a run's table with added columns case, arm and replicate."""
    import pyarrow as pa

    table = pa.ipc.open_stream(stream, options=pa.ipc.IpcReadOptions(use_threads=False)).read_all()
    zeros = np.zeros(len(table), np.int32)
    labels = {"case": row["name"], "arm": row["arm"]}
    columns = {name: pa.DictionaryArray.from_arrays(zeros, [text]) for name, text in labels.items()} | {
        "replicate": zeros + np.int32(row["replicate"])
    }
    return pa.table({**columns, **dict(zip(table.column_names, table.columns))})


def stray_files(folder: Path, parts: set[str]) -> list[str]:
    """Return names of files in the folders of tables that are not among `parts`.

    Files that begin with a dot or _ do not count: readers of whole folders ignore them.
    """
    files = (
        path
        for name in TABLES
        for path in sorted((folder / name).glob("*"))
        if path.is_file() and path.name[0] not in "._"
    )
    return [name for name in (path.relative_to(folder).as_posix() for path in files) if name not in parts]


def write_durably(folder: Path, path: Path, raw: bytes) -> None:
    """Write a file so that it has its final name only when it is complete and on the disk.

    Raises OSError if it cannot be read back as it was written.
    """
    temporary = folder / "tmp" / f"{path.name}.{os.getpid()}"
    try:
        with open(temporary, "wb") as file:
            file.write(raw)
            file.flush()
            os.fsync(file.fileno())
        if temporary.read_bytes() != raw:
            raise OSError(None, "reads back other than it was written", str(path))
        os.replace(temporary, path)
    except OSError:
        temporary.unlink(missing_ok=True)
        raise
    flush_folder(path.parent)


def flush_folder(folder: Path) -> None:
    """Flush the directory entries of a folder to the disk."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
