"""Read the rows of a log: its sheets, where their header is, and the cells of the columns that are used."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from ...engine.texts.errors import Message, UserError
from ...engine.toml_reader import show_value
from .column_names import ROLE_WORDS, ROLES, roles_of
from .layout import DATE, Layout, find_layout, set_aside
from .log_mapping import NONE, LogMapping, assign_columns, split_columns
from .questions import LogQuestion, name_answers
from .tables import Table, open_tables

SAMPLE = 500  # rows from which it is told what a column holds
FEW = 0.01  # share of rows that end early, from which on their missing cells are taken as empty
EVERY = 5_000  # rows between two reports of progress
YEAR = re.compile(r"(?<!\d)((?:19|20)\d\d)(?=年|\D|$)")

Progress = Callable[[int, int], object]  # (rows read, rows of the file as far as known)


@dataclass
class LogRows:
    """The rows of a log as text, and what was understood of its columns."""

    path: str
    mapping: LogMapping
    guessed: list[str]  # roles that were recognised by the name of a column
    cells: dict[str, np.ndarray]  # role -> (rows,) object
    lines: np.ndarray  # (rows,) int64  line of the file, or row of the sheet, on which a row begins
    sheets: np.ndarray | None  # (rows,) object  its sheet, if there are several
    broken: list[tuple]  # (line, reason), of rows that are no issues; with the sheet if there are several
    year: int  # in titles, the sheet's name or the file's; 0 without
    said: list[Message] = field(default_factory=list)
    header: tuple[str, ...] = ()  # names of all columns
    tables: tuple[str, ...] = ()  # names of all sheets, or tables of a web page; () of a text file


def read_rows(path: str | Path, mapping: LogMapping, progress: Progress | None = None) -> LogRows:
    """Read the rows of a log. Raises UserError, and LogQuestion where something must be answered."""
    tables = open_tables(path, mapping.encoding, mapping.delimiter)
    wanted = {name for role in ROLES for name in split_columns(getattr(mapping, role)) if name != NONE}
    columns = tuple(mapping.columns)
    chosen, said = _choose_tables(
        tables,
        mapping.sheet,
        wanted,
        lambda table: Layout(columns, 0, 0, ()) if columns else find_layout(table, wanted),
    )
    table, layout = chosen[0]
    used, guessed = assign_columns(layout.names, _samples(table, layout), mapping, table.path, layout.first)
    notes = [*table.notes, *said, *(note for _, each in chosen[:1] for note in each.said())]
    rows = LogRows(
        table.path, replace(used, sheet=mapping.sheet), guessed, {}, np.zeros(0, np.int64), None, [], 0, notes
    )
    rows.year = _year_of(chosen, path)
    rows.header = tuple(filter(None, layout.names))
    rows.tables = tuple(filter(None, (table.sheet for table in tables)))
    _collect(rows, chosen, progress)
    unused = [
        name
        for name in layout.names
        if name and name not in {n for role in ROLES for n in split_columns(getattr(used, role))}
    ]
    rows.said += [
        Message(
            "Column {column} used as {what}, because of its name.",
            column=show_value(getattr(used, role)),
            what=ROLE_WORDS[role],
        )
        for role in guessed
    ]
    if unused:
        rows.said.append(
            Message(
                "Columns dropped, because their meaning is unknown and they may be personal: {columns}.",
                columns=", ".join(map(show_value, unused)),
            )
        )
    return rows


def _choose_tables(
    tables: list[Table], sheet: str, wanted: set[str], layout_of: Callable[[Table], Layout]
) -> tuple[list[tuple[Table, Layout]], list[Message]]:
    """Return the tables that hold the log, with their layouts: the sheets with the same header as the largest
    log.

    Raises LogQuestion if several sheets are logs with different headers.
    """
    if sheet:
        chosen = [table for table in tables if table.sheet == sheet]
        if not chosen:
            raise UserError(
                "{path}: has no sheet {sheet}; there are: {sheets}",
                path=tables[0].path,
                sheet=show_value(sheet),
                sheets=", ".join(show_value(table.sheet) for table in tables) or "-",
            )
        tables = chosen
    if len(tables) == 1:
        return [(tables[0], layout_of(tables[0]))], []
    found = []
    for table in tables:
        try:
            layout = layout_of(table)
        except UserError:
            continue
        roles = roles_of(list(layout.names))
        if {"opened", "category"} <= roles or wanted & set(layout.names):
            found.append((table, layout, len(roles)))
    if not found:
        return _choose_tables(tables[:1], "", wanted, layout_of)
    most = max(roles for _, _, roles in found)
    best = [(table, layout) for table, layout, roles in found if roles == most]
    names = {layout.names for _, layout in best}
    if len(names) > 1:
        raise LogQuestion(
            Message(
                "{path}: {sheets} could each be the log, and their columns differ",
                path=tables[0].path,
                sheets=", ".join(show_value(table.sheet) for table, _ in best),
            ),
            Message("choose with --sheet NAME"),
            "sheet",
            name_answers([table.sheet for table, _ in best]),
        )
    said = [Message("Sheets read: {sheets}.", sheets=", ".join(show_value(table.sheet) for table, _ in best))]
    left = [table.sheet for table in tables if table not in [each for each, _ in best]]
    if left:
        said.append(
            Message(
                "Sheets that are no log, and not read: {sheets}.", sheets=", ".join(map(show_value, left))
            )
        )
    return best, said


def _samples(table: Table, layout: Layout) -> list[list[str]]:
    """Return the first cells of each column below the header."""
    below = [cells for line, cells in table.head(SAMPLE) if line > layout.last]
    return [[cells[k] if k < len(cells) else "" for cells in below] for k in range(len(layout.names))]


def _year_of(chosen: Sequence[tuple[Table, Layout]], path: str | Path) -> int:
    """Return the only year in the titles, the names of the sheets, or the name of the file; 0 without."""
    for texts in (
        [title for _, layout in chosen for title in layout.titles],
        [table.sheet for table, _ in chosen],
        [Path(path).stem],
    ):
        years = {int(year) for text in texts for year in YEAR.findall(text)}
        if len(years) == 1:
            return years.pop()
    return 0


def _collect(rows: LogRows, chosen: Sequence[tuple[Table, Layout]], progress: Progress | None) -> None:
    """Read all rows of the tables, keep the cells of the roles, and set aside what is no issue."""
    roles = [role for role in ROLES if getattr(rows.mapping, role) not in ("", NONE)]
    kept: list[tuple] = []  # (line, sheet, cells of the roles)
    early: list[tuple] = []  # rows that end early, with the reason
    interned: dict[str, str] = {}  # the same text is kept once
    done, size = 0, sum(table.size for table, _ in chosen)
    for table, layout in chosen:
        width = len(layout.names)
        position = [
            [layout.names.index(name) for name in split_columns(getattr(rows.mapping, role))]
            for role in roles
        ]
        at = roles.index("opened")
        before = 0
        for line, cells in table.rows():
            done += 1
            if progress and done % EVERY == 0:
                progress(done, size)
            span, before = line - before, line
            if line <= layout.last or not any(cells):
                continue
            if len(cells) > width and not any(cells[width:]):
                cells = cells[:width]
            found = [
                interned.setdefault(text, text)
                for text in (
                    next((cells[k] for k in where if k < len(cells) and cells[k]), "") for where in position
                )
            ]
            if why := set_aside(cells, layout, found[at]):
                rows.broken.append((line, table.sheet, why))
            elif len(cells) == width or (table.padded and len(cells) < width):
                kept.append((line, table.sheet, found))
            else:
                early.append((line, table.sheet, found, len(cells), width, span))
    _take_short(rows, kept, early)
    rows.lines = np.array([line for line, _, _ in kept], np.int64)
    several = len(chosen) > 1
    rows.sheets = np.array([sheet for _, sheet, _ in kept], object) if several else None
    rows.cells = {
        role: np.array([found[k] for _, _, found in kept] or [], object) for k, role in enumerate(roles)
    }
    if progress:
        progress(done, done)


def _take_short(rows: LogRows, kept: list[tuple], early: list[tuple]) -> None:
    """Take rows that end early as rows with empty cells, if there are many of them: so some spreadsheets
    export.

    A few are broken rows, and set aside, as are rows with more cells than the header.
    """
    at = [role for role in ROLES if getattr(rows.mapping, role) not in ("", NONE)]
    whole = [
        row
        for row in early
        if row[3] < row[4] and DATE.search(row[2][at.index("opened")]) and row[2][at.index("category")]
    ]
    if len(whole) >= max(2, FEW * len(kept)):
        taken = {id(row) for row in whole}
        kept.extend(row[:3] for row in whole)
        kept.sort(key=lambda row: (row[1], row[0]))
        early = [row for row in early if id(row) not in taken]
        rows.said.append(
            Message(
                "{count} rows end early; their missing cells are taken as empty.", count=f"{len(whole):,}"
            )
        )
    for line, sheet, _, count, width, span in early:
        hint = Message("; it continues to line {end}: is a quote left open?", end=line + span - 1)
        problem = Message(
            "has {count} fields, the header has {header_count}{hint}",
            count=count,
            header_count=width,
            hint=hint if count < width and span > 2 else "",
        )
        rows.broken.append((line, sheet, problem.as_word()))
