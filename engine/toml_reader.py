"""Read TOML files into frozen dataclasses, strictly: each error names the line and the remedy."""

import re
import tomllib
from bisect import bisect_left
from collections.abc import Collection, Iterator, Mapping
from dataclasses import MISSING, Field, dataclass, fields, is_dataclass, replace
from math import isfinite
from pathlib import Path
from typing import Any

from .output import short
from .parameters import check, describe_problem, format_range, unit_of
from .renamed import suggest_names
from .texts.errors import FieldError, Message, Named, Translated, UserError, reason_of

LARGEST = 256  # KiB per file
DEEPEST = 8  # nested tables and arrays
LONGEST = 100  # characters in a bare word or number; Python refuses to print or convert some longer numbers

KINDS = {
    bool: Translated("a boolean", "布尔值"),
    int: Translated("a whole number", "整数"),
    float: Translated("a decimal number", "小数"),
    str: Translated("text", "文字"),
    list: Translated("an array", "数组"),
    dict: Translated("a table", "表"),
}

# Possessive (++, *+) and tolerant of unclosed quotes and brackets, so that any file takes one pass only.
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
    """The lines of a file at which its keys and tables are, for error messages."""

    file: str
    lines: (
        dict  # dotted path of a key or table -> line, from 1; array elements from 0: "compound.0.buildings"
    )
    top: tuple = ()  # names that are allowed above the first [table]
    option: bool = False  # `file` is an option of a command, which says again what is wrong

    def line(self, path: str) -> int | None:
        """Return the line of `path`, or of the nearest table around it; None if no line is known."""
        while path and path not in self.lines:
            path = path.rpartition(".")[0]
        return self.lines.get(path)

    def error(self, path: str, problem: str | Message, **values: object) -> UserError:
        """Return an error with the file, the line, the path, and the problem, filled with `values`."""
        line = self.line(path)
        where = f"{self.file}:{line}" if line else self.file
        problem = Message(problem, **values) if isinstance(problem, str) else problem
        if not path:
            return UserError("{where}: {problem}", where=where, problem=problem)
        named = Named("knob", short(path))
        if self.option:
            return UserError("{option}: {path} {problem}", option=where, path=named, problem=problem)
        return UserError("{where}: {path} {problem}", where=where, path=named, problem=problem)


def load(path: str | Path) -> tuple[dict, At]:
    """Read a file as (table, At). Raises UserError if it is too large, nested too deep, or not TOML."""
    return parse_text(decode_file(path), path)


def parse_text(text: str, path: str | Path) -> tuple[dict, At]:
    """Parse the text of a file as (table, At); `path` is its name in errors. Raises UserError as `load`."""
    text += "\n#'\n"  # lets tomllib report the line of an unclosed '
    ends = [-1] + [m.start() for m in re.finditer("\n", text)]
    spots: list[tuple[int, int, tuple[str, ...]]] = [
        (-1, 1, ())
    ]  # (offset, line, key path) of all keys and tables, in order
    for offset, key, depth in scan_positions(text):
        line = bisect_left(ends, offset)
        if key is None:
            raise UserError(
                "{path}:{line}: a word or number is longer than {longest} characters",
                path=path,
                line=line,
                longest=LONGEST,
            )
        if depth > DEEPEST:
            raise UserError(
                "{path}:{line}: is nested deeper than {deepest} tables or arrays",
                path=path,
                line=line,
                deepest=DEEPEST,
            )
        if key:
            spots.append((offset, line, key))
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as e:
        raise UserError(
            "{path}:{line_and_problem}", path=path, line_and_problem=explain_toml_error(str(e), ends, spots)
        ) from None
    except (ValueError, RecursionError) as e:
        raise UserError("{path}: cannot be parsed: {error}", path=path, error=e) from None
    lines = {".".join(key): line for _, line, key in spots}
    around = {".".join(key[:n]): line for _, line, key in reversed(spots) for n in range(len(key))}
    return table, At(str(path), around | lines)


def decode_file(path: str | Path) -> str:
    """Read the text of a file. Raises UserError."""
    try:
        with open(path, "rb") as f:
            raw = f.read(LARGEST * 1024 + 1)
    except (OSError, ValueError) as e:
        raise UserError("{path}: cannot be read: {reason}", path=path, reason=reason_of(e)) from None
    if len(raw) > LARGEST * 1024:
        raise UserError("{path}: is larger than {largest} KiB", path=path, largest=LARGEST)
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as e:
        before = e.object[: e.start].split(b"\n")
        raise UserError(
            "{path}:{line}: byte {position} of the line, {byte}, is not UTF-8; save the file as UTF-8 text",
            path=path,
            line=len(before),
            position=len(before[-1]) + 1,
            byte=f"0x{e.object[e.start]:02x}",
        ) from None


def scan_positions(text: str) -> Iterator[tuple[int, tuple[str, ...] | None, int]]:
    """Yield (offset, key path, depth in tables and arrays) of all keys, tables and brackets of a text.

    This is needed because tomllib reports no positions, and may recurse too deep. The key path is empty for
    an opening bracket, and None for a word that is too long.
    """
    table: tuple[str, ...] = ()
    value: tuple[str, ...] = ()  # paths of the current table, and of the next value
    opened: list[list] = []  # open brackets: [bracket, path, commas so far]
    latest: dict[tuple[str, ...], int] = {}  # path of an array of tables -> number of its last element
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


def parts(key: str) -> tuple[str, ...]:
    """Split a dotted key into a path, without quotes."""
    return tuple(part[1:-1] if part[0] in "\"'" else part for part in re.findall(PART, key))


def open_table(key: tuple[str, ...], many: bool, latest: dict) -> tuple[str, ...]:
    """Return the path of the table that a header opens; `[[...]]` (`many`) opens the next element."""
    path: tuple[str, ...] = ()
    for part in key[:-1]:
        path += (part, str(latest[path + (part,)])) if path + (part,) in latest else (part,)
    path += key[-1:]
    if many:
        latest[path] = latest.get(path, -1) + 1
        path += (str(latest[path]),)
    return path


def explain_toml_error(message: str, ends: list[int], spots: list[tuple]) -> str:
    """Rewrite an error of tomllib as "line: what is wrong"; for an unclosed value, the last key's line."""
    match = re.fullmatch(r"(.*) \(at (?:line (\d+), column (\d+)|end of document)\)", message, re.DOTALL)
    assert match, message
    what, line, column = match.groups()
    end = ends[int(line) - 1] + int(column) if line else ends[-1] + 1
    *before, (_, last_line, key) = [spot for spot in spots if spot[0] < end]
    if not what.startswith(("Cannot", "Duplicate")):
        return (
            f"{line}: is not TOML at column {column}: {what}"
            if line
            else f"{last_line}: is not TOML, it never ends: {what}"
        )
    for n in range(len(key), 0, -1):
        for _, first, other in before:
            if other[:n] == key[:n]:
                twice = short(".".join(key[:n]))
                return f"{last_line}: {twice} is there twice; the first is on line {first}"
    return f"{last_line}: {short('.'.join(key))} is there twice"


def build_dataclass(start: Any, table: Any, at: At, prefix: str = "") -> Any:
    """Build a frozen dataclass from a table; `start` is its class, or an instance to be changed."""
    expect((dict,), Message("a table"), table, at, prefix[:-1])
    known = {f.name: f for f in fields(start) if f.init and allowed_types(f)}
    at = at if prefix else replace(at, top=tuple(known))
    refuse_unknown(known, table, at, prefix)
    for name, f in known.items():
        if name not in table and default(start, f) is MISSING:
            raise at.error(prefix + name, "is missing; allowed is {allowed}", allowed=required_types(f)[1])
    values = {
        name: take_value(known[name], value, at, prefix + name, default(start, known[name]))
        for name, value in table.items()
    }
    try:
        instance = start(**values) if isinstance(start, type) else replace(start, **values)
        check(instance)
    except FieldError as e:  # from this check or that of the class
        if e.field.partition(".")[0] in known:
            raise at.error(prefix + e.field, e.problem) from None
        raise at.error(prefix[:-1], e.message) from None
    except UserError as e:
        raise at.error(prefix[:-1], e.message) from None
    return instance


def table_of(part: Any) -> Any:
    """Return the table from which `build_dataclass` builds `part`; of a scenario, a whole case file."""
    if is_dataclass(part):
        return {f.name: table_of(getattr(part, f.name)) for f in fields(part) if f.init and allowed_types(f)}
    if isinstance(part, dict):
        return {name: table_of(inner) for name, inner in part.items()}
    return [table_of(inner) for inner in part] if isinstance(part, (tuple, list)) else part


def default(start: Any, f: Field) -> Any:
    """Return the value of field `f` if the file does not give it; MISSING if the file must give it."""
    if not isinstance(start, type):
        return getattr(start, f.name)
    return f.default if f.default_factory is MISSING else f.default_factory()


def allowed_types(f: Field) -> tuple[tuple, Message] | None:
    """Return (types, in words) of what a file may give for field `f`; None if it may not give the field."""
    m = f.metadata
    if "low" in m:
        allowed = {"range": format_range(m), "unit": unit_of(m)}
        if f.type in (int, "int"):
            return (int,), Message("a whole number, {range} {unit}", **allowed)
        return (int, float), Message("a number, {range} {unit}", **allowed)
    if "text" in m:
        return (str,), Message("text of at most {most} characters", most=m["text"])
    if "choices" in m:
        en, zh = (", ".join(name or none for name in m["choices"]) for none in ('"" (none)', '""（无）'))
        return (str,), Message("one of {names}", names=Translated(en, zh))
    if "names" in m:
        return (list,), Message("an array of names")
    if "each" in m:
        return (list,), Message("tables, each below its own [[{name}]]", name=f.name)
    if "free" in m:
        return (dict, list), Message("a table or an array")
    if "named" in m or is_dataclass(f.type):
        return (dict,), Message("a table")
    return ((bool,), Message("true or false")) if f.type is bool else None


def required_types(f: Field) -> tuple[tuple, Message]:
    """Return `allowed_types` of a field that a file may give."""
    allowed = allowed_types(f)
    assert allowed, f.name
    return allowed


def take_value(f: Field, raw: Any, at: At, path: str, default: Any = MISSING) -> Any:
    """Convert the `raw` value of a file to that of field `f`. Raises UserError for a wrong type or range."""
    m = f.metadata
    expect(*required_types(f), raw, at, path)
    if "low" in m:
        return number(f, raw, at, path)
    if "text" in m and len(raw) > m["text"]:
        raise at.error(
            path,
            "= {raw} has {length} characters; allowed is {allowed}",
            raw=show_value(raw),
            length=len(raw),
            allowed=required_types(f)[1],
        )
    if "choices" in m and raw not in m["choices"]:
        raise at.error(
            path, "= {raw} is unknown{hint}", raw=show_value(raw), hint=suggest_names(raw, m["choices"])
        )
    if "names" in m:
        for n, name in enumerate(raw):
            expect((str,), Message("a name"), name, at, f"{path}.{n}")
        return tuple(raw)
    if "each" in m:
        return tuple(build_dataclass(m["each"], table, at, f"{path}.{n}.") for n, table in enumerate(raw))
    if "named" in m:
        present = {} if default is MISSING else default
        known = m["named"]()
        names = {**dict.fromkeys(known), **present}
        new = [name for name, table in raw.items() if name not in names and is_new(m.get("new"), table)]
        refuse_unknown({**names, **dict.fromkeys(new)}, raw, at, f"{path}.")
        return present | {
            name: build_dataclass(
                m["new"] if name in new else start_of(name, present, known, at, path),
                table,
                at,
                f"{path}.{name}.",
            )
            for name, table in raw.items()
        }
    if is_dataclass(f.type):
        return build_dataclass(default if is_dataclass(default) else f.type, raw, at, f"{path}.")
    return plain(raw, at, path)


def is_new(kind: type | None, table: Any) -> bool:
    """Return whether a table gives a field of `kind` without default: then it adds a part."""
    if kind is None:
        return False
    needed = {f.name for f in fields(kind) if f.default is MISSING and f.default_factory is MISSING}
    return isinstance(table, dict) and bool(needed & table.keys())


def start_of(name: str, present: Mapping[str, Any], known: Mapping[str, Any], at: At, path: str) -> Any:
    """Return the part that a table `name` changes: from `present`, else from `known`. Raises UserError."""
    try:
        return present[name] if name in present else known[name]
    except UserError as error:
        raise at.error(f"{path}.{name}", "does not load: {error}", error=error) from None


def number(f: Field, raw: Any, at: At, path: str) -> float:
    """Check a number against the range of field `f`, and return it as the type of the field."""
    if problem := describe_problem(f, raw):
        raise at.error(path, problem)
    if not isfinite(raw):
        raise at.error(path, "= {value!r} is not finite", value=raw)
    return raw if f.type in (int, "int") else float(raw)


def plain(raw: Any, at: At, path: str) -> Any:
    """Return data unchanged: finite numbers, text, booleans, tables and arrays of them; refuse the rest."""
    expect(KINDS, Message("numbers, text, booleans, tables and arrays"), raw, at, path)
    if isinstance(raw, float) and not isfinite(raw):
        raise at.error(path, "= {raw!r} is not finite", raw=raw)
    for name, inner in (
        raw.items() if isinstance(raw, dict) else enumerate(raw) if isinstance(raw, list) else ()
    ):
        plain(inner, at, f"{path}.{name}")
    return raw


def expect(kinds: Collection[type], meant: Message, raw: Any, at: At, path: str) -> None:
    """Raise UserError unless the type of a value is one of `kinds`, which `meant` describes."""
    if type(raw) not in kinds:
        raise at.error(
            path,
            "= {raw} is {kind}; allowed is {allowed}",
            raw=show_value(raw),
            kind=KINDS.get(type(raw), Translated("a date or time", "日期或时间")),
            allowed=meant,
        )


def refuse_unknown(known: Collection[str], table: Mapping[str, Any], at: At, prefix: str) -> None:
    """Raise UserError for the first key of a table that is not in `known`."""
    for name in table:
        if name not in known:
            if prefix and name in at.top:
                raise at.error(
                    prefix + name,
                    "is unknown here; {name} belongs to the top of the file, above its first [table]",
                    name=name,
                )
            raise at.error(prefix + name, "is unknown{hint}", hint=suggest_names(name, known))


def show_value(value: Any) -> str:
    """Write a value for an error message, in at most 60 characters."""
    return short(repr(value) if type(value) in KINDS else str(value), 60)
