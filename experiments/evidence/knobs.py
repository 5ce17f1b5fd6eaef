"""The knobs of a scenario: all that its case does not give, and the value at a path."""

from collections.abc import Iterator
from dataclasses import Field, fields, is_dataclass
from typing import Any

from ...model.scenarios.structure import READ_BY, Structure

# parts of a scenario that are never varied
GIVEN = (
    "community",
    "compound",
    "calendar",
    "shock",
    "initial_issues",
    "reported",
    "days",
    "structure",  # the ensemble was fitted with the model's own rules; see `numbers_of_rules`
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


def numbers_of_rules(structure: Structure, every: bool = False) -> Iterator[tuple[str, Field, Any]]:
    """Yield (path, field, value) of the numbers that the chosen rules read; with `every`, of all rules."""
    for name, (decision, rule) in READ_BY.items():
        if every or getattr(structure, decision) == rule:
            yield f"structure.{name}", structure.__dataclass_fields__[name], getattr(structure, name)


def value_at(part: Any, path: str) -> float:
    """Return the value at a dotted path."""
    for name in path.split("."):
        part = part[name] if isinstance(part, dict) else getattr(part, name)
    return part
