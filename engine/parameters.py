"""Declare, check and set knobs: a knob is one number that a scenario may set, declared where it is used."""

import re
from collections.abc import Mapping
from dataclasses import Field, field, fields, is_dataclass, replace
from functools import lru_cache
from typing import Any
from weakref import WeakValueDictionary

from .texts.errors import FieldError, Message, Translated

FORBIDDEN = '/\\:*?"<>|'  # in names of files, on some operating system
# Names that Windows reserves for devices.
RESERVED = re.compile(r"(con|prn|aux|nul|(com|lpt)\d)(\..*)?", re.IGNORECASE)


PASSED: WeakValueDictionary[int, Any] = WeakValueDictionary()  # id -> frozen dataclass that has been checked
Words = tuple[str, str, str]  # a label in English, in Chinese, and a unit in Chinese


class LeftOut:
    """Mark a number that a case does not give: it is computed as a share of a given number."""


class LeftOutCount(LeftOut, int):
    """A whole number that a case does not give."""


class LeftOutAmount(LeftOut, float):
    """A decimal number that a case does not give."""


def knob(
    default: float,
    low: float,
    high: float,
    *,
    unit: str,
    source: str,
    words: Words = ("", "", ""),
) -> Any:
    """Declare a knob: its default, its plausible range (both ends allowed), its unit and its source.

    `source` names a report, a table or a law, or begins with the word "assumed". `words` are what its slider
    on the page is called in English and in Chinese, and its unit in Chinese; without them the page shows the
    field's name.
    """
    metadata = {"low": low, "high": high, "unit": unit, "source": source, "words": words}
    return field(default=default, metadata=metadata)


def check(owner: Any, path: str = "") -> None:
    """Raise UserError for a number of the wrong kind or out of its range, and for contradictions.

    `owner` is a dataclass. It may have a method `contradictions()`, which yields (field name, message). One
    that is frozen is checked once: scenarios that are altered share most of their parts.
    """
    kind: type = type(owner)
    if PASSED.get(id(owner)) is owner:
        return
    for f, name, low, high, kinds in fields_to_check(kind):
        value = getattr(owner, name)
        if type(value) in kinds and low <= value <= high:
            continue
        if problem := describe_problem(f, value) if "low" in f.metadata else complain_about_name(value):
            raise FieldError(path if path and kinds else type(owner).__name__, name, problem)
    for name, problem in getattr(owner, "contradictions", tuple)():
        raise FieldError(path or type(owner).__name__, name, problem)
    if kind.__dataclass_params__.frozen:  # type: ignore[attr-defined]  # of every dataclass
        PASSED[id(owner)] = owner


@lru_cache(None)
def fields_to_check(kind: type) -> tuple[tuple, ...]:
    """List what `check` looks at in a dataclass: (field, its name, low, high, types).

    A value of one of these types and in the range is correct. The name of a file has no range and no such
    types.
    """
    checked: list[tuple] = []
    for f in fields(kind):
        if "low" in f.metadata:
            checked.append(
                (
                    f,
                    f.name,
                    f.metadata["low"],
                    f.metadata["high"],
                    (int,) if f.type in (int, "int") else (int, float),
                )
            )
        elif "file_name" in f.metadata:
            checked.append((f, f.name, None, None, ()))
    return tuple(checked)


def describe_problem(f: Field, value: Any) -> Message | None:
    """Say what is wrong with `value` for the knob in field `f`; None if it is allowed."""
    m, whole = f.metadata, f.type in (int, "int")
    number = isinstance(value, (int, float)) and not isinstance(value, bool)
    if number and (not whole or isinstance(value, int)) and m["low"] <= value <= m["high"]:  # NaN is not
        return None
    allowed = {"range": format_range(m), "unit": unit_of(m)}
    if not number:
        return Message("= {value!r} is not a number; allowed is {range} {unit}", value=value, **allowed)
    if whole and not isinstance(value, int):
        return Message("= {value!r} is not a whole number; allowed is {range} {unit}", value=value, **allowed)
    if isinstance(value, float) or abs(value) < 2**1000:
        return Message("= {value!r} is out of range; allowed is {range} {unit}", value=value, **allowed)
    return Message("is out of range; allowed is {range} {unit}", **allowed)


def complain_about_name(name: Any) -> Message | None:
    """Say why `name` cannot be the name of a file; None if it can."""
    problem = None
    if not isinstance(name, str):
        return Message("= {name!r} is not text", name=name)
    if not name:
        problem = Message("is empty")
    elif not name.isprintable():
        problem = Message("has characters that cannot be shown")
    elif forbidden := [sign for sign in FORBIDDEN if sign in name]:
        problem = Message("contains {signs}", signs=" ".join(forbidden))
    elif name[0] in ". -":
        problem = Message("begins with {sign!r}", sign=name[0])
    elif name[-1] in ". ":
        problem = Message("ends with {sign!r}", sign=name[-1])
    elif RESERVED.fullmatch(name):
        problem = Message("is reserved by some systems")
    if problem:
        quoted = repr(name if len(name) <= 60 else name[:57] + "...")
        return Message(
            "= {name} {problem}, but it is used in file names: allowed are letters of any "
            "language, digits, spaces and most signs, except {forbidden}",
            name=quoted,
            problem=problem,
            forbidden=" ".join(FORBIDDEN),
        )
    return None


def unit_of(m: Mapping[str, Any]) -> Translated:
    """Return the unit in a knob's metadata, with its Chinese translation."""
    return Translated(m["unit"], m.get("words", ("", "", ""))[2])


def format_range(m: Mapping[str, Any]) -> Message:
    """Write the range in a knob's metadata in words: '0 to 1,000,000'."""
    return span_words(m["low"], m["high"])


@lru_cache(None, typed=True)  # reading one case needs hundreds
def span_words(low: float, high: float) -> Message:
    """Write a range in words."""
    ends = [f"{end:,}" if isinstance(end, int) else f"{end:,.12g}" for end in (low, high)]
    return Message("{low} to {high}", low=ends[0], high=ends[1])


def paths(part: Any, prefix: str = "") -> dict[str, Field]:
    """Map the path of every knob below `part` to its dataclass field: what a sweep or `--set` may change."""
    fields_by_path = {}
    named = (
        part.items() if isinstance(part, dict) else ((f.name, getattr(part, f.name)) for f in fields(part))
    )
    knobs = {} if isinstance(part, dict) else {f.name: f for f in fields(part) if "low" in f.metadata}
    for name, value in named:
        if name in knobs:
            fields_by_path[prefix + name] = knobs[name]
        elif is_dataclass(value) or isinstance(value, dict):
            fields_by_path |= paths(value, f"{prefix}{name}.")
    return fields_by_path


def set_parameter(part: Any, path: str, value: Any) -> Any:
    """Return a copy of `part` with the knob at `path` set to `value`.

    Raises KeyError or AttributeError if there is no such knob.
    """
    return set_parameters(part, {path: value})


def split_paths(settings: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Split settings by the first word of their paths: word -> (rest of the path -> value)."""
    parts: dict[str, dict[str, Any]] = {}
    for path, value in settings.items():
        head, _, rest = path.partition(".")
        parts.setdefault(head, {})[rest] = value
    return parts


def set_parameters(part: Any, settings: Mapping[str, Any]) -> Any:
    """Return a copy of `part` with all knobs of `settings` (path -> value) set, and checked as a whole."""
    parts = split_paths(settings)
    direct = {head: inner.pop("") for head, inner in parts.items() if "" in inner}
    below = {head: inner for head, inner in parts.items() if inner}
    if isinstance(part, dict):
        return {
            **part,
            **direct,
            **{head: set_parameters(part[head], inner) for head, inner in below.items()},
        }
    return replace(
        part, **direct, **{head: set_parameters(getattr(part, head), inner) for head, inner in below.items()}
    )
