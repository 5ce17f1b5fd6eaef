"""A scenario written as a case file: only what differs from what the engine takes anyway, so that it can be read and gone on with."""

import json
from dataclasses import MISSING, fields, is_dataclass

from ...engine.parameters import LeftOut
from ...model.scenario import Scenario

ALWAYS = (
    "name",
    "title",
    "provenance",
    "days",
    "community",
    "compound",
)  # of a scenario: told in every case file


def write_case(scenario, comments=None, header=""):
    """The text of a TOML file from which `read` makes the same scenario.

    `comments` (path -> words) stand behind the numbers they are about, which are written though they be as before; `header` is
    put on top as comment lines.
    """
    lines = [f"# {line}" for line in header.splitlines()]
    notes = dict(comments or {})
    tables = []
    for f in fields(Scenario):
        value = getattr(scenario, f.name)
        if f.metadata.get("each"):
            for one in value:
                tables.append(table(f"[[{f.name}]]", one, f.metadata["each"], {}, ""))
        elif "named" in f.metadata:
            known = f.metadata["named"]() if f.name == "issues" else {}
            for name, one in value.items():
                path = f"{f.name}.{name}."
                tables.append(
                    table(
                        f"[{f.name}.{name}]",
                        one,
                        known.get(name, type(one)),
                        notes,
                        path,
                        keep=name not in known,
                    )
                )
        elif is_dataclass(value):
            whole = f.name in ALWAYS
            tables.append(
                table(f"[{f.name}]", value, type(value), notes, f"{f.name}.", keep=whole, whole=whole)
            )
        elif f.name in ALWAYS or value != f.default:
            lines.append(f"{f.name} = {toml(value)}")
    return "\n".join(lines) + "\n" + "".join(tables)


def table(head, one, against, notes, prefix, keep=True, whole=False):
    """One table: its header, and a line for every field that is not as in `against` (a class or an instance); empty if there is none."""
    lines = []
    for f in fields(one):
        value, path = getattr(one, f.name), prefix + f.name
        before = (
            getattr(against, f.name)
            if not isinstance(against, type)
            else (f.default if f.default_factory is MISSING else f.default_factory())
        )
        if isinstance(value, LeftOut) and path not in notes:
            continue  # worked out again where it is read
        given = value != before or isinstance(before, LeftOut)
        if (
            f.init
            and f.metadata
            and (path in notes or given or (whole and "low" in f.metadata))
            or (f.type in (bool, "bool") and value != before)
        ):
            lines.append(f"{f.name} = {toml(value)}" + (f"  # {notes[path]}" if path in notes else ""))
    return "\n".join(["", head, *lines, ""]) if lines or keep else ""


def toml(value):
    """A value as TOML writes it.

    >>> toml("楼道灯"), toml(0.25), toml(True), toml(("a", "b"))
    ('"楼道灯"', '0.25', 'true', '["a", "b"]')
    """
    if isinstance(value, (tuple, list)):
        return "[" + ", ".join(map(toml, value)) + "]"
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{toml(str(name))} = {toml(inner)}" for name, inner in value.items()) + " }"
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    return json.dumps(value)
