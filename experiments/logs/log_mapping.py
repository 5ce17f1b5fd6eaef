"""The mapping of a log: which column is what, and which of its categories are which of cogov's."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from ...engine.parameters import describe_problem, knob
from ...engine.renamed import suggest_names
from ...engine.texts.errors import Message, UserError
from ...engine.toml_reader import At, build_dataclass, load, show_value
from .column_names import FIRST_FILLED, NEEDED, RANK, ROLE_WORDS, ROLES, WORDS, ranked, resembles, simplify
from .layout import DATE
from .questions import LogQuestion, name_answers

COLUMN = {"text": 200}
NONE = "none"  # in place of a column: there is none
# tables of a case, by which its file is told from a mapping
OF_A_CASE = {"community", "compound", "mechanisms", "committee", "reported", "title"}


@dataclass(frozen=True)
class LogMapping:
    """The meaning of the columns and categories of a log; can be read from a TOML file."""

    opened: str = field(default="", metadata=COLUMN)  # column with the day an issue was reported
    closed: str = field(default="", metadata=COLUMN)  # day it was resolved; empty while open
    category: str = field(default="", metadata=COLUMN)
    status: str = field(default="", metadata=COLUMN)  # whether it is open; "none": do not use it
    changed: str = field(
        default="", metadata=COLUMN
    )  # day of the last change; used if no column has the closing
    place: str = field(default="", metadata=COLUMN)  # never guessed: may be an address
    id: str = field(default="", metadata=COLUMN)
    open: tuple = field(
        default=(), metadata={"names": True}
    )  # values of closed or status that mean: still open
    closed_value: tuple = field(default=(), metadata={"names": True})  # and those that mean: closed
    # what an empty category means: "above", as where cells were merged, or "none": the row is rejected
    blank: str = field(default="", metadata=COLUMN)
    dates: str = field(
        default="", metadata=COLUMN
    )  # order of three numbers: dmy, mdy, ymd; or a format, %d/%m/%Y
    year: int = knob(
        0, 0, 2200, unit="year of dates without one; 0 as above the header", source="by the log's owner"
    )
    drawn: str = field(default="", metadata=COLUMN)  # day of extraction, as 2025-01-09
    columns: tuple = field(default=(), metadata={"names": True})  # their names, if the file has no header
    sheet: str = field(default="", metadata=COLUMN)  # of a workbook
    encoding: str = field(default="", metadata=COLUMN)
    delimiter: str = field(default="", metadata=COLUMN)
    residents: float = knob(
        0.0, 0.0, 1e10, unit="people whose issues the log holds; 0 unknown", source="given by the log's owner"
    )
    # category of the log -> one of cogov's, a family, or several; "" if cogov has no such category
    categories: dict = field(default_factory=dict, metadata={"free": True})


def read_mapping(path: str | Path | None = None, **overrides: Any) -> LogMapping:
    """Read a LogMapping from a TOML file, with `overrides` applied to it.

    Raises UserError with file and line.
    """
    base = build_dataclass(LogMapping, *_load_mapping(path)) if path else LogMapping()
    entries = {name: value for name, value in overrides.items() if value not in (None, "", (), [])}
    for name in ("open", "closed_value", "columns"):
        if name in entries:
            entries[name] = tuple(entries[name]) if not isinstance(entries[name], str) else (entries[name],)
    if "residents" in entries:
        entries["residents"] = float(entries["residents"])
    for name in ("residents", "year"):
        if name in entries and (
            problem := describe_problem(LogMapping.__dataclass_fields__[name], entries[name])
        ):
            raise UserError("{name} {problem}", name=name, problem=problem)
    return replace(base, **entries)


def _load_mapping(path: str | Path) -> tuple[dict, At]:
    """Load a mapping file. Raises UserError if it is a case."""
    raw, at = load(path)
    if _is_case(raw):
        raise UserError(
            "{path}: is a case and not a mapping of the columns; give a file such as log.toml, which "
            "`cogov import` writes, or leave --mapping out",
            path=path,
        )
    return raw, at


def _is_case(raw: dict) -> bool:
    """Return whether the table of a file is that of a case, and not of a mapping."""
    return bool(OF_A_CASE & raw.keys()) and not {"opened", "closed", "categories"} & raw.keys()


def mapping_beside(path: str | Path) -> tuple[Path | None, list[Message]]:
    """Return the mapping file beside a log, if there is one, and what to say of it.

    It has the name of the log, with .toml. A case of that name is none.
    """
    beside = Path(path).with_suffix(".toml")
    if not beside.exists():
        return None, []
    raw, _ = load(beside)
    if _is_case(raw):
        return None, [
            Message("{path} is a case and not a mapping of the columns, so it is not used.", path=beside)
        ]
    return beside, [Message("Columns as described in {path}.", path=beside)]


def assign_columns(
    names: Sequence[str], samples: Sequence[Sequence[str]], mapping: LogMapping, path: str, line: int
) -> tuple[LogMapping, list[str]]:
    """Check the columns of a mapping and recognise the missing ones by their names.

    `names` are those of the header in `line`, `samples` the first cells of each column. Returns the mapping
    and the roles that were recognised. Raises UserError, and LogQuestion if a column can be taken for a role
    among several.
    """
    given = {role: split_columns(getattr(mapping, role)) for role in ROLES if getattr(mapping, role) != NONE}
    for role, columns in given.items():
        for name in columns:
            if names.count(name) != 1:
                raise UserError(
                    "{path}:{line}: {problem} column {column} for --{role}{hint}",
                    path=path,
                    line=line,
                    problem=Message("has no") if name not in names else Message("has more than one"),
                    column=show_value(name),
                    role=role,
                    hint=suggest_names(name, list(filter(None, names))) if name not in names else "",
                )
    used = [name for columns in given.values() for name in columns]
    if twice := next((name for name, n in Counter(used).items() if n > 1), ""):
        raise UserError(
            "{path}:{line}: column {column} is used for two roles; name another column for one of them",
            path=path,
            line=line,
            column=show_value(twice),
        )
    if twice := next((name for name, n in Counter(names).items() if n > 1 and _is_known(name)), ""):
        raise UserError(
            "{path}:{line}: has more than one column {column}; tell them apart with --columns {example}, in "
            "their order",
            path=path,
            line=line,
            column=show_value(twice),
            example="NAME,NAME,...",
        )
    free = [(name, cells) for name, cells in zip(names, samples) if name and name not in used]
    guesses: dict[str, Any] = {}
    for role in RANK:
        if getattr(mapping, role):
            continue
        rest = [(name, cells) for name, cells in free if name not in guesses.values()]
        if chosen := _choose(role, rest, path, line):
            guesses[role] = chosen
    by_status = (
        "closed" not in guesses
        and not mapping.closed
        and {"changed", "status"} <= (guesses.keys() | {role for role, columns in given.items() if columns})
    )
    for role in NEEDED:
        if not getattr(mapping, role) and role not in guesses and not (role == "closed" and by_status):
            raise _missing(role, names, guesses, path, line)
    if not by_status:
        guesses.pop("changed", None)
    return replace(mapping, **guesses), list(guesses)


def _is_known(name: str) -> bool:
    return any(ranked(name, role) is not None for role in NEEDED)


def split_columns(text: str) -> list[str]:
    """Return the names of columns of which the first that is filled counts: `Fixed|Closed`."""
    return [name.strip() for name in text.split(FIRST_FILLED)] if text else []


def _choose(role: str, free: Sequence[tuple[str, Sequence[str]]], path: str, line: int) -> str:
    """Return the column for a role by its name, "" if there is none.

    Names that are more usual come first; then names that resemble a usual one. Raises LogQuestion where two
    do equally well.
    """
    ranks = {name: ranked(name, role) for name, _ in free}
    best = min((rank for rank in ranks.values() if rank is not None), default=None)
    found = [name for name in ranks if best is not None and ranks[name] == best]
    if role == "closed" and {simplify(name) for name in found} == {
        "fixed",
        "closed",
    }:  # FixMyStreet: by the reporter, by us
        return FIRST_FILLED.join(sorted(found, reverse=True))
    cells = dict(free)
    if not found and role in NEEDED:
        found = [name for name in ranks if resembles(name, role)]
    if role == "category":
        better = [name for name in found if not _are_contacts(cells[name])]
        found = better or found
    if role in ("opened", "closed") and len(found) > 1:  # the day, and beside it the time of the day
        found = [name for name in found if any(map(DATE.search, cells[name]))] or found
    if len(found) > 1 and len({tuple(cells[name]) for name in found}) == 1:
        return found[0]  # the same cells in all of them
    if len(found) > 1:
        raise LogQuestion(
            Message(
                "{path}:{line}: {candidates} could each be {what}",
                path=path,
                line=line,
                candidates=", ".join(map(show_value, found)),
                what=ROLE_WORDS[role],
            ),
            Message("choose with --{role} COLUMN", role=role),
            role,
            name_answers(found),
        )
    return found[0] if found else ""


def _are_contacts(cells: Sequence[str]) -> bool:
    return bool(any(cells)) and {cell.lower() for cell in cells if cell} <= set(WORDS["contacts"])


def _missing(role: str, names: Sequence[str], guesses: dict[str, str], path: str, line: int) -> UserError:
    """Return the error, or the question, for a column that is needed and not found."""
    left = [name for name in names if name and name not in guesses.values()]
    remedy = (
        Message(
            "name it with --{role} COLUMN; there are: {header}",
            role=role,
            header=", ".join(map(show_value, left)),
        )
        if left
        else Message("the log has no other column, so export it again with one that has it")
    )
    if role == "closed" and "status" in guesses:
        question = Message(
            "{path}:{line}: has a status, {status}, and no column with the day of closing, so how long "
            "issues took is not known",
            path=path,
            line=line,
            status=show_value(guesses["status"]),
        )
    else:
        question = Message(
            "{path}:{line}: no column has a usual name for {what}",
            path=path,
            line=line,
            what=ROLE_WORDS[role],
        )
    return LogQuestion(question, remedy, role, name_answers(left))
