"""Write tables as CSV for spreadsheets, with formulas escaped."""

from pathlib import Path
from typing import BinaryIO

import pandas as pd

from ...engine.output import readable

FORMULA = tuple("=+-@\t\r\n＝＋－＠")  # what begins a formula in a spreadsheet


def escape_formulas(frame: pd.DataFrame) -> pd.DataFrame:
    """Put an apostrophe before every text, header included, that a spreadsheet would run as a formula.

    >>> escape_formulas(pd.DataFrame({"=a": ["=1+1", "lamp"], "b": [-1, 2]})).to_dict("list")
    {"'=a": ["'=1+1", 'lamp'], 'b': [-1, 2]}
    """
    heads = list(map(escape_cell, frame.columns))
    columns = [
        column.astype(object).map(escape_cell) if is_textual(column) else column
        for _, column in frame.items()
    ]
    return pd.concat(columns, axis=1, keys=range(len(heads))).set_axis(heads, axis=1) if columns else frame


def escape_cell(cell: object) -> object:
    """Return a cell as text that no spreadsheet runs and UTF-8 can encode; other values as they are."""
    if not isinstance(cell, str):
        return cell
    cell = f"'{cell}" if cell.startswith(FORMULA) else cell
    # CSV writers do not quote a lone \r, and most readers end a row at it
    return readable(cell.replace("\r\n", "\n").replace("\r", "\n"))


def is_textual(column: pd.Series) -> bool:
    return not (pd.api.types.is_numeric_dtype(column) or pd.api.types.is_datetime64_any_dtype(column))


def write_csv(table: pd.DataFrame | pd.Series, path: str | Path | BinaryIO, index: bool = True) -> None:
    """Write a table as CSV for spreadsheets, with formulas escaped, and marked as UTF-8 for Excel.

    The columns of the index come first, if `index` is true. pandas, DuckDB and readr (R) read the table as it
    was.
    """
    table = table.to_frame() if isinstance(table, pd.Series) else table
    if index:
        table = table.reset_index(names=[name or "" for name in table.index.names], allow_duplicates=True)
    escape_formulas(table).to_csv(path, index=False, encoding="utf-8-sig")
