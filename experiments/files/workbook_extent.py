"""Check how far the cells of a workbook reach, before a library takes memory for all that is between them."""

import re
import zipfile
from collections.abc import Iterator
from pathlib import Path

from ...engine.texts.errors import UserError

MOST_CELLS = 60_000_000  # of the rectangle around the cells of a sheet, all of which is kept in memory
MOST_ROWS, MOST_COLUMNS = 1_099_999, 52  # together within MOST_CELLS, so that no row needs to be looked at
BLOCK = 1 << 22  # bytes that are looked at together
AT = rb"""\sr\s*=\s*["']"""  # where a row or a cell of .xlsx says its place
EMPTY = rb"""["'](?:[^<>"']|"[^<>"]*"|'[^<>']*')*/>"""  # how a cell without a value ends
WIDE = re.compile(AT + rb"([A-Za-z]{2,})\d+(?!" + EMPTY + rb")")
TALL = re.compile(AT + rb"[A-Za-z]*0*(?:[1-9]\d{7}|[2-9]\d{6}|1[1-9]\d{5})")
ROW = re.compile(AT + rb"[A-Za-z]*(\d+)(?!\d|" + EMPTY + rb")")


def check_extent(path: str | Path) -> None:
    """Raise UserError if the cells of a sheet of .xlsx are too far apart for the memory.

    Two cells in opposite corners of a sheet are 17 billion with those between them, and a library that asks
    for so much memory ends the process. Raises BadZipFile if a part unpacks to another size than the file
    says. Files that are no archives are not checked.
    """
    if not zipfile.is_zipfile(path):
        return
    with zipfile.ZipFile(path) as archive:
        for entry in archive.infolist():
            column, too_tall = 26, False
            for text in _blocks(archive, entry):
                column = max([column, *map(column_of, set(WIDE.findall(text)))])
                too_tall = too_tall or bool(TALL.search(text))
            if too_tall or column > MOST_COLUMNS:
                row = max([0, *(int(at) for text in _blocks(archive, entry) for at in ROW.findall(text))])
                _refuse(path, row, column)


def _refuse(path: str | Path, row: int, column: int) -> None:
    """Raise UserError if a rectangle has more than MOST_CELLS cells, or more rows than a sheet can have."""
    if row > MOST_ROWS or row * column > MOST_CELLS:
        raise UserError(
            "{path}: a sheet reaches to row {row:,} and column {column:,}; allowed are {most:,} cells: "
            "delete the cells that are far from the list, and save it again",
            path=path,
            row=row,
            column=column,
            most=MOST_CELLS,
        )


def _blocks(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> Iterator[bytes]:
    """Yield the bytes of a part of an archive in blocks that end with a tag."""
    rest = b""
    with archive.open(entry) as part:
        while block := part.read(BLOCK):
            text, end, rest = (rest + block).rpartition(b">")
            yield text + end


def column_of(letters: bytes) -> int:
    """Return the number of a column from its letters, from 1.

    >>> column_of(b"C"), column_of(b"aa"), column_of(b"XFD")
    (3, 27, 16384)
    """
    number = 0
    for letter in letters.upper():
        number = 26 * number + letter - 64
    return number
