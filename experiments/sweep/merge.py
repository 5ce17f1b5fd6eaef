"""Merge the shards of one sweep: the rows are the same as if it had not been divided."""

import json
from collections.abc import Iterable
from dataclasses import replace
from functools import reduce
from io import BytesIO  # not a path: Arrow accepts only paths in UTF-8
from pathlib import Path

import pyarrow.compute as pc
import pyarrow.parquet as pq

from ...engine.texts.errors import UserError
from .ledger import Damaged, open_ledger, read_ledger
from .parts import write_durably
from .registration import join_logs
from .results import Results, read_results
from .store import Store
from .worker import to_ipc_bytes


def merge_shards(out: str | Path, shards: Iterable[str | Path]) -> int:
    """Merge the sweeps in the folders `shards` into `out`; return how many runs it then holds.

    A run that two shards have must be the same in both; a run that failed in one and is done in another
    counts as done. Each shard is read back and checked first, and what `out` already holds is treated as a
    shard. Raises UserError.
    """
    out, results = Path(out), [read_results(folder) for folder in shards]
    if not results:
        raise UserError("merge needs the folder of at least one shard")
    for shard in results[1:]:
        check_same_experiment(shard, results[0])
    store = Store(out)
    try:
        existing = [read_results(out)] if store.text("manifest.json") else []
        for shard in existing:
            check_same_experiment(shard, results[0])
        store.write({**results[0].texts, "manifest.json": merge_manifests([*results, *existing])})
        store.withdraw_failed()
        have = {row[0]: row[1] for row in store.ledger.execute("select key, digest from runs")}
        for shard in results:
            adopt(store, shard, have)
        store.finish(results[0].plan.factors)
        return len(store.keys())
    finally:
        store.close()


def merge_manifests(shards: list[Results]) -> str:
    """Return the manifest of the whole: that of the first shard, with the registration logs of all."""
    manifests = [shard.manifest for shard in shards]
    begun, last = min(m["begun"] for m in manifests), max(m["last"] for m in manifests)
    merged = {
        **manifests[0],
        "begun": begun,
        "last": last,
        "registered": join_logs([m["registered"] for m in manifests]),
    }
    return json.dumps(merged, indent=2, ensure_ascii=False) + "\n"


def check_same_experiment(shard: Results, other: Results) -> None:
    """Raise UserError unless two results are shards of one experiment, on the same version of the model.

    The files they were read from may have different names.
    """
    for name, part in (
        (
            "experiment",
            lambda p: replace(p.experiment, cases=(), design=replace(p.experiment.design, table="")),
        ),
        ("cases", lambda p: p.cases),
        ("arms", lambda p: p.arms),
    ):
        if part(shard.plan) != part(other.plan):
            raise UserError(
                "{folder}: {name}.json differs from that of {other}: these are not shards of one experiment",
                folder=shard.folder,
                name=name,
                other=other.folder,
            )
    if shard.manifest["model"] != other.manifest["model"]:
        raise UserError(
            "{folder}: made by another version of the model than {other}; sweep one of them again",
            folder=shard.folder,
            other=other.folder,
        )


def adopt(store: Store, shard: Results, have: dict[str, str]) -> None:
    """Add to the store those runs of a shard that `have` (key -> digest, "" for failed runs) lacks.

    A part is copied as it is if all of its runs are new; other runs are added one by one.
    """
    ledger = open_ledger(shard.folder)
    try:
        rows = read_ledger(shard.folder, ledger)[2]
        files = ledger.execute("select file, sha256, runs, part from parts").fetchall()
    finally:
        ledger.close()
    for row in rows:
        if have.get(row["key"]) and row["digest"] not in ("", have[row["key"]]):
            raise Damaged(
                "{folder}: {case}, {arm}, replicate {replicate} differs from the record of another "
                "shard; run `cogov verify` on both",
                folder=shard.folder,
                case=row["name"],
                arm=row["arm"],
                replicate=row["replicate"],
            )
    fresh = [row for row in rows if row["key"] not in have or row["digest"] and not have[row["key"]]]
    new = {row["key"] for row in fresh}
    whole_parts = {row["part"] for row in fresh if row["status"] == "done"} - {
        row["part"] for row in rows if row["key"] not in new
    }
    parts = [file for file in files if file[3] in whole_parts]
    for name, *_ in parts:
        write_durably(store.folder, store.folder / name, (shard.folder / name).read_bytes())
    store.add(
        [
            row
            if row["part"] in {None, *whole_parts}
            else {**row, **extract_run(shard.folder, row, files), "part": None}
            for row in fresh
        ],
        parts,
    )
    have |= {row["key"]: row["digest"] for row in fresh}


def extract_run(folder: Path, row: dict, files: list[tuple]) -> dict[str, bytes]:
    """Take the streams of one run out of its part: name -> bytes."""
    streams = {}
    for file in (file for file, _, _, part in files if part == row["part"] and not file.startswith("runs/")):
        table = pq.read_table(BytesIO((folder / file).read_bytes()), page_checksum_verification=True)
        conditions = (
            pc.equal(table[column], value)
            for column, value in (("case", row["name"]), ("arm", row["arm"]), ("replicate", row["replicate"]))
        )
        streams[file.partition("/")[0]] = to_ipc_bytes(
            table.filter(reduce(pc.and_, conditions)).drop_columns(["case", "arm", "replicate"])
        )
    return streams
