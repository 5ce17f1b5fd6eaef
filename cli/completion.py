"""What a shell may complete: cases, mechanisms and paths of knobs, looked up without loading the engine."""

import os
from glob import escape, glob
from pathlib import Path

HERE = Path(__file__).parent.parent  # the package's own folder
KNOBS = Path(__file__).with_name(
    "parameter_paths.txt"
)  # written by `cogov docs`: from the code they would take seconds


def complete_case(incomplete: str):
    """Cases that ship, and folders and TOML files of the user's own."""
    shipped = [path.stem for path in (HERE / "experiments" / "cases").glob("*.toml")]
    own = [
        f"{path}/" if os.path.isdir(path) else path
        for path in glob(escape(incomplete) + "*")
        if os.path.isdir(path) or path.endswith(".toml")
    ]
    return sorted(name for name in shipped if name.startswith(incomplete)) + sorted(own)


def complete_mechanism(incomplete: str):
    """Mechanisms that ship, and those of COGOV_MECHANISMS."""
    folders = [
        HERE / "model" / "mechanisms",
        *map(Path, filter(None, os.environ.get("COGOV_MECHANISMS", "").split(os.pathsep))),
    ]
    names = {path.stem for folder in folders for path in folder.glob("[!_]*.py")}
    return sorted(name for name in names if name.startswith(incomplete))


def complete_knob(incomplete: str):
    """Paths of knobs; of many only how they go on up to the next dot, as a shell completes folders."""
    whole = [path for path in KNOBS.read_text("utf-8").split() if path.startswith(incomplete)]
    cut = incomplete.count(".") + 1
    heads = dict.fromkeys(".".join(path.split(".")[:cut]) + "." * (path.count(".") >= cut) for path in whole)
    return list(heads)


def complete_setting(incomplete: str):
    """PATH= of a knob."""
    return [path if path.endswith(".") else f"{path}=" for path in complete_knob(incomplete)]
