"""Shards of one sweep, joined: the same rows as if it had never been divided."""

import json
from dataclasses import replace
from functools import reduce
from io import BytesIO  # not a path: Arrow takes none that is not UTF-8
from pathlib import Path

import pyarrow.compute as pc
import pyarrow.parquet as pq

from ...engine.parameters import UserError
from .registration import join_logs
from .results import read_results
from .store import Damaged, Store, open_ledger, put, read_ledger
from .worker import to_ipc_bytes


def merge_shards(out, shards):
    """Join the sweeps in the folders `shards` into `out`; returns how many runs it then holds.

    A run that two shards have must be the same in both; one that failed here and is done there is done. Each shard is read
    back and checked first, and what is in `out` already is a shard like others. Raises UserError.
    """
    out, found = Path(out), [read_results(folder) for folder in shards]
    if not found:
        raise UserError("merge needs the folder of one shard at least")
    for one in found[1:]:
        alike(one, found[0])
    store = Store(out)
    try:
        there = [read_results(out)] if store.text("manifest.json") else []
        for one in there:
            alike(one, found[0])
        store.write({**found[0].texts, "manifest.json": manifest([*found, *there])})
        store.withdraw_failed()
        have = {row[0]: row[1] for row in store.ledger.execute("select key, digest from runs")}
        for one in found:
            adopt(store, one, have)
        store.finish(found[0].plan.factors)
        return len(store.keys())
    finally:
        store.close()


def manifest(shards):
    """The manifest of the whole: that of the first shard, with what each of them was asked when."""
    told = [one.manifest for one in shards]
    begun, last = min(one["begun"] for one in told), max(one["last"] for one in told)
    made = {
        **told[0],
        "begun": begun,
        "last": last,
        "registered": join_logs([one["registered"] for one in told]),
    }
    return json.dumps(made, indent=2, ensure_ascii=False) + "\n"


def alike(one, other):
    """Raise UserError unless two results are shares of one experiment; the files it was read from may be called otherwise."""
    for name, told in (
        (
            "experiment",
            lambda p: replace(p.experiment, cases=(), design=replace(p.experiment.design, table="")),
        ),
        ("cases", lambda p: p.cases),
        ("arms", lambda p: p.arms),
    ):
        if told(one.plan) != told(other.plan):
            raise UserError(
                f"{one.folder}: {name}.json says other things than that of {other.folder}: these are not shards of one experiment"
            )
    if one.manifest["model"] != other.manifest["model"]:
        raise UserError(
            f"{one.folder}: made by another version of the model than {other.folder}; sweep one of them anew"
        )


def adopt(store, shard, have):
    """Take over those runs of a shard that `have` (key -> digest, "" of failed ones) lacks: a part as it is where all of it is new, else run by run."""
    ledger = open_ledger(shard.folder)
    try:
        rows = read_ledger(shard.folder, ledger)[2]
        files = ledger.execute("select file, sha256, runs, part from parts").fetchall()
    finally:
        ledger.close()
    for row in rows:
        if have.get(row["key"]) and row["digest"] not in ("", have[row["key"]]):
            raise Damaged(
                f"{shard.folder}: {row['name']}, {row['arm']}, replicate {row['replicate']} is not what another shard says it is; `cogov verify` both"
            )
    fresh = [row for row in rows if row["key"] not in have or row["digest"] and not have[row["key"]]]
    new = {row["key"] for row in fresh}
    whole = {row["part"] for row in fresh if row["status"] == "done"} - {
        row["part"] for row in rows if row["key"] not in new
    }
    parts = [file for file in files if file[3] in whole]
    for name, *_ in parts:
        put(store.folder, store.folder / name, (shard.folder / name).read_bytes())
    store.add(
        [
            row if row["part"] in {None, *whole} else {**row, **alone(shard.folder, row, files), "part": None}
            for row in fresh
        ],
        parts,
    )
    have |= {row["key"]: row["digest"] for row in fresh}


def alone(folder, row, files):
    """The streams of one run, taken out of its part: name -> bytes."""
    found = {}
    for file in (file for file, _, _, part in files if part == row["part"] and not file.startswith("runs/")):
        table = pq.read_table(BytesIO((folder / file).read_bytes()), page_checksum_verification=True)
        which = (
            pc.equal(table[column], value)
            for column, value in (("case", row["name"]), ("arm", row["arm"]), ("replicate", row["replicate"]))
        )
        found[file.partition("/")[0]] = to_ipc_bytes(
            table.filter(reduce(pc.and_, which)).drop_columns(["case", "arm", "replicate"])
        )
    return found
