"""Shared by Word document and slides: colours, fonts, how many lines a text takes, and files without dates."""

from __future__ import annotations

import zipfile
from io import BytesIO
from math import ceil
from unicodedata import east_asian_width

ACCENT, DARK, SOFT, PALE, RULE = "0B5A8A", "12212B", "5B6670", "EEF3F7", "C9D2D9"
FONTS = {"en": ("Calibri", "Microsoft YaHei"), "zh": ("Microsoft YaHei", "Microsoft YaHei")}  # Latin, Chinese
MONOSPACE = "Consolas"
LANGUAGE_TAGS = {"en": "en-GB", "zh": "zh-CN"}
MOMENT = (1980, 1, 1, 0, 0, 0)  # of every member of a file, so that equal briefs have equal bytes
WIDE, NARROW = 1.0, 0.53  # width of a character, of the size of the font


def without_dates(data: bytes) -> bytes:
    """Return an Office file whose members are all of the same moment."""
    target = BytesIO()
    with zipfile.ZipFile(BytesIO(data)) as source, zipfile.ZipFile(target, "w") as copy:
        for name in source.namelist():
            copy.writestr(zipfile.ZipInfo(name, MOMENT), source.read(name), zipfile.ZIP_DEFLATED)
    return target.getvalue()


def count_lines(text: str, width: float, size: float) -> int:
    """Return how many lines a text takes in a column of `width` points at a size in points.

    >>> count_lines("按时办结率", 50.0, 10.0), count_lines("resolved in time", 50.0, 10.0)
    (1, 2)
    """
    ems = sum(WIDE if east_asian_width(letter) in "WF" else NARROW for letter in text)
    return max(1, ceil(ems * size / width))


def largest_size(texts: list[str], width: float, height: float, sizes: tuple[float, ...]) -> float:
    """Return the largest of the sizes at which the texts fit a box (points), or the smallest of them."""
    for size in sorted(sizes, reverse=True):
        lines = sum(count_lines(text, width, size) for text in texts)
        if lines * 1.3 * size + 0.6 * size * len(texts) <= height:
            return size
    return min(sizes)
