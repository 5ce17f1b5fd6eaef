"""The mapping of a log: which column is what, and which of its categories are which of cogov's."""

import re
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from ...engine.parameters import describe_problem, knob
from ...engine.renamed import suggest_names
from ...engine.texts import sections
from ...engine.texts.errors import UserError
from ...engine.toml_reader import build_dataclass, load, show_value
from ...model.issues.categories import CATEGORIES, FAMILIES
from ..files.csv_tables import Sheet
from .column_names import NEEDED, ROLES, USUAL

COLUMN = {"text": 200}


@dataclass(frozen=True)
class LogMapping:
    """The meaning of the columns and categories of a log; can be read from a TOML file."""

    opened: str = field(default="", metadata=COLUMN)  # column with the day an issue was reported
    closed: str = field(default="", metadata=COLUMN)  # day it was resolved; empty while open
    category: str = field(default="", metadata=COLUMN)
    place: str = field(default="", metadata=COLUMN)  # never guessed: may be an address
    id: str = field(default="", metadata=COLUMN)
    dates: str = field(default="", metadata=COLUMN)  # format of dates, as %d/%m/%Y
    drawn: str = field(default="", metadata=COLUMN)  # day of extraction, as 2025-01-09
    encoding: str = field(default="", metadata=COLUMN)
    delimiter: str = field(default="", metadata=COLUMN)
    residents: float = knob(
        0.0, 0.0, 1e10, unit="people whose issues the log holds; 0 unknown", source="given by the log's owner"
    )
    # category of the log -> one of cogov's, a family, or several
    categories: dict = field(default_factory=dict, metadata={"free": True})


def read_mapping(path: str | Path | None = None, **overrides: Any) -> LogMapping:
    """Read a LogMapping from a TOML file, with `overrides` applied to it.

    Raises UserError with file and line.
    """
    base = build_dataclass(LogMapping, *load(path)) if path else LogMapping()
    entries = {name: value for name, value in overrides.items() if value not in (None, "")}
    if "residents" in entries:
        entries["residents"] = float(entries["residents"])
        problem = describe_problem(LogMapping.__dataclass_fields__["residents"], entries["residents"])
        if problem:
            raise UserError("residents {problem}", problem=problem)
    return replace(base, **entries)


def assign_columns(text: Sheet, mapping: LogMapping) -> tuple[LogMapping, list[str]]:
    """Check the columns of a mapping and guess the missing ones by their names.

    Returns the mapping and the roles that were guessed. Raises UserError.
    """
    for role in ROLES:
        name = getattr(mapping, role)
        if name and name not in text.header:
            raise UserError(
                "{path}:1: has no column {column} for --{role}{hint}",
                path=text.path,
                column=show_value(name),
                role=role,
                hint=suggest_names(name, text.header),
            )
    guesses = {}
    unassigned = [name for name in text.header if name not in {getattr(mapping, role) for role in ROLES}]
    for role, usual in USUAL.items():
        candidates = [name for name in unassigned if re.sub(r"[\W_]", "", name).lower() in usual]
        if not getattr(mapping, role) and len(candidates) == 1:
            guesses[role] = candidates[0]
        elif not getattr(mapping, role) and role in NEEDED:
            if candidates:
                raise UserError(
                    "{path}:1: {candidates} could each be the {role}; choose with --{role} COLUMN",
                    path=text.path,
                    candidates=", ".join(map(show_value, candidates)),
                    role=role,
                )
            raise UserError(
                "{path}:1: no column has a usual name for the {role}; name it with --{role} COLUMN; there "
                "are: {header}",
                path=text.path,
                role=role,
                header=", ".join(map(show_value, text.header)),
            )
    names = [name for name in (getattr(replace(mapping, **guesses), role) for role in ROLES) if name]
    if len(set(names)) < len(names):
        raise UserError(
            "{path}:1: column {column} is used for two roles; name another column for one of them",
            path=text.path,
            column=show_value(max(names, key=names.count)),
        )
    return replace(mapping, **guesses), list(guesses)


def map_categories(mapping: LogMapping, names: list[str], path: str) -> dict[str, tuple[str, ...]]:
    """Map each category of the log to cogov's: {theirs: (ours, ...)}.

    The mapping decides; categories it does not contain are matched by name. Raises UserError.
    """
    zh = sections("zh")["family"]
    families = {zh[name]: name for name in FAMILIES} | {name: name for name in FAMILIES}
    known = {c.zh: name for name, c in CATEGORIES.items()} | {name: name for name in CATEGORIES}
    kinds_of = {}
    if not isinstance(mapping.categories, dict):
        raise UserError(
            "{path}: the mapping's categories are an array; allowed is a table, theirs = ours", path=path
        )
    for theirs, ours in mapping.categories.items():
        if not isinstance(ours, str) and not (
            isinstance(ours, (list, tuple)) and all(isinstance(name, str) for name in ours)
        ):
            raise UserError(
                "{path}: category {theirs} is mapped to {ours}; allowed is text, or an array of texts",
                path=path,
                theirs=show_value(theirs),
                ours=show_value(ours),
            )
    for theirs in names:
        mapped = mapping.categories.get(theirs, [])
        mapped = [mapped] if isinstance(mapped, str) else list(mapped)
        ours = (
            mapped
            if theirs in mapping.categories
            else [
                name
                for name in (theirs, theirs.lower().replace(" ", "_"))
                if name in known or name in families
            ][:1]
        )
        categories = set()
        for name in ours:
            if name not in known and name not in families:
                raise UserError(
                    "{path}: category {theirs} is mapped to {name}, which is not a category of cogov{hint}",
                    path=path,
                    theirs=show_value(theirs),
                    name=show_value(name),
                    hint=suggest_names(str(name), [*FAMILIES, *CATEGORIES]),
                )
            categories |= (
                {c for c, it in CATEGORIES.items() if it.family == families[name]}
                if name in families
                else {known[name]}
            )
        if categories:
            kinds_of[theirs] = tuple(sorted(categories))
    unknown = [theirs for theirs in mapping.categories if theirs not in names]
    if unknown:
        raise UserError(
            "{path}: the mapping names a category {category} that is not in the log{hint}",
            path=path,
            category=show_value(unknown[0]),
            hint=suggest_names(unknown[0], names),
        )
    return kinds_of
