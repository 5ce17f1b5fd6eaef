"""Shared by Word document and slides: colours, fonts, the room that a text takes, files without dates."""

from __future__ import annotations

import zipfile
from io import BytesIO
from math import ceil
from typing import TYPE_CHECKING
from unicodedata import east_asian_width

if TYPE_CHECKING:
    from .parts import Table

ACCENT, DARK, SOFT, PALE, RULE = "0B5A8A", "12212B", "5B6670", "EEF3F7", "C9D2D9"
FONTS = {"en": ("Calibri", "Microsoft YaHei"), "zh": ("Microsoft YaHei", "Microsoft YaHei")}  # Latin, Chinese
MONOSPACE = "Consolas"
LANGUAGE_TAGS = {"en": "en-GB", "zh": "zh-CN"}
MOMENT = (1980, 1, 1, 0, 0, 0)  # of every member of a file, so that equal briefs have equal bytes
WIDE, NARROW = 1.0, 0.6  # width of a character, of the size of the font


def without_dates(data: bytes) -> bytes:
    """Return an Office file whose members are all of the same moment."""
    target = BytesIO()
    with zipfile.ZipFile(BytesIO(data)) as source, zipfile.ZipFile(target, "w") as copy:
        for name in source.namelist():
            copy.writestr(zipfile.ZipInfo(name, MOMENT), source.read(name), zipfile.ZIP_DEFLATED)
    return target.getvalue()


def ems(text: str) -> float:
    """Return the width of a text, of the size of its font."""
    return sum(WIDE if east_asian_width(letter) in "WF" else NARROW for letter in text)


def column_widths(data: Table, width: float, em: float, margin: float) -> list[float]:
    """Return the widths of the columns of a table as wide as `width`, by the longest text in each.

    If they need more, the first column is narrower, and its text is wrapped. `em` is the size of the font and
    `margin` the space that a cell keeps free, in the unit of the width.
    """
    columns = range(len(data.heads))
    needs = [em * max(ems(row[x]) for row in (data.heads, *data.rows)) + margin for x in columns]
    needs[0] = max(width / 5, min(needs[0], width - sum(needs[1:])))
    return [need * width / sum(needs) for need in needs]


def count_lines(text: str, width: float, size: float) -> int:
    """Return how many lines a text takes in a column of `width` points at a size in points.

    >>> count_lines("按时办结率", 50.0, 10.0), count_lines("resolved in time", 50.0, 10.0)
    (1, 2)
    """
    return max(1, ceil(ems(text) * size / width))


def largest_size(texts: list[str], width: float, height: float, sizes: tuple[float, ...]) -> float:
    """Return the largest of the sizes at which the texts fit a box (points), or the smallest of them."""
    for size in sorted(sizes, reverse=True):
        lines = sum(count_lines(text, width, size) for text in texts)
        if lines * 1.3 * size + 0.6 * size * len(texts) <= height:
            return size
    return min(sizes)
