"""Write manifest.json: what produced a folder of results, so that it can be reproduced and checked.

`made_by` is the name of the command and `command` the line that was typed; `cases` are the communities as
they were simulated, each as the full text of a case file; `model` is the digest of the model's version,
`versions` are those of the software. `results` has a SHA-256 for each table, and `digest` is one digest of
them all: the same settings with the same versions give the same digest.
"""

import json
import platform
from collections.abc import Iterable
from hashlib import blake2b, sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ...engine.output import to_json
from ...engine.release import versions
from ...engine.source_digests import version as model
from ...engine.texts.errors import UserError
from ...engine.toml_reader import table_of
from ...model.scenarios.cases import Names, Settings
from ...model.scenarios.scenario import Scenario
from .case_writer import write_case

if TYPE_CHECKING:
    from ..sweep.results import Results

LEDGER = "ledger.sqlite"  # of a sweep, whose manifest must not be overwritten
FILE = "manifest.json"


def write_manifest(
    folder: str | Path,
    made_by: str,
    *,
    command: str = "",
    cases: Iterable[Scenario] = (),
    tables: Iterable[str | Path] = (),
    **asked: Any,
) -> None:
    """Write manifest.json into `folder`.

    It holds the settings `asked`, the `cases` (scenarios), and a digest of each of the `tables` (names of
    files in the folder). A manifest that another command left there is kept as manifest-COMMAND.json. Raises
    UserError in the folder of a sweep.
    """
    folder = Path(folder)
    refuse_sweep_folder(folder)
    results = {str(name): sha256((folder / name).read_bytes()).hexdigest() for name in tables}
    manifest = {
        "made_by": made_by,
        "command": command,
        **asked,
        "cases": list(map(case_of, cases)),
        **software(),
        "results": results,
        "digest": digest_of(sorted(results.items())),
    }
    previous = command_of(folder / FILE)
    if previous and previous != made_by:
        (folder / FILE).replace(folder / f"manifest-{previous}.json")
    (folder / f"manifest-{made_by}.json").unlink(missing_ok=True)
    (folder / FILE).write_text(to_json(manifest) + "\n", encoding="utf-8")


def refuse_sweep_folder(folder: str | Path) -> None:
    """Raise UserError for the folder of a sweep, whose manifest must not be overwritten."""
    if (Path(folder) / LEDGER).exists():
        raise UserError(
            "--out {folder}: contains a sweep, whose manifest would be overwritten; give another folder",
            folder=folder,
        )


def command_of(path: Path) -> str:
    """Return the command that wrote a manifest; "" if there is none, or it does not name one."""
    try:
        manifest = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError):
        return ""
    name = manifest.get("made_by", "") if isinstance(manifest, dict) else ""
    return name if isinstance(name, str) and name.isalpha() else ""


def case_of(scenario: Scenario) -> dict:
    """Describe a scenario as simulated: name, digest, and the case file with which `cogov run` repeats it."""
    return {
        "name": scenario.name,
        "title": scenario.title,
        "digest": digest_of(table_of(scenario)),
        "days": scenario.days,
        "mechanisms": sorted(scenario.mechanisms),
        "case_file": write_case(scenario),
    }


def changes_as_given(on: Names = (), off: Names = (), settings: Settings = ()) -> dict:
    """Return mechanisms and settings as the user gave them, by name; empty where none were given."""
    listed = {
        name: [names] if isinstance(names, str) else list(names or ())
        for name, names in (("on", on), ("off", off))
    }
    return {**listed, "settings": settings if isinstance(settings, dict) else list(settings or ())}


def file_of(path: str | Path) -> dict[str, str]:
    """Return name (without folder) and SHA-256 of a file that was read; "" if it no longer exists."""
    path = Path(path)
    return {"name": path.name, "sha256": sha256(path.read_bytes()).hexdigest() if path.is_file() else ""}


def describe_sweep(results: "Results") -> dict:
    """Describe the sweep analysed: folder, experiment, registration, model version, digest of its runs."""
    return {
        "folder": str(results.folder),
        "experiment": results.experiment.name,
        "registered": results.manifest["registered"][-1]["digest"],
        "model": results.manifest["model"],
        "digest": results.digest(),
    }


def software(*more: str) -> dict:
    """Return the versions of the model and of all packages that affect a result."""
    return {
        "model": model(),
        "versions": versions("numpy", "numba", "pandas", *more),
        "machine": f"{platform.system()} {platform.machine()}",
    }


def digest_of(value: object) -> str:
    """Return a digest of a value that JSON can hold."""
    return blake2b(json.dumps(value, sort_keys=True, ensure_ascii=False).encode(), digest_size=16).hexdigest()
