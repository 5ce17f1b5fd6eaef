"""A knob is one number a scenario may set, declared once, where it is used."""

import re
from dataclasses import field, fields, is_dataclass, replace
from functools import lru_cache

FORBIDDEN = '/\\:*?"<>|'  # in names of files, on one system or another
RESERVED = re.compile(
    r"(con|prn|aux|nul|(com|lpt)\d)(\..*)?", re.IGNORECASE
)  # names that Windows keeps for devices


class UserError(ValueError):
    """Something a user wrote cannot be meant; the message names the culprit and the way out."""


class LeftOut:
    """Marks a number that a case does not give: it is a share of one that the case gives, and follows it when that is changed."""


class LeftOutCount(LeftOut, int):
    """A whole number that is left out."""


class LeftOutAmount(LeftOut, float):
    """A decimal number that is left out."""


def knob(default, low, high, *, unit, source):
    """Declare a number: its default, its honest range (both ends allowed), its unit, and where it comes from.

    `source` names a report, a table or a law, or begins with the word "assumed".
    """
    return field(default=default, metadata={"low": low, "high": high, "unit": unit, "source": source})


def check(owner, path=""):
    """Refuse a number of the wrong kind or outside its declared range, and what the owner itself calls a contradiction.

    An owner may have `contradictions()`, yielding (field name, message). Raises UserError.
    """
    for f, name, low, high, kinds in fields_to_check(type(owner)):
        value = getattr(owner, name)
        if type(value) in kinds and low <= value <= high:
            continue
        if problem := complaint(f, value) if "low" in f.metadata else complain_about_name(value):
            raise UserError(f"{path if path and kinds else type(owner).__name__}.{name} {problem}")
    for name, problem in getattr(owner, "contradictions", tuple)():
        raise UserError(f"{path or type(owner).__name__}.{name} {problem}")


@lru_cache(None)
def fields_to_check(kind):
    """What `check` looks at in a dataclass: (field, its name, low, high, types that need no second look); a name has no range and no such types."""
    found = []
    for f in fields(kind):
        if "low" in f.metadata:
            found.append(
                (
                    f,
                    f.name,
                    f.metadata["low"],
                    f.metadata["high"],
                    (int,) if f.type in (int, "int") else (int, float),
                )
            )
        elif "file_name" in f.metadata:
            found.append((f, f.name, None, None, ()))
    return tuple(found)


def complaint(f, value):
    """What is wrong with `value` for the knob in field `f`, in words; empty when nothing is."""
    m, whole = f.metadata, f.type in (int, "int")
    number = isinstance(value, (int, float)) and not isinstance(value, bool)
    if number and (not whole or isinstance(value, int)) and m["low"] <= value <= m["high"]:  # NaN is not
        return ""
    allowed = f"allowed is {span(m)} {m['unit']}"
    if not number:
        return f"= {value!r} is not a number; {allowed}"
    if whole and not isinstance(value, int):
        return f"= {value!r} is not a whole number; {allowed}"
    return (
        f"= {value!r} is out of range; {allowed}"
        if isinstance(value, float) or abs(value) < 2**1000
        else f"is out of range; {allowed}"
    )


def complain_about_name(name):
    """Say why `name` cannot name a file, in words; empty when it can."""
    problem = ""
    if not isinstance(name, str):
        return f"= {name!r} is not text"
    if not name:
        problem = "is empty"
    elif not name.isprintable():
        problem = "has characters that cannot be shown"
    elif held := [sign for sign in FORBIDDEN if sign in name]:
        problem = f"holds {' '.join(held)}"
    elif name[0] in ". -":
        problem = f"begins with {name[0]!r}"
    elif name[-1] in ". ":
        problem = f"ends with {name[-1]!r}"
    elif RESERVED.fullmatch(name):
        problem = "is reserved by some systems"
    if problem:
        shown = repr(name if len(name) <= 60 else name[:57] + "...")
        return f"= {shown} {problem}, and files are named by it: allowed are letters of any language, digits, spaces and most signs, none of {' '.join(FORBIDDEN)}"
    return ""


def span(m):
    """The range in a knob's metadata, in words: '0 to 1,000,000'."""
    return span_words(m["low"], m["high"])


@lru_cache(None, typed=True)  # every reading of a case asks for hundreds
def span_words(low, high):
    return " to ".join(f"{end:,}" if isinstance(end, int) else f"{end:,.12g}" for end in (low, high))


def paths(part, prefix=""):
    """Every knob below `part`, as path -> its dataclass field: what a sweep, a slider or `--set` may turn."""
    found = {}
    named = (
        part.items() if isinstance(part, dict) else ((f.name, getattr(part, f.name)) for f in fields(part))
    )
    knobs = {} if isinstance(part, dict) else {f.name: f for f in fields(part) if "low" in f.metadata}
    for name, value in named:
        if name in knobs:
            found[prefix + name] = knobs[name]
        elif is_dataclass(value) or isinstance(value, dict):
            found |= paths(value, f"{prefix}{name}.")
    return found


def set_parameter(part, path, value):
    """The same `part` with the knob at `path` turned to `value`; raises KeyError or AttributeError where there is none."""
    return all_turned(part, {path: value})


def all_turned(part, settings):
    """The same `part` with every knob of `settings` (path -> value) turned at once, so that it is checked once, as a whole."""
    below, here = {}, {}
    for path, value in settings.items():
        head, _, rest = path.partition(".")
        if rest:
            below.setdefault(head, {})[rest] = value
        else:
            here[head] = value
    if isinstance(part, dict):
        return {**part, **here, **{head: all_turned(part[head], inner) for head, inner in below.items()}}
    return replace(
        part, **here, **{head: all_turned(getattr(part, head), inner) for head, inner in below.items()}
    )
