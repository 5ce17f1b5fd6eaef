"""Write a scenario as a case file that holds only what differs from the defaults.

So the file can be read by people, and edited further.
"""

import json
from dataclasses import MISSING, fields, is_dataclass
from typing import Any

from ...engine.parameters import LeftOut
from ...model.scenarios.scenario import Scenario

# fields of a scenario that every case file has
ALWAYS = ("name", "title", "provenance", "days", "community", "compound")


def write_case(scenario: Scenario, comments: dict[str, str] | None = None, header: str = "") -> str:
    """Return the text of a TOML file from which `read_case` builds the same scenario.

    `comments` (path -> words) follow the numbers they are about, which are written even where they are the
    default; `header` is put at the top as comment lines.
    """
    lines = [f"# {line}" for line in header.splitlines()]
    notes = dict(comments or {})
    tables = []
    for f in fields(Scenario):
        value = getattr(scenario, f.name)
        if f.metadata.get("each"):
            for n, part in enumerate(value):
                tables.append(table(f"[[{f.name}]]", part, f.metadata["each"], notes, f"{f.name}.{n}."))
        elif "named" in f.metadata:
            known = f.metadata["named"]() if f.name == "issues" else {}
            for name, part in value.items():
                path = f"{f.name}.{name}."
                tables.append(
                    table(
                        f"[{f.name}.{name}]",
                        part,
                        known.get(name, type(part)),
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


def table(
    head: str,
    part: Any,
    against: Any,
    notes: dict[str, str],
    prefix: str,
    keep: bool = True,
    whole: bool = False,
) -> str:
    """Return one TOML table: its header, and a line for every field that differs from `against`.

    `against` is a class, whose defaults count, or an instance. With `whole`, numbers are written even where
    they do not differ. Without `keep`, a table without lines is empty.
    """
    lines = []
    for f in fields(part):
        value, path = getattr(part, f.name), prefix + f.name
        default = (
            getattr(against, f.name)
            if not isinstance(against, type)
            else (f.default if f.default_factory is MISSING else f.default_factory())
        )
        if isinstance(value, LeftOut) and path not in notes:
            continue  # computed again when the file is read
        differs = value != default or isinstance(default, LeftOut)
        if (
            f.init
            and f.metadata
            and (path in notes or differs or (whole and "low" in f.metadata))
            or (f.type in (bool, "bool") and (path in notes or value != default))
        ):
            text = toml_lines(value) if f.metadata.get("lines") else toml(value)
            lines.append(f"{f.name} = {text}" + (f"  # {notes[path]}" if path in notes else ""))
    return "\n".join(["", head, *lines, ""]) if lines or keep else ""


def toml_lines(values: tuple[str, ...]) -> str:
    """Return texts as an array in TOML notation, as many on a line as fit into 100 columns.

    >>> print(toml_lines(("a", "b")))
    [
        "a", "b",
    ]
    """
    lines = [""]
    for item in map(toml, values):
        if lines[-1] and len(lines[-1]) + len(item) > 92:
            lines.append("")
        lines[-1] += f"{' ' if lines[-1] else ''}{item},"
    return "\n".join(["[", *(f"    {line}" for line in lines), "]"])


def toml(value: object) -> str:
    """Return a value in TOML notation.

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
