"""Store a user's mechanisms with a sweep, so that results can be read without their files, and run again.

Reading results never runs code that came with them: a mechanism whose file is missing is replaced by a
stand-in with its name and knobs. Road not taken: importing the stored source.
"""

import json
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING

from ...engine import source_digests
from ...model import mechanisms

if TYPE_CHECKING:
    from ..sweep.sweep import SweepPlan

TYPES = {"int": int, "float": float, "bool": bool, "str": str}


def active_mechanisms(plan: "SweepPlan") -> list[set[str]]:
    """Return the set of active mechanisms of each arm, in the order of the plan's arms."""
    return [{*plan.cases[arm.case].mechanisms, *arm.on} - {*arm.off} for arm in plan.arms]


def own_mechanisms(plan: "SweepPlan") -> list[str]:
    """Return the names of mechanisms that some arm or case uses and that do not ship with cogov."""
    used = set().union(*active_mechanisms(plan), *(case.mechanisms for case in plan.cases.values()))
    return sorted(
        name for name in used if not (source_digests.ROOT / "model" / "mechanisms" / f"{name}.py").exists()
    )


def describe_own(plan: "SweepPlan") -> str | None:
    """Return knobs and sources of the user's own mechanisms as JSON text; None if none is used.

    All files of their folders are included: they may import each other, and the version of the model depends
    on all of them.
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
            for f in fields(mechanisms.load_class(name))
        }
        for name in names
    }
    return json.dumps({"knobs": knobs, "files": files}, indent=2, ensure_ascii=False) + "\n"


def unpack_sources(text: str) -> dict[str, str]:
    """Return the stored files as path -> text; with one folder each if there were several folders."""
    files = json.loads(text)["files"]
    several = len({name.partition("/")[0] for name in files}) > 1
    return {f"mechanisms/{name if several else Path(name).name}": source for name, source in files.items()}


def stand_in(text: str | None, experiment: dict, cases: dict, arms: list[dict]) -> None:
    """Register stand-ins for mechanisms whose files are missing, so that stored results can name them.

    Knobs come from `text`, as `describe_own` wrote it; without it (older sweeps), from the values that are
    set.
    """
    stored_knobs = json.loads(text)["knobs"] if text else {}
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
    for name in values.keys() - set(mechanisms.list_mechanisms()):
        stored = {
            knob: (default, metadata, TYPES.get(kind, str))
            for knob, (default, metadata, kind) in stored_knobs.get(name, {}).items()
        }
        mechanisms.register_stand_in(
            name,
            {knob: (value, metadata_of_value(value), type(value)) for knob, value in values[name].items()}
            | stored,
        )


def metadata_of_value(value: object) -> dict:
    """Return the metadata of a knob of which only a value is known."""
    if isinstance(value, str):
        return {"text": 1000}
    return (
        {}
        if isinstance(value, bool)
        else {"low": -1e300, "high": 1e300, "unit": "unknown", "source": "its file is not here"}
    )
