"""Read the rows of a file as text: delimited text, a workbook, or a web page saved as .xls.

A file is read twice, once for its first rows and once for all, and no row is kept: half a million rows need
no more memory than the columns that are used.
"""

import csv
import re
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import partial
from html.parser import HTMLParser
from itertools import islice
from pathlib import Path
from typing import Any

from ...engine.output import short
from ...engine.texts.errors import Message, Translated, UserError, join, reason_of
from ..files.workbook_extent import check_extent
from .encodings import Encoding, find_encoding

DELIMITERS = {
    ",": Translated("comma", "逗号"),
    ";": Translated("semicolon", "分号"),
    "\t": Translated("tab", "制表符"),
    "|": Translated("bar", "竖线"),
}
SAMPLE = 200  # rows from which the delimiter is recognised
LONGEST = 1 << 20  # characters in one cell
ENOUGH = 0.9  # share of rows that have as many fields as is usual
WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")  # how .xlsx and .ods, and .xls, begin
INSTALL = "pip install 'cogov[logs]'"

Row = tuple[int, list[str]]  # its line (or row of a sheet), from 1, and its cells


@dataclass(frozen=True)
class Table:
    """One table of a file: a text file, or a sheet of a workbook."""

    path: str
    sheet: str  # "" where there is only one table
    rows: Callable[[], Iterator[Row]]  # reads them, from the first, each time it is called
    encoding: str = ""
    delimiter: str = ""
    padded: bool = False  # rows of a sheet have no missing cells
    size: int = 0  # rows, 0 unknown
    notes: list[Message] = field(default_factory=list)

    def head(self, most: int) -> list[Row]:
        """Return the first rows that are not blank."""
        return list(islice((row for row in self.rows() if any(row[1])), most))


def open_tables(path: str | Path, encoding: str = "", delimiter: str = "") -> list[Table]:
    """Return the tables of a file, at least one. Raises UserError."""
    try:
        with open(path, "rb") as file:
            head = file.read(4096)
    except (OSError, ValueError) as e:
        raise UserError("{path}: cannot be read: {reason}", path=path, reason=reason_of(e)) from None
    if not head.strip():
        raise UserError("{path}: is empty; a log has a header line and one row per issue", path=path)
    if head.startswith(WORKBOOKS):
        return _sheets(path)
    found = find_encoding(path, encoding)
    text = head.decode(found.name, "ignore").lstrip("\ufeff \r\n\t").lower()
    if re.match(r"<(?:!doctype html|html|head|meta|body|table|\?xml)", text):
        if "<workbook" in text or "schemas-microsoft-com:office:spreadsheet" in text:
            raise UserError(
                "{path}: is a workbook in Excel's XML of 2003; open it in Excel and save it as .xlsx",
                path=path,
            )
        return _html_tables(path, found)
    return [_text_table(path, found, delimiter)]


# ------------------------------------------------------------------------------------------ delimited text


def _text_table(path: str | Path, encoding: Encoding, delimiter: str) -> Table:
    """Return the table of a text file. Raises UserError if its delimiter cannot be told."""
    with _lines(path, encoding) as lines:
        sample = [line for line in islice(lines, SAMPLE) if line.strip()]
    if not sample:
        raise UserError("{path}: is empty; a log has a header line and one row per issue", path=path)
    declared = re.fullmatch(r"sep=(.)", sample[0].strip("\ufeff\r\n"))  # Excel's declaration
    delimiter = delimiter or (declared and declared[1]) or guess_delimiter(path, sample)
    if len(delimiter) != 1:
        raise UserError(
            "--delimiter {delimiter}: allowed is one character, such as , ; or |", delimiter=short(delimiter)
        )

    def rows() -> Iterator[Row]:
        with _lines(path, encoding) as lines:
            if declared:
                lines = (line for n, line in enumerate(lines) if n)
            yield from _records(path, lines, delimiter, 1 if declared else 0)

    return Table(str(path), "", rows, encoding.name, delimiter, size=encoding.lines, notes=encoding.said())


@contextmanager
def _lines(path: str | Path, encoding: Encoding) -> Iterator[Iterator[str]]:
    """Open a text file; what ends a line stays as it is, because a quoted cell may contain line breaks."""
    with open(path, encoding=encoding.name, errors="replace", newline="") as file:
        yield iter(file)


def _records(path: str | Path, lines: Iterator[str], delimiter: str, skipped: int) -> Iterator[Row]:
    """Yield the records of lines, each with the line on which it begins."""
    old_limit, begin = csv.field_size_limit(LONGEST), 1
    reader = csv.reader(lines, delimiter=delimiter)
    try:
        for row in reader:
            yield skipped + begin, [clean(cell) for cell in row]
            begin = reader.line_num + 1
    except csv.Error as e:
        raise UserError(
            "{path}:{line}: cannot be read as a row: {error}; is a quote left open there?",
            path=path,
            line=skipped + begin,
            error=e,
        ) from None
    finally:
        csv.field_size_limit(old_limit)


def guess_delimiter(path: str | Path, lines: list[str]) -> str:
    """Return the delimiter by which nearly all rows have equally many fields, two at least.

    Title rows above the header have other numbers of fields, and are few. If several delimiters fit, the one
    with the most fields is taken; a tie raises UserError.
    """
    fits = {}
    for mark in DELIMITERS:
        try:
            widths = [len(row) for row in csv.reader(lines, delimiter=mark) if row]
        except csv.Error:
            continue
        usual = max(set(widths), key=widths.count, default=0)
        if usual > 1:
            fits[mark] = (sum(w == usual for w in widths) / len(widths), usual)
    widths_by_mark = {mark: width for mark, (share, width) in fits.items() if share >= ENOUGH} or {
        mark: width for mark, (_, width) in fits.items()
    }
    best = [mark for mark, width in widths_by_mark.items() if width == max(widths_by_mark.values())]
    if not best:
        raise UserError(
            "{path}: cannot tell the delimiter: comma, semicolon, tab and bar do not separate its columns; "
            "give it with --delimiter, e.g. --delimiter ';'",
            path=path,
        )
    if len(best) > 1:
        raise UserError(
            "{path}: cannot tell the delimiter: {delimiters} fit equally well; give it with --delimiter, "
            "e.g. --delimiter ';'",
            path=path,
            delimiters=join([DELIMITERS[mark] for mark in best], comma=True),
        )
    return best[0]


def clean(cell: str) -> str:
    """Return a cell without blanks at its ends, without signs that nobody sees, and out of `="…"`.

    >>> clean('="2023-01-06"'), clean(" \\u200blift\\x00 ")
    ('2023-01-06', 'lift')
    """
    if not cell.isascii() or "\0" in cell:
        cell = cell.translate(UNSEEN)
    cell = cell.strip()
    if cell.startswith('="') and cell.endswith('"'):
        return cell[2:-1].strip()
    return cell


UNSEEN = dict.fromkeys([0, *range(0x200B, 0x2010), *range(0x202A, 0x202F), 0x2060, 0xFEFF]) | {
    0xA0: " ",
    0x3000: " ",
}


# ------------------------------------------------------------------------------------------------ workbooks


def _sheets(path: str | Path) -> list[Table]:
    """Return the visible sheets of a workbook that are not empty. Raises UserError."""
    try:
        from python_calamine import (
            CalamineError,
            CalamineWorkbook,
            PasswordError,
            SheetTypeEnum,
            SheetVisibleEnum,
        )
    except ImportError:
        raise UserError(
            "{path}: is a workbook; to read it, install the package python-calamine:  {command}  or save the "
            "sheet as CSV (UTF-8)",
            path=path,
            command=INSTALL,
        ) from None
    try:
        check_extent(path)
        book = CalamineWorkbook.from_path(str(path))
        tables = []
        for about in book.sheets_metadata:
            if about.typ != SheetTypeEnum.WorkSheet or about.visible != SheetVisibleEnum.Visible:
                continue
            sheet = book.get_sheet_by_name(about.name)
            if sheet.start is not None:
                tables.append(
                    Table(str(path), about.name, _sheet_rows(sheet), padded=True, size=sheet.total_height)
                )
    except PasswordError:
        raise UserError("{path}: is locked with a password; save a copy without one", path=path) from None
    except UserError:
        raise
    except (CalamineError, OSError, ValueError, RuntimeError, zipfile.BadZipFile, zlib.error, EOFError) as e:
        raise UserError(
            "{path}: is a workbook that cannot be read ({error}); open it in Excel and save it again",
            path=path,
            error=short(str(e)),
        ) from None
    if not tables:
        raise UserError("{path}: has no visible sheet with anything in it", path=path)
    return tables


def _sheet_rows(sheet: Any) -> Callable[[], Iterator[Row]]:
    """Return what yields the rows of a sheet; cells that are merged all have the value of the first."""
    top, left = sheet.start or (0, 0)
    merged: dict[int, list[tuple[int, int, int]]] = {}
    for (first, begin), (last, end) in sheet.merged_cell_ranges or ():
        if last - first < 10_000 and end - begin < 1_000:
            for row in range(first, last + 1):
                merged.setdefault(row, []).append((begin, end, first))
    owners = {first for ranges in merged.values() for _, _, first in ranges}

    def rows() -> Iterator[Row]:
        kept: dict[int, list[str]] = {}
        for number, cells in enumerate(sheet.iter_rows(), top):
            row = [""] * left + [as_text(cell) for cell in cells]
            if number in owners:
                kept[number] = list(row)
            for begin, end, first in merged.get(number, ()):
                value = kept[first][begin] if begin < len(kept.get(first, ())) else ""
                row[begin : end + 1] = [value] * (min(end + 1, len(row)) - begin)
            yield number + 1, row

    return rows


def as_text(cell: Any) -> str:
    """Return a cell of a workbook as text: days as 2023-01-06, whole numbers without a point."""
    if isinstance(cell, str):
        return clean(cell)
    if isinstance(cell, datetime):
        return cell.isoformat(" ", "seconds")
    if isinstance(cell, float):
        return f"{cell:.0f}" if cell.is_integer() and abs(cell) < 1e15 else repr(cell)
    if isinstance(cell, (date, time, timedelta)):
        return str(cell)
    return "" if cell is None else str(cell)


# ------------------------------------------------------------------------------------- web pages named .xls


class _Rows(HTMLParser):
    """Collect the tables of a page: lists of (number of the row, cells)."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.tables: list[list[Row]] = []
        self.cell: list[str] | None = None
        self.down: dict[int, tuple[int, str]] = {}  # column -> rows that a cell still covers, and its text
        self.across = self.along = 1

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "table" or (tag in ("tr", "td", "th") and not self.tables):
            self.tables.append([])
            self.down = {}
        if tag == "tr":
            self._end_cell()
            self.tables[-1].append((len(self.tables[-1]) + 1, []))
        elif tag in ("td", "th"):
            self._end_cell()
            if not self.tables[-1]:
                self.tables[-1].append((1, []))
            spans = dict(attrs)
            self.across, self.along = (_span(spans.get(name)) for name in ("colspan", "rowspan"))
            self.cell = []
        elif tag == "br" and self.cell is not None:
            self.cell.append(" ")

    def handle_endtag(self, tag: str) -> None:
        if tag in ("td", "th", "tr", "table"):
            self._end_cell()

    def handle_data(self, data: str) -> None:
        if self.cell is not None:
            self.cell.append(data)

    def _end_cell(self) -> None:
        if self.cell is None:
            return
        cells, text = self.tables[-1][-1][1], clean("".join(self.cell))
        self._covered(cells)
        for _ in range(self.across):
            if self.along > 1:
                self.down[len(cells)] = (self.along - 1, text)
            cells.append(text)
        self.cell = None
        self._covered(cells)

    def _covered(self, cells: list[str]) -> None:
        """Append the cells of rows above that reach down to here."""
        while len(cells) in self.down:
            left, text = self.down.pop(len(cells))
            if left > 1:
                self.down[len(cells)] = (left - 1, text)
            cells.append(text)


def _span(text: str | None) -> int:
    return min(int(text), 1000) if text and text.isdigit() and int(text) else 1


def _html_tables(path: str | Path, encoding: Encoding) -> list[Table]:
    """Return the tables of a web page. Raises UserError if it has none."""
    raw = Path(path).read_bytes()
    declared = re.search(rb"charset\s*=\s*[\"']?([\w-]+)", raw[:4096])
    if declared and encoding.guessed:
        encoding = find_encoding(path, declared[1].decode("ascii"))
    reader = _Rows()
    reader.feed(raw.decode(encoding.name, "replace"))
    reader.close()
    tables = [rows for rows in reader.tables if rows]
    if not tables:
        raise UserError("{path}: is a web page without a table; export the log as CSV or .xlsx", path=path)
    notes = [Message("The file is a web page, although its name ends otherwise."), *encoding.said()]
    return [
        Table(
            str(path),
            str(n) if len(tables) > 1 else "",
            partial(iter, rows),
            encoding.name,
            notes=notes,
        )
        for n, rows in enumerate(tables, 1)
    ]
