"""Tables that benches return, and how they are printed: for readers, or as one JSON document."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from textwrap import wrap
from typing import Any, NamedTuple

import numpy as np
from rich import box
from rich.cells import cell_len
from rich.table import Table
from rich.text import Text

from ..engine.output import print_json

WIDEST = 110  # characters of a line of a note


class BenchTable(NamedTuple):
    """The result of a bench: numbers as numbers, None where there is no value."""

    title: str
    columns: tuple
    rows: list  # of tuples, a cell for each column
    note: str = ""

    def records(self) -> dict[str, Any]:
        """Return the table as JSON objects: {"title", "rows": one object per row, "note"}."""
        return {
            "title": self.title,
            "rows": [dict(zip(self.columns, row)) for row in self.rows],
            "note": self.note,
        }


def show(console, as_json: bool, tables: Iterable[BenchTable]) -> None:
    """Print each BenchTable as soon as it is measured, or all as one JSON document {"tables": [...]}."""
    if as_json:
        return print_json({"tables": [bench_table.records() for bench_table in tables]})
    for bench_table in tables:
        cells = [list(map(format_cell, row)) for row in bench_table.rows]
        table = Table(box=box.SIMPLE_HEAD)
        for n, header in enumerate(wrap_headers(bench_table.columns, cells, console.width)):
            table.add_column(header, justify="right" if n else "left")
        for row in cells:
            table.add_row(*row)
        console.print(Text(bench_table.title, "italic"))
        console.print(table)
        if bench_table.note:
            console.print(Text(bench_table.note, "dim italic"), width=min(console.width, WIDEST))
            console.print()


def wrap_headers(columns: Sequence[str], cells: Sequence[Sequence[str]], room: int) -> list[str]:
    """Break names of columns into as few lines as let the table fit in `room` characters, at most four.

    Each column is as narrow as its cells and that number of lines allow; `cells` are rows of texts.
    """
    cell_widths = [max(map(cell_len, column)) for column in zip(*cells)] or [0] * len(columns)
    for lines in range(1, 5):
        headers = [wrap_evenly(column, lines, width) for column, width in zip(columns, cell_widths)]
        widths = [max(width, *map(len, header.split("\n"))) for header, width in zip(headers, cell_widths)]
        if sum(widths) + 3 * len(columns) + 1 <= room:
            break
    return headers


def wrap_evenly(text: str, lines: int, least: int) -> str:
    """Break a text between words into at most so many lines, as narrow as possible but not below `least`."""
    for width in range(max(least, 1), len(text) + 1):
        wrapped = wrap(text, width, break_long_words=False, break_on_hyphens=False)
        if len(wrapped) <= lines and max(map(len, wrapped)) <= width:
            return "\n".join(wrapped)
    return text


def format_cell(cell: Any) -> str:
    """Format a cell as text: three significant digits, whole numbers in full, "-" for no value."""
    if isinstance(cell, (bool, np.bool_)):
        return "yes" if cell else "no"
    if cell is None or isinstance(cell, str):
        return cell or "-"
    if not np.isfinite(cell):
        return "-"
    return f"{cell:,.3g}" if abs(cell) < 1000 and not isinstance(cell, (int, np.integer)) else f"{cell:,.0f}"
