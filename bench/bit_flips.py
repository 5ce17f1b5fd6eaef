"""Single-bit flips over all that a sweep leaves: each is either named in an error, or what is read is right. Counted, not asserted.

The control: the same tables written by default Parquet, and read by default, which may give wrong numbers and say nothing.
"""

import json
import warnings
from dataclasses import astuple, dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from ..engine.parameters import UserError
from ..engine.randomness import RandomNumbers
from ..experiments.sweep.results import read_results
from .fault_injection import sweep_with_faults, tiny


@dataclass
class Tally:
    """What came of flips."""

    flips: int = 0
    named: int = 0  # an error that names the file
    harmless: int = 0  # read, and right
    wrong: int = 0  # read, wrong, and nothing was said
    crashed: int = 0  # an error that is none of ours


def all_of(folder):
    """Everything that a reader is told, as one comparable thing."""
    found = read_results(folder)
    tables = [frame.to_csv(index=False) for frame in (found.runs, found.series, found.issues)]
    return found.digest(), json.dumps(found.texts, sort_keys=True), *tables


def flip_bit(path, where):
    """The bytes of a file before, and with bit `where` (0..1 of all its bits) turned over in it."""
    raw = path.read_bytes()
    bit, turned = int(where * len(raw) * 8), bytearray(raw)
    turned[bit // 8] ^= 1 << bit % 8
    path.write_bytes(turned)
    return raw


def flips(folder, count, seed=0, read=all_of, progress=None):
    """Flip `count` bits of the files in a folder, one at a time and each turned back; files in turn, bits at random. Returns a Tally."""
    files = sorted(path for path in folder.rglob("*") if path.is_file() and path.stat().st_size)
    told, truth, draws = (
        Tally(),
        read(folder),
        iter(RandomNumbers("flips", seed)("where", range(count), 0).tolist()),
    )
    for n, where in enumerate(draws):
        path = files[n % len(files)]
        raw = flip_bit(path, where)
        told.flips += 1
        try:
            right = read(folder) == truth
            told.harmless += right
            told.wrong += not right
        except UserError as error:
            told.named += path.name in str(error)
            told.crashed += path.name not in str(error)
        except Exception:  # whatever a reader of tables says
            told.crashed += 1
        finally:
            path.write_bytes(raw)
        if progress:
            progress()
    return told


def subjects(folder, replicates=60):
    """Sweeps to flip bits in: one that is whole, one that was stopped (its tables partly wait in the ledger), and default Parquet of the same tables."""
    import pyarrow.parquet as pq

    plan, plain = tiny(replicates), folder / "plain"
    sweep_with_faults(folder / "whole", plan, 0, folder / "log")
    try:
        sweep_with_faults(folder / "stopped", plan, 0, folder / "log", told=Stop(replicates * 9 // 10))
    except KeyboardInterrupt:
        pass
    plain.mkdir()
    for name in ("issues", "series"):
        pq.write_table(read_results(folder / "whole").arrow(name), plain / f"{name}.parquet")
    return {"whole": all_of, "stopped": all_of, "plain": default}


class Stop:
    """Hears how far a sweep is, and stops it there."""

    def __init__(self, after):
        self.after = after

    def send(self, done):
        if done >= self.after:
            raise KeyboardInterrupt


def default(folder):
    """Parquet tables as their readers read them if nothing else is said."""
    import pyarrow.parquet as pq

    return [pq.read_table(path).to_pandas().to_csv(index=False) for path in sorted(folder.glob("*.parquet"))]


WORDS = {
    "whole": "a sweep that is whole",
    "stopped": "a sweep that was stopped",
    "plain": "control: default Parquet of the same tables",
}


def bench(console, count=1000):
    """The table of flips in each of the three."""
    from .speed import BenchTable

    rows = []
    with TemporaryDirectory(prefix="cogov-flips-") as folder, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for name, read in subjects(Path(folder)).items():
            with console.status(f"{WORDS[name]} ..."):
                rows.append((WORDS[name], *astuple(flips(Path(folder) / name, count, read=read))))
    columns = ("what", "flips", "named in an error", "harmless", "wrong, and nothing said", "another error")
    yield BenchTable(
        "single-bit flips, files in turn, bits at random",
        columns,
        rows,
        "Harmless: what is read is right, as where nobody looks.",
    )
