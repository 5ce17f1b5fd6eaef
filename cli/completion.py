"""Shell completion of cases, mechanisms and paths of knobs, without loading the engine."""

import os
from glob import escape, glob
from pathlib import Path

HERE = Path(__file__).parent.parent  # the package's own folder
# written by `cogov docs`, because collecting the paths from the code would take seconds
KNOBS = Path(__file__).with_name("parameter_paths.txt")


def complete_case(incomplete: str) -> list[str]:
    """Complete the name of a shipped case, or the path of a folder or TOML file."""
    shipped = [path.stem for path in (HERE / "experiments" / "cases").glob("*.toml")]
    user_paths = [
        f"{path}/" if os.path.isdir(path) else path
        for path in glob(escape(incomplete) + "*")
        if os.path.isdir(path) or path.endswith(".toml")
    ]
    return sorted(name for name in shipped if name.startswith(incomplete)) + sorted(user_paths)


def complete_mechanism(incomplete: str) -> list[str]:
    """Complete the name of a shipped mechanism, or of one in the folders of COGOV_MECHANISMS."""
    folders = [
        HERE / "model" / "mechanisms",
        *map(Path, filter(None, os.environ.get("COGOV_MECHANISMS", "").split(os.pathsep))),
    ]
    names = {path.stem for folder in folders for path in folder.glob("[!_]*.py")}
    return sorted(name for name in names if name.startswith(incomplete))


def complete_knob(incomplete: str) -> list[str]:
    """Complete the path of a knob up to its next dot, as a shell completes folders."""
    matches = [path for path in KNOBS.read_text("utf-8").split() if path.startswith(incomplete)]
    depth = incomplete.count(".") + 1
    heads = dict.fromkeys(
        ".".join(path.split(".")[:depth]) + "." * (path.count(".") >= depth) for path in matches
    )
    return list(heads)


def complete_setting(incomplete: str) -> list[str]:
    """Complete the `PATH=` of `--set PATH=VALUE`."""
    return [path if path.endswith(".") else f"{path}=" for path in complete_knob(incomplete)]
