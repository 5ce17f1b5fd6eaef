"""Shards of one sweep, joined: the same rows as if it had never been divided."""

from functools import reduce
from pathlib import Path

import pyarrow.compute as pc

from ..model.knobs import ScenarioError
from .results import results
from .store import ROW, TABLES, TEXTS, Damaged, Store, checked_row, mark, opened, put
from .work import streamed


def merged(out, shards):
    """Join the sweeps in the folders `shards` into `out`; returns how many runs it then holds.

    A run that two shards have must be the same in both. Each shard is read back and checked first. Raises ScenarioError.
    """
    out, found = Path(out), [results(folder) for folder in shards]
    if not found:
        raise ScenarioError("merge needs the folder of one shard at least")
    for one in found[1:]:
        for name in ("experiment.json", "cases.json"):
            if (one.folder / name).read_bytes() != (found[0].folder / name).read_bytes():
                raise ScenarioError(f"{one.folder}: its {name} is not that of {found[0].folder}: these are not shards of one experiment")
        if one.manifest["model"] != found[0].manifest["model"]:
            raise ScenarioError(f"{one.folder}: made by another version of the model than {found[0].folder}")
    store = Store(out)
    try:
        have = {row[0]: row[1] for row in store.ledger.execute("select key, digest from runs")}
        for one in found:
            for name in TEXTS:
                if not (out / name).exists():
                    store.write(name, (one.folder / name).read_text("utf-8"))
            adopt(store, one, have)
        store.finish(found[0].plan.factors)
        return len(store.keys())
    finally:
        store.close()


def adopt(store, shard, have):
    """Take over the runs of a shard that `have` (key -> digest) does not have: a part as it is where all of it is new, else run by run."""
    ledger = opened(shard.folder)
    try:
        rows = [checked_row(shard.folder, row) for row in ledger.execute(f"select {', '.join(ROW)}, mark from runs")]
        waiting = {key: streams for key, *streams in ledger.execute("select key, series, issues from runs where part is null")}
        files = ledger.execute("select file, sha256, runs, part, mark from parts").fetchall()
    finally:
        ledger.close()
    for row in rows:
        if have.get(row["key"], row["digest"]) != row["digest"]:
            raise Damaged(f"{shard.folder}: {row['name']}, {row['arm']}, replicate {row['replicate']} is not what another shard says it is; `cogov verify` both")
    known = {row["part"] for row in rows if row["key"] in have}  # of whose parts one run at least is there already
    fresh = [row for row in rows if row["key"] not in have]
    whole = [file for file in files if file[3] not in known]
    for name, *_ in whole:
        put(store.folder, store.folder / name, (shard.folder / name).read_bytes())
    with store.writing():
        store.ledger.executemany("insert or replace into parts values (?, ?, ?, ?, ?)", whole)
        for row in fresh:
            as_it_is = row["part"] is not None and row["part"] not in known
            told = tuple({**row, "part": row["part"] if as_it_is else None}[name] for name in ROW)
            streams = (None, None) if as_it_is else waiting.get(row["key"]) or alone(shard, row)
            store.ledger.execute(f"insert into runs values ({', '.join('?' * 13)})", (*told, mark(*told), *streams))
        store.count()
    have |= {row["key"]: row["digest"] for row in fresh}


def alone(shard, row):
    """The streams of one run, taken out of its part."""
    for name in TABLES[1:]:
        if not any(file.startswith(f"{name}/") for file in shard.files) or row["status"] == "failed":
            yield None
            continue
        table = shard.arrow(name)
        which = (pc.equal(table[column], value) for column, value in (("case", row["name"]), ("arm", row["arm"]), ("replicate", row["replicate"])))
        yield streamed(table.filter(reduce(pc.and_, which)).drop_columns(["case", "arm", "replicate"]))
