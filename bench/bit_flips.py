"""Flip single bits in the files of a sweep, and count whether each flip is noticed or harmless.

A flip is noticed if an error names the file, and harmless if the data read are correct. Nothing is asserted
here.
Control: the same tables as Parquet with default settings, whose readers may return wrong numbers without an
error.
"""

from __future__ import annotations

import json
import warnings
from collections.abc import Callable, Iterator
from dataclasses import astuple, dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from ..engine.randomness import RandomNumbers
from ..engine.texts.errors import UserError
from ..experiments.sweep.results import read_results
from .faulty_sweeps import sweep_with_faults, tiny

if TYPE_CHECKING:
    from .tables import BenchTable


@dataclass
class Tally:
    """Counts of the outcomes of the flips."""

    flips: int = 0
    named: int = 0  # an error that names the file
    harmless: int = 0  # read, and correct
    wrong: int = 0  # read, wrong, and no error
    crashed: int = 0  # an error that does not name the file, or is no error of cogov


def all_of(folder: Path) -> tuple:
    """Return everything that a reader gets from a sweep, as one comparable value."""
    results = read_results(folder)
    tables = [frame.to_csv(index=False) for frame in (results.runs, results.series, results.issues)]
    return results.digest(), json.dumps(results.texts, sort_keys=True), *tables


def flip_bit(path: Path, where: float) -> bytes:
    """Flip one bit of a file, at `where` (0..1) of all its bits; return the bytes of the file before."""
    raw = path.read_bytes()
    bit, turned = int(where * len(raw) * 8), bytearray(raw)
    turned[bit // 8] ^= 1 << bit % 8
    path.write_bytes(turned)
    return raw


def flip_bits(folder: Path, count: int, seed: int = 0, read=all_of, progress=None) -> Tally:
    """Flip `count` bits in the files of a folder, one at a time, and restore each; return a Tally.

    The files take turns; the bit is drawn at random.
    """
    files = sorted(path for path in folder.rglob("*") if path.is_file() and path.stat().st_size)
    tally, truth, draws = (
        Tally(),
        read(folder),
        iter(RandomNumbers("flips", seed)("where", range(count), 0).tolist()),
    )
    for n, where in enumerate(draws):
        path = files[n % len(files)]
        original = flip_bit(path, where)
        tally.flips += 1
        try:
            right = read(folder) == truth
            tally.harmless += right
            tally.wrong += not right
        except UserError as error:
            tally.named += path.name in str(error)
            tally.crashed += path.name not in str(error)
        except Exception:  # anything that a reader of tables may raise
            tally.crashed += 1
        finally:
            path.write_bytes(original)
        if progress:
            progress()
    return tally


def subjects(folder: Path, replicates: int = 60) -> dict[str, Callable[[Path], Any]]:
    """Prepare three folders to flip bits in; return the name of each and the function that reads it.

    "whole": a finished sweep; "stopped": a stopped one, whose tables are partly still in the ledger; "plain":
    the tables of "whole" as Parquet with default settings.
    """
    import pyarrow.parquet as pq

    plan, plain = tiny(replicates), folder / "plain"
    sweep_with_faults(folder / "whole", plan, 0, folder / "log")
    try:
        sweep_with_faults(folder / "stopped", plan, 0, folder / "log", connection=Stop(replicates * 9 // 10))
    except KeyboardInterrupt:
        pass
    plain.mkdir()
    for name in ("issues", "series"):
        pq.write_table(read_results(folder / "whole").arrow(name), plain / f"{name}.parquet")
    return {"whole": all_of, "stopped": all_of, "plain": default}


class Stop:
    """Stop a sweep by KeyboardInterrupt, once it reports `after` runs."""

    def __init__(self, after):
        self.after = after

    def send(self, done) -> None:
        if done >= self.after:
            raise KeyboardInterrupt


def default(folder: Path) -> list[str]:
    """Read the Parquet tables of a folder with default settings."""
    import pyarrow.parquet as pq

    return [pq.read_table(path).to_pandas().to_csv(index=False) for path in sorted(folder.glob("*.parquet"))]


WORDS = {
    "whole": "finished sweep",
    "stopped": "interrupted sweep",
    "plain": "control: the same tables as default Parquet",
}


def bench(console, count: int = 1000) -> Iterator[BenchTable]:
    """Yield the table of flips in each of the three folders."""
    from .tables import BenchTable

    rows = []
    with TemporaryDirectory(prefix="cogov-flips-") as folder, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for name, read in subjects(Path(folder)).items():
            with console.status(f"{WORDS[name]} ..."):
                rows.append((WORDS[name], *astuple(flip_bits(Path(folder) / name, count, read=read))))
    columns = ("what", "flips", "named in an error", "harmless", "wrong, and nothing said", "another error")
    yield BenchTable(
        "single-bit flips in random places, distributed over all files",
        columns,
        rows,
        "Harmless: the data that are read are correct, because the bit is not used.",
    )
