"""Read the results of a sweep; everything is checked against what was written.

Every file is checked against its SHA-256, and every row of the ledger against its mark, before any result is
returned. Other tools read the parts unchecked: run `cogov verify` first.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property
from hashlib import blake2b
from io import BytesIO  # not a path: Arrow accepts only paths in UTF-8
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ...engine.randomness import RandomNumbers, whole_seed
from ...engine.texts.errors import Message, UserError, join_first
from ...engine.toml_reader import At, build_dataclass
from ...model import mechanisms
from ...model.measures import SUMMARY
from ...model.scenarios.scenario import Scenario
from ..files.user_mechanisms import own_mechanisms, stand_in
from .design import DesignArm
from .experiment import Experiment
from .ledger import (
    LEDGER,
    OWN,
    SUMS,
    TEXTS,
    Damaged,
    check_seal,
    describe_mismatch,
    is_blank,
    open_ledger,
    read_ledger,
    read_sums,
    refuse_lost_ledger,
)
from .parts import TABLES, label_table, runs_table, stray_files
from .sweep import SweepPlan
from .worker import unpack_activities, work

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa


@dataclass
class Results:
    """The checked tables of a sweep, `runs`, `series` and `issues`, and its experiment."""

    folder: Path
    plan: SweepPlan  # what was asked
    texts: dict[str, str]  # name -> text about the experiment, as it was written
    ledger: list[dict[str, Any]]  # a dict per run, as in the store
    files: list[str]  # names of all parts
    others: int = 0  # runs in the folder that the experiment no longer asks for

    @property
    def experiment(self) -> Experiment:
        return self.plan.experiment

    @cached_property
    def manifest(self) -> dict:
        return json.loads(self.texts["manifest.json"])

    @cached_property
    def runs(self) -> pd.DataFrame:
        """One row per run of the design.

        Columns: case, arm, replicate, status, failure, factors (by path), and measures (NaN if the run
        failed, or if the measure was not there when it was made).
        """
        names = self.manifest.get("measures", SUMMARY)
        factors = [self.plan.factors(row["name"], row["arm"]) for row in self.ledger]
        table = runs_table(self.ledger, factors, names).to_pandas()
        table = table.assign(**{name: np.nan for name in SUMMARY if name not in names})
        order = {name: n for n, name in enumerate(dict.fromkeys(arm.name for arm in self.plan.arms))}
        return table.sort_values(
            ["case", "arm", "replicate"],
            key=lambda c: c.map(order) if c.name == "arm" else c,
            ignore_index=True,
        )

    @cached_property
    def activities(self) -> pd.DataFrame:
        """What the mechanisms of each run did in all: one row per run, mechanism and count."""
        import pandas as pd

        rows = [
            (row["name"], row["arm"], row["replicate"], mechanism, count, amount)
            for row in self.ledger
            for mechanism, amounts in unpack_activities(row["activities"]).items()
            for count, amount in amounts.items()
        ]
        table = pd.DataFrame(rows, columns=["case", "arm", "replicate", "mechanism", "count", "value"])
        return table.sort_values(["case", "arm", "replicate"], kind="stable", ignore_index=True)

    @cached_property
    def series(self) -> pd.DataFrame:
        """One row per run and day."""
        return self.table("series")

    @cached_property
    def issues(self) -> pd.DataFrame:
        """One row per run and issue that arose; `resolved` is -1 for unresolved issues."""
        return self.table("issues")

    def table(self, name: str) -> pd.DataFrame:
        """Return all parts of one table, as pandas; its order does not depend on the order of the parts.

        Raises UserError if the table was not kept.
        """
        frame = self.arrow(name).to_pandas()
        for column in frame.select_dtypes("category"):
            frame[column] = frame[column].cat.set_categories(sorted(frame[column].cat.categories))
        return frame.sort_values(["case", "arm", "replicate"], kind="stable", ignore_index=True)

    def arrow(self, name: str) -> pa.Table:
        """Return one table as Arrow: all parts in the order of their runs, and the runs not yet in a part.

        Raises UserError if the table was not kept, or no run is done.
        """
        import pyarrow as pa
        import pyarrow.compute as pc
        import pyarrow.parquet as pq

        if name not in self.experiment.keep:
            raise UserError(
                "{folder}: {table} were not kept; set keep = ['{table}'] in the experiment and sweep "
                "again into another folder",
                folder=self.folder,
                table=name,
            )
        tables = [
            pq.read_table(BytesIO((self.folder / file).read_bytes()), page_checksum_verification=True)
            for file in self.files
            if file.startswith(f"{name}/")
        ]
        tables += [label_table(row[name], row) for row in self.ledger if row[name]]
        if not tables:
            raise UserError(
                "{folder}: no run is finished yet; continue with `cogov sweep`", folder=self.folder
            )
        combined = pa.concat_tables(tables, promote_options="permissive").unify_dictionaries()
        asked = {"case": list(self.plan.cases), "arm": list({arm.name for arm in self.plan.arms})}
        for column, names in asked.items():
            combined = combined.filter(pc.is_in(combined[column], pa.array(names)))
        return combined.filter(pc.less(combined["replicate"], self.experiment.replicates))

    def digest(self) -> str:
        """Return a digest of all runs, which does not depend on the order of parts, machine or executor."""
        digest = blake2b(digest_size=16)
        for row in sorted(self.ledger, key=lambda row: row["key"]):
            digest.update(
                repr([row[name] for name in ("key", "name", "arm", "replicate", "status", "digest")]).encode()
                + row["measures"]
            )
        return digest.hexdigest()


def read_results(folder: str | Path) -> Results:
    """Read the results in the folder of a sweep, finished or not, of runs that its experiment now asks for.

    Raises UserError if there is no sweep, and Damaged if anything differs from what was written.
    """
    folder = Path(folder)
    if not (folder / LEDGER).exists():
        refuse_lost_ledger(folder)
        raise UserError(
            "{folder}: contains no sweep; make one with `cogov sweep FILE --out {folder}`", folder=folder
        )
    ledger = open_ledger(folder)
    try:
        if is_blank(folder, ledger):
            refuse_lost_ledger(folder)
            raise UserError(
                "{folder}: its sweep was stopped before it began; continue it with `cogov sweep`",
                folder=folder,
            )
        facts, parts, rows = read_ledger(folder, ledger)
    finally:
        ledger.close()
    if (folder / SUMS).exists():
        check_seal(folder)
        sums = read_sums(folder)
        for name in (*(name for name in (*TEXTS, OWN) if name in facts), *parts):
            check_digest(folder, name, sums.get(name), folder / SUMS)
    for file, digest in parts.items():
        check_digest(folder, file, digest)
    if not all(name in facts for name in TEXTS):
        raise UserError(
            "{folder}: its sweep was stopped before it began; continue it with `cogov sweep`", folder=folder
        )
    texts = {name: json.loads(facts[name]) for name in TEXTS}
    stand_in(facts.get(OWN), texts["experiment.json"], texts["cases.json"], texts["arms.json"])
    experiment = build_dataclass(Experiment, texts["experiment.json"], At("experiment.json", {}))
    cases = {
        name: build_dataclass(Scenario, table, At("cases.json", {}))
        for name, table in texts["cases.json"].items()
    }
    plan = SweepPlan(
        experiment,
        cases,
        [
            DesignArm(**{**arm, "on": tuple(arm["on"]), "off": tuple(arm["off"])})
            for arm in texts["arms.json"]
        ],
    )
    asked = {(arm.case, arm.name) for arm in plan.arms}
    current = [
        row for row in rows if (row["name"], row["arm"]) in asked and row["replicate"] < experiment.replicates
    ]
    return Results(
        folder,
        plan,
        {name: facts[name] for name in (*TEXTS, OWN) if name in facts},
        current,
        sorted(parts),
        len(rows) - len(current),
    )


def check_digest(folder: Path, name: str, digest: str | None, sums: Path | None = None) -> None:
    """Raise Damaged unless the file `name` has the SHA-256 `digest`, which is from the file `sums`."""
    if problem := describe_mismatch(folder / name, digest):
        if sums:
            problem = Message("{problem} according to {sums}", problem=problem, sums=sums)
        raise Damaged(
            "{path} is damaged: it {problem}. Restore it from a copy, or sweep again: the "
            "damaged part is then set aside, and its runs are repeated",
            path=folder / name,
            problem=problem,
        )


def check_rest(folder: Path, parts: Iterable[str]) -> None:
    """Check all other files, such as those of an archive, against the checksum file. Raises Damaged.

    Files among the parts that are not of the sweep raise it, too.
    """
    for name, digest in read_sums(folder).items():
        if problem := describe_mismatch(folder / name, digest):
            raise Damaged(
                "{path} {problem} according to {sums}. Restore it from a copy; `cogov archive` "
                "writes new checksums",
                path=folder / name,
                sums=folder / SUMS,
                problem=problem,
            )
    strays = stray_files(folder, set(parts))
    if strays:
        raise Damaged(
            "{path} is not part of this sweep, but is read with {table}/; move it away",
            path=join_first([folder / stray for stray in strays], 1),
            table=strays[0].partition("/")[0],
        )


def verify(folder: str | Path, share: float = 0.01, seed: int = 0, progress: Callable | None = None) -> dict:
    """Check every byte of a sweep, and re-run a random `share` of its runs, one at least; 0 re-runs none.

    Returns a dict: runs, parts, again (number of runs re-run), differ (key -> words, of runs that did not
    agree bit for bit). Raises Damaged, and UserError if runs cannot be repeated with this version of the
    model.
    """
    seed, results = whole_seed(seed), read_results(folder)
    check_rest(results.folder, results.files)
    for table in TABLES[1:]:
        if any(file.startswith(f"{table}/") for file in results.files):
            results.table(table)
    done = sorted((row for row in results.ledger if row["status"] == "done"), key=lambda row: row["key"])
    absent = [
        name
        for name in own_mechanisms(results.plan)
        if name in mechanisms.STAND_INS and name not in mechanisms.list_mechanisms()
    ]
    if share and done and absent:
        raise UserError(
            "{folder} is intact; to run some of its runs again, set COGOV_MECHANISMS to the "
            "folder with {absent} (in an archive: mechanisms/); --again 0 skips this",
            folder=folder,
            absent=", ".join(absent),
        )
    if share and results.plan.source != results.manifest["model"]:
        raise UserError(
            "{folder} is intact, but made by another version of the model ({model}; this is "
            "{source}), so its runs cannot be run again; --again 0 skips this",
            folder=folder,
            model=results.manifest["model"],
            source=results.plan.source,
        )
    count = min(len(done), max(1, round(share * len(done)))) if share and done else 0
    drawn = np.argsort(RandomNumbers("verify", seed)("which", np.arange(len(done))))[:count] if count else ()
    chosen = {done[n]["key"]: done[n]["digest"] for n in drawn}
    orders = (
        [order for order in results.plan.orders(0, results.experiment.replicates) if order.key in chosen]
        if chosen
        else []
    )
    differ: dict[str, str] = dict.fromkeys(
        chosen.keys() - {order.key for order in orders},
        Message("its key is not of this design").as_word(),
    )
    terms = results.plan.terms(0.0)
    for order in orders:
        (outcome,) = work(terms, [order])
        if outcome.digest != chosen[order.key]:
            differ[order.key] = Message(
                "{case}, {arm}, replicate {replicate}: differs when run again",
                case=order.arm.case,
                arm=order.arm.name,
                replicate=order.replicate,
            ).as_word()
        if progress:
            progress()
    return {"runs": len(results.ledger), "parts": len(results.files), "again": count, "differ": differ}
