"""What a sweep left, read back: nothing is given that is not what was written.

Every file is held against its SHA-256 and every row of the ledger against its mark before anything is told. Those who read
the parts with tools of their own get them unchecked: `cogov verify` first.
"""

import json
from dataclasses import dataclass
from functools import cached_property
from hashlib import blake2b
from io import BytesIO  # not a path: Arrow takes none that is not UTF-8
from pathlib import Path

import numpy as np

from ...engine.parameters import UserError
from ...engine.randomness import RandomNumbers, whole_seed
from ...engine.toml_reader import At, build
from ...model import mechanisms
from ...model.scenario import Scenario
from ..files.user_mechanisms import own_mechanisms, stand_in
from .design import DesignArm
from .experiment import Experiment
from .store import (
    LEDGER,
    OWN,
    SUMS,
    TABLES,
    TEXTS,
    Damaged,
    blank,
    check_seal,
    label_table,
    open_ledger,
    read_ledger,
    read_sums,
    refuse_lost_ledger,
    runs_table,
    stray_files,
    unlike,
)
from .sweep import SweepPlan
from .worker import work


@dataclass
class Results:
    """A sweep's tables, checked: `runs`, `series` and `issues`, and what was asked."""

    folder: Path
    plan: SweepPlan  # what was asked, of what
    texts: dict  # name -> text, of what was written down beside the runs
    ledger: list  # a dict per run, as the store keeps it
    files: list  # of all parts
    others: int = 0  # runs in the folder that the experiment no longer asks for

    @property
    def experiment(self):
        return self.plan.experiment

    @cached_property
    def manifest(self):
        return json.loads(self.texts["manifest.json"])

    @cached_property
    def runs(self):
        """A row per run of the design: case, arm, replicate, status, failure, factors (by path), measures (NaN where it failed)."""
        table = runs_table(
            self.ledger, [self.plan.factors(row["name"], row["arm"]) for row in self.ledger]
        ).to_pandas()
        order = {name: n for n, name in enumerate(dict.fromkeys(arm.name for arm in self.plan.arms))}
        return table.sort_values(
            ["case", "arm", "replicate"],
            key=lambda c: c.map(order) if c.name == "arm" else c,
            ignore_index=True,
        )

    @cached_property
    def series(self):
        """A row per run and day."""
        return self.table("series")

    @cached_property
    def issues(self):
        """A row per run and issue that arose; `resolved` is -1 where it was not."""
        return self.table("issues")

    def table(self, name):
        """All parts of one table, as pandas, the same whatever the order of the parts. Raises UserError where it was not kept."""
        frame = self.arrow(name).to_pandas()
        for column in frame.select_dtypes("category"):
            frame[column] = frame[column].cat.set_categories(sorted(frame[column].cat.categories))
        return frame.sort_values(["case", "arm", "replicate"], kind="stable", ignore_index=True)

    def arrow(self, name):
        """All parts of one table, as Arrow, run after run as they came, and those runs that are in no part yet."""
        import pyarrow as pa
        import pyarrow.compute as pc
        import pyarrow.parquet as pq

        if name not in self.experiment.keep:
            raise UserError(
                f"{self.folder}: {name} were not kept; say keep = [{name!r}] in the experiment and sweep anew into another folder"
            )
        found = [
            pq.read_table(BytesIO((self.folder / file).read_bytes()), page_checksum_verification=True)
            for file in self.files
            if file.startswith(f"{name}/")
        ]
        found += [label_table(row[name], row) for row in self.ledger if row[name]]
        if not found:
            raise UserError(f"{self.folder}: no run is done yet; go on with `cogov sweep`")
        whole = pa.concat_tables(found, promote_options="permissive").unify_dictionaries()
        asked = {"case": list(self.plan.cases), "arm": list({arm.name for arm in self.plan.arms})}
        for column, names in asked.items():
            whole = whole.filter(pc.is_in(whole[column], pa.array(names)))
        return whole.filter(pc.less(whole["replicate"], self.experiment.replicates))

    def digest(self):
        """A digest of everything that the runs say, whatever their order in the parts, the machine, or who shared the work."""
        digest = blake2b(digest_size=16)
        for row in sorted(self.ledger, key=lambda row: row["key"]):
            digest.update(
                repr([row[name] for name in ("key", "name", "arm", "replicate", "status", "digest")]).encode()
                + row["measures"]
            )
        return digest.hexdigest()


def read_results(folder):
    """The results in the folder of a sweep, finished or not, of those runs that its experiment asks for now.

    Raises UserError where there is no sweep, and Damaged where anything is not what was written.
    """
    folder = Path(folder)
    if not (folder / LEDGER).exists():
        refuse_lost_ledger(folder)
        raise UserError(f"{folder}: holds no sweep; make one with `cogov sweep FILE --out {folder}`")
    ledger = open_ledger(folder)
    try:
        if blank(folder, ledger):
            refuse_lost_ledger(folder)
            raise UserError(f"{folder}: its sweep was stopped before it began; go on with `cogov sweep`")
        facts, parts, rows = read_ledger(folder, ledger)
    finally:
        ledger.close()
    if (folder / SUMS).exists():
        check_seal(folder)
        sums = read_sums(folder)
        for name in (*(name for name in (*TEXTS, OWN) if name in facts), *parts):
            same(folder, name, sums.get(name), f"by {folder / SUMS} ")
    for file, told in parts.items():
        same(folder, file, told)
    if not all(name in facts for name in TEXTS):
        raise UserError(f"{folder}: its sweep was stopped before it began; go on with `cogov sweep`")
    told = {name: json.loads(facts[name]) for name in TEXTS}
    stand_in(facts.get(OWN), told["experiment.json"], told["cases.json"], told["arms.json"])
    experiment = build(Experiment, told["experiment.json"], At("experiment.json", {}))
    cases = {name: build(Scenario, table, At("cases.json", {})) for name, table in told["cases.json"].items()}
    plan = SweepPlan(
        experiment,
        cases,
        [DesignArm(**{**arm, "on": tuple(arm["on"]), "off": tuple(arm["off"])}) for arm in told["arms.json"]],
    )
    asked = {(arm.case, arm.name) for arm in plan.arms}
    found = [
        row for row in rows if (row["name"], row["arm"]) in asked and row["replicate"] < experiment.replicates
    ]
    return Results(
        folder,
        plan,
        {name: facts[name] for name in (*TEXTS, OWN) if name in facts},
        found,
        sorted(parts),
        len(rows) - len(found),
    )


def same(folder, name, told, by=""):
    """Raise Damaged unless the file `name` has the SHA-256 `told`."""
    if why := unlike(folder / name, told):
        raise Damaged(
            f"{folder / name} is damaged: {by}it {why}. Take it from a copy, or sweep again: what is damaged is then set aside, and its runs are done again"
        )


def check_rest(folder, parts):
    """Hold all other files against the file of sums, as those of an archive; and see that no other files are among the parts. Raises Damaged."""
    for name, told in read_sums(folder).items():
        if why := unlike(folder / name, told):
            raise Damaged(
                f"{folder / name} is not what {folder / SUMS} says: it {why}. Take it from a copy; `cogov archive` writes new sums"
            )
    strays = stray_files(folder, set(parts))
    if strays:
        raise Damaged(
            f"{folder / strays[0]}{f' and {len(strays) - 1} more' * (len(strays) > 1)}: not of this sweep, though whoever reads all of {strays[0].partition('/')[0]}/ reads it too; move it away"
        )


def verify(folder, share=0.01, seed=0, progress=None):
    """Check every byte of a sweep, and live through a random `share` of its runs again, one at least.

    Returns a dict: runs, parts, again (how many were lived again), differ (keys of those that did not agree bit for bit, with
    words). Raises Damaged, and UserError where the model is not the one that made them.
    """
    seed, found = whole_seed(seed), read_results(folder)
    check_rest(found.folder, found.files)
    for table in TABLES[1:]:
        if any(file.startswith(f"{table}/") for file in found.files):
            found.table(table)
    done = sorted((row for row in found.ledger if row["status"] == "done"), key=lambda row: row["key"])
    absent = [
        name
        for name in own_mechanisms(found.plan)
        if name in mechanisms.ABSENT and name not in mechanisms.names()
    ]
    if share and done and absent:
        raise UserError(
            f"{folder} is whole; to run some of it again, set COGOV_MECHANISMS to the folder with {', '.join(absent)} (an archive has it in mechanisms/); --again 0 leaves that out"
        )
    if share and found.plan.source != found.manifest["model"]:
        raise UserError(
            f"{folder} is whole, but made by another version of the model ({found.manifest['model']}, this is {found.plan.source}): its runs cannot be lived again; --again 0 leaves that out"
        )
    count = min(len(done), max(1, round(share * len(done)))) if share and done else 0
    drawn = np.argsort(RandomNumbers("verify", seed)("which", np.arange(len(done))))[:count] if count else []
    chosen = {done[n]["key"]: done[n]["digest"] for n in drawn}
    orders = (
        [order for order in found.plan.orders(0, found.experiment.replicates) if order.key in chosen]
        if chosen
        else []
    )
    differ = dict.fromkeys(chosen.keys() - {order.key for order in orders}, "its key is not of this design")
    terms = found.plan.terms(0.0)
    for order in orders:
        (outcome,) = work(terms, [order])
        if outcome.digest != chosen[order.key]:
            differ[order.key] = (
                f"{order.arm.case}, {order.arm.name}, replicate {order.replicate}: lived again, it differs"
            )
        if progress:
            progress()
    return {"runs": len(found.ledger), "parts": len(found.files), "again": count, "differ": differ}
