"""Read an exported table as text, detect its encoding, delimiter and date formats; write tables as CSV."""

import csv
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import BinaryIO

import numpy as np
import pandas as pd

from ...engine.output import readable, short
from ...engine.texts.errors import Message, Translated, UserError, join
from ...engine.toml_reader import show_value

DELIMITERS = {
    ",": Translated("comma", "逗号"),
    ";": Translated("semicolon", "分号"),
    "\t": Translated("tab", "制表符"),
    "|": Translated("bar", "竖线"),
}
SAMPLE = 200  # rows read to detect the delimiter
LONGEST = 1 << 20  # characters in one cell
EMPTY = {"", "-", "--", "—", "n/a", "na", "nan", "nat", "nil", "none", "null", "无", "暂无", "空"}
FORMULA = tuple("=+-@\t\r\n＝＋－＠")  # what begins a formula in a spreadsheet
LIKELY = ["gb18030", "big5", "cp1252"]  # encodings of text that is not Unicode
FEW_LETTERS = 30  # fewer say too little of an encoding
ENOUGH = 0.9  # share of a column's dates that a format must read to be considered


@dataclass(frozen=True)
class Sheet:
    """A table as text."""

    path: str
    encoding: str  # as Python names it
    guessed: bool  # whether the encoding was guessed
    delimiter: str
    header: tuple  # names of columns, as written
    rows: list  # of lists of text, each as long as the header
    lines: np.ndarray  # (rows,) int64  the line of the file on which each row begins, from 1
    broken: list  # (line, reason) for rows longer or shorter than the header

    def column(self, name: str) -> np.ndarray:
        """Return one column, stripped of blanks: (rows,) object."""
        position = self.header.index(name)
        return np.array([row[position].strip() for row in self.rows], object)


def read_sheet(path: str | Path, encoding: str | None = None, delimiter: str | None = None) -> Sheet:
    """Read a delimited file as text; its header is the first non-blank line.

    Raises UserError with file and line.
    """
    text, encoding, guessed = decode_text(path, encoding)
    lines = list(StringIO(text, newline=""))
    first = next((n for n, line in enumerate(lines) if line.strip()), None)
    if first is None:
        raise UserError("{path}: is empty; a log has a header line and one row per issue", path=path)
    if re.fullmatch(r"sep=.", lines[first].strip()):  # Excel's declaration of the delimiter
        delimiter, first = delimiter or lines[first].strip()[-1], first + 1
    delimiter = delimiter or guess_delimiter(path, lines[first : first + SAMPLE])
    header, rows, first_lines, broken = None, [], [], []
    for begin, end, row in records(path, lines[first:], delimiter, first):
        if not any(cell.strip() for cell in row):
            continue
        if header is None:
            header = read_header(path, begin, row)
        elif len(row) == len(header):
            rows.append(row)
            first_lines.append(begin)
        else:
            hint = Message("; it continues to line {end}: is a quote left open?", end=end)
            problem = Message(
                "has {count} fields, the header has {header_count}{hint}",
                count=len(row),
                header_count=len(header),
                hint=hint if end > begin else "",
            )
            broken.append((begin, problem.as_word()))
    if header is None:
        raise UserError("{path}: has no header: its first line names no column", path=path)
    return Sheet(
        readable(path), encoding, guessed, delimiter, header, rows, np.array(first_lines, np.int64), broken
    )


def records(
    path: str | Path, lines: list[str], delimiter: str, skipped: int
) -> Iterator[tuple[int, int, list[str]]]:
    """Yield (first line, last line, fields) of every record; a quoted cell may contain line breaks."""
    if len(delimiter) != 1:
        raise UserError(
            "--delimiter {delimiter}: allowed is one character, such as , ; or |", delimiter=short(delimiter)
        )
    old_limit, begin = csv.field_size_limit(LONGEST), 1
    reader = csv.reader(lines, delimiter=delimiter)
    try:
        for row in reader:
            yield skipped + begin, skipped + reader.line_num, row
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


def decode_text(path: str | Path, encoding: str | None = None) -> tuple[str, str, bool]:
    """Return (text, encoding, whether the encoding was guessed).

    Without `encoding`: UTF-8 if it decodes, UTF-16 with its mark, else the likeliest of LIKELY by how its
    letters go together (charset-normalizer).
    """
    try:
        raw = Path(path).read_bytes()
    except (OSError, ValueError) as e:
        raise UserError(
            "{path}: cannot be read: {reason}", path=path, reason=getattr(e, "strerror", e)
        ) from None
    if raw[:4] == b"PK\x03\x04" or raw[:4] == b"\xd0\xcf\x11\xe0":
        raise UserError("{path}: is an Excel workbook; save the sheet as CSV (UTF-8) first", path=path)
    if encoding:
        try:
            return (
                raw.decode(
                    "utf-8-sig" if encoding.lower().replace("_", "-") in ("utf-8", "utf8") else encoding
                ),
                encoding,
                False,
            )
        except UnicodeDecodeError as e:
            raise UserError(
                "{path}:{line}: byte 0x{byte:02x} is not {encoding}; leave out --encoding to have it "
                "detected",
                path=path,
                line=raw[: e.start].count(10) + 1,
                byte=raw[e.start],
                encoding=encoding,
            ) from None
        except (LookupError, ValueError):
            raise UserError(
                "--encoding {encoding} is unknown; common ones are utf-8, gbk, gb18030, big5, utf-16 "
                "and cp1252",
                encoding=short(encoding),
            ) from None
    if raw[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return raw.decode("utf-16", "strict" if len(raw) % 2 == 0 else "replace"), "utf-16", False
    try:
        return raw.decode("utf-8-sig"), "utf-8", False
    except UnicodeDecodeError as e:
        line = raw[: e.start].count(10) + 1
    if (text := decode_chinese(raw)) is not None:
        return text, "gb18030", True
    from charset_normalizer import from_bytes  # here, because hardly any file gets this far

    if found := from_bytes(raw, cp_isolation=LIKELY).best():
        return str(found), found.encoding, True
    raise UserError(
        "{path}:{line}: is in no encoding that is recognised (UTF-8, UTF-16, GBK, Big5, cp1252); say "
        "--encoding, or save the file as UTF-8",
        path=path,
        line=line,
    )


def decode_chinese(raw: bytes) -> str | None:
    """Decode a short text as GB18030, which includes GBK and GB2312, if it looks like Chinese; else None.

    A few words are too little to tell GBK from Big5 by their letters; GBK is by far the commoner.
    """
    try:
        text = raw.decode("gb18030")
    except UnicodeDecodeError:
        return None
    foreign = re.findall(r"[^\x00-\x7f]", text)
    chinese = sum(
        "\u4e00" <= c <= "\u9fff"
        or c in "，。、；：？！（）“”‘’《》【】—…·年 ％～"
        or "\uff00" <= c <= "\uffef"
        for c in foreign
    )
    return text if len(foreign) < FEW_LETTERS and chinese >= ENOUGH * len(foreign) else None


def guess_delimiter(path: str | Path, lines: list[str]) -> str:
    """Return the delimiter by which nearly all rows have as many fields as the header, two at least.

    If several do, the one with the most fields; a tie raises UserError.
    """
    fits = {}
    for mark in DELIMITERS:
        try:
            widths = [len(row) for row in csv.reader(lines, delimiter=mark) if row]
        except csv.Error:
            continue
        if widths and widths[0] > 1:
            fits[mark] = (sum(w == widths[0] for w in widths) / len(widths), widths[0])
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


def read_header(path: str | Path, line: int, row: list[str]) -> tuple[str, ...]:
    """Return the names in the header. Raises UserError where two are the same."""
    names = [cell.strip() for cell in row]
    twice = [name for name, n in Counter(names).items() if n > 1 and name]
    if twice:
        raise UserError(
            "{path}:{line}: the header has {column} more than once; rename all but one",
            path=path,
            line=line,
            column=show_value(twice[0]),
        )
    return tuple(names)


# -------------------------------------------------------------------------------------------------- dates


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
