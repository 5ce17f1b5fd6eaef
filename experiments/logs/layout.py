"""Where is the header of a table, and which of its rows are no issues?

People put titles above the header, head columns in two rows, repeat the header every month, and end with a
total. Titles are read for a year; a row below the header is an issue or is set aside with a reason.
"""

import re
from collections import Counter
from dataclasses import dataclass

from ...engine.texts.errors import Message, Translated, UserError
from ...engine.toml_reader import show_value
from .column_names import NEEDED, roles_of
from .tables import Row, Table

LOOKED_AT = 40  # rows that are not blank, among which the header is
DATE = re.compile(r"\d{1,4}[-/.年]\d{1,2}[-/.月]\d{1,4}|\d{1,2}月\d{1,2}|\d{8}|\d{5}\.\d+|\d{13}")
TOTAL = re.compile(
    r"(?:本月|本年|全年|年度|月度)?[合总小共累]\s*计(?:[:：].*)?|(?:grand |sub)?totals?:?|sum", re.I
)


@dataclass(frozen=True)
class Layout:
    """The header of a table."""

    names: tuple[str, ...]  # of its columns, "" where there is none
    first: int  # line of the header
    last: int  # line of its second row, or `first`
    titles: tuple[str, ...]  # texts above it

    def said(self) -> list[Message]:
        """Return what a reader of the log should know of the header."""
        notes = []
        if self.titles:
            notes.append(
                Message(
                    "Above the header in line {line}: {titles}; not rows of the log.",
                    line=self.first,
                    titles=", ".join(map(show_value, self.titles)),
                )
            )
        if self.last > self.first:
            notes.append(
                Message("The header has two rows, {first} and {last}.", first=self.first, last=self.last)
            )
        return notes


def find_layout(table: Table, wanted: set[str]) -> Layout:
    """Return the layout of a table: the row, or two, that names most columns known or `wanted`.

    Raises UserError if no row can be a header.
    """
    rows = table.head(LOOKED_AT)
    if not rows:
        raise UserError("{path}: has no header: its first line names no column", path=table.path)
    found: list[tuple[int, bool, int]] = []  # (columns known, whether one row names them, -row)
    for n, (_, cells) in enumerate(rows):
        if _is_data(cells) and not wanted & set(cells):
            if max(found, default=(0,))[0] > 1:
                break
            continue
        found.append((_known(cells, wanted), True, -n))
        if n + 1 < len(rows) and not _is_data(rows[n + 1][1]) and len(set(filter(None, cells))) > 1:
            found.append((_known(_joined(cells, rows[n + 1][1]), wanted), False, -n))
    known, single, n = max(found, default=(0, True, 0))
    n, both = (-n, not single) if known else (_unknown_header(table, rows), False)
    names = _joined(rows[n][1], rows[n + 1][1]) if both else rows[n][1]
    while names and not names[-1]:
        names = names[:-1]
    above = tuple(dict.fromkeys(cell for _, cells in rows[:n] for cell in cells if cell))
    return Layout(tuple(names), rows[n][0], rows[n + both][0], above)


def _known(cells: list[str], wanted: set[str]) -> int:
    """Return how many roles the names in a row have, and how many wanted columns are in it."""
    return len(roles_of(cells)) + 3 * len(wanted & set(cells)) if len([c for c in cells if c]) > 1 else 0


def _is_data(cells: list[str]) -> bool:
    return any(DATE.search(cell) and len(cell) < 40 for cell in cells)


def _joined(upper: list[str], lower: list[str]) -> list[str]:
    """Return the names of a header of two rows: the lower ones, and the upper ones where there is no
    lower."""
    width = max(len(upper), len(lower))
    upper, lower = ([*row, *[""] * (width - len(row))] for row in (upper, lower))
    names = [below or above for above, below in zip(upper, lower)]
    count, heads = Counter(names), _carried(upper, lower)
    return [
        f"{head} {name}" if count[name] > 1 and head and head != name else name
        for head, name in zip(heads, names)
    ]


def _carried(upper: list[str], lower: list[str]) -> list[str]:
    """Return for each column what stands above it: a head reaches to the right, over columns without one."""
    heads, last = [], ""
    for above, below in zip(upper, lower):
        last = above or (last if below else "")
        heads.append(last)
    return heads


def _unknown_header(table: Table, rows: list[Row]) -> int:
    """Return the row that is the header where no name is known: the first that is as wide as most.

    Raises UserError if it holds dates.
    """
    widths = Counter(sum(map(bool, cells)) for _, cells in rows)
    usual = max(widths, key=lambda width: (widths[width], width))
    n = next((n for n, (_, cells) in enumerate(rows) if sum(map(bool, cells)) >= max(0.7 * usual, 1)), 0)
    if len(rows) > 1 and _is_data(rows[n][1]):
        raise UserError(
            "{path}:{line}: this row holds a date, so the columns have no names; name them in their order "
            "with --columns {example}",
            path=table.path,
            line=rows[n][0],
            example=_header_for(rows[n:]),
        )
    return n


def _header_for(rows: list[Row]) -> str:
    """Return a header that fits rows without one: the first two columns of dates, and one of a few words."""
    width = max(len(cells) for _, cells in rows)
    columns = [[cells[k] if k < len(cells) else "" for _, cells in rows] for k in range(width)]
    dated = [k for k, cells in enumerate(columns) if any(DATE.search(cell) for cell in cells)]
    words = [
        k
        for k, cells in enumerate(columns)
        if k not in dated and any(re.search(r"[^\W\d]{2,}", cell) for cell in cells)
    ]
    names = dict(zip([*dated[:2], *words[:1]], [*NEEDED[: len(dated[:2])], *NEEDED[2:]]))
    return ",".join(names.get(k, f"column_{k + 1}") for k in range(width))


def set_aside(cells: list[str], layout: Layout, opened: str) -> Translated | None:
    """Return why a row is no issue, if its cells show it: a header again, a total, a caption; else None.

    `opened` is the cell with the day of opening; a row that has one is an issue.
    """
    filled = [cell for cell in cells if cell]
    if cells[: len(layout.names)] == list(layout.names) or (
        opened and opened in layout.names and len(roles_of(filled)) > 1
    ):
        return Message("repeats the header").as_word()
    if DATE.search(opened):
        return None
    if any(TOTAL.fullmatch(cell) for cell in filled[:3]):
        return Message("is a total").as_word()
    if len(set(filled)) == 1 and len(layout.names) > 2:
        return Message("holds nothing but {text}", text=show_value(filled[0][:40])).as_word()
    return None
