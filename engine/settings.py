"""Read settings ("path=value", as on the command line) and check them against a scenario's fields."""

import tomllib
from dataclasses import Field, fields, is_dataclass
from typing import Any

from .output import short
from .parameters import paths
from .renamed import suggest_paths
from .texts.errors import Message
from .toml_reader import LONGEST, At, required_types, take_value

TEXT = Message("is text that names or describes a case, not a knob; write it in the case file")


def parse_setting(scenario: Any, text: str) -> tuple[str, Any]:
    """Parse and check "path=value" from the command line as (path, value); `alter_scenario` applies it."""
    at = At(f"--set {short(text)}", {}, option=True)
    path, equals, raw = (part.strip() for part in text.partition("="))
    if not equals:
        raise at.error("", "has no '='; write path=value")
    f = field_at(scenario, path)
    if not f and is_text(scenario, path):
        raise at.error(path, TEXT)
    if not f:
        known = paths(scenario) | choice_paths(scenario)
        raise at.error(path, "is unknown{hint}", hint=suggest_paths(path, known))
    value = parse_toml_value(raw)
    if required_types(f)[0] == (str,) and not isinstance(value, str):
        value = raw  # a bare word, or a name such as 2024
    return path, take_value(f, value, at, path)


def field_at(part: Any, path: str) -> Field | None:
    """Return the dataclass field of the number, choice or switch at a path; None if there is none."""
    name, _, rest = path.partition(".")
    if isinstance(part, dict):
        return field_at(part[name], rest) if name in part and rest else None
    f = next((f for f in fields(part) if f.name == name), None) if is_dataclass(part) else None
    if f is None or rest:
        return f and field_at(getattr(part, name), rest)
    return f if {"low", "choices"} & f.metadata.keys() or f.type is bool else None


def parse_toml_value(raw: str) -> Any:
    """Parse `raw` as a TOML value; return it unchanged if it is not one."""
    try:
        table = tomllib.loads(f"value = {raw}") if len(raw) <= LONGEST else {}
    except (ValueError, RecursionError):
        table = {}
    return table["value"] if table.keys() == {"value"} else raw


def is_text(part: Any, path: str) -> bool:
    """Return whether `path` names a text, which cannot be set: residents are drawn from the case's name."""
    return any(f.name == path and "text" in f.metadata for f in fields(part))


def choice_paths(part: Any, prefix: str = "") -> dict[str, Field]:
    """Map the path of every choice and switch below `part` to its field, as `paths` does for numbers."""
    inside = (
        part.items() if isinstance(part, dict) else ((f.name, getattr(part, f.name)) for f in fields(part))
    )
    others = (
        []
        if isinstance(part, dict)
        else [f for f in fields(part) if "choices" in f.metadata or f.type is bool]
    )
    fields_by_path = {prefix + f.name: f for f in others}
    for name, value in inside:
        if is_dataclass(value) or isinstance(value, dict):
            fields_by_path |= choice_paths(value, f"{prefix}{name}.")
    return fields_by_path
