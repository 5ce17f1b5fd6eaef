"""A knob is one number a scenario may set, declared once, where it is used."""

from dataclasses import field, fields, is_dataclass, replace


class ScenarioError(ValueError):
    """Something a user wrote cannot be meant; the message names the culprit and the way out."""


def knob(default, low, high, *, unit, source):
    """Declare a number: its default, its honest range (both ends allowed), its unit, and where it comes from.

    `source` names a report, a table or a law, or begins with the word "assumed".
    """
    return field(default=default, metadata={"low": low, "high": high, "unit": unit, "source": source})


def check(owner, path=""):
    """Refuse a number of the wrong kind or outside its declared range, and what the owner itself calls a contradiction.

    An owner may have `contradictions()`, yielding (field name, message). Raises ScenarioError.
    """
    for f in fields(owner):
        if "low" in f.metadata:
            problem = complaint(f, getattr(owner, f.name))
            if problem:
                raise ScenarioError(f"{path or type(owner).__name__}.{f.name} {problem}")
    for name, problem in getattr(owner, "contradictions", tuple)():
        raise ScenarioError(f"{path or type(owner).__name__}.{name} {problem}")


def complaint(f, value):
    """What is wrong with `value` for the knob in field `f`, in words; empty when nothing is."""
    m = f.metadata
    allowed = f"allowed is {span(m)} {m['unit']}"
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return f"= {value!r} is not a number; {allowed}"
    if f.type in (int, "int") and not isinstance(value, int):
        return f"= {value!r} is not a whole number; {allowed}"
    if not m["low"] <= value <= m["high"]:  # NaN neither
        return f"= {value!r} is out of range; {allowed}" if isinstance(value, float) or abs(value) < 2**1000 else f"is out of range; {allowed}"
    return ""


def span(m):
    """The range in a knob's metadata, in words: '0 to 1,000,000'."""
    return " to ".join(f"{end:,}" if isinstance(end, int) else f"{end:,.12g}" for end in (m["low"], m["high"]))


def paths(part, prefix=""):
    """Every knob below `part`, as path -> its dataclass field: what a sweep, a slider or `--set` may turn."""
    found = {}
    named = part.items() if isinstance(part, dict) else ((f.name, getattr(part, f.name)) for f in fields(part))
    knobs = {} if isinstance(part, dict) else {f.name: f for f in fields(part) if "low" in f.metadata}
    for name, value in named:
        if name in knobs:
            found[prefix + name] = knobs[name]
        elif is_dataclass(value) or isinstance(value, dict):
            found |= paths(value, f"{prefix}{name}.")
    return found


def turned(part, path, value):
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
    return replace(part, **here, **{head: all_turned(getattr(part, head), inner) for head, inner in below.items()})
