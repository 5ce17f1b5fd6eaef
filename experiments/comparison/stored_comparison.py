"""Read what `cogov compare --out` wrote back as a Comparison, without running anything again."""

from __future__ import annotations

import json
import shlex
from pathlib import Path
from typing import Any

import pandas as pd

from ...engine.texts.errors import UserError
from ...engine.toml_reader import parse_text
from ...model.scenarios.cases import scenario_of_table
from ..files import manifest
from .compare import Comparison
from .issue_selection import IssueSelection

INDICES = {  # table -> the columns of its index
    "table": ["measure"],
    "rows": ["replicate", "arm"],
    "series": ["arm", "day"],
    "curves": ["arm", "step"],
    "ledger": ["arm", "mechanism"],
    "activities": ["mechanism", "count"],
    "groups": ["kind", "group"],
}
IN_WORLDS = {"worlds": ["world", "arm"], "gains": ["group"]}  # empty without plausible worlds


def find_manifest(folder: str | Path, made_by: str) -> dict[str, Any] | None:
    """Return the manifest that a command wrote into a folder; None if there is none.

    A manifest over which a later command has written its own is found, too.
    """
    for name in (manifest.FILE, f"manifest-{made_by}.json"):
        path = Path(folder) / name
        if manifest.command_of(path) == made_by:
            return json.loads(path.read_text("utf-8"))
    return None


def read_comparison(folder: str | Path) -> Comparison:
    """Return the comparison that `cogov compare` wrote into a folder. Raises UserError."""
    folder = Path(folder)
    stored = find_manifest(folder, "compare")
    if stored is None or "selection" not in stored:
        raise UserError(
            "{folder}: holds no comparison that can be read; run `cogov compare CASE --mechanism NAME --out "
            "{folder}` first",
            folder=folder,
        )
    path = folder / manifest.FILE
    case_file = stored["cases"][0]["case_file"]
    selection = stored["selection"]
    indices = INDICES | (IN_WORLDS if stored["worlds"] else {})
    tables = {name: read_table(folder / f"{name}.csv", index) for name, index in indices.items()}
    empty = {name: pd.DataFrame() for name in IN_WORLDS if name not in tables}
    return Comparison(
        scenario_of_table(*parse_text(case_file, path)),
        tuple(stored["mechanisms"]),
        stored["replicates"],
        stored["seed"],
        stored["within"],
        asked={name: stored[name] for name in ("on", "off", "settings")},
        worlds_file=find_worlds_file(folder, stored),
        selection=IssueSelection(
            tuple(selection["families"]),
            selection["severity"],
            tuple(tuple(pair) for pair in selection["where"]),
            selection["common"],
        ),
        **tables,
        **empty,
    )


def find_worlds_file(folder: Path, stored: dict[str, Any]) -> str:
    """Return the path of the worlds of one's own that a stored comparison used; "" if it used none.

    Raises UserError if the file is no longer where the command had it, or has changed.
    """
    used = stored.get("worlds_file")
    if not used:
        return ""
    words = shlex.split(stored["command"].replace(" --worlds-file=", " --worlds-file "))
    typed = [after for word, after in zip(words, words[1:]) if word == "--worlds-file"]
    path = typed[0] if typed else used["name"]
    if manifest.file_of(path)["sha256"] != used["sha256"]:
        raise UserError(
            "{folder}: was computed with the worlds of {path}, which is no longer there or has changed; run "
            "`cogov compare` again",
            folder=folder,
            path=path,
        )
    return path


def read_table(path: Path, index: list[str]) -> pd.DataFrame:
    """Read a table that `write_csv` wrote, with the columns of its index. Raises UserError."""
    try:
        return pd.read_csv(path, encoding="utf-8-sig").set_index(index)
    except (OSError, ValueError, KeyError):
        raise UserError(
            "{path}: cannot be read as the table that the command wrote; run the command again", path=path
        ) from None
