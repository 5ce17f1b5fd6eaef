"""The knobs of a scenario: all that its case does not give, and the value at a path."""

from collections.abc import Iterator
from dataclasses import Field, fields, is_dataclass
from typing import Any

# parts of a scenario that are never varied
GIVEN = (
    "community",
    "compound",
    "calendar",
    "shock",
    "initial_issues",
    "reported",
    "days",
)
TIMES = ("first_day", "last_day", "strength")  # knobs of a mechanism that the case gives


def iter_knobs(part: Any, prefix: str = "") -> Iterator[tuple[str, Field, Any]]:
    """Yield (path, field, value) of every knob below `part` that the case does not give."""
    for name, inner in (
        part.items() if isinstance(part, dict) else ((f.name, getattr(part, f.name)) for f in fields(part))
    ):
        if (prefix + name).startswith(GIVEN) or (prefix.startswith("mechanisms.") and name in TIMES):
            continue
        f = None if isinstance(part, dict) else part.__dataclass_fields__[name]
        if f is not None and "low" in f.metadata:
            yield prefix + name, f, inner
        elif is_dataclass(inner) or isinstance(inner, dict):
            yield from iter_knobs(inner, f"{prefix}{name}.")


def value_at(part: Any, path: str) -> float:
    """Return the value at a dotted path."""
    for name in path.split("."):
        part = part[name] if isinstance(part, dict) else getattr(part, name)
    return part
