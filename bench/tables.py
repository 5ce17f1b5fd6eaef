"""Tables that benches return, and how they are printed: for readers, or as one JSON document."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

import numpy as np
from rich import box
from rich.table import Table

from ..engine.output import print_json


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
        table = Table(
            title=bench_table.title,
            caption=bench_table.note,
            box=box.SIMPLE_HEAD,
            title_justify="left",
            caption_justify="left",
        )
        for n, column in enumerate(bench_table.columns):
            table.add_column(column, justify="right" if n else "left")
        for row in bench_table.rows:
            table.add_row(*map(format_cell, row))
        console.print(table)


def format_cell(cell: Any) -> str:
    """Format a cell as text: three significant digits, whole numbers in full, "-" for no value."""
    if isinstance(cell, (bool, np.bool_)):
        return "yes" if cell else "no"
    if cell is None or isinstance(cell, str):
        return cell or "-"
    if not np.isfinite(cell):
        return "-"
    return f"{cell:,.3g}" if abs(cell) < 1000 and not isinstance(cell, (int, np.integer)) else f"{cell:,.0f}"
