"""manifest.json: what made a folder of results, so that it can be made again and checked.

`made_by` is the command's name and `command` what was typed; `cases` are the communities as they were simulated, each whole
as the text of a case file; `model` is the version of the model by digest, `versions` those of the software. `results` has a
SHA-256 for each table, and `digest` is one of them all: the same settings with the same versions give the same digest.
"""

import json
import platform
from hashlib import blake2b, sha256
from pathlib import Path

from ...engine.output import to_json
from ...engine.parameters import UserError
from ...engine.release import versions
from ...engine.source_digests import version as model
from ...engine.toml_reader import table_of
from .case_writer import write_case

LEDGER = "ledger.sqlite"  # of a sweep, whose own manifest is not to be overwritten
FILE = "manifest.json"


def write_manifest(folder, made_by, *, command="", cases=(), tables=(), **asked):
    """Write manifest.json into `folder`.

    It says what was `asked`, of which `cases` (scenarios), and has a digest of each of the `tables` (names of files in the
    folder). The manifest that another command left there is kept, as manifest-COMMAND.json. Raises UserError in the
    folder of a sweep.
    """
    folder = Path(folder)
    refuse_sweep_folder(folder)
    results = {str(name): sha256((folder / name).read_bytes()).hexdigest() for name in tables}
    made = {
        "made_by": made_by,
        "command": command,
        **asked,
        "cases": list(map(case_of, cases)),
        **software(),
        "results": results,
        "digest": digest_of(sorted(results.items())),
    }
    before = maker(folder / FILE)
    if before and before != made_by:
        (folder / FILE).replace(folder / f"manifest-{before}.json")
    (folder / f"manifest-{made_by}.json").unlink(missing_ok=True)
    (folder / FILE).write_text(to_json(made) + "\n", encoding="utf-8")


def refuse_sweep_folder(folder):
    """Refuse the folder of a sweep, whose own manifest says what its runs are of. Raises UserError."""
    if (Path(folder) / LEDGER).exists():
        raise UserError(
            f"--out {folder}: holds a sweep, whose manifest would be overwritten; give another folder"
        )


def maker(path):
    """The command that left a manifest; "" where there is none that says so."""
    try:
        told = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError):
        return ""
    name = told.get("made_by", "") if isinstance(told, dict) else ""
    return name if isinstance(name, str) and name.isalpha() else ""


def case_of(scenario):
    """A scenario as it was simulated: its name, its digest, and the case file from which `cogov run` simulates it again."""
    return {
        "name": scenario.name,
        "title": scenario.title,
        "digest": digest_of(table_of(scenario)),
        "days": scenario.days,
        "mechanisms": sorted(scenario.mechanisms),
        "case_file": write_case(scenario),
    }


def changes_as_given(on=(), off=(), settings=()):
    """Mechanisms and settings as they were given, by name; what nobody gave is empty."""
    listed = {
        name: [told] if isinstance(told, str) else list(told) for name, told in (("on", on), ("off", off))
    }
    return {**listed, "settings": settings if isinstance(settings, dict) else list(settings)}


def file_of(path):
    """A file that was read: its name, not its folder, and its SHA-256; "" for what is not there any more."""
    path = Path(path)
    return {"name": path.name, "sha256": sha256(path.read_bytes()).hexdigest() if path.is_file() else ""}


def describe_sweep(found):
    """The sweep that an analysis is of: its folder, what was asked, the version of the model, and the digest of its runs."""
    return {
        "folder": str(found.folder),
        "experiment": found.experiment.name,
        "registered": found.manifest["registered"][-1]["digest"],
        "model": found.manifest["model"],
        "digest": found.digest(),
    }


def software(*more):
    """The versions of all that takes part in a result."""
    return {
        "model": model(),
        "versions": versions("numpy", "numba", "pandas", *more),
        "machine": f"{platform.system()} {platform.machine()}",
    }


def digest_of(told):
    """A digest of what JSON can say."""
    return blake2b(json.dumps(told, sort_keys=True, ensure_ascii=False).encode(), digest_size=16).hexdigest()
