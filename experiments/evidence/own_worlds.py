"""Read and write worlds of one's own: an ensemble that was fitted to a community's own issue log.

The format is that of the ensemble that ships: `NAME.parquet` has a row per world and a float32 column per
path, and `NAME.toml` beside it says to what they were fitted and gives the SHA-256 of the values. Its entry
`fitted` names the numbers that the log says: they hold in place of those of the case, other numbers where the
case does not set its own.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np

from ...engine.output import short
from ...engine.parameters import paths
from ...engine.renamed import suggest_paths
from ...engine.texts.errors import UserError, reason_of
from ...model import mechanisms
from ...model.scenarios.scenario import Scenario
from .worlds import read_manifest, read_worlds
from .worlds_writer import shorten, to_bytes, to_toml

FORMAT = ".parquet"


@dataclass(frozen=True)
class WorldsFile:
    """The worlds of a file, or those that ship."""

    members: tuple[dict[str, float], ...]
    digest: str  # SHA-256 of the values
    fitted: frozenset[str] = frozenset()  # paths that hold in place of what the case says
    case: str = ""  # name of the case that was fitted; "": any case


def members_of(file: str = "") -> WorldsFile:
    """Return the worlds of `file`, or those that ship; each file is read once. Raises UserError."""
    if not file:
        return shipped()
    return _read(str(Path(file)), Path(file).stat().st_mtime_ns if Path(file).is_file() else 0)


@cache
def shipped() -> WorldsFile:
    """Return the worlds that ship."""
    return WorldsFile(tuple(read_worlds().to_dict("records")), read_manifest()["sha256"])


@cache
def _read(file: str, changed: int) -> WorldsFile:
    """Read a file that was last changed at a time (ns). Raises UserError."""
    return read_worlds_file(file)


def read_worlds_file(path: str | Path) -> WorldsFile:
    """Read the worlds of `NAME.parquet` and `NAME.toml`. Raises UserError."""
    path = Path(path)
    if path.suffix != FORMAT:
        raise UserError(
            "--worlds-file {path}: worlds are in a file that ends in {format}, as `cogov calibrate` writes "
            "it; name that one",
            path=path,
            format=FORMAT,
        )
    manifest = read_manifest_beside(path)
    try:
        content = path.read_bytes()
    except OSError as error:
        raise UserError(
            "--worlds-file {path}: cannot be read: {reason}; `cogov calibrate` writes it",
            path=path,
            reason=reason_of(error),
        ) from None
    digest = sha256(content).hexdigest()
    if digest != manifest.get("sha256"):
        raise UserError(
            "--worlds-file {path}: is not the file that {manifest} describes; run `cogov calibrate` again, "
            "or copy both files together",
            path=path,
            manifest=path.with_suffix(".toml").name,
        )
    fitted, case = manifest.get("fitted", []), manifest.get("case", "")
    if not isinstance(case, str) or not isinstance(fitted, list):
        raise UserError(
            "{path}: case must be the name of a case, and fitted a list of paths",
            path=path.with_suffix(".toml"),
        )
    members = read_members(path)
    for name in map(str, fitted):
        if name not in members[0]:
            raise UserError(
                "--worlds-file {path}: has no column {name}, which {manifest} calls fitted; run `cogov "
                "calibrate` again, or copy both files together",
                path=path,
                name=short(name),
                manifest=path.with_suffix(".toml").name,
            )
    return WorldsFile(members, digest, frozenset(map(str, fitted)), case)


def read_manifest_beside(path: Path) -> dict[str, Any]:
    """Read the manifest beside a file of worlds. Raises UserError."""
    try:
        return tomllib.loads(path.with_suffix(".toml").read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise UserError(
            "--worlds-file {path}: {manifest} beside it cannot be read: {reason}; `cogov calibrate` writes "
            "both",
            path=path,
            manifest=path.with_suffix(".toml").name,
            reason=reason_of(error),
        ) from None


def read_members(path: Path) -> tuple[dict[str, float], ...]:
    """Read the values of a file of worlds. Raises UserError unless all are numbers within their ranges."""
    import pandas as pd

    try:
        values = pd.read_parquet(path)
        numbers = values.to_numpy(float)
    except (OSError, ValueError, TypeError) as error:
        raise UserError(
            "--worlds-file {path}: is not a table of numbers: {reason}", path=path, reason=short(str(error))
        ) from None
    if not numbers.size:
        raise UserError("--worlds-file {path}: has no worlds", path=path)
    for n, column in enumerate(values.columns):
        wrong = np.flatnonzero(~np.isfinite(numbers[:, n]))
        if len(wrong):
            raise UserError(
                "--worlds-file {path}: world {world}: {column} = {value}; it must be a finite number",
                path=path,
                world=int(wrong[0]),
                column=short(str(column)),
                value=numbers[wrong[0], n],
            )
    return tuple(dict(zip(map(str, values.columns), map(float, row))) for row in numbers)


def check_worlds_file(file: str | Path, scenario: Scenario) -> WorldsFile:
    """Read the worlds of a file for a scenario.

    Raises UserError if they belong to another case, name unknown numbers, or are out of range.
    """
    worlds = members_of(str(file))
    if worlds.case and worlds.case != scenario.name:
        raise UserError(
            "--worlds-file {path}: was fitted to a log of {theirs}, and this is {ours}; fit {ours} to a log "
            "of its own with `cogov calibrate`",
            path=file,
            theirs=short(worlds.case),
            ours=scenario.name,
        )
    known = paths(Scenario(mechanisms=mechanisms.all_mechanisms())) | paths(scenario)
    for path in worlds.members[0]:
        if path not in known:
            raise UserError(
                "--worlds-file {file}: column {path} is not a number of the model{hint}",
                file=file,
                path=short(path),
                hint=suggest_paths(path, known),
            )
        low, high = known[path].metadata.get("low", -np.inf), known[path].metadata.get("high", np.inf)
        slack = 1e-3 * max(abs(low), abs(high)) if np.isfinite(low + high) else 0.0  # of cut float32
        for n, world in enumerate(worlds.members):
            if not low - slack <= world[path] <= high + slack:
                raise UserError(
                    "--worlds-file {file}: world {world}: {path} = {value:.6g} is out of range; allowed is "
                    "{low:g} to {high:g}",
                    file=file,
                    world=n,
                    path=path,
                    value=world[path],
                    low=low,
                    high=high,
                )
    return worlds


def write_worlds_file(
    path: Path,
    members: Sequence[Mapping[str, float]],
    fitted: Sequence[str],
    case: str,
    **manifest: Any,
) -> Path:
    """Write worlds to `NAME.parquet`, and the manifest to `NAME.toml`; return the path of the values."""
    import pandas as pd

    values = pd.DataFrame(members).astype(np.float32)
    content = to_bytes(values.apply(lambda column: shorten(column.to_numpy())))
    described = {
        "worlds": len(values),
        "parameters": values.shape[1],
        "case": case,
        "fitted": list(fitted),
        "sha256": sha256(content).hexdigest(),
        **manifest,
    }
    path.write_bytes(content)
    path.with_suffix(".toml").write_text(to_toml(described, "cogov calibrate", path.name), encoding="utf-8")
    return path
