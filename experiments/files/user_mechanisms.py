"""Mechanisms of a user's own: what a sweep keeps of them, so that its results are read without their files, and run again with them.

Reading results never runs code that came with them: a mechanism whose file is not here is stood in for by its name and
knobs. Road not taken: importing the kept source.
"""

import json
from dataclasses import fields
from pathlib import Path

from ...engine import source_digests
from ...model import mechanisms

TYPES = {"int": int, "float": float, "bool": bool, "str": str}


def active_mechanisms(plan):
    """The mechanisms of each arm, as sets, in the order of the plan's arms."""
    return [{*plan.cases[arm.case].mechanisms, *arm.on} - {*arm.off} for arm in plan.arms]


def own_mechanisms(plan):
    """Names of the mechanisms that an arm uses and that are not among those that ship."""
    used = set().union(*active_mechanisms(plan), *(case.mechanisms for case in plan.cases.values()))
    return sorted(
        name for name in used if not (source_digests.ROOT / "model" / "mechanisms" / f"{name}.py").exists()
    )


def describe_own(plan):
    """Knobs of these mechanisms, and the source of everything in their folders, as JSON text; None where none is used.

    The whole folders, for files there may import each other, and the version of the model is of them all.
    """
    names = own_mechanisms(plan)
    if not names:
        return None
    files = {
        f"{n}/{path.name}": path.read_text("utf-8", errors="replace")
        for n, folder in enumerate(source_digests.OUTSIDE, 1)
        for path in sorted(folder.glob("*.py"))
    }
    knobs = {
        name: {
            f.name: (f.default, dict(f.metadata), type(f.default).__name__)
            for f in fields(mechanisms.mechanism_class(name))
        }
        for name in names
    }
    return json.dumps({"knobs": knobs, "files": files}, indent=2, ensure_ascii=False) + "\n"


def unpack_sources(text):
    """The kept files as they are packed: path -> text; a folder each where there are several."""
    files = json.loads(text)["files"]
    several = len({name.partition("/")[0] for name in files}) > 1
    return {f"mechanisms/{name if several else Path(name).name}": source for name, source in files.items()}


def stand_in(text, experiment, cases, arms):
    """Let what is read name mechanisms whose files are not here: by what was kept of them, else (before that was kept) by the values that are set."""
    kept = json.loads(text)["knobs"] if text else {}
    values = {name: dict(knobs) for case in cases.values() for name, knobs in case["mechanisms"].items()}
    for name in (
        *experiment["on"],
        *experiment["off"],
        *experiment["design"]["mechanisms"],
        *(name for arm in arms for name in (*arm["on"], *arm["off"])),
    ):
        values.setdefault(name, {})
    for arm in arms:
        for path, value in arm["settings"].items():
            part, name, *knob = path.split(".")
            if part == "mechanisms" and len(knob) == 1:
                values.setdefault(name, {}).setdefault(knob[0], value)
    for name in values.keys() - set(mechanisms.names()):
        told = {
            knob: (default, metadata, TYPES.get(kind, str))
            for knob, (default, metadata, kind) in kept.get(name, {}).items()
        }
        mechanisms.stand_in(
            name,
            {knob: (value, metadata_of_value(value), type(value)) for knob, value in values[name].items()}
            | told,
        )


def metadata_of_value(value):
    """The metadata of a knob of which only a value is known."""
    if isinstance(value, str):
        return {"text": 1000}
    return (
        {}
        if isinstance(value, bool)
        else {"low": -1e300, "high": 1e300, "unit": "unknown", "source": "its file is not here"}
    )
