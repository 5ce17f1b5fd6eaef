"""A TOML file becomes frozen dataclasses, strictly: whatever is wrong is refused, with its line and the way out."""

import re
import tomllib
from bisect import bisect_left
from dataclasses import MISSING, dataclass, fields, is_dataclass, replace
from difflib import get_close_matches
from math import isfinite

from .parameters import UserError, check, complaint, paths, span

LARGEST = 256  # KiB in a file
DEEPEST = 8  # tables and arrays inside one another
LONGEST = 100  # characters in a bare word or number; beyond, Python refuses to print or convert some numbers

KINDS = {
    bool: "a boolean",
    int: "a whole number",
    float: "a decimal number",
    str: "text",
    list: "an array",
    dict: "a table",
}

# Possessive (++, *+) and tolerant of what is never closed, so that no file takes more than one pass.
BARE = r"""[^\s\[\]{}=,.\#"']"""
PART = rf"""(?:"(?:[^"\\\n]|\\[^\n])*+"?|'[^'\n]*+'?|{BARE}++)"""
DOT = r"[ \t]*+\.[ \t]*+"
TOKEN = re.compile(
    rf"""
    "{{3}} (?:[^\\]|\\.)*? (?:"{{3,5}}|\Z)  |  '{{3}} .*? (?:'{{3,5}}|\Z)  |  \#[^\n]*+
  | ^[ \t]*+ (?P<header>\[\[?) (?=[ \t]*+ (?P<table>{PART}(?:{DOT}{PART}){{0,{DEEPEST}}}+))
  | (?P<long>{BARE}{{{LONGEST + 1}}})  |  (?P<deep>{PART}(?:{DOT}{PART}){{{DEEPEST + 1}}})
  | (?P<key>{PART}(?:{DOT}{PART})*+) [ \t]*+ (?P<sets>=?)
  | (?P<mark>[\[\]{{}},])""",
    re.VERBOSE | re.DOTALL | re.MULTILINE,
)


@dataclass(frozen=True)
class At:
    """Where things stand in a file, so that an error can point there."""

    file: str
    lines: dict  # dotted path of a key or table -> line, from 1; elements of arrays count from 0: "compound.0.buildings"
    top: tuple = ()  # what may stand above the first [table]

    def line(self, path):
        """The line of `path`, or of the nearest table around it; None where no line is known."""
        while path and path not in self.lines:
            path = path.rpartition(".")[0]
        return self.lines.get(path)

    def error(self, path, message):
        line = self.line(path)
        return UserError(
            f"{self.file}{f':{line}' if line else ''}: {short(path)}{' ' if path else ''}{message}"
        )


def load(path):
    """Read a file as (table, At); raises UserError for all that is not small, flat and correct TOML."""
    text = decode_file(path)
    ends = [-1] + [m.start() for m in re.finditer("\n", text)]
    spots = [(-1, 1, ())]  # (offset, line, key path) of all that is told, in order
    for offset, key, depth in scan_positions(text):
        line = bisect_left(ends, offset)
        if key is None:
            raise UserError(f"{path}:{line}: a word or number is longer than {LONGEST} characters")
        if depth > DEEPEST:
            raise UserError(f"{path}:{line}: is nested deeper than {DEEPEST} tables or arrays")
        if key:
            spots.append((offset, line, key))
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as e:
        raise UserError(f"{path}:{misread(str(e), ends, spots)}") from None
    except (ValueError, RecursionError) as e:
        raise UserError(f"{path}: cannot be understood: {e}") from None
    told = {".".join(key): line for _, line, key in spots}
    around = {".".join(key[:n]): line for _, line, key in reversed(spots) for n in range(len(key))}
    return table, At(str(path), around | told)


def decode_file(path):
    """The text of a file, its last line ended too."""
    try:
        with open(path, "rb") as f:
            raw = f.read(LARGEST * 1024 + 1)
    except (OSError, ValueError) as e:
        raise UserError(f"{path}: cannot be read: {getattr(e, 'strerror', e)}") from None
    if len(raw) > LARGEST * 1024:
        raise UserError(f"{path}: is larger than {LARGEST} KiB")
    try:
        return raw.decode("utf-8-sig") + "\n#'\n"  # lets tomllib see on which line a lone ' stands
    except UnicodeDecodeError as e:
        before = e.object[: e.start].split(b"\n")
        byte = f"byte {len(before[-1]) + 1} of the line, 0x{e.object[e.start]:02x},"
        raise UserError(f"{path}:{len(before)}: {byte} is not UTF-8; save the file as UTF-8 text") from None


def scan_positions(text):
    """Yield (offset, key path, tables and arrays deep) along the text, for tomllib keeps no positions and may run too deep.

    The key path is empty for an opening bracket, and None for a word that is too long.
    """
    table = value = ()  # paths of the table we are in, and of the value that comes next
    opened = []  # brackets still open: [bracket, path, commas so far]
    latest = {}  # path of an array of tables -> number of its latest element
    for m in TOKEN.finditer(text):
        if m["long"] or m["deep"]:
            yield m.start(), None if m["long"] else (), DEEPEST + 1
        elif m["table"] and not opened:
            table = open_table(parts(m["table"]), m["header"] == "[[", latest)
            yield m.start("header"), table, len(table)
        elif m["sets"]:
            value = (opened[-1][1] if opened else table) + parts(m["key"])
            yield m.start(), value, len(value) - 1
        else:
            for mark in m["header"] or m["mark"] or "":
                if mark in "[{":
                    yield m.start(), (), len(value)
                    opened.append([mark, value, 0])
                elif opened and mark == ",":
                    opened[-1][2] += 1
                elif opened:
                    value = opened.pop()[1]
                if opened and opened[-1][0] == "[":
                    value = (*opened[-1][1], str(opened[-1][2]))


def parts(key):
    """A dotted key as a path, without quotes."""
    return tuple(part[1:-1] if part[0] in "\"'" else part for part in re.findall(PART, key))


def open_table(key, many, latest):
    """The path of the table that a header opens; `[[many]]` opens the next element."""
    path = ()
    for part in key[:-1]:
        path += (part, str(latest[path + (part,)])) if path + (part,) in latest else (part,)
    path += key[-1:]
    if many:
        latest[path] = latest.get(path, -1) + 1
        path += (str(latest[path]),)
    return path


def misread(message, ends, spots):
    """tomllib's complaint as "line: what is wrong"; what is never closed is wrong where the last key began."""
    what, line, column = re.fullmatch(
        r"(.*) \(at (?:line (\d+), column (\d+)|end of document)\)", message, re.DOTALL
    ).groups()
    end = ends[int(line) - 1] + int(column) if line else ends[-1] + 1
    *before, (_, here, key) = [spot for spot in spots if spot[0] < end]
    if not what.startswith(("Cannot", "Duplicate")):
        return (
            f"{line}: is not TOML at column {column}: {what}"
            if line
            else f"{here}: is not TOML, it never ends: {what}"
        )
    for n in range(len(key), 0, -1):
        for _, first, other in before:
            if other[:n] == key[:n]:
                return f"{here}: {short('.'.join(key[:n]))} is there twice; the first is on line {first}"
    return f"{here}: {short('.'.join(key))} is there twice"


def build(start, table, at, prefix=""):
    """A frozen dataclass from what a table sets; `start` is the class, or an instance that keeps what is not set."""
    expect((dict,), "a table", table, at, prefix[:-1])
    known = {f.name: f for f in fields(start) if f.init and allowed_types(f)}
    at = at if prefix else replace(at, top=tuple(known))
    none_but(known, table, at, prefix)
    for name, f in known.items():
        if name not in table and default(start, f) is MISSING:
            raise at.error(prefix + name, f"is missing; allowed is {allowed_types(f)[1]}")
    told = {
        name: take_value(known[name], value, at, prefix + name, default(start, known[name]))
        for name, value in table.items()
    }
    try:
        made = start(**told) if isinstance(start, type) else replace(start, **told)
        check(made)
    except UserError as e:  # "who.field message", from this check or from the class's own
        told_of = (
            m for m in re.finditer(r"\.(?=((\w+)[\w.]*) (.*))", str(e), re.DOTALL) if m[2] in known
        )  # the name of a case may hold dots
        m = next(told_of, None)
        raise at.error(*(prefix + m[1], m[3]) if m else (prefix[:-1], str(e))) from None
    return made


def table_of(part):
    """The table from which `build` makes `part` again; of a scenario, all that a case file may say, written out."""
    if is_dataclass(part):
        return {f.name: table_of(getattr(part, f.name)) for f in fields(part) if f.init and allowed_types(f)}
    if isinstance(part, dict):
        return {name: table_of(inner) for name, inner in part.items()}
    return [table_of(inner) for inner in part] if isinstance(part, (tuple, list)) else part


def default(start, f):
    """What field `f` is when the file does not tell; MISSING when it must tell."""
    if not isinstance(start, type):
        return getattr(start, f.name)
    return f.default if f.default_factory is MISSING else f.default_factory()


def allowed_types(f):
    """(types, in words): what a file may give for field `f`; None where it may give nothing."""
    m = f.metadata
    if "low" in m:
        whole = f.type in (int, "int")
        return (int,) if whole else (int, float), f"a {'whole ' * whole}number, {span(m)} {m['unit']}"
    if "text" in m:
        return (str,), f"text of at most {m['text']} characters"
    if "choices" in m:
        return (str,), "one of " + ", ".join(name or '"" (none)' for name in m["choices"])
    if "names" in m:
        return (list,), "an array of names"
    if "each" in m:
        return (list,), f"tables, each below its own [[{f.name}]]"
    if "free" in m:
        return (dict, list), "a table or an array"
    if "named" in m or is_dataclass(f.type):
        return (dict,), "a table"
    return ((bool,), "true or false") if f.type is bool else None


def take_value(f, told, at, path, default=MISSING):
    """The value of field `f`, of its own kind and within its range."""
    m = f.metadata
    expect(*allowed_types(f), told, at, path)
    if "low" in m:
        return number(f, told, at, path)
    if "text" in m and len(told) > m["text"]:
        raise at.error(
            path, f"= {show_value(told)} has {len(told)} characters; allowed is {allowed_types(f)[1]}"
        )
    if "choices" in m and told not in m["choices"]:
        raise at.error(path, f"= {show_value(told)} is unknown{guess(told, m['choices'])}")
    if "names" in m:
        for n, name in enumerate(told):
            expect((str,), "a name", name, at, f"{path}.{n}")
        return tuple(told)
    if "each" in m:
        return tuple(build(m["each"], table, at, f"{path}.{n}.") for n, table in enumerate(told))
    if "named" in m:
        kept = {} if default is MISSING else default
        known = m["named"]()
        none_but({**dict.fromkeys(known), **kept}, told, at, f"{path}.")
        return kept | {
            name: build(start_of(name, kept, known, at, path), table, at, f"{path}.{name}.")
            for name, table in told.items()
        }
    if is_dataclass(f.type):
        return build(default if is_dataclass(default) else f.type, told, at, f"{path}.")
    return plain(told, at, path)


def start_of(name, kept, known, at, path):
    """What a table called `name` changes: what is `kept` already, else what is `known` by that name, which may fail to load."""
    try:
        return kept[name] if name in kept else known[name]
    except UserError as error:
        raise at.error(f"{path}.{name}", f"does not load: {error}") from None


def number(f, told, at, path):
    problem = complaint(f, told) or ("" if isfinite(told) else f"= {told!r} is not finite")
    if problem:
        raise at.error(path, problem)
    return told if f.type in (int, "int") else float(told)


def plain(told, at, path):
    """Data as they are: finite numbers, text, booleans, and tables and arrays of them."""
    expect(KINDS, "numbers, text, booleans, tables and arrays", told, at, path)
    if isinstance(told, float) and not isfinite(told):
        raise at.error(path, f"= {told!r} is not finite")
    for name, inner in (
        told.items() if isinstance(told, dict) else enumerate(told) if isinstance(told, list) else ()
    ):
        plain(inner, at, f"{path}.{name}")
    return told


def expect(kinds, meant, told, at, path):
    if type(told) not in kinds:
        raise at.error(
            path, f"= {show_value(told)} is {KINDS.get(type(told), 'a date or time')}; allowed is {meant}"
        )


def none_but(known, table, at, prefix):
    for name in table:
        if name not in known:
            stray = (
                f" here; {name} belongs to the top of the file, above its first [table]"
                if prefix and name in at.top
                else guess(name, known)
            )
            raise at.error(prefix + name, f"is unknown{stray}")


def guess(name, known):
    near = get_close_matches(name[:LONGEST], known, 1)
    return f"{f'; did you mean {near[0]!r}?' if near else ';'} there are: {', '.join(short(str(name)) for name in known if name) or 'none'}"


def show_value(value):
    return short(repr(value) if type(value) in KINDS else str(value), 60)


def short(text, most=120):
    text = text if text.isprintable() else repr(text)
    return text if len(text) <= most else text[: most - 3] + "..."


def parse_setting(scenario, text):
    """A command line's "path=value" as (path, value), checked; `knobs.turned` applies it."""
    at = At(f"--set {short(text)}", {})
    path, equals, raw = (part.strip() for part in text.partition("="))
    if not equals:
        raise at.error("", "has no '='; write path=value")
    found = field_at(scenario, path)
    if not found and is_text(scenario, path):
        raise at.error(path, TEXT)
    if not found:
        known = paths(scenario) | words(scenario)
        near = [longer for longer in known if longer.endswith(f".{path}")] or get_close_matches(
            path[:LONGEST], known, 3, 0
        )
        raise at.error(path, f"is unknown; nearest are {', '.join(near[:3]) or 'none'}")
    value = as_toml(raw)
    if allowed_types(found)[0] == (str,) and not isinstance(value, str):
        value = raw  # a bare word, or a name such as 2024
    return path, take_value(found, value, at, path)


def field_at(part, path):
    """The dataclass field of the number, choice or switch at a path; None where there is none."""
    name, _, rest = path.partition(".")
    if isinstance(part, dict):
        return field_at(part[name], rest) if name in part and rest else None
    f = next((f for f in fields(part) if f.name == name), None) if is_dataclass(part) else None
    if f is None or rest:
        return f and field_at(getattr(part, name), rest)
    return f if {"low", "choices"} & f.metadata.keys() or f.type is bool else None


def as_toml(raw):
    """The TOML value that `raw` is; what is none stays as it is written."""
    try:
        table = tomllib.loads(f"value = {raw}") if len(raw) <= LONGEST else {}
    except (ValueError, RecursionError):
        table = {}
    return table["value"] if table.keys() == {"value"} else raw


TEXT = (
    "is text that says what a case is called or where it comes from, and no knob; write it in the case file"
)


def is_text(part, path):
    """Whether `path` names a text of `part` that nothing may turn, such as a case's name: its people are drawn by it."""
    return any(f.name == path and "text" in f.metadata for f in fields(part))


def words(part, prefix=""):
    """Every choice and switch below `part`, as path -> its dataclass field: what `knobs.paths` is for numbers."""
    inside = (
        part.items() if isinstance(part, dict) else ((f.name, getattr(part, f.name)) for f in fields(part))
    )
    others = (
        []
        if isinstance(part, dict)
        else [f for f in fields(part) if "choices" in f.metadata or f.type is bool]
    )
    found = {prefix + f.name: f for f in others}
    for name, value in inside:
        if is_dataclass(value) or isinstance(value, dict):
            found |= words(value, f"{prefix}{name}.")
    return found
