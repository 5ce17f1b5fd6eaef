"""Read the folder of `cogov compare` or `cogov robust` from which a brief is written."""

from __future__ import annotations

import shlex
from pathlib import Path

from ...engine.texts.errors import UserError
from ...experiments.comparison.compare import Comparison
from ...experiments.comparison.stored_comparison import find_manifest, read_comparison
from ...experiments.files import manifest
from ...experiments.robustness.weighing import Robustness, stored, weigh
from ...experiments.sweep.results import read_results

FLAGS = ("--fixed", "--common", "--json")  # options of `cogov compare` without a value


def read_folder(folder: str | Path) -> tuple[Comparison | Robustness, str]:
    """Return the results in a folder, and how their command names the case. Raises UserError.

    Where both commands wrote into it, those of the later one count.
    """
    folder = Path(folder)
    if (folder / manifest.LEDGER).exists():
        raise UserError(
            "{folder}: holds the runs of a sweep; a brief is written from the folder of `cogov compare CASE "
            "--mechanism NAME --out DIR` or `cogov robust CASE --mechanism NAME --out DIR`",
            folder=folder,
        )
    robust, compared = (find_manifest(folder, name) for name in ("robust", "compare"))
    latest = manifest.command_of(folder / manifest.FILE)
    if robust is not None and (latest != "compare" or compared is None):
        return read_arms(folder, robust)
    if compared is not None:
        result = read_comparison(folder)
        return result, case_in(compared["command"], result.case.name)
    raise UserError(
        "{folder}: holds no results of which a brief can be written; run `cogov compare CASE --mechanism "
        "NAME --out {folder}` or `cogov robust CASE --mechanism NAME --out {folder}` first",
        folder=folder,
    )


def read_arms(folder: Path, robust: dict) -> tuple[Robustness, str]:
    """Return the arms that `cogov robust` weighed, as it weighed them. Raises UserError."""
    if robust.get("staff_added"):
        raise UserError(
            "{folder}: was weighed with --same-hours, whose staff has no price; run `cogov robust` without "
            "it into another folder",
            folder=folder,
        )
    results = read_results(stored(folder))
    (result,) = weigh(results, robust["measure"], robust.get("enough"), robust.get("budget_yuan")).values()
    return result, results.experiment.cases[0]


def case_in(command: str, name: str) -> str:
    """Return how a typed command names its case: the path of a case file, or the name.

    >>> case_in("cogov compare --worlds 10 ours/yard.toml --out r", "yard"), case_in("", "lianhe")
    ('ours/yard.toml', 'lianhe')
    >>> case_in("cogov compare --fixed ours/yard.toml", "yard")
    'ours/yard.toml'
    """
    typed = shlex.split(command)
    files = [
        word
        for before, word in zip(typed, typed[1:])
        if word.endswith(".toml") and (not before.startswith("-") or before in FLAGS or "=" in before)
    ]
    return files[0] if files else name
